"""Evaluate policies: unknown values, what a decision shows, properties, invalid arguments."""

# ruff: noqa: ANN401 (tables of cases and free-form policies)

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import parse, policy_for
from iamtriage.exceptions import InvalidArnError, PolicyError
from iamtriage.policies import Decision, PolicyDocument, PolicySet, Request, evaluate
from iamtriage.policies._patterns import compile_glob, compile_regex, intersects, matches, narrow_to_sections
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/ana"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
OBJECT = "arn:aws:s3:::reports/q1.csv"


def doc(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource} | more


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def read(principal: str = USER, context: Any = None, **more: Any) -> Request:
    return Request(principal, "s3:GetObject", OBJECT, context, **more)


FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


# ------------------------------------------------ unknown values


def test_an_unknown_key_that_decides_is_missing() -> None:
    decision = evaluate(read(), PolicySet(identity=[doc(allow(Condition=FROM_OFFICE))]))
    assert (decision.allowed, decision.deny, decision.layer) == (None, None, "identity")
    assert decision.missing == ("aws:SourceIp",)
    (outcome,) = decision.outcomes
    assert (outcome.if_matched, outcome.if_unmatched) == (True, False)
    assert "aws:SourceIp" in decision.reason


def test_an_unknown_key_that_does_not_decide_is_not_missing() -> None:
    decision = evaluate(read(), PolicySet(identity=[doc(allow(), allow(Condition=FROM_OFFICE))]))
    assert (decision.allowed, decision.missing) == (True, ())
    decision = evaluate(read(), PolicySet(identity=[doc(deny(), allow(Condition=FROM_OFFICE))]))
    assert (decision.allowed, decision.deny, decision.missing) == (False, "explicit", ())


def test_a_deny_that_might_match() -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    policies = PolicySet(identity=[doc(allow())], resource=doc(deny(Principal="*", Condition=insecure)))
    decision = evaluate(read(), policies)
    assert (decision.allowed, decision.layer, decision.missing) == (
        None,
        "resource",
        ("aws:SecureTransport",),
    )
    assert [(each.if_matched, each.if_unmatched) for each in decision.outcomes] == [(False, True)]
    assert evaluate(read(context={"aws:SecureTransport": True}), policies).allowed is True
    assert evaluate(read(context={"aws:SecureTransport": "false"}), policies).allowed is False
    # A missing key does not meet a Bool condition.
    assert evaluate(read(complete_context=True), policies).allowed is True


def test_one_key_in_an_allow_and_a_negated_deny() -> None:
    mine = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    others = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    decision = evaluate(read(), PolicySet(identity=[doc(allow(Condition=mine), deny(Condition=others))]))
    assert [(each.if_matched, each.if_unmatched) for each in decision.outcomes] == [(True, False)]


def test_both_of_two_unknown_keys_are_missing() -> None:
    both = {"StringEquals": {"aws:PrincipalTag/a": "1", "aws:PrincipalTag/b": "2"}}
    decision = evaluate(read(), PolicySet(identity=[doc(allow(Condition=both))]))
    assert decision.missing == ("aws:PrincipalTag/a", "aws:PrincipalTag/b")
    assert [(each.if_matched, each.if_unmatched) for each in decision.outcomes] == [(None, False)] * 2


def test_a_key_without_values_is_missing_from_the_request() -> None:
    policies = PolicySet(identity=[doc(allow(Condition={"Null": {"aws:TokenIssueTime": "true"}}))])
    assert evaluate(read(), policies).allowed is None
    assert evaluate(read(context={"aws:TokenIssueTime": []}), policies).allowed is True
    assert evaluate(read(context={"aws:TokenIssueTime": None}), policies).allowed is True


def test_a_set_operator_with_if_exists_is_undecided_without_the_key() -> None:
    condition = {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "a"}}
    for effect in (allow, deny):
        policies = PolicySet(identity=[doc(allow("s3:Put*"), effect(Condition=condition)), doc(allow())][:1])
        assert evaluate(read(complete_context=True), policies).allowed is not True


UNKNOWN: dict[str, tuple[Request, PolicySet, str]] = {
    "the path of the role": (
        read(SESSION),
        PolicySet(identity=[doc(allow(Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/team/*"}}))]),
        "path of the role",
    ),
    "the session of a role": (
        Request(ROLE, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(resource=doc({"Effect": "Allow", "Principal": {"AWS": SESSION}, "Action": "sqs:*", "Resource": "*"})),
        "the session is",
    ),
    "the principal of an account": (
        Request(ACCOUNT, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(resource=doc({"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sqs:*", "Resource": "*"})),
        "which principal",
    ),
    "a regional name of a service": (
        Request("logs.eu-west-1.amazonaws.com", "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(resource=doc({"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"})),
        "is also",
    ),
    "the provider of a session": (
        Request(SESSION, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(resource=doc(allow("sqs:*", Principal={"Federated": "accounts.google.com"}))),
        "aws:FederatedProvider",
    ),
    "several principals, one of them unknown": (
        Request(SESSION, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(resource=doc(allow("sqs:*", Principal={"AWS": OTHER, "Federated": "accounts.google.com"}))),
        "aws:FederatedProvider",
    ),
    "Allow with NotPrincipal of a provider": (
        Request(SESSION, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(resource=doc(allow("sqs:*", NotPrincipal={"Federated": "accounts.google.com"}))),
        "aws:FederatedProvider",
    ),
    "SCPs whose levels are unknown": (
        read(),
        PolicySet(identity=[doc(allow())], service_control=[[doc(allow(Condition=FROM_OFFICE))]]),
        "aws:SourceIp",
    ),
    "a role of another account without its trust policy": (
        Request(USER, "sts:AssumeRole", f"arn:aws:iam::{OTHER}:role/target"),
        PolicySet(identity=[doc(allow("sts:*"))]),
        "has a trust policy",
    ),
    "a provider-like role name under an allow list": (
        read(f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s1"),
        PolicySet(identity=[doc(allow())], service_control=[[doc(allow("ec2:*"))]]),
        "It is unknown whether",
    ),
    "a canonical user": (
        read(resource_account=OTHER),
        PolicySet(identity=[doc(allow())], resource=doc(allow(Principal={"CanonicalUser": "79a59df900b949e5"}))),
        "canonical user ID",
    ),
    "anonymous requests of another service": (
        Request("anonymous", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:a"),
        PolicySet(resource=doc({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})),
        "anonymous",
    ),
    "IAM for a federated user": (
        Request(f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "iam:ListUsers", "*"),
        PolicySet(identity=[doc(allow("*"))], session=doc(allow("*"))),
        "console",
    ),
    "an SCP that might deny a call that needs no permission": (
        Request(USER, "sts:GetCallerIdentity", "*"),
        PolicySet(service_control=[[doc(allow("*"), deny("*", Condition=FROM_OFFICE))]]),
        "requires no permission",
    ),
    "an empty string where the key must be missing": (
        read(context={"aws:PrincipalTag/a": ""}),
        PolicySet(identity=[doc(allow(Condition={"Null": {"aws:PrincipalTag/a": "true"}}))]),
        "aws:PrincipalTag/a",
    ),
    "an RCP for a service that might have none": (
        Request(USER, "ec2:RunInstances", "*"),
        PolicySet(identity=[doc(allow("*"))], resource_control=[[doc(deny("*", Principal="*"))]]),
        "resource control policies apply",
    ),
    "a role that is named like a service-linked one": (
        read(f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s1"),
        PolicySet(identity=[doc(allow())], service_control=[[doc(deny())]]),
        "service-linked role",
    ),
    "a star that would have to match a colon": (
        Request(USER, "logs:PutLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:a:log-stream:z"),
        PolicySet(identity=[doc(allow("logs:*", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:a*m:z"))]),
        "colon",
    ),
    "a variable in the account of an ARN": (
        Request(USER, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(identity=[doc(allow("sqs:*", "arn:aws:sqs:*:${aws:PrincipalAccount}:q"))]),
        "fifth colon",
    ),
    "an ARN without all of its sections": (
        Request(USER, "sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:t"),
        PolicySet(identity=[doc(allow("sns:*", "arn:aws:sns:*:t"))]),
        "completes",
    ),
    "an ARN that the service completes": (
        Request("anonymous", "execute-api:Invoke", f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:a1/prod/GET/"),
        PolicySet(resource=doc({"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"})),
        "completes",
    ),
    "several values without a set operator": (
        read(context={"aws:PrincipalTag/a": ["1", "2"]}),
        PolicySet(identity=[doc(allow(Condition={"StringEquals": {"aws:PrincipalTag/a": "1"}}))]),
        "several values",
    ),
    "a value that is no number": (
        read(context={"s3:max-keys": "many"}),
        PolicySet(identity=[doc(allow(Condition={"NumericLessThan": {"s3:max-keys": "1"}}))]),
        "cannot compare",
    ),
    "a negated condition on a variable without value": (
        read(SESSION, context={"aws:PrincipalTag/a": "1"}),
        PolicySet(identity=[doc(allow(), deny(Condition={"StringNotEquals": {"aws:PrincipalTag/a": "${aws:username}"}}))]),
        "variable",
    ),
    "a denied NotResource with a variable without value": (
        read(SESSION),
        PolicySet(identity=[doc(allow(), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::reports/${aws:username}*"})]),
        "which the request lacks",
    ),
    "a variable": (
        read(context={"aws:PrincipalTag/a": "1"}),
        PolicySet(identity=[doc(allow(Condition={"StringEquals": {"aws:PrincipalTag/a": "${aws:PrincipalTag/b}"}}))]),
        "variable",
    ),
    "federated users of an unknown user": (
        Request(f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
        PolicySet(session=doc(allow("*")), resource=doc({"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sqs:*", "Resource": "*"})),
        "created the session",
    ),
    "a call that needs no permission, under an SCP": (
        Request(USER, "sts:GetCallerIdentity", "*"),
        PolicySet(service_control=[[doc(deny("*"))]]),
        "requires no permission",
    ),
    "the time of a complete context": (
        read(complete_context=True),
        PolicySet(identity=[doc(allow(Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01"}}))]),
        "aws:CurrentTime",
    ),
    "a provider under an SCP": (
        Request(f"arn:aws:iam::{ACCOUNT}:saml-provider/x", "sts:AssumeRoleWithSAML", ROLE),
        PolicySet(
            service_control=[[doc(allow("*"), deny("sts:*"))]],
            resource=doc({"Effect": "Allow", "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"}, "Action": "sts:AssumeRoleWithSAML"}),
        ),
        "federated principals",
    ),
}  # fmt: skip


@check_rows("name", UNKNOWN)
def test_what_cannot_be_told_has_a_reason(name: str) -> None:
    request, policies, words = UNKNOWN[name]
    decision = evaluate(request, policies)
    assert decision.allowed is None, decision.to_text("full")
    assert words in decision.reason


def test_a_service_linked_role_with_its_path_is_exempt() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s1"
    path = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    policies = PolicySet(identity=[doc(allow())], service_control=[[doc(deny())]])
    assert evaluate(read(session, {"aws:PrincipalArn": path}), policies).allowed is True


def test_an_scp_that_lacks_an_allow_names_the_management_account() -> None:
    decision = evaluate(read(), PolicySet(identity=[doc(allow())], service_control=[[doc(allow("ec2:*"))]]))
    assert "unless it is the management account" in decision.reason
    assert "FullAWSAccess" not in decision.reason
    alone = evaluate(read(), PolicySet(identity=[doc(allow())], service_control=[[doc(deny("ec2:*"))]]))
    assert (alone.allowed, alone.deny) == (False, "implicit")
    assert "FullAWSAccess" in alone.reason


def test_a_bucket_without_an_account_is_assumed_to_be_in_the_same() -> None:
    policies = PolicySet(identity=[doc(allow())])
    assert "principal's account" in "".join(evaluate(read(), policies).assumptions)
    assert evaluate(read(resource_account=ACCOUNT), policies).assumptions == ()
    assert evaluate(read(resource_account=OTHER), policies).allowed is False


def test_a_role_arn_without_a_path_is_assumed_to_be_whole() -> None:
    policies = PolicySet(identity=[doc(allow(Condition={"ArnEquals": {"aws:PrincipalArn": ROLE}}))])
    decision = evaluate(read(SESSION), policies)
    assert decision.allowed is True
    assert any("no path" in each for each in decision.assumptions)
    given_path = {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/team/app"}
    assert evaluate(read(SESSION, given_path), policies).allowed is False


SSO = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ana"
LINKED = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s1"
RESERVED: list[tuple[str, str, str, bool | None]] = [
    # https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    (SSO, "ArnLike", "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*", True),
    (SSO, "ArnLike", "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*", None),
    (SSO, "ArnLike", "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Admin_*", True),
    (SSO, "ArnLike", "arn:aws:iam::*:role/AWSReservedSSO_*", False),
    (SSO, "ArnLike", "arn:aws:iam::*:role/team/*", False),
    (SSO, "ArnNotLike", "arn:aws:iam::*:role/AWSReservedSSO_*", True),
    (SSO, "ArnNotLike", "arn:aws:iam::*:role/aws-reserved/*", False),
    (SSO, "StringEquals", f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Admin_0123456789abcdef", False),
    (SSO, "StringLike", "arn:aws:iam::*:role/*AWSReservedSSO_Admin_*", True),
    (LINKED, "ArnLike", "arn:aws:iam::*:role/aws-service-role/*", None),
    (LINKED, "ArnLike", "arn:aws:iam::*:role/*", True),
    (LINKED, "ArnLike", "arn:aws:iam::*:user/*", False),
]


@pytest.mark.parametrize(("principal", "operator", "value", "allowed"), RESERVED)
def test_roles_that_always_have_a_path(
    principal: str, operator: str, value: str, *, allowed: bool | None
) -> None:
    policies = PolicySet(identity=[doc(allow(Condition={operator: {"aws:PrincipalArn": value}}))])
    assert evaluate(read(principal), policies).allowed is allowed


# ------------------------------------------------ what a decision shows

NAMED = PolicyDocument(doc(allow(), deny(Sid="NoReports")), name="app-policy", file="app.json", lines=(4, 9))


def explicit() -> Decision:
    return evaluate(read(), PolicySet(identity=[NAMED]))


def test_a_deciding_statement_has_its_place() -> None:
    (statement,) = explicit().statements
    assert (statement.policy, statement.index, statement.sid) == ("app-policy", 1, "NoReports")
    assert (statement.effect, statement.file, statement.line) == ("Deny", "app.json", 9)
    assert str(statement) == 'Deny statement "NoReports" of app.json:9 (identity-based policy)'
    planned = PolicyDocument(doc(deny()), name="aws_iam_policy.app", file="plan.json")
    (statement,) = evaluate(read(), PolicySet(identity=[planned])).statements
    assert str(statement) == "Deny statement 0 of aws_iam_policy.app in plan.json (identity-based policy)"


def test_the_trace_has_every_statement() -> None:
    policies = PolicySet(
        identity=[doc(allow("s3:Put*"), allow(resource="arn:aws:s3:::other/*"), allow(Condition=FROM_OFFICE))],
        resource=doc(allow(Principal={"AWS": ROLE}), {"Effect": "Deny", "NotPrincipal": "*", "Action": "*", "Resource": "*"}),
        service_control=[[doc(allow("*"))]],
    )  # fmt: skip
    trace = evaluate(read(context={"aws:SourceIp": "198.51.100.1"}), policies).trace
    assert [each.is_match for each in trace] == [True, False, False, False, False, False]
    reasons = [each.reason for each in trace]
    for words, reason in zip(("", "Principal", "NotPrincipal", "Action", "Resource", "IpAddress"), reasons, strict=True):  # fmt: skip
        assert words in reason
    assert "203.0.113.0/24" in reasons[-1]
    assert "198.51.100.1" in reasons[-1]
    assert str(trace[3]).endswith('its Action is "s3:Put*", and the action is s3:GetObject')


def test_the_trace_says_whom_control_policies_do_not_limit() -> None:
    policies = PolicySet(resource=doc(allow("*", Principal="*")), service_control=[[doc(deny())]])
    entry = evaluate(Request("s3.amazonaws.com", "s3:GetObject", OBJECT), policies).trace[0]
    assert (entry.is_match, entry.reason) == (False, "it does not apply to the principal")


def test_text_card_and_data() -> None:
    decision = explicit()
    assert str(decision).startswith("denied: ")
    assert "Trace:" in decision.to_text("full")
    assert json.loads(json.dumps(decision.to_dict()))["statements"][0]["line"] == 9
    assert "trace" not in decision.to_dict("short")
    assert len(repr(decision)) < 300
    assert "NoReports" in decision._repr_html_()
    assert "NoReports" in decision._repr_markdown_()
    undecided = evaluate(read(), PolicySet(identity=[doc(allow(Condition=FROM_OFFICE))]))
    assert str(undecided).startswith("undecided: ")
    assert "aws:SourceIp: allowed if it matches, denied if not" in str(undecided)
    assert "missing=('aws:SourceIp',)" in repr(undecided)
    many = evaluate(read(), PolicySet(identity=[doc(allow([f"s3:Put{each}" for each in range(5)]))]))
    assert "or 2 more" in str(many.trace[0])


def test_values_can_be_pickled() -> None:
    decision = explicit()
    assert pickle.loads(pickle.dumps(decision)) == decision
    limits = {"DateLessThan": {"aws:CurrentTime": "2026-01-01"}, "NumericLessThan": {"s3:max-keys": 10}}
    undecided = evaluate(read(), PolicySet(identity=[doc(allow(Condition=limits))]))
    assert pickle.loads(pickle.dumps(undecided)) == undecided
    assert "app-policy" in repr(PolicySet(identity=[NAMED]))
    assert repr(read()).startswith("Request(principal='arn:aws:iam::")
    assert "context" in repr(read(context={"aws:SourceIp": "203.0.113.1"}))


# ------------------------------------------------ properties

TAG = "aws:PrincipalTag/a"
CONDITION = st.sampled_from(
    [
        {},
        {"StringEquals": {TAG: "1"}},
        {"StringNotEquals": {TAG: "1"}},
        {"StringLikeIfExists": {TAG: "1*"}},
        {"Null": {TAG: "true"}},
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["x", "y"]}},
        {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["x"]}},
        FROM_OFFICE,
        {"Bool": {"aws:SecureTransport": "false"}},
    ]
)
ACTIONS = st.sampled_from(["*", "s3:*", "s3:Get*", "s3:GetObject", "S3:getobject", "s3:PutObject", "ec2:*"])
RESOURCES = st.sampled_from(["*", "arn:aws:s3:::reports/*", OBJECT, "arn:aws:s3:::other/*", "arn:aws:s3:::${aws:PrincipalTag/a}/*"])  # fmt: skip
PRINCIPALS = st.sampled_from(["*", {"AWS": ACCOUNT}, {"AWS": ROLE}, {"AWS": SESSION}, {"AWS": USER}, {"Service": "s3.amazonaws.com"}])  # fmt: skip
EFFECTS = st.sampled_from(["Allow", "Allow", "Deny"])
STATEMENT = st.builds(
    lambda effect, action, resource, condition, sense: {
        "Effect": effect,
        ("NotAction" if sense == 1 else "Action"): action,
        ("NotResource" if sense == 2 else "Resource"): resource,
        "Condition": condition,
    },
    EFFECTS, ACTIONS, RESOURCES, CONDITION, st.sampled_from([0, 0, 0, 1, 2]),
)  # fmt: skip
OWN = st.lists(STATEMENT, max_size=3).map(lambda each: doc(*each))
FOREIGN = st.lists(
    st.builds(lambda statement, principal: statement | {"Principal": principal}, STATEMENT, PRINCIPALS),
    max_size=3,
).map(lambda each: doc(*each))
POLICIES = st.fixed_dictionaries(
    {
        "identity": st.lists(OWN, max_size=2),
        "permissions_boundary": st.none() | OWN,
        "session": st.none() | OWN,
        "resource": st.none() | FOREIGN,
        "service_control": st.none() | st.lists(st.lists(OWN, max_size=2), max_size=2),
        "resource_control": st.none() | st.lists(st.lists(FOREIGN, max_size=1), max_size=1),
        "vpc_endpoint": st.none() | FOREIGN,
    }
)
CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        TAG: st.sampled_from(["1", "12", "reports", []]),
        "aws:TagKeys": st.sampled_from([["x"], ["x", "y"], ["z"], []]),
        "aws:SourceIp": st.sampled_from(["203.0.113.1", "198.51.100.1"]),
        "aws:SecureTransport": st.sampled_from(["true", "false"]),
    },
)
CALLER = st.sampled_from([USER, ROLE, SESSION, f"arn:aws:iam::{ACCOUNT}:root", "anonymous", "s3.amazonaws.com", f"arn:aws:sts::{ACCOUNT}:federated-user/bob"])  # fmt: skip
ACCOUNTS = st.sampled_from([ACCOUNT, OTHER])


def build(principal: str, context: dict[str, Any], account: str, *, complete: bool = False) -> Request:
    return read(principal, context, complete_context=complete, resource_account=account)


REQUESTS = st.builds(build, CALLER, CONTEXT, ACCOUNTS)


@given(REQUESTS, POLICIES, st.sampled_from(["identity", "resource", "session", "permissions_boundary"]))
def test_an_explicit_deny_always_wins(request: Request, policies: dict[str, Any], layer: str) -> None:
    if layer != "resource" and not request.principal.startswith(("arn:aws:iam::111122223333:user", "arn:aws:sts", ROLE)):  # fmt: skip
        return
    everything = deny("*", "*") if layer != "resource" else deny("*", "*", Principal="*")
    if layer == "identity":
        changed = policies | {"identity": [*policies["identity"], doc(everything)]}
    else:
        changed = policies | {layer: doc(*(policies[layer] or doc())["Statement"], everything)}
    decision = evaluate(request, PolicySet(**changed))
    assert (decision.allowed, decision.deny) == (False, "explicit")


@given(REQUESTS, POLICIES, STATEMENT)
def test_another_allow_never_denies(request: Request, policies: dict[str, Any], statement: dict[str, Any]) -> None:  # fmt: skip
    if evaluate(request, PolicySet(**policies)).allowed is not True:
        return
    more = doc(statement | {"Effect": "Allow"})
    resource = policies["resource"]
    for changed in (
        policies | {"identity": [*policies["identity"], more]},
        policies | {"resource": resource and doc(*resource["Statement"], statement | {"Effect": "Allow", "Principal": "*"})},
    ):  # fmt: skip
        assert evaluate(request, PolicySet(**changed)).allowed is True


@given(CALLER, CONTEXT, CONTEXT, ACCOUNTS, POLICIES)
def test_what_is_unknown_never_changes_a_certain_decision(
    principal: str, known: dict[str, Any], rest: dict[str, Any], account: str, policies: dict[str, Any]
) -> None:
    before = evaluate(build(principal, known, account), PolicySet(**policies)).allowed
    after = evaluate(build(principal, rest | known, account, complete=True), PolicySet(**policies)).allowed
    assert before is None or before is after


@given(REQUESTS, POLICIES, st.randoms())
def test_the_order_does_not_matter(request: Request, policies: dict[str, Any], random: Any) -> None:
    def shuffle(value: Any) -> Any:
        if isinstance(value, list):
            return random.sample([shuffle(each) for each in value], len(value))
        return {key: shuffle(each) for key, each in value.items()} if isinstance(value, dict) else value

    # Levels of control policies have an order.
    changed = {name: value if "control" in name else shuffle(value) for name, value in policies.items()}
    one, other = evaluate(request, PolicySet(**policies)), evaluate(request, PolicySet(**changed))
    assert (one.allowed, one.deny) == (other.allowed, other.deny)
    assert sorted(one.missing) == sorted(other.missing)


@given(REQUESTS, POLICIES)
def test_a_decision_is_consistent(request: Request, policies: dict[str, Any]) -> None:
    decision = evaluate(request, PolicySet(**policies))
    assert (decision.deny is None) is (decision.allowed is not False)
    assert bool(decision.missing) <= (decision.allowed is None)
    assert tuple(each.key for each in decision.outcomes) == decision.missing
    assert decision.reason
    assert json.dumps(decision.to_dict())
    if decision.deny == "explicit":
        assert all(each.effect == "Deny" for each in decision.statements)


ALPHABET = st.text(st.sampled_from("ab:*?\n"), max_size=8)


@given(ALPHABET, ALPHABET)
def test_regular_expressions_match_what_patterns_match(text: str, pattern: str) -> None:
    compiled = compile_glob(pattern)
    assert bool(compile_regex(compiled).match(text)) is matches(text, compiled)


@given(ALPHABET, ALPHABET, ALPHABET)
def test_patterns_that_match_the_same_text_intersect(text: str, one: str, other: str) -> None:
    first, second = compile_glob(one), compile_glob(other)
    assert (matches(text, first) and matches(text, second)) <= intersects(first, second)
    assert intersects(first, second) is intersects(second, first)
    assert intersects(tuple(text), first) is matches(text, first)


@given(ALPHABET, ALPHABET)
def test_a_narrow_pattern_matches_less(text: str, pattern: str) -> None:
    compiled = compile_glob(pattern)
    assert matches(text, narrow_to_sections(compiled)) <= matches(text, compiled)


DENIALS = (
    f"User: {USER} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::reports/q1.csv because no identity-based policy allows the s3:GetObject action",
    f"User: {SESSION} is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:{ACCOUNT}:q because no identity-based policy allows the sqs:SendMessage action",
    f"User: {USER} is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t because no identity-based policy allows the dynamodb:Query action",
    f"User: {USER} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action",
)  # fmt: skip


@check_rows("text", DENIALS)
def test_a_policy_made_for_denials_allows_them(text: str) -> None:
    failure = cast("Any", parse(text))
    policies = PolicySet(identity=[policy_for([cast("Any", parse(each)) for each in DENIALS if failure.principal in each])])  # fmt: skip
    request = Request(failure.principal, failure.action, failure.resource or "*")
    assert evaluate(request, PolicySet()).allowed is False
    assert evaluate(request, policies).allowed is True


# ------------------------------------------------ invalid arguments

INVALID: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "principal": (lambda: Request("ana", "s3:GetObject", "*"), InvalidArnError, "ana"),
    "group": (lambda: Request(f"arn:aws:iam::{ACCOUNT}:group/x", "s3:GetObject", "*"), InvalidArnError, "group"),
    "instance profile": (lambda: Request(f"arn:aws:iam::{ACCOUNT}:instance-profile/x", "s3:GetObject", "*"), InvalidArnError, "instance profile"),
    "action": (lambda: Request(USER, "GetObject", "*"), ValueError, "action must be an IAM action"),
    "wildcard": (lambda: Request(USER, "s3:*", "*"), ValueError, "action must be an IAM action"),
    "account": (lambda: Request(USER, "s3:GetObject", "*", resource_account="1"), ValueError, "12 digits"),
    "account type": (lambda: Request(USER, "s3:GetObject", "*", principal_account=cast("Any", 1)), TypeError, "principal_account must be a string"),
    "resource": (lambda: Request(USER, "s3:GetObject", cast("Any", None)), TypeError, "resource must be a string"),
    "context": (lambda: Request(USER, "s3:GetObject", "*", cast("Any", ["a"])), TypeError, "context must be a mapping"),
    "value": (lambda: Request(USER, "s3:GetObject", "*", {"aws:SourceIp": object()}), TypeError, "aws:SourceIp"),
    "time": (lambda: Request(USER, "s3:GetObject", "*", {"aws:CurrentTime": "soon"}), ValueError, "aws:CurrentTime"),
    "request": (lambda: evaluate(cast("Any", USER), PolicySet()), TypeError, "request must be a Request"),
    "policies": (lambda: evaluate(read(), cast("Any", [])), TypeError, "policies must be a PolicySet"),
    "policy type": (lambda: PolicySet(identity=cast("Any", [3])), TypeError, "a policy must be"),
    "no policies": (lambda: PolicySet(identity=cast("Any", 3)), TypeError, "a policy must be"),
    "levels": (lambda: PolicySet(service_control=cast("Any", 3)), TypeError, "levels must be"),
}  # fmt: skip


@check_rows("name", INVALID)
def test_invalid_arguments(name: str) -> None:
    call, error, words = INVALID[name]
    with pytest.raises(error, match=words):
        call()


FAULTY: dict[str, tuple[dict[str, Any], str]] = {
    "a principal in an identity-based policy": ({"identity": [doc(allow(Principal="*"))]}, "identity[0].Statement[0].Principal"),
    "no resource": ({"identity": [doc(allow()), doc({"Effect": "Allow", "Action": "s3:*"})]}, "identity[1].Statement[0].Resource"),
    "no principal": ({"resource": doc(allow())}, "resource[0].Statement[0].Principal"),
    "both": ({"identity": [doc(allow(NotResource="*"))]}, "identity[0].Statement[0].Resource"),
    "both principals": ({"resource": doc(allow(Principal="*", NotPrincipal="*"))}, "resource[0].Statement[0].Principal"),
    "no prefix": ({"identity": [doc(allow("GetObject"))]}, "identity[0].Statement[0].Action"),
    "no ARN": ({"identity": [doc(allow(resource="reports"))]}, "identity[0].Statement[0].Resource"),
    "no actions": ({"identity": [doc(allow([]))]}, "identity[0].Statement[0].Action"),
    "no resources": ({"identity": [doc(allow(resource=[]))]}, "identity[0].Statement[0].Resource"),
    "no effect": ({"permissions_boundary": doc(allow(Effect="allow"))}, "permissions_boundary[0].Statement[0].Effect"),
    "an operator": ({"session": doc(allow(Condition={"StringIs": {"a": "b"}}))}, "session[0].Statement[0].Condition"),
    "a version": ({"service_control": [[doc(allow(), version="2020-01-01")]]}, "service_control[0][0].Version"),
    "no JSON": ({"vpc_endpoint": "{"}, "vpc_endpoint[0]"),
    "an RCP without a principal": ({"resource_control": [[doc(deny())]]}, "resource_control[0][0].Statement[0].Principal"),
}  # fmt: skip


@check_rows("name", FAULTY)
def test_faulty_documents(name: str) -> None:
    policies, path = FAULTY[name]
    with pytest.raises(PolicyError) as caught:
        PolicySet(**policies)
    assert caught.value.path == path
    assert path.partition(".")[0] in str(caught.value)


@pytest.mark.parametrize("principal", [{}, {"AWS": []}])
def test_an_empty_principal_names_nobody(principal: dict[str, Any]) -> None:
    policies = PolicySet(resource=doc(allow(Principal=principal)))
    for caller in (USER, "anonymous", "s3.amazonaws.com"):
        assert evaluate(read(caller), policies).allowed is False


def test_an_rcp_that_names_a_service_applies_to_it() -> None:
    rcp = doc(deny("dynamodb:*", Principal="*"))
    request = Request(USER, "dynamodb:Query", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t")
    policies = PolicySet(identity=[doc(allow("dynamodb:*"))], resource_control=[[rcp]])
    assert evaluate(request, policies).deny == "explicit"


def test_an_unknown_variable_of_another_resource_does_not_matter() -> None:
    policies = PolicySet(identity=[doc(allow(resource="arn:aws:s3:::other/${aws:PrincipalTag/a}"))])
    assert evaluate(read(), policies).allowed is False


def test_a_direct_call_has_no_keys_of_services() -> None:
    direct = {"Bool": {"aws:ViaAWSService": "false"}, "Null": {"aws:CalledViaFirst": "true"}}
    policies = PolicySet(identity=[doc(allow(Condition=direct))])
    contexts: list[dict[str, object]] = [{"aws:CalledVia": []}, {"aws:ViaAWSService": False}]
    for context in contexts:
        assert evaluate(read(context=context), policies).allowed is True


def test_documents_can_be_json_text() -> None:
    text = json.dumps(doc(allow()))
    assert evaluate(read(), PolicySet(identity=[text])).allowed is True
    assert evaluate(read(), PolicySet(identity=cast("Any", text), service_control=cast("Any", [text]))).allowed is True  # fmt: skip
    assert evaluate(read(), PolicySet(identity=cast("Any", text), service_control=cast("Any", text))).allowed is True  # fmt: skip
