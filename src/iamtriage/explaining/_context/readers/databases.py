"""Find the database of Amazon RDS that rejects a login with an IAM token, and how the token was made.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.policies._masked_arns import find_partition

if TYPE_CHECKING:
    from iamtriage.failures._failures import AccessDenied

__all__ = ("Login", "database_user_arn", "find_login")

_USER = lazy_pattern(r"PAM authentication failed for user \"(?P<user>[^\"\n]{1,63})\"")
# A cluster's endpoints start with cluster-, cluster-ro- or cluster-custom-, a proxy's with proxy-.
_HOST = lazy_pattern(
    r"(?<![\w.-])[a-z][a-z0-9-]{0,62}\.(?:(?P<kind>cluster|proxy)-(?:(?:ro|custom)-)?)?[a-z0-9]{6,20}"
    r"\.(?P<region>[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9])\.rds\.amazonaws\.com(?:\.cn)?(?![\w.-])",
    re.ASCII,
)
_RESOURCE_ID = lazy_pattern(r"(?<![\w-])(?P<kind>db|cluster|prx)-[A-Za-z0-9]{17,32}(?![\w-])", re.ASCII)
_TOKEN_COMMAND = lazy_pattern(r"\bgenerate-db-auth-token\b(?P<options>(?:[^\n\\]|\\\n){1,600})")
_OPTION = lazy_pattern(r"--(?P<name>hostname|port|region|username)[ =]\s{0,8}[\"']?(?P<value>[\w.-]{1,255})")
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
    """

    user: str
    host: str | None
    kind: str
    region: str | None
    resource_id: str | None
    token: dict[str, str]


def find_login(failure: AccessDenied) -> Login | None:
    """Return the login that a database rejected, or ``None`` if the failure is another one."""
    text, (start, end) = failure.text, failure.span
    user = _USER.search(text, start, end + _CHARS_OF_USER)
    if user is None:
        return None
    # Clients name the host in the same line, or in a line before.
    hosts = {each[0]: each for each in _HOST.finditer(text, max(start - _CHARS_BEFORE, 0), end)}
    hosts = hosts or {each[0]: each for each in _HOST.finditer(text)}
    host = next(iter(hosts.values())) if len(hosts) == 1 else None
    kind = _KINDS[host["kind"]] if host is not None else "db"
    ids = {each[0] for each in _RESOURCE_ID.finditer(text) if each["kind"] == kind}
    commands = [*_TOKEN_COMMAND.finditer(text)]
    options = _OPTION.findall(commands[-1]["options"]) if commands else ()
    return Login(
        user["user"],
        None if host is None else host[0],
        kind,
        None if host is None else host["region"],
        ids.pop() if len(ids) == 1 else None,
        dict(options),
    )


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
    partition = find_partition(login.region) if login.region else None
    place = f"arn:{partition or 'aws'}:rds-db:{login.region or 'REGION'}:{account or 'ACCOUNT_ID'}"
    return f"{place}:dbuser:{login.resource_id or 'DBI_RESOURCE_ID'}/{login.user}"
