"""Test redaction on composed texts: every notation in every surrounding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from iamtriage import redact
from tests.redaction.composing import check_composed, compose

if TYPE_CHECKING:
    import random

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
