"""Advise processes that do not have the user, the files or the variables of a shell with credentials.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html, sudo(8), crontab(5) and
systemd.exec(5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import hide_secrets
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure

# Programs that make calls of AWS, or run others that do. Those in containers have other files.
_PROGRAMS = r"(?:aws|terraform|tofu|terragrunt|pulumi|python[\d.]{0,4}|node|npx|npm|make|bash|sh|cdk|sam|eksctl|kubectl|kubefwd|k9s|stern|helm|helmfile|flux|argocd|velero|packer|ansible(?:-playbook)?|java|rclone|restic|s3cmd|s5cmd)"
_SUDO = lazy_pattern(
    r"\bsudo (?![^\n]{0,200}?\b(?:HOME|AWS_CONFIG_FILE)(?:=|,|\b ))(?P<options>(?>-u ?(?P<user>[\w.-]{1,32}) |--user[= ](?P<long>[\w.-]{1,32}) |--?[A-Za-z][\w=,-]{0,80} |[A-Z][A-Z0-9_]{0,63}=\S{0,200} )*+)"
    rf"(?P<line>(?:{_PROGRAMS}|(?:\./|/)[\w./-]{{1,100}})(?![\w-])[^\n|;&<>]{{0,300}})",
    re.ASCII,
)
# What passes variables through sudo.
_PASSES_VARIABLES = lazy_pattern(r"(?<!\S)(?:-[a-zA-Z]*E|--preserve-env|AWS_)")
# The prompt of a person who works as root, and not that of a container, a pod or an instance, which have roles.
# Containers start in / or in the folder of their program.
_ROOT_PROMPT = lazy_pattern(
    r"^\[?root@(?!ip-\d|[0-9a-f]{12}\b|[a-z0-9-]{1,60}-[a-z0-9]{4,10}-[a-z0-9]{5}[:\] ])[\w.-]{1,64}[: ](?:~|/(?:root|home|etc|opt|srv|var)\b)[^\n#$]{0,80}# ?(?P<line>[a-z./][^\n|;&<>]{0,300})",
    re.ASCII | re.MULTILINE,
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
_COMMAND = lazy_pattern(rf"^(?:[^\n]{{0,120}}?[$#%>❯] )?{_PROGRAMS} ", re.MULTILINE)
# A command that is safe to repeat: quotes and variables would not survive, and an argument can be secret.
_PLAIN = lazy_pattern(r"(?!.*(?i:secret|pass|pwd|token|key| -u ?\S+:))[\w./:=@,+ -]{1,300}", re.ASCII)
_PROFILE_OPTION = lazy_pattern(r" --profile[= ][\w.@+-]{1,64}", re.ASCII)
_FILES = 'AWS_SHARED_CREDENTIALS_FILE="$HOME/.aws/credentials" AWS_CONFIG_FILE="$HOME/.aws/config"'
_ROLE = (
    "On a server, prefer a role to access keys: on EC2 that of the instance, elsewhere IAM Roles Anywhere."
)
_MAX_CHARS_BEFORE, _CHARS_AFTER = 4_000, 400
# What gives a shell credentials, so that a later command has them and an earlier one did not.
_SETS_UP = lazy_pattern(r"\baws (?:configure(?! list)|login|sso login)\b|\bexport AWS_|\$env:AWS_|\bset AWS_")
# Other programs that start jobs: their name, and what to do there.
# https://learn.microsoft.com/windows-server/administration/windows-commands/schtasks-change, launchd.plist(5) and
# https://supervisord.org/configuration.html
_MANAGERS = (
    (
        lazy_pattern(
            r"\bschtasks\b|\bTask Scheduler\b|\bNT AUTHORITY\\SYSTEM\b|\bRun As User:\s{1,20}SYSTEM\b"
        ),
        "scheduled task",
        r"Run the task as the user who has the credentials (schtasks /change /tn TASK_NAME /ru USER /rp *), or specify that user's files for the machine (setx /M AWS_SHARED_CREDENTIALS_FILE). SYSTEM reads C:\Windows\System32\config\systemprofile\.aws.",
    ),
    (
        lazy_pattern(r"/Library/Launch(?:Daemons|Agents)/|\blaunchctl\b"),
        "launchd job",
        "In the property list, set UserName to the user who has the credentials, or EnvironmentVariables with the full paths in AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE. Then load it again.",
    ),
    (
        lazy_pattern(r"\bsupervisor(?:d|ctl)\b|\bINFO spawned: '"),
        "program of Supervisor",
        'In the program\'s section, set user to the user who has the credentials, and environment to HOME="/home/USER", because Supervisor does not change HOME.',
    ),
)


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


class OtherUser(NamedTuple):
    """A process that does not run as the user of a shell.

    Attributes:
        files: Whose files it reads, such as ``"that the cron job reads"``.
        place: Where a program found no credentials, as the end of a clause.
        why: Why it does not find what a shell finds.
        remedy: How to pass the files or credentials to it.
        because: What shows that the files of the person have it.
        has_person: Whether a person ran it, whose own files have what it needs.
    """

    files: str
    place: str
    why: str
    remedy: Remedy
    because: tuple[str, ...] = ()
    has_person: bool = False


def find_other_shell(case: Case[Failure]) -> OtherUser | None:
    """Return the process of another user, or the shell of root, that the text shows."""
    return find_other_user(case) or _find_root_shell(case)


def find_other_user(case: Case[Failure]) -> OtherUser | None:
    """Return the process of another user that the text shows, or ``None``."""
    text = _text_before(case)
    if (sudo := _find_last_command(_SUDO, case)) is not None:
        user = sudo["user"] or sudo["long"] or "root"
        lost = "" if _PASSES_VARIABLES.search(sudo["options"]) else ", and it gets no AWS_ variables"
        return OtherUser(
            f"of {user}, as whom sudo runs the command",
            f" under sudo, as {user}",
            f"With sudo, the command runs as {user}, who reads other ~/.aws files{lost}.",
            _sudo_remedy(sudo, user, case.text),
            _success_without_sudo(case, sudo["line"].partition(" ")[0]),
            has_person=True,
        )
    if (cron := _find_cron(case)) is not None:
        reader = f"runs as {cron.user}" if cron.user else "runs as the user whose crontab it is"
        return OtherUser(
            f"of {cron.user}, as whom the cron job runs" if cron.user else "that the cron job reads",
            f" in the cron job{f' of {cron.user}' if cron.user else ''}",
            f"A cron job gets no variables of a shell, {reader}, and reads that user's ~/.aws.",
            _cron_remedy(cron, find_identity(case)),
        )
    if (line := _SYSTEMD.search(text)) is not None:
        unit = find_unit(case) or line["program"] or "UNIT"
        return OtherUser(
            "that the systemd unit reads",
            " in the systemd unit",
            "The unit runs as root, unless User= names another user, and gets no variables of a shell.",
            _unit_remedy(unit, _find_shell_user(case)),
        )
    for pattern, noun, step in _MANAGERS:
        if pattern.search(text):
            return OtherUser(
                f"that the {noun} reads",
                f" in the {noun}",
                f"The {noun} gets no variables of a shell, and reads ~/.aws of the user that it runs as.",
                _remedy(f"Set the user or the files of the {noun}", step, _ROLE, commands=()),
            )
    return None


def find_unit(case: Case[Failure]) -> str | None:
    """Return the systemd unit that the text names, before the failure or right after it."""
    end = case.failure.span[1]
    found = _UNIT.search(_text_before(case)) or _UNIT.search(case.failure.text, end, end + _CHARS_AFTER)
    return (found["unit"] or found["name"]).removesuffix(".service") if found else None


def _find_root_shell(case: Case[Failure]) -> OtherUser | None:
    """Return the shell of root that made the call, whose files are not those of the person."""
    found = _find_last_command(_ROOT_PROMPT, case)
    if found is None:
        return None
    return OtherUser(
        "of root, whose shell this is",
        " in the shell of root",
        "The shell is that of root, who reads /root/.aws, and not the files of another user.",
        _root_shell_remedy(_safe_line(found) or "aws sts get-caller-identity"),
        has_person=True,
    )


def find_identity(case: Case[Failure]) -> str | None:
    """Return the user or role whose credentials the AWS CLI has, as ``get-caller-identity`` prints.

    A shell can print it after the failure of a job.
    """
    text = _text_before(case)
    found = _IDENTITY.search(text)
    if found is None:
        end = case.failure.span[1]
        found = _IDENTITY.search(case.failure.text, end, end + _MAX_CHARS_BEFORE)
        if found is not None and _SETS_UP.search(case.failure.text, end, found.start()):
            return None
    return None if found is None else found["who"].rstrip(".,")


def _find_shell_user(case: Case[Failure]) -> str | None:
    """Return the user of the shell whose identity the text shows."""
    found = _SHELL_USER.search(case.failure.text)
    return None if found is None else found["user"]


def _find_cron(case: Case[Failure]) -> _Cron | None:
    """Return the job of cron that failed, if the text shows one."""
    start, end = case.failure.span
    text = case.failure.text[max(0, start - _MAX_CHARS_BEFORE) : end + _CHARS_AFTER]
    matches = [each for each in _CRON.finditer(text) if each.start() < start or each["script"]]
    if not matches:
        return None
    user = next((name for each in matches if (name := each["mailed"] or each["logged"])), None)
    script = next((each["script"] for each in matches if each["script"]), None)
    shell_user, user = _find_shell_user(case), user or ("root" if script else None)
    return _Cron(user, script, None if shell_user == user else shell_user)


def describe_identity(case: Case[Failure]) -> str:
    """Return whose credentials the AWS CLI has, as an addition to where a program found none, or nothing."""
    who = find_identity(case)
    if who is None:
        return ""
    if _find_last_command(_SUDO, case) is not None:
        return f" (your own user has those of {who})"
    shell_user = _find_shell_user(case)
    return f" ({f'the shell of {shell_user}' if shell_user else 'your shell'} has those of {who})"


def _success_without_sudo(case: Case[Failure], program: str) -> tuple[str, ...]:
    """Return the reason that the same program worked without sudo, if the text shows it."""
    runs = find_runs(case.failure)
    is_shown = any(run.has_succeeded and not run.has_sudo and run.command.program == program for run in runs)
    return (f"The text shows that {program} works without sudo.",) if is_shown else ()


def _find_last_command(pattern: re.Pattern[str], case: Case[Failure]) -> re.Match[str] | None:
    """Return the last command that matches, if no other one follows it before the failure ends."""
    text = _text_before(case)
    found = next(reversed([*pattern.finditer(text)]), None)
    return None if found is None or _COMMAND.search(text, found.end()) else found


def _text_before(case: Case[Failure]) -> str:
    """Return the text up to the end of the failure, without what is far from it."""
    start, end = case.failure.span
    return case.failure.text[max(0, start - _MAX_CHARS_BEFORE) : end]


def find_command_with_sudo(case: Case[Failure]) -> str | None:
    """Return the command that ran with sudo, without it, if it is safe to repeat."""
    sudo = _find_last_command(_SUDO, case)
    return None if sudo is None else _safe_line(sudo)


def _safe_line(command: re.Match[str]) -> str | None:
    """Return the line of a command if it is safe to repeat."""
    line = command["line"].strip()
    return line if _PLAIN.fullmatch(line) and hide_secrets(line) == line else None


def _sudo_remedy(sudo: re.Match[str], user: str, text: str) -> Remedy:
    line = _safe_line(sudo) or "aws sts get-caller-identity"
    is_about_profile = "profile" in text and "SSO" not in text
    list_profiles = f"sudo {f'-u {user} ' if user != 'root' else ''}aws configure list-profiles"
    last_step = None if "SSO" in text or line.startswith(("kubectl ", "helm ")) else _ROLE
    if is_about_profile:
        last_step = f"The last command lists the profiles that {user} has."
    again, step = line, "Without sudo, it uses your own credentials."
    if user == "root":
        title, way = "let it read your files", "use the second command, which makes it read your files"
        # The tokens of IAM Identity Center are in the home directory, whatever the files.
        files = 'HOME="$HOME"' if "SSO" in text else _FILES
        others = [f"sudo {files} {line}"]
    else:
        # Only root can read the files of others.
        title, way = "pass your credentials to it", "export your credentials, and let sudo pass the variables"
        profile = _PROFILE_OPTION.search(line)
        line = _PROFILE_OPTION.sub("", line)
        others = [
            f'eval "$(aws configure export-credentials{profile[0] if profile else ""} --format env)"',
            f"sudo -u {user} --preserve-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN {line}",
        ]
    return _remedy(
        f"Run the command without sudo, or {title}",
        f"{step} If it requires the permissions of {user}, {way}.",
        *present(last_step),
        commands=(again, *others, *((list_profiles,) if is_about_profile else ())),
    )


def _remedy(title: str, *steps: str, commands: tuple[str, ...], manifest: str | None = None) -> Remedy:
    return your_remedy(title, *steps, commands=commands, manifest=manifest, url=pages.CLI_CREDENTIALS)


def _root_shell_remedy(line: str) -> Remedy:
    home = "/home/USER/.aws"
    return _remedy(
        "Run the command as the user who has the profile, or let it read that user's files",
        "Leave the shell of root, or specify the files of the user, which root is allowed to read.",
        _ROLE,
        commands=(
            "aws configure list-profiles",
            f"AWS_CONFIG_FILE={home}/config AWS_SHARED_CREDENTIALS_FILE={home}/credentials {line}",
        ),
    )


def _cron_remedy(cron: _Cron, who: str | None) -> Remedy:
    owner = cron.shell_user or "the user who has the credentials"
    home = "/root" if owner == "root" else f"/home/{cron.shell_user or 'USER'}"
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
    return _remedy(
        f"Run the job as {owner}, or let it read {owner}'s files"
        if cron.shell_user
        else "Specify the profile and the files in the crontab",
        f"Move the job to the crontab of {owner}{of_owner}.",
        f"Or keep it where it is, and put these lines {where}, with AWS_PROFILE if the profile is not default.",
        role,
        commands=(edit,),
        manifest="".join(f"{start}{name}={home}/.aws/{file}\n" for name, file in files.items()),
    )


def _unit_remedy(unit: str, shell_user: str | None) -> Remedy:
    return _remedy(
        "Set the user or the files in the unit",
        "Under [Service], set User= to the user who has the credentials, or Environment= with AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE and AWS_PROFILE.",
        _ROLE,
        manifest=None if shell_user is None else f"[Service]\nUser={shell_user}\n",
        commands=(f"sudo systemctl edit {unit}", f"sudo systemctl restart {unit}"),
    )
