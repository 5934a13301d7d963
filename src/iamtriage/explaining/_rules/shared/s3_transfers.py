"""Find the objects that a command of ``aws s3`` handles, since a policy for the first one leads to the next denial.

Source: https://docs.aws.amazon.com/cli/latest/reference/s3/.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("transfer_objects",)

_REST = r"(?:[^\n|;&]|\\\n){0,400}"
_TRANSFER = lazy_pattern(
    rf"\baws (?:--[a-z-]{{2,30}}[ =]\S{{1,60}} ){{0,3}}s3 (?:sync\b|(?:cp|mv|rm)\b(?={_REST}--recursive\b)){_REST}"
)
_URI = lazy_pattern(
    r"(?<![\w/])s3://(?P<path>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w.=+/-]{0,500})?)(?=[\s\"']|$)", re.ASCII
)


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
