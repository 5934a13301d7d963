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
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present, your_remedy

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
_POSTGRES = lazy_pattern(
    rf"permission denied for (?P<type>table|relation|view|materialized view|foreign table|sequence|schema|database|function|procedure) \"?(?P<name>{_NAME}(?:\.{_NAME})?)(?!\w)",
    re.ASCII,
)
_MYSQL = lazy_pattern(
    rf"(?P<verb>[A-Z]{{3,10}}(?: [A-Z]{{3,10}})?) command denied to user '(?P<user>[\w.$-]{{1,80}})'@'(?P<host>[\w.%:-]{{1,255}})' for (?:table|column|routine) '?`?(?P<name>{_NAME}(?:`?\.`?{_NAME})?)",
    re.ASCII,
)
# The database user: of a policy for logins, of a command or connection string, and in words.
_USER = lazy_pattern(
    rf":dbuser:[\w-]{{1,80}}/(?P<of_arn>{_NAME})(?![\w*])|(?:-U |--username[= ]|\buser(?:name)?[=:] ?|postgres(?:ql)?://)['\"]?(?P<of_option>{_NAME})(?![\w.])|\b(?:connected|logged in)\b[^\n]{{0,120}}? as (?P<of_words>{_NAME})",
    re.ASCII,
)
_OWNER = lazy_pattern(
    rf"\b(?:created|owned)\b[^\n]{{0,60}}? by [^\n]{{0,60}}?\((?:user )?(?P<owner>{_NAME})\)", re.ASCII
)
_IAM_LOGIN = lazy_pattern(r"\brds-db:|\bredshift(?:-serverless)?:Get|\bdsql:DbConnect")
# What a type of object is called in GRANT, with the privileges.
_GRANTS = {
    "sequence": "USAGE, SELECT ON SEQUENCE",
    "schema": "USAGE ON SCHEMA",
    "database": "CONNECT ON DATABASE",
    "function": "EXECUTE ON FUNCTION",
    "procedure": "EXECUTE ON PROCEDURE",
}
_OF_TABLES = "SELECT, INSERT, UPDATE, DELETE ON"
_LOAD_BALANCER = lazy_pattern(r"(?i:\bserver: ?awselb/2\.0)")
_CLOUDFRONT = lazy_pattern(r"Request blocked\.[^\n]{0,400}?(?:\n[^\n]{0,400}){0,12}?\(CloudFront\)")
_FORBIDDEN = lazy_pattern(r"\b403\b")
_LARGE = lazy_pattern(
    r"\b(?:\d{1,6} ?[KkM]i?B\b|(?:large|big|small)\b[^\n]{0,30}\b(?:body|bodies|POSTs?|PUTs?|requests?|uploads?))"
)
_GITHUB = lazy_pattern(
    r"(?:Permission to (?P<repository>[\w.-]{1,40}/[\w.-]{1,100}) denied to (?P<who>[\w-]{1,40}(?:\[bot\])?)|Resource not accessible by integration)",
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
    owner = found_owner["owner"] if (found_owner := _OWNER.search(text)) else None
    grantee = user or "DATABASE_USER"
    words = _GRANTS.get(kind, _OF_TABLES)
    arguments = "(ARGUMENT_TYPES)" if kind in {"function", "procedure"} else ""
    lines = [f"GRANT {words} {name}{arguments} TO {grantee};"]
    if words == _OF_TABLES:
        creator = owner or "TABLE_OWNER"
        schema = name.partition(".")[0] if "." in name else "public"
        lines += [
            "-- For tables that this user creates later:",
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {creator} IN SCHEMA {schema}",
            f"  GRANT {words.removesuffix(' ON')} ON TABLES TO {grantee};",
        ]
    who = f"the user {user}" if user else "the database user"
    remedy = owner_remedy(
        f"Grant {who} the privileges on the {kind} {name}",
        f"Run the SQL as {f'{owner}, which owns the {kind}' if owner else f'the owner of the {kind}'}, or as an administrator of the database. Grant only what the program needs.",
        "It also requires USAGE on the schema." if words == _OF_TABLES else None,
        manifest="\n".join(lines),
        manifest_language="text",
        url="https://www.postgresql.org/docs/current/sql-grant.html",
    )
    login = "The login worked. rds-db:connect allows only logins: IAM has no actions for tables, so the policy stays as it is."
    return _build(
        found[0],
        f"The database denied {who} access to the {kind} {clip_text(name)}: a privilege (GRANT) is missing in the database, no IAM permission.",
        remedy,
        notes=present(login if _IAM_LOGIN.search(text) else None),
    )


def _explain_mysql(text: str) -> Explanation | None:
    found = _MYSQL.search(text)
    if found is None:
        return None
    verb, user, name = found["verb"], found["user"], found["name"].replace("`", "")
    remedy = owner_remedy(
        f"Grant the user {user} {verb} on {name}",
        "Run the SQL as an administrator of the database. SHOW GRANTS prints the hosts from which the user is defined: replace % if it is another one.",
        manifest=f"SHOW GRANTS FOR '{user}'@'%';\nGRANT {verb} ON {name if '.' in name else f'DATABASE_NAME.{name}'} TO '{user}'@'%';",
        manifest_language="text",
        url="https://dev.mysql.com/doc/refman/8.4/en/grant.html",
    )
    return _build(
        found[0],
        f"The database denied the user {user} {verb} on {name}: a privilege (GRANT) is missing in the database, no IAM permission.",
        remedy,
        notes=present(
            "rds-db:connect allows only logins: IAM has no actions for tables."
            if _IAM_LOGIN.search(text)
            else None
        ),
    )


def _explain_firewall(text: str) -> Explanation | None:
    balancer = _LOAD_BALANCER.search(text)
    blocked = balancer or _CLOUDFRONT.search(text)
    if blocked is None or not _FORBIDDEN.search(text):
        return None
    who, resource = (
        ("load balancer", "LOAD_BALANCER_ARN") if balancer else ("CloudFront distribution", "DISTRIBUTION_ID")
    )
    size = "AWSManagedRulesCommonRuleSet blocks bodies of more than 8 KB (SizeRestrictions_BODY), which fits what the text says of sizes." if _LARGE.search(text) else None  # fmt: skip
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
            "What was allowed to the role of the program to fix this, such as AdministratorAccess, can be removed again.",
        )
        if re.search(r"\bAdministratorAccess\b", text)
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
            "Set it in the job or the workflow: what is not listed has no access. A repository or organization can also limit the token to read access, and workflows of forks get only that.",
            "GITHUB_TOKEN is valid only for the repository of the workflow: for another one, use a GitHub App or a deploy key.",
            manifest="permissions:\n  contents: write  # or pull-requests, packages, issues: what the call changes\n  id-token: write  # keep it if the job assumes an AWS role\n",
            url="https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions",
        )
    else:
        remedy = owner_remedy(
            f"Give {who} write access to the repository {found['repository']}, or use the credentials of someone who has it",
            "git uses the credentials that are stored for the host: git credential-manager, gh auth status and ssh -T git@github.com show whose.",
            url="https://docs.github.com/en/authentication/troubleshooting-ssh/error-permission-to-userrepo-denied-to-userother-repo",
        )  # fmt: skip
    return _build(found[0], f"GitHub denied the request of {who}: the permissions in GitHub decide, no IAM role or policy.", remedy)  # fmt: skip


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
