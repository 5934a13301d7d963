"""Build the request of a denial from its message, its record and facts."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from iamtriage._text import clip_text, join_words, quote_json
from iamtriage.actions._lookup import find_action
from iamtriage.actions._operations import actions_for
from iamtriage.arns._arns import parse_arn
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._arn_templates import Location
from iamtriage.policies._conditions import parse_date
from iamtriage.policies._grants import build_grant
from iamtriage.policies._request_patterns import is_aws_pattern
from iamtriage.policies._requests import Request
from iamtriage.policies._stated_paths import stated_paths

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_messages import DecodedMessage
    from iamtriage.failures._failures import AccessDenied

__all__ = ("build_request",)


def build_request(failure: AccessDenied, facts: object = None) -> Request | str:
    """Return the denied request, or a sentence that says what is unknown about it.

    Args:
        failure: The denial.
        facts: Facts that complete the denial.
    """
    decoded = _read_decoded(facts)
    own = decoded.principal.arn if decoded and decoded.principal else None
    principal = _read_fact(facts, "caller") or own or failure.principal
    action = (decoded.action if decoded else None) or failure.action or _find_only_action(failure)
    resource = (decoded.resource if decoded else None) or _read_fact(facts, "resource") or failure.resource
    if action and not resource:
        known = find_action(action)
        resource = "*" if known and known.only_wildcard else None
    parts = (("the caller", principal), ("the action", action), ("the resource", resource))
    missing = [name for name, value in parts if not value]
    if missing:
        verb = "are" if len(missing) > 1 else "is"
        words = join_words(missing, "and")
        return f"The error does not state {words}, which {verb} needed to evaluate policies."
    context = {each.key: each.values for each in decoded.context} if decoded else {}
    arn = _complete_resource(str(resource), str(action), str(principal), failure)
    if arn is None:
        shown = quote_json(clip_text(str(resource)))
        return f"The denied request cannot be evaluated: its resource {shown} is not a complete ARN."
    try:
        return Request(str(principal), str(action), arn, {**_read_envelope(failure), **context})
    except (InvalidArnError, ValueError) as error:
        return f"The denied request cannot be evaluated: {error}."


def _complete_resource(resource: str, action: str, principal: str, failure: AccessDenied) -> str | None:
    """Return the ARN of a denied resource, which can be a name; ``None`` if the ARN is unclear."""
    if resource == "*":
        return resource
    if resource.startswith("arn:"):
        known = find_action(action)
        is_pattern = known is not None and is_aws_pattern(known, resource)
        # Any other * masks a part of the ARN.
        is_whole = resource.count(":") >= 5 and (is_pattern or "*" not in resource)
        return resource if is_whole else None
    try:
        caller = parse_arn(principal)
    except InvalidArnError:
        return None
    paths = stated_paths(failure.text, caller.account, principal) if action.startswith("iam:") else ()
    location = Location(caller.partition, failure.envelope.region, caller.account, paths)
    grant = build_grant(action, resource, location)
    if grant is None or not grant.known or grant.has_placeholders or len(grant.resources) != 1:
        return None
    return grant.resources[0] if grant.resources[0].startswith("arn:") else None


def _read_fact(facts: object, name: str) -> str | None:
    value = _get_fact(facts, name)
    return value if isinstance(value, str) and value else None


def _get_fact(facts: object, name: str) -> object:
    if isinstance(facts, Mapping):
        return cast("Mapping[str, object]", facts).get(name)
    return getattr(facts, name, None)


def _read_decoded(facts: object) -> DecodedMessage | None:
    from iamtriage.authorization._decoded_messages import DecodedMessage, read_decoded_message

    if isinstance(facts, DecodedMessage):
        return facts
    value = _get_fact(facts, "decoded_message")
    if value is None or isinstance(value, DecodedMessage):
        return value
    return read_decoded_message(cast("str", value))


def _find_only_action(failure: AccessDenied) -> str | None:
    """Return the action of the operation if it requires exactly one."""
    envelope = failure.envelope
    if not envelope.operation:
        return None
    found = actions_for(envelope.operation, envelope.service)
    is_clear = len(found) == 1 and len(found[0].actions) == 1
    return found[0].actions[0] if is_clear else None


def _read_envelope(failure: AccessDenied) -> dict[str, str]:
    """Return the condition keys that the record of the call states."""
    envelope = failure.envelope
    context: dict[str, str] = {}
    if envelope.source_ip:
        # CloudTrail writes the name of a service that calls.
        with suppress(ValueError):
            context["aws:SourceIp"] = str(ipaddress.ip_address(envelope.source_ip))
    if envelope.time and parse_date(envelope.time) is not None:
        context["aws:CurrentTime"] = envelope.time
    if envelope.source == "cloudtrail" and envelope.region:
        context["aws:RequestedRegion"] = envelope.region
    return context
