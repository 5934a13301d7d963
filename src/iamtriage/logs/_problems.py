"""Build error responses for web APIs that reveal nothing about an AWS failure."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from iamtriage.explaining._classification import classify
from iamtriage.logs._limits import MAX_CHARS, check_max_chars, cut_middle

__all__ = ("ProblemDetails", "problem_details")


class ProblemDetails(TypedDict):
    """The members of an ``application/problem+json`` body; see :func:`problem_details`."""

    type: str
    title: str
    status: int
    detail: str
    instance: NotRequired[str]


def problem_details(
    error: object,
    *,
    instance: str | None = None,
    on_behalf: bool = False,
    max_chars: int = MAX_CHARS,
) -> ProblemDetails:
    """Build the error response of a web API whose call to AWS failed, without details of the failure.

    If AWS denies your service a call, the service's clients did nothing wrong, so the status is 500, not 403.
    It is 503 if the call can succeed later (throttling, an outage, a role that was just created), and 502 for
    other AWS errors. The response contains no ARN, name, ID or text of the failure. Log those with
    :class:`FailureFilter` instead.

    Args:
        error: The exception, a failure, or anything that :func:`iamtriage.parse` accepts. If it does not
            report a failure, the status is 500.
        instance: A URI that identifies the request in your logs, such as ``urn:uuid:…``, used unchanged.
        on_behalf: Whether AWS was called with the credentials of the client instead of your service's own.
            Then a denial is a 403, and unusable credentials are a 401.
        max_chars: The number of characters to read of a string. Of a longer one, these are the beginning and
            the end.

    Raises:
        TypeError: ``max_chars`` is not an integer.
        ValueError: ``max_chars`` is less than 1,000.

    Members: https://www.rfc-editor.org/rfc/rfc9457#section-3.1; statuses:
    https://www.rfc-editor.org/rfc/rfc9110#section-15.6.

    >>> denied = "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied"
    >>> problem_details(denied)["status"], problem_details(denied, on_behalf=True)["status"]
    (500, 403)
    """
    limit = check_max_chars(max_chars)
    try:
        classification = classify(cut_middle(error, limit)[0] if isinstance(error, str) else error)
        failure, is_retryable = classification.failure, classification.is_retryable
    except Exception:  # noqa: BLE001 (an error handler must not fail)
        failure, is_retryable = None, False
    kind = None if failure is None else failure.kind
    if is_retryable:
        status = 503
    elif on_behalf and kind in _DENIED:
        status = 403
    elif on_behalf and kind in _UNAUTHENTICATED:
        status = 401
    else:
        status = 502 if kind == "aws_error" else 500
    title, detail = _RESPONSES[status]
    problem = ProblemDetails(type="about:blank", title=title, status=status, detail=detail)
    if instance is not None:
        problem["instance"] = instance
    return problem


# Title and detail by status. With the type `about:blank`, the title is the phrase of the status.
_RESPONSES = {
    401: ("Unauthorized", "The credentials in the request were rejected."),
    403: ("Forbidden", "The credentials in the request do not allow this operation."),
    500: ("Internal Server Error", "The service could not complete the request."),
    502: ("Bad Gateway", "A system that the service depends on rejected a request."),
    503: ("Service Unavailable", "A system that the service depends on is unavailable. Try again later."),
}
_DENIED = frozenset({"access_denied", "kubernetes_forbidden"})
_UNAUTHENTICATED = frozenset(
    {
        "expired_credentials", "invalid_credentials", "invalid_identity_token", "kubernetes_unauthorized",
        "missing_credentials", "signature_mismatch",
    }
)  # fmt: skip
