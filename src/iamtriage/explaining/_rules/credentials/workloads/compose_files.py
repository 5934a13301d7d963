"""Explain that Docker Compose does not pass the file .env on to a container.

Source: https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

COMPOSE = lazy_pattern(r"\b(?:docker-)?compose[\w.-]{0,20}\.ya?ml\b|\b(?:docker|podman)[- ]compose\b")
"""The file of Docker Compose, or its command."""
_SERVICE = lazy_pattern(
    r"^services:[ \t]*\n(?P<body>(?:[ \t]*\n|[ \t]*#[^\n]*\n)*(?P<depth>[ \t]{1,8})(?P<name>[\w.-]{1,63}):[ \t]*\n(?:[ \t][^\n]*(?:\n|\Z)|[ \t]*\n)*)",
    re.MULTILINE,
)
# The service whose log the text has, or that a command runs. Docker Compose writes the name of the container before each
# line, which ends with a number.
_NAMED_SERVICE = lazy_pattern(
    r"(?:^|[\n ])(?P<log>[\w.-]{1,60}?)(?P<number>[-_]\d{1,3})? {1,40}\| "
    r"|\bcompose (?:-\S{1,200} ){0,12}(?:run|up|exec|logs) (?:-\S{1,80} ){0,12}(?P<run>[\w.-]{1,63})(?= |$)",
    re.MULTILINE,
)
_ENV_FILE = lazy_pattern(
    r"(?<![\w./-])\.env(?![\w.-])[^\n]{0,60}\n(?:[^\n]{0,200}\n){0,12}?[ \t]{0,4}(?:export )?AWS_(?:ACCESS_KEY_ID|PROFILE)="
)
# What passes the variables, or gives the container other credentials.
_PASSES = lazy_pattern(r"\benv_file\b|\benvironment:|--env-file|\.aws\b|\bdotenv\b|load_dotenv")
ENV_FILE_NOT_PASSED = CauseType(
    "env-file-not-passed",
    title="Docker Compose does not pass the variables of .env to the container",
    meaning="Docker Compose reads .env only to replace variables in the Compose file. A container gets them with env_file or environment.",
    recognised_by="The text shows .env with AWS variables, and a Compose file without env_file and environment.",
    fix="Add env_file: .env to the service.",
    of="no-credentials",
    sources=("https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/",),
)


def find_service(text: str, services: Iterable[str]) -> str | None:
    """Return the only service whose log a text has, or that a command in it runs."""
    named = {each["log"] or each["run"] for each in _NAMED_SERVICE.finditer(text)}.intersection(services)
    return named.pop() if len(named) == 1 else None


def find_container_service(text: str) -> str | None:
    """Return the first service whose container wrote a line of the text, or that a command in it runs.

    >>> find_container_service("web-1  | Unable to locate credentials"), find_container_service("a | b")
    ('web', None)
    """
    found = (each for each in _NAMED_SERVICE.finditer(text) if each["number"] or each["run"])
    return next((each["log"] or each["run"] for each in found), None)


def explain_env_file(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a container does not get the variables of .env, if the text shows that file and the Compose file."""
    text = case.failure.text
    service = _SERVICE.search(text)
    if service is None or not (COMPOSE.search(text) and _ENV_FILE.search(text)) or _PASSES.search(text):
        return None
    name, depth = service["name"], service["depth"]
    services = re.findall(rf"(?m)^{depth}([\w.-]{{1,63}}):[ \t]*$", service["body"])
    if len(services) > 1:
        named = find_service(text, services)
        if named is None:
            return None
        name = named
    return case.explain(
        f"The container of the service {name} gets no credentials: the service has neither env_file nor environment.",
        ENV_FILE_NOT_PASSED.cause(
            "derived",
            text="Docker Compose reads .env only to replace variables in the Compose file. The container does not get them.",
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Pass the file to the service",
            "Add env_file to the service, and create the container again. Keep .env out of Git. Better, mount a profile (~/.aws) and set AWS_PROFILE: its sessions are renewed.",
            commands=f"docker compose up --detach --force-recreate {name}",
            manifest=f"services:\n{depth}{name}:\n{depth * 2}env_file: .env\n",
            url=ENV_FILE_NOT_PASSED.sources[0],
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
