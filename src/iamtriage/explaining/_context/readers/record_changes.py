"""Find the records that a call of Route 53 changes, in a log, a change batch or Terraform code.

All changes of a batch are allowed, or none is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.terraform_code import find_address, find_resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._context.readers.terraform_code import Block

_TYPE = r"(?:A|AAAA|CAA|CNAME|DS|HTTPS|MX|NAPTR|NS|PTR|SOA|SPF|SRV|SSHFP|SVCB|TLSA|TXT)"
_NAME = r"[\w.*@\\-]{1,255}"
# ExternalDNS: "Desired change: CREATE a-api.shop.example.com TXT".
_DESIRED = lazy_pattern(
    rf"(?a)\bDesired change: (?P<action>CREATE|UPSERT|DELETE) (?P<name>{_NAME}) (?P<type>{_TYPE})\b"
)
# A change batch in JSON, in code or in a record of CloudTrail, whose types come after the names or before them.
_RECORD_SET = lazy_pattern(
    r"(?i)\bresource_?record_?set(?:[\"']|\\\")?\s{0,8}[:=(]{1,2}\s{0,8}(?:&?types\.ResourceRecordSet)?\{(?P<body>[^{}\[\]]{1,600})"
)
_FIELD = lazy_pattern(
    r"(?ia)(?<![\w.])\\?[\"']?(?P<key>name|type)\\?[\"']?\s{0,8}[:=]\s{0,8}(?:types\.RRType|aws\.String\()?\\?[\"']?(?P<value>[\w.*@-]{1,255})"
)
_ACTION = lazy_pattern(
    r"(?i)\b(?:action)\\?[\"']?\s{0,8}[:=]\s{0,8}(?:types\.ChangeAction)?\\?[\"']?(?P<action>CREATE|UPSERT|DELETE)\b"
)
_IS_TYPE = lazy_pattern(_TYPE, re.IGNORECASE)
# Where the action of a change stands before its record.
_CHARS_BEFORE = 120
_CODE = "aws_route53_record"
# The challenge of ACME is always a TXT record: https://datatracker.ietf.org/doc/html/rfc8555#section-8.4
_CHALLENGE = lazy_pattern(rf"(?a)(?<![\w.-])(?P<name>_acme-challenge\.{_NAME}\w)")


class RecordChange(NamedTuple):
    """A change of a record.

    Attributes:
        type: The type of the record, such as ``"TXT"``.
        name: Its name, as condition keys compare it, or ``""``.
        action: What the change does, such as ``"UPSERT"``, or ``""``.
    """

    type: str
    name: str = ""
    action: str = ""


def find_record_changes(text: str) -> tuple[RecordChange, ...]:
    """Return the changes of records that a text shows, as far as it shows them.

    >>> find_record_changes('msg="Desired change: CREATE api.shop.example.com TXT"')
    (RecordChange(type='TXT', name='api.shop.example.com', action='CREATE'),)
    >>> [each.type for each in find_record_changes('"ResourceRecordSet": {"Name": "a.example.com.", "Type": "MX"}')]
    ['MX']
    """
    return tuple(dict.fromkeys(_iterate_changes(text)))


def _iterate_changes(text: str) -> Iterator[RecordChange]:
    for each in _DESIRED.finditer(text) if "Desired change" in text else ():
        yield RecordChange(each["type"], _normalize(each["name"]), each["action"])
    for each in _RECORD_SET.finditer(text):
        fields = {field["key"].lower(): field["value"] for field in _FIELD.finditer(each["body"])}
        action = list(_ACTION.finditer(text, max(each.start() - _CHARS_BEFORE, 0), each.start()))
        if _IS_TYPE.fullmatch(fields.get("type", "")):
            called = action[-1]["action"].upper() if action else ""
            yield RecordChange(fields["type"].upper(), _normalize(fields.get("name", "")), called)
    for block in _find_failed(text):
        kind = block.text_of("type") or ""
        if _IS_TYPE.fullmatch(kind):
            yield RecordChange(kind.upper(), _normalize(block.text_of("name") or ""))
    for each in _CHALLENGE.finditer(text):
        yield RecordChange("TXT", _normalize(each["name"]))


def _find_failed(text: str) -> list[Block]:
    """Return the record of Terraform code whose call failed: each record is a batch of its own."""
    found = find_resources(text, _CODE)
    address = find_address(text) if len(found) > 1 else None
    failed = [
        each for each in found if address and re.match(rf"{re.escape(each.address)}(?![\w-])", address.value)
    ]
    return failed if len(found) > 1 else found


def _normalize(name: str) -> str:
    return name.lower().rstrip(".")
