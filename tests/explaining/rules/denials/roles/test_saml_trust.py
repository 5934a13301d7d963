"""A supplied trust policy is evaluated for SAML assertions, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import check_trust_policy, explain
from tests.tables import check_rows

SAML = "sts:AssumeRoleWithSAML"
DENIED = f"AccessDenied: Not authorized to perform {SAML}"


def _policy(
    action: str | list[str] = SAML,
    audience: str | list[str] = "https://signin.aws.amazon.com/saml",
    partition: str = "aws",
    effect: str = "Allow",
) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": effect,
                "Principal": {"Federated": f"arn:{partition}:iam::111122223333:saml-provider/corp"},
                "Action": action,
                "Condition": {"StringEquals": {"SAML:aud": audience}},
            }
        ],
    }


def _role(partition: str) -> str:
    return f"Selected role: arn:{partition}:iam::111122223333:role/staff\n{DENIED}"


@check_rows(
    ("policy", "partition", "words"),
    [
        (_policy("sts:AssumeRole"), "aws", ("allows sts:AssumeRole instead of sts:AssumeRoleWithSAML",)),
        (
            _policy(["sts:AssumeRole", "sts:TagSession"]),
            "aws",
            ("allows sts:AssumeRole and sts:TagSession instead of sts:AssumeRoleWithSAML",),
        ),
        (
            _policy("sts:AssumeRole", partition="aws-us-gov"),
            "aws-us-gov",
            (
                "allows sts:AssumeRole instead of",
                "https://signin.aws.amazon.com/saml instead of https://signin.amazonaws-us-gov.com/saml",
            ),
        ),
        (
            _policy(partition="aws-cn"),
            "aws-cn",
            ("https://signin.aws.amazon.com/saml instead of https://signin.amazonaws.cn/saml",),
        ),
        (
            _policy(audience="https://signin.aws.amazon.com/saml/"),
            "aws",
            ("SAML:aud https://signin.aws.amazon.com/saml/ instead of https://signin.aws.amazon.com/saml",),
        ),
        (
            _policy(audience="https://signin.amazonaws.cn/saml"),
            "aws-cn",
            ("arn:aws:iam::111122223333:saml-provider/corp of another partition than the role's",),
        ),
    ],
)
def test_mistake_is_corrected(policy: dict[str, Any], partition: str, words: tuple[str, ...]) -> None:
    explanation = explain(_role(partition), facts={"trust_policy": policy})
    for each in words:
        assert each in explanation.summary
    remedy = explanation.remedies[0]
    assert remedy.policy is not None
    provider = f"arn:{partition}:iam::111122223333:saml-provider/corp"
    domain = {"aws-us-gov": "amazonaws-us-gov.com", "aws-cn": "amazonaws.cn"}.get(partition, "aws.amazon.com")
    result = check_trust_policy(
        json.dumps(remedy.policy),
        action=SAML,
        caller=provider,
        context={"SAML:aud": f"https://signin.{domain}/saml"},
    )
    assert result.allowed is True
    region = {"aws-us-gov": " --region us-gov-west-1", "aws-cn": " --region cn-north-1"}.get(partition, "")
    assert remedy.commands == (
        f"aws iam update-assume-role-policy{region} --role-name staff --policy-document file://trust.json",
    )


@pytest.mark.parametrize(
    "audience",
    [
        "https://signin.aws.amazon.com/saml",
        "https://eu-west-1.signin.aws.amazon.com/saml",
        "https://us-west-2.signin.aws.amazon.com/saml/acs/SAMLSPEXAMPLE",
    ],
)
def test_right_policy_says_what_it_expects(audience: str) -> None:
    explanation = explain(_role("aws"), facts={"trust_policy": _policy(audience=audience)})
    assert f"expects the provider corp and SAML:aud {audience}" in explanation.summary
    assert all(remedy.policy is None for remedy in explanation.remedies)
    assert "PROVIDER" not in str(explanation)


@check_rows(
    ("host", "provider", "audience", "words"),
    [
        ("us-west-2.signin", "corp", "https://signin.aws.amazon.com/saml", "its Recipient is https://us-west-2.signin.aws.amazon.com/saml, but the trust policy expects SAML:aud https://signin.aws.amazon.com/saml"),
        ("signin", "corp", "https://us-west-2.signin.aws.amazon.com/saml", "its Recipient is https://signin.aws.amazon.com/saml, but"),
        ("signin", "corp", "https://signin.aws.amazon.com/saml", "its trust policy expects the provider corp"),
        ("signin", "corp-2", "https://signin.aws.amazon.com/saml", "it names the provider arn:aws:iam::111122223333:saml-provider/corp-2, but its trust policy trusts arn:aws:iam::111122223333:saml-provider/corp"),
    ],
)  # fmt: skip
def test_assertion_is_compared_with_the_trust_policy(
    host: str, provider: str, audience: str, words: str
) -> None:
    text = f"""{_role("aws")}
    <SubjectConfirmationData Recipient="https://{host}.aws.amazon.com/saml"/><Audience>urn:amazon:webservices</Audience>
    <AttributeValue>arn:aws:iam::111122223333:role/staff,arn:aws:iam::111122223333:saml-provider/{provider}</AttributeValue>"""
    explanation = explain(text, facts={"trust_policy": _policy(audience=audience)})
    assert words in explanation.summary
    if (policy := explanation.remedies[0].policy) is not None:
        sent = {"SAML:aud": f"https://{host}.aws.amazon.com/saml"}
        caller = f"arn:aws:iam::111122223333:saml-provider/{provider}"
        assert check_trust_policy(policy, action=SAML, caller=caller, context=sent).allowed is True


@pytest.mark.parametrize(
    ("said", "is_other"),
    [
        ("The Recipient is https://eu-west-1.signin.aws.amazon.com/saml.", True),
        ("Recipient: https://signin.aws.amazon.com/saml", False),
        ("The Recipient is not https://eu-west-1.signin.aws.amazon.com/saml.", False),
    ],
)
def test_recipient_in_a_sentence(said: str, *, is_other: bool) -> None:
    policy = _policy(audience="https://signin.aws.amazon.com/saml")
    summary = explain(f"{_role('aws')}\n{said}", facts={"trust_policy": policy}).summary
    assert ("its Recipient is https://eu-west-1.signin" in summary) is is_other


def test_policy_without_a_saml_provider() -> None:
    policy = {"Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": SAML}}
    explanation = explain(_role("aws-us-gov"), facts={"trust_policy": policy})
    assert "names ec2.amazonaws.com and no SAML provider" in explanation.summary
    statement = explanation.remedies[0].documents[0]
    assert statement["Principal"] == {"Federated": "arn:aws-us-gov:iam::111122223333:saml-provider/PROVIDER"}


def test_deny_of_the_trust_policy() -> None:
    statements = [
        *_policy()["Statement"],
        {"Effect": "Deny", "Principal": "*", "Action": SAML},
    ]
    explanation = explain(DENIED, facts={"trust_policy": {"Statement": statements}})
    assert "a Deny statement of the trust policy matches it" in explanation.summary


def test_repository_of_the_trust_policy() -> None:
    """Without claims, the subjects of the supplied trust policy name the repository."""
    issuer = "token.actions.githubusercontent.com"
    policy = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{issuer}:sub": "repo:octo/cart:ref:refs/heads/main"}},
        }
    }
    text = "Run aws-actions/configure-aws-credentials@v4\nAssuming role with OIDC\nError: Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    explanation = explain(text, facts={"trust_policy": policy})
    assert explanation.remedies[0].title == "Look up the workflow's subject in CloudTrail"
    assert "repo:octo/cart:ref:refs/heads/BRANCH_NAME" in str(explanation.remedies[1].policy)


@check_rows(
    ("code", "message", "title", "command"),
    [
        ("InvalidIdentityToken", "RoleSessionName is required in AuthnResponse", "Correct the attribute RoleSessionName in the identity provider", ""),
        ("InvalidIdentityToken", "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}", "Correct the attribute RoleSessionName in the identity provider", ""),
        ("InvalidIdentityToken", 'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"', "Correct the attribute SourceIdentity in the identity provider", ""),
        ("InvalidIdentityToken", "Response signature invalid", "Update the metadata of the SAML provider", "aws iam update-saml-provider"),
        ("AuthSamlInvalidSamlResponseException", "Issuer not present in specified provider", "Update the metadata of the SAML provider", "aws iam update-saml-provider"),
        ("InvalidIdentityToken", "Specified provider doesn't exist", "Name an existing SAML provider in the assertion", "aws iam list-saml-providers"),
        ("IDPRejectedClaim", "Response does not contain the required audience", "Correct the audience in the identity provider", ""),
        ("InvalidIdentityToken", "The assertion cannot be read", "Read the assertion, and compare it with the SAML provider", "aws iam get-saml-provider"),
    ],
)  # fmt: skip
def test_assertion_is_no_web_identity_token(code: str, message: str, title: str, command: str) -> None:
    text = f"An error occurred ({code}) when calling the AssumeRoleWithSAML operation: {message}"
    explanation = explain(text, facts={"trust_policy": _policy()})
    assert [each.code for each in explanation.causes] == ["saml-assertion-invalid"]
    [remedy] = explanation.remedies
    assert remedy.title == title
    assert command in " ".join(remedy.commands)
    assert "web identity" not in str(explanation)


_NAME = '<Attribute Name="https://aws.amazon.com/SAML/Attributes/{}">\n  <AttributeValue xsi:type="xs:string">{}</AttributeValue>\n</Attribute>\n'


@check_rows(
    ("shown", "verdict"),
    [
        (_NAME.format("RoleSessionName", "Zo\u00eb O&apos;Hara"), "is Zo\u00eb O'Hara, and \u00eb, spaces and ' are not allowed in it"),
        (_NAME.format("RoleSessionName", "\u674e\u96f7"), "and characters outside ASCII are not allowed in it"),
        (_NAME.format("RoleSessionName", "a" * 65), "which has 65 characters"),
        ('RoleSessionName: "Ana (ops)"\n', "is Ana (ops), and spaces, ( and ) are not allowed in it"),
        # A valid value, such as that of another user, another attribute, and two values.
        (_NAME.format("RoleSessionName", "ana@example.com"), None),
        (_NAME.format("SourceIdentity", "Ana Ops"), None),
        (_NAME.format("RoleSessionName", "Ana Ops") + _NAME.format("RoleSessionName", "Bo Dev"), None),
    ],
)  # fmt: skip
def test_value_of_the_session_name(shown: str, verdict: str | None) -> None:
    text = "Your request included an invalid SAML response.\nDetails: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64} (Service: AWSSecurityTokenService; Status Code: 400; Error Code: InvalidIdentityToken)\n"
    explanation = explain(text + shown)
    assert (verdict or "is missing, or has characters") in explanation.summary
    assert ("network log" in str(explanation.remedies[0].steps)) is (verdict is None)


def test_browser_shows_the_message_without_the_call() -> None:
    text = "Response signature invalid (Service: AWSSecurityTokenService; Status Code: 400; Error Code: InvalidIdentityToken; Request ID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0)"
    assert explain(text).topic == "saml-assertion-invalid"


@pytest.mark.parametrize(
    ("role", "says"),
    [
        ("arn:aws:iam::111122223333:role/ops, arn:aws:iam::111122223333:saml-provider/corp", "has a space beside its comma"),
        ("arn:aws:iam::111122223333:role/ops,arn:aws:iam::111122223333:saml-provider/corp", "most likely, the attribute Role is missing"),
        ("", "most likely, the attribute Role is missing"),
    ],
)  # fmt: skip
def test_response_that_the_sign_in_page_rejects(role: str, says: str) -> None:
    explanation = explain(
        f"Your request included an invalid SAML response. To logout, click here.\nClaim Role: {role}"
    )
    assert says in explanation.summary
    manifest = explanation.remedies[0].manifest or ""
    assert manifest == (f"{role.replace(', ', ',')}\n" if role else "ROLE_ARN,PROVIDER_ARN\n")


def test_role_of_the_assertion_is_in_the_command() -> None:
    text = f'{DENIED}\nRecipient="https://us-west-2.signin.aws.amazon.com/saml"\narn:aws:iam::111122223333:role/teams/ops,arn:aws:iam::111122223333:saml-provider/corp'
    [line] = explain(text, facts={"trust_policy": _policy()}).remedies[0].commands
    assert "--role-name ops " in line
