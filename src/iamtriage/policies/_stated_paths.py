"""Find the paths of IAM users, roles and policies in a text, for names without them."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern

__all__ = ("stated_paths",)

_ENTITY = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}):(?P<type>user|role|group|policy|instance-profile)/"
    r"(?P<path>(?:[\w+=,.@-]{1,128}/){0,8}?)(?P<name>[\w+=,.@-]{1,128})(?<![.,])(?![\w+=@/*-]|[.,]\w)",
    re.ASCII,
)
_OF_ACCOUNT = ":iam::"


def stated_paths(text: str, account: str | None, caller: str | None) -> tuple[tuple[str, str], ...]:
    """Return the names of an account's users, roles and the like, each with its type and then with its path.

    A name is unique in its account, whatever its path. So one with two paths is unclear, and left out.

    Args:
        text: The text.
        account: The account.
        caller: The ARN of the caller. AWS states that of a user with its path, if it has one.

    >>> stated_paths("arn:aws:iam::111122223333:role/team/app failed", "111122223333", None)
    (('role app', 'team/app'),)
    >>> stated_paths("", "111122223333", "arn:aws:iam::111122223333:user/ana")
    (('user ana', 'ana'),)
    >>> stated_paths("arn:aws:iam::111122223333:role/team/app failed", "444455556666", None)
    ()
    """
    words = f"{caller or ''} {text}"
    if account is None or f"{_OF_ACCOUNT}{account}:" not in words:
        return ()
    found: dict[str, set[str]] = {}
    for each in _ENTITY.finditer(words):
        is_whole = each["path"] or (each.end() <= len(caller or "") and each["type"] == "user")
        if each["account"] == account and is_whole:
            found.setdefault(f"{each['type']} {each['name']}", set()).add(f"{each['path']}{each['name']}")
    return tuple((key, next(iter(values))) for key, values in found.items() if len(values) == 1)
