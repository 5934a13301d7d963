"""Read the pieces of failures that SDKs, services and Kubernetes print."""
