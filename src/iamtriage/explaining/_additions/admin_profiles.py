"""Run the commands of an administrator with the profile of one, if the text shows that it reads the caller's permissions."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._additions.kubectl_options import ADMIN
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._explanations.remedies import Remedy, change_commands
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import Failure

__all__ = ("add_admin_profile",)

_COMMAND = lazy_pattern(r"aws (?:iam|cloudtrail) [^\n|;&<>$`]{1,2000}")


def add_admin_profile(remedies: tuple[Remedy, ...], failure: Failure) -> tuple[Remedy, ...]:
    """Return the remedies of a denial with the profile of an administrator in the commands of IAM that are for one."""
    profile = _find_profile(failure)
    if profile is None:
        return remedies
    return tuple(
        change_commands(each, tuple(_with_profile(line, profile) for line in each.commands))
        if each.who == "account administrator"
        else each
        for each in remedies
    )


def _find_profile(failure: Failure) -> str | None:
    """Return the only profile of an administrator with which a command printed permissions of the denied caller."""
    caller = try_parse_principal(getattr(failure, "principal", None))
    name = getattr(underlying_role(caller) or caller, "name", None)
    if name is None:
        return None
    profiles = {
        run.profile
        for run in find_runs(failure)
        if run.command.program == "aws"
        and run.command.words[:1] == ("iam",)
        and run.has_succeeded
        and (stated := run.command.option("user-name", "role-name")) is not None
        and stated.value == name
    }
    profile = only_one(profiles)
    # Another profile can be that of the denied caller.
    is_of_admin = profile is not None and ADMIN.search(profile) and commands.profile(profile) == profile
    return profile if is_of_admin else None


def _with_profile(line: str, profile: str) -> str:
    is_whole = _COMMAND.fullmatch(line) is not None and " --profile" not in line
    return f"{line} --profile {profile}" if is_whole else line
