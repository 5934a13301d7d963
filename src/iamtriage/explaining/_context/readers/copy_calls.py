"""Find the source and the destination of a copy within S3 in the code that makes the call.

Sources: https://docs.aws.amazon.com/boto3/latest/reference/services/s3/client/copy_object.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.values import Stated

_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# A literal key, unlike one that code fills in.
_LITERAL = r"[\"'`](?P<value>[^\"'`\n{}$%]{1,1024})[\"'`](?!\s?\+)"
# Java has methods, .NET properties, and PHP, JavaScript and Python have names.
_PART = lazy_pattern(
    rf"\b(?P<side>[sS]ource|[dD]estination)(?P<part>Bucket|Key)(?:\(|\s?=\s?)\s{{0,20}}{_LITERAL}", re.ASCII
)
# "CopySource={'Bucket': 'a', 'Key': 'b'}", and a variable with such a value.
_SOURCE = lazy_pattern(
    r"\b(?:CopySource|copy_?source|source)[\"']?\s?(?:=>|[=:])\s?\{(?P<parts>[^{}]{1,1200})\}",
    re.ASCII | re.IGNORECASE,
)
_SOURCE_OF_METHOD = lazy_pattern(r"\.copy\(\s{0,20}(?:CopySource=)?\{(?P<parts>[^{}]{1,1200})\}", re.ASCII)
_SOURCE_AS_PATH = lazy_pattern(
    rf"\bCopySource[\"']?\s?(?:=>|[=:])\s?[\"'`]/?(?P<bucket>{_BUCKET})/(?P<key>[^\"'`\n{{}}$%]{{1,1024}})[\"'`]",
    re.ASCII,
)
_NAMED = lazy_pattern(rf"(?<![\w.])(?:[\"']?(?P<part>Bucket|Key)[\"']?)\s?(?:=>|[=:])\s?{_LITERAL}", re.ASCII)
# What follows the source in copy(source, "bucket", "key").
_ARGUMENTS = lazy_pattern(
    rf"\.copy\(\s{{0,20}}(?:[A-Za-z_]\w{{0,40}}|\{{[^{{}}]{{1,1200}}\}}),\s{{0,20}}[\"'](?P<bucket>{_BUCKET})[\"'],\s{{0,20}}[\"'](?P<key>[^\"'\n{{}}]{{1,1024}})[\"']",
    re.ASCII,
)
_CHARS_OF_CALL = 600


class Copy(NamedTuple):
    """A copy that code makes.

    Attributes:
        source: The bucket and the key of what it reads, with a slash between them.
        bucket: The bucket that it writes to.
        key: The key that it writes, if the code states it.
    """

    source: str
    bucket: Stated
    key: Stated | None


def find_copy(text: str) -> Copy | None:
    """Return the only copy of an object in code, if that names its source and its destination.

    >>> find_copy('copy_object(CopySource={"Bucket": "inbox", "Key": "a.txt"}, Bucket="done", Key="b.txt")').source
    'inbox/a.txt'
    """
    if "opy" not in text:
        return None
    parts: dict[str, set[str]] = {}
    for found in _PART.finditer(text):
        parts.setdefault(f"{found['side'].lower()} {found['part']}", set()).add(found["value"])
    if parts:
        bucket, key, to, new = (
            only_one(parts.get(name, ()))
            for name in ("source Bucket", "source Key", "destination Bucket", "destination Key")
        )
        return _build(bucket, key, to, new)
    sources = [*_SOURCE_AS_PATH.finditer(text), *_SOURCE.finditer(text), *_SOURCE_OF_METHOD.finditer(text)]
    if len(sources) != 1:
        return None
    (source,) = sources
    if source.re.groups > 1:
        bucket, key = source["bucket"], source["key"]
    else:
        named = _read_named(source["parts"])
        bucket, key = named.get("Bucket"), named.get("Key")
    if (called := _ARGUMENTS.search(text)) is not None:
        return _build(bucket, key, called["bucket"], called["key"])
    # The other arguments stand on both sides of the source.
    low, high = max(source.start() - _CHARS_OF_CALL, 0), source.end() + _CHARS_OF_CALL
    others = _read_named(f"{text[low : source.start()]}\n{text[source.end() : high]}")
    return _build(bucket, key, others.get("Bucket"), others.get("Key"))


def _read_named(text: str) -> dict[str, str]:
    """Return the literal values of Bucket and Key, each if there is only one."""
    found: dict[str, set[str]] = {}
    for each in _NAMED.finditer(text):
        found.setdefault(each["part"], set()).add(each["value"])
    return {name: next(iter(values)) for name, values in found.items() if len(values) == 1}


def _build(bucket: str | None, key: str | None, to: str | None, new: str | None) -> Copy | None:
    if bucket is None or key is None or to is None:
        return None
    if not re.fullmatch(_BUCKET, bucket) or not re.fullmatch(_BUCKET, to):
        return None
    return Copy(f"{bucket}/{key}", Stated(to, to), None if new is None else Stated(new, new))
