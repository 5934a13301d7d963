"""Advise processes that do not have the user, the files or the variables of a shell with credentials.

Sources: https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html, sudo(8), crontab(5),
systemd.exec(5), https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_privilege_escalation.html and
https://docs.ansible.com/ansible/latest/playbook_guide/playbooks_delegation.html.
"""

from __future__ import annotations

import functools
import re

from iamtriage._patterns import cached_pattern, lazy_pattern, only_one, search_last
from iamtriage._text import clip_text, hide_secrets, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_lines import find_variables
from iamtriage.explaining._context.readers.command_runs import find_success_without_sudo
from iamtriage.explaining._context.readers.names import find_kubeconfig_profile
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, Labelled, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.credentials.selected_profiles import (
    lists_key_in_shell,
    selects_profile_in_shell,
)
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure

# Programs that make calls of AWS, or run others that do. Those in containers have other files.
_PROGRAMS = r"(?:aws|terraform|tofu|terragrunt|pulumi|python[\d.]{0,4}|node|npx|npm|make|bash|sh|cdk|sam|eksctl|kubectl|kubefwd|k9s|stern|helm|helmfile|flux|argocd|velero|packer|ansible(?:-playbook)?|java|rclone|restic|s3cmd|s5cmd)"
_SUDO = lazy_pattern(
    r"(?a)\bsudo (?![^\n]{0,200}?\b(?:HOME|AWS_CONFIG_FILE)(?:=|,|\b ))(?P<options>(?>-u ?(?P<user>[\w.-]{1,32}) |--user[= ](?P<long>[\w.-]{1,32}) |--?[A-Za-z][\w=,-]{0,80} |env |[A-Z][A-Z0-9_]{0,63}=\S{0,200} )*+)"
    rf"(?P<line>(?:{_PROGRAMS}|(?:\./|/)[\w./-]{{1,100}})(?![\w-])[^\n|;&<>]{{0,300}})"
)
# Programs that read the same kubeconfig. Of these, only https://kubefwd.com needs root: it writes to /etc/hosts.
_CLUSTER_CLIENTS = frozenset({"flux", "helm", "helmfile", "k9s", "kubectl", "kubefwd", "stern", "velero"})
# What passes variables through sudo.
_PASSES_VARIABLES = lazy_pattern(r"(?<!\S)(?:-[a-zA-Z]*E|--preserve-env|AWS_)")
# The prompt of a person who works as root, and not that of a container, a pod or an instance, which have roles.
# Containers start in / or in the folder of their program.
_ROOT_PROMPT = lazy_pattern(
    r"(?am)^\[?root@(?!ip-\d|[0-9a-f]{12}\b|[a-z0-9-]{1,60}-[a-z0-9]{4,10}-[a-z0-9]{5}[:\] ])[\w.-]{1,64}[: ](?:~|/(?:root|home|etc|opt|srv|var)\b)[^\n#$]{0,80}# ?(?P<line>[a-z./][^\n|;&<>]{0,300})"
)
# The log of cron, a line of a crontab, the mail with the output of a job, or a script that run-parts runs.
_CRON = lazy_pattern(
    r"(?am)\bCRON\[\d{1,7}\](?:: \((?P<logged>[a-z_][\w.-]{0,31})\) CMD)?|^[ \t]{0,4}(?:[\d*][\d*/,-]{0,20}[ \t]{1,4}){5}\S|\bcrontab -[el]\b"
    r"|^Subject: (?:[^\n<]{0,40} )?Cron <(?P<mailed>[a-z_][\w.-]{0,31})@|\(Cron Daemon\)|/etc/cron(?:tab\b|\.(?:d|hourly|daily|weekly|monthly)/)|\banacron\[\d|\b[Cc]rontab (?:of|for) (?:the )?(?:user )?(?P<owner>(?!the\b|an?\b|my\b)[a-z_][\w.-]{0,31})\b|\b(?P<whose>[a-z_][\w.-]{0,31})'s crontab\b"
)
# A line of the journal, too, which has the program and its process ID. Instances, named ip-…, have roles.
_SYSTEMD = lazy_pattern(
    r"(?am)\bsystemd\[\d{1,7}\]|\bjournalctl [^\n]{0,60}?(?:-u|--unit)[ =]"
    r"|^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d (?!ip-\d)[\w.-]{1,64} (?P<program>(?!systemd\[)[a-z][\w.-]{1,60})\[\d{1,7}\]: "
)
_UNIT_FILE = lazy_pattern(r"\bExecStart=[@:+!-]{0,3}(?P<program>)/")
_UNIT = lazy_pattern(
    r"(?a)(?<![\w@.-])(?P<unit>[A-Za-z0-9][\w@-]{0,79})\.service\b|(?:-u|--unit)[ =](?P<name>[A-Za-z0-9][\w@-]{0,79})"
)
# Settings of a unit, as its file or systemctl show has them. With read-only, files in home directories can be read.
_UNIT_USER = lazy_pattern(r"(?m)(?:^|[ \t:,;(])User=(?P<user>[a-z_][\w.-]{0,31})(?=[,;)]|[ \t\r]{0,8}$)")
_PROTECTS_HOME = lazy_pattern(r"(?m)^[ \t]{0,8}(?P<setting>ProtectHome=\w{1,9}(?:-\w{1,9})?)[ \t\r]{0,8}$")
_IDENTITY = lazy_pattern(
    r"(?a)(?<!\w )\baws sts get-caller-identity\b(?![^\n]*--profile)[^\n]{0,200}\n(?:[^\n]{0,200}\n){0,6}?[^\n]{0,40}?"
    r"\barn:aws[a-z-]{0,12}:(?:iam|sts)::\d{12}:(?P<who>(?:user|assumed-role)/(?!\S{1,64}/i-[0-9a-f]{8})[\w+=,.@/-]{1,200})"
)
_COMMAND = lazy_pattern(rf"(?m)^(?:[^\n]{{0,120}}?[$#%>❯] )?{_PROGRAMS} ")
# A command that is safe to repeat: quotes and variables would not survive, and an argument can be secret.
_PLAIN = lazy_pattern(r"(?a)(?!.*(?i:secret|pass|pwd|token|key| -u ?\S+:))[\w./:=@,+~ -]{1,300}")
_PROFILE_OPTION = lazy_pattern(r"(?a) (?:--profile[= ]|AWS_PROFILE=\"?)([\w.@:+/-]{1,64})\"?")
_FILES = 'AWS_SHARED_CREDENTIALS_FILE="$HOME/.aws/credentials" AWS_CONFIG_FILE="$HOME/.aws/config"'
# The result of a task, or of an item in its loop, with the host of the play and the one to which it is delegated. A lookup
# and a connection run as the user who runs Ansible.
_TASK_RESULT = lazy_pattern(
    r"(?am)^(?:fatal|failed): \[(?P<host>[\w.-]{1,100})(?: -> (?P<to>[\w.-]{1,100})(?:\([^)\n]{1,100}\))?)?\](?!: UNREACHABLE!|[^\n]{0,400}?\blookup plugin\b)"
)
_BECOMES = lazy_pattern(
    r"(?am)^[ \t-]{0,20}(?P<setting>become[:=] ?[\"']?(?:[Tt]rue|[Yy]es)\b|(?:ansible_become|become) ?= ?(?:[Tt]rue|[Yy]es)\b)|\bansible(?:-playbook)?\b[^\n]{1,300}? (?P<option>--become|-K|-b)(?![\w-])"
)
_NOT_BECOME = lazy_pattern(r"\bbecome[:=] ?[\"']?(?:[Ff]alse|[Nn]o)\b")
_BECOME_USER = lazy_pattern(r"\bbecome_user[:=] ?[\"']?([a-z_][\w.-]{0,31})")
_IS_DELEGATED = lazy_pattern(r"\bdelegate_to[:=] ?[\"']?(?:localhost|127\.0\.0\.1)\b")
_IS_LOCAL = lazy_pattern(
    r"\b(?:connection|ansible_connection)[:=] ?[\"']?local\b|\blocal_action:|\bhosts: ?[\"']?(?:localhost|127\.0\.0\.1)\b"
)
# A play for one host or group.
_PLAY = lazy_pattern(r"(?am)^[ \t-]{0,20}hosts: ?[\"']?(?P<hosts>[\w.-]{1,100})[\"']?[ \t]*$")
# The connection with Session Manager calls AWS from the computer that runs Ansible.
_CONNECTS_WITH_AWS = lazy_pattern(r"\baws_ssm\b")
_ANSIBLE, _LOCAL_HOSTS = "https://docs.ansible.com/ansible/latest/playbook_guide/", {"localhost", "127.0.0.1"}
_CALL_WITH_CLI = lazy_pattern(r"\baws [a-z0-9-]{2,30} [a-z0-9-]{2,60}")
_HOME_FOR_SSO = 'If the profile signs in with IAM Identity Center, set HOME="$HOME" instead of the files: its token is in your home directory.'
ROLE = "On a server, prefer a role to access keys: on EC2 that of the instance, elsewhere IAM Roles Anywhere."
_credentials_remedy = functools.partial(your_remedy, url=pages.CLI_CREDENTIALS)
_MAX_CHARS_BEFORE, _CHARS_AFTER = 4_000, 400
# What gives a shell credentials, so that a later command has them and an earlier one did not.
_SETS_UP = lazy_pattern(r"\baws (?:configure(?! list)|login|sso login)\b|\bexport AWS_|\$env:AWS_|\bset AWS_")
IIS_SIGNS = lazy_pattern(r"Server Error in '/|\bIIS\b|\bw3wp\b|\binetpub\b|\bAppPool\b")
# Other programs that start jobs: their name, and what to do there.
# https://learn.microsoft.com/windows-server/administration/windows-commands/schtasks-change, launchd.plist(5) and
# https://supervisord.org/configuration.html
_MANAGERS = (
    (
        r"\bschtasks\b|\bTask Scheduler\b|\bNT AUTHORITY\\SYSTEM\b|\bRun As User:\s{1,20}SYSTEM\b",
        "scheduled task",
        r"Run the task as the user who has the credentials (schtasks /change /tn TASK_NAME /ru USER /rp *), or specify that user's files for the machine (setx /M AWS_SHARED_CREDENTIALS_FILE). SYSTEM reads C:\Windows\System32\config\systemprofile\.aws.",
    ),
    (
        r"\bLocalSystem\b|\bLocal System\b|\b(?:Local|Network)Service\b|\bNT AUTHORITY\\\\?(?:LOCAL|NETWORK) SERVICE\b|\bnssm\b",
        "Windows service",
        r"On EC2, give the instance a role. Otherwise, let the service log on as the user who has the credentials (sc.exe config SERVICE obj= USER password= PASSWORD), or specify that user's files for the machine (setx /M AWS_SHARED_CREDENTIALS_FILE). LocalSystem reads C:\Windows\System32\config\systemprofile\.aws.",
    ),
    (
        r"/Library/Launch(?:Daemons|Agents)/|\blaunchctl\b",
        "launchd job",
        "In the property list, set UserName to the user who has the credentials, or EnvironmentVariables with the full paths in AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE. Then load it again.",
    ),
    (
        r"\bsupervisor(?:d|ctl)\b|\bINFO spawned: '",
        "program of Supervisor",
        'In the program\'s section, set user to the user who has the credentials, and environment to HOME="/home/USER", because Supervisor does not change HOME.',
    ),
    (
        r"/etc/fstab\b|\bsudo mount (?:-a\b|/)",
        "mount of /etc/fstab",
        "mount runs as root and reads /root/.aws: write the keys with sudo aws configure, with --profile if the options of the mount name one. s3fs reads /etc/passwd-s3fs, or the file in its option passwd_file.",
    ),
    (
        IIS_SIGNS.pattern,
        "IIS application pool",
        "On EC2, give the instance a role. Otherwise, set AWSProfilesLocation in web.config, ProfilesLocation in appsettings.json, or AWS_SHARED_CREDENTIALS_FILE for the machine (setx /M), to a file that the identity of the pool is allowed to read. Then run iisreset.",
    ),
)


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
        is_passed = _PASSES_VARIABLES.search(sudo["options"]) or find_kubeconfig_profile(case.text)
        lost = "" if is_passed else ", and it gets no AWS_ variables"
        program = sudo["line"].partition(" ")[0]
        programs = _CLUSTER_CLIENTS if program in _CLUSTER_CLIENTS else {program}
        works = find_success_without_sudo(case.failure, programs)
        how = "which drops the AWS_ variables" if lost and lists_key_in_shell(text) else f"as {user}"
        return OtherUser(
            f"of {user}, under sudo",
            f" under sudo, {how}",
            f"With sudo, the command runs as {user}, who reads other ~/.aws files{lost}.",
            _sudo_remedy(sudo, user, case.text, works=bool(works)),
            tuple(f"The text shows that {each} works without sudo." for each in works),
            has_person=True,
        )
    if (task := _find_task(case)) is not None:
        return task
    after = case.failure.text[case.failure.span[1] :][:_CHARS_AFTER]
    if jobs := list(_CRON.finditer(text)) or list(_CRON.finditer(after)):
        user = next((name for each in jobs for name in each.groups() if name), None)
        return OtherUser(
            f"of {user}, as whom the cron job runs" if user else "that the cron job reads",
            f" in the cron job{f' of {user}' if user else ''}",
            f"A cron job gets no variables of a shell, runs as {user or 'the user whose crontab it is'}, and reads that user's ~/.aws.",
            _credentials_remedy(
                "Specify the profile and the files in the crontab",
                "Move the job to the crontab of the user who has the credentials: sudo crontab -u USER -e.",
                "Or put these lines above the job, because cron expands no $HOME, with AWS_PROFILE if the profile is not default. In a script, write export before each.",
                ROLE,
                commands=(f"sudo crontab -u {user} -e" if user else "crontab -e",),
                manifest="AWS_SHARED_CREDENTIALS_FILE=/home/USER/.aws/credentials\nAWS_CONFIG_FILE=/home/USER/.aws/config\n",
            ),
        )
    if (line := _SYSTEMD.search(text) or _UNIT_FILE.search(after)) is not None:
        return _describe_unit(case.failure.text, find_unit(case) or line["program"] or "UNIT")
    for sign, noun, step in _MANAGERS:
        if cached_pattern(sign).search(text + after):
            return OtherUser(
                f"that the {noun} reads",
                f" in the {noun}",
                f"The {noun} gets no variables of a shell, and reads ~/.aws of the user that it runs as.",
                _credentials_remedy(f"Set the user or the files of the {noun}", step, ROLE, commands=()),
            )
    return None


def _describe_unit(text: str, unit: str) -> OtherUser:
    """Return what a systemd unit reads. ProtectHome= hides the files of each user whom User= can name."""
    user = only_one({each["user"] for each in _UNIT_USER.finditer(text)})
    settings = "Environment= with AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE and AWS_PROFILE"
    reads = ", reads that user's ~/.aws" if user else ""
    step = f"Under [Service], set User= to the user who has the credentials, or {settings}."
    hidden = only_one({each["setting"] for each in _PROTECTS_HOME.finditer(text)})
    if hidden is not None and hidden.partition("=")[2] not in {"no", "false", "off", "0", "read-only"}:
        reads = f", cannot read /home and /root ({hidden})"
        step = f"Under [Service], set {settings}, and save the files in another folder, such as /etc/{unit}, where {user or 'the user of the unit'} can read them. {hidden} hides /home and /root, so another User= does not help."
    lines = (f"sudo systemctl edit {unit}", f"sudo systemctl restart {unit}")
    return OtherUser(
        "that the systemd unit reads",
        " in the systemd unit",
        f"The unit runs as {f'{user} (User=)' if user else 'root, unless User= names another user'}{reads}, and gets no variables of a shell.",
        _credentials_remedy("Set the user or the files in the unit", step, ROLE, commands=lines),
    )


def _find_task(case: Case[Failure]) -> OtherUser | None:
    """Return the user or the host of a failed task of Ansible, if it is not the user who runs Ansible."""
    text = case.failure.text
    results = list(_TASK_RESULT.finditer(text))
    result = min(results, key=lambda each: abs(each.start() - case.failure.span[0]), default=None)
    is_delegated = bool(result["to"] if result else _IS_DELEGATED.search(text))
    host = (result["to"] or result["host"]) if result else None
    is_local = host in _LOCAL_HOSTS or (not (result and is_delegated) and _IS_LOCAL.search(text) is not None)
    if host is None and (" plugin" in text or not (is_delegated or is_local)):
        return None
    becomes = None if _NOT_BECOME.search(text) else _find_become(text, is_delegated=is_delegated)
    works = find_working(text, _CALL_WITH_CLI)
    if host is not None and not is_local:
        if _CONNECTS_WITH_AWS.search(text):
            return None
        return OtherUser(
            f"on {host}",
            f" on {host}, where Ansible runs the task",
            f"Ansible runs a module on the host of the task, here {host}, and not on the computer that runs Ansible.",
            your_remedy(
                "Run the task on the computer that runs Ansible",
                f"Add the lines to the task. It then runs as you, with your credentials: {host} needs no keys.{' become: false, because root on your computer has no variables and files of yours.' if _find_become(text, is_delegated=True) else ''}",
                f"Or, if the task must run on {host}, give it a role: on EC2 that of the instance, elsewhere IAM Roles Anywhere.",
                manifest="delegate_to: localhost\nbecome: false\n",
                url=f"{_ANSIBLE}playbooks_delegation.html",
            ),
        )
    if becomes is None:
        return None
    shown = becomes["setting"] or f"The option {becomes['option']}"
    if becomes["option"] == "-K":
        shown = "become, for whose password -K asks,"
    user = named[1] if (named := _BECOME_USER.search(text)) else "root"
    delegated = " also applies to a task that is delegated to localhost, and" if is_delegated else ""
    return OtherUser(
        f"of {user}, as whom Ansible runs the task",
        f" as {user}: Ansible becomes {user} for this task, too",
        f"{shown}{delegated} makes Ansible run the task with sudo as {user}, who reads other ~/.aws files and gets no AWS_ variables.",
        your_remedy(
            "Switch become off for the task",
            f"Add the line to the task{', next to delegate_to' if is_delegated else ''}. It then runs as you, with your files and variables. Modules for AWS do not need root.",
            "Other tasks that call AWS from localhost need the line, too: put them into one block that has it.",
            manifest="become: false\n",
            url=f"{_ANSIBLE}playbooks_privilege_escalation.html",
        ),
        () if works is None else (f'The text says "{clip_text(works)}": your own credentials are fine.',),
        has_person=True,
    )


def _find_become(text: str, *, is_delegated: bool) -> re.Match[str] | None:
    """Return the setting or option that makes Ansible become another user for a task on this computer."""
    for each in _BECOMES.finditer(text):
        play = None if is_delegated else search_last(_PLAY, text, 0, each.start())
        if play is None or play["hosts"] in {*_LOCAL_HOSTS, "all"} or not each["setting"]:
            return each
    return None


def find_unit(case: Case[Failure]) -> str | None:
    """Return the systemd unit that the text names, before the failure or right after it."""
    end = case.failure.span[1]
    found = _UNIT.search(_text_before(case)) or _UNIT.search(case.failure.text, end, end + _CHARS_AFTER)
    return (found["unit"] or found["name"]).removesuffix(".service") if found else None


def _find_root_shell(case: Case[Failure]) -> OtherUser | None:
    if (found := _find_last_command(_ROOT_PROMPT, case)) is None:
        return None
    return OtherUser(
        "of root, whose shell this is",
        " in the shell of root",
        "The shell is that of root, who reads /root/.aws, and not the files of another user.",
        _credentials_remedy(
            "Run the command as the user who has the profile, or let it read that user's files",
            "Leave the shell of root, or specify the files of the user, which root is allowed to read.",
            ROLE,
            commands=(
                "aws configure list-profiles",
                f"AWS_CONFIG_FILE=/home/USER/.aws/config AWS_SHARED_CREDENTIALS_FILE=/home/USER/.aws/credentials {_safe_line(found) or 'aws sts get-caller-identity'}",
            ),
        ),
        has_person=True,
    )


def find_identity(case: Case[Failure]) -> str | None:
    """Return the user or role whose credentials the AWS CLI has, as ``get-caller-identity`` prints.

    A shell can print it after the failure of a job.
    """
    found = _IDENTITY.search(_text_before(case))
    if found is None:
        end = case.failure.span[1]
        found = _IDENTITY.search(case.failure.text, end, end + _MAX_CHARS_BEFORE)
        if found is not None and _SETS_UP.search(case.failure.text, end, found.start()):
            return None
    return None if found is None else found["who"].rstrip(".,")


def describe_identity(case: Case[Failure]) -> str:
    """Return whose credentials the AWS CLI has, as an addition to where a program found none, or nothing."""
    who = find_identity(case)
    whose = "your shell has" if _find_last_command(_SUDO, case) is None else "your own user has"
    return "" if who is None else f" ({whose} those of {who})"


def _find_last_command(pattern: re.Pattern[str], case: Case[Failure]) -> re.Match[str] | None:
    """Return the last command that matches, if no other one follows it before the failure ends."""
    text = _text_before(case)
    found = next(reversed([*pattern.finditer(text)]), None)
    return None if found is None or _COMMAND.search(text, found.end()) else found


def _text_before(case: Case[Failure]) -> str:
    start, end = case.failure.span
    return case.failure.text[max(0, start - _MAX_CHARS_BEFORE) : end]


def find_command_with_sudo(case: Case[Failure]) -> str | None:
    """Return the command that ran with sudo, without it, if it is safe to repeat."""
    return None if (sudo := _find_last_command(_SUDO, case)) is None else _safe_line(sudo)


def _safe_line(command: re.Match[str]) -> str | None:
    line = command["line"].strip()
    return line if _PLAIN.fullmatch(line) and hide_secrets(line) == line else None


def _sudo_remedy(sudo: re.Match[str], user: str, text: str, *, works: bool) -> Remedy:
    shell = sudo.string[: sudo.start("line")]
    variables = find_variables(shell[line_start(shell, sudo.start()) :])
    line = _safe_line(sudo) or "aws sts get-caller-identity"
    program, is_sso = line.partition(" ")[0], "SSO" in text
    is_about_profile, needs_root = "profile" in text and not is_sso, program == "kubefwd"
    in_shell = not (is_about_profile or is_sso or needs_root) and lists_key_in_shell(shell)
    last_step: str | None = _HOME_FOR_SSO if works and user == "root" else ROLE
    if is_about_profile or is_sso or in_shell or program in {"kubectl", "helm"}:
        last_step = None
    again: tuple[str, ...] = (f"{variables}{line}",)
    step, may_pass = f"Without sudo, it uses your own credentials{', which work' * works}.", ""
    if is_about_profile and not works:
        step = "Without sudo, it reads your own files: [profile NAME] in ~/.aws/config, and [NAME] in ~/.aws/credentials."
        label = "If it does not find the profile, either, list yours, and create it:"
        again += (Labelled.required(label, "aws configure list-profiles"), "aws configure sso --profile PROFILE")  # fmt: skip
    if user == "root" and not in_shell:
        title = "let it read your files"
        # The tokens of IAM Identity Center are in the home directory, whatever the files.
        files = 'HOME="$HOME"' if is_sso else _FILES
        is_exported = "AWS_PROFILE=" not in variables and selects_profile_in_shell(shell)
        files += ' AWS_PROFILE="$AWS_PROFILE"' if is_exported else ""
        others = [f"sudo {files} {variables}{line}"]
        if needs_root:
            again, step = (), f"{program} needs root, so keep sudo."
            last_step = _HOME_FOR_SSO
    else:
        # Only root can read the files of others, and keys in variables are in no file.
        title, line = "pass your credentials to it", f" {variables}{line}"
        profile = _PROFILE_OPTION.search(line)
        option = f" --profile {profile[1]}" if profile else ""
        others = [
            f'eval "$(aws configure export-credentials{option} --format env)"',
            f"sudo{'' if user == 'root' else f' -u {user}'} --preserve-env=AWS_ACCESS_KEY_ID,AWS_SECRET_ACCESS_KEY,AWS_SESSION_TOKEN{_PROFILE_OPTION.sub('', line)}",
        ]
        if in_shell:
            others, may_pass = others[1:], " (sudoers must allow to pass the variables)"
            step = "Without sudo, it uses your own credentials, which are in variables of your shell."
    if again:
        others[0] = Labelled.required(f"If it requires the permissions of {user}{may_pass}:", others[0])
    title = f"Run the command without sudo, or {title}" if again else "Let the command read your files"
    return _credentials_remedy(title, step, last_step, commands=(*again, *others))
