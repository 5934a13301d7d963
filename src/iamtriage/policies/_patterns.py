"""Match the wildcards ``*`` and ``?`` like IAM and aws-iam-authenticator.

IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html.
aws-iam-authenticator: ``pkg/arn/arnlike.go`` of kubernetes-sigs/aws-iam-authenticator, which compiles
patterns to regular expressions, so ``?`` can match nothing, and no wildcard matches a newline. A pattern is a
tuple of characters and wildcards, which distinguishes an escaped ``${*}`` from a wildcard.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

__all__ = (
    "ANY",
    "ONE",
    "Pattern",
    "compile_arn_like",
    "compile_glob",
    "compile_regex",
    "intersects",
    "matches",
    "narrow_to_sections",
)

# Longer than one character, so no character of a text equals them.
ANY, ONE = "any", "one"
_IN_LINE, _OPTIONAL = "in line", "optional"
_IN_SECTION = "in section"
_COLON = ":"
Pattern: TypeAlias = tuple[str, ...]

_WILDCARDS = {"*": ANY, "?": ONE}
_ARN_LIKE = {"*": _IN_LINE, "?": _OPTIONAL}


def compile_glob(text: str) -> Pattern:
    """Compile an IAM pattern: ``*`` matches any number of characters, ``?`` exactly one.

    >>> compile_glob("a*?")
    ('a', 'any', 'one')
    """
    return tuple(_WILDCARDS.get(character, character) for character in text)


def compile_arn_like(text: str) -> Pattern:
    """Compile a pattern of aws-iam-authenticator.

    >>> matches("a", compile_arn_like("a?")), matches("a", compile_glob("a?"))
    (True, False)
    """
    return tuple(_ARN_LIKE.get(character, character) for character in text)


def narrow_to_sections(pattern: Pattern) -> Pattern:
    """Keep each ``*`` that does not end a section of an ARN from matching colons.

    A ``*`` at the end of a section can match beyond the next colon:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html.

    >>> matches("arn:aws:sns:us-east-1:1:a", narrow_to_sections(compile_glob("arn:aws:sns:us-*:a")))
    True
    >>> matches("arn:aws:sns:us-east-1:1:a", narrow_to_sections(compile_glob("arn:aws:sns:us-*1:a")))
    False
    """
    narrowed: list[str] = []
    ends_section = True
    for part in reversed(pattern):
        narrowed.append(_IN_SECTION if part == ANY and not ends_section else part)
        ends_section = part == ":" or (part == ANY and ends_section)
    return tuple(reversed(narrowed))


@lru_cache(maxsize=4096)
def compile_regex(pattern: Pattern) -> re.Pattern[str]:
    """Compile a pattern of :func:`compile_glob` to a regular expression that does not backtrack.

    >>> bool(compile_regex(compile_glob("s3:*Object?")).match("s3:GetObjects"))
    True
    """
    # If the characters between two stars match in several places, the first one is sufficient. So each run of
    # characters is an atomic group.
    parts: list[str] = [""]
    for token in pattern:
        if token == ANY:
            parts.append("")
        else:
            parts[-1] += "." if token == ONE else re.escape(token)
    first, *rest = parts
    if not rest:
        return re.compile(rf"{first}\Z", re.DOTALL)
    middle = "".join(rf"(?>.*?{part})" for part in rest[:-1] if part)
    return re.compile(rf"{first}{middle}.*{rest[-1]}\Z" if rest[-1] else f"{first}{middle}", re.DOTALL)


def intersects(one: Pattern, other: Pattern) -> bool:
    """Return whether there is a text that matches both patterns.

    The first pattern is from :func:`compile_glob`, and the second from it or from :func:`narrow_to_sections`.

    >>> intersects(compile_glob("role/*/app"), compile_glob("*/team/a?p"))
    True
    >>> intersects(compile_glob("role/*/app"), compile_glob("role/*-admin"))
    False
    """
    # The positions in the second pattern that a text can reach if it matches the first up to some position.
    reached = _skip_stars({0}, other)
    for token in one:
        if token == ANY:
            reached = set(range(min(reached), len(other) + 1)) if reached else reached
            continue
        following: set[int] = set()
        for position in reached:
            if position == len(other):
                continue
            against = other[position]
            if against == ANY or (against == _IN_SECTION and token != _COLON):
                following.add(position)
            elif ONE in {token, against} or token == against:
                following.add(position + 1)
        reached = _skip_stars(following, other)
    return len(other) in reached


def _skip_stars(positions: set[int], pattern: Pattern) -> set[int]:
    reached = set(positions)
    for position in positions:
        while position < len(pattern) and pattern[position] in {ANY, _IN_SECTION}:
            position += 1  # noqa: PLW2901 (one position after another)
            reached.add(position)
    return reached


def matches(text: str, pattern: Pattern) -> bool:
    """Return whether the pattern matches the whole text, case-sensitively.

    It does not backtrack, so the time is linear in the length of the text.

    >>> matches("sts:AssumeRole", compile_glob("sts:*Role")), matches("sts:", compile_glob("sts:?"))
    (True, False)
    """
    # Each bit is a position in the pattern that the text can have reached. All positions advance together.
    moves: dict[str, int] = {}
    for index, token in enumerate(pattern):
        moves[token] = moves.get(token, 0) | 1 << index
    stars, single = moves.get(ANY, 0), moves.get(ONE, 0)
    stars_in_line, optional = moves.get(_IN_LINE, 0), moves.get(_OPTIONAL, 0)
    stars_in_section = moves.get(_IN_SECTION, 0)
    skippable = stars | stars_in_line | stars_in_section | optional
    positions = _skip_wildcards(1, skippable)
    for character in text:
        advancing, staying = moves.get(character, 0) | single, stars
        if character != "\n":
            advancing, staying = advancing | optional, staying | stars_in_line
        if character != ":":
            staying |= stars_in_section
        positions = _skip_wildcards((positions & advancing) << 1 | positions & staying, skippable)
        if not positions:
            return False
    return bool(positions >> len(pattern))


def _skip_wildcards(positions: int, skippable: int) -> int:
    """Add the positions after each run of wildcards that match nothing."""
    # The addition carries a bit to the end of its run, which changes the bits of that run.
    return positions | ((positions & skippable) + skippable ^ skippable)
