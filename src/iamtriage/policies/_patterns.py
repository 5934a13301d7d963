"""Patterns with ``*`` and ``?``, as IAM and the authenticator read them; not for what is matched with them.

IAM's: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html. The
authenticator's: ``pkg/arn/arnlike.go`` of kubernetes-sigs/aws-iam-authenticator, which makes regular
expressions of them, so that ``?`` may stand for nothing and no wildcard for a line's end.
A pattern is kept character by character, so that an escaped ``${*}`` stays apart from a wildcard.
"""

from __future__ import annotations

from typing import TypeAlias

__all__ = ("ANY", "ONE", "Pattern", "arn_like_pattern_of", "fits", "pattern_of")

# Longer than one character, so that they are no character of a text.
ANY, ONE = "any", "one"
_IN_LINE, _OPTIONAL = "in line", "optional"
Pattern: TypeAlias = tuple[str, ...]

_WILDCARDS = {"*": ANY, "?": ONE}
_ARN_LIKE = {"*": _IN_LINE, "?": _OPTIONAL}


def pattern_of(text: str) -> Pattern:
    """Read every ``*`` as any characters or none, every ``?`` as exactly one.

    >>> pattern_of("a*?")
    ('a', 'any', 'one')
    """
    return tuple(_WILDCARDS.get(character, character) for character in text)


def arn_like_pattern_of(text: str) -> Pattern:
    """Read a pattern as the authenticator does.

    >>> fits("a", arn_like_pattern_of("a?")), fits("a", pattern_of("a?"))
    (True, False)
    """
    return tuple(_ARN_LIKE.get(character, character) for character in text)


def fits(text: str, pattern: Pattern) -> bool:
    """Tell whether the whole text fits the pattern, upper and lower case apart.

    The time grows with the text; nothing is tried twice, as backtracking would.

    >>> fits("sts:AssumeRole", pattern_of("sts:*Role")), fits("sts:", pattern_of("sts:?"))
    (True, False)
    """
    # Each bit is a place in the pattern that the text may have reached. All places move on together.
    moves: dict[str, int] = {}
    for at, token in enumerate(pattern):
        moves[token] = moves.get(token, 0) | 1 << at
    stars, single = moves.get(ANY, 0), moves.get(ONE, 0)
    stars_in_line, optional = moves.get(_IN_LINE, 0), moves.get(_OPTIONAL, 0)
    skippable = stars | stars_in_line | optional
    places = _past(1, skippable)
    for character in text:
        moving, staying = moves.get(character, 0) | single, stars
        if character != "\n":
            moving, staying = moving | optional, staying | stars_in_line
        places = _past((places & moving) << 1 | places & staying, skippable)
        if not places:
            return False
    return bool(places >> len(pattern))


def _past(places: int, skippable: int) -> int:
    """Add the places behind each run of wildcards that matches nothing."""
    # The addition carries a bit to the end of its run; where it went through, the run's bits change.
    return places | ((places & skippable) + skippable ^ skippable)
