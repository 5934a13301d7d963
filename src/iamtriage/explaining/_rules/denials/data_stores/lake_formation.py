"""Explain denials by AWS Lake Formation, which has permissions of its own.

Sources: https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html and
https://docs.aws.amazon.com/lake-formation/latest/dg/troubleshooting.html.
"""

from __future__ import annotations

import json
import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.regions import find_called_region, find_working_regions
from iamtriage.explaining._context.readers.statements import find_said, is_administrator
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.data_stores import lake_grants
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.remedies import owner_remedy, present
from iamtriage.explaining._rules.shared.requirements.required_resources import required_resources
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._grants import Grant

_NAME = r"[A-Za-z0-9_][\w.*-]{0,254}"
_REQUIRED = lazy_pattern(
    rf"(?a)Required (?P<permission>[A-Z][a-z]+(?: [A-Z][a-z]+){{0,3}})(?: on (?P<on>s3://[\w./-]+|{_NAME})|(?!\w| [A-Za-z]))"
)
_LOCATION = lazy_pattern(
    r"(?a)(?:s3://|arn:aws[a-z-]*:s3:::)(?P<path>[a-z0-9][a-z0-9.-]{2,62}(?:/[\w./=-]*)?)"
)
_DATABASE = lazy_pattern(rf"(?a)Database name: (?P<name>{_NAME})")
_TABLE = lazy_pattern(rf"(?a)Table name: (?!null\b)(?P<name>{_NAME})")
_ON = lazy_pattern(rf"(?a)permission\(s\) on (?P<name>{_NAME})")
_CRAWLER = lazy_pattern(r"\bERROR : |\b[Cc]rawler")
# https://docs.aws.amazon.com/glue/latest/dg/crawler-lf-integ.html: what a crawler needs on its database.
_CRAWLER_PERMISSIONS = ("CREATE_TABLE", "ALTER", "DESCRIBE")
_QUOTED = r"\"([\w.-]{1,255})\"|'([\w.-]{1,255})'|([\w.-]{1,255})"
# A word after "crawler:" is a name only if no other follows.
_CRAWLER_NAME = lazy_pattern(
    r"(?am)\bfor Crawler ([\w.-]{1,255})|:crawler/([\w.-]{1,255})"
    rf"|\b(?:start|get|update)-crawler [^\n|;&]{{0,200}}?--name[ =](?:{_QUOTED}(?![^\s|;&]))"
    rf"|\b[Cc]rawler(?:Name)?[\"']?(?: name)?[:=] ?(?:{_QUOTED}(?=,|[ \t]*$))"
)
# https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
_IF_REGISTERED = "If the table's S3 path is registered with Lake Formation, grant DATA_LOCATION_ACCESS on that location, too."
_DATABASE_PERMISSIONS = frozenset({"CREATE_TABLE"})
# The message does not say whether a name is that of a database or a table: these are names of databases.
_NAMED_DATABASE = lazy_pattern(r"(?i)[\w-]*db|(?:[\w-]*[_-])?(?:db|database)(?:[_-][\w-]*)?")
# Lake Formation grants these on databases, too.
_SHARED_PERMISSIONS = frozenset({None, "DESCRIBE", "ALTER", "DROP"})
# "GetDataAccess and s3:GetObject are all allowed", and "the role has lakeformation:GetDataAccess"
_ALLOWS_DATA_ACCESS = lazy_pattern(
    r"(?:(?i:\b(?:has|have|allows?|grants?|granted|with)\b)(?![^\n.;]{0,80}\b(?i:not?|never|without|lacks?)\b)[^\n;]{0,80}?lakeformation:(?:\*|GetDataAccess\b)|lakeformation:(?:\*|GetDataAccess\b)(?![^\n.;]{0,60}\b(?i:not|isn.t)\b)[^\n.;]{0,60}? (?:is|are|was) (?:already |all |also |both )?(?:allowed|granted|attached)\b|lakeformation:GetDataAccess(?: are| is)?(?: all| both)? allowed\b)"
)
_DATA_ACCESS = "To read the data, the caller also needs {}an identity-based policy that allows lakeformation:GetDataAccess and the Glue and Athena actions."
_FEATURE_GROUP = lazy_pattern(r"FeatureGroupName\W{1,8}([A-Za-z0-9-]{1,64})\b(?=[\s\S]{1,200}?CreateFailed)")
_MAX_CHARS = 32_000
# Where code and commands name the database of a table, and where they read its data.
_STATED_DATABASE = lazy_pattern(
    rf"(?ia)(?:--database(?:-name)?[ =]|\b(?:glue_?|source_?)?database(?:_?name)?[\"']?\s?(?:=>|[:=])\s?)[\"']?(?P<name>{_NAME})(?=[\s\"',)]|\Z)"
)
# "database sales," but not "the database permissions" or "a database, which".
_SAID_DATABASE = lazy_pattern(
    rf"(?a)\b[Dd]atabase (?:(?:called|named) )?(?:[`\"'](?P<quoted>{_NAME})[`\"']|(?!(?:and|or|is|has|level|name|permissions?|too|user|access|admin)\b)(?P<plain>{_NAME})(?=[,;)]|\.(?:\s|\Z)))"
)
_READS_DATA = lazy_pattern(
    r"(?i)\bread_(?:sql|parquet|csv|table)|\bSELECT\s[^;\n]{1,400}?\sFROM\s|\bspark\.(?:sql|table|read)\b|\bstart-query-execution\b|\bStartQueryExecution\b|\bfrom_catalog\(|\btoPandas\(|\bexecute the query\b"
)

LAKE_FORMATION_GRANT = CauseType(
    "lake-formation-grant",
    title="Lake Formation has not granted the permission",
    meaning="Lake Formation manages access to the database, table or location, and has not granted the caller the permission.",
    recognised_by='AWS says "Insufficient Lake Formation permission(s)" or a similar message.',
    fix="Grant the permission that the message names in Lake Formation.",
    sources=(
        "https://docs.aws.amazon.com/lake-formation/latest/dg/troubleshooting.html",
        pages.LAKE_FORMATION_PERMISSIONS,
    ),
)
NO_SUCH_RESOURCE = CauseType(
    "no-such-resource",
    title="The database or table does not exist",
    text="The database or table does not exist in this catalog and Region: Lake Formation reports the same error.",
    fix="Correct the name, the catalog and the Region.",
    of="lake-formation-grant",
)


@attrs.frozen(eq=False, repr=False)
class _Grant(Value):
    """Permissions that Lake Formation has to grant, as its API spells them, on a resource, which has a description."""

    permissions: tuple[str, ...]
    resource: dict[str, Any]
    description: str

    @property
    def permission(self) -> str:
        """The permissions in words."""
        return join_words(self.permissions, "and")


_INTEGRATION_PAGE = "https://docs.aws.amazon.com/lake-formation/latest/dg/full-table-credential-vending.html"
LAKE_FORMATION_INTEGRATION = CauseType(
    "lake-formation-integration",
    title="Lake Formation gives no credentials to external engines",
    text="By default, Lake Formation gives external engines, such as Spark with Iceberg, no credentials for the data of a table.",
    recognised_by='AWS Lake Formation answers "Access is not allowed" to GetTemporaryGlueTableCredentials.',
    fix="Allow external engines with full table access in Lake Formation, or give their session a tag that it knows.",
    sources=(
        _INTEGRATION_PAGE,
        "https://docs.aws.amazon.com/lake-formation/latest/dg/using-cred-vending.html",
    ),
)
_INACCESSIBLE = lazy_pattern(
    rf"(?i:insufficient glue permissions to access) (?P<kind>table|database) (?P<name>{_NAME})"
)


def explain_lake_formation(denial: Denial) -> Explanation:
    """Explain a denial by Lake Formation."""
    words = message_text(denial)
    grant = _find_grant(denial, words)
    stated = _REQUIRED.search(words)
    caller, role = denial.caller, denial.context.role_arn
    own: str | None = getattr(denial.role or denial.principal, "name", None)
    if caller == "the caller" and role is not None and ":role/" in role.value:
        # What the grant is for.
        own = role.value.rpartition("/")[2]
        caller = f"the role {clip_text(own)}"
    summary = f"Lake Formation denied {caller} access to {grant.description}."
    if stated:
        permission = grant.permissions[0]
        summary = f"{capitalize_start(caller)} lacks the Lake Formation permission {permission} on {grant.description}."
        if caller == "the caller":
            summary = f"The Lake Formation permission {permission} on {grant.description} is missing."
    revoked = lake_grants.describe_revoked(denial.failure.text)
    causes = [
        LAKE_FORMATION_GRANT.cause(
            "reported" if "ake Formation" in words else "derived",
            (f'The message says "{stated[0]}".',) if stated else (),
            text=f"Lake Formation has not granted {caller} {grant.permissions[0] if stated else 'a permission'} on {grant.description}. {revoked or 'IAM policies do not grant it, not even AdministratorAccess.'}",
        )
    ]
    listed = lake_grants.describe_listed(denial, own, caller)
    if listed is not None:
        text = f"{listed.text} {revoked or 'IAM policies do not replace a grant.'}"
        causes = [LAKE_FORMATION_GRANT.cause("derived", text=text)]
        if listed.is_of_session and not stated and "Table" in grant.resource:
            # The session reads the data.
            grant = attrs.evolve(grant, permissions=("DESCRIBE",))
    elif not revoked and "Catalog" not in grant.resource and "DataLocation" not in grant.resource:
        causes.append(NO_SUCH_RESOURCE.cause())
    reads_data = "Table" in grant.resource and not (listed and listed.is_of_session)
    return denial.explain(
        summary,
        *causes,
        topic="lake-formation",
        remedies=(
            _grant_remedy(denial, grant, words),
            None if listed is not None else _check_remedy(denial, grant, revoked),
        ),
        notes=(_describe_data_access(denial, grant) if reads_data else None,),
    )


def _check_remedy(denial: Denial, grant: _Grant, revoked: str | None) -> Remedy:
    inspect = "aws lakeformation list-permissions --resource {}"
    return owner_remedy(
        "Check what Lake Formation grants already",
        "The resource and the catalog (the account) must be those of the call. A resource link needs a grant on its target.",
        None
        if revoked
        else "To leave access to IAM instead, grant the permissions to IAM_ALLOWED_PRINCIPALS.",
        commands=_name_region(denial, fill_command(inspect, json.dumps(grant.resource))),
        url=pages.LAKE_FORMATION_PERMISSIONS,
    )


def _describe_data_access(denial: Denial, grant: _Grant) -> str:
    """Return what the caller needs in IAM to read the data of a table, unless it is an administrator."""
    if is_administrator(denial.failure.text):
        return "AdministratorAccess already allows lakeformation:GetDataAccess and the Glue and Athena actions: no IAM policy is missing. Without it, the caller needs them from another policy."
    if next(find_said(denial.failure.text, _ALLOWS_DATA_ACCESS), None) is not None:
        return "As the text says, IAM allows lakeformation:GetDataAccess: no IAM policy is missing for it."
    return _DATA_ACCESS.format("" if "SELECT" in grant.permissions else "SELECT, and ")


def _find_grant(denial: Denial, words: str) -> _Grant:
    """Return what Lake Formation has to grant, according to the message."""
    required, location = _REQUIRED.search(words), _LOCATION.search(words)
    permission = required["permission"].upper().replace(" ", "_") if required else None
    named = required["on"].rstrip(".") if required and required["on"] else None
    if permission == "CREATE_DATABASE" or (named or "").lower() == "catalog":
        return _Grant((permission or "CREATE_DATABASE",), {"Catalog": {}}, "the Data Catalog")
    if location is not None and (permission in {None, "DATA_LOCATION_ACCESS"}):
        arn = f"arn:{denial.location.partition or 'aws'}:s3:::{location['path']}".rstrip(".")
        resource = {"DataLocation": {"ResourceArn": arn}}
        return _Grant(("DATA_LOCATION_ACCESS",), resource, f"the location {arn}")
    named = named or _find_name(_ON, words)
    table, database = _find_name(_TABLE, words), _find_name(_DATABASE, words)
    is_database = (denial.operation or "").endswith(("Database", "Databases"))
    if database is not None:
        is_database = is_database or named in {None, database}
    if named is not None and permission in _SHARED_PERMISSIONS:
        is_database = is_database or _is_named_database(denial, named)
    if table is None and (is_database or permission in _DATABASE_PERMISSIONS):
        name = database or named or "DATABASE_NAME"
        usual = _CRAWLER_PERMISSIONS if _CRAWLER.search(words) else ("DESCRIBE",)
        permissions: tuple[str, ...] = (permission,) if permission else usual
        return _Grant(permissions, {"Database": {"Name": name}}, f"the database {name}")
    name = table or named or "TABLE_NAME"
    if "." in name and database is None:
        database, _, name = name.partition(".")
    permissions = (permission,) if permission else ("SELECT", "DESCRIBE")
    if permission == "DESCRIBE" and _READS_DATA.search(denial.failure.text):
        permissions = ("DESCRIBE", "SELECT")
    database = database or _find_database(denial, name)
    described = "the database or table" if name == "TABLE_NAME" else f"the table {name}"
    if database is not None and name != "TABLE_NAME":
        described += f" of the database {database}"
    # The same words name a database, and nothing else says which one it is.
    elif not (
        table
        or required
        or denial.operation
        or _is_called_table(denial, name)
        or _READS_DATA.search(denial.failure.text)
    ):
        described = f"the database or table {name}"
    in_database = {"DatabaseName": database or "DATABASE_NAME", "Name": name}
    return _Grant(permissions, {"Table": in_database}, described)


def _is_named_database(denial: Denial, name: str) -> bool:
    """Return whether a name is most likely that of a database, by its spelling or by what the text says."""
    if "." in name or (denial.operation or "").endswith(("Table", "Tables", "Partition", "Partitions")):
        return False
    if _is_called_table(denial, name):
        return False
    stated = _find_database(denial, name)
    return stated == name or (stated is None and _NAMED_DATABASE.fullmatch(name) is not None)


def _is_called_table(denial: Denial, name: str) -> bool:
    text = denial.failure.text[:_MAX_CHARS]
    words = rf"\btables? (?:if exists )?(?:\S{{1,80}}\.)?[`\"']?{re.escape(name)}(?![\w-]|\.\w)"
    return re.search(words, text, re.ASCII | re.IGNORECASE) is not None


def _find_database(denial: Denial, table: str) -> str | None:
    """Return the database of a table, if code, SQL or a command in the text names only one."""
    text = denial.failure.text[:_MAX_CHARS]
    qualified = re.findall(
        rf"(?<![\w.@/-])([A-Za-z_]\w{{0,254}})\.{re.escape(table)}(?![\w.-])", text, re.ASCII
    )
    # A source of dbt has the name of its database, unless the project says otherwise.
    sources = re.findall(
        rf"\bsource\(\s?[\"'](\w{{1,255}})[\"'],\s?[\"']{re.escape(table)}[\"']", text, re.ASCII
    )
    found = {each["name"].rstrip(".") for each in _STATED_DATABASE.finditer(text)} | {*qualified, *sources}
    found = found or {each["quoted"] or each["plain"] for each in _SAID_DATABASE.finditer(text)}
    return only_one(found)


def _find_name(pattern: re.Pattern[str], words: str) -> str | None:
    found = pattern.search(words)
    return found["name"].rstrip(".") if found else None


def _principal_argument(denial: Denial) -> str:
    arn = resource_commands.policy_principal_arn(denial)
    return "ROLE_ARN" if arn == "PRINCIPAL_ARN" else arn


# https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html
_LAKE_ADMINISTRATOR = lazy_pattern(
    r"(?i:\b(?:am|are|is|i'm|as) (?:also )?(?:an? |the |already )?(?:data ?lake|lake formation|LF) admin(?:istrator)?s?\b)"
)
_IS_ADMINISTRATOR = "As a data lake administrator, you have DESCRIBE on everything, but not {}. You can grant it, also to yourself."
_MAKES_GRANT = "A data lake administrator makes the grant (get-data-lake-settings lists them): an IAM administrator is not one automatically."
_ADMINISTRATORS = "aws lakeformation get-data-lake-settings --query DataLakeSettings.DataLakeAdmins"


def _grant_remedy(denial: Denial, grant: _Grant, words: str) -> Remedy:
    lines: tuple[str, ...] = ()
    last: tuple[Labelled, ...] = ()
    said = next(find_said(denial.failure.text, _LAKE_ADMINISTRATOR), None)
    is_by_reader = said is not None and grant.permissions != ("DESCRIBE",)
    steps = [_IS_ADMINISTRATOR.format(grant.permission) if is_by_reader else _MAKES_GRANT]
    if "ROLE_ARN" in _principal_argument(denial) and denial.context.role_arn is None:
        who = "The principal is the role that made the call, not its session: aws sts get-caller-identity prints the role's name after assumed-role/. A Glue job or crawler calls with its own role."
        if _CRAWLER.search(words):
            who = "The principal is the crawler's role, which the first command prints."
            named = _CRAWLER_NAME.search(denial.failure.text)
            crawler = "CRAWLER_NAME" if named is None else next(filter(None, named.groups())).rstrip(".")
            show = "aws glue get-crawler --name {} --query Crawler.Role --output text"
            lines = (fill_command(show, crawler),)
        steps.append(who)
    if "CREATE_TABLE" in grant.permissions:
        steps.append(_IF_REGISTERED)
    if (failed := _FEATURE_GROUP.search(denial.failure.text)) is not None:
        delete = fill_command("aws sagemaker delete-feature-group --feature-group-name {}", failed[1])
        label = "Then delete the feature group, which stays in CreateFailed, and create it again:"
        last = (Labelled(label, _name_region(denial, delete)[0]),)
    administrators = () if is_by_reader else (_ADMINISTRATORS,)
    principal = f"DataLakePrincipalIdentifier={_principal_argument(denial)}"
    template = f"aws lakeformation grant-permissions --principal {{}} --permissions {' '.join(grant.permissions)} --resource {{}}"
    line = fill_command(template, principal, json.dumps(grant.resource))
    if grant.description.startswith("the database or table ") and "Table" in grant.resource:
        of_database = json.dumps({"Database": {"Name": grant.resource["Table"]["Name"]}})
        other = fill_command(template.replace("SELECT ", ""), principal, of_database)
        last = (Labelled("Or, if it is a database:", _name_region(denial, other)[0]), *last)
    return owner_remedy(
        f"Grant {grant.permission} on {grant.description} in Lake Formation",
        *steps,
        *resource_commands.role_path_steps(denial),
        commands=(*_name_region(denial, *lines, *administrators, line), *last),
        url=pages.LAKE_FORMATION_PERMISSIONS,
    )


def _name_region(denial: Denial, *lines: str) -> tuple[str, ...]:
    """Return commands for the region of the call, if that is known."""
    text, (start, end) = denial.failure.text, denial.failure.span
    region = denial.facts.region or find_called_region(text, start, find_working_regions(text, start, end))
    if region is None or commands.region(region) != region:
        return lines
    return tuple(f"{line} --region {region}" for line in lines)


def explain_integration(denial: Denial) -> Explanation | None:
    """Explain that an engine got no credentials for the data of a table, or return ``None`` for another call."""
    operation, service = denial.operation, denial.failure.envelope.service
    is_vending = service == "lakeformation" if operation is None else operation.startswith("GetTemporaryGlue")
    if not is_vending or denial.failure.action is not None:
        return None
    setting = (
        "aws lakeformation get-data-lake-settings --query DataLakeSettings.AllowFullTableExternalDataAccess"
    )
    return denial.explain(
        "Lake Formation gave the engine no credentials for the table: most likely, it does not allow external engines, as by default.",
        LAKE_FORMATION_INTEGRATION.cause(),
        LAKE_FORMATION_GRANT.cause(
            text=f"Lake Formation has not granted {denial.caller} SELECT on the whole table, or no policy allows lakeformation:GetDataAccess."
        ),
        topic="lake-formation",
        remedies=owner_remedy(
            "Allow external engines with full table access",
            "If the command does not print true: in the Lake Formation console, under Application integration settings, allow external engines to access data in Amazon S3 locations with full table access.",
            f"{capitalize_start(denial.caller)} also needs SELECT on the whole table in Lake Formation, and lakeformation:GetDataAccess in IAM.",
            commands=_name_region(denial, setting),
            url=_INTEGRATION_PAGE,
        ),
    )


def explain_inaccessible(denial: Denial) -> Explanation | None:
    """Explain that whoever grants a permission may not read the table or database, or return ``None``.

    https://docs.aws.amazon.com/lake-formation/latest/dg/granting-catalog-permissions.html
    """
    # In a message, a blank space can stand for the end of a line.
    found = _INACCESSIBLE.search(denial.failure.text)
    # AWS Glue says the same of a table that the caller only reads.
    if found is None or "Grant" not in (denial.operation or "Grant"):
        return None
    kind, name = found["kind"], found["name"].rstrip(".")
    action, path = "glue:GetDatabase", f"database/{name}"
    if kind == "table":
        action, path = "glue:GetTable", f"table/DATABASE_NAME/{name}"
    region, account = commands.region(denial.facts.region), commands.account(denial.account)
    arn = f"arn:{denial.location.partition or 'aws'}:glue:{region}:{account}:{path}"
    resources, _ = required_resources(action, arn, denial.failure.text) or ((arn,), None)
    return denial.explain(
        f"{capitalize_start(denial.caller)} cannot grant permissions on the {kind} {clip_text(name)}: most likely, no policy allows {action} on it.",
        NO_IDENTITY_ALLOW.cause(
            text=f"To grant a permission on a {kind}, {denial.caller} needs {action} on it, besides lakeformation:GrantPermissions."
        ),
        NO_SUCH_RESOURCE.cause(text=f"The {kind} does not exist in this catalog and Region."),
        topic="lake-formation",
        remedies=present(allow_remedy(denial, grant=Grant(action, resources))),
    )
