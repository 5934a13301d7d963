"""Explain that a container has no credentials of the computer that runs it.

Sources: https://docs.docker.com/reference/cli/docker/container/run/ and
https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_argument
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._rules.credentials import credential_sources
from iamtriage.explaining._rules.credentials.pod_roles import Advice
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_profile, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials


# Docker Compose writes the name of the container before each line.
_CONTAINER = lazy_pattern(
    r"(?:^| )[\w.-]{1,64}[-_]\d{1,3} \| |\b(?:docker|podman)(?:-compose| (?:container )?(?:compose|run|exec|logs|start|restart|attach))\b"
)
_COMPOSE = lazy_pattern(r"(?:^| )[\w.-]{1,64}[-_]\d{1,3} \| |\b(?:docker|podman)[- ]compose\b")
_COMPOSE_SERVICE = lazy_pattern(
    r"\b(?:docker|podman)[- ]compose (?:-\S+ )*(?:up|run|exec) (?:--?[\w=-]+ )*([a-z][\w.-]{0,62})(?= |$)|(?:^| )([\w.-]{1,64})[-_]\d{1,3} \| "
)
# Options of docker run that take a value as the next word. Others are flags.
_VALUED = frozenset(
    {
        "-e", "--env", "-v", "--volume", "-p", "--publish", "-w", "--workdir", "-u", "--user", "-h",
        "--hostname", "-m", "--memory", "-l", "--label", "--name", "--network", "--net", "--env-file",
        "--entrypoint", "--mount", "--platform", "--cpus", "--add-host", "--dns", "--restart", "--pull",
        "--runtime", "--gpus", "--ip",
    }
)  # fmt: skip
# What is repeated in a command: nothing that a shell reads as anything but a word, and no value that can be a secret.
_IMAGE = lazy_pattern(r"[a-z0-9][\w./:@-]{0,254}", re.ASCII)
_WORD = lazy_pattern(r"(?:\$(?:PWD|HOME)(?=[/:]))?[\w./:@,+=%-]{1,256}", re.ASCII)
_SECRET_NAME = lazy_pattern(
    r"(?:key|secret|token|pass|pwd|cred|auth|dsn)\w*=|://[^/]*@|(?<![a-z0-9])[a-z0-9+]{32,}", re.IGNORECASE
)
_CHARS_BEFORE = 4_000


class _DockerRun(NamedTuple):
    """A docker run command whose container has no credentials.

    Attributes:
        profile: The profile that it passes in ``AWS_PROFILE``.
        words: Its words after ``docker run`` without ``AWS_PROFILE``, or only the image, if others can be secrets.
        mounts_files: Whether it mounts the config and credentials files.
    """

    profile: str | None
    words: tuple[str, ...]
    mounts_files: bool


def _find_docker_run(case: Case[MissingCredentials]) -> _DockerRun | None:
    """Return the last docker run command before a failure."""
    text, start = case.failure.text, case.failure.span[0]
    found = [
        command
        for _, command in find_commands(text, max(start - _CHARS_BEFORE, 0), start)
        if command.program == "docker" and command.words[:1] == ("run",)
    ]
    try:
        words = shlex.split(found[-1].text)[2:] if found else []
    except ValueError:  # an open quote
        return None
    profile, image, kept = None, "", list[str]()
    while words and not image:
        word = words.pop(0)
        option = [word, words.pop(0)] if word in _VALUED and words else [word]
        if option[-1].removeprefix("--env=").startswith("AWS_PROFILE="):
            profile = option[-1].partition("AWS_PROFILE=")[2]
            continue
        kept += option
        image = "" if word.startswith("-") else word
    if not _IMAGE.fullmatch(image):
        return None
    kept += words
    is_safe = all(_WORD.fullmatch(word) and not _SECRET_NAME.search(word) for word in kept)
    return _DockerRun(profile, tuple(kept) if is_safe else (image,), any("/.aws" in word for word in kept))


def find_profile_without_files(case: Case[MissingCredentials]) -> str | None:
    """Return the profile that docker run passes to a container without the files that define it."""
    run = _find_docker_run(case)
    return None if run is None or not run.profile or run.mounts_files else commands.profile(run.profile)


def is_in_container(text: str) -> bool:
    """Return whether a text is from a container that Docker or Podman runs."""
    return _CONTAINER.search(text) is not None


def advise_in_docker(case: Case[MissingCredentials], _message: str) -> Advice:
    profile = find_profile_without_files(case)
    if profile is not None:
        is_timeout = credential_sources.METADATA_SIGNS.search(case.text) is not None
        because = (
            f"The command passes AWS_PROFILE={profile}, and mounts no ~/.aws.",
            *quote_phrases(case.text, "No profiles were defined"),
            *(("On a computer, there is no instance metadata either.",) if is_timeout else ()),
        )
        text = f"The container has its own file system, and no file in it has the profile {profile}."
        return Advice(
            [credential_sources.ENVIRONMENT_NOT_PASSED_ON.cause("derived", because, text=text)],
            [container_remedy(case)],
        )
    return Advice(
        [
            credential_sources.ENVIRONMENT_NOT_PASSED_ON.cause(because=("The text is from a container.",)),
            credential_sources.NOTHING_SET_UP.cause(),
        ],
        [container_remedy(case)],
    )


def container_remedy(case: Case[MissingCredentials], *, missing_profile: str | None = None) -> Remedy:
    """Return the remedy that passes credentials to a container, with the tool that runs it.

    Args:
        case: The failure.
        missing_profile: The profile that the SDK did not find in the container.
    """
    profile = commands.profile(find_profile(case) or credential_sources.stated_profile(case))
    service = _COMPOSE_SERVICE.search(case.text)
    tool = "podman" if "podman" in case.text else "docker"
    uses_compose = service is not None or _COMPOSE.search(case.text) is not None
    name = next(filter(None, service.groups()), "SERVICE") if service else "SERVICE"
    where = "To keep it, add both to volumes and environment of the service." if uses_compose else ""
    run = None if uses_compose else _find_docker_run(case)
    words = run.words if run is not None else (name if uses_compose else "IMAGE",)
    mount = fill_command(
        f'{tool}{" compose" if uses_compose else ""} run -v "$HOME/.aws:/root/.aws:ro" -e AWS_PROFILE={{}}',
        profile,
    )
    mount = " ".join(
        (mount, *(f'"{word}"' if word.startswith("$") else quote_argument(word) for word in words))
    )
    steps: tuple[str, ...]
    if missing_profile is None:
        steps = (
            f"On your computer, mount ~/.aws and set AWS_PROFILE, or pass the variables of a current session. {where}".rstrip(),
        )
    else:
        steps = (
            f"On your computer, check that the first command lists {missing_profile}. In ~/.aws/config, its section is [profile {missing_profile}].",
            f"Mount ~/.aws into the home directory of the container's user (here root), and set AWS_PROFILE. {where}".rstrip(),
        )
    return your_remedy(
        "Pass credentials to the container"
        if missing_profile is None
        else "Mount the profile's files into the container",
        *steps,
        "In ECS, EKS and on EC2, use the role of the task, pod or instance instead, and pass nothing.",
        commands=(*(("aws configure list-profiles",) if missing_profile else ()), mount),
        url=pages.CLI_CREDENTIALS,
    )
