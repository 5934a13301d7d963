"""Represent access entries to create in a cluster."""

from __future__ import annotations

from typing import Literal

import attrs

from iamtriage._rendering.views import View
from iamtriage.aws_auth._entries import RoleEntry, UserEntry

__all__ = ("AccessEntryPlan", "PolicyAssociation")


@attrs.frozen
class PolicyAssociation(View):
    """An access policy to associate with an access entry.

    Attributes:
        policy_arn: The ARN of the access policy.
        scope: ``"cluster"`` or ``"namespace"``.
        namespaces: The namespaces, if the scope is ``"namespace"``.

    >>> view = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    >>> PolicyAssociation(view, "namespace", ("shop",)).namespaces
    ('shop',)
    """

    policy_arn: str
    scope: Literal["cluster", "namespace"] = "cluster"
    namespaces: tuple[str, ...] = ()


@attrs.frozen
class AccessEntryPlan(View):
    """An access entry to create.

    Attributes:
        principal_arn: The ARN of the IAM principal, with its path; ``None`` if it must be looked up.
        source: The aws-auth entry.
        lookup: The AWS CLI command that prints the ARN, quoted for a shell; ``None`` if the ARN is known.
        role_name: The role's name; ``None`` for a user, and for an ``sso`` entry, which does not state it.
        type: ``"STANDARD"``, or a node type: ``"EC2_LINUX"``, ``"EC2_WINDOWS"``, ``"FARGATE_LINUX"``,
            ``"HYBRID_LINUX"``.
        username: The Kubernetes username; ``None`` lets EKS choose it.
        groups: The Kubernetes groups.
        policies: The access policies to associate.
        notes: Changes for the principal, and manual steps.

    >>> from iamtriage.aws_auth import UserEntry
    >>> arn = "arn:aws:iam::111122223333:user/ana"
    >>> AccessEntryPlan(arn, UserEntry(arn), groups=("readers",)).type
    'STANDARD'
    """

    principal_arn: str | None
    source: RoleEntry | UserEntry
    lookup: str | None = None
    role_name: str | None = None
    type: str = "STANDARD"
    username: str | None = None
    groups: tuple[str, ...] = ()
    policies: tuple[PolicyAssociation, ...] = ()
    notes: tuple[str, ...] = ()
