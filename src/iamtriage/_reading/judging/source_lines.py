"""Find source code in tracebacks and pastes.

Its codes and words are what a program handles, raises or searches for, not what happened.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.fragments import FragmentIndex
from iamtriage._reading.vocabulary.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# What debuggers, editors and Rich put before a line: its number, arrows, bars.
_MARGIN = r"(?:[^\w\n\"'(\[]{0,16}\d{1,6}(?![\w-])|)[^\w\n\"'(\[]{0,16}"
_CLASSES = r"[\w.:, |]{1,300}"
_HANDLER = lazy_pattern(
    rf"^{_MARGIN}(?:"
    # Python, Ruby, and the languages that catch.
    r"except\*? ?\(?[\w., ]{1,300}?\)?(?: as \w{1,60})? ?:(?=\s|[`'\"]|\Z|#)(?! ?[A-Z])"
    rf"|rescue {_CLASSES}(?: => \w{{1,60}})?(?=\s*$)|when (?:\w{{1,60}}::){_CLASSES}(?=\s*$| then\b)"
    r"|catch ?\([^\n()]{1,300}\)"
    r")",
    re.MULTILINE,
)
# Go's types of errors, as an argument of a function and of a variable.
_TYPE = lazy_pattern(r"\w\[\*[\w.]{1,120}\]\(|^var\s\w{1,40}\s\*[\w.]{1,120}$", re.MULTILINE)
_FRAME = lazy_pattern(r"^ ?File \"[^\"\n]{1,1000}\", line \d{1,7}(?:, in [^\n]{1,200})?\n{1,2}", re.MULTILINE)
# A statement or call; not a sentence, nor the exception that ends a traceback.
_STATEMENT = lazy_pattern(
    r"(?:raise|return|except|yield|await|async|with|for|while|if|elif|else|try|assert|del|from|import|def|class|lambda|print)\b[^\n]*"
    r"|[\w.]{1,200}(?:\[[^\]\n]{1,100}\])?(?:\(| ?[-+*/|&]?= )[^\n]*|[(\[][^\n]*"
)

# What a shell's command looks for, to the quote behind it.
_SEARCH = lazy_pattern(
    r"(?:^|[|;&(`$#>]\s?|\b(?:sudo|git)\s)(?:[efz]?grep|rg|ag|jq)\s(?:-{1,2}[\w-]{1,30}(?:[=\s][0-9]{1,4})?\s){0,6}"
    r"(?P<quote>[\"'])[^\n]{1,300}?(?P=quote)",
    re.MULTILINE,
)
_TARGET = lazy_pattern(r"\bCategoryInfo\s{0,20}:\s\w{1,60}:\s\([^\n]{1,400}:\w{1,60}\)\s\[")
# Lists of short strings are of words to look for: two or more in brackets, behind an assignment or "in"; three
# lines of them or more. A printed object has no blanks around its "=", and errors in a list are seldom so short.
_STRING = r"[rbf]?(?:\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')"
_LIST = lazy_pattern(rf"(?:\w\s:?=\s|\bin\s)[\[({{]\s?{_STRING}(?:\s?,\s?{_STRING}){{1,40}}\s?,?\s?[\])}}]")
_STRINGS = lazy_pattern(
    r"(?:^(?P<quote>[\"'])(?:(?!: )[^\"'\n]){1,80}(?P=quote)(?:\n|\Z)){3,200}", re.MULTILINE
)

# A fragment and the pattern of what a command or program looks for, of types, and of the beginnings of messages that
# PowerShell repeats behind them, as the target of what failed.
_PATTERNS = (
    ("|".join(f"<{command}>" for command in ("grep", "egrep", "fgrep", "zgrep", "rg", "ag", "jq")), _SEARCH),
    ("= [|= (|= {|<in>in [|<in>in (|<in>in {", _LIST),
    ("[*|<var>", _TYPE),
    ("<CategoryInfo>", _TARGET),
)
_HANDLER_WORDS = ("rescue", "when", "catch")
# Longer than what can be before such a word in its line.
_MAX_MARGIN = 40


def source_lines(readable: Readable) -> list[tuple[int, int]]:
    """Return the spans of source code, in order."""
    text = readable.text
    spans = {*_handlers(readable)}
    if '"\n' in text or "'\n" in text:
        spans.update(m.span() for m in _STRINGS.finditer(text))
    for number in _index().possible_rows(readable.words, readable.flat):
        spans.update(m.span() for m in _PATTERNS[number][1].finditer(text))
    if "File" in readable.words:
        spans.update(_framed(text))
    return sorted(spans)


@cache
def _index() -> FragmentIndex:
    return FragmentIndex([fragment for fragment, _ in _PATTERNS])


def _handlers(readable: Readable) -> Iterator[tuple[int, int]]:
    text = readable.text
    words = [word for word in _HANDLER_WORDS if word in readable.words]
    for word in ("except", *words):
        at = text.find(word)
        while at >= 0:
            low = max(0, at - _MAX_MARGIN)
            line = text.rfind("\n", low, at) + 1
            m = _HANDLER.match(text, line) if line or not low else None
            if m:
                end = text.find("\n", m.end())
                yield m.start(), end if end >= 0 else len(text)
            at = text.find(word, at + 1)


def _framed(text: str) -> Iterator[tuple[int, int]]:
    """Find what Python shows of the source under each frame of a traceback."""
    for frame in _FRAME.finditer(text):
        m = _STATEMENT.match(text, frame.end())
        if m:
            yield m.span()
