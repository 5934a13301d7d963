"""Explain authorization tokens of package managers that CodeArtifact rejects."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

NO_CODEARTIFACT_LOGIN = CauseType(
    "no-codeartifact-login",
    title="The CodeArtifact authorization token is missing or has expired",
    text="The authorization token is missing, belongs to another domain, or has expired: it is valid for at most 12 hours.",
    recognised_by="A package manager reports status 401 of a CodeArtifact host.",
    fix="Run aws codeartifact login again, or get a new token.",
    sources=(pages.CODEARTIFACT_TOKENS,),
)
_STATUS = 401
# A list of indexes is seldom longer.
_MAX_ENDPOINTS = 20
_ENDPOINT = lazy_pattern(
    r"(?:\b(?P<domain>[a-z][a-z0-9-]{0,48}[a-z0-9])-(?P<account>[0-9]{12})\.d\.)?\bcodeartifact\.(?P<region>[a-z0-9-]{4,30})"
    r"\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|(?P<dual_stack>on\.aws))(?::443)?"
    r"(?:/(?P<format>[a-z]{3,10})(?:/(?P<repository>[A-Za-z0-9][A-Za-z0-9._-]{1,99}))?)?",
    re.ASCII,
)
_PHRASES = (
    "401 Error, Credentials not correct",
    "401 Client Error: Unauthorized",
    "401 Unauthorized",
    "401 (Unauthorized)",
    "status code 401",
    "status code: 401",
    "status: 401",
    "Return code is: 401",
    "Unauthorized - 401",
    "Unauthorized 401",
    "got 401",
    "E401",
)
# The tools that aws codeartifact login configures, by the package format.
_TOOLS = {"pypi": "pip", "npm": "npm", "nuget": "dotnet", "swift": "swift"}
_OTHER_MANAGERS = "Package managers that this command does not configure, such as Maven, Gradle, Poetry, uv and Yarn 2, get a token (aws codeartifact get-authorization-token --query authorizationToken) as the password of the user aws, usually in CODEARTIFACT_AUTH_TOKEN."
_NOT_DENIED = "No permission is missing: for that, the status would be 403. The login requires codeartifact:GetAuthorizationToken and sts:GetServiceBearerToken, and a download requires codeartifact:ReadFromRepository."


def is_about_packages(case: Case[InvalidCredentials]) -> bool:
    """Return whether CodeArtifact responded to a package manager with status 401."""
    envelope = case.failure.envelope
    return envelope.service == "codeartifact" and envelope.status_code == _STATUS and not envelope.operation


def explain_no_codeartifact_login(case: Case[InvalidCredentials]) -> Explanation:
    """Explain that CodeArtifact accepts no authorization token of a package manager."""
    message = clues.message_text(case)
    endpoint = _find_endpoint(message) or _find_endpoint(case.text)
    where = ""
    if endpoint and endpoint["repository"]:
        where = f" to the repository {endpoint['repository']}"
    if endpoint and endpoint["domain"]:
        where += f" in the domain {endpoint['domain']}"
    return case.explain(
        f"CodeArtifact rejected a request{where}: the authorization token is missing or has expired.",
        NO_CODEARTIFACT_LOGIN.cause("reported", clues.quote_phrases(message, *_PHRASES)[:1]),
        topic="no-codeartifact-login",
        remedies=_login_remedy(case, endpoint),
        notes=_NOT_DENIED,
    )


def _find_endpoint(text: str) -> re.Match[str] | None:
    found = list(islice(_ENDPOINT.finditer(text), _MAX_ENDPOINTS))
    return next((each for each in found if each["format"]), found[0] if found else None)


def _login_remedy(case: Case[InvalidCredentials], endpoint: re.Match[str] | None) -> Remedy:
    parts: dict[str, str | None] = {} if endpoint is None else endpoint.groupdict()
    tool = "twine" if "Uploading distributions" in case.text else _TOOLS.get(parts.get("format") or "")
    of_domain = fill_command(
        "--domain {} --domain-owner {} --region {}",
        parts.get("domain") or "DOMAIN",
        commands.account(parts.get("account")),
        commands.region(parts.get("region") or clues.find_region(case)),
    )
    token = f'export CODEARTIFACT_AUTH_TOKEN="$(aws codeartifact get-authorization-token {of_domain} --query authorizationToken --output text)"'
    login = f"aws codeartifact login --tool {tool} {of_domain} --repository {parts.get('repository') or 'REPOSITORY'}"
    login += " --endpoint-type dualstack" if parts.get("dual_stack") else ""
    return your_remedy(
        "Log in to CodeArtifact again" if tool else "Get a new authorization token for the package manager",
        "Log in as the user, and on the machine, that runs the package manager.",
        _OTHER_MANAGERS,
        "With --duration-seconds, a token can be valid for less time. Get one in each CI job and each image build, and pass it to docker build as a secret.",
        commands=(login, token) if tool else (token,),
        url=pages.CODEARTIFACT_TOKENS,
    )
