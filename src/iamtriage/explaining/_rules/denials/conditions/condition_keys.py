"""Find condition keys that cannot match, and the values that the options of the denied command set for others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from iamtriage._patterns import lazy_pattern, lazy_patterns, only_one
from iamtriage._reading.vocabulary.services import service_name
from iamtriage._text import clip_text, quote_argument
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_lines import operation_of_command
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.messages.decisions import request_values
from iamtriage.explaining._rules.shared.policies.policy_changes import Condition, replace_condition
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import find_named_resource
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment
from iamtriage.policies._readers.elements import as_mapping, as_strings

_REQUEST_TAG = "aws:requesttag/"
# What each key compares. A value of the form of another key of the same group is a mistake.
_NOUNS = {
    "aws:SourceVpc": "the ID of a VPC",
    "aws:SourceVpce": "the ID of a VPC endpoint",
    "aws:PrincipalOrgID": "the ID of an organization",
    "aws:PrincipalAccount": "the ID of an account",
    "aws:SourceAccount": "the ID of an account",
    "aws:SourceOrgID": "the ID of an organization",
    "aws:PrincipalArn": "the ARN of a role or user",
    "aws:SourceArn": "the ARN of a resource",
}
_SPELLINGS = {each.lower(): each for each in _NOUNS}
_GROUPS = (
    ("aws:SourceVpc", "aws:SourceVpce"),
    ("aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:PrincipalArn"),
    ("aws:SourceOrgID", "aws:SourceAccount", "aws:SourceArn"),
)
_FORMS = lazy_patterns(
    {
        "aws:SourceVpc": r"vpc-[0-9a-f]{8,17}\Z",
        "aws:SourceVpce": r"vpce-[0-9a-f]{8,17}\Z",
        "aws:PrincipalOrgID": r"o-[a-z0-9]{10,32}\Z",
        "aws:PrincipalAccount": r"[0-9]{12}\Z",
        "aws:SourceOrgID": r"o-[a-z0-9]{10,32}\Z",
        "aws:SourceAccount": r"[0-9]{12}\Z",
    }
)
# Calls about what exists, which pass no tags. Those of STS pass the tags of a session, and S3 has keys of its own.
_WITHOUT_TAGS = lazy_pattern(
    r"(?!(?:s3|sts):)[a-z0-9-]{1,40}:(?!\w{0,100}tag)(?:(?:attach|delete|describe|detach|get|invoke|list|modify|reboot|receive|stop|terminate)\w{1,100}|start(?:instances|db(?:cluster|instance)))\Z"
)


class RightKey(NamedTuple):
    """The key that a condition most likely means.

    Attributes:
        name: The key.
        reason: Why the condition cannot match, as a clause about the wrong key.
        of_request: Whether the wrong key compares a tag of the request.
    """

    name: str
    reason: str
    of_request: bool = False


def passes_no_tags(action: str) -> bool:
    """Return whether a call with an action cannot pass tags.

    >>> passes_no_tags("ec2:stopinstances"), passes_no_tags("ec2:runinstances"), passes_no_tags("ec2:deletetags")
    (True, False, False)
    """
    return _WITHOUT_TAGS.match(action) is not None


def find_right_key(key: str, values: Sequence[str], action: str) -> RightKey | None:
    """Return the key that a condition most likely means, if its own cannot match in a call with an action.

    >>> find_right_key("aws:sourceVpc", ["vpce-0a1b2c3d4e5f67890"], "s3:getobject").name
    'aws:SourceVpce'
    """
    name = key.lower()
    if name.startswith(_REQUEST_TAG):
        tag = key.partition("/")[2]
        reason = f"{clip_text(key)} compares a tag that the call passes, and this one passes none"
        return RightKey(f"aws:ResourceTag/{tag}", reason, of_request=True) if passes_no_tags(action) else None
    own = _SPELLINGS.get(name)
    group = next((each for each in _GROUPS if own in each), ())
    for other in group:
        form = _FORMS.get(other)
        if form is not None and other != own and values and all(map(form.match, values)):
            value = clip_text(values[0])
            reason = f"{clip_text(key)} compares {_NOUNS[own or '']}, and {value} is {_NOUNS[other]}"
            return RightKey(other, reason)
    return None


def limit_to_untagged(statement: Mapping[str, Any], action: str) -> list[str] | str | None:
    """Return the actions of a statement that pass no tags, ``None`` if that is all of them."""
    listed = as_strings(statement.get("Action"))
    without = [each for each in listed if passes_no_tags(each.lower())]
    return None if without == listed else without or action


def replace_key(statement: Mapping[str, Any], operator: str, key: str, right: RightKey) -> dict[str, Any]:
    """Return a statement with another key in a condition, which needs an operator for strings."""
    new = operator if right.of_request else operator.replace("Arn", "String")
    value = as_mapping(as_mapping(statement.get("Condition")).get(operator))[key]
    return replace_condition(statement, operator, key, Condition(new, right.name, value))


_NARROW_POLICY = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:iam::aws:policy/(?:service-role/|job-function/)?(?!\w*(?:Admin|FullAccess|PowerUser|IAM))\w{1,128}"
)
_OS_USER = "ec2:osuser"
# Each with the actions whose call has the option. For others, the key is about an existing resource.
_OPTIONS = {
    "cloudformation:changesetname": ("change-set-name", "cloudformation:"),
    "cloudformation:rolearn": ("role-arn", "cloudformation:"),
    "cloudformation:templateurl": ("template-url", "cloudformation:"),
    _OS_USER: ("os-user", "ec2-instance-connect:sendsshpublickey"),
    "iam:awsservicename": ("aws-service-name", "iam:createservicelinkedrole"),
    "iam:permissionsboundary": ("permissions-boundary", "iam:create"),
    "iam:policyarn": ("policy-arn", "iam:"),
    "lambda:functionurlauthtype": ("auth-type", "lambda:createfunctionurlconfig"),
    "lambda:principal": ("principal", "lambda:addpermission"),
    "rds:databaseclass": ("db-instance-class", "rds:createdbinstance"),
    "rds:databaseengine": ("engine", "rds:createdb"),
    "secretsmanager:name": ("name", "secretsmanager:createsecret"),
    "sns:endpoint": ("notification-endpoint", "sns:subscribe"),
    "sns:protocol": ("protocol", "sns:subscribe"),
    "sts:externalid": ("external-id", "sts:assumerole"),
    "sts:rolesessionname": ("role-session-name", "sts:assumerole"),
    "sts:sourceidentity": ("source-identity", "sts:assumerole"),
}
_ARGUMENT = lazy_pattern(
    r"(?P<option>--[a-z-]{3,40}) in the CLI, (?P<argument>[a-z_]{3,40}) in Terraform,(?: or)? (?P<property>[A-Za-z]{3,40}) in"
)
_BOUNDARY = "iam:permissionsboundary"
# What get-role and get-user print of a boundary.
_SHOWN_BOUNDARY = lazy_pattern(
    r"\bget-(?:role|user)\b[^\n]{0,200}\n[^$]{0,1000}?\"PermissionsBoundary\": ?(?:null\b|[^$]{0,200}?(?P<arn>arn:aws[a-z-]{0,12}:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,512}))"
)
# What services name their own keys after: a parameter of the call, whose words an option separates with hyphens.
_WORD_START = lazy_pattern(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_STRUCTURE = lazy_pattern(r"(?a)type=([\w-]{1,40})(?=,)")
# A setting in the shorthand of the AWS CLI.
_SETTING = lazy_pattern(r"(?a)\w{1,60}=[\w.-]{1,60}")
# Those keys. A key that does not exist is in no request.
_OWN_KEYS = frozenset(
    {
        "dynamodb:returnvalues", "dynamodb:select", "eks:accessscope", "eks:policyarn", "eks:principalarn",
        "eks:username", "elasticloadbalancing:scheme", "kms:encryptionalgorithm", "kms:granteeprincipal",
        "kms:keyspec", "kms:keyusage", "kms:messagetype", "kms:retiringprincipal", "kms:signingalgorithm",
        "lambda:codesigningconfigarn", "secretsmanager:versionstage",
    }
)  # fmt: skip
_CHARS_OF_CALL = 600
_UPLOADS = frozenset({("cp",), ("mv",), ("sync",)})
_OWN_ENCRYPTION = lazy_pattern(r"kms-key-id|--cli-input|--sse-c\b|--sse-customer-")
_DOWNLOAD = lazy_pattern(r"s3://\S{1,1100}[ \t]{1,9}(?!-|[|&;>#\\]|[\"']?s3://)\S")
# A value of a policy without a pattern or a variable.
_VALUE = lazy_pattern(r"(?a)[\w:/.+=,@-]{1,600}")
_SERVERLESS = lazy_pattern(r"\bserverless\.ya?ml\b|\b(?:sls|serverless) deploy\b|-lambdaRole\b")


def find_option_values(denial: Denial, key: str) -> tuple[str, ...] | None:
    """Return the value of a condition key in the denied command, empty if it lacks the option, ``None`` if unknown."""
    if is_boundary_of_existing(denial, key):
        shown = _SHOWN_BOUNDARY.search(denial.failure.text)
        return None if shown is None else tuple(filter(None, (shown["arn"],)))
    option, command = find_option(denial, key), denial.context.command
    if option is None or command is None:
        own = _find_own_value(denial, key)
        return find_flag(denial, key) if own is None else own
    stated = command.option(option)
    return () if stated is None else (stated.value,)


def find_flag(denial: Denial, key: str) -> tuple[str, ...] | None:
    """Return the true or false of the argument of the same name in the failing resource of Terraform, if the text has it."""
    service, _, name = key.partition(":")
    terraform = denial.context.terraform
    if terraform is None or service.lower() != denial.service or ":create" not in denial.lowercase_action:
        return None
    argument = _WORD_START.sub("_", name).lower()
    address = ".".join(terraform.value.partition("[")[0].rsplit(".", 2)[-2:])
    blocks = [each for each in find_resources(denial.failure.text) if each.address == address]
    values = {each.arguments.get(argument, "") for each in blocks} & {"true", "false"}
    return (values.pop(),) if len(values) == 1 else None


def find_narrow_policy(denial: Denial) -> str | None:
    """Return the ARN of the policy that a call attaches, if AWS manages it and it gives no wide permissions."""
    if denial.lowercase_action not in {"iam:attachrolepolicy", "iam:attachuserpolicy"}:
        return None
    arn = only_one(find_option_values(denial, "iam:PolicyARN") or ()) or only_one(
        request_values(denial.facts, "iam:PolicyARN")
    )
    return arn if arn is not None and _NARROW_POLICY.fullmatch(arn) else None


def _find_own_value(denial: Denial, key: str) -> tuple[str, ...] | None:
    """Return the value of the parameter that a service's own key is named after, such as policyArn of eks:policyArn.

    A command, a record of CloudTrail or a call in code has it.
    """
    service, _, name = key.partition(":")
    called, command = denial.lowercase_action.partition(":")[2], denial.context.command
    if service.lower() != denial.service or key.lower() not in _OWN_KEYS:
        return None
    option = _WORD_START.sub("-", name).lower()
    of_command = operation_of_command(command) or ("", "")
    if command is not None and (service_name(of_command[0]), of_command[1]) == (service.lower(), called):
        stated = command.option(option)
        value = None if stated is None else stated.value
    else:
        value = next(
            (each for other, each in denial.context.parameters if other.lower() == name.lower()), None
        )
        value = value or _find_argument(denial.failure.text, called, option)
    if value is None:
        return None
    # --access-scope type=namespace,namespaces=checkout
    members = _STRUCTURE.match(value)
    return (value if members is None else members[1],)


def _find_argument(text: str, operation: str, option: str) -> str | None:
    """Return the literal value of a parameter in the only call of an operation in code."""
    calls = re.compile(
        rf"\b{'_?'.join(operation)}(?:Command|Request|Input)?(?:\(|\{{|\.builder\(\))", re.IGNORECASE
    )
    found = list(calls.finditer(text))
    if len(found) != 1:
        return None
    argument = re.compile(
        rf"(?<![\w-])[\"']?{option.replace('-', '_?')}[\"']?\s{{0,4}}(?:=>|[:=(])\s{{0,4}}(?:aws\.String\()?[\"']([^\"'\n]{{1,600}})[\"']",
        re.IGNORECASE,
    )
    value = argument.search(text, found[0].end(), found[0].end() + _CHARS_OF_CALL)
    return None if value is None else value[1]


def is_boundary_of_existing(denial: Denial, key: str) -> bool:
    """Return whether a condition compares the permissions boundary that an existing role or user has."""
    is_change = denial.lowercase_action.startswith("iam:") and ":create" not in denial.lowercase_action
    return key.lower() == _BOUNDARY and is_change and "permissionsboundary" not in denial.lowercase_action


def set_boundary_first(denial: Denial, key: str, values: Sequence[str]) -> Remedy | None:
    """Return the remedy that gives an existing role or user the boundary that a condition requires for its changes."""
    arn = find_named_resource(denial) or ""
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if not is_boundary_of_existing(denial, key) or len(values) != 1 or kind not in {"role", "user"}:
        return None
    name = name.rpartition("/")[2]
    named = commands.role_name(name) if kind == "role" else commands.user_name(name)
    return account_remedy(
        f"Set the permissions boundary of the {kind} {clip_text(name)}",
        f"The condition compares the boundary that the {kind} has. Then repeat the call: the policy can stay as it is.",
        f"This requires iam:Put{kind.capitalize()}PermissionsBoundary. The boundary must also allow what the {kind} does.",
        commands=(
            commands.fill_command(
                f"aws iam get-{kind} --{kind}-name {{}} --query {kind.capitalize()}.PermissionsBoundary",
                named,
            ),
            commands.fill_command(
                f"aws iam put-{kind}-permissions-boundary --{kind}-name {{}} --permissions-boundary {{}}",
                named,
                commands.arn(values[0], "BOUNDARY_ARN"),
            ),
        ),
        url=pages.BOUNDARIES,
    )


def repeat_with(denial: Denial, key: str, values: Sequence[str]) -> str | None:
    """Return the denied command with the only value that a condition accepts, or ``None`` if that is not known."""
    option = find_option(denial, key)
    if option is None or len(values) != 1 or not _VALUE.fullmatch(values[0]):
        return None
    return commands.repeat_command(denial.context.command, changes={option: quote_argument(values[0])})


def repeat_with_flag(denial: Denial, option: str) -> str | None:
    """Return the denied command with an option or its setting that it lacks, or ``None`` if the text does not have the command."""
    command, operation = denial.context.command, (denial.action or "").partition(":")[2]
    if command is None or command.words[1:2] != (_WORD_START.sub("-", operation).lower(),):
        return None
    name, _, setting = option.partition(" ")
    given = command.option(name)
    if given is not None:
        # "optional" becomes "required", and the other settings stay.
        others = [
            each for each in given.value.split(",") if not each.startswith(f"{setting.partition('=')[0]}=")
        ]
        is_readable = setting and all(map(_SETTING.fullmatch, others))
        changed = ",".join((*others, setting))
        return commands.repeat_command(command, changes={name: changed}) if is_readable else None
    opposite = option.removeprefix("no-") if option.startswith("no-") else f"no-{option}"
    line = commands.repeat_line(command.text.replace(f" --{opposite}", ""))
    return None if line is None else f"{line} --{option}"


def _find_encryption_option(denial: Denial) -> str | None:
    """Return the option with which an upload sets its encryption, unless the command names a key of its own."""
    command = denial.context.command
    if command is None or _OWN_ENCRYPTION.search(command.text):
        return None
    bucket = (denial.resource or "").rpartition(":::")[2].partition("/")[0]
    if not re.search(rf"(?<![\w.-]){re.escape(bucket)}(?![\w.-])", command.text):
        return None  # an upload to another bucket
    is_high_level = command.words[:1] == ("s3",) and command.words[1:2] in _UPLOADS
    if is_high_level and _DOWNLOAD.search(command.text):
        return None
    is_call = operation_of_command(command) == tuple(denial.lowercase_action.split(":"))
    return "sse" if is_high_level else "server-side-encryption" if is_call else None


def set_in_code(denial: Denial, step: str, values: Sequence[str]) -> str | None:
    """Return how to set the only value that a condition accepts, in the tool of the text, from the step for all tools."""
    argument, deployment = _ARGUMENT.search(step), find_deployment(denial.failure, denial.facts)
    if argument is None or len(values) != 1 or not _VALUE.fullmatch(values[0]):
        return None
    if argument["property"] == "PermissionsBoundary" and (setting := set_in_serverless(denial, values[0])):
        return setting
    if deployment is None:
        return f"In the CLI, pass {argument['option']} {values[0]}"
    setting = f"{argument['property']}: {values[0]}"
    where = f"In {deployment.resource or 'the resource'},"
    if deployment.is_terraform:
        setting = f'{argument["argument"]} = "{values[0]}"'
        blocks = (each for each in find_resources(denial.failure.text) if each.address == deployment.resource)
        if any(each.is_whole and argument["argument"] not in each.arguments for each in blocks):
            where = f"{deployment.resource} has no {argument['argument']}:"
    return f"{where} set {setting}"


def set_in_serverless(denial: Denial, boundary: str) -> str | None:
    """Return how to set the boundary of the role that the Serverless Framework creates, if the text is from that tool.

    https://www.serverless.com/framework/docs/providers/aws/guide/iam
    """
    if not _SERVERLESS.search(denial.failure.text):
        return None
    return f"Set provider.iam.role.permissionsBoundary in serverless.yml to {boundary}"


def find_option(denial: Denial, key: str) -> str | None:
    """Return the option of the denied command that sets the value of a condition key."""
    if key.lower() == "s3:x-amz-server-side-encryption":
        return _find_encryption_option(denial)
    option, actions = _OPTIONS.get(key.lower(), ("", ""))
    command = denial.context.command
    called = operation_of_command(command)
    is_called = called == tuple(denial.lowercase_action.split(":"))
    if key.lower() == _OS_USER:
        # An image has one user: who passes it means it.
        is_called = (
            called == ("ec2-instance-connect", "ssh") and command is not None and not command.option(option)
        )
    if not is_called or command is None or not option or not denial.lowercase_action.startswith(actions):
        return None
    # A file can have the value, too.
    return None if "--cli-input" in command.text else option
