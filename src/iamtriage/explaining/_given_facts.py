"""Build the facts that a caller gives in one of several forms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, cast

from iamtriage._text import quote_text, wrong_type_message
from iamtriage.exceptions import DocumentError
from iamtriage.explaining._facts import FACT_NAMES, NO_FACTS, Facts, FactsLike, merge_facts

__all__ = ("build_facts", "text_of_record")

_EXPECTED = "a Facts, a mapping, a value that has facts, or an iterable of these"


def build_facts(given: FactsLike | Iterable[FactsLike | None] | None) -> Facts:
    """Build facts from one or more values.

    If several values state the same fact, the last one wins.

    Raises:
        DocumentError: A fact is unknown or its value is invalid.
        TypeError: A value can't be used as facts.

    >>> build_facts({"cluster": "orders"}).cluster
    'orders'
    >>> build_facts([{"cluster": "orders", "region": "eu-west-1"}, Facts(region="eu-central-1")])
    Facts(cluster='orders', region='eu-central-1')
    """
    if given is None:
        return NO_FACTS
    facts = _try_build_facts(given)
    if facts is not None:
        return facts
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise TypeError(wrong_type_message("facts", _EXPECTED, given))
    merged = NO_FACTS
    for each in cast("Iterable[object]", given):
        if each is None:
            continue
        facts = _try_build_facts(each)
        if facts is None:
            raise TypeError(wrong_type_message("facts", _EXPECTED, each))
        merged = merge_facts(merged, facts)
    return merged


def _try_build_facts(given: object) -> Facts | None:
    """Return the facts of one value, or ``None`` if it can't be used as facts."""
    if isinstance(given, Facts):
        return given
    if isinstance(given, Mapping):
        return _facts_from_mapping(cast("Mapping[object, Any]", given))
    from iamtriage.authorization._decoded_messages import DecodedMessage
    from iamtriage.authorization._details import AuthorizationDetails

    if isinstance(given, DecodedMessage):
        return Facts(decoded_message=given)
    if isinstance(given, AuthorizationDetails):
        return Facts(authorization_details=given)
    # A class such as Refusal has the attribute, too, but as a property.
    facts: object = getattr(given, "facts", None)
    return facts if isinstance(facts, Facts) else None


def _facts_from_mapping(given: Mapping[object, Any]) -> Facts:
    for name in given:
        if name not in FACT_NAMES:
            msg = f"unknown fact {quote_text(str(name))}; expected one of {', '.join(sorted(FACT_NAMES))}"
            raise DocumentError(msg, path=str(name))
    return Facts(**cast("Mapping[str, Any]", given))


def text_of_record(document: Mapping[str, object]) -> str | None:
    """Return the JSON text of a CloudTrail record or an event with one, or ``None`` for any other mapping.

    A failure that was read from a mapping has only the error message as its text. The record also states the
    parameters of the call, its resources and the role of the session.
    """
    detail = document.get("detail")
    record = document if "eventSource" in document else detail
    if not isinstance(record, Mapping) or "eventSource" not in record or "userIdentity" not in record:
        return None
    try:
        return json.dumps(document, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return None
