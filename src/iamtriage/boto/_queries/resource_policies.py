"""Read the policy of a resource from its service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from iamtriage.arns._arns import Arn

if TYPE_CHECKING:
    Call: TypeAlias = Callable[..., Any]

__all__ = ("READERS", "ResourceReader")


@attrs.frozen
class ResourceReader:
    """How to read the policies of a service's resources.

    Attributes:
        client: The name of the client.
        asked: The IAM action.
        read: Reads the policy: called with the client, the ARN, and a function that makes a call. It returns
            the policy, or nothing if there is none.
        applies: Whether a resource has a policy that applies to an action.
    """

    client: str
    asked: str
    read: Callable[[Any, Arn, Call], object]
    applies: Callable[[Arn, str], bool] = lambda arn, action: True  # noqa: ARG005


def _get_member(response: Any, *members: str) -> object:  # noqa: ANN401 (botocore has no types)
    """Return a member of a response, or ``None`` if the response or the member is missing."""
    for member in members:
        response = response.get(member) if response else None
    return response


def _read_bucket(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"Bucket": arn.resource.partition("/")[0]}
    response = call("s3:GetBucketPolicy", client.get_bucket_policy, arguments, {"NoSuchBucketPolicy"})
    return _get_member(response, "Policy")


def _read_key(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"KeyId": str(arn), "PolicyName": "default"}
    return _get_member(call("kms:GetKeyPolicy", client.get_key_policy, arguments), "Policy")


def _read_queue(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"QueueName": arn.resource, "QueueOwnerAWSAccountId": arn.account}
    url = _get_member(call("sqs:GetQueueUrl", client.get_queue_url, arguments), "QueueUrl")
    if url is None:
        return None
    wanted = {"QueueUrl": url, "AttributeNames": ["Policy"]}
    response = call("sqs:GetQueueAttributes", client.get_queue_attributes, wanted)
    return _get_member(response, "Attributes", "Policy")


def _read_topic(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    response = call("sns:GetTopicAttributes", client.get_topic_attributes, {"TopicArn": str(arn)})
    return _get_member(response, "Attributes", "Policy")


def _read_secret(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"SecretId": str(arn)}
    response = call("secretsmanager:GetResourcePolicy", client.get_resource_policy, arguments)
    return _get_member(response, "ResourcePolicy")


def _read_function(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"FunctionName": str(arn)}
    response = call("lambda:GetPolicy", client.get_policy, arguments, {"ResourceNotFoundException"})
    return _get_member(response, "Policy")


def _read_repository(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"registryId": arn.account, "repositoryName": arn.resource.partition("/")[2]}
    absent = {"RepositoryPolicyNotFoundException"}
    response = call("ecr:GetRepositoryPolicy", client.get_repository_policy, arguments, absent)
    return _get_member(response, "policyText")


def _read_table(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    arguments = {"ResourceArn": str(arn)}
    absent = {"PolicyNotFoundException"}
    return _get_member(
        call("dynamodb:GetResourcePolicy", client.get_resource_policy, arguments, absent), "Policy"
    )


def _read_role(client: Any, arn: Arn, call: Call) -> object:  # noqa: ANN401
    response = call("iam:GetRole", client.get_role, {"RoleName": arn.resource.rpartition("/")[2]})
    return _get_member(response, "Role", "AssumeRolePolicyDocument")


READERS = {
    "s3": ResourceReader("s3", "s3:GetBucketPolicy", _read_bucket),
    "kms": ResourceReader(
        "kms", "kms:GetKeyPolicy", _read_key, lambda arn, _: arn.resource.startswith("key/")
    ),
    "sqs": ResourceReader("sqs", "sqs:GetQueueAttributes", _read_queue),
    "sns": ResourceReader("sns", "sns:GetTopicAttributes", _read_topic),
    "secretsmanager": ResourceReader("secretsmanager", "secretsmanager:GetResourcePolicy", _read_secret),
    "lambda": ResourceReader(
        "lambda", "lambda:GetPolicy", _read_function, lambda arn, _: arn.resource.startswith("function:")
    ),
    "ecr": ResourceReader("ecr", "ecr:GetRepositoryPolicy", _read_repository),
    "dynamodb": ResourceReader("dynamodb", "dynamodb:GetResourcePolicy", _read_table),
    # A role's trust policy applies only to calls that assume the role.
    "iam": ResourceReader(
        "iam",
        "iam:GetRole",
        _read_role,
        lambda arn, action: arn.resource.startswith("role/") and action.lower().startswith("sts:"),
    ),
}
"""Prefixes of services -> how to read the policies of their resources."""
