"""The request that an ECR registry denied is compared with the policy in the text."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain

HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
UPLOADS = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
    "ecr:CompleteLayerUpload",
]
PUSH = [*UPLOADS, "ecr:PutImage", "ecr:BatchGetImage"]


def _denied(request: str, verb: str = "failed to push") -> str:
    method, path = request.split()
    return f"ERROR: {verb} {HOST}/api:1: unexpected status from {method} request to https://{HOST}/v2/api/{path}: 403 Forbidden\n"


def _policy(actions: list[str], repository: str = "api") -> str:
    arn = f"arn:aws:ecr:eu-west-1:111122223333:repository/{repository}"
    login = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
    return json.dumps({"Statement": [login, {"Effect": "Allow", "Action": actions, "Resource": arn}]})


@pytest.mark.parametrize(
    ("text", "verdict", "allowed"),
    [
        (
            f"role ci-push:\n{_policy([*UPLOADS, 'ecr:PutImage'])}\n{_denied('HEAD manifests/1')}",
            "HEAD …/manifests/ requires ecr:BatchGetImage, and the policy in the text",
            "ecr:BatchGetImage",
        ),
        (
            f"{_denied('POST blobs/uploads/')}{_policy(PUSH[:1] + PUSH[2:])}",
            "POST …/blobs/uploads/ requires ecr:InitiateLayerUpload, and the policy in the text lacks it",
            "ecr:InitiateLayerUpload",
        ),
        (
            f"{_denied('GET blobs/sha256:0a1b', 'failed to copy')}docker pull {HOST}/api:1\n{_policy(['ecr:BatchGetImage'])}",
            "requires ecr:GetDownloadUrlForLayer",
            "ecr:GetDownloadUrlForLayer",
        ),
        (f"{_denied('PUT manifests/1')}{_policy(PUSH, 'web')}", "allows it only on web", PUSH),
    ],
    ids=["manifest", "upload", "layer", "other repository"],
)
def test_action_of_a_request(text: str, verdict: str, allowed: object) -> None:
    explanation = explain(text)
    assert verdict in explanation.summary
    [statement] = (explanation.remedies[0].policy or {})["Statement"]
    assert statement["Action"] == allowed
    assert "older than 12 hours" not in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    "policy",
    [
        "",
        _policy(PUSH),
        _policy(["ecr:*"]),
        '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}',
    ],
    ids=["no policy", "whole", "wildcard", "other service"],
)
def test_policy_that_does_not_decide(policy: str) -> None:
    explanation = explain(f"{_denied('HEAD manifests/1')}{policy}")
    assert "at HEAD …/manifests/, which requires ecr:BatchGetImage" in explanation.summary
    assert len(explanation.causes) > 1
