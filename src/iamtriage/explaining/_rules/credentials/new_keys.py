"""Explain access keys that are so new that AWS does not know them everywhere yet.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (eventual consistency),
https://developer.hashicorp.com/vault/docs/secrets/aws and
https://registry.terraform.io/providers/hashicorp/vault/latest/docs/data-sources/aws_access_credentials.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidCredentials

KEY_TOO_NEW = CauseType(
    "key-too-new",
    title="The key or user is only seconds old and has not propagated yet",
    fix="Wait for about ten seconds and retry.",
    recognised_by="The text shows that the access key was just created, or that it works later.",
    sign=r"\baws iam create-access-key\b|\baws_iam_access_key\.\S{1,80}: Creation complete"
    r"|\b(?:a minute|(?:some|a few|\d{1,3}) (?:seconds|minutes)) later\b[^.\n]{0,80}?\b(?:it |they |the key )?works?\b",
    of="invalid-credentials",
)
# Vault creates a user and a key for each read of this path, unless the role has another type of credentials.
_VAULT_KEY = lazy_pattern(
    r"\bvault read (?:-\S{1,40} ){0,3}(?P<read>[\w/-]{0,40}aws[\w/-]{0,40}/creds/[\w-]{1,60})"
    r"|\bpath ?= ?\"(?P<path>[\w/-]{0,40}aws[\w/-]{0,40}/creds/[\w-]{1,60})\""
    r"|\bdata\.vault_generic_secret\.[^\n]{1,80}: Read complete after \w{1,8} \[id=(?P<id>[\w/-]{0,40}aws[\w/-]{0,40}/creds/[\w-]{1,60})\]"
)
_OF_SESSION = lazy_pattern(
    r"\bcredential_type[\" ]{0,3}[=:][\" ]{0,3}(?:assumed_role|federation_token|session_token)\b|\bsecurity_token\b"
)
_DOCUMENTATION = "https://developer.hashicorp.com/vault/docs/secrets/aws"


def explain_key_of_vault(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that a key that Vault has just created is not known yet, if the text shows that Vault created it."""
    found = _VAULT_KEY.search(case.text)
    if found is None or _OF_SESSION.search(case.text):
        return None
    path = found["read"] or found["path"] or found["id"]
    mount, _, role = path.partition("/creds/")
    uses_terraform = "vault_generic_secret" in case.text
    steps: tuple[str, ...] = (
        "Let the program retry for about half a minute with the same key. Don't read the path again: each read creates another user and key.",
    )
    title = "Wait until the key works before you use it"
    manifest = None
    if uses_terraform:
        title = "Read the key with vault_aws_access_credentials, which waits until it works"
        steps = (
            "Replace vault_generic_secret by this data source: it tests the key with calls to AWS before it returns it. In the provider block, use its attributes access_key and secret_key.",
        )
        manifest = (
            f'data "vault_aws_access_credentials" "aws" {{\n  backend = "{mount}"\n  role    = "{role}"\n}}\n'
        )
    later = lazy_pattern(KEY_TOO_NEW.sign).search(case.text)
    works = (f"The text says {quote_words(later[0])}.",) if later else ()
    return case.explain(
        f"{'T' if later else 'Most likely, t'}he access key is too new: Vault creates an IAM user and a key for each read of {path}, and AWS does not know them everywhere yet.",
        KEY_TOO_NEW.cause(
            "derived",
            (f"The text shows that Vault creates the key at {path}.", *works),
            text="IAM is eventually consistent: a new key is rejected for some seconds. The key itself is right.",
        ),
        topic="invalid-credentials",
        remedies=(
            your_remedy(title, *steps, manifest=manifest, url=_DOCUMENTATION),
            account_remedy(
                "Or let Vault return temporary credentials, which are valid at once",
                "Set credential_type of the Vault role to assumed_role, with role_arns, and pass the session token, too.",
                url=_DOCUMENTATION,
            ),
        ),
        notes="AWS could not authenticate the caller, so it evaluated no policy: no permission is missing.",
    )
