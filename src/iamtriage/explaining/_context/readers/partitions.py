"""Find the partition that a text is about."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage.policies._masked_arns import find_partition

__all__ = ("stated_partition",)

# An ARN of another partition than aws, or a Region.
_SIGN = lazy_pattern(
    r"\barn:(aws-(?:cn|us-gov|iso(?:-[a-z])?|eusc)):|(?<![\w-])((?:us-(?:gov|iso[a-z]?)-|[a-z]{2,4}-)(?:[a-z]{4,9})-[0-9])(?![\w-])"
)


def stated_partition(text: str) -> str | None:
    """Return the only partition of the Regions in a text and of its ARNs, or ``None``.

    An ARN of the partition ``aws`` in a text about another one is a mistake, or that of an AWS managed policy.

    >>> stated_partition("--region cn-north-1 --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess")
    'aws-cn'
    """
    stated = {arn or find_partition(region) for arn, region in set(_SIGN.findall(text))} - {None}
    return stated.pop() if len(stated) == 1 else None
