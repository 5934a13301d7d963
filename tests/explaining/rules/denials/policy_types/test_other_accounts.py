"""A caller of another account needs a role if the service has no resource-based policies."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "An error occurred (AccessDeniedException) when calling the {} operation: User: {} is not authorized to perform: {} on resource: {}{}"
_PARTNER = "arn:aws:iam::444455556666:user/partner"
_CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/orders"


def _text(
    action: str = "eks:DescribeCluster", resource: str = _CLUSTER, caller: str = _PARTNER, reason: str = ""
) -> str:
    return _DENIED.format(action.partition(":")[2], caller, action, resource, reason)


@check_rows(
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


_TABLE, _QUEUE = "dynamodb:eu-west-1:444455556666:table/orders", "sqs:eu-west-1:444455556666:jobs"
