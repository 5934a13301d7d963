"""Define the exact output of SDKs, tools and services around a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._reading.canonical.messages import parse_message, parse_rbac
from iamtriage._reading.vocabulary.strict import CODE, HOST_ID, OPERATION, REQUEST_ID, STATUS, UUID
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage._reading.canonical.messages import Message


class Ending(NamedTuple):
    """The output after a message.

    Attributes:
        source: The SDK or tool; ``None`` if it is unknown.
        pattern: The pattern from the end of the message to the end of the text.
        is_exclusive: Whether only AWS uses this format.
        needs_known_code: Whether the code must be a known one.
    """

    source: str | None
    pattern: str = ""
    is_exclusive: bool = True
    needs_known_code: bool = False


class Output(NamedTuple):
    """The output of an SDK, tool or service around a message.

    Each group in the patterns is named after its fact. The groups ``begin`` and ``end`` mark where the failure starts
    and ends, if that is not where the message does.

    Attributes:
        starts: The first three characters of the output, or ``CAPITAL`` or ``LOWERCASE``.
        pattern: The pattern before the message.
        endings: The alternatives after the message.
        parse: The parser of the message.
    """

    starts: tuple[str, ...]
    pattern: str
    endings: tuple[Ending, ...]
    parse: Callable[[str, int], Message | None] = parse_message


CAPITAL, LOWERCASE = "A", "a"
"""Values of ``starts`` that match any uppercase or lowercase letter."""

# botocore uses the HTTP status as the code of a response without a body.
_CALLED = rf"\((?P<code>{CODE}|(?P<status_code>40[034]))\) when calling the (?P<operation>{OPERATION}) operation(?: \(reached max retries: [0-9]{{1,2}}\))?: "
# Kubernetes says "Unauthorized", too.
_SDK_CODE = rf"(?P<begin>)(?!Unauthorized:)(?P<code>{CODE}): "
_SERVICE = "(?P<service>[A-Z][A-Za-z0-9]{1,40}(?: [A-Z][A-Za-z0-9]{0,40}| v2)*)"
_GO_V1 = rf"\n\tstatus code: (?P<status_code>{STATUS}), request id: (?P<request_id>{REQUEST_ID})(?:, host id: (?P<host_id>{HOST_ID}))?(?P<end>)"
_GO_V2 = (
    rf"(?P<begin>)operation error {_SERVICE}: (?P<operation>{OPERATION}), https response error StatusCode: (?P<status_code>{STATUS}), "
    rf"RequestID: (?P<request_id>{REQUEST_ID})(?:, HostID: (?P<host_id>{HOST_ID}))?, api error (?P<code>{CODE}): "
)
_JAVA_FRAMES = r"(?P<frames>(?:\n\tat [\w.$<>/-]++\([\w .:]++\))*+)"
_JAVA_V1 = (
    rf" (?P<begin>)\(Service: {_SERVICE}; Status Code: (?P<status_code>{STATUS}); Error Code: (?P<code>{CODE}); Request ID: (?P<request_id>{REQUEST_ID})"
    rf"(?:; S3 Extended Request ID: (?P<host_id>{HOST_ID}))?(?:; Proxy: null)?\)(?P<end>){_JAVA_FRAMES}"
)
_JAVA_V2 = (
    rf" (?P<begin>)\(Service: {_SERVICE}, Status Code: (?P<status_code>{STATUS}), Request ID: (?P<request_id>{REQUEST_ID})"
    rf"(?:, Extended Request ID: (?P<host_id>{HOST_ID}))?\)(?P<end>)(?: \(SDK Attempt Count: [0-9]{{1,2}}\))?{_JAVA_FRAMES}"
)
# Frames of Node.js that contain no error class.
_NODE_POSITION = r"(?:node:)?[\w@/-]*+(?:\.(?![A-Z])[\w@/-]*+)*+(?::[0-9]++){2}"
_NODE_FRAMES = rf"(?:\n    at (?:async )?(?!\w*_status_)[\w<>]++(?:\.(?![A-Z])[\w<>]++)*+ (?:\[as \w+\] )?\({_NODE_POSITION}\))++"
_JS_V2 = (
    rf"(?:\n    at Request\.extractError \((?=[\w@/.-]*/aws-sdk/){_NODE_POSITION}\))(?:{_NODE_FRAMES})? \{{\n"
    rf"  code: '(?P<code>{CODE})',\n(?:  region: '[a-z0-9-]+',\n)?  time: [0-9TZ.:-]{{20,30}},\n  requestId: '(?P<request_id>{REQUEST_ID})',\n"
    rf"  extendedRequestId: (?:undefined|'(?P<host_id>{HOST_ID})'),\n(?:  cfId: undefined,\n)?  statusCode: (?P<status_code>{STATUS})(?P<end>),\n"
    r"  retryable: (?:true|false),\n  retryDelay: [0-9.]+\n\}"
)
_JS_V3 = (
    rf"{_NODE_FRAMES} \{{\n  '\$fault': '(?:client|server)',\n  '\$metadata': \{{\n    httpStatusCode: (?P<status_code>{STATUS}),\n"
    rf"    requestId: '(?P<request_id>{REQUEST_ID})',\n    extendedRequestId: (?:undefined|'(?P<host_id>{HOST_ID})'),\n    cfId: undefined,\n"
    rf"    attempts: [0-9]{{1,2}},\n    totalRetryDelay: [0-9]+\n  \}},\n(?:  Type: 'Sender',\n)?  (?:Code|__type): '(?P<code>{CODE})(?P<end>)'\n\}}"
)
_DOTNET = (
    r"(?:\r?\n ---> Amazon\.Runtime\.Internal\.HttpErrorResponseException: Exception of type 'Amazon\.Runtime\.Internal\.HttpErrorResponseException' was thrown\.)?"
    r"(?P<frames>(?:\r?\n   at [\w.`<>\[\],|-]++\((?:[\w.`&\[\]<>,]++ \w++(?:, (?!\)))?)*+\))*+)"
)
_STATUS_HEAD = r'\{"kind": ?"Status", ?"apiVersion": ?"v1", ?"metadata": ?\{\}, ?"status": ?"Failure", ?(?P<begin>)"message": ?"'
_DETAILS = r', ?"details": ?\{(?:"(?:name|group|kind)": ?"[a-z0-9./-]*+"(?:, ?)?)*+\}'
_STATUS_END = (
    rf'", ?"reason": ?"Forbidden"(?:{_DETAILS})?, ?"code": ?(?P<status_code>403)(?P<end>)(?:{_DETAILS})?\}}'
)
_XML_ID = rf"<RequestI(?:d|D)>(?P<request_id>{REQUEST_ID})</RequestI(?:d|D)>"
OUTPUTS = (
    Output(("An ", "\nAn"), rf"\n?(?P<begin>)An error occurred {_CALLED}", (Ending("botocore"),)),
    Output(
        ("aws", "\naw"), rf"\n?aws: \[ERROR\]: (?P<begin>)An error occurred {_CALLED}", (Ending("aws-cli"),)
    ),
    Output(
        ("A c",),
        rf"(?P<begin>)A client error \((?P<code>{CODE})\) occurred when calling the (?P<operation>{OPERATION}) operation: ",
        (Ending("botocore"),),
    ),
    Output(("ope",), _GO_V2, (Ending("go-v2"),)),
    # Terraform and other tools that put words and a colon before it.
    Output(
        ("Err",),
        rf"Error: (?:[a-z]+ing [A-Z][A-Za-z0-9]* [A-Za-z0-9 ]{{1,60}} \([\w/-]{{1,100}}\): )?{_GO_V2}",
        (Ending("go-v2"),),
    ),
    Output(
        ("Res",),
        'Resource handler returned message: "',
        (
            Ending(
                "java-v2",
                _JAVA_V2.removesuffix(_JAVA_FRAMES)
                + rf'" \(RequestToken: {UUID}, HandlerErrorCode: [A-Za-z]{{2,60}}\)',
            ),
        ),
    ),
    Output(
        ("com",),
        r"(?P<begin>)com\.amazonaws\.services\.(?P<package>[a-z0-9]{2,40})\.model\.(?:(?:Amazon[A-Za-z0-9]{1,60}|AWS[A-Za-z0-9]{1,60}|(?i:(?P=package)))Exception|"
        r"(?P<repeated_code>[A-Z][A-Za-z]{2,60}Exception)): ",
        (Ending("java-v1", _JAVA_V1),),
    ),
    Output(
        ("sof",),
        r"(?P<begin>)software\.amazon\.awssdk\.services\.(?P<package>[a-z0-9]{2,40})\.model\.(?:(?i:(?P=package))Exception|"
        r"(?P<code>[A-Z][A-Za-z]{2,60}Exception)): ",
        (Ending("java-v2", _JAVA_V2, needs_known_code=True),),
    ),
    Output(
        ("Unh", "Ama"),
        r"(?:Unhandled exception\. )?(?P<begin>)Amazon\.(?P<service>[A-Z][A-Za-z0-9]{1,60})\.(?:Amazon[A-Za-z0-9]{1,60}Exception|Model\."
        r"(?P<code>[A-Z][A-Za-z]{2,60}Exception)): ",
        (Ending("dotnet", _DOTNET, needs_known_code=True),),
    ),
    Output(
        ("Aws",),
        rf"(?P<begin>)Aws::(?P<service>[A-Z][A-Za-z0-9]{{1,60}})::Errors::(?P<code>{CODE}): ",
        (Ending("ruby", needs_known_code=True),),
    ),
    Output(
        ("/us", "/ho", "/op", "/va"),
        r"/[a-z0-9_/.+-]{1,300}/raise_response_errors\.rb:[0-9]+:in [`'](?:[A-Z][A-Za-z]*+(?:::[A-Z][A-Za-z]*+)*+#)?call': ",
        (
            Ending(
                "ruby",
                rf" \((?P<begin>)Aws::(?P<service>[A-Z][A-Za-z0-9]{{1,60}})::Errors::(?P<code>{CODE})(?P<end>)\)",
                needs_known_code=True,
            ),
        ),
    ),
    Output(
        ("ser", "unh"),
        rf'(?:service error: )?(?P<begin>)unhandled error \((?P<repeated_code>{CODE})\): Error \{{ code: "(?P<code>{CODE})", message: "',
        (
            Ending(
                "rust",
                rf'", aws_request_id: "(?P<request_id>{REQUEST_ID})(?:", s3_extended_request_id: "(?P<host_id>{HOST_ID}))?(?P<end>)" \}}',
                needs_known_code=True,
            ),
        ),
    ),
    Output(
        ("HTT",),
        rf"(?P<begin>)HTTP response code: (?P<status_code>{STATUS})\nResolved remote host IP address: [0-9.]{{7,15}}\nRequest ID: (?P<request_id>{REQUEST_ID})\n"
        rf"Exception name: (?P<code>{CODE})\nError message: ",
        (
            Ending(
                "cpp",
                r"\n[0-9]{1,3} response headers:(?:\n(?:connection : (?:close|keep-alive)|content-length : [0-9]+|content-type : (?:text|application)/(?:xml|x-amz-json-1\.[01]|json)"
                r"|date : [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT|transfer-encoding : chunked))*",
                needs_known_code=True,
            ),
        ),
    ),
    Output(
        ("<?x", "<Er", "<Re"),
        r'(?:<\?xml version="1\.0" encoding="UTF-8"\?>\s?)?(?P<begin>)(?:<ErrorResponse xmlns="https?://(?P<service>[a-z][a-z0-9]+)\.amazonaws\.com/doc/[0-9-]*/?">\s*<Error>\s*<Type>Sender</Type>\s*'
        rf"|<Response><Errors><Error>|<Error>)<Code>(?P<code>{CODE})</Code>\s*<Message>",
        (
            Ending(
                "xml",
                rf"</Message>\s*</Error>\s*{_XML_ID}(?P<end>)\s*</ErrorResponse>",
                needs_known_code=True,
            ),
            Ending(
                "xml", rf"</Message></Error></Errors>{_XML_ID}(?P<end>)</Response>", needs_known_code=True
            ),
            Ending(
                "xml",
                rf"</Message>{_XML_ID}<HostId>(?P<host_id>{HOST_ID})</HostId>(?P<end>)</Error>",
                needs_known_code=True,
            ),
        ),
    ),
    Output(
        ('{"_', '{"C', "{\n ", "aws", "\naw"),
        rf'\n?(?:aws: \[ERROR\]: )?\{{\s*(?P<begin>)"(?:__type|Code)": ?"(?:[a-z][a-z0-9.]+#)?(?P<code>{CODE})",\s*"[Mm]essage": ?"',
        (Ending("json", r'(?<!")(?P<end>)"\s*\}', needs_known_code=True),),
    ),
    Output(('{"m', '{"M'), r'\{"[Mm]essage": ?"', (Ending(None, r'(?<!")"\}', is_exclusive=False),)),
    Output(("Err",), r"(?P<begin>)Error from server \(Forbidden\): ", (Ending("kubernetes"),), parse_rbac),
    Output(
        (CAPITAL,),
        _SDK_CODE,
        (
            Ending("go-v1", _GO_V1, needs_known_code=True),
            Ending("js-v2", _JS_V2, needs_known_code=True),
            Ending("js-v3", _JS_V3, needs_known_code=True),
        ),
    ),
    # The message alone.
    Output(
        (CAPITAL,),
        "",
        (Ending(None, is_exclusive=False), Ending("java-v1", _JAVA_V1), Ending("java-v2", _JAVA_V2)),
    ),
    Output((LOWERCASE, "Use"), "", (Ending("kubernetes"),), parse_rbac),
    # The response of the Kubernetes API server.
    Output(('{"k',), _STATUS_HEAD, (Ending("json", _STATUS_END),), parse_rbac),
)
