"""Find the AWS sections of a text that compares clouds under headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from iamtriage._reading.vocabulary.readable import Readable

_HEADING = lazy_pattern(
    r"^[#*\s>.)0-9-]{0,8}(?:(?P<aws>AWS|Amazon\sWeb\sServices|Amazon)|(?:Microsoft\s)?(?:Azure|AZURE)|GCP|Google(?:\sCloud)?(?:\sPlatform)?"
    r"|(?:Alibaba|Tencent|Huawei|Oracle|IBM)(?:\sCloud)?|Aliyun|OCI|Digital\s?Ocean)[\s*]{0,3}:?[ *]{0,3}$",
    re.MULTILINE,
)
# Words of the headings.
_AWS = frozenset({"AWS", "Amazon"})
_OTHER_CLOUDS = frozenset(
    {
        "Azure", "AZURE", "GCP", "Google", "Alibaba", "Aliyun", "Tencent", "Huawei", "Oracle", "OCI", "IBM", "Ocean", "DigitalOcean",
    }
)  # fmt: skip
_MAX_HEADINGS = 32


def find_aws_sections(readable: Readable) -> list[tuple[int, int]]:
    r"""Return the spans of the AWS sections, if other clouds have sections, too.

    >>> from iamtriage._reading.vocabulary.readable import Readable
    >>> find_aws_sections(Readable("AWS:\nAccessDenied\nAzure:\nAuthorizationFailed"))
    [(4, 18)]
    >>> find_aws_sections(Readable("AWS:\nAccessDenied"))
    []
    """
    text = readable.text
    if _OTHER_CLOUDS.isdisjoint(readable.words) or _AWS.isdisjoint(readable.words) or "\n" not in text:
        return []
    headings = list(_HEADING.finditer(text))[:_MAX_HEADINGS]
    if all(m["aws"] for m in headings):
        return []
    ends = [m.start() for m in headings[1:]] + [len(text)]
    return [(m.end(), end) for m, end in zip(headings, ends, strict=True) if m["aws"]]


def find_section(sections: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return the section that contains a span of the text, or ``None`` if there is none."""
    return next((section for section in sections if section[0] <= start and end <= section[1]), None)
