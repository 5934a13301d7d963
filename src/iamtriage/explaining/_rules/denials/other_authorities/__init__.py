"""Explain denials that neither IAM nor Kubernetes decided.

``other_systems`` has the rules, also for firewalls, GitHub and Docker. ``database_privileges`` explains denials of
PostgreSQL and MySQL. ``decided_elsewhere`` has their cause.
"""
