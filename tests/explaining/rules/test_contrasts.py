"""Names that a text contrasts with those of the failed call, or gives as examples, are not those of the call."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_S3 = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
_TOKEN = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
_EXPIRED = (
    "An error occurred (ExpiredToken) when calling the GetObject operation: The provided token has expired."
)


@check_rows(
    ("said", "error", "name"),
    [
        ("Unlike the bucket octo-logs, this one is new.", _S3, "octo-logs"),
        ("Not to be confused with s3://octo-logs/key.", _S3, "octo-logs"),
        ("I do not use the role arn:aws:iam::111122223333:role/octo-old here.", _TOKEN, "octo-old"),
        ("# example: aws s3 ls s3://octo-logs --profile octo-old", _S3, "octo"),
        ("We are not using --profile octo-old here.", _EXPIRED, "octo-old"),
        ("The bucket octo-logs is not used here.", _S3, "octo-logs"),
        ("s3://octo-logs/key isn't used any more.", _S3, "octo-logs"),
    ],
)
@check_rows("is_first", [True, False])
def test_names_of_something_else(said: str, error: str, name: str, *, is_first: bool) -> None:
    lines = [said, error] if is_first else [error, said]
    assert name not in explain("\n".join(lines)).to_text(detail="full")


@pytest.mark.parametrize(
    ("said", "error", "name"),
    [
        ("The bucket octo-data is new.", _S3, "octo-data"),
        ("Unlike yesterday, aws s3 cp s3://octo-data/a . fails.", _S3, "octo-data"),
        ("Not used before: s3://octo-data/a", _S3, "octo-data"),
        ("The bucket octo-data is not used by others.", _S3, "octo-data"),
        ("The bucket octo-data is not used often, is it?", _S3, "octo-data"),
    ],
)
def test_names_of_the_call(said: str, error: str, name: str) -> None:
    assert name in explain(f"{said}\n{error}").to_text(detail="full")


def test_an_error_in_a_contrast_is_explained() -> None:
    assert explain(f"Unlike what the docs say: {_S3}").summary == explain(_S3).summary
