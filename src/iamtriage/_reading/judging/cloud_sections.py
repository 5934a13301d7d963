"""Find the sections of a text that lists several clouds by name."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

_HEADING = lazy_pattern(
    r"^[#*\s>.)0-9-]{0,8}(?:(?P<aws>AWS|Amazon\sWeb\sServices|Amazon)|(?:Microsoft\s)?(?:Azure|AZURE)|GCP|Google(?:\sCloud)?(?:\sPlatform)?"
    r"|(?:Alibaba|Tencent|Huawei|Oracle|IBM)(?:\sCloud)?|Aliyun|OCI|Digital\s?Ocean)[\s*]{0,3}:?[ *]{0,3}$",
    re.MULTILINE,
)
_OTHERS = (
    "zure", "AZURE", "GCP", "Google", "Alibaba", "Aliyun", "Tencent", "Huawei", "Oracle", "OCI", "IBM", "Ocean"
)  # fmt: skip
_MOST = 32


def sections_of_aws(text: str) -> list[tuple[int, int]]:
    r"""Return the spans of the sections under AWS's name, if other clouds have sections, too.

    >>> sections_of_aws("AWS:\nAccessDenied\nAzure:\nAuthorizationFailed"), sections_of_aws("AWS:\nAccessDenied")
    ([(4, 18)], [])
    """
    if ("AWS" not in text and "Amazon" not in text) or not any(name in text for name in _OTHERS):
        return []
    headings = list(_HEADING.finditer(text))[:_MOST]
    if all(m["aws"] for m in headings):
        return []
    ends = [m.start() for m in headings[1:]] + [len(text)]
    return [(m.end(), end) for m, end in zip(headings, ends, strict=True) if m["aws"]]


def section_of(sections: list[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return the section that contains a part of a text."""
    return next((section for section in sections if section[0] <= start and end <= section[1]), None)
