"""Explain other errors of AWS API calls.

``api_errors`` chooses the rule by the tables of ``api_error_kinds``, ``message_kinds`` and ``request_kinds``. The
other modules here have no common subject, such as ``throttling`` and ``quotas``. The rules:

- ``policies``: documents that AWS rejects, and statements that do not do what their author expects
- ``roles``: roles that a service cannot use
- ``services``: errors of single services
- ``names``: names and ARNs that are wrong, or of nothing that exists
"""
