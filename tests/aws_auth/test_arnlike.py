"""ARN patterns compared with regular expressions, to which the authenticator converts them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import InvalidArnError
from iamtriage.aws_auth._arnlike import arn_like
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/"


@check_rows(
    ("resource", "pattern", "is_match"),
    [
        ("role/app", "role/app", True),
        ("role/app", "role/App", False),
        ("role/app", "role/ap?", True),
        ("role/ap", "role/ap?", True),
        ("role/apps", "role/ap?", False),
        ("role/app", "*", True),
        ("role/app", "role/*?*app", True),
        ("role/app", "????????", True),
        ("role/app", "???????", False),
        ("role/a\nb", "role/*", False),
        ("role/a\nb", "role/a?b", False),
        ("role/a\nb", "role/a\n*", True),
        ("role/app\n", "role/app", False),
        ("role/a:b:c", "role/*:c", True),
        ("role/a.c", "role/a.c", True),
        ("role/abc", "role/a.c", False),
        (r"role/[a]{1}\d", r"role/[a]{1}\d", True),
        ("role/ñ", "role/?", True),
        ("", "*", True),
        ("", "", True),
    ],
)
def test_resources(resource: str, pattern: str, *, is_match: bool) -> None:
    start = "arn:aws:iam::111122223333:"
    assert arn_like(start + resource, start + pattern) is is_match


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        ("arn:*:*:*:*:*", True),
        ("arn:aws*:iam::*:role/app", True),
        ("arn:aws:iam:?:1111*:role/app", True),
        ("arn:aws:iam:*:role/app:*", False),  # a wildcard matches no colon
        ("arn::iam::111122223333:role/*", False),
    ],
)
def test_sections(pattern: str, *, is_match: bool) -> None:
    assert arn_like(f"{ROLE}app", pattern) is is_match


@pytest.mark.parametrize("text", ["", "*", "arn:aws:iam::1", "ARN:aws:iam::111122223333:role/app"])
def test_invalid_arns(text: str) -> None:
    with pytest.raises(InvalidArnError):
        arn_like(text, f"{ROLE}*")
    with pytest.raises(InvalidArnError):
        arn_like(f"{ROLE}app", text)


@given(st.text("ab\n", max_size=8), st.text("ab*?\n", max_size=10))
def test_as_a_regular_expression(text: str, pattern: str) -> None:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".?")
    assert arn_like(ROLE + text, ROLE + pattern) == (re.fullmatch(expression, text) is not None)


@pytest.mark.parametrize("pattern", ["*a" * 500 + "b", "?" * 1000 + "a" * 1000, "*?" * 1000 + "b"])
def test_hostile_patterns(pattern: str) -> None:
    assert not arn_like(ROLE + "a" * 999, ROLE + pattern)
