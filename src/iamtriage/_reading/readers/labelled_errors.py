"""Find errors in labels, such as alerts about CloudTrail events, which other readers do not read.

    Status: 400. Code: Throttling, Message: Rate exceeded

    Access denied on event CreateNetworkInterface in account 111122223333
    Event source: ec2.amazonaws.com

Other clouds print lines as the first one, and some use the same codes. So the message after its label must be one of
AWS, which confirms a code that alone doesn't identify AWS. ``pairs`` reads codes of denials and credentials anywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._reading.vocabulary.grammar import find_paragraph
from iamtriage._reading.vocabulary.pieces import BEST, HINT, Piece
from iamtriage._reading.vocabulary.services import service_of_event_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

_STATUS = lazy_pattern(
    r"(?<![\w.-])(?:HTTP\s)?Status(?:\s?[Cc]ode)?\s?[:=]\s?(?P<status>[45][0-9]{2})(?![\w:-])"
)
_CODE = lazy_pattern(
    # A pattern that begins with a set of characters skips all others quickly.
    r"[EeCc](?<![\w.-].)(?:(?<=[Ee])rror\s?[Cc]ode|(?<=[Cc])ode)\s?[:=]\s?[\"']?(?P<code>[A-Z][A-Za-z]{2,80})(?!\w|\.\w)"
)
_MESSAGE_LABEL = r"(?<![\w.-])(?:[Ee]rror\s?)?[Mm]essage\s?[:=]\s?[\"']?"
# The messages that only AWS services send with these codes.
_MESSAGES = {
    "Throttling ThrottlingException ThrottledException": r"Rate\sexceeded(?![ ]\w)",
    "RequestLimitExceeded": r"Request\slimit\sexceeded(?![ ]\w)",
    "NoSuchEntity NoSuchEntityException": r"The\s(?:role|user|group|policy|instance\sprofile|login\sprofile)\swith\sname\s\S+\scannot\sbe\sfound",
    "EntityAlreadyExists EntityAlreadyExistsException": r"(?:Role|User|Group|Instance\sProfile)\swith\sname\s\S+\salready\sexists",
    "ValidationError ValidationException": r"(?:[0-9]{1,3}\svalidation\serrors?\sdetected:\sValue|Stack\swith\sid\s\S+\sdoes\snot\sexist)",
    "ResourceNotFoundException": r"(?:No\scluster\sfound\sfor\sname:\s|Secrets\sManager\scan't\sfind\sthe\sspecified\ssecret|Function\snot\sfound:\sarn:)",
}
_MESSAGE_OF_CODE = {
    code: lazy_pattern(_MESSAGE_LABEL + words) for codes, words in _MESSAGES.items() for code in codes.split()
}
_MAX_LABEL_DISTANCE = 300
# An alert: a line about a denial, and the event source.
_SOURCE = lazy_pattern(
    r"(?<![\w.-])Event\s?[Ss]ource[*`]{0,2}\s?:[*`]{0,2}\s{1,2}[`\"']?(?P<host>[a-z][a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?)(?![\w.-])"
)
# Only a label or Slack's ":warning:" can precede it, so that no condition or negation does. What follows must not be
# the setting of an alarm.
_DENIED = lazy_pattern(
    r"^[^\w\n]{0,8}(?:\w{1,30}:[^\w\n]{1,8})?(?:[Aa]ccess\s(?:was\s)?[Dd]enied|(?:Unauthorized|Denied)\s(?:API\s)?(?:call|access|event))\b"
    r"(?!\s?(?:[:=]\s?(?:0|no|false|none)\b|alarms?\b|alerts?\b|errors?\b))[^\n]{0,300}",
    re.MULTILINE,
)
_EVENT = lazy_pattern(
    r"\b[Ee]vent(?:\s?[Nn]ame)?[*`]{0,2}\s?:?[*`]{0,2}\s{1,2}[`\"']?(?P<name>[A-Z][a-z]{1,40}[A-Z][A-Za-z0-9]{1,80})(?![\w.])"
)
_MAX_ALERT_DISTANCE = 600


def read_labelled_values(readable: Readable) -> Iterator[Piece]:
    """Yield the labelled codes with a labelled status and a labelled AWS message near them."""
    text = readable.text
    if "tatus" not in text or "essage" not in text:
        return
    for m in _CODE.finditer(text):
        message = _MESSAGE_OF_CODE.get(m["code"])
        if message is None:
            continue
        start, end = find_paragraph(text, m.start(), m.end(), _MAX_LABEL_DISTANCE)
        status = _find_nearest(_STATUS, text, m, (start, end))
        if status and _find_nearest(message, text, m, (start, end)):
            piece = Piece("head", m.start(), m.end(), is_aws=True)
            piece.put_group(m, "code", rank=BEST)
            piece.put_group(status, "status_code", "status", BEST)
            yield piece


def _find_nearest(
    pattern: re.Pattern[str], text: str, m: re.Match[str], place: tuple[int, int]
) -> re.Match[str] | None:
    """Return the match after a code and before the next code, else the last match before it."""
    start, end = place
    following = _CODE.search(text, m.end(), end)
    after = pattern.search(text, m.end(), following.start() if following else end)
    return after or search_last(pattern, text, start, m.start())


def read_alerts(readable: Readable) -> Iterator[Piece]:
    """Yield the alerts whose line and event source are in one paragraph."""
    text = readable.text
    done = 0
    for source in _SOURCE.finditer(text):
        low, high = find_paragraph(text, source.start(), source.end(), _MAX_ALERT_DISTANCE)
        low = max(low, done)
        denied = _DENIED.search(text, low, high)
        if denied is None:
            continue
        done = max(denied.end(), source.end())
        piece = Piece("core", min(denied.start(), source.start()), done, kind="access_denied", is_aws=True)
        piece.source = "cloudtrail"
        piece.put("service", service_of_event_source(source["host"]), rank=HINT)
        event = _EVENT.search(text, denied.start(), denied.end()) or _EVENT.search(text, low, high)
        if event:
            piece.put_group(event, "operation", "name", HINT)
        yield piece
