"""Match what SDKs, tools and services print around a message, character for character."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage._reading.canonical.messages import read_message, read_rbac
from iamtriage._reading.vocabulary.strict import CODE, HOST_ID, OPERATION, REQUEST_ID, STATUS, UUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage._reading.canonical.messages import Message


class Ending(NamedTuple):
    """What a print has after the message.

    Attributes:
        source: the SDK or tool.
        pattern: what follows the message, up to the end of the text.
        claimed: whether only AWS prints that.
        known: whether it is read only if the code is a known one.
    """

    source: str | None
    pattern: str = ""
    claimed: bool = True
    known: bool = False


class Print(NamedTuple):
    """What a print has before the message, and the endings that it may have.

    A fact is a group of its name. The groups ``begin`` and ``end`` are where what counts as the failure
    begins and ends, if that is not where the message does.

    Attributes:
        starts: how it may begin, each three characters, or a letter for any such.
        pattern: what precedes the message.
        endings: what may follow the message.
        read: the reader of the message.
    """

    starts: tuple[str, ...]
    pattern: str
    endings: tuple[Ending, ...]
    read: Callable[[str, int], Message | None] = read_message


CAPITAL, SMALL = "A", "a"
"""Starts that mean any letter of that sort."""

# botocore makes a code of the status of an answer without a body.
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
# Neither names a class of errors.
_PLACE = r"(?:node:)?[\w@/-]*+(?:\.(?![A-Z])[\w@/-]*+)*+(?::[0-9]++){2}"
_NODE_FRAMES = rf"(?:\n    at (?:async )?(?!\w*_status_)[\w<>]++(?:\.(?![A-Z])[\w<>]++)*+ (?:\[as \w+\] )?\({_PLACE}\))++"
_JS_V2 = (
    rf"(?:\n    at Request\.extractError \((?=[\w@/.-]*/aws-sdk/){_PLACE}\))(?:{_NODE_FRAMES})? \{{\n"
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
PRINTS = (
    Print(("An ", "\nAn"), rf"\n?(?P<begin>)An error occurred {_CALLED}", (Ending("botocore"),)),
    Print(
        ("aws", "\naw"), rf"\n?aws: \[ERROR\]: (?P<begin>)An error occurred {_CALLED}", (Ending("aws-cli"),)
    ),
    Print(
        ("A c",),
        rf"(?P<begin>)A client error \((?P<code>{CODE})\) occurred when calling the (?P<operation>{OPERATION}) operation: ",
        (Ending("botocore"),),
    ),
    Print(("ope",), _GO_V2, (Ending("go-v2"),)),
    # Terraform, and what else puts its own words and a colon before it.
    Print(
        ("Err",),
        rf"Error: (?:[a-z]+ing [A-Z][A-Za-z0-9]* [A-Za-z0-9 ]{{1,60}} \([\w/-]{{1,100}}\): )?{_GO_V2}",
        (Ending("go-v2"),),
    ),
    Print(
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
    Print(
        ("com",),
        r"(?P<begin>)com\.amazonaws\.services\.(?P<package>[a-z0-9]{2,40})\.model\.(?:(?:Amazon[A-Za-z0-9]{1,60}|AWS[A-Za-z0-9]{1,60}|(?i:(?P=package)))Exception|"
        r"(?P<again>[A-Z][A-Za-z]{2,60}Exception)): ",
        (Ending("java-v1", _JAVA_V1),),
    ),
    Print(
        ("sof",),
        r"(?P<begin>)software\.amazon\.awssdk\.services\.(?P<package>[a-z0-9]{2,40})\.model\.(?:(?i:(?P=package))Exception|"
        r"(?P<code>[A-Z][A-Za-z]{2,60}Exception)): ",
        (Ending("java-v2", _JAVA_V2, known=True),),
    ),
    Print(
        ("Unh", "Ama"),
        r"(?:Unhandled exception\. )?(?P<begin>)Amazon\.(?P<service>[A-Z][A-Za-z0-9]{1,60})\.(?:Amazon[A-Za-z0-9]{1,60}Exception|Model\."
        r"(?P<code>[A-Z][A-Za-z]{2,60}Exception)): ",
        (Ending("dotnet", _DOTNET, known=True),),
    ),
    Print(
        ("Aws",),
        rf"(?P<begin>)Aws::(?P<service>[A-Z][A-Za-z0-9]{{1,60}})::Errors::(?P<code>{CODE}): ",
        (Ending("ruby", known=True),),
    ),
    Print(
        ("/us", "/ho", "/op", "/va"),
        r"/[a-z0-9_/.+-]{1,300}/raise_response_errors\.rb:[0-9]+:in [`'](?:[A-Z][A-Za-z]*+(?:::[A-Z][A-Za-z]*+)*+#)?call': ",
        (
            Ending(
                "ruby",
                rf" \((?P<begin>)Aws::(?P<service>[A-Z][A-Za-z0-9]{{1,60}})::Errors::(?P<code>{CODE})(?P<end>)\)",
                known=True,
            ),
        ),
    ),
    Print(
        ("ser", "unh"),
        rf'(?:service error: )?(?P<begin>)unhandled error \((?P<again>{CODE})\): Error \{{ code: "(?P<code>{CODE})", message: "',
        (
            Ending(
                "rust",
                rf'", aws_request_id: "(?P<request_id>{REQUEST_ID})(?:", s3_extended_request_id: "(?P<host_id>{HOST_ID}))?(?P<end>)" \}}',
                known=True,
            ),
        ),
    ),
    Print(
        ("HTT",),
        rf"(?P<begin>)HTTP response code: (?P<status_code>{STATUS})\nResolved remote host IP address: [0-9.]{{7,15}}\nRequest ID: (?P<request_id>{REQUEST_ID})\n"
        rf"Exception name: (?P<code>{CODE})\nError message: ",
        (
            Ending(
                "cpp",
                r"\n[0-9]{1,3} response headers:(?:\n(?:connection : (?:close|keep-alive)|content-length : [0-9]+|content-type : (?:text|application)/(?:xml|x-amz-json-1\.[01]|json)"
                r"|date : [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT|transfer-encoding : chunked))*",
                known=True,
            ),
        ),
    ),
    Print(
        ("<?x", "<Er", "<Re"),
        r'(?:<\?xml version="1\.0" encoding="UTF-8"\?>\s?)?(?P<begin>)(?:<ErrorResponse xmlns="https?://(?P<service>[a-z][a-z0-9]+)\.amazonaws\.com/doc/[0-9-]*/?">\s*<Error>\s*<Type>Sender</Type>\s*'
        rf"|<Response><Errors><Error>|<Error>)<Code>(?P<code>{CODE})</Code>\s*<Message>",
        (
            Ending("xml", rf"</Message>\s*</Error>\s*{_XML_ID}(?P<end>)\s*</ErrorResponse>", known=True),
            Ending("xml", rf"</Message></Error></Errors>{_XML_ID}(?P<end>)</Response>", known=True),
            Ending(
                "xml",
                rf"</Message>{_XML_ID}<HostId>(?P<host_id>{HOST_ID})</HostId>(?P<end>)</Error>",
                known=True,
            ),
        ),
    ),
    Print(
        ('{"_', '{"C', "{\n ", "aws", "\naw"),
        rf'\n?(?:aws: \[ERROR\]: )?\{{\s*(?P<begin>)"(?:__type|Code)": ?"(?:[a-z][a-z0-9.]+#)?(?P<code>{CODE})",\s*"[Mm]essage": ?"',
        (Ending("json", r'(?<!")(?P<end>)"\s*\}', known=True),),
    ),
    Print(('{"m', '{"M'), r'\{"[Mm]essage": ?"', (Ending(None, r'(?<!")"\}', claimed=False),)),
    Print(("Err",), r"(?P<begin>)Error from server \(Forbidden\): ", (Ending("kubernetes"),), read_rbac),
    Print(
        (CAPITAL,),
        _SDK_CODE,
        (
            Ending("go-v1", _GO_V1, known=True),
            Ending("js-v2", _JS_V2, known=True),
            Ending("js-v3", _JS_V3, known=True),
        ),
    ),
    # The message alone.
    Print(
        (CAPITAL,),
        "",
        (Ending(None, claimed=False), Ending("java-v1", _JAVA_V1), Ending("java-v2", _JAVA_V2)),
    ),
    Print((SMALL, "Use"), "", (Ending("kubernetes"),), read_rbac),
    # What the API server answers.
    Print(('{"k',), _STATUS_HEAD, (Ending("json", _STATUS_END),), read_rbac),
)
