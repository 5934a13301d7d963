"""Test the contrasts between a rejected web identity token and what else the text shows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import check_trust_policy, explain
from tests.explaining.rules.trust_policies import trust_issuer
from tests.tables import check_rows

_ID = "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
_OLD = "oidc.eks.eu-west-1.amazonaws.com/id/F9E8D7C6B5A493827160F5E4D3C2B1A0"
_ROLE = "arn:aws:iam::111122223333:role/OctoUploads"
_DENIED = "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\n"
_NONE = f"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for https://{_ID}\n\n"
_ACCOUNT = f"$ kubectl -n octo get sa up -o yaml\nkind: ServiceAccount\nmetadata:\n  annotations:\n    eks.amazonaws.com/role-arn: {_ROLE}\n  name: up\n  namespace: octo\n\n"
_ISSUER = "$ aws eks describe-cluster --name tide --query cluster.identity.oidc.issuer --output text\nhttps://{}\n\n"


def _policy(
    issuer: str = _ID, subject: str = "system:serviceaccount:octo:up", account: str = "111122223333"
) -> dict[str, Any]:
    equals = {f"{issuer}:sub": subject, f"{issuer}:aud": "sts.amazonaws.com"}
    return trust_issuer(issuer, {"StringEquals": equals}, account=account)


def _get_role(name: str = "OctoUploads", **policy: str) -> str:
    return f"$ aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument\n{json.dumps(_policy(**policy), indent=1)}\n\n"


def _env(role: str = _ROLE) -> str:
    return f"$ kubectl -n octo exec deploy/up -- env | grep AWS_ROLE\nAWS_ROLE_ARN={role}\n\n"


@check_rows(
    ("shown", "verdict", "first"),
    [
        pytest.param(_ACCOUNT + _get_role(), "provider, subject and audience match the trust policy", "Compare the role", id="the policy matches"),
        pytest.param(_ACCOUNT + _get_role() + _env(), "provider, subject and audience match the trust policy", "Compare the role", id="the pod requests that role"),
        pytest.param(_ACCOUNT + _get_role() + _env(f"{_ROLE}Old"), "the pod is older than the annotation", "Re-create the pods, so that they get the role OctoUploads", id="the pod requests an old role"),
        pytest.param(_ACCOUNT + _get_role("OctoReads"), "is that of the role OctoReads", "Look at the trust policy of the role that is requested, OctoUploads", id="the policy of another role"),
        pytest.param(_ACCOUNT + _get_role(issuer=_OLD) + _ISSUER.format(_ID), "the OIDC provider of another cluster", "Add the token's issuer to the role's trust policy", id="the issuer of the cluster"),
        pytest.param(_ACCOUNT + _get_role(issuer=_OLD) + _ISSUER.format(_ID) + "The old cluster was deleted.", "the OIDC provider of another cluster", "Name the token's issuer in the role's trust policy", id="a deleted cluster"),
        pytest.param(_ACCOUNT + _get_role(issuer=_OLD) + _ISSUER.format(_ID) + "The old cluster was not deleted.", "the OIDC provider of another cluster", "Add the token's issuer to the role's trust policy", id="a cluster that stays"),
        pytest.param(_get_role(issuer=_OLD) + _ISSUER.format(_OLD) + _ISSUER.format(_ID), "the OIDC provider of another cluster", "Add the token's issuer to the role's trust policy", id="the issuers of both clusters"),
        pytest.param(_ACCOUNT + _get_role(issuer=_OLD, subject="system:serviceaccount:octo:down") + _ISSUER.format(_OLD) + _ISSUER.format(_ID), "expects the subject system:serviceaccount:octo:down, and the token has system:serviceaccount:octo:up", "Accept the token's subject", id="both clusters and another account"),
        pytest.param(_get_role(subject="system:serviceaccount:octo:up-4b1e7c0d9f2a") + "up-9a77de310c54-5c6d7-x2k  1/1  Running  0  3m\n", "expects the subject system:serviceaccount:octo:up-4b1e7c0d9f2a, and the token has system:serviceaccount:octo:up-9a77de310c54", "Accept up-* in the trust policy", id="another generated suffix"),
        pytest.param(f'trust policy of octo-up:\n"Condition": {{"StringEquals": {{"{_ID}:sub": "system:serviceaccount:octo:up-4b1e7c0d9f2a"}}}}\nserviceaccount/up-9a77de310c54', "and the token has system:serviceaccount:octo:up-9a77de310c54", "Accept up-* in the trust policy", id="a condition without its account"),
        pytest.param(_get_role() + "The pod is in namespace squid.", "service accounts of the namespace octo, and the text has the pod in the namespace squid", "Accept the namespace squid", id="another namespace"),
        pytest.param(_get_role(subject="system:serviceaccount:octo:emr-containers-sa-spark-1-2-1ab2") + "The job runs in the namespace squid. Namespace octo works.", "service accounts of the namespace octo", "Let the role trust the service accounts of EMR in squid", id="the namespace of a job of EMR"),
        pytest.param(_get_role() + "The pod is in namespace octo.", "expects the subject", "Compare the token", id="the same namespace"),
        pytest.param(_ACCOUNT + _get_role(issuer=_OLD) + _ISSUER.format(_OLD), "provider, subject and audience match", "Compare the role", id="the same issuer"),
        pytest.param(_ACCOUNT + _get_role() + "spec:\n  serviceAccountName: down\n  containers:\n  - name: a\n", "expects the subject system:serviceaccount:octo:up, and the token has system:serviceaccount:octo:down", "Accept the token's subject", id="the account of the pod"),
        pytest.param(_ACCOUNT.replace("  name: up", "    eks.amazonaws.com/audience: octo\n  name: up") + _get_role(), "expects the audience sts.amazonaws.com, and the token has octo", "Request the token for the audience sts.amazonaws.com", id="the audience of the account"),
        pytest.param(_ACCOUNT + f'data "aws_iam_policy_document" "trust" {{\n  statement {{\n    actions = ["sts:AssumeRoleWithWebIdentity"]\n    principals {{\n      type        = "Federated"\n      identifiers = ["arn:aws:iam::111122223333:oidc-provider/{_ID}"]\n    }}\n    condition {{\n      test     = "StringEquals"\n      variable = "{_ID}:sub"\n      values   = ["system:serviceaccount:octo:down"]\n    }}\n  }}\n}}\n', "expects the subject system:serviceaccount:octo:down, and the token has system:serviceaccount:octo:up", "Accept the token's subject", id="the policy in Terraform"),
        pytest.param(_ACCOUNT + _get_role(account="444455556666"), "the provider is in account 444455556666, but STS looks for it in the role's account, 111122223333", "Allow the token", id="the account of the provider"),
    ],
)  # fmt: skip
def test_denied_token(shown: str, verdict: str, first: str) -> None:
    explanation = explain(_DENIED + shown)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(first)


@pytest.mark.parametrize("of_text", [True, False], ids=["text", "facts"])
def test_policy_that_allows_the_token_is_not_changed(*, of_text: bool) -> None:
    facts = {"namespace": "octo", "service_account": "up"}
    explanation = (
        explain(_DENIED + _ACCOUNT + _get_role())
        if of_text
        else explain(_DENIED, facts={**facts, "trust_policy": _policy()})
    )
    assert all(each.policy is None for each in explanation.remedies)
    assert [each.code for each in explanation.causes][1:] == ["other-role-requested", "trust-policy-recent"]


def test_issuer_of_the_cluster_completes_the_statement() -> None:
    policy = explain(_DENIED + _ACCOUNT + _ISSUER.format(_ID)).remedies[0].policy
    assert f"arn:aws:iam::111122223333:oidc-provider/{_ID}" in str(policy)


@pytest.mark.parametrize(
    ("shown", "account", "has_policy"),
    [
        (_env(_ROLE.replace("111122223333", "444455556666")) + _get_role(), "444455556666", True),
        (_env(_ROLE.replace("111122223333", "444455556666")) + f'$ aws iam list-open-id-connect-providers\n{{"OpenIDConnectProviderList": [{{"Arn": "arn:aws:iam::111122223333:oidc-provider/{_ID}"}}]}}\n', "444455556666", False),
    ],
    ids=["trust policy", "list"],
)  # fmt: skip
def test_provider_of_another_account(shown: str, account: str, *, has_policy: bool) -> None:
    explanation = explain(_NONE + shown)
    assert (
        f"is in account 111122223333, but STS looks for it in account {account}, that of the role OctoUploads"
        in explanation.summary
    )
    create, other = explanation.remedies
    assert create.title.startswith(f"Create the IAM OIDC provider in account {account}")
    assert not any("eksctl" in line for line in create.commands)
    assert "a role of account 111122223333, which assumes OctoUploads" in other.title
    assert (create.policy is not None) is has_policy
    replaces = any("update-assume-role-policy --role-name OctoUploads" in each for each in create.commands)
    assert replaces is ("name it in the trust policy" in create.title)
    if create.policy is not None:
        claims = {
            "iss": f"https://{_ID}",
            "sub": "system:serviceaccount:octo:up",
            "aud": ["sts.amazonaws.com"],
        }
        role = f"arn:aws:iam::{account}:role/OctoUploads"
        result = check_trust_policy(
            create.policy, action="sts:AssumeRoleWithWebIdentity", role_arn=role, claims=claims
        )
        assert result.allowed


def test_statement_for_the_provider_of_another_account() -> None:
    """With the service account, the commands add the statement to the trust policy that they print."""
    role = _env(_ROLE.replace("111122223333", "444455556666"))
    listed = f"$ aws iam list-open-id-connect-providers\narn:aws:iam::111122223333:oidc-provider/{_ID}\n"
    explanation = explain(_NONE + role + listed, facts={"namespace": "octo", "service_account": "up"})
    create = explanation.remedies[0]
    assert "old-trust.json" in create.commands[1]
    assert "update-assume-role-policy --role-name OctoUploads" in create.commands[-1]
    assert "system:serviceaccount:octo:up" in str(create.statement)


def test_named_provider_is_only_created() -> None:
    explanation = explain(_NONE + _env() + _get_role())
    assert "although the role's trust policy names it" in explanation.summary
    assert [each.code for each in explanation.causes] == ["no-oidc-provider"]
    other = explain(_NONE + _env() + _get_role(issuer=_OLD))
    assert "names the provider of another cluster" in other.summary


def test_runs_of_terraform_have_a_phase() -> None:
    subject = "organization:octo:project:p:workspace:w:run_phase:plan"
    policy = json.dumps(_policy("app.terraform.io", subject)).replace(
        "sts.amazonaws.com", "aws.workload.identity"
    )
    explanation = explain(f"{_DENIED}TFC_AWS_RUN_ROLE_ARN={_ROLE}\n{policy}")
    assert "the role OctoUploads" in explanation.summary
    assert "run_phase:apply" in explanation.remedies[0].steps[1]


_AUDIENCE = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience\n\n"
_PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{_ID}"


def _claims(audience: str) -> dict[str, Any]:
    return {"iss": f"https://{_ID}", "sub": "system:serviceaccount:octo:up", "aud": [audience]}


def _client_ids(*names: str) -> str:
    return f"$ aws iam get-open-id-connect-provider --open-id-connect-provider-arn {_PROVIDER}\n{json.dumps({'ClientIDList': names})}\n"


@check_rows(
    ("shown", "facts", "verdict", "first"),
    [
        pytest.param("", {"token_claims": _claims("sts.amazonaws.com"), "trust_policy": _policy()}, "does not list the audience of the token, sts.amazonaws.com", "Add the audience", id="the token has that of STS"),
        pytest.param(_ACCOUNT + _client_ids("octo"), {}, "lists only octo as audience, not sts.amazonaws.com", "Add the audience", id="the list has another"),
        pytest.param(_ACCOUNT + _client_ids(), {}, "lists no audience", "Add the audience", id="the list is empty"),
        pytest.param(_ACCOUNT + _client_ids("sts.amazonaws.com"), {}, "so the token has another audience", "Request the token for the audience sts.amazonaws.com", id="the list has that of STS"),
        pytest.param(_ACCOUNT.replace("annotations:", "annotations:\n    eks.amazonaws.com/audience: octo") + _client_ids("tide"), {}, "does not accept the audience", "Request the token", id="the annotation has another"),
        pytest.param("", {"token_claims": _claims("https://kubernetes.default.svc")}, "https://kubernetes.default.svc", "Request the token for the audience sts.amazonaws.com", id="the token is for Kubernetes"),
        pytest.param(_client_ids("sts.amazonaws.com.cn"), {"token_claims": _claims("sts.amazonaws.com")}, "lists only sts.amazonaws.com.cn as audience, and the token is for sts.amazonaws.com.", "Add the audience sts.amazonaws.com to", id="China, the token"),
        pytest.param(_ACCOUNT + _client_ids("sts.amazonaws.com.cn"), {}, "lists only sts.amazonaws.com.cn as audience, not sts.amazonaws.com.", "Add the audience sts.amazonaws.com to", id="China, the default"),
        pytest.param(_client_ids("sts.amazonaws.com"), {"token_claims": _claims("sts.amazonaws.com.cn")}, "The token is for the audience sts.amazonaws.com.cn, but", "Request the token for the audience sts.amazonaws.com", id="China, the list"),
        pytest.param(_client_ids("sts.amazonaws.com.cn"), {"token_claims": {**_claims("sts.amazonaws.com"), "iss": "https://token.actions.githubusercontent.com"}}, "lists only sts.amazonaws.com.cn.", "Request the token for the audience sts.amazonaws.com.cn", id="China, GitHub"),
        pytest.param(_ACCOUNT, {}, "does not accept the audience of the token.", "Make the token and the IAM OIDC provider agree", id="neither is known"),
    ],
)  # fmt: skip
def test_audience(shown: str, facts: dict[str, Any], verdict: str, first: str) -> None:
    explanation = explain(_AUDIENCE + shown, facts=facts)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(first)


@check_rows(
    ("issuer", "sub", "setting"),
    [
        ("https://app.terraform.io", "organization:octo:project:core:workspace:net:run_phase:plan", "TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE"),
        ("https://gitlab.com", "project_path:octo/net:ref_type:branch:ref:main", "id_tokens"),
    ],
)  # fmt: skip
@check_rows("is_agreed", [True, False])
def test_audience_is_set_in_the_system_of_the_token(
    issuer: str, sub: str, setting: str, *, is_agreed: bool
) -> None:
    host = issuer.removeprefix("https://")
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{host}:aud": "octo.tide" if is_agreed else "sts.amazonaws.com"}},
    }
    facts = {
        "token_claims": {"iss": issuer, "aud": "octo.tide", "sub": sub},
        "trust_policy": {"Statement": [statement]},
    }
    explanation = explain(_AUDIENCE, facts=facts)
    [remedy] = explanation.remedies
    assert setting in str(remedy.steps)
    assert ("GitLab" in str(explanation)) is (host == "gitlab.com")
    assert ("needs no change" in str(explanation.notes)) is is_agreed


def test_provider_of_the_trust_policy_is_in_the_commands() -> None:
    facts = {"token_claims": _claims("sts.amazonaws.com"), "trust_policy": _policy()}
    explanation = explain(_AUDIENCE, facts=facts)
    assert all(_PROVIDER in line for line in explanation.remedies[0].commands)
    assert "needs no change" in explanation.notes[0]
    other = explain(_AUDIENCE, facts={**facts, "trust_policy": _policy(issuer=_OLD)})
    assert not any(_OLD in line for line in other.remedies[0].commands)


_WRONG = "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience\n\n"
_MOUNTED = "- serviceAccountToken:\n    audience: {}\n    expirationSeconds: 3600\n    path: token\n"
_ACCEPTED = f'$ aws iam get-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::111122223333:oidc-provider/{_ID} --query ClientIDList\n[\n    "{{}}"\n]\n'


@pytest.mark.parametrize(
    ("shown", "words", "first"),
    [
        (_MOUNTED.format("vault") + _ACCEPTED.format("sts.amazonaws.com"), "The token is for the audience vault, but the IAM OIDC provider lists only sts.amazonaws.com.", "Request the token for the audience sts.amazonaws.com"),
        (_MOUNTED.format("sts.amazonaws.com") + _ACCEPTED.format("octo"), "lists only octo as audience, and the token is for sts.amazonaws.com", "Add "),
        (_MOUNTED.format("vault") + _MOUNTED.format("sts.amazonaws.com"), "does not accept the audience of the token.", "Make the token and"),
    ],
    ids=["another audience", "another provider", "two tokens"],
)  # fmt: skip
def test_audience_that_a_pod_requests(shown: str, words: str, first: str) -> None:
    explanation = explain(_WRONG + shown)
    assert words in explanation.summary
    assert explanation.remedies[0].title.startswith(first)
    is_known = "two" not in words and "accept" not in words
    assert any("serviceAccountToken" in step for each in explanation.remedies for step in each.steps) is (
        "vault," in words
    )
    assert any("Kubernetes API server" in each.text for each in explanation.causes) is not is_known
