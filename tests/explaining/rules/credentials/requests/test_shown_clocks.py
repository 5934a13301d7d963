"""A time that date prints after an error shows that the clock is wrong, and that the request was not sent late."""

from __future__ import annotations

import pytest

from iamtriage import explain

_ERROR = "SignatureDoesNotMatch: Signature expired: 20261119T221403Z is now earlier than 20261120T071122Z (20261120T072622Z - 15 min.)\n"


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        (f"{_ERROR}$ date -u\nThu Nov 19 22:14:41 UTC 2026\n", True),
        # The clock is right: the request was held. And a date before the error can be that of the signature.
        (f"{_ERROR}$ date -u\nFri Nov 20 07:27:10 UTC 2026\n", False),
        (f"$ date -u\nThu Nov 19 22:14:01 UTC 2026\n{_ERROR}", False),
        (_ERROR, False),
    ],
    ids=["behind", "right", "before", "none"],
)
def test_clock_that_date_shows(text: str, *, is_shown: bool) -> None:
    explanation = explain(text)
    shown = str(explanation)
    assert explanation.summary.startswith("The clock of the machine is 9 hours 12 minutes") is is_shown
    assert ("the request was sent that long after" in " ".join(shown.split())) is not is_shown
    assert ("Sign requests right before" in shown) is not is_shown
