"""An error as a service answers it: status, headers and body in its protocol; not for texts of SDKs.

The shapes are those that botocore's parsers read:
https://smithy.io/2.0/aws/protocols/index.html.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from iamtriage.testing._services import service_of

if TYPE_CHECKING:
    from iamtriage.testing._samples import Sample

__all__ = ("body_of", "headers_of", "response_of")


def body_of(sample: Sample) -> bytes:
    """Write the body. A HEAD request is answered without one."""
    code, message = sample.code or "", sample.message
    if code.isdigit():
        return b""
    protocol = service_of(sample.service).protocol
    if protocol == "json":
        return json.dumps({"__type": code, _key(sample): message}, ensure_ascii=False).encode()
    if protocol == "rest-json":
        return json.dumps({"message": message}, ensure_ascii=False).encode()
    if protocol == "s3":
        said = _elements({"Code": code, "Message": message})
        ids = _elements({"RequestId": sample.request_id, "HostId": sample.host_id or ""})
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{said}{ids}</Error>'.encode()
    if protocol == "ec2":
        said = _elements({"Code": code, "Message": message})
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Response><Errors><Error>{said}</Error></Errors>"
            f"<RequestID>{sample.request_id}</RequestID></Response>"
        ).encode()
    said = _elements({"Type": _side(sample), "Code": code, "Message": message}, "\n    ")
    return (
        f'<ErrorResponse xmlns="https://{sample.service}.amazonaws.com/doc/">\n  <Error>{said}\n  </Error>\n'
        f"  <RequestId>{sample.request_id}</RequestId>\n</ErrorResponse>\n"
    ).encode()


def headers_of(sample: Sample) -> dict[str, str]:
    """Give the headers that belong to the body, the ids among them."""
    service = service_of(sample.service)
    if service.protocol == "s3":
        headers = {"Content-Type": "application/xml", "x-amz-request-id": sample.request_id}
        return {**headers, "x-amz-id-2": sample.host_id} if sample.host_id else headers
    headers = {
        "x-amzn-RequestId": sample.request_id,
        "Content-Type": _TYPES[service.protocol].format(service.json),
    }
    if service.protocol == "rest-json":
        headers["x-amzn-ErrorType"] = sample.code or ""
    if service.query_codes:
        headers["x-amzn-query-error"] = f"{sample.code};{_side(sample)}"
    return headers


def response_of(sample: Sample) -> dict[str, object]:
    """Give what botocore makes of it, as ``ClientError.response``."""
    error: dict[str, object] = {"Code": sample.code, "Message": sample.message}
    service = service_of(sample.service)
    if service.query_codes:
        error |= {"QueryErrorCode": sample.code, "Type": _side(sample)}
    elif service.protocol in {"query", "rest-xml"}:
        error["Type"] = _side(sample)
    metadata: dict[str, object] = {"RequestId": sample.request_id}
    if sample.host_id:
        metadata["HostId"] = sample.host_id
    metadata["HTTPStatusCode"] = sample.status
    metadata["HTTPHeaders"] = {name.lower(): value for name, value in headers_of(sample).items()}
    metadata["RetryAttempts"] = 0
    return {"Error": error, "ResponseMetadata": metadata}


_TYPES = {
    "query": "text/xml",
    "ec2": "text/xml;charset=UTF-8",
    "rest-xml": "text/xml",
    "json": "application/x-amz-json-{}",
    "rest-json": "application/json",
}


def _side(sample: Sample) -> str:
    return "Sender" if sample.status < 500 else "Receiver"


def _key(sample: Sample) -> str:
    # The front of AWS's JSON services, which checks access, writes the key in another case than they do.
    return "Message" if sample.kind == "access_denied" else "message"


def _elements(said: dict[str, str], before: str = "") -> str:
    return "".join(f"{before}<{name}>{escape(value)}</{name}>" for name, value in said.items())
