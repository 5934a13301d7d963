"""Explain roles of pods that EKS rejects."""
