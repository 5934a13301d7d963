"""Find the CI job in a text, and the subject of its web identity token.

Sources: the pages of the CI systems in the table.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers import workflows
from iamtriage.explaining._context.readers.stated_claims import find_server
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._rules.basics import Denial
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.sts.trust.token_forms import GITHUB, OTHER_PHASES
from iamtriage.explaining._rules.sts.trust.trust_documents import expected_subjects, find_provider
from iamtriage.policies._readers.elements import as_strings

_REPOSITORY = lazy_pattern(
    r"(?a)\bGITHUB_REPOSITORY[=:]\s?[\"']?([\w.-]{1,60}/[\w.-]{1,100})|github\.com/([\w.-]{1,60}/[\w.-]{1,100}?)(?:\.git)?/actions/"
    r"|\bCI_PROJECT_PATH[=:]\s?[\"']?([\w.-]{1,100}(?:/[\w.-]{1,100}){1,5})"
    # But not "and/or", nor the action of "Download action repository 'actions/checkout@v4'".
    r"|\b[Rr]epo(?:sitory)?(?: is|:)? [`\"']?(?!and/or\b)([A-Za-z][\w-]{0,60}/[\w.-]{0,99}[\w-])(?![\w/@]|[.-]\w)"
)
# "On the branch release/2 of octo/web", and the subject that a sentence expects.
_OTHER_REPOSITORIES = (
    lazy_pattern(
        r"(?a)\bbranch [`'\"]?[\w./-]{1,100}[`'\"]? (?:in|of) [`'\"]?([\w.-]{1,60}/[\w.-]{0,99}[\w-])(?![\w/@])"
    ),
    lazy_pattern(r"(?a)\brepo:([\w.-]{1,60}/[\w.-]{1,100}):(?:environment|pull_request|ref)\b"),
)
# The branch of a job, unless it runs for a tag or a pull request.
_BRANCH = lazy_pattern(
    r"(?a)\bGITHUB_REF[=:]\s?[\"']?refs/heads/([\w./-]{1,100})|\bCI_COMMIT_(?:BRANCH|REF_NAME)[=:]\s?[\"']?([\w./-]{1,100})"
)
# The tag of a job, as variables and sentences name it.
_TAG = lazy_pattern(
    r"(?a)\bGITHUB_REF[=:]\s?[\"']?refs/tags/([\w./-]{1,100})|\bCI_COMMIT_TAG[=:]\s?[\"']?(?!~)([\w./-]{1,100})"
    r"|\b(?i:pipeline|job|workflow|build|run|runs|release)(?: #?\d{1,12})? (?:for|of|on) (?:the )?tag [`'\"]?([A-Za-z_-]{0,40}\d(?:[\w./-]{0,60}\w)?)"
    r"|\b(?:push(?:ed)?|creat(?:e|ed)|tagg?(?:ed)?) (?:the )?tag [`'\"]?([A-Za-z_-]{0,40}\d(?:[\w./-]{0,60}\w)?)|\btag pipeline \(?[`'\"]?([A-Za-z_-]{0,40}\d(?:[\w./-]{0,60}\w)?)"
)
# The same of a branch in a sentence.
_SAID_BRANCH = lazy_pattern(
    r"\b(?:runs?|running|ran|push(?:es|ed)?|deploys?|triggered|merged) (?:[\w`'\"]{1,20} )?(?:on|from|to|by|for) (?:the )?(?:branch [`'\"]?([\w./-]{0,99}\w)|[`'\"]?(?!(?:a|an|my|our|this|that|same|other|another|default|feature|release|protected|wrong|right|new|any|every|each|all)\b)([\w./-]{1,100})[`'\"]? branch\b)"
)

# The audience that a job of GitLab requests.
_REQUESTED = lazy_pattern(r"(?a)\bid_tokens:\s{1,40}\w{1,80}:\s{1,40}aud: ?[\"']?([\w.:/-]{1,200}\w)")
# The phase of a run of HCP Terraform that fails, while the other one works.
_FAILING_PHASE = {
    phase: lazy_pattern(
        rf"\bfailed running (?:terraform|tofu) {phase}\b|(?i:\b{phase}(?:s|es)?\b[^.\n]{{0,30}}?(?:\bfail|\bdenied\b|\bdie[ds]\b|\bbreaks\b|\berrors?\b|\bdoes not\b|n't\b)|\b(?:fails?|failing|errors?) (?:in|during|at|on) (?:the |each )?{phase}\b|\bonly (?:in|on|during) (?:the )?{phase}\b)"
    )
    for phase in ("plan", "apply")
}
_PROJECT = lazy_pattern(r"(?a)[\w.@-]{1,100}(?:/[\w.@-]{1,100}){1,5}")


@attrs.frozen(eq=False, repr=False)
class Pipeline(Value):
    """A CI system whose jobs get web identity tokens.

    Attributes:
        job: What the system calls a job.
        issuer: The issuer of the tokens, without its scheme.
        begin: What subjects begin with.
        project: What the subject names, if the text does not.
        subject: The usual subject of a branch, with ``{}`` for the project.
        audience: The usual audience.
        steps: What the subject depends on.
        url: The documentation.
    """

    job: str
    issuer: str
    begin: str
    project: str
    subject: str
    audience: str
    steps: tuple[str, ...]
    url: str


_PIPELINES = {
    "github-actions": Pipeline(
        job="workflow",
        issuer=GITHUB,
        begin="repo:",
        project="OWNER_NAME/REPOSITORY",
        subject="repo:{}:ref:refs/heads/BRANCH_NAME",
        audience="sts.amazonaws.com",
        steps=(
            "The subject is case-sensitive. It ends with environment:NAME for a job with an environment, or pull_request, instead of ref:…; repositories created, renamed or transferred after 15 July 2026 have repo:OWNER@ID/REPOSITORY@ID:…",
        ),
        url=pages.GITHUB_OIDC,
    ),
    "gitlab": Pipeline(
        job="job",
        issuer="gitlab.com",
        begin="project_path:",
        project="GROUP/PROJECT_NAME",
        subject="project_path:{}:ref_type:branch:ref:BRANCH_NAME",
        audience="https://gitlab.com",
        steps=(
            "The audience is the aud of id_tokens in .gitlab-ci.yml. Tags have ref_type:tag. A self-managed GitLab has its own host instead of gitlab.com.",
        ),
        url=pages.GITLAB_OIDC,
    ),
    "app.terraform.io": Pipeline(
        job="run",
        issuer="app.terraform.io",
        begin="organization:",
        project="organization:ORGANIZATION:project:PROJECT_NAME:workspace:WORKSPACE",
        subject="{}:run_phase:PHASE",
        audience="aws.workload.identity",
        steps=(
            "The subject ends with run_phase:plan or run_phase:apply, so that of an apply differs: run_phase:* under StringLike accepts both. The audience is TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE, by default aws.workload.identity.",
        ),
        url="https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration",
    ),
}


def job_subject(denial: Denial, pipeline: Pipeline) -> str:
    """Return the subject of a job's token, with placeholders for what the text does not state."""
    if (claim := stated_claim(denial, "sub")) is not None:
        return claim
    if pipeline.job == "run" and (subject := _find_other_phase(denial)) is not None:
        return subject
    text, project = denial.failure.text, find_project(denial) or pipeline.project
    environment = find_environment(denial) if pipeline.job == "workflow" else None
    if environment:
        return f"repo:{project}:environment:{environment}"
    if pipeline.job == "workflow" and workflows.runs_for_pull_requests(text):
        return f"repo:{project}:pull_request"
    stated = _BRANCH.search(text)
    tag = only_one({each[each.lastindex or 0] for each in find_said(text, _TAG)})
    if tag is not None and stated is None:
        tagged = pipeline.subject.replace("refs/heads/BRANCH", "refs/tags/TAG")
        tagged = tagged.replace("ref_type:branch:ref:BRANCH", "ref_type:tag:ref:TAG")
        return tagged.format(project).replace("TAG_NAME", tag)
    branch = stated[stated.lastindex or 0] if stated else None
    if branch is None and pipeline.job == "workflow" and environment is None:
        branch = only_one({each[each.lastindex or 0] for each in find_said(text, _SAID_BRANCH)})
    if branch is None and environment == "":
        branch = workflows.find_pushed_branch(text)
    subject = pipeline.subject.format(project)
    return subject if branch is None or "CI_COMMIT_TAG" in text else subject.replace("BRANCH_NAME", branch)


def _find_other_phase(denial: Denial) -> str | None:
    """Return the subject of the phase that fails, if the trust policy accepts the other phase of a run of HCP Terraform.

    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
    """
    subjects = expected_subjects(denial.facts.trust_policy)
    other = OTHER_PHASES.get(only_one({each.rpartition(":")[2] for each in subjects}, ""))
    if other is None or next(_FAILING_PHASE[other].finditer(denial.failure.text), None) is None:
        return None
    return f"{subjects[0].rpartition(':')[0]}:{other}"


def find_environment(denial: Denial) -> str | None:
    """Return the environment of the failing job, which is none of those that the trust policy accepts."""
    text, expected = denial.failure.text, expected_subjects(denial.facts.trust_policy)
    found = workflows.find_job_environments(text)
    if len(found) > 1 and any(
        each.endswith(f":ref:refs/heads/{workflows.find_pushed_branch(text)}") for each in expected
    ):
        found = {
            each
            for each in found
            if each and not any(one.endswith(f":environment:{each}") for one in expected)
        }
    return only_one(found)


def known_job_subject(denial: Denial) -> str | None:
    """Return the subject of a job's token, if the text states all of it."""
    pipeline = find_pipeline(denial)
    subject = None if pipeline is None else job_subject(denial, pipeline)
    return None if subject is None or find_placeholders(subject) else subject


_SAME_ROLE = lazy_pattern(
    r"\b(?:same|this) (?:(?:AWS|IAM|OIDC) )?(?:role|ROLE_ARN|AWS_ROLE_ARN|role-to-assume)\b"
)
_OF_JOB = lazy_pattern(r"(?i:\b(?:branch|builds?|jobs?|pipelines?|stages?|workflows?|main|master)\b)")


def describe_working_role(text: str) -> str | None:
    """Return what follows from a sentence that says that the same role works elsewhere, or ``None`` without one.

    >>> describe_working_role("The plan job with the same ROLE_ARN is green.")[:43]
    'The role works for another job, so provider'
    >>> describe_working_role("Another role works.")
    """
    clause = find_working(text, _SAME_ROLE)
    if clause is None:
        return None
    if _OF_JOB.search(clause):
        return "The role works for another job, so provider and audience are right: the trust policy expects another subject."
    return "The role works elsewhere, so it exists: its trust policy names another provider, audience or subject than the token has."


def requests_audience(denial: Denial) -> bool:
    """Return whether the text shows the audience that a job of GitLab requests."""
    return _REQUESTED.search(denial.failure.text) is not None


def narrow_subject_step(denial: Denial, pattern: str) -> str:
    """Return the subject of a workflow's job, if a pattern accepts all of its repository, or else an empty string."""
    pipeline, project = find_pipeline(denial), find_project(denial)
    if pipeline is None or pipeline.job != "workflow" or pattern != f"repo:{project}:*":
        return ""
    subject, branch = job_subject(denial, pipeline), workflows.find_pushed_branch(denial.failure.text)
    if "BRANCH_NAME" in subject and branch is not None:
        subject = subject.replace("BRANCH_NAME", branch)
    if "BRANCH_NAME" in subject:
        return ""
    unless = " if its job has no environment" if ":ref:" in subject else ""
    return f"It accepts every branch, tag, pull request and environment. Narrower, under StringEquals: {clip_text(subject)}, the subject of this workflow{unless}."


def find_project(denial: Denial) -> str | None:
    """Return the repository or project of the job, which the text or the supplied trust policy names."""
    repository = _REPOSITORY.search(denial.failure.text)
    if repository is not None:
        return repository[repository.lastindex or 0]
    project = only_one(
        {each.split(":")[1] for each in expected_subjects(denial.facts.trust_policy) if ":" in each}, ""
    )
    if _PROJECT.fullmatch(project):
        return project
    named = (only_one({*each.findall(denial.failure.text)}) for each in _OTHER_REPOSITORIES)
    return next(filter(None, named), None)


def stated_claim(denial: Denial, name: str) -> str | None:
    """Return a claim of the token in the facts that has one value."""
    values = as_strings((denial.facts.token_claims or {}).get(name))
    return values[0] if len(values) == 1 and values[0].isprintable() else None


def find_pipeline(denial: Denial) -> Pipeline | None:
    """Return the CI system whose job requested the role, with the issuer and the audience that the text states."""
    text = denial.failure.text
    provider = (find_provider(denial.facts.trust_policy) or "").partition("oidc-provider/")[2]
    found = _PIPELINES.get(provider) or _PIPELINES.get(denial.context.runtime_kind)
    if found is None:
        stated = stated_claim(denial, "sub")
        subjects = expected_subjects(denial.facts.trust_policy) if stated is None else (stated,)
        systems = (
            each for each in _PIPELINES.values() if any(one.startswith(each.begin) for one in subjects)
        )
        found = next(systems, None)
    if found is None or found.job != "job":
        return found
    # A self-managed server is the provider of the trust policy.
    issuer = provider if "gitlab" in provider else found.issuer
    server, requested = find_server(text) or f"https://{issuer}", _REQUESTED.search(text)
    return attrs.evolve(
        found, issuer=server.removeprefix("https://"), audience=requested[1] if requested else server
    )
