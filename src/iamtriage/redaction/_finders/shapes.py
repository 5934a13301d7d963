"""Finds secrets that show by themselves what they are, whatever stands in front; not those behind names.

JSON web tokens, EKS tokens, AWS session tokens by their beginning, tokens of GitHub and Docker logins to ECR,
private keys, passwords in URLs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import Found, untouched
from iamtriage.redaction._vocabulary.notations import BASE64, BREAK, FRONT, INDENT
from iamtriage.redaction._vocabulary.secret_names import is_placeholder
from iamtriage.redaction._vocabulary.value_ends import further_lines, line_of, line_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.markers import Secret

__all__ = ("shaped_secrets",)

# https://www.rfc-editor.org/rfc/rfc7519: the header is JSON, and base64url of {" is eyJ.
_WEB_TOKEN = re.compile(rf"{FRONT}ey[JA][A-Za-z0-9_-]{{6,20000}}(?:\.[A-Za-z0-9_*…-]{{0,20000}}){{1,4}}")
# One whose first part is broken over lines.
_WEB_TOKEN_BROKEN = re.compile(rf"{FRONT}ey[JA][A-Za-z0-9_-]{{17,20000}}(?={BREAK})")
_EKS_TOKEN = re.compile(r"k8s-aws-v1\.[A-Za-z0-9_-]{8,20000}={0,2}")
# base64 of what STS begins its tokens with.
_SESSION_TOKEN = re.compile(
    rf"{FRONT}(?:IQoJb3JpZ2luX2V|AgoJb3JpZ2luX2V|F[wQ]oGZXIvYXdz|FQoDYXdz)(?:{BASE64}|[=_*…-]|%3[Dd]|\.{{3}}){{8,20000}}"
)
# base64 of "AWS:ey", Docker's user and password for ECR.
_ECR_LOGIN = re.compile(rf"{FRONT}QVdTOmV5[A-Za-z0-9+/_-]{{16,20000}}={{0,2}}")
_GITHUB = re.compile(rf"{FRONT}(?:gh[pousr]_[A-Za-z0-9]{{20,255}}|github_pat_[A-Za-z0-9_]{{20,255}})")

# A text wrapper may have broken the lines at blanks.
_PEM_NAME = r"\s{1,4}(?:[A-Z0-9]{1,20}\s{1,4}){0,3}PRIVATE\s{1,4}KEY(?:\s{1,4}BLOCK)?-----"
_PEM = re.compile(rf"-----BEGIN{_PEM_NAME}")
_PEM_END = re.compile(rf"-----END{_PEM_NAME}")
_PEM_REACH = 20_000
# A line of a key without an END line: a header, or base64 that is not a word.
_PEM_LINE = re.compile(
    rf"{INDENT}(?:(?:Proc-Type|DEK-Info|Version|Comment):[^\n\\]{{0,120}}|[A-Za-z0-9+/]{{60,20000}}={{0,2}}"
    r"|(?=[A-Za-z]{0,80}[0-9+/=])[A-Za-z0-9+/]{1,80}={0,2}(?=[\s\\\"']|\Z))"
)
_PEM_SAME_LINE = re.compile(r"[ \t]{1,8}[A-Za-z0-9+/]{40,20000}={0,2}")
_BREAK = re.compile(BREAK)
# "scheme://user:password@host", also percent-encoded and with JSON's escaped slashes.
_USERINFO = re.compile(
    r"(?::|%3[Aa])(?:(?:\\{0,64}/){2}|%2[Ff]%2[Ff])[^\s/?#@:\"'<>\\]{0,256}(?::|%3[Aa])"
    r"(?P<password>[^\s/?#@\"'<>\\]{1,2048})(?:@|%40)"
)
_DOCKER_PASSWORD = re.compile(
    r"docker\s{1,8}login\b[^\n]{0,200}?\s-p[ =]?[\"']?(?P<password>[^\s\"']{1,20000})"
)


def shaped_secrets(text: str) -> Iterator[Found]:
    """Find every secret that shows by itself."""
    for sign, pattern, what in _SHAPES:
        if sign in text:
            done = 0
            for m in pattern.finditer(text):
                if m.start() >= done:
                    done = further_lines(text, m.start(), m.end())
                    whole = pattern is not _WEB_TOKEN_BROKEN or "." in text[m.end() : done]
                    if whole and untouched(text, m.start(), done):
                        yield Found(m.start(), done, what)
    if "-----BEGIN" in text:
        yield from _private_keys(text)
    if "@" in text or "%40" in text:
        yield from _passwords(text, _USERINFO)
    if "docker" in text:
        yield from _passwords(text, _DOCKER_PASSWORD)


# What must be in the text, the pattern, what it finds.
_SHAPES: tuple[tuple[str, re.Pattern[str], Secret], ...] = (
    ("ey", _WEB_TOKEN, "web token"),
    ("ey", _WEB_TOKEN_BROKEN, "web token"),
    ("k8s-aws-v1.", _EKS_TOKEN, "EKS token"),
    ("oGZXIvYXdz", _SESSION_TOKEN, "session token"),
    ("oJb3JpZ2luX2V", _SESSION_TOKEN, "session token"),
    ("FQoDYXdz", _SESSION_TOKEN, "session token"),
    ("QVdTOmV5", _ECR_LOGIN, "authorization"),
    ("gh", _GITHUB, "token"),
)


def _private_keys(text: str) -> Iterator[Found]:
    done = 0
    for begin in _PEM.finditer(text):
        if begin.start() < done:
            continue
        close = _PEM_END.search(text, begin.end(), begin.end() + _PEM_REACH)
        # Without an END line, what looks like more of the key goes, too.
        done = close.end() if close else _end_of_cut_key(text, begin.start(), begin.end())
        yield Found(begin.start(), done, "private key")


def _end_of_cut_key(text: str, start: int, end: int) -> int:
    """Return where a private key without an END line ends: after the last line that looks like its body."""
    line = line_of(text, start)
    while True:
        piece = _PEM_SAME_LINE.match(text, end)
        if piece is None and (line_end := _BREAK.match(text, end)):
            following = line_end.end()
            piece = _PEM_LINE.match(text, following + line_prefix(text, line, following))
        if piece is None:
            return end
        end = piece.end()


def _passwords(text: str, pattern: re.Pattern[str]) -> Iterator[Found]:
    for m in pattern.finditer(text):
        start, end = m.span("password")
        if not is_placeholder(m["password"]) and untouched(text, start, end):
            yield Found(start, end, "password")
