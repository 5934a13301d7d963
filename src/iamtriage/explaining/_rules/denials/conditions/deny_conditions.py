"""List what Deny statements with well-known conditions require, and read the conditions of a decoded message."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.shared import pages
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from types import EllipsisType

    from iamtriage.authorization._decoded_statements import DenyingCondition

_CREATES = r"(?:run|create|request|start|restore|copy|import|put|upload|provision|register)"
BOOLEANS = frozenset({"true", "false"})
"""The values of conditions such as Bool and Null."""


@attrs.frozen(eq=False, repr=False)
class Requirement(Value):
    """What Deny statements with a well-known condition require.

    Attributes:
        keys: The condition keys. One that ends in ``/`` stands for all that begin with it.
        title: What to do. ``{what}`` stands for what the call creates.
        step: How the call does it.
        names: A pattern for the Sids and names of policies with such a statement.
        actions: A pattern for the actions, in lowercase, that such a statement is about.
        url: The documentation page.
    """

    keys: tuple[str, ...]
    title: str
    step: str
    names: str
    actions: str = "."
    url: str = pages.EVALUATION

    def has_key(self, key: str) -> bool:
        """Return whether a condition key is one of these."""
        key = key.lower()
        known = [each.lower() for each in self.keys]
        return any(key == each or (each.endswith("/") and key.startswith(each)) for each in known)


MFA = Requirement(
    ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"),
    "Call with MFA",
    "Long-term access keys never carry MFA. As an IAM user, get a session with the code of your device, and export all three values that get-session-token returns: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Then repeat the call without --profile.",
    r"mfa|multi-?factor",
    url=pages.MFA,
)
# What differs between the ways to sign in and to deny, by patterns for texts that speak of them.
MFA_ASIDES = {
    r"BoolIfExists[\"']?\s?[:=]\s?\{\s{0,20}[\"']?aws:MultiFactorAuthPresent": "BoolIfExists also matches their requests, which lack aws:MultiFactorAuthPresent.",
    "onsole": "A console session has MFA if you signed in with a code.",
    "mfa_serial": "In a profile, mfa_serial has an effect only with role_arn.",
    r"\bPS [A-Z]:": "In PowerShell, set the values with $env:AWS_SESSION_TOKEN = 'VALUE' and so on.",
}
MFA_WITH_ROLE = "Pass the code of your device with the call: --serial-number and --token-code. In a profile with role_arn, mfa_serial does the same."
NAMED_BOUNDARY = "Pass the ARN of the boundary that the condition on iam:PermissionsBoundary names"
"""The start of how to set a boundary whose ARN is not known."""
BOUNDARY = Requirement(
    ("iam:PermissionsBoundary",),
    "Create {what} with a permissions boundary",
    f"{NAMED_BOUNDARY}: --permissions-boundary in the CLI, permissions_boundary in Terraform, PermissionsBoundary in CloudFormation.",
    r"boundar",
    r"iam:create(?:role|user)\Z",
    url=pages.BOUNDARIES,
)
INSTANCE_TYPE = Requirement(
    ("ec2:InstanceType",),
    "Launch an instance type that the Deny exempts",
    "Change the type: --instance-type in the CLI, instance_type in Terraform, InstanceType in CloudFormation or a launch template.",
    r"instance-?(?:type|size|famil)|large|expensive",
    r"ec2:(?:runinstances|createfleet|requestspot|modifyinstanceattribute)",
)
REGION = Requirement(
    ("aws:RequestedRegion", "ec2:Region"),
    "Call in a Region that the Deny exempts",
    "Change the Region of the call: --region, AWS_REGION, region_name in boto3, or region in the profile or provider.",
    r"region|outside",
    rf"[\w-]+:(?:{_CREATES}|invoke)",
)
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
GATEWAY = "in a subnet whose route table has the gateway endpoint, or "
"""Where calls go through a gateway endpoint, which only Amazon S3 and DynamoDB have."""
ANY_ENDPOINT = "a VPC endpoint that the Deny exempts"
"""Through what calls go that the Deny exempts, if nothing names it."""
NO_SOURCE_IP = " Requests through a VPC endpoint have no aws:SourceIp, and a Deny with NotIpAddress applies to them, too."
VPC = Requirement(
    ("aws:SourceVpce", "aws:SourceVpc"),
    f"Call through {ANY_ENDPOINT}",
    f"Run the call where its traffic goes through {ANY_ENDPOINT}: {GATEWAY}where the name of the service resolves to the addresses of the interface endpoint. A VPN reaches only an interface endpoint.",
    r"vpce?(?![a-z])|endpoint",
)
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
GLOBAL_SERVICES = {
    "account": "Account Management", "budgets": "Budgets", "ce": "Cost Explorer", "cloudfront": "CloudFront",
    "cost-optimization-hub": "Cost Optimization Hub", "cur": "Cost and Usage Reports",
    "globalaccelerator": "Global Accelerator", "health": "AWS Health", "iam": "IAM", "organizations": "Organizations",
    "route53": "Route 53", "route53domains": "Route 53 Domains", "savingsplans": "Savings Plans", "shield": "Shield",
    "support": "Support",
}  # fmt: skip
"""Services with one endpoint for all Regions of a partition, with their names."""
_REGIONS_OF_ENDPOINTS = {None: "us-east-1", "aws": "us-east-1", "aws-us-gov": "us-gov-west-1"}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
REVOCATION = Requirement(
    ("aws:TokenIssueTime",),
    "Get new credentials: older sessions were revoked",
    "Assume the role again, sign in again, or restart the program: AWSRevokeOlderSessions denies only sessions from before the time in its condition (aws:TokenIssueTime). Replace exported credentials, and delete ~/.aws/cli/cache, where the AWS CLI keeps sessions.",
    r"AWSRevokeOlderSessions",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html",
)
IAM_USERS = Requirement(
    (),
    "Use a role instead of an IAM user",
    "For people, use IAM Identity Center; for programs, a role of the instance, function, pod or CI job, or one of IAM Roles Anywhere.",
    r"iam-?_?users?|access-?_?keys?|(?:no|without)-?_?users",
    r"iam:create(?:user|accesskey|loginprofile)\Z",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
)
# https://docs.aws.amazon.com/agent-toolkit/latest/userguide/security_iam_troubleshoot.html
MCP = Requirement(
    ("aws:ViaAWSMCPService", "aws:CalledViaAWSMCP"),
    "Make the call without the AWS MCP server",
    "If you are permitted to, make the same call yourself with the AWS CLI or an SDK, with the same user or role: only requests through an AWS MCP server have aws:ViaAWSMCPService.",
    r"mcp",
    url="https://docs.aws.amazon.com/agent-toolkit/latest/userguide/security_iam_troubleshoot.html",
)
ENCRYPTION = Requirement(
    ("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
    "Upload with the encryption that the Deny requires",
    "Send it as the encryption header: --sse aws:kms with --sse-kms-key-id, or --sse AES256, in aws s3 cp; ServerSideEncryption, with SSEKMSKeyId, in SDKs. The bucket's default encryption adds no header. With aws:kms, the caller also needs kms:GenerateDataKey on the key, and kms:Decrypt for multipart uploads.",
    r"encrypt|sse|kms",
    r"s3:putobject\Z",
)
# https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
ENCRYPTED_VOLUMES = Requirement(
    ("ec2:Encrypted",),
    "Create {what} encrypted",
    """Set Encrypted to true for each volume, also the root volume, in the block device mappings of the launch template or of the call: --block-device-mappings '[{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": true}}]'.""",
    r"encrypt",
    rf"ec2:(?!createvolume|copysnapshot){_CREATES}",
)
# Where each tool that creates volumes has that setting: https://karpenter.sh/docs/concepts/nodeclasses/#specblockdevicemappings,
# https://developer.hashicorp.com/packer/integrations/hashicorp/amazon/latest/components/builder/ebs
ENCRYPTED_VOLUMES_OF_TOOLS = {
    r"(?i:packer)": "In Packer, set device_name and encrypted = true in launch_block_device_mappings for each volume, also the root volume.",
    r"(?i:karpenter)": "Set ebs.encrypted: true for each of the blockDeviceMappings in Karpenter's EC2NodeClass.",
    r"\baws_\w{3,40}\.|\b[Tt]erraform\b": "In Terraform, set encrypted = true in root_block_device and in each ebs_block_device, or in the ebs block of the launch template.",
}
# The condition keys are those of https://docs.aws.amazon.com/service-authorization/latest/reference/, and the
# options those of the AWS CLI and Terraform's AWS provider.
REQUIREMENTS = (
    REVOCATION,
    MCP,
    MFA,
    IAM_USERS,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#ck_rolesessionname
    Requirement(
        ("sts:RoleSessionName",),
        "Call with a session name that the Deny exempts",
        "Pass it: --role-session-name in the AWS CLI, RoleSessionName in code, role_session_name in a profile.",
        r"session-?_?name",
        r"sts:assumerole",
    ),
    BOUNDARY,
    Requirement(
        ("ec2:MetadataHttpTokens", "ec2:RoleDelivery"),
        "Launch the instance with IMDSv2 required",
        'Set HttpTokens to required: --metadata-options HttpTokens=required in the CLI, metadata_options { http_tokens = "required" } in Terraform, MetadataOptions in the call of an SDK or in a launch template.',
        r"imds|metadata|http-?tokens",
        r"ec2:(?:runinstances|createfleet|createlaunchtemplate|modifyinstancemetadata)",
        url=pages.EC2_METADATA,
    ),
    ENCRYPTION,
    ENCRYPTED_VOLUMES,
    *(
        Requirement(
            (f"{service}:{key}",),
            "Create {what} encrypted",
            f"Pass --{option} in the CLI, or set {argument} = true in Terraform.",
            r"encrypt",
            rf"{service}:{_CREATES}",
        )
        for service, key, option, argument in (
            ("rds", "StorageEncrypted", "storage-encrypted", "storage_encrypted"),
            ("ec2", "Encrypted", "encrypted", "encrypted"),
            ("elasticfilesystem", "Encrypted", "encrypted", "encrypted"),
            ("redshift", "Encrypted", "encrypted", "encrypted"),
            (
                *("elasticache", "AtRestEncryptionEnabled"),
                *("at-rest-encryption-enabled", "at_rest_encryption_enabled"),
            ),
        )
    ),
    Requirement(
        ("aws:RequestTag/", "aws:TagKeys"),
        "Pass the tags that the Deny requires",
        "Tag what the call creates within the same call: --tag-specifications in EC2, for each type of resource such as instance and volume; --tags in most services; tags or the provider's default_tags in Terraform.",
        r"(?:requir|mandat|must|enforc|without|missing|no|un)\w{0,12}[-_ ]?tag|tag\w{0,12}(?:requir|mandat|enforc|missing)",
        rf"[\w-]+:(?:{_CREATES}|tag|addtags)",
    ),
    REGION,
    Requirement(
        ("aws:SecureTransport", "s3:TlsVersion"),
        "Call over HTTPS",
        "Use an https:// endpoint URL with TLS 1.2 or later.",
        r"secure-?transport|https|insecure|tls|ssl",
    ),
    Requirement(
        ("s3:x-amz-acl",),
        "Upload with the ACL that the Deny requires",
        "Pass --acl bucket-owner-full-control in the CLI, or ACL in SDKs.",
        r"acl\b|full-?control",
        r"s3:putobject(?:acl)?\Z",
    ),
    VPC,
    Requirement(
        ("aws:SourceIp",),
        "Call from a network that the Deny exempts",
        # A negated operator matches a request without the key:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
        f"Connect through the VPN or proxy of that network: curl https://checkip.amazonaws.com prints your public address.{NO_SOURCE_IP}",
        r"source-?ip|vpc|network|perimeter|office|vpn",
    ),
    Requirement(
        ("aws:VpcSourceIp",),
        "Call through a VPC endpoint from an address that the Deny exempts",
        "aws:VpcSourceIp is the private address of a request through a VPC endpoint. Other requests do not have it.",
        r"vpc-?source-?ip",
    ),
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    Requirement(
        ("kms:ViaService",),
        "Use the key through the service that the Deny exempts",
        "If that service keeps the data, read or write it there: the service calls KMS for you, and a direct call has no kms:ViaService. It cannot decrypt what a program encrypted itself, such as with a data key.",
        r"via-?_?service",
        r"kms:",
    ),
    INSTANCE_TYPE,
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    Requirement(
        ("dynamodb:Attributes", "dynamodb:Select"),
        "Request only attributes that the Deny exempts",
        "Pass ProjectionExpression with only such attributes, with ExpressionAttributeNames for reserved words such as name. A Query or Scan without it asks for all attributes: Select must be SPECIFIC_ATTRIBUTES. Attributes in key conditions and filters count, too.",
        r"(?:dynamodb|ddb|table|item)[\w-]{0,20}attribute",
        r"dynamodb:",
        url="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html",
    ),
    Requirement(
        ("sts:ExternalId",),
        "Pass the external ID",
        "It is --external-id in the CLI, ExternalId in SDKs, and external_id in a profile or in the block assume_role of Terraform.",
        r"external-?_?id",
        r"sts:assumerole\Z",
        url=pages.EXTERNAL_ID,
    ),
    # https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    Requirement(
        ("lambda:FunctionUrlAuthType",),
        "Create the function URL with the auth type AWS_IAM",
        "The Deny does not forbid function URLs, but those that anyone can call: pass AuthType AWS_IAM (--auth-type, with add-permission --function-url-auth-type, in Terraform authorization_type). A permission that is not for a URL has no auth type, and a Deny with StringNotEquals matches it, too. Then only callers who sign with AWS credentials can use the URL. The webhook of another service cannot sign: let it call an API Gateway API that invokes the function.",
        r"function-?_?url",
        r"lambda:(?:create|update)functionurlconfig",
        url="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    ),
    Requirement(
        ("ec2:AssociatePublicIpAddress",),
        "Launch the instance without a public IP address",
        "Pass --no-associate-public-ip-address in the CLI, or set associate_public_ip_address = false in Terraform, or associatePublicIPAddress: false in Karpenter's EC2NodeClass.",
        r"public-?ip",
        r"ec2:runinstances",
    ),
)
# What Deny statements on an action often require: the action, what the resource contains, and the words.
ENFORCES = "A Deny of {} is often there to enforce"
"""How a step begins that guesses what a Deny statement requires."""
TYPICAL = (
    ("ec2:runinstances", ":volume/", "encrypted volumes, certain types of volumes, or tags"),
    ("ec2:runinstances", ":image/", "an AMI of certain owners"),
    ("ec2:runinstances", ":network-interface/", "that instances have no public IP address"),
    ("ec2:runinstances", ":subnet/", "certain subnets"),
    (
        "ec2:runinstances",
        "",
        "IMDSv2 (HttpTokens=required), encrypted volumes, tags, certain instance types or Regions",
    ),
    ("ec2:createvolume", "", "encryption, certain types of volumes, or tags"),
    ("s3:putobject", "", "an encryption header, TLS, an ACL or a network"),
    (
        "iam:createaccesskey",
        "",
        "temporary credentials instead of access keys: a role, or IAM Roles Anywhere outside of AWS",
    ),
    ("iam:createuser", "", "a permissions boundary"),
    ("iam:createrole", "", "a permissions boundary"),
    ("kms:schedulekeydeletion", "", "that keys are disabled (aws kms disable-key), not deleted"),
    ("lambda:createfunctionurlconfig", "", "the auth type AWS_IAM, with which callers sign"),
    ("rds:createdbinstance", "", "encrypted storage, no public access, or tags"),
)

# Numbers and dates, which have operators that compare in several ways.
_COMPARED = lazy_pattern(r"[0-9a-fA-F.:/TZ+-]+")

# Condition keys that have no true or false as value: such a value is that of a Null check.
_NULLABLE = lazy_pattern(
    r"(?i)(?P<of>(?:aws|ec2|s3|iam|ssm|rds|ecs):(?P<kind>Request(?:Object)?|Resource|Principal|Existing(?:Object)?)Tag/)(?P<tag>.{1,128})"
    r"|(?:s3:x-amz-server-side-encryption(?:-aws-kms-key-id)?|iam:PermissionsBoundary|sts:ExternalId|aws:PrincipalOrgID|aws:Source(?:Vpce?|Ip))"
)


def find_requirement(key: str, action: str) -> Requirement | None:
    """Return what Deny statements with a condition key require, if it is a well-known one, preferably of an action."""
    found = [each for each in REQUIREMENTS if each.has_key(key)]
    return next((each for each in found if re.match(each.actions, action)), next(iter(found), None))


def shows_revocation(denial: Denial) -> bool:
    """Return whether the text shows that the caller's role has the policy that revokes sessions."""
    name, role = REVOCATION.names, denial.role
    if role is None or name not in denial.failure.text or denial.policy_type not in {None, "identity"}:
        return False
    runs = [run for run in find_runs(denial.failure) if name in run.output]
    owners = [run.command.option("role-name") for run in runs]
    return not owners or any(each is None or each.value == role.name for each in owners)


def describe_presence(condition: DenyingCondition) -> str | None:
    """Return what a condition finds present or absent, as a clause, or ``None`` if it compares a value.

    A Null check does so, and a check for MFA: long-term credentials have no such key.
    """
    if len(condition.policy_values) != 1 or condition.request_values:
        return None
    value = condition.policy_values[0].lower()
    if (condition.key.lower(), value) == ("aws:multifactorauthpresent", "false"):
        return "the caller's credentials carry no MFA"
    found = _NULLABLE.fullmatch(condition.key)
    if found is None or value not in BOOLEANS:
        return None
    owner, what = "the call", clip_text(condition.key)
    if found["kind"] is not None:
        kind = found["kind"].lower()
        if not kind.startswith("request"):
            owner = "the caller" if kind == "principal" else "the resource"
        what = f"tag {clip_text(found['tag'])}"
    return f"{owner} has {'no' if value == 'true' else 'the'} {what}"


def global_region(service: str | None, partition: str | None) -> str | None:
    """Return the Region of the requests to a service that has one endpoint, as condition keys see it.

    >>> global_region("iam", "aws"), global_region("sqs", "aws")
    ('us-east-1', None)
    """
    if service not in GLOBAL_SERVICES or service == "globalaccelerator":
        return None
    return _REGIONS_OF_ENDPOINTS.get(partition)


def accepts_listed_values(condition: DenyingCondition) -> bool | None:
    """Return whether the policy's values are accepted rather than denied; ``None`` if that is open.

    A ``Deny`` matched, so its operator is negated (such as ``StringNotLike``) if the request's value is not among
    those of the policy. Numbers and dates can have operators that compare in other ways.
    """
    values, requested = condition.policy_values, condition.request_values or ()
    # A condition of a policy that is known states it.
    stated: bool | EllipsisType | None = getattr(condition, "accepts_values", ...)
    if stated is not ...:
        return stated
    if not values or len(requested) != 1 or any("${" in each for each in values):
        return None
    value = requested[0].lower()
    if any(_COMPARED.fullmatch(each) for each in values):
        return _is_outside(value, values)
    return not any(matches(value, compile_glob(each.lower())) for each in values)


def _is_outside(address: str, ranges: tuple[str, ...]) -> bool | None:
    """Return whether an IP address is in none of some ranges; ``None`` if they are not addresses."""
    try:
        parsed = ipaddress.ip_address(address)
        return not any(parsed in ipaddress.ip_network(each, strict=False) for each in ranges)
    except ValueError:
        return None
