"""Read the values for condition keys from the options of the AWS CLI command that was denied, and set them there.

The condition keys are those of https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_argument
from iamtriage.explaining._context.readers.command_lines import operation_of_command
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import find_named_resource
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_deployment

# Each with the actions whose call has the option. For others, the key is about an existing resource.
_OPTIONS = {
    "cloudformation:changesetname": ("change-set-name", "cloudformation:"),
    "cloudformation:rolearn": ("role-arn", "cloudformation:"),
    "cloudformation:templateurl": ("template-url", "cloudformation:"),
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
    r"\bget-(?:role|user)\b[^\n]{0,200}PermissionsBoundary\b[^\n]{0,80}\n\s{0,8}(?:(?:null|None)\b|[^$]{0,200}?(?P<arn>arn:aws[a-z-]{0,12}:iam::(?:\d{12}|aws):policy/[\w+=,.@/-]{1,512}))"
)
# A value of a policy without a pattern or a variable.
_VALUE = lazy_pattern(r"[\w:/.+=,@-]{1,600}", re.ASCII)
_SERVERLESS = lazy_pattern(r"\bserverless\.ya?ml\b|\b(?:sls|serverless) deploy\b|-lambdaRole\b")


def find_option_values(denial: Denial, key: str) -> tuple[str, ...] | None:
    """Return the value of a condition key in the denied command, empty if it lacks the option, ``None`` if unknown."""
    if is_boundary_of_existing(denial, key):
        shown = _SHOWN_BOUNDARY.search(denial.failure.text)
        return None if shown is None else tuple(filter(None, (shown["arn"],)))
    option, command = find_option(denial, key), denial.context.command
    if option is None or command is None:
        return None
    stated = command.option(option)
    return () if stated is None else (stated.value,)


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
            fill_command(
                f"aws iam get-{kind} --{kind}-name {{}} --query {kind.capitalize()}.PermissionsBoundary",
                named,
            ),
            fill_command(
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
    if deployment.is_terraform:
        setting = f'{argument["argument"]} = "{values[0]}"'
    return f"In {deployment.resource or 'the resource'}, set {setting}"


def set_in_serverless(denial: Denial, boundary: str) -> str | None:
    """Return how to set the boundary of the role that the Serverless Framework creates, if the text is from that tool.

    https://www.serverless.com/framework/docs/providers/aws/guide/iam
    """
    if not _SERVERLESS.search(denial.failure.text):
        return None
    return f"Set provider.iam.role.permissionsBoundary in serverless.yml to {boundary}"


def find_option(denial: Denial, key: str) -> str | None:
    """Return the option of the denied command that sets the value of a condition key."""
    option, actions = _OPTIONS.get(key.lower(), ("", ""))
    command = denial.context.command
    is_called = operation_of_command(command) == tuple(denial.lowercase_action.split(":"))
    if not is_called or command is None or not option or not denial.lowercase_action.startswith(actions):
        return None
    # A file can have the value, too.
    return None if "--cli-input" in command.text else option
