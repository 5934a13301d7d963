"""Explain that a container, or a step of its build, sees neither mounts, variables nor the file .env of the computer.

Sources: https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/ and
https://docs.docker.com/build/building/secrets/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.basics import Case
from iamtriage.explaining._rules.shared import commands
from iamtriage.failures._failures import MissingCredentials

COMPOSE = lazy_pattern(r"\b(?:docker-)?compose[\w.-]{0,20}\.ya?ml\b|\b(?:docker|podman)[- ]compose\b")
"""The file of Docker Compose, or its command."""


# The rest of a command, which can go on after a backslash.
_REST = r"(?:[^\n]|(?<=\\)\n){0,600}"
_CONTAINER_RUN = lazy_pattern(
    rf"\b(?:docker|podman) run (?!{_REST}/\.aws)(?:{_REST}(?:-e|--env)[ =]AWS_PROFILE=(?P<profile>[\w.@:+/-]{{1,64}}))?{_REST}"
)
# What can give a container credentials, and a variable that it gets.
_PASSED = lazy_pattern(
    r"AWS_(?:ACCESS_KEY|PROFILE|SHARED|CONFIG|CONTAINER|WEB)|--env-file|CREDENTIALS|--net(?:work)?[ =]host"
    # The home directory, which has ~/.aws.
    r"|(?:~|\$HOME|\$\{HOME\}|/home/[\w.-]{1,32}|/Users/[\w.-]{1,32})/?[\"']?[:,]"
)
_VARIABLE = lazy_pattern(r" (?:-e|--env)[ =]([A-Z_][A-Z0-9_]{0,63})\b")


class HostProfile(NamedTuple):
    """A profile that works where a container is started, and what the container gets instead."""

    profile: str
    text: str


def find_run(case: Case[MissingCredentials]) -> re.Match[str] | None:
    """Return the last command that runs a container without the files in ~/.aws."""
    return next(reversed([*_CONTAINER_RUN.finditer(case.failure.text, 0, case.failure.span[0])]), None)


def is_whole(run: re.Match[str]) -> bool:
    """Return whether a command is not in the middle of a sentence, whose rest is not a part of it."""
    before = run.string[: run.start()].rpartition("\n")[2].rstrip()
    return before[-1:] in {"", *"$#%>❯"}


def find_profile_of_host(case: Case[MissingCredentials]) -> HostProfile | None:
    """Return the profile that works where docker run starts a container, if it passes no credentials."""
    shown = find_run(case)
    if shown is None or not is_whole(shown) or _PASSED.search(shown[0]):
        return None
    before = (
        each.profile
        for each in find_runs(case.failure)
        if each.command.program == "aws" and each.end <= shown.start() and each.has_succeeded
    )
    # Without a profile, the computer can have variables or a role.
    profile = only_one({each for each in before if each and commands.profile(each) == each != "default"})
    if profile is None:
        return None
    variables = join_words(tuple(dict.fromkeys(_VARIABLE.findall(shown[0]))), "and")
    passed = f"only {variables}" if variables else "no variable"
    program = shown[0].partition(" ")[0]
    return HostProfile(
        profile, f"{program} run passes {passed} to the container, whose file system has no ~/.aws."
    )
