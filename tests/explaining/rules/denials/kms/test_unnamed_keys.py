"""A denied use of a KMS key whose ARN the message omits: the explanation says where to find it."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = "User: {} is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because no identity-based policy allows the kms:Decrypt action"
SESSION = DENIED.format("arn:aws:sts::111122223333:assumed-role/orders-job/orders")
KEY = "arn:aws:kms:eu-west-1:{}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


def _called(operation: str, message: str) -> str:
    return f"An error occurred (AccessDeniedException) when calling the {operation} operation: {message}"


@check_rows(
    ("text", "resource", "says"),
    [
        pytest.param(
            f"Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException KMS Message: {SESSION}",
            "KEY_ARN",
            (
                "aws lambda get-function-configuration --function-name orders --query '[KMSKeyArn,Role]'",
                "get-function-configuration prints it",
                "Whoever invokes the function",
            ),
            id="environment of a function",
        ),
        pytest.param(
            f"$ aws secretsmanager get-secret-value --secret-id shop/db --region eu-west-1\n{_called('GetSecretValue', SESSION)}",
            "KEY_ARN",
            ("aws secretsmanager describe-secret --secret-id shop/db", "must allow the role orders-job"),
            id="a secret",
        ),
        pytest.param(
            _called("Decrypt", DENIED.format("arn:aws:iam::111122223333:user/ana")),
            "KEY_ARN",
            ("look it up in what holds the data", "must allow the user ana"),
            id="nothing names it",
        ),
        pytest.param(
            f"key {KEY.format('444455556666')}\n{_called('Decrypt', SESSION)}",
            KEY.format("444455556666"),
            ("most likely the one in the text", "The key is in account 444455556666"),
            id="the text names a key of another account",
        ),
        pytest.param(
            _called("Decrypt", SESSION.replace("the resource associated with this ciphertext", f"resource: {KEY.format('111122223333')}")),
            KEY.format("111122223333"),
            (),
            id="the message names it",
        ),
    ],
)  # fmt: skip
def test_key_of_the_policy(text: str, resource: str, says: tuple[str, ...]) -> None:
    explanation = explain(text)
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert [each["Resource"] for each in policy["Statement"]] == [resource]
    shown = " ".join(explanation.to_text(detail="full").split())
    assert [each for each in says if each not in shown] == []
    assert ("The message does not name the key" in shown) == bool(says)


ENVIRONMENT = "Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedException KMS Message: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."


@check_rows(
    ("words", "evidence", "has_key_policy"),
    [
        ("Yesterday we deleted and recreated the role mailer-role of the function mail-sender. The default key aws/lambda is used.", "derived", False),
        ("The role was re-created by CloudFormation, the function mail-sender was not.", "derived", True),
        ('$ terraform apply\n-/+ resource "aws_iam_role" "mailer" {\nfunction mail-sender', "derived", True),
        ("After terraform destroy and apply of the IAM module, the function mail-sender fails. We never configured a KMS key.", "derived", False),
        ("tofu apply -replace=aws_iam_role.mailer, then the function mail-sender failed", "derived", True),
        ('{"FunctionName": "mail-sender", "KMSKeyArn": null}\nfunction mail-sender', "possible", False),
    ],
)  # fmt: skip
def test_grant_for_a_deleted_role(words: str, evidence: str, *, has_key_policy: bool) -> None:
    explanation = explain(f"{words}\n{ENVIRONMENT}")
    assert (explanation.causes[0].code, explanation.causes[0].evidence) == (
        "kms-grant-of-other-role",
        evidence,
    )
    first = explanation.remedies[0]
    assert first.title.startswith("Give the function another role")
    assert "aws lambda wait function-updated --function-name mail-sender" in first.commands
    assert any("get-key-policy" in str(each.commands) for each in explanation.remedies) is has_key_policy
    assert ("Terraform sees no change" in str(first.steps)) is ("terraform" in words or "tofu" in words)


_OF_FUNCTION = "Lambda was unable to decrypt the environment variables because KMS access was denied. KMS Exception: AccessDeniedExceptionKMS Message: User: arn:aws:sts::111122223333:assumed-role/mailer-role/mailer is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f because no {} policy allows the kms:Decrypt action"


@check_rows(
    ("words", "kind", "evidence"),
    [
        ("plan: aws_iam_role.mailer must be replaced. It has the default key aws/lambda.", "resource-based", "derived"),
        ("# module.mail.aws_iam_role.this[0] will be replaced", "resource-based", "derived"),
        ("The change set shows AWS::IAM::Role MailerRole with Replacement: True", "identity-based", "derived"),
        ("We use the aws/lambda key.", "identity-based", "possible"),
        # Another key, or no sign of the AWS managed one.
        ("Since Monday.", "resource-based", None),
        ("It is encrypted with our key alias/mail.", "resource-based", None),
        ("The log group /aws/lambda/mailer is empty.", "identity-based", None),
        ("aws_iam_role_policy.mailer must be replaced", "identity-based", None),
    ],
)  # fmt: skip
def test_grant_for_a_role_that_the_message_names(words: str, kind: str, evidence: str | None) -> None:
    explanation = explain(f"{_OF_FUNCTION.format(kind)}\n{words}")
    is_first = explanation.causes[0].code == "kms-grant-of-other-role"
    assert (explanation.causes[0].evidence if is_first else None) == evidence
    assert ("put-key-policy" in str(explanation.remedies[0].commands)) is (
        not is_first and kind == "resource-based"
    )
    shown = explanation.to_text()
    is_open = kind == "resource-based" and words == "Since Monday."
    assert (
        "If the key is aws/lambda, or the role was deleted and re-created, set the role on"
        in " ".join(shown.split())
    ) is is_open
    assert ("the key policy does not allow" in " ".join(shown.split())) is (
        not is_first and kind == "resource-based"
    )
    assert (
        "nobody can change the policy: set the function's role again"
        in " ".join(explanation.to_text(detail="full").split())
    ) is is_open
    # The command that sets the function's own role again is not hidden.
    assert ("Role.Arn" in shown or "the role's ARN in it" in shown) is (is_first or kind == "resource-based")


@pytest.mark.parametrize(
    ("account", "words", "is_said"),
    [
        ("111122223333", "", True),
        # The policy in the text shows it, and for another account the key's owner has to add a statement.
        (
            "111122223333",
            '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}]}',
            False,
        ),
        ("444455556666", "", False),
    ],
)
def test_key_policy_enables_iam_policies(account: str, words: str, *, is_said: bool) -> None:
    denial = _OF_FUNCTION.partition("Message: ")[2].format("identity-based")
    shown = str(explain(f"{denial.replace('111122223333', account, 1)}\n{words}"))
    assert ("The key policy must enable IAM policies" in shown) is is_said


@check_rows(
    "words",
    [
        "The table was re-created.",
        "After terraform destroy/apply of the VPC module.",
        "The role was never recreated.",
        "The role will be replaced next month.",
    ],
)
def test_other_recreated_resources_are_not_the_role(words: str) -> None:
    explanation = explain(f"{words}\n{ENVIRONMENT}")
    assert explanation.causes[0].code != "kms-grant-of-other-role"


_NOT_SYNCED = 'could not get secret data from provider: key "cart/db" from ExternalSecret "db": AccessDeniedException: Access to KMS is not allowed\n status code: 400, request id: 1-2\n\n'
_ROLE = "The role cart-eso has GetSecretValue on arn:aws:secretsmanager:eu-west-1:111122223333:secret:cart/*."


@pytest.mark.parametrize(
    ("words", "summary", "command"),
    [
        (
            f"{_ROLE} The key is alias/cart.",
            "The role cart-eso of External Secrets Operator is not allowed to use the KMS key alias/cart",
            "aws kms describe-key --key-id alias/cart --region eu-west-1 --query KeyMetadata.Arn --output text",
        ),
        (_ROLE, "role cart-eso of External", "aws secretsmanager describe-secret --secret-id cart/db"),
        (
            "The role that has alias/a or alias/b, not alias/aws/secretsmanager",
            "The role that External Secrets Operator uses",
            "aws secretsmanager describe-secret --secret-id cart/db",
        ),
    ],
    ids=["alias", "role", "neither"],
)
def test_role_and_alias_in_prose(words: str, summary: str, command: str) -> None:
    explanation = explain(_NOT_SYNCED + words)
    assert summary in explanation.summary
    assert explanation.remedies[0].commands[0].startswith(command)
    assert "use of the KMS key was denied" in explanation.causes[0].text


def test_sops_key_of_another_account() -> None:
    key = KEY.format("111122223333")
    text = f"""$ aws sts get-caller-identity --query Arn --output text
arn:aws:sts::444455556666:assumed-role/builder/run-7
$ sops -d secrets.yaml
Group 0: FAILED
  {key}: FAILED
    - | Error decrypting key: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.
"""
    shown = str(explain(text))
    assert "the role builder is in account 444455556666, and the key in account 111122223333" in " ".join(
        shown.split()
    )
    assert "aws kms put-key-policy" in shown
    assert "in .sops.yaml, add +ROLE_ARN" in shown
    assert "to another Region" not in shown
    # In the key's own account, the Region and the key policy stay open.
    own = str(explain(text.replace("444455556666", "111122223333")))
    assert "does not exist in the Region of the call" in " ".join(own.split())


_OF_SOPS = f"""Group 0: FAILED
  {KEY.format("111122223333")}: FAILED
    - | Error decrypting key: AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.
"""
_ACROSS = "the role flux-1 is in account 444455556666, and the key in account 111122223333"
_ONLY = "allows it only on arn:aws:kms:eu-west-1:444455556666:key/*"


@check_rows(
    ("said", "says"),
    [
        ("It runs as arn:aws:iam::444455556666:role/flux-1.", _ACROSS),
        ("The controller runs in account 444455556666 with IRSA role flux-1.", _ACROSS),
        ("It is running with the task role flux-1 (account 444455556666).", _ACROSS),
        ("The role flux-1 (account 444455556666) has kms:Decrypt on arn:aws:kms:eu-west-1:444455556666:key/*.", _ONLY),
        ('Its policy:\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:444455556666:key/*"}]}', _ONLY),
        # Who else runs somewhere, a condition, and an account that is not the role's.
        ("The nodes run as arn:aws:iam::444455556666:instance-profile/nodes.", None),
        ("It works in account 444455556666 with another role.", None),
        ("The controller (role flux-1) is another one. The account 444455556666 is new.", None),
    ],
)  # fmt: skip
def test_caller_that_the_text_states(said: str, says: str | None) -> None:
    """KMS names neither the key nor the caller, so both come from the text, with the policy that does not match."""
    summary = explain(_OF_SOPS + said).summary
    assert (says or "or the caller is not allowed to use it") in summary
    assert ("KMS says the same of a key that does not exist." in summary) is (says is _ONLY)


_KEY = "arn:aws:kms:eu-west-1:{}:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f"
_MESSAGE = "User: arn:aws:sts::111122223333:assumed-role/etl/run is not authorized to perform: {} on resource: {} because no {} policy allows the {} action"


@check_rows(
    ("operation", "action", "owner", "words", "says"),
    [
        ("GetObject", "kms:Decrypt", "444455556666", "The bucket has aws/s3.", "--sse aws:kms --sse-kms-key-id KEY_ARN"),
        ("GetObject", "kms:Decrypt", "444455556666", "It is the AWS managed CMK alias/aws/s3.", "--sse aws:kms --sse-kms-key-id KEY_ARN"),
        ("GetObject", "kms:Decrypt", "444455556666", "Our key is the default aws/s3, not a customer managed key.", "--sse aws:kms --sse-kms-key-id KEY_ARN"),
        ("GetItem", "kms:Decrypt", "444455556666", "arn:aws:dynamodb:eu-west-1:444455556666:table/carts has alias/aws/dynamodb.", "update-table --table-name carts --sse-specification"),
        ("Publish", "kms:Decrypt", "444455556666", "It is alias/aws/sns.", '"kms:ViaService": "sns.eu-west-1.amazonaws.com"'),
        ("GetSecretValue", "kms:Decrypt", "444455556666", "It has the key alias/aws/secretsmanager", "update-secret --secret-id SECRET_ID --kms-key-id KEY_ARN"),
        ("CopySnapshot", "kms:CreateGrant", "444455556666", "KmsKeyId: alias/aws/ebs", "aws ec2 copy-snapshot"),
        ("Publish", "kms:GenerateDataKey", "444455556666", '"KeyManager": "AWS"', "aws kms create-key"),
        ("GetObject", "kms:Decrypt", "444455556666", 'describe-key --query KeyMetadata.[KeyManager,Description]\n["AWS", "Default key that protects my S3 objects when no other key is defined"]', "aws s3 cp"),
        ("GetSecretValue", "kms:Decrypt", "444455556666", '"Description": "Default master key that protects my Secrets Manager data when no other key is defined"', "aws secretsmanager update-secret"),
        ("Publish", "kms:Decrypt", "444455556666", "describe-key --query KeyMetadata.KeyManager --output text\nAWS", "aws kms create-key"),
        ("Encrypt", "kms:Encrypt", "111122223333", "aws kms encrypt --key-id alias/aws/s3", "can be used only through S3"),
        ("PutKeyPolicy", "kms:PutKeyPolicy", "111122223333", "It is an AWS managed key.", "nobody else can do that"),
        # A key of one's own, a negation, a condition, and a key of another service.
        ("GetObject", "kms:Decrypt", "444455556666", "The bucket does not use aws/s3.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "Once it was aws/s3, now it is our key.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "I do not know if it is an AWS managed key.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "Could this be the AWS managed key?", None),
        ("GetObject", "kms:Decrypt", "444455556666", "The docs say that nobody can change the policy of an AWS managed key.", None),
        ("GetObject", "kms:Decrypt", "444455556666", 'describe-key --query KeyMetadata.KeyManager\n"CUSTOMER"', None),
        ("GetObject", "kms:Decrypt", "444455556666", 'describe-key --key-id alias/aws/s3 --query KeyMetadata.KeyManager\n"AWS"\n$ aws kms describe-key --key-id 1 --query KeyMetadata.KeyManager\n"CUSTOMER"', None),
        ("GetObject", "kms:Decrypt", "444455556666", "It is not the 'Default key that protects my S3 objects'.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "AWS managed keys cannot be shared.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3 is in our account.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "Logs are in /aws/lambda/etl.", None),
        ("GetObject", "kms:Decrypt", "444455556666", "The disk has alias/aws/ebs.", None),
    ],
)  # fmt: skip
def test_aws_managed_key(operation: str, action: str, owner: str, words: str, says: str | None) -> None:
    message = _MESSAGE.format(action, _KEY.format(owner), "resource-based", action)
    explanation = explain(f"{_called(operation, message)}\n{words}")
    shown = " ".join(explanation.to_text(detail="full").replace("\\\n", " ").split())
    assert ("put-key-policy" in shown) is (says is None)
    assert ("is an AWS managed key" in explanation.summary) is (says is not None)
    assert says is None or says in shown


def test_the_short_form_has_the_command_that_uses_the_new_key() -> None:
    message = _MESSAGE.format("kms:Decrypt", _KEY.format("444455556666"), "resource-based", "kms:Decrypt")
    shown = str(explain(f"{_called('GetSecretValue', message)}\nIt has the key alias/aws/secretsmanager"))
    assert shown.index("aws kms create-key") < shown.index("aws secretsmanager update-secret")


def test_aws_managed_key_that_only_the_text_names() -> None:
    """KMS names neither the key nor the reason, but the text has both."""
    explanation = explain(
        f"{_called('GetObject', SESSION)}\nSSEKMSKeyId: {_KEY.format('444455556666')}, the default aws/s3 key"
    )
    assert "is an AWS managed key of account 444455556666" in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    # The new key is one of the owner.
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}


@check_rows(
    ("code", "message", "is_managed"),
    [
        ("InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.", True),
        ("OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared", True),
        ("InvalidRequestException", "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS service key.", True),
        ("InvalidParameterValue", "Sharing snapshots encrypted with the default service key for RDS is currently not supported.", True),
        ("OperationNotPermitted", "Snapshots with Marketplace product codes cannot be shared", False),
    ],
)  # fmt: skip
def test_data_with_an_aws_managed_key_is_not_shared(code: str, message: str, *, is_managed: bool) -> None:
    explanation = explain(f"An error occurred ({code}) when calling the Share operation: {message}")
    assert (explanation.causes[0].code == "managed-key-across-accounts") is is_managed
    first = explanation.remedies[0]
    assert ("--kms-key-id" in str((first.steps, first.commands))) is is_managed
    # The caller of a secret needs permissions of both accounts.
    assert ("secretsmanager:GetSecretValue" in str(first.steps)) is ("a secret" in message)
    assert not ("a secret" in message and "an IAM policy does not help" in str(explanation.notes))


_REASONS = "User: arn:aws:sts::111122223333:assumed-role/exporter/run is not authorized to perform: kms:GenerateDataKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"


@pytest.mark.parametrize(
    ("account", "words", "layer"),
    [
        ("444455556666", "The key in the text is in account 444455556666, the caller in 111122223333", "resource"),
        ("111122223333", "KMS does not say which", "resource"),
    ],
    ids=["other account", "own account"],
)  # fmt: skip
def test_key_of_the_bucket_in_another_account(account: str, words: str, layer: str) -> None:
    key = f"arn:aws:kms:eu-west-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    shown = f'$ aws s3api get-bucket-encryption --bucket exports\n{{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "{key}"}}'
    text = f"An error occurred (AccessDenied) when calling the PutObject operation: {_REASONS}\n{shown}"
    explanation = explain(text)
    assert words in explanation.summary
    first = explanation.remedies[0]
    assert first.layer == layer
    assert any("put-key-policy" in each for each in first.commands)
    assert any("put-role-policy" in each for each in first.commands) is (account == "444455556666")
    assert "because the default encryption of the bucket" in str(explanation.causes)


def test_statement_for_a_replica_key_stays_limited_to_the_service() -> None:
    key = "arn:aws:kms:{}:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    text = (
        "An error occurred (KMS.AccessDeniedException) when calling the Publish operation: User: arn:aws:sts::111122223333:assumed-role/alerts/a is not authorized to perform: "
        f"kms:GenerateDataKey on resource: {key.format('eu-central-1')} because no identity-based policy allows the kms:GenerateDataKey action\n"
        f'{{"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Resource": "{key.format("eu-west-1")}"}}'
    )
    remedy = explain(text).remedies[0]
    [statement] = (remedy.policy or {})["Statement"]
    assert statement["Action"] == ["kms:GenerateDataKey", "kms:Decrypt"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "sns.eu-central-1.amazonaws.com"}}
    assert any("kms:ViaService" in each for each in remedy.steps)


_THREE_REASONS = "User: arn:aws:sts::{}:assumed-role/mailer/run is not authorized to perform: kms:{} on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
_QUEUE = "https://sqs.eu-west-1.amazonaws.com/{}/mails"


def _use(operation: str, account: str = "111122223333") -> str:
    action = "Decrypt" if operation.startswith(("Get", "Receive")) else "GenerateDataKey"
    return _called(operation, _THREE_REASONS.format(account, action))


@check_rows(
    ("text", "command", "is_other"),
    [
        (f"sqs.send_message(QueueUrl='{_QUEUE.format('444455556666')}')\n{_use('SendMessage')}", f"--queue-url {_QUEUE.format('444455556666')}", True),
        (f"$ aws sqs receive-message --queue-url {_QUEUE.format('444455556666')}\n{_use('ReceiveMessage')}", f"--queue-url {_QUEUE.format('444455556666')}", True),
        (f"reading arn:aws:sqs:eu-west-1:444455556666:mails\n{_use('ReceiveMessage')}", f"--queue-url {_QUEUE.format('444455556666')}", True),
        (f"sns.publish(TopicArn='arn:aws:sns:eu-west-1:444455556666:mails')\n{_use('Publish')}", "--topic-arn arn:aws:sns:eu-west-1:444455556666:mails", True),
        (f"$ aws secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:eu-west-1:444455556666:secret:mail-a1B2c3\n{_use('GetSecretValue')}", "--secret-id arn:aws:secretsmanager:eu-west-1:444455556666:secret:mail-a1B2c3", True),
        # The caller's own data, unknown data, or a key that the text names.
        (f"$ aws sqs send-message --queue-url {_QUEUE.format('111122223333')}\n{_use('SendMessage')}", f"--queue-url {_QUEUE.format('111122223333')}", False),
        (f"{_use('SendMessage')}\nnext: sns.publish(TopicArn='arn:aws:sns:eu-west-1:444455556666:mails')", "--queue-url QUEUE_URL", False),
        (f"{_QUEUE.format('444455556666')} {_QUEUE.format('111122223333')}\n{_use('SendMessage')}", "--queue-url QUEUE_URL", False),
        (f"$ aws secretsmanager get-secret-value --secret-id mail\n{_use('GetSecretValue')}\nbackup: arn:aws:secretsmanager:eu-west-1:444455556666:secret:old-a1B2c3", "--secret-id mail", False),
        (f"{_QUEUE.format('444455556666')} with {KEY.format('111122223333')}\n{_use('SendMessage')}", "", False),
        (f"{_QUEUE.format('444455556666')}\n{_use('SendMessage', 'XXXXXXXXXXXX')}", "", False),
    ],
)  # fmt: skip
def test_what_another_account_encrypts(text: str, command: str, *, is_other: bool) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert command in str(first.commands)
    shown = " ".join(explanation.to_text().split())
    assert ("is in account 444455556666, most likely with its key" in shown) is is_other
    assert ("Then, as an administrator of 111122223333" in shown) is is_other
    assert first.title.endswith(", in account 444455556666") is is_other


_UNKNOWN = "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."
_WHO = "\n$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/mailer/run\n"


@check_rows(
    ("command", "operation", "resource", "owner"),
    [
        (f"aws sqs receive-message --queue-url {_QUEUE.format('111122223333')}", "ReceiveMessage", "arn:aws:kms:eu-west-1:111122223333:key/KEY_ID", None),
        ("aws s3api get-object --bucket orders-in --key a.csv a.csv", "GetObject", "arn:aws:kms:REGION:111122223333:key/KEY_ID", None),
        (f"aws sqs receive-message --queue-url {_QUEUE.format('444455556666')}", "ReceiveMessage", "*", "the queue in account 444455556666"),
        ("aws secretsmanager get-secret-value --secret-id arn:aws:secretsmanager:eu-west-1:444455556666:secret:mail-a1B2c3", "GetSecretValue", "*", "the secret in account 444455556666"),
    ],
)  # fmt: skip
def test_policy_names_the_key_and_not_what_it_encrypts(
    command: str, operation: str, resource: str, owner: str | None
) -> None:
    explanation = explain(f"$ {command}\n{_called(operation, _UNKNOWN)}{_WHO}")
    policies = [each.policy for each in explanation.remedies if each.policy is not None]
    assert {each["Resource"] for policy in policies for each in policy["Statement"]} == {resource}
    assert (owner or "itself was not denied") in explanation.summary
    assert all("AWS lists no resource" not in step for each in explanation.remedies for step in each.steps)


OF_FUNCTION = '$ aws lambda get-function-configuration --function-name mail-sender --query "[Role,KMSKeyArn,LastModified]"\n["arn:aws:iam::111122223333:role/svc/mailer-role", null, "2026-03-01T10:00:00.000+0000"]\n'
OF_ROLE = (
    "$ aws iam get-role --role-name mailer-role --query Role.CreateDate --output text\n{}T09:00:00+00:00\n"
)


@check_rows(
    ("around", "newer"),
    [
        (OF_FUNCTION + OF_ROLE.format("2026-05-02"), True),
        (OF_ROLE.format("2026-05-02") + OF_FUNCTION, True),
        ('{"FunctionName": "mail-sender", "KMSKeyArn": null, "LastModified": "2026-03-01T10:00:00.000+0000"}\n{"Role": {"RoleName": "mailer-role", "CreateDate": "2026-05-02T09:00:00+00:00"}}\n', True),
        # The role is older, or that of something else.
        (OF_FUNCTION + OF_ROLE.format("2026-01-02"), False),
        (OF_FUNCTION + OF_ROLE.format("2026-05-02").replace("mailer-role", "deployer"), False),
    ],
)  # fmt: skip
def test_role_newer_than_its_function(around: str, *, newer: bool) -> None:
    explanation = explain(f"{ENVIRONMENT}\n{around}")
    cause = explanation.causes[0]
    assert ("after the last change of the function (2026-03-01)" in str(cause.because)) == newer
    assert ("most likely" not in explanation.summary) == newer
    assert ("no key is missing or in another Region" in cause.text) == newer
    # The role in the text is the one to return to, not the other one.
    assert "--role OTHER_ROLE_ARN" in " ".join(explanation.remedies[0].commands)


_SECRET = "An error occurred (AccessDeniedException) when calling the GetSecretValue operation: Access to KMS is not allowed\n"


@check_rows(
    ("more", "is_named"),
    [
        ("It has the key alias/aws/secretsmanager.", True),
        ("The secret uses aws/secretsmanager.", True),
        ("The secret does not use aws/secretsmanager.", False),
        ("The secret uses alias/films.", False),
    ],
)
def test_managed_key_of_a_secret_belongs_to_another_account(more: str, is_named: bool) -> None:  # noqa: FBT001
    explanation = explain(_SECRET + more)
    assert ("which no other account can use" in explanation.summary) is is_named
    assert ("customer managed key" in explanation.remedies[0].title) is is_named
