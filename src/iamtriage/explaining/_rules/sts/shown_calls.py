"""Find how a text shows that a role is assumed: by a command, a profile, code, a workflow, Terraform or a record.

What such a call does not set is not sent. Names: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html
and https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.sts.code_calls import CodeCall, iterate_code_calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.explaining._context.values import CommandLine
    from iamtriage.explaining._facts import Facts

_MAX_TEXT = 32_000
_ASSOCIATION = "the Pod Identity association"
# The address from which EKS assumes the roles of associations, in records of CloudTrail.
_EKS_AUTH = "eks-auth.amazonaws.com"
# The name of a setting in a profile -> its other names, in lowercase and without hyphens and underscores.
_NAMES = {
    "role_arn": ("rolearn", "roletoassume", "targetrolearn"),
    "external_id": ("externalid", "roleexternalid"),
    "mfa_serial": ("mfaserial", "serialnumber"),
    "role_session_name": ("rolesessionname", "sessionname"),
    "source_identity": ("sourceidentity",),
    "duration_seconds": ("durationseconds", "duration", "roledurationseconds"),
}
_SETTING_NAMES = {each: name for name, names in _NAMES.items() for each in names}
_PROFILE = lazy_pattern(
    r"^[ \t]{0,8}\[(?:profile )?(?P<name>[\w.@:+/-]{1,64})\][ \t]*(?P<body>(?:\r?\n(?!\s*\[)[^\n]{0,400}){1,30})",
    re.MULTILINE,
)
_LINE = lazy_pattern(
    r"^[ \t]{0,8}(?P<name>\w{1,40})[ \t]*=[ \t]*[\"']?(?P<value>[^\s\"']{1,1224})", re.MULTILINE
)
# Blocks of Terraform, CloudTrail's record and EKS's association have members.
_BLOCK = lazy_pattern(
    r"\bassume_role\s{0,40}=?\s{0,40}\{(?P<block>[^{}]{0,1500})\}"
    r"|\"requestParameters\"\s?:\s?\{(?P<record>[^{}]{0,1500})\}"
    r"|\"association\"\s?:\s?\{(?P<association>(?:[^{}]|\{[^{}]{0,1000}\}){0,2500})\}"
)
# The inputs of aws-actions/configure-aws-credentials, as the log of a job shows them.
_INPUTS = lazy_pattern(r"(?:^[^\n]{0,40}?[ \t][a-z][a-z-]{1,40}: [^\n]{0,400}\n?){1,30}", re.MULTILINE)
_INPUT = lazy_pattern(r"(?P<name>[a-z][a-z-]{1,40}): [\"']?(?P<value>[^\s\"']{1,1224})")
_VENDOR = lazy_pattern(r"\b(?:Databricks|Datadog|Dynatrace|Fivetran|New Relic|Sumo Logic)\b")
# Rows of DESC INTEGRATION: https://docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration.
_ISSUED_ID = lazy_pattern(
    r"(?<![\w:])(?P<name>(?:STORAGE|API|NOTIFICATION|GLUE|CATALOG)_AWS_EXTERNAL_ID|external_id|[Ee]xternal ID)[\"']?(?:[ \t]{0,40}[|\u2502=:,][ \t]{0,40}(?:String[ \t]{0,40}[|\u2502,][ \t]{0,40})?|(?<=_AWS_EXTERNAL_ID)[ \t]{1,40}(?:String[ \t]{1,40})?)[\"']?(?P<value>[\w+=,.@:/-]{1,1223}[\w+=@/-])",
    re.ASCII,
)
_ARGUMENT = lazy_pattern(
    r"\b(?P<name>\w{1,40})[\"']?\s{0,40}[=:]\s{0,4}(?:\"(?P<value>[^\"\n]{1,1224})\"|'(?P<other>[^'\n]{1,1224})')"
)


@attrs.frozen(eq=False, repr=False)
class RoleCall(Value):
    """A call that assumes a role, as the text shows it.

    Attributes:
        settings: What the call sets, by the names of a profile's settings.
        profile: The profile that makes the call, if it is one.
        source: What sets it, as the subject of a sentence.
        is_of_eks: Whether EKS makes it for the target role of a Pod Identity association, with an external ID of its own.
        chosen_by: Who chose the external ID, if the caller cannot send another one.
        code: The call, if it is one of an SDK.
    """

    settings: Mapping[str, str]
    profile: str | None
    source: str
    is_of_eks: bool = False
    chosen_by: str | None = None
    code: CodeCall | None = None


def find_role_call(text: str, facts: Facts, role_arn: str | None) -> RoleCall | None:
    r"""Return how the text and the facts show that a role is assumed, or ``None`` if they do not.

    >>> from iamtriage.explaining import Facts
    >>> text = '[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = default\n'
    >>> call = find_role_call(text, Facts(), "arn:aws:iam::111122223333:role/ops")
    >>> call.profile, call.settings.get("external_id")
    ('ops', None)
    """
    call = _find_call(text, context_of(facts).command, role_arn) or _find_issued_id(text)
    if not facts.external_id:
        return call
    call = call or RoleCall({}, None, "the call")
    return attrs.evolve(call, settings={**call.settings, "external_id": facts.external_id})


def _find_issued_id(text: str) -> RoleCall | None:
    """Return the call of a vendor whose settings a text shows with the external ID that it sends."""
    found = {each["value"]: each["name"] for each in _ISSUED_ID.finditer(text[:_MAX_TEXT])}
    if len(found) != 1:
        return None
    ((value, name),) = found.items()
    vendors = {"Snowflake"} if name.endswith("_AWS_EXTERNAL_ID") else set(_VENDOR.findall(text[:_MAX_TEXT]))
    if len(vendors) != 1:
        return None
    (vendor,) = vendors
    return RoleCall({"external_id": value}, None, vendor, chosen_by=vendor)


def _find_call(text: str, command: CommandLine | None, role_arn: str | None) -> RoleCall | None:
    if command is not None and command.words[:2] == ("sts", "assume-role"):
        return RoleCall(_normalize(command.options), None, "the command")
    found = [each for each in _iterate_calls(text[:_MAX_TEXT]) if each.settings.get("role_arn") == role_arn]
    found = [each for each in found if each.source == _ASSOCIATION] or found
    if _EKS_AUTH in text and len(found) < 2:
        # EKS makes the call, whatever else shows it.
        settings: Mapping[str, str] = found[0].settings if found else {}
        return RoleCall(settings, None, _ASSOCIATION, is_of_eks=True)
    return found[0] if role_arn is not None and len(found) == 1 else None


def _iterate_calls(text: str) -> Iterator[RoleCall]:
    if "role_arn" in text and "[" in text:
        for found in _PROFILE.finditer(text):
            values = [(line["name"], line["value"]) for line in _LINE.finditer(found["body"])]
            yield RoleCall(_normalize(values), found["name"], f"the profile {found['name']}")
    if "role-to-assume: " in text:
        for found in _INPUTS.finditer(text):
            values = [(each["name"], each["value"]) for each in _INPUT.finditer(found[0])]
            yield RoleCall(_normalize(values), None, "the workflow")
    for code in iterate_code_calls(text):
        yield RoleCall(_normalize(code.settings.items()), None, "the call", code=code)
    for found in _BLOCK.finditer(text):
        body = found["block"] or found["record"] or found["association"] or ""
        values = [(each["name"], each["value"] or each["other"]) for each in _ARGUMENT.finditer(body)]
        # An association also has the role that assumes the target role.
        values.sort(key=_is_of_target)
        source = "the block assume_role" if found["block"] else "the call"
        is_of_eks = found["association"] is not None
        yield RoleCall(_normalize(values), None, _ASSOCIATION if is_of_eks else source, is_of_eks)
    for block in find_resources(text, "aws_eks_pod_identity_association"):
        values = sorted(block.texts.items(), key=_is_of_target)
        yield RoleCall(_normalize(values), None, _ASSOCIATION, is_of_eks=True)


def _is_of_target(setting: tuple[str, str]) -> bool:
    return setting[0].startswith("target")


def _normalize(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    found = ((name_of_setting(name), value) for name, value in values)
    return {name: value for name, value in found if name is not None}


def name_of_setting(name: str) -> str | None:
    """Return the name that a profile has for a setting of a call."""
    return _SETTING_NAMES.get(name.replace("-", "").replace("_", "").lower())
