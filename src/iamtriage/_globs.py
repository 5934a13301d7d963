"""Patterns with ``*`` and ``?`` as IAM reads them; not for aws-auth, whose ``?`` may stand for nothing.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html.
A pattern is kept character by character, so that an escaped ``${*}`` stays apart from a wildcard.
"""

from __future__ import annotations

from typing import TypeAlias

__all__ = ("ANY", "ONE", "Pattern", "fits", "pattern_of")

# Longer than one character, so that they are no character of a text.
ANY, ONE = "any", "one"
Pattern: TypeAlias = tuple[str, ...]

_WILDCARDS = {"*": ANY, "?": ONE}


def pattern_of(text: str) -> Pattern:
    """Read every ``*`` as any characters or none, every ``?`` as exactly one.

    >>> pattern_of("a*?")
    ('a', 'any', 'one')
    """
    return tuple(_WILDCARDS.get(character, character) for character in text)


def fits(text: str, pattern: Pattern) -> bool:
    """Tell whether the whole text fits the pattern, upper and lower case apart.

    The time grows with the text; nothing is tried twice, as backtracking would.

    >>> fits("sts:AssumeRole", pattern_of("sts:*Role")), fits("sts:", pattern_of("sts:?"))
    (True, False)
    """
    # Each bit is a place in the pattern that the text may have reached. All places move on together.
    moves: dict[str, int] = {}
    stars = single = 0
    for at, token in enumerate(pattern):
        if token == ANY:
            stars |= 1 << at
        elif token == ONE:
            single |= 1 << at
        else:
            moves[token] = moves.get(token, 0) | 1 << at
    places = _past_stars(1, stars)
    for character in text:
        moved = (places & (moves.get(character, 0) | single)) << 1 | places & stars
        places = _past_stars(moved, stars)
        if not places:
            return False
    return bool(places >> len(pattern))


def _past_stars(places: int, stars: int) -> int:
    """Add the places behind each run of stars that matches nothing."""
    # The addition carries a bit to the end of its run; where it went through, the run's bits change.
    return places | ((places & stars) + stars ^ stars)
