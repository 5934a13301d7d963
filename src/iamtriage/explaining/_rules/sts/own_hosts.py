"""Explain a signature for another Region than that of an API or domain which the caller reaches under a name of its own.

A custom domain name does not show the Region, so a client cannot read it from the host.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts import region_settings
from iamtriage.failures._failures import CredentialScope

# The URL of a call: in a command, in code, or the setting of a client. Texts also link to pages.
_CALLED = lazy_pattern(
    r"(?:\b(?:awscurl|curl|https?|wget|hey|k6)\b[^\n|;]{0,400}?[ \"'=]|\b(?:get|post|put|patch|delete|request|fetch|send|URL|Request)\([^()\n]{0,60}?[\"'`]"
    r"|\b(?:(?i:base_?url|endpoint|host|hosts|url|uri)[\"']?\s?[:=]\s?[\[\"'`]{0,3})|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) )"
    r"https?://(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24})(?![\w.-]*[@\w])",
    re.ASCII,
)
# What answers, by the service that the request is signed for.
_KINDS = {
    "execute-api": "the API",
    "es": "the OpenSearch domain",
    "aoss": "the collection",
    "lambda": "the function URL",
}


def find_own_host(text: str) -> str | None:
    """Return the only host that is called in a text, if its name is not one of AWS.

    >>> find_own_host("$ awscurl -X GET https://orders.example.com/v1"), find_own_host("curl https://sts.amazonaws.com")
    ('orders.example.com', None)
    """
    found = {each["host"] for each in _CALLED.finditer(text)}
    if len(found) != 1 or clues.find_aws_hosts(text):
        return None
    (host,) = found
    return None if host.endswith((".aws", ".amazon.com", ".local", ".svc", "github.com")) else host


def explain_own_host(
    case: Case[CredentialScope], host: str, signed: str | None, cause: CauseType, phrases: tuple[str, ...]
) -> Explanation:
    """Explain that a client signs for its own Region, because the name of the host does not show another one."""
    text = case.failure.text
    expected = case.facts.region if case.facts.region != signed else None
    what = _KINDS.get(region_settings.find_signed_service(text) or "", "the endpoint")
    fix = region_settings.find_region_fix(case, signed, expected)
    is_default = signed == "us-east-1" and "--region" not in text and "awscurl " in text
    default = " awscurl takes us-east-1 if AWS_DEFAULT_REGION is not set." if is_default else ""
    return case.explain(
        f"The request is signed for {signed or 'another Region'}, but {what} behind {host} is in {expected or 'another Region'}.",
        cause.cause(
            "reported",
            clues.quote_phrases(clues.message_text(case), *phrases),
            text=f"The Region is part of the signature. The custom domain name {host} does not show it, so the client takes the Region of its settings, or its default.{default}",
        ),
        remedies=your_remedy(
            fix.title,
            *fix.steps,
            None
            if expected
            else f"REGION is that of {what}: dig +short {host} prints it, unless an alias record hides it.",
            commands=fix.commands,
            manifest=fix.manifest,
            manifest_language="text",
            url=pages.SIGNATURES,
        ),
        notes="No permission is missing, and neither the keys nor the clock is the cause: AWS rejects the Region of the signature.",
    )
