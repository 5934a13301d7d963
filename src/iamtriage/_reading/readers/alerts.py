"""Find alerts about CloudTrail events: a line about a denial, then labels.

    Access denied on event CreateNetworkInterface in account 111122223333
    Event source: ec2.amazonaws.com

Other readers read alerts with an error code or an AWS message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import find_paragraph
from iamtriage._reading.vocabulary.pieces import HINT, Piece
from iamtriage._reading.vocabulary.services import service_of_event_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

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
_MAX_DISTANCE = 600


def read_alerts(readable: Readable) -> Iterator[Piece]:
    """Yield the alerts whose line and event source are in one paragraph."""
    text = readable.text
    done = 0
    for source in _SOURCE.finditer(text):
        low, high = find_paragraph(text, source.start(), source.end(), _MAX_DISTANCE)
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
