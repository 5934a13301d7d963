"""Test redaction on composed texts: every notation in every surrounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from tests.redaction.benign import LINES
from tests.redaction.composing import check_composed, compose

if TYPE_CHECKING:
    import random

# Commands that print a secret: the next line is their output.
_PRINTING = ("--output text", "-field=", "get-login-password", "create token", "auth token", "base64 -d")

many = settings(max_examples=settings.default.max_examples * 4)  # type: ignore[union-attr]


@many
@given(st.randoms(use_true_random=False))
def test_composed_text_loses_its_secret_and_nothing_else(rng: random.Random) -> None:
    check_composed(compose(rng), redact)


@given(st.randoms(use_true_random=False), st.sampled_from(("\n", "\n\n")))
def test_repeated_text_loses_each_secret(rng: random.Random, separator: str) -> None:
    """What was judged once is not judged again, so each repetition is redacted alike."""
    composed = compose(rng)
    shown = redact(separator.join([composed.text] * 4))
    assert not [form for form in composed.find_forms() if form in shown], (composed, shown)


@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=3),
    st.sampled_from(
        ("2031-04-05T06:07:08Z web1 | ", "2031-04-05 06:07:08,123 INFO orders: ", "> ", "+ ", "$ ")
    ),
)
def test_other_lines_with_a_prefix_are_kept(lines: list[str], prefix: str) -> None:
    shown = [line for line in lines[:-1] if not any(map(line.__contains__, _PRINTING))]
    text = "\n".join(prefix + line for line in (*shown, lines[-1]))
    assert redact(text) == text
