"""Parse the reason, policy, encoded message and authorization ID of a denial.

Grammar (messages of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html,
and of its page on authorization IDs):

    why  = "because no" TYPE "allows" … | "because" … | "with an explicit deny" ["in" TYPE [":" policy]]
    tail = "Encoded authorization failure message:" blob | "… authorization id:" id

``sentences`` parses the text before them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.grammar import ELLIPSIS, VALUE_START, trim
from iamtriage._reading.vocabulary.masks import ARN, BRACKETED, ENCODED, rejoin
from iamtriage._reading.vocabulary.pieces import HINT, STATED
from iamtriage._reading.vocabulary.policy_types import policy_type

if TYPE_CHECKING:
    from iamtriage._reading.vocabulary.pieces import Piece

# Maximum distance, in characters, between a sentence and its tail.
_MAX_TAIL_DISTANCE = 700
# Minimum length of a further line of an encoded message.
_MIN_MESSAGE_LINE = 16
_MAX_CLAUSE_LENGTH = 400

REASON = lazy_pattern(
    # The documentation of the messages has "type" for a type.
    r"(?P<explicit>\bwith\s+an?\s+explicit\s+deny\b(?!\s+in\s+an?\s+(?:policy[\s-])?type\s+policy\b))"
    # People leave out "because", and go on with "since Tuesday" or a sentence of their own.
    r"|\b(?:(?:because|since)\s+|(?=no\s+(?:[\w-]+\s+){1,4}(?:policy|boundary)\s+allows\b))(?:(?P<no>no)\b|(?P<other>(?<!(?-i:Because)\s)(?<!since\s)\w))",
    re.IGNORECASE,
)
_SPACE = lazy_pattern(r"\s{1,3}")
_IN = lazy_pattern(r"\s+in\s+(?:(?:an?|the|one\s+of\s+the|your)\s+)?", re.IGNORECASE)
_TYPE_WORDS = lazy_pattern(
    r"(?:[\w-]+\s+){0,9}?(?:policy|policies|boundary|boundaries)(?:\b|(?=User:))"
    r"(?:\s+transitively\s+through\s+an?\s+[\w-]+(?:\s+[\w-]+){0,3}?\s+policy\b)?",
    re.IGNORECASE,
)
_POLICY = lazy_pattern(
    r"(?:\s*,?\s*with\s+(?:the\s+)?policy\s+(?:ARN|arn|Arn|id|ID|name))?\s*:\s*"
    rf"{VALUE_START}[\"'`]?"
    rf"(?P<policy>{ARN}|(?!\w{{1,40}}=)(?:<(?!/)|[^\s\"'`<]){{1,2048}})"
)
# After a colon, distinguishes the name or ID of a policy from a word.
_POLICY_MARK = lazy_pattern(r"[/:_<\[{*…-]|[0-9]")
# Only one type begins like this, so the text can end here.
_CUT_IDENTITY = lazy_pattern(
    r"\s{1,3}iden[a-z]{0,4}(?:-[based]{0,5})?(?:\s{1,3}poli?c?)?[.…\s]{0,8}\Z", re.IGNORECASE
)
_ALLOWS = lazy_pattern(
    r"\s+allows?\b(?:\s+(?:the\s+)?[\"'`]?(?P<action>[A-Za-z][A-Za-z0-9-]{1,62}:[A-Za-z*][\w*]{0,127})[\"'`]?(?:\s+action\b)?)?",
    re.IGNORECASE,
)
# The documentation once printed "because the role trust policy allows" for a denial.
_MISSING_NO = lazy_pattern(r"(?:the\s+)?((?:[\w-]+\s+){0,6}?(?:policy|boundary))\s+allows\b")
# Pulumi ends its errors with the name of the provider.
_CLAUSE_END = lazy_pattern(
    r"\.(?=\s|\Z|\")|\.?:\s+provider=|\n[\n\x1e]|\"|\s\((?:Service|SDK|Status|Request)|\s+status\s+code\b|\Z"
)

_NEXT_SENTENCE = lazy_pattern(r"(?:[Nn]ot|n't)\s+[Aa]uthori[sz]ed\b")
_ENCODED = lazy_pattern(
    r"Encoded\s+authorization\s+failure\s+message:\s*(?:[\"'`](?=[\w -]{16,}[\"'`]|[$#]?[<\[{(]|\w[\w -]{1,60}[\"'`]))?"
)
_MESSAGE_OR_MASK = lazy_pattern(
    rf"(?P<mask>{ENCODED})|[A-Za-z0-9_-]{{2,}}(?:(?:\.{{3,}}|…+|{BRACKETED})[A-Za-z0-9_-]{{2,}}|\.{{3,}}|…+)?|[*xX]{{3,}}"
)
_VALUE = lazy_pattern(VALUE_START)
_MASKED = lazy_pattern(r"[*xX]{3,}")
_PLAIN_WORD = lazy_pattern(r"[A-Z]?[a-z]+|[0-9]{3}")
_NEXT_MESSAGE_LINE = lazy_pattern(r"\s([A-Za-z0-9_-]{4,}(?:\.{3,}|…+)?)(?![A-Za-z0-9_-]*[:=(,])")
# The rest of a message that fills the lines of a box or terminal, alone on its line.
_LAST_MESSAGE_LINE = lazy_pattern(r"\n([A-Za-z0-9_-]{1,15})(?=\n\n|\n?\Z)")
_MIN_FULL_LINE = 60
# A terminal can break the ID. What follows the second part, or the end of the text, confirms it.
_AUTHORIZATION_ID = lazy_pattern(
    r"authorization\s+id:\s*((?=[A-Za-z]{0,255}[0-9])[0-9a-zA-Z]{8,256}(?:\n[0-9a-z]{1,40}(?=\s*\Z|\"))?)"
    r"|authorization-details/([0-9a-zA-Z]{8,256}(?:\n[0-9a-z]{1,40}(?=\s+for\s+complete))?)"
)


def read_reason(text: str, reason: re.Match[str], piece: Piece) -> int:
    """Parse the clause that starts with a match of ``REASON``, and return where it ends."""
    if reason["explicit"]:
        piece.put("deny", "explicit")
        end = _read_explicit(text, reason.end(), piece)
    elif reason["no"]:
        piece.put("deny", "implicit")
        end = _read_implicit(text, reason.end(), piece)
    else:
        clause = _CLAUSE_END.search(text, reason.end(), reason.end() + _MAX_CLAUSE_LENGTH)
        end = clause.start() if clause else min(len(text), reason.end() + _MAX_CLAUSE_LENGTH)
        missing_no = _MISSING_NO.match(text, reason.end() - 1)
        if missing_no:
            piece.put("policy_type", policy_type(missing_no[1]))
    piece.put("reason", " ".join(text[reason.start() : end].split()), reason.start(), end)
    return end


def _read_explicit(text: str, end: int, piece: Piece) -> int:
    location = _IN.match(text, end)
    words = _TYPE_WORDS.match(text, location.end()) if location else None
    if words is None:
        return end
    piece.put("policy_type", policy_type(words[0]))
    policy = _POLICY.match(text, words.end())
    if policy is None:
        return words.end()
    first, last = trim(text, policy.start("policy"), policy.end("policy"))
    value = text[first:last]
    # "…policy: retrying" does not name a policy.
    if not value or ELLIPSIS.match(value) or _POLICY_MARK.search(value) is None:
        return words.end()
    piece.put("policy_arn", value, first, last)
    return last


def _read_implicit(text: str, end: int, piece: Piece) -> int:
    space = _SPACE.match(text, end)
    words = _TYPE_WORDS.match(text, space.end() if space else end)
    if words:
        end = words.end()
        piece.put("policy_type", policy_type(words[0]))
    elif _CUT_IDENTITY.match(text, end):
        piece.put("policy_type", "identity")
    allows = _ALLOWS.match(text, end)
    if allows:
        end = allows.end()
        action = allows["action"]
        if action and "action" not in piece.facts:
            # The action before it is missing. This one is less reliable: the documentation has a misspelled one.
            piece.put_action(action, *allows.span("action"), HINT, STATED)
    return end


def read_tail(text: str, end: int, piece: Piece) -> int:
    """Parse the encoded message and authorization ID after a denial, and return where they end."""
    if "uthori" not in text[end : end + _MAX_TAIL_DISTANCE]:
        return end  # each of the patterns below contains it
    follows = _NEXT_SENTENCE.search(text, end, end + _MAX_TAIL_DISTANCE)
    limit = min(len(text), end + _MAX_TAIL_DISTANCE, follows.start() if follows else len(text))
    encoded = _ENCODED.search(text, end, limit)
    if encoded:
        end = _read_encoded(text, encoded.end(), piece)
        limit = min(len(text), max(limit, end + _MAX_TAIL_DISTANCE))
    for m in _AUTHORIZATION_ID.finditer(text, end, limit):
        if follows is not None and m.start() > follows.start():
            break
        group = m.lastindex or 1
        piece.put("authorization_id", rejoin(m[group]), m.start(group), m.end(group))
        end = m.end()
    return end


def _read_encoded(text: str, start: int, piece: Piece) -> int:
    encoded_part = _MESSAGE_OR_MASK.match(text, start)
    if encoded_part is None or not _follows_label(text, encoded_part):
        return start
    last = encoded_part.end()
    # Copied from a terminal or PDF, the message contains spaces and newlines.
    while (
        not encoded_part["mask"]
        and text[last - 1] not in ".…"
        and (line := _NEXT_MESSAGE_LINE.match(text, last))
        and _is_encoded(line[1])
    ):
        last = line.end()
    rest = _LAST_MESSAGE_LINE.match(text, last)
    if (
        rest
        and last - max(text.rfind("\n", start, last) + 1, start) >= _MIN_FULL_LINE
        and _PLAIN_WORD.fullmatch(rest[1]) is None
    ):
        last = rest.end()
    piece.is_aws = True
    value = (" " if encoded_part["mask"] else "").join(text[start:last].split())
    piece.put("encoded_message", value, start, last)
    return last


def _follows_label(text: str, encoded_part: re.Match[str]) -> bool:
    """Return whether an encoded message or its mask follows the label.

    If the message is missing, other words can follow the label.
    """
    if _MASKED.fullmatch(encoded_part[0]):
        return True
    label = text.rfind(":", 0, encoded_part.start())
    if "\n" in text[label : encoded_part.start()]:
        return (
            _is_encoded(encoded_part[0])
            if encoded_part["mask"] is None
            else _VALUE.match(text, encoded_part.start()) is not None
        )
    return encoded_part.end() == len(text) or _PLAIN_WORD.fullmatch(encoded_part[0]) is None


def _is_encoded(word: str) -> bool:
    """Return whether a word is part of an encoded message, not of prose."""
    if len(word) < _MIN_MESSAGE_LINE:
        return False
    return (
        any(c.isdigit() for c in word) and any(c.isupper() for c in word) and any(c.islower() for c in word)
    )
