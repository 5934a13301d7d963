"""Explain that a backup vault does not accept the copies of another account.

Sources: https://repost.aws/knowledge-center/backup-resolve-access-denied-error and
https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import join_words
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import (
    account_remedy,
    organization_remedy,
    resource_policy_remedy,
)
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names

_ACTION = "backup:CopyIntoBackupVault"
_PAGE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html"
_VAULT_ARN = lazy_pattern(
    r"(?a)(?P<before>[^\n]{0,40}?)\barn:aws[a-z-]{0,12}:backup:(?P<region>[a-z0-9-]{6,30}):(?P<account>[0-9]{12}):backup-vault:(?P<name>[\w-]{2,50})"
)
_DESTINATION = lazy_pattern(r"\b(?:[Dd]est(?:ination)?|[Tt]arget)[^\n]{0,30}\Z|\bto(?: the)?(?: vault)? \Z")
_SOURCE = lazy_pattern(
    r"(?:\b(?:from|[Ss]ource(?: account)?(?: is)?:?)(?: the)?(?: account)? (?:arn:aws[a-z-]{0,12}:backup:[a-z0-9-]{6,30}:)?|\b(?:accountId|AccountId|SourceBackupVaultArn)\W{1,6}(?:arn:aws[a-z-]{0,12}:backup:[a-z0-9-]{6,30}:)?)(?P<account>[0-9]{12})(?![0-9])"
)
# A query that prints both vaults, the source first.
_IN_ORDER = lazy_pattern(r"\bSourceBackupVaultArn, ?DestinationBackupVaultArn\b")
_ACCOUNT = lazy_pattern(r"(?:arn:aws[a-z-]{0,12}:iam::)?(?P<account>[0-9]{12})(?::root)?")

COPY_NOT_ALLOWED = CauseType(
    "backup-copy-not-allowed",
    title="The destination vault does not accept copies of the account",
    text=f"The access policy of the destination vault does not allow the source account {_ACTION}.",
    recognised_by='The status of the copy job is "Access Denied trying to call AWS Backup service".',
    fix=f"Allow the source account {_ACTION} in the access policy of the destination vault.",
    sources=(_PAGE, "https://repost.aws/knowledge-center/backup-resolve-access-denied-error"),
)


def explain_backup_copy(denial: Denial) -> Explanation:
    """Explain that a copy job of AWS Backup may not write to the vault of another account."""
    text = denial.failure.text
    vaults = {
        (each["region"], each["account"], each["name"]): each["before"] for each in _VAULT_ARN.finditer(text)
    }
    found = only_one([each for each, before in vaults.items() if _DESTINATION.search(before)])
    sources = {each["account"] for each in _SOURCE.finditer(text)}
    order = _IN_ORDER.search(text) if found is None else None
    if order is not None:
        # Other vaults of the text can come before the query.
        printed = (
            (each["region"], each["account"], each["name"]) for each in _VAULT_ARN.finditer(text, order.end())
        )
        if len(vaults := dict.fromkeys(printed, "")) == 2:
            (_, first, _), found = vaults
            sources.add(first)
    region, owner, name = found or only_one(vaults) or (None, None, None)
    source = only_one(sources - {owner}) or denial.facts.account
    vault, account = f"the vault {name}" if name else "the destination vault", source or "the source account"
    documents = [
        each
        for each in denial.context.resource_policies
        if any(names_action(one, _ACTION) for one in each.allows)
    ]
    document = only_one(documents)
    of_vault = RESOURCE_POLICIES["backup"]
    show, change = (
        f"{each.replace('VAULT', name or 'VAULT')} --region {commands.region(region)}"
        for each in (of_vault.show_command, of_vault.change_command)
    )
    retry = "Then start the copy job again: AWS Backup does not repeat copies that failed."
    statement = allow(
        _ACTION,
        "*",
        principal={
            "AWS": f"arn:{denial.location.partition or 'aws'}:iam::{source or 'SOURCE_ACCOUNT_ID'}:root"
        },
    )
    if owner is not None and sources == {owner}:
        return _explain_own_vault(denial, vault, show)
    if document is not None and source is not None and _allows(document, source):
        return _explain_other_reason(denial, vault, source)
    verdict, cause = (
        f"most likely, its access policy does not allow {account} {_ACTION}",
        COPY_NOT_ALLOWED.cause("possible"),
    )
    others = None if document is None or source is None else _allowed_others(document, source)
    if others:
        verdict = f"its access policy in the text allows {_ACTION} only to {others}, not to {source}"
        cause = COPY_NOT_ALLOWED.cause("derived", text="The policy has to allow the account that copies.")
    of_owner = f" of account {owner}" if owner and name else ""
    return denial.explain(
        f"AWS Backup may not copy to {vault}: {verdict}.",
        cause,
        remedies=resource_policy_remedy(
            f"Allow {_ACTION} for {account} in the access policy of {vault}{of_owner}",
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


def _allowed_others(document: Document, source: str) -> str | None:
    """Return the accounts that a policy allows copies, ``None`` if it names others than accounts, or the source."""
    names = [
        name
        for each in document.allows
        if names_action(each, _ACTION)
        for name in principal_names(each) or ["*"]
    ]
    accounts = [found["account"] for each in names if (found := _ACCOUNT.fullmatch(each))]
    is_known = document.is_whole and len(accounts) == len(names) and source not in accounts
    return join_words(tuple(dict.fromkeys(accounts)), "and") if is_known else None


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
