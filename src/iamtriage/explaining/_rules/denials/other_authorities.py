"""Explain denials that neither IAM nor Kubernetes decided: of databases, firewalls in front of programs, GitHub and Docker.

Sources: https://www.postgresql.org/docs/current/ddl-priv.html,
https://dev.mysql.com/doc/refman/8.4/en/problems-connecting.html,
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html,
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html,
https://docs.docker.com/engine/install/linux-postinstall/ and
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._facts import Facts

__all__ = ("DECIDED_ELSEWHERE", "explain_other_authority")

_WAF = "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-testing-activities.html"
_ALB = (
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html"
)
_LOGIN_ONLY = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html"
DECIDED_ELSEWHERE = CauseType(
    "decided-elsewhere",
    title="Another system than IAM denied the request",
    text="A database, a web firewall, GitHub or Docker denied it by its own permissions.",
    meaning="The message comes from a system with permissions of its own. IAM policies have no effect on it.",
    recognised_by="The message is that of PostgreSQL, MySQL, a load balancer, CloudFront, GitHub or the Docker daemon.",
    fix="Change the permissions of the system that denied the request.",
    sources=(_ALB, _LOGIN_ONLY),
)
_NAME = r"[A-Za-z_][\w$]{0,62}"
# A name that PostgreSQL writes without quotes, although SQL requires them.
_PART = r"[A-Za-z_](?:[\w$-]{0,61}[\w$])?"
_POSTGRES = lazy_pattern(
    rf"permission denied for (?P<type>table|relation|view|materialized view|foreign table|sequence|schema|database|function|procedure) \"?(?P<name>{_PART}(?:\.{_PART})?)(?!\w)",
    re.ASCII,
)
_MYSQL = lazy_pattern(
    r"(?P<verb>(?:[A-Z]{3,10},? ){0,4}[A-Z]{3,10}|execute|alter routine) command denied to user '(?P<user>[\w.$-]{1,80})'@'(?P<host>[\w.%:-]{1,255})' for"
    r" (?:(?P<type>table|routine) (?P<name>['`][\w$.`-]{1,130}['`])|column '[^'\n]{1,64}' in table (?P<table>['`][\w$.`-]{1,130}['`]))",
    re.ASCII,
)
_USER_NAME = "DB_USER_NAME"
# The database user: of a policy for logins, of a command or connection string, and in words.
_USER = lazy_pattern(
    rf":dbuser:[\w-]{{1,80}}/(?P<of_arn>{_NAME})(?![\w*])|(?:-U |--username[= ]|\buser(?:name)?[=:] ?|postgres(?:ql)?://)['\"]?(?P<of_option>{_NAME})(?![\w.])|\b(?:connected|logged in)\b[^\n.;,]{{0,80}}? as (?!(?:an?|the|we|it|I|you|they|usual|expected|always|before|well|soon|if|follows)\b)(?P<of_words>{_NAME})",
    re.ASCII,
)
# "created by the migration (user shop_owner)", "the owner is shop_owner", "owned by the role shop_owner".
_OWNER = lazy_pattern(
    rf"\b(?:(?:created|owned)\b[^\n]{{0,60}}? by [^\n]{{0,60}}?\((?:user )?|(?:owned by|[Oo]wner(?: is|:)) (?:(?:the )?(?:user|role) )?)(?P<owner>{_NAME})(?=[.,;)]|\s*?(?:\n|\Z))",
    re.ASCII,
)
_IAM_LOGIN = lazy_pattern(r"\brds-db:|\bredshift(?:-serverless)?:Get|\bdsql:DbConnect")
# What a type of object is called in GRANT, with the privileges.
_GRANTS = {
    "sequence": "USAGE, SELECT ON SEQUENCE",
    "schema": "USAGE ON SCHEMA",
    "database": "CREATE ON DATABASE",
    "function": "EXECUTE ON FUNCTION",
    "procedure": "EXECUTE ON PROCEDURE",
}
_CREATES = lazy_pattern(
    r"\bCREATE (?:[A-Z]{2,12} ){0,3}(?:TABLE|VIEW|SEQUENCE|TYPE|FUNCTION|PROCEDURE|INDEX)\b", re.IGNORECASE
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
_LOAD_BALANCER = lazy_pattern(r"(?i:\bserver: ?awselb/2\.0)")
_BALANCER_ARN = lazy_pattern(
    r"\barn:aws[a-z-]{0,12}:elasticloadbalancing:[a-z0-9-]{6,30}:[0-9]{12}:loadbalancer/app/[\w-]{1,32}/[0-9a-f]{16}\b",
    re.ASCII,
)
_CLOUDFRONT = lazy_pattern(r"Request blocked\.[^\n]{0,400}?(?:\n[^\n]{0,400}){0,12}?\(CloudFront\)")
_FORBIDDEN = lazy_pattern(
    r"\bHTTP/[0-9.]{1,3}\"? 403\b|\b403 (?i:forbidden|error)\b|\b(?i:status|code|error|returned|answered|got)\b[^\n.;,]{0,30}\b403\b|\b(?:a|the|with|by) 403\b"
)
_LARGE = lazy_pattern(
    r"\b(?:\d{1,6} ?[KkM]i?B\b|(?:large|big|small)\b[^\n]{0,30}\b(?:body|bodies|POSTs?|PUTs?|requests?|uploads?))"
)
_GITHUB = lazy_pattern(
    r"(?:Permission to (?P<repository>[\w.-]{1,40}/[\w.-]{1,100}) denied to (?P<who>deploy key|[\w-]{1,40}(?:\[bot\])?)|Resource not accessible by integration)",
    re.ASCII,
)
_DOCKER = lazy_pattern(
    r"permission denied while trying to connect to the (?:Docker daemon socket|docker API)\b"
)


def explain_other_authority(text: str, _facts: Facts) -> Explanation | None:
    """Explain a denial of another system, or return ``None`` if a text shows none that is known."""
    return next(filter(None, (explain(text) for explain in _RULES)), None)


def _build(words: str, summary: str, *remedies: Remedy, notes: tuple[str, ...] = ()) -> Explanation:
    return Explanation(
        failure=None,
        topic=DECIDED_ELSEWHERE.code,
        summary=summary,
        causes=(DECIDED_ELSEWHERE.cause("reported", f"The text says {quote_words(words)}.", text="IAM policies have no effect on this decision."),),
        remedies=remedies,
        notes=notes,
    )  # fmt: skip


def _explain_postgres(text: str) -> Explanation | None:
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
    else:
        remedy = _grant_table(text, who, kind, name, user or _USER_NAME)
    return _build(
        found[0],
        f"The database denied {who} access to the {kind} {clip_text(name)}: what is missing is a privilege (GRANT) in the database, not an IAM permission.",
        remedy,
        notes=_login_notes(text),
    )


def _login_notes(text: str) -> tuple[str, ...]:
    """Return a note on a policy for logins with IAM, if the text has one."""
    if _IAM_LOGIN.search(text) is None:
        return ()
    return (
        "The login worked. rds-db:connect allows only logins: IAM has no actions for tables, so the policy stays as it is.",
    )


def _grant_object(text: str, kind: str, name: str, user: str) -> str:
    """Return the GRANT for an object that is not a table."""
    words, arguments = _GRANTS[kind], "(ARGUMENT_TYPES)" if kind in {"function", "procedure"} else ""
    if kind == "schema" and (name == "public" or _CREATES.search(text)):
        words = (
            "USAGE, CREATE ON SCHEMA"  # since PostgreSQL 15, only the owner of the database creates in public
        )
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
    schemas = {name.rpartition(".")[0], *(each for each in stated.values() if each)} - {""}
    schema = schemas.pop() if len(schemas) == 1 else ""
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


def _explain_mysql(text: str) -> Explanation | None:
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
    return _build(
        found[0],
        f"The database denied the user {user} {verb} on {name}: what is missing is a privilege (GRANT) in the database, not an IAM permission.",
        remedy,
        notes=_login_notes(text),
    )


def _explain_firewall(text: str) -> Explanation | None:
    balancer = _LOAD_BALANCER.search(text)
    blocked = balancer or _CLOUDFRONT.search(text)
    if blocked is None or not _FORBIDDEN.search(text):
        return None
    arns = set(_BALANCER_ARN.findall(text))
    who, resource = (
        ("load balancer", arns.pop() if len(arns) == 1 else "LOAD_BALANCER_ARN")
        if balancer
        else ("CloudFront distribution", "DISTRIBUTION_ID")
    )
    size = "AWSManagedRulesCommonRuleSet blocks bodies of more than 8 KB (SizeRestrictions_BODY), which fits the sizes in the text." if _LARGE.search(text) else None  # fmt: skip
    commands: tuple[str, ...] = (
        f"aws wafv2 get-web-acl-for-resource --resource-arn {resource}",
        "aws elbv2 describe-rules --listener-arn LISTENER_ARN",
    )
    if not balancer:
        commands = (
            f"aws cloudfront get-distribution-config --id {resource} --query 'DistributionConfig.[WebACLId,Restrictions]'",
        )
    remedy = owner_remedy(
        f"Find what blocks the request in front of the program: the web ACL of the {who}",
        size,
        "The sampled requests and the log of the web ACL name the rule (terminatingRuleId). Exempt only this path from it, or set the rule to Count there.",
        "Without a web ACL: a listener rule with a fixed response answers in the same way. In the access log, the actions are waf or fixed-response." if balancer else "Without a web ACL: the distribution blocks the country (geo restriction).",
        commands=commands,
        url=_WAF,
    )  # fmt: skip
    return _build(
        blocked[0].partition("\n")[0],
        f"The {who} itself answered with 403: most likely, its AWS WAF web ACL blocked the request. The request did not reach the program, so no IAM role or policy decided.",
        remedy,
        notes=(
            "Policies that were attached to the role of the program to fix this, such as AdministratorAccess, can be removed again.",
        )
        if "AdministratorAccess" in text
        else (),
    )


def _explain_github(text: str) -> Explanation | None:
    found = _GITHUB.search(text)
    if found is None:
        return None
    who = found["who"] or "github-actions[bot]"
    if who == "github-actions[bot]":
        remedy = your_remedy(
            "Give the job's GITHUB_TOKEN the permission that the call requires",
            "Set it in the job or the workflow: the token then has only the permissions that are listed there. A repository or organization can also limit the token to read access, and workflows of forks get only that.",
            "GITHUB_TOKEN is valid only for the repository of the workflow: for another one, use a GitHub App or a deploy key.",
            manifest="permissions:\n  contents: write  # or pull-requests, packages, issues: what the call changes\n  id-token: write  # keep it if the job assumes an AWS role\n",
            url="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions",
        )
    elif who == "deploy key":
        who = "a deploy key"
        remedy = owner_remedy(
            f"Allow write access for the deploy key of the repository {found['repository']}",
            "A deploy key can only read, unless it was added with write access, and is valid for one repository. Delete it in the settings of the repository, and add the public key again with Allow write access.",
            url="https://docs.github.com/en/authentication/connecting-to-github-with-ssh/managing-deploy-keys",
        )  # fmt: skip
    else:
        remedy = owner_remedy(
            f"Give {who} write access to the repository {found['repository']}, or use the credentials of someone who has it",
            "git uses the credentials that are stored for the host: git credential-manager, gh auth status and ssh -T git@github.com show whose they are.",
            url="https://docs.github.com/en/authentication/troubleshooting-ssh/error-permission-to-userrepo-denied-to-userother-repo",
        )  # fmt: skip
    return _build(found[0], f"GitHub denied the request of {who}: the permissions in GitHub decide, not an IAM role or policy.", remedy)  # fmt: skip


def _explain_docker(text: str) -> Explanation | None:
    found = _DOCKER.search(text)
    if found is None:
        return None
    remedy = your_remedy(
        "Let the user use the Docker daemon",
        "Members of the group docker have the rights of root. Log in again after the command.",
        "In a job, run it as a user of that group, or mount the socket with its group.",
        commands='sudo usermod -aG docker "$USER"',
        url="https://docs.docker.com/engine/install/linux-postinstall/",
    )
    return _build(found[0], "The operating system denied access to the socket of the Docker daemon: no call to AWS was made.", remedy)  # fmt: skip


_RULES: tuple[Callable[[str], Explanation | None], ...] = (
    _explain_postgres,
    _explain_mysql,
    _explain_firewall,
    _explain_github,
    _explain_docker,
)
