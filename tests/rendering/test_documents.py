"""Test that compact JSON is the same document, in lines that fit."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from iamtriage._rendering.documents import compact_json, dense_json

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(_values, st.integers(20, 120))
def test_document_is_the_same(value: object, width: int) -> None:
    assert json.loads(compact_json(value, width)) == value
    assert json.loads(dense_json(value, width)) == value


@given(_values, st.integers(20, 120))
def test_longer_lines_have_one_value(value: object, width: int) -> None:
    """A line is longer than the width only if nothing in it could be on a line of its own."""
    for line in compact_json(value, width).split("\n"):
        if len(line) > width:
            assert len(line.strip(' "{}[],')) > width - 20 - (len(line) - len(line.lstrip()))


def test_statements_begin_lines() -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
    document = {"Version": "2012-10-17", "Statement": [statement, statement]}
    assert compact_json(document, 60).split("\n") == [
        '{"Version": "2012-10-17", "Statement": [',
        '  {"Effect": "Allow", "Action": "s3:GetObject",',
        '   "Resource": "arn:aws:s3:::reports/*"},',
        '  {"Effect": "Allow", "Action": "s3:GetObject",',
        '   "Resource": "arn:aws:s3:::reports/*"}]}',
    ]


def test_single_values_do_not_begin_lines_on_which_they_do_not_fit() -> None:
    provider = f"arn:aws:iam::111122223333:oidc-provider/{'x' * 40}"
    document = {
        "Principal": {"Federated": provider},
        "Condition": {"StringEquals": {"a:sub": "x" * 30, "a:aud": "y"}},
    }
    assert compact_json(document, 60).split("\n") == [
        f'{{"Principal": {{"Federated": "{provider}"}},',
        ' "Condition": {"StringEquals": {',
        f'  "a:sub": "{"x" * 30}", "a:aud": "y"}}}}}}',
    ]
