"""Advise jobs that do not get the variables which a file for shells, such as ``~/.bashrc``, exports.

Sources: crontab(5), systemd.exec(5), https://www.gnu.org/software/bash/manual/html_node/Bash-Startup-Files.html and
https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
"""

from __future__ import annotations

import re
from itertools import chain

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage.explaining._context.readers.profiles import describe_missing_default
from iamtriage.explaining._rules.basics import Case, Labelled
from iamtriage.explaining._rules.credentials.profiles.other_users import (
    ROLE,
    OtherUser,
    find_unit,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import safe_name
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure

# Not /etc/environment, which PAM reads for cron, too.
_FILE = r"(?P<file>(?:(?:~|\$HOME|/root|/(?:home|Users)/[\w.-]{1,32})/)?(?<![\w-])\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zshenv|zprofile)\b|/etc/profile(?:\.d/[\w.-]{1,40})?\b|~/\.config/fish/config\.fish\b)"
_EXPORTS = r"(?:export|set -gx|set -x|declare -x)[ \t]{1,4}AWS_[A-Z]"
# The lines of a file, as grep, cat and people show them.
_SHOWN = lazy_pattern(
    rf"{_FILE}(?::(?:\d{{1,4}}:)?[ \t]{{0,4}}{_EXPORTS}|[^\n]{{0,40}}\n(?:(?![^\n]{{0,40}}(?:[$%>]|[\w~/\])]#) )[^\n]{{0,200}}\n){{0,6}}?[ \t>]{{0,8}}(?:\d{{1,4}}:)?{_EXPORTS})"
)
_SET = r"(?:AWS_[A-Z_]{4,24}|[Cc]redentials|\b[Kk]eys|\b[Vv]ariables|\benv(?:ironment)? vars|\b[Ee]xport(?:s|ed|ing)?)\b"
_SAID = lazy_pattern(
    rf"{_SET}[^\n.;]{{0,80}} (?:in|to|into|from|through|via|by) (?:(?:my|the|our|its|their|his|her) )?[`'\"]?{_FILE}"
)
_SAID_OF_FILE = lazy_pattern(
    rf"{_FILE}[`'\"]? (?:exports|sets|has|contains|defines|with)\b[^\n.;]{{0,60}}?{_SET}"
)
# The words of a clause that works tell where the variables are, too, so only a negation or question counts.
_DENIED = lazy_pattern(
    r"\b(?:[Nn]o|[Nn]ot|[Nn]ever|[Ww]ithout|[Nn]one|[Nn]othing|[Ss]hould|[Ii]f|removed|deleted)\b(?!, )[^\n.;:]{0,140}\Z|n't\b[^\n.;:]{0,140}\Z"
)
# What makes a job read such a file.
_READS_FILE = lazy_pattern(
    rf"(?:(?<![\w.])\.|\bsource) {_FILE}|\b(?:ba|z)?sh -[a-z]{{0,3}}[il][a-z]{{0,3}}\b|\bBASH_ENV="
)
_CRON = lazy_pattern(
    r"(?<!CRON_)\b[Cc]rontab\b|\b[Cc]ron(?: ?jobs?)?\b(?! (?:works|is fine|runs fine))|^[ \t]{0,4}(?:[\d*][\d*/,-]{0,20}[ \t]{1,4}){5}\S|\bCRON\[\d"
)
_SYSTEMD = lazy_pattern(r"\bsystemd\b|\bsystemctl \w|\bjournalctl \S|[\w@-]\.(?:service|timer)\b")
_TIMER = lazy_pattern(r"(?<![\w@.-])([A-Za-z0-9][\w@-]{0,79})\.timer\b")
_REGION_SET = lazy_pattern(rf"\b(?P<name>AWS_(?:DEFAULT_)?REGION)[= ][\"']?(?P<value>{REGION})\b")
_PROFILE_SET = lazy_pattern(r"\bexport AWS_PROFILE=[\"']?(?P<value>[\w.@+-]{1,64})")
# The profile to create if the text names none.
_NEW_PROFILE = "job"


def _is_denied(text: str, said: re.Match[str]) -> bool:
    """Return whether a clause says that the file does not set the variables, or only asks for it."""
    parts = (max(0, said.start() - 60), said.start("file")), (said.end("file"), said.end())
    return any(_DENIED.search(text, *part) is not None for part in parts)


def find_unread_variables(case: Case[Failure]) -> OtherUser | None:
    """Return the job of cron or the unit of systemd, if the text shows that only a file for shells sets its variables."""
    text = case.failure.text
    is_cron = _CRON.search(text) is not None
    if not is_cron and _SYSTEMD.search(text) is None:
        return None
    said = chain(_SAID.finditer(text), _SAID_OF_FILE.finditer(text))
    told = (each for each in said if not _is_denied(text, each))
    found = next(chain(_SHOWN.finditer(text), told), None)
    if found is None or _READS_FILE.search(text) is not None:
        return None
    file = found["file"]
    starter, place = ("cron", "cron job") if is_cron else ("systemd", "systemd unit")
    given = _PROFILE_SET.search(text)
    profile = (None if given is None else safe_name(given["value"])) or _NEW_PROFILE
    region = _REGION_SET.search(text)
    settings = [f"AWS_PROFILE={profile}"]
    if region is not None:
        settings.append(f"{region['name']}={region['value']}")
    also = "" if region is None else " The job needs the Region, too."
    new = given is None or profile == _NEW_PROFILE
    variables = "whose AWS_ variables only your shell gets"
    if not new:
        variables = f"so AWS_PROFILE={profile} is set only in your shell{describe_missing_default(text)}"
    whose = "whose crontab it is" if is_cron else "that User= in the unit names, or as root without User="
    unit = find_unit(case) or next((each[1] for each in _TIMER.finditer(text)), "UNIT")
    edit = "crontab -e" if is_cron else f"sudo systemctl edit {unit}.service"
    manifest = "".join(f"{each}\n" for each in settings)
    if not is_cron:
        manifest = "[Service]\n" + "".join(f"Environment={each}\n" for each in settings)
    where = "above the job" if is_cron else "to the unit"
    file_of_job = "crontab" if is_cron else "unit"
    remedy = your_remedy(
        f"Store the credentials in a profile in ~/.aws, and select it in the {file_of_job}"
        if new
        else f"Select the profile {profile} in the {file_of_job}",
        f"Run the commands as the user {whose}: aws configure asks for the values, and writes ~/.aws of that user."
        if new
        else f"The profile must be in ~/.aws of the user {whose}.",
        f"With {edit}, add the lines {where}, but never the secret access key.{also}",
        ROLE,
        commands=(
            commands.fill_command("aws configure --profile {}", profile) if new else None,
            Labelled(
                "To check it without the variables:",
                commands.fill_command(
                    "env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_SESSION_TOKEN AWS_PROFILE={} aws sts get-caller-identity",
                    profile,
                ),
            ),
        ),
        manifest=manifest,
        manifest_language="text",
        url=pages.CLI_CREDENTIALS,
    )
    return OtherUser(
        f"of the user {whose}",
        f" in the {place}: {starter} does not read {file}, {variables}",
        f"{starter} starts {'jobs with a minimal environment' if is_cron else 'units without the environment of a shell'}. Only shells read {file}, so what it exports exists only where you sign in.",
        remedy,
        (f"The text shows that {file} sets the variables.",),
        has_person=True,
    )
