"""Find source code in tracebacks and pasted text: exception handlers, imports, commands, and string literals.

Codes and messages in source code are those that a program handles, raises or searches for, not those that occurred. A
literal is source code if the text around it is a call that searches, throws, logs or formats, a comparison, or a
constant. The same is true of the errors that a reference manual or a documentation comment lists.
"""

from __future__ import annotations

import re
from string import ascii_letters, digits
from typing import TYPE_CHECKING, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.fragments import FragmentIndex, list_rows
from iamtriage._reading.vocabulary.readable import find_near_fragments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Line numbers, arrows and bars that debuggers, editors and Rich put before a line.
_MARGIN = r"(?:[^\w\n\"'(\[]{0,16}\d{1,6}(?![\w-])|)[^\w\n\"'(\[]{0,16}"
_CLASSES = r"[\w.:, |]{1,300}"
_HANDLER = lazy_pattern(
    rf"^{_MARGIN}(?:"
    # Python, Ruby, and languages with "catch".
    r"except\*? ?(?:\([\w.,\s]{1,400}\)|\(?[\w., ]{1,300}?\)?)(?: as \w{1,60})? ?:(?=\s|[`'\"]|\Z|#)(?! ?[A-Z])"
    rf"|rescue {_CLASSES}(?: => \w{{1,60}})?(?=\s*$)|when (?:\w{{1,60}}::){_CLASSES}(?=\s*$| then\b)"
    r"|catch ?\([^\n()]{1,300}\)"
    r")",
    re.MULTILINE,
)
# Types of errors in Go, as an argument of a function and as the type of a variable.
_TYPE = lazy_pattern(
    r"\[(?<=\w\[)\*[\w.]{1,120}\]\(|var(?<![^\n]...)\s\w{1,40}\s\*[\w.]{1,120}$", re.MULTILINE
)
# Java, Python, JavaScript, C#, PHP and Rust.
_IMPORT = lazy_pattern(
    r"^(?:import\s(?:(?:static\s)?[\w.]{1,200}(?:\.\*)?;?\s?$|(?:type\s)?(?:\{[^{}]{1,400}\}|[\w*, ]{1,120})\sfrom\s[\"'])"
    r"|from\s[\w.]{1,200}\simport\s(?:\([\w\s,]{1,400}\)|[\w, *]{1,400}$)"
    r"|using\s(?:static\s)?[\w.]{1,200};|use\s[\w\\:]{1,200}(?:::\{[\w\s,:]{1,400}\})?(?:\sas\s\w{1,60})?;)",
    re.MULTILINE,
)
# The tag of an exception in a documentation comment, and its description.
_DOCUMENTED = lazy_pattern(
    r"^ ?(?:@throws|@exception|:raises)\s[^\n]{1,200}(?:\n{1,2}(?![@:])[^\n]{1,400}){0,3}"
    r"|^ ?Raises:(?:\n ?[\w.]{3,120}:(?: [^\n]{1,400}|$)){1,20}",
    re.MULTILINE,
)
# A reference manual defines each code in a sentence.
_GLOSSARY = lazy_pattern(
    r"(?:^(?:\*\*)?[A-Z]\w{3,60}(?:\*\*)?(?: <a [^<>\n]{1,200}></a>)?\n{1,2}[^\n]{10,400}\n{1,2}HTTP\s(?:Status\sCode|status\scode):\s[0-9]{3}(?:\n{1,2}|\Z)){2,}",
    re.MULTILINE,
)
# A list of codes in Markdown, which says of each when it occurs.
_GLOSSARY_ITEM = r"[^\w\n`*]{0,8}(?:\*\*`?|`)[A-Z][a-z]\w{2,60}(?:`?\*\*|`)(?::|\s[-–—])\s(?=[^\n]{0,300}\b(?i:if|when|may|can|must|should|usually|typically|often|occurs?|indicates?|means|one or more|check|ensure|verify|make sure)\b)[^\n]{10,600}"
_LISTED = lazy_pattern(
    rf"^{_GLOSSARY_ITEM}(?:(?:\n[+>|]?(?=\n)){{0,2}}\n{_GLOSSARY_ITEM}){{1,40}}", re.MULTILINE
)
_FRAME = lazy_pattern(r"File \"[^\"\n]{1,1000}\", line \d{1,7}(?:, in [^\n]{1,200})?\n{1,2}")
_LINE_STARTS = frozenset(["", "\n"])
# A statement or call; not a sentence, nor the exception that ends a traceback.
_STATEMENT = lazy_pattern(
    r"(?:raise|return|except|yield|await|async|with|for|while|if|elif|else|try|assert|del|from|import|def|class|lambda|print)\b[^\n]*"
    r"|[\w.]{1,200}(?:\[[^\]\n]{1,100}\])?(?:\(| ?[-+*/|&]?= )[^\n]*|[(\[][^\n]*"
)

# The search pattern of a shell command, up to its closing quote.
_COMMAND = lazy_pattern(
    r"(?:^|[|;&(`$#>]\s?|\b(?:sudo|git)\s)(?:[efz]?grep|rg|ag|jq)\s(?:-{1,2}[\w-]{1,30}(?:[=\s][0-9]{1,4})?\s){0,6}"
    r"(?P<quote>[\"'])[^\n]{1,300}?(?P=quote)",
    re.MULTILINE,
)
_CATEGORY_TARGET = lazy_pattern(r"\bCategoryInfo\s{0,20}:\s\w{1,60}:\s\([^\n]{1,400}:\w{1,60}\)\s\[")
# Lists of short strings are search words: two or more in brackets after an assignment or "in", or three or more lines.
# A printed object has no spaces around its "=", and errors in a list are rarely so short.
_STRING = r"[rbf]?(?:\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')"
_ITEM = rf"(?:{_STRING}|\"\"|''|-?[0-9]{{1,6}}|None)"
_LIST = lazy_pattern(
    rf"(?:[\w\]]\s:?=\s|\bin\s|,\n(?=\[\n)|\]string(?=\{{)|[sS]et\()[\[({{]\s?{_ITEM}(?:\s?[,\n]\s?{_ITEM}){{1,40}}\s?,?\s?(?:[\])}}]|\Z)"
)
# Lines that consist of a string. A pattern that starts with a set of characters skips all others quickly.
_STRING_CONTENT = r"(?:(?!: )[^\"'\n]){1,80}"
_STRINGS = lazy_pattern(
    rf"(?P<first>[\"'])(?<![^\n].){_STRING_CONTENT}(?P=first)\n(?:(?P<quote>[\"']){_STRING_CONTENT}(?P=quote)(?:\n|\Z)){{2,199}}"
)
# An unclosed literal extends to the end of its line.
_LITERAL = r"(?:[rbfRBF$@&]{0,2}(?:\"[^\"\n]{0,800}(?:\"|$)|'[^'\n]{0,800}(?:'|$)|`[^`\n]{0,800}(?:`|$)))"
_ARGUMENT = lazy_pattern(
    # Names on lines of their own may come first. Searching for the quote is faster than matching each character before
    # it.
    rf"(?:\n ?[A-Za-z_$][\w.$]{{0,60}}(?:=[\w.]{{1,60}})?,(?=\n)){{0,8}}\s?(?=[^\n\"'`;]{{0,330}}+(?:[\"'`]|(?<=\()\n))(?:[^\n\"'`:;]|::|(?<=\()\n ?){{0,160}}(?P<literal>{_LITERAL})",
    re.MULTILINE,
)
# Further literals, also those that are joined: "…" + ACCOUNT + "…", and in Python a literal on the next line.
_OTHER_ARGUMENTS = lazy_pattern(
    rf"(?:(?:\s?[,+]\s?(?:[\w.]{{1,60}}\s?\+\s?)?|\n){_LITERAL}){{0,20}}", re.MULTILINE
)
# The names of functions: strings.Contains, startsWith, RetryWhenMessageContains[T], preg_match …
_SEARCHING_CALL = lazy_pattern(
    r"(?:[Cc]ontains|[Ii]ncludes?|[Ss]tarts_?[Ww]ith|[Ee]nds_?[Ww]ith|[Hh]as(?:Prefix|Suffix|Substring)|[Ii]ndex_?[Oo]f"
    r"|[Ee]quals?|(?<!Not)[Mm]atch(?:es)?|[Ss]earch|[Cc]ompile|strr?i?pos|stri?str|strn?cmp|[Rr]eg[Ee]xp?|[Rr]aises|(?:Set|List)\.of|(?:[Ss]et|[Ll]ist)Of|asList)"
    r"\w{0,24}[!?]?(?:\[[^\[\]\n]{1,80}\])?\Z"
)
_PRINTING_CALL = lazy_pattern(
    r"(?:\b(?:throw|raise)\s(?:new\s)?[\w.\\:]{1,120}|\bnew\s[\w.\\:]{0,120}(?:Error|Exception|Fault))(?:<[^<>\n]{0,40}>)?\Z"
    # A frame of PHP is not a call: "Monolog\Logger->error('…')".
    r"|(?<![\w\\])_?(?:log(?:ger|ging|rus)?|LOG(?:GER)?|Log(?:ger)?|console|[ks]log|winston|fmt|errors|status|t)(?:\(\))?"
    r"(?:\.|->|::)[\w.]{1,24}!?\Z"
    r"|\b(?:(?:format|panic|bail|anyhow|e?println|error|warn|info|debug|writeln?|ensure)!|s?n?printf|print|[Ss]tring\.[Ff]ormat"
    r"|System\.(?:out|err)\.print\w{0,4}|Console\.Write\w{0,4})\Z"
)
# A function or method. The name of a class can be the representation of an exception.
_FUNCTION = lazy_pattern(r"(?<![\w\\])_{0,2}[a-z]\w{1,47}!?\Z")
_CALLED = lazy_pattern(r"\((?<=[\w!?\]>]\()")
# "a runner(with IRSA), and having `Not authorized …`", "the request(s) failed, the error is …": a sentence goes on after its
# parentheses.
_PROSE_AFTER_CALL = lazy_pattern(
    r"\)[,.]? (?:(?!(?:and|or|not|in|if) [\"'`])[a-z]{2,20} [a-z]{2,20} (?:[a-z]{2,20} ){0,8}\Z"
    r"|(?!(?:and|or|not|in|if|is|for|while|until|unless|when|where|like|else|then|as|from|should|to) )[a-z]{2,20},? [a-z]{1,20}[, ])"
)
_MAX_CALL_LENGTH = 140
# Maximum length of the name of a function, unless it has brackets or follows "throw", "raise" or "new".
_MAX_NAME_LENGTH = 48
_CALLEE = f"{ascii_letters}{digits}_.:->!?()"
_PLACEHOLDER = lazy_pattern(r"%[+#]?[svwqrd](?![A-Za-z0-9])")

_MEMBERSHIP_TEST = rf"{_LITERAL}\s(?:not\s)?in\s[a-z_][\w.]{{0,80}}(?:\(\s?[\w.]{{0,40}}\s?\))?\s?"
_DECLARED = ("const", "static", "final", "readonly", "constexpr", "let", "var", "val", "mut")
_ID = (
    r"\barn:aws[\w-]{0,16}:[^\s\"'`]{1,80}?[0-9]{12}|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-"
    r"|\b[Rr]equest\s?I[Dd]:\s?[0-9A-Za-z]{8}"
)
_IDS = lazy_pattern(_ID)
_PRINTED = lazy_pattern(
    rf"{_ID}|An error occurred \([A-Z]\w{{2,80}}\) when calling the \w{{2,80}} operation:"
)

_Row: TypeAlias = "tuple[str, re.Pattern[str], re.Pattern[str] | None]"
# Each row: fragments, one of which the text must contain; the pattern; and a pattern of evidence in the match that a
# program printed it. Texts without quotes need only the first table, whose rows begin the second.
_ROWS_WITHOUT_LITERALS: tuple[_Row, ...] = (
    ("[*|<var>", _TYPE, None),
    ("<import>import |<using>using |<use>use ", _IMPORT, None),
    ("|".join(f"<{word}>{word} " for word in ("class", "interface", "struct", "enum", "type", "newtype", "declare")), lazy_pattern(r"^ ?(?:(?:export|public|abstract|default|final|pub)\s){0,3}(?:class|interface|struct|enum|type|newtype|declare\s\w{1,10})\s[A-Z]\w{2,80}\b", re.MULTILINE), None),
    ("<const>const |<readonly>readonly ", lazy_pattern(r"^ ?(?:export\s)?(?:const\s[A-Z]\w{2,80}(?::\s\w{1,80})?\s=\s\{(?:\n[^{}\n]{0,300}){1,12}\}|readonly\s\w{1,40}\??:\s[^\n]{1,200};$)", re.MULTILINE), _IDS),
    # What is thrown or expected without a message.
    ("<raise>raise |<throw>throw ", lazy_pattern(r"^ ?(?:raise|throw)\s(?:new\s)?[\w.\\:]{1,120}\(\s?\);?$", re.MULTILINE), None),
    ("<raise_error>(|<assertRaises>(|<assertThrows>(|<assert_raises>|<raises>.raises(|<rescue_from>", lazy_pattern(r"\b(?:raise_error|assertRaises|assertThrows|assert_raises|raises|rescue_from)[\s(]\s?[\w.:]{1,160}"), None),
    ("<case>case ", lazy_pattern(r"^ ?case\s[\w.]{1,160}\s?:$", re.MULTILINE), None),
    # C#'s exception, and the properties that it gets.
    ("<new>new ", lazy_pattern(r"\bnew\s[\w.]{0,120}(?:Error|Exception|Fault)\([^()]{0,300}\)\s?\{[^{}]{1,600}\}"), _IDS),
    # A definition in YAML.
    ("<description>description:", lazy_pattern(r"^ ?[A-Z]\w{3,80}:\n ?description:[^\n]*", re.MULTILINE), None),
    # What an issue says should happen, before what happens.
    ("<Expected>Expected behavio|<Expected>Expected Behavio|<Expected>Expected result|<Expected>Expected Result", lazy_pattern(r"^[\W_]{0,6}Expected\s(?:[Bb]ehaviou?r|[Rr]esults?)\W{0,6}\n(?:(?!\W{0,6}(?:Got|Actual|Current|Observed)\b)[^\n]{0,400}\n){1,12}(?=\W{0,6}(?:Got|Actual|Current|Observed)\b)", re.MULTILINE), _IDS),
    # The condition of a query of logs.
    ("<stats>stats |<timechart>timechart ", lazy_pattern(r"^[^\n|]{1,400}\|\s?(?:stats|timechart)\s\w[^\n]*", re.MULTILINE), _IDS),
    # A table of codes, whose values are names.
    (": { ", lazy_pattern(r"^ ?[A-Z]\w{3,80}:\s\{\n\w{1,40}:\s[A-Z]\w{1,60}\.[\w.]{1,120},$", re.MULTILINE), None),
    # An exception class that a test replaces, and botocore's exception as a test makes it. The program prints its message.
    ("<exceptions> = ", lazy_pattern(r"(?<![\w.])[\w.]{0,120}\bexceptions\.[A-Z]\w{2,80}\s=\s"), _IDS),
    ("<ClientError>ClientError(", lazy_pattern(r"\bClientError\(\s?\{\s?[\"']Error[\"']:\s?\{[^{}]{0,600}\}"), _IDS),
    # A list of classes, and a service model of botocore.
    ("xceptions.", lazy_pattern(r"^ ?(?:\w{1,40}\.){1,5}[A-Z]\w{2,80},?\n(?: ?(?:\w{1,40}\.){1,5}[A-Z]\w{2,80},?(?:\n|\Z)){2,60}", re.MULTILINE), None),
    ('<exception>"exception"', lazy_pattern(r"\"\w{3,80}\"\s?:\s?\{\s?\"type\"\s?:\s?\"structure\"[^\x1e]{0,800}?\"exception\"\s?:\s?true"), None),
    # A table of documentation in Markdown, whose first column has the codes.
    ("--", lazy_pattern(r"^\|?(?: ?:?-{2,60}:? ?\|){1,8}[^\n]{0,80}\n(?:\|? ?[`*]{0,2}[A-Z][a-z0-9]{1,40}[A-Z]\w{1,80}[`*]{0,2} ?\|[^\n]{1,600}(?:\n|\Z)){2,60}", re.MULTILINE), _PRINTED),
    ("<code>{@|<link>{@|<linkplain>{@|<literal>{@", lazy_pattern(r"\{@(?:code|link|linkplain|literal)\s[^{}\n]{1,200}\}"), None),
    ("/**", lazy_pattern(r"^ ?/\*\*(?:[^*]|\*(?!/)){1,1500}\*/", re.MULTILINE), _IDS),
    ("<throws>@throws |<exception>@exception |<raises>:raises |<Raises>Raises: ", _DOCUMENTED, _IDS),
    ("<HTTP>HTTP Status Code: |<HTTP>HTTP status code: ", _GLOSSARY, None),
    ("**: |** - |** – |** — |`: |` - |` – |` — ", _LISTED, lazy_pattern(rf"{_PRINTED.pattern}|is not authorized to perform")),
    ("<CategoryInfo>", _CATEGORY_TARGET, None),
    ("<test>.test(|/)|/i)", lazy_pattern(r"/[^/\n]{1,300}/[a-z]{0,3}\.test\(|\b[Mm]atch\w{0,16}\([^\n\"'`/]{0,120}/[^/\n]{3,300}/[a-z]{0,3}\)"), _IDS),
)  # fmt: skip
_ROWS: tuple[_Row, ...] = (
    *_ROWS_WITHOUT_LITERALS,
    ("|".join(f"<{command}>" for command in ("grep", "egrep", "fgrep", "zgrep", "rg", "ag", "jq")), _COMMAND, None),
    ("= [|= (|= {|<in> in [|<in> in (|<in> in {|, [ |]string{|et([|et({", _LIST, None),
    ("==|!=|=~", lazy_pattern(rf"[\w)\]\"']\s?(?:[=!]==?|=~)\s?{_LITERAL}", re.MULTILINE), _IDS),
    ("|".join(f"<in>{quote} {words} " for quote in "\"'" for words in ("in", "not in")), lazy_pattern(rf"(?:\b(?:if|elif|while|assert|return|not)\s|\(|(?<=\)\s)(?:and|or)\s)(?:not\s)?{_MEMBERSHIP_TEST}(?=[:)\],]|(?:and|or|else)\b|$)|^(?:(?:or|and)\s)?{_MEMBERSHIP_TEST}(?:[:)]|(?=(?:or|and)\s[\"']))", re.MULTILINE), _IDS),
    ("<include>?|<match>?|<start_with>?|<end_with>?", lazy_pattern(rf"\.(?:include|match|start_with|end_with)\?\s{_LITERAL}", re.MULTILINE), _IDS),
    ("<case>case ", lazy_pattern(rf"^case\s{_LITERAL}\s?(?::|,|=>|->)", re.MULTILINE), _IDS),
    ("<throw>throw |<raise>raise ", lazy_pattern(rf"\braise\s[\w.:]{{1,120}},\s?{_LITERAL}|(?:^|[{{;)]\s?)(?:throw|raise)\s{_LITERAL}\s?(?:$|[;}}]|(?:if|unless)\b)", re.MULTILINE), _PRINTED),
    ("|".join(f"<{word}>{sign}" for word in _DECLARED for sign in (" = ", " := ")), lazy_pattern(r"^(?:(?:export|public|private|protected|internal|pub(?:\([a-z]{1,10}\))?)\s){0,3}"
        rf"(?:(?:{'|'.join(_DECLARED)})\s){{1,4}}[\w :&<>*\[\].']{{1,100}}?\s:?=\s{_LITERAL}", re.MULTILINE), _PRINTED),
    ("<return>return ", lazy_pattern(rf"^(?:[+-]\s)?return\s(?:[^\s\"'`]{{1,80}}\s?\+\s?{_LITERAL}|{_LITERAL}\s?;|(?:nil,\s)?[\w.:&]{{1,80}}\({_LITERAL}(?:,\s?{_LITERAL}){{0,3}})", re.MULTILINE), _PRINTED),
    # In Python, a message in parentheses and a class with its message.
    ("= (", lazy_pattern(rf"\w\s=\s\(\n ?{_LITERAL}(?:\n ?{_LITERAL}){{0,20}}", re.MULTILINE), _PRINTED),
    ("<self>self.|<this>this.|<err>err.|<error>error.", lazy_pattern(rf"\b(?:self|this|err(?:or)?)\.\w{{1,60}}\s=\s{_LITERAL}", re.MULTILINE), _PRINTED),
    ("<class>class ", lazy_pattern(rf"^ ?class\s[A-Z]\w{{2,80}}(?:\([\w., ]{{0,120}}\))?:\n{{1,2}}(?: ?\"\"\"[^\"]{{1,800}}\"\"\"\n{{1,2}})? ?[a-z]\w{{0,40}}\s=\s\(?\n? ?{_LITERAL}", re.MULTILINE), None),
    # Conditions of SQL queries, and of CloudWatch Logs.
    ("<WHERE>|<where>|<filter>", lazy_pattern(rf"(?:\b(?:WHERE|where)|(?:^|\|)\s?filter)\s[^\n;|]{{1,200}}?(?:=|<>|\b(?:LIKE|like|IN|in))\s?\(?{_LITERAL}(?:(?:,|\s(?:and|or|AND|OR)\s[\w.@]{{1,80}}\s?(?:=|like|LIKE))\s?{_LITERAL}){{0,20}}", re.MULTILINE), _PRINTED),
    # The errors that a program retries or ignores, by the name of the list.
    ("etr|gnor", lazy_pattern(rf"[RrIi](?:(?<=[Rr])etr(?:y|i)|(?<=[Ii])gnor)\w{{0,40}}[\"']?\s?[:=]\s?[\[({{]\s?{_LITERAL}(?:\s?,\s?{_LITERAL}){{0,20}}", re.MULTILINE), _PRINTED),
    # Python's template of a message, with the expressions that it evaluates.
    ("<f>f\"|<f>f'|<F>F\"|<F>F'", lazy_pattern(r"[fF](?<![\w\"'].)(?:\"[^\"\n]{0,300}?\{[A-Za-z_][^{}\"\n]{0,80}\}[^\"\n]{0,500}\"|'[^'\n]{0,300}?\{[A-Za-z_][^{}'\n]{0,80}\}[^'\n]{0,500}')"), _IDS),
    # Rust's raw strings, and JSON in its code.
    ('<r>r#"|<json>json!(', lazy_pattern(r"\br#\"[^\n]{1,800}?\"#|\bjson!\([{\[][^\n]{1,800}[}\]]\)"), _IDS),
    ("<return>return {", lazy_pattern(r"^ ?return\s\{(?:\n[^{}\n]{0,300}){1,12}", re.MULTILINE), _IDS),
    ("<into>.into(|<format>.format(|<encode>.encode(|<to_string>.to_string(|<to_owned>.to_owned(", lazy_pattern(rf"{_LITERAL}\s?\.(?:into|format|encode|to_string|to_owned)\("), _IDS),
    # A map of Go. The program prints one on a single line.
    ("<map>map[", lazy_pattern(r"\bmap\[\w{1,40}\][\w.*\[\]]{1,60}\{(?:\n[^\n{}]{1,400}){1,30}"), _IDS),
    # What a shell prints, and the patterns of its "case".
    ("<echo>echo \"|<echo>echo '", lazy_pattern(r"\becho\s[\"'][^\n]*"), _IDS),
    (";;", lazy_pattern(r"^[^\n)]{1,400}\)\s[^\n;]{0,200};;$", re.MULTILINE), _IDS),
    # The last argument, after a function that starts on an earlier line.
    ("}, |), |], ", lazy_pattern(rf"[}})\]](?<![^\n].)[}})\]]{{0,3}},\s?{_LITERAL}\s?\)", re.MULTILINE), _PRINTED),
    # A sample of a metric, whose labels name the errors that it counts.
    ('"} ', lazy_pattern(r"^[A-Za-z_:][\w:]{1,200}\{[^{}\n]{1,1000}\}\s[0-9][\w.+-]{0,30}(?:\s[0-9]{10,13})?$", re.MULTILINE), None),
)  # fmt: skip
_INDEX = FragmentIndex(fragment for fragment, _, _ in _ROWS)
_INDEX_WITHOUT_LITERALS = FragmentIndex(fragment for fragment, _, _ in _ROWS_WITHOUT_LITERALS)
# Words of handlers, and what follows each of them on its line.
_HANDLER_WORDS = {"rescue": " ", "when": "::", "catch": "("}
# Maximum number of characters before such a word on its line.
_MAX_MARGIN = 40


def find_source_code(readable: Readable) -> list[tuple[int, int]]:
    """Return the spans of source code in a text, in order; they can overlap."""
    text = readable.text
    has_double, has_single = '"' in text, "'" in text
    has_literals = has_double or has_single or "`" in text
    spans: list[tuple[int, int]] = []
    # A name can follow "except" without a space. "exception" is frequent.
    if "except" in text and text.count("except") > text.count("exception"):
        spans += _find_handlers(text, "except")
    for word in readable.words.intersection(_HANDLER_WORDS):
        if _HANDLER_WORDS[word] in text:
            spans += _find_handlers(text, word)
    # The borders between lines that consist of a string.
    if (has_double and '"\n' in text and ('"\n"' in text or "\"\n'" in text)) or (
        has_single and "'\n" in text and ("'\n'" in text or "'\n\"" in text)
    ):
        spans += [m.span() for m in _STRINGS.finditer(text)]
    index = _INDEX if has_literals else _INDEX_WITHOUT_LITERALS
    for number in list_rows(index.find_rows(readable.words, readable.flat)):
        fragment, pattern, printed = _ROWS[number]
        spans += [
            m.span()
            for m in find_near_fragments(pattern, fragment, readable)
            if printed is None or printed.search(m[0]) is None
        ]
    if has_literals and "(" in text:
        spans += [call for opening in _CALLED.finditer(text) if (call := _find_call(text, opening.end()))]
    if "File" in readable.words:
        spans += _find_frame_lines(text)
    spans.sort()
    return spans


def _find_handlers(text: str, word: str) -> Iterator[tuple[int, int]]:
    at = text.find(word)
    while at >= 0:
        low = max(0, at - _MAX_MARGIN)
        line = text.rfind("\n", low, at) + 1
        m = _HANDLER.match(text, line) if line or not low else None
        if m:
            end = text.find("\n", m.end())
            yield m.start(), end if end >= 0 else len(text)
        at = text.find(word, at + 1)


def _find_frame_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the source lines that Python prints for each frame of a traceback."""
    for frame in _FRAME.finditer(text):
        if text[max(0, frame.start() - 2) : frame.start()].removesuffix(" ")[-1:] not in _LINE_STARTS:
            continue
        m = _STATEMENT.match(text, frame.end())
        if m:
            yield m.span()


def _find_call(text: str, at: int) -> tuple[int, int] | None:
    """Return the span of the call whose arguments start at a position, if it is code with a literal."""
    m = _ARGUMENT.match(text, at)
    if m is None:
        return None
    if text.endswith("Optional(", 0, m.start("literal")):
        # Swift prints the value of an optional in this way.
        return None
    if _PROSE_AFTER_CALL.search(text, at, m.start("literal")):
        return None
    reach = max(0, at - _MAX_CALL_LENGTH)
    before = text[reach : at - 1]
    # A pattern that ends with the name is slow to search for in all that precedes it.
    near = max(0, at - _MAX_NAME_LENGTH, reach + len(before.rstrip(_CALLEE)))
    searching_call = _SEARCHING_CALL.search(text, reach if before.endswith("]") else near, at - 1)
    if searching_call:
        other_arguments = _OTHER_ARGUMENTS.match(text, m.end())
        end = other_arguments.end() if other_arguments else m.end()
        return None if _IDS.search(text, at, end) else (searching_call.start(), end)
    if _PRINTED.search(m["literal"]):
        return None
    is_raised = "throw" in before or "raise" in before or "new" in before
    printing_call = _PRINTING_CALL.search(text, reach if is_raised else near, at - 1)
    if printing_call:
        other_arguments = _OTHER_ARGUMENTS.match(text, m.end())
        end = other_arguments.end() if other_arguments else m.end()
        return printing_call.start(), m.end() if _PRINTED.search(text, at, end) else end
    # A frame of PHP has the values of the arguments.
    if ".php(" not in before and (_FUNCTION.search(text, near, at - 1) or m["literal"].startswith("`")):
        other_arguments = _OTHER_ARGUMENTS.match(text, m.end())
        end = other_arguments.end() if other_arguments else m.end()
        return None if _PRINTED.search(text, at, end) else (at, end)
    return (at, m.end()) if _PLACEHOLDER.search(m["literal"]) else None
