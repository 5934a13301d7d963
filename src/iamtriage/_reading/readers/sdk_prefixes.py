"""Find the text that SDKs and tools print before a message: code, operation, service.

Sources: botocore ``exceptions.ClientError``, aws-cli's error handler, aws-sdk-php's ``WrappedHttpHandler``,
aws-sdk-net's ``AmazonServiceException``, aws-sdk-cpp's log lines, boto 2's ``BotoServerError``, pynamodb's
``VerboseClientError``, the EKS Pod Identity agent, Redshift's S3 errors, Apache Arrow's ``ErrorToStatus``,
Hadoop's ``S3AUtils``, the AWS Tools for PowerShell, chalice, columns of CloudTrail queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.go_prefixes import GO_PREFIXES, GO_RESPONSE
from iamtriage._reading.readers.prefix_pieces import code_piece, put_group
from iamtriage._reading.vocabulary.codes import (
    camel_case_code,
    is_code,
    is_known,
    kind_of_code,
    normalize_code,
)
from iamtriage._reading.vocabulary.fragments import find_around_literal, find_near_fragments
from iamtriage._reading.vocabulary.grammar import (
    ELLIPSIS,
    trim,
)
from iamtriage._reading.vocabulary.other_systems import S3A_DENIAL
from iamtriage._reading.vocabulary.pieces import BEST, HINT, Piece
from iamtriage._reading.vocabulary.services import service_name, service_of_event_source, service_of_host
from iamtriage._reading.vocabulary.statuses import is_status

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Markdown's marks and quotes, which people add to parts of a sentence.
_MARKUP = r"[`*_\"']{0,3}"
_BOTOCORE = lazy_pattern(
    # The code is empty if the response has none. pynamodb adds two clauses.
    rf"(?:An|A\s+client)\s+[Ee]rror\s+(?:occurr?ed\s+)?{_MARKUP}\(\s*(?P<code>[^()\s]{{1,128}}|Access\sDenied|(?=\)\s+when\s+calling\b))\s*\){_MARKUP}(?:\s+occurred)?"
    r"(?:\s+on\s+request\s+\((?P<request>[^()\s]{1,128})\))?(?:\s+on\s+table\s+\([^()\n]{1,255}\))?"
    rf"(?:\s*{_MARKUP}when\s+calling\s+the\s+{_MARKUP}(?P<operation>[^\W_](?:\w{{0,78}}[^\W_])?){_MARKUP}(?:\s+operation{_MARKUP}|(?=[\s\"'`.…]{{0,8}}\Z)))?"
    r"(?:\s+\(reached\s+max\s+retries:\s+\d+\))?\s*:?\s*"
)
# The same without its first words: the start of a line, the code, and the rest. The format distinguishes it from source
# code. People omit the parentheses. A search for the words after the code is faster than one for the start of a line.
_WHEN_CALLING = lazy_pattern(r"when\s+calling\s+the\s")
_LINE_OF_CODE = lazy_pattern(r"(?:\A|\n)[^\w\n(]{0,3}(?:\([A-Za-z][^()\s]{2,127}\)|[A-Z]\w{2,80})\s+\Z")
_MAX_CODE_LENGTH = 160
_TRUNCATED_BOTOCORE = lazy_pattern(
    r"(?:\A|\n)[^\w\n(]{0,3}(?P<open>\()?(?P<code>(?(open)[A-Za-z][^()\s]{2,127}|[A-Z]\w{2,80}))(?(open)\))\s+when\s+calling\s+the\s+(?P<operation>[A-Z]\w{1,79})\s+operation\s*:\s*"
)
_CLI = lazy_pattern(r"aws:\s\[ERROR\]:\s|(?:fatal error|(?:upload|download|copy|move|delete) failed)[:\s]")
_MAX_CLI_DISTANCE = 300

_PHP = lazy_pattern(r"Error\s+executing\s+\"(?P<operation>\w{2,80})\"\s+on\s+\"(?P<url>[^\"\n]{1,2000})\"")
_URL_HOST = lazy_pattern(r"https?://([^/\s:]+)")
_PHP_CODE = lazy_pattern(r"(?P<code>[A-Z](?<![\w\\].)[A-Za-z0-9]{2,80})\s+\((?:client|server)\):\s*")
_DOTNET = lazy_pattern(
    r"Error\s+making\s+request\s+with\s+Error\s+Code\s+(?P<code>\w{2,80})\s+and\s+Http\s+Status\s+Code\s+(?P<status>\w{2,40})"
)
# Consoles print the method of their client. Functions of other programs have such names, too, so that the denied action
# must be the operation, or iam:PassRole, which services check in their own operations.
_CONSOLE = lazy_pattern(
    r"(?P<operation>[a-z](?<![\w.:/\\$@(-].)[a-z]{1,11}[A-Z][A-Za-z]{2,60}):\s(?P<code>[A-Z]\w{2,60}Exception):\s"
    r"(?=User:\s\S{1,2048}\sis\snot\sauthorized\sto\sperform:?\s(?:iam:PassRole\b|[a-z][a-z0-9-]{1,40}:(?i:(?P=operation))\b))"
)
_KMS = lazy_pattern(r"KMS\s+Exception:\s*(?P<code>[A-Z]\w{2,60}?Exception)\s*KMS\s+Message")
_OTHER_SERVICE = lazy_pattern(
    r"(?P<service>[EIKS](?<!\w.)(?:(?<=E)C2|(?<=S)3|(?<=K)MS|(?<=S)NS|(?<=S)QS|(?<=S)TS|(?<=I)AM))\s+(?:Error\s+Code:\s+|exception:\s[`'])(?P<code>[A-Z]\w{2,80})\b"
)
_POD_IDENTITY = lazy_pattern(r"\[(?P<id>[0-9a-fx*-]{8,64})\]:\s\((?P<code>[A-Z]\w{2,80})\):\s*")
_CPP = lazy_pattern(r"Encountered\s+(?:Unknown\s+)?AWSError\s+'?(?P<code>\w{2,80})'?\s*:\s*")
# The same SDK's message for a code that it does not know.
_CPP_UNKNOWN = lazy_pattern(
    r"Unable\s+to\s+parse\s+ExceptionName:\s+(?P<code>[A-Z]\w{2,80})(?:\s+Message:\s*|\b)"
)
# A line can be empty, and older versions print fewer lines.
_CPP_LINES = lazy_pattern(
    r"HTTP\sresponse\scode:[ ]?(?P<status>-?[0-9]{1,9})?\s{1,2}(?P<host>Resolved\sremote\shost\sIP\saddress:[ ]?[^\s]{0,64}\s{1,2})?"
    r"(?:Request\sID:[ ]?(?P<request>[^\s]{0,128})\s{1,2})?Exception\sname:[ ]?(?P<code>[\w.:#-]{0,100})\s{1,2}Error\smessage:[ ]?"
)
# Apache Arrow's file system uses the SDK for C++ and prints its error constant and the operation.
_ARROW = lazy_pattern(
    r"AWS\s+Error\s+(?:(?P<code>[A-Z][A-Z0-9_]{2,60})|\[code\s[0-9]{1,4}\])(?:\s+\(HTTP\s+status\s+(?P<status>[0-9]{3})\))?"
    r"\s+during\s+(?P<operation>[A-Z]\w{2,80})\s+operation:\s*"
)
# Karpenter prints the code from the response to CreateFleet. EC2's sentence confirms the code before it.
_CREATE_FLEET = lazy_pattern(
    r"with\s+fleet\s+error\(s\),\s+(?P<code>[A-Z][A-Za-z0-9]{2,80}(?:\.[A-Z][A-Za-z]{2,60}){0,2}):\s+"
)
_EC2_PARAMETER = lazy_pattern(
    r"(?<![\w.:/\\$@-])(?P<code>[A-Z][A-Za-z0-9]{2,80}(?:\.[A-Z][A-Za-z]{2,60})?):\s+"
    r"(?=Value\s+\([^()\n]{0,300}\)\s+for\s+parameter\s+[\w.]{1,80}\s+is\s)"
)
_WHILE_CALLING = lazy_pattern(
    r"while calling (?P<operation>[A-Z]\w{2,80}) on (?:Amazon::Coral::)?(?P<service>[A-Z]\w{2,60}?)(?:Client)?\b"
)
# Fluent Bit
_API_RESPONDED = lazy_pattern(
    r"(?P<operation>[A-Z][A-Za-z0-9]{3,80})\s+API\s+responded\s+with\s+error(?:='(?P<code>[A-Z]\w{2,80})')?"
)
# The AWS CDK prints each call that failed, with the method and arguments of its client
# (https://github.com/aws/aws-cdk/issues/10787).
_CDK_CALL = lazy_pattern(
    r"(?<!\w)Call\sfailed:\s(?P<operation>[a-z][A-Za-z0-9]{2,80})\((?:\{[^\n]{0,4000}?\})?\)\s=>\s"
    r"(?:(?=[^\n]{0,2000}?\s\(code=(?P<code>[A-Z][\w.]{2,80})\)))?"
)
_REDSHIFT = lazy_pattern(
    r"S3ServiceException:\s?[^\n]{0,300}?,\s?Status(?:Code)?\s(?P<status>[0-9]{3}),\s?Error(?:Code)?\s(?P<code>(?!DETAIL:)\w{2,80})"
    r"(?:,\s?(?!Rid\s)[A-Z]\w{1,30}\s[^,\s]{1,200}){0,4}(?:,\s?Rid\s(?P<request>[\w-]{4,80}))?(?:,\s?ExtRid\s(?P<host>[\w+/=.-]{4,200}))?"
)
_BOTO2 = lazy_pattern(
    r"(?<!\w)(?:(?P<service>EC2|S3|SDB|Emr|DynamoDB)Response|(?P<queue>SQS)|BotoServer|JSONResponse)Error:\s(?P<status>[345][0-9]{2})"
    r"(?:\s[A-Z][a-z]{1,20}){1,3}"
)
# CodePipeline prints the call that a pipeline action made.
_API_CALL = lazy_pattern(
    r"An\s+API\s+call\s+to\s+(?P<service>[A-Z]\w{1,40})\.(?P<operation>[a-z]\w{2,60})\s+\(RequestId:\s(?P<request>[\w-]{3,80})\s?\)"
    r"\s+returned\s+an?\s+(?P<code>[A-Z]\w{2,80})\s+error\b"
)
_CHALICE = lazy_pattern(
    r"got\s'(?P<code>[A-Z]\w{2,80})'\sexception\sback\sfrom\s(?P<service>[A-Z][A-Za-z0-9]{1,30}(?:[ ][A-Z][A-Za-z0-9]{1,30}){0,3})"
)
# An error of the query protocol, printed by a PHP client.
_QUERY_ERROR = lazy_pattern(r"(?<![\w.-])(?:Sender|Receiver)\s-\s(?P<code>[A-Z][\w.]{2,80}):\s")
_QUERY_REQUEST_ID = lazy_pattern(r"\bRequest\sId:\s(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_MAX_ID_DISTANCE = 1000
_HADOOP = lazy_pattern(rf"(?<![\w.])java\.nio\.file\.{S3A_DENIAL}")
_MAX_CAUSE_DISTANCE = 1000
_BEFORE_REQUEST = lazy_pattern(r"NoAuthWithAWSException|SdkClientException|AmazonClientException")
_CMDLET_CLASS = lazy_pattern(
    r"(?<![\w.])Amazon\.PowerShell\.Cmdlets\.(?P<service>[A-Z][A-Z0-9a-z]{1,40})\.\w{1,80}"
)
_CLOUDTRAIL_COLUMNS = lazy_pattern(
    r"(?P<source>[a-z](?<![\w.@/-].)[a-z0-9-]{1,30}+\.amazonaws\.com)[\s,;|\"]{1,4}(?P<operation>[A-Z]\w{2,80})[\s,;|\"]{1,4}"
    r"(?P<code>(?:Client\.)?[A-Z]\w{2,80})"
)

# The AWS SDK for Python v4 (https://github.com/smithy-lang/smithy-python), of an error that the service does not model.
_PYTHON_V4 = lazy_pattern(
    r"Unknown\s+error\s+for\s+operation\s+com\.amazonaws\.(?P<service>[a-z0-9]{2,60})#(?P<operation>\w{2,80})\s+-\s+status:\s+(?P<status>[1-5][0-9]{2})"
    r"(?:\s+-\s+id:\s+(?:[\w.]{2,100}#)?(?P<code>[A-Za-z][\w.]{1,100}))?(?:\s+-\s+reason:\s+[A-Z][\w-]{1,30}(?:[ ][A-Z][\w-]{1,30}){0,4})?"
)

# The AWS SDK for iOS prints an NSError. Its number is not specific: 11 means any error of the service.
_IOS = lazy_pattern(
    r"(?<!\w)Domain=com\.amazonaws\.(?:AWS)?(?P<service>[A-Z]\w{1,60}?)(?:Transfer(?:Utility|Manager))?ErrorDomain\sCode=[0-9]{1,6}\b"
)
# The error domains of the AWS SDK for iOS for errors on the device, before or after a request.
_IOS_LOCAL = frozenset(
    {"General", "Networking", "URLResponseSerialization", "XMLBuilder", "XMLParser", "JSONParser"}
)
# A record of S3's server access log: the requester, the request ID, the operation, the key, the request, the status,
# the error code and, in newer records, the host ID (https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html).
_S3_ACCESS_LOG = lazy_pattern(
    r"(?:(?P<principal>arn:\S{1,2048})|(?<=\s)\S{1,80})\s(?P<request>[0-9A-Z]{16})\s(?:REST|WEBSITE|BATCH|S3)\.[A-Z]{2,20}\.[A-Z_]{2,40}"
    r"\s\S{1,3072}\s(?:\"[^\"\n]{1,4096}\"|-)\s(?P<status>[345][0-9]{2})\s(?P<code>[A-Z]\w{2,60})\b"
    r"(?:(?:\s[0-9-]{1,20}){4}\s\"[^\"\n]{0,4096}\"\s\"[^\"\n]{0,4096}\"\s\S{1,80}\s(?P<host>[\w+/=]{20,200}))?"
)
# Soto, an SDK for Swift, prints the case of an enumeration.
_SWIFT_CASE = lazy_pattern(r"(?<!\w)(?P<code>[a-z][A-Za-z]{5,60})\((?:message:\s)?Optional\(\"")


def read_prefixes(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the prefixes of messages, in the order of the table."""
    text = readable.text
    for number in rows:
        fragment, pattern, make = _PREFIXES[number]
        for m in (
            _FINDERS[pattern](text)
            if pattern in _FINDERS
            else find_near_fragments(pattern, fragment, text, readable.flat)
        ):
            piece = make(m)
            if piece is not None:
                yield piece


def _find_truncated_botocore(text: str) -> Iterator[re.Match[str]]:
    done = 0
    for words in _WHEN_CALLING.finditer(text):
        line = _LINE_OF_CODE.search(text, max(done, words.start() - _MAX_CODE_LENGTH), words.start())
        m = _TRUNCATED_BOTOCORE.match(text, line.start()) if line else None
        if m:
            yield m
            done = m.end()


def _botocore(m: re.Match[str]) -> Piece | None:
    written = m["code"].strip("`*\"'") or m["code"]
    if written[:1].islower() and not m["operation"]:
        # Any program can print "An error occurred (timeout) when opening the file".
        return None
    if "open" in m.groupdict() and not m["open"] and not is_known(written):
        return None
    piece = Piece("head", m.start(), m.end(), source="botocore", is_aws=True)
    code = normalize_code(written) if "#" in written or "://" in written else written
    start = m.start("code") + m["code"].find(code)
    numeric = is_status(code)
    piece.put("code", code, start, start + len(code), HINT if numeric else BEST)
    if numeric:
        # botocore uses the HTTP status as code if the response has none.
        put_group(piece, m, "status_code", "code", HINT)
    put_group(piece, m, "operation", rank=BEST)
    if "request" in m.groupdict():
        put_group(piece, m, "request_id", "request")
    if _CLI.search(m.string, max(0, m.start() - _MAX_CLI_DISTANCE), m.start() + 1):
        piece.source = "aws-cli"
    return piece


def _php(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), source="php", is_aws="amazonaws" in m["url"])
    put_group(piece, m, "operation")
    host = _URL_HOST.match(m["url"])
    piece.put("service", service_of_host(host[1]) if host else None)
    return piece


def _php_code(m: re.Match[str]) -> Piece | None:
    return code_piece(m, source="php", rank=BEST) if is_code(m["code"]) else None


def _swift_case(m: re.Match[str]) -> Piece | None:
    return code_piece(m, source="swift", rank=BEST) if kind_of_code(m["code"]) else None


def _s3_access_log(m: re.Match[str]) -> Piece:
    piece = _redshift(m)
    put_group(piece, m, "principal")
    return piece


def _console(m: re.Match[str]) -> Piece | None:
    if not is_known(m["code"]):
        return None
    piece = code_piece(m)
    piece.put("operation", m["operation"][:1].upper() + m["operation"][1:], rank=BEST)
    return piece


def _dotnet(m: re.Match[str]) -> Piece:
    piece = code_piece(m, source="dotnet", rank=BEST, is_aws=True)
    if is_status(m["status"]):
        put_group(piece, m, "status_code", "status")
    return piece


def _reliable_code(m: re.Match[str]) -> Piece:
    return code_piece(m, rank=BEST, is_aws=True)


def _ec2_parameter(m: re.Match[str]) -> Piece | None:
    return _reliable_code(m) if is_code(m["code"]) else None


def _other_service(m: re.Match[str]) -> Piece:
    """Build a piece from a code that one service received from another: "EC2 Error Code: UnauthorizedOperation"."""
    piece = _reliable_code(m)
    piece.put("service", m["service"].lower(), rank=BEST)
    return piece


def _pod_identity(m: re.Match[str]) -> Piece:
    piece = _reliable_code(m)
    put_group(piece, m, "request_id", "id")
    return piece


def _cpp(m: re.Match[str]) -> Piece:
    return code_piece(m, source="cpp", rank=BEST, is_aws=True)


def _cpp_lines(m: re.Match[str]) -> Piece:
    """Build a piece from the lines that the SDK for C++ prints before a message."""
    piece = Piece("body", m.start(), m.end(), source="cpp", is_aws=m["host"] is not None)
    if is_status(m["status"] or ""):
        put_group(piece, m, "status_code", "status", BEST)
    start, end = trim(m.string, *m.span("request"))
    if m["request"] and ELLIPSIS.match(m.string[start:end]) is None:
        piece.put("request_id", m.string[start:end], start, end)
    code = normalize_code(m["code"]) if "#" in m["code"] else m["code"]
    if code:
        start = m.start("code") + m["code"].find(code)
        # Services have codes of any form. The position shows that it is one.
        piece.put("code", code, start, start + len(code), BEST if is_code(code) else HINT)
    return piece


def _arrow(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), source="cpp", is_aws=True)
    if m["code"] and m["code"] != "UNKNOWN":
        put_group(piece, m, "code", rank=BEST)
        piece.kind = kind_of_code(camel_case_code(m["code"]))
    put_group(piece, m, "operation", rank=BEST)
    put_group(piece, m, "status_code", "status")
    return piece


def _while_calling(m: re.Match[str]) -> Piece:
    piece = Piece("tail", m.start(), m.end())
    put_group(piece, m, "operation")
    piece.put("service", service_name(m["service"]))
    return piece


def _api_responded(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), is_aws=m["code"] is not None)
    put_group(piece, m, "operation")
    put_group(piece, m, "code", rank=BEST)
    return piece


def _cdk_call(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end())
    piece.put("operation", m["operation"][:1].upper() + m["operation"][1:])
    if m["code"] and is_code(m["code"]):
        piece.is_aws = is_known(m["code"])
        put_group(piece, m, "code", rank=BEST)
    return piece


def _redshift(m: re.Match[str]) -> Piece:
    piece = _reliable_code(m)
    piece.put("service", "s3")
    put_group(piece, m, "status_code", "status")
    put_group(piece, m, "request_id", "request")
    put_group(piece, m, "host_id", "host")
    return piece


def _boto2(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), source="boto2", is_aws=True)
    piece.is_thrown = True
    put_group(piece, m, "status_code", "status", BEST)
    service = m["service"] or m["queue"]
    piece.put("service", service_name(service) if service else None)
    return piece


def _chalice(m: re.Match[str]) -> Piece:
    piece = _reliable_code(m)
    piece.put("service", service_name(m["service"]), rank=HINT)
    return piece


def _api_call(m: re.Match[str]) -> Piece:
    piece = _reliable_code(m)
    piece.put("service", service_name(m["service"]))
    piece.put("operation", m["operation"][:1].upper() + m["operation"][1:], rank=BEST)
    put_group(piece, m, "request_id", "request")
    return piece


def _query_error(m: re.Match[str]) -> Piece | None:
    request = _QUERY_REQUEST_ID.search(m.string, m.end(), m.end() + _MAX_ID_DISTANCE)
    if request is None and not is_code(m["code"]):
        return None
    piece = code_piece(m, is_aws=True)
    if request:
        put_group(piece, request, "request_id", "id")
    return piece


def _hadoop(m: re.Match[str]) -> Piece:
    """Build a piece from Hadoop's exception for a 401 or 403 of S3, or for an error before the request."""
    piece = Piece("core", m.start(), m.end(), kind="access_denied", is_aws=True)
    piece.is_wrapper = True
    if _BEFORE_REQUEST.search(m.string, m.end(), m.end() + _MAX_CAUSE_DISTANCE) is None:
        piece.put("service", "s3", rank=HINT)
    return piece


def _cmdlet_class(m: re.Match[str]) -> Piece:
    piece = Piece("tail", m.start(), m.end(), is_aws=True)
    piece.put("service", service_name(m["service"]), rank=HINT)
    return piece


def _cloudtrail_columns(m: re.Match[str]) -> Piece | None:
    if not is_code(m["code"]):
        return None
    piece = code_piece(m, source="cloudtrail", is_aws=True)
    put_group(piece, m, "operation")
    piece.put("service", service_of_event_source(m["source"]), rank=HINT)
    return piece


def _python_v4(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), source="python-v4", is_aws=True)
    put_group(piece, m, "operation", rank=BEST)
    put_group(piece, m, "status_code", "status", BEST)
    piece.put("service", service_name(m["service"]))
    put_group(piece, m, "code", rank=BEST)
    return piece


def _ios(m: re.Match[str]) -> Piece | None:
    if m["service"] in _IOS_LOCAL:
        return None
    piece = Piece("head", m.start(), m.end(), source="swift", is_aws=True)
    piece.is_thrown = True
    # The domain "AWSServiceErrorDomain" is for errors of any service.
    piece.put("service", service_name(m["service"]) if m["service"] != "Service" else None, rank=HINT)
    return piece


# Each row: a fragment that the text must contain, the pattern, and the function that builds a piece.
_PREFIXES: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Piece | None]], ...] = (
    ("<error>rror |<Error>rror ", _BOTOCORE, _botocore),
    ("<amazonaws>for operation com.amazonaws.", _PYTHON_V4, _python_v4),
    ("when calling the ", _TRUNCATED_BOTOCORE, _botocore),
    *GO_PREFIXES,
    ("<executing>", _PHP, _php),
    ("<client>(client)", _PHP_CODE, _php_code),
    ("<server>(server)", _PHP_CODE, _php_code),
    ("<making>", _DOTNET, _dotnet),
    ("xception: User: ", _CONSOLE, _console),
    ('<Optional>Optional("', _SWIFT_CASE, _swift_case),
    ("<REST>REST.|<WEBSITE>WEBSITE.|<BATCH>BATCH.", _S3_ACCESS_LOG, _s3_access_log),
    ("<Message>KMS Message", _KMS, _reliable_code),
    ("<Code>Error Code: |<exception>S3 exception: ", _OTHER_SERVICE, _other_service),
    ("]: (", _POD_IDENTITY, _pod_identity),
    ("<AWSError>", _CPP, _cpp),
    ("<ExceptionName>", _CPP_UNKNOWN, _cpp),
    ("<name>Exception name:", _CPP_LINES, _cpp_lines),
    ("<AWS>AWS Error ", _ARROW, _arrow),
    ("<fleet>", _CREATE_FLEET, _reliable_code),
    ("<parameter>", _EC2_PARAMETER, _ec2_parameter),
    ("<calling>while", _WHILE_CALLING, _while_calling),
    ("<responded>", _API_RESPONDED, _api_responded),
    ("<Call>Call failed: ", _CDK_CALL, _cdk_call),
    ("<S3ServiceException>", _REDSHIFT, _redshift),
    (
        "|".join(f"<{name}ResponseError>" for name in ("EC2", "S3", "SDB", "Emr", "DynamoDB", "JSON"))
        + "|<SQSError>|<BotoServerError>",
        _BOTO2,
        _boto2,
    ),
    ("<API>An API call to ", _API_CALL, _api_call),
    ("<back>", _CHALICE, _chalice),
    ("<Sender>Sender - |<Receiver>Receiver - ", _QUERY_ERROR, _query_error),
    ("<nio>", _HADOOP, _hadoop),
    ("<Domain>Domain=com.amazonaws.", _IOS, _ios),
    ("<PowerShell>", _CMDLET_CLASS, _cmdlet_class),
    ("<amazonaws>.amazonaws.com", _CLOUDTRAIL_COLUMNS, _cloudtrail_columns),
)
FRAGMENTS = [fragment for fragment, _, _ in _PREFIXES]
# The functions that find the matches of patterns that are slow to search for.
_FINDERS: dict[re.Pattern[str], Callable[[str], Iterator[re.Match[str]]]] = {
    GO_RESPONSE: lambda text: find_around_literal(text, GO_RESPONSE, "StatusCode:", 40, 60),
    _CLOUDTRAIL_COLUMNS: lambda text: find_around_literal(
        text, _CLOUDTRAIL_COLUMNS, ".amazonaws.com", 40, 220
    ),
    _CONSOLE: lambda text: find_around_literal(text, _CONSOLE, "xception:", 140, 300),
    _TRUNCATED_BOTOCORE: _find_truncated_botocore,
}
