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


def test_command_keeps_the_body_but_no_secret() -> None:
    template = "- http:\n    path: items\n    method: post\n"
    call = f"$ curl -X POST {URL}/dev/item -H 'Authorization: Bearer eyJhbGciOi...' -d '<data>'\n{BODY}\n{template}"
    command = f"curl -i -X POST -H 'Authorization: Bearer TOKEN' -d {{}} {URL}/dev/items"
    for body, kept in (('{"id": 7}', "'{\"id\": 7}'"), ("password=Tr0ub4dor-and-3", None)):
        first = explain(call.replace("<data>", body)).remedies[0].commands[0]
        assert first == (command.format(kept) if kept else command.replace("-d {} ", ""))


LISTING = "$ aws apigateway get-resources --rest-api-id q1w2e3r4t5 --region eu-west-1\n"
STAGES = "$ aws apigateway get-stages --rest-api-id q1w2e3r4t5 --query 'item[].stageName' --output text\n"


@pytest.mark.parametrize(
    ("call", "listing", "title"),
    [
        ("-X POST {}/invoice", f"{LISTING}/\t\n/invoices\tGET,POST\n", "Call POST /invoices"),
        ("-X POST {}/invoice", f'{LISTING}{{"items": [{{"path": "/invoices", "resourceMethods": {{"POST": {{}}}}}}]}}\n', "Call POST /invoices"),
        ("-X POST {}/invoice", f'{LISTING}[["/invoices", "GET,POST"]]\n', "Call POST /invoices"),
        ("-XPOST {}/invoice", f"{LISTING}/\n/invoices\nGET\tPOST\n", "Call POST /invoices"),
        ("-X POST {}/invoice", f"{LISTING}/invoices\tPOST\nNOTE\n", "Call POST /invoices"),
        ("-X DELETE {}/invoices/7", f"{LISTING}|  /invoices/{{id}} |  GET  |\n", "Call GET /invoices/7, or add DELETE to the route"),
        ("{}/invoices", f"{LISTING}/invoices\tGET\n", "Deploy the API to the stage v1"),
        ("{}/invoices", f"{STAGES}prod\n", "Call the stage prod"),
        ("{}/invoices", f"{STAGES}v1\n", "For a REST API: compare the URL and the method with the API"),
    ],
)  # fmt: skip
def test_routes_and_stages_that_commands_list(call: str, listing: str, title: str) -> None:
    url = "https://q1w2e3r4t5.execute-api.eu-west-1.amazonaws.com/v1"
    text = f'$ curl {call.format(url)}\n{{"message":"Missing Authentication Token"}}\n{listing}'
    assert explain(text).remedies[0].title == title


@pytest.mark.parametrize(
    "shown",
    [
        '$ aws apigateway get-method --rest-api-id q1w2e3r4t5 --query authorizationType\n"NONE"\n',
        '"authorizationType": "NONE"\n',
    ],
)
def test_method_without_authorization(shown: str) -> None:
    """Then nobody has to sign the request."""
    text = f'$ curl {URL}/v1/invoice\n{{"message":"Missing Authentication Token"}}\n{LISTING}/invoices\tGET\n'
    for more, step in (
        (shown, "requires no authorization (NONE)"),
        (shown.replace("NONE", "CUSTOM"), "needs no signature (SigV4)"),
        ("All methods have the same Cognito authorizer.", "needs no signature (SigV4)"),
        ("We have no Cognito authorizer.", "sign the request"),
        ("Should I add a Lambda authorizer?", "sign the request"),
        (shown + shown.replace("NONE", "COGNITO_USER_POOLS"), "sign the request"),
    ):
        steps = " ".join(explain(text + more).remedies[0].steps)
        assert step in steps
        assert ("sign the request" in steps) is (step == "sign the request")


@pytest.mark.parametrize(
    ("works", "call", "command"),
    [
        ("/v1/orders/7", "/v1/order/7/items", f"{URL}/prod/v1/orders/7/items"),
        ("/v1/orders/7", "/v1/order/7", f"{URL}/prod/v1/orders/7"),
        ("/v1/orders/7", "/v1/orders/7/items", None),
    ],
)
def test_path_of_the_call_that_failed(works: str, call: str, command: str | None) -> None:
    message = """{"message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=Bearer eyJraWQi..."}"""
    curl = f"$ curl -H 'Authorization: Bearer x' {URL}/prod"
    listing = f"{LISTING}/v1/orders/{{id}}\tGET\n/v1/orders/{{id}}/items\tGET\n"
    explanation = explain(f"{curl}{works}\nok\n{curl}{call}\n{message}\n{listing}")
    assert explanation.topic == "no-such-route"
    assert (
        (command in explanation.remedies[0].commands[0])
        if command
        else "is not deployed" in explanation.summary
    )


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
