"""Find the settings of programs and the code that have a temporary access key without its session token.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_at
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.statements import LOCALLY, find_said, find_working
from iamtriage.explaining._rules.basics import Case, Explanation, Remedy
from iamtriage.explaining._rules.credentials.keys.given_credentials import KeysInCode
from iamtriage.explaining._rules.credentials.keys.key_problems import SESSION_TOKEN_MISSING
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.region_settings import printable_line
from iamtriage.failures._failures import Failure, InvalidCredentials


class _TokenSetting(NamedTuple):
    """The setting of a program for the access key ID, and the one for the session token next to it."""

    program: str
    key: str
    token: str


_TOKEN_SETTINGS = (
    _TokenSetting("S3A", r"fs\.s3a\.(?:bucket\.[\w-]{1,63}\.)?access\.key\b", "session.token"),
    _TokenSetting("DuckDB", r"(?i:\bs3_access_key_id\b)", "s3_session_token"),
    _TokenSetting("DuckDB", r"(?<=\W)KEY_ID(?= ')", "SESSION_TOKEN"),
    _TokenSetting("Snowflake", r"\bAWS_KEY_ID(?= ?=)", "AWS_TOKEN"),
    # https://www.jenkins.io/doc/pipeline/steps/aws-codebuild/
    _TokenSetting("The step awsCodeBuild", r"\bawsAccessKey(?=: env\.)", "awsSessionToken"),
    _TokenSetting("Iceberg", r"\bs3\.access-key-id\b", "s3.session-token"),
    # https://hexdocs.pm/ex_aws/ExAws.html and https://github.com/fog/fog-aws#basics
    _TokenSetting("ExAws", r"\baccess_key_id(?=: (?:System\.|\[?\{:system|\"ASIA))", "security_token"),
    _TokenSetting("fog", r"\baws_access_key_id(?=(?::| ?=>) ?(?:ENV|[\"']ASIA))", "aws_session_token"),
    # https://rclone.org/s3/#s3-session-token and https://s3tools.org/kb/item14.htm
    _TokenSetting(
        "rclone", r"(?<=\n)access_key_id(?= ?= ?ASIA)(?=[\s\S]{0,200}\nsecret_access_key ?=)", "session_token"
    ),
    _TokenSetting(
        "s3cmd", r"(?<=\n)access_key(?= ?= ?ASIA)(?=[\s\S]{0,4000}\nsecret_key ?= ?[^\"])", "access_token"
    ),
)
# Signs that keys are those of a session. A text can mask them.
_IS_TEMPORARY = lazy_pattern(
    r"(?<![A-Z0-9])ASIA|(?i:\b(?:temporary|short-term|session)[ -](?:access )?(?:keys?|credentials)\b|\b(?:keys?|credentials) (?:is|are) (?:only )?temporary\b|\bSSO (?:keys?|credentials|portal)\b|\bassumed? (?:a |the )?role\b|\bwithAWS\([^()\n]{0,200}?\brole:)"
)
_TEMPORARY_KEY = lazy_pattern(r"(?<![A-Za-z0-9])ASIA[A-Z0-9]{12,16}(?![A-Za-z0-9])")
_VALUE_OF_KEY = lazy_pattern(
    r"(?P<before>[\"'=:,(\s]{1,8})(?P<quote>[\"'])?A[KS]IA[A-Z0-9*.x…]{0,28}(?P=quote)?"
)
_S3A_SIMPLE = lazy_pattern(r"(?m)^[^\n]{0,200}\bSimpleAWSCredentialsProvider\b[^\n]{0,100}$")


def is_said_temporary(text: str) -> bool:
    """Return whether a text shows or says that keys are those of a session."""
    return _TEMPORARY_KEY.search(text) is not None or next(find_said(text, _IS_TEMPORARY), None) is not None


def explain_token_setting(case: Case[InvalidCredentials]) -> Explanation | None:
    """Explain that the settings of a program have a temporary key and no session token, or return ``None``."""
    text = case.failure.text
    if not is_said_temporary(text):
        return None
    for setting in _TOKEN_SETTINGS:
        found = re.search(rf"(?:{setting.key})(?![^\n]{{0,40}}\bAKIA)", text)
        if found is None or setting.token.lower() in text.lower():
            continue
        line = line_at(text, found.start()).partition(" #")[0].strip()
        name = (
            f"{found[0][: -len('access.key')]}{setting.token}" if setting.program == "S3A" else setting.token
        )
        line = line.replace(found[0], name).replace("AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN")
        line = _VALUE_OF_KEY.sub(r"\g<before>\g<quote>TOKEN\g<quote>", line) if "A" in line else line
        if (
            whole := re.search(
                rf"[\"']?{re.escape(name)}[\"']?[\s=:,]{{1,8}}[\"'][^\"'\n]{{1,200}}[\"']", line
            )
        ) and "secret" in line.lower():
            line = whole[0]  # the other settings are on the same line
        simple = _S3A_SIMPLE.search(text) if setting.program == "S3A" else None
        provider = simple and simple[0].strip().replace("SimpleAWS", "TemporaryAWS")
        shown = tuple(each for each in (provider, line) if each and printable_line(each) == each)
        pass_token = (
            "SimpleAWSCredentialsProvider reads only key and secret. Replace its line, and add the other one."
            if simple
            else "Add it to the others."
        )
        return case.explain(
            f"{setting.program} sends a temporary access key without its session token: the settings have no {name}. AWS knows such a key only together with its token.",
            SESSION_TOKEN_MISSING.cause(
                "derived",
                f"The text sets {found[0]}, and not {name}.",
                text="The keys are temporary. Copying them again, or waiting, does not help.",
            ),
            remedies=your_remedy(
                f"Set {name}, too",
                pass_token,
                "All three values must come from the same response. They expire together: a program that runs longer needs a role, or a provider that renews them. Start the program again: its sessions can keep old settings.",
                manifest="\n".join(shown) + "\n" if shown else None,
                manifest_language="text",
                url=pages.TEMPORARY_CREDENTIALS,
            ),
            notes="No permission is missing, and no new key is needed. The AWS CLI sends the token, so it works with the same keys.",
        )
    return None


class _JobStore(NamedTuple):
    """A CI system: what gives its jobs a role, and where its projects store keys."""

    kind: str
    sign: re.Pattern[str]
    role: str
    way: str
    stored: str
    url: str = pages.OIDC_ROLES


_OIDC_WAY = "let the job assume a role of its own with an OIDC token of {} (AssumeRoleWithWebIdentity)"
_JOB_STORES = (
    _JobStore(
        "gitlab",
        lazy_pattern(r"\bgitlab-runner|\.gitlab-ci\.yml\b|\bCI_(?:COMMIT|JOB|PIPELINE|PROJECT)_[A-Z]"),
        "assume a role with id_tokens",
        f"{_OIDC_WAY.format('GitLab')}. The role's trust policy can limit it to some branches",
        "give {} the same protection and environment scope (Settings, CI/CD, Variables), with values from the same new response, or protect the branch. This takes a maintainer of the project",
        pages.GITLAB_OIDC,
    ),
    _JobStore(
        "github-actions",
        lazy_pattern(r"\.github/workflows/"),
        "assume a role with OIDC",
        "let the job assume a role of its own: role-to-assume of aws-actions/configure-aws-credentials, with the permission id-token: write",
        "store {} as secrets, with values from the same new response, and pass all three to the step",
        pages.GITHUB_OIDC,
    ),
    _JobStore(
        "jenkins",
        lazy_pattern(r"\bJenkinsfile\b"),
        "use the role of its agent",
        "let the job use the role of the agent's instance or pod",
        "store {} as credentials in Jenkins, with values from the same new response, and pass all three to the step",
        pages.TEMPORARY_CREDENTIALS,
    ),
    _JobStore(
        "bitbucket",
        lazy_pattern(r"\bBITBUCKET_[A-Z]|\bbitbucket-pipelines\.yml\b"),
        "assume a role with OIDC",
        f"set oidc: true for the step, and {_OIDC_WAY.format('Bitbucket')}",
        "store {} as variables of the repository or deployment, with values from the same new response",
    ),
    _JobStore(
        "circleci",
        lazy_pattern(r"\bCIRCLECI=|\bCIRCLE_[A-Z]|\.circleci/config\.yml\b"),
        "assume a role with OIDC",
        _OIDC_WAY.format("CircleCI"),
        "store {} in the project or context, with values from the same new response",
    ),
)


def job_variables_remedy(case: Case[Failure]) -> Remedy | None:
    """Return how the job of a CI system gets credentials with a session token, if the text is from one."""
    text, kind = case.failure.text, case.context.runtime_kind
    for store in _JOB_STORES:
        if kind == store.kind or (not kind and store.sign.search(text)):
            stored = store.stored.format("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
            return your_remedy(
                f"Let the job {store.role}, or give it all three variables",
                f"Temporary keys expire, so stored ones fail again. Remove them, and {store.way}.",
                f"Or {stored}.",
                commands="aws sts get-caller-identity",
                url=store.url,
            )
    return None


# The key in a file of variables, which the text names before it. A shell exports it instead.
_IN_ENV_FILE = lazy_pattern(
    r"(?a)(?<![\w/.-])(?P<file>(?:[\w.-]{1,40}/){0,6}\.env(?:\.[a-z]{1,20})?)(?![\w.-])(?:[^\n]{0,300}\n){1,12}?[ \t]{0,4}AWS_ACCESS_KEY_ID=[\"']?ASIA"
)
# Laravel passes the credentials in a disk's settings: https://laravel.com/docs/filesystem#s3-driver-configuration
_IN_LARAVEL = lazy_pattern(
    r"\bFILESYSTEM_(?:DISK|DRIVER)=|\b(?:local|production|staging)\.ERROR: |\bLaravel\b|\bIlluminate\\"
)
_DISK = "// config/filesystems.php, in the disk s3\n'token' => env('AWS_SESSION_TOKEN'),\n"


def env_file_remedy(text: str) -> Remedy | None:
    """Return how a program that reads a file of variables gets the session token, if the text shows its keys there."""
    found = _IN_ENV_FILE.search(text)
    if found is None:
        return None
    file, is_laravel = found["file"], _IN_LARAVEL.search(text) is not None
    manifest = f"# {file}\nAWS_SESSION_TOKEN=TOKEN\n"
    return your_remedy(
        f"Set AWS_SESSION_TOKEN in {file}, too",
        f"All three values must come from the same response, such as one copy from the access portal. Then {'run php artisan config:clear, and ' if is_laravel else ''}start the program again.",
        "Laravel passes key and secret of the disk, so the disk needs the token, too."
        if is_laravel
        else None,
        f"The keys expire, mostly within hours, and then it fails again. On AWS, give the instance, task or pod a role, and remove the keys from {file}: the SDK then finds those of the role.",
        manifest=f"{manifest}{_DISK}" if is_laravel else manifest,
        manifest_language="text",
        url=pages.TEMPORARY_CREDENTIALS,
    )


# The variable, outside of the code.
_TOKEN_SET = lazy_pattern(
    r"\bAWS_SESSION_TOKEN[\"']?(?:=[\"']?(?![\"']|\s|none\b|null\b|<|\Z)|(?::| is| are)? (?:also )?set\b)"
)
IN_LAMBDA = lazy_pattern(r"\bLambda (?:function\b|\()|\b(?:in|on|as|my|our) (?:AWS )?[Ll]ambda\b")


def describe_keys(
    keys: KeysInCode, text: str, *, is_lambda: bool, is_temporary: bool
) -> tuple[str, str | None]:
    """Return what code passes without a session token, and why the keys are temporary, if that is known."""
    if is_lambda:
        because = "In Lambda, the variables are temporary credentials, valid only with AWS_SESSION_TOKEN."
        if find_working(text, LOCALLY) is not None:
            because += " On a computer, they mostly hold a long-term key, which has no token."
        return "a key ID and secret of the execution role", because
    if is_temporary or is_said_temporary(text) or _TOKEN_SET.search(text) is not None:
        shown = " (ASIA…)" if is_temporary else ""
        return (
            f"a temporary key{shown} and its secret",
            "A session has three values: key ID, secret and token.",
        )
    if not keys.is_from_environment:
        because = "STS returned the key ID and secret together with a session token."
        return "a key ID and secret of temporary credentials", because
    return "a key ID and secret", None
