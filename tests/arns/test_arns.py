"""Parsing ARNs: accepted and rejected texts, error positions, and values."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any, cast

import botocore.loaders
import pytest

from iamtriage import Arn, IamTriageError, InvalidArnError, parse_arn
from iamtriage.arns._partitions import PARTITIONS
from tests.tables import check_rows

APP = "arn:aws:iam::111122223333:role/team/app"
SECTIONS = ("partition", "service", "region", "account", "resource")
MEGABYTES = 10 * 1024 * 1024

# Text -> its sections.
ACCEPTED = {
    APP: ("aws", "iam", "", "111122223333", "role/team/app"),
    "arn:aws-cn:sts::111122223333:assumed-role/app/ana": (
        "aws-cn",
        "sts",
        "",
        "111122223333",
        "assumed-role/app/ana",
    ),
    "arn:aws:s3:::quarterly-reports/2026/q1.csv": ("aws", "s3", "", "", "quarterly-reports/2026/q1.csv"),
    "arn:aws:sqs:eu-west-1:111122223333:orders": ("aws", "sqs", "eu-west-1", "111122223333", "orders"),
    "arn:aws:lambda:eu-west-1:111122223333:function:resize:live": (
        "aws",
        "lambda",
        "eu-west-1",
        "111122223333",
        "function:resize:live",
    ),
    "arn:aws:iam::aws:policy/ReadOnlyAccess": ("aws", "iam", "", "aws", "policy/ReadOnlyAccess"),
    "arn:aws:ec2:*:*:instance/*": ("aws", "ec2", "*", "*", "instance/*"),
    # Only the format is checked.
    "arn:::::": ("", "", "", "", ""),
    "arn::::::": ("", "", "", "", ":"),
    "arn:aws::::": ("aws", "", "", "", ""),
    "arn:nowhere:none:x:1:y": ("nowhere", "none", "x", "1", "y"),
    "arn:AWS:IAM::111122223333:ROLE/App": ("AWS", "IAM", "", "111122223333", "ROLE/App"),
    "arn:aws:iam::١١١١٢٢٢٢٣٣٣٣:role/app": ("aws", "iam", "", "١١١١٢٢٢٢٣٣٣٣", "role/app"),
    "arn:aws:iam::111122223333:role/app\n": ("aws", "iam", "", "111122223333", "role/app\n"),
    "arn: aws:\t:\0:\x1b[31m:\u2028": (" aws", "\t", "\0", "\x1b[31m", "\u2028"),
    "arn:aws:iam::111122223333:role/\ud800": ("aws", "iam", "", "111122223333", "role/\ud800"),
}
# Text -> the message without the text at its end, and the position.
REJECTED = {
    "": ("the text does not begin with 'arn:'", 0),
    " ": ("the text does not begin with 'arn:'", 0),
    "\n": ("the text does not begin with 'arn:'", 0),
    "arn": ("the text does not begin with 'arn:'", 0),
    ":::::": ("the text does not begin with 'arn:'", 0),
    "app": ("the text does not begin with 'arn:'", 0),
    APP.upper(): ("the text does not begin with 'arn:'", 0),
    APP.replace("arn", "Arn"): ("the text does not begin with 'arn:'", 0),
    APP.replace("arn", "ａｒｎ"): ("the text does not begin with 'arn:'", 0),
    "urn:aws:iam::111122223333:role/app": ("the text does not begin with 'arn:'", 0),
    "\ufeff" + APP: ("the text does not begin with 'arn:' (it occurs later)", 0),
    " " + APP: ("the text does not begin with 'arn:' (it occurs later)", 0),
    f'"{APP}"': ("the text does not begin with 'arn:' (it occurs later)", 0),
    "rolearn:aws:iam::111122223333:role/app": ("the text does not begin with 'arn:' (it occurs later)", 0),
    "arn:": ("the text ends before the service", 4),
    "arn:aws": ("the text ends before the service", 7),
    "arn:aws:": ("the text ends before the region", 8),
    "arn:aws:iam": ("the text ends before the region", 11),
    "arn:aws:iam:": ("the text ends before the account", 12),
    "arn:aws:iam::": ("the text ends before the resource", 13),
    "arn:aws:iam::111122223333": ("the text ends before the resource", 25),
    "arn:aws:iam:111122223333:role/app": ("the text ends before the resource", 33),
    "arn：aws：iam：：111122223333：role/app": ("the text does not begin with 'arn:'", 0),
}
NOT_STRINGS = [None, 5, 1.5, True, b"arn:aws:s3:::b", bytearray(b"arn:"), [], ["arn"], {}, object(), str]


@check_rows(("text", "sections"), ACCEPTED.items(), ids=map(ascii, ACCEPTED))
def test_accepted(text: str, sections: tuple[str, ...]) -> None:
    """The sections are as written, and `str()` returns the text."""
    arn = parse_arn(text)

    assert (arn.partition, arn.service, arn.region, arn.account, arn.resource) == sections
    assert str(arn) == text
    assert f"{arn}" == text
    assert Arn(*sections) == arn


@check_rows(("text", "expected"), REJECTED.items(), ids=map(ascii, REJECTED))
def test_rejected(text: str, expected: tuple[str, int]) -> None:
    """The message says what is missing and quotes the text; the position is where it is missing."""
    reason, position = expected
    with pytest.raises(InvalidArnError) as caught:
        parse_arn(text)

    assert str(caught.value) == f"not an ARN: {reason}: {text!r}"
    assert (caught.value.text, caught.value.position) == (text, position)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, IamTriageError)


@check_rows("thing", [*NOT_STRINGS, re.compile("arn")], ids=lambda thing: type(thing).__name__)
def test_not_a_string(thing: object) -> None:
    """Another type is a mistake of the caller, not an invalid ARN."""
    with pytest.raises(TypeError):
        parse_arn(cast("str", thing))


@check_rows("thing", NOT_STRINGS, ids=lambda thing: type(thing).__name__)
def test_the_message_names_the_type(thing: object) -> None:
    with pytest.raises(TypeError, match=f"an ARN must be a string, not {type(thing).__name__}"):
        parse_arn(cast("str", thing))


def test_subclass_of_str() -> None:
    """A subclass of ``str`` is accepted; the sections are plain strings."""

    class Name(str):
        __slots__ = ()

    arn = parse_arn(Name(APP))

    assert str(arn) == APP
    assert {type(section) for section in arn} == {str}


@check_rows("unit", ["a", ":", "arn:", " ", "\n", "é", "arn:aws:iam::"], ids=ascii)
def test_ten_megabytes(unit: str) -> None:
    """Parsing a huge text is fast, and the message stays short."""
    text = unit * (MEGABYTES // len(unit))
    error = _error_of(text)

    assert error is None or len(str(error)) < 1000
    assert error is None or f"… ({len(text)} characters)" in str(error)
    assert error is None or error.position in {0, len(text)}
    assert str(parse_arn(APP + text)) == APP + text


def _error_of(text: str) -> InvalidArnError | None:
    try:
        parse_arn(text)
    except InvalidArnError as error:
        return error
    return None


@check_rows("partition", PARTITIONS)
def test_every_partition(partition: str) -> None:
    arn = parse_arn(f"arn:{partition}:eks::111122223333:cluster/demo")

    assert arn == Arn(partition, "eks", "", "111122223333", "cluster/demo")


# ------------------------------------------------ parts of the resource

# Text after "arn:aws:" -> the parts, the type, the ID.
RESOURCES: dict[str, tuple[tuple[str, str, str], str | None, str]] = {
    "iam::111122223333:role/team/app": (("role", "/", "team/app"), "role", "team/app"),
    "iam::111122223333:root": (("root", "", ""), None, "root"),
    "iam::111122223333:role/": (("role", "/", ""), "role", ""),
    "rds:eu-west-1:111122223333:db:orders": (("db", ":", "orders"), "db", "orders"),
    "lambda:eu-west-1:111122223333:function:resize:live": (
        ("function", ":", "resize:live"),
        "function",
        "resize:live",
    ),
    "logs:eu-west-1:111122223333:log-group:/shop/web:*": (
        ("log-group", ":", "/shop/web:*"),
        "log-group",
        "/shop/web:*",
    ),
    "ssm:eu-west-1:111122223333:parameter/shop/db": (("parameter", "/", "shop/db"), "parameter", "shop/db"),
    "s3:::reports": (("reports", "", ""), None, "reports"),
    "s3:::reports/2026/q1.csv": (("reports", "/", "2026/q1.csv"), None, "reports/2026/q1.csv"),
    "s3:eu-west-1:111122223333:accesspoint/web": (("accesspoint", "/", "web"), "accesspoint", "web"),
    "sqs:eu-west-1:111122223333:orders": (("orders", "", ""), None, "orders"),
    "sns:eu-west-1:111122223333:alarms:0a1b2c3d": (("alarms", ":", "0a1b2c3d"), None, "alarms:0a1b2c3d"),
    "execute-api:eu-west-1:111122223333:a1b2c3/prod/GET/": (
        ("a1b2c3", "/", "prod/GET/"),
        None,
        "a1b2c3/prod/GET/",
    ),
    "apigateway:eu-west-1::/restapis/a1b2c3": (("", "/", "restapis/a1b2c3"), None, "/restapis/a1b2c3"),
    "eks:eu-west-1:111122223333:": (("", "", ""), None, ""),
    "eks:eu-west-1:111122223333::": (("", ":", ""), None, ":"),
    "ec2:eu-west-1:111122223333:*": (("*", "", ""), None, "*"),
}


@pytest.mark.parametrize(("text", "expected"), RESOURCES.items(), ids=RESOURCES)
def test_resource(text: str, expected: tuple[tuple[str, str, str], str | None, str]) -> None:
    """The resource is split at its first separator, and has a type only if the service writes one."""
    arn = parse_arn(f"arn:aws:{text}")

    assert (arn.resource_parts, arn.resource_type, arn.resource_id) == expected
    assert "".join(arn.resource_parts) == arn.resource


# ------------------------------------------------ constructor


@check_rows("section", SECTIONS[:-1])
def test_section_with_a_colon(section: str) -> None:
    """A colon before the resource would result in another ARN."""
    good = dict(zip(SECTIONS, ("aws", "iam", "", "111122223333", "role/app"), strict=True))
    with pytest.raises(InvalidArnError) as caught:
        Arn(**{**good, section: "ab:c"})

    assert str(caught.value) == f"{section} must not contain a colon: 'ab:c'"
    assert (caught.value.text, caught.value.position) == ("ab:c", 2)


def test_resource_with_colons() -> None:
    arn = Arn("aws", "lambda", "eu-west-1", "111122223333", "function:resize:live")

    assert parse_arn(str(arn)) == arn


@check_rows("section", SECTIONS)
@check_rows("thing", [None, 111122223333, b"aws"], ids=repr)
def test_section_that_is_not_a_string(section: str, thing: object) -> None:
    good: dict[str, Any] = dict(zip(SECTIONS, ("aws", "iam", "", "111122223333", "role/app"), strict=True))
    with pytest.raises(TypeError, match=f"{section} must be a string, not {type(thing).__name__}"):
        Arn(**{**good, section: thing})


# ------------------------------------------------ values


def test_frozen() -> None:
    """Attributes can be neither set nor added."""
    arn = parse_arn(APP)
    with pytest.raises(AttributeError):
        arn.account = "444455556666"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(AttributeError):
        arn.note = "mine"  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


@check_rows("text", ACCEPTED, ids=map(ascii, ACCEPTED))
def test_pickled_and_copied(text: str) -> None:
    arn = parse_arn(text)
    again = [pickle.loads(pickle.dumps(arn, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]

    for other in (*again, copy.copy(arn), copy.deepcopy(arn)):
        assert type(other) is Arn
        assert (other, str(other), hash(other)) == (arn, text, hash(arn))


@check_rows("text", REJECTED, ids=map(ascii, REJECTED))
def test_error_pickled_and_copied(text: str) -> None:
    with pytest.raises(InvalidArnError) as caught:
        parse_arn(text)
    error = caught.value

    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is InvalidArnError
        assert (str(other), other.text, other.position) == (str(error), error.text, error.position)


def test_ordered_by_section() -> None:
    """ARNs are ordered by section, not by text."""
    texts = [
        "arn:aws-cn:iam::111122223333:role/app",
        "arn:aws:s3:::reports",
        "arn:aws:iam::111122223333:role/b",
        "arn:aws:iam::111122223333:role/a",
    ]

    assert [str(arn) for arn in sorted(map(parse_arn, texts))] == [texts[3], texts[2], texts[1], texts[0]]


def test_hashable() -> None:
    assert {parse_arn(APP), parse_arn(APP), parse_arn(APP + "2")} == {parse_arn(APP + "2"), parse_arn(APP)}
    assert {parse_arn(APP): "mine"}[Arn("aws", "iam", "", "111122223333", "role/team/app")] == "mine"


def test_matched() -> None:
    """``match`` accepts sections by name and by position."""
    match parse_arn(APP):
        case Arn(service="iam", account=account, resource=resource):
            assert (account, resource) == ("111122223333", "role/team/app")
        case _:
            pytest.fail("not matched by name")
    match parse_arn(APP):
        case Arn(partition, "iam", _, _, _):
            assert partition == "aws"
        case _:
            pytest.fail("not matched by position")


def test_repr() -> None:
    assert repr(parse_arn("arn:aws:s3:::reports")) == (
        "Arn(partition='aws', service='s3', region='', account='', resource='reports')"
    )


# ------------------------------------------------ the partitions


def test_partitions_match_botocores_endpoints() -> None:
    """A new partition fails here; an older botocore can have fewer."""
    data = botocore.loaders.create_loader().load_data("endpoints")
    botocore_partitions = {partition["partition"] for partition in data["partitions"]}

    assert botocore_partitions <= set(PARTITIONS)
    if "aws-eusc" in botocore_partitions:  # the newest known partition
        assert botocore_partitions == set(PARTITIONS)


def test_partitions_match_botocores_endpoint_rules() -> None:
    """The same for the data of botocore's endpoint rules."""
    data = botocore.loaders.create_loader().load_data("partitions")
    botocore_partitions = {partition["id"] for partition in data["partitions"]}

    assert botocore_partitions <= set(PARTITIONS)
    if "aws-eusc" in botocore_partitions:
        assert botocore_partitions == set(PARTITIONS)


def test_partitions_once_each() -> None:
    assert len(PARTITIONS) == len(set(PARTITIONS))
