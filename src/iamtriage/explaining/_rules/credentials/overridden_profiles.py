"""Explain that access keys in environment variables were used instead of those of a profile.

Source: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-quickstart.html#cli-configure-quickstart-precedence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.profiles import find_listed_key, find_profile_sections
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure

_KEY_IN_SHELL = lazy_pattern(r"\bAWS_ACCESS_KEY_ID[\"']? ?= ?[\"']?(?P<key>[A-Z0-9*.x]{4,40})")
_SIGNED_IN = lazy_pattern(
    r"\baws (?:sso )?login\b[^\n]{0,80}? --profile[ =](?P<profile>[\w.@:+/-]{1,64})[^$]{0,400}?(?i:success)",
    re.ASCII,
)
_ENDING, _KEY_LENGTH = 4, 20
PROFILE_OVERRIDDEN = CauseType(
    "profile-overridden",
    title="Access keys in environment variables are used instead of the profile",
    meaning="Access keys in environment variables take precedence over AWS_PROFILE and the files. Only --profile takes precedence over them.",
    recognised_by="The text shows an access key in the environment together with AWS_PROFILE, or with another key in the credentials file.",
    fix="Unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
    sources=(pages.CLI_CREDENTIALS,),
)


class Override(NamedTuple):
    """A profile whose credentials are not used.

    Attributes:
        profile: The name of the profile.
        used: The last characters of the key in the environment, if they are known.
        unused: Those of the key of the profile.
        is_sso: Whether the profile uses IAM Identity Center, and the text does not show the sign-in.
        is_selected: Whether a variable of the shell selects the profile.
    """

    profile: str
    used: str | None
    unused: str | None
    is_sso: bool
    is_selected: bool = True


def find_signed_in_profile(text: str) -> str | None:
    r"""Return the profile with which the text shows a sign-in that succeeded.

    >>> find_signed_in_profile("$ aws sso login --profile dev\\nSuccessfully logged into Start URL: x")
    'dev'
    """
    found = _SIGNED_IN.search(text)
    return None if found is None else found["profile"]


def find_override(case: Case[Failure]) -> Override | None:
    """Return the profile that a shell selects, or the default one with another key, if its environment has an access key."""
    text = case.failure.text
    if clues.find_option(case, "profile") is not None or not clues.has_key_in_shell(text):
        return None
    signed_in = find_signed_in_profile(text)
    selected = clues.find_shell_profile(text) or signed_in
    listed, shown = find_listed_key(text), _KEY_IN_SHELL.search(text)
    used = _ending(listed.ending if listed and listed.kind == "env" else shown["key"] if shown else None)
    sections = [each for each in find_profile_sections(text) if each.name == (selected or "default")]
    keys = (_ending(each.settings.get("aws_access_key_id")) for each in sections)
    unused = next(filter(None, keys), None)
    if (selected is None and (used is None or unused is None)) or (used is not None and used == unused):
        return None
    is_sso = signed_in is None and any(each.is_sso for each in sections)
    return Override(
        selected or "default", used, unused, is_sso, is_selected=clues.find_shell_profile(text) is not None
    )


def _ending(key: str | None) -> str | None:
    """Return the last characters of an access key ID, which AWS prints, too."""
    if key and key.startswith(("AKIA", "ASIA")) and len(key) < _KEY_LENGTH:
        # The text shows only its beginning.
        return None
    ending = (key or "")[-_ENDING:]
    return ending if len(ending) == _ENDING and ending.isalnum() and ending.upper() == ending else None


def explain_override(case: Case[Failure], override: Override, verdict: str, topic: str) -> Explanation:
    """Explain that the keys in the environment, not the profile, are what AWS rejected.

    Args:
        case: The failure.
        override: The profile.
        verdict: What AWS did with the key, after "AWS".
        topic: The topic of the explanation.
    """
    key = "An access key in the environment"
    if override.used:
        key = f"The access key …{override.used} in the environment"
    unused = (
        f"its key …{override.unused} was not sent" if override.unused else "its credentials were not sent"
    )
    because = ("The text shows both.",)
    if override.used and override.unused:
        because = (f"The environment has the key …{override.used}, and the file has …{override.unused}.",)
    return case.explain(
        f"{key} takes precedence over the profile {override.profile}, and AWS {verdict}. The profile is not the problem: {unused}.",
        PROFILE_OVERRIDDEN.cause(
            "derived",
            because,
            text=f"Access keys in environment variables take precedence over the profile {override.profile}, unless the command has --profile: a quick test.",
        ),
        topic=topic,
        remedies=unset_keys(override),
        notes="No permission is missing, and no new key is needed.",
    )


def unset_keys(override: Override) -> Remedy:
    """Return the remedy that lets a shell use its profile instead of access keys in its environment."""
    name = override.profile
    sign_in = (f"aws sso login --profile {name}",) if override.is_sso else ()
    select = () if override.is_selected or name == "default" else (f"export AWS_PROFILE={name}",)
    return your_remedy(
        f"Unset the keys, so that the profile {name} is used",
        "Unset the variables in the shell or service that makes the call. Then aws configure list must not print env as the type of access_key.",
        "The last command finds the files that set them: delete the lines there, or they come back in the next shell. Tools such as direnv, IDEs and CI systems set them, too.",
        commands=(
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            *sign_in,
            *select,
            "aws configure list",
            with_profile(None if name == "default" else name, "aws sts get-caller-identity"),
            "grep -rls AWS_ACCESS_KEY_ID ~/.profile ~/.bashrc ~/.bash_profile ~/.zshrc ~/.zshenv ~/.zprofile ~/.config/fish/config.fish /etc/environment /etc/profile.d .env .envrc",
        ),
        url=pages.CLI_CREDENTIALS,
    )
