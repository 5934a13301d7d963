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


_REASONS = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/loader/x is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
_SESSION = '>>> boto3.client("kms", "eu-central-1").encrypt(KeyId="alias/orders", Plaintext=b"x")["KeyId"]\n\'arn:aws:kms:eu-central-1:111122223333:key/{}\'\n>>> boto3.client("kms", region_name="us-west-2").decrypt(CiphertextBlob=blob)\n'
_KEY_ID = "0a1b2c3d-1111-2222-3333-444455556666"
_COMMANDS = "$ aws kms encrypt --key-id alias/orders --plaintext fileb://p --region {}\n$ aws kms decrypt --ciphertext-blob fileb://c --region us-west-2\n"
_CLIENTS = 'one = boto3.client("kms", region_name="us-west-2")\ntwo = boto3.client("kms", region_name="eu-central-1")\none.decrypt(CiphertextBlob=two.encrypt(KeyId="alias/orders", Plaintext=b"x")["CiphertextBlob"])\n'
_NODE = 'const enc = new KMSClient({ region: "eu-central-1" });\nconst dec = new KMSClient({ region: "us-west-2" });\nawait enc.send(new EncryptCommand(input));\nawait dec.send(new DecryptCommand(output));\n'


@check_rows(
    ("text", "evidence"),
    [
        (_SESSION.format(_KEY_ID), "derived"),
        (_COMMANDS.format("eu-central-1"), "possible"),
        (_CLIENTS, "possible"),
        (_NODE, "possible"),
        (f"The ciphertext was made in eu-central-1 (key arn:aws:kms:eu-central-1:111122223333:key/{_KEY_ID}).\nAWS_REGION=us-west-2 python3 read.py\n  kms.decrypt(CiphertextBlob=blob)\n", "derived"),
        # The Region is the same, unknown, or that of a replica, or a library calls the one of the key.
        (_COMMANDS.format("us-west-2"), None),
        (_SESSION.format("mrk-0a1b2c3d111122223333444455556666"), None),
        ('blob = boto3.client("kms").encrypt(KeyId="alias/orders", Plaintext=b"x")\nboto3.client("kms", "us-west-2").decrypt(CiphertextBlob=blob)\n', None),
        (f"crypto.decrypt(buffer) with AWS_REGION=us-west-2, key arn:aws:kms:eu-central-1:111122223333:key/{_KEY_ID}\n", None),
        (f"import aws_encryption_sdk\n{_SESSION.format(_KEY_ID)}", None),
    ],
)  # fmt: skip
def test_region_in_which_code_encrypts(text: str, evidence: str | None) -> None:
    explanation = explain(f"{text}{_REASONS}")
    if evidence is None:
        assert explanation.topic != "kms-wrong-region"
        return
    assert explanation.topic == "kms-wrong-region"
    assert [each.evidence for each in explanation.causes] == [evidence]
    assert "KMS was called in us-west-2" in explanation.summary
    assert explanation.remedies[0].title == "Decrypt in eu-central-1"
