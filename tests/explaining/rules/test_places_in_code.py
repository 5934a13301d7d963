"""Tests for what code around a failure says of the call: its parameter, its ACL and its environment."""

from __future__ import annotations

import pytest

from iamtriage import explain

KMS = "Aws::SSM::Errors::AccessDeniedException: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)"
TERRAFORM = "{}\n╷\n│ Error: No valid credential sources found\n│\n│ Error: failed to refresh cached credentials, no EC2 IMDS role found\n╵\n"


@pytest.mark.parametrize(
    ("code", "summary", "command"),
    [
        ('ssm.get_parameter(name: "/shop/db", with_decryption: true)', "the parameter /shop/db: its key", "aws ssm describe-parameters --parameter-filters Key=Name,Values=/shop/db "),
        ('client.get_secret_value(SecretId="shop/db")', "the secret shop/db: its key", "aws secretsmanager describe-secret --secret-id shop/db "),
        ("", "KMS cannot decrypt: the key", "aws kms describe-key"),
    ],
    ids=["parameter", "secret", "unknown"],
)  # fmt: skip
def test_what_kms_decrypts(code: str, summary: str, command: str) -> None:
    explanation = explain(f"{KMS}\n{code}")
    assert summary in explanation.summary
    assert explanation.remedies[0].commands[0].startswith(command)
    # The key policy decides whether an Allow in IAM counts.
    allowed = explanation.remedies[1]
    assert allowed.title == "If the key policy leaves it to IAM, allow kms:Decrypt for the caller"
    assert allowed.policy is not None
    assert [each["Action"] for each in allowed.policy["Statement"]] == ["kms:Decrypt"]


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ("$ export AWS_PROFILE=platform\n$ sudo terraform plan", 'sudo HOME="$HOME" AWS_PROFILE="$AWS_PROFILE" terraform plan'),
        ("$ sudo terraform plan", "terraform plan"),
    ],
)  # fmt: skip
def test_sudo_keeps_the_profile(before: str, command: str) -> None:
    text = f"{before}\n{TERRAFORM.format('AWSReservedSSO_Platform_0123456789abcdef')}"
    assert command in explain(text).remedies[0].commands


def test_public_acl_in_code_is_left_out_first() -> None:
    text = 'Failed to upload app.js to acme-web/app.js: An error occurred (AccessDenied) when calling the PutObject operation: Access Denied\ns3.upload_file("app.js", "acme-web", "app.js", ExtraArgs={"ACL": "public-read"})\nThe role has s3:PutObject on arn:aws:s3:::acme-web/*.'
    explanation = explain(text)
    assert "because of ACL: public-read, which" in explanation.summary
    assert [each.title for each in explanation.remedies] == [
        "Upload without the public ACL: remove ACL: public-read",
        "Or allow s3:PutObjectAcl, if the ACL must be public",
    ]
