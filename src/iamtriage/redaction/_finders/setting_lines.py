"""Judge the simple values of settings, and find the end of others: of their line, their quote or their cookies.

No other notation, no code and no markup look like a simple value, so few of the checks of others are necessary.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret
from iamtriage.redaction._vocabulary.markers import WORD
from iamtriage.redaction._vocabulary.notations import FILLER
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.secret_values import (
    COOKIE_ATTRIBUTE,
    ERROR,
    Placement,
    is_plain_secret,
    judge_value,
    looks_random,
)
from iamtriage.redaction._vocabulary.value_ends import Extent, find_wrapped_end

if TYPE_CHECKING:
    from iamtriage.redaction._finders.name_matches import NameMatch
    from iamtriage.redaction._vocabulary.secret_names import Name
    from iamtriage.redaction._vocabulary.secret_values import Sign

__all__ = ("MULTI_WORD", "PROSE", "end_at_opening_quote", "extend_value", "find_simple_value")

# Secrets that can contain spaces.
MULTI_WORD = frozenset({"password", "secret", "cookie"})
# A secret of several words is a password, so other words are a sentence.
PROSE = re.compile(rf"{ERROR.pattern}|(?-i:[a-z]{{2,20}}[ ][a-z]{{2,20}}(?![\w:=@/-]))", re.IGNORECASE)
# A value before a space or the end of its line, or in quotes. No other notation and no code look like this.
_SIMPLE = re.compile(
    r"(?P<close>\\{0,64}[\"'])?[ \t]{0,8}(?P<sign>[:=])[ \t]{0,8}"
    r"(?:(?!(?:Just|async|await|function|lambda|new|typeof|yield)\s)(?P<value>[A-Za-z0-9][A-Za-z0-9_.+/:-]{0,199}+)"
    r"(?:(?=\r?\n|\Z)|(?P<space>[ ])(?![&=?|\\\"']|(?:if|or)[ ]))(?(close)(?!))"
    r"|(?P<quote>\\{0,64}[\"'])(?P<inside>[A-Za-z0-9][^\s\\\"'`]{0,199}+)(?P=quote)(?!'))"
)
_ESCAPED_BREAK = re.compile(r"[^\s\w\\]{0,4}\\{1,64}(?:n|u0000)")

# The words of a value and of what follows it. There can be more, and they make no difference.
_REST = re.compile(rf"(?:[^\S\n\r]*+[^\s\0\x1b{FILLER}]++){{1,8}}")
_ESCAPED_REST = re.compile(rf"(?:[^\S\n\r]*+[^\s\0\x1b\\\"'{FILLER}]++){{1,8}}")
# A comment, or another command.
_COMMENT = re.compile(r"\s[#;]|&&|\|\|")
# The further cookies of a header, unlike the attributes of one.
_COOKIES = re.compile(
    rf"(?:; ?(?!{COOKIE_ATTRIBUTE})"
    r"[\w.!#$%&*+^|~-]{1,200}=[^\s;,\"'`<\\]{0,4096}){1,200}",
    re.IGNORECASE,
)
# The maximum number of words in a passphrase, unlike a sentence or other settings after a password.
_MAX_WORDS = 6
# Programs that get a password from their environment.
_COMMANDS = frozenset(
    {
        "ansible-playbook", "aws", "bash", "docker", "go", "helm", "java", "kubectl", "make", "mysql", "mysqldump", "node",
        "npm", "npx", "pg_dump", "pg_restore", "pip", "psql", "pytest", "python", "python3", "redis-cli", "ruby", "sh",
        "sqlcmd", "terraform", "twine", "uv",
    }
)  # fmt: skip
_SENTENCE = re.compile(r"[:=({\"]")
# In characters.
_MIN_CERTAIN = 8
_MAX_LINE = 4_096
_MAX_PHRASE = 200


def find_simple_value(match: NameMatch) -> tuple[FoundSecret | None] | None:
    """Find the secret in "name = value" and "name: value"; ``None`` if the value is not simple."""
    text, name, start = match.text, match.name, match.start
    simple = _SIMPLE.match(text, match.end)
    if simple is None or text.startswith(", ", start - 2):
        return None
    close, written, value, space, quote, inside = simple.groups()
    sign: Sign = ":" if written == ":" else "="
    what = name.what
    if quote:
        # "/forgot-password": "AuthController#forgot"
        if (sign == ":" and start and text[start - 1] == "/") or WORD in inside:
            return None
        low, end = simple.span("inside")
        if not _is_certain(name, inside):
            query = match.is_in_query()
            placement = Placement(sign, quoted=True, structured=query or bool(close), query=query)
            if not judge_value(name, inside, placement):
                return (None,)
        return (FoundSecret(low, end, what, name_start=start),)
    if not value.isalnum() and (what == "signature" or WORD in value):
        # A sign can end a signature, or be part of a marker.
        return None
    if space and not _is_word(match, value):
        return None
    if sign == ":" and (
        # "…/serviceaccount/token: unavailable"
        (
            start
            and text[start - 1] == "/"
            and not (text[simple.start("value") - 1] == " " and looks_random(value))
        )
        or (space and (ERROR if what in MULTI_WORD else PROSE).match(text, simple.start("value")))
    ):
        return (None,)
    low, end = simple.span("value")
    if not _is_certain(name, value):
        query = match.is_in_query()
        is_login = False
        # Before "=", it makes no difference whether it is part of a structure.
        structured = query or sign == "=" or match.line_start() is not None
        if not structured:
            extent = Extent(low, end, "")
            is_login = what == "password" and match.is_login(extent)
            structured = is_login or match.is_in_structure() or match.is_go_field(extent)
        if not judge_value(
            name, value, Placement(sign, quoted=False, structured=structured, query=query, is_key=is_login)
        ):
            return (None,)
    if what not in MULTI_WORD:
        end = find_wrapped_end(text, low, end)
    # Faster than a call of the class.
    return (tuple.__new__(FoundSecret, (low, end, what, "", False, False, start)),)  # pyright: ignore[reportUnknownMemberType]


def _is_certain(name: Name, value: str) -> bool:
    """Return whether a value consists of letters and digits, and the name alone says that it is a secret."""
    return (
        name.takes_any
        and len(value) >= _MIN_CERTAIN
        and value.isalnum()
        and not (value.isalpha() or value.isdigit())
        # Others can be access key IDs or types.
        and value[0] not in "ANVnv"
        and value.isascii()
    ) or is_plain_secret(name, value)


def _is_word(match: NameMatch, value: str) -> bool:
    """Return whether the words after a value and a space cannot belong to the value."""
    what = match.name.what
    if what == "cookie" or value.isdigit():
        return False
    return what not in MULTI_WORD or (
        match.text[match.start - 1 : match.start] not in {'"', "'"} and match.line_start() is None
    )


def extend_value(match: NameMatch, extent: Extent, sign: Sign, line: re.Match[str] | None) -> Extent:
    """Extend an unquoted value over the words, cookies and signs that belong to it."""
    text, what = match.text, match.name.what
    if what == "cookie":
        others = _COOKIES.match(text, extent.end)
        extent = extent._replace(end=others.end()) if others else extent
    is_wrapped = text[extent.start - 1] in "[("
    if what == "cookie" or (not is_wrapped and line and not line["quote"] and what in MULTI_WORD):
        before = text[max(0, line.start() - 2) : line.start()] if line else ""
        is_escaped = before == "\\n" or _ESCAPED_BREAK.match(text, extent.end) is not None
        is_setting = sign == "=" or what == "cookie" or match.is_identifier()
        return _extend_to_line_end(text, extent, every=is_setting, is_escaped=is_escaped)
    return _extend_to_quote(text, match.start, extent) if sign == "=" and what == "password" else extent


def _extend_to_line_end(text: str, extent: Extent, *, every: bool, is_escaped: bool) -> Extent:
    """Extend the value of a setting to the end of its line; with ``every``, also over several words.

    In a string with escaped newlines, the string or the next escape ends the line.
    """
    rest = (_ESCAPED_REST if is_escaped else _REST).match(text, extent.start, extent.start + _MAX_LINE)
    if rest is None:
        return extent
    comment = _COMMENT.search(text, extent.start, rest.end())
    value = text[extent.start : comment.start() if comment else rest.end()]
    # Boxes have a border at the end of the line.
    value = value.partition("</")[0].rstrip(" \t\r│┃").rstrip(",;")
    if value[-1:] in {'"', "'", "`"} and value.count(value[-1]) % 2:
        # It ends a string around the setting.
        value = value[:-1]
    words = value.split()
    if not words or is_placeholder(words[0].partition("\\n")[0]):
        return extent
    if text.startswith("[", extent.start - 1):
        # A list of headers, as Go prints it.
        value = value.rstrip("]")
    is_phrase = every and len(words) <= _MAX_WORDS and _SENTENCE.search(value) is None
    if len(words) > 1 and (not is_phrase or _is_command(words[1:])):
        return extent
    return extent._replace(end=max(extent.end, extent.start + len(value)))


def _extend_to_quote(text: str, name: int, extent: Extent) -> Extent:
    """Extend the value in an assignment in quotes, as in "PASSWORD=aB3 dE6", to the closing quote.

    Args:
        text: The text.
        name: The position of the name.
        extent: The value.
    """
    quote = text[name - 1 : name]
    end = text.find(quote, extent.end, extent.end + _MAX_PHRASE) if quote in {'"', "'"} else -1
    # In a string of a shell, the quote is escaped.
    rest = text[extent.end : max(end, extent.end)].rstrip("\\")
    words = rest.split()
    # Words in lower case are more likely a command.
    if not words or len(words) > _MAX_WORDS or rest.islower() or "\n" in rest or "\\n" in rest:
        return extent
    return (
        extent
        if _SENTENCE.search(rest) or _is_command(words)
        else extent._replace(end=extent.end + len(rest))
    )


def end_at_opening_quote(text: str, name: int, extent: Extent) -> Extent:
    """End the value in an assignment in quotes at the closing quote: 'password=…'@db.

    Args:
        text: The text.
        name: The position of the name.
        extent: The value.
    """
    quote = text[name - 1 : name]
    is_open = quote in {'"', "'"} and not extent.quote
    closing = text.find(quote, extent.start + 1, extent.end) if is_open else -1
    is_closed = closing >= 0 and not text[closing + 1 : closing + 2].isalnum()
    return extent._replace(end=closing) if is_closed else extent


def _is_command(words: list[str]) -> bool:
    """Return whether words are the command that a setting applies to: "PGPASSWORD=… psql -h db"."""
    return words[0] in _COMMANDS or any(word.startswith(("-", "./", "/")) for word in words)
