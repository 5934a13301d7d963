"""Several roles that a call passes, if the message of iam:PassRole names none and the text shows them."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_TASK = "arn:aws:iam::111122223333:role/apps/till-task"
_START = "arn:aws:iam::111122223333:role/till-start"
_DENIED = "An error occurred (AccessDeniedException) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/release/job-5 is not authorized to perform: iam:PassRole\n"
_JSON = f'{{"taskRoleArn": "{_TASK}", "executionRoleArn": "{_START}"}}\n'


@check_rows(
    ("shown", "operation"),
    [
        (_JSON, "RegisterTaskDefinition"),
        (f"$ aws ecs register-task-definition --family till --task-role-arn {_TASK} --execution-role-arn {_START}\n", "RegisterTaskDefinition"),
        (f'resource "aws_ecs_task_definition" "till" {{\n  task_role_arn      = "{_TASK}"\n  execution_role_arn = "{_START}"\n}}\n', "RegisterTaskDefinition"),
        (_JSON, "RunTask"),
    ],
    ids=["JSON", "options", "Terraform", "run"],
)  # fmt: skip
def test_all_roles_of_the_call(shown: str, operation: str) -> None:
    explanation = explain(shown + _DENIED.format(operation))
    # An option of the command names the resource.
    assert ("at least one of the roles" in explanation.summary) is (_TASK not in explanation.summary)
    first = explanation.remedies[0]
    assert first.policy is not None
    [statement] = first.policy["Statement"]
    assert sorted(statement["Resource"]) == sorted((_TASK, _START))
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    assert "ROLE_NAME" not in " ".join(first.commands)
    steps = " ".join(first.steps)
    assert "one after the other" in steps
    assert "If they differ" not in steps


@check_rows(
    "shown",
    [
        # Two task definitions, one role for both, one of another account, and parameters of another call.
        _JSON + _JSON.replace("till", "cart"),
        _JSON.replace(_START, _TASK),
        _JSON.replace(_START, _START.replace("111122223333", "444455556666")),
        f'{{"role": "{_TASK}", "deployRoleArn": "{_START}"}}\n',
    ],
    ids=["two definitions", "one role", "other account", "other parameters"],
)
def test_no_two_roles_of_one_call(shown: str) -> None:
    policy = explain(shown + _DENIED.format("RegisterTaskDefinition")).remedies[0].policy
    assert policy is not None
    resource = policy["Statement"][0]["Resource"]
    assert isinstance(resource, str) or len(resource) == 1


def test_role_that_the_message_names() -> None:
    denied = _DENIED.format("RegisterTaskDefinition").strip() + f" on resource: {_TASK}\n"
    assert "does not say which" not in explain(_JSON + denied).to_text(detail="full")


def test_no_role_of_another_call_is_allowed() -> None:
    denied = "An error occurred (AccessDenied) when calling the CreateCluster operation: User: arn:aws:iam::111122223333:user/mia is not authorized to perform: iam:PassRole because no identity-based policy allows the iam:PassRole action\n"
    calls = "$ aws eks create-cluster --name x --role-arn arn:aws:iam::111122223333:role/cl\n$ aws eks create-nodegroup --cluster-name x --node-role arn:aws:iam::111122223333:role/ng\n"
    shown = explain(denied + calls).to_text(detail="full")
    assert '"Resource": "PASSED_ROLE_ARN"' in shown
    assert "role/ng" not in shown


_UNSTATED = "An error occurred (AccessDenied) when calling the {} operation: User: arn:aws:iam::111122223333:user/mia is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/{} because no identity-based policy allows the iam:PassRole action\n"


@check_rows(
    ("operation", "role", "service", "step"),
    [
        ("CreateCluster", "eks/till", "eks", "most likely eks.amazonaws.com"),
        ("CreateCluster", "redshift-copy", "redshift", "most likely redshift.amazonaws.com"),
        ("CreateJob", "nightlyGlueRole", "glue", "most likely glue.amazonaws.com"),
        # No word of the name is a service with this operation, two are, or the word is a part of another one.
        ("CreateCluster", "till", "SERVICE", "such as eks.amazonaws.com, redshift.amazonaws.com or "),
        ("CreateCluster", "glue/till", "SERVICE", "such as eks.amazonaws.com"),
        ("CreateCluster", "eks-redshift", "SERVICE", "such as eks.amazonaws.com"),
        ("CreateCluster", "weeks", "SERVICE", "such as eks.amazonaws.com"),
        ("DescribeJobs", "glue-till", "glue", "most likely glue.amazonaws.com"),
        ("DescribeJobs", "till", "SERVICE", "such as lambda.amazonaws.com"),
    ],
)  # fmt: skip
def test_service_in_the_name_of_the_role(operation: str, role: str, service: str, step: str) -> None:
    explanation = explain(_UNSTATED.format(operation, role))
    [statement] = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
    assert step in " ".join(explanation.remedies[0].steps)
    assert ("most likely" in explanation.summary) is (service != "SERVICE")


_BOUNDARY = "An error occurred (AccessDeniedException) when calling the {} operation: User: arn:aws:sts::111122223333:assumed-role/release/job-5 is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/flows/till because no {} allows the iam:PassRole action"


@check_rows(
    ("operation", "policy", "service"),
    [
        ("CreateStateMachine", "permissions boundary", "states"),
        ("CreateFunction", "permissions boundary", "lambda"),
        # A service control policy allows for all roles and services of the account.
        ("CreateStateMachine", "service control policy", None),
        ("CreateCluster", "permissions boundary", None),
        ("PassIt", "permissions boundary", None),
    ],
)
def test_boundary_allows_only_to_pass_the_role_of_the_call(
    operation: str, policy: str, service: str | None
) -> None:
    explanation = explain(_BOUNDARY.format(operation, policy))
    shown = str(explanation.remedies[0].statement)
    condition = f"{{'StringEquals': {{'iam:PassedToService': '{service}.amazonaws.com'}}}}"
    assert (condition in shown) is (service is not None)
    assert ("Condition" in shown) is (service is not None)
    assert "role/flows/till" in shown
    said = f"called {operation}, which passes the role to {service}.amazonaws.com"
    assert (said in explanation.causes[0].text) is (service is not None)
