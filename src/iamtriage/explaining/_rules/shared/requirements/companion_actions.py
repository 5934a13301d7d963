"""List the actions that a task requires in addition to the denied one.

AWS reports one missing action at a time. Steps name the others. A policy includes them only if the text shows the
task, because otherwise only the reader knows whether the caller performs all of it.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words, upper_first
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.shared.requirements import companion_hints
from iamtriage.explaining._rules.shared.requirements.tasks import (
    LOGIN_ACTION,
    PULL_ACTIONS,
    PUSH_ACTIONS,
    STATE_SIGNS,
    TASKS,
)
from iamtriage.explaining._rules.shared.texts import ecs_starts, text_signs
from iamtriage.policies._readers.elements import as_strings

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller
    from iamtriage.explaining._rules.shared.requirements.tasks import Task
    from iamtriage.failures._failures import AccessDenied


_CREATES_LOG_GROUP = "Only awslogs-create-group requires this: with true, ECS creates the log group. The other actions for the logs are in AmazonECSTaskExecutionRolePolicy."
_ENCRYPTED = frozenset(
    {"secretsmanager:GetSecretValue", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"}
)
_KEY_ARN = lazy_pattern(
    r"(?a)arn:aws[a-z-]{0,12}:kms:[a-z0-9-]{6,30}:[0-9]{12}:key/(?:mrk-)?[0-9a-f-]{32,36}(?![\w-])"
)
# https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
_MODEL_OF_PROFILE = "If the call uses a cross-Region inference profile, the Resource also needs the profile's ARN, and this model's ARN in each destination Region (with * as the Region, in any)."
_MODELS_OF_PROFILE = "The profile's models require the action, too, in each of its Regions: add the ARNs that aws bedrock get-inference-profile prints."
KUBECTL_WORKS = lazy_pattern(r"\bkubectl\b[^\n]{0,200}? get\b[^\n]{0,200}\n[ \t]{0,8}NAME\b")
# S3 gives no reason for a HEAD request.
_HEAD_DENIED = lazy_pattern(
    r"\(403\) when calling the HeadObject operation|\bHeadObject\b[^\n]{0,80}\b(?i:status ?code):? ?403\b"
)
# The version or alias in the ARN of a function.
_QUALIFIER = lazy_pattern(r"(?a):function:[\w-]{1,140}:(\$?[\w-]{1,128})\Z")
# What a tool that deploys resources calls next: https://github.com/hashicorp/terraform-provider-aws
# internal/service/logs/group.go and internal/service/ecr/repository.go.
_DEPLOYMENT_HINTS = {
    "ec2:Describe": "Tools that deploy read more than this, and AWS reports one denial at a time: ec2:Describe* on * allows all these reads.",
    "logs:CreateLogGroup": "A tool that creates log groups also calls logs:DescribeLogGroups (on *), logs:ListTagsForResource and, for tags and retention, logs:TagResource and logs:PutRetentionPolicy.",
    "ecr:CreateRepository": "A tool that creates repositories also calls ecr:DescribeRepositories, ecr:ListTagsForResource and, for tags, ecr:TagResource.",
}
# Tools whose caller deploys with its own permissions, and statements for what they deploy:
# https://www.serverless.com/framework/docs/providers/aws/guide/iam
_DEPLOYS_AS_CALLER = lazy_pattern(
    r"(?m)\b(?:serverless|sls|sam) (?:deploy|remove|info)\b|\bserverless\.ya?ml\b|^ ?Serverless(?: Error|:)"
)
_OF_FUNCTIONS = lazy_pattern(r"(?m)\biamRoleStatements\b|^[ \t]{2,12}role:[ \t]*\n[ \t]{4,16}statements:")
_DEPLOYMENT = "A deployment also calls the services of what the stack contains, mostly S3, Lambda, IAM and CloudWatch Logs, and AWS reports one denial at a time: give the caller all that the deployment needs."
# A session of the role that reads the version. Early templates did not allow it.
_DEPLOY_ROLE = lazy_pattern(
    r":assumed-role/cdk-[a-z0-9]{1,10}-deploy-role-(?:([0-9]{12})|[^\s/]{1,60}?)-([a-z]{2,5}(?:-[a-z]{3,9}){1,3}-[0-9])/"
)
_OLD_BOOTSTRAP = "The current bootstrap template allows this for the deploy role, so most likely an early one made it: an administrator runs npx cdk bootstrap aws://{}/{} again, which is enough."
# What the S3 backend of Terraform requires:
# https://developer.hashicorp.com/terraform/language/backend/s3#permissions-required
_STATE = "Terraform's state needs s3:ListBucket on the bucket, and s3:GetObject and s3:PutObject on the file. With use_lockfile, the file with .tflock at the end also needs these two, and s3:DeleteObject."
# Actions that AWS checks on several resources of a call, and the types that RDS abbreviates.
_CALLS_OF_SEVERAL_RESOURCES = ("ec2:", "rds:", "kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias")
_NAMES_OF_TYPES = {
    "db": "DB instance",
    "og": "option group",
    "pg": "parameter group",
    "subgrp": "subnet group",
    "cluster-pg": "cluster parameter group",
}
# Types that AWS checks if the call names such a resource or has a default one:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/security_iam_id-based-policy-examples-create-and-modify-examples.html
_FURTHER_TYPES = {"rds:CreateDBInstance": ("og", "pg", "subgrp")}
_MAX_TYPES = 4
# https://keda.sh/docs/latest/scalers/aws-sqs/
_OWN_IDENTITY = lazy_pattern(r"\bidentityOwner[\"']?:\s?[\"']?(operator|keda)\b")
_SCALES = lazy_pattern(r"\bsqsScaler\b|\bkeda\b|\baws-sqs-queue\b")
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
_PURPOSE_OF_LOGIN = "docker login uses this token: without it, the login fails, too."
_NO_PASSWORD = "from a non TTY device"  # noqa: S105 (words of Docker)
_PURPOSE_OF_PASSWORD = "docker login gets its password from this call: without it, the password is empty, and Docker cannot ask for one (non TTY device)."  # noqa: S105 (words about it)
PUSH_AND_PULL = (
    f"To push and pull images, the caller also needs {join_words(tuple(dict.fromkeys((*PUSH_ACTIONS, *PULL_ACTIONS))), 'and')} on the repository. "
    f"To pull only, {join_words(PULL_ACTIONS, 'and')} are enough."
)
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
_DECRYPTION = lazy_pattern(
    r"(?i)--(?P<no>no-)?with-decryption\b|with_?decryption\W{1,8}(?:aws\.Bool\()?(?P<value>true|false)\b"
)
_PRIMARY = "A client that names no workgroup (--work-group, WorkGroup) uses primary: if the caller may use another one, name that."
_ALL = "AWS names one missing action at a time: add those that are still missing."


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
    'Pulling an image also requires ecr:GetDownloadUrlForLayer on the repository, and ecr:GetAuthorizationToken on *. AWS names one missing action at a time: add those that are still missing.'
    >>> describe_companions("ecr:BatchGetImage", text='"ecr:GetDownloadUrlForLayer"')
    ()
    """
    if resource is not None and not by_resource and (hints := _resource_hints(action, resource, text)):
        return hints
    if "::parameter/aws/" in (resource or ""):
        return ()  # AWS publishes it for everybody
    if action.startswith("s3:") and not by_resource and STATE_SIGNS.search(text):
        return (_STATE,)
    if action == "logs:CreateLogGroup" and ecs_starts.CREATES_LOG_GROUP.search(text):
        return (_CREATES_LOG_GROUP,)
    if not by_resource and (sentences := _describe_deployment(action, text)):
        return sentences
    if action == "eks:AccessKubernetesApi" and KUBECTL_WORKS.search(text):
        return (
            f"{companion_hints.CONSOLE} kubectl gets objects in the text: if it ran as the same role, access entries, aws-auth and RBAC need no change.",
        )
    if action == "sqs:GetQueueAttributes" and _SCALES.search(text):
        whose = ""
        if found := _OWN_IDENTITY.search(text):
            whose = f" With identityOwner: {found[1]}, KEDA's operator calls with its own role, not with that of the workload."
        return (f"To read the length of the queue, this action is enough.{whose}",)
    if action == "ec2:CreateTags" and resource is not None and "*" not in resource:
        return ()  # the resource exists already
    if action in _ENCRYPTED and not by_resource and (key := _find_key(text)) is not None:
        statement = f'{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "{key}"}}'
        return (f"If the value is encrypted with the KMS key in the text, add the statement {statement}",)
    if action == "ecs:RunTask" and not by_resource and '"iam:PassRole"' in text:
        # The policy in the text, and another revision in it, which says the rest.
        stem, _, revision = (resource or "").rpartition(":")
        other = re.search(rf"{re.escape(stem)}:(?!{re.escape(revision)}\b)\d+\b", text) if stem else None
        passed = "A policy in the text already has iam:PassRole, which running a task also requires."
        return (passed,) if other else (passed, companion_hints.REVISIONS)
    if action in TASKS or action in companion_hints.HINTS:
        # A policy in the text can list the others already.
        names = {each for task in TASKS.get(action, ()) for each in task.actions if f'"{each}"' in text}
        sentences = _describe_companions(action, by_resource, frozenset(names))
        if "athena:" in action and (resource or "").endswith("workgroup/primary"):
            sentences = (_PRIMARY, *sentences)
        if action.startswith("ssm:GetParameter"):
            return _describe_decryption(text, sentences)
        is_login = action == LOGIN_ACTION and _NO_PASSWORD in text
        return (_PURPOSE_OF_PASSWORD, *sentences[1:]) if is_login else sentences
    return describe_other_resources(action, resource) if resource is not None and not by_resource else ()


def _describe_decryption(text: str, hints: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hints about the key of a parameter, which only a call that asks for decryption uses."""
    asked = {not no and value.lower() != "false" for no, value in _DECRYPTION.findall(text)}
    if len(asked) == 1:
        return tuple(f"The call asks for decryption. {each}" for each in hints) if True in asked else ()
    return hints


def _describe_deployment(action: str, text: str) -> tuple[str, ...]:
    """Return what else a tool calls that deploys, and what its settings do not allow the caller."""
    if action.startswith("cloudformation:") and _DEPLOYS_AS_CALLER.search(text):
        other = "The role statements in serverless.yml are for the deployed functions, and the caller is who deploys them."
        return (*([other] if _OF_FUNCTIONS.search(text) else []), _DEPLOYMENT)
    # A message with the action says more than one without, and other hints count more.
    is_read = action.startswith("ec2:Describe") and action not in text
    if not (is_read or action in _DEPLOYMENT_HINTS):
        return ()
    from iamtriage.explaining._rules.shared.texts.deployment_tools import is_about_deployments

    return (_DEPLOYMENT_HINTS["ec2:Describe" if is_read else action],) if is_about_deployments(text) else ()


def _find_key(text: str) -> str | None:
    """Return the only KMS key in a text, which the data of a denied parameter or secret is encrypted with."""
    if ":kms:" not in text:
        return None
    # The key of another denial has a remedy of its own.
    keys = {
        each[0] for each in _KEY_ARN.finditer(text) if not text.endswith("on resource: ", 0, each.start())
    }
    return only_one(keys)


def describe_other_resources(action: str, resource: str) -> tuple[str, ...]:
    """Return what to know about the other resources of a call, which AWS also checks and does not name.

    >>> describe_other_resources("rds:CreateDBInstance", "arn:aws:rds:eu-west-1:111122223333:db:orders")[0]
    'AWS checks rds:CreateDBInstance on the other resources of the call, too (option group, parameter group and subnet group), and names one at a time: add their ARNs.'

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    if not action.startswith(_CALLS_OF_SEVERAL_RESOURCES) or not resource.startswith("arn:"):
        return ()
    from iamtriage.actions._lookup import find_action

    known = find_action(action)
    if known is None or (denied := known.accepts(resource)) is None:
        return ()
    types = (*(each.name for each in known.required_types), *_FURTHER_TYPES.get(known.name, ()))
    others = [each for each in dict.fromkeys(types) if each != denied.name]
    if not others:
        return ()
    names = tuple(_NAMES_OF_TYPES.get(each, each.replace("-", " ")) for each in others[:_MAX_TYPES])
    return (
        f"AWS checks {action} on the other resources of the call, too ({join_words(names, 'and')}), and names one at a time: add their ARNs.",
    )


# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
AGENT_OF_NODE = "The pod's role, its trust policy and its association are not the cause. All pods with an association on these nodes have this problem, and the agent retries automatically."


# https://karpenter.sh/docs/getting-started/migrating-from-cas/ and
# https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
_NODES_OF_ROLE = "Nodes with this role also need access to the cluster, or they start and do not join: aws eks create-access-entry --cluster-name CLUSTER --principal-arn {} --type EC2_LINUX (or, in aws-auth, a mapRoles entry with system:bootstrappers and system:nodes). Its trust policy must name ec2.amazonaws.com."


def controller_hints(action: str, failure: AccessDenied, partition: str = "aws") -> tuple[str, ...]:
    """Return what the role of a controller needs, since one action alone leads to the next denial."""
    controller = text_signs.find_controller_of_denial(action, failure)
    if controller is None:
        return ()
    if action.startswith("eks-auth:"):
        return (AGENT_OF_NODE,)
    said = failure.text.replace("perform: iam:PassRole", "").replace("the iam:PassRole", "")
    is_other = action == "iam:PassRole" and controller.name == "Karpenter" and action in said
    if is_other and ":role/" in (failure.resource or ""):
        # The policy passes another role, so it is that of the release, and the nodes get this role now.
        return (_NODES_OF_ROLE.format(failure.resource),)
    return (_describe_permissions(controller, partition),)


def explain_others(statements: list[dict[str, Any]], controller: Controller | None) -> tuple[str, ...]:
    """Return why the statements that a policy in the text lacks have other actions than the denied one."""
    known = [find_action(name) for each in statements for name in as_strings(each["Action"])]
    if controller is None or len(known) == 1:
        return ()
    reads = all(each is not None and each.access_level in {"list", "read"} for each in known)
    return (
        f"{upper_first(controller.name)} calls the other actions, too{'. All of them only read' if reads else ''}.",
    )


def _describe_permissions(controller: Controller, partition: str) -> str:
    calls = f"{upper_first(controller.name)} calls more actions"
    path = controller.managed_policy
    if controller.policy:
        tag = " The condition requires tagged groups." if controller.has_conditions else ""
        tag += f" {controller.policy_note}" if controller.policy_note else ""
        return f"{calls}, which the policy allows, too.{tag}"
    if path is None:
        return f"{calls} than this one. Its role needs {controller.permissions}."
    return f"{calls} than this one. Its role normally has the AWS managed policy {path.rpartition('/')[2]} (arn:{partition}:iam::aws:policy/{path})."


# The calls that create a resource of ECS, by its type:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
_CREATED_WITH_TAGS = {
    "capacity-provider": "CreateCapacityProvider", "cluster": "CreateCluster", "service": "CreateService", "task-set": "CreateTaskSet",
    "container-instance": "RegisterContainerInstance", "task": "RunTask or StartTask", "task-definition": "RegisterTaskDefinition",
}  # fmt: skip


def _resource_hints(action: str, resource: str, text: str) -> tuple[str, ...]:
    """Return what a task requires on other resources than the one that AWS names."""
    kind = resource.split(":", 5)[-1].partition("/")[0]
    if action == "ecs:TagResource" and (call := _CREATED_WITH_TAGS.get(kind)) is not None:
        return (
            f"{call} with tags requires {action} on what it creates, besides its own action. A condition for ecs:CreateAction can limit the Allow to that.",
        )
    if action.startswith("s3:") and ":accesspoint/" in resource:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
        point = resource.partition("/object/")[0]
        return (
            f"The request goes through an access point, so the ARN of the bucket does not match: objects behind it are {point}/object/*, and s3:ListBucket is on {point}.",
            "The policies of the access point and of its bucket count, too. The bucket policy can delegate to the access points of an account (s3:DataAccessPointAccount).",
        )
    if action == "s3:ListBucket" and _HEAD_DENIED.search(text):
        return _describe_head(resource, text)
    if action.startswith("bedrock:Invoke"):
        from iamtriage.explaining._rules.shared.requirements.required_resources import is_model

        if ":application-inference-profile/" in resource:
            return (_MODELS_OF_PROFILE,)
        return (_MODEL_OF_PROFILE,) if is_model(resource) else ()
    if action == "lambda:InvokeFunction" and (qualifier := _QUALIFIER.search(resource)) is not None:
        # https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
        return (
            f"The call names {qualifier[1]}: an Allow on the function's ARN without :{qualifier[1]} does not match.",
        )
    if action == "ssm:GetParameter" and "parameter/cdk-bootstrap/" in resource:
        if (role := _DEPLOY_ROLE.search(text)) is not None:
            return (_OLD_BOOTSTRAP.format(role[1] or "ACCOUNT_ID", role[2]),)
        return (
            "The CDK CLI reads this itself only if it could not assume the deploy role: allow the caller sts:AssumeRole on the roles cdk-QUALIFIER-* instead, whose policies allow the rest.",
        )
    return ()


def _describe_head(bucket: str, text: str) -> tuple[str, ...]:
    """Return what a denied HEAD request for an object in a bucket can mean that the caller may not list.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    """
    name = re.escape(bucket.rpartition(":")[2])
    keys = set(re.findall(rf"(?<![\w/])s3://{name}/([\w.=+/-]{{1,500}})(?<![/.])(?=[\s\"']|$)", text))
    if not keys and re.search(rf"\b[Bb]ucket[=:\s'\"]{{1,4}}{name}(?![\w.-])", text) is None:
        return ()
    key = only_one(keys)
    which = f"{bucket}/{key}" if key else "the object"
    return (
        f"S3 also answered 403 to HeadObject, which requires s3:GetObject: without s3:ListBucket, it does so for a missing object, too. Repeat that call: after 404, correct the key; after 403, allow s3:GetObject on {which}.",
    )


@functools.cache
def _describe_companions(
    action: str,
    by_resource: bool,  # noqa: FBT001 (a cache's key)
    listed: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    describe = _for_resource_policy if by_resource else _for_identity_policy
    known = TASKS.get(action, ())
    begun = [each for each in known if listed - {action} & {*each.actions}]
    if any({*each.actions} - {action} <= listed for each in begun):
        return ()
    tasks = [
        each._replace(actions=tuple(name for name in each.actions if name not in listed))
        for each in begun or known
    ]
    sentences = [sentence for task in tasks if (sentence := describe(task, action))]
    if action == LOGIN_ACTION and len(tasks) > 1 and not (by_resource or listed):
        return (_PURPOSE_OF_LOGIN, PUSH_AND_PULL)
    if sentences:
        purpose = [_PURPOSE_OF_LOGIN] if action == LOGIN_ACTION else []
        return (*purpose, *sentences[:-1], f"{sentences[-1]} {_ALL}")
    hint = None if by_resource else companion_hints.HINTS.get(action)
    return () if hint is None else (hint,)


def _for_identity_policy(task: Task, action: str) -> str | None:
    others = [each for each in task.actions if each != action]
    on_star = [each for each in task.actions_on_star if each != action]
    parts = [f"{join_words(others, 'and')} on {task.resource or '*'}"] if others else []
    if on_star:
        parts.append(f"{join_words(on_star, 'and')} on *")
    return f"{task.name} also requires {', and '.join(parts)}." if parts else None


def _for_resource_policy(task: Task, action: str) -> str | None:
    others = [each for each in task.actions if each != action]
    if not others or not task.actions_on_star:
        return None
    on_star = join_words(task.actions_on_star, "and")
    return f"{task.name} also requires {join_words(others, 'and')} in this policy, and {on_star} in the caller's identity-based policies."
