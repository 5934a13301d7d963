"""Explain endpoints, agents and nodes that are not reachable."""
