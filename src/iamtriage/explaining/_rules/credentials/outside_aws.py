"""Explain that a program on a server outside AWS finds no credentials, such as one of Laravel with a cached configuration.

Sources: https://laravel.com/docs/configuration#configuration-caching and
https://docs.aws.amazon.com/sdk-for-php/v3/developer-guide/guide_credentials_provider.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

_OUTSIDE = lazy_pattern(
    r"\b(?:not (?:on |in |an? )?(?:AWS|EC2)(?! \w)|outside (?:of )?AWS|VPS|[Oo]n[- ]prem(?:ises?)?|[Bb]are[- ]metal|Hetzner|OVH(?:cloud)?|Linode|DigitalOcean|Contabo|Azure VM|our own (?:server|data ?cent(?:er|re))|connect: host is down)\b"
)
CACHED_CONFIGURATION = lazy_pattern(r"\bartisan (?:config:cache|optimize)\b|\bbootstrap/cache/config\.php\b")
"""What caches the configuration of Laravel, or the cache."""
_KEY_IN_CONFIGURATION = lazy_pattern(r"[\"']key[\"']\s{1,20}?=>\s?env\(\s?[\"']AWS_ACCESS_KEY_ID[\"']")
_CONFIGURATION_FILE = lazy_pattern(r"\bconfig/(?:aws|services|filesystems)\.php\b")
_METADATA = lazy_pattern(r"169\.254\.169\.254|instance (?:profile )?metadata")
NO_INSTANCE_OUTSIDE_AWS = "The instance metadata, where SDKs look last, exists only on EC2. Elsewhere, its failed request is a consequence, and nothing to repair."
CONFIGURATION_CACHED = CauseType(
    "configuration-cached",
    title="Laravel does not load .env, because its configuration is cached",
    text="With a cached configuration, Laravel does not load .env. The variables in it are then not in the environment, where the SDK looks, and env() returns null outside of the configuration files.",
    recognised_by="The text shows php artisan config:cache or bootstrap/cache/config.php.",
    fix="Read the keys with env() in a configuration file, pass them to the client, and cache the configuration again.",
    of="no-credentials",
    sources=("https://laravel.com/docs/configuration#configuration-caching",),
)
_CREDENTIALS = """'credentials' => [
    'key'    => env('AWS_ACCESS_KEY_ID'),
    'secret' => env('AWS_SECRET_ACCESS_KEY'),
],
"""


def find_place(text: str) -> str | None:
    """Return the words that say that a program runs outside AWS, as those of macOS for an address that nobody has.

    >>> find_place("Laravel on a rented VPS"), find_place("It does not work in AWS Batch")
    ('VPS', None)
    """
    found = _OUTSIDE.search(text)
    return None if found is None else found[0]


def explain_cached_configuration(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that Laravel does not load the keys in .env, because its configuration is cached."""
    shown = CACHED_CONFIGURATION.search(case.text)
    because = (f"The text shows {quote_words(shown[0])}.",) if shown else ()
    file = _CONFIGURATION_FILE.search(case.text)
    name = file[0] if file else "config/aws.php"
    is_passed = _KEY_IN_CONFIGURATION.search(case.text) is not None
    passing = your_remedy(
        f"Pass the keys in {name}, and cache the configuration again",
        "Add the lines to the options of the client. env() is read when the configuration is cached.",
        "Or set both variables for the process itself: env[] in the pool of php-fpm, or Environment in the unit of the worker. Or use ~/.aws/credentials of its user.",
        "Restart queue workers: they keep the old configuration.",
        commands=("php artisan config:cache", "php artisan queue:restart"),
        manifest=_CREDENTIALS,
        url=CONFIGURATION_CACHED.sources[0],
    )
    caching = your_remedy(
        "Cache the configuration again, with the keys in .env",
        f"{name} passes the keys as they were when the configuration was cached: .env must have them at that time, on that server.",
        "Restart queue workers: they keep the old configuration.",
        commands=("php artisan config:clear", "php artisan config:cache", "php artisan queue:restart"),
        url=CONFIGURATION_CACHED.sources[0],
    )
    reason = (
        "the cached configuration has no keys"
        if is_passed
        else "Laravel does not load .env while its configuration is cached"
    )
    return case.explain(
        f"The SDK found no credentials: most likely, {reason}. No request was sent to AWS.",
        CONFIGURATION_CACHED.cause(
            "derived",
            (
                *because,
                *quote_phrases(
                    message, "Error retrieving credentials from the instance profile metadata service"
                ),
            ),
        ),
        topic="no-credentials",
        remedies=caching if is_passed else passing,
        notes=NO_INSTANCE_OUTSIDE_AWS if _METADATA.search(message) else None,
    )
