"""Find the account in a principal."""

from __future__ import annotations

import re
from functools import lru_cache

from iamtriage._patterns import lazy_pattern

_ACCOUNT = lazy_pattern(r"[0-9]{12}")
_IN_ARN = lazy_pattern(r"arn:[\w-]*:\s?[\w-]*:[\w-]*:\s?([0-9]{12}):", re.ASCII)


@lru_cache(maxsize=128)
def account_of(principal: str) -> str | None:
    """Return the 12-digit account that a principal states.

    >>> account_of("arn:aws:sts::111122223333:assumed-role/app/i-0abc"), account_of("arn:aws:iam::xxx:root")
    ('111122223333', None)
    """
    m = _IN_ARN.search(principal)
    if m:
        return m[1]
    return principal if _ACCOUNT.fullmatch(principal) else None
