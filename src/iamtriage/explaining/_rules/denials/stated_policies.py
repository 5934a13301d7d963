"""Compare the denied call with a policy that the text contains, which is not all that applies to the caller.

A pasted policy shows why it does not have the effect that its author expects: a resource that does not match, such
as a bucket instead of its objects, a missing action, a condition or a Deny.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.shared.denial_remedies import list_policies_commands
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.wording import allow_still_required, denial_summary
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.model import Document
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_EVALUATION = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html",
)
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
_MAX_POLICIES, _MAX_RESOURCES = 3, 3


def add_stated_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the identity-based policies in the text say about the denied call."""
    documents = [each for each in context_of(denial.facts).policies if not each.has_principal]
    if not documents or denial.action is None:
        return explanation
    causes = tuple(
        cause
        for document in documents[:_MAX_POLICIES]
        if (cause := _compare(denial, denial.action, _statements(document))) is not None
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


def _remedy(denial: Denial, code: str) -> Remedy | None:
    """Return what to do first about a policy that already names the action."""
    if code == STATED_POLICY_DENIES.code:
        title, step = "Scope the Deny statement down, or meet its exception", STATED_POLICY_DENIES.fix
    elif code == STATED_POLICY_CONDITION.code:
        title, step = "Meet the condition of the policy", STATED_POLICY_CONDITION.fix
    elif code == STATED_POLICY_ALLOWS.code:
        title = f"Check that the policy is attached to {denial.caller}"
        step = STATED_POLICY_ALLOWS.fix
    else:
        return None
    return account_remedy(title, step, commands=list_policies_commands(denial), url=_EVALUATION[0])


def _compare(denial: Denial, action: str, statements: list[Mapping[str, Any]]) -> Cause | None:
    resource = denial.resource
    denies = [each for each in statements if each.get("Effect") == "Deny"]
    allows = [each for each in statements if each.get("Effect") == "Allow" and _names_action(each, action)]
    for each in denies:
        if _names_action(each, action) and _names_resource(each, resource) and not each.get("Condition"):
            name = _name(each)
            return STATED_POLICY_DENIES.cause(
                "derived",
                text=f"The policy in the text has a Deny statement{name} that matches the request. {allow_still_required(denial)}",
            )
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
    conditional = [each for each in matching if each.get("Condition")]
    if len(conditional) == len(matching):
        keys = join_words(tuple(dict.fromkeys(_condition_keys(conditional[0])))[:_MAX_RESOURCES], "and")
        return STATED_POLICY_CONDITION.cause(
            "possible",
            text=f"The policy in the text allows {action} on this resource only under a condition on {keys}.",
        )
    if denial.policy_type == "identity":
        caller = denial.caller
        return STATED_POLICY_ALLOWS.cause(
            "derived",
            ("AWS found no identity-based policy that allows it.",),
            text=f"The policy in the text allows {action} on this resource, so it is not attached to {caller}, or was not yet in effect.",
        )
    return STATED_POLICY_ALLOWS.cause(
        "derived",
        text=f"The policy in the text allows {action} on this resource. It is not attached to {denial.caller}, or a policy of another type denies the call.",
    )


# A statement with NotResource lists those that it does not allow.
_OTHER_RESOURCES = "other resources"


def _other_resource_cause(action: str, resource: str, allows: list[Mapping[str, Any]]) -> Cause:
    resources = _allowed_resources(allows)
    listed = _join_resources(resources) or _OTHER_RESOURCES
    reasons: tuple[str, ...] = ()
    if any(resource.startswith(f"{each.rstrip('/')}/") for each in resources if "*" not in each):
        reasons = (
            "The action is on objects, and that ARN is the bucket's: its objects have the ARN with /*.",
        )
    elif any(each.rstrip("*").rstrip("/") == resource for each in resources):
        reasons = ("The action is on the bucket, and the ARN with /* is that of its objects.",)
    return STATED_POLICY_OTHER_RESOURCE.cause(
        "derived",
        reasons if resource.startswith("arn:") and ":s3:" in resource else (),
        text=f"The policy in the text allows {action} only on {listed}, not on {clip_text(resource)}.",
    )


def _listed_resources(action: str, document: Document) -> str:
    """Return the resources on which a policy allows an action, as a phrase."""
    statements = _statements(document)
    allows = [each for each in statements if each.get("Effect") == "Allow" and _names_action(each, action)]
    return _join_resources(_allowed_resources(allows)) or _OTHER_RESOURCES


def _allowed_resources(allows: list[Mapping[str, Any]]) -> list[str]:
    return [each for statement in allows for each in _strings(statement.get("Resource"))]


def _join_resources(resources: list[str]) -> str:
    return join_words(tuple(map(clip_text, resources[:_MAX_RESOURCES])), "and")


def _names_action(statement: Mapping[str, Any], action: str) -> bool:
    names = _strings(statement.get("Action"))
    excluded = _strings(statement.get("NotAction"))
    if excluded:
        return not any(matches(action.lower(), compile_glob(each.lower())) for each in excluded)
    return any(matches(action.lower(), compile_glob(each.lower())) for each in names)


def _names_resource(statement: Mapping[str, Any], resource: str | None) -> bool:
    if resource is None:
        return False
    excluded = _strings(statement.get("NotResource"))
    if excluded:
        return not any(matches(resource, compile_glob(each)) for each in excluded)
    return any(matches(resource, compile_glob(each)) for each in _strings(statement.get("Resource")))


def _condition_keys(statement: Mapping[str, Any]) -> Iterator[str]:
    conditions: object = statement.get("Condition")
    for block in cast("dict[str, object]", conditions).values() if isinstance(conditions, dict) else ():
        if isinstance(block, dict):
            yield from map(clip_text, cast("dict[str, object]", block))


def _name(statement: Mapping[str, Any]) -> str:
    sid = statement.get("Sid")
    return f" {clip_text(sid)}" if isinstance(sid, str) and sid else ""


def _statements(document: Document) -> list[Mapping[str, Any]]:
    # The context contains only documents whose statements are all objects.
    statements: object = document.content.get("Statement")
    return cast("list[Mapping[str, Any]]", statements if isinstance(statements, list) else [statements])


def _strings(value: object) -> list[str]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
