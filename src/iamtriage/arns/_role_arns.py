"""Role ARNs turned into the form that the place wants to which they go; not for what ARNs mean.

Two rules meet here. The authenticator of EKS looks a caller up by the ARN that it makes of what STS
says (``pkg/arn`` of kubernetes-sigs/aws-iam-authenticator), and STS says no role's path. IAM and EKS
access entries want the path. Not for look-ups: where the path cannot be known, the error says how to find it.
"""

from __future__ import annotations

import shlex
from typing import get_args

import attrs

from iamtriage._text import quote_text
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import check_path, refuse
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import Principal, Role, RoleSession, parse_principal, role_of
from iamtriage.exceptions import RolePathUnknownError
from iamtriage.typing import RoleTarget

__all__ = ("canonicalize_arn", "normalize_role_arn")

_CALLERS = {"iam": ("role", "user", "root"), "sts": ("assumed-role", "federated-user")}
_MISUSES = {
    "user": "a user; aws-auth maps users under mapUsers, with their path",
    "root": "an account's root, not a role",
    "federated user": "a federated user, who has no role",
    "instance profile": "an instance profile; `aws iam get-instance-profile` names its role",
    "account": "an account, not a role",
    "service principal": "a service principal, not a role",
}


def canonicalize_arn(arn: str | Arn) -> str:
    """Give the ARN under which aws-iam-authenticator looks a caller up.

    A role session becomes its role, without the path, which STS does not tell; roles, users, roots
    and federated users stay as they are. The authenticator compares without regard to case.

    Args:
        arn: what ``aws sts get-caller-identity`` prints as ``Arn``.

    Raises:
        InvalidArnError: no ARN, a partition that the authenticator does not know, or no principal.

    >>> canonicalize_arn("arn:aws:sts::111122223333:assumed-role/app/ana@example.com")
    'arn:aws:iam::111122223333:role/app'
    >>> canonicalize_arn("arn:aws:iam::111122223333:user/team/ana")
    'arn:aws:iam::111122223333:user/team/ana'
    """
    parsed = arn if isinstance(arn, Arn) else parse_arn(arn)
    text = str(parsed)
    if parsed.partition not in PARTITIONS:
        refuse(f"no partition is called {quote_text(parsed.partition)}", text, 4)
    kind, _, rest = parsed.resource.partition("/")
    wanted = _CALLERS.get(parsed.service)
    if wanted is None:
        at = len(parsed.partition) + 5
        refuse(f"a caller's ARN is of iam or sts, not of {quote_text(parsed.service)}", text, at)
    if kind not in wanted:
        at = len(text) - len(parsed.resource)
        refuse(
            f"{parsed.service} has no callers of type {quote_text(kind)}, only {', '.join(wanted)}", text, at
        )
    if kind == "assumed-role":
        # A slash before the session's name is kept, as the authenticator keeps it; STS prints none.
        role, slash, _ = rest.rpartition("/")
        if not slash or not role:
            refuse("a role session's ARN names role and session, assumed-role/ROLE/SESSION", text, len(text))
        return f"arn:{parsed.partition}:iam::{parsed.account}:role/{role}"
    if kind != "root" and not rest:
        refuse(f"the {kind}'s name is missing", text, len(text))
    return text


def normalize_role_arn(arn: str | Arn, *, target: RoleTarget = "iam", path: str | None = None) -> str:
    """Give a role's ARN in the form that the target wants.

    STS prints no role's path. So what comes of a session's ARN is right for a role without a path, or
    with ``path`` stated; ``aws iam get-role`` tells.

    Args:
        arn: the ARN of a role or of a role session.
        target: ``"aws-auth"`` for the ConfigMap, which wants no path; ``"access-entry"`` and
            ``"iam"``, which want it.
        path: the role's path, for an ARN that does not tell it; slashes at its ends may be missing.

    Raises:
        RolePathUnknownError: the role is one that always has a path (of IAM Identity Center, or
            service-linked), the ARN tells none, and the target wants it. The error names the call
            that finds it; a guess would be another role, or none.
        InvalidArnError: not a role's ARN, or a path that contradicts the ARN's.
        ValueError: no such target.

    >>> normalize_role_arn("arn:aws:iam::111122223333:role/team/app", target="aws-auth")
    'arn:aws:iam::111122223333:role/app'
    >>> normalize_role_arn("arn:aws:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718")
    'arn:aws:iam::111122223333:role/app'
    >>> session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana"
    >>> normalize_role_arn(session, target="aws-auth")
    'arn:aws:iam::111122223333:role/AWSReservedSSO_View_0123456789abcdef'
    >>> normalize_role_arn(session, target="iam", path="/aws-reserved/sso.amazonaws.com/")
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_View_0123456789abcdef'
    >>> normalize_role_arn(session, target="access-entry")
    Traceback (most recent call last):
        ...
    iamtriage.exceptions.RolePathUnknownError: the Identity Center role \
AWSReservedSSO_View_0123456789abcdef has a path that this ARN does not tell; find it with \
`aws iam get-role --role-name AWSReservedSSO_View_0123456789abcdef --query Role.Arn --output text`
    """
    if target not in get_args(RoleTarget):
        msg = f"target is one of {', '.join(map(repr, get_args(RoleTarget)))}, not {target!r}"
        raise ValueError(msg)
    role = _role_in(parse_principal(arn), str(arn))
    if path is not None:
        role = _with_path(role, path, str(arn))
    if target == "aws-auth":
        return str(attrs.evolve(role, path="/"))
    if role.lacks_its_path:
        command = role_lookup(role.name)
        msg = f"the {role.kind} {role.name} has a path that this ARN does not tell; find it with `{command}`"
        raise RolePathUnknownError(msg, arn=str(arn), role_name=role.name, command=command)
    return str(role)


def role_lookup(name: str) -> str:
    """Give the AWS CLI command that prints a role's ARN, quoted for a shell.

    >>> role_lookup("app")
    'aws iam get-role --role-name app --query Role.Arn --output text'
    """
    return f"aws iam get-role --role-name {shlex.quote(name)} --query Role.Arn --output text"


def _role_in(principal: Principal, text: str) -> Role:
    if isinstance(principal, RoleSession):
        return principal.role
    if not isinstance(principal, Role):
        refuse(f"a role's ARN is wanted, this is {_MISUSES[principal.kind]}", text, _resource_at(text))
    return principal


def _with_path(role: Role, path: object, text: str) -> Role:
    """Put a path where the ARN tells none."""
    if not isinstance(path, str):
        msg = f"a path is text, not {type(path).__name__}"
        raise TypeError(msg)
    full = f"/{path.strip('/')}/" if path.strip("/") else "/"
    check_path(full, full, 0)
    if role.path not in {"/", full}:
        refuse(
            f"the ARN's path is {role.path}, not {quote_text(full)}", text, _resource_at(text) + len("role")
        )
    return role_of(role.partition, role.account, role.name, full)


def _resource_at(text: str) -> int:
    """Give where an ARN's resource begins, which may hold colons; 0 in what is no ARN."""
    return len(text) - len(text.split(":", 5)[-1])
