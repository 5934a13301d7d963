"""Check the types of the functions for ARNs and principals, and that ``match`` exhausts the union.

The ignore comments are for mypy, which reports unnecessary ones. Those for pyright are in wrong_for_pyright.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_never, assert_type

from iamtriage import (
    Account,
    Arn,
    FederatedUser,
    IamTriageError,
    IdentityCenterRole,
    InstanceProfile,
    InvalidArnError,
    Principal,
    Role,
    RolePathUnknownError,
    RoleSession,
    Root,
    ServiceLinkedRole,
    ServicePrincipal,
    User,
    canonicalize_arn,
    normalize_role_arn,
    parse_arn,
    parse_principal,
)

if TYPE_CHECKING:
    from iamtriage.typing import RoleTarget


def parses(text: str) -> None:
    arn = parse_arn(text)
    assert_type(arn, Arn)
    assert_type(arn.account, str)
    assert_type(arn.resource_parts, tuple[str, str, str])
    assert_type(arn.resource_type, str | None)
    assert_type(arn.resource_id, str)
    assert_type(str(arn), str)
    assert_type(sorted([arn, arn]), list[Arn])
    partition, service, region, account, resource = arn
    assert_type(Arn(partition, service, region, account, resource), Arn)
    parse_arn(b"arn:aws:s3:::reports")  # type: ignore[arg-type]
    parse_arn(None)  # type: ignore[arg-type]
    parse_arn(arn)  # type: ignore[arg-type]
    Arn("aws", "s3", "", "", None)  # type: ignore[arg-type]
    Arn("aws", "s3", "", "")  # type: ignore[call-arg]


def frozen(arn: Arn, role: Role) -> None:
    arn.account = "111122223333"  # type: ignore[misc]
    role.path = "/team/"  # type: ignore[misc]


def principals(text: str, arn: Arn) -> None:
    assert_type(parse_principal(text), Principal)
    assert_type(parse_principal(arn), Principal)
    parse_principal(111122223333)  # type: ignore[arg-type]
    # These two have no ARN.
    Account("111122223333").arn  # type: ignore[attr-defined]  # noqa: B018
    ServicePrincipal("ec2.amazonaws.com").arn  # type: ignore[attr-defined]  # noqa: B018


def complete(principal: Principal) -> str | None:
    match principal:
        case IdentityCenterRole():
            assert_type(principal, IdentityCenterRole)
            assert_type(principal.permission_set, str | None)
            assert_type(principal.region, str | None)
            return principal.suffix
        case ServiceLinkedRole():
            assert_type(principal, ServiceLinkedRole)
            return principal.service
        case Role():
            assert_type(principal, Role)
            assert_type(principal.arn, Arn)
            return principal.path
        case RoleSession():
            assert_type(principal, RoleSession)
            assert_type(principal.role, Role)
            return principal.session_name
        case User():
            assert_type(principal, User)
            return principal.path
        case Root():
            assert_type(principal, Root)
            return principal.account
        case FederatedUser():
            assert_type(principal, FederatedUser)
            return principal.name
        case InstanceProfile():
            assert_type(principal, InstanceProfile)
            return principal.name
        case Account():
            assert_type(principal, Account)
            return principal.account
        case ServicePrincipal():
            assert_type(principal, ServicePrincipal)
            return principal.name
        case _:
            assert_never(principal)


def incomplete(principal: Role | User | Account) -> None:
    match principal:
        case Role() | User():
            pass
        case _:
            # The missing case is Account.
            assert_never(principal)  # type: ignore[arg-type]


def by_attribute_patterns(principal: Principal) -> str:
    match principal:
        case Role(path="/", name=name) | User(name=name):
            assert_type(name, str)
            return name
        case RoleSession(role_name=name):
            return name
        case _:
            assert_type(principal.kind, str)
            return principal.kind


def special_roles_are_roles(identity_center: IdentityCenterRole, linked: ServiceLinkedRole) -> list[Role]:
    assert_type(identity_center.lacks_its_path, bool)
    return [identity_center, linked]


def normalizes(arn: Arn, target: RoleTarget, word: str) -> None:
    assert_type(normalize_role_arn("text"), str)
    assert_type(normalize_role_arn(arn, target="aws-auth"), str)
    assert_type(normalize_role_arn(arn, target="access-entry", path="/team/"), str)
    assert_type(normalize_role_arn(arn, target="iam", path=None), str)
    assert_type(normalize_role_arn(arn, target=target), str)
    as_literal: Literal["iam", "aws-auth", "access-entry"] = target
    normalize_role_arn(arn, target=as_literal)
    normalize_role_arn(arn, target="aws_auth")  # type: ignore[arg-type]
    normalize_role_arn(arn, target=word)  # type: ignore[arg-type]
    normalize_role_arn(arn, target=None)  # type: ignore[arg-type]
    normalize_role_arn(arn, path=b"/team/")  # type: ignore[arg-type]
    normalize_role_arn(arn, "aws-auth")  # type: ignore[call-arg]
    normalize_role_arn(None)  # type: ignore[arg-type]


def canonicalizes(arn: Arn) -> None:
    assert_type(canonicalize_arn("text"), str)
    assert_type(canonicalize_arn(arn), str)
    canonicalize_arn(b"text")  # type: ignore[arg-type]
    canonicalize_arn(Role("aws", "111122223333", "app"))  # type: ignore[arg-type]


def errors() -> None:
    try:
        normalize_role_arn("text")
    except InvalidArnError as error:
        assert_type(error.text, str)
        assert_type(error.position, int)
        as_base: IamTriageError = error
        as_builtin: ValueError = error
        raise as_base from as_builtin
    except RolePathUnknownError as error:
        assert_type(error.arn, str)
        assert_type(error.role_name, str)
        assert_type(error.command, str)
        as_look_up: LookupError = error
        raise as_look_up from None
