"""Makes the frozen failure of a finished draft; decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from iamtriage._reading.grammar import account_of
from iamtriage.failures import AccessDenied, Envelope, Failure, KubernetesForbidden

if TYPE_CHECKING:
    from iamtriage._reading.drafts import Draft
    from iamtriage._reading.view import View

_CLASSES: dict[str, type[Failure]] = {cls.kind: cls for cls in get_args(Failure)}
_NOT_SPANNED = frozenset({"deny", "policy_type"})


def build(draft: Draft, view: View) -> Failure:
    """Make the frozen failure of a draft."""
    facts = draft.facts
    values = {key: fact.value for key, fact in facts.items()}
    names: list[str] = []
    marks: list[tuple[int, int]] = []
    for key, fact in facts.items():
        if fact.start >= 0 and key not in _NOT_SPANNED and key != "reason":
            mark = view.unbroken(fact.start, fact.end, fact.value)
            if mark:
                names.append(key)
                marks.append(mark)
    principal = values.get("principal")
    account = (account_of(principal) if principal else None) or values.get("account")
    if principal and account and account_of(principal) is None:
        account = None
    if account and "account" not in names and "principal" in names and principal:
        start = marks[names.index("principal")][0] + principal.find(account)
        if view.original[start : start + len(account)] == account:
            names.append("account")
            marks.append((start, start + len(account)))
    elif "account" in names and (
        account is None or view.original[slice(*marks[names.index("account")])] != account
    ):
        at = names.index("account")
        del names[at], marks[at]
    cls = _CLASSES[draft.kind or "aws_error"]
    more: dict[str, object] = {}
    if cls is AccessDenied:
        more = {
            k: values.get(k)
            for k in ("deny", "policy_type", "policy_arn", "authorization_id", "encoded_message", "reason")
        }
    elif cls is KubernetesForbidden:
        more = {
            "user": values.get("k8s_user"),
            "verb": values.get("k8s_verb"),
            "kubernetes_resource": values.get("k8s_resource"),
            "api_group": values.get("k8s_api_group"),
            "namespace": values.get("k8s_namespace"),
        }
    status = values.get("status_code")
    span = view.span(draft.start, draft.end)
    return cls(
        envelope=Envelope(
            code=values.get("code"),
            operation=values.get("operation"),
            service=values.get("service"),
            status_code=int(status) if status else None,
            request_id=values.get("request_id"),
            host_id=values.get("host_id"),
            source=draft.source,
        ),
        text=view.original,
        span=span,
        marks=(tuple(names), tuple(marks)),
        principal=principal,
        account=account,
        action=values.get("action"),
        resource=values.get("resource"),
        **more,  # type: ignore[arg-type]
    )
