"""The resources of a grant: those that AWS accepts for the action, and no more than were denied."""

from __future__ import annotations

import pytest

from iamtriage._rendering.placeholders import find_placeholders
from iamtriage.policies._arn_templates import Location
from iamtriage.policies._grants import build_grant
from tests.tables import check_rows

HERE = Location("aws", "eu-west-1", "111122223333")
NAMED = Location(
    "aws",
    "eu-west-1",
    "111122223333",
    (("table", "orders"), ("bucket", "www"), ("prefix", "docs/"), ("name", "cart")),
)


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("dynamodb:GetItem", None, "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
        ("s3:ListBucket", None, "arn:aws:s3:::www"),
        ("s3:PutObject", "arn:aws:s3:::www", "arn:aws:s3:::www/docs/*"),
        ("eks:DescribeCluster", None, "arn:aws:eks:eu-west-1:111122223333:cluster/cart"),
        ("kinesis:PutRecord", None, "arn:aws:kinesis:eu-west-1:111122223333:stream/cart"),
    ],
)
def test_known_names_fill_the_resource(action: str, resource: str | None, expected: str) -> None:
    """Names that are known in addition to the resource complete it."""
    grant = build_grant(action, resource, NAMED)
    assert grant is not None
    assert grant.resources == (expected,)


@check_rows(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders/1.csv"),
        ("s3:getobject", "arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders/1.csv"),
        ("s3:GetObject", "arn:aws:s3:::orders", "arn:aws:s3:::orders/OBJECT_KEY"),
        ("s3:ListBucket", "arn:aws:s3:::orders/1.csv", "arn:aws:s3:::orders"),
        ("s3:ListBucket", "arn:aws:s3:::orders", "arn:aws:s3:::orders"),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", "*"),
        ("sqs:SendMessage", "https://sqs.us-east-1.amazonaws.com/444455556666/jobs", "arn:aws:sqs:us-east-1:444455556666:jobs"),
        ("ec2:DescribeInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "*"),
        ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/*"),
        ("schemas:ListRegistries", "arn:aws:schemas:eu-west-1:111122223333:*", "arn:aws:schemas:eu-west-1:111122223333:*"),
        ("schemas:DeleteRegistry", "arn:aws:schemas:eu-west-1:111122223333:*", "arn:aws:schemas:eu-west-1:111122223333:NAME"),
        ("config:PutConfigRule", "arn:aws:config:eu-west-1:111122223333:config-rule/*", "arn:aws:config:eu-west-1:111122223333:config-rule/*"),
        ("config:DeleteConfigRule", "arn:aws:config:eu-west-1:111122223333:config-rule/*", "arn:aws:config:eu-west-1:111122223333:config-rule/CONFIG_RULE_ID"),
        ("wafv2:CreateWebACL", "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/*/*", "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/*/*"),
        ("wafv2:UpdateWebACL", "arn:aws:wafv2:eu-west-1:111122223333:regional/managedruleset/*/*", "arn:aws:wafv2:eu-west-1:111122223333:regional/managedruleset/*/*"),
        ("wafv2:GetManagedRuleSet", "arn:aws:wafv2:eu-west-1:111122223333:regional/managedruleset/*/*", "arn:aws:wafv2:eu-west-1:111122223333:regional/managedruleset/NAME/NAME"),
        ("es:CreateDomain", "arn:aws:es:eu-west-1:111122223333:domain/*", "arn:aws:es:eu-west-1:111122223333:domain/DOMAIN"),
        ("ssm:StartSession", "arn:aws:ec2:eu-west-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/INSTANCE_ID"),
        ("iam:GetPolicy", "policy arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("iam:GetInstanceProfile", "instance profile arn:aws:iam::111122223333:instance-profile/a/web", "arn:aws:iam::111122223333:instance-profile/a/web"),
        ("ec2:ReplaceRoute", "arn:aws:ec2:eu-west-1:111122223333:*/*", "arn:aws:ec2:eu-west-1:111122223333:route-table/*"),
        ("ec2:DisassociateRouteTable", "arn:aws:ec2:eu-west-1:****:*/*", "arn:aws:ec2:eu-west-1:ACCOUNT_ID:*/*"),
        ("eks:DescribeCluster", ":cluster/orders", "arn:aws:eks:eu-west-1:111122223333:cluster/orders"),
        ("dynamodb:GetItem", "table/orders", "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"),
        ("lambda:InvokeFunction", "function:orders", "arn:aws:lambda:eu-west-1:111122223333:function:orders"),
        ("sqs:SendMessage", "***:orders", "arn:aws:sqs:eu-west-1:111122223333:orders"),
        ("dynamodb:GetItem", "tables", "arn:aws:dynamodb:eu-west-1:111122223333:table/tables"),
        ("route53:ListResourceRecordSets", None, "arn:aws:route53:::hostedzone/HOSTED_ZONE_ID"),
        ("route53:ListResourceRecordSets", "arn:aws:route53:::hostedzone/XXXXXXX", "arn:aws:route53:::hostedzone/HOSTED_ZONE_ID"),
        ("cloudformation:CreateStack", None, "arn:aws:cloudformation:eu-west-1:111122223333:stack/STACK_NAME/*"),
        ("ecr:GetAuthorizationToken", None, "*"),
        ("iot:AttachPolicy", "eu-west-1:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "*"),
        ("iot:AttachPolicy", "arn:aws:iot:eu-west-1:111122223333:cert/0a1b", "arn:aws:iot:eu-west-1:111122223333:cert/0a1b"),
        ("iot:AttachPolicy", None, "arn:aws:iot:eu-west-1:111122223333:cert/CERTIFICATE_NAME"),
        ("cloudwatch:PutMetricData", None, "*"),
        ("cloudwatch:GetMetricData", "*", "*"),
        ("ce:GetCostAndUsage", None, "*"),
        ("events:PutRule", None, "arn:aws:events:eu-west-1:111122223333:rule/EVENT_BUS_NAME/RULE_NAME"),
        ("es:ESHttpGet", None, "arn:aws:es:eu-west-1:111122223333:domain/DOMAIN"),
        ("eks:DescribeCluster", "*", "arn:aws:eks:eu-west-1:111122223333:cluster/CLUSTER"),
        ("iam:PassRole", "*", "arn:aws:iam::111122223333:role/ROLE_NAME_WITH_PATH"),
        ("kms:Decrypt", "*", "arn:aws:kms:eu-west-1:111122223333:key/KEY_ID"),
        ("secretsmanager:GetSecretValue", "*", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:SECRET_ID"),
        ("s3:GetObject", "arn:aws:s3:::orders/*", "arn:aws:s3:::orders/${*}"),
        ("s3:GetObject", "arn:aws:s3:::orders/what?.csv", "arn:aws:s3:::orders/what${?}.csv"),
        ("s3:ListBucket", "arn:aws:s3:::*", "arn:aws:s3:::BUCKET"),
        ("iam:GetRole", "role app", "arn:aws:iam::111122223333:role/app"),
        ("iam:GetUser", "user ana", "arn:aws:iam::111122223333:user/ana"),
        ("iam:GetRole", "app", "arn:aws:iam::111122223333:role/app"),
        ("iam:PassRole", None, "arn:aws:iam::111122223333:role/ROLE_NAME_WITH_PATH"),
        ("iam:RemoveRoleFromInstanceProfile", "instance profile nodes", "arn:aws:iam::111122223333:instance-profile/nodes"),
        ("secretsmanager:GetSecretValue", "/prod/db", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:/prod/db-??????"),
        ("secretsmanager:CreateSecret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????"),
        ("secretsmanager:DescribeSecret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1B2c3"),
        ("eks:DescribeCluster", None, "arn:aws:eks:eu-west-1:111122223333:cluster/CLUSTER"),
        ("s3:PutObject", None, "arn:aws:s3:::BUCKET/OBJECT_KEY"),
        ("iam:GetRole", "AWSServiceRoleForBackup", "arn:aws:iam::111122223333:role/aws-service-role/*/AWSServiceRoleForBackup"),
        ("ec2:CreateVpc", None, "arn:aws:ec2:eu-west-1:111122223333:vpc/*"),
        ("ec2:AllocateAddress", None, "arn:aws:ec2:eu-west-1:111122223333:elastic-ip/*"),
        ("ec2:CreateRoute", None, "arn:aws:ec2:eu-west-1:111122223333:route-table/ROUTE_TABLE_ID"),
        ("ec2:DeleteVpc", None, "arn:aws:ec2:eu-west-1:111122223333:vpc/VPC_ID"),
        ("elasticfilesystem:CreateMountTarget", None, "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/FILE_SYSTEM_ID"),
        ("ec2:CreateTags", None, "RESOURCE_ARN"),
        ("rds:AddTagsToResource", None, "RESOURCE_ARN"),
        ("lambda:TagResource", None, "RESOURCE_ARN"),
        ("s3:PutObjectTagging", None, "arn:aws:s3:::BUCKET/OBJECT_KEY"),
        ("logs:CreateLogGroup", None, "arn:aws:logs:eu-west-1:111122223333:log-group:LOG_GROUP_NAME:*"),
        ("logs:TagLogGroup", None, "arn:aws:logs:eu-west-1:111122223333:log-group:LOG_GROUP_NAME"),
        ("eks:DescribeCluster", "demo cluster!", "arn:aws:eks:eu-west-1:111122223333:cluster/CLUSTER"),
        ("sqs:SendMessage", "orders", "arn:aws:sqs:eu-west-1:111122223333:orders"),
    ],
)  # fmt: skip
def test_narrowest_accepted_resource(action: str, resource: str | None, expected: str) -> None:
    grant = build_grant(action, resource, HERE)
    assert grant is not None
    assert grant.known
    assert grant.resources == (expected,)
    if expected == "*":
        assert any("*" in note for note in grant.notes), "the asterisk has a note"


@check_rows(
    ("action", "resource", "is_pattern"),
    [
        ("ec2:RunInstances", "ec2:eu-west-1:111122223333:volume/*", True),
        ("ec2:AllocateAddress", "ec2:eu-west-1:111122223333:elastic-ip/*", True),
        ("ec2:ImportSnapshot", "ec2:eu-west-1:111122223333:import-snapshot-task/*", True),
        ("ec2:StopInstances", "ec2:eu-west-1:111122223333:instance/*", False),
        ("ec2:DisassociateRouteTable", "ec2:eu-west-1:111122223333:*/*", True),
        ("cloudformation:DescribeStacks", "cloudformation:eu-west-1:111122223333:stack/orders/*", True),
        ("cloudformation:UpdateStack", "cloudformation:eu-west-1:111122223333:stack/*/*", False),
        ("elasticloadbalancing:AddTags", "elasticloadbalancing:eu-west-1:111122223333:targetgroup/orders/*", True),
        ("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/orders/*", True),
        ("neptune-db:ReadDataViaQuery", "neptune-db:eu-west-1:111122223333:cluster-ABC/*", True),
        ("neptune-db:ReadDataViaQuery", "neptune-db:eu-west-1:111122223333:*/*", False),
        ("autoscaling:CreateAutoScalingGroup", "autoscaling:eu-west-1:111122223333:autoScalingGroup:*:autoScalingGroupName/web", True),
        ("ecs:RegisterTaskDefinition", "ecs:eu-west-1:111122223333:task-definition/web:*", True),
        ("ecs:RunTask", "ecs:eu-west-1:111122223333:task-definition/web:*", True),
        ("lambda:InvokeFunction", "lambda:eu-west-1:111122223333:function:orders:*", False),
        ("ecs:RunTask", "ecs:eu-west-1:111122223333:task-definition/*:7", False),
        ("rds:DescribeDBInstances", "rds:eu-west-1:111122223333:db:*", True),
        ("rds:DescribeDBClusters", "rds:eu-west-1:111122223333:cluster:*", True),
        ("rds:DeleteDBInstance", "rds:eu-west-1:111122223333:db:*", False),
        ("elasticache:DescribeCacheClusters", "elasticache:eu-west-1:111122223333:cluster:*", True),
        ("redshift:DescribeClusters", "redshift:eu-west-1:111122223333:cluster:*", True),
        ("ecr:DescribeRepositories", "ecr:eu-west-1:111122223333:repository/*", True),
        ("codedeploy:ListDeployments", "codedeploy:eu-west-1:111122223333:deploymentgroup:*", True),
        ("iam:ListAttachedRolePolicies", "iam::111122223333:role/*", False),
        ("kms:ListGrants", "kms:eu-west-1:111122223333:key/*", False),
        ("dynamodb:GetItem", "dynamodb:eu-west-1:111122223333:table/*", False),
        ("orders:ShipOrder", "orders:eu-west-1:111122223333:order/*", False),
    ],
)  # fmt: skip
def test_an_asterisk_stays_only_where_aws_writes_it(action: str, resource: str, *, is_pattern: bool) -> None:
    grant = build_grant(action, f"arn:aws:{resource}", HERE)
    assert grant is not None
    if is_pattern:
        assert grant.resources == (f"arn:aws:{resource}",)
        assert any("*" in note for note in grant.notes), "the asterisk has a note"
    else:
        assert "*" not in grant.resources[0]
        assert grant.has_placeholders


def test_a_name_of_an_unclear_type_fills_no_resource() -> None:
    """The name can be that of a group, a role or a user."""
    grant = build_grant("iam:ListPoliciesGrantingServiceAccess", "app", HERE)
    assert grant is not None
    assert {each.rpartition("/")[2] for each in grant.resources} == {
        "GROUP_NAME_WITH_PATH",
        "ROLE_NAME_WITH_PATH",
        "USER_NAME_WITH_PATH",
    }


@check_rows("action", ["iam:PassRole", "kms:Decrypt", "ec2:StopInstances", "orders:ShipOrder"])
def test_an_asterisk_as_resource_becomes_placeholders(action: str) -> None:
    grant = build_grant(action, "*", HERE)
    assert grant is not None
    assert "*" not in "".join(grant.resources)
    assert grant.has_placeholders
    assert any("?" in note or action in note for note in grant.notes)


def test_an_unknown_location_becomes_placeholders() -> None:
    grant = build_grant("sqs:SendMessage", None, Location())
    assert grant is not None
    assert grant.resources == ("arn:aws:sqs:REGION:ACCOUNT_ID:QUEUE_NAME",)
    assert any("partition" in note for note in grant.notes), "the assumption has a note"
    assert find_placeholders(grant.resources[0]) == ("REGION", "ACCOUNT_ID", "QUEUE_NAME")


@check_rows(
    "action",
    ["", "s3", "s3:", "s3:*", "s3:Get*", "*", "s3:***", "s3:Get Object", "s3:GetObject\n", "<service>:Get"],
)
def test_an_incomplete_action_has_no_grant(action: str) -> None:
    assert build_grant(action, "arn:aws:s3:::orders", HERE) is None


def test_an_unknown_action_keeps_its_spelling_and_has_a_note() -> None:
    grant = build_grant("orders:ShipOrder", "arn:aws:orders:eu-west-1:111122223333:order/7", HERE)
    assert grant is not None
    assert not grant.known
    assert grant.action == "orders:ShipOrder"
    assert "orders:ShipOrder" in grant.notes[0]


def test_a_resource_that_the_action_does_not_accept_is_kept_and_has_a_note() -> None:
    """AWS checked the resource in the message; an older table or a truncated ARN is no reason to widen it."""
    grant = build_grant("sts:AssumeRole", "arn:aws:iam::111122223333:role", HERE)
    assert grant is not None
    assert grant.resources == ("arn:aws:iam::111122223333:role",)
    assert "sts:AssumeRole" in grant.notes[0]


@pytest.mark.parametrize(
    ("action", "resource", "is_stack"),
    [
        ("cloudformation:DescribeStacks", "stack/cart/*", True),
        ("cloudformation:DescribeStacks", "stack/*/*", False),
        ("cloudformation:CreateStackSet", "stackset/cart:*", False),
    ],
)
def test_asterisk_in_place_of_the_id_of_a_stack(action: str, resource: str, *, is_stack: bool) -> None:
    grant = build_grant(action, f"arn:aws:cloudformation:eu-west-1:111122223333:{resource}", HERE)
    assert grant is not None
    assert any("stands for the ID of the stack" in each for each in grant.notes) is is_stack
    assert any("is from AWS" in each for each in grant.notes) is resource.endswith("/*/*")


@pytest.mark.parametrize(
    ("action", "written", "expected"),
    [
        (
            "dynamodb:PutItem",
            "arn:aws:dynamodb:eu-west-1::table/orders",
            "arn:aws:dynamodb:eu-west-1:ACCOUNT_ID:table/orders",
        ),
        (
            "dynamodb:PutItem",
            "arn:aws:dynamodb:::table/orders",
            "arn:aws:dynamodb:REGION:ACCOUNT_ID:table/orders",
        ),
        ("sts:AssumeRole", "arn:aws:iam:::role/deploy", "arn:aws:iam::ACCOUNT_ID:role/deploy"),
        # These have no account.
        (
            "ec2:CreateVolume",
            "arn:aws:ec2:eu-west-1::snapshot/snap-0a1b",
            "arn:aws:ec2:eu-west-1::snapshot/snap-0a1b",
        ),
        (
            "ssm:GetParameter",
            "arn:aws:ssm:eu-west-1::parameter/aws/service/eks/x",
            "arn:aws:ssm:eu-west-1::parameter/aws/service/eks/x",
        ),
        ("s3:ListBucket", "arn:aws:s3:::orders", "arn:aws:s3:::orders"),
        # Markdown removes the asterisk that AWS writes, but a slash can also end a name.
        (
            "cloudformation:CreateStack",
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/",
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/orders/*",
        ),
        ("s3:PutObject", "arn:aws:s3:::orders/in/", "arn:aws:s3:::orders/in/"),
        # CloudWatch Logs names a group so.
        (
            "logs:DescribeLogStreams",
            "arn:aws:logs:eu-west-1:111122223333:log-group:orders:log-stream",
            "arn:aws:logs:eu-west-1:111122223333:log-group:orders:*",
        ),
        (
            "logs:CreateLogGroup",
            "arn:aws:logs:eu-west-1:111122223333:log-group:log-stream",
            "arn:aws:logs:eu-west-1:111122223333:log-group:log-stream",
        ),
    ],
)
def test_a_part_that_a_text_leaves_out_is_restored(action: str, written: str, expected: str) -> None:
    grant = build_grant(action, written, Location())
    assert grant is not None
    assert grant.resources == (expected,)
