"""Check the ARN of an aws-auth entry, and correct it."""

from __future__ import annotations

from iamtriage._text import quote_text
from iamtriage._typing import NamedTuple
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    Principal,
    Role,
    RoleSession,
    Root,
    User,
)
from iamtriage.arns._role_arns import normalize_role_arn
from iamtriage.exceptions import InvalidArnError

__all__ = ("ArnProblem", "check_arn", "correct_arn", "find_partition")

# Service -> the resource types that an entry can have; the others are not principals.
_RESOURCE_TYPES = {
    "iam": frozenset({"role", "user", "root", "instance-profile"}),
    "sts": frozenset({"assumed-role", "federated-user"}),
}


class ArnProblem(NamedTuple):
    """A problem with an ARN.

    Attributes:
        code: The code of the finding.
        message: Why the ARN is wrong.
        fix: The ARN to write instead, or what to do; ``None`` if that is unknown.
        is_safe: Whether ``fix`` is an ARN that can be written without asking.
    """

    code: str
    message: str
    fix: str | None = None
    is_safe: bool = False


def correct_arn(text: str) -> str:
    """Return the ARN that the authenticator can match; the text itself if no correction is known.

    >>> correct_arn(" arn:aws:iam::111122223333:role/team/app")
    'arn:aws:iam::111122223333:role/app'
    """
    stripped = text.strip()
    try:
        principal = parse_principal(_lower_fixed_parts(parse_arn(_lower_prefix(stripped))))
    except InvalidArnError:
        return stripped
    if isinstance(principal, RoleSession) or (isinstance(principal, Role) and principal.path != "/"):
        return normalize_role_arn(principal.arn, target="aws-auth")
    return stripped


def _lower_fixed_parts(arn: Arn) -> Arn:
    """Lower-case the sections that AWS always writes in lower case, because the authenticator ignores case.

    >>> str(_lower_fixed_parts(parse_arn("arn:AWS:IAM::111122223333:Role/App")))
    'arn:aws:iam::111122223333:role/App'
    """
    resource_type, slash, name = arn.resource.partition("/")
    resource = resource_type.lower() + slash + name
    return Arn(arn.partition.lower(), arn.service.lower(), arn.region, arn.account, resource)


def _lower_prefix(text: str) -> str:
    return "arn:" + text[4:] if text[:4].lower() == "arn:" else text


def find_partition(text: str) -> str | None:
    """Return the partition of an ARN; ``None`` if AWS has no such partition."""
    try:
        partition = parse_arn(_lower_prefix(text.strip())).partition.lower()
    except InvalidArnError:
        return None
    return partition if partition in PARTITIONS else None


def check_arn(text: str, map_name: str) -> list[ArnProblem]:
    """Return the problems with an entry's ARN.

    Args:
        text: The ARN as written, not empty.
        map_name: ``"mapRoles"`` or ``"mapUsers"``.

    >>> [problem] = check_arn("arn:aws:iam::111122223333:role/team/app", "mapRoles")
    >>> problem.code, problem.fix
    ('role-path', 'arn:aws:iam::111122223333:role/app')
    """
    problems: list[ArnProblem] = []
    stripped = text.strip()
    if stripped != text and stripped:
        message = "there is whitespace around the ARN, and the authenticator does not ignore it"
        problems.append(ArnProblem("invalid-arn", message, correct_arn(text), is_safe=True))
    if "*" in text or "?" in text:
        message = "the authenticator does not expand wildcards in aws-auth, so the entry never matches"
        return [*problems, ArnProblem("wildcard", message, "write one entry per role, with its full ARN")]
    try:
        arn = _lower_fixed_parts(parse_arn(_lower_prefix(stripped)))
    except InvalidArnError as error:
        return [*problems, ArnProblem("invalid-arn", str(error), "write the full ARN")]
    resource_type = arn.resource.partition("/")[0]
    if arn.partition in PARTITIONS and resource_type not in _RESOURCE_TYPES.get(arn.service, ()):
        return [*problems, _report_other_resource(arn, resource_type)]
    try:
        principal = parse_principal(arn)
    except InvalidArnError as error:
        return [*problems, ArnProblem("invalid-arn", str(error))]
    more = (_check_form(principal), _check_map(principal, map_name))
    return [*problems, *(problem for problem in more if problem)]


def _report_other_resource(arn: Arn, resource_type: str) -> ArnProblem:
    if arn.service == "iam" and resource_type == "group":
        message = "an IAM group is not a principal, so no caller has its ARN"
        fix = "map the role that the group's members assume, or map each user"
        return ArnProblem("not-a-principal", message, fix)
    name = f"{arn.service} {resource_type if arn.service in _RESOURCE_TYPES else 'resource'}"
    message = f"no caller has the ARN of this ({quote_text(name)}), only roles, users, and root users call"
    return ArnProblem("not-a-principal", message, "write the ARN of a role or user")


def _check_form(principal: Principal) -> ArnProblem | None:
    """Return why no caller has an ARN of this form."""
    if isinstance(principal, RoleSession):
        message = "a session's ARN never matches, because the authenticator compares the ARN of its role"
        return ArnProblem("session-arn", message, correct_arn(str(principal)), is_safe=True)
    if isinstance(principal, Role) and principal.path != "/":
        message = (
            f"the path {quote_text(principal.path)} never matches: STS omits a role's path, so the "
            "authenticator compares the ARN without it"
        )
        if isinstance(principal, IdentityCenterRole):
            message += "; the reserved path of Identity Center is no exception"
        return ArnProblem("role-path", message, correct_arn(str(principal)), is_safe=True)
    if isinstance(principal, InstanceProfile):
        message = "an instance profile is not a principal: instances call with the role in it"
        command = f"aws iam get-instance-profile --instance-profile-name {principal.name}"
        return ArnProblem("instance-profile", message, f"write the ARN of its role: `{command}` prints it")
    if isinstance(principal, Root):
        message = "the ARN matches only the account's root user, not its users and roles"
        return ArnProblem("root-arn", message, "write the ARNs of the roles and users that need access")
    return None


def _check_map(principal: Principal, map_name: str) -> ArnProblem | None:
    """Return whether an ARN belongs in the other map. The authenticator does not distinguish them."""
    if map_name == "mapRoles" and isinstance(principal, User | FederatedUser):
        message = f"a {principal.kind} in mapRoles matches, but people look for it in mapUsers"
        fix = "move the entry to mapUsers, and rename rolearn to userarn"
        return ArnProblem("user-in-roles", message, fix)
    if map_name == "mapUsers" and isinstance(principal, Role | RoleSession):
        message = "a role in mapUsers can match, but people look for it in mapRoles"
        fix = "move the entry to mapRoles, and rename userarn to rolearn"
        return ArnProblem("role-in-users", message, fix)
    return None
