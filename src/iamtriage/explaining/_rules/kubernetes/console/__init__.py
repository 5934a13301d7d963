"""Explain why the EKS console shows no Kubernetes objects."""
