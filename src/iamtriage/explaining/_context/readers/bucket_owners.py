"""Find the account that a text says has a bucket, whose ARN names none."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one

# In which account a sentence says that a bucket is.
_OF_ACCOUNT = r"[`\"']?,? ?(?:(?:which|that) )?(?:(?:is|lives|sits|belongs|owned|created) )?\(?(?:(?:in|to|by|of|the|our|their|its|another|other|owner|AWS|data|central) ){0,5}(?:account(?: ID)?:? ?|(?<= to )|(?<= in ))(?P<account>[0-9]{12})\b"

# Most texts name no account in words. A pattern with the name of a bucket has to be compiled.
_NAMES_ACCOUNT = lazy_pattern(r"(?:ccount(?: ID)?:? ?| to | in )[0-9]{12}(?![0-9])")


def find_bucket_owner(text: str, name: str = r"[Bb]ucket") -> str | None:
    """Return the only account that a text says has a bucket, of which this is the name as a pattern.

    >>> find_bucket_owner("The bucket is in account 444455556666 and has a policy.")
    '444455556666'
    """
    if _NAMES_ACCOUNT.search(text) is None:
        return None
    found = re.finditer(rf"(?a)(?<![\w.:/-]){name}{_OF_ACCOUNT}", text)
    return only_one({each["account"] for each in found})
