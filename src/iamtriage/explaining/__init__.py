"""Explain failures: causes with evidence, remedies, facts and least-privilege policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._lazy import lazy_names

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause, Evidence
    from iamtriage.explaining._classification import (
        Classification,
        Denied,
        Expired,
        Retryable,
        classify,
        is_access_denied,
        is_expired,
        is_retryable,
    )
    from iamtriage.explaining._explain import explain
    from iamtriage.explaining._explanations.explanations import Detail, Explanation
    from iamtriage.explaining._explanations.remedies import Remedy, Who
    from iamtriage.explaining._extensions import Extension, extend, extended, retract
    from iamtriage.explaining._facts import Facts, FactsLike, FailedCall, HasFacts
    from iamtriage.explaining._matching import matching
    from iamtriage.explaining._policy_for import policies_by_principal, policies_for, policy_for

__all__ = (
    "Cause",
    "Classification",
    "Denied",
    "Detail",
    "Evidence",
    "Expired",
    "Explanation",
    "Extension",
    "Facts",
    "FactsLike",
    "FailedCall",
    "HasFacts",
    "Remedy",
    "Retryable",
    "Who",
    "classify",
    "explain",
    "extend",
    "extended",
    "is_access_denied",
    "is_expired",
    "is_retryable",
    "matching",
    "policies_by_principal",
    "policies_for",
    "policy_for",
    "retract",
)

_MODULE_BY_NAME = {
    "Cause": "_cause_types",
    "Classification": "_classification",
    "Denied": "_classification",
    "Detail": "_explanations.explanations",
    "Evidence": "_cause_types",
    "Expired": "_classification",
    "Explanation": "_explanations.explanations",
    "Extension": "_extensions",
    "Facts": "_facts",
    "FactsLike": "_facts",
    "FailedCall": "_facts",
    "HasFacts": "_facts",
    "Remedy": "_explanations.remedies",
    "Retryable": "_classification",
    "Who": "_explanations.remedies",
    "classify": "_classification",
    "explain": "_explain",
    "extend": "_extensions",
    "extended": "_extensions",
    "is_access_denied": "_classification",
    "is_expired": "_classification",
    "is_retryable": "_classification",
    "matching": "_matching",
    "policies_by_principal": "_policy_for",
    "policies_for": "_policy_for",
    "policy_for": "_policy_for",
    "retract": "_extensions",
}
if not TYPE_CHECKING:  # with a `__getattr__`, type checkers accept any name
    __getattr__ = lazy_names(__name__, _MODULE_BY_NAME)


def __dir__() -> list[str]:
    """Return the public names, for tab completion."""
    return sorted(__all__)
