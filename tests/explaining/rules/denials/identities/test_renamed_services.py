"""CodePipeline names a connection and "the provided role", and the prefix of its ARN decides which action is required."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

_TEXT = "[GitHub] Unable to use Connection: arn:aws:{0}:eu-west-1:111122223333:connection/0a1b2c3d-0000-4000-8000-000000000001. The provided role does not have sufficient permissions.\n"


@check_rows(
    ("called", "stated", "is_other"),
    [
        ("codeconnections", "codestar-connections", True),
        ("codestar-connections", "codeconnections", True),
        ("codeconnections", "codeconnections", False),
        ("codeconnections", "s3", False),
    ],
)
def test_prefix_of_a_connection(called: str, stated: str, *, is_other: bool) -> None:
    policy = f'  actions   = ["{stated}:UseConnection"]\n  resources = [var.connection]'
    explanation = explain(
        f"{_TEXT.format(called)}{policy}\nrole: arn:aws:iam::111122223333:role/shop-pipeline"
    )
    assert explanation.summary.startswith(f"The role shop-pipeline was denied {called}:UseConnection")
    assert (f"allows {stated}:UseConnection, and the prefix" in explanation.summary) is is_other
    if stated != called:
        document = explanation.remedies[0].policy
        assert document is not None
        assert document["Statement"][0]["Action"] == f"{called}:UseConnection"


def test_supplied_caller_of_a_connection() -> None:
    text = f"{_TEXT.format('codeconnections')}role: arn:aws:iam::111122223333:role/shop-pipeline"
    caller = "arn:aws:iam::111122223333:role/other"
    assert "The role other" in explain(text, facts={"caller": caller}).summary


@check_rows(
    ("introduction", "role"),
    [
        ("The pipeline role (shop-pipeline) has this, I only changed the ID:", "shop-pipeline"),
        ("Policy of shop-pipeline-role:", "shop-pipeline-role"),
        ("ShopPipelineRole only has the policy below:", "ShopPipelineRole"),
        ("The pipeline role (CodePipeline) has to get this:", None),
        ("Policy of the service-role:", None),
    ],
)
def test_role_of_a_policy_with_the_old_prefix(introduction: str, role: str | None) -> None:
    arn = (
        "arn:aws:codestar-connections:eu-west-1:111122223333:connection/0a1b2c3d-0000-4000-8000-000000000001"
    )
    policy = f'{{"Statement": [{{"Effect": "Allow", "Action": "codestar-connections:UseConnection", "Resource": "{arn}"}}]}}'
    explanation = explain(f"{_TEXT.format('codeconnections')}\n{introduction}\n\n{policy}")
    who = "The caller" if role is None else f"The role {role}"
    assert explanation.summary.startswith(f"{who} was denied codeconnections:UseConnection")
    assert "has codestar-connections:UseConnection, but the prefix of the action is codeconnections" in (
        explanation.summary
    )
    assert f"--role-name {role or 'ROLE_NAME'} " in str(explanation)
