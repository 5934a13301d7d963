"""Read from a pasted workflow of GitHub Actions what the subject of its job's token depends on.

Source: https://docs.github.com/en/actions/reference/security/oidc.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("find_job_environment", "find_pushed_branch", "runs_for_pull_requests")

_MAX_CHARS = 64_000
# A key that jobs have, but not steps.
_JOB_KEY = lazy_pattern(r"( +)(?:runs-on|steps|permissions|needs|strategy|timeout-minutes):")
_ENVIRONMENT = lazy_pattern(
    r"^ +environment:[ \t]*(?:\{[ \t]*name:|\n +name:)?[ \t]*[\"']?(?P<name>[^\s\"',}#]{0,255})", re.MULTILINE
)
# "environment: production" in quotes, in a sentence about the job.
_SAID_ENVIRONMENT = lazy_pattern(
    r"[`\"']environment: ?(?P<name>[\w./-]{1,255})[`\"']|\bjob (?:has|uses|with) (?:the |an? )?environment [`\"']?(?P<named>[\w-]{1,255})",
    re.ASCII,
)
_NAME = lazy_pattern(r"[\w./-]{1,255}", re.ASCII)
_USES_ROLE = lazy_pattern(r"configure-aws-credentials|role-to-assume|WebIdentity")
_PUSHED_BRANCH = lazy_pattern(
    r"\bpush:\s{0,20}\{?\s{0,20}branches:\s{0,20}(?:\[[ \t]*|-[ \t]+)[\"']?([\w./-]{1,100})[\"']?[ \t]*(?:\]|$)(?!\s{1,20}-[ \t])",
    re.MULTILINE | re.ASCII,
)
_OTHER_TRIGGER = lazy_pattern(
    r"(?:^[ \t]*|[\[{,][ \t]*)(?:pull_request\w*|workflow_\w+|schedule|release|tags)[ \t]*(?:[:,\]}]|$)",
    re.MULTILINE,
)

# The triggers of a workflow, on one line or as keys of the same depth. Variables of the job name the event or the ref.
_TRIGGERS = lazy_pattern(
    r"^[\"']?on[\"']?:[ \t]*(?:\[?(?P<line>[\w, \t\"']{1,200})\]?[ \t]*$|(?:#[^\n]*)?\n(?P<block>(?:(?:[ \t]+[^\n]*)?\n?){1,60}))",
    re.MULTILINE,
)
_TRIGGER = lazy_pattern(r"^([ \t]+)(?:- )?[\"']?(\w+)[\"']?:?[^\n]*$", re.MULTILINE)
_PULL_REQUEST = lazy_pattern(
    r"\bGITHUB_EVENT_NAME[=:] ?[\"']?pull_request\b|\bGITHUB_REF[=:] ?[\"']?refs/pull/\d"
    r"|\b(?:not|fails?|failing|denied|n't work) (?:\w{1,9} ){0,2}(?:in|for|on|from) (?:the |a |an )?(?:pull requests?|PRs?)\b(?! from forks)"
)


def find_job_environment(text: str) -> str | None:
    r"""Return the environment of the job that assumes a role.

    It is empty if the job has none, and ``None`` if the text has no such job, or does not show which environment it has.

    >>> find_job_environment("jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n")
    'production'
    """
    jobs = list(_iterate_jobs(text[:_MAX_CHARS].splitlines()))
    if len(jobs) > 1:
        jobs = [(indent, job) for indent, job in jobs if _USES_ROLE.search(job)]
    names: set[str | None] = set()
    if not jobs and (said := _SAID_ENVIRONMENT.search(text, 0, _MAX_CHARS)):
        names.add(said["name"] or said["named"])
    for indent, job in jobs:
        # Inputs of actions can have this name, too.
        found = [
            each["name"] for each in _ENVIRONMENT.finditer(job) if job.startswith(f"{indent}e", each.start())
        ]
        names.update(each if _NAME.fullmatch(each) else None for each in found)
        if not found:
            names.add("" if "steps:" in job else None)
    return names.pop() if len(names) == 1 else None


def _iterate_jobs(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the indentation and the lines of each job."""
    last = 0
    for index, line in enumerate(lines):
        found = _JOB_KEY.match(line)
        if found is None or index < last:
            continue
        first, indent = index, found[1]
        while first > last and _is_within(lines[first - 1], indent):
            first -= 1
        last = index + 1
        while last < len(lines) and _is_within(lines[last], indent):
            last += 1
        yield indent, "\n".join(lines[first:last])


def _is_within(line: str, indent: str) -> bool:
    return not line.strip() or line.startswith(indent)


def find_pushed_branch(text: str) -> str | None:
    """Return the branch of a workflow that only its pushes start."""
    found = None if _OTHER_TRIGGER.search(text, 0, _MAX_CHARS) else _PUSHED_BRANCH.search(text, 0, _MAX_CHARS)
    return None if found is None else found[1]


def runs_for_pull_requests(text: str) -> bool:
    r"""Return whether only pull requests start a workflow, or a pull request started the job.

    >>> runs_for_pull_requests("on:\n  pull_request:\n    branches: [main]\njobs:\n")
    True
    >>> runs_for_pull_requests("on: [push, pull_request]\n")
    False
    """
    found = _TRIGGERS.search(text, 0, _MAX_CHARS)
    if found is None:
        return _PULL_REQUEST.search(text, 0, _MAX_CHARS) is not None
    if found["line"] is not None:
        return re.findall(r"\w+", found["line"]) == ["pull_request"]
    keys: list[tuple[str, str]] = _TRIGGER.findall(found["block"])
    return [name for indent, name in keys if indent == keys[0][0]] == ["pull_request"]
