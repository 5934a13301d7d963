"""Make untrusted text safe to print, and format error messages."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

__all__ = (
    "SECRET_SIGNS", "are_searched", "clip_text", "escape_controls", "escape_lines", "find_closing_brace",
    "format_count", "hide_beginning", "hide_secrets", "join_words", "line_at", "line_start",
    "lower_first", "quote_argument", "quote_json", "quote_text", "upper_first", "wrong_type_message",
)  # fmt: skip

# By their first character, so that a search tries few of them at each position.
SECRET_SIGNS = lazy_pattern(
    r"s(?:ecret|enha|tringdata|ignature|ession|aml|eed|as|ecure|ensitive|mb|udo|plunk|chtasks|nyk|waks"
    r"|igntool|ql(?:cmd|plus|ldr)|nmp|ops|ig(?:=|%(?:25){0,4}3d))"
    r"|a(?:uth(?!ori[sz]ed)|uth plain|kia|sia|bia|cca|3t|cl setuser|ltool)"
    r"|b(?:2 a|earer|cp|undle(?:_|(?: |%(?:25){0,4}20)config)|w (?:login|unlock))"
    r"|c(?:ookie|odecov|url|qlsh|red(?:s|entials\()|ontrase|ommunity|ouchbase|reateuser|ypher)"
    r"|d(?:ocker|evice)"
    r"|e(?:ncoded|y[ja]|cho|xpdp)|fqodyxdz|govc|h(?:oneycomb|ttp(?:-basic|s? -a))"
    r"|i(?:dentified|pmitool|mpdp|nflux)|j(?:wt|arsigner|dbc|frog)"
    r"|k(?:ennwort|ey|ty|init|8s-aws)|l(?:ogin|dap|ftp)"
    r"|m(?:ysql|aria|ask|fa|o(?:ngo|squitto)|c(?: |%(?:25){0,4}20)(?:alias|config))"
    r"|n(?:oecho|uget|et(?:lify|worksetup|(?:%(?:25){0,4}20|\W{1,8})(?:use|ads|rpc)))"
    r"|o(?:jb3|gzxiv|penssl|n >|p read)|p(?:ass|w|s[kw]|at|laintext|rintf|sexec|ulumi)"
    r"|q(?:r|vdtomv5)|r(?:acadm|edis-cli|pcclient|ar |abbitmq)"
    r"|t(?:oken|otp|urn(?:server|admin)|wine)|v(?:erifier|ault)|webhook"
    r"|user(?:add|mod| = [\"\\])|w(?:achtwoord|inrs|ith-decryption)|x(?:-oauth|freerdp)|zip"
    r"|пароль|パスワード|密[码碼]|비밀번호|\\u(?:043f\\u0430\\u0440\\u043e|30d1\\u30b9|5bc6\\u7[08]|be44\\ubc00)"
    r"|334(?: |%(?:25){0,4}20)ugf|7z|@(?:tcp|unix|[\w.-]{1,200} ?/ )|\t(?:true|false)\t[0-9]"
    r"|:(?: eap |\\{0,8}/\\{0,8}/(?=\S{0,300}@)|\*|[56]43|[1-9][0-9]{3,4}:[a-z_])|\]:(?:465|587)"
    r"|%(?:25){0,4}(?:2f%(?:25){0,4}2f|3a(?:[56]43|%(?:25){0,4}2a))"
)
"""Every secret without a provider's form contains one of these, in lower case, or is near one."""
# A run of the characters of such a form.
_TOKEN_RUN = lazy_pattern(r"[A-Za-z0-9_~+=-]{20}")
# Most values of a failure need no search: UUIDs, and words and ARNs whose parts are too short for a token
# and contain no assignment and no URL.
_PART = r"(?:[\w.,*@+-]{0,19}|[A-Za-z_-]{20,23})"
_PLAIN = lazy_pattern(
    rf"(?:arn:(?:{_PART}[:/](?!/))*)?{_PART}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}",
    re.ASCII,
)
# A cache of values without secrets, because principals and resources repeat. Secrets are never kept.
_searched: dict[str, None] = {}
_MAX_SEARCHED_VALUES = 1_024
_MAX_VALUE_LENGTH = 512

_BRACE = lazy_pattern(r"[{}]")
# Characters.
_MAX_QUOTED = 120
_MAX_JSON = 300
# Characters that JSON escapes. Behind another backslash, it is no escape.
_ESCAPED = lazy_pattern(r"(?<!\\)(?:\\u[0-9a-f]{4})+")
# https://fishshell.com/docs/current/language.html#quotes
_FISH_ESCAPE = lazy_pattern(r"\\(?:[\\']|\Z)")
# Without the characters that are special in double quotes, in any shell.
_PLAIN_IN_DOUBLE_QUOTES = lazy_pattern(r"[\w '.,:;/@%+=?*&|<>()\[\]{}-]*", re.ASCII)
# Characters that are searched for secrets before a text is truncated, and those of them that are never shown.
_MAX_SEARCHED = 6_000
_MARGIN = 2_000


def wrong_type_message(name: str, expected: str, value: object) -> str:
    """Return the message of the ``TypeError`` for an argument of the wrong type.

    >>> wrong_type_message("text", "a string", 3)
    'text must be a string, not int'
    >>> from pathlib import PurePosixPath
    >>> wrong_type_message("text", "a string", PurePosixPath("build.log"))
    'text must be a string, not PurePosixPath; pass what the file contains'
    """
    hint = "; pass what the file contains" if hasattr(value, "__fspath__") else ""
    return f"{name} must be {expected}, not {type(value).__name__}{hint}"


def escape_controls(text: str) -> str:
    r"""Escape each character that is not printable.

    A terminal could interpret such a character as a command.

    >>> print(escape_controls("a\x1b[31m\nb"))
    a\x1b[31m\nb
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def escape_lines(text: str) -> str:
    r"""Escape each character that is not printable, except newlines and tabs.

    Terminal control characters, bidirectional marks, and lone surrogates, which cannot be encoded, are not
    printable.

    >>> print(escape_lines("a\u202eb\ud800"))
    a\u202eb\ud800
    """
    if text.isprintable():
        return text
    return "".join(c if c in "\n\t" else escape_controls(c) for c in text)


def quote_argument(text: str) -> str:
    r"""Quote an argument of a command for POSIX shells, zsh and fish.

    ``shlex.quote`` does not quote a leading ``=`` or ``%``, which zsh and fish expand. In single quotes, it
    leaves a backslash before a quote or another backslash, which fish treats as an escape.

    >>> print(quote_argument("orders api"), quote_argument("=ls"), quote_argument("a\\"))
    'orders api' '=ls' a"\\"
    >>> print(quote_argument("Events[?Name=='a']"))
    "Events[?Name=='a']"
    """
    import shlex  # imported here because few processes print a command

    if "'" in text and _PLAIN_IN_DOUBLE_QUOTES.fullmatch(text):
        return f'"{text}"'
    if _FISH_ESCAPE.search(text):
        return '"\\\\"'.join(shlex.quote(part) if part else "" for part in text.split("\\"))
    return f"'{text}'" if text[:1] in {"=", "%"} and "'" not in text else shlex.quote(text)


def format_count(number: int, noun: str) -> str:
    """Format a number with its noun.

    >>> format_count(1, "denial"), format_count(40_000, "denial")
    ('1 denial', '40,000 denials')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def join_words(words: Sequence[str], conjunction: str) -> str:
    """Join words with commas, and the last two with a conjunction, each once.

    >>> join_words(["a", "a"], "or"), join_words(["a", "b", "c"], "and")
    ('a', 'a, b and c')
    """
    words = tuple(dict.fromkeys(words))
    return f" {conjunction} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def lower_first(words: str) -> str:
    """Return words with a small first letter, to go on with them in a sentence.

    >>> lower_first("Allow sqs:SendMessage")
    'allow sqs:SendMessage'
    """
    return f"{words[:1].lower()}{words[1:]}"


def upper_first(words: str) -> str:
    """Return words with a capital first letter, as the beginning of a sentence.

    >>> upper_first("the role app")
    'The role app'
    """
    return f"{words[:1].upper()}{words[1:]}"


def as_sentence(words: str) -> str:
    """Return words as a sentence.

    >>> as_sentence("drop the endpoint URL")
    'Drop the endpoint URL.'
    """
    return f"{upper_first(words)}."


def line_start(text: str, at: int, low: int = 0) -> int:
    r"""Return where the line of a position begins, or a lower bound if it begins before that.

    >>> line_start("one\ntwo", 5), line_start("one\ntwo", 2, 1)
    (4, 1)
    """
    low = max(low, 0)
    return text.rfind("\n", low, at) + 1 or low


def line_at(text: str, start: int, end: int | None = None) -> str:
    r"""Return the line of a position, or the lines of a span, without the last line break.

    >>> line_at("one\ntwo\nthree", 5), line_at("one\ntwo\nthree", 1, 5)
    ('two', 'one\ntwo')
    """
    stop = text.find("\n", start if end is None else end)
    return text[line_start(text, start) : len(text) if stop < 0 else stop]


def find_closing_brace(text: str, start: int, end: int | None = None) -> int:
    """Return the position of the brace that closes a block, or else the end. Its content begins at ``start``.

    >>> find_closing_brace("{ a { b } } c", 1), find_closing_brace("{ a", 1)
    (10, 3)
    """
    end = len(text) if end is None else min(end, len(text))
    depth = 1
    for found in _BRACE.finditer(text, start, end):
        depth += 1 if found[0] == "{" else -1
        if depth == 0:
            return found.start()
    return end


def hide_secrets(text: str) -> str:
    """Redact the secrets in a text like :func:`iamtriage.redact`.

    For most texts, one test shows that there are none. Redaction is imported by name, because it is in a
    higher layer.

    >>> hide_secrets("eu-west-1"), hide_secrets("password=hunter2")
    ('eu-west-1', 'password=[REDACTED password]')
    """
    if text in _searched:
        return text
    shown = text
    if not _PLAIN.fullmatch(text) and (SECRET_SIGNS.search(text.lower()) or _TOKEN_RUN.search(text)):
        redact: Callable[[str], str] = import_module("iamtriage.redaction._redact").redact
        shown = redact(text)
    if shown == text and len(text) <= _MAX_VALUE_LENGTH:
        if len(_searched) >= _MAX_SEARCHED_VALUES:
            _searched.clear()
        _searched[text] = None
    return shown


def are_searched(texts: AbstractSet[str | None]) -> bool:
    """Return whether texts were searched before, and have no secrets."""
    return _searched.keys() >= texts


def quote_text(text: str) -> str:
    """Quote a text for an error message: redacted, escaped, and truncated to a line or two.

    >>> quote_text("a" * 1000).endswith("a'… (1000 characters)")
    True
    """
    shown = hide_beginning(text)
    is_whole = len(shown) <= _MAX_QUOTED and len(text) <= _MAX_SEARCHED
    return repr(shown) if is_whole else f"{shown[:_MAX_QUOTED]!r}… ({len(text)} characters)"


def hide_beginning(text: str) -> str:
    """Return a text of which only the beginning is shown, redacted.

    The end of a long text is omitted, with a margin, because a secret that is cut is not recognized.
    """
    shown = hide_secrets(text[:_MAX_SEARCHED])
    return shown if len(text) <= _MAX_SEARCHED else f"{shown[:-_MARGIN]}…"


def quote_json(text: str) -> str:
    """Quote a text as a JSON string in ASCII, redacted and truncated, so that it is safe to print."""
    import json  # imported here because it takes a fifth of the time to the first STS endpoint

    text = hide_beginning(text)
    return json.dumps(text if len(text) <= _MAX_JSON else f"{text[:_MAX_JSON]}…")


def quote_words(text: str) -> str:
    r"""Quote words of a text as evidence, redacted. Words with a quotation mark stay unquoted.

    >>> quote_words("während"), quote_words('serviceaccount "cart"')
    ('"während"', 'serviceaccount "cart"')
    >>> quote_words(r'project \"tea\"')
    'project "tea"'
    """
    plain = hide_secrets(text).strip().replace(r"\"", '"')
    words = _ESCAPED.sub(_unescape, clip_text(plain)).replace(r"\"", '"').replace("\\\\", "\\")
    return words if '"' in words else f'"{words}"'


def _unescape(escaped: re.Match[str]) -> str:
    """Return the characters of an escape that people can read, and others as they are."""
    import json

    shown: str = json.loads(f'"{escaped[0]}"')
    return shown if shown.isprintable() else escaped[0]


def clip_text(text: str) -> str:
    """Truncate and escape a text like :func:`quote_json`, without the quotes."""
    shown = hide_beginning(text)
    # JSON escapes nothing in most names.
    is_plain = shown.isascii() and shown.isprintable() and '"' not in shown and "\\" not in shown
    return shown if is_plain and len(shown) <= _MAX_JSON else quote_json(text)[1:-1]
