"""Check how failures printed by other languages, agents and logs are read."""

from __future__ import annotations

from tests.tables import ANA, Facts, Table, check_rows, denied, expect, facts_in, rows

SENTENCE = f"User: {ANA} is not authorized to perform: sqs:SendMessage"
SENT = denied(principal=ANA, action="sqs:SendMessage")
_LOGGED = "79a59df900b949e5 orders [06/Feb/2026:00:00:38 +0000] 192.0.2.3"
_EVENT = (
    '{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"list","user":{"username":"system:serviceaccount:shop:cart","groups":[]},'
    '"objectRef":{"resource":"pods","namespace":"shop","apiVersion":"v1"},'
    '"responseStatus":{"metadata":{},"status":"Failure","reason":"Forbidden","code":403},"annotations":{"authorization.k8s.io/decision":"forbid"}}'
)
FORMS: Table = (
    (
        "iceberg-rest",
        'org.apache.iceberg.exceptions.ForbiddenException: Forbidden: {"message":"The security token included in the request is invalid."}',
        expect("invalid_credentials"),
    ),
    (
        "dotnet-namespace",
        "Orders.Storage.AccessDeniedException: " + SENTENCE,
        denied(code="AccessDeniedException", principal=ANA, action="sqs:SendMessage"),
    ),
    (
        "video-stream",
        '{"EventType":"ERROR","FragmentTimecode":1,"ErrorCode":"KMS_KEY_ACCESS_DENIED","ErrorId":4500}',
        denied(code="KMS_KEY_ACCESS_DENIED"),
    ),
    ("constant-elsewhere", '{"errorCode":"ACCESS_DENIED","message":"no"}', None),
    (
        "health-check",
        '"s3": "fail (AccessDenied) - check the role of the task and the name of the bucket"',
        denied(code="AccessDenied"),
    ),
    (
        "restic",
        "Fatal: create repository at s3:s3.eu-west-1.amazonaws.com/acme-backups/db failed: client.BucketExists: Access Denied.",
        denied(service="s3"),
    ),
    ("chinese-label", "❌ AWS 数据源创建失败: AccessDenied", denied(code="AccessDenied")),
    ("chinese-label-elsewhere", "创建失败: NotFound", None),
    ("failed-elsewhere", "2 checks failed (TimeoutError)", None),
    (
        "soto",
        'S3ErrorType.accessDenied(message: Optional("Access Denied"))',
        denied(code="accessDenied"),
    ),
    (
        "soto-unlabelled",
        'signatureDoesNotMatch(Optional("The request signature we calculated does not match the signature you provided."))',
        expect("signature_mismatch", code="signatureDoesNotMatch"),
    ),
    (
        "soto-without-kind",
        'Fatal error: invalidParameterValueException(Optional("The role defined for the function cannot be assumed by Lambda.")): file main.swift, line 12',
        expect("aws_error", code="invalidParameterValueException"),
    ),
    ("swift-elsewhere", 'notFound(message: Optional("no such order"))', None),
    (
        "s3-access-log",
        f'{_LOGGED} {ANA} EXAMPLE0REQUEST1 REST.PUT.OBJECT a.csv "PUT /orders/a.csv HTTP/1.1" 403 AccessDenied 243 - 12 - "-" "aws-cli/2" - abcDEF123456abcDEF123456/+= SigV4',
        denied(
            code="AccessDenied",
            principal=ANA,
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456abcDEF123456/+=",
        ),
    ),
    (
        "s3-access-log-anonymous",
        f'{_LOGGED} - EXAMPLE0REQUEST1 WEBSITE.GET.OBJECT a.csv "GET /a.csv HTTP/1.1" 403 AccessDenied 243 - 12 - "-" "curl/8" -',
        denied(code="AccessDenied", service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "s3-access-log-success",
        f'{_LOGGED} - EXAMPLE0REQUEST1 REST.GET.OBJECT a.csv "GET /a.csv HTTP/1.1" 200 - 243 - 12 - "-" "curl/8" -',
        None,
    ),
    (
        "erlang",
        '{aws_error,{http_error,403,"Forbidden",<<"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>">>}}',
        denied(code="AccessDenied", status_code=403),
    ),
    (
        "elixir",
        '{:error, {:http_error, 403, "InvalidAccessKeyId"}}',
        expect("invalid_credentials", code="InvalidAccessKeyId", status_code=403),
    ),
    (
        "elixir-body",
        '{:error, {:http_error, 403, %{body: "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"}}}',
        denied(code="AccessDenied", status_code=403),
    ),
    (
        "erlang",
        f'{{aws_error,{{<<"AccessDeniedException">>,<<"{SENTENCE}">>}}}}',
        {**SENT, "code": "AccessDeniedException"},
    ),
    (
        "edn",
        f'{{:__type "AccessDeniedException", :message "{SENTENCE}"}}',
        {**SENT, "code": "AccessDeniedException"},
    ),
    (
        "dart",
        "Unhandled exception: AccessDeniedException {message: Not allowed, statusCode: 400}",
        denied(code="AccessDeniedException", status_code=400),
    ),
    (
        "dart-json",
        'Unhandled Exception: InvalidIdentityPoolConfigurationException {\n  "message": "Invalid identity pool configuration. Check assigned IAM roles for this pool."\n}',
        expect("aws_error", code="InvalidIdentityPoolConfigurationException"),
    ),
    ("dart-call", f"AccessDeniedException (message: {SENTENCE})", {**SENT, "code": "AccessDeniedException"}),
    (
        "r",
        f'List of 2\n $ Code   : chr "AccessDenied"\n $ Message: chr "{SENTENCE}"',
        {**SENT, "code": "AccessDenied"},
    ),
    (
        "python-v4",
        'aws_sdk_sts.models.ExpiredTradeInTokenException: ExpiredTradeInTokenException(message="The trade-in token has expired.")',
        expect("expired_credentials", code="ExpiredTradeInTokenException", service="sts"),
    ),
    (
        "agent",
        "agent unable to acquire credentials: error calling RequestManagedInstanceRoleToken: AccessDeniedException: The role is not configured\n\tstatus code: 400, request id: 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
        denied(
            code="AccessDeniedException",
            operation="RequestManagedInstanceRoleToken",
            status_code=400,
            request_id="0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
        ),
    ),
    (
        "structured-log",
        'level=error msg="call failed" aws.operation=PutObject aws.service=s3 error="AccessDenied: Access Denied"',
        denied(code="AccessDenied", operation="PutObject", service="s3"),
    ),
    (
        "opentelemetry",
        'http.status_code=403 rpc.method=PutObject rpc.service="S3" rpc.system=aws-api error="AccessDenied: Access Denied"',
        denied(code="AccessDenied", operation="PutObject", service="s3", status_code=403),
    ),
    *(
        (
            f"console-of-{name}",
            f"{start} error='An error occurred (AccessDenied) when calling the ListRoles operation: Denied' request_id=0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0",
            denied(code="AccessDenied", operation="ListRoles"),
        )
        for name, start in (
            ("structlog", "2026-01-02 03:04:05 [error    ] sync failed      [sync]"),
            ("zerolog", "9:09AM ERR sync failed"),
        )
    ),
    (
        "opentelemetry-of-grpc",
        'rpc.method=Sync rpc.service=orders.Store rpc.system=grpc error="AccessDenied: Access Denied to bucket orders"',
        denied(code="AccessDenied"),
    ),
    (
        "no-parenthesis",
        "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied\nthe next line",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "cut-head",
        f"(AccessDeniedException) when calling the SendMessage operation: {SENTENCE}",
        {**SENT, "code": "AccessDeniedException", "operation": "SendMessage"},
    ),
    *(
        (
            f"cut-head-{words}",
            f"{words} (AccessDeniedException) when calling the SendMessage operation: {SENTENCE}",
            {**SENT, "code": "AccessDeniedException", "operation": "SendMessage"},
        )
        for words in ("n error occurred", "or occurred", "curred", "d")
    ),
    (
        "lower-camel",
        "An error occurred (accessDeniedException) when calling the InvokeAgent operation: Denied",
        denied(code="accessDeniedException", operation="InvokeAgent"),
    ),
    (
        "corner-brackets",
        f"エラー「{SENTENCE} on resource: arn:aws:sqs:eu-west-1:111122223333:orders」",
        {**SENT, "resource": "arn:aws:sqs:eu-west-1:111122223333:orders"},
    ),
    (
        "closing-tag",
        "<error>AccessDenied: Access Denied\n\tstatus code: 403, request id: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0</error>",
        denied(code="AccessDenied", status_code=403, request_id="0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
    ),
    (
        "spaces-in-arns",
        "User: arn:aws: iam::111122223333: user/ana is not authorized to perform: sqs:SendMessage",
        denied(
            principal="arn:aws: iam::111122223333: user/ana", account="111122223333", action="sqs:SendMessage"
        ),
    ),
)
AGENTS: Table = (
    ("two-codes-in-quotes", "Error 'ExpiredToken' error 'AccessDenied'", denied(code="AccessDenied")),
    (
        "heading-of-aws-alone",
        "AWS:\nAccessDenied: Access Denied\n(Google has the same)",
        denied(code="AccessDenied"),
    ),
    (
        "log-entry-after-an-open-arn",
        f"{SENTENCE} on resource: arn:aws:sqs:eu-west-1:111122223333:\n2026-10-07 09:00:00 INFO ready",
        {**SENT, "resource": "arn:aws:sqs:eu-west-1:111122223333"},
    ),
    ("call-without-a-code", f"error calling ReportOrders: Failed: {SENTENCE}", SENT),
    (
        "wrapped-call",
        "error\ncalling sts:GetCallerIdentity, InvalidClientTokenId: The security token included in the request is invalid.",
        expect(
            "invalid_credentials",
            code="InvalidClientTokenId",
            action="sts:GetCallerIdentity",
            operation="GetCallerIdentity",
            service="sts",
        ),
    ),
    (
        "audit-event",
        _EVENT,
        expect(
            "kubernetes_forbidden",
            principal="system:serviceaccount:shop:cart",
            k8s_user="system:serviceaccount:shop:cart",
            k8s_verb="list",
            k8s_resource="pods",
            k8s_namespace="shop",
            status_code=403,
        ),
    ),
    (
        "eks-issue",
        '{"nodegroup": {"health": {"issues": [{"code": "NodeCreationFailure", "message": "Instances failed to join"}]}}}',
        expect("aws_error", code="NodeCreationFailure"),
    ),
    (
        "eks-role",
        '{"health":{"issues":[{"resourceIds":["a"],"code":"IamRoleNotFound","message":"The role is missing"}]}}',
        expect("aws_error", code="IamRoleNotFound"),
    ),
    (
        "aws-login",
        "An error occurred (AccessDeniedException) when calling the CreateOAuth2Token operation: The refresh token has expired.",
        expect("expired_credentials", code="AccessDeniedException", operation="CreateOAuth2Token"),
    ),
    (
        "aws-login-grant",
        "An error occurred (ValidationException) when calling the CreateOAuth2Token operation: The provided authorization grant is invalid",
        expect("expired_credentials", code="ValidationException", operation="CreateOAuth2Token"),
    ),
    (
        "aws-login-java",
        "software.amazon.awssdk.services.signin.model.AccessDeniedException: The refresh token has expired. (Service: Signin, Status Code: 400, Request ID: 1)",
        expect(
            "expired_credentials",
            code="AccessDeniedException",
            service="signin",
            status_code=400,
            request_id="1",
        ),
    ),
    ("cloudformation", f"API: sqs:SendMessage {SENTENCE}", {**SENT, "operation": "SendMessage"}),
)


@check_rows(("text", "expected"), rows((*FORMS, *AGENTS)))
def test_facts_of_a_form(text: str, expected: Facts | None) -> None:
    assert facts_in(text) == expected


@check_rows(
    "text",
    [
        '{"Response":{"Error":{"Code":"UnauthorizedOperation","Message":"You are not authorized to perform operation (cvm:RunInstances)"},"RequestId":"3c140219"}}',
        "except (dynamodb.exceptions.AccessDeniedException, ClientError) as error:",
        _EVENT.replace('"reason":"Forbidden","code":403', '"code":200').replace("forbid", "allow"),
        '{"linter": {"issues": [{"code": "E501", "message": "line too long"}]}}',
        "Relevant errors include `HttpEndpoint.DestinationException` (such as HTTP 408 responses) and `S3.AccessDenied`.",
        "Errors such as `S3.AccessDenied` mean that the role of the stream cannot write to S3.",
    ],
    ids=["tencent", "handler", "allowed-event", "linter", "listed", "such-as"],
)
def test_texts_without_an_aws_failure(text: str) -> None:
    assert facts_in(text) is None
