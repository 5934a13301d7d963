"""Tables that one test checks: each row that fails is reported."""

from __future__ import annotations

import pytest

from tests.tables import check_rows


def test_every_row_that_fails_is_reported() -> None:
    @check_rows(("number", "limit"), [(1, 2), pytest.param(5, 2, id="five"), (9, 2), (0, 2)], ids=[*"abcd"])
    def check(number: int, limit: int) -> None:
        assert number < limit

    with pytest.raises(BaseExceptionGroup, match="2 of 4 rows failed") as caught:
        check()
    notes = [error.__notes__ for error in caught.value.exceptions]
    assert notes == [["The row that failed: 'five'"], ["The row that failed: 'c'"]]
    assert "assert 5 < 2" in str(caught.value.exceptions[0])


def test_an_error_that_is_not_raised_is_reported() -> None:
    @check_rows("text", ["1", "x", "2"], ids=ascii)
    def check(text: str) -> None:
        with pytest.raises(ValueError, match="invalid"):
            int(text)

    with pytest.raises(BaseExceptionGroup, match="2 of 3 rows failed") as caught:
        check()
    notes = [error.__notes__ for error in caught.value.exceptions]
    assert notes == [["The row that failed: \"'1'\""], ["The row that failed: \"'2'\""]]


def test_a_table_without_rows_fails() -> None:
    with pytest.raises(AssertionError, match="no rows"):
        check_rows("text", [])


@pytest.mark.parametrize("factor", [2, 3])
@check_rows("number", [1, 2])
def test_parameters_are_shared_by_the_rows(factor: int, number: int) -> None:
    assert factor * number in {2, 3, 4, 6}
