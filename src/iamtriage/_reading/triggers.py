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
    # Written out, since a loop or any() would take twice the time. Fragments, not words: "rror"
    # finds Error, error and errorCode. A letter that few lines have, looked for first, costs a
    # fourth of what a fragment does.
    return (
        "rror" in text
        or ("den" in text and ("denied" in text or "redential" in text or "orbidden" in text))
        or ("R" in text and "ERROR" in text)
        or "uthor" in text
        or "not " in text
        or (
            "x" in text and ("xception" in text or ("xp" in text and ("xpired" in text or "xplicit" in text)))
        )
        or "oken" in text
        or "olicy" in text
        or "alid" in text  # invalid, no valid
        or ("S" in text and "Status" in text)
        or ("'" in text and "n't " in text)
        or ("D" in text and ("Denied" in text or "OpenID" in text))
        or ("_" in text and "__type" in text)
        or ("K" in text and "Kubernetes obj" in text)
        or "tatus code" in text  # Go v1
        # Denials are translated too, and the fragments are English.
        or not text.isascii()
    )
