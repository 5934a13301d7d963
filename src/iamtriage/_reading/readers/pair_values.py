"""Parse the values of the keys that AWS and its SDKs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.accounts import account_of
from iamtriage._reading.vocabulary.codes import (
    EKS_ISSUES,
    camel_case_code,
    is_code,
    is_generic,
    is_known,
    may_be_other_class,
    normalize_code,
    strip_hadoop_code,
)
from iamtriage._reading.vocabulary.grammar import STATEMENT, VAULT
from iamtriage._reading.vocabulary.pieces import BEST, CLASS_NAME, HINT, STATED, Piece
from iamtriage._reading.vocabulary.services import service_name, service_of_event_source
from iamtriage._reading.vocabulary.statuses import is_status
from iamtriage._typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

EVENT_KEYS = frozenset({"time", "region", "source_ip", "user_agent", "event_id"})
HEADER = lazy_pattern(r"[xX]-[aA]mz[nN]?-")
_LISTED_ID = lazy_pattern(r"\[(?P<id>[A-Za-z0-9-]{0,63}[0-9][A-Za-z0-9-]{0,63})\]")
# The request ID of a Lambda invocation is not the one of an API call.
_LAMBDA = lazy_pattern(r"(?:START|END|REPORT)\s\Z")
# Nor is the one next to an error that Lambda logs, unless it is in the object for the response of the call.
_METADATA = lazy_pattern(r"[mM]etadata[\"']?\s?:\s?\{[^{}]*\Z")
_MAX_METADATA_LENGTH = 300
# Keys of the request that the application serves, and of its response, in a flattened object.
_OF_REQUEST = ("res.", "req.")
# ASP.NET Core numbers the requests of each connection.
_ASP_NET_ID = lazy_pattern(r"[0-9A-Z]{13}:[0-9A-F]{8}")
# Keys of the request that the application serves, and of its response.
_LOGGED_KEYS = frozenset({"requestId", "request_id", "statusCode", "status_code"})
# The start of a line of logfmt, up to its level; those of structlog and zerolog for a terminal.
_LOGFMT_RECORD = lazy_pattern(
    r"(?:[\w.]{1,40}=[^\n]{0,200}?\s)?(?:level|lvl|severity)=|\s?\[(?:debug|info|warning|error|critical|exception)\s?\]\s"
    r"|[0-9]{1,2}:[0-9]{2}[AP]M\s[A-Z]{3}\s"
)
_MAX_RECORD_LENGTH = 4_000
_BRACE = lazy_pattern(r"[{}]")
# What every logger writes at the start of a line in JSON.
_JSON_RECORD = lazy_pattern(r"\{(?<![^\n\x1e\x1d].)(?=[^{}]{0,400}[\"'](?:level|severity|log\.level)[\"'])")
_INIT = lazy_pattern(r"Init<(?:[\w:]*::)?(?P<code>\w+)>")
_CODE_WORD = lazy_pattern(r"[^\s(){}<>\"']{1,128}")
_MAX_CODE_LENGTH = 128
# What is near keys that other systems have, too: EventBridge Pipes state the service; an NSError has a URL of AWS.
_SIGNS = {"exceptionType": "awsService", "NSLocalizedFailureReason": "internal.amazon.com/coral"}
# Only the query protocol states whether the sender or the receiver caused the error.
_ERROR_TYPE = lazy_pattern(r"\bType[\"']?\s?(?::|=>|=)\s?[\"']?(?:Sender|Receiver)[\"']?,?\s{0,2}\Z")
_ERROR_CODE = lazy_pattern(r"\sErrorCode\s\"?\Z")
# Amazon Data Firehose logs codes of the destination or of the transformation.
_DELIVERY_CODE = lazy_pattern(r"(?:ES|HttpEndpoint|Lambda|Redshift|S3|Splunk)\.[A-Z]")
# The list of health issues of an EKS cluster, node group or add-on.
_IN_ISSUES = lazy_pattern(r"\"issues\"\s?:\s?\[[^\[\]]{0,800}(?:\[[^\[\]]{0,400}\][^\[\]]{0,200}){0,8}\Z")
_ANY_CODE = lazy_pattern(r"[A-Z][A-Za-z0-9.]{2,80}")
# The frames in which the SDK for JavaScript creates an error from a service's response.
_FROM_RESPONSE = lazy_pattern(
    r"\bextractError\s\([^\s()]{0,200}aws-sdk/|\bde_\w{1,80}CommandError\s\([^\s()]{0,200}@aws-sdk/"
)
_MAX_FRAMES_LENGTH = 1500
_MAX_METADATA_DISTANCE = 24
_V2_FRAME = "Request.extractError ("
_MAX_FRAME_LENGTH = 200
_MAX_OBJECT_DISTANCE = 400
# What the SDK for JavaScript v2 adds to each error of a service. Its first versions print no request ID.
_KEYS_OF_JS_V2 = ("retryDelay", "retryable", "statusCode")
_SERVICE_KEYS = frozenset(
    {"awsService", "aws.service", "rpc.service", "_serviceAbbrev", "_serviceErrorAbbrev", "abbrev"}
)
# How many entries of a batch failed, in the result of a call.
_BATCH_COUNTS = ("FailedRecordCount", "FailedPutCount", "FailedEntryCount")
_NAME = lazy_pattern(r"\w{2,80}")
_IDENTITY = lazy_pattern(r"userIdentity|principal\"|'principal'|\"principal|sessionIssuer|requester")
_MAX_IDENTITY_DISTANCE = 400
_NOT_ALLOWED = lazy_pattern(r"allowed[\"']?\s?[:=]{1,2}\s?[Ff]alse")
_MAX_ISSUER_DISTANCE = 200


class Pair(NamedTuple):
    """A key and its value with their positions in the text."""

    text: str
    key: str
    quoted: bool
    at: int
    value: str
    start: int
    end: int

    def text_before(self, reach: int) -> str:
        """Return the text before the key, up to a number of characters."""
        return self.text[max(0, self.at - reach) : self.at]


def _put_source(cluster: Piece, _: Pair) -> bool:
    cluster.source = "cloudtrail"
    return True


def _is_near(pair: Pair, key: str) -> bool:
    return pair.text.find(key, max(0, pair.at - _MAX_OBJECT_DISTANCE), pair.end + _MAX_OBJECT_DISTANCE) >= 0


def _put_code(cluster: Piece, pair: Pair) -> bool:
    typed = pair.key.lower() in {"errortype", "typename"}
    # .NET has a class of this name, which PowerShell in Lambda throws around any error.
    is_other_class = typed and (may_be_other_class(pair.value) or pair.value == "InvalidOperationException")
    if pair.key == "errorType":
        # Lambda logs the request ID of the invocation before an error. Errors of the function's code have no other ID.
        cluster.facts.pop("request_id", None)
        cluster.is_lambda_error = is_other_class or is_generic(pair.value)
        cluster.is_lambda_record = pair.quoted
    elif pair.key == "code":
        # The fields of an error of the SDK for JavaScript v2 follow, which has the request ID of the call.
        cluster.is_lambda_record = False
    if pair.key in _SIGNS and not _is_near(pair, _SIGNS[pair.key]):
        return False
    init = _INIT.search(pair.value)
    # The SDK for Kotlin prints the values of a header as a list. People make values bold.
    value = init["code"] if init else pair.value.strip("[]*")
    if "#" in value or "://" in value:
        value = normalize_code(value)
    # The header ends with a colon if no namespace follows.
    value = value.rstrip(":")
    if len(value) > _MAX_CODE_LENGTH:
        return False
    if value.isdigit():
        # In quotes, a number can be of a Kubernetes Status. Otherwise, it is a code of another system.
        if is_status(value) and pair.quoted:
            cluster.put("status_code", value, pair.start, pair.end, HINT)
            return True
        return False
    # Services have codes of any form. The text around the value shows that it is one.
    issue = camel_case_code(value) in EKS_ISSUES and _IN_ISSUES.search(pair.text_before(1200)) is not None
    is_confirmed = issue or (
        _ANY_CODE.fullmatch(value) is not None
        and (
            _ERROR_TYPE.search(pair.text_before(40)) is not None
            or (_is_of_sdk(pair) and not is_generic(value))
        )
    )
    if not is_confirmed and (
        is_other_class
        or _CODE_WORD.fullmatch(value) is None
        or not is_code(value)
        or (is_generic(value) and not is_known(value))
    ):
        return False
    at = pair.text.find(value, pair.start, pair.end)
    cluster.put("code", value, at, at + len(value), CLASS_NAME if typed else BEST)
    if pair.key == "code" and _is_of_js_v2(pair):
        cluster.is_aws, cluster.source = True, "js-v2"
    cluster.is_aws = (
        cluster.is_aws
        or is_confirmed
        or pair.key in {"__type", "_serviceCode", "s3ErrorCode"}
        or (pair.key == "ErrorCode" and any(map(pair.text.__contains__, _BATCH_COUNTS)))
        or _is_of_sdk(pair)
        or (typed and _FROM_RESPONSE.search(pair.text, pair.end, pair.end + _MAX_FRAMES_LENGTH) is not None)
    )
    return True


def _is_of_js_v2(pair: Pair) -> bool:
    """Return whether a key is the first of an error of the SDK for JavaScript v2, printed after its frames."""
    frame = pair.text.rfind(_V2_FRAME, max(0, pair.at - _MAX_FRAMES_LENGTH), pair.at)
    return (
        frame >= 0
        and pair.text.find("aws-sdk/", frame, frame + _MAX_FRAME_LENGTH) >= 0
        and pair.text.count("{", frame, pair.at) == 1
    )


def _is_of_sdk(pair: Pair) -> bool:
    """Return whether only an AWS SDK uses this key or value for codes."""
    return (
        pair.key.rpartition(".")[2] == "name"
        or _ERROR_CODE.search(pair.text, pair.at, pair.start) is not None
        or (pair.key == "code" and all(_is_near(pair, key) for key in _KEYS_OF_JS_V2))
        or (pair.key == "errorCode" and _DELIVERY_CODE.match(pair.value) is not None)
    )


def _put_status(cluster: Piece, pair: Pair) -> bool:
    if (
        not is_status(pair.value)
        # "StatusCode": 200 is that of an Invoke of Lambda, whose Payload has the error of the function.
        or (pair.value.startswith("2") and "code" not in cluster.facts)
        or VAULT.match(pair.text, pair.end)
        or _is_of_log_record(pair)
        or _is_outside_of_error(cluster, pair)
    ):
        return False
    _forget_outer(cluster, "status_code", pair)
    cluster.put("status_code", pair.value, pair.start, pair.end, BEST)
    cluster.is_aws = cluster.is_aws or pair.key.lower() == "httpstatuscode"
    if pair.key == "httpStatusCode" and "$metadata" in pair.text_before(_MAX_METADATA_DISTANCE):
        cluster.source = "js-v3"
    if "RespMetadata" in pair.text_before(80):
        cluster.is_aws, cluster.source = True, "go-v1"
    return True


def _put_request_id(cluster: Piece, pair: Pair) -> bool:
    if (
        cluster.is_lambda_error
        or _LAMBDA.search(pair.text_before(8))
        or pair.text.startswith(" Version", pair.end)
        or len(pair.value) < 2
        # The next line of a text that ends after the key.
        or "/" in pair.value
        or _ASP_NET_ID.fullmatch(pair.value)
        or _is_of_log_record(pair)
        or _is_outside_of_error(cluster, pair)
        or (cluster.is_lambda_record and _METADATA.search(pair.text_before(_MAX_METADATA_LENGTH)) is None)
    ):
        return False
    header = HEADER.match(pair.key) is not None
    cluster.is_aws = cluster.is_aws or header or pair.key == "aws_request_id"
    # A word without a digit in brackets is a mask.
    listed = _LISTED_ID.fullmatch(pair.value) if header else None
    shift = 1 if listed else 0
    _forget_outer(cluster, "request_id", pair)
    cluster.put(
        "request_id",
        listed["id"] if listed else pair.value,
        pair.start + shift,
        pair.end - shift,
        HINT if header else STATED,
    )
    return True


def _forget_outer(cluster: Piece, key: str, pair: Pair) -> None:
    """Remove a value from outside the object of the code, if a pair of that object states its own."""
    outer, code = cluster.facts.get(key), cluster.facts.get("code")
    if outer is None or code is None or not 0 <= outer.end < code.start < pair.at:
        return
    opened: list[int] = []
    for m in _BRACE.finditer(pair.text, outer.end, pair.at):
        if m[0] == "{":
            opened.append(m.start())
        elif opened:
            opened.pop()
    if opened and opened[0] < code.start:
        del cluster.facts[key]


def _is_outside_of_error(cluster: Piece, pair: Pair) -> bool:
    """Return whether a key is of a log line in JSON, and the error is in an object or a string of it."""
    facts = cluster.facts
    places = [facts[key].start for key in ("code", "status_code") if key in facts and facts[key].start >= 0]
    text = pair.text
    if not pair.quoted or not any(place < pair.at for place in places):
        return False
    if _JSON_RECORD.search(text, max(0, pair.at - _MAX_RECORD_LENGTH), pair.at) is None:
        return False
    between = text[min(places) : pair.at]
    return between.count("{") < between.count("}")


def _is_of_log_record(pair: Pair) -> bool:
    """Return whether a key is a field of the request that the application serves, in logfmt or a flattened object."""
    if pair.key.startswith(_OF_REQUEST):
        return True
    if pair.quoted or pair.key not in _LOGGED_KEYS:
        return False
    low = max(0, pair.at - _MAX_RECORD_LENGTH)
    line = max(pair.text.rfind("\n", low, pair.at), pair.text.rfind("\x1e", low, pair.at)) + 1
    line += pair.text.startswith(STATEMENT, line - 1)
    is_field = pair.text.startswith(f" {pair.key}=", pair.at - 1)
    return is_field and _LOGFMT_RECORD.match(pair.text, line, pair.at) is not None


def _put_host_id(cluster: Piece, pair: Pair) -> bool:
    value = strip_hadoop_code(pair.value)
    if value is None:
        return False
    # Only the SDKs for JavaScript use this name.
    cluster.is_aws = cluster.is_aws or pair.key == "extendedRequestId"
    cluster.put("host_id", value, pair.start, pair.end - len(pair.value) + len(value))
    return True


def _put_operation(cluster: Piece, pair: Pair) -> bool:
    if _NAME.fullmatch(pair.value) is None or _is_of_other_rpc(pair):
        return False
    cluster.put("operation", pair.value, pair.start, pair.end)
    if pair.key.startswith(("aws.", "rpc.")):
        # A field of a structured log: the call whose error the line reports.
        cluster.role = "head"
    return True


def _is_of_other_rpc(pair: Pair) -> bool:
    """Return whether a key of OpenTelemetry is of a system other than the AWS API, such as gRPC."""
    return pair.key.startswith("rpc.") and not _is_near(pair, "aws-api")


def _put_service(cluster: Piece, pair: Pair) -> bool:
    if _is_of_other_rpc(pair):
        return False
    if ".amazonaws." in pair.value:
        cluster.is_aws, cluster.source = True, "cloudtrail"
        cluster.put("service", service_of_event_source(pair.value), rank=HINT)
    elif pair.key in _SERVICE_KEYS:
        cluster.is_aws = True
        cluster.put("service", service_name(pair.value), rank=HINT)
    else:
        return False
    return True


def _put_principal(cluster: Piece, pair: Pair) -> bool:
    near = pair.text_before(_MAX_IDENTITY_DISTANCE) + pair.key
    if not pair.value.startswith("arn:") or _IDENTITY.search(near) is None:
        return False
    listed = near.rfind("resources")
    if listed >= 0 and _IDENTITY.search(near, listed) is None:
        # The ARN of a resource in a record whose identity has none, as that of a caller of another account.
        return False
    if "sessionIssuer" in pair.text_before(_MAX_ISSUER_DISTANCE) + pair.key:
        # The issuer is the role; the caller is the role session.
        return False
    cluster.put_principal(pair.text, pair.value, pair.start, pair.end, HINT)
    return True


def _put_account(cluster: Piece, pair: Pair) -> bool:
    if (
        account_of(pair.value) != pair.value
        or _IDENTITY.search(pair.text_before(_MAX_IDENTITY_DISTANCE)) is None
    ):
        return False
    if "resources" in pair.text_before(120):
        return False
    cluster.put("account", pair.value, pair.start, pair.end, CLASS_NAME)
    return True


def _put_deny(cluster: Piece, pair: Pair) -> bool:
    """Parse the ``explicitDeny`` of a decoded authorization message, which starts a denial."""
    if _NOT_ALLOWED.search(pair.text_before(_MAX_IDENTITY_DISTANCE)) is None:
        return False
    cluster.kind, cluster.is_aws = "access_denied", True
    cluster.put("deny", "explicit" if pair.value.lower() == "true" else "implicit")
    return True


def _put_action(cluster: Piece, pair: Pair) -> bool:
    if cluster.kind != "access_denied":
        return False
    cluster.put_action(pair.value, pair.start, pair.end, service_rank=STATED)
    return True


def _put_resource(cluster: Piece, pair: Pair) -> bool:
    if cluster.kind != "access_denied":
        return False
    cluster.put("resource", pair.value, pair.start, pair.end)
    return True


def _only_in_events(key: str) -> Callable[[Piece, Pair], bool]:
    """Return a function that reads a value only in CloudTrail records."""

    def read(cluster: Piece, pair: Pair) -> bool:
        # A value without its closing quote is truncated.
        if cluster.source != "cloudtrail" or not pair.text.startswith(('"', "'"), pair.end):
            return False
        cluster.put(key, pair.value, rank=HINT)
        return True

    return read


VALUE_READERS: dict[str, Callable[[Piece, Pair], bool]] = {
    "record": _put_source,
    "code": _put_code,
    "status_code": _put_status,
    "request_id": _put_request_id,
    "host_id": _put_host_id,
    "operation": _put_operation,
    "service": _put_service,
    "principal": _put_principal,
    "account": _put_account,
    "deny": _put_deny,
    "action": _put_action,
    "resource": _put_resource,
    **{key: _only_in_events(key) for key in EVENT_KEYS},
}
