"""Choose the rule that explains an access denial."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage.arns._principals import Root, ServiceLinkedRole, ServicePrincipal
from iamtriage.explaining._explanations import Explanation
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
from iamtriage.explaining._rules.denials.ambiguous_service import explain_ambiguous_service
from iamtriage.explaining._rules.denials.assuming_roles import (
    ASSUME_ROLE_ACTIONS,
    explain_assume_role,
    explain_root_assumes,
)
from iamtriage.explaining._rules.denials.bedrock_models import (
    SUBSCRIPTION_ACTIONS,
    calls_bedrock_model,
    explain_bedrock_model,
    explain_bedrock_subscription,
)
from iamtriage.explaining._rules.denials.execution_roles import explain_execution_role
from iamtriage.explaining._rules.denials.federation import explain_saml, explain_web_identity
from iamtriage.explaining._rules.denials.guardrails import (
    explain_permissions_boundary,
    explain_resource_control,
    explain_service_control,
    explain_session_policy,
    explain_vpc_endpoint,
)
from iamtriage.explaining._rules.denials.identity_policies import (
    explain_denial_without_reason,
    explain_deny_of_unnamed_policy,
    explain_identity_deny,
    explain_no_identity_allow,
)
from iamtriage.explaining._rules.denials.kms_keys import (
    explain_service_encryption_key,
    explain_three_reasons,
    explain_unknown_key,
)
from iamtriage.explaining._rules.denials.node_roles import add_pod_role_cause
from iamtriage.explaining._rules.denials.passing_roles import explain_cross_account_pass, explain_pass_role
from iamtriage.explaining._rules.denials.permission_sets import explain_no_assignment
from iamtriage.explaining._rules.denials.resource_policies import (
    explain_resource_policy,
    explain_service_principal,
    explain_unsigned_request,
)
from iamtriage.explaining._rules.denials.s3 import explain_bare_s3, explain_block_public_access
from iamtriage.explaining._rules.denials.s3_compatible_stores import explain_s3_compatible_store
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
    explain_service_message,
)
from iamtriage.explaining._rules.kubernetes.pod_identities import explain_pod_denied
from iamtriage.explaining._rules.shared.denial import Denial, build_denial
from iamtriage.explaining._rules.shared.wording import POLICY_TYPE_NAMES

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.service_specific import Wording
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.typing import PolicyType

__all__ = ("explain_denial", "select_rule")

Rule: TypeAlias = Callable[[Denial], Explanation]
Condition: TypeAlias = Callable[[Denial], bool]

_KMS_CODES = ("KMSAccessDenied", "KmsAccessDenied")
_DEPENDENCY_CODES = frozenset(
    {"AccessDeniedForDependencyException", "DependencyAccessDeniedException", "DependentServiceAccessDenied"}
)
# Prefixes of session names that AWS services choose when they act for a caller.
_SERVICES_BY_SESSION_NAME = {
    "AWSCloudFormation": "CloudFormation",
    "AWSCodeBuild": "CodeBuild",
    "AWSBackup": "AWS Backup",
}


def explain_denial(case: Case[AccessDenied]) -> Explanation:
    """Explain an access denial."""
    denial = build_denial(case.failure, case.facts)
    explanation = add_pod_role_cause(denial, select_rule(denial)(denial))
    notes = (*_other_policy_notes(denial), *explanation.notes, *_caller_notes(denial))
    return explanation if notes == explanation.notes else attrs.evolve(explanation, notes=notes)


def select_rule(denial: Denial) -> Rule:
    """Return the first rule whose condition holds; what AWS states takes precedence over what is derived."""
    return next((rule for applies, rule in _ROUTES if applies(denial)), explain_denial_without_reason)


def _denied_by(policy_type: PolicyType) -> Condition:
    return lambda denial: denial.policy_type == policy_type


def _worded_as(wording: Wording) -> Condition:
    return lambda denial: denial.wording == wording


def _calls(action: str) -> Condition:
    return lambda denial: denial.lowercase_action == action


def _is_unsigned(denial: Denial) -> bool:
    return denial.principal_text == "anonymous"


def _subscribes_to_bedrock_model(denial: Denial) -> bool:
    subscribes = denial.lowercase_action in SUBSCRIPTION_ACTIONS and not denial.is_explicit
    return subscribes and calls_bedrock_model(denial)


def _assumes_role(denial: Denial) -> bool:
    return denial.lowercase_action in ASSUME_ROLE_ACTIONS or denial.policy_type == "role_trust"


def _passes_role(denial: Denial) -> bool:
    return denial.lowercase_action == "iam:passrole" and not denial.is_explicit


def _passes_role_of_other_account(denial: Denial) -> bool:
    return _passes_role(denial) and denial.crosses_accounts is True


def _is_explicitly_denied_by_identity_policy(denial: Denial) -> bool:
    return denial.policy_type == "identity" and denial.is_explicit


def _is_service_principal(denial: Denial) -> bool:
    return isinstance(denial.principal, ServicePrincipal)


def _has_kms_code(denial: Denial) -> bool:
    return (denial.failure.envelope.code or "").startswith(_KMS_CODES)


def _depends_on_other_service(denial: Denial) -> bool:
    return denial.failure.envelope.code in _DEPENDENCY_CODES


def _is_bare_s3_denial(denial: Denial) -> bool:
    if denial.failure.action is not None or denial.action_evidence == "supplied":
        return False
    # Only S3 returns host IDs.
    return denial.service == "s3" or (denial.service is None and denial.failure.envelope.host_id is not None)


def _has_ambiguous_service(denial: Denial) -> bool:
    return denial.action is None and bool(denial.actions)


_ROUTES: tuple[tuple[Condition, Rule], ...] = (
    # AWS names a policy that caps permissions.
    (_denied_by("permissions_boundary"), explain_permissions_boundary),
    (_denied_by("resource_control"), explain_resource_control),
    (_denied_by("service_control"), explain_service_control),
    (_denied_by("session"), explain_session_policy),
    (_denied_by("vpc_endpoint"), explain_vpc_endpoint),
    # The service states a specific reason.
    (_worded_as("authorizer"), explain_authorizer),
    (_worded_as("bedrock-model"), explain_bedrock_model),
    (_worded_as("block-public-access"), explain_block_public_access),
    (_worded_as("cost-explorer-off"), explain_cost_explorer),
    (_worded_as("cross-account-pass-role"), explain_cross_account_pass),
    (_worded_as("execution-role"), explain_execution_role),
    (_worded_as("identity-pool-forbidden"), explain_identity_forbidden),
    (_worded_as("identity-pool-guest"), explain_identity_pool_guest),
    (_worded_as("identity-pool-roles"), explain_pool_roles_denied),
    (_worded_as("image"), explain_image),
    (_worded_as("kms-key-unknown"), explain_unknown_key),
    (_worded_as("kms-opaque"), explain_service_encryption_key),
    (_worded_as("kms-three-way"), explain_three_reasons),
    (_worded_as("lake-formation"), explain_lake_formation),
    (_worded_as("mfa"), explain_mfa),
    (_worded_as("no-assignment"), explain_no_assignment),
    (_worded_as("not-owner"), explain_not_owner),
    (_worded_as("other"), explain_service_message),
    (_worded_as("other-software"), explain_s3_compatible_store),
    (_worded_as("pod-identity"), explain_pod_denied),
    (_worded_as("presigned-url-expired"), explain_url_expired),
    (_worded_as("presigned-url-incomplete"), explain_url_incomplete),
    (_worded_as("presigned-url-not-yet-valid"), explain_url_not_yet_valid),
    (_worded_as("root-assumes"), explain_root_assumes),
    (_worded_as("unknown-operation"), explain_unknown_operation),
    # What was called, and by whom.
    (_calls("sts:assumerolewithsaml"), explain_saml),
    (_calls("sts:assumerolewithwebidentity"), explain_web_identity),
    (_is_unsigned, explain_unsigned_request),
    (_subscribes_to_bedrock_model, explain_bedrock_subscription),
    (_assumes_role, explain_assume_role),
    (_passes_role_of_other_account, explain_cross_account_pass),
    (_passes_role, explain_pass_role),
    # Which other policy denied.
    (_denied_by("resource"), explain_resource_policy),
    (_is_explicitly_denied_by_identity_policy, explain_identity_deny),
    (lambda denial: denial.is_explicit, explain_deny_of_unnamed_policy),
    # The type of caller, the error code, a missing Allow.
    (_is_service_principal, explain_service_principal),
    (_has_kms_code, explain_service_encryption_key),
    (_depends_on_other_service, explain_dependency),
    (_denied_by("identity"), explain_no_identity_allow),
    # What the message leaves open.
    (_is_bare_s3_denial, explain_bare_s3),
    (_has_ambiguous_service, explain_ambiguous_service),
)


def _other_policy_notes(denial: Denial) -> tuple[str, ...]:
    """Return notes on the other policy types that have to change, too."""
    notes: list[str] = []
    for policy_type, deny in denial.other_policy_types:
        name = POLICY_TYPE_NAMES[policy_type]
        article = "an" if policy_type == "identity" else "a"
        text = f"{article} {name} denies it too" if deny == "explicit" else f"no {name} allows it either"
        notes.append(f"By the authorization details, {text}.")
    return tuple(notes)


def _caller_notes(denial: Denial) -> tuple[str, ...]:
    """Return notes on the kind of caller."""
    if isinstance(denial.principal, Root):
        return (
            "The caller is the account's root user. No identity-based policy limits or helps it: look at control policies and the resource's policy, and work as a role in its place.",
        )
    if isinstance(denial.role, ServiceLinkedRole):
        return ()
    session_name: str = getattr(denial.principal, "session_name", "")
    return tuple(
        f"The session's name says that {service} acts: the role of the message needs the permission, not whoever started {service}."
        for prefix, service in _SERVICES_BY_SESSION_NAME.items()
        if session_name.startswith(prefix)
    )
