"""Explain that a name in a message has a placeholder that nobody filled in."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.common_causes import PLACEHOLDER_IN_NAME
from iamtriage.explaining._rules.shared.messages.quoted_message import end_summary
from iamtriage.explaining._rules.shared.texts.unfilled_placeholders import fill_remedy, find_unfilled
from iamtriage.failures._failures import AwsError

_LINE_END = "\n"
# The errors of a name: of something that does not exist, or that has another form.
_OF_NAMES = lazy_pattern(r"NotFound|NoSuch|NotExist|NonExist|Invalid|Malformed|Validation|Illegal")


def explain_placeholder(case: Case[AwsError]) -> Explanation | None:
    """Explain that a name in the message has a placeholder that nobody filled in; return ``None`` for others."""
    text, (start, end) = case.failure.text, case.failure.span
    code = clues.error_code(case.failure)
    unfilled = find_unfilled(f"{text[start:end]}{text[end:].partition(_LINE_END)[0]}")
    if unfilled is None or not _OF_NAMES.search(code):
        return None
    return case.explain(
        f"{unfilled.words} in the message is a placeholder that nobody filled in{end_summary(case.failure)}",
        PLACEHOLDER_IN_NAME.cause("derived", code_evidence(case.failure)),
        remedies=fill_remedy(unfilled),
        notes=NOT_A_DENIAL,
    )
