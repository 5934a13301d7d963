"""Denials and rejected credentials from moto's IAM authorization, which are not written for our tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.boto.moto_server import ACCOUNT, run_moto
from tests.boto.records import read_record, record

USER = f"arn:aws:iam::{ACCOUNT}:user/denied"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/idle/ci-42"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/idle"

Clients = Callable[..., Any]


@dataclass(frozen=True)
class Accounts:
    """Moto's URL, and two principals without permissions."""

    url: str
    user: tuple[str, str]
    session: tuple[str, str, str]


@pytest.fixture(scope="module")
def moto(clients: Clients) -> Iterator[Accounts]:
    """Moto's server with authorization, and a user and a role session without permissions."""

    def prepare(url: str) -> Accounts:
        iam = clients("iam", url)
        iam.create_user(UserName="denied")
        key = iam.create_access_key(UserName="denied")["AccessKey"]
        iam.create_role(
            RoleName="idle", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}'
        )
        session = clients("sts", url).assume_role(RoleArn=ROLE, RoleSessionName="ci-42")["Credentials"]
        return Accounts(
            url,
            (key["AccessKeyId"], key["SecretAccessKey"]),
            (session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]),
        )

    with run_moto(prepare) as (_, accounts):
        yield accounts


def _call_denied(call: Callable[..., object], **arguments: object) -> Any:  # noqa: ANN401 (botocore has no types)
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value


def _read_ids(error: Any) -> dict[str, object]:  # noqa: ANN401 (as above)
    """Return what the exception's response states in addition to code and message."""
    metadata = error.response["ResponseMetadata"]
    return {
        "status_code": metadata["HTTPStatusCode"],
        "request_id": metadata.get("RequestId") or None,
        "host_id": metadata.get("HostId") or None,
    }


def _in_text(error: Any) -> dict[str, object]:  # noqa: ANN401 (as above)
    """Return what the exception's text states of them: the status, if botocore uses it as the code."""
    code = error.response["Error"]["Code"]
    return {"status_code": int(code) if code.isdigit() else None}


# moto responds in XML in all protocols. If botocore expects JSON, it uses the whole body as the message and the
# status as the code. The values in the body must still be found.
CALLS = {
    "iam": ("iam", "list_users", {}, "ListUsers"),
    "sts": ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "ci"}, "AssumeRole"),
    "ec2": ("ec2", "describe_instances", {}, "DescribeInstances"),
    "sqs": ("sqs", "list_queues", {}, "ListQueues"),
    "dynamodb": ("dynamodb", "list_tables", {}, "ListTables"),
    "kms": ("kms", "list_keys", {}, "ListKeys"),
}


@pytest.mark.parametrize(("service", "method", "arguments", "operation"), CALLS.values(), ids=CALLS.keys())
def test_user_without_policies_is_denied(
    moto: Accounts, clients: Clients, service: str, method: str, arguments: dict[str, object], operation: str
) -> None:
    """Principal, action and operation are read. Moto states neither the resource nor the reason."""
    error = _call_denied(getattr(clients(service, moto.url, *moto.user), method), **arguments)
    facts = record(
        kind="access_denied",
        code="AccessDenied",
        operation=operation,
        service=service,
        principal=USER,
        account=ACCOUNT,
        action=f"{service}:{operation}",
    )

    assert read_record(error) == facts | _read_ids(error)
    assert read_record(str(error)) == facts | _in_text(error)


def test_session_without_policies_is_denied(moto: Accounts, clients: Clients) -> None:
    """The principal is the role session."""
    error = _call_denied(clients("dynamodb", moto.url, *moto.session).list_tables)
    facts = record(
        kind="access_denied",
        code="AccessDenied",
        operation="ListTables",
        service="dynamodb",
        principal=SESSION,
        account=ACCOUNT,
        action="dynamodb:ListTables",
    )

    assert read_record(error) == facts | _read_ids(error)


@pytest.mark.parametrize(
    ("method", "arguments", "operation", "code"),
    [
        pytest.param("list_buckets", {}, "ListBuckets", "AccessDenied", id="buckets"),
        pytest.param("get_object", {"Bucket": "b", "Key": "k"}, "GetObject", "AccessDenied", id="object"),
        pytest.param("head_object", {"Bucket": "b", "Key": "k"}, "HeadObject", "403", id="head"),
    ],
)
def test_s3_denies_without_a_sentence(
    moto: Accounts, clients: Clients, method: str, arguments: dict[str, object], operation: str, code: str
) -> None:
    """The denial of S3 states no principal and no action; that of a HEAD request has no code."""
    error = _call_denied(getattr(clients("s3", moto.url, *moto.user), method), **arguments)

    assert read_record(error) == record(kind="access_denied", code=code, operation=operation) | _read_ids(
        error
    )


REFUSALS = {
    "iam": ("iam", "list_users", "ListUsers"),
    "sts": ("sts", "get_caller_identity", "GetCallerIdentity"),
    "ec2": ("ec2", "describe_instances", "DescribeInstances"),
    "sqs": ("sqs", "list_queues", "ListQueues"),
    "s3": ("s3", "list_buckets", "ListBuckets"),
}
UNKNOWN_KEY = {"ec2": "AuthFailure", "s3": "InvalidAccessKeyId"}
# EC2 returns the same code for a wrong secret and an unknown key.
WRONG_SECRET = {"ec2": ("invalid_credentials", "AuthFailure")}


@pytest.mark.parametrize(("service", "method", "operation"), REFUSALS.values(), ids=REFUSALS.keys())
def test_unknown_key_is_invalid(
    moto: Accounts, clients: Clients, service: str, method: str, operation: str
) -> None:
    """An access key that does not exist means invalid credentials, whatever the error code of the service."""
    error = _call_denied(getattr(clients(service, moto.url, "AKIDNOTTHERE", "example-secret"), method))
    facts = record(
        kind="invalid_credentials", code=UNKNOWN_KEY.get(service, "InvalidClientTokenId"), operation=operation
    )

    assert read_record(error) == facts | _read_ids(error)
    assert read_record(str(error)) == facts | _in_text(error)


@pytest.mark.unmeasured
@pytest.mark.parametrize(("service", "method", "operation"), REFUSALS.values(), ids=REFUSALS.keys())
def test_wrong_secret_is_a_signature_mismatch(
    moto: Accounts, clients: Clients, service: str, method: str, operation: str
) -> None:
    """A wrong secret means a signature mismatch, if the service distinguishes it."""
    error = _call_denied(getattr(clients(service, moto.url, moto.user[0], "another-secret"), method))
    kind, code = WRONG_SECRET.get(service, ("signature_mismatch", "SignatureDoesNotMatch"))
    facts = record(kind=kind, code=code, operation=operation)

    assert read_record(error) == facts | _read_ids(error)
    assert read_record(str(error)) == facts | _in_text(error)
