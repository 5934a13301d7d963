"""Explain a denial without a reason by the Deny statement of the resource's policy in the text.

An explicit deny overrides any Allow: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.denials.conditions import request_conditions
from iamtriage.explaining._rules.denials.denies import stated_denies
from iamtriage.explaining._rules.denials.denies.deny_requirements import add_requirement
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import STATED_POLICY_DENIES
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.loading import load_rule

_DENIES = frozenset({DENIES["resource"].code, STATED_POLICY_DENIES.code})
# Other policies whose statements have principals: those of VPC endpoints, and resource control policies.
_OTHER_TYPES = lazy_pattern(r"(?i:vpc.?endpoint|\bvpce\b|\bendpoint.?polic|\bresource.?control|\brcps?\b)")
_RULE = "denials.policy_types.resource_policies.explain_resource_policy"


def add_resource_deny(denial: Denial, explanation: Explanation) -> Explanation:
    """Replace an explanation that lacks the Deny of the resource's policy in the text, if that matches the request."""
    names_deny = any(each.code in _DENIES and each.evidence != "possible" for each in explanation.causes)
    return explanation if names_deny else explain_resource_deny(denial) or explanation


def explain_resource_deny(denial: Denial) -> Explanation | None:
    """Return how a Deny of the resource's policy in the text denies a call, ``None`` if none certainly matches it."""
    if _OTHER_TYPES.search(denial.failure.text):
        return None
    implied = attrs.evolve(denial, deny="explicit", policy_type="resource")
    found = stated_denies.find_stated_denies(implied)
    is_certain = len(found) == 1 and request_conditions.are_met(found[0].checked)
    # Trust policies are evaluated. Code can be about another resource, or not deployed.
    if not is_certain or found[0].policy.policy_type == "role_trust" or found[0].policy.is_code:
        return None
    explained: Explanation = load_rule(_RULE)(implied)
    added = add_requirement(implied, explained)
    # The message says nothing of a Deny.
    causes = tuple(each for each in added.causes if each.evidence != "reported")
    return attrs.evolve(added, causes=causes)
