"""Find the objects that a command of ``aws s3`` handles, since a policy for the first one leads to the next denial.

Source: https://docs.aws.amazon.com/cli/latest/reference/s3/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("listed_objects", "transfer_objects")

_REST = r"(?:[^\n|;&]|\\\n){0,400}"
_TRANSFER = lazy_pattern(
    rf"\baws (?:--[a-z-]{{2,30}}[ =]\S{{1,60}} ){{0,3}}s3 (?:(?P<sync>sync)\b|(?P<verb>cp|mv|rm)\b(?={_REST}--recursive\b))(?P<rest>{_REST})"
)
_URI = lazy_pattern(
    r"(?<![\w/])s3://(?P<path>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w.=+/-]{0,500})?)(?=[\s\"']|$)", re.ASCII
)


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
