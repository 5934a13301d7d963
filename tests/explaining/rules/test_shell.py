"""The shell in which commands are tried shows what would happen."""

from __future__ import annotations

import pytest

from tests.explaining.rules.shell import arguments_of


def test_arguments_come_as_the_program_gets_them() -> None:
    assert arguments_of("aws eks 'a b' \"c'd\" ''") == [["aws", "eks", "a b", "c'd", ""]]


def test_a_substitution_is_a_call_of_its_own() -> None:
    calls = arguments_of('aws eks --arn "$(aws iam get-role --role-name app)"')
    assert sorted(calls) == [
        ["aws", "eks", "--arn", "PRINTED"],
        ["aws", "iam", "get-role", "--role-name", "app"],
    ]


def test_both_ends_of_a_pipe_are_seen() -> None:
    assert sorted(arguments_of("kubectl get x | iamtriage aws-auth lint -")) == [
        ["iamtriage", "aws-auth", "lint", "-"],
        ["kubectl", "get", "x"],
    ]


@pytest.mark.parametrize(
    "command",
    ["rm -rf /", "aws x > out", "aws 'x", "aws x; id", "aws x; echo y", "touch x"],
    ids=["unknown", "file", "quote", "second", "builtin", "touch"],
)
def test_what_does_more_fails(command: str) -> None:
    with pytest.raises(AssertionError):
        arguments_of(command)
