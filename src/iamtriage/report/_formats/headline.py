"""Summarize the numbers of a report in a few lines, for all formats."""

from __future__ import annotations

from typing import Any

from iamtriage._text import format_count

__all__ = ("build_headline",)


def build_headline(totals: dict[str, Any]) -> list[str]:
    """Return the first lines of a report."""
    first, last = ((totals[name] or "")[:10] for name in ("first_seen", "last_seen"))
    period = "" if not first else f", on {first}" if first == last else f", from {first} to {last}"
    denials, records, problems, principals = (
        format_count(totals[f"{noun}s"], noun) for noun in ("denial", "record", "problem", "principal")
    )
    inputs = format_count(totals["inputs_read"], "input")
    lines = [f"{denials} in {records} of {inputs}{period}", f"{problems} of {principals}"]
    if totals["new_problems"] is not None:
        lines[1] += f": {totals['new_problems']:,} new, {totals['gone_problems']:,} gone"
    others = (
        (totals["failed_sign_ins"], "failed console sign-in"),
        (totals["other_errors"], "error that is not a denial", "errors that are not denials"),
        (totals["duplicate_inputs"], "copy of an input", "copies of inputs"),
    )
    also = [
        format_count(number, nouns[0]) if len(nouns) == 1 else f"{number:,} {nouns[number != 1]}"
        for number, *nouns in others
        if number
    ]
    return [*lines, *([f"In addition: {', '.join(also)}"] if also else [])]
