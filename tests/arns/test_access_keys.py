"""Access key IDs: what they contain, and what they do not."""

from __future__ import annotations

import base64
import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import AccessKeyId, AccessKeyIdError, IamTriageError
from iamtriage.arns import find_access_key_ids
from tests.explaining.rules.shell import arguments_of
from tests.tables import check_rows


@check_rows(
    ("text", "account"),
    [
        ("AKIARTX3GSDSVJNFUWS2", "111122223333"),
        ("ASIARTX3GSDSVJNFUWS2", "111122223333"),
        ("AKIAQAAAAAAAVJNFUWS2", "000000000001"),
        ("AKIARZPUZDIKFJNFUWS2", "123456789012"),
        ("AKIA6RVFFB77VJNFUWS2", "999999999999"),
    ],
)
def test_newer_keys_contain_their_account(text: str, account: str) -> None:
    assert AccessKeyId(text).account == account


@given(st.integers(0, 999_999_999_999), st.integers(0, 127), st.binary(min_size=4, max_size=4))
def test_every_account_is_decoded(account: int, low: int, rest: bytes) -> None:
    number = 1 << 47 | account << 7 | low
    text = "AKIA" + base64.b32encode(number.to_bytes(6, "big") + rest).decode()
    assert AccessKeyId(text).account == f"{account:012d}"


@given(
    st.sampled_from("ABCDEFGHIJKLMNOP"), st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=15, max_size=15)
)
def test_no_older_key_is_decoded(first: str, rest: str) -> None:
    assert AccessKeyId(f"AKIA{first}{rest}").account is None


@check_rows(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",  # of the older kind
        "AKIAI44QH8DHBEXAMPLE",  # of the older kind, and no base32
        "AKIARTX3GSDSVJNFUWS8",  # no base32
        "AKIARTX3GSDSVJNFUWS2A",  # too long
        "AKIARTX3GSDSVJNF",  # too short
        "AROARTX3GSDSVJNFUWS2A",  # no key
        "AKIA7777777777777777",  # a number that no account has
    ],
)
def test_no_account_is_guessed(text: str) -> None:
    assert AccessKeyId(text).account is None


@check_rows(
    ("prefix", "kind", "is_key", "is_temporary"),
    [
        ("AKIA", "long-term access key", True, False),
        ("ASIA", "temporary access key", True, True),
        ("ABIA", "STS service bearer token", False, False),
        ("ACCA", "context-specific credential", False, False),
        ("AGPA", "group", False, False),
        ("AIDA", "user", False, False),
        ("AIPA", "instance profile", False, False),
        ("ANPA", "managed policy", False, False),
        ("ANVA", "managed policy version", False, False),
        ("APKA", "public key", False, False),
        ("AROA", "role", False, False),
        ("ASCA", "certificate", False, False),
    ],
)
def test_prefixes(prefix: str, kind: str, *, is_key: bool, is_temporary: bool) -> None:
    key = AccessKeyId(f"{prefix}EXAMPLEEXAMPLE12")
    assert (key.kind, key.is_key, key.is_temporary) == (kind, is_key, is_temporary)
    assert (key.command is None) is not is_key


def test_a_key_is_shown_with_the_command_for_an_unknown_account() -> None:
    older, newer = AccessKeyId("AKIAIOSFODNN7EXAMPLE"), AccessKeyId("AKIARTX3GSDSVJNFUWS2")
    assert older.account is None
    assert f"get-access-key-info --access-key-id {older.id}" in older._repr_markdown_()
    assert newer.account is not None
    assert "get-access-key-info" not in newer._repr_markdown_()


def test_the_command_asks_sts() -> None:
    command = AccessKeyId(" AKIARTX3GSDSVJNFUWS2\n").command
    assert command is not None
    assert arguments_of(command) == [
        [
            "aws",
            "sts",
            "get-access-key-info",
            "--access-key-id",
            "AKIARTX3GSDSVJNFUWS2",
            "--query",
            "Account",
            "--output",
            "text",
        ]
    ]


@check_rows(
    "text",
    [
        "",
        "AKIA",
        "hunter2",
        "akiartx3gsdsvjnfuws2",
        "AKIARTX3GSDS VJNFUWS2",
        "XKIARTX3GSDSVJNFUWS2",
        "AKIA" + "A" * 125,
    ],
)
def test_other_texts_are_rejected_without_being_quoted(text: str) -> None:
    with pytest.raises(AccessKeyIdError) as caught:
        AccessKeyId(text)
    assert isinstance(caught.value, (ValueError, IamTriageError))
    assert not text or text not in str(caught.value).replace("AKIA or ASIA", "")


def test_other_types_are_rejected() -> None:
    with pytest.raises(TypeError):
        AccessKeyId(7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError):
        find_access_key_ids(b"AKIARTX3GSDSVJNFUWS2")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]


def test_it_is_a_value() -> None:
    key = AccessKeyId("AKIARTX3GSDSVJNFUWS2")
    assert key == AccessKeyId("AKIARTX3GSDSVJNFUWS2")
    assert hash(key) == hash(AccessKeyId("AKIARTX3GSDSVJNFUWS2"))
    assert str(key) == "AKIARTX3GSDSVJNFUWS2"
    assert copy.deepcopy(key) == pickle.loads(pickle.dumps(key)) == key


@check_rows(
    ("text", "ids"),
    [
        ("Credential=AKIARTX3GSDSVJNFUWS2/20310405/eu-west-1", ["AKIARTX3GSDSVJNFUWS2"]),
        ("X-Amz-Credential=ASIARTX3GSDSVJNFUWS2%2F20310405", ["ASIARTX3GSDSVJNFUWS2"]),
        (
            "AKIARTX3GSDSVJNFUWS2, ASIARTX3GSDSVJNFUWS2, AKIARTX3GSDSVJNFUWS2",
            ["AKIARTX3GSDSVJNFUWS2", "ASIARTX3GSDSVJNFUWS2"],
        ),
        ("principalId: AROARTX3GSDSVJNFUWS2A:run-7", ["AROARTX3GSDSVJNFUWS2A"]),
        (r'{"log": "key\nAKIARTX3GSDSVJNFUWS2"}', ["AKIARTX3GSDSVJNFUWS2"]),
        ("<AccessKeyId>AKIARTX3GSDSVJNFUWS2</AccessKeyId>", ["AKIARTX3GSDSVJNFUWS2"]),
        ("ASIAPACIFIC", []),
        ("MAKIARTX3GSDSVJNFUWS2", []),
        ("AKIAnot", []),
        ("", []),
    ],
)
def test_ids_in_texts(text: str, ids: list[str]) -> None:
    assert [key.id for key in find_access_key_ids(text)] == ids


@given(st.text())
def test_any_text_can_be_searched(text: str) -> None:
    for key in find_access_key_ids(text):
        assert key.id in text
