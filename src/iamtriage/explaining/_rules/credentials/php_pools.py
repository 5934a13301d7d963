"""Explain that the workers of PHP-FPM lack the variables of their container, from which the SDK gets its credentials.

PHP-FPM clears the environment of its workers unless the pool says otherwise:
https://www.php.net/manual/en/install.fpm.configuration.php#clear-env. The image php of Docker Hub has clear_env = no.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, Explanation
from iamtriage.explaining._rules.credentials.credential_sources import ENVIRONMENT_NOT_PASSED_ON
from iamtriage.explaining._rules.credentials.workloads.ecs_tasks import ECS_NAMED, RELATIVE_URI_LOST
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MissingCredentials

_FPM = lazy_pattern(r"(?i:\bphp[0-9.]{0,4}-?fpm\b)|^[ \t]*pm\.max_children[ \t]*=", re.MULTILINE)
# Settings that keep the variables of the pool or pass them on, as the pool of the image does.
_KEEPS = lazy_pattern(
    r"^[ \t]*(?:clear_env[ \t]*=[ \t]*(?i:no|off|false|0)\b|env\[AWS_(?:CONTAINER_CRED|WEB_ID|ACCESS_KEY))"
    r"|(?:\bFROM |\bimage: ?\"?)php:[\w.-]{0,40}fpm",
    re.MULTILINE,
)
_POOL = lazy_pattern(r"^[ \t]*(?:pm(?:\.max_children)?|clear_env)[ \t]*=", re.MULTILINE)
# What runs next to the workers, and has the variables.
_COMMAND_LINE = lazy_pattern(
    r"(?i:\b(?:artisan|tinker|php -r|php \S{1,60}\.php|bin/console|wp-cli|CLI|command line|shell|exec|console|queue|worker|cron)\b)"
)
_POD_IDENTITY = lazy_pattern(r"(?i:pod identity)|AWS_CONTAINER_CREDENTIALS_FULL_URI")
_OF_IRSA = ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
_OF_POD_IDENTITY = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
_FPM_MANUAL = "https://www.php.net/manual/en/install.fpm.configuration.php"


def explain_cleared_environment(case: Case[MissingCredentials]) -> Explanation | None:
    """Explain that PHP-FPM clears the variables of its container, or return ``None`` if the text does not show that."""
    text = case.failure.text
    if _FPM.search(text) is None or _KEEPS.search(text) is not None:
        return None
    works, pool = find_working(text, _COMMAND_LINE), _POOL.search(text)
    if works is None and pool is None:
        return None
    names: tuple[str, ...]
    if ECS_NAMED.search(text):
        names, owner, kind = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",), "task role", RELATIVE_URI_LOST
        metadata = (
            "Without the variable, the SDK skips the task role, and asks the instance metadata of EC2 last."
        )
    elif clues.mentions_kubernetes(case):
        names = _OF_POD_IDENTITY if _POD_IDENTITY.search(text) else _OF_IRSA
        owner, kind = "role of the pod", ENVIRONMENT_NOT_PASSED_ON
        metadata = "Without the variables, the SDK skips the role of the pod, and asks the instance metadata last: it could only give the role of the node."
    else:
        return None
    likely = "" if pool is not None else ", most likely"
    default = "The pool in the text does not set clear_env, and its default is yes." if pool else None
    contrast = "A command in the container inherits the variables." if works else None
    which = "this variable" if len(names) == 1 else "these variables"
    return case.explain(
        f"The SDK found no credentials{likely} because PHP-FPM clears the environment of its workers: they lack {' and '.join(names)}. No permission is missing, and the {owner} is not the problem.",
        kind.cause(
            "derived",
            tuple(filter(None, (default, contrast))),
            text=metadata,
        ),
        topic="no-credentials",
        remedies=your_remedy(
            "Let PHP-FPM pass the environment on to its workers",
            "Add this to the configuration of the pool (www.conf), build the image again, and deploy it. A restart of PHP-FPM in the container lasts only until the next deployment.",
            f"Or pass on only {which} instead of the whole environment: {', '.join(f'env[{each}] = ${each}' for each in names)}. AWS_REGION needs the same.",
            "What starts PHP-FPM must have the variables, too: su - and service drop them.",
            manifest="clear_env = no",
            manifest_language="text",
            url=_FPM_MANUAL,
        ),
        notes="No access keys are needed, and no request was sent to AWS.",
    )
