"""Diagnose why an ARN is rejected where it is used, and find the correct one.

An access entry requires a role or user with its path, ``aws-auth`` a role without it, and ``iam`` (an STS call, an
annotation, a setting) a role with it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_text
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._principals import (
    Account,
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    Principal,
    Role,
    RoleSession,
    Root,
    ServiceLinkedRole,
    ServicePrincipal,
    User,
    parse_principal,
)
from iamtriage.arns._role_arns import normalize_role_arn, role_lookup_command
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principal_words import parse_masked_principal, underlying_role

if TYPE_CHECKING:
    from iamtriage.typing import RoleTarget

__all__ = ("ArnDiagnosis", "diagnose_arn", "lookup_command", "parse_principal_of_masked_account")

_MASK = re.compile(
    r"[*xX#•.…]{2,}|<.{0,60}>|\[.{0,60}\]|\$?\{.{0,60}\}|[A-Z]*REDACTED[A-Z]*|(?:AWS_)?ACCOUNT(?:_ID)?"
)
_EXPECTED: dict[RoleTarget, str] = {
    "access-entry": "a role or user",
    "aws-auth": "a role without its path, or a user",
    "iam": "a role",
}


@attrs.frozen
class ArnDiagnosis:
    """What is wrong with an ARN.

    Attributes:
        code: The code of the problem.
        text: The problem in a sentence.
        correct_arn: The ARN to use instead, if known.
        lookup_command: The command that prints the correct ARN, if it is not known.
    """

    code: str
    text: str
    correct_arn: str | None = None
    lookup_command: str | None = None


def diagnose_arn(text: str, target: RoleTarget) -> ArnDiagnosis | None:
    """Return what is wrong with an ARN, or ``None`` if it is correct for the target.

    >>> diagnose_arn("arn:aws:iam::111122223333:role/team/app", "access-entry") is None
    True
    >>> diagnose_arn("arn:aws:iam::111122223333:role/team/app", "aws-auth").correct_arn
    'arn:aws:iam::111122223333:role/app'
    >>> diagnose_arn("arn:aws:sts::111122223333:assumed-role/app/ana", "access-entry").correct_arn
    'arn:aws:iam::111122223333:role/app'
    """
    unquoted = text.strip(" \t\r\n\"'`")
    try:
        principal = parse_principal(unquoted)
        is_masked = False
    except InvalidArnError as error:
        found = parse_principal_of_masked_account(unquoted)
        if found is None:
            words = str(error).removesuffix(f": {quote_text(error.text)}")
            return ArnDiagnosis("malformed-arn", f"The ARN breaks a rule: {words}.")
        principal, is_masked = found, True
    diagnosis = _diagnose(principal, target)
    if diagnosis is None and unquoted != text:
        diagnosis = ArnDiagnosis(
            "quoted-arn", "Quotes or white space around the ARN became part of it.", unquoted
        )
    return diagnosis if diagnosis is None or not is_masked else attrs.evolve(diagnosis, correct_arn=None)


def parse_principal_of_masked_account(text: str) -> Principal | None:
    """Return the principal of an ARN whose account is masked, with a placeholder for the account.

    >>> parse_principal_of_masked_account("arn:aws:iam::xxxx:role/app").name
    'app'
    """
    sections = text.split(":", 5)
    if len(sections) < 6 or ACCOUNT.fullmatch(sections[4]) or not _MASK.fullmatch(sections[4]):
        return None
    return parse_masked_principal(text)


def lookup_command(principal: Principal | None) -> str:
    """Return the command that prints the ARN of a principal in IAM.

    >>> lookup_command(None)
    'aws iam get-role --role-name ROLE_NAME --query Role.Arn --output text'
    """
    if isinstance(principal, User):
        name = commands.user_name(principal.name)
        return fill_command("aws iam get-user --user-name {} --query User.Arn --output text", name)
    if isinstance(principal, InstanceProfile):
        # A leading hyphen would turn the name into an option.
        name = "INSTANCE_PROFILE" if principal.name.startswith("-") else principal.name
        return fill_command(
            "aws iam get-instance-profile --instance-profile-name {} --query 'InstanceProfile.Roles[0].Arn' --output text",
            name,
        )
    role = underlying_role(principal)
    return role_lookup_command(commands.role_name(None if role is None else role.name))


def _diagnose(principal: Principal, target: RoleTarget) -> ArnDiagnosis | None:
    expected = _EXPECTED[target]
    if isinstance(principal, RoleSession):
        words = f"It is the ARN of a session, and the ARN of {expected} is wanted."
        return _diagnose_role("session-arn", words, principal, target)
    if isinstance(principal, ServiceLinkedRole) and target == "access-entry":
        return ArnDiagnosis("service-linked-role", "EKS takes no access entries for service-linked roles.")
    if isinstance(principal, IdentityCenterRole) and principal.lacks_its_path and target != "aws-auth":
        words = "It is a role of Identity Center without its path, /aws-reserved/sso.amazonaws.com/ and perhaps a region."
        return _diagnose_role("path-missing", words, principal, target)
    if isinstance(principal, Role):
        if target == "aws-auth" and principal.path != "/":
            words = "The ARN has the path of the role, with which it never matches: STS tells no role's path."
            return _diagnose_role("role-path", words, principal, target)
        return None
    if isinstance(principal, User):
        if target == "iam":
            return ArnDiagnosis(
                "not-a-role", f"It is the ARN of a user, and the ARN of {expected} is wanted."
            )
        return None
    return _diagnose_other_principal(principal, expected)


def _diagnose_role(code: str, words: str, principal: Role | RoleSession, target: RoleTarget) -> ArnDiagnosis:
    try:
        return ArnDiagnosis(code, words, normalize_role_arn(principal.arn, target=target))
    except RolePathUnknownError as error:
        return ArnDiagnosis(code, words, lookup_command=error.command)


def _diagnose_other_principal(principal: Principal, expected: str) -> ArnDiagnosis:
    if isinstance(principal, InstanceProfile):
        words = (
            f"It is the ARN of an instance profile, and the ARN of {expected} is wanted: of the role in it."
        )
        return ArnDiagnosis("instance-profile", words, lookup_command=lookup_command(principal))
    if isinstance(principal, Root):
        code, words = "root-arn", f"It is the ARN of an account's root, and the ARN of {expected} is wanted."
    elif isinstance(principal, FederatedUser):
        code, words = "federated-user", f"A federated user is a session; the ARN of {expected} is wanted."
    elif isinstance(principal, Account | ServicePrincipal):
        code, words = "no-arn", f"It is no ARN: the ARN of {expected} is wanted."
    else:
        code, words = "not-a-principal", f"The ARN of {expected} is wanted."
    return ArnDiagnosis(code, words)
