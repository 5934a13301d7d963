"""Match the principals of a policy with the caller.

How a principal matches decides which other policies limit what the statement allows:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.arns._names import is_unique_id
from iamtriage.arns._principal_parsing import parse_principal
from iamtriage.arns._principals import (
    Account,
    FederatedUser,
    IdentityCenterRole,
    Principal,
    Role,
    RoleSession,
    Root,
    ServicePrincipal,
    User,
)
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._conditions import any_true
from iamtriage.policies._requests import Anonymous, Provider, WebIdentity, account_in

if TYPE_CHECKING:
    from iamtriage.policies._requests import RequestKeys
    from iamtriage.policies._statements import Statement

__all__ = ("PrincipalResult", "match_named", "match_principal", "match_principals")

_OIDC_PROVIDER = lazy_pattern(r"^arn:[a-z0-9-]+:iam::[0-9]{12}:oidc-provider/")


class PrincipalResult(NamedTuple):
    """Whether the principals of a statement match the caller, and how they name it.

    Attributes:
        direct: Whether a principal names exactly the principal of the request.
        entity: Whether a principal names the role or user whose session calls.
        account: Whether a principal names the caller's account, which must delegate the permission.
        everyone: Whether a principal names everyone.
        reason: What an unknown result depends on.
    """

    direct: bool | None = False
    entity: bool | None = False
    account: bool | None = False
    everyone: bool | None = False
    reason: str = ""

    @property
    def is_match(self) -> bool | None:
        """Whether any principal matches."""
        return any_true((self.direct, self.entity, self.account, self.everyone))


_NO = PrincipalResult()
_DIRECT = PrincipalResult(direct=True)
_ENTITY = PrincipalResult(entity=True)
_ACCOUNT = PrincipalResult(account=True)
_EVERYONE = PrincipalResult(everyone=True)


def match_principals(statement: Statement, keys: RequestKeys, *, has_boundary: bool) -> PrincipalResult:
    """Match the Principal or NotPrincipal of a statement with the caller.

    Args:
        statement: The statement.
        keys: The request.
        has_boundary: Whether the caller has a permissions boundary.
    """
    results = [match_principal(kind, value, keys) for kind, value in statement.principals]
    if not statement.is_not_principal:
        return results[0] if len(results) == 1 else _join(results)
    if statement.denies:
        is_match, reason = _match_denied(statement, results, keys, has_boundary=has_boundary)
        return PrincipalResult(everyone=is_match, reason=reason)
    matched = any_true(each.is_match for each in results)
    reason = next((each.reason for each in results if each.reason), "")
    return PrincipalResult(everyone=None if matched is None else not matched, reason=reason)


def _join(results: list[PrincipalResult]) -> PrincipalResult:
    return PrincipalResult(
        any_true(each.direct for each in results),
        any_true(each.entity for each in results),
        any_true(each.account for each in results),
        any_true(each.everyone for each in results),
        next((each.reason for each in results if each.reason), ""),
    )


def _match_denied(
    statement: Statement, results: list[PrincipalResult], keys: RequestKeys, *, has_boundary: bool
) -> tuple[bool | None, str]:
    """Return whether a Deny with NotPrincipal applies to the caller.

    An exception for a user must also name the user's account. An exception for a session must also name the
    account and the role. A Deny with NotPrincipal always applies to principals with a permissions boundary:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html.
    """
    joined = _join(results)
    caller = keys.caller
    if any(value == "*" and kind in {"*", "AWS"} for kind, value in statement.principals):
        return False, ""
    if has_boundary and isinstance(caller, (Role, RoleSession, User)):
        return True, ""
    if isinstance(caller, Root):
        return not joined.account, ""
    needed = [joined.direct]
    if isinstance(caller, (User, RoleSession, Role, FederatedUser)):
        needed.append(joined.account)
    if isinstance(caller, (RoleSession, Role)):
        needed.append(joined.entity)
    if all(each is True for each in needed):
        return False, ""
    if joined.direct is False and joined.entity is False:
        return True, ""
    return None, "NotPrincipal does not name the caller together with its role and its account"


def match_principal(kind: str, value: str, keys: RequestKeys) -> PrincipalResult:
    """Match one principal of a policy with the caller.

    Args:
        kind: ``"AWS"``, ``"Federated"``, ``"Service"``, ``"CanonicalUser"``, or ``"*"`` for everyone.
        value: The value of the principal.
        keys: The request.
    """
    caller = keys.caller
    if value == "*" and kind in {"*", "AWS"}:
        return _EVERYONE
    if kind == "CanonicalUser" and keys.action_lower.startswith("sts:"):
        # Only S3 has canonical users.
        return _NO
    if kind == "Federated" and keys.action_lower == "sts:assumerole":
        # Identity providers are for AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
        return _NO
    if caller is None:
        if kind != "Federated" and keys.action_lower == "sts:assumerolewithwebidentity":
            return _NO
        return PrincipalResult(direct=None, reason="it depends on the caller, which is unknown")
    if kind == "Service":
        return _match_service(value, keys)
    if kind == "Federated":
        return _match_federated(value, keys)
    if isinstance(caller, (Anonymous, Provider, WebIdentity, ServicePrincipal)):
        return _NO
    if kind == "CanonicalUser":
        return PrincipalResult(account=None, reason="it depends on the canonical user ID of the account")
    return _match_aws(value, keys, caller)


def _match_service(value: str, keys: RequestKeys) -> PrincipalResult:
    caller = keys.caller
    if not isinstance(caller, ServicePrincipal):
        return _NO
    if value == caller.name:
        return _DIRECT
    # A service has several names, including regional ones (aws:PrincipalServiceNamesList). To assume a role,
    # it uses the name that it documents for the role's trust policy.
    is_similar = value == "*" or value.partition(".")[0] == caller.name.partition(".")[0]
    if is_similar and not keys.action_lower.startswith("sts:"):
        return PrincipalResult(direct=None, reason=f"it depends on whether {caller.name} is also {value}")
    return _NO


def _match_federated(value: str, keys: RequestKeys) -> PrincipalResult:
    caller = keys.caller
    if isinstance(caller, Provider):
        return _DIRECT if value == caller.arn and _has_provider(value, keys) else _NO
    if isinstance(caller, WebIdentity):
        is_issuer = value == caller.issuer or (
            _OIDC_PROVIDER.split(value, 1)[1:] == [caller.issuer] and _has_provider(value, keys)
        )
        return _DIRECT if is_issuer else _NO
    if not isinstance(caller, (Role, RoleSession)) or keys.action_lower.startswith("sts:"):
        return _NO
    providers = keys.get_values("aws:FederatedProvider")
    if providers is None:
        return PrincipalResult(direct=None, reason="it depends on aws:FederatedProvider, which is unknown")
    return _DIRECT if value in providers else _NO


def _has_provider(value: str, keys: RequestKeys) -> bool:
    """Return whether STS finds a provider in the account of the role, if that is known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
    """
    partition, account = keys.resource.split(":")[1:2], keys.resource_account
    own = account_in(value)
    return own is None or account is None or (own, value.split(":")[1:2]) == (account, partition)


def _match_aws(value: str, keys: RequestKeys, caller: Principal) -> PrincipalResult:
    if is_unique_id(value):
        # This is the ID of a deleted principal, because IAM shows the ARN of an existing one.
        ids = keys.context.get("aws:userid", ())
        if all(each.partition(":")[0] != value for each in ids):
            return _NO
        return _DIRECT if isinstance(caller, User) else _ENTITY
    named = _parse(value)
    if named is None:
        return _NO
    paths = [_parse(each) for each in keys.context.get("aws:principalarn", ())]
    if isinstance(caller, RoleSession) and isinstance(named, Role):
        # Only the context can state the role's path.
        known = [each for each in paths if isinstance(each, Role) and each.name == caller.role_name]
        if known and all(each.path != named.path for each in known):
            return _NO
    return match_named(named, caller)


def match_named(named: Principal, caller: Principal) -> PrincipalResult:
    """Match a principal that a policy names with a caller.

    >>> account, user = "111122223333", "arn:aws:iam::111122223333:user/ana"
    >>> match_named(parse_principal(account), parse_principal(user)).account
    True
    """
    account = getattr(caller, "account", None)
    if isinstance(named, Account):
        return _match_account(named.account == account, caller)
    if isinstance(named, Root):
        same = named.account == account
        return _match_account(
            same and getattr(caller, "partition", named.partition) == named.partition, caller
        )
    if isinstance(caller, Account):
        if getattr(named, "account", None) != account:
            return _NO
        return PrincipalResult(entity=None, reason="it depends on which principal of the account calls")
    return _match_identity(named, caller)


def _match_account(matched: bool, caller: Principal) -> PrincipalResult:  # noqa: FBT001 (the only argument)
    if not matched:
        return _NO
    # The account names the root user, so no delegation is needed.
    return PrincipalResult(direct=True, account=True) if isinstance(caller, Root) else _ACCOUNT


def _match_identity(named: Principal, caller: Principal) -> PrincipalResult:
    if isinstance(caller, RoleSession):
        if named == caller:
            return _DIRECT
        is_role = isinstance(named, Role) and _is_same_role(named, caller.role)
        # Roles of IAM Identity Center always have a path, so an ARN without one names no role.
        lacks_path = isinstance(named, IdentityCenterRole) and named.lacks_its_path
        return _ENTITY if is_role and not lacks_path else _NO
    if isinstance(caller, Role):
        if isinstance(named, Role):
            # Only the caller's ARN can lack the path, if it is derived from that of a session.
            is_same = _is_same_role(named, caller) and caller.path in {"/", named.path}
            return _ENTITY if is_same else _NO
        if isinstance(named, RoleSession) and _is_same_role(named.role, caller):
            return PrincipalResult(direct=None, reason=f"it depends on whether the session is {named}")
        return _NO
    if named == caller:
        return _DIRECT
    if isinstance(caller, FederatedUser) and isinstance(named, User) and named.account == caller.account:
        return PrincipalResult(entity=None, reason=f"it depends on whether {named} created the session")
    return _NO


def _is_same_role(one: Role, other: Role) -> bool:
    """Return whether two roles have the same name, which is unique in an account."""
    return (one.partition, one.account, one.name) == (other.partition, other.account, other.name)


@lru_cache(maxsize=1024)
def _parse(value: str) -> Principal | None:
    try:
        return parse_principal(value)
    except InvalidArnError:
        return None
