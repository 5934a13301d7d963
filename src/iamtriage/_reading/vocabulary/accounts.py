"""Find the account in a principal."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

_ACCOUNT = lazy_pattern(r"arn:[\w-]*:\s?[\w-]*:[\w-]*:\s?([0-9]{12}):|\A([0-9]{12})\Z", re.ASCII)


def account_of(principal: str) -> str | None:
    """Return the 12-digit account that a principal states.

    >>> account_of("arn:aws:sts::111122223333:assumed-role/app/i-0abc"), account_of("arn:aws:iam::xxx:root")
    ('111122223333', None)
    """
    m = _ACCOUNT.search(principal)
    return None if m is None else m[1] or m[2]
