"""Check that pyright rejects wrong calls: an ignore comment without an error is itself an error.

Separate from the other files, because pyright also honors comments for mypy. mypy skips this file.
"""

# mypy: ignore-errors
# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import assert_never

from iamtriage import (
    AccessDenied,
    Account,
    Arn,
    AwsError,
    Envelope,
    Failure,
    KubernetesForbidden,
    Role,
    User,
    canonicalize_arn,
    fingerprint,
    from_record,
    normalize_role_arn,
    parse,
    parse_arn,
    parse_principal,
    scan,
    to_record,
)


def incomplete(failure: AccessDenied | KubernetesForbidden | AwsError) -> None:
    match failure:
        case AccessDenied() | KubernetesForbidden():
            pass
        case _:
            # The missing case is AwsError.
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
    # None must be excluded first.
    to_record(parse("text"))  # pyright: ignore[reportArgumentType]
    fingerprint(parse("text"))  # pyright: ignore[reportArgumentType]


def records(failure: Failure) -> None:
    record = to_record(failure)
    print(record["zone"])  # pyright: ignore[reportGeneralTypeIssues, reportUnknownArgumentType]  # noqa: T201
    record["status_code"] = "403"  # pyright: ignore[reportGeneralTypeIssues]
    from_record("aws_error")  # pyright: ignore[reportArgumentType]
    fingerprint(record)  # pyright: ignore[reportArgumentType]


def arns(arn: Arn, role: Role, word: str) -> None:
    parse_arn(None)  # pyright: ignore[reportArgumentType]
    parse_arn(b"arn:aws:s3:::reports")  # pyright: ignore[reportArgumentType]
    Arn("aws", "s3", "", "", None)  # pyright: ignore[reportArgumentType]
    Arn("aws", "s3", "", "")  # pyright: ignore[reportCallIssue]
    arn.account = "111122223333"  # pyright: ignore[reportAttributeAccessIssue]
    role.path = "/team/"  # pyright: ignore[reportAttributeAccessIssue]
    parse_principal(111122223333)  # pyright: ignore[reportArgumentType]
    canonicalize_arn(role)  # pyright: ignore[reportArgumentType]
    normalize_role_arn(arn, target="aws_auth")  # pyright: ignore[reportArgumentType]
    normalize_role_arn(arn, target=word)  # pyright: ignore[reportArgumentType]
    normalize_role_arn(arn, path=b"/team/")  # pyright: ignore[reportArgumentType]
    normalize_role_arn(arn, "aws-auth")  # pyright: ignore[reportCallIssue]


def principals(principal: Role | User | Account) -> None:
    match principal:
        case Role() | User():
            pass
        case _:
            # The missing case is Account.
            assert_never(principal)  # pyright: ignore[reportArgumentType]
