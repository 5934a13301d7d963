"""Explain that a container, or a step of its build, sees neither mounts, variables nor the file .env of the computer.

Sources: https://docs.docker.com/compose/how-tos/environment-variables/set-environment-variables/ and
https://docs.docker.com/build/building/secrets/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.region_settings import printable_line
from iamtriage.failures._failures import Failure, MissingCredentials

COMPOSE = lazy_pattern(r"\b(?:docker-)?compose[\w.-]{0,20}\.ya?ml\b|\b(?:docker|podman)[- ]compose\b")
"""The file of Docker Compose, or its command."""
_SERVICE = lazy_pattern(
    r"(?m)^services:[ \t]*\n(?P<body>(?:[ \t]*\n|[ \t]*#[^\n]*\n)*(?P<depth>[ \t]{1,8})(?P<name>[\w.-]{1,63}):[ \t]*\n(?:[ \t][^\n]*(?:\n|\Z)|[ \t]*\n)*)"
)
# The service whose log the text has, or that a command runs. Docker Compose writes the name of the container before each
# line, which ends with a number.
_NAMED_SERVICE = lazy_pattern(
    r"(?m)(?:^|[\n ])(?<!\| )(?<!\|  )(?P<log>[\w.-]{1,60}?)(?P<number>[-_]\d{1,3})? {1,40}\| "
    r"|\bcompose (?:-\S{1,200} ){0,12}(?:run|up|exec|logs) (?:-\S{1,80} ){0,12}(?P<run>[\w.-]{1,63})(?= |$)(?! {1,40}\|)"
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


# What can give a service of Docker Compose credentials: a setting, or another file.
_SERVICE_GETS = lazy_pattern(
    rf"{_PASSED.pattern}|\.aws\b|\benv_file\b|\bextends:|<<:|\bsecrets:|\bnetwork_mode:|\$\{{"
)
_SERVICE_VARIABLE = lazy_pattern(r"(?m)^[ \t]+(?:- )?[\"']?([A-Z_][A-Z0-9_]{0,63})(?=[:=])")
_ENVIRONMENT = lazy_pattern(
    r"(?m)^(?P<margin>[ \t]{0,40})environment:[^\n]*(?:\n(?:(?P=margin)(?:[ \t]+|- )[^\n]*|[ \t]*(?=\n)))*"
)
# A command with a profile, as people write it in a sentence.
_CALL_WITH_PROFILE = lazy_pattern(
    r"\bAWS_PROFILE=(?P<set>[\w.@+-]{1,64}) aws [a-z]|\baws [a-z][^\n`]{2,80}? --profile[ =](?P<option>[\w.@+-]{1,64})"
)
# What does not work on the computer that starts the container, or no longer.
_NOT_HERE = lazy_pattern(
    r"(?i:\b(?:another|CI|expired|instance|jobs?|last (?:week|month|year)|now|other|pipeline|pod|server|used to|worked|yesterday)\b)"
)


class HostProfile(NamedTuple):
    """The profile that works where a container is started, if the text has one, and what the container gets instead."""

    profile: str | None
    text: str


def find_run(case: Case[Failure]) -> re.Match[str] | None:
    """Return the last command that runs a container without the files in ~/.aws."""
    return next(reversed([*_CONTAINER_RUN.finditer(case.failure.text, 0, case.failure.span[0])]), None)


def is_whole(run: re.Match[str]) -> bool:
    """Return whether a command is not in the middle of a sentence, whose rest is not a part of it."""
    before = run.string[: run.start()].rpartition("\n")[2].rstrip()
    return before[-1:] in {"", *"$#%>❯"}


def find_profile_of_host(case: Case[Failure]) -> HostProfile | None:
    """Return the profile that works where docker run or Docker Compose starts a container, if that passes no credentials."""
    text, shown = case.failure.text, find_run(case)
    if shown is None:
        passed, start = _describe_service(text), len(text)
    elif not is_whole(shown) or _PASSED.search(shown[0]):
        return None
    else:
        variables, start = _join_variables(_VARIABLE.findall(shown[0])), shown.start()
        passed = f"{shown[0].partition(' ')[0]} run passes {variables}"
    if passed is None:
        return None
    before = (
        each.profile
        for each in find_runs(case.failure)
        if each.command.program == "aws" and each.end <= start and each.has_succeeded
    )
    # Without a profile, the computer can have variables or a role.
    profile = only_one({each for each in before if each and commands.profile(each) == each != "default"})
    works = None if profile else find_working(text, _CALL_WITH_PROFILE)
    if works is not None and _NOT_HERE.search(works) is None:
        profile = only_one({each["set"] or each["option"] for each in _CALL_WITH_PROFILE.finditer(works)})
    if profile is None and shown is not None:
        return None
    return HostProfile(profile, f"{passed} to the container, whose file system has no ~/.aws.")


def _join_variables(names: Iterable[str]) -> str:
    variables = join_words(tuple(dict.fromkeys(names)), "and")
    return f"only {variables}" if variables else "no variable"


def _describe_service(text: str) -> str | None:
    """Return what the service of Docker Compose passes whose container failed, if that is no credentials."""
    services, name = _SERVICE.search(text), find_container_service(text)
    if services is None or name is None:
        return None
    depth = services["depth"]
    block = re.search(
        rf"(?m)^{depth}{re.escape(name)}:[ \t]*\n(?P<body>(?:{depth}[ \t]+[^\n]*(?:\n|\Z)|[ \t]*\n)*)",
        services["body"],
    )
    if block is None or _SERVICE_GETS.search(block["body"]):
        return None
    environment = _ENVIRONMENT.search(block["body"])
    variables = _SERVICE_VARIABLE.findall(environment[0]) if environment else ()
    return f"The service {name} passes {_join_variables(variables)}"


def find_service(text: str, services: Iterable[str]) -> str | None:
    """Return the only service whose log a text has, or that a command in it runs."""
    return only_one(
        {each["log"] or each["run"] for each in _NAMED_SERVICE.finditer(text)}.intersection(services)
    )


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
        remedies=your_remedy(
            "Pass the file to the service",
            "Add env_file to the service, and create the container again. Keep .env out of Git. Better, mount a profile (~/.aws) and set AWS_PROFILE: its sessions are renewed.",
            commands=f"docker compose up --detach --force-recreate {name}",
            manifest=f"services:\n{depth}{name}:\n{depth * 2}env_file: .env\n",
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


# A step in a Dockerfile or in the output of a build, which quotes it in the error, too.
_STEP = lazy_pattern(
    r"(?m)^[^\n\w]{0,12}(?:#?\d{1,3} |\[(?:[\w-]{1,40} )?\d{1,3}/\d{1,3}\] |(?:Step|STEP) \d{1,3}/\d{1,3} ?: |INFO\[\d{1,6}\] |> ){0,3}RUN (?P<options>(?:--\S{1,200} ){0,4})(?P<command>[^\n]{3,300})"
)
_OUTPUT = lazy_pattern(
    r"(?m)\bfailed to solve\b|\bdid not complete successfully: exit code|\bexecutor failed running\b|^(?:Step|STEP) \d{1,3}/\d{1,3} ?: |^INFO\[\d{1,6}\] RUN |^#\d{1,3} (?:\[|\d{1,4}\.\d)|\bThe command '/bin/sh -c"
)
_FILE = lazy_pattern(r"\bDockerfile\b|\bContainerfile\b|\b(?:docker|podman|buildah)(?: buildx)? build\b")
# aws configure sets values, and calls nothing.
_CALLS_AWS = lazy_pattern(r"(?<![\w./-])aws (?:--\S+ )*(?!configure )[a-z]")
# What runs after the build.
_RUN = lazy_pattern(
    r"(?m)^[^\n]{0,60}[$#>%] ?(?:sudo )?(?:docker|podman|nerdctl)(?:-compose| compose)? (?:run|up|exec|start)\b"
)
_BUILD = lazy_pattern(r"\b[Bb]uild\b")
_USER = lazy_pattern(r"(?m)^[ \t]{0,8}USER[ \t]{1,4}(?P<name>[a-z][\w-]{0,31})[ \t]*$")
BUILD_WITHOUT_CREDENTIALS = CauseType(
    "build-without-credentials",
    title="A step of an image build has no credentials",
    text="A RUN step has neither ~/.aws nor the environment of your computer: volumes (-v) and variables (-e) exist only in docker run.",
    recognised_by="The text shows the RUN step of a Dockerfile, or the output of docker build.",
    fix="Mount the credentials into the step as a build secret.",
    of="no-credentials",
    sources=("https://docs.docker.com/build/building/secrets/",),
)


_HEADING = lazy_pattern(r"[ #\d]{0,8}> \[[^\]\n]{1,60}\] ")
_DOWNLOAD = lazy_pattern(
    r"(?a)aws s3 cp (?P<source>s3://[\w./-]{3,600}/(?P<file>[\w.-]{1,200})) (?P<target>[\w./-]{1,300})(?=\s|\Z)"
)
_ARGUMENT = lazy_pattern(
    r"(?:\b(?:ARG|ENV)|--build-arg)\b[^\n]{0,20}\bAWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)\b"
)
_NOT_ARG = "ARG and ENV are not the way: docker history and the image's configuration show their values to everyone who can pull the image."


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
    if command and _HEADING.match(step[0]):
        # BuildKit repeats the step as the heading of its output.
        command = command.removesuffix(":")
    program = "podman" if "podman" in text else "docker"
    line = f"RUN --mount=type=secret,id=aws,target={home}/.aws/credentials {command or 'COMMAND'}"
    variables = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    mounts = " ".join(f"--mount=type=secret,id={each},env={each}" for each in variables)
    secrets = " ".join(f"--secret id={each}" for each in variables)
    download = _DOWNLOAD.search(command or "")
    shown = quote_words(f"RUN {command}") if command else "a RUN step"
    return case.explain(
        f"The image build has no credentials: {program} build does not pass ~/.aws or your variables to a RUN step. Your credentials are not the problem.",
        BUILD_WITHOUT_CREDENTIALS.cause("derived", f"The text shows {shown}."),
        remedies=(
            your_remedy(
                "Mount the credentials file into the step as a build secret",
                "The secret exists only during this step, and is in no layer of the image. With ENV, ARG or COPY, it would stay in the image.",
                None
                if download is None
                else f"Simpler: run aws s3 cp {download['source']} {download['file']} before the build, and write COPY {download['file']} {download['target']} instead of the step. Or load the file when the program starts, with the role of its task or pod.",
                manifest=f"# syntax=docker/dockerfile:1\n{line}\n",
                manifest_language="text",
                commands=f'{program} build --secret id=aws,src="$HOME/.aws/credentials" .',
            ),
            your_remedy(
                "With a role or IAM Identity Center, pass the keys of the session instead",
                f"Begin the step with RUN {mounts}. This requires Dockerfile syntax 1.10 or later.",
                None if download else "Or run the command before the build, and COPY the file.",
                commands=(
                    'eval "$(aws configure export-credentials --format env)"',
                    Labelled("Then:", f"{program} build {secrets} ."),
                ),
            ),
        ),
        notes=(credential_remedies.NO_CALL_MADE, _NOT_ARG if _ARGUMENT.search(text) else None),
    )
