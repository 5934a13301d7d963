"""Find out whether the values of a failure contain secrets. Few do, and only those need their record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import hide_secrets
from iamtriage.failures._failures import AccessDenied, KubernetesForbidden

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("has_secrets",)


def has_secrets(failure: Failure) -> bool:
    """Return whether ``redact_record()`` would change any value but the encoded message."""
    envelope = failure.envelope
    words = (envelope.code, envelope.operation, envelope.service)
    values = [failure.principal, failure.action, failure.resource, envelope.user_agent, envelope.source_ip]
    values += (envelope.request_id, envelope.host_id, envelope.event_id, envelope.time, envelope.region)
    values += (word for word in words if word is not None and not word.isidentifier())
    if isinstance(failure, AccessDenied):
        values += (failure.policy_arn, failure.authorization_id)
    elif isinstance(failure, KubernetesForbidden):
        values += (
            failure.user,
            failure.verb,
            failure.kubernetes_resource,
            failure.api_group,
            failure.namespace,
        )
    # The user of a Kubernetes denial is also its principal.
    return any(value is not None and hide_secrets(value) != value for value in set(values))
