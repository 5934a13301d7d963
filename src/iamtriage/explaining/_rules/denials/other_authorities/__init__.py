"""Explain denials that neither IAM nor Kubernetes decided.

``other_systems`` chooses the rule, and has those for web firewalls, GitHub, Docker and Docker Hub.
``database_privileges`` explains denials of PostgreSQL and MySQL, ``cloud_services`` those of ECR Public, Google Cloud
and Azure, ``gateway_tokens`` those of an authorizer of API Gateway. ``decided_elsewhere`` has their cause.
``graphql_schemas`` explains what AppSync denies, and
``stack_policies`` what the policy of a CloudFormation stack does.
"""
