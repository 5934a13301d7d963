"""What is wrong with the ARN of an entry, and what to write instead; not for the entry around it."""

from __future__ import annotations

from typing import NamedTuple

from iamtriage._text import quote_text
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import (
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    Principal,
    Role,
    RoleSession,
    Root,
    User,
    parse_principal,
)
from iamtriage.arns._role_arns import normalize_role_arn
from iamtriage.exceptions import InvalidArnError

__all__ = ("ArnFault", "check_arn", "final_arn", "lowered", "partition_of")

_TYPES = {
    "iam": frozenset({"role", "user", "root", "instance-profile"}),
    "sts": frozenset({"assumed-role", "federated-user"}),
}


class ArnFault(NamedTuple):
    """Something that is wrong with an ARN.

    Attributes:
        code: the code of the finding.
        message: why it is wrong.
        fix: the ARN to write instead, or what to do, in words; None where nothing can be said.
        is_safe: whether ``fix`` is the ARN, and may be written without asking.
    """

    code: str
    message: str
    fix: str | None = None
    is_safe: bool = False


def final_arn(text: str) -> str:
    """Give what an ARN becomes when all is mended that can be; the text itself where that is nothing.

    >>> final_arn(" arn:aws:iam::111122223333:role/team/app")
    'arn:aws:iam::111122223333:role/app'
    """
    stripped = text.strip()
    try:
        principal = parse_principal(lowered(parse_arn(_lowered_prefix(stripped))))
    except InvalidArnError:
        return stripped
    if isinstance(principal, RoleSession) or (isinstance(principal, Role) and principal.path != "/"):
        return normalize_role_arn(principal.arn, target="aws-auth")
    return stripped


def lowered(arn: Arn) -> Arn:
    """Give an ARN with those sections in lower case that AWS writes so; the authenticator ignores case.

    >>> str(lowered(parse_arn("arn:AWS:IAM::111122223333:Role/App")))
    'arn:aws:iam::111122223333:role/App'
    """
    kind, slash, rest = arn.resource.partition("/")
    return Arn(
        arn.partition.lower(), arn.service.lower(), arn.region, arn.account, kind.lower() + slash + rest
    )


def partition_of(text: str) -> str | None:
    """Give the partition of an ARN, where it is one of AWS's."""
    try:
        partition = parse_arn(_lowered_prefix(text.strip())).partition.lower()
    except InvalidArnError:
        return None
    return partition if partition in PARTITIONS else None


def check_arn(text: str, map_name: str) -> list[ArnFault]:
    """Say what is wrong with the ARN of an entry.

    Args:
        text: the ARN as written, not empty.
        map_name: ``"mapRoles"`` or ``"mapUsers"``.

    >>> [fault] = check_arn("arn:aws:iam::111122223333:role/team/app", "mapRoles")
    >>> fault.code, fault.fix
    ('role-path', 'arn:aws:iam::111122223333:role/app')
    """
    faults: list[ArnFault] = []
    stripped = text.strip()
    if stripped != text and stripped:
        words = "white space stands around the ARN; the authenticator compares all of the text"
        faults.append(ArnFault("invalid-arn", words, final_arn(text), is_safe=True))
    if "*" in text or "?" in text:
        words = "the ConfigMap holds whole ARNs: a wildcard is compared as the character that it is"
        return [*faults, ArnFault("wildcard", words, "write one entry for each role, with its whole ARN")]
    try:
        arn = lowered(parse_arn(_lowered_prefix(stripped)))
    except InvalidArnError as error:
        return [*faults, ArnFault("invalid-arn", str(error), "write the whole ARN")]
    types = _TYPES.get(arn.service)
    kind = arn.resource.partition("/")[0]
    if arn.partition in PARTITIONS and (types is None or kind not in types):
        return [*faults, _no_principal(arn, kind)]
    try:
        principal = parse_principal(arn)
    except InvalidArnError as error:
        return [*faults, ArnFault("invalid-arn", str(error))]
    fault = _form_fault(principal)
    place = _place_fault(principal, map_name)
    return [*faults, *(found for found in (fault, place) if found)]


def _lowered_prefix(text: str) -> str:
    return "arn:" + text[4:] if text[:4].lower() == "arn:" else text


def _no_principal(arn: Arn, kind: str) -> ArnFault:
    if arn.service == "iam" and kind == "group":
        words = "an IAM group is no principal: nobody calls with its ARN"
        return ArnFault(
            "not-a-principal", words, "map the role that the group's members assume, or each user"
        )
    what = f"{arn.service} {kind}" if arn.service in _TYPES else f"{arn.service} resource"
    words = f"nobody calls with the ARN of this ({quote_text(what)}): callers are roles, users and roots"
    return ArnFault("not-a-principal", words, "write the ARN of a role or user")


def _form_fault(principal: Principal) -> ArnFault | None:
    """Say why an ARN of this form is never that of a caller."""
    if isinstance(principal, RoleSession):
        words = (
            "a session's ARN never matches: the authenticator turns the caller's session into its role first"
        )
        return ArnFault("session-arn", words, final_arn(str(principal)), is_safe=True)
    if isinstance(principal, Role) and principal.path != "/":
        words = (
            f"the path {quote_text(principal.path)} never matches: STS tells no role's path, so the "
            "authenticator "
            "looks the role up without it"
        )
        if isinstance(principal, IdentityCenterRole):
            words += "; that holds for the reserved path of Identity Center too"
        return ArnFault("role-path", words, final_arn(str(principal)), is_safe=True)
    if isinstance(principal, InstanceProfile):
        words = "an instance profile is no principal: instances call with the role in it"
        command = f"aws iam get-instance-profile --instance-profile-name {principal.name}"
        return ArnFault("instance-profile", words, f"write the ARN of its role; `{command}` names it")
    if isinstance(principal, Root):
        words = "this stands for the account's root user only, not for its users and roles"
        return ArnFault("root-arn", words, "write the ARNs of the roles and users that are meant")
    return None


def _place_fault(principal: Principal, map_name: str) -> ArnFault | None:
    """Say whether an ARN stands in the other map; the authenticator compares text and does not mind."""
    if map_name == "mapRoles" and isinstance(principal, User | FederatedUser):
        words = f"a {principal.kind} stands under mapRoles; it matches, but readers look for it in mapUsers"
        return ArnFault("user-in-roles", words, "move the entry to mapUsers, with userarn for rolearn")
    if map_name == "mapUsers" and isinstance(principal, Role | RoleSession):
        words = f"a {principal.kind} stands under mapUsers; it can match, but readers look for it in mapRoles"
        return ArnFault("role-in-users", words, "move the entry to mapRoles, with rolearn for userarn")
    return None
