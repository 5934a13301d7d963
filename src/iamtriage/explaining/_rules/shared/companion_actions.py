"""List the actions that a task requires in addition to the denied one.

AWS reports one missing action at a time. Steps name the others, but no policy includes them, because only the
reader knows whether the caller performs the whole task. Sources, pages of docs.aws.amazon.com:

* ECR: AmazonECR/latest/userguide/image-push-iam.html, the managed policy AmazonEC2ContainerRegistryPullOnly,
  AmazonECR/latest/public/public-repository-policy-examples.html
* Session Manager: systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
* ECS Exec: AmazonECS/latest/developerguide/ecs-exec.html
* logs: the managed policy AWSLambdaBasicExecutionRole
* event sources: the managed policies AWSLambdaSQSQueueExecutionRole and AWSLambdaKinesisExecutionRole
* keys: AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
  AmazonS3/latest/API/API_CreateMultipartUpload.html
* launches: AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
* Bedrock: bedrock/latest/userguide/inference-profiles-prereq.html
"""

from __future__ import annotations

import functools

import attrs

from iamtriage._text import join_words

__all__ = ("SESSION_CHANNEL_ACTIONS", "companion_actions")


@attrs.frozen
class _Task:
    """A task that requires several actions.

    Attributes:
        name: The task, as the beginning of a sentence.
        actions: The actions that it requires on one resource.
        resource: That resource in words, empty if the actions require ``*``.
        actions_on_star: The actions that it requires on ``*``, which only identity-based policies can allow.
    """

    name: str
    actions: tuple[str, ...]
    resource: str = ""
    actions_on_star: tuple[str, ...] = ()


_PUSH = _Task(
    "Pushing an image",
    (
        "ecr:BatchCheckLayerAvailability",
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
        "ecr:PutImage",
        "ecr:BatchGetImage",
    ),
    "the repository",
    ("ecr:GetAuthorizationToken",),
)
_PULL = _Task(
    "Pulling an image",
    ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
    "the repository",
    ("ecr:GetAuthorizationToken",),
)
_PUBLIC_PUSH = _Task(
    "Pushing an image to ECR Public",
    (
        "ecr-public:BatchCheckLayerAvailability",
        "ecr-public:InitiateLayerUpload",
        "ecr-public:UploadLayerPart",
        "ecr-public:CompleteLayerUpload",
        "ecr-public:PutImage",
    ),
    "the repository",
    ("ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"),
)
SESSION_CHANNEL_ACTIONS = (
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What an agent requires for Session Manager or ECS Exec."""
_SESSIONS = _Task("An agent for Session Manager or ECS Exec", SESSION_CHANNEL_ACTIONS)
_KINESIS = _Task(
    "Reading a stream as Lambda does",
    (
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ),
    "the stream",
    ("kinesis:ListStreams",),
)
_MARKETPLACE = _Task(
    "Subscribing in AWS Marketplace", ("aws-marketplace:ViewSubscriptions", "aws-marketplace:Subscribe")
)
_PUSH_OR_PULL = (_PUSH, _PULL)
_TASKS: dict[str, tuple[_Task, ...]] = {
    **dict.fromkeys(_PUSH.actions, (_PUSH,)),
    **dict.fromkeys(_PULL.actions, (_PULL,)),
    "ecr:GetAuthorizationToken": _PUSH_OR_PULL,
    **dict.fromkeys((*_PUBLIC_PUSH.actions, "ecr-public:GetAuthorizationToken"), (_PUBLIC_PUSH,)),
    **dict.fromkeys(SESSION_CHANNEL_ACTIONS, (_SESSIONS,)),
    **dict.fromkeys(_KINESIS.actions, (_KINESIS,)),
    **dict.fromkeys(_MARKETPLACE.actions, (_MARKETPLACE,)),
}
_LOGS = "Writing logs takes logs:CreateLogStream and logs:PutLogEvents on the log group's ARN with :* behind it, and logs:CreateLogGroup where the group is not there yet."
_INFERENCE_PROFILE = "A call by an inference profile takes the action on the profile, and on the foundation model in each region to which the profile may send it."
_HINTS = {
    "ec2:RunInstances": "A launch is checked on more than the instance: allow ec2:RunInstances also on the image (arn:aws:ec2:REGION::image/*), the subnet, security group, network interface, volume and key pair. New ones have no ID yet, so their ARNs end in *.",
    "logs:CreateLogGroup": _LOGS,
    "logs:CreateLogStream": _LOGS,
    "logs:PutLogEvents": _LOGS,
    "s3:ListBucket": "Listing comes first in aws s3 sync and recursive copies. Reading or writing then takes s3:GetObject or s3:PutObject on the objects, whose ARN is the bucket's with /* behind it.",
    "kms:GenerateDataKey": "Uploads to S3 in parts, and sending to a queue of SQS, take kms:Decrypt on the same key too.",
    "sqs:ReceiveMessage": "Who takes messages from a queue deletes them too, by sqs:DeleteMessage. As an event source of Lambda the queue also takes sqs:GetQueueAttributes.",
    "sqs:GetQueueAttributes": "As an event source of Lambda a queue also takes sqs:ReceiveMessage and sqs:DeleteMessage.",
    "ssm:UpdateInstanceInformation": f"For Session Manager an instance takes {join_words(SESSION_CHANNEL_ACTIONS, 'and')} too, on *.",
    "ssm:StartSession": "ssm:StartSession is checked on the instance and, where the call names one, on the session document, such as AWS-StartPortForwardingSession. The denial names one of the two.",
    "ecs:ExecuteCommand": "The AWS CLI asks ecs:DescribeTasks of the same task as well. Where the cluster encrypts sessions by a key of KMS, it takes kms:GenerateDataKey on that key.",
}
_ALL = "AWS names one at a time: add to the statements what is still missing."


def companion_actions(
    action: str, resource: str | None = None, *, by_resource: bool = False
) -> tuple[str, ...]:
    """Return sentences about the other actions that a task requires, if one with this action is known.

    Args:
        action: The denied action, as AWS spells it.
        resource: The resource.
        by_resource: Whether a resource-based policy allows the action.

    >>> companion_actions("ecr:BatchGetImage")[0]
    'Pulling an image also takes ecr:GetDownloadUrlForLayer on the repository, and ecr:GetAuthorizationToken on *.'
    """
    if action in _TASKS or action in _HINTS:
        return _companion_actions(action, by_resource)
    if action.startswith("bedrock:Invoke") and resource is not None and "inference-profile/" in resource:
        return (_INFERENCE_PROFILE,)
    return ()


@functools.cache
def _companion_actions(action: str, by_resource: bool) -> tuple[str, ...]:  # noqa: FBT001 (a cache's key)
    describe = _for_resource_policy if by_resource else _for_identity_policy
    sentences = [sentence for task in _TASKS.get(action, ()) if (sentence := describe(task, action))]
    if sentences:
        return (*sentences, _ALL)
    hint = None if by_resource else _HINTS.get(action)
    return () if hint is None else (hint,)


def _for_identity_policy(task: _Task, action: str) -> str | None:
    others = [each for each in task.actions if each != action]
    on_star = [each for each in task.actions_on_star if each != action]
    parts = [f"{join_words(others, 'and')} on {task.resource or '*'}"] if others else []
    if on_star:
        parts.append(f"{join_words(on_star, 'and')} on *")
    return f"{task.name} also takes {', and '.join(parts)}." if parts else None


def _for_resource_policy(task: _Task, action: str) -> str | None:
    others = [each for each in task.actions if each != action]
    if not others or not task.actions_on_star:
        return None
    on_star = join_words(task.actions_on_star, "and")
    return f"{task.name} also takes {join_words(others, 'and')}. {on_star} cannot be allowed there: the caller's own policies have to."
