"""Explain that a client of images is logged in to another ECR registry than that of the image.

Docker and similar tools keep a login for each host: https://docs.docker.com/reference/cli/docker/login/. The host of a
private ECR registry has an account and a Region.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled, change_commands
from iamtriage.explaining._rules.shared import credential_remedies
from iamtriage.explaining._rules.shared.tasks import is_of_push

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials, MissingCredentials

OTHER_REGISTRY = CauseType(
    "other-registry",
    title="The docker login is for another registry",
    fix="Log in to the registry of the image.",
    recognised_by="The text shows a login to another registry of ECR, and none to the one of the image.",
    of="no-registry-login",
)
_LOGIN = lazy_pattern(
    r"(?:\b(?:docker|podman|nerdctl|finch|buildah|skopeo|oras)[ \t]{1,4}login|\bhelm registry login|\bcrane auth login|\bLogging into registry)\b"
    r"(?:(?!\.dkr)[^\n|;&]|\\\n){0,200}?(?<![\w.-])(?P<host>(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]{6,30})\.(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws))(?![.-]?[a-z0-9-])",  # a line break can be lost after it
    re.ASCII,
)
_PLACE = lazy_pattern(r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]{6,30})\.")
_IMAGE = r"[a-z0-9][a-z0-9._/-]{0,200}(?::[\w.-]{1,128})?"


def may_be_other_login(case: Case[MissingCredentials] | Case[InvalidCredentials], registry: str) -> Cause:
    """Return the cause that Docker has a login, but not for this registry or user."""
    user = "The login belongs to another user of the machine, such as root (sudo)."
    if any(each["host"] == registry for each in _LOGIN.finditer(case.failure.text)):
        return OTHER_REGISTRY.cause(text=user)
    return OTHER_REGISTRY.cause(text=user.replace("The login", "The login is for another registry, or"))


def explain_other_registry(
    case: Case[MissingCredentials] | Case[InvalidCredentials], registry: str, region: str
) -> Explanation | None:
    """Explain that the login is for another registry, or return ``None`` if the text shows no such login."""
    text = case.failure.text
    logins = {each["host"]: each for each in _LOGIN.finditer(text)}
    called = _PLACE.match(registry)
    if called is None or len(logins) != 1:
        return None
    [(host, login)] = logins.items()
    place, other = called["region"], login["region"]
    if (called["account"], place) == (login["account"], other):
        return None
    if called["account"] != login["account"]:
        place, other = f"account {called['account']}", f"account {login['account']}"
        if called["region"] != login["region"]:
            place, other = f"{place} in {called['region']}", f"{other} in {login['region']}"
    pushes = is_of_push(text)
    verb = "push goes" if pushes else "pull is"
    remedy = credential_remedies.docker_login(registry, region)
    again = re.search(
        rf"\b(?:docker|podman|nerdctl|finch) (?:push|pull) {re.escape(registry)}/{_IMAGE}(?![\w/:@.-])", text
    )
    use = f"If the image belongs to the registry of the login, {'tag and push' if pushes else 'pull'} it with the host {host} instead."
    steps = (*remedy.steps[:1], use)
    remedy = attrs.evolve(remedy, steps=steps)
    if again is not None:
        repeat = Labelled("Then:", again[0])
        remedy = change_commands(remedy, (*remedy.commands, again[0]), repeat)
    return case.explain(
        f"The docker login is for the ECR registry of {other}, but the {verb} {'to' if pushes else 'from'} that of {place}. No IAM policy is the reason.",
        OTHER_REGISTRY.cause(
            "derived",
            text=f"Docker keeps a login for each host. It has one for {host} only, so it sent {registry} no credentials.",
        ),
        topic="no-registry-login",
        remedies=remedy,
    )
