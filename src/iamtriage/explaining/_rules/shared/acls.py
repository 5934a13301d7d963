"""Find the ACL of S3 that a text sets."""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern

# An ACL in code, in a command or in Terraform.
_ACL = lazy_pattern(
    r"(?:(?<![\w-])(?:--acl[= ]|(?:x-amz-)?acl[\"']?\s{0,8}(?:=>|[:=])\s{0,4})|\.(?:with)?(?:canned)?acl\(|CannedACL\s?=\s?)[\"']?(?:(?:types\.)?ObjectCannedACL\.?|S3CannedACL\.|CannedAccessControlList\.)?(?P<name>private|public[-_]?read(?:[-_]?write)?|authenticated[-_]?read|aws[-_]exec[-_]read|bucket[-_]owner[-_]\w[\w-]{2,20}|log[-_]delivery[-_]write)\b[\"']?"
    r"|(?<![\w-])(?P<grants>--grant(?:s|-full-control|-read|-read-acp|-write-acp))[= ]\S{1,200}",
    re.ASCII | re.IGNORECASE,
)


class StatedAcl(NamedTuple):
    """An ACL of S3 that a text sets.

    Attributes:
        words: How the text sets it.
        is_public: Whether it gives everyone access.
        start: Where it begins in the text.
    """

    words: str
    is_public: bool
    start: int


def find_acl(text: str) -> StatedAcl | None:
    """Return the first ACL that the code, command or configuration in a text sets.

    >>> find_acl("aws s3 cp a.html s3://site/a.html --acl public-read")
    StatedAcl(words='--acl public-read', is_public=True, start=34)
    """
    found = _ACL.search(text)
    if found is None:
        return None
    words = found["grants"] or " ".join(found[0].split()).removeprefix(".")
    is_public = (found["name"] or "").lower().startswith("public") or "AllUsers" in found[0]
    return StatedAcl(f"{words}{')' if '(' in words else ''}", is_public, found.start())
