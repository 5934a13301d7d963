"""Find the objects that a command of ``aws s3`` handles, since a policy for the first one leads to the next denial.

Source: https://docs.aws.amazon.com/cli/latest/reference/s3/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("listed_objects", "next_objects", "transfer_objects")

_REST = r"(?:[^\n|;&]|\\\n){0,400}"
_TRANSFER = lazy_pattern(
    rf"\baws (?:--[a-z-]{{2,30}}[ =]\S{{1,60}} ){{0,3}}s3 (?:(?P<sync>sync)\b|(?P<verb>cp|mv|rm)\b(?={_REST}--recursive\b))(?P<rest>{_REST})"
)
_URI = lazy_pattern(
    r"(?<![\w/])s3://(?P<path>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w.=+/-]{0,500})?)(?=[\s\"']|$)", re.ASCII
)

# What differs in the key of the next run: a date, the hash in a file's name, and where a word names runs, any number or
# ID. Elsewhere, a number can be that of a customer.
_DATE = r"(?:(?:dt|date|year)=)?20[0-9]{2}[-_/]?(?:month=)?[01][0-9](?![0-9A-Za-z])|(?:(?:dt|date)=)?20[0-9]{2}[-_/]?[01][0-9][-_/]?[0-3][0-9](?:[T_-]?[0-9]{2,6}Z?)?(?![0-9A-Za-z])"
_HASH = r"(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,64}(?![0-9A-Za-z])"
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|v?[0-9]{1,5}(?:\.[0-9]{1,5}){1,3}(?![0-9A-Za-z])|[a-z]{0,10}[-_]?[0-9]{2,10}(?![0-9A-Za-z])"
_CHANGING = lazy_pattern(
    rf"{_DATE}|(?<=[a-z0-9][.-]){_HASH}(?=\.[a-z0-9.]{{1,12}}\Z)", re.ASCII | re.IGNORECASE
)
_CHANGING_IN_RUNS = lazy_pattern(rf"{_DATE}|{_HASH}|{_ID}", re.ASCII | re.IGNORECASE)
_RUNS = lazy_pattern(
    r"(?<![a-z])(?:artifacts?|backups?|builds?|ci|commits?|deploy(?:ment)?s?|exports?|jobs?|pipelines?|releases?|runs?|snapshots?|versions?)(?![a-z])",
    re.IGNORECASE,
)
_DIGIT = lazy_pattern(r"[0-9]", re.ASCII)
# Characters of a year that stay for long.
_CENTURY = 2
_KEY_STARTS = lazy_pattern(r"(?<![^/._-])(?=[^/._-])")


def next_objects(resource: str) -> str | None:
    """Return the ARN pattern of an object and the ones of the next runs, if a part of its key changes with each run.

    >>> next_objects("arn:aws:s3:::site/builds/1182/app.tgz"), next_objects("arn:aws:s3:::site/docs/a.html")
    ('arn:aws:s3:::site/builds/*', None)
    >>> next_objects("arn:aws:s3:::clicks/2026/11/20/09/clicks-1-2026-11-20-09-31-10")
    'arn:aws:s3:::clicks/20*'
    """
    bucket, separator, key = resource.partition("/")
    if not separator or ":s3:::" not in bucket or "*" in key:
        return None
    pattern = _CHANGING_IN_RUNS if _RUNS.search(resource) else _CHANGING
    changing = next(
        (found for start in _KEY_STARTS.finditer(key) if (found := pattern.match(key, start.start()))), None
    )
    if changing is None:
        return None
    before, after = key[: changing.start()], key[changing.end() :]
    if before:
        return f"{bucket}/{before}*"
    if _DIGIT.search(after):
        # The rest of the key has the day, hour or time.
        return f"{bucket}/{key[:_CENTURY]}*" if key.startswith("20") else None
    # The whole bucket is too much for a guess.
    return f"{bucket}/*{after}" if "/" in after else None


def listed_objects(resource: str, text: str) -> tuple[tuple[str, ...], str] | None:
    """Return what a command does with the objects of the bucket that it lists first, and their ARN pattern.

    Args:
        resource: The ARN of the bucket.
        text: The text around the denial.

    >>> listed_objects("arn:aws:s3:::site", "aws s3 sync out s3://site/docs")
    (('s3:PutObject',), 'arn:aws:s3:::site/docs/*')
    """
    _, separator, bucket = resource.partition(":s3:::")
    if not separator or "/" in bucket or "*" in bucket or "aws " not in text:
        return None
    for command in _TRANSFER.finditer(text):
        verb = command["sync"] or command["verb"]
        uris = list(_URI.finditer(command[0]))
        for index, uri in enumerate(uris):
            path = uri["path"].rstrip("/")
            if path.partition("/")[0] != bucket:
                continue
            before = command[0][command.start("rest") - command.start() : uri.start()].split()
            after = command[0][uri.end() :].strip("\"' ").split()
            is_target = index > 0 or (_is_path(before[-1:]) and not _is_path(after[:1]))
            actions = _access_to_objects(verb, command[0], is_target=is_target)
            return actions, f"{resource.removesuffix(bucket)}{path}/*"
    return None


def _is_path(words: list[str]) -> bool:
    """Return whether a word is the local path or the URI on the other side of a transfer."""
    return bool(words) and not words[0].startswith(("-", "<", ">", "2>", "#"))


def _access_to_objects(verb: str, command: str, *, is_target: bool) -> tuple[str, ...]:
    deletes = verb == "rm" or (verb == "mv" and not is_target) or (is_target and "--delete" in command)
    main = () if verb == "rm" else ("s3:PutObject",) if is_target else ("s3:GetObject",)
    return (*main, *(("s3:DeleteObject",) if deletes else ()))


def transfer_objects(resource: str, text: str) -> str | None:
    """Return the ARN pattern of all objects that a command handles, if the denied object is one of them.

    Args:
        resource: The ARN of the denied object.
        text: The text around the denial.

    >>> transfer_objects("arn:aws:s3:::site/docs/a.html", "aws s3 sync out s3://site/docs")
    'arn:aws:s3:::site/docs/*'
    >>> transfer_objects("arn:aws:s3:::site/docs/a.html", "aws s3 cp a.html s3://site/docs/") is None
    True
    """
    start, separator, path = resource.partition(":s3:::")
    if not separator or "/" not in path or "*" in path or "aws " not in text:
        return None
    for command in _TRANSFER.finditer(text):
        for uri in _URI.finditer(command[0]):
            folder = uri["path"].rstrip("/") + "/"
            if path.startswith(folder):
                return f"{start}{separator}{folder}*"
    return None
