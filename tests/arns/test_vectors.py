"""The shared ARN vectors, from the tests and code of other projects.

Every row passes, or is listed here with the reason why we differ.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import (
    Arn,
    InvalidArnError,
    Role,
    RoleSession,
    User,
    canonicalize_arn,
    normalize_role_arn,
    parse_arn,
    parse_principal,
)
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors"
_SECTIONS = ("partition", "service", "region", "account", "resource")

# Before the tables, which must have rows.
if not _VECTORS.is_dir():
    pytest.skip("the shared vectors are not on this machine", allow_module_level=True)


def _rows(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_VECTORS / file).read_text("utf-8").splitlines() if line.strip()]


_PARSING = _rows("arn_parse.jsonl")
_CANONICAL = _rows("canonicalize.jsonl")


def _of(*functions: str) -> list[dict[str, Any]]:
    return [row for row in _CANONICAL if row["function"] in functions]


def _outcome(function: Callable[[str], Any], text: str) -> Any:  # noqa: ANN401 (the result of any function)
    """Return the result of a function, or ``None`` if it rejects the text."""
    try:
        return function(text)
    except InvalidArnError as error:
        position = error.position
    assert 0 <= position <= len(text)
    return None


def _differs(reasons: dict[str, Callable[[Arn], bool]], text: str) -> bool:
    """Return whether one of the reasons to differ applies to the text."""
    return any(holds(parse_arn(text)) for holds in reasons.values())


# ------------------------------------------------ parsing

# Reason -> the ARNs to which it applies.
ACCEPTED_BY_US: dict[str, Callable[[Arn], bool]] = {
    "instacart's arn requires a service; the AWS SDK for Go, which we follow, accepts an empty one": (
        lambda arn: not arn.service
    ),
}
TYPED_BY_THEM: dict[str, Callable[[Arn], bool]] = {
    "coveo's arnparse takes a bucket name for a type, the other arnparse does not": (
        lambda arn: arn.service == "s3" and not arn.account
    ),
    "coveo's arnparse returns '' as type and ID if there is no separator": (
        lambda arn: not arn.resource_parts[1]
    ),
}


@check_rows("row", _PARSING, ids=lambda row: ascii(row["input"])[:80])
def test_parsing(row: dict[str, Any]) -> None:
    """Sections as in the AWS SDK for Go; resource types if a project without a table has one."""
    given, expected = row["input"], row["expect"]
    if isinstance(given, dict):
        _check_parts(given["resource"], expected["resource_ids"])
        return
    arn = _outcome(parse_arn, given)
    if "error" in expected or expected.get("is_arn") is False:
        assert arn is None or _differs(ACCEPTED_BY_US, given)
        return
    assert str(arn) == given
    assert {key: getattr(arn, key) for key in _SECTIONS} == {key: expected[key] for key in _SECTIONS}
    if "resource_type" in expected:
        theirs = (expected["resource_type"], expected["resource_rest"])
        assert (arn.resource_type, arn.resource_id) == theirs or _differs(TYPED_BY_THEM, given)
    # "arnmatch", "typed", "s3_error" and others need tables of services, which this package lacks.


def _check_parts(resource: str, ids: list[str]) -> None:
    """Two parts are equal; the AWS SDK for Go splits at every separator, we at the first."""
    arn = parse_arn(f"arn:aws:s3:eu-west-1:111122223333:{resource}")
    first, _, rest = arn.resource_parts

    assert [first, rest] == ids


# ------------------------------------------------ look-ups of the authenticator

REJECTED_BY_US: dict[str, Callable[[Arn], bool]] = {
    "a role without a name, which cannot exist": lambda arn: arn.resource in {"role", "role/"},
}


@check_rows("row", _of("Canonicalize"), ids=lambda row: ascii(row["input"]["arn"])[:80])
def test_canonicalize(row: dict[str, Any]) -> None:
    given = row["input"]["arn"]
    expected = row["expect"].get("arn")
    got = _outcome(canonicalize_arn, given)

    assert got == expected or (got is None and _differs(REJECTED_BY_US, given))


@pytest.mark.parametrize(
    "row",
    _of("Identity.fromGetCallerIdentity", "CRD.canonicalARN"),
    ids=lambda row: ascii(row["input"].get("Arn", row["input"].get("arn")))[:80],
)
def test_look_up_of_an_identity(row: dict[str, Any]) -> None:
    """The caller's ARN as the server compares it. User IDs and session names do not concern ARNs."""
    given = row["input"].get("Arn", row["input"].get("arn"))
    expected = row["expect"]
    got = _outcome(canonicalize_arn, given)
    canonical = expected.get("canonicalARN")
    if "arn" in expected:  # of a custom resource, which stores it in lower case
        assert got is not None
        got, canonical = got.lower(), expected["arn"]

    assert canonical is None or got == canonical
    if "is invalid" in str(expected.get("error")):
        assert got is None


# ------------------------------------------------ without path


def _stripped() -> list[tuple[str, str | None]]:
    """(input, result of StripPath; None: an error), from its own rows and those of all projects."""
    own = [(row["input"]["arn"], row["expect"].get("arn")) for row in _of("StripPath")]
    run = [
        (row["input"]["arn"], row["peers"]["aia_strip_path"])
        for row in _of("Canonicalize")
        if "aia_strip_path" in row.get("peers", {})
    ]
    return own + [(given, expected if isinstance(expected, str) else None) for given, expected in run]


@check_rows(("given", "expected"), _stripped(), ids=lambda value: ascii(value)[:60])
def test_strip_path(given: str, expected: str | None) -> None:
    """For a role, ``target="aws-auth"`` has the result of StripPath.

    StripPath checks only the partition: it accepts impossible roles and keeps other principals. We reject both, and
    convert a session to its role.
    """
    got = _outcome(lambda text: normalize_role_arn(text, target="aws-auth"), given)
    who = _outcome(parse_principal, given)
    if isinstance(who, Role):
        assert got == expected
    elif isinstance(who, RoleSession):
        assert got == canonicalize_arn(given)
    else:
        assert got is None


# ------------------------------------------------ user or role


@pytest.mark.parametrize("row", _of("iam.Parse"), ids=lambda row: ascii(row["input"]["arn"])[:80])
def test_kind_of_identity(row: dict[str, Any]) -> None:
    """The same kind, with an account of 12 digits, which eksctl does not check."""
    arn, expected = parse_arn(row["input"]["arn"]), row["expect"]
    if len(arn.account) != 12:
        with pytest.raises(InvalidArnError, match="an account ID must have 12 digits"):
            parse_principal(arn)
        arn = arn._replace(account="111122223333")
    who = parse_principal(arn)

    assert isinstance(who, User) == expected["is_user"]
    assert isinstance(who, Role) == expected["is_role"]


# ------------------------------------------------ the reasons above


@check_rows("reason", [*ACCEPTED_BY_US, *TYPED_BY_THEM, *REJECTED_BY_US])
def test_every_reason_is_needed(reason: str) -> None:
    """A reason without a row that differs is removed."""
    holds = {**ACCEPTED_BY_US, **TYPED_BY_THEM, **REJECTED_BY_US}[reason]
    inputs = [row["input"] for row in _PARSING if isinstance(row["input"], str)]
    inputs += [row["input"]["arn"] for row in _of("Canonicalize")]

    assert any(holds(arn) for text in inputs if (arn := _outcome(parse_arn, text)))
