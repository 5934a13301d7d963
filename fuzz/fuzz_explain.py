"""Fuzz explain with facts, in every format, and policies for many denials.

It stops on any exception except for invalid facts, and on an explanation that violates the documentation.
"""

from __future__ import annotations

import json
from typing import cast

import atheris
from harness import LAST_INPUT, Provider, compose, ensure, make_text, make_tree, pick, run

with atheris.instrument_imports(include=["iamtriage"]):
    import iamtriage
    import iamtriage._reading.scanning
    import iamtriage.explaining._explain
    import iamtriage.explaining._policy_for
    from iamtriage.explaining._given_facts import build_facts

TEXT_FACTS = (
    *(
        "cluster",
        "region",
        "kubernetes_version",
        "namespace",
        "service_account",
        "caller",
        "service",
        "resource",
    ),
    "authentication_mode",
)
DOCUMENT_FACTS = ("trust_policy", "token_claims", "decoded_message", "authorization_details")
KEYS = (
    *("Version", "Statement", "Effect", "Principal", "Action", "Resource", "Condition", "Federated", "AWS"),
    *(
        "StringEquals",
        "iss",
        "sub",
        "aud",
        "exp",
        "allowed",
        "explicitDeny",
        "context",
        "policies",
        "conditions",
    ),
)
VALUES = (
    *("Allow", "Deny", "*", "sts:AssumeRole", "2012-10-17", "arn:aws:iam::111122223333:role/app"),
    *("system:serviceaccount:shop:cart", "https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE", "eu-west-1"),
)
DENIED = (
    "User: arn:aws:sts::111122223333:assumed-role/app/i-1 is not authorized to perform: s3:GetObject "
    'on resource: "arn:aws:s3:::orders/*" because no identity-based policy allows the s3:GetObject action'
)
SEEDS = (
    DENIED,
    "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:PassRole on resource: *",
)


def check_explained(text: str, facts: dict[str, object]) -> None:
    LAST_INPUT[:] = [text, facts]
    try:
        built = build_facts(facts)
    except (TypeError, ValueError):
        built = None  # an invalid fact, which is the caller's mistake
    explanation = iamtriage.explain(text, facts=built)
    for form in (
        explanation.to_text(width=40, color=True),
        explanation.to_markdown(),
        explanation.to_html(page=True),
        repr(explanation),
    ):
        form.encode()
    json.dumps(explanation.to_dict()).encode()
    for remedy in explanation.remedies:
        check_policy(explanation.failure, remedy.policy, remedy.layer)


def check_policy(failure: object, policy: object, layer: str | None) -> None:
    """Check that a suggested identity-based Allow can help, and allows only what was denied."""
    if policy is None or layer != "identity" or not isinstance(failure, iamtriage.AccessDenied):
        return
    ensure(failure.deny != "explicit", "an Allow against an explicit deny", policy)
    for statement in cast("dict[str, list[dict[str, object]]]", policy)["Statement"]:
        ensure(statement["Action"] != "*", "an Allow of every action", statement)


def check_policies(text: str) -> None:
    LAST_INPUT[:] = [text]
    failures = list(iamtriage.scan(text))
    policies = iamtriage.policies_by_principal(failures)
    for principal, policy in policies.items():
        if principal:
            ensure(iamtriage.policy_for(failures, principal=principal) == policy, "another policy", principal)
    if len(policies) > 1:
        try:
            iamtriage.policy_for(failures)
        except iamtriage.PolicyError:
            return
        ensure(condition=False, message="several principals have one policy", shown=list(policies))


def check_input(data: Provider) -> None:
    facts: dict[str, object] = {}
    for _ in range(data.ConsumeIntInRange(0, 4)):
        at = data.ConsumeIntInRange(0, len(TEXT_FACTS) + len(DOCUMENT_FACTS) - 1)
        if at < len(TEXT_FACTS):
            facts[TEXT_FACTS[at]] = pick(data, VALUES)
        else:
            facts[DOCUMENT_FACTS[at - len(TEXT_FACTS)]] = make_tree(data, KEYS, VALUES)
    check_explained(make_text(data), facts)
    check_policies("\n".join(compose(data) for _ in range(data.ConsumeIntInRange(0, 3))))


def check_seeds() -> None:
    for seed in SEEDS:
        check_explained(seed, {})
    check_policies("\n".join(SEEDS))


if __name__ == "__main__":
    run(check_input, check_seeds)
