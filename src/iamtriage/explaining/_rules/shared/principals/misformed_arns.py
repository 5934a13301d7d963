"""Correct ARNs of IAM roles whose punctuation is wrong.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

_ROLE = r"role/(?:[\w+=,.@-]{1,64}/){0,8}[\w+=,.@-]{1,64}"
_LIKE_ROLE_ARN = lazy_pattern(
    rf"(?<![\w:/-])(?P<start>[a-z]{{0,4}}:)?(?P<partition>aws[a-z-]{{0,12}})[:/](?P<service>i-?am)(?P<colons>:{{1,4}})(?:(?P<region>[a-z]{{2}}(?:-[a-z]{{2,10}}){{1,2}}-\d):)?(?P<account>\d{{4}}[- ]?\d{{4}}[- ]?\d{{4}})(?P<mark>[:/]{{1,2}})(?P<role>{_ROLE})",
    re.ASCII,
)


def correct_role_arn(text: str) -> tuple[str, str] | None:
    """Return the ARN that was meant, and what is wrong with it, or ``None`` if its punctuation is right or unknown.

    >>> correct_role_arn("arn:aws:iam:111122223333:role/app")
    ('arn:aws:iam::111122223333:role/app', 'A colon is missing between iam and the account ID: the Region between them is empty.')
    """
    found = _LIKE_ROLE_ARN.fullmatch(text)
    if found is None:
        return None
    account = re.sub("[- ]", "", found["account"])
    corrected = f"arn:{found['partition']}:iam::{account}:{found['role']}"
    if found["start"] != "arn:":
        reason = "It does not begin with arn:."
    elif found["region"]:
        reason = f"It has the Region {found['region']}, and ARNs of IAM have none: nothing stands between the two colons."
    elif found["colons"] == ":":
        reason = "A colon is missing between iam and the account ID: the Region between them is empty."
    elif found["colons"] != "::":
        reason = f"It has {len(found['colons'])} colons between iam and the account ID, and must have two."
    elif account != found["account"]:
        reason = "The account ID must be 12 digits without hyphens or spaces."
    else:
        reason = "One colon must stand between the account ID and role/."
    return None if corrected == text else (corrected, reason)


def find_misformed_arn(text: str) -> str | None:
    """Return the only ARN of a role in a text whose punctuation is wrong."""
    named = {each[0] for each in _LIKE_ROLE_ARN.finditer(text) if correct_role_arn(each[0]) is not None}
    return named.pop() if len(named) == 1 else None
