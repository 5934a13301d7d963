"""Find secrets after names that announce one, also on the next line, and the new values of names in diffs."""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from iamtriage.redaction._finders.assigned_values import HIDDEN, QUOTES, check_value, find_value_of
from iamtriage.redaction._finders.name_matches import NameMatch, match_name
from iamtriage.redaction._secret_spans import FoundSecret, is_unmarked
from iamtriage.redaction._vocabulary.notations import GT, QUOTE
from iamtriage.redaction._vocabulary.searched_text import AROUND
from iamtriage.redaction._vocabulary.secret_names import MARKER_START, classify_key
from iamtriage.redaction._vocabulary.secret_values import is_other
from iamtriage.redaction._vocabulary.value_ends import (
    Extent,
    find_value,
    find_wrapped_end,
    is_in_line_prefix,
    looks_like_base64,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from iamtriage.redaction._vocabulary.searched_text import Parts, SearchedText
    from iamtriage.redaction._vocabulary.secret_values import Sign

    # The position of the last word of a name that announces a secret, and its values.
    _Judged = tuple[int, int, list[FoundSecret]]

__all__ = ("find_assigned_secrets", "find_wrapped_secrets")

_ARROW = rf"-(?<![\w$]-){GT}|→|=>(?<=[^:=\s][\"'][ ]=>)(?=[ ][\"'])"
_HAS_ARROW = re.compile(_ARROW)
# Each of them contains one of these.
_ARROW_PARTS = ("->", "=>", "→", "u003")
# In a diff of Terraform or Pulumi: name = "old" -> "NEW", name: "old" => "NEW".
_CHANGE = re.compile(
    rf"(?P<old>{QUOTE}?(?:[ \t]{{0,40}}[=:][ \t]{{0,40}}(?:{QUOTE}[^\n\"]{{0,400}}{QUOTE}|[^\s\"()]{{1,400}}|\([^()\n]{{1,60}}\)))?)"
    rf"[ \t]{{0,8}}(?:{_ARROW})\s{{0,8}}"
)
# Before the first string of a list, and after each.
_LIST_START = re.compile(r"\[\s{0,80}[bBrRuU]?[\"']\Z")
_NEXT_ITEM = re.compile(r"[\"']\s{0,80},\s{0,80}(?=[bBrRuU]?[\"'])")
_CHANGE_STARTS = QUOTES | frozenset(" \t=:-→")
# After a name, up to the end of its line: signs that begin a value, or nothing in place of one.
_REST_OF_LINE = re.compile(
    r"(?=[^\nbdfhjkqwxyz0-9_]{0,400}\n)s?(?:[ \t\r\"'`:=|│┃,({<>*\\-]|\[none\]|\[(?!redacted)"
    r"|(?:access|none|optional|secret|some|string|value)(?![a-z0-9])){0,40}\n"
)
# No second character of it, to skip other names quickly.
_NOT_IN_REST = frozenset("bdfghijklmqruwxyz0123456789_")
_SIGN = re.compile(r"[:=|│┃,({<>-]")
# On the next line, also after the rest of the name, as in "Secret Access Key".
_VALUE = re.compile(
    r"[ \t\x1e]{0,80}(?P<key>Key(?: \[[^\]\n]{0,40}\])?[ ]?[:=][ ])?(?P<quote>[\"'`]?)(?P<value>[A-Za-z0-9+/=_.~!#%*:?^-]{16,4096})"
)
# Without a line that begins like this, no line is such a value.
_LONG_LINE = re.compile(r"\n[ \t\x1e]{0,80}(?:Key[ :=]|[\"'`]?[A-Za-z0-9+/=_.~!#%*:?^-]{16})")
# The minimum number of names. Some of them can be in repeated parts of the text.
_MIN_NAMES = 20
# The maximum distance between a name and the end of its values in a part that is repeated.
_MAX_NEAR = AROUND - 120


def find_assigned_secrets(searched: SearchedText) -> list[FoundSecret]:
    """Find every secret after a name, and list the names without one as unresolved."""
    found: list[FoundSecret] = []
    names = searched.names
    judge = functools.partial(_judge, searched)
    parts = searched.parts if len(names) >= _MIN_NAMES else None
    judged = _judge_parts(names, parts, judge) if parts and parts.copies else judge(names)
    for start, end, secrets in judged:
        if secrets:
            found += secrets
        else:
            searched.unresolved.append((start, end))
    return found


def _judge(
    searched: SearchedText, names: Iterable[re.Match[str]], *, every: bool = False
) -> Iterator[_Judged]:
    """Yield each name that announces a secret, with its values; with ``every``, also names in the values of others."""
    text, done = searched.text, 0
    has_changes = any(map(text.__contains__, _ARROW_PARTS)) and _HAS_ARROW.search(text) is not None
    has_markers = MARKER_START in searched.folded
    is_marked = searched.is_marked
    for name_end in names:
        start, end = name_end.span()
        # A value can end with another name and its sign.
        if start < done and not (end == done - 1 and text[done - 1] in "=:"):
            continue
        if has_markers and name_end[0].startswith(MARKER_START):
            continue
        name = match_name(searched, name_end)
        if name is None:
            continue
        found = find_value_of(name)
        secrets = [found] if found else []
        if has_changes or (found and text[found.start - 1] in "\"'"):
            secrets += _find_next_values(name, found, has_changes=has_changes)
        if is_marked:
            secrets = [found for found in secrets if is_unmarked(text, found.start, found.end)]
        if secrets and not every:
            done = secrets[-1].end
        yield start, end, secrets


def _judge_parts(
    names: Sequence[re.Match[str]], parts: Parts, judge: Callable[..., Iterable[_Judged]]
) -> Iterator[_Judged]:
    """Judge the names in the distinct parts of a text. Those in copies are alike if their values are near."""
    starts = [name.start() for name in names]
    distinct: list[_Judged] = []
    for part in parts.distinct:
        low, high = (bisect_left(starts, at) for at in (part.start, part.end))
        distinct += judge(names[low:high], every=True)
    known = [start for start, _, _ in distinct]
    copied: list[_Judged] = []
    others: list[re.Match[str]] = []
    for copy in parts.copies:
        by = copy.start - copy.original
        first = bisect_left(known, copy.original)
        for start, end, secrets in distinct[first : bisect_left(known, copy.end - by, first)]:
            if secrets and secrets[-1].end - start > _MAX_NEAR:
                others.append(names[bisect_left(starts, start + by)])
            else:
                copied.append((start + by, end + by, [found.moved(by) for found in secrets]))
    done = 0
    for judged in sorted([*distinct, *copied, *judge(others)]):
        start, _, secrets = judged
        if start >= done:
            yield judged
            done = secrets[-1].end if secrets else done


def _find_next_values(
    name: NameMatch, first: FoundSecret | None, *, has_changes: bool
) -> Iterator[FoundSecret]:
    """Find the other values of a name: those in a list, and the new value in a diff."""
    text = name.text
    if first and text[first.start - 1] in "\"'":
        yield from _find_next_items(name, first)
    if has_changes:
        at = first.end if first else name.end
        changed = _CHANGE.match(text, at) if text[at : at + 1] in _CHANGE_STARTS else None
        if changed and not HIDDEN.match(text, changed.end()):
            new = check_value(name, "=", find_value(name.searched, changed.end()))
            if new:
                yield new


def _find_next_items(name: NameMatch, first: FoundSecret) -> Iterator[FoundSecret]:
    """Find the other strings of a list whose first one is a secret: TOKENS = ["…", "…"]."""
    text, at = name.text, first.end
    if not _LIST_START.search(text, name.end, first.start):
        return
    while following := _NEXT_ITEM.match(text, at):
        item = find_value(name.searched, following.end())
        found = check_value(name, "=", item)
        if item is None or found is None:
            return
        yield found
        at = item.end


def find_wrapped_secrets(searched: SearchedText) -> Iterator[FoundSecret]:
    """Find each secret that only a line break separates from its name.

    A terminal, a box or a text wrapper broke the line, so only a long random value is a secret.
    """
    text, folded, done = searched.text, searched.folded, 0
    for name_end in searched.names if _LONG_LINE.search(text) else ():
        end = name_end.end()
        if folded[end + 1 : end + 2] in _NOT_IN_REST and folded[end] != "\n":
            continue
        rest = _REST_OF_LINE.match(folded, end)
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
        # A variable without a sign is only read.
        is_read = name is not None and sign == "space" and text[name.start] == "$"
        found = check_value(name, sign, Extent(start, end, quote)) if name and not is_read else None
        if found:
            # A name in the value is not searched, because its value could end there, too.
            done = find_wrapped_end(text, start, found.end)
            yield found._replace(end=done, name_start=-1)
