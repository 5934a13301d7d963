"""Source code in tracebacks and pastes, whose codes are what a program handles or raises."""

from __future__ import annotations

from tests.tables import ANA, Facts, Table, check_rows, denied, expect, facts_in, rows

_CALL = "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"
_CALL_FACTS = denied(code="AccessDenied", operation="PutObject")
_FRAME = '  File "/app/orders.py", line 7, in load'

NONE: Table = tuple(
    (name, text, None)
    for name, text in (
        (
            "markdown-table",
            "| Code | HTTP | Meaning |\n|---|---|---|\n| AccessDenied | 403 | Access Denied |\n| ExpiredToken | 400 | The provided token has expired. |",
        ),
        (
            "list-of-classes",
            "Sns.exceptions.OrderFault\nSns.exceptions.KMSAccessDeniedException\nSns.exceptions.Gone\n",
        ),
        (
            "list-of-classes-with-commas",
            "    c.exceptions.KmsAccessDeniedException,\n    c.exceptions.OrderFault,\n    c.exceptions.Gone,",
        ),
        (
            "service-model",
            '"AccessDeniedException":{\n "type":"structure",\n "members":{"message":{"shape":"String"}},\n "error":{"httpStatusCode":403},\n "exception":true\n},',
        ),
        ("python", "except AccessDenied:"),
        ("python-indented", "    except self.client.exceptions.AccessDeniedException:\n        return None"),
        ("python-several", "except (ValueError, client.exceptions.AccessDeniedException) as error:\n    pass"),
        ("python-lines", "except (\n    ValueError,\n    client.exceptions.AccessDeniedException,\n) as error:\n    pass"),
        ("java-import", "package shop.orders;\n\nimport com.amazonaws.services.sns.model.AuthorizationErrorException;"),
        ("python-import", "from botocore.exceptions import ClientError, NoCredentialsError"),
        ("python-import-lines", "from botocore.exceptions import (\n    ClientError,\n    NoCredentialsError,\n)"),
        ("csharp-import", "using Amazon.EKS.Model.AccessDeniedException;"),
        ("php-import", "use Aws\\Sns\\Exception\\AuthorizationErrorException;"),
        (
            "javascript-documentation",
            " * @throws {@link AccessDeniedException} (client fault)\n *  <p>The user does not have permission to perform the\n *  action. Ask the owner.</p>\n *",
        ),
        ("java-documentation", " * answer with {@code InvalidClientTokenId}: the key is unknown, says AWS."),
        ("typescript-declaration", "declare var ExpiredTokenException: {\n  new (opts: any): {\n    name: string;\n  };\n};"),
        ("swift-declaration", "public struct AccessDeniedException: AWSServiceError {\n"),
        ("table-of-codes", "  ExpiredTokenException: {\n    code: Code.TokenExpired,\n    retryable: true,\n  },"),
        ("python-documentation", "    :raises botocore.exceptions.NoCredentialsError: Unable to locate credentials\n"),
        (
            "manual",
            "Errors of any call\n\nAccessDeniedException\n\nYou do not have sufficient access to perform this action.\n\nHTTP Status Code: 403\n\nExpiredTokenException\n\nThe security token included in the request is expired.\n\nHTTP Status Code: 403\n",
        ),
        ("python-replaced", "+    client.exceptions.AccessDeniedException = botocore.exceptions.ClientError\n"),
        (
            "python-made",
            "send.side_effect = ClientError(\n    {'Error': {'Code': 'AccessDeniedException', 'Message': 'no'}},\n    'SendEmail',\n)",
        ),
        (
            "manual-markdown",
            '**AccessDeniedException**\nThe caller may not do this\\. You do not have sufficient access to perform this action\\.\nHTTP Status Code: 403\n\n**ExpiredToken** <a name="errors-expired"></a>\nThe security token included in the request is expired\\.\nHTTP Status Code: 403',
        ),
        (
            "documented-class",
            "import { Fault } from '@aws-sdk/client-orders';\n/**\n * <p>You do not have sufficient access to perform this action.</p>\n */\nexport declare class AccessDeniedException extends Fault {\n    readonly name: \"AccessDeniedException\";\n",
        ),
        (
            "typescript-constant",
            "export const AccessDenied: Answer = {\n    status: 403,\n    description: 'Access Denied',\n};",
        ),
        (
            "manual-list",
            "- NotAuthorized\n-\nYou don't have permission to perform this action.\nHTTP status code: 401\n- RequestExpired\n-\nThe request is too old, or its date is in the future.\nHTTP status code: 400\n",
        ),
        (
            "list-of-definitions",
            "* **AccessDenied**: The role may lack a permission on the cluster\\.\n* **InternalFailure** - This usually occurs on the side of the service\\.",
        ),
        (
            "added-list-of-definitions",
            "+- `ExpiredToken`: Check the clock of the machine.\n+\n+- `AccessDeniedException`: One or more policies do not allow the call.\n",
        ),
        ("python-raise", "if key is None:\n    raise botocore.exceptions.NoCredentialsError()"),
        ("javascript-throw", "  throw new CredentialsProviderError();"),
        ("ruby-expected", "expect { load }.to raise_error(Aws::S3::Errors::AccessDenied)"),
        ("ruby-rescue-from", "rescue_from Aws::S3::Errors::AccessDenied, with: :refuse"),
        ("java-expected", "assertThrows(AccessDeniedException.class, () -> load(orders));"),
        ("python-expected", "with pytest.raises(client.exceptions.AccessDeniedException):\n    load()"),
        ("go-case", "switch code {\ncase logs.ErrCodeAccessDeniedException:\n\treturn stop"),
        ("csharp-properties", 'throw new AmazonS3Exception("no") { ErrorCode = "AccessDenied" };'),
        ("python-documented", '"""Load.\n\nRaises:\n    AccessDeniedException: The role lacks a permission.\n"""'),
        ("yaml-definition", "responses:\n  AccessDenied:\n    description: Access Denied\n    content: {}"),
        ("query-splunk", "index=audit errorCode=AccessDenied | stats count by userName"),
        ("python-numbered", "❱ 12 │   except client.exceptions.AccessDeniedException as error:"),
        ("ruby", "rescue Aws::S3::Errors::AccessDenied => e"),
        ("ruby-several", "  rescue Aws::S3::Errors::AccessDenied, Aws::S3::Errors::NoSuchKey => e\n    nil"),
        ("ruby-when", "when Aws::S3::Errors::AccessDenied\n  retry"),
        ("java", "} catch (com.amazonaws.services.eks.model.AccessDeniedException e) {"),
        ("csharp", "  catch (Amazon.EKS.Model.AccessDeniedException e)\n  {"),
        ("grep", '$ grep "No OpenIDConnect provider found" app.log'),
        ("grep-piped", "kubectl logs web-1 | grep -i -A 3 'No OpenIDConnect provider found'"),
        ("jq", "jq -r '.[] | select(.message == \"Unable to locate credentials\")' events.json"),
        ("list", 'PATTERNS = ["Unable to locate credentials", "No OpenIDConnect provider found"]'),
        ("list-of-a-type", 'SAID: tuple[str, ...] = (\n    "Unable to locate credentials",\n    "No OpenIDConnect provider found",\n)'),
        ("list-of-cases", '"said",\n[\n    "Unable to locate credentials",\n    "No OpenIDConnect provider found",\n],'),
        ("list-cut", 'said := []string{\n\t"Unable to locate credentials",\n\t"No OpenIDConnect provider found",'),
        ("tuple", "if said in ('Unable to locate credentials', 'No OpenIDConnect provider found'):"),
        (
            "yaml-list",
            'triggers:\n  - "AccessDenied.*AssumeRole"\n  - "ExpiredTokenException"\n  - "No OpenIDConnect provider found"\n',
        ),
        ("frame", f"{_FRAME}\n    except client.exceptions.AccessDeniedException:\n"),
        ("frame-raise", f"{_FRAME}\n    raise botocore.exceptions.NoCredentialsError()\nKeyError: 'orders'"),
        ("frame-call", f"{_FRAME}\n    check(client.exceptions.AccessDeniedException)\nKeyError: 'orders'"),
    )
)  # fmt: skip
FAILURES: Table = (
    ("frame-then-message", f"{_FRAME}\n{_CALL}", _CALL_FACTS),
    (
        "frame-then-exception",
        f"{_FRAME}\nbotocore.exceptions.NoCredentialsError: Unable to locate credentials",
        expect("missing_credentials", code="NoCredentialsError"),
    ),
    (
        "handled",
        f"{_FRAME}\n    except client.exceptions.AccessDeniedException:\nbotocore.exceptions.ClientError: {_CALL}",
        _CALL_FACTS,
    ),
    (
        "statuses-of-a-log",
        f"{_CALL}\n\nHTTP Status Code: 403\n\nRetried\n\n{_CALL}\n\nHTTP Status Code: 403\n",
        _CALL_FACTS | {"status_code": 403},
    ),
    (
        "expected-before-actual",
        f"**Expected behavior**\nIt fails with SignatureDoesNotMatch: The request signature we calculated does not match the signature you provided.\n\n**Got**\n{_CALL}",
        _CALL_FACTS,
    ),
    (
        "list-of-errors",
        f"- **AccessDenied**: {_CALL}, check the policy\n- **Throttling**: Rate exceeded, it usually occurs at noon",
        _CALL_FACTS,
    ),
    (
        "list-of-denials",
        f"- **AccessDenied**: User: {ANA} is not authorized to perform: sns:Publish, check it\n- **Throttling**: it usually occurs at noon",
        denied(principal=ANA, action="sns:Publish", code="AccessDenied"),
    ),
    (
        "one-bold-code",
        "**AccessDenied**: Access Denied, which usually works",
        denied(code="AccessDenied"),
    ),
    (
        "printed-object",
        'AccessDeniedException: {\n  message: "Access Denied",\n  retryable: false,\n}',
        denied(code="AccessDeniedException"),
    ),
    (
        "grep-found",
        '$ grep -r "Unable to locate" logs/\nlogs/a.log: Unable to locate credentials',
        expect("missing_credentials"),
    ),
    (
        "printed-list",
        "Failed(args=('Unable to locate credentials', 'orders'))",
        expect("missing_credentials"),
    ),
    (
        "json-list",
        '{"warnings": [\n  "Unable to locate credentials",\n  "orders"\n]}',
        expect("missing_credentials"),
    ),
    ("yaml-lines", "lines:\n- 'Unable to locate credentials'\n- 'done: 0'", expect("missing_credentials")),
    ("wrapped-when", _CALL.replace(" when", "\nwhen"), _CALL_FACTS),
    (
        "wrapped-except",
        f"all may read\nexcept AccessDenied: User: {ANA} is not authorized to perform: s3:GetObject",
        denied(code="AccessDenied", principal=ANA, action="s3:GetObject"),
    ),
)


@check_rows(("text", "expected"), rows((*NONE, *FAILURES)))
def test_source_code_is_no_failure(text: str, expected: Facts | None) -> None:
    assert facts_in(text) == expected
