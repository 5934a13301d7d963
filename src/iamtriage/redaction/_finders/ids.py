"""Find identifiers by their form: IP and email addresses, access key IDs, account and request IDs.

Also finds the names of users, roles and other resources in log fields and command options.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from iamtriage.redaction._pseudonyms import EC2_PREFIX, EMAIL, HOST_OF_IP, UUID
from iamtriage.redaction._vocabulary.identifier_nouns import BEFORE_NAME, Identifier, split_name
from iamtriage.redaction._vocabulary.searched_text import fold_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._vocabulary.identifier_nouns import IdentifierKind, Noun

__all__ = ("find_ids",)

# A pattern that begins with a character is faster than one that begins with a lookbehind, so the lookbehind
# follows the first character. A rare character or a word is faster than a frequent one, so some patterns begin inside
# the identifier.
_IPV4_END = re.compile(r"\.(?<=[0-9].)[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![A-Za-z0-9_-]|\.[0-9A-Za-z])")
_IPV4_START = re.compile(r"(?<![A-Za-z0-9_.-])(?<![a-z]/)[0-9]{1,3}\Z")
# All eight groups, or "::". A time of day has neither.
_GROUP = "[0-9a-fA-F]{1,4}"
_IPV6_PART = re.compile(rf"::|:(?:{_GROUP}:){{6}}{_GROUP}")
_IPV6_CHARACTERS = f"{string.hexdigits}:"
_MAX_IPV6 = 40
_IPV6 = re.compile(
    rf"[0-9a-fA-F](?<![A-Za-z0-9_:.].)(?:(?<=[0-9])|(?=[0-9a-fA-F:]{{0,38}}[0-9]))[0-9a-fA-F]{{2,3}}"
    rf"(?:(?::{_GROUP}){{7}}|(?::{_GROUP}){{0,6}}::(?:{_GROUP}(?::{_GROUP}){{0,6}})?)(?![A-Za-z0-9_:])"
)
_HEX = "[0-9a-fA-F]"
_UUID_CHARS_BEFORE = 8
_UUID = re.compile(rf"-(?<=(?<!{_HEX}){_HEX}{{{_UUID_CHARS_BEFORE}}}-){UUID.partition('{8}-')[2]}(?!{_HEX})")
_EC2_END = re.compile(r"-[0-9a-f]{8}(?:[0-9a-f]{9})?(?![0-9A-Za-z_])")
_EC2_START = re.compile(rf"{BEFORE_NAME}{EC2_PREFIX}\Z")
_MAX_PREFIX = 20
# Neither "git@github.com:…" nor the filler of a marker before a host.
_EMAIL = re.compile(rf"(?<![A-Za-z0-9._%+'-])(?!git@|x{{4,64}}@){EMAIL}(?![A-Za-z0-9@])")
_LOCAL_CHARACTERS = f"{string.ascii_letters}{string.digits}._%+'-"
_MAX_LOCAL = 64
_IP_HOST, _EC2_HOST = (
    re.compile(rf"{start}-(?<![A-Za-z0-9_]{start}-){HOST_OF_IP.partition('-')[2]}(?![0-9-])")
    for start in ("ip", "ec2")
)
# Anywhere, even inside a word, because scanners also find it there.
_KEY_ID = re.compile(r"(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{12,124}")
_UNIQUE_ID = re.compile(
    r"A(?<![A-Za-z0-9].)(?:IDA|ROA|GPA|IPA|NPA|NVA|PKA|SCA)"
    r"(?:[A-Z0-9]{12,124}(?![A-Za-z0-9])|[A-Z0-9]{4,124}(?=:))(?P<session>:[\w+=,.@-]{2,64})?"
)
# As a separate word, or as the console shows it. A date with hours and minutes is not an account.
_ACCOUNT = re.compile(
    r"[0-9](?:(?<![A-Za-z0-9_.+-].)|(?<=%[0-9A-Fa-f]{2}.)|(?<=\\[nrt].))[0-9]{11}(?![A-Za-z0-9_]|[.,][0-9]|-[0-9])"
    r"(?<!(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9])"
)
_DASHED_CHARS_BEFORE = 4
_ACCOUNT_DASHED = re.compile(r"-(?<=(?<![A-Za-z0-9_.-])[0-9]{4}-)[0-9]{4}-[0-9]{4}(?![A-Za-z0-9_-])")
# In the path of an OIDC issuer, or in the host of an API server.
_CLUSTER_ID = re.compile(r"/id/(?P<id>[0-9A-F]{32})(?![0-9A-Za-z])")
_CLUSTER_HOST = re.compile(
    r"\.(?:(?<=(?<![0-9A-Za-z])[0-9A-F]{32}\.)|(?<=\\[nrt][0-9A-F]{32}\.))[a-z]{2}[0-9a-z]\."
)
_CLUSTER_ID_LENGTH = 32
_SIGNS = r"(?:[\"'\s:=>,]|\\[\"']|&quot;|&gt;){1,12}"
_REQUEST = re.compile(
    rf"[RrXx](?:equest[ _-]?[Ii][Dd]|EQUEST[ _-]?ID|id|-[Aa]mz-[Rr]equest-[Ii]d){_SIGNS}"
    r"(?P<id>[A-Z0-9]{16})(?![A-Za-z0-9])"
)
# A literal, and the pattern that begins with it.
_HOST_IDS = tuple(
    (literal, re.compile(rf"{field}{_SIGNS}(?P<id>[A-Za-z0-9+/]{{20,200}}={{0,2}})(?![A-Za-z0-9+/=])"))
    for literal, field in (
        ("ost", "ost(?<=[HhEeXx]ost)[ _-]?[Ii][Dd]"),
        ("xtended", "xtended(?<=[HhEeXx]xtended)[ _-]?[Rr]equest[ _-]?[Ii][Dd]"),
        ("xtRid", "xtRid(?<=[HhEeXx]xtRid)"),
        ("d-2", "d-2(?<=[HhEeXx]-[Aa]mz-[Ii]d-2)"),
    )
)
_AUTHORIZATION = re.compile(
    r"(?:authorization[ _-]id[\"']?(?:[:=]\s?|\s)[\"']?|authorization-details/)"
    r"(?P<id>[0-9a-z]{20,64})(?![0-9A-Za-z])"
)

# Field names in lower case, without separators.
_NAMED: tuple[Noun, ...] = (
    "bucket", "cluster", "function", "group", "nodegroup", "parameter", "policy", "queue", "repository", "role",
    "session", "stack", "stream", "table", "topic", "user",
)  # fmt: skip
_NOUN_OF_FIELD: dict[str, Noun] = {
    **{f"{noun}name": noun for noun in _NAMED},
    "accountalias": "alias",
    "bucket": "bucket",
    "instanceprofilename": "profile",
    "rolesessionname": "session",
    "secretid": "secret",
}
_FIELD = re.compile(
    r"(?P<field>[urcnftqgpsbia](?<![a-z0-9].)(?:(?:ser|ole|luster|odegroup|unction|able|ueue|opic|roup|olicy|arameter"
    r"|epository|tack|tream|ucket|ession|ole[_-]?session|nstance[_-]?profile)[_-]?name|ecret[_-]?id|ucket"
    r"|ccount[_-]?alias))(?:\\{0,64}[\"'])?"
    # An unquoted value after a colon must be the rest of its line. Otherwise, it is prose.
    r"(?P<sign>\s?=\s?|\s?:\s{0,2}(?=\\{0,64}[\"'])|:\s(?=[^\s\"']{1,128}(?:\s{0,8}$|[,}\]]))|\s|>)"
    r"(?:\\{0,64}[\"'])?(?P<value>[a-z0-9][\w+=,.@/-]{1,127})(?![\w(])",
    re.MULTILINE,
)
_WORDS = """
    None and false for in is must name nil not null of or policy the true undefined
"""
_NO_VALUES = frozenset(_WORDS.split())


def find_ids(text: str) -> Iterator[Identifier]:
    """Find every identifier with a recognizable form, and the names in fields."""
    for signs, before, pattern, noun in _SHAPES:
        if not signs or any(sign in text for sign in signs):
            group = "id" if "id" in pattern.groupindex else 0
            for m in pattern.finditer(text):
                yield Identifier(m.start(group) - before, m.end(group), noun)
    for octets in _IPV4_END.finditer(text):
        first = _IPV4_START.search(text, max(0, octets.start() - 3), octets.start())
        if first:
            yield Identifier(first.start(), octets.end(), "host")
    for host in _CLUSTER_HOST.finditer(text):
        yield Identifier(host.start() - _CLUSTER_ID_LENGTH, host.start(), "cluster-id")
    yield from _find_ipv6(text)
    yield from _find_emails(text)
    for m in _UNIQUE_ID.finditer(text):
        name_end = m.end()
        if m["session"]:
            name_end = m.start("session")
            yield Identifier(name_end + 1, m.end("session"), "session")
        yield Identifier(m.start(), name_end, "name")
    for number in _EC2_END.finditer(text):
        prefix = _EC2_START.search(text, max(0, number.start() - _MAX_PREFIX), number.start())
        if prefix:
            yield Identifier(prefix.start(), number.end(), "resource")
    yield from _find_field_names(text)


def _find_ipv6(text: str) -> Iterator[Identifier]:
    done = 0
    for part in _IPV6_PART.finditer(text):
        before = text[max(0, part.start() - _MAX_IPV6) : part.start()]
        start = part.start() - len(before) + len(before.rstrip(_IPV6_CHARACTERS))
        m = _IPV6.match(text, start) if start >= done else None
        if m:
            yield Identifier(*m.span(), "host")
            done = m.end()


def _find_emails(text: str) -> Iterator[Identifier]:
    done = 0
    at = text.find("@")
    while at >= 0:
        # Only a character before all of these can precede an address.
        before = text[max(0, at - _MAX_LOCAL - 1) : at]
        start = at - len(before) + len(before.rstrip(_LOCAL_CHARACTERS))
        m = _EMAIL.match(text, start) if start >= done else None
        if m:
            yield Identifier(*m.span(), "user")
            done = m.end()
        at = text.find("@", at + 1)


def _find_field_names(text: str) -> Iterator[Identifier]:
    """Find the names in fields such as "userName" and options such as "--role-name"."""
    lower = fold_case(text)
    if "name" not in lower and "bucket" not in lower and "id" not in lower and "alias" not in lower:
        return
    for m in _FIELD.finditer(lower):
        start, end = m.span("value")
        noun = _NOUN_OF_FIELD.get(m["field"].replace("_", "").replace("-", ""))
        option = text.endswith("--", 0, m.start()) or not m["sign"].isspace()
        if noun and option and text[start:end] not in _NO_VALUES:
            yield from split_name(text, start, end, noun)


# A required substring, if any; the number of characters of the identifier before the match; the pattern; the kind.
_SHAPES: tuple[tuple[tuple[str, ...], int, re.Pattern[str], IdentifierKind], ...] = (
    ((), _UUID_CHARS_BEFORE, _UUID, "name"),
    (("ip-",), 0, _IP_HOST, "host"),
    (("ec2-",), 0, _EC2_HOST, "host"),
    (("AKIA", "ASIA", "ABIA", "ACCA", "A3T"), 0, _KEY_ID, "name"),
    ((), 0, _ACCOUNT, "account"),
    ((), _DASHED_CHARS_BEFORE, _ACCOUNT_DASHED, "account"),
    (("/id/",), 0, _CLUSTER_ID, "cluster-id"),
    (("equest", "Rid", "EQUEST"), 0, _REQUEST, "request"),
    *(((literal,), 0, pattern, "host-id") for literal, pattern in _HOST_IDS),
    (("uthorization",), 0, _AUTHORIZATION, "authorization"),
)
