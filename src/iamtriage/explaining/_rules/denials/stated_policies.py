"""Compare the denied call with the policies that the text or the facts contain.

A policy that the text contains is not all that applies to the caller, but shows why it does not have the effect that its
author expects: a resource that does not match, such as a bucket instead of its objects, a missing action, a condition or
a Deny.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.denial_remedies import list_policies_commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, present
from iamtriage.explaining._rules.shared.wording import allow_still_required, capitalize_start, denial_summary
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_statements, mapping
from iamtriage.policies._evaluation.results import LAYER_NAMES
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._sets import PolicyDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from iamtriage.explaining._cause_types import Cause, Evidence
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.policies._sets import Document, PolicySet
    from iamtriage.typing import PolicyType

EVALUATION_PAGES = (pages.EVALUATION, pages.ACCESS_DENIED)
STATED_POLICY_DENIES = CauseType(
    "stated-policy-denies",
    "A Deny statement of the policy in the text or the facts matches",
    "Change the Deny statement, or make the request so that it does not match. An Allow does not override it.",
    meaning="The text or the facts contain a policy with a Deny statement whose action and resource match the request.",
    recognised_by="The text or the facts contain the policy.",
    sources=EVALUATION_PAGES,
)
STATED_POLICY_OTHER_RESOURCE = CauseType(
    "stated-policy-other-resource",
    "The policy in the text or the facts allows the action on another resource",
    "Use the resource of the error in the statement. Actions on S3 objects need the bucket's ARN with /*.",
    meaning="The text or the facts contain a policy that allows the action, but none of its resources matches that of the request.",
    recognised_by="The text or the facts contain the policy.",
    sources=EVALUATION_PAGES,
)
STATED_POLICY_OTHER_ACTION = CauseType(
    "stated-policy-other-action",
    "The policy in the text does not allow the action",
    "Add the action to the policy.",
    meaning="The text contains a policy that does not name the denied action.",
    recognised_by="The text contains the policy.",
    sources=EVALUATION_PAGES,
)
STATED_POLICY_CONDITION = CauseType(
    "stated-policy-condition",
    "The policy in the text allows the call only under a condition",
    "Make the request so that the condition is met, or change the condition.",
    meaning="The text contains a statement whose action and resource match, and a condition that the request may not meet.",
    recognised_by="The text contains the policy.",
    sources=EVALUATION_PAGES,
)
STATED_POLICY_ALLOWS = CauseType(
    "stated-policy-allows",
    "The policy in the text allows the call",
    "Check that the policy is attached to the caller of the error, then look for a policy of another type.",
    meaning="The text contains a policy that allows the call. It is not attached to this caller, or another policy denies the call.",
    recognised_by="The text contains the policy.",
    sources=EVALUATION_PAGES,
)
_ALLOW_IS_NO_FIX = frozenset({STATED_POLICY_DENIES.code, STATED_POLICY_ALLOWS.code})
_VERDICTS = {
    STATED_POLICY_DENIES.code: "a Deny statement of the policy in the text matches it",
    STATED_POLICY_OTHER_ACTION.code: "the policy in the text does not allow this action",
}
# What to do first about a policy that already names the action: the title, and the step.
_FIRST_REMEDIES = {
    STATED_POLICY_DENIES.code: (
        "Scope the Deny statement down, or meet its exception",
        STATED_POLICY_DENIES.fix,
    ),
    STATED_POLICY_CONDITION.code: ("Meet the condition of the policy", STATED_POLICY_CONDITION.fix),
    STATED_POLICY_ALLOWS.code: (
        "Check that the policy is attached to {caller}",
        STATED_POLICY_ALLOWS.fix,
    ),
}
_CONTROLS = frozenset({"service_control", "resource_control"})
_CONTROL_POLICY_ID = lazy_pattern(r"(?<![\w-])p-[0-9a-z_]{8,128}(?![\w-])", re.ASCII)
_MAX_POLICIES, _MAX_RESOURCES = 3, 3


class KnownPolicy(NamedTuple):
    """A policy that the facts or the text contain.

    Attributes:
        content: The policy document.
        name: What an explanation calls it, such as ``"the policy in the text"``.
        evidence: How its content is known.
        policy_type: Its type, ``None`` if nobody states it.
        has_principal: Whether a statement names a principal, as in resource-based policies.
    """

    content: Mapping[str, Any]
    name: str
    evidence: Evidence
    policy_type: PolicyType | None
    has_principal: bool


def list_known_policies(denial: Denial) -> Iterator[KnownPolicy]:
    """Yield the policies of the facts, then those of the text but for trust policies."""
    given = denial.facts.policies
    if given is not None:
        for policy_type, type_name in LAYER_NAMES.items():
            for document in _given_documents(given, policy_type):
                name = document.name if isinstance(document, PolicyDocument) else None
                content = document.document if isinstance(document, PolicyDocument) else document
                yield KnownPolicy(
                    json.loads(content) if isinstance(content, str) else content,
                    f"the given {type_name}{f' {clip_text(name)}' if name else ''}",
                    "supplied",
                    policy_type,
                    policy_type in _WITH_PRINCIPAL,
                )
    name = "the policy in the text"
    ids: set[str] = set()
    if denial.policy_type in _CONTROLS:
        ids.update(_CONTROL_POLICY_ID.findall(denial.failure.text))
    if len(ids) == 1:
        name = f"the policy {ids.pop()} in the text"
    for each in context_of(denial.facts).policies:
        if not each.is_trust_policy:
            yield KnownPolicy(each.content, name, "derived", None, each.has_principal)


def _given_documents(policies: PolicySet, policy_type: PolicyType) -> Iterator[Document]:
    value: Any = getattr(policies, policy_type, None) or ()
    for each in value:
        # Control policies have levels.
        if isinstance(each, tuple):
            yield from each
        else:
            yield each


def may_decide(policy: KnownPolicy, denial: Denial) -> bool:
    """Return whether a policy is of the type that denied the call, as far as known."""
    if policy.policy_type is not None and denial.policy_type is not None:
        return policy.policy_type == denial.policy_type
    return policy.has_principal is (denial.policy_type in _WITH_PRINCIPAL)


def add_stated_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the identity-based policies in the text say about the denied call."""
    action = denial.action
    if action is None:
        return explanation
    policies = [
        each for each in list_known_policies(denial) if each.policy_type is None and not each.has_principal
    ]
    compared = (_compare(denial, action, each) for each in policies[:_MAX_POLICIES])
    causes = present(*compared)
    if not causes:
        return explanation
    codes = {cause.code for cause in causes}
    remedies = explanation.remedies
    if codes & _ALLOW_IS_NO_FIX:
        # An Allow that is there already, or that a Deny overrides, is no fix.
        remedies = tuple(each for each in remedies if each.policy is None or each.layer != "identity")
    added = _remedy(denial, causes[0].code)
    verdict = _VERDICTS.get(causes[0].code)
    if causes[0].code == STATED_POLICY_OTHER_RESOURCE.code:
        verdict = describe_other_resource(action, policies[0])
    return attrs.evolve(
        explanation,
        summary=explanation.summary if verdict is None else denial_summary(denial, verdict),
        causes=(*causes, *explanation.causes),
        remedies=remedies if added is None else (added, *remedies),
    )


# Types of policies that name a principal.
_WITH_PRINCIPAL = frozenset({"resource", "resource_control", "vpc_endpoint"})


def _remedy(denial: Denial, code: str) -> Remedy | None:
    """Return what to do first about a policy that already names the action."""
    if code not in _FIRST_REMEDIES:
        return None
    title, step = _FIRST_REMEDIES[code]
    title = title.replace("{caller}", denial.caller)
    return account_remedy(title, step, commands=list_policies_commands(denial), url=pages.EVALUATION)


def _compare(denial: Denial, action: str, policy: KnownPolicy) -> Cause | None:
    resource, caller = denial.resource, denial.caller
    statements = list(iterate_statements(policy.content))
    for each in statements:
        is_deny = each.get("Effect") == "Deny" and not each.get("Condition")
        if is_deny and names_action(each, action) and names_resource(each, resource):
            sid = each.get("Sid")
            name = f" {clip_text(sid)}" if isinstance(sid, str) and sid else ""
            return STATED_POLICY_DENIES.cause(
                "derived",
                text=f"The policy in the text has a Deny statement{name} that matches the request. {allow_still_required(denial)}",
            )
    allows = _allow_statements(statements, action)
    if not allows:
        if not any(each.get("Effect") == "Allow" for each in statements):
            return None
        return STATED_POLICY_OTHER_ACTION.cause(
            "derived", text=f"The policy in the text does not allow {action}."
        )
    if resource is None:
        return None
    matching = [each for each in allows if names_resource(each, resource)]
    if not matching:
        return _other_resource_cause(policy, action, resource, allows)
    allowed = f"The policy in the text allows {action} on this resource"
    conditional = [each for each in matching if each.get("Condition")]
    if len(conditional) == len(matching):
        keys = join_words(tuple(dict.fromkeys(_condition_keys(conditional[0])))[:_MAX_RESOURCES], "and")
        return STATED_POLICY_CONDITION.cause("possible", text=f"{allowed} only under a condition on {keys}.")
    because: tuple[str, ...] = ()
    text = f"{allowed}. It is not attached to {caller}, or a policy of another type denies the call."
    if denial.policy_type == "identity":
        because = ("AWS found no identity-based policy that allows it.",)
        text = f"{allowed}, so it is not attached to {caller}, or was not yet in effect."
    return STATED_POLICY_ALLOWS.cause("derived", because, text=text)


def _allow_statements(statements: Iterable[Mapping[str, Any]], action: str) -> list[Mapping[str, Any]]:
    return [each for each in statements if each.get("Effect") == "Allow" and names_action(each, action)]


def find_other_resource(policy: KnownPolicy, action: str, resource: str) -> Cause | None:
    """Return that a policy allows an action on other resources only, if so."""
    allows = _allow_statements(iterate_statements(policy.content), action)
    if not allows or any(names_resource(each, resource) for each in allows):
        return None
    return _other_resource_cause(policy, action, resource, allows)


def _other_resource_cause(
    policy: KnownPolicy, action: str, resource: str, allows: Sequence[Mapping[str, Any]]
) -> Cause:
    resources = _allowed_resources(allows)
    return STATED_POLICY_OTHER_RESOURCE.cause(
        policy.evidence,
        present(_describe_difference(resource, resources)),
        text=f"{capitalize_start(policy.name)} allows {action} only on {_join_resources(resources)}, not on {clip_text(resource)}.",
    )


def _describe_difference(resource: str, allowed: Sequence[str]) -> str | None:
    """Return in which part a resource differs from all that a policy allows, if it is the same part."""
    if ":s3:" in resource:
        if any(resource.startswith(f"{each.rstrip('/')}/") for each in allowed if "*" not in each):
            return "The action is on objects, and that ARN is the bucket's: its objects have the ARN with /*."
        if any(each.rstrip("*").rstrip("/") == resource for each in allowed):
            return "The action is on the bucket, and the ARN with /* is that of its objects."
    found = {part for each in allowed if (part := _differing_part(resource, each)) is not None}
    return f"Only {found.pop()} differs." if len(found) == 1 else None


_PARTS = ("", "the partition", "the service", "the Region", "the account")


def _differing_part(resource: str, allowed: str) -> str | None:
    """Return the only part of an ARN that does not match a pattern, if there is one."""
    parts, patterns = resource.split(":", 5), allowed.split(":", 5)
    if not len(parts) == len(patterns) == len(_PARTS) + 1:
        return None
    pairs = enumerate(zip(parts, patterns, strict=True))
    differing = [index for index, (part, each) in pairs if not matches(part, compile_glob(each))]
    if len(differing) != 1 or differing[0] not in range(1, len(_PARTS)):
        return None
    index = differing[0]
    return f"{_PARTS[index]} ({clip_text(patterns[index])} instead of {clip_text(parts[index])})"


def describe_other_resource(action: str, policy: KnownPolicy) -> str:
    """Return on which resources a policy allows an action, as the end of a verdict."""
    allowed = _allowed_resources(_allow_statements(iterate_statements(policy.content), action))
    return f"{policy.name} allows it only on {_join_resources(allowed)}"


def _allowed_resources(allows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [each for statement in allows for each in as_strings(statement.get("Resource"))]


def _join_resources(resources: list[str]) -> str:
    # A statement with NotResource lists those that it does not allow.
    return join_words(tuple(map(clip_text, resources[:_MAX_RESOURCES])), "and") or "other resources"


def names_action(statement: Mapping[str, Any], action: str) -> bool:
    """Return whether a statement is about an action."""
    return _names(statement, "Action", action.lower(), str.lower)


def names_resource(statement: Mapping[str, Any], resource: str | None) -> bool:
    """Return whether a statement covers a resource, or every one if the denial names none."""
    if resource is None:
        return "*" in as_strings(statement.get("Resource"))
    return _names(statement, "Resource", resource)


def _names(
    statement: Mapping[str, Any], element: str, value: str, convert: Callable[[str], str] = str
) -> bool:
    """Return whether a value matches an element of a statement, or does not match its Not element."""
    excluded = as_strings(statement.get(f"Not{element}"))
    listed = excluded or as_strings(statement.get(element))
    return any(matches(value, compile_glob(convert(each))) for each in listed) is not bool(excluded)


def _condition_keys(statement: Mapping[str, Any]) -> Iterator[str]:
    for block in mapping(statement.get("Condition")).values():
        yield from map(clip_text, mapping(block))
