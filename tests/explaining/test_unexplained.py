"""An error of iamtriage itself never hides the error that somebody wants explained."""

from __future__ import annotations

import attrs
import pytest

from iamtriage import explain
from iamtriage.explaining import Explanation, Remedy


class _Broken(str):
    """A string of a class that breaks a method, as a rule with a bug raises where it uses it."""

    __slots__ = ()

    def count(self, *_: object) -> int:
        raise ValueError(self)


def test_rule_that_raises() -> None:
    text = "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist"
    with pytest.warns(
        RuntimeWarning, match=r"\(ValueError in test_unexplained\.py:\d+\)\. Please report it"
    ) as warned:
        explanation = explain(_Broken(text))
    assert explanation.topic == "unexplained"
    assert explanation.failure == explain(text).failure
    assert explanation.summary.startswith(
        "aws error, NoSuchBucket, ListObjectsV2. iamtriage could not explain"
    )
    # The exception quotes the text, which can have secrets.
    assert all("bucket" not in str(each.message) for each in warned)
    assert {each.filename for each in warned} == {__file__}


def _fail() -> tuple[Remedy, ...]:
    msg = "password: hunter2hunter2"
    raise ValueError(msg)


def test_remedies_that_raise() -> None:
    # Remedies are built when they are read.
    explanation = Explanation(None, "nothing", "AWS denied the call.", remedies=_fail)
    with pytest.warns(RuntimeWarning, match=r"\(ValueError in test_unexplained\.py:\d+\)") as warned:
        assert str(explanation) == "AWS denied the call."
    assert "hunter2" not in str(warned[0].message)
    assert explanation.remedies == ()


def _fail_to_describe(*_: object) -> str:
    raise ValueError


def test_text_that_cannot_be_shown() -> None:
    denied = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    missing = "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist"
    explanation = explain(f"{denied}\n\n{missing}")
    assert len(explanation.other_failures) == 1
    with pytest.warns(RuntimeWarning, match=r"\(ValueError in test_unexplained\.py:\d+\)"):
        assert str(attrs.evolve(explanation, describe=_fail_to_describe)) == explanation.summary
