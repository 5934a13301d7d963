"""Keys behind services: who calls, who owns the key, and how its ARN is found from an ID or alias."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_ARN = "arn:aws:secretsmanager:eu-west-1:{}:secret:shop/db-AbCdEf"
_CALL = "$ aws secretsmanager get-secret-value --secret-id {} --region eu-west-1\n\nAn error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\n"
_CALLER = (
    "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/{}/ana\n"
)
_OWN, _OTHER = _ARN.format("111122223333"), _ARN.format("444455556666")


@check_rows(
    ("text", "says", "omits"),
    [
        (
            _CALL.format("shop/db"),
            ("aws sts get-caller-identity", "in the key's account, the key's owner must add", '"AWS": "ROLE_ARN"', "give it a customer managed key (update-secret)"),
            ("In account", "both accounts must allow it"),
        ),
        (_CALL.format(_OTHER), ("If the caller is not in account 444455556666, the key's owner must add",), ("In account",)),
        (
            _CALL.format(_OTHER) + _CALLER.format("reader"),
            ("The data, and most likely the key, is in account 444455556666 and the role reader in 111122223333", "In account 444455556666:", "Then, in the account of the role reader:", "aws/secretsmanager, no Allow helps"),
            ("aws sts get-caller-identity", "a Deny applies"),
        ),
        (
            _CALL.format(_OWN) + _CALLER.format("reader"),
            ("The key policy must allow the role reader", "a Deny applies"),
            ("aws sts get-caller-identity", "both accounts must allow it", "In account"),
        ),
    ],
    ids=["nothing known", "owner of the secret", "two accounts", "one account"],
)  # fmt: skip
def test_owner_of_the_key(text: str, says: tuple[str, ...], omits: tuple[str, ...]) -> None:
    shown = " ".join(str(explain(text)).split())
    assert [words for words in says if words not in shown] == []
    assert [words for words in omits if words in shown] == []


_DENIED = "\nAn error occurred (AccessDeniedException) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/cart/1 is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action"


@check_rows(
    ("text", "shows_arn"),
    [
        ("$ aws ssm get-parameter --name /cart/token --with-decryption" + _DENIED.format("GetParameter"), True),
        ("$ aws secretsmanager get-secret-value --secret-id cart/db" + _DENIED.format("GetSecretValue"), True),
        ("$ aws sqs receive-message --queue-url https://sqs.eu-west-1.amazonaws.com/111122223333/jobs" + _DENIED.format("ReceiveMessage"), True),
        # These print the ARN.
        ("$ aws dynamodb get-item --table-name carts" + _DENIED.format("GetItem"), False),
        ("$ aws s3 cp s3://acme-in/x.csv ." + _DENIED.format("GetObject"), False),
    ],
)  # fmt: skip
def test_arn_from_id_or_alias(text: str, *, shows_arn: bool) -> None:
    explanation = explain(text)
    lines = explanation.remedies[0].commands
    assert any("aws kms describe-key --key-id KEY_ID" in each for each in lines) is shows_arn
    assert explanation.causes[-1].text.partition(": ")[0].endswith(("with a KMS key", "a KMS key (SSE-KMS)"))
