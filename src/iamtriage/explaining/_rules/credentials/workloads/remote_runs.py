"""Explain that Terraform runs remotely, on HCP Terraform or Terraform Enterprise, where the credentials of its user are not.

Sources: https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration and
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/settings#execution-mode.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_start
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.workloads.ci_jobs import find_system
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import Failure, MissingCredentials

_DYNAMIC = "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration"
_EXECUTION_MODE = "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/settings#execution-mode"
REMOTE_RUN = CauseType(
    "remote-run",
    title="Terraform runs remotely, without the credentials of its user",
    meaning="HCP Terraform runs plans and applies on its own machines. Variables, profiles and steps of a job exist only where terraform was started.",
    recognised_by='Terraform says "Running plan in HCP Terraform" or "in the remote backend", or the log is of such a run.',
    fix="Give the workspace credentials of its own, best by OIDC, or set its execution mode to Local.",
    of="no-credentials",
    sources=(_DYNAMIC, _EXECUTION_MODE),
)
REMOTE_WORDS = (
    "HCP Terraform", "Terraform Cloud", "remote backend", "the remote plan", "app.terraform.io/app/",
    "tfc-agent",
)  # fmt: skip
"""What a text about a remote run contains at least one of."""
_RUNS = lazy_pattern(
    r"\bRunning (?P<phase>plan|apply) in (?:HCP Terraform|Terraform Cloud|the remote backend|Terraform Enterprise)\b|\b(?:plan|apply) running remotely\b"
    r"|\bPreparing the remote (?:plan|apply)\b|(?<![\w.])/home/tfc-agent/|\bWaiting for the (?:plan|apply) to start\b"
)
_URL = lazy_pattern(
    r"(?a)https://(?P<host>[\w.-]{3,100})/app/(?P<organization>[\w-]{1,60})/(?:workspaces/)?(?P<workspace>[\w-]{1,90})/runs/run-"
)
_ORGANIZATION = lazy_pattern(r"(?a)\borganization\s{0,20}=\s{0,4}\"(?P<name>[\w-]{1,60})\"")
_WORKSPACE = lazy_pattern(r"(?a)\bworkspaces\s{0,4}\{\s{0,40}name\s{0,20}=\s{0,4}\"(?P<name>[\w-]{1,90})\"")
_CONFIGURED = lazy_pattern(r"\bTFC_AWS_(?:PROVIDER_AUTH|RUN_ROLE_ARN)\b")
# The settings of a workspace that only keeps the state.
_LOCAL = lazy_pattern(r"(?i:\bexecution[ _-]mode\b[\"']?\s{0,4}(?:[:=]|is|to)?\s{0,4}[\"']?local\b)")


# A sentence about runs of another time.
_FORMER = lazy_pattern(
    r"(?i:\b(?:before|formerly|previously|used to|no longer|last (?:week|month|year)|ago|without)\b)"
)
_CHARS_BEFORE = 120


def _is_of_run(found: re.Match[str]) -> bool:
    """Return whether the words of a remote run are not in a sentence about runs of another time."""
    low = line_start(found.string, found.start(), found.start() - _CHARS_BEFORE)
    return _FORMER.search(found.string, low, found.start()) is None


class _Run(NamedTuple):
    """A remote run, with placeholders for what the text does not name."""

    host: str
    organization: str
    workspace: str


def _is_remote(text: str) -> bool:
    is_about = any(map(text.__contains__, REMOTE_WORDS)) and any(map(_is_of_run, _RUNS.finditer(text)))
    return is_about and _LOCAL.search(text) is None


def add_workspace_credentials(case: Case[Failure], explanation: Explanation) -> Explanation:
    """Say that credentials which AWS does not accept are those of the workspace, if Terraform runs remotely."""
    text = case.failure.text
    if not _is_remote(text) or _CONFIGURED.search(text):
        return explanation
    run, system = _find_run(text), find_system(text)
    where = "on your computer" if system is None else f"in the job of {system.name}"
    workspace = "" if run.workspace == "WORKSPACE" else f" {clip_text(run.workspace)}"
    remedy = your_remedy(
        f"Replace the credentials in the variables of the workspace{workspace}",
        f"They are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, for temporary ones, AWS_SESSION_TOKEN, also in a variable set of the workspace: those {where} do not reach the run. Then start the run again.",
        "Better, use dynamic credentials, which each run gets anew: TFC_AWS_PROVIDER_AUTH=true and TFC_AWS_RUN_ROLE_ARN, with a role that trusts the workspace.",
        url=_DYNAMIC,
    )
    cause = REMOTE_RUN.cause(
        "derived",
        text=f"The run has its own machine, and signs with the variables of its workspace. Credentials {where} are not used.",
    )
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary} Terraform runs remotely, with the credentials of the workspace{workspace}.",
        causes=(*(each for each in explanation.causes if each.evidence == "reported"), cause),
        remedies=(remedy, _run_locally(where)),
    )


def _run_locally(where: str) -> Remedy:
    return your_remedy(
        f"Or set the execution mode of the workspace to Local: Terraform then runs {where}, with its credentials",
        "It is in Settings, General, Execution Mode. The workspace then only keeps the state.",
        url=_EXECUTION_MODE,
    )


def explain_remote_run(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that a remote run has no credentials, ``None`` if Terraform runs where it was started."""
    text = case.failure.text
    if not _is_remote(text):
        return None
    run, system = _find_run(text), find_system(text)
    where = "on your computer" if system is None else f"in the job of {system.name}"
    service = "HCP Terraform" if run.host == "app.terraform.io" else "Terraform Enterprise"
    workspace = "" if run.workspace == "WORKSPACE" else f" {clip_text(run.workspace)}"
    is_configured = _CONFIGURED.search(text) is not None
    return case.explain(
        f"Terraform runs remotely, in {service}{f' (workspace{workspace})' if workspace else ''}, and the credentials {where} are not there. No request was sent to AWS, so no permission was checked.",
        REMOTE_RUN.cause(
            "derived",
            text=f"The run has its own machine: variables, profiles and roles {where} do not reach it. The instance metadata is only the last place where the provider looks, and nothing to repair.",
        ),
        remedies=(
            _check_variables(workspace) if is_configured else _give_role(case, run, workspace),
            _run_locally(where),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


def _give_role(case: Case[MissingCredentials], run: _Run, workspace: str) -> Remedy:
    profile = find_profile(case)
    code = "The code can stay as it is."
    if profile is not None:
        code = f"Remove the profile {profile} from the code: the run has no ~/.aws."
    return account_remedy(
        f"Give the workspace{workspace} a role by OIDC (dynamic credentials)",
        f"Set these two environment variables in the workspace. {code}",
        f"The role must trust the provider https://{run.host} (the command creates it if the account has none) with the audience aws.workload.identity and, under StringLike, the subject organization:{run.organization}:project:PROJECT_NAME:workspace:{run.workspace}:run_phase:*.",
        "Without OIDC, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) as sensitive environment variables of the workspace.",
        commands=f"aws iam create-open-id-connect-provider --url https://{run.host} --client-id-list aws.workload.identity",
        manifest="TFC_AWS_PROVIDER_AUTH=true\nTFC_AWS_RUN_ROLE_ARN=ROLE_ARN\n",
        manifest_language="text",
    )


def _check_variables(workspace: str) -> Remedy:
    return your_remedy(
        f"Check that TFC_AWS_PROVIDER_AUTH and TFC_AWS_RUN_ROLE_ARN are environment variables of the workspace{workspace}",
        "Variables of the category Terraform have no effect here, nor have those of another workspace or of the job that starts the run.",
        "Remove keys and profiles from the provider block. Each further configuration with an alias needs variables with its tag, such as TFC_AWS_PROVIDER_AUTH_TAG.",
    )


def _find_run(text: str) -> _Run:
    url = _URL.search(text)
    if url is not None:
        return _Run(url["host"], url["organization"], url["workspace"])
    found = (_ORGANIZATION.search(text), _WORKSPACE.search(text))
    organization, workspace = (each["name"] if each is not None else None for each in found)
    return _Run("app.terraform.io", organization or "ORGANIZATION", workspace or "WORKSPACE")
