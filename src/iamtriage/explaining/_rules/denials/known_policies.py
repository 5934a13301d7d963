"""Compare the denied call with the policies that the facts or the text contain.

Those of the facts are evaluated. A policy that the text contains is not all that applies to the caller, but shows why it
does not have the effect that its author expects: a resource that does not match, such as a bucket instead of its
objects, a missing action, a condition or a Deny.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words
from iamtriage.authorization._decoded_messages import DenyingCondition
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.denial_remedies import list_policies_commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, present
from iamtriage.explaining._rules.shared.wording import allow_still_required, denial_summary
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_statements, mapping
from iamtriage.policies._evaluation.deciding import evaluate
from iamtriage.policies._evaluation.denied_requests import build_request
from iamtriage.policies._evaluation.verification import verify
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._sets import PolicySet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.values import Document
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._facts import Facts
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import AccessDenied
    from iamtriage.policies._evaluation.decisions import Decision

_EVALUATION = (pages.EVALUATION, pages.ACCESS_DENIED)
STATED_POLICY_DENIES = CauseType(
    "stated-policy-denies",
    "A Deny statement of the policy in the text matches",
    "Change the Deny statement, or make the request so that it does not match. An Allow does not override it.",
    meaning="The text contains a policy with a Deny statement whose action and resource match the request.",
    recognised_by="The text contains the policy.",
    sources=_EVALUATION,
)
STATED_POLICY_OTHER_RESOURCE = CauseType(
    "stated-policy-other-resource",
    "The policy in the text allows the action on another resource",
    "Use the resource of the error in the statement. Actions on S3 objects need the bucket's ARN with /*.",
    meaning="The text contains a policy that allows the action, but none of its resources matches that of the request.",
    recognised_by="The text contains the policy.",
    sources=_EVALUATION,
)
STATED_POLICY_OTHER_ACTION = CauseType(
    "stated-policy-other-action",
    "The policy in the text does not allow the action",
    "Add the action to the policy.",
    meaning="The text contains a policy that does not name the denied action.",
    recognised_by="The text contains the policy.",
    sources=_EVALUATION,
)
STATED_POLICY_CONDITION = CauseType(
    "stated-policy-condition",
    "The policy in the text allows the call only under a condition",
    "Make the request so that the condition is met, or change the condition.",
    meaning="The text contains a statement whose action and resource match, and a condition that the request may not meet.",
    recognised_by="The text contains the policy.",
    sources=_EVALUATION,
)
STATED_POLICY_ALLOWS = CauseType(
    "stated-policy-allows",
    "The policy in the text allows the call",
    "Check that the policy is attached to the caller of the error, then look for a policy of another type.",
    meaning="The text contains a policy that allows the call. It is not attached to this caller, or another policy denies the call.",
    recognised_by="The text contains the policy.",
    sources=_EVALUATION,
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
_MAX_POLICIES, _MAX_RESOURCES = 3, 3


def add_stated_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the identity-based policies in the text say about the denied call."""
    documents = [each for each in context_of(denial.facts).policies if not each.has_principal]
    if not documents or denial.action is None:
        return explanation
    causes = tuple(
        cause
        for document in documents[:_MAX_POLICIES]
        if (cause := _compare(denial, denial.action, list(iterate_statements(document.content)))) is not None
    )
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
        verdict = f"the policy in the text allows it only on {_listed_resources(denial.action, documents[0])}"
    return attrs.evolve(
        explanation,
        summary=explanation.summary if verdict is None else denial_summary(denial, verdict),
        causes=(*causes, *explanation.causes),
        remedies=remedies if added is None else (added, *remedies),
    )


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
# Types of policies that name a principal.
_WITH_PRINCIPAL = frozenset({"resource", "resource_control", "vpc_endpoint"})


@attrs.frozen(eq=False, repr=False)
class StatedDeny(Value):
    """A Deny statement of a policy in the text that matches a denied request.

    Attributes:
        name: The statement in words.
        clause: Its condition, as the end of a sentence; empty if it has none.
        conditions: Its condition keys.
    """

    name: str
    clause: str
    conditions: tuple[DenyingCondition, ...]


def find_stated_deny(denial: Denial) -> StatedDeny | None:
    """Return the first Deny statement that matches an explicit denial, in a policy of its type."""
    has_principal = denial.policy_type in _WITH_PRINCIPAL
    for document in context_of(denial.facts).policies if denial.action is not None else ():
        if document.is_trust_policy or document.has_principal is not has_principal:
            continue
        for index, each in enumerate(iterate_statements(document.content)):
            if each.get("Effect") != "Deny" or (not has_principal and not each.get("Condition")):
                # The comparison of identity-based policies names a Deny without a condition.
                continue
            if has_principal and not _names_caller(each, denial):
                continue
            if _names_action(each, denial.action or "") and _names_resource(each, denial.resource):
                return _build_stated_deny(index, each)
    return None


def _names_caller(statement: Mapping[str, Any], denial: Denial) -> bool:
    """Return whether a statement has everyone, the caller, its role or its account as principal."""
    principal = statement.get("Principal")
    names = as_strings(principal if isinstance(principal, str) else mapping(principal).get("AWS"))
    account = denial.account or ""
    callers = {"*", account, str(denial.principal), str(denial.role)}
    return any(each in callers or (account and each.endswith(f"::{account}:root")) for each in names)


def _build_stated_deny(index: int, statement: Mapping[str, Any]) -> StatedDeny:
    sid = statement.get("Sid")
    name = clip_text(sid) if isinstance(sid, str) and sid else None
    clauses: list[str] = []
    conditions: list[DenyingCondition] = []
    for operator, block in mapping(statement.get("Condition")).items():
        for key, value in mapping(block).items():
            values = tuple(as_strings(value)) or (str(value).lower(),)
            clauses.append(
                _describe_condition(
                    operator, clip_text(key), join_words(tuple(map(clip_text, values[:_MAX_RESOURCES])), "or")
                )
            )
            if not (
                key.lower().startswith("aws:requesttag/") and "Equals" in operator and "Not" not in operator
            ):
                conditions.append(DenyingCondition(name, index, key, values, None))
    # All conditions of a statement must match.
    return StatedDeny(
        f"the statement {name}" if name else "a statement",
        join_words(tuple(clauses), "and"),
        tuple(conditions),
    )


def _describe_condition(operator: str, key: str, values: str) -> str:
    """Return when a condition matches, as the end of a sentence."""
    if operator == "Null":
        return f"if the request has {'no ' if values == 'true' else ''}{key}"
    comparison = next((words for name, words in _COMPARISONS.items() if name in operator), "")
    return f"{'unless' if 'Not' in operator else 'if'} {key} is {comparison}{values}"


def _remedy(denial: Denial, code: str) -> Remedy | None:
    """Return what to do first about a policy that already names the action."""
    if code not in _FIRST_REMEDIES:
        return None
    title, step = _FIRST_REMEDIES[code]
    title = title.replace("{caller}", denial.caller)
    return account_remedy(title, step, commands=list_policies_commands(denial), url=pages.EVALUATION)


def _compare(denial: Denial, action: str, statements: Sequence[Mapping[str, Any]]) -> Cause | None:
    resource, caller = denial.resource, denial.caller
    for each in statements:
        is_deny = each.get("Effect") == "Deny" and not each.get("Condition")
        if is_deny and _names_action(each, action) and _names_resource(each, resource):
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
    matching = [each for each in allows if _names_resource(each, resource)]
    if not matching:
        return _other_resource_cause(action, resource, allows)
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
    return [each for each in statements if each.get("Effect") == "Allow" and _names_action(each, action)]


def _other_resource_cause(action: str, resource: str, allows: Sequence[Mapping[str, Any]]) -> Cause:
    resources = _allowed_resources(allows)
    reason = None
    if any(resource.startswith(f"{each.rstrip('/')}/") for each in resources if "*" not in each):
        reason = "The action is on objects, and that ARN is the bucket's: its objects have the ARN with /*."
    elif any(each.rstrip("*").rstrip("/") == resource for each in resources):
        reason = "The action is on the bucket, and the ARN with /* is that of its objects."
    is_of_s3 = resource.startswith("arn:") and ":s3:" in resource
    return STATED_POLICY_OTHER_RESOURCE.cause(
        "derived",
        present(reason if is_of_s3 else None),
        text=f"The policy in the text allows {action} only on {_join_resources(resources)}, not on {clip_text(resource)}.",
    )


def _listed_resources(action: str, document: Document) -> str:
    """Return the resources on which a policy allows an action, as a phrase."""
    return _join_resources(
        _allowed_resources(_allow_statements(iterate_statements(document.content), action))
    )


def _allowed_resources(allows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [each for statement in allows for each in as_strings(statement.get("Resource"))]


def _join_resources(resources: list[str]) -> str:
    # A statement with NotResource lists those that it does not allow.
    return join_words(tuple(map(clip_text, resources[:_MAX_RESOURCES])), "and") or "other resources"


def _names_action(statement: Mapping[str, Any], action: str) -> bool:
    return _names(statement, "Action", action.lower(), str.lower)


def _names_resource(statement: Mapping[str, Any], resource: str | None) -> bool:
    return resource is not None and _names(statement, "Resource", resource)


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


_DENIES = CauseType(
    "statement-denies",
    "A statement of the given policies denies the call",
    "Change the statement so that it does not match the call, or the call so that it does not match.",
    meaning="A Deny statement of the given policies matches the call. It overrides any Allow.",
    recognised_by="The fact policies: iamtriage evaluates them for the call.",
    sources=_EVALUATION,
)
_LACKS_ALLOW = CauseType(
    "policies-lack-allow",
    "The given policies lack an Allow",
    "Add an Allow to the policy type that the cause names.",
    meaning="A policy type that must allow the call does not, and no Deny statement matches it.",
    recognised_by="The fact policies: iamtriage evaluates them for the call.",
    sources=_EVALUATION,
)
_MAX_STATEMENTS = 5
# The types of policies to which a remedy proposes to add a statement, because they cap permissions.
_CAPS = frozenset({"permissions_boundary", "session", "vpc_endpoint", "service_control"})
# Words such as ACCOUNT_ID, which have to be replaced before the policy can be evaluated.
_PLACEHOLDER = lazy_pattern(r"(?<![A-Za-z0-9])[A-Z]{2,}(?:_[A-Z]{2,})*(?![A-Za-z0-9])")


def add_evaluation(
    explanation: Explanation, failure: AccessDenied, facts: Facts, policies: PolicySet
) -> Explanation:
    """Add what the policies of the facts say, and verify the policies of remedies."""
    request = build_request(failure, facts)
    if isinstance(request, str):
        return attrs.evolve(
            explanation, notes=(f"The policies were not evaluated. {request}", *explanation.notes)
        )
    decision = evaluate(request, policies)
    cause = _find_cause(decision)
    causes = explanation.causes if cause is None else (cause, *explanation.causes)
    note = _describe_other_decision(decision)
    return attrs.evolve(
        explanation,
        causes=causes,
        remedies=tuple(_verify_remedy(each, failure, facts, policies) for each in explanation.remedies),
        notes=explanation.notes if note is None else (note, *explanation.notes),
    )


def _find_cause(decision: Decision) -> Cause | None:
    if decision.deny == "explicit":
        others = decision.statements[1:_MAX_STATEMENTS]
        reasons = (decision.reason, *(f"{each} denies it, too." for each in others))
        return _DENIES.cause("supplied", reasons, text=decision.reason)
    if decision.deny == "implicit":
        return _LACKS_ALLOW.cause("supplied", text=decision.reason)
    return None


def _describe_other_decision(decision: Decision) -> str | None:
    if decision.allowed is None:
        return f"The given policies do not decide the call. {decision.reason}"
    if decision.allowed:
        return "The given policies allow the call, so the policy that denied it is not among them."
    return None


def _verify_remedy(remedy: Remedy, failure: AccessDenied, facts: Facts, policies: PolicySet) -> Remedy:
    """Add to a remedy whether its policy or statement allows the call together with the given policies."""
    adding: Mapping[str, Any] | PolicySet | None = remedy.policy
    if adding is None:
        adding = _add_statement(remedy, policies)
    if adding is None:
        return remedy
    result = verify(failure, policies, adding=adding, facts=facts)
    if not result.fixes and _PLACEHOLDER.search(str(remedy.policy or remedy.statement)):
        return remedy
    words = {
        True: "Verified with the given policies: it allows the call.",
        False: "With the given policies, it is not enough:",
        None: "The given policies do not show whether this is enough:",
    }[result.fixes]
    reason = "" if result.fixes else f" {result.reason}"
    return attrs.evolve(remedy, steps=(*remedy.steps, f"{words}{reason}"))


def _add_statement(remedy: Remedy, policies: PolicySet) -> PolicySet | None:
    """Return a statement for a policy that caps permissions, as an addition to the given one of its type."""
    name = remedy.layer
    if remedy.statement is None or name not in _CAPS or not policies.sources(name):
        return None
    document = {"Version": "2012-10-17", "Statement": [remedy.statement]}
    if name == "service_control":
        # Every level has to allow the call.
        return PolicySet(service_control=[[document] for _ in policies.service_control or ()])
    addition: dict[str, Any] = {name: document}
    return PolicySet(**addition)
