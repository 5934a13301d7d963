"""Match what services say, word for word."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from iamtriage._reading.vocabulary.policy_types import POLICY_WORDS
from iamtriage._reading.vocabulary.strict import (
    ACCOUNT,
    ACTION,
    AUTHORIZATION_ID,
    ENCODED_MESSAGE,
    POLICY,
    POLICY_TYPE,
    PRINCIPAL,
    RESOURCE,
    SERVICE_PRINCIPAL,
    USER,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.typing import Kind


class Message(NamedTuple):
    """What a message states.

    Attributes:
        kind: what its words mean; None if they mean nothing by themselves.
        start: where the words that count begin; -1 if none do.
        end: where they end.
        stop: where the message ends.
        names: the record keys of the values, "" for what has none.
        marks: where each value is.
        principal: who was denied.
        account: the account of the principal, as stated.
        action: the IAM action.
        resource: on what.
        service: the prefix of the action.
        more: the other arguments of the class of the kind, in their order.
        claimed: whether only AWS or Kubernetes says so.
        is_open: whether a name in it could be another cloud's.
    """

    kind: Kind | None
    start: int
    end: int
    stop: int
    names: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    principal: str | None = None
    account: str | None = None
    action: str | None = None
    resource: str | None = None
    service: str | None = None
    more: tuple[str | None, ...] = ()
    claimed: bool = True
    is_open: bool = False


NO_MESSAGE = Message(None, -1, -1, 0, claimed=False)
"""What an error without a message states."""

# A quote as texts, JSON in a string and XML write it.
_QUOTE = r'\\?"|&quot;'
_SENTENCE = (
    r"(?:You are not authorized to perform this operation\. (?=User))?"
    rf"(?:(?:User|Service Principal): (?P<principal>{PRINCIPAL}|{SERVICE_PRINCIPAL}|anonymous) is not authorized to perform: "
    r"|Not authorized to perform:? )"
    rf"(?P<action>{ACTION})"
    rf"(?: on (?:resource: (?P<quote>{_QUOTE})?(?P<resource>{RESOURCE}|\*)(?(quote)(?:{_QUOTE}))|the resource associated with this ciphertext))?"
    rf"(?: (?P<reason>because no (?P<no>{POLICY_TYPE}) allows the (?P=action) action"
    rf"|with an explicit deny(?: in (?:an?|the) (?P<in>{POLICY_TYPE})(?:: (?P<policy_arn>{POLICY}))?)?))?"
)
_NAMES = (
    *("", "principal", "account", "action", "service", "", "resource"),
    *("", "", "", "policy_arn"),
)
_TAIL = (
    rf"(?:\. Encoded authorization failure message: (?P<encoded_message>{ENCODED_MESSAGE}))?"
    rf"(?:\. Go to https://[a-z0-9-]+\.console\.aws\.amazon\.com/iam/home\?region=[a-z0-9-]+#/authorization-details/(?P<authorization_id>{AUTHORIZATION_ID})"
    r" for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: (?P=authorization_id))?"
)
_TAIL_NAMES = ("", "encoded_message", "authorization_id")
# A named tuple's own __new__ takes twice the time.
_new: Callable[[type[Message], tuple[object, ...]], Message] = cast("Any", tuple).__new__


SENTENCE = _SENTENCE.replace("(?P<service>", "(?P<prefix>")
"""The standard denial, for patterns that have a service of their own."""
SENTENCE_KEYS = _NAMES[1:]
"""The record keys of its groups, "" for what has none."""


def decision_of(
    reason: str | None, implicit: str | None, explicit: str | None
) -> tuple[str | None, str | None]:
    """Return whether a deny is explicit or implicit, and the type of the policy.

    Args:
        reason: the clause that says why.
        implicit: the policy that does not allow the action.
        explicit: the policy that denies it.
    """
    if implicit is not None:
        return "implicit", POLICY_WORDS[implicit]
    if reason is None:
        return None, None
    return "explicit", None if explicit is None else POLICY_WORDS[explicit]


@cache
def _sentence() -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(_SENTENCE, re.ASCII).match


@cache
def _tail() -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(_TAIL, re.ASCII).match


def _read_denial(text: str, at: int) -> Message | None:
    m = _sentence()(text, at)
    if m is None:
        return None
    principal, account, action, service, _, resource, reason, no, into, policy = m.groups()
    names: tuple[str, ...] = _NAMES
    marks = m.regs
    end = stop = marks[0][1]
    blob = details = None
    if text.startswith(".", end):
        tail = _tail()(text, end)
        if tail is not None and tail.lastindex:
            blob, details = tail.groups()
            end = stop = tail.end()
            names, marks = names + _TAIL_NAMES, marks + tail.regs
        stop += text.startswith(".", end)
    deny, policy_type = decision_of(reason, no, into)
    return _new(
        Message,
        (
            "access_denied",
            at,
            end,
            stop,
            names,
            marks,
            principal,
            account,
            action,
            resource,
            service,
            (deny, policy_type, policy, details, blob, reason),
            True,
            # Names that are not AWS's ARNs could be of another cloud.
            account is None
            and (service != "sts" or policy is not None or principal not in {None, "anonymous"}),
        ),
    )


_Q = r'\\?"'
_RBAC = (
    r'(?:[a-z][a-z0-9.-]*(?:/[a-z]+)?(?: \\?"[\w.:-]+\\?")? is forbidden: )?'
    rf"User {_Q}(?P<user>{PRINCIPAL}|(?!\S*arn:|[0-9]+{_Q}){USER}){_Q} cannot (?P<verb>[a-z]{{2,24}}) "
    rf"resource {_Q}(?P<resource>[a-z][a-z0-9./-]*){_Q} in API group {_Q}(?P<group>[a-z0-9.-]*){_Q}"
    rf"(?: in the namespace {_Q}(?P<namespace>[a-z0-9-]+){_Q}| at the cluster scope)"
)
_RBAC_NAMES = ("", "k8s_user", "account", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace")


@cache
def _rbac() -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(_RBAC, re.ASCII).match


def read_rbac(text: str, at: int) -> Message | None:
    """Read what the API server says if RBAC forbids a request."""
    m = _rbac()(text, at)
    if m is None:
        return None
    user, account, *rest = m.groups()
    return Message(
        "kubernetes_forbidden",
        at,
        m.end(),
        m.end(),
        (*_RBAC_NAMES, "principal"),
        (*m.regs, m.span("user")),
        user,
        account,
        None,
        None,
        None,
        (user, *rest),
    )


# Words that stay the same, by kind, one message per line. The group is what counts as the failure; messages of no
# kind have an empty one. Unsure ones are used elsewhere too.
_TABLE = r"""
[access_denied]
unsure | (Access Denied)
unsure | (You are not authorized to perform this operation)\.(?! Encoded)
unsure | (You don't have permissions to access this resource)\.

[expired_credentials]
sure   | (The security token included in the request is expired)
sure   | (The provided token has expired)\.
unsure | (Request has expired)\.
sure   | (Token expired: current date/time) [0-9]+ must be before the expiration date/time ?[0-9]+

[invalid_credentials]
sure   | (The security token included in the request is invalid)\.?
sure   | (AWS was not able to validate the provided access credentials)
sure   | (The AWS Access Key Id you provided does not exist in our records)\.

[signature_mismatch]
sure   | (The request signature we calculated does not match the signature you provided)\. Check your key and signing method\.
sure   | (The request signature we calculated does not match the signature you provided)\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.
sure   | (Signature expired: [0-9]{8}T[0-9]{6}Z is now earlier than) [0-9]{8}T[0-9]{6}Z \([0-9]{8}T[0-9]{6}Z - [0-9]+ min\.\)
sure   | The (difference between the request time and the current time is too large)\.

[credential_scope]
sure   | (Credential should be scoped to a valid region)\.?

[invalid_identity_token]
sure   | (No OpenIDConnect provider found in your account) for https://oidc\.eks\.[a-z]{2}-(?:[a-z]{3}-)?(?:north|south|east|west|central)+-[0-9]\.amazonaws\.com/id/[0-9A-F]{32}
sure   | (No OpenIDConnect provider found in your account) for https://token\.actions\.githubusercontent\.com
sure   | (Incorrect token audience)
sure   | (Couldn't retrieve verification key from your identity provider),  please reference AssumeRoleWithWebIdentity documentation for requirements

[missing_credentials]
sure   | (Request is missing Authentication Token)
sure   | (Unable to locate credentials)(?:\. You can configure credentials by running "aws (?:configure|login)"\.)?

[malformed_policy]
sure   | (Syntax errors in policy)\.
sure   | (This policy contains invalid Json)

[access_key_quota]
sure   | (Cannot exceed quota for AccessKeysPerUser): [0-9]+

[]
unsure | ()Rate [Ee]xceeded\.?
unsure | ()Please reduce your request rate\.
unsure | ()Request limit exceeded\.
unsure | ()(?:Forbidden|Not Found|Bad Request)
unsure | ()The level of configured provisioned throughput for the table was exceeded\. Consider increasing your provisioning level with the UpdateTable API\.
"""


@cache
def _fixed() -> tuple[Callable[[str, int], re.Match[str] | None], list[tuple[Kind | None, bool]]]:
    """Return the matcher of the table, and what each of its groups means."""
    meanings: list[tuple[Kind | None, bool]] = []
    patterns: list[str] = []
    kind = ""
    for line in filter(None, _TABLE.splitlines()):
        if line.startswith("["):
            kind = line.strip("[]")
        else:
            sure, _, pattern = line.partition(" | ")
            meanings.append((cast("Kind", kind) if kind else None, sure.strip() == "sure"))
            patterns.append(pattern)
    return re.compile("|".join(patterns), re.ASCII).match, meanings


def _read_fixed(text: str, at: int) -> Message | None:
    match, meanings = _fixed()
    m = match(text, at)
    if m is None or m.lastindex is None:
        return None
    kind, claimed = meanings[m.lastindex - 1]
    start, end = m.span(m.lastindex) if kind else (-1, -1)
    return Message(kind, start, end, m.end(), claimed=claimed)


# Messages that state one value, by their first characters.
_STATING: dict[str, tuple[Kind, str, str]] = {
    "You a": (
        "access_denied",
        "encoded_message",
        rf"(You are not authorized to perform this operation\. Encoded authorization failure message: ({ENCODED_MESSAGE}))",
    ),
    "STS i": (
        "region_disabled",
        "account",
        rf"(STS is not activated in this region for account:({ACCOUNT}))\. Your account administrator can activate STS in this region using the IAM Console\.",
    ),
}


@cache
def _stating(start: str) -> Callable[[str, int], re.Match[str] | None]:
    return re.compile(_STATING[start][2], re.ASCII).match


def _read_stating(text: str, at: int, start: str) -> Message | None:
    m = _stating(start)(text, at)
    if m is None:
        return None
    kind, key, _ = _STATING[start]
    account = m[2] if key == "account" else None
    more = (None, None, None, None, m[2], None) if key == "encoded_message" else ()
    return Message(
        kind,
        *m.span(1),
        m.end(),
        ("", "", key),
        m.regs,
        account=account,
        more=more,
        is_open=account is None,
    )


# How denials begin.
_DENIALS = frozenset({"User:", "Servi", "Not a", "You a"})


def read_message(text: str, at: int) -> Message | None:
    """Read what a service says from a place on, ``None`` for other words."""
    start = text[at : at + 5]
    if start in _DENIALS:
        message = _read_denial(text, at)
        if message is not None:
            return message
    if start in _STATING:
        message = _read_stating(text, at, start)
        if message is not None:
            return message
    return _read_fixed(text, at)
