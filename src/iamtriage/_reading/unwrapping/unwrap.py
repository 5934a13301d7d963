"""Remove the additions of logs, terminals and transports from a text.

The steps: control characters and newlines, the starts of lines (``boxes``, quote and comment marks), the ends of lines
of commands and code (``code_lines``) and line wraps (``linewraps``), backslash escapes of any depth, HTML entities,
links (``markup``), typographic punctuation, HTML tags, timestamps, runs of whitespace. Each step is skipped if a
character that it needs is missing, so that plain text takes little time.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.unwrapping.boxes import BORDERS, strip_boxes
from iamtriage._reading.unwrapping.code_lines import join_literals, strip_continuations
from iamtriage._reading.unwrapping.linewraps import join_wrapped_lines
from iamtriage._reading.unwrapping.markup import find_styles, strip_emphasis, strip_links
from iamtriage._reading.unwrapping.names import find_names, find_services
from iamtriage._reading.vocabulary.grammar import RECORD, STATEMENT
from iamtriage._reading.vocabulary.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage._reading.vocabulary.view import Edit

# Patterns that begin with a set of characters or a character skip all others quickly.
_OTHER_NEWLINES = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029\u21b5\u23ce"
_NEWLINES = lazy_pattern(
    f"[\r\\[{_OTHER_NEWLINES}](?:(?<=\r)\n?|(?<=\\[)\\\\r\\]\\[\\\\n\\]|(?<=[{_OTHER_NEWLINES}]))"
)
_CONTROLS = "[\x00-\x08\x0e-\x1a\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
_DROPPED = lazy_pattern(f"{_CONTROLS}{_CONTROLS}*")
_SPACES = lazy_pattern("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_ESCAPE = lazy_pattern(
    r"\\\\{0,15}(?:(?P<plain>[\"'/`()\u2018\u2019\u201c-\u201e]|(?<=[\w:/>*-]\\)[_*<>-])|(?P<space>[nrt])(?![a-z]*\\[A-Z]|[a-z]+/[A-Z])|u(?P<code>[0-9a-fA-F]{4})|x(?P<byte>1[bB]))"
)
# rsyslog writes a control character as a number sign and three octal digits. A CSS color has six digits.
_SYSLOG_ESCAPE = lazy_pattern(r"#(?P<code>01[125]|033(?=\[))(?![0-9a-fA-F]{3}(?![0-9a-fA-F]))")
_ENTITY = lazy_pattern(r"&(?:amp;)*(?:quot|apos|lt|gt|amp|nbsp|#\d{1,6}|#[xX][0-9a-fA-F]{1,5});")
_ANSI = lazy_pattern(
    "\x1b(?:\\[[0-9;?]{0,32}[ -/]?[@-~]|[\\]_][^\x07\x1b]{0,256}(?:\x07|\x1b\\\\)?|[@-Z\\\\^_=>])|\u241b\\[[0-9;]{0,16}m"
)
_RESET = lazy_pattern(r"\[(?:0;?|39)m")
_TYPOGRAPHIC = (
    "\u2018\u2019\u201a\u201b\u02bc\uff07\u201c\u201d\u201e\u201f\uff02\uff1a\uff08\uff09\uff0c\uff1b"
)
_PLAIN = (*zip(_TYPOGRAPHIC, "''''''\"\"\"\"\":(),;", strict=True),)
_BOX = lazy_pattern(
    # A border can also be in a string that a logger wrote.
    r"^[^\n│┃╷╵║]{0,48}[│┃╷╵║][ \t]?|(?:(?<=[:=]\")|(?<=: \"))[│┃╷╵║][ \t]?|^(?:[^\nâ]{0,32})â[”•\x94\x95\"][‚•µ\x82·'\"][ \t]?",
    re.MULTILINE,
)
# Quote, comment, bullet and table marks at the start of a line, each followed by whitespace or nothing; a diff's plus.
_MARKS = lazy_pattern(
    r"[ \t]{0,64}(?:(?P<mark>>|#|//|,|\*|\||-|(?<!.)\+(?=[^\s+|=-]))(?P=mark){0,5}(?:[ \t]|(?=\n|\Z)|(?<=\+)))(?:[ \t]{0,32}(?:>+|#|//|\*|\||-)(?:[ \t]|(?=\n|\Z))){0,7}"
)
_MARKED_LINE = lazy_pattern(r"\n(?:[ \t]*[>#/,*|-]|\+)")
_FLUSH_LINE = lazy_pattern(r"\n\S")
# "gh run view --log" prints the job and the step before the time of each line. Names without identifiers are no facts.
_STEP = lazy_pattern(
    r"\n(?!(?:[^\t\n]{0,80}\t)?[^\t\n]{0,80}(?:arn:|A[KS]IA|\d{12}))[^\t\n]{1,80}\t[^\t\n]{1,80}\t(?=20\d\d-\d\d-\d\dT)"
)
# A pipe at the start of a text block that a stamped line holds.
_PIPES = lazy_pattern(rf"{RECORD}[ \t]{{0,64}}(?:-[ ])?\|[ \t]")
# Kubernetes logs also state the stream, and whether a line is complete.
_TIMESTAMP = (
    r"(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ,]{1,2}\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?:Z|[ ]?[+-]\d\d:?\d\d|[ ]UTC)?\]?(?:[ ]std(?:out|err)[ ][FP](?=[ ]))?"
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\]?"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?!(?:ERR(?:OR)?|WARN(?:ING)?|FATAL) )[\w.-]{1,64} [\w./@-]{1,64}(?:\[\d{1,8}\])?:)"
)
# Entries of klog, logrus and JSON loggers start with a field, which remains.
_FIELDS = (
    r"(?=[IWEF]\d{4} \d\d:\d\d|(?:time|ts|level)=|\{\"(?:level|severity|ts|time|timestamp|@timestamp)\":)"
)
_TIMESTAMPS = lazy_pattern(
    rf"\n[ \t]{{0,16}}+(?:(?:[\w.-]{{1,64}}+[ \t]{{1,24}}+\|[ \t])?{_TIMESTAMP}[ \t]|{_FIELDS})"
)
# YAML and CSV double a quote inside a quoted value. An empty value has no letter next to it.
_DOUBLED_QUOTE = lazy_pattern(r"(?P<quote>['\"])(?<!['\"].)(?P=quote)(?!['\"])(?:(?=[\w$])|(?<=[\w.)\]]..))")
# Two quotes at the end of a value can also be the quote inside it and the closing one.
_OPENING_QUOTES = {quotes: lazy_pattern(rf"{quotes}(?<!['\"]..)(?=[\w$])") for quotes in ("''", '""')}
# Commands of GitHub Actions encode newlines.
_COMMAND_NEWLINE = lazy_pattern(r"(?:%0D)?%0A")
# TeamCity's service messages put a bar before brackets, quotes and newlines.
_TEAMCITY = "##teamcity["
_TEAMCITY_ESCAPE = lazy_pattern(r"\|(?P<character>[|'\[\]nr])")
_TAGS = lazy_pattern(
    r"</?(?:p|br|div|span|code|pre|strong|em|b|i|li|ul|td|tr|tt|samp|blockquote)(?:\s[^<>\n]{0,200})?/?>"
)
_JIRA_TAGS = lazy_pattern(
    # A path can contain a parameter with the name "code".
    rf"{_TAGS.pattern}|\{{(?:noformat|(?<![/:].)code(?::[a-z]{{2,12}}|:title=[^{{}}\n|]{{0,80}})?(?:\|[^{{}}\n]{{0,80}})?)\}}(?!/)"
)
# Runs of whitespace, those in a text without tabs and without spaces before newlines, but for an empty line, which
# remains, and those of spaces. Patterns without alternatives are faster.
_RUNS = lazy_pattern(r"\x20[ \t\n]+|\n[ \t\n]+|\t[ \t\n]*")
_RUNS_OF_LINES = lazy_pattern(r"\n(?:\x20[ \n]*|\n[ \n]+)")
_RUNS_OF_SPACES = lazy_pattern(r"\x20\x20+")
# A carriage return is removed, because a newline follows it.
_SYSLOG_CONTROLS = {"011": "\t", "012": "\n", "015": "", "033": "\x1b"}
# The symbols for controls are printable.
_CONTROL_SYMBOLS = ("\u21b5", "\u23ce", "\u241b")
# ``_BOX`` needs one of these.
_BORDER = lazy_pattern(f"[{''.join(BORDERS)}]")
_MIN_CHARS_PER_BORDER = 40
# The replacement for a run of whitespace without an empty line, by its number of newlines.
_RUN_REPLACEMENTS = (" ", "\n")
_MARK_CHARACTERS = frozenset(">#/,*|-+")
_PRINTABLE_CHARACTERS = bytes((9, 10, *range(32, 127)))
# ASCII without control characters and without the first characters of escapes, entities, tags and links.
_PLAIN_CHARACTERS = bytes(byte for byte in (9, 10, *range(32, 127)) if byte not in b"\\&<")
_CONTINUED = ("", "\n", "\t", "<")
_INDENTS = frozenset(" \t\n")
_LINE_STARTS = _MARK_CHARACTERS | {"", " "}
# A time of a timestamp, or one of klog up to its minutes. A search for a colon is fast.
_CLOCK = lazy_pattern(r":(?<=[0-9]{2}:)[0-9]{2}(?:(?=:[0-9]{2})|(?<=[0-9]{4} [0-9]{2}:..))")
_JSON_FIELDS = tuple(
    f'{{"{name}":' for name in ("level", "severity", "ts", "time", "timestamp", "@timestamp")
)


def unwrap(
    text: str, *, links: bool = True, prefixes: Sequence[tuple[int, int]] = (), statements: Sequence[int] = ()
) -> View:
    """Unwrap a text so that the readers can parse it, and map its offsets to the original.

    Args:
        text: The original text.
        links: Whether to remove links. Redaction must see their targets.
        prefixes: The spans of the prefixes that the log put before its lines, in order.
        statements: The starts of the lines that do not continue the previous line, in order.
    """
    view = View(text)
    if prefixes:
        view.edit((start, end, "") for start, end in prefixes)
    elif "\t" in text and "\t20" in text:
        view.edit((start, end, "") for start, end in _match_lines(_STEP, text))
    written = view.text
    is_plain = _is_plain(written)
    if not is_plain:
        _normalize_whitespace(view)
    if not prefixes and "\n" in view.text and (edits := find_names(view.text)):
        view.edit(edits)
    _strip_line_starts(view)
    if not is_plain or (view.text is not written and not _is_plain(view.text)):
        _unescape_text(view, links=links)
    if _may_contain_timestamps(view.text):
        _mark_records(view)
    if statements:
        places = sorted({view.position(place) for place in statements})
        view.edit(
            (place, place, STATEMENT) for place in places if place and view.text[place - 1 : place] == "\n"
        )
    readable = view.text
    if "\t" in readable or " \n" in readable:
        view.edit(_run_edits(_RUNS, readable))
    else:
        if "\n" in readable and ("\n\n\n" in readable or "\n " in readable):
            view.edit(_run_edits(_RUNS_OF_LINES, readable))
        if "  " in view.text:
            view.edit(_run_edits(_RUNS_OF_SPACES, view.text))
    # This does not change offsets, and no reader needs empty lines at the end.
    view.text = view.text.rstrip()
    return view


def _normalize_whitespace(view: View) -> None:
    """Replace other newlines and spaces, and remove control characters and styles."""
    if "<{%" in view.text or _RESET.search(view.text):
        view.edit(find_styles(view.text))
    if not view.text.isprintable() and _may_contain_controls(view.text):
        if "[\\r][\\n]" in view.text or _NEWLINES.search(_keep_rare(view.text)):
            view.sub(_NEWLINES, "\n")
        _drop_controls(view)
    if not view.text.isascii() and _SPACES.search(_keep_rare(view.text)):
        view.sub(_SPACES, " ")


def _unescape_text(view: View, *, links: bool) -> None:
    """Replace escapes, entities, links, typographic punctuation, doubled quotes and tags."""
    wrapped = view.text
    _replace_escapes(view)
    if links:
        strip_links(view)
    if not view.text.isascii():
        # Each character is replaced by one character, so offsets don't change. This is faster than a translation.
        others = _keep_rare(view.text)
        for character, plain in _PLAIN:
            if character in others:
                view.text = view.text.replace(character, plain)
    if any(quotes in view.text and opening.search(view.text) for quotes, opening in _OPENING_QUOTES.items()):
        view.sub(_DOUBLED_QUOTE, lambda m: m["quote"])
    if _has_jira_tags(view.text):
        view.sub(_JIRA_TAGS, "\n")
    elif "<" in view.text and ("</" in view.text or "<br" in view.text):
        view.sub(_TAGS, "\n")
    if view.text is not wrapped and (
        view.text.count("\n") != wrapped.count("\n")
        or wrapped.startswith("&gt;")
        or wrapped.isascii() > view.text.isascii()
    ):
        # The unescaped text can contain lines with boxes and marks.
        _strip_line_starts(view)


def _replace_escapes(view: View) -> None:
    """Replace the escapes of strings, of rsyslog and of HTML."""
    if "\\" in view.text:
        view.sub(_ESCAPE, _unescape)
        if _may_contain_controls(view.text):
            _drop_controls(view)
    # Searching for one character is faster.
    has_number_sign = "#" in view.text
    if has_number_sign and ("#01" in view.text or "#033[" in view.text):
        view.sub(_SYSLOG_ESCAPE, lambda m: _SYSLOG_CONTROLS[m["code"]])
        _drop_controls(view)
    if "%" in view.text and "%0A" in view.text and ("::error" in view.text or "::warning" in view.text):
        view.sub(_COMMAND_NEWLINE, "\n")
    if has_number_sign and _TEAMCITY in view.text:
        view.sub(_TEAMCITY_ESCAPE, lambda m: {"n": "\n", "r": ""}.get(m["character"], m["character"]))
    if "&" in view.text:
        view.sub(_ENTITY, lambda m: html.unescape(html.unescape(m[0])))
        if "\\" in view.text:
            # The entities were inside a string: \\&quot;
            view.sub(_ESCAPE, _unescape)


def _mark_records(view: View) -> None:
    """Replace the time of each record with the character for a record."""
    stamped = view.text
    # A supervisor puts a time before each line. An empty or indented line and one of XML continue the entry.
    view.edit(
        (start, end, "" if stamped[end : end + 1] in _CONTINUED else RECORD)
        for start, end in _match_lines(_TIMESTAMPS, stamped)
    )
    if "| " in view.text and len(_PIPES.findall(view.text)) > 1:
        view.edit((m.start() + 1, m.end(), "") for m in _PIPES.finditer(view.text))


def is_plain_line(text: str) -> bool:
    """Return whether unwrapping would remove only marks, a time and spaces from a text, and change no word."""
    return not ("\n" in text or "|" in text or "\t" in text or text.lstrip(" >")[:1] == "_") and _is_plain(
        text
    )


def _is_plain(text: str) -> bool:
    """Return whether a text has no control characters, escapes, styles, entities, links, tags and doubled quotes."""
    # Searching for one character is faster than for two, and most texts don't have it.
    return (
        text.isascii()
        and not text.encode().translate(None, _PLAIN_CHARACTERS)
        and not (
            ("]" in text and "](" in text)
            or ("'" in text and "''" in text)
            or ('"' in text and '""' in text)
            or ("#" in text and ("#0" in text or _TEAMCITY in text))
            or ("%" in text and ("%0" in text or "%}>" in text))
            or ("[" in text and _RESET.search(text))
            or _has_jira_tags(text)
        )
    )


def _has_jira_tags(text: str) -> bool:
    return "{" in text and ("{noformat" in text or "{code" in text)


def is_readable_line(text: str) -> bool:
    """Return whether unwrapping would not change a plain line."""
    return (
        text[:1] not in _LINE_STARTS
        and text[-1:] != " "
        and "  " not in text
        and not _may_contain_timestamps(text)
    )


def _may_contain_controls(text: str) -> bool:
    """Return whether a text can contain a control character other than newlines and tabs, or a symbol for one."""
    if not _keep_rare(text).isprintable() or "[\\r][\\n]" in text:
        return True
    return not text.isascii() and any(map(text.__contains__, _CONTROL_SYMBOLS))


def _keep_rare(text: str) -> str:
    """Return the control characters in a text, and those that are not in ASCII. Most texts have few."""
    written = text.encode("utf-8", "surrogatepass").translate(None, _PRINTABLE_CHARACTERS)
    return written.decode("utf-8", "surrogatepass")


def _may_contain_timestamps(text: str) -> bool:
    """Return whether a line can start with a time, or with a field of a log entry."""
    if _CLOCK.search(text):
        return True
    return ("=" in text and ("time=" in text or "ts=" in text or "level=" in text)) or (
        "{" in text and '{"' in text and any(map(text.__contains__, _JSON_FIELDS))
    )


def _drop_controls(view: View) -> None:
    if "\x1b" in view.text or "\u241b" in view.text:
        view.sub(_ANSI, "")
    if _DROPPED.search(_keep_rare(view.text)):
        view.sub(_DROPPED, "")


def _strip_line_starts(view: View) -> None:
    """Remove boxes and marks, then join the lines that they separated."""
    text = view.text
    is_ascii = text.isascii()
    if "|" in text or not is_ascii:
        if " |" in text and "\n" in text:
            view.edit(find_services(text))
        strip_boxes(view)
        if not is_ascii and any(map(view.text.__contains__, BORDERS)):
            view.edit((m.start(), m.end(), "") for m in _find_borders(view.text))
        text = view.text
    view.edit(_mark_edits(text))
    strip_emphasis(view)
    if "\n" in text:
        if view.text[:1] in _INDENTS and not _FLUSH_LINE.search(view.text):
            view.edit(_indent_edits(view.text))
        strip_continuations(view)
        join_literals(view)
        join_wrapped_lines(view)


def _indent_edits(text: str) -> Iterator[Edit]:
    """Yield edits that remove the indent that all lines have, as in a block of code in Markdown."""
    width = min((len(line) - len(line.lstrip(" \t")) for line in text.split("\n") if line.strip()), default=0)
    at = 0
    for line in text.split("\n"):
        if width and line:
            yield at, at + min(width, len(line)), ""
        at += len(line) + 1


def _find_borders(text: str) -> Iterator[re.Match[str]]:
    """Yield the borders in a text, in order. If they are rare, only their lines are searched."""
    if sum(map(text.count, BORDERS)) * _MIN_CHARS_PER_BORDER > len(text):
        yield from _BOX.finditer(text)
        return
    end = 0
    while border := _BORDER.search(text, end):
        start = text.rfind("\n", 0, border.start()) + 1
        end = text.find("\n", border.start())
        end = end if end >= 0 else len(text)
        yield from _BOX.finditer(text, start, end)


def _match_lines(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of the matches of a pattern that begins with a newline, without it."""
    return ((m.start(), m.end() - 1) for m in pattern.finditer(f"\n{text}"))


def _mark_edits(text: str) -> Iterator[Edit]:
    """Yield edits that remove a mark if an adjacent line has it, too, or if there is only one line."""
    waiting: re.Match[str] | None = None
    # The mark of the last marked line, that of the line before it, and the start of the line after it.
    last = before = ""
    following = -1
    for at, _ in _match_lines(_MARKED_LINE, text):
        m = _MARKS.match(text, at)
        if m is None:
            continue
        is_next = at == following
        if waiting and (last == before or (is_next and last == m["mark"])):
            yield *waiting.span(), ""
        waiting, before, last = m, last if is_next else "", m["mark"]
        following = text.find("\n", m.end()) + 1 or -1
    if waiting and (last == before or "\n" not in text):
        yield *waiting.span(), ""


def _unescape(m: re.Match[str]) -> str:
    if m["plain"]:
        return m["plain"]
    if m["space"]:
        return "\n" if m["space"] != "t" else "\t"
    if m["byte"]:
        return "\x1b"
    return chr(int(m["code"], 16))


def _run_edits(pattern: re.Pattern[str], text: str) -> list[Edit]:
    """Return edits that reduce each run of whitespace to a space, a newline, or two for an empty line."""
    return [
        (*m.span(), _RUN_REPLACEMENTS[lines] if (lines := m[0].count("\n")) < 2 else "\n\n")
        for m in pattern.finditer(text)
    ]
