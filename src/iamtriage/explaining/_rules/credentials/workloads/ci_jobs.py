"""Say how the jobs of CI systems get credentials.

Sources: the pages that the remedies link to.
"""

from __future__ import annotations

import re
from textwrap import dedent

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers import workflows
from iamtriage.explaining._rules.basics import Case, CauseType
from iamtriage.explaining._rules.credentials.workloads.pod_roles import Advice
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

# Tracebacks of programs built in GitHub Actions contain its source directory wherever they run, so it is left out.
_GITHUB_SIGNS = lazy_pattern(
    r"configure-aws-credentials|\baws-actions/|GITHUB_|\.github/workflows/|\bactions/checkout@|^ +runs-on: |/home/runner/work/_(?:actions|temp)\b|GitHub Actions|id-token|::error::|Credentials could not be loaded",
    re.MULTILINE,
)
JOB_WITHOUT_CREDENTIALS = CauseType(
    "job-without-credentials",
    title="The CI job assumed no role, or its secrets are empty",
    fix="Let the job assume a role, and check that its secrets are set.",
    of="no-credentials",
)
NO_ID_TOKEN_PERMISSION = CauseType(
    "no-id-token-permission",
    title="The permissions of the workflow lack id-token: write, so it gets no OIDC token",
    fix="Add permissions: id-token: write to the job.",
    of="no-credentials",
)
SECRETS_OF_FORKS = CauseType(
    "secrets-of-forks",
    title="Workflows from forks get no secrets",
    text="A pull request from a fork started the workflow. By default, such workflows get no secrets and no id-token: write.",
    fix="Run the job on a branch of the repository, or after a review. Do not use pull_request_target with the code of the fork: that code then gets the secrets.",
    recognised_by="The text says that the pull request is from a fork, or shows a head of another owner than the base.",
    sign=r"(?<!\bnot )(?<!n't )\b[Ff]rom (?:(?!(?:our|main|my|if|when)\b)[\w'\u2019-]{1,30} ){0,4}fork(?:s|ed)?\b(?! of\b)|\b[Ff]ork(?:ed)? (?:PRs?|pull requests?)\b|\bhead\.repo\.fork\b"
    r"|\b(?:[Oo]utside|[Ee]xternal|[Ff]irst-time|[Tt]hird-party) (?:contributor|collaborator)(?:s|['\u2019]s|s['\u2019])?\b"
    r"|\b(?P<shown>(?P<owner>[\w-]{1,39}):[\w./-]{1,100} ?(?:->|→|into) ?(?!(?P=owner):)[\w-]{1,39}:[\w./-]{1,100})",
    of="no-credentials",
)
# A fork cannot push to the repository.
_ON_PUSH = lazy_pattern(r"\bon[\"']?: ?\[?\s{0,20}push\b")
_GRANTS_ID_TOKEN = lazy_pattern(r"^\s{0,20}id-token: ?[\"']?write\b", re.MULTILINE)
SKIP_FORKS = your_remedy(
    "Skip the steps that need AWS for pull requests from forks",
    "Add the condition to the job or to these steps. They then run for branches of the repository, and after the merge (on: push).",
    "To test a pull request with AWS before the merge, push its commits to a branch of the repository after a review.",
    "Don't run the code of a fork with pull_request_target: it would have the credentials. Only the administrators of a private repository can let forks have write permissions.",
    # Events without a pull request have no head.
    manifest="if: >-\n  github.event_name != 'pull_request' ||\n  github.event.pull_request.head.repo.full_name == github.repository\n",
    url="https://docs.github.com/en/actions/reference/security/secure-use",
)
GRANTED_ELSEWHERE = CauseType(
    "id-token-granted-elsewhere",
    title="Another job or workflow than the running one has id-token: write",
    text="The permission id-token: write in the text does not apply to this job: it is in another job, the job's own permissions lack it, or the workflow that calls this one does not grant it.",
    fix="Set the permission at the job, and in the workflow that calls it.",
    of="no-credentials",
)
_CHECK_GRANT = your_remedy(
    "Compare the permissions of the run with those of the workflow",
    "Open Set up job in the log of the run: GITHUB_TOKEN Permissions lists what GitHub granted.",
    "Permissions of a job replace those of the workflow. A job that calls a reusable workflow must grant id-token: write, too.",
    url=pages.GITHUB_OIDC,
)
# What a workflow or job grants its token, without id-token.
_PERMISSIONS = lazy_pattern(
    r"\bpermissions:(?: \{\}|(?:[ \t\r]*\n[ \t]{1,20}[a-z-]{3,30}: (?:read|write|none)){1,20})"
)
_ACTION = lazy_pattern(r"\baws-actions/configure-aws-credentials@([\w.-]{1,64})", re.ASCII)
_GITHUB = "GitHub Actions"
_GITHUB_STEPS = (
    "In GitHub Actions, give the job the permission id-token: write, and set role-to-assume and aws-region of the action aws-actions/configure-aws-credentials.",
    "The role must trust GitHub's OIDC provider. No secret is needed then.",
)
GITHUB_PERMISSION_STEPS = (
    "Add the permissions to the job or to the workflow: once one is set, the others default to none. A job that calls a reusable workflow must grant id-token: write, too.",
    "By default, workflows of pull requests from forks do not get this permission. Run the job on a branch of the repository instead.",
)
"""How to give a job the permission for OIDC tokens."""
_THEN = "If sts:AssumeRoleWithWebIdentity is denied next, the trust policy of the role must allow GitHub's OIDC provider, with this repository as the subject."


class _CiSystem(NamedTuple):
    """A CI system, and what gives its jobs credentials. Most jobs have none, because they assumed no role."""

    sign: re.Pattern[str]
    name: str
    steps: tuple[str, ...]
    url: str = pages.OIDC_ROLES
    title: str = "Give the job of {} a role"
    why: str = "The job of {} has no credentials: it assumed no role, or its secrets are empty."


# Also without its name: terms that only GitLab uses, and the place of its variables.
_GITLAB = r"(?:gitlab|settings ?> ?ci/cd|\bmr pipelines?\b)"
_CI_SYSTEMS = (
    _CiSystem(_GITHUB_SIGNS, _GITHUB, _GITHUB_STEPS, pages.GITHUB_OIDC),
    _CiSystem(
        lazy_pattern(r"jenkins|\[Pipeline\] |\bpipeline ?\{\s{0,20}agent\b", re.IGNORECASE),
        "Jenkins",
        (
            "Wrap the step in withCredentials with an AWS credentials binding, or in withAWS(credentials: 'CREDENTIALS_ID', region: 'REGION') of the plugin Pipeline: AWS Steps. With role, withAWS also assumes a role.",
            "Or give the agent a role: an instance profile on EC2, a task role in ECS, or a service account with a role in EKS.",
        ),
        "https://plugins.jenkins.io/pipeline-aws/",
    ),
    _CiSystem(
        lazy_pattern(
            rf"\A(?=[\s\S]{{0,8000}}?{_GITLAB})(?=[\s\S]{{0,8000}}?(?:{SECRETS_OF_FORKS.sign}))",
            re.IGNORECASE,
        ),
        "GitLab CI/CD",
        (
            "After a review, a member of the parent project runs the pipeline there: Run pipeline, in the tab Pipelines of the merge request. The code of the fork then gets the variables.",
            'Otherwise, skip the jobs that need AWS: rules: - if: $CI_PROJECT_PATH == "GROUP/PROJECT".',
        ),
        "https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/",
        "Run the pipeline in the parent project, or skip its AWS jobs in forks",
        "A pipeline of {} for a merge request from a fork runs in the fork, with the variables of the fork and none of the parent project.",
    ),
    _CiSystem(
        lazy_pattern(
            rf"\A(?=[\s\S]{{0,8000}}?{_GITLAB})(?=[\s\S]{{0,8000}}?(?:\bflags?: [^\n.]{{0,40}}\bprotected\b"
            r"|\bvariables?\b[^\n.]{0,60}\b(?:are|is|as|marked|flagged|set to) (?:all |both )?protected\b|\bprotected variables?\b))",
            re.IGNORECASE,
        ),
        "GitLab CI/CD",
        (
            "Add id_tokens to the job, and let it assume a role that its branches may use, with few permissions: everyone who can push a branch gets them. No secret is needed then.",
            "Or protect the branches that need the variables (Settings, Repository, Protected branches), or add other keys as variables without the flag. Without it, everyone who can push a branch can read the keys.",
        ),
        "https://docs.gitlab.com/ci/variables/",
        "Give the branches of {} a role, or let them have the variables",
        "The variables are protected: GitLab passes these only to pipelines of protected branches and tags. IAM knows nothing of branches, and got no request.",
    ),
    _CiSystem(
        lazy_pattern(_GITLAB, re.IGNORECASE),
        "GitLab CI/CD",
        (
            "Add id_tokens with the audience that the role trusts to the job, write the token to a file, and set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.",
            "The role must trust the OIDC provider of the GitLab instance. No secret is needed then.",
        ),
        pages.GITLAB_OIDC,
    ),
    _CiSystem(
        lazy_pattern(r"codebuild", re.IGNORECASE),
        "CodeBuild",
        (
            "Remove AWS_PROFILE and access keys from the environment and the buildspec: without them, the SDK uses the service role.",
            "Pass AWS_CONTAINER_CREDENTIALS_RELATIVE_URI to containers of the build: with docker run -e, or as a build argument of docker build.",
        ),
        "https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html",
        "Let the build use the service role of the {} project",
        "The build has the credentials of the service role, but uses a profile, access keys, or a container without them.",
    ),
    _CiSystem(
        lazy_pattern(r"circleci|buildkite|bitbucket", re.IGNORECASE),
        "the CI system",
        (
            "Let the job request an OIDC token for the audience that the role trusts, write it to a file, and set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE.",
            "The role must trust the CI system's OIDC provider. No secret is needed then.",
        ),
    ),
)
_NOT_THE_CAUSE = (
    "No request was sent to AWS: the role, its trust policy and the OIDC provider are not the cause."
)
_NO_PERMISSION = f"The job of GitHub Actions has no credentials: it lacks the permission id-token: write, so it can get no OIDC token. {_NOT_THE_CAUSE}"
_NOT_GRANTED = "The job of GitHub Actions has no credentials: GitHub granted it no id-token: write, although the text shows this permission. No request was sent to AWS."


def github_workflow(text: str) -> str:
    """Return what the workflow of GitHub Actions in a text lacks to assume a role: permissions, and a step unless it has one.

    >>> github_workflow("Run aws-actions/configure-aws-credentials@v4").split()[8]
    'aws-actions/configure-aws-credentials@v4'
    """
    permissions = "permissions:\n  id-token: write\n  contents: read\n"
    shown = _PERMISSIONS.search(text)
    if shown is not None and "id-token:" not in shown[0] and "{" not in shown[0]:
        lines = dedent(shown[0].partition("\n")[2]).splitlines()
        permissions = "".join(
            f"{line}\n" for line in ("permissions:", "  id-token: write", *(f"  {each}" for each in lines))
        )
    if "role-to-assume" in text:
        return permissions
    found = _ACTION.search(text)
    version = "v6" if found is None else found[1].rstrip(".")
    return f"{permissions}steps:\n  - uses: aws-actions/configure-aws-credentials@{version}\n    with:\n      role-to-assume: ROLE_ARN\n      aws-region: REGION\n"


def describe_missing_token(text: str) -> str:
    """Return why a job of GitHub Actions gets no OIDC token, in a sentence."""
    return _NO_PERMISSION if _GRANTS_ID_TOKEN.search(text) is None else _NOT_GRANTED


def find_system(text: str) -> _CiSystem | None:
    """Return the CI system that a text names."""
    return next((each for each in _CI_SYSTEMS if each.sign.search(text)), None)


def find_permissions(case: Case[MissingCredentials]) -> str | None:
    """Return the permissions of a workflow of GitHub that the text shows, if id-token is not one of them."""
    found = _PERMISSIONS.search(case.failure.text) if "id-token:" not in case.failure.text else None
    return None if found is None else " ".join(found[0].split())


def advise_in_ci(case: Case[MissingCredentials], _message: str) -> Advice:
    system = find_system(case.text) or _CI_SYSTEMS[-1]
    no_role = JOB_WITHOUT_CREDENTIALS.cause(
        because=f"The text mentions {system.name}.", text=system.why.format(system.name)
    )
    title, steps = system.title.format(system.name), system.steps
    if system.name != _GITHUB:
        return Advice([no_role], [your_remedy(title, *steps, url=system.url)])
    mentioned = "The text mentions the permission id-token." if "id-token" in case.text else None
    no_token = NO_ID_TOKEN_PERMISSION.cause(because=mentioned)
    if (shown := find_permissions(case)) is not None:
        no_token = NO_ID_TOKEN_PERMISSION.cause("derived", f"The text shows {quote_words(shown)}.")
    is_push = _ON_PUSH.search(case.failure.text) is not None and "pull_request" not in case.failure.text
    # The permissions explain it, whoever started the workflow.
    is_certain = is_push or no_token.evidence == "derived"
    causes = [no_token, no_role, *(() if is_certain else (SECRETS_OF_FORKS.cause(),))]
    is_granted = _GRANTS_ID_TOKEN.search(case.failure.text) is not None
    if is_granted and "role-to-assume" in case.text:
        if is_push:
            return Advice([GRANTED_ELSEWHERE.cause()], [_CHECK_GRANT])
        causes = [SECRETS_OF_FORKS.cause(), GRANTED_ELSEWHERE.cause()]
        return Advice(causes, [_CHECK_GRANT, SKIP_FORKS])
    logged = workflows.find_logged_permissions(case.failure.text)
    if "role-to-assume" not in case.text and not {"IdToken: write", "Id-token: write"}.isdisjoint(logged):
        causes = [no_role]
    if "role-to-assume" in case.text:
        # The action uses no secrets, so that they are empty explains nothing.
        title = "Give the job the permission id-token: write"
        steps = (GITHUB_PERMISSION_STEPS[0], _THEN) if is_certain else GITHUB_PERMISSION_STEPS
        causes.remove(no_role)
    return Advice(
        causes, [your_remedy(title, *steps, manifest=github_workflow(case.failure.text), url=system.url)]
    )
