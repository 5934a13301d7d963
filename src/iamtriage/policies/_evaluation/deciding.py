"""Evaluate policies for a request, as AWS does.

Within an account:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html.
Between accounts:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html.
KMS keys: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html. The root user:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html.

Policies are evaluated in three-valued logic. An unknown value never becomes a permission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import wrong_type_message
from iamtriage.policies._evaluation.decisions import Decision
from iamtriage.policies._evaluation.layers import Layer, Matched, evaluate_layers, is_key, is_trust
from iamtriage.policies._evaluation.matching import Question
from iamtriage.policies._evaluation.needs import Need, find_needs, requires_no_permission
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES
from iamtriage.policies._evaluation.results import Outcome
from iamtriage.policies._evaluation.tracing import describe_statement
from iamtriage.policies._requests import Request
from iamtriage.policies._sets import PolicySet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage.policies._requests import RequestKeys
    from iamtriage.typing import Deny, PolicyType

__all__ = ("evaluate",)

# The order in which AWS evaluates the policy types. A decision names the first one that denies.
_DENY_ORDER: tuple[PolicyType, ...] = (
    *("service_control", "resource_control", "vpc_endpoint", "resource"),
    *("identity", "permissions_boundary", "session"),
)


def evaluate(request: Request, policies: PolicySet) -> Decision:
    """Evaluate whether policies allow a request.

    An unknown condition key makes the decision ``None`` only if the decision depends on the key.

    Args:
        request: The request.
        policies: The policies that apply to the request.

    Raises:
        TypeError: An argument has the wrong type.

    Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.

    >>> request = Request("arn:aws:iam::111122223333:user/ana", "s3:GetObject", "arn:aws:s3:::reports/q1.csv")
    >>> statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::reports/*"}
    >>> policy = {"Version": "2012-10-17", "Statement": [statement]}
    >>> evaluate(request, PolicySet(identity=[policy])).allowed
    True
    >>> statement["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    >>> decision = evaluate(request, PolicySet(identity=[policy]))
    >>> decision.allowed, decision.missing
    (None, ('aws:SourceIp',))
    """
    _check_types(request, policies)
    question = Question(request.keys, has_boundary=policies.permissions_boundary is not None)
    decision = _decide(question, request, policies)
    if decision.allowed is not None:
        return decision
    outcomes = tuple(_find_outcomes(decision.missing, question, request, policies))
    decisive = [each for each in outcomes if (each.if_matched, each.if_unmatched) != (None, None)]
    kept = tuple(decisive) or outcomes
    return attrs.evolve(decision, missing=tuple(each.key for each in kept), outcomes=kept)


def _check_types(request: object, policies: object) -> None:
    if not isinstance(request, Request):
        raise TypeError(wrong_type_message("request", "a Request", request))
    if not isinstance(policies, PolicySet):
        raise TypeError(wrong_type_message("policies", "a PolicySet", policies))


def _find_outcomes(
    keys: Sequence[str], question: Question, request: Request, policies: PolicySet
) -> Iterable[Outcome]:
    for key in keys:
        matched, unmatched = (
            _decide(attrs.evolve(question, assumed={key.lower(): value}), request, policies).allowed
            for value in (True, False)
        )
        yield Outcome(key, matched, unmatched)


def _decide(question: Question, request: Request, policies: PolicySet) -> Decision:
    keys = question.keys
    layers = evaluate_layers(question, policies)
    trust = is_trust(keys)
    if requires_no_permission(keys):
        return _decide_uncontrolled(layers, request, policies)
    needs = find_needs(layers, keys, policies)
    assumptions = tuple(_find_assumptions(layers, keys))

    def build(
        allowed: bool | None,  # noqa: FBT001 (local)
        deny: Deny | None,
        layer: PolicyType | None,
        statements: Iterable[Matched],
        reason: str,
        missing: tuple[str, ...] = (),
    ) -> Decision:
        named: PolicyType | None = "role_trust" if trust and layer == "resource" else layer
        found = tuple(describe_statement(each, trust=trust) for each in statements)
        return Decision(
            allowed, deny, named, found, missing, reason, (), assumptions, request=request, policies=policies
        )

    denying = [layers[each] for each in _DENY_ORDER if layers[each].denies]
    if denying:
        matched = [each for layer in denying for each in layer.denies]
        first = describe_statement(matched[0], trust=trust)
        reason = f"{first} explicitly denies {keys.action}, which overrides any allow."
        return build(
            allowed=False,
            deny="explicit",
            layer=denying[0].policy_type,
            statements=matched,
            reason=_capitalize(reason),
        )
    unmet = next((each for each in needs if each.is_met is False), None)
    if unmet is not None:
        assumptions = (*assumptions, *_find_grant_assumptions(unmet, keys))
        return build(
            allowed=False, deny="implicit", layer=unmet.policy_type, statements=(), reason=unmet.reason
        )
    possible = [each for name in _DENY_ORDER for each in layers[name].possible_denies]
    unknown = [each for each in needs if each.is_met is None]
    if possible or unknown:
        candidates = [*possible, *(m for need in unknown for la in need.layers for m in la.possible_allows)]
        # Keys are case-insensitive. The first spelling stays.
        missing: dict[str, str] = {}
        for key in (one.key for each in candidates for one in each.match.unknown if one.key):
            missing.setdefault(key.lower(), key)
        layer_name = possible[0].source.policy_type if possible else unknown[0].policy_type
        reason = _explain_unknown(possible, unknown, keys, trust=trust)
        return build(None, None, layer_name, candidates, reason, tuple(missing.values()))
    granting, statements = _find_grant(layers, keys)
    reason = f"No policy limits the root user for {keys.action}."
    if granting is not None:
        first = describe_statement(statements[0], trust=trust)
        reason = f"{first} allows {keys.action}, and no policy denies it."
    return build(allowed=True, deny=None, layer=granting, statements=statements, reason=_capitalize(reason))


def _decide_uncontrolled(layers: dict[PolicyType, Layer], request: Request, policies: PolicySet) -> Decision:
    """Decide a call that needs no permission."""
    others = (layers["service_control"], layers["vpc_endpoint"])
    is_limited = any(each.denies or each.possible_denies or each.permits is not True for each in others)
    reason = f"{request.action} requires no permission."
    if is_limited:
        reason += " AWS does not document whether policies other than identity-based ones can deny it."
    return Decision(
        None if is_limited else True, None, None, (), (), reason, request=request, policies=policies
    )


def _find_grant(
    layers: dict[PolicyType, Layer], keys: RequestKeys
) -> tuple[PolicyType | None, list[Matched]]:
    """Return the layer that allows the request, and its statements."""
    identity, resource = list(layers["identity"].allows), list(layers["resource"].allows)
    is_same_account = keys.resource_account in {None, keys.principal_account}
    if identity and not (is_trust(keys) or is_key(keys)) and is_same_account:
        return "identity", [*identity, *resource]
    if resource:
        return "resource", [*resource, *identity]
    return ("identity", identity) if identity else (None, [])


def _find_assumptions(layers: dict[PolicyType, Layer], keys: RequestKeys) -> Iterable[str]:
    sections = keys.resource.split(":", 5)
    if keys.resource_account is None and len(sections) == 6 and not sections[4] and keys.principal_account:
        yield f"the resource is in the principal's account {keys.principal_account}"
    seen: dict[str, None] = {}
    for layer in layers.values():
        for each in (*layer.denies, *layer.allows):
            if each.match.caveat:
                seen[each.match.caveat.removeprefix("assuming that ")] = None
    yield from seen


def _find_grant_assumptions(unmet: Need, keys: RequestKeys) -> Iterable[str]:
    """Yield the assumptions about mechanisms other than policies that could allow the request."""
    if unmet.policy_type != "resource" or not unmet.layers:
        return
    if is_key(keys):
        # https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
        yield "no grant of the key allows it"
    elif keys.action_lower.startswith("s3:"):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
        yield "no access control list of the bucket or the object allows it"


def _explain_unknown(possible: list[Matched], unknown: list[Need], keys: RequestKeys, *, trust: bool) -> str:
    if possible:
        first = possible[0]
        reasons = "; ".join(dict.fromkeys(each.reason for each in first.match.unknown))
        return (
            f"{_capitalize(str(describe_statement(first, trust=trust)))} might deny {keys.action}: {reasons}."
        )
    need = unknown[0]
    if need.unknown:
        return need.unknown
    candidates = [each for layer in need.layers for each in layer.possible_allows]
    if not candidates:
        name = POLICY_TYPE_NAMES[need.policy_type]
        return f"It is unknown whether the {name} at each level allows {keys.action}."
    first = candidates[0]
    reasons = "; ".join(dict.fromkeys(each.reason for each in first.match.unknown if each.reason))
    return f"{_capitalize(str(describe_statement(first, trust=trust)))} might allow {keys.action}: {reasons}."


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
