"""Name the service, deployment or controller that made a denied call.

A message of AWS inside that of a service or a tool names only the role. The words around it name what uses the role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, line_start
from iamtriage.arns._principals import FederatedUser, Root, ServiceLinkedRole, User
from iamtriage.explaining._context.readers.kubernetes.controller_signs import may_name_controller
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.shared.clues import find_instance, runs_in_notebook
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.principals.principal_words import session_name
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.texts import deployment_tools, text_signs
from iamtriage.explaining._rules.shared.texts.text_fragments import (
    PULUMI_FRAGMENTS,
    SERVICES_BY_SESSION_NAME,
    STACK_FRAGMENTS,
)

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.controllers import Controller
    from iamtriage.explaining._rules.shared.texts.deployment_tools import Deployment

# A role that the call names lacks something, and not the caller.
_EMR = "elasticmapreduce.amazonaws.com"
_EMR_NOTE = "Amazon EMR made the call, as sourceIPAddress shows: most likely with the service role of the cluster (aws emr describe-cluster --cluster-id CLUSTER_ID --query Cluster.ServiceRole)."
_REMOVAL = lazy_pattern(r":(?:Delete|Deregister|Detach|Disassociate|Remove|Terminate)[A-Z]")
_TOPICS_OF_OTHER_ROLES = frozenset(
    {"execution-role", "service-cannot-assume-role", "service-role-lacks-permission"}
)
# What a service or the kubelet says around the message of AWS in the same entry, after fragments of which it has one,
# and what it does with the role.
# The history of Step Functions: https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskFailedEventDetails.html
# The error log of Firehose: https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
_USES = (
    (
        ("unable to decrypt",),
        lazy_pattern(r"unable to decrypt the environment variables"),
        "Lambda uses to decrypt the environment variables of the function{function}",
    ),
    (
        ("Failed to pull image",),
        lazy_pattern(r"Failed to pull image \\?\"(?P<name>[^\"\\\s]{1,300})"),
        "the kubelet uses to pull {name}",
    ),
    (
        ("ResourceInitializationError", "CannotPull"),
        lazy_pattern(r"\b(?:ResourceInitializationError|CannotPull(?:Image|ECR)?(?:Container)?Error)\b"),
        "ECS uses to start the task{instead}",
    ),
    (
        ("Lambda.AWSLambdaException", "States.TaskFailed", "FailedEventDetails", "resourceType"),
        lazy_pattern(
            r"\bLambda\.AWSLambdaException\b|\bStates\.TaskFailed\b|\b[a-z]{4,20}FailedEventDetails\"?\s?:|\"cause\"\s?:[^\n]{1,1500}\"resourceType\"\s?:"
        ),
        "the Step Functions state machine{machine} uses",
    ),
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    (
        ("RULE_ARN",),
        lazy_pattern(r"\"RULE_ARN\"\s?:\s?\"[^\"]{1,200}:rule/(?:[^\"/]{1,100}/)?(?P<name>[\w.-]{1,64})"),
        "EventBridge uses for the target of the rule {name}",
    ),
    (
        ("invokedBy",),
        lazy_pattern(r"\"invokedBy\"\s?:\s?\"events\.amazonaws\.com\""),
        "EventBridge uses for the target of a rule",
    ),
    (
        ("invokedBy",),
        lazy_pattern(r"\"invokedBy\"\s?:\s?\"scheduler\.amazonaws\.com\""),
        "EventBridge Scheduler uses for the target of a schedule",
    ),
    (
        ("deliveryStreamARN", "Firehose"),
        lazy_pattern(r"\"deliveryStreamARN\"\s?:|\A\W{0,3}Firehose\b"),
        "the Firehose stream uses",
    ),
)
# A function creates such a resource with its own role, and CloudFormation passes on what it says.
_IS_CUSTOM = lazy_pattern(r"Custom::|AWS::CloudFormation::CustomResource\Z")
_STATE_MACHINE = lazy_pattern(r"(?a):(?:stateMachine|execution|express):(?P<name>[\w-]{1,80})(?![\w-])")
_IS_CAUSE = lazy_pattern(r"[ \t]{0,80}\"?cause\"?:")
_CHARS_AROUND = 1_000
_GENERATED = lazy_pattern(r"(?=[a-f]{0,40}[0-9])[0-9a-f]{12,64}")
# Between what kind of role it is, and what uses it.
_SEPARATOR = "\0"

# By a part of the clause that says what uses the role. The first one follows who needs the permission.
_NOTES_BY_USE = (
    (
        "Step Functions state machine",
        "{need}, not the person who starts the execution. After the fix, continue the execution where it failed (aws stepfunctions redrive-execution) or start another one.",
    ),
    (
        "(identityOwner: workload)",
        "What the trigger reads, such as sqs:GetQueueAttributes, the role of the workload has to allow: it is not the problem here.",
    ),
)
# With a profile as an option, or in the environment of the command.
_DEPLOYS = lazy_pattern(
    r"(?a)\b(?:cdk (?:deploy|destroy|watch|import)|sam (?:deploy|delete|sync)|(?:sls|serverless) (?:deploy|remove)|aws cloudformation (?:create|update|deploy|delete|execute|continue|rollback)[\w-]{0,30})\b(?:\\\s*\n|[^\n;&|`]){0,300}? --(?:aws-)?profile[ =][\"']?([\w.@+-]{1,64})"
    r"|\bAWS_PROFILE=[\"']?([\w.@+-]{1,64})[\"']? (?:npx )?(?:cdk|sam|sls|serverless|aws cloudformation) "
)
_OF_WORKLOAD = lazy_pattern(r"\bidentityOwner[\"']?:\s?[\"']?workload\b")


def add_user(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what uses the denied role to the summary, and a note on the kind of caller."""
    before = _deletion_note(denial)
    # A quarantined user stays denied: there is nothing to retry.
    use = _describe_use(denial)
    after = None if explanation.topic == "compromised-key" else _caller_note(denial, explanation, use or "")
    summary = _name_user(denial, explanation.summary, use or "")
    if not before and not after and summary == explanation.summary:
        return explanation
    return attrs.evolve(explanation, summary=summary, notes=present(before, *explanation.notes, after))


def _name_user(denial: Denial, summary: str, words: str) -> str:
    """Return a summary that says what uses the denied role, which is not the role of a person."""
    account = denial_remedies.account_elsewhere(denial)
    if denial.role is not None:
        who = f"The role {denial.role.name}"
    elif isinstance(denial.principal, User | FederatedUser):
        who = f"The {denial.principal.kind} {denial.principal.name}"
    else:
        return summary
    target = "the target account" if _is_of_stack_set(denial) else "account"
    of_account = "" if account is None else f" of {target} {account}"
    kind, _, use = words.rpartition(_SEPARATOR)
    named = who if not kind else f"The {kind}{who.removeprefix('The role')}"
    user = use.removeprefix("which ").removesuffix(" uses")
    if len(user) == len(use) - len("which  uses") and not (kind or of_account):
        use = "" if denial.role is not None and denial.role.name == user else f" of {user}"
    else:
        use = f", {use}," if use else ""
    return summary.replace(f"{who} was", f"{named}{of_account}{use} was", 1)


def _is_of_stack_set(denial: Denial) -> bool:
    """Return whether StackSets made the call, with its role in a target account."""
    return (
        denial.role is not None and denial_remedies.ROLE_OF_STACK_SETS.fullmatch(denial.role.name) is not None
    )


def _describe_use(denial: Denial) -> str | None:
    """Return what uses the denied role, as a relative clause, or ``None`` if the text does not name it."""
    if isinstance(denial.role, ServiceLinkedRole):
        return None
    if denial.lowercase_action == "sts:assumerole" and _OF_WORKLOAD.search(denial.failure.text):
        # https://keda.sh/docs/latest/authentication-providers/aws/
        return "with which KEDA assumes the role of the workload (identityOwner: workload)"
    service = _calling_service(denial)
    stack = _find_stack(denial) if service in {None, "CloudFormation"} else None
    if stack is not None and stack.type is not None and stack.status is not None:
        verb = stack.status.partition("_")[0].lower()
        resource = f"{clip_text(stack.resource)} ({stack.type})" if stack.resource else f"the {stack.type}"
        if _IS_CUSTOM.match(stack.type):
            return f"which the function of the custom resource {resource} uses"
        if service is None:
            return f"with whose permissions CloudFormation {verb}s {resource}"
        profile = _find_deploying_profile(denial, service)
        instead = "" if profile is None else f" instead of the profile {profile}"
        return f"which CloudFormation uses{instead} to {verb} {resource}"
    if service is not None:
        return f"which {service} uses"
    if denial.role is None or denial.role is denial.principal:
        return None
    session = session_name(denial.principal)
    text, line = denial.failure.text, _line_of(denial)
    for fragments, pattern, words in _USES:
        found = pattern.search(line) if any(map(line.__contains__, fragments)) else None
        # Who calls a stream is not the stream.
        if found is not None and denial.service != "firehose":
            # The registry of an image has a dot, and a namespace in it has none.
            stated = found.groupdict().get("name", "")
            host, _, path = stated.partition("/")
            name = clip_text(path if path and "." in host else stated)
            instead = _describe_task_role(denial) if "{instead}" in words else ""
            of_function = f" {session}" if session else ""
            machine = only_one({f" {each}" for each in _STATE_MACHINE.findall(text)}, "")
            return f"which {words.format(name=name, function=of_function, instead=instead, machine=machine)}"
    context = denial.context
    function = context.function
    is_lambda = context.runtime is not None and context.runtime.kind == "lambda" and bool(session)
    # A program can call for the log group of a function.
    group = context.runtime.words.partition("/aws/lambda/")[2] if context.runtime is not None else ""
    is_lambda = is_lambda and group in {"", session}
    if is_lambda and text_signs.AMPLIFY.search(text):
        return "which Amplify Hosting uses"
    # Lambda names the session after the function. The services that run functions of their own generate a name.
    if (is_lambda and not _GENERATED.fullmatch(session)) or (
        function is not None and function.value.rpartition(":")[2] == session
    ):
        return f"which the Lambda function {session} uses"
    controller = _find_controller(denial, line) if may_name_controller(text) else None
    # EC2 names the session after the instance.
    is_instance = find_instance(session) == session
    if controller is None and is_instance:
        # The role is not that of the person who started a job.
        is_of_job = context.runtime is not None and context.runtime.is_job
        kind = "agent's" if is_of_job else "EC2"
        return f"which the {kind} instance {session} uses"
    if controller is None:
        return None
    if not is_instance:
        return f"which {controller.name} uses"
    facts = denial.facts
    is_node = controller.name not in text_signs.AGENTS_OF_INSTANCES or "node" in denial.role.name.lower()
    is_node = is_node or any((facts.cluster, facts.namespace, facts.service_account))
    is_node = is_node or text_signs.is_about_pods(text)
    return f"{'node' if is_node else 'instance'}'s role{_SEPARATOR}which {controller.name} uses"


def _line_of(denial: Denial) -> str:
    """Return the line of a denial, with the line before a cause in JSON or YAML, which has the error."""
    text, (start, end) = denial.failure.text, denial.failure.span
    first = line_start(text, start, start - _CHARS_AROUND)
    if _IS_CAUSE.match(text, first, start):
        first = line_start(text, max(first - 1, 0), first - _CHARS_AROUND)
    return text[first:end] + text[end : end + _CHARS_AROUND].partition("\n")[0]


def _describe_task_role(denial: Denial) -> str:
    """Return the sentence that ECS does not start a task with its task role, if the text shows one."""
    from iamtriage.explaining._rules.shared.texts.ecs_starts import find_task_role

    role = find_task_role(denial.failure.text)
    is_other = role is not None and denial.role is not None and role != denial.role.name
    return f" instead of the task role {role}" if is_other else ""


def _find_controller(denial: Denial, line: str) -> Controller | None:
    """Return the controller that a denial or its line names. Most denials do not need the table of controllers."""
    from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller

    controller = text_signs.find_controller_of_denial(denial.action or "", denial.failure)
    if controller is None and denial.lowercase_action in ASSUME_ROLE_ACTIONS:
        return find_controller(line)
    return controller


def _find_stack(denial: Denial) -> Deployment | None:
    return deployment_tools.find_stack(denial.failure, denial.facts)


def _caller_note(denial: Denial, explanation: Explanation, use: str) -> str | None:
    topic = explanation.topic
    if isinstance(denial.principal, Root):
        if denial.policy_type == "service_control" or topic in {"root-assumes-role", "service-principal"}:
            return None
        check = ": check the control policies and the resource's policy" if denial.policy_type is None else ""
        return (
            f"The caller is the root user, which has no identity-based policies{check}. Use a role instead."
        )
    if isinstance(denial.role, ServiceLinkedRole):
        return None
    by_emr = denial.failure.envelope.source_ip == _EMR
    if denial.principal_text is None and (by_emr or "HandlerErrorCode: " in denial.failure.text):
        if by_emr or topic not in _TOPICS_OF_OTHER_ROLES:
            return _EMR_NOTE if by_emr else _HANDLER_NOTE
        return _deployment_note(denial) if topic == "service-role-lacks-permission" else None
    if denial.role is not None and "role-arn" in denial.failure.text:
        from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence

        given = read_pod_evidence(denial.failure.text).given
        if given is not None and given.role == str(denial.role):
            return "The pod has the role of its service account: neither the annotation nor the trust policy is the problem."
    service = _calling_service(denial)
    if _is_of_stack_set(denial):
        found = denial_remedies.STACK_SET_OPTION.search(denial.failure.text)
        stack_set = "the stack set" if found is None else f"the stack set {found[1]}"
        return f"Then start the operation of {stack_set} again (create-stack-instances or update-stack-set). The same call is denied in the other target accounts, unless their policies differ."
    if denial.role is not None and denial.role.name == "AWSControlTowerExecution":
        if "AWSAccelerator" in denial.failure.text:
            return "The pipeline of the Landing Zone Accelerator acts with this role. Retry its failed stage after the change."
        return "AWS Control Tower acts with this role in an enrolled account. Repeat its operation after the change."
    if any(map(denial.failure.text.__contains__, PULUMI_FRAGMENTS)):
        return "Run pulumi up again after the fix."
    if (note := next((each for part, each in _NOTES_BY_USE if part in use), None)) is not None:
        return note.format(need=_describe_need(denial))
    if service != "CloudFormation" and any(map(denial.failure.text.__contains__, STACK_FRAGMENTS)):
        note = _deployment_note(denial)
        if note and "with whose permissions" in use and denial.deny == "implicit":
            # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
            note += f" The stack has no service role: with one (--role-arn), {denial.caller} needs iam:PassRole on it instead."
        return note
    return None if service is None else _service_note(denial, explanation, service, use)


def _service_note(denial: Denial, explanation: Explanation, service: str, use: str) -> str | None:
    """Return that a service made the call, and how to retry in it."""
    if any(each.code == "cdk-roles-without-trust" for each in explanation.causes):
        return _retry_sentence(denial, service).lstrip() or None
    about = _describe_need(denial)
    # The summary says who uses the role.
    made = "" if service in use else f"{service} made the call with this role, as the session name shows. "
    profile = _find_deploying_profile(denial, service)
    person = f"person who uses {service}" if profile is None else f"profile {profile}, whatever it may do"
    return f"{made}{about}, not the {person}.{_retry_sentence(denial, service)}"


def _find_deploying_profile(denial: Denial, service: str | None) -> str | None:
    """Return the profile with which a command in the text has CloudFormation deploy."""
    if service != "CloudFormation":
        return None
    return only_one({each[1] or each[2] for each in _DEPLOYS.finditer(denial.failure.text)})


_HANDLER_NOTE = "CloudFormation uses the role of the stack (aws cloudformation describe-stacks prints RoleARN) or, if it has none, the permissions of whoever started the operation. Retry the deployment afterwards."


def _describe_need(denial: Denial) -> str:
    return "The Deny is about the role" if denial.is_explicit else "The role needs the permission"


_STUDIO_RESOURCES = (":space/", ":app/", ":user-profile/", ":domain/")


def _retry_sentence(denial: Denial, service: str) -> str:
    """Return how to retry in a service, with a space before it, or an empty string."""
    if service == "S3 Replication":
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
        return " S3 does not retry objects with the replication status FAILED: replicate them with S3 Batch Replication, or upload them again."
    if service != "CloudFormation":
        if service in {"API Gateway", "AppSync"}:
            return " Afterwards, repeat the request."
        # Studio also uses the role for spaces and apps, which are no jobs.
        is_studio = service == "SageMaker" and any(
            map((denial.failure.resource or "").__contains__, _STUDIO_RESOURCES)
        )
        return f" Afterwards, {'try it in SageMaker Studio again' if is_studio else f'run the job in {service} again'}."
    if _deletion_note(denial):
        return ""
    stack = _find_stack(denial)
    is_update = stack is not None and (stack.status or "").startswith("UPDATE") and not stack.is_new_stack
    # A stack that goes back to what it was can be updated.
    is_update = is_update or "UPDATE_ROLLBACK" in denial.failure.text
    return f" {deployment_tools.RETRY if is_update else deployment_tools.RETRY_NEW}"


def _deployment_note(denial: Denial) -> str | None:
    """Return how to continue with the CloudFormation stack whose deployment was denied."""
    deployment = _find_stack(denial)
    if deployment is None or deployment.status == "DELETE_FAILED":
        return None  # _deletion_note() says how to continue
    if denial.lowercase_action == "eks:accesskubernetesapi":
        return None  # the console, which shows a cluster, is no part of the deployment
    if not deployment.is_new_stack:
        if "performing a tagging operation" in denial.failure.text and "Tag" not in (denial.action or ""):
            return f"CloudFormation only guesses that tag permissions are missing: {denial.action or 'the call'} itself was denied. {deployment_tools.RETRY}"
        removes = _REMOVAL.search(denial.action or "")
        return "Retry the update or deletion of the stack afterwards." if removes else deployment_tools.RETRY
    stack = f"the stack {deployment.stack}" if deployment.stack else "it"
    return f"A stack in ROLLBACK_COMPLETE cannot be updated: delete {stack}, then deploy again."


def _deletion_note(denial: Denial) -> str | None:
    """Return how to delete a stack without the resource whose deletion was denied.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
    """
    deployment = _find_stack(denial) if "DELETE_FAILED" in denial.failure.text else None
    if deployment is None or deployment.status != "DELETE_FAILED":
        return None
    return "Then delete the stack again. To keep the resource, delete the stack, which is in DELETE_FAILED, with --retain-resources LOGICAL_ID."


_SESSION_NAMES = tuple(SERVICES_BY_SESSION_NAME)


def _calling_service(denial: Denial) -> str | None:
    """Return the service that made the call with the role, according to the session name.

    In a notebook, the code of a person calls, not a job of the service that gives the notebook its role.
    """
    session_name: str = getattr(denial.principal, "session_name", "")
    if not session_name.startswith(_SESSION_NAMES) or runs_in_notebook(denial.failure):
        return None
    found = (name for prefix, name in SERVICES_BY_SESSION_NAME.items() if session_name.startswith(prefix))
    return next(found, None)
