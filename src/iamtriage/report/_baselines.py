"""Read and write the file with the expected problems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage.exceptions import ReportError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

__all__ = ("Baseline",)

_VERSION = 1
_KEYS = ("fingerprint", "principal", "action", "resource", "policy_type", "error_code")


@attrs.frozen
class Baseline:
    """The expected problems.

    Attributes:
        problems: The members of each problem in the file, such as its principal, by fingerprint. Members that
            you add, for example a comment, are kept.

    >>> Baseline({"1:0a1b2c3d": {"action": "sqs:SendMessage", "comment": "known"}}).problems["1:0a1b2c3d"]
    {'action': 'sqs:SendMessage', 'comment': 'known'}
    """

    problems: Mapping[str, Mapping[str, Any]]

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read a baseline file.

        Raises:
            ReportError: The file is not a baseline.
            OSError: The file cannot be read.
        """
        try:
            data = json.loads(Path(path).read_text("utf-8"))
            problems = {each["fingerprint"]: each for each in data["problems"]}
            version = data["version"]
        except (ValueError, TypeError, KeyError) as error:
            msg = f"{path}: expected a baseline that --write-baseline wrote ({type(error).__name__})"
            raise ReportError(msg, path=str(path)) from error
        if version != _VERSION:
            msg = f"{path}: expected a baseline of version {_VERSION}, got {version}"
            raise ReportError(msg, path=str(path))
        return cls(cast("Mapping[str, Mapping[str, Any]]", problems))

    def update(self, problems: Iterable[Mapping[str, Any]]) -> Baseline:
        """Return a baseline of other problems, and keep the members that you added to this one."""
        new = {
            each["fingerprint"]: {**{key: each.get(key) for key in _KEYS}, **self._extra(each["fingerprint"])}
            for each in problems
        }
        return Baseline(new)

    def _extra(self, fingerprint: str) -> dict[str, Any]:
        known = self.problems.get(fingerprint, {})
        return {key: value for key, value in known.items() if key not in _KEYS}

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the baseline, sorted, so that a difference of two versions is readable."""
        problems = [self.problems[key] for key in sorted(self.problems)]
        text = json.dumps({"version": _VERSION, "problems": problems}, indent=1)
        Path(path).write_text(f"{text}\n", "utf-8")
