"""Find the source and the destination of a copy within S3 in the code that makes the call.

Sources: https://docs.aws.amazon.com/boto3/latest/reference/services/s3/client/copy_object.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.values import Stated

_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
# A literal key, unlike one that code fills in.
_LITERAL = r"[\"'`](?P<value>[^\"'`\n{}$%]{1,1024})[\"'`](?!\s?\+)"
# Java has methods, .NET properties, and PHP, JavaScript and Python have names.
_PART = lazy_pattern(
    rf"(?a)\b(?P<side>[sS]ource|[dD]estination)(?P<part>Bucket|Key)(?:\(|\s?=\s?)\s{{0,20}}{_LITERAL}"
)
# "CopySource={'Bucket': 'a', 'Key': 'b'}", and a variable with such a value.
_SOURCE = lazy_pattern(
    r"(?ia)\b(?:CopySource|copy_?source|source)[\"']?\s?(?:=>|[=:])\s?\{(?P<parts>[^{}]{1,1200})\}"
)
_SOURCE_OF_METHOD = lazy_pattern(r"(?a)\.copy\(\s{0,20}(?:CopySource=)?\{(?P<parts>[^{}]{1,1200})\}")
_SOURCE_AS_PATH = lazy_pattern(
    rf"(?a)\bCopySource[\"']?\s?(?:=>|[=:])\s?[\"'`]/?(?P<bucket>{_BUCKET})/(?P<key>[^\"'`\n{{}}$%]{{1,1024}})[\"'`]"
)
_NAMED = lazy_pattern(rf"(?a)(?<![\w.])(?:[\"']?(?P<part>Bucket|Key)[\"']?)\s?(?:=>|[=:])\s?{_LITERAL}")
# What follows the source in copy(source, "bucket", "key").
_ARGUMENTS = lazy_pattern(
    rf"(?a)\.copy\(\s{{0,20}}(?:[A-Za-z_]\w{{0,40}}|\{{[^{{}}]{{1,1200}}\}}),\s{{0,20}}[\"'](?P<bucket>{_BUCKET})[\"'],\s{{0,20}}[\"'](?P<key>[^\"'\n{{}}]{{1,1024}})[\"']"
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
    parts = _read_values(text, _PART, lambda found: f"{found['side'].lower()} {found['part']}")
    if parts:
        names = ("source Bucket", "source Key", "destination Bucket", "destination Key")
        bucket, key, to, new = map(parts.get, names)
        return _build(bucket, key, to, new)
    sources = [*_SOURCE_AS_PATH.finditer(text), *_SOURCE.finditer(text), *_SOURCE_OF_METHOD.finditer(text)]
    if len(sources) != 1:
        return None
    (source,) = sources
    if source.re.groups > 1:
        bucket, key = (Stated(source[name], source[0]) for name in ("bucket", "key"))
    else:
        named = _read_named(source["parts"])
        bucket, key = named.get("Bucket"), named.get("Key")
    if (called := _ARGUMENTS.search(text)) is not None:
        to, new = (Stated(called[name], called[name]) for name in ("bucket", "key"))
        return _build(bucket, key, to, new)
    # The other arguments stand on both sides of the source.
    low, high = max(source.start() - _CHARS_OF_CALL, 0), source.end() + _CHARS_OF_CALL
    others = _read_named(f"{text[low : source.start()]}\n{text[source.end() : high]}")
    return _build(bucket, key, others.get("Bucket"), others.get("Key"))


def hide_sources(text: str) -> str:
    """Return a text without the sources of copies that have the names of other arguments.

    >>> hide_sources('s3.copy({"Bucket": "inbox", "Key": "a.txt"}, bucket)')
    's3 , bucket)'
    """
    return _SOURCE_OF_METHOD.sub(" ", _SOURCE.sub(" ", text)) if "opy" in text else text


def _read_values(
    text: str, pattern: re.Pattern[str], name: Callable[[re.Match[str]], str]
) -> dict[str, Stated]:
    """Return the literal values in a text by their names, each if there is only one."""
    values: dict[str, dict[str, Stated]] = {}
    for found in pattern.finditer(text):
        stated = Stated(found["value"], found[0].rstrip())
        values.setdefault(name(found), {})[stated.value] = stated
    return {key: next(iter(each.values())) for key, each in values.items() if len(each) == 1}


def _read_named(text: str) -> dict[str, Stated]:
    """Return the literal values of Bucket and Key, each if there is only one."""
    return _read_values(text, _NAMED, lambda found: found["part"])


def _build(bucket: Stated | None, key: Stated | None, to: Stated | None, new: Stated | None) -> Copy | None:
    if bucket is None or key is None or to is None:
        return None
    if not re.fullmatch(_BUCKET, bucket.value) or not re.fullmatch(_BUCKET, to.value):
        return None
    return Copy(f"{bucket.value}/{key.value}", to, new)
