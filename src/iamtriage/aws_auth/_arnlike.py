"""Whether an ARN fits a pattern, by the authenticator's rules; not by IAM's, whose ``?`` is one character.

Source: ``pkg/arn/arnlike.go`` of kubernetes-sigs/aws-iam-authenticator, which makes a regular
expression of each section. The same texts match here, in time that does not explode.
"""

from __future__ import annotations

from iamtriage.arns import parse_arn

__all__ = ("arn_like",)

_WILDCARDS = frozenset("*?")


def arn_like(arn: str, pattern: str) -> bool:
    """Tell whether an ARN fits a pattern, section by section.

    ``*`` stands for any characters but line ends, ``?`` for one or none; everything else stands for
    itself, upper and lower case apart. A wildcard reaches over no colon, except in the resource.

    Args:
        arn: the ARN.
        pattern: an ARN with wildcards.

    Raises:
        InvalidArnError: one of them does not begin with ``arn:``, or has fewer than six sections.

    >>> arn_like("arn:aws:iam::111122223333:role/app-1", "arn:aws:iam::*:role/app-*")
    True
    >>> arn_like("arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/app?")
    True
    >>> arn_like("arn:aws:iam::111122223333:role/App", "arn:aws:iam::111122223333:role/app")
    False
    """
    return all(map(_fits, parse_arn(arn), parse_arn(pattern)))


def _fits(text: str, pattern: str) -> bool:
    if _WILDCARDS.isdisjoint(pattern):
        return text == pattern
    # Each bit is a place in the pattern which the text may have reached, the lowest before its first
    # character. All places move on together, so that nothing is tried twice, as backtracking would.
    literals: dict[str, int] = {}
    stars = optional = 0
    for at, character in enumerate(pattern):
        if character == "*":
            stars |= 1 << at
        elif character == "?":
            optional |= 1 << at
        else:
            literals[character] = literals.get(character, 0) | 1 << at
    skippable = stars | optional
    places = _skip(1, skippable)
    for character in text:
        moved = (places & literals.get(character, 0)) << 1
        if character != "\n":
            moved |= places & stars | (places & optional) << 1
        places = _skip(moved, skippable)
        if not places:
            return False
    return bool(places >> len(pattern))


def _skip(places: int, skippable: int) -> int:
    """Add the places behind each run of wildcards that matches nothing."""
    # The addition carries a bit to the end of its run; where it went through, the run's bits change.
    return places | ((places & skippable) + skippable ^ skippable)
