"""An error of iamtriage itself never hides the error that somebody wants explained."""

from __future__ import annotations

import pytest

from iamtriage import explain


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
