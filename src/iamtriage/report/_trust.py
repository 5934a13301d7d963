"""Check the trust policy of a role for a caller that was not allowed to assume it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import hide_secrets
from iamtriage.exceptions import IamTriageError
from iamtriage.report._assumptions import get_nested, read_assumption, read_claims
from iamtriage.trust._evaluation import check_trust_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.policies._sets import PolicyDocument

__all__ = ("check_assumption", "check_trust")


def check_trust(example: Mapping[str, Any] | str, policies: PolicyCollection) -> dict[str, Any] | None:
    """Return the result of the role's trust policy for the caller of a CloudTrail record.

    Returns:
        ``allowed`` (``None`` if undecided), ``reason`` and ``fix``. ``None`` if the record is of another
        call, or the policies do not include the role's trust policy.
    """
    if isinstance(example, str):
        return None
    role, provider, _, _ = read_assumption(example)
    if role is None:
        return None
    caller = get_nested(example, "userIdentity", "arn") or provider
    return check_assumption(str(example["eventName"]), role, caller, read_claims(example), policies)


def check_assumption(
    operation: str,
    role: str,
    caller: str | None,
    claims: Mapping[str, str] | None,
    policies: PolicyCollection,
) -> dict[str, Any] | None:
    """Return the result of a role's trust policy for a caller, as :func:`check_trust` does."""
    chosen = cast("list[PolicyDocument]", policies.select(caller or "anonymous", role).resource or [])
    for policy in chosen:
        try:
            result = check_trust_policy(
                policy.document, action=f"sts:{operation}", role_arn=role, caller=caller, claims=claims
            )
        except (IamTriageError, ValueError) as error:
            return {"allowed": None, "reason": hide_secrets(str(error)), "fix": None}
        return {
            "allowed": result.allowed,
            "reason": hide_secrets(result.reason),
            "fix": None if result.fix is None else hide_secrets(result.fix),
        }
    return None
