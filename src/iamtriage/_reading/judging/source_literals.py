"""Find string literals that a program searches for, throws or stores.

The evidence is the code around a literal: a call that searches, throws, logs or formats, a comparison, a constant. Such
a literal is not what the program printed.
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

# To the end of its line, where it is not closed there.
_LITERAL = r"(?:[rbfRBF$@&]{0,2}(?:\"[^\"\n]{0,800}(?:\"|$)|'[^'\n]{0,800}(?:'|$)|`[^`\n]{0,800}(?:`|$)))"
_ARGUMENT = lazy_pattern(rf"\s?(?:[^\n\"'`:;]|::){{0,160}}(?P<literal>{_LITERAL})", re.MULTILINE)
_MORE = lazy_pattern(rf"(?:\s?,\s?{_LITERAL}){{0,20}}", re.MULTILINE)
# What is called: strings.Contains, startsWith, RetryWhenMessageContains[T], preg_match …
_SEARCH = lazy_pattern(
    r"(?:[Cc]ontains|[Ii]ncludes?|[Ss]tarts_?[Ww]ith|[Ee]nds_?[Ww]ith|[Hh]as(?:Prefix|Suffix|Substring)|[Ii]ndex_?[Oo]f"
    r"|[Ee]quals?|[Mm]atch(?:es)?|[Ss]earch|[Cc]ompile|strr?i?pos|stri?str|strn?cmp|[Rr]eg[Ee]xp?|[Rr]aises)"
    r"\w{0,24}[!?]?(?:\[[^\[\]\n]{1,80}\])?\Z"
)
_SAYING = lazy_pattern(
    r"(?:\b(?:throw|raise)\s(?:new\s)?[\w.\\:]{1,120}|\bnew\s[\w.\\:]{0,120}(?:Error|Exception|Fault))(?:<[^<>\n]{0,40}>)?\Z"
    # Not a frame of PHP's, "Monolog\Logger->error('…')".
    r"|(?<![\w\\])_?(?:log(?:ger|ging|rus)?|LOG(?:GER)?|Log(?:ger)?|console|[ks]log|winston|fmt|errors|status|t)(?:\(\))?"
    r"(?:\.|->|::)[\w.]{1,24}!?\Z"
    r"|\b(?:(?:format|panic|bail|anyhow|e?println|error|warn|info|debug|writeln?|ensure)!|s?n?printf|print|[Ss]tring\.[Ff]ormat"
    r"|System\.(?:out|err)\.print\w{0,4}|Console\.Write\w{0,4})\Z"
)
_CALLED = lazy_pattern(r"\((?<=[\w!?\]>]\()")
_CALL_REACH = 140
_PLACEHOLDER = lazy_pattern(r"%[+#]?[svwqrd](?![A-Za-z0-9])")

_IN = rf"{_LITERAL}\s(?:not\s)?in\s[a-z_][\w.]{{0,80}}(?:\(\w{{0,40}}\))?\s?"
_DECLARED = ("const", "static", "final", "readonly", "constexpr", "let", "var", "val", "mut")
_COMPARED = (
    ("==|!=|=~", lazy_pattern(rf"[\w)\]\"']\s?(?:[=!]==?|=~)\s?{_LITERAL}", re.MULTILINE)),
    (
        "|".join(f"<in>{quote} {words} " for quote in "\"'" for words in ("in", "not in")),
        lazy_pattern(
            rf"(?:\b(?:if|elif|while|assert|return|not)\s|\()(?:not\s)?{_IN}(?:[:)\],]|(?:and|or|else)\b|$)"
            rf"|^(?:(?:or|and)\s)?{_IN}(?:[:)]|(?=(?:or|and)\s[\"']))",
            re.MULTILINE,
        ),
    ),
    (
        "<include>?|<match>?|<start_with>?|<end_with>?",
        lazy_pattern(rf"\.(?:include|match|start_with|end_with)\?\s{_LITERAL}", re.MULTILINE),
    ),
    ("<case>case ", lazy_pattern(rf"^case\s{_LITERAL}\s?(?::|,|=>|->)", re.MULTILINE)),
    ("<test>.test(", lazy_pattern(r"/[^/\n]{1,300}/[a-z]{0,3}\.test\(")),
)
_KEPT = (
    (
        "<throw>throw |<raise>raise ",
        lazy_pattern(
            rf"\braise\s[\w.:]{{1,120}},\s?{_LITERAL}"
            rf"|(?:^|[{{;)]\s?)(?:throw|raise)\s{_LITERAL}\s?(?:$|[;}}]|(?:if|unless)\b)",
            re.MULTILINE,
        ),
    ),
    (
        "|".join(f"<{word}>{sign}" for word in _DECLARED for sign in (" = ", " =\n", " := ")),
        lazy_pattern(
            r"^(?:(?:export|public|private|protected|internal|pub(?:\([a-z]{1,10}\))?)\s){0,3}"
            rf"(?:(?:{'|'.join(_DECLARED)})\s){{1,4}}[\w :&<>*\[\].']{{1,100}}?\s:?=\s{_LITERAL}",
            re.MULTILINE,
        ),
    ),
    (
        "<return>return ",
        lazy_pattern(rf"^return\s(?:[^\s\"'`]{{1,80}}\s?\+\s?{_LITERAL}|{_LITERAL}\s?;)", re.MULTILINE),
    ),
    # The last argument, behind a function that begins lines above.
    ("}, |), |], ", lazy_pattern(rf"^[}})\]]{{1,4}},\s?{_LITERAL}\s?\)", re.MULTILINE)),
)

_ID = (
    r"\barn:aws[\w-]{0,16}:[^\s\"'`]{1,80}?[0-9]{12}|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"
    r"|\b[Rr]equest\s?I[Dd]:\s?[0-9A-Za-z]{8}"
)
_IDS = lazy_pattern(_ID)
_PRINTED = lazy_pattern(
    rf"{_ID}|An error occurred \([A-Z]\w{{2,80}}\) when calling the \w{{2,80}} operation:"
)


def source_literals(readable: Readable) -> Iterator[tuple[int, int]]:
    """Yield the spans of such literals with the code before them, in no order."""
    text = readable.text
    if '"' not in text and "'" not in text and "`" not in text and "test" not in readable.words:
        return
    for number in _index().possible_rows(readable.words, text):
        printed = _IDS if number < len(_COMPARED) else _PRINTED
        for m in (*_COMPARED, *_KEPT)[number][1].finditer(text):
            if printed.search(m[0]) is None:
                yield m.span()
    for opening in _CALLED.finditer(text):
        call = _call(text, opening.end())
        if call is not None:
            yield call


@cache
def _index() -> FragmentIndex:
    return FragmentIndex([fragment for fragment, _ in (*_COMPARED, *_KEPT)])


def _call(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of the call whose arguments begin at a position, if it is code with a literal."""
    m = _ARGUMENT.match(text, at)
    if m is None:
        return None
    reach = max(0, at - _CALL_REACH)
    search = _SEARCH.search(text, reach, at - 1)
    if search:
        more = _MORE.match(text, m.end())
        end = more.end() if more else m.end()
        return None if _IDS.search(text, at, end) else (search.start(), end)
    if _PRINTED.search(m["literal"]):
        return None
    saying = _SAYING.search(text, reach, at - 1)
    if saying:
        return saying.start(), m.end()
    return (at, m.end()) if _PLACEHOLDER.search(m["literal"]) else None
