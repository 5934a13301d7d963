"""Find the value of a name that announces a secret, in every notation.

Notations: ``NAME=value`` of shells, INI and URLs; ``"name": "value"`` of JSON, YAML, Python and Go at any
depth of escapes; ``<name>value</name>``; lists of names and values, options, tuples, tables and columns.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from iamtriage.redaction._finders.name_matches import find_element, is_annotation, is_command, is_word_of_code
from iamtriage.redaction._finders.setting_lines import (
    MULTI_WORD,
    PROSE,
    end_at_opening_quote,
    extend_value,
    find_simple_value,
)
from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import BACKSLASHES, BLANK, GT, LT, QUOTE, SIGN
from iamtriage.redaction._vocabulary.placeholders import MASK_WORDS
from iamtriage.redaction._vocabulary.searched_text import MAX_EDGE, MIN_LONG
from iamtriage.redaction._vocabulary.secret_values import (
    ERROR,
    WORDS_ABOUT_OPTIONS,
    Placement,
    Sign,
    can_be_secret,
    is_mixed,
    is_other,
    looks_random,
)
from iamtriage.redaction._vocabulary.value_ends import (
    QUERY_VALUE,
    Extent,
    find_line_start,
    find_value,
    find_wrapped_end,
    is_in_line_prefix,
    measure_common_prefix,
    strip_escaped_spaces,
)

if TYPE_CHECKING:
    from iamtriage.redaction._finders.name_matches import NameMatch
    from iamtriage.redaction._vocabulary.secret_names import Name

__all__ = ("HIDDEN", "QUOTES", "WORD_STARTS", "check_value", "find_value_of")

# Before a value: the bracket of a list, a wrapper of Go, Rust, Swift or Haskell.
_WRAPPER = r"(?:\[\](?:string|byte)[{(]|(?:Some|Optional|Just|Secret|Sensitive|String|SecretString|SecretStr|bytes|bytearray|Buffer\.from)?(?:::(?:from|new))?[\[(][ \t]?|Just\s)"
_BELOW = r"\r?\n[ \t]{0,40}"
# YAML's block indicator, and the sign of a diff or a trace before the next line.
_BLOCK = rf"[|>][-+]?[ \t]*\r{{0,2}}(?:\n|{BACKSLASHES}(?:r\\{{1,64}})?n)(?:[-+][ ])?[ \t]{{0,40}}"
# Between a name and its value in source code: "password: str | None = …".
_TYPE = r"(?:None|null|undefined|str|string|String|bytes|SecretStr|Token)"
_TYPED = rf"(?:[ ]As[ ]String|[ ]\{{ get; (?:set|init); \}})(?=[ ]=[ ])|[ ]?:[ ]?(?:(?:typing\.)?Optional\[)?{_TYPE}\]?(?:[ ]?\|[ ]?{_TYPE}){{0,4}}(?=[ ]?=(?![=>]))"
# A member of an object, as in PHP and Perl.
_MEMBER = re.compile(r"->[{\[]?[A-Za-z_]+(?![\w.~/+=-])")
# Marks of Markdown and HTML.
_BOLD = r"(?:\*{1,2}(?![*\w])|</(?:b|strong)>)?"
_ASSIGN = re.compile(
    # "AWS Secret Access Key [None]: "
    rf"(?P<close>{QUOTE}{{1,2}}(?:\](?=[ ]?=(?:[^=~>]|>\s)))?|\](?=[ ]=>[ ]))?(?:[ ]?\[(?!REDACTED )[^\[\]\n\"']{{0,40}}\]|{_TYPED})?"
    rf"{_BOLD}{BLANK}{{0,40}}(?P<sign>{SIGN}|<-(?=[ ][\"'])){_BOLD}{BLANK}{{0,40}}(?:(?:(?:!!|&)[\w-]{{1,40}}|\(string\) \(len=[0-9]{{1,9}}\))[ ])?"
    rf"(?P<wrap>{_BELOW}(?={_WRAPPER}))?{_WRAPPER}{{0,2}}(?:(?P<block>{_BLOCK})|(?P<below>{_BELOW}|\\n))?(?:(?<=\s)string\([0-9]{{1,9}}\)[ ])?"
)
_TAG = rf"(?:{LT}/?[\w:.-]{{1,60}}(?:\s[^<>\n]{{0,200}}?)?{GT})"
_OPENS_TAG = re.compile(rf"{LT}(?:[\w-]{{1,40}}:)?\Z")
# What these patterns can end with, to skip other names at once.
_ENDS_OF_TAG_STARTS = frozenset("<;cC:")
_BLANKS = frozenset(" \t")
_MAX_INDENT = 40
_MORE = re.compile(r"[ ]{1,8}[^\s#]")
# A name that is the whole content of its element or cell: "<td>name</td><td>value</td>".
_IN_TAG = re.compile(rf"{GT}\s{{0,80}}\Z")
_OPENING_TAG = rf"(?:{LT}[\w:.-]{{1,60}}(?:\s[^<>\n]{{0,200}}?)?{GT})"
_TAGS_BETWEEN = re.compile(
    rf"\s{{0,80}}(?:{_TAG}\s{{0,80}}){{0,3}}{_OPENING_TAG}(?<!<Code>)\s{{0,80}}(?![^\s<]{{1,200}}+[ ][A-Za-z])"
)
_TAG_START = re.compile(rf"\s{{0,80}}{LT}/?[\w:.-]{{1,60}}(?:\s|{GT})")
# "name": "AWS_SECRET_ACCESS_KEY", "value": "…"; key="…" value="…"; - name: …, and on the next line, value: …
_PAIR = re.compile(
    rf"(?:{QUOTE})?(?:[\s,;}}]|{BACKSLASHES}[nrt]){{0,80}}(?:\n[^\n]{{0,80}}?(?<![\w-]))?{QUOTE}?(?:(?:[Pp]arameter|[Oo]ption)?[Vv]alue|content){QUOTE}?"
    rf"{BLANK}{{0,8}}(?:[:=]|=>){BLANK}{{0,8}}(?:{_BELOW})?"
)
# PHP's serialize; Erlang; a part of a form.
_SERIALIZED = re.compile(r"\\?\";s:[0-9]{1,9}:(?=\\?\")")
_ATOM = re.compile(r",[ ]?(?:<<)?(?=\")")
_FORM_PART = re.compile(r"\"[ \t]{0,8}\r?\n(?:[\w-]{1,40}:[^\n]{0,200}\n){0,3}\r?\n")
# A name, and below it what pydantic says about its value.
_INVALID = re.compile(r"\r?\n[ \t]{1,8}[^\n]{1,200}?\[type=\w{1,60}, input_value=")
# The text that Terraform and other tools print in place of a value.
HIDDEN = re.compile(
    rf"[ \t]{{0,40}}(?:(?i:\[(?:{MASK_WORDS})\])"
    rf"|\((?:sensitive(?: value)?|known after apply|none|unset|empty|not set|no value|{MASK_WORDS})\)"
    # kubectl describe secret
    r"|[0-9]{1,9} bytes\b)"
)
_HASH = re.compile(r"(?:sha[0-9]{1,3}:)?[0-9a-f]{32,128}")
# ("name", "value"), setName("value"), env.NAME || "value"
_TUPLE = re.compile(
    rf"(?:{QUOTE}{BLANK}{{0,8}},\s{{0,20}}|\(|(?:{QUOTE}?[)\]])?[ ](?:\|\||\?\?|or)[ ])(?=[bBuUrR]?{QUOTE})"
)
_TABLE = re.compile(rf"{QUOTE}?(?:\*\*)?[ \t]{{0,80}}[|│][ \t]{{0,80}}")
# A description of what the name means.
_WORDS = re.compile(r"[A-Za-z]{1,20}[ ][a-z]{2,20}[ |]")
# In a template, a filter follows a bar: "{{ .Values.password | b64enc }}".
_TEMPLATE = re.compile(r"\{\{[^{}\n]{0,80}\Z")
_BEFORE_CELL = frozenset("\t\"'")
_WORD = re.compile(r" (?!(?:to|as) )[A-Za-z]{1,7}\s")
_SPACES = re.compile(
    r"(?:[\"'`](?= to ))?[ \t]{1,80}(?:(?P<to>to|as|[–—]) )?(?:[(\[](?=[^\s()\[\]]{6,200}[)\]]))?(?=(?P<word>[A-Za-z]{1,7}\s)?)"
)
# A row of two columns, or of a CSV file, with only a name and its value. After a tab, a random value can have more words.
_COLUMNS = re.compile(
    rf"(?:[ ]{{2,80}}|(?P<tab>\t{{1,8}}|{BACKSLASHES}t)|{QUOTE}?[,;]{QUOTE}?)(?P<value>[^\s,;\"'\\\x1b]{{6,4096}}){QUOTE}?[ \t]{{0,8}}"
    r"(?:\r{0,2}(?:(?:\\{1,4}r)?\\{1,4}n|$)|(?<=[\"'])|(?=\x1b)|(?(tab)(?=[\t;,]|(?<=\S)(?P<more>[ ]))|(?!)))",
    re.MULTILINE,
)
# A line of netrc, or of the settings of Fluent Bit and Redis.
_WORD_SETTINGS = frozenset({"password", "httppasswd", "requirepass", "masterauth"})
_LAST_WORD = re.compile(r"[ \t]{1,8}(?P<value>[^\s\"',;:]{6,400})[ \t]{0,8}\r?$", re.MULTILINE)
_OPTION = re.compile(
    rf"[ \t]{{1,40}}(?!\s|--[a-z][a-z-]{{1,40}}(?![^\s=|)\]]))|(?P<below>[ \t]{{0,40}}{_BELOW})|{QUOTE},\s{{0,20}}(?=[bBuUrRfF]?{QUOTE})"
)
_COMMAND = re.compile(
    r"\b(?:setx|setenv|SetEnv|RequestHeader (?:set|add)|(?:proxy_set|add)_header|[a-z]{4,7}_param|set -[gUuxl]{1,3}|ENV|(?:configure|config|secrets?|env|parameter) (?:set|put|create))[ \t]{1,4}"
    r"(?:(?:--?[\w-]{1,40}[ =][\w./:-]{1,80}|/[A-Za-z]) ){0,3}\Z"
)
# Each of these commands contains one of these.
_COMMAND_SIGNS = ("set", "SetEnv", "RequestHeader", "_header", "_param", "ENV", " put", " create")
# The maximum length of a signature, including escapes.
_MAX_SIGNATURE = 2_048
_SIGNATURE_RUN = re.compile(r"[^.:!?\s=&]{0,2050}={0,2}")
_BASE64_LINE = r"[A-Za-z0-9+/=_.~%-]{1,4096}"
_BROKEN_TOKEN = re.compile(rf"{_BASE64_LINE}(?:\s{{1,80}}(?:[│┃|>#*]\s{{1,4}})?{_BASE64_LINE}){{1,200}}")
# A value of ODBC and SQL Server with a semicolon in it.
_BRACED = re.compile(
    r"\{(?![a-z_]*(?:pass|token|secret|key|pwd|cred)[a-z_]*\}|[0-9]?\})(?P<value>[^{}\n\"'=]{1,400})\}(?=[;\s\"'&]|\Z)"
)
# An object of JSON, however its quotes are escaped.
_DOCUMENT = re.compile(rf"\{{{QUOTE}")


def find_value_of(match: NameMatch) -> FoundSecret | None:
    """Return the secret after a name, or ``None`` if there is none."""
    text, start, end = match.text, match.start, match.end
    before, after = text[start - 1 : start], text[end : end + 1]
    if after == ":" == before and not text[end + 1 : end + 2].isspace():
        # A section of an ARN: "…:secret:orders-a1B2c3".
        return None
    if after == " " and text[end + 1 : end + 2] in WORD_STARTS and before not in _ENDS_OF_TAG_STARTS:
        # No sign begins like this, only the value of an option or a column.
        return _find_option_value(match) if match.is_option() else _find_column_value(match, before)
    if after in _SIGN_STARTS and not (after == " " and text[end + 1 : end + 2] in _OTHER_WORD_STARTS):
        simple = find_simple_value(match)
        if simple:
            return simple[0]
        assign = _ASSIGN.match(text, end)
        if assign:
            return _find_assigned_value(match, assign)
    if before in _ENDS_OF_TAG_STARTS and match.preceded_by(_OPENS_TAG):
        element = find_element(match)
        if element and is_in_line_prefix(text, match.start, element.start):
            return None
        return check_value(match, "xml", element)
    if after not in _VALUE_STARTS:
        return None
    option = match.is_option()
    for pattern, sign, _, before_name in (row for row in _BETWEEN if after in row[2]):
        if pattern is _TAGS_BETWEEN and not (_TAG_START.match(text, end) and match.preceded_by(_IN_TAG)):
            continue
        if before_name and not match.preceded_by(before_name):
            continue
        between = pattern.match(text, end)
        if between:
            extent = find_value(match.searched, between.end())
            if pattern is _TABLE and extent and _is_no_cell(match, extent):
                return None
            return check_value(match, "option" if option and sign != "pair" else sign, extent)
    if option:
        return _find_option_value(match)
    return _find_column_value(match, before) if after in _COLUMN_STARTS else None


def _is_no_cell(match: NameMatch, extent: Extent) -> bool:
    """Return whether a bar is part of a type or a template, or a description follows it."""
    is_template = match.preceded_by(_TEMPLATE, ("{{",)) is not None
    return is_template or is_annotation(match, extent) or _WORDS.match(match.text, extent.start) is not None


# The characters that these patterns can begin with, to skip others at once.
QUOTES = frozenset("\\\"'`“”„‘’")
_SIGN_STARTS = QUOTES | frozenset(" \t\xa0\x1b:=-[]*<")
_SPACE_STARTS = frozenset(" \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029")
_COLUMN_STARTS = QUOTES | frozenset(" \t,;")
# After one space, other words can be a part of a sign: "As String", "or", "Value", "Parameter", "Option".
_OTHER_WORD_STARTS = frozenset("POVpov")
WORD_STARTS = frozenset(string.ascii_letters + string.digits) - _OTHER_WORD_STARTS - {"A"}
# A pattern, its sign, the characters it can begin with, and what must be before the name.
_BETWEEN: tuple[tuple[re.Pattern[str], Sign, frozenset[str], re.Pattern[str] | None], ...] = (
    (_PAIR, "pair", QUOTES | _SPACE_STARTS | frozenset(",;}VvPpOo"), None),
    (_TAGS_BETWEEN, "pair", _SPACE_STARTS | frozenset("<\\"), None),
    (_TUPLE, "tuple", QUOTES | frozenset("()] "), None),
    (_TABLE, "table", QUOTES | frozenset(" \t|│*"), None),
    (_INVALID, "pair", _SPACE_STARTS, None),
    (_SERIALIZED, "pair", QUOTES, None),
    (_FORM_PART, "pair", QUOTES, re.compile(r"name=\\{0,64}\"\Z")),
    (_ATOM, "pair", frozenset(","), re.compile(r"\{\Z")),
)


_VALUE_STARTS = _COLUMN_STARTS.union(*(starts for _, _, starts, _ in _BETWEEN))


def _find_option_value(match: NameMatch) -> FoundSecret | None:
    """Find the value of "--name value"."""
    option = _OPTION.match(match.text, match.end)
    extent = find_value(match.searched, option.end()) if option else None
    if option and option["below"] and extent:
        value = match.text[extent.start : extent.end]
        if not looks_random(value) or is_other(value, is_quoted=False):
            return None
    return check_value(match, "option", extent)


def _find_column_value(match: NameMatch, before: str) -> FoundSecret | None:
    """Find the value of "name value", as in commands, netrc files and columns."""
    text = match.text
    if before == "/" and text[max(0, match.start - 2) : match.start - 1].strip():
        # A path before another column.
        return None
    key = match.name.key
    is_command = before in _BLANKS and match.preceded_by(_COMMAND, _COMMAND_SIGNS) is not None
    if not is_command and key not in _WORD_SETTINGS and _WORD.match(text, match.end):
        # After a space, a secret is random.
        return None
    columns = _COLUMNS.match(text, match.end)
    if columns and columns["more"] and not looks_random(columns["value"]):
        columns = columns if match.name.what == "password" and is_mixed(columns["value"]) else None
    if columns and (before in _BEFORE_CELL or columns["tab"] or match.line_start() is not None):
        return check_value(match, "tuple", Extent(*columns.span("value"), ""))
    word = _LAST_WORD.match(text, match.end) if key in _WORD_SETTINGS else None
    if word and match.line_start() is not None and (key != "password" or is_mixed(word["value"])):
        return check_value(match, "option", Extent(*word.span("value"), ""))
    spaces = _SPACES.match(text, match.end)
    if spaces is None:
        return None
    if spaces["word"] and not is_command:
        return None
    # EDN: ":name "value"".
    keyword = before == ":" and text.startswith(('"', "\\"), spaces.end())
    # With the quote after it.
    written = text[match.start : match.end + 1].rstrip()
    is_assigned = spaces["to"] and not written.isalpha() and " " not in written
    sign: Sign = "option" if keyword or is_command else "tuple" if is_assigned else "space"
    return check_value(match, sign, find_value(match.searched, spaces.end()))


def _find_assigned_value(match: NameMatch, assign: re.Match[str]) -> FoundSecret | None:
    """Find the value of "name = value" and "name: value"."""
    text, name = match.text, match.name
    close, written, wrap, block, below = assign.group("close", "sign", "wrap", "block", "below")
    sign: Sign = ":" if written[-1] == ":" else "="
    at, sign_end = assign.end(), assign.end("sign")
    # A bracket is part of what the pattern of the sign matches.
    may_be_hidden = at > sign_end or text[at : at + 1].isdigit()
    if (match.searched.is_marked and not is_unmarked(text, max(0, at - 1), at + 2)) or (
        may_be_hidden and HIDDEN.match(text, sign_end)
    ):
        return None
    if written == "->" and _MEMBER.match(text, match.end):
        return None
    query = match.is_in_query()
    if block:
        # The prefix of each line.
        at += measure_common_prefix(text, find_line_start(text, match.start), at)
        at += len(text[at : at + _MAX_INDENT]) - len(text[at : at + _MAX_INDENT].lstrip(" "))
    braced = _BRACED.match(text, at) if sign == "=" and text.startswith("{", at) else None
    if braced:
        extent: Extent | None = Extent(*braced.span("value"), "{")
    else:
        extent = find_value(match.searched, at, QUERY_VALUE if query else None)
        extent = extent and end_at_opening_quote(text, match.start, extent)
    if extent and block and _MORE.match(text, extent.end):
        # Its other words and lines belong to it.
        return None
    if extent is None or is_in_line_prefix(text, match.start, extent.start) or is_command(text, extent):
        return None
    is_open = text[extent.start - 1] == text[match.start - 1] in {'"', "'"} and not close
    if is_open and text.startswith((")", " ", ";"), extent.start):
        # The quote ends a prompt: getpass("Password: "), the "password:" prompt, expect "password:"; send.
        return None
    is_path = sign == ":" and match.start > 0 and text.startswith("/", match.start - 1)
    is_named = text[match.start - 2 : match.start - 1].isalnum()
    is_random = text[extent.start - 1].isspace() and looks_random(text[extent.start : extent.end])
    if is_path and not (is_named and (extent.quote or is_random)):
        # "…/serviceaccount/token: permission denied", "/forgot-password": "AuthController#forgot", an image's tag
        return None
    if sign == ":" and not extent.quote and text.startswith(":", extent.start):
        # GitHub Actions: "::set-output name=token::…"
        extent = extent._replace(start=extent.start + 1)
    if (below or wrap) and not _may_be_below(name, assign, text, extent):
        return None
    # After a key in quotes, a string has quotes, too.
    prose = ERROR if name.what in MULTI_WORD and not close else PROSE
    if not extent.quote and (
        (not query and is_word_of_code(match, extent, sign))
        or (sign == ":" and text.startswith(" ", extent.end) and prose.match(text, extent.start))
        or (sign == "=" and match.is_target(extent))
    ):
        return None
    structured = query or bool(close)
    is_login = False
    if not (extent.quote or structured):
        line = match.line_start() if sign == ":" or name.what in MULTI_WORD else None
        is_login = sign == ":" and name.what == "password" and match.is_login(extent)
        # Before "=", it makes no difference.
        structured = line is not None or (
            sign == ":" and (is_login or match.is_in_structure() or match.is_go_field(extent))
        )
        extent = extend_value(match, extent, sign, line)
    quote = "" if extent.quote or sign == "=" or text[extent.start - 1] in "\"'`" else close or ""
    placement = Placement(sign, bool(extent.quote), structured, query, is_key=is_login)
    return check_value(match, sign, extent, placement, quote)


def _may_be_below(name: Name, assign: re.Match[str], text: str, extent: Extent) -> bool:
    """Return whether a value on the line after its name can be the secret instead of another name."""
    last = assign[0].rstrip()[-1:]
    if last == ")" or (last == "(" and extent.quote):
        # After a type of PHP or a wrapper of Rust, the value must follow.
        return True
    value = text[extent.start : extent.end]
    if is_other(value, is_quoted=bool(extent.quote)):
        return False
    if extent.quote and name.what == "password" and is_mixed(value):
        return True
    return name.what == "signature" or (looks_random(value) and _HASH.fullmatch(value) is None)


def check_value(
    match: NameMatch, sign: Sign, extent: Extent | None, placement: Placement | None = None, quote: str = ""
) -> FoundSecret | None:
    """Return the secret, if the value can be one."""
    if extent is None:
        return None
    text, name = match.text, match.name
    start, end = extent.start, extent.end
    if name.what == "signature" and not extent.quote:
        # A URL at the end of a sentence, or before a colon: "…&X-Amz-Signature=0a1b…: timed out".
        run = _SIGNATURE_RUN.match(text, start)
        end = min(end, run.end()) if run else end
        if end - start > _MAX_SIGNATURE:
            return None
    if extent.quote and "\n" in text[start:end] and not _BROKEN_TOKEN.fullmatch(text, start, end):
        # The quote is not closed on its line, so the value ends with the line.
        end = start + len(text[start:end].partition("\n")[0].rstrip())
    # The value can be as long as the text, for each of many names. Its ends show what it is.
    is_long = end - start > MIN_LONG
    value = text[start : start + MAX_EDGE] + text[end - MAX_EDGE : end] if is_long else text[start:end]
    if extent.quote:
        # The newline at the end of a string.
        stripped = strip_escaped_spaces(value)
        end -= len(value) - len(stripped)
        value = stripped
    if name.tail == "secretstring" and _DOCUMENT.match(text, start):
        # It is searched value by value.
        return None
    placement = placement or Placement(
        sign, bool(extent.quote), structured=True, query=False, is_variable=match.is_variable(sign, end)
    )
    if not can_be_secret(name, value, placement):
        return None
    if sign == "option" and value.lower() in WORDS_ABOUT_OPTIONS:
        return None
    if not extent.quote and name.what not in {"password", "secret", "cookie"}:
        end = find_wrapped_end(text, start, end)
    return FoundSecret(start, end, name.what, quote, name_start=match.start)
