"""List what is added to the explanation of an access denial: what other parts of the text say about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.arns._principals import Root
from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._context.readers.kubernetes.controller_signs import CONTROLLER_FRAGMENTS
from iamtriage.explaining._rules.denials.tables import (
    Table,
    all_of,
    calls,
    denied_by,
    is_explicit,
    is_not_explicit,
    is_of,
    says,
    states,
)
from iamtriage.explaining._rules.shared.denial import WORDS
from iamtriage.explaining._rules.shared.texts.text_fragments import (
    AVOIDING_FRAGMENTS,
    POD_FRAGMENTS,
    USER_FRAGMENTS,
    VPC,
    is_session_of_service,
    may_name_node_role,
    may_name_user,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.basics import Denial
    from iamtriage.explaining._rules.denials.tables import Rows
    from iamtriage.explaining._rules.shared.denial import Stated

# What a text says in addition to the failure has at least this length.
_MIN_CHARS_BESIDE = 12

_SIGNS_OF_TASKS = (
    "executionRoleArn",
    "askRoleArn",
    "task_role_arn",
    "aws_ecs_task_definition",
    "AWS::ECS::TaskDef",
)
_SIGNS_OF_ROLES = ("ecution_role_arn", "ecutionRoleArn", "addToExecutionRole", "addToTaskRole")
# A service account with a role, or without.
_ACCOUNT_SIGNS = ("eks.amazonaws.com/role-arn", "kind: ServiceAccount", " sa ", " serviceaccount ")


def shows_policy(denial: Denial) -> bool:
    """Return whether the text has a policy."""
    return bool(denial.context.policies)


_PODS = WORDS.add(*POD_FRAGMENTS)
_USERS = WORDS.add(*USER_FRAGMENTS) | WORDS.add(*CONTROLLER_FRAGMENTS, VPC, ignores_case=True)


def _may_be_of_pod(denial: Denial) -> bool:
    """Return whether a pod can have called with the role of its node."""
    # EC2 names the session after the instance.
    principal, facts = denial.principal_text, denial.facts
    if denial.failure.principal is None or principal is None or "/i-" not in principal:
        return False
    names_pod = facts.namespace is not None or facts.service_account is not None
    return names_pod or may_name_node_role(principal) or bool(denial.stated.words & _PODS)


def _says_more(denial: Denial) -> bool:
    """Return whether the text has more than the failure."""
    start, end = denial.failure.span
    return len(denial.failure.text) - (end - start) > _MIN_CHARS_BESIDE


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


_may_lack_allow = states(
    lambda stated: stated.policy_type in {None, "identity"} and stated.deny != "explicit"
)


@states
def _may_be_of_region(stated: Stated) -> bool:
    """Return whether AWS gives no reason, or names a control policy."""
    is_open = stated.policy_type is None or (
        stated.policy_type == "service_control" and stated.deny == "explicit"
    )
    return is_open and stated.deny != "implicit" and bool(stated.action)


def _may_scan_regions(denial: Denial) -> bool:
    """Return whether a Deny can be about one of many Regions that a program calls."""
    arn, name = denial.resource_arn, (denial.action or "").partition(":")[2]
    is_open = arn is None or not arn.region or (denial.resource or "").endswith("*")
    return is_open and name.startswith(("Describe", "List", "Get"))


# How people say that they gave a permission, or that somebody has it.
_GIVING = ("add", "imulator", "ttached", "reated ", "gave ", "given ", "ranted ", "put ", "ssigned ", " ha")
_ASSUMING = ("assume_role(", "AssumeRoleCommand(", ".assumeRole(", "sts assume-role ")
_ROLES_ELSEWHERE = frozenset({"sts:assumerole", "iam:passrole"})


def _may_be_given_elsewhere(denial: Denial) -> bool:
    """Return whether somebody can have given the permission to another role or user than the caller."""
    return bool(denial.principal_text) and "ResourceInitializationError" not in denial.failure.text


def _is_amplify_build(denial: Denial) -> bool:
    """Return whether the build of an Amplify app was denied what the deployment of its backend needs."""
    if not (denial.principal_text or "").endswith("/BuildSession"):
        return False
    resource = (denial.resource or "").lower()
    return "cdk-" in resource or "amplify" in resource


def _may_show_user(denial: Denial) -> bool:
    """Return whether the text or the principal can show what made the call."""
    return (
        denial.context is not NOTHING
        or (denial.failure.principal is None and denial.failure.encoded_message is not None)
        or isinstance(denial.principal, Root)
        or is_session_of_service(getattr(denial.principal, "session_name", ""))
        or (bool(denial.stated.words & _USERS) and may_name_user(denial.failure.text))
    )


def _is_not_plain(denial: Denial) -> bool:
    """Return whether more is known than a plain message states: one policy, and the action that was denied."""
    is_plain = denial.action == denial.failure.action and not denial.other_policy_types
    return not is_plain or denial.facts.authorization_details is not None


def _may_have_policy(denial: Denial) -> bool:
    """Return whether the text can have a policy of the caller or the resource, and the facts have no policies."""
    # A permission set can have the name of an AWS managed policy.
    is_shown = shows_policy(denial) or "Access_" in (denial.principal_text or "")
    # Athena's call was allowed: its rule compares what S3 denied.
    return is_shown and denial.facts.policies is None and denial.message_rule != _QUERY_RULE


# Other rules explain the tags of these.
_TAGS_ELSEWHERE = frozenset({"ec2", "s3", "sts", "elasticloadbalancing"})


@states
def _may_be_of_tags(stated: Stated) -> bool:
    """Return whether a call that passes tags can require the denied action."""
    name = stated.action.partition(":")[2]
    return name.startswith(("tag", "addtags")) and stated.service not in _TAGS_ELSEWHERE


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


# What the ARN of a default resource ends with: https://docs.aws.amazon.com/athena/latest/ug/workgroups.html.
_DEFAULT_RESOURCES = {"athena": "workgroup/primary", "events": "event-bus/default", "ecs": "cluster/default"}


def _may_be_default(denial: Denial) -> bool:
    """Return whether the call can have named no resource: the default one was denied, or one that the message does not name."""
    default = _DEFAULT_RESOURCES[denial.service or ""]
    return denial.resource.endswith(f":{default}") if denial.resource else denial.service == "athena"


def _may_be_unfilled(denial: Denial) -> bool:
    """Return whether the name of the denied resource can have a placeholder, or that of a role be an ARN."""
    name = denial.failure.resource or ""
    return ":role/arn:" in denial.failure.text or any(map(name.__contains__, ("$", "{{", "#{", "%")))


# Access keys, and the role of a pod that may have some.
_SIGNS_OF_KEYS = ("ccess_key", "ACCESS_KEY_ID", "eks.amazonaws.com/role-arn", "AWS_ROLE_ARN",
    "create-pod-identity-association")  # fmt: skip
_QUERY_RULE = "denials.data_stores.queries.explain_query"
_OF_DENIAL: Rows = (
    (
        lambda denial: denial.failure.authorization_id is not None,
        "denials.policy_types.other_policies.add_details",
    ),
    (is_explicit, "denials.denies.deny_requirements.add_requirement"),
    (all_of(is_explicit, _may_scan_regions), "denials.policy_types.scanned_regions.add_scanned_regions"),
    (
        all_of(is_not_explicit, lambda denial: denial.failure.principal is None, says(*_ACCOUNT_SIGNS)),
        "denials.identities.node_roles.add_pod_role_cause",
    ),
    (all_of(is_not_explicit, _may_be_of_pod), "denials.identities.node_roles.add_pod_role_cause"),
    (all_of(_may_lack_allow, _may_be_of_tags), "denials.services.deployments.add_tagged_call"),
    (is_of("kms"), "denials.kms.kms_keys.add_encrypted_data"),
    (
        lambda denial: denial.facts.policies is not None,
        "denials.shown_policies.evaluated_policies.add_evaluation",
    ),
    (
        lambda denial: bool(denial.crosses_accounts) and _may_have_policy(denial),
        "denials.kms.key_policies.add_key_policy_of_other_account",
    ),
    (_may_have_policy, "denials.shown_policies.stated_policies.add_stated_policies"),
    (
        all_of(is_of(*_DEFAULT_RESOURCES), _may_lack_allow, _may_be_default),
        "denials.shown_policies.default_resources.add_default_resource",
    ),
    (calls("s3:createbucket"), "denials.s3.existing_buckets.add_existing_bucket"),
    (_is_not_plain, "denials.policy_types.other_policies.add_other_policies"),
    (
        all_of(calls("eks:accesskubernetesapi"), is_not_explicit),
        "kubernetes.console.eks_console.add_cluster_access",
    ),
    (
        # Services whose actions releases of controllers began to call.
        all_of(
            is_of("ec2", "elasticloadbalancing", "iam", "route53"),
            _may_lack_allow,
            says(*CONTROLLER_FRAGMENTS, ignores_case=True),
        ),
        "denials.identities.controller_releases.add_release",
    ),
    (
        all_of(calls("elasticache:connect", "memorydb:connect"), says("WRONGPASS")),
        "denials.data_stores.cache_logins.add_cache_login",
    ),
)
# What these look for stands beside the failure.
_OF_TEXT: Rows = (
    (
        all_of(
            is_explicit,
            denied_by("identity"),
            lambda denial: denial.policy is None,
            says(":policy/"),
        ),
        "denials.policy_types.identity_denies.add_listed_policy",
    ),
    (
        all_of(is_of("s3", None), _may_lack_allow, says("{transfer:", "{Transfer:")),
        "denials.data_stores.transfer_users.add_transfer_variable",
    ),
    (says("s3a"), "credentials.provider_chains.add_unlisted_provider"),
    (
        all_of(is_of("sqs", "sns", "s3"), _may_lack_allow, says(*AVOIDING_FRAGMENTS)),
        "denials.identities.avoidable_calls.add_setting",
    ),
    (
        all_of(
            denied_by("service_control"),
            is_explicit,
            says("aws-guardrails-", '"GR', '"CT', "Sid: GR", "Sid: CT"),
        ),
        "denials.denies.landing_zones.add_control",
    ),
    (all_of(_may_be_of_region, says("-1", "-2")), "denials.denies.landing_zones.add_denied_region"),
    (
        all_of(
            is_not_explicit, lambda denial: "/i-" in (denial.principal_text or ""), says(*_SIGNS_OF_TASKS)
        ),
        "denials.identities.other_callers.add_task_role",
    ),
    (
        all_of(
            is_not_explicit, says("xecution role", "xecution-role"), says("ECS", "argate", "task definition")
        ),
        "denials.identities.other_callers.add_policy_of_execution_role",
    ),
    (all_of(_may_lack_allow, says(*_SIGNS_OF_ROLES)), "denials.task_roles.add_policy_of_other_role"),
    (all_of(is_not_explicit, shows_policy, says("kms:")), "denials.kms.key_policies.add_key_policy"),
    # Code of the CDK that imports a resource without its KMS key, and that grants an action on other objects.
    (
        all_of(is_of("kms"), _may_lack_allow, says("grant"), says("from")),
        "denials.shown_policies.code_statements.add_imported_key",
    ),
    (
        all_of(is_of("s3"), _may_lack_allow, says("grant")),
        "denials.shown_policies.code_statements.add_key_pattern",
    ),
    (all_of(is_not_explicit, says("aws_iam_")), "denials.identities.terraform_code.add_resource_order"),
    (
        all_of(
            calls("iam:createrole", "iam:createuser"),
            _may_lack_allow,
            lambda denial: not shows_policy(denial),
            says("oundary"),
        ),
        "denials.denies.named_requirements.add_required_boundary",
    ),
    (
        all_of(is_not_explicit, says('provider "aws"'), says("= aws.")),
        "denials.identities.terraform_code.add_default_provider",
    ),
    (
        all_of(is_not_explicit, _may_be_elsewhere),
        "denials.shown_policies.region_contrasts.add_resource_elsewhere",
    ),
    (
        all_of(_may_lack_allow, _may_be_elsewhere),
        "calls.names.account_contrasts.add_resource_in_other_account",
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
        all_of(says("role-to-assume:"), lambda denial: denial.failure.text.count("role-to-assume:") > 1),
        "denials.identities.unused_sessions.add_replaced_role",
    ),
    (
        all_of(
            _may_lack_allow,
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
    (
        all_of(calls("s3:listbucket"), says("existing workspaces")),
        "denials.services.deployments.add_workspace_listing",
    ),
    (all_of(shows_policy, says("ndpoint")), "denials.policy_types.endpoint_policies.add_endpoint_policy"),
    (says("kind: BackupStorageLocation"), "denials.identities.other_callers.add_ignored_keys"),
    (says("code = Unauthenticated"), "denials.identities.controller_releases.add_grpc_code"),
    (says(*_SIGNS_OF_KEYS), "denials.identities.other_callers.add_precedence"),
    (all_of(_may_lack_allow, _may_show_other_role), "denials.identities.given_permissions.add_working_role"),
    (
        all_of(
            _may_lack_allow,
            says("ermission"),
            lambda denial: "AWSReservedSSO_" in (denial.principal_text or ""),
        ),
        "denials.identities.given_permissions.add_unprovisioned_set",
    ),
    (_may_ask, "denials.answers.add_answers"),
    (
        all_of(
            states(lambda stated: stated.deny is None and stated.policy_type is None),
            shows_policy,
            says("Deny"),
        ),
        "denials.policy_types.stated_resource_denies.add_resource_deny",
    ),
)
# Other additions take precedence over these, or change the sentence to which these add.
_AT_LAST: Rows = (
    (all_of(_may_lack_allow, _is_amplify_build), "denials.identities.given_permissions.add_build_role"),
    (_may_show_user, "denials.identities.callers.add_user"),
    (_may_be_unfilled, "denials.identities.unfilled_names.add_unfilled_placeholder"),
)
_WITHOUT_TEXT, _WITH_TEXT = Table((*_OF_DENIAL, *_AT_LAST)), Table((*_OF_DENIAL, *_OF_TEXT, *_AT_LAST))


def find_additions(denial: Denial) -> Iterator[str]:
    """Return the names of what is added to the explanation of a denial, below ``_rules``."""
    return (_WITH_TEXT if _says_more(denial) else _WITHOUT_TEXT).find(denial)
