"""Evaluate the policies of the facts for the denied call, and verify the policies of remedies with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions.request_conditions import fails_condition
from iamtriage.explaining._rules.denials.shown_policies import stated_remedies
from iamtriage.explaining._rules.denials.shown_policies.known_policies import (
    KnownPolicy,
    list_known_policies,
    list_own_policies,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_ALLOWS,
    STATED_POLICY_CONDITION,
    STATED_POLICY_DENIES,
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_RESOURCE,
    compare,
    describe_other_resource,
    find_conditional,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import (
    Contrast,
    find_condition_contrast,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_policies import correct_cap
from iamtriage.explaining._rules.denials.statement_words import describe_conditions
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._evaluation.deciding import evaluate
from iamtriage.policies._evaluation.decisions import Decision
from iamtriage.policies._evaluation.denied_requests import build_request
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._evaluation.verification import verify
from iamtriage.policies._sets import PolicySet

_MAX_STATEMENTS = 5
# What a policy allows for such a key, it allows for every object of the bucket.
_ANY_KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
_BUCKET = lazy_pattern(r"arn:aws[a-z-]{0,12}:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# The types of policies to which a remedy proposes to add a statement, because they cap permissions.
_CAPS = frozenset({"permissions_boundary", "session", "vpc_endpoint", "service_control"})
# Words such as ACCOUNT_ID, which have to be replaced before the policy can be evaluated.
_PLACEHOLDER = lazy_pattern(r"(?<![A-Za-z0-9])[A-Z]{2,}(?:_[A-Z]{2,})*(?![A-Za-z0-9])")


def add_evaluation(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the policies of the facts say, and verify the policies of remedies."""
    failure, facts, policies = denial.failure, denial.facts, denial.facts.policies or PolicySet()
    is_any_object = False
    if failure.action is None and denial.action is not None:
        # The operation of the error requires it, and the text around it can name the resource.
        resource = facts.resource or failure.resource or denial.resource
        is_any_object = _BUCKET.fullmatch(resource or "") is not None and "object" in denial.lowercase_action
        resource = f"{resource}/{_ANY_KEY}" if is_any_object else resource
        failure = attrs.evolve(failure, action=denial.action, resource=resource)
    request = build_request(failure, facts)
    if isinstance(request, str):
        unevaluated = f"The policies were not evaluated. {request}"
        return attrs.evolve(explanation, notes=(unevaluated, *explanation.notes))
    decision = evaluate(request, policies)
    if is_any_object and not decision.allowed:
        unknown = "The policies were not evaluated. The error does not state the key of the object."
        return attrs.evolve(explanation, notes=(unknown, *explanation.notes))
    # A condition of the policies that nobody stated was met, as the explicit denial shows.
    is_decided = any(each.code == STATED_POLICY_DENIES.code for each in explanation.causes)
    conditional = _find_conditional(denial, decision)
    is_caller_allowed = bool(policies.sources("identity")) and (
        decision.allowed
        or (decision.allowed is None and denial.policy_type is None and _allows_caller(denial))
    )
    is_explained = is_decided or conditional or (is_caller_allowed and decision.allowed is None)
    note = None if is_explained else _describe_other_decision(denial, decision)
    if conditional is not None:
        explanation = _add_condition(explanation, denial, *conditional)
    elif is_caller_allowed:
        explanation = _add_allowing_policies(explanation, denial)
    elif decision.deny == "explicit" and not is_decided:
        explanation = _add_deny(explanation, denial, decision)
    elif decision.deny == "implicit" and not is_decided:
        explanation = _add_missing_allow(explanation, denial, decision)
    remedies = tuple(_verify_remedy(each, failure, facts, policies) for each in explanation.remedies)
    return attrs.evolve(explanation, remedies=remedies, notes=present(note, *explanation.notes))


def _add_deny(explanation: Explanation, denial: Denial, decision: Decision) -> Explanation:
    first, *others = decision.statements[:_MAX_STATEMENTS]
    reasons = (decision.reason, *(f"{each} denies it, too." for each in others))
    further = ""
    if first.policy_type == "identity" and _lacks_allow(denial, decision):
        further = " Without the Deny, the given identity-based policies do not allow it, either."
    cause = STATED_POLICY_DENIES.cause("supplied", reasons, text=f"{decision.reason}{further}")
    summary = explanation.summary
    if denial.is_explicit and denial.policy_type in {None, first.policy_type}:
        name = f"the statement {clip_text(first.sid)}" if first.sid else f"statement {first.index}"
        summary = denial_summary(
            denial, f"{name} of the given {POLICY_TYPE_NAMES[first.policy_type]} denies it"
        )
    return attrs.evolve(explanation, summary=summary, causes=(cause, *explanation.causes))


def _identity_policies(denial: Denial) -> Iterator[KnownPolicy]:
    return (each for each in list_known_policies(denial) if each.policy_type == "identity")


def _lacks_allow(denial: Denial, decision: Decision) -> bool:
    """Return whether the identity-based policies that deny a call have no Allow for it."""
    allows = [policy.allows for policy in _identity_policies(denial)]
    identity = [{"Version": "2012-10-17", "Statement": each} for each in allows if each]
    without = evaluate(decision.request, attrs.evolve(decision.policies, identity=identity))
    return bool(identity) and (without.deny, without.layer) == ("implicit", "identity")


def _add_missing_allow(explanation: Explanation, denial: Denial, decision: Decision) -> Explanation:
    """Add which policy does not allow the call, and what it allows instead."""
    layer, action, summary = decision.layer, denial.action or "", explanation.summary
    if denial.policy_type not in {None, layer} and (layer is None or not decision.policies.sources(layer)):
        # Nobody gave the policies of the deciding type, and AWS names another type.
        layer = denial.policy_type
    policies = (each for each in list_known_policies(denial) if each.policy_type == layer)
    compared = present(*(compare(denial, action, each) for each in policies))
    others = [each for each in compared if each.has_cause(STATED_POLICY_OTHER_RESOURCE)]
    if others:
        policy, cause, _ = others[0]
        if denial.policy_type in {None, layer} and not denial.is_explicit:
            contrast = describe_other_resource(denial, policy)
            summary = denial_summary(denial, f"{policy.name} {contrast.verdict}")
            explanation = attrs.evolve(explanation, remedies=present(contrast.remedy, *explanation.remedies))
    elif len(compared) == 1 and compared[0].has_cause(STATED_POLICY_OTHER_ACTION):
        cause = compared[0].cause
    elif layer == decision.layer:
        cause = STATED_POLICY_OTHER_ACTION.cause("supplied", text=decision.reason)
    else:
        return explanation
    return attrs.evolve(explanation, summary=summary, causes=(cause, *explanation.causes))


def _find_conditional(denial: Denial, decision: Decision) -> tuple[KnownPolicy, Mapping[str, Any]] | None:
    """Return the policy and statement that allow the call only under a condition, which was not met.

    AWS says that no identity-based policy allows the call, and the policies leave that open, or that no policy of
    a type that caps permissions does, and the call is known not to meet the condition.
    """
    is_cap = denial.policy_type in _CAPS and denial.policy_type != "vpc_endpoint"
    if denial.is_explicit or not (is_cap or (denial.policy_type == "identity" and decision.allowed is None)):
        return None
    policies = (each for each in list_known_policies(denial) if each.policy_type == denial.policy_type)
    found = ((policy, find_conditional(denial, policy)) for policy in policies)
    decided = (each for each in found if not is_cap or (each[1] and fails_condition(denial, each[1])))
    return next(((policy, statement) for policy, statement in decided if statement is not None), None)


def _add_condition(
    explanation: Explanation, denial: Denial, policy: KnownPolicy, statement: Mapping[str, Any]
) -> Explanation:
    condition = describe_conditions(statement)
    is_cap = denial.policy_type != "identity"
    because = () if is_cap else "AWS found no identity-based policy that allows it."
    text = f"{capitalize_start(policy.name)} allows {denial.action} on this resource only if {condition}, so the request did not meet that."
    cause = STATED_POLICY_CONDITION.cause("derived", because, text=text)
    contrast = find_condition_contrast(denial, statement)
    if is_cap:
        explanation, remedies, contrast = correct_cap(denial, explanation, statement, contrast)
        explanation = attrs.evolve(explanation, remedies=remedies)
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"{policy.name} {contrast.verdict}"),
        causes=(cause, *explanation.causes),
        remedies=present(contrast.remedy, *explanation.remedies),
    )


def _allows_caller(denial: Denial) -> bool:
    """Return whether a given identity-based policy allows the call without a condition."""
    compared = (compare(denial, denial.action or "", policy) for policy in _identity_policies(denial))
    return any(each is not None and each.has_cause(STATED_POLICY_ALLOWS) for each in compared)


def _add_allowing_policies(explanation: Explanation, denial: Denial) -> Explanation:
    """Return the explanation without what the caller's policies allow already."""
    if denial.policy_type == "identity":
        because = "AWS found no identity-based policy that allows it."
        text = f"The given policies allow {denial.action} on this resource, so they are not attached to {denial.caller}, or were not yet in effect."
        cause = STATED_POLICY_ALLOWS.cause("derived", because, text=text)
        others = (each for each in explanation.remedies if each.policy is None or each.layer != "identity")
        remedies = present(stated_remedies.first_remedy(denial, STATED_POLICY_ALLOWS.code), *others)
        return attrs.evolve(explanation, causes=(cause, *explanation.causes), remedies=remedies)
    return stated_remedies.explain_allowed_caller(denial, explanation, "the given identity-based policy")


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


def find_unmet(denial: Denial, action: str, resource: str) -> tuple[KnownPolicy, Cause, Contrast] | None:
    """Return which policy in the text allows the role of a service an action on another resource or under a condition, and how that differs."""
    arn = try_parse_arn(resource)
    of_role = attrs.evolve(
        denial, action=action, resource=arn and resource, resource_arn=arn, policy_type="identity"
    )
    for policy in list_own_policies(of_role):
        compared = compare(of_role, action, policy)
        if compared is None or compared.cause.evidence != "derived":
            continue
        contrast, statement = None, find_conditional(of_role, policy)
        if compared.has_cause(STATED_POLICY_CONDITION) and statement is not None:
            contrast = find_condition_contrast(of_role, statement)
        elif compared.has_cause(STATED_POLICY_OTHER_RESOURCE) and arn is not None:
            contrast = describe_other_resource(of_role, policy)
        if contrast is not None:
            cause = attrs.evolve(compared.cause, text=contrast.text or compared.cause.text)
            return policy, cause, contrast
    return None
