"""Limit how much of a long text is read, redacted and printed."""

from __future__ import annotations

from iamtriage._text import wrong_type_message

__all__ = ("MAX_CHARS", "check_max_chars", "cut_middle", "shorten", "with_margins", "without_margins")

MAX_CHARS = 64_000
"""The default limit, in characters."""
_MIN_CHARS = 1_000
# Longer than a secret and its name, such as a private key of 4,096 bits. If a text is cut within a secret,
# the margin contains the rest of the secret. The margin is redacted with the text and then dropped.
_MARGIN = 8_000
_GAP = "\n\n\x1e\x1f\x1e\n\n"


def check_max_chars(value: object) -> int:
    """Check the value of ``max_chars``.

    Raises:
        TypeError: The value is not an integer.
        ValueError: The value is less than 1,000.

    >>> check_max_chars(64_000)
    64000
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(wrong_type_message("max_chars", "an integer", value))
    if value < _MIN_CHARS:
        msg = f"max_chars must be at least {_MIN_CHARS}, not {value}"
        raise ValueError(msg)
    return value


def shorten(text: str, max_chars: int = MAX_CHARS) -> str:
    """Replace the middle of a text that is longer than a limit.

    A line states the number of omitted characters.

    Args:
        text: The text.
        max_chars: The number of characters to keep, at least 1,000.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: ``max_chars`` is less than 1,000.

    >>> print(shorten("a" * 600 + "b" * 600, 1_000).replace("a" * 500, "a…").replace("b" * 500, "b…"))
    a…
    [iamtriage: 200 characters omitted]
    b…
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(wrong_type_message("text", "a string", text))
    return cut_middle(text, check_max_chars(max_chars))[0]


def cut_middle(text: str, max_chars: int) -> tuple[str, int]:
    """Return a text without its middle if it is too long, and the number of omitted characters."""
    omitted = len(text) - max_chars
    if omitted <= 0:
        return text, 0
    half = max_chars // 2
    return _join(text[:half], len(text) - 2 * half, text[-half:]), len(text) - 2 * half


def with_margins(text: str, max_chars: int) -> str:
    """Return the parts of a text to redact: its beginning and end, with a margin at each cut."""
    part = max_chars // 2 + _MARGIN
    return text if len(text) <= max_chars or len(text) <= 2 * part else f"{text[:part]}{_GAP}{text[-part:]}"


def without_margins(redacted: str, original: str, max_chars: int) -> str:
    """Return the beginning and the end of a redacted text, without the margins.

    Args:
        redacted: The result of :func:`with_margins`, redacted.
        original: The whole text.
        max_chars: The number of characters to keep.
    """
    if len(original) <= max_chars:
        return redacted
    half = max_chars // 2
    head, gap, tail = redacted.partition(_GAP)
    if gap:
        # Counted from the gap, because redaction can make the rest shorter.
        head, tail = head[:-_MARGIN], tail[_MARGIN:]
    elif len(redacted) <= 2 * half:
        return redacted
    else:
        # The text is only a little longer than the limit, or a secret reached across the gap.
        tail = head
    return _join(head[:half], len(original) - 2 * half, tail[-half:])


def _join(head: str, omitted: int, tail: str) -> str:
    return f"{head}\n[iamtriage: {omitted} characters omitted]\n{tail}"
