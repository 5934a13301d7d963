"""List the tasks that require several actions, and find which of them a text shows.

Sources, pages of docs.aws.amazon.com:

* ECR: AmazonECR/latest/userguide/image-push-iam.html, the managed policy AmazonEC2ContainerRegistryPullOnly,
  AmazonECR/latest/public/public-repository-policy-examples.html
* Session Manager: systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
* ECS Exec: AmazonECS/latest/developerguide/ecs-exec.html
* logs: the managed policy AWSLambdaBasicExecutionRole
* event sources: the managed policies AWSLambdaSQSQueueExecutionRole and AWSLambdaKinesisExecutionRole
* keys: AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
  AmazonS3/latest/API/API_CreateMultipartUpload.html
* CodeArtifact: codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html,
  codeartifact/latest/ug/get-set-up-provision-user.html
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.shared.texts.text_signs import find_acl
from iamtriage.policies._documents import list_actions


class Task(NamedTuple):
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


LOGIN_ACTION, _PUBLIC_LOGIN_ACTION = "ecr:GetAuthorizationToken", "ecr-public:GetAuthorizationToken"
_TOKEN_ACTION = "sts:GetServiceBearerToken"  # noqa: S105 (an action)
_UPLOADS = "BatchCheckLayerAvailability InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage"
_PUSH = Task(
    "Pushing an image", list_actions("ecr", f"{_UPLOADS} BatchGetImage"), "the repository", (LOGIN_ACTION,)
)
_PULL = Task(
    "Pulling an image",
    list_actions("ecr", "BatchGetImage GetDownloadUrlForLayer"),
    "the repository",
    (LOGIN_ACTION,),
)
_PUBLIC_PUSH = Task(
    "Pushing an image to ECR Public",
    list_actions("ecr-public", _UPLOADS),
    "the repository",
    (_PUBLIC_LOGIN_ACTION, _TOKEN_ACTION),
)
_PUBLIC_LOGIN = Task("The login to ECR Public", (_PUBLIC_LOGIN_ACTION, _TOKEN_ACTION))
_PACKAGES_LOGIN = Task(
    "The login to CodeArtifact", ("codeartifact:GetAuthorizationToken",), "the domain", (_TOKEN_ACTION,)
)
PACKAGE_ACTIONS = list_actions("codeartifact", "GetRepositoryEndpoint ReadFromRepository")
"""What a package manager requires on the repository to install packages."""
_PACKAGES = Task("Installing packages", PACKAGE_ACTIONS, "the repository")
SERVICES_OF_TOKENS = {"codeartifact": "codeartifact.amazonaws.com"}
"""The values of ``sts:AWSServiceName`` for the tokens of services, by the prefix of their actions."""
PULL_ACTIONS, PUSH_ACTIONS = _PULL.actions, _PUSH.actions
"""What pulling and pushing an image require on the repository."""
SESSION_CHANNEL_ACTIONS = list_actions(
    "ssmmessages", "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel"
)
"""What an agent requires for Session Manager or ECS Exec."""
_SESSIONS = Task("An agent for Session Manager or ECS Exec", SESSION_CHANNEL_ACTIONS)
# https://docs.aws.amazon.com/streams/latest/dev/kcl-iam-permissions.html
KCL_TABLE = lazy_pattern(r":table/(?P<lease>[\w.-]{1,240})-(?:CoordinatorState|WorkerMetricStats)(?![\w.-])")
"""A table that version 3 of the Kinesis Client Library keeps beside the lease table."""
_KCL_ACTIONS = list_actions(
    "dynamodb", "CreateTable DescribeTable Scan GetItem PutItem UpdateItem DeleteItem"
)
_FAN_OUT = Task(
    "Enhanced fan-out", list_actions("kinesis", "SubscribeToShard DescribeStreamConsumer"), "the consumer"
)
_KINESIS = Task(
    "Reading a stream",
    list_actions("kinesis", "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards"),
    "the stream",
    ("kinesis:ListStreams",),
)
_MARKETPLACE = Task(
    "Subscribing in AWS Marketplace", list_actions("aws-marketplace", "ViewSubscriptions Subscribe")
)
_WRITING_LOGS = Task("Writing logs", list_actions("logs", "CreateLogStream PutLogEvents"), "the log group")
# https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
_WRITING_TOPICS = Task(
    "Writing to a topic", list_actions("kafka-cluster", "DescribeTopic WriteData"), "the topic"
)
_READING_TOPICS = Task(
    "Reading from a topic", list_actions("kafka-cluster", "DescribeTopic ReadData"), "the topic"
)
_CONSUMING = Task("A consumer group", list_actions("kafka-cluster", "DescribeGroup AlterGroup"), "the group")
_TRANSACTIONS = Task(
    "A transactional producer",
    list_actions("kafka-cluster", "DescribeTransactionalId AlterTransactionalId"),
    "the transactional ID",
)
_DESCRIBE_TOPIC = _WRITING_TOPICS.actions[0]
TASKS: dict[str, tuple[Task, ...]] = {
    **dict.fromkeys(_PUSH.actions, (_PUSH,)),
    **dict.fromkeys(_PULL.actions, (_PULL,)),
    LOGIN_ACTION: (_PUSH, _PULL),
    **dict.fromkeys(_PUBLIC_PUSH.actions, (_PUBLIC_PUSH,)),
    _PUBLIC_LOGIN_ACTION: (_PUBLIC_LOGIN,),
    "codeartifact:GetAuthorizationToken": (_PACKAGES_LOGIN,),
    **dict.fromkeys(PACKAGE_ACTIONS, (_PACKAGES,)),
    **dict.fromkeys(SESSION_CHANNEL_ACTIONS, (_SESSIONS,)),
    **dict.fromkeys(_FAN_OUT.actions, (_FAN_OUT,)),
    **dict.fromkeys(_KINESIS.actions, (_KINESIS,)),
    **dict.fromkeys(_MARKETPLACE.actions, (_MARKETPLACE,)),
    _DESCRIBE_TOPIC: (_WRITING_TOPICS, _READING_TOPICS),
    **dict.fromkeys(_CONSUMING.actions, (_CONSUMING,)),
    **dict.fromkeys(_TRANSACTIONS.actions, (_TRANSACTIONS,)),
}
MULTIPART = frozenset({"CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"})
"""The calls of an upload in parts."""
# Who sends to an encrypted queue or topic needs both:
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
_SENDING = frozenset({"SendMessage", "SendMessageBatch", "Publish", "PublishBatch"})
_DATA_KEY_ACTIONS: tuple[str, ...] = ("kms:GenerateDataKey", "kms:Decrypt")
# https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
_WAIT = "Step Functions, which waits for the task (.sync),"
_MANAGED_RULE = lazy_pattern(r":rule/StepFunctionsGetEvents?For\w{3,60}Rule\b")
_MANAGED_RULE_ACTIONS = list_actions("events", "PutTargets PutRule DescribeRule")
# What an integration that waits also calls on the same resource, each in one service.
_WAITING = lazy_pattern(r"(?a):states:::\w{2,40}:\w{2,60}\.sync\b")
_WAITING_ACTIONS = {
    "athena:StartQueryExecution": list_actions("athena", "GetQueryExecution StopQueryExecution"),
    "codebuild:StartBuild": list_actions("codebuild", "BatchGetBuilds StopBuild"),
    "glue:StartJobRun": list_actions("glue", "GetJobRun GetJobRuns BatchStopJobRun"),
    **{
        f"sagemaker:Create{job}": list_actions("sagemaker", f"Describe{job} Stop{job}")
        for job in ("TrainingJob", "ProcessingJob", "TransformJob")
    },
}
# https://developer.hashicorp.com/terraform/language/backend/s3
STATE_SIGNS = lazy_pattern(
    r"Error (?:refreshing|loading|saving|inspecting|migrating|copying) state|Error (?:acquiring|releasing) the state lock|[Ff]ailed to (?:get existing workspaces|load state|save state|lock s3 state)"
    r"|Initializing the backend|workspaces in the \"s3\" backend|states? in the \"s3\" backend"
)
"""The words with which the S3 backend of Terraform reports a denial."""
STATE_ACTIONS = ("s3:GetObject", "s3:PutObject")
"""What it requires on the file, in addition to s3:ListBucket on the bucket."""
LOCK_FILE_ACTIONS = (*STATE_ACTIONS, "s3:DeleteObject")
"""What it requires on the file of a lock, if the backend has use_lockfile."""
_LOCK_SIGN = lazy_pattern(r"the state lock|\block s3 state\b")
_LOCK_ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")
_PLAN = lazy_pattern(
    r"(?a)\b(?P<tool>terraform|tofu)(?: -[\w./=-]{1,100}){0,4} plan\b"
    r"|\b(?:only|just) (?:want|need|run|do|have|allowed)?\b[^.\n]{0,20}?\bplans?\b|\bplan-only\b"
)
_APPLY = lazy_pattern(r"(?i)\bappl(?:y|ies)\b")
_PULL_SIGNS = lazy_pattern(
    r"registry auth\b|[Ff]ailed to pull|CannotPull(?:Container|Image)|docker pull|ErrImagePull|ImagePullBackOff"
)
# What builds print of the image that they begin with, as docker, BuildKit, podman and kaniko do.
_BASE_IMAGE = lazy_pattern(
    r"\b(?:FROM|[Pp]ulling|[Pp]ull|load metadata for|Retrieving image manifest)(?: --platform=\S{1,40})? \d{12}\.dkr\.ecr\."
    # The words of a registry before a denial, which docker prints.
    r"|\bdenied: User: arn:"
)
# What docker, podman, buildx, kaniko, crane and skopeo print about a push, and their commands.
_PUSH_SIGNS = lazy_pattern(
    r"(?a)\b(?:docker|podman|nerdctl|buildah|helm|crane|oras|finch)(?: (?:image|compose))? push\b|[Tt]he push refers to repository"
    r"|\bskopeo copy\b|\bbuildx? build\b[^\n]{0,400} --push\b|[Ff]ailed to push|error pushing image|checking push permission"
    r"|\bpushing (?:layers|manifest)\b"
)
# Such clients upload large files in parts, which also requires kms:Decrypt:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
_UPLOAD_SIGNS = lazy_pattern(
    r"(?a)\baws (?:--[a-z-]{2,30}[ =]\S{1,60} ){0,3}s3 (?:cp|mv|sync)\b|\bupload failed: |\bFailed to upload \S{1,500} to |\bs3a://"
    r"|\borg\.apache\.(?:spark|hadoop|flink)\.|\bEmrFileSystem\b|\bTransferManager\b|\bupload_file(?:obj)?\(|@aws-sdk/lib-storage"
)
# https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html (restricted permissions)
_S3A = lazy_pattern(r"(?a)\bs3a://|\.fs\.s3a\.|\bs3n?://\S{1,500}/_temporary\b")
_S3A_WRITE = "A write with Hadoop's S3A, which also needs s3:ListBucket on the bucket,"
_S3A_ACTIONS = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
_EXPORT = lazy_pattern(r"/AWSDynamoDB/\d{14}-[0-9a-f]{8}/(?:_started|manifest-|data/)")
_EXPORT_ACTIONS = ("s3:PutObject", "s3:PutObjectAcl", "s3:AbortMultipartUpload")
# Options of uploads to S3 that require more, as the AWS CLI and the SDKs spell them:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_TAGGING = lazy_pattern(
    r"(?a)--tagging(?=[ =])|\bTagging(?=[\"']?\s?(?:=>|[=:])\s?[\"'])"
    # The setting of a program, such as Velero, and the header.
    r"|(?<![\w-])(?:x-amz-)?tagging[\"']?\s?[:=]\s{0,4}[\"']?[\w.%+-]{1,128}=[\w.%+&=-]{1,256}[\"']?"
)
DELETING_SYNC = lazy_pattern(r"(?a)\baws\b[^\n]{0,80}? s3 sync\b[^\n]{0,600}? --delete\b")
"""A command that also deletes what its source no longer has."""
UPLOAD_WITH_OPTIONS = "An upload with these options"
"""The task of an upload with an ACL or tags, or that also deletes."""


def certain_companions(action: str, operation: str | None, text: str) -> tuple[str, tuple[str, ...]]:
    """Return the task that a text shows, and the other actions that it requires on the same resource.

    Args:
        action: The denied action, as AWS spells it.
        operation: The call in which it was denied.
        text: The text around the denial.

    >>> certain_companions("kms:GenerateDataKey", "CreateMultipartUpload", "")
    ('CreateMultipartUpload', ('kms:Decrypt',))
    """
    if action in _DATA_KEY_ACTIONS and operation in MULTIPART | _SENDING:
        task, together = operation or "", _DATA_KEY_ACTIONS
    elif action == "kms:GenerateDataKey" and _UPLOAD_SIGNS.search(text):
        task, together = "An upload in several parts", _DATA_KEY_ACTIONS
    elif action in _MANAGED_RULE_ACTIONS and _MANAGED_RULE.search(text):
        task, together = _WAIT, _MANAGED_RULE_ACTIONS
    elif action in _WAITING_ACTIONS and _WAITING.search(text):
        task, together = _WAIT, _WAITING_ACTIONS[action]
    elif action == "s3:PutObject" and (more := upload_option_actions(text)):
        task, together = UPLOAD_WITH_OPTIONS, (action, *more)
    elif action in _EXPORT_ACTIONS and _EXPORT.search(text):
        task, together = "An export of a table by DynamoDB", _EXPORT_ACTIONS
    elif writes_with_s3a(action, text):
        task, together = _S3A_WRITE, _S3A_ACTIONS
    elif _LOCK_SIGN.search(text) and action in {*_LOCK_ACTIONS, "dynamodb:DescribeTable"}:
        task, together = "The lock of the Terraform state", _LOCK_ACTIONS
    elif action in _KCL_ACTIONS and KCL_TABLE.search(text):
        task, together = "The Kinesis Client Library", _KCL_ACTIONS
    elif action in _PULL.actions and _is_pull(text):
        task, together = "A pull", _PULL.actions
    elif action in _PUSH.actions and _PUSH_SIGNS.search(text):
        task, together = "A push", _PUSH.actions
    else:
        return "", ()
    return task, tuple(each for each in together if each != action)


def describe_plan_without_lock(text: str) -> str | None:
    """Return that a plan works without the lock of the state, if a text is of a plan, which only reads.

    Source: https://developer.hashicorp.com/terraform/cli/commands/plan#lock-false

    >>> describe_plan_without_lock("$ tofu plan: Error acquiring the state lock")
    'If the caller is only meant to plan, it need not write: tofu plan -lock=false works without the lock.'
    """
    plan = _PLAN.search(text) if _LOCK_SIGN.search(text) else None
    if plan is None or _APPLY.search(text):
        return None
    tool = plan["tool"] or "terraform"
    return f"If the caller is only meant to plan, it need not write: {tool} plan -lock=false works without the lock."


def _is_pull(text: str) -> bool:
    # A build that pushes its image also prints the one that it begins with.
    begins = _BASE_IMAGE.search(text) is not None and _PUSH_SIGNS.search(text) is None
    return begins or _PULL_SIGNS.search(text) is not None


def writes_with_s3a(action: str | None, text: str) -> bool:
    """Return whether Hadoop's S3A client, which Spark uses, writes an object.

    >>> writes_with_s3a("s3:PutObject", "PUT 0-byte object on s3a://lake/orders/_temporary/0")
    True
    """
    return action == "s3:PutObject" and _S3A.search(text) is not None


def upload_option_actions(text: str) -> tuple[str, ...]:
    """Return what the options of an upload require on the object, in addition to ``s3:PutObject``.

    >>> upload_option_actions("aws s3 sync out s3://site --acl public-read --delete")
    ('s3:PutObjectAcl', 's3:DeleteObject')
    """
    return tuple(
        action
        for action, find in (
            ("s3:PutObjectAcl", find_acl),
            ("s3:PutObjectTagging", find_tagging),
            ("s3:DeleteObject", DELETING_SYNC.search),
        )
        if find(text)
    )


def find_tagging(text: str) -> str | None:
    """Return how a text sets the tags of an upload.

    >>> find_tagging('    tagging: "team=data&tier=cold"')
    'tagging: "team=data&tier=cold"'
    """
    found = _TAGGING.search(text)
    return None if found is None else found[0]


_SIGNS = {
    _PULL.name: _PULL_SIGNS,
    _PUSH.name: _PUSH_SIGNS,
    _WRITING_TOPICS.name: lazy_pattern(r"WriteData|[Pp]roducer"),
    _READING_TOPICS.name: lazy_pattern(r"ReadData|[Cc]onsumer"),
}


def find_task(action: str, text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """Return the task that requires an action: its name, its actions on the resource, and those on ``*``.

    It is ``None`` if several tasks require the action, or none is known.

    Args:
        action: The denied action, as AWS spells it.
        text: The text around the denial.

    >>> find_task("logs:PutLogEvents", "")
    ('Writing logs', ('logs:CreateLogStream', 'logs:PutLogEvents'), ())
    """
    tasks = TASKS.get(action, ())
    if action in {LOGIN_ACTION, _DESCRIBE_TOPIC}:
        tasks = tuple(task for task in tasks if _SIGNS[task.name].search(text))
    if action in _WRITING_LOGS.actions:
        tasks = (_WRITING_LOGS,)
    if (
        len(tasks) != 1
        or tasks[0] is _MARKETPLACE
        or (action != LOGIN_ACTION and action not in tasks[0].actions)
    ):
        return None
    return tasks[0].name, tasks[0].actions, tasks[0].actions_on_star


_PUBLIC_IMAGE = lazy_pattern(
    r"\bpublic\.ecr\.aws/[a-z0-9-]{2,50}/(?P<name>[a-z0-9][a-z0-9._/-]{1,200}[a-z0-9])"
)


def find_public_push(action: str, text: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the repository of ECR Public to which a text pushes after the login, and the actions that a push requires.

    >>> find_public_push("ecr-public:GetAuthorizationToken", "docker push public.ecr.aws/acme/tool:1")[0]
    'tool'
    """
    is_push = action == _PUBLIC_LOGIN_ACTION and re.search(r"\bpush(?:es|ed|ing)?\b", text) is not None
    found = _PUBLIC_IMAGE.search(text) if is_push else None
    return None if found is None else (found["name"], _PUBLIC_PUSH.actions)


def is_of_push(text: str) -> bool:
    """Return whether a text is about pushing an image, and not about pulling one.

    >>> is_of_push("ERROR: failed to push 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1")
    True
    """
    return "/blobs/uploads/" in text or (bool(_PUSH_SIGNS.search(text)) and not _PULL_SIGNS.search(text))
