"""Load what the first explained error needs, before it occurs."""

# botocore has no types:
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

from __future__ import annotations

from typing import Any

from iamtriage.actions._operation_resources import resource_arn
from iamtriage.boto._annotating import annotate
from iamtriage.boto._options import ExplainOptions

__all__ = ("warm_up",)

# A denial with a reason, one without, and credentials that have expired: together they load the rules that
# most errors need.
_DENIED = (
    "User: arn:aws:iam::111122223333:user/example is not authorized to perform: s3:GetObject on resource: "
    '"arn:aws:s3:::example/key" because no identity-based policy allows the s3:GetObject action'
)
_ERRORS = (
    ("AccessDenied", _DENIED),
    ("AccessDenied", "Access Denied"),
    ("ExpiredToken", "The provided token has expired."),
)


def warm_up() -> None:
    """Load the modules and tables that the first explained error needs.

    Without it, the first error of a process takes several times longer than later ones. Call it when time
    matters less than during a request, such as when a Lambda function is initialized:
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html. It makes no AWS API calls.

    >>> warm_up()
    """
    from botocore.exceptions import ClientError

    options = ExplainOptions(None, False, False, None, None, None, 0)  # noqa: FBT003 (positional, as explain_errors)
    for code, message in _ERRORS:
        response: dict[str, Any] = {"Error": {"Code": code, "Message": message}}
        annotate(ClientError(response, "GetObject"), options)
    resource_arn("GetObject", {"Bucket": "example", "Key": "key"}, "s3")
