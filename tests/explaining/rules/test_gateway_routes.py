"""A template in the text shows that API Gateway has no such route, so that no token is missing."""

from __future__ import annotations

import pytest

from iamtriage import explain

URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
BODY = 'HTTP/2 403\nx-amzn-errortype: MissingAuthenticationTokenException\n\n{"message":"Missing Authentication Token"}\n'


@pytest.mark.parametrize(
    ("call", "template", "command"),
    [
        ("/Prod", "Type: Api\nProperties:\n  Path: /ping\n  Method: get\n", f"curl -i {URL}/Prod/ping"),
        ("/dev/items", "- http:\n    path: items\n    method: post\n", f"curl -i -X POST {URL}/dev/items"),
        ("/items", "stage: live\n- http: GET items\n", f"curl -i {URL}/live/items"),
        ("/items", "- http: GET /items\n", f"curl -i {URL}/STAGE/items"),
        ("/dev/item", "- http: GET items\n", f"curl -i {URL}/dev/items"),
        ("/dev/items", "- http:\n    method: put\n    path: /items\n", f"curl -i -X PUT {URL}/dev/items"),
    ],
)
def test_route_of_the_template(call: str, template: str, command: str) -> None:
    explanation = explain(f"$ curl {URL}{call}\n{BODY}\n{template}")
    assert explanation.summary.startswith("No token is missing")
    assert explanation.remedies[0].commands[0] == command


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
