"""Build the frozen failure of a finished candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage.failures._failures import AccessDenied, Envelope, Failure, KubernetesForbidden

if TYPE_CHECKING:
    from collections.abc import Collection

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.view import View

_CLASSES: dict[str, type[Failure]] = {cls.kind: cls for cls in get_args(Failure)}
# What every failure may state in words of the text; the account is marked apart.
_SPANNED = frozenset(
    {
        "code", "operation", "service", "status_code", "request_id", "host_id",
        "principal", "action", "resource",
    }
)  # fmt: skip
_DENIAL = ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message", "reason")
_RBAC = {
    "user": "k8s_user",
    "verb": "k8s_verb",
    "kubernetes_resource": "k8s_resource",
    "api_group": "k8s_api_group",
    "namespace": "k8s_namespace",
}
_KEYS: dict[str, frozenset[str]] = {
    "access_denied": frozenset({"policy_arn", "authorization_id", "encoded_message"}),
    "kubernetes_forbidden": frozenset(_RBAC.values()),
}


def build(candidate: Candidate, view: View) -> Failure:
    """Build the frozen failure of a candidate."""
    values = {key: fact.value for key, fact in candidate.facts.items() if not fact.is_lost}
    cls = _CLASSES[candidate.kind or "aws_error"]
    marks = _marks(candidate, view, _KEYS.get(candidate.kind or "", frozenset()))
    principal = values.get("principal")
    # A principal that states no account has none, whatever stands beside it.
    account = account_of(principal) if principal else values.get("account")
    if account:
        _mark_account(candidate, view, account, marks)
    status = values.get("status_code")
    more: dict[str, Any] = {}
    if cls is AccessDenied:
        more = {key: values.get(key) for key in _DENIAL}
    elif cls is KubernetesForbidden:
        more = {name: values.get(key) for name, key in _RBAC.items()}
    return cls(
        envelope=Envelope(
            code=values.get("code"),
            operation=values.get("operation"),
            service=values.get("service"),
            status_code=int(status) if status else None,
            request_id=values.get("request_id"),
            host_id=values.get("host_id"),
            source=candidate.source,
            time=values.get("time"),
            region=values.get("region"),
            source_ip=values.get("source_ip"),
            user_agent=values.get("user_agent"),
            event_id=values.get("event_id"),
        ),
        text=view.original,
        span=view.span(candidate.start, candidate.end),
        marks=(tuple(marks), tuple(marks.values())),
        principal=principal,
        account=account,
        action=values.get("action"),
        resource=values.get("resource"),
        **more,
    )


def _marks(candidate: Candidate, view: View, own: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the spans of the values that the original text has unbroken."""
    marks: dict[str, tuple[int, int]] = {}
    for key, fact in candidate.facts.items():
        if fact.start >= 0 and not fact.is_lost and (key in _SPANNED or key in own):
            mark = view.unbroken(fact.start, fact.end, fact.value)
            if mark:
                marks[key] = mark
    return marks


def _mark_account(candidate: Candidate, view: View, account: str, marks: dict[str, tuple[int, int]]) -> None:
    """Mark the account where it stands itself, or inside the principal."""
    start = -1
    fact = candidate.facts.get("account")
    if fact and fact.start >= 0 and fact.value == account:
        start = view.span(fact.start, fact.end)[0]
    elif "principal" in marks:
        start = view.original.find(account, *marks["principal"])
    if start >= 0 and view.original.startswith(account, start):
        marks["account"] = (start, start + len(account))
