"""Remedies that allow an action in the caller's own policies; not for whether that helps.

Where a policy goes depends on who called: a role session's to its role, an Identity Center role's to its
permission set: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_manage-attach-detach.html.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, User
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.companion_actions import companion_actions
from iamtriage.explaining._rules.shared.principal_words import PLACEHOLDER_ACCOUNT
from iamtriage.policies._documents import document, statement
from iamtriage.policies._grants import grant_for
from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.policies._grants import Grant

__all__ = ("REPLACE_PLACEHOLDERS", "allow_remedy", "policy_principal_arn", "required_grant", "statement_id")

_POLICY_FILE = "file://policy.json"
REPLACE_PLACEHOLDERS = f"Replace the words that begin with {PLACEHOLDER}: the message does not tell them."


def required_grant(denial: Denial) -> Grant | None:
    """Give what has to be allowed; None where the action is unknown or masked."""
    if denial.action is None:
        return None
    return grant_for(denial.action, denial.resource, denial.place)


@functools.lru_cache(maxsize=512)
def statement_id(action: str) -> str:
    """Give a statement's id for an action.

    >>> statement_id("eks:DescribeCluster")
    'EksDescribeCluster'
    """
    service, _, name = action.partition(":")
    return "".join(part.capitalize() for part in service.split("-")) + name


def policy_principal_arn(denial: Denial) -> str:
    """Give the caller's ARN for a policy's Principal or condition: of a session, its role's.

    STS tells no role's path. Where a role surely has one, a placeholder stands for it, since a policy that
    names a role which does not exist is refused.
    """
    role, principal = denial.role, denial.principal
    if role is not None and role.lacks_its_path:
        whole = f"arn:{role.partition}:iam::{role.account}:role/{PLACEHOLDER}PATH/{role.name}"
    elif role is not None:
        whole = str(role)
    elif isinstance(principal, User | FederatedUser):
        whole = str(principal)
    else:
        return f"{PLACEHOLDER}PRINCIPAL_ARN"
    return (
        whole.replace(f":{PLACEHOLDER_ACCOUNT}:", f":{PLACEHOLDER}ACCOUNT_ID:", 1)
        if denial.has_masked_account
        else whole
    )


def allow_remedy(
    denial: Denial,
    *,
    grant: Grant | None = None,
    title: str | None = None,
    url: str | None = None,
    instead: str | None = None,
    first: str | None = None,
) -> Remedy | None:
    """Give the remedy that allows the action to the caller; None where no statement can be made of it.

    Args:
        denial: the denial.
        grant: what to allow, where that is not what was denied.
        title: the remedy's title.
        url: its page.
        instead: whom to allow it in place of the caller, in words.
        first: its first step.
    """
    grant = grant or required_grant(denial)
    if grant is None:
        return None
    name = statement_id(grant.action)
    policy = document([statement(grant, sid=name)])
    steps = [
        *([first] if first else []),
        *([REPLACE_PLACEHOLDERS] if grant.has_placeholders else []),
        *grant.notes,
        *companion_actions(grant.action, denial.resource),
    ]
    role = denial.role
    title = title or f"Allow {grant.action} to {instead or denial.caller}"
    if isinstance(role, IdentityCenterRole) and instead is None:
        return Remedy(
            title=title,
            who="organization administrator",
            steps=(
                *steps,
                _permission_set_step(role),
                "The inline policy is replaced as a whole: put the statement into the one that is there.",
            ),
            commands=(
                "aws sso-admin list-instances",
                (
                    f"aws sso-admin put-inline-policy-to-permission-set --instance-arn INSTANCE_ARN "
                    f"--permission-set-arn PERMISSION_SET_ARN --inline-policy {_POLICY_FILE}"
                ),
                (
                    "aws sso-admin provision-permission-set --instance-arn INSTANCE_ARN "
                    "--permission-set-arn PERMISSION_SET_ARN --target-type ALL_PROVISIONED_ACCOUNTS"
                ),
            ),
            policy=policy,
            layer="identity",
            url=url or pages.PERMISSION_SETS,
        )
    where, put = (
        _target(denial, name) if instead is None else (instead, (_put_role_policy("ROLE_NAME", name),))
    )
    return Remedy(
        title=title,
        who="account administrator",
        steps=(*steps, f"Save the policy as policy.json and attach it to {where}."),
        commands=put,
        policy=policy,
        layer="identity",
        url=url or pages.MANAGE_POLICIES,
    )


def _permission_set_step(role: IdentityCenterRole) -> str:
    name = f" {role.permission_set}" if role.permission_set else ""
    return (
        f"Edit the permission set{name} in IAM Identity Center. The role belongs to Identity Center, which "
        "undoes changes that are made to the role itself."
    )


def _target(denial: Denial, name: str) -> tuple[str, tuple[str, ...]]:
    """Give to whom the policy is attached, and the command for it."""
    role, principal = denial.role, denial.principal
    if role is not None:
        words = ("put-role-policy", "--role-name", commands.role_name(role.name))
        where = f"the role {role.name}"
        if role is not principal:
            where += ": the caller is a session of it"
    elif isinstance(principal, User):
        words = ("put-user-policy", "--user-name", commands.user_name(principal.name))
        where = f"the user {principal.name}, or to a group of theirs"
    elif isinstance(principal, FederatedUser):
        where = (
            f"the user whose keys made the federated session {principal.name}; "
            "the session's own policy has to allow it too"
        )
        words = ("put-user-policy", "--user-name", "USER_NAME")
    else:
        return "the role or user that called", (_put_role_policy("ROLE_NAME", name),)
    return where, (command("aws", "iam", *words, "--policy-name", name, "--policy-document", _POLICY_FILE),)


def _put_role_policy(role: str, name: str) -> str:
    words = ("put-role-policy", "--role-name", role, "--policy-name", name, "--policy-document", _POLICY_FILE)
    return command("aws", "iam", *words)
