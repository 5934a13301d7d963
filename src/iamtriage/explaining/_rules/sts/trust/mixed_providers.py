"""Split a statement of a trust policy that requires the keys of several OIDC providers at once.

A token has only the keys of its own provider, and all keys of a condition must match:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.shared.policy_changes import change_conditions
from iamtriage.policies._readers.elements import iterate_conditions

if TYPE_CHECKING:
    from collections.abc import Mapping

OIDC_KEY = lazy_pattern(r"(\S{3,255}):(aud|sub|azp|amr)", re.ASCII)
_PREFIX = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::(?:[0-9]{12}|ACCOUNT_ID):oidc-provider/", re.ASCII)
_OPERATORS = frozenset({"stringequals", "stringlike", "stringequalsignorecase"})


def split_by_provider(statement: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return a statement for each of the providers whose subjects a condition requires, if there are several."""
    issuers = dict.fromkeys(
        match[1]
        for operator, key, _ in iterate_conditions(statement)
        if operator.lower() in _OPERATORS and (match := OIDC_KEY.fullmatch(key)) and match[2] == "sub"
    )
    prefix = _PREFIX.search(str(statement.get("Principal")))
    if len(issuers) <= 1 or prefix is None:
        return None
    parts: list[dict[str, Any]] = []
    for number, issuer in enumerate(issuers, start=1):
        part = _limit_conditions(statement, issuer)
        if "Sid" in part:
            part["Sid"] = f"{part['Sid']}{number}"
        part["Principal"] = {"Federated": f"{prefix[0]}{issuer}"}
        parts.append(part)
    return parts


def _limit_conditions(statement: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Return a statement without the conditions on keys of other providers."""
    return change_conditions(statement, lambda *each: each if _is_of(each[1], issuer) else None)


def _is_of(key: str, issuer: str) -> bool:
    """Return whether a condition key is of a provider, or of none."""
    match = OIDC_KEY.fullmatch(key)
    return match is None or match[1] == issuer
