"""Explain programs that a profile names as ``credential_process`` and that return no credentials.

What they must print: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._context.readers.profiles import find_profile_sections
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
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
    r"^[^\n]{0,60}[$#%] (?![^\n]{0,40}\b(?:cat|openssl|aws) )[^\n]{2,200}\n(?P<words>(?![\s{])[^\n{]{2,120})\n(?:[^\n{]{0,200}\n){0,5}?[ \t]{0,8}\{[ \t\n]{0,8}\"Version\": ?1\b",
    re.MULTILINE,
)


# What SDKs say of JSON that lacks a key.
_WRONG_FORM = lazy_pattern(
    r"(?i:\bunsupported (?:credential )?version\b|version not provided|\bmissing required (?:version|key)\b|did not return version 1|\bwrong version in process output|\bmissing (?:AccessKeyId|SecretAccessKey)\b|\breturned (?:in)?valid (?:credentials|JSON)\b)"
)


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
                url=pages.CLI_PROCESS,
            ),
            notes=credential_remedies.NO_CALL_MADE,
        )
    wrong = _WRONG_FORM.search(message)
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
            url=pages.CLI_PROCESS,
        ),
        notes="No permission is missing, and another version of the SDK reads the same format."
        if wrong
        else credential_remedies.NO_CALL_MADE,
    )
