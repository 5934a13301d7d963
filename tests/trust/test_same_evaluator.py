"""check_trust_policy and evaluate give the same answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamtriage.policies import PolicySet, Request, evaluate
from iamtriage.trust import check_trust_policy

ACCOUNT, OTHER = "111122223333", "444455556666"
ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"
SAML = f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"
CALLERS = (
    f"arn:aws:iam::{ACCOUNT}:user/ana",
    f"arn:aws:iam::{ACCOUNT}:root",
    f"arn:aws:iam::{ACCOUNT}:role/team/app",
    f"arn:aws:sts::{ACCOUNT}:assumed-role/app/build-7",
    f"arn:aws:iam::{OTHER}:user/ana",
    "ec2.amazonaws.com",
)
PRINCIPALS: list[object] = [
    "*",
    *({"AWS": each} for each in CALLERS[:-1]),
    *(
        {"AWS": each}
        for each in (ACCOUNT, OTHER, f"arn:aws:iam::{ACCOUNT}:role/app", "AROA1234567890EXAMPLE")
    ),
    {"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
    {"Service": "lambda.amazonaws.com"},
    {"Federated": "cognito-identity.amazonaws.com"},
    {"AWS": [ACCOUNT, f"arn:aws:iam::{OTHER}:user/ana"], "Service": "ec2.amazonaws.com"},
]
CONDITIONS: list[dict[str, object]] = [
    {},
    {"StringEquals": {"sts:ExternalId": "x"}},
    {"StringLikeIfExists": {"sts:ExternalId": "x*"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}},
    {"StringNotEquals": {"aws:PrincipalAccount": OTHER}},
    {"Null": {"sts:ExternalId": "true"}},
]
STATEMENTS = st.builds(
    lambda effect, principal, action, condition: {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(PRINCIPALS),
    st.sampled_from(["sts:AssumeRole", "sts:*", ["sts:TagSession", "STS:assumerole"], "sts:TagSession"]),
    st.sampled_from(CONDITIONS),
)
CONTEXTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "sts:ExternalId": st.sampled_from(["x", "xy", "z"]),
        "aws:MultiFactorAuthPresent": st.sampled_from(["true", "false"]),
    },
)


@given(
    st.lists(STATEMENTS, max_size=3), st.sampled_from(CALLERS), CONTEXTS, st.sampled_from([ACCOUNT, OTHER])
)
def test_the_answers_are_the_same(
    statements: list[dict[str, object]], caller: str, context: dict[str, Any], account: str
) -> None:
    """The trust policy decides if the caller's identity-based policies allow everything."""
    trust = {"Version": "2012-10-17", "Statement": statements}
    role = f"arn:aws:iam::{account}:role/target"
    everything = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
    result = check_trust_policy(trust, action="sts:AssumeRole", role_arn=role, caller=caller, context=context)
    request = Request(caller, "sts:AssumeRole", role, context, complete_context=True)
    decision = evaluate(request, PolicySet(identity=[everything], resource=trust))
    assert decision.allowed is result.allowed, (decision.to_text("full"), result)


FEDERATED_STATEMENTS = st.builds(
    lambda effect, principal, action, condition: {
        "Effect": effect,
        "Principal": principal,
        "Action": action,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(
        [
            {"Federated": PROVIDER},
            {"Federated": [SAML, PROVIDER]},
            {"Federated": PROVIDER.replace(ACCOUNT, OTHER)},
            {"Federated": f"{PROVIDER}0"},
            {"Federated": SAML},
            {"AWS": ACCOUNT},
            {"Service": "ec2.amazonaws.com"},
            {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"},
            "*",
        ]
    ),
    st.sampled_from(["sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWith*", "sts:AssumeRole"]),
    st.sampled_from(
        [
            {},
            {"StringEquals": {f"{ISSUER}:sub": "system:serviceaccount:shop:cart"}},
            {"StringLike": {f"{ISSUER}:sub": "system:serviceaccount:shop:*"}},
            {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}},
            {"StringNotEquals": {f"{ISSUER}:sub": "system:serviceaccount:shop:cart"}},
        ]
    ),
)
CLAIMS = st.fixed_dictionaries(
    {"sub": st.sampled_from(["system:serviceaccount:shop:cart", "system:serviceaccount:shop:web"])},
    optional={"aud": st.sampled_from(["sts.amazonaws.com", "other"])},
)


@given(st.lists(FEDERATED_STATEMENTS, max_size=3), CLAIMS, st.sampled_from([ACCOUNT, OTHER]))
def test_the_answers_about_tokens_are_the_same(
    statements: list[dict[str, object]], claims: dict[str, str], account: str
) -> None:
    """A token is the provider as the caller, with the claims as condition keys."""
    trust = {"Version": "2012-10-17", "Statement": statements}
    role = f"arn:aws:iam::{account}:role/target"
    action = "sts:AssumeRoleWithWebIdentity"
    token = {"iss": f"https://{ISSUER}"} | claims
    result = check_trust_policy(trust, action=action, role_arn=role, claims=token, context={})
    context = {f"{ISSUER}:{name}": value for name, value in claims.items()}
    # STS looks for the provider in the account of the role.
    caller = PROVIDER.replace(ACCOUNT, account)
    decision = evaluate(
        Request(caller, action, role, context, complete_context=True), PolicySet(resource=trust)
    )
    assert decision.allowed is result.allowed, (decision.to_text("full"), result)


@given(st.lists(FEDERATED_STATEMENTS, max_size=3), st.sampled_from([ACCOUNT, OTHER]))
def test_the_answers_about_providers_are_the_same(statements: list[dict[str, object]], account: str) -> None:
    trust = {"Version": "2012-10-17", "Statement": statements}
    role = f"arn:aws:iam::{account}:role/target"
    for action in ("sts:AssumeRoleWithSAML", "sts:AssumeRole"):
        result = check_trust_policy(trust, action=action, role_arn=role, caller=SAML, context={})
        request = Request(SAML, action, role, complete_context=True)
        decision = evaluate(request, PolicySet(resource=trust))
        assert decision.allowed is result.allowed, (decision.to_text("full"), result)
