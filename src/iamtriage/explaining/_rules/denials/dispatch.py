"""Chooses how to explain an access denial; not for the explanations themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.arns._principals import Root, ServiceLinkedRole, ServicePrincipal
from iamtriage.explaining._rules.credentials.identity_pools import (
    explain_identity_forbidden,
    explain_identity_pool_guest,
    explain_pool_roles_denied,
)
from iamtriage.explaining._rules.credentials.presigned_urls import (
    explain_url_expired,
    explain_url_incomplete,
    explain_url_not_yet_valid,
)
from iamtriage.explaining._rules.denials.ambiguous_service import explain_by_one_of_many
from iamtriage.explaining._rules.denials.assuming_roles import (
    ASSUMING,
    explain_assume_role,
    explain_root_assumes,
    explain_web_identity,
)
from iamtriage.explaining._rules.denials.bedrock_models import (
    MARKETPLACE,
    explain_bedrock_model,
    explain_bedrock_subscription,
    is_of_bedrock,
)
from iamtriage.explaining._rules.denials.execution_roles import explain_execution_role
from iamtriage.explaining._rules.denials.guardrails import (
    explain_boundary,
    explain_resource_control,
    explain_service_control,
    explain_session,
    explain_vpc_endpoint,
)
from iamtriage.explaining._rules.denials.identity_policies import (
    explain_identity_deny,
    explain_no_allow,
    explain_unnamed,
    explain_unnamed_deny,
)
from iamtriage.explaining._rules.denials.kms_keys import (
    explain_key_behind,
    explain_key_unknown,
    explain_three_ways,
)
from iamtriage.explaining._rules.denials.node_roles import with_pods
from iamtriage.explaining._rules.denials.passing_roles import explain_cross_account_pass, explain_pass_role
from iamtriage.explaining._rules.denials.permission_sets import explain_no_assignment
from iamtriage.explaining._rules.denials.resource_policies import (
    explain_anonymous,
    explain_resource,
    explain_service,
)
from iamtriage.explaining._rules.denials.s3 import explain_bare_s3, explain_public_access
from iamtriage.explaining._rules.denials.s3_compatible_stores import explain_other_software
from iamtriage.explaining._rules.denials.saml import explain_saml
from iamtriage.explaining._rules.denials.service_settings import (
    explain_cost_explorer,
    explain_unknown_operation,
)
from iamtriage.explaining._rules.denials.service_specific import (
    explain_authorizer,
    explain_dependency,
    explain_image,
    explain_lake_formation,
    explain_mfa,
    explain_not_owner,
    explain_own_words,
)
from iamtriage.explaining._rules.kubernetes.pod_identities import explain_pod_denied
from iamtriage.explaining._rules.shared.denial import build_denial
from iamtriage.explaining._rules.shared.wording import POLICY_TYPE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.shared.service_specific import Wording
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.typing import PolicyType

    Rule = Callable[[Denial], Explanation]

__all__ = ("explain_denied",)

_SAID: dict[Wording, Rule] = {
    "authorizer": explain_authorizer,
    "bedrock-model": explain_bedrock_model,
    "block-public-access": explain_public_access,
    "cost-explorer-off": explain_cost_explorer,
    "cross-account-pass-role": explain_cross_account_pass,
    "execution-role": explain_execution_role,
    "identity-pool-forbidden": explain_identity_forbidden,
    "identity-pool-guest": explain_identity_pool_guest,
    "identity-pool-roles": explain_pool_roles_denied,
    "image": explain_image,
    "kms-key-unknown": explain_key_unknown,
    "kms-opaque": explain_key_behind,
    "kms-three-way": explain_three_ways,
    "lake-formation": explain_lake_formation,
    "mfa": explain_mfa,
    "no-assignment": explain_no_assignment,
    "not-owner": explain_not_owner,
    "other": explain_own_words,
    "other-software": explain_other_software,
    "pod-identity": explain_pod_denied,
    "presigned-url-expired": explain_url_expired,
    "presigned-url-incomplete": explain_url_incomplete,
    "presigned-url-not-yet-valid": explain_url_not_yet_valid,
    "root-assumes": explain_root_assumes,
    "unknown-operation": explain_unknown_operation,
}
_LIMITS: dict[PolicyType, Rule] = {
    "permissions_boundary": explain_boundary,
    "resource_control": explain_resource_control,
    "service_control": explain_service_control,
    "session": explain_session,
    "vpc_endpoint": explain_vpc_endpoint,
}
_FEDERATED: dict[str, Rule] = {
    "sts:assumerolewithsaml": explain_saml,
    "sts:assumerolewithwebidentity": explain_web_identity,
}
_BEHIND = ("KMSAccessDenied", "KmsAccessDenied")
_DEPENDENCIES = frozenset(
    {"AccessDeniedForDependencyException", "DependencyAccessDeniedException", "DependentServiceAccessDenied"}
)
# A session's name that tells which service acts for somebody else.
_ACTORS = {
    "AWSCloudFormation": "CloudFormation",
    "AWSCodeBuild": "CodeBuild",
    "AWSBackup": "AWS Backup",
}


def explain_denied(case: Case[AccessDenied]) -> Explanation:
    """Explain an access denial."""
    denial = build_denial(case.failure, case.facts)
    made = with_pods(denial, _rule_for(denial)(denial))
    notes = (*_other_layers(denial), *made.notes, *_about_caller(denial))
    return made if notes == made.notes else attrs.evolve(made, notes=notes)


def _rule_for(denial: Denial) -> Rule:
    code = denial.failure.envelope.code or ""
    name = denial.lowercase_action
    limit = None if denial.policy_type is None else _LIMITS.get(denial.policy_type)
    if limit is not None:
        return limit
    if denial.wording is not None:
        return _SAID[denial.wording]
    if name in _FEDERATED:
        return _FEDERATED[name]
    if denial.principal_text == "anonymous":
        return explain_anonymous
    if name in MARKETPLACE and denial.deny != "explicit" and is_of_bedrock(denial):
        return explain_bedrock_subscription
    if name in ASSUMING or denial.policy_type == "role_trust":
        return explain_assume_role
    if name == "iam:passrole" and denial.deny != "explicit":
        return explain_cross_account_pass if denial.crosses_accounts else explain_pass_role
    if denial.policy_type == "resource":
        return explain_resource
    if denial.policy_type == "identity" and denial.deny == "explicit":
        return explain_identity_deny
    if denial.deny == "explicit":
        return explain_unnamed_deny
    if isinstance(denial.principal, ServicePrincipal):
        return explain_service
    if code.startswith(_BEHIND):
        return explain_key_behind
    if code in _DEPENDENCIES:
        return explain_dependency
    if denial.policy_type == "identity":
        return explain_no_allow
    return _rule_without_reason(denial)


def _rule_without_reason(denial: Denial) -> Rule:
    if denial.failure.action is None and denial.action_evidence != "supplied" and _is_s3(denial):
        return explain_bare_s3
    if denial.action is None and denial.actions:
        return explain_by_one_of_many
    return explain_unnamed


def _is_s3(denial: Denial) -> bool:
    # No other service has host ids.
    return denial.service == "s3" or (denial.service is None and denial.failure.envelope.host_id is not None)


def _other_layers(denial: Denial) -> tuple[str, ...]:
    """Name the other types of policy that have to be changed too."""
    return tuple(
        f"By the authorization details, {_article(layer) if deny == 'explicit' else 'no'} {POLICY_TYPE_NAMES[layer]} {'denies it too' if deny == 'explicit' else 'allows it either'}."
        for layer, deny in denial.other_policy_types
    )


def _article(layer: PolicyType) -> str:
    return "an" if layer == "identity" else "a"


def _about_caller(denial: Denial) -> tuple[str, ...]:
    """Say what the caller's kind changes."""
    principal = denial.principal
    if isinstance(principal, Root):
        return (
            "The caller is the account's root user. No identity-based policy limits or helps it: look at control policies and the resource's policy, and work as a role in its place.",
        )
    if isinstance(denial.role, ServiceLinkedRole):
        return ()
    session = getattr(principal, "session_name", "")
    for start, actor in _ACTORS.items():
        if session.startswith(start):
            return (
                f"The session's name says that {actor} acts: the role of the message needs the permission, not whoever started {actor}.",
            )
    return ()
