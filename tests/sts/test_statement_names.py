"""Test how a statement of a trust policy is named to people."""

from __future__ import annotations

from typing import Any

from iamtriage.explaining._rules.sts.trust.trust_documents import name_statement
from iamtriage.trust import TrustResult
from tests.tables import check_rows

_PLAIN: dict[str, Any] = {"Effect": "Allow"}


@check_rows(
    ("statements", "index", "name"),
    [
        ([_PLAIN], 0, "the statement"),
        (_PLAIN, 0, "the statement"),
        ([{**_PLAIN, "Sid": "Pods"}], 0, "the statement Pods"),
        ([_PLAIN, _PLAIN], 0, "the first statement"),
        ([_PLAIN, _PLAIN], 1, "the second statement"),
        ([_PLAIN, {**_PLAIN, "Sid": "Pods"}], 1, "the statement Pods"),
        ([_PLAIN] * 9, 8, "statement number 9"),
        ([_PLAIN, _PLAIN], None, "the statement"),
    ],
)
def test_statement_in_words(statements: Any, index: int | None, name: str) -> None:  # noqa: ANN401
    result = TrustResult(allowed=False, reason="not allowed", statement=index)
    assert name_statement({"Statement": statements}, result) == name
