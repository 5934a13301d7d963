"""Explain denials by the permissions of OpenSearch, of its dashboards, and of OpenSearch Serverless.

Sources: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html,
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/dashboards.html,
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html and
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html.
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.coded_principals import find_referenced_role
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.resource_commands import policy_commands, policy_of
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_resource_statements
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.principals.principal_words import (
    PLACEHOLDER_ACCOUNT,
    describe_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.requirements.resource_policies import find_domain
from iamtriage.policies._documents import allow
from iamtriage.policies._masked_arns import is_masked

_PAGE = "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html"
_PERMISSION = lazy_pattern(
    r"(?a)no permissions for \[(?P<names>[\w:*/.-]{1,80}(?:\[\w{1,8}\])?(?:, ?[\w:*/.-]{1,80}(?:\[\w{1,8}\])?){0,4})\]"
)
# Permissions of the cluster, although their names can speak of indexes: requests that go to several indexes.
# https://docs.opensearch.org/latest/security/access-control/permissions/
_ROLE_NAME = lazy_pattern(r"(?a)[A-Za-z0-9][\w-]{0,63}")
_OF_CLUSTER = lazy_pattern(
    r"cluster:.*|indices:admin/(?:template|index_template|component_template)/.*|indices:data/(?:write/(?:bulk|reindex)|read/(?:mget|msearch|mtv|scroll)(?:/.*)?)"
)

# The index in Fluent Bit's configuration. With Logstash_Format, the names of the indexes end with the date.
_OUTPUT_INDEX = lazy_pattern(
    r"(?m)^[ \t]{0,20}(?:(?P<is_prefix>[Ll]ogstash_[Pp]refix)|[Ii]ndex)[ \t:]{1,20}(?P<name>[a-z0-9][a-z0-9_-]{0,60})[ \t\r]*$"
)
OPENSEARCH_ROLE_NOT_MAPPED = CauseType(
    "opensearch-role-not-mapped",
    title="No OpenSearch role of the caller allows the request",
    text="The signature is valid, and IAM and the domain's access policy allowed the request, so another Allow there does not help: OpenSearch's own roles denied it.",
    recognised_by='OpenSearch says "no permissions for […] and User [name=…]" (security_exception).',
    fix="Map the IAM role as a backend role of an OpenSearch role that has the permission.",
    sources=(_PAGE,),
)


_BULK = "indices:data/write/bulk"
# What GET prints of a mapping: https://docs.opensearch.org/latest/security/api/role-mappings/patch-role-mappings/
_MAPPING = lazy_pattern(
    r"(?a)\"(?P<role>(?!all_access\"|security_manager\")[A-Za-z0-9][\w-]{0,63})\"\s{0,4}:\s{0,4}\{(?P<members>[^{}]{0,4000}?\"backend_roles\"\s{0,4}:\s{0,4}\[[^{}]{0,4000})\}"
)
_COMBINED = lazy_pattern(r"\"and_backend_roles\"\s{0,4}:\s{0,4}\[\s{0,20}\"")
_MAPPED_NAME = lazy_pattern(r"\"([^\"\n]{1,600})\"")
_LISTED = lazy_pattern(r"\"(?P<kind>users|backend_roles)\"\s{0,4}:\s{0,4}\[(?P<names>[^\[\]]{0,4000})\]")


_MASTER_ROLE = 'If the master user is an IAM role, replace --user MASTER_USER_NAME by: --aws-sigv4 aws:amz:{}:es --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --header "x-amz-security-token: $AWS_SESSION_TOKEN".'
_CURL = "curl --user MASTER_USER_NAME --request {} {{}} --header 'Content-Type: application/json' --data {{}}"


def explain_opensearch_role(denial: Denial) -> Explanation:
    """Explain that no OpenSearch role that is mapped to the caller allows the request."""
    found = _PERMISSION.search(denial.failure.text)
    names = found["names"].replace(" ", "").split(",") if found else []
    permission = "the request"
    if names:
        permission = f"the permission{'s' * (len(names) > 1)} {clip_text(join_words(tuple(names), 'and'))}"
    role = underlying_role(denial.principal)
    arn = commands.arn(str(role or denial.principal) if denial.principal else None, "PRINCIPAL_ARN")
    arn = arn.replace(f":{PLACEHOLDER_ACCOUNT}:", ":ACCOUNT_ID:") if denial.has_masked_account else arn
    kind = "users" if role is None and denial.principal is not None else "backend_roles"
    name = (getattr(role or denial.principal, "name", None) or "").rpartition("/")[2]
    name = name if _ROLE_NAME.fullmatch(name) else "ROLE_NAME"
    domain, text = find_domain(denial.failure.text), denial.failure.text
    url = f"https://{domain[0]}" if domain else "DOMAIN_URL"
    region = domain["region"] if domain else commands.region(denial.facts.region)
    outputs = {f"{each['name']}{'-*' if each['is_prefix'] else ''}" for each in _OUTPUT_INDEX.finditer(text)}
    index = max(outputs, key=lambda name: name.endswith("-*"), default=None)
    summary = f"OpenSearch denied {describe_principal(denial.principal, denial.principal_text)} {permission}: no role inside OpenSearch (fine-grained access control) that is mapped to this caller has it."
    mapping = only_one([*_MAPPING.finditer(text)])
    if mapping is not None and arn != "PRINCIPAL_ARN" and not denial.has_masked_account:
        unmapped = _explain_mapping(denial, permission, mapping, arn, kind, url)
        if unmapped is not None:
            return unmapped
    group = " cluster_composite_ops contains indices:data/write/bulk." if _BULK in names else ""
    remedy = remedies.owner_remedy(
        "Map the caller to an OpenSearch role with the permission",
        f"As the domain's master user, create an OpenSearch role for this, and map the caller to it (in Dashboards: Security, Roles, Mapped users). The role all_access would allow far too much.{group}",
        "PUT replaces what exists: if there is a role or a mapping with this name, print it with GET and add to it. Both take effect immediately.",
        _MASTER_ROLE.format(region),
        None if index else "INDEX_PATTERN matches the indexes of the client, such as logs-*.",
        commands=tuple(
            commands.fill_command(
                _CURL.format("PUT"),
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


def _explain_mapping(
    denial: Denial, permission: str, mapping: re.Match[str], arn: str, kind: str, url: str
) -> Explanation | None:
    """Explain that the mapping of an OpenSearch role in the text does not list the caller."""
    role, members = mapping.group("role", "members")
    listed = {each["kind"]: _MAPPED_NAME.findall(each["names"]) for each in _LISTED.finditer(members)}
    others = list(dict.fromkeys(clip_text(name) for each in listed.values() for name in each))
    if arn in others or any("*" in each or is_masked(each) for each in others) or _COMBINED.search(members):
        return None
    if role.startswith("readall") and ":data/read" not in permission and ":monitor/" not in permission:
        return None  # a predefined role that only reads
    caller, names = describe_principal(denial.principal, denial.principal_text), listed.get(kind, [])
    mapped = f"only to {join_words(others[:_MAX_NAMES], 'and')}" if others else "to nobody"
    change = [{"op": "replace", "path": f"/{kind}", "value": [*names, arn]}]
    remedy = remedies.owner_remedy(
        f"Map {caller} to the OpenSearch role {role}",
        f"As the domain's master user (in Dashboards: Security, Roles, {role}, Mapped users). It takes effect immediately{', and keeps what is mapped: remove what is wrong' if names else ''}.",
        f"If OpenSearch then says the same, {role} lacks the permission.",
        _MASTER_ROLE.format(commands.region(denial.facts.region)),
        commands=commands.fill_command(
            _CURL.format("PATCH"),
            f"{url}/_plugins/_security/api/rolesmapping/{role}",
            json.dumps(change, separators=(",", ":")),
        ),
        url=_PAGE,
    )
    return denial.explain(
        f"OpenSearch denied {caller} {permission}: the OpenSearch role {role} is mapped {mapped}, and not to {arn}.",
        OPENSEARCH_ROLE_NOT_MAPPED.cause("derived"),
        topic="opensearch-role",
        remedies=remedy,
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


_DASHBOARDS = lazy_pattern(r"/_plugin/(?:kibana|dashboards)\b|/_dashboards\b")
# A program that calls the API of the dashboards can sign.
_PROGRAM = lazy_pattern(r"\bcurl\b|\bosd-xsrf\b|\bkbn-xsrf\b|/api/saved_objects")
_MAX_NAMES = 3


def explain_dashboards(denial: Denial) -> Explanation | None:
    """Explain that the browser of a person, who opened the dashboards of a domain, is an anonymous caller."""
    text = denial.failure.text
    if denial.is_explicit or _DASHBOARDS.search(text) is None or _PROGRAM.search(text) is not None:
        return None
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
    sign_in = remedies.owner_remedy(
        "Let people sign in to the dashboards, with Amazon Cognito or SAML",
        "Turn it on in the security configuration of the domain. With Cognito, the access policy must allow the role of the identity pool. SAML requires fine-grained access control.",
        "Or run a proxy that signs with your credentials, such as aws-sigv4-proxy, and open the dashboards through it. The access policy must allow your role or user.",
        url="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/dashboards.html",
    )
    at_address = {"IpAddress": {"aws:SourceIp": "YOUR_ADDRESS/32"}}
    by_address = remedies.resource_policy_remedy(
        f"For a few people: allow their addresses in the {policy.name}",
        remedies.save_step(f"the {policy.name}"),
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


_SERVERLESS_PAGE = (
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html"
)
_ARN = lazy_pattern(r"\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:(?:role|user)/[\w+=,.@/-]{0,575}\w")
_PRINCIPALS = lazy_pattern(r"\bPrincipals?\\?[\"']?\s{0,9}[=:]\s{0,9}\[(?P<arns>[^\[\]]{1,4000})\]")
_PERMISSIONS = lazy_pattern(r"\bPermissions?\\?[\"']?\s{0,9}[=:]\s{0,9}\[[^\[\]]{1,2000}\]")
_IS_PUBLIC = lazy_pattern(r"\bAllowFromPublic\\?[\"']?\s{0,9}[=:]\s{0,9}true\b")
_NAME = lazy_pattern(r"\baccess-policy\b[^\n|;]{0,120}?--name[ =](?P<name>[a-z][a-z0-9-]{2,31})")
_LIST = "aws opensearchserverless list-access-policies --type data --query 'accessPolicySummaries[].name'"
_COLLECTION = lazy_pattern(r"\b(?:index|collection)/(?P<name>[a-z][a-z0-9-]{2,31})\b")
# An Allow in the text; a question or advice names the action alone.
_ALLOWED = lazy_pattern(
    r"\b[Aa]llow(?:s|ed)?\b[^\n]{0,40}?\baoss:(?:APIAccessAll\b|\*)|\"aoss:(?:APIAccessAll|\*)\""
)
DATA_ACCESS_POLICY = CauseType(
    "data-access-policy",
    title="The data access policy of the collection does not allow the request",
    meaning="OpenSearch Serverless checks two layers: IAM (aoss:APIAccessAll), and the data access policy of the collection, which lists roles and users.",
    recognised_by='The service says "User does not have permissions for the requested resource" (authorization_exception).',
    fix="Add the role of the caller to Principal in the data access policy.",
    sources=(_SERVERLESS_PAGE,),
)


_SESSION = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:sts::\d{12}:assumed-role/[\w+=,.@-]{1,64}/[\w+=,.@-]{2,64}"
)


class _AccessPolicy(NamedTuple):
    """A data access policy in a text: its name and collection, and the roles and users that it lists."""

    name: str
    collection: str | None
    principals: tuple[str, ...]


def _find_policy_name(text: str) -> str | None:
    in_code = find_resources(text, "aws_opensearchserverless_access_policy")
    name = next(filter(None, (each.text_of("name") for each in in_code)), None)
    named = _NAME.search(text) if name is None else None
    return name if named is None else named["name"]


def _find_policy(text: str) -> _AccessPolicy | None:
    found, name = _PRINCIPALS.search(text), _find_policy_name(text)
    if found is None or (name is None and "aoss:" not in text):
        return None
    collections = {each["name"] for each in _COLLECTION.finditer(text)}
    return _AccessPolicy(
        name or "POLICY_NAME", only_one(collections), tuple(dict.fromkeys(_ARN.findall(found["arns"])))
    )


def _find_caller(denial: Denial, policy: _AccessPolicy | None) -> str | None:
    """Return the ARN of the calling role or user, which can be the only one that the policy does not list."""
    if denial.principal is not None:
        return str(underlying_role(denial.principal) or denial.principal)
    listed = () if policy is None else policy.principals
    sessions = map(try_parse_principal, _SESSION.findall(denial.failure.text))
    found = {*_ARN.findall(denial.failure.text), *(str(underlying_role(each)) for each in sessions if each)}
    return only_one({each for each in found if each not in listed})


def _find_role_in_code(text: str, policy: _AccessPolicy | None) -> tuple[str | None, str | None]:
    """Return how Terraform code refers to the role of a knowledge base, or the one with permissions, and its ARN."""
    bases = find_resources(text, "aws_bedrockagent_knowledge_base")
    values = [each.arguments.get("role_arn") for each in bases]
    allowing = (each for each in find_resources(text, "aws_iam_role_policy") if '"aoss:' in each.body)
    values = [*filter(None, values)] or [each.arguments.get("role") for each in allowing]
    address, name = find_referenced_role(text, only_one(set(filter(None, values)), ""))
    listed = () if policy is None else policy.principals
    start = only_one({each.partition(":role/")[0] for each in listed if ":role/" in each})
    return address and f"{address}.arn", f"{start}:role/{name}" if start and name else None


# A line can break a word.
_OF_BASE = lazy_pattern(
    r"CreateKnowledgeBase|AWS::Bedrock::KnowledgeBase|aws_bedrockagent_knowledge_base|\b[Kk]nowledge [Bb]ase (?:storage conf|role)|\b(?:Start)?[Ii]ngestion ?[Jj]ob\b"
)


def explain_data_access(denial: Denial) -> Explanation:
    """Explain that a collection's data access policy does not allow a request that IAM allowed."""
    text = denial.failure.text
    policy = _find_policy(text)
    caller = _find_caller(denial, policy)
    reference, arn = (None, None) if caller else _find_role_in_code(text, policy)
    caller = caller or arn
    who = "the role of the knowledge base" if _OF_BASE.search(text) else "the role of the caller"
    name = who if caller is None else clip_text(_last(caller))
    listed = () if policy is None else tuple(_last(each) for each in policy.principals)
    is_listed = policy is not None and caller is not None and _last(caller) in listed
    named = "" if policy is None or policy.name == "POLICY_NAME" else f" {policy.name}"
    of = f"the collection {policy.collection}" if policy and policy.collection else "the collection"
    why = f"its data access policy{named} does not allow the request of {name}"
    because, shown, second = "", "", None
    if is_listed:
        why = f"its data access policy{named} lists {name}, but no rule with it allows the request"
    elif policy is not None and caller is not None:
        why = f"its data access policy{named} does not list {name}"
        because = f"Its Principal has only {clip_text(join_words(listed, 'and'))}, whose calls work."
        if any(each.startswith("AWSReservedSSO_") for each in listed):
            because = f"{because[:-1]}: the one with AWSReservedSSO_ is that of people who sign in to IAM Identity Center."
    if is_administrator(text) and not is_listed:
        shown = ", which AdministratorAccess includes"
    elif _ALLOWED.search(text) and not is_listed:
        shown = ", which the text shows"
    # In a data access policy, it is no action of IAM.
    back = " aoss:* is not required: take it back." if "aoss:*" in _PERMISSIONS.sub("", text) else ""
    if caller is None and who.endswith("caller"):
        second = remedies.your_remedy(
            "Print which identity calls, where the program runs",
            "It can be another role than the one with which the same call works elsewhere.",
            commands="aws sts get-caller-identity",
        )
    return denial.explain(
        f"OpenSearch Serverless denied the request to {of}: {why}.",
        DATA_ACCESS_POLICY.cause("derived" if policy else "reported", because),
        remedies=(_change_remedy(text, policy, caller, reference, who, is_listed=is_listed), second),
        notes=f"Both layers must allow the request: the data access policy, and IAM with aoss:APIAccessAll{shown}. {'More IAM permissions do not help' if shown else 'No IAM policy replaces the first'}.{back}",
    )


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _change_remedy(
    text: str,
    policy: _AccessPolicy | None,
    caller: str | None,
    reference: str | None,
    who: str,
    *,
    is_listed: bool,
) -> Remedy:
    name, arn = "POLICY_NAME" if policy is None else policy.name, caller or "PRINCIPAL_ARN"
    delay = "The change takes effect after about a minute. If the call then still fails, check the network policy of the collection."
    if _IS_PUBLIC.search(text) is not None:
        delay = (
            f"{delay.partition(' If ')[0]} The network policy in the text allows public access: it can stay."
        )
    if is_listed:
        title = f"In the data access policy {name}, add the index or collection and the permission of the call to a rule with {_last(arn)}"
    else:
        title = f"Add {who if caller is None else _last(arn)} to Principal in the data access policy"
        title += "" if name == "POLICY_NAME" else f" {name}"
    if policy is not None and not is_listed and "aws_opensearchserverless_access_policy" in text:
        lines = "".join(f'\n  "{each}",' for each in (*policy.principals, *(() if reference else (arn,))))
        lines += f"\n  {reference}," if reference else ""
        narrow = "aoss:*" in text and _OF_BASE.search(text) is not None and policy.collection
        return remedies.owner_remedy(
            title,
            f"To give it less than aoss:*, write a rule of its own with aoss:DescribeIndex, aoss:ReadDocument and aoss:WriteDocument on index/{policy.collection}/*."
            if narrow
            else None,
            "Then apply the change before what uses the collection: depends_on makes Terraform wait for the policy.",
            delay,
            manifest=f"Principal = [{lines}\n]",
            manifest_language="hcl",
            url=_SERVERLESS_PAGE,
        )
    show = f"aws opensearchserverless get-access-policy --type data --name {name}"
    index = f"index/{(policy and policy.collection) or 'COLLECTION'}/*"
    return remedies.owner_remedy(
        title,
        f"Its rules need the permission of the call, such as aoss:CreateIndex or aoss:ReadDocument on {index}.",
        delay,
        commands=(
            _LIST if name == "POLICY_NAME" else None,
            f"{show} --query accessPolicyDetail.policy --output json > access.json",
            Labelled(
                "Then, with the change in access.json:",
                f'aws opensearchserverless update-access-policy --type data --name {name} --policy file://access.json --policy-version "$({show} --query accessPolicyDetail.policyVersion --output text)"',
            ),
        ),
        url=_SERVERLESS_PAGE,
    )
