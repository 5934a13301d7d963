"""Tests for the service-specific messages that explanations quote."""

from __future__ import annotations

import pytest

from iamtriage import AccessDenied, Failure, explain, parse, scan
from iamtriage.testing import ENVELOPES, EnvelopeName, aws_error
from tests.tables import check_rows

HEAD = "An error occurred (AccessDeniedException) when calling the CreateAgent operation: "
SAID = "Agents are closed for 111122223333 today"


def _quote(text: str | dict[str, object]) -> str | None:
    """Return what an explanation quotes, if anything."""
    return _quote_of(text)


def _quote_of(failure: str | dict[str, object] | Failure) -> str | None:
    quotes = [
        cause.text.removeprefix("The service says: ")
        for cause in explain(failure).causes
        if cause.code == "service-message"
    ]
    return quotes[0] if quotes else None


def _text(said: str, envelope: EnvelopeName) -> str:
    return aws_error("AccessDeniedException", said, "CreateAgent", "bedrock").text(envelope)


# What follows a sentence: tracebacks, log entries, additions of SDKs.
BEHIND = [
    ("end", ""),
    ("full-stop", "."),
    ("next-sentence", ". Ask the orders team."),
    ("java-frames", "\n\tat com.example.orders.Agents.create(Agents.java:40)\n\tat com.example.Main.main(Main.java:7)"),
    ("java-folded", " at com.example.orders.Agents.create(Agents.java:40) at com.example.Main.main(Main.java:7)"),
    ("java-caused", "\nCaused by: java.io.IOException: closed"),
    ("java-caused-folded", "; caused by: java.io.IOException: closed"),
    ("java-module", "\n    at java.base/java.lang.Thread.run(Thread.java:840)"),
    ("java-tail", " (Service: Orders, Status Code: 403, Request ID: 0a1b2c3d-0000-1111-2222-333344445555)"),
    ("java-v1-tail", ". (Service: Orders; Status Code: 403; Error Code: AccessDeniedException; Request ID: 0a1b2c3d)"),
    ("java-request", "; request: HEAD https://orders.example.com a/b.csv {} Hadoop 3.3.4, aws-sdk-java/1.12.500"),
    ("js-frames", "\n    at throwDefaultError (/app/node_modules/orders/dist/index.js:8:22)\n    at run (/app/x.js:1:2)"),
    ("js-frame-without-parenthesis", "\n    at node_modules\\orders\\dist\\index.js:8:22)\n    at C:\\app\\x.js:1:2"),
    ("js-folded", " at node_modules/orders/dist/index.js:8:22 at process.processTicksAndRejections (node:internal/x:95:5)"),
    ("js-async", "\n    at async /app/handler.mjs:12:3"),
    ("js-anonymous", "\n    at Object.<anonymous> (file:///app/x.mjs:3:4)"),
    ("js-new", "\n    at new Agents (/app/agents.ts:3:4)"),
    ("js-object", "\n    at run (/app/x.js:1:2) {\n  Code: 'AccessDeniedException'\n}"),
    ("js-object-folded", " { code: 'AccessDeniedException', time: 2024-01-01T00:00:00.000Z }"),
    ("dotnet-frames", "\n   at Example.Orders.Agents.CreateAsync(String name) in /src/Agents.cs:line 40"),
    ("dotnet-folded", " at Example.Orders.Agents.CreateAsync[T](String name, CancellationToken token)"),
    ("dotnet-inner", " ---> System.Net.WebException: The remote server returned an error: (403) Forbidden."),
    ("dotnet-inner-end", "\n   --- End of inner exception stack trace ---"),
    ("python-next-frame", '\n  File "/app/orders.py", line 7, in create\n    agents.create()'),
    ("python-folded", ' File "/app/orders.py", line 7, in create'),
    ("python-source", "\nreturn func(*args, **kwargs)"),
    ("python-assignment", "\nresponse = agents.create()"),
    ("python-raise", "\nraise ClientError(answer, name)"),
    ("python-marks", "\n        ^^^^^^^^^^"),
    ("python-chain", "\n\nDuring handling of the above exception, another exception occurred:\n"),
    ("python-chain-folded", " During handling of the above exception, another exception occurred:"),
    ("python-traceback", '\nTraceback (most recent call last):\n  File "/app/x.py", line 1, in <module>'),
    ("go-tail", "\n\tstatus code: 403, request id: 0a1b2c3d-0000-1111-2222-333344445555"),
    ("go-tail-behind-comma", ", status code: 403, request id: 0a1b2c3d-0000-1111-2222-333344445555"),
    ("go-goroutine", "\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:7 +0x1d"),
    ("go-goroutine-folded", " goroutine 1 [running]:"),
    ("go-panic", "\npanic: closed"),
    ("exit-status", "\nexit status 1"),
    ("exit-code", "\ncommand terminated with exit code 1"),
    ("make", "\nmake: *** [deploy] Error 254"),
    ("ruby-class", " (Aws::Orders::Errors::AccessDeniedException)"),
    ("ruby-frames", "\n\tfrom /app/orders.rb:3:in `create'\n\tfrom /app/main.rb:1:in `<main>'"),
    ("ruby-folded", " from /app/orders.rb:3:in `create'"),
    ("php-frames", "\n#0 /app/vendor/orders.php(3): Orders->create()\n#1 {main}"),
    ("php-place", " in /app/orders.php:3\nStack trace:\n#0 {main}\n  thrown in /app/orders.php on line 3"),
    ("php-thrown", "\n  thrown in /app/orders.php on line 3"),
    ("php-windows", " in C:\\app\\orders.php:3"),
    ("rust-backtrace", "\n\nStack backtrace:\n   0: orders::create\n             at ./src/main.rs:7:5"),
    ("rust-backtrace-folded", " Backtrace: 0: orders::create"),
    ("rust-frames", "\n   0: orders::create\n   1: main"),
    ("terraform", '\n\n  with orders_agent.this,\n  on main.tf line 3, in resource "orders_agent" "this":\n   3: resource "orders_agent" "this" {'),
    ("terraform-without-empty-line", '\n  with orders_agent.this,\n  on main.tf line 3, in resource "orders_agent" "this":'),
    ("terraform-place", '\n  on main.tf line 3, in resource "orders_agent" "this":'),
    ("stamp", "\n2024-05-06 07:08:09,123 INFO orders: done"),
    ("stamp-in-brackets", "\n[2024-05-06T07:08:09Z] done"),
    ("stamp-folded", " [2024-05-06 07:08:09,123: INFO/Worker-7] done"),
    ("stamp-with-slashes", " 2024/05/06 07:08:09 ERROR : done"),
    ("level", "\nINFO done"),
    ("level-in-brackets", "\n[ERROR] done"),
    ("level-folded", " WARNING done"),
    ("klog", "\nE0506 07:08:09.123456       1 orders.go:7] done"),
    ("klog-folded", " E0506 07:08:09.123456       1 orders.go:7] done"),
    ("logfmt", "\nlevel=info msg=done"),
    ("logfmt-behind-quote", '" level=error component=orders'),
    ("logfmt-folded", " logger=orders level=error"),
    ("zap", '\t{"controller": "orders", "error": "closed"}'),
    ("json-line", '\n{"level":"info","msg":"done"}'),
    ("fence", "\n```\nWhat can I do?"),
    ("fence-folded", "```"),
    ("prose", "\n\nwhat can I do about it?"),
    ("label", "\noperation: CreateAgent"),
    ("field", "\nagent=orders"),
    ("html", "</pre></body>"),
    ("xml", "</Message><RequestId>0A1B2C3D</RequestId></Error>"),
    ("element", ": <Unauthorized><message>no</message></Unauthorized>"),
    ("php-body", ' - <?xml version="1.0"?><Error/>'),
    ("string", '"}'),
    ("string-and-more", '", "requestId": "0a1b2c3d"}'),
    ("repr", "')"),
    ("repr-and-more", "', 'CreateAgent')"),
    ("code-span", "`, and I do not know why"),
]  # fmt: skip


@pytest.mark.unmeasured
@check_rows("behind", [each[1] for each in BEHIND], ids=[each[0] for each in BEHIND])
@check_rows("head", [HEAD, "orders failed: AccessDeniedException: "])
def test_quote_ends_with_the_sentence(head: str, behind: str) -> None:
    assert _quote(head + SAID + behind) == SAID
    assert _quote(f"{head}Access Denied{behind}") is None


@pytest.mark.parametrize("between", ["\n\n", "\n", " "])
def test_repeated_sentence_is_quoted_once(between: str) -> None:
    assert _quote(HEAD + SAID + between + HEAD + SAID) == SAID
    assert _quote(f"{HEAD}Access Denied{between}{HEAD}Access Denied") is None


@check_rows("envelope", [name for name in ENVELOPES if not name.startswith("kube")])
def test_every_envelope_quotes_the_sentence_or_nothing(envelope: EnvelopeName) -> None:
    said = "Agents of other teams than your own are closed, see 'orders'"
    assert _quote(_text(said, envelope)) in {said, None}
    assert _quote(_text("Access Denied", envelope)) is None


@check_rows(
    ("text", "quote"),
    [
        pytest.param(f"{HEAD}{said}", said, id=name)
        for name, said in [
            ("single-quotes", "Access to Agent 'orders-1' is closed"),
            ("double-quotes", 'Access to Agent "orders-1" is closed'),
            ("two-in-quotes", "Neither 'orders-1', nor 'orders-2' is open"),
            ("quoted-end", "Access is closed to 'orders-1'"),
            ("apostrophe", "You don't own the agent's team"),
            ("plural", "The owners' consent is missing"),
            ("arn", "The agent in arn:aws:iam::111122223333:role/orders is closed"),
            ("at-a-time", "Agents are closed at this time (UTC) in eu-west-1"),
            ("from", "Calls from arn:aws:iam::111122223333:role/orders are closed"),
            ("placeholder", "The agent <agent name> is closed"),
            ("plural-in-parentheses", "The agent(s) of the team are closed"),
            ("standard-words-and-more", "Access denied for agents of other teams"),
        ]
    ]
    + [
        pytest.param(
            '{"__type": "AccessDeniedException", "message": "Agent \\"orders-1\\", its team\'s, is closed.", "id": "x"}',
            'Agent "orders-1", its team\'s, is closed',
            id="json",
        ),
        pytest.param(
            "{'Error': {'Code': 'AccessDeniedException', 'Message': \"Agent 'orders-1' isn't open\"}, 'RetryAttempts': 0}",
            "Agent 'orders-1' isn't open",
            id="repr-of-a-response",
        ),
        pytest.param(
            "<Error><Code>AccessDenied</Code><Message>Agents are closed</Message><RequestId>0A1B</RequestId></Error>",
            "Agents are closed",
            id="xml",
        ),
        pytest.param(
            'AccessDeniedException { message: Some("Agents are closed"), code: Some("AccessDeniedException") }',
            "Agents are closed",
            id="rust-debug",
        ),
        pytest.param(
            'Orders.AccessDeniedException(properties: Orders.AccessDeniedException.Properties(message: Optional("Agents are '
            'closed.")), httpResponse: Status Code: 403, x-amzn-ErrorType: AccessDeniedException, requestID: nil)',
            "Agents are closed",
            id="swift-debug",
        ),
        pytest.param(
            "AccessDeniedException: Agents of [ami-0a1b2c3d] are closed: [1]\n\tstatus code: 403, request id: 0a1b2c3d",
            "Agents of [ami-0a1b2c3d] are closed: [1]",
            id="go",
        ),
        pytest.param(
            '{"level":"error","msg":"create: AccessDeniedException: Agents are closed","agent":"orders"}',
            "Agents are closed",
            id="json-log",
        ),
        pytest.param(
            "│ Error: creating agent: AccessDeniedException: Agents are closed\n│ \n│   with orders_agent.this,\n"
            '│   on main.tf line 3, in resource "orders_agent" "this":\n',
            "Agents are closed",
            id="terraform-box",
        ),
        pytest.param(
            "An error occurred (AccessDeniedException)\nwhen calling the CreateAgent operation:\n"
            "Agents of other teams than the one\nthat owns them are closed.\n",
            "Agents of other teams than the one",
            id="too-narrow-to-be-wrapped",
        ),
        pytest.param(
            "botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when\ncalling the CreateAgent "
            "operation: Agents of other teams than the one that\nowns them are closed to the\nTeam of orders.\n",
            "Agents of other teams than the one that owns them are closed to the Team of orders",
            id="wrapped",
        ),
    ],
)  # fmt: skip
def test_whole_sentence_is_quoted(text: str, quote: str) -> None:
    assert _quote(text) == quote


@check_rows(
    "said",
    [
        "",
        "Access Denied",
        "Access denied.",
        "Access Denied on state.tf line 7",
        'Access Denied backend "s3" { bucket = "orders" }',
        "Forbidden",
        "403 Forbidden",
        "None",
        "null (Service: Orders, Status Code: 403)",
        "UnknownError",
        "You are not authorized to perform this operation.",
        # Truncated.
        "You are not authorized",
        "You are not authorized to perf",
        "Access",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: null",
        "User: arn:aws:iam::111122223333:user/ana is not authorized to perform ...",
        # SDKs that received no message.
        "Exception of type 'Example.Orders.HttpException' was thrown.",
        "Error making request with Error Code Forbidden and Http Status Code Forbidden. No further error information was returned by the service.",
        "The remote server returned an error: (403) Forbidden.",
        "Response status code does not indicate success: 403 (Forbidden).",
        "Request failed with status code 403",
        "You don't have the permissions that are required to perform this operation",
        "ExAws Request Error!",
        "User: arn:aws:iam::111122223333:user/ord",
        # With an object key or a call before it.
        "orders-2026-08/run-7/: Access Denied",
        "unhandledRejection: Access to the resource https://sqs.eu-west-1.amazonaws.com/ is denied.",
        # Not a sentence.
        '\n  File "/app/orders.py", line 7, in create',
        "\n    at com.example.orders.Agents.create(Agents.java:40)",
        "\n    raise AccessDenied(name)",
        "\n\nwhat can I do about it?",
        "com.example.orders.Agents$Closed",
        "Example.Orders.HttpException: ",
        "orders output:",
        "*** 40 %",
    ],
)  # fmt: skip
def test_uninformative_message_is_not_quoted(said: str) -> None:
    text = HEAD + said
    assert isinstance(parse(text), AccessDenied)
    assert _quote(text) is None
    assert explain(text).topic == "access-denied"


@pytest.mark.parametrize(
    "answer",
    [
        {"__type": "AccessDeniedException", "message": "Agents are closed."},
        {"Error": {"Code": "AccessDeniedException", "Message": "Agents are closed."}},
        {"eventName": "CreateAgent", "errorCode": "AccessDenied", "errorMessage": "Agents are closed."},
    ],
)
def test_message_of_a_response_is_quoted(answer: dict[str, object]) -> None:
    assert _quote(answer) == "Agents are closed"


JAVA_TAILS = [
    "(Service: AmazonOrders; Status Code: 403; Error Code: AccessDeniedException; Request ID: 0a1b2c3d-0000-1111-2222-333344445555; Proxy: null)",
    "(Service: Orders, Status Code: 403, Request ID: 0a1b2c3d-0000-1111-2222-333344445555)",
    "(Service: Orders, Status Code: 403, Request ID: 0a1b2c3d, Extended Request ID: EXAMPLE0) (SDK Attempt Count: 1)",
]


@pytest.mark.unmeasured
@pytest.mark.parametrize("tail", JAVA_TAILS)
@check_rows(
    ("head", "quoted"),
    [
        ("", True),
        ("software.amazon.awssdk.services.orders.model.OrdersException: ", True),
        ('Exception in thread "main" com.amazonaws.services.orders.model.AmazonOrdersException: ', True),
        (
            "java.util.concurrent.CompletionException: software.amazon.awssdk.core.exception.SdkException: ",
            True,
        ),
        ("java.io.IOException: late\nCaused by: com.example.OrdersException: ", True),
        ("2026-01-02 03:04:05.678 ERROR 1 --- [main] c.e.Orders : ", True),
        ("2026-01-02T03:04:05Z ERROR ", True),
        ("2026-01-02T03:04:05Z INFO Orders are late\n2026-01-02T03:04:06Z ERROR Cannot create: ", True),
        ("03:04:05 [main] WARN orders - ", True),
        ('{"level": "error", "msg": "', True),
        ("Orders are late.\n\n", True),
        ('Press "Make an agent". This fails with "', True),
        # Probably the program's words, and incomplete sentences.
        ("orders could not ", False),
        ("CREATE_FAILED AWS::Orders::Agent AgentOfOrders ", False),
        ("12:03:04 PM | CREATE_FAILED | AWS::Orders::Agent | AgentOfOrders ", False),
        ("x" * 2000 + " ", False),
        ("at com.example.Orders.run(Orders.java:7) and ", False),
    ],
)
def test_java_message_is_quoted(head: str, tail: str, *, quoted: bool) -> None:
    for end in ("", ".", ". Ask the orders team."):
        for behind in ("", "\n\tat com.example.Main.main(Main.java:7)"):
            text = f"{head}{SAID if quoted else SAID.lower()}{end} {tail}{behind}"
            assert isinstance(parse(text), AccessDenied)
            assert [_quote_of(failure) for failure in scan(text)][-1] == (SAID if quoted else None)
    for nothing in ("null", "Access Denied", "Forbidden", "Unknown Error"):
        assert [_quote_of(failure) for failure in scan(f"{head}{nothing} {tail}")][-1] is None


def test_wrapped_java_message_is_quoted() -> None:
    text = f"OrdersException: Agents are closed for\nall of the teams today\n{JAVA_TAILS[1]}"
    assert _quote(text) == "Agents are closed for all of the teams today"
    assert _quote(text.removeprefix("OrdersException: ")) == "Agents are closed for all of the teams today"


@pytest.mark.parametrize("said", ["Forbidden", "Access Denied"])
def test_message_of_the_innermost_exception_is_quoted(said: str) -> None:
    """Text before the last class belongs to other programs."""
    text = f'OperationalError: ExternalError(message="Got exception: java.nio.file.AccessDeniedException s3a://orders/a: getFileStatus on s3a://orders/a: com.amazonaws.services.s3.model.AmazonS3Exception: {said} (Service: Amazon S3; Status Code: 403; Error Code: 403 Forbidden; Request ID: K2J4M6P8R0S2T4V6)'
    assert isinstance(parse(text), AccessDenied)
    assert _quote(text) is None
    assert _quote(text.replace(said, SAID)) == SAID


def test_php_message_is_quoted() -> None:
    head = 'Aws\\Orders\\Exception\\OrdersException: Error executing "CreateAgent" on "https://orders.eu-west-1.amazonaws.com/agents"; AWS HTTP error: Client error: `POST https://orders.eu-west-1.amazonaws.com/agents` resulted in a `403 Forbidden` response: AccessDeniedException (client): '
    assert isinstance(parse(f"{head}{SAID}"), AccessDenied)
    assert _quote(f"{head}{SAID}") == SAID
    assert _quote(f"{head}Access Denied") is None


def test_dotnet_message_is_not_quoted() -> None:
    text = f"Amazon.Runtime.AmazonUnmarshallingException was unhandled\n  Message=Error unmarshalling response back from AWS. Request ID: 0cb9d34b-1e4d-11e8-8b7d-930540e40c62, Response Body: <AccessDeniedException>\n  <Message>{SAID}</Message>\n</AccessDeniedException>"
    assert isinstance(parse(text), AccessDenied)
    assert _quote(text) == SAID


def test_backtick_ends_the_quote() -> None:
    assert _quote(f"I get `{HEAD}{SAID}` when `MakeAgents` calls it") == SAID
    assert _quote(f"I get {HEAD}{SAID} for `orders`") == f"{SAID} for `orders`"


def test_other_lines_are_not_quoted() -> None:
    """A message after the denial belongs to another failure."""
    text = f'{HEAD}Access Denied\n\n{{"message": "orders are late today"}}\nOrdersException: orders are late'
    assert _quote(text) is None


DENIED = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
MFA = "MultiFactorAuthentication failed with invalid MFA one time pass code."


@check_rows(
    "text",
    [
        f"An error occurred (AccessDenied) when calling the AssumeRole operation: {MFA}\n{DENIED}",
        f"{DENIED}\n\nAn error occurred (AccessDenied) when calling the AssumeRole operation: {MFA}",
        f"{DENIED}\nAn error occurred (AccessDenied) when calling the AssumeRole operation: {MFA}",
        f"2024-05-06 07:08:09,123 INFO orders: {MFA}\n2024-05-06 07:08:10,456 ERROR orders: {DENIED}",
        f"{DENIED}\n2024-05-06 07:08:10,456 INFO orders: {MFA}",
        f"{DENIED}\n\nIt said {MFA} before.",
        f"{DENIED}\n    at run (/app/x.js:1:2)\n{MFA}",
    ],
)
def test_message_of_another_failure_is_not_a_cause(text: str) -> None:
    """Each of two failures in one log is explained by its own message."""
    (denied,) = [failure for failure in scan(text) if failure.envelope.operation == "GetObject"]
    assert explain(denied).topic == "s3-access-denied"


@check_rows(
    "text",
    [
        f"An error occurred (AccessDenied) when calling the AssumeRole operation: {MFA}",
        f"AccessDenied: {MFA}\n\tstatus code: 403, request id: 0a1b2c3d-0000-1111-2222-333344445555",
        "An error occurred (AccessDenied) when calling the AssumeRole operation:\nMultiFactorAuthentication\nfailed",
        # A message before the code, in the same paragraph.
        f"orders: {MFA} Code: AccessDenied, status code: 403, request id: 0a1b2c3d-0000-1111-2222-333344445555",
        {"Error": {"Code": "AccessDenied", "Message": MFA}},
    ],
)
def test_message_of_the_denial_is_its_cause(text: str | dict[str, object]) -> None:
    assert explain(text).topic == "mfa"


def test_unclosed_quote_within_quotes_does_not_end_the_message() -> None:
    said = "Agents ('closed \"today') are not for 111122223333"
    assert _quote(f'level=error error="{HEAD}{said}" attempt=3') == said
