"""What the text shows around a message of Amazon Redshift does not change who was denied what."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/loader"
USER = "arn:aws:redshift:us-west-2:111122223333:dbuser:sales/ana"
MESSAGE = f"ERROR:  User {USER} is not authorized to assume IAM Role {ROLE}"


@check_rows(
    "before",
    [
        "",
        f"dev=# COPY orders FROM 's3://octo-lake/orders/' IAM_ROLE '{ROLE}' FORMAT AS CSV;\n",
        f"dev=# UNLOAD ('select * from orders') TO 's3://octo-lake/out/' IAM_ROLE '{ROLE}';\n",
        "$ aws s3 ls s3://octo-lake/orders/\n",
        "$ aws redshift-data execute-statement --sql 'copy'\n",
    ],
)
def test_command_before_the_message(before: str) -> None:
    explanation = explain(before + MESSAGE)
    assert explanation.topic == "service-cannot-assume-role"
    assert explanation.remedies[0].commands == (
        "aws redshift describe-clusters --cluster-identifier sales --region us-west-2 --query 'Clusters[].IamRoles'",
        f"aws redshift modify-cluster-iam-roles --cluster-identifier sales --region us-west-2 --add-iam-roles {ROLE}",
    )
    shown = " ".join(str(explanation).split())
    assert f"a condition on sts:ExternalId, it must match {USER}" in shown
    assert "s3:GetObject on" not in shown
    assert "put-role-policy" not in shown


def test_serverless_has_roles_in_its_namespace() -> None:
    user = USER.replace("sales/", "serverless-111122223333-0a1b2c3d/")
    lines = explain(MESSAGE.replace(USER, user)).remedies[0].commands
    assert all("aws redshift-serverless " in line and "--region us-west-2" in line for line in lines)


def test_database_user_gets_no_policy() -> None:
    """Only principals of IAM and STS have identity-based policies."""
    text = f"AccessDenied: User: {USER} is not authorized to perform: glue:GetTable on resource: arn:aws:glue:us-west-2:111122223333:catalog"
    assert all(remedy.policy is None for remedy in explain(text).remedies)


def test_command_of_another_service_is_not_the_denied_call() -> None:
    text = "$ aws s3 cp a.csv s3://octo-lake/a.csv\nAccessDenied: You are not authorized to access arn:aws:sqs:us-west-2:111122223333:orders"
    explanation = explain(text)
    assert "s3:PutObject" not in str(explanation)


def test_role_that_glue_does_not_get() -> None:
    text = f"An error occurred (InvalidInputException) when calling the StartJobRun operation: Role {ROLE} should be given assume role permissions for Glue Service."
    explanation = explain(text)
    assert explanation.topic == "service-cannot-assume-role"
    assert "glue.amazonaws.com" in str(explanation)


def test_role_that_cloudtrail_does_not_get() -> None:
    text = "An error occurred (InvalidCloudWatchLogsRoleArnException) when calling the UpdateTrail operation: Access denied. Check the trust relationships for your role."
    explanation = explain(text)
    assert explanation.topic == "service-cannot-assume-role"
    assert "cloudtrail.amazonaws.com" in explanation.summary


def test_cluster_assumes_only_the_first_role_of_a_chain() -> None:
    second = "arn:aws:iam::444455556666:role/lake"
    explanation = explain(f"{MESSAGE},{second}")
    assert explanation.remedies[0].commands[-1].endswith(f"--add-iam-roles {ROLE}")
    assert f"The roles after it ({second}) are not associated" in explanation.causes[0].text


def test_policies_of_a_database_user_are_not_simulated() -> None:
    text = f"AccessDenied: User: {USER} is not authorized to perform: glue:GetTable on resource: arn:aws:glue:us-west-2:111122223333:catalog"
    assert "simulate-principal-policy" not in explain(text).to_text(detail="full")


def test_role_that_ecs_does_not_get() -> None:
    text = f"(service cart) failed to launch a task with (error ECS was unable to assume the role '{ROLE}' that was provided for this task.)"
    assert "ecs-tasks.amazonaws.com" in explain(text).summary


@check_rows(
    ("text", "service"),
    [
        (f"CodeBuild is not authorized to perform: sts:AssumeRole on {ROLE}", "codebuild"),
        (
            "An error occurred (InvalidInputException) when calling the CreateProject operation: AWS CodeBuild is not authorized to perform: sts:AssumeRole on service role. Please verify that: 1) The provided service role exists",
            "codebuild",
        ),
        (f"CodePipeline is not authorized to perform AssumeRole on role {ROLE}", "codepipeline"),
        (
            f"ServiceException: Batch is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
            "batch",
        ),
        (
            f"CLIENT_ERROR - User: batch.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
            "batch",
        ),
        (
            f"An error occurred (InvalidParameterException) when calling the CreateCluster operation: Role with arn: {ROLE}, could not be assumed because it does not exist or the trusted entity is not correct",
            "eks",
        ),
    ],
)
def test_service_that_cannot_assume_its_role(text: str, service: str) -> None:
    """The service lacks trust, and no policy of the caller helps."""
    explanation = explain(text)
    assert explanation.summary.startswith(f"The service {service}.amazonaws.com cannot assume the role")
    assert all(remedy.layer in {None, "role_trust"} for remedy in explanation.remedies)


def test_user_that_cannot_assume_a_role_is_no_service() -> None:
    text = f"User is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    assert explain(text).topic == "assume-role"


def test_role_that_a_state_machine_assumes() -> None:
    """The message names the role of the state machine, but not the action."""
    text = f'{{"error": "States.TaskFailed", "cause": "The role {ROLE} is not authorized to assume the task state\'s role, arn:aws:iam::444455556666:role/task."}}'
    explanation = explain(text)
    assert explanation.summary.startswith(
        "The role loader was denied sts:AssumeRole on arn:aws:iam::444455556666"
    )
    assert {remedy.layer for remedy in explanation.remedies} == {"identity", "role_trust"}


@check_rows(
    ("listed", "is_lacking"),
    [
        ("[]", True),
        ('[{"IamRoleArn": "arn:aws:iam::111122223333:role/unloader", "ApplyStatus": "in-sync"}]', True),
        (f'[{{"IamRoleArn": "{ROLE}", "ApplyStatus": "in-sync"}}]', False),
        ("", False),
    ],
)
@check_rows("trusts", [True, False])
def test_the_list_of_the_roles_of_a_cluster(listed: str, *, is_lacking: bool, trusts: bool) -> None:
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "redshift.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
    show = f"\n$ aws redshift describe-clusters --query 'Clusters[0].IamRoles'\n{listed}\n" if listed else ""
    explanation = explain(MESSAGE + show, facts={"trust_policy": policy} if trusts else None)
    assert explanation.summary.endswith("the role is not associated with the cluster sales.") is is_lacking
    assert ("trust policy allows it" in explanation.summary) is trusts
    first = explanation.remedies[0]
    assert ("modify-cluster-iam-roles" in first.commands[0]) is is_lacking
    assert ("sts:ExternalId" in str(explanation)) is not (is_lacking or trusts)
