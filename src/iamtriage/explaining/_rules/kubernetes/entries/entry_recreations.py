"""Find out that a principal was deleted and created again after its access entry.

EKS stores the unique ID of the principal in the entry:
https://docs.aws.amazon.com/eks/latest/APIReference/API_AccessEntry.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Principal, Role
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.recreations import find_recreated_role, is_named_in
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_iam_arns
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.failures._failures import Failure

_HAS_ENTRY = lazy_pattern(
    r"\b(?:has|have|had|got|is|are|its|his|her|the)\b[^\n.;]{0,60}\b(?i:access entry)\b|\b(?i:access entry|entry)\b(?:[^\n.;,]{0,60}?) (?:is|exists|was)\b"
)
_HAS_NO_ENTRY = lazy_pattern(r"\b(?:no|not|without|n't)\b[^\n.;]{0,40}\b(?i:access entry)\b")
# An entry that is new, too.
_NEW_ENTRY = lazy_pattern(
    r"\b(?i:entry)\b[^\n.;]{0,40}\b(?:re-?created|created again|(?:is|was) new|newer)\b|\bre-?created\b[^\n.;,]{0,30}\b(?i:entry)\b"
)


class Recreation(NamedTuple):
    """A principal that is newer than its access entry, and what shows it."""

    principal: Principal
    because: str
    created: str = ""
    entered: str = ""


def find_recreation(failure: Failure, caller: Principal | None) -> Recreation | None:
    """Return the caller or listed principal that is newer than its access entry, if a text shows or says it."""
    return _find_shown(failure, caller) or _find_said(failure, caller)


def _find_shown(failure: Failure, caller: Principal | None) -> Recreation | None:
    """Return a principal that is newer than its access entry, if a text shows when both were created."""
    if "describe-access-entry" not in failure.text:
        return None
    runs = {run.command.words[:2]: run for run in find_runs(failure)}
    entry = runs.get(stated_entries.DESCRIBE)
    of_iam = runs.get(("iam", "get-role")) or runs.get(("iam", "get-user"))
    stated = entry and entry.command.option("principal-arn")
    name = of_iam and of_iam.command.option("role-name", "user-name")
    principal = try_parse_principal(stated.value) if stated else None
    if not (entry and of_iam and name and principal and str(principal).endswith(f"/{name.value}")):
        return None
    arns = [each for each in find_iam_arns(of_iam.output) if each.endswith(f"/{name.value}")]
    if (identity := runs.get(("sts", "get-caller-identity"))) is not None:
        arns += find_iam_arns(identity.output)
    others = [each for each in (caller, *map(try_parse_principal, arns)) if each is not None]
    entered, created = stated_entries.find_creation(entry), stated_entries.find_creation(of_iam)
    is_newer = entered is not None and created is not None and entered < created
    if not (is_newer and all(stated_entries.is_same_principal(each, principal) for each in others)):
        return None
    days = str(created)[:10], str(entered)[:10]
    because = (
        f"The text shows that the access entry was created on {days[1]}, and its principal on {days[0]}."
    )
    return Recreation(principal, because, *days)


def _find_said(failure: Failure, caller: Principal | None) -> Recreation | None:
    """Return the role that a text says was deleted and created again, if it has an access entry."""
    role = underlying_role(caller)
    if role is None and caller is not None:
        return None
    said = find_recreated_role(failure.text, role.name if role is not None else None)
    if said is None:
        return None
    if role is None:
        listed = [each for each in stated_entries.find_listed(failure) or () if isinstance(each, Role)]
        role = next((each for each in listed if is_named_in(said, each.name)), None)
    has_entry = role is not None and stated_entries.is_listed(failure, role)
    if role is None or has_entry is False:
        return None
    if _NEW_ENTRY.search(failure.text) is not None:
        return None
    if has_entry is None and (
        _HAS_ENTRY.search(failure.text) is None or _HAS_NO_ENTRY.search(failure.text) is not None
    ):
        return None
    return Recreation(role, f"The text says {quote_words(said)}.")
