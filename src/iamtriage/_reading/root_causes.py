"""Choose the root cause among the failures of a text, a document or a chain of exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.failures._failures import Failure

__all__ = ("choose_cause", "find_cause_in_chain")


def find_cause_in_chain(error: BaseException, *, contexts: bool) -> Failure | None:
    """Return the failure that an exception or its causes report, else the one of the nearest context."""
    from iamtriage._reading.structured.exceptions import failures_by_level

    chosen: Failure | None = None
    reported: list[Failure] = []
    for level, failures in enumerate(failures_by_level(error)):
        reported.extend(failures)
        if level == 0 or contexts:
            found = _innermost(failures)
            if chosen is None or (found and chosen.kind == "aws_error" and found.kind != "aws_error"):
                chosen = found
        has_request_id = chosen is not None and chosen.envelope.request_id is not None
        if contexts:
            is_enough = has_request_id and chosen is not None and chosen.kind != "aws_error"
        else:
            # boto3 raises its own exceptions while it handles the AWS error, which has the IDs.
            is_enough = has_request_id or chosen is None or level > 0
        if is_enough:
            break
    return chosen if chosen is None else _most_complete(chosen, reported)


def _most_complete(chosen: Failure, reported: Iterable[Failure]) -> Failure:
    """Return the report of a failure with the most facts. Wrappers pass on only its message."""
    same = [each for each in reported if each is not chosen and each.kind == chosen.kind]
    if not same:
        return chosen
    from iamtriage.failures._fingerprints import fingerprint
    from iamtriage.failures._records import to_record

    identity = fingerprint(chosen)
    reports = [chosen, *(each for each in same if fingerprint(each) == identity)]
    return max(reports, key=lambda each: sum(value is not None for value in to_record(each).values()))


def choose_cause(failures: Iterable[Failure]) -> Failure | None:
    """Return the most relevant of independent failures, consuming no more than necessary."""
    best: Failure | None = None
    for failure in failures:
        if failure.kind == "access_denied":
            return failure
        if best is None or (best.kind == "aws_error" and failure.kind != "aws_error"):
            best = failure
    return best


def _innermost(failures: list[Failure]) -> Failure | None:
    """Return the root cause among the failures of a chain of exceptions, innermost first."""
    reported = [f for f in failures if f.kind != "aws_error"] or failures
    return (
        choose_cause(reported[:1])
        if reported and reported[0].kind == "access_denied"
        else choose_cause(failures)
    )
