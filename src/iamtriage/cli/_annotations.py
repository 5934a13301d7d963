"""Write failures as annotations for GitHub Actions, or as SARIF for code scanning."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import attrs

from iamtriage._text import escape_controls
from iamtriage.explaining._explanations.explanations import Explanation

if TYPE_CHECKING:
    from typing import TextIO

    from iamtriage.explaining.causes import CauseInfo
    from iamtriage.failures._failures import Failure
    from iamtriage.inputs._inputs import Input

__all__ = ("GithubWriter", "SarifWriter")

_SCHEMA_URL = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME_URL = "https://iamtriage.readthedocs.io/en/latest/"
# Characters of a title: GitHub shows one line of it.
_MAX_TITLE = 120


@attrs.define
class _Problem:
    """A problem and the place where it was found first.

    Attributes:
        explanation: The explanation of its first failure.
        fingerprint: The fingerprint of its failures.
        name: The name of the input.
        line: The number of the line, if known.
        count: The number of failures.
    """

    explanation: Explanation
    fingerprint: str
    name: str
    line: int | None
    count: int = 1

    @property
    def code(self) -> str:
        """The code of the likeliest cause."""
        return self.explanation.causes[0].code if self.explanation.causes else self.explanation.topic

    @property
    def url(self) -> str | None:
        """The page of the likeliest cause."""
        return self.explanation.causes[0].url if self.explanation.causes else None

    @property
    def level(self) -> str:
        """The severity of the problem. Both formats use the same names."""
        failure = self.explanation.failure
        return "warning" if failure is None or failure.kind == "aws_error" else "error"

    @property
    def message(self) -> str:
        """The summary, the likeliest cause, and the first remedy."""
        explanation = self.explanation
        lines = [explanation.summary]
        if explanation.causes and explanation.causes[0].text != explanation.summary:
            lines.append(f"{explanation.causes[0].evidence.capitalize()}: {explanation.causes[0].text}")
        if explanation.remedies:
            lines.append(f"Fix: {explanation.remedies[0].title}")
        if self.count > 1:
            lines.append(f"Found {self.count} times.")
        return "\n".join(map(escape_controls, lines))


class _Collector:
    """Collects failures by problem, in the order of each problem's first failure."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._problems: dict[str, _Problem] = {}

    def write(self, source: Input, failure: Failure, line: int | None) -> None:
        """Add a problem, or count it if it is known."""
        from iamtriage.explaining._explain import explain
        from iamtriage.failures._fingerprints import fingerprint

        key = fingerprint(failure)
        known = self._problems.get(key)
        if known is None:
            self._problems[key] = _Problem(explain(failure), key, source.name, line)
        else:
            known.count += 1


class GithubWriter(_Collector):
    """Writes one annotation per problem.

    https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write the annotations, including those for inputs that could not be read."""
        for problem in self._problems.values():
            properties = {"title": _find_title(problem)}
            path = _relative_path(problem.name)
            if path is not None:
                properties = {"file": path, "line": str(problem.line or 1), **properties}
            message = problem.message if problem.url is None else f"{problem.message}\n{problem.url}"
            self._write(problem.level, properties, message)
        for name, reason in problems:
            self._write("warning", {"title": "iamtriage could not read an input"}, f"{name}: {reason}")
        self._file.flush()

    def _write(self, level: str, properties: dict[str, str], message: str) -> None:
        values = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
        print(f"::{level} {values}::{_escape_data(message)}", file=self._file)


def _escape_data(text: str) -> str:
    """Escape a message like GitHub's toolkit, so that no line of it is a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _find_title(problem: _Problem) -> str:
    info = _find_cause(problem.code)
    return (info.title if info else problem.code.replace("-", " "))[:_MAX_TITLE]


def _find_cause(code: str) -> CauseInfo | None:
    from iamtriage.explaining.causes import cause_info

    try:
        return cause_info(code)
    except KeyError:
        # An extension, or a topic without causes.
        return None


def _relative_path(name: str) -> str | None:
    """Return the path of a file relative to the working directory; ``None`` if it is not a file."""
    if name == "standard input" or name.startswith("s3://"):
        return None
    path = os.path.relpath(name) if os.path.isabs(name) else name  # noqa: PTH117 (a name from the command line)
    return name if path.startswith("..") else path.replace(os.sep, "/")


class SarifWriter(_Collector):
    """Writes one SARIF document. The rules are causes, each with its page.

    The properties are those that GitHub code scanning shows. Sources:
    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
    https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
    """

    def finish(self, problems: list[tuple[str, str]]) -> None:
        """Write the document. Inputs that could not be read are notifications."""
        from iamtriage import __version__

        rules: dict[str, dict[str, Any]] = {}
        for problem in self._problems.values():
            rules.setdefault(problem.code, _build_rule(problem))
        order = list(rules)
        notifications = [
            {"level": "error", "message": {"text": escape_controls(f"{name}: {reason}")}}
            for name, reason in problems
        ]
        driver = {
            "name": "iamtriage",
            "semanticVersion": __version__,
            "informationUri": _HOME_URL,
            "rules": list(rules.values()),
        }
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "invocations": [
                {"executionSuccessful": not problems, "toolExecutionNotifications": notifications}
            ],
            "results": [_build_result(each, order.index(each.code)) for each in self._problems.values()],
        }
        document = {"$schema": _SCHEMA_URL, "version": "2.1.0", "runs": [run]}
        print(json.dumps(document, indent=2, ensure_ascii=True), file=self._file, flush=True)


def _build_rule(problem: _Problem) -> dict[str, Any]:
    info = _find_cause(problem.code)
    rule: dict[str, Any] = {
        "id": problem.code,
        "shortDescription": {"text": _find_title(problem)},
        "defaultConfiguration": {"level": problem.level},
    }
    if info is not None:
        rule["fullDescription"] = {"text": info.meaning}
        rule["help"] = {"text": f"{info.meaning}\n\n{info.fix}"}
        rule["properties"] = {"tags": ["security", info.subject]}
    if problem.url is not None:
        rule["helpUri"] = problem.url
    return rule


def _build_result(problem: _Problem, rule_index: int) -> dict[str, Any]:
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": _to_uri(problem.name)},
            "region": {"startLine": problem.line or 1},
        }
    }
    return {
        "ruleId": problem.code,
        "ruleIndex": rule_index,
        "level": problem.level,
        "message": {"text": problem.message},
        "locations": [location],
        "partialFingerprints": {"iamtriage/v1": problem.fingerprint},
        "occurrenceCount": problem.count,
    }


def _to_uri(name: str) -> str:
    """Return the URI of an input. Code scanning shows only paths that are relative to the repository."""
    if name.startswith("s3://"):
        return "s3://" + quote(name.removeprefix("s3://"))
    path = _relative_path(name)
    if path is None:
        return "stdin"
    return ("file://" if os.path.isabs(path) else "") + quote(path)  # noqa: PTH117 (as above)
