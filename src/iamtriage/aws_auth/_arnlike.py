"""Match ARNs against patterns as the EKS authenticator does.

IAM's own rules differ: there, ``?`` matches exactly one character. Source: ``pkg/arn/arnlike.go`` of
kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from iamtriage.arns._arns import parse_arn
from iamtriage.policies._patterns import compile_arn_like, matches

__all__ = ("arn_like",)


def arn_like(arn: str, pattern: str) -> bool:
    """Return whether an ARN matches a pattern, section by section.

    ``*`` matches any characters except newlines, ``?`` one character or none. Everything else matches itself,
    case-sensitively. A wildcard matches no colon, except in the resource.

    Args:
        arn: The ARN.
        pattern: An ARN with wildcards.

    Raises:
        InvalidArnError: One of them does not begin with ``arn:``, or has fewer than six sections.

    >>> arn_like("arn:aws:iam::111122223333:role/app-1", "arn:aws:iam::*:role/app-*")
    True
    >>> arn_like("arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/app?")
    True
    >>> arn_like("arn:aws:iam::111122223333:role/App", "arn:aws:iam::111122223333:role/app")
    False
    """
    sections = zip(parse_arn(arn), parse_arn(pattern), strict=True)
    return all(matches(section, compile_arn_like(expected)) for section, expected in sections)
