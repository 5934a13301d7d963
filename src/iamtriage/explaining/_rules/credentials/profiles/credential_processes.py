"""Explain programs that a profile names as ``credential_process`` and that return no credentials.

What they must print: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.profiles.other_users import find_other_user
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

CREDENTIAL_PROCESS = CauseType(
    "credential-process",
    title="The credential process failed",
    text="The program failed, was not found, or did not print the JSON that SDKs expect.",
    recognised_by='The SDK names credential_process, ProcessProvider or "from custom-process".',
    fix="Run the command in the profile by hand and correct what it prints.",
    sources=(pages.CLI_PROCESS,),
)
# The output of a program that prints more than the JSON.
_OTHER_OUTPUT = lazy_pattern(
    r"(?m)^[^\n]{0,60}[$#%] (?![^\n]{0,40}\b(?:cat|openssl|aws) )[^\n]{2,200}\n(?P<words>(?![\s{])[^\n{]{2,120})\n(?:[^\n{]{0,200}\n){0,5}?[ \t]{0,8}\{[ \t\n]{0,8}\"Version\": ?1\b"
)


# What SDKs say of JSON that lacks a key.
_WRONG_FORM = lazy_pattern(
    r"(?i:\bunsupported (?:credential )?version\b|version not provided|\bmissing required (?:version|key)\b|did not return version 1|\bwrong version in process output|\bmissing (?:AccessKeyId|SecretAccessKey)\b|\breturned (?:in)?valid (?:credentials|JSON)\b)"
)
# The calls whose output people pass on, and what makes the JSON of it. The AWS CLI prints credentials below a key.
_SOURCES = (
    (
        lazy_pattern(r"\baws (?:--?[\w-]{1,40}[ =]\S{1,80} ){0,4}sts (?P<call>assume-role(?:-with-\w[\w-]{1,20})?|get-session-token|get-federation-token)\b(?P<options>(?:[^\n\\]|\\\n){0,800})"),
        "Credentials",
        "jq '{Version: 1} + .Credentials'",
    ),
    (
        lazy_pattern(r"\baws (?:--?[\w-]{1,40}[ =]\S{1,80} ){0,4}(?P<call>sso get-role-credentials)\b(?P<options>(?:[^\n\\]|\\\n){0,800})"),
        "roleCredentials",
        "jq '.roleCredentials | {Version: 1, AccessKeyId: .accessKeyId, SecretAccessKey: .secretAccessKey, SessionToken: .sessionToken, Expiration: (.expiration / 1000 | todate)}'",
    ),
)  # fmt: skip
_OPTION = lazy_pattern(
    r"--(?P<name>profile|role-arn|role-session-name|external-id|serial-number)[ =][\"']?(?P<value>[\w+=,.@:/-]{1,300})"
)
# What precedes a command that the program does not run.
_NOT_RUN = lazy_pattern(
    r"(?i:\b(?:not|never|no longer|instead of|used to)|n't) (?:[a-z]{2,10} ){0,2}[`\"']?\Z"
)
_CHARS_BEFORE = 40
_RESHAPED = lazy_pattern(r"\bjq\b|--query\b|\bVersion\b[\"']?\s{0,3}:\s{0,3}1\b")


class _Output(NamedTuple):
    """What a program of ``credential_process`` prints instead of the JSON that SDKs read."""

    call: str
    key: str
    filter: str
    options: dict[str, str]


def _find_output(text: str) -> _Output | None:
    for pattern, key, jq in _SOURCES:
        found = pattern.search(text)
        if found is None or _NOT_RUN.search(text, max(0, found.start() - _CHARS_BEFORE), found.start()):
            continue
        if not _RESHAPED.search(found["options"]):
            return _Output(found["call"], key, jq, dict(_OPTION.findall(found["options"])))
    return None


def _explain_output(case: Case[MissingCredentials], output: _Output) -> Explanation:
    """Explain that a program prints the output of an AWS CLI command as it is."""
    profile, options = _find_process_profile(case), output.options
    settings = {"role_arn": options.get("role-arn"), "source_profile": options.get("profile")}
    settings |= {
        "role_session_name": options.get("role-session-name"),
        "external_id": options.get("external-id"),
        "mfa_serial": options.get("serial-number"),
    }
    reshape = your_remedy(
        "Print the keys at the top level, together with Version 1",
        f"In the program, pass the output of aws {'' if output.key == 'roleCredentials' else 'sts '}{output.call} to jq. credential_process itself cannot contain a pipe, a script can:",
        manifest=f"| {output.filter}",
        manifest_language="text",
        commands=credential_remedies.with_profile(profile, "aws sts get-caller-identity"),
    )
    own: Remedy | None = None
    if output.call == "assume-role" and options.get("role-arn") and options.get("profile"):
        lines = [
            f"[profile {profile or 'NAME'}]",
            *(f"{key} = {value}" for key, value in settings.items() if value),
        ]
        own = your_remedy(
            f"Let the profile {f'{profile} ' if profile else ''}assume the role itself, without a program",
            "Write this in ~/.aws/config, in place of credential_process, and keep region. SDKs and the AWS CLI then call AssumeRole and renew the session.",
            manifest="\n".join(lines),
            manifest_language="text",
            commands=credential_remedies.with_profile(profile, "aws sts get-caller-identity"),
            url=pages.CLI_ROLES,
        )
    return case.explain(
        f"The credential_process of the profile prints the output of aws {'' if output.key == 'roleCredentials' else 'sts '}{output.call} as it is: its keys are below {output.key}, and it has no Version, so SDKs cannot read it.",
        CREDENTIAL_PROCESS.cause("derived", text='SDKs expect {"Version": 1, "AccessKeyId": …, "SecretAccessKey": …, "SessionToken": …, "Expiration": …} at the top level.'),
        remedies=tuple(each for each in (own, reshape) if each is not None),
        notes="No permission is missing: the program gets credentials. Another version of the SDK does not help: it reads the same format.",
    )  # fmt: skip


def _find_process_profile(case: Case[MissingCredentials]) -> str | None:
    """Return the only profile in the text with a program, or else the one of the call."""
    sections = find_profile_sections(case.failure.text)
    names = {each.name for each in sections if each.settings.get("credential_process")}
    return names.pop() if len(names) == 1 else find_profile(case)


def explain_credential_process(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a ``credential_process`` returned no credentials."""
    is_absent = "not found" in message or "No such file" in message
    outcome = "was not found" if is_absent else "returned no credentials"
    if not is_absent and (printed := _OTHER_OUTPUT.search(case.failure.text)) is not None:
        # Only standard output is read.
        return case.explain(
            f"The program that the profile names as credential_process prints {quote_words(printed['words'].strip())} before the JSON, so SDKs cannot read its output.",
            CREDENTIAL_PROCESS.cause("derived", text="Standard output must have the JSON alone."),
            remedies=your_remedy(
                "Print everything but the JSON to standard error",
                "In a shell script, end the lines that print messages with >&2. The credentials that the program prints can be valid.",
                commands=credential_remedies.with_profile(find_profile(case), "aws sts get-caller-identity"),
            ),
            notes=credential_remedies.NO_CALL_MADE,
        )
    wrong = _WRONG_FORM.search(message)
    if wrong is not None and (output := _find_output(case.failure.text)) is not None:
        return _explain_output(case, output)
    if (inner := _INNER_PROGRAM.search(message)) is not None:
        return _explain_inner_program(case, inner["script"], inner["program"])
    if wrong is not None:
        outcome = "printed JSON of another form than SDKs expect"
    show = "aws configure get credential_process"
    if (profile := _find_process_profile(case)) is not None:
        show = commands.fill_command(f"{show} --profile {{}}", profile)
    return case.explain(
        f"The program that the profile names as credential_process {outcome}.",
        CREDENTIAL_PROCESS.cause(
            "derived", clues.quote_phrases(message, "custom-process", "credential_process", "ProcessProvider")
        ),
        remedies=your_remedy(
            "Run the program by hand",
            "Run it as the user that makes the call, and correct what it reports.",
            "It must print only JSON with Version 1, AccessKeyId, SecretAccessKey and, for sessions, SessionToken and Expiration.",
            "Use its absolute path in the profile. Its output is secret: don't share it.",
            commands=show,
        ),
        notes="No permission is missing, and another version of the SDK reads the same format."
        if wrong
        else credential_remedies.NO_CALL_MADE,
    )


# What a shell says of a program that a script runs.
_INNER_PROGRAM = lazy_pattern(
    r"(?<![\w./~)}$-])(?P<script>[\w./~-]{1,120}): (?:line )?\d{1,5}: (?P<program>[\w./-]{1,80}): (?:command )?not found"
)


def _explain_inner_program(case: Case[MissingCredentials], script: str, program: str) -> Explanation:
    """Explain that the script of a ``credential_process`` does not find a program that it runs."""
    other = find_other_user(case)
    place = "" if other is None else other.place
    works = "" if other is None else " In your shell, PATH has its directory."
    return case.explain(
        f"The credential_process of the profile ran, but its script {script} does not find {program}: PATH{place} lacks the directory of that program.",
        CREDENTIAL_PROCESS.cause(
            "derived",
            f'The text says "{program}: not found".',
            text=f"The profile and the script are fine. cron, systemd and IDEs run programs with a short PATH.{works}",
        ),
        remedies=your_remedy(
            f"Write the full path of {program} in the script",
            f"The first command, in a shell where it works, prints the path. Put that in {script} instead of {program}. The second one runs the script without your PATH, much as cron does.",
            f"Or set PATH where the call runs: above the job in a crontab, or with Environment= in a systemd unit. {program} must be installed for the user that runs it.",
            commands=(
                commands.fill_command("command -v {}", program),
                commands.fill_command('env -i HOME="$HOME" {} > /dev/null && echo ok', script),
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )
