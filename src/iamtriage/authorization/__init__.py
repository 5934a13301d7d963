"""Parse AWS reports about a denial: authorization details and decoded messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_messages import DecodedMessage, read_decoded_message
    from iamtriage.authorization._decoded_statements import (
        DecodedPrincipal,
        DenyingCondition,
        KeyValues,
        MatchedStatement,
    )
    from iamtriage.authorization._details import (
        AuthorizationDetails,
        Check,
        ContextValue,
        Denial,
        DenyingPolicy,
        Evaluation,
        MatchedPolicy,
        PolicyInfo,
        StatementMatch,
        read_authorization_details,
        read_authorization_policy,
    )

__all__ = (
    "AuthorizationDetails",
    "Check",
    "ContextValue",
    "DecodedMessage",
    "DecodedPrincipal",
    "Denial",
    "DenyingCondition",
    "DenyingPolicy",
    "Evaluation",
    "KeyValues",
    "MatchedPolicy",
    "MatchedStatement",
    "PolicyInfo",
    "StatementMatch",
    "read_authorization_details",
    "read_authorization_policy",
    "read_decoded_message",
)

_MODULE_BY_NAME = {
    "AuthorizationDetails": "_details",
    "Check": "_details",
    "ContextValue": "_details",
    "DecodedMessage": "_decoded_messages",
    "DecodedPrincipal": "_decoded_statements",
    "Denial": "_details",
    "DenyingCondition": "_decoded_statements",
    "DenyingPolicy": "_details",
    "Evaluation": "_details",
    "KeyValues": "_decoded_statements",
    "MatchedPolicy": "_details",
    "MatchedStatement": "_decoded_statements",
    "PolicyInfo": "_details",
    "StatementMatch": "_details",
    "read_authorization_details": "_details",
    "read_authorization_policy": "_details",
    "read_decoded_message": "_decoded_messages",
}
if not TYPE_CHECKING:  # with __getattr__, a type checker would accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
