"""Add that the text shows another caller than the denied one: by a profile that succeeds, or by get-caller-identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.command_runs import find_contrast
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import describe_principal, try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial


def add_working_profile(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the profile with which the same command succeeded, if nothing else differs."""
    contrast = find_contrast(denial.failure) if explanation.topic != "s3-access-denied" else None
    if contrast is None or contrast.kind != "profile":
        return explanation
    profile = clip_text(contrast.succeeded)
    remedy = your_remedy(
        f"Call with the profile {profile}, if its caller is meant to make the call",
        f"The same command succeeded with it. Otherwise, allow the call to {denial.caller}.",
        commands=(fill_command("export AWS_PROFILE={}", contrast.succeeded),),
        url=pages.OTHER_ACCOUNTS,
    )
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} With the profile {profile}, the same command succeeds.",
        remedies=(remedy, *explanation.remedies),
    )


def add_other_caller(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the denied user is not the caller that the text shows, so that the call used other access keys."""
    caller = context_of(denial.facts).caller
    shown = None if caller is None else try_parse_principal(caller.value)
    if not isinstance(denial.principal, User) or shown is None or shown == denial.principal:
        return explanation
    who = describe_principal(shown, None)
    text = (
        f" The text shows {who} as the caller, so this call used other credentials: those of {denial.caller}."
    )
    remedy = your_remedy(
        f"If {who} is meant to call, find where the access key of {denial.caller} comes from",
        "Run it where the call is made: environment variables precede a profile, and a program can have keys of its own.",
        commands=("aws configure list",),
        url=pages.CLI_PROFILES,
    )
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary}{text}",
        remedies=(*explanation.remedies[:1], remedy, *explanation.remedies[1:]),
    )
