"""Say which role gives the program in an ECS task, or in a job of AWS Batch, its credentials.

Source: https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html.
"""

from __future__ import annotations

from iamtriage._patterns import cached_pattern, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.endpoints import find_unexempted_hosts
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Case, CauseType, Evidence, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads.pod_agents import CONNECTION_PHRASES, NO_ANSWER
from iamtriage.explaining._rules.credentials.workloads.pod_roles import Advice
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import MissingCredentials

UNKNOWN_CREDENTIALS_ID = lazy_pattern(r"CredentialsV\dRequest: Credentials not found|\bInvalidIdInRequest\b")
_ADDRESS = "169.254.170.2"
UNREACHABLE = lazy_pattern(
    rf"{NO_ANSWER}[^\n]{{0,120}}169\.254\.170\.2(?!\d)|169\.254\.170\.2(?!\d)[^\n]{{0,160}}{NO_ANSWER}"
)
_TASK_DEFINITION = lazy_pattern(
    r"(?a)(?:--task-definition[ =]|\btask-definition/|\bfamily\"? ?[=:] ?\")(?P<name>[A-Za-z][\w-]{0,254}(?::\d{1,9})?)"
)
ECS_NAMED = lazy_pattern(r"(?i:(?<![a-z])ecs(?![a-z])|fargate)|169\.254\.170\.2(?!\d)")
# A definition with a role: "taskRoleArn": "arn:…", task_role_arn = aws_iam_role.app.arn, TaskRoleArn: !GetAtt AppRole.Arn.
_TASK_ROLE_SET = lazy_pattern(
    r"(?i:task_?role_?arn)\"? ?[:=] ?(?:\"?arn:|\"?\$\{|aws_iam_role\.|module\.|var\.|local\.|!)"
)
_BATCH_SIGNS = lazy_pattern(
    r"/aws/batch/job|\baws batch \w|\bjobRoleArn\b|\baws_batch_job_definition\b|AWS_BATCH_"
)
_PROGRAM_ROLE = "a role that trusts ecs-tasks.amazonaws.com and has the program's permissions"
NO_TASK_ROLE = CauseType(
    "no-task-role",
    title="The ECS task has no task role",
    text="The ECS task has no task role. The program does not use the task execution role, which is for ECS itself.",
    fix="Set taskRoleArn in the task definition.",
    recognised_by="The task definition in the text has no taskRoleArn.",
    # The output of describe-task-definition, or a definition in JSON, Terraform or CloudFormation without the setting.
    # An override that is null replaces nothing.
    sign=r"(?<!overrides\.)\"?\b(?:task|job)RoleArn\"?: ?(?:null\b|None\b|\"\")"
    r"|\A(?!.*(?i:task_?role_?arn)).*?(?P<shown>\"executionRoleArn\"|\"aws_ecs_task_definition\"|AWS::ECS::TaskDefinition)",
    remedy="role",
    of="no-credentials",
)
RELATIVE_URI_LOST = CauseType(
    "relative-uri-missing",
    title="The process does not inherit the container's variables",
    text="The process does not inherit AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, as under sshd, cron or su.",
    fix="Pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI to the process. Only the container's first process has it. As root, set it in a shell with export $(tr '\\0' '\\n' < /proc/1/environ | grep ^AWS_CONTAINER_CREDENTIALS_RELATIVE_URI), then start the program.",
    recognised_by="The text shows sshd, cron or su.",
    sign=r"\b(?:sshd|crond?|CRON)\[\d{1,7}\]|\bsu - \w",
    of="no-credentials",
)
# The variable in a shell of the container, and what the address returns there.
URI_IN_SHELL = lazy_pattern(
    r"\bAWS_CONTAINER_CREDENTIALS_RELATIVE_URI[\"']?(?:=|:?\s{1,40})[\"']?/v[0-9]/credentials/[0-9a-f]"
    # "I am able to curl 169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI".
    r"|(?<!not )(?<!n't )(?<!n’t )(?<!no longer )\b(?:able to|can) (?!not\b)[^.\n]{0,40}?\b(?:curl|wget|Invoke-WebRequest)\b[^\n]{0,30}?169\.254\.170\.2\S{0,8}AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
)
_ROLE_IN_SHELL = lazy_pattern(
    r"\bRoleArn\b\W{1,20}(?P<role>arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576})"
)
_POOL = lazy_pattern(
    r"(?i:\bapp(?:lication)?[ -]?pool)(?: named| name)?\s?[=:]?\s?[\"'](?P<pool>[\w.-]{1,64})[\"']"
)
_PASSED_TO = lazy_pattern(r"\bw3svc[\"', ]{1,6}([\w.-]{1,64})")
_IIS_IMAGE = lazy_pattern(
    r"\bServiceMonitor\b|(?i:\bw3svc\b|\bw3wp\b|\bIIS\b|\bapp(?:lication)?[ -]?pool\b)|/aspnet:"
)
CREDENTIALS_ID_UNKNOWN = CauseType(
    "credentials-id-unknown",
    title="The ECS agent does not know the credentials ID",
    text="The ECS agent has no credentials for the ID in AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.",
    recognised_by='The ECS agent says "CredentialsV2Request: Credentials not found" or InvalidIdInRequest.',
    fix="Use the variable of the running task, or restart the task or the ECS agent.",
    sources=(pages.ECS_TASK_ROLE,),
)


ENDPOINT_UNREACHABLE = CauseType(
    "task-endpoint-unreachable",
    title="The process cannot reach the address from which an ECS task gets its credentials",
    text="The address is on the host of the task, and nothing answers there. The task has a role, or no variable would name this address.",
    recognised_by="A connection to 169.254.170.2 fails.",
    fix="Add 169.254.170.2 to NO_PROXY, or repair the ECS agent of the container instance.",
    sources=(pages.ECS_TASK_ROLE,),
)


LOCAL_UNREACHABLE = lazy_pattern(
    rf"\b(?:container-role|container metadata|ContainerCredentials\w{{0,12}}|CONTAINER_CREDENTIALS_FULL_URI|fromContainerMetadata)\b[^\n]{{0,300}}?{NO_ANSWER}[^\n]{{0,80}}?\b(?P<host>(?:localhost|127\.0\.0\.1)(?::\d{{1,5}})?)(?![\w.])"
)
"""What an SDK says if the server on the same host that AWS_CONTAINER_CREDENTIALS_FULL_URI names does not answer."""
_SERVER_PAGE = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html"
LOCAL_SERVER_DOWN = CauseType(
    "credential-server-down",
    title="The local server that has the credentials does not answer",
    text="A program that starts others can serve credentials to them, and set AWS_CONTAINER_CREDENTIALS_FULL_URI to its address.",
    recognised_by="An SDK gets container credentials from localhost, and the connection fails.",
    fix="Start the server again, or unset AWS_CONTAINER_CREDENTIALS_FULL_URI.",
    sources=(_SERVER_PAGE,),
)
_GREENGRASS_PATH = "/2016-11-01/credentialprovider"
_GREENGRASS_PAGE = "https://docs.aws.amazon.com/greengrass/v2/developerguide/interact-with-aws-services.html"


def explain_endpoint_unreachable(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a process cannot reach the address from which an ECS task gets its credentials.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
    """
    hosts = find_unexempted_hosts(case.failure.text, _ADDRESS)
    verdict = "" if hosts is None else ": it uses a proxy, and NO_PROXY lacks this address"
    return case.explain(
        f"The process cannot reach {_ADDRESS}, from which an ECS task gets the credentials of its role{verdict}.",
        ENDPOINT_UNREACHABLE.cause("reported", clues.quote_phrases(message, *CONNECTION_PHRASES)[:1]),
        remedies=your_remedy(
            f"Find out why the process cannot reach {_ADDRESS}",
            f"With a proxy: add {_ADDRESS} to NO_PROXY.",
            "Outside of a task, such as on a computer: unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which belongs to one task, and sign in.",
            "On an EC2 container instance: restart the ECS agent. An instance without the ECS-optimized AMI also needs the agent's network rules. Fargate has both built in.",
            commands=(
                "env | grep -io -e '^AWS_CONTAINER_CREDENTIALS[A-Z_]*' -e '^https*_proxy' -e '^no_proxy=.*'",
                commands.fill_command("export NO_PROXY={}", ",".join(filter(None, (hosts, _ADDRESS))))
                if hosts is not None
                else Labelled("On the container instance:", "sudo systemctl restart ecs"),
            ),
        ),
        notes="No request was sent to AWS, so no permission was checked.",
    )


def explain_local_server(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the server on the same host from which a process gets its credentials does not answer."""
    host = next(LOCAL_UNREACHABLE.finditer(message))["host"]
    is_greengrass = "greengrass" in case.text.lower() or _GREENGRASS_PATH in case.text
    return case.explain(
        f"The process gets its credentials from {host} (AWS_CONTAINER_CREDENTIALS_FULL_URI), and nothing answers there.",
        LOCAL_SERVER_DOWN.cause("reported", clues.quote_phrases(message, *CONNECTION_PHRASES)[:1]),
        remedies=your_remedy(
            "Let Greengrass start its token exchange service for the component"
            if is_greengrass
            else "Start the server again, or unset the variable",
            "In ComponentDependencies of the recipe, add aws.greengrass.TokenExchangeService. The Greengrass nucleus then sets the variable for the component, and the core device needs a role alias."
            if is_greengrass
            else "The program that started this process set the variable, such as aws-vault exec --ecs-server. Start the process from it again: the port changes. In a container, localhost is the container itself.",
            "If nothing is meant to serve credentials there, unset the variable: the SDK then tries the next provider.",
            commands="printenv AWS_CONTAINER_CREDENTIALS_FULL_URI",
            url=_GREENGRASS_PAGE if is_greengrass else _SERVER_PAGE,
        ),
        notes="No request was sent to AWS, so no permission was checked.",
    )


UNREACHABLE_RULES = ((UNREACHABLE, explain_endpoint_unreachable), (LOCAL_UNREACHABLE, explain_local_server))
"""The rules for an address of credentials that does not answer, by what an SDK says of it."""


def explain_lost_variable(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that a process does not get the variable that a shell in its container has.

    What ServiceMonitor passes to IIS: https://github.com/microsoft/IIS.ServiceMonitor/pull/31 and
    https://github.com/aws/amazon-ecs-agent/issues/2745.
    """
    text = case.failure.text
    found, pool = _ROLE_IN_SHELL.search(text), _POOL.search(text)
    works = "" if found is None else f": the task role {clip_text(found['role'].rpartition('/')[2])} works"
    process, why = "the process", "Only the first process of the container and its children have it."
    title = "Pass the variable to the process"
    steps: tuple[str, ...] = (RELATIVE_URI_LOST.fix,)
    manifest: str | None = None
    evidence: Evidence = "possible"
    # The entry point passes the variables to this pool already.
    is_passed = pool is not None and pool["pool"] in {"DefaultAppPool", *_PASSED_TO.findall(text)}
    if _IIS_IMAGE.search(text) is not None and not is_passed:
        named = "APPLICATION_POOL" if pool is None else pool["pool"]
        process = f"the application pool {named}" if pool is not None else "the application pool of IIS"
        why = "ServiceMonitor.exe, which starts first, passes its variables only to DefaultAppPool unless it is given another name."
        title = f"Let ServiceMonitor.exe pass the variables to {process}"
        steps = (
            "In the Dockerfile, add the name of the pool to the entry point. Build the image again, and deploy it.",
            "Or run the site in DefaultAppPool. The value differs in each task, so do not write it into the image or web.config.",
            "An old ServiceMonitor.exe ignores the name: take a newer base image.",
        )
        manifest, evidence = f'ENTRYPOINT ["C:\\\\ServiceMonitor.exe", "w3svc", "{named}"]', "derived"
    likely = "" if evidence == "derived" else ", most likely"
    return case.explain(
        f"The SDK found no credentials{likely} because {process} does not have AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which a shell in the container has. No permission is missing{works}.",
        RELATIVE_URI_LOST.cause(
            evidence,
            text=f"{why} Without the variable, the SDK skips the task role, and the last place where it looks is the instance metadata.",
        ),
        remedies=your_remedy(
            title, *steps, manifest=manifest, manifest_language="text", url=pages.ECS_TASK_ROLE
        ),
        notes="AWS_REGION and other variables of the task are missing there, too.",
    )


def _find_task_definition(text: str) -> str | None:
    return only_one({found["name"] for found in _TASK_DEFINITION.finditer(text)})


_BATCH_ROLE = account_remedy(
    "In AWS Batch: give the job a role",
    f"Register a revision of the job definition whose jobRoleArn is {_PROGRAM_ROLE}. Then submit the job again.",
    commands="aws batch describe-job-definitions --job-definition-name JOB_DEFINITION --status ACTIVE --query 'jobDefinitions[].containerProperties.[jobRoleArn,executionRoleArn]'",
    url=pages.ECS_TASK_ROLE,
)


def advise_on_ecs(case: Case[MissingCredentials], _message: str) -> Advice:
    """Return what gives the program in an ECS task or a job of AWS Batch credentials: its role."""
    text = case.text
    if _BATCH_SIGNS.search(text) is not None:
        without_role = NO_TASK_ROLE.cause(
            text="The job definition has no job role. The program does not use the execution role, which is for AWS Batch itself."
        )
        return Advice([without_role], [_BATCH_ROLE], ": the Batch job has no job role")
    shown = cached_pattern(NO_TASK_ROLE.sign).search(text)
    if shown is not None:
        cause = NO_TASK_ROLE.cause(
            because="The definition in the text sets none." if shown["shown"] else None
        )
        name = _find_task_definition(text)
        owner = "ECS task" if name is None else f"task definition {name}"
        return Advice([cause], [task_role_remedy(text, is_missing=True)], f": the {owner} has no task role")
    if _TASK_ROLE_SET.search(text) is not None:
        no_role = NO_TASK_ROLE.cause(text="The running task is of another revision, which has no task role.")
    elif ECS_NAMED.search(text) is not None:
        no_role = NO_TASK_ROLE.cause(because="The text mentions ECS.")
    else:
        no_role = NO_TASK_ROLE.cause(because="The variables that ECS sets in a task with a role are not set.")
    return Advice([no_role, RELATIVE_URI_LOST.cause()], [task_role_remedy(text, is_missing=False)])


def _revise_task(text: str) -> tuple[str, tuple[str, ...]]:
    """Return how to register a revision of a task definition from a file, and to start tasks of it, with a step about the file.

    https://docs.aws.amazon.com/cli/latest/reference/ecs/register-task-definition.html
    """
    name = _find_task_definition(text) or "TASK_DEFINITION"
    return (
        "Delete what a new revision does not accept: taskDefinitionArn, revision, status, requiresAttributes, compatibilities, registeredAt and registeredBy.",
        (
            f"aws ecs describe-task-definition --task-definition {name} --query taskDefinition > task.json",
            "aws ecs register-task-definition --cli-input-json file://task.json",
            f"aws ecs update-service --cluster ECS_CLUSTER --service SERVICE --task-definition {name.partition(':')[0]}",
        ),
    )


def task_role_remedy(text: str, *, is_missing: bool) -> Remedy:
    """Return how a task gets a role."""
    name = _find_task_definition(text) or "TASK_DEFINITION"
    describe = f"aws ecs describe-task-definition --task-definition {name}"
    revise, (save, register, deploy) = _revise_task(text)
    title = "Give the ECS task a role"
    last = "Start tasks of the new revision, as update-service does: running tasks do not change."
    more = None
    if is_missing:
        step = f"In the saved task.json, add taskRoleArn: {_PROGRAM_ROLE}. In Terraform, it is task_role_arn of aws_ecs_task_definition, in CloudFormation TaskRoleArn."
        more = revise
        lines: tuple[str, ...] = (save, register)
    elif _TASK_ROLE_SET.search(text) is not None:
        title = "On ECS: start tasks of the revision with the role"
        step = "The definition in the text has a task role: check which revision the failing task runs."
        lines = (
            "aws ecs describe-tasks --cluster ECS_CLUSTER --tasks TASK --query 'tasks[].taskDefinitionArn'",
        )
    else:
        step = f"Check the task definition. If taskRoleArn is null, register a revision with {_PROGRAM_ROLE}."
        lines = (f"{describe} --query 'taskDefinition.[taskRoleArn,executionRoleArn]'",)
    return account_remedy(title, step, more, last, commands=(*lines, deploy), url=pages.ECS_TASK_ROLE)


def remove_keys_from_task(text: str, title: str, last: str | None = None) -> Remedy:
    """Return how a task no longer gets access keys, which precede its role."""
    coded = only_one(find_resources(text, "aws_ecs_task_definition"))
    if coded is not None:
        step = f"Delete AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from environment and secrets in {coded.address}. The apply registers a new revision, and a service with this task definition starts tasks of it."
        return your_remedy(title, step, last, commands="terraform apply", url=pages.SDK_CREDENTIALS)
    step = "In the saved task.json, delete AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from environment and secrets of the container, or where the task definition is written."
    revise, lines = _revise_task(text)
    return your_remedy(title, step, revise, last, commands=lines, url=pages.SDK_CREDENTIALS)


def explain_unknown_credentials_id(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that the ECS agent has no credentials for the ID that the task asked for."""
    return case.explain(
        "The ECS agent has no credentials for the ID that the process requested.",
        clues.reported_cause(CREDENTIALS_ID_UNKNOWN, message, "Credentials not found", "InvalidIdInRequest"),
        NO_TASK_ROLE.cause(),
        remedies=account_remedy(
            "Restart the task, and check that nothing sets the variable",
            "The ID belongs to one task: remove AWS_CONTAINER_CREDENTIALS_RELATIVE_URI from images, env files and copied environments.",
            "Start a new task. If new tasks fail too, restart the ECS agent of the container instance.",
            commands="aws ecs update-service --cluster ECS_CLUSTER --service SERVICE --force-new-deployment",
        ),
        notes="An IAM policy does not help: no signed request reached AWS.",
    )
