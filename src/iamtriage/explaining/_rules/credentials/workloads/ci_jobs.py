"""Say how the jobs of CI systems get credentials.

Sources: the pages that the remedies link to.
"""

from __future__ import annotations

import re
from textwrap import dedent, indent

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words, lower_first, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers import workflows
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Remedy
from iamtriage.explaining._rules.credentials.workloads.job_gaps import advise_on_gap
from iamtriage.explaining._rules.credentials.workloads.pod_roles import Advice
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.credentials.credential_remedies import write_action
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import MissingCredentials

# Tracebacks of programs built in GitHub Actions contain its source directory wherever they run, so it is left out.
_GITHUB_SIGNS = lazy_pattern(
    r"(?m)configure-aws-credentials|\baws-actions/|GITHUB_|\.github/workflows/|\bactions/checkout@|^ +runs-on: |/home/runner/work/_(?:actions|temp)\b|GitHub Actions|id-token|::error::|Credentials could not be loaded|\b(?:Terraform exited with|Process completed with exit) code \d{1,3}"
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
    remedy="Skip the steps",
    of="no-credentials",
)
# The step takes access keys from secrets. GitHub prints the value of one that is not empty as ***.
_SECRET_KEYS = lazy_pattern(r"\baws-access-key-id: *\$\{\{|\$\{\{ ?secrets\.\w{0,100}(?i:ACCESS_?KEY|SECRET)")
# "The secrets are in the environment production", "stored as environment secrets of prod".
_SECRETS_OF_ENVIRONMENT = lazy_pattern(
    r"\b[Ss]ecrets?\b[^\n.;?]{0,80}?\b(?:in|of|for|under|to|on) (?:the |our |a )?(?:GitHub )?environment (?:called |named )?[`\"']?(?P<name>[A-Za-z][\w-]{1,60})"
    r"|\benvironment secrets?\b[^\n.;?]{0,40}?\b(?:in|of|for|under) (?:the )?[`\"']?(?P<named>(?!the\b|environment\b|job\b|repo)[A-Za-z][\w-]{1,60})"
)
_DEPENDABOT = lazy_pattern(r"\b[Dd]ependabot\b")
_CHECK_SECRETS = your_remedy(
    "Check that the secrets are set where the job reads them",
    "gh secret list prints the names of the repository's secrets, and with --env those of an environment, which require the key environment in the job.",
    "A called workflow gets only the secrets that its caller passes (secrets: inherit). Pull requests from forks get none, and those of Dependabot only Dependabot secrets.",
    commands="gh secret list",
    url="https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets",
)
_DEPENDABOT_SECRETS = your_remedy(
    "Skip the steps that need AWS for Dependabot, or give it secrets of its own",
    "Add the condition to the job or to these steps.",
    "Or add keys with few permissions as Dependabot secrets of the same names: the code of a new dependency can read them.",
    commands=(
        "gh secret set AWS_ACCESS_KEY_ID --app dependabot",
        "gh secret set AWS_SECRET_ACCESS_KEY --app dependabot",
    ),
    manifest="if: github.actor != 'dependabot[bot]'\n",
    url="https://docs.github.com/en/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions",
)
# A fork cannot push to the repository.
_ON_PUSH = lazy_pattern(r"\bon[\"']?: ?\[?\s{0,20}push\b")
_FROM_FORK = lazy_pattern(SECRETS_OF_FORKS.sign)
_GRANTS_ID_TOKEN = lazy_pattern(r"(?m)^\s{0,20}id-token: ?[\"']?write\b")
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
_GITHUB = "GitHub Actions"
_GITHUB_STEPS = (
    "Add the permission and the steps to the job. The role must trust GitHub's OIDC provider. No secret is needed then.",
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
        lazy_pattern(r"(?i)jenkins|\[Pipeline\] |\bpipeline ?\{\s{0,20}agent\b"),
        "Jenkins",
        (
            "Wrap the step in withCredentials with an AWS credentials binding, or in withAWS(credentials: 'CREDENTIALS_ID', region: 'REGION') of the plugin Pipeline: AWS Steps. With role, withAWS also assumes a role.",
            "Or give the agent a role: an instance profile on EC2, a task role in ECS, or a service account with a role in EKS.",
        ),
        "https://plugins.jenkins.io/pipeline-aws/",
    ),
    _CiSystem(
        lazy_pattern(
            rf"(?i)\A(?=[\s\S]{{0,8000}}?{_GITLAB})(?=[\s\S]{{0,8000}}?(?:{SECRETS_OF_FORKS.sign}))"
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
            rf"(?i)\A(?=[\s\S]{{0,8000}}?{_GITLAB})(?=[\s\S]{{0,8000}}?(?:\bflags?: [^\n.]{{0,40}}\bprotected\b"
            r"|\bvariables?\b[^\n.]{0,60}\b(?:are|is|as|marked|flagged|set to) (?:all |both )?protected\b|\bprotected variables?\b))"
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
        lazy_pattern(r"atlantis/repos/|\"/\S{0,99}repos(?:/[\w.-]{1,80}){2}/\d+|\batlantis (?:plan|apply)\b"),
        "Atlantis",
        ("Or set the variables of the keys, or ~/.aws/credentials, where the server runs.",),
        "https://www.runatlantis.io/docs/provider-credentials.html",
        "Give the server of {} a role: on EC2, an instance profile, in ECS, a task role, in EKS, a service account",
        "Terraform runs on the server of {}, which has no credentials.",
    ),
    _CiSystem(
        lazy_pattern(r"(?i)codebuild"),
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
        lazy_pattern(r"(?i)circleci|buildkite|bitbucket|[\\/]_tasks[\\/]"),
        "the CI system",
        (
            "Let the job request an OIDC token for the audience that the role trusts, write it to a file, and set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE. A task or plugin for AWS has a setting for the role or a connection instead.",
            "The role must trust the CI system's OIDC provider. No secret is needed then.",
        ),
    ),
)
_NOT_THE_CAUSE = (
    "No request was sent to AWS: the role, its trust policy and the OIDC provider are not the cause."
)
_NO_PERMISSION = f"The job of GitHub Actions has no credentials: it lacks the permission id-token: write, so it can get no OIDC token. {_NOT_THE_CAUSE}"
_NOTHING_FOR_FORKS = (
    ": GitHub gives the workflow of a pull request from a fork neither secrets nor an OIDC token"
)
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
    return f"{permissions}steps:\n{indent(write_action(text), '  ')}  - run: aws sts get-caller-identity\n"


def describe_missing_token(text: str) -> str:
    """Return why a job of GitHub Actions gets no OIDC token, in a sentence."""
    if find_fork(text) is not None:
        return "The job of GitHub Actions has no credentials: it runs for a pull request from a fork, for which GitHub issues no OIDC token. No request was sent to AWS: the role and its trust policy are not the cause."
    if jobs := workflows.find_jobs_without_token(text):
        return f"{_describe_jobs(jobs)}, so GitHub issues no OIDC token. {_NOT_THE_CAUSE}"
    return _NO_PERMISSION if _GRANTS_ID_TOKEN.search(text) is None else _NOT_GRANTED


def _describe_jobs(jobs: list[workflows.JobWithoutToken]) -> str:
    """Return which jobs of a workflow lack the permission for OIDC tokens, without the full stop."""
    first, is_one = jobs[0], len(jobs) == 1
    names = join_words([each.name for each in jobs], "and")
    subject = f"The job{'' if is_one else 's'} {names} {'has' if is_one else 'have'} no credentials"
    if first.permissions is None:
        return f"{subject}: only {first.granted} has the permission id-token: write"
    replaced = ", and they replace those of the workflow" if first.granted == "the workflow" else ""
    return f"{subject}: {'its' if is_one else 'their'} own permissions lack id-token: write{replaced}"


def explain_jobs(jobs: list[workflows.JobWithoutToken], text_of_log: str) -> tuple[Cause, Remedy]:
    """Return why jobs of a workflow get no OIDC token, and the permissions that they need."""
    logged = workflows.find_logged_permissions(text_of_log)
    is_shown = logged and "token" not in "".join(logged).lower()
    because = (
        f"The log lists the permissions of its token: {join_words(logged, 'and')}." if is_shown else None
    )
    first = jobs[0]
    names, plural = join_words([each.name for each in jobs], "and"), "s" if len(jobs) > 1 else ""
    if first.permissions is None:
        text = (
            f"{capitalize_start(first.granted)} has it, and the permissions of a job apply to no other job."
        )
    else:
        shown = ", ".join(first.permissions) or "{}"
        text = f"The job {first.name} has its own permissions ({shown}): what they do not list is not granted, whatever {first.granted or 'the workflow'} has."
    cause = (GRANTED_ELSEWHERE if first.granted else NO_ID_TOKEN_PERMISSION).cause(
        "derived", because, text=text
    )
    remedy = your_remedy(
        f"Give the job{plural} {names} the permission id-token: write",
        _THEN,
        manifest="jobs:\n" + "".join(_with_token(each) for each in jobs),
        url=pages.GITHUB_OIDC,
    )
    return cause, remedy


def _with_token(job: workflows.JobWithoutToken) -> str:
    """Return a job's permissions with the one for OIDC tokens."""
    own = job.permissions
    kept = ("contents: read",) if own is None or own == ("read-all",) else own
    kept = tuple(each for each in kept if not each.startswith("id-token"))
    lines = [f"  {job.name}:", "    permissions:", *(f"      {each}" for each in ("id-token: write", *kept))]
    return "".join(f"{each}\n" for each in lines)


def find_system(text: str) -> _CiSystem | None:
    """Return the CI system that a text names."""
    return next((each for each in _CI_SYSTEMS if each.sign.search(text)), None)


def find_permissions(case: Case[MissingCredentials]) -> str | None:
    """Return the permissions of a workflow of GitHub that the text shows, if id-token is not one of them."""
    found = _PERMISSIONS.search(case.failure.text) if "id-token:" not in case.failure.text else None
    return None if found is None else " ".join(found[0].split())


def find_fork(text: str) -> str | None:
    """Return the words that show that a pull request from a fork started a workflow.

    >>> find_fork("PR 7 (ana:fix -> shop:main)"), find_fork("PR 8 (shop:fix -> shop:main)")
    ('ana:fix -> shop:main', None)
    """
    found = _FROM_FORK.search(text)
    return None if found is None else found["shown"] or found[0]


def _advise_environment(words: str, name: str) -> Advice:
    """Advise a job to name the environment that has its secrets."""
    text = f"A job gets the secrets of an environment only if it names it, and the job in the text does not name {name}."
    remedy = your_remedy(
        f"Set environment: {name} for the job",
        "Rules of the environment then apply to the job: the branches that it accepts, and reviewers.",
        manifest=f"jobs:\n  JOB_NAME:\n    environment: {name}\n",
        url=_CHECK_SECRETS.url,
    )
    cause = JOB_WITHOUT_CREDENTIALS.cause("derived", f"The text says {quote_words(words)}.", text=text)
    return Advice([cause], [remedy], f": the job does not name the environment {name}, which has its secrets")


def _advise_on_secrets(case: Case[MissingCredentials], others: list[Cause]) -> Advice:
    """Return why the secrets with the access keys of a workflow of GitHub Actions are most likely empty."""
    text = case.failure.text
    if (by := _DEPENDABOT.search(text)) is not None:
        why = "Dependabot started the workflow. GitHub passes it only Dependabot secrets, none of GitHub Actions."
        cause = JOB_WITHOUT_CREDENTIALS.cause("derived", f"The text shows {quote_words(by[0])}.", text=why)
        finding = ": GitHub passes the secrets of GitHub Actions to no workflow that Dependabot started"
        return Advice([cause], [_DEPENDABOT_SECRETS], finding)
    if (environment := _SECRETS_OF_ENVIRONMENT.search(text)) is not None:
        name = environment["name"] or environment["named"]
        if workflows.find_job_environment(text) not in {name, None}:
            return _advise_environment(environment[0], name)
    why = "The workflow takes access keys from secrets. GitHub replaces a secret that is not set, or that the run does not get, with an empty value."
    system = _CI_SYSTEMS[0]
    title = system.title.format(system.name)
    role = your_remedy(
        f"Or {lower_first(title)}, in place of stored keys",
        *system.steps,
        manifest=github_workflow(text),
        url=system.url,
    )
    causes = [JOB_WITHOUT_CREDENTIALS.cause(text=why), *others]
    return Advice(causes, [_CHECK_SECRETS, role], ": most likely, the secrets of the workflow are empty")


def advise_in_ci(case: Case[MissingCredentials], _message: str) -> Advice:
    if (advice := advise_on_gap(case)) is not None:
        return advice
    system = find_system(case.text) or _CI_SYSTEMS[-1]
    because = f"The text mentions {system.name}."
    sign = system.sign.search(case.text)
    # Some signs are in several places.
    if sign and sign[0] and system.name.lower() not in case.text.lower():
        because = f"The text shows {quote_words(sign[0].strip())}."
    no_role = JOB_WITHOUT_CREDENTIALS.cause(because=because, text=system.why.format(system.name))
    title, steps = system.title.format(system.name), system.steps
    if system.name != _GITHUB:
        return Advice([no_role], [your_remedy(title, *steps, url=system.url)])
    mentioned = "The text mentions the permission id-token." if "id-token" in case.text else None
    no_token = NO_ID_TOKEN_PERMISSION.cause(because=mentioned)
    if not find_fork(case.failure.text) and (jobs := workflows.find_jobs_without_token(case.failure.text)):
        cause, remedy = explain_jobs(jobs, case.failure.text)
        return Advice([cause], [remedy])
    if (shown := find_permissions(case)) is not None:
        no_token = NO_ID_TOKEN_PERMISSION.cause("derived", f"The text shows {quote_words(shown)}.")
    is_push = _ON_PUSH.search(case.failure.text) is not None and "pull_request" not in case.failure.text
    # The permissions explain it, whoever started the workflow.
    is_certain = is_push or no_token.evidence == "derived"
    causes = [no_token, no_role, *(() if is_certain else (SECRETS_OF_FORKS.cause(),))]
    is_granted = _GRANTS_ID_TOKEN.search(case.failure.text) is not None
    uses_keys = "role-to-assume" not in case.text and _SECRET_KEYS.search(case.failure.text) is not None
    if (fork := find_fork(case.failure.text)) is not None:
        asks = " The workflow asks for id-token: write, but GitHub does not grant it." if is_granted else ""
        from_fork = SECRETS_OF_FORKS.cause("derived", f"The text shows {quote_words(fork)}.{asks}")
        return Advice(
            [from_fork], [SKIP_FORKS], _NOTHING_FOR_FORKS + (", so the keys are empty" if uses_keys else "")
        )
    if uses_keys:
        return _advise_on_secrets(case, [] if is_certain else [SECRETS_OF_FORKS.cause()])
    if is_granted and "role-to-assume" in case.text:
        causes = [SECRETS_OF_FORKS.cause(), GRANTED_ELSEWHERE.cause()]
        return Advice(causes, [_CHECK_GRANT, SKIP_FORKS])
    logged = workflows.find_logged_permissions(case.failure.text)
    if "role-to-assume" not in case.text and not {"IdToken: write", "Id-token: write"}.isdisjoint(logged):
        causes = [no_role]
    if "role-to-assume" in case.text:
        # The action uses no secrets, so that they are empty explains nothing.
        title = f"Give the job the permission id-token: write{workflows.name_file(case.failure.text)}"
        steps = (GITHUB_PERMISSION_STEPS[0], _THEN) if is_certain else GITHUB_PERMISSION_STEPS
        causes.remove(no_role)
    return Advice(
        causes, [your_remedy(title, *steps, manifest=github_workflow(case.failure.text), url=system.url)]
    )
