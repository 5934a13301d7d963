"""Tests for ECS tasks that did not start: which role lacks the permission, and how to start a new task."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

EXEC, TASK = (f"arn:aws:iam::111122223333:role/{name}" for name in ("octo-exec", "octo-task"))
DENIED = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secrets from ssm: "
    "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/octo-exec/0a1b is not authorized to perform: ssm:GetParameters on resource: "
    "arn:aws:ssm:eu-west-1:111122223333:parameter/octo/key because no identity-based policy allows the ssm:GetParameters action"
)
QUERY = "$ aws ecs describe-task-definition --task-definition octo --query 'taskDefinition.[{}]' --output text\n{}\t{}"
SHOWN = "$ aws iam get-role-policy --role-name octo-task --policy-name p --query 'PolicyDocument.Statement[0].Action' --output text\nssm:GetParameters"


@check_rows(
    ("text", "other"),
    [
        (f'{DENIED}\n{{"taskRoleArn": "{TASK}", "executionRoleArn": "{EXEC}"}}', "The task role octo-task is"),
        (f"{DENIED}\n{QUERY.format('taskRoleArn,executionRoleArn', TASK, EXEC)}", "The task role octo-task is"),
        (f"{DENIED}\n{QUERY.format('executionRoleArn,taskRoleArn', EXEC, TASK)}\n{SHOWN}", "The task role octo-task, whose policy the text shows, is"),
        (f'"taskRoleArn": "{TASK}"\n{SHOWN.replace("octo-task", "octo-task-2")}\n{DENIED}', "The task role octo-task is"),
        (f'"taskRoleArn": "{TASK}"\n{SHOWN.replace("ssm:Get", "sqs:Get")}\n{DENIED}', "The task role octo-task is"),
        (f"{DENIED}\ntask_role_arn = aws_iam_role.task.arn", "The task role is"),
        (f'{DENIED}\n"taskRoleArn": "{TASK}", "taskRoleArn": "{TASK}2"', "The task role is"),
    ],
    ids=["definition", "query", "other order", "policy of another role", "policy with another action", "reference", "two definitions"],
)  # fmt: skip
def test_task_role_is_not_used(text: str, other: str) -> None:
    first = explain(text).remedies[0]
    assert first.title == "Allow ssm:GetParameters for the role octo-exec"
    assert f"{other} only for the program in the container." in first.steps[1]
    is_named = "octo-task" in other
    assert ("to start the task instead of the task role octo-task," in explain(text).summary) is is_named


@check_rows(
    ("said", "given"),
    [
        ("I already gave the task role (octo-task) SecretsManagerReadWrite.", "SecretsManagerReadWrite"),
        ("We have added ssm:GetParameters to octo-task.", "ssm:GetParameters"),
        ("I did add GetParameters for these to octo-task an hour ago.", "ssm:GetParameters"),
        ("I did add GetItem for this table to octo-task.", None),
        ("I attached AmazonSSMReadOnlyAccess to octo-task-2.", None),
        ("We added nothing to the task role.", None),
        ("We removed SecretsManagerReadWrite from octo-task.", None),
        ("We added dynamodb:GetItem to octo-task.", None),
    ],
    ids=[
        "policy",
        "action",
        "action alone",
        "another action",
        "another role",
        "nothing",
        "removed",
        "another service",
    ],
)
def test_permission_that_the_task_role_got(said: str, given: str | None) -> None:
    step = explain(f'{said}\n{DENIED}\n"taskRoleArn": "{TASK}"').remedies[0].steps[1]
    assert step.endswith(
        f"program in the container, so {given} there does not help: remove it again, unless the program needs it."
        if given
        else "program in the container."
    )


@check_rows(
    ("text", "options"),
    [
        (f"(service octo-web) failed to launch a task: {DENIED}", "--cluster ECS_CLUSTER --service octo-web"),
        (f"service octo-web (task 0a1b2c3d) stopped: {DENIED}", "--cluster ECS_CLUSTER --service octo-web"),
        (f"The service role (octo) stopped it: {DENIED}", "--cluster ECS_CLUSTER --service SERVICE"),
        (f"{DENIED}\narn:aws:ecs:eu-west-1:111122223333:task/live/0a1b", "--cluster live --service SERVICE"),
        (f"{DENIED}\n$ aws ecs describe-services --cluster live --services octo-web", "--cluster live --service octo-web"),
        (f"{DENIED}\n$ aws ecs list-tasks --cluster live\n$ aws ecs list-tasks --cluster test", "--cluster ECS_CLUSTER --service SERVICE"),
        (f"{DENIED}\n$ aws eks list-addons --cluster live", "--cluster ECS_CLUSTER --service SERVICE"),
        (f'"group": "service:octo-web", "stoppedReason": "{DENIED}"', "--cluster ECS_CLUSTER --service octo-web"),
        (f"service octo-web: desired 2 running 0\n{DENIED}", "--cluster ECS_CLUSTER --service octo-web"),
        (f'"group": "octo-web"\nthe service is running, pending\n{DENIED}', "--cluster ECS_CLUSTER --service SERVICE"),
    ],
    ids=["service event", "stopped task", "no service", "task ARN", "command", "two clusters", "cluster of EKS", "group", "log", "other words"],
)  # fmt: skip
def test_new_task(text: str, options: str) -> None:
    command = f"aws ecs update-service {options} --force-new-deployment --region eu-west-1"
    assert explain(text).remedies[0].commands[-1] == command


@check_rows(
    ("text", "options"),
    [
        (f"{DENIED}\nAWS Batch", "--job-name JOB_NAME --job-queue JOB_QUEUE_NAME --job-definition JOB_DEFINITION_NAME"),
        (f"$ aws batch submit-job --job-name night --job-queue low --job-definition octo\n{DENIED}", "--job-name night --job-queue low --job-definition octo"),
        (f"AWS Batch does not matter here: service octo-web (task 0a1b2c3d) stopped: {DENIED}", None),
    ],
    ids=["no names", "command", "service"],
)  # fmt: skip
def test_new_job(text: str, options: str | None) -> None:
    command = explain(text).remedies[0].commands[-1]
    assert command.startswith(f"aws batch submit-job {options} ") is (options is not None)


@check_rows(
    ("reason", "is_changed"),
    [
        ("because no VPC endpoint policy allows the ssm:GetParameters action", True),
        ("because no resource-based policy allows the ssm:GetParameters action", True),
        ("because no identity-based policy allows the ssm:GetParameters action", True),
        ("with an explicit deny in a service control policy", False),
    ],
)
def test_new_task_after_a_change_of_any_policy(reason: str, *, is_changed: bool) -> None:
    start, _, _ = DENIED.partition("because ")
    lines = explain(f"{start}{reason}").remedies[0].commands
    assert (lines[-1].endswith(" --force-new-deployment --region eu-west-1")) is is_changed
    assert str(lines).count("--force-new-deployment") == is_changed


def test_denied_command_beside_the_message_of_a_task() -> None:
    """A new task does not need what the user who looks for the reason is denied."""
    message, _, _ = DENIED.partition("AccessDenied")
    denied = "An error occurred (AccessDenied) when calling the GetRole operation: User: arn:aws:iam::111122223333:user/kim is not authorized to perform: iam:GetRole on resource: role exec because no identity-based policy allows the iam:GetRole action"
    explanation = explain(
        f"{message}context deadline exceeded\n$ aws iam get-role --role-name exec\n{denied}"
    )
    assert "user kim was denied iam:GetRole" in explanation.summary
    assert "--force-new-deployment" not in str(explanation.remedies[0].commands)


_EARLIER = "10:00:01 An error occurred (AccessDeniedException) when calling the CreateLogGroup operation: User: arn:aws:sts::111122223333:assumed-role/{}/1 is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:eu-west-1:111122223333:log-group:/octo:log-stream: because no identity-based policy allows the logs:CreateLogGroup action\n"


@check_rows(
    ("text", "role"),
    [
        (_EARLIER.format("octo-ci") + f"10:00:09 {DENIED}", "octo-exec"),
        (f"10:00:00 {DENIED}\n{_EARLIER.format('octo-ci')}", "octo-exec"),
        # Only the one that ECS reports stops a task.
        (_EARLIER.format("octo-ci") + f"10:00:09 {DENIED.partition('ssm: ')[2]}", None),
        (_EARLIER.format("octo-exec") + f"10:00:09 {DENIED}", None),
        (f"Yesterday the task said {DENIED}\n{_EARLIER.format('octo-ci')}", None),
    ],
    ids=["later", "earlier", "no task", "same role", "the day before"],
)
def test_denial_that_stops_the_task(text: str, role: str | None) -> None:
    explanation = explain(text)
    assert (" That of octo-exec stops the task. " in " ".join(str(explanation).split())) is (role is not None)
    if role is not None:
        assert explanation.remedies[0].title.endswith(f" for the role {role}")


def test_task_that_started_since() -> None:
    """The denial of a task that starts now is not that of the role which starts it."""
    explanation = explain(f"{_EARLIER.format('octo-task')}Last week we had {DENIED}")
    assert explanation.remedies[0].title.endswith("for the role octo-task")
    assert "executionRoleArn" not in str(explanation)
    assert "update-service" not in str(explanation)


_AS_INSTANCE = "An error occurred (AccessDenied) when calling the GetObject operation: User: arn:aws:sts::111122223333:assumed-role/octo-hosts/{} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::octo-in/a because no identity-based policy allows the s3:GetObject action\n\n"
_INSTANCE = "i-0123456789abcdef0"


def _definition(task_role: str) -> str:
    return f'$ aws ecs describe-task-definition --task-definition up\n{{"taskDefinition": {{"family": "up", {task_role}"executionRoleArn": "arn:aws:iam::111122223333:role/octo-exec"}}}}\n'


@check_rows(
    ("session", "shown", "verdict", "command"),
    [
        (_INSTANCE, _definition(""), "and the definition in the text has no task role", "aws ecs describe-task-definition --task-definition up --query taskDefinition > task.json"),
        (_INSTANCE, _definition('"taskRoleArn": "arn:aws:iam::111122223333:role/octo-task", '), "and not with the task role octo-task", "aws ecs describe-tasks"),
        ("0a1b2c3d4e5f60718293a4b5c6d7e8f9", _definition(""), None, None),
        (_INSTANCE, "", None, None),
    ],
    ids=["no task role", "task role", "of the task", "no definition"],
)  # fmt: skip
def test_container_with_the_role_of_its_instance(
    session: str, shown: str, verdict: str | None, command: str | None
) -> None:
    explanation = explain(_AS_INSTANCE.format(session) + shown)
    assert ("with the role of its instance" in explanation.summary) is (verdict is not None)
    if verdict is not None and command is not None:
        assert verdict in explanation.summary
        assert explanation.remedies[0].commands[0].startswith(command)
        assert "not for the instance's role" in explanation.remedies[0].steps[1]


_SECRET = "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:octo/db-a1B2c3 from secrets manager: AccessDeniedException: Access to KMS is not allowed"
_KEY = "arn:aws:kms:eu-west-1:{}:key/0a1b2c3d-0000-4111-8222-333344445555"


@check_rows(
    ("account", "roles", "holder"),
    [
        ("444455556666", f'"executionRoleArn": "{EXEC}",\n"taskRoleArn": "{TASK}",', "octo-exec"),
        ("444455556666", f'execution_role_arn = "{EXEC}"\ntask_role_arn = "{TASK}"', "octo-exec"),
        ("111122223333", f'"taskRoleArn": "{TASK}", "executionRoleArn": "{EXEC}"', "octo-exec"),
        ("444455556666", f'"executionRoleArn": "{EXEC}"\n"executionRoleArn": "{EXEC}-2"', "ROLE_NAME"),
        ("444455556666", f'"taskRoleArn": "{TASK}"', "ROLE_NAME"),
    ],
    ids=["definition", "terraform", "own key", "two definitions", "task role only"],
)
def test_key_of_a_secret_is_allowed_to_the_execution_role(account: str, roles: str, holder: str) -> None:
    explanation = explain(f'{_SECRET}\n{roles}\n"KmsKeyId": "{_KEY.format(account)}"')
    first, is_named = explanation.remedies[0], holder != "ROLE_NAME"
    assert any(f"put-role-policy --role-name {holder} " in each for each in first.commands)
    is_foreign = is_named and account == "444455556666"
    assert ("of account 444455556666" in explanation.summary) is is_foreign
    assert any(f'{{"AWS": "{EXEC}"}}' in each for each in first.steps) is is_foreign
    assert any("get-key-policy" in each for each in first.commands) is not is_foreign
    assert ("not with the task role octo-task" in str(explanation.causes[0])) is ("octo-task" in roles)
    # Secrets Manager says something else of a disabled key, and only one of another account must be customer managed.
    assert not any("describe-key" in each for each in first.commands)
    assert any("customer managed" in each for each in first.steps) is is_foreign
