"""Whether a principal of a trust policy is the caller; not for actions and conditions.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import quote_json
from iamtriage.arns._arns import parse_arn
from iamtriage.arns._principals import (
    Account,
    FederatedUser,
    Principal,
    Role,
    RoleSession,
    Root,
    ServicePrincipal,
    User,
    parse_principal,
)
from iamtriage.exceptions import InvalidArnError
from iamtriage.trust._requests import Provider, Request, WebIdentity

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ("Match", "match_principal")

_UNIQUE_ID = re.compile(r"A(?:ROA|IDA|GPA|NPA)[A-Z0-9]{12,124}", re.ASCII)
_CLUSTER = re.compile(
    r"oidc\.eks\.(?P<region>[a-z0-9-]{1,40})\.[a-z0-9.-]{1,60}/id/(?P<id>[A-Za-z0-9]{1,64})"
)
_WHOLE = "the caller's own policies must allow it too"

if TYPE_CHECKING:
    _Iam: TypeAlias = Role | RoleSession | Root | User | FederatedUser | Account


@attrs.frozen
class Match:
    """How a principal of a policy fits the caller.

    Attributes:
        holds: True, False, or None where it cannot be decided.
        why: the reason, where it does not hold for certain.
        instead: what would fit in its place; None where nothing is known that would.
        but: what is taken for granted, or needed besides; empty where nothing is.
        swap: whether ``instead`` takes the value's place, or stands beside it.
        near: how close it comes, for choosing the statement that was meant; 0 is not at all.
    """

    holds: bool | None
    why: str = ""
    instead: str | None = None
    but: str = ""
    near: int = 0
    swap: bool = False


def match_principal(kind: str, value: str, request: Request) -> Match:
    """Tell whether a principal of a policy is the caller.

    Args:
        kind: ``"AWS"``, ``"Federated"``, ``"Service"``, ``"CanonicalUser"``, or ``"*"`` for everybody.
        value: what stands there.
        request: the call.
    """
    caller = request.caller
    if value == "*" and kind in {"*", "AWS"}:
        return Match(holds=True, but=_WHOLE if _is_iam(caller) else "")
    if kind == "CanonicalUser":
        return Match(holds=False, why="a canonical user assumes no role")
    if kind == "Federated" and request.action.lower() == "sts:assumerole":
        return Match(holds=False, why="those whom a provider vouches for do not call sts:AssumeRole")
    if caller is None:
        token = request.takes_token
        if token and kind != "Federated":
            return Match(holds=False, why=f"{kind} names nobody who comes with a token")
        missing = "the token's claims with iss" if token else "the caller"
        return Match(holds=None, why=f"it depends on {missing}, not given")
    if kind == "Federated":
        return _federated(value, request, caller)
    if kind == "Service":
        return _service(value, caller)
    return _aws(value, request, caller)


def _federated(value: str, request: Request, caller: object) -> Match:
    if isinstance(caller, Provider):
        near = 2 if value.partition("/")[0] == caller.arn.partition("/")[0] else 1
        return _equal(value, caller.arn, near)
    if not isinstance(caller, WebIdentity):
        return Match(holds=False, why="Federated names identity providers, and the caller comes from none")
    if not value.startswith("arn:"):
        if value == caller.issuer:
            return Match(holds=True)
        found = f"the policy trusts {quote_json(value)}, the token is of {quote_json(caller.issuer)}"
        return Match(holds=False, why=found, instead=_provider_arn(request, caller), near=1)
    try:
        arn = parse_arn(value)
    except InvalidArnError:
        return Match(holds=False, why=f"{quote_json(value)} is no ARN", near=1)
    kind, _, url = arn.resource.partition("/")
    if arn.service != "iam" or kind != "oidc-provider":
        return Match(holds=False, why=f"{quote_json(value)} is no OIDC provider")
    if url != caller.issuer:
        instead: str | None = f"arn:{arn.partition}:iam::{arn.account}:oidc-provider/{caller.issuer}"
        near = _nearness(url, caller)
        # IAM has no provider for such an issuer: it is the issuer that has to change.
        instead = None if caller.issuer.startswith("http://") else instead
        why = _other_issuer(url, caller.issuer)
        return Match(holds=False, why=why, instead=instead, near=near, swap=near > 1)
    role = request.role
    if role is None:
        return Match(holds=True, but="the provider is taken to be of the role's account")
    if (arn.partition, arn.account) != (role.partition, role.account):
        part, mine, its = (
            ("account", arn.account, role.account)
            if arn.account != role.account
            else ("partition", arn.partition, role.partition)
        )
        why = (
            f"the provider is of {part} {quote_json(mine)}, and the role of {quote_json(its)}: "
            "STS looks for it there"
        )
        return Match(holds=False, why=why, instead=_provider_arn(request, caller), near=4, swap=True)
    return Match(holds=True)


def _provider_arn(request: Request, caller: WebIdentity) -> str | None:
    role = request.role
    return f"arn:{role.partition}:iam::{role.account}:oidc-provider/{caller.issuer}" if role else None


def _nearness(url: str, caller: WebIdentity) -> int:
    if _bare(url).lower() == _bare(caller.issuer).lower():
        return 4
    return 3 if _CLUSTER.fullmatch(url) and _CLUSTER.fullmatch(caller.issuer) else 1


def _other_issuer(url: str, issuer: str) -> str:
    if issuer.startswith("http://"):
        return f"the token's iss {quote_json(issuer)} is not https, which IAM demands"
    if _bare(url) == _bare(issuer):
        part = "a scheme" if "://" in url else "a slash at the end"
        return f"the provider {quote_json(url)} and the token's iss {quote_json(issuer)} differ by {part}"
    if url.lower() == issuer.lower():
        return (
            f"the provider {quote_json(url)} and the token's iss {quote_json(issuer)} differ in "
            "upper and lower case"
        )
    mine, its = _CLUSTER.fullmatch(url), _CLUSTER.fullmatch(issuer)
    noun = "the provider"
    if mine and its:
        where = " in another region" if mine["region"] != its["region"] else ""
        noun = f"the provider of another cluster{where},"
    return f"the policy trusts {noun} {quote_json(url)}, the token is of {quote_json(issuer)}"


def _bare(url: str) -> str:
    return url.removeprefix("https://").removeprefix("http://").strip("/")


def _service(value: str, caller: object) -> Match:
    if not isinstance(caller, ServicePrincipal):
        return Match(holds=False, why="Service names services of AWS, and the caller is none")
    near = 2 if value.partition(".")[0] == caller.name.partition(".")[0] else 1
    return _equal(value, caller.name, near)


def _equal(value: str, wanted: str, near: int) -> Match:
    if value == wanted:
        return Match(holds=True)
    return Match(
        holds=False,
        why=f"the policy trusts {quote_json(value)}, not {quote_json(wanted)}",
        instead=wanted,
        near=near,
    )


def _aws(value: str, request: Request, caller: object) -> Match:
    if not isinstance(caller, (Role, RoleSession, Root, User, FederatedUser, Account)):
        return Match(holds=False, why="AWS names principals with AWS credentials, and the caller is none")
    if _UNIQUE_ID.fullmatch(value):
        why = f"{quote_json(value)} is the id of a deleted principal, and no new one of its name has it"
        return Match(holds=False, why=why, instead=_arn_of(caller), near=2, swap=True)
    if "*" in value or "?" in value:
        why = f"{quote_json(value)}: IAM takes no wildcard within a principal, only * alone"
        return Match(holds=False, why=why, instead=_arn_of(caller), near=2, swap=True)
    try:
        trusted = parse_principal(value)
    except InvalidArnError:
        return Match(holds=False, why=f"{quote_json(value)} is no principal", instead=_arn_of(caller), near=1)
    if isinstance(trusted, (Account, Root)):
        return _account(trusted, caller)
    return _one(trusted, request, caller)


def _account(trusted: Account | Root, caller: _Iam) -> Match:
    partition = None if isinstance(caller, Account) or isinstance(trusted, Account) else caller.partition
    if trusted.account != caller.account:
        why = f"the policy trusts account {trusted.account}, the caller is of {caller.account}"
        return Match(holds=False, why=why, instead=_root_of(caller), near=2)
    if isinstance(trusted, Root) and partition not in {None, trusted.partition}:
        why = f"the policy trusts an account of partition {trusted.partition}, the caller is of {partition}"
        return Match(holds=False, why=why, instead=_root_of(caller), near=3)
    return Match(holds=True, but=_WHOLE)


def _one(trusted: Principal, request: Request, caller: _Iam) -> Match:
    account = getattr(trusted, "account", None)
    if isinstance(caller, Account) and account == caller.account:
        return Match(
            holds=None,
            why=f"the policy trusts {quote_json(str(trusted))}, one principal of the account",
            near=3,
        )
    same = _same(trusted, caller)
    if same is None:
        why = (
            f"the policy trusts one session, {quote_json(str(trusted))}, and the caller's session "
            "is not given"
        )
        return Match(holds=None, why=why, near=4)
    if not same:
        why = f"the policy trusts {quote_json(str(trusted))}, the caller is {quote_json(str(caller))}"
        return Match(
            holds=False, why=why, instead=_arn_of(caller), near=2 if account == caller.account else 1
        )
    role = request.role
    if role is None:
        return Match(holds=True, but=f"if the role is of another account, {_WHOLE}")
    return Match(holds=True, but="" if role.account == account else _WHOLE)


def _same(trusted: Principal, caller: _Iam) -> bool | None:
    if trusted == caller:
        return True
    if isinstance(trusted, Role) and isinstance(caller, (Role, RoleSession)):
        role = caller.role if isinstance(caller, RoleSession) else caller
        mine, its = ((each.partition, each.account, each.name) for each in (trusted, role))
        # A name is the account's only one, so a session, which tells no path, is of that role. So is a
        # role's ARN without a path, as people make it of a session's.
        return mine == its and (isinstance(caller, RoleSession) or role.path == "/")
    if isinstance(trusted, RoleSession) and isinstance(caller, Role):
        role = trusted.role
        mine, its = ((each.partition, each.account, each.name) for each in (role, caller))
        return None if mine == its else False
    return False


def _is_iam(caller: object) -> bool:
    return isinstance(caller, (Role, RoleSession, Root, User, FederatedUser, Account))


def _arn_of(caller: _Iam) -> str | None:
    """Give what a policy names the caller by; None where a path is missing that is there for certain."""
    role = caller.role if isinstance(caller, RoleSession) else caller
    return None if isinstance(role, Role) and role.lacks_its_path else str(role)


def _root_of(caller: _Iam) -> str:
    return caller.account if isinstance(caller, Account) else str(Root(caller.partition, caller.account))
