"""Explain that a backup vault does not accept the copies of another account.

Sources: https://repost.aws/knowledge-center/backup-resolve-access-denied-error and
https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html.
"""

from __future__ import annotations

import re
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.policies.policy_changes import change_conditions, replace_statement
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    organization_remedy,
    resource_policy_remedy,
)
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, principal_names

_ACTION = "backup:CopyIntoBackupVault"
_PAGE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html"
_VAULT_ARN = lazy_pattern(
    r"(?P<before>[^\n]{0,40}?)\barn:aws[a-z-]{0,12}:backup:(?P<region>[a-z0-9-]{6,30}):(?P<account>[0-9]{12}):backup-vault:(?P<name>[\w-]{2,50})",
    re.ASCII,
)
_DESTINATION = lazy_pattern(r"\b(?:[Dd]est(?:ination)?|[Tt]arget)[^\n]{0,30}\Z|\bto(?: the)?(?: vault)? \Z")
_SOURCE = lazy_pattern(
    r"(?:\b(?:from|[Ss]ource(?: account)?(?: is)?:?)(?: the)?(?: account)? (?:arn:aws[a-z-]{0,12}:backup:[a-z0-9-]{6,30}:)?|\b(?:accountId|AccountId|SourceBackupVaultArn)\W{1,6}(?:arn:aws[a-z-]{0,12}:backup:[a-z0-9-]{6,30}:)?)(?P<account>[0-9]{12})(?![0-9])"
)
_UNIT = lazy_pattern(r"(?<![\w-])ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}(?![\w-])")
_ORGANIZATION = lazy_pattern(r"(?<![\w-])o-[a-z0-9]{10,32}(?![\w-])")
_BELOW_ROOT = lazy_pattern(r"\b(?:directly|right) (?:below|under) the root\b", re.IGNORECASE)
_OF_PATHS, _OF_ORGANIZATION = "aws:principalorgpaths", "aws:principalorgid"

COPY_NOT_ALLOWED = CauseType(
    "backup-copy-not-allowed",
    title="The destination vault does not accept copies of the account",
    text=f"The access policy of the destination vault does not allow the source account {_ACTION}.",
    recognised_by='The status of the copy job is "Access Denied trying to call AWS Backup service".',
    fix=f"Allow the source account {_ACTION} in the access policy of the destination vault.",
    sources=(_PAGE, "https://repost.aws/knowledge-center/backup-resolve-access-denied-error"),
)


class _Mismatch(NamedTuple):
    """A condition of the vault's policy that the source account does not meet, and what it should accept, too."""

    statement: dict[str, Any]
    operator: str
    key: str
    has: str
    needs: str
    value: str


def explain_backup_copy(denial: Denial) -> Explanation:
    """Explain that a copy job of AWS Backup may not write to the vault of another account."""
    text = denial.failure.text
    vaults = {
        (each["region"], each["account"], each["name"]): each["before"] for each in _VAULT_ARN.finditer(text)
    }
    found = only_one([each for each, before in vaults.items() if _DESTINATION.search(before)])
    region, owner, name = found or only_one(vaults) or (None, None, None)
    sources = {each["account"] for each in _SOURCE.finditer(text)}
    source = only_one(sources - {owner}) or denial.facts.account
    vault, account = f"the vault {name}" if name else "the destination vault", source or "the source account"
    documents = [
        each
        for each in denial.context.resource_policies
        if any(names_action(one, _ACTION) for one in each.allows)
    ]
    document = only_one(documents)
    mismatch = None if document is None else _find_mismatch(document, text)
    of_vault = RESOURCE_POLICIES["backup"]
    show, change = (
        f"{each.replace('VAULT', name or 'VAULT')} --region {commands.region(region)}"
        for each in (of_vault.show_command, of_vault.change_command)
    )
    retry = "Then start the copy job again: AWS Backup does not repeat copies that failed."
    if document is not None and mismatch is not None:
        fixed = replace_statement(document.content, mismatch.statement, _accept(mismatch))
        remedy = Remedy(
            f"Let the policy of {vault} accept {mismatch.value}, too",
            "resource owner",
            (
                f"Run the command in the account of the vault{f', {owner}' if owner else ''}. It replaces the whole policy, which keeps what it allows now.",
                retry,
            ),
            (change,),
            policy=fixed,
            layer="resource",
            url=_PAGE,
        )
        return denial.explain(
            f"The policy of {vault} does not accept the copies of {account}: it allows {_ACTION} only for {mismatch.has}, and the text has {mismatch.needs}.",
            COPY_NOT_ALLOWED.cause("derived"),
            remedies=(remedy,),
            notes=_ROLE_NOTE,
        )
    statement = allow(
        _ACTION,
        "*",
        principal={
            "AWS": f"arn:{denial.location.partition or 'aws'}:iam::{source or 'SOURCE_ACCOUNT_ID'}:root"
        },
    )
    verdict = f"most likely, its access policy does not allow {account} {_ACTION}"
    if owner is not None and sources == {owner}:
        return _explain_own_vault(denial, vault, show)
    if document is not None and source is not None and _allows(document, source):
        return _explain_other_reason(denial, vault, source)
    others = () if document is None else _list_others(document, source)
    if others:
        verdict = f"its access policy in the text allows {_ACTION} only to {clip_text(join_words(others, 'and'))}, not to {account}"
    return denial.explain(
        f"AWS Backup may not copy to {vault}: {verdict}.",
        COPY_NOT_ALLOWED.cause("derived" if others else "possible"),
        remedies=resource_policy_remedy(
            f"Allow {_ACTION} for {account} in the access policy of {vault}",
            "Both accounts must be in the same organization, with cross-account backup enabled in AWS Backup's settings of the management account.",
            retry,
            statements=(statement,),
            commands=(show, change),
            url=_PAGE,
        ),
        notes=_ROLE_NOTE,
    )


def _explain_own_vault(denial: Denial, vault: str, show: str) -> Explanation:
    """Explain a copy within one account, for which the vault's policy need not allow anything."""
    return denial.explain(
        f"AWS Backup may not copy to {vault} of the same account: most likely, the role of the copy job lacks {_ACTION}.",
        NO_IDENTITY_ALLOW.cause(
            text="Within one account, an Allow for the role is enough, unless a Deny matches."
        ),
        remedies=account_remedy(
            f"Allow {_ACTION} for the role of the copy job",
            "AWSBackupServiceRolePolicyForBackup, which the default role has, allows it. describe-copy-job prints the role (IamRoleArn).",
            f"If the role has it, look for a Deny in the access policy of {vault}, which the last command prints, and in service control policies.",
            commands=(
                "aws backup describe-copy-job --copy-job-id COPY_JOB_ID --query CopyJob.IamRoleArn --output text",
                f"aws iam attach-role-policy --role-name ROLE_NAME --policy-arn arn:{denial.location.partition or 'aws'}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
                show,
            ),
            url=_PAGE,
        ),
    )


def _allows(document: Document, source: str) -> bool:
    """Return whether a policy allows the copies of an account without a condition, and has no Deny."""
    return not document.denies and any(
        not each.get("Condition")
        and names_action(each, _ACTION)
        and any(name in {"*", source} or name.endswith(f":{source}:root") for name in principal_names(each))
        for each in document.allows
    )


def _explain_other_reason(denial: Denial, vault: str, source: str) -> Explanation:
    """Explain a copy that the vault's policy in the text allows."""
    return denial.explain(
        f"AWS Backup may not copy to {vault}, although its access policy in the text allows {source} {_ACTION}: most likely, a setting or policy of the organization is the reason.",
        COPY_NOT_ALLOWED.cause(
            "possible",
            text="The accounts are in different organizations, cross-account backup is turned off, a service control policy denies the copy, or the text has the policy of another vault.",
        ),
        remedies=organization_remedy(
            "Compare the organizations of both accounts, and the settings of AWS Backup",
            "Run describe-organization in both accounts, which must print the same ID, and describe-global-settings in the management account: isCrossAccountBackupEnabled must be true.",
            commands=(
                "aws organizations describe-organization --query Organization.Id --output text",
                "aws backup describe-global-settings",
            ),
            url=_PAGE,
        ),
        notes=_ROLE_NOTE,
    )


_ROLE_NOTE = "The role of the copy job needs the action, too: AWSBackupServiceRolePolicyForBackup, which the default role has, allows it."


def _list_others(document: Document, source: str | None) -> list[str]:
    """Return the principals to which a policy allows the copy, if the source account is none of them."""
    statements = [each for each in document.allows if names_action(each, _ACTION)]
    names = [name for each in statements for name in principal_names(each)]
    return [] if source is None or "*" in names or any(source in each for each in names) else names


def _find_mismatch(document: Document, text: str) -> _Mismatch | None:
    """Return the condition on the organization that the source account does not meet, as far as the text tells."""
    for statement in document.allows:
        for operator, key, values in iterate_conditions(statement):
            if "not" in operator.lower():
                # Its values are excluded, and one more would exclude more.
                continue
            joined = " ".join(values)
            if key.lower() == _OF_PATHS:
                other = only_one(set(_UNIT.findall(text)) - set(_UNIT.findall(joined)))
                parts = values[0].split("/") if values else []
                if other is not None and len(parts) > 1 and "/".join(parts[:2]).startswith("o-"):
                    listed = join_words([clip_text(each) for each in values], "or")
                    # Unless the text says so, the unit can be below others.
                    above = "" if _BELOW_ROOT.search(text) else "*"
                    return _Mismatch(
                        statement,
                        operator,
                        key,
                        f"accounts below {listed}",
                        f"the account in {other}",
                        f"{'/'.join(parts[:2])}/{above}{other}/*",
                    )
            elif key.lower() == _OF_ORGANIZATION:
                other = only_one(set(_ORGANIZATION.findall(text)) - set(values))
                if other is not None:
                    return _Mismatch(
                        statement,
                        operator,
                        key,
                        f"the organization {join_words(list(values), 'or')}",
                        f"the organization {other}",
                        other,
                    )
    return None


def _accept(mismatch: _Mismatch) -> dict[str, Any]:
    """Return the statement with one more value in its condition."""
    return change_conditions(
        mismatch.statement,
        lambda each: (
            each._replace(value=[*as_strings(each.value), mismatch.value])
            if (each.operator, each.key) == (mismatch.operator, mismatch.key)
            else each
        ),
    )
