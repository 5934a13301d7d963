"""Explain that nothing wrote the token file that the variables of a CI job name.

Sources: https://docs.gitlab.com/ci/cloud_services/aws/, https://docs.gitlab.com/ci/yaml/#before_script (a job's own one
replaces the default) and https://docs.gitlab.com/ci/yaml/#default.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.job_credentials import OverriddenScript, find_overridden_script
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

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


def describe_override(script: OverriddenScript) -> str:
    """Return why a job lacks what the default before_script does."""
    return f"GitLab does not merge the two: a before_script of a job replaces that of {script.source}. id_tokens and variables are still inherited, unless the job has its own."


def override_title(script: OverriddenScript) -> str:
    """Return the title of the remedy for a job with its own before_script."""
    return f"Repeat the lines of the default before_script in the job {clip_text(script.job)}"


def explain_unwritten_token(text: str, _facts: Facts) -> Explanation | None:
    """Explain that a token file does not exist, ``None`` for other texts."""
    missing = _find_missing(text) if "oken" in text or "TOKEN" in text else None
    if missing is None:
        return None
    path, script = clip_text(missing), find_overridden_script(text, re.compile(re.escape(missing)))
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
