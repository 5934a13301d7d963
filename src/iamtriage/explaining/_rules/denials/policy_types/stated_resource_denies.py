"""Explain a denial without a reason by the Deny statement of the resource's policy in the text.

An explicit deny overrides any Allow: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.explanations import copy_with
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions import request_conditions
from iamtriage.explaining._rules.denials.denies import stated_denies
from iamtriage.explaining._rules.denials.denies.deny_requirements import add_requirement
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_DENIES
from iamtriage.explaining._rules.denials.shown_policies.stated_policies import add_stated_policies
from iamtriage.explaining._rules.shared.common_causes import EXPLICIT_DENY
from iamtriage.explaining._rules.shared.loading import load_rule
from iamtriage.policies._readers.elements import as_strings, principal_names
from iamtriage.typing import PolicyType

_DENIES = frozenset({DENIES["resource"].code, STATED_POLICY_DENIES.code})
# Other policies whose statements have principals: those of VPC endpoints, and resource control policies.
_OTHER_TYPES = lazy_pattern(
    r"(?i:vpc.?endpoint|\bvpce\b(?!-)|\bendpoint(?:'s)?.?polic|\bpolicy (?:of|on|for) (?:the|our|this) (?:\w{1,12} )?endpoint\b|\bresource.?control|\brcps?\b)"
)
# How a verdict ends if the message gives no reason.
_GUESS = "most likely, no identity-based policy allows it."
_RULE = "denials.policy_types.resource_policies.explain_resource_policy"
_CONTROL_RULES = {
    "resource_control": "denials.policy_types.control_policies.explain_resource_control",
    "service_control": "denials.policy_types.control_policies.explain_service_control",
}
# The words that introduce it.
_SCP = lazy_pattern(
    r"(?<!no )(?<!not an )(?<!not the )(?:\bSCPs?\b|(?i:\bservice[ -]control polic(?:y|ies)))(?![^{}]{0,60}\b(?:no|not|nothing|never|n't)\b)[^{}]{0,160}\{"
)
# What a text says of a policy that an organization attaches.
_ATTACHED = lazy_pattern(
    r"(?i:\bresource[ -]control polic|\brcps?\b|\battached\b[^.\n]{0,60}\bto the (?:root|ou|organi[sz]ation)\b)"
)
_OF_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")


def add_resource_deny(denial: Denial, explanation: Explanation) -> Explanation:
    """Replace an explanation that lacks the Deny of the resource's policy in the text, if that matches the request."""
    names_deny = any(each.code in _DENIES and each.evidence != "possible" for each in explanation.causes)
    # What is only the most frequent cause is less likely than a Deny that somebody shows.
    guess = explanation if explanation.summary.endswith(_GUESS) else None
    denied = _explain_plain_control(denial) if names_deny else None
    # Other rules for a Deny of a policy without a name know more of the call.
    if denied is None and (not names_deny or explanation.topic == EXPLICIT_DENY.code):
        denied = explain_resource_deny(denial, guess)
    if denied is None:
        return explanation
    # What is known of the trust policy says that it is not the reason.
    known = (
        each
        for each in explanation.causes
        if each.evidence == "derived" and explanation.topic == "assume-role"
    )
    return attrs.evolve(denied, causes=(*denied.causes, *known))


def explain_resource_deny(denial: Denial, guess: Explanation | None = None) -> Explanation | None:
    """Return how a Deny of the resource's policy in the text denies a call, ``None`` if none certainly matches it.

    Args:
        denial: The denial.
        guess: The explanation to which a Deny is preferred of which the text does not show whether the request
            meets its condition.
    """
    if (of_organization := _explain_control(denial)) is not None:
        return of_organization
    if _OTHER_TYPES.search(denial.failure.text):
        return None
    implied = attrs.evolve(denial, deny="explicit", policy_type="resource")
    found = stated_denies.find_stated_denies(implied)
    # Trust policies are evaluated. Code can be about another resource, or not deployed.
    if len(found) != 1 or found[0].policy.policy_type == "role_trust" or found[0].policy.is_code:
        return None
    is_certain = request_conditions.are_met(found[0].checked)
    if not is_certain and (guess is None or not _may_be_met(found[0].checked)):
        return None
    explained: Explanation = load_rule(_RULE)(implied)
    added = add_requirement(implied, explained)
    # The message says nothing of a Deny.
    causes = tuple(each for each in added.causes if each.evidence != "reported")
    if is_certain or guess is None:
        return attrs.evolve(added, causes=causes)
    first, *others = causes
    text = "The message gives no reason, and the text does not show whether the request meets the condition of this Deny, which no Allow overrides."
    causes = (attrs.evolve(first, evidence="possible", text=text), *others)

    def build_remedies() -> tuple[Remedy, ...]:
        return (*added.remedies, *guess.remedies[:1])

    return copy_with(added, causes=(*causes, *guess.causes[:1]), _remedies=build_remedies)


def _may_be_met(checked: Sequence[request_conditions.CheckedCondition]) -> bool:
    """Return whether conditions are about the request, and not usual ones, as nearly all calls use TLS.

    Who writes one about principals most likely exempts the caller.
    """
    is_usual = all(each.is_usual for each in checked)
    is_about_caller = any(
        each.is_met is None and each.key.lower().startswith(("aws:principal", "aws:userid"))
        for each in checked
    )
    return not is_usual and not is_about_caller


def _explain_control(denial: Denial) -> Explanation | None:
    """Return how a control policy of an organization in the text denies a call.

    AWS does not name the type of the policy to callers of another organization, and not every service names it at all.
    """
    text = denial.failure.text
    policy_type: PolicyType = "resource_control" if denial.crosses_accounts else "service_control"
    implied = attrs.evolve(denial, deny="explicit", policy_type=policy_type)
    found = stated_denies.find_stated_denies(implied)
    if len(found) != 1 or found[0].policy.is_code or found[0].policy.owner is not None:
        return None
    is_named = _SCP.search(text) if policy_type == "service_control" else _is_control(found[0].policy, text)
    # Only the organization of the caller is not known.
    open_ones = [each for each in found[0].checked if each.is_met is None]
    if not is_named or (open_ones and policy_type == "service_control"):
        return None
    if any(each.key.lower() not in _OF_ORGANIZATION or "Not" not in each.operator for each in open_ones):
        return None
    explained: Explanation = load_rule(_CONTROL_RULES[policy_type])(implied)
    added = add_requirement(implied, explained)
    return attrs.evolve(added, causes=tuple(each for each in added.causes if each.evidence != "reported"))


def _explain_plain_control(denial: Denial) -> Explanation | None:
    """Return how a service control policy in the text denies a call without a condition."""
    if denial.crosses_accounts or not _SCP.search(denial.failure.text):
        return None
    implied = attrs.evolve(denial, deny="explicit", policy_type="service_control")
    explained: Explanation = load_rule(_CONTROL_RULES["service_control"])(implied)
    added = add_stated_policies(implied, explained)
    if added is explained:
        return None
    return attrs.evolve(added, causes=tuple(each for each in added.causes if each.evidence != "reported"))


def _is_control(policy: KnownPolicy, text: str) -> bool:
    """Return whether a policy that only denies, everyone and everything, is one of the organization."""
    statements = list(policy.statements)
    if any(each.get("Effect") != "Deny" or principal_names(each) != ["*"] for each in statements):
        return False
    services = {name.partition(":")[0] for each in statements for name in as_strings(each.get("Action"))}
    # The policy of a resource is about its service.
    return len(services - {"*"}) > 1 or _ATTACHED.search(text) is not None
