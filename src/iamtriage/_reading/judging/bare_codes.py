"""Attach free-standing error codes to AWS messages.

People paste "ExpiredToken, The security token …" without any SDK's formatting. That is weak evidence, so a message
gets such a code only if it has none, and both mean the same kind of failure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.codes import kind_of_code
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.pieces import HINT, Fact

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.readable import Readable

# Maximum distance, in characters, between a message and a code before or after it. Some messages are recognized by
# later words, so the distance before them is longer.
_MAX_DISTANCE_BEFORE = 40
_MAX_DISTANCE_AFTER = 48
_MAX_CODE_LENGTH = 80
# Two capitalized words in one, which does not occur in prose. CloudFormation's handler has its own codes.
_CODE = lazy_pattern(
    r"[A-Z](?<![\w./\\$@#-].)(?<!HandlerErrorCode:\s.)[a-z]+[A-Z][A-Za-z]{1,70}(?![\w/-]|\\(?!:)|\.\w|\()"
)
# Kinds of message, and the other kinds of code that services send with them.
_OTHER_KINDS = {"credential_scope": ("signature_mismatch", "invalid_credentials")}


def attach_bare_codes(candidates: Sequence[Candidate], readable: Readable) -> None:
    """Attach adjacent codes to messages without one."""
    if not readable.codes or not any(map(_lacks_code, candidates)):
        return
    text = readable.text
    last_end = 0
    for candidate, following in zip(candidates, [*candidates[1:], None], strict=False):
        if _lacks_code(candidate):
            limit = len(text) if following is None else following.start
            words_before = _CODE.finditer(
                text,
                max(last_end, candidate.start - _MAX_DISTANCE_BEFORE - _MAX_CODE_LENGTH),
                candidate.start,
            )
            words_after = _CODE.finditer(
                text, candidate.end, min(limit, candidate.end + _MAX_DISTANCE_AFTER + _MAX_CODE_LENGTH)
            )
            found = _find_before(candidate, words_before, text) or _find_after(candidate, words_after, text)
            if found:
                candidate.facts["code"] = Fact(found[0], found.start(), found.end(), HINT)
                candidate.start, candidate.end = (
                    min(candidate.start, found.start()),
                    max(candidate.end, found.end()),
                )
        last_end = max(last_end, candidate.end)


def _lacks_code(candidate: Candidate) -> bool:
    """Return whether a candidate is a message of AWS without a code."""
    return bool("code" not in candidate.facts and candidate.is_aws and candidate.has_core and candidate.kinds)


def _find_before(candidate: Candidate, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    found = None
    for m in words:
        between = text[m.end() : candidate.start]
        if (
            len(between) <= _MAX_DISTANCE_BEFORE
            and "\n\n" not in between
            and RECORD not in between
            and _is_same_kind(m[0], candidate)
        ):
            found = m
    return found


def _find_after(candidate: Candidate, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    for m in words:
        between = text[candidate.end : m.start()]
        if len(between) <= _MAX_DISTANCE_AFTER and "\n" not in between and _is_same_kind(m[0], candidate):
            return m
    return None


def _is_same_kind(code: str, candidate: Candidate) -> bool:
    """Return whether a code and a message mean the same kind of failure."""
    kind, message_kind = kind_of_code(code), candidate.kinds[0]
    return kind is not None and (kind == message_kind or kind in _OTHER_KINDS.get(message_kind, ()))
