"""Find from which address or through which VPC endpoint a denied call came."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.endpoints import PUBLIC_ADDRESS, find_source_address
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.messages.decisions import request_values

_ENDPOINT_OF_RECORD = lazy_pattern(r"\"vpcEndpointId\\?\"\s{0,8}:\s{0,8}\\?\"(vpce-[0-9a-f]{8,17})\\?\"")
SOURCE_IP = "aws:sourceip"
"""The key of the address, in lowercase."""

# The host of a private API, or of a service at an endpoint: those that the call names.
_ENDPOINT_OF_HOST = lazy_pattern(
    r"(?://|\b[a-z0-9]{10}-)(vpce-[0-9a-f]{8,17})(?:-[a-z0-9]{8})?\.(?:execute-api|[a-z0-9-]{2,40})\.[a-z]{2,5}-[a-z-]{4,20}-\d\."
)


def sent_address(denial: Denial) -> tuple[str, ...] | None:
    """Return the address of the call in its record, as aws:SourceIp."""
    source = denial.failure.envelope.source_ip or ""
    values = request_values(denial.facts, SOURCE_IP)
    return values or ((source,) if PUBLIC_ADDRESS.fullmatch(source) else None)


def find_network(name: str, denial: Denial) -> tuple[str, ...] | None:
    """Return the value of the condition key of the address or the endpoint, ``None`` if it is unknown."""
    text = denial.failure.text
    if name == SOURCE_IP:
        # Through an endpoint, a request has none.
        said = None if "vpce" in text else find_source_address(text)
        return sent_address(denial) or (None if said is None else (said,))
    # If the text has several records of CloudTrail, the endpoint can be that of another request.
    endpoint = unique_value(_ENDPOINT_OF_RECORD, text) if text.count("eventName") == 1 else None
    if endpoint is None and "vpce-" in text:
        endpoint = unique_value(_ENDPOINT_OF_HOST, text)
    return None if endpoint is None else (endpoint.value,)


# How a command, a template or words show that a function has no network of the account.
_WITHOUT_VPC = lazy_pattern(
    r"\"VpcId\"\s?:\s?\"\"|\"VpcConfig\"\s?:\s?(?:null|\{\s{0,8}\})|--query [\"']?VpcConfig\b[^\n]{0,40}\n\s{0,4}(?:null|None)\b"
    r"|\b(?i:lambda|function)\b[^.\n]{0,60}?\b(?:not|n't|never|without|outside)\b[^.\n]{0,30}?\bVPC\b"
)


def is_function_without_vpc(denial: Denial) -> bool | None:
    """Return whether a Lambda function called whose calls do not leave from a VPC, ``None`` if no function did."""
    runtime = denial.context.runtime
    if runtime is None or runtime.kind != "lambda":
        return None
    return _WITHOUT_VPC.search(denial.failure.text) is not None
