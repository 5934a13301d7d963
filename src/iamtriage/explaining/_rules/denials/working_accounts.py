"""Find the other accounts in which a caller assumed a role of the same name, by the lines of a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

_MAX_ACCOUNTS = 3
_WORKED = lazy_pattern(
    r"\b(?:assumed(?!-role)|ok|done|success\w{0,5}|succeeded|works|worked)\b|[✓✔✅]", re.IGNORECASE
)
# Without the name of the role, a line can be about another step of the program.
_ACCOUNT_WORKED = lazy_pattern(
    r"(?<![\w-])\d{12}\W{1,4}(?:ok|done|success\w{0,5}|succeeded|works|worked)\b|[✓✔✅]\W{0,4}\d{12}\W{0,4}$|\bassumed(?!-role)\b",
    re.IGNORECASE,
)
_FAILED = lazy_pattern(
    r"error|denied|fail|unauthorized|\bskip|\bunable|\bnot\b|n't\b|\bcannot\b|✗|❌", re.IGNORECASE
)
_ACCOUNT = lazy_pattern(r"(?<![\w.-])\d{12}(?![\w-]|\.\w)", re.ASCII)


def find_working_accounts(denial: Denial) -> tuple[str, ...]:
    """Return the other accounts in which the caller assumed such a role, by the lines of the text."""
    name = denial.target_role_name
    if not denial.crosses_accounts or name is None or denial.lowercase_action != "sts:assumerole":
        return ()
    accounts: dict[str, None] = {}
    for line in denial.failure.text.splitlines():
        if name in line:
            has_session = '"Arn"' in line and f":assumed-role/{name}/" in line
            has_worked = has_session or _WORKED.search(line) is not None
        else:
            has_worked = "arn:" not in line and _ACCOUNT_WORKED.search(line) is not None
        if has_worked and not _FAILED.search(line):
            accounts |= dict.fromkeys(_ACCOUNT.findall(line))
    return tuple(each for each in accounts if each not in {denial.account, denial.resource_account})


def describe_accounts(accounts: tuple[str, ...]) -> str:
    if len(accounts) > _MAX_ACCOUNTS:
        return f"account {accounts[0]} and {len(accounts) - 1} others"
    return f"account{'s' if len(accounts) > 1 else ''} {join_words(accounts, 'and')}"
