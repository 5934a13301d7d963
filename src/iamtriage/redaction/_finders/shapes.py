"""Find secrets by their form, regardless of the text before them.

These are JSON web tokens, EKS tokens, AWS session tokens, tokens of providers, Docker logins to ECR, private
keys, and passwords in URLs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import BASE64, BREAK, INDENT, separate
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.secret_values import is_mixed
from iamtriage.redaction._vocabulary.token_shapes import find_provider_tokens
from iamtriage.redaction._vocabulary.value_ends import (
    find_line_start,
    find_wrapped_end,
    looks_like_base64,
    measure_common_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.markers import Secret
    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = ("find_shaped_secrets", "find_tokens")

# https://www.rfc-editor.org/rfc/rfc7519: the header is JSON, and base64url of {" is eyJ.
_WEB_TOKEN_START = separate("ey[JA]", 3)
_WEB_TOKEN = re.compile(
    rf"{_WEB_TOKEN_START}[A-Za-z0-9_-]{{6,20000}}+(?:\.[A-Za-z0-9_*…-]{{0,20000}}){{1,4}}"
)
# A token whose first part is wrapped over lines.
_WEB_TOKEN_WRAPPED = re.compile(rf"{_WEB_TOKEN_START}[A-Za-z0-9_-]{{17,20000}}+(?={BREAK})")
_EKS_TOKEN = re.compile(r"k8s-aws-v1\.[A-Za-z0-9_-]{8,20000}={0,2}")
# After the base64 of the first bytes of STS tokens.
_SESSION_TOKEN = rf"(?:{BASE64}|[=_*…-]|%3[Dd]|\.{{3}}){{8,20000}}"
# The base64 of "AWS:ey", the user and password of Docker for ECR.
_ECR_LOGIN = re.compile(rf"{separate('QVdTOmV5', 8)}[A-Za-z0-9+/_-]{{16,20000}}={{0,2}}")

# The base64 of "-----BEGIN PRIVATE KEY", as in a Secret of Kubernetes, with the words before "PRIVATE".
_ENCODED_PEM = re.compile(
    rf"{separate('LS0tLS1CRUdJTi', 14)}(?:BQUklWQVRF|B(?:SU0Eg|FQyBQ|EU0Eg|PUEVOU1NI|FTkNSWVBURUQ)[A-Za-z0-9+/]{{0,3}}?(?:UFJJVkFUR|UklWQVRF|IFBSSVZBVE))"
    r"[A-Za-z0-9+/]{8,20000}={0,2}"
)

# A text wrapper can break these lines at spaces.
_PEM_NAME = r"\s{1,4}(?:(?:[A-Z0-9]{1,20}\s{1,4}){0,3}PRIVATE\s{1,4}KEY(?:\s{1,4}BLOCK)?|OpenVPN Static key V1)[ ]?----"
_PEM = re.compile(rf"----[- ]BEGIN{_PEM_NAME}-?")
_PEM_END = re.compile(rf"----[- ]END{_PEM_NAME}-?")
# The end of a line of a key whose BEGIN line is missing.
_PEM_LINE_END = re.compile(r"(?:^|(?<=[^A-Za-z0-9+/=]))[A-Za-z0-9+/]{1,80}={0,2}[ \t\r]{0,80}$", re.MULTILINE)
_PUTTY = re.compile(r"Private-Lines: (?P<count>[0-9]{1,4})[ \t│|]{0,200}\r?\n")
_MAX_PUTTY_LINES = 200
_MAX_PEM = 20_000
_MAX_PEM_END = 120
_MAX_PEM_LINE, _MIN_PEM_LINE = 600, 16
# A line of a key without an END line: a header, or base64 that is not a word.
_PEM_LINE = re.compile(
    rf"{INDENT}(?:(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]{{0,120}}|[A-Za-z0-9+/]{{60,20000}}={{0,2}}"
    r"|(?=[A-Za-z]{0,80}[0-9+/=])[A-Za-z0-9+/]{1,80}={0,2}(?=[\s\\\"']|\Z))"
)
# A line between headers and the key consists of these, and the prefix of each line.
_EMPTY = " \t\r│┃|>"
_PEM_SAME_LINE = re.compile(r"[ \t]{1,8}[A-Za-z0-9+/]{40,20000}={0,2}")
_BREAK = re.compile(BREAK)
# "scheme://user:password@host", also with JSON's escaped slashes.
_USERINFO = re.compile(
    r":(?:\\{0,64}/){2}[^\s/?#@:\"'<>\\]{0,256}:"
    r"(?P<password>[^\s/?#@\"'<>\\]{1,2048})@"
)
# A secret access key with a slash that should be encoded. A port and the text after it are not a password.
_USERINFO_WITH_SLASH = re.compile(
    r"://[A-Za-z0-9_.~-]{0,256}:(?!\d{1,5}/)(?P<password>[A-Za-z0-9+=_-]{1,200}/[A-Za-z0-9+/=_-]{1,2048})@"
)
# "https://TOKEN:x-oauth-basic@github.com"
_USER_TOKEN = re.compile(r"://(?P<password>[^\s/?#@:\"'<>\\]{6,2048}):x-oauth-basic@")
# "https://TOKEN@git.example.com". The 32 hexadecimal digits of Sentry are public.
_ONLY_TOKEN = re.compile(r"://(?P<token>[A-Za-z0-9_~-]{20,2048})@")
# A line of pgpass after its host: port, database, user, password.
_PGPASS = re.compile(
    r":[1-9*](?:(?<=\*)|(?<!\*)[0-9]{3,4}):(?:[A-Za-z_][\w-]{0,62}|\*):(?:[A-Za-z_][\w.-]{0,62}|\*)"
    r":(?P<password>(?:[^\s:\"'\\\x1b<]|<(?!/)){6,400})(?=[\s\"'\\\x1b<]|\Z)"
)
# Also in an indented code block.
_LINE_START = r"(?:\A|(?<=\n)|(?<=\n[ \t])|(?<=\n[ \t]{2})|(?<=\n[ \t]{4}))"
_PGPASS_HOST = re.compile(
    rf"(?:(?<![\w.:/-])(?:[\w-]{{1,63}}\.[\w.-]{{1,190}}|localhost|\*)|{_LINE_START}[\w-]{{1,63}})\Z"
)
_MAX_HOST = 254
# The ports of PostgreSQL and PgBouncer. With another port, the line is one of pgpass if the host is an IP address or
# ends with a common label.
_KNOWN_PORT = re.compile(r":(?:[56]43[0-9]|\*):")
_COMMON_HOST = re.compile(
    r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|localhost"
    r"|(?:[\w-]{1,63}\.){1,8}(?:com|net|org|io|dev|cloud|app|internal|local|lan|corp|svc)"
)
_MAX_INDENT = 40
_REST_OF_LINE = re.compile(r"[ \t]{0,8}\r?$", re.MULTILINE)
# A file name, after which a number is a line, not a port: "main.go:5432:orders:vet:unusedresult".
_SOURCE_FILE = re.compile(r"[\w.-]{1,190}\.(?:cc?|cpp|cs|go|h|java|js|kt|php|py|rb|rs|sh|swift|tsx?)")


def find_shaped_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find every secret with a recognizable form."""
    text = searched.text
    for sign, pattern, what in _SHAPES:
        m = pattern.search(text) if sign in text else None
        while m:
            done = find_wrapped_end(text, m.start(), m.end())
            whole = pattern is not _WEB_TOKEN_WRAPPED or "." in text[m.end() : done]
            if whole and is_unmarked(text, m.start(), done):
                yield FoundSecret(m.start(), done, what)
            m = pattern.search(text, done)
    if "---BEGIN" in text or "---END" in text or "--- BEGIN SSH2" in text:
        yield from _find_private_keys(text)
    for putty in _PUTTY.finditer(text) if "Private-Lines: " in text else ():
        begin = text.rfind("PuTTY-User-Key-File-", max(0, putty.start() - _MAX_PEM), putty.start())
        end = putty.end()
        for _ in range(min(int(putty["count"]), _MAX_PUTTY_LINES)):
            end = text.find("\n", end, end + _MAX_PEM_LINE) + 1 or min(len(text), end + _MAX_PEM_LINE)
        yield FoundSecret(putty.end() if begin < 0 else begin, end, "private key")
    if "@" in text:
        yield from _find_url_passwords(text)
    yield from _find_postgres_passwords(text)


def find_tokens(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find every token of a provider."""
    for start, end in find_provider_tokens(searched.text, searched.words):
        if is_unmarked(searched.text, start, end):
            yield FoundSecret(start, end, "token")


# A required substring; the pattern; the kind of secret.
_SHAPES: tuple[tuple[str, re.Pattern[str], Secret], ...] = (
    ("ey", _WEB_TOKEN, "web token"),
    ("ey", _WEB_TOKEN_WRAPPED, "web token"),
    ("k8s-aws-v1.", _EKS_TOKEN, "EKS token"),
    ("IQoJb3JpZ2luX2V", re.compile(separate("IQoJb3JpZ2luX2V", 15) + _SESSION_TOKEN), "session token"),
    ("AgoJb3JpZ2luX2V", re.compile(separate("AgoJb3JpZ2luX2V", 15) + _SESSION_TOKEN), "session token"),
    ("FwoGZXIvYXdz", re.compile(separate("FwoGZXIvYXdz", 12) + _SESSION_TOKEN), "session token"),
    ("FQoGZXIvYXdz", re.compile(separate("FQoGZXIvYXdz", 12) + _SESSION_TOKEN), "session token"),
    ("FQoDYXdz", re.compile(separate("FQoDYXdz", 8) + _SESSION_TOKEN), "session token"),
    ("QVdTOmV5", _ECR_LOGIN, "authorization"),
    ("LS0tLS1CRUdJTi", _ENCODED_PEM, "private key"),
)


def _find_private_keys(text: str) -> Iterator[FoundSecret]:
    done = 0
    searched = 0
    for begin in _PEM.finditer(text):
        if begin.start() < done:
            continue
        # A part of the text without an END line is searched only once.
        close = _PEM_END.search(text, max(searched, begin.end()), begin.end() + _MAX_PEM)
        if close is None:
            searched = begin.end() + _MAX_PEM - _MAX_PEM_END
        # Without an END line, text that looks like more of the key is removed, too.
        done = close.end() if close else _find_cut_key_end(text, begin.start(), begin.end())
        yield FoundSecret(begin.start(), done, "private key")
    ends = _PEM_END.finditer(text, text.find("-----END")) if "-----END" in text else ()
    low = 0
    for close in ends:
        start = _find_cut_key_start(text, max(low, close.start() - _MAX_PEM), close.start())
        low = close.end()
        if start < close.start() and is_unmarked(text, start, close.end()):
            yield FoundSecret(start, close.end(), "private key")


def _find_cut_key_start(text: str, low: int, at: int) -> int:
    """Return the start of a private key without a BEGIN line, or the position if there is none.

    Args:
        text: The text.
        low: The position where the search ends.
        at: The position of the END line.
    """
    start = at
    line = text.rfind("\n", low, at) + 1
    while line > low:
        previous = max(low, text.rfind("\n", max(low, line - _MAX_PEM_LINE), line - 1) + 1)
        word = _PEM_LINE_END.search(text, previous, line - 1)
        if word is None or (start < at and not looks_like_base64(word[0].strip(), _MIN_PEM_LINE)):
            break
        start, line = word.start(), previous
    return start


def _find_cut_key_end(text: str, start: int, end: int) -> int:
    """Return the end of a private key without an END line: after the last line that looks like its body."""
    line, begin = find_line_start(text, start), end
    while True:
        piece = _PEM_SAME_LINE.match(text, end)
        if piece is None and (line_end := _BREAK.match(text, end)):
            following = line_end.end()
            at = following + measure_common_prefix(text, line, following)
            next_line = text.find("\n", at) + 1
            if text.find(":", begin, end) >= 0 and not text[at:next_line].strip(f"{_EMPTY}\n"):
                at = next_line + measure_common_prefix(text, line, next_line)
            piece = _PEM_LINE.match(text, at)
        if piece is None:
            return end
        begin, end = piece.span()


def _find_url_passwords(text: str) -> Iterator[FoundSecret]:
    for m in (*_USERINFO.finditer(text), *_USER_TOKEN.finditer(text)):
        start, end = m.span("password")
        if not is_placeholder(m["password"]) and is_unmarked(text, start, end):
            yield FoundSecret(start, end, "password")
    for m in _ONLY_TOKEN.finditer(text):
        start, end = m.span("token")
        is_token = looks_like_base64(m["token"], _MIN_SLASHED) or (
            end - start >= _MIN_LOWER and any(map(str.isdigit, m["token"]))
        )
        if is_token and is_unmarked(text, start, end):
            yield FoundSecret(start, end, "token")
    for m in _USERINFO_WITH_SLASH.finditer(text) if "/" in text else ():
        start, end = m.span("password")
        if looks_like_base64(m["password"], _MIN_SLASHED) and is_unmarked(text, start, end):
            yield FoundSecret(start, end, "password")


# The minimum length in characters. Shorter texts can be part of a path.
_MIN_SLASHED = 20
# The minimum length of a token in lower case.
_MIN_LOWER = 40


def _find_postgres_passwords(text: str) -> Iterator[FoundSecret]:
    """Find the passwords in lines of pgpass."""
    for m in _PGPASS.finditer(text):
        at = m.start()
        host = _PGPASS_HOST.search(text, max(0, at - _MAX_HOST), at)
        if host is None or _SOURCE_FILE.fullmatch(host[0]):
            continue
        is_known_port = _KNOWN_PORT.match(text, at) is not None
        if not is_known_port:
            indent = text[max(0, host.start() - _MAX_INDENT) : host.start()].rpartition("\n")[2]
            is_line = not indent.strip(" \t") and _REST_OF_LINE.match(text, m.end())
            if not is_line or _COMMON_HOST.fullmatch(host[0]) is None:
                continue
        password = m["password"]
        is_password = is_mixed(password) or (password.isalpha() and is_known_port)
        if is_password and not is_placeholder(password) and is_unmarked(text, *m.span("password")):
            yield FoundSecret(*m.span("password"), "password")
