"""Build the frozen failure of a finished candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.pieces import Fact
    from iamtriage._reading.vocabulary.view import View
    from iamtriage.failures._failures import Failure

# What every failure may state in words of the text; the account is marked apart.
_SPANNED = frozenset(
    {
        "code", "operation", "service", "status_code", "request_id", "host_id",
        "principal", "action", "resource",
    }
)  # fmt: skip
# What failures of some kinds have in addition, in the order of their attributes, and of that what has a span.
_MORE = {
    "access_denied": ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message", "reason"),
    "kubernetes_forbidden": ("k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace"),
}
_KEYS = {
    "access_denied": frozenset({"policy_arn", "authorization_id", "encoded_message"}),
    "kubernetes_forbidden": frozenset(_MORE["kubernetes_forbidden"]),
}


def build(candidate: Candidate, view: View) -> Failure:
    """Build the frozen failure of a candidate."""
    kind = candidate.kind or "aws_error"
    facts = {key: fact for key, fact in candidate.facts.items() if not fact.is_lost}
    get = {key: fact.value for key, fact in facts.items()}.get
    marks = _marks(facts, view, _KEYS.get(kind, frozenset()))
    principal = get("principal")
    # A principal that states no account has none, whatever stands beside it.
    account = account_of(principal) if principal else get("account")
    if account:
        _mark_account(candidate, view, account, marks)
    status = get("status_code")
    return build_failure(
        kind,
        build_envelope(
            get("code"),
            get("operation"),
            get("service"),
            int(status) if status else None,
            get("request_id"),
            get("host_id"),
            candidate.source,
            get("time"),
            get("region"),
            get("source_ip"),
            get("user_agent"),
            get("event_id"),
        ),
        view.original,
        view.span(candidate.start, candidate.end),
        (tuple(marks), tuple(marks.values())),
        principal,
        account,
        get("action"),
        get("resource"),
        tuple(map(get, _MORE.get(kind, ()))),
    )


def _marks(facts: Mapping[str, Fact], view: View, own: Collection[str]) -> dict[str, tuple[int, int]]:
    """Return the spans of the values that the original text has unbroken."""
    marks: dict[str, tuple[int, int]] = {}
    for key, fact in facts.items():
        if fact.start >= 0 and (key in _SPANNED or key in own):
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
