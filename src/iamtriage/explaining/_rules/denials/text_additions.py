"""List what other parts of a text than the failure add to the explanation of an access denial."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._rules.denials.tables import (
    all_of,
    calls,
    denied_by,
    is_explicit,
    is_not_explicit,
    is_of,
    may_lack_allow,
    says,
    shows_policy,
    states,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Denial
    from iamtriage.explaining._rules.denials.tables import Rows
    from iamtriage.explaining._rules.shared.denial import Stated

_SIGNS_OF_TASKS = (
    "executionRoleArn", "askRoleArn", "task_role_arn", "aws_ecs_task_definition", "AWS::ECS::TaskDef",
)  # fmt: skip


def _may_show_other_role(denial: Denial) -> bool:
    """Return whether the text can show the role with which the same works elsewhere."""
    text = denial.failure.text
    names_role = text.count(":role/") + text.count(":assumed-role/") > 1
    return names_role and bool(denial.failure.principal)


# The message names the action twice, and its service in the ARN of the resource.
_NAMES_IN_MESSAGE = 3


def _may_ask(denial: Denial) -> bool:
    """Return whether the text can ask for the cause, name another action of the service, or say who an administrator is."""
    text = denial.failure.text
    return (
        "?" in text
        or "dmin" in text
        or (not denial.is_explicit and text.count(f"{denial.service}:") > _NAMES_IN_MESSAGE)
    )


@states
def _may_be_of_region(stated: Stated) -> bool:
    """Return whether AWS gives no reason, or names a control policy."""
    is_open = stated.policy_type is None or (
        stated.policy_type == "service_control" and stated.deny == "explicit"
    )
    return is_open and stated.deny != "implicit" and bool(stated.action)


# How people say that they gave a permission, or that somebody has it.
_GIVING = ("add", "imulator", "ttached", "reated ", "gave ", "given ", "ranted ", "put ", "ssigned ", " ha")
_ASSUMING = ("assumed.role.arn", "assume_role(", "AssumeRoleCommand(", ".assumeRole(", "sts assume-role ")
_ROLES_ELSEWHERE = frozenset({"sts:assumerole", "iam:passrole"})


def _may_be_given_elsewhere(denial: Denial) -> bool:
    """Return whether somebody can have given the permission to another role or user than the caller."""
    return bool(denial.principal_text) and "ResourceInitializationError" not in denial.failure.text


def _may_be_elsewhere(denial: Denial) -> bool:
    """Return whether the text can have the denied resource in another Region, too: not in the name of a class."""
    arn = denial.resource_arn
    if arn is None and denial.service == "secretsmanager" and denial.resource:
        # Only its name is known of a secret that does not exist.
        return f":secret:{denial.resource}" in denial.failure.text
    if arn is None or not arn.region or not arn.account:
        return False
    name = arn.resource.removesuffix(":*").partition(":log-stream:")[0]
    name = name.replace(":", "/").rpartition("/")[2]
    if denial.failure.text.count(name) < 2:
        return False
    words = re.findall(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)", denial.failure.text)
    return len(words) > 1


def _may_show_key_policy(denial: Denial) -> bool:
    """Return whether a text can have a key policy, or a sentence about it."""
    text = denial.failure.text
    return ("kms:" in text and shows_policy(denial)) or "ey policy" in text


# Access keys, and the role of a pod that may have some.
_SIGNS_OF_KEYS = ("ccess_key", "ACCESS_KEY_ID", "eks.amazonaws.com/role-arn", "AWS_ROLE_ARN",
    "create-pod-identity-association", "eks-pod-identity-token", "AWS_CONTAINER_CREDENTIALS_FULL_URI")  # fmt: skip
# What these look for stands beside the failure.
OF_TEXT: Rows = (
    (
        all_of(is_explicit, denied_by("identity"), lambda denial: denial.policy is None, says(":policy/")),
        "denials.policy_types.identity_denies.add_listed_policy",
    ),
    (says("s3a"), "credentials.provider_chains.add_unlisted_provider"),
    (
        all_of(
            denied_by("service_control"),
            is_explicit,
            says("aws-guardrails-", '"GR', '"CT', "Sid: GR", "Sid: CT"),
        ),
        "denials.denies.landing_zones.add_control",
    ),
    (
        all_of(
            denied_by("service_control"),
            is_explicit,
            says("orbidden", "rohibit", "anned", "allowed", "ermitted", "ust not"),
        ),
        "denials.denies.named_requirements.add_said_ban",
    ),
    (
        all_of(is_explicit, lambda denial: not denial.statements, says(" tag ", " tag.", " tag\n")),
        "denials.denies.required_tags.add_said_tag",
    ),
    (all_of(_may_be_of_region, says("-1", "-2")), "denials.denies.landing_zones.add_denied_region"),
    (all_of(_may_be_of_region, says("governed")), "denials.denies.landing_zones.add_ungoverned_region"),
    (
        all_of(is_of("s3"), lambda denial: denial.action is None, says("performing a tagging operation")),
        "denials.services.deployments.add_bucket_tags",
    ),
    (
        all_of(
            is_not_explicit, lambda denial: "/i-" in (denial.principal_text or ""), says(*_SIGNS_OF_TASKS)
        ),
        "denials.identities.other_callers.add_task_role",
    ),
    (
        all_of(is_not_explicit, lambda denial: "/i-" in (denial.principal_text or ""), says("o credentials")),
        "denials.identities.other_callers.add_missing_setting",
    ),
    (
        all_of(
            is_not_explicit, says("xecution role", "xecution-role"), says("ECS", "argate", "task definition")
        ),
        "denials.identities.other_callers.add_policy_of_execution_role",
    ),
    (all_of(is_not_explicit, _may_show_key_policy), "denials.kms.key_policies.add_key_policy"),
    (
        all_of(
            calls("iam:createrole", "iam:createuser"),
            may_lack_allow,
            lambda denial: not shows_policy(denial),
            says("oundary"),
        ),
        "denials.denies.named_requirements.add_required_boundary",
    ),
    (
        all_of(is_not_explicit, _may_be_elsewhere),
        "denials.shown_policies.region_contrasts.add_resource_elsewhere",
    ),
    (
        all_of(states(lambda stated: bool(stated.action)), says("EvalDecision")),
        "denials.policy_types.other_policies.add_simulation",
    ),
    (
        all_of(is_not_explicit, says("--profile", "AWS_PROFILE")),
        "denials.identities.other_callers.add_working_profile",
    ),
    (says("get-caller-identity"), "denials.identities.other_callers.add_other_caller"),
    (says(*_ASSUMING), "denials.identities.unused_sessions.add_unused_session"),
    (
        all_of(is_not_explicit, says("get-caller-identity"), says("AWS_PROFILE=")),
        "denials.identities.unused_sessions.add_pinned_profile",
    ),
    (
        all_of(
            may_lack_allow,
            states(lambda stated: stated.action not in _ROLES_ELSEWHERE),
            says(*_GIVING),
            _may_be_given_elsewhere,
        ),
        "denials.identities.given_permissions.add_other_holder",
    ),
    (
        # The AWS SDK of old versions of Terraform names no service.
        all_of(is_of("s3", "dynamodb", None), says('provider "aws"', "terraform_remote_state")),
        "denials.services.deployments.add_backend_role",
    ),
    (all_of(shows_policy, says("ndpoint")), "denials.policy_types.endpoint_policies.add_endpoint_policy"),
    (says(*_SIGNS_OF_KEYS), "denials.identities.other_callers.add_precedence"),
    (all_of(may_lack_allow, _may_show_other_role), "denials.identities.given_permissions.add_working_role"),
    (
        all_of(may_lack_allow, says("work", "succe", "pass")),
        "denials.identities.given_permissions.add_working_retry",
    ),
    (
        all_of(
            may_lack_allow,
            says("ermission"),
            lambda denial: "AWSReservedSSO_" in (denial.principal_text or ""),
        ),
        "denials.identities.given_permissions.add_unprovisioned_set",
    ),
    (
        all_of(
            is_not_explicit,
            shows_policy,
            says("get-role-policy", "get-user-policy", "nline", "ttached", "anaged"),
        ),
        "denials.shown_policies.inline_policies.add_inline_policy",
    ),
    (
        all_of(may_lack_allow, says(".grant")),
        "denials.shown_policies.code_statements.add_cdk_grant",
    ),
    (_may_ask, "denials.answers.add_answers"),
    (
        all_of(
            states(lambda stated: stated.deny != "implicit" and stated.policy_type is None),
            shows_policy,
            says("Deny"),
        ),
        "denials.policy_types.stated_resource_denies.add_resource_deny",
    ),
)
