"""Explain that the secret access key of an existing access key cannot be shown again."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.credentials.keys.access_keys import NEW_KEY_REMEDIES
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy

_KEY_NAME = r"secret(?: access)?[ -]?keys?\b"
_OWNED = rf"(?:my|our|your|the|an?|his|her|its|their|this|that|\w{{1,30}}['’]s) (?:[\w-]{{1,20}} ){{0,3}}{_KEY_NAME}"
_SHOW = "find|see|view|show|display|recover|retrieve|restore|reveal"
# Other products have secret keys, too.
_OF_OTHER = r"(?! (?:of|for|from|in|to) (?:[\w-]{1,20} ){0,3}?(?:Kubernetes|Vault|Django|Flask|Laravel|Rails|Stripe|MinIO|GPG|SSH|Secrets? Manager)\b)"
# The AWS CLI has no such command. People ask how to see a secret, or say that it is lost.
_LOST = lazy_pattern(
    r"\baws iam (?:get|show|describe|view)-(?:secret-)?access-key(?!-last-used)\b"
    r"|\b(?:lost|forgot(?:ten)?|misplaced|never (?:saved|stored|noted)|(?:did(?:n't| not)|forgot to) (?:save|store|copy|download|note)"
    rf"|no longer (?:have|know)|(?:way|how|possible|permissions?|where)\b[^\n.?!]{{0,30}} (?:{_SHOW})s?)"
    rf"\b[^\n.?!]{{0,60}}?\b{_KEY_NAME}{_OF_OTHER}"
    rf"|\b(?:ca(?:n't|nnot)|can not|could(?:n't| not)) (?:{_SHOW})\b[^\n.?!]{{0,30}}?\b{_OWNED}{_OF_OTHER}"
    rf"|\b(?:I|we|you|to|me)(?: still| ever)? (?:{_SHOW})\b[^\n.?!]{{0,40}}\b(?:{_KEY_NAME}{_OF_OTHER}[^\n.?!]{{0,60}}|secret)\?"
    rf"|\b{_KEY_NAME}[^\n.?!]{{0,40}}\b(?:is|was|got|has been) (?:lost|gone|missing(?! (?:in|from|on|for)\b)|hidden|not (?:shown|visible|displayed))\b",
    re.ASCII | re.IGNORECASE,
)
# Kubernetes and secret stores have secret keys, too.
_OF_AWS = lazy_pattern(
    r"\b[Aa]ccess[ -]?[Kk]ey|AKIA[A-Z0-9]{12,16}|\bIAM user|\b(?:of|for|to|in) (?:my |our |the |this |an )?AWS (?:account|console)"
)
_USER = lazy_pattern(
    r"--user-name[ =][\"']?([\w+=,.@-]{1,64})|\"UserName\":\s?\"([\w+=,.@-]{1,64})\"", re.ASCII
)
_PROFILE = lazy_pattern(r"\baws iam [^\n|;&]{0,200}?--profile[ =][\"']?([\w.@+-]{1,64})", re.ASCII)
_LISTED = lazy_pattern(r"\"AccessKeyId\":\s?\"(AKIA[A-Z0-9]{12,16})\"")
_KEY_ID = lazy_pattern(r"\bAKIA[A-Z0-9]{12,16}\b")
_KEYS_OF_USER = 2
LOST_SECRET_KEY = CauseType(
    "secret-key-lost",
    title="A lost secret access key cannot be shown again",
    text="AWS shows a secret access key only once, when the key is created. After that, no permission, no API call and no support case shows it.",
    recognised_by="The text asks how to see or recover a secret access key, or calls aws iam get-access-key, which does not exist.",
    fix="Create a new access key, switch programs over, then deactivate and delete the old one.",
    sources=(pages.ACCESS_KEYS, pages.ROTATE_KEYS),
)


def explain_lost_secret(text: str, _facts: Facts) -> Explanation | None:
    """Explain a text that asks for the secret of an access key, or return ``None`` if it does not."""
    if _LOST.search(text) is None or _OF_AWS.search(text) is None:
        return None
    users = {name for found in _USER.findall(text) for name in found if name}
    user, listed = commands.user_name(users.pop() if len(users) == 1 else None), set(_LISTED.findall(text))
    keys = listed or set(_KEY_ID.findall(text))
    key = commands.access_key(next(iter(keys)) if len(keys) == 1 else None)
    profile = found[1] if (found := _PROFILE.search(text)) else None

    def call(verb: str, *options: str) -> str:
        return credential_remedies.with_profile(profile, commands.command("aws", "iam", verb, *options))

    of_user, of_key = ("--user-name", user), ("--access-key-id", key)
    room = "A user can have two keys: if there are two already, delete one that is not used first."
    if listed:
        room = "The list in the text has one key, and a user can have two, so there is room for a new one."
    if len(listed) >= _KEYS_OF_USER:
        room = "The list in the text has two keys, which is the limit: delete the one that is not used first."
    create = your_remedy(
        "Create a new access key, and retire the old one",
        "Save the secret now, such as with aws configure or in a secret store: it is shown only this once.",
        room,
        "A program that still has the old secret keeps working with it until the key is deactivated.",
        commands=(
            call("create-access-key", *of_user),
            Labelled(
                "Then, when every program has the new key (does something still use the old one?):",
                call("get-access-key-last-used", *of_key),
            ),
            call("update-access-key", *of_user, *of_key, "--status", "Inactive"),
            Labelled(
                "Then, when nothing broke for a few days (this cannot be undone):",
                call("delete-access-key", *of_user, *of_key),
            ),
        ),
        url=pages.ACCESS_KEYS,
    )
    return Explanation(
        failure=None,
        topic=LOST_SECRET_KEY.code,
        summary="Nobody can show the secret of an existing access key, whatever their permissions: create a new key. AWS denied nothing.",
        causes=(LOST_SECRET_KEY.cause("derived"),),
        remedies=(create, NEW_KEY_REMEDIES[1]),
    )
