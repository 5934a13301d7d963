"""Explain that a program sends the made-up access key of an emulator, such as LocalStack, to AWS.

Emulators accept any key: https://docs.localstack.cloud/aws/capabilities/config/credentials/. Documents of Spring's
configuration for a profile: https://docs.spring.io/spring-boot/reference/features/external-config.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_start
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.credentials.keys.access_keys import KEY_MISTYPED
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

_SETTING = lazy_pattern(
    r"(?<![\w.-])(?![\w.-]{0,80}(?i:secret))(?P<name>(?:[\w.-]{1,60}[._-])?(?i:(?:aws[_-]?)?access[_-]?key(?:[_-]?id)?))[\"']?[ \t]{0,8}(?P<sign>[:=])[ \t]{0,4}(?P<quote>[\"']?)"
    r"(?P<value>(?i:test[\w-]{0,20}|dummy[\w-]{0,20}|fake[\w-]{0,20}|mock[\w-]{0,20}|local(?:stack|host)?|foo(?:bar)?|bar|minio(?:admin)?|moto|anything|sample|unused|key))(?P=quote)(?![\w./$({-])",
)
_ENDPOINT = lazy_pattern(
    r"(?:https?://)?(?:localhost|127\.0\.0\.1|host\.docker\.internal|localstack|dynamodb-local|minio|moto|elasticmq)(?:[.\w-]{0,60}):\d{2,5}\b"
)
_PROFILE = lazy_pattern(r"\bon-profile: ?[\"']?(?P<name>[\w-]{1,40})")
# A file for one profile, or the one with which Docker Compose overrides the other.
_FILE = lazy_pattern(
    r"^[^\n\w]{0,4}(?P<name>(?:application|bootstrap|appsettings|config)[-.](?i:local|dev|test)\w{0,20}\.\w{3,10}|docker-compose\.\w{1,20}\.ya?ml|\.env\.\w{2,20}):?\s*$",
    re.MULTILINE,
)
# A line of Quarkus for one profile.
_LINE = lazy_pattern(r"%(?P<name>[\w-]{1,40})\.[\w.\"-]{1,120}\Z")
_DOCUMENT = lazy_pattern(r"^---[ \t]*$", re.MULTILINE)
_NO_RECORDS = "does not exist in our records"
_DEFAULT_CHAIN = "Without keys in its settings, the SDK uses its default credential chain: the role of the task, pod, function or instance, or your profile."


class _Placeholder(NamedTuple):
    """A setting with a made-up key, the endpoint of the emulator, and the part of the settings that has it."""

    name: str
    value: str
    endpoint: str | None
    part: str | None
    profile: str | None
    is_variable: bool


def explain_placeholder_key(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that the settings in a text have a made-up key, or return ``None``."""
    found = _find_placeholder(case.failure.text)
    if found is None:
        return None
    setting = f"{found.name} is {found.value}"
    emulator = f"the endpoint {found.endpoint}" if found.endpoint else "an emulator such as LocalStack"
    summary = f"AWS does not accept the credentials: {setting}, a made-up key for {emulator}, and the call went to AWS."
    text = "Emulators accept any key. AWS knows no such access key ID."
    where = None
    if found.part is not None:
        summary = f"AWS does not accept the credentials: {setting}, a made-up key for {emulator}, and it applies everywhere, while the endpoint is only in {found.part}. Elsewhere, the call goes to AWS with this key."
        where = f"Move {found.name} and its secret to {found.part}, next to the endpoint, and start or deploy the program again."
    unset = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY" if found.is_variable and where is None else None
    return case.explain(
        f"{summary} No permission is missing.",
        KEY_MISTYPED.cause("derived", f"The text sets {found.name} to {found.value}.", text=text),
        topic="invalid-credentials",
        remedies=your_remedy(
            f"Limit the made-up key to {found.part}"
            if found.part
            else f"Remove {found.name} and its secret where the program calls AWS",
            where,
            f"{_DEFAULT_CHAIN} Do not replace the made-up key by a real one.",
            None
            if found.part
            else "If the call is meant for an emulator, set its endpoint there, too: with the key alone, it goes to AWS.",
            commands=unset,
            manifest=_spring_document(found) if found.profile else None,
            url=pages.CLI_CREDENTIALS,
        ),
        notes="AWS could not authenticate the caller, so it evaluated no policy.",
    )


def has_key_for_emulator(text: str) -> bool:
    """Return whether settings have a made-up key outside of the part with the endpoint of the emulator."""
    found = _find_placeholder(text)
    return found is not None and found.part is not None


def _find_placeholder(text: str) -> _Placeholder | None:
    if _NO_RECORDS in text and _ENDPOINT.search(text):
        # The other store gives this answer, too.
        return None
    settings = list(find_said(text, _SETTING))
    if len({each["value"] for each in settings}) != 1:
        return None
    setting, endpoint = settings[0], _ENDPOINT.search(text)
    is_variable = setting["name"] == "AWS_ACCESS_KEY_ID" and setting["sign"] == "="
    if endpoint is None:
        return _Placeholder(setting["name"], setting["value"], None, None, None, is_variable)
    of_key, of_endpoint = (_find_part(text, each.start()) for each in (setting, endpoint))
    part = profile = None
    if of_endpoint is not None and of_key != of_endpoint and len(settings) == 1:
        part, profile = of_endpoint
    elif of_key == of_endpoint:
        # The program uses both, or neither: then the endpoint in the text is not that of the call.
        return None
    return _Placeholder(setting["name"], setting["value"], endpoint[0], part, profile, is_variable)


def _find_part(text: str, at: int) -> tuple[str, str | None] | None:
    """Return the part of the settings around a position that applies only to a profile, and that profile in Spring."""
    line = text[line_start(text, at) : at]
    if (of_line := _LINE.match(line.rstrip("=: "))) is not None:
        return f"the lines with %{of_line['name']}", None
    ends = [each.start() for each in _DOCUMENT.finditer(text)]
    start = max((each for each in ends if each <= at), default=0)
    end = min((each for each in ends if each > at), default=len(text))
    if ends and (found := _PROFILE.search(text, start, end)) is not None:
        return f"the part for the profile {found['name']}", found["name"]
    files = [each["name"] for each in _FILE.finditer(text, 0, at)]
    return (f"the file {files[-1]}", None) if files else None


def _spring_document(found: _Placeholder) -> str:
    return "\n".join(
        (
            "spring:",
            "  config:",
            "    activate:",
            f"      on-profile: {found.profile}",
            "  cloud:",
            "    aws:",
            f"      endpoint: {found.endpoint}",
            "      credentials:",
            "        # access-key and secret-key, which the other part no longer has",
        )
    )
