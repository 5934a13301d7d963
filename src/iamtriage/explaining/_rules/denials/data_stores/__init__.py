"""Explain denials of databases, queries, search domains and data lakes."""
