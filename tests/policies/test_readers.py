"""Read policies from what AWS APIs and Terraform return, and choose those that apply."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import quote

import pytest

from iamtriage.exceptions import DocumentError
from iamtriage.policies import PolicyCollection, Request, evaluate, read_policies
from iamtriage.policies._readers.collection import merge_collections
from tests.tables import check_rows

ACCOUNT = "111122223333"
USER, ROLE = f"arn:aws:iam::{ACCOUNT}:user/ana", f"arn:aws:iam::{ACCOUNT}:role/team/app"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"


def doc(action: str = "sqs:SendMessage", **more: object) -> dict[str, Any]:
    statement: dict[str, object] = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement | more]}


OPEN = doc(Principal="*")
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "sts:AssumeRole"}],
}


def kinds(collection: PolicyCollection) -> list[tuple[str, str | None, str | None]]:
    return [(each.policy_type, each.target, each.document.name) for each in collection.policies]


FORMS: dict[str, tuple[dict[str, Any], tuple[str, str | None, str | None]]] = {
    "identity": (doc(), ("identity", None, None)),
    "one statement": (doc() | {"Statement": doc()["Statement"][0]}, ("identity", None, None)),
    "resource": (OPEN, ("resource", None, None)),
    "get-role-policy": ({"RoleName": "app", "PolicyName": "send", "PolicyDocument": doc()}, ("identity", "role/app", "send")),
    "get-user-policy": ({"UserName": "ana", "PolicyName": "send", "PolicyDocument": doc()}, ("identity", "user/ana", "send")),
    "get-group-policy": ({"GroupName": "g", "PolicyName": "send", "PolicyDocument": doc()}, ("identity", None, "send")),
    "percent-encoded": ({"RoleName": "app", "PolicyName": "send", "PolicyDocument": quote(json.dumps(doc()))}, ("identity", "role/app", "send")),
    "get-policy-version": ({"PolicyVersion": {"Document": doc(), "VersionId": "v1"}}, ("identity", None, None)),
    "get-role": ({"Role": {"RoleName": "app", "Arn": ROLE, "AssumeRolePolicyDocument": TRUST}}, ("resource", ROLE, None)),
    "get-bucket-policy": ({"Policy": json.dumps(OPEN)}, ("resource", None, None)),
    "get-queue-attributes": ({"Attributes": {"QueueArn": QUEUE, "Policy": json.dumps(OPEN)}}, ("resource", QUEUE, None)),
    "get-resource-policy": ({"ARN": "arn:aws:secretsmanager:eu-west-1:1:secret:a", "ResourcePolicy": json.dumps(OPEN)}, ("resource", "arn:aws:secretsmanager:eu-west-1:1:secret:a", None)),
    "get-repository-policy": ({"registryId": ACCOUNT, "policyText": json.dumps(OPEN)}, ("resource", None, None)),
    "describe-policy": ({"Policy": {"PolicySummary": {"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY"}, "Content": json.dumps(doc())}}, ("service_control", None, "p-1")),
    "describe-policy of an RCP": ({"Policy": {"PolicySummary": {"Id": "p-2", "Type": "RESOURCE_CONTROL_POLICY"}, "Content": json.dumps(OPEN)}}, ("resource_control", None, "p-2")),
}  # fmt: skip


@check_rows("name", FORMS)
def test_forms(name: str) -> None:
    document, expected = FORMS[name]
    assert kinds(read_policies(document)) == [expected]
    assert kinds(read_policies(json.dumps(document))) == [expected]


def test_a_stated_type_outranks_the_form() -> None:
    (policy,) = read_policies(doc(), policy_type="service_control", level=2, file="scp.json").policies
    assert (policy.policy_type, policy.level, policy.document.file) == ("service_control", 2, "scp.json")


def test_the_lines_of_statements() -> None:
    text = json.dumps(
        {"A": {"Policies": doc()}, "Statement": [{"Effect": "Allow"}, {"Effect": "Deny"}]}, indent=1
    )
    (policy,) = read_policies(text).policies
    lines = text.split("\n")
    assert [lines[each - 1].strip() for each in policy.document.lines] == ["{", "{"]
    assert [lines[each].strip() for each in policy.document.lines] == [
        '"Effect": "Allow"',
        '"Effect": "Deny"',
    ]
    in_text = {"Policy": json.dumps(OPEN)}
    assert read_policies(json.dumps(in_text)).policies[0].document.lines == ()


DETAILS: dict[str, Any] = {
    "UserDetailList": [
        {
            "UserName": "ana",
            "Arn": USER,
            "UserPolicyList": [{"PolicyName": "inline", "PolicyDocument": doc("sqs:ReceiveMessage")}],
            "GroupList": ["senders", "ghosts"],
            "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
            "PermissionsBoundary": {"PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/limit"},
        }
    ],
    "GroupDetailList": [
        {
            "GroupName": "senders",
            "GroupPolicyList": [{"PolicyName": "send", "PolicyDocument": doc()}],
            "AttachedManagedPolicies": [],
        }
    ],
    "RoleDetailList": [
        {
            "RoleName": "app",
            "Arn": ROLE,
            "AssumeRolePolicyDocument": TRUST,
            "RolePolicyList": [],
            "AttachedManagedPolicies": [{"PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/limit"}],
        },
        {"RoleName": "broken", "Arn": f"arn:aws:iam::{ACCOUNT}:role/broken", "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": "?"}]},
    ],
    "Policies": [
        {
            "Arn": f"arn:aws:iam::{ACCOUNT}:policy/limit",
            "PolicyVersionList": [
                {"VersionId": "v1", "IsDefaultVersion": False, "Document": doc("s3:*")},
                {"VersionId": "v2", "IsDefaultVersion": True, "Document": doc("sqs:*")},
            ],
        }
    ],
}  # fmt: skip


def test_account_details() -> None:
    found = read_policies(DETAILS)
    request = Request(USER, "sqs:SendMessage", QUEUE)
    policies = found.select(USER, QUEUE)
    assert len(policies.identity) == 2
    decision = evaluate(request, policies)
    assert decision.allowed is True
    assert decision.statements[0].policy == "send"
    assert found.find_missing(USER, QUEUE) == (
        "the policy arn:aws:iam::aws:policy/ReadOnlyAccess",
        "the policies of the group ghosts",
    )
    # The boundary's default version allows SQS only.
    assert evaluate(Request(USER, "s3:GetObject", "arn:aws:s3:::b/k"), policies).allowed is False
    assert evaluate(Request(SESSION, "sqs:DeleteQueue", QUEUE), found.select(SESSION, QUEUE)).allowed is True
    assert found.find_missing(SESSION, QUEUE) == ()
    assert found.find_missing(f"arn:aws:iam::{ACCOUNT}:role/broken", QUEUE) == ("the policy p",)
    assert found.find_missing(f"arn:aws:iam::{ACCOUNT}:user/ben", QUEUE) == ("the policies of user/ben",)
    assert found.find_missing("sns.amazonaws.com", QUEUE) == ()


def test_the_trust_policy_of_a_role_is_that_of_the_resource() -> None:
    policies = read_policies(DETAILS).select(USER, ROLE)
    assert evaluate(Request(USER, "sts:AssumeRole", ROLE), policies).layer == "role_trust"
    assert read_policies(DETAILS).select(USER, QUEUE).resource is None


def test_a_role_can_be_the_caller_or_the_resource() -> None:
    found = read_policies(DETAILS)
    # The trust policy of the caller is not that of a key.
    assert found.select(SESSION, KEY).resource is None
    assert evaluate(Request(SESSION, "kms:Decrypt", KEY), found.select(SESSION, KEY)).allowed is None
    # The policies of a role are not those of who assumes it.
    policies = found.select(USER, ROLE)
    assert [cast("Any", each).name for each in policies.identity] == ["inline", "send"]
    assert policies.resource is not None


def test_a_role_has_a_boundary_elsewhere() -> None:
    boundary = {"PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/limit"}
    role = {"Role": {"RoleName": "app", "Arn": ROLE, "AssumeRolePolicyDocument": TRUST, "PermissionsBoundary": boundary}}  # fmt: skip
    assert read_policies(role).find_missing(SESSION, QUEUE) == (f"the policy arn:aws:iam::{ACCOUNT}:policy/limit",)  # fmt: skip


def test_the_levels_of_control_policies() -> None:
    listed = {"Policies": [
        {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY"},
        {"Id": "p-1", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY"},
    ]}  # fmt: skip
    deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}}
    described = {"Policy": {"PolicySummary": {"Id": "p-1", "Type": "SERVICE_CONTROL_POLICY"}, "Content": json.dumps(deny)}}  # fmt: skip
    alone = read_policies(listed)
    assert alone.find_missing(USER, QUEUE) == ("the control policy p-1",)
    found = merge_collections([alone, read_policies(described), read_policies(listed, level=1)])
    assert found.find_missing(USER, QUEUE) == ()
    levels = found.select(USER, QUEUE).service_control
    assert levels is not None
    assert [len(each) for each in levels] == [2, 1]


PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {"address": "aws_iam_role.app", "type": "aws_iam_role", "mode": "managed", "values": {
                    "name": "app", "assume_role_policy": json.dumps(TRUST), "managed_policy_arns": [],
                    "inline_policy": [{"name": "own", "policy": json.dumps(doc("sqs:ReceiveMessage"))}, {"name": "empty", "policy": ""}],
                    "permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess"}},
                {"address": "aws_iam_policy.send", "type": "aws_iam_policy", "values": {"name": "send", "policy": json.dumps(doc())}},
                {"address": "aws_iam_policy.old", "type": "aws_iam_policy", "values": {"arn": "arn:aws:iam::1:policy/old", "policy": json.dumps(doc("sqs:PurgeQueue"))}},
                {"address": "aws_iam_role_policy_attachment.send", "type": "aws_iam_role_policy_attachment", "values": {"role": "app"}},
                {"address": "aws_iam_role_policy_attachment.old", "type": "aws_iam_role_policy_attachment", "values": {"role": "app", "policy_arn": "arn:aws:iam::1:policy/old"}},
                {"address": "aws_iam_user_policy_attachment.lost", "type": "aws_iam_user_policy_attachment", "values": {"user": "ana"}},
                {"address": "aws_organizations_policy.scp", "type": "aws_organizations_policy", "values": {"content": json.dumps(doc("*"))}},
                {"address": "aws_organizations_policy.rcp", "type": "aws_organizations_policy", "values": {"type": "RESOURCE_CONTROL_POLICY", "content": json.dumps(OPEN)}},
                {"address": "aws_iam_user.ben", "type": "aws_iam_user", "values": {"name": "ben"}},
                {"address": "aws_iam_role.plain", "type": "aws_iam_role", "values": {"managed_policy_arns": ["arn:aws:iam::aws:policy/X", 3], "inline_policy": [None]}},
                {"address": "aws_instance.i", "type": "aws_instance", "values": {}},
                {"address": "data.aws_iam_policy.x", "type": "aws_iam_policy", "mode": "data", "values": {"policy": json.dumps(doc())}},
            ],
            "child_modules": [{"resources": [
                {"address": "module.m.aws_iam_user_policy.p", "type": "aws_iam_user_policy", "values": {"user": "ana", "policy": json.dumps(doc())}},
                {"address": "module.m.aws_s3_bucket_policy.b", "type": "aws_s3_bucket_policy", "values": {"bucket": "reports", "policy": json.dumps(doc("s3:*", Principal="*"))}},
                {"address": "module.m.aws_kms_key.k", "type": "aws_kms_key", "values": {"arn": KEY, "policy": json.dumps(doc("kms:*", Principal="*"))}},
                {"address": "module.m.aws_sqs_queue.q", "type": "aws_sqs_queue", "values": {"name": "orders", "policy": "${unknown}"}},
            ]}],
        }
    },
    "configuration": {"root_module": {"resources": [
        {"address": "aws_iam_role.app", "expressions": {"name": {"constant_value": "app"}, "inline_policy": [{}]}},
        {"address": "aws_iam_role_policy_attachment.send", "expressions": {
            "policy_arn": {"references": ["aws_iam_policy.send.arn", "aws_iam_policy.send"]}, "role": {"constant_value": "app"}}},
    ]}},
}  # fmt: skip


@pytest.mark.parametrize("member", ["planned_values", "values"])
def test_terraform(member: str) -> None:
    document = {name if name != "planned_values" else member: value for name, value in PLAN.items()}
    found = read_policies(document)
    names = {each.document.name for each in found.policies if each.target == "role/app" and each.policy_type == "identity"}  # fmt: skip
    assert names == {"aws_iam_role.app", "aws_iam_policy.send", "aws_iam_policy.old"}  # fmt: skip
    assert evaluate(Request(SESSION, "sqs:SendMessage", QUEUE), found.select(SESSION, QUEUE)).allowed is True
    bucket = found.select("anonymous", "arn:aws:s3:::reports/q1.csv")
    assert (
        evaluate(Request("anonymous", "s3:GetObject", "arn:aws:s3:::reports/q1.csv"), bucket).allowed is True
    )
    assert found.select("anonymous", "arn:aws:s3:::other/q1.csv").resource is None
    assert found.select(USER, KEY).resource is not None
    unattached = "the policy arn:aws:iam::aws:policy/X"
    assert found.find_missing(SESSION, KEY) == (
        "the policy arn:aws:iam::aws:policy/PowerUserAccess",
        unattached,
    )
    assert found.find_missing(USER, KEY) == (
        "the policy that aws_iam_user_policy_attachment.lost attaches",
        unattached,
    )
    assert found.find_missing(SESSION, QUEUE)[-1] == "the policy of module.m.aws_sqs_queue.q"
    assert found.select(USER, f"arn:aws:iam::{ACCOUNT}:role/app").resource is not None


@check_rows(
    "document",
    [
        "{",
        "[]",
        "{}",
        {"a": 1},
        {"Policy": "?"},
        {"Policies": [{"Id": "p-1"}]},
        {"Attributes": {}},
        {"Role": 3},
    ],
    ids=str,
)
def test_other_documents(document: Any) -> None:  # noqa: ANN401
    with pytest.raises(DocumentError, match=r"^x\.json: "):
        read_policies(document, file="x.json")
    with pytest.raises(TypeError, match="a mapping or JSON text"):
        read_policies(cast("Any", 3))
