"""Test what all renderers share: marks, code in prose, link targets, printable code."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage._rendering.blocks import Code, Mark, Source
from iamtriage._rendering.texts import code_text, is_web_address, parts, phrases
from iamtriage._text import escape_controls
from tests.rendering.hostile import sources, texts
from tests.tables import check_rows

_TEXT = "0123456789"


def _shown(*marks: Mark) -> list[tuple[str, str | None]]:
    return [(text, mark.label if mark else None) for text, mark in parts(Source(_TEXT, marks))]


@check_rows(
    ("marks", "shown"),
    [
        pytest.param((), [("0123456789", None)], id="none"),
        pytest.param((Mark(2, 4, "a"),), [("01", None), ("23", "a"), ("456789", None)], id="one"),
        pytest.param((Mark(0, 5, "a"), Mark(5, 10, "b")), [("01234", "a"), ("56789", "b")], id="side by side"),
        pytest.param((Mark(8, 10, "b"), Mark(0, 2, "a")), [("01", "a"), ("234567", None), ("89", "b")], id="any order"),
        pytest.param((Mark(0, 5, "a"), Mark(3, 7, "b")), [("01234", "a"), ("56789", None)], id="the first of two"),
        pytest.param((Mark(-3, 2, "a"), Mark(8, 99, "b")), [("01", "a"), ("234567", None), ("89", "b")], id="over the ends"),
        pytest.param((Mark(5, 2, "a"), Mark(4, 4, "b"), Mark(20, 30, "c"), Mark(-9, -2, "d")), [("0123456789", None)], id="nowhere"),
        pytest.param((Mark(2, 8, "s", "***"),), [("01", None), ("***", "s"), ("89", None)], id="hidden"),
        pytest.param((Mark(2, 8, "a"), Mark(4, 5, "s", "***")), [("0123", None), ("***", "s"), ("56789", None)], id="hidden within a mark"),
        pytest.param((Mark(2, 8, "s", "***"), Mark(3, 4, "a"), Mark(8, 9, "b")), [("01", None), ("***", "s"), ("8", "b"), ("9", None)], id="a mark within the hidden"),
        pytest.param((Mark(2, 5, "s", "***"), Mark(4, 8, "t", "###")), [("01", None), ("***", "s"), ("89", None)], id="hidden twice"),
        pytest.param((Mark(2, 5, "s", ""),), [("01", None), ("", "s"), ("56789", None)], id="nothing instead"),
    ],
)  # fmt: skip
def test_marks(marks: tuple[Mark, ...], shown: list[tuple[str, str | None]]) -> None:
    assert _shown(*marks) == shown


def test_mark_between_carriage_return_and_newline() -> None:
    source = Source("a\r\nb\r\nc\r", (Mark(1, 2, "x"), Mark(3, 5, "y"), Mark(6, 7, "z")))
    assert [text for text, _ in parts(source)] == ["a", "", "\n", "b", "\n", "c", "\r"]


@given(sources)
def test_everything_is_shown_once_unless_a_mark_hides_it(source: Source) -> None:
    hidden = {
        i
        for mark in source.marks
        if mark.replacement is not None
        for i in range(max(mark.start, 0), mark.end)
    }
    # All characters differ, so that shown and hidden ones can be distinguished.
    text = "".join(chr(0x4E00 + i) for i in range(len(source.text)))
    shown = "".join(
        part for part, mark in parts(Source(text, source.marks)) if not mark or mark.replacement is None
    )
    assert shown == "".join(c for i, c in enumerate(text) if i not in hidden)


@check_rows(
    ("text", "code"),
    [
        ("No policy of the role's account allows it (yet): really?", []),
        ('It says "no identity-based policy" and 403, and/or 80%.', []),
        ("The action is s3:GetObject.", ["s3:GetObject"]),
        ('("s3:GetObject", s3:PutObject)', ["s3:GetObject", "s3:PutObject"]),
        ('"not allowed to s3:GetObject". (as role/orders_api),', ["s3:GetObject", "role/orders_api"]),
        ("the name is {{SessionName}}, or f(x)=1", ["{{SessionName}}", "f(x)=1"]),
        ('"s3:GetObject", (s3:PutObject)!', ["s3:GetObject", "s3:PutObject"]),
        ("run aws --list --all now", ["--list --all"]),
        ("ask ana@example.com, or www.example.com", ["ana@example.com", "www.example.com"]),
        ("@octocat #12 GH-12 deadbeef", ["@octocat #12 GH-12 deadbeef"]),
        ("role/orders_api in us-east-1", ["role/orders_api", "us-east-1"]),
        ('{"Effect": "Allow"}', ['{"Effect": "Allow"}']),
        ("a\x1bb c", ["a\\x1bb"]),
        ("a * b : c", ["*", ":"]),
        (
            "(aws sts get-caller-identity, aws configure list --profile x); y",
            ["aws sts get-caller-identity", "aws configure list --profile x"],
        ),
    ],
)
def test_code_in_prose(text: str, code: list[str]) -> None:
    assert [part for part, is_code in phrases(text) if is_code] == code


@given(texts)
def test_splitting_prose_loses_nothing(text: str) -> None:
    found = phrases(text)
    assert "".join(part for part, _ in found) == escape_controls(text)
    for part, code in found:
        if not code:
            assert all(c.isalnum() or c in " .,;:!?%()\"'-/–“”’" for c in part)
            assert "://" not in part
            assert "www." not in part


@check_rows(
    ("url", "fits"),
    [
        ("https://docs.aws.amazon.com/IAM/latest/UserGuide/a_(b).html?x=1&y=[2]#c%20d", True),
        ("https://docs.example.com", True),
        ("https://docs.example.com:8443/", True),
        ("http://docs.example.com/", False),
        ("HTTPS://docs.example.com/", False),
        ("javascript:alert(1)", False),
        ("//docs.example.com/", False),
        ("https://", False),
        ("https:///x", False),
        ("https://user@docs.example.com/", False),
        ("https://docs.example.com@evil.example/", False),
        ("https://docs.example.com\\@evil.example/", False),
        ("https://docs.example.com/a b", False),
        ("https://docs.example.com/\n", False),
        ('https://docs.example.com/"x', False),
        ("https://docs.example.com/<x>", False),
        ("https://docs.example.com/`x`", False),
        ("https://docs.exаmple.com/", False),
        ("", False),
    ],
)
def test_web_addresses(url: str, *, fits: bool) -> None:
    assert is_web_address(url) is fits


_ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


@given(_ANY_JSON, st.sampled_from((None, 2)))
def test_json_keeps_its_meaning(value: object, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    shown = code_text(Code(text, "json"), 80)
    assert shown.replace("\n", "").isprintable()
    assert json.loads(shown) == value


def test_document_marker_of_yaml_is_at_the_start_of_a_line() -> None:
    assert code_text(Code("a: 1\nb: 2\n", "yaml"), 80, "  ") == "  a: 1\n  b: 2"
    assert code_text(Code("a: 1\n---\nb: 2\n", "yaml"), 80, "  ") == "a: 1\n---\nb: 2"
