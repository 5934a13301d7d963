"""Describe a text that contains no failure."""

from __future__ import annotations

from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.boxes import remove_borders
from iamtriage._text import quote_words
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.remedies import present

NOTHING_FOUND = Explanation(None, "nothing", "No AWS or Kubernetes access failure was found in this text.")
_ERROR_LINE = lazy_pattern(
    r"(?m)^(?P<line>[^\n]{0,300}?\b(?:ERROR|[Ee]rror|Exception|FAILED|[Ff]ailed|[Ff]ailure|FATAL|[Dd]enied"
    r"|[Ff]orbidden|[Uu]nauthorized)\b[^\n]{0,300})"
)
# A comment in code, or an item of a list of prose.
_IS_NO_ERROR = lazy_pattern(
    r"\s{0,40}(?:[+-]\s{0,8})?(?://|/\*)|\s{0,8}- (?![^\n]{0,300}(?:rror|ERROR|xception): )"
)
# A line of prose that announces the error.
_ANNOUNCES = lazy_pattern(
    r":\s*\Z|\b(?:I|[Ww]e|error message (?:is|was)|(?:below|following) (?:error|exception))\b|\bbelow\W{0,3}\Z"
)
_IS_BEFORE = lazy_pattern(r":\s*\Z|\b(?:below|following)\b")
# What follows it, without a mark of code.
_ANNOUNCED = lazy_pattern(r"(?:[ \t]*(?:```\w{0,20})?[ \t]*\n){1,6}(?P<line>[^\n]{1,300})")
_FILE_NAME = lazy_pattern(
    r"\s{0,8}[\w.~:\\/-]{1,200}\.(?:csv|err|gz|html?|jsonl?|log|out|txt|xml|ya?ml)\s{0,8}\Z"
)
_MAX_LINES = 20
_MORE = (
    "If AWS or Kubernetes rejected a call, explain the lines around this one, too, or the output of the call "
    "itself: with --debug (AWS CLI), -v=8 (kubectl) or TF_LOG=DEBUG (Terraform)."
)


def describe_unread(text: str, failed: str | None = None) -> Explanation:
    r"""Return the explanation of a text without a failure, which quotes the first error in it.

    Args:
        text: The text.
        failed: What failed in another system than AWS, as a clause, if that is known.

    >>> describe_unread("INFO start\nERROR no metadata").notes[0]
    'The first error in the text: "ERROR no metadata"'
    >>> describe_unread("We get this error:\nFATAL no metadata").notes[0]
    'The first error in the text: "FATAL no metadata"'
    >>> describe_unread("It fails with the following error:\n\nNo metadata").notes[0]
    'The first error in the text: "No metadata"'
    >>> describe_unread("logs/build.log").notes[0]
    'This looks like the name of a file: pass what the file contains.'
    """
    lines = [*islice(_ERROR_LINE.finditer(remove_borders(text).text), _MAX_LINES)]
    lines = [each for each in lines if _IS_NO_ERROR.match(each["line"]) is None]
    found = next((each for each in lines if _ANNOUNCES.search(each["line"]) is None), None)
    if found is None and lines:
        is_before = _IS_BEFORE.search(lines[0]["line"])
        found = (is_before and _ANNOUNCED.match(lines[0].string, lines[0].end())) or lines[0]
    if _FILE_NAME.match(text):
        note = "This looks like the name of a file: pass what the file contains."
        return Explanation(None, NOTHING_FOUND.topic, NOTHING_FOUND.summary, notes=(note,))
    if found is None and failed is None:
        return NOTHING_FOUND
    notes = present(
        f"The text shows another failure: {failed}. No permission in AWS changes that." if failed else None,
        f"The first error in the text: {quote_words(' '.join(found['line'].split()))}" if found else None,
        _MORE,
    )
    return Explanation(None, NOTHING_FOUND.topic, NOTHING_FOUND.summary, notes=notes)
