"""A template in the text shows that API Gateway has no such route, so that no token is missing."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

URL = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
BODY = 'HTTP/2 403\nx-amzn-errortype: MissingAuthenticationTokenException\n\n{"message":"Missing Authentication Token"}\n'


@check_rows(
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


@check_rows(
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


_STAGES = "\n$ aws apigateway get-stages --rest-api-id q1w2e3r4t5 --query 'item[].stageName'\n"


@check_rows(
    ("listed", "address"),
    [
        ('["prod"]\n', f"{URL}/prod/orders"),
        ('[\n    "prod"\n]\n', f"{URL}/prod/orders"),
        ("prod\n", f"{URL}/prod/orders"),
        ('["prod", "dev"]\n', f"{URL}/STAGE/orders"),
        ('["orders"]\n', None),
    ],
)
def test_listed_stage(listed: str, address: str | None) -> None:
    explanation = explain(f"$ curl -i {URL}/orders\n{BODY}{_STAGES}{listed}")
    shown = " ".join(each for remedy in explanation.remedies for each in remedy.commands)
    assert (f"curl -i {address}" in shown) is (address is not None)
    assert ("get-stages" in explanation.remedies[0].steps[0]) is ("dev" in listed)


_RESOURCES = "$ aws apigateway get-resources --rest-api-id a1b2c3d4e5"
_METHOD = "$ aws apigateway get-method --rest-api-id a1b2c3d4e5 --resource-id x9y8z7 --http-method {} --query authorizationType --output text\n{}\n"


@check_rows(
    ("call", "listed", "path"),
    [
        ("/prod/invoice", f"{_RESOURCES} --query 'items[].path' --output text\n/\t/invoices\t/health\n", "/invoices"),
        ("/prod/v1/user", f'{_RESOURCES}\n{{"items": [{{"id": "a1", "path": "/"}}, {{"id": "b2", "path": "/v1/users"}}]}}\n', "/v1/users"),
        # The path exists, the listing is of another API or not whole, or it failed.
        ("/prod/invoices", f"{_RESOURCES} --query 'items[].path' --output text\n/\t/invoices\n", None),
        ("/prod/invoices/7", f"{_RESOURCES} --query 'items[].path' --output text\n/\t/invoices/{{id}}\n", None),
        ("/prod/files/a/b", f"{_RESOURCES} --query 'items[].path' --output text\n/\t/{{proxy+}}\n", None),
        ("/prod/invoice", "$ aws apigateway get-resources --rest-api-id z9y8x7w6v5 --query 'items[].path' --output text\n/\t/invoices\n", None),
        ("/prod/invoice", f"{_RESOURCES} --query 'items[?path==`/invoices`].path' --output text\n/invoices\n", None),
        ("/prod/invoice", f"{_RESOURCES} --query 'items[0].path' --output text\n/invoices\n", None),
        ("/prod/invoice", f"{_RESOURCES} --limit 2\n/invoices\n", None),
        ("/prod/invoice", f"{_RESOURCES}\nUnable to locate credentials\n", None),
    ],
)  # fmt: skip
def test_listed_paths_correct_the_called_one(call: str, listed: str, path: str | None) -> None:
    explanation = explain(f"$ curl -i -X POST {URL}{call}\n{BODY}\n{listed}")
    assert ("or the method requires a signature" in explanation.summary) is (path is None)
    first = explanation.remedies[0]
    assert (f"curl -i -X POST {URL}/prod{path}" in first.commands) is (path is not None)
    assert any("SigV4" in each.title for each in explanation.remedies) is (path is None)


def test_a_path_that_resembles_none_of_the_api_is_compared() -> None:
    listed = f"{_RESOURCES} --query 'items[].path' --output text\n/\t/invoices\n"
    explanation = explain(f"$ curl -i {URL}/prod/status\n{BODY}\n{listed}")
    assert "get-resources lists /invoices" in explanation.summary
    assert [each.title for each in explanation.remedies] == ["Compare the URL and the method with the API"]


@check_rows(
    ("method", "kind", "is_open"),
    [("POST", "NONE", True), ("ANY", "NONE", True), ("POST", "AWS_IAM", False), ("GET", "NONE", False)],
)
def test_a_method_without_authorization_needs_no_signature(method: str, kind: str, *, is_open: bool) -> None:
    explanation = explain(f"$ curl -i -X POST {URL}/prod/orders\n{BODY}\n{_METHOD.format(method, kind)}")
    assert any("needs no signature" in each.text for each in explanation.causes) is is_open
    assert any("SigV4" in each.title for each in explanation.remedies) is not is_open


_STAGE = "$ aws apigateway get-stage --rest-api-id {} --stage-name {} --query '[deploymentId,lastUpdatedDate]' --output text\na1b2c3\t2026-10-02T08:00:00+00:00\n"
_STAGES = "$ aws apigateway get-stages --rest-api-id a1b2c3d4e5 --query 'item[].[stageName,lastUpdatedDate]' --output text\n"
_DEPLOYMENT = '$ aws apigateway get-deployment --rest-api-id a1b2c3d4e5 --deployment-id a1b2c3\n{"id": "a1b2c3", "createdDate": "2026-10-02T08:00:00+00:00"}\n'


@check_rows(
    ("shown", "date", "is_certain"),
    [
        (f"{_STAGE.format('a1b2c3d4e5', 'prod')}The resource was added today.", True, True),
        (f"{_DEPLOYMENT}We just created the path.", True, True),
        (
            f"{_STAGES}prod\t2026-10-02T08:00:00+00:00\ndev\t2026-10-20T08:00:00+00:00\nIt was added today.",
            True,
            True,
        ),
        (f"{_STAGES}prod-eu\t2026-10-02T08:00:00+00:00\nIt was added today.", False, False),
        (_STAGE.format("a1b2c3d4e5", "prod"), True, False),
        # The date is of another stage or API, or there is none.
        (f"{_STAGE.format('a1b2c3d4e5', 'dev')}The resource was added today.", False, False),
        (f"{_STAGE.format('z9y8x7w6v5', 'prod')}The resource was added today.", False, False),
        ("The resource was added today.", False, False),
    ],
)
def test_stage_without_the_method_of_the_api(shown: str, *, date: bool, is_certain: bool) -> None:
    explanation = explain(f"$ curl -X PUT {URL}/prod/items\n{BODY}\n{_METHOD.format('PUT', 'NONE')}{shown}")
    assert ("last updated on 2026-10-02" in explanation.summary) is date
    assert ("most likely not deployed" in explanation.summary) is not is_certain
    assert (explanation.causes[0].evidence == "derived") is is_certain
    assert "create-deployment --rest-api-id a1b2c3d4e5" in explanation.remedies[0].commands[0]


@check_rows(
    ("options", "signed"),
    [
        ("-X PUT", "--request PUT {}"),
        ("-d @o.json", "--request POST {} -d @o.json"),
        ("--json '{\"id\": 7}' -H 'x-a: b'", "--request POST {} --json '{{\"id\": 7}}'"),
        # The shell of the reader has another value.
        ('-X POST -d "$BODY"', "--request POST {}"),
        ("-s", '"x-amz-security-token: $AWS_SESSION_TOKEN" {}'),
    ],
)
def test_signed_call_keeps_the_method_and_the_body(options: str, signed: str) -> None:
    explanation = explain(f"$ curl -i {URL}/prod/orders {options}\n{BODY}\n")
    assert explanation.remedies[-1].commands[0].endswith(signed.format(f"{URL}/prod/orders"))


_GLUE = "https://glue.eu-central-1.amazonaws.com/iceberg"
_REST = 'pyiceberg.exceptions.ForbiddenError: RESTError 403: Received unexpected JSON Payload: {"message":"Missing Authentication Token"}'


@check_rows(
    ("text", "setting"),
    [
        (f"403 Client Error: Forbidden for url: {_GLUE}/v1/config\n{_REST}", '"rest.signing-name": "glue"'),
        (
            "spark.sql.catalog.lake.uri=https://s3tables.us-east-1.amazonaws.com/iceberg\norg.apache.iceberg.exceptions.ForbiddenException: Forbidden: Missing Authentication Token",
            "spark.sql.catalog.lake.rest.signing-name=s3tables",
        ),
        (
            f"uri: https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod\n{_REST}",
            '"rest.signing-region": "eu-west-1"',
        ),
        # The client signs, something else calls, or the caller lacks a permission.
        (f'"uri": "{_GLUE}", "rest.sigv4-enabled": "true"\n{_REST}', None),
        (f'$ curl {_GLUE}/v1/config\n{{"message":"Missing Authentication Token"}}', None),
        (
            f"{_GLUE}\npyiceberg.exceptions.ForbiddenError: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: glue:GetCatalog",
            None,
        ),
    ],
)
def test_client_of_a_rest_catalog_does_not_sign(text: str, setting: str | None) -> None:
    explanation = explain(text)
    manifest = explanation.remedies[0].manifest or ""
    assert (setting or "") in manifest
    assert ("rest." in manifest) is (setting is not None)
    assert explanation.failure is not None
    assert (explanation.failure.kind == "access_denied") is ("glue:GetCatalog" in text)
