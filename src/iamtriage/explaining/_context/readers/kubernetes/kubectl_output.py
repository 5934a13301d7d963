"""Read service accounts from what kubectl prints."""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern

__all__ = ("AccountsOfPod", "find_accounts")


_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# Which service account a workload runs as, and which one has the annotation, as kubectl printed them.
_ACCOUNT_OF_WORKLOAD = lazy_pattern(
    rf"\bkubectl (?:-n |--namespace[ =])?(?P<namespace>{_LABEL})?[^\n]{{0,80}}? (?P<kind>deploy|deployment|ds|daemonset|sts|statefulset)[ /](?P<name>{_LABEL})\b[^\n]{{0,80}}serviceAccountName[^\n]{{0,20}}\n(?P<account>{_LABEL})[ \t]{{0,8}}(?:[$%]|$)",
    re.ASCII | re.MULTILINE,
)
_ANNOTATED_ACCOUNT = lazy_pattern(
    rf"\bkubectl [^\n]{{0,80}}? (?:sa|serviceaccounts?)[ /](?P<account>{_LABEL})\b[^\n]{{0,120}}\n[^$%]{{0,400}}?eks\.amazonaws\.com/role-arn",
    re.ASCII,
)


class AccountsOfPod(NamedTuple):
    """A workload that runs as another service account than the one with a role.

    Attributes:
        namespace: The namespace, if the command states it.
        workload: The workload with its kind.
        account: The service account that it runs as.
        annotated: The service account that has the annotation.
    """

    namespace: str | None
    workload: str
    account: str
    annotated: str


def find_accounts(text: str) -> AccountsOfPod | None:
    """Return the workload that kubectl shows to run as another service account than the one with a role."""
    if "serviceAccountName" not in text:
        return None
    workloads, annotated = list(_ACCOUNT_OF_WORKLOAD.finditer(text)), list(_ANNOTATED_ACCOUNT.finditer(text))
    if len(workloads) != 1 or len(annotated) != 1:
        return None
    found, wanted = workloads[0], annotated[0]["account"]
    kind = {"deploy": "deployment", "ds": "daemonset", "sts": "statefulset"}.get(found["kind"], found["kind"])
    if found["account"] == wanted:
        return None
    return AccountsOfPod(found["namespace"], f"{kind}/{found['name']}", found["account"], wanted)
