"""Explain denials by services that have permissions of their own: OpenSearch and AWS Lake Formation.

Sources: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html,
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/dashboards.html,
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html,
https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html and
https://docs.aws.amazon.com/lake-formation/latest/dg/troubleshooting.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.regions import find_called_region, find_working_regions
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.denials.known_policies import list_resource_statements
from iamtriage.explaining._rules.denials.resource_commands import policy_commands, policy_of
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.policy_principals import policy_principal_arn, role_path_steps
from iamtriage.explaining._rules.shared.principal_words import describe_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import owner_remedy, resource_policy_remedy, save_step
from iamtriage.explaining._rules.shared.services import find_domain
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html"
_PERMISSION = lazy_pattern(
    r"no permissions for \[(?P<names>[\w:*/.-]{1,80}(?:\[\w{1,8}\])?(?:, ?[\w:*/.-]{1,80}(?:\[\w{1,8}\])?){0,4})\]",
    re.ASCII,
)
# Permissions of the cluster, although their names can speak of indexes: requests that go to several indexes.
# https://docs.opensearch.org/latest/security/access-control/permissions/
_ROLE_NAME = lazy_pattern(r"[A-Za-z0-9][\w-]{0,63}", re.ASCII)
_OF_CLUSTER = lazy_pattern(
    r"cluster:.*|indices:admin/(?:template|index_template|component_template)/.*|indices:data/(?:write/(?:bulk|reindex)|read/(?:mget|msearch|mtv|scroll)(?:/.*)?)",
    re.ASCII,
)

# The index in Fluent Bit's configuration. With Logstash_Format, the names of the indexes end with the date.
_OUTPUT_INDEX = lazy_pattern(
    r"^[ \t]{0,20}(?:(?P<is_prefix>[Ll]ogstash_[Pp]refix)|[Ii]ndex)[ \t:]{1,20}(?P<name>[a-z0-9][a-z0-9_-]{0,60})[ \t\r]*$",
    re.MULTILINE,
)
OPENSEARCH_ROLE_NOT_MAPPED = CauseType(
    "opensearch-role-not-mapped",
    title="No OpenSearch role of the caller allows the request",
    text="The signature is valid, and IAM and the domain's access policy allowed the request: OpenSearch's own roles denied it.",
    recognised_by='OpenSearch says "no permissions for […] and User [name=…]" (security_exception).',
    fix="Map the IAM role as a backend role of an OpenSearch role that has the permission.",
    sources=(_PAGE,),
)


_BULK = "indices:data/write/bulk"


def explain_opensearch_role(denial: Denial) -> Explanation:
    """Explain that no OpenSearch role that is mapped to the caller allows the request."""
    found = _PERMISSION.search(denial.failure.text)
    names = found["names"].replace(" ", "").split(",") if found else []
    permission = "the request"
    if names:
        permission = f"the permission{'s' * (len(names) > 1)} {clip_text(join_words(tuple(names), 'and'))}"
    role = underlying_role(denial.principal)
    arn = commands.arn(str(role or denial.principal) if denial.principal else None, "PRINCIPAL_ARN")
    kind = "users" if role is None and denial.principal is not None else "backend_roles"
    name = (getattr(role or denial.principal, "name", None) or "").rpartition("/")[2]
    name = name if _ROLE_NAME.fullmatch(name) else "ROLE_NAME"
    domain, text = find_domain(denial.failure.text), denial.failure.text
    url = f"https://{domain[0]}" if domain else "DOMAIN_URL"
    region = domain["region"] if domain else commands.region(denial.facts.region)
    outputs = {f"{each['name']}{'-*' if each['is_prefix'] else ''}" for each in _OUTPUT_INDEX.finditer(text)}
    index = max(outputs, key=lambda name: name.endswith("-*"), default=None)
    summary = f"OpenSearch denied {describe_principal(denial.principal, denial.principal_text)} {permission}: no role inside OpenSearch (fine-grained access control) that is mapped to this caller has it."
    group = " cluster_composite_ops contains indices:data/write/bulk." if _BULK in names else ""
    remedy = owner_remedy(
        "Map the caller to an OpenSearch role with the permission",
        f"As the domain's master user, create an OpenSearch role for this, and map the caller to it (in Dashboards: Security, Roles, Mapped users). The role all_access would allow far too much.{group}",
        "PUT replaces what exists: if there is a role or a mapping with this name, print it with GET and add to it. Both take effect immediately.",
        f'If the master user is an IAM role, replace --user MASTER_USER_NAME by: --aws-sigv4 aws:amz:{region}:es --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --header "x-amz-security-token: $AWS_SESSION_TOKEN".',
        None if index else "INDEX_PATTERN matches the indexes of the client, such as logs-*.",
        commands=tuple(
            fill_command(
                "curl --user MASTER_USER_NAME --request PUT {} --header 'Content-Type: application/json' --data {}",
                f"{url}/_plugins/_security/api/{path}/{name}",
                json.dumps(body, separators=(",", ":")).replace("INDEX_PATTERN", index or "INDEX_PATTERN"),
            )
            for path, body in (("roles", _needed_permissions(names)), ("rolesmapping", {kind: [arn]}))
        ),
        url=_PAGE,
    )
    return denial.explain(
        summary, OPENSEARCH_ROLE_NOT_MAPPED.cause("reported"), topic="opensearch-role", remedies=remedy
    )


def _needed_permissions(names: list[str]) -> dict[str, object]:
    """Return an OpenSearch role with the permissions, each at the level where OpenSearch checks it.

    >>> _needed_permissions(["indices:data/read/search"])["index_permissions"]
    [{'index_patterns': ['INDEX_PATTERN'], 'allowed_actions': ['read']}]
    """
    of_cluster = [clip_text(name) for name in names if _OF_CLUSTER.fullmatch(name)]
    of_index = [clip_text(name) for name in names if not _OF_CLUSTER.fullmatch(name)]
    if _BULK in of_cluster:
        # The action group has the permission of the request, whose items are checked by index.
        of_cluster, of_index = ["cluster_composite_ops"], ["write", "create_index", *of_index]
    of_index = ["read" if each.startswith("indices:data/read/") else each for each in of_index]
    found: dict[str, object] = {"cluster_permissions": of_cluster} if of_cluster else {}
    if of_index or not of_cluster:
        actions = list(dict.fromkeys(of_index)) or ["PERMISSION"]
        found["index_permissions"] = [{"index_patterns": ["INDEX_PATTERN"], "allowed_actions": actions}]
    return found


_NAME = r"[A-Za-z0-9_][\w.*-]{0,254}"
_REQUIRED = lazy_pattern(
    rf"Required (?P<permission>[A-Z][a-z]+(?: [A-Z][a-z]+){{0,3}})(?: on (?P<on>s3://[\w./-]+|{_NAME})|(?!\w| [A-Za-z]))",
    re.ASCII,
)
_LOCATION = lazy_pattern(
    r"(?:s3://|arn:aws[a-z-]*:s3:::)(?P<path>[a-z0-9][a-z0-9.-]{2,62}(?:/[\w./=-]*)?)", re.ASCII
)
_DATABASE = lazy_pattern(rf"Database name: (?P<name>{_NAME})", re.ASCII)
_TABLE = lazy_pattern(rf"Table name: (?P<name>{_NAME})", re.ASCII)
_ON = lazy_pattern(rf"permission\(s\) on (?P<name>{_NAME})", re.ASCII)
_CRAWLER = lazy_pattern(r"\bERROR : |\b[Cc]rawler")
# https://docs.aws.amazon.com/glue/latest/dg/crawler-lf-integ.html: what a crawler needs on its database.
_CRAWLER_PERMISSIONS = ("CREATE_TABLE", "ALTER", "DESCRIBE")
_DATABASE_PERMISSIONS = frozenset({"CREATE_TABLE"})
_DATA_ACCESS = "To read the data, the caller also needs {}an identity-based policy that allows lakeformation:GetDataAccess and the Glue and Athena actions."
_ADMINISTRATOR = "AdministratorAccess already allows lakeformation:GetDataAccess and the Glue and Athena actions: no IAM policy is missing."
_FEATURE_GROUP = lazy_pattern(r"FeatureGroupName\W{1,8}([A-Za-z0-9-]{1,64})\b(?=[\s\S]{1,200}?CreateFailed)")
_MAX_CHARS = 32_000
# Where code and commands name the database of a table, and where they read its data.
_STATED_DATABASE = lazy_pattern(
    rf"(?:--database(?:-name)?[ =]|\b(?:glue_?|source_?)?database(?:_?name)?[\"']?\s?(?:=>|[:=])\s?)[\"']?(?P<name>{_NAME})(?=[\s\"',)]|\Z)",
    re.ASCII | re.IGNORECASE,
)
_READS_DATA = lazy_pattern(
    r"\bread_(?:sql|parquet|csv|table)|\bSELECT\s[^;\n]{1,400}?\sFROM\s|\bspark\.(?:sql|table|read)\b|\bstart-query-execution\b|\bStartQueryExecution\b|\bfrom_catalog\(|\btoPandas\(",
    re.IGNORECASE,
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
    """A permission that Lake Formation has to grant.

    Attributes:
        permissions: The permissions, as the API spells them.
        resource: The resource, as the API takes it.
        description: The resource in words.
    """

    permissions: tuple[str, ...]
    resource: dict[str, Any]
    description: str

    @property
    def permission(self) -> str:
        """The permissions in words."""
        return join_words(self.permissions, "and")


def explain_lake_formation(denial: Denial) -> Explanation:
    """Explain a denial by Lake Formation."""
    words = message_text(denial)
    grant = _find_grant(denial, words)
    stated = _REQUIRED.search(words)
    caller, role = denial.caller, denial.context.role_arn
    if caller == "the caller" and role is not None and ":role/" in role.value:
        # What the grant is for.
        caller = f"the role {clip_text(role.value.rpartition('/')[2])}"
    summary = f"Lake Formation denied {caller} access to {grant.description}."
    if stated:
        permission = grant.permissions[0]
        summary = f"{capitalize_start(caller)} lacks the Lake Formation permission {permission} on {grant.description}."
        if caller == "the caller":
            summary = f"The Lake Formation permission {permission} on {grant.description} is missing."
    causes = [
        LAKE_FORMATION_GRANT.cause(
            "reported" if "ake Formation" in words else "derived",
            (f'The message says "{stated[0]}".',) if stated else (),
            text=f"Lake Formation has not granted {caller} {grant.permissions[0] if stated else 'a permission'} on {grant.description}. IAM policies do not grant it, not even AdministratorAccess.",
        )
    ]
    if "Catalog" not in grant.resource and "DataLocation" not in grant.resource:
        causes.append(NO_SUCH_RESOURCE.cause())
    inspect = "aws lakeformation list-permissions --resource {}"
    return denial.explain(
        summary,
        *causes,
        topic="lake-formation",
        remedies=(
            _grant_remedy(denial, grant, words),
            owner_remedy(
                "Or check what Lake Formation grants already",
                "The resource and the catalog (the account) must be those of the call. A resource link needs a grant on its target.",
                "To leave access to IAM instead, grant the permissions to IAM_ALLOWED_PRINCIPALS.",
                commands=_in_region(denial, fill_command(inspect, json.dumps(grant.resource))),
                url=pages.LAKE_FORMATION_PERMISSIONS,
            ),
        ),
        notes=(_describe_data_access(denial, grant),) if "Table" in grant.resource else (),
    )


def _describe_data_access(denial: Denial, grant: _Grant) -> str:
    """Return what the caller needs in IAM to read the data of a table, unless it is an administrator."""
    if is_administrator(denial.failure.text):
        return _ADMINISTRATOR
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
    in_database = {"DatabaseName": database or "DATABASE_NAME", "Name": name}
    return _Grant(permissions, {"Table": in_database}, described)


def _find_database(denial: Denial, table: str) -> str | None:
    """Return the database of a table, if code, SQL or a command in the text names only one."""
    text = denial.failure.text[:_MAX_CHARS]
    qualified = re.findall(
        rf"(?<![\w.@/-])([A-Za-z_]\w{{0,254}})\.{re.escape(table)}(?![\w.-])", text, re.ASCII
    )
    found = {each["name"].rstrip(".") for each in _STATED_DATABASE.finditer(text)} | set(qualified)
    return found.pop() if len(found) == 1 else None


def _find_name(pattern: re.Pattern[str], words: str) -> str | None:
    found = pattern.search(words)
    return found["name"].rstrip(".") if found else None


def _principal(denial: Denial) -> str:
    arn = policy_principal_arn(denial)
    return "ROLE_ARN" if arn == "PRINCIPAL_ARN" else arn


_ADMINISTRATORS = "aws lakeformation get-data-lake-settings --query DataLakeSettings.DataLakeAdmins"


def _grant_remedy(denial: Denial, grant: _Grant, words: str) -> Remedy:
    lines: tuple[str, ...] = ()
    last: tuple[Labelled, ...] = ()
    steps = [
        "A data lake administrator makes the grant (get-data-lake-settings lists them): an IAM administrator is not one automatically."
    ]
    if "ROLE_ARN" in _principal(denial) and (denial.context.role_arn is None or _CRAWLER.search(words)):
        who = "The principal is the role that made the call (aws sts get-caller-identity prints it). A Glue job or crawler calls with its own role."
        if _CRAWLER.search(words):
            who = "The principal is the crawler's role, which the first command prints."
            lines = ("aws glue get-crawler --name CRAWLER --query Crawler.Role --output text",)
        steps.append(who)
    if (failed := _FEATURE_GROUP.search(denial.failure.text)) is not None:
        delete = fill_command("aws sagemaker delete-feature-group --feature-group-name {}", failed[1])
        label = "Then delete the feature group, which stays in CreateFailed, and create it again:"
        last = (Labelled(label, _in_region(denial, delete)[0]),)
    principal = f"DataLakePrincipalIdentifier={_principal(denial)}"
    template = f"aws lakeformation grant-permissions --principal {{}} --permissions {' '.join(grant.permissions)} --resource {{}}"
    line = fill_command(template, principal, json.dumps(grant.resource))
    return owner_remedy(
        f"Grant {grant.permission} on {grant.description} in Lake Formation",
        *steps,
        *role_path_steps(denial),
        commands=(*_in_region(denial, *lines, _ADMINISTRATORS, line), *last),
        url=pages.LAKE_FORMATION_PERMISSIONS,
    )


def _in_region(denial: Denial, *lines: str) -> tuple[str, ...]:
    """Return commands for the region of the call, if that is known."""
    text, (start, end) = denial.failure.text, denial.failure.span
    region = denial.facts.region or find_called_region(text, start, find_working_regions(text, start, end))
    if region is None or commands.region(region) != region:
        return lines
    return tuple(f"{line} --region {region}" for line in lines)


_DASHBOARDS = lazy_pattern(r"/_plugin/(?:kibana|dashboards)\b|/_dashboards\b")
# A program that calls the API of the dashboards can sign.
_PROGRAM = lazy_pattern(r"\bcurl\b|\bosd-xsrf\b|\bkbn-xsrf\b|/api/saved_objects")
_DASHBOARDS_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/dashboards.html"
_MAX_NAMES = 3


def is_in_browser(denial: Denial) -> bool:
    """Return whether a person opened the dashboards of a domain in a browser."""
    text = denial.failure.text
    is_open = denial.service == "es" and not denial.is_explicit
    return is_open and _DASHBOARDS.search(text) is not None and _PROGRAM.search(text) is None


def explain_dashboards(denial: Denial) -> Explanation:
    """Explain that the browser of a person is an anonymous caller."""
    policy, domain = policy_of(denial), find_domain(denial.failure.text)
    allowed = list_resource_statements(denial, ":domain/")
    named = list(dict.fromkeys(clip_text(name) for names, _ in allowed for name in names))
    only = ""
    if named:
        only = f" The access policy in the text allows only {join_words(named[:_MAX_NAMES], 'and')}."
    arn = next((resource for _, resource in allowed), None)
    if arn is None:
        region, name = (domain["region"], domain["domain"]) if domain else ("REGION", "DOMAIN")
        partition = denial.location.partition or "aws"
        arn = f"arn:{partition}:es:{region}:{commands.account(denial.account)}:domain/{name}/*"
    sign_in = owner_remedy(
        "Let people sign in to the dashboards, with Amazon Cognito or SAML",
        "Turn it on in the security configuration of the domain. With Cognito, the access policy must allow the role of the identity pool. SAML requires fine-grained access control.",
        "Or run a proxy that signs with your credentials, such as aws-sigv4-proxy, and open the dashboards through it. The access policy must allow your role or user.",
        url=_DASHBOARDS_PAGE,
    )
    at_address = {"IpAddress": {"aws:SourceIp": "YOUR_ADDRESS/32"}}
    by_address = resource_policy_remedy(
        f"For a few people: allow their addresses in the {policy.name}",
        save_step(f"the {policy.name}"),
        "Replace YOUR_ADDRESS (curl https://checkip.amazonaws.com). Without the condition, the domain is open to everyone.",
        "For all others: turn on Amazon Cognito or SAML authentication for the dashboards, or run a proxy that signs with your credentials, such as aws-sigv4-proxy.",
        statements=(allow("es:ESHttp*", arn, principal={"AWS": "*"}, condition=at_address),),
        commands=policy_commands(denial, policy.show_command, policy.change_command),
        url=pages.OPENSEARCH_POLICY,
    )
    is_in_vpc = domain is not None and domain["kind"] == "vpc"
    return denial.explain(
        f"The browser was denied {denial.action or 'access'}: it does not sign requests, and the sign-in to the AWS console does not reach the domain's endpoint.",
        UNSIGNED_CALL.cause("reported", text=f"The domain sees an anonymous caller.{only}"),
        topic="anonymous-call",
        # A condition on addresses has no effect for a domain in a VPC.
        remedies=(sign_in,) if is_in_vpc else (by_address, sign_in),
        notes="No policy of your user or role applies to an unsigned request.",
    )
