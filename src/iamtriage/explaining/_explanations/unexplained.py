"""Show a failure without an explanation if a rule has a bug: the caller handles an error already."""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path

from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.failures._failures import Failure

_NO_RULE = "iamtriage could not explain this failure, because of an error of its own"


def explain_without_rules(failure: Failure | None, problem: Exception) -> Explanation:
    """Return only what was read of an error, and warn of the problem that explaining it had.

    Args:
        failure: What was read.
        problem: What a rule raised. Its message is not shown, as it can quote secrets of the text.
    """
    last = traceback.extract_tb(problem.__traceback__)[-1]
    place = f"{type(problem).__name__} in {Path(last.filename).name}:{last.lineno}"
    warnings.warn(f"{_NO_RULE} ({place}). Please report it.", RuntimeWarning, stacklevel=4)
    summary = f"{_NO_RULE} ({place})."
    if failure is not None:
        words = (failure.kind.replace("_", " "), failure.envelope.code, failure.envelope.operation)
        summary = f"{', '.join(filter(None, words))}. {summary} Only what the text states is shown."
    return Explanation(failure, "nothing" if failure is None else "unexplained", summary)
