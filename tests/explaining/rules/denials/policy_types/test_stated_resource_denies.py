"""Check that a Deny of the resource's policy in the text explains a denial without a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import explain

_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:jobs"
_DENIED = f"User: arn:aws:sts::111122223333:assumed-role/app/run is not authorized to perform: sqs:SendMessage on resource: {_QUEUE}\n"


def _deny(**changes: Any) -> str:  # noqa: ANN401 (any JSON value)
    statement: dict[str, Any] = {"Sid": "No", "Effect": "Deny", "Principal": "*"}
    statement |= {"Action": "sqs:*", "Resource": _QUEUE}
    statement.update(changes)
    written = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [written]})


@pytest.mark.parametrize(
    ("policy", "is_denied"),
    [
        (_deny(), True),
        (_deny(Principal={"AWS": "arn:aws:iam::111122223333:role/app"}), True),
        (_deny(Principal={"AWS": "arn:aws:iam::111122223333:role/web"}), False),
        (_deny(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:role/app"}), False),
        (_deny(Action="sqs:ReceiveMessage"), False),
        (_deny(Resource=f"{_QUEUE}-dlq"), False),
        (_deny(Condition={"Bool": {"aws:SecureTransport": "false"}}), False),
        (_deny(Condition={"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/app"}}), False),
        (f"The VPC endpoint policy of another VPC: {_deny()}", False),
        (f"The resource control policy: {_deny()}", False),
    ],
)  # fmt: skip
def test_deny_of_the_resource_policy(policy: str, *, is_denied: bool) -> None:
    explanation = explain(_DENIED + policy)
    assert ("the statement No of the queue policy in the text denies it" in explanation.summary) is is_denied
    if is_denied:
        assert explanation.remedies[0].title == "Scope down the statement No in the queue policy"
        assert all('"Effect": "Allow"' not in str(each.commands) for each in explanation.remedies)
        assert all("'Effect': 'Allow'" not in str(each.policy) for each in explanation.remedies)


@pytest.mark.parametrize("reason", ["no identity-based policy allows", "no resource-based policy allows"])
def test_reason_of_the_message_decides(reason: str) -> None:
    explanation = explain(f"{_DENIED.strip()} because {reason} the sqs:SendMessage action\n{_deny()}")
    assert "denies it" not in explanation.summary


_DELETION = "User: arn:aws:sts::111122223333:assumed-role/app/i-1 is not authorized to perform: {} on resource: {} with an explicit deny in a resource-based policy\n"
_VAULT = "arn:aws:backup:eu-west-1:111122223333:backup-vault:nightly"
_AUTOMATIC = _VAULT.replace("nightly", "aws/efs/automatic-backup-vault")
_BUCKET = "arn:aws:s3:::acme-archive/a"
_DELETES = ["backup:DeleteBackupVault", "backup:DeleteBackupVaultAccessPolicy", "backup:DeleteRecoveryPoint"]


@pytest.mark.parametrize(
    ("action", "resource", "denied", "words", "lacking"),
    [
        (_DELETES[0], _VAULT, _DELETES, "The Deny does not cover backup:PutBackupVaultAccessPolicy", "EFS"),
        (_DELETES[1], _AUTOMATIC, _DELETES, "AWS Backup creates this policy for EFS automatic backups", "also covers"),
        (_DELETES[0], _VAULT, _DELETES, "and last the empty vault", "most likely protects data"),
        (_DELETES[0], _VAULT, [*_DELETES, "backup:PutBackupVaultAccessPolicy"], "also covers backup:PutBackupVaultAccessPolicy: only a caller that it exempts", "does not cover"),
        (_DELETES[2], _VAULT, _DELETES, "A deletion of backups cannot be undone", "empty vault"),
        ("s3:DeleteObject", _BUCKET, ["s3:Delete*"], "check that nobody needs what is deleted", "vault"),
        ("s3:DeleteObject", _BUCKET, ["s3:*"], "check that nobody needs what is deleted", "does not cover s3:PutBucketPolicy"),
        ("s3:GetObject", _BUCKET, ["s3:Get*"], "exempt the caller", "nobody needs"),
    ],
    ids=["vault", "EFS", "order", "locked", "recovery point", "object", "everything", "reading"],
)  # fmt: skip
def test_deny_that_protects_from_deletion(
    action: str, resource: str, denied: list[str], words: str, lacking: str
) -> None:
    text = _DELETION.format(action, resource) + _deny(Action=denied, Resource="*")
    shown = " ".join(explain(text).to_text(detail="full").split())
    assert words in shown
    assert lacking not in shown
