"""Build the shell commands of remedies.

A value from the text gets into a command only if it has the form of such a value. Otherwise, a placeholder in
capitals replaces it. So no value can change what a command does. The completion of an explanation fills placeholders
whose meaning is the same in all commands: ``_additions.remedy_values`` has their names.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from iamtriage._patterns import KUBERNETES_NAME, REGION, lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._text import quote_argument
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.exceptions import InvalidArnError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from iamtriage.explaining._context.values import CommandLine, Stated

_CLUSTER = lazy_pattern(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
_REGION = lazy_pattern(REGION)
# One with an ellipsis is abbreviated. People replace names by longer ones than AWS accepts.
_IAM_NAME = lazy_pattern(r"(?a)(?!.*\.{3})[\w+=,.@-]{1,128}")
_BUCKET = lazy_pattern(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
_LABEL = lazy_pattern(KUBERNETES_NAME)
_KUBERNETES = lazy_pattern(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_EXTERNAL_ID = lazy_pattern(r"(?a)[\w+=,.@:/-]{2,1224}")
_PROFILE = lazy_pattern(r"(?a)[\w.@:+/-]{1,64}")
_SESSION_NAME = lazy_pattern(r"(?a)[\w+=,.@-]{2,64}")
_ACCESS_KEY = lazy_pattern(r"A[KS]IA[A-Z0-9]{16}")
_ISSUER = lazy_pattern(r"(?a)https://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?:/[\w.~/-]{0,300})?")
# Printable, and nothing that the AWS CLI, a shell or a terminal may take for something else.
_ARN = lazy_pattern(r"[\x21-\x7e]+")
_MAX_ARN_LENGTH = 2048
# AWS itself writes a lone asterisk at the end: instance/*.
_MASKS = lazy_pattern(r"(?<![/:])\*|\*(?!\Z)|[<>\[\]{}$#…]|\.\.\.|(?i:xxx)")

# An ARN whose region and account can be masks, as "***" or "<account>".
_MASKED_PARTS = lazy_pattern(
    r"(?a)(?P<service>arn:[a-z-]{3,20}:[a-z0-9-]{2,30}):(?P<region>[^:\s]{0,60}):(?P<account>[^:\n]{0,60}):(?P<resource>\S{1,1024})"
)
_ANY_REGION = lazy_pattern(r"[a-z0-9-]*")
_ANY_ACCOUNT = lazy_pattern(r"[0-9]{12}|aws|")

# Options of all commands, which have one value. The words after it are the service or arguments.
_GLOBAL_OPTIONS = frozenset({"endpoint-url", "profile", "region"})
# Words that no shell changes.
PLAIN_COMMAND = lazy_pattern(r"(?a)[\w./:=@,+ -]{1,1000}")


# The ends of the names of PrivateLink services of which the prefix of the actions is no start, or also that of other services:
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_ENDPOINT_SERVICES = {
    "cloudwatch": "monitoring", "codecommit": "*codecommit", "firehose": "kinesis-firehose", "kinesis": "kinesis-streams",
    "ec2": "ec2", "s3": "s3", "ses": "email*", "ssm": "ssm",
}  # fmt: skip


REGIONS_OF_IAM = {"aws-cn": "cn-north-1", "aws-eusc": "eusc-de-east-1", "aws-us-gov": "us-gov-west-1"}
"""The Region of the global services, such as IAM, in each partition but ``aws``."""
SHOW_CALLER = "aws sts get-caller-identity --query Arn --output text"
"""The command that prints who calls."""
RESTART_PODS = "kubectl rollout restart deployment/NAME --namespace NAMESPACE"
"""The command that restarts the pods of a deployment."""


# Cached, because logs repeat the same calls. Words are of bounded length.
@functools.lru_cache(maxsize=512)
def command(*words: str) -> str:
    r"""Return a command with its words quoted for a POSIX shell.

    >>> command("aws", "eks", "describe-cluster", "--name", "it's")
    'aws eks describe-cluster --name "it\'s"'
    """
    return " ".join(map(quote_argument, words))


@functools.lru_cache(maxsize=512)
def fill_command(template: str, *values: str) -> str:
    r"""Return a command with each ``{}`` replaced by a value, quoted for a POSIX shell.

    >>> fill_command("aws eks describe-cluster --name {} --query cluster.arn", "it's")
    'aws eks describe-cluster --name "it\'s" --query cluster.arn'
    """
    return template.format(*map(quote_argument, values))


def signed_curl(service: str, region: str, url: str, method: str = "GET", body: str = "") -> str:
    """Return the curl command that signs a request, with the options for its body.

    The header is for temporary credentials: https://curl.se/docs/manpage.html#--aws-sigv4.
    """
    verb = "" if method == "GET" else f" --request {method}"
    template = f'curl --aws-sigv4 {{}} --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --header "x-amz-security-token: $AWS_SESSION_TOKEN"{verb} {{}}'
    return f"{fill_command(template, f'aws:amz:{region}:{service}', url)}{body and f' {body}'}"


DELETE_OLD = "Delete the old keys under {}, or calls use them again (the old file stays, as .bak):"
"""The label of the command that deletes the section of a profile."""


def delete_section(name: str, file: str = "~/.aws/credentials") -> str:
    r"""Return the command that deletes the section of a profile, and keeps the old file.

    >>> print(delete_section("dev"))
    sed -i.bak '/^\[dev\]/,/^\[/{/^\[dev\]/d;/^\[/!d;}' ~/.aws/credentials
    """
    # In sed, unlike in Python, \+ is an operator, and a slash ends the expression.
    escaped = re.sub(r"[./]", r"\\\g<0>", profile(name))
    section = rf"^\[{escaped}\]"
    return rf"sed -i.bak '/{section}/,/^\[/{{/{section}/d;/^\[/!d;}}' {file}"


def repeat_line(line: str) -> str | None:
    """Return a command, or ``None`` if it is not safe to repeat."""
    # A parameter of the command can be secret.
    from iamtriage.redaction._redact import redact

    return line if PLAIN_COMMAND.fullmatch(line) and redact(line) == line else None


def repeat_command(
    stated: CommandLine | None,
    *words: str,
    changes: Mapping[str, str] | None = None,
    of_region: str | None = None,
) -> str | None:
    """Return a command that the text shows with other values of options, all others as they are.

    It is ``None`` if the text shows another command, or one that is not safe to repeat.

    Args:
        stated: The command.
        *words: Its first words, such as the service and the operation.
        changes: Option names with their new values, quoted; an empty one removes the option.
        of_region: The region to add if the command has none.
    """
    if stated is None or stated.words[: len(words)] != words or (text := repeat_line(stated.text)) is None:
        return None
    for name, value in (changes or {}).items():
        values = "?" if name in _GLOBAL_OPTIONS else "*"
        given = re.search(rf" --{re.escape(name)}(?![\w-])(?:[ =](?!--)\S+){values}", text)
        start, end = given.span() if given else (len(text), len(text))
        text = f"{text[:start]}{f' --{name} {value}' if value else ''}{text[end:]}"
    changed = "|".join(name.upper() for name in changes or {})
    variables = re.sub(rf"AWS_(?:DEFAULT_)?(?:{changed})=\S+ ", "", stated.variables)
    is_missing = of_region is not None and " --region" not in text and region(of_region) == of_region
    return f"{variables}{text} --region {of_region}" if is_missing else f"{variables}{text}"


def endpoint_policy_commands(region: str, action: str | None) -> tuple[str, str, str]:
    """Return the commands that show the endpoints for an action, print the policy of one, and replace it from policy.json."""
    return (
        fill_command(
            "aws ec2 describe-vpc-endpoints --region {} --filters {} --query 'VpcEndpoints[].[ServiceName,VpcEndpointType,VpcEndpointId,VpcId]' --output text",
            *(region, f"Name=service-name,Values={endpoint_services(region, action)}"),
        ),
        f"aws ec2 describe-vpc-endpoints --region {region} --vpc-endpoint-ids ENDPOINT_ID --query 'VpcEndpoints[0].PolicyDocument' --output text",
        f"aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id ENDPOINT_ID --policy-document file://policy.json",
    )


def endpoint_services(region: str, action: str | None) -> str:
    """Return the value of a filter for the services of the endpoints through which an action goes.

    >>> endpoint_services("eu-west-1", "cloudwatch:PutMetricData"), endpoint_services("eu-west-1", "ecr:GetAuthorizationToken")
    ('com.amazonaws.eu-west-1.monitoring', 'com.amazonaws.eu-west-1.ecr.api')
    """
    service = (action or "").lower().partition(":")[0]
    name = _ENDPOINT_SERVICES.get(service, f"{service}*") if service else "SERVICE"
    if action == "ecr:GetAuthorizationToken":
        # Docker clients use ecr.dkr: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
        name = "ecr.api"
    # Some services have the prefix cn. in China.
    return f"{'*' if region.startswith('cn-') else ''}com.amazonaws.{region}.{name}"


def create_grant_command(key: str | None, in_region: str | None, role: str) -> str:
    """Return the command that grants a service-linked role the use of a key of another account."""
    return fill_command(
        "aws kms create-grant --key-id {} --region {} --grantee-principal {} --operations Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant",
        arn(key, "KEY_ARN"),
        region(in_region),
        arn(role, "ROLE_ARN"),
    )


def trust_policy_commands(role: str | None) -> tuple[str, str]:
    r"""Return the commands that print a role's trust policy and replace it with trust.json.

    >>> print(*trust_policy_commands("app"), sep="\n")
    aws iam get-role --role-name app --query Role.AssumeRolePolicyDocument
    aws iam update-assume-role-policy --role-name app --policy-document file://trust.json
    """
    show = "aws iam get-role --role-name {} --query Role.AssumeRolePolicyDocument"
    update = "aws iam update-assume-role-policy --role-name {} --policy-document file://trust.json"
    name = role_name(role)
    return fill_command(show, name), fill_command(update, name)


def show_policy_commands(policy: str) -> tuple[str, str]:
    """Return the commands that print the document of a managed policy."""
    find = 'version="$(aws iam get-policy --policy-arn {} --query Policy.DefaultVersionId --output text)"'
    show = 'aws iam get-policy-version --policy-arn {} --version-id "$version" --query PolicyVersion.Document'
    return fill_command(find, policy), fill_command(show, policy)


def show_holders(
    policy: str, why: str = "see who else has the policy, for whom the change counts, too"
) -> Labelled:
    """Return the command that prints which users, groups and roles have a managed policy."""
    show = fill_command("aws iam list-entities-for-policy --policy-arn {}", policy)
    return Labelled.required(f"To {why}:", show)


def change_policy(policy: str) -> str:
    """Return the command that replaces the document of a managed policy by policy.json."""
    change = (
        "aws iam create-policy-version --policy-arn {} --policy-document file://policy.json --set-as-default"
    )
    return fill_command(change, policy)


def show_boundary_command(kind: str, name: str) -> str:
    """Return the command that prints the permissions boundary of a role or user.

    >>> show_boundary_command("user", "ana")
    'aws iam get-user --user-name ana --query User.PermissionsBoundary'
    """
    template = f"aws iam get-{kind} --{kind}-name {{}} --query {kind.capitalize()}.PermissionsBoundary"
    return fill_command(template, name)


def detach_policy(kind: str, name: str, policy: str) -> str:
    """Return the command that detaches a managed policy from a role or user."""
    return fill_command(f"aws iam detach-{kind}-policy --{kind}-name {{}} --policy-arn {{}}", name, policy)


def attach_policy(name: str, policy: str, kind: str = "role") -> str:
    """Return the command that attaches a managed policy to a role, user or group."""
    return fill_command(f"aws iam attach-{kind}-policy --{kind}-name {{}} --policy-arn {{}}", name, policy)


def put_policy(role: str, name: str, kind: str = "role") -> str:
    """Return the command that attaches policy.json to a role or user as an inline policy of this name."""
    template = f"aws iam put-{kind}-policy --{kind}-name {{}} --policy-name {{}} --policy-document file://policy.json"
    return fill_command(template, role, name)


SHOW_AWS_AUTH = "kubectl -n kube-system get configmap aws-auth -o yaml"


def aws_auth_command(caller: str | None = None) -> str:
    """Return the command that lints ``aws-auth`` or, for a caller, finds the caller's entry."""
    subcommand = "lint -" if caller is None else f"who - {quote_argument(caller)}"
    return f"{SHOW_AWS_AUTH} | iamtriage aws-auth {subcommand}"


_CHARS_OF_MASK = 3


def _build_argument_checker(pattern: re.Pattern[str], placeholder: str) -> Callable[[str | None], str]:
    def check(value: str | None) -> str:
        # A leading hyphen would turn the value into an option, and "xxx" is a mask.
        if value is None or pattern.fullmatch(value) is None or value.startswith("-"):
            return placeholder
        return value if value.strip("xX") or len(value) < _CHARS_OF_MASK else placeholder

    return check


cluster = _build_argument_checker(_CLUSTER, "CLUSTER")
region = _build_argument_checker(_REGION, "REGION")
account = _build_argument_checker(ACCOUNT, "ACCOUNT_ID")
role_name = _build_argument_checker(_IAM_NAME, "ROLE_NAME")
instance_profile = _build_argument_checker(_IAM_NAME, "INSTANCE_PROFILE")
user_name = _build_argument_checker(_IAM_NAME, "USER_NAME")
group_argument = _build_argument_checker(lazy_pattern(r"(?a)[\w+=,.@-]{1,128}"), "GROUP_NAME")
profile = _build_argument_checker(_PROFILE, "PROFILE")
session_name = _build_argument_checker(_SESSION_NAME, "SESSION_NAME")
access_key = _build_argument_checker(_ACCESS_KEY, "ACCESS_KEY_ID")
issuer = _build_argument_checker(_ISSUER, "ISSUER_URL")
bucket = _build_argument_checker(_BUCKET, "BUCKET")
namespace = _build_argument_checker(_LABEL, "NAMESPACE")
kubernetes_name = _build_argument_checker(_KUBERNETES, "NAME")


def role_account(stated: Stated | None) -> str | None:
    """Return the account of a role whose ARN the text states."""
    found = None if stated is None else stated.value.split(":")[4:5]
    return found[0] if found and ACCOUNT.fullmatch(found[0]) else None


def external_id(value: str | None) -> str:
    """Return an external ID as a command argument.

    https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html has its characters.
    """
    return value if value is not None and _EXTERNAL_ID.fullmatch(value) and value[0] != "-" else "EXTERNAL_ID"


def arn(value: str | None, placeholder: str = "ARN") -> str:
    """Return an ARN as a command argument, or a placeholder if it is masked, truncated or invalid.

    If only the account and the region are masked, they alone become placeholders: the name of the resource stays.

    >>> arn("arn:aws:iam::111122223333:role/app"), arn("arn:aws:iam::****:role/app"), arn("arn:aws:iam::****:role/***")
    ('arn:aws:iam::111122223333:role/app', 'arn:aws:iam::ACCOUNT_ID:role/app', 'ARN')
    """
    if value is None or len(value) > _MAX_ARN_LENGTH:
        return placeholder
    return value if _is_whole(value) else _with_placeholders(value) or placeholder


@functools.lru_cache(maxsize=512)
def _with_placeholders(value: str) -> str | None:
    """Return an ARN with placeholders for a masked region and account, or ``None`` if more is missing."""
    found = _MASKED_PARTS.fullmatch(value)
    if found is None:
        return None
    of_region, of_account = found["region"], found["account"]
    whole = f"{found['service']}:{of_region and 'us-east-1'}:{of_account and '0' * 12}:{found['resource']}"
    if not _is_whole(whole):
        return None
    of_region = of_region if _ANY_REGION.fullmatch(of_region) else "REGION"
    of_account = of_account if _ANY_ACCOUNT.fullmatch(of_account) else "ACCOUNT_ID"
    return f"{found['service']}:{of_region}:{of_account}:{found['resource']}"


@functools.lru_cache(maxsize=512)
def _is_whole(value: str) -> bool:
    if not _ARN.fullmatch(value) or _MASKS.search(value):
        return False
    try:
        # ACCOUNT or ACCT is a mask.
        return not parse_arn(value).account.isupper()
    except InvalidArnError:
        return False


def oidc_client_commands(provider: str, client: str = "AUDIENCE") -> tuple[str, str]:
    """Return the commands that print the audiences of an IAM OIDC provider, and add one."""
    arn_option = "--open-id-connect-provider-arn {}"
    return (
        fill_command(f"aws iam get-open-id-connect-provider {arn_option} --query ClientIDList", provider),
        fill_command(
            f"aws iam add-client-id-to-open-id-connect-provider {arn_option} --client-id {{}}",
            *(provider, client),
        ),
    )


def list_control_policies(target: str, kind: str = "SERVICE_CONTROL_POLICY") -> tuple[Labelled, str]:
    """Return the commands that print the policies of an account or OU, and its parent, for which they are repeated."""
    show = f"aws organizations list-policies-for-target --target-id {target} --filter {kind} --query 'Policies[].[Id,Name]' --output text"
    return (
        Labelled(
            "As an administrator of the organization, for the account and each parent up to the root:", show
        ),
        f"aws organizations list-parents --child-id {target} --query 'Parents[].Id' --output text",
    )


def list_roles(service: str) -> str:
    """Return the command that prints the roles that a service can assume."""
    return f"aws iam list-roles --query \"Roles[?contains(to_string(AssumeRolePolicyDocument), '{service}')].Arn\" --output text"


# The header of the token in a request of curl, Python, JavaScript or HTTP, and a variable of the shell as its value.
_TOKEN_HEADER = lazy_pattern(
    r"(?a)(?:-H|--header)[ =]?[\"'](?P<name>(?i:authorization|(?!x-[cx]srf-|x-amz-)[\w-]{1,40}-token|token)):[ ]?(?P<scheme>(?:Bearer|Basic|Token|JWT) )?(?:\$\{?(?P<variable>[A-Za-z_]\w{0,40})\}?(?=[\"']))?"
    r"|\bAuthorization[\"']?(?::| =) ?f?[\"'`]?(?P<other>(?:Bearer|Basic|Token|JWT) )"
)


def test_authorizer_command(text: str) -> str:
    """Return the command that tests an authorizer with the header that the request in a text sends."""
    headers = [*_TOKEN_HEADER.finditer(text)]
    # Other headers can have tokens, too.
    found = max(headers, key=lambda each: (each["name"] or "").lower() == "authorization", default=None)
    name, scheme, variable = (found["name"], found["scheme"], found["variable"]) if found else (None,) * 3
    scheme = scheme or (found["other"] if found else "") or ""
    header = f"{name or 'Authorization'}={scheme}{f'${variable}' if variable else 'TOKEN'}"
    quote = '"' if variable else "'" if scheme else ""
    return f"aws apigateway test-invoke-authorizer --rest-api-id API_ID --authorizer-id AUTHORIZER_ID --headers {quote}{header}{quote}"
