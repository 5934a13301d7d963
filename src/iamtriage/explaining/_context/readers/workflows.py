"""Read from a pasted workflow of GitHub Actions whether its jobs get a token, and what the token's subject depends on.

Sources: https://docs.github.com/en/actions/reference/security/oidc and
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple

_MAX_CHARS = 64_000
_FILE = lazy_pattern(r"(?a)(?<![\w.-])\.github/workflows/([\w.-]{1,80}\.ya?ml)(?![\w@])")
# A key that jobs have, but not steps.
_JOB_KEY = lazy_pattern(r"( {1,200})(?:runs-on|steps|permissions|needs|strategy|timeout-minutes):")
_ENVIRONMENT = lazy_pattern(
    r"(?m)^ +environment:[ \t]*(?:\{[ \t]*name:|\n +name:)?[ \t]*[\"']?(?P<name>[^\s\"',}#]{0,255})"
)
# "environment: production" in quotes, in a sentence about the job.
_SAID_ENVIRONMENT = lazy_pattern(
    r"(?a)[`\"']environment: ?(?P<name>[\w./-]{1,255})[`\"']|\bjob (?:has|uses|with):? (?:the |an? )?environment:? [`\"']?(?P<named>[\w-]{1,255})"
)
_NAME = lazy_pattern(r"(?a)[\w./-]{1,255}")
# What a text says of a job: a heading of its log has no indentation, unlike the workflow.
_QUOTED = r"(?<![\w./-])[`\"']?(?i:JOB)[`\"']?(?: job)?"
_FAILS = rf"{_QUOTED} (?:(?:always |still |now )?fails?\b|failed\b|does not\b|doesn['\u2019]t\b|can(?:not|['\u2019]t)\b|is red\b|dies\b|gets (?:the|this|an) error)|[\u274c\u2717] ?JOB\b|^JOB:[ \t]*\n(?:Run|Error|Assuming|##)"
_WORKS = rf"{_QUOTED} (?:(?:always |still )?works\b|succeed\w{{0,3}}\b|pass(?:es|ed)\b|is (?:green|fine|ok)\b|gets (?:the|its) (?:role|credentials))|[\u2713\u2714\u2705] ?JOB\b"
# A line with which a job begins in a workflow that is quoted or indented.
_JOBS = lazy_pattern(r"(?m)^(?P<prefix>(?:> ?|[ \t]){0,12})jobs:[ \t]*(?:#[^\n]*)?$")
_JOB_NAME = lazy_pattern(r"(?a) {1,200}[\"']?(?P<name>[A-Za-z_][\w-]{0,99})[\"']?:\s{0,200}(?:#.*)?")
_PERMISSIONS = lazy_pattern(
    r"(?m)^(?P<indent> *)permissions:[ \t]*(?:(?P<all>read-all|write-all)\b|\{(?P<flow>[^{}\n]{0,400})\}|(?:#[^\n]*)?\n(?P<block>(?:(?P=indent) +[^\n]*\n?|[ \t]*\n){1,30}))"
)
_PERMISSION = lazy_pattern(r"(?<![\w#-])(?P<name>[a-z][a-z-]{2,30}): *[\"']?(?P<access>read|write|none)\b")
_COMMENT = lazy_pattern(r"#[^\n]*")
_CALLS_WORKFLOW = lazy_pattern(r"(?m)^( +)uses: *[\"']?[^\s\"']{1,200}\.ya?ml\b")
_IS_CALLED = lazy_pattern(r"(?m)^(?:on|[\"']on[\"']):[ \t]*(?:\n[ \t]*)?workflow_call\b")
# The log of a run, as gh run view prints it, has the name of the job before each line.
_LOGGED_JOB = lazy_pattern(r"(?m)^(?P<name>[\w -]{1,100})\t")
_ID_TOKEN = "id-token: write"  # noqa: S105
_ASKS_FOR_TOKEN = lazy_pattern(
    r"role-to-assume|WebIdentity|AWS_WEB_IDENTITY_TOKEN_FILE|ACTIONS_ID_TOKEN_REQUEST"
)
_USES_KEYS = "aws-access-key-id:"
_USES_ROLE = lazy_pattern(r"configure-aws-credentials|role-to-assume|WebIdentity")
_PUSHED_BRANCH = lazy_pattern(
    r"(?am)\bpush:\s{0,20}\{?\s{0,20}branches:\s{0,20}(?:\[[ \t]{0,40}|-[ \t]{1,40})[\"']?([\w./-]{1,100})[\"']?[ \t]{0,80}(?:\]|$)(?!\s{1,20}-[ \t])"
)
_OTHER_TRIGGER = lazy_pattern(
    r"(?m)(?:^[ \t]*|[\[{,][ \t]*)(?:pull_request\w*|workflow_\w+|schedule|release|tags)[ \t]*(?:[:,\]}]|$)"
)

# The triggers of a workflow, on one line or as keys of the same depth. Variables of the job name the event or the ref.
_TRIGGERS = lazy_pattern(
    r"(?m)^[\"']?on[\"']?:[ \t]*(?:\[?(?P<line>[\w, \t\"']{1,200})\]?[ \t]*$|(?:#[^\n]*)?\n(?P<block>(?:(?:[ \t]+[^\n]*)?\n?){1,60}))"
)
_TRIGGER = lazy_pattern(r"(?m)^([ \t]+)(?:- )?[\"']?(\w+)[\"']?:?[^\n]*$")
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
    return only_one(find_job_environments(text))


def find_job_environments(text: str) -> set[str | None]:
    """Return the environments of the jobs that can be the one which assumes a role, as :func:`find_job_environment` does."""
    jobs = list(iterate_jobs(text[:_MAX_CHARS].splitlines()))
    if len(jobs) > 1:
        jobs = [job for job in jobs if _USES_ROLE.search(job.text)]
        jobs = _find_failing(jobs, text) or jobs
    names: set[str | None] = set()
    if not jobs and (said := _SAID_ENVIRONMENT.search(text, 0, _MAX_CHARS)):
        names.add(said["name"] or said["named"])
    for job in jobs:
        # Inputs of actions can have this name, too.
        found = [
            each["name"]
            for each in _ENVIRONMENT.finditer(job.text)
            if job.text.startswith(f"{job.indent}e", each.start())
        ]
        names.update(each if _NAME.fullmatch(each) else None for each in found)
        if not found:
            names.add("" if "steps:" in job.text else None)
    return names


def _find_failing(jobs: list[Job], text: str) -> list[Job]:
    """Return the jobs of which a text says that they fail, or else those other than the ones that work."""
    named = [each for each in jobs if each.name]
    failing = [
        each for each in named if re.search(_FAILS.replace("JOB", re.escape(each.name)), text, re.MULTILINE)
    ]
    working = [
        each for each in named if re.search(_WORKS.replace("JOB", re.escape(each.name)), text, re.MULTILINE)
    ]
    if {each.name for each in failing} & {each.name for each in working}:
        return []
    return failing or [each for each in jobs if working and each not in working]


class JobWithoutToken(NamedTuple):
    """A job that assumes a role, and gets no OIDC token: it lacks the permission, which another part of the workflow has."""

    name: str
    permissions: tuple[str, ...] | None
    """The job's own permissions, which replace those of the workflow. ``None`` if the job has none of its own."""
    granted: str
    """What has the permission: the workflow or another job. It is empty if nothing has it."""


def find_jobs_without_token(text: str) -> list[JobWithoutToken]:
    r"""Return the jobs of a workflow that assume a role, and whose permissions do not include an OIDC token.

    >>> find_jobs_without_token(
    ...     "permissions:\n  id-token: write\njobs:\n  ship:\n    permissions:\n      contents: write\n"
    ...     "    steps:\n      - uses: aws-actions/configure-aws-credentials@v6\n        with: {role-to-assume: ARN}\n"
    ... )
    [JobWithoutToken(name='ship', permissions=('contents: write',), granted='the workflow')]
    """
    text = text[:_MAX_CHARS]
    start = _JOBS.search(text)
    if start is not None and start["prefix"]:
        text = re.sub(rf"(?m)^{re.escape(start['prefix'])}", "", text)
    jobs = [each for each in iterate_jobs(text.splitlines()) if each.name]
    using = [each for each in jobs if _ASKS_FOR_TOKEN.search(each.text) and _USES_KEYS not in each.text]
    if (not using or _IS_CALLED.search(text)) and _USES_KEYS not in text:
        # A called workflow has at most the permissions of the job that calls it.
        using += [
            each
            for each in jobs
            if any(found[1] == each.indent for found in _CALLS_WORKFLOW.finditer(each.text))
        ]
    having = [each.name for each in jobs if _has_token(_find_permissions(each.text, each.indent))]
    found: list[JobWithoutToken] = []
    for job in using:
        own, of_workflow = _find_permissions(job.text, job.indent), _find_permissions(job.heading, "")
        # The same job can be there twice, before and after a change.
        granting = next((each for each in having if each != job.name), None)
        granted = "the workflow" if _has_token(of_workflow) else f"the job {granting}" if granting else ""
        if _has_token(own) or (own is None and (granted != f"the job {granting}" or not job.heading)):
            continue
        found.append(JobWithoutToken(job.name, own, granted))
    logged = {each["name"].strip() for each in _LOGGED_JOB.finditer(text)} & {each.name for each in jobs}
    return [each for each in found if not logged or each.name in logged]


# What the runner prints at the start of a job.
_LOGGED = lazy_pattern(
    r"GITHUB_TOKEN Permissions\s{0,4}\n(?P<rows>(?:[^\n]{0,40}?\b[A-Z][A-Za-z-]{2,30}: (?:read|write|none)\s{0,4}\n){1,20})"
)
_LOGGED_ROW = lazy_pattern(r"\b[A-Z][A-Za-z-]{2,30}: (?:read|write|none)(?=\s{0,4}\n)")


def find_logged_permissions(text: str) -> tuple[str, ...]:
    r"""Return the permissions of a job's token that its log lists.

    >>> find_logged_permissions("GITHUB_TOKEN Permissions\nContents: read\nMetadata: read\n")
    ('Contents: read', 'Metadata: read')
    """
    logged = _LOGGED.search(text)
    return tuple(_LOGGED_ROW.findall(logged["rows"])) if logged else ()


def _has_token(permissions: tuple[str, ...] | None) -> bool:
    return permissions is not None and (_ID_TOKEN in permissions or "write-all" in permissions)


def _find_permissions(text: str, indent: str) -> tuple[str, ...] | None:
    """Return the last permissions that a text has at one indentation, or ``None``."""
    found = [each for each in _PERMISSIONS.finditer(text) if each["indent"] == indent]
    if not found:
        return None
    last = found[-1]
    if last["all"]:
        return (last["all"],)
    entries = _COMMENT.sub("", last["flow"] if last["block"] is None else last["block"])
    return tuple(f"{each['name']}: {each['access']}" for each in _PERMISSION.finditer(entries))


class Job(NamedTuple):
    """A job of a workflow."""

    name: str
    indent: str
    """The indentation of the job's keys."""
    text: str
    heading: str
    """The lines before the jobs of the workflow."""


def iterate_jobs(lines: list[str]) -> Iterator[Job]:
    """Yield each job of the lines of a workflow."""
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
        named = _JOB_NAME.fullmatch(lines[first - 1]) if first else None
        starts = [number for number, each in enumerate(lines[:first]) if _JOBS.fullmatch(each)]
        heading = lines[starts[-2] + 1 if len(starts) > 1 else 0 : starts[-1]] if starts else []
        yield Job(named["name"] if named else "", indent, "\n".join(lines[first:last]), "\n".join(heading))


def _is_within(line: str, indent: str) -> bool:
    return not line.strip() or line.startswith(indent)


class RoleStep(NamedTuple):
    """A step that assumes a role after another one did.

    Attributes:
        first: The role of the step before it.
        second: Its own role.
        text: The step, without the indentation of the list.
        before: The step before it, in the same form.
    """

    first: str
    second: str
    text: str
    before: str


_ACTION = "aws-actions/configure-aws-credentials"
_STEP = lazy_pattern(r"(?m)^(?P<indent> *)- (?=\S)")
_ROLE_OF_STEP = lazy_pattern(r"\brole-to-assume: *[\"']?(?P<role>[^\s\"',}]{1,300}|\$\{\{[^}]{1,200}\}\})")
_CHAINING = lazy_pattern(r"\brole-chaining: *[\"']?true")
_OWN_CREDENTIALS = lazy_pattern(
    r"\brole-chaining: *[\"']?true|\baws-access-key-id:|\bweb-identity-token-file:"
)


def find_second_role(text: str) -> RoleStep | None:
    r"""Return the step of a workflow that assumes another role without the credentials of the step before it.

    >>> step = "- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: {}\n"
    >>> find_second_role(step.format("A") + step.format("B"))[:2]
    ('A', 'B')
    """
    pairs = _iterate_role_pairs(text)
    return next((each for each in pairs if not _OWN_CREDENTIALS.search(each.text)), None)


def find_chained_role(text: str) -> RoleStep | None:
    r"""Return the step of a workflow that assumes another role with the credentials of the step before it.

    >>> step = "- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: {}\n"
    >>> find_chained_role(step.format("A") + step.format("B") + "    role-chaining: true")[:2]
    ('A', 'B')
    """
    return next((each for each in _iterate_role_pairs(text) if _CHAINING.search(each.text)), None)


def _iterate_role_pairs(text: str) -> Iterator[RoleStep]:
    """Yield each step that assumes another role than the step before it in the same job."""
    if text.count(_ACTION) < 2:
        return
    text = text[:_MAX_CHARS]
    found: list[tuple[str, int, str, str]] = []
    for each in _STEP.finditer(text):
        # The step goes on until a line with less indentation than its own keys.
        end = re.compile(rf"\n(?!{each['indent']}  )(?=[^\S\n]*\S)").search(text, each.end())
        first, *rest = text[each.end() : end.start() if end else None].split("\n")
        body = "\n".join((f"- {first}", *(line.removeprefix(each["indent"]) for line in rest))).rstrip()
        role = _ROLE_OF_STEP.search(body)
        if _ACTION in body and role is not None:
            found.append((each["indent"], each.start(), role["role"], body))
    for before, step in itertools.pairwise(found):
        between = text[before[1] : step[1]].split("\n")
        is_same_job = before[0] == step[0] and all(
            not line.strip() or line.startswith(step[0]) for line in between
        )
        if is_same_job and before[2] != step[2]:
            yield RoleStep(before[2], step[2], step[3], before[3])


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


def name_file(text: str) -> str:
    """Return where the only workflow file that a text names is, as the end of a sentence, or an empty string.

    >>> name_file("# .github/workflows/plan.yml"), name_file("plan.yml")
    (' in plan.yml', '')
    """
    file = only_one(set(_FILE.findall(text)))
    return f" in {file}" if file else ""
