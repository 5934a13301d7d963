"""Read clusters and requests of Kubernetes, and map principals to its users.

``clusters`` finds the EKS cluster and builds its commands, ``kubernetes_requests`` parses what was denied,
and ``service_accounts`` the names of service accounts.
``principal_mappings`` has the remedies with access entries and ``aws-auth``, ``manifests`` writes YAML.
"""
