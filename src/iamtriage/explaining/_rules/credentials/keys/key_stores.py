"""Say where runtimes and apps keep the access keys that they sign with, which nobody changes with the AWS CLI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from iamtriage._patterns import cached_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.runtimes import search_present

_Words = TypeVar("_Words")


class KeyStore(NamedTuple):
    """Where a runtime or an app gets the access keys that it signs with."""

    place: str
    store: str
    alternative: str
    signer: str = "job"
    retry: str = "run the job again"


# By the kind of the runtime.
_KEY_STORES = {
    "github-actions": KeyStore(
        "GitHub",
        "the secrets of the repository, environment or organization",
        "A secret of an environment overrides that of the repository: set it with --env. Better, replace the keys by a role that the job assumes with OIDC (role-to-assume).",
    ),
    "gitlab": KeyStore(
        "GitLab",
        "the CI/CD variables of the project or group",
        "Better, replace the keys by a role that the job assumes with OIDC (id_tokens).",
    ),
    "jenkins": KeyStore(
        "Jenkins",
        "the credentials of Jenkins",
        "Better, replace the keys by the role of the agent's instance or pod.",
    ),
    "ecs": KeyStore(
        "the task definition",
        "environment or secrets of the task definition",
        "Better, replace the keys by the task role (taskRoleArn).",
        "task",
        "start new tasks of the new revision",
    ),
}

# CI systems whose jobs look like any shell, by what texts name of them.
_OTHER_CI = {
    r"\bBITBUCKET_[A-Z]|\bbitbucket-pipelines\.yml\b|\b[Bb]itbucket (?:[Pp]ipelines?|builds?|steps?|runs?|(?:repo(?:sitory)?|workspace|deployment) variables?)\b": (
        "Bitbucket",
        "the variables of the repository, deployment or workspace",
        "the step assumes with OIDC (oidc: true)",
    ),
    r"\bCIRCLECI=|\bCIRCLE_[A-Z]|\.circleci/config\.yml\b|\bCircleCI\b": (
        "CircleCI",
        "the environment variables of the project or its contexts",
        "the job assumes with OIDC",
    ),
    r"##vso\[|\bazure-pipelines\.ya?ml\b|\bAzure (?:DevOps|Pipelines?)\b": (
        "Azure DevOps",
        "the service connection or the variable group",
        "the service connection assumes with OIDC",
    ),
    r"\bBUILDKITE_[A-Z]|\bBuildkite\b": (
        "Buildkite",
        "the secrets or environment hooks of the agent",
        "the job assumes with OIDC",
    ),
}
_VARIABLES = "Variables of the process (printenv, .env) can override the file: look for both. On AWS, better replace the keys by the role of the task, pod or instance."
# By what frameworks print: https://guides.rubyonrails.org/active_storage_overview.html, https://laravel.com/docs/filesystem,
# https://django-storages.readthedocs.io and https://docs.awspring.io.
_APPS = {
    r"\bActive(?:Storage|Job|Record)\b|\bactive_storage\b|\brailties-\d|\bconfig/storage\.yml\b": (
        "the Rails app",
        "config/storage.yml, which reads them from the credentials of Rails (bin/rails credentials:edit) or the environment",
    ),
    r"\bIlluminate\\|\blaravel/framework\b|\bconfig/filesystems\.php\b": (
        ".env of the Laravel app",
        ".env, which config/filesystems.php and config/services.php read (php artisan config:clear drops what is cached)",
    ),
    r"\bdjango/|\bstorages/backends/s3\w{0,8}\.py|\bDJANGO_SETTINGS_MODULE\b": (
        "the settings of the Django app",
        "settings.py (AWS_S3_SECRET_ACCESS_KEY, AWS_SECRET_ACCESS_KEY), often read from the environment",
    ),
    r"\bio\.awspring\.|\bspring\.cloud\.aws\.credentials\b|\bcloud\.aws\.credentials\b": (
        "the Spring app",
        "application.yml (spring.cloud.aws.credentials)",
    ),
}


def find_store(kind: str, text: str) -> KeyStore | None:
    """Return where the keys are of a kind of runtime, or of the CI system or the app's framework that a text shows.

    >>> find_store("", "Error performing ActiveStorage::AnalyzeJob").place
    'the Rails app'
    >>> find_store("", "in our Bitbucket pipeline").place
    'Bitbucket'
    """
    if kind:
        return _KEY_STORES.get(kind)
    if (ci := _find_shown(_OTHER_CI, text)) is not None:
        return KeyStore(*ci[:2], f"Better, replace the keys by a role that {ci[2]}.")
    app = _find_shown(_APPS, text)
    restart = "restart the app and the workers of its jobs"
    return None if app is None else KeyStore(*app, _VARIABLES, "app", restart)


def _find_shown(table: Mapping[str, _Words], text: str) -> _Words | None:
    return next((each for sign, each in table.items() if search_present(cached_pattern(sign), text)), None)
