"""Explain Kubernetes RBAC and EKS authentication failures."""
