"""Explain that nothing gives a CI job AWS credentials, or that they come too late or to another job.

Sources: https://docs.gitlab.com/ci/cloud_services/aws/, https://docs.gitlab.com/ci/yaml/#before_script (a job's own one
replaces the default), https://docs.gitlab.com/ci/yaml/#default and the pages that the remedies link to.
"""

from __future__ import annotations

import re
from textwrap import indent

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.readers import job_credentials
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.workloads.pod_roles import Advice
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_region
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.region_settings import printable_line
from iamtriage.failures._failures import MissingCredentials

BEFORE_SCRIPT = "https://docs.gitlab.com/ci/yaml/#before_script"
_SETTING = lazy_pattern(
    r"\b(?:AWS_WEB_IDENTITY_TOKEN_FILE|web_identity_token_file)[\"']?[ \t]{0,20}[:=][ \t]{0,20}[\"']?(?P<path>/[\w./-]{2,200}\w)"
)
_ABSENT = r"(?:[Nn]o such file or directory: [\"'`]?{0}(?![\w/.-])|{0}[\"'`]?: [Nn]o such file or directory|ENOENT[^\n]{{0,60}}{0}(?![\w/.-]))"
_OF_JOB = lazy_pattern(r"(?i:\bgitlab|bitbucket|\bpipelines?\b|\bci job\b|\bjobs?:)")
_ID_TOKEN = lazy_pattern(r"\bid_tokens:\s{1,40}(?P<name>[A-Z]\w{1,60}):")

TOKEN_NOT_WRITTEN = CauseType(
    "token-not-written",
    title="Nothing wrote the token file that the variables name",
    meaning="AWS_WEB_IDENTITY_TOKEN_FILE names a file that a command of the job has to write before the first call of AWS. Each job starts without the files of others.",
    recognised_by="The text shows the variable, and that its file does not exist.",
    fix="Write the token into the file in the job, before the first call.",
    sources=(pages.GITLAB_OIDC, BEFORE_SCRIPT),
)


def _find_missing(text: str) -> str | None:
    """Return the file that a setting names, and that does not exist, as the text says."""
    for path in dict.fromkeys(each["path"] for each in _SETTING.finditer(text)):
        # The file in a pod is a volume.
        is_absent = re.search(_ABSENT.format(re.escape(path)), text) is not None
        if is_absent and not path.startswith("/var/run/secrets/"):
            return path
    return None


def describe_override(script: job_credentials.OverriddenScript) -> str:
    """Return why a job lacks what the default before_script does."""
    return f"GitLab does not merge the two: a before_script of a job replaces that of {script.source}. id_tokens and variables are still inherited, unless the job has its own."


def override_title(script: job_credentials.OverriddenScript) -> str:
    """Return the title of the remedy for a job with its own before_script."""
    return f"Repeat the lines of the default before_script in the job {clip_text(script.job)}"


def explain_unwritten_token(text: str, _facts: Facts) -> Explanation | None:
    """Explain that a token file does not exist, ``None`` for other texts."""
    missing = _find_missing(text) if "oken" in text or "TOKEN" in text else None
    if missing is None:
        return None
    path, script = (
        clip_text(missing),
        job_credentials.find_overridden_script(text, re.compile(re.escape(missing))),
    )
    found = _ID_TOKEN.search(text)
    place = "job" if found is not None or _OF_JOB.search(text) else "program"
    summary = f"The token file {path} does not exist, so no request was sent, and no permission was checked: nothing wrote it where the {place} runs."
    reason = f"The variable only names the file. Something has to write the token into it on the same computer, before the first call of the {place}."
    steps = (f"Let the {place} write the file before its first call of AWS, or correct the path.",)
    manifest = f'before_script:\n  - echo "${{{found["name"]}}}" > {missing}\n' if found is not None else None
    title, url = (
        f"Write the token into {path} before the first call",
        pages.GITLAB_OIDC if found else pages.CLI_ROLES,
    )
    if script is not None:
        summary = f"The job {script.job} never writes the token file {path}: its own before_script replaces the default one, which writes it. No request was sent, and no permission was checked."
        reason = describe_override(script)
        title, url, manifest = override_title(script), BEFORE_SCRIPT, script.corrected
        steps = ("The job keeps its own lines, after what the default one has.",)
    return Explanation(
        failure=None,
        topic=TOKEN_NOT_WRITTEN.code,
        summary=summary,
        causes=(
            TOKEN_NOT_WRITTEN.cause("derived", f"The text says that {path} does not exist.", text=reason),
        ),
        remedies=(
            your_remedy(
                title, *steps, manifest=manifest, manifest_language="yaml" if manifest else "text", url=url
            ),
        ),
        notes=("The role, its trust policy and the OIDC provider are not the cause.",),
    )


WORKFLOW_WITHOUT_CREDENTIALS = CauseType(
    "workflow-without-credentials",
    title="The workflow gives the job no AWS credentials before it calls AWS",
    meaning="A job has only the credentials that a step of the same job sets, or the variables of its workflow. Each job starts on a new runner.",
    recognised_by="The text shows the workflow: no step assumes a role, a later step does, or another job.",
    fix="Assume a role in a step before the call, in the same job.",
    of="no-credentials",
    sources=(pages.GITHUB_OIDC,),
)
_ROLE = "The role must trust GitHub's OIDC provider, with this repository as the subject. No secret is needed then."
_GITLAB, _BITBUCKET = lazy_pattern(r"(?i:gitlab)"), lazy_pattern(r"(?i:bitbucket)")


def advise_on_gap(case: Case[MissingCredentials]) -> Advice | None:
    """Return why a job of a pasted workflow has no credentials, and the lines to change, if the workflow shows it."""
    text = case.failure.text
    # The action itself says so: the job has the step.
    if "check your action inputs" in text:
        return None
    gap = job_credentials.find_credential_gap(text)
    if gap is not None:
        return _advise_in_github(case, gap)
    if _BITBUCKET.search(text) is not None:
        gap = job_credentials.find_bitbucket_gap(text)
        return None if gap is None else _advise_in_bitbucket(case, gap)
    if (script := job_credentials.find_overridden_script(text)) is not None:
        return _advise_on_override(script)
    gap = job_credentials.find_gitlab_gap(text) if _GITLAB.search(text) is not None else None
    if gap is not None:
        return _advise_in_gitlab(case, gap)
    gap = job_credentials.find_jenkins_gap(text)
    return None if gap is None else _advise_in_jenkins(gap)


def _advise_in_github(case: Case[MissingCredentials], gap: job_credentials.CredentialGap) -> Advice:
    call = quote_words(gap.call)
    if gap.kind == "later":
        why = f"The step that calls AWS ({call}) runs before it. Steps run in their order, and variables that one sets reach only later ones."
        remedy = your_remedy(
            f"Move the step configure-aws-credentials before {call}",
            "It sets the variables with the credentials for the steps after it.",
            manifest=_indent_step(gap.step, "steps:\n"),
            url=pages.GITHUB_OIDC,
        )
        finding = ": the step that assumes the role, aws-actions/configure-aws-credentials, comes after the one that calls AWS"
    elif gap.kind == "container":
        why = f"The step configure-aws-credentials sets variables for the job. A container has only those that {call} passes on."
        names = " ".join(
            f"-e {each}"
            for each in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")
        )
        line = re.sub(r"\b(docker|podman) run\b", rf"\1 run {names}", gap.call, count=1)
        remedy = your_remedy(
            "Pass the variables of the job to the container",
            "Without a value, -e passes the variable of the job, and no secret is in the workflow or the log.",
            manifest=f"run: {line}\n" if printable_line(line) == line else f"run: docker run {names} IMAGE\n",
            url="https://docs.docker.com/reference/cli/docker/container/run/#env",
        )
        finding = " in the container: the job has credentials, and docker run does not pass them on"
    elif gap.kind == "other-job":
        why = f"Only the job {clip_text(gap.other)} assumes a role. Each job starts on a new runner, without the variables of others, also with needs."
        remedy = your_remedy(
            f"Assume the role in the job {clip_text(gap.job)}, too",
            f"Add the step before {call}. GitHub masks secrets in outputs, so don't pass credentials from job to job.",
            manifest=_indent_step(gap.step, _job(gap, case.failure.text)),
            url=pages.GITHUB_OIDC,
        )
        finding = f": only the job {clip_text(gap.other)} assumes a role, and the job {clip_text(gap.job)} runs on another runner"
    else:
        why = f"No step before {call} assumes a role, and neither the job nor the workflow sets AWS_ variables. A runner of GitHub has no credentials of its own."
        region = commands.region(find_region(case))
        step = f"- uses: aws-actions/configure-aws-credentials@v6\n  with:\n    role-to-assume: ROLE_ARN\n    aws-region: {region}"
        remedy = your_remedy(
            f"Let the job {clip_text(gap.job)} assume a role before {call}",
            f"Add the permissions and the step. {_ROLE}",
            manifest=_indent_step(step, _job(gap, case.failure.text)),
            url=pages.GITHUB_OIDC,
        )
        finding = f": nothing in the workflow gives the job {clip_text(gap.job)} any, neither a step that assumes a role (aws-actions/configure-aws-credentials) nor AWS_ variables"
    return Advice([WORKFLOW_WITHOUT_CREDENTIALS.cause("derived", text=why)], [remedy], finding)


_TOKEN_FOR_ALL = lazy_pattern(r"(?m)^permissions:(?:\s+[a-z-]{3,30}: *\w+){0,8}?\s+id-token: *[\"']?write\b")


def _job(gap: job_credentials.CredentialGap, text: str) -> str:
    permissions = (
        ""
        if _TOKEN_FOR_ALL.search(text)
        else "    permissions:\n      id-token: write\n      contents: read\n"
    )
    return f"jobs:\n  {gap.job}:\n{permissions}    steps:\n"


def _indent_step(step: str, before: str) -> str | None:
    """Return a step below other lines, unless a line has what must not be shown."""
    depth = " " * (2 + len(before.splitlines()[-1]) - len(before.splitlines()[-1].lstrip()))
    if any(printable_line(each) != each.strip() for each in step.splitlines()):
        return None
    return f"{before}{indent(step, depth)}\n"


def _advise_in_gitlab(case: Case[MissingCredentials], gap: job_credentials.CredentialGap) -> Advice:
    name, call = clip_text(gap.job), quote_words(gap.call)
    text = f"The file has neither id_tokens nor AWS_ variables before {call}, and the variables of the project and the group gave the job none either: a protected one reaches only protected branches."
    return Advice(
        [WORKFLOW_WITHOUT_CREDENTIALS.cause("derived", text=text)],
        [_gitlab_role(gap, case)],
        f": .gitlab-ci.yml gives the job {name} none, because it has no id_tokens and no AWS_ variables",
    )


def _advise_on_override(script: job_credentials.OverriddenScript) -> Advice:
    remedy = your_remedy(
        override_title(script),
        "The job keeps its own lines, after those that set the credentials.",
        manifest=script.corrected,
        manifest_language="yaml",
        url=BEFORE_SCRIPT,
    )
    return Advice(
        [WORKFLOW_WITHOUT_CREDENTIALS.cause("derived", text=describe_override(script))],
        [remedy],
        f" in the job {clip_text(script.job)}: its own before_script replaces the default one, which sets them",
    )


def _advise_in_jenkins(gap: job_credentials.CredentialGap) -> Advice:
    block = gap.step.partition("(")[0]
    where = f"the stage {clip_text(gap.job)}" if gap.job else "the step"
    lines = f"{gap.step}\n  {gap.call}\n}}\n"
    is_safe = all(printable_line(each) == each.strip() for each in lines.splitlines())
    why = f"{block} sets credentials only for the steps in its braces, and {quote_words(gap.call)} is outside of them."
    remedy = your_remedy(
        f"Run the step in {block}, too",
        "Each stage needs its own block, or one around all of them.",
        manifest=lines if is_safe else None,
        manifest_language="text",
        url="https://plugins.jenkins.io/pipeline-aws/",
    )
    return Advice(
        [WORKFLOW_WITHOUT_CREDENTIALS.cause("derived", text=why)],
        [remedy],
        f" in {where}: its call of AWS is outside of the block {block}, which gives credentials only to the steps in it",
    )


def _advise_in_bitbucket(case: Case[MissingCredentials], gap: job_credentials.CredentialGap) -> Advice:
    region = commands.region(find_region(case))
    text = f"The step of {quote_words(gap.call)} has neither oidc: true nor AWS_ variables, and the variables of the repository, the workspace and the deployment gave it none either."
    lines = f"""- step:
    oidc: true
    script:
      - export AWS_REGION={region}
      - export AWS_ROLE_ARN=ROLE_ARN
      - export AWS_WEB_IDENTITY_TOKEN_FILE=$(pwd)/web-identity-token
      - echo $BITBUCKET_STEP_OIDC_TOKEN > $(pwd)/web-identity-token
"""
    remedy = your_remedy(
        "Let the step assume a role with a token of Bitbucket",
        "Add oidc and the lines to the step, before its own. SDKs then assume the role themselves.",
        "The role must trust the OIDC provider of the workspace (Repository settings, OpenID Connect), with its audience. No secret is needed then.",
        "Or, with keys as secured variables: name them AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Variables of a deployment environment require the key deployment in the step.",
        manifest=lines,
        url="https://support.atlassian.com/bitbucket-cloud/docs/deploy-on-aws-using-bitbucket-pipelines-openid-connect/",
    )
    return Advice(
        [WORKFLOW_WITHOUT_CREDENTIALS.cause("derived", text=text)],
        [remedy],
        ": bitbucket-pipelines.yml gives the step none, because it has neither oidc: true nor AWS_ variables",
    )


def _gitlab_role(gap: job_credentials.CredentialGap, case: Case[MissingCredentials]) -> Remedy:
    file = "/tmp/web-identity-token"  # noqa: S108 (in the container of the job)
    region = commands.region(find_region(case))
    lines = f"""{gap.job}:
  id_tokens:
    GITLAB_OIDC_TOKEN:
      aud: https://gitlab.com
  variables:
    AWS_ROLE_ARN: ROLE_ARN
    AWS_WEB_IDENTITY_TOKEN_FILE: {file}
    AWS_REGION: {region}
  before_script:
    - printf %s "$GITLAB_OIDC_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"
"""
    return your_remedy(
        f"Let the job {clip_text(gap.job)} assume a role with a token of GitLab",
        "Add the lines to the job. SDKs and Terraform then assume the role themselves. Keep the commands that before_script already has.",
        "The role must trust the OIDC provider of the GitLab instance: its address is also the audience (aud). No secret is needed then.",
        "Or, with keys as CI/CD variables of the project: name them AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and check whether they are protected or limited to an environment.",
        manifest=lines,
        url=pages.GITLAB_OIDC,
    )
