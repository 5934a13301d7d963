"""Name inline policies and statements after what they allow.

``put-role-policy`` and its kin replace an inline policy of the same name without a question. So the name ends with a
digest of the statements, which no other policy of the role has.
"""

from __future__ import annotations

import functools
import json
import re
from binascii import crc32
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import upper_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: IAM accepts 128 characters.
_MAX_WORDS = 60
_PART = lazy_pattern(r"[A-Za-z0-9]+", re.ASCII)


@functools.lru_cache(maxsize=512)
def statement_id(action: str) -> str:
    """Return a statement ID for an action.

    >>> statement_id("eks:DescribeCluster")
    'EksDescribeCluster'
    """
    service, _, name = action.partition(":")
    return "".join(part.capitalize() for part in service.split("-")) + name


def inline_policy_name(statements: Iterable[Mapping[str, Any]], *, user: str | None = None) -> str:
    """Return a name for an inline policy with these statements.

    Args:
        statements: The statements of the policy.
        user: What uses all that the policy allows, if its name says more than the actions.

    >>> inline_policy_name([{"Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-logs/2026/*"}])
    'AllowGetObject-d59604'
    """
    statements = list(statements)
    listed = ([each["Action"]] if isinstance(each["Action"], str) else each["Action"] for each in statements)
    actions = [action for each in listed for action in each]
    first = next((action.partition(":")[2] for action in actions), "")
    words = user or (f"{first}AndMore" if len(set(actions)) > 1 else first)
    name = "".join(map(upper_first, _PART.findall(words)))[:_MAX_WORDS]
    return f"Allow{name}-{crc32(json.dumps(statements, sort_keys=True).encode()) & 0xFFFFFF:06x}"
