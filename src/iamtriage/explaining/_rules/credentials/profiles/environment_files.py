"""Explain that a service reads expired temporary credentials from a file of environment variables.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html, for the order of the sources.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, Cause, Explanation
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.principals.principal_words import (
    describe_principal,
    try_parse_principal,
)
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import ExpiredCredentials

_CHAIN = "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html"
# systemd, Docker and Compose.
_FILE = lazy_pattern(
    r"(?:\bEnvironmentFile=-?|--env-file[ =]|\benv_file: ?(?:\n\s{0,20}- )?)[\"']?(?P<path>[\w./-]{1,200})"
)
_TOKEN = lazy_pattern(r"(?m)^[ \t]{0,8}AWS_SESSION_TOKEN=\S")
_UNIT = lazy_pattern(r"\bsystemctl \w{2,12} (?P<unit>[\w@.-]{1,80})")
_HAS_ROLE = lazy_pattern(
    r"(?i:\binstance (?:profile|role)\b|\btask role\b|\brole of the (?:instance|task)\b)"
)
_CALLER = lazy_pattern(r"\barn:aws[a-z-]{0,12}:sts::[0-9]{12}:assumed-role/[\w+=,.@-]{1,64}/[\w+=,.@-]{1,64}")


def explain_environment_file(case: Case[ExpiredCredentials], cause: Cause) -> Explanation | None:
    """Explain that credentials in a file of a service hide the role of its instance, if the text shows both."""
    text = case.failure.text
    file, role = _FILE.search(text), _HAS_ROLE.search(text)
    if file is None or role is None or _TOKEN.search(text) is None:
        return None
    path, unit = clip_text(file["path"]), _UNIT.search(text)
    caller = only_one(set(_CALLER.findall(text)))
    session = try_parse_principal(caller) if caller is not None else None
    whose = f", a session of {describe_principal(session, None)}," if session is not None else ""
    has_unit = unit is not None and "EnvironmentFile=" in file[0]
    return case.explain(
        f"The temporary credentials in {path}{whose} have expired: they take precedence over the role of the instance or task, and nothing renews them. No permission is missing.",
        cause,
        topic="expired-session",
        remedies=your_remedy(
            f"Remove AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from {path}",
            "After a restart, the service gets the credentials of the role, which the SDK renews itself. The role needs the permissions that the session had.",
            "A longer session of the role does not help. Do not put an access key of a user into the file instead.",
            commands=fill_command("sudo systemctl restart {}", unit["unit"]) if unit and has_unit else None,
            url=_CHAIN,
        ),
    )
