"""The flow charts of AWS, written down a second time: both give the same decisions.

Within an account:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html.
Between accounts:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamtriage.policies import PolicySet, Request, evaluate

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SERVICE = "sns.amazonaws.com"
CALLERS = [USER, SESSION, ROOT, SERVICE, "anonymous"]
RESOURCES = {
    f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q": "sqs:SendMessage",
    f"arn:aws:sqs:eu-west-1:{OTHER}:q": "sqs:SendMessage",
    f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1": "kms:Decrypt",
    f"arn:aws:kms:eu-west-1:{OTHER}:key/1": "kms:Decrypt",
    f"arn:aws:iam::{ACCOUNT}:role/target": "sts:AssumeRole",
    f"arn:aws:iam::{OTHER}:role/target": "sts:AssumeRole",
}
# How each caller is named: "direct" needs nothing else in its account, "role" is limited by boundary and
# session policy, "account" needs an identity-based Allow.
NAMED: dict[str, dict[str, str]] = {
    USER: {USER: "direct", ACCOUNT: "account", ROOT: "account"},
    SESSION: {SESSION: "direct", ROLE: "role", ACCOUNT: "account", ROOT: "account"},
    ROOT: {ROOT: "direct", ACCOUNT: "direct"},
    SERVICE: {SERVICE: "direct"},
    "anonymous": {},
}

Statement = dict[str, Any]


def matches(statement: Statement, request: Request) -> bool:
    action = fnmatchcase(request.action.lower(), statement["Action"].lower())
    return action and fnmatchcase(request.resource, statement["Resource"])


def kinds(statement: Statement, request: Request) -> set[str]:
    """Return how a statement of a resource names the caller."""
    principal = statement["Principal"]
    if principal == "*":
        return {"direct"}
    (values,) = principal.values()
    return {NAMED[request.principal][each] for each in values if each in NAMED[request.principal]}


def decide(request: Request, policies: dict[str, Any]) -> bool:
    """Follow the flow charts."""
    caller = request.principal
    has_identity = caller in {USER, SESSION}
    is_foreign = OTHER in request.resource

    def says(effect: str, statements: list[Statement] | None) -> bool:
        return any(each["Effect"] == effect and matches(each, request) for each in statements or [])

    def named(effect: str) -> set[str]:
        found = (
            kinds(each, request)
            for each in policies["resource"] or []
            if each["Effect"] == effect and matches(each, request)
        )
        return set().union(*found)

    levels = policies["service_control"] if caller not in {SERVICE, "anonymous"} else None
    own = [policies[name] for name in ("identity", "permissions_boundary", "session")] if has_identity else []
    if any(says("Deny", each) for each in (*own, *(levels or []), policies["resource_control"])):
        return False
    if named("Deny"):
        return False
    if levels is not None and not all(says("Allow", each) for each in levels):
        return False
    needs_own_policy = request.action != "sqs:SendMessage"
    granted = named("Allow")
    if caller == ROOT:
        if request.action == "sts:AssumeRole":
            return False
        return bool(granted) if needs_own_policy or is_foreign else True
    if not has_identity:
        return bool(granted)
    limits = all(
        policies[name] is None or says("Allow", policies[name])
        for name in ("permissions_boundary", "session")
    )
    identity = says("Allow", policies["identity"]) and limits
    if is_foreign:
        return identity and bool(granted)
    if "direct" in granted or ("role" in granted and limits):
        return True
    return identity and ("account" in granted or not needs_own_policy)


ACTIONS = st.sampled_from(
    ["*", "sqs:*", "sqs:SendMessage", "kms:*", "kms:Decrypt", "sts:AssumeRole", "sts:*"]
)
PATTERNS = st.sampled_from(["*", "*", "arn:aws:sqs:*:*:q", f"arn:aws:*:*:{ACCOUNT}:*", "arn:aws:s3:::b"])
EFFECTS = st.sampled_from(["Allow", "Allow", "Allow", "Deny"])
PRINCIPALS = st.sampled_from(
    [
        "*",
        *({"AWS": [each]} for each in (USER, ROLE, SESSION, ACCOUNT, ROOT, f"{USER}2", OTHER)),
        {"AWS": [USER, ROLE]},
        {"Service": [SERVICE]},
    ]
)
OWN = st.lists(
    st.builds(
        lambda effect, action, resource: {"Effect": effect, "Action": action, "Resource": resource},
        EFFECTS, ACTIONS, PATTERNS,
    ),
    max_size=3,
)  # fmt: skip
NAMING = st.lists(
    st.builds(
        lambda effect, action, resource, principal: {
            "Effect": effect,
            "Action": action,
            "Resource": resource,
            "Principal": principal,
        },
        EFFECTS, ACTIONS, PATTERNS, PRINCIPALS,
    ),
    max_size=3,
)  # fmt: skip
DENIES = st.lists(
    st.builds(
        lambda action, resource: {"Effect": "Deny", "Action": action, "Resource": resource, "Principal": "*"},
        ACTIONS, PATTERNS,
    ),
    max_size=1,
)  # fmt: skip
POLICIES = st.fixed_dictionaries(
    {
        "identity": OWN,
        "permissions_boundary": st.none() | OWN,
        "session": st.none() | OWN,
        # Keys and roles always have a policy.
        "resource": NAMING,
        "service_control": st.none() | st.lists(OWN, min_size=1, max_size=2),
        "resource_control": DENIES,
    }
)


def document(statements: list[Statement] | None) -> dict[str, Any] | None:
    return None if statements is None else {"Version": "2012-10-17", "Statement": statements}


@given(st.sampled_from(CALLERS), st.sampled_from(sorted(RESOURCES)), POLICIES)
def test_the_flow_charts_give_the_same_decision(caller: str, resource: str, policies: dict[str, Any]) -> None:
    request = Request(caller, RESOURCES[resource], resource)
    levels = policies["service_control"]
    given_policies = PolicySet(
        identity=[document(policies["identity"]) or {}],
        permissions_boundary=document(policies["permissions_boundary"]),
        session=document(policies["session"]),
        resource=document(policies["resource"]),
        service_control=None if levels is None else [[document(each) or {}] for each in levels],
        resource_control=[[document(policies["resource_control"]) or {}]],
    )
    decision = evaluate(request, given_policies)
    expected = decide(request, policies)
    is_unclear = caller == "anonymous" and request.action.startswith("kms:")
    assert decision.allowed is expected or (is_unclear and decision.allowed is None), decision.to_text("full")
