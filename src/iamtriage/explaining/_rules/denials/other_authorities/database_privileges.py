"""Explain what a database denies to its user: a privilege is missing there, not a permission of IAM.

Sources: https://www.postgresql.org/docs/current/ddl-priv.html and
https://dev.mysql.com/doc/refman/8.4/en/problems-connecting.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Explanation, Remedy
from iamtriage.explaining._rules.denials.other_authorities.decided_elsewhere import explain_elsewhere
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy

_NAME = r"[A-Za-z_][\w$]{0,62}"
# A name that PostgreSQL writes without quotes, although SQL requires them.
_PART = r"[A-Za-z_](?:[\w$-]{0,61}[\w$])?"
_POSTGRES = lazy_pattern(
    rf"(?a)permission denied for (?P<type>table|relation|view|materialized view|foreign table|sequence|schema|database|function|procedure) \"?(?P<name>{_PART}(?:\.{_PART})?)(?!\w)"
)
_MYSQL = lazy_pattern(
    r"(?a)(?P<verb>(?:[A-Z]{3,10},? ){0,4}[A-Z]{3,10}|execute|alter routine) command denied to user '(?P<user>[\w.$-]{1,80})'@'(?P<host>[\w.%:-]{1,255})' for"
    r" (?:(?P<type>table|routine) (?P<name>['`][\w$.`-]{1,130}['`])|column '[^'\n]{1,64}' in table (?P<table>['`][\w$.`-]{1,130}['`]))"
)
# Error 1044, after a login that worked: with the account as the server has it, whose host can be a pattern.
_MYSQL_DATABASE = lazy_pattern(
    r"(?a)Access denied for user '(?P<user>[\w.$-]{0,80})'@'(?P<host>[\w.%:/-]{1,255})' to database '(?P<name>[\w$-]{1,64})'"
)
# What a statement or program requires of the database.
_MYSQL_NEEDS = {
    r"\bCREATE (?:DATABASE|SCHEMA)\b": "CREATE",
    r"\bDROP (?:DATABASE|SCHEMA)\b": "DROP",
    r"\bLOCK TABLES\b|\bmysqldump\b": "SELECT, SHOW VIEW, TRIGGER, LOCK TABLES",
    r"(?i:\bmigrat|\bflyway\b|\bliquibase\b|\balembic\b|\bprisma\b)": "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP, REFERENCES",
    "": "SELECT, INSERT, UPDATE, DELETE",
}
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
_OF_SERVER = frozenset({"mysql", "sys", "performance_schema", "rdsadmin"})
_USER_NAME = "DB_USER_NAME"
# The database user: of a policy for logins, of a command or connection string, and in words.
_USER = lazy_pattern(
    rf"(?a):dbuser:[\w-]{{1,80}}/(?P<of_arn>{_NAME})(?![\w*])|(?:-U |--username[= ]|\buser(?:name)?[=:] ?|postgres(?:ql)?://)['\"]?(?P<of_option>{_NAME})(?![\w.])|\b(?:connected|logged in)\b[^\n.;,]{{0,80}}? as (?!(?:an?|the|we|it|I|you|they|usual|expected|always|before|well|soon|if|follows)\b)(?P<of_words>{_NAME})"
)
# "created by the migration (user shop_owner)", "the owner is shop_owner", "owned by the role shop_owner".
_OWNER = lazy_pattern(
    rf"(?a)\b(?:(?:created|owned)\b[^\n]{{0,60}}? by [^\n]{{0,60}}?\((?:user )?|(?:owned by|[Oo]wner(?: is|:)) (?:(?:the )?(?:user|role) )?)(?P<owner>{_NAME})(?=[.,;)]|\s*?(?:\n|\Z))"
)
_IAM_LOGIN = lazy_pattern(
    r"\brds-db:|generate[-_]db[-_]auth[-_]token|\bredshift(?:-serverless)?:Get|\bdsql:DbConnect"
)
# What a type of object is called in GRANT, with the privileges.
_GRANTS = {
    "sequence": "USAGE, SELECT ON SEQUENCE",
    "schema": "USAGE ON SCHEMA",
    "database": "CREATE ON DATABASE",
    "function": "EXECUTE ON FUNCTION",
    "procedure": "EXECUTE ON PROCEDURE",
}
_CREATES = lazy_pattern(
    r"(?i)\bCREATE (?:[A-Z]{2,12} ){0,3}(?:TABLE|VIEW|SEQUENCE|TYPE|FUNCTION|PROCEDURE|INDEX)\b"
)
_CONNECTS = lazy_pattern(r"\bFATAL\b|\bCONNECT privilege\b")
# The words before the name of a table in the statements that require a privilege.
_STATEMENTS = {
    "SELECT": r"(?<!DELETE )FROM|JOIN",
    "INSERT": r"INTO",
    "UPDATE": r"UPDATE(?: ONLY)?",
    "DELETE": r"DELETE FROM",
    "TRUNCATE": r"TRUNCATE(?: TABLE)?",
}
_OF_TABLES = ("SELECT", "INSERT", "UPDATE", "DELETE")


def explain_postgres(text: str) -> Explanation | None:
    """Explain a privilege that PostgreSQL says is missing."""
    found = _POSTGRES.search(text)
    if found is None:
        return None
    kind, name = found["type"], found["name"]
    user = next((each[each.lastgroup] for each in _USER.finditer(text) if each.lastgroup), None)
    who = f"the user {user}" if user else "the database user"
    if kind in _GRANTS:
        remedy = _grant_remedy(who, kind, name, [_grant_object(text, kind, name, user or _USER_NAME)])
    elif name.startswith("pg_"):
        remedy = your_remedy(
            f"Do without {name}, which is a table of PostgreSQL itself",
            "Only superusers may read it, and Amazon RDS has none: rds_superuser is not one. pg_roles lists the roles without their passwords, and pg_stats the statistics.",
            url="https://www.postgresql.org/docs/current/catalogs.html",
        )
    elif name.startswith(("stl_", "stv_", "svl_", "svv_", "svcs_")):
        # https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html: views of the system.
        remedy = _grant_remedy(who, kind, name, [f"GRANT SELECT ON {name} TO {user or _USER_NAME};"])
    else:
        remedy = _grant_table(text, who, kind, name, user or _USER_NAME)
    return _explain_denied(
        text, found[0], f"The database denied {who} access to the {kind} {clip_text(name)}", remedy
    )


def _explain_denied(text: str, quote: str, denied: str, remedy: Remedy) -> Explanation:
    """Explain what a database denied, which it quotes."""
    login = "The login worked. rds-db:connect allows only logins: IAM has no actions for tables, so the policy stays as it is."
    return explain_elsewhere(
        quote,
        f"{denied}: what is missing is a privilege (GRANT) in the database, not an IAM permission.",
        remedy,
        notes=() if _IAM_LOGIN.search(text) is None else (login,),
    )


def _grant_object(text: str, kind: str, name: str, user: str) -> str:
    """Return the GRANT for an object that is not a table."""
    words, arguments = _GRANTS[kind], "(ARGUMENT_TYPES)" if kind in {"function", "procedure"} else ""
    if kind == "schema" and (name == "public" or _CREATES.search(text)):
        # Since PostgreSQL 15, only the owner of the database creates in public.
        words = "USAGE, CREATE ON SCHEMA"
    if kind == "database" and _CONNECTS.search(text):
        words = "CONNECT ON DATABASE"
    return f"GRANT {words} {_quote(name)}{arguments} TO {user};"


def _grant_table(text: str, who: str, kind: str, name: str, user: str) -> Remedy:
    """Return the remedy that grants what the statements of a text do with a table."""
    # The message does not have the schema.
    spelled = rf"(?:\"?(?P<schema>{_NAME})\"?\.)?\"?{re.escape(name)}\"?(?![\w$])"
    stated = {
        verb: each["schema"]
        for verb, words in _STATEMENTS.items()
        for each in re.finditer(rf"\b(?i:{words})\s{{1,20}}{spelled}", text)
    }
    schema = only_one({name.rpartition(".")[0], *(each for each in stated.values() if each)} - {""}, "")
    table = name if "." in name or not schema else f"{schema}.{name}"
    if stated.keys() & {"UPDATE", "DELETE"}:
        stated.setdefault("SELECT", "")  # for the columns of their conditions
    verbs = ", ".join(each for each in (*_OF_TABLES, "TRUNCATE") if each in (stated or _OF_TABLES))
    owner = found["owner"] if (found := _OWNER.search(text)) else None
    return _grant_remedy(
        who,
        kind,
        name,
        [
            f"GRANT {verbs} ON {_quote(table)} TO {user};",
            "-- For tables that this user creates later:",
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner or 'TABLE_OWNER_NAME'} IN SCHEMA {_quote(schema) or 'SCHEMA_NAME'}",
            f"  GRANT {verbs} ON TABLES TO {user};",
        ],
        "It also requires USAGE on the schema.",
        owner=owner,
    )


def _grant_remedy(
    who: str, kind: str, name: str, lines: list[str], *steps: str, owner: str | None = None
) -> Remedy:
    return owner_remedy(
        f"Grant {who} the privileges on the {kind} {name}",
        f"Run the SQL as {f'{owner}, which owns the {kind}' if owner else f'the owner of the {kind}'}, or as an administrator of the database. Grant only what the program needs.",
        *steps,
        manifest="\n".join(lines),
        manifest_language="text",
        url="https://www.postgresql.org/docs/current/sql-grant.html",
    )


def _quote(name: str) -> str:
    """Return a name as SQL requires it: without quotes, capitals are small letters, and a hyphen is a minus."""
    return ".".join(f'"{each}"' if each != each.lower() or "-" in each else each for each in name.split("."))


def _explain_database_of_mysql(text: str, denied: re.Match[str]) -> Explanation:
    """Explain that a user has no privilege on a database of MySQL."""
    user, host, name = denied["user"], denied["host"], denied["name"]
    needs = next(needs for sign, needs in _MYSQL_NEEDS.items() if re.search(sign, text))
    who = f"the user {user}" if user else "the anonymous user"
    remedy = owner_remedy(
        f"Grant {who} privileges on the database {name}",
        "Run the SQL as an administrator of the database. Grant only what the program needs. They take effect at the next connection of the user.",
        f"SHOW GRANTS FOR '{user}'@'{host}' prints what the user may do now. Compare the name, also its case: MySQL says the same of a database that does not exist.",
        manifest=f"GRANT {needs} ON `{name}`.* TO '{user}'@'{host}';",
        manifest_language="text",
        url="https://dev.mysql.com/doc/refman/8.4/en/grant.html",
    )
    if not user:
        remedy = your_remedy(
            "Log in as a user that the server has",
            "The server found no user of that name and host, and took the anonymous one: correct the user name of the connection, or create the user (CREATE USER).",
            url="https://dev.mysql.com/doc/refman/8.4/en/problems-connecting.html",
        )
    elif name in _OF_SERVER:
        remedy = your_remedy(
            f"Do without the database {name}, which belongs to the server itself",
            "On Amazon RDS, no user has all privileges on it, not even the master user: use the database of the program, or a procedure of Amazon RDS (mysql.rds_…).",
            url="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html",
        )
    verdict = f"The database server denied {who} access to the database {name}. The login worked"
    return _explain_denied(text, denied[0], verdict, remedy)


def explain_mysql(text: str) -> Explanation | None:
    """Explain a privilege that MySQL says is missing."""
    if (denied := _MYSQL_DATABASE.search(text) if "' to database '" in text else None) is not None:
        return _explain_database_of_mysql(text, denied)
    found = _MYSQL.search(text) if " command denied to user" in text else None
    if found is None:
        return None
    verb, user = found["verb"].upper(), found["user"]
    parts = re.findall(r"[\w$-]+", found["name"] or found["table"], re.ASCII)
    name = ".".join(each if "-" not in each else f"`{each}`" for each in parts)
    if "LOCK TABLES" in verb:  # which nobody grants for a single table
        parts = [*parts[:-1], "*"] if len(parts) > 1 else ["DATABASE_NAME", "*"]
        name = ".".join(parts)
    type_name = "PROCEDURE " if found["type"] == "routine" else ""
    remedy = owner_remedy(
        f"Grant the user {user} {verb} on {name}",
        "For a function, write FUNCTION instead of PROCEDURE." if type_name else None,
        "Run the SQL as an administrator of the database. SELECT user, host FROM mysql.user prints the host of each user: replace % if this one has another.",
        manifest=f"GRANT {verb} ON {type_name}{name if len(parts) > 1 else f'DATABASE_NAME.{name}'} TO '{user}'@'%';",
        manifest_language="text",
        url="https://dev.mysql.com/doc/refman/8.4/en/grant.html",
    )
    return _explain_denied(text, found[0], f"The database denied the user {user} {verb} on {name}", remedy)
