"""Read the calls of AWS SDKs that assume a role, in the code of a text: what they set, and with which expressions.

Names of the options: https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/credentials/stscreds#AssumeRoleOptions and
https://docs.aws.amazon.com/sdkref/latest/guide/access-assume-role.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

_START = lazy_pattern(
    r"(?P<go>\bstscreds\.New(?:AssumeRoleProvider|Credentials(?:WithClient)?)\()"
    r"|(?P<java>\bAssumeRoleRequest\.builder\(\)|\bnew AssumeRoleRequest\(\)(?=\s{0,40}\.with)|\bSTSAssumeRoleSessionCredentialsProvider\.Builder\()"
    r"|(?P<js>\bnew AssumeRoleCommand\(|\bfromTemporaryCredentials\(|\.assumeRole\((?=\s{0,40}\{))"
    r"|(?P<ruby>\bAws::AssumeRoleCredentials\.new\(|\.assume_role\((?=\s{0,40}role_arn: ))"
    r"|(?P<net>\bnew AssumeRole(?:Request\b(?=(?:\(\))?\s{0,40}\{)|AWSCredentials\())"
    r"|(?P<php>\bnew AssumeRoleCredentialProvider\(|->assumeRole\()"
    r"|(?P<python>\bassume_role\((?!\s{0,40}role_arn: ))"
)
_MAX_CODE = 2_000
# More calls than a program shows, so that no text takes long.
_MAX_CALLS = 100
UNKNOWN = "$"
"""The value of an expression, such as a variable in a command."""
_SETTING = lazy_pattern(
    r"(?<![\w])['\"]?(?:with)?(?P<name>[Rr]ole_?(?:Arn|ARN|arn)|[Rr]ole_?[Ss]ession_?[Nn]ame|[Ee]xternal_?(?:I[Dd]|id)|[Ss]ource_?[Ii]dentity|[Ss]erial_?[Nn]umber)['\"]?"
    r"\s{0,4}(?:=>|[:=](?!=)|\()\s{0,4}(?=(?P<expression>[^\n]{1,300}))"
)
_ROLE = lazy_pattern(r"[\"'](?P<arn>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576})[\"']")
_LITERAL = lazy_pattern(r"(?:aws\.String\(|&)?[\"'](?P<value>[^\"'\n]{1,200})[\"']")
# Arguments that stand elsewhere, such as **options, and a function with the options in Go.
_HIDDEN = lazy_pattern(
    r"\*\*|\.\.\.|\A[^(){}\n]{0,400},[^(){},\n]{1,400},\s{0,40}[A-Za-z_]\w*(?:\([^()]{0,100}\))?\s{0,40}\Z"
)
# The comment of a line often has the value that the expression has.
_COMMENT = lazy_pattern(r"(?:(?<=\s)//|(?<=\s)#)\s?[\"']?(?P<value>[^\s\"']{2,200})[\"']?\s*$")
# How a setting is written in a call. A provider of Go has its own name for it.
_FORMS = {
    "go": "{variable}.ExternalID = aws.String({expression})",
    "java": ".externalId({expression})",
    "js": "ExternalId: {expression},",
    "ruby": "external_id: {expression},",
    "net": "ExternalId = {expression},",
    "php": "'ExternalId' => {expression},",
    "python": "ExternalId={expression},",
}
_GO_OPTIONS = lazy_pattern(r"func\((?P<name>\w{1,20}) \*stscreds\.\w+\)")
_PAIRS = {"(": ")", "{": "}", "[": "]"}


@attrs.frozen(eq=False, repr=False)
class CodeCall(Value):
    """A call in code that assumes a role.

    Attributes:
        language: The SDK.
        code: The call.
        settings: What it sets and the text shows, by the names in the code; or ``UNKNOWN``.
        expressions: The expressions that it sets them with.
    """

    language: str
    code: str
    settings: Mapping[str, str]
    expressions: Mapping[str, str]

    def external_id_line(self, value: str, source: str | None) -> str:
        """Return the line that passes an external ID, with the expression of another setting that has it."""
        expression = self.expressions.get(source or "") or f'"{value}"'
        form = _FORMS[self.language]
        if self.language == "java" and (".withRole" in self.code or "Builder(" in self.code):
            form = ".withExternalId({expression})"  # version 1 of the SDK
        variable = _GO_OPTIONS.search(self.code)
        return form.format(expression=expression, variable=variable["name"] if variable else "o")


def iterate_code_calls(text: str) -> Iterator[CodeCall]:
    r"""Yield the calls that assume a role.

    >>> code = 'stscreds.NewAssumeRoleProvider(c, "arn:aws:iam::111122223333:role/a", func(o *stscreds.AssumeRoleOptions) {\n o.RoleSessionName = os.Getenv("ID") // octo-7\n})'
    >>> call = next(iterate_code_calls(code))
    >>> call.language, dict(call.settings)
    ('go', {'RoleSessionName': 'octo-7', 'RoleArn': 'arn:aws:iam::111122223333:role/a'})
    >>> call.external_id_line("octo-7", "RoleSessionName")
    'o.ExternalID = aws.String(os.Getenv("ID"))'
    """
    for found in islice(_START.finditer(text), _MAX_CALLS):
        language, code = found.lastgroup or "", _cut_call(text, found.end())
        if _HIDDEN.search(code) is not None:
            continue
        settings: dict[str, str] = {}
        expressions: dict[str, str] = {}
        for each in _SETTING.finditer(code):
            line = each["expression"]
            literal, comment = _LITERAL.match(line), _COMMENT.search(line)
            expression = line[: comment.start()] if comment and not literal else line
            expressions[each["name"]] = _cut_expression(expression)
            settings[each["name"]] = literal["value"] if literal else comment["value"] if comment else UNKNOWN
        role = _ROLE.search(code)
        if role is not None and not any(name.lower().replace("_", "") == "rolearn" for name in settings):
            settings["RoleArn"] = role["arn"]
        yield CodeCall(language, found[0] + code, settings, expressions)


def _cut_call(text: str, start: int) -> str:
    """Return the code of a call from after its start to its last bracket, or for a builder to build()."""
    opened = [")"] if text[start - 1] == "(" else []
    is_builder = text.endswith(("builder()", "Request()", ".Builder("), 0, start)
    for at in range(start, min(len(text), start + _MAX_CODE)):
        char = text[at]
        if char in _PAIRS:
            opened.append(_PAIRS[char])
        elif opened and char == opened[-1]:
            opened.pop()
            # An initializer follows the constructor.
            is_open = char == ")" and text[at + 1 : at + 40].lstrip().startswith("{")
            if not opened and not is_builder and not is_open:
                return text[start:at]
        elif (char == ";" and (is_builder or not opened)) or (is_builder and text.startswith(".build(", at)):
            return text[start:at]
    return text[start : start + _MAX_CODE]


def _cut_expression(line: str) -> str:
    """Return the expression at the start of a line, without what follows it.

    >>> _cut_expression('os.Getenv("A", "b"), // c'), _cut_expression('id)')
    ('os.Getenv("A", "b")', 'id')
    """
    depth = 0
    for at, char in enumerate(line):
        if char in _PAIRS:
            depth += 1
        elif char in _PAIRS.values():
            depth -= 1
        if depth < 0 or (not depth and char in ",;"):
            return line[:at].strip()
    return line.strip()
