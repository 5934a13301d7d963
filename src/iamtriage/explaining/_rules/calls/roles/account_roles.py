"""Explain roles of an account that a service lacks, and correct the name of one that a service uses only by its fixed name.

Sources: https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html and
https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole.
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.terraform_code import Block, find_resources
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.requirements import services
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.failures._failures import Failure
from iamtriage.policies._documents import build_document

_RETRY = "IAM can take a few seconds to make a new role available: if the same error comes back, apply again."


def find_other_name(text: str, role: str, principal: str, policy: str) -> Block | None:
    r"""Return the only role in Terraform code that trusts a service and has another name than it requires.

    A role that the code passes by its ARN, such as that of an endpoint, has another purpose, and so has one with only
    other policies of AWS.

    >>> code = 'resource "aws_iam_role" "a" {{ name = "{}"\\nassume_role_policy = "dms.amazonaws.com" }}'
    >>> [
    ...     block and block.address
    ...     for name in ("dms", "dms-vpc-role")
    ...     for block in [find_other_name(code.format(name), "dms-vpc-role", "dms.amazonaws.com", "service-role/A")]
    ... ]
    ['aws_iam_role.a', None]
    """
    found = [
        each
        for each in find_resources(text, "aws_iam_role")
        if f'"{principal}"' in each.body and f"{each.address}.arn" not in text
    ]
    if len(found) != 1 or found[0].text_of("name") in {None, role}:
        return None
    attached = _find_attachments(text, found[0])
    is_other = bool(attached) and all(
        ":iam::aws:policy/" in each.arguments["policy_arn"] for each in attached
    )
    return None if is_other and not _has_policy(attached, policy) else found[0]


def _find_attachments(text: str, role: Block) -> list[Block]:
    attachments = find_resources(text, "aws_iam_role_policy_attachment")
    return [
        each
        for each in attachments
        if role.address in each.arguments.get("role", "") and "policy_arn" in each.arguments
    ]


def _has_policy(attachments: list[Block], policy: str) -> bool:
    return any(each.arguments["policy_arn"].strip('"').endswith(f"/{policy}") for each in attachments)


def rename_role(case: Case[Failure], role: str, block: Block, policy: str, url: str) -> Remedy:
    """Return how to give the role in the code the name that the service requires."""
    attached, name = _find_attachments(case.failure.text, block), policy.rpartition("/")[2]
    deployment = find_deployment(case.failure, case.facts)
    using = deployment.resource if deployment is not None and deployment.is_terraform else None
    after = attached[0].address if len(attached) == 1 else block.address
    user = f"the resource {clip_text(using)}" if using else "the resource that uses the role"
    kept = "Its trust policy stays as it is"
    steps = (
        f"{kept}, and so does its policy {name}."
        if _has_policy(attached, policy)
        else f"{kept}. The role also needs {name}.",
        f"Add the depends_on to {user}, which does not refer to the role. {_RETRY}",
        "An account has one role of this name: if another one exists already, import it instead.",
    )
    code = f'resource "aws_iam_role" "{block.name}" {{\n  name = "{role}"\n  # the rest stays\n}}\n# in {user}:\ndepends_on = [{after}]'
    remedy = account_remedy(f"Change the name of {block.address} to {role}", *steps, url=url)
    return attrs.evolve(remedy, manifest=code, manifest_language="hcl")


class _Setting(NamedTuple):
    """A role that a service needs once per account.

    Attributes:
        has_fixed_name: Whether the service finds the role by its name, so that no other role replaces it.
        external_id: What the service passes when it assumes the role.
        statements: What the role has to allow if there is no managed policy for it.
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
    external_id: str | None = None
    statements: tuple[dict[str, Any], ...] = ()


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
    _Setting(
        r"Invalid InstanceProfile: EMR_EC2_DefaultRole|\bEMR_(?:EC2_)?DefaultRole is invalid|\bEMR_(?:EC2_)?DefaultRole does not exist",
        "The default roles of Amazon EMR do not exist in the account",
        "elasticmapreduce.amazonaws.com",
        "",
        (),
        ("aws emr create-default-roles",),
        "The command creates EMR_DefaultRole, EMR_EC2_DefaultRole and its instance profile, once per account. Or name your own roles in the call.",
        "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-roles.html",
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
    _Setting(
        r"\bservice role vmimport\b[^\n.]{0,30}does not exist or does not have sufficient permissions",
        "VM Import/Export uses the role vmimport if the call names no other, and that role does not exist, does not trust it, or lacks permissions",
        "vmie.amazonaws.com",
        "vmimport",
        (),
        (),
        "BUCKET has the disk images. If the role exists, compare its trust policy, with sts:ExternalId vmimport, and its policies: correct what differs. KMS keys of the bucket or of the snapshots require permissions on the keys, too. A role with another name is --role-name of the call.",
        "https://docs.aws.amazon.com/vm-import/latest/userguide/required-permissions.html",
        external_id="vmimport",
        statements=(
            {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]},
            {"Effect": "Allow", "Action": ["ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:Describe*"], "Resource": "*"},
        ),
    ),
    _Setting(
        r"[Ll]ogging role is not configured|\bNotConfiguredException\b.{0,60}LoggingOptions",
        "AWS IoT has no role for its logs in the account",
        "iot.amazonaws.com",
        "iot-logging",
        ("service-role/AWSIoTLogging",),
        ("aws iot set-v2-logging-options --region REGION --role-arn ROLE_ARN --default-log-level WARN",),
        "The setting is for all things of the Region.",
        "https://docs.aws.amazon.com/iot/latest/developerguide/configure-logging.html",
    ),
    _Setting(
        r"\bAWSBackupDefaultServiceRole does not exist",
        "The default role of AWS Backup does not exist in the account",
        "backup.amazonaws.com",
        "service-role/AWSBackupDefaultServiceRole",
        ("service-role/AWSBackupServiceRolePolicyForBackup", "service-role/AWSBackupServiceRolePolicyForRestores"),
        (),
        "The console creates the role with the first backup. Or name your own role in the call.",
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html",
    ),
    _Setting(
        r"instance profile aws-elasticbeanstalk-ec2-role associated with the environment does not exist",
        "The default instance profile of Elastic Beanstalk does not exist in the account",
        "ec2.amazonaws.com",
        "aws-elasticbeanstalk-ec2-role",
        ("AWSElasticBeanstalkWebTier", "AWSElasticBeanstalkWorkerTier"),
        (
            "aws iam create-instance-profile --instance-profile-name aws-elasticbeanstalk-ec2-role",
            "aws iam add-role-to-instance-profile --instance-profile-name aws-elasticbeanstalk-ec2-role --role-name aws-elasticbeanstalk-ec2-role",
        ),
        "Elastic Beanstalk does not create it. Or name your own instance profile in the environment's settings (IamInstanceProfile).",
        "https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-instanceprofile.html",
    ),
)  # fmt: skip
# What registers the role in Terraform, and what to know about it.
_IN_TERRAFORM = {
    "apigateway.amazonaws.com": (
        'resource "aws_api_gateway_account" "this" {{\n  cloudwatch_role_arn = aws_iam_role.{label}.arn\n}}',
        "The setting applies to all APIs of the account in the Region, so define it once, in code that nobody destroys. Let the stage wait for it: depends_on = [aws_api_gateway_account.this].",
    ),
    "iot.amazonaws.com": (
        'resource "aws_iot_logging_options" "this" {{\n  default_log_level = "WARN"\n  role_arn          = aws_iam_role.{label}.arn\n}}',
        "The setting applies to all things of the account in the Region, so define it once, in code that nobody destroys.",
    ),
}
# The call names the role.
_NAMES_ROLE = lazy_pattern(r"cloudwatchRoleArn|ENHANCED_MONITORING")
_OF_ACCOUNT = lazy_pattern(r"configured for account: (\d{12})\b", re.ASCII)
ACCOUNT_ROLE_MISSING = lazy_pattern("|".join(each.sign for each in _SETTINGS))
"""Words of the messages about such roles."""
NO_ACCOUNT_ROLE = CauseType(
    "no-account-role",
    title="A service has no role in the settings of the account",
    meaning="The service uses one role for the account and Region. This role is not set, does not exist or does not trust the service.",
    recognised_by='The message says "CloudWatch Logs role ARN must be set in account settings", "instance management role is not configured for account", or names a default role that does not exist.',
    fix="Create the role with the service's managed policy, and register it in the settings of the service.",
    sources=(pages.TRUST_POLICIES, *(each.url for each in _SETTINGS[:3])),
)


def explain_missing_setting(case: Case[Failure] | Denial, _message: str = "") -> Explanation:
    """Explain that a service has no role in the settings of the account."""
    found: Case[Failure] = Case(case.failure, case.facts)
    setting, said = next((each, m) for each in _SETTINGS if (m := re.search(each.sign, found.text)))
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
    reason, block = setting.missing, None
    if setting.has_fixed_name:
        block = find_other_name(found.failure.text, setting.role, setting.principal, setting.policies[0])
        other = (
            f"not the role {block.text_of('name')} in the code" if block else "finds none that it can assume"
        )
        reason = f"{reason}, and {other}"
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
        remedies=rename_role(found, setting.role, block, setting.policies[0], setting.url)
        if block is not None
        else _create_remedy(found, setting, given, trusting if setting.role else None),
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
        if setting.statements:
            document = json.dumps(build_document(setting.statements))
            put = "aws iam put-role-policy --role-name {} --policy-name {} --policy-document {}"
            lines.append(fill_command(put, name, name, document.replace("arn:aws:", f"arn:{partition}:")))
    for each in setting.register:
        line = each
        for word, value in values.items():
            line = line.replace(word, value)
        lines.append(line)
    deployment = find_deployment(case.failure, case.facts)
    is_terraform = deployment is not None and deployment.is_terraform
    if is_terraform and not given and not trusting and setting.principal in _IN_TERRAFORM:
        return _terraform_remedy(setting, title, partition)
    trust = None
    if setting.role and not trusting:
        trust = services.service_trust_policy(setting.principal, services.ASSUME_ROLE)
    if trust is not None and setting.external_id is not None:
        trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": setting.external_id}}
    return Remedy(
        title=title,
        who="account administrator",
        steps=(setting.step,),
        commands=tuple(lines),
        policy=trust,
        layer=None if trust is None else "role_trust",
        url=setting.url,
    )


def _terraform_remedy(setting: _Setting, title: str, partition: str) -> Remedy:
    """Return the remedy that creates the role and registers it in Terraform."""
    register, step = _IN_TERRAFORM[setting.principal]
    label = setting.role.replace("-", "_")
    policy = f'{{ Effect = "Allow", Principal = {{ Service = "{setting.principal}" }}, Action = "sts:AssumeRole" }}'
    parts = [
        f'resource "aws_iam_role" "{label}" {{\n  name = "{setting.role}"\n  assume_role_policy = jsonencode({{\n    Version   = "2012-10-17"\n    Statement = [{policy}]\n  }})\n}}',
        *(
            f'resource "aws_iam_role_policy_attachment" "{label}" {{\n  role       = aws_iam_role.{label}.name\n  policy_arn = "arn:{partition}:iam::aws:policy/{each}"\n}}'
            for each in setting.policies
        ),
        register.format(label=label),
    ]
    return Remedy(
        title=title,
        who="account administrator",
        steps=(step,),
        manifest="\n".join(parts),
        manifest_language="hcl",
        url=setting.url,
    )
