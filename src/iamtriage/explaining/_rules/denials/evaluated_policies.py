"""Name the statement that denies, or the type of policy that lacks an Allow, if the policies are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.policies._evaluation.deciding import evaluate
from iamtriage.policies._evaluation.denied_requests import build_request
from iamtriage.policies._evaluation.verification import verify
from iamtriage.policies._sets import PolicySet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.policies._evaluation.decisions import Decision

_EVALUATION = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html",
)
_DENIES = CauseType(
    "statement-denies",
    "A statement of the given policies denies the call",
    "Change the statement so that it does not match the call, or the call so that it does not match.",
    meaning="A Deny statement of the given policies matches the call. It overrides any Allow.",
    recognised_by="The fact policies: iamtriage evaluates them for the call.",
    sources=_EVALUATION,
)
_LACKS_ALLOW = CauseType(
    "policies-lack-allow",
    "The given policies lack an Allow",
    "Add an Allow to the policy type that the cause names.",
    meaning="A policy type that must allow the call does not, and no Deny statement matches it.",
    recognised_by="The fact policies: iamtriage evaluates them for the call.",
    sources=_EVALUATION,
)
_MAX_STATEMENTS = 5
# The types of policies to which a remedy proposes to add a statement, because they cap permissions.
_CAPS = frozenset({"permissions_boundary", "session", "vpc_endpoint", "service_control"})
# Words such as ACCOUNT_ID, which have to be replaced before the policy can be evaluated.
_PLACEHOLDER = lazy_pattern(r"(?<![A-Za-z0-9])[A-Z]{2,}(?:_[A-Z]{2,})*(?![A-Za-z0-9])")


def add_evaluation(
    explanation: Explanation, failure: AccessDenied, facts: Facts, policies: PolicySet
) -> Explanation:
    """Add what the policies of the facts say, and verify the policies of remedies."""
    request = build_request(failure, facts)
    if isinstance(request, str):
        return attrs.evolve(
            explanation, notes=(f"The policies were not evaluated. {request}", *explanation.notes)
        )
    decision = evaluate(request, policies)
    cause = _find_cause(decision)
    causes = explanation.causes if cause is None else (cause, *explanation.causes)
    note = _describe_other_decision(decision)
    return attrs.evolve(
        explanation,
        causes=causes,
        remedies=tuple(_verify_remedy(each, failure, facts, policies) for each in explanation.remedies),
        notes=explanation.notes if note is None else (note, *explanation.notes),
    )


def _find_cause(decision: Decision) -> Cause | None:
    if decision.deny == "explicit":
        others = decision.statements[1:_MAX_STATEMENTS]
        reasons = (decision.reason, *(f"{each} denies it, too." for each in others))
        return _DENIES.cause("supplied", reasons, text=decision.reason)
    if decision.deny == "implicit":
        return _LACKS_ALLOW.cause("supplied", text=decision.reason)
    return None


def _describe_other_decision(decision: Decision) -> str | None:
    if decision.allowed is None:
        return f"The given policies do not decide the call. {decision.reason}"
    if decision.allowed:
        return "The given policies allow the call, so the policy that denied it is not among them."
    return None


def _verify_remedy(remedy: Remedy, failure: AccessDenied, facts: Facts, policies: PolicySet) -> Remedy:
    """Add to a remedy whether its policy or statement allows the call together with the given policies."""
    adding: Mapping[str, Any] | PolicySet | None = remedy.policy
    if adding is None:
        adding = _add_statement(remedy, policies)
    if adding is None:
        return remedy
    result = verify(failure, policies, adding=adding, facts=facts)
    if not result.fixes and _PLACEHOLDER.search(str(remedy.policy or remedy.statement)):
        return remedy
    words = {
        True: "Verified with the given policies: it allows the call.",
        False: "With the given policies, it is not enough:",
        None: "The given policies do not show whether this is enough:",
    }[result.fixes]
    reason = "" if result.fixes else f" {result.reason}"
    return attrs.evolve(remedy, steps=(*remedy.steps, f"{words}{reason}"))


def _add_statement(remedy: Remedy, policies: PolicySet) -> PolicySet | None:
    """Return a statement for a policy that caps permissions, as an addition to the given one of its type."""
    name = remedy.layer
    if remedy.statement is None or name not in _CAPS or not policies.sources(name):
        return None
    document = {"Version": "2012-10-17", "Statement": [remedy.statement]}
    if name == "service_control":
        # Every level has to allow the call.
        return PolicySet(service_control=[[document] for _ in policies.service_control or ()])
    addition: dict[str, Any] = {name: document}
    return PolicySet(**addition)
