"""With the pull credentials CODEBUILD, CodeBuild pulls as itself, and another account's registry denies that."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_IMAGE = "444455556666.dkr.ecr.eu-west-1.amazonaws.com/tools/go"
_PULL = f"BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE: Unable to pull customer's container image. CannotPullContainerError: Error response from daemon: pull access denied for {_IMAGE}, repository does not exist or may require 'docker login': denied: User: "
_TERRAFORM = f'resource "aws_codebuild_project" "site" {{\n  environment {{\n    image = "{_IMAGE}:3"\n    image_pull_credentials_type = "CODEBUILD"\n  }}\n}}\n'
_POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/builds"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}'
_SESSION = "arn:aws:sts::111122223333:assumed-role/builds/AWSCodeBuild-1"
_ARN = "arn:aws:codebuild:eu-west-1:{}:project/site"


@check_rows(
    ("text", "says", "count"),
    [
        (f"{_PULL}CodeBuild\n{_TERRAFORM}Repository policy:\n{_POLICY}", "which allows arn:aws:iam::111122223333:role/builds: the pull then uses it. The role needs ecr:BatchCheck", 1),
        (f"{_PULL}CodeBuild\n{_TERRAFORM}The account of the build is 111122223333.", "aws_codebuild_project.site. Nothing changes in account 444455556666", 1),
        (f"{_PULL}CodeBuild\n{_ARN.format('111122223333')}\nThe role has AmazonEC2ContainerRegistryReadOnly.", "aws codebuild update-project --name site --environment file://environment.json", 1),
        (f"{_PULL}CodeBuild\n{_ARN.format('444455556666')}", "the repository policy does not allow codebuild.amazonaws.com", 2),
        (f"{_PULL}CodeBuild", "outside account 444455556666, that requires SERVICE_ROLE", 2),
    ],
)  # fmt: skip
def test_pull_with_the_identity_of_codebuild(text: str, says: str, count: int) -> None:
    explanation = explain(text)
    shown = " ".join(str(explanation).split())
    assert explanation.summary.startswith("CodeBuild pulls tools/go with its own identity")
    assert says in shown
    assert len(explanation.remedies) == count
    assert "ECS" not in shown
    assert "most likely used the credentials" not in shown


@pytest.mark.parametrize(
    "text",
    [
        f"{_PULL}{_SESSION} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:444455556666:repository/tools/go\n{_TERRAFORM}",
        f"{_PULL.replace(_IMAGE, 'acme/go')}CodeBuild",
    ],
)
def test_other_callers_and_registries(text: str) -> None:
    assert "with its own identity" not in str(explain(text))
