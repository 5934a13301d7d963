"""What the user of a web API may be told of an AWS failure; not for logs or operators."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from iamtriage.explaining._classification import classify

__all__ = ("ProblemDetails", "problem_details")


class ProblemDetails(TypedDict):
    """The members of an ``application/problem+json`` body, see :func:`problem_details`."""

    type: str
    title: str
    status: int
    detail: str
    instance: NotRequired[str]


def problem_details(error: object, *, instance: str | None = None, on_behalf: bool = False) -> ProblemDetails:
    """Give what the user of a web API may see of an AWS failure: the status, and nothing of the account.

    That AWS denied the service something is no fault of who called the service, so it is a 500 and no 403.
    What may succeed later (throttling, an outage, a role that is too new) is a 503; another error of AWS a
    502. No ARN, name, id or text of the failure is in it: these are for the logs, where
    :class:`FailureFilter` puts them.

    Args:
        error: the exception, or anything that :func:`iamtriage.parse` takes or gives. Where it holds no
            failure, the answer is a 500 too.
        instance: a URI that names this one occurrence, such as ``urn:uuid:…`` of your request, by which it
            is found in the logs. It is given as it is.
        on_behalf: whether AWS was called with credentials of who called the service, and not with those of
            the service: then a denial is a 403, and unusable credentials are a 401.

    Members: https://www.rfc-editor.org/rfc/rfc9457#section-3.1; statuses:
    https://www.rfc-editor.org/rfc/rfc9110#section-15.6.

    >>> denied = "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied"
    >>> problem_details(denied)["status"], problem_details(denied, on_behalf=True)["status"]
    (500, 403)
    """
    try:
        verdict = classify(error)
        failure, later = verdict.failure, verdict.is_retryable
    except Exception:  # noqa: BLE001 (an error page must not fail over the error)
        failure, later = None, False
    kind = None if failure is None else failure.kind
    if later:
        status = 503
    elif on_behalf and kind in _DENIED:
        status = 403
    elif on_behalf and kind in _UNAUTHENTICATED:
        status = 401
    else:
        status = 502 if kind == "aws_error" else 500
    title, detail = _ANSWERS[status]
    answer = ProblemDetails(type="about:blank", title=title, status=status, detail=detail)
    if instance is not None:
        answer["instance"] = instance
    return answer


# What the caller of a service is told, by status. With the type `about:blank` the title is the status' own.
_ANSWERS = {
    401: ("Unauthorized", "The credentials that came with the request are not accepted."),
    403: ("Forbidden", "The credentials that came with the request do not permit this."),
    500: ("Internal Server Error", "The service could not do this."),
    502: ("Bad Gateway", "A system that the service depends on refused the request."),
    503: ("Service Unavailable", "A system that the service depends on is not available. Try again later."),
}
_DENIED = frozenset({"access_denied", "kubernetes_forbidden"})
_UNAUTHENTICATED = frozenset(
    {
        "expired_credentials",
        "invalid_credentials",
        "invalid_identity_token",
        "kubernetes_unauthorized",
        "missing_credentials",
        "signature_mismatch",
    }
)
