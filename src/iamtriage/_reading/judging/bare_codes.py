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

# How far from a sentence, in characters; some are known by words behind their first ones.
_BEFORE = 40
_BEHIND = 24
_LONGEST = 80
# Two words in one, which no prose has.
_CODE = lazy_pattern(r"(?<![\w./\\$@#-])[A-Z][a-z]+[A-Z][A-Za-z]{1,70}(?![\w/-]|\\(?!:)|\.\w|\()")
# Codes under which services say it, too.
_ALSO = {"credential_scope": ("signature_mismatch", "invalid_credentials")}


def attach_bare_codes(candidates: Sequence[Candidate], text: str) -> None:
    """Attach adjacent codes to messages without one. The candidates are in the order of the text."""
    behind_last = 0
    for candidate, following in zip(candidates, [*candidates[1:], None], strict=False):
        if candidate.is_aws and candidate.has_core and candidate.kinds and "code" not in candidate.facts:
            limit = len(text) if following is None else following.start
            ahead = _CODE.finditer(
                text, max(behind_last, candidate.start - _BEFORE - _LONGEST), candidate.start
            )
            behind = _CODE.finditer(text, candidate.end, min(limit, candidate.end + _BEHIND + _LONGEST))
            found = _last(candidate, ahead, text) or _first(candidate, behind, text)
            if found:
                candidate.facts["code"] = Fact(found[0], found.start(), found.end(), HINT)
                candidate.start, candidate.end = (
                    min(candidate.start, found.start()),
                    max(candidate.end, found.end()),
                )
        behind_last = max(behind_last, candidate.end)


def _last(candidate: Candidate, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    found = None
    for m in words:
        between = text[m.end() : candidate.start]
        if (
            len(between) <= _BEFORE
            and "\n\n" not in between
            and RECORD not in between
            and _means(m[0], candidate)
        ):
            found = m
    return found


def _first(candidate: Candidate, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    for m in words:
        between = text[candidate.end : m.start()]
        if len(between) <= _BEHIND and "\n" not in between and _means(m[0], candidate):
            return m
    return None


def _means(code: str, candidate: Candidate) -> bool:
    """Return whether a code and a message mean the same kind."""
    kind, said = kind_of_code(code), candidate.kinds[0]
    return kind is not None and (kind == said or kind in _ALSO.get(said, ()))
