"""Which texts can hold a failure at all; not for telling which do.

Ordinary log lines are most of what is read, so the test is a few substring searches, cheapest
and likeliest first. Each failure that any reader knows holds at least one of these fragments;
``tests/reading/test_triggers.py`` holds the readers to that.
"""

from __future__ import annotations

# Fragments, not words: "enied" finds Denied, denied and AccessDenied.
FRAGMENTS = (
    "rror",  # Error, error, errorCode
    "enied",
    "uthor",  # authorized, Unauthorized, authorise
    " not ",  # is not activated, does not have access
    "xcep",  # Exception, exceptional
    "redential",
    "oken",
    "orbid",  # Forbidden, forbidden
    "nvalid",
    "xpire",
    "status",  # status code, statusCode, "status":"Failure"
    "ignature",
    "xceed",
    "olicy",
    "xplicit",
)


def may_hold_failure(text: str) -> bool:
    """Tell whether reading the text can give anything.

    >>> may_hold_failure("GET /health 200 0.3 ms"), may_hold_failure("Access Denied")
    (False, True)
    """
    for fragment in FRAGMENTS:  # noqa: SIM110 (any() with a generator takes three times as long)
        if fragment in text:
            return True
    return False
