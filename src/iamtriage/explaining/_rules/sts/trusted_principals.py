"""Build the trust policy that trusts another principal, too, and evaluates to allowed."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, cast

from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._rules.sts.trust_documents import (
    as_strings,
    iterate_statements,
    mapping,
    parse_document,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.trust._evaluation import TrustResult

_EXTERNAL_ID = "sts:externalid"


def policy_with_principal(
    result: TrustResult, policy: object, added: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the supplied policy that trusts a principal, too: in the closest statement, or else in another."""
    document = parse_document(cast("Mapping[str, Any] | str | None", policy))
    action = str(added["Action"])
    kind, principal = next((key, str(value)) for key, value in mapping(added["Principal"]).items())
    if document is None or (kind == "AWS" and not principal.startswith("arn:")):
        return None
    # A statement with a condition of its own is added as it is.
    extensions = ((action, None), (None, principal), (action, principal))
    for adds in () if "Condition" in added else extensions:
        fixed = copy.deepcopy(dict(document))
        statements = list(iterate_statements(fixed))
        index = result.statement
        if index is None or index >= len(statements) or not _can_extend(statements[index], action):
            break
        _extend_statement(statements[index], kind, *adds)
        if fixed != document and _is_trusted(fixed, action, principal):
            return fixed
    fixed = copy.deepcopy(dict(document))
    statements = [each for each in iterate_statements(fixed) if _without_action(each, action)]
    fixed["Statement"] = [*statements, added]
    # The account of a statement with a condition does not meet it, but the caller does.
    return fixed if "Condition" in added or _is_trusted(fixed, action, principal) else None


def _can_extend(statement: dict[str, Any], action: str) -> bool:
    """Return whether a statement can allow an action, too: only sts:AssumeRole has an external ID."""
    return action == "sts:AssumeRole" or _EXTERNAL_ID not in str(statement.get("Condition")).lower()


def _without_action(statement: dict[str, Any], action: str) -> bool:
    """Remove an action that the condition of a statement never allows, and return whether another one remains."""
    if not _can_extend(statement, action):
        others = [each for each in as_strings(statement.get("Action")) if each != action]
        if not others:
            return "Action" not in statement
        statement["Action"] = others[0] if len(others) == 1 else others
    return True


def _extend_statement(
    statement: dict[str, Any], kind: str, action: str | None, principal: str | None
) -> None:
    principals, actions = mapping(statement.get("Principal")), as_strings(statement.get("Action"))
    if action is not None and actions and action not in actions:
        statement["Action"] = [*actions, action]
    if principal is not None and kind in principals:
        principals[kind] = [*as_strings(principals[kind]), principal]


def _is_trusted(policy: dict[str, Any], action: str, principal: str) -> bool:
    from iamtriage.trust._evaluation import check_trust_policy

    try:
        return check_trust_policy(policy, action=action, caller=principal).allowed is not False
    except (IamTriageError, TypeError, ValueError):
        return False
