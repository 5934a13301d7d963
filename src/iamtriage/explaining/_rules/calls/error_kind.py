"""Represent a kind of API error, and quote its code as evidence."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import lower_first
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._context.readers.unique_values import stated_partition
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Cause, CauseType, Remedy
from iamtriage.explaining._rules.shared.clues import error_code, safe_name
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.routing import as_optional_pattern, as_pattern
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_pulumi_resource
from iamtriage.failures._failures import AwsError, Failure

_RESOURCE_TYPE = lazy_pattern(r"(?a)(?:^|\.)((?P<provider>aws|kubernetes|helm)_\w{1,80})\.")
_CREATING = lazy_pattern(r"(?a)\bcreating [A-Z][\w .-]{1,60} \((?P<name>[\w/.@+=,:#-]{1,512})\): ")
_PROVIDER_URL = lazy_pattern(
    r"(?a)Provider with url (?:https://)?(?P<url>[a-z0-9](?:[\w./-]{1,250})) already exists"
)
# The types that are imported by the name or ID that Terraform prints after "creating", as the Import section of each
# type says: https://registry.terraform.io/providers/hashicorp/aws/latest/docs
_IMPORTED_BY_NAME = frozenset(
    {
        "aws_cloudwatch_log_group", "aws_dynamodb_table", "aws_ecr_repository", "aws_eks_access_entry",
        "aws_eks_access_policy_association", "aws_eks_addon", "aws_eks_cluster", "aws_eks_fargate_profile",
        "aws_eks_identity_provider_config", "aws_eks_node_group", "aws_iam_group", "aws_iam_instance_profile",
        "aws_iam_role", "aws_iam_user", "aws_kms_alias", "aws_lambda_function", "aws_s3_bucket", "aws_ssm_parameter",
    }
)  # fmt: skip
# The types that are imported by an ID that AWS knows, and the commands that print it.
_LOOKUPS = {
    "aws_iam_policy": "aws iam list-policies --scope Local --query \"Policies[?PolicyName=='{}'].Arn\" --output text",
    "aws_lb": "aws elbv2 describe-load-balancers --names {} --query 'LoadBalancers[0].LoadBalancerArn' --output text",
    "aws_lb_target_group": "aws elbv2 describe-target-groups --names {} --query 'TargetGroups[0].TargetGroupArn' --output text",
    "aws_secretsmanager_secret": "aws secretsmanager describe-secret --secret-id {} --query ARN --output text",
    "aws_security_group": "aws ec2 describe-security-groups --filters Name=group-name,Values={} --query 'SecurityGroups[0].GroupId' --output text",
    "aws_sqs_queue": "aws sqs get-queue-url --queue-name {} --query QueueUrl --output text",
}
_LINKED_ROLE = lazy_pattern(r"(?a)\bAWSServiceRoleFor\w{1,60}")
_PLAIN_NAME = lazy_pattern(r"(?a)[\w/.@+=:-]{1,256}")
_CODE = lazy_pattern(r"(?a)[A-Za-z][\w.-]{1,80}")


def safe_code(word: str | None) -> str | None:
    """Return an error code or operation if it has the form of one and is safe to show.

    >>> safe_code("DescribeCluster"), safe_code("a b")
    ('DescribeCluster', None)
    """
    return safe_name(word) if word and _CODE.fullmatch(word) else None


def code_evidence(failure: AwsError, *, is_from_sdk: bool = False) -> tuple[str, ...]:
    """Return the error code and HTTP status of a failure as evidence.

    >>> from iamtriage import parse
    >>> code_evidence(parse("An error occurred (Throttling) when calling the GetRole operation: Rate exceeded"))
    ('The error code is Throttling.',)
    """
    code, status = error_code(failure), failure.envelope.status_code
    if safe_code(code) is None:
        return (f"The HTTP status is {status}.",) if status and not is_from_sdk else ()
    if is_from_sdk:
        return (f"The SDK's error is {code}.",)
    return (f"The error code is {code}{f', the HTTP status {status}' if status else ''}.",)


def _as_tuple(remedies: Remedy | tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    return remedies if isinstance(remedies, tuple) else (remedies,)


@attrs.frozen(eq=False, repr=False)
class ErrorKind(Value):
    """A kind of error and its explanation.

    Attributes:
        cause: The first cause: what the code means. Its code is the topic of the explanation.
        remedies: The remedy, or several.
        message: A pattern for messages without a code.
        except_message: A pattern for messages of another kind.
        min_status: The lowest HTTP status that means this kind if there is no code.
        is_from_sdk: Whether the SDK reports the error, without a call. Then the message can also follow a code.
        notes: The notes, in addition to the one that an IAM policy does not help.
        lacks_permission: Whether a permission is missing, so that a policy does help.
    """

    cause: CauseType
    code: re.Pattern[str] = attrs.field(converter=as_pattern)
    summary: str
    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = attrs.field(default=(), converter=_as_tuple)
    message: re.Pattern[str] | None = attrs.field(default=None, converter=as_optional_pattern)
    except_message: re.Pattern[str] | None = attrs.field(default=None, converter=as_optional_pattern)
    min_status: int | None = None
    is_from_sdk: bool = False
    notes: tuple[str, ...] = ()
    lacks_permission: bool = False

    def matches(self, code: str, status: int | None, message: str) -> bool:
        """Return whether an error is of this kind. The message decides only if there is no code of a service."""
        if self.except_message is not None and self.except_message.search(message):
            return False
        if code and not (self.is_from_sdk and self.message is not None and self.message.search(message)):
            return self.code.search(code) is not None
        if self.min_status is not None and status is not None and status >= self.min_status:
            return True
        return self.message is not None and self.message.search(message) is not None


def index_kinds(
    with_message: tuple[ErrorKind, ...], others: tuple[ErrorKind, ...]
) -> Callable[[str], tuple[list[ErrorKind], list[ErrorKind]]]:
    """Return a function that returns the kinds that an error with a code can be of."""

    @functools.lru_cache(maxsize=512)  # logs repeat the same codes
    def select(code: str) -> tuple[list[ErrorKind], list[ErrorKind]]:
        return (
            [kind for kind in with_message if kind.code.search(code)],
            [kind for kind in others if not code or kind.is_from_sdk or kind.code.search(code)],
        )

    return select


def import_remedy(
    failure: Failure, facts: Facts, *steps: str, identifier: str | None = None, checks: tuple[str, ...] = ()
) -> Remedy | None:
    """Return the remedy that imports a resource that Terraform or Pulumi tried to create, if its address is known."""
    stated = context_of(facts).terraform
    pulumi = find_pulumi_resource(failure.text) if stated is None else None
    of_terraform = None if stated is None else _RESOURCE_TYPE.search(stated.value)
    if pulumi is not None:
        module, _, type_ = pulumi[0].rpartition(":")
        service, _, name = module.partition("/")
        name = name or lower_first(type_)
        kind = f"{service}_{name.removesuffix('V2')}".replace(":", "_")
        kind = re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", kind)
        tool, kept, then, words = "Pulumi", "stack", "preview", [f"{service}/{name}:{type_}", pulumi[1]]
        url = "https://www.pulumi.com/docs/iac/cli/commands/pulumi_import/"
    elif stated is not None and of_terraform is not None and not stated.value.startswith("data."):
        tool, kept, then, words = "Terraform", "state", "plan", [stated.value]
        kind, provider = of_terraform[1], of_terraform["provider"]
        url = f"https://registry.terraform.io/providers/hashicorp/{provider}/latest/docs/resources/{kind.partition('_')[2]}#import"
    else:
        return None
    identifier = identifier or _find_identifier(failure, kind) or "RESOURCE_ID"
    page = "The page of the resource type says under Import what RESOURCE_ID is."
    return your_remedy(
        f"Import the existing resource into the {tool} {kept}, or do not create it",
        f"If {tool} is meant to manage it, import it and run {then}: {tool} then changes it instead of creating it.",
        page if identifier == "RESOURCE_ID" else None,
        *steps,
        commands=(
            *checks,
            f"{command(tool.lower(), 'import', *words)} {identifier}",
            f"{tool.lower()} {then}",
        ),
        url=url,
    )


def _find_identifier(failure: Failure, kind: str) -> str | None:
    """Return the quoted ID for the import of a resource, which can contain a command that looks it up."""
    found = _CREATING.search(failure.text)
    name = found["name"] if found else None
    if kind == "aws_iam_openid_connect_provider":
        url = _PROVIDER_URL.search(failure.text)
        account = failure.account or "$(aws sts get-caller-identity --query Account --output text)"
        partition = "aws-cn" if url and ".amazonaws.com.cn/" in url["url"] else "aws"
        return None if url is None else f'"arn:{partition}:iam::{account}:oidc-provider/{url["url"]}"'
    if kind == "aws_iam_service_linked_role" and (role := _LINKED_ROLE.search(failure.text)) is not None:
        owner = failure.account or only_one(set(ACCOUNT_IN_TEXT.findall(failure.text)))
        if name is not None and owner is not None and stated_partition(failure.text) in {None, "aws"}:
            return command(f"arn:aws:iam::{owner}:role/aws-service-role/{name}/{role[0]}")
        return f'"$(aws iam get-role --role-name {role[0]} --query Role.Arn --output text)"'
    if name is None:
        return None
    if kind in _LOOKUPS and _PLAIN_NAME.fullmatch(name):
        return f'"$({_LOOKUPS[kind].format(name)})"'
    return command(name) if kind in _IMPORTED_BY_NAME else None
