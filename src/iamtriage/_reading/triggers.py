"""Which texts can hold a failure at all; not for telling which do.

Ordinary log lines are most of what is read, so the test is a few substring searches, cheapest
and likeliest first. Each failure that any reader knows holds at least one of these fragments;
``tests/reading/test_triggers.py`` holds the readers to that.
"""

from __future__ import annotations


def may_hold_failure(text: str) -> bool:
    """Tell whether reading the text can give anything.

    >>> may_hold_failure("GET /health 200 0.3 ms"), may_hold_failure("Access Denied")
    (False, True)
    """
    # Written out, since a loop or any() would take twice the time. Fragments, not words: "enied"
    # finds Denied, denied and AccessDenied, "rror" Error, error and errorCode.
    return (
        "rror" in text
        or "enied" in text
        or "uthor" in text
        or " not " in text
        or "xce" in text  # Exception, exceed
        or "redential" in text
        or "oken" in text
        or "orbid" in text
        or "tatus" in text
        or "xpire" in text
        or "olicy" in text
        or "xplicit" in text
        or "n't " in text
        or "alid" in text  # invalid, no valid
        or "already" in text
        or "must " in text
        or "OpenID" in text
        or "too large" in text  # the difference between the request time and the current time
        # Denials are translated too, and the fragments are English.
        or not text.isascii()
    )
