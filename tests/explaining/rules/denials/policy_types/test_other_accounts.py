"""A caller of another account needs a role if the service has no resource-based policies."""

from __future__ import annotations

import pytest

from iamtriage import explain

_DENIED = "An error occurred (AccessDeniedException) when calling the {} operation: User: {} is not authorized to perform: {} on resource: {}{}"
_PARTNER = "arn:aws:iam::444455556666:user/partner"
_CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/orders"


def _text(
    action: str = "eks:DescribeCluster", resource: str = _CLUSTER, caller: str = _PARTNER, reason: str = ""
) -> str:
    return _DENIED.format(action.partition(":")[2], caller, action, resource, reason)


@pytest.mark.parametrize(
    ("text", "is_needed"),
    [
        (_text(), True),
        (_text(reason=" because no identity-based policy allows the eks:DescribeCluster action"), True),
        (_text("ecs:RunTask", "arn:aws:ecs:eu-west-1:111122223333:task-definition/orders:3"), True),
        (_text(caller="arn:aws:iam::111122223333:user/ana"), False),
        (_text(reason=" with an explicit deny in an identity-based policy"), False),
        (_text(reason=" because no permissions boundary allows the eks:DescribeCluster action"), False),
        (_text("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders"), False),
        # They cannot assume roles.
        (_text(caller="arn:aws:iam::444455556666:root"), False),
        (_text(caller="arn:aws:sts::444455556666:federated-user/ana"), False),
        (_text(caller="arn:aws:sts::444455556666:assumed-role/AWSServiceRoleForConfig/check"), False),
        (_text(resource="arn:aws-cn:eks:cn-north-1:111122223333:cluster/orders"), False),
        # A delegated administrator works with the stack sets of the management account.
        (
            _text(
                "cloudformation:DescribeStackSet",
                "arn:aws:cloudformation:eu-west-1:111122223333:stackset/base:1",
            ),
            False,
        ),
        # Subnets and images can be shared.
        (_text("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-0a1b2c3d"), False),
    ],
)
def test_services_without_resource_policies(text: str, *, is_needed: bool) -> None:
    explanation = explain(text)
    assert (explanation.causes[0].code == "resource-of-other-account") is is_needed
    assert ("it needs a role of that account" in explanation.summary) is is_needed


def test_role_for_the_caller() -> None:
    first, *others = explain(_text()).remedies
    assert not others
    assert first.who == "resource owner"
    assert first.policy == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "eks:DescribeCluster", "Resource": _CLUSTER}],
    }
    create, attach, allow, use = first.commands
    assert f'"Principal":{{"AWS":"{_PARTNER}"}},"Action":"sts:AssumeRole"' in create
    assert attach.startswith("aws iam put-role-policy --role-name NEW_ROLE_NAME ")
    assert allow.startswith("aws iam put-user-policy --user-name partner ")
    assert use == (
        "aws eks update-kubeconfig --name orders --region eu-west-1 "
        "--role-arn arn:aws:iam::111122223333:role/NEW_ROLE_NAME"
    )


_OWN = "arn:aws:sts::444455556666:assumed-role/app/1"
_TABLE, _QUEUE = "dynamodb:eu-west-1:444455556666:table/orders", "sqs:eu-west-1:444455556666:jobs"
_SAID = "The table orders lives in account 111122223333.\n"
_OF_TABLE = '{{"Statement": [{{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:{}:table/orders"{}}}]}}'


@pytest.mark.parametrize(
    ("action", "resource", "said", "title"),
    [
        ("dynamodb:GetItem", _TABLE, _SAID, "Set TableName to arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
        ("dynamodb:GetItem", _TABLE, _OF_TABLE.format("111122223333", ', "Principal": {"AWS": "arn:aws:iam::444455556666:role/app"}'), "Set TableName to"),
        ("dynamodb:GetItem", _TABLE, "Cross-account: " + _OF_TABLE.format("111122223333", ""), "Set TableName to"),
        ("sqs:SendMessage", _QUEUE, "The queue jobs belongs to 111122223333.", "Set QueueUrl to https://sqs.eu-west-1.amazonaws.com/111122223333/jobs"),
        ("sqs:SendMessage", "sqs:cn-north-1:444455556666:jobs", "The queue jobs belongs to 111122223333.", "Set QueueUrl to https://sqs.cn-north-1.amazonaws.com.cn/111122223333/jobs"),
        ("lambda:InvokeFunction", "lambda:eu-west-1:444455556666:function:price", "arn:aws:lambda:eu-west-1:111122223333:function:price is in the platform account", "Set FunctionName to arn:"),
        ("secretsmanager:GetSecretValue", "secretsmanager:eu-west-1:444455556666:secret:db", "The secret db (arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf) is shared cross-account.", "Set SecretId to arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"),
        # The account of a policy that somebody copied, a wrong digit, and another table.
        ("dynamodb:GetItem", _TABLE, _OF_TABLE.format("111122223333", ""), None),
        ("dynamodb:GetItem", _TABLE, "Cross-account: " + _OF_TABLE.format("444455556665", ""), None),
        ("dynamodb:GetItem", _TABLE, "The table orders-old lives in account 111122223333.", None),
        ("dynamodb:GetItem", _TABLE.replace("444455556666", "777788889999"), _SAID, None),
    ],
)  # fmt: skip
def test_a_name_in_the_own_account(action: str, resource: str, said: str, title: str | None) -> None:
    reason = f" because no identity-based policy allows the {action} action\n"
    explanation = explain(_text(action, f"arn:aws:{resource}", _OWN, reason) + said)
    assert (explanation.causes[0].code == "named-in-own-account") is (title is not None)
    if title is not None:
        assert explanation.remedies[0].title.startswith(title)
        assert not any(remedy.policy for remedy in explanation.remedies)


def test_the_line_with_the_name() -> None:
    reason = " because no identity-based policy allows the dynamodb:GetItem action\n"
    text = _text("dynamodb:GetItem", f"arn:aws:{_TABLE}", _OWN, reason) + _SAID
    code = '  out = ddb.get_item(TableName="orders", Key=key)\n'
    wanted = 'out = ddb.get_item(TableName="arn:aws:dynamodb:eu-west-1:111122223333:table/orders", Key=key)'
    assert explain(text + code).remedies[0].manifest == wanted
    assert explain(text + code + code.replace("get", "put")).remedies[0].manifest is None


def test_a_secret_without_an_arn() -> None:
    reason = " because no identity-based policy allows the secretsmanager:GetSecretValue action\n"
    said = "The secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf is in the platform account."
    explanation = explain(_text("secretsmanager:GetSecretValue", "db", _OWN, reason) + said)
    assert explanation.topic == "named-in-own-account"
    assert "444455556666:secret:db-" not in str(explanation)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ('NonExistentQueue: The specified queue does not exist.\nsqs.get_queue_url(QueueName="jobs")\nThe queue arn:aws:sqs:eu-west-1:111122223333:jobs is in the platform account, we run in 444455556666', "named-in-own-account"),
        ("ResourceNotFoundException: Requested resource not found: Table: orders not found\nThe role of 444455556666 has cross-account access to arn:aws:dynamodb:eu-west-1:111122223333:table/orders", "named-in-own-account"),
        # The caller can be in the wrong account.
        ("ResourceNotFoundException: Requested resource not found: Table: orders not found\nThe table is in account 111122223333, and I am in 444455556666.", "not-found"),
        ("ResourceNotFoundException: Requested resource not found: Table: orders not found\nIt is in the platform account.", "not-found"),
    ],
)  # fmt: skip
def test_a_name_that_the_own_account_lacks(text: str, topic: str) -> None:
    code = text.partition(":")[0]
    explanation = explain(
        f"An error occurred ({code}) when calling the X operation: {text.partition(': ')[2]}"
    )
    assert explanation.topic == topic
