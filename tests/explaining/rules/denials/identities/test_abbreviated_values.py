"""Values as people paste them: abbreviated names, ARNs without a prefix or account, services in brackets."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = "User: {} is not authorized to perform: {} on resource: {}"
_BY_RESOURCE = " because no resource-based policy allows the {} action"


def _commands(text: str) -> str:
    explanation = explain(text)
    assert explanation is not None, text
    return "\n".join(explanation.remedies[0].commands)


@pytest.mark.parametrize(
    ("name", "argument"),
    [("dns20240101...42", "ROLE_NAME"), ("dns.prod..42", "dns.prod..42"), ("dns-42", "dns-42")],
)
def test_no_command_has_an_abbreviated_role(name: str, argument: str) -> None:
    text = _DENIED.format(
        f"arn:aws:sts::111122223333:assumed-role/{name}/run",
        "route53:ListHostedZones",
        "* because no identity-based policy allows the route53:ListHostedZones action",
    )
    assert f"--role-name {argument} " in _commands(text)


@pytest.mark.parametrize(
    ("resource", "argument"),
    [
        ("secret:*", "RESOURCE_ARN"),
        ("secret:films-a1B2c3", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:films-a1B2c3"),
    ],
)
def test_an_arn_with_an_asterisk_identifies_no_resource(resource: str, argument: str) -> None:
    text = _DENIED.format(
        "arn:aws:iam::111122223333:user/ana",
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:eu-west-1:111122223333:{resource} with an explicit deny in a resource-based policy",
    )
    assert f"--secret-id {argument} " in _commands(text)


@pytest.mark.parametrize("mask", ["*account id*", "<your account>", "ACCT"])
def test_a_masked_account_leaves_the_name(mask: str) -> None:
    resource = f"arn:aws:sns:us-east-1:{mask}:orders"
    text = _DENIED.format("arn:aws:iam::111122223333:user/ana", "SNS:Publish", resource)
    assert "--topic-arn arn:aws:sns:us-east-1:ACCOUNT_ID:orders " in _commands(
        text + _BY_RESOURCE.format("SNS:Publish")
    )


@pytest.mark.parametrize("prefix", ["arn:aws", "aws", "aws-cn"])
def test_the_role_of_an_arn_without_a_prefix_is_named(prefix: str) -> None:
    text = _DENIED.format("arn:aws:iam::*:user/ana", "sts:AssumeRole", f"{prefix}:iam::*:role/team/app")
    assert "aws iam get-role --role-name app " in _commands(text)


@pytest.mark.parametrize(
    ("name", "service"),
    [("[AmazonConnect]", "connect"), ("[Amazon EventBridge]", "events"), ("AWS Backup", "backup")],
)
def test_a_named_service_is_a_service_principal(name: str, service: str) -> None:
    action = "lex:RecognizeText" if service == "connect" else "sqs:SendMessage"
    resource = "arn:aws:lex:eu-west-1:111122223333:bot-alias/FILMS42XYZ/LIVE42XYZQ"
    if service != "connect":
        resource = "arn:aws:sqs:eu-west-1:111122223333:orders"
    explanation = explain(_DENIED.format(name, action, resource) + _BY_RESOURCE.format(action))
    assert explanation is not None
    assert f'"Principal": {{"Service": "{service}.amazonaws.com"}}' in str(explanation)


def test_a_name_without_brackets_is_no_service() -> None:
    text = _DENIED.format("AmazonReader", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders")
    explanation = explain(text + _BY_RESOURCE.format("sqs:SendMessage"))
    assert explanation is not None
    assert "amazonreader.amazonaws.com" not in str(explanation)
