"""One short string for one problem, however often it happens; not for secrets or security.

A fingerprint leaves out what changes between two occurrences of the same problem: request and
host ids, status, session names, encoded messages, authorization ids, and the wording of the SDK.
It keeps what makes another problem: kind, who (the role, not its session), action, resource,
how and by which policy it was denied, and the Kubernetes facts.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from iamtriage.failures._failures import AccessDenied, AwsError, KubernetesForbidden

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("fingerprint",)

_VERSION = "1"
# arn:P:sts::A:assumed-role/R/S: everything between the type and the last segment is the role.
_SESSION = re.compile(r"(arn:[^:]*):sts:([^:]*):([^:]*):assumed-role/(.+)/[^/]*\Z", re.DOTALL)
_CODE_NOISE = re.compile(r"\A(?:Client|Server)\.|(?:Exception|Fault)\Z")


def fingerprint(failure: Failure) -> str:
    """Give the same string for the same problem, another for another.

    The string begins with the version of the rule (``1:``), so that a stored one can be told from
    those of a later rule, and goes on with 32 hexadecimal digits.

    Args:
        failure: what :func:`iamtriage.parse` or :func:`iamtriage.scan` gave.

    >>> from iamtriage import parse
    >>> message = "User: arn:aws:sts::111122223333:assumed-role/app/{} is not authorized to perform: {}"
    >>> first = parse(message.format("i-0aaa", "sqs:SendMessage"))
    >>> second = parse(message.format("i-0bbb", "sqs:sendmessage"))
    >>> fingerprint(first) == fingerprint(second)
    True
    """
    parts: list[str | None] = [
        failure.kind,
        _lasting(failure.principal),
        _lower(failure.action),
        failure.resource,
    ]
    if isinstance(failure, AccessDenied):
        parts += [failure.deny, failure.policy_type, failure.policy_arn]
    elif isinstance(failure, KubernetesForbidden):
        parts += [
            _lasting(failure.user),
            failure.verb,
            failure.kubernetes_resource,
            failure.api_group,
            failure.namespace,
        ]
    if failure.action is None:
        # Without an action only the call tells two problems apart.
        parts += [failure.envelope.operation or failure.envelope.service]
    if isinstance(failure, AwsError) and failure.envelope.code:
        parts += [_CODE_NOISE.sub("", failure.envelope.code)]
    # A length before each part keeps ("ab", "c") and ("a", "bc") apart.
    canonical = "".join("-" if part is None else f"{len(part)}:{part}" for part in parts)
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_VERSION}:{digest[:32]}"


def _lasting(principal: str | None) -> str | None:
    """Give the role for a role session, else the principal itself."""
    if principal is None:
        return None
    return _SESSION.sub(r"\1:iam:\2:\3:role/\4", principal)


def _lower(action: str | None) -> str | None:
    # IAM compares actions without case, and services print them in their own (SNS:Publish).
    return None if action is None else action.lower()
