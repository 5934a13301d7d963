"""Say where runtimes and apps keep the access keys that they sign with, which nobody changes with the AWS CLI."""

from __future__ import annotations

from iamtriage._patterns import cached_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.runtimes import search_present


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
    """Return where the keys are of a kind of runtime, or of the app whose framework a text shows.

    >>> find_store("", "Error performing ActiveStorage::AnalyzeJob").place
    'the Rails app'
    """
    found = (app for sign, app in _APPS.items() if not kind and search_present(cached_pattern(sign), text))
    if (app := next(found, None)) is None:
        return _KEY_STORES.get(kind)
    return KeyStore(*app, _VARIABLES, "app", "restart the app and the workers of its jobs")
