"""Find the parts of a text that are YAML: code blocks, and the output of commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._documents.nodes import Scalar
from iamtriage.redaction._documents.yaml_spans import find_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("find_yaml_parts",)

# The beginning or end of a code block, or a command after a prompt.
_BORDER = re.compile(r"^(?:[ ]{0,8}(?:```|~~~)|(?:[^\s$]{1,60})?\$ )[^\n]*+(?:\n|\Z)", re.MULTILINE)
_MIN_LENGTH = 12
# More parts that are shorter on average do not occur in real texts, and would take long.
_MAX_SHORT_PARTS = 100
_MIN_CHARS_PER_PART = 100


def find_yaml_parts(text: str) -> Iterator[Scalar]:
    """Yield each part of a text that is YAML: a code block, or the output of a command."""
    if "```" not in text and "~~~" not in text and "$ " not in text:
        return
    start = count = 0
    for border in _BORDER.finditer(text):
        if _is_yaml(text, start, border.start()):
            yield Scalar(start, border.start())
            count += 1
        start = border.end()
        if count > _MAX_SHORT_PARTS and start < count * _MIN_CHARS_PER_PART:
            return
    if start and _is_yaml(text, start, len(text)):
        yield Scalar(start, len(text))


def _is_yaml(text: str, start: int, end: int) -> bool:
    return end - start >= _MIN_LENGTH and find_yaml(text[start:end]) is not None
