"""Explain key policies that KMS rejects because nobody could change them afterwards.

Sources: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_partition
from iamtriage.explaining._rules.shared.principal_words import describe_principal
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, your_remedy
from iamtriage.explaining._rules.sts.trust_documents import allow_statements, as_strings, principal_names
from iamtriage.policies._documents import allow
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MalformedPolicy

_ACCOUNT = lazy_pattern(r"(?<![\w-])([0-9]{12})(?![\w-])")
_ACCOUNT_OF_ARN = lazy_pattern(r":iam::([0-9]{12}):")
_CREATES = lazy_pattern(r"\bcreating\b|\bCreateKey\b|\bcreate-key\b")
_DEFAULT_POLICY = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
_PUT = "kms:putkeypolicy"
_KEY_ID = lazy_pattern(r"key/[^:]+\Z")
_WILDCARD = lazy_pattern(r"[*?]")
_SCANNER = lazy_pattern(
    r"(?i)\b(?:scanners?|checkov|ckv_aws_\d|tfsec|trivy|terrascan|semgrep|linter|asterisks?|wildcards?)\b"
)
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
    statements = _list_statements(case)
    if (stated := _describe_policy(statements)) is not None:
        summary = f"{summary}. {stated}"
    is_new = _CREATES.search(case.failure.text) is not None
    saved = "KMS did not save the policy, so the previous one stays in effect"
    if is_new:
        saved = "KMS did not create the key"
    if (other := _other_resource(statements)) is not None:
        return _explain_other_resource(case, *other, saved)
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


def _list_statements(case: Case[MalformedPolicy]) -> list[Mapping[str, Any]]:
    """Return the Allow statements of the only key policy in the text."""
    documents = [each for each in case.context.policies if each.has_principal]
    if len(documents) != 1 or documents[0].has_references or not documents[0].is_whole:
        return []
    return list(allow_statements(documents[0].content))


def _names_put(statement: Mapping[str, Any]) -> bool:
    actions = as_strings(statement.get("Action"))
    return any(matches(_PUT, compile_glob(action.lower())) for action in actions) or "NotAction" in statement


def _list_principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal")
    return [principal] if isinstance(principal, str) else principal_names(statement)


def _other_resource(statements: list[Mapping[str, Any]]) -> tuple[Mapping[str, Any], str] | None:
    """Return the statement that would allow the change of the policy, but has a resource that is no key, with that."""
    wrong: tuple[Mapping[str, Any], str] | None = None
    for statement in filter(_names_put, statements):
        resources = as_strings(statement.get("Resource"))
        if not resources or any(map(_is_key, resources)):
            return None
        wrong = wrong or (statement, resources[0])
    return wrong


def _is_key(pattern: str) -> bool:
    """Return whether a pattern of resources can match a KMS key.

    >>> [_is_key(each) for each in ("*", "arn:aws*:kms:*:*:key/1234-*", "arn:aws:dynamodb:*", "arn:aws:kms:*:*:alias/app")]
    [True, True, False, False]
    """
    # The key that is most like the pattern.
    _, partition, _, region, account, *_ = [*_WILDCARD.sub("x", pattern).split(":"), *"xxxxx"]
    return matches(
        f"arn:{partition}:kms:{region}:{account}:key/x", compile_glob(_KEY_ID.sub("key/*", pattern))
    )


def _explain_other_resource(
    case: Case[MalformedPolicy], statement: Mapping[str, Any], resource: str, saved: str
) -> Explanation:
    """Explain that the Resource of the statement for the account matches no key."""
    sid = statement.get("Sid")
    which = f"the statement {clip_text(sid)}" if isinstance(sid, str) else "its statement"
    is_code = "aws_iam_policy_document" in case.failure.text
    right, wrong = '"Resource": "*"', f'"{clip_text(resource)}"'
    if is_code:
        right, wrong = 'resources = ["*"]', f"[{wrong}]"
    scanner = "A scanner that reports the asterisk takes the document for an identity-based policy: suppress the finding there (Checkov: CKV_AWS_109, CKV_AWS_111, CKV_AWS_356)."
    names = _list_principals(statement)
    stays = "stays" if any(each.endswith(":root") for each in names) else "stays if it is the caller"
    return case.explain(
        f"KMS rejects the key policy: {which} has the resource {clip_text(resource)}, which matches no KMS key, so nobody could use or change the key.",
        LOCKOUT.cause(
            "derived",
            text=f"KMS checks that {describe_principal(case.principal, case.caller)} could call kms:PutKeyPolicy again. In a key policy, the resource * means only the key that has the policy, and opens no other.",
        ),
        remedies=your_remedy(
            f"Write {right} in {which}",
            f"It replaces {wrong}. The principal {clip_text(join_words(names, 'and'))} {stays}.",
            scanner if _SCANNER.search(case.failure.text) else None,
            commands="terraform apply" if is_code else None,
            url=_DEFAULT_POLICY,
        ),
        notes=f"{saved}.",
    )


def _describe_policy(statements: list[Mapping[str, Any]]) -> str | None:
    """Return whom the key policy in the text names, if it allows nobody to change it."""
    names = [name for each in statements for name in _list_principals(each)]
    holders = [name for each in filter(_names_put, statements) for name in _list_principals(each)]
    if holders:
        listed = clip_text(join_words(list(dict.fromkeys(holders)), "and"))
        if any(each.endswith(":root") for each in holders):
            return f"It allows kms:PutKeyPolicy only to {listed}: the key must be in that account, and an IAM policy must allow the caller the action"
        return f"It allows kms:PutKeyPolicy only to {listed}, not to the caller"
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
