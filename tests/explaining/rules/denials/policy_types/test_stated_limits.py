"""Tests for what limits a call: the service that uses a key, a boundary that protects itself, and control policies."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ROLE = "arn:aws:sts::111122223333:assumed-role/octo-reader/ana"
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1a2b3c4d-0000-4000-8000-1a2b3c4d5e6f"
_BOUNDARY = "arn:aws:iam::111122223333:policy/limits/OctoBoundary"


def _denied(
    operation: str,
    action: str,
    resource: str,
    why: str = "because no identity-based policy allows the action",
) -> str:
    return f"An error occurred (AccessDenied) when calling the {operation} operation: User: {_ROLE} is not authorized to perform: {action} on resource: {resource} {why}"


@check_rows(
    ("text", "service"),
    [
        (_denied("GetObject", "kms:Decrypt", _KEY), "s3.eu-west-1.amazonaws.com"),
        (_denied("PutObject", "kms:GenerateDataKey", _KEY), "s3.eu-west-1.amazonaws.com"),
        (_denied("GetParameter", "kms:Decrypt", _KEY), "ssm.eu-west-1.amazonaws.com"),
        (f"{_denied('SendMessage', 'kms:Decrypt', _KEY)} (Service: AWSKMS; Status Code: 400)", "sqs."),
        (f"software.amazon.awssdk.services.dynamodb.model.DynamoDbException: {_denied('x', 'kms:Decrypt', _KEY).partition(': ')[2]}", "dynamodb."),
        # KMS was called, the service is unknown, or the names of services are not documented there.
        (_denied("Decrypt", "kms:Decrypt", _KEY), None),
        (_denied("RunInstances", "kms:CreateGrant", _KEY), None),
        (_denied("PublishLayerVersion", "kms:Decrypt", _KEY), None),
        (_denied("GetRecords", "kms:Decrypt", _KEY), None),
        (_denied("GetObject", "kms:Decrypt", _KEY.replace("aws:kms:eu-west-1", "aws-cn:kms:cn-north-1")), None),
        (_denied("GetObject", "s3:GetObject", "arn:aws:s3:::octo/a"), None),
    ],
)  # fmt: skip
def test_key_is_allowed_through_the_called_service(text: str, service: str | None) -> None:
    [statement] = (explain(text).remedies[0].policy or {})["Statement"]
    condition = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", "")
    assert condition.startswith(service) if service else not condition


def test_key_policy_allows_the_same() -> None:
    text = _denied("GetObject", "kms:Decrypt", _KEY, "because no resource-based policy allows the action")
    assert '"kms:ViaService": "s3.eu-west-1.amazonaws.com"' in str(explain(text))


@check_rows(
    ("shown", "is_named"),
    [
        (f"this is {_BOUNDARY}:", True),
        ('"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/team-boundary"', True),
        ("The boundary is arn:aws:iam::111122223333:policy/limits", True),
        (f"{_BOUNDARY} and arn:aws:iam::111122223333:policy/team-boundary", False),
        ("arn:aws:iam::111122223333:policy/DenyWithoutBoundary", False),
        ("arn:aws:iam::111122223333:policy/boundary-checks", False),
    ],
    ids=["path", "role", "sentence", "two", "about boundaries", "another name"],
)
def test_boundary_by_its_name(shown: str, *, is_named: bool) -> None:
    why = "because no permissions boundary allows the sqs:SendMessage action"
    text = _denied("SendMessage", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:mails", why)
    first = explain(f"{text}\n{shown}").remedies[0].commands[0]
    assert first.startswith("boundary=arn:aws:iam::111122223333:policy/") is is_named


@pytest.mark.parametrize(
    ("operation", "resource", "protects"),
    [
        ("DeleteUserPermissionsBoundary", "arn:aws:iam::111122223333:user/kim", True),
        ("DeleteRolePermissionsBoundary", "arn:aws:iam::111122223333:role/octo-reader", True),
        ("CreatePolicyVersion", _BOUNDARY, True),
        ("PutUserPermissionsBoundary", "arn:aws:iam::111122223333:user/kim", False),
        ("CreatePolicyVersion", f"{_BOUNDARY}2", False),
    ],
)
def test_boundary_that_protects_itself(operation: str, resource: str, *, protects: bool) -> None:
    why = f"with an explicit deny in a permissions boundary: {_BOUNDARY}"
    remedy = explain(_denied(operation, f"iam:{operation}", resource, why)).remedies[0]
    assert remedy.title.startswith("Ask an administrator whom the boundary does not limit") == protects
    assert any("change the call so that" in each for each in remedy.steps) != protects


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("service", "not even an administrator's Allow, the queue policy or the root user."),
        ("resource", "Neither an identity-based policy nor the queue policy overrides it."),
    ],
)
def test_what_overrides_no_control_policy(kind: str, expected: str) -> None:
    why = f"with an explicit deny in a {kind} control policy"
    text = _denied("SendMessage", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", why)
    assert expected in explain(text).causes[0].text
    assert "AWS does not name the policy." in explain(text).causes[0].text


@check_rows(
    ("statements", "edits"),
    [
        (
            '{"Sid": "AllowList", "Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}',
            "Add sqs:SendMessage to the Action of the statement AllowList in the service control policy in the text",
        ),
        (
            '{"Effect": "Allow", "Action": ["s3:*", "logs:*"], "Resource": "*"}',
            "Add sqs:SendMessage to the Action of the statement that allows s3:* in the service control policy in the text",
        ),
        # The action is in the list, with another resource.
        (
            '{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}, {"Sid": "Queues", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:other"}',
            "Add arn:aws:sqs:eu-west-1:111122223333:jobs to the Resource of the statement Queues in the service control policy in the text",
        ),
        # Two lists, or one with a condition: the added statement can be right.
        (
            '{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}',
            None,
        ),
        (
            '{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:ViaAWSService": "true"}}}',
            None,
        ),
    ],
    ids=["sid", "no-sid", "other-resource", "two-lists", "condition"],
)
def test_list_of_what_an_organization_allows_is_extended(statements: str, edits: str | None) -> None:
    why = "because no service control policy allows the sqs:SendMessage action"
    text = _denied("SendMessage", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", why)
    steps = (
        explain(f'{text}\n\nThe SCP:\n{{"Version": "2012-10-17", "Statement": [{statements}]}}')
        .remedies[0]
        .steps
    )
    first = steps[0]
    assert first.startswith("Add ") is (edits is not None)
    assert (edits or "") in first
    assert any("FullAWSAccess was replaced" in each for each in steps) is (edits is None)


@pytest.mark.parametrize(
    ("action", "resource", "why", "is_said"),
    [
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "no service control policy", True),
        ("ec2:DescribeVpcs", "*", "no service control policy", False),
        # Only a guardrail of an organization grants nothing and can name all resources.
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "no permissions boundary", False),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:jobs", "no identity-based policy", False),
    ],
)
def test_statement_of_an_organization_can_name_all_resources(
    action: str, resource: str, why: str, *, is_said: bool
) -> None:
    text = _denied(action.partition(":")[2], action, resource, f"because {why} allows the {action} action")
    [first, *_] = explain(text).remedies
    assert ('With "Resource": "*"' in " ".join(first.steps)) is is_said


@pytest.mark.parametrize(
    ("policy", "is_narrow"),
    [
        ("arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess", True),
        ("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", True),
        ("arn:aws:iam::aws:policy/AmazonSQSFullAccess", False),
        ("arn:aws:iam::aws:policy/AdministratorAccess", False),
        # The caller may be able to change it.
        ("arn:aws:iam::111122223333:policy/queues", False),
    ],
)
def test_boundary_lets_a_role_get_only_the_policy_of_the_call(policy: str, is_narrow: bool) -> None:  # noqa: FBT001
    boundary = "arn:aws:iam::111122223333:policy/limits"
    [first, *_] = explain(
        f"$ aws iam attach-role-policy --role-name etl --policy-arn {policy}\n\nAn error occurred (AccessDenied) when calling the AttachRolePolicy operation: User: arn:aws:iam::111122223333:user/kim is not authorized to perform: iam:AttachRolePolicy on resource: role etl because no permissions boundary allows the iam:AttachRolePolicy action. The boundary is {boundary}"
    ).remedies
    statement = first.statement
    assert statement is not None
    only = {"ArnEquals": {"iam:PolicyARN": policy}}
    assert (statement["Condition"] == only) is is_narrow
    assert ("iam:PermissionsBoundary" in statement["Condition"].get("StringEquals", {})) is not is_narrow
    assert any(step.startswith("Or an administrator attaches") for step in first.steps) is is_narrow


@check_rows(
    ("reason", "after", "verdict"),
    [
        ("because no permissions boundary allows the sqs:SendMessage action", "permissions-boundary: arn:aws:iam::111122223333:policy/limits", "its permissions boundary, limits in the text, does not allow it."),
        ("with an explicit deny in a permissions boundary", "The boundary is arn:aws:iam::111122223333:policy/limits", "its permissions boundary, limits in the text, explicitly denies it."),
        ("because no permissions boundary allows the sqs:SendMessage action", "PolicyArn: arn:aws:iam::111122223333:policy/limits", "its permissions boundary does not allow it."),
        ("because no permissions boundary allows the sqs:SendMessage action", "boundary: arn:aws:iam::111122223333:policy/a, or boundary: arn:aws:iam::111122223333:policy/b", "its permissions boundary does not allow it."),
    ],
    ids=["no Allow", "Deny", "another policy", "two"],
)  # fmt: skip
def test_boundary_in_the_text_is_named(reason: str, after: str, verdict: str) -> None:
    denied = f"User: arn:aws:sts::111122223333:assumed-role/etl/i is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:out {reason}"
    assert explain(f"{denied}\n\n{after}").summary.endswith(verdict)


@pytest.mark.parametrize(
    ("action", "is_own"), [("sqs:SendMessage", True), ("iam:CreateServiceLinkedRole", False)]
)
def test_calls_of_iam_name_the_boundaries_of_others(action: str, *, is_own: bool) -> None:
    denied = f"User: arn:aws:sts::111122223333:assumed-role/etl/i is not authorized to perform: {action} on resource: arn:aws:sqs:eu-west-1:111122223333:out because no permissions boundary allows the {action} action"
    text = f"{denied}\n\nThe boundary is arn:aws:iam::111122223333:policy/limits"
    first = explain(text).remedies[0]
    assert ("boundary=arn:aws:iam::111122223333:policy/limits" in first.commands) is is_own


@pytest.mark.parametrize(
    ("role", "verdict"),
    [
        ("etl", "its permissions boundary limits does"),
        ("web", "its permissions boundary does"),
    ],
)
def test_boundary_that_iam_prints(role: str, verdict: str) -> None:
    printed = f'$ aws iam get-role --role-name {role} --query Role.PermissionsBoundary\n{{\n    "PermissionsBoundaryType": "Policy",\n    "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/ci/limits"\n}}\n'
    denied = "User: arn:aws:sts::111122223333:assumed-role/etl/i is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:out because no permissions boundary allows the sqs:SendMessage action"
    assert verdict in explain(f"{denied}\n\n{printed}").summary
    version = '$ aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/ci/limits --version-id v2 --query PolicyVersion.Document\n{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}\n'
    listed = f"$ aws iam list-attached-role-policies --role-name {role} --query 'AttachedPolicies[].PolicyName' --output text\nAmazonSQSFullAccess\n"
    shown = explain(f"{denied}\n\n{printed}{version}{listed}").summary
    assert ("the permissions boundary limits does not allow this action" in shown) is (role == "etl")


@pytest.mark.parametrize(
    ("owner", "verdict"),
    [
        ("111122223333", "the key policy does not allow this service-linked role."),
        ("444455556666", "no identity-based policy allows it."),
    ],
)
def test_only_the_key_policy_allows_a_service_linked_role(owner: str, verdict: str) -> None:
    denied = f"User: arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling is not authorized to perform: kms:CreateGrant on resource: arn:aws:kms:eu-west-1:{owner}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9 because no identity-based policy allows the kms:CreateGrant action"
    explanation = explain(denied)
    assert explanation.summary.endswith(verdict)
    assert ("Auto Scaling then tries again by itself." in str(explanation.remedies[0].steps)) is (
        owner == "111122223333"
    )


def test_boundary_that_a_new_role_gets_is_not_named_as_that_of_the_caller() -> None:
    call = "$ aws iam create-role --role-name a --permissions-boundary arn:aws:iam::111122223333:policy/limits --assume-role-policy-document file://t.json"
    denied = "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/a because no permissions boundary allows the iam:CreateRole action"
    assert "its permissions boundary does not allow it" in explain(f"{call}\n\n{denied}").summary


_LIMITS = "arn:aws:iam::111122223333:policy/team/AppBoundary"
_SHOWN_VERSION = (
    f"$ aws iam get-policy-version --policy-arn {_LIMITS} --version-id v4 --query PolicyVersion.Document\n"
)
_LISTED_VERSIONS = f"\n$ aws iam list-policy-versions --policy-arn {_LIMITS} --output text\nVERSIONS\t2026-11-18T15:22:07+00:00\t{{}}\tv4\nVERSIONS\t2026-06-02T09:10:44+00:00\t{{}}\tv3\n"
_BOTH = _LISTED_VERSIONS.format("False", "True")


@check_rows(
    ("actions", "deny", "listed", "said", "is_other"),
    [
        (["sqs:SendMessage"], None, _BOTH, "", True),
        (["sqs:*"], None, _BOTH, "I attached AmazonSQSFullAccess to the role etl.", True),
        (["sqs:SendMessage"], None, f'\n$ aws iam get-policy --policy-arn {_LIMITS}\n{{"Policy": {{"DefaultVersionId": "v3"}}}}', "", True),
        # The version lacks the action, denies it, is the default one, or an older one, allows everything, or was taken back.
        (["sqs:SendMessage"], None, _BOTH.replace("v4", "v5").replace("v3", "v6"), "", False),
        (["*"], None, _BOTH, "", False),
        (["sqs:*"], None, _BOTH, "We rolled v4 back after the incident.", False),
        (["sqs:ReceiveMessage"], None, _BOTH, "", False),
        (["sqs:*"], "sqs:SendMessage", _BOTH, "", False),
        (["sqs:SendMessage"], None, _LISTED_VERSIONS.format("True", "False"), "", False),
        (["sqs:SendMessage"], None, "", "", False),
        (["sqs:SendMessage"], None, _BOTH.replace("AppBoundary", "OtherBoundary"), "", False),
    ],
)  # fmt: skip
def test_version_of_a_boundary_that_is_not_the_default(
    actions: list[str], deny: str | None, listed: str, said: str, *, is_other: bool
) -> None:
    statements: list[dict[str, object]] = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
    if deny is not None:
        statements.append({"Effect": "Deny", "Action": deny, "Resource": "*"})
    shown = json.dumps({"Version": "2012-10-17", "Statement": statements})
    denied = "An error occurred (AccessDenied) when calling the SendMessage operation: User: arn:aws:sts::111122223333:assumed-role/etl/1 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no permissions boundary allows the sqs:SendMessage action\n"
    explanation = explain(f"{denied}{_SHOWN_VERSION}{shown}{listed}{said}")
    first = explanation.remedies[0]
    summary = "version v4 of its permissions boundary AppBoundary allows it, but v3 is the default version."
    assert explanation.summary.endswith(summary) is is_other
    assert any("set-default-policy-version" in each for each in first.commands) is is_other
    # The limit stays, and no other policy is changed.
    assert (first.statement is None) is is_other
    assert ("another Allow" in explanation.causes[0].text) is is_other


_LIMITED = "User: arn:aws:sts::111122223333:assumed-role/etl/s is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:jobs because no permissions boundary allows the sqs:SendMessage action\n"
_LIMITS = "arn:aws:iam::111122223333:policy/core/limits"
_PLAN = "  # module.etl.aws_iam_role.this will be {}\n      {} permissions_boundary = {}\n"


@check_rows(
    ("shown", "says", "where"),
    [
        (_PLAN.format("updated in-place", "+", f'"{_LIMITS}"'), "(module.etl.aws_iam_role.this): before, the policies", "in Terraform"),
        ("Module bump 1.2 -> 2.0:\n" + _PLAN.format("updated in-place", "+", f'"{_LIMITS}"'), "with the update from 1.2 to 2.0: before", "(its path is /core/)"),
        (_PLAN.format("updated in-place", "~", f'"arn:aws:iam::111122223333:policy/old" -> "{_LIMITS}"'), "sets another boundary than before", "in Terraform"),
        (_PLAN.format("created", "+", f'"{_LIMITS}"'), "", "in Terraform"),
        (_PLAN.format("updated in-place", "-", f'"{_LIMITS}" -> null'), "", None),
        (f"[~] AWS::IAM::Role Etl\n └─ [+] PermissionsBoundary\n     └─ {_LIMITS}\n", "The change in the text adds this boundary: before", "in a template"),
        (f'  permissions_boundary = "{_LIMITS}"\n', "", "in Terraform"),
        (f"The boundary is {_LIMITS}.\n", "", None),
    ],
)  # fmt: skip
def test_what_sets_the_boundary(shown: str, says: str, where: str | None) -> None:
    explanation = explain(_LIMITED + shown)
    [cause], [remedy] = explanation.causes, explanation.remedies
    assert says in (cause.text or "")
    assert ("in the text" in (cause.text or "")) is bool(says)
    steps = " ".join(remedy.steps)
    assert "whoever manages this policy" not in steps if where is None else where in steps
