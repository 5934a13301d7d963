"""Find which version of a managed policy a command printed, and which one is the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern, only_one, search_last
from iamtriage.explaining._context.values import OtherVersion

if TYPE_CHECKING:
    import re

_OPTIONS = r"(?:[^|;&\n]|\\\r?\n){0,400}?"
_ARN = r"--policy-arn[ =][\"']?(?P<arn>arn:aws[a-z-]{0,12}:iam::\w{3,12}:policy/[\w+=,.@/-]{1,600})"
_PRINTED = lazy_pattern(
    rf"(?a)\baws iam get-policy-version\b(?={_OPTIONS}{_ARN}){_OPTIONS}--version-id[ =][\"']?(?P<id>v\d{{1,9}})\b"
)
_LISTED = lazy_pattern(rf"(?a)\baws iam (?:get-policy|list-policy-versions)\s{_OPTIONS}{_ARN}")
# The next command, or a prompt.
_NEXT = lazy_pattern(r"\baws [a-z]|\n[^\n$#❯]{0,80}[$#❯] ")
_STATE = lazy_pattern(r"\"IsDefaultVersion\"\s?:\s?(true|false)\b")
# What makes another version the default one.
_CHANGED = lazy_pattern(
    rf"(?a)\baws iam (?:set-default-policy-version|create-policy-version(?={_OPTIONS}--set-as-default\b))\s{_OPTIONS}{_ARN}"
)
_DEFAULT = lazy_pattern(
    r"\"DefaultVersionId\"\s?:\s?\"(?P<id>v\d{1,9})\""
    r"|\{(?=[^{}]{0,400}\"IsDefaultVersion\"\s?:\s?true\b)[^{}]{0,400}\"VersionId\"\s?:\s?\"(?P<member>v\d{1,9})\""
)
_CHARS_BEFORE = 3_000
_CHARS_OF_OUTPUT = 8_000


def find_other_version(text: str, start: int) -> OtherVersion | None:
    r"""Return which version the command before a document printed, if it is not the default one.

    Args:
        text: The text.
        start: The position of the document.

    >>> shown = 'aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/app --version-id v4\n{"Statement": []}'
    >>> listed = '\naws iam get-policy --policy-arn arn:aws:iam::111122223333:policy/app\n{"Policy": {"DefaultVersionId": "v3"}}'
    >>> find_other_version(shown + listed, len(shown))
    OtherVersion(arn='arn:aws:iam::111122223333:policy/app', id='v4', default='v3')
    """
    found = _find_command(text, start)
    # Only AWS sets the default version of its policies.
    if found is None or ":iam::aws:" in found["arn"]:
        return None
    if any(each["arn"] == found["arn"] for each in _CHANGED.finditer(text)):
        return None
    defaults = {
        each["id"] or each["member"]
        for command in _LISTED.finditer(text)
        if command["arn"] == found["arn"]
        for each in _DEFAULT.finditer(text, command.end(), _end_of_output(text, command.end()))
    }
    default = only_one(defaults)
    stated = _STATE.search(text, found.end(), _end_of_output(text, found.end()))
    is_other = default not in {None, found["id"]} if stated is None else stated[1] == "false"
    return OtherVersion(found["arn"], found["id"], default) if is_other else None


def find_printed_name(text: str, start: int) -> str | None:
    """Return the name of the managed policy of which a command before a document printed a version."""
    found = _find_command(text, start)
    return None if found is None else found["arn"].rpartition("/")[2]


def _find_command(text: str, start: int) -> re.Match[str] | None:
    found = search_last(_PRINTED, text, max(start - _CHARS_BEFORE, 0), start)
    if found is None or start > _end_of_output(text, found.end()):
        return None
    # Another document can follow the one that the command printed.
    return None if "Effect" in text[found.end() : start] else found


def _end_of_output(text: str, start: int) -> int:
    following = _NEXT.search(text, start, start + _CHARS_OF_OUTPUT)
    return min(start + _CHARS_OF_OUTPUT, len(text)) if following is None else following.start()
