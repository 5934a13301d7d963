"""Tests for the fixes of a supplied trust policy that does not allow a supplied token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import check_trust_policy, explain
from tests.explaining.rules.trust_policies import trust_issuer
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage.explaining import Explanation

ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
GITHUB = "token.actions.githubusercontent.com"
DENIED = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity"
SUBJECT = "system:serviceaccount:shop:cart"
WEB = "sts:AssumeRoleWithWebIdentity"


def _policy(sub: str, aud: str = "sts.amazonaws.com", *, issuer: str = ISSUER) -> dict[str, Any]:
    return trust_issuer(issuer, {"StringEquals": {f"{issuer}:sub": sub, f"{issuer}:aud": aud}})


def _with_condition(**condition: dict[str, str]) -> dict[str, Any]:
    policy = _policy(SUBJECT)
    policy["Statement"][0]["Condition"] = condition
    return policy


def _explain(policy: dict[str, Any], sub: str, aud: str, *, issuer: str = ISSUER) -> Explanation:
    claims = {"iss": f"https://{issuer}", "sub": sub, "aud": [aud]}
    return explain(DENIED, facts={"trust_policy": policy, "token_claims": claims})


@check_rows(
    ("policy", "sub", "aud", "titles"),
    [
        pytest.param(
            _policy(SUBJECT),
            SUBJECT,
            "cart-api",
            [
                "Request the token for the audience sts.amazonaws.com",
                "Or accept the audience cart-api in the trust policy, if the IAM OIDC provider lists it, too",
            ],
            id="audience",
        ),
        pytest.param(
            _policy("system:serviceaccount:store:cart"),
            SUBJECT,
            "sts.amazonaws.com",
            ["Accept the token's subject in the trust policy", "Or run the pod in the namespace store"],
            id="namespace",
        ),
        pytest.param(
            _policy("system:serviceaccount:shop:orders"),
            SUBJECT,
            "sts.amazonaws.com",
            [
                "Accept the token's subject in the trust policy",
                "Or run the pod as the service account orders, if it has the annotation of the role",
            ],
            id="name",
        ),
        pytest.param(
            _policy("system:serviceaccount:store:orders"),
            SUBJECT,
            "sts.amazonaws.com",
            [
                "Accept the token's subject in the trust policy",
                "Or run the pod as the service account orders in the namespace store, if it has the annotation of the role",
            ],
            id="namespace and name",
        ),
        pytest.param(
            _policy("system:serviceaccount:shop:*"),
            SUBJECT,
            "sts.amazonaws.com",
            [
                "Set the exact subject in the trust policy",
                "Or, if others that match system:serviceaccount:shop:* are meant to use the role, too, compare with StringLike",
            ],
            id="wildcard in StringEquals",
        ),
        pytest.param(
            _with_condition(StringEquals={f"{ISSUER}:sub": "system:serviceaccount:shop:*"}),
            SUBJECT,
            "sts.amazonaws.com",
            [
                "Set the exact subject in the trust policy",
                "Or, if others that match system:serviceaccount:shop:* are meant to use the role, too, compare with StringLike",
            ],
            id="wildcard in the only condition",
        ),
        pytest.param(
            _policy("organization:acme:pipeline:shop:*"),
            "organization:acme:pipeline:shop:ref:refs/heads/main:commit:9f3c2d7be1:step:deploy",
            "sts.amazonaws.com",
            ["Compare the subject with StringLike"],
            id="wildcard for the commit",
        ),
        pytest.param(
            _policy("organization:acme:project:shop:workspace:prod:run_phase:*"),
            "organization:acme:project:shop:workspace:prod:run_phase:plan",
            "sts.amazonaws.com",
            ["Compare the subject with StringLike"],
            id="wildcard for the phase",
        ),
        pytest.param(
            _policy("system:serviceaccount:store:*"),
            SUBJECT,
            "sts.amazonaws.com",
            ["Set the exact subject in the trust policy"],
            id="wildcard that does not match",
        ),
        pytest.param(
            _with_condition(StringLike={f"{ISSUER}:sub": "system:serviceaccount:store:*"}),
            SUBJECT,
            "sts.amazonaws.com",
            ["Accept the token's subject in the trust policy"],
            id="subjects of a pattern",
        ),
        pytest.param(
            _policy("project_path:shop/cart"),
            SUBJECT,
            "sts.amazonaws.com",
            ["Accept the token's subject in the trust policy"],
            id="subjects of different kinds",
        ),
    ],
)
def test_both_ways_out(policy: dict[str, Any], sub: str, aud: str, titles: list[str]) -> None:
    """A mismatch has two ways out, and each proposed policy differs from the given one and allows the call."""
    explanation = _explain(policy, sub, aud)
    assert [remedy.title for remedy in explanation.remedies] == titles
    claims = {"iss": f"https://{ISSUER}", "sub": sub, "aud": [aud]}
    documents = [remedy.policy for remedy in explanation.remedies if remedy.policy is not None]
    assert documents
    for document in documents:
        assert document != policy
        assert check_trust_policy(document, action=WEB, claims=claims).allowed is True


@pytest.mark.parametrize(
    ("pattern", "sub", "verdict", "step"),
    [
        ("org/{0}/project/{0}/user/*", "org/{0}/project/{0}/user/7f3a", "so …/user/* in the trust policy is not a pattern and never matches the token's subject …/user/7f3a", "To trust runs of one user only, keep StringEquals"),
        ("organization:acme:pipeline:shop:*", "organization:acme:pipeline:shop:commit:9f3c2d7be1", "so organization:acme:pipeline:shop:* in the trust policy", "An exact subject fails as soon as the commit changes."),
        ("repo:acme/shop:ref:refs/tags/v*", "repo:acme/shop:ref:refs/tags/v7", "so repo:acme/shop:ref:refs/tags/v* in the trust policy", "An exact subject fails as soon as the tag changes."),
        ("repo:acme/shop:ref:refs/heads/release-?", "repo:acme/shop:ref:refs/heads/release-7", "never matches", "An exact subject fails as soon as the branch changes."),
        ("repo:acme/shop:ref:refs/heads/*", "repo:acme/shop:ref:refs/heads/main", "never matches", "The new policy accepts no other subject."),
    ],
)  # fmt: skip
def test_what_an_exact_subject_would_accept(pattern: str, sub: str, verdict: str, step: str) -> None:
    name = "0a1b2c3d-4e5f-4a6b-8c7d-998877665544"
    explanation = _explain(_policy(pattern.format(name)), sub.format(name), "sts.amazonaws.com")
    assert verdict in explanation.summary
    assert step in explanation.remedies[0].steps[0]


def test_decisive_values_are_in_the_summary() -> None:
    explanation = _explain(_policy("system:serviceaccount:store:cart"), SUBJECT, "sts.amazonaws.com")
    assert "system:serviceaccount:store:cart" in explanation.summary
    assert SUBJECT in explanation.summary
    assert [cause.code for cause in explanation.causes] == ["trust-policy-checked"]


@pytest.mark.parametrize(
    ("token", "step", "command"),
    [
        ("shop:default", "set serviceAccountName: cart in its template", "kubectl set serviceaccount deployment/NAME cart -n shop"),
        ("default:default", "It must run in the namespace shop, too.", r"kubectl get serviceaccount cart --namespace shop --output 'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'"),
    ],
)  # fmt: skip
def test_default_service_account_is_a_missing_name(token: str, step: str, command: str) -> None:
    """To trust the service account of all pods without a name is not the first way out."""
    explanation = _explain(_policy(SUBJECT), f"system:serviceaccount:{token}", "sts.amazonaws.com")
    first, second, *_ = explanation.remedies
    assert first.title.startswith("Run the pod as the service account cart")
    assert first.commands[0] == command
    assert step in first.steps[0]
    assert "only if all pods of the namespace without a serviceAccountName" in second.title


@pytest.mark.parametrize(
    ("path", "is_own"),
    [
        ("/var/run/secrets/tokens/aws", True),
        # The webhook of EKS has set it, for the service account that the pod has now.
        ("/var/run/secrets/eks.amazonaws.com/serviceaccount/token", False),
    ],
)
def test_template_that_names_the_role(path: str, *, is_own: bool) -> None:
    role = "arn:aws:iam::111122223333:role/cart"
    variables = {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": path}
    template = "".join(
        f"        - name: {name}\n          value: {value}\n" for name, value in variables.items()
    )
    sub = "system:serviceaccount:shop:default"
    claims = {"iss": f"https://{ISSUER}", "sub": sub, "aud": ["sts.amazonaws.com"]}
    facts = {"trust_policy": _policy(SUBJECT), "token_claims": claims}
    first = explain(f"{DENIED}\n\n        env:\n{template}", facts=facts).remedies[0]
    assert first.commands[0] == "kubectl set serviceaccount deployment/NAME cart -n shop"
    assert (len(first.commands) == 1) is is_own
    assert ("Unless the template itself" not in " ".join(first.steps)) is is_own


def test_a_policy_can_expect_the_default_service_account() -> None:
    policy = _policy("system:serviceaccount:shop:default")
    first, *_ = _explain(policy, "system:serviceaccount:shop:cart", "sts.amazonaws.com").remedies
    assert first.title == "Accept the token's subject in the trust policy"


@check_rows(
    ("expected", "actual", "reason", "title"),
    [
        (
            "ref:refs/heads/main",
            "environment:live",
            "the job has an environment",
            'Or, if the job needs no approval, remove "environment: live", and run it on the branch main',
        ),
        (
            "environment:live",
            "ref:refs/heads/main",
            "the job has no environment",
            "Or run the job in the environment live",
        ),
        (
            "ref:refs/heads/main",
            "pull_request",
            "a pull request started the workflow",
            "Run the job on the branch main",
        ),
        (
            "ref:refs/heads/main",
            "ref:refs/tags/v1",
            "a tag started the workflow",
            "Or run the job on the branch main",
        ),
        ("environment:live", "environment:test", "", "Or run the job in the environment live"),
        (
            "ref:refs/heads/main",
            "job_workflow_ref:octo/ci/.github/workflows/deploy.yml@main",
            "customized to name the reusable workflow",
            "Or run the job on the branch main",
        ),
    ],
    ids=["environment", "no-environment", "pull-request", "tag", "other-environment", "reusable"],
)
def test_job_with_another_subject(expected: str, actual: str, reason: str, title: str) -> None:
    policy = _policy(f"repo:octo/cart:{expected}", issuer=GITHUB)
    explanation = _explain(policy, f"repo:octo/cart:{actual}", "sts.amazonaws.com", issuer=GITHUB)
    assert f"the token has repo:octo/cart:{actual}" in explanation.summary
    assert reason in explanation.summary
    assert title in {each.title for each in explanation.remedies}


@pytest.mark.parametrize(
    ("expected", "limit", "is_same"),
    [
        ("repo:octo/cart:ref:refs/heads/release/2", "of the environment live to release/2 (", True),
        ("repo:octo/cart:ref:refs/tags/v1", "of the environment live (", True),
        ("repo:octo/shop:ref:refs/heads/main", "of the environment live to main (", False),
    ],
)
def test_branches_of_an_environment(expected: str, limit: str, *, is_same: bool) -> None:
    policy = _policy(expected, issuer=GITHUB)
    explanation = _explain(policy, "repo:octo/cart:environment:live", "sts.amazonaws.com", issuer=GITHUB)
    accept = next(each for each in explanation.remedies if each.policy is not None)
    assert limit in " ".join(accept.steps)
    # A job of another repository can need another role.
    assert ("is meant to assume this role" not in " ".join(accept.steps)) is is_same


@pytest.mark.parametrize(
    ("pattern", "titles"),
    [
        (
            "repo:octo/cart:ref:refs/heads/*",
            [
                'Or, if the job needs no approval, remove "environment: live", and run it on a branch that matches *'
            ],
        ),
        ("repo:octo/*:ref:refs/heads/main", []),
    ],
    ids=["branches", "repositories"],
)
def test_job_with_a_subject_that_no_pattern_matches(pattern: str, titles: list[str]) -> None:
    policy = _policy("", issuer=GITHUB)
    policy["Statement"][0]["Condition"] = {"StringLike": {f"{GITHUB}:sub": pattern}}
    found = _explain(policy, "repo:octo/cart:environment:live", "sts.amazonaws.com", issuer=GITHUB)
    assert [each.title for each in found.remedies[1:]] == titles


def test_trust_in_pull_requests_is_for_all_of_them() -> None:
    policy = _policy("repo:octo/cart:ref:refs/heads/main", issuer=GITHUB)
    found = _explain(policy, "repo:octo/cart:pull_request", "sts.amazonaws.com", issuer=GITHUB)
    first, second, third = found.remedies
    # The role for the branch stays closed: whoever opens a pull request would get its permissions.
    assert first.commands[0].startswith("aws iam create-role ")
    assert first.policy is not None
    subject = first.policy["Statement"][0]["Condition"]["StringEquals"][f"{GITHUB}:sub"]
    assert subject == "repo:octo/cart:pull_request"
    assert "role-to-assume: arn:aws:iam::" in first.steps[1]
    assert second.policy is None
    assert "only if all pull requests of the repository are meant" in third.title


@check_rows(
    ("issuer", "expected", "actual", "pattern", "other"),
    [
        (
            ISSUER,
            "system:serviceaccount:infra:provider-aws-rds",
            "system:serviceaccount:infra:provider-aws-rds-0a1b2c3d4e5f",
            "system:serviceaccount:infra:provider-aws-rds-*",
            "Or give the service account a fixed name",
        ),
        (
            ISSUER,
            "system:serviceaccount:infra:provider-aws-rds-99aabbccdde1",
            "system:serviceaccount:infra:provider-aws-rds-0a1b2c3d4e5f",
            "system:serviceaccount:infra:provider-aws-rds-*",
            "Or give the service account a fixed name",
        ),
        (
            GITHUB,
            "repo:octo/cart:ref:refs/tags/v2.0.0",
            "repo:octo/cart:ref:refs/tags/v2.1.0",
            "repo:octo/cart:ref:refs/tags/v*",
            "Or run the job for ref:refs/tags/v2.0.0",
        ),
        (
            GITHUB,
            "repo:octo/cart:ref:refs/heads/release/7",
            "repo:octo/cart:ref:refs/heads/release/8.1",
            "repo:octo/cart:ref:refs/heads/release/*",
            "Or run the job on the branch release/7",
        ),
        (
            "gitlab.com",
            "project_path:octo/cart:ref_type:tag:ref:1.0",
            "project_path:octo/cart:ref_type:tag:ref:1.1",
            "project_path:octo/cart:ref_type:tag:ref:*",
            None,
        ),
        (GITHUB, "repo:octo/cart:ref:refs/heads/main", "repo:octo/cart:ref:refs/heads/next", None, None),
        (
            GITHUB,
            "repo:octo/cart:ref:refs/tags/v1",
            "repo:octo/shop:ref:refs/tags/v2",
            None,
            None,
        ),
    ],
    ids=["revision", "other revision", "tag", "branch", "GitLab", "other branch", "other repository"],
)
def test_generated_suffix_needs_a_pattern(
    issuer: str, expected: str, actual: str, pattern: str | None, other: str | None
) -> None:
    found = _explain(_policy(expected, issuer=issuer), actual, "sts.amazonaws.com", issuer=issuer)
    first = found.remedies[0]
    assert first.policy is not None
    condition = first.policy["Statement"][0]["Condition"]
    if pattern is None:
        assert condition["StringEquals"][f"{issuer}:sub"] == [expected, actual]
        return
    # An old subject that the pattern covers is redundant.
    value = pattern if expected.startswith(pattern.removesuffix("*")) else [expected, pattern]
    assert condition["StringLike"] == {f"{issuer}:sub": value}
    assert condition["StringEquals"] == {f"{issuer}:aud": "sts.amazonaws.com"}
    assert first.title == f"Accept {pattern.rpartition(':')[2]} in the trust policy"
    assert [each.title for each in found.remedies[1:]] == ([other] if other else [])


def test_job_of_another_repository() -> None:
    policy = _policy("repo:octo/cart:ref:refs/heads/main", issuer=GITHUB)
    explanation = _explain(policy, "repo:octo/shop:environment:live", "sts.amazonaws.com", issuer=GITHUB)
    assert "has an environment" not in explanation.summary
    assert explanation.remedies[1].title == "Or run the workflow as the trust policy expects"


def test_workflow_with_another_audience() -> None:
    subject = "repo:octo/cart:ref:refs/heads/main"
    explanation = _explain(_policy(subject, issuer=GITHUB), subject, "cart-api", issuer=GITHUB)
    (step,) = explanation.remedies[0].steps
    assert step.startswith("Remove the input audience of aws-actions/configure-aws-credentials")


@check_rows(
    ("issuer", "step"),
    [
        (
            "gitlab.com",
            "In .gitlab-ci.yml, set aud of the token under id_tokens to sts.amazonaws.com, then run the job again.",
        ),
        (
            "oidc.circleci.com/org/5f1c",
            """Request the token with circleci run oidc get --claims '{"aud": "sts.amazonaws.com"}', then run the job again.""",
        ),
        (
            "agent.buildkite.com",
            "Request the token with buildkite-agent oidc request-token --audience sts.amazonaws.com, then run the job again.",
        ),
        ("id.shop.example", "Request the token for the audience sts.amazonaws.com."),
    ],
)
def test_other_issuer_with_another_audience(issuer: str, step: str) -> None:
    subject = "project_path:shop/cart"
    explanation = _explain(_policy(subject, issuer=issuer), subject, "cart-api", issuer=issuer)
    assert explanation.remedies[0].steps == (step,)
    assert not explanation.remedies[0].commands


@pytest.mark.parametrize("operator", ["stringequals", "ArnEquals"])
def test_no_policy_without_the_condition(operator: str) -> None:
    """No proposed policy trusts every token of the issuer."""
    policy = _with_condition(**{operator: {f"{ISSUER}:sub": "system:serviceaccount:shop:*"}})
    for remedy in _explain(policy, SUBJECT, "sts.amazonaws.com").remedies:
        assert remedy.policy is None or remedy.policy["Statement"][0]["Condition"]


def test_condition_on_another_claim() -> None:
    """Only audience and subject have remedies of their own; otherwise the fix of the evaluation is a step."""
    policy = _with_condition(StringEquals={f"{ISSUER}:email": "ana@example.com"})
    claims = {
        "iss": f"https://{ISSUER}",
        "sub": SUBJECT,
        "aud": ["sts.amazonaws.com"],
        "email": "bo@example.com",
    }
    explanation = explain(DENIED, facts={"trust_policy": policy, "token_claims": claims})
    assert ":email" in explanation.causes[0].because[0]
    assert explanation.remedies[-1].steps[0].endswith(f'["{ISSUER}:email"] to "bo@example.com".')


def test_trust_policy_as_json_text() -> None:
    """A policy as text has the same remedies as the document."""
    policy, claims = _policy("system:serviceaccount:store:cart"), {"iss": f"https://{ISSUER}", "sub": SUBJECT}
    claims["aud"] = "sts.amazonaws.com"
    explanations = [
        explain(DENIED, facts={"trust_policy": given, "token_claims": claims})
        for given in (policy, json.dumps(policy))
    ]
    assert explanations[0].remedies[0].policy is not None
    assert explanations[0] == explanations[1]


@pytest.mark.parametrize("policy", ["{", "[]", '{"Statement": ["x"]}'], ids=["text", "list", "statement"])
def test_unreadable_trust_policy_names_no_provider(policy: str) -> None:
    claims = {"sub": SUBJECT, "aud": ["sts.amazonaws.com"]}
    explanation = explain(DENIED, facts={"trust_policy": policy, "token_claims": claims})
    assert explanation.causes[0].code == "trust-policy-unreadable"
    assert "oidc-provider/ISSUER" in str(explanation.remedies[-1].policy)


@pytest.mark.parametrize("claim", ["sub", "aud"])
def test_condition_without_a_value(claim: str) -> None:
    text = (
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
        '{"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", "sub": "repo:acme/x:ref:refs/heads/main"}\n'
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", '
        '"Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}, '
        f'"Condition": {{"StringEquals": {{"token.actions.githubusercontent.com:{claim}": []}}}}}}]}}'
    )
    assert "the role's trust policy does not allow it" in explain(text).summary


def test_conditions_of_a_wrong_issuer_are_no_further_mismatches() -> None:
    """The keys of another cluster's provider change along with the provider."""
    other = ISSUER.replace("0123456789ABCDEF", "FEDCBA9876543210")
    explanation = _explain(_policy(SUBJECT, issuer=other), SUBJECT, "sts.amazonaws.com")
    assert "more mismatch" not in str(explanation)


def test_provider_of_the_policy_without_a_token() -> None:
    """The trust policy states issuer and account, so they are no placeholders."""
    explanation = explain(DENIED, facts={"trust_policy": _policy("system:serviceaccount:store:cart")})
    policies = [str(remedy.policy) for remedy in explanation.remedies if remedy.policy is not None]
    assert policies
    assert all(f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}" in each for each in policies)


def test_service_account_of_the_facts_has_a_known_token() -> None:
    """Without a token, namespace and service account say which subject the pod's token has."""
    facts = {
        "trust_policy": _policy("system:serviceaccount:default:cart"),
        "namespace": "shop",
        "service_account": "cart",
    }
    explanation = explain(DENIED, facts=facts)
    assert "system:serviceaccount:default:cart" in explanation.summary
    assert SUBJECT in explanation.summary


def test_workflow_of_a_known_repository() -> None:
    """A log of GitHub Actions names issuer, repository and role, so they are no placeholders."""
    text = f"GITHUB_REPOSITORY: octo/cart\n  role-to-assume: arn:aws:iam::111122223333:role/deploy\nError: {DENIED}"
    policies = [str(remedy.policy) for remedy in explain(text).remedies if remedy.policy is not None]
    assert any("repo:octo/cart:" in each for each in policies)
    assert all(f"arn:aws:iam::111122223333:oidc-provider/{GITHUB}" in each for each in policies)


@check_rows(
    ("said", "creates"),
    [
        ("The provider is there.", False),
        ("Identity provider exists, audience sts.amazonaws.com.", False),
        ("Check that the provider exists.", True),
        ("I do not know whether the provider exists.", True),
        ("No such provider exists.", True),
    ],
)
def test_only_a_provider_that_somebody_saw_is_not_created(said: str, *, creates: bool) -> None:
    issuer = "oidc.eks.eu-central-1.amazonaws.com/id/{}"
    old, new = (
        issuer.format("4F1C2B7A90D35E6688AA11BB22CC33DD"),
        issuer.format("5F1C2B7A90D35E6688AA11BB22CC33DD"),
    )
    provider = f"arn:aws:iam::111122223333:oidc-provider/{old}"
    condition = {"StringEquals": {f"{old}:sub": "system:serviceaccount:shop:orders"}}
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}  # fmt: skip
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    claims = {"iss": f"https://{new}", "sub": "system:serviceaccount:shop:orders", "aud": "sts.amazonaws.com"}
    explanation = explain(f"{DENIED}\n{said}", facts={"trust_policy": policy, "token_claims": claims})
    assert (
        any("create-open-id-connect-provider" in each for each in explanation.remedies[0].commands) is creates
    )


ASSUME = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/vendor"


@pytest.mark.parametrize(
    ("condition", "words", "argument"),
    [
        pytest.param(
            {"StringEquals": {"sts:ExternalId": "acme-42"}},
            "the external ID acme-42",
            "--external-id acme-42",
            id="external ID",
        ),
        pytest.param(
            {"StringEquals": {"sts:ExternalId": "$(reboot)"}},
            "the external ID $(reboot)",
            "--external-id EXTERNAL_ID",
            id="no external ID",
        ),
        pytest.param(
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "MFA", "--token-code TOKEN_CODE", id="MFA"
        ),
    ],
)
def test_condition_that_the_message_does_not_decide(
    condition: dict[str, Any], words: str, argument: str
) -> None:
    """A trust policy that names the caller needs no other statement, but its condition met."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                "Action": "sts:AssumeRole",
                "Condition": condition,
            }
        ],
    }
    explanation = explain(ASSUME, facts={"trust_policy": policy})
    assert words in explanation.summary
    assert argument in explanation.remedies[0].commands[-1]
    assert all(remedy.layer != "role_trust" for remedy in explanation.remedies)


@check_rows(
    ("condition", "fixed"),
    [
        (
            {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/a*"}},
            {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/a*"}},
        ),
        (
            {"StringEquals": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:user/x-*", "*/ana"], "sts:ExternalId": "a"}},
            {"StringEquals": {"sts:ExternalId": "a"}, "StringLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:user/x-*", "*/ana"]}},
        ),
        # No pattern matches the caller, or the other operator compares the same key already.
        ({"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/x-*"}}, None),
        (
            {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/a*"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:user/*"}},
            None,
        ),
    ],
)  # fmt: skip
def test_value_with_wildcards_of_a_literal_comparison(
    condition: dict[str, Any], fixed: dict[str, Any] | None
) -> None:
    """The operator of the statement changes: another statement, or an Allow for the caller, is no fix."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    explanation = explain(ASSUME, facts={"trust_policy": policy})
    assert ("compares literally" in explanation.summary) == (fixed is not None)
    if fixed is not None:
        assert explanation.remedies[0].policy == {**policy, "Statement": [{**statement, "Condition": fixed}]}
        assert "arn:aws:iam::111122223333:user/ana" in str(explanation.remedies[0].steps)


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(
            {"token_claims": {"iss": f"https://{ISSUER}", "sub": SUBJECT, "aud": ["cart-api"]}}, id="claims"
        ),
        pytest.param({"namespace": "shop", "service_account": "cart"}, id="service account"),
    ],
)
def test_subject_that_the_trust_policy_must_name(facts: dict[str, Any]) -> None:
    """Without the trust policy, the explanation says what it must name."""
    first = explain(DENIED, facts=facts).remedies[0]
    assert SUBJECT in f"{first.policy} {first.steps}"


def _denying(
    policy: dict[str, Any], *, condition: dict[str, Any] | None, action: str = WEB
) -> dict[str, Any]:
    deny = {"Effect": "Deny", "Principal": "*", "Action": action} | (
        {"Condition": condition} if condition else {}
    )
    return policy | {"Statement": [*policy["Statement"], deny]}


@pytest.mark.parametrize(
    "condition", [{"StringEquals": {f"{ISSUER}:sub": SUBJECT}}, None], ids=["condition", "none"]
)
def test_a_matching_deny_is_not_a_mismatch(condition: dict[str, Any] | None) -> None:
    explanation = _explain(_denying(_policy(SUBJECT), condition=condition), SUBJECT, "sts.amazonaws.com")
    assert "a Deny statement of the trust policy matches it" in explanation.summary
    (remedy,) = explanation.remedies
    assert "the second statement" in remedy.title
    assert remedy.policy is None
    assert "expects" not in explanation.to_text(detail="full")


def test_a_matching_deny_of_a_role_needs_no_further_allow() -> None:
    caller = "arn:aws:iam::111122223333:user/ana"
    text = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/app"
    allow = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sts:AssumeRole"}]}
    policy = _denying(allow, condition=None, action="sts:AssumeRole")
    explanation = explain(text, facts={"trust_policy": policy})
    (remedy,) = (each for each in explanation.remedies if each.layer == "role_trust")
    assert "Deny" in remedy.title
    assert all(each.policy is None for each in explanation.remedies)


OTHER_ISSUER = ISSUER.replace("0123", "ABCD")
NO_PROVIDER = f"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your account for https://{OTHER_ISSUER}"


def test_headline_names_the_provider_that_differs() -> None:
    """The subject and the audience match, so the headline does not name them."""
    explanation = _explain(_policy(SUBJECT), SUBJECT, "sts.amazonaws.com", issuer=OTHER_ISSUER)
    named, actual = (each.removeprefix("oidc.eks.eu-west-1.amazonaws.com") for each in (ISSUER, OTHER_ISSUER))
    assert explanation.summary == (
        "STS rejected the token for the role: the trust policy names the OIDC provider of another cluster, or of this one "
        f"before it was re-created, …{named}, and the token is from …{actual}."
    )
    # The other cluster may still run.
    both = [*_policy(SUBJECT)["Statement"], *_policy(SUBJECT, issuer=OTHER_ISSUER)["Statement"]]
    assert explanation.remedies[0].policy == {**_policy(SUBJECT), "Statement": both}
    assert "The first one is for the pods of the other cluster" in explanation.remedies[0].steps[0]
    assert explanation.causes[0].text == "Apart from the issuer, the trust policy matches the token."
    create = f"aws iam create-open-id-connect-provider --url https://{OTHER_ISSUER} --client-id-list sts.amazonaws.com"
    # Most likely it exists: the command is not one of those to paste.
    assert create == explanation.remedies[0].commands[-1]
    assert "If account 111122223333 has no IAM OIDC provider for this issuer yet" in explanation.to_text(
        detail="full"
    )
    assert "trust_policy" not in explanation.to_text(detail="full")


def test_what_differs_besides_the_provider() -> None:
    """The remaining mismatch is a further cause."""
    explanation = _explain(_policy(SUBJECT), "project:1", "sts.amazonaws.com", issuer="gitlab.example.com")
    assert "names the provider " in explanation.summary
    assert f"callers with tokens of {ISSUER} lose access" in explanation.remedies[0].steps[0]
    [_, remaining] = explanation.causes
    assert remaining.text == "With its issuer, the trust policy still does not allow the token."
    assert "project:1" in remaining.because[0]


def test_claim_that_the_token_lacks() -> None:
    """The headline says that the token has no such claim, and no key that matches."""
    policy = _with_condition(StringEquals={f"{ISSUER}:amr": "authenticated", f"{ISSUER}:sub": SUBJECT})
    summary = _explain(policy, SUBJECT, "sts.amazonaws.com").summary
    assert f"{ISSUER}:amr authenticated, and the token has no such claim" in summary


@pytest.mark.parametrize("facts", [{}, {"token_claims": {"iss": f"https://{ISSUER}", "sub": SUBJECT}}])
def test_condition_keys_with_a_defect_in_form(facts: dict[str, Any]) -> None:
    """The headline names the defect of the key, and the first remedy is the whole policy with all keys corrected."""
    for subject, audience, defect in (
        (ISSUER, ISSUER, "names no claim"),
        (f"https://{ISSUER}:sub", f"https://{ISSUER}:aud", "begins with https://"),
        (f"{ISSUER}/:sub", f"{ISSUER}/:aud", "has a slash after"),
        (f"{ISSUER}:subject", f"{ISSUER}:audience", "names the claim subject"),
        (f"{ISSUER}:sub ", f"{ISSUER}:aud", "begins or ends with a space"),
        (f"{ISSUER}.sub", f"{ISSUER}:aud", "is not the provider's URL, a colon and the claim"),
        (
            f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}:sub",
            f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}:aud",
            "begins with arn:aws:iam::111122223333:oidc-provider/ instead of the provider's URL",
        ),
        ("sub", "aud", "does not begin with the provider's URL"),
    ):
        policy = _with_condition(StringLike={subject: SUBJECT}, StringEquals={audience: "sts.amazonaws.com"})
        explanation = explain(DENIED, facts={"trust_policy": policy, **facts})
        assert f"a condition key of the trust policy {defect}" in explanation.summary, subject
        assert explanation.remedies[0].policy == _with_condition(
            StringLike={f"{ISSUER}:sub": SUBJECT}, StringEquals={f"{ISSUER}:aud": "sts.amazonaws.com"}
        )


def test_allowed_token_has_another_headline() -> None:
    summary = _explain(_policy(SUBJECT), SUBJECT, "sts.amazonaws.com").summary
    assert summary.endswith("match the trust policy, so most likely the call requests another role.")


@check_rows(
    ("said", "is_old"),
    [
        ("we rebuilt the cluster on Monday", True),
        ("The cluster was recreated last night.", True),
        ("The cluster was not recreated.", False),
        ("Should we have re-created the cluster?", False),
        ("We rebuilt the image, and the cluster is fine.", False),
        ("We rebuilt the staging cluster.", False),
        ("The staging cluster was recreated.", False),
    ],
)
def test_the_text_says_that_the_cluster_is_new(said: str, *, is_old: bool) -> None:
    facts = {
        "cluster": "blue",
        "namespace": "shop",
        "service_account": "cart",
        "trust_policy": _policy(SUBJECT),
    }
    explanation = explain(f"{NO_PROVIDER}\n\n{said}", facts=facts)
    assert ("names the provider of the old cluster, oidc.eks." in explanation.summary) is is_old
    steps = " ".join(explanation.remedies[0].steps)
    assert ("Other roles whose trust policies name the old provider" in steps) is is_old
    assert ("pods of the old cluster lose access" in steps) is not is_old


@pytest.mark.parametrize(
    "given",
    [{}, {"token_claims": {"iss": f"https://{OTHER_ISSUER}", "sub": SUBJECT, "aud": ["sts.amazonaws.com"]}}],
)
def test_missing_provider_and_the_trust_policy_are_fixed_together(given: dict[str, Any]) -> None:
    """The issuer is in the text, so the trust policy of another cluster is known to fail next."""
    facts = {
        "cluster": "blue",
        "namespace": "shop",
        "service_account": "cart",
        "trust_policy": _policy(SUBJECT),
        **given,
    }
    explanation = explain(NO_PROVIDER, facts=facts)
    assert explanation.summary.endswith(
        "in the role's account 111122223333, and the role's trust policy names the provider of another cluster."
    )
    remedy = explanation.remedies[0]
    assert remedy.policy == _policy(SUBJECT, issuer=OTHER_ISSUER)
    assert [cause.code for cause in explanation.causes] == ["no-oidc-provider", "cluster-recreated"]
    shown = " ".join(str(explanation).replace("\\\n", " ").split())
    assert all(command in shown for command in remedy.commands)
    assert any("pods of the old cluster lose access" in step for step in remedy.steps)


def test_missing_provider_and_another_subject() -> None:
    """With the provider corrected, the subject still differs."""
    facts = {"namespace": "shop", "service_account": "orders", "trust_policy": _policy(SUBJECT)}
    cause = explain(NO_PROVIDER, facts=facts).causes[-1]
    assert cause.code == "trust-policy-checked"
    assert "system:serviceaccount:shop:orders" in cause.because[0]


def test_account_in_another_namespace_replaces_the_wrong_subject() -> None:
    """Otherwise a service account that was never meant stays trusted."""
    account = "system:serviceaccount:kube-system:cart"
    explanation = _explain(_policy("system:serviceaccount:default:cart"), account, "sts.amazonaws.com")
    assert [remedy.title for remedy in explanation.remedies] == [
        "Accept the token's subject in the trust policy"
    ]
    assert explanation.remedies[0].policy == _policy(account)


def _service_policy(service: str, **condition: dict[str, str]) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


CALLER = "arn:aws:iam::111122223333:user/ana"
MACHINE = "An error occurred (AccessDeniedException) when calling the CreateStateMachine operation: Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role."
FUNCTION = "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda."
JOB = "An error occurred (InvalidInputException) when calling the StartJobRun operation: Role arn:aws:iam::111122223333:role/etl cannot be assumed by Glue: Service is unable to assume provided role. Please verify role's TrustPolicy"
TASK = "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/web' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
NAMED = "{} is unable to assume role arn:aws:iam::111122223333:role/etl. PowerShell printed this."
CLIP = 'MediaConvert job failed {"ErrorCode":1434,"ErrorMessage":"Unable to open input file [s3://acme-raw/clip.mov]: [Failed probe/open: [Failed to read data: AssumeRole failed]]"}'
KNOWLEDGE = "An error occurred (ValidationException) when calling the CreateKnowledgeBase operation: Bedrock Knowledge Base was unable to assume the given role. Provide the proper permissions and retry the request."
COPY = "ERROR:  User arn:aws:redshift:us-west-2:111122223333:dbuser:sales/ana is not authorized to assume IAM Role arn:aws:iam::111122223333:role/loader"
OTHER_ACCOUNT = {"aws:SourceAccount": "444455556666"}
OWN_ACCOUNT = {"aws:SourceAccount": "111122223333"}


@check_rows(
    ("text", "policy", "verdict", "fixed"),
    [
        (MACHINE, _service_policy("lambda.amazonaws.com"), 'trusts "lambda.amazonaws.com", not', True),
        (FUNCTION, _service_policy("ec2.amazonaws.com"), 'trusts "ec2.amazonaws.com", not', True),
        (TASK, _service_policy("ecs.amazonaws.com"), 'trusts "ecs.amazonaws.com", not', True),
        (CLIP, _service_policy("elastictranscoder.amazonaws.com"), 'not "mediaconvert.amazonaws.com"', True),
        (
            NAMED.format("DataBrew"),
            _service_policy("glue.amazonaws.com"),
            'not "databrew.amazonaws.com"',
            True,
        ),
        (
            NAMED.format("Amazon Kendra"),
            _service_policy("lex.amazonaws.com"),
            'not "kendra.amazonaws.com"',
            True,
        ),
        (
            MACHINE,
            _service_policy("states.amazonaws.com", StringEquals=OTHER_ACCOUNT),
            "requires aws:SourceAccount 444455556666, and the account is 111122223333",
            True,
        ),
        (
            KNOWLEDGE,
            _service_policy("bedrock.amazonaws.com", StringEquals=OTHER_ACCOUNT),
            "requires aws:SourceAccount 444455556666",
            True,
        ),
        (
            JOB,
            _service_policy(
                "glue.amazonaws.com",
                StringEquals=OWN_ACCOUNT,
                ArnEquals={"aws:SourceArn": "arn:aws:glue:eu-west-1:111122223333:job/other"},
            ),
            "requires aws:SourceArn arn:aws:glue:eu-west-1:111122223333:job/other",
            False,
        ),
        (
            JOB,
            _service_policy(
                "glue.amazonaws.com", ArnLike={"aws:SourceArn": "arn:aws:glue:eu-west-1:444455556666:*"}
            ),
            "requires aws:SourceArn arn:aws:glue:eu-west-1:444455556666:*",
            False,
        ),
        (
            f"{JOB}\nThe job other was deleted, and we created it again as mine.",
            _service_policy(
                "glue.amazonaws.com",
                StringEquals=OWN_ACCOUNT,
                ArnEquals={"aws:SourceArn": "arn:aws:glue:eu-west-1:111122223333:job/other"},
            ),
            "job/other, and the resource in the text is arn:aws:glue:eu-west-1:111122223333:job/mine",
            True,
        ),
        (
            f"{JOB}\nWe renamed the job from other to mine, and moved the account to eu-west-1.",
            _service_policy(
                "glue.amazonaws.com",
                ArnEquals={"aws:SourceArn": "arn:aws:glue:eu-west-1:111122223333:job/other"},
            ),
            "and the resource in the text is arn:aws:glue:eu-west-1:111122223333:job/mine",
            True,
        ),
        (
            f"{JOB}\nIt is arn:aws:glue:eu-west-1:111122223333:job/mine.",
            _service_policy(
                "glue.amazonaws.com",
                ArnEquals={"aws:SourceArn": "arn:aws:glue:us-east-1:111122223333:job/mine"},
            ),
            "and the resource in the text is arn:aws:glue:eu-west-1:111122223333:job/mine",
            True,
        ),
        (FUNCTION, _service_policy("lambda.amazonaws.com"), "the supplied trust policy allows it", False),
        (
            JOB,
            _service_policy("glue.amazonaws.com", StringEquals=OWN_ACCOUNT),
            "the supplied trust policy allows it",
            False,
        ),
        (COPY, _service_policy("redshift.amazonaws.com"), "most likely not associated with", False),
        (COPY, _service_policy("ec2.amazonaws.com"), 'trusts "ec2.amazonaws.com", not', True),
        # Only CloudFormation has such an operation.
        (
            "An error occurred (ValidationError) when calling the CreateChangeSet operation: Role arn:aws:iam::111122223333:role/stacks is invalid or cannot be assumed",
            _service_policy("codepipeline.amazonaws.com"),
            'trusts "codepipeline.amazonaws.com", not "cloudformation.amazonaws.com"',
            True,
        ),
    ],
)
def test_trust_policy_for_a_service(text: str, policy: dict[str, Any], verdict: str, fixed: bool) -> None:  # noqa: FBT001
    """The supplied policy decides, and the fix keeps its conditions."""
    explanation = explain(text, facts={"trust_policy": policy, "caller": CALLER})
    assert explanation.topic == "service-cannot-assume-role"
    assert verdict in explanation.summary
    proposed = explanation.remedies[0].policy
    if not fixed:
        assert proposed is None
        return
    assert proposed is not None
    statement = dict(proposed)["Statement"][0]
    assert set(statement) == set(policy["Statement"][0])
    service = explanation.summary.split()[2]
    service = "redshift.amazonaws.com" if service == "cannot" else service
    context = {
        "aws:SourceAccount": "111122223333",
        "aws:SourceArn": "arn:aws:glue:eu-west-1:111122223333:job/mine",
    }
    checked = check_trust_policy(proposed, action="sts:AssumeRole", caller=service, context=context)
    assert checked.allowed


@pytest.mark.parametrize(
    ("text", "named", "services"),
    [
        (TASK, "ecs.amazonaws.com", ["ecs.amazonaws.com", "ecs-tasks.amazonaws.com"]),
        (MACHINE, "state.amazonaws.com", ["state.amazonaws.com", "states.amazonaws.com"]),
        (TASK, "lambda.amazonaws.com", ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com"]),
    ],
)
def test_services_of_the_policy_are_kept(text: str, named: str, services: list[str]) -> None:
    explanation = explain(text, facts={"trust_policy": _service_policy(named), "caller": CALLER})
    proposed = explanation.remedies[0].policy
    assert proposed is not None
    assert proposed["Statement"][0]["Principal"] == {"Service": services}
    assert any("An ECS service retries" in note for note in explanation.notes) == (text == TASK)


def test_denying_trust_policy_for_a_service() -> None:
    policy = _service_policy("lambda.amazonaws.com")
    policy["Statement"].append({**policy["Statement"][0], "Effect": "Deny"})
    explanation = explain(FUNCTION, facts={"trust_policy": policy})
    assert "Statement[1] denies sts:AssumeRole" in explanation.summary
    assert explanation.remedies[0].policy is None


def test_masked_account_is_not_compared() -> None:
    policy = _service_policy("codebuild.amazonaws.com", StringEquals=OTHER_ACCOUNT)
    text = "CodeBuild is not authorized to perform: sts:AssumeRole on arn:aws:iam::****:role/build"
    summary = explain(text, facts={"trust_policy": policy}).summary
    assert summary.endswith("but requires aws:SourceAccount 444455556666.")


def test_service_gets_all_actions_that_it_calls() -> None:
    """IAM Roles Anywhere passes tags and a source identity, too."""
    text = "aws_signing_helper: AccessDeniedException: Unable to assume role for arn:aws:iam::111122223333:role/edge"
    policy = _service_policy("rolesanywhere.amazonaws.com")
    explanation = explain(text, facts={"trust_policy": policy})
    assert "only sts:AssumeRole, not sts:TagSession or sts:SetSourceIdentity." in explanation.summary
    fixed = explanation.remedies[0].policy
    assert fixed is not None
    for action in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"):
        assert check_trust_policy(fixed, action=action, caller="rolesanywhere.amazonaws.com").allowed


def test_key_that_services_do_not_have() -> None:
    policy = _service_policy("lambda.amazonaws.com", StringEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})
    explanation = explain(FUNCTION, facts={"trust_policy": policy})
    assert explanation.summary.endswith("o-a1b2c3d4e5, which a service's request does not contain.")
    assert "aws:SourceAccount or aws:SourceArn" in explanation.remedies[0].steps[0]


@pytest.mark.parametrize(
    ("sub", "of_role"),
    [
        pytest.param(
            "system:serviceaccount:store:cart", "AIDAEXAMPLE0OLD4USER", id="only one in its statement"
        ),
        pytest.param(
            "system:serviceaccount:store:cart",
            ["arn:aws:iam::111122223333:role/live", "AROAEXAMPLE0OLD4ROLE", "AIDAEXAMPLE0OLD4USER"],
            id="beside a role that exists",
        ),
    ],
)
def test_new_trust_policy_omits_deleted_principals(sub: str, of_role: str | list[str]) -> None:
    """IAM rejects a policy with the unique ID of a deleted principal."""
    policy = _policy(sub)
    policy["Statement"].append({"Effect": "Allow", "Principal": {"AWS": of_role}, "Action": "sts:AssumeRole"})
    remedy = _explain(policy, SUBJECT, "sts.amazonaws.com").remedies[0]
    assert "AIDAEXAMPLE0OLD4USER" not in str(remedy.policy)
    assert ("role/live" in str(remedy.policy)) == isinstance(of_role, list)
    assert "of deleted principals" in " ".join(remedy.steps)


@check_rows("claims", [True, False])
@check_rows(
    ("action", "issuer", "condition"),
    [
        pytest.param("sts:AssumeRole", ISSUER, {}, id="wrong action"),
        pytest.param(WEB, f"{ISSUER[:-1]}0", {}, id="provider of another cluster"),
        pytest.param(
            "sts:AssumeRole", ISSUER, {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}, id="audience only"
        ),
    ],
)  # fmt: skip
def test_no_fix_trusts_all_tokens_of_a_provider(
    action: str, issuer: str, condition: dict[str, Any], *, claims: bool
) -> None:
    """Otherwise, every service account of the cluster could assume the role."""
    policy = _policy(SUBJECT, issuer=issuer)
    policy["Statement"][0].update(Action=action, Condition=condition)
    facts: dict[str, Any] = {"trust_policy": policy, "namespace": "shop", "service_account": "cart"}
    if claims or issuer != ISSUER:
        facts["token_claims"] = {"iss": f"https://{ISSUER}", "sub": SUBJECT, "aud": ["sts.amazonaws.com"]}
    fixed = explain(DENIED, facts=facts).remedies[0].policy
    assert fixed is not None
    assert fixed["Statement"][0]["Condition"]["StringEquals"][f"{ISSUER}:sub"] == SUBJECT
    if not condition:
        assert fixed["Statement"][0]["Condition"]["StringEquals"][f"{ISSUER}:aud"] == "sts.amazonaws.com"


def test_trust_policy_for_irsa_that_trusts_all_tokens() -> None:
    """Another pod can use the statement, so the fix for Pod Identity only warns of it."""
    policy = _policy(SUBJECT)
    del policy["Statement"][0]["Condition"]
    text = "Error fetching credentials: operation error EKS Auth: AssumeRoleForPodIdentity, https response error StatusCode: 400, RequestID: 1, InvalidRequestException: Unauthorized Exception! EKS does not have permissions to assume the associated role."
    remedy = explain(text, facts={"trust_policy": policy}).remedies[0]
    assert "without it, every token of the provider is accepted" in " ".join(remedy.steps)
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0] == policy["Statement"][0]


def test_trust_policy_for_pod_identity() -> None:
    policy = _policy(SUBJECT)
    policy["Statement"][0] = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }
    facts = {"trust_policy": policy, "cluster": "prod", "namespace": "shop", "service_account": "cart"}
    explanation = explain(DENIED, facts={**facts, "resource": "arn:aws:iam::111122223333:role/cart"})
    assert "trusts only EKS Pod Identity" in explanation.summary
    web = explanation.remedies[0]
    assert web.policy is not None
    assert web.policy["Statement"][0] == policy["Statement"][0]
    assert web.policy["Statement"][1]["Condition"]["StringEquals"]


def test_role_that_the_caller_may_not_pass() -> None:
    """The message of ECS covers the caller's iam:PassRole, unless the trust policy explains it."""
    shown = " ".join(
        explain(TASK, facts={"caller": CALLER}).to_text(detail="full").replace("\\\n", " ").split()
    )
    assert "less likely, the caller lacks iam:PassRole" in shown
    assert "put-user-policy --user-name ana" in shown
    assert '"Resource": "arn:aws:iam::111122223333:role/web"' in shown
    assert '"iam:PassedToService": "ecs-tasks.amazonaws.com"' in shown
    trusted = explain(TASK, facts={"trust_policy": _service_policy("ecs-tasks.amazonaws.com")})
    assert trusted.causes[-1].code == "pass-role"
    for other in (
        explain(TASK, facts={"trust_policy": _service_policy("ec2.amazonaws.com")}),
        explain(TASK.partition(". Please")[0]),
    ):
        assert "caller's permissions are not the problem" in " ".join(str(other).split())


def test_role_of_another_service() -> None:
    """A role that only another service may assume is likely that service's role."""
    text = "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/jobs' that was provided for this task."

    def explain_trust(principal: object) -> str:
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        return " ".join(str(explain(text, facts={"trust_policy": {"Statement": [statement]}})).split())

    shown = explain_trust({"Service": "batch.amazonaws.com"})
    assert "names only batch.amazonaws.com, so the role may be meant for that" in shown
    assert "Keep batch.amazonaws.com" in shown
    assert "Or pass a role for ecs-tasks.amazonaws.com instead of jobs" in shown
    for other in ({"AWS": "111122223333"}, {"Service": "batch.amazonaws.com", "AWS": "111122223333"}, "*"):
        assert "may be meant for that" not in explain_trust(other)
    # Its name says so, too: the other way is first, in the setting that has the role.
    setting = '\n  task_role_arn = "arn:aws:iam::111122223333:role/nightly-batch"'
    text = text.replace("role/jobs", "role/nightly-batch") + setting
    shown = explain_trust({"Service": "batch.amazonaws.com"})
    assert "first: Pass a role for ecs-tasks.amazonaws.com as task_role_arn instead of nightly-batch" in shown
    assert "aws iam create-role --role-name nightly-batch-ecs-tasks" in shown
    # A prefix of the service can be a typing error.
    text = text.replace("nightly-batch", "ecs-nightly")
    assert "first: Allow ecs-tasks.amazonaws.com in" in explain_trust({"Service": "ecs.amazonaws.com"})


@pytest.mark.parametrize(
    ("stem", "says"),
    [("provider-aws-iam", "Crossplane names the service account"), ("worker", "is generated, so the suffix")],
)
def test_generated_name_and_named_role(stem: str, says: str) -> None:
    account = f"system:serviceaccount:infra:{stem}"
    facts = {
        "trust_policy": _policy(f"{account}-99aabbccdde1"),
        "token_claims": {
            "iss": f"https://{ISSUER}",
            "sub": f"{account}-0a1b2c3d4e5f",
            "aud": ["sts.amazonaws.com"],
        },
    }
    first, other = explain(f"{DENIED}\nnobody changed the role (infra-iam)", facts=facts).remedies[:2]
    assert says in " ".join(first.steps)
    assert "--role-name infra-iam " in first.commands[-1]
    assert ("DeploymentRuntimeConfig" in other.steps[0]) == stem.startswith("provider-")
    unnamed = explain(
        f"{DENIED}\nthe roles (infra-iam) and the role `other-one`, the role (third)", facts=facts
    )
    assert "third" not in " ".join(unnamed.remedies[0].commands)


@pytest.mark.parametrize(
    ("subjects", "is_dead", "titles"),
    [
        (
            ["branch:ref:main", "mr:ref:*"],
            True,
            ("Give the merge requests a separate role", "Or accept the branches"),
        ),
        (["merge_request:ref:*"], True, ("Accept the branches of merge requests",)),
        (["branch:ref:main", "tag:ref:*"], False, ("Accept the token's subject",)),
    ],
)
def test_gitlab_has_no_type_of_ref_for_merge_requests(
    *, subjects: list[str], is_dead: bool, titles: tuple[str, ...]
) -> None:
    prefix = "project_path:shop/web:ref_type:"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {"gitlab.com:sub": [f"{prefix}{each}" for each in subjects]}},
    }
    facts = {
        "trust_policy": {"Version": "2012-10-17", "Statement": [statement]},
        "token_claims": {"iss": "https://gitlab.com", "sub": f"{prefix}branch:ref:cart-2", "aud": "x"},
    }
    explanation = explain(DENIED, facts=facts)
    assert ("ref_type is only branch or tag" in explanation.summary) is is_dead
    assert len(explanation.remedies) >= len(titles)
    for title, remedy in zip(titles, explanation.remedies, strict=False):
        assert remedy.title.startswith(title)
        assert (f"{prefix}branch:ref:*" in str(remedy.policy)) is is_dead
        assert (f"{prefix}{subjects[-1]}" in str(remedy.policy)) is not is_dead


_OTHER_ISSUER = ISSUER.replace("0123456789ABCDEF", "FEDCBA9876543210")


@pytest.mark.parametrize(
    ("policy", "issuer", "aud", "says", "titles"),
    [
        pytest.param(
            _policy("system:serviceaccount:shops:cart"),
            _OTHER_ISSUER,
            "sts.amazonaws.com",
            ("from …/id/FEDCBA9876543210", "expects the subject system:serviceaccount:shops:cart"),
            ["Name the token's issuer in the role's trust policy"],
            id="issuer and subject",
        ),
        pytest.param(
            _policy("system:serviceaccount:shops:cart"),
            ISSUER,
            "cart-api",
            (
                "expects the subject system:serviceaccount:shops:cart",
                "expects the audience sts.amazonaws.com",
            ),
            [
                "Accept the subject of the token in the role's trust policy",
                "Also request the token for the audience sts.amazonaws.com",
            ],
            id="subject and audience",
        ),
        pytest.param(
            _policy("system:serviceaccount:shops:cart", "shop"),
            ISSUER,
            "cart-api",
            ("expects the subject system:serviceaccount:shops:cart", "expects the audience shop"),
            ["Accept the subject and the audience of the token in the role's trust policy"],
            id="subject and an audience of its own",
        ),
    ],
)
def test_several_mismatches_are_corrected_together(
    policy: dict[str, Any], issuer: str, aud: str, says: tuple[str, ...], titles: list[str]
) -> None:
    explanation = _explain(policy, SUBJECT, aud, issuer=issuer)
    assert all(each in explanation.summary for each in says)
    assert [each.title for each in explanation.remedies] == titles
    accepted = "sts.amazonaws.com" if len(titles) > 1 else aud
    claims = {"iss": f"https://{issuer}", "sub": SUBJECT, "aud": [accepted]}
    assert check_trust_policy(explanation.remedies[0].policy or {}, action=WEB, claims=claims).allowed


@check_rows(
    ("expected", "kept", "difference"),
    [
        ("system:serviceaccounts:shop:cart", (), "(serviceaccounts instead of serviceaccount)"),
        ("system:serviceAccount:shop:cart", (), "(serviceAccount instead of serviceaccount)"),
        ("system:serviceaccount:shop/cart", (), "(its form is system:serviceaccount:NAMESPACE:NAME)"),
        ("system:serviceaccounts:shop:cart", ("system:serviceaccount:shop:web",), "serviceaccounts instead"),
        ("system:serviceaccount:shop:web", None, ""),
    ],
)
def test_misspelled_subject(expected: str, kept: tuple[str, ...] | None, difference: str) -> None:
    policy = _policy([expected, *kept] if kept else expected)  # type: ignore[arg-type]
    explanation = _explain(policy, SUBJECT, "sts.amazonaws.com")
    first = explanation.remedies[0]
    assert difference in explanation.summary
    assert first.policy is not None
    subjects = first.policy["Statement"][0]["Condition"]["StringEquals"]
    # The other key keeps its place.
    assert next(iter(subjects)).endswith(":sub")
    if kept is None:
        assert subjects[f"{ISSUER}:sub"] == [expected, SUBJECT]
        assert "Do this only if" in first.steps[0]
    else:
        assert subjects[f"{ISSUER}:sub"] == ([*kept, SUBJECT] if kept else SUBJECT)
        assert "Do this only if" not in first.steps[0]


def test_a_misspelled_host_of_an_issuer() -> None:
    """With the same ID, the named provider is no other cluster: nobody loses access, and the conditions stay."""
    cluster = "id/4F1C2B7A90D35E6688AA11BB22CC33DD"
    issuer = f"oidc.eks.eu-central-1.amazonaws.com/{cluster}"
    arn = f"arn:aws:iam::111122223333:oidc-provider/oidc.eu-central-1.eks.amazonaws.com/{cluster}"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {f"{issuer}:sub": "system:serviceaccount:shop:orders"}},
            }
        ],
    }
    explanation = explain(
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
        f"The provider exists. Issuer: https://{issuer}",
        facts={
            "trust_policy": policy,
            "token_claims": {
                "iss": f"https://{issuer}",
                "sub": "system:serviceaccount:shop:orders",
                "aud": "sts.amazonaws.com",
            },
        },
    )
    assert explanation.summary.endswith("The id is the same.")
    assert "lose access" not in explanation.to_text(detail="full")
    assert "condition key" not in explanation.remedies[0].steps[0]
    assert len(explanation.remedies[0].steps) == 1


@pytest.mark.parametrize(
    ("message", "parameter"),
    [
        ("(ValidationException) when calling the CreateSchedule operation: The execution role you provide must allow AWS EventBridge Scheduler to assume the role.", "CreateSchedule gets as Target.RoleArn"),
        ("(InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda.", "CreateFunction gets as Role"),
        ("(InvalidParameterValueException) when calling the CreateFunction operation: The role arn:aws:iam::111122223333:role/fn cannot be assumed by Lambda.", None),
    ],
    ids=["scheduler", "function", "named"],
)  # fmt: skip
def test_parameter_with_the_role(message: str, parameter: str | None) -> None:
    steps = " ".join(explain(f"An error occurred {message}").remedies[0].steps)
    assert ("ROLE_NAME is the last part of the ARN that" in steps) is (parameter is not None)
    assert (parameter or "") in steps


@pytest.mark.parametrize(("said", "services"), [("The role was cloned from our task role.", "lambda.amazonaws.com"), ("", ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"])])  # fmt: skip
def test_copied_role_names_the_service_alone(said: str, services: str | list[str]) -> None:
    error = "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda."
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    explanation = explain(f"{said}\n{error}", facts={"trust_policy": {"Statement": [statement]}})
    policy = explanation.remedies[0].policy
    assert policy is not None
    assert policy["Statement"][0]["Principal"] == {"Service": services}


_PROVIDERS = (
    "oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9",
    "token.actions.githubusercontent.com",
)


@check_rows("has_other", [False, True])
@check_rows("issuer", [None, *_PROVIDERS])
def test_statement_for_two_providers_is_split(issuer: str | None, *, has_other: bool) -> None:
    arns = [f"arn:aws:iam::111122223333:oidc-provider/{each}" for each in _PROVIDERS]
    eks, github = _PROVIDERS
    statement = {
        "Sid": "Both",
        "Effect": "Allow",
        "Principal": {"Federated": arns},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{eks}:sub": "system:serviceaccount:shop:api",
                f"{eks}:aud": "sts.amazonaws.com",
            },
            "StringLike": {f"{github}:sub": "repo:acme/shop:*"},
        },
    }
    other = {**statement, "Sid": "Other", "Principal": {"Federated": f"{arns[0][:-1]}0"}, "Condition": {}}
    facts: dict[str, object] = {"trust_policy": {"Statement": [*([other] if has_other else []), statement]}}
    if issuer is not None:
        subject = (
            "repo:acme/shop:ref:refs/heads/main" if issuer == github else "system:serviceaccount:shop:api"
        )
        facts["token_claims"] = {"iss": f"https://{issuer}", "sub": subject, "aud": "sts.amazonaws.com"}
    elif has_other:
        # The token can be of the other provider.
        return
    explanation = explain(DENIED, facts=facts)
    assert "requires the subjects (:sub) of 2 OIDC providers at once" in explanation.summary
    policy = explanation.remedies[0].policy
    assert policy is not None
    parts = policy["Statement"][has_other:]
    assert [each["Principal"]["Federated"] for each in parts] == arns
    assert [each["Sid"] for each in parts] == ["Both1", "Both2"]
    assert [[*each["Condition"]] for each in parts] == [["StringEquals"], ["StringLike"]]


@check_rows(
    ("claims", "fixed"),
    [
        ({"aud": "shop", "azp": "1042"}, {"aud": "1042", "oaud": "shop", "sub": "1042"}),
        ({"aud": ["shop"], "azp": "1042"}, {"aud": "1042", "oaud": "shop", "sub": "1042"}),
        # The token is for somebody else.
        ({"aud": "other", "azp": "1042"}, None),
        ({"aud": "other"}, None),
    ],
    ids=["audience", "list", "other", "no-party"],
)
def test_audience_of_a_token_with_an_authorized_party(
    claims: dict[str, Any], fixed: dict[str, str] | None
) -> None:
    """For such a token, IAM compares the key aud with azp."""
    issuer = "accounts.google.com"
    explanation = explain(
        DENIED,
        facts={
            "trust_policy": _policy("1042", "shop", issuer=issuer),
            "token_claims": {"iss": f"https://{issuer}", "sub": "1042", **claims},
        },
    )
    assert ("the token has an azp claim" in explanation.summary) is (fixed is not None)
    if fixed is not None:
        policy = explanation.remedies[0].policy
        assert policy is not None
        condition = policy["Statement"][0]["Condition"]
        assert condition == {"StringEquals": {f"{issuer}:{name}": value for name, value in fixed.items()}}


@check_rows(
    ("account", "expected", "is_compared"),
    [
        ("aws-load-balancer-controller", "kube-system:aws-load-balancer-controler", True),
        ("orders", "shop:cart", True),
        # The namespace is unknown, so nothing differs.
        ("cart", "shop:cart", False),
        ("orders", "shop:*", False),
    ],
    ids=["misspelled", "another", "same", "pattern"],
)
def test_name_of_the_service_account_in_the_values_of_a_chart(
    account: str, expected: str, *, is_compared: bool
) -> None:
    values = f"serviceAccount:\n  name: {account}\n  annotations:\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/app\n"
    policy = _policy(f"system:serviceaccount:{expected}")
    explanation = explain(f"{DENIED}\n\nvalues.yaml\n{values}", facts={"trust_policy": policy})
    subject = f"system:serviceaccount:{expected.partition(':')[0]}:{account}"
    assert (f"and the token has {subject}" in explanation.summary) is is_compared
    if is_compared:
        [statement] = (explanation.remedies[0].policy or {})["Statement"]
        assert subject in statement["Condition"]["StringEquals"][f"{ISSUER}:sub"]


@check_rows(
    ("target", "said", "needs"),
    [
        ("arn:aws:states:eu-west-1:111122223333:stateMachine:reel", "", "states:StartExecution on arn:aws:states:"),
        ("arn:aws:firehose:eu-west-1:111122223333:deliverystream/reel", "", "firehose:PutRecord on arn:aws:firehose:"),
        ("arn:aws:sqs:eu-west-1:111122223333:reel.fifo", "", "sqs:SendMessage on arn:aws:sqs:"),
        # Of another account, two targets, and a role whose policy the text has.
        ("arn:aws:states:eu-west-1:444455556666:stateMachine:reel", "", None),
        ("arn:aws:sqs:eu-west-1:111122223333:reel", "arn:aws:sns:eu-west-1:111122223333:reel", None),
        ("arn:aws:sqs:eu-west-1:111122223333:reel", "It has sqs:SendMessage on it.", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("trusted", [None, "states.amazonaws.com"])
def test_role_for_a_target(target: str, said: str, needs: str | None, trusted: str | None) -> None:
    """EventBridge calls the target with the role, whose own policy is not checked before."""
    text = f"An error occurred (ValidationException) when calling the PutTargets operation: Provided role 'arn:aws:iam::111122223333:role/reels' cannot be assumed by principal 'events.amazonaws.com'.\n  target={target}\n{said}"
    facts = {"trust_policy": _service_policy(trusted)} if trusted else None
    shown = " ".join(str(explain(text, facts=facts)).split())
    assert ("also needs" in shown) is (needs is not None)
    assert f"the role reels also needs {needs}" in shown or needs is None


@check_rows(
    ("role", "said", "services", "is_delay"),
    [
        ("thumb-lambda", "", "lambda.amazonaws.com", False),
        ("ThumbLambda", "Is it IAM propagation?", "lambda.amazonaws.com", True),
        ("thumb", "I added a time_sleep.", ["ec2.amazonaws.com", "lambda.amazonaws.com"], True),
    ],
)
def test_name_of_the_role_and_a_wait(
    role: str, said: str, services: str | list[str], *, is_delay: bool
) -> None:
    error = f"An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role arn:aws:iam::111122223333:role/{role} cannot be assumed by Lambda."
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    remedy = explain(f"{said}\n{error}", facts={"trust_policy": {"Statement": [statement]}}).remedies[0]
    assert remedy.policy is not None
    assert remedy.policy["Statement"][0]["Principal"] == {"Service": services}
    assert any(each.startswith("This is no delay in IAM") for each in remedy.steps) is is_delay
