"""What an explanation says if the policies of the call are known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamtriage import Explanation, explain
from iamtriage.exceptions import DocumentError, PolicyError
from iamtriage.policies import PolicyDocument, PolicySet
from tests.tables import check_rows

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
ACTION = "sqs:SendMessage"
DENIED = f"User: {USER} is not authorized to perform: {ACTION} on resource: {QUEUE}"
IMPLICIT = f"{DENIED} because no identity-based policy allows the {ACTION} action"


def doc(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(effect: str, action: str = ACTION, **more: object) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": "*"} | more


def explain_with(text: str = IMPLICIT, **policies: object) -> Explanation:
    return explain(text, facts={"policies": policies})


def last_step(explanation: Explanation) -> str:
    return next(each for each in explanation.remedies if each.policy is not None).steps[-1]


def test_the_statement_that_denies_is_named() -> None:
    policy = PolicyDocument(
        doc(statement("Deny", Sid="NoOrders")), name="guard", file="guard.json", lines=(7,)
    )
    explanation = explain_with(identity=[doc(statement("Deny")), policy])
    cause = explanation.causes[0]
    assert (cause.code, cause.evidence) == ("stated-policy-denies", "supplied")
    assert "statement 0 of identity[0]" in cause.text
    assert any("guard.json:7" in each for each in cause.because)
    assert len(explanation.causes) > 1


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ({}, "No identity-based policy allows"),
        ({"identity": [doc(statement("Allow"))], "permissions_boundary": doc()}, "permissions boundary"),
        ({"identity": [doc(statement("Allow"))], "service_control": [[doc()]]}, "service control policy"),
    ],
    ids=["identity", "boundary", "SCP"],
)
def test_the_type_that_lacks_an_allow_is_named(policies: dict[str, object], words: str) -> None:
    cause = explain(IMPLICIT, facts={"policies": policies}).causes[0]
    assert (cause.code, cause.evidence) == ("stated-policy-other-action", "supplied")
    assert words in cause.text


MFA = statement(
    "Deny", "*", Sid="NeedMfa", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
)
VPC = statement(
    "Deny", "sqs:*", Principal="*", Sid="OnlyVpc", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
)
REGION = statement(
    "Deny", "*", Sid="OnlyUs", Condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}}
)


@check_rows(
    ("reason", "policies", "verdict", "first"),
    [
        ("an identity-based policy", {"identity": [doc(MFA)]}, "the statement NeedMfa of the given identity-based policy denies it because the caller's credentials carry no MFA.", "Call with MFA"),
        ("a resource-based policy", {"resource": doc(VPC)}, "the statement OnlyVpc of the given resource-based policy denies it unless aws:SourceVpce is vpce-1.", "Call through the VPC endpoint vpce-1"),
        ("a service control policy", {"service_control": [[doc(REGION)]]}, "the statement OnlyUs of the given service control policy denies it because aws:RequestedRegion is eu-west-1, not us-east-1.", "Use a resource in us-east-1 instead of orders"),
        ("an identity-based policy", {"identity": [PolicyDocument(json.dumps(doc(MFA)), name="guard")]}, "of the given identity-based policy guard denies it", "Call with MFA"),
        ("an identity-based policy", {"identity": [doc(statement("Deny", Sid="NoOrders"))]}, "the statement NoOrders of the given identity-based policy denies it.", "Find the Deny statement"),
        # A policy of another type is not the one that denied the call.
        ("a permissions boundary", {"identity": [doc(MFA)]}, "permissions boundary", "Find the Deny statement"),
    ],
    ids=["MFA", "network", "Region", "name and JSON text", "no condition", "another type"],
)  # fmt: skip
def test_given_statement_that_explains_an_explicit_denial(
    reason: str, policies: dict[str, object], verdict: str, first: str
) -> None:
    """AWS states that a Deny matched, so its conditions were met."""
    explanation = explain_with(f"{DENIED} with an explicit deny in {reason}", **policies)
    assert verdict in explanation.summary
    assert explanation.remedies[0].title.startswith(first)


@pytest.mark.parametrize(
    ("resource", "difference"),
    [
        (f"arn:aws:sqs:eu-central-1:{ACCOUNT}:orders", "Only the Region (eu-central-1 instead of eu-west-1) differs."),
        ("arn:aws:sqs:eu-west-1:444455556666:*", "Only the account (444455556666 instead of 111122223333) differs."),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:carts", None),
    ],
    ids=["Region", "account", "name"],
)  # fmt: skip
def test_given_policy_that_allows_another_resource(resource: str, difference: str | None) -> None:
    explanation = explain_with(identity=[doc(statement("Allow", Resource=resource))])
    only = "in eu-central-1, and" if "eu-central-1" in resource else f"on {resource}."
    assert f"the given identity-based policy allows it only {only}" in explanation.summary
    cause = explanation.causes[0]
    assert (cause.code, cause.evidence) == ("stated-policy-other-resource", "supplied")
    assert cause.because == (() if difference is None else (difference,))


def test_policies_that_are_not_given_lack_nothing() -> None:
    """AWS names the boundary, and nobody gave the identity-based policies, which must allow the call, too."""
    text = f"{DENIED} because no permissions boundary allows the {ACTION} action"
    lacking = explain_with(text, permissions_boundary=doc(statement("Allow", "sqs:ReceiveMessage")))
    assert [each.code for each in lacking.causes] == ["stated-policy-other-action", "boundary-no-allow"]
    assert lacking.causes[0].text == "The given permissions boundary allows only sqs:ReceiveMessage."
    other = explain_with(text, permissions_boundary=doc(statement("Allow", "sqs:*")))
    assert [each.code for each in other.causes] == ["boundary-no-allow"]


def test_a_suggested_policy_is_verified() -> None:
    assert last_step(explain_with()) == "Verified with the given policies: it allows the call."
    step = last_step(explain_with(permissions_boundary=doc()))
    assert step.startswith("With the given policies, it is not enough: the call stays denied.")
    unknown = statement("Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
    step = last_step(explain_with(identity=[doc(unknown)]))
    assert step.startswith("The given policies do not show whether this is enough: ")
    assert "aws:SecureTransport" in step


@pytest.mark.parametrize(
    ("condition", "words", "title"),
    [
        (
            {"StringEquals": {"aws:ResourceTag/team": ["orders", "ml"]}},
            "the given identity-based policy allows it only if aws:ResourceTag/team is orders or ml.",
            "Meet the condition of the policy, or change it",
        ),
        (
            {"StringEquals": {"aws:PrincipalTag/team": "orders"}},
            "only if aws:PrincipalTag/team is orders.",
            "Meet the condition of the policy, or change it",
        ),
        (
            {"Bool": {"aws:MultiFactorAuthPresent": True}},
            "only if aws:MultiFactorAuthPresent is true.",
            "Call with MFA",
        ),
    ],
    ids=["tag of the resource", "tag of the caller", "MFA"],
)
def test_condition_that_was_not_met(condition: dict[str, Any], words: str, title: str) -> None:
    """AWS found no Allow, so the only one, which depends on a condition, did not apply."""
    explanation = explain_with(identity=[doc(statement("Allow", Condition=condition))])
    assert words in explanation.summary
    assert [each.code for each in explanation.causes][:2] == ["stated-policy-condition", "no-identity-allow"]
    assert explanation.causes[0].evidence == "derived"
    assert explanation.remedies[0].title == title


def test_policies_that_allow_what_aws_denied_are_not_attached() -> None:
    explanation = explain_with(identity=[doc(statement("Allow"))])
    assert explanation.causes[0].code == "stated-policy-allows"
    assert "not attached to the user ana" in explanation.causes[0].text
    assert not any(each.layer == "identity" and each.policy for each in explanation.remedies)
    other = explain_with(
        f"{DENIED} because no permissions boundary allows it", identity=[doc(statement("Allow"))]
    )
    assert any("is not among them" in each for each in other.notes)


def test_action_of_the_operation_is_evaluated() -> None:
    """What the policies allow already is not suggested for a denial that names only the operation."""
    text = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    facts = {"caller": USER, "resource": "arn:aws:s3:::orders/1.csv"}
    given = {"identity": [doc(statement("Allow", "s3:GetObject"))]}
    explanation = explain(text, facts={**facts, "policies": given})
    assert "no-identity-allow" not in {each.code for each in explanation.causes}
    assert not any(each.layer == "identity" and each.policy for each in explanation.remedies)
    assert explain(text, facts=facts).remedies[0].layer == "identity"


@pytest.mark.parametrize(
    ("resource", "is_allowed"), [("arn:aws:s3:::orders/*", True), ("arn:aws:s3:::orders/2026/*", False)]
)
def test_policy_on_every_object_of_a_bucket(resource: str, is_allowed: bool) -> None:  # noqa: FBT001
    """Without the key, the policies decide only if they allow every object."""
    text = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\nbucket='orders'"
    given = {"identity": [doc(statement("Allow", "s3:GetObject", Resource=resource))]}
    explanation = explain(text, facts={"caller": USER, "policies": given})
    assert ("no-identity-allow" in {each.code for each in explanation.causes}) is not is_allowed
    assert any("does not state the key" in each for each in explanation.notes) is not is_allowed


def test_an_unknown_request_is_noted() -> None:
    text = "An error occurred (AccessDenied) when calling the SendMessage operation: Access Denied"
    assert any("does not state the caller" in each for each in explain_with(text).notes)


def test_a_policy_with_placeholders_is_not_verified() -> None:
    cluster = "arn:aws:eks:eu-west-1:************:cluster/demo"
    text = f"User: {USER} is not authorized to perform: eks:DescribeCluster on resource: {cluster} because no identity-based policy allows the eks:DescribeCluster action"  # fmt: skip
    explanation = explain(text, facts={"policies": PolicySet()})
    assert "erified" not in last_step(explanation)


def test_policies_can_be_json_text() -> None:
    given = json.dumps({"identity": [doc(statement("Deny"))]})
    assert explain(IMPLICIT, facts={"policies": given}).causes[0].code == "stated-policy-denies"


@check_rows(
    ("given", "error", "words"),
    [
        ({"identities": []}, DocumentError, "unknown policy type 'identities'"),
        ("{", DocumentError, "policies"),
        (3, TypeError, "policies must be"),
        ("[]", TypeError, "policies must be"),
        ({"identity": [{}]}, PolicyError, "Statement"),
    ],
    ids=["name", "text", "type", "list", "policy"],
)
def test_invalid_policies(given: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        explain(IMPLICIT, facts={"policies": given})


ALLOWED = doc(statement("Allow", "*"))
CAPS: dict[str, tuple[str, dict[str, Any]]] = {
    "boundary": ("because no permissions boundary allows", {"permissions_boundary": doc(statement("Allow", "s3:*"))}),
    "session": ("because no session policy allows", {"session": doc(statement("Allow", "s3:*"))}),
    "endpoint": ("because no VPC endpoint policy allows", {"vpc_endpoint": doc(statement("Allow", "s3:*", Principal="*"))}),
    "SCP": ("because no service control policy allows", {"service_control": [[ALLOWED], [doc(statement("Allow", "s3:*"))], [doc(statement("Allow", "ec2:*"))]]}),
}  # fmt: skip


@check_rows("name", CAPS)
def test_a_statement_for_a_policy_that_caps_permissions_is_verified(name: str) -> None:
    reason, policies = CAPS[name]
    text = f"{DENIED} {reason} the {ACTION} action"
    explanation = explain_with(text, identity=[ALLOWED], **policies)
    remedy = next(each for each in explanation.remedies if each.statement is not None)
    assert remedy.steps[-1] == "Verified with the given policies: it allows the call."
    # Without an identity-based Allow, the statement alone is not enough.
    explanation = explain_with(text, **policies)
    remedy = next(each for each in explanation.remedies if each.statement is not None)
    assert remedy.steps[-1].startswith("With the given policies, it is not enough: ")
    # A policy that is not given is not verified.
    unknown = explain_with(text, identity=[ALLOWED])
    assert not any("erified" in step for each in unknown.remedies for step in each.steps)


@pytest.mark.parametrize(
    ("name", "region", "title"),
    [
        ("boundary", "eu-north-1", "Call in a Region that the policy allows"),
        ("SCP", "eu-north-1", "Call in a Region that the policy allows"),
        # The call meets the condition.
        ("boundary", "eu-west-1", "Allow sqs:SendMessage in the permissions boundary"),
    ],
)
def test_condition_of_a_given_policy_that_caps_permissions(name: str, region: str, title: str) -> None:
    reason, policies = CAPS[name]
    condition = {"StringEquals": {"aws:RequestedRegion": region}}
    limited = doc(statement("Allow", "sqs:*", Sid="Regional", Condition=condition))
    given = {kind: [[limited]] if kind == "service_control" else limited for kind in policies}
    explanation = explain_with(f"{DENIED} {reason} the {ACTION} action", identity=[ALLOWED], **given)
    assert explanation.remedies[0].title == title
    is_other = region not in QUEUE
    assert ("but the request has eu-west-1" in explanation.summary) is is_other
    corrected = "Let the condition on aws:RequestedRegion accept eu-west-1"
    assert any(each.title == corrected for each in explanation.remedies) is is_other


ASSUME = (
    f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: {USER} is not authorized to perform: "
    "sts:AssumeRole on resource: arn:aws:iam::444455556666:role/audit"
)
_ALLOWS_AUDIT = statement("Allow", "sts:AssumeRole", Resource="arn:aws:iam::444455556666:role/audit")


def _printed(user: str) -> str:
    output = json.dumps({"UserName": user, "PolicyDocument": doc(_ALLOWS_AUDIT)})
    return f"{ASSUME}\n$ aws iam get-user-policy --user-name {user} --policy-name audit\n{output}"


@check_rows(
    ("text", "policies", "is_left"),
    [
        (ASSUME, {"identity": [doc(_ALLOWS_AUDIT)]}, True),
        (_printed("ana"), {}, True),
        (_printed("kim"), {}, False),
        (ASSUME, {"identity": [doc(statement("Allow", "sts:AssumeRole", Resource="arn:aws:iam::444455556666:role/other"))]}, False),
        (ASSUME, {"identity": [doc(_ALLOWS_AUDIT | {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})]}, False),
        (f"{ASSUME} because no identity-based policy allows the sts:AssumeRole action", {"identity": [doc(_ALLOWS_AUDIT)]}, False),
    ],
    ids=["given", "printed", "of another user", "of another role", "under a condition", "AWS names the type"],
)  # fmt: skip
def test_trust_policy_is_left_if_a_policy_of_the_caller_allows_the_call(
    text: str,
    policies: dict[str, object],
    is_left: bool,  # noqa: FBT001 (a column of the table)
) -> None:
    explanation = explain_with(text, **policies) if policies else explain(text)
    left = "allows it, so most likely the role's trust policy in account 444455556666 does not"
    assert (left in explanation.summary) is is_left
    assert (explanation.remedies[0].layer == "role_trust") is is_left
    assert not is_left or "no-identity-allow" not in {each.code for each in explanation.causes}


@check_rows(
    ("allowed", "is_denied_again"),
    [
        ({"NotAction": ["iam:*"]}, True),
        ({"Action": "s3:*"}, True),
        ({"Action": "iam:CreateInstanceProfile"}, False),
        (None, False),
    ],
    ids=["others", "another service", "allowed", "no Allow given"],
)
def test_given_policies_without_their_deny(
    allowed: dict[str, object] | None, *, is_denied_again: bool
) -> None:
    text = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: iam:CreateInstanceProfile on resource: arn:aws:iam::111122223333:instance-profile/web with an explicit deny in an identity-based policy"
    statements: list[dict[str, object]] = [
        {"Sid": "NoIam", "Effect": "Deny", "Action": "iam:Create*", "Resource": "*"}
    ]
    statements += [] if allowed is None else [{"Effect": "Allow", "Resource": "*", **allowed}]
    policies = {"identity": [{"Version": "2012-10-17", "Statement": each} for each in statements]}
    shown = explain(text, facts={"policies": policies}).causes[0].text
    assert ("do not allow it, either" in shown) is is_denied_again
