"""Explain credential helpers of Docker that are missing or fail, for registries of Amazon ECR.

Docker starts the program that ``credsStore`` or ``credHelpers`` of its config file names:
https://github.com/awslabs/amazon-ecr-credential-helper and https://github.com/docker/docker-credential-helpers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared import clues, credential_remedies, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

HELPER_FAILED = lazy_pattern(r"docker-credential-|error (?:getting|storing) credentials - err: ")
"""How Docker reports that it could not start its credential helper, or that the helper failed."""
_NOT_STARTED = lazy_pattern(
    r"docker-credential-[\w.-]{1,40}[\"']?(?: CLI)?(?::| is)? (?:executable file |command )?(?:not (?:found|installed)|error=2|no such file|exec format|permission)"
    r"|does not have docker-credential-|docker-credential-[\w.-]{1,40} resolves to executable in current directory"
)
_HELPER = lazy_pattern(r"docker-credential-[a-z][a-z0-9-]{1,30}")
_STORES_NOTHING = lazy_pattern(r"error storing credentials - err: [^`]{0,80}`not implemented`")
_SHOW_SETTINGS = r"grep -nE 'credsStore|credHelpers|docker-credential|-login' ~/.docker/config.json"
_WHERE_NAMED = "Docker starts the program docker-credential-NAME. The NAME is the value of credsStore, or of credHelpers for the registry, in ~/.docker/config.json of the user who runs Docker."
REGISTRY_HELPER_MISSING = CauseType(
    "registry-helper-missing",
    title="Docker's credential helper is not installed or failed",
    meaning="The config file of Docker names a credential helper, and Docker cannot start it, or it ended with an error: it is not installed, not on the PATH of the process, built for another system, or has no credentials.",
    recognised_by='The text says that the executable docker-credential-ecr-login was not found, or "error getting credentials" for a registry of ECR.',
    fix="Install amazon-ecr-credential-helper where Docker runs, or remove ecr-login from ~/.docker/config.json.",
    sources=("https://github.com/awslabs/amazon-ecr-credential-helper", pages.ECR_LOGIN),
)
REGISTRY_HELPER_STORES_NOTHING = CauseType(
    "registry-helper-stores-nothing",
    title="The helper docker-credential-ecr-login cannot store a docker login",
    text="The helper docker-credential-ecr-login gets a login for each pull and push, and stores none. The command docker login asks it to store one.",
    recognised_by='The command docker login says "error storing credentials" and "not implemented".',
    fix="Remove docker login from the script: the helper signs in by itself.",
    sources=("https://github.com/awslabs/amazon-ecr-credential-helper",),
)


def explain_registry_helper(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that Docker's credential helper could not be started, or failed."""
    registry, region = clues.find_registry(case)
    named = _HELPER.search(message)
    helper = "docker-credential-ecr-login" if named is None else named[0]
    sign_in = credential_remedies.docker_login(registry, region)
    if _STORES_NOTHING.search(message):
        return case.explain(
            "No docker login is needed: Docker uses docker-credential-ecr-login, which cannot store a login.",
            REGISTRY_HELPER_STORES_NOTHING.cause(
                "reported", clues.quote_phrases(message, "error storing credentials", "not implemented")
            ),
            topic="registry-helper",
            remedies=(
                your_remedy(
                    "Pull and push without docker login",
                    "Remove docker login from the script. The helper uses the same AWS credentials as the AWS CLI.",
                    "Other registries need docker login: replace credsStore by credHelpers with the registries of ECR only.",
                    commands=(_SHOW_SETTINGS,),
                    url=REGISTRY_HELPER_STORES_NOTHING.sources[0],
                ),
            ),
        )
    verdict, text = "failed", f"The program {helper} ended with an error."
    if _NOT_STARTED.search(message):
        verdict = "cannot be started where the command runs"
        text = f"The program {helper} is not installed, not on the PATH of the process, or built for another system."
    return case.explain(
        f"Docker is set up to use {helper} for the ECR registry {registry}, which {verdict}.",
        REGISTRY_HELPER_MISSING.cause("reported", clues.quote_phrases(message, helper), text=text),
        topic="registry-helper",
        remedies=(
            your_remedy(
                "Install the helper where Docker runs, or remove it from Docker's config file",
                _WHERE_NAMED,
                "The helper is in the package amazon-ecr-credential-helper of Amazon Linux, Debian and Ubuntu. In CI, it must be in the image of the job. It needs AWS credentials, and writes errors to ~/.ecr/log/ecr-login.log.",
                "Helpers of a desktop, such as desktop, osxkeychain and pass, do not work in CI, over SSH or in WSL: remove credsStore there, and sign Docker in.",
                commands=(_SHOW_SETTINGS, f"command -v {helper}", "aws sts get-caller-identity"),
                url=REGISTRY_HELPER_MISSING.sources[0],
            ),
            sign_in,
        ),
        notes=(credential_remedies.NO_CALL_MADE,),
    )
