"""Check how response bodies are read: XML, JSON, printed objects, headers."""

from __future__ import annotations

import json

from iamtriage import parse
from tests.tables import (
    ANA,
    APP,
    CLUSTER,
    DENIAL,
    DENIED,
    REQUEST,
    Facts,
    Table,
    check_rows,
    denied,
    expect,
    facts_in,
    rows,
)

_EVENT = {
    "eventVersion": "1.08",
    "userIdentity": {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:i-0a1b2c3d4e5f60718",
        "arn": APP,
        "accountId": "111122223333",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": "arn:aws:iam::111122223333:role/app",
                "accountId": "111122223333",
                "userName": "app",
            }
        },
    },
    "eventTime": "2026-01-02T03:04:05Z",
    "eventSource": "eks.amazonaws.com",
    "eventName": "DescribeCluster",
    "awsRegion": "eu-west-1",
    "sourceIPAddress": "192.0.2.7",
    "errorCode": "AccessDenied",
    "errorMessage": DENIAL,
    "requestParameters": {"name": "demo"},
    "responseElements": None,
    "requestID": REQUEST,
    "eventID": "99999999-8888-7777-6666-555555555555",
    "recipientAccountId": "111122223333",
}
_STATED_FACTS: Facts = {
    "time": "2026-01-02T03:04:05Z",
    "region": "eu-west-1",
    "source_ip": "192.0.2.7",
    "event_id": "99999999-8888-7777-6666-555555555555",
}
_EVENT_FACTS: Facts = {
    **DENIED,
    "code": "AccessDenied",
    "operation": "DescribeCluster",
    "request_id": REQUEST,
    **_STATED_FACTS,
}

_EXCON = 'Excon::Error::Forbidden: Expected(200) <=> Actual(403 Forbidden)\nexcon.error.response\n  :headers       => {{\n    "Server"           => "AmazonS3"\n    "x-amz-id-2"       => "abcDEF123456/+="\n    "x-amz-request-id" => "EXAMPLE0REQUEST1"\n  }}\n  :host          => "{}.s3.amazonaws.com"\n  :method        => "HEAD"'
_HEADERS = 'x-amz-request-id: tx0000000000000000000-example\nContent-Length: 78\n2026-01-02 03:04:05,006 - MainThread - botocore.response - DEBUG - {}\nb\'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>\'\n'
XML: Table = (
    (
        "cut-in-the-code",
        f"SignatureDoesNotMatch</Code><Message>no words</Message></Error></Errors><RequestID>{REQUEST}</RequestID></Response>",
        expect("signature_mismatch", code="SignatureDoesNotMatch", request_id=REQUEST),
    ),
    (
        "excon-headers",
        'Expected(200) <=> Actual(403 Forbidden)\n  request => {:headers=>{"Host"=>"s3.amazonaws.com"}}\n  response => @body="<Error><Code>AccessDenied</Code>"',
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    ("root-of-a-program", "<OrdersError><Message>Access Denied</Message></OrdersError>", None),
    (
        "headers-then-body",
        _HEADERS.format("Response Body:"),
        denied(code="AccessDenied", request_id="tx0000000000000000000-example"),
    ),
    ("headers-then-other", _HEADERS.format("Next answer:"), denied(code="AccessDenied")),
    *(
        (
            f"excon-{name}",
            _EXCON.format(bucket),
            denied(service="s3", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
        )
        for name, bucket in (("host", "example-bucket"), ("masked-host", "[bucket]"))
    ),
    (
        "request-headers",
        "> GET /a.csv\n> Host: example-bucket.s3.eu-west-1.amazonaws.com\n< HTTP/1.1 403 Forbidden\n<Error><Code>AccessDenied</Code></Error>",
        denied(code="AccessDenied", service="s3", status_code=403),
    ),
    (
        "of-cloudfront",
        "https://example.cloudfront.net/a.pdf?Expires=2074615932&Key-Pair-Id=EXAMPLEKEYPAIR says\n<Error><Code>InvalidKey</Code><Message>Unknown Key</Message></Error>",
        expect("aws_error", code="InvalidKey"),
    ),
    (
        "of-a-site",
        "https://example.com/a.pdf says\n<Error><Code>InvalidKey</Code><Message>Unknown Key</Message></Error>",
        None,
    ),
    (
        "signature-version",
        "<Error><Code>InvalidRequest</Code><Message>This way to sign is not supported. Please use AWS4-HMAC-SHA256.</Message></Error>",
        expect("aws_error", code="InvalidRequest"),
    ),
    (
        "sender",
        f"<ErrorResponse><Error><Type>Sender</Type><Code>MessageRejected</Code><Message>This address may not send.</Message></Error><RequestId>{REQUEST}</RequestId></ErrorResponse>",
        expect("aws_error", code="MessageRejected", request_id=REQUEST),
    ),
    (
        "s3",
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>EXAMPLE0REQUEST1</RequestId><HostId>abcDEF123456/+=</HostId></Error>',
        denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "s3-key",
        "<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>AKIAEXAMPLE</AWSAccessKeyId><RequestId>EXAMPLE0REQUEST1</RequestId><HostId>abcDEF</HostId></Error>",
        expect(
            "invalid_credentials", code="InvalidAccessKeyId", request_id="EXAMPLE0REQUEST1", host_id="abcDEF"
        ),
    ),
    (
        "s3-resource",
        "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Resource>/example-bucket/a.txt</Resource><RequestId>EXAMPLE0REQUEST1</RequestId></Error>",
        expect(
            "aws_error", code="NoSuchKey", resource="/example-bucket/a.txt", request_id="EXAMPLE0REQUEST1"
        ),
    ),
    (
        "query",
        f'<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">\n  <Error>\n    <Type>Sender</Type>\n    <Code>AccessDenied</Code>\n    <Message>{DENIAL}</Message>\n  </Error>\n  <RequestId>{REQUEST}</RequestId>\n</ErrorResponse>',
        {**DENIED, "code": "AccessDenied", "request_id": REQUEST},
    ),
    (
        "query-namespace-says-service",
        f'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error><RequestId>{REQUEST}</RequestId></ErrorResponse>',
        expect("expired_credentials", code="ExpiredToken", service="sts", request_id=REQUEST),
    ),
    (
        "ec2",
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>{REQUEST}</RequestID></Response>',
        denied(code="UnauthorizedOperation", request_id=REQUEST),
    ),
    (
        "code-as-element",
        f"<AccessDeniedException><Message>{DENIAL}</Message></AccessDeniedException>",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "coded-as-entities",
        "&lt;Error&gt;&lt;Code&gt;AccessDenied&lt;/Code&gt;&lt;Message&gt;Access Denied&lt;/Message&gt;&lt;RequestId&gt;EXAMPLE0REQUEST1&lt;/RequestId&gt;&lt;/Error&gt;",
        denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "cut",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>EXAMPLE0REQ",
        denied(code="AccessDenied"),
    ),
    (
        "elided",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>...</RequestId></Error>",
        denied(code="AccessDenied"),
    ),
)
JSON: Table = (
    (
        "record-after-an-empty-message",
        '{"errorMessage": "null"}\n{"eventVersion":"1.08","errorCode":"AccessDenied"}',
        denied(code="AccessDenied"),
    ),
    (
        "operation-of-two-words",
        '{"aws.operation":"Put Object!","error":"AccessDenied: Access Denied"}',
        denied(code="AccessDenied"),
    ),
    (
        "account-of-a-resource",
        json.dumps(
            {"errorCode": "AccessDenied", "resources": [{"userIdentity": {"accountId": "111122223333"}}]}
        ),
        denied(code="AccessDenied"),
    ),
    (
        "pipes",
        f'{{"messageType": "ExecutionFailed", "logLevel": "ERROR", "error": {{"message": "no words", "httpStatusCode": 400, "awsService": "states", "requestId": "{REQUEST}", "exceptionType": "AccessDenied"}}}}',
        denied(code="AccessDenied", service="states", status_code=400, request_id=REQUEST),
    ),
    ("exception-type", '{"exceptionType": "AccessDeniedException", "path": "/orders"}', None),
    (
        "sender",
        '{"Type":"Sender","Code":"MessageRejected","Message":"This address may not send."}',
        expect("aws_error", code="MessageRejected"),
    ),
    (
        "receiver",
        "{'Error': {'Type': 'Receiver', 'Code': 'Oddity', 'Message': 'words'}}",
        expect("aws_error", code="Oddity"),
    ),
    ("sender-of-mail", '{"Type": "Letter", "Code": "MessageRejected", "Message": "words"}', None),
    (
        "made-of-an-answer",
        '{"errorMessage": null, "errorType": "InvalidCiphertextException", "stackTrace": ["Request.extractError (/var/runtime/node_modules/aws-sdk/lib/protocol/json.js:48:27)"]}',
        expect("aws_error", code="InvalidCiphertextException"),
    ),
    (
        "lambda-of-powershell",
        '{"errorType": "InvalidOperationException", "errorMessage": "Access Denied", "stackTrace": [], "cause": {"errorType": "AmazonS3Exception", "errorMessage": "Access Denied"}}',
        denied(service="s3"),
    ),
    (
        "lambda-of-a-program",
        '{"errorType": "InvalidOperationException", "errorMessage": "Access Denied", "stackTrace": []}',
        None,
    ),
    (
        "made-elsewhere",
        '{"errorMessage": null, "errorType": "InvalidCiphertextException", "stackTrace": ["decrypt (/var/task/crypto.js:48:27)"]}',
        None,
    ),
    (
        "r",
        'List of 5\n $ Code      : chr "AccessDenied"\n $ Message   : chr "Access Denied"\n $ RequestId : chr "EXAMPLE0REQUEST1"\n $ HostId    : chr "abcDEF123456/+="\n $ StatusCode: int 403',
        denied(
            code="AccessDenied", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+=", status_code=403
        ),
    ),
    (
        "r-elements",
        '$url\n[1] "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions"\n\n$all_headers[[1]]$status\n[1] 400\n\n$`x-amzn-errortype`\n[1] "InvalidParameterValueException"\n\n$`x-amzn-requestid`\n[1] "EXAMPLE0REQUEST1"\n\n$status_code\n[1] 400',
        expect(
            "aws_error",
            code="InvalidParameterValueException",
            service="lambda",
            request_id="EXAMPLE0REQUEST1",
            status_code=400,
        ),
    ),
    ("r-elsewhere", '$order\n[1] "a-1"\n\n$code\n[1] "InvalidParameterValueException"', None),
    (
        "no-sentence-is-a-code",
        '{"code": "see AccessDenied in (the guide) for what it means", "requestId": "abc"}',
        None,
    ),
    (
        "type",
        f'{{"__type":"AccessDeniedException","Message":"{DENIAL}"}}',
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "namespace",
        f'{{"__type":"com.amazonaws.eks#AccessDeniedException","message":"{DENIAL}"}}',
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "decorated",
        f'{{"__type":"com.amazonaws.eks#AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/","message":"{DENIAL}"}}',
        {**DENIED, "code": "AccessDeniedException"},
    ),
    ("message-only", f'{{"message":"{DENIAL}"}}', dict(DENIED)),
    ("capital", f'{{"Message":"{DENIAL}"}}', dict(DENIED)),
    ("gateway-forbidden", '{"message":"Forbidden"}', None),
    ("gateway-token", '{"message":"Missing Authentication Token"}', expect("missing_credentials")),
    (
        "header",
        f'HTTP/1.1 403 Forbidden\nx-amzn-RequestId: {REQUEST}\nx-amzn-ErrorType: AccessDeniedException:http://internal.amazon.com/coral/\nContent-Type: application/json\n\n{{"message":"{DENIAL}"}}',
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "header-colon",
        f"Response headers: {{'x-amzn-RequestId': '{REQUEST}', 'x-amzn-ErrorType': 'NotAuthorizedException:'}}",
        denied(code="NotAuthorizedException", request_id=REQUEST),
    ),
    (
        "kotlin-headers",
        f"HttpResponse(status=403: Forbidden, headers=Headers [x-amzn-errortype=[AccessDeniedException:http://internal.amazon.com/coral/], x-amzn-requestid=[{REQUEST}]], body=none)",
        denied(code="AccessDeniedException", status_code=403, request_id=REQUEST),
    ),
    (
        "js-v2-complete",
        f'{{"message":"Function orders was not seen","code":"ResourceNotFoundException","time":"2026-10-07T09:00:00.000Z","requestId":"{REQUEST}","statusCode":404,"retryable":false,"retryDelay":30.28}}',
        expect("aws_error", code="ResourceNotFoundException", status_code=404, request_id=REQUEST),
    ),
    (
        "response-dump",
        "HttpResponse {\n  statusCode: 403,\n  headers:\n   { 'x-amz-request-id': 'EXAMPLE0REQUEST1',\n     server: 'AmazonS3' },",
        denied(status_code=403, request_id="EXAMPLE0REQUEST1"),
    ),
    (
        "js-v2-of-old-versions",
        "{ [InvalidCiphertextException: null]\n  message: null,\n  code: 'InvalidCiphertextException',\n  time: Wed Oct 07 2026 12:40:32 GMT+0000 (UTC),\n  statusCode: 400,\n  retryable: false,\n  retryDelay: 30 }",
        expect("aws_error", code="InvalidCiphertextException", status_code=400),
    ),
    (
        "js-v2-without-message",
        f'{{"message":null,"code":"ParameterNotFound","requestId":"{REQUEST}","statusCode":400,"retryable":false,"retryDelay":30.28}}',
        expect("aws_error", code="ParameterNotFound", status_code=400, request_id=REQUEST),
    ),
    (
        "bold-code",
        '{"destination": "arn:aws:s3:::orders", "message": "**Access was denied. Ensure the access policy allows access.**", "errorCode": "**S3.AccessDenied**"}',
        denied(code="S3.AccessDenied"),
    ),
    (
        "firehose",
        'it says "errorCode":"Lambda.MissingRecordId","errorMessage":"One or more record Ids were not returned." in the log',
        expect("aws_error", code="Lambda.MissingRecordId"),
    ),
    ("code-of-a-program", '{"errorCode": "Orders.Missing", "errorMessage": "No such order"}', None),
    (
        "js-v2-incomplete",
        f'{{"message":"Function orders was not seen","code":"ResourceNotFoundException","requestId":"{REQUEST}","statusCode":404}}',
        None,
    ),
    (
        "kotlin-masked",
        "headers=Headers [x-amzn-errortype=[AccessDeniedException:], x-amzn-requestid=[REDACTED]]",
        denied(code="AccessDeniedException", request_id="[REDACTED]"),
    ),
    (
        "header-colon-plain",
        f"< X-Amzn-Errortype: AccessDeniedException:\n< X-Amzn-Requestid: {REQUEST}",
        denied(code="AccessDeniedException", request_id=REQUEST),
    ),
    (
        "escaped",
        json.dumps(
            {"level": "error", "msg": json.dumps({"__type": "AccessDeniedException", "Message": DENIAL})}
        ),
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "clojure",
        '{:Error {:Code "AccessDenied", :Message "Access Denied", :RequestId "EXAMPLE0REQUEST1", :HostId "abcDEF123456/+="}}',
        denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "swift",
        'UnknownAWSHTTPServiceError(typeName: Optional("AccessDenied"), message: Optional("Access Denied"), requestID: Optional("EXAMPLE0REQUEST1"), requestID2: Optional("abcDEF123456/+="))',
        denied(code="AccessDenied", request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "escaped-twice",
        json.dumps(
            {"log": json.dumps({"msg": json.dumps({"__type": "AccessDeniedException", "Message": DENIAL})})}
        ),
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "single-quotes",
        f"{{'__type': 'AccessDeniedException', 'Message': '{DENIAL}'}}",
        {**DENIED, "code": "AccessDeniedException"},
    ),
    (
        "response-printed",
        f"{{'Error': {{'Message': '{DENIAL}', 'Code': 'AccessDeniedException'}}, 'ResponseMetadata': {{'RequestId': '{REQUEST}', 'HTTPStatusCode': 403, 'HTTPHeaders': {{'x-amzn-requestid': '{REQUEST}'}}, 'RetryAttempts': 0}}}}",
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "ruby-hash",
        f'{{:code=>"AccessDeniedException", :message=>"{DENIAL}", :request_id=>"{REQUEST}"}}',
        {**DENIED, "code": "AccessDeniedException", "request_id": REQUEST},
    ),
    (
        "go-metadata",
        f'&types.AccessDeniedException{{RespMetadata:protocol.ResponseMetadata{{StatusCode:403, RequestID:"{REQUEST}"}}, Message_:"{DENIAL}"}}',
        {**DENIED, "code": "AccessDeniedException", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "haskell",
        f'ServiceError\' {{_serviceAbbrev = Abbrev "EKS", _serviceStatus = Status {{statusCode = 403, statusMessage = "Forbidden"}}, _serviceCode = ErrorCode "AccessDenied", _serviceMessage = Just (ErrorMessage "{DENIAL}"), _serviceRequestId = Just (RequestId {{fromRequestId = "{REQUEST}"}})}}',
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "haskell-oldest",
        f'Left (ServiceError "Route53" (Status {{statusCode = 403, statusMessage = "Forbidden"}}) "RESTError {{_restRequestId = \\"{REQUEST}\\", _restType = Just Sender, _restCode = ErrorCode \\"AccessDenied\\", _restMessage = \\"no words\\"}}")',
        denied(code="AccessDenied", service="route53", status_code=403, request_id=REQUEST),
    ),
    (
        "lambda",
        f'{{"errorMessage": "An error occurred (AccessDeniedException) when calling the DescribeCluster operation: {DENIAL}", "errorType": "ClientError", "requestId": "{REQUEST}", "stackTrace": ["  File \\"/var/task/app.py\\", line 3"]}}',
        {**DENIED, "code": "AccessDeniedException", "operation": "DescribeCluster"},
    ),
    (
        "lambda-record",
        f'{{"level": "ERROR", "requestId": "{REQUEST}", "message": "ThrottlingException: Rate exceeded", "errorType": "ThrottlingException", "errorMessage": "Rate exceeded", "stack": ["at de_ThrottlingExceptionRes (/var/task/node_modules/@aws-sdk/client-ssm/dist-cjs/index.js:9:1)"]}}',
        expect("aws_error", code="ThrottlingException"),
    ),
    (
        "decoded-message",
        '{"allowed": false, "explicitDeny": true, "matchedStatements": {"items": []}, "context": {"principal": {"id": "AIDAEXAMPLE", "arn": "'
        + ANA
        + '"}, "action": "ec2:StopInstances", "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a"}}',
        denied(
            deny="explicit",
            action="ec2:StopInstances",
            resource="arn:aws:ec2:eu-west-1:111122223333:instance/i-0a",
            principal=ANA,
        ),
    ),
    (
        "lambda-report",
        f"START RequestId: {REQUEST} Version: $LATEST\n[ERROR] ClientError: An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied\nEND RequestId: {REQUEST}",
        denied(code="AccessDenied", operation="ListBuckets"),
    ),
)
_METADATA = f"{{ httpStatusCode: 429, requestId: '{REQUEST}', attempts: 3, totalRetryDelay: 787 }}"
_THROTTLED: Facts = expect("aws_error", code="ThrottlingException", status_code=429, request_id=REQUEST)
_OF_SDK = {"$fault": "client", "$metadata": {"httpStatusCode": 429, "requestId": REQUEST}}
# Errors of the SDKs for JavaScript, printed by Node.js or as JSON without any other text.
OBJECTS: Table = (
    (
        "cut-in-a-single-quote",
        f"{{ code: 'UnauthorizedOperation', requestId: '{REQUEST}",
        denied(code="UnauthorizedOperation", request_id=REQUEST),
    ),
    ("v3", f"{{ name: 'ThrottlingException', '$fault': 'client', '$metadata': {_METADATA} }}", _THROTTLED),
    (
        "v3-in-log",
        (
            "[error] API response (oidc.eu-west-1.amazonaws.com /token): {\n  name: 'AccessDeniedException',\n  '$fault': 'client',\n  '$metadata': {\n    httpStatusCode: 400,\n"
            f"    requestId: '{REQUEST}',\n    extendedRequestId: undefined,\n    cfId: undefined\n  }},\n  error: 'access_denied',\n  reason: null,\n  message: 'UnknownError'\n}}"
        ),
        denied(code="AccessDeniedException", service="ssooidc", status_code=400, request_id=REQUEST),
    ),
    (
        "empty-value",
        "code: AccessDenied\nmessage: Access Denied\nstatus_code: 403\nrequest_id: \nversion_id: \nhost_id: abcDEF123456/+=",
        denied(code="AccessDenied", status_code=403, host_id="abcDEF123456/+="),
    ),
    ("v3-json", json.dumps({"name": "ThrottlingException", **_OF_SDK}), _THROTTLED),
    ("v3-json-indented", json.dumps({"name": "ThrottlingException", **_OF_SDK}, indent="\t"), _THROTTLED),
    (
        "v3-json-sorted",
        json.dumps({**_OF_SDK, "message": "Slow {down}", "name": "ThrottlingException"}),
        _THROTTLED,
    ),
    (
        "v3-json-escaped",
        json.dumps({"level": 50, "err": json.dumps({"name": "ThrottlingException", **_OF_SDK})}),
        _THROTTLED,
    ),
    (
        "v3-invented",
        f"{{ name: 'NoSuchTagSet', '$fault': 'client', '$metadata': {{ httpStatusCode: 404, requestId: '{REQUEST}' }} }}",
        expect("aws_error", code="NoSuchTagSet", status_code=404, request_id=REQUEST),
    ),
    (
        "v3-without-code",
        f"{{ name: '403', '$fault': 'client', '$metadata': {{ httpStatusCode: 403, requestId: '{REQUEST}' }} }}",
        denied(status_code=403, request_id=REQUEST),
    ),
    (
        "v3-in-error-of-others",
        f"{{ name: 'OrdersError', cause: {{ name: 'ThrottlingException', '$fault': 'client', '$metadata': {_METADATA} }} }}",
        _THROTTLED,
    ),
    (
        "v3-cause-cut-off",
        "{ name: 'OrdersError', cause: { '$fault': 'client', '$metadata': [Object] } }",
        None,
    ),
    ("v3-adjacent", "[{ name: 'OrdersError' }, { '$fault': 'client', '$metadata': {} }]", None),
    ("v3-adjacent-ahead", "[{ '$fault': 'client', '$metadata': {} }, { name: 'OrdersError' }]", None),
    ("others-name", "{ name: 'ThrottlingException', message: 'too many calls', status: 429 }", None),
    ("others-fault", "{ name: 'NoSuchTagSet', fault: 'client', metadata: { httpStatus: 404 } }", None),
    ("others-variable", "{ name: 'OrdersError', text: `${fault: 1}` }", None),
    (
        "v2",
        f"{{ code: 'AccessDenied', statusCode: 403, requestId: '{REQUEST}', retryable: false }}",
        denied(code="AccessDenied", status_code=403, request_id=REQUEST),
    ),
    (
        "v2-without-body",
        "{ message: null, code: 'Forbidden', region: null, requestId: 'EXAMPLE0REQUEST1', extendedRequestId: 'abcDEF123456/+=', statusCode: 403, retryable: false }",
        denied(code="Forbidden", status_code=403, request_id="EXAMPLE0REQUEST1", host_id="abcDEF123456/+="),
    ),
    (
        "others-without-body",
        f"{{ message: null, code: 'Forbidden', requestId: '{REQUEST}', statusCode: 403, retryable: false }}",
        None,
    ),
)
# amazonka (Haskell), whose field names differ between versions.
HASKELL: Table = (
    (
        "haskell-1",
        f'ServiceError (ServiceError\' {{_serviceAbbrev = Abbrev "DynamoDB", _serviceStatus = Status {{statusCode = 400, statusMessage = "Bad Request"}}, _serviceHeaders = [("x-amzn-RequestId","{REQUEST}")], _serviceCode = ErrorCode "ProvisionedThroughputExceeded", _serviceMessage = Just (ErrorMessage "no words"), _serviceRequestId = Just (RequestId "{REQUEST}")}})',
        expect(
            "aws_error",
            code="ProvisionedThroughputExceeded",
            service="dynamodb",
            status_code=400,
            request_id=REQUEST,
        ),
    ),
    (
        "haskell-1.6",
        json.dumps(
            {
                "err": f'ServiceError (ServiceError\' {{_serviceErrorAbbrev = Abbrev {{fromAbbrev = "EKS"}}, _serviceErrorStatus = Status {{statusCode = 403, statusMessage = "Forbidden"}}, _serviceErrorHeaders = [("Server","Server")], _serviceErrorCode = ErrorCode "AccessDenied", _serviceErrorMessage = Just (ErrorMessage {{fromErrorMessage = "{DENIAL}"}}), _serviceErrorRequestId = Just (RequestId {{fromRequestId = "{REQUEST}"}})}})'
            }
        ),
        {**DENIED, "code": "AccessDenied", "status_code": 403, "request_id": REQUEST},
    ),
    (
        "haskell-2",
        f'ServiceError (ServiceError {{abbrev = Abbrev {{fromAbbrev = "S3"}}, status = Status {{statusCode = 404, statusMessage = "Not Found"}}, headers = [], code = ErrorCode "NoSuchTagSet", message = Just (ErrorMessage {{fromErrorMessage = "The TagSet does not exist"}}), requestId = Just (RequestId {{fromRequestId = "{REQUEST}"}})}})',
        expect("aws_error", code="NoSuchTagSet", service="s3", status_code=404, request_id=REQUEST),
    ),
    (
        "haskell-2-short",
        f'ServiceError {{abbrev = Abbrev "S3", status = Status {{statusCode = 403, statusMessage = "Forbidden"}}, code = ErrorCode "AccessDenied", message = Just (ErrorMessage "Access Denied"), requestId = Just (RequestId "{REQUEST}")}}',
        denied(code="AccessDenied", service="s3", status_code=403, request_id=REQUEST),
    ),
    (
        "haskell-others",
        'ServiceError {abbrev = "S3", status = Status {statusCode = 404}, code = "NoSuchTagSet", message = Just "no tags"}',
        None,
    ),
)
CLOUDTRAIL: Table = (
    (
        "columns-without-a-code",
        f"eks.amazonaws.com DescribeCluster Orders {DENIAL}",
        DENIED,
    ),
    ("record", json.dumps(_EVENT), _EVENT_FACTS),
    ("indented", json.dumps(_EVENT, indent=2), _EVENT_FACTS),
    ("records", json.dumps({"Records": [_EVENT]}), _EVENT_FACTS),
    (
        "lookup",
        json.dumps(
            {
                "Events": [
                    {"EventId": "x", "EventName": "DescribeCluster", "CloudTrailEvent": json.dumps(_EVENT)}
                ]
            }
        ),
        _EVENT_FACTS,
    ),
    (
        "eventbridge",
        json.dumps(
            {
                "version": "0",
                "detail-type": "AWS API Call via CloudTrail",
                "source": "aws.eks",
                "detail": _EVENT,
            }
        ),
        _EVENT_FACTS,
    ),
    ("python", str(_EVENT), _EVENT_FACTS),
    ("in-a-log", f"2026-01-02T03:04:05Z event {json.dumps(_EVENT)}", _EVENT_FACTS),
    (
        # A record of S3's server access log, as log platforms parse it.
        "requester",
        json.dumps(
            {
                "requester": APP,
                "requestID": "0A1B2C3D4E5F6A7B",
                "httpStatus": 403,
                "errorCode": "AccessDenied",
            }
        ),
        denied(code="AccessDenied", principal=APP, request_id="0A1B2C3D4E5F6A7B", status_code=403),
    ),
    (
        "no-principal-in-message",
        json.dumps({**_EVENT, "errorMessage": "Access Denied"}),
        denied(
            code="AccessDenied",
            operation="DescribeCluster",
            service="eks",
            principal=APP,
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
    (
        "ec2",
        json.dumps(
            {
                **_EVENT,
                "eventSource": "ec2.amazonaws.com",
                "eventName": "RunInstances",
                "errorCode": "Client.UnauthorizedOperation",
                "errorMessage": "You are not authorized to perform this operation. Encoded authorization failure message: Qx7_aB3dEfGh1jKlMnOp",
            }
        ),
        denied(
            code="Client.UnauthorizedOperation",
            operation="RunInstances",
            service="ec2",
            principal=APP,
            encoded_message="Qx7_aB3dEfGh1jKlMnOp",
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
    (
        "no-arn",
        json.dumps(
            {
                **_EVENT,
                "userIdentity": {"type": "AWSService", "invokedBy": "eks.amazonaws.com"},
                "errorMessage": "Access Denied",
            }
        ),
        denied(
            code="AccessDenied",
            operation="DescribeCluster",
            service="eks",
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
    (
        "success",
        json.dumps({k: v for k, v in _EVENT.items() if k not in {"errorCode", "errorMessage"}}),
        None,
    ),
    (
        "resource",
        json.dumps(
            {**_EVENT, "errorMessage": "denied", "resources": [{"ARN": CLUSTER, "accountId": "111122223333"}]}
        ),
        denied(
            code="AccessDenied",
            operation="DescribeCluster",
            service="eks",
            principal=APP,
            resource=CLUSTER,
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
    (
        "cut",
        json.dumps(_EVENT)[:-60],
        {key: value for key, value in _EVENT_FACTS.items() if key != "event_id"},
    ),
    (
        # A session's record that ends before the error: its issuer is not the caller.
        "cut-at-both-ends",
        json.dumps(
            {key: value for key, value in _EVENT.items() if key != "errorMessage"}
            | {"errorMessage": "Access Denied"}
        ).partition('"sessionContext": ')[2],
        denied(
            code="AccessDenied",
            operation="DescribeCluster",
            service="eks",
            account="111122223333",
            request_id=REQUEST,
            **_STATED_FACTS,
        ),
    ),
)
_ALERT = denied(service="ec2", operation="CreateNetworkInterface")
ALERTS: Table = (
    (
        "chat",
        "Access denied on event CreateNetworkInterface occured in account 111122223333 by <N/A>\nEvent source: ec2.amazonaws.com\nSource agent: 192.0.2.1",
        _ALERT,
    ),
    (
        "labels",
        ":warning: *Unauthorized API call*\n*Event name:* CreateNetworkInterface\n*Event source:* `ec2.amazonaws.com`",
        _ALERT,
    ),
    (
        "source-first",
        "Event source: ec2.amazonaws.com\nEvent name: CreateNetworkInterface\nAccess was denied.",
        _ALERT,
    ),
    ("no-event", "Access denied\nEvent Source: monitoring.amazonaws.com", denied(service="cloudwatch")),
    (
        "sentence",
        f"Access denied on event DescribeCluster\nEvent source: eks.amazonaws.com\n{DENIAL}",
        {**DENIED, "operation": "DescribeCluster"},
    ),
    # Not a denial, or not of AWS.
    ("allowed", "Event source: ec2.amazonaws.com\nEvent name: CreateNetworkInterface", None),
    ("condition", "If access denied, look here\nEvent source: ec2.amazonaws.com", None),
    ("negation", "No access denied\nEvent source: ec2.amazonaws.com", None),
    ("count", "Access denied: 0\nEvent source: ec2.amazonaws.com", None),
    ("alarm", "Access denied alarms\nEvent source: ec2.amazonaws.com", None),
    ("other-paragraph", "Access denied on event Login\n\nEvent source: ec2.amazonaws.com", None),
    ("other-source", "Access denied on event Login\nEvent source: login.example.com", None),
)
_BODY = "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message><Key>a</Key></Error>"
STATUSES: Table = tuple(
    (
        name,
        f"{words} from https://sqs.eu-west-1.amazonaws.com/ AccessDenied: Access Denied",
        denied(code="AccessDenied", service="sqs", status_code=403),
    )
    for name, words in (
        ("http", "HTTP/1.1 403"),
        ("http-word", "HTTP 403"),
        ("http-in-small-letters", "Forbidden (Http 403)"),
        ("upper-case-error", "ERROR: 403 -- refused"),
        ("quoted-reason", ': 403 "Forbidden"'),
        ("response-code", "response code 403"),
        ("status-code", "status code was 403"),
        ("reason", "403 Forbidden"),
        ("client", "Client error: 403"),
        ("responseCode", "responseCode: 403"),
        ("response", "response 403"),
        ("parentheses", "(403) Forbidden"),
        ("error", "error 403:"),
        ("failed", "failed 403:"),
        ("status-colon", "status: 403"),
        ("rust-status", "StatusCode(403)"),
        ("tuple", "(403, 'Forbidden')"),
        ("soto", "Unhandled Error, code: 403, body: none"),
        ("reason-in-parentheses", "403 (Forbidden)"),
        ("code-response", "Code: 403, Response: none"),
        ("kotlin", "HttpResponse(status=403: Forbidden, headers=[])"),
    )
)
# The ID and status of the request that an application serves are not the ones of its call.
_SERVED = "7d4bba2b-0000-4b02-b4da-0bcd4c9ba2b1"
_ERROR = {"code": "AccessDenied", "requestId": REQUEST, "statusCode": 403}
_LOGGED_FACTS = denied(code="AccessDenied", request_id=REQUEST, status_code=403)
_TEXT_FACTS = denied(code="AccessDenied")
_TEXT = "AccessDenied: Access Denied"
LOGGERS: Table = (
    ("level-first", json.dumps({"level": "error", "requestId": _SERVED, "err": _ERROR}), _LOGGED_FACTS),
    (
        "custom-resource",
        json.dumps({"Status": "FAILED", "RequestId": _SERVED, "Data": {"Error": _ERROR}}, indent=4),
        _LOGGED_FACTS,
    ),
    ("outer-status", json.dumps({"statusCode": 500, "cause": _ERROR}), _LOGGED_FACTS),
    (
        "object-before",
        json.dumps({"data": {"requestId": REQUEST}, "code": "AccessDenied", "requestId": _SERVED}),
        denied(code="AccessDenied", request_id=REQUEST),
    ),
    (
        "merged",
        json.dumps({"code": "AccessDenied", "level": "error", **_ERROR, "retryDelay": 20.1}),
        _LOGGED_FACTS,
    ),
    ("served", json.dumps({"level": "error", "request_id": _SERVED, "error": _TEXT}), _TEXT_FACTS),
    (
        "served-behind-a-time",
        "2026-01-02T03:04:05Z " + json.dumps({"level": "error", "request_id": _SERVED, "error": _TEXT}),
        _TEXT_FACTS,
    ),
    (
        "served-behind-lines",
        "2026-01-02T03:04:05Z "
        + json.dumps({"level": "error", "error": f"{_TEXT}\n\tretried", "request_id": _SERVED}),
        _TEXT_FACTS,
    ),
    (
        "http",
        json.dumps({"error": _TEXT, "http": {"request_id": _SERVED, "response": {"status_code": 500}}}),
        _TEXT_FACTS,
    ),
    (
        "ids-first",
        json.dumps({"requestId": _SERVED, "statusCode": 502, "message": _TEXT, "@l": "Error"}),
        _TEXT_FACTS,
    ),
    (
        "ids-in-objects",
        json.dumps({"message": _TEXT, "request": {"requestId": _SERVED}, "response": {"statusCode": 502}}),
        _TEXT_FACTS,
    ),
    (
        "attributes-of-a-span",
        json.dumps({"attributes": {"http.status_code": 500}, "events": [{"exception.message": _TEXT}]}),
        _TEXT_FACTS,
    ),
    ("status-of-another-server", f"{_TEXT}\nstatus: 502", _TEXT_FACTS),
    ("status-of-the-answer", f"{_TEXT}\nstatus: 400", {**_TEXT_FACTS, "status_code": 400}),
    # The payload of an Invoke has the error of the function, and the class of PHP follows the message.
    (
        "invoke",
        json.dumps(
            {
                "StatusCode": 200,
                "FunctionError": "Unhandled",
                "Payload": '{"errorType":"AccessDenied","errorMessage":"Access Denied"}',
            }
        ),
        denied(code="AccessDenied"),
    ),
    (
        "completed-upload",
        json.dumps({"code": "AccessDenied", "message": "Access Denied", "statusCode": 200}),
        denied(code="AccessDenied", status_code=200),
    ),
    (
        "class-after-the-message",
        json.dumps(
            {
                "message": f"AccessDenied (client): Access Denied. - {_BODY}",
                "exception": {"Exception": "Aws\\S3\\Exception\\S3Exception"},
            }
        ),
        denied(code="AccessDenied", service="s3"),
    ),
    ("pino", json.dumps({"res": {"statusCode": 500}, "err": _ERROR}), _LOGGED_FACTS),
    ("asp-net", json.dumps({"@x": _TEXT, "RequestId": "0HMVD33IIJRFR:00000001"}), _TEXT_FACTS),
)
TABLES = (XML, JSON, OBJECTS, HASKELL, CLOUDTRAIL, ALERTS, STATUSES, LOGGERS)


@check_rows(("text", "expected"), rows(row for table in TABLES for row in table))
def test_facts_of_a_body(text: str, expected: Facts | None) -> None:
    """A body has the facts that it states, and no others."""
    assert facts_in(text) == expected


def test_each_record_of_a_file_is_a_failure() -> None:
    """Each record of a CloudTrail file is a separate failure with its own spans."""
    from tests.tables import all_facts_in

    second = {
        **_EVENT,
        "eventName": "ListBuckets",
        "eventSource": "s3.amazonaws.com",
        "errorMessage": "Access Denied",
        "requestID": "EXAMPLE0REQUEST1",
    }
    found = all_facts_in(
        json.dumps(
            {"Records": [_EVENT, {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}, second]}
        )
    )
    assert found == [
        _EVENT_FACTS,
        denied(
            code="AccessDenied",
            operation="ListBuckets",
            service="s3",
            principal=APP,
            request_id="EXAMPLE0REQUEST1",
            **_STATED_FACTS,
        ),
    ]


def test_a_record_in_any_order_states_when_and_where() -> None:
    """The time and region are read before the keys by which a record is known, too, but only in a record."""
    record = {
        "eventTime": "2026-01-02T03:04:05Z",
        "awsRegion": "eu-west-1",
        "eventSource": "eks.amazonaws.com",
        "eventName": "DescribeCluster",
        "errorCode": "AccessDenied",
    }
    # A cut document is not JSON any more.
    cut = json.dumps(record, indent=2).removesuffix("\n}")
    found = parse(cut)
    assert found is not None
    assert (found.envelope.time, found.envelope.region) == ("2026-01-02T03:04:05Z", "eu-west-1")
    assert found.span[0] == cut.index("eventTime") - 1
    other = parse('"eventTime": "2026-01-02T03:04:05Z", "awsRegion": "eu-west-1", "code": "AccessDenied"')
    assert found.kind == "access_denied"
    assert other is None or other.envelope.time is None
