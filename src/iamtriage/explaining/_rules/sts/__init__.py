"""Explain failing calls to STS.

``rejected_calls`` and ``credential_scopes`` explain endpoints and signatures; ``role_chains``, ``session_durations``
and ``shown_calls`` the calls that assume a role. The rules in ``trust`` compare a call with a role's trust policy.
"""
