"""The standard denial message of AWS, word for word. Most denials need no other message."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.policy_types import POLICY_WORDS
from iamtriage._reading.vocabulary.strict import (
    ACTION,
    POLICY,
    POLICY_TYPE,
    PRINCIPAL,
    RESOURCE,
    SERVICE_PRINCIPAL,
)

# A quotation mark in plain text, in JSON in a string and in XML.
_QUOTE = r'\\?"|&quot;'
_DENIAL = (
    r"(?:You are not authorized to perform this operation\. (?=User))?"
    rf"(?:(?:User|Service Principal): (?P<principal>{PRINCIPAL}|{SERVICE_PRINCIPAL}|anonymous) is not authorized to perform: "
    r"|Not authorized to perform:? )"
    rf"(?P<action>{ACTION})"
    rf"(?: on (?:resource: (?P<quote>{_QUOTE})?(?P<resource>{RESOURCE}|\*)(?(quote)(?:{_QUOTE}))|the resource associated with this ciphertext))?"
    rf"(?: (?P<reason>because no (?P<no>{POLICY_TYPE}) allows the (?P=action) action"
    rf"|with an explicit deny(?: in (?:an?|the) (?P<in>{POLICY_TYPE})(?:: (?P<policy_arn>{POLICY}))?)?))?"
)
DENIAL_NAMES = (
    *("", "principal", "account", "action", "service", "", "resource"),
    *("", "", "", "policy_arn"),
)
DENIAL = _DENIAL.replace("(?P<service>", "(?P<prefix>")
"""The pattern of the standard denial message, for patterns that already have a group ``service``."""
PLAIN_DENIAL = lazy_pattern(_DENIAL, re.ASCII)
"""The standard denial message, without what can follow it."""


def parse_decision(
    reason: str | None, implicit: str | None, explicit: str | None
) -> tuple[str | None, str | None]:
    """Return whether a denial is explicit or implicit, and the policy type."""
    if implicit is not None:
        return "implicit", POLICY_WORDS[implicit]
    if reason is None:
        return None, None
    return "explicit", None if explicit is None else POLICY_WORDS[explicit]
