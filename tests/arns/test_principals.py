"""Parsing principals: every format in every partition, IAM's limits, and error positions."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any, cast, get_args

import attrs
import pytest

import iamtriage
from iamtriage import (
    Account,
    Arn,
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    InvalidArnError,
    Principal,
    Role,
    RoleSession,
    Root,
    ServiceLinkedRole,
    ServicePrincipal,
    User,
    parse_arn,
    parse_principal,
)
from iamtriage.arns._partitions import PARTITIONS
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

ACCOUNT = "111122223333"
IAM, STS = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:sts::{ACCOUNT}:"
RESERVED = "/aws-reserved/sso.amazonaws.com/"
SSO = "AWSReservedSSO_Readers_0123456789abcdef"
LINKED = "AWSServiceRoleForAutoScaling"
LINKED_PATH = "/aws-service-role/autoscaling.amazonaws.com/"
# Every character that a name can contain.
NAME = "Az09_+=,.@-"

# Text with P as the partition -> the principal in the partition "P".
SHAPES: dict[str, Principal] = {
    "arn:P:iam::111122223333:root": Root("P", ACCOUNT),
    "arn:P:iam::111122223333:user/ana": User("P", ACCOUNT, "ana"),
    "arn:P:iam::111122223333:user/team/web/ana": User("P", ACCOUNT, "ana", "/team/web/"),
    f"arn:P:iam::111122223333:user/{NAME}": User("P", ACCOUNT, NAME),
    "arn:P:iam::111122223333:role/app": Role("P", ACCOUNT, "app"),
    "arn:P:iam::111122223333:role/team/app": Role("P", ACCOUNT, "app", "/team/"),
    "arn:P:iam::111122223333:role/service-role/app": Role("P", ACCOUNT, "app", "/service-role/"),
    "arn:P:iam::111122223333:role/a:b/!~/app": Role("P", ACCOUNT, "app", "/a:b/!~/"),
    "arn:P:iam::111122223333:role/a//b/app": Role("P", ACCOUNT, "app", "/a//b/"),
    f"arn:P:iam::111122223333:role/{NAME}": Role("P", ACCOUNT, NAME),
    f"arn:P:iam::111122223333:role/{SSO}": IdentityCenterRole("P", ACCOUNT, SSO),
    f"arn:P:iam::111122223333:role{RESERVED}{SSO}": IdentityCenterRole("P", ACCOUNT, SSO, RESERVED),
    f"arn:P:iam::111122223333:role{RESERVED}eu-west-1/{SSO}": IdentityCenterRole(
        "P", ACCOUNT, SSO, f"{RESERVED}eu-west-1/"
    ),
    f"arn:P:iam::111122223333:role/{LINKED}": ServiceLinkedRole("P", ACCOUNT, LINKED),
    f"arn:P:iam::111122223333:role{LINKED_PATH}{LINKED}": ServiceLinkedRole(
        "P", ACCOUNT, LINKED, LINKED_PATH
    ),
    "arn:P:iam::111122223333:instance-profile/node": InstanceProfile("P", ACCOUNT, "node"),
    "arn:P:iam::111122223333:instance-profile/team/node": InstanceProfile("P", ACCOUNT, "node", "/team/"),
    "arn:P:sts::111122223333:assumed-role/app/i-0a1b2c3d4e5f60718": RoleSession(
        "P", ACCOUNT, "app", "i-0a1b2c3d4e5f60718"
    ),
    f"arn:P:sts::111122223333:assumed-role/{SSO}/ana@example.com": RoleSession(
        "P", ACCOUNT, SSO, "ana@example.com"
    ),
    "arn:P:sts::111122223333:federated-user/ana": FederatedUser("P", ACCOUNT, "ana"),
}
# Principals without an ARN.
OTHERS: dict[str, Principal] = {
    ACCOUNT: Account(ACCOUNT),
    "000000000001": Account("000000000001"),
    "ec2.amazonaws.com": ServicePrincipal("ec2.amazonaws.com"),
    "ec2.amazonaws.com.cn": ServicePrincipal("ec2.amazonaws.com.cn"),
    "delivery.logs.amazonaws.com": ServicePrincipal("delivery.logs.amazonaws.com"),
    "states.eu-west-1.amazonaws.com": ServicePrincipal("states.eu-west-1.amazonaws.com"),
    "ec2.amazonaws.eu": ServicePrincipal("ec2.amazonaws.eu"),
    "ec2.c2s.ic.gov": ServicePrincipal("ec2.c2s.ic.gov"),
    "ec2.sc2s.sgov.gov": ServicePrincipal("ec2.sc2s.sgov.gov"),
    "ec2.cloud.adc-e.uk": ServicePrincipal("ec2.cloud.adc-e.uk"),
    "ec2.csp.hci.ic.gov": ServicePrincipal("ec2.csp.hci.ic.gov"),
}


def _in(who: Any, partition: str) -> Principal:  # noqa: ANN401 (two of the types have no partition)
    moved: Principal = attrs.evolve(who, partition=partition)
    return moved


EVERY: dict[str, Principal] = {
    **{text.replace("arn:P:", "arn:aws:"): _in(who, "aws") for text, who in SHAPES.items()},
    **OTHERS,
}


@check_rows("partition", PARTITIONS)
@check_rows(("shape", "who"), SHAPES.items(), ids=SHAPES)
def test_shape(partition: str, shape: str, who: Principal) -> None:
    """Each format has its type and parts in each partition, from text and from an ``Arn``; `str()` returns the text."""
    text = shape.replace("arn:P:", f"arn:{partition}:")
    got = parse_principal(text)

    assert type(got) is type(who)
    assert got == _in(who, partition)
    assert str(got) == text
    assert not isinstance(got, Account | ServicePrincipal)
    assert got.arn == parse_arn(text)
    assert parse_principal(parse_arn(text)) == got


@pytest.mark.parametrize(("text", "who"), OTHERS.items(), ids=OTHERS)
def test_no_arn(text: str, who: Principal) -> None:
    """Accounts and services have no ARN."""
    got = parse_principal(text)

    assert (type(got), got, str(got)) == (type(who), who, text)
    assert not hasattr(got, "arn")


def test_every_type_is_tested() -> None:
    assert {type(who) for who in EVERY.values()} == set(get_args(Principal))


def test_every_type_is_public_and_has_a_kind() -> None:
    kinds = {cls.kind for cls in get_args(Principal)}

    assert len(kinds) == len(get_args(Principal))
    for cls in get_args(Principal):
        assert getattr(iamtriage, cls.__name__) is cls


# ------------------------------------------------ roles that AWS creates


@check_rows(
    ("name", "permission_set", "suffix"),
    [
        (SSO, "Readers", "0123456789abcdef"),
        ("AWSReservedSSO_View_Only_0123456789abcdef", "View_Only", "0123456789abcdef"),
        ("AWSReservedSSO_a+=,.@-_0123456789abcdef", "a+=,.@-", "0123456789abcdef"),
        (f"AWSReservedSSO_{'a' * 32}_0123456789abcdef", "a" * 32, "0123456789abcdef"),
        (f"AWSReservedSSO_{'a' * 33}_0123456789abcde", None, None),
        ("AWSReservedSSO_Readers_0123456789ABCDEF", None, None),
        ("AWSReservedSSO_Readers_0123456789abcde", None, None),
        ("AWSReservedSSO_Readers", None, None),
        ("AWSReservedSSO_", None, None),
    ],
)
def test_permission_set(name: str, permission_set: str | None, suffix: str | None) -> None:
    """The name is parsed if it has both parts; in any case the role is an Identity Center role."""
    role = parse_principal(f"{IAM}role{RESERVED}{name}")

    assert isinstance(role, IdentityCenterRole)
    assert (role.permission_set, role.suffix) == (permission_set, suffix)


@check_rows(
    ("path", "region", "lacks"),
    [
        ("/", None, True),
        (RESERVED, None, False),
        (f"{RESERVED}eu-west-1/", "eu-west-1", False),
        (f"{RESERVED}us-gov-west-1/", "us-gov-west-1", False),
    ],
)
def test_identity_center_region(path: str, region: str | None, lacks: bool) -> None:  # noqa: FBT001 (a column)
    role = parse_principal(f"{IAM}role{path}{SSO}")

    assert isinstance(role, IdentityCenterRole)
    assert (role.region, role.lacks_its_path) == (region, lacks)


@pytest.mark.parametrize(
    "text",
    [
        f"{IAM}role/team/{SSO}",
        f"{IAM}role{RESERVED}eu-west-1/more/{SSO}",
        f"{IAM}role/aws-reserved/{SSO}",
        f"{IAM}role{RESERVED}app",
        f"{IAM}role/awsreservedsso_Readers_0123456789abcdef",
        f"{IAM}role/team/{LINKED}",
        f"{IAM}role/aws-service-role/{LINKED}",
        f"{IAM}role/aws-service-role/a/b/{LINKED}",
    ],
)
def test_similar_ordinary_role(text: str) -> None:
    """With another path it is an ordinary role, and its path is not missing."""
    role = parse_principal(text)

    assert type(role) is Role
    assert not role.lacks_its_path


@pytest.mark.parametrize(
    ("text", "service", "lacks"),
    [
        (f"role/{LINKED}", None, True),
        (f"role{LINKED_PATH}{LINKED}", "autoscaling.amazonaws.com", False),
        ("role/aws-service-role/example.amazonaws.com/OtherName", "example.amazonaws.com", False),
    ],
)
def test_service_linked_role(text: str, service: str | None, lacks: bool) -> None:  # noqa: FBT001 (a column)
    role = parse_principal(IAM + text)

    assert isinstance(role, ServiceLinkedRole)
    assert (role.service, role.lacks_its_path) == (service, lacks)


@pytest.mark.parametrize(
    ("name", "cls"), [("app", Role), (SSO, IdentityCenterRole), (LINKED, ServiceLinkedRole)]
)
def test_role_of_a_session(name: str, cls: type[Role]) -> None:
    """A session has its role, but not the role's path."""
    session = parse_principal(f"{STS}assumed-role/{name}/ana")

    assert isinstance(session, RoleSession)
    assert type(session.role) is cls
    assert session.role == cls("aws", ACCOUNT, name)
    assert session.role.lacks_its_path is (cls is not Role)


# ------------------------------------------------ limits


def _role(name: str) -> str:
    return f"{IAM}role/team/{name}"


def _user(name: str) -> str:
    return f"{IAM}user/team/{name}"


def _profile(name: str) -> str:
    return f"{IAM}instance-profile/team/{name}"


def _session(name: str) -> str:
    return f"{STS}assumed-role/app/{name}"


def _session_role(name: str) -> str:
    return f"{STS}assumed-role/{name}/ana"


def _federated(name: str) -> str:
    return f"{STS}federated-user/{name}"


LIMITS: list[tuple[Callable[[str], str], str, int, int]] = [
    (_role, "role", 1, 64),
    (_user, "user", 1, 64),
    (_profile, "instance profile", 1, 128),
    (_session, "role session", 2, 64),
    (_session_role, "role", 1, 64),
    (_federated, "federated user", 2, 32),
]
names = pytest.mark.parametrize(
    ("make", "noun", "least", "most"), LIMITS, ids=[make.__name__.strip("_") for make, _, _, _ in LIMITS]
)


@names
def test_name_within_the_limits(make: Callable[[str], str], noun: str, least: int, most: int) -> None:
    for length in (least, least + 1, most - 1, most):
        text = make("n" * length)

        assert str(parse_principal(text)) == text, noun


@names
def test_name_beyond_the_limits(make: Callable[[str], str], noun: str, least: int, most: int) -> None:
    """The message states both limits and the length; the position is where the name begins."""
    for length in {least - 1, most + 1, most + 1000} - {0}:
        text = make("n" * length)
        with pytest.raises(InvalidArnError) as caught:
            parse_principal(text)

        reason = f"{noun} names must have {least} to {most} characters, not {length}: "
        assert str(caught.value).startswith(reason)
        assert (caught.value.text, caught.value.position) == (text, make("\0").index("\0"))


@names
def test_missing_name(make: Callable[[str], str], noun: str, least: int, most: int) -> None:
    del least, most
    text = make("")
    with pytest.raises(InvalidArnError) as caught:
        parse_principal(text)

    assert str(caught.value) == f"the {noun} name is missing: {text!r}"
    assert caught.value.position == make("\0").index("\0")


@names
@check_rows(
    "character",
    [*" \t\n\r\0\x1b\x7f\x85\u00a0\u2028\u200b\ufeff", *"!#$%&'()*:;<>?[\\]^`{|}~\"", *"éÅп漢٣３²", "\ud800"],
    ids=ascii,
)
def test_invalid_character_in_a_name(
    make: Callable[[str], str], noun: str, least: int, most: int, character: str
) -> None:
    """The message shows the character, escaped, and the error has its position."""
    del least, most
    for name in (f"ab{character}", f"{character}ab", f"a{character}b"):
        text = make(name)
        with pytest.raises(InvalidArnError) as caught:
            parse_principal(text)

        reason = f"{noun} names can contain only A-Z, a-z, 0-9 and _+=,.@-, not {character!r}: "
        assert str(caught.value).startswith(reason)
        assert str(caught.value).isprintable()
        assert text[caught.value.position] == character


@pytest.mark.parametrize("kind", ["role", "user", "instance-profile"])
def test_path_at_its_limit(kind: str) -> None:
    """A path has 512 characters with its slashes."""
    text = f"{IAM}{kind}/{'p' * 510}/app"
    longer = f"{IAM}{kind}/{'p' * 511}/app"

    assert str(parse_principal(text)) == text
    with pytest.raises(
        InvalidArnError, match=r"^paths must have at most 512 characters, not 513: "
    ) as caught:
        parse_principal(longer)
    assert caught.value.position == longer.index("/")


@check_rows("character", [*" \t\n\0\x7f\x85\u00a0é３", "\ud800"], ids=ascii)
@check_rows("kind", ["role", "user", "instance-profile"])
def test_invalid_character_in_a_path(kind: str, character: str) -> None:
    text = f"{IAM}{kind}/te{character}am/app"
    with pytest.raises(InvalidArnError) as caught:
        parse_principal(text)

    assert (
        str(caught.value)
        == f"paths can contain only ASCII characters from ! to ~, not {character!r}: {text!r}"
    )
    assert text[caught.value.position] == character


def test_every_valid_character_in_a_path() -> None:
    text = f"{IAM}role/{''.join(map(chr, range(0x21, 0x7F)))}/app"

    assert str(parse_principal(text)) == text


@pytest.mark.parametrize("kind", ["role", "user", "instance-profile"])
def test_path_of_two_slashes(kind: str) -> None:
    text = f"{IAM}{kind}//app"
    with pytest.raises(
        InvalidArnError, match=r"^a path must be /, or begin and end with a slash: "
    ) as caught:
        parse_principal(text)

    assert caught.value.position == text.index("//")


# ------------------------------------------------ other errors

KNOWN = ", ".join(PARTITIONS)
# Text -> the message without the text at its end, and the rest of the text from the position on.
REJECTED: dict[str, tuple[str, str]] = {
    f"arn:aws-moon:iam::{ACCOUNT}:role/app": (
        f"unknown partition 'aws-moon'; expected one of {KNOWN}",
        f"aws-moon:iam::{ACCOUNT}:role/app",
    ),
    f"arn:AWS:iam::{ACCOUNT}:role/app": (
        f"unknown partition 'AWS'; expected one of {KNOWN}",
        f"AWS:iam::{ACCOUNT}:role/app",
    ),
    f"arn::iam::{ACCOUNT}:role/app": (
        f"unknown partition ''; expected one of {KNOWN}",
        f":iam::{ACCOUNT}:role/app",
    ),
    f"arn:aws:iam:eu-west-1:{ACCOUNT}:role/app": (
        "iam ARNs have no region",
        f"eu-west-1:{ACCOUNT}:role/app",
    ),
    f"arn:aws:sts:us-east-1:{ACCOUNT}:assumed-role/app/ana": (
        "sts ARNs have no region",
        f"us-east-1:{ACCOUNT}:assumed-role/app/ana",
    ),
    "arn:aws:iam:::role/app": ("an account ID must have 12 digits, not ''", ":role/app"),
    "arn:aws:iam::aws:role/app": ("an account ID must have 12 digits, not 'aws'", "aws:role/app"),
    "arn:aws:iam::*:role/app": ("an account ID must have 12 digits, not '*'", "*:role/app"),
    "arn:aws:iam::11112222333:role/app": (
        "an account ID must have 12 digits, not '11112222333'",
        "11112222333:role/app",
    ),
    "arn:aws:iam::1111222233334:role/app": (
        "an account ID must have 12 digits, not '1111222233334'",
        "1111222233334:role/app",
    ),
    "arn:aws:iam::1111-2222-3333:role/app": (
        "an account ID must have 12 digits, not '1111-2222-3333'",
        "1111-2222-3333:role/app",
    ),
    "arn:aws:iam::111122223333\n:role/app": (
        r"an account ID must have 12 digits, not '111122223333\n'",
        "111122223333\n:role/app",
    ),
    "arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/app": (
        "an account ID must have 12 digits, not '١١١١٢٢٢٢٣٣٣٣'",
        "١١١١٢٢٢٢٣٣٣٣:role/app",
    ),
    "arn:aws:iam::１１１１２２２２３３３３:role/app": (
        "an account ID must have 12 digits, not '１１１１２２２２３３３３'",
        "１１１１２２２２３３３３:role/app",
    ),
    "arn:::::": ("a principal's ARN must belong to iam or sts, not ''", ":::"),
    "arn:aws:s3:::reports": ("a principal's ARN must belong to iam or sts, not 's3'", "s3:::reports"),
    f"arn:aws:IAM::{ACCOUNT}:role/app": (
        "a principal's ARN must belong to iam or sts, not 'IAM'",
        f"IAM::{ACCOUNT}:role/app",
    ),
    f"{IAM}policy/readers": (
        "unknown iam principal type 'policy'; expected one of role, user, instance-profile, root",
        "policy/readers",
    ),
    f"{IAM}group/readers": (
        "unknown iam principal type 'group'; expected one of role, user, instance-profile, root",
        "group/readers",
    ),
    f"{IAM}Role/app": (
        "unknown iam principal type 'Role'; expected one of role, user, instance-profile, root",
        "Role/app",
    ),
    f"{IAM}assumed-role/app/ana": (
        "unknown iam principal type 'assumed-role'; expected one of role, user, instance-profile, root",
        "assumed-role/app/ana",
    ),
    f"{IAM}": ("unknown iam principal type ''; expected one of role, user, instance-profile, root", ""),
    f"{IAM}*": ("unknown iam principal type '*'; expected one of role, user, instance-profile, root", "*"),
    f"{IAM}role:app": (
        "unknown iam principal type 'role:app'; expected one of role, user, instance-profile, root",
        "role:app",
    ),
    f"{IAM}root\n": (
        r"unknown iam principal type 'root\n'; expected one of role, user, instance-profile, root",
        "root\n",
    ),
    f"{STS}role/app": (
        "unknown sts principal type 'role'; expected one of assumed-role, federated-user",
        "role/app",
    ),
    f"{STS}user/ana": (
        "unknown sts principal type 'user'; expected one of assumed-role, federated-user",
        "user/ana",
    ),
    f"{IAM}root/": ("the ARN of an account's root must end with root", "/"),
    f"{IAM}root/ana": ("the ARN of an account's root must end with root", "/ana"),
    f"{IAM}role": ("the role name is missing", ""),
    f"{IAM}user": ("the user name is missing", ""),
    f"{IAM}role/team/": ("the role name is missing", ""),
    f"{STS}assumed-role": (
        "the ARN of a role session must end with assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role/app": (
        "the ARN of a role session must end with assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role/team/app/ana": (
        "role session names can contain only A-Z, a-z, 0-9 and _+=,.@-, not '/'",
        "/ana",
    ),
    f"{STS}federated-user/team/ana": (
        "federated user names can contain only A-Z, a-z, 0-9 and _+=,.@-, not '/'",
        "/ana",
    ),
    f"{IAM}role/app\n": ("role names can contain only A-Z, a-z, 0-9 and _+=,.@-, not '\\n'", "\n"),
    f"{IAM}role/app ": ("role names can contain only A-Z, a-z, 0-9 and _+=,.@-, not ' '", " "),
}


@check_rows(("text", "expected"), REJECTED.items(), ids=map(ascii, REJECTED))
def test_rejected(text: str, expected: tuple[str, str]) -> None:
    """The message says what is wrong and quotes the text; the position is where it is wrong."""
    reason, rest = expected
    for given in (text, parse_arn(text)):
        with pytest.raises(InvalidArnError) as caught:
            parse_principal(given)

        assert str(caught.value) == f"{reason}: {text!r}"
        assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@check_rows(
    "text",
    [
        "",
        " ",
        "*",
        "anonymous",
        "11112222333",
        "1111222233334",
        "111122223333\n",
        " 111122223333",
        "١١١١٢٢٢٢٣٣٣٣",
        "１１１１２２２２３３３３",
        "ec2.amazonaws.com\n",
        "EC2.amazonaws.com",
        "amazonaws.com",
        ".amazonaws.com",
        "ec2.amazonaws.com.example.org",
        "ec2.example.org",
        f"{'a' * 64}.amazonaws.com",
        "a." * 200 + "amazonaws.com",
        "https://ec2.amazonaws.com",
        "AROAEXAMPLEEXAMPLEEX:ana",
        "ARN:aws:iam::111122223333:role/app",
        '"arn:aws:iam::111122223333:role/app"',
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_no_principal(text: str) -> None:
    """Anything but an account or a service must be an ARN."""
    with pytest.raises(InvalidArnError, match=r"^not an ARN: ") as caught:
        parse_principal(text)

    assert (caught.value.text, caught.value.position) == (text, 0)


@check_rows(
    "thing",
    [None, 111122223333, 1.5, b"111122223333", b"arn:aws:s3:::b", [], {}, object()],
    ids=lambda thing: type(thing).__name__,
)
def test_not_a_string(thing: object) -> None:
    with pytest.raises(TypeError, match=type(thing).__name__):
        parse_principal(cast("str", thing))


@pytest.mark.unmeasured
@check_rows("text", EVERY)
def test_ten_megabytes(text: str) -> None:
    """A huge text is rejected fast, and the message stays short."""
    long = text + "a" * 10_000_000
    with pytest.raises(InvalidArnError) as caught:
        parse_principal(long)

    assert len(str(caught.value)) < 1000
    assert 0 <= caught.value.position <= len(long)


# ------------------------------------------------ values


@check_rows(("text", "who"), EVERY.items(), ids=EVERY)
def test_values(text: str, who: Principal) -> None:
    """Principals are equal, hashable, immutable, and keep their type when pickled or copied."""
    got = parse_principal(text)
    again = [pickle.loads(pickle.dumps(got, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]

    assert len({got, who}) == 1
    for other in (*again, copy.copy(got), copy.deepcopy(got)):
        assert type(other) is type(got)
        assert (other, hash(other), str(other)) == (got, hash(got), text)
    for name in ("account", "name", "note"):
        with pytest.raises(AttributeError):
            setattr(got, name, "other")


def test_types_differ() -> None:
    """Principals of different types differ, even with the same name."""
    assert len(set(EVERY.values())) == len(EVERY)
    assert Role("aws", ACCOUNT, SSO) != IdentityCenterRole("aws", ACCOUNT, SSO)


@check_rows("text", REJECTED, ids=map(ascii, REJECTED))
def test_error_pickled_and_copied(text: str) -> None:
    with pytest.raises(InvalidArnError) as caught:
        parse_principal(text)
    error = caught.value

    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is InvalidArnError
        assert (str(other), other.text, other.position) == (str(error), error.text, error.position)


def _describe(who: Principal) -> str:
    """Describe a principal by ``match``. The subclasses of ``Role`` come before it."""
    match who:
        case IdentityCenterRole(name=name):
            return f"Identity Center: {name}"
        case ServiceLinkedRole(name=name):
            return f"service-linked: {name}"
        case Role(path=path, name=name):
            return f"role: {path} {name}"
        case RoleSession(role_name=role, session_name=session):
            return f"session: {role} {session}"
        case User(path=path, name=name):
            return f"user: {path} {name}"
        case Root(account=account):
            return f"root: {account}"
        case FederatedUser(name=name):
            return f"federated: {name}"
        case InstanceProfile(name=name):
            return f"profile: {name}"
        case Account(account=account):
            return f"account: {account}"
        case ServicePrincipal(name=name):
            return f"service: {name}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{IAM}role/{SSO}", f"Identity Center: {SSO}"),
        (f"{IAM}role/{LINKED}", f"service-linked: {LINKED}"),
        (f"{IAM}role/team/app", "role: /team/ app"),
        (f"{STS}assumed-role/app/ana", "session: app ana"),
        (f"{IAM}user/ana", "user: / ana"),
        (f"{IAM}root", f"root: {ACCOUNT}"),
        (f"{STS}federated-user/ana", "federated: ana"),
        (f"{IAM}instance-profile/node", "profile: node"),
        (ACCOUNT, f"account: {ACCOUNT}"),
        ("ec2.amazonaws.com", "service: ec2.amazonaws.com"),
    ],
)
def test_matched(text: str, said: str) -> None:
    assert _describe(parse_principal(text)) == said


def test_constructor() -> None:
    """The ARN of a constructed principal parses to the same principal."""
    for who in EVERY.values():
        assert parse_principal(str(who)) == who


def test_arn_of_a_part_with_a_colon() -> None:
    """The arguments of a constructor are checked when its ARN is built, at the latest."""
    with pytest.raises(InvalidArnError, match="account must not contain a colon"):
        _ = Root("aws", "1111:2222").arn
    assert Root("aws", ACCOUNT).arn == Arn("aws", "iam", "", ACCOUNT, "root")
