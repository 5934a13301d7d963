"""Tests for the shell that runs the commands of remedies."""

from __future__ import annotations

import pytest

from tests.explaining.rules.shell import arguments_of
from tests.tables import check_rows


def test_arguments_are_those_of_the_program() -> None:
    assert arguments_of("aws eks 'a b' \"c'd\" ''") == [["aws", "eks", "a b", "c'd", ""]]


def test_substitution_is_a_separate_call() -> None:
    calls = arguments_of('aws eks --arn "$(aws iam get-role --role-name app)"')
    assert sorted(calls) == [
        ["aws", "eks", "--arn", "PRINTED"],
        ["aws", "iam", "get-role", "--role-name", "app"],
    ]


def test_both_ends_of_a_pipe_are_recorded() -> None:
    assert sorted(arguments_of("kubectl get x | iamtriage aws-auth lint -")) == [
        ["iamtriage", "aws-auth", "lint", "-"],
        ["kubectl", "get", "x"],
    ]


@check_rows(
    "command",
    ["rm -rf /", "aws x > out", "aws 'x", "aws x; id", "aws x; echo y", "touch x"],
    ids=["unknown", "file", "quote", "second", "builtin", "touch"],
)
def test_other_effects_fail(command: str) -> None:
    with pytest.raises(AssertionError):
        arguments_of(command)
