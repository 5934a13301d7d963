"""Look up IAM actions, what an SDK operation requires, and on which resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.actions._lookup import AccessLevel, Action, ResourceType, find_action
    from iamtriage.actions._operation_resources import resource_arn
    from iamtriage.actions._operations import OperationActions, actions_for, service_prefix

__all__ = (
    "AccessLevel",
    "Action",
    "OperationActions",
    "ResourceType",
    "actions_for",
    "find_action",
    "resource_arn",
    "service_prefix",
)

_MODULE_BY_NAME = {
    "AccessLevel": "_lookup",
    "Action": "_lookup",
    "OperationActions": "_operations",
    "ResourceType": "_lookup",
    "actions_for": "_operations",
    "find_action": "_lookup",
    "resource_arn": "_operation_resources",
    "service_prefix": "_operations",
}
if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
