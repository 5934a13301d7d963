"""Explain requests of package managers that CodeArtifact rejects because of their authorization token.

Sources: https://docs.aws.amazon.com/codeartifact/latest/ug/tokens-authentication.html, and its pages about pip, npm,
Yarn, NuGet, Swift, Maven and Gradle. https://github.com/aws/aws-cli/issues/6892 (Yarn 1),
https://github.com/pnpm/pnpm/issues/6354 (pnpm).
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, lazy_patterns
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
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
# Commands and messages of package managers. The first match decides.
_CLIENTS = lazy_patterns(
    {
        "twine": r"\btwine upload\b|HTTPError: 401 Unauthorized from|Uploading distributions to",
        "poetry": r"\bpoetry (?:add|install|lock|publish|update)\b|\bHTTPError\s+401 Client Error",
        "uv": r"\buv (?:add|lock|pip|publish|run|sync)\b|HTTP status client error|could not be queried due to",
        "yarn-2": r"\bYN00\d\d\b",
        "pnpm": r"\bERR_PNPM|\bpnpm (?:add|i|install|publish)\b",
        "yarn-1": r"\byarn (?:add|install|publish)\b|Request failed \\?\"401",
        "gradle": r"\bgradlew?\b|Received status code 401",
        "nuget": r"\bnuget(?:\.exe)? (?:install|push|restore)\b",
    }
)
_CLIENTS_OF_FORMATS = {
    "pypi": ("pip", frozenset({"twine", "poetry", "uv"})),
    "npm": ("npm", frozenset({"yarn-2", "pnpm", "yarn-1"})),
    "maven": ("maven", frozenset({"gradle"})),
    "nuget": ("dotnet", frozenset({"nuget"})),
    "swift": ("swift", frozenset[str]()),
}
# The tools that aws codeartifact login configures. Yarn 1 and pnpm use the configuration of npm.
_TOOLS = {name: name for name in ("dotnet", "npm", "nuget", "pip", "swift", "twine")} | {
    "pnpm": "npm",
    "yarn-1": "npm",
}
_WHERE = {
    "gradle": 'In build.gradle, the username is aws, and the password is System.getenv("CODEARTIFACT_AUTH_TOKEN").',
    "maven": "In settings.xml, the server with the ID of the repository has the username aws and the password ${env.CODEARTIFACT_AUTH_TOKEN}.",
    "poetry": "Set POETRY_HTTP_BASIC_SOURCE_USERNAME to aws and POETRY_HTTP_BASIC_SOURCE_PASSWORD to the token. SOURCE is the name of the source, in capitals.",
    "uv": "Set UV_INDEX_NAME_USERNAME to aws and UV_INDEX_NAME_PASSWORD to the token. NAME is the name of the index, in capitals.",
    "yarn-2": "In .yarnrc.yml, set npmAlwaysAuth to true and npmAuthToken to ${CODEARTIFACT_AUTH_TOKEN} for the registry.",
}
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
        remedies=(_login_remedy(case, endpoint),),
        notes=(_NOT_DENIED,),
    )


def _find_endpoint(text: str) -> re.Match[str] | None:
    """Return the first endpoint with a package format, or else the first one."""
    found = list(islice(_ENDPOINT.finditer(text), _MAX_ENDPOINTS))
    return next((each for each in found if each["format"]), found[0] if found else None)


def _find_client(text: str, format_: str | None) -> str | None:
    """Return the package manager of a text, of those that use a format."""
    default, others = _CLIENTS_OF_FORMATS.get(format_ or "", (None, frozenset[str]()))
    return next((name for name, sign in _CLIENTS.items() if name in others and sign.search(text)), default)


def _login_remedy(case: Case[InvalidCredentials], endpoint: re.Match[str] | None) -> Remedy:
    """Return the remedy that gets a new token for the package manager."""
    parts: dict[str, str | None] = {} if endpoint is None else endpoint.groupdict()
    client = _find_client(case.text, parts.get("format"))
    domain = parts.get("domain") or "DOMAIN"
    account = commands.account(parts.get("account"))
    region = commands.region(parts.get("region") or clues.find_region(case))
    in_jobs = "A token is valid for at most 12 hours, and for less if --duration-seconds says so. Get one in each CI job and each image build, and pass it to docker build as a secret."
    tool = _TOOLS.get(client or "")
    if tool is None:
        return your_remedy(
            "Get a new authorization token for the package manager",
            _WHERE.get(client or "", "Give it to the package manager as its password or token."),
            in_jobs,
            commands=(
                fill_command(
                    'export CODEARTIFACT_AUTH_TOKEN="$(aws codeartifact get-authorization-token --domain {} --domain-owner {} --region {} --query authorizationToken --output text)"',
                    *(domain, account, region),
                ),
            ),
            url=pages.CODEARTIFACT_TOKENS,
        )
    steps = ["Log in as the user, and on the machine, that runs the package manager."]
    if client == "yarn-1":
        steps.append("Yarn 1 sends the token only if .npmrc contains always-auth=true.")
    login = fill_command(
        "aws codeartifact login --tool {} --domain {} --domain-owner {} --repository {} --region {}",
        *(tool, domain, account, parts.get("repository") or "REPOSITORY", region),
    )
    return your_remedy(
        "Log in to CodeArtifact again",
        *steps,
        in_jobs,
        commands=(f"{login} --endpoint-type dualstack" if parts.get("dual_stack") else login,),
        url=pages.CODEARTIFACT_TOKENS,
    )
