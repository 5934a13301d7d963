"""Find source code in tracebacks and pastes: handlers, commands, and literals that a program searches for or throws.

Its codes and words are what a program handles, raises or searches for, not what happened. The evidence that a literal
is of source code is around it: a call that searches, throws, logs or formats, a comparison, a constant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.fragments import FragmentIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_COMMAND = lazy_pattern(
    r"(?:^|[|;&(`$#>]\s?|\b(?:sudo|git)\s)(?:[efz]?grep|rg|ag|jq)\s(?:-{1,2}[\w-]{1,30}(?:[=\s][0-9]{1,4})?\s){0,6}"
    r"(?P<quote>[\"'])[^\n]{1,300}?(?P=quote)",
    re.MULTILINE,
)
_TARGET = lazy_pattern(r"\bCategoryInfo\s{0,20}:\s\w{1,60}:\s\([^\n]{1,400}:\w{1,60}\)\s\[")
# Lists of short strings are of words to look for: two or more in brackets, behind an assignment or "in"; three
# lines of them or more. A printed object has no blanks around its "=", and errors in a list are seldom so short.
_STRING = r"[rbf]?(?:\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')"
_LIST = lazy_pattern(rf"(?:\w\s:?=\s|\bin\s)[\[({{]\s?{_STRING}(?:\s?,\s?{_STRING}){{1,40}}\s?,?\s?[\])}}]")
# Lines that are a string each. Patterns that start with a set of characters skip all others quickly.
_INSIDE = r"(?:(?!: )[^\"'\n]){1,80}"
_STRINGS = lazy_pattern(
    rf"(?P<first>[\"'])(?<![^\n].){_INSIDE}(?P=first)\n(?:(?P<quote>[\"']){_INSIDE}(?P=quote)(?:\n|\Z)){{2,199}}"
)

# To the end of its line, where it is not closed there.
_LITERAL = r"(?:[rbfRBF$@&]{0,2}(?:\"[^\"\n]{0,800}(?:\"|$)|'[^'\n]{0,800}(?:'|$)|`[^`\n]{0,800}(?:`|$)))"
_ARGUMENT = lazy_pattern(
    # A quote that follows is found faster than each character before it.
    rf"\s?(?=[^\n\"'`;]{{0,330}}[\"'`])(?:[^\n\"'`:;]|::){{0,160}}(?P<literal>{_LITERAL})",
    re.MULTILINE,
)
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
# As far as the name of what is called can reach, if it is not in brackets or after "throw", "raise" or "new".
_NAME_REACH = 48
_PLACEHOLDER = lazy_pattern(r"%[+#]?[svwqrd](?![A-Za-z0-9])")

_IN = rf"{_LITERAL}\s(?:not\s)?in\s[a-z_][\w.]{{0,80}}(?:\(\w{{0,40}}\))?\s?"
_DECLARED = ("const", "static", "final", "readonly", "constexpr", "let", "var", "val", "mut")
_ID = (
    r"\barn:aws[\w-]{0,16}:[^\s\"'`]{1,80}?[0-9]{12}|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"
    r"|\b[Rr]equest\s?I[Dd]:\s?[0-9A-Za-z]{8}"
)
_IDS = lazy_pattern(_ID)
_PRINTED = lazy_pattern(
    rf"{_ID}|An error occurred \([A-Z]\w{{2,80}}\) when calling the \w{{2,80}} operation:"
)

# Each row: the fragments of which a text must have one, the pattern, and a pattern of what shows that its match was
# printed by a program.
_ROWS: tuple[tuple[str, re.Pattern[str], re.Pattern[str] | None], ...] = (
    (
        "|".join(f"<{command}>" for command in ("grep", "egrep", "fgrep", "zgrep", "rg", "ag", "jq")),
        _COMMAND,
        None,
    ),
    ("= [|= (|= {|<in> in [|<in> in (|<in> in {", _LIST, None),
    ("[*|<var>", _TYPE, None),
    ("<CategoryInfo>", _TARGET, None),
    ("==|!=|=~", lazy_pattern(rf"[\w)\]\"']\s?(?:[=!]==?|=~)\s?{_LITERAL}", re.MULTILINE), _IDS),
    (
        "|".join(f"<in>{quote} {words} " for quote in "\"'" for words in ("in", "not in")),
        lazy_pattern(
            rf"(?:\b(?:if|elif|while|assert|return|not)\s|\()(?:not\s)?{_IN}(?:[:)\],]|(?:and|or|else)\b|$)"
            rf"|^(?:(?:or|and)\s)?{_IN}(?:[:)]|(?=(?:or|and)\s[\"']))",
            re.MULTILINE,
        ),
        _IDS,
    ),
    (
        "<include>?|<match>?|<start_with>?|<end_with>?",
        lazy_pattern(rf"\.(?:include|match|start_with|end_with)\?\s{_LITERAL}", re.MULTILINE),
        _IDS,
    ),
    ("<case>case ", lazy_pattern(rf"^case\s{_LITERAL}\s?(?::|,|=>|->)", re.MULTILINE), _IDS),
    ("<test>.test(", lazy_pattern(r"/[^/\n]{1,300}/[a-z]{0,3}\.test\("), _IDS),
    (
        "<throw>throw |<raise>raise ",
        lazy_pattern(
            rf"\braise\s[\w.:]{{1,120}},\s?{_LITERAL}"
            rf"|(?:^|[{{;)]\s?)(?:throw|raise)\s{_LITERAL}\s?(?:$|[;}}]|(?:if|unless)\b)",
            re.MULTILINE,
        ),
        _PRINTED,
    ),
    (
        "|".join(f"<{word}>{sign}" for word in _DECLARED for sign in (" = ", " := ")),
        lazy_pattern(
            r"^(?:(?:export|public|private|protected|internal|pub(?:\([a-z]{1,10}\))?)\s){0,3}"
            rf"(?:(?:{'|'.join(_DECLARED)})\s){{1,4}}[\w :&<>*\[\].']{{1,100}}?\s:?=\s{_LITERAL}",
            re.MULTILINE,
        ),
        _PRINTED,
    ),
    (
        "<return>return ",
        lazy_pattern(rf"^return\s(?:[^\s\"'`]{{1,80}}\s?\+\s?{_LITERAL}|{_LITERAL}\s?;)", re.MULTILINE),
        _PRINTED,
    ),
    # The last argument, after a function that begins lines above.
    (
        "}, |), |], ",
        lazy_pattern(rf"[}})\]](?<![^\n].)[}})\]]{{0,3}},\s?{_LITERAL}\s?\)", re.MULTILINE),
        _PRINTED,
    ),
)
_INDEX = FragmentIndex(fragment for fragment, _, _ in _ROWS)
_HANDLER_WORDS = frozenset({"rescue", "when", "catch"})
# Longer than what can be before such a word in its line.
_MAX_MARGIN = 40


def find_source_code(readable: Readable) -> list[tuple[int, int]]:
    """Return the spans of source code in a text, in order; they can overlap."""
    text = readable.text
    # A name can follow "except" without a space.
    spans = [*_find_handlers(text, ("except", *(readable.words & _HANDLER_WORDS)))]
    if ('"\n' in text or "'\n" in text) and ('\n"' in text or "\n'" in text):
        spans += [m.span() for m in _STRINGS.finditer(text)]
    for number in _INDEX.possible_rows(readable.words, readable.flat):
        _, pattern, printed = _ROWS[number]
        spans += [m.span() for m in pattern.finditer(text) if printed is None or printed.search(m[0]) is None]
    if "(" in text and ('"' in text or "'" in text or "`" in text):
        spans += [call for opening in _CALLED.finditer(text) if (call := _find_call(text, opening.end()))]
    if "File" in readable.words:
        spans += _find_framed(text)
    spans.sort()
    return spans


def _find_handlers(text: str, words: Iterable[str]) -> Iterator[tuple[int, int]]:
    for word in words:
        at = text.find(word)
        while at >= 0:
            low = max(0, at - _MAX_MARGIN)
            line = text.rfind("\n", low, at) + 1
            m = _HANDLER.match(text, line) if line or not low else None
            if m:
                end = text.find("\n", m.end())
                yield m.start(), end if end >= 0 else len(text)
            at = text.find(word, at + 1)


def _find_framed(text: str) -> Iterator[tuple[int, int]]:
    """Yield what Python shows of the source under each frame of a traceback."""
    for frame in _FRAME.finditer(text):
        m = _STATEMENT.match(text, frame.end())
        if m:
            yield m.span()


def _find_call(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of the call whose arguments begin at a position, if it is code with a literal."""
    m = _ARGUMENT.match(text, at)
    if m is None:
        return None
    reach = max(0, at - _CALL_REACH)
    before = text[reach : at - 1]
    near = max(0, at - _NAME_REACH)
    search = _SEARCH.search(text, reach if before.endswith("]") else near, at - 1)
    if search:
        more = _MORE.match(text, m.end())
        end = more.end() if more else m.end()
        return None if _IDS.search(text, at, end) else (search.start(), end)
    if _PRINTED.search(m["literal"]):
        return None
    is_raised = "throw" in before or "raise" in before or "new" in before
    saying = _SAYING.search(text, reach if is_raised else near, at - 1)
    if saying:
        return saying.start(), m.end()
    return (at, m.end()) if _PLACEHOLDER.search(m["literal"]) else None
