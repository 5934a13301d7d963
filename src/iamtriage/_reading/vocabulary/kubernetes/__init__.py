"""Recognize Kubernetes resource types, API server URLs and denials of admission control."""
