"""Parse CloudTrail records, and CloudTrail events in the OCSF format."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

from iamtriage._reading.excerpts import MAX_TEXT_LENGTH, excerpt
from iamtriage._reading.structured.statements import Statement
from iamtriage._reading.structured.values import as_document, documents_in, first_text, plain_code, text_of
from iamtriage._reading.vocabulary.services import service_of_event_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage._reading.structured.values import Document

_ACCOUNT_LENGTH = 12
_KEYS = (
    "errorCode", "errorMessage", "eventName", "eventSource", "requestID",
    "eventTime", "awsRegion", "sourceIPAddress", "userAgent", "eventID",
)  # fmt: skip
# Nearly every record has all of them.
_FIELDS = itemgetter(*_KEYS)
# The __new__ of a named tuple takes twice the time.
_new: Callable[[type[Statement], tuple[object, ...]], Statement] = cast("Any", tuple).__new__
_STRINGS = [str] * len(_KEYS)


def is_event(document: Document) -> bool:
    """Return whether a mapping has the keys of a CloudTrail record."""
    return "eventSource" in document or ("eventName" in document and "errorCode" in document)


def is_ocsf_event(document: Document) -> bool:
    """Return whether a mapping is an OCSF event about an API call."""
    return "api" in document and "class_uid" in document


def parse_cloudtrail_event(record: Document) -> Statement | None:
    """Return the facts in a CloudTrail record, or ``None`` if the call succeeded.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    try:
        values: Any = _FIELDS(record)
    except KeyError:
        values = [record.get(key) for key in _KEYS]
    if [*map(type, values)] != _STRINGS or "" in values:
        values = [text_of(value) for value in values]
    code, message, operation, source, request_id, time, region, source_ip, user_agent, event_id = values
    if code is None and message is None:
        return None
    if message is not None and len(message) > MAX_TEXT_LENGTH:
        message = excerpt(message)
    identity = as_document(record.get("userIdentity"))
    principal, account = _strip_links(text_of(identity.get("arn"))), None
    if principal is None:
        account = _parse_account_id(text_of(identity.get("accountId")))
    resource = None
    if record.get("resources"):
        resources = documents_in(record.get("resources"))
        resource = text_of(resources[0].get("ARN")) if len(resources) == 1 else None
    source = _strip_links(source)
    return _new(
        Statement,
        (
            message or "", "cloudtrail", True, None, plain_code(code), operation,
            service_of_event_source(source) if source else None, None, request_id, None,
            principal, account, resource, time, region, source_ip, user_agent, event_id, (),
        ),
    )  # fmt: skip


def parse_ocsf_event(event: Document) -> Statement | None:
    """Return the facts in an OCSF event from CloudTrail, or ``None`` for any other event.

    Sources: https://schema.ocsf.io/classes/api_activity, and the mapping of CloudTrail events at
    https://github.com/ocsf/examples. Older versions give the ARN as ``uuid``.
    """
    api = as_document(event.get("api"))
    response = as_document(api.get("response"))
    metadata = as_document(event.get("metadata"))
    product = as_document(metadata.get("product"))
    code = text_of(response.get("error"))
    message = first_text(response, "message", "error_message")
    if product.get("name") != "CloudTrail" or (code is None and message is None):
        return None
    user = as_document(as_document(event.get("actor")).get("user"))
    arn = next(
        (uid for key in ("uid", "uuid") if (uid := text_of(user.get(key))) and uid.startswith("arn:")), None
    )
    account = first_text(as_document(user.get("account")), "uid") or text_of(user.get("account_uid"))
    source = text_of(as_document(api.get("service")).get("name"))
    resources = documents_in(event.get("resources"))
    return Statement(
        message or "",
        "cloudtrail",
        is_exclusive=True,
        code=plain_code(code),
        operation=text_of(api.get("operation")),
        service=service_of_event_source(source) if source else None,
        request_id=text_of(as_document(api.get("request")).get("uid")),
        principal=arn,
        account=_parse_account_id(account),
        resource=text_of(resources[0].get("uid")) if len(resources) == 1 else None,
        time=first_text(event, "time_dt", "time"),
        region=text_of(as_document(event.get("cloud")).get("region")),
        source_ip=first_text(as_document(event.get("src_endpoint")), "ip", "domain"),
        user_agent=text_of(as_document(event.get("http_request")).get("user_agent")),
        event_id=text_of(metadata.get("uid")),
    )


def _parse_account_id(value: str | None) -> str | None:
    """Return a value if it is a 12-digit account ID, otherwise ``None``."""
    if value is None or len(value) != _ACCOUNT_LENGTH or not (value.isascii() and value.isdigit()):
        return None
    return value


def _strip_links(value: str | None) -> str | None:
    """Return a value without the links that mail clients and chats add to it."""
    if value is None or ("](" not in value and "|" not in value):
        return value
    from iamtriage._reading.unwrapping.markup import strip_value_links

    return strip_value_links(value)
