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

# Facts of any kind of failure that have a span. The account gets its span separately.
_SPANNED = frozenset(
    {
        "code", "operation", "service", "status_code", "request_id", "host_id",
        "principal", "action", "resource",
    }
)  # fmt: skip
# The additional facts of some kinds, in the order of their attributes, and those of them that have a span.
_KIND_FACTS = {
    "access_denied": ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message", "reason"),
    "kubernetes_forbidden": ("k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace"),
}
_KIND_SPANNED = {
    "access_denied": frozenset({"policy_arn", "authorization_id", "encoded_message"}),
    "kubernetes_forbidden": frozenset(_KIND_FACTS["kubernetes_forbidden"]),
}


def build(candidate: Candidate, view: View) -> Failure:
    """Build the frozen failure of a candidate."""
    kind = candidate.kind or "aws_error"
    facts = {key: fact for key, fact in candidate.facts.items() if fact.stem is None or not fact.is_lost}
    get = {key: fact.value for key, fact in facts.items()}.get
    marks = _find_spans(facts, view, _KIND_SPANNED.get(kind, frozenset()))
    principal = get("principal")
    # An account next to a principal without an account can be another one.
    account = account_of(principal) if principal else get("account")
    if account:
        _add_account_span(candidate, view, account, marks)
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
        tuple(map(get, _KIND_FACTS.get(kind, ()))),
    )


def _find_spans(
    facts: Mapping[str, Fact], view: View, additional: Collection[str]
) -> dict[str, tuple[int, int]]:
    """Return the spans of the values that the original text contains unbroken.

    Args:
        facts: The facts of a failure.
        view: The readable text.
        additional: The names of the additional facts that have a span.
    """
    marks: dict[str, tuple[int, int]] = {}
    for key, fact in facts.items():
        if fact.start >= 0 and (key in _SPANNED or key in additional):
            mark = view.unbroken(fact.start, fact.end, fact.value)
            if mark:
                marks[key] = mark
    return marks


def _add_account_span(
    candidate: Candidate, view: View, account: str, marks: dict[str, tuple[int, int]]
) -> None:
    """Add the span of the account, which can be a separate value or a part of the principal."""
    start = -1
    fact = candidate.facts.get("account")
    if fact and fact.start >= 0 and fact.value == account:
        start = view.span(fact.start, fact.end)[0]
    elif "principal" in marks:
        start = view.original.find(account, *marks["principal"])
    if start >= 0 and view.original.startswith(account, start):
        marks["account"] = (start, start + len(account))
