"""Find the questions that a text asks, and the notes that are about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from iamtriage._patterns import lazy_pattern

__all__ = ("find_answers", "find_questions")

_END = lazy_pattern(r"\?(?=\s|\Z|[?!)\"'])")
_START = lazy_pattern(r"[?!\n]|\.(?=\s)")
_MAX_QUESTIONS, _MAX_CHARS = 40, 300
_OF_URL = lazy_pattern(r"://\S*\?|\$\?")
_WORD = lazy_pattern(r"[A-Za-z][A-Za-z0-9_]{2,}")
_ENDINGS = ("ing", "ed", "es", "s", "e")
_MIN_STEM = 3
# Words for what a note can say is not missing.
_PERMISSION = lazy_pattern(r"(?i)iam|permission|polic(?:y|i)|privilege|right|denial")
_NEGATION = lazy_pattern(r"(?i)\b(?:neither|no|nobody|not)\b")
# Words that many questions and notes have, whatever they are about.
_COMMON = lazy_pattern(
    "about|access|account|action|again|all|allow|already|also|and|another|any|apply|are|aws|been|before"
    "|both|but|call|caller|can|cannot|cause|cluster|could|credential|data|did|does|don|done|error|every"
    "|exist|fail|first|fix|for|from|get|give|had|has|have|help|here|how|into|its|just|know|like|make|may|mean"
    "|message|might|must|name|need|neither|new|none|nor|not|now|off|old|one|only|other|our|out|own|problem"
    "|request|required|role|same|say|see|service|set|she|should|since|some|somebody|still|than|that|the"
    "|their|them|then|there|these|they|thing|this|those|too|try|two|use|user|want|was|way|were|what|when"
    "|where|which|who|whose|why|will|with|without|work|would|you|your"
)


def find_questions(text: str) -> Iterator[str]:
    r"""Yield the questions of a text, up to their question marks.

    >>> list(find_questions("It fails. Is s3.example a bug?\nSee https://example.com/?a=1 or https://example.com/?"))
    ['Is s3.example a bug?']
    """
    for end in islice(_END.finditer(text), _MAX_QUESTIONS):
        before = text[max(0, end.start() - _MAX_CHARS) : end.start()]
        question = f"{_START.split(before)[-1].strip()}?"
        if not _OF_URL.search(question):
            yield question


def find_answers(notes: Sequence[str], text: str) -> tuple[str, ...]:
    """Return the first note about what a text asks, if there is one.

    >>> find_answers(("It takes seconds.", "The signature is valid."), "Is my signature wrong?")
    ('The signature is valid.',)
    """
    if "?" not in text or not notes:
        return ()
    asked = {word for question in find_questions(text) for word in _words(question)}
    return tuple(note for note in notes if _is_about(note, asked))[:1]


def _is_about(note: str, asked: set[str]) -> bool:
    shared = asked.intersection(_words(note))
    return bool(shared) and (shared != {"permission"} or _NEGATION.search(note) is not None)


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        word = found[0].lower()
        stem = next(
            (
                word.removesuffix(end)
                for end in _ENDINGS
                if word.endswith(end) and len(word) - len(end) >= _MIN_STEM
            ),
            word,
        )
        if _PERMISSION.fullmatch(stem):
            yield "permission"
        elif not (_COMMON.fullmatch(word) or _COMMON.fullmatch(stem)):
            yield stem
