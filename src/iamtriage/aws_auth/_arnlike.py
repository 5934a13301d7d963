"""Whether an ARN fits a pattern, by the authenticator's rules; not by IAM's, whose ``?`` is one character.

Source: ``pkg/arn/arnlike.go`` of kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from iamtriage.arns._arns import parse_arn
from iamtriage.policies._patterns import compile_arn_like, matches

__all__ = ("arn_like",)


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
    sections = zip(parse_arn(arn), parse_arn(pattern), strict=True)
    return all(matches(section, compile_arn_like(wanted)) for section, wanted in sections)
