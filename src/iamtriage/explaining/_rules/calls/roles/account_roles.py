"""Explain roles of an account that a service lacks, and roles that only AWS changes.

Sources: https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html and
https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IDENTITY_CENTER_ROLE, SERVICE_LINKED_PREFIX
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import AWS_ERROR
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.message_kinds import PROTECTED_ROLE, VOLUME_KEYS
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.grants.service_access import linked_role_key_statements
from iamtriage.explaining._rules.shared.principals.principal_words import LINKED_ROLE_SERVICES
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    identity_remedy,
    owner_remedy,
    resource_policy_remedy,
    save_step,
    your_remedy,
)
from iamtriage.explaining._rules.shared.requirements import services
from iamtriage.failures._failures import AwsError, Failure
from iamtriage.policies._documents import allow


class _Setting(NamedTuple):
    """A role that a service needs once per account.

    Attributes:
        has_fixed_name: Whether the service finds the role by its name, so that no other role replaces it.
    """

    sign: str
    missing: str
    principal: str
    role: str
    policies: tuple[str, ...]
    register: tuple[str, ...]
    step: str
    url: str
    has_fixed_name: bool = False


_SETTINGS = (
    _Setting(
        r"CloudWatch Logs role ARN must be set in account settings|role ARN does not have required permissions (?:configured|set to API Gateway)",
        "API Gateway has no working role for CloudWatch Logs in the settings of the account and Region, so logging cannot be enabled",
        "apigateway.amazonaws.com",
        "apigateway-cloudwatch-logs",
        ("service-role/AmazonAPIGatewayPushToCloudWatchLogs",),
        (
            "aws apigateway update-account --region REGION --patch-operations op=replace,path=/cloudwatchRoleArn,value=ROLE_ARN",
        ),
        "The setting is for all APIs of the Region. In Terraform, it is aws_api_gateway_account with cloudwatch_role_arn, in CloudFormation AWS::ApiGateway::Account; let the stage depend on it. A new role can take a few seconds to take effect.",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
    ),
    _Setting(
        r"required permissions for: ENHANCED_MONITORING",
        "RDS has no working role for Enhanced Monitoring",
        "monitoring.rds.amazonaws.com",
        "rds-monitoring-role",
        ("service-role/AmazonRDSEnhancedMonitoringRole",),
        (),
        "Then repeat the call with the role as MonitoringRoleArn. RDS writes the metrics to CloudWatch Logs with it.",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html",
    ),
    _Setting(
        r"instance management role is not configured for account",
        "The instance has no role for Systems Manager, and the account has no default one (Default Host Management Configuration)",
        "ssm.amazonaws.com",
        "service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole",
        ("AmazonSSMManagedEC2InstanceDefaultPolicy",),
        (
            "aws ssm update-service-setting --region REGION --setting-id arn:aws:ssm:REGION:ACCOUNT_ID:servicesetting/ssm/managed-instance/default-ec2-instance-management-role --setting-value service-role/AWSSystemsManagerDefaultEC2InstanceManagementRole",
        ),
        "Or attach an instance profile whose role has AmazonSSMManagedInstanceCore: then the account needs no default role. The agent retries automatically.",
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/fleet-manager-default-host-management-configuration.html",
    ),
    *(
        _Setting(
            rf"\b{role}[\"'`]? (?:is not configured properly|does not exist|(?:is|was) not found|is missing)|\bassumed-role/dms-[\w/-]{{1,120}} is not authorized to perform: sts:AssumeRole on resource: \S{{10,80}}:role/{role}\b",
            f"AWS DMS uses only a role with the name {role}",
            "dms.amazonaws.com",
            role,
            (f"service-role/{policy}",),
            (),
            f"If the role exists, correct its trust policy and its policies. Then wait for a few seconds, and retry the call.{more}",
            "https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole",
            has_fixed_name=True,
        )
        for role, policy, more in (
            ("dms-vpc-role", "AmazonDMSVPCManagementRole", ""),
            ("dms-cloudwatch-logs-role", "AmazonDMSCloudWatchLogsRole", ""),
            ("dms-access-for-endpoint", "AmazonDMSRedshiftS3Role", " For Amazon Redshift as the target, the trust policy must also allow redshift.amazonaws.com."),
        )
    ),
)  # fmt: skip
# The call names the role.
_NAMES_ROLE = lazy_pattern(r"cloudwatchRoleArn|ENHANCED_MONITORING")
_OF_ACCOUNT = lazy_pattern(r"(?a)configured for account: (\d{12})\b")
ACCOUNT_ROLE_MISSING = lazy_pattern("|".join(each.sign for each in _SETTINGS), re.IGNORECASE)
"""Words of the messages about such roles."""
NO_ACCOUNT_ROLE = CauseType(
    "no-account-role",
    title="A service has no role in the settings of the account",
    meaning="The service uses one role for the account and Region. This role is not set, does not exist or does not trust the service.",
    recognised_by='The message says "CloudWatch Logs role ARN must be set in account settings", "instance management role is not configured for account", or names a default role that does not exist.',
    fix="Create the role with the service's managed policy, and register it in the settings of the service.",
    sources=(pages.TRUST_POLICIES, *(each.url for each in _SETTINGS[:3])),
)


def explain_denied_setting(denial: Denial) -> Explanation | None:
    """Explain a denial that says so, and not only that a service cannot use a role."""
    return explain_missing_setting(denial) if ACCOUNT_ROLE_MISSING.search(denial.case.text) else None


def explain_missing_setting(case: Case[Failure] | Denial, message: str = "") -> Explanation:
    """Explain that a service has no role in the settings of the account, which the text or the message says."""
    found: Case[Failure] = Case(case.failure, case.facts)
    text = f"{found.text} {message}"
    shown = ((each, re.search(each.sign, text, re.IGNORECASE)) for each in _SETTINGS)
    setting, said = next((each, said) for each, said in shown if said is not None)
    given = clues.find_role_arn(found.text) if _NAMES_ROLE.search(found.text) else None
    # Few errors need the evaluation of a trust policy.
    from iamtriage.explaining._rules.sts.trust.service_trust import explain_shown_trust
    from iamtriage.explaining._rules.sts.trust.template_trust import find_trusting_role

    policies = [each.rpartition("/")[2] for each in setting.policies]
    untrusted = explain_shown_trust(
        found, setting.principal, given, policies, (f'The text says "{said[0]}".',)
    )
    if untrusted is not None and setting.role:
        return untrusted
    trusting = None
    if found.facts.trust_policy is not None and given is None and not setting.has_fixed_name:
        trusting = find_trusting_role(found)
    reason = setting.missing
    if setting.has_fixed_name:
        reason = f"{reason}, and finds none that it can assume"
    summary = f"{reason}. The caller's permissions are not the problem."
    if given is not None:
        summary = f"{setting.missing.partition(' has ')[0]} cannot use the role {given.rpartition('/')[2]}: the role must trust {setting.principal} and have the policy {policies[0]}."
    return found.explain(
        summary,
        NO_ACCOUNT_ROLE.cause(
            "reported",
            f'The text says "{said[0]}".',
            text="The service uses its own role, not the caller's permissions.",
        ),
        remedies=_create_remedy(found, setting, given, trusting if setting.role else None),
    )


def _create_remedy(case: Case[Failure], setting: _Setting, given: str | None, trusting: str | None) -> Remedy:
    """Return the remedy that creates the role, or that completes the one that the text names or shows."""
    partition, stated = clues.find_partition(case), clues.find_role_arn(case.text)
    path, _, name = (given.partition(":role/")[2] if given else trusting or setting.role).rpartition("/")
    in_message = _OF_ACCOUNT.search(case.text)
    account = commands.account(
        stated.split(":")[4] if stated else in_message[1] if in_message else case.failure.account
    )
    values = {
        "arn:aws:": f"arn:{partition}:",
        "ROLE_ARN": f"arn:{partition}:iam::{account}:role/{f'{path}/' if path else ''}{name}",
        "ACCOUNT_ID": account,
    }
    title, lines = "Create the default roles", []
    if setting.role:
        title = "Correct the role's trust policy and policies" if given else "Create the role"
        title += " and register it" if setting.register else ""
        in_path = f" --path /{path}/" if path else ""
        lines = [
            f"aws iam create-role --role-name {name}{in_path} --assume-role-policy-document file://trust.json"
        ]
        if trusting:
            title = f"Give the role {name} the permissions{title.removeprefix('Create the role')}"
            lines = []
        elif given:
            lines = [commands.trust_policy_commands(name)[1]]
        managed = f"arn:{partition}:iam::aws:policy"
        lines += [commands.attach_policy(name, f"{managed}/{each}") for each in setting.policies]
    for each in setting.register:
        line = each
        for word, value in values.items():
            line = line.replace(word, value)
        lines.append(line)
    trust = None
    if setting.role and not trusting:
        trust = services.service_trust_policy(setting.principal, services.ASSUME_ROLE)
    return Remedy(
        title=title,
        who="account administrator",
        steps=(setting.step,),
        commands=tuple(lines),
        policy=trust,
        layer=None if trust is None else "role_trust",
        url=setting.url,
    )


DENIED_TO_TRAIL = lazy_pattern(
    r"Access denied\. (?:Check the permissions for your role|Verify in IAM that the role has adequate permissions)"
)
"""What CloudTrail says if its role may not write to the log group of a trail."""
_LOG_GROUP = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:logs:[a-z0-9-]{5,30}:\d{12}:log-group:[\w./#-]{1,512}(?![\w*])"
)
TRAIL_ROLE_LACKS_LOGS = CauseType(
    "trail-role-lacks-logs",
    title="The role of a trail is not allowed to write to its log group",
    text="CloudTrail creates a log stream in the group with the role that the call names, and was denied.",
    recognised_by='CloudTrail says "Access denied. Check the permissions for your role", or that the role needs adequate permissions.',
    fix="Allow logs:CreateLogStream and logs:PutLogEvents on the log streams of the group to the role.",
    sources=(
        "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html",
    ),
)


def explain_trail_role(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the role of a trail, and not the caller, lacks permissions on the log group."""
    said = next(DENIED_TO_TRAIL.finditer(message))[0]
    group = only_one({each[0] for each in _LOG_GROUP.finditer(case.text)}, "LOG_GROUP_ARN")
    role = clues.find_role_arn(case.text)
    name = commands.role_name(role.rpartition("/")[2]) if role else "TRAIL_ROLE_NAME"
    policy = allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{group}:log-stream:*")
    return case.explain(
        "CloudTrail's role for CloudWatch Logs is not allowed to write to the log group. The caller's permissions are not the problem.",
        TRAIL_ROLE_LACKS_LOGS.cause("reported", f'The text says "{said}".'),
        common_causes.ROLE_TOO_NEW.cause(
            text="The policy of the role was attached seconds ago: in a template, let the trail depend on it."
        ),
        remedies=identity_remedy(
            "Allow the role of the trail to write to the log group",
            "It is the role in CloudWatchLogsRoleArn. The log group must be in the same account and Region.",
            "A policy on the ARN of the group alone, without :log-stream: or :*, does not cover the streams.",
            statements=(policy,),
            commands=(
                f"aws iam put-role-policy --role-name {name} --policy-name WriteTrailToLogs --policy-document file://policy.json",
            ),
        ),
    )


# https://github.com/hashicorp/aws-sdk-go-base/blob/main/errors.go: the error of STS follows, but not in old versions.
TITLE_OF_TERRAFORM = lazy_pattern(
    r"\bIAM Role \((?P<arn>arn:aws[^\s()]{10,700})\) cannot be assumed\b"
    r"|\b[Tt]he role \"(?P<old>arn:aws[^\s\"]{10,700})\" cannot be assumed\.\s{1,8}There are a number of possible causes\b"
)
"""The title above an error that Terraform prints of a role."""


def explain_title(case: Case[AwsError], arn: str) -> Explanation:
    """Explain the title above an error of Terraform, without the error itself."""
    name = commands.role_name(arn.rpartition("/")[2])
    return case.explain(
        f"Terraform could not assume the role {name}, and the text does not have the answer of STS, which says why.",
        AWS_ERROR.cause(
            "derived", text="A title of Terraform: its credentials may be wrong, or may not assume the role."
        ),
        remedies=your_remedy(
            "Read the answer of STS, or make the same call",
            "Terraform prints the answer below the title, but old versions only with TF_LOG=DEBUG. The command makes the same call with the credentials of the shell, and prints no keys.",
            "AccessDenied: the caller's policies or the trust policy of the role. InvalidClientTokenId or ExpiredToken: the credentials.",
            commands=(
                "aws sts get-caller-identity",
                f"aws sts assume-role --role-arn {commands.arn(arn, 'ROLE_ARN')} --role-session-name check --query AssumedRoleUser.Arn",
            ),
            url=pages.ASSUME_ROLE,
        ),
    )


_PROTECTED = lazy_pattern(r"(?a)\bprotected role '(?P<name>[\w+=,.@-]{1,64})'")
_KEY_ID = r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\w-])"
_KEY = lazy_pattern(
    rf"(?a)\b(?P<arn>arn:(?P<partition>aws[a-z-]{{0,12}}):kms:(?P<region>[a-z0-9-]{{6,30}}):(?P<account>[0-9]{{12}}):key/{_KEY_ID})"
    rf"|(?i:\bkey(?:[ _-]?id)?(?: is)?)[\"' :=`/]{{1,4}}(?P<id>{_KEY_ID})"
)
_ENCRYPTED = lazy_pattern(r"(?i)kms|encrypt|customer managed")
_OWN_ACCOUNT = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::([0-9]{12}):")
_NO_POLICY = "Nobody can attach a policy to a service-linked role."


def explain_protected_role(case: Case[AwsError], message: str) -> Explanation:
    """Explain that only AWS changes a role, and what to change instead, by the kind of the role."""
    found = _PROTECTED.search(message)
    name = clues.find_option(case, "role-name") if found is None else found["name"]
    text = ""
    if name is not None and name.startswith(SERVICE_LINKED_PREFIX):
        summary = f"{name} is a service-linked role, which only AWS changes. No permission is missing."
        text = "Its service defines its policies and its trust policy, whatever permissions the caller has."
        remedy = _instead_of_linked_role(case, name)
    elif name is not None and (of_set := IDENTITY_CENTER_ROLE.fullmatch(name)) is not None:
        summary = f"The role belongs to the permission set {of_set['set']} of IAM Identity Center, which alone changes it. No permission is missing."
        remedy = account_remedy(
            f"Change the permission set {of_set['set']} in IAM Identity Center",
            "Its administrator, in the management account or a delegated one, changes it there. IAM Identity Center then updates the role in every account with the permission set.",
            url="https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html",
        )
    else:
        summary = "Only AWS can change this role. No permission is missing."
        remedy = owner_remedy(
            "Allow the role in the policy of the resource that it is to use, or change its permission set",
            "The policy of a KMS key, bucket, queue or topic can allow a service-linked role, without a policy of the role. A role whose name begins with AWSReservedSSO changes with its permission set in IAM Identity Center.",
        )
    return case.explain(
        summary,
        PROTECTED_ROLE.cause("reported", code_evidence(case.failure), text=text),
        topic=PROTECTED_ROLE.code,
        remedies=remedy,
    )


def _instead_of_linked_role(case: Case[AwsError], name: str) -> Remedy:
    """Return the remedy that does for a service-linked role what the rejected call was to do."""
    text, operation = case.failure.text, case.operation
    if operation in {"DeleteRole", "DetachRolePolicy", "DeleteRolePolicy"}:
        return account_remedy(
            "Keep the role, or delete it as a whole once its service uses it no more",
            "IAM deletes it only if no resource of the service needs it.",
            commands=f"aws iam delete-service-linked-role --role-name {name}",
        )
    if operation == "UpdateAssumeRolePolicy":
        return your_remedy(
            "Use a role of your own for anyone but the service",
            f"No other principal can assume {name}. Create a role whose trust policy names who is to assume it.",
        )
    keys = {each["arn"]: each for each in _KEY.finditer(text) if each["arn"]}
    # Other things have keys with such IDs, too.
    if not keys and _ENCRYPTED.search(text):
        keys = {each["id"]: each for each in _KEY.finditer(text)}
    key = only_one(keys)
    if not keys:
        return owner_remedy(
            f"Allow {name} in the policy of the resource that it is to use",
            f"{_NO_POLICY} The policy of a KMS key, bucket, queue or topic can allow the role, without a policy of its own.",
            "Where a service accepts a role of your own instead, create one with the policy.",
        )
    return _allow_linked_role(case, name, key or "KEY_ARN", keys.get(key or ""))


def _allow_linked_role(case: Case[AwsError], name: str, key: str, found: re.Match[str] | None) -> Remedy:
    """Return the remedy that allows a service-linked role in the policy of a key, and grants it a key of another account."""
    owner = found and found["account"]
    stated = only_one(set(_OWN_ACCOUNT.findall(case.failure.text)))
    account = case.facts.account or stated or owner or "ACCOUNT_ID"
    partition = (found and found["partition"]) or clues.find_partition(case)
    service = LINKED_ROLE_SERVICES.get(name.partition("_")[0])
    iam = f"arn:{partition}:iam::{account}"
    is_known = service is not None and account != "ACCOUNT_ID"
    role = f"{iam}:role/aws-service-role/{service}.amazonaws.com/{name}" if is_known else "ROLE_ARN"
    region = (found and found["region"]) or clues.find_region(case)
    where = f" --region {region}" if region else ""
    is_foreign = owner is not None and account not in {owner, "ACCOUNT_ID"}
    grant = None
    if is_foreign:
        grant = Labelled.required(
            f"Then, as an administrator of account {account}:",
            commands.create_grant_command(key, region, role),
        )
    show = "aws iam get-role --role-name {} --query Role.Arn --output text"
    key_id = key.rpartition("/")[2]
    return resource_policy_remedy(
        f"As an administrator of the key {key_id}, allow {f'account {account}' if is_foreign else name} in its key policy",
        f"{_NO_POLICY} The key policy, or a grant, can allow it.",
        save_step("the key policy"),
        None if is_known else "The first command prints ROLE_ARN.",
        "Remove the policy or attachment from the code: it can never be applied."
        if clues.find_program(case.failure) == "Terraform"
        else None,
        statements=linked_role_key_statements(
            f"{iam}:root" if is_foreign else role, grants_only_for_services=not is_foreign
        ),
        commands=(
            None if is_known else commands.fill_command(show, name),
            f"aws kms get-key-policy --key-id {key} --policy-name default --query Policy --output text{where}",
            f"aws kms put-key-policy --key-id {key} --policy-name default --policy file://policy.json{where}",
            grant,
        ),
        url=VOLUME_KEYS if service == "autoscaling" else "",
    )
