"""Define what an SDK, tool or log states about a failed call."""

from __future__ import annotations

import attrs

from iamtriage._rendering.values import Value
from iamtriage._rendering.views import View

__all__ = ("Envelope", "Referable")


class Referable(Value, View):
    """Base class of values that have weak references, and subclasses with equal slots in ``_building``."""

    __slots__ = ("__weakref__",)


@attrs.frozen(eq=False)
class Envelope(Referable):
    """The context of an error message: what the SDK, tool or log states about the failed call.

    A value is ``None`` if the text does not state it.

    Attributes:
        code: The error code as written, such as ``AccessDeniedException``.
        operation: The API operation, such as ``DescribeCluster``.
        service: The service in lower case: the action's prefix, else the service that the SDK or tool names.
        status_code: The HTTP status of the response.
        request_id: The request ID.
        host_id: The extended request ID of Amazon S3.
        source: The SDK or tool that printed the error, such as ``botocore``, ``go-v2`` or ``cloudtrail``.
        time: The time of the call, in the format of the event record.
        region: The Region that was called.
        source_ip: The IP address or host name that the call came from.
        user_agent: The program that made the call.
        event_id: The ID of the event record, such as CloudTrail's ``eventID``.

    >>> Envelope(code="AccessDenied", operation="GetObject").code
    'AccessDenied'
    """

    code: str | None = None
    operation: str | None = None
    service: str | None = None
    status_code: int | None = None
    request_id: str | None = None
    host_id: str | None = None
    source: str | None = None
    time: str | None = None
    region: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    event_id: str | None = None
