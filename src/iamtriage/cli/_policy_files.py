"""Read POLICY arguments: files and folders with policies."""

from __future__ import annotations

from glob import iglob
from pathlib import Path
from typing import TYPE_CHECKING

from iamtriage.cli._input import InputError, read_bytes

if TYPE_CHECKING:
    from iamtriage.policies._readers.collection import PolicyCollection
    from iamtriage.typing import PolicyType

__all__ = ("find_policy_files", "read_policy_file")

_WILDCARDS = frozenset("*?[")


def find_policy_files(name: str) -> list[str]:
    """Return the files of a POLICY argument: a file, a pattern, or a folder with JSON files.

    Raises:
        InputError: The file does not exist, or the folder or pattern has no files.
    """
    path = Path(name)
    if name != "-" and not path.exists() and not _WILDCARDS.isdisjoint(name):
        matches = sorted(iglob(name, recursive=True))  # noqa: PTH207 (the pattern can be absolute)
        if not matches:
            msg = f"{name}: no file matches this pattern"
            raise InputError(msg)
        return [file for match in matches for file in find_policy_files(match)]
    if name == "-" or not path.is_dir():
        return [name]
    found = sorted(str(each) for each in Path(name).rglob("*.json"))
    if not found:
        msg = f"{name}: no *.json file in this folder"
        raise InputError(msg)
    return found


def read_policy_file(name: str, policy_type: PolicyType | None = None, level: int = 0) -> PolicyCollection:
    """Read the policies of a file.

    Raises:
        DocumentError: The file does not contain policies.
        InputError: The file is not text.
        OSError: The file cannot be read.
    """
    from iamtriage.policies._readers.reading import read_policies

    try:
        text = read_bytes(name).decode("utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{name}: expected UTF-8, got other bytes"
        raise InputError(msg) from None
    return read_policies(text, policy_type=policy_type, level=level, file=name)
