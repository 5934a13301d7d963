"""Gives sentences the code that stands beside them in no form that a tool has: "ExpiredToken, The security token …".

Weak, as what stands around a failure is: only a sentence of AWS's own that has no code gets one, and only a code
that means what the sentence says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.codes import kind_of_code
from iamtriage._reading.vocabulary.grammar import RECORD
from iamtriage._reading.vocabulary.pieces import HINT, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage._reading.judging.candidates import Draft

# How far from a sentence, in characters; some are known by words behind their first ones.
_BEFORE = 40
_BEHIND = 24
_LONGEST = 80
# Two words in one, which no prose has.
_CODE = re.compile(r"(?<![\w./\\$@#-])[A-Z][a-z]+[A-Z][A-Za-z]{1,70}(?![\w/-]|\\(?!:)|\.\w|\()")
# Codes under which services say it, too.
_ALSO = {"credential_scope": ("signature_mismatch", "invalid_credentials")}


def give_codes(drafts: Sequence[Draft], text: str) -> None:
    """Give the codes beside sentences to those that have none; the drafts are in the order of the text."""
    behind_last = 0
    for draft, following in zip(drafts, [*drafts[1:], None], strict=False):
        if draft.aws and draft.has_core and draft.kinds and "code" not in draft.facts:
            limit = len(text) if following is None else following.start
            ahead = _CODE.finditer(text, max(behind_last, draft.start - _BEFORE - _LONGEST), draft.start)
            behind = _CODE.finditer(text, draft.end, min(limit, draft.end + _BEHIND + _LONGEST))
            found = _last(draft, ahead, text) or _first(draft, behind, text)
            if found:
                draft.facts["code"] = Fact(found[0], found.start(), found.end(), HINT)
                draft.start, draft.end = min(draft.start, found.start()), max(draft.end, found.end())
        behind_last = max(behind_last, draft.end)


def _last(draft: Draft, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    found = None
    for m in words:
        between = text[m.end() : draft.start]
        if (
            len(between) <= _BEFORE
            and "\n\n" not in between
            and RECORD not in between
            and _means(m[0], draft)
        ):
            found = m
    return found


def _first(draft: Draft, words: Iterable[re.Match[str]], text: str) -> re.Match[str] | None:
    for m in words:
        between = text[draft.end : m.start()]
        if len(between) <= _BEHIND and "\n" not in between and _means(m[0], draft):
            return m
    return None


def _means(code: str, draft: Draft) -> bool:
    """Tell whether a code means what a sentence says."""
    kind, said = kind_of_code(code), draft.kinds[0]
    return kind is not None and (kind == said or kind in _ALSO.get(said, ()))
