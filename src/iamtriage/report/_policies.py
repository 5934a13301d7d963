"""Build one least-privilege policy per principal, and verify it with the given policies."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from iamtriage._text import hide_secrets
from iamtriage.exceptions import PolicyError
from iamtriage.explaining._policy_for import normalize_principal, policies_by_principal
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._evaluation.verification import verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage.failures._failures import Failure
    from iamtriage.policies._readers.collection import PolicyCollection

__all__ = ("build_policies",)

_VERDICTS = {True: "fixed", False: "not_fixed", None: "undecided"}
_MAX_REASONS = 5


def build_policies(
    failures: Sequence[Failure], policies: PolicyCollection | None
) -> dict[str, dict[str, Any]]:
    """Return the policy of each principal that an ``Allow`` can help.

    Returns:
        By principal: ``policy`` and ``verification``. The latter is ``None`` if you pass no policies.
        Otherwise, it has the numbers of the principal's problems that are ``fixed``, ``not_fixed`` and
        ``undecided`` if the policy is added, with ``reasons``.
    """
    documents = policies_by_principal(failures)
    groups: dict[str, list[AccessDenied]] = {principal: [] for principal in documents}
    for failure in failures if policies is not None else ():
        principal = normalize_principal(failure.principal)
        if isinstance(failure, AccessDenied) and principal in groups:
            groups[principal].append(failure)
    return {
        hide_secrets(principal): {
            "policy": _redact_strings(document),
            "verification": None if policies is None else _verify(groups[principal], document, policies),
        }
        for principal, document in documents.items()
    }


def _redact_strings(value: Any) -> Any:  # noqa: ANN401 (JSON-ready data)
    """Return JSON-ready data with markers for the secrets in its strings."""
    if isinstance(value, str):
        return hide_secrets(value)
    if isinstance(value, dict):
        return {key: _redact_strings(each) for key, each in cast("dict[str, Any]", value).items()}
    return (
        [_redact_strings(each) for each in cast("Iterable[Any]", value)] if isinstance(value, list) else value
    )


def _verify(
    failures: Sequence[AccessDenied], document: dict[str, Any], policies: PolicyCollection
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    reasons: dict[str, None] = {}
    for failure in failures:
        fixes, reason = _verify_one(failure, document, policies)
        counts[_VERDICTS[fixes]] += 1
        if not fixes and len(reasons) < _MAX_REASONS:
            reasons[hide_secrets(reason)] = None
    return {**{name: counts[name] for name in _VERDICTS.values()}, "reasons": list(reasons)}


def _verify_one(
    failure: AccessDenied, document: dict[str, Any], policies: PolicyCollection
) -> tuple[bool | None, str]:
    principal, resource = failure.principal or "", failure.resource or ""
    missing = policies.find_missing(principal, resource)
    if missing:
        return None, f"not among the policies: {', '.join(missing)}"
    try:
        result = verify(failure, policies.select(principal, resource), adding=document)
    except PolicyError as error:
        return None, str(error)
    return result.fixes, result.reason
