"""List the calls in generated CloudTrail records: successful, denied, and failed for another reason.

Resources contain the placeholders ``{account}``, ``{region}`` and ``{n}``, which is the number of the problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from iamtriage.typing import Deny, PolicyType

__all__ = ("DENIALS", "ERRORS", "SUCCESSES", "Call", "DeniedCall", "FailedCall")


class Call(NamedTuple):
    """A call that succeeded.

    Attributes:
        service: The prefix of the service.
        operation: The operation.
        parameters: The request parameters: names and values.
        response: The response elements, which CloudTrail records only for calls that change something.
    """

    service: str
    operation: str
    parameters: dict[str, object] | None = None
    response: dict[str, object] | None = None


class FailedCall(NamedTuple):
    """A call that failed for a reason other than a denial.

    Attributes:
        service: The prefix of the service.
        operation: The operation.
        code: The error code.
        message: The error message.
    """

    service: str
    operation: str
    code: str
    message: str


class DeniedCall(NamedTuple):
    """A denied call.

    Attributes:
        action: The denied action.
        resource: The resource; ``None`` if the message states none.
        deny: As for :func:`iamtriage.testing.denial`.
        policy_type: As for :func:`iamtriage.testing.denial`.
        caller: The type of the principal: ``role``, ``user``, ``root``, ``federated``, ``service``,
            ``other_account``, ``anonymous``, ``web_identity`` or ``saml``.
        policy: The ARN of the denying policy, if AWS states it.
        form: ``bare`` for a message without facts, ``encoded`` for one with EC2's encoded message, ``with_id`` for one
            with an authorization ID.
        operation: The operation, if it does not have the name of the action.
    """

    action: str
    resource: str | None
    deny: Deny | None = "implicit"
    policy_type: PolicyType | None = "identity"
    caller: str = "role"
    policy: str | None = None
    form: str = ""
    operation: str | None = None


_MANAGED = "arn:aws:iam::{account}:policy/guardrail-{n}"
_SCP = "arn:aws:organizations::{account}:policy/o-exampleorgid/service_control_policy/p-example{n}"
_RCP = "arn:aws:organizations::{account}:policy/o-exampleorgid/resource_control_policy/p-example{n}"
_BUCKET, _OBJECT = "arn:aws:s3:::orders-{n}", "arn:aws:s3:::orders-{n}/2026/report.csv"
_TABLE = "arn:aws:dynamodb:{region}:{account}:table/orders-{n}"
_KEY = "arn:aws:kms:{region}:{account}:key/0a1b2c3d-0000-4000-8000-{n:012d}"
_QUEUE = "arn:aws:sqs:{region}:{account}:orders-{n}"
_SECRET = "arn:aws:secretsmanager:{region}:{account}:secret:orders-{n}-AbCdEf"  # noqa: S105 (an ARN)
_FUNCTION = "arn:aws:lambda:{region}:{account}:function:orders-{n}"
_PARAMETER = "arn:aws:ssm:{region}:{account}:parameter/orders/{n}"
_ROLE = "arn:aws:iam::{account}:role/orders-{n}"
_INSTANCE = "arn:aws:ec2:{region}:{account}:instance/i-0{n:016x}"

DENIALS = (
    DeniedCall("s3:GetObject", _OBJECT),
    DeniedCall("dynamodb:PutItem", _TABLE),
    DeniedCall("kms:Decrypt", _KEY),
    DeniedCall("iam:PassRole", _ROLE),
    DeniedCall("eks:DescribeCluster", "arn:aws:eks:{region}:{account}:cluster/orders-{n}", caller="user"),
    DeniedCall("dynamodb:DeleteItem", _TABLE, "explicit", "identity", policy=_MANAGED),
    DeniedCall("sqs:SendMessage", _QUEUE, "implicit", "resource", "other_account"),
    DeniedCall("s3:PutObject", _OBJECT, "explicit", "resource"),
    DeniedCall("lambda:InvokeFunction", _FUNCTION, "implicit", "permissions_boundary"),
    DeniedCall("kms:Encrypt", _KEY, "explicit", "permissions_boundary", policy=_MANAGED),
    DeniedCall("s3:ListBucket", _BUCKET, "implicit", "session"),
    DeniedCall("logs:PutLogEvents", "arn:aws:logs:{region}:{account}:log-group:orders-{n}", "explicit", "session"),
    DeniedCall("bedrock:InvokeModel", "arn:aws:bedrock:{region}::foundation-model/example-{n}", "implicit", "service_control"),
    DeniedCall("s3:DeleteBucket", _BUCKET, "explicit", "service_control", "root", _SCP),
    DeniedCall("ec2:RunInstances", _INSTANCE, "explicit", "service_control", form="encoded"),
    DeniedCall("secretsmanager:GetSecretValue", _SECRET, "explicit", "resource_control", "other_account", _RCP),
    DeniedCall("ssm:GetParameter", _PARAMETER, "implicit", "vpc_endpoint"),
    DeniedCall("sqs:ReceiveMessage", _QUEUE, "explicit", "vpc_endpoint"),
    DeniedCall("sts:AssumeRole", _ROLE, "implicit", "role_trust"),
    DeniedCall("sts:AssumeRole", _ROLE, None, None, "user"),
    DeniedCall("ecr:BatchGetImage", "arn:aws:ecr:{region}:{account}:repository/orders-{n}", None, None),
    DeniedCall("ssm:PutParameter", _PARAMETER, "explicit", None),
    DeniedCall("secretsmanager:DescribeSecret", _SECRET, form="with_id"),
    DeniedCall("sts:AssumeRoleWithWebIdentity", None, None, None, "web_identity"),
    DeniedCall("sts:AssumeRoleWithSAML", None, None, None, "saml"),
    DeniedCall("s3:GetObject", None, None, None, form="bare"),
    DeniedCall("ec2:DescribeInstances", None, None, None, "federated", form="bare"),
    DeniedCall("s3:ListBucket", _BUCKET, caller="anonymous"),
    DeniedCall("glue:GetTable", "arn:aws:glue:{region}:{account}:catalog", caller="federated"),
    DeniedCall("kms:GenerateDataKey", _KEY, "implicit", "resource", "service"),
)  # fmt: skip
"""Every policy type, every type of principal, and every form of message."""

SUCCESSES = (
    Call("sts", "GetCallerIdentity"),
    Call("sts", "AssumeRole", {"roleArn": _ROLE, "roleSessionName": "deploy", "durationSeconds": 3600}, {"assumedRoleUser": {"assumedRoleId": "AROAEXAMPLEEXAMPLE12:deploy", "arn": "arn:aws:sts::{account}:assumed-role/orders-{n}/deploy"}}),
    Call("ec2", "DescribeInstances", {"maxResults": 1000, "instancesSet": {}, "filterSet": {"items": [{"name": "tag:team", "valueSet": {"items": [{"value": "orders"}]}}]}}),
    Call("ec2", "RunInstances", {"instancesSet": {"items": [{"imageId": "ami-0a1b2c3d4e5f60718", "minCount": 1, "maxCount": 1}]}, "instanceType": "m7g.large"}, {"reservationId": "r-0a1b2c3d4e5f60718", "ownerId": "{account}"}),
    Call("s3", "GetObject", {"bucketName": "orders-{n}", "Host": "orders-{n}.s3.{region}.amazonaws.com", "key": "2026/report.csv"}),
    Call("s3", "PutObject", {"bucketName": "orders-{n}", "Host": "orders-{n}.s3.{region}.amazonaws.com", "key": "2026/report.csv"}, {"x-amz-server-side-encryption": "AES256"}),
    Call("s3", "ListBuckets", {"Host": "s3.{region}.amazonaws.com"}),
    Call("kms", "Decrypt", {"keyId": _KEY, "encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": {"table": "orders"}}),
    Call("dynamodb", "Query", {"tableName": "orders-{n}"}),
    Call("logs", "CreateLogStream", {"logGroupName": "/aws/lambda/orders-{n}", "logStreamName": "2026/11/01/[$LATEST]0a1b2c3d"}),
    Call("lambda", "GetFunction20150331v2", {"functionName": _FUNCTION}),
    Call("secretsmanager", "GetSecretValue", {"secretId": _SECRET}),
    Call("ssm", "GetParameters", {"names": ["/orders/{n}"], "withDecryption": True}),
    Call("eks", "DescribeCluster", {"name": "orders-{n}"}),
    Call("ecr", "GetAuthorizationToken"),
    Call("sqs", "GetQueueAttributes", {"queueUrl": "https://sqs.{region}.amazonaws.com/{account}/orders-{n}", "attributeNames": ["All"]}),
)  # fmt: skip

ERRORS = (
    FailedCall("dynamodb", "GetItem", "ThrottlingException", "Rate exceeded"),
    FailedCall("s3", "GetBucketLifecycle", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    FailedCall("ecr", "DescribeRepositories", "RepositoryNotFoundException", "The repository with name 'orders' does not exist in the registry with id '{account}'"),
    FailedCall("ec2", "RunInstances", "DryRunOperation", "Request would have succeeded, but DryRun flag is set."),
    FailedCall("iam", "GetRole", "NoSuchEntityException", "The role with name orders-{n} cannot be found."),
)  # fmt: skip
