"""Explain denials that neither IAM nor Kubernetes decided.

``other_systems`` chooses the rule, and has those for web firewalls, GitHub and Docker. ``database_privileges`` explains
denials of PostgreSQL and MySQL, ``cloud_services`` those of ECR Public, Google Cloud and Azure, ``docker_hub`` those of
Docker Hub, ``gateway_tokens`` those of an authorizer of API Gateway. ``decided_elsewhere`` has their cause. ``graphql_schemas`` explains what AppSync denies.
"""
