"""Explain that a service has no role in the account's settings, or no default role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_partition, find_role_arn
from iamtriage.explaining._rules.shared.services import ASSUME_ROLE, service_trust_policy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AwsError, Failure, InvalidArn


class _Setting(NamedTuple):
    """A role that a service needs once per account."""

    sign: str
    missing: str
    principal: str
    role: str
    policies: tuple[str, ...]
    register: tuple[str, ...]
    step: str
    url: str


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
    _Setting(
        r"\bdms-vpc-role\b",
        "AWS DMS has no role dms-vpc-role that it can assume, which must have exactly this name",
        "dms.amazonaws.com",
        "dms-vpc-role",
        ("service-role/AmazonDMSVPCManagementRole",),
        (),
        "If the role exists, correct its trust policy and its policies. Then wait for a few seconds, and retry the call.",
        "https://docs.aws.amazon.com/dms/latest/userguide/security-iam.html#CHAP_Security.APIRole",
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
# The call names the role.
_NAMES_ROLE = lazy_pattern(r"cloudwatchRoleArn|ENHANCED_MONITORING")
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


def explain_missing_setting(
    case: Case[AwsError] | Case[InvalidArn] | Denial, _message: str = ""
) -> Explanation:
    """Explain that a service has no role in the settings of the account."""
    found: Case[Failure] = Case(case.failure, case.facts)
    setting, said = next((each, m) for each in _SETTINGS if (m := re.search(each.sign, found.text)))
    given = find_role_arn(found.text) if _NAMES_ROLE.search(found.text) else None
    summary = f"{setting.missing}. The caller's permissions are not the problem."
    if given is not None:
        policy = setting.policies[0].rpartition("/")[2]
        summary = f"{setting.missing.partition(' has ')[0]} cannot use the role {given.rpartition('/')[2]}: the role must trust {setting.principal} and have the policy {policy}."
    return found.explain(
        summary,
        NO_ACCOUNT_ROLE.cause(
            "reported",
            f'The text says "{said[0]}".',
            text="The service uses its own role, not the caller's permissions.",
        ),
        remedies=_create_remedy(found, setting, given),
    )


def _create_remedy(case: Case[Failure], setting: _Setting, given: str | None) -> Remedy:
    partition, stated = find_partition(case), find_role_arn(case.text)
    path, _, name = (given.partition(":role/")[2] if given else setting.role).rpartition("/")
    account = commands.account(stated.split(":")[4] if stated else case.failure.account)
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
        if given:
            lines = [commands.trust_policy_commands(name)[1]]
        managed = f"arn:{partition}:iam::aws:policy"
        lines += [commands.attach_policy(name, f"{managed}/{each}") for each in setting.policies]
    for each in setting.register:
        line = each
        for word, value in values.items():
            line = line.replace(word, value)
        lines.append(line)
    return Remedy(
        title=title,
        who="account administrator",
        steps=(f"Save the trust policy as trust.json. {setting.step}" if setting.role else setting.step,),
        commands=tuple(lines),
        policy=service_trust_policy(setting.principal, ASSUME_ROLE) if setting.role else None,
        layer="role_trust" if setting.role else None,
        url=setting.url,
    )
