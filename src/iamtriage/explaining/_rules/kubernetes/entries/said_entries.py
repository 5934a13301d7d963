"""Read an access entry that people describe: its principal, its access policies with their scopes, and its groups."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.arns._principals import Principal
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import StatedEntry, is_same_principal
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.failures._failures import Failure

_CHARS_OF_ENTRY = 600
_ENTRY = lazy_pattern(
    r"(?i)\baccess[ -]entry\b[^\n]{0,40}?(?P<arn>arn:aws[\w-]{0,12}:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]{0,600}\w)"
)
_END = lazy_pattern(r"\n[ \t]*\n|\n[^\n$]{0,60}\$ |\barn:aws|\b(?i:access[ -]entry)\b")
_POLICY = lazy_pattern(
    r"\b(?P<policy>AmazonEKS(?:View|AdminView|Edit|Admin|ClusterAdmin)Policy)\b"
    r"(?:(?:(?!AmazonEKS)[^\n]){0,30}?\b(?P<scope>cluster|namespaces?)\b(?:[:= ]{1,3}[`'\"]?(?!(?:and|as|but|for|has|in|is|of|only|or|scope|with)\b)(?P<name>[a-z0-9][a-z0-9-]{0,62}))?)?"
)
_NO_GROUPS = lazy_pattern(
    r"(?i)\b(?:no|without|empty)(?: kubernetes)? groups?\b|\bgroups?\b[:= ]{1,3}(?:none\b|-(?!\w)|\[\])"
)


def find_said_entry(failure: Failure, caller: Principal | None = None) -> StatedEntry | None:
    """Return the only access entry that a text describes, unless it is known to be another principal's.

    An entry with groups, or of which nothing is said, is not returned: what the groups allow is unknown.
    """
    text = failure.text
    found = list(find_said(text, _ENTRY)) if "arn:aws" in text and "entry" in text else []
    principal = try_parse_principal(only_one({each["arn"] for each in found}) or "")
    if principal is None or (caller is not None and not is_same_principal(principal, caller)):
        return None
    start = found[0].end()
    end = _END.search(text, start, start + _CHARS_OF_ENTRY)
    said = text[start : end.start() if end else start + _CHARS_OF_ENTRY]
    policies = {each["policy"]: each for each in _POLICY.finditer(said)}
    has_groups = "group" in said.lower() and _NO_GROUPS.search(said) is None
    if (
        has_groups
        or not (policies or _NO_GROUPS.search(said))
        or not all(each["scope"] for each in policies.values())
    ):
        return None
    return StatedEntry(
        principal,
        groups=(),
        policies=tuple(policies) or None,
        has_cluster_scope=any(each["scope"] == "cluster" for each in policies.values()),
        namespaces=tuple(
            dict.fromkeys(
                each["name"] for each in policies.values() if each["scope"] != "cluster" and each["name"]
            )
        ),
    )
