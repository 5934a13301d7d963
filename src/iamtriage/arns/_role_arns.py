"""Convert role ARNs to the format that their destination requires.

aws-iam-authenticator looks up a caller by an ARN that it derives from the STS response (``pkg/arn`` of
kubernetes-sigs/aws-iam-authenticator), and STS omits the path of a role. IAM and EKS access entries require
the path. If the path is unknown, the error names the command that finds it.
"""

from __future__ import annotations

from typing import get_args

import attrs

from iamtriage._text import quote_argument, quote_text, wrong_type_message
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import check_path, raise_invalid_arn
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import Principal, Role, RoleSession, build_role
from iamtriage.exceptions import RolePathUnknownError
from iamtriage.typing import RoleTarget

__all__ = ("canonicalize_arn", "normalize_role_arn")

_CALLER_TYPES = {"iam": ("role", "user", "root"), "sts": ("assumed-role", "federated-user")}
_ROLE_SESSION_FORMAT = "the ARN of a role session must end with assumed-role/ROLE/SESSION"
# What an ARN identifies if it is not the ARN of a role, for error messages.
_OTHER_KINDS = {
    "user": "that of a user; aws-auth maps users in mapUsers, with their path",
    "root": "that of an account's root",
    "federated user": "that of a federated user, which has no role",
    "instance profile": "that of an instance profile; find its role with `aws iam get-instance-profile`",
    "account": "an account",
    "service principal": "a service principal",
}


def canonicalize_arn(arn: str | Arn) -> str:
    """Return the ARN with which aws-iam-authenticator looks up a caller.

    A role session becomes its role without the path, which STS omits. Roles, users, roots and federated users
    are unchanged. The authenticator ignores case.

    Args:
        arn: The ARN that ``aws sts get-caller-identity`` prints.

    Raises:
        InvalidArnError: It is not an ARN or not a principal, or the authenticator does not know the
            partition.

    Source: https://github.com/kubernetes-sigs/aws-iam-authenticator/tree/master/pkg/arn

    >>> canonicalize_arn("arn:aws:sts::111122223333:assumed-role/app/ana@example.com")
    'arn:aws:iam::111122223333:role/app'
    >>> canonicalize_arn("arn:aws:iam::111122223333:user/team/ana")
    'arn:aws:iam::111122223333:user/team/ana'
    """
    parsed = arn if isinstance(arn, Arn) else parse_arn(arn)
    text = str(parsed)
    if parsed.partition not in PARTITIONS:
        known = ", ".join(PARTITIONS)
        raise_invalid_arn(
            f"unknown partition {quote_text(parsed.partition)}; expected one of {known}", text, 4
        )
    kind, _, rest = parsed.resource.partition("/")
    types = _CALLER_TYPES.get(parsed.service)
    if types is None:
        position = len(parsed.partition) + 5
        reason = f"a caller's ARN must belong to iam or sts, not {quote_text(parsed.service)}"
        raise_invalid_arn(reason, text, position)
    if kind not in types:
        position = len(text) - len(parsed.resource)
        reason = (
            f"unknown {parsed.service} caller type {quote_text(kind)}; expected one of {', '.join(types)}"
        )
        raise_invalid_arn(reason, text, position)
    if kind == "assumed-role":
        # Like the authenticator, keep a slash before the session name. STS prints none there.
        role, slash, _ = rest.rpartition("/")
        if not slash or not role:
            raise_invalid_arn(_ROLE_SESSION_FORMAT, text, len(text))
        return f"arn:{parsed.partition}:iam::{parsed.account}:role/{role}"
    if kind != "root" and not rest:
        raise_invalid_arn(f"the {kind} name is missing", text, len(text))
    return text


def normalize_role_arn(arn: str | Arn, *, target: RoleTarget = "iam", path: str | None = None) -> str:
    """Return a role ARN in the format that the target requires.

    STS omits the path of a role. The result for a session's ARN is therefore correct only if the role has no
    path, or ``path`` is given; ``aws iam get-role`` prints it.

    Args:
        arn: The ARN of a role or of a role session.
        target: ``"aws-auth"`` for the ConfigMap, which requires the ARN without the path; ``"access-entry"``
            and ``"iam"``, which require the path.
        path: The path of the role, for an ARN without it; leading and trailing slashes are optional.

    Raises:
        RolePathUnknownError: The target requires the path, and the ARN has none although the role always has
            one (a role of IAM Identity Center, or a service-linked role). The error contains the command that
            finds it. A guess could identify another role.
        InvalidArnError: It is not the ARN of a role, or ``path`` contradicts the ARN.
        ValueError: The target is unknown.

    Source: https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html

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
AWSReservedSSO_View_0123456789abcdef has a path that this ARN does not contain; find it with \
`aws iam get-role --role-name AWSReservedSSO_View_0123456789abcdef --query Role.Arn --output text`
    """
    if target not in get_args(RoleTarget):
        expected = ", ".join(get_args(RoleTarget))
        msg = f"unknown target {target!r}; expected one of {expected}"
        raise ValueError(msg)
    role = _require_role(parse_principal(arn), str(arn))
    if path is not None:
        role = _set_path(role, path, str(arn))
    if target == "aws-auth":
        return str(attrs.evolve(role, path="/"))
    if role.lacks_its_path:
        command = role_lookup_command(role.name)
        msg = (
            f"the {role.kind} {role.name} has a path that this ARN does not contain; find it with `{command}`"
        )
        raise RolePathUnknownError(msg, arn=str(arn), role_name=role.name, command=command)
    return str(role)


def role_lookup_command(name: str) -> str:
    """Return the AWS CLI command that prints a role's ARN, quoted for a shell.

    >>> role_lookup_command("app")
    'aws iam get-role --role-name app --query Role.Arn --output text'
    """
    return f"aws iam get-role --role-name {quote_argument(name)} --query Role.Arn --output text"


def _require_role(principal: Principal, text: str) -> Role:
    if isinstance(principal, RoleSession):
        return principal.role
    if not isinstance(principal, Role):
        reason = f"expected the ARN of a role, got {_OTHER_KINDS[principal.kind]}"
        raise_invalid_arn(reason, text, _resource_position(text))
    return principal


def _set_path(role: Role, path: object, text: str) -> Role:
    """Set the path of a role whose ARN has none."""
    if not isinstance(path, str):
        raise TypeError(wrong_type_message("path", "a string", path))
    full = f"/{path.strip('/')}/" if path.strip("/") else "/"
    check_path(full, full, 0)
    if role.path not in {"/", full}:
        reason = f"the ARN has the path {role.path}, not {quote_text(full)}"
        raise_invalid_arn(reason, text, _resource_position(text) + len("role"))
    return build_role(role.partition, role.account, role.name, full)


def _resource_position(text: str) -> int:
    """Return the start of an ARN's resource, which can contain colons; 0 if the text is not an ARN."""
    return len(text) - len(text.split(":", 5)[-1])
