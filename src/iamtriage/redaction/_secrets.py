"""Find the secrets in a text.

The text is searched unchanged, and then block by block as for the readers of failures: with wrapped lines
joined and escapes decoded.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from iamtriage._reading.unwrapping.unwrap import unwrap
from iamtriage._text import SECRET_SIGNS
from iamtriage.redaction._broken_lines import find_broken_secrets, find_original_span, keep_changed_lines
from iamtriage.redaction._dense import fill_stretches, find_stretches, hide_stretches
from iamtriage.redaction._documents.columns import find_column_secrets, find_inserted_secrets
from iamtriage.redaction._documents.document_secrets import Documents, find_in_scalar
from iamtriage.redaction._documents.encoded_texts import (
    find_encoded_texts,
    find_end_in_shell,
    find_escaped_html,
    find_shell_text,
    has_wrapped_entity,
    join_percent_encoded,
)
from iamtriage.redaction._documents.kubernetes_secrets import find_kubernetes_secrets
from iamtriage.redaction._documents.prefixed_lines import break_lines, find_prefixed_lines
from iamtriage.redaction._finders.assignments import find_assigned_secrets, find_wrapped_secrets
from iamtriage.redaction._finders.encoded_messages import find_encoded_messages
from iamtriage.redaction._finders.headers import find_header_secrets
from iamtriage.redaction._finders.key_pairs import find_paired_secrets
from iamtriage.redaction._finders.phrases import (
    find_listed_commands,
    find_phrased_secrets,
    find_sensitive_signs,
)
from iamtriage.redaction._finders.printed_values import find_printed_secrets
from iamtriage.redaction._finders.shapes import find_shaped_secrets, find_tokens
from iamtriage.redaction._secret_spans import FoundSecret, FoundSpans, is_unmarked
from iamtriage.redaction._vocabulary.notations import BACKSLASHES, FILLER, INDENT
from iamtriage.redaction._vocabulary.searched_text import SearchedText, find_parts, fold_case
from iamtriage.redaction._vocabulary.secret_values import judge_value
from iamtriage.redaction._vocabulary.token_shapes import find_provider_tokens
from iamtriage.redaction._windows import split_with_overlap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet


__all__ = ("find_in_distinct_parts", "find_secrets", "forget_secrets")

# The maximum length of a text whose secrets are remembered, in characters.
_MAX_REMEMBERED = 1_200
_SETTING = re.compile(
    r"[ \t]{0,40}(?:[>+#*│|]{1,2}[ \t]{1,40})?(?:-(?=\s)|[A-Za-z_][\w.-]{0,40}(?:=(?=[^=\s])|[ ]=[ ]|:(?=\s))"
    r"|```)"
)
_WORDS = re.compile(r"[ \t]{0,40}[a-z]{4,40}[ ][A-Za-z-]")
# The next line can begin with the code of a color.
_LINE_END = re.compile(r"(?:\r?\n|(?:\\{1,64}(?:[nrt]|u0000))+|[\x1e\x85])(?:\x1b\[[0-9;]{0,16}m){0,4}")
# After a value: a quote or another sign, or a space and more text in the line. The value ends here.
_DECIDED = re.compile(r"(?:\\{1,64}[nrt])*\\{0,64}[\"'`]|%(?:25){0,16}2[27]|[,;&)}<>\0]|[ \t](?=[^\s│|\\])")
# Lines with a value have a random one, or a sign before it.
_DIGIT_OR_SIGN = re.compile(r"[0-9:=,|│\t\"'<]|[ ]{2}")
# The characters of a text in which nothing is left beside documents.
_NOTHING = f"{FILLER} \t\r\n"
# Data keys of KMS.
_DATA_KEY = re.compile('"plaintext"')
# Masks a value. No sign of a secret contains this character.
_MASK = "_"
_LINE_BREAK = re.compile(rf"(?:\n|{BACKSLASHES}r?\\{{0,64}}n){INDENT}")
# The maximum length of a value that the next block contains with its name, in characters.
_MAX_DIVIDED = 1_000
# No real text is encoded more often.
_MAX_DEPTH = 5
# Every document has one of these.
_DOCUMENT = re.compile(r"[{\[<\\=\n]")
# Unwrapping can change only texts with a long line, an escape, box characters, or marks before lines.
# A text is searched faster for the line break before a line than for its start.
_WRAPPED = re.compile(r"\n(?:[^\n]{40}|[ \t]{0,8}(?:[>#/,*|]|- ))")
_ESCAPES = ("\\", "\x1b", "&")


def find_secrets(text: str, *, is_wrapped: bool = True, depth: int = 0) -> list[FoundSecret]:
    """Find every secret in a text, in any order. Secrets can overlap.

    Args:
        text: The text.
        is_wrapped: Whether unwrapping the text can reveal secrets.
        depth: How many encoded texts it is in.
    """
    if len(text) <= _MAX_REMEMBERED:
        return [*_find_in_short_text(text, is_wrapped=is_wrapped, depth=depth)]
    return _find_in_any_text(text, is_wrapped=is_wrapped, depth=depth)


def _find_in_any_text(text: str, *, is_wrapped: bool, depth: int) -> list[FoundSecret]:
    searched = SearchedText(text)
    if not _may_contain_secret(searched):
        return []
    if depth < _MAX_DEPTH and (shell := find_shell_text(text)):
        # What looks like a document can contain a quote of the shell.
        find = functools.partial(find_secrets, is_wrapped=is_wrapped, depth=depth + 1)
        inside = find_in_scalar(text, shell, find)
        return [found._replace(end=find_end_in_shell(text, found.end)) for found in inside]
    documents = Documents(text) if _DOCUMENT.search(text) else None
    other = SearchedText(documents.fill()) if documents else searched
    # Documents are searched without what is before them.
    finds = [*find_printed_secrets(searched)]
    is_searched = not documents or _may_contain_secret(other)
    if is_searched and (stretches := find_stretches(other)):
        finds += hide_stretches(other.text, stretches)
        other = SearchedText(fill_stretches(other.text, stretches))
    if documents:
        # Documents are searched value by value, so that a secret never extends into the next value.
        finds += documents.find_secrets(functools.partial(find_secrets, depth=depth))
        finds += documents.find_across_values(_find_across_values)
    if is_searched:
        finds += _find_in_prose(other, is_wrapped=is_wrapped, depth=depth)
    return finds


# A string often occurs again, also in the text with markers.
_find_in_short_text = functools.lru_cache(maxsize=1_000)(_find_in_any_text)


def forget_secrets() -> None:
    """Remove the secrets that are remembered from memory."""
    _find_in_short_text.cache_clear()
    judge_value.cache_clear()


def _find_across_values(text: str) -> Iterator[FoundSecret]:
    """Find short tokens, and secrets in several values or over several lines, which YAML joins."""
    searched = SearchedText(text)
    for find in _ACROSS_VALUES:
        yield from find(searched)


def _find_in_prose(searched: SearchedText, *, is_wrapped: bool, depth: int) -> list[FoundSecret]:
    text = searched.text
    if depth < _MAX_DEPTH and (escaped := find_escaped_html(text)):
        find = functools.partial(find_secrets, is_wrapped=is_wrapped, depth=depth + 1)
        finds = [*find_in_scalar(text, escaped, find)]
        if is_wrapped and has_wrapped_entity(text):
            finds += _find_new_unwrapped(text, finds)
        return finds
    if not is_wrapped:
        # The text was searched before with other lines, escapes or markers.
        found_in_lines = (
            find_in_distinct_parts(text, _find_in_text)
            if searched.parts.copies
            else _find_everywhere(searched)
        )
        return [*found_in_lines, *_find_encoded_secrets(text, depth)]
    finds = _find_everywhere(searched)
    finds += _find_encoded_secrets(text, depth)
    if "\n" in text or _may_be_wrapped(text):
        keys = (m.span() for m in _DATA_KEY.finditer(searched.folded))
        names = sorted([*searched.unresolved, *find_sensitive_signs(searched), *keys])
        finds += _find_prefixed_secrets(text, names, [found.start for found in finds])
        finds += _find_new_unwrapped(text, finds)
    return finds


def _find_new_unwrapped(text: str, finds: list[FoundSecret]) -> Iterator[FoundSecret]:
    """Find the secrets that only the unwrapped text shows."""
    masked = _mask_decided(text, finds)
    return find_in_distinct_parts(masked, _find_unwrapped_secrets, FoundSpans(text, finds))


def _mask_decided(text: str, finds: list[FoundSecret]) -> str:
    """Mask the names and values that unwrapping cannot change, so that they are searched only once."""
    pieces: list[str] = []
    done = 0
    names = {found.name_start for found in finds}
    decided: list[FoundSecret] = []
    # Of two values of a name, the second can be broken.
    needed = {-1}
    for found in finds:
        if _is_decided(text, found, names):
            decided.append(found)
        else:
            needed.add(found.name_start)
    for found in sorted(decided):
        start, end = found.start if found.name_start in needed else found.name_start, found.end
        if start < done:
            continue
        pieces += (text[done:start], _MASK * (end - start))
        done = end
    return "".join([*pieces, text[done:]]) if done else text


def _is_decided(text: str, found: FoundSecret, names: AbstractSet[int]) -> bool:
    """Return whether a secret ends in its line before another sign, word or setting, or another name."""
    end = found.end
    if text.find("\n", found.start, end) >= 0:
        return False
    if text.startswith("\n", end) and not text.startswith("\x1b", end + 1):
        following = end + 1
    elif _DECIDED.match(text, end):
        return True
    elif line_end := _LINE_END.match(text, end):
        following = line_end.end()
    else:
        return False
    return following in names or _SETTING.match(text, following) is not None


def _find_prefixed_secrets(
    text: str, names: list[tuple[int, int]], starts: list[int]
) -> Iterator[FoundSecret]:
    """Find the secrets that are visible only without the prefix of each line."""
    # Line breaks can be escaped.
    for broken in dict.fromkeys((text, break_lines(text))):
        for lines in find_prefixed_lines(broken, names, starts):
            for found in find_in_scalar(broken, lines, _find_in_lines):
                if is_unmarked(text, found.start, found.end):
                    yield found


def _find_in_lines(text: str) -> list[FoundSecret]:
    """Find the secrets in lines without their prefix."""
    return find_secrets(text, is_wrapped=False) if _DIGIT_OR_SIGN.search(text) else []


def _find_encoded_secrets(text: str, depth: int) -> Iterator[FoundSecret]:
    """Find the secrets that are visible only in the decoded text."""
    if depth == _MAX_DEPTH:
        return
    for encoded, is_document in find_encoded_texts(text):
        find = functools.partial(find_secrets, is_wrapped=is_document, depth=depth + 1)
        yield from find_in_scalar(text, encoded, find)


def _find_percent_encoded_secrets(text: str, depth: int = 0) -> Iterator[FoundSecret]:
    """Find the secrets in percent-encoded texts, except documents and lines."""
    yield from _find_in_text(text)
    encoded = join_percent_encoded(text) if depth < _MAX_DEPTH else None
    if encoded:
        find = functools.partial(_find_percent_encoded_secrets, depth=depth + 1)
        yield from find_in_scalar(text, encoded, find)


def _may_contain_secret(searched: SearchedText) -> bool:
    """Return whether a text can contain a secret."""
    text = searched.text
    # Beside documents, there can be nothing but empty lines.
    return text.strip(_NOTHING) != "" and (
        _has_sign(searched.folded) or next(find_provider_tokens(text, searched.words), None) is not None
    )


def _has_sign(folded: str) -> bool:
    """Return whether a text in lower case has a sign of a secret, which a line break can divide."""
    if SECRET_SIGNS.search(folded):
        return True
    if "\n" not in folded:
        return False
    # Patterns that begin with a line break or an escape skip all other characters quickly.
    lines = "\n".join(line.rstrip(" \t\r│┃|") for line in folded.split("\n"))
    return SECRET_SIGNS.search(_LINE_BREAK.sub("", lines)) is not None


def _find_in_text(text: str) -> list[FoundSecret]:
    return _find_everywhere(SearchedText(text))


def _find_everywhere(searched: SearchedText) -> list[FoundSecret]:
    """Find the secrets in a text with every finder."""
    finds: list[FoundSecret] = []
    for find in _FINDERS:
        finds += find(searched)
    return finds


_ACROSS_VALUES = (
    find_shaped_secrets,
    find_tokens,
    find_paired_secrets,
    find_listed_commands,
    find_encoded_messages,
)
_FINDERS = (
    find_encoded_messages,
    find_header_secrets,
    find_assigned_secrets,
    find_shaped_secrets,
    find_tokens,
    find_paired_secrets,
    find_wrapped_secrets,
    find_phrased_secrets,
    find_listed_commands,
    find_column_secrets,
    find_inserted_secrets,
    find_kubernetes_secrets,
)


def _find_unwrapped_secrets(text: str) -> Iterator[FoundSecret]:
    """Find the secrets in the unwrapped text."""
    for at, block in split_with_overlap(text):
        is_last = at + len(block) == len(text)
        for found in _find_in_block(block):
            # A short value at the end of a block can be the beginning of a longer one, or of a marker.
            if is_last or found.end < len(block) or found.end - found.start > _MAX_DIVIDED:
                yield found.moved(at)


def _may_be_wrapped(text: str) -> bool:
    """Return whether unwrapping can change a text."""
    return (
        not text.isascii()
        or any(map(text.__contains__, _ESCAPES))
        or _WRAPPED.search("\n" + text) is not None
    )


def _find_in_block(block: str) -> Iterator[FoundSecret]:
    """Find the secrets in a block of a text, unwrapped."""
    if not (_may_be_wrapped(block) and _has_sign(fold_case(block))):
        return
    view = unwrap(block, links=False)
    yield from find_broken_secrets(view, SECRET_SIGNS, _find_in_lines)
    if view.text == block.rstrip():
        return
    changed, spaced = keep_changed_lines(view, SECRET_SIGNS)
    for shown, find in ((changed, _find_percent_encoded_secrets), (spaced, _find_sentences)):
        for found in find(shown.text) if shown.text else ():
            start, end = find_original_span(shown, found.start, found.end)
            if end > start and not _contains_setting(block, start, end):
                yield FoundSecret(start, end, found.what)


def _find_sentences(text: str) -> Iterator[FoundSecret]:
    yield from find_phrased_secrets(SearchedText(text))


def find_in_distinct_parts(
    text: str, find: Callable[[str], Iterable[FoundSecret]], known: FoundSpans | None = None
) -> Iterator[FoundSecret]:
    """Find every new secret in a text. If its distinct parts contain none, search no others.

    Args:
        text: The text.
        find: A function that finds the secrets in a text.
        known: The parts of the text that belong to secrets that were found before.
    """

    def search(low: int, high: int) -> Iterator[FoundSecret]:
        for found in find(text[low:high]):
            if known is None or not known.cover(low + found.start, low + found.end):
                yield found.moved(low)

    for part in find_parts(text).distinct:
        finds = (each for each in search(part.low, part.high) if part.start <= each.start < part.end)
        if part.end == len(text):
            # No other part is like the last one.
            yield from finds
        elif any(finds):
            yield from search(0, len(text))
            return


def _contains_setting(text: str, start: int, end: int) -> bool:
    """Return whether the joined next line begins another setting or item, or a command.

    The value before it was judged without that line.
    """
    line_end = _LINE_END.search(text, start, end)
    if line_end is None:
        return False
    words = _WORDS.match(text, line_end.end())
    return (words is not None and words.end() > end) or _SETTING.match(text, line_end.end()) is not None
