"""Properties of every ARN, principal and role, and of every other text."""

from __future__ import annotations

import pickle
import string
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from iamtriage import (
    Account,
    Arn,
    InvalidArnError,
    Role,
    RolePathUnknownError,
    RoleSession,
    ServicePrincipal,
    canonicalize_arn,
    normalize_role_arn,
    parse_arn,
    parse_principal,
)
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import build_role
from iamtriage.typing import RoleTarget

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS: tuple[RoleTarget, ...] = get_args(RoleTarget)
ACCOUNT = "111122223333"

# ------------------------------------------------ texts

any_text = st.text(st.characters(), max_size=80)
sections = st.text(st.characters(exclude_characters=":"), max_size=20)
six_sections = st.builds(Arn, sections, sections, sections, sections, any_text)
# Pieces of ARNs in any order: most are invalid, and often in one place only.
near_arns = st.one_of(
    st.lists(
        st.sampled_from(
            (
                *("arn", "arn:", "ARN:", ":", "::", "/", "//", " ", "\n", "\0", "é", "٣", "\ud800", "*"),
                *("aws", "aws-cn", "aws-eusc", "iam", "sts", "s3", "eu-west-1", ACCOUNT, "1111", "aws:iam::"),
                *("role", "user", "root", "assumed-role", "federated-user", "instance-profile", "group"),
                *("app", "a", "n" * 64, "n" * 65, "p" * 511, "AWSReservedSSO_", "AWSServiceRoleForX"),
                *("amazonaws.com", "ec2.", f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:sts::{ACCOUNT}:"),
            )
        ),
        max_size=12,
    ).map("".join),
    st.builds(
        "{}{}{}".format,
        st.sampled_from((f"arn:aws:iam::{ACCOUNT}:", f"arn:aws-cn:sts::{ACCOUNT}:")),
        st.sampled_from(
            (
                "role/",
                "user/",
                "root",
                "instance-profile/",
                "assumed-role/",
                "assumed-role/app/",
                "federated-user/",
            )
        ),
        any_text,
    ),
)
texts = st.one_of(any_text, near_arns, six_sections.map(str))

# ------------------------------------------------ principals

_NAME_SIGNS = string.ascii_letters + string.digits + "_+=,.@-"
accounts = st.text(string.digits, min_size=12, max_size=12)
partitions = st.sampled_from(PARTITIONS)
names = st.one_of(
    st.text(_NAME_SIGNS, min_size=1, max_size=64),
    st.sampled_from(
        ("AWSReservedSSO_Readers_0123456789abcdef", "AWSReservedSSO_x", "AWSServiceRoleForAutoScaling")
    ),
)
session_names = st.text(_NAME_SIGNS, min_size=2, max_size=64)
paths = st.one_of(
    st.just("/"),
    st.sampled_from(
        (
            "/team/",
            "/service-role/",
            "/aws-reserved/sso.amazonaws.com/",
            "/aws-reserved/sso.amazonaws.com/eu-west-1/",
            "/aws-service-role/autoscaling.amazonaws.com/",
        )
    ),
    st.text(string.digits + string.ascii_letters + string.punctuation, min_size=1, max_size=510).map(
        "/{}/".format
    ),
)
roles = st.builds(build_role, partitions, accounts, names, paths)
sessions = st.builds(RoleSession, partitions, accounts, names, session_names)
callers = st.one_of(
    roles.map(str),
    sessions.map(str),
    st.builds("arn:{}:iam::{}:user{}{}".format, partitions, accounts, paths, names),
    st.builds("arn:{}:iam::{}:root".format, partitions, accounts),
    st.builds("arn:{}:sts::{}:federated-user/{}".format, partitions, accounts, names),
)


# ------------------------------------------------ parsing


@given(six_sections)
def test_round_trip_of_an_arn(arn: Arn) -> None:
    again = parse_arn(str(arn))

    assert again == arn
    assert str(again) == str(arn)
    assert pickle.loads(pickle.dumps(again)) == arn


@given(sections, sections, sections, sections, any_text)
def test_round_trip_of_six_sections(first: str, second: str, third: str, fourth: str, rest: str) -> None:
    text = f"arn:{first}:{second}:{third}:{fourth}:{rest}"
    arn = parse_arn(text)

    assert str(arn) == text
    assert tuple(arn) == (first, second, third, fourth, rest)
    assert "".join(arn.resource_parts) == rest
    assert rest.endswith(arn.resource_id)


@given(texts)
def test_text_without_six_sections_is_rejected(text: str) -> None:
    """Only the beginning and the colons decide whether a text is an ARN."""
    is_arn = text.startswith("arn:") and text.count(":") >= 5
    try:
        assert str(parse_arn(text)) == text
        assert is_arn
    except InvalidArnError:
        assert not is_arn


@given(texts)
@example("")
@example("arn:::::")
@example(f"arn:aws:iam::{ACCOUNT}:role/")
@example(f"arn:aws:sts::{ACCOUNT}:assumed-role/app")
@pytest.mark.parametrize(
    "read", [parse_arn, parse_principal, canonicalize_arn, normalize_role_arn], ids=lambda read: read.__name__
)
def test_only_error_and_its_position(read: Callable[[str], object], text: str) -> None:
    """For any text there is a result, or an error with a position in it."""
    try:
        read(text)
    except RolePathUnknownError as error:
        assert read is normalize_role_arn
        assert error.arn == text  # noqa: PT017 (most texts raise nothing)
    except InvalidArnError as error:
        _check(error, text)


def _check(error: InvalidArnError, text: str) -> None:
    assert error.text == text
    assert 0 <= error.position <= len(text)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.text, again.position) == (str(error), text, error.position)


@given(texts)
def test_principal_returns_its_text(text: str) -> None:
    """A parsed principal has the original text, which parses to the same principal."""
    try:
        who = parse_principal(text)
    except InvalidArnError:
        return

    assert str(who) == text
    assert parse_principal(str(who)) == who
    if not isinstance(who, Account | ServicePrincipal):
        assert parse_principal(who.arn) == who
        assert who.arn == parse_arn(text)


@given(st.one_of(roles, sessions))
def test_principal_round_trip(who: Role | RoleSession) -> None:
    again = parse_principal(str(who))

    assert again == who
    assert type(again) is type(who)


# ------------------------------------------------ roles


@given(st.one_of(roles, sessions), st.one_of(st.none(), paths))
@pytest.mark.parametrize("target", TARGETS)
def test_normalize_is_idempotent(target: RoleTarget, who: Role | RoleSession, path: str | None) -> None:
    """Normalizing the result again does not change it."""
    try:
        once = normalize_role_arn(str(who), target=target, path=path)
    except (RolePathUnknownError, InvalidArnError):
        return

    assert normalize_role_arn(once, target=target) == once
    assert normalize_role_arn(parse_arn(once), target=target) == once


@given(st.one_of(roles, sessions))
def test_aws_auth_never_needs_the_path(who: Role | RoleSession) -> None:
    """Name and account are enough for the ConfigMap, and the result has no path."""
    got = parse_principal(normalize_role_arn(str(who), target="aws-auth"))
    name = who.role_name if isinstance(who, RoleSession) else who.name

    assert isinstance(got, Role)
    assert (got.partition, got.account, got.name, got.path) == (who.partition, who.account, name, "/")


@given(roles)
@pytest.mark.parametrize("target", ["iam", "access-entry"])
def test_path_is_kept(target: RoleTarget, role: Role) -> None:
    """IAM and access entries require the ARN of the role itself, unless it lacks its path."""
    if role.lacks_its_path:
        with pytest.raises(RolePathUnknownError):
            normalize_role_arn(str(role), target=target)
    else:
        assert normalize_role_arn(str(role), target=target) == str(role)


@given(roles, any_text)
@pytest.mark.parametrize("target", TARGETS)
def test_any_path(target: RoleTarget, role: Role, path: str) -> None:
    """Any path results in an ARN or in an error with its position."""
    try:
        normalize_role_arn(str(role), target=target, path=path)
    except InvalidArnError as error:
        _check(error, error.text)
    except RolePathUnknownError:
        pass


# ------------------------------------------------ what is looked up


@given(partitions, accounts, names, session_names)
def test_session_of_a_role_without_path_is_that_role(
    partition: str, account: str, name: str, session: str
) -> None:
    role = f"arn:{partition}:iam::{account}:role/{name}"

    assert canonicalize_arn(f"arn:{partition}:sts::{account}:assumed-role/{name}/{session}") == role
    assert canonicalize_arn(role) == role


@given(sessions)
def test_session_is_looked_up_as_aws_auth_has_it(session: RoleSession) -> None:
    """The authenticator finds the entry that ``normalize_role_arn`` returns."""
    assert canonicalize_arn(str(session)) == normalize_role_arn(str(session), target="aws-auth")


@given(callers)
def test_canonicalize_is_idempotent(caller: str) -> None:
    once = canonicalize_arn(caller)

    assert canonicalize_arn(once) == once


@given(texts)
def test_canonicalize_is_idempotent_for_any_text(text: str) -> None:
    try:
        once = canonicalize_arn(text)
    except InvalidArnError:
        return

    assert canonicalize_arn(once) == once
