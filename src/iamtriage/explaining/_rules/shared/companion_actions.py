"""List the actions that a task requires in addition to the denied one.

AWS reports one missing action at a time. Steps name the others. A policy includes them only if the text shows the
task, because otherwise only the reader knows whether the caller performs all of it. Sources, pages of docs.aws.amazon.com:

* ECR: AmazonECR/latest/userguide/image-push-iam.html, the managed policy AmazonEC2ContainerRegistryPullOnly,
  AmazonECR/latest/public/public-repository-policy-examples.html
* Session Manager: systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
* ECS Exec: AmazonECS/latest/developerguide/ecs-exec.html
* logs: the managed policy AWSLambdaBasicExecutionRole
* event sources: the managed policies AWSLambdaSQSQueueExecutionRole and AWSLambdaKinesisExecutionRole
* keys: AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html,
  AmazonS3/latest/API/API_CreateMultipartUpload.html
* launches: AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
* CodeArtifact: codeartifact/latest/ug/auth-and-access-control-iam-identity-based-access-control.html,
  codeartifact/latest/ug/get-set-up-provision-user.html
* Bedrock: bedrock/latest/userguide/inference-profiles-prereq.html
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import join_words
from iamtriage.explaining._rules.shared import text_signs
from iamtriage.explaining._rules.shared.text_signs import find_acl

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller
    from iamtriage.failures._failures import AccessDenied


@attrs.frozen(eq=False, repr=False)
class _Task(Value):
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


def _actions(service: str, names: str) -> tuple[str, ...]:
    return tuple(f"{service}:{name}" for name in names.split())


_LOGIN, _PUBLIC_LOGIN_ACTION = "ecr:GetAuthorizationToken", "ecr-public:GetAuthorizationToken"
_TOKEN_ACTION = "sts:GetServiceBearerToken"  # noqa: S105 (an action)
_UPLOADS = "BatchCheckLayerAvailability InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage"
_PUSH = _Task("Pushing an image", _actions("ecr", f"{_UPLOADS} BatchGetImage"), "the repository", (_LOGIN,))
_PULL = _Task(
    "Pulling an image", _actions("ecr", "BatchGetImage GetDownloadUrlForLayer"), "the repository", (_LOGIN,)
)
_PUBLIC_PUSH = _Task(
    "Pushing an image to ECR Public",
    _actions("ecr-public", _UPLOADS),
    "the repository",
    (_PUBLIC_LOGIN_ACTION, _TOKEN_ACTION),
)
_PUBLIC_LOGIN = _Task("The login to ECR Public", (_PUBLIC_LOGIN_ACTION, _TOKEN_ACTION))
_PACKAGES_LOGIN = _Task(
    "The login to CodeArtifact", ("codeartifact:GetAuthorizationToken",), "the domain", (_TOKEN_ACTION,)
)
PACKAGE_ACTIONS = _actions("codeartifact", "GetRepositoryEndpoint ReadFromRepository")
"""What a package manager requires on the repository to install packages."""
_PACKAGES = _Task("Installing packages", PACKAGE_ACTIONS, "the repository")
SERVICES_OF_TOKENS = {"codeartifact": "codeartifact.amazonaws.com"}
"""The values of ``sts:AWSServiceName`` for the tokens of services, by the prefix of their actions."""
PUSH_ACTIONS = _PUSH.actions
"""What pushing an image requires on the repository."""
SESSION_CHANNEL_ACTIONS = _actions(
    "ssmmessages", "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel"
)
"""What an agent requires for Session Manager or ECS Exec."""
_SESSIONS = _Task("An agent for Session Manager or ECS Exec", SESSION_CHANNEL_ACTIONS)
_KINESIS = _Task(
    "Reading a stream as Lambda does",
    _actions("kinesis", "DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards"),
    "the stream",
    ("kinesis:ListStreams",),
)
_MARKETPLACE = _Task(
    "Subscribing in AWS Marketplace", _actions("aws-marketplace", "ViewSubscriptions Subscribe")
)
_WRITING_LOGS = _Task("Writing logs", _actions("logs", "CreateLogStream PutLogEvents"), "the log group")
_TASKS: dict[str, tuple[_Task, ...]] = {
    **dict.fromkeys(_PUSH.actions, (_PUSH,)),
    **dict.fromkeys(_PULL.actions, (_PULL,)),
    _LOGIN: (_PUSH, _PULL),
    **dict.fromkeys(_PUBLIC_PUSH.actions, (_PUBLIC_PUSH,)),
    _PUBLIC_LOGIN_ACTION: (_PUBLIC_LOGIN,),
    "codeartifact:GetAuthorizationToken": (_PACKAGES_LOGIN,),
    **dict.fromkeys(PACKAGE_ACTIONS, (_PACKAGES,)),
    **dict.fromkeys(SESSION_CHANNEL_ACTIONS, (_SESSIONS,)),
    **dict.fromkeys(_KINESIS.actions, (_KINESIS,)),
    **dict.fromkeys(_MARKETPLACE.actions, (_MARKETPLACE,)),
}
_LOGS = "Writing logs requires logs:CreateLogStream and logs:PutLogEvents on the log group's ARN followed by :*, and logs:CreateLogGroup if the group does not exist yet."
_ENCRYPTED = frozenset(
    {"secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"}
)
_KEY_ARN = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:[0-9]{12}:key/(?:mrk-)?[0-9a-f-]{32,36}(?![\w-])", re.ASCII
)
_SECURE_STRING = "If the parameter is a SecureString with a customer managed KMS key, kms:Decrypt on that key is required, too."
_MODEL_OF_PROFILE = "If the call uses a cross-Region inference profile, the Resource also needs the profile's ARN, and this model's ARN in each destination Region (* as the Region is any)."
_HINTS = {
    "logs:CreateLogGroup": _LOGS,
    "logs:CreateLogStream": _LOGS,
    "logs:PutLogEvents": _LOGS,
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    "cloudwatch:PutMetricData": "The condition cloudwatch:namespace limits it to namespaces of metrics.",
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    "ec2:CreateTags": "A call that tags what it creates (RunInstances, CreateVolume) requires ec2:CreateTags on each new resource. The condition ec2:CreateAction limits it to such calls.",
    "s3:ListBucket": "To read or write the objects, s3:GetObject or s3:PutObject is required, too, on the bucket's ARN followed by /*.",
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam-identity-policies.html
    "s3express:CreateSession": "In a directory bucket, this session covers all calls on objects: actions of s3: do not apply. The condition s3express:SessionMode limits it to ReadOnly or ReadWrite.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    **dict.fromkeys(("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"), _SECURE_STRING),
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    "secretsmanager:GetSecretValue": "If the secret has a customer managed KMS key, kms:Decrypt on that key is required, too.",
    "kms:GenerateDataKey": "Multipart uploads to S3, and messages to SQS queues, also require kms:Decrypt on the same key.",
    "sqs:ReceiveMessage": "A consumer also needs sqs:DeleteMessage. If the queue is an event source of a Lambda function, sqs:GetQueueAttributes, too.",
    "sqs:GetQueueAttributes": "If the queue is an event source of a Lambda function, its role also needs sqs:ReceiveMessage and sqs:DeleteMessage.",
    "ssm:UpdateInstanceInformation": f"For Session Manager, an instance also needs {join_words(SESSION_CHANNEL_ACTIONS, 'and')} on *.",
    "ssm:StartSession": "ssm:StartSession is required on the instance and, if the call names one, on the session document, such as AWS-StartPortForwardingSession. The denial names one of the two.",
    # https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
    "lakeformation:GetDataAccess": "This lets the caller request data. Lake Formation must also grant it SELECT on the tables.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
    "ssm:SendCommand": "ssm:SendCommand is required on the document and on each instance: add their ARNs (arn:aws:ec2:REGION:ACCOUNT_ID:instance/…).",
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
    "ecs:RunTask": "Running a task also requires iam:PassRole on its task role and task execution role. Its next revision has another number: the ARN can end in :*.",
    # https://docs.aws.amazon.com/batch/latest/userguide/batch-supported-iam-actions-resources.html
    "batch:SubmitJob": "batch:SubmitJob is required on the job queue and on the job definition, whose next revision has another number: its ARN can end in :*.",
    # https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html
    "eks:AccessKubernetesApi": "The console also calls eks:DescribeCluster and, on *, eks:ListClusters. In the cluster, an access entry or RBAC must allow the caller to read, too.",
    "ecs:ExecuteCommand": "The AWS CLI also calls ecs:DescribeTasks for the task. If the cluster encrypts sessions with a KMS key, kms:GenerateDataKey on that key is required, too.",
}
# What a tool that deploys resources calls next: https://github.com/hashicorp/terraform-provider-aws
# internal/service/logs/group.go and internal/service/ecr/repository.go.
_DEPLOYMENT_HINTS = {
    "logs:CreateLogGroup": "A tool that creates log groups also calls logs:DescribeLogGroups (on *), logs:ListTagsForResource and, for tags and retention, logs:TagResource and logs:PutRetentionPolicy.",
    "ecr:CreateRepository": "A tool that creates repositories also calls ecr:DescribeRepositories, ecr:ListTagsForResource and, for tags, ecr:TagResource.",
}
# What the S3 backend of Terraform requires, and the words with which it reports a denial:
# https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
_STATE = "Terraform's state needs s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on the file and, with use_lockfile, both and s3:DeleteObject on its key with .tflock at the end."
_STATE_SIGNS = lazy_pattern(
    r"Error (?:refreshing|loading|saving|inspecting|migrating|copying) state|Error (?:acquiring|releasing) the state lock|[Ff]ailed to (?:get existing workspaces|load state|save state)"
    r"|Initializing the backend|workspaces in the \"s3\" backend|states? in the \"s3\" backend"
)
# Actions that AWS checks on several resources of a call, and the types that RDS abbreviates.
_CALLS_OF_SEVERAL_RESOURCES = ("ec2:", "rds:", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias")
_NAMES_OF_TYPES = {
    "db": "DB instance",
    "og": "option group",
    "pg": "parameter group",
    "subgrp": "subnet group",
    "cluster-pg": "cluster parameter group",
}
_MAX_TYPES = 4
_LAUNCH_TYPES = ("instance", "image", "subnet", "security-group", "network-interface", "volume", "key-pair")
# The ARNs of what controllers create.
_GENERATED_NAME = lazy_pattern(
    r":(?:(?P<kind>targetgroup|loadbalancer/(?:app|net))/k8s-|(?P<type>volume|snapshot|instance|network-interface)/[a-z]{1,4}-[0-9a-f]{8,17}\Z)",
    re.ASCII,
)
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
_PURPOSE_OF_LOGIN = "The login to the registry (docker login) requires it, before a pull or push."
_MULTIPART = frozenset({"CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload"})
# Who sends to an encrypted queue or topic needs both:
# https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
_SENDING = frozenset({"SendMessage", "SendMessageBatch", "Publish", "PublishBatch"})
_DATA_KEY_ACTIONS: tuple[str, ...] = ("kms:GenerateDataKey", "kms:Decrypt")
# https://developer.hashicorp.com/terraform/language/backend/s3
_LOCK_SIGN = "the state lock"
_LOCK_ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem")
_PULL_SIGNS = lazy_pattern(
    r"[Ff]ailed to pull|CannotPull(?:Container|Image)|docker pull|ErrImagePull|ImagePullBackOff"
)
# What docker, podman, buildx, kaniko, crane and skopeo print about a push, and their commands.
_PUSH_SIGNS = lazy_pattern(
    r"\b(?:docker|podman|nerdctl|buildah|helm|crane|oras|finch)(?: (?:image|compose))? push\b|[Tt]he push refers to repository"
    r"|\bskopeo copy\b|\bbuildx? build\b[^\n]{0,400} --push\b|[Ff]ailed to push|error pushing image|checking push permission"
    r"|\bpushing (?:layers|manifest)\b",
    re.ASCII,
)
# Such clients upload large files in parts, which also requires kms:Decrypt:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
_UPLOAD_SIGNS = lazy_pattern(
    r"\baws (?:--[a-z-]{2,30}[ =]\S{1,60} ){0,3}s3 (?:cp|mv|sync)\b|\bupload failed: |\bFailed to upload \S{1,500} to |\bs3a://",
    re.ASCII,
)
# https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/assumed_roles.html (restricted permissions)
_S3A = lazy_pattern(r"\bs3a://|\.fs\.s3a\.|\bs3n?://\S{1,500}/_temporary\b", re.ASCII)
_S3A_WRITE = "A write with Hadoop's S3A, which also needs s3:ListBucket on the bucket,"
_S3A_ACTIONS = ("s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
# Options of uploads to S3 that require more, as the AWS CLI and the SDKs spell them:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_TAGGING = lazy_pattern(r"--tagging(?=[ =])|\bTagging(?=[\"']?\s?(?:=>|[=:])\s?[\"'])", re.ASCII)
_DELETING = lazy_pattern(r"\baws\b[^\n]{0,80}? s3 sync\b[^\n]{0,600}? --delete\b", re.ASCII)
UPLOAD_WITH_OPTIONS = "An upload with these options"
"""The task of an upload with an ACL or tags, or that also deletes."""
_ALL = "AWS reports one missing action at a time: add those that are still missing."


def describe_companions(
    action: str, resource: str | None = None, text: str = "", *, by_resource: bool = False
) -> tuple[str, ...]:
    """Return sentences about the other actions that a task requires, if one with this action is known.

    Args:
        action: The denied action, as AWS spells it.
        resource: The resource.
        text: The text around the denial.
        by_resource: Whether a resource-based policy allows the action.

    >>> describe_companions("ecr:BatchGetImage")[0]
    'Pulling an image also requires ecr:GetDownloadUrlForLayer on the repository, and ecr:GetAuthorizationToken on *.'
    """
    if resource is not None and not by_resource and (hints := _resource_hints(action, resource)):
        return hints
    if action.startswith("s3:") and not by_resource and _STATE_SIGNS.search(text):
        return (_STATE,)
    if action in _DEPLOYMENT_HINTS and not by_resource and text_signs.is_about_deployments(text):
        return (_DEPLOYMENT_HINTS[action],)
    if action == "ec2:CreateTags" and resource is not None and "*" not in resource:
        return ()  # the resource exists already
    if action == "ec2:RunInstances" and not by_resource:
        return (_describe_launch(resource or ""),)
    if action in _ENCRYPTED and not by_resource and (key := _find_key(text)) is not None:
        statement = f'{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key}"}}'
        return (f"If the value is encrypted with the KMS key in the text, add the statement {statement}",)
    if action in _TASKS or action in _HINTS:
        return _describe_companions(action, by_resource)
    return _describe_other_resources(action, resource) if resource is not None and not by_resource else ()


def _find_key(text: str) -> str | None:
    """Return the only KMS key in a text, which the data of a denied parameter or secret is encrypted with."""
    keys: set[str] = set(_KEY_ARN.findall(text)) if ":kms:" in text else set()
    return keys.pop() if len(keys) == 1 else None


def _describe_launch(resource: str) -> str:
    """Return on which other resources a launch is checked.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
    """
    _, partition, _, region, _, path = f"{resource}:::::".split(":", 5)
    denied = path.rstrip(":").partition("/")[0] or "instance"
    image = f"arn:{partition or 'aws'}:ec2:{region or 'REGION'}::image/*"
    types = [each for each in _LAUNCH_TYPES if each != denied]
    named = (f"image ({image})" if each == "image" else each.replace("-", " ") for each in types)
    return f"A launch is checked on more than the {denied.replace('-', ' ')}: allow ec2:RunInstances also on the {join_words(tuple(named), 'and')}. New ones have no ID yet, so their ARNs end in *."


def _describe_other_resources(action: str, resource: str) -> tuple[str, ...]:
    """Return what to know about the other resources of a call, which AWS also checks and does not name.

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    if not action.startswith(_CALLS_OF_SEVERAL_RESOURCES) or not resource.startswith("arn:"):
        return ()
    from iamtriage.actions._lookup import find_action

    known = find_action(action)
    denied = None if known is None else known.accepts(resource)
    if known is None or denied is None:
        return ()
    others = [each.name for each in known.required_types if each.name != denied.name]
    if not others:
        return ()
    names = tuple(_NAMES_OF_TYPES.get(each, each.replace("-", " ")) for each in others[:_MAX_TYPES])
    return (
        f"AWS checks {action} on the other resources of the call, too ({join_words(names, 'and')}), and names one at a time: add their ARNs.",
    )


def certain_companions(action: str, operation: str | None, text: str) -> tuple[str, tuple[str, ...]]:
    """Return the task that a text shows, and the other actions that it requires on the same resource.

    Args:
        action: The denied action, as AWS spells it.
        operation: The call in which it was denied.
        text: The text around the denial.

    >>> certain_companions("kms:GenerateDataKey", "CreateMultipartUpload", "")
    ('CreateMultipartUpload', ('kms:Decrypt',))
    """
    if action in _DATA_KEY_ACTIONS and operation in _MULTIPART | _SENDING:
        task, together = operation or "", _DATA_KEY_ACTIONS
    elif action == "kms:GenerateDataKey" and _UPLOAD_SIGNS.search(text):
        task, together = "An upload in several parts", _DATA_KEY_ACTIONS
    elif action == "s3:PutObject" and (more := upload_option_actions(text)):
        task, together = UPLOAD_WITH_OPTIONS, (action, *more)
    elif writes_with_s3a(action, text):
        task, together = _S3A_WRITE, _S3A_ACTIONS
    elif _LOCK_SIGN in text and action in {*_LOCK_ACTIONS, "dynamodb:DescribeTable"}:
        task, together = "The lock of the Terraform state", _LOCK_ACTIONS
    elif action in _PULL.actions and _PULL_SIGNS.search(text):
        task, together = "A pull", _PULL.actions
    elif action in _PUSH.actions and _PUSH_SIGNS.search(text):
        task, together = "A push", _PUSH.actions
    else:
        return "", ()
    return task, tuple(each for each in together if each != action)


def writes_with_s3a(action: str | None, text: str) -> bool:
    """Return whether Hadoop's S3A client, which Spark uses, writes an object.

    >>> writes_with_s3a("s3:PutObject", "PUT 0-byte object on s3a://lake/orders/_temporary/0")
    True
    """
    return action == "s3:PutObject" and _S3A.search(text) is not None


def upload_option_actions(text: str) -> tuple[str, ...]:
    """Return what the options of an upload require on the object, besides ``s3:PutObject``.

    >>> upload_option_actions("aws s3 sync out s3://site --acl public-read --delete")
    ('s3:PutObjectAcl', 's3:DeleteObject')
    """
    return tuple(
        action
        for action, find in (
            ("s3:PutObjectAcl", find_acl),
            ("s3:PutObjectTagging", _TAGGING.search),
            ("s3:DeleteObject", _DELETING.search),
        )
        if find(text)
    )


def find_task(action: str, text: str) -> tuple[str, tuple[str, ...], tuple[str, ...]] | None:
    """Return the task that requires an action: its name, its actions on the resource, and those on ``*``.

    It is ``None`` if several tasks require the action, or none is known.

    Args:
        action: The denied action, as AWS spells it.
        text: The text around the denial.

    >>> find_task("logs:PutLogEvents", "")
    ('Writing logs', ('logs:CreateLogStream', 'logs:PutLogEvents'), ())
    """
    tasks = _TASKS.get(action, ())
    if action == _LOGIN:
        shown = ((_PULL, _PULL_SIGNS), (_PUSH, _PUSH_SIGNS))
        tasks = tuple(task for task, signs in shown if signs.search(text))
    if action in _WRITING_LOGS.actions:
        tasks = (_WRITING_LOGS,)
    if len(tasks) != 1 or tasks[0] is _MARKETPLACE or (action != _LOGIN and action not in tasks[0].actions):
        return None
    return tasks[0].name, tasks[0].actions, tasks[0].actions_on_star


def is_of_push(text: str) -> bool:
    """Return whether a text is about pushing an image, and not about pulling one.

    >>> is_of_push("ERROR: failed to push 111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1")
    True
    """
    return "/blobs/uploads/" in text or (bool(_PUSH_SIGNS.search(text)) and not _PULL_SIGNS.search(text))


# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
AGENT_OF_NODE = "The EKS Pod Identity Agent calls this with the role of the node. The pod's role and its association are not the cause."


def controller_hints(
    action: str, failure: AccessDenied, resources: tuple[str, ...] = (), partition: str = "aws"
) -> tuple[str, ...]:
    """Return what the role of a controller needs, since one action alone leads to the next denial."""
    controller = text_signs.find_controller_of_denial(action, failure)
    if controller is None:
        return ()
    if action.startswith("eks-auth:"):
        return (AGENT_OF_NODE,)
    hint = _describe_permissions(controller, partition)
    generated = next(filter(None, map(_GENERATED_NAME.search, resources)), None)
    if controller.policy or generated is None:
        return (hint,)
    pattern = f"{generated['kind']}/*/*" if generated["kind"] else f"{generated['type']}/*"
    return (f"{hint} The name in the ARN is generated: {pattern} covers the next ones, too.",)


def _describe_permissions(controller: Controller, partition: str) -> str:
    calls = f"{controller.name[0].upper()}{controller.name[1:]} calls more actions"
    path = controller.managed_policy
    if controller.policy:
        tag = " The condition requires tagged groups." if controller.has_conditions else ""
        return f"{calls}. The policy has all that its documentation lists.{tag}"
    if path is None:
        return f"{calls} than this one. Its role needs {controller.permissions}."
    return f"{calls} than this one. Its role normally has the AWS managed policy {path.rpartition('/')[2]} (arn:{partition}:iam::aws:policy/{path})."


def _resource_hints(action: str, resource: str) -> tuple[str, ...]:
    """Return what a task requires on other resources than the one that AWS names."""
    if action.startswith("s3:") and ":accesspoint/" in resource:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
        return (
            "The request goes through an access point. If a policy of the access point or of the bucket belongs to another account, it must allow the request, too.",
        )
    if action.startswith("bedrock:Invoke"):
        from iamtriage.explaining._rules.shared.required_resources import is_model

        return (_MODEL_OF_PROFILE,) if is_model(resource) else ()
    if action == "ssm:GetParameter" and "parameter/cdk-bootstrap/" in resource:
        return (
            "The CDK CLI reads this itself only if it could not assume the deploy role: allow the caller sts:AssumeRole on the roles cdk-QUALIFIER-* instead, whose policies allow the rest.",
        )
    return ()


@functools.cache
def _describe_companions(action: str, by_resource: bool) -> tuple[str, ...]:  # noqa: FBT001 (a cache's key)
    describe = _for_resource_policy if by_resource else _for_identity_policy
    sentences = [sentence for task in _TASKS.get(action, ()) if (sentence := describe(task, action))]
    if sentences:
        return (*([_PURPOSE_OF_LOGIN] if action == _LOGIN else []), *sentences, _ALL)
    hint = None if by_resource else _HINTS.get(action)
    return () if hint is None else (hint,)


def _for_identity_policy(task: _Task, action: str) -> str | None:
    others = [each for each in task.actions if each != action]
    on_star = [each for each in task.actions_on_star if each != action]
    parts = [f"{join_words(others, 'and')} on {task.resource or '*'}"] if others else []
    if on_star:
        parts.append(f"{join_words(on_star, 'and')} on *")
    return f"{task.name} also requires {', and '.join(parts)}." if parts else None


def _for_resource_policy(task: _Task, action: str) -> str | None:
    others = [each for each in task.actions if each != action]
    if not others or not task.actions_on_star:
        return None
    on_star = join_words(task.actions_on_star, "and")
    return f"{task.name} also requires {join_words(others, 'and')} in this policy, and {on_star} in the caller's identity-based policies."
