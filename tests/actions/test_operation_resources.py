"""The resources that the parameters of a request name, and the file of rules."""

from __future__ import annotations

import importlib
import re
from importlib.machinery import ModuleSpec, NamespaceLoader
from typing import Any, cast

import botocore
import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.actions import actions_for, find_action, resource_arn
from iamtriage.actions._operation_resources import _load_rules, _load_sections, role_parameters
from tests.tables import check_rows
from tools import sync_resources

A, R = "111122223333", "eu-west-1"
B = "444455556666"
SAMPLE = "sample"
MIN_SERVICES = 300
PARAMETER = re.compile(r"(?:(?<!\$)\{|\A=)([\w.-]+)")


def arn(operation: str, service: str, parameters: dict[str, Any]) -> str | None:
    return resource_arn(operation, parameters, service, region=R, account=A)


NAMED: list[tuple[str, str, dict[str, Any], str]] = [
    ("GetObject", "s3", {"Bucket": "b", "Key": "k/a:b*.csv"}, "arn:aws:s3:::b/k/a:b*.csv"),
    ("HeadObject", "s3", {"Bucket": "b", "Key": "k"}, "arn:aws:s3:::b/k"),
    ("ListObjectsV2", "s3", {"Bucket": "b", "Prefix": "p/"}, "arn:aws:s3:::b"),
    ("PutObject", "s3", {"Bucket": f"arn:aws:s3:{R}:{A}:accesspoint/ap", "Key": "k"}, f"arn:aws:s3:{R}:{A}:accesspoint/ap/object/k"),
    ("PutObject", "s3", {"Bucket": "b--use1-az4--x-s3", "Key": "k"}, f"arn:aws:s3express:{R}:{A}:bucket/b--use1-az4--x-s3"),
    ("GetItem", "dynamodb", {"TableName": "orders"}, f"arn:aws:dynamodb:{R}:{A}:table/orders"),
    ("GetItem", "dynamodb", {"TableName": f"arn:aws:dynamodb:{R}:{B}:table/orders"}, f"arn:aws:dynamodb:{R}:{B}:table/orders"),
    ("Query", "dynamodb", {"TableName": "orders", "IndexName": "day"}, f"arn:aws:dynamodb:{R}:{A}:table/orders/index/day"),
    ("BatchWriteItem", "dynamodb", {"RequestItems": {"orders": []}}, f"arn:aws:dynamodb:{R}:{A}:table/orders"),
    ("SendMessage", "sqs", {"QueueUrl": f"https://sqs.{R}.amazonaws.com/{B}/jobs"}, f"arn:aws:sqs:{R}:{B}:jobs"),
    ("GetQueueUrl", "sqs", {"QueueName": "jobs"}, f"arn:aws:sqs:{R}:{A}:jobs"),
    ("Publish", "sns", {"TopicArn": f"arn:aws:sns:{R}:{B}:news", "Message": "m"}, f"arn:aws:sns:{R}:{B}:news"),
    ("Decrypt", "kms", {"KeyId": "0a1b2c3d"}, f"arn:aws:kms:{R}:{A}:key/0a1b2c3d"),
    ("CreateAlias", "kms", {"AliasName": "alias/x"}, f"arn:aws:kms:{R}:{A}:alias/x"),
    ("Invoke", "lambda", {"FunctionName": "f"}, f"arn:aws:lambda:{R}:{A}:function:f"),
    ("Invoke", "lambda", {"FunctionName": f"arn:aws:lambda:{R}:{B}:function:f:prod"}, f"arn:aws:lambda:{R}:{B}:function:f:prod"),
    ("GetSecretValue", "secretsmanager", {"SecretId": f"arn:aws:secretsmanager:{R}:{A}:secret:db-AbCdEf"}, f"arn:aws:secretsmanager:{R}:{A}:secret:db-AbCdEf"),
    ("GetParameter", "ssm", {"Name": "/app/db"}, f"arn:aws:ssm:{R}:{A}:parameter/app/db"),
    ("TerminateInstances", "ec2", {"InstanceIds": ["i-1"]}, f"arn:aws:ec2:{R}:{A}:instance/i-1"),
    ("DescribeCluster", "eks", {"name": "orders"}, f"arn:aws:eks:{R}:{A}:cluster/orders"),
    ("UpdateService", "ecs", {"cluster": f"arn:aws:ecs:{R}:{A}:cluster/prod", "service": "web"}, f"arn:aws:ecs:{R}:{A}:service/prod/web"),
    ("AssumeRole", "sts", {"RoleArn": f"arn:aws:iam::{B}:role/ops/deploy"}, f"arn:aws:iam::{B}:role/ops/deploy"),
    ("StartQueryExecution", "athena", {"WorkGroup": "w", "QueryString": "SELECT 1"}, f"arn:aws:athena:{R}:{A}:workgroup/w"),
    ("GetTable", "glue", {"DatabaseName": "d", "Name": "t"}, f"arn:aws:glue:{R}:{A}:table/d/t"),
    ("PutRecord", "kinesis", {"StreamName": "s"}, f"arn:aws:kinesis:{R}:{A}:stream/s"),
    ("PutRecord", "firehose", {"DeliveryStreamName": "s"}, f"arn:aws:firehose:{R}:{A}:deliverystream/s"),
    ("GetHostedZone", "route53", {"Id": "/hostedzone/Z1"}, "arn:aws:route53:::hostedzone/Z1"),
    ("PutLogEvents", "logs", {"logGroupName": "/aws/lambda/f", "logStreamName": "s"}, f"arn:aws:logs:{R}:{A}:log-group:/aws/lambda/f:log-stream:s"),
    ("GetMethod", "apigateway", {"restApiId": "a1", "resourceId": "r1", "httpMethod": "GET"}, f"arn:aws:apigateway:{R}::/restapis/a1/resources/r1/methods/GET"),
    ("BatchGetImage", "ecr", {"repositoryName": "team/web"}, f"arn:aws:ecr:{R}:{A}:repository/team/web"),
    ("DescribeDBInstances", "rds", {"DBInstanceIdentifier": "db1"}, f"arn:aws:rds:{R}:{A}:db:db1"),
    ("StartBuild", "codebuild", {"projectName": "p"}, f"arn:aws:codebuild:{R}:{A}:project/p"),
    ("StartExecution", "stepfunctions", {"stateMachineArn": f"arn:aws:states:{R}:{A}:stateMachine:s"}, f"arn:aws:states:{R}:{A}:stateMachine:s"),
    ("GetDistribution", "cloudfront", {"Id": "E1"}, f"arn:aws:cloudfront::{A}:distribution/E1"),
]  # fmt: skip


@check_rows(("operation", "service", "parameters", "expected"), NAMED)
def test_parameters_that_name_a_resource(
    operation: str, service: str, parameters: dict[str, Any], expected: str
) -> None:
    assert arn(operation, service, parameters) == expected


@check_rows(
    ("operation", "service", "parameters"),
    [
        pytest.param("TerminateInstances", "ec2", {"InstanceIds": ["i-1", "i-2"]}, id="several"),
        pytest.param("DescribeInstances", "ec2", {}, id="none"),
        pytest.param("BatchWriteItem", "dynamodb", {"RequestItems": {"a": [], "b": []}}, id="several keys"),
        pytest.param("Decrypt", "kms", {"KeyId": "alias/x"}, id="an alias of a key"),
        pytest.param("GetSecretValue", "secretsmanager", {"SecretId": "db"}, id="a name without its suffix"),
        pytest.param("GetRole", "iam", {"RoleName": "r"}, id="a name without its path"),
        pytest.param("CopyObject", "s3", {"Bucket": "b", "Key": "k", "CopySource": "c/k"}, id="two objects"),
        pytest.param("ListBuckets", "s3", {}, id="an action that accepts only *"),
        pytest.param("RegisterImage", "ec2", {"Name": "x"}, id="a new name, not an ID"),
        pytest.param("GetItem", "dynamodb", {"TableName": "a:b"}, id="no name"),
        pytest.param("GetItem", "dynamodb", {"TableName": "*"}, id="a pattern"),
        pytest.param("GetItem", "dynamodb", {"TableName": "${x}"}, id="a variable"),
        pytest.param("GetItem", "dynamodb", {"TableName": 7}, id="a number"),
        pytest.param("GetItem", "dynamodb", {"TableName": "a" * 5000}, id="too long"),
        pytest.param(
            "SendMessage", "sqs", {"QueueUrl": "http://localhost:9324/queue/jobs"}, id="another server"
        ),
        pytest.param("DescribeCluster", "eks", {"name": f"arn:aws:iam::{A}:role/r"}, id="another ARN"),
        pytest.param("Teleport", "s3", {"Bucket": "b"}, id="unknown operation"),
        pytest.param("GetObject", "nowhere", {"Bucket": "b"}, id="unknown service"),
    ],
)
def test_parameters_that_name_no_single_resource(
    operation: str, service: str, parameters: dict[str, Any]
) -> None:
    """No ARN is better than a wrong one."""
    assert arn(operation, service, parameters) is None


@check_rows(
    ("operation", "service", "names"),
    [
        ("CreateStateMachine", "states", ("roleArn",)),
        ("RunInstances", "ec2", ("IamInstanceProfile",)),
        ("CreateFlowLogs", "ec2", ("DeliverCrossAccountRole", "DeliverLogsPermissionArn")),
        ("CreateSchedule", "scheduler", ("Target.RoleArn",)),
        ("CreateCluster", "eks", ("roleArn", "computeConfig.nodeRoleArn")),
        # Several clients have the prefix bedrock.
        ("CreateAgent", "bedrock", ("agentResourceRoleArn",)),
        # It assumes the role itself, or has many parameters for roles.
        ("AssumeRole", "sts", ()),
        ("CreateDeliveryStream", "firehose", ()),
        ("DescribeTable", "dynamodb", ()),
        ("CreateFunction", "no-such-service", ()),
    ],
)
def test_parameters_that_pass_roles(operation: str, service: str, names: tuple[str, ...]) -> None:
    assert role_parameters(operation, service) == names
    assert resource_arn(operation, dict.fromkeys(names, SAMPLE), service, region=R, account=A) is None


def test_accounts_and_regions_are_not_invented() -> None:
    table = {"TableName": "orders"}
    assert resource_arn("GetItem", table, "dynamodb", region=R) is None
    assert resource_arn("GetItem", table, "dynamodb", account=A) is None
    china = resource_arn("GetItem", table, "dynamodb", partition="aws-cn", region="cn-north-1", account=A)
    assert china == f"arn:aws-cn:dynamodb:cn-north-1:{A}:table/orders"
    assert resource_arn("GetObject", {"Bucket": "b", "Key": "k"}, "s3") == "arn:aws:s3:::b/k"


def test_wrong_types() -> None:
    wrong: Any = [("Bucket", "b")]
    with pytest.raises(TypeError, match="parameters must be a mapping, not list"):
        resource_arn("GetObject", wrong, "s3")
    with pytest.raises(TypeError, match="operation must be a string, not list"):
        resource_arn(wrong, {}, "s3")


@given(st.dictionaries(st.sampled_from(["Bucket", "Key", "Prefix"]), st.one_of(st.text(), st.integers())))
def test_any_parameters(parameters: dict[str, object]) -> None:
    """No value raises, and what is returned is an ARN that the action accepts."""
    found = resource_arn("GetObject", parameters, "s3", region=R, account=A)
    action = find_action("s3:GetObject")
    assert action is not None
    assert found is None or found.startswith("arn:aws:s3")


# ---------------------------------------------------------------------------------------------- the file


def rules() -> list[tuple[str, str, str]]:
    """Return client, operation and rule of each row."""
    found: list[tuple[str, str, str]] = []
    for client in _load_sections():
        for operation, of_operation in _load_rules(client).items():
            found += [(client, operation, rule) for rule in of_operation]
    return found


def sample_parameters(rule: str) -> dict[str, object]:
    marks = {
        "": SAMPLE,
        "!": SAMPLE,
        "/": f"/{SAMPLE}",
        "*": [SAMPLE],
        "#": {SAMPLE: 1},
        "@": f"https://h/{A}/{SAMPLE}",
    }
    return {name: marks[mark] for name, mark in re.findall(r"(?<!\$)\{([\w.-]+)([*#@!/]?)\}", rule)}


@pytest.mark.unmeasured
def test_every_rule_builds_an_arn_that_its_action_accepts() -> None:
    """The Service Authorization Reference has a template for each ARN, of a type that the action accepts."""
    rejected: list[tuple[str, str, str]] = []
    clients: set[str] = set()
    for client, operation, rule in rules():
        clients.add(client)
        if rule.startswith(("=", "+")) or client.startswith("apigateway"):
            continue
        needed = actions_for(operation, client)[0]
        action = find_action(needed.actions[0])
        built = resource_arn(operation, sample_parameters(rule), client, region=R, account=A)
        if action is None or built is None or action.accepts(built) is None:
            rejected.append((client, operation, rule))
    assert not rejected
    assert len(clients) > MIN_SERVICES


@pytest.mark.unmeasured
def test_every_rule_reads_parameters_of_the_model() -> None:
    """They exist, and botocore does not mark them as sensitive."""
    loader = Loader()
    unknown: list[tuple[str, str, str]] = []
    for client in _load_sections():
        model = ServiceModel(loader.load_service_model(client, "service-2"), client)
        names: list[str] = list(cast("Any", model).operation_names)
        operations = {name.lower(): name for name in names}
        for operation, of_operation in _load_rules(client).items():
            if operation not in operations:
                continue  # the installed botocore is older than the file
            shape: Any = model.operation_model(operations[operation]).input_shape
            for rule in of_operation:
                for name in PARAMETER.findall(rule):
                    member = shape.members.get(name)
                    if member is None or member.metadata.get("sensitive"):
                        unknown.append((client, operation, name))
    assert not unknown or botocore.__version__ not in sync_resources.TABLE.read_text(encoding="utf-8")


@pytest.mark.unmeasured
def test_the_generator_builds_the_file() -> None:
    """With the botocore that the file was built from, the tool builds the same file."""
    current = sync_resources.TABLE.read_text(encoding="utf-8")
    if f"From botocore {botocore.__version__}.\n" in current:
        assert sync_resources.build_table() == current
    else:
        assert "From botocore " in current


def test_the_file_needs_a_loader_for_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loader that reads no data files, as some bundlers install, is reported."""
    package = importlib.import_module("iamtriage.actions")
    assert package.__spec__ is not None
    monkeypatch.setattr(
        package.__spec__, "loader", NamespaceLoader("x", [], lambda name, _: ModuleSpec(name, None))
    )
    _load_sections.cache_clear()
    with pytest.raises(FileNotFoundError, match="does not support data files"):
        _load_sections()
