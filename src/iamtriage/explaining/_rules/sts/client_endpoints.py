"""Find an endpoint in the code of an SDK's client, and the code without it."""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._operations import service_prefix
from iamtriage.explaining._rules.sts.region_settings import show_line

__all__ = ("ClientEndpoint", "find_client_endpoint")

# A client of an SDK with an endpoint in its code. The name of the class is that of the service.
_CLIENT_ENDPOINT = lazy_pattern(
    r"(?:\bnew (?:AWS\.|Aws\\\w{1,40}\\|Amazon)?(?P<new>[A-Z]\w{1,40}?)(?:Client|Config)?\b ?[({]|\b(?:client|resource)\(\s?[\"'](?P<name>[\w-]{2,40})[\"']"
    r"|\b(?P<package>\w{2,40})\.NewFromConfig\(|\b(?P<built>[A-Z]\w{1,40}?)(?:Async)?Client\.builder\(\))[^;]{0,300}?"
    r"(?P<option>,?\s{0,20}(?<!\w)[\"']?(?P<setting>endpoint|endpoint_url|endpointOverride|BaseEndpoint|ServiceURL)[\"']?\s?(?:=>|[:=(])\s?(?:[\w.$]{1,80}(?:[\[(][\"']\w{1,60}[\"'][\])])?|[\"'`][^\"'`\s]{1,200}[\"'`])(?=\s?[,})\]])(?:,\s)?)",
    re.ASCII,
)


class ClientEndpoint(NamedTuple):
    """An endpoint in the code of a client: the service of the client, the setting, and the code without it."""

    service: str
    setting: str
    code: str | None


def find_client_endpoint(text: str) -> ClientEndpoint | None:
    """Return the endpoint in the code of a client.

    >>> find_client_endpoint("const sqs = new SQSClient({ endpoint: URL, region: 'us-east-1' });")
    ClientEndpoint(service='sqs', setting='endpoint', code="const sqs = new SQSClient({ region: 'us-east-1' });")
    """
    found = _CLIENT_ENDPOINT.search(text)
    if found is None:
        return None
    name = found["new"] or found["name"] or found["package"] or found["built"]
    if (service := service_prefix(name)) is None:
        return None
    start, end = found.span("option")
    option = found["option"]
    kept = option[: len(option) - len(option.lstrip())]
    if option.startswith(","):
        kept = ", " if option[-1].isspace() else ""
    first = text.rfind("\n", 0, found.start()) + 1
    rest = text[end:].partition("\n")[0]
    line = f"{text[first:start]}{kept}{rest}".replace("{  }", "{}")
    code = None if found["built"] or "\n" in line else show_line(line)
    return ClientEndpoint(service, found["setting"], code)
