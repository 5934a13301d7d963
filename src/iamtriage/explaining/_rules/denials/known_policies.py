"""Find the policies that the facts or the text around a denial contain, and match their statements with the call.

Operators: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import clip_text, join_words
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._cause_types import Evidence
from iamtriage.explaining._context.readers.attached_policies import ASKER, DESCRIBED
from iamtriage.explaining._context.readers.pasted_policies import SESSION_POLICY, find_name_above
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS, Denial
from iamtriage.explaining._rules.sts import trust_documents
from iamtriage.policies._managed_policies import build_managed_policy, is_known_policy
from iamtriage.policies._masked_arns import sanitize_arn
from iamtriage.policies._patterns import compile_glob, intersects, matches
from iamtriage.policies._readers.unknown_values import widen
from iamtriage.typing import PolicyType

if TYPE_CHECKING:
    from iamtriage.policies._sets import Document

_CONTROLS = frozenset({"service_control", "resource_control"})
_CONTROL_POLICY_ID = lazy_pattern(r"(?<![\w-])p-[0-9a-z_]{8,128}(?![\w-])", re.ASCII)
_MAX_TEXT = 64_000
# Types of policies that name a principal.
_WITH_PRINCIPAL = frozenset({"resource", "resource_control", "vpc_endpoint"})


class KnownPolicy(NamedTuple):
    """A policy that the facts or the text contain.

    Attributes:
        content: The policy document.
        name: What an explanation calls it, such as ``"the policy in the text"``.
        evidence: How its content is known.
        policy_type: Its type, ``None`` if nobody states it.
        has_principal: Whether a statement names a principal, as in resource-based policies.
        is_code: Whether it is in code or a template, which can be about another caller.
        is_whole: Whether all of its statements are known.
        owner: The role or user whose policy it is, with its kind, if the text states it.
        version: The ARN and version ID of a managed policy, if it is a version other than the default one.
        has_references: Whether some values are references, so that they are not known.
    """

    content: Mapping[str, Any]
    name: str
    evidence: Evidence
    policy_type: PolicyType | None
    has_principal: bool
    is_code: bool = False
    is_whole: bool = True
    owner: tuple[str, str] | None = None
    version: tuple[str, str] | None = None
    has_references: bool = False


def list_resource_statements(denial: Denial, part: str) -> list[tuple[list[str], str]]:
    """Return principals and resource of each Allow of resource-based policies in the text whose resource has a part."""
    return [
        (trust_documents.principal_names(statement) or ["*"], resource)
        for policy in denial.context.policies
        if policy.has_principal and policy.is_whole and not policy.is_trust_policy
        for statement in trust_documents.allow_statements(policy.content)
        for resource in trust_documents.as_strings(statement.get("Resource"))
        if part in resource
    ]


def list_known_policies(denial: Denial) -> Iterator[KnownPolicy]:
    """Yield the policies of the facts, then those of the text but for trust policies."""
    given = denial.facts.policies
    if given is not None:
        # Most denials have no policies.
        from iamtriage.policies._evaluation.results import LAYER_NAMES
        from iamtriage.policies._sets import PolicyDocument

        for policy_type, type_name in LAYER_NAMES.items():
            # Control policies have levels.
            for document in _flatten(getattr(given, policy_type, None) or ()):
                name = document.name if isinstance(document, PolicyDocument) else None
                content = document.document if isinstance(document, PolicyDocument) else document
                yield KnownPolicy(
                    json.loads(content) if isinstance(content, str) else content,
                    f"the given {type_name}{f' {clip_text(name)}' if name else ''}",
                    "supplied",
                    policy_type,
                    policy_type in _WITH_PRINCIPAL,
                )
    trust = trust_documents.parse_document(denial.facts.trust_policy)
    if trust is not None:
        evidence: Evidence = "derived" if is_derived(denial.facts, "trust_policy") else "supplied"
        yield KnownPolicy(trust, "the role's trust policy", evidence, "role_trust", has_principal=True)
    name = "the policy in the text"
    ids = (
        set(_CONTROL_POLICY_ID.findall(denial.failure.text))
        if denial.policy_type in _CONTROLS
        else set[str]()
    )
    stated = [each for each in denial.context.policies if not each.is_trust_policy]
    if denial.policy_type not in {None, "session"}:
        stated = [each for each in stated if each.name != SESSION_POLICY]
    called = (denial.policy or "").rpartition("/")[2]
    if len(ids) == 1:
        name = f"the policy {ids.pop()} in the text"
    elif called and len(stated) == 1 and called in re.split(r"[^\w/+=,.@-]+", denial.failure.text):
        # The text names the policy of the message without its ARN, too.
        name = f"the policy {clip_text(called)} in the text"
    elif len(stated) == 1 and (heading := find_name_above(denial.failure.text)) is not None:
        name = f"the policy {clip_text(heading)} in the text"
    # A permission set with the name of an AWS managed policy normally has that policy.
    if (permission_set := getattr(denial.role, "permission_set", None)) and is_known_policy(permission_set):
        content, owner = build_managed_policy(permission_set), _identify_caller(denial)
        yield KnownPolicy(content, permission_set, "derived", None, has_principal=False, owner=owner)
    for each in stated:
        named = each.name or (name if each.file is None else f"the policy in {clip_text(each.file)}")
        kind = (each.has_principal, each.is_code, each.is_whole)
        # A person says "my user" of an Identity Center session, too.
        is_own = denial.role is None or getattr(denial.role, "permission_set", None) is not None
        holder = None if each.owner == ASKER and is_own else each.owner
        source = (holder, each.version, each.has_references)
        yield KnownPolicy(each.content, named, "derived", None, *kind, *source)


def _flatten(documents: Iterable[Any]) -> Iterator[Document]:
    for each in documents:
        yield from each if isinstance(each, tuple) else (each,)


def may_decide(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is of the type that denied the call, as far as known."""
    if policy.policy_type == "role_trust":
        is_of_role = denial.lowercase_action in ASSUME_ROLE_ACTIONS
        return is_of_role and denial.policy_type in {"resource", "role_trust"}
    if policy.policy_type is not None and denial.policy_type is not None:
        return policy.policy_type == denial.policy_type
    if denial.policy_type is None and denial.is_explicit:
        # Of an anonymous caller, only the resource's policy can decide.
        return policy.has_principal or denial.principal_text != "anonymous"
    return policy.has_principal is (denial.policy_type in _WITH_PRINCIPAL)


def is_of_other(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is known to be that of another role or user than the caller."""
    if policy.owner is None or denial.principal is None:
        return False
    return policy.owner != _identify_caller(denial)


def list_own_policies(denial: Denial) -> list[KnownPolicy]:
    """Return the identity-based policies of the facts and the text that can be the caller's."""
    return [
        each
        for each in list_known_policies(denial)
        if each.policy_type in {None, "identity"} and not each.has_principal and not is_of_other(each, denial)
    ]


def is_of_caller(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is known to be attached to the caller."""
    is_of_owner = policy.owner is not None and policy.owner == _identify_caller(denial)
    return policy.policy_type == "identity" or (is_of_owner and policy.name != DESCRIBED)


def is_said_of_caller(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is attached to the caller, as far as the text only says so.

    It counts if AWS names another type of policy, and not if AWS found none that is attached and allows the call.
    """
    if is_of_caller(policy, denial) or policy.owner is not None:
        return policy.owner is None or policy.owner == _identify_caller(denial)
    kind, name = _identify_caller(denial)
    subject = (
        rf"(?:\b(?:[Tt]he|[Mm]y|[Oo]ur|[Tt]his) (?:IAM )?{kind}\b|(?<![\w/-]){re.escape(name)}(?![\w/-]))"
    )
    has = rf"{subject}[^\n.!?]{{0,30}}? (?:has|have)\b[^\n.!?]{{0,60}}?(?<![\w/-]){re.escape(policy.name)}(?![\w-])"
    return name != "" and re.search(has, denial.failure.text[:_MAX_TEXT]) is not None


def _identify_caller(denial: Denial) -> tuple[str, str]:
    name: str = getattr(denial.role or denial.principal, "name", "")
    return "user" if denial.role is None else "role", name


_PARTS = ("", "the partition", "the service", "the Region", "the account")
_REGION, _ACCOUNT = 3, 4


def names_action(statement: Mapping[str, Any], action: str) -> bool | None:
    """Return whether a statement is about an action, ``None`` if a reference may stand for it."""
    return _names(statement, "Action", action.lower(), str.lower)


def names_resource(statement: Mapping[str, Any], resource: str | None) -> bool | None:
    """Return whether a statement covers a resource, or every one if the denial names none.

    It is ``None`` if a reference or a policy variable may stand for the resource. A masked account is that of
    the statement; another masked part or a placeholder may stand for anything.

    >>> masked, sqs = "arn:aws:sqs:us-east-1:************:jobs", "arn:aws:sqs:us-east-1:111122223333:{}"
    >>> [names_resource({"Resource": sqs.format(name)}, masked) for name in ("jobs", "mail")]
    [True, False]
    """
    listed = trust_documents.as_strings(statement.get("Resource"))
    if resource is None:
        return "*" in listed
    found = {_names(statement, "Resource", each, _expand) for each in _fill_account(resource, listed)}
    if True in found:
        return True
    unknown = compile_glob(_mask_unknown(resource))
    is_open = resource != _mask_unknown(resource) and any(
        intersects(compile_glob(widen(each)), unknown) for each in listed
    )
    return None if is_open or None in found else False


def _expand(resource: str) -> str:
    """Return the abbreviated resource of an API's policy, such as ``execute-api:/*``, as a pattern of ARNs."""
    short = resource.startswith("execute-api:/")
    return f"arn:*:execute-api:*:*:*/{resource.partition('/')[2]}" if short else resource


def _fill_account(resource: str, patterns: Sequence[str]) -> tuple[str, ...]:
    """Return an ARN with a masked account as the ARNs in the accounts of patterns, or as it is."""
    parts = resource.split(":", _ACCOUNT + 1)
    if len(parts) != len(_PARTS) + 1 or "ACCOUNT_ID" not in (sanitize_arn(resource) or ""):
        return (resource,)
    accounts = [each.split(":", _ACCOUNT + 1)[_ACCOUNT:-1] for each in patterns]
    filled = [":".join((*parts[:_ACCOUNT], each[0], parts[-1])) for each in accounts if each]
    return (*dict.fromkeys(filled), resource)


def _mask_unknown(resource: str) -> str:
    """Return an ARN with a wildcard in place of each masked part and placeholder."""
    safe = sanitize_arn(resource) or resource
    for word in (words := find_placeholders(safe)):
        safe = safe.replace(word, "*")
    return safe if words else resource


def _names(
    statement: Mapping[str, Any], element: str, value: str, convert: Callable[[str], str] = str
) -> bool | None:
    """Return whether a value matches an element of a statement, or does not match its Not element."""
    excluded = trust_documents.as_strings(statement.get(f"Not{element}"))
    listed = [convert(each) for each in excluded or trust_documents.as_strings(statement.get(element))]
    if any(widen(each) == each and matches(value, compile_glob(each)) for each in listed):
        return not excluded
    if any(widen(each) != each and matches(value, compile_glob(widen(each, value))) for each in listed):
        return None
    return bool(excluded)


def describe_difference(action: str, resource: str, allowed: Sequence[str]) -> str | None:
    """Return in which part, or by its type, a resource differs from all that a policy allows."""
    if ":s3:" in resource:
        if any(resource.startswith(f"{each.rstrip('/')}/") for each in allowed if "*" not in each):
            return f"{action} is checked on objects, and that ARN is the bucket's: its objects have the ARN with /*."
        if any(each.rstrip("*").rstrip("/") == resource for each in allowed):
            return f"{action} is checked on the bucket, and the ARN with /* covers only its objects."
    known = find_action(action)
    kind = None if known is None else known.accepts(resource)
    others = () if known is None else tuple(known.accepts(widen(each)) for each in allowed)
    if kind is not None and all(each is not None and each.name != kind.name for each in others):
        names = join_words(tuple(dict.fromkeys(each.name for each in others if each is not None)), "and")
        return f"{action} is checked on each resource that the call uses, here on the {kind.name}, too: the policy has only the {names}."
    types = [type_of(each) for each in allowed if each.split(":")[2:3] == resource.split(":")[2:3]]
    if kind is not None and not any(others) and allowed and len(types) == len(allowed):
        named = join_words(tuple(dict.fromkeys(types)), "and")
        if type_of(resource) not in types:
            return f"The action matches, but it is checked on the {kind.name}, and the policy has only the {named}."
    found = {part for each in allowed if (part := _differing_part(resource, each)) is not None}
    if len(found) != 1:
        return None
    index, pattern = found.pop()
    if index == _ACCOUNT and not resource.split(":")[index]:
        return f"Only the account differs: what AWS itself owns has none in its ARN ({clip_text(':'.join(resource.split(':')[:5]))}:…)."
    return f"Only {_PARTS[index]} ({clip_text(pattern)} instead of {clip_text(resource.split(':')[index])}) differs."


def type_of(arn: str) -> str:
    """Return the resource type in an ARN.

    >>> type_of("arn:aws:eks:eu-west-1:111122223333:cluster/*")
    'cluster'
    """
    return clip_text(re.split("[/:]", arn.split(":", 5)[-1], maxsplit=1)[0])


def other_region(resource: str, allowed: Sequence[str]) -> str | None:
    """Return the only Region in which patterns allow a resource, if nothing else differs.

    >>> other_region("arn:aws:sqs:us-east-1:111122223333:jobs", ["arn:aws:sqs:eu-west-1:111122223333:*"])
    'eu-west-1'
    """
    parts = {_differing_part(resource, each) for each in allowed} - {None}
    index, region = parts.pop() or (0, "") if len(parts) == 1 else (0, "")
    has_region = any(resource.split(":")[_REGION : _REGION + 1])
    return region if has_region and index == _REGION and region and "*" not in region else None


def _differing_part(resource: str, allowed: str) -> tuple[int, str] | None:
    """Return the index and the pattern of the only part of an ARN that does not match, if there is one."""
    parts, patterns = _mask_unknown(resource).split(":", 5), allowed.split(":", 5)
    if not len(parts) == len(patterns) == len(_PARTS) + 1:
        return None
    pairs = enumerate(zip(parts, patterns, strict=True))
    differing = [
        index for index, (part, each) in pairs if part != "*" and not matches(part, compile_glob(each))
    ]
    if len(differing) != 1 or differing[0] not in range(1, len(_PARTS)):
        return None
    return differing[0], patterns[differing[0]]


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
_MAX_VALUES = 3


def describe_conditions(statement: Mapping[str, Any]) -> str:
    """Return the conditions of a statement in words.

    >>> describe_conditions({"Condition": {"StringEquals": {"aws:ResourceTag/team": ["data", "ml"]}}})
    'aws:ResourceTag/team is data or ml'
    """
    found = tuple(describe_condition(*each) for each in trust_documents.iterate_conditions(statement))
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
    comparison = next((words for name, words in _COMPARISONS.items() if name in operator), "")
    return f"{clip_text(key)} is {'not ' if 'Not' in operator else ''}{comparison}{join_values(values)}"


def join_values(values: Sequence[str]) -> str:
    """Return the first values of a condition in words."""
    return join_words(tuple(map(clip_text, values[:_MAX_VALUES])), "or") or "any value"


def excluding_pattern(statement: Mapping[str, Any], action: str) -> str | None:
    """Return the pattern by which the NotAction of a statement excludes an action.

    >>> excluding_pattern({"NotAction": ["iam:*"]}, "iam:PassRole")
    'iam:*'
    """
    patterns = trust_documents.as_strings(statement.get("NotAction"))
    return next((each for each in patterns if matches(action.lower(), compile_glob(each.lower()))), None)


_MAX_RESOURCES = 3


def allowed_resources(allows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the resources that statements name."""
    return [each for statement in allows for each in trust_documents.as_strings(statement.get("Resource"))]


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
    return f"the {kind} {join_resources(alike)}" if is_part else join_resources(allowed)
