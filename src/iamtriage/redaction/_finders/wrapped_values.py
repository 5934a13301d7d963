"""Find secrets whose name ends a line and whose value begins the next.

A terminal, a box or a text wrapper broke the line between the two. The notation does not show this, so only a long
random value is a secret.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.redaction._finders.assigned_values import check_value
from iamtriage.redaction._finders.name_matches import match_name
from iamtriage.redaction._vocabulary.secret_names import MARKER_START, classify_key
from iamtriage.redaction._vocabulary.secret_values import is_other
from iamtriage.redaction._vocabulary.value_ends import (
    Extent,
    find_wrapped_end,
    is_in_line_prefix,
    looks_like_base64,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.redaction._secret_spans import FoundSecret
    from iamtriage.redaction._vocabulary.searched_text import SearchedText
    from iamtriage.redaction._vocabulary.secret_values import Sign

__all__ = ("find_wrapped_secrets",)

# After a name, up to the end of its line: signs that begin a value, or nothing in place of one.
_REST_OF_LINE = re.compile(
    r"s?(?:[ \t\r\"'`:=|│┃,({<>*\\-]|\[none\]|\[(?!redacted)"
    r"|(?:access|none|optional|secret|some|string|value)(?![a-z0-9])){0,40}\n"
)
_SIGN = re.compile(r"[:=|│┃,({<>-]")
# On the next line, also after the rest of the name, as in "Secret Access Key".
_VALUE = re.compile(
    r"[ \t\x1e]{0,80}(?P<key>Key(?: \[[^\]\n]{0,40}\])?[ ]?[:=][ ])?(?P<quote>[\"'`]?)(?P<value>[A-Za-z0-9+/=_.~!#%*:?^-]{16,4096})"
)


def find_wrapped_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find each secret that only a line break separates from its name."""
    text, folded, done = searched.text, searched.folded, 0
    for name_end in searched.names if "\n" in text else ():
        rest = _REST_OF_LINE.match(folded, name_end.end())
        if rest is None or rest.end() <= done or name_end[0].startswith(MARKER_START):
            continue
        done = rest.end()
        below = _VALUE.match(text, done)
        if below is None or not looks_like_base64(below["value"]):
            continue
        quote, (start, end) = below["quote"], below.span("value")
        if is_other(below["value"], is_quoted=bool(quote)) or is_in_line_prefix(
            text, name_end.start(), start
        ):
            continue
        name = match_name(searched, name_end)
        kind = classify_key(f"{folded[name.start : done].strip()} key") if name and below["key"] else None
        name = name._replace(name=kind) if name and kind else name
        sign: Sign = "tuple" if quote or _SIGN.search(text, name_end.end(), start) else "space"
        found = name and check_value(name, sign, Extent(start, end, quote))
        if found:
            # A name in the value is not searched, because its value could end there, too.
            done = find_wrapped_end(text, start, found.end)
            yield found._replace(end=done, name_start=-1)
