"""Read from a pasted workflow of GitHub Actions or GitLab CI/CD whether a job gets AWS credentials before it calls AWS.

Jobs of GitHub get only what their workflow gives them: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.
Those of GitLab also get the variables of the project and the group: https://docs.gitlab.com/ci/variables/.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Literal, TypeAlias

from iamtriage._patterns import lazy_pattern
from iamtriage._text import find_closing_brace
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.workflows import Job, iterate_jobs

Kind: TypeAlias = Literal["none", "later", "other-job", "container"]

_MAX_CHARS = 64_000
# What gives a job credentials, or can give it some: also an action of the repository, or a runner with a role.
_ASSUMES = lazy_pattern(r"\buses: *[\"']?aws-actions/configure-aws-credentials@")
_GIVES = lazy_pattern(
    r"\bAWS_(?!(?:DEFAULT_)?REGION\b|ACCOUNT|PAGER\b|SDK|MAX|RETRY|EC2|S3_BUCKET|BUCKET)[A-Z_]{3,40}\b|\bassume-?role|role-to-assume|\.aws/(?:config|credentials)"
    r"|(?i:\bself-hosted\b|codebuild-|access_?key|credential|\boidc\b|\bvault\b|\bsts (?!get-caller)|\blogin\b|\bTF_CLOUD|\bTFE_)"
    r"|\buses: *[\"']?(?:\.{1,2}/|[^\s\"']{1,200}(?:aws|auth|\.ya?ml\b))|\bsecrets: inherit\b"
    # A script that can set the variables, unlike that of a virtual environment or a line with another variable.
    r"|\beval [\"'$`(]{1,4}+(?!ssh-agent)|(?:\bsource|(?:^|\n|\brun:)[ \t-]{0,20}\.) (?!\S{0,80}(?:activate|rc|profile)\b)\S|(?:^|\n)(?![^\n]{0,300}\b(?:echo|printf)\b)[^\n]{0,300}\bGITHUB_ENV\b"
    r"|\bruns-on:(?! *\[?[\"']?(?:ubuntu|windows|macos)\b)"
)
_CALLS = lazy_pattern(
    r"\b(?:(?:terraform|tofu)(?: -\S{1,80}){0,3} (?:init(?![^\n]{0,120}-backend=false)|plan|apply|destroy|import|refresh|output|state)|terragrunt [a-z][\w-]{1,30}|aws (?!--version|configure\b)[a-z][\w-]{1,40}(?![^\n]{0,200}--no-sign-request)|cdk (?:deploy|diff|destroy|bootstrap)|sam (?:deploy|sync|package)"
    r"|(?:sls|serverless) (?:deploy|remove|package)|pulumi (?:up|preview|destroy|refresh)|packer build|eksctl [a-z][\w-]{1,30}|copilot [a-z][\w-]{1,30}|eb deploy|chalice deploy|zappa (?:deploy|update)|s5cmd|s3cmd)\b"
)
# A program that can call AWS: not an installation, a build or a test.
_PROGRAM = lazy_pattern(
    r"(?:^|[:&|;\n])[ \t|>-]{0,20}(?:python3?|node|npx|ruby|php|java|go run|dotnet run|bash|sh|\./[\w./-]{1,80}|make|npm run|yarn|pnpm)\b(?! (?:-m )?(?:pip|venv|pytest|install|ci|build|test|lint|--version|-V)\b)"
)
_RUN = lazy_pattern(r"\brun: *(?:[|>][+-]?[ \t]*\n)?(?P<first>[^\n]{1,200})")
_RUNS_CONTAINER = lazy_pattern(r"\b(?:docker|podman) run (?:[^\n\\]|\\\n){1,600}")
_PASSES = lazy_pattern(r"(?:-e|--env)[ =][\"']?AWS_|--env-file|\.aws\b|AWS_ACCESS_KEY_ID")
_WORKFLOW_KEY = lazy_pattern(r"[\"']?(?:name|run-name|on|permissions|env|defaults|concurrency)[\"']?:(?: |$)")
_STEPS = lazy_pattern(r"(?m)^(?P<indent> *)steps:[ \t]*\n")


class CredentialGap(NamedTuple):
    """A job that calls AWS without credentials.

    Attributes:
        kind: Whether nothing in the workflow gives the job credentials, a later step of it does, or another job, or
            whether a container does not get those of the job.
        job: The name of the job.
        call: The first line of the step that calls AWS.
        other: The name of the job that gets credentials.
        step: The step that assumes a role, as the workflow has it, without indentation.
    """

    kind: Kind
    job: str
    call: str
    other: str = ""
    step: str = ""


def find_credential_gap(text: str) -> CredentialGap | None:
    r"""Return the job of a workflow of GitHub Actions that calls AWS without credentials, if only one does.

    >>> find_credential_gap(
    ...     "jobs:\n  plan:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: terraform plan\n"
    ... )
    CredentialGap(kind='none', job='plan', call='terraform plan', other='', step='')
    """
    jobs = [
        each for each in iterate_jobs(text[:_MAX_CHARS].splitlines()) if each.name and "steps:" in each.text
    ]
    gaps = [gap for job in jobs if (gap := _find_gap(job, jobs)) is not None]
    return gaps[0] if len({each.job for each in gaps}) == 1 else None


def _find_gap(job: Job, jobs: list[Job]) -> CredentialGap | None:
    steps = _split_steps(job.text)
    if not steps or _GIVES.search(_find_heading(job.heading)):
        return None
    assumes = next((index for index, each in enumerate(steps) if _ASSUMES.search(each)), None)
    others = [each for each in jobs if each.name != job.name]
    before = steps if assumes is None else steps[:assumes]
    rest = job.text
    for each in steps if assumes is None else steps[assumes:]:
        rest = rest.replace(each, "", 1)
    if _GIVES.search(rest) or any(map(_GIVES.search, before)):
        return None
    after = [] if assumes is None else steps[assumes + 1 :]
    runs = [
        each for each in after if (found := _RUNS_CONTAINER.search(each)) and not _PASSES.search(found[0])
    ]
    if runs and not any(_is_call(_RUNS_CONTAINER.sub("", each)) for each in after):
        found = _RUNS_CONTAINER.search(runs[0])
        return CredentialGap("container", job.name, "" if found is None else found[0].strip()[:200])
    calls = [each for each in before if _CALLS.search(each)]
    if not calls and not (assumes is not None and any(map(_is_call, steps[assumes + 1 :]))):
        # Another job that gets credentials and uses them can be the one that failed.
        using = any(
            (_GIVES.search(each.text) or _ASSUMES.search(each.text))
            and any(map(_is_call, _split_steps(each.text)))
            for each in others
        )
        calls = [] if using else [each for each in before if _is_call(each)]
    if not calls:
        return None
    call = _first_line(calls[0])
    if assumes is not None:
        return CredentialGap("later", job.name, call, step=dedent(steps[assumes]))
    for other in others:
        step = next(filter(_ASSUMES.search, _split_steps(other.text)), None)
        if step is not None:
            return CredentialGap("other-job", job.name, call, other.name, dedent(step))
    return CredentialGap("none", job.name, call)


def _find_heading(before: str) -> str:
    """Return the settings of the workflow from the lines before its jobs, without the text around it."""
    lines = before.splitlines()
    first = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        if _WORKFLOW_KEY.match(lines[index]):
            first = index
        elif lines[index].strip() and not lines[index].startswith((" ", "#")):
            break
    return "\n".join(lines[first:])


def _is_call(step: str) -> bool:
    found = _RUN.search(step)
    return found is not None and (_CALLS.search(step) or _PROGRAM.search(step, found.start())) is not None


def _first_line(step: str) -> str:
    """Return the line of a step that calls AWS."""
    lines = [each.strip().removeprefix("- ").removeprefix("run:").strip() for each in step.splitlines()]
    calling = (each for each in lines if _CALLS.search(each) or _PROGRAM.search(f"\n{each}"))
    return next(calling, lines[0])[:100]


def _split_steps(job: str) -> list[str]:
    """Return the steps of a job, each as its lines."""
    found = _STEPS.search(job)
    if found is None:
        return []
    lines, steps = job[found.end() :].splitlines(), list[list[str]]()
    dash = next((len(each) - len(each.lstrip()) for each in lines if each.strip().startswith("- ")), None)
    for line in lines:
        depth = len(line) - len(line.lstrip())
        # A comment can have any indentation.
        if line.strip() and not line.lstrip().startswith("#") and (dash is None or depth < dash):
            break
        if depth == dash and line.strip().startswith("- "):
            steps.append([line])
        elif steps:
            steps[-1].append(line)
    return ["\n".join(each).rstrip() for each in steps]


_BLOCK = lazy_pattern(r"(?m)^(?P<name>[\w.][\w .:/-]{0,80}):[ \t]*\n(?P<body>(?:[ \t]+[^\n]*\n?|[ \t]*\n)+)")
_INHERITS = lazy_pattern(r"(?m)^[ \t]+(?:extends|id_tokens|runs-on):|!reference\b|^include:|<<:")
_TOP_INCLUDE = lazy_pattern(r"(?m)^include:")
_SCRIPT = lazy_pattern(r"(?m)^[ \t]+script:")


def find_gitlab_gap(text: str) -> CredentialGap | None:
    r"""Return the job of a .gitlab-ci.yml that calls AWS, and to which the file gives no credentials.

    >>> find_gitlab_gap("plan:\n  stage: test\n  script:\n    - terraform plan\n")
    CredentialGap(kind='none', job='plan', call='terraform plan', other='', step='')
    """
    blocks = list(_BLOCK.finditer(text[:_MAX_CHARS]))
    jobs = [each for each in blocks if _SCRIPT.search(each["body"])]
    is_open = any(_GIVES.search(each[0]) or _INHERITS.search(each[0]) for each in blocks)
    if not jobs or is_open or _TOP_INCLUDE.search(text):
        return None
    calling = [each for each in jobs if _CALLS.search(each["body"])]
    if len(calling) != 1:
        return None
    return CredentialGap("none", calling[0]["name"], _first_line(calling[0]["body"]))


class OverriddenScript(NamedTuple):
    """The before_script of a job of GitLab, which replaces the default one.

    Attributes:
        job: The name of the job.
        source: What has the one that it replaces, such as ``default``.
        corrected: The job's before_script with the lines that it lacks.
    """

    job: str
    source: str
    corrected: str


_SETS_CREDENTIALS = lazy_pattern(
    r"\bAWS_(?:ACCESS|SECRET|SESSION|WEB|ROLE)\w{1,40}|\baws configure set\b|\bassume-?role|\.aws/(?:config|credentials)"
)
_BEFORE_SCRIPT = lazy_pattern(
    r"(?m)^(?P<indent>[ \t]*)before_script:[ \t]*\n(?P<items>(?:(?P=indent)[ \t]*- [^\n]*\n?|(?P=indent)[ \t]{3,}[^\n]*\n?)+)"
)


def find_overridden_script(text: str, part: re.Pattern[str] = _SETS_CREDENTIALS) -> OverriddenScript | None:
    r"""Return the only job of a .gitlab-ci.yml whose own before_script lacks what the default one has, and a pattern finds.

    >>> text = "default:\n  before_script:\n    - echo $T > /tmp/t\ndeploy:\n  before_script:\n    - make\n  script:\n    - aws s3 ls\n"
    >>> find_overridden_script(text, re.compile("/tmp/t"))
    OverriddenScript(job='deploy', source='default', corrected='deploy:\n  before_script:\n    - echo $T > /tmp/t\n    - make')
    """
    text = text[:_MAX_CHARS]
    blocks = list(_BLOCK.finditer(text))
    default = next((each for each in blocks if each["name"] in {"default", "before_script"}), None)
    own = None if default is None else _BEFORE_SCRIPT.search(default[0])
    missing = [] if own is None else [line.strip() for line in own["items"].splitlines() if part.search(line)]
    jobs = [
        (each["name"], found)
        for each in blocks
        if each is not default and _SCRIPT.search(each["body"]) and not _INHERITS_SCRIPT.search(each["body"])
        if (found := _BEFORE_SCRIPT.search(each["body"])) is not None and not part.search(each["body"])
    ]
    if default is None or not missing or len(jobs) != 1:
        return None
    name, script = jobs[0]
    items = dedent(script["items"]).rstrip().splitlines()
    lines = [f"{name}:", "  before_script:", *(f"    {each}" for each in (*missing, *items))]
    return OverriddenScript(
        name, "default" if default["name"] == "default" else "the top of the file", "\n".join(lines)
    )


_INHERITS_SCRIPT = lazy_pattern(r"(?m)^[ \t]+extends:|!reference\b|<<:")
_PIPELINE = lazy_pattern(r"(?m)^pipelines:[ \t]*\n(?P<body>(?:[ \t]+[^\n]*\n?|[ \t]*\n)+)")
_OIDC = lazy_pattern(r"(?m)\boidc: *true\b|^[ \t]*- pipe:")


def find_bitbucket_gap(text: str) -> CredentialGap | None:
    r"""Return the step of a bitbucket-pipelines.yml that calls AWS, if the file gives its steps no credentials.

    >>> find_bitbucket_gap("pipelines:\n  default:\n    - step:\n        script:\n          - aws s3 ls\n")
    CredentialGap(kind='none', job='', call='aws s3 ls', other='', step='')
    """
    found = _PIPELINE.search(text[:_MAX_CHARS])
    if found is None or _GIVES.search(found[0]) or _OIDC.search(found[0]) or _CALLS.search(found[0]) is None:
        return None
    return CredentialGap("none", "", _first_line(found["body"]))


_WRAPPER = lazy_pattern(r"\bwith(?:AWS|Credentials)\([^{}]{1,600}?\)\s{0,8}\{")
_OF_PIPELINE = lazy_pattern(r"\boptions\s{0,8}\{[^{}]{0,800}\bwith(?:AWS|Credentials)\b")
_SHELL_STEP = lazy_pattern(
    r"\bsh\b[ (]{1,3}(?P<mark>\"\"\"|\'\'\'|\"|\')(?P<line>[\s\S]{1,2000}?)(?P=mark)\)?"
)
_STAGE = lazy_pattern(r"\bstage\([\"'](?P<name>[^\"'\n]{1,80})[\"']\)")
_OF_AGENT = lazy_pattern(r"\benvironment\s{0,8}\{[^{}]{0,800}\bAWS_|\bnode\(|\blabel\b|\bagent\s{0,8}\{")


def find_jenkins_gap(text: str) -> CredentialGap | None:
    r"""Return the step of a Jenkinsfile that calls AWS outside of the block that gives credentials to other steps.

    >>> found = find_jenkins_gap("stage('a') { withAWS(role: 'x') { sh 'aws s3 ls' } }\nstage('b') { sh 'aws s3 sync a s3://b' }")
    >>> found.job, found.call, found.step
    ('b', "sh 'aws s3 sync a s3://b'", "withAWS(role: 'x') {")
    """
    text = text[:_MAX_CHARS]
    wrappers = list(_WRAPPER.finditer(text))
    if not wrappers or _OF_AGENT.search(text) or _OF_PIPELINE.search(text):
        return None
    inside = [(each.start(), find_closing_brace(text, each.end())) for each in wrappers]
    steps = _SHELL_STEP.finditer(text)
    calls = [each for each in steps if _CALLS.search(each["line"]) and not _GIVES.search(each["line"])]
    outside = [each for each in calls if not any(start < each.start() < end for start, end in inside)]
    if len(outside) != 1 or len(calls) == 1:
        return None
    stages = [each["name"] for each in _STAGE.finditer(text, 0, outside[0].start())]
    wrapper = " ".join(wrappers[0][0].split())
    return CredentialGap("later", stages[-1] if stages else "", outside[0][0].strip(), step=wrapper)
