"""Check AWS CLI calls against botocore's models: operations, options, required options."""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore import __version__, xform_name
from botocore.session import get_session

__all__ = ("KNOWS_ALL", "check_call", "options_of")

KNOWS_ALL = tuple(map(int, __version__.split(".")[:2])) >= (1, 44)
"""Whether the installed botocore knows every operation in remedies; the oldest supported one does not."""

# AWS CLI commands that are not API operations.
_OWN = frozenset(
    {
        ("cloudformation", "deploy"),
        ("cloudfront", "sign"),
        ("codeartifact", "login"),
        ("configure",),
        ("ecr", "get-login-password"),
        ("ecr-public", "get-login-password"),
        ("eks", "get-token"),
        ("eks", "update-kubeconfig"),
        ("login",),
        ("logs", "tail"),
        ("rds", "generate-db-auth-token"),
        ("s3",),
        ("sso", "login"),
        ("sso", "logout"),
    }
)
_GLOBAL = frozenset(
    {"--debug", "--max-items", "--max-results", "--output", "--profile", "--query", "--region"}
)
# A file with the parameters, which replaces the required options.
_FILE = "--cli-input-json"


@cache
def options_of(service: str, command: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the options of a command, and the required ones."""
    # Only for S3, the CLI's service name differs from botocore's.
    model: Any = get_session().get_service_model("s3" if service == "s3api" else service)
    [operation] = [each for each in model.operation_names if xform_name(each, "-") == command]
    shape = model.operation_model(operation).input_shape
    if shape is None:
        return frozenset(), frozenset()
    taken, needed = (
        frozenset(f"--{xform_name(member, '-')}" for member in members)
        for members in (shape.members, shape.required_members)
    )
    # A boolean has a second option that sets it to false.
    names = [member for member, each in shape.members.items() if each.type_name == "boolean"]
    return taken | {f"--no-{xform_name(each, '-')}" for each in names}, needed


def check_call(words: list[str]) -> None:
    """Check one call, without the program's name, if the models know all operations."""
    if not KNOWS_ALL or words == ["--version"] or tuple(words[:2]) in _OWN or tuple(words[:1]) in _OWN:
        return
    options = {word for word in words if word.startswith("--")} - _GLOBAL
    service, command = words[0], words[1]
    if command == "wait":
        waiters = get_session().get_waiter_model(service)
        [waiter] = [each for each in waiters.waiter_names if xform_name(each, "-") == words[2]]
        command = xform_name(waiters.get_waiter(waiter).operation, "-")
    taken, needed = options_of(service, command)
    assert _FILE in options or needed <= options, (words, needed - options)
    assert options <= taken | {_FILE}, (words, options - taken)
