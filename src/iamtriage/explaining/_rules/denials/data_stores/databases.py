"""Explain rejected logins to databases of Amazon RDS and Aurora.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html.
"""

from __future__ import annotations

import json
import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, escape_controls, hide_secrets
from iamtriage.explaining._context.domains import is_of_aws
from iamtriage.explaining._context.readers.databases import Login, accepts_tokens, find_login, find_role
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.data_stores.database_tokens import (
    explain_password_check,
    explain_plugin,
    find_token_use,
)
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import find_region, quote_phrases
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.grants.denial_remedies import policy_holder
from iamtriage.explaining._rules.shared.policies.printed_policies import find_printed_policy
from iamtriage.explaining._rules.shared.remedies import identity_remedy, owner_remedy, present, your_remedy
from iamtriage.policies._documents import allow
from iamtriage.policies._grants import Grant
from iamtriage.policies._readers.elements import iterate_statements

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

_SIGNED_LOCALLY = (
    "generate-db-auth-token signs locally, without a call to AWS: that it succeeds proves no permission."
)
_HOLDS = "A token is valid for 15 minutes, and only for the host, port, Region and database user that it was generated for."
LOGIN_NOT_ALLOWED = CauseType(
    "database-login-not-allowed",
    title="No policy allows the caller to log in as the database user",
    text="The identity that generated the token needs rds-db:connect on this user of this database. RDS checks that at login: generating a token requires no permission.",
    recognised_by='PostgreSQL says "PAM authentication failed for user", or a database rejects the password, and the text shows that it is an IAM token.',
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


# What stands in the ARN of a database user instead of the resource ID: the ARN of the database, or its name.
_WRONG_ID = lazy_pattern(
    r"(?a)(?P<start>arn:aws[a-z-]{0,12}:rds-db:(?P<region>[a-z0-9-]{5,30}):(?P<account>\d{12}):dbuser:)"
    r"(?P<id>(?:arn:aws[a-z-]{0,12}:rds:[a-z0-9-]{5,30}:\d{12}:(?P<type>db|cluster|db-proxy):)?"
    r"(?P<name>(?!(?:db|cluster|prx)-[a-z0-9]{8,32}/)[a-z][a-z0-9-]{1,62}))/(?P<user>[\w.*@-]{1,80})"
)
_OTHER_DATABASE = lazy_pattern(
    r"\b(?i:primary|writer|master|database|instance|cluster)\b(?! (?i:users?|password|roles?|login|name)\b)"
)
_LOCAL = "generate-db-auth-token"
# psql's second attempt, after the token was rejected with TLS.
_WITHOUT_TLS = lazy_pattern(r"\bpg_hba\.conf[^\n]{0,300}?(?:, no encryption|, SSL off)\b")
DATABASE_USER_ARN = CauseType(
    "database-user-arn",
    title="The ARN of the database user lacks the resource ID of the database",
    text="The policy names the database by its ARN or name where rds-db:connect needs its resource ID (db-…, cluster-… or prx-…), so it allows nothing.",
    recognised_by="The text shows an ARN with :dbuser: and, after it, a name or another ARN.",
    fix="Write the resource ID (DbiResourceId, or DbClusterResourceId for Aurora) into the ARN.",
    sources=(_POLICIES,),
)


def _explain_user_arn(denial: Denial, login: Login | None, wrong: re.Match[str]) -> Explanation:
    """Explain that a policy has the name or the ARN of a database where its resource ID belongs."""
    text, name, user = denial.failure.text, wrong["name"], login.user if login else "DB_USER_NAME"
    kind = {"cluster": "cluster", "db-proxy": "prx"}.get(wrong["type"], login.kind if login else "db")
    noun, option, query = _SHOW[kind]
    works, cdk = find_working(text, _OTHER_DATABASE), re.search(r"grantConnect(?:\((\w{1,40})\b)?", text)
    # What another ARN has, or a database that works, is the ID of another one.
    known = login.resource_id if login and not works and f"dbuser:{login.resource_id}" not in text else None
    where = f"{wrong['start']}{known or 'RESOURCE_ID'}/{user}"
    show = f"aws rds describe-{noun} --{option} {name} --region {wrong['region']} --query '{query.partition(',')[0].replace('.[', '.')}' --output text"
    proven = "It works with the other database: the user, the token and TLS are not the cause."
    # https://github.com/aws/aws-cdk/issues/31061 and pull request 31579
    of_cdk = "grantConnect of DatabaseInstanceReadReplica in the CDK writes this ARN (issue 31061): update aws-cdk-lib (late 2024 or newer). Until then, replace the call for the replica by this one."
    title = f"Write the resource ID of {name} into the policy"
    step = f"It is {known}, as the text shows."
    if not known:
        step = "RESOURCE_ID is what the command prints. A replica and its primary have different ones."
    holder_kind, holder = policy_holder(denial) or ("role", "ROLE_NAME")
    put = commands.put_policy(holder, "AllowDatabaseLogin", holder_kind)
    where_to = "Replace the wrong ARN in the policy where it is defined, or attach this one to the caller."
    statements = [allow("rds-db:connect", where, sid="ConnectAsUser")]
    if (printed := find_printed_policy(denial)) is not None and wrong[0] in json.dumps(printed.content):
        put, where_to = (
            printed.replace[-1],
            f"policy.json is the policy {clip_text(printed.name)} of the text, with the ARN corrected.",
        )
        statements = list(
            iterate_statements(json.loads(json.dumps(printed.content).replace(wrong[0], where)))
        )
    return denial.explain(
        f"The database rejected the IAM token of {clip_text(user)}: nothing allows rds-db:connect on {name}, because the policy in the text has {'an ARN' if wrong['type'] else 'the name'} where the resource ID belongs.",
        DATABASE_USER_ARN.cause(
            "derived",
            present(
                f"The text shows dbuser:{wrong['id']}/{wrong['user']}.{_describe_database(text)}",
                proven if works else None,
                _SIGNED_LOCALLY if _LOCAL in text else None,
            ),
        ),
        remedies=your_remedy(
            title,
            step,
            of_cdk,
            manifest=f"{cdk[1] or 'role'}.addToRolePolicy(new iam.PolicyStatement({{\n  actions: ['rds-db:connect'],\n  resources: ['{where}'],\n}}));",
            manifest_language="text",
            commands=show,
            url=_POLICIES,
        )
        if cdk
        else identity_remedy(
            title,
            step,
            where_to,
            statements=tuple(statements),
            commands=put if known else (show, Labelled("Then, with RESOURCE_ID filled in:", put)),
            url=_POLICIES,
        ),
        notes=present(_second_attempt(text), EVENTUAL_CONSISTENCY),
    )


def _describe_database(text: str) -> str:
    """Return what the text shows of the settings that a login with a token needs, after a space, or an empty string."""
    shown = present(
        "the user has rds_iam" if find_role(text) else None,
        "IAM authentication is enabled" if accepts_tokens(text) else None,
    )
    return f" The database needs no change: {', and '.join(shown)}." if shown else ""


def _second_attempt(text: str) -> str | None:
    if _WITHOUT_TLS.search(text) is None:
        return None
    return "The message with pg_hba.conf is that of a second attempt, without TLS. It is not the cause: pg_hba.conf needs no change."


def explain_database_login(denial: Denial) -> Explanation:
    """Explain that a database rejected an IAM token."""
    login = find_login(denial.failure)
    user = login.user if login else ""
    if (checked := explain_plugin(denial, user)) is not None:
        return checked
    named = (each for each in _WRONG_ID.finditer(denial.failure.text) if each["user"] in {user, "*"})
    if (wrong := next(named, None)) is not None:
        return _explain_user_arn(denial, login, wrong)
    database = "The database" if login is None or login.host is None else f"The database {login.host}"
    user = "the user" if login is None else clip_text(login.user)
    difference = None if login is None else _find_difference(login)
    reason = difference or f"{denial.caller} may lack rds-db:connect, or the token is not for this login"
    not_allowed = LOGIN_NOT_ALLOWED.cause("possible", quote_phrases(denial.failure.text, _MESSAGE))
    token = TOKEN_NOT_FOR_LOGIN.cause("possible")
    causes: tuple[Cause, ...] = (not_allowed, token)
    step = None
    if denial.resource is None or "DBI_RESOURCE_ID" in denial.resource:
        step = "DBI_RESOURCE_ID is the resource ID that the describe command prints (db-ABC…), not the name of the database. For Aurora, it is that of the cluster (describe-db-clusters)."
        if denial.principal is None:
            step = f"Run the first command where the program runs: it prints who generates the token. {step}"
    allow_it = allow_remedy(denial, first_step=step, url=_POLICIES)
    if allow_it is not None and step is not None:
        lookups = present(
            commands.SHOW_CALLER if denial.principal is None else None, _database_command(login)
        )
        allow_it = attrs.evolve(allow_it, commands=(*lookups, *allow_it.commands))
    if (checked := explain_password_check(denial, login, _database_command(login), allow_it)) is not None:
        return checked
    remedies = present(allow_it, _token_remedy(login), _check_remedy(login))
    if difference is not None:
        is_code = login is not None and login.portless is not None
        name = "call of BuildAuthToken" if is_code else 'command "aws rds generate-db-auth-token"'
        if not is_code and _LOCAL not in denial.failure.text:
            name = "call that generates the token"
        token = TOKEN_NOT_FOR_LOGIN.cause("derived", (f"The text has the {name}.",), text=_HOLDS)
        causes, remedies = (token, not_allowed), (remedies[-2], *remedies[:-2], remedies[-1])
    if difference is None and (use := find_token_use(denial.failure.text)) is not None:
        reason = use.reason
        token = TOKEN_NOT_FOR_LOGIN.cause("derived", use.because, text=use.text)
        causes, remedies = (token,), (use.remedy, *(() if use.is_allowed else remedies[:1]))
    summary = f"{database} rejected the IAM token of {user}: {reason}."
    return denial.explain(
        summary,
        *causes,
        topic="database-login",
        remedies=remedies,
        notes=present(_second_attempt(denial.failure.text), EVENTUAL_CONSISTENCY),
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
    name = login.token.get("hostname", "")
    if "." in name and not is_of_aws(name):
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html
        return f"the token is for {clip_text(name)}, and it has to be for the endpoint of RDS, not for a DNS name of your own"
    if login.portless is not None:
        endpoint = login.portless[1].strip('"')
        return f"the call of BuildAuthToken has the host without the port ({clip_text(endpoint)})"
    return None


def _token_remedy(login: Login | None) -> Remedy:
    host = "HOST" if login is None else login.host or login.token.get("hostname", "HOST")
    user = "DB_USER_NAME" if login is None else login.user
    port = "5432" if login is None else login.token.get("port", login.port)
    region = commands.region(None if login is None else login.region)
    if login is not None and login.portless is not None:
        return _add_port_remedy(*login.portless, port)
    return your_remedy(
        "Generate a new token for exactly this host, port and user",
        "Use the endpoint of RDS as the host, not a CNAME, and credentials that have not expired. Log in within 15 minutes, with SSL.",
        commands=(
            "aws sts get-caller-identity",
            commands.fill_command(
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


def _database_command(login: Login | None) -> str:
    """Return the command that prints the resource ID of the database, and whether it accepts tokens."""
    kind, host, region = ("db", None, None) if login is None else (login.kind, login.host, login.region)
    name = host.partition(".")[0] if host else "DATABASE_NAME"
    noun, option, query = _SHOW[kind]
    return f"aws rds describe-{noun} --{option} {name} --region {commands.region(region)} --query '{query}'"


def _check_remedy(login: Login | None) -> Remedy:
    title = "Check the resource ID, and that the database accepts tokens"
    step = "IAM authentication must be enabled, and the user must have the role: GRANT rds_iam TO the user."
    if login is not None and login.is_mysql:
        step = "IAM authentication must be enabled, and the user must be created with the plugin: CREATE USER the user IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'."
    return owner_remedy(title, step, commands=_database_command(login), url=_POLICIES)


def explain_keyspaces(denial: Denial) -> Explanation:
    """Explain that Amazon Keyspaces allows a caller nothing, not even what a driver reads when it connects."""
    partition, region = denial.location.partition or "aws", commands.region(find_region(denial.case))
    tables = f"arn:{partition}:cassandra:{region}:{commands.account(denial.account)}:/keyspace"
    return denial.explain(
        f"Amazon Keyspaces denied {denial.caller} the connection: no identity-based policy allows cassandra:Select on the system tables.",
        NO_IDENTITY_ALLOW.cause(
            "derived", text="A driver reads the system tables when it connects. The credentials are valid."
        ),
        topic="no-identity-allow",
        remedies=allow_remedy(
            denial,
            grant=Grant("cassandra:Select", (f"{tables}/system*", f"{tables}/KEYSPACE_NAME/table/*")),
            first_step="To write, add cassandra:Modify on the tables of the keyspace.",
            url="https://docs.aws.amazon.com/keyspaces/latest/devguide/security_iam_id-based-policy-examples.html",
        ),
        notes=EVENTUAL_CONSISTENCY,
    )
