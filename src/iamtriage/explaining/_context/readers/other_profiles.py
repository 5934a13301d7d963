"""Leave out the commands that ran with another profile than the one that failed."""

from __future__ import annotations

from functools import reduce

from iamtriage.failures._failures import Failure


def hide_other_profiles(failure: Failure, words: str) -> str:
    """Return words of the text around a failure without the commands that ran with another profile, and their outputs."""
    if not ("--profile" in words or "AWS_PROFILE=" in words) or "export AWS_PROFILE" in words:
        return words
    from iamtriage.explaining._context.readers.command_runs import find_failed, find_runs

    runs = tuple(find_runs(failure))
    failed = find_failed(failure, runs)
    if failed is None or failed.command.program != "aws":
        return words  # kubectl uses the profile of another command's kubeconfig
    others = (failure.text[run.start : run.end] for run in runs if run.profile != failed.profile)
    return reduce(lambda rest, other: rest.replace(other, ""), others, words)
