"""Find what is wrong with a secret access key: a newline, a space, a quote, or too few characters, or that it is lost.

Sources: https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/ and the pages that the remedies
link to.
"""

from __future__ import annotations

import re

from iamtriage._patterns import cached_pattern, lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys import encoded_keys, printed_lengths
from iamtriage.explaining._rules.credentials.keys.access_keys import NEW_KEY_REMEDIES
from iamtriage.explaining._rules.credentials.keys.key_sources import secret_object_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import Failure

_KEY_NAME = r"secret(?: access)?[ -]?keys?\b"
_OWNED = rf"(?:my|our|your|the|an?|his|her|its|their|this|that|\w{{1,30}}['’]s) (?:[\w-]{{1,20}} ){{0,3}}{_KEY_NAME}"
_SHOW = "find|see|view|show|display|recover|retrieve|restore|reveal"
# Other products have secret keys, too.
_OF_OTHER = r"(?! (?:of|for|from|in|to) (?:[\w-]{1,20} ){0,3}?(?:Kubernetes|Vault|Django|Flask|Laravel|Rails|Stripe|MinIO|GPG|SSH|Secrets? Manager)\b)"
# The AWS CLI has no such command. People ask how to see a secret, or say that it is lost.
_LOST = lazy_pattern(
    r"(?ia)\baws iam (?:get|show|describe|view)-(?:secret-)?access-key(?!-last-used)\b"
    r"|\b(?:lost|forgot(?:ten)?|misplaced|never (?:saved|stored|noted)|(?:did(?:n't| not)|forgot to) (?:save|store|copy|download|note)"
    rf"|no longer (?:have|know)|(?:way|how|possible|permissions?|where)\b[^\n.?!]{{0,30}} (?:{_SHOW})s?)"
    rf"\b[^\n.?!]{{0,60}}?\b{_KEY_NAME}{_OF_OTHER}"
    rf"|\b(?:ca(?:n't|nnot)|can not|could(?:n't| not)) (?:{_SHOW})\b[^\n.?!]{{0,30}}?\b{_OWNED}{_OF_OTHER}"
    rf"|\b(?:I|we|you|to|me)(?: still| ever)? (?:{_SHOW})\b[^\n.?!]{{0,40}}\b(?:{_KEY_NAME}{_OF_OTHER}[^\n.?!]{{0,60}}|secret(?: (?:that|which) (?:goes|belongs) [^\n.?!]{{0,30}}| (?:of|for|to) (?:it|(?:this|that|the)(?: access)? key(?: id)?))?)\?"
    rf"|\b{_KEY_NAME}[^\n.?!]{{0,40}}\b(?:is|was|got|has been) (?:lost|gone|missing(?! (?:in|from|on|for)\b)|hidden|not (?:shown|visible|displayed))\b"
)
# Kubernetes and secret stores have secret keys, too.
_OF_AWS = lazy_pattern(
    r"\b[Aa]ccess[ -]?[Kk]ey|AKIA[A-Z0-9]{12,16}|\bIAM user|\b(?:of|for|to|in) (?:my |our |the |this |an )?AWS (?:account|console)"
)
_USER = lazy_pattern(
    r"(?a)--user-name[ =][\"']?([\w+=,.@-]{1,64})|\bUsers > ([\w+=,.@-]{1,64})|\"UserName\":\s?\"([\w+=,.@-]{1,64})\""
)
_PROFILE = lazy_pattern(r"(?a)\baws iam [^\n|;&]{0,200}?--profile[ =][\"']?([\w.@+-]{1,64})")
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
    if not asks_for_secret(text) or _OF_AWS.search(text) is None:
        return None
    return Explanation(
        failure=None,
        topic=LOST_SECRET_KEY.code,
        summary="Nobody can show the secret of an existing access key, whatever their permissions: create a new key. AWS denied nothing.",
        causes=(LOST_SECRET_KEY.cause("derived"),),
        remedies=new_key_remedies(text),
    )


def asks_for_secret(text: str) -> bool:
    """Return whether somebody asks how to see the secret of an access key, or says that it is lost."""
    return _LOST.search(text) is not None


def new_key_remedies(text: str) -> tuple[Remedy, ...]:
    """Return how to replace an access key whose secret is lost, and how to work without one."""
    user = commands.user_name(only_one({name for found in _USER.findall(text) for name in found if name}))
    listed = set(_LISTED.findall(text))
    key = commands.access_key(only_one(listed or set(_KEY_ID.findall(text))))
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
    return create, NEW_KEY_REMEDIES[1]


_SHOWN_SECRET = lazy_pattern(
    r"\b(?i:aws_secret_access_key|secret_?access_?key|secret_?key)[\"']?[ \t]{0,4}[=:][ \t]{0,4}"
    r"(?:(?P<mark>[\"'])(?P<quoted>[^\"'\n]{30,60})(?P=mark)|(?P<plain>[A-Za-z0-9/+=]{30,60})(?![\w/+=*]))"
)
_SECRET_FORM = lazy_pattern(r"(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[A-Za-z0-9/+]{30,60}")
_SECRET_LENGTH = 40
# A variable in a shell command, with a space inside the quotes.
_PADDED_VARIABLE = lazy_pattern(
    r"(?ia)secret[\w.-]{0,40}=(?P<mark>[\"'])(?:[ \t]{1,9}\$\{?\w{1,60}\}?|\$\{?\w{1,60}\}?[ \t]{1,9})(?P=mark)"
)
# https://kubernetes.io/docs/tasks/configmap-secret/managing-secret-using-kubectl/ encodes with echo -n.
# Other values are encoded, too, such as user data.
_ECHO = lazy_pattern(
    r"(?i:\b[\w.-]{0,40}(?:key|secret)[\w.-]{0,40}[\"']?: [^\n|]{0,40})?\becho (?!-\w{0,3}n)(?P<value>[^\n|]{1,200})\| ?base64\b(?! (?:-[dD]\b|--decode\b))"
)
_OF_KEY = lazy_pattern(r"(?i:key|secret)")


def find_secret_problem(text: str) -> str | None:
    """Return what is wrong with a secret access key that a text shows, as a clause, or ``None``.

    The clause says nothing about the secret itself.
    """
    found = _SHOWN_SECRET.search(text)
    if (flaw := encoded_keys.find_flaw(text, "secret")) is not None:
        return flaw.describe()
    if (said := _find_said(text)) is not None:
        return said
    if found is None and "base64" in text and any(_OF_KEY.search(each[0]) for each in _ECHO.finditer(text)):
        return "the encoded value ends with a newline, which echo adds before base64"
    if found is None and _PADDED_VARIABLE.search(text) is not None:
        return "the command that sets the secret has a space inside the quotes"
    if found is None:
        return None
    value = found["quoted"] or found["plain"]
    stripped = value.strip()
    if stripped != value:
        where = "begins" if value != value.lstrip() else "ends"
        return f"the secret access key in the text {where} with a space inside the quotes"
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html shows its form.
    if len(stripped) != _SECRET_LENGTH and _SECRET_FORM.fullmatch(stripped):
        return f"the secret access key in the text has {len(stripped)} characters instead of {_SECRET_LENGTH}"
    return None


_WHAT = r"(?P<what>newlines?|(?:trailing|extra|final) new lines?|line ?(?:breaks?|feeds?|endings?)|\\[nr]|carriage returns?|\bCR(?:LF)?s?\b|(?:white ?)?spaces?|blanks?|tabs?|(?:double |single )?quot(?:e|ation)s?(?: marks?)?|BOM)"
# Keys of objects and values of metadata can have spaces, too.
_HOLDER = r"(?:secrets?|(?:access|secret)[ _]keys?|credentials?|\.env|(?:CI|CI/CD|GitLab|GitHub|masked|protected|environment|env) variables?|[A-Z0-9_]{0,40}(?:SECRET|KEY)[A-Z0-9_]{0,40}|(?i:secret|credential)[^\n]{0,80}\b(?:its|whose|the) value)"
_SPOILED = lazy_pattern(
    rf"(?P<holder>(?<![\w-]){_HOLDER})\b[^\n.;]{{0,40}}\b(?:ends?|ending|begins?|starts?|with|has|had|have|contains?|contained|includes?|got|keeps?)\b[^\n.;]{{0,16}}(?i:{_WHAT})"
    rf"|\b(?i:(?:trailing|leading|stray|extra|additional|surrounding) {_WHAT.replace('what', 'alone')})[^\n.;]{{0,40}}\b(?i:in|of|at|after|around)\b[^\n.;]{{0,30}}(?<![\w-]){_HOLDER}\b"
)
# A file or a value of Windows, as file, cat -A and od show it.
_SHOWN = (
    (
        r"\.env\S{0,20}: [^\n]{0,60}\bCRLF line terminators",
        "the lines of the file end with a carriage return (CRLF), which becomes a part of the secret access key",
    ),
    (
        r"(?im)^[^\n]{0,20}secret[\w-]{0,30}=[^\n]{10,80}\^M\$?[ \t]*$",
        "the line with the secret access key ends with a carriage return (^M), which becomes a part of it",
    ),
)
_KINDS = (
    (r"(?i)new|line|\\n", "a newline"),
    (r"(?i)carriage|\\r|\bCR", "a carriage return (\\r)"),
    (r"(?i)quot", "quotes"),
    (r"BOM", "a byte order mark"),
    (r"(?i)tab", "a tab"),
    (r"", "a space"),
)


def _find_said(text: str) -> str | None:
    """Return what a text says or shows that the secret access key has, as a clause."""
    for sign, clause in _SHOWN:
        if cached_pattern(sign).search(text):
            return clause
    if (length := printed_lengths.describe_secret(text)) is not None:
        return length
    found = next(find_said(text, _SPOILED), None)
    if found is None:
        return None
    words = found["what"] or found["alone"]
    if re.search(r"\bwith\b[^\n]{0,16}quot", found[0]):
        return None  # YAML and shells remove quotes
    kind = next(kind for sign, kind in _KINDS if re.search(sign, words))
    return (
        f"the secret access key was stored with {kind}, as the text says, and AWS takes that for a part of it"
    )


class _Store(NamedTuple):
    """What keeps the secret, and how to set it there without a newline."""

    sign: str
    place: str
    step: str
    command: str | None = None
    url: str = pages.ACCESS_KEYS


_STORES = (
    _Store(
        r"\bgh secret\b|(?i:\bGitHub\b)|\bsecrets\.[A-Z]",
        "GitHub",
        "A secret of an environment overrides that of the repository: set it with --env. Then run the job again.",
        'printf %s "$secret" | gh secret set NAME',
        "https://cli.github.com/manual/gh_secret_set",
    ),
    _Store(
        r"(?i:gitlab)",
        "GitLab",
        "Open Settings, CI/CD, Variables, and paste the value without an empty line below it. A variable of the type File keeps a newline, and passes the path of a file.",
        None,
        "https://docs.gitlab.com/ci/variables/",
    ),
    _Store(
        r"(?i:jenkins)",
        "Jenkins",
        "Open the credential, choose Update, and paste the value as secret text. A secret file keeps its newline: strip it in the job, with $(cat FILE).",
        None,
        "https://www.jenkins.io/doc/book/using/using-credentials/",
    ),
    _Store(
        r"\bvault kv\b|\bVault\b",
        "Vault",
        "A value from a file or from standard input keeps its newline. patch keeps the other values of the secret.",
        'vault kv patch -mount=MOUNT SECRET_PATH SECRET_NAME="$secret"',
        "https://developer.hashicorp.com/vault/docs/commands/kv/patch",
    ),
    _Store(
        r"\bdocker secret\b|/run/secrets/",
        "Docker",
        "A Docker secret cannot be changed: create one with another name, and let the service use it.",
        'printf %s "$secret" | docker secret create NAME -',
        "https://docs.docker.com/engine/swarm/secrets/",
    ),
    _Store(
        r"(?i:secrets ?manager)",
        "Secrets Manager",
        "This replaces the whole value: if the secret is a JSON document, correct the member in it instead.",
        'aws secretsmanager put-secret-value --secret-id NAME --secret-string "$secret"',
        "https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-secret-value.html",
    ),
)
_ENV_FILE_SHOWN = lazy_pattern(r"(?<![\w/])(?P<file>[\w./-]{0,60}\.env(?:\.[\w-]{1,30})?)\b")
_OF_KUBERNETES = lazy_pattern(r"\bkubectl\b[^\n]{0,80}\bsecrets?\b|\bkind: Secret\b|\bKubernetes [Ss]ecret\b")
_NAME_OF_SECRET = lazy_pattern(
    r"\bgh secret set (?P<set>[A-Z][A-Z0-9_]{2,60})\b|\bsecrets\.(?P<used>[A-Z0-9_]{0,40}SECRET[A-Z0-9_]{0,40})\b|\b(?P<said>[A-Z0-9_]{0,40}SECRET[A-Z0-9_]{0,40})\b"
)


def set_again(case: Case[Failure]) -> Remedy | None:
    """Return how to set a secret again where it is kept, if a text says what is wrong with it."""
    text = case.failure.text
    if (flaw := encoded_keys.find_flaw(text, "secret")) is not None:
        return encoded_keys.store_again_remedy(case, flaw)
    if _find_said(text) is None:
        return None
    if _OF_KUBERNETES.search(text):
        return secret_object_remedy(case)
    file = _ENV_FILE_SHOWN.search(text)
    is_of_windows = re.search(r"(?i)CRLF|carriage|\\r|\^M", text) is not None
    if file is not None and is_of_windows:
        return your_remedy(
            "Write the file with the line ends of Unix",
            "sed removes the carriage returns. Set the editor to LF, or eol=lf in .gitattributes, so that they don't come back. Then start the program again.",
            commands=(
                commands.fill_command("sed -i 's/\\r$//' {}", file["file"]),
                commands.fill_command("grep -c $'\\r' {}", file["file"]),
            ),
            url=pages.ACCESS_KEYS,
        )
    store = next((each for each in _STORES if cached_pattern(each.sign).search(text)), None)
    if store is None:
        return None
    named = _NAME_OF_SECRET.search(text)
    name = next(filter(None, named.groups()), "NAME") if named and store.place == "GitHub" else "NAME"
    lines: tuple[str, ...] = ()
    if store.command is not None:
        lines = (
            Labelled("Run this alone, and paste the secret access key:", "read -rs secret"),
            Labelled("Then:", re.sub(r"\bNAME\b", name, store.command)),
        )
    return your_remedy(
        f"Set the secret in {store.place} again, with only its 40 characters",
        "printf adds no newline, unlike echo." if "printf" in (store.command or "") else None,
        store.step,
        "Check the access key ID in the same way. Better, let the program assume a role, and delete the keys.",
        commands=lines,
        url=store.url,
    )
