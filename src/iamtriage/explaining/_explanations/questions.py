"""Find the questions that a text asks, and the notes that are about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.explanations.parts import stems_of

_END = lazy_pattern(r"\?(?=\s|\Z|[?!)])(?!\s{0,3}(?i:yes|no|nope)\b)")
_START = lazy_pattern(r"[?!]|\n(?![a-z])|\.(?=\s)")
_MAX_QUESTIONS, _MAX_CHARS = 40, 300
_FENCE = "```"
_OF_URL = lazy_pattern(r"://\S*\?|\$\?")
# What begins a line of a log, a command, code, a heading or a quotation, which is no person's.
_NOT_PROSE = lazy_pattern(
    r"(?: {4}|\t)|\W{0,4}(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:|time=|level=|\[?(?i:debug|error|fatal|hint|info|note|trace|warn|warning)\b[\]:\s])"
    r"|[$>#%|│╷╵\"'{}*-]|//"
)
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


def find_questions(text: str) -> Iterator[tuple[str, str]]:
    r"""Yield the questions of persons in a text, up to their question marks, with what is before them on their line.

    >>> list(find_questions("It fails. Is s3.example a bug?\nSee https://example.com/?a=1 or https://example.com/?"))
    [('It fails.', 'Is s3.example a bug?')]
    >>> list(find_questions("> Is it a bug?\nERROR: did you set the Region?"))
    []
    """
    for end in islice(_END.finditer(text), _MAX_QUESTIONS):
        before = text[max(0, end.start() - _MAX_CHARS) : end.start()]
        question = f"{_START.split(before)[-1].strip()}?"
        line = before.rpartition("\n")[2]
        is_code = text.count(_FENCE, 0, end.start()) % 2 or _NOT_PROSE.match(line)
        if not (is_code or _OF_URL.search(question)):
            yield line.removesuffix(question[:-1]).strip(), question


def find_answers(notes: Sequence[str], text: str) -> tuple[str, ...]:
    """Return the first note about what a text asks, if there is one.

    >>> find_answers(("It takes seconds.", "The signature is valid."), "Is my signature wrong?")
    ('The signature is valid.',)
    """
    asked = _words(" ".join(question for _, question in find_questions(text)))
    return tuple(note for note in notes if _is_about(note, asked))[:1]


def _is_about(note: str, asked: set[str]) -> bool:
    shared = asked & _words(note)
    return bool(shared) and (shared != {"permission"} or _NEGATION.search(note) is not None)


def _words(text: str) -> set[str]:
    stems = (each for each in stems_of(text) if not _COMMON.fullmatch(each))
    return {"permission" if _PERMISSION.fullmatch(each) else each for each in stems}
