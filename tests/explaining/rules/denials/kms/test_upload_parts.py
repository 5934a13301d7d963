"""Tests for denied parts of uploads to buckets with a KMS key."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
SMALL = "upload: ./a.csv to s3://orders-archive/in/a.csv\n"
ENCRYPTION = f'\n{{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "{KEY}"}}'


def _failed(operation: str) -> str:
    return f"upload failed: ./dump.bin to s3://orders-archive/in/dump.bin An error occurred (AccessDenied) when calling the {operation} operation: Access Denied"


@check_rows(
    ("text", "resource"),
    [
        (SMALL + _failed("UploadPart") + ENCRYPTION, KEY),
        (_failed("UploadPart") + ENCRYPTION, KEY),
        (SMALL + _failed("UploadPart"), "KEY_ARN"),
        (SMALL + _failed("CreateMultipartUpload") + ENCRYPTION, KEY),
        (
            "$ aws s3 cp dump.bin s3://orders-archive/in/ --sse-kms-key-id alias/archive\n"
            + _failed("CompleteMultipartUpload")
            + '"aws:kms"',
            "KEY_ARN",
        ),
    ],
    ids=["both", "key", "small", "begin", "alias"],
)
def test_missing_decrypt(text: str, resource: str) -> None:
    explanation = explain(text)
    assert "most likely, the caller lacks kms:Decrypt" in explanation.summary
    first = explanation.remedies[0]
    assert first.policy is not None
    [statement] = first.policy["Statement"]
    assert (statement["Resource"], "kms:Decrypt" in statement["Action"]) == (resource, True)
    assert "orders-archive/in" not in str(first.policy)


@check_rows(
    ("words", "verdict", "first_step"),
    [
        (
            "We copy from account 444455556666.",
            "most likely, ",
            "as an administrator of 444455556666, which must allow the call, too, if it does not yet",
        ),
        (
            "Account 111122223333 has the bucket.",
            "most likely, ",
            "policy.json is enough if the key policy enables IAM policies",
        ),
        (
            "Accounts: account 444455556666, account 777788889999",
            "most likely, ",
            "if the key policy enables IAM policies",
        ),
        (
            "The policy has kms:GenerateDataKey and s3:PutObject.",
            "a reason: the caller lacks",
            "if the key policy enables IAM policies",
        ),
        (
            "It allows kms:GenerateDataKey and kms:Decrypt.",
            "most likely, ",
            "if the key policy enables IAM policies",
        ),
    ],
    ids=["other account", "same account", "accounts", "listed", "allowed"],
)
def test_accounts_and_listed_actions(words: str, verdict: str, first_step: str) -> None:
    explanation = explain(f"{words}\n{_failed('UploadPart')}{ENCRYPTION}")
    assert verdict in explanation.summary
    first, text = explanation.remedies[0], explanation.to_text(detail="full")
    assert first_step in (text if "administrator" in first_step else first.steps[0])


@pytest.mark.parametrize(
    ("caller", "is_named"),
    [("", True), ("arn:aws:sts::111122223333:assumed-role/load/s1", False)],
    ids=["unknown caller", "own account"],
)
def test_account_of_the_key(caller: str, *, is_named: bool) -> None:
    explanation = explain(f"{SMALL}{_failed('UploadPart')}{ENCRYPTION}", facts={"caller": caller or None})
    step = " ".join(explanation.remedies[0].steps)
    assert ("If the caller is not in account 111122223333, the key's owner must add this" in step) is is_named
    assert ('{"AWS": "ROLE_ARN"}' in step) is is_named
    assert explanation.causes[0].because[0] == "The text shows such an upload that worked."


@check_rows(
    "text",
    [
        _failed("UploadPart"),
        _failed("PutObject") + ENCRYPTION,
        SMALL.replace("orders-archive", "billing-archive") + _failed("UploadPart"),
        SMALL + _failed("CreateMultipartUpload"),
        SMALL + _failed("UploadPart") + "\nThe bucket is not encrypted with KMS, it uses AES256.",
    ],
    ids=["nothing shown", "whole object", "other bucket", "nothing about a key", "no key"],
)
def test_undecided(text: str) -> None:
    assert "kms:Decrypt" not in explain(text).summary


def test_both_accounts_have_commands() -> None:
    text = f"We copy from account 444455556666.\n{_failed('UploadPart')}{ENCRYPTION}"
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::444455556666:role/ROLE_NAME"}
    show, change, allow = remedy.commands
    assert show.endswith("> old-policy.json")
    assert f"put-key-policy --key-id {KEY}" in change
    assert allow.startswith("aws iam put-role-policy --role-name ROLE_NAME")


_DENIED = 'An error occurred (AccessDenied) when calling the {0} operation: User: arn:aws:sts::111122223333:assumed-role/intake/i-1 is not authorized to perform: kms:{1} on resource: "{2}" because no identity-based policy allows the kms:{1} action'


@check_rows(
    ("operation", "action", "is_part"),
    [
        ("UploadPart", "Decrypt", True),
        ("CompleteMultipartUpload", "Decrypt", True),
        ("CreateMultipartUpload", "Decrypt", True),
        ("CreateMultipartUpload", "GenerateDataKey", False),
        ("GetObject", "Decrypt", False),
        ("PutObject", "Decrypt", False),
    ],
)
def test_key_of_parts(operation: str, action: str, *, is_part: bool) -> None:
    """A part that lacks kms:Decrypt is told from an object that is sent whole."""
    explanation = explain(_DENIED.format(operation, action, KEY))
    causes = " ".join(each.text for each in explanation.causes)
    assert ("A small one is sent whole, which requires only kms:GenerateDataKey." in causes) is is_part
    steps = explanation.remedies[0].steps
    assert any("raise multipart_threshold" in each for each in steps) is is_part
    assert "kms:ViaService" in str(explanation.remedies[0].policy)


_OF_KEY = _DENIED.format("X", "Decrypt", KEY).partition("operation: ")[2]
_PARTS = "An exception occurred while uploading parts to a multipart upload"


@check_rows(
    ("text", "is_part"),
    [
        (f"Aws::S3::MultipartUploadError: multipart upload failed: {_OF_KEY}", True),
        (f"S3MultipartUploadException: {_PARTS}: {_OF_KEY}", True),
        (f"ERROR: {_OF_KEY}\nUploads of 2 MB go through, those of 3 GB do not.", True),
        (f"ERROR: {_OF_KEY}\nThe small files can be uploaded without errors.", True),
        (f"ERROR: {_OF_KEY}\nUploading the report works, reading it does not.", False),
        (f"ERROR: {_OF_KEY}\nThe 20 MB image is broken. It happens while uploading.", False),
    ],
    ids=["Ruby", "PHP", "sizes", "small files", "reading", "not said to work"],
)
def test_parts_without_a_named_operation(text: str, *, is_part: bool) -> None:
    causes = " ".join(each.text for each in explain(text).causes)
    assert ("whose parts S3 decrypts to join them" in causes) is is_part


def test_key_of_a_queue() -> None:
    explanation = explain(_DENIED.format("SendMessage", "Decrypt", KEY))
    assert any("SQS verifies each new data key" in each.text for each in explanation.causes)
    assert explanation.remedies[0].steps[0].endswith("that also requires sqs:ReceiveMessage.")
