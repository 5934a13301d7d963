"""Recognize what belongs to Kubernetes: types, API server URLs, admission control."""
