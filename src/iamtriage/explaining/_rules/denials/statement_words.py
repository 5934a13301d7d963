"""Say in words what the statements of policies are about.

Operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iamtriage._text import clip_text, join_words
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.shared.policies.statement_matching import (
    ACCOUNT,
    differing_part,
    excluding_pattern,
)
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, iterate_conditions
from iamtriage.policies._readers.unknown_values import has_reference, widen

_MAX_VALUES = _MAX_RESOURCES = 3
_PARTS = ("", "the partition", "the service", "the Region", "the account")
# Parts of condition operators, and what they compare.
_COMPARISONS = {
    "DateLessThanEquals": "not after ",
    "DateLessThan": "before ",
    "DateGreaterThanEquals": "not before ",
    "DateGreaterThan": "after ",
    "LessThanEquals": "at most ",
    "LessThan": "less than ",
    "GreaterThanEquals": "at least ",
    "GreaterThan": "greater than ",
}


def describe_difference(
    action: str, resource: str, allowed: Sequence[str], needed: Sequence[str], text: str = ""
) -> str | None:
    """Return in which part, or by its type, a resource of those that a call needs differs from the allowed ones."""
    if ":s3:" in resource:
        if any(resource.startswith(f"{each.rstrip('/')}/") for each in allowed if "*" not in each):
            return f"{action} is checked on objects, and that ARN is the bucket's: its objects have the ARN with /*."
        if any(each.rstrip("*").rstrip("/") == resource for each in allowed):
            return f"{action} is checked on the bucket, and the ARN with /* covers only its objects."
    known = find_action(action)
    kind = None if known is None else known.accepts(resource)
    others = () if known is None else tuple(known.accepts(widen(each)) for each in allowed)
    if kind is not None and all(each is not None and each.name != kind.name for each in others):
        names = join_words(
            tuple(dict.fromkeys(each.name.removeprefix("root") for each in others if each)), "and"
        )
        # The ARN of Glue's rootcatalog has only the word catalog.
        name = written if kind.name.endswith(written := type_of(resource)) else kind.name
        later = [each for each in find_missing_types(action, allowed, needed) if each != written]
        name += f", nor on the {join_words(later, 'or')}, which the call needs, too" if later else ""
        return f"{action} is checked on each resource that the call uses. The policy allows it on the {names}, but not on the {name}.{_name_option(resource, text)}"
    types = [type_of(each) for each in allowed if each.split(":")[2:3] == resource.split(":")[2:3]]
    is_of_type = type_of(resource) in types or len(types) < len(allowed)
    if kind is not None and not any(others) and allowed and not is_of_type:
        return f"{action} is checked on the {kind.name}, but the policy names only the {join_words(types, 'and')}."
    found = {part for each in allowed if (part := differing_part(resource, each)) is not None}
    if len(found) != 1:
        return None
    index, pattern = found.pop()
    if not resource.split(":")[index] and index != ACCOUNT:
        return f"Only {_PARTS[index]} differs: the denied resource has none in its ARN."
    if index == ACCOUNT and not resource.split(":")[index]:
        return f"Only the account differs: what AWS itself owns has none in its ARN ({clip_text(':'.join(resource.split(':')[:5]))}:…)."
    return f"Only {_PARTS[index]} ({clip_text(pattern)} instead of {clip_text(resource.split(':')[index])}) differs."


def _name_option(resource: str, text: str) -> str:
    """Return which option of the call in a text names a resource, as a sentence after a space."""
    name = re.escape(re.split(r"[:/]", resource)[-1])
    option = rf"(?<![\w-])(?:[A-Z][A-Za-z]{{3,40}}(?=[\"']?\s?[:=]\s?[\"']{name}[\"'])|--[a-z][a-z-]{{3,40}}(?=[ =][\"']?{name}(?![\w.*-])))"
    found = re.search(option, text) if name else None
    return f" {found[0]} of the call names that one." if found else ""


def type_of(arn: str) -> str:
    """Return the resource type in an ARN.

    >>> type_of("arn:aws:eks:eu-west-1:111122223333:cluster/*")
    'cluster'
    """
    return clip_text(re.split("[/:]", arn.split(":", 5)[-1], maxsplit=1)[0])


def find_missing_types(action: str, allowed: Sequence[str], needed: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the types of the resources that a call always needs, and of others that it needs, of which a policy allows none.

    >>> find_missing_types("ec2:AttachVolume", ["arn:aws:ec2:*:*:volume/*"])
    ('instance',)
    >>> find_missing_types("ec2:AttachVolume", ["arn:aws:ec2:*:*:*/*"]), find_missing_types("iam:GetRole", ["*"])
    ((), ())
    """
    known = find_action(action)
    required = () if known is None else known.required_types
    if len(required) < 2 or any(each.count(":") < 5 or has_reference(each) for each in allowed):
        return ()
    types = [compile_glob(type_of(each)) for each in allowed]
    used = dict.fromkeys(map(type_of, (*(each.arns[0] for each in required), *needed)))
    return tuple(each for each in used if not any(matches(each, glob) for glob in types))


def describe_conditions(statement: Mapping[str, Any]) -> str:
    """Return the conditions of a statement in words.

    >>> describe_conditions({"Condition": {"StringEquals": {"aws:ResourceTag/team": ["data", "ml"]}}})
    'aws:ResourceTag/team is data or ml'
    """
    found = tuple(describe_condition(*each) for each in iterate_conditions(statement))
    return join_words(found[:_MAX_VALUES], "and")


def describe_condition(operator: str, key: str, values: Sequence[str]) -> str:
    """Return when a request meets a condition, as a clause.

    >>> describe_condition("NumericLessThan", "s3:TlsVersion", ["1.2"])
    's3:TlsVersion is less than 1.2'
    """
    if operator == "Null":
        is_absent, (kind, _, tag) = list(values) == ["true"], key.partition("/")
        if kind.lower().endswith(":resourcetag"):
            return f"the resource has {'no' if is_absent else 'the'} tag {clip_text(tag)}"
        return f"the request has {'no ' if is_absent else ''}{clip_text(key)}"
    if operator.endswith("StringLike") and list(values) == ["*"]:
        return f"{clip_text(key)} has a value"
    comparison = next((words for name, words in _COMPARISONS.items() if name in operator), "")
    return f"{clip_text(key)} is {'not ' if 'Not' in operator else ''}{comparison}{join_values(values)}"


def join_values(values: Sequence[str]) -> str:
    """Return the first values of a condition in words."""
    return join_words(tuple(map(clip_text, values[:_MAX_VALUES])), "or") or "any value"


def allowed_resources(allows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the resources that statements name."""
    return [each for statement in allows for each in as_strings(statement.get("Resource"))]


def join_resources(resources: list[str]) -> str:
    """Return resources as words, the first of many."""
    # A statement with NotResource lists those that it does not allow.
    return join_words(tuple(map(clip_text, resources[:_MAX_RESOURCES])), "and") or "other resources"


def join_of_type(resource: str, allowed: list[str]) -> str:
    """Return the resources of a policy that are of the type of another one, or all of them, as words."""
    start, kind = resource.split(":")[:3], type_of(resource)
    alike = [each for each in allowed if each.split(":")[:3] == start and type_of(each) == kind]
    # A bucket or a queue has no type in its ARN.
    has_type = re.search(rf"\d:{re.escape(kind)}[/:]", resource) is not None
    is_part = has_type and bool(alike) and len(alike) < len(allowed)
    if not is_part:
        return join_resources(allowed)
    # The rest of the ARN is that of the resource, which is named in full.
    begin = f"{resource.rpartition(f':{kind}')[0]}:{kind}"
    short = [
        each[len(begin) + 1 :] if each.startswith((f"{begin}/", f"{begin}:")) else each for each in alike
    ]
    is_regular = len(short) > 1 and not kind.endswith(("s", "y"))
    return f"the {kind}{'s' if is_regular else ''} {join_resources(short)}"


_MAX_ACTIONS, _MAX_LISTED = 3, 5
OTHER_PREFIXES = {"codeconnections": "codestar-connections", "codestar-connections": "codeconnections"}
"""The other prefixes of services with a new name, which check that of the resource's ARN.

https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
"""


# Services with actions of their own for what their names suggest are parts of others, and what the others are for.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_SEPARATE_SERVICES = (
    ("redshift-serverless", "Redshift Serverless", (("redshift", "provisioned clusters"),)),
    ("redshift", "A provisioned Redshift cluster", (("redshift-serverless", "Redshift Serverless"),)),
    ("redshift-data", "The Redshift Data API", (("redshift", "clusters and logins"),)),
    ("aoss", "OpenSearch Serverless", (("es", "OpenSearch Service domains"),)),
    ("emr-serverless", "EMR Serverless", (("elasticmapreduce", "EMR on EC2"), ("emr-containers", "EMR on EKS"))),
    ("emr-containers", "EMR on EKS", (("elasticmapreduce", "EMR on EC2"),)),
    ("ecr-public", "ECR Public", (("ecr", "private registries"),)),
    ("s3express", "S3 Express One Zone", (("s3", "general purpose buckets"),)),
    ("s3tables", "S3 Tables", (("s3", "general purpose buckets"),)),
    ("rds-db", "An IAM login to a database", (("rds", "managing databases"),)),
    ("rds-data", "The RDS Data API", (("rds", "managing databases"), ("rds-db", "IAM logins"))),
    ("execute-api", "Calling an API of API Gateway", (("apigateway", "managing APIs"),)),
    ("docdb-elastic", "DocumentDB elastic clusters", (("rds", "instance-based clusters"),)),
    ("neptune-db", "Queries in Neptune", (("rds", "managing clusters"),)),
    ("memorydb", "MemoryDB", (("elasticache", "ElastiCache"),)),
    ("scheduler", "EventBridge Scheduler", (("events", "rules and event buses"),)),
    ("pipes", "EventBridge Pipes", (("events", "rules and event buses"),)),
    ("firehose", "Data Firehose", (("kinesis", "Kinesis data streams"),)),
    ("logs", "CloudWatch Logs", (("cloudwatch", "metrics and alarms"),)),
    ("ssmmessages", "Session Manager on the instance", (("ssm", "managing Systems Manager"),)),
    ("cognito-identity", "Identity pools", (("cognito-idp", "user pools"),)),
    ("cognito-idp", "User pools", (("cognito-identity", "identity pools"),)),
)  # fmt: skip


def describe_separate_service(statements: Iterable[Mapping[str, Any]], action: str) -> str | None:
    """Return that an action belongs to another service than those that statements name, if people confuse them.

    >>> describe_separate_service([{"Action": ["redshift:GetClusterCredentials"]}], "redshift-serverless:GetCredentials")
    'Redshift Serverless has actions of its own in IAM (redshift-serverless:): those of redshift: are for provisioned clusters, and have no effect here.'
    """
    service, statements = action.partition(":")[0].lower(), list(statements)
    if _list_actions(statements, service):
        return None
    for prefix, name, others in _SEPARATE_SERVICES:
        for other, purpose in others if prefix == service else ():
            if _list_actions(statements, other):
                return f"{name} has actions of its own in IAM ({service}:): those of {other}: are for {purpose}, and have no effect here."
    return None


def describe_allowed(statements: Iterable[Mapping[str, Any]], action: str) -> str:
    """Return what statements allow of the service of an action, as the end of a sentence without its period.

    >>> describe_allowed([{"Effect": "Allow", "Action": ["sqs:SendMessage", "s3:*"]}], "sqs:CreateQueue")
    ': of sqs, it allows only sqs:SendMessage'
    >>> describe_allowed([{"Effect": "Allow", "Action": "sqs:SendMessage"}], "sqs:CreateQueue")
    ': it allows only sqs:SendMessage'
    """
    service = action.partition(":")[0].lower()
    statements = list(statements)
    excluded = next(filter(None, (excluding_pattern(each, action) for each in statements)), None)
    if excluded is not None and not excluded.startswith("*"):
        return f": its NotAction excludes {clip_text(excluded)}"
    names = _list_actions(statements, service)
    if not names:
        return ""
    # A part of a long list says nothing.
    shown = tuple(map(clip_text, names))
    listed = {
        name
        for each in statements
        for name in (*as_strings(each.get("Action")), *each.keys() & {"NotAction"})
    }
    of = f"of {service}, " if listed - {*names} else ""
    return f": {of}it allows only {join_words(shown, 'and')}" if len(shown) <= _MAX_LISTED else ""


def _list_actions(statements: Iterable[Mapping[str, Any]], service: str) -> list[str]:
    """Return the actions of a service that statements name."""
    names = (name for each in statements for name in as_strings(each.get("Action")))
    return [*dict.fromkeys(name for name in names if name.lower().startswith(f"{service}:"))]


def describe_similar(statements: Iterable[Mapping[str, Any]], action: str) -> str | None:
    """Return which action statements have that a reader can take for another one, as the end of a sentence.

    >>> describe_similar([{"Action": ["dynamodb:GetItem"]}], "dynamodb:BatchGetItem")
    'has dynamodb:GetItem, a different action'
    >>> describe_similar([{"Action": "stepfunctions:StartExecution"}], "states:StartExecution")
    'has stepfunctions:StartExecution, but the prefix of the action is states'
    """
    statements = list(statements)
    service = action.partition(":")[0]
    if (written := find_other_prefix(statements, action)) is not None:
        return f"has {clip_text(written)}, but the prefix of the action is {service}"
    if (retired := find_retired(statements, action)) is not None:
        return (
            f"has {clip_text(retired)}, which AWS retired in July 2023: others, such as {action}, replace it"
        )
    if (operation := find_operation(statements, action)) is not None:
        return f"has {clip_text(operation[0])}, which is not an IAM action"
    found = list_similar(statements, action)
    if not found:
        return None
    other = "a different action" if len(found) == 1 else "different actions"
    return f"has {join_words(tuple(map(clip_text, found[:_MAX_ACTIONS])), 'and')}, {other}"


# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/migrate-granularaccess-iam-mapping-reference.html
_RETIRED = ("aws-portal:", "purchase-orders:viewpurchaseorders", "purchase-orders:modifypurchaseorders")
_SERVICES_OF_BILLING = frozenset(
    [
        "account", "billing", "budgets", "ce", "consolidatedbilling", "cur", "customer-verification",
        "freetier", "invoicing", "payments", "purchase-orders", "tax",
    ]
)  # fmt: skip


def find_retired(statements: Iterable[Mapping[str, Any]], action: str) -> str | None:
    """Return the retired action for billing in statements that one of today's stands for.

    >>> find_retired([{"Action": "aws-portal:ViewBilling"}], "billing:GetBillingData")
    'aws-portal:ViewBilling'
    """
    if action.partition(":")[0].lower() not in _SERVICES_OF_BILLING:
        return None
    names = (one for statement in statements for one in as_strings(statement.get("Action")))
    return next((each for each in names if each.lower().startswith(_RETIRED)), None)


def find_operation(statements: Iterable[Mapping[str, Any]], action: str) -> tuple[str, list[str]] | None:
    """Return the operation that statements have as an action, with the actions that it requires, if this is one of them.

    >>> find_operation([{"Action": ["kms:ReEncrypt"]}], "kms:ReEncryptTo")
    ('kms:ReEncrypt', ['kms:ReEncryptFrom', 'kms:ReEncryptTo'])
    """
    service = action.partition(":")[0]
    for each in _list_actions(statements, service):
        if "*" in each or find_action(each) is not None:
            continue
        # Most policies have only actions.
        from iamtriage.actions._operations import actions_for

        name = each.partition(":")[2]
        required = next((one for one in actions_for(name, service) if action in one.actions), None)
        if required is not None:
            return each, list(required.actions) if required.all_needed else [action]
    return None


# Of the operations that are checked on two resources.
_SIDES = {
    "ReEncrypt": "kms:ReEncryptFrom on the source key and kms:ReEncryptTo on the destination key",
    "CopyObject": "s3:GetObject on the source and s3:PutObject on the destination",
}


def describe_operation(written: str, action: str) -> str | None:
    """Return that what is written as an action is an operation, which requires another action, ``None`` if it is none.

    >>> describe_operation("s3:HeadBucket", "s3:ListBucket").partition(": ")[0]
    'An IAM policy cannot allow s3:HeadBucket'
    """
    if find_action(written) is not None:
        return None
    # Most texts name only actions.
    from iamtriage.actions._operations import actions_for

    service, _, name = written.partition(":")
    required = next((each.actions for each in actions_for(name, service)), ())
    if action not in required:
        return None
    checked = _SIDES.get(name, join_words(required, "and"))
    return f"An IAM policy cannot allow {written}: the call {name} is checked as {checked}."


def find_other_prefix(statements: Iterable[Mapping[str, Any]], action: str) -> str | None:
    """Return the action in statements that has the name of another one, and a prefix that a reader can take for its own.

    >>> find_other_prefix([{"Action": "elbv2:AddTags"}], "elasticloadbalancing:AddTags")
    'elbv2:AddTags'
    """
    service, _, name = action.partition(":")
    for each in (one for statement in statements for one in as_strings(statement.get("Action"))):
        prefix, _, other = each.partition(":")
        if other.lower() != name.lower() or prefix.lower() == service:
            continue
        # Many services have a TagResource.
        is_alike = prefix.startswith(service) or service.startswith(prefix) or find_action(each) is None
        if is_alike or OTHER_PREFIXES.get(service) == prefix.lower():
            return each
    return None


def list_similar(statements: Iterable[Mapping[str, Any]], action: str) -> list[str]:
    """Return the actions in statements whose names begin with the same verb, and have more or fewer words.

    >>> list_similar([{"Action": ["ssm:GetParameter", "ssm:PutParameter"]}], "ssm:GetParameters")
    ['ssm:GetParameter']
    """
    service, _, name = action.partition(":")
    words, found = _split_name(name), list[str]()
    for each in (one for statement in statements for one in as_strings(statement.get("Action"))):
        prefix, _, other = each.partition(":")
        shorter, longer = sorted((words, _split_name(other)), key=len)
        if prefix.lower() == service and "*" not in other and len(shorter) > 1 and _contains(longer, shorter):
            found.append(each)
    return list(dict.fromkeys(found))


def _split_name(name: str) -> list[str]:
    """Return the words of the name of an action, in the singular.

    >>> _split_name("BatchGetDBItems")
    ['Batch', 'Get', 'DB', 'Item']
    """
    return [each.removesuffix("s") for each in re.findall("[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name)]


def _contains(longer: list[str], shorter: list[str]) -> bool:
    """Return whether a list of words has those of another one in their order, and begins with the same verb."""
    rest = iter(longer[1:] if longer[:1] == ["Batch"] != shorter[:1] else longer)
    return next(rest, None) == shorter[0] and all(each in rest for each in shorter[1:])
