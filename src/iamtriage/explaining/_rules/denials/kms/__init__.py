"""Explain denials of KMS keys."""
