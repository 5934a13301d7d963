"""Check how the suffixes of SDKs are read, with missing and masked parts."""

from __future__ import annotations

from tests.tables import DENIAL, DENIED, REQUEST, Facts, Table, check_rows, denied, expect, facts_in, rows

_GO: Facts = {**DENIED, "code": "AccessDenied", "status_code": 403}

GO1: Table = (
    (
        "host-id-with-a-word",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}, host id: abc:orders",
        {**_GO, "request_id": REQUEST, "host_id": "abc:orders"},
    ),
    (
        "bold-ends-in-code",
        f"could not create: **no volume in EC2: InvalidVolume**.NotFound: The volume 'vol-0a1b2c3d' does not exist.\n\tstatus code: 400, request id: {REQUEST}",
        expect("aws_error", code="InvalidVolume.NotFound", status_code=400, request_id=REQUEST),
    ),
    (
        "line-starts-with-word",
        f"Failed to deploy loft due to Access\nDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}",
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "mask-on-the-next-line",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id:\n0fxxxxxx",
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": "0fxxxxxx"},
    ),
    (
        "joined-box",
        f"AccessDenied: {DENIAL} | status code: 403, request id: | 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 Recovery failed",
        {**_GO, "request_id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"},
    ),
    (
        "without-an-id",
        "error creating CloudFormation StackSet (roles): ValidationError: You must be the management account status code: 400,",
        expect("aws_error", code="ValidationError", status_code=400),
    ),
    *(
        (
            f"next-entry-{name}",
            f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: 0f1e2d3c4b5a6978, host id: abcDEF123456/+a\n{following}",
            {**_GO, "request_id": "0f1e2d3c4b5a6978", "host_id": "abcDEF123456/+a"},
        )
        for name, following in (
            ("cut-date", "2026/01/0"),
            ("cut-time", "2026/01/02 03:0"),
            ("date", "2026-01-02 03"),
            ("cut-year", "2026-01"),
            ("month", "16/Jan/2026:03"),
            ("bracket", "[2026-01-02"),
            ("level", "Error: other"),
            ("word", "retrying"),
        )
    ),
    *(
        (
            f"id-then-{name}",
            f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: 0f1e2d3c4b5a6978\n{following}",
            {**_GO, "request_id": "0f1e2d3c4b5a6978"},
        )
        for name, following in (
            ("cut-date", "2026/01/0"),
            ("number", "16 items"),
            ("month", "16/Jan/2026:03"),
        )
    ),
    (
        "ids-replaced",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: ..., host id: ...: [BR:ErrStorageInvalidConfig]",
        _GO,
    ),
    (
        "host-id-broken",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: EXAMPLE0REQUEST1, host id: abcDEF123456/+a\nbcdE7f/g==",
        {**_GO, "request_id": "EXAMPLE0REQUEST1", "host_id": "abcDEF123456/+abcdE7f/g=="},
    ),
    (
        "one-line",
        f"AccessDenied: {DENIAL} status code: 403, request id: {REQUEST}",
        {**_GO, "request_id": REQUEST},
    ),
    (
        "escaped-tab",
        f"AccessDenied: {DENIAL}\\n\\tstatus code: 403, request id: {REQUEST}",
        {**_GO, "request_id": REQUEST},
    ),
    ("no-id", f"AccessDenied: {DENIAL}\n\tstatus code: 403", _GO),
    (
        "mask-of-asterisks",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: ******, host id: ****",
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": "******", "host_id": "****"},
    ),
    (
        "masked-id",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: <request-id>",
        {**_GO, "request_id": "<request-id>"},
    ),
    (
        "quote-after",
        f'"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}"',
        {**_GO, "request_id": REQUEST},
    ),
    (
        "dot-after",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}.",
        {**_GO, "request_id": REQUEST},
    ),
    (
        "words-after",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}: giving up",
        {**_GO, "request_id": REQUEST},
    ),
    (
        "next-line-glued",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}\nanother line",
        {**_GO, "request_id": REQUEST},
    ),
    (
        "id-broken",
        f"AccessDenied: {DENIAL}\n\tstatus code: 403, request id: {REQUEST[:30]}\n{REQUEST[30:]}",
        {**_GO, "request_id": REQUEST},
    ),
    (
        "host-id",
        "AccessDenied: Access Denied\n\tstatus code: 403, request id: EXAMPLE0REQUEST1, host id: abcDEF123456/+==",
        denied(
            code="AccessDenied", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+=="
        ),
    ),
    (
        "no-id",
        "Failed to deploy due to InternalFailure: status code: 500",
        expect("aws_error", code="InternalFailure", status_code=500),
    ),
    *(
        (
            f"code-of-any-shape-{code}",
            f"{before}{code}: {message}{between}status code: 400, request id: {REQUEST}",
            expect("aws_error", code=code, status_code=400, request_id=REQUEST),
        )
        for code, before, message, between in (
            ("BadRequest", "CreateFileSystem failed: ", "The import path is not there.", "\n\t"),
            ("OperationNotPermitted", "", "The load balancer cannot be deleted", "\n\t"),
            ("PriorityInUse", "Error creating rule: ", "Priority '7' is in use", " "),
            ("TooManyTargets", "Error: ", "Group: too many of them", "\t"),
            ("ResourceContention", 'level=error msg="sync: ', "try later", "\\n\\t"),
            ("Unsupported", "rpc error: code = Internal desc = ", "Not in this zone.", "\n\t"),
            ("IncorrectState.Gateway", "Error: deleting gateway: ", "It is in use", "\n\t"),
        )
    ),
    *(
        (
            f"no-code-{number}",
            f"{text}\n\tstatus code: 400, request id: {REQUEST}",
            expect("aws_error", status_code=400, request_id=REQUEST),
        )
        for number, text in enumerate(
            (
                "Warning: something broke",
                "Error: creating rule failed",
                "ClientError: it broke",
                "CreateRule: done\n\nit broke",
            )
        )
    ),
    ("code-without-an-id", "BrokerBusy: try later\n\tstatus code: 400", None),
    ("no-id-of-others", "Failed to deploy due to NotFound: status code: 404", None),
    ("status-of-others", "Request failed with status code: 403", None),
)
# What SNS and SQS print of the answer of KMS.
_KMS_NULL = f"null (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: {REQUEST}; Proxy: null)"
JAVA: Table = (
    (
        "wrapped-status",
        f"{DENIAL} (Service: Eks, Status Code: 40\n3, Request ID: {REQUEST})",
        {**DENIED, "request_id": REQUEST, "status_code": 403},
    ),
    (
        "mask-in-parentheses",
        f"{DENIAL} (Service: Eks, Status Code: 403, Request ID: (removed), Extended Request ID: null)",
        {**DENIED, "request_id": "(removed)", "status_code": 403},
    ),
    (
        "oldest-without-code",
        f"Caused by: Status Code: 403, AWS Service: Amazon S3, AWS Request ID: {REQUEST}, AWS Error Code: null, AWS Error Message: Forbidden, S3 Extended Request ID: abcDEF123456/+=",
        denied(service="s3", status_code=403, request_id=REQUEST, host_id="abcDEF123456/+="),
    ),
    (
        "oldest-without-host-id",
        f"Status Code: 403, AWS Service: Amazon SQS, AWS Request ID: {REQUEST}, AWS Error Code: AccessDenied, AWS Error Message: Access Denied",
        denied(code="AccessDenied", service="sqs", status_code=403, request_id=REQUEST),
    ),
    (
        "oldest-in-lines",
        f"Status Code: 403, AWS Service: Amazon S3, AWS Request ID: {REQUEST}  \nAWS Error Code: AccessDenied  AWS Error Message: Access Denied",
        denied(code="AccessDenied", service="s3", status_code=403, request_id=REQUEST),
    ),
    (
        "oldest-in-a-list",
        f"+  ERROR Status Code: 400 \n+  AWS Service: AmazonSQS \n+  AWS Error Code: AccessDenied \n+ AWS Error Message: {DENIAL}",
        {**DENIED, "code": "AccessDenied", "status_code": 400},
    ),
    (
        "no-request-id-of-hadoop",
        "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: null:403)",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    *(
        (
            f"code-with-an-ellipsis-{name}",
            f"Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied{dots}; Request ID: EXAMPLE0REQUEST1)",
            denied(code="AccessDenied", service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
        )
        for name, dots in (("dots", "..."), ("character", "…"))
    ),
    (
        "more-parts-than-any-sdk-prints",
        "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; A: b; C: d; E: f; G: h; I: j; K: l; Request ID: EXAMPLE0REQUEST1)",
        denied(code="AccessDenied", service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "quoted-without-parentheses",
        "It gave `Service: AmazonDynamoDBv2; Status Code: 400; Error Code: AccessDeniedException`. What is it; a bug?",
        denied(code="AccessDeniedException", service="dynamodb", status_code=400),
    ),
    (
        "quoted-whole",
        "Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1; S3 Extended Request ID: abcDEF123456/+=; Proxy: null",
        denied(
            code="AccessDenied",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "quoted-v2",
        f"{DENIAL}, Service: Eks, Status Code: 403, Request ID: {REQUEST}",
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "open-and-quoted",
        f'It says "{DENIAL} (Service: Eks; Status Code: 403; Request ID: {REQUEST}" for one of us',
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    ("quoted-of-others", "Service: orders; Status Code: 400; Reason: unknown", None),
    ("quoted-code-of-others", "Service: orders; Status Code: 400; Error Code: OrderUnknown", None),
    ("quoted-in-a-word", "Microservice: orders; Status Code: 500; Error Code: InternalError", None),
    (
        "after-a-call-without-a-code",
        f"operation error S3: X, {DENIAL} (Service: EKS; Status Code: 403; Error Code: AccessDenied; Request ID: {REQUEST})",
        {**_GO, "request_id": REQUEST},
    ),
    (
        "v2",
        f"{DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})",
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v2-extended",
        "Access Denied (Service: S3, Status Code: 403, Request ID: EXAMPLE0REQUEST1, Extended Request ID: abcDEF123456/+=)",
        denied(service="s3", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "v2-attempts",
        f"{DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST}) (SDK Attempt Count: 3)",
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v2-null",
        f"{DENIAL} (Service: Eks, Status Code: 403, Request ID: null)",
        {**DENIED, "status_code": 403},
    ),
    (
        "v1-short-id-on-the-line-of-the-suffix",
        "failed to list hosted zones: Throttling: Rate exceeded\n\tstatus code: 400, request id: 0b5c6d7e",
        expect("aws_error", code="Throttling", status_code=400, request_id="0b5c6d7e"),
    ),
    (
        "short-id-of-others",
        "failed to list zones: Throttling: Rate exceeded, status code: 400, request id: 0b5c6d7e",
        None,
    ),
    ("v2-cut", f"{DENIAL} (Service: Eks, Status Code: 403", {**DENIED, "status_code": 403}),
    *(
        (
            f"v2-cut-before-other-lines-{number}",
            f'CREATE_FAILED | AWS::IAM::Role | R Resource handler returned message: "Rate exceeded (Service: Iam, Status Code: 400,{rest}\nROLLBACK | S The following resource(s) failed to create: [R].',
            expect("aws_error", service="iam", status_code=400, **facts),
        )
        for number, (rest, facts) in enumerate(
            (
                (" Request ID: 0f1e2d3c-4b5a...", {"request_id": "0f1e2d3c-4b5a..."}),
                (" Request ID: 0f1e2d3c-4b5a", {"request_id": "0f1e2d3c-4b5a"}),
                (" Request ID:\n12/14 |", {}),
                (" Request I...", {}),
                ("", {}),
            )
        )
    ),
    (
        "v2-bare-status",
        "null (Service: Eks, Status Code: 403, Request ID: example-request)",
        denied(service="eks", status_code=403, request_id="example-request"),
    ),
    (
        "v2-expired",
        "The security token included in the request is expired (Service: Sts, Status Code: 403, Request ID: example-request)",
        expect("expired_credentials", service="sts", status_code=403, request_id="example-request"),
    ),
    (
        "v2-throttled",
        "Rate exceeded (Service: CloudFormation, Status Code: 400, Request ID: example-request)",
        expect("aws_error", service="cloudformation", status_code=400, request_id="example-request"),
    ),
    (
        "v1",
        f"{DENIAL} (Service: AmazonEKS; Status Code: 403; Error Code: AccessDeniedException; Request ID: {REQUEST}; Proxy: null)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "host-id-in-an-object",
        "StorageException(message: no upload, underlyingException: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1), S3 Extended Request ID: abcDEF123456/+=)",
        denied(
            code="AccessDenied",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "hadoop",
        "getFileStatus on s3a://orders/a: com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1; S3 Extended Request ID: abcDEF123456/+=), S3 Extended Request ID: abcDEF123456/+=:AccessDenied",
        denied(
            code="AccessDenied",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "hadoop-null",
        "com.amazonaws.services.s3.model.AmazonS3Exception: Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: null; S3 Extended Request ID: null), S3 Extended Request ID: null:403 Forbidden",
        denied(service="s3", status_code=403),
    ),
    (
        "hadoop-null-code",
        "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1; S3 Extended Request ID: null), S3 Extended Request ID: null:AccessDenied",
        denied(code="AccessDenied", service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "v1-s3",
        "Access Denied (Service: Amazon S3; Status Code: 403; Error Code: AccessDenied; Request ID: EXAMPLE0REQUEST1; S3 Extended Request ID: abcDEF123456/+=; Proxy: null), S3 Extended Request ID: abcDEF123456/+=",
        denied(
            code="AccessDenied",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "v1-forbidden",
        "Forbidden (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: EXAMPLE0REQUEST1)",
        denied(service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "v1-invented-code",
        "No (Service: AmazonExample; Status Code: 400; Error Code: SomethingOdd; Request ID: example-request)",
        expect(
            "aws_error", service="example", code="SomethingOdd", status_code=400, request_id="example-request"
        ),
    ),
    (
        "v1-masked",
        f"{DENIAL} (Service: AmazonEKS; Status Code: 403; Error Code: AccessDeniedException; Request ID: <request id>; Proxy: null)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": "<request id>"},
    ),
    (
        "v1-http-status",
        f"{DENIAL} (Service: AmazonEKS; Http Status Code: 403; Error Code: AccessDeniedException; Request ID: {REQUEST})",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "broken",
        f"{DENIAL} (Service: Eks, Status\nCode: 403, Request\nID: {REQUEST})",
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "status-alone",
        f"AccessDeniedException: {DENIAL} (Status Code: 403)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403},
    ),
    (
        "inner-service",
        f"An error occurred (AccessDenied) when calling the PutObject operation: {DENIAL.replace('eks:DescribeCluster', 'kms:GenerateDataKey')} (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: {REQUEST})",
        {
            **DENIED,
            "action": "kms:GenerateDataKey",
            "service": "kms",
            "code": "AccessDeniedException",
            "status_code": 400,
            "request_id": REQUEST,
        },
    ),
    *(
        (
            f"inner-service-{name}",
            text,
            denied(code="AccessDeniedException", service="kms", status_code=400, request_id=REQUEST),
        )
        for name, text in (
            (
                "boto3",
                f"An error occurred (KMS.AccessDeniedException) when calling the SendMessage operation: {_KMS_NULL}",
            ),
            (
                "js",
                f'{{"errorType": "KMSAccessDenied", "errorMessage": "{_KMS_NULL}", "code": "KMSAccessDenied", "statusCode": 400, "requestId": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}}',
            ),
        )
    ),
    (
        "inner-service-other-code",
        f"An error occurred (InvalidRequestException) when calling the CreateStream operation: {DENIAL.replace('eks:DescribeCluster', 'kms:CreateGrant')} (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: {REQUEST}; Proxy: null)",
        {
            **DENIED,
            "action": "kms:CreateGrant",
            "service": "kms",
            "code": "AccessDeniedException",
            "status_code": 400,
            "request_id": REQUEST,
        },
    ),
)
TABLES = (GO1, JAVA)


@check_rows(("text", "expected"), rows(row for table in TABLES for row in table))
def test_facts_of_a_suffix(text: str, expected: Facts | None) -> None:
    """A suffix has the facts that it states, and no others."""
    assert facts_in(text) == expected
