"""Find what a text says of the tokens and the users with which a program logs in to a database of Amazon RDS.

Source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.databases import Login, accepts_tokens, find_role
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy

_ACCOUNTS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html"
_PAGE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html"
# "after `15 minutes`", "works for 15 min", "every 15 minutes": the life of a token.
_LIFETIME = lazy_pattern(
    r"\b(?:after|every|for|within|in) (?:the first |about |around |exactly |roughly |approximately |~)?[`'\"*]{0,2}(?:15|fifteen)[ -]?min(?:ute)?s?\b"
)
# "I am able to connect: … generate-db-auth-token …", "generate-db-auth-token … works".
_COMMAND = "generate-db-auth-token"
_OTHER_TOKEN_WORKS = lazy_pattern(
    r"\b(?:able to (?:connect|log ?in)|(?<!not )(?<!n't )works?(?: fine| well)?|success(?:fully)?)\b[:!,.]{0,2}\s{0,3}[^\n]{0,60}\bgenerate-db-auth-token\b"
    r"|\bgenerate-db-auth-token\b[^\n]{0,200}?(?:\bthen (?:logging|logged) in\b|(?<!not )(?<!n't )\b(?:works|worked|connects|succeeds|succeeded|am able to|was able to)\b)(?![^\n.]{0,20}\bnot\b)"
)


class TokenUse(NamedTuple):
    """What is wrong with the tokens of a program.

    Attributes:
        reason: The reason, as the end of a sentence.
        because: What the text says.
        text: What that shows.
        remedy: What to do.
        is_allowed: Whether the login is allowed, as it works at first.
    """

    reason: str
    because: str
    text: str
    remedy: Remedy
    is_allowed: bool = False


def find_token_use(text: str) -> TokenUse | None:
    """Return what is wrong with the tokens of a program, if a text says when or with which tokens the login works."""
    if (said := _LIFETIME.search(text)) is not None:
        return TokenUse(
            "most likely, the token has expired, because the program uses the same one for a new connection",
            f"The text says {quote_words(said[0])}.",
            "A token is valid for 15 minutes. Open connections stay open, so only new ones, such as those of a pool, fail. The login as such is allowed.",
            your_remedy(
                "Generate a new token for each new connection",
                "Generate it where the program opens a connection, such as in the hook of its pool or the password function of its driver, not once at the start.",
                "If the program has a setting for IAM authentication and makes the tokens itself, update it, and check that no fixed password is set next to it.",
                url=_PAGE,
            ),
            is_allowed=True,
        )
    if _COMMAND not in text or (said := _OTHER_TOKEN_WORKS.search(text)) is None:
        return None
    return TokenUse(
        "a token of the AWS CLI works, so the program makes another token, or with another identity",
        "The text says that the login works with a token of aws rds generate-db-auth-token.",
        "The database accepts tokens of this user. The program's token is for another host, port, Region or user, or its identity lacks rds-db:connect.",
        your_remedy(
            "Compare the program's token with that of the AWS CLI",
            "Both must begin with the same HOST:PORT/?Action=connect&DBUser=USER, without https://, and have the same Region in X-Amz-Credential.",
            "If they do, the identities differ: compare what aws sts get-caller-identity prints in both places. The access key ID in X-Amz-Credential shows it, too.",
            "Tokens are secret for 15 minutes: don't share them.",
            url=_PAGE,
        ),
    )


# SHOW CREATE USER, or a statement that creates or alters the user.
_PLUGIN = lazy_pattern(
    r"(?i:\b(?:CREATE|ALTER) USER (?:IF (?:NOT )?EXISTS )?)(?P<quote>[`'\"]?)(?P<user>[^`'\"\n@ ]{1,80})(?P=quote)(?:@(?P<sign>[`'\"]?)(?P<host>[^`'\"\n ]{1,255})(?P=sign))? "
    r"(?i:IDENTIFIED (?P<how>WITH|BY)) ?[`'\"]?(?P<plugin>\w{4,40})?"
)
_PLAIN_ACCOUNT = lazy_pattern(r"(?a)[\w.%-]{1,300}")
_IAM_PLUGIN = "AWSAuthenticationPlugin"
USER_CHECKS_PASSWORD = CauseType(
    "database-user-has-password",
    title="The database user logs in with a password, not with an IAM token",
    text="MySQL checks what the client sends with the plugin of the user. Only AWSAuthenticationPlugin accepts IAM tokens.",
    recognised_by='PostgreSQL says "password authentication failed", not PAM, or the text shows SHOW CREATE USER with another plugin than AWSAuthenticationPlugin, or CREATE USER with IDENTIFIED BY.',
    fix="Grant rds_iam to the user (PostgreSQL), or alter it to AWSAuthenticationPlugin (MySQL).",
    sources=(_ACCOUNTS,),
)


def explain_plugin(denial: Denial, user: str) -> Explanation | None:
    """Explain that the user in MySQL has a plugin that accepts no IAM tokens, if the text shows it."""
    plugins = [each for each in _PLUGIN.finditer(denial.failure.text) if user in {"", each["user"]}]
    if not plugins or (plugins[-1]["how"].upper() != "BY" and plugins[-1]["plugin"] in {None, _IAM_PLUGIN}):
        return None
    found = plugins[-1]
    user, host, has_plugin = clip_text(found["user"]), found["host"] or "%", found["how"].upper() == "WITH"
    is_plain = _PLAIN_ACCOUNT.fullmatch(found["user"] + host) is not None
    account = f"'{found['user']}'@'{host}'" if is_plain else "'DB_USER_NAME'@'%'"
    said = f"IDENTIFIED WITH '{found['plugin']}'" if has_plugin else "IDENTIFIED BY"
    why = "was created with a password (IDENTIFIED BY)"
    if has_plugin:
        why = f"has the plugin {found['plugin']}, which checks a password"
    return denial.explain(
        f"MySQL rejected the IAM token of {user}: the user {why} and accepts no IAM token.",
        USER_CHECKS_PASSWORD.cause("derived", f'The text says "{said}".'),
        topic="database-login",
        remedies=owner_remedy(
            f"Change the plugin of {user} to {_IAM_PLUGIN}, as an administrator of the database",
            "The password of the user stops working. If other programs log in with it, create another user with the plugin, and grant it the same privileges.",
            "The client must send the token as clear text, only with TLS: enable its plugin mysql_clear_password (--enable-cleartext-plugin).",
            manifest=f"ALTER USER {account} IDENTIFIED WITH {_IAM_PLUGIN} AS 'RDS';\nALTER USER {account} REQUIRE SSL;\n",
            manifest_language="text",
            url=_ACCOUNTS,
        ),
        notes=("The IAM policy is not the problem: MySQL did not check the token with IAM.",),
    )


_PLAIN_USER = lazy_pattern(r"[a-z_][a-z0-9_]{0,62}")
_MODIFY = {
    "db": "modify-db-instance --db-instance-identifier",
    "cluster": "modify-db-cluster --db-cluster-identifier",
}


def explain_password_check(
    denial: Denial, login: Login | None, show: str, allow: Remedy | None
) -> Explanation | None:
    """Explain that PostgreSQL took the token for a password, so that no policy counted yet.

    It says "PAM" for a user with the role rds_iam, if the database accepts tokens.

    Args:
        denial: The denial.
        login: The login.
        show: The command that prints whether the database accepts tokens.
        allow: The remedy that allows the login.
    """
    if login is None or not login.checks_password or login.kind not in _MODIFY:
        return None
    text, user = denial.failure.text, clip_text(login.user)
    role, is_on = find_role(text, login.user), accepts_tokens(text)
    named = f'"{user}"' if _PLAIN_USER.fullmatch(login.user) is None else user
    grant = owner_remedy(
        f"Grant rds_iam to {user} in the database, as its master user",
        f"Only tokens then work for {user}, and no password any more.",
        manifest=f"GRANT rds_iam TO {named};",
        manifest_language="text",
        url=_ACCOUNTS,
    )
    name = login.host.partition(".")[0] if login.host else "DATABASE_NAME"
    change = f"aws rds {_MODIFY[login.kind]} {name} --region {commands.region(login.region)} --enable-iam-database-authentication --apply-immediately"
    enable = owner_remedy(
        "Enable IAM authentication for the database",
        None if role or is_on is False else "The first command prints whether it is enabled.",
        commands=(change,) if role or is_on is False else (show, Labelled("If it prints false:", change)),
        url=_PAGE,
    )
    because: list[str] = []
    remedies: tuple[Remedy, ...] = (grant,)
    if role is not None:
        because.append(f"The text shows that {user} {'has' if role else 'is no member of'} rds_iam.")
    if is_on is not None:
        because.append(f"The text says that IAM authentication is {'enabled' if is_on else 'disabled'}.")
    lacks, off = "the user lacks the role rds_iam", "the database does not allow IAM authentication"
    if role and is_on:
        reason = "although the user has rds_iam: most likely, this is another database, or the change is not applied yet"
        remedies = (owner_remedy("Check the database and its settings", commands=show, url=_PAGE),)
    elif is_on is False and role is False:
        reason, remedies = f"{lacks}, and {off}", (grant, enable)
    elif role is False or is_on:
        reason = lacks
    elif role or is_on is False:
        reason, remedies = off, (enable,)
    else:
        reason, remedies = f"most likely, {lacks}, or {off}", (grant, enable)
    arn = denial.resource or ""
    is_allowed = arn in text or re.search(rf":dbuser:\*/{re.escape(login.user)}(?![\w-])", text) is not None
    fits = "The ARN for rds-db:connect in the text fits. " if is_allowed else ""
    if allow is not None and not is_allowed:
        remedies = (*remedies, allow)
    database = "The database" if login.host is None else f"The database {login.host}"
    return denial.explain(
        f"{database} checked the token of {user} as a password{', ' if role and is_on else ': '}{reason}.",
        USER_CHECKS_PASSWORD.cause(
            "possible" if role is None and is_on is None else "derived",
            because,
            text=f"PostgreSQL takes a token for a password unless the user has rds_iam and IAM authentication is enabled (the message then says PAM). {fits}No policy and no new token helps before that.",
        ),
        topic="database-login",
        remedies=remedies,
    )
