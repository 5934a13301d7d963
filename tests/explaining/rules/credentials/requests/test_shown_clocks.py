"""A time that date prints after an error shows that the clock is wrong, and that the request was not sent late."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_ERROR = "SignatureDoesNotMatch: Signature expired: 20261119T221403Z is now earlier than 20261120T071122Z (20261120T072622Z - 15 min.)\n"


@check_rows(
    ("text", "is_shown"),
    [
        (f"{_ERROR}$ date -u\nThu Nov 19 22:14:41 UTC 2026\n", True),
        # The clock is right: the request was held. And a date before the error can be that of the signature.
        (f"{_ERROR}$ date -u\nFri Nov 20 07:27:10 UTC 2026\n", False),
        (f"$ date -u\nThu Nov 19 22:14:01 UTC 2026\n{_ERROR}", False),
        (_ERROR, False),
        # The log has the time of the request after the rejection, or that of AWS, or of another time zone.
        (f"2026-11-19 22:14:03,512 ERROR {_ERROR}", True),
        (f"web_1  | {_ERROR}web_1  | 2026-11-19T22:14:08Z retrying\n", True),
        (f'{{"ts":"2026-11-19T22:14:04.1Z","err":"{_ERROR.strip()}"}}\n', True),
        (f"2026-11-20 07:26:22,512 ERROR {_ERROR}", False),
        (f"2026-11-19 22:14:03 signing the batch\n{_ERROR}2026-11-20 07:26:30 retrying\n", False),
        (f"2026-11-19 22:14:03 signing the batch\n{_ERROR}", False),
        (f"2026-11-19 22:26:22 ERROR {_ERROR}", False),
        (f"2026-11-19 22:14:03 ERROR {_ERROR.replace('T072622Z', 'T071402Z').replace('T071122Z', 'T065902Z')}", False),
    ],
    ids=[
        *("behind", "right", "before", "none", "log", "container", "JSON", "log is right", "next entry is right", "entry before"),
        *("time zone", "whole hours"),
    ],
)  # fmt: skip
def test_clock_that_date_shows(text: str, *, is_shown: bool) -> None:
    explanation = explain(text)
    shown = str(explanation)
    assert explanation.summary.startswith("The clock of the machine is 9 hours 12 minutes") is is_shown
    assert ("the request was sent that long after" in " ".join(shown.split())) is not is_shown
    assert ("Sign requests right before" in shown) is not is_shown


@pytest.mark.parametrize(
    ("command", "is_own"),
    [("date -u", True), ("ssh build02 date -u", False), ("kubectl exec web-0 -- date -u", False)],
)
def test_clock_of_another_machine(command: str, *, is_own: bool) -> None:
    explanation = explain(
        "An error occurred (RequestTimeTooSkewed) when calling the ListBuckets operation: The difference between the request time and the current time is too large.\n"
        f"$ {command}\nFri Nov 20 09:12:00 UTC 2026\n$ curl -sI https://s3.amazonaws.com | grep -i date\nDate: Fri, 20 Nov 2026 10:30:00 GMT\n"
    )
    assert ("the clock of the machine is 78 minutes behind" in explanation.summary) is is_own
