"""Explain what ECR registries deny to image clients, which print only the status.

- ``image_pulls``: pulls, by who pulls, and policies of repositories that are closed to other accounts
- ``repository_calls``: pushes and lists of tags
- ``repositories``: the repository, and the identity that calls the registry
"""
