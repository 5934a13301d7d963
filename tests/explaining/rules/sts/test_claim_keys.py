"""A trust policy with a condition on a claim for which IAM has no key trusts no token: the subject is compared instead."""

from __future__ import annotations

import json

from iamtriage import explain
from tests.tables import check_rows

_GITHUB = "token.actions.githubusercontent.com"
_EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
_DENIED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"


def _explain(issuer: str, operator: str = "StringEquals", **claims: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {operator: {f"{issuer}:{claim}": value for claim, value in claims.items()}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return " ".join(str(explain(f"{_DENIED}\n{json.dumps(policy)}")).split())


@check_rows(
    ("issuer", "claims", "subject"),
    [
        (_GITHUB, {"repo": "octo/shop"}, '"StringLike": { "token.actions.githubusercontent.com:sub": "repo:octo/shop:*"}'),
        (_GITHUB, {"repo": "octo/shop", "branch": "main"}, ':sub": "repo:octo/shop:ref:refs/heads/main"'),
        (_EKS, {"namespace": "web"}, ':sub": "system:serviceaccount:web:*"'),
        (_EKS, {"namespace": "web", "serviceaccount": "octo"}, ':sub": "system:serviceaccount:web:octo"'),
        ("gitlab.com", {"project_path": "octo/shop"}, '"gitlab.com:sub": "project_path:octo/shop:*"'),
        ("gitlab.com", {"ref_type": "tag", "project_path": "octo/shop", "ref": "v1"}, ':sub": "project_path:octo/shop:ref_type:tag:ref:v1"'),
        ("gitlab.com", {"project_path": "octo/shop", "ref_protected": "true"}, "as far as it has what these claims state"),
        (_GITHUB, {"sub": "repo:octo/shop:*", "organization": "octo"}, "Remove the condition on :organization"),
    ],
)  # fmt: skip
def test_claims_without_a_key(issuer: str, claims: dict[str, str], subject: str) -> None:
    shown = _explain(issuer, "StringLike" if "sub" in claims else "StringEquals", **claims)
    assert "not exist" in shown
    assert subject in shown


@check_rows(
    ("issuer", "operator", "claims"),
    [
        (_GITHUB, "StringEquals", {"repository": "octo/shop"}),
        (_GITHUB, "StringEquals", {"repository_owner": "octo"}),
        (_GITHUB, "StringEqualsIfExists", {"repo": "octo/shop"}),
        (_GITHUB, "StringNotEquals", {"repo": "octo/shop"}),
        ("oidc.circleci.com/org/0a1b2c3d", "StringEquals", {"oidc.circleci.com/project-id": "0a1b"}),
    ],
)
def test_keys_that_exist_or_can_be_absent(issuer: str, operator: str, claims: dict[str, str]) -> None:
    assert "not exist" not in _explain(issuer, operator, **claims)


def test_a_claim_whose_subject_is_not_known() -> None:
    shown = _explain(_GITHUB, team="octo")
    assert f"the condition key {_GITHUB}:team of the trust policy does not exist" in shown
    assert "a policy without it trusts every token" in shown


_ORGANIZATION = "0a1b2c3d-1111-4222-8333-444455556666"
_PROJECT = "9f8e7d6c-1111-4222-8333-444455556666"
_CIRCLECI = f"oidc.circleci.com/org/{_ORGANIZATION}"


@check_rows(
    ("issuer", "claims", "says"),
    [
        (_CIRCLECI, {"aud": "sts.amazonaws.com"}, f'"{_CIRCLECI}:aud": "{_ORGANIZATION}"'),
        (_CIRCLECI, {"aud": _ORGANIZATION, "sub": "project:octo/shop:*"}, f"the form is org/{_ORGANIZATION}/project/PROJECT_ID/user/*"),
        (_CIRCLECI, {"aud": _ORGANIZATION, "sub": f"project/{_PROJECT}"}, f"The form is org/{_ORGANIZATION}/project/{_PROJECT}/user/*"),
        ("oidc.circleci.com", {"aud": _ORGANIZATION}, "oidc.circleci.com/org/ORGANIZATION_ID"),
        (_CIRCLECI, {"aud": _ORGANIZATION, "sub": f"org/{_ORGANIZATION}/project/{_PROJECT}/user/*"}, "STS rejected the token for the role"),
    ],
)  # fmt: skip
def test_tokens_of_circleci(issuer: str, claims: dict[str, str], says: str) -> None:
    assert says in _explain(issuer, "StringLike", **claims)


def test_a_token_of_circleci_has_the_audience_of_its_organization() -> None:
    subject = f"org/{_ORGANIZATION}/project/{_PROJECT}/user/{_PROJECT}"
    claims = {"iss": f"https://{_CIRCLECI}", "aud": _ORGANIZATION, "sub": subject}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_CIRCLECI}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{_CIRCLECI}:aud": "sts.amazonaws.com"}},
    }
    facts = {"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}, "token_claims": claims}
    first, second, *_ = explain(_DENIED, facts=facts).remedies
    assert first.title.startswith(f"Accept the audience {_ORGANIZATION}")
    assert second.title.startswith("Or request the token with circleci run oidc get --claims ")


def test_the_provider_of_circleci_lists_the_organization() -> None:
    error = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for"
    shown = " ".join(str(explain(f"{error} https://{_CIRCLECI}")).split())
    assert f"--client-id-list {_ORGANIZATION}" in shown
    assert "AUDIENCE" not in shown
