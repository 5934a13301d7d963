"""Find the end of the value of a setting: of its line, its quote or its cookies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._vocabulary.notations import FILLER
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.secret_values import COOKIE_ATTRIBUTE

if TYPE_CHECKING:
    from iamtriage.redaction._vocabulary.value_ends import Extent

__all__ = ("end_at_opening_quote", "extend_over_cookies", "extend_to_line_end", "extend_to_quote")

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
_MAX_LINE = 4_096
_MAX_PHRASE = 200


def extend_to_line_end(text: str, extent: Extent, *, every: bool, is_escaped: bool) -> Extent:
    """Extend the value of a setting to the end of its line; with ``every``, also over several words.

    In a string with escaped newlines, the string or the next escape ends the line.
    """
    rest = (_ESCAPED_REST if is_escaped else _REST).match(text, extent.start, extent.start + _MAX_LINE)
    if rest is None:
        return extent
    comment = _COMMENT.search(text, extent.start, rest.end())
    value = text[extent.start : comment.start() if comment else rest.end()]
    value = value.partition("</")[0].rstrip().rstrip(",;")
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


def extend_over_cookies(text: str, extent: Extent) -> Extent:
    """Extend the value of a cookie over those after it."""
    others = _COOKIES.match(text, extent.end)
    return extent._replace(end=others.end()) if others else extent


def extend_to_quote(text: str, name: int, extent: Extent) -> Extent:
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
