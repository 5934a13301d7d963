"""The providers that the text lists are compared with the issuer for which STS found none."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
_OLD = "oidc.eks.eu-west-1.amazonaws.com/id/F9E8D7C6B5A493827160F5E4D3C2B1A0"
_MESSAGE = f"InvalidIdentityToken: No OpenIDConnect provider found in your account for https://{_ISSUER}\n\tstatus code: 400, request id: 1-2\n"
_LIST = '$ aws iam list-open-id-connect-providers\n{\n  "OpenIDConnectProviderList": []\n}\n'
_ARN = "arn:aws:iam::111122223333:oidc-provider/{}"
_ROLE = "AWS_ROLE_ARN=arn:aws:iam::444455556666:role/cart\n"


def _list(*names: str) -> str:
    return _LIST.replace("[]", str([_ARN.format(each) for each in names]))


@check_rows(
    ("text", "summary", "code", "commands"),
    [
        (_list(_OLD), f"in account 111122223333: the list in the text has only https://{_OLD}", "derived", 1),
        (_list("gitlab.com"), "has only https://gitlab.com", None, 1),
        (_LIST, "in the role's account: the list in the text is empty", None, 3),
        (_list(_OLD) + _ROLE, "in the role's account 444455556666.", "possible", 3),
        ("", "in the role's account.", "possible", 3),
    ],
    ids=["old cluster", "other", "empty", "other account", "no list"],
)
def test_list_of_providers(text: str, summary: str, code: str | None, commands: int) -> None:
    explanation = explain(f"{_MESSAGE}\n{text}")
    assert summary in explanation.summary
    found = {each.code: each.evidence for each in explanation.causes}
    assert found.get("cluster-recreated") == code
    assert len(explanation.remedies[0].commands) == commands
    # The ARN of the provider is written if its account is known.
    account = "111122223333" if commands == 1 else "444455556666" if _ROLE in text else None
    arn = f"arn:aws:iam::{account}:oidc-provider/{_ISSUER} as Principal.Federated"
    assert (arn in explanation.remedies[0].steps[-1]) is (account is not None)


_ACCOUNT = {"namespace": "shop", "service_account": "cart"}
_POLICY = {"Version": "2012-10-17", "Statement": []}


@check_rows(
    ("text", "facts", "is_trusted"),
    [
        (_list(_OLD), _ACCOUNT, True),
        (_list(_OLD), {}, False),
        (_list(_OLD), {**_ACCOUNT, "trust_policy": _POLICY}, False),
        ("", _ACCOUNT, False),
    ],
    ids=["known", "unknown service account", "known policy", "unknown account"],
)
def test_trust_of_the_new_provider(text: str, facts: dict[str, object], *, is_trusted: bool) -> None:
    remedies = explain(f"{_MESSAGE}\n{text}", facts=facts).remedies
    policies = [each.policy for each in remedies if each.title == "Also trust the provider in the role"]
    assert bool(policies) is is_trusted
    if policies:
        assert policies[0] is not None
        statement = policies[0]["Statement"][0]
        assert statement["Principal"] == {"Federated": _ARN.format(_ISSUER)}
        values = {f"{_ISSUER}:aud": "sts.amazonaws.com", f"{_ISSUER}:sub": "system:serviceaccount:shop:cart"}
        assert statement["Condition"] == {"StringEquals": values}


_THUMBPRINT = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
_GITLAB = "gitlab.acme.example"


@pytest.mark.parametrize(
    ("subject", "is_met"),
    [
        ("project_path:shop/api:ref_type:branch:ref:main", True),
        ("project_path:other/api:ref_type:branch:ref:main", False),
    ],
    ids=["match", "other subject"],
)  # fmt: skip
def test_certificate_of_a_new_ca(subject: str, *, is_met: bool) -> None:
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_GITLAB}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{_GITLAB}:sub": "project_path:shop/*"}},
    }
    facts = {
        "trust_policy": {"Version": "2012-10-17", "Statement": [trust]},
        "token_claims": {"iss": f"https://{_GITLAB}", "aud": "sts", "sub": subject},
    }
    found = explain(_THUMBPRINT, facts=facts)
    read, update = found.remedies[0].commands
    assert f"-servername {_GITLAB} -showcerts -connect {_GITLAB}:443 " in read
    assert update.endswith('--thumbprint-list "$thumbprint"')
    assert (found.notes[0] == "The trust policy allows these claims, so neither has to change.") is is_met
