"""Advise processes that do not have the user, the files or the variables of a shell with credentials.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html, sudo(8), crontab(5) and
systemd.exec(5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.credentials.credential_sources import ENVIRONMENT_NOT_PASSED_ON
from iamtriage.explaining._rules.credentials.pod_roles import Advice
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

_SUDO = lazy_pattern(
    r"\bsudo (?!-\w*E)(?:-u ?(?P<user>[\w.-]{1,32}) |-[A-Za-z]{1,4} )*"
    r"(?P<line>(?:aws|terraform|tofu|python[\d.]{0,4}|node|npx|cdk|eksctl|helm|packer|java|(?:\./|/)[\w./-]{1,100})(?![\w-])[^\n|;&<>]{0,300})",
    re.ASCII,
)
# The log of cron, a line of a crontab, the mail with the output of a job, or a script that run-parts runs.
_CRON = lazy_pattern(
    r"\bCRON\[\d{1,7}\](?:: \((?P<logged>[a-z_][\w.-]{0,31})\) CMD)?|^[ \t]{0,4}(?:[\d*][\d*/,-]{0,20}[ \t]{1,4}){5}\S|\bcrontab -[el]\b"
    r"|^Subject: (?:[^\n<]{0,40} )?Cron <(?P<mailed>[a-z_][\w.-]{0,31})@|\(Cron Daemon\)|(?P<script>/etc/cron\.(?:hourly|daily|weekly|monthly)/[\w.-]{1,100})"
    r"|/etc/cron(?:tab\b|\.d/)|\banacron\[\d",
    re.ASCII | re.MULTILINE,
)
# A line of the journal, too, which has the program and its process ID. Instances, named ip-…, have roles.
_SYSTEMD = lazy_pattern(
    r"\bsystemd\[\d{1,7}\]|\bjournalctl [^\n]{0,60}?(?:-u|--unit)[ =]"
    r"|^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?!ip-\d)[\w.-]{1,64} (?P<program>(?!systemd\[)[a-z][\w.-]{1,60})\[\d{1,7}\]: ",
    re.ASCII | re.MULTILINE,
)
_UNIT = lazy_pattern(
    r"(?<![\w@.-])(?P<unit>[A-Za-z0-9][\w@-]{0,79})\.service\b|(?:-u|--unit)[ =](?P<name>[A-Za-z0-9][\w@-]{0,79})",
    re.ASCII,
)
_IDENTITY = lazy_pattern(
    r"(?<!\w )\baws sts get-caller-identity\b(?![^\n]*--profile)[^\n]{0,200}\n(?:[^\n]{0,200}\n){0,6}?[^\n]{0,40}?"
    r"\barn:aws[a-z-]{0,12}:(?:iam|sts)::\d{12}:(?P<who>(?:user|assumed-role)/(?!\S{1,64}/i-[0-9a-f]{8})[\w+=,.@/-]{1,200})",
    re.ASCII,
)
# The user and the host of a shell, before the command that prints the identity.
_SHELL_USER = lazy_pattern(
    r"^[\[(]?(?P<user>[a-z_][\w.-]{0,31})@[\w.-]{1,63}[: ][^\n]{0,100}[#$%] aws sts get-caller-identity",
    re.ASCII | re.MULTILINE,
)
# Another command than the one with sudo.
_COMMAND = lazy_pattern(
    r"^(?:[^\n]{0,120}?[$#%>❯] )?(?:aws|terraform|tofu|python[\d.]{0,4}|node|npx|cdk|eksctl|helm) ",
    re.MULTILINE,
)
# A command that is safe to repeat: quotes and variables would not survive, and an argument can be secret.
_PLAIN = lazy_pattern(r"(?!.*(?i:secret|password|token|key))[\w./:=@,+ -]{1,300}", re.ASCII)
_FILES = 'AWS_SHARED_CREDENTIALS_FILE="$HOME/.aws/credentials" AWS_CONFIG_FILE="$HOME/.aws/config"'
_ROLE = (
    "On a server, prefer a role to access keys: on EC2 that of the instance, elsewhere IAM Roles Anywhere."
)
_MAX_CHARS_BEFORE, _CHARS_AFTER = 4_000, 400


class _Cron(NamedTuple):
    """A job of cron.

    Attributes:
        user: The user whose job it is, or ``None``.
        script: The script that run-parts runs, or ``None``.
        shell_user: The user of the shell that has credentials, if it is another one.
    """

    user: str | None
    script: str | None
    shell_user: str | None


def _text_before(case: Case[MissingCredentials]) -> str:
    """Return the text up to the end of the failure, without what is far from it."""
    start, end = case.failure.span
    return case.failure.text[max(0, start - _MAX_CHARS_BEFORE) : end]


def is_of_other_user(case: Case[MissingCredentials], *, may_be_instance: bool) -> bool:
    """Return whether the text shows a process of another user, or credentials that it does not have.

    Args:
        case: The failure.
        may_be_instance: Whether the process looked for the role of an instance, as services on EC2 do.
    """
    text = _text_before(case)
    if _find_sudo(text) is not None or _IDENTITY.search(text):
        return True
    return not may_be_instance and (_find_cron(case) is not None or _SYSTEMD.search(text) is not None)


def find_identity(case: Case[MissingCredentials]) -> str | None:
    """Return the user or role whose credentials the AWS CLI has, as ``get-caller-identity`` prints.

    A shell can print it after the failure of a job.
    """
    text = _text_before(case)
    found = _IDENTITY.search(text)
    if found is None and any(pattern.search(text) for pattern in (_CRON, _SYSTEMD)):
        found = _IDENTITY.search(case.failure.text, case.failure.span[1])
    return None if found is None else found["who"].rstrip(".,")


def _find_cron(case: Case[MissingCredentials]) -> _Cron | None:
    """Return the job of cron that failed, if the text shows one."""
    start, end = case.failure.span
    text = case.failure.text[max(0, start - _MAX_CHARS_BEFORE) : end + _CHARS_AFTER]
    matches = [each for each in _CRON.finditer(text) if each.start() < start or each["script"]]
    if not matches:
        return None
    user = next((name for each in matches if (name := each["mailed"] or each["logged"])), None)
    script = next((each["script"] for each in matches if each["script"]), None)
    shell = _SHELL_USER.search(case.failure.text)
    user = user or ("root" if script else None)
    shell_user = None if shell is None or shell["user"] == user else shell["user"]
    return _Cron(user, script, shell_user)


def describe_process(case: Case[MissingCredentials]) -> str:
    """Return the process that has no credentials, as the end of a clause, and who has some."""
    text, who = _text_before(case), find_identity(case)
    if (sudo := _find_sudo(text)) is not None:
        others = f" (your own user has those of {who})" if who else ""
        return f" under sudo, as {sudo['user'] or 'root'}{others}"
    cron = _find_cron(case)
    shell = f"the shell of {cron.shell_user}" if cron is not None and cron.shell_user else "your shell"
    others = f" ({shell} has those of {who})" if who else ""
    if cron is not None:
        return f" in the cron job{f' of {cron.user}' if cron.user else ''}{others}"
    return f" in the systemd unit{others}" if _SYSTEMD.search(text) else f" in this process{others}"


def advise_other_user(case: Case[MissingCredentials], _message: str) -> Advice:
    """Return why the process does not have the credentials of a shell, and one way to pass them."""
    text, who = _text_before(case), find_identity(case)
    because = (f"aws sts get-caller-identity printed {who}.",) if who else ()
    if (sudo := _find_sudo(text)) is not None:
        user = sudo["user"] or "root"
        why = f"With sudo, the command runs as {user}, who reads other ~/.aws files, and it gets no AWS_ variables."
        remedy = _sudo_remedy(sudo)
    elif (cron := _find_cron(case)) is not None:
        reader = f"runs as {cron.user}" if cron.user else "runs as the user whose crontab it is"
        why = f"A cron job gets no variables of a shell, {reader}, and reads that user's ~/.aws."
        remedy = _cron_remedy(cron, who)
    elif (line := _SYSTEMD.search(text)) is not None:
        found = _UNIT.search(text)
        unit = (
            (found["unit"] or found["name"]).removesuffix(".service") if found else line["program"] or "UNIT"
        )
        why = "The unit runs as root, unless User= names another user, and gets no variables of a shell."
        remedy = your_remedy(
            "Set the user or the files in the unit",
            "Under [Service], set User= to the user who has the credentials, or Environment= with AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE and AWS_PROFILE.",
            _ROLE,
            commands=(f"sudo systemctl edit {unit}", f"sudo systemctl restart {unit}"),
            url=pages.CLI_CREDENTIALS,
        )
    else:
        why = "The AWS CLI finds credentials that this process does not: it lacks the profile or the variables, or its SDK does not support the type of sign-in."
        remedy = your_remedy(
            "Pass the credentials of the AWS CLI to the process",
            "The first command prints where the AWS CLI finds them. Set AWS_PROFILE to that profile for the process, or export the credentials, and start the process in the same shell.",
            commands=("aws configure list", 'eval "$(aws configure export-credentials --format env)"'),
            url=pages.CLI_CREDENTIALS,
        )
    return Advice([ENVIRONMENT_NOT_PASSED_ON.cause("derived", because, text=why)], [remedy])


def _cron_remedy(cron: _Cron, who: str | None) -> Remedy:
    owner = cron.shell_user or "the user who has the credentials"
    home = "/root" if owner == "root" else f"/home/{cron.shell_user or 'USER_NAME'}"
    of_owner = f": sudo crontab -u {owner} -e" if cron.shell_user else ""
    if cron.script is not None:
        start, where, edit = "export ", f"at the top of {cron.script}", f"sudoedit {cron.script}"
    else:
        start, where = "", "above the job in its crontab (cron expands no $HOME)"
        edit = f"sudo crontab -u {cron.user} -e" if cron.user else "crontab -e"
    files = {"AWS_SHARED_CREDENTIALS_FILE": "credentials", "AWS_CONFIG_FILE": "config"}
    role = _ROLE
    if who is not None and who.startswith("assumed-role/"):
        role = f"The credentials of a sign-in expire. {_ROLE}"
    return your_remedy(
        f"Run the job as {owner}, or let it read {owner}'s files"
        if cron.shell_user
        else "Name the profile and the files in the crontab",
        f"Move the job to the crontab of {owner}{of_owner}.",
        f"Or keep it where it is, and put these lines {where}, with AWS_PROFILE if the profile is not default.",
        role,
        commands=(edit,),
        manifest="".join(f"{start}{name}={home}/.aws/{file}\n" for name, file in files.items()),
        url=pages.CLI_CREDENTIALS,
    )


def _find_sudo(text: str) -> re.Match[str] | None:
    """Return the last command with sudo, if no other command follows it."""
    all_found = tuple(_SUDO.finditer(text))
    return all_found[-1] if all_found and not _COMMAND.search(text, all_found[-1].end()) else None


def _sudo_remedy(sudo: re.Match[str]) -> Remedy:
    line = sudo["line"].strip()
    line = line if _PLAIN.fullmatch(line) else "aws sts get-caller-identity"
    user = sudo["user"] or "root"
    if user == "root":
        title, way = "name your files to sudo", "the second command lets it read your files"
        others: tuple[str, ...] = (f"sudo {_FILES} {line}",)
    else:
        # Only root can read the files of others.
        title, way = "pass your credentials to it", "export your credentials, and let sudo pass the variables"
        others = (
            'eval "$(aws configure export-credentials --format env)"',
            f"sudo -u {user} --preserve-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN {line}",
        )
    return your_remedy(
        f"Run the command without sudo, or {title}",
        f"Without sudo, it uses your own credentials. If it needs the rights of {user}, {way}.",
        _ROLE,
        commands=(line, *others),
        url=pages.CLI_CREDENTIALS,
    )
