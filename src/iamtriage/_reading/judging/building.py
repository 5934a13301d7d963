"""Build the frozen failure of a finished candidate."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage.failures._building import build_envelope, build_failure

if TYPE_CHECKING:
    from iamtriage._reading.judging.candidates import Candidate
    from iamtriage._reading.vocabulary.view import View
    from iamtriage.failures._failures import Failure

_ENVELOPE_FACTS = (
    "code", "operation", "service", "request_id", "host_id", "time", "region", "source_ip", "user_agent", "event_id",
)  # fmt: skip
# The additional facts of some kinds, in the order of their attributes.
_KIND_FACTS = {
    "access_denied": ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message", "reason"),
    "kubernetes_forbidden": ("k8s_user", "k8s_verb", "k8s_resource", "k8s_api_group", "k8s_namespace"),
}
# Facts of any kind of failure that have a span, and those of some kinds.
_SPANNED = frozenset(
    {
        "code", "operation", "service", "status_code", "request_id", "host_id",
        "principal", "account", "action", "resource",
    }
)  # fmt: skip
_KIND_SPANNED = {
    "access_denied": _SPANNED | {"policy_arn", "authorization_id", "encoded_message"},
    "kubernetes_forbidden": _SPANNED.union(_KIND_FACTS["kubernetes_forbidden"]),
}


def build(candidate: Candidate, view: View) -> Failure:
    """Build the frozen failure of a candidate."""
    kind = candidate.kind or "aws_error"
    spanned = _KIND_SPANNED.get(kind, _SPANNED)
    layers, original = view.layers[::-1], view.original
    values: dict[str, str] = {}
    # The spans of the values that the original text contains unbroken.
    marks: dict[str, tuple[int, int]] = {}
    for key, (value, start, _, _, stem) in candidate.facts.items():
        # A truncated value without a mark that says so is left out.
        if stem != value:
            values[key] = value
            if start >= 0 and key in spanned:
                at = start
                # A call of View.origin() for each value takes twice as long.
                for new_starts, old_starts in layers:
                    part = bisect_right(new_starts, at) - 1
                    at += old_starts[part] - new_starts[part]
                if original.startswith(value, at):
                    marks[key] = at, at + len(value)
    get = values.get
    principal, status = get("principal"), get("status_code")
    # An account next to a principal without an account can be another one.
    account = account_of(principal) if principal else get("account")
    if "account" not in marks or account != get("account"):
        marks.pop("account", None)
        at = original.find(account, *marks["principal"]) if account and "principal" in marks else -1
        if account and at >= 0:
            marks["account"] = at, at + len(account)
    code, operation, service, request_id, host_id, time, region, source_ip, user_agent, event_id = map(
        get, _ENVELOPE_FACTS
    )
    envelope = build_envelope(
        code, operation, service, int(status) if status else None, request_id, host_id, candidate.source,
        time, region, source_ip, user_agent, event_id,
    )  # fmt: skip
    span = view.span(candidate.start, candidate.end)
    positions = tuple(marks), tuple(marks.values())
    of_kind = tuple(map(get, _KIND_FACTS.get(kind, ())))
    return build_failure(
        kind, envelope, original, span, positions, principal, account, get("action"), get("resource"), of_kind,
    )  # fmt: skip
