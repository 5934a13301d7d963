"""What is wrong with an ARN for the place where it was refused, and the right one; not for the explanation.

Places: ``"access-entry"`` wants a role or user with its path, ``"aws-auth"`` a role without path, ``"iam"`` (a
call of STS, an annotation, a setting) a role with its path. ``parse_principal`` knows IAM's rules.
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
from iamtriage.arns._role_arns import normalize_role_arn, role_lookup
from iamtriage.exceptions import InvalidArnError, RolePathUnknownError
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.principal_words import parse_masked_principal

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
    """Something that is wrong with an ARN.

    Attributes:
        code: a short name for it.
        text: it, in a sentence.
        right: the ARN to write instead; None where it is not known.
        lookup: the command that finds it; None where nothing has to be looked up.
    """

    code: str
    text: str
    correct_arn: str | None = None
    lookup_command: str | None = None


def diagnose_arn(text: str, target: RoleTarget) -> ArnDiagnosis | None:
    """Say what is wrong with an ARN; None for what is right there.

    >>> diagnose_arn("arn:aws:iam::111122223333:role/team/app", "access-entry") is None
    True
    >>> diagnose_arn("arn:aws:iam::111122223333:role/team/app", "aws-auth").right
    'arn:aws:iam::111122223333:role/app'
    >>> diagnose_arn("arn:aws:sts::111122223333:assumed-role/app/ana", "access-entry").right
    'arn:aws:iam::111122223333:role/app'
    """
    plain = text.strip(" \t\r\n\"'`")
    try:
        principal = parse_principal(plain)
        masked = False
    except InvalidArnError as error:
        found = parse_principal_of_masked_account(plain)
        if found is None:
            words = str(error).removesuffix(f": {quote_text(error.text)}")
            return ArnDiagnosis("malformed-arn", f"The ARN breaks a rule: {words}.")
        principal, masked = found, True
    fault = _diagnose(principal, target)
    if fault is None:
        quoted = plain != text
        words = "Quotes or white space around the ARN became part of it."
        return ArnDiagnosis("quoted-arn", words, None if masked else plain) if quoted else None
    return attrs.evolve(fault, correct_arn=None) if masked else fault


def parse_principal_of_masked_account(text: str) -> Principal | None:
    """Give the principal of an ARN whose account is masked, with an account that stands for none.

    >>> parse_principal_of_masked_account("arn:aws:iam::xxxx:role/app").name
    'app'
    """
    sections = text.split(":", 5)
    if len(sections) < 6 or ACCOUNT.fullmatch(sections[4]) or not _MASK.fullmatch(sections[4]):
        return None
    return parse_masked_principal(text)


def lookup_command(principal: Principal | None) -> str:
    """Give the command that prints the ARN of a principal as IAM has it.

    >>> lookup_command(None)
    'aws iam get-role --role-name ROLE_NAME --query Role.Arn --output text'
    """
    if isinstance(principal, User):
        name = commands.user_name(principal.name)
        return command(
            "aws", "iam", "get-user", "--user-name", name, "--query", "User.Arn", "--output", "text"
        )
    if isinstance(principal, InstanceProfile):
        # A first dash would be taken for an option.
        name = "INSTANCE_PROFILE" if principal.name.startswith("-") else principal.name
        return command(
            *("aws", "iam", "get-instance-profile", "--instance-profile-name", name),
            *("--query", "InstanceProfile.Roles[0].Arn", "--output", "text"),
        )
    if isinstance(principal, RoleSession):
        return role_lookup(commands.role_name(principal.role_name))
    return role_lookup(commands.role_name(principal.name if isinstance(principal, Role) else None))


def _diagnose(principal: Principal, target: RoleTarget) -> ArnDiagnosis | None:
    wanted = _EXPECTED[target]
    if isinstance(principal, RoleSession):
        words = f"It is the ARN of a session, and the ARN of {wanted} is wanted."
        return _diagnose_role("session-arn", words, principal, target)
    if isinstance(principal, ServiceLinkedRole) and target == "access-entry":
        return ArnDiagnosis("service-linked-role", "EKS takes no access entries for service-linked roles.")
    if isinstance(principal, IdentityCenterRole) and principal.lacks_its_path and target != "aws-auth":
        words = (
            "It is a role of Identity Center without its path, /aws-reserved/sso.amazonaws.com/ and "
            "perhaps a region."
        )
        return _diagnose_role("path-missing", words, principal, target)
    if isinstance(principal, Role):
        if target == "aws-auth" and principal.path != "/":
            words = "The ARN has the path of the role, with which it never matches: STS tells no role's path."
            return _diagnose_role("role-path", words, principal, target)
        return None
    if isinstance(principal, User):
        if target == "iam":
            return ArnDiagnosis("not-a-role", f"It is the ARN of a user, and the ARN of {wanted} is wanted.")
        return None
    return _diagnose_other_principal(principal, wanted)


def _diagnose_role(code: str, words: str, principal: Role | RoleSession, target: RoleTarget) -> ArnDiagnosis:
    try:
        right = normalize_role_arn(principal.arn, target=target)
    except RolePathUnknownError as error:
        return ArnDiagnosis(code, words, lookup_command=error.command)
    return ArnDiagnosis(code, words, right)


def _diagnose_other_principal(principal: Principal, wanted: str) -> ArnDiagnosis:
    if isinstance(principal, InstanceProfile):
        words = f"It is the ARN of an instance profile, and the ARN of {wanted} is wanted: of the role in it."
        return ArnDiagnosis("instance-profile", words, lookup_command=lookup_command(principal))
    if isinstance(principal, Root):
        return ArnDiagnosis(
            "root-arn", f"It is the ARN of an account's root, and the ARN of {wanted} is wanted."
        )
    if isinstance(principal, FederatedUser):
        return ArnDiagnosis(
            "federated-user", f"A federated user is a session; the ARN of {wanted} is wanted."
        )
    if isinstance(principal, Account | ServicePrincipal):
        return ArnDiagnosis("no-arn", f"It is no ARN: the ARN of {wanted} is wanted.")
    return ArnDiagnosis("not-a-principal", f"The ARN of {wanted} is wanted.")
