"""Find the credentials of Authorization headers, and bearer tokens anywhere.

Forms: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html (version 4),
https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html (version 2) and
https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from operator import itemgetter
from typing import TYPE_CHECKING

from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import (
    BACKSLASHES,
    BASE64_ESCAPES,
    BLANK,
    BREAK,
    EQUALS,
    PADDING,
    QUOTE,
)
from iamtriage.redaction._vocabulary.placeholders import is_placeholder
from iamtriage.redaction._vocabulary.secret_values import is_other, looks_random
from iamtriage.redaction._vocabulary.value_ends import find_wrapped_end, is_in_line_prefix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.markers import Secret
    from iamtriage.redaction._vocabulary.searched_text import SearchedText

__all__ = ("find_header_secrets",)

# It can read a space in two ways, so its quantifiers are possessive.
_GAP = rf"(?:{BLANK}|\s)"
_HEADER = re.compile(
    rf"authorization(?:{QUOTE})?(?:{BLANK}{{0,8}}(?:=>|[:=,]){_GAP}{{0,40}}+|{BLANK}{{1,8}})"
    rf"(?:\[|\(|{QUOTE}|b(?=[\"'])){{0,3}}{BLANK}{{0,4}}"
)
_CREDENTIALS = rf"(?P<value>(?:[A-Za-z0-9._~+/=:@*…!#$^?-]|%[0-9A-Fa-f]{{2}}|{BASE64_ESCAPES}){{1,20000}})"
_SCHEME = re.compile(
    rf"(?P<scheme>bearer|basic|token|negotiate|apikey|geniekey|splunk){_GAP}{{1,8}}+{_CREDENTIALS}",
    re.IGNORECASE,
)
# Another scheme, such as "SSWS" or "SSO-Key".
_OTHER_SCHEME = re.compile(rf"(?!AWS)[A-Za-z][A-Za-z_-]{{1,30}}[ ]{{1,4}}{_CREDENTIALS}")
_VERSION_2 = re.compile(r"AWS\s{1,4}(?P<id>[A-Za-z0-9]{8,128}):(?P<value>[A-Za-z0-9+/%]{8,128}={0,2})")
# https://www.rfc-editor.org/rfc/rfc7616#section-3.4
_DIGEST = re.compile(
    r"digest[ \t]{1,8}[^\n]{0,1000}?\bresponse=\\{0,8}\"?(?P<value>[0-9a-f]{32,128})", re.IGNORECASE
)
_VERSION_4 = re.compile(r"AWS4-(?:HMAC|ECDSA)")
_ALONE = re.compile(_CREDENTIALS)
# These match lower-case text.
_BEARER = re.compile(rf"bearer(?<=\bbearer)(?:{_GAP}{{1,8}}+|\+){_CREDENTIALS}")
# "bearer" is the value before another one: "token_type=bearer expires_in=3600".
_PAIR = re.compile(r"[a-z_][\w.-]{0,80}=[\"']?\w")
# In the line after its scheme.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/*…-]{1,20000}={0,2}")
_SIGNATURE = re.compile(
    rf"signature\s?{EQUALS}\s?(?P<value>(?:[a-z0-9+/_~*…-]|%2[bf]|{BACKSLASHES}/){{2,2048}}{PADDING})"
)
# botocore logs it on a separate line.
_LOGGED = re.compile(
    rf"signature:[ \t]{{0,8}}{BREAK}[^\n]{{0,160}}?(?<![0-9a-z])(?P<value>[0-9a-f]{{64}})(?![0-9a-z])"
)
_SIGNS = re.compile(rf"credential{EQUALS}|signedheaders|aws4-hmac|awsaccesskeyid|keyname")
# Each of them contains one of these. A text is searched fast for each.
_SIGN_STARTS = ("credential", "signedheaders", "aws4-hmac", "awsaccesskeyid", "keyname")
_REACH = 1000
# The next header or another label, after the number of its line, if lines are joined.
_LABEL = re.compile(r"[^a-z]{0,40}[a-z_-]{1,40}:", re.IGNORECASE)


def find_header_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find every Authorization header's credentials, request signature and bearer token."""
    text, done, before = searched.text, 0, (0, 0)
    for start, end, what in sorted(_find_candidates(text, searched.folded), key=itemgetter(0)):
        if start < done or (start, end) == before:
            continue
        value = text[start:end]
        if value[-1] == ":" and _LABEL.fullmatch(value):
            continue
        before = start, end
        last = find_wrapped_end(text, start, end)
        if last > end:
            done = last
        if not is_placeholder(value) and is_unmarked(text, start, last):
            yield FoundSecret(start, last, what)


def _find_candidates(text: str, folded: str) -> Iterator[tuple[int, int, Secret]]:
    if "authorization" in folded:
        headers = list(_HEADER.finditer(folded))
        for header, following in zip_longest(headers, headers[1:]):
            stop = len(text) if following is None else following.start()
            for found in _find_in_header(text, header.end(), stop):
                if not is_in_line_prefix(text, header.start(), found[0]):
                    yield found
    if "bearer" in folded:
        for m in _BEARER.finditer(folded):
            start, end = m.span("value")
            if end - start < 16 or _PAIR.match(folded, start) or not looks_random(text[start:end]):
                continue
            is_below = "\n" in text[m.start() : start]
            if is_below and (
                not _TOKEN.fullmatch(text, start, end) or is_other(text[start:end], is_quoted=False)
            ):
                continue
            if not is_in_line_prefix(text, m.start(), start):
                yield start, end, "bearer token"
    if "signature" in folded:
        for m in _LOGGED.finditer(folded):
            yield (*m.span("value"), "signature")
        for m in _SIGNATURE.finditer(folded) if any(map(folded.__contains__, _SIGN_STARTS)) else ():
            if _SIGNS.search(folded, max(0, m.start() - _REACH), m.start()):
                yield (*m.span("value"), "signature")


def _find_in_header(text: str, at: int, stop: int) -> Iterator[tuple[int, int, Secret]]:
    """Yield the credentials of a header.

    Args:
        text: The text.
        at: The position after the header's name.
        stop: The start of the next header, which no credentials without a scheme contain.
    """
    first = text[at : at + 1]
    if first == "A":
        if _VERSION_4.match(text, at):
            return
        second = _VERSION_2.match(text, at)
        if second:
            yield (*second.span("value"), "signature")
            return
    digest = _DIGEST.match(text, at) if first in {"d", "D"} else None
    if digest:
        yield (*digest.span("value"), "authorization")
        return
    scheme = _SCHEME.match(text, at)
    if scheme:
        what: Secret = "bearer token" if scheme["scheme"].lower() == "bearer" else "authorization"
        if len(scheme["value"]) >= 6 and not scheme["value"].isalpha():
            yield (*scheme.span("value"), what)
        return
    for credentials in (_ALONE.match(text, at, stop), _OTHER_SCHEME.match(text, at, stop)):
        if credentials and looks_random(credentials["value"]) and len(credentials["value"]) >= 16:
            yield (*credentials.span("value"), "authorization")
            return
