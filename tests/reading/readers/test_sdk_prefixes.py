"""Check how the prefixes of SDKs and tools are read, one format per line."""

from __future__ import annotations

from tests.tables import (
    ANA,
    APP,
    CLUSTER,
    DENIAL,
    DENIED,
    REQUEST,
    ROLE,
    Facts,
    Table,
    check_rows,
    denied,
    expect,
    facts_in,
    rows,
)

_CALL: Facts = {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"}
_BOTO = f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}"
_GO2 = f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: {DENIAL}"
_GO2_FACTS: Facts = {**_CALL, "status_code": 403, "request_id": REQUEST}

_PASS = f"User: {ANA} is not authorized to perform: iam:PassRole on resource: {ROLE}"
_PASS_FACTS = denied(code="AccessDeniedException", principal=ANA, action="iam:PassRole", resource=ROLE)
CONSOLE: Table = (
    ("same", f"describeCluster: AccessDeniedException: {DENIAL}", _CALL),
    ("failed", f"Failed to describeCluster: AccessDeniedException: {DENIAL}", _CALL),
    (
        "title",
        f"Failed to update job\nupdateJob: AccessDeniedException:\n{_PASS}",
        {**_PASS_FACTS, "operation": "UpdateJob"},
    ),
    (
        "host",
        f"[gluestudio-service.eu-west-1.amazonaws.com] updateJob: AccessDeniedException: {_PASS}",
        {**_PASS_FACTS, "operation": "UpdateJob"},
    ),
    # A function of a program, which calls something else.
    ("function", f"loadOrders: AccessDeniedException: {DENIAL}", {**DENIED, "code": "AccessDeniedException"}),
)
BOTOCORE: Table = (
    *(
        (
            f"marked-{name}",
            f"An error occurred {code} when calling the {operation} operation: Access Denied",
            denied(code="AccessDenied", operation="ListBuckets"),
        )
        for name, code, operation in (
            ("ended-early", "(AccessDenied)`", "ListBuckets"),
            ("code", "(`AccessDenied`)", "ListBuckets"),
            ("operation", "(AccessDenied)", "`ListBuckets`"),
            ("bold", "**(AccessDenied)**", "**ListBuckets**"),
            ("bold-inside", "(**AccessDenied**)", "*ListBuckets*"),
            ("underlined", "`(AccessDenied)`", "__ListBuckets__"),
            ("quoted", "(AccessDenied)", "'ListBuckets'"),
        )
    ),
    (
        "marked-after",
        "**An error occurred (AccessDenied)** when calling the `ListBuckets` operation",
        denied(code="AccessDenied", operation="ListBuckets"),
    ),
    (
        "words-as-code",
        "An error occurred (Access Denied) when calling the PutObject operation: Access Denied",
        denied(code="Access Denied", operation="PutObject"),
    ),
    (
        "without-parentheses",
        f"AccessDeniedException when calling the DescribeCluster operation:\n{DENIAL}",
        _CALL,
    ),
    (
        "without-its-start",
        "2026-01-02 03:04:05,678 - app - ERROR - (AccessDenied) when calling the GetObject operation: Access Denied",
        denied(code="AccessDenied", operation="GetObject"),
    ),
    ("without-parentheses-others", "TimeoutException when calling the GetOrders operation: no answer", None),
    (
        "without-a-message",
        "**Symptom**: `AccessDeniedException when calling the GetParameter operation`",
        denied(code="AccessDeniedException", operation="GetParameter"),
    ),
    *(
        (
            f"short-{name}",
            f"Error: AccessDeniedException when calling {call}",
            denied(code="AccessDeniedException", operation="GetSecretValue"),
        )
        for name, call in (("operation", "GetSecretValue"), ("service", "SSM GetSecretValue\n```"))
    ),
    (
        "short-bold",
        '**Error:** "AccessDenied when calling the CreateRole operation"',
        denied(code="AccessDenied", operation="CreateRole"),
    ),
    ("short-others", "Error: TimeoutException when calling GetOrders", None),
    ("short-service", "Error: AccessDenied when calling Bedrock", None),
    ("short-prose", "Fix: AccessDenied when calling ListOrders is gone", None),
    ("marked-others", "An error occurred (`timeout`) when opening the `orders` file", None),
    ("plain", _BOTO, _CALL),
    (
        "retries",
        f"An error occurred (AccessDeniedException) when calling the DescribeCluster operation (reached max retries: 4): {DENIAL}",
        _CALL,
    ),
    ("class", f"botocore.exceptions.ClientError: {_BOTO}", _CALL),
    ("modelled-class", f"botocore.errorfactory.AccessDeniedException: {_BOTO}", _CALL),
    (
        "head-object",
        "An error occurred (403) when calling the HeadObject operation: Forbidden",
        denied(code="403", operation="HeadObject", status_code=403),
    ),
    (
        "quoted-status",
        "An error occurred ('403') when calling the HeadObject operation: Forbidden",
        denied(code="403", operation="HeadObject", status_code=403),
    ),
    (
        "head-bucket",
        "An error occurred (Forbidden) when calling the HeadBucket operation: Forbidden",
        denied(code="Forbidden", operation="HeadBucket"),
    ),
    (
        "s3",
        "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied",
        denied(code="AccessDenied", operation="ListObjectsV2"),
    ),
    (
        "unknown-denial",
        "An error occurred (AccessDenied) when calling the DeleteAccount operation: This account is closed for maintenance",
        denied(code="AccessDenied", operation="DeleteAccount"),
    ),
    (
        "pynamodb",
        "pynamodb.exceptions.VerboseClientError: An error occurred (UnrecognizedClientException) on request (EXAMPLE0REQUEST0VV4KQNSO5AEMVJF66Q9ASUAAJG) on table (orders) when calling the DescribeTable operation: The security token included in the request is invalid",
        expect(
            "invalid_credentials",
            code="UnrecognizedClientException",
            operation="DescribeTable",
            request_id="EXAMPLE0REQUEST0VV4KQNSO5AEMVJF66Q9ASUAAJG",
        ),
    ),
    (
        "pynamodb-table",
        "An error occurred (AccessDeniedException) on table (orders) when calling the PutItem operation: no words",
        denied(code="AccessDeniedException", operation="PutItem"),
    ),
    (
        "cut-before-operation",
        "S3Error: cannot save 'a.css': An error occurred (AccessDenied) when calling the PutObject\n",
        denied(code="AccessDenied", operation="PutObject"),
    ),
    (
        "empty-code",
        "botocore.exceptions.ClientError: An error occurred () when calling the PutObject operation: ",
        expect("aws_error", operation="PutObject"),
    ),
    ("empty-parentheses", "An error occurred () while saving the form: aws", None),
    (
        "throttling",
        "An error occurred (ThrottlingException) when calling the ListClusters operation (reached max retries: 4): Rate exceeded",
        expect("aws_error", code="ThrottlingException", operation="ListClusters"),
    ),
    (
        "not-found",
        "An error occurred (ResourceNotFoundException) when calling the DescribeCluster operation: No cluster found for name: demo.",
        expect("aws_error", code="ResourceNotFoundException", operation="DescribeCluster"),
    ),
    (
        "pass-role",
        "An error occurred (AccessDeniedException) when calling the CreateNodegroup operation: Cross-account pass role is not allowed.",
        denied(code="AccessDeniedException", operation="CreateNodegroup"),
    ),
    (
        "sts",
        "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: Credential should be scoped to a valid region",
        expect("credential_scope", code="SignatureDoesNotMatch", operation="GetCallerIdentity"),
    ),
    (
        "expired",
        "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token included in the request is expired",
        expect("expired_credentials", code="ExpiredToken", operation="GetCallerIdentity"),
    ),
    (
        "unknown-key",
        "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.",
        expect("invalid_credentials", code="InvalidClientTokenId", operation="GetCallerIdentity"),
    ),
    (
        "quota",
        "An error occurred (LimitExceeded) when calling the CreateAccessKey operation: Cannot exceed quota for AccessKeysPerUser: 2",
        expect("access_key_quota", code="LimitExceeded", operation="CreateAccessKey"),
    ),
)
BOTOCORE_TYPED: Table = (
    (
        "no-space",
        "Fatal error: An error occurred (403)when calling the HeadObject operation: Forbidden",
        denied(code="403", operation="HeadObject", status_code=403),
    ),
)
CLI: Table = (
    ("before-2.34", f"\n{_BOTO}\n", _CALL),
    (
        "very-old",
        f"A client error (AccessDeniedException) occurred when calling the DescribeCluster operation: {DENIAL}",
        _CALL,
    ),
    (
        "oldest",
        f"A client error (AccessDeniedException) occurred: {DENIAL}",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "retyped",
        f"it says An error occured <AccessDeniedException> when calling the DescribeCluster operation: {DENIAL}",
        _CALL,
    ),
    ("enhanced", f"aws: [ERROR]: {_BOTO}", _CALL),
    (
        "enhanced-details",
        "aws: [ERROR]: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied\n\nAdditional error details:\nHostId: abcDEF123456=\nRequestId: EXAMPLE0REQUEST1\n",
        denied(
            code="AccessDenied", operation="GetObject", host_id="abcDEF123456=", request_id="EXAMPLE0REQUEST1"
        ),
    ),
    (
        "json",
        f'{{\n    "Code": "AccessDeniedException",\n    "Message": "{DENIAL}"\n}}',
        {**DENIED, "code": "AccessDeniedException"},
    ),
    ("json-enhanced", f'{{"Code": "AccessDeniedException", "Message": "{_BOTO}"}}', _CALL),
    ("yaml", f"Code: AccessDeniedException\nMessage: '{_BOTO}'\n", _CALL),
    ("text", f"Code\tAccessDeniedException\nMessage\t{_BOTO}\n", _CALL),
    (
        "table",
        (
            "-----------------------------------------------------------\n|                          error                          |\n+---------+-----------------------------------------------+\n"
            "|  Code   |  AccessDenied                                 |\n|  Message|  Access Denied                                |\n+---------+-----------------------------------------------+\n"
        ),
        denied(code="AccessDenied"),
    ),
    (
        "fatal",
        "fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden",
        denied(code="403", operation="HeadObject", status_code=403),
    ),
    (
        "upload",
        "upload failed: ./a.txt to s3://example-bucket/a.txt An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
        denied(code="AccessDenied", operation="PutObject"),
    ),
    (
        "download",
        f'download failed: s3://example-bucket/a.txt to ./a.txt An error occurred (AccessDenied) when calling the GetObject operation: User: {ANA} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::example-bucket/a.txt"',
        denied(
            code="AccessDenied",
            operation="GetObject",
            principal=ANA,
            action="s3:GetObject",
            resource="arn:aws:s3:::example-bucket/a.txt",
        ),
    ),
    ("command-echoed", f"$ aws eks describe-cluster --name demo\n\n{_BOTO}", _CALL),
    (
        "no-credentials",
        'Unable to locate credentials. You can configure credentials by running "aws configure".',
        expect("missing_credentials"),
    ),
)
GO1: Table = (
    (
        "plain",
        f"AccessDeniedException: {DENIAL}\n\tstatus code: 403, request id: {REQUEST}",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "host-id",
        "AccessDenied: Access Denied\n\tstatus code: 403, request id: EXAMPLE0REQUEST1, host id: abcDEF123456/+=",
        denied(
            code="AccessDenied", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="
        ),
    ),
    (
        "nested",
        f"WebIdentityErr: failed to retrieve credentials\ncaused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403, request id: {REQUEST}",
        denied(
            code="AccessDenied", action="sts:AssumeRoleWithWebIdentity", status_code=403, request_id=REQUEST
        ),
    ),
    (
        "no-request-id",
        "AccessDenied: Access Denied\n\tstatus code: 403, request id: ",
        denied(code="AccessDenied", status_code=403),
    ),
    (
        "ecs-resource-initialization",
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post https://api.ecr...",
        expect("aws_error", code="RequestError"),
    ),
    (
        "ecs-cut",
        "TaskFailedToStart: ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: failed to fetch secret arn:aws:secretsm...",
        expect("aws_error", code="ResourceInitializationError"),
    ),
    (
        "network",
        'RequestError: send request failed\ncaused by: Post "https://sts.eu-west-1.amazonaws.com/": dial tcp: i/o timeout',
        expect("aws_error", code="RequestError", service="sts"),
    ),
    (
        "no-providers",
        "NoCredentialProviders: no valid providers in chain. Deprecated.\n\tFor verbose messaging see aws.Config.CredentialsChainVerboseErrors",
        expect("missing_credentials", code="NoCredentialProviders"),
    ),
    (
        "bucket-region",
        "BucketRegionError: incorrect region, the bucket is not in 'eu-west-1' region at endpoint ''\n\tstatus code: 301, request id: , host id: ",
        expect("aws_error", code="BucketRegionError", status_code=301),
    ),
    (
        "oidc",
        "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE\n\tstatus code: 400, request id: "
        + REQUEST,
        expect("invalid_identity_token", code="InvalidIdentityToken", status_code=400, request_id=REQUEST),
    ),
)
GO2: Table = (
    ("plain", _GO2, _GO2_FACTS),
    (
        "code-for-the-service",
        f"operation error AccessDenied: GetObject, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDenied: ",
        denied(code="AccessDenied", operation="GetObject", status_code=403, request_id=REQUEST),
    ),
    (
        "modelled",
        f"operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, AccessDeniedException: {DENIAL}",
        _GO2_FACTS,
    ),
    (
        "elided",
        "operation error EC2: AllocateAddress, https response error StatusCode: 403 ... UnauthorizedOperation: You are not authorized to perform this operation ... with an explicit deny in a service control policy",
        denied(
            code="UnauthorizedOperation",
            operation="AllocateAddress",
            service="ec2",
            status_code=403,
            deny="explicit",
            policy_type="service_control",
        ),
    ),
    (
        "italic",
        "_Failed to copy: operation error S3: HeadObject, https response error StatusCode: 403_",
        denied(operation="HeadObject", service="s3", status_code=403),
    ),
    (
        "host-id",
        "operation error S3: PutObject, https response error StatusCode: 403, RequestID: EXAMPLE0REQUEST1, HostID: abcDEF123456/+=, api error AccessDenied: Access Denied",
        denied(
            code="AccessDenied",
            operation="PutObject",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    *(
        (
            f"modelled-without-message{number}",
            f"creating S3 Bucket (acme): operation error S3: CreateBucket, https response error StatusCode: 409, RequestID: EXAMPLE0REQUEST1, HostID: abcDEF123456/+=, BucketAlreadyExists{end}",
            expect(
                "aws_error",
                code="BucketAlreadyExists",
                operation="CreateBucket",
                service="s3",
                status_code=409,
                request_id="EXAMPLE0REQUEST1",
                host_id="abcDEF123456/+=",
            ),
        )
        for number, end in enumerate(("", ":", ": ", "\n  with aws_s3_bucket.acme,"))
    ),
    (
        "head",
        "operation error S3: HeadObject, https response error StatusCode: 403, RequestID: EXAMPLE0REQUEST1, HostID: abcDEF123456/+=, api error Forbidden: Forbidden",
        denied(
            code="Forbidden",
            operation="HeadObject",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "credentials-inside",
        (
            "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, "
            f"https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
        ),
        denied(
            code="AccessDenied",
            operation="AssumeRoleWithWebIdentity",
            action="sts:AssumeRoleWithWebIdentity",
            status_code=403,
            request_id=REQUEST,
        ),
    ),
    (
        "no-imds-role",
        "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, http response error StatusCode: 404, request to EC2 IMDS failed",
        expect("missing_credentials", operation="ListBuckets", service="s3", status_code=404),
    ),
    (
        "network",
        'operation error EKS: DescribeCluster, https response error StatusCode: 0, RequestID: , request send failed, Post "https://eks.eu-west-1.amazonaws.com/clusters": dial tcp: lookup failed',
        expect("aws_error", operation="DescribeCluster", service="eks", status_code=0),
    ),
    # People remove the ID with the comma after it.
    *(
        (
            f"no-id-{name}",
            f"operation error SQS: SendMessage, https response error StatusCode: 403, {ids}{separator}api error AccessDenied: Access to the resource is denied.",
            denied(
                code="AccessDenied",
                operation="SendMessage",
                service="sqs",
                status_code=403,
            ),
        )
        for name, ids, separator in (
            ("and-comma", "RequestID:", " "),
            ("and-line", "RequestID: ", "\n"),
            ("and-host", "RequestID: , HostID:", " "),
            ("as-markup", "RequestID: <>, HostID: <>,", " "),
            ("as-list", "RequestID: [],", " "),
            ("as-dots", "RequestID: ...,", " "),
        )
    ),
    (
        "retries",
        f"operation error EC2: DescribeVpcs, exceeded maximum number of attempts, 3, https response error StatusCode: 503, RequestID: {REQUEST}, api error RequestLimitExceeded: Request limit exceeded.",
        expect(
            "aws_error",
            operation="DescribeVpcs",
            service="ec2",
            code="RequestLimitExceeded",
            status_code=503,
            request_id=REQUEST,
        ),
    ),
    (
        "service-words",
        f"operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {REQUEST}, api error AccessDeniedException: nope",
        denied(
            operation="GetSecretValue",
            service="secretsmanager",
            code="AccessDeniedException",
            status_code=400,
            request_id=REQUEST,
        ),
    ),
)
JAVA: Table = (
    (
        "v2-class",
        f"software.amazon.awssdk.services.eks.model.EksException: {DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})",
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v2-modelled-class",
        f"software.amazon.awssdk.services.eks.model.AccessDeniedException: {DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST}) (SDK Attempt Count: 1)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v1-class",
        f"com.amazonaws.services.eks.model.AmazonEKSException: {DENIAL} (Service: AmazonEKS; Status Code: 403; Error Code: AccessDeniedException; Request ID: {REQUEST}; Proxy: null)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v1-region",
        f"com.amazonaws.services.securitytoken.model.RegionDisabledException: STS is not activated in this region for account:111122223333. (Service: AWSSecurityTokenService; Status Code: 403; Error Code: RegionDisabledException; Request ID: {REQUEST})",
        expect(
            "region_disabled",
            code="RegionDisabledException",
            service="sts",
            account="111122223333",
            status_code=403,
            request_id=REQUEST,
        ),
    ),
    (
        "v1-no-credentials",
        "com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain: [EnvironmentVariableCredentialsProvider: Unable to load AWS credentials from environment variables]",
        expect("missing_credentials"),
    ),
    (
        "v1-oldest",
        "com.amazonaws.services.s3.model.AmazonS3Exception: Status Code: 403, AWS Service: Amazon S3, AWS Request ID: EXAMPLE0REQUEST1, AWS Error Code: AccessDenied, AWS Error Message: Access Denied, S3 Extended Request ID: abcDEF123456/+=",
        denied(
            code="AccessDenied",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "caused-by",
        f"java.lang.RuntimeException: cannot start\n\tat com.example.Main.main(Main.java:3)\nCaused by: software.amazon.awssdk.services.eks.model.AccessDeniedException: {DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})\n\tat software.amazon.awssdk.core.internal.http.CombinedResponseHandler.handleErrorResponse(CombinedResponseHandler.java:125)",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
)
JAVASCRIPT: Table = (
    (
        "v3",
        (
            f"AccessDeniedException: {DENIAL}\n    at throwDefaultError (/app/node_modules/@smithy/smithy-client/dist-cjs/index.js:844:20)\n    at async Main (/app/index.js:3:1) {{\n  '$fault': 'client',\n"
            f"  '$metadata': {{\n    httpStatusCode: 403,\n    requestId: '{REQUEST}',\n    extendedRequestId: undefined,\n    cfId: undefined,\n    attempts: 1,\n    totalRetryDelay: 0\n  }},\n  __type: 'AccessDeniedException'\n}}"
        ),
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v3-s3",
        (
            "AccessDenied: Access Denied\n    at throwDefaultError (/app/index.js:1:1) {\n  '$fault': 'client',\n  '$metadata': {\n    httpStatusCode: 403,\n    requestId: 'EXAMPLE0REQUEST1',\n    extendedRequestId: 'abcDEF123456/+=',\n"
            "    attempts: 1,\n    totalRetryDelay: 0\n  },\n  Code: 'AccessDenied',\n  RequestId: 'EXAMPLE0REQUEST1',\n  HostId: 'abcDEF123456/+='\n}"
        ),
        denied(
            code="AccessDenied", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="
        ),
    ),
    (
        "v3-credentials",
        "CredentialsProviderError: Could not load credentials from any providers\n    at /app/node_modules/@aws-sdk/credential-provider-node/dist-cjs/index.js:128:13 {\n  tryNextLink: false\n}",
        expect("missing_credentials", code="CredentialsProviderError"),
    ),
    (
        "v2",
        f"AccessDeniedException: {DENIAL}\n    at Request.extractError (/app/node_modules/aws-sdk/lib/protocol/json.js:52:27) {{\n  code: 'AccessDeniedException',\n  time: 2026-01-02T03:04:05.678Z,\n  requestId: '{REQUEST}',\n  statusCode: 403,\n  retryable: false,\n  retryDelay: 43.5\n}}",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "v2-config",
        "CredentialsError: Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1\n    at Timeout.connectTimeout {\n  code: 'CredentialsError',\n  time: 2026-01-02T03:04:05.678Z\n}",
        expect("missing_credentials", code="CredentialsError"),
    ),
    (
        "original-error",
        f'{{"message":"Missing credentials in config","code":"CredentialsError","requestId":"outer","statusCode":403,"originalError":{{"message":"{DENIAL}","code":"AccessDenied","requestId":"{REQUEST}","statusCode":403}}}}',
        {**DENIED, "code": "AccessDenied", "request_id": REQUEST, "status_code": 403},
    ),
    (
        "original-error-expired",
        f'{{"message":"Missing credentials in config","code":"CredentialsError","requestId":"{REQUEST}","statusCode":400,"originalError":{{"message":"The security token included in the request is expired","code":"ExpiredToken","requestId":"{REQUEST}","statusCode":400}}}}',
        expect("expired_credentials", code="ExpiredToken", request_id=REQUEST, status_code=400),
    ),
    (
        "original-error-inspected",
        f"""CredentialsError: Missing credentials in config, if using AWS_CONFIG_FILE, set AWS_SDK_LOAD_CONFIG=1 {{
  code: 'CredentialsError',
  requestId: '{REQUEST}',
  statusCode: 400,
  originalError: {{
    message: 'Could not load credentials from TokenFileWebIdentityCredentials',
    code: 'CredentialsError',
    requestId: '{REQUEST}',
    statusCode: 400,
    originalError: {{
      message: 'Incorrect token audience',
      code: 'InvalidIdentityToken',
      requestId: '{REQUEST}',
      statusCode: 400
    }}
  }}
}}""",
        expect("invalid_identity_token", code="InvalidIdentityToken", request_id=REQUEST, status_code=400),
    ),
    (
        "original-error-not-shown",
        f"Error: Missing credentials in config {{\n  code: 'CredentialsError',\n  requestId: '{REQUEST}',\n  statusCode: 403,\n  originalError: [Object] }}",
        expect("missing_credentials", code="CredentialsError", request_id=REQUEST, status_code=403),
    ),
)
OTHERS: Table = (
    (
        "dotnet-class",
        f"Amazon.EKS.AmazonEKSException: {DENIAL}\n ---> Amazon.Runtime.Internal.HttpErrorResponseException: Exception of type 'Amazon.Runtime.Internal.HttpErrorResponseException' was thrown.",
        dict(DENIED),
    ),
    (
        "dotnet-modelled",
        f"Amazon.EKS.Model.AccessDeniedException: {DENIAL}",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "dotnet-no-message",
        "Amazon.S3.AmazonS3Exception: Error making request with Error Code Forbidden and Http Status Code Forbidden. No further error information was returned by the service.",
        denied(code="Forbidden", service="s3"),
    ),
    (
        "dotnet-status",
        "Error making request with Error Code AccessDenied and Http Status Code 403. No further error information was returned by the service.",
        denied(code="AccessDenied", status_code=403),
    ),
    (
        "php",
        (
            f'PHP Fatal error:  Uncaught Aws\\Eks\\Exception\\EksException: Error executing "DescribeCluster" on "https://eks.eu-west-1.amazonaws.com/clusters/demo"; AWS HTTP error: Client error: `GET https://eks.eu-west-1.amazonaws.com/clusters/demo` '
            f'resulted in a `403 Forbidden` response:\n{{"message":"{DENIAL}"}}\n AccessDeniedException (client): {DENIAL} - {{"message":"{DENIAL}"}}'
        ),
        {**_CALL, "status_code": 403},
    ),
    (
        "php-without-body",
        'Error executing "HeadObject" on "https://orders.s3.eu-west-1.amazonaws.com/a"; AWS HTTP error: Client error: `HEAD https://orders.s3.eu-west-1.amazonaws.com/a` resulted in a `403 Forbidden` response (client):  403 Forbidden (Request-ID: EXAMPLE0REQUEST1) -',
        denied(operation="HeadObject", service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "php-s3",
        'Error executing "PutObject" on "https://example-bucket.s3.eu-west-1.amazonaws.com/a.txt"; AWS HTTP error: Client error: `PUT https://example-bucket.s3.eu-west-1.amazonaws.com/a.txt` resulted in a `403 Forbidden` response:\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>EXAMPLE0REQUEST1</RequestId><HostId>abcDEF123456</HostId></Error> AccessDenied (client): Access Denied',
        denied(
            code="AccessDenied",
            operation="PutObject",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456",
        ),
    ),
    (
        "php-credentials",
        "PHP Fatal error:  Uncaught Aws\\Exception\\CredentialsException: Error retrieving credentials from the instance profile metadata service. (cURL error 28: Connection timed out)",
        expect("missing_credentials", code="CredentialsException"),
    ),
    (
        "ruby",
        f"Aws::EKS::Errors::AccessDeniedException: {DENIAL}",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "ruby-trace",
        f"app.rb:3:in `call': {DENIAL} (Aws::EKS::Errors::AccessDeniedException)\n\tfrom app.rb:9:in `<main>'",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "ruby-code-of-any-form",
        "Aws::SES::Errors::MailFromDomainNotVerified: Verify it first",
        expect("aws_error", code="MailFromDomainNotVerified", service="ses"),
    ),
    ("ruby-s3", "Aws::S3::Errors::AccessDenied (Access Denied)", denied(code="AccessDenied", service="s3")),
    (
        "ruby-v1",
        "AWS::EC2 Response Error: UnauthorizedOperationThe request must be signed",
        denied(code="UnauthorizedOperation", service="ec2"),
    ),
    (
        "php-escaped",
        "PHP Fatal error:  Uncaught Aws\\\\Exception\\\\CredentialsException: Nothing in orders.ini in /app/a.php:9\\nStack trace:\\n#0 /app/a.php(9)",
        expect("missing_credentials", code="CredentialsException"),
    ),
    (
        "php-service-escaped",
        "Uncaught Aws\\\\Sqs\\\\Exception\\\\AccessDeniedException: Not for you in /app/a.php:9",
        denied(code="AccessDeniedException", service="sqs"),
    ),
    (
        "ruby-missing",
        "Aws::Errors::MissingCredentialsError: unable to sign request without credentials set",
        expect("missing_credentials", code="MissingCredentialsError"),
    ),
    (
        "rust-debug",
        f'Error: ServiceError(ServiceError {{ source: Unhandled(Unhandled {{ source: ErrorMetadata {{ code: Some("AccessDeniedException"), message: Some("{DENIAL}"), extras: Some({{"aws_request_id": "{REQUEST}"}}) }} }}), raw: Response {{ status: StatusCode(403), headers: Headers {{ headers: {{}} }} }} }})',
        {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST, "status_code": 403},
    ),
    (
        "rust-error",
        f'Error {{ code: "AccessDeniedException", message: "{DENIAL}", aws_request_id: "{REQUEST}" }}',
        {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST},
    ),
    (
        "rust-display",
        f'service error: unhandled error (AccessDeniedException): Error {{ code: "AccessDeniedException", message: "{DENIAL}", aws_request_id: "{REQUEST}" }}',
        {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST},
    ),
    (
        "rust-chain",
        "dispatch failure: other: the credential provider was not enabled: no providers in chain provided credentials",
        expect("missing_credentials"),
    ),
    (
        "cpp",
        f"[ERROR] 2026-01-02 03:04:05.678 AWSXmlClient [140000000000000] HTTP response code: 403\nResolved remote host IP address: 192.0.2.7\nRequest ID: {REQUEST}\nException name: AccessDenied\nError message: {DENIAL}\n4 response headers:\ncontent-type : text/xml\ndate : Fri, 02 Jan 2026 03:04:05 GMT",
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "elixir",
        f'** (ExAws.Error) ExAws Request Error!\n\n{{:error, {{"AccessDeniedException", "{DENIAL}"}}}}',
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "elixir-of-a-call",
        '** (ExAws.Error) ExAws Request Error!\n\n{:error, {"ThrottlingException", "Rate exceeded"}}',
        {"kind": "aws_error", "code": "ThrottlingException"},
    ),
    (
        "erlang",
        f'{{error,{{http_error,403,{{<<"AccessDeniedException">>,<<"{DENIAL}">>}}}}}}',
        {**DENIED, "code": "AccessDeniedException", "status_code": 403},
    ),
    (
        "smithy-validation",
        "ValidationException: 1 validation error detected: Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
        {"kind": "aws_error", "code": "ValidationException"},
    ),
    (
        "cpp-log",
        f"AWSErrorMarshaller [1] Encountered AWSError 'AccessDeniedException': {DENIAL}",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "cpp-unknown",
        "AWSErrorMarshaller [1] Encountered Unknown AWSError 'AccessDenied': Access Denied",
        denied(code="AccessDenied"),
    ),
    (
        "cpp-unknown-redirect",
        "Encountered Unknown AWSError 'PermanentRedirect': Please use the other endpoint.",
        expect("aws_error", code="PermanentRedirect"),
    ),
    (
        "clickhouse",
        "S3 exception: `AccessDenied`, message: 'Access Denied'",
        denied(code="AccessDenied", service="s3"),
    ),
    (
        "spinner",
        "Connecting to AWS...CredentialsProviderError: Could not load credentials from any providers",
        expect("missing_credentials", code="CredentialsProviderError"),
    ),
    (
        "cpp-unknown-message",
        "Unable to parse ExceptionName: InternalError Message: Please try again.",
        expect("aws_error", code="InternalError"),
    ),
    (
        "cpp-unknown-without-message",
        "Unable to parse ExceptionName: UnauthorizedOperation",
        denied(code="UnauthorizedOperation"),
    ),
    (
        "swift",
        f'AWSEKS.AccessDeniedException(properties: Properties(message: Optional("{DENIAL}")), httpResponse: Status Code: 403, requestID: Optional("{REQUEST}"))',
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "kms-glued",
        "KMS Exception: DisabledException KMS Message: the key is disabled",
        expect("aws_error", code="DisabledException"),
    ),
    (
        "pod-identity",
        f"error retrieving credentials: [{REQUEST}]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role.",
        denied(code="AccessDeniedException", request_id=REQUEST),
    ),
    (
        "coral",
        f"AccessDeniedException: {DENIAL} while calling DescribeCluster on Amazon::Coral::EKSClient",
        {**_CALL},
    ),
    (
        "responded",
        "RunInstances API responded with error: UnauthorizedOperation: You are not authorized to perform this operation.",
        denied(code="UnauthorizedOperation", operation="RunInstances"),
    ),
    (
        "responded-throttled",
        "[2026/10/07 09:00:05] [error] [output:cloudwatch_logs:cloudwatch_logs.0] PutLogEvents API responded with error='ThrottlingException', message='Rate exceeded for logStreamName web-1'",
        expect("aws_error", code="ThrottlingException", operation="PutLogEvents"),
    ),
    (
        "code-quoted",
        f"AWS answered with error code 'AccessDeniedException': {DENIAL}",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "code-at-the-end",
        "Request to https://sqs.eu-west-1.amazonaws.com/ failed with AccessDenied",
        denied(code="AccessDenied", service="sqs"),
    ),
    ("code-arrow", "AWS call: AccessDenied => Access Denied", denied(code="AccessDenied")),
    (
        "code-dotted",
        "Client.UnauthorizedOperation: You are not authorized to perform this operation.",
        denied(code="Client.UnauthorizedOperation"),
    ),
    ("code-alone", "AccessDeniedException", denied(code="AccessDeniedException")),
    (
        "code-of-services",
        "SAMLException: AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.",
        expect("aws_error", code="AWS.SimpleQueueService.NonExistentQueue"),
    ),
    (
        "php-type",
        f'Aws\\Eks\\Exception\\EksException: Error executing "DescribeCluster" on "https://eks.eu-west-1.amazonaws.com/"; AWS HTTP error:\nAccessDeniedException (Sender): {DENIAL}',
        _CALL,
    ),
    (
        "symfony-mailer",
        "HttpTransportException(code: 403): Unable to send an email: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: ses:SendRawEmail (code AccessDenied).",
        denied(
            code="AccessDenied",
            service="ses",
            principal="arn:aws:iam::111122223333:user/ana",
            account="111122223333",
            action="ses:SendRawEmail",
            status_code=403,
        ),
    ),
    (
        "symfony-mailer-of-another-provider",
        "HttpTransportException(code: 401): Unable to send an email: Forbidden (code 401).",
        None,
    ),
)
MORE: Table = (
    (
        "go-v1-other-root",
        "caused by: UnmarshalError: failed to unmarshal error message\ncaused by: unknown error response tag, {{ MissingAuthenticationTokenException} []}",
        expect("missing_credentials", code="MissingAuthenticationTokenException"),
    ),
    (
        "go-v2-retyped",
        "Error: Operation Error S3: ListBuckets\nHTTPS response error StatusCode: 403\nRequestID: *******\nHostID: **************\nAPI Error: AccessDenied - Access Denied",
        denied(
            code="AccessDenied",
            operation="ListBuckets",
            service="s3",
            status_code=403,
            request_id="*******",
            host_id="**************",
        ),
    ),
    (
        "go-v2-capital",
        _GO2[:1].upper() + _GO2[1:],
        _GO2_FACTS,
    ),
    *(
        (f"go-v2-head-cut-{name}", head + _GO2.removeprefix("operation error "), _GO2_FACTS)
        for name, head in (
            ("start", ""),
            ("word", "error "),
            ("after-words", "Error: reading cluster: "),
            ("bracket", "("),
        )
    ),
    (
        "go-v2-head-cut-of-two-words",
        f"Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: {REQUEST}, api error AccessDeniedException: denied",
        denied(
            code="AccessDeniedException",
            operation="GetSecretValue",
            service="secretsmanager",
            status_code=400,
            request_id=REQUEST,
        ),
    ),
    (
        "go-v2-code-of-any-form",
        f"operation error SES: SendEmail, https response error StatusCode: 400, RequestID: {REQUEST}, MailFromDomainNotVerified: Verify it first.",
        expect(
            "aws_error",
            operation="SendEmail",
            service="ses",
            code="MailFromDomainNotVerified",
            status_code=400,
            request_id=REQUEST,
        ),
    ),
    ("api-error-of-others", "API Error: NotFound: no such order", None),
    ("api-error-of-others-too", "API Error: Forbidden - log in first", None),
    ("operation-error-of-others", "Operation error Orders: Submit, no connection", None),
    *(
        (
            f"go-v2-host-then-{name}",
            f"operation error S3: GetObject, https response error StatusCode: 403, RequestID: EXAMPLE0REQUEST1, HostID: abcDEF123456/+a\n{following}",
            denied(
                operation="GetObject",
                service="s3",
                status_code=403,
                request_id="EXAMPLE0REQUEST1",
                host_id="abcDEF123456/+a",
            ),
        )
        for name, following in (("date", "2026-01-02 03"), ("level", "Error: other"), ("word", "retrying"))
    ),
    (
        "go-v2-id-then-date",
        "operation error EKS: ListClusters, https response error StatusCode: 403, RequestID: 0f1e2d3c\n2026-01-02 03",
        denied(operation="ListClusters", service="eks", status_code=403, request_id="0f1e2d3c"),
    ),
    (
        "after",
        "FastLaunch failed. EC2 Error Code: UnauthorizedOperation",
        denied(code="UnauthorizedOperation", service="ec2"),
    ),
    (
        "redshift-no-ids",
        "[Amazon](500310) Invalid operation: S3ServiceException:Access Denied,Status 403,Error AccessDenied",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "redshift-python",
        "psycopg2.errors.InternalError_: S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid EXAMPLE0REQUEST1",
        denied(code="AccessDenied", service="s3", status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "redshift-python-cut",
        "psycopg2.InternalError: S3ServiceException:Access Denied,Status 403,Error \nDETAIL:\n  error:  S3ServiceException:Access Denied,Status 403,Error AccessDenied\n  code:      8001",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "postgres",
        "psycopg2.errors.InsufficientPrivilege: Access Denied for AWS role orders",
        None,
    ),
    (
        "redshift-older",
        "ERROR:  S3ServiceException:Access Denied,StatusCode 403,ErrorCode AccessDenied,R",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "redshift-cut",
        "ERROR: S3ServiceException:Access Denied,Status 403,Error AccessDenied,...",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "redshift-other-parts",
        "S3ServiceException:The key, as given, is unknown,Status 403,Error InvalidAccessKeyId,CanRetry 1,Rid EXAMPLE0REQUEST1",
        expect(
            "invalid_credentials",
            code="InvalidAccessKeyId",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
        ),
    ),
    (
        "redshift-region",
        "S3ServiceException:Wrong region,Status 301,Error PermanentRedirect,Rid EXAMPLE0REQUEST1",
        expect(
            "aws_error",
            code="PermanentRedirect",
            service="s3",
            status_code=301,
            request_id="EXAMPLE0REQUEST1",
        ),
    ),
    (
        "eb",
        f"ERROR: NotAuthorizedError - Operation Denied. {DENIAL}",
        {**DENIED, "code": "NotAuthorizedError"},
    ),
    (
        "eb-no-sentence",
        "ERROR: NotAuthorizedError - Operation Denied. Ask who owns the AWS account.",
        denied(code="NotAuthorizedError"),
    ),
    ("pundit", "ERROR: NotAuthorizedError - not allowed to show this order", None),
    (
        "lower-case-operation",
        f'error="Failed to call ec2:getOrders, AccessDenied: Access denied\\n\\tstatus code: 403, request id: {REQUEST}"',
        denied(
            code="AccessDenied",
            operation="getOrders",
            action="ec2:getOrders",
            request_id=REQUEST,
            status_code=403,
        ),
    ),
    (
        "code-cut-quote",
        '`"error": "Permanent error: ExpiredTokenException`',
        expect("expired_credentials", code="ExpiredTokenException"),
    ),
    (
        "redshift",
        "S3ServiceException: Access Denied,Status 403,Error AccessDenied,Rid EXAMPLE0REQUEST1,ExtRid abcDEF123456/+=,CanRetry 1",
        denied(
            code="AccessDenied",
            service="s3",
            status_code=403,
            request_id="EXAMPLE0REQUEST1",
            host_id="abcDEF123456/+=",
        ),
    ),
    (
        "columns",
        "2026-01-02 03:04:05  ana  eks.amazonaws.com  DescribeCluster  AccessDenied  192.0.2.7",
        denied(code="AccessDenied", service="eks", operation="DescribeCluster"),
    ),
    (
        "columns-with-the-caller",
        f'"2026-01-02T03:04:05Z","eks.amazonaws.com","DescribeCluster","{ANA}","AccessDenied","Denied"',
        denied(
            code="AccessDenied",
            service="eks",
            operation="DescribeCluster",
            principal=ANA,
            account="111122223333",
        ),
    ),
    (
        "columns-of-successes",
        "2026-01-02 03:04:05  ana  eks.amazonaws.com  DescribeCluster  Success  192.0.2.7",
        None,
    ),
    (
        "metadata-region",
        "failed to introspect region from EC2Metadata: operation error ec2imds: GetRegion, canceled, context deadline exceeded",
        expect("aws_error"),
    ),
    (
        "metadata-vpc",
        "failed to get VPC ID: get mac metadata: operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        expect("aws_error"),
    ),
    (
        "metadata-unnamed",
        "unable to retrieve instance metadata: operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        expect("aws_error"),
    ),
    (
        "metadata-credentials",
        "failed to get credentials from instance metadata: operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        expect("missing_credentials"),
    ),
    (
        "metadata-go-v1",
        "failed to fetch VPC ID from instance metadata: EC2MetadataError: failed to make EC2Metadata request\n\n\tstatus code: 401, request id: ",
        expect("aws_error", code="EC2MetadataError", status_code=401),
    ),
    (
        "metadata-go-v1-document",
        "EC2MetadataRequestError: failed to get EC2 instance identity document\ncaused by: EC2MetadataError: failed to make EC2Metadata request\n\n\tstatus code: 404, request id: ",
        expect("aws_error", code="EC2MetadataError", status_code=404),
    ),
    (
        "metadata-go-v1-cut",
        "discover-aws: GetInstanceIdentityDocument failed: EC2MetadataRequestError: failed to get EC2 instance identity document",
        expect("aws_error", code="EC2MetadataRequestError"),
    ),
    (
        "imds",
        "operation error ec2imds: GetMetadata, canceled, context deadline exceeded",
        expect("missing_credentials"),
    ),
    (
        "imds-go-v1",
        "EC2MetadataError: failed to make EC2Metadata request\n\tstatus code: 404, request id: ",
        expect("missing_credentials", code="EC2MetadataError", status_code=404),
    ),
    (
        "imds-go-v1-of-role",
        "EC2RoleRequestError: no EC2 instance role found\ncaused by: EC2MetadataError: failed to make EC2Metadata request\n\n\tstatus code: 404, request id: ",
        expect("missing_credentials", code="EC2RoleRequestError", status_code=404),
    ),
    ("reason-is-no-code", "AWS request failed: 403 Forbidden: Access Denied", denied(status_code=403)),
    (
        "code-in-parentheses",
        "AWS said error (AccessDeniedException) again",
        denied(code="AccessDeniedException"),
    ),
    ("other-software", "org.example.aws: java.nio.file.AccessDeniedException: /data", None),
    (
        "service-base-class",
        "software.amazon.awssdk.services.sts.model.StsException: The security token included in the request is expired",
        expect("expired_credentials", service="sts"),
    ),
    (
        "bare-action",
        f"User: {ANA} is not authorized to perform: DescribeCluster",
        denied(principal=ANA, action="DescribeCluster"),
    ),
    (
        "operation-word",
        f"User: {ANA} is not authorized to perform DescribeCluster operation",
        denied(principal=ANA),
    ),
)
CDK: Table = (
    (
        "bucket",
        'Call failed: listObjects({"Bucket":"cdk-orders-assets"}) => Access Denied (code=AccessDenied)',
        denied(code="AccessDenied", operation="ListObjects"),
    ),
    (
        "denial",
        f'[15:04:05] Call failed: describeCluster({{"name":"demo"}}) => {DENIAL} (code=AccessDeniedException)',
        _CALL,
    ),
    (
        "stack",
        'Call failed: describeStacks({"StackName":"orders"}) => Stack with id orders does not exist (code=ValidationError)',
        expect("aws_error", code="ValidationError", operation="DescribeStacks"),
    ),
    ("elsewhere", 'Call failed: loadOrder({"id": 7}) => it is gone (code=OrderMissing)', None),
    ("no-code", 'Call failed: loadOrder({"id": 7}) => it is gone', None),
)
TOOLS: Table = (
    *(
        (f"status-{name}", f"{status}{DENIAL}", {**DENIED, "status_code": 403})
        for name, status in (
            ("colon", "403: "),
            ("dash", "403 - "),
            ("comma", "403, "),
            ("round", "(403) "),
            ("square", "[403] "),
            ("bold", "**403** "),
            ("code", "`403` "),
            ("words", "the registry returned 403 with "),
            ("body", "403 body: "),
        )
    ),
    ("status-in-words", f"HTTP status 403, and then {DENIAL}", {**DENIED, "status_code": 403}),
    *(
        (
            f"terraform-{name}",
            f"1 error(s) occurred:\n\n* {resource}: {code}: it did not work",
            expect("aws_error", code=code),
        )
        for name, resource, code in (
            ("service", "aws_ecs_service.orders", "InvalidParameterException"),
            ("throttling", "aws_elb.main", "Throttling"),
            ("indexed", "aws_instance.web[0]", "OptInRequired"),
            ("module", "module.orders.aws_db_instance.main", "InvalidParameterCombination"),
            ("dotted", "aws_instance.web: launching source instance", "InvalidSubnetID.NotFound"),
            ("function", "aws_lambda_function.orders", "SubscriptionRequiredException"),
            ("cluster", "aws_ecs_service.orders", "ClusterNotFoundException"),
        )
    ),
    (
        "terraform-after",
        'Error: Throttling: Rate exceeded\n\n  with aws_elb.main,\n  on main.tf line 1, in resource "aws_elb" "main":',
        expect("aws_error", code="Throttling"),
    ),
    (
        "terraform-of-others",
        "* azurerm_lb.main: Throttling: Rate exceeded\n* aws_elb.main: still creating",
        None,
    ),
    ("terraform-without-code", "* aws_iam_role.orders: timeout while waiting for the role", None),
    ("terraform-class", "* aws_instance.web: NullPointerException: no value", None),
    ("package-of-python", "aws_lambda_powertools.logging: ValidationError: no such order", None),
    ("program-of-python", "aws_client.get: InvalidParameterException: no such order", None),
    (
        "status-before-json",
        f'401 {{"error":{{"message":"{DENIAL}"}}}}',
        {**DENIED, "status_code": 401},
    ),
    (
        "status-before-xml",
        '**Full message**: 400 - "`<?xml version=\\"1.0\\"?>\\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`"',
        denied(code="AccessDenied", status_code=400),
    ),
    (
        "status-after-bold",
        "**Error code**: 403\n**Message**: AccessDenied: Access Denied",
        denied(code="AccessDenied", status_code=403),
    ),
    (
        "status-before-sentence",
        "the answer is `403 Credential should be scoped to a valid region`.",
        expect("credential_scope", status_code=403),
    ),
    (
        "status-before-header",
        """Forbidden error="[403] Authorization header requires 'Credential' parameter."  """,
        expect("signature_mismatch", status_code=403),
    ),
    (
        "status-before-anonymous",
        "[403] User: anonymous is not authorized to perform: es:ESHttpPost",
        denied(status_code=403, principal="anonymous", action="es:ESHttpPost", service="es"),
    ),
    ("number-before-json", f'order 401 {{"id": 7}}\n{DENIAL}', DENIED),
    ("line-before-sentence", f"main.py:403 {DENIAL}", DENIED),
    ("terraform", f"Error: reading EKS Cluster (demo): {_GO2}", _GO2_FACTS),
    (
        "terraform-create",
        f"Error: creating EKS Access Entry (demo:{ROLE}): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, RequestID: {REQUEST}, ResourceInUseException: The specified access entry resource is already in use on this cluster.",
        expect(
            "access_entry",
            operation="CreateAccessEntry",
            service="eks",
            code="ResourceInUseException",
            status_code=409,
            request_id=REQUEST,
        ),
    ),
    (
        "pulumi-deny",
        "creating Topic: api error AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sns:CreateTopic with an explicit deny in a resource control policy: provider=aws@6.0.0",
        denied(
            code="AccessDenied",
            principal="arn:aws:iam::111122223333:user/ana",
            account="111122223333",
            action="sns:CreateTopic",
            service="sns",
            deny="explicit",
            policy_type="resource_control",
        ),
    ),
    (
        "pulumi",
        f"error:   sdk-v2/provider2.go:572: sdk.helper_schema: reading EKS Cluster (demo): {_GO2}: provider=aws@6.0.0",
        _GO2_FACTS,
    ),
    *(
        (
            f"terraform-breaks-{name}",
            f"Error: doing it: operation error {service}, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: no",
            denied(
                code="AccessDeniedException",
                operation="InvokeModel",
                service=named,
                status_code=403,
                request_id=REQUEST,
            ),
        )
        for name, service, named in (
            ("a-service", "Bedrock\n│ Runtime: InvokeModel", "bedrock"),
            ("a-service-twice", "Elastic\n│ Load Balancing\n│ v2: InvokeModel", "elasticloadbalancing"),
            ("after-a-service", "Bedrock Runtime:\n│ InvokeModel", "bedrock"),
        )
    ),
    ("eksctl", f"Error: unable to describe cluster control plane: {_GO2}", _GO2_FACTS),
    (
        "eksctl-stack",
        f'2026-01-02 03:04:05 [✖]  AWS::IAM::Role/ServiceRole: CREATE_FAILED – "API: iam:CreateRole User: {ANA} is not authorized to perform: iam:CreateRole on resource: {ROLE}"',
        denied(operation="CreateRole", principal=ANA, action="iam:CreateRole", resource=ROLE),
    ),
    (
        "cloudformation",
        f'Resource handler returned message: "{DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST}) (SDK Attempt Count: 1)" (RequestToken: 11111111-2222-3333-4444-555555555555, HandlerErrorCode: AccessDenied)',
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "cloudformation-masked",
        f'Resource handler returned message: "{DENIAL} (Service: Eks, Status Code: 403, Request ID: *)" (RequestToken: *, HandlerErrorCode: AccessDenied)',
        {**DENIED, "status_code": 403, "request_id": "*"},
    ),
    (
        "cloudformation-legacy",
        "API: ec2:DescribeVpcs You are not authorized to perform this operation.",
        denied(action="ec2:DescribeVpcs", operation="DescribeVpcs"),
    ),
    (
        "cdk",
        f'DemoStack | 3/9 | 3:04:05 AM | CREATE_FAILED        | AWS::EKS::Cluster | Demo (Demo12345) Resource handler returned message: "{DENIAL} (Service: Eks, Status Code: 403, Request ID: {REQUEST})" (RequestToken: 11111111-2222-3333-4444-555555555555, HandlerErrorCode: AccessDenied)',
        {**DENIED, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "cdk-deploy",
        f"Deployment failed: AccessDenied: User: {ANA} is not authorized to perform: cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-west-1:111122223333:stack/DemoStack/*",
        denied(
            code="AccessDenied",
            principal=ANA,
            action="cloudformation:DescribeStacks",
            resource="arn:aws:cloudformation:eu-west-1:111122223333:stack/DemoStack/*",
        ),
    ),
    (
        "sam",
        f"Error: Failed to create managed resources: An error occurred (AccessDenied) when calling the CreateChangeSet operation: User: {ANA} is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:111122223333:stack/sam/*",
        denied(
            code="AccessDenied",
            operation="CreateChangeSet",
            principal=ANA,
            action="cloudformation:CreateChangeSet",
            resource="arn:aws:cloudformation:eu-west-1:111122223333:stack/sam/*",
        ),
    ),
    (
        "serverless",
        f"✖ Stack demo-dev failed to deploy (3s)\nError:\nUser: {ANA} is not authorized to perform: cloudformation:CreateChangeSet on resource: arn:aws:cloudformation:eu-west-1:111122223333:stack/demo-dev/*",
        denied(
            principal=ANA,
            action="cloudformation:CreateChangeSet",
            resource="arn:aws:cloudformation:eu-west-1:111122223333:stack/demo-dev/*",
        ),
    ),
    (
        "ansible",
        f'fatal: [localhost]: FAILED! => {{"boto3_version": "1.34.0", "changed": false, "error": {{"code": "AccessDeniedException", "message": "{DENIAL}"}}, "msg": "Unable to describe cluster: {_BOTO}", "response_metadata": {{"http_status_code": 403, "request_id": "{REQUEST}", "retry_attempts": 0}}}}',
        {**_CALL, "status_code": 403, "request_id": REQUEST},
    ),
    (
        "kubectl-exec",
        f"{_BOTO}\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 254",
        _CALL,
    ),
    (
        "kubelet-pull",
        f'Failed to pull image "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1": denied: User: {APP} is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111122223333:repository/web because no resource-based policy allows the ecr:BatchGetImage action',
        denied(
            principal=APP,
            action="ecr:BatchGetImage",
            resource="arn:aws:ecr:eu-west-1:111122223333:repository/web",
            deny="implicit",
            policy_type="resource",
        ),
    ),
    (
        "authenticator",
        f"could not get token: AccessDenied: User: {APP} is not authorized to perform: sts:AssumeRole on resource: {ROLE}",
        denied(code="AccessDenied", principal=APP, action="sts:AssumeRole", resource=ROLE),
    ),
    *(
        (
            f"karpenter-{code}",
            f"launching nodeclaim, creating instance, with fleet error(s), {code}: {message}",
            expect(kind, code=code),
        )
        for kind, code, message in (
            ("access_denied", "UnauthorizedOperation", "You are not authorized to perform this operation."),
            (
                "access_denied",
                "AuthFailure.ServiceLinkedRoleCreationNotPermitted",
                "The provided credentials do not have permission to create the service-linked role for EC2 Spot Instances.",
            ),
            ("aws_error", "UnfulfillableCapacity", "Unable to fulfill capacity."),
            ("aws_error", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-0abc' does not exist"),
        )
    ),
    (
        "parameter",
        "creating instance, InvalidParameterValue: Value (demo-nodes) for parameter iamInstanceProfile.name is invalid.",
        expect("aws_error", code="InvalidParameterValue"),
    ),
    ("parameter-no-code", "Error: Value (demo) for parameter groupId is invalid.", None),
    ("authenticator-short", "could not get token: AccessDenied: Access denied", denied(code="AccessDenied")),
    (
        "git-remote",
        f"remote: AccessDenied: User: {ANA} is not authorized to perform: codecommit:GitPull on resource: arn:aws:codecommit:eu-west-1:111122223333:demo",
        denied(
            code="AccessDenied",
            principal=ANA,
            action="codecommit:GitPull",
            resource="arn:aws:codecommit:eu-west-1:111122223333:demo",
        ),
    ),
)
BREAKS: Table = (
    (
        "no-service",
        f"operation error S3\nError: EKS\n{DENIAL}",
        DENIED,
    ),
    ("next-line", f"operation error S3\nthe next line: Foo\n{DENIAL}", DENIED),
)

GUZZLE: Table = (
    *(
        (
            f"php-{status}",
            f'Error executing "CreateQueue" on "https://sqs.eu-west-1.amazonaws.com/"; AWS HTTP error: {side} error: `POST https://sqs.eu-west-1.amazonaws.com/` resulted in a `{status}{reason}` response:\n{{"__type":"{code}"}}\n {code} ({side.lower()}): Try later - {{"__type":"{code}"}}',
            expect("aws_error", code=code, operation="CreateQueue", service="sqs", status_code=status),
        )
        for status, reason, side, code in (
            (404, " Not Found", "Client", "ResourceNotFoundException"),
            (409, " Conflict", "Client", "ConflictException"),
            (429, " Too Many Requests", "Client", "ThrottlingException"),
            (503, " Service Unavailable", "Server", "ServiceUnavailable"),
            # HTTP/2 has no reasons.
            (500, " ", "Server", "InternalFailure"),
            (502, "", "Server", "InternalFailure"),
        )
    ),
    (
        "php-twice",
        "\n".join(
            f'Error executing "{operation}" on "https://sqs.eu-west-1.amazonaws.com/"; AWS HTTP error: Client error: `POST https://sqs.eu-west-1.amazonaws.com/` resulted in a `400 Bad Request` response:\n{{"__type":"ThrottlingException"}}\n ThrottlingException (client): Rate exceeded'
            for operation in ("CreateQueue", "DeleteQueue")
        ),
        expect(
            "aws_error", code="ThrottlingException", operation="CreateQueue", service="sqs", status_code=400
        ),
    ),
)

_CPP_CALL: Facts = {"request_id": REQUEST}


def _cpp(status: int, code: str, message: str) -> str:
    """Return an error as the SDK for C++ prints it."""
    return f"HTTP response code: {status}\nResolved remote host IP address: 192.0.2.7\nRequest ID: {REQUEST}\nException name: {code}\nError message: {message}\n1 response headers:\nconnection : close"


CPP: Table = (
    (
        "arrow",
        "OSError: When getting information for key 'jobs/1.csv' in bucket 'jobs': AWS Error ACCESS_DENIED during HeadObject operation: No response body.",
        denied(code="ACCESS_DENIED", operation="HeadObject"),
    ),
    (
        "arrow-quoted",
        "The job on Kubernetes stopped with `AWS Error ACCESS_DENIED during HeadObject`.",
        denied(code="ACCESS_DENIED", operation="HeadObject"),
    ),
    (
        "arrow-sentence",
        f"When reading information for key 'a' in bucket 'jobs': AWS Error ACCESS_DENIED during GetObject operation: {DENIAL}",
        {**DENIED, "code": "ACCESS_DENIED", "operation": "GetObject"},
    ),
    (
        "arrow-status",
        "OSError: When testing for existence of bucket 'jobs': AWS Error UNKNOWN (HTTP status 400) during HeadBucket operation: No response body.",
        expect("aws_error", operation="HeadBucket", status_code=400),
    ),
    (
        "arrow-refused",
        "AWS Error UNKNOWN (HTTP status 403) during HeadBucket operation: No response body.",
        denied(operation="HeadBucket", status_code=403),
    ),
    (
        "arrow-credentials",
        "AWS Error INVALID_ACCESS_KEY_ID during ListObjectsV2 operation: The AWS Access Key Id you provided does not exist in our records.",
        expect("invalid_credentials", code="INVALID_ACCESS_KEY_ID", operation="ListObjectsV2"),
    ),
    (
        "arrow-network",
        "AWS Error NETWORK_CONNECTION during ListObjectsV2 operation: curlCode: 28, Timeout was reached",
        expect("aws_error", code="NETWORK_CONNECTION", operation="ListObjectsV2"),
    ),
    *(
        (f"cpp-{name}", _cpp(status, code, message), expect(kind, **_CPP_CALL, **facts))
        for name, status, code, message, kind, facts in (
            (
                "throttled",
                429,
                "ThrottlingException",
                "Rate exceeded",
                "aws_error",
                {"code": "ThrottlingException", "status_code": 429},
            ),
            # As long as the line of the request's id, as if a terminal had broken both.
            (
                "not-found",
                404,
                "NoSuchKey",
                "The specified key does not exist.",
                "aws_error",
                {"code": "NoSuchKey", "status_code": 404},
            ),
            (
                "namespace",
                400,
                "com.example#NotFoundException",
                "no",
                "aws_error",
                {"code": "NotFoundException", "status_code": 400},
            ),
            ("own-code", 400, "Refused", "no", "aws_error", {"code": "Refused", "status_code": 400}),
            (
                "expired",
                400,
                "ExpiredToken",
                "no",
                "expired_credentials",
                {"code": "ExpiredToken", "status_code": 400},
            ),
            # Answers to HEAD have no body.
            ("head", 403, "", "No response body.", "access_denied", {"status_code": 403}),
            ("head-not-found", 404, "", "No response body.", "aws_error", {"status_code": 404}),
        )
    ),
    (
        "cpp-unanswered",
        "HTTP response code: -1\nResolved remote host IP address: \nRequest ID: \nException name: \nError message: curlCode: 28, Timeout was reached\n0 response headers:",
        expect("aws_error"),
    ),
    (
        "cpp-older",
        f"HTTP response code: 429\nException name: ThrottlingException\nError message: Rate exceeded\n2 response headers:\nx-amzn-requestid : {REQUEST}\nconnection : close",
        expect("aws_error", code="ThrottlingException", status_code=429, request_id=REQUEST),
    ),
    (
        "cpp-not",
        "HTTP response code: 500\nException name: NullPointerException\nError message: boom",
        None,
    ),
    (
        "crt",
        "Connection failed with error libaws-c-mqtt: AWS_ERROR_MQTT_UNEXPECTED_HANGUP, The connection was closed unexpectedly.",
        expect("aws_error", code="AWS_ERROR_MQTT_UNEXPECTED_HANGUP"),
    ),
    (
        "crt-line",
        "CrtError: Failed to connect: libaws-c-mqtt: AWS_ERROR_MQTT_UNEXPECTED_HANGUP\nThe connection was closed unexpectedly",
        expect("aws_error", code="AWS_ERROR_MQTT_UNEXPECTED_HANGUP"),
    ),
    (
        "crt-repr",
        "AwsCrtError(name='AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE', message='TLS (SSL) negotiation failed', code=1029)",
        expect("aws_error", code="AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE"),
    ),
    (
        "crt-question",
        "What does AWS_ERROR_MQTT_UNEXPECTED_HANGUP mean? The docs: AWS_ERROR_MQTT_TIMEOUT",
        None,
    ),
)

_DOCUMENT = f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>{REQUEST}</RequestID></Response>'
BOTO2: Table = (
    ("boto2", "boto.exception.S3ResponseError: S3ResponseError: 403 Forbidden", denied(service="s3", status_code=403)),
    (
        "boto2-ec2",
        f"boto.exception.EC2ResponseError: EC2ResponseError: 403 Forbidden\n{_DOCUMENT}",
        denied(code="UnauthorizedOperation", service="ec2", status_code=403, request_id=REQUEST),
    ),
    (
        "boto2-s3",
        "S3ResponseError: 403 Forbidden\n<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match the signature you provided.</Message></Error>",
        expect("signature_mismatch", code="SignatureDoesNotMatch", service="s3", status_code=403),
    ),
    (
        "boto2-iam",
        'BotoServerError: 403 Forbidden\n<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n  <Error>\n    <Code>ExpiredToken</Code>\n    <Message>The security token included in the request is expired</Message>\n  </Error>\n</ErrorResponse>',
        expect("expired_credentials", code="ExpiredToken", service="iam", status_code=403),
    ),
    ("boto2-queue", "SQSError: 403 Forbidden", denied(service="sqs", status_code=403)),
    ("boto2-lost", "S3ResponseError: 404 Not Found", expect("aws_error", service="s3", status_code=404)),
    ("boto2-google", "boto.exception.GSResponseError: GSResponseError: 403 Forbidden", None),
    ("boto2-alone", "boto.exception.S3ResponseError", None),
)  # fmt: skip
S3CMD: Table = (
    (
        "s3cmd",
        "ERROR: S3 error: 403 (AccessDenied): Access Denied",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "s3cmd-signature",
        "ERROR: S3 error: 403 (SignatureDoesNotMatch): The request signature we calculated does not match the signature you provided.",
        expect("signature_mismatch", code="SignatureDoesNotMatch", service="s3", status_code=403),
    ),
    (
        "s3cmd-bucket",
        "ERROR: S3 error: 404 (NoSuchBucket): The specified bucket does not exist",
        expect("aws_error", code="NoSuchBucket", service="s3", status_code=404),
    ),
    (
        "s3cmd-denied",
        "ERROR: Access to bucket 'orders-logs' was denied",
        denied(service="s3", resource="orders-logs"),
    ),
    (
        "goofys",
        "Jan 02 03:04:05 files-1 /usr/local/bin/goofys[71]: main.ERROR Unable to access 'orders-logs': permission denied\nJan 02 03:04:05 files-1 /usr/local/bin/goofys[71]: main.FATAL Mounting file system: Mount: initialization failed",
        denied(service="s3", resource="orders-logs"),
    ),
    (
        "goofys-wrapped",
        "goofys[71]: s3.ERROR Unable to access\n 'orders-logs': permission denied",
        denied(service="s3", resource="orders-logs"),
    ),
    (
        "goofys-without-bucket",
        "goofys[71]: main.ERROR Unable to access 'orders-logs': bucket does not exist",
        None,
    ),
    ("other-unable-to-access", "ERROR Unable to access '/var/lib/orders': permission denied", None),
    ("other-bucket-denied", "Access to bucket 'orders-logs' was denied by the review board", None),
    ("s3cmd-reason", "ERROR: S3 error: 403 (Forbidden)", denied(service="s3", status_code=403)),
    (
        "s3cmd-retry",
        "WARNING: Retrying failed request: /?location (400 (ExpiredToken): The provided token has expired.)",
        expect("expired_credentials", code="ExpiredToken", status_code=400),
    ),
    (
        "parenthesized",
        "Error (ExpiredToken): The provided token has expired.",
        expect("expired_credentials", code="ExpiredToken"),
    ),
    (
        "parenthesized-after-words",
        "Cannot find the account (InvalidClientTokenId): The security token included in",
        expect("invalid_credentials", code="InvalidClientTokenId"),
    ),
    (
        "parenthesized-after-verb",
        "orders: put failed (AccessDenied): no rights",
        denied(code="AccessDenied"),
    ),
    *(
        (f"parenthesized-in-list-{name}", text, None)
        for name, text in (
            ("errors", "See our known errors (ExpiredToken): renew the token"),
            ("codes", "Error codes to retry (ExpiredToken): renew the token first"),
            ("failures", "Documented failures (ExpiredToken): renew the token"),
            ("runbook", "The runbook (AccessDenied): ask the owner of the bucket"),
            ("error-above", "upload failed\nThe runbook (AccessDenied): ask the owner of the bucket"),
            ("end", "Error codes of the first list: ExpiredToken"),
            ("plural", "Handled errors (AccessDenied): Skip them"),
        )
    ),
    *(
        (f"parenthesized-{name}", text, denied(code="AccessDenied"))
        for name, text in (
            ("failure", "Failure uploading part 3 (AccessDenied): no rights"),
            ("contraction", "couldn't put the object (AccessDenied): no rights"),
            ("operation", "PutObject (AccessDenied): Access Denied"),
            ("other-verb", "worker: put refused (AccessDenied): Access Denied"),
            ("other-language", "Fehler beim Hochladen (AccessDenied): Access Denied"),
        )
    ),
    ("parenthesized-words", "Error (Forbidden): ask the owner", None),
    ("parenthesized-words-after-words", "The office (Throttling): ask the owner", None),
    ("parenthesized-without-colon", "Cannot find the list (ExpiredToken) of the office", None),
    ("browser", "GET https://example.com/x 403 (Forbidden)", None),
    ("elsewhere", "404 (NotFound): no such page", None),
)
# A code and its message without a colon between them.
_CODE = denied(code="AccessDenied")
BESIDE: Table = (
    (
        "code-ends-a-line",
        "Error: `creating EKS cluster: AccessDenied`\nCheck the permissions",
        denied(code="AccessDenied"),
    ),
    (
        "code-of-credentials-ends-a-line",
        "ERROR could not list the S3 buckets: InvalidAccessKeyId",
        expect("invalid_credentials", code="InvalidAccessKeyId"),
    ),
    ("code-of-a-database-ends-a-line", "Error creating the user orders in MySQL: AccessDenied", None),
    (
        "code-after-function",
        "starting\nsqs-poller: read_batch: AccessDeniedException\nsqs-poller: no messages",
        denied(code="AccessDeniedException"),
    ),
    ("class-after-function", "starting\nimporter: read_file: AccessDeniedException\nimporter: no rows", None),
    ("code-ends-a-heading", "The codes of S3: AccessDenied", None),
    (
        "code-ends-a-sentence",
        "Listing the queues failed (UnauthorizedOperation).\nYou are not authorized to perform this operation.",
        denied(code="UnauthorizedOperation"),
    ),
    ("word-ends-a-sentence", "Read about Authorization.\nYou are not authorized to perform this operation.", None),

    *(
        (
            f"loose-{name}",
            text.replace("SAID", "The security token included in the request is expired"),
            expect("expired_credentials", code="ExpiredToken"),
        )
        for name, text in (
            ("stop", "ExpiredToken. SAID"),
            ("comma", "ExpiredToken, SAID"),
            ("dash", "the call failed, ExpiredToken - SAID"),
            ("column", "ExpiredToken | SAID"),
            ("line", "ExpiredToken\nSAID"),
            ("arrow", "ExpiredToken -> SAID"),
            ("quotes", "'ExpiredToken' SAID"),
            ("markup", "**ExpiredToken** SAID"),
            ("parentheses", "ExpiredToken (SAID)"),
            ("words", "Received ExpiredToken from AWS: SAID"),
            ("glued-colon", "ExpiredToken:SAID"),
            ("after", "SAID (ExpiredToken)"),
            ("labelled-after", "SAID, code ExpiredToken"),
            ("key", "type=ExpiredToken message=SAID"),
        )
    ),
    (
        "loose-scope",
        "SignatureDoesNotMatch, Credential should be scoped to a valid region",
        expect("credential_scope", code="SignatureDoesNotMatch"),
    ),
    *(
        (
            f"loose-not-{name}",
            text.replace("SAID", "The security token included in the request is expired"),
            expect("expired_credentials"),
        )
        for name, text in (
            ("other-kind", "InvalidClientTokenId, SAID"),
            ("far", f"ExpiredToken is what we looked at {'for a long ' * 4}time: SAID"),
            ("paragraph", "ExpiredTokens\n\nSAID"),
            ("part", "app/ExpiredToken.py SAID"),
            ("call", "ExpiredToken() SAID"),
            ("next-line", "SAID\nthe list has ExpiredToken"),
        )
    ),
    ("loose-not-aws", "ExpiredToken, Token is expired", None),

    ("before-error", "AccessDenied Error: Access Denied", _CODE),
    ("before-message", "AccessDenied Message: Access Denied", _CODE),
    (
        "skewed-before-error",
        "RequestTimeTooSkewed Error: The difference between the request time and the current time is too large.",
        expect("signature_mismatch", code="RequestTimeTooSkewed"),
    ),
    (
        "scope-before-message",
        'The upload failed with "AuthorizationHeaderMalformed Message: The authorization header is malformed; the region \'us-east-1\' is wrong; expecting \'eu-west-1\'"',
        expect("credential_scope", code="AuthorizationHeaderMalformed"),
    ),
    (
        "signature-before-message",
        "SignatureDoesNotMatch Message: The key is not the right one",
        expect("signature_mismatch", code="SignatureDoesNotMatch"),
    ),
    ("word-before-error", "InvalidToken Error: jwt malformed", None),
    ("reason-before-error", "Unauthorized Error: log in first", None),
    ("class-before-message", "OrdersException Message: no such order", None),
    (
        "glued-credentials",
        "ClientError: 401 Unauthorized AuthFailureAWS was not able to validate the provided access credentials0f1e2d3c-4b5a",
        expect("invalid_credentials", code="AuthFailure", status_code=401),
    ),
    ("glued-denial", "AccessDeniedAccess DeniedEXAMPLE0REQUEST1", _CODE),
    (
        "glued-sentence",
        f"AccessDenied{DENIAL}",
        {**DENIED, "code": "AccessDenied"},
    ),
    (
        "glued-signature",
        "SignatureDoesNotMatchThe request signature we calculated does not match the signature you provided.",
        expect("signature_mismatch", code="SignatureDoesNotMatch"),
    ),
    ("glued-words", "GrantDeniedThe request was refused by the owner of the orders", None),
    (
        "escaped-parentheses",
        "The security token included in the request is expired \\(ErrorCode: ExpiredToken\\)",
        expect("expired_credentials", code="ExpiredToken"),
    ),
    (
        "may-not-call",
        "CREATE_FAILED | AccessDenied. User doesn't have permission to call sqs:GetQueueAttributes",
        denied(code="AccessDenied", action="sqs:GetQueueAttributes"),
    ),
    (
        "may-not-call-java",
        "AccessDenied. User doesn't have permission to call iam:GetRole (Service: Iam, Status Code: 403, Request ID: null)",
        denied(code="AccessDenied", action="iam:GetRole", status_code=403),
    ),
    (
        "may-not-call-alone",
        "User does not have permission to call elasticloadbalancingv2:DescribeLoadBalancers",
        denied(action="elasticloadbalancingv2:DescribeLoadBalancers"),
    ),
    ("may-not-call-anybody", "User doesn't have permission to call this number", None),
    ("may-not-call-others", "User doesn't have permission to call orders.list", None),
    ("adjacent", "Error while reading orders AccessDenied Access Denied", _CODE),
    ("adjacent-brackets", "User Warning: S3::putObject(): [AccessDenied]\nAccess Denied on line 7", _CODE),
    ("adjacent-parentheses", "orders.csv: (AccessDenied) Access Denied", _CODE),
    ("adjacent-in-parentheses", "orders.csv: AccessDenied (Access Denied)", _CODE),
    ("adjacent-comma", "orders.csv: AccessDenied, Access Denied", _CODE),
    (
        "adjacent-dash",
        "Subnet::UnauthorizedOperation - You are not authorized to perform this operation.",
        denied(code="UnauthorizedOperation"),
    ),
    ("adjacent-sentence", f"AccessDeniedException [{DENIAL}]", {**DENIED, "code": "AccessDeniedException"}),
    ("adjacent-reason", "Forbidden Access Denied", None),
    (
        "in-brackets",
        "Error [CredentialsError]: nothing to sign with",
        expect("missing_credentials", code="CredentialsError"),
    ),
    (
        "in-brackets-class",
        "TimeoutError [ThrottlingException]: too many calls\n    at Request.extractError (/app/node_modules/aws-sdk/lib/protocol/json.js:80:27)",
        expect("aws_error", code="ThrottlingException"),
    ),
    (
        "in-brackets-php",
        "S3::putObject(example-bucket/a.csv): [SignatureDoesNotMatch] Your key is not the one that signed.",
        expect("signature_mismatch", code="SignatureDoesNotMatch"),
    ),
    ("in-brackets-other", "Error [ERR_INVALID_URL]: Invalid URL", None),
    ("in-brackets-no-error", "see [ExpiredToken] below", None),
    (
        "joined-by-dash",
        "ERROR: ExpiredToken - Sign in once more, please.",
        expect("expired_credentials", code="ExpiredToken"),
    ),
    (
        "joined-by-en-dash",
        "Upload failed: InvalidAccessKeyId – Check the key.",
        expect("invalid_credentials", code="InvalidAccessKeyId"),
    ),
    (
        "joined-by-bar",
        "ERROR: SignatureDoesNotMatch | Check the key.",
        expect("signature_mismatch", code="SignatureDoesNotMatch"),
    ),
    (
        "joined-by-bracket",
        "Error: ExpiredTokenException [Sign in once more, please.]",
        expect("expired_credentials", code="ExpiredTokenException"),
    ),
    (
        "joined-near-aws",
        "Error: ThrottlingException - Too many calls\n    at /app/node_modules/aws-sdk/lib/request.js:31:10",
        expect("aws_error", code="ThrottlingException"),
    ),
    ("joined-elsewhere", "Error: ThrottlingException - Too many calls", None),
    ("joined-in-a-list", "- ExpiredToken - Sign in once more.\n- NoSuchKey - There is no such key.", None),
    ("adjacent-foreign", "org.springframework.security.access.AccessDeniedException [Access Denied]", None),
    ("nested", "nested: IOException[cannot list orders]; nested: AmazonS3Exception[Access Denied]; ", denied(service="s3")),
    (
        "nested-sentence",
        "nested: AmazonEC2Exception[You are not authorized to perform this operation.]",
        denied(service="ec2"),
    ),
    ("nested-other", "nested: AmazonS3Exception[Please reduce your request rate.]", expect("aws_error", service="s3")),
    ("nested-base", "nested: AmazonServiceException[no words]", None),
    ("nested-elsewhere", "nested: IOException[Access Denied]", None),
    (
        "jets3t",
        "org.jets3t.service.S3ServiceException: S3 HEAD request failed for '/a.csv' - ResponseCode=403, ResponseMessage=Forbidden",
        denied(service="s3", status_code=403),
    ),
    ("alpakka", "akka.stream.alpakka.s3.S3Exception: Access Denied", denied(service="s3")),
    (
        "dvc",
        "unexpected error - Forbidden: An error occurred (403) when calling the HeadObject operation: Forbidden",
        denied(code="403", operation="HeadObject", status_code=403),
    ),
)  # fmt: skip
# Hadoop's class for a denial of S3, or for an error before the request.
_NIO = "java.nio.file.AccessDeniedException: "
_TRACE = "\n\tat org.apache.hadoop.fs.s3a.S3AUtils.translateException(S3AUtils.java:230)"
_S3A = f"{_NIO}s3a://example-bucket/a.csv: getFileStatus on s3a://example-bucket/a.csv: com.amazonaws.services.s3.model.AmazonS3Exception: "
HADOOP: Table = (
    ("hadoop-trace", _S3A + _TRACE, denied(service="s3", resource="s3a://example-bucket/a.csv")),
    ("hadoop-words", _S3A + "Forbidden", denied(service="s3", resource="s3a://example-bucket/a.csv")),
    (
        "hadoop-first-letter-cut",
        f"{_S3A[1:]}Forbidden{_TRACE}",
        denied(service="s3", resource="s3a://example-bucket/a.csv"),
    ),
    (
        "hadoop-path",
        _NIO + "s3n://example-bucket/a.csv",
        denied(service="s3", resource="s3n://example-bucket/a.csv"),
    ),
    (
        "hadoop-mask",
        f"{_NIO}s3a://<bucket>/day=2024-05-01T00:00/a.csv: open{_TRACE}",
        denied(service="s3", resource="s3a://<bucket>/day=2024-05-01T00:00/a.csv"),
    ),
    ("hadoop-bucket", f"{_NIO}example-bucket: doesBucketExist{_TRACE}", denied(service="s3")),
    (
        "hadoop-no-credentials",
        f"{_NIO}example-bucket: org.apache.hadoop.fs.s3a.auth.NoAuthWithAWSException: no provider gave any",
        expect("missing_credentials", code="NoAuthWithAWSException"),
    ),
    (
        "hadoop-client",
        f"{_NIO}s3a://example-bucket: initTable: com.amazonaws.SdkClientException: Unable to load AWS credentials from any provider in the chain",
        expect("missing_credentials"),
    ),
    (
        "hadoop-key",
        f"{_S3A}The AWS Access Key Id you provided does not exist in our records. (Service: Amazon S3; Status Code: 403; Error Code: InvalidAccessKeyId; Request ID: EXAMPLE0REQUEST1; S3 Extended Request ID: abc=)",
        expect(
            "invalid_credentials", code="InvalidAccessKeyId", service="s3", request_id="EXAMPLE0REQUEST1", host_id="abc=", status_code=403
        ),
    ),
    ("hadoop-local", f"{_NIO}/var/cache/s3a/part-1{_TRACE}", None),
    ("hadoop-relative", f"{_NIO}out/part-1", None),
)  # fmt: skip
_POINTED = "\nAt line:1 char:1\n+ Write-S3Object -BucketName example-bucket -File a.csv\n+ ~~~~~~~~~~~~~~\n    + FullyQualifiedErrorId : "
CMDLETS: Table = (
    ("cmdlet-without-verb", f"the x_-EKSCluster : {DENIAL}", DENIED),
    ("cmdlet", "Read-S3Object : Access Denied", denied(service="s3")),
    ("cmdlet-7", "Write-S3Object: Access Denied", denied(service="s3")),
    ("cmdlet-in-code", "We get `Read-S3Object : Access Denied` there.", denied(service="s3")),
    (
        "cmdlet-ec2",
        "Get-EC2Instance : You are not authorized to perform this operation.",
        denied(service="ec2"),
    ),
    ("cmdlet-alias", "Invoke-LMFunction : Access Denied", denied(service="lambda")),
    (
        "cmdlet-trace",
        f"Access Denied{_POINTED}System.InvalidOperationException,Amazon.PowerShell.Cmdlets.S3.WriteS3ObjectCmdlet",
        denied(service="s3"),
    ),
    (
        "cmdlet-class-at-the-end",
        "Get-STSCallerIdentity : The security token included in the request is expired\nAt line:1 char:1\n+ Get-STSCallerIdentity\n+ ~~~~~~~~\n    + CategoryInfo          : InvalidOperation: (Amazon.PowerShe...yCmdlet) [Get-STSCallerIdentity], InvalidOperationException\n    + FullyQualifiedErrorId : Amazon.SecurityToken.Model.ExpiredTokenException,Amazon.PowerShell.Cmdlets.STS.GetSTSCallerIdentityCmdlet",
        expect("expired_credentials", code="ExpiredTokenException", service="sts"),
    ),
    (
        "cmdlet-no-credentials",
        "Get-SQSQueue : No credentials specified or obtained from persisted/shell defaults.",
        expect("missing_credentials", service="sqs"),
    ),
    ("cmdlet-directory", "Get-ADUser : Access Denied", None),
    ("cmdlet-file", "Get-Item : Access Denied", None),
    ("cmdlet-desktop", "Get-RDSessionCollection : Access Denied", None),
    ("cmdlet-monitor", "Get-LMDevice : Access Denied", None),
    ("cmdlet-other-error", "Remove-EC2Instance : no such instance", None),
)
QUERY: Table = (
    (
        "chalice",
        "Error: got 'AccessDeniedException' exception back from Lambda\nSome role cannot be used.",
        denied(code="AccessDeniedException", service="lambda"),
    ),
    (
        "codepipeline",
        f"Insufficient permissions\nAn API call to StepFunctions.describeExecution (RequestId: {REQUEST} ) returned a AccessDeniedException error",
        denied(
            code="AccessDeniedException", service="states", operation="DescribeExecution", request_id=REQUEST
        ),
    ),
    (
        "codepipeline-without-id",
        "An API call to CloudFormation.UpdateStackSet returned a ValidationError error: The stack set has no template",
        expect("aws_error", code="ValidationError", service="cloudformation", operation="UpdateStackSet"),
    ),
    (
        "chalice-two-words",
        "got 'TooManyRequestsException' exception back from API Gateway",
        expect("aws_error", code="TooManyRequestsException", service="apigateway"),
    ),
    (
        "go-v1-debug-attempt",
        "DEBUG: Validate Response lambda/GetFunctionCodeSigningConfig failed, attempt 0/25, error AccessDeniedException:\nstatus code: 403, request id: x",
        denied(
            code="AccessDeniedException",
            service="lambda",
            operation="GetFunctionCodeSigningConfig",
            status_code=403,
            request_id="x",
        ),
    ),
    (
        "go-v1-debug",
        "[aws-sdk-go] DEBUG: Validate Response ec2/ModifyNetworkInterfaceAttribute failed, not retrying, error UnauthorizedOperation: You are not authorized to perform this operation.",
        denied(code="UnauthorizedOperation", service="ec2", operation="ModifyNetworkInterfaceAttribute"),
    ),
    (
        "sample-code",
        "Service:          AmazonDynamoDBv2\nHTTP Status Code: 400\nAWS Error Code:   ResourceNotFoundException\nError Type:       Client\nRequest ID:       EXAMPLE0REQUEST1",
        expect(
            "aws_error",
            code="ResourceNotFoundException",
            service="dynamodb",
            status_code=400,
            request_id="EXAMPLE0REQUEST1",
        ),
    ),
    (
        "sender",
        f"SimpleEmailService::sendEmail(): Sender - MessageRejected: This address may not send. Request Id: {REQUEST}",
        expect("aws_error", code="MessageRejected", request_id=REQUEST),
    ),
    (
        "sender-without-id",
        f"Sender - InvalidClientTokenId: {REQUEST}",
        expect("invalid_credentials", code="InvalidClientTokenId"),
    ),
    ("sender-of-mail", "Error: Sender - Ana: the meeting is off", None),
)
_INVALID_TOKEN = "The security token included in the request is invalid."
_SES = "User `arn:aws:iam::111122223333:user/ana' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:111122223333:identity/example.com'"
_SES_FACTS = denied(
    principal=ANA,
    action="ses:SendRawEmail",
    resource="arn:aws:ses:eu-west-1:111122223333:identity/example.com",
)
# Exception classes of other software with a message of AWS.
CLASSES: Table = (
    (
        "java-v2-core",
        "software.amazon.awssdk.core.exception.SdkClientException: Cannot read the response",
        expect("aws_error"),
    ),
    (
        "java-v2-core-timeout",
        "software.amazon.awssdk.core.exception.ApiCallTimeoutException: Client execution did not complete",
        expect("aws_error", code="ApiCallTimeoutException"),
    ),
    ("java-v2-frame", "at software.amazon.awssdk.core.exception.SdkClientException$BuilderImpl.build", None),
    (
        "base-class-of-any-service",
        "com.amazonaws.services.sqs.model.ServiceException: Access Denied",
        denied(service="sqs"),
    ),
    ("base-class-of-ruby", "Aws::SQS::Errors::ServiceError: Access Denied", denied(service="sqs")),
    *(
        (
            f"expired-{code}",
            f"botocore.exceptions.{code}: Your session has expired",
            expect("expired_credentials", code=code),
        )
        for code in ("PendingAuthorizationExpiredError", "LoginRefreshTokenExpiredError")
    ),

    (
        "kotlin",
        f"aws.sdk.kotlin.services.s3.model.S3Exception: {_INVALID_TOKEN}, Request ID: EXAMPLE0REQUEST1, Extended request ID: abcDEF123456/+=",
        expect("invalid_credentials", service="s3", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "ios-transfer",
        'Error Domain=com.amazonaws.AWSS3TransferUtilityErrorDomain Code=2 "(null)" UserInfo={Server=AmazonS3, Connection=close, Content-Type=application/xml, x-amz-request-id=EXAMPLE0REQUEST1, x-amz-id-2=abcDEF123456/+=}',
        expect("aws_error", service="s3", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "ios-service",
        'Error Domain=com.amazonaws.AWSServiceErrorDomain Code=11 "(null)" UserInfo={HostId=abcDEF123456/+=, Message=Access Denied, Code=AccessDenied, RequestId=EXAMPLE0REQUEST1}',
        denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "ios-named-service",
        'Error Domain=com.amazonaws.AWSCognitoIdentityErrorDomain Code=10 "(null)" UserInfo={__type=NotAuthorizedException, message=Unauthenticated access is not supported for this identity pool.}',
        denied(code="NotAuthorizedException", service="cognito-identity"),
    ),
    (
        "ios-after-the-body",
        f'{{"Message":"{DENIAL}"}}\nerror Error Domain=com.amazonaws.AWSEKSErrorDomain Code=0 "null" UserInfo={{NSLocalizedDescription=null, NSLocalizedFailureReason=AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/}}',
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "ios-elsewhere-denied",
        'Error Domain=NSCocoaErrorDomain Code=257 "(null)" UserInfo={NSLocalizedFailureReason=AccessDenied}',
        None,
    ),
    ("ios-device", 'Error Domain=com.amazonaws.AWSGeneralErrorDomain Code=0 "(null)"', None),
    ("ios-elsewhere", 'Error Domain=com.example.orders.OrdersErrorDomain Code=2 "(null)"', None),
    (
        "kotlin-not-parsed",
        "aws.sdk.kotlin.services.s3.model.S3Exception: Failed to parse response as 'restXml' error, Request ID: EXAMPLE0REQUEST1, Extended request ID: abcDEF123456/+=",
        expect("aws_error", service="s3", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    *(
        (
            f"ruby-last-{name}",
            f"The security token included in the request is invalid.{words}",
            expect("invalid_credentials", code="InvalidClientTokenId", service="sts"),
        )
        for name, words in (
            ("marked", " `Aws::STS::Errors::InvalidClientTokenId`"),
            ("plain", " Aws::STS::Errors::InvalidClientTokenId"),
            ("parentheses", " (Aws::STS::Errors::InvalidClientTokenId)"),
        )
    ),
    (
        "ruby-last-of-another",
        "The security token included in the request is invalid. Aws::S3::Errors::NoSuchBucket",
        expect("invalid_credentials"),
    ),
    (
        "kotlin-code",
        "aws.sdk.kotlin.services.s3.model.NoSuchBucket: The bucket is not there, Request ID: EXAMPLE0REQUEST1, Extended request ID: abcDEF123456/+=",
        expect("aws_error", code="NoSuchBucket", service="s3", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "kotlin-denial",
        f"aws.sdk.kotlin.services.eks.model.AccessDeniedException: {DENIAL}, Request ID: {REQUEST}",
        {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST},
    ),
    ("go-profile", "SharedConfigProfileNotExistsException: failed to get profile, staging", expect("missing_credentials", code="SharedConfigProfileNotExistsException")),
    *(
        (f"class-{name}", f"{name}: {_INVALID_TOKEN}", expect("invalid_credentials"))
        for name in (
            "S3Error", "UploadError", "S3UploadFailedError", "AuthenticationError", "OperationalError", "TransportError", "DeployError",
            "AirflowException", "DockerException", "FlysystemException", "HttpTransportException", "BedrockException",
        )
    ),
    *(
        (f"code-{name}", f"{name}: {_INVALID_TOKEN}", expect("invalid_credentials", code=name))
        for name in ("SomethingNewException", "InternalServerError", "GoneException", "InvalidClientTokenId")
    ),
    (
        "class-in-a-namespace",
        f"botocore.errorfactory.BedrockRuntimeError: {_INVALID_TOKEN}",
        expect("invalid_credentials", code="BedrockRuntimeError"),
    ),
    (
        "class-then-property",
        "{ [S3Error: Your access key is not one that we know.]\n  code: 'InvalidAccessKeyID',\n  requestid: 'EXAMPLE0REQUEST1',\n  amzRequestid: null }",
        expect("invalid_credentials", code="InvalidAccessKeyID", request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "class-of-a-function",
        f'{{"errorType": "OperationalError", "errorMessage": "{_INVALID_TOKEN}", "requestId": "{REQUEST}"}}',
        expect("invalid_credentials"),
    ),
    ("smtp-status", f"SMTPDataError: 554 Access denied: {_SES}", _SES_FACTS),
    ("smtp-tuple", f'smtplib.SMTPDataError: (554, "Access denied: {_SES}")', _SES_FACTS),
    ("smtp-authentication", f"smtplib.SMTPAuthenticationError: (435, '{_INVALID_TOKEN}')", expect("invalid_credentials")),
)  # fmt: skip
_SLOW: Facts = expect("aws_error", code="Throttling", status_code=400)
_LABELLED_DENIAL: Facts = {**DENIED, "code": "AccessDenied", "status_code": 403}
LABELLED: Table = (
    ("labels-of-a-program", "Status: 400. Code: Orders, Message: Rate exceeded", None),
    ("labels", "Status: 400. Code: Throttling, Message: Rate exceeded", _SLOW),
    ("labels-commas", "Status: 400, Code: Throttling, Message: Rate exceeded.", _SLOW),
    ("labels-stops", "Error: Status: 400. Code: Throttling. Message: Rate exceeded", _SLOW),
    ("labels-code-first", "failed: Code: Throttling, Status: 400, Message: Rate exceeded", _SLOW),
    ("labels-message-first", "Message: Rate exceeded; Status: 400; Code: Throttling", _SLOW),
    ("labels-lines", "Code: Throttling\nStatus: 400\nMessage: Rate exceeded", _SLOW),
    ("labels-long", "HTTP Status Code: 400, Error Code: Throttling, Error Message: Rate exceeded", _SLOW),
    ("labels-quotes", "Status=400 Code='Throttling' Message='Rate exceeded'", _SLOW),
    ("labels-log", "2026-01-02T03:04:05Z ERROR Status: 400. Code: Throttling, Message: Rate exceeded", _SLOW),
    ("labels-request", f"Status: 400. Code: Throttling, RequestId: {REQUEST}, Message: Rate exceeded", {**_SLOW, "request_id": REQUEST}),
    ("labels-named", "aws eks: Status: 404. Code: ResourceNotFoundException, Message: none such", expect("aws_error", code="ResourceNotFoundException", status_code=404)),
    ("labels-role", "Status: 404. Code: NoSuchEntity, Message: The role with name app cannot be found.", expect("aws_error", code="NoSuchEntity", status_code=404)),
    ("labels-cluster", "Status: 404. Code: ResourceNotFoundException, Message: No cluster found for name: demo.", expect("aws_error", code="ResourceNotFoundException", status_code=404)),
    ("labels-validation", "Status: 400. Code: ValidationError, Message: 1 validation error detected: Value '' at 'roleName' failed", expect("aws_error", code="ValidationError", status_code=400)),
    ("labels-denial", f"Status: 403. Code: AccessDenied, Message: {DENIAL}", _LABELLED_DENIAL),
    ("labels-denial-code-first", f"Code: AccessDenied, Message: {DENIAL}, Status: 403", _LABELLED_DENIAL),
    ("labels-denial-last", f"Message: {DENIAL}; Code: AccessDenied; Status: 403", _LABELLED_DENIAL),
    ("labels-expired", "Status: 403. Code: ExpiredToken, Message: The security token included in the request is expired", expect("expired_credentials", code="ExpiredToken", status_code=403)),
    # Codes and messages of other systems, and those of AWS that are not enough evidence.
    ("labels-own-words", "Status: 400. Code: Throttling, Message: Request was denied due to request throttling.", None),
    ("labels-own-code", "Status: 400. Code: Throttling.User, Message: Rate exceeded", None),
    ("labels-other-code", "Status: 429. Code: TooManyRequests, Message: Rate exceeded", None),
    ("labels-number", "Status: 429. Code: 429, Message: Rate exceeded.", None),
    ("labels-goes-on", "Status: 400. Code: Throttling, Message: Rate exceeded by tenant orders", None),
    ("labels-without-status", "Code: Throttling, Message: Rate exceeded", None),
    ("labels-status-in-words", "Status: Failed. Code: Throttling, Message: Rate exceeded", None),
    ("labels-success", "Status: 200. Code: Throttling, Message: Rate exceeded", None),
    ("labels-other-message", "Status: 404. Code: ResourceNotFoundException, Message: No tenant found for name: demo.", None),
    ("labels-azure", "Status: 403. Code: AuthorizationFailed, Message: The client does not have authorization.", None),
    ("labels-oracle", "Status: 404. Code: NotAuthorizedOrNotFound, Message: Authorization failed or requested resource not found.", None),
    ("labels-alibaba", "aliyun: Status: 400. Code: Throttling, Message: Rate exceeded", None),
    ("labels-google", "gcloud: Code: 403, Status: PERMISSION_DENIED, Message: no", None),
    ("labels-apart", "Status: 400.\n\nCode: Throttling\n\nMessage: Rate exceeded", None),
)  # fmt: skip

TABLES = (
    BOTOCORE,
    BOTOCORE_TYPED,
    CONSOLE,
    CLI,
    GO1,
    GO2,
    JAVA,
    JAVASCRIPT,
    OTHERS,
    MORE,
    CDK,
    TOOLS,
    BREAKS,
    GUZZLE,
    CPP,
    BOTO2,
    S3CMD,
    BESIDE,
    CLASSES,
    HADOOP,
    CMDLETS,
    QUERY,
    LABELLED,
)
SOURCES = (
    ("botocore", _BOTO),
    ("aws-cli", f"aws: [ERROR]: {_BOTO}"),
    ("go-v2", _GO2),
    ("go-v1", GO1[0][1]),
    ("java-v2", JAVA[1][1]),
    ("java-v1", JAVA[2][1]),
    ("dotnet", OTHERS[1][1]),
    ("php", OTHERS[4][1]),
    ("ruby", OTHERS[8][1]),
    ("boto2", BOTO2[0][1]),
    ("s3cmd", S3CMD[0][1]),
    ("swift", "AWSEKS.AccessDeniedException: denied"),
    ("kotlin", "aws.sdk.kotlin.services.eks.model.AccessDeniedException: denied"),
)


@check_rows(("text", "expected"), rows(row for table in TABLES for row in table))
def test_facts_of_an_envelope(text: str, expected: Facts | None) -> None:
    """An envelope has the facts that it states, and no others."""
    assert facts_in(text) == expected


@check_rows(("source", "text"), SOURCES)
def test_source_of_an_envelope(source: str, text: str) -> None:
    """``envelope.source`` names the SDK or tool."""
    from iamtriage import parse

    failure = parse(text)
    assert failure is not None
    assert failure.envelope.source == source


def test_cluster_of_a_call_is_not_a_principal() -> None:
    """An ARN in a tool's message around the call is not a fact of the failure."""
    found = facts_in(
        f"Error: reading EKS Cluster ({CLUSTER}): operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: {REQUEST}, api error AccessDeniedException: no"
    )
    assert found == denied(
        code="AccessDeniedException",
        operation="DescribeCluster",
        service="eks",
        status_code=403,
        request_id=REQUEST,
    )
