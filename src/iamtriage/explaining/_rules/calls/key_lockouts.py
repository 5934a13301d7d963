"""Explain key policies that KMS rejects because nobody could change them afterwards.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, your_remedy
from iamtriage.explaining._rules.sts.trust_documents import allow_statements, as_strings, mapping
from iamtriage.policies._documents import allow
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MalformedPolicy

_ACCOUNT = lazy_pattern(r"(?<![\w-])([0-9]{12})(?![\w-])")
_ACCOUNT_OF_ARN = lazy_pattern(r":iam::([0-9]{12}):")
_CREATES = lazy_pattern(r"\bcreating\b|\bCreateKey\b|\bcreate-key\b")
_DEFAULT_POLICY = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
_PUT = "kms:putkeypolicy"
LOCKOUT = CauseType(
    "key-policy-lockout",
    title="The key policy would lock everyone out",
    recognised_by="The message says that the new key policy will not allow you to update the key policy in the future.",
    fix="Add a statement that allows kms:PutKeyPolicy to a principal that you can use, usually the account: arn:aws:iam::ACCOUNT_ID:root.",
    sources=(pages.KMS_KEY_POLICY,),
)


def explain_lockout(case: Case[MalformedPolicy], because: tuple[str, ...]) -> Explanation:
    """Explain which statement the key policy lacks, and what the policy in the text allows instead."""
    account, partition = _find_account(case), find_partition(case)
    text = "KMS rejects a key policy that does not allow the caller kms:PutKeyPolicy, because nobody could change it."
    summary = "KMS rejects the key policy: it would lock everyone out"
    if (stated := _describe_policy(case)) is not None:
        summary = f"{summary}. {stated}"
    is_new = _CREATES.search(case.failure.text) is not None
    saved = "KMS did not save the policy, so the previous one stays in effect"
    if is_new:
        saved = "KMS did not create the key"
    return case.explain(
        f"{summary}.",
        LOCKOUT.cause("reported", because, text=text),
        remedies=_add_statement(case, account, partition),
        notes=f"{saved}. Without this statement, IAM policies have no effect on the key, so an identity-based policy does not replace it.",
    )


def _find_account(case: Case[MalformedPolicy]) -> str | None:
    stated = case.context.account
    if case.failure.account or stated is not None:
        return case.failure.account or (stated and stated.value)
    found = set(_ACCOUNT.findall(case.failure.text))
    arns = set(_ACCOUNT_OF_ARN.findall(case.failure.text))
    return next(iter(found)) if len(found) == 1 and (not arns or found == arns) else None


def _describe_policy(case: Case[MalformedPolicy]) -> str | None:
    """Return whom the only key policy in the text names, if it allows nobody to change it."""
    documents = [each for each in case.context.policies if each.has_principal]
    if len(documents) != 1 or documents[0].has_references or not documents[0].is_whole:
        return None
    names: list[str] = []
    holders: list[str] = []
    for statement in allow_statements(documents[0].content):
        principal = statement.get("Principal")
        if isinstance(principal, str):
            listed = [principal]
        else:
            listed = [name for each in mapping(principal).values() for name in as_strings(each)]
        names += listed
        actions = as_strings(statement.get("Action"))
        if any(matches(_PUT, compile_glob(action.lower())) for action in actions) or "NotAction" in statement:
            holders += listed
    if holders:
        return f"It allows kms:PutKeyPolicy only to {clip_text(join_words(list(dict.fromkeys(holders)), 'and'))}, not to the caller"
    if not names:
        return None
    if len(set(names)) == 1:
        return f"Its only principal is {clip_text(names[0])}, and no statement allows kms:PutKeyPolicy"
    return "No statement in it allows kms:PutKeyPolicy"


def _add_statement(case: Case[MalformedPolicy], account: str | None, partition: str) -> Remedy:
    root = f"arn:{partition}:iam::{commands.account(account)}:root"
    title = "Add the statement of the default key policy for the account"
    steps = (
        "It lets the account's IAM policies grant access to the key. Keep the other statements.",
        "Don't skip the check with bypass_policy_lockout_safety_check (BypassPolicyLockoutSafetyCheck): only AWS Support could recover the key.",
    )
    if "aws_iam_policy_document" in case.failure.text:
        return your_remedy(
            title,
            *steps,
            manifest=f'statement {{\n  sid       = "EnableIamPolicies"\n  actions   = ["kms:*"]\n  resources = ["*"]\n  principals {{\n    type        = "AWS"\n    identifiers = ["{root}"]\n  }}\n}}\n',
            url=_DEFAULT_POLICY,
        )
    return resource_policy_remedy(
        title,
        *steps,
        statements=[allow("kms:*", "*", sid="EnableIamPolicies", principal={"AWS": root})],
        url=_DEFAULT_POLICY,
    )
