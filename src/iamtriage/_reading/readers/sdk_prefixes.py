"""Find the text that SDKs and tools print before a message: code, operation, service.

Sources: botocore ``exceptions.ClientError``, aws-cli's error handler, aws-sdk-php's ``WrappedHttpHandler``,
aws-sdk-cpp's log lines, pynamodb's ``VerboseClientError``, Hadoop's ``S3AUtils``, s3cmd's ``S3Error``, the AWS Tools
for PowerShell, columns of CloudTrail queries. ``prefix_table`` lists those of other tools.
"""

from __future__ import annotations

from functools import reduce
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.readers.go_prefixes import GO_PREFIXES, GO_RESPONSE
from iamtriage._reading.readers.prefix_table import PREFIXES
from iamtriage._reading.vocabulary.codes import REASON_PHRASES, is_code, is_known, normalize_code
from iamtriage._reading.vocabulary.fragments import find_around_literal
from iamtriage._reading.vocabulary.grammar import ELLIPSIS, trim
from iamtriage._reading.vocabulary.other_systems import S3A_DENIAL
from iamtriage._reading.vocabulary.pieces import BEST, HINT, Piece, code_piece
from iamtriage._reading.vocabulary.readable import find_near_fragments
from iamtriage._reading.vocabulary.services import service_name, service_of_event_source, service_of_host
from iamtriage._reading.vocabulary.statuses import is_status

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator

    from iamtriage._reading.vocabulary.readable import Readable

# Markdown's marks and quotes, which people add to parts of a sentence.
_MARKUP = r"[`*_\"']{0,3}"
_BOTOCORE = lazy_pattern(
    # The code is empty if the response has none. pynamodb adds two clauses. People retype it in angle brackets.
    rf"(?:An|A\s+client)\s+[Ee]rror\s+(?:occurr?ed\s+)?{_MARKUP}(?:\(|<(?=\w{{3,80}}>))\s*(?P<code>[^()\s]{{1,128}}|Access\sDenied|(?=\)\s+when\s+calling\b))\s*[)>]{_MARKUP}(?:\s+occurred)?"
    r"(?:\s+on\s+request\s+\((?P<request>[^()\s]{1,128})\))?(?:\s+on\s+table\s+\([^()\n]{1,255}\))?"
    rf"(?:\s*{_MARKUP}when\s+calling\s+the\s+{_MARKUP}(?P<operation>[^\W_](?:\w{{0,78}}[^\W_])?){_MARKUP}(?:\s+operation{_MARKUP}|(?=[\s\"'`.…]{{0,8}}\Z)))?"
    r"(?:\s+\(reached\s+max\s+retries:\s+\d+\))?\s*:?\s*"
)
# The same without its first words: the start of a line or what follows a label, the code, and the rest. The format
# distinguishes it from source code. People omit the parentheses, and the words around the operation. A search for the
# words after the code is faster than one for the start of a line.
_WHEN_CALLING = lazy_pattern(r"when\s+calling\s")
# The end of "An error occurred", whose first letters are missing.
_OCCURRED = f"{reduce('(?:{}{})?'.format, 'n error occurre', '')}d "
_LINE_OF_CODE = lazy_pattern(
    rf"(?:(?:\A|\n)(?:[^\w\n(]{{0,3}}|{_OCCURRED}(?=\())|(?:[:|]|\s-)[^\w\n(:]{{1,6}})(?:\([A-Za-z][^()\s]{{2,127}}\)|[A-Z]\w{{2,80}})\s+\Z"
)
_WHOLE_STARTS = ("An error occurred ", "an error occurred ")
_MAX_CODE_LENGTH = 160
_TRUNCATED_BOTOCORE = lazy_pattern(
    rf"(?:(?:\A|\n)(?:[^\w\n(]{{0,3}}|{_OCCURRED}(?=\())|(?:[:|]|\s-)[^\w\n(:]{{1,6}})(?P<open>\()?(?P<code>(?(open)[A-Za-z][^()\s]{{2,127}}|[A-Z]\w{{2,80}}))(?(open)\))\s+when\s+calling\s+"
    r"(?:the\s+(?P<whole>(?=\w{2,80}\s+operation))|(?:[A-Z]\w{1,20}\s)?(?=[A-Z][a-z]{2,20}[A-Z]))(?P<operation>[A-Z]\w{1,79})(?:\s+operation)?"
    r"(?:\s*:\s*|(?=[\"'`.]{0,3}\s?(?:\n|\Z)))(?P<request>(?!))?"
)
_CLI_WORDS = ("[ERROR]", "fatal", " failed")
_CLI = lazy_pattern(r"aws:\s\[ERROR\]:\s|(?:fatal error|(?:upload|download|copy|move|delete) failed)[:\s]")
_MAX_CLI_DISTANCE = 300

_PHP = lazy_pattern(r"Error\s+executing\s+\"(?P<operation>\w{2,80})\"\s+on\s+\"(?P<url>[^\"\n]{1,2000})\"")
_PHP_ID = lazy_pattern(r"\(Request-ID:\s(?P<request_id>[A-Za-z0-9-]{4,64})\)")
_URL_HOST = lazy_pattern(r"https?://([^/\s:]+)")
# A line can be empty, and older versions print fewer lines.
_CPP_LINES = lazy_pattern(
    r"HTTP\sresponse\scode:[ ]?(?P<status>-?[0-9]{1,9})?\s{1,2}(?P<host>Resolved\sremote\shost\sIP\saddress:[ ]?[^\s]{0,64}\s{1,2})?"
    r"(?:Request\sID:[ ]?(?P<request>[^\s]{0,128})\s{1,2})?Exception\sname:[ ]?(?P<word>[\w.:#-]{0,100})\s{1,2}Error\smessage:[ ]?"
)
# Consoles print the method of their client. Functions of other programs have such names, too, so that the denied action
# must be the operation, or iam:PassRole, which services check in their own operations.
_CONSOLE = lazy_pattern(
    r"(?P<operation>[a-z](?<![\w.:/\\$@(-].)[a-z]{1,11}[A-Z][A-Za-z]{2,60}):\s(?P<code>[A-Z]\w{2,60}Exception):\s"
    r"(?=User:\s\S{1,2048}\sis\snot\sauthorized\sto\sperform:?\s(?:iam:PassRole\b|[a-z][a-z0-9-]{1,40}:(?i:(?P=operation))\b))"
)
_CLOUDTRAIL_COLUMNS = lazy_pattern(
    r"(?P<source>[a-z](?<![\w.@/-].)[a-z0-9-]{1,30}+\.amazonaws\.com)[\s,;|\"]{1,4}(?P<operation>[A-Z]\w{2,80})[\s,;|\"]{1,4}"
    r"(?:(?P<principal>arn:[^\s,;|\"]{1,2048})[\s,;|\"]{1,4})?(?P<code>(?:Client\.)?[A-Z]\w{2,80})"
)
_HOST_END, _HOST_CHARACTERS, _MAX_HOST_LENGTH = ".amazonaws.com", f"{ascii_lowercase}{digits}-", 40
# A record of S3's server access log: the requester, the request ID, the operation, the key, the request, the status,
# the error code and, in newer records, the host ID (https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html).
_S3_ACCESS_LOG = lazy_pattern(
    r"(?:(?P<principal>arn:\S{1,2048})|(?<=\s)\S{1,80})\s(?P<request_id>[0-9A-Z]{16})\s(?:REST|WEBSITE|BATCH|S3)\.[A-Z]{2,20}\.[A-Z_]{2,40}"
    r"\s\S{1,3072}\s(?:\"[^\"\n]{1,4096}\"|-)\s(?P<status_code>[345][0-9]{2})\s(?P<code>[A-Z]\w{2,60})\b"
    r"(?:(?:\s[0-9-]{1,20}){4}\s\"[^\"\n]{0,4096}\"\s\"[^\"\n]{0,4096}\"\s\S{1,80}\s(?P<host_id>[\w+/=]{20,200}))?"
)
# After the first character, a lookbehind lets a pattern skip to such characters.
_S3CMD = lazy_pattern(
    r"(?P<status_code>[345](?:(?P<label>(?<=\bS3\serror:\s.))|(?<![\w.].))[0-9]{2})\s\((?P<code>[A-Z][A-Za-z0-9]{2,80})\)(?!\w)"
)
# What s3cmd says of AccessDenied, whatever the command, and goofys of a bucket that it does not mount:
# https://github.com/kahing/goofys/blob/master/internal/goofys.go
_S3CMD_BUCKET = lazy_pattern(
    r"\bERROR: Access to bucket '(?P<resource>[^'\n]{3,63})' was denied\b"
    r"|\b(?:main|s3)\.ERROR\sUnable\sto\saccess\s{1,2}'(?P<mounted>[^'\n]{3,63})':\spermission\sdenied\b"
)
# The nouns of these cmdlets start with a service. LogicMonitor's start with LM, too.
_CMDLET = lazy_pattern(
    r"(?<![\w-])[A-Z][a-z]{2,12}-(?P<service>S3|EC2|SQS|SNS|DDB|IAM|SSM|SEC|STS|CFN|KMS|RDS|ECS|ECR|EKS|ELB2?|R53|CWL?|CT|ASG|SFN"
    r"|LM(?=Function|Layer|EventSource|Permission))[A-Z][A-Za-z0-9]{1,60}\s?:\s(?!Error\scalling\sAssumeRole\b)"
)
# An error of the query protocol, printed by a PHP client.
_QUERY_ERROR = lazy_pattern(r"(?<![\w.-])(?:Sender|Receiver)\s-\s(?P<code>[A-Z][\w.]{2,80}):\s")
_QUERY_REQUEST_ID = lazy_pattern(
    r"\bRequest\sId:\s(?P<request_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"
)
_MAX_ID_DISTANCE = 1000
_HADOOP = lazy_pattern(
    # The first letter is easily lost.
    rf"(?:(?<![\w.])j|\A)ava\.nio\.file\.{S3A_DENIAL}(?:(?P<resource>s3[an]?://(?:[^\s\"'<>]|<[^<>\n]{{1,63}}>){{1,1024}}?)(?=:\s|[\"']|\n|\Z))?"
)
# Causes of Hadoop's exception other than a denial of S3.
_OTHER_CAUSE = lazy_pattern(
    r"NoAuthWithAWSException|SdkClientException|AmazonClientException|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken"
)
_MAX_CAUSE_DISTANCE = 1000
# The verbs of cmdlets (https://learn.microsoft.com/powershell/scripting/developer/cmdlet/approved-verbs-for-windows-powershell-commands).
_VERBS = (
    "Add Approve Assert Backup Block Build Checkpoint Clear Close Compare Complete Compress Confirm Connect Convert Copy"
    " Debug Deny Deploy Disable Disconnect Dismount Edit Enable Enter Exit Expand Export Find Format Get Grant Group Hide"
    " Import Initialize Install Invoke Join Limit Lock Measure Merge Mount Move New Open Optimize Out Ping Pop Protect"
    " Publish Push Read Receive Redo Register Remove Rename Repair Request Reset Resize Resolve Restart Restore Resume"
    " Revoke Save Search Select Send Set Show Skip Split Start Step Stop Submit Suspend Switch Sync Test Trace Unblock"
    " Undo Uninstall Unlock Unprotect Unpublish Unregister Update Use Wait Watch Write"
)


def read_prefixes(readable: Readable, rows: Iterable[int]) -> Iterator[Piece]:
    """Yield the prefixes of messages, in the order of the table."""
    text = readable.text
    for number in rows:
        fragment, pattern, build = _ROWS[number]
        for m in (
            _FINDERS[pattern](text)
            if pattern in _FINDERS
            else find_near_fragments(pattern, fragment, readable)
        ):
            piece = build(m)
            if piece is not None:
                yield piece


def _find_truncated_botocore(text: str) -> Iterator[re.Match[str]]:
    done = 0
    for words in _WHEN_CALLING.finditer(text):
        low = max(done, words.start() - _MAX_CODE_LENGTH)
        # Most messages are whole.
        is_whole = text.endswith(_WHOLE_STARTS, low, max(low, text.rfind("(", low, words.start())))
        line = None if is_whole else _LINE_OF_CODE.search(text, low, words.start())
        m = _TRUNCATED_BOTOCORE.match(text, line.start()) if line else None
        if m:
            yield m
            done = m.end()


def _find_columns(text: str) -> Iterator[re.Match[str]]:
    at = text.find(_HOST_END)
    while at >= 0:
        before = text[max(0, at - _MAX_HOST_LENGTH) : at]
        m = _CLOUDTRAIL_COLUMNS.match(text, at - len(before) + len(before.rstrip(_HOST_CHARACTERS)))
        if m:
            yield m
        at = text.find(_HOST_END, m.end() if m else at + 1)


def _botocore(m: re.Match[str], *, is_whole: bool = True) -> Piece | None:
    written = m["code"].strip("`*\"'") or m["code"]
    if written[:1].islower() and not m["operation"]:
        # Any program can print "An error occurred (timeout) when opening the file".
        return None
    piece = Piece("head", m.start(), m.end(), source="botocore", is_aws=is_whole)
    code = normalize_code(written) if "#" in written or "://" in written else written
    start = m.start("code") + m["code"].find(code)
    numeric = is_status(code)
    piece.put("code", code, start, start + len(code), HINT if numeric else BEST)
    if numeric:
        # botocore uses the HTTP status as code if the response has none.
        piece.put("status_code", code, start, start + len(code), HINT)
    piece.put_group(m, "operation", rank=BEST)
    piece.put_group(m, "request_id", "request")
    before = m.string[max(0, m.start() - _MAX_CLI_DISTANCE) : m.start() + 1]
    if any(map(before.__contains__, _CLI_WORDS)) and _CLI.search(before):
        piece.source = "aws-cli"
    return piece


def _truncated_botocore(m: re.Match[str]) -> Piece | None:
    is_whole = m["whole"] is not None
    is_certain = (m["open"] and is_whole) or is_known(m["code"].strip("`*\"'"))
    return _botocore(m, is_whole=is_whole) if is_certain else None


def _php(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), source="php", is_aws="amazonaws" in m["url"])
    piece.put_group(m, "operation")
    host = _URL_HOST.match(m["url"])
    piece.put("service", service_of_host(host[1]) if host else None)
    return piece


def _php_id(m: re.Match[str]) -> Piece:
    piece = Piece("tail", m.start(), m.end(), source="php")
    piece.put_group(m, "request_id")
    return piece


def _cpp_lines(m: re.Match[str]) -> Piece:
    """Build a piece from the lines that the SDK for C++ prints before a message."""
    piece = Piece("body", m.start(), m.end(), source="cpp", is_aws=m["host"] is not None)
    if is_status(m["status"] or ""):
        piece.put_group(m, "status_code", "status", BEST)
    start, end = trim(m.string, *m.span("request"))
    if m["request"] and ELLIPSIS.match(m.string[start:end]) is None:
        piece.put("request_id", m.string[start:end], start, end)
    code = normalize_code(m["word"]) if "#" in m["word"] else m["word"]
    if code:
        start = m.start("word") + m["word"].find(code)
        # Services have codes of any form. The position shows that it is one.
        piece.put("code", code, start, start + len(code), BEST if is_code(code) else HINT)
    return piece


def _s3_access_log(m: re.Match[str]) -> Piece:
    piece = code_piece(m, rank=BEST, is_aws=True)
    piece.put("service", "s3")
    for key in ("principal", "request_id", "status_code", "host_id"):
        piece.put_group(m, key)
    return piece


def _s3cmd(m: re.Match[str]) -> Piece | None:
    """Build a piece from "403 (AccessDenied): …", or from "403 (Forbidden)" if the response has no code."""
    is_named = m["label"] is not None
    is_coded = is_code(m["code"]) and m["code"] not in REASON_PHRASES
    if not is_named and not is_coded:
        return None
    piece = Piece("head", m.start(), m.end(), source="s3cmd" if is_named else None, is_aws=is_named)
    if is_coded:
        piece.put_group(m, "code", rank=BEST)
    piece.put_group(m, "status_code", rank=BEST)
    piece.put("service", "s3" if is_named else None)
    return piece


def _s3cmd_bucket(m: re.Match[str]) -> Piece:
    piece = Piece("core", m.start(), m.end(), kind="access_denied", source="s3cmd", is_aws=True)
    piece.put("service", "s3")
    piece.put_group(m, "resource", "resource" if m["resource"] else "mounted")
    return piece


def _cmdlet(m: re.Match[str]) -> Piece:
    piece = Piece("head", m.start(), m.end(), is_aws=True)
    piece.put("service", service_name(m["service"]), rank=HINT)
    return piece


def _console(m: re.Match[str]) -> Piece | None:
    if not is_known(m["code"]):
        return None
    piece = code_piece(m)
    piece.put("operation", m["operation"][:1].upper() + m["operation"][1:], rank=BEST)
    return piece


def _cloudtrail_columns(m: re.Match[str]) -> Piece | None:
    if not is_code(m["code"]):
        return None
    piece = code_piece(m, source="cloudtrail", is_aws=True)
    piece.put_group(m, "operation")
    piece.put("service", service_of_event_source(m["source"]), rank=HINT)
    if m["principal"]:
        piece.put_principal(m.string, m["principal"], *m.span("principal"), HINT)
    return piece


def _query_error(m: re.Match[str]) -> Piece | None:
    request = _QUERY_REQUEST_ID.search(m.string, m.end(), m.end() + _MAX_ID_DISTANCE)
    if request is None and not is_code(m["code"]):
        return None
    piece = code_piece(m, is_aws=True)
    if request:
        piece.put_group(request, "request_id")
    return piece


def _hadoop(m: re.Match[str]) -> Piece:
    """Build a piece from Hadoop's exception for a 401 or 403 of S3, or for an error before the request."""
    piece = Piece("core", m.start(), m.end(), kind="access_denied", is_aws=True)
    piece.is_wrapper = True
    if _OTHER_CAUSE.search(m.string, m.end(), m.end() + _MAX_CAUSE_DISTANCE) is None:
        piece.put("service", "s3", rank=HINT)
        piece.put_group(m, "resource", rank=HINT)
    return piece


# Each row: a fragment that the text must contain, the pattern, and the function that builds a piece.
_ROWS: tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], Piece | None]], ...] = (
    ("<An>rror |<client>rror ", _BOTOCORE, _botocore),
    ("when calling ", _TRUNCATED_BOTOCORE, _truncated_botocore),
    *GO_PREFIXES,
    ("<executing>", _PHP, _php),
    ("<Request>(Request-ID: ", _PHP_ID, _php_id),
    ("<REST>REST.|<WEBSITE>WEBSITE.|<BATCH>BATCH.", _S3_ACCESS_LOG, _s3_access_log),
    ("<name>Exception name:", _CPP_LINES, _cpp_lines),
    ("<Sender>Sender - |<Receiver>Receiver - ", _QUERY_ERROR, _query_error),
    ("<nio>", _HADOOP, _hadoop),
    ("|".join(f"<{status}>{status} (" for status in range(300, 600)), _S3CMD, _s3cmd),
    ("<bucket>ccess to bucket '|ERROR Unable to access", _S3CMD_BUCKET, _s3cmd_bucket),
    ("|".join(f"<{verb}>{verb}-" for verb in _VERBS.split()), _CMDLET, _cmdlet),
    ("xception: User: ", _CONSOLE, _console),
    ("<amazonaws>.amazonaws.com", _CLOUDTRAIL_COLUMNS, _cloudtrail_columns),
    *PREFIXES,
)
FRAGMENTS = [fragment for fragment, _, _ in _ROWS]
# The functions that find the matches of patterns that are slow to search for.
_FINDERS: dict[re.Pattern[str], Callable[[str], Iterator[re.Match[str]]]] = {
    GO_RESPONSE: lambda text: find_around_literal(text, GO_RESPONSE, "StatusCode:", 40, 60),
    _CLOUDTRAIL_COLUMNS: _find_columns,
    _CONSOLE: lambda text: find_around_literal(text, _CONSOLE, "xception:", 140, 300),
    _TRUNCATED_BOTOCORE: _find_truncated_botocore,
}
