"""Explain that Git Bash on Windows converted a name that begins with a slash to a path of Windows.

Sources: https://www.msys2.org/docs/filesystem-paths/#automatic-unix-windows-path-conversion,
https://github.com/aws/aws-cli/issues/3829 and https://docs.localstack.cloud/references/faq/.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AccessDenied, AwsError, Failure

_PAGE = "https://www.msys2.org/docs/filesystem-paths/"
CONVERTED_PATH = CauseType(
    "converted-path",
    title="Git Bash converted a name to a path of Windows",
    text="Git Bash and MSYS2 convert an argument that begins with a slash to a path of Windows before they start the program. PowerShell, cmd and WSL do not.",
    recognised_by="The name in the error begins with the folder of Git for Windows or MSYS2, such as C:/Program Files/Git/, or the prompt is that of Git Bash and a name in the command begins with a slash.",
    fix="Put MSYS_NO_PATHCONV=1 before the command, or double the first slash.",
    sources=(_PAGE,),
)
# The root folder of Git for Windows or MSYS2, and what the argument was. Programs are below usr, bin or mingw64.
_CONVERTED = lazy_pattern(
    r"(?<!\w)(?P<whole>[A-Za-z]:/(?:[\w ().-]{1,60}/){0,6}?(?:[Gg]it|PortableGit|msys(?:32|64)|git-sdk-(?:32|64))/(?:current/|\d[\w.]{0,20}/)?(?P<path>(?!(?:usr|bin|cmd|etc|mingw(?:32|64))/)[\w.+=@-]{1,128}(?:/[\w.+=@#-]{1,128}){0,15}))"
)
_GIT_BASH = lazy_pattern(r"\bMINGW(?:32|64)\b|(?i:\bgit[ -]?bash\b)|\bMSYS(?:2|_NT)?\b")
_CODES = lazy_pattern(r"NotFound|Invalid|Validation|NoSuch|Malformed")
_CHARS_AFTER = 400


class _Conversion(NamedTuple):
    """A converted argument: as written, and as the service got it, if the error shows it."""

    written: str
    whole: str | None


def explain_converted_path(case: Case[Failure]) -> Explanation | None:
    """Explain that a call named something else than its command, or return ``None`` if the text does not show that."""
    text = case.failure.text
    if not isinstance(case.failure, AccessDenied | AwsError) or "MSYS_NO_PATHCONV" in text:
        return None
    found = _find_conversion(case)
    if found is None:
        return None
    operation = case.operation or "the call"
    got = f"asked for {clip_text(found.whole)}" if found.whole else "got a path of Windows instead"
    command = commands.repeat_command(case.context.command)
    doubled = None
    if command is not None and f" {found.written}" in command:
        doubled = command.replace(f" {found.written}", f" /{found.written}", 1)
    return case.explain(
        f"{'' if found.whole else 'Most likely, '}Git Bash changed the name {clip_text(found.written)}, which begins with a slash: {operation} {got}. The credentials and the policies are not the cause.",
        CONVERTED_PATH.cause("derived" if found.whole else "possible"),
        remedies=your_remedy(
            "Switch the conversion off for this command",
            f"Or double the first slash (/{found.written}), or call from PowerShell.",
            "Do not export the variable for the whole shell: paths of files, which the conversion makes usable, would then fail.",
            commands=(
                f"MSYS_NO_PATHCONV=1 {command}" if command else "MSYS_NO_PATHCONV=1 COMMAND",
                doubled and Labelled("Or:", doubled),
            ),
            url=_PAGE,
        ),
        notes="No change in IAM is necessary: with the name as it was written, the call is another request.",
    )


def _find_conversion(case: Case[Failure]) -> _Conversion | None:
    failure = case.failure
    start, end = failure.span
    shown = _CONVERTED.search(failure.text[start : end + _CHARS_AFTER])
    if shown is not None:
        return _Conversion(f"/{shown['path']}", shown["whole"])
    command = case.context.command
    if (
        command is None
        or isinstance(failure, AccessDenied)
        or not _CODES.search(clues.error_code(failure))
        or not _GIT_BASH.search(failure.text)
    ):
        return None
    values = (value for _, value in command.options if value.startswith("/") and not value.startswith("//"))
    written = next(values, None)
    return None if written is None else _Conversion(written, None)
