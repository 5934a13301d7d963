"""Explain a record of CloudTrail about a caller of another account, which the owner of a resource gets.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html and, for
the prefixes of the IDs, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecoder
from typing import Any, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import ACCOUNT
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.denials.policy_types.resource_policies import resource_remedy
from iamtriage.explaining._rules.denials.services.sessions import explain_unsigned_request
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present

_URL = (
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"
)
CALLER_OF_OTHER_ACCOUNT = CauseType(
    "caller-of-other-account",
    title="A caller of another account was denied access to your resource",
    text="For a caller of another account, CloudTrail shows the owner of the resource only its ID and its account. Only that account can find the name.",
    recognised_by="A record of CloudTrail with the type AWSAccount, and another account than the one that got the record.",
    fix="Nothing, if the account is not meant to have access. Otherwise, both accounts have to allow the call.",
    sources=(_URL,),
)
_IDENTITY = lazy_pattern(r"[\"']?userIdentity[\"']?\s{0,4}:\s{0,4}(?=\{)")
_RECIPIENT = lazy_pattern(r"\"recipientAccountId\"\s{0,4}:\s{0,4}\"([0-9]{12})\"")
_RESOURCE = lazy_pattern(r"\"ARN\"\s{0,4}:\s{0,4}\"(arn:aws[^\"\s]{8,1200})\"")
_ID = lazy_pattern(r"(?:AIDA|AROA)[A-Z0-9]{12,28}")
_READS = ("get", "list", "head", "describe", "query", "scan", "decrypt", "receive")
_ANONYMOUS = frozenset({"anonymous", "ANONYMOUS_PRINCIPAL"})
_DECODER = JSONDecoder()


class _Caller(NamedTuple):
    """A caller of another account in a record.

    Attributes:
        id: Its unique ID, without the name of the session; empty if the record has none.
        session: The name of the session of a role.
        account: Its account, empty for a request without a signature.
        owner: The account that got the record.
    """

    id: str
    session: str
    account: str
    owner: str

    @property
    def kind(self) -> str:
        """What it is: a user, a role or unknown."""
        return {"AIDA": "user", "AROA": "role"}.get(self.id[:4], "")


def explain_recorded_caller(denial: Denial) -> Explanation | None:
    """Explain to the owner of a resource who was denied, or return ``None`` if the record is not about another account."""
    caller = _find_caller(denial.failure.text)
    if caller is None or denial.action is None:
        return None
    listed = set(_RESOURCE.findall(denial.failure.text))
    if denial.resource is None and len(listed) == 1:
        resource = listed.pop()
        denial = attrs.evolve(denial, resource=resource, resource_arn=try_parse_arn(resource))
    if not caller.account:
        return explain_unsigned_request(
            attrs.evolve(denial, principal_text="anonymous", caller="an anonymous caller")
        )
    who = {"user": "An IAM user", "role": "A role"}.get(caller.kind, "A caller")
    session = f", in the session {clip_text(caller.session)}" if caller.session else ""
    on = f" on {denial.resource}" if denial.resource else ""
    is_read = denial.lowercase_action.partition(":")[2].startswith(_READS)
    effect = "nothing was read" if is_read else "the call had no effect"
    find: str | None = None
    if caller.kind:
        noun = caller.kind.capitalize()
        find = f"aws iam list-{caller.kind}s --query \"{noun}s[?{noun}Id=='{caller.id}'].Arn\" --output text"
    allowed = resource_remedy(attrs.evolve(denial, resource_account=caller.owner, caller="the caller"))
    return denial.explain(
        f"{who} of account {caller.account}, which is not the account {caller.owner} of this record, was denied {denial.action}{on}: {effect}.",
        CALLER_OF_OTHER_ACCOUNT.cause(
            "reported",
            present(
                f"The ID is {caller.id}{session}." if caller.id else None,
                "The record does not say which policy was missing, or denied the call.",
            ),
        ),
        remedies=(
            owner_remedy(
                f"Decide whether account {caller.account} is meant to have access",
                "If not, nothing has to change: the call was denied. Look in the trail for other records with this account, also for calls that succeeded.",
                f"To find the name, ask account {caller.account}: its administrator runs the command."
                if find
                else f"Only account {caller.account} can say who called.",
                commands=find,
                url=_URL,
            ),
            attrs.evolve(
                allowed,
                title=f"If it is, {allowed.title[0].lower()}{allowed.title[1:]}, and in its own account",
            ),
        ),
    )


def _find_caller(text: str) -> _Caller | None:
    """Return the caller of the only record of a text, if it is of another account than that of the record."""
    found, recipients = list(_IDENTITY.finditer(text)), set(_RECIPIENT.findall(text))
    if len(found) != 1 or len(recipients) != 1:
        return None
    try:
        identity: Any = _DECODER.raw_decode(text, found[0].end())[0]
    except (ValueError, RecursionError):
        return None
    members: Mapping[str, Any] = cast("Mapping[str, Any]", identity) if isinstance(identity, dict) else {}
    account, owner = str(members.get("accountId")), recipients.pop()
    if members.get("type") == "AWSAccount" and account in _ANONYMOUS:
        return _Caller("", "", "", owner)
    if members.get("type") != "AWSAccount" or not ACCOUNT.fullmatch(account) or account == owner:
        return None
    unique, _, session = str(members.get("principalId") or "").partition(":")
    return _Caller(unique if _ID.fullmatch(unique) else "", session, account, owner)
