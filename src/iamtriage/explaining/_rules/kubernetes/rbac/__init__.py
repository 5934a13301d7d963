"""Explain requests that RBAC, the node authorizer or admission control denies, and allow them."""
