"""Find how a text shows that a role is assumed: by a command, a profile, code, a workflow, Terraform or a record.

What such a call does not set is not sent. Names: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-role.html,
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html,
https://pkg.go.dev/github.com/aws/aws-sdk-go-v2/credentials/stscreds#AssumeRoleOptions and
https://docs.aws.amazon.com/sdkref/latest/guide/access-assume-role.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._facts import Facts

_START = lazy_pattern(
    r"(?P<go>\bstscreds\.New(?:AssumeRoleProvider|Credentials(?:WithClient)?)\()"
    r"|(?P<java>\bAssumeRoleRequest\.builder\(\)|\bnew AssumeRoleRequest\(\)(?=\s{0,40}\.with)|\bSTSAssumeRoleSessionCredentialsProvider\.Builder\()"
    r"|(?P<js>\bnew AssumeRoleCommand\(|\bfromTemporaryCredentials\(|\.assumeRole\((?=\s{0,40}\{))"
    r"|(?P<ruby>\bAws::AssumeRoleCredentials\.new\(|\.assume_role\((?=\s{0,40}role_arn: ))"
    r"|(?P<net>\bnew AssumeRole(?:Request\b(?=(?:\(\))?\s{0,40}\{)|AWSCredentials\())"
    r"|(?P<php>\bnew AssumeRoleCredentialProvider\(|->assumeRole\()"
    r"|(?P<python>\bassume_role\((?!\s{0,40}role_arn: ))"
    # https://plugins.jenkins.io/pipeline-aws/
    r"|(?P<jenkins>\bwithAWS\((?=[^()\n]{0,400}\brole: ?[\"']))"
)
_ROLE_IN_JENKINS = lazy_pattern(r"\b(?P<name>role|roleAccount): ?[\"'](?P<value>[\w+=,.@:/-]{1,600})[\"']")
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
    "jenkins": "externalId: {expression},",
    "yaml": "externalID: {expression}",
}
# The ProviderConfig of Crossplane, with one role in the chain: https://docs.upbound.io/manuals/packages/providers/authentication/
_CHAIN = lazy_pattern(
    r"(?m)\bassumeRoleChain:[ \t]{0,4}\n[ \t]{0,40}- (?:[ \t]{0,40}[\w.]{1,40}:[^\n]{0,700}(?:\n|\Z)){1,6}+(?![ \t]{0,40}-)"
)
_MEMBER = lazy_pattern(r"(?m)^[ \t-]{0,44}(?P<name>\w{1,40}):[ \t]{1,4}[\"']?(?P<value>[^\s\"']{1,1224})")
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
        if language == "jenkins":
            named = {each["name"]: each["value"] for each in _ROLE_IN_JENKINS.finditer(code)}
            if "roleAccount" in named and ":" not in named.get("role", ":"):
                settings["RoleArn"] = f"arn:aws:iam::{named['roleAccount']}:role/{named['role']}"
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
    r"(?m)^[ \t]{0,8}\[(?:profile )?(?P<name>[\w.@:+/-]{1,64})\][ \t]*(?P<body>(?:\r?\n(?!\s*\[)[^\n]{0,400}){1,30})"
)
_LINE = lazy_pattern(r"(?m)^[ \t]{0,8}(?P<name>\w{1,40})[ \t]*=[ \t]*[\"']?(?P<value>[^\s\"']{1,1224})")
# Blocks of Terraform, CloudTrail's record and EKS's association have members.
_BLOCK = lazy_pattern(
    r"\bassume_role\s{0,40}=?\s{0,40}\{(?P<block>[^{}]{0,1500})\}"
    r"|\"requestParameters\"\s?:\s?\{(?P<record>[^{}]{0,1500})\}"
    r"|\"association\"\s?:\s?\{(?P<association>(?:[^{}]|\{[^{}]{0,1000}\}){0,2500})\}"
)
# The inputs of aws-actions/configure-aws-credentials, as the log of a job shows them.
_INPUTS = lazy_pattern(r"(?m)(?:^[^\n]{0,40}?[ \t][a-z][a-z-]{1,40}: [^\n]{0,400}\n?){1,30}")
_INPUT = lazy_pattern(r"(?P<name>[a-z][a-z-]{1,40}): [\"']?(?P<value>[^\s\"']{1,1224})")
_VENDOR = lazy_pattern(r"\b(?:Databricks|Datadog|Dynatrace|Fivetran|New Relic|Sumo Logic)\b")
# Rows of DESC INTEGRATION: https://docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration.
_ISSUED_ID = lazy_pattern(
    r"(?a)(?<![\w:])(?P<name>(?:STORAGE|API|NOTIFICATION|GLUE|CATALOG)_AWS_EXTERNAL_ID|external_id|[Ee]xternal ID)[\"']?(?:[ \t]{0,40}[|\u2502=:,][ \t]{0,40}(?:String[ \t]{0,40}[|\u2502,][ \t]{0,40})?|(?<=_AWS_EXTERNAL_ID)[ \t]{1,40}(?:String[ \t]{1,40})?)[\"']?(?P<value>[\w+=,.@:/-]{1,1223}[\w+=@/-])"
)
# A line of a log with the role and what is passed for it, as fields or as JSON.
_LOGGED = lazy_pattern(r"(?m)^(?=[^\n]{0,600}\b(?i:ext(?:ernal)?[_-]?(?:id)?)[\"']?\s?[=:])[^\n]{1,1500}")
_FIELD = lazy_pattern(r"(?<![\w-])(?P<name>[\w-]{1,40})[\"']?(?:=|: ?)[\"']?(?P<value>[^\s\"',;}\]]{1,1224})")
_LOGGED_ID = lazy_pattern(r"(?![xX*]{1,80}\Z)[A-Za-z0-9][\w+=,.@:/-]{1,1223}")
_NAMES_IN_LOGS = {"ext": "external_id", "role": "role_arn"}
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
    calls = [*_iterate_calls(text[:_MAX_TEXT])]
    found = [each for each in calls if each.settings.get("role_arn") == role_arn]
    if not calls[1:]:
        # The role of the only call can be in a variable.
        found = found or [each for each in calls if each.code and each.settings.get("role_arn") == UNKNOWN]
    found = [each for each in found if each.source == _ASSOCIATION] or found or _find_logged(text, role_arn)
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
    for found in _CHAIN.finditer(text):
        members = {each["name"]: each["value"] for each in _MEMBER.finditer(found[0])}
        code = CodeCall("yaml", found[0], members, {})
        yield RoleCall(_normalize(members.items()), None, "assumeRoleChain", code=code)
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


def _find_logged(text: str, role_arn: str | None) -> list[RoleCall]:
    """Return the call of a role with an external ID that lines of a log show, if they agree."""
    found: set[str] = set()
    for line in _LOGGED.finditer(text[:_MAX_TEXT]) if role_arn is not None and role_arn in text else ():
        values = _normalize(
            (_NAMES_IN_LOGS.get(each["name"].lower(), each["name"]), each["value"])
            for each in _FIELD.finditer(line[0])
        )
        # Not a masked value, and not the extension of a file.
        if values.get("role_arn") == role_arn and _LOGGED_ID.fullmatch(values.get("external_id", "")):
            found.add(values["external_id"])
    return [RoleCall({"external_id": each}, None, "the call") for each in found]


def _is_of_target(setting: tuple[str, str]) -> bool:
    return setting[0].startswith("target")


def _normalize(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    found = ((name_of_setting(name), value) for name, value in values)
    return {name: value for name, value in found if name is not None}


def name_of_setting(name: str) -> str | None:
    """Return the name that a profile has for a setting of a call."""
    return _SETTING_NAMES.get(name.replace("-", "").replace("_", "").lower())
