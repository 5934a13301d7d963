"""Find the values of placeholders: in the commands, parameters and settings of a text, and in the ARNs of caller and resource."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from iamtriage._patterns import REGION, lazy_pattern, lazy_patterns
from iamtriage.arns._principals import IdentityCenterRole, RoleSession
from iamtriage.explaining._additions.arn_values import resources_of, values_of_arns
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.principals.principal_words import stated_role, try_parse_arn
from iamtriage.policies._masked_arns import hide_others

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.model import Context
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._facts import Facts
    from iamtriage.failures._failures import Failure

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
# No ARN in a policy has more names than a few.
_MAX_NAMES = 8
_PRINTED = lazy_pattern(r"\"([A-Z][A-Za-z]{1,60})\"\s?:\s{0,4}\"([^\"\s]{1,512})\"")
# What changes or prints the same part of a role. The caller's role is not the one that it assumes.
_PARTS_OF_ROLES = (
    frozenset({"get-role", "update-assume-role-policy"}),
    frozenset(
        {
            "attach-role-policy", "delete-role-policy", "detach-role-policy", "get-role-policy", "list-attached-role-policies",
            "list-role-policies", "put-role-policy",
        }
    ),
)  # fmt: skip
# Placeholders in commands for parameters whose name means the same in every text.
_PARAMETERS = frozenset(
    {
        "AUTHORIZER_ID", "CLUSTER_ID", "DATABASE_NAME", "DISTRIBUTION_ID", "ECS_CLUSTER", "EXTERNAL_ID", "FUNCTION_NAME", "IDENTITY_POOL_ID",
        "INSTANCE_PROFILE", "JOB_NAME", "NODEGROUP", "QUEUE_NAME", "QUEUE_URL", "STACK_NAME", "TABLE_NAME", "TASK_DEFINITION",
        "USER_POOL_ID", "WORKGROUP",
    }
)  # fmt: skip
# What parameters, options and settings call their values, if the placeholder does not say it.
_OTHER_NAMES = {
    "INSTANCE_PROFILE": "instance profile(?: name)?",
    "NODEGROUP": "node group(?: name)?",
    "WORKGROUP": "work group(?: name)?",
    "WORK_GROUP_NAME": "work group(?: name)?",
}
_NAME = lazy_pattern(r"(?<![A-Za-z0-9_])[A-Z]+(?:_[A-Z]+){0,3}_(?:NAME|ID)(?![A-Za-z0-9_])")
# The rest of a parameter such as executionRoleArn, with its value.
_ROLE_NAME = r"_?[Rr]ole(?:_?[Aa]rn)?\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?arn:aws[a-z-]{0,12}:iam::\d{12}:role/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64})(?![\w/])"
# The member of an object that was not deleted, as the response of DeleteObjects has it. Other objects have a key, too.
_OF_OBJECT = r"(?:\{{(?=[^{{}}]{{0,1500}}[\"']Code[\"']\s?:)[^{{}}]{{0,1500}}?[\"']{0}[\"']\s?:\s{{0,3}}[\"']|<Error>(?:(?!</Error>)[^{{}}]){{0,1500}}?<{0}>)"
_SHAPES = lazy_patterns(
    {
        "ADDON_NAME": r"(?:\b[Aa]ddon_?[Nn]ame[\"']?\s{0,3}[:=]\s{0,3}[\"']?|\bEKS Add-?[Oo]n \([\w-]{1,100}:)([a-z][a-z0-9-]{1,60}[a-z0-9])(?![\w-])",
        "ASSOCIATION_ID": r"(?<![\w-])a-[a-z0-9]{17}(?![\w-])",
        "BOUNDARY_ARN": r"(?i:boundary)(?:_?arn)?[\"']?[\s:=]{1,3}[\"']?(arn:aws[a-z-]{0,12}:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,512})(?<!\.)",
        # "db = sales", "database: sales", "the database named sales"
        "DATABASE_NAME": r"(?<![\w.-])(?i:db|database)(?: (?:called|named) |\s?[:=]\s?)[\"'`]?([A-Za-z]\w{1,62})[\"'`]?(?=[,;)\s]|\.?$|\. |\Z)",
        "EXECUTION_ROLE_NAME": rf"(?<![A-Za-z])(?<!pod_)(?:task_?)?[Ee]xecution{_ROLE_NAME}",
        # What a broker of Kafka denies.
        "GROUP_NAME": r"(?i:\bnot authorized to access (?:consumer )?group:? )([\w.-]{1,249}\w)(?![\w.-]*\*)",
        "HOSTED_ZONE_ID": r"(?:\bhostedzone/|(?i:zone[_ -]?id)[\"']?[\s:=]{1,3}[\"']?(?:/hostedzone/)?)(Z[A-Z0-9]{9,31})(?!\w)",
        # The IDs of the identities in a pool have the same form.
        "IDENTITY_POOL_ID": rf"(?:[Pp]ool(?:[_-]?[Ii]d)?|POOL_ID|:aud)[\"']?\s{{0,3}}[:=/\s]\s{{0,3}}[\"']?({REGION}:[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}})(?!\w)",
        "INSTANCE_ARN": r"\barn:aws[a-z-]{0,12}:sso:::instance/(?:sso)?ins-[0-9a-zA-Z]{16}(?!\w)",
        "INSTANCE_PROFILE": r":instance-profile/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,128})(?<!\.)(?!/)",
        # Requests have IDs of the same form.
        "KEY_ID": r"(?:(?i:kms[\w -]{0,20}key)\w{0,8}|\b[Kk]ey[_-]?[Ii]d|:key/|--key-id)[\"']?[\s:=]{0,3}[\"']?(?:arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{5,30}:\d{12}:key/)?((?:mrk-)?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12})(?!\w)",
        "MFA_DEVICE_ARN": r"\barn:aws[a-z-]{0,12}:iam::\d{12}:mfa/[\w+=,.@/-]{1,128}(?<![.,])",
        # A model without the prefix of its inference profile.
        "MODEL_ID": r"(?:(?<![\w./-])|(?<=foundation-model/))(?:(?:us|eu|apac|global|us-gov|jp|au|ca)\.)?((?:(?:ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen|stability|writer)\.[a-z0-9]{1,30}-[a-z0-9.-]{1,60}|[a-z0-9]{2,16}\.[a-z0-9-]{2,60}-v\d{1,2}(?=:))(?::\d{1,2})?)(?![\w*])",
        # A service account that eksctl creates need not be the one of the call.
        "NAMESPACE": r"\biamserviceaccount [^\n|;&]{0,200}?--namespace[= ]([a-z0-9][a-z0-9-]{0,62})(?![\w-])",
        "NODE_ROLE_NAME": rf"(?<![A-Za-z])[Nn]ode(?:_?[Ii]nstance)?{_ROLE_NAME}",
        "NODEGROUP": r":nodegroup/[\w-]{1,100}/([\w-]{1,63})/|\bEKS Node Group \([\w-]{1,100}:([\w-]{1,63})\)",
        # Velero, Terraform and the errors of DeleteObjects do not name the bucket.
        "OBJECT_KEY": rf"\b(?:(?:putting|getting|deleting|uploading|downloading|reading|writing) object |S3 Object \()(\w[\w./=+@,-]{{0,512}}\w)(?:: |\))|{_OF_OBJECT.format('Key')}(\w[\w./=+@,-]{{0,512}}\w)[\"'<]",
        # A denied one is not that of the caller.
        "PERMISSION_SET_ARN": r"(?<!on resource: )\barn:aws[a-z-]{0,12}:sso:::permissionSet/(?:sso)?ins-[0-9a-zA-Z]{16}/ps-[0-9a-zA-Z./-]{16}(?!\w)",
        # Words have no digits: p-FullAWSAccess is in every list.
        "POLICY_ID": r"(?<![\w-])p-(?=[a-z]{0,20}\d)[0-9a-z]{8,32}(?![\w-])",
        "POD_EXECUTION_ROLE_NAME": rf"(?<![A-Za-z])[Pp]od_?[Ee]xecution{_ROLE_NAME}",
        "QUEUE_URL": r"\bhttps://(?:sqs\.[a-z0-9-]{2,30}|[a-z0-9-]{2,30}\.queue)\.[a-z.-]{4,30}/\d{12}/[\w-]{1,80}(?:\.fifo)?",
        "REPOSITORY": r":ecr:[a-z0-9-]{5,30}:\d{12}:repository/([a-z0-9][\w./-]{0,255}\w)|\b\d{12}\.dkr\.ecr\.[a-z0-9-]{5,30}\.amazonaws\.com(?:\.cn)?/([a-z0-9][\w./-]{0,255}\w)",
        **dict.fromkeys(
            ("SECRET_ARN", "SECRET_ID"),
            r"\barn:aws[a-z-]{0,12}:secretsmanager:[a-z0-9-]{5,30}:\d{12}:secret:[\w/+=.@-]{1,512}(?<!\.)(?![\w*/+=@-])",
        ),
        "SERVICE_ACCOUNT": r"\biamserviceaccount [^\n|;&]{0,200}?--name[= ]([a-z0-9][a-z0-9.-]{0,252})(?![\w-])",
        "SOURCE_PROFILE": r"(?m:^)[ \t]{0,8}source_profile\s?=\s?([\w.@:+/-]{1,64})",
        "STACK_NAME": r":stack/([A-Za-z][A-Za-z0-9-]{0,127})/",
        "TABLE_NAME": r"\bdynamodb(?:\.Table\(|_table[\"']?\s{0,20}=\s?)[\"']([\w.-]{3,255})[\"']",
        "TOPIC_NAME": r"(?i:\bnot authorized to access topics?: )\[?([\w.-]{1,249}\w)(?=[\]\s]|\Z)",
        # "The IAM user credentials" are no name.
        "USER_NAME": r":user/(?:[\w+=,.@-]{1,128}/){0,8}([\w+=,.@-]{1,64})(?<!\.)(?![\w/])|\bIAM [Uu]ser(?: name)?:? (?:[`'\"]([\w+=,.@-]{1,64})[`'\"]|(?=[\w+=,.@-]{0,60}[\d_@-])([a-z][\w+=,.@-]{0,62}[\w+=@])(?![\w/]))|\b(?:userName|UserName|user_name)[\"']?\s?[=:]\s{0,3}[\"']([\w+=,.@-]{1,64})[\"']",
        # That of a secret is a UUID.
        "VERSION_ID": rf"(?:{_OF_OBJECT.format('VersionId')}|\bversionId=|\bVersionId=[\"'])(?![0-9a-f]{{8}}-)([\w.-]{{16,1024}})(?=[\"'<&\s]|\Z)",
        "VPC_ID": r"(?<![\w-])vpc-(?:[0-9a-f]{17}|[0-9a-f]{8})(?!\w)",
    }
)
"""Placeholders whose values have a form that nothing else has, with their name if it is needed to tell."""
# A policy can be about other resources than the call.
_RESOURCES = lazy_pattern(r"\"(?:Not)?Resource\":\s{0,20}(?:\"[^\"]{1,2000}\"|\[[^\[\]]{1,20000}\])")
_IS_ACCESS_KEY = "--access-key-id KEY_ID"
# The services whose placeholders these are. Other services, and GitHub, have tables and repositories, too.
_SERVICES = {"REPOSITORY": "ecr", "TABLE_NAME": "dynamodb"}
# Another request in the text can be for another topic.
_OF_MESSAGE = frozenset({"GROUP_NAME", "TOPIC_NAME"})
# Also a masked one, but not that of what AWS manages.
_ACCOUNT_OF_ARN = lazy_pattern(
    r"\barn:[\w-]{3,12}:[a-z0-9-]{2,30}:[a-z0-9-]{0,30}:(?!aws:)([^\s:/\"']{1,40}):"
)
# The ARN of a secret has a random end.
_ARN = lazy_pattern(r"arn:[^:]{3,12}:(?:secretsmanager:[^:]*:\d*:secret:(.+)-\w{6}|.+[:/]([^:/]+))")
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


def values_of_text(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Yield each placeholder of which the text around the failure has one value, in whatever notations."""
    if explanation.failure is None:
        return
    values: dict[str, set[str]] = {}
    for read in (_values_of_commands, _values_of_parameters, _values_of_arns, _values_of_shapes):
        for word, value in read(explanation, explanation.failure):
            values.setdefault(word, set()).add(value)
    for word, found in values.items():
        # A name and the ARN that ends with it are the same.
        names = {arn[1] or arn[2] if (arn := _ARN.fullmatch(each)) else each for each in found}
        if len(names) == 1:
            yield word, min(found, key=len)


def _values_of_shapes(explanation: Explanation, failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield the values of placeholders that are known by their form."""
    lines = _join_commands(explanation)
    text = _text_of_call(failure)
    for word, pattern in _SHAPES.items():
        # An access key has an ID, too.
        if word not in lines or (word == "KEY_ID" and _IS_ACCESS_KEY in lines):
            continue
        # Others than the caller can have the permission, and the setting in the text can be wrong.
        is_other = word == "USER_NAME" and failure.kind == "access_denied"
        if is_other or (word == "SOURCE_PROFILE" and "set source_profile" in lines):
            continue
        if word in _SERVICES and not _is_of_service(explanation, word, _SERVICES[word]):
            continue
        around = failure.text[slice(*failure.span)] if word in _OF_MESSAGE else text
        for found in pattern.finditer(around):
            value = next(filter(None, found.groups()), found[0])
            if word == "MFA_DEVICE_ARN" and failure.account not in {None, value.split(":")[4]}:
                continue
            yield word, value
            if word == "IDENTITY_POOL_ID":
                yield "REGION", value.partition(":")[0]


def _join_commands(explanation: Explanation) -> str:
    parts = ((*remedy.commands, *remedy.placeholders) for remedy in explanation.remedies)
    return "\n".join(part for each in parts for part in each)


def _is_of_service(explanation: Explanation, word: str, service: str) -> bool:
    """Return whether all commands and policies with a placeholder are about a service."""
    parts = [part for each in explanation.remedies for part in (*each.commands, str(each.policy or ""))]
    return all(service in part for part in parts if word in part)


def _values_of_arns(explanation: Explanation, failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield the values of the placeholders in the ARNs of policies."""
    return values_of_arns(explanation, _text_of_call(failure))


def _text_of_call(failure: Failure) -> str:
    """Return the text around a failure, without other accounts and the resources of policies."""
    return _RESOURCES.sub("", hide_others(_text_around(failure), failure.account))


def _text_around(failure: Failure) -> str:
    start, end = failure.span
    return failure.text[max(start - _MAX_CHARS, 0) : end + _MAX_CHARS]


def _values_of_commands(explanation: Explanation, failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield the values of placeholders for options that commands of the text for the same service state."""
    if "aws " not in failure.text:
        return
    wanted = [
        (found["service"], found["operation"], option["name"], option["word"])
        for remedy in explanation.remedies
        for line in remedy.commands
        if (found := _AWS_COMMAND.match(line)) is not None
        for option in _OPEN_OPTION.finditer(line)
        if option["name"] not in _OPTIONS_IN_QUESTION
        and option["word"] in remedy.placeholders
        # Not the one of the text, but another.
        and not option["word"].startswith(("NEW_", "OTHER_"))
    ]
    if not wanted:
        return
    from iamtriage.explaining._context.readers.command_lines import find_commands
    from iamtriage.explaining._context.readers.command_runs import find_runs

    # A parameter of a command can be secret.
    from iamtriage.redaction._redact import redact

    end = min(len(failure.text), failure.span[1] + _MAX_CHARS)
    stated = [
        (each.words, each.options) for _, each in find_commands(failure.text, 0, end) if each.program == "aws"
    ]
    # What a look-up prints is called like the option: "AssociationId" and --association-id.
    stated += [(each.command.words, tuple(_PRINTED.findall(each.output))) for each in find_runs(failure)]
    for service, operation, name, word in dict.fromkeys(wanted):
        # The names of roles and users are only those of calls about the same.
        same = next((each for each in _PARTS_OF_ROLES if operation in each), frozenset({operation}))
        for words, options in stated:
            called, *verbs = words[:2] or ("",)
            if called != service or (name in _OPTIONS_OF_IDENTITIES and same.isdisjoint(verbs)):
                continue
            for option, value in options:
                # The option for one value can be the one for several in another operation: --task, --tasks.
                is_same = option.rstrip("s") in {name.rstrip("s"), name.title().replace("-", "")}
                if is_same and _PLAIN_VALUE.fullmatch(value) and redact(value) == value:
                    yield word, value


def _values_of_parameters(explanation: Explanation, failure: Failure) -> Iterator[tuple[str, str]]:
    """Yield the values of placeholders for parameters, such as ``modelId="…"``."""
    lines = _join_commands(explanation)
    named = {word for _, resource in resources_of(explanation) for word in _NAME.findall(resource)}
    in_arns = {*sorted(named)[:_MAX_NAMES]}
    in_commands = {word for word in _PARAMETERS if word in lines}
    # Keys of other kinds have an ID, too, and a proxy has another one than its database.
    wanted = (in_arns | in_commands) - {"DBI_RESOURCE_ID", "KEY_ID"}
    if not wanted:
        return
    from iamtriage.redaction._redact import redact

    text = _text_around(failure)
    for word in sorted(wanted):
        names = _OTHER_NAMES.get(word) or word.lower().replace("_", " ")
        for found in _notations(names).finditer(text):
            value = next(filter(None, found.groups()))
            if redact(value) == value:
                yield word, value


@functools.lru_cache(maxsize=64)
def _notations(names: str) -> re.Pattern[str]:
    """Return a pattern for the value of a parameter in the notations of code, settings, options and templates."""
    name = f"(?:{names.replace(' ', '[_-]?')})"
    value = r"(\w[\w./:@+,-]{0,255})"
    # A value without quotes in code is a variable, which has no hyphen.
    pattern = (
        rf"(?<![A-Za-z0-9]){name}[\"']?\s{{0,3}}(?:=>|[=:])\s{{0,3}}[\"']{value}[\"']"
        rf"|(?:^(?:export )?|[\s;])(?:[A-Z]{{1,20}}_)?{name}={value}$"
        rf"|(?<![A-Za-z0-9]){name}: (\w{{1,64}}[/-][\w/-]{{0,190}})(?=\s|\Z)"
        # An option of a command, whose arguments can be in a list.
        rf"|(?<![\w-])--{name}s?(?:[ =]|[\"'],\s{{0,40}}|[\"']?\n\s{{0,40}}- )[\"']?{value}[\"']?(?=[,\])\s]|\Z)"
        # A method of a builder, and an option of PowerShell.
        rf"|\.(?:with)?{name}\([\"']{value}[\"']\)|(?<= )-{name} [\"']?{value}(?=[\"'\s]|\Z)"
        # AWS CloudFormation: ParameterKey=StackName,ParameterValue=prod, also in JSON and YAML.
        rf"|\bParameterKey\W{{1,6}}{name}[\"']?,?\s{{0,40}}[\"']?ParameterValue\W{{1,6}}?{value}"
    )
    return re.compile(pattern, re.ASCII | re.IGNORECASE | re.MULTILINE)


def find_only_account(case: Case[Failure]) -> str | None:
    """Return the account of the call, if the text or the facts state it and the text names no other one.

    The rules use the account of a denied caller themselves. A denial can be of a resource of another account.
    """
    stated = case.context.account
    if case.failure.kind == "aws_error":
        return getattr(case.principal, "account", None) or (stated and stated.value)
    if stated is None or case.failure.account is not None:
        return None
    named = set(_ACCOUNT_OF_ARN.findall(_text_around(case.failure)))
    known = {each for each in named if each.isdecimal()}
    return stated.value if known <= {stated.value} and len(named - known) <= 1 else None


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
    if _IS_ACCESS_KEY not in lines and _PLAIN_NAME.fullmatch(name):
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
