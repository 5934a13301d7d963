"""Readers of what a text shows of a Kubernetes cluster: controllers, objects of RBAC, output of kubectl."""
