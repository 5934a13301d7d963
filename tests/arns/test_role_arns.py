"""Role ARNs for each place, and the ARN under which the authenticator looks a caller up."""

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

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

ACCOUNT = "111122223333"
IAM, STS = f"arn:aws:iam::{ACCOUNT}:", f"arn:aws:sts::{ACCOUNT}:"
RESERVED = "/aws-reserved/sso.amazonaws.com/"
REGIONAL = f"{RESERVED}eu-west-1/"
SSO = "AWSReservedSSO_Readers_0123456789abcdef"
LINKED = "AWSServiceRoleForAutoScaling"
LINKED_PATH = "/aws-service-role/autoscaling.amazonaws.com/"
TARGETS: tuple[RoleTarget, ...] = get_args(RoleTarget)
WITH_PATH: tuple[RoleTarget, ...] = ("iam", "access-entry")

# ------------------------------------------------ canonicalize

# What STS prints with P for the partition -> what is looked up.
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
# The authenticator is less strict than IAM, and so is the look-up; upper case stays.
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


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize(("caller", "canonical"), CALLERS.items(), ids=CALLERS)
def test_canonical(partition: str, caller: str, canonical: str) -> None:
    """A session becomes its role, everybody else stays; the same from an ``Arn``, and of what it gives."""
    text, expected = (t.replace("arn:P:", f"arn:{partition}:") for t in (caller, canonical))

    assert canonicalize_arn(text) == expected
    assert canonicalize_arn(parse_arn(text)) == expected
    assert canonicalize_arn(expected) == expected


@pytest.mark.parametrize(("caller", "canonical"), LENIENT.items(), ids=map(ascii, LENIENT))
def test_canonical_of_what_iam_refuses(caller: str, canonical: str) -> None:
    assert canonicalize_arn(caller) == canonical


# Text -> the message without the text at its end, and what stands at the place; "" is the text's end.
NO_CALLERS = {
    f"arn:aws-moon:iam::{ACCOUNT}:role/app": (
        "no partition is called 'aws-moon'",
        f"aws-moon:iam::{ACCOUNT}:role/app",
    ),
    f"arn:AWS:iam::{ACCOUNT}:role/app": ("no partition is called 'AWS'", f"AWS:iam::{ACCOUNT}:role/app"),
    "arn:::::": ("no partition is called ''", "::::"),
    "arn:aws::::": ("a caller's ARN is of iam or sts, not of ''", ":::"),
    "arn:aws:s3:::reports": ("a caller's ARN is of iam or sts, not of 's3'", "s3:::reports"),
    f"{IAM}instance-profile/node": (
        "iam has no callers of type 'instance-profile', only role, user, root",
        "instance-profile/node",
    ),
    f"{IAM}group/readers": (
        "iam has no callers of type 'group', only role, user, root",
        "group/readers",
    ),
    f"{IAM}Role/app": ("iam has no callers of type 'Role', only role, user, root", "Role/app"),
    f"{IAM}role:app": ("iam has no callers of type 'role:app', only role, user, root", "role:app"),
    f"{IAM}": ("iam has no callers of type '', only role, user, root", ""),
    f"{STS}role/app": (
        "sts has no callers of type 'role', only assumed-role, federated-user",
        "role/app",
    ),
    f"{IAM}role": ("the role's name is missing", ""),
    f"{IAM}role/": ("the role's name is missing", ""),
    f"{IAM}user/": ("the user's name is missing", ""),
    f"{STS}federated-user": ("the federated-user's name is missing", ""),
    f"{STS}assumed-role": (
        "a role session's ARN names role and session, assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role/": (
        "a role session's ARN names role and session, assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role/app": (
        "a role session's ARN names role and session, assumed-role/ROLE/SESSION",
        "",
    ),
    f"{STS}assumed-role//ana": (
        "a role session's ARN names role and session, assumed-role/ROLE/SESSION",
        "",
    ),
}


@pytest.mark.parametrize(("text", "expected"), NO_CALLERS.items(), ids=NO_CALLERS)
def test_no_caller(text: str, expected: tuple[str, str]) -> None:
    words, rest = expected
    for given in (text, parse_arn(text)):
        with pytest.raises(InvalidArnError) as caught:
            canonicalize_arn(given)

        assert str(caught.value) == f"{words}: {text!r}"
        assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@pytest.mark.parametrize("text", ["", "arn", "111122223333", "ec2.amazonaws.com", "ARN:aws:iam::1:role/a"])
def test_no_arn(text: str) -> None:
    """Neither function takes what is no ARN; an account or a service has no role either."""
    with pytest.raises(InvalidArnError, match=r"^not an ARN: "):
        canonicalize_arn(text)
    with pytest.raises(InvalidArnError):
        normalize_role_arn(text)


@pytest.mark.parametrize(
    "thing", [None, 111122223333, b"arn:aws:s3:::b", [], object()], ids=lambda thing: type(thing).__name__
)
def test_no_text(thing: object) -> None:
    with pytest.raises(TypeError, match=type(thing).__name__):
        canonicalize_arn(cast("str", thing))
    with pytest.raises(TypeError, match=type(thing).__name__):
        normalize_role_arn(cast("str", thing))


# ------------------------------------------------ normalize


def _rows() -> list[ParameterSet]:
    """(ARN, path given, what aws-auth wants, what IAM and access entries want; None: the path is unknown)."""
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


@pytest.mark.parametrize("partition", PARTITIONS)
@pytest.mark.parametrize(("tail", "path", "name", "full"), _rows())
def test_normalized(partition: str, tail: str, path: str | None, name: str, full: str | None) -> None:
    """Each target has its form, from text and from an ``Arn``; a path that cannot be known is not guessed."""
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


def test_iam_is_the_target_unless_told() -> None:
    assert normalize_role_arn(f"{IAM}role/team/app") == f"{IAM}role/team/app"


@pytest.mark.parametrize("path", ["/team/web/", "team/web", "/team/web", "team/web/", "//team/web//"])
def test_path_with_and_without_slashes(path: str) -> None:
    assert normalize_role_arn(f"{IAM}role/app", path=path) == f"{IAM}role/team/web/app"
    assert normalize_role_arn(f"{IAM}role/team/web/app", path=path) == f"{IAM}role/team/web/app"


@pytest.mark.parametrize("path", ["", "/", "//"])
def test_no_path(path: str) -> None:
    assert normalize_role_arn(f"{STS}assumed-role/app/ana", path=path) == f"{IAM}role/app"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("text", "path", "words", "rest"),
    [
        (f"{IAM}role/team/app", "/", "the ARN's path is /team/, not '/'", "/team/app"),
        (f"{IAM}role/team/app", "", "the ARN's path is /team/, not '/'", "/team/app"),
        (f"{IAM}role/team/app", "/other/", "the ARN's path is /team/, not '/other/'", "/team/app"),
        (f"{IAM}role/team/app", "/Team/", "the ARN's path is /team/, not '/Team/'", "/team/app"),
        (f"{IAM}role/a:b:c/x", "/other/", "the ARN's path is /a:b:c/, not '/other/'", "/a:b:c/x"),
        (
            f"{IAM}role{RESERVED}{SSO}",
            REGIONAL,
            f"the ARN's path is {RESERVED}, not '{REGIONAL}'",
            f"{RESERVED}{SSO}",
        ),
    ],
)
def test_path_that_contradicts(text: str, path: str, words: str, rest: str, target: RoleTarget) -> None:
    """Two paths cannot both be right, also where the target wants none."""
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(text, target=target, path=path)

    assert str(caught.value) == f"{words}: {text!r}"
    assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    "path", ["te am", "/te am/", "//te am", "te\nam", "équipe", "/team/\0/", "３"], ids=ascii
)
def test_path_with_a_wrong_sign(path: str, target: RoleTarget) -> None:
    wrong = next(sign for sign in path if not "!" <= sign <= "~")
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(f"{IAM}role/app", target=target, path=path)

    assert str(caught.value).startswith(f"a path holds ASCII characters from ! to ~ only, not {wrong!r}: ")
    assert caught.value.text[caught.value.position] == wrong


@pytest.mark.parametrize("slashes", ["{}", "/{}", "{}/", "/{}/"])
def test_path_at_its_limit(slashes: str) -> None:
    """The slashes count, also those that were left out."""
    path, longer = slashes.format("p" * 510), slashes.format("p" * 511)

    assert normalize_role_arn(f"{IAM}role/app", path=path) == f"{IAM}role/{'p' * 510}/app"
    with pytest.raises(
        InvalidArnError, match=r"^a path has at most 512 characters, this one has 513: "
    ) as caught:
        normalize_role_arn(f"{IAM}role/app", path=longer)
    assert caught.value.position == 0


@pytest.mark.parametrize("path", [5, b"/team/", ["team"], True], ids=repr)
def test_path_that_is_no_text(path: object) -> None:
    with pytest.raises(TypeError, match=f"a path is text, not {type(path).__name__}"):
        normalize_role_arn(f"{IAM}role/app", path=cast("str", path))


@pytest.mark.parametrize("target", ["", "IAM", "aws_auth", "eks", None, 5, ["iam"]], ids=repr)
def test_no_such_target(target: object) -> None:
    with pytest.raises(
        ValueError, match=r"^target is one of 'iam', 'aws-auth', 'access-entry', not "
    ) as caught:
        normalize_role_arn(f"{IAM}role/app", target=cast("RoleTarget", target))

    assert str(caught.value).endswith(repr(target))
    assert not isinstance(caught.value, IamTriageError)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("text", "words", "rest"),
    [
        (f"{IAM}user/ana", "a user; aws-auth maps users under mapUsers, with their path", "user/ana"),
        (f"{IAM}user/a:b/ana", "a user; aws-auth maps users under mapUsers, with their path", "user/a:b/ana"),
        (f"{IAM}root", "an account's root, not a role", "root"),
        (f"{STS}federated-user/ana", "a federated user, who has no role", "federated-user/ana"),
        (
            f"{IAM}instance-profile/node",
            "an instance profile; `aws iam get-instance-profile` names its role",
            "instance-profile/node",
        ),
        (ACCOUNT, "an account, not a role", ACCOUNT),
        ("ec2.amazonaws.com", "a service principal, not a role", "ec2.amazonaws.com"),
    ],
)
def test_no_role(text: str, words: str, rest: str, target: RoleTarget) -> None:
    """The message says what was given instead."""
    with pytest.raises(InvalidArnError) as caught:
        normalize_role_arn(text, target=target, path="/team/")

    assert str(caught.value) == f"a role's ARN is wanted, this is {words}: {text!r}"
    assert (caught.value.text, text[caught.value.position :]) == (text, rest)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
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
    """IAM's rules hold for every target."""
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
    """The error names the role and the call that finds its path, ready for a shell."""
    with pytest.raises(RolePathUnknownError) as caught:
        normalize_role_arn(text, target=target)
    error = caught.value

    command = f"aws iam get-role --role-name {name} --query Role.Arn --output text"
    assert (error.arn, error.role_name, error.command) == (text, name, command)
    assert str(error) == f"the {kind} {name} has a path that this ARN does not tell; find it with `{command}`"
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


def test_answer_of_the_command() -> None:
    """What the call prints is the ARN that is wanted."""
    printed = f"{IAM}role{REGIONAL}{SSO}"

    assert normalize_role_arn(printed, target="access-entry") == printed
    assert normalize_role_arn(printed, target="aws-auth") == f"{IAM}role/{SSO}"
