"""Evaluate policies for a request, as AWS does.

Within an account:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html.
Between accounts:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html.
KMS keys: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html. The root user:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html.

Everything is evaluated in three-valued logic, in which an unknown value never becomes a permission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text, wrong_type_message
from iamtriage.arns._principals import FederatedUser, Root, ServicePrincipal
from iamtriage.policies._conditions import all_true, any_true
from iamtriage.policies._evaluation.decisions import Decision
from iamtriage.policies._evaluation.layers import Layer, Matched, evaluate_layers, is_key, is_trust
from iamtriage.policies._evaluation.matching import Question
from iamtriage.policies._evaluation.results import LAYER_NAMES, Outcome
from iamtriage.policies._evaluation.tracing import describe_statement
from iamtriage.policies._requests import Anonymous, Provider, Request
from iamtriage.policies._sets import PolicySet
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage.policies._requests import RequestKeys
    from iamtriage.typing import Deny

__all__ = ("evaluate",)

# Of the order in which AWS evaluates the types, for the layer that a decision names.
_DENY_ORDER: tuple[PolicyType, ...] = (
    *("service_control", "resource_control", "vpc_endpoint", "resource"),
    *("identity", "permissions_boundary", "session"),
)
# Services that accept requests without a signature.
_ANONYMOUS_SERVICES = frozenset(
    {"s3", "sqs", "sns", "execute-api", "lambda", "es", "sts", "cognito-identity"}
)
# It needs no permission, and an identity-based policy cannot deny it:
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_UNCONTROLLED = "sts:getcalleridentity"
_MANAGEMENT_ACCOUNT = "unless it is the management account, to which service control policies do not apply"


@attrs.frozen
class _Need:
    """A requirement of an allowed request.

    Attributes:
        policy_type: The type of the policies that have to meet it.
        is_met: Whether they do.
        reason: What is missing if they do not.
        layers: The layers on which an unknown result depends.
        unknown: Why it is unknown if no statement is the reason.
    """

    policy_type: PolicyType
    is_met: bool | None
    reason: str
    layers: tuple[Layer, ...] = ()
    unknown: str = ""


def evaluate(request: Request, policies: PolicySet) -> Decision:
    """Evaluate whether policies allow a request.

    An unknown condition key makes a decision ``None`` only if it decides.

    Args:
        request: The request.
        policies: The policies that apply to it.

    Raises:
        TypeError: An argument has the wrong type.

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
    if keys.action_lower == _UNCONTROLLED and not isinstance(keys.caller, _UNATTACHED):
        return _decide_uncontrolled(layers, request, policies)
    needs = [_need_control(layers["service_control"], keys), _need_endpoint(layers["vpc_endpoint"], keys)]
    needs += _needs_of_caller(layers, keys, policies, trust=trust)
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
        return build(
            allowed=False, deny="implicit", layer=unmet.policy_type, statements=(), reason=unmet.reason
        )
    possible = [each for name in _DENY_ORDER for each in layers[name].possible_denies]
    unknown = [each for each in needs if each.is_met is None]
    if possible or unknown:
        candidates = [*possible, *(m for need in unknown for la in need.layers for m in la.possible_allows)]
        missing = tuple(
            dict.fromkeys(one.key for each in candidates for one in each.match.unknown if one.key)
        )
        layer_name = possible[0].source.policy_type if possible else unknown[0].policy_type
        reason = _explain_unknown(possible, unknown, keys, trust=trust)
        return build(None, None, layer_name, candidates, reason, _join_case(missing))
    granting, statements = _find_grant(layers, keys)
    reason = f"No policy limits the root user for {keys.action}."
    if granting is not None:
        first = describe_statement(statements[0], trust=trust)
        reason = f"{first} allows {keys.action}, and no policy denies it."
    return build(allowed=True, deny=None, layer=granting, statements=statements, reason=_capitalize(reason))


def _decide_uncontrolled(layers: dict[PolicyType, Layer], request: Request, policies: PolicySet) -> Decision:
    """Decide a call that needs no permission."""
    others = (layers["service_control"], layers["vpc_endpoint"])
    is_limited = any(each.denies or each.permits is False for each in others)
    reason = f"{request.action} requires no permission."
    if is_limited:
        reason += " AWS does not document whether other policies than identity-based ones can deny it."
    return Decision(
        None if is_limited else True, None, None, (), (), reason, request=request, policies=policies
    )


def _needs_of_caller(
    layers: dict[PolicyType, Layer], keys: RequestKeys, policies: PolicySet, *, trust: bool
) -> list[_Need]:
    """Return what the policies of the principal's and the resource's account have to allow."""
    caller, resource = keys.caller, layers["resource"]
    named = any_true(resource.grants(kind) for kind in ("direct", "entity", "account", "everyone"))
    has_own_policy = trust or is_key(keys)
    noun = "role trust policy" if trust else "key policy" if has_own_policy else "resource-based policy"
    if isinstance(caller, Root) and keys.action_lower == "sts:assumerole":
        return [_Need("resource", is_met=False, reason="The root user of an account cannot assume a role.")]
    if has_own_policy and policies.resource is None:
        reason = (
            f"every {'role has a trust policy' if trust else 'KMS key has a key policy'}, which is not given"
        )
        need = _Need(
            "resource", None, "", unknown=f"Whether {keys.action} is allowed cannot be told: {reason}."
        )
        chain = _need_identity(layers, keys)
        is_foreign = keys.resource_account not in {None, keys.principal_account}
        return [chain, need] if is_foreign and not isinstance(caller, (Root, *_UNATTACHED)) else [need]
    lacking = f"No {noun} allows {keys.action} on {clip_text(keys.resource)}"
    if policies.resource is None:
        lacking += "; none is given"
    need_resource = _Need("resource", named, f"{lacking}.", (resource,))
    if isinstance(caller, Provider) and keys.resource_account != keys.principal_account:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
        reason = "STS looks for the identity provider in the account of the role."
        return [_Need("resource", is_met=False, reason=reason)]
    if isinstance(caller, _UNATTACHED):
        if isinstance(caller, Anonymous) and keys.action_lower.partition(":")[0] not in _ANONYMOUS_SERVICES:
            reason = f"it is not known that {keys.action.partition(':')[0]} accepts anonymous requests"
            return [need_resource, _Need("resource", None, "", unknown=_capitalize(f"{reason}."))]
        return [need_resource]
    is_same_account = keys.resource_account in {None, keys.principal_account}
    if isinstance(caller, Root):
        return [] if is_same_account and not has_own_policy else [need_resource]
    if not is_same_account:
        return [*_needs_of_identity(layers, keys), need_resource]
    return _needs_within_account(layers, keys, need_resource, trust=trust, has_own_policy=has_own_policy)


_UNATTACHED = (ServicePrincipal, Anonymous, Provider)


def _needs_within_account(
    layers: dict[PolicyType, Layer],
    keys: RequestKeys,
    need_resource: _Need,
    *,
    trust: bool,
    has_own_policy: bool,
) -> list[_Need]:
    """Return the needs of a request within an account, where one of several grants is enough.

    A resource-based policy that names the session, the user or everyone is not limited by an implicit deny
    of other policies of the principal; one that names the role is limited by boundary and session policy.
    """
    resource = layers["resource"]
    limits = all_true((layers["permissions_boundary"].permits, _session_permits(layers, keys)))
    identity = all_true((layers["identity"].is_allowed, limits))
    everyone = resource.grants("everyone")
    if trust and everyone:
        # AWS does not document whether * is enough without an identity-based policy.
        everyone = True if identity else None
    direct = any_true((resource.grants("direct"), everyone))
    entity = all_true((resource.grants("entity"), limits))
    own = all_true((resource.grants("account"), identity)) if has_own_policy else identity
    if any_true((direct, entity, own)) is True:
        return []
    involved = (resource, layers["identity"], layers["permissions_boundary"], layers["session"])
    combined = any_true((direct, entity, own))
    if combined is None:
        unknown = ""
        if trust and resource.grants("everyone") and not identity:
            unknown = (
                f"Whether {keys.action} is allowed cannot be told: the trust policy names everyone, and AWS "
                "does not document whether that is enough without an identity-based policy."
            )
        return [_Need(_first_unknown(layers), None, "", involved, unknown)]
    if has_own_policy and need_resource.is_met is False:
        return [need_resource]
    if layers["identity"].is_allowed is False and resource.grants("entity") is not True:
        return [_need_identity(layers, keys)]
    return _needs_of_identity(layers, keys, skip_identity=resource.grants("entity") is True)


def _first_unknown(layers: dict[PolicyType, Layer]) -> PolicyType:
    names: tuple[PolicyType, ...] = ("identity", "resource", "permissions_boundary", "session")
    for name in names:
        if layers[name].is_allowed is None:
            return name
    return "resource"


def _needs_of_identity(
    layers: dict[PolicyType, Layer], keys: RequestKeys, *, skip_identity: bool = False
) -> list[_Need]:
    boundary, session = layers["permissions_boundary"], layers["session"]
    needs = [] if skip_identity else [_need_identity(layers, keys)]
    action = keys.action
    needs.append(
        _Need(
            "permissions_boundary",
            boundary.permits,
            f"The permissions boundary does not allow {action}.",
            (boundary,),
        )
    )
    lacks = isinstance(keys.caller, FederatedUser) and not session.exists
    reason = f"No session policy allows {action}."
    if lacks:
        reason = "A federated user without a session policy has no permissions of its own."
    needs.append(_Need("session", _session_permits(layers, keys), reason, (session,)))
    return needs


def _session_permits(layers: dict[PolicyType, Layer], keys: RequestKeys) -> bool | None:
    session = layers["session"]
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    if isinstance(keys.caller, FederatedUser) and not session.exists:
        return False
    return session.permits


def _need_identity(layers: dict[PolicyType, Layer], keys: RequestKeys) -> _Need:
    identity = layers["identity"]
    reason = f"No identity-based policy allows {keys.action} on {clip_text(keys.resource)}."
    return _Need("identity", identity.is_allowed, reason, (identity,))


def _need_control(layer: Layer, keys: RequestKeys) -> _Need:
    reason = ""
    if layer.exists and layer.is_allowed is False:
        level = layer.level_allows.index(False)
        account = keys.principal_account
        reason = (
            f"No service control policy allows {keys.action} at level {level}"
            f"{' (the root)' if level == 0 else ''}; so account {account} is not allowed to call it, "
            f"{_MANAGEMENT_ACCOUNT}."
        )
    return _Need("service_control", layer.permits, reason, (layer,))


def _need_endpoint(layer: Layer, keys: RequestKeys) -> _Need:
    return _Need(
        "vpc_endpoint", layer.permits, f"The VPC endpoint policy does not allow {keys.action}.", (layer,)
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


def _explain_unknown(possible: list[Matched], unknown: list[_Need], keys: RequestKeys, *, trust: bool) -> str:
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
        return (
            f"Whether the {LAYER_NAMES[need.policy_type]} at each level allows {keys.action} cannot be told."
        )
    first = candidates[0]
    reasons = "; ".join(dict.fromkeys(each.reason for each in first.match.unknown if each.reason))
    return f"{_capitalize(str(describe_statement(first, trust=trust)))} might allow {keys.action}: {reasons}."


def _join_case(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the first spelling of each key; keys are case-insensitive."""
    return tuple(
        {key.lower(): key for key in reversed(keys)}[lower]
        for lower in dict.fromkeys(k.lower() for k in keys)
    )


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
