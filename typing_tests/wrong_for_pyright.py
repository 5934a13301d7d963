"""Wrong calls that pyright must refuse: an ignore comment without an error behind it is an error itself.

Apart from the other files since pyright heeds mypy's comments too; mypy skips this one.
"""

# mypy: ignore-errors
# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import assert_never

from iamtriage import (
    AccessDenied,
    AwsError,
    Envelope,
    Failure,
    KubernetesForbidden,
    fingerprint,
    from_record,
    parse,
    scan,
    to_record,
)


def incomplete(failure: AccessDenied | KubernetesForbidden | AwsError) -> None:
    match failure:
        case AccessDenied() | KubernetesForbidden():
            pass
        case _:
            # AwsError is left over.
            assert_never(failure)  # pyright: ignore[reportArgumentType]


def attributes(failure: Failure, denial: AccessDenied) -> None:
    print(failure.deny)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]  # noqa: T201
    denial.action = "s3:GetObject"  # pyright: ignore[reportAttributeAccessIssue]
    denial.envelope.code = "AccessDenied"  # pyright: ignore[reportAttributeAccessIssue]


def made() -> None:
    AccessDenied(deny="maybe")  # pyright: ignore[reportArgumentType]
    AccessDenied(policy_type="scp")  # pyright: ignore[reportArgumentType]
    KubernetesForbidden(deny="explicit")  # pyright: ignore[reportCallIssue]
    Envelope(status_code="403")  # pyright: ignore[reportArgumentType]


def called() -> None:
    parse(1)  # pyright: ignore[reportArgumentType]
    parse(None)  # pyright: ignore[reportArgumentType]
    parse(["text"])  # pyright: ignore[reportArgumentType]
    parse()  # pyright: ignore[reportCallIssue]
    scan(1)  # pyright: ignore[reportArgumentType]
    scan([1, 2])  # pyright: ignore[reportArgumentType]
    # None must be looked for first.
    to_record(parse("text"))  # pyright: ignore[reportArgumentType]
    fingerprint(parse("text"))  # pyright: ignore[reportArgumentType]


def records(failure: Failure) -> None:
    record = to_record(failure)
    print(record["region"])  # pyright: ignore[reportGeneralTypeIssues, reportUnknownArgumentType]  # noqa: T201
    record["status_code"] = "403"  # pyright: ignore[reportGeneralTypeIssues]
    from_record("aws_error")  # pyright: ignore[reportArgumentType]
    fingerprint(record)  # pyright: ignore[reportArgumentType]
