"""Find secrets whose name ends a line and whose value begins the next.

A terminal, a box or a text wrapper broke the line between the two, or a log writes a prefix before each line, such
as a time, host or container. Neither belongs to the notation, so the lines are searched without it.
"""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING

from iamtriage._reading.vocabulary.view import View
from iamtriage.redaction._finders.assigned_values import is_other
from iamtriage.redaction._finders.assignments import find_assigned_secrets
from iamtriage.redaction._finders.headers import find_header_secrets
from iamtriage.redaction._folding import fold_case
from iamtriage.redaction._secret_spans import FoundSecret
from iamtriage.redaction._vocabulary.secret_names import MARKER_START, NAME_OR_MARKER
from iamtriage.redaction._vocabulary.secret_values import looks_random
from iamtriage.redaction._vocabulary.value_ends import (
    find_wrapped_end,
    is_in_line_prefix,
    looks_like_base64,
    measure_common_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.redaction._vocabulary.unquoted_values import UnquotedValues

__all__ = ("find_wrapped_secrets",)

# After a name, up to the end of its line: signs, quotes and tags, but no value.
_REST_OF_LINE = re.compile(
    r"s?(?:[^a-z0-9\n]|(?:access|bearer|basic|just|none|optional|secret|some|string|value)(?![a-z0-9])){0,40}\n"
)
# Before credentials, whose name can be on another line.
_SCHEME = re.compile(r"bearer|basic")
_BREAK = re.compile(r"[ \t]{0,80}\r?\n[ \t]{0,80}")
# A word that can be a secret, to skip other lines quickly.
_WORD = re.compile(r"[A-Za-z0-9+/=_.~!#%*:?^-]{8}|[\"'`][^\"'`\n]{4}")
# With the first line break as a space, only a value like this is a secret.
_LONG_RUN = re.compile(r"[A-Za-z0-9+/=_.~!#%*:?^-]{16}")
_DIRECT = re.compile(r"s?[\"'`]{0,2}[ \t]{0,8}[:=]>?[ \t]{0,8}\r?\n")
_DIGIT = re.compile("[0-9]")
# In a list, the value can be two lines after the name.
_LINES_AFTER = 3
# In characters.
_MAX_LINE = 20_000
_MAX_BEFORE_NAME = 4_096
_MAX_NAME = 40
_MAX_REMEMBERED = 2_000


def find_wrapped_secrets(
    text: str, folded: str, names: Iterable[re.Match[str]], runs: UnquotedValues
) -> Iterator[FoundSecret]:
    """Find each secret that a line break or the prefix of a log line separates from its name.

    Args:
        text: The text.
        folded: The text in lower case, character for character.
        names: The matches of ``NAME_OR_MARKER`` in it, in order.
        runs: The unquoted values of the text.
    """
    if "\n" not in text or _DIGIT.search(text) is None:
        # Each value that is found has a digit.
        return
    schemes = _SCHEME.finditer(folded) if "bearer" in folded or "basic" in folded else ()
    # The secrets of windows, which differ from others at most in their digits.
    searched: dict[tuple[str, int, bool], list[FoundSecret]] = {}
    done = 0
    for name in heapq.merge(names, schemes, key=_start):
        if name[0].startswith(MARKER_START):
            continue
        rest = _REST_OF_LINE.match(folded, name.end())
        if rest is None or rest.end() <= done:
            continue
        done = rest.end()
        if not runs.digits.is_near(done, _LINES_AFTER * _MAX_LINE):
            continue
        start = text.rfind("\n", max(0, name.start() - _MAX_BEFORE_NAME), name.start()) + 1
        is_direct = _DIRECT.match(folded, name.end()) is not None and name.re is not _SCHEME
        lines = [start, *_find_line_starts(text, done)]
        key = (runs.zeroed[start : lines[-1]], name.start() - start, is_direct)
        if key not in searched:
            found = [*_search_window(text, lines, name.start(), is_direct=is_direct)]
            yield from found
            if lines[-1] - start <= _MAX_REMEMBERED and all(each.end < lines[-1] for each in found):
                searched[key] = [_moved(each, -start) for each in found]
        else:
            yield from (_moved(each, start) for each in searched[key])


def _moved(found: FoundSecret, by: int) -> FoundSecret:
    return found._replace(start=found.start + by, end=found.end + by)


def _start(match: re.Match[str]) -> int:
    return match.start()


def _search_window(text: str, lines: list[int], name: int, *, is_direct: bool) -> Iterator[FoundSecret]:
    """Search a few lines without their prefixes, and also without the first line break.

    Args:
        text: The text.
        lines: The start of the line with the name, the starts of the next lines, and the end of the last one.
        name: The position of the name.
        is_direct: Whether the name and its sign end the line, so that the value is also found otherwise.
    """
    start, next_line, *_, end = lines
    size = measure_common_prefix(text, start, next_line)
    if (is_direct and not size) or start + size > name:
        return
    if not size:
        run = _LONG_RUN.search(text, next_line, lines[2])
        if run is None or is_in_line_prefix(text, name, run.start()):
            return
    view = View(text[start:end])
    if size:
        prefixed = [
            line
            for line in lines[:-1]
            if line <= next_line or measure_common_prefix(text, start, line) >= size
        ]
        view.edit((line - start, line - start + size, "") for line in prefixed)
    name -= start + size
    after = view.text.index("\n", name)
    if not (_WORD.search(view.text, after) and _DIGIT.search(view.text, after)):
        return
    if size:
        for found in _find_after(view, name, after):
            value = _join_lines(view.text, found)
            is_quoted = view.text[found.start - 1] in "\"'`"
            is_secret = looks_random(value) or (is_quoted and _DIGIT.search(value))
            if is_secret and not is_other(value, is_quoted=is_quoted):
                yield _relocate(text, start, view, found)
    break_ = _BREAK.search(view.text)
    if break_ is None:
        return
    view.edit([(break_.start(), break_.end(), " ")])
    for found in _find_after(view, name, break_.start()):
        value = _join_lines(view.text, found)
        is_quoted = view.text[found.start - 1] in "\"'`"
        if looks_like_base64(value) and not is_other(value, is_quoted=is_quoted):
            yield _relocate(text, start, view, found)


def _find_line_starts(text: str, at: int) -> Iterator[int]:
    """Yield the start of each of a few lines, and the end of the last one."""
    for _ in range(_LINES_AFTER):
        yield at
        end = text.find("\n", at, at + _MAX_LINE)
        if end < 0:
            at = min(len(text), at + _MAX_LINE)
            break
        at = end + 1
    yield at


def _find_after(view: View, name: int, position: int) -> list[FoundSecret]:
    """Find the secrets after a line break whose header, or name before the break, announces them.

    Args:
        view: The lines without their prefix.
        name: The position of the first name after which its line has only signs.
        position: The position of the line break.
    """
    folded = fold_case(view.text)
    names = [m for m in NAME_OR_MARKER.finditer(folded, name, position + _MAX_NAME) if m.start() < position]
    found = [*find_assigned_secrets(view.text, folded, names), *find_header_secrets(view.text, folded)]
    return [each for each in found if each.start > position]


def _join_lines(text: str, found: FoundSecret) -> str:
    return "".join(map(str.strip, text[found.start : found.end].split("\n")))


def _relocate(text: str, start: int, view: View, found: FoundSecret) -> FoundSecret:
    """Return a secret in a window at its position in the text, including its following lines."""
    first, last = view.span(found.start, found.end)
    end = start + last
    if last == len(view.original):
        end = find_wrapped_end(text, start + first, end)
    return FoundSecret(start + first, end, found.what, found.quote)
