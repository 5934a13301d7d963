"""Reads the one shape that boto3 users meet most, in one match; every other text takes the long way.

The result is the same as the long way's: ``tests/reading/test_shortcut.py`` holds it to that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._reading.readers.reasons import policy_type
from iamtriage.failures._failures import AccessDenied, Envelope

if TYPE_CHECKING:
    from iamtriage.typing import PolicyType

_POLICY_WORDS = (
    "identity-based policy",
    "resource-based policy",
    "permissions boundary",
    "session policy",
    "service control policy",
    "resource control policy",
    "VPC endpoint policy",
    "role trust policy",
)
_POLICY_TYPES: dict[str, PolicyType | None] = {words: policy_type(words) for words in _POLICY_WORDS}
PREFIX = "An error occurred ("
_SENTENCE = re.compile(
    r"An error occurred \((?P<code>[A-Z][A-Za-z]+)\) when calling the (?P<operation>[A-Za-z0-9]+) operation: "
    r"User: (?P<principal>arn:aws[a-z-]*:(?:iam|sts)::(?P<account>[0-9]{12}):[\w+=,.@/-]*[\w]) is not authorized to perform: "
    r"(?P<action>(?P<service>[a-z][a-z0-9-]*):[A-Z][A-Za-z0-9]*)"
    r"(?: on resource: (?P<resource>arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[\w+=,.@/:*-]*[\w]))?"
    rf"(?P<reason> because no (?P<words>{'|'.join(_POLICY_WORDS)}) allows the (?P=action) action)?",
    re.ASCII,
).fullmatch
_NAMES = ("", "code", "operation", "principal", "account", "action", "service", "resource", "", "")


def read_shortcut(text: str) -> AccessDenied | None:
    """Read botocore's sentence of a denial without ornaments; None for any other text."""
    m = _SENTENCE(text)
    if m is None:
        return None
    code, operation, principal, account, action, service, resource, reason, words = m.groups()
    policy = _POLICY_TYPES[words] if words else None
    return AccessDenied(
        Envelope(code, operation, service, None, None, None, "botocore"),
        text,
        (0, len(text)),
        (_NAMES, m.regs),
        principal,
        account,
        action,
        resource,
        "implicit" if words else None,
        policy,
        None,
        None,
        None,
        reason and reason[1:],
    )
