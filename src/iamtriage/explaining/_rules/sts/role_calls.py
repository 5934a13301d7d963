"""Find how the text shows that a role is assumed: a command, a profile, code or Terraform.

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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.explaining._context.model import CommandLine

__all__ = ("RoleCall", "find_role_call")

_MAX_TEXT = 32_000
# The name of a setting in a profile -> its other names, in lowercase and without hyphens and underscores.
_NAMES = {
    "role_arn": ("rolearn", "roletoassume"),
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
# A call in code has named arguments, and Terraform's block and CloudTrail's record have members.
_CODE = lazy_pattern(
    r"\bassume_?[rR]ole\s?\((?P<code>[^()*]{0,1500})\)|\bassume_role\s*=?\s*\{(?P<block>[^{}]{0,1500})\}"
    r"|\"requestParameters\"\s?:\s?\{(?P<record>[^{}]{0,1500})\}"
)
# The inputs of aws-actions/configure-aws-credentials, as the log of a job shows them.
_INPUTS = lazy_pattern(r"(?:^[^\n]{0,40}?[ \t][a-z][a-z-]{1,40}: [^\n]{0,400}\n?){1,30}", re.MULTILINE)
_INPUT = lazy_pattern(r"(?P<name>[a-z][a-z-]{1,40}): [\"']?(?P<value>[^\s\"']{1,1224})")
_ARGUMENT = lazy_pattern(
    r"\b(?P<name>\w{1,40})[\"']?\s{0,8}[=:]\s{0,4}(?:\"(?P<value>[^\"\n]{1,1224})\"|'(?P<other>[^'\n]{1,1224})')"
)


@attrs.frozen(eq=False, repr=False)
class RoleCall(Value):
    """A call that assumes a role, as the text shows it.

    Attributes:
        settings: What the call sets, by the names of a profile's settings.
        profile: The profile that makes the call, if it is one.
        source: What sets it, as the subject of a sentence.
    """

    settings: Mapping[str, str]
    profile: str | None
    source: str


def find_role_call(text: str, command: CommandLine | None, role_arn: str | None) -> RoleCall | None:
    r"""Return how the text shows that a role is assumed, or ``None`` if it does not.

    >>> text = '[profile ops]\nrole_arn = arn:aws:iam::111122223333:role/ops\nsource_profile = default\n'
    >>> call = find_role_call(text, None, "arn:aws:iam::111122223333:role/ops")
    >>> call.profile, call.settings.get("external_id")
    ('ops', None)
    """
    if command is not None and command.words[:2] == ("sts", "assume-role"):
        return RoleCall(_normalize(command.options), None, "the command")
    found = [each for each in _iterate_calls(text[:_MAX_TEXT]) if each.settings.get("role_arn") == role_arn]
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
    for found in _CODE.finditer(text):
        body = found["code"] or found["block"] or found["record"] or ""
        values = [(each["name"], each["value"] or each["other"]) for each in _ARGUMENT.finditer(body)]
        source = "the block assume_role" if found["block"] else "the call"
        yield RoleCall(_normalize(values), None, source)


def _normalize(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    found = ((name.replace("-", "").replace("_", "").lower(), value) for name, value in values)
    return {_SETTING_NAMES[name]: value for name, value in found if name in _SETTING_NAMES}
