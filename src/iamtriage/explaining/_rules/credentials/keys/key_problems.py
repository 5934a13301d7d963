"""Explain access keys that are sent with the session token of other credentials, without one, or too soon.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (eventual consistency) and
https://registry.terraform.io/providers/hashicorp/vault/latest/docs/data-sources/aws_access_credentials.
"""

from __future__ import annotations

import re
from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import clock_remedies, clocks
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import InvalidCredentials

_CHARS_OF_BLOCK = 2_000
_MAX_KEYS = 20
_LONG_TERM_KEY = lazy_pattern(
    r"\baws_access_key_id[\"']?[ \t]?[=:][ \t]?[\"']?AKIA", re.ASCII | re.IGNORECASE
)
# In the same section of a file, or among the same variables. A value can be masked.
_SESSION_TOKEN = lazy_pattern(
    r"\baws_session_token[\"']?[ \t]?[=:][ \t]?[\"']?(?![\"']|none\b|null\b|<|unset\b)[^\s\"']",
    re.ASCII | re.IGNORECASE,
)
_SECTION = lazy_pattern(r"\[(?:profile )?(?P<name>[\w.@+-]{1,64})\]", re.ASCII)
_END_OF_BLOCK = lazy_pattern(r"\n[ \t]*(?=\n|\[)")
SESSION_TOKEN_OF_OTHER_KEY = CauseType(
    "session-token-of-other-key",
    title="The access key is sent with the session token of other credentials",
    meaning="A session token is valid only with the temporary access key that it was issued with. A long-term key is sent without one.",
    recognised_by="The text sets an access key and the session token of another one, or a long-term key (AKIA…) with a session token.",
    fix="Remove the session token, or set all three values from the same response.",
    sources=(pages.TEMPORARY_CREDENTIALS,),
)

SESSION_TOKEN_MISSING = CauseType(
    "session-token-missing",
    title="The session token is missing or belongs to another key",
    fix="Set AWS_SESSION_TOKEN together with the two other values.",
    of="invalid-credentials",
)


class _MixedCredentials(NamedTuple):
    """An access key and the session token of other credentials: where the text shows them, and how to remove the token."""

    because: str
    step: str
    lines: tuple[str, ...]
    profile: str | None = None


def _find_in_block(text: str, key: re.Match[str]) -> _MixedCredentials | None:
    """Return a long-term key with a session token in the same section of a file, or among the same variables."""
    low, high = max(key.start() - _CHARS_OF_BLOCK, 0), key.end() + _CHARS_OF_BLOCK
    start = max([low, *(each.end() for each in _END_OF_BLOCK.finditer(text, low, key.start()))])
    after = _END_OF_BLOCK.search(text, key.end(), high)
    found = _SESSION_TOKEN.search(text, start, after.start() if after else high)
    if found is None:
        return None
    because = f"The text shows {key[0][:17]} with AKIA…, a long-term key, and {found[0][:17]}."
    if found[0].startswith("aws_"):
        header = _SECTION.match(text, start)
        profile = clues.safe_name(header["name"]) if header else None
        section = f"section [{profile}]" if profile else "section"
        option = f" --profile {commands.profile(profile)}" if profile not in {None, "default"} else ""
        step = f"Delete the line aws_session_token from the {section} in ~/.aws/credentials."
        return _MixedCredentials(because, step, (f"aws sts get-caller-identity{option}",), profile)
    step = "Unset the variable where it is set. A long-term key has no session token."
    return _MixedCredentials(because, step, ("unset AWS_SESSION_TOKEN", "aws sts get-caller-identity"))


def explain_mixed_credentials(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that the access key was sent with the session token of other credentials, if the text shows both."""
    text = case.failure.text
    blocks = (_find_in_block(text, key) for key in islice(_LONG_TERM_KEY.finditer(text), _MAX_KEYS))
    mixed = next(filter(None, blocks), None)
    if mixed is None:
        return None
    of_profile = f" of the profile {mixed.profile}" if mixed.profile else ""
    return case.explain(
        f"AWS does not accept the credentials: the access key{of_profile} is sent with the session token of other credentials. No permission is missing.",
        SESSION_TOKEN_OF_OTHER_KEY.cause(
            "derived",
            mixed.because,
            text="A session token is valid only with the temporary key that it was issued with. Without the token, the access key can be valid.",
        ),
        topic="invalid-credentials",
        remedies=your_remedy(
            "Remove the session token of the other credentials",
            mixed.step,
            commands=mixed.lines,
            url=pages.TEMPORARY_CREDENTIALS,
        ),
        notes="AWS evaluated no policy yet: the key, the role and its trust policy need no change.",
    )


def explain_wrong_clock(case: Case[InvalidCredentials], reported: Cause) -> Explanation | None:
    """Explain that EC2 rejected a request because of its time, if the text states two clocks that differ."""
    stated = clocks.find_stated_clocks(case.failure.text)
    if stated is None:
        return None
    return case.explain(
        f"EC2 rejected the request because of its time: {stated.difference}. No permission is missing.",
        reported,
        clocks.CLOCK_WRONG.cause("derived", text=clock_remedies.describe_clocks(case.text)),
        topic="invalid-credentials",
        remedies=clock_remedies.set_clock(case.text, case.failure.text),
        notes="EC2 answers AuthFailure both for a wrong clock and for a key that it does not know.",
    )


KEY_TOO_NEW = CauseType(
    "key-too-new",
    title="The key or user is only seconds old and has not propagated yet",
    fix="Wait for about ten seconds and retry.",
    recognised_by="The text shows that the access key was just created, or that it works later.",
    sign=r"\baws iam create-access-key\b|\baws_iam_access_key\.\S{1,80}: Creation complete"
    r"|\b(?:a minute|(?:some|a few|\d{1,3}) (?:seconds|minutes)) later\b[^.\n]{0,80}?\b(?:it |they |the key )?works?\b",
    of="invalid-credentials",
)
