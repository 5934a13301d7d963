"""Find what a text shows of a Kubernetes cluster: controllers, RBAC objects, output of kubectl."""
