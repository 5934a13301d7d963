"""Compute a short string that identifies a problem across its occurrences.

A fingerprint omits what changes between two occurrences of a problem: request and host IDs, status, session
names, encoded messages, authorization IDs, and the SDK's formatting. It includes what distinguishes problems:
kind, principal (the role, not its session), action, resource, how and by which policy the call was denied,
and the Kubernetes values.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from iamtriage.failures._checks import check_failure
from iamtriage.failures._failures import AccessDenied, AwsError, KubernetesForbidden

if TYPE_CHECKING:
    from iamtriage.failures._failures import Failure

__all__ = ("fingerprint",)

_VERSION = "1"
# arn:P:sts::A:assumed-role/R/S: the role is everything between the type and the last segment.
_SESSION = re.compile(r"(arn:[^:]*):sts:([^:]*):([^:]*):assumed-role/(.+)/[^/]*\Z", re.DOTALL)
_CODE_NOISE = re.compile(r"\A(?:Client|Server)\.|(?:Exception|Fault)\Z")


def fingerprint(failure: Failure) -> str:
    """Return a string that is the same for every occurrence of a problem.

    Use it to count or deduplicate failures. It omits request IDs, session names and other values that change
    between occurrences.

    Args:
        failure: A failure, such as :func:`iamtriage.parse` returns.

    Returns:
        The version of the algorithm (``1:``), which distinguishes stored fingerprints from those of a later
        version, and 32 hexadecimal digits.

    Raises:
        TypeError: ``failure`` is not a failure.

    >>> from iamtriage import parse
    >>> message = "User: arn:aws:sts::111122223333:assumed-role/app/{} is not authorized to perform: {}"
    >>> first = parse(message.format("i-0aaa", "sqs:SendMessage"))
    >>> second = parse(message.format("i-0bbb", "sqs:sendmessage"))
    >>> fingerprint(first) == fingerprint(second)
    True
    """
    check_failure(failure, "fingerprint()")
    parts: list[str | None] = [
        failure.kind,
        _without_session(failure.principal),
        _lower(failure.action),
        failure.resource,
    ]
    if isinstance(failure, AccessDenied):
        parts += [failure.deny, failure.policy_type, failure.policy_arn]
    elif isinstance(failure, KubernetesForbidden):
        parts += [
            _without_session(failure.user),
            failure.verb,
            failure.kubernetes_resource,
            failure.api_group,
            failure.namespace,
        ]
    if failure.action is None:
        # Without an action, only the call distinguishes two problems.
        parts += [failure.envelope.operation or failure.envelope.service]
    if isinstance(failure, AwsError) and failure.envelope.code:
        parts += [_CODE_NOISE.sub("", failure.envelope.code)]
    # The length before each part distinguishes ("ab", "c") from ("a", "bc").
    canonical = "".join(["-" if part is None else f"{len(part)}:{part}" for part in parts])
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_VERSION}:{digest[:32]}"


def _without_session(principal: str | None) -> str | None:
    """Return the role ARN for a role session, and any other principal unchanged."""
    if principal is None or ":assumed-role/" not in principal:
        return principal
    # `sub` with a template takes twice the time.
    found = _SESSION.search(principal)
    if found is None:
        return principal
    return f"{principal[: found.start()]}{found[1]}:iam:{found[2]}:{found[3]}:role/{found[4]}"


def _lower(action: str | None) -> str | None:
    # Actions are case-insensitive in IAM, and services print them in different ways (SNS:Publish).
    return None if action is None else action.lower()
