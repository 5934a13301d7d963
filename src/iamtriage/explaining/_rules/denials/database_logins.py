"""Explain logins to databases of Amazon RDS and Aurora that reject an IAM token.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text, escape_controls, hide_secrets
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.databases import find_login
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.databases import Login
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_POLICIES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html"
_CONNECTING = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.AWSCLI.PostgreSQL.html"
_MESSAGE = "PAM authentication failed"
# By the kind of endpoint: what lists the database, by which option, and what of it matters.
_SHOW = {
    "db": (
        "db-instances",
        "db-instance-identifier",
        "DBInstances[0].[DbiResourceId,IAMDatabaseAuthenticationEnabled]",
    ),
    "cluster": (
        "db-clusters",
        "db-cluster-identifier",
        "DBClusters[0].[DbClusterResourceId,IAMDatabaseAuthenticationEnabled]",
    ),
    "prx": ("db-proxies", "db-proxy-name", "DBProxies[0].[DBProxyArn,Auth]"),
}

_HOLDS = "A token is valid for 15 minutes, and only for the host, port, Region and database user that it was generated for."
LOGIN_NOT_ALLOWED = CauseType(
    "database-login-not-allowed",
    title="No policy allows the caller to log in as the database user",
    text="The identity that generated the token needs rds-db:connect on this user of this database. RDS checks that at login: generating a token requires no permission.",
    recognised_by='A PostgreSQL database of Amazon RDS says "PAM authentication failed for user".',
    fix="Allow rds-db:connect on the database user, with the resource ID of the database in the ARN.",
    sources=(_POLICIES,),
)
TOKEN_NOT_FOR_LOGIN = CauseType(
    "database-token-not-for-login",
    title="The token is for another host, port, Region or user",
    text="The token is older than 15 minutes, or is for another host, port, Region or user.",
    meaning=_HOLDS,
    recognised_by="The text shows the command or call that generated the token, with another host or user than the login has, or without the port.",
    fix="Generate a token for the host, port and user of the login, and log in within 15 minutes.",
    sources=(_CONNECTING,),
)


def explain_database_login(denial: Denial) -> Explanation:
    """Explain that a PostgreSQL database rejected an IAM token."""
    login = find_login(denial.failure)
    database = "The database" if login is None or login.host is None else f"The database {login.host}"
    user = "the user" if login is None else clip_text(login.user)
    difference = None if login is None else _find_difference(login)
    reason = difference or f"{denial.caller} may lack rds-db:connect, or the token is not for this login"
    not_allowed = LOGIN_NOT_ALLOWED.cause("possible", quote_phrases(denial.failure.text, _MESSAGE))
    token = TOKEN_NOT_FOR_LOGIN.cause("possible")
    causes = (not_allowed, token)
    remedies = present(_allow_remedy(denial), _token_remedy(login), _check_remedy(login))
    if difference is not None:
        is_code = login is not None and login.portless is not None
        name = "call of BuildAuthToken" if is_code else 'command "aws rds generate-db-auth-token"'
        shown = (f"The text has the {name}.",)
        token = TOKEN_NOT_FOR_LOGIN.cause("derived", shown, text=_HOLDS)
        causes, remedies = (token, not_allowed), (remedies[-2], *remedies[:-2], remedies[-1])
    return denial.explain(
        f"{database} rejected the IAM token of {user}: {reason}.",
        *causes,
        topic="database-login",
        remedies=remedies,
        notes=EVENTUAL_CONSISTENCY,
    )


def _find_difference(login: Login) -> str | None:
    """Return how the login differs from what the token was made for, if the text shows it."""
    for option, noun, used in (
        ("username", "user", login.user),
        ("hostname", "host", login.host),
        ("region", "Region", login.region),
    ):
        given = login.token.get(option)
        if given and used and given.rstrip(".").lower() != used.lower():
            return f"the token is for the {noun} {clip_text(given)}"
    if login.portless is not None:
        endpoint = login.portless[1].strip('"')
        return f"the call of BuildAuthToken has the host without the port ({clip_text(endpoint)})"
    return None


def _allow_remedy(denial: Denial) -> Remedy | None:
    step = None
    if denial.resource is None or "DBI_RESOURCE_ID" in denial.resource:
        step = "DBI_RESOURCE_ID is the resource ID of the database, such as db-ABC…, not its name or ARN; for a cluster, DbClusterResourceId."
    return allow_remedy(denial, first_step=step, url=_POLICIES)


def _token_remedy(login: Login | None) -> Remedy:
    host = "HOST" if login is None else login.host or login.token.get("hostname", "HOST")
    user = "DB_USER_NAME" if login is None else login.user
    port = "5432" if login is None else login.token.get("port", "5432")
    region = commands.region(None if login is None else login.region)
    if login is not None and login.portless is not None:
        return _add_port_remedy(*login.portless, port)
    return your_remedy(
        "Generate a new token for exactly this host, port and user",
        "Use the endpoint of RDS as the host, not a CNAME, and credentials that have not expired. Log in within 15 minutes, with SSL.",
        commands=(
            "aws sts get-caller-identity",
            fill_command(
                f"aws rds generate-db-auth-token --hostname {{}} --port {{}} --username {{}} --region {region}",
                *(host, port, user),
            ),
        ),
        url=_CONNECTING,
    )


def _add_port_remedy(call: str, argument: str, port: str) -> Remedy:
    """Return how to pass the port to a call in Go."""
    endpoint = f'fmt.Sprintf("%s:%d", {argument}, {port})'
    if argument[0] == '"':
        endpoint = f'{argument[:-1]}:{port}"'
    name, _, arguments = call.partition("(")
    before, _, after = arguments.partition(argument)
    changed = escape_controls(hide_secrets(f"{name}({before}{endpoint}{after}"))
    return your_remedy(
        "Pass the host with the port to BuildAuthToken",
        f"Change the call: {changed}",
        "The SDK only signs the token, without a call to AWS, so it reports no error: the database checks for which endpoint the token is.",
        url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.Go.html",
    )


def _check_remedy(login: Login | None) -> Remedy:
    kind, host, region = ("db", None, None) if login is None else (login.kind, login.host, login.region)
    name = host.partition(".")[0] if host else "DATABASE_NAME"
    noun, option, query = _SHOW[kind]
    return owner_remedy(
        "Check the resource ID, and that the database accepts tokens",
        "IAM authentication must be enabled, and the user must have the role: GRANT rds_iam TO the user.",
        commands=f"aws rds describe-{noun} --{option} {name} --region {commands.region(region)} --query '{query}'",
        url=_POLICIES,
    )
