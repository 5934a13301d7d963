"""List the texts for the measurements. Every ID and name is fictional."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = (
    "An error occurred (AccessDenied) when calling the GetObject operation: User: "
    "arn:aws:sts::111122223333:assumed-role/report-writer/i-0a1b2c3d4e5f60718 is not authorized to perform: "
    "s3:GetObject on resource: arn:aws:s3:::quarterly-reports/2026/q1.csv because no identity-based policy allows the s3:GetObject action"
)

# The message of services that do not state the policy type.
REASONLESS = (
    "An error occurred (AccessDeniedException) when calling the DescribeCluster operation: User: "
    "arn:aws:iam::111122223333:user/ana is not authorized to perform: eks:DescribeCluster on "
    "resource: arn:aws:eks:eu-west-1:111122223333:cluster/orders"
)

ORDINARY = (
    '10.20.30.40 - - [14/Mar/2026:09:26:53 +0000] "GET /api/v1/orders/48213?expand=items HTTP/1.1" 200 1843 "-" "okhttp/4.12.0" rt=0.031',
    '10.20.31.7 - shop [14/Mar/2026:09:26:54 +0000] "POST /checkout/basket HTTP/2.0" 302 0 "https://shop.example.com/basket" "Mozilla/5.0 (X11; Linux x86_64)"',
    "2026-03-14 09:26:53.589  INFO 1 --- [nio-8080-exec-4] c.e.orders.OrderController              : Order 48213 placed by customer 9917, 3 items, 59.90 EUR",
    "2026-03-14T09:26:53,589 INFO  [main] org.example.billing.InvoiceJob - Invoice run finished: 1204 invoices in 8.31 s",
    "I0314 09:26:53.589793       1 reconciler.go:142] Reconciled Deployment shop/frontend generation=17 replicas=3/3 in 41.7ms",
    'time="2026-03-14T09:26:53Z" level=info msg="cache refreshed" component=catalog entries=20418 took=118ms',
    '{"level":"info","ts":1773480413.589,"caller":"server/http.go:88","msg":"request served","method":"GET","path":"/healthz","bytes":2,"duration":0.0004}',
    "2026-03-14 09:26:53,589 INFO worker.tasks [MainThread] task resize_image[7f9c] succeeded in 0.412s: 'thumbnails/48213.webp'",
    "[2026-03-14 09:26:53 +0000] [27] [INFO] Booting worker with pid: 27, listening at http://0.0.0.0:8000",
)

# Error lines of programs that do not use AWS.
ERRORS = (
    "2026-03-14 09:26:53,589 ERROR worker.tasks [MainThread] task resize_image[7f9c] failed after 3 attempts: cannot identify image file",
    "2026-03-14T09:26:53.589Z ERROR [orders] order 48213 failed: java.lang.IllegalStateException: customer not found",
    "2026-03-14 09:26:53.589  WARN 1 --- [nio-8080-exec-4] o.h.engine.jdbc.spi.SqlExceptionHelper   : SQL Error: 1205, SQLState: 40001",
    "E0314 09:26:53.589793       1 reconciler.go:142] failed to reconcile Deployment shop/frontend: context deadline exceeded",
    "W0314 09:26:53.589793       1 warnings.go:70] policy/v1beta1 PodSecurityPolicy is deprecated in v1.21+, unavailable in v1.25+",
    'time="2026-03-14T09:26:53Z" level=error msg="connection to 10.20.30.41:5432 lost" component=catalog error="read: connection reset by peer"',
    'time="2026-03-14T09:26:53Z" level=warning msg="retrying in 4s" component=catalog attempt=2',
    '{"level":"error","ts":1773480413.589,"caller":"server/http.go:91","msg":"request failed","method":"POST","path":"/orders","status":500,"error":"upstream timed out"}',
    '{"level":"warn","ts":1773480413.589,"caller":"cache/lru.go:44","msg":"cache is nearly full","entries":20418,"limit":20480}',
    "[2026-03-14 09:26:53 +0000] [27] [ERROR] Worker (pid:31) was sent SIGKILL! Perhaps out of memory?",
    "2026/03/14 09:26:53 [error] 31#31: *4217 connect() failed (111: Connection refused) while connecting to upstream, client: 10.20.30.40, server: shop.example.com",
    "Mar 14 09:26:53 web1 systemd[1]: billing.service: Main process exited, code=exited, status=1/FAILURE, see the error above",
    "2026-03-14T09:26:53,589 WARN  [main] org.example.billing.InvoiceJob - Invoice 1204 not printed: printer is out of paper",
    "2026-03-14 09:26:53,589 ERROR reports.mail [worker-2] could not send mail to ops@example.com: [Errno 111] Connection refused",
)

TERRAFORM = (
    "╷\n│ Error: reading S3 Bucket (quarterly-reports) policy: operation error S3: GetBucketPolicy, https response error StatusCode: 403,\n"
    "│ RequestID: 7QX2A9K4M1P8R5T3, HostID: c2FtcGxlLWhvc3QtaWQ=, api error AccessDenied: User:\n"
    "│ arn:aws:sts::111122223333:assumed-role/deployer/ci-4821 is not authorized to perform: s3:GetBucketPolicy on resource:\n"
    '│ "arn:aws:s3:::quarterly-reports" because no identity-based policy allows the s3:GetBucketPolicy action\n│ \n'
    '│   with module.reports.aws_s3_bucket_policy.this,\n│   on modules/reports/main.tf line 41, in resource "aws_s3_bucket_policy" "this":\n'
    '│   41: resource "aws_s3_bucket_policy" "this" {\n│ \n╵\n'
)
GO_V2 = (
    "operation error EKS: DescribeCluster, https response error StatusCode: 403, RequestID: 0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9, api error "
    "AccessDeniedException: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: eks:DescribeCluster on resource: "
    "arn:aws:eks:eu-central-1:111122223333:cluster/shop with an explicit deny in a service control policy"
)
JAVA = (
    "software.amazon.awssdk.services.sqs.model.SqsException: User: arn:aws:sts::111122223333:assumed-role/consumer/pod-7 is not authorized "
    "to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:eu-central-1:111122223333:orders because no resource-based policy allows the "
    "sqs:ReceiveMessage action (Service: Sqs, Status Code: 403, Request ID: 5f6e7d8c-9b0a-4c1d-8e2f-3a4b5c6d7e8f)\n"
    "\tat org.example.orders.Poller.poll(Poller.java:57)\n\tat java.base/java.lang.Thread.run(Thread.java:840)\n"
)
KUBECTL = (
    'Error from server (Forbidden): deployments.apps is forbidden: User "arn:aws:sts::111122223333:assumed-role/dev/ana" cannot list '
    'resource "deployments" in API group "apps" in the namespace "shop"'
)


def event(number: int = 0) -> dict[str, object]:
    """Return a CloudTrail record of a denial."""
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLEEXAMPLEEX:app",
            "arn": f"arn:aws:sts::111122223333:assumed-role/app/i-{number:017x}",
            "accountId": "111122223333",
        },
        "eventTime": "2026-03-14T09:26:53Z",
        "eventSource": "sqs.amazonaws.com",
        "eventName": "SendMessage",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "10.20.30.40",
        "userAgent": "aws-sdk-java/2.30",
        "errorCode": "AccessDenied",
        "errorMessage": f"User: arn:aws:sts::111122223333:assumed-role/app/i-{number:017x} is not authorized to perform: sqs:SendMessage on resource: "
        "arn:aws:sqs:eu-central-1:111122223333:orders because no identity-based policy allows the sqs:SendMessage action",
        "requestParameters": None,
        "responseElements": None,
        "requestID": f"5f6e7d8c-9b0a-4c1d-8e2f-{number:012x}",
        "eventID": f"6a7b8c9d-0e1f-4a2b-9c3d-{number:012x}",
        "eventType": "AwsApiCall",
        "recipientAccountId": "111122223333",
    }


TYPICAL = {
    "plain boto3 denial": PLAIN,
    "Terraform box": TERRAFORM,
    "Go v2": GO_V2,
    "Java v2 with stack": JAVA,
    "kubectl forbidden": KUBECTL,
    "CloudTrail record as JSON": json.dumps(event()),
}


# Roles, sessions and other ARNs in policies and logs.
ARNS = (
    "arn:aws:iam::111122223333:role/report-writer",
    "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Readers_0123456789abcdef",
    "arn:aws:sts::111122223333:assumed-role/report-writer/i-0a1b2c3d4e5f60718",
    "arn:aws:eks:eu-central-1:111122223333:cluster/shop",
    "arn:aws:s3:::quarterly-reports/2026/q1.csv",
    "arn:aws-cn:lambda:cn-north-1:111122223333:function:resize:live",
)


def escaped(depth: int = 5) -> str:
    """Return a denial in nested JSON strings."""
    text = PLAIN
    for _ in range(depth):
        text = json.dumps({"log": text})
    return text


# Texts to repeat to any size. An ending with words of failures is added, so that the readers search the text.
ADVERSARIAL = (
    "User: ", "arn:", "(", '"', "\\", "is not authorized to perform: ", "not authorized ", "on resource: ", "because no ",
    "with an explicit deny in a ", '{"a":', "<Code>", "<Code>AccessDenied</Code>", "<Message>", "status code: ", "An error occurred (", "[", "{",
    "Encoded authorization failure message: ", "\n", "\r\n", " ", "\t", "a", "aws", "a.", "A.", "é", "-", "1", "&amp;", "\x1b[", "\\n", '\\"', "\\u0022",
    "Access Denied\n\n", "Access Denied. ", "Error: Unauthorized\n", "ThrottlingException: Rate exceeded\n\n", "AccessDenied: ",
    "(Service: A; Status Code: 403; ", "operation error EKS: ", "status: 403 ", "message: ", '"code": "', "https://a.amazonaws.com ",
    "com.amazonaws.", 'User "x" cannot list resource "pods" in API group "" ', "│ Error: ", "x" * 79 + "\n", PLAIN + "\n", PLAIN + " ",
    escaped() + "\n", TERRAFORM,
    "│ Error: │\n", "| x |\n", "https://s3.amazonaws.com/ 403 Forbidden ", "HTTP Error 403: Forbidden\n", "'a.", "\nexcept a.b, ", "\ncatch (",
    'File "x", line 1\nraise ', "AccessDenied [", "AmazonS3Exception[", "403 (AccessDenied) ", "<HostId>", "\x1e403 https://a.amazonaws.com:",
    # Console cards, continued lines, masks, labels, literals in source code, hosts and codes without a colon.
    "User: arn:aws:iam::1:user/a\nAction: s3:a\n", "Context: no identity-based policy allows the action\n", "On resource(s): ", " \\\n", " `\n",
    "arn:aws:iam::<", 'arn:aws:iam::"a ', "arn:aws:iam::(", "Code: Throttling, Message: Rate exceeded ", 'log.error("Access Denied")\n',
    '"Access Denied" in x ', 'f("not authorized ', "AccessDenied Message: ", "a.dkr.ecr.us-east-1.amazonaws.com ", "host:s3.us-east-1.amazonaws.com\n",
    "## AccessDenied\n", "AccessDenied. User doesn't have permission to call s3:a ", "Request ID: a\n2026/01/", "Encoded authorization failure message:\n",
    "(AccessDenied)` when calling ", "| stdout F ", "arn:aws:iam:: 1",
    # Denials in other languages, and words around which the readers for Kubernetes and for reasons search.
    "n'est pas autorisé à ", "s3:GetObject n'est pas autorisé à ", "권한이 없습니다 ", "Benutzer x ist nicht berechtigt ", "(AccessDenied) GetObject操作 ",
    "is forbidden: x attempting to grant\n", "with an explicit deny ", "because public ", "arn:\n", "x\n", "?:__type=",
    # What never closes in a list and in a test report.
    '[{},\\"', "<test><!-- ", "<test><![CDATA[",
    # Combinations.
    "User: arn:aws:", 'User: "arn:(', "is not authorized to perform: on resource: because no ", '{"a":"\\"', "<Code>(status code: ", "é\nerror: (",
    "Access Denied\n\x85", "An error occurred (User: is not authorized to perform: ", "executable aws",
    # Many short lines, and what ``benchmarks.hostile`` found to take long.
    "é\n", "é\n{\n", "not \n", "Error: \n\n", ' err="Unauthorized" > ', '    StatusCode:"', "          StatusCode: 400,\n",
    " User not authorized to operate on the specified resource,é", '{"token": "123\n', "psk\r\nAccessDenied",
)  # fmt: skip
TRIGGER = " error denied not authorized"
# Redaction also needs a sign of a secret.
SECRET_TRIGGER = f"{TRIGGER} token"
# Fragments for patterns that other texts do not reach: a long repetition of the start of the pattern, then its end. The
# middle is missing, so that none matches.
SWITCHES = (
    " due to missing permissions",
    " authorized to access the key",
    " getting credentials: exec: executable x",
    " with API server: Unauthorized",
    " s3.amazonaws.com 403",
)
# Starts of patterns with many possible ends.
ENDLESS = (
    ("getting credentials: exec: executable ", "aws"),
    ("getting credentials: exec: fork/exec ", "aws"),
    ("Access to the resource https://", "a is "),
    ("is not authorized to perform: ", "ResponseMetadata"),
)

# Starts of secrets, which the benchmark of redact repeats to any size.
SECRET_UNITS = (
    "secret=", "aws_secret_access_key = ", "token: ", "X-Amz-Signature=", "AKIAIOSFODNN7EXAMPLE ", "eyJhbGciOi.", "Authorization: Bearer ",
    "-----BEGIN PRIVATE KEY-----\n", "https://a:b@", "IQoJb3JpZ2luX2Vj", "Encoded authorization failure message: ", '{"SecretAccessKey": "',
    "token:\n7aBcDeFg", "AKIA", '{"password":"x"},', '{\\"token\\": \\"', "curl -u a:b ", "kind: Secret\ndata:\n", "SecureString ", "glpat-",
    "token is ", "password=hunter2 ", "token: aB3dE6fG9hJ2\n", "<token>aB3dE6fG9hJ2</token>", 'token="aB3dE6fG\\n" ', "token%20is%20aB3dE6fG9hJ2%0A",
    "pass\n", "    <Message>Token too old:(", "private key\x1e", "[{é", "seed=://", "token\\u003d://", "secret%20%22=", ">cookie = xoxb-", "<br>auth",
    "X-Amz-Signature->", "@api_key|s3:GetObject\\n", "`%20Cookie\x85", "Set-CookieSet-Cookie%3Dcodeverifier\x1e",
    "Authorization:", "auth=://", "?--token://", '%0Acookie\\"=>', "eyJrIjoi", "pwd”", "passphrase│ :", "aws_secret_access_key│", "auth\\u003dtoken\n",
    '\\"\\":\\"--password', "https://a:b@&#39;pass", "device_code&lt;glpat-=>", "│QVdTOmV5SG.pass: |\n  @tcp(", "> Authorization: Bearer ey\n", "tokenNoEcho: true\n",
)  # fmt: skip

# Units with a number instead of each "{n}", so that no two of them are equal.
NUMBERED_UNITS = (
    "arn:{n}\n", "token:\n7aBcDeFg{n} ", "token:\n7aBcDeFg{n}\\n", "token: aB3dE6fG9hJ2\n{n}\\n", "token: {n}\\n", "secret={n}\\n",
    '{"token": "{n}\n', "Encoded authorization failure message:\n{n}\\n", "12345{n}authToken\n  ->", "token: eyJhbGciOi{n}.eyJzdWIi.abc'\n",
    "auth|\n- 7aBcDeFg{n}", "password|FQoDYXdz{n}\\n",
    '{n}%0A"][[]client_key_data', "docker login -p xtoken%0A{n}", "aB{n}pwd->{n}&quot;", "{n}Authorization: Bearer\\\n",
    "%2522\0{n}[--PASSWORD|", "requestId: seed{n}pat\n",
)  # fmt: skip


def repeated(unit: str, size: int, ending: str = TRIGGER) -> str:
    """Repeat a text up to a size, with an ending that makes the readers search it.

    No repetition is cut, so that texts of all sizes are documents of the same kind.
    """
    return unit * max(1, (size - len(ending)) // len(unit)) + ending


def numbered(unit: str, size: int) -> str:
    """Repeat a unit of ``NUMBERED_UNITS`` up to a size."""
    count = size // len(unit.replace("{n}", "")) + 1
    return "".join(unit.replace("{n}", str(number)) for number in range(count))[:size]


def mixed_units(size: int) -> str:
    """Return the starts of secrets in random order, so that no two parts of the text are equal."""
    rnd = random.Random(20260314)
    return "".join(rnd.choices(SECRET_UNITS, k=size))[:size]


# Starts of secrets, between ordinary words.
SECRET_STARTS = (
    "password", "token:", "bearer ", "Authorization: Bearer ", "secret=", "api_key: ", "AWS_SECRET_ACCESS_KEY=", "aws_session_token ",
    "ghp_", "glpat-", "xoxb-", "sk_live_", "AKIA", "-----BEGIN PRIVATE KEY-----", "-----BEGIN RSA", "eyJhbGciOi", "eyJ", "curl -u ",
    "mysql -p", "docker login -p", "client_secret", "passphrase", "private key", "SecureString", "X-Amz-Signature=", "IQoJb3JpZ2luX2Vj",
    "https://a:b@", "--password ", "pwd=", "Cookie: ", "Set-Cookie: ", "sig=", "AccountKey=", "npm_", "hvs.", "kind: Secret", "data:",
    "auth", "secret access key is ", "my password is ",
)  # fmt: skip
_WORDS = (
    "the", "user", "orders", "failed", "to", "read", "from", "bucket", "region", "error", "value", "and", "is", "not", "allowed", "when",
    "calling", "service", "42", "eu-west-1", "ana", "report", "job", "17", "of", "in", "on", "a", "for", "with", "table",
)  # fmt: skip
_SEPARATORS = {
    "spaces": (" ",),
    "lines": (" ", " ", " ", " ", "\n"),
    "signs": (" ", "\n", ": ", "=", '"', ", ", "'", ",", ";", "|", "\\n"),
}


def mixed_words(size: int) -> Iterator[tuple[str, str]]:
    """Yield texts that mix starts of secrets with ordinary words in random order, each with its name.

    They have different shares of starts and different separators.
    """
    for share in (0.5, 0.3, 0.15, 0.05):
        for name, separators in _SEPARATORS.items():
            rnd = random.Random(20260314)
            pieces: list[str] = []
            while len(pieces) < size:
                pieces += (
                    rnd.choice(SECRET_STARTS if rnd.random() < share else _WORDS),
                    rnd.choice(separators),
                )
            yield f"of {share:.0%} starts of secrets between words with {name}", "".join(pieces)[:size]


def settings(size: int) -> Iterator[tuple[str, str]]:
    """Yield files of settings in which nearly all values are secrets, each with its name."""
    rnd = random.Random(20260314)
    values = [
        "".join(rnd.choices("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789", k=8)) for _ in range(size // 16)
    ]
    yield "of an environment file", "".join(f"{each[:3].upper()}_TOKEN={each}\n" for each in values)[:size]
    yield "of a list of objects in YAML", "".join(f"- token: {each}\n" for each in values)[:size]
    yield "of headers", "".join(f"Authorization: Bearer {each * 2}\n" for each in values)[:size]
    yield "of rows of users", "user,password\n" + "".join(f"{each[:5]},{each}\n" for each in values)[:size]


# Secrets that must be decoded or joined first, alone and between words.
_ENCODED = {
    "percent-encoded": ";aws_secret_access_key%3d{} │'",
    "twice percent-encoded": "http://a/?--token%253D{}&nbsp;",
    "JSON-escaped": "\\u0022password\\u003d{}\\u0022,",
    "boxed": "> access_token│{}\x1b[0m\t",
    "percent-encoded, between words": "%20Password%3D{} is what the user of the table has sent to the region with the report of orders, ",
    "HTML-escaped, between words": "* pwd&#58;{} is what the user of the table has sent to the region with the report of the orders, ",
}


def encoded(size: int) -> Iterator[tuple[str, str]]:
    """Yield texts of many secrets in the same notation, each with another value, and their names."""
    rnd = random.Random(20260314)
    for name, unit in _ENCODED.items():
        values = (
            "".join(rnd.choices("abcdefghijkmnpqrstuvwxyzABCDEFGH23456789", k=8))
            for _ in range(size // len(unit) + 1)
        )
        yield f"of secrets, {name}", "".join(map(unit.format, values))[:size]


def shortened(unit: str) -> str:
    """Return a text for the name of a figure."""
    shown = ascii(unit)
    return shown if len(shown) <= 34 else shown[:31] + "..."


def _failed(code: str, operation: str, message: str) -> str:
    return f"An error occurred ({code}) when calling the {operation} operation: {message}"


_CALLER = "User: arn:aws:sts::111122223333:assumed-role/app/run is not authorized to perform: "
# What other rules than those for standard denials explain, or several of them.
ONE_LINE = {
    "no credentials": 'Unable to locate credentials. You can configure credentials by running "aws configure".',
    "no credentials of a program": "Unable to locate credentials",
    "expired credentials": _failed("ExpiredToken", "ListBuckets", "The provided token has expired."),
    "unknown access key ID": _failed(
        "InvalidAccessKeyId",
        "ListBuckets",
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
    "invalid token": _failed(
        "InvalidClientTokenId", "GetCallerIdentity", "The security token included in the request is invalid."
    ),
    "wrong signature": _failed(
        "SignatureDoesNotMatch",
        "ListUsers",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    ),
    "disabled Region": _failed(
        "RegionDisabledException",
        "AssumeRole",
        "STS is not activated in this region for account:111122223333. Your account administrator can activate STS in this region using the IAM Console.",
    ),
    "role": _failed(
        "AccessDenied",
        "AssumeRole",
        f"{_CALLER}sts:AssumeRole on resource: arn:aws:iam::111122223333:role/deploy",
    ),
    "web identity": _failed(
        "AccessDenied", "AssumeRoleWithWebIdentity", "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    ),
    "passed role": _failed(
        "AccessDenied",
        "CreateFunction",
        f"{_CALLER}iam:PassRole on resource: arn:aws:iam::111122223333:role/fn because no identity-based policy allows the iam:PassRole action",
    ),
    "bare denial of S3": _failed("AccessDenied", "GetObject", "Access Denied"),
    "denied upload to S3": _failed("AccessDenied", "PutObject", "Access Denied"),
    "response of S3 without a body": _failed("403", "HeadObject", "Forbidden"),
    "encoded denial of EC2": _failed(
        "UnauthorizedOperation",
        "RunInstances",
        f"You are not authorized to perform this operation. Encoded authorization failure message: {'aB3_-' * 60}",
    ),
    "throttled call": _failed("Throttling", "AssumeRole", "Rate exceeded"),
    "malformed policy": _failed("MalformedPolicyDocument", "CreatePolicy", "Syntax errors in policy."),
    "login that a cluster rejects": "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
}
"""Errors on one line, by what they say."""

SERVICE_ERRORS = (
    ("ResourceNotFoundException", "Invoke", "Function not found: arn:aws:lambda:eu-central-1:111122223333:function:orders"),
    ("EntityAlreadyExists", "CreateRole", "Role with name orders-reader already exists."),
    ("NoSuchEntity", "GetRole", "The role with name orders-reader cannot be found."),
    ("ValidationException", "PutItem", "One or more parameter values were invalid: Missing the key id in the item"),
    ("ConditionalCheckFailedException", "PutItem", "The conditional request failed"),
    ("NoSuchBucket", "ListObjectsV2", "The specified bucket does not exist"),
    ("InvalidInstanceID.NotFound", "DescribeInstances", "The instance ID 'i-0a1b2c3d4e5f60718' does not exist"),
    ("ValidationError", "DescribeStacks", "Stack with id orders does not exist"),
    ("RepositoryNotFoundException", "BatchGetImage", "The repository with name 'orders' does not exist in the registry with id '111122223333'"),
    ("ClusterNotFoundException", "DescribeTasks", "Cluster not found."),
    ("KMSInvalidStateException", "Decrypt", "arn:aws:kms:eu-central-1:111122223333:key/1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b is pending deletion."),
    ("AccessDeniedException", "Decrypt", "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access."),
    ("AccessDeniedException", "InvokeModel", "You don't have access to the model with the specified model ID."),
    ("AccessDeniedException", "GetTable", "Insufficient Lake Formation permission(s): Required Describe on orders"),
    ("InvalidParameterValueException", "CreateFunction", "The role defined for the function cannot be assumed by Lambda."),
    ("InvalidParameterValueException", "CreateFunction", "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"),
    ("MalformedPolicyDocument", "UpdateAssumeRolePolicy", 'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/orders"'),
    ("NotAuthorizedException", "InitiateAuth", "Incorrect username or password."),
    ("UnauthorizedException", "ListAccounts", "Session token not found or invalid"),
    ("LimitExceededException", "AttachRolePolicy", "Cannot exceed quota for PoliciesPerRole: 10"),
    ("PermanentRedirect", "GetObject", "The bucket you are attempting to access must be addressed using the specified endpoint."),
    ("OptInRequired", "RunInstances", "You are not subscribed to this service. Please go to http://aws.amazon.com to subscribe."),
    ("QueueDoesNotExist", "SendMessage", "The specified queue does not exist."),
    ("InvalidRequestException", "CreateAccessEntry", "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation."),
)  # fmt: skip
"""Errors whose messages are not standard ones: their code, operation and message."""
