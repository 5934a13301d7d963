"""Run the commands of an administrator with the profile of one.

The text shows that the profile reads the caller's permissions, or a command of the caller that was denied is among them.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._additions.kubectl_options import ADMIN
from iamtriage.explaining._context.readers.command_runs import find_failed, find_runs
from iamtriage.explaining._explanations.remedies import Remedy, change_commands
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import Failure

_UNKNOWN = "ADMIN_PROFILE"
_COMMAND = lazy_pattern(r"aws (?:iam|cloudtrail) [^\n|;&<>$`]{1,2000}")


def add_admin_profile(remedies: tuple[Remedy, ...], failure: Failure) -> tuple[Remedy, ...]:
    """Return the remedies of a denial with the profile of an administrator in the commands of IAM that are for one."""
    profile = _find_profile(failure)
    failed = None if profile else find_failed(failure, find_runs(failure))
    if profile is None and failed is None:
        return remedies
    denied: set[str] = set() if failed is None else {*failed.command.text.split()}

    def add(remedy: Remedy) -> Remedy:
        lines = remedy.commands
        # In the same shell, the command that was just denied fails again.
        is_denied = bool(lines) and set(lines[0].split()) <= denied
        if remedy.who != "account administrator" or not (profile or is_denied):
            return remedy
        return change_commands(remedy, tuple(_with_profile(line, profile or _UNKNOWN) for line in lines))

    return tuple(map(add, remedies))


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
