"""Explain that a step of an image build has no credentials: it sees neither mounts nor variables of the computer.

Source: https://docs.docker.com/build/building/secrets/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.region_settings import printable_line

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

# A step in a Dockerfile or in the output of a build, which quotes it in the error, too.
_STEP = lazy_pattern(
    r"^[^\n\w]{0,12}(?:#?\d{1,3} |\[(?:[\w-]{1,40} )?\d{1,3}/\d{1,3}\] |(?:Step|STEP) \d{1,3}/\d{1,3} ?: |INFO\[\d{1,6}\] |> ){0,3}RUN (?P<options>(?:--\S{1,200} ){0,4})(?P<command>[^\n]{3,300})",
    re.MULTILINE,
)
_OUTPUT = lazy_pattern(
    r"\bfailed to solve\b|\bdid not complete successfully: exit code|\bexecutor failed running\b|^(?:Step|STEP) \d{1,3}/\d{1,3} ?: |^INFO\[\d{1,6}\] RUN |^#\d{1,3} (?:\[|\d{1,4}\.\d)|\bThe command '/bin/sh -c",
    re.MULTILINE,
)
_FILE = lazy_pattern(r"\bDockerfile\b|\bContainerfile\b|\b(?:docker|podman|buildah)(?: buildx)? build\b")
# aws configure sets values, and calls nothing.
_CALLS_AWS = lazy_pattern(r"(?<![\w./-])aws (?:--\S+ )*(?!configure )[a-z]")
# What runs after the build.
_RUN = lazy_pattern(
    r"^[^\n]{0,60}[$#>%] ?(?:sudo )?(?:docker|podman|nerdctl)(?:-compose| compose)? (?:run|up|exec|start)\b",
    re.MULTILINE,
)
_BUILD = lazy_pattern(r"\b[Bb]uild\b")
_USER = lazy_pattern(r"^[ \t]{0,8}USER[ \t]{1,4}(?P<name>[a-z][\w-]{0,31})[ \t]*$", re.MULTILINE)
_DOCUMENTATION = "https://docs.docker.com/build/building/secrets/"
BUILD_WITHOUT_CREDENTIALS = CauseType(
    "build-without-credentials",
    title="A step of an image build has no credentials",
    text="A RUN step has neither ~/.aws nor the environment of your computer: volumes (-v) and variables (-e) exist only in docker run.",
    recognised_by="The text shows the RUN step of a Dockerfile, or the output of docker build.",
    fix="Mount the credentials into the step as a build secret.",
    of="no-credentials",
    sources=(_DOCUMENTATION,),
)


def explain_image_build(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a step of an image build has no credentials, or return ``None`` if no build failed."""
    text = case.failure.text
    is_output = _OUTPUT.search(text) is not None
    if (not is_output and _FILE.search(text) is None) or find_working(text, _BUILD):
        return None
    steps = [
        each
        for each in _STEP.finditer(text)
        if "type=secret" not in each["options"] and (is_output or _CALLS_AWS.search(each["command"]))
    ]
    own = [each for each in steps if _CALLS_AWS.search(each["command"])] or steps
    if not own or _RUN.search(text, own[-1].end(), max(own[-1].end(), case.failure.span[0])):
        return None
    step, user = own[-1], _USER.search(text)
    home = f"/home/{user['name']}" if user and user["name"] != "root" else "/root"
    command = printable_line(step["command"].rstrip("\\ "))
    program = "podman" if "podman" in text else "docker"
    line = f"RUN --mount=type=secret,id=aws,target={home}/.aws/credentials {command or 'COMMAND'}"
    variables = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    mounts = " ".join(f"--mount=type=secret,id={each},env={each}" for each in variables)
    secrets = " ".join(f"--secret id={each}" for each in variables)
    shown = quote_words(f"RUN {command}") if command else "a RUN step"
    return case.explain(
        f"The image build has no credentials: {program} build does not pass ~/.aws or your variables to a RUN step. Your credentials are not the problem.",
        BUILD_WITHOUT_CREDENTIALS.cause("derived", f"The text shows {shown}."),
        topic="no-credentials",
        remedies=(
            your_remedy(
                "Mount the credentials file into the step as a build secret",
                "The secret exists only during this step, and is in no layer of the image. With ENV, ARG or COPY, it would stay in the image.",
                manifest=f"# syntax=docker/dockerfile:1\n{line}\n",
                manifest_language="text",
                commands=f'{program} build --secret id=aws,src="$HOME/.aws/credentials" .',
                url=_DOCUMENTATION,
            ),
            your_remedy(
                "With a role or IAM Identity Center, pass the keys of the session instead",
                f"Begin the step with RUN {mounts}. This requires Dockerfile syntax 1.10 or later.",
                "Or run the command before the build, and COPY the file.",
                commands=(
                    'eval "$(aws configure export-credentials --format env)"',
                    Labelled("Then:", f"{program} build {secrets} ."),
                ),
                url=_DOCUMENTATION,
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
