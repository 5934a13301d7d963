"""Denials to raise, and helpers that raise them and count explanations."""

from __future__ import annotations

import traceback
from typing import Any

from botocore.exceptions import ClientError

MARK = "iamtriage explains: "
DENIED = (
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:GetObject on resource: "
    '"arn:aws:s3:::example-data/in/a.csv" because no identity-based policy allows the s3:GetObject action'
)
OTHER = (
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sqs:SendMessage on resource: "
    "arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:SendMessage action"
)


def denial(message: str = DENIED, operation: str = "GetObject") -> ClientError:
    """Build a denial as botocore raises it."""
    response = {
        "Error": {"Code": "AccessDenied", "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 403, "RequestId": "4TEXAMPLE7QK2M9V"},
    }
    return ClientError(response, operation)


def missing(code: str = "NoSuchKey") -> ClientError:
    """Build an AWS error that is not an access failure."""
    return ClientError({"Error": {"Code": code, "Message": "The specified key does not exist."}}, "GetObject")


def notes(error: BaseException) -> list[str]:
    """Return the notes that iamtriage added to an exception."""
    return [note for note in getattr(error, "__notes__", ()) if note.startswith(MARK)]


def count_explanations(error: BaseException) -> int:
    """Count the explanations in a traceback."""
    return "".join(traceback.format_exception(error)).count(MARK)


def raise_through(error: BaseException, *handlers: Any) -> BaseException:  # noqa: ANN401
    """Raise an exception through handlers, the innermost first; return the exception that gets out."""

    def run(inner: list[Any]) -> None:
        if not inner:
            raise error
        with inner[-1]:
            run(inner[:-1])

    try:
        run(list(handlers))
    except BaseException as caught:  # noqa: BLE001
        return caught
    raise AssertionError
