"""Compare the caller of a denied AssumeRole with the accounts that the role trusts, and with those in which it worked.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import IdentityCenterRole
from iamtriage.explaining._rules.shared import commands, policy_principals
from iamtriage.explaining._rules.shared.allow_remedies import other_side_command
from iamtriage.explaining._rules.sts.trust_documents import (
    allow_statements,
    describe_trusted,
    principal_names,
)
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.trust_findings import TrustFindings

SUPPLIED = "the role's trust policy, which was supplied, does not allow it"
_ACCOUNT_OF_PRINCIPAL = lazy_pattern(r"(?:arn:[a-z-]{3,20}:(?:iam|sts)::)?([0-9]{12})(?::.{0,700})?")

_DELETED = lazy_pattern(
    r"\"(A(?:ROA|IDA)[A-Z0-9]{8,124})\" is the unique ID of a deleted principal", re.ASCII
)


def describe_mistrust(denial: Denial, findings: TrustFindings) -> str:
    """Return whom the supplied trust policy trusts instead of the caller, as the end of a sentence."""
    reason = "" if findings.result is None else findings.result.reason.partition(": ")[2]
    words = "the policy trusts account "
    trusted = describe_trusted(denial.facts.trust_policy)
    deleted = _DELETED.search(reason)
    if deleted is not None:
        return f"its trust policy names {deleted[1]}, the unique ID of a deleted principal, instead of the caller"
    if reason.startswith(words):
        return f"its trust policy trusts account {reason.removeprefix(words)}"
    if trusted and "the policy trusts " in reason and "only" not in reason:
        return f"its trust policy, which was supplied, trusts only {trusted}"
    return SUPPLIED


def trusting_statement(denial: Denial, action: str) -> dict[str, Any]:
    """Return the statement that allows the caller in the trust policy.

    The path of a role of IAM Identity Center can have a Region, which STS does not report, and a principal must not
    have a wildcard: a condition names the role then.
    """
    role = denial.role
    if not isinstance(role, IdentityCenterRole) or not role.lacks_its_path or denial.has_masked_account:
        return allow(action, principal={"AWS": policy_principals.policy_principal_arn(denial)})
    start = f"arn:{role.partition}:iam::{role.account}"
    condition = {"ArnLike": {"aws:PrincipalArn": policy_principals.principal_arn_pattern(denial)}}
    return allow(action, principal={"AWS": f"{start}:root"}, condition=condition)


def other_account_steps(denial: Denial, action: str) -> tuple[str, ...]:
    """Return how to call from an account that the trust policy trusts, and what the caller's account must allow."""
    if not denial.crosses_accounts or denial.account is None:
        return ()
    trusted = _trusted_accounts(denial)
    steps: list[str] = []
    if trusted and denial.account not in trusted:
        steps.append(
            f"Or call from account {join_words(trusted, 'or')}, which the policy trusts already, such as with another source_profile."
        )
    role = denial.role
    who = denial.caller
    if isinstance(role, IdentityCenterRole) and role.permission_set:
        who = f"the permission set {clip_text(role.permission_set)} in IAM Identity Center"
    needs = "the last command does that"
    if other_side_command(denial, action) is None:
        needs = f"{who} needs {json.dumps(allow(action, commands.arn(denial.resource, 'ROLE_ARN')))}"
    steps.append(f"Account {denial.account} must allow it, too: {needs}.")
    return tuple(steps)


def _trusted_accounts(denial: Denial) -> tuple[str, ...]:
    """Return the accounts of the principals that the supplied trust policy allows."""
    allowing = allow_statements(denial.facts.trust_policy)
    found = (
        _ACCOUNT_OF_PRINCIPAL.fullmatch(name) for each in allowing for name in principal_names(each, "AWS")
    )
    return tuple(dict.fromkeys(each[1] for each in found if each is not None))


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
