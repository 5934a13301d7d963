"""A template in the text shows that API Gateway has no such route, so that no token is missing."""

from __future__ import annotations

import pytest

from iamtriage import explain

URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
BODY = 'HTTP/2 403\nx-amzn-errortype: MissingAuthenticationTokenException\n\n{"message":"Missing Authentication Token"}\n'


@pytest.mark.parametrize(
    ("call", "template"),
    [
        ("/dev/items/7", "- http: GET items/{id}\n"),
        ("/Prod/a/b", "Path: /{proxy+}\nMethod: ANY\n"),
        ("/Prod/x", "Path: /ping\nMethod: get\nAuth:\n  DefaultAuthorizer: AWS_IAM\n"),
        ("/Prod/x", ""),
    ],
    ids=["parameter", "proxy", "AWS_IAM", "no template"],
)
def test_route_is_not_decided(call: str, template: str) -> None:
    explanation = explain(f"$ curl {URL}{call}\n{BODY}\n{template}")
    assert "or the method requires a signature" in explanation.summary


LISTING = "$ aws apigateway get-resources --rest-api-id q1w2e3r4t5 --region eu-west-1\n"


@pytest.mark.parametrize(
    ("call", "stage", "command"),
    [
        (f"{URL}/orders", "orders", f"curl -i {URL}/STAGE/orders"),
        (f"-X PUT {URL}/users/", "users", f"curl -i -X PUT {URL}/STAGE/users"),
        (f"{URL}/prod", None, None),
        (f"{URL}/products", "products", f"curl -i {URL}/STAGE/products"),
        (f"{URL}/v1", None, None),
        (f"{URL}/Staging-blue", None, None),
        (f"{URL}/prod/orders", None, None),
    ],
)
def test_only_segment_is_the_path_instead_of_the_stage(
    call: str, stage: str | None, command: str | None
) -> None:
    explanation = explain(f"$ curl -i {call}\n{BODY}")
    assert (f"has no stage {stage}: the URL most likely lacks the stage" in explanation.summary) is bool(
        stage
    )
    assert command is None or explanation.remedies[0].commands[1] == command
    assert any("execute-api:Invoke" in step for each in explanation.remedies for step in each.steps)
