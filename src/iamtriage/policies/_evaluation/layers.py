"""Evaluate each type of policy for a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import RoleSession, Root, ServiceLinkedRole, ServicePrincipal
from iamtriage.policies._conditions import all_true, any_true
from iamtriage.policies._evaluation.matching import (
    Question,
    StatementMatch,
    Unknown,
    is_aliased_key,
    match_statement,
    uses_key,
)
from iamtriage.policies._requests import Anonymous, Provider, WebIdentity
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from iamtriage.policies._evaluation.principals import PrincipalResult
    from iamtriage.policies._requests import RequestKeys
    from iamtriage.policies._sets import PolicySet, Source
    from iamtriage.policies._statements import Statement

__all__ = ("Layer", "Matched", "evaluate_layers", "evaluate_sources", "is_key", "is_trust", "layer_exemption")

# The services that support RCPs. For others, it is certain only if an RCP names them:
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services,
# and the services that AWS announced in June 2025 (ECR, OpenSearch Serverless) and in January 2026 (Cognito,
# CloudWatch Logs).
_RCP_SERVICES = frozenset(
    {
        *("s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss"),
        *("cognito-idp", "cognito-identity", "logs"),
    }
)
# The root user of the bucket's account can always call these, even if the bucket policy denies them:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
_BUCKET_POLICY_ACTIONS = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})
# Services with VPC gateway endpoints.
_GATEWAY_SERVICES = frozenset({"s3", "dynamodb"})
_CALLERS_WITHOUT_POLICIES = (Root, ServicePrincipal, Anonymous, Provider, WebIdentity)
_PRINCIPAL_TYPES: tuple[PolicyType, ...] = ("identity", "permissions_boundary", "session")
_LIMITING_TYPES: tuple[PolicyType, ...] = ("service_control", "resource_control", "vpc_endpoint")


class Matched(NamedTuple):
    """A statement that matches, or might match."""

    source: Source
    statement: Statement
    match: StatementMatch


@attrs.frozen
class Layer:
    """The result of evaluating the policies of one type for a request.

    Attributes:
        policy_type: The type.
        exists: Whether there are policies of the type that apply to the principal.
        denies: The Deny statements that match.
        possible_denies: The Deny statements that might match.
        allows: The Allow statements that match.
        possible_allows: The Allow statements that might match.
        level_allows: For control policies, whether each level allows the request.
    """

    policy_type: PolicyType
    exists: bool
    denies: tuple[Matched, ...] = ()
    possible_denies: tuple[Matched, ...] = ()
    allows: tuple[Matched, ...] = ()
    possible_allows: tuple[Matched, ...] = ()
    level_allows: tuple[bool | None, ...] = ()

    @property
    def is_allowed(self) -> bool | None:
        """Whether an Allow statement matches; for control policies, one at each level."""
        if self.policy_type == "service_control":
            return all_true(self.level_allows)
        return True if self.allows else None if self.possible_allows else False

    @property
    def permits(self) -> bool | None:
        """Whether the policies permit what others allow. Without policies of the type, they do."""
        return self.is_allowed if self.exists else True

    def grants(self, kind: str) -> bool | None:
        """Return whether an Allow statement names the caller as an attribute of ``PrincipalResult`` says."""
        return any_true(_names_caller(each.match, kind) for each in (*self.allows, *self.possible_allows))


def _names_caller(match: StatementMatch, kind: str) -> bool | None:
    named: bool | None = getattr(match.principal, kind)
    others_unknown = len(match.unknown) - (match.principal.is_match is None)
    return all_true((named, None if others_unknown else True))


def is_trust(keys: RequestKeys) -> bool:
    """Return whether the resource's policy is a role trust policy."""
    is_role = keys.resource == "*" or ":role/" in keys.resource
    return (
        keys.action_lower.startswith(("sts:assumerole", "sts:tagsession", "sts:setsourceidentity"))
        and is_role
    )


def is_key(keys: RequestKeys) -> bool:
    """Return whether the resource is a KMS key, whose policy must allow the call."""
    if not keys.action_lower.startswith("kms:"):
        return False
    sections = keys.resource.split(":", 5)
    if len(sections) == 6 and sections[2] == "kms" and sections[5].startswith("key/"):
        return True
    return (keys.resource == "*" and uses_key(keys.action_lower)) or is_aliased_key(keys)


def layer_exemption(policy_type: PolicyType, keys: RequestKeys) -> tuple[bool | None, str]:
    """Return whether control policies apply to the principal, and the reason if they might not.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html and
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html.
    """
    caller = keys.caller
    role = caller.role if isinstance(caller, RoleSession) else caller
    if isinstance(role, ServiceLinkedRole):
        given = keys.context.get("aws:principalarn", ())
        if role.path != "/" or any("/aws-service-role/" in each for each in given):
            return False, ""
        return None, f"it depends on whether {role.name} is a service-linked role, which its path would show"
    if policy_type == "resource_control":
        return (False, "") if keys.action_lower == "kms:retiregrant" else (True, "")
    if policy_type == "vpc_endpoint":
        is_service = isinstance(caller, ServicePrincipal)
        return (None, "it depends on whether a service uses the VPC endpoint") if is_service else (True, "")
    if isinstance(caller, (ServicePrincipal, Anonymous)):
        return False, ""
    if isinstance(caller, (Provider, WebIdentity)):
        return None, "it depends on whether service control policies apply to federated principals"
    return True, ""


def evaluate_layers(question: Question, policies: PolicySet) -> dict[PolicyType, Layer]:
    """Evaluate the policies of each type."""
    keys = question.keys
    has_policies = not isinstance(keys.caller, _CALLERS_WITHOUT_POLICIES)
    layers: dict[PolicyType, Layer] = {}
    for policy_type in _PRINCIPAL_TYPES:
        # These are attached to users and roles.
        sources = policies.sources(policy_type) if has_policies else None
        layers[policy_type] = evaluate_sources(policy_type, sources, question)
    layers["resource"] = evaluate_sources("resource", policies.sources("resource"), question)
    owns_bucket = isinstance(keys.caller, Root) and keys.resource_account in {None, keys.principal_account}
    if owns_bucket and keys.action_lower in _BUCKET_POLICY_ACTIONS:
        layers["resource"] = attrs.evolve(layers["resource"], denies=(), possible_denies=())
    for policy_type in _LIMITING_TYPES:
        sources = policies.sources(policy_type)
        applies, reason = (True, "") if sources is None else layer_exemption(policy_type, keys)
        layer = evaluate_sources(policy_type, sources if applies is not False else None, question)
        if policy_type == "service_control" and layer.exists:
            layer = attrs.evolve(layer, level_allows=_evaluate_levels(layer, policies))
        if policy_type == "resource_control":
            layer = _check_services(layer, keys)
        if policy_type == "vpc_endpoint":
            layer = _check_gateway(layer, keys)
        layers[policy_type] = _make_uncertain(layer, reason) if applies is None else layer
    return layers


def evaluate_sources(
    policy_type: PolicyType, sources: tuple[Source, ...] | None, question: Question
) -> Layer:
    """Evaluate the policies of one type. ``None`` means that none apply."""
    if sources is None:
        return Layer(policy_type, exists=False)
    denies: list[Matched] = []
    possible_denies: list[Matched] = []
    allows: list[Matched] = []
    possible_allows: list[Matched] = []
    for source in sources:
        policy = source.policy
        for statement in policy.statements:
            match = match_statement(statement, question, has_variables=policy.has_variables)
            if match.is_match:
                (denies if statement.denies else allows).append(Matched(source, statement, match))
            elif match.is_match is None:
                unsure = possible_denies if statement.denies else possible_allows
                unsure.append(Matched(source, statement, match))
    return Layer(
        policy_type,
        exists=True,
        denies=tuple(denies),
        possible_denies=tuple(possible_denies),
        allows=tuple(allows),
        possible_allows=tuple(possible_allows),
    )


def _evaluate_levels(layer: Layer, policies: PolicySet) -> tuple[bool | None, ...]:
    """Return whether each level has an Allow that matches."""
    certain = {each.source.level for each in layer.allows}
    possible = {each.source.level for each in layer.possible_allows}
    return tuple(
        True if level in certain else None if level in possible else False
        for level in range(len(policies.service_control or ()))
    )


def _check_services(layer: Layer, keys: RequestKeys) -> Layer:
    """Make a Deny of an RCP uncertain if AWS might not apply RCPs to the service."""
    prefix = keys.action_lower.partition(":")[0]
    if prefix in _RCP_SERVICES or not layer.denies:
        return layer
    for each in layer.denies:
        named = () if each.statement.is_not_action else each.statement.actions
        if any(action.lower().startswith(f"{prefix}:") for action in named):
            return layer
    return _make_uncertain(layer, f"it depends on whether resource control policies apply to {prefix}")


def _check_gateway(layer: Layer, keys: RequestKeys) -> Layer:
    """Make an Allow for an account uncertain if the endpoint might be a gateway endpoint.

    In the policy of a gateway endpoint, an account means only its root user:
    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#vpc-endpoint-policies-gateway
    """
    if isinstance(keys.caller, Root) or keys.action_lower.partition(":")[0] not in _GATEWAY_SERVICES:
        return layer
    delegated = [each for each in layer.allows if _names_only_account(each.match.principal)]
    if not delegated:
        return layer
    reason = "in the policy of a gateway endpoint, an account means only its root user"
    return attrs.evolve(
        layer,
        allows=tuple(each for each in layer.allows if each not in delegated),
        possible_allows=(*layer.possible_allows, *(_add_unknown(each, reason) for each in delegated)),
    )


def _names_only_account(principal: PrincipalResult) -> bool:
    return principal.account is True and True not in {principal.direct, principal.entity, principal.everyone}


def _make_uncertain(layer: Layer, reason: str) -> Layer:
    """Return a layer whose restrictions are all uncertain."""
    doubtful = tuple(_add_unknown(each, reason) for each in layer.denies)
    return attrs.evolve(
        layer,
        denies=(),
        possible_denies=(*layer.possible_denies, *doubtful),
        level_allows=tuple(each or None for each in layer.level_allows),
    )


def _add_unknown(matched: Matched, reason: str) -> Matched:
    unknown = (*matched.match.unknown, Unknown(reason))
    return matched._replace(match=attrs.evolve(matched.match, is_match=None, unknown=unknown))
