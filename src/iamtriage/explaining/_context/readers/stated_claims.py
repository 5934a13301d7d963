"""Find the claims of a web identity token that a text states in other forms than the token's JSON.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html for records, and for the
subjects https://docs.github.com/en/actions/reference/security/oidc,
https://docs.gitlab.com/ci/secrets/id_token_authentication/ and
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import line_start

# A record has the provider, the audience and the subject in principalId, and the subject in userName, too.
_RECORD = lazy_pattern(
    r"(?a)\"principalId\\?\" ?: ?\\?\"arn:[a-z-]{3,12}:iam::\d{12}:oidc-provider/(?P<issuer>[\w./-]{1,255}):(?P<rest>[^\s\"\\]{1,600})\\?\""
)
_USER_NAME = lazy_pattern(r"\"userName\\?\" ?: ?\\?\"(?P<subject>[^\s\"\\]{1,500})\\?\"")
# A whole subject of a CI system, but no pattern of a trust policy.
_SUBJECT = (
    r"(?:(?P<github>repo:[\w.-]{1,60}(?:@\d{1,20})?/[\w.-]{1,100}(?:@\d{1,20})?:[\w.-]{1,60}(?::[\w./@:-]{1,300})?)"
    r"|(?P<gitlab>project_path:[\w./-]{1,255}:ref_type:(?:branch|tag):ref:[\w./-]{1,255})"
    r"|(?P<terraform>organization:[\w-]{1,60}:project:[\w -]{1,60}:workspace:[\w-]{1,90}:run_phase:(?:plan|apply)))"
)
# The name of the claim precedes it. The keys of conditions end with :sub.
_NAMED = lazy_pattern(
    rf"(?a)(?<![:\w])(?i:sub|subject)(?: claim)?\\?[\"'`]?\s{{0,3}}(?::|=>?|is|was)?\s{{0,3}}\\?[\"'`]?{_SUBJECT}(?![*?\w:/])"
)
# A line with one of these states what a policy expects, or the claim of another token.
_EXPECTED = lazy_pattern(
    r"(?i:polic|condition|trusts?\b|expect|allow|require|accept|configured|StringLike|StringEquals|\b(?:should|must|example|docs|document(?:ed|ation)|works?|worked|other|another)\b|\be\.g\.|\bnot (?:the )?\Z)"
)
_CHARS_BEFORE, _CHARS_OF_BLOCK = 80, 2_000
_BLOCK = lazy_pattern(
    r"(?m)^[ \t]{0,8}(?:(?:module|resource|data|variable)[ \t]{1,4}\"[^\n{}]{1,200}|locals|inputs[ \t]{0,8}=)[ \t]{0,8}\{"
)
_MAX_RECORDS = 20
_CHARS_BESIDE = 400
_AUDIENCE = lazy_pattern(
    r"(?a)(?<![:\w])(?i:aud|audience)(?: claim)?\\?[\"'`]?\s{0,3}(?::|=>?|is|was)\s{0,3}\[?\\?[\"'`]?(?!api://|(?:https:)?//iam\.googleapis\.com)(?P<value>[\w.:/-]{1,200}\w)"
)
_ISSUER = lazy_pattern(
    r"(?a)(?<![:\w])(?i:iss|issuer)\\?[\"'`]?\s{0,3}(?::|=>?|is|was)\s{0,3}\\?[\"'`]?(?P<value>https://[\w./-]{1,250}\w)"
)
EXPECTED_AUDIENCE = lazy_pattern(r":aud\\?\"\s{0,4}:\s{0,4}\[?\s{0,40}\\?\"(?P<value>[^\"\\]{1,200})\\?\"")
_SERVER = lazy_pattern(
    r"(?a)\bCI_SERVER_URL[=:]\s?[\"']?(?P<value>https://[\w.-]{1,250}\w)|\bCI_SERVER_HOST[=:]\s?[\"']?(?P<host>[\w.-]{1,250}\w)"
)


def find_stated_claims(text: str) -> dict[str, Any] | None:
    """Return the claims iss, sub and aud of the only token in a text whose subject it states, or ``None``.

    >>> find_stated_claims("sub: repo:acme@12/shop@34:ref:refs/heads/main")["iss"]
    'https://token.actions.githubusercontent.com'
    >>> find_stated_claims("The trust policy expects the sub repo:acme/shop:ref:refs/heads/main")
    """
    found = _find_recorded(text) or _find_named(text)
    return found[0] if len(found) == 1 else None


def find_stated_audience(text: str) -> str | None:
    r"""Return the audience that a text shows beside the issuer of a token, if it is the only one.

    >>> find_stated_audience('the token: "iss": "https://ci.corp", "aud": "shop"')
    'shop'
    >>> find_stated_audience('The trust policy expects "aud": "shop", and "iss": "https://ci.corp"')
    """
    found: set[str] = set()
    for issuer in _ISSUER.finditer(text):
        low, high = max(issuer.start() - _CHARS_BESIDE, 0), issuer.end() + _CHARS_BESIDE
        for each in _AUDIENCE.finditer(text, low, high):
            if not _EXPECTED.search(text, line_start(text, each.start()), each.start()):
                found.add(each["value"])
    return only_one(found)


def find_server(text: str) -> str | None:
    """Return the URL of the GitLab server whose job a text is from, if the text states it.

    >>> find_server("CI_SERVER_HOST=gitlab.acme.example")
    'https://gitlab.acme.example'
    """
    found = _SERVER.search(text)
    return None if found is None else found["value"] or f"https://{found['host']}"


def _find_recorded(text: str) -> list[dict[str, Any]]:
    claims: list[dict[str, Any]] = []
    if "oidc-provider/" not in text:
        return claims
    named = {each["subject"] for each in _USER_NAME.finditer(text)}
    for found in islice(_RECORD.finditer(text), _MAX_RECORDS) if named else ():
        subject = next((each for each in named if found["rest"].endswith(f":{each}")), None)
        if subject is None:
            continue
        audience = found["rest"].removesuffix(f":{subject}")
        known = {"iss": f"https://{found['issuer']}", "sub": subject, "aud": [audience]}
        if known not in claims:
            claims.append(known)
    return claims


def _find_named(text: str) -> list[dict[str, Any]]:
    subjects: dict[str, re.Match[str]] = {}
    for found in _NAMED.finditer(text) if "repo:" in text or "_path:" in text or "run_phase:" in text else ():
        line = text[max(found.start() - _CHARS_BEFORE, 0) : found.start()].rpartition("\n")[2]
        if _EXPECTED.search(line) is None and not _is_in_block(text, found.start()):
            subjects.setdefault(found[found.lastgroup or 0].rstrip("."), found)
    if len(subjects) != 1:
        return []
    [(subject, found)] = subjects.items()
    issuer, audience = _usual_provider(text, found)
    # Without one of its own, the token has the audience that the policy expects. Azure and Google have others.
    audiences = {each["value"]: each for each in _AUDIENCE.finditer(text)}
    stated = audiences.popitem()[1] if len(audiences) == 1 else EXPECTED_AUDIENCE.search(text)
    return [{"iss": issuer, "sub": subject, "aud": [stated["value"] if stated else audience]}]


def _is_in_block(text: str, at: int) -> bool:
    """Return whether a position is in a block of Terraform, which states what the role is to expect."""
    low = max(at - _CHARS_OF_BLOCK, 0)
    heads = [each.end() for each in _BLOCK.finditer(text, low, at)]
    inside = text[heads[-1] : at] if heads else "}"
    return inside.count("}") <= inside.count("{")


def _usual_provider(text: str, found: re.Match[str]) -> tuple[str, str]:
    """Return the issuer of a subject, and the audience that it has by default."""
    stated = _ISSUER.search(text)
    if found["github"]:
        return stated[
            "value"
        ] if stated else "https://token.actions.githubusercontent.com", "sts.amazonaws.com"
    if found["terraform"]:
        return stated["value"] if stated else "https://app.terraform.io", "aws.workload.identity"
    server = stated["value"] if stated else find_server(text) or "https://gitlab.com"
    return server, server
