"""Create pseudonyms for identifiers, of the same form and numbered in text order.

A number reveals nothing about the value. A digest would: there are so few account IDs that all can be tried.
A value that looks like a pseudonym stays, so that redacting a redacted text changes nothing.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import TYPE_CHECKING, TypeAlias

from iamtriage.arns._principals import IDENTITY_CENTER_PREFIX, SERVICE_LINKED_PREFIX
from iamtriage.redaction._vocabulary.identifier_nouns import NOUNS, IdentifierKind, is_kept
from iamtriage.redaction._vocabulary.known_words import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ("ACCOUNT", "ACCOUNT_INSIDE", "EC2_PREFIX", "EMAIL", "HOST_OF_IP", "UUID", "Pseudonyms")

_NUMBER = r"[1-9][0-9]{0,8}"
_EXTENSION = (
    r"(?:\.(?:avro|bz2|csv|gz|html|jar|jpe?g|js|jsonl?|log|md|orc|parquet|pdf|png|py|sh|sql|tar|tf|tfstate|tgz|tsv"
    r"|txt|xml|ya?ml|zip))"
)
_PSEUDONYM = re.compile(rf"(?:{NOUNS})-{_NUMBER}(?:-(?:[0-9]{{12}}|{REGION})){{0,4}}{_EXTENSION}{{0,2}}")
# The number of a pseudonym, and the noun before it. A search for the hyphen skips most characters quickly.
_EXISTING = re.compile(rf"-(?P<number>{_NUMBER})(?![A-Za-z0-9_])")
_NOUN_BEFORE = re.compile(rf"(?<![A-Za-z0-9_-])(?:{NOUNS}|person)\Z")
_MAX_NOUN = max(map(len, NOUNS.split("|")))
_EXTENSIONS = re.compile(rf"{_EXTENSION}{{1,2}}\Z")
_MAX_EXTENSIONS = 24
# A value that ends with a number after many zeros, or after a mask, can be a pseudonym.
_PADDED = re.compile(
    rf"(?:0000000|xx(?<=[A-Z0-9]..)|::|0(?<![0-9.].)\.0\.0\.)[x0]{{0,120}}(?P<number>{_NUMBER})(?![0-9a-f])"
)
_ZEROS = re.compile(r"0{3,31}[0-9]{1,9}")

ACCOUNT = re.compile(r"[0-9]{12}")
ACCOUNT_INSIDE = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
# An account as the console shows it.
_ACCOUNT_DASHED = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}")
# The first digits of account pseudonyms. The first one is not 0, because in JSON an account can be a number.
_ACCOUNT_START = "1000000"
_KEPT_INSIDE = re.compile(rf"(?P<account>{ACCOUNT_INSIDE.pattern})|(?<![a-z0-9]){REGION}(?![a-z0-9])")
_MAX_KEPT_INSIDE = 4
# Kinds with short values: at most 32 and 64 characters.
_SHORT = frozenset({"federated", "session"})

_HEX = "[0-9a-fA-F]"
UUID = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_UUID_START = "00000000-0000-4000-8000-"
EC2_PREFIX = (
    r"(?:acl|aclassoc|aki|ami|ari|cgw|cr|dopt|eigw|eipalloc|eipassoc|eni|fleet|fs|fsap|fsmt|h|i|igw|lgw|lt|mi|nat|pcx"
    r"|pl|rtb|rtbassoc|sfr|sg|sgr|sir|snap|subnet|tgw|tgw-attach|tgw-rtb|vgw|vol|vpc|vpce|vpce-svc|vpn)"
)
_EC2_ID = re.compile(rf"(?P<start>{EC2_PREFIX}-)(?P<hex>[0-9a-f]{{8}}(?:[0-9a-f]{{9}})?)")
_EC2_PSEUDONYM = re.compile(r"0{4,16}[0-9]{1,9}")
EMAIL = (
    r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@[A-Za-z0-9][A-Za-z0-9-]{0,62}\.[A-Za-z0-9.-]{0,200}[A-Za-z]{2,24}"
)
_EMAIL_PSEUDONYM = re.compile(rf"person-{_NUMBER}@example\.com")
_OCTET = "([0-9]{1,3})"
HOST_OF_IP = rf"(?:ip|ec2)-{_OCTET}-{_OCTET}-{_OCTET}-{_OCTET}"
_IPV4 = re.compile(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}")
_ADDRESS = re.compile(r"[0-9a-fA-F.:]+")
_IPV6_PSEUDONYMS = ipaddress.IPv6Network("2001:db8::/96")
# Addresses that identify nothing: localhost, unspecified, broadcast, and the credential endpoints of
# instances and pods.
_ADDRESSES = """
    127.0.0.1 0.0.0.0 255.255.255.255 169.254.169.253 169.254.169.254 169.254.170.2 169.254.170.23 ::1 ::
    fd00:ec2::254 fd00:ec2::23
"""
_COMMON_ADDRESSES = frozenset(_ADDRESSES.split())
_UNIQUE_ID = re.compile(
    r"(?P<start>A(?:KIA|SIA|BIA|CCA|3T[A-Z0-9]|IDA|ROA|GPA|IPA|NPA|NVA|PKA|SCA))[A-Z0-9]{4,124}"
)
_UNIQUE_PSEUDONYM = re.compile(r"A[A-Z0-9]{3}x{2,120}[0-9]{1,9}")
_CLUSTER_ID = re.compile(r"[0-9A-F]{32}")
_S3_REQUEST = re.compile(r"[A-Z0-9]{16}")
_AUTHORIZATION = re.compile(r"[0-9A-Za-z]{8,256}")
_HOST_ID = re.compile(r".+", re.DOTALL)
_HOST_ID_PSEUDONYM = re.compile(rf"hostid{_NUMBER}=")
_ORGANIZATION = re.compile(r"(?P<start>o|ou|r|p|h|ou-[0-9a-z]{4,32})-(?P<rest>[0-9a-z]{4,32})")
_IDENTITY_CENTER = re.compile(
    rf"{IDENTITY_CENTER_PREFIX}(?P<set>[A-Za-z0-9_+=,.@-]{{1,32}})_(?P<suffix>[0-9a-f]{{16}})"
)
_SET_PSEUDONYM = re.compile(rf"Set{_NUMBER}")
# What the CDK creates to deploy, and its default qualifier:
# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html.
_BOOTSTRAPPED = re.compile(
    r"cdk-(?P<qualifier>hnb659fds|[a-z0-9]{1,10})-(?P<purpose>(?:deploy|cfn-exec|lookup|(?:file|image)-publishing)-role|(?:container-)?assets)-(?P<account>[0-9]{12})(?P<region>-[a-z0-9-]{6,30})"
)
_QUALIFIER_PSEUDONYM = re.compile(rf"hnb659fds|q{_NUMBER}")
_SERVICE_LINKED = re.compile(rf"{SERVICE_LINKED_PREFIX}[A-Za-z0-9]{{1,60}}(?:_(?P<suffix>.{{1,60}}))?")

_Shape: TypeAlias = "tuple[frozenset[IdentifierKind], re.Pattern[str], Callable[[re.Match[str]], str]]"


def _find_existing(text: str) -> Iterator[tuple[str, int]]:
    """Yield the noun and number of each name that looks like a pseudonym."""
    for m in _EXISTING.finditer(text):
        noun = _NOUN_BEFORE.search(text, max(0, m.start() - _MAX_NOUN), m.start())
        if noun:
            yield noun[0], int(m["number"])


class Pseudonyms:
    """The pseudonyms of one text."""

    def __init__(self, text: str, accounts: Iterable[str]) -> None:
        """Collect values that already look like a pseudonym.

        Args:
            text: The whole text.
            accounts: The accounts in it.
        """
        self._pseudonyms: dict[str, str] = {}
        self._last: dict[str, int] = {}
        self._taken = set(_find_existing(text))
        self._padded = {int(m["number"]) for m in _PADDED.finditer(text)}
        known = frozenset(accounts)
        # A real account can begin like a pseudonym, but only one in ten million does, and not with a number
        # that low.
        self._max_accounts = max(1, len(known))
        self._taken |= {("account", int(each[7:])) for each in known if self._is_account_pseudonym(each)}
        anything: frozenset[IdentifierKind] = frozenset()
        # The kinds (empty: all), the form, and its pseudonym. The first match applies.
        self._shapes: tuple[_Shape, ...] = (
            (anything, ACCOUNT, self._account),
            (anything, _ACCOUNT_DASHED, self._account_dashed),
            (frozenset({"account"}), _HOST_ID, self._masked_account),
            (anything, re.compile(UUID), self._uuid),
            (anything, _EC2_ID, self._ec2_id),
            (anything, re.compile(EMAIL), self._email),
            (anything, re.compile(HOST_OF_IP), self._host_of_ip),
            (anything, _IPV4, self._address),
            (anything, _UNIQUE_PSEUDONYM, lambda m: m[0]),
            (anything, _CLUSTER_ID, functools.partial(self._numbered, "cluster-id", 32)),
            (anything, _IDENTITY_CENTER, self._identity_center),
            (anything, _SERVICE_LINKED, self._service_linked),
            (anything, _BOOTSTRAPPED, self._bootstrapped),
            (frozenset({"request"}), _S3_REQUEST, functools.partial(self._numbered, "request", 16)),
            (
                frozenset({"authorization"}),
                _AUTHORIZATION,
                functools.partial(self._numbered, "authorization", 25),
            ),
            (frozenset({"host-id"}), _HOST_ID, self._host_id),
            (frozenset({"policy", "resource", "name"}), _ORGANIZATION, self._organization),
            (frozenset({"host"}), _ADDRESS, self._address),
            # Last, because a name can begin like this.
            (anything, _UNIQUE_ID, self._unique_id),
        )

    def get_pseudonym(self, value: str, noun: IdentifierKind) -> str:
        """Return the pseudonym of a value, which is always the same."""
        made = self._pseudonyms.get(value)
        if made is None:
            made = self._pseudonyms[value] = self._make(value, noun)
            # A later round finds it in place of the value.
            self._pseudonyms.setdefault(made, made)
        return made

    def _make(self, value: str, noun: IdentifierKind) -> str:
        if is_kept(value):
            return value
        for nouns, pattern, make in self._shapes:
            if not nouns or noun in nouns:
                m = pattern.fullmatch(value)
                if m:
                    return make(m)
        return self._name(value, "name" if noun in {"account", "authorization", "host-id"} else noun)

    def _next(self, noun: str) -> int:
        number = self._last.get(noun, 0) + 1
        while (noun, number) in self._taken:
            number += 1
        self._last[noun] = number
        return number

    def _zeros(self, series: str, width: int) -> str:
        """Return the next number of a series that the text does not contain, padded with zeros."""
        number = self._next(series)
        while number in self._padded:
            number = self._next(series)
        return str(number).zfill(width)

    def _name(self, value: str, noun: str) -> str:
        if _PSEUDONYM.fullmatch(value):
            return value
        parts = [f"{noun}-{self._next(noun)}"]
        if noun not in _SHORT:
            # Names of buckets and roles often contain the account and the region.
            inside = [
                self.get_pseudonym(m[0], "account") if m["account"] else m[0]
                for m in _KEPT_INSIDE.finditer(value)
            ]
            parts += inside[:_MAX_KEPT_INSIDE]
        extension = _EXTENSIONS.search(value[-_MAX_EXTENSIONS:]) if noun == "object" else None
        return "-".join(parts) + (extension[0] if extension else "")

    def _is_account_pseudonym(self, value: str) -> bool:
        return value.startswith(_ACCOUNT_START) and 0 < int(value[7:]) <= self._max_accounts

    def _account(self, m: re.Match[str]) -> str:
        return m[0] if self._is_account_pseudonym(m[0]) else f"{_ACCOUNT_START}{self._next('account'):05d}"

    def _account_dashed(self, m: re.Match[str]) -> str:
        made = self.get_pseudonym(m[0].replace("-", ""), "account")
        return f"{made[:4]}-{made[4:8]}-{made[8:]}"

    def _masked_account(self, m: re.Match[str]) -> str:
        return re.sub("[0-9]", "x", m[0])

    def _uuid(self, m: re.Match[str]) -> str:
        return m[0] if m[0].startswith(_UUID_START) else _UUID_START + self._zeros("uuid", 12)

    def _ec2_id(self, m: re.Match[str]) -> str:
        if _EC2_PSEUDONYM.fullmatch(m["hex"]):
            return m[0]
        width = len(m["hex"])
        return m["start"] + self._zeros(f"{m['start']}{width}", width)

    def _email(self, m: re.Match[str]) -> str:
        return m[0] if _EMAIL_PSEUDONYM.fullmatch(m[0]) else f"person-{self._next('person')}@example.com"

    def _host_of_ip(self, m: re.Match[str]) -> str:
        address = self.get_pseudonym(".".join(m.groups()), "host")
        return f"{m[0].partition('-')[0]}-{address.replace('.', '-')}"

    def _address(self, m: re.Match[str]) -> str:
        try:
            address = ipaddress.ip_address(m[0])
        except ValueError:
            return m[0]
        if m[0] in _COMMON_ADDRESSES or address in _IPV6_PSEUDONYMS or m[0].startswith("0."):
            # No host has an address that begins with 0, so these are pseudonyms.
            return m[0]
        if address.version == 4:
            return str(ipaddress.IPv4Address(int(self._zeros("ipv4", 1))))
        # For documentation: https://www.rfc-editor.org/rfc/rfc3849.
        return str(_IPV6_PSEUDONYMS[int(self._zeros("ipv6", 1))])

    def _unique_id(self, m: re.Match[str]) -> str:
        width = max(4, len(m[0]) - len(m["start"]))
        return m["start"] + self._zeros(m["start"], 1).rjust(width, "x")

    def _numbered(self, series: str, width: int, m: re.Match[str]) -> str:
        return m[0] if _ZEROS.fullmatch(m[0]) else self._zeros(series, width)

    def _host_id(self, m: re.Match[str]) -> str:
        # Characters of base64, as in S3's IDs, so that readers recognize it next to any line break.
        return m[0] if _HOST_ID_PSEUDONYM.fullmatch(m[0]) else f"hostid{self._next('host-id')}="

    def _organization(self, m: re.Match[str]) -> str:
        if _ZEROS.fullmatch(m["rest"]):
            return m[0]
        start = "ou-0000" if m["start"].startswith("ou-") else m["start"]
        return f"{start}-{self._zeros(start, max(8, len(m['rest'])))}"

    def _identity_center(self, m: re.Match[str]) -> str:
        name = m["set"] if _SET_PSEUDONYM.fullmatch(m["set"]) else self._count("set", m["set"], "Set")
        suffix = m["suffix"] if _ZEROS.fullmatch(m["suffix"]) else self._zeros("suffix", 16)
        return f"{IDENTITY_CENTER_PREFIX}{name}_{suffix}"

    def _count(self, series: str, name: str, start: str) -> str:
        # Other values contain no spaces.
        key = f"{series} {name}"
        if key not in self._pseudonyms:
            self._pseudonyms[key] = f"{start}{self._next(series)}"
        return self._pseudonyms[key]

    def _bootstrapped(self, m: re.Match[str]) -> str:
        qualifier = m["qualifier"]
        if not _QUALIFIER_PSEUDONYM.fullmatch(qualifier):
            qualifier = self._count("qualifier", qualifier, "q")
        account = self.get_pseudonym(m["account"], "account")
        return f"cdk-{qualifier}-{m['purpose']}-{account}{m['region']}"

    def _service_linked(self, m: re.Match[str]) -> str:
        suffix = m["suffix"]
        return m[0] if suffix is None else m[0].removesuffix(suffix) + self.get_pseudonym(suffix, "name")
