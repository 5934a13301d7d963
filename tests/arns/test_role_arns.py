"""Role ARNs for each destination, and the ARN with which aws-iam-authenticator looks up a caller."""

from __future__ import annotations

import copy
import pickle
import shlex
from typing import TYPE_CHECKING, cast, get_args

import pytest

from iamtriage import (
    IamTriageError,
    InvalidArnError,
    RolePathUnknownError,
    canonicalize_arn,
    normalize_role_arn,
    parse_arn,
)
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.typing import RoleTarget
from tests.tables import check_rows

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

ACCOUNT = "111122223333"
IAM, STS = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:sts::{ACCOUNT}:"
RESERVED = "/aws-reserved/sso.amazonaws.com/"
REGIONAL = f"{RESERVED}eu-west-1/"
SSO = "AWSReservedSSO_Readers_0123456789abcdef"
LINKED = "AWSServiceRoleForAutoScaling"
LINKED_PATH = "/aws-service-role/autoscaling.amazonaws.com/"
KNOWN = ", ".join(PARTITIONS)
TARGETS: tuple[RoleTarget, ...] = get_args(RoleTarget)
WITH_PATH: tuple[RoleTarget, ...] = ("iam", "access-entry")

# ------------------------------------------------ canonicalize

# An ARN from STS with P as the partition -> the ARN that is looked up.
CALLERS = {
    f"arn:P:iam::{ACCOUNT}:root": f"arn:P:iam::{ACCOUNT}:root",
    f"arn:P:iam::{ACCOUNT}:user/ana": f"arn:P:iam::{ACCOUNT}:user/ana",
    f"arn:P:iam::{ACCOUNT}:user/team/ana": f"arn:P:iam::{ACCOUNT}:user/team/ana",
    f"arn:P:iam::{ACCOUNT}:role/app": f"arn:P:iam::{ACCOUNT}:role/app",
    f"arn:P:iam::{ACCOUNT}:role/team/app": f"arn:P:iam::{ACCOUNT}:role/team/app",
    f"arn:P:iam::{ACCOUNT}:role{RESERVED}{SSO}": f"arn:P:iam::{ACCOUNT}:role{RESERVED}{SSO}",
    f"arn:P:sts::{ACCOUNT}:federated-user/ana": f"arn:P:sts::{ACCOUNT}:federated-user/ana",
    f"arn:P:sts::{ACCOUNT}:assumed-role/app/i-0a1b2c3d4e5f60718": f"arn:P:iam::{ACCOUNT}:role/app",
    f"arn:P:sts::{ACCOUNT}:assumed-role/{SSO}/ana@example.com": f"arn:P:iam::{ACCOUNT}:role/{SSO}",
    f"arn:P:sts::{ACCOUNT}:assumed-role/{LINKED}/AutoScaling": f"arn:P:iam::{ACCOUNT}:role/{LINKED}",
}
# The authenticator is less strict than IAM, and so is the look-up. Case is kept.
LENIENT = {
    "arn:aws:sts::1:assumed-role/app/a": "arn:aws:iam::1:role/app",
    "arn:aws:sts:eu-west-1:111122223333:assumed-role/app/ana": f"{IAM}role/app",
    "arn:aws:iam:eu-west-1:111122223333:role/app": "arn:aws:iam:eu-west-1:111122223333:role/app",
    f"{STS}assumed-role/team/app/ana": f"{IAM}role/team/app",
    f"{STS}assumed-role/App/Ana": f"{IAM}role/App",
    f"{STS}assumed-role/my app/ana\n": f"{IAM}role/my app",
    f"{STS}assumed-role/a:b/ana": f"{IAM}role/a:b",
    f"{IAM}role/my app\n": f"{IAM}role/my app\n",
    f"{IAM}role/{'n' * 65}": f"{IAM}role/{'n' * 65}",
}


@check_rows("partition", PARTITIONS)
@check_rows(("caller", "canonical"), CALLERS.items(), ids=CALLERS)
def test_canonical(partition: str, caller: str, canonical: str) -> None:
    """A session becomes its role, others are unchanged; an ``Arn`` has the same result, and so has the result."""
    text, expected = (t.replace("arn:P:", f"arn:{partition}:") for t in (caller, canonical))

    assert canonicalize_arn(text) == expected
    assert canonicalize_arn(parse_arn(text)) == expected
    assert canonicalize_arn(expected) == expected


@pytest.mark.parametrize(("caller", "canonical"), LENIENT.items(), ids=map(ascii, LENIENT))
def test_canonical_arn_that_iam_rejects(caller: str, canonical: str) -> None:
    assert canonicalize_arn(caller) == canonical


# Text -> the message without the text at its end, and the rest of the text from the position on.
NOT_CALLERS = {
    f"arn:aws-moon:iam::{ACCOUNT}:role/app": (
        f"unknown partition 'aws-moon'; expected one of {KNOWN}",
        f"aws-moon:iam::{ACCOUNT}:role/app",
    ),
    f"arn:AWS:iam::{ACCOUNT}:role/app": (
        f"unknown partition 'AWS'; expected one of {KNOWN}",
        f"AWS:iam::{ACCOUNT}:role/app",
    ),
    "arn:::::": (f"unknown partition ''; expected one of {KNOWN}", "::::"),
    "arn:aws::::": ("a caller's ARN must belong to iam or sts, not ''", ":::"),
    "arn:aws:s3:::reports": ("a caller's ARN must belong to iam or sts, not 's3'", "s3:::reports"),
    f"{IAM}instance-profile/node": (
        "unknown iam caller type 'instance-profile'; expected one of role, user, root",
        "instance-profile/node",
    ),
    f"{IAM}group/readers": (
        "unknown iam caller type 'group'; expected one of role, user, root",
        "group/readers",
    ),
    f"{IAM}Role/app": ("unknown iam caller type 'Role'; expected one of role, user, root", "Role/app"),
    f"{IAM}role:app": ("unknown iam caller type 'role:app'; expected one of role, user, root", "role:app"),
    f"{IAM}": ("unknown iam caller type ''; expected one of role, user, root", ""),
    f"{STS}role/app": (
        "unknown sts caller type 'role'; expected one of assumed-role, federated-user",
        "role/app",
    ),
    f"{IAM}role": ("the role name is missing", ""),
    f"{IAM}role/": ("the role name is missing", ""),
    f"{IAM}user/": ("the user name is missing", ""),
    f"{STS}federated-user": ("the federated-user name is missing", ""),
    f"{STS}assumed-role": (
        "the ARN of a role session must end with assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role/": (
        "the ARN of a role session must end with assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role/app": (
        "the ARN of a role session must end with assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role//ana": (
        "the ARN of a role session must end with assumed-role/ROLE/SESSION",
        "",
    ),
}


@pytest.mark.parametrize(("text", "expected"), NOT_CALLERS.items(), ids=NOT_CALLERS)
def test_not_a_caller(text: str, expected: tuple[str, str]) -> None:
    reason, rest = expected
    for given in (text, parse_arn(text)):
        with pytest.raises(InvalidArnError) as caught:
            canonicalize_arn(given)

        assert str(caught.value) == f"{reason}: {text!r}"
        assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@check_rows("text", ["", "arn", "111122223333", "ec2.amazonaws.com", "ARN:aws:iam::1:role/a"])
def test_not_an_arn(text: str) -> None:
    """Both functions require an ARN; an account or a service is not a role."""
    with pytest.raises(InvalidArnError, match=r"^not an ARN: "):
        canonicalize_arn(text)
    with pytest.raises(InvalidArnError):
        normalize_role_arn(text)


@check_rows(
    "thing", [None, 111122223333, b"arn:aws:s3:::b", [], object()], ids=lambda thing: type(thing).__name__
)
def test_not_a_string(thing: object) -> None:
    with pytest.raises(TypeError, match=type(thing).__name__):
        canonicalize_arn(cast("str", thing))
    with pytest.raises(TypeError, match=type(thing).__name__):
        normalize_role_arn(cast("str", thing))


# ------------------------------------------------ normalize


def _rows() -> list[ParameterSet]:
    """(ARN, path, form for aws-auth, form for IAM and access entries; None: the path is unknown)."""
    rows: dict[str, tuple[str, str | None, str, str | None]] = {
        "role": ("iam::A:role/app", None, "app", "/app"),
        "role-with-path": ("iam::A:role/team/web/app", None, "app", "/team/web/app"),
        "role-of-a-service": ("iam::A:role/service-role/app", None, "app", "/service-role/app"),
        "role-with-odd-path": ("iam::A:role/a:b//c/app", None, "app", "/a:b//c/app"),
        "role-and-its-path": ("iam::A:role/team/app", "/team/", "app", "/team/app"),
        "role-and-a-path": ("iam::A:role/app", "/team/", "app", "/team/app"),
        "role-and-no-path": ("iam::A:role/app", "/", "app", "/app"),
        "session": ("sts::A:assumed-role/app/i-0a1b2c3d4e5f60718", None, "app", "/app"),
        "session-and-a-path": ("sts::A:assumed-role/app/ana", "/team/", "app", "/team/app"),
        "sso": (f"iam::A:role{RESERVED}{SSO}", None, SSO, f"{RESERVED}{SSO}"),
        "sso-with-region": (f"iam::A:role{REGIONAL}{SSO}", None, SSO, f"{REGIONAL}{SSO}"),
        "sso-without-path": (f"iam::A:role/{SSO}", None, SSO, None),
        "sso-without-path-and-none": (f"iam::A:role/{SSO}", "/", SSO, None),
        "sso-without-path-and-empty": (f"iam::A:role/{SSO}", "", SSO, None),
        "sso-without-path-and-a-path": (f"iam::A:role/{SSO}", REGIONAL, SSO, f"{REGIONAL}{SSO}"),
        "sso-session": (f"sts::A:assumed-role/{SSO}/ana@example.com", None, SSO, None),
        "sso-session-and-a-path": (f"sts::A:assumed-role/{SSO}/ana", RESERVED, SSO, f"{RESERVED}{SSO}"),
        "linked": (f"iam::A:role{LINKED_PATH}{LINKED}", None, LINKED, f"{LINKED_PATH}{LINKED}"),
        "linked-without-path": (f"iam::A:role/{LINKED}", None, LINKED, None),
        "linked-session": (f"sts::A:assumed-role/{LINKED}/AutoScaling", None, LINKED, None),
        "linked-session-and-a-path": (
            f"sts::A:assumed-role/{LINKED}/AutoScaling",
            LINKED_PATH,
            LINKED,
            f"{LINKED_PATH}{LINKED}",
        ),
    }
    return [pytest.param(*row, id=name) for name, row in rows.items()]


@check_rows("partition", PARTITIONS)
@check_rows(("tail", "path", "name", "full"), _rows())
def test_normalized(partition: str, tail: str, path: str | None, name: str, full: str | None) -> None:
    """Each target has its form, from text and from an ``Arn``; an unknown path is not guessed."""
    text = f"arn:{partition}:{tail.replace('::A:', f'::{ACCOUNT}:')}"
    for given in (text, parse_arn(text)):
        assert (
            normalize_role_arn(given, target="aws-auth", path=path)
            == f"arn:{partition}:iam::{ACCOUNT}:role/{name}"
        )
        for target in WITH_PATH:
            if full is None:
                with pytest.raises(RolePathUnknownError):
                    normalize_role_arn(given, target=target, path=path)
            else:
                expected = f"arn:{partition}:iam::{ACCOUNT}:role{full}"
                assert normalize_role_arn(given, target=target, path=path) == expected
                assert normalize_role_arn(expected, target=target) == expected


def test_iam_is_the_default_target() -> None:
    assert normalize_role_arn(f"{IAM}role/team/app") == f"{IAM}role/team/app"


@check_rows("path", ["/team/web/", "team/web", "/team/web", "team/web/", "//team/web//"])
def test_path_with_and_without_slashes(path: str) -> None:
    assert normalize_role_arn(f"{IAM}role/app", path=path) == f"{IAM}role/team/web/app"
    assert normalize_role_arn(f"{IAM}role/team/web/app", path=path) == f"{IAM}role/team/web/app"


@pytest.mark.parametrize("path", ["", "/", "//"])
def test_no_path(path: str) -> None:
    assert normalize_role_arn(f"{STS}assumed-role/app/ana", path=path) == f"{IAM}role/app"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("text", "path", "reason", "rest"),
    [
        (f"{IAM}role/team/app", "/", "the ARN has the path /team/, not '/'", "/team/app"),
        (f"{IAM}role/team/app", "", "the ARN has the path /team/, not '/'", "/team/app"),
        (f"{IAM}role/team/app", "/other/", "the ARN has the path /team/, not '/other/'", "/team/app"),
        (f"{IAM}role/team/app", "/Team/", "the ARN has the path /team/, not '/Team/'", "/team/app"),
        (f"{IAM}role/a:b:c/x", "/other/", "the ARN has the path /a:b:c/, not '/other/'", "/a:b:c/x"),
        (
            f"{IAM}role{RESERVED}{SSO}",
            REGIONAL,
            f"the ARN has the path {RESERVED}, not '{REGIONAL}'",
            f"{RESERVED}{SSO}",
        ),
    ],
)
def test_path_that_contradicts(text: str, path: str, reason: str, rest: str, target: RoleTarget) -> None:
    """Contradictory paths are an error even if the target requires none."""
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(text, target=target, path=path)

    assert str(caught.value) == f"{reason}: {text!r}"
    assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@check_rows("target", TARGETS)
@check_rows("path", ["te am", "/te am/", "//te am", "te\nam", "équipe", "/team/\0/", "３"], ids=ascii)
def test_path_with_an_invalid_character(path: str, target: RoleTarget) -> None:
    invalid = next(character for character in path if not "!" <= character <= "~")
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(f"{IAM}role/app", target=target, path=path)

    assert str(caught.value).startswith(
        f"paths can contain only ASCII characters from ! to ~, not {invalid!r}: "
    )
    assert caught.value.text[caught.value.position] == invalid


@check_rows("slashes", ["{}", "/{}", "{}/", "/{}/"])
def test_path_at_its_limit(slashes: str) -> None:
    """The slashes count, even if they were omitted."""
    path, longer = slashes.format("p" * 510), slashes.format("p" * 511)

    assert normalize_role_arn(f"{IAM}role/app", path=path) == f"{IAM}role/{'p' * 510}/app"
    with pytest.raises(
        InvalidArnError, match=r"^paths must have at most 512 characters, not 513: "
    ) as caught:
        normalize_role_arn(f"{IAM}role/app", path=longer)
    assert caught.value.position == 0


@check_rows("path", [5, b"/team/", ["team"], True], ids=repr)
def test_path_that_is_not_a_string(path: object) -> None:
    with pytest.raises(TypeError, match=f"path must be a string, not {type(path).__name__}"):
        normalize_role_arn(f"{IAM}role/app", path=cast("str", path))


@check_rows("target", ["", "IAM", "aws_auth", "eks", None, 5, ["iam"]], ids=repr)
def test_unknown_target(target: object) -> None:
    with pytest.raises(
        ValueError, match=r"^unknown target .*; expected one of iam, aws-auth, access-entry$"
    ) as caught:
        normalize_role_arn(f"{IAM}role/app", target=cast("RoleTarget", target))

    assert repr(target) in str(caught.value)
    assert not isinstance(caught.value, IamTriageError)


@check_rows("target", TARGETS)
@check_rows(
    ("text", "reason", "rest"),
    [
        (f"{IAM}user/ana", "that of a user; aws-auth maps users in mapUsers, with their path", "user/ana"),
        (
            f"{IAM}user/a:b/ana",
            "that of a user; aws-auth maps users in mapUsers, with their path",
            "user/a:b/ana",
        ),
        (f"{IAM}root", "that of an account's root", "root"),
        (f"{STS}federated-user/ana", "that of a federated user, which has no role", "federated-user/ana"),
        (
            f"{IAM}instance-profile/node",
            "that of an instance profile; find its role with `aws iam get-instance-profile`",
            "instance-profile/node",
        ),
        (ACCOUNT, "an account", ACCOUNT),
        ("ec2.amazonaws.com", "a service principal", "ec2.amazonaws.com"),
    ],
)
def test_not_a_role(text: str, reason: str, rest: str, target: RoleTarget) -> None:
    """The message says what was passed instead."""
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(text, target=target, path="/team/")

    assert str(caught.value) == f"expected the ARN of a role, got {reason}: {text!r}"
    assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@pytest.mark.parametrize("target", TARGETS)
@check_rows(
    "text",
    [
        f"{IAM}role/",
        f"{IAM}role/my app",
        f"{IAM}role/app\n",
        f"{IAM}role/{'n' * 65}",
        f"{IAM}role//app",
        f"{IAM}Role/app",
        f"{STS}assumed-role/app",
        f"{STS}assumed-role/app/a",
        f"{STS}assumed-role/team/app/ana",
        "arn:aws:iam::1111:role/app",
        f"arn:aws-moon:iam::{ACCOUNT}:role/app",
        f"arn:aws:iam:eu-west-1:{ACCOUNT}:role/app",
        "arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/app",
        "arn:::::",
        f"{IAM}role/" + "a" * 10_000_000,
    ],
    ids=lambda text: ascii(text)[:60],
)
def test_malformed(text: str, target: RoleTarget) -> None:
    """IAM's rules apply to every target."""
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(text, target=target)

    assert len(str(caught.value)) < 1000
    assert 0 <= caught.value.position <= len(text)


# ------------------------------------------------ the path is unknown


@pytest.mark.parametrize("target", WITH_PATH)
@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (f"{STS}assumed-role/{SSO}/ana", "Identity Center role", SSO),
        (f"{IAM}role/{SSO}", "Identity Center role", SSO),
        (f"{STS}assumed-role/{LINKED}/AutoScaling", "service-linked role", LINKED),
        (f"{IAM}role/{LINKED}", "service-linked role", LINKED),
    ],
)
def test_path_unknown(text: str, kind: str, name: str, target: RoleTarget) -> None:
    """The error names the role and the shell command that finds its path."""
    with pytest.raises(RolePathUnknownError) as caught:
        normalize_role_arn(text, target=target)
    error = caught.value

    command = f"aws iam get-role --role-name {name} --query Role.Arn --output text"
    assert (error.arn, error.role_name, error.command) == (text, name, command)
    assert (
        str(error) == f"the {kind} {name} has a path that this ARN does not contain; find it with `{command}`"
    )
    assert shlex.split(error.command)[4] == name
    assert isinstance(error, LookupError)
    assert isinstance(error, IamTriageError)
    assert not isinstance(error, ValueError)


def test_path_unknown_pickled_and_copied() -> None:
    with pytest.raises(RolePathUnknownError) as caught:
        normalize_role_arn(f"{IAM}role/{SSO}")
    error = caught.value

    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is RolePathUnknownError
        assert (str(other), other.arn, other.role_name, other.command) == (
            str(error),
            error.arn,
            error.role_name,
            error.command,
        )


def test_output_of_the_command() -> None:
    """The command prints the required ARN."""
    printed = f"{IAM}role{REGIONAL}{SSO}"

    assert normalize_role_arn(printed, target="access-entry") == printed
    assert normalize_role_arn(printed, target="aws-auth") == f"{IAM}role/{SSO}"
