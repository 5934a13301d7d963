"""Verify fixes: what a change of policies allows, what it does not, and what stays undecided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from iamtriage import AccessDenied, Envelope, explain, parse, read_decoded_message
from iamtriage.exceptions import PolicyError
from iamtriage.policies import PolicyDocument, PolicySet, Verification, verify
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage import Failure

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"


def doc(*statements: dict[str, object]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object = "sqs:SendMessage", resource: object = QUEUE, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def denied(reason: str, principal: str = USER) -> str:
    return f"User: {principal} is not authorized to perform: sqs:SendMessage on resource: {QUEUE} {reason}"


IMPLICIT = denied("because no identity-based policy allows the sqs:SendMessage action")
FIX = doc(allow())


def check(text: str, policies: PolicySet | None = None, **more: Any) -> Verification:  # noqa: ANN401
    return verify(cast("Failure", parse(text)), policies or PolicySet(), **more)


def test_a_fix_allows_the_call_and_nothing_else() -> None:
    result = check(IMPLICIT, adding=FIX)
    assert (result.fixes, result.surplus) == (True, ())
    assert result.before is not None
    assert result.after is not None
    assert (result.before.allowed, result.after.allowed) == (False, True)
    assert str(result) == "fixed: the added statements allow sqs:SendMessage."


def test_the_policy_of_a_remedy_is_a_fix() -> None:
    explanation = explain(IMPLICIT)
    result = verify(explanation, PolicySet(), adding=explanation.remedies[0].policy)
    assert (result.fixes, result.surplus) == (True, ())


def test_policies_as_they_are() -> None:
    assert check(IMPLICIT).fixes is False
    assert check(IMPLICIT, PolicySet(identity=[FIX])).fixes is True


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        (PolicySet(identity=[doc(allow() | {"Effect": "Deny"})]), "explicitly denies"),
        (PolicySet(permissions_boundary=doc(allow("s3:*", "*"))), "permissions boundary"),
        (PolicySet(service_control=[[doc(allow("s3:*", "*"))]]), "service control policy"),
    ],
    ids=["deny", "boundary", "SCP"],
)
def test_an_allow_that_does_not_help(policies: PolicySet, words: str) -> None:
    result = check(IMPLICIT, policies, adding=FIX)
    assert result.fixes is False
    assert words in result.reason


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("with an explicit deny in a service control policy", "service control policy denied"),
        ("because no permissions boundary allows the sqs:SendMessage action", "permissions boundary denied"),
        ("with an explicit deny in an identity-based policy", "cannot override"),
    ],
)
def test_what_aws_reports_is_not_among_the_policies(reason: str, words: str) -> None:
    result = check(denied(reason), adding=FIX)
    assert result.fixes is None
    assert words in result.reason


def test_policies_that_allowed_the_call_lack_the_one_that_denied_it() -> None:
    result = check(IMPLICIT, PolicySet(identity=[FIX]), adding=doc(allow("s3:GetObject", "*")))
    assert result.fixes is None
    assert "without the added statements" in result.reason


def test_an_unknown_key_that_decides() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    result = check(IMPLICIT, adding=doc(allow(Condition=condition)))
    assert result.fixes is None
    assert "aws:SourceIp" in result.reason


def test_a_policy_of_the_resource() -> None:
    queue_policy = doc(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}))
    text = denied("because no identity-based policy allows the sqs:SendMessage action", SESSION)
    for adding in (queue_policy, json.dumps(queue_policy), PolicyDocument(queue_policy), [queue_policy], PolicySet(resource=queue_policy)):  # fmt: skip
        result = check(text, adding=adding)
        assert (result.fixes, result.surplus) == (True, ())
    everyone = check(text, adding=doc(allow(Principal="*")))
    assert [str(each) for each in everyone.surplus] == ["added statement 0 also allows principals *"]


def test_the_caller_in_a_policy_of_the_resource_is_no_surplus() -> None:
    assert check(IMPLICIT, adding=doc(allow(Principal={"AWS": USER}))).surplus == ()
    service = IMPLICIT.replace(USER, "sns.amazonaws.com")
    named = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    (surplus,) = check(service, adding=doc(allow(Principal=named))).surplus
    assert surplus.principals == ("events.amazonaws.com",)


def test_an_error_without_an_operation() -> None:
    assert "the action" in verify(AccessDenied(), PolicySet()).reason


def test_scps_are_added_level_by_level() -> None:
    policies = PolicySet(identity=[FIX], service_control=[[doc(allow("*", "*"))], [doc(allow("s3:*", "*"))]])
    text = denied("because no service control policy allows the sqs:SendMessage action")
    assert check(text, policies).fixes is False
    assert check(text, policies, adding=PolicySet(service_control=[[], [doc(allow("sqs:*", "*"))]])).fixes is True  # fmt: skip


SURPLUS: dict[str, tuple[dict[str, object], str]] = {
    "actions": (allow(["sqs:SendMessage", "sqs:DeleteQueue"]), "actions sqs:DeleteQueue"),
    "wildcard": (allow("sqs:*"), "actions sqs:*"),
    "resources": (allow(resource="*"), "resources *"),
    "both": (allow("sqs:*", "*"), "actions sqs:* and resources *"),
    "NotAction": ({"Effect": "Allow", "NotAction": "iam:*", "Resource": QUEUE}, "actions everything except iam:*"),
    "NotResource": ({"Effect": "Allow", "Action": "sqs:SendMessage", "NotResource": "arn:aws:s3:::b"}, "resources everything except arn:aws:s3:::b"),
    "several": (allow([f"sqs:{each}" for each in "ABCDEF"]), "actions sqs:A, sqs:B, sqs:C, sqs:D and 2 more"),
    "a condition": (allow("sqs:*", Condition={"StringEquals": {"aws:username": "ana"}}), "actions sqs:*, limited by StringEquals aws:username"),
    "a variable of others": (allow(resource="arn:aws:sqs:*:*:${aws:username}*"), "resources arn:aws:sqs:*:*:${aws:username}*"),
    "NotPrincipal": ({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE, "NotPrincipal": {"AWS": "444455556666"}}, "principals everyone except 444455556666"),
}  # fmt: skip


@check_rows("name", SURPLUS)
def test_surplus(name: str) -> None:
    statement, words = SURPLUS[name]
    others = [] if "NotPrincipal" in statement else [allow()]
    result = check(IMPLICIT, adding=doc(statement, *others))
    assert result.fixes is True
    assert [str(each) for each in result.surplus] == [f"added statement 0 also allows {words}"]


def test_a_variable_with_the_value_of_the_request_is_no_surplus() -> None:
    queue = "arn:aws:sqs:eu-west-1:111122223333:${aws:username}"
    text = IMPLICIT.replace(":orders", ":ana")
    result = check(text, adding=doc(allow(resource=queue)))
    assert (result.fixes, result.surplus) == (True, ())
    # Before 2012, it is no variable.
    old = check(text, adding=doc(allow(resource=[queue, "*"])) | {"Version": "2008-10-17"})
    assert old.surplus[0].resources == (queue, "*")


def test_a_role_with_a_path_is_that_of_the_session() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/team/app"
    text = denied("because no identity-based policy allows the sqs:SendMessage action", SESSION)
    assert check(text, adding=doc(allow(Principal={"AWS": role}))).surplus == ()
    (surplus,) = check(text, adding=doc(allow(Principal={"AWS": [role, ACCOUNT]}))).surplus
    assert surplus.principals == (ACCOUNT,)


def test_a_deny_is_no_surplus() -> None:
    other: dict[str, object] = {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}
    assert check(IMPLICIT, adding=doc(allow(), other)).surplus == ()


def test_only_a_star_is_possible_for_some_actions() -> None:
    text = f"User: {USER} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action"  # fmt: skip
    result = check(text, adding=doc(allow("ec2:DescribeInstances", "*")))
    assert (result.fixes, result.surplus) == (True, ())


def test_what_the_error_does_not_state() -> None:
    text = "An error occurred (AccessDenied) when calling the ReceiveMessage operation: Access Denied"
    result = check(text, adding=FIX)
    assert (result.before, result.after, result.fixes) == (None, None, None)
    assert result.reason == "The error does not state the caller and the resource, which are needed to evaluate policies."  # fmt: skip
    known = {"caller": USER, "resource": QUEUE}
    assert check(text, adding=doc(allow("sqs:ReceiveMessage")), facts=known).fixes is True


def test_a_decoded_message_completes_the_request() -> None:
    message = {
        "allowed": False,
        "explicitDeny": False,
        "matchedStatements": {"items": []},
        "context": {
            "principal": {"id": "AIDAEXAMPLE", "name": "ana", "arn": USER},
            "action": "sqs:SendMessage",
            "resource": QUEUE,
            "conditions": {
                "items": [{"key": "aws:SourceIp", "values": {"items": [{"value": "203.0.113.9"}]}}]
            },
        },
    }
    condition = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    text = json.dumps(message)
    for facts in ({"decoded_message": text}, read_decoded_message(text)):
        assert check(IMPLICIT, adding=doc(allow(Condition=condition)), facts=facts).fixes is True


def test_a_record_states_address_time_and_region() -> None:
    record = {
        "eventVersion": "1.08",
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "eventTime": "2026-01-02T00:00:00Z",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.9",
        "userIdentity": {"type": "IAMUser", "arn": USER, "accountId": ACCOUNT},
        "errorCode": "AccessDenied",
        "errorMessage": IMPLICIT,
    }
    condition = {
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
        "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
        "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
    }
    adding = doc(allow(Condition=condition))
    assert verify(cast("Failure", parse(record)), PolicySet(), adding=adding).fixes is True
    by_service = cast("Failure", parse(record | {"sourceIPAddress": "cloudformation.amazonaws.com"}))
    assert verify(by_service, PolicySet(), adding=adding).fixes is None


def test_a_masked_caller_cannot_be_evaluated() -> None:
    text = IMPLICIT.replace(ACCOUNT + ":user", "************:user")
    result = check(text, adding=FIX)
    assert result.fixes is None
    assert "evaluat" in result.reason


def test_data_and_card() -> None:
    result = check(IMPLICIT, adding=doc(allow("sqs:*")))
    data = json.loads(json.dumps(result.to_dict()))
    assert data["fixes"] is True
    assert data["surplus"][0]["actions"] == ["sqs:*"]
    assert data["before"]["layer"] == "identity"
    assert "What else is allowed" in result._repr_html_()
    assert "undecided" in str(Verification(None, None, None, (), "the caller is unknown"))
    assert Verification(None, None, None, (), "x").to_dict()["before"] is None
    assert "undecided" in Verification(None, None, None, (), "x")._repr_html_()


def test_invalid_arguments() -> None:
    with pytest.raises(TypeError, match="an access denial"):
        verify(cast("Any", "AccessDenied"), PolicySet())
    with pytest.raises(TypeError, match="policies must be a PolicySet"):
        verify(cast("Failure", parse(IMPLICIT)), cast("Any", {}))
    with pytest.raises(TypeError, match="adding must be"):
        check(IMPLICIT, adding=3)
    for faulty in ("{", doc({"Effect": "Allow"}), {"Statement": 3}, "3"):
        with pytest.raises(PolicyError):
            check(IMPLICIT, adding=faulty)


NAMES: dict[str, tuple[str, str, str | None]] = {
    "a role": ("iam:GetRole", "role app", f"arn:aws:iam::{ACCOUNT}:role/app"),
    "a user": ("iam:ListAttachedUserPolicies", "user ben", f"arn:aws:iam::{ACCOUNT}:user/ben"),
    "a cut ARN": ("iam:CreateRole", "arn:aws:iam", None),
    "a masked ARN": ("s3:GetObject", "arn:aws:s3:::****/a", None),
    "AWS's own pattern": ("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"),
    "a name without a Region": ("dynamodb:Query", "orders", None),
}  # fmt: skip


@check_rows("name", NAMES)
def test_services_name_resources_without_their_arn(name: str) -> None:
    action, resource, arn = NAMES[name]
    failure = AccessDenied(principal=USER, action=action, resource=resource)
    result = verify(failure, PolicySet(), adding=doc(allow(action, arn or "arn:aws:s3:::b")))
    if arn is None:
        assert (result.fixes, result.before) == (None, None)
        assert "not a complete ARN" in result.reason
    else:
        assert (result.fixes, result.surplus) == (True, ())


def test_a_secret_without_the_end_of_its_arn() -> None:
    action, prefix = "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret"
    failure = AccessDenied(
        principal=USER, action=action, resource="prod/db", envelope=Envelope(region="eu-west-1")
    )
    for resource in (f"{prefix}:prod/db-??????", f"{prefix}:prod/*", "*"):
        assert verify(failure, PolicySet(), adding=doc(allow(action, resource))).fixes is True
    result = verify(failure, PolicySet(), adding=doc(allow(action, f"{prefix}:prod/db-AbCdEf")))
    assert result.fixes is None
    assert "six characters" in result.reason
