"""Leave out the commands that ran with another profile than the one that failed."""

from __future__ import annotations

from functools import reduce

from iamtriage._patterns import lazy_pattern
from iamtriage.failures._failures import Failure

# The profile of the backend, and that of the provider, which does not read or write the state.
_OF_BACKEND = lazy_pattern(
    r"\bbackend\s{0,4}\"s3\"\s{0,4}\{[^}]{0,800}?\bprofile\s{0,20}=\s{0,20}\"([\w.@+-]{1,64})\""
)
_OF_PROVIDER = lazy_pattern(
    r"\bprovider\s{0,4}\"aws\"\s{0,4}\{[^}]{0,800}?\bprofile\s{0,20}=\s{0,20}\"([\w.@+-]{1,64})\""
)
_CHARS_AROUND = 200
_STATE = lazy_pattern(
    r"\b[Bb]ackend\b|\.tfstate\b|\bstate (?:data|file|lock)|\b(?:loading|refreshing|saving) state\b"
)


def hide_other_profiles(failure: Failure, words: str) -> str:
    """Return words of the text around a failure without the commands that ran with another profile, and their outputs."""
    is_selected = "--profile" in words or "AWS_PROFILE=" in words or (" profile" in words and ' "' in words)
    if "export AWS_PROFILE" in words or not is_selected:
        return words
    from iamtriage.explaining._context.readers.command_runs import find_failed, find_runs

    runs = tuple(find_runs(failure))
    failed = find_failed(failure, runs)
    # kubectl uses the profile of another command's kubeconfig.
    profile = _profile_of_terraform(failure) if failed is None else failed.profile
    if profile is None or (failed is not None and failed.command.program != "aws"):
        return words
    aws_runs = (run for run in runs if run.command.program == "aws")
    others = (failure.text[run.start : run.end] for run in aws_runs if run.profile != profile)
    return reduce(lambda rest, other: rest.replace(other, ""), others, words)


def _profile_of_terraform(failure: Failure) -> str | None:
    """Return the profile with which Terraform made the failed call, if the text has its block."""
    start, end = failure.span
    is_of_state = _STATE.search(failure.text, max(start - _CHARS_AROUND, 0), end + _CHARS_AROUND)
    found = (_OF_BACKEND if is_of_state else _OF_PROVIDER).search(failure.text)
    return None if found is None else found[1]
