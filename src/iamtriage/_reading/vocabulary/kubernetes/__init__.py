"""Tell what belongs to Kubernetes: its types, its API servers, and what admission rejects."""
