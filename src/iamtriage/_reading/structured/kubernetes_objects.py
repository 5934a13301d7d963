"""Parse ``Status`` objects and audit events of the Kubernetes API server."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from iamtriage._reading.structured.statements import Statement
from iamtriage._reading.structured.values import as_document, status_of, text_of
from iamtriage._reading.vocabulary.kubernetes import NO_SERVICE_ACCOUNT, is_admission_denial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage._reading.structured.values import Document
    from iamtriage.typing import Kind

_UNAUTHORIZED, _FORBIDDEN = 401, 403


def is_audit_event(document: Document) -> bool:
    """Return whether a mapping is an audit event of the API server."""
    return document.get("kind") == "Event" and "auditID" in document


def parse_status(status: Document) -> Statement | None:
    """Return the facts in a ``Status``, or ``None`` unless it denies access.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
    """
    message, reason, code = (
        text_of(status.get("message")) or "",
        text_of(status.get("reason")),
        status.get("code"),
    )
    if status.get("status") not in ("Failure", None) or (not message and not reason):
        return None
    kind: Kind | None = None
    if reason == "Unauthorized" or code == _UNAUTHORIZED:
        kind = "kubernetes_unauthorized"
    elif reason != "Forbidden" or (
        NO_SERVICE_ACCOUNT not in message and is_admission_denial(message, 0, len(message))
    ):
        return None
    elif NO_SERVICE_ACCOUNT not in message:
        kind = "kubernetes_forbidden"
    return Statement(message, "kubernetes", is_exclusive=True, kind=kind, status_code=status_of(code))


def parse_audit_event(event: Document) -> Statement | None:
    """Return the facts in an audit event, or ``None`` unless the API server denied access.

    https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
    """
    response = as_document(event.get("responseStatus"))
    code = response.get("code")
    reason = {_UNAUTHORIZED: "Unauthorized", _FORBIDDEN: "Forbidden"}.get(code if type(code) is int else 0)
    statement = parse_status({"status": "Failure", "reason": reason, **response}) if reason else None
    if statement is None:
        return None
    addresses = event.get("sourceIPs")
    first = cast("Sequence[object]", addresses)[0] if isinstance(addresses, list) and addresses else None
    user = text_of(as_document(event.get("user")).get("username"))
    facts: tuple[tuple[str, str | None], ...] = ()
    if statement.kind == "kubernetes_forbidden":
        target = as_document(event.get("objectRef"))
        name, sub = text_of(target.get("resource")), text_of(target.get("subresource"))
        facts = (
            ("k8s_user", user),
            ("k8s_verb", text_of(event.get("verb"))),
            ("k8s_resource", f"{name}/{sub}" if name and sub else name),
            ("k8s_api_group", text_of(target.get("apiGroup"))),
            ("k8s_namespace", text_of(target.get("namespace"))),
        )
    return statement._replace(
        principal=user,
        facts=facts,
        time=text_of(event.get("requestReceivedTimestamp")) or text_of(event.get("stageTimestamp")),
        source_ip=text_of(first),
        user_agent=text_of(event.get("userAgent")),
        event_id=text_of(event.get("auditID")),
    )
