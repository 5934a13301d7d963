"""``parse_stream`` finds the same root cause in a file as ``parse`` in its text."""

from __future__ import annotations

import io
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import parse, to_record
from iamtriage._reading.excerpts import MAX_TEXT_LENGTH
from iamtriage._reading.parsing import parse_stream
from iamtriage.testing import denial, expired_credentials, kubernetes_forbidden, throttled
from tests.tables import check_rows

if TYPE_CHECKING:
    from iamtriage import Failure

pytestmark = pytest.mark.unmeasured

_SAMPLES = [
    denial("s3:GetObject", resource="arn:aws:s3:::orders/a.csv"),
    denial("ec2:RunInstances", encoded=True),
    expired_credentials(),
    throttled("GetItem", "dynamodb"),
    kubernetes_forbidden("ana", "list", "pods", namespace="shop"),
]
_TEXTS = [sample.text(envelope) for sample in _SAMPLES for envelope in sample.envelopes]
_FILLERS = st.sampled_from(
    ["", "\n", "INFO ready\n", "INFO ready\n" * 400, "x" * 70_000, "x" * 70_000 + "\n", "\r\n", "é\n" * 3000]
)


def _parse_both(text: str) -> tuple[Failure | None, Failure | None]:
    return parse(text), parse_stream(io.StringIO(text, newline=""))


@settings(max_examples=25)
@given(st.lists(st.tuples(_FILLERS, st.sampled_from(_TEXTS), _FILLERS), max_size=4))
def test_any_log(drawn: list[tuple[str, str, str]]) -> None:
    of_text, of_stream = _parse_both("\n".join("".join(parts) for parts in drawn))
    assert of_stream == of_text


@check_rows(
    ("length", "has_newlines"),
    [
        *product(
            (
                MAX_TEXT_LENGTH - 1,
                MAX_TEXT_LENGTH,
                MAX_TEXT_LENGTH + 1,
                MAX_TEXT_LENGTH + 2,
                3 * MAX_TEXT_LENGTH,
            ),
            (True, False),
        ),
        (1_100_000, False),
    ],
)
def test_a_failure_after_the_first_part(length: int, *, has_newlines: bool) -> None:
    """The first read ends in the failure, before it, or after it."""
    filler = ("INFO ready\n" if has_newlines else "INFO ready ") * (length // 11)
    for shift in (0, 200):
        of_text, of_stream = _parse_both(filler[shift:] + _TEXTS[1] + "\n")
        assert of_text is not None
        assert of_stream is not None
        # The text around the failure differs if a line is so long that it is read in parts.
        assert to_record(of_stream) == to_record(of_text)


@pytest.mark.parametrize("text", ["", "\n", "INFO ready\n" * 10_000])
def test_nothing_found(text: str) -> None:
    assert _parse_both(text) == (None, None)
