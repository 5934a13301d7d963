"""Explain access keys that are sent with the session token of other credentials, without one, or too soon.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (eventual consistency) and
https://registry.terraform.io/providers/hashicorp/vault/latest/docs/data-sources/aws_access_credentials.
"""

from __future__ import annotations

import re
from itertools import islice

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation
from iamtriage.explaining._rules.credentials.keys.access_keys import KEY_GONE
from iamtriage.explaining._rules.credentials.keys.limited_credentials import find_shown_caller
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import clock_remedies, clocks
from iamtriage.explaining._rules.shared.credentials.backend_blocks import find_credential_blocks
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile, find_vault_profile
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import InvalidCredentials

_CHARS_BEFORE = 8_000
_CHARS_OF_BLOCK = 2_000
_MAX_KEYS = 20
# The variables of credentials that a shell or an earlier step sets.
_VARIABLE = lazy_pattern(r"(?a)\$\{?(?P<name>[A-Za-z_]\w{0,60})\}?")
_LONG_TERM_KEY = lazy_pattern(r"(?ia)\baws_access_key_id[\"']?[ \t]?[=:][ \t]?[\"']?AKIA")
# In the same section of a file, or among the same variables. A value can be masked.
_SESSION_TOKEN = lazy_pattern(
    r"(?ia)\baws_session_token[\"']?[ \t]?[=:][ \t]?[\"']?(?![\"']|none\b|null\b|<|unset\b)[^\s\"']"
)
_SECTION = lazy_pattern(r"(?a)\[(?:profile )?(?P<name>[\w.@+-]{1,64})\]")
_END_OF_BLOCK = lazy_pattern(r"\n[ \t]*(?=\n|\[)")
SESSION_TOKEN_OF_OTHER_KEY = CauseType(
    "session-token-of-other-key",
    title="The access key is sent with the session token of other credentials",
    meaning="A session token is valid only with the temporary access key that it was issued with. A long-term key is sent without one.",
    recognised_by="The text sets an access key and the session token of another one, or a long-term key (AKIA…) with a session token.",
    fix="Remove the session token, or set all three values from the same response.",
    sources=(pages.TEMPORARY_CREDENTIALS,),
)

SESSION_TOKEN_MISSING = CauseType(
    "session-token-missing",
    title="The session token is missing or belongs to another key",
    fix="Set AWS_SESSION_TOKEN together with the two other values.",
    of="invalid-credentials",
)
# Variables that docker run or a Compose file passes on.
_PASSED_KEY = lazy_pattern(
    r"(?m)(?<!\S)(?:-e|--env)[ =](?P<option>AWS_ACCESS_KEY_ID)\b|^[ \t]{2,16}- (?P<row>AWS_ACCESS_KEY_ID)(?:[ \t]*$|=\$)"
)
_TOKEN = lazy_pattern(r"\bAWS_SESSION_TOKEN\b")
_SESSION = lazy_pattern(
    r":assumed-role/[\w+=,.@-]{1,64}/|(?<![A-Z0-9])ASIA[A-Z0-9*]{4}|\baws (?:sso )?login\b"
)
_KEY_IN_BLOCK = lazy_pattern(r"A[KS]IA[A-Z0-9*]{4,28}")
# A key that code passes to a client.
_KEY_IN_CODE = lazy_pattern(
    r"\b(?:aws_access_key_id|accessKeyId|AWSAccessKeyId|access_key_id)[\"']?\s?(?:=>|[=:])\s?[\"'](?P<key>A[KS]IA[A-Z0-9*]{4,28})[\"']"
    r"|\bBasicAWSCredentials\([\"'](?P<java>A[KS]IA[A-Z0-9*]{4,28})|\bNewStaticCredentials(?:Provider)?\([\"'](?P<go>A[KS]IA[A-Z0-9*]{4,28})"
)


class _MixedCredentials(NamedTuple):
    """An access key and the session token of other credentials: where the text shows them, and how to remove the token."""

    because: str
    step: str
    lines: tuple[str, ...]
    profile: str | None = None


def _find_in_commands(case: Case[InvalidCredentials]) -> _MixedCredentials | None:
    """Return what aws configure set stores in one profile from different variables."""
    start = case.failure.span[0]
    stored: dict[tuple[str, str], str] = {}
    for _, each in find_commands(case.failure.text, max(start - _CHARS_BEFORE, 0), start):
        if each.words[:2] == ("configure", "set") and len(each.words) > len(("configure", "set", "name")):
            profile = each.option("profile")
            stored["default" if profile is None else profile.value, each.words[2]] = each.words[3]
    used = find_profile(case) or "default"
    key, token = (stored.get((used, name), "") for name in ("aws_access_key_id", "aws_session_token"))
    of_key, of_token = _VARIABLE.fullmatch(key), _VARIABLE.fullmatch(token)
    if of_key is None or of_token is None or of_token["name"] != "AWS_SESSION_TOKEN":
        return None
    if of_key["name"] == "AWS_ACCESS_KEY_ID":
        return None
    name = commands.profile(used)
    return _MixedCredentials(
        f"The commands set aws_access_key_id to {key} and aws_session_token to {token}.",
        "AWS_SESSION_TOKEN is left from another sign-in, such as that of an earlier step of the job: unset the three variables before the keys are set. In separate jobs, the identities do not mix. The second command empties the token that the profile has stored.",
        (
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
            commands.fill_command('aws configure set aws_session_token "" --profile {}', name),
            commands.fill_command("aws sts get-caller-identity --profile {}", name),
        ),
        used,
    )


def _find_in_block(text: str, key: re.Match[str]) -> _MixedCredentials | None:
    """Return a long-term key with a session token in the same section of a file, or among the same variables."""
    low, high = max(key.start() - _CHARS_OF_BLOCK, 0), key.end() + _CHARS_OF_BLOCK
    start = max([low, *(each.end() for each in _END_OF_BLOCK.finditer(text, low, key.start()))])
    after = _END_OF_BLOCK.search(text, key.end(), high)
    found = _SESSION_TOKEN.search(text, start, after.start() if after else high)
    if found is None:
        return None
    because = f"The text shows {key[0][:17]} with AKIA…, a long-term key, and {found[0][:17]}."
    if found[0].startswith("aws_"):
        header = _SECTION.match(text, start)
        profile = clues.safe_name(header["name"]) if header else None
        section = f"section [{profile}]" if profile else "section"
        option = f" --profile {commands.profile(profile)}" if profile not in {None, "default"} else ""
        step = f"Delete the line aws_session_token from the {section} in ~/.aws/credentials."
        return _MixedCredentials(because, step, (f"aws sts get-caller-identity{option}",), profile)
    step = "Unset the variable where it is set. A long-term key has no session token."
    return _MixedCredentials(because, step, ("unset AWS_SESSION_TOKEN", "aws sts get-caller-identity"))


def explain_mixed_credentials(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that the access key was sent with the session token of other credentials, if the text shows both."""
    text = case.failure.text
    blocks = (_find_in_block(text, key) for key in islice(_LONG_TERM_KEY.finditer(text), _MAX_KEYS))
    mixed = _find_in_commands(case) or next(filter(None, blocks), None)
    if mixed is None:
        return None
    of_profile = f" of the profile {mixed.profile}" if mixed.profile else ""
    return case.explain(
        f"AWS does not accept the credentials: the access key{of_profile} is sent with the session token of other credentials. No permission is missing.",
        SESSION_TOKEN_OF_OTHER_KEY.cause(
            "derived",
            mixed.because,
            text="A session token is valid only with the temporary key that it was issued with. Without the token, the access key can be valid.",
        ),
        topic="invalid-credentials",
        remedies=your_remedy(
            "Remove the session token of the other credentials",
            mixed.step,
            commands=mixed.lines,
        ),
        notes="AWS evaluated no policy yet: the key, the role and its trust policy need no change.",
    )


def explain_wrong_clock(case: Case[InvalidCredentials], reported: Cause) -> Explanation | None:
    """Explain that EC2 rejected a request because of its time, if the text states two clocks that differ."""
    stated = clocks.find_stated_clocks(case.failure.text)
    if stated is None:
        return None
    return case.explain(
        f"EC2 rejected the request because of its time: {stated.difference}. No permission is missing.",
        reported,
        clocks.CLOCK_WRONG.cause("derived", text=clock_remedies.describe_clocks(case.text)),
        topic="invalid-credentials",
        remedies=clock_remedies.set_clock(case.text, case.failure.text),
        notes="EC2 answers AuthFailure both for a wrong clock and for a key that it does not know.",
    )


_KEY_OF_AWS_VAULT = lazy_pattern(
    r"\baws-vault: error: \w{2,20}: (?:Failed|Error)[^\n]{0,30} credentials(?: for [\w.@+-]{1,64})?: (?!.{0,120}\bAssumeRole\b)"
)


def _explain_key_of_aws_vault(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that aws-vault has stored a key that AWS does not know any more, or return ``None``."""
    if _KEY_OF_AWS_VAULT.search(case.failure.text) is None:
        return None
    profile = find_vault_profile(case.failure.text) or "PROFILE"
    name = commands.profile(profile)
    return case.explain(
        f"AWS does not accept the access key that aws-vault has stored for {profile}: most likely, it was deleted, deactivated or rotated. No permission is missing.",
        KEY_GONE.cause(
            "derived",
            text="aws-vault keeps its own copy of the key, in a keychain. A new key in the console or in ~/.aws/credentials does not change it.",
        ),
        remedies=your_remedy(
            "Store the new key in aws-vault",
            "The commands delete the old key and ask for the new one: ID and secret. If the secret is lost, create another key: AWS shows a secret only once.",
            "Next time, aws-vault rotate replaces the key in AWS and in the keychain together.",
            commands=(
                commands.fill_command("aws-vault remove {}", name),
                commands.fill_command("aws-vault add {}", name),
                commands.fill_command("aws-vault exec {} -- aws sts get-caller-identity", name),
            ),
            url="https://github.com/99designs/aws-vault/blob/master/USAGE.md",
        ),
        notes=_NO_POLICY,
    )


def explain_passed_keys(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain keys that a container, code, a connection or the settings of a program pass, or return ``None``."""
    rules = (
        _explain_key_of_aws_vault,
        _explain_token_not_passed,
        _explain_key_in_code,
        _explain_keys_of_connection,
    )
    return next(filter(None, (rule(case) for rule in rules)), None)


def _explain_token_not_passed(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that a container gets the keys of a session without its token, or return ``None``."""
    text = case.failure.text
    passed = _PASSED_KEY.search(text)
    if passed is None or _TOKEN.search(text) is not None or _SESSION.search(text) is None:
        return None
    is_option = passed["option"] is not None
    add = "-e AWS_SESSION_TOKEN" if is_option else "- AWS_SESSION_TOKEN"
    return case.explain(
        "The container gets the access key of a session without its session token: AWS_SESSION_TOKEN is not passed on. The credentials outside the container are valid, and no permission is missing.",
        SESSION_TOKEN_MISSING.cause(
            "derived",
            "The text passes AWS_ACCESS_KEY_ID to the container, and not AWS_SESSION_TOKEN.",
            text="The credentials are those of a role: its temporary key is valid only with the session token.",
        ),
        remedies=your_remedy(
            f"Pass the session token, too: {add}",
            f"Add {add} {'to docker run' if is_option else 'to environment of the service'}, next to the other two. With a profile, export all three first.",
            commands='eval "$(aws configure export-credentials --format env)"',
            url=pages.TEMPORARY_CREDENTIALS,
        ),
        notes="A new access key does not help.",
    )


_AIRFLOW = lazy_pattern(
    r"\bAWS Connection \(conn_id='(?P<name>[\w.-]{1,100})'[^)\n]{0,60}\) credentials retrieved from (?P<where>login and password|extra)"
)


def _explain_keys_of_connection(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that Airflow signs with the keys in its connection, if its log says so."""
    found = _AIRFLOW.search(case.failure.text)
    if found is None:
        return None
    name = found["name"]
    shown = _SHOWN_ROLE.search(case.failure.text)
    role = f"the role {shown['role']}" if shown else "the role of the machine or pod"
    add = 'airflow connections add {} --conn-type aws --conn-extra \'{{"region_name": "{}"}}\''
    return case.explain(
        f"Airflow signs with the access key in its connection {name} ({found['where']}), which AWS does not accept. The environment is not the problem: hooks use {role} only if the connection has no keys.",
        KEY_GONE.cause(
            "derived",
            f'The log says "credentials retrieved from {found["where"]}".',
            text=f"The key in the connection was deleted, deactivated or misspelled. Without keys in the connection, hooks use the default chain of boto3, and so {role}, also with IRSA.",
        ),
        remedies=your_remedy(
            f"Remove the keys from the connection {name}",
            "Edit it in the web interface, or create it again with the commands. Keep its other extras.",
            f"If AIRFLOW_CONN_{name.upper()} or a secrets backend defines the connection, change it there. Check remote_log_conn_id and other connections for the same key.",
            f"Then {role} needs the permissions that the owner of the key had. No new access key is needed.",
            commands=(
                commands.fill_command("airflow connections delete {}", name),
                add.format(name, commands.region(clues.find_region(case))),
            ),
            url="https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/connections/aws.html",
        ),
        notes=_NO_POLICY,
    )


_SHOWN_ROLE = lazy_pattern(r"(?a)\bassumed-role/(?P<role>[\w+=,.@-]{1,64})/")
_NO_POLICY = "AWS could not authenticate the caller, so it evaluated no policy: no permission is missing."


def _explain_key_in_code(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that code passes another key than the one that works in the shell, or return ``None``."""
    text, caller = case.failure.text, find_shown_caller(case)
    blocks = ((each.text_of("access_key") or "", each.header) for each in find_credential_blocks(text))
    key, header = next((each for each in blocks if _KEY_IN_BLOCK.fullmatch(each[0])), ("", None))
    in_code = _KEY_IN_CODE.search(text)
    if header is not None:
        place, block = "block", f"the block {header}"
        verdict = (
            f"in {block} of Terraform. Other credentials, such as those of the shell, are not used there."
        )
        remedy = your_remedy(
            f"Remove access_key and secret_key from {block}",
            "Terraform then uses AWS_PROFILE, the variables or the role of the machine. A key in the code is also in the repository, and for a backend in .terraform.",
            commands="terraform init -reconfigure" if "backend" in block else "terraform plan",
            url=pages.CLI_CREDENTIALS,
        )
        note = "No permission is missing, and no new key is needed if the other credentials can do the work."
    elif in_code is not None and caller is not None:
        place, key = "code", next(filter(None, in_code.groups()))
        verdict = f"that the code passes to the client. The credentials of the shell are valid ({caller}), and the program does not use them."
        remedy = your_remedy(
            "Remove the keys from the code",
            "Delete the arguments: the SDK then finds the credentials of the shell itself, with its default chain, and those of a role where the program is deployed.",
            "If the program needs its own user, create a new key for it, and pass it in the environment.",
            url=pages.CLI_CREDENTIALS,
        )
        note = "No permission is missing. A key in code can leak with it."
    else:
        return None
    return case.explain(
        f"AWS does not accept the access key ({key[:4]}…) {verdict}",
        KEY_GONE.cause(
            "derived",
            f"The text shows the key in the {place}.",
            text=f"The key in the {place} was deleted, deactivated or misspelled, or lacks its session token.",
        ),
        remedies=remedy,
        notes=note,
    )


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
    title = "Wait until the key works before you use it"
    step = "Let the program retry for about half a minute with the same key. Don't read the path again: each read creates another user and key."
    manifest = None
    if "vault_generic_secret" in case.text:
        title = "Read the key with vault_aws_access_credentials, which waits until it works"
        step = "Replace vault_generic_secret by this data source: it tests the key with calls to AWS before it returns it. In the provider block, use its attributes access_key and secret_key."
        settings = f'{{\n  backend = "{mount}"\n  role    = "{role}"\n}}\n'
        manifest = f'data "vault_aws_access_credentials" "aws" {settings}'
    later = lazy_pattern(KEY_TOO_NEW.sign).search(case.text)
    works = f"The text says {quote_words(later[0])}." if later else None
    return case.explain(
        f"{'T' if later else 'Most likely, t'}he access key is too new: Vault creates an IAM user and a key for each read of {path}, and AWS does not know them everywhere yet.",
        KEY_TOO_NEW.cause(
            "derived",
            (f"The text shows that Vault creates the key at {path}.", works),
            text="IAM is eventually consistent: a new key is rejected for a few seconds. The key itself is right.",
        ),
        remedies=(
            your_remedy(title, step, manifest=manifest, url=_DOCUMENTATION),
            account_remedy(
                "Or let Vault return temporary credentials, which are valid at once",
                "Set credential_type of the Vault role to assumed_role, with role_arns, and pass the session token, too.",
                url=_DOCUMENTATION,
            ),
        ),
        notes=_NO_POLICY,
    )
