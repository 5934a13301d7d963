"""Explain Kubernetes RBAC and EKS authentication failures.

A module here explains a kind of failure: ``forbidden``, ``unauthorized``, ``access_entries`` or ``nodes``, or has what
several of them share. The rules:

- ``rbac``: requests that RBAC, the node authorizer or admission control denies
- ``logins``: clients, tokens and kubeconfigs whose logins the API server rejects
- ``entries``, ``aws_auth``: access entries, and the ConfigMap ``aws-auth``
- ``pods``: the roles of pods; ``console``: the EKS console
"""
