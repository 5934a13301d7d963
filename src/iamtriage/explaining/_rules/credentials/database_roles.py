"""Explain that a database of Amazon RDS or Aurora has no role for the AWS service that a statement of SQL uses.

Sources: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.Authorizing.html (Aurora
MySQL), https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.html (PostgreSQL),
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/oracle-s3-integration.html (Oracle) and
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.SQLServer.Options.BackupRestore.html (SQL Server).
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.no_credentials import explain_no_credentials
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy
from iamtriage.failures._failures import MissingCredentials

NOT_INSTANTIATED = r"API returned error: Missing Credentials: Cannot instantiate"
STORED = r"[Cc]redentials stored with the database (?:cluster|instance)"
_MESSAGE = lazy_pattern(
    r"\b(?P<parameter>aws_default_[a-z0-9]{2,20}_role)[\"'`]? (?:is|are) not (?:specified|set)\b"
    rf"|\b(?P<service>S3|Lambda|\w{{4,20}}) {NOT_INSTANTIATED}"
    r"|\b[Cc]redentials stored with the database (?P<kind>cluster|instance) can['’]t be accessed"
    r"|\badd the (?P<feature>[A-Z0-9_]{3,30}) role to the DB instance\b"
    r"|\bDatabase backup/restore option is (?P<option>not enabled)"
    r"|\(at least one of\) the (?P<privileges>(?:(?!privilege)[^\n]){0,120}?(?:FROM S3|INTO S3|INVOKE LAMBDA|\bAWS_[A-Z0-9]{2,20}(?:_S3)?_ACCESS)(?:(?!privilege)[^\n]){0,80}) privilege"
)
_FEATURE = lazy_pattern(r"\bfeature-name [\"'](?P<feature>\w{2,40})[\"']")
_ROLE = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}(?<!\.)")
_DATABASE = lazy_pattern(
    r"(?a)--db-(?P<kind>cluster|instance)-identifier[ =][\"']?(?P<option>[A-Za-z][\w-]{0,62})"
    r"|\bdb_(?P<of_code>cluster|instance)_identifier\s{0,20}=\s{0,4}\"(?P<code>[A-Za-z][\w-]{0,62})\""
    r"|\"DB(?P<of_member>Cluster|Instance)Identifier\": ?\"(?P<member>[A-Za-z][\w-]{0,62})\""
    rf"|(?<![\w.-])(?P<host>[a-z][a-z0-9-]{{0,62}})\.(?P<of_host>cluster-(?:(?:ro|custom)-)?)?[a-z0-9]{{6,20}}\.(?P<region>{REGION})\.rds\.amazonaws\.com"
)
_REGION = lazy_pattern(rf"--region[ =]({REGION})")
_USER = lazy_pattern(
    r"(?a)\bmysql [^\n]{0,120}?(?:-u ?|--user[= ])[\"']?(?P<user>[A-Za-z_][\w-]{0,31})(?![\w.@-])"
)
_OLD_MYSQL = lazy_pattern(
    r"\baurora_version\W{1,40}2\.|mysql_aurora\.2\.|aurora-mysql5\.7|\b5\.7\.mysql_aurora"
)
_MYSQL_ROLES = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.Authorizing.IAM.AddRoleToDBCluster.html"
_POSTGRES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.html"
_ORACLE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/oracle-s3-integration.html"
_SQL_SERVER = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.SQLServer.Options.BackupRestore.html"
)
_GRANTS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraMySQL.Integrating.LoadFromS3.html"
)
# What version 2 of Aurora MySQL grants, by the role of the database that version 3 has for it.
_OLD_PRIVILEGES = {
    "AWS_LOAD_S3_ACCESS": "LOAD FROM S3",
    "AWS_SELECT_S3_ACCESS": "SELECT INTO S3",
    "AWS_LAMBDA_ACCESS": "INVOKE LAMBDA",
}
_UNUSED = "The statement failed before the database used a role: the role's trust policy and permissions, the bucket and the privileges of the database user are not the cause."
_UNSENT = "The database got no credentials, so it sent no request: the role's permissions, the bucket, the statement and the privileges of the database user are not the cause."
# What the statements of a feature call.
_ACTIONS = {
    "s3Import": " (s3:GetObject, s3:ListBucket)",
    "s3Export": " (s3:PutObject, s3:AbortMultipartUpload)",
    "Lambda": " (lambda:InvokeFunction)",
}

DATABASE_WITHOUT_ROLE = CauseType(
    "database-without-role",
    title="The database has no role for the AWS service",
    meaning="A database calls Amazon S3, AWS Lambda or another service with a role that is associated with it: for one feature in PostgreSQL, Oracle and SQL Server, and with a parameter that names the role in Aurora MySQL.",
    recognised_by="The database says that no role is specified or associated, or that it cannot instantiate a client.",
    fix="Associate the role with the database for this feature and, for Aurora MySQL, set the parameter to the role.",
    sources=(_MYSQL_ROLES, _POSTGRES, _ORACLE, _SQL_SERVER),
)
DATABASE_PRIVILEGE = CauseType(
    "database-privilege-missing",
    title="The database user lacks a privilege of the database",
    text="The user may not use this integration with AWS. It is a privilege of the database: no IAM policy grants it.",
    recognised_by='Aurora MySQL says "Access denied; you need (at least one of) the …", with a privilege for Amazon S3 or AWS Lambda.',
    fix="Grant the privilege to the database user.",
    sources=(_GRANTS,),
)


class _Database(NamedTuple):
    """A database and its role, as far as a text shows them.

    Attributes:
        kind: ``cluster`` or ``instance``.
        name: Its identifier, or a placeholder.
        region: The option for its Region, or nothing.
        role: The only role that the text names.
    """

    kind: str
    name: str
    region: str
    role: str | None

    def add_role(self, role: str, feature: str = "") -> str:
        """Return the command that associates a role."""
        option = f" --feature-name {feature}" if feature else ""
        return f"aws rds add-role-to-db-{self.kind} --db-{self.kind}-identifier {self.name}{option} --role-arn {role}{self.region}"


def _find_database(text: str, kind: str) -> _Database:
    """Return the database that a text names, of a kind that the message says or else the text shows."""
    named = {
        (
            (
                each["kind"]
                or each["of_code"]
                or each["of_member"]
                or ("cluster" if each["of_host"] else "instance")
            ).lower(),
            each["option"] or each["code"] or each["member"] or each["host"],
        )
        for each in _DATABASE.finditer(text)
    }
    kind = kind or only_one({each for each, _ in named}, "instance")
    names = {name for each, name in named if each == kind}
    regions = {each["region"] for each in _DATABASE.finditer(text)} - {None} or set(_REGION.findall(text))
    return _Database(
        kind,
        only_one(names, f"DB_{kind.upper()}_NAME"),
        f" --region {regions.pop()}" if len(regions) == 1 else "",
        only_one(set(_ROLE.findall(text))),
    )


def explain_database_role(text: str, _facts: Facts | None = None) -> Explanation | None:
    """Explain that a database lacks a role or a privilege, or return ``None`` for other texts."""
    found = _MESSAGE.search(text)
    if found is None:
        return None
    if found["privileges"]:
        return _explain_privilege(text, found["privileges"])
    if found["option"]:
        return _explain_option(_find_database(text, "instance"))
    if found["parameter"] or found["service"]:
        service = found["service"] or found["parameter"].split("_")[2]
        parameter = found["parameter"] or f"aws_default_{service.lower()}_role"
        # SHOW VARIABLES prints the value in a table.
        is_empty = re.search(rf"\b{parameter}\s{{0,40}}\|[ \t]{{0,40}}\|", text) is not None
        is_set = found["service"] is not None and not is_empty
        return _explain_parameter(_find_database(text, "cluster"), parameter, is_set=is_set)
    stated = _FEATURE.search(text, found.end())
    feature = found["feature"] or (stated["feature"] if stated else "FEATURE")
    return _explain_feature(
        _find_database(text, found["kind"] or "instance"), feature, _ORACLE if found["feature"] else _POSTGRES
    )


def explain_uninstantiated(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain a database without credentials, of which `parse` reads the message."""
    found = explain_database_role(case.failure.text)
    if found is None:
        return explain_no_credentials(case, message)
    return case.explain(
        found.summary, *found.causes, topic=found.topic, remedies=found.remedies, notes=found.notes
    )


def _explain(
    summary: str, text: str, *remedies: Remedy, cause: CauseType = DATABASE_WITHOUT_ROLE
) -> Explanation:
    found = cause.cause("derived", text=text)
    return Explanation(None, cause.code, summary, causes=(found,), remedies=remedies)


def _name_role(role: str | None) -> str:
    return f"the role {clip_text(role.rpartition('/')[2])}" if role else "the role"


def _explain_feature(database: _Database, feature: str, url: str) -> Explanation:
    kind, role = database.kind, database.role
    return _explain(
        f"The DB {kind} has no role for the feature {feature}, or cannot use it.",
        _UNSENT,
        account_remedy(
            f"Associate {_name_role(role)} with the {kind} for {feature}",
            f"Each feature needs an association of its own. The caller needs rds:AddRoleToDB{kind.title()}, and iam:PassRole for the role.",
            f"The role must trust rds.amazonaws.com and allow what the statement does{_ACTIONS.get(feature, '')}.",
            "Wait until its status is ACTIVE, and repeat the statement: the SQL needs no change. INVALID means that the database cannot assume the role.",
            commands=database.add_role(role or "ROLE_ARN", feature),
            url=url,
        ),
    )


def _explain_parameter(database: _Database, parameter: str, *, is_set: bool) -> Explanation:
    role = database.role
    add_role = database.add_role(role or "ROLE_ARN")
    if is_set:
        return _explain(
            f"Aurora MySQL has no credentials: most likely, {_name_role(role)} is not associated with the DB cluster, or does not trust rds.amazonaws.com. The parameter {parameter} alone is not enough.",
            _UNSENT,
            account_remedy(
                f"Associate {_name_role(role)} with the cluster",
                "The caller needs rds:AddRoleToDBCluster, and iam:PassRole for the role. Wait until its status is ACTIVE.",
                f"{parameter} must name the same role, which must trust rds.amazonaws.com.",
                commands=add_role,
                url=_MYSQL_ROLES,
            ),
        )
    return _explain(
        f"Aurora MySQL does not know which role to use: the cluster parameter {parameter} is not set.",
        _UNUSED,
        account_remedy(
            f"Set {parameter} to {_name_role(role)} in the cluster parameter group",
            "It is a parameter of the DB cluster, not of its instances. The caller needs rds:ModifyDBClusterParameterGroup.",
            "A default group cannot be changed: create one of your own, and give it to the cluster (aws rds modify-db-cluster).",
            f"SHOW VARIABLES LIKE '{parameter}' prints the role when it is in effect. If it stays empty, reboot the writer.",
            "The role must also be associated with the cluster, and trust rds.amazonaws.com.",
            commands=(
                f"aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name PARAMETER_GROUP_NAME --parameters ParameterName={parameter},ParameterValue={role or 'ROLE_ARN'},ApplyMethod=immediate{database.region}",
                add_role,
            ),
            url=_MYSQL_ROLES,
        ),
    )


def _explain_option(database: _Database) -> Explanation:
    return _explain(
        "The DB instance has no role for backups in Amazon S3: its option group lacks SQLSERVER_BACKUP_RESTORE.",
        _UNUSED,
        account_remedy(
            "Add the option SQLSERVER_BACKUP_RESTORE with the role to the option group",
            "The role must trust rds.amazonaws.com and allow the bucket. A default option group cannot be changed: create one of your own, and give it to the instance (aws rds modify-db-instance).",
            "The option needs no restart. It takes effect after a few minutes.",
            commands=f"aws rds add-option-to-option-group --option-group-name OPTION_GROUP_NAME --apply-immediately --options 'OptionName=SQLSERVER_BACKUP_RESTORE,OptionSettings=[{{Name=IAM_ROLE_ARN,Value={database.role or 'ROLE_ARN'}}}]'{database.region}",
            url=_SQL_SERVER,
        ),
    )


def _explain_privilege(text: str, stated: str) -> Explanation | None:
    new = next((name for name, old in _OLD_PRIVILEGES.items() if name in stated or old in stated), None)
    if new is None and (named := re.search(r"AWS_\w{2,30}_ACCESS", stated)) is not None:
        new = named[0]
    if new is None:
        return None
    old = _OLD_PRIVILEGES.get(new)
    user = found["user"] if (found := _USER.search(text)) else "DB_USER_NAME"
    grant = f"GRANT {new} TO '{user}'@'%';"
    steps = [
        "Run the statement as the database's administrator.",
        f"{new} is a role of the database: the session must activate it (SET ROLE {new}), unless activate_all_roles_on_login is on.",
    ]
    if old is not None and _OLD_MYSQL.search(text):
        grant = f"GRANT {old} ON *.* TO '{user}'@'%';"
        del steps[1]
    elif old is not None:
        steps.append(f"In version 2 of Aurora MySQL, it is GRANT {old} ON *.* instead.")
    return _explain(
        f"Aurora MySQL itself denied the statement: the database user lacks the privilege {clip_text(stated)}. It sent no request to AWS.",
        DATABASE_PRIVILEGE.text,
        owner_remedy(
            "Grant the privilege to the database user",
            *steps,
            manifest=grant,
            manifest_language="text",
            url=_GRANTS,
        ),
        cause=DATABASE_PRIVILEGE,
    )
