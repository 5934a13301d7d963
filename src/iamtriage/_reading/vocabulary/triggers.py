"""Reject most texts without a failure by a few substring searches.

Most input is ordinary log lines. Each failure that a reader knows contains one of these fragments. A text that
doesn't start like a log entry is searched for more fragments.
``tests/reading/vocabulary/test_triggers.py`` checks the fragments against the readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def may_contain_failure(text: str, fragments: Sequence[str] | None = None) -> bool:
    """Return whether a text can contain a failure.

    Args:
        text: The text.
        fragments: What ``list_fragments`` returns for a text that contains this one.

    >>> may_contain_failure("GET /health 200 0.3 ms"), may_contain_failure("Access Denied")
    (False, True)
    """
    # Written out, because a loop or any() would take twice the time. Fragments, not words: "rror"
    # finds Error, error and errorCode. Searching for a rare letter first takes a quarter of the
    # time of a fragment; a fragment of two letters takes more time than a longer one.
    return (
        "rror" in text
        or (
            "den" in text
            and ("denied" in text or "redential" in text or "orbidden" in text or "xplicit" in text)
        )
        # Some lines have no "t", and many no "u".
        or (
            "t" in text
            and (
                "not " in text
                # "authorised" follows "not".
                or ("z" in text and "uthoriz" in text)
                or ("x" in text and "xception" in text)
                or ("'" in text and "n't " in text)
                # "status code" is Go v1's, "status:403" that of OpenSearch's client for Python.
                or (
                    "u" in text
                    and (
                        "nsufficient" in text
                        or (
                            "tatus" in text
                            and ("Status" in text or "tatus code" in text or "tatus:403" in text)
                        )
                    )
                )
            )
        )
        or ("R" in text and "O" in text and ("ERROR" in text or "AUTHORIZATION_" in text))
        or ("x" in text and "d" in text and "xpired" in text)
        or ("k" in text and "oken" in text)
        or ("y" in text and ("olicy" in text or ("_" in text and "__type" in text)))
        or ("D" in text and ("Den" in text or ("O" in text and "OpenID" in text)))
        # The difference between the request time and the current time.
        or ("q" in text and "too large" in text)
        # Denials are also printed in other languages, but the fragments are English.
        or not text.isascii()
        # Most log lines start with a time: 2026-03-14, [14/Mar, time=.
        or not (
            "0" <= text < ":"
            or text[4:5] == "="
            or text[:1] == "["
            or not _may_contain_failure_without_time(text, fragments)
        )
    )


def may_contain_others(text: str, start: int, end: int) -> bool:
    """Return whether a text can contain a failure in addition to the one at a position.

    >>> may_contain_others("Access Denied", 0, 13), may_contain_others("Access Denied. Rate exceeded error", 0, 13)
    (False, True)
    """
    return "\n" in text[start:end] or may_contain_failure(text[:start]) or may_contain_failure(text[end:])


def list_fragments(text: str) -> list[str]:
    """Return the fragments for texts without a time that a text contains, so that its lines are searched only for these.

    >>> list_fragments("The aws sso session: IMDS, MFA code for arn")
    ['IMDS', 'aws sso', 'MFA code for']
    """
    return [fragment for fragment in _MESSAGE_FRAGMENTS if fragment in text]


def _may_contain_failure_without_time(text: str, fragments: Sequence[str] | None) -> bool:
    """Return whether a text that does not start with a digit has an error level or a pasted message."""
    first = text[:1]
    if "0" <= text[1:2] < ":":
        # klog's errors: E0314
        return first in "EF"
    if first == "{":
        if 'ode"' not in text:
            # An object with a code is an error's body; this is a log line, or what Bedrock says of an API key.
            return "API Key" in text
        if '"issues"' in text and '"code"' in text:
            # EKS
            return True
    return (
        # The tenth character is a colon in syslog's time (Mar 14 09:26), but also in "User: arn:" and "Get https:".
        (text[9:10] != ":" or not "0" <= text[8:9] < ":" or "\n" in text[:-1])
        and len(text) >= _MIN_LENGTH
        and any(map(text.__contains__, _MESSAGE_FRAGMENTS if fragments is None else fragments))
    )


# Each pasted message without the fragments above contains one of these.
_MESSAGE_FRAGMENTS = (
    "uthoris", "alid", "already", "must ", "ermission", "claim", "expecting", "IMDS", "rohibited field",
    "has been disabled", "assume ", "be assumed", "trust relationship", "is disabled for your account",
    "MALFORMED", "endpoint URL", "proxy URL", "connect to the server", "an endpoint for", "etryDelay",
    "Authentication failed", "amazonaws.", "api.aws", "x-amz", "not\n", "codeartifact.", "supported host",
    "ccess Entries", "config map", "aws sso", "principalArn", "be resolved from", "/shell defaults",
    "region in config", "required for this service", "handler returned", "environment variable",
    "config profile", "AWS profile named", "parse config file", "login attempt to", "output bucket",
    "join the kubernetes", "KMS key", "aws-auth", "AsgInstance", "exec plugin is configured", "aws_",
    "AWS_AUTH_", "OptInRequired", "use SSO", "source provider", "a request(403",
    "client configuration options", "::254]/latest/", ".254/latest/", "NO_PERMISSIONS", '"issues"',
    "MFA code for", "MFA token code", "resolver timed out", "SimpleQueueService", "shared config file",
    "auth scheme", "AuthScheme", "requested DurationSeconds", "failed to satisfy constraint",
    "local AWS configuration", "'NoneType' object", "one subnet", "model data for", "current capacity", "create secret using",
)  # fmt: skip
# Empty lines and single brackets need no search.
_MIN_LENGTH = min(map(len, _MESSAGE_FRAGMENTS))
