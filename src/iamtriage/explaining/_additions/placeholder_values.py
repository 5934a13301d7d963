"""Find the values of placeholders: in the commands, parameters and settings of a text, and in the ARNs of caller and resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import REGION, lazy_pattern, lazy_patterns, only_one
from iamtriage.arns._principals import IdentityCenterRole, RoleSession
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.principals.principal_words import stated_role, try_parse_arn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.model import Context
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

__all__ = (
    "object_key",
    "own_service",
    "value_of_endpoint",
    "values_of_commands",
    "values_of_parameters",
    "values_of_resource",
    "values_of_session",
    "values_of_shapes",
)

# An option of a command whose value is a placeholder.
_AWS_COMMAND = lazy_pattern(r"aws (?P<service>[a-z0-9-]{2,40}) (?P<operation>[a-z0-9-]{2,80}) ")
_OPEN_OPTION = lazy_pattern(
    r" --(?P<name>[a-z][a-z0-9-]{1,60})[ =](?P<word>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?= |\Z)"
)
_PLAIN_VALUE = lazy_pattern(r"(?a)\w[\w./:=@+,-]{0,255}")
# The failure can be about the value in the text.
_OPTIONS_IN_QUESTION = frozenset(
    {
        "access-scope", "duration-seconds", "endpoint-url", "external-id", "instance-id", "kubernetes-groups", "policy-arn",
        "principal-arn", "profile", "region", "role-arn", "role-session-name", "serial-number", "source-identity",
        "token-code", "type", "username",
    }
)  # fmt: skip
_OPTIONS_OF_IDENTITIES = frozenset(
    {"group-name", "instance-profile-name", "policy-name", "role-name", "user-name"}
)
_MAX_CHARS = 20_000
# Placeholders for parameters whose name means the same in every text.
_PARAMETERS = frozenset(
    {
        "AUTHORIZER_ID", "CLUSTER_ID", "DATABASE_NAME", "DISTRIBUTION_ID", "FUNCTION_NAME", "IDENTITY_POOL_ID", "JOB_NAME",
        "QUEUE_NAME", "QUEUE_URL", "TABLE_NAME", "TASK_DEFINITION", "USER_POOL_ID", "WORKGROUP",
    }
)  # fmt: skip
# The rest of a parameter such as executionRoleArn, with its value.
_ROLE_NAME = r"_?[Rr]ole(?:_?[Aa]rn)?\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?arn:aws[a-z-]{0,12}:iam::\d{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64})(?![\w/])"
_SHAPES = lazy_patterns(
    {
        "ADDON_NAME": r"(?:\b[Aa]ddon_?[Nn]ame[\"']?\s{0,3}[:=]\s{0,3}[\"']?|\bEKS Add-?[Oo]n \([\w-]{1,100}:)([a-z][a-z0-9-]{1,60}[a-z0-9])(?![\w-])",
        "ADDRESS_OR_DOMAIN": r"\bidentities failed the check in region [\w-]{6,30}: ([\w.+-]{1,64}(?:@[\w.-]{1,100})?\w)(?=\s|\Z)",
        # "db = sales", "database: sales", "the database named sales"
        "DATABASE_NAME": r"(?<![\w.-])(?i:db|database)(?: (?:called|named) |\s?[:=]\s?)[\"'`]?([A-Za-z]\w{1,62})[\"'`]?(?=[,;)\s]|\.?$|\. |\Z)",
        "EXECUTION_ROLE_NAME": rf"(?<![A-Za-z])(?<!pod_)(?:task_?)?[Ee]xecution{_ROLE_NAME}",
        # What a broker of Kafka denies.
        "GROUP_NAME": r"(?i:\bnot authorized to access (?:consumer )?group:? )([\w.-]{1,249}\w)(?![\w.-]*\*)",
        # The IDs of the identities in a pool have the same form.
        "IDENTITY_POOL_ID": rf"(?:[Pp]ool(?:[_-]?[Ii]d)?|POOL_ID|:aud)[\"']?\s{{0,3}}[:=/\s]\s{{0,3}}[\"']?({REGION}:[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}})(?!\w)",
        "INSTANCE_ARN": r"\barn:aws[a-z-]{0,12}:sso:::instance/(?:sso)?ins-[0-9a-zA-Z]{16}(?!\w)",
        "MFA_DEVICE_ARN": r"\barn:aws[a-z-]{0,12}:iam::\d{12}:mfa/[\w+=,.@/-]{1,128}(?<!\.)",
        # A model without the prefix of its inference profile.
        "MODEL_ID": r"(?:(?<![\w./-])|(?<=foundation-model/))(?:(?:us|eu|apac|global|us-gov|jp|au|ca)\.)?((?:(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen|stability|writer)\.[a-z0-9]{1,30}-[a-z0-9.-]{1,60}|[a-z0-9]{2,16}\.[a-z0-9-]{2,60}-v\d{1,2}(?=:))(?::\d{1,2})?)(?![\w*])",
        "NODE_ROLE_NAME": rf"(?<![A-Za-z])[Nn]ode(?:_?[Ii]nstance)?{_ROLE_NAME}",
        # A denied one is not that of the caller.
        "PERMISSION_SET_ARN": r"(?<!on resource: )\barn:aws[a-z-]{0,12}:sso:::permissionSet/(?:sso)?ins-[0-9a-zA-Z]{16}/ps-[0-9a-zA-Z./-]{16}(?!\w)",
        "POD_EXECUTION_ROLE_NAME": rf"(?<![A-Za-z])[Pp]od_?[Ee]xecution{_ROLE_NAME}",
        "QUEUE_URL": r"\bhttps://(?:sqs\.[a-z0-9-]{2,30}|[a-z0-9-]{2,30}\.queue)\.[a-z.-]{4,30}/\d{12}/[\w-]{1,80}(?:\.fifo)?",
        "SECRET_ID": r"\barn:aws[a-z-]{0,12}:secretsmanager:[a-z0-9-]{5,30}:\d{12}:secret:[\w/+=.@-]{1,512}(?<!\.)(?![\w*/+=@-])",
        "STACK_NAME": r":stack/([A-Za-z][A-Za-z0-9-]{0,127})/",
        "TOPIC_NAME": r"(?i:\bnot authorized to access topics?: )\[?([\w.-]{1,249}\w)(?=[\]\s]|\Z)",
        "VPC_ID": r"(?<![\w-])vpc-(?:[0-9a-f]{17}|[0-9a-f]{8})(?!\w)",
    }
)
"""Placeholders whose values have a form that nothing else has, with their name if it is needed to tell."""
# Another request in the text can be for another topic.
_OF_MESSAGE = frozenset({"GROUP_NAME", "TOPIC_NAME"})
_PLAIN_NAME = lazy_pattern(r"(?a)\w[\w./=+@,-]{0,512}")
"""A name that no shell changes."""
_KINDS_OF_SESSIONS = frozenset({"expired_credentials", "invalid_credentials"})
# The placeholders for the name of a resource, by the start of its ARN after the partition.
_NAMES = {
    "dynamodb": ("table/", "TABLE_NAME"),
    "ec2": ("instance/", "INSTANCE_ID"),
    "kms": ("key/", "KEY_ID"),
    "lambda": ("function:", "FUNCTION_NAME"),
    "logs": ("log-group:", "LOG_GROUP_NAME"),
    "s3": ("", "BUCKET"),
}


def values_of_shapes(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield each placeholder of which the text around the failure has one value, known by its form."""
    failure = explanation.failure
    if failure is None:
        return
    lines = _join_commands(explanation)
    text = _text_around(failure)
    for word, pattern in _SHAPES.items():
        around = failure.text[slice(*failure.span)] if word in _OF_MESSAGE else text
        value = only_one(set(pattern.findall(around))) if word in lines else None
        if value is not None:
            if word == "MFA_DEVICE_ARN" and failure.account not in {None, value.split(":")[4]}:
                continue
            yield word, value
            if word == "IDENTITY_POOL_ID":
                yield "REGION", value.partition(":")[0]


def _join_commands(explanation: Explanation) -> str:
    parts = ((*remedy.commands, *remedy.placeholders) for remedy in explanation.remedies)
    return "\n".join(part for each in parts for part in each)


def _text_around(failure: Failure) -> str:
    start, end = failure.span
    return failure.text[max(start - _MAX_CHARS, 0) : end + _MAX_CHARS]


def values_of_commands(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield each placeholder for an option whose value a command of the text for the same service states."""
    failure = explanation.failure
    if failure is None or "aws " not in failure.text:
        return
    wanted = [
        (found["service"], found["operation"], option["name"], option["word"])
        for remedy in explanation.remedies
        for line in remedy.commands
        if (found := _AWS_COMMAND.match(line)) is not None
        for option in _OPEN_OPTION.finditer(line)
        if option["name"] not in _OPTIONS_IN_QUESTION and option["word"] in remedy.placeholders
    ]
    if not wanted:
        return
    from iamtriage.explaining._context.readers.command_lines import find_commands

    # A parameter of a command can be secret.
    from iamtriage.redaction._redact import redact

    end = min(len(failure.text), failure.span[1] + _MAX_CHARS)
    stated = [each for _, each in find_commands(failure.text, 0, end) if each.program == "aws"]
    for service, operation, name, word in dict.fromkeys(wanted):
        # The names of roles and users are only those of the same operation.
        words = (service, operation) if name in _OPTIONS_OF_IDENTITIES else (service,)
        values = {
            value
            for each in stated
            if each.words[: len(words)] == words
            for option, value in each.options
            # The option for one value can be the one for several in another operation: --task, --tasks.
            if option.rstrip("s") == name.rstrip("s")
            and _PLAIN_VALUE.fullmatch(value)
            and redact(value) == value
        }
        if (known := only_one(values)) is not None:
            yield word, known


def values_of_parameters(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield each placeholder for a parameter of which the text states one value, such as ``modelId="…"``."""
    failure = explanation.failure
    if failure is None:
        return
    lines = _join_commands(explanation)
    # Finding the placeholders of a remedy takes longer.
    if not any(map(lines.__contains__, _PARAMETERS)):
        return
    wanted = {word for remedy in explanation.remedies for word in remedy.placeholders} & _PARAMETERS
    from iamtriage.redaction._redact import redact

    text = _text_around(failure)
    for word in sorted(wanted):
        name = "[_-]?".join(word.split("_"))
        # A value without quotes in code is a variable, which has no hyphen.
        pattern = (
            rf"(?<![A-Za-z0-9]){name}[\"']?\s{{0,3}}(?:=>|[=:])\s{{0,3}}[\"'](\w[\w./:@+,-]{{0,255}})[\"']"
            rf"|(?:^(?:export )?|[\s;]){name}=(\w[\w./:@+,-]{{0,255}})$"
            rf"|(?<![A-Za-z0-9]){name}: (\w{{1,64}}-[\w-]{{0,190}})(?=\s|\Z)"
        )
        found = re.finditer(pattern, text, re.ASCII | re.IGNORECASE | re.MULTILINE)
        values = {next(filter(None, each.groups())) for each in found}
        if len(values) == 1 and redact(value := values.pop()) == value:
            yield word, value


def own_service(failure: Failure | None, context: Context) -> str | None:
    """Return the service that the person called with the profile, unless the profile is the problem."""
    command = context.command
    if failure is None or failure.kind not in {"access_denied", "aws_error"}:
        return None
    if command is None or command.program != "aws" or command.option("profile") is None:
        return None
    return command.words[0] if command.words else None


def values_of_resource(resource: str | None, lines: str) -> Iterator[tuple[str, str]]:
    """Yield the placeholders that the ARN of the resource replaces in lines.

    >>> dict(values_of_resource("arn:aws:s3:::orders/1.csv", ""))
    {'BUCKET': 'orders', 'OBJECT_KEY': '1.csv'}
    """
    arn = try_parse_arn(resource)
    prefix, word = _NAMES.get(arn.service, ("", "")) if arn is not None else ("", "")
    if arn is None or not word or not arn.resource.startswith(prefix):
        return
    name, _, rest = arn.resource.removeprefix(prefix).partition(":" if prefix.endswith(":") else "/")
    # An access key has an ID, too.
    if "--access-key-id KEY_ID" not in lines and _PLAIN_NAME.fullmatch(name):
        yield word, name
    if word == "BUCKET" and _PLAIN_NAME.fullmatch(rest):
        yield "OBJECT_KEY", rest
    if word == "KEY_ID" and commands.arn(str(arn)) == str(arn):
        yield "KEY_ARN", str(arn)


def values_of_session(failure: Failure | None, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield the role and the name of the session whose credentials AWS rejected: the remedies are about them.

    The roles of IAM Identity Center cannot be assumed.
    """
    if failure is None or failure.kind not in _KINDS_OF_SESSIONS:
        return
    case = Case(failure, facts)
    session = case.principal
    if not isinstance(session, RoleSession) or isinstance(session.role, IdentityCenterRole):
        return
    role = stated_role(session, case.text) or session.role
    named = (
        ("ROLE_NAME", role.name, commands.role_name),
        ("ROLE_ARN", str(role), commands.arn),
        ("SESSION_NAME", session.session_name, commands.session_name),
    )
    for word, value, argument in named:
        if argument(value) == value:
            yield word, value


def value_of_endpoint(facts: Facts) -> str | None:
    """Return the VPC endpoint that the request passed, if the facts state it."""
    if facts.decoded_message is None and facts.authorization_details is None:
        return None
    from iamtriage.explaining._rules.shared.messages.decisions import request_values

    return next(iter(request_values(facts, "aws:SourceVpce")), None)


def object_key(key: str | None) -> str:
    """Return the key of an object if no shell changes it, or a placeholder."""
    return key if key is not None and _PLAIN_NAME.fullmatch(key) else "OBJECT_KEY"
