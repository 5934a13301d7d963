"""Find the parameters of a call in the audit record of CloudTrail, in JSON or YAML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._reading.structured.values import decode_at
from iamtriage._text import line_start

_KEY = "requestParameters"
# The next key of a record, in the order of CloudTrail and in alphabetical order.
_NEXT_KEY = lazy_pattern(
    r"[\"']?\b(?:responseElements|additionalEventData|requestI[Dd]|eventI[Dd]|readOnly|resources)\b[\"']?\s?:"
)
# A parameter, or where an object or a list begins or ends.
_PART = lazy_pattern(
    r"(?a)(?<![\w.-])[\"']?(?P<name>[a-z]\w{1,60})[\"']?\s?:\s?[\"']?(?P<value>[\w+=.@/-]{1,512})[\"']?\s{0,40}(?=[,}\]\n]|\Z)"
    r"|(?:(?<![\w.-])[\"']?(?P<key>[\w.:/-]{1,128}?)[\"']?\s?:\s?)?[{\[]|[}\]]"
)
_ENCRYPTION_CONTEXT = lazy_pattern(r"\"?\bencryptionContext\"?\s?:\s?(?=\{)")
# An option of the AWS CLI, in its shorthand syntax.
_CONTEXT_OPTION = lazy_pattern(
    r"(?a)--encryption-context[ =][\"']?(?P<pairs>[\w.:/@-]{1,128}=[\w.:/@+-]{1,256}(?:,[\w.:/@-]{1,128}=[\w.:/@+-]{1,256}){0,9})(?=[\s\"']|\Z)"
)
_LITERALS = frozenset({"null", "true", "false"})
_MAX_CHARS = 4_000


def find_request_parameters(text: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters that the only record of a text has once, with their names.

    >>> find_request_parameters('{"requestParameters": {"instanceId": "i-0a1b2c3d"}, "responseElements": null}')
    (('instanceId', 'i-0a1b2c3d'),)
    """
    if text.count(_KEY) != 1:
        return ()
    start = text.index(_KEY) + len(_KEY)
    end = _NEXT_KEY.search(text, start, start + _MAX_CHARS)
    found = list(_iterate_parameters(text, start + 1, end.start() if end else start + _MAX_CHARS))
    times = Counter(name for name, _ in set(found))
    return tuple(each for each in dict.fromkeys(found) if times[each[0]] == 1 and each[1] not in _LITERALS)


def find_encryption_context(text: str) -> dict[str, str]:
    """Return the encryption context of the only request to KMS whose record or option a text has.

    >>> find_encryption_context('{"requestParameters": {"encryptionContext": {"aws:s3:arn": "arn:aws:s3:::logs"}}}')
    {'aws:s3:arn': 'arn:aws:s3:::logs'}
    """
    found = only_one(list(_ENCRYPTION_CONTEXT.finditer(text)))
    option = only_one(list(_CONTEXT_OPTION.finditer(text)))
    if found is None and option is not None and "encryptionContext" not in text:
        return dict(each.split("=", 1) for each in option["pairs"].split(","))
    document = None if found is None else decode_at(text, found.end())[0]
    if not isinstance(document, dict):
        return {}
    pairs = cast("dict[str, object]", document).items()
    return {key: value for key, value in pairs if isinstance(value, str)}


def _iterate_parameters(text: str, start: int, end: int) -> Iterator[tuple[str, str]]:
    """Yield the parameters, also those in the lists of EC2: ``{"instancesSet": {"items": [{"instanceId": …}]}}``.

    Others that are nested, such as filters, tags and containers, can have the same names.
    """
    path: list[str] = []
    column: int | None = None
    for part in _PART.finditer(text, start, end):
        if part["name"] is not None:
            # In YAML, the column shows what is nested.
            at = -1 if path else part.start() - line_start(text, part.start())
            column = at if column is None else column
            if at == column and all(key == "items" or key.endswith("Set") for key in path[1:]):
                yield part["name"], part["value"]
        elif part[0].endswith(("{", "[")):
            path.append(part["key"] or (path[-1] if path else ""))
        elif path:
            path.pop()
            if not path:
                return
