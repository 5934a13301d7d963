"""Find the requirements that policies must meet to allow a request.

Within an account, one grant is enough; between accounts, both sides must allow the request. Role trust
policies and KMS key policies must always allow it. For sources, see
:mod:`iamtriage.policies._evaluation.deciding`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.arns._principals import FederatedUser, Role, RoleSession, Root, ServicePrincipal, User
from iamtriage.policies._conditions import all_true, any_true
from iamtriage.policies._evaluation.layers import Layer, is_key, is_trust
from iamtriage.policies._requests import Anonymous, Provider, WebIdentity
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from iamtriage.policies._requests import RequestKeys
    from iamtriage.policies._sets import PolicySet

__all__ = ("Need", "find_needs", "find_restriction", "requires_no_permission")

# Services that accept requests without a signature.
_ANONYMOUS_SERVICES = frozenset(
    {"s3", "sqs", "sns", "execute-api", "lambda", "es", "sts", "cognito-identity"}
)
_MANAGEMENT_ACCOUNT = "unless it is the management account, to which service control policies do not apply"
# Callers that have no identity-based policies.
_CALLERS_WITHOUT_POLICIES = (ServicePrincipal, Anonymous, Provider, WebIdentity)
# Calls that cross-account permissions do not apply to. "Cross-account use: No" in
# https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html:
_ACCOUNT_KEY_ACTIONS = """
    CancelKeyDeletion CreateAlias DeleteAlias DeleteImportedKeyMaterial DisableKey
    DisableKeyRotation EnableKey EnableKeyRotation GetKeyLastUsage GetKeyPolicy
    GetParametersForImport ImportKeyMaterial ListKeyPolicies ListKeyRotations ListResourceTags
    PutKeyPolicy ReplicateKey RotateKeyOnDemand ScheduleKeyDeletion TagResource UntagResource
    UpdateAlias UpdateKeyDescription UpdatePrimaryRegion
""".lower().split()
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-limitations-of-custom-policies.html
_ACCOUNT_QUEUE_ACTIONS = """
    AddPermission CancelMessageMoveTask CreateQueue DeleteQueue ListMessageMoveTasks ListQueues ListQueueTags
    RemovePermission SetQueueAttributes StartMessageMoveTask TagQueue UntagQueue
""".lower().split()
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
_ACCOUNT_BUCKET_ACTIONS = ("getbucketpolicy", "putbucketpolicy", "deletebucketpolicy")
_ACCOUNT_ONLY_ACTIONS = frozenset(
    f"{prefix}:{name}"
    for prefix, names in (
        *(("kms", _ACCOUNT_KEY_ACTIONS), ("sqs", _ACCOUNT_QUEUE_ACTIONS)),
        ("s3", _ACCOUNT_BUCKET_ACTIONS),
    )
    for name in names
)
_LONG_TERM_ACTIONS = frozenset({"sts:getfederationtoken", "sts:getsessiontoken"})


@attrs.frozen
class Need:
    """A requirement for a request to be allowed.

    Attributes:
        policy_type: The type of the policies that must meet the requirement.
        is_met: Whether they meet it.
        reason: What is missing if they do not meet it.
        layers: The layers on which an unknown result depends.
        unknown: Why the result is unknown, if that is not because of a statement.
    """

    policy_type: PolicyType
    is_met: bool | None
    reason: str
    layers: tuple[Layer, ...] = ()
    unknown: str = ""


def requires_no_permission(keys: RequestKeys) -> bool:
    """Return whether a call needs no permission, so that an identity-based policy cannot deny it.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html
    """
    if keys.action_lower == "sts:getcalleridentity":
        return not isinstance(keys.caller, _CALLERS_WITHOUT_POLICIES)
    return keys.action_lower == "sts:getsessiontoken" and isinstance(keys.caller, (User, Root))


def find_needs(layers: dict[PolicyType, Layer], keys: RequestKeys, policies: PolicySet) -> list[Need]:
    """Return the requirements for a request to be allowed if no policy denies it."""
    needs = [
        _build_control_need(layers["service_control"], keys, policies),
        _build_endpoint_need(layers["vpc_endpoint"], keys),
    ]
    restriction = find_restriction(keys)
    if restriction is not None and restriction.is_met is False:
        return [*needs, restriction]
    needs += _find_caller_needs(layers, keys, policies)
    return needs if restriction is None else [*needs, restriction]


def find_restriction(keys: RequestKeys) -> Need | None:
    """Return why the caller cannot make the call, whatever policies allow.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_sts-comparison.html
    """
    caller, action = keys.caller, keys.action_lower
    if action in _ACCOUNT_ONLY_ACTIONS and _is_foreign(keys):
        owner = f"account {keys.resource_account}" if keys.resource_account else "the bucket's account"
        reason = f"Only principals of {owner} can call {keys.action} on its resources."
        return Need("resource", is_met=False, reason=reason)
    if isinstance(caller, Root) and action == "sts:assumerole":
        reason = f"The root user of account {caller.account} cannot assume a role."
        return Need("resource", is_met=False, reason=reason)
    if isinstance(caller, Provider) and None not in {keys.principal_account, keys.resource_account}:
        if keys.principal_account == keys.resource_account:
            return None
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
        reason = "STS looks for the identity provider in the account of the role."
        return Need("resource", is_met=False, reason=reason)
    if isinstance(caller, (Role, RoleSession)) and action in _LONG_TERM_ACTIONS:
        reason = f"The temporary credentials of a role cannot call {keys.action}."
        return Need("session", is_met=False, reason=reason)
    if isinstance(caller, FederatedUser) and action.startswith("sts:"):
        reason = "A federated user can call no STS operation except GetCallerIdentity."
        return Need("session", is_met=False, reason=reason)
    if isinstance(caller, FederatedUser) and action.startswith("iam:"):
        reason = f"Federated users can call IAM only in the console, so {keys.action} depends on that."
        return Need("session", None, "", unknown=reason)
    return None


def _is_foreign(keys: RequestKeys) -> bool:
    """Return whether the caller belongs to another account than the resource or, for S3, to no account."""
    if isinstance(keys.caller, Anonymous):
        return keys.action_lower.startswith("s3:")
    accounts = keys.principal_account, keys.resource_account
    return None not in accounts and accounts[0] != accounts[1]


def _find_caller_needs(layers: dict[PolicyType, Layer], keys: RequestKeys, policies: PolicySet) -> list[Need]:
    """Return the requirements for the policies of the principal's and the resource's account."""
    caller, resource, trust = keys.caller, layers["resource"], is_trust(keys)
    named = any_true(resource.grants(kind) for kind in ("direct", "entity", "account", "everyone"))
    has_own_policy = trust or is_key(keys)
    noun = "role trust policy" if trust else "key policy" if has_own_policy else "resource-based policy"
    if has_own_policy and policies.resource is None:
        reason = (
            f"every {'role has a trust policy' if trust else 'KMS key has a key policy'}, which is not given"
        )
        need = Need(
            "resource", None, "", unknown=f"It is unknown whether {keys.action} is allowed: {reason}."
        )
        is_foreign = keys.resource_account not in {None, keys.principal_account}
        if is_foreign and not isinstance(caller, (Root, *_CALLERS_WITHOUT_POLICIES)):
            return [*_find_identity_needs(layers, keys), need]
        return [need]
    lacking = f"No {noun} allows {keys.action} on {clip_text(keys.resource)}"
    if policies.resource is None:
        lacking += "; none is given"
    need_resource = Need("resource", named, f"{lacking}.", (resource,))
    if isinstance(caller, _CALLERS_WITHOUT_POLICIES):
        if isinstance(caller, Anonymous) and keys.action_lower.partition(":")[0] not in _ANONYMOUS_SERVICES:
            reason = f"It is not known that {keys.action.partition(':')[0]} accepts anonymous requests."
            return [need_resource, Need("resource", None, "", unknown=reason)]
        return [need_resource]
    is_same_account = keys.resource_account in {None, keys.principal_account}
    if isinstance(caller, Root):
        return [] if is_same_account and not has_own_policy else [need_resource]
    if not is_same_account:
        return [*_find_identity_needs(layers, keys), need_resource]
    return _find_account_needs(layers, keys, need_resource, has_own_policy=has_own_policy)


def _find_account_needs(
    layers: dict[PolicyType, Layer], keys: RequestKeys, need_resource: Need, *, has_own_policy: bool
) -> list[Need]:
    """Return the requirements for a request within an account, where one of several grants is enough.

    A resource-based policy that names the session, the user or everyone is not limited by an implicit deny
    of other policies of the principal; one that names the role is limited by boundary and session policy.
    """
    resource = layers["resource"]
    limits = all_true((layers["permissions_boundary"].permits, _session_permits(layers, keys)))
    identity = all_true((layers["identity"].is_allowed, limits))
    # "For IAM users and role principals within your account, no other permissions are required":
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
    direct = any_true((resource.grants("direct"), resource.grants("everyone")))
    entity = all_true((resource.grants("entity"), limits))
    own = all_true((resource.grants("account"), identity)) if has_own_policy else identity
    if any_true((direct, entity, own)) is True:
        return []
    involved = (resource, layers["identity"], layers["permissions_boundary"], layers["session"])
    combined = any_true((direct, entity, own))
    if combined is None:
        return [Need(_find_first_unknown(layers), None, "", involved)]
    if has_own_policy and need_resource.is_met is False:
        return [need_resource]
    if layers["identity"].is_allowed is False and resource.grants("entity") is not True:
        return [_build_identity_need(layers, keys)]
    return _find_identity_needs(layers, keys, skip_identity=resource.grants("entity") is True)


def _find_first_unknown(layers: dict[PolicyType, Layer]) -> PolicyType:
    names: tuple[PolicyType, ...] = ("identity", "resource", "permissions_boundary", "session")
    for name in names:
        if layers[name].is_allowed is None:
            return name
    return "resource"


def _find_identity_needs(
    layers: dict[PolicyType, Layer], keys: RequestKeys, *, skip_identity: bool = False
) -> list[Need]:
    boundary, session = layers["permissions_boundary"], layers["session"]
    needs = [] if skip_identity else [_build_identity_need(layers, keys)]
    action = keys.action
    needs.append(
        Need(
            "permissions_boundary",
            boundary.permits,
            f"The permissions boundary does not allow {action}.",
            (boundary,),
        )
    )
    lacks = isinstance(keys.caller, FederatedUser) and not session.exists
    reason = f"No session policy allows {action}."
    if lacks:
        reason = "A federated user without a session policy has no permissions."
    needs.append(Need("session", _session_permits(layers, keys), reason, (session,)))
    return needs


def _session_permits(layers: dict[PolicyType, Layer], keys: RequestKeys) -> bool | None:
    session = layers["session"]
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
    if isinstance(keys.caller, FederatedUser) and not session.exists:
        return False
    return session.permits


def _build_identity_need(layers: dict[PolicyType, Layer], keys: RequestKeys) -> Need:
    identity = layers["identity"]
    reason = f"No identity-based policy allows {keys.action} on {clip_text(keys.resource)}."
    return Need("identity", identity.is_allowed, reason, (identity,))


def _build_control_need(layer: Layer, keys: RequestKeys, policies: PolicySet) -> Need:
    reason = ""
    if layer.exists and layer.is_allowed is False:
        level = layer.level_allows.index(False)
        account = keys.principal_account
        reason = (
            f"No service control policy allows {keys.action} at level {level}"
            f"{' (the root)' if level == 0 else ''}; so account {account} is not allowed to call it, "
            f"{_MANAGEMENT_ACCOUNT}."
        )
        at_level = [each.policy for each in policies.sources("service_control") or () if each.level == level]
        if all(statement.denies for policy in at_level for statement in policy.statements):
            # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
            reason += " FullAWSAccess, which AWS attaches by default, is not among the policies of the level."
    return Need("service_control", layer.permits, reason, (layer,))


def _build_endpoint_need(layer: Layer, keys: RequestKeys) -> Need:
    return Need(
        "vpc_endpoint", layer.permits, f"The VPC endpoint policy does not allow {keys.action}.", (layer,)
    )
