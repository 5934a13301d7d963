"""Find the database of Amazon RDS that rejects a login with an IAM token, and how the token was made.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one, search_last
from iamtriage._rendering.values import Value
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._masked_arns import find_partition

# Without what means more than a name in a policy or in code.
_USER = lazy_pattern(
    r"(?:PAM|password) authentication failed for user \\{0,3}\"(?P<user>[^\"'*?\\\n]{1,63})\\{0,3}\"|Access denied for user '(?P<mysql>[^'*?\\\n]{1,80})'"
)
# A cluster's endpoints start with cluster-, cluster-ro- or cluster-custom-, a proxy's with proxy-.
_HOST = lazy_pattern(
    r"(?a)(?<![\w.-])[a-z][a-z0-9-]{0,62}\.(?:(?P<kind>cluster|proxy)-(?:(?:ro|custom)-)?)?[a-z0-9]{6,20}"
    rf"\.(?P<region>{REGION})\.rds\.amazonaws\.com(?:\.cn)?(?![\w.-])"
)
_RESOURCE_ID = lazy_pattern(r"(?a)(?<![\w-])(?P<kind>db|cluster|prx)-[A-Za-z0-9]{17,32}(?![\w-])")
_TOKEN_COMMAND = lazy_pattern(r"\bgenerate-db-auth-token\b(?P<options>(?:[^\n\\]|\\\n){1,600})")
_OPTION = lazy_pattern(r"--(?P<name>hostname|port|region|username)[ =]\s{0,8}[\"']?(?P<value>[\w.-]{1,255})")
# The same in boto3, and in the SDKs for JavaScript, PHP and Ruby.
_TOKEN_CALL = lazy_pattern(
    r"\b(?:generate_db_auth_token|auth_token|new Signer)\((?P<arguments>[^()]{1,600})\)"
)
_ARGUMENT = lazy_pattern(
    r"\b(?P<name>DBHostname|hostname|DBUsername|user_?name|[Pp]ort|[Rr]egion)[\"']?\s{0,4}[=:]>?\s{0,4}[\"']?(?P<value>[\w.-]{1,255})(?![\w.(\[-])"
)
_OPTIONS = {"dbhostname": "hostname", "dbusername": "username", "user_name": "username"}
# The SDKs for Go take the host and the port as one argument, after the context in version 2:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.Go.html
_BUILD_CALL = lazy_pattern(r"\bBuildAuthToken\((?P<arguments>(?:[^()\n]|\(\)){1,400})\)")
_ASSIGNED = lazy_pattern(
    r"\b(?P<name>[A-Za-z_]\w{0,60})\s{0,8}(?:string\s{0,4})?:?=\s{0,8}(?P<value>\"[^\"\n]{1,255}\")"
)
_DATABASE_USER = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:rds-db:(?P<region>[a-z0-9-]{5,30}):(?P<account>[0-9]{12}):dbuser:(?P<id>[\w*?-]{1,40})/"
)
# A list of roles, and a query for one.
_HAS_ROLE = lazy_pattern(r"\{(?:\w{1,63},\s?)*rds_iam\b|(?i:\bgrant rds_iam to\b)|\| ?rds_iam\b")
_ASKED_ROLE = lazy_pattern(
    r"\bpg_has_role\([^()\n]{0,80}\brds_iam\b[^()\n]{0,40}\)(?:[^\n]{0,80}\n){0,4}?[^\n]{0,40}?(?<![\w'])(?P<value>t|f|true|false)(?![\w'])"
)
_LACKS_ROLE = lazy_pattern(
    r"(?i:\b(?:(?:not|n't|never|no) (?:(?:a |been )?(?:member of|granted|have|in))|lacks|without) (?:the )?(?:role )?[`'\"]?rds_iam\b(?![^.\n]{0,40}\?))"
    r"|\bpg_auth_members\b[^;$]{0,300}\brds_iam\b[^;$]{0,80};?\n(?:[^\n]{0,120}\n){0,4}?\(0 rows\)"
)
_MEMBERSHIPS = lazy_pattern(r"\bMember of\b")
# What describe-db-instances prints, also under another name, and what people say.
_IS_ENABLED = lazy_pattern(
    r"\bIAMDatabaseAuthenticationEnabled\b[^\n]{0,200}?(?:\n[^\n]{0,160}?)??(?i:\btrue\b)|(?i:\biam_database_authentication_enabled\s{0,8}=\s{0,4}true\b)"
    r"|\bIAM (?:(?:DB|database) )?[Aa]uth(?:entication)? is (?:already )?(?:on|enabled|active)\b(?![^.\n]{0,40}\?)"
)
_IS_DISABLED = lazy_pattern(
    r"\bIAMDatabaseAuthenticationEnabled\b[^\n]{0,40}?(?:\n[^\n]{0,40}?)??(?i:\bfalse\b)|(?i:\biam_database_authentication_enabled\s{0,8}=\s{0,4}false\b)"
)
_CHARS_OF_USER = 64
_CHARS_BEFORE = 400
_KINDS = {"cluster": "cluster", "proxy": "prx", None: "db"}


@attrs.frozen(eq=False, repr=False)
class Login(Value):
    """A login with an IAM token that a database rejected.

    Attributes:
        user: The database user.
        host: The endpoint of the database, if the text names one.
        kind: The start of the resource ID: ``db``, ``cluster`` or ``prx``.
        region: The Region of the endpoint.
        resource_id: The resource ID of the database, if the text shows one.
        token: The options with which the AWS CLI made the token, by their names.
        portless: The call in Go that builds the token for a host without a port, and its argument for the host.
        is_mysql: Whether it is MySQL or MariaDB that says so.
        checks_password: Whether PostgreSQL takes the token for a password, as for users without the role rds_iam.
    """

    user: str
    host: str | None
    kind: str
    region: str | None
    resource_id: str | None
    token: dict[str, str]
    portless: tuple[str, str] | None = None
    is_mysql: bool = False
    checks_password: bool = False

    @property
    def port(self) -> str:
        """The usual port of the database."""
        return "3306" if self.is_mysql else "5432"


def find_login(failure: AccessDenied) -> Login | None:
    """Return the login that a database rejected, or ``None`` if the failure is another one."""
    text, (start, end) = failure.text, failure.span
    user = _USER.search(text, start, end + _CHARS_OF_USER)
    if user is None:
        return None
    # Clients name the host in the same line, or in a line before.
    hosts = {each[0]: each for each in _HOST.finditer(text, max(start - _CHARS_BEFORE, 0), end)}
    host = only_one((hosts or {each[0]: each for each in _HOST.finditer(text)}).values())
    kind = _KINDS[host["kind"]] if host is not None else "db"
    ids = {each[0] for each in _RESOURCE_ID.finditer(text) if each["kind"] == kind}
    command = search_last(_TOKEN_COMMAND, text)
    options = dict(_OPTION.findall(command["options"]) if command else _find_arguments(text))
    return Login(
        user["user"] or user["mysql"],
        None if host is None else host[0],
        kind,
        None if host is None else host["region"],
        only_one(ids),
        options,
        _find_portless_call(text),
        is_mysql=user["user"] is None,
        checks_password=user[0].startswith("password"),
    )


def find_role(text: str, user: str = "") -> bool | None:
    """Return whether a text shows that a user of PostgreSQL has the role rds_iam, ``None`` if it shows nothing of that.

    >>> find_role("select pg_has_role('app','rds_iam','member'); -> f"), find_role("app | | {rds_iam}")
    (False, True)
    """
    asked = search_last(_ASKED_ROLE, text)
    if asked is not None:
        return asked["value"].startswith("t")
    if _HAS_ROLE.search(text) is not None:
        return True
    listed = _MEMBERSHIPS.search(text) and re.search(
        rf"(?m)^\s*{re.escape(user)}\s*\|[^|\n]*\|\s*\{{[^}}\n]*\}}", text
    )
    return False if listed or _LACKS_ROLE.search(text) else None


def accepts_tokens(text: str) -> bool | None:
    """Return whether a text shows that a database accepts IAM tokens, ``None`` if it shows nothing of that."""
    if _IS_ENABLED.search(text) is not None:
        return True
    return False if _IS_DISABLED.search(text) else None


def _find_arguments(text: str) -> dict[str, str]:
    """Return the arguments of the only call that generates a token, by the names of the AWS CLI's options."""
    calls = [each["arguments"] for each in _TOKEN_CALL.finditer(text) if each["arguments"]]
    found: list[tuple[str, str]] = _ARGUMENT.findall(calls[0]) if len(calls) == 1 else []
    arguments = {_OPTIONS.get(name.lower(), name.lower()): value for name, value in found}
    # A value without a dot or a quote can be a variable.
    return {
        name: value
        for name, value in arguments.items()
        if f'"{value}"' in text or f"'{value}'" in text or value.isdigit()
    }


def _find_portless_call(text: str) -> tuple[str, str] | None:
    """Return the call in Go that builds a token for a host without a port, and its argument for the host."""
    call = _BUILD_CALL.search(text)
    if call is None:
        return None
    values = {each["name"]: each["value"] for each in _ASSIGNED.finditer(text)}
    for argument in map(str.strip, call["arguments"].split(",")[:2]):
        if _HOST.fullmatch(values.get(argument, argument).strip('"')):
            return call[0], argument
    return None


def database_user_arn(failure: AccessDenied, caller: str | None) -> str | None:
    """Return the ARN of the database user that logs in, with placeholders for what the text does not show.

    Args:
        failure: The rejected login.
        caller: The ARN of the identity that made the token. Its account is also that of the database.
    """
    login = find_login(failure)
    if login is None:
        return None
    account = "".join((caller or "").split(":", 5)[4:5])
    if not account:
        stated = {
            each["account"]
            for each in _DATABASE_USER.finditer(failure.text)
            if each["id"] in {login.resource_id, "*"} and each["region"] in {login.region, "*"}
        }
        account = only_one(stated, "")
    partition = find_partition(login.region) if login.region else None
    place = f"arn:{partition or 'aws'}:rds-db:{login.region or 'REGION'}:{account or 'ACCOUNT_ID'}"
    return f"{place}:dbuser:{login.resource_id or 'DBI_RESOURCE_ID'}/{login.user}"
