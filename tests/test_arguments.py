"""Arguments of the wrong type raise a TypeError that names the function and what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from iamtriage import (
    AwsError,
    explain,
    fingerprint,
    from_record,
    policies_by_principal,
    policies_for,
    policy_for,
    redact,
    to_frame,
    to_record,
)
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURE = AwsError()
NO_FAILURES = (None, 3, "text", b"text", [FAILURE], {"kind": "aws_error"}, object, AwsError)
NO_ITERABLES = (None, 3, "text", b"text", {"kind": "aws_error"}, object, FAILURE)


@check_rows("value", NO_FAILURES, ids=repr)
@check_rows("function", [fingerprint, to_record])
def test_a_failure_is_expected(function: Callable[[object], object], value: object) -> None:
    with pytest.raises(TypeError) as caught:
        function(value)
    assert str(caught.value) == (
        f"the argument of {function.__name__}() must be a failure, such as parse() returns, "
        f"not {type(value).__name__}"
    )


@check_rows("value", NO_ITERABLES, ids=repr)
@check_rows("function", [policies_by_principal, policies_for, policy_for, to_frame])
def test_failures_are_expected(function: Callable[[object], object], value: object) -> None:
    with pytest.raises(TypeError) as caught:
        function(value)
    start = f"the argument of {function.__name__}() must be an iterable of failures"
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith(f" such as scan() returns, not {type(value).__name__}")


@check_rows("value", [None, 3, "text", [FAILURE], AwsError], ids=repr)
@check_rows("function", [policies_by_principal, policies_for, policy_for, to_frame])
def test_each_item_is_a_failure(function: Callable[[object], object], value: object) -> None:
    with pytest.raises(TypeError) as caught:
        function(iter([FAILURE, value]))
    assert str(caught.value).startswith(
        f"each item in the argument of {function.__name__}() must be a failure"
    )
    assert str(caught.value).endswith(f", not {type(value).__name__}")


@check_rows("value", [None, 3, ["text"], object, AwsError], ids=repr)
def test_explain_names_itself(value: object) -> None:
    with pytest.raises(TypeError) as caught:
        explain(value)  # type: ignore[arg-type]
    assert str(caught.value) == (
        "the first argument of explain() must be a string, bytes, an exception, a mapping or a failure, "
        f"not {type(value).__name__}"
    )


@check_rows("value", [None, 3, "text", ["kind"], FAILURE], ids=repr)
def test_a_record_is_a_mapping(value: object) -> None:
    with pytest.raises(TypeError) as caught:
        from_record(value)  # type: ignore[arg-type]
    assert str(caught.value) == f"the argument of from_record() must be a mapping, not {type(value).__name__}"


@pytest.mark.parametrize("value", [None, 3, b"text"], ids=repr)
def test_redact_takes_strings_and_parsed_data(value: object) -> None:
    with pytest.raises(TypeError) as caught:
        redact(value)  # type: ignore[call-overload]
    assert str(caught.value) == (
        f"the argument of redact() must be a string, a mapping or a list, not {type(value).__name__}"
    )
