"""Limits on how much of a record is read and printed."""

from __future__ import annotations

import logging
import random
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage.logs import FailureFilter, RedactingFilter, problem_details, shorten
from iamtriage.testing import throttled
from tests.tables import check_rows

_LETTERS = string.ascii_letters + string.digits
_RANDOM = random.Random(7)
# As long as a key of 4,096 bits.
_KEY = "\n".join("".join(_RANDOM.choices(_LETTERS, k=64)) for _ in range(50))
_PEM = f"-----BEGIN PRIVATE KEY-----\n{_KEY}\n-----END PRIVATE KEY-----"
_TOKEN = "eyJhbGciOiJIUzI1NiJ9." + "".join(_RANDOM.choices(_LETTERS, k=900)) + ".c2lnbmF0dXJlLWV4YW1wbGU"
_LIMIT = 2_000


def _filtered(values: dict[str, Any], **options: bool) -> dict[str, Any]:
    record = logging.makeLogRecord(values)
    redacted = RedactingFilter(max_chars=_LIMIT, **options).filter(record)
    return (record if redacted is True else redacted).__dict__


def _leaks(secret: str, text: str) -> bool:
    """Return whether 24 characters of a secret in a row are in a text."""
    return any(secret[at : at + 24] in text for at in range(0, len(secret) - 24, 8))


@pytest.mark.parametrize("identifiers", [True, False])
@pytest.mark.parametrize("secret", [_PEM, _TOKEN], ids=["key", "token"])
@check_rows("place", [-3_000, -1_200, -500, 0, 900, 7_900])
def test_a_secret_at_a_cut_is_redacted(secret: str, place: int, *, identifiers: bool) -> None:
    """Wherever the cuts divide a secret, no part of it remains."""
    filler = "all is well with order 42\n" * 1_000
    body = secret.strip("-").partition("\n")[2] or secret
    for cut in (_LIMIT // 2 + 8_000, len(filler) - _LIMIT // 2):
        at = max(0, min(len(filler), cut + place))
        text = f"{filler[:at]}\n{secret}\n{filler[at:]}"
        shown = _filtered({"msg": text, "note": text, "more": [{"a": text}]}, identifiers=identifiers)
        for part in (shown["msg"], shown["note"], shown["more"][0]["a"]):
            assert not _leaks(body, part)
            assert "characters omitted]" in part
            assert len(part) < _LIMIT + 100


def test_many_secrets_do_not_shift_the_cut() -> None:
    """Redaction makes the beginning far shorter than it was; the divided secret behind it is still dropped."""
    for count in (1, 2, 3, 5):
        text = f"{_PEM}\n" * count + "x\n" * 30_000 + f"{_PEM}\n" * count
        assert not _leaks(_KEY, _filtered({"msg": text})["msg"])


def test_a_short_record_keeps_its_parts() -> None:
    shown = _filtered({"msg": "order %s", "args": (42,), "note": "x" * _LIMIT})
    assert (shown["msg"], shown["args"], shown["note"]) == ("order %s", (42,), "x" * _LIMIT)


def test_tracebacks_and_stacks_are_limited() -> None:
    error = ValueError("x" * 100_000)
    shown = _filtered({"msg": "x", "exc_info": (ValueError, error, None), "stack_info": "y" * 100_000})
    assert shown["exc_info"] is None
    assert len(shown["exc_text"]) < _LIMIT + 100
    assert len(shown["stack_info"]) < _LIMIT + 100


def test_extras_are_limited_together() -> None:
    shown = _filtered({"msg": "x", "notes": [f"{number} " + "x" * 1_500 for number in range(100)]})
    assert sum(map(len, shown["notes"])) < 4 * _LIMIT
    assert shown["notes"][0].startswith("0 x")
    assert shown["notes"][-1] == "…"


@given(st.text(max_size=3_000), st.integers(1_000, 2_000))
def test_shorten_keeps_both_ends(text: str, max_chars: int) -> None:
    short = shorten(text, max_chars)
    if len(text) <= max_chars:
        assert short == text
        return
    head, notice, tail = (
        short[: max_chars // 2],
        short[max_chars // 2 : -(max_chars // 2)],
        short[-(max_chars // 2) :],
    )
    assert text.startswith(head)
    assert text.endswith(tail)
    assert notice == f"\n[iamtriage: {len(text) - len(head) - len(tail)} characters omitted]\n"


@pytest.mark.parametrize("text", [None, b"x" * 2_000, 7])
def test_shorten_rejects_other_types(text: Any) -> None:  # noqa: ANN401 (anything)
    with pytest.raises(TypeError, match=f"text must be a string, not {type(text).__name__}"):
        shorten(text)


def test_a_text_hardly_longer_than_the_limit() -> None:
    """It is redacted as a whole. The limit applies to what remains."""
    assert _filtered({"msg": f"{_PEM}\nok"})["msg"] == "[REDACTED private key]\nok"
    shown = _filtered({"msg": "x" * 1_500 + f"\npassword=hunter2-abc\n{'y' * 1_500}"})["msg"]
    assert shown == f"{'x' * 1_000}\n[iamtriage: 1022 characters omitted]\n{'y' * 1_000}"


def test_problem_details_read_both_ends_of_a_string() -> None:
    text = str(throttled("GetItem", "dynamodb").client_error())
    assert problem_details(f"{'x ' * 100_000}\n{text}")["status"] == 503
    assert problem_details(f"{'x ' * 2_000}\n{text}\n{'x ' * 2_000}", max_chars=1_000)["status"] == 500


@pytest.mark.parametrize(
    "create", [FailureFilter, RedactingFilter, lambda max_chars: shorten("x", max_chars)]
)
def test_invalid_limits(create: Any) -> None:  # noqa: ANN401 (two classes and a function)
    with pytest.raises(TypeError, match="max_chars must be an integer, not str"):
        create(max_chars="64000")
    with pytest.raises(ValueError, match="max_chars must be at least 1000, not 999"):
        create(max_chars=999)


def test_what_is_too_deep_is_not_printed() -> None:
    """A secret below the last level that is redacted does not remain because no other part has one."""
    extra: object = {"password": "hunter2hunter2"}
    for _ in range(12):
        extra = [extra]
    assert "hunter2" not in repr(_filtered({"msg": "x", "note": extra})["note"])
