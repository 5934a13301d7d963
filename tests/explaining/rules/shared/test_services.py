"""Check the tables of services against botocore and the action table."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from botocore.session import get_session

from iamtriage import explain
from iamtriage.actions import service_prefix
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.requirements.services import (
    _BY_OPERATION,
    _BY_SERVICE,
    RoleRecipient,
    find_role_recipient,
)
from tests.explaining.rules.aws_cli import KNOWS_ALL, check_call
from tests.tables import check_rows

_ROLE = re.compile(r"role|profile", re.IGNORECASE)
# These members are not called role: a user pool names what the role calls, a flow log what it is allowed to do, an
# access entry what it is. A fleet's role is in its launch template.
_OTHERWISE_NAMED = {"createuserpool": "SnsCallerArn", "updateuserpool": "SnsCallerArn"} | {
    "setuserpoolmfaconfig": "SnsCallerArn",
    "createflowlogs": "DeliverLogsPermissionArn",
    "createfleet": "LaunchTemplateConfigs",
    "createaccessentry": "principalArn",
    "elasticbeanstalk:updateenvironment": "OptionSettings",
}


@cache
def _inputs() -> dict[str, dict[str, set[str]]]:
    """Return the input member names of each operation, in lowercase, by the prefix of its client."""
    found: dict[str, dict[str, set[str]]] = {}
    session = get_session()
    wanted = {key.rpartition(":")[2] for key in _BY_OPERATION}
    for client in session.get_available_services():
        model: Any = session.get_service_model(client)
        for operation in model.operation_names:
            if operation.lower() in wanted:
                names = _names([(model.operation_model(operation).input_shape, 4)])
                by_prefix = found.setdefault(operation.lower(), {})
                by_prefix.setdefault(service_prefix(client) or client, set()).update(names)
    return found


def _names(stack: list[tuple[Any, int]]) -> set[str]:
    """Return the names of members, including those of nested structures up to some depth."""
    names: set[str] = set()
    while stack:
        shape, deep = stack.pop()
        if shape is None or not deep:
            continue
        if shape.type_name == "structure":
            names |= shape.members.keys()
            stack += [(member, deep - 1) for member in shape.members.values()]
        elif shape.type_name == "list":
            stack.append((shape.member, deep - 1))
    return names


@pytest.mark.unmeasured
@pytest.mark.skipif(not KNOWS_ALL, reason="an older botocore lacks operations")
@pytest.mark.parametrize("key", sorted(_BY_OPERATION))
def test_operation_passes_a_role_in_one_service_only(key: str) -> None:
    service, _, operation = key.rpartition(":")
    inputs = _inputs()[operation]
    named = _OTHERWISE_NAMED.get(key, _OTHERWISE_NAMED.get(operation))
    taking = {
        prefix
        for prefix, names in inputs.items()
        if (named in names if named else any(map(_ROLE.search, names)))
    }
    assert service in taking if service else len(taking) == 1, inputs


@check_rows("name", sorted(_BY_SERVICE))
def test_service_name_is_an_action_prefix(name: str) -> None:
    assert service_prefix(name) == name


def test_role_recipients_are_service_principals() -> None:
    for found in (*_BY_OPERATION.values(), *_BY_SERVICE.values()):
        names = (*found.trusted, *found.passed_to) if found else ()
        assert all(re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", name) for name in names), names


@check_rows(
    ("operation", "service", "expected"),
    [
        ("CreateService", "ecs", RoleRecipient(("ecs.amazonaws.com",))),
        ("CreateService", "vpc-lattice", None),
        ("CreateService", None, None),
        ("StartScanJob", "backup", None),
        ("CreateAddon", "eks", RoleRecipient((), ("eks.amazonaws.com", "pods.eks.amazonaws.com"))),
        ("CreateFunction", None, RoleRecipient(("lambda.amazonaws.com",))),
        (None, "states", RoleRecipient(("states.amazonaws.com",))),
        ("createnodegroup", None, RoleRecipient(("ec2.amazonaws.com",), ("eks.amazonaws.com",))),
    ],
)
def test_role_recipient_of_an_operation(
    operation: str | None, service: str | None, expected: RoleRecipient | None
) -> None:
    assert find_role_recipient(operation, service) == expected


@pytest.mark.unmeasured
@check_rows("service", sorted(RESOURCE_POLICIES))
def test_commands_for_resource_policies_are_valid(service: str) -> None:
    policy = RESOURCE_POLICIES[service]
    show, change = policy.show_command.split()[1:], policy.change_command.split()[1:]
    check_call(show)
    check_call(change)
    if "--query" not in show or not KNOWS_ALL:
        return
    client, command = show[:2]
    model: Any = get_session().get_service_model("s3" if client == "s3api" else client)
    [operation] = [
        each for each in model.operation_names if each.lower() == command.replace("-", "").replace("efs", "")
    ]
    shape: Any = model.operation_model(operation).output_shape
    path = show[show.index("--query") + 1]
    for name in path.split("."):
        shape = shape.value if shape.type_name == "map" else shape.members[name]


SSO_ROLE = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Data_0123456789abcdef"
WHOAMI = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Data_0123456789abcdef/kim\n"
TRAINING = "An error occurred (ValidationException) when calling the CreateTrainingJob operation: Could not assume role arn:aws:iam::111122223333:role/{}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role."


@check_rows(
    ("text", "verdict", "titles"),
    [
        (TRAINING.format(SSO_ROLE), "it is a role for people, from IAM Identity Center", ["Pass a role for sagemaker.amazonaws.com instead of AWSReservedSSO_Data_0123456789abcdef"]),
        (WHOAMI + TRAINING.format("Data"), "most likely, it is a role for people, or only the name of a permission set", ["Pass a role for sagemaker.amazonaws.com instead of Data", "Allow sagemaker.amazonaws.com in the trust policy of the role Data"]),
        (WHOAMI + TRAINING.format("service-role/train"), "most likely, the role's trust policy does not allow it", ["Allow sagemaker.amazonaws.com in the trust policy of the role train"]),
        # A notebook passes its own role, which SageMaker can normally assume.
        (WHOAMI.replace("AWSReservedSSO_Data_0123456789abcdef/kim", "train/SageMaker") + TRAINING.format("train"), "most likely, the role's trust policy does not allow it", ["Allow sagemaker.amazonaws.com in the trust policy of the role train"]),
    ],
    ids=["Identity Center", "permission set", "another role", "notebook"],
)  # fmt: skip
def test_role_for_people(text: str, verdict: str, titles: list[str]) -> None:
    explanation = explain(text)
    assert explanation.summary.endswith(f": {verdict}.")
    assert [each.title for each in explanation.remedies][: len(titles)] == titles
    assert not any("'sso.amazonaws.com'" in line for each in explanation.remedies for line in each.commands)


_ROLES = "arn:aws:iam::111122223333:role/"


@check_rows(
    ("shown", "passed", "says"),
    [
        (f"{_ROLES}service-role/AmazonSageMaker-ExecutionRole-1", "service-role/AmazonSageMaker-ExecutionRole-1", ""),
        (f"role = sagemaker.get_execution_role()\nThere is {_ROLES}SageMaker-jobs, too.", "SageMaker-jobs", "get_execution_role() returns the role of the caller"),
        (f"{_ROLES}orders-api", None, ""),
        (f"{_ROLES}sagemaker-a {_ROLES}sagemaker-b", None, ""),
        (f"{_ROLES}aws-service-role/sagemaker.amazonaws.com/AWSServiceRoleForAmazonSageMaker", None, ""),
        ("role = sagemaker.get_execution_role()", None, "get_execution_role() returns the role of the caller"),
    ],
)  # fmt: skip
def test_role_of_the_service_in_the_text(shown: str, passed: str | None, says: str) -> None:
    explanation = explain(
        f"{WHOAMI}{TRAINING.format(SSO_ROLE)}\n{shown}\n\nDo I have to edit the trust policy?"
    )
    first = explanation.remedies[0]
    assert (f"{_ROLES}{passed}" in (first.manifest or "")) is (passed is not None)
    assert ("create-role" in str(first.commands)) is (passed is None)
    assert says in " ".join(first.steps)
    assert "The permission set Data needs iam:PassRole on it" in " ".join(first.steps)
    assert str(explanation).startswith("No, IAM Identity Center manages that trust policy")
