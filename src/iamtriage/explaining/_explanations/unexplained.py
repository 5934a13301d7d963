"""Show what is known of a failure if a rule has a bug: the caller handles an error already, which another would hide."""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

_NO_RULE = "iamtriage could not explain this failure, because of an error of its own"


def describe_unexplained(failure: Failure | None, place: str) -> str:
    """Return the summary of a failure that no rule could explain.

    Args:
        failure: What was read.
        place: Where explaining it failed.
    """
    summary = f"{_NO_RULE} ({place})."
    if failure is None:
        return summary
    words = (failure.kind.replace("_", " "), failure.envelope.code, failure.envelope.operation)
    return f"{', '.join(filter(None, words))}. {summary} Only what the text states is shown."


def warn_of_bug(problem: Exception) -> str:
    """Warn that a rule has a bug, and return where.

    Args:
        problem: What the rule raised. Its message is not shown, as it can quote secrets of the text.
    """
    last = traceback.extract_tb(problem.__traceback__)[-1]
    place = f"{type(problem).__name__} in {Path(last.filename).name}:{last.lineno}"
    warnings.warn(f"{_NO_RULE} ({place}). Please report it.", RuntimeWarning, stacklevel=4)
    return place
