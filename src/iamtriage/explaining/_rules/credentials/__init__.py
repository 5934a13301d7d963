"""Explain missing, invalid and expired credentials.

A module here explains a kind of failure: ``missing_credentials``, ``invalid_credentials``, ``expired`` or
``signatures``, or has what several of them share. The rules:

- ``keys``: access keys and session tokens that AWS rejects
- ``profiles``: profiles and files that are missing, wrong or not read
- ``logins``: sign-ins, and logins to registries
- ``workloads``: how pods, containers, instances and CI jobs get credentials
- ``tokens``: web identity tokens, and sign-ins with Amazon Cognito
- ``requests``: signatures, routes and presigned URLs
"""
