"""A role or policy that is not found because the call or a setting has its ARN without the path, as another part of the text shows."""

from __future__ import annotations

import pytest

from iamtriage import explain

_HEAD = "arn:aws:iam::111122223333:role/"
_SHOWN = "\n$ aws iam get-role --role-name {0} --query Role.Arn --output text\narn:aws:iam::111122223333:role/{1}{0}\n"
_DENIED = "An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/ci/s is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/{}\n"
_TOKEN = "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n"
_BATCH = """{
  "computeEnvironmentName": "octo-ce", "status": "INVALID",
  "statusReason": "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; Status Code: 403; Error Code: AccessDenied; Request ID: 3c1a7f5e)",
  "serviceRole": "arn:aws:iam::111122223333:role/batch"
}"""
_STEPS = "An error occurred (AccessDeniedException) when calling the CreateStateMachine operation: Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.\n"
_FUNCTION = "$ aws lambda create-function --function-name f --role arn:aws:iam::111122223333:role/f --zip-file fileb://f.zip\nAn error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined for the function cannot be assumed by Lambda.\n"


@pytest.mark.parametrize(
    ("text", "name", "path", "command"),
    [
        (_DENIED.format("deploy"), "deploy", "ci/eu/", None),
        (_TOKEN + f"eks.amazonaws.com/role-arn: {_HEAD}app\n", "app", "irsa/", None),
        (_STEPS + f"$ aws stepfunctions create-state-machine --name x --role-arn {_HEAD}flow\n", "flow", "service-role/", None),
        (_FUNCTION, "f", "service-role/", f"aws lambda create-function --function-name f --role {_HEAD}service-role/f --zip-file fileb://f.zip"),
        (_BATCH, "batch", "service-role/", f"aws batch update-compute-environment --compute-environment octo-ce --service-role {_HEAD}service-role/batch"),
        # The call has a path that the role does not have.
        (_DENIED.format("team/deploy"), "deploy", "", None),
    ],
    ids=["caller", "token", "service", "command", "batch", "no-path"],
)  # fmt: skip
def test_other_path(text: str, name: str, path: str, command: str | None) -> None:
    explanation = explain(text + _SHOWN.format(name, path))
    assert explanation.topic == "role-path-missing"
    [remedy] = explanation.remedies
    assert f"{_HEAD}{path}{name}" in f"{remedy.title} {remedy.commands}"
    assert command is None or remedy.commands == (command,)


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        (_DENIED.format("deploy") + "$ aws iam list-roles --query 'Roles[].[RoleName,Path]' --output text\ndeploy\t/ci/eu/\n", f"{_HEAD}ci/eu/deploy"),
        (_TOKEN + f'role-arn: {_HEAD}app\n{{ "Path": "/irsa/", "RoleName": "app" }}\n', f"{_HEAD}irsa/app"),
        (_FUNCTION.replace(f"{_HEAD}f ", "$ROLE ") + 'role = "arn:aws:iam::${local.account}:role/${var.role_name}"\nrole_name = "f"\n|  Path  |  RoleName  |\n|  /fn/  |  f  |\n', "arn:aws:iam::${local.account}:role/fn/${var.role_name}"),
    ],
    ids=["columns", "object", "built ARN and table"],
)  # fmt: skip
def test_path_in_a_list_of_roles(text: str, actual: str) -> None:
    explanation = explain(text)
    assert explanation.topic == "role-path-missing"
    assert explanation.remedies[0].title == f"Use the whole ARN of the role, {actual}"


@pytest.mark.parametrize(
    "text",
    [
        # A list with the path that the call has, without one, or of another role.
        _DENIED.format("ci/deploy") + "deploy\t/ci/\tPath\n|  deploy  |  /ci/  |\n",
        _DENIED.format("deploy") + '{ "Path": "/", "RoleName": "deploy" }',
        _DENIED.format("deploy") + '{ "Path": "/ci/", "RoleName": "deploy-eu" }',
        # The role of another account, another role, and the role that calls.
        _DENIED.format("deploy") + "arn:aws:iam::444455556666:role/ci/deploy",
        _DENIED.format("deploy") + f"{_HEAD}ci/deploy-eu",
        _DENIED.format("deploy") + f"{_HEAD}team/ci {_HEAD}ci",
        # The call has the path, and a statement or aws-auth does not have it.
        _DENIED.format("ci/deploy") + f'{{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "{_HEAD}deploy"}}',
        _TOKEN + f"eks.amazonaws.com/role-arn: {_HEAD}irsa/app\nmapRoles: |\n  - rolearn: {_HEAD}app\n",
        # The text says that there is none with a path.
        _DENIED.format("deploy") + f"There is no role {_HEAD}ci/deploy any more.",
        _DENIED.format("deploy") + f"{_HEAD}ci/deploy was deleted last week.",
    ],
    ids=["same path", "no path", "another role", "account", "name", "caller", "statement", "aws-auth", "none", "deleted"],
)  # fmt: skip
def test_path_that_is_right(text: str) -> None:
    assert explain(text).topic != "role-path-missing"


_PASSED = "An error occurred (AccessDeniedException) when calling the CreateCrawler operation: User: arn:aws:sts::111122223333:assumed-role/ci/s is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/glue because no identity-based policy allows the iam:PassRole action\n"


@pytest.mark.parametrize(
    ("shown", "start", "allows"),
    [
        (_SHOWN.format("glue", "service-role/"), "No role has the ARN", True),
        (f'{{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "{_HEAD}service-role/glue"}}', "Most likely, no role has the ARN", False),
        (f'{{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "{_HEAD}glue-eu"}}', "The role ci was denied", True),
    ],
    ids=["role", "policy", "other"],
)  # fmt: skip
def test_passed_role_without_its_path(shown: str, start: str, *, allows: bool) -> None:
    explanation = explain(_PASSED + shown)
    assert explanation.summary.startswith(start)
    allowed = [each.policy["Statement"][0]["Resource"] for each in explanation.remedies if each.policy]
    name = "service-role/glue" if start.startswith("No role") else "glue"
    assert allowed == ([f"{_HEAD}{name}"] if allows else [])


_ATTACHED = "Policy arn:aws:iam::111122223333:policy/Reader does not exist or is not attachable."
_ASSIGNED = f'"FailureReason": "Received a 404 status error: {_ATTACHED}", "PermissionSetArn": "arn:aws:sso:::permissionSet/ssoins-7223example/ps-0123456789abcdef"\n'
_LISTED = "$ aws iam list-policies --scope Local --query 'Policies[].Arn' --output text\narn:aws:iam::111122223333:policy/{}\n"


@pytest.mark.parametrize(
    ("text", "title", "command"),
    [
        (_ASSIGNED + _LISTED.format("team/Reader"), "Attach the reference with the path /team/", "--customer-managed-policy-reference Name=Reader,Path=/team/"),
        (f"Error: waiting for SSO Account Assignment (111122223333) to be created: unexpected state 'FAILED'. last error: Received a 404 status error: {_ATTACHED}\n" + _LISTED.format("eu/Reader"), "Attach the reference with the path /eu/", "--instance-arn INSTANCE_ARN"),
        (_ASSIGNED, "Create the policy Reader with the path / in account 111122223333", "list-policies"),
        (_ASSIGNED + _LISTED.format("team/Writer"), "Create the policy Reader with the path /", "list-policies"),
        (f"An error occurred (NoSuchEntity) when calling the AttachRolePolicy operation: {_ATTACHED}\n" + _LISTED.format("team/Reader"), "Use the whole ARN of the policy, arn:aws:iam::111122223333:policy/team/Reader", ""),
        (f"An error occurred (NoSuchEntity) when calling the AttachRolePolicy operation: {_ATTACHED}\n", "Check the account of the call", "list-policies"),
    ],
    ids=["assignment", "terraform", "not-listed", "other-name", "role", "unknown"],
)  # fmt: skip
def test_path_of_a_policy(text: str, title: str, command: str) -> None:
    first = explain(text).remedies[0]
    assert first.title.startswith(title)
    assert command in " ".join(first.commands)
