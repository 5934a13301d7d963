"""Format the HTTP response of a failed call in the service's protocol.

botocore's parsers read these formats: https://smithy.io/2.0/aws/protocols/index.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from iamtriage.testing._services import find_service

if TYPE_CHECKING:
    from iamtriage.testing._sample_data import SampleData

__all__ = ("build_body", "build_headers", "build_response")


def build_body(sample: SampleData) -> bytes:
    """Return the response body; empty for a HEAD request."""
    code, message = sample.code or "", sample.message
    if code.isdigit():
        return b""
    protocol = find_service(sample.service).protocol
    if protocol == "json":
        # In JSON services, the component that checks access capitalizes the key. The services do not.
        key = "Message" if sample.kind == "access_denied" else "message"
        return json.dumps({"__type": code, key: message}, ensure_ascii=False).encode()
    if protocol == "rest-json":
        return json.dumps({"message": message}, ensure_ascii=False).encode()
    if protocol == "s3":
        error = _build_elements({"Code": code, "Message": message})
        ids = _build_elements({"RequestId": sample.request_id, "HostId": sample.host_id or ""})
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{error}{ids}</Error>'.encode()
    if protocol == "ec2":
        error = _build_elements({"Code": code, "Message": message})
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Response><Errors><Error>{error}</Error></Errors>"
            f"<RequestID>{sample.request_id}</RequestID></Response>"
        ).encode()
    error = _build_elements({"Type": _fault_type(sample), "Code": code, "Message": message}, "\n    ")
    return (
        f'<ErrorResponse xmlns="https://{sample.service}.amazonaws.com/doc/">\n  <Error>{error}\n  </Error>\n'
        f"  <RequestId>{sample.request_id}</RequestId>\n</ErrorResponse>\n"
    ).encode()


def build_headers(sample: SampleData) -> dict[str, str]:
    """Return the response headers, which include the request IDs."""
    service = find_service(sample.service)
    if service.protocol == "s3":
        headers = {"Content-Type": "application/xml", "x-amz-request-id": sample.request_id}
        return {**headers, "x-amz-id-2": sample.host_id} if sample.host_id else headers
    headers = {
        "x-amzn-RequestId": sample.request_id,
        "Content-Type": _CONTENT_TYPES[service.protocol].format(service.json_version),
    }
    if service.protocol == "rest-json":
        headers["x-amzn-ErrorType"] = sample.code or ""
    if service.has_query_codes:
        headers["x-amzn-query-error"] = f"{sample.code};{_fault_type(sample)}"
    return headers


def build_response(sample: SampleData) -> dict[str, object]:
    """Return ``ClientError.response``, as botocore parses the response."""
    error: dict[str, object] = {"Code": sample.code, "Message": sample.message}
    service = find_service(sample.service)
    if service.has_query_codes:
        error |= {"QueryErrorCode": sample.code, "Type": _fault_type(sample)}
    elif service.protocol in {"query", "rest-xml"}:
        error["Type"] = _fault_type(sample)
    metadata: dict[str, object] = {"RequestId": sample.request_id}
    if sample.host_id:
        metadata["HostId"] = sample.host_id
    metadata["HTTPStatusCode"] = sample.status
    metadata["HTTPHeaders"] = {name.lower(): value for name, value in build_headers(sample).items()}
    metadata["RetryAttempts"] = 0
    return {"Error": error, "ResponseMetadata": metadata}


_CONTENT_TYPES = {
    "query": "text/xml",
    "ec2": "text/xml;charset=UTF-8",
    "rest-xml": "text/xml",
    "json": "application/x-amz-json-{}",
    "rest-json": "application/json",
}


def _fault_type(sample: SampleData) -> str:
    return "Sender" if sample.status < 500 else "Receiver"


def _build_elements(values: dict[str, str], indent: str = "") -> str:
    return "".join(f"{indent}<{name}>{escape(value)}</{name}>" for name, value in values.items())
