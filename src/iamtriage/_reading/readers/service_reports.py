"""Find reports of managed services about a missing role or permission.

Such a report has no action and often no code: "Firehose is unable to assume role arn:…", "The provided role does
not have sufficient permissions", "Permission denied on S3 path: s3://…". Other monitoring tools use the same nouns,
too, so a report alone is evidence of AWS only if it contains an AWS value (an ARN, an ``s3://`` path, a service
principal) or a word that only AWS uses. Otherwise a code, host, class or name of AWS must be near it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.principals import SERVICE
from iamtriage._reading.readers.reasons import read_tail
from iamtriage._reading.readers.report_frames import FRAMES, PARTS
from iamtriage._reading.vocabulary.grammar import trim
from iamtriage._reading.vocabulary.masks import ARN, rejoin
from iamtriage._reading.vocabulary.pieces import BEST, HINT, STATED, Piece
from iamtriage._reading.vocabulary.readable import find_near_fragments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage._reading.readers.phrases import Phrase
    from iamtriage._reading.vocabulary.readable import Readable

FRAGMENTS = [frame.fragment for frame in FRAMES]

# Values that exist only in AWS.
_OF_AWS = lazy_pattern(r"arn:|s3[an]?://|lt-[0-9a-f]|[a-z0-9.-]+\.amazonaws\.com\Z")
_AGENT = lazy_pattern(rf"\b(?:AWS|Amazon|IAM|{SERVICE})\b|TrustPolicy|trust relationship")
_MAX_AGENT_DISTANCE = 60
# Words that make a report a condition, advice or a question.
_PROSE_WORDS = lazy_pattern(
    r"\b(?:if|when|whether|unless|because|since|so that|note that|check that|make sure|ensure|confirm|verify|test that|what happens"
    r"|may|might|would|will be|should|could|must|can|if failed|case|means|says|caused by a role that)\b[^.!?\n:]{0,60}\Z",
    re.IGNORECASE,
)
_PROSE_BEFORE = lazy_pattern(
    r"\?\s*\Z|(?:\A|\n)\s?(?:[A-E]\)|\+|#{1,4})\s[^\n]{0,60}\Z|\bNOT_VERIFIED - [^\n]{0,40}\Z", re.IGNORECASE
)
_MAX_PROSE_DISTANCE = 90
_PROSE_AFTER = lazy_pattern(
    r"[^\n.;]{0,60}\?|[^\n.]{0,20}\bby (?:any|PRs?|humans?|users?)\b|[^\n.]{0,4}by default|\s?for:\s?\n",
    re.IGNORECASE,
)
_OTHER_DENIAL = lazy_pattern(r"(?:is|are)\s+not\s+authorized\s+to\s+(?!perform\b)")
# What is denied, the word after them.
_MAX_VERB_LENGTH = 40
# Maximum number of characters of a report before and after these words: an ARN and some other words.
_MAX_DENIAL_DISTANCE = 4_000
# "Could not assume role with OIDC: …", "unable to assume role arn:…: …": the answer of STS follows.
_COLON = lazy_pattern(
    r"(?:\swith(?:\s[A-Za-z]{1,20}){1,3})?[\"'`)\]]{0,2}(?:[.,;]?\s\(?(?:[Ee]rr(?:or)?|[Rr]eason|[Cc]aused?(?:\sby)?)[:=]|:)\s+\S"
)
# What a script says of a call that failed before it, or that it could not make.
_BEFORE_LOCAL = lazy_pattern(
    r"\b(?:Invalid endpoint: |Invalid \w{4,10} for parameter |aws: error|usage: aws )[^\n]{0,300}\n\s{0,8}\Z"
)
_AFTER_LOCAL = lazy_pattern(
    r":?(?:\swith\s\w{1,20}:)?\s(?:[A-Z]\w{1,30})?Error:\s[\w.]{1,60}\sis\s(?:undefined|not\s(?:defined|set))\b"
)
_MAX_LOCAL_DISTANCE = 400
# The denial that the service received follows and states its own values: "… for build arn:…. Error message: User: …".
_DENIAL = lazy_pattern(r"[\"'.]{0,2}\s(?:[A-Za-z]{1,20}\s){0,3}[A-Za-z]{1,20}:\sUser:\s")
# The groups whose values are trimmed and can be evidence of AWS.
_VALUES = ("principal", "resource")
_FACTS = ("action", "code", "operation")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a frame's pattern when a text first needs it."""
    for name, part in PARTS.items():
        pattern = pattern.replace(name, part)
    return lazy_pattern(pattern.replace(" ", r"\s+").replace("<ARN>", ARN))


def read_service_reports(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the reports in a text, in the order of the frames."""
    text = readable.text
    denials = _find_other_denials(readable) if "authorized" in readable.words else []
    for number in rows:
        frame = FRAMES[number]
        is_other_denial = frame.fragment == "<authorized>"
        if is_other_denial and not denials:
            continue
        pattern = compiled(frame.pattern)
        matches: Iterable[re.Match[str]]
        if is_other_denial:
            matches = _find_around(pattern, text, denials)
        else:
            matches = find_near_fragments(pattern, frame.fragment, readable)
        for m in matches:
            if not (_is_prose(text, m) or ("assume" in frame.fragment and _is_local(text, m))):
                yield _piece(text, frame, m)


def _find_other_denials(readable: Readable) -> list[tuple[int, int]]:
    """Return the words that deny something other than an action, which ``sentences`` reads."""
    if readable.flat.count("uthorized to") == readable.flat.count("uthorized to perform"):
        return []
    return [m.span() for m in _OTHER_DENIAL.finditer(readable.text)]


def _find_around(
    pattern: re.Pattern[str], text: str, places: Iterable[tuple[int, int]]
) -> Iterator[re.Match[str]]:
    """Yield the matches of a frame's pattern, of which each contains some of the words that deny something."""
    done = 0
    for start, end in places:
        if start >= done:
            # Every match starts before the words, so the text after them is not searched.
            low = max(done, start - _MAX_DENIAL_DISTANCE)
            words = pattern.search(text, low, end + _MAX_VERB_LENGTH)
            m = pattern.match(text, words.start(), end + _MAX_DENIAL_DISTANCE) if words else None
            if m:
                yield m
            # No match of other words contains these, so the text before them is searched once.
            done = m.end() if m else end


def _is_prose(text: str, m: re.Match[str]) -> bool:
    """Return whether a report is part of advice, a condition or a question."""
    before = text[max(0, m.start() - _MAX_PROSE_DISTANCE) : m.start()]
    # No such word is before punctuation.
    clause = 1 + max(before.rfind(sign) for sign in ".!?\n:")
    if _PROSE_WORDS.search(before, clause) or _PROSE_BEFORE.search(before):
        return True
    return _PROSE_AFTER.match(text, m.end()) is not None


def _is_local(text: str, m: re.Match[str]) -> bool:
    """Return whether the text gives a reason for which no service has answered."""
    low = max(0, m.start() - _MAX_LOCAL_DISTANCE)
    if _BEFORE_LOCAL.search(text, low, m.start()) is not None:
        return True
    return _AFTER_LOCAL.match(text, m.end() - m[0].endswith(":")) is not None


def _piece(text: str, frame: Phrase, m: re.Match[str]) -> Piece:
    piece = Piece("core", m.start(), m.end(), kind=frame.kind, is_aws=frame.certainty == "sure")
    piece.is_wrapper = (
        "assume" in frame.fragment and _COLON.match(text, m.end() - m[0].endswith(":")) is not None
    )
    found = {key: value for key, value in m.groupdict().items() if value}
    for key in _VALUES:
        if key in found:
            start, end = trim(text, m.start(key), m.end(key))
            end -= text[end - 1] == ":"
            if not _DENIAL.match(text, m.end()):
                piece.put(key, rejoin(text[start:end]), start, end)
            piece.is_aws = piece.is_aws or _OF_AWS.match(found[key]) is not None
    for key in filter(found.__contains__, _FACTS):
        piece.put_group(m, key, rank=HINT if key == "action" else STATED)
    piece.is_aws = piece.is_aws or "action" in found or "operation" in found
    if "service" in found:
        rank = BEST if "action" in found else HINT
        piece.put("service", found["service"].lower(), *m.span("service"), rank)
    near = text[max(0, m.start() - _MAX_AGENT_DISTANCE) : m.end() + _MAX_AGENT_DISTANCE]
    piece.is_aws = piece.is_aws or _AGENT.search(near) is not None
    if frame.fragment == "<authorized>":
        piece.end = read_tail(text, piece.end, piece)
    return piece
