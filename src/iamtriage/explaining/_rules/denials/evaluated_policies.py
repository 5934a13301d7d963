"""Evaluate the policies of the facts for the denied call, and verify the policies of remedies with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.stated_policies import (
    EVALUATION_PAGES,
    STATED_POLICY_ALLOWS,
    STATED_POLICY_CONDITION,
    STATED_POLICY_DENIES,
    describe_other_resource,
    find_other_resource,
    first_remedy,
    list_known_policies,
)
from iamtriage.explaining._rules.denials.statement_details import (
    condition_remedy,
    describe_conditions,
    find_misspelled_action,
)
from iamtriage.explaining._rules.denials.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_statements
from iamtriage.policies._evaluation.deciding import evaluate
from iamtriage.policies._evaluation.denied_requests import build_request
from iamtriage.policies._evaluation.results import LAYER_NAMES
from iamtriage.policies._evaluation.verification import verify
from iamtriage.policies._sets import PolicySet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._facts import Facts
    from iamtriage.explaining._rules.denials.stated_policies import KnownPolicy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.policies._evaluation.decisions import Decision
    from iamtriage.typing import PolicyType

_LACKS_ALLOW = CauseType(
    "policies-lack-allow",
    "The given policies lack an Allow",
    "Add an Allow to the policy type that the cause names.",
    meaning="A policy type that must allow the call does not, and no Deny statement matches it.",
    recognised_by="The fact policies: iamtriage evaluates them for the call.",
    sources=EVALUATION_PAGES,
)
_MAX_STATEMENTS = 5
# What a policy allows for such a key, it allows for every object of the bucket.
_ANY_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
_BUCKET = lazy_pattern(r"arn:aws[a-z-]{0,12}:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
# The types of policies to which a remedy proposes to add a statement, because they cap permissions.
_CAPS = frozenset({"permissions_boundary", "session", "vpc_endpoint", "service_control"})
# Words such as ACCOUNT_ID, which have to be replaced before the policy can be evaluated.
_PLACEHOLDER = lazy_pattern(r"(?<![A-Za-z0-9])[A-Z]{2,}(?:_[A-Z]{2,})*(?![A-Za-z0-9])")


def add_evaluation(
    explanation: Explanation, denial: Denial, failure: AccessDenied, policies: PolicySet
) -> Explanation:
    """Add what the policies of the facts say, and verify the policies of remedies."""
    facts = denial.facts
    is_any_object = False
    if failure.action is None and denial.action is not None:
        # The operation of the error requires it, and the text around it can name the resource.
        resource = facts.resource or failure.resource or denial.resource
        is_any_object = _BUCKET.fullmatch(resource or "") is not None and "object" in denial.lowercase_action
        resource = f"{resource}/{_ANY_KEY}" if is_any_object else resource
        failure = attrs.evolve(failure, action=denial.action, resource=resource)
    request = build_request(failure, facts)
    if isinstance(request, str):
        return attrs.evolve(
            explanation, notes=(f"The policies were not evaluated. {request}", *explanation.notes)
        )
    decision = evaluate(request, policies)
    if is_any_object and not decision.allowed:
        unknown = "The policies were not evaluated. The error does not state the key of the object."
        return attrs.evolve(explanation, notes=(unknown, *explanation.notes))
    # A condition of the policies that nobody stated was met, as the explicit denial shows.
    is_decided = any(each.code == STATED_POLICY_DENIES.code for each in explanation.causes)
    conditional = _find_conditional(denial, decision)
    note = None if is_decided or conditional else _describe_other_decision(denial, decision)
    if conditional is not None:
        explanation = _add_condition(explanation, denial, *conditional)
    elif decision.allowed and policies.sources("identity"):
        explanation = _add_allowing_policies(explanation, denial)
    elif not is_decided:
        explanation = _add_cause(explanation, denial, decision)
    return attrs.evolve(
        explanation,
        remedies=tuple(_verify_remedy(each, failure, facts, policies) for each in explanation.remedies),
        notes=explanation.notes if note is None else (note, *explanation.notes),
    )


def _add_cause(explanation: Explanation, denial: Denial, decision: Decision) -> Explanation:
    """Add which statement denies the call, or which policy does not allow it and why."""
    if decision.deny == "explicit":
        first, *others = decision.statements[:_MAX_STATEMENTS]
        reasons = (decision.reason, *(f"{each} denies it, too." for each in others))
        cause = STATED_POLICY_DENIES.cause("supplied", reasons, text=decision.reason)
        summary = explanation.summary
        if denial.is_explicit and denial.policy_type in {None, first.policy_type}:
            name = f"the statement {clip_text(first.sid)}" if first.sid else f"statement {first.index}"
            summary = denial_summary(
                denial, f"{name} of the given {LAYER_NAMES[first.policy_type]} denies it"
            )
        return attrs.evolve(explanation, summary=summary, causes=(cause, *explanation.causes))
    if decision.deny != "implicit":
        return explanation
    for policy, cause in _find_other_resources(denial, decision):
        summary = explanation.summary
        if denial.policy_type in {None, decision.layer} and not denial.is_explicit:
            summary = denial_summary(denial, describe_other_resource(denial.action or "", policy))
        return attrs.evolve(explanation, summary=summary, causes=(cause, *explanation.causes))
    layer, text = decision.layer, decision.reason
    if denial.policy_type not in {None, layer} and (layer is None or not decision.policies.sources(layer)):
        # Nobody gave the policies of the deciding type, and AWS names another type.
        layer, text = denial.policy_type, _describe_allowed_actions(denial) or ""
        if not text:
            return explanation
    cause = _LACKS_ALLOW.cause("supplied", text=f"{text}{_describe_misspelling(denial, layer)}")
    return attrs.evolve(explanation, causes=(cause, *explanation.causes))


def _find_conditional(denial: Denial, decision: Decision) -> tuple[KnownPolicy, Mapping[str, Any]] | None:
    """Return the identity-based policy and statement that allow the call only under a condition, which was not met.

    AWS says that no identity-based policy allows the call, and the policies leave that open.
    """
    action, resource = denial.action, denial.resource
    is_open = decision.allowed is None and denial.policy_type == "identity" and not denial.is_explicit
    if not is_open or action is None or resource is None:
        return None
    for policy in list_known_policies(denial):
        if policy.policy_type != "identity":
            continue
        for each in iterate_statements(policy.content):
            is_allow = each.get("Effect") == "Allow" and names_action(each, action)
            if is_allow and names_resource(each, resource) and each.get("Condition"):
                return policy, each
    return None


def _add_condition(
    explanation: Explanation, denial: Denial, policy: KnownPolicy, statement: Mapping[str, Any]
) -> Explanation:
    """Add that the request did not meet the condition of the statement that would allow it."""
    condition = describe_conditions(statement)
    cause = STATED_POLICY_CONDITION.cause(
        "derived",
        ("AWS found no identity-based policy that allows it.",),
        text=f"{capitalize_start(policy.name)} allows {denial.action} on this resource only if {condition}, so the request did not meet that.",
    )
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"{policy.name} allows it only if {condition}"),
        causes=(cause, *explanation.causes),
        remedies=(condition_remedy(denial, statement), *explanation.remedies),
    )


def _add_allowing_policies(explanation: Explanation, denial: Denial) -> Explanation:
    """Return the explanation without what the caller's policies allow already."""
    causes = tuple(
        each
        for each in explanation.causes
        if each.evidence != "possible" or each.code != NO_IDENTITY_ALLOW.code
    )
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    if denial.policy_type == "identity":
        added = present(first_remedy(denial, STATED_POLICY_ALLOWS.code))
        cause = STATED_POLICY_ALLOWS.cause(
            "derived",
            ("AWS found no identity-based policy that allows it.",),
            text=f"The given policies allow {denial.action} on this resource, so they are not attached to {denial.caller}, or were not yet in effect.",
        )
        return attrs.evolve(explanation, causes=(cause, *causes), remedies=(*added, *others))
    return attrs.evolve(explanation, causes=causes, remedies=others or explanation.remedies)


def _find_other_resources(denial: Denial, decision: Decision) -> Iterator[tuple[KnownPolicy, Cause]]:
    """Yield the given policies of the deciding type that allow the action on other resources only."""
    action, resource = denial.action, denial.resource
    if action is None or resource is None:
        return
    for policy in list_known_policies(denial):
        cause = (
            find_other_resource(policy, action, resource) if policy.policy_type == decision.layer else None
        )
        if cause is not None:
            yield policy, cause


def _describe_allowed_actions(denial: Denial) -> str | None:
    """Return that a given policy of the type that AWS names does not allow the action, and what it allows."""
    for policy in list_known_policies(denial):
        allows = [each for each in iterate_statements(policy.content) if each.get("Effect") == "Allow"]
        names = tuple(clip_text(name) for each in allows for name in as_strings(each.get("Action")))
        is_open = denial.action is None or any(
            names_action(each, denial.action) is not False for each in allows
        )
        if policy.policy_type == denial.policy_type and not is_open:
            only = (
                f": it allows only {join_words(names[:_MAX_STATEMENTS], 'and')}"
                if 0 < len(names) <= _MAX_STATEMENTS
                else ""
            )
            return f"{capitalize_start(policy.name)} does not allow {denial.action}{only}."
    return None


def _describe_misspelling(denial: Denial, layer: PolicyType | None) -> str:
    """Return that a policy of the deciding type names an action that does not exist, as another sentence."""
    for policy in list_known_policies(denial):
        if policy.policy_type == layer and denial.action is not None:
            name = find_misspelled_action(iterate_statements(policy.content), denial.action)
            if name is not None:
                return f" {capitalize_start(policy.name)} names {clip_text(name)}, which is no action: it must be {denial.action}."
    return ""


def _describe_other_decision(denial: Denial, decision: Decision) -> str | None:
    if decision.allowed is None:
        return f"The given policies do not decide the call. {decision.reason}"
    if decision.allowed and denial.policy_type != "identity":
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
