"""Find out whether the session that aws-vault creates for a profile has MFA.

Source: https://github.com/99designs/aws-vault/blob/master/USAGE.md.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.profiles import find_profile_sections

_AWS_VAULT = lazy_pattern(
    r"\baws-vault (?:[\w-]+ )??exec (?P<options>(?:-[\w=-]{1,60} ){0,6})(?P<profile>[\w.@/-]{1,64})"
)
# With a code of the device, or credentials that are not those of GetSessionToken.
_OTHER_SESSION = lazy_pattern(
    r"\bmfa_serial\b|\bmfa_process\b|--mfa-token\b|--token-code\b|\bTokenCode\b|--no-session\b|\brole_arn\b|\bsso_(?:session|start_url)\b"
)
# Settings of other sections that a profile gets.
_INHERITS = frozenset({"source_profile", "include_profile", "parent_profile"})


def find_command(text: str, start: int) -> re.Match[str] | None:
    """Return the last command of aws-vault before the failure, or else the first one after it.

    >>> found = find_command("$ aws-vault exec ops -- aws iam list-users", 0)
    >>> found["profile"] if found else None
    'ops'
    """
    before = list(_AWS_VAULT.finditer(text, 0, start))
    return before[-1] if before else _AWS_VAULT.search(text)


def has_other_session(text: str, vault: re.Match[str] | None) -> bool:
    """Return whether the session has MFA, or is that of a role or of IAM Identity Center.

    If the text shows the settings of the profile, those of other profiles do not count.
    """
    shown = {each.name: each.settings.keys() for each in find_profile_sections(text)} if vault else {}
    own = shown.get(vault["profile"]) if vault else None
    if vault is None or own is None or own & _INHERITS:
        return _OTHER_SESSION.search(text) is not None
    settings = (*own, *shown.get("default", ()))
    return _OTHER_SESSION.search(" ".join((vault[0], *settings))) is not None
