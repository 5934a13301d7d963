"""Tests for trust policies in code and templates, which refer to the OIDC provider."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
GITHUB = "token.actions.githubusercontent.com"


def _terraform(subject: str, *, operator: str = "StringEquals", key: str = "${local.issuer}:sub") -> str:
    return f"""data "aws_iam_policy_document" "trust" {{
  statement {{
    actions = ["sts:AssumeRoleWithWebIdentity"]
    condition {{
      test     = "{operator}"
      variable = "{key}"
      values   = ["{subject}"]
    }}
    principals {{
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.this.arn]
    }}
  }}
}}"""


def _json_of_terraform(action: str, key: str, subject: str) -> str:
    return f"""resource "aws_iam_role" "web" {{
  assume_role_policy = jsonencode({{
    Statement = [{{
      Effect    = "Allow"
      Action    = "{action}"
      Principal = {{ Federated = module.eks.oidc_provider_arn }}
      Condition = {{ StringEquals = {{ "${{module.eks.oidc_provider}}:{key}" = "{subject}" }} }}
    }}]
  }})
}}"""


def _cloud_formation(subject: str) -> str:
    return f"""AssumeRolePolicyDocument:
  Statement:
    - Effect: Allow
      Principal:
        Federated: !Sub arn:aws:iam::${{AWS::AccountId}}:oidc-provider/{GITHUB}
      Action: sts:AssumeRoleWithWebIdentity
      Condition:
        StringLike:
          {GITHUB}:sub: {subject}
"""


def _cdk(subject: str) -> str:
    return f"""const role = new iam.Role(this, "Web", {{
  assumedBy: new iam.WebIdentityPrincipal(cluster.openIdConnectProvider.openIdConnectProviderArn, {{
    StringEquals: {{
      [`${{issuer}}:sub`]: "{subject}",
    }},
  }}),
}});"""


POD = "The pod uses the service account web, and runs in namespace shop."
NESTED = '${replace(aws_iam_openid_connect_provider.this.url, "https://", "")}:sub'


@check_rows(
    ("code", "summary", "lines", "command"),
    [
        pytest.param(
            f"{_terraform('system:serviceaccount:store:web', key=NESTED)}\n{POD}",
            "expects the subject system:serviceaccount:store:web, and the token has system:serviceaccount:shop:web",
            'values   = ["system:serviceaccount:store:web", "system:serviceaccount:shop:web"]',
            "terraform apply",
            id="namespace-terraform",
        ),
        pytest.param(
            f"{_json_of_terraform('sts:AssumeRoleWithWebIdentity', 'sub', 'system:serviceaccount:store:web')}\n{POD}",
            "expects the subject system:serviceaccount:store:web, and the token has system:serviceaccount:shop:web",
            'Condition = { StringEquals = { "${module.eks.oidc_provider}:sub" = ["system:serviceaccount:store:web", "system:serviceaccount:shop:web"] } }',
            "terraform apply",
            id="namespace-jsonencode",
        ),
        pytest.param(
            _json_of_terraform("sts:AssumeRole", "sub", "system:serviceaccount:shop:web"),
            "allows the OIDC provider sts:AssumeRole, and a token requires sts:AssumeRoleWithWebIdentity",
            'Action    = "sts:AssumeRoleWithWebIdentity"',
            "terraform apply",
            id="action",
        ),
        pytest.param(
            _terraform("repo:acme/shop:*", key=f"{GITHUB}:sub"),
            "StringEquals in the trust policy compares literally",
            'test     = "StringLike"',
            "terraform apply",
            id="literal-pattern",
        ),
        pytest.param(
            _cloud_formation("repo:acme/shop:ref:refs/tags/v*").replace(
                "StringLike:", f"StringEquals:\n          {GITHUB}:aud: sts.amazonaws.com"
            )
            + "\nThe tag v2 of acme/shop started the workflow: Could not assume role with OIDC",
            "StringEquals in the trust policy compares literally",
            f"StringLike:\n  {GITHUB}:sub: repo:acme/shop:ref:refs/tags/v*",
            None,
            id="literal-pattern-beside-another-key",
        ),
        pytest.param(
            _cloud_formation("repo:acme/shop:branch:main"),
            "expects the subject repo:acme/shop:branch:main, which no token has: the form is repo:acme/shop:ref:refs/heads/main",
            f"{GITHUB}:sub: repo:acme/shop:ref:refs/heads/main",
            None,
            id="form-cloudformation",
        ),
        pytest.param(
            _cdk("system:serviceaccounts:shop:web"),
            "expects the subject system:serviceaccounts:shop:web, which no token has",
            '[`${issuer}:sub`]: "system:serviceaccount:shop:web",',
            "cdk deploy",
            id="form-cdk",
        ),
        pytest.param(
            f"{_cloud_formation('repo:acme/shop:ref:refs/heads/master')}\nThe workflow of acme/shop runs on branch main. Error: Could not assume role with OIDC",
            "expects the subject repo:acme/shop:ref:refs/heads/master, and the token has repo:acme/shop:ref:refs/heads/main",
            f'{GITHUB}:sub: ["repo:acme/shop:ref:refs/heads/master", "repo:acme/shop:ref:refs/heads/main"]',
            None,
            id="branch",
        ),
    ],
)
def test_code_is_corrected(code: str, summary: str, lines: str, command: str | None) -> None:
    explanation = explain(f"{DENIED}\n\n{code}")
    first = explanation.remedies[0]
    assert summary in explanation.summary
    assert first.manifest == lines
    assert first.commands == (() if command is None else (command,))
    assert first.policy is None


def test_change_that_needs_more_lines_names_the_code() -> None:
    text = f"{DENIED}\n\n{_json_of_terraform('sts:AssumeRoleWithWebIdentity', 'aud', 'system:serviceaccount:shop:web')}"
    first = explain(text).remedies[0]
    assert first.manifest is None
    assert any(step.startswith("The code in the text creates the role") for step in first.steps)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(_terraform("system:serviceaccount:${var.namespace}:web"), id="unknown-namespace"),
        pytest.param(
            f"{_cdk('system:serviceaccount:a:b')}\n{_cdk('system:serviceaccount:c:d')}", id="two-roles"
        ),
        pytest.param(
            _terraform("https://signin.aws.amazon.com/saml", key="SAML:aud").replace(
                "openid_connect", "saml"
            ),
            id="saml",
        ),
    ],
)
def test_unknown_code_is_no_verdict(code: str) -> None:
    explanation = explain(f"{DENIED}\n\n{code}\n{POD}")
    assert "does not allow it" in explanation.summary
    assert not any("In the code" in step for remedy in explanation.remedies for step in remedy.steps)


@check_rows(
    ("issuer", "corrected"),
    [
        ("oidc.eu-west-1.eks.amazonaws.com/id/0123456789ABCDEF", "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"),
        ("oidc.eks.eu-west-1.amazonaws.com/0123456789ABCDEF", "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"),
        ("oidc.eks.cn-north-1.amazonaws.com/id/0123456789ABCDEF", "oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF"),
        ("token.action.githubusercontent.com", GITHUB),
        ("github.com", GITHUB),
    ],
)  # fmt: skip
def test_issuer_in_a_wrong_form(issuer: str, corrected: str) -> None:
    provider = f"arn:aws:iam::111122223333:oidc-provider/{issuer}"
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "{provider}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"{issuer}:sub": "system:serviceaccount:shop:web"}}}}}}]}}'
    explanation = explain(f"{DENIED}\n\n{policy}")
    assert (
        f"names the provider {issuer}, which issues no tokens: the issuer is {corrected}"
        in explanation.summary
    )
    statement = (explanation.remedies[0].policy or {})["Statement"][0]
    assert statement["Principal"]["Federated"].endswith(f"/{corrected}")
    assert list(statement["Condition"]["StringLike"]) == [f"{corrected}:sub"]


@check_rows("environment", ['live\\"]}} resource \\"x', "live${{file(1)}}", "live%{{if x}}", "live\\\\"])
def test_subject_that_would_end_the_string_of_the_code(environment: str) -> None:
    """What a token says is no code."""
    claims = f'{{"iss": "https://{GITHUB}", "aud": "sts.amazonaws.com", "sub": "repo:acme/web:environment:{environment}"}}'
    explanation = explain(
        f"{DENIED}\nrole arn:aws:iam::111122223333:role/web, {claims}\n{_terraform('repo:acme/web:ref:refs/heads/main')}"
    )
    assert [each.manifest for each in explanation.remedies if "environment" in (each.manifest or "")] == []
