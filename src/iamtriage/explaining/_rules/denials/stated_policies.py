"""Compare the denied call with the policies that the text or the facts contain.

A policy that the text contains is not all that applies to the caller, but shows why it does not have the effect that its
author expects: a resource that does not match, such as a bucket instead of its objects, a missing action, a condition or
a Deny.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._text import clip_text
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.known_policies import (
    KnownPolicy,
    is_of_caller,
    is_of_other,
    list_known_policies,
)
from iamtriage.explaining._rules.denials.resource_contrasts import (
    allowed_resources,
    describe_partial_arn,
    describe_star_only,
    find_index_contrast,
    find_slash_contrast,
    join_resources,
    limit_to_resource,
)
from iamtriage.explaining._rules.denials.stated_contrasts import (
    Contrast,
    fails_condition,
    find_condition_contrast,
    find_filter_contrast,
    find_region_contrast,
    find_wildcard_key,
    meets_conditions,
)
from iamtriage.explaining._rules.denials.statement_details import describe_allowed, describe_conditions
from iamtriage.explaining._rules.denials.statement_matching import (
    describe_difference,
    names_action,
    names_resource,
)
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW, OTHER_LAYER
from iamtriage.explaining._rules.shared.denial_remedies import list_policies_commands
from iamtriage.explaining._rules.shared.remedies import account_remedy, present
from iamtriage.explaining._rules.shared.wording import (
    FIND_POLICY,
    capitalize_start,
    denial_summary,
    why_no_allow_helps,
)
from iamtriage.explaining._rules.sts.trust_documents import allow_statements, as_strings, iterate_statements
from iamtriage.policies._arn_templates import complete_secret_arn
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.unknown_values import has_reference, widen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_define = partial(
    CauseType,
    recognised_by="The text or the facts contain the policy.",
    sources=(pages.EVALUATION, pages.ACCESS_DENIED),
)
STATED_POLICY_DENIES = _define(
    "stated-policy-denies",
    "A Deny statement of the policy in the text or the facts matches",
    "Change the Deny statement, or make the request so that it does not match. An Allow does not override it.",
    meaning="The text or the facts contain a policy with a Deny statement that matches the request. It overrides any Allow.",
)
STATED_POLICY_OTHER_RESOURCE = _define(
    "stated-policy-other-resource",
    "The policy in the text or the facts allows the action on another resource",
    "Use the resource of the error in the statement. Actions on S3 objects need the bucket's ARN with /*.",
    meaning="The text or the facts contain a policy that allows the action, but none of its resources matches that of the request.",
)
STATED_POLICY_OTHER_ACTION = _define(
    "stated-policy-other-action",
    "The policy in the text or the facts does not allow the action",
    "Add an Allow for the action to the policy type that the cause names.",
    meaning="The text or the facts contain policies, and those of a type that must allow the action do not.",
)
STATED_POLICY_CONDITION = _define(
    "stated-policy-condition",
    "The policy in the text or the facts allows the call only under a condition",
    "Make the request so that the condition is met, or change the condition.",
    meaning="A statement matches the action and the resource, and has a condition that the request may not meet.",
)
STATED_POLICY_ALLOWS = _define(
    "stated-policy-allows",
    "The policy in the text or the facts allows the call",
    "Check that the policy is attached to the caller, then look for a policy of another type that denies the call.",
    meaning="The text or the facts contain a policy that allows the call. It is not attached to this caller, or another policy denies the call.",
)
_ALLOW_IS_NO_FIX = frozenset({STATED_POLICY_DENIES.code, STATED_POLICY_ALLOWS.code})
_VERDICTS = {
    STATED_POLICY_DENIES.code: "a Deny statement of {policy} matches it",
    STATED_POLICY_OTHER_ACTION.code: "{policy} does not allow this action",
}
_MAX_POLICIES = 3


def add_stated_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the identity-based policies in the text say about the denied call."""
    action = denial.action
    if action is None or explanation.topic == "missing-object":
        return explanation
    stated = (each for each in list_known_policies(denial) if each.policy_type is None)
    policies = [each for each in stated if not each.has_principal]
    of_others = [each for each in policies if is_of_other(each, denial)]
    policies = [each for each in policies if each not in of_others]
    if denial.policy_type not in {None, "identity"}:
        # The policy of a role or user is identity-based.
        policies = [each for each in policies if each.owner is None]
    if of_others and not policies:
        return _explain_other_owner(denial, explanation, of_others[0])
    compared = [(each, compare(denial, action, each)) for each in policies[:_MAX_POLICIES]]
    # A Deny needs a Deny, and AWS names the type of policy that does not allow the call.
    is_open = not denial.is_explicit and denial.policy_type in {None, "identity"}
    impossible = set[str]() if is_open else {STATED_POLICY_ALLOWS.code}
    found = [(each, cause) for each, cause in compared if cause is not None and cause.code not in impossible]
    if denial.is_explicit:
        found = [each for each in found if each[1].code == STATED_POLICY_DENIES.code]
    # A policy that names the action says more than one about other things.
    found = [each for each in found if each[1].code != STATED_POLICY_OTHER_ACTION.code] or found[:1]
    if not found:
        return explanation
    if _is_uncertain(found[0][1]):
        # What AWS says comes first.
        uncertain = tuple(cause for _, cause in found if _is_uncertain(cause))
        causes = (*explanation.causes[:1], *uncertain, *explanation.causes[1:])
        return attrs.evolve(explanation, causes=causes)
    policy, first = found[0]
    if first.code == STATED_POLICY_ALLOWS.code and policy.owner is not None and denial.policy_type is None:
        explanation = attrs.evolve(explanation, causes=(first, *explanation.causes))
        return explain_allowed_caller(denial, explanation, policy.name)
    if first.code == STATED_POLICY_ALLOWS.code and explanation.causes[0].evidence == "derived":
        return _exclude_policy(denial, explanation, policy)
    codes = {cause.code for _, cause in found}
    if first.evidence != "possible" and first.code not in _ALLOW_IS_NO_FIX:
        explanation = _drop_general(explanation, first)
    remedies = explanation.remedies
    is_conditional = first.code == STATED_POLICY_CONDITION.code and first.evidence == "derived"
    if is_conditional or codes & _ALLOW_IS_NO_FIX:
        # An Allow that is there already, or that a Deny overrides, is no fix. Without the condition, it is too wide.
        remedies = tuple(each for each in remedies if each.policy is None or each.layer != "identity")
    added = first_remedy(denial, first.code)
    verdict = _VERDICTS.get(first.code, "").format(policy=policy.name)
    contrast: Contrast | None = None
    if (conditional := find_conditional(denial, policy)) is not None:
        contrast = find_condition_contrast(denial, conditional)
    elif first.code == STATED_POLICY_OTHER_RESOURCE.code:
        contrast = describe_other_resource(denial, policy)
        # The tool that writes a secret's ARN has its own remedy.
        is_written = bool(contrast.remedies) and denial.service == "secretsmanager"
        added = None if is_written else _correct_code_remedy(denial, action, policy)
        remedies = tuple(limit_to_resource(each, denial.resource or "") for each in remedies)
    if contrast is not None:
        remedies = (*contrast.remedies, *remedies)
        if is_conditional or conditional is None:
            verdict = f"{policy.name} {contrast.verdict}"
            found[0] = policy, _with_text(first, contrast.text)
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict) if verdict else explanation.summary,
        causes=(*(cause for _, cause in found), *explanation.causes),
        remedies=(*present(added), *remedies),
    )


def _with_text(cause: Cause, text: str | None) -> Cause:
    return cause if text is None else attrs.evolve(cause, text=text, because=())


def _drop_general(explanation: Explanation, first: Cause) -> Explanation:
    """Drop what says less than what is wrong with a policy: that none allows the call, or that another one denies it."""
    general, remedies = {NO_IDENTITY_ALLOW.code}, explanation.remedies
    if first.code in {STATED_POLICY_OTHER_RESOURCE.code, STATED_POLICY_CONDITION.code}:
        general.add(OTHER_LAYER.code)
        remedies = tuple(each for each in remedies if not each.title.startswith(FIND_POLICY))
    causes = (each for each in explanation.causes if each.evidence != "possible" or each.code not in general)
    return attrs.evolve(explanation, causes=tuple(causes), remedies=remedies)


def _exclude_policy(denial: Denial, explanation: Explanation, policy: KnownPolicy) -> Explanation:
    """Return an explanation of another cause, with the fact that a policy allows the call already."""
    text = f"{capitalize_start(policy.name)} allows {denial.action} on this resource: it needs no change if {denial.caller} has it."
    explained = explain_allowed_caller(denial, explanation, policy.name)
    first, *others = (each for each in explained.causes if each.evidence != "possible")
    return attrs.evolve(explained, causes=(first, STATED_POLICY_ALLOWS.cause("derived", text=text), *others))


def find_allowing_policy(denial: Denial) -> KnownPolicy | None:
    """Return an identity-based policy of the text or the facts that allows the denied call."""
    known = (each for each in list_known_policies(denial) if each.policy_type in {None, "identity"})
    for policy in known:
        if policy.has_principal or is_of_other(policy, denial):
            continue
        cause = compare(denial, denial.action or "", policy)
        if cause is not None and cause.code == STATED_POLICY_ALLOWS.code and cause.evidence != "possible":
            return policy
    return None


def explain_allowed_caller(denial: Denial, explanation: Explanation, policy_name: str) -> Explanation:
    """Return the explanation of a call that a policy of the caller allows: what is left is the resource's side."""
    missing = ("possible", NO_IDENTITY_ALLOW.code)
    causes = tuple(each for each in explanation.causes if (each.evidence, each.code) != missing)
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    of_resource = tuple(each for each in others if each.layer in {"role_trust", "resource"})
    if not of_resource or denial.policy_type is not None or denial.deny is not None:
        return attrs.evolve(explanation, causes=causes, remedies=others or explanation.remedies)
    owner = "role's trust policy" if of_resource[0].layer == "role_trust" else "resource's policy"
    account = f" in account {denial.resource_account}" if denial.crosses_accounts else ""
    verdict = f"{policy_name} allows it, so most likely the {owner}{account} does not"
    remedies = (*of_resource, *(each for each in others if each not in of_resource))
    return attrs.evolve(
        explanation, summary=denial_summary(denial, verdict), causes=causes, remedies=remedies
    )


def _explain_other_owner(denial: Denial, explanation: Explanation, policy: KnownPolicy) -> Explanation:
    """Add that a policy which allows the call is that of another role or user."""
    cause = compare(denial, denial.action or "", policy)
    if cause is None or cause.code != STATED_POLICY_ALLOWS.code or policy.owner is None:
        return explanation
    kind, name = policy.owner
    text = f"{capitalize_start(policy.name)} allows {denial.action} on this resource, but to the {kind} {clip_text(name)} and not to {denial.caller}."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"the policy that allows it is that of the {kind} {clip_text(name)}"),
        causes=(STATED_POLICY_ALLOWS.cause("derived", text=text), *explanation.causes),
    )


def _is_uncertain(cause: Cause) -> bool:
    """Return whether a policy can be about something else: a reference hides what, or another role has it."""
    others = {STATED_POLICY_OTHER_ACTION.code, STATED_POLICY_OTHER_RESOURCE.code}
    return cause.evidence == "possible" and cause.code in others


def first_remedy(denial: Denial, code: str) -> Remedy | None:
    """Return what to do first about a policy that denies or already allows the call."""
    if code == STATED_POLICY_DENIES.code:
        title, step = "Scope down the Deny statement, or meet its exception", STATED_POLICY_DENIES.fix
    elif code == STATED_POLICY_ALLOWS.code:
        title, step = f"Check that the policy is attached to {denial.caller}", STATED_POLICY_ALLOWS.fix
    else:
        return None
    return account_remedy(title, step, commands=list_policies_commands(denial), url=pages.EVALUATION)


def _correct_code_remedy(denial: Denial, action: str, policy: KnownPolicy) -> Remedy | None:
    """Return how to correct the resource of a statement in code, which would undo a change in IAM."""
    resource = _compared_resource(denial)
    if not policy.is_code or resource is None:
        return None
    allowed = allowed_resources(_allow_statements(policy, action))
    bucket = next((each for each in allowed if resource.startswith(f"{each}/") and ":s3:" in each), None)
    step = f"Let the statement that allows {action} name {clip_text(resource)}, too, as an ARN or a pattern for it."
    if bucket is not None:
        step = f"Add {clip_text(bucket)}/* to the resources of the statement that allows {action}. Keep {clip_text(bucket)} for actions on the bucket itself."
    return account_remedy(
        f"Correct the resource in {policy.name}",
        step,
        "Then deploy the code. A change in IAM alone is not in the code: the next deployment can undo it.",
        url=pages.EVALUATION,
    )


def find_conditional(denial: Denial, policy: KnownPolicy) -> dict[str, Any] | None:
    """Return the statement that allows the call under a condition, unless another one allows it without."""
    allows = _allow_statements(policy, denial.action or "")
    resource = _compared_resource(denial)
    matching = [each for each in allows if resource and names_resource(each, resource)]
    is_conditional = (each.get("Condition") and not meets_conditions(denial, each) for each in matching)
    if not matching or not all(is_conditional):
        return None
    return next((each for each in matching if find_wildcard_key(each) is not None), matching[0])


def _compared_resource(denial: Denial) -> str | None:
    """Return the resource with which IAM compares policies: for a secret, its whole ARN; for an object, one with a key."""
    resource, known = denial.resource, find_action(denial.action or "")
    if resource is None:
        return None
    if known is not None and ":s3:::" in resource and known.accepts(resource) is None:
        return f"{resource.partition('/')[0]}/OBJECT_KEY"
    return complete_secret_arn(resource, denial.failure.text)


def compare(denial: Denial, action: str, policy: KnownPolicy) -> Cause | None:
    """Return what an identity-based policy or one that caps permissions means for the call, as a cause."""
    resource, caller = _compared_resource(denial), denial.caller
    subject = capitalize_start(policy.name)
    for each in iterate_statements(policy.content):
        is_deny = each.get("Effect") == "Deny" and not each.get("Condition")
        if is_deny and names_action(each, action) and names_resource(each, resource):
            sid = each.get("Sid")
            name = f" {clip_text(sid)}" if isinstance(sid, str) and sid else ""
            text = (
                f"{subject} has a Deny statement{name} that matches the request. {why_no_allow_helps(denial)}"
            )
            return STATED_POLICY_DENIES.cause(policy.evidence, text=text)
    allows = allow_statements(policy.content)
    # Those whose action or resource is a reference may be about the request.
    possible = [each for each in allows if names_action(each, action) is not False]
    if not possible:
        is_relevant = policy.is_whole and (not policy.is_code or _names_service(allows, action))
        if not allows or not is_relevant:
            return None
        text = f"{subject} does not allow {action}{describe_allowed(allows, action)}."
        # Code often has the policies of several roles.
        return STATED_POLICY_OTHER_ACTION.cause("possible" if policy.is_code else policy.evidence, text=text)
    if resource is None:
        return None
    if not any(names_action(each, action) and names_resource(each, resource) for each in possible):
        open_ones = [each for each in possible if names_resource(each, resource) is not False]
        named = [each for each in open_ones if names_action(each, action)]
        allowed = allowed_resources(named if open_ones else possible)
        references = [
            each for each in allowed if has_reference(each) and matches(resource, compile_glob(widen(each)))
        ]
        if open_ones and not references:
            # A policy variable, or a reference in place of the action.
            return None
        return _other_resource_cause(policy, action, resource, references if open_ones else allowed)
    if (conditional := find_conditional(denial, policy)) is not None:
        text = f"{subject} allows {action} on this resource only if {describe_conditions(conditional)}."
        is_decisive = denial.policy_type == "identity" or (
            denial.policy_type is None and fails_condition(denial, conditional)
        )
        return STATED_POLICY_CONDITION.cause(
            "derived" if is_decisive and not denial.is_explicit else "possible", text=text
        )
    because: tuple[str, ...] = ()
    is_attached = is_of_caller(policy, denial)
    text = (
        "."
        if is_attached
        else f". It is not attached to {caller}, or a policy of another type denies the call."
    )
    if denial.policy_type == "identity":
        because = ("AWS found no identity-based policy that allows it.",)
        not_attached = "" if policy.owner is not None else f" is not attached to {caller}, or"
        text = f", so it{not_attached} was not yet in effect."
    return STATED_POLICY_ALLOWS.cause(
        "derived", because, text=f"{subject} allows {action} on this resource{text}"
    )


def _names_service(statements: Iterable[Mapping[str, Any]], action: str) -> bool:
    """Return whether statements are about the service of an action, so that they are meant for its caller."""
    prefix = action.partition(":")[0].lower()
    actions = (name for each in statements for name in as_strings(each.get("Action")))
    return any(name.partition(":")[0].lower() == prefix for name in actions)


def _allow_statements(policy: KnownPolicy, action: str) -> list[dict[str, Any]]:
    return [each for each in allow_statements(policy.content) if names_action(each, action)]


def _other_resource_cause(policy: KnownPolicy, action: str, resource: str, allowed: list[str]) -> Cause:
    """Return that a policy allows an action on other resources, or on one that a reference stands for."""
    subject, listed = capitalize_start(policy.name), join_resources(allowed)
    if not any(matches(resource, compile_glob(widen(each))) for each in allowed):
        text = f"{subject} allows {action} only on {listed}, not on {clip_text(resource)}."
        because = present(describe_difference(action, resource, allowed))
        return STATED_POLICY_OTHER_RESOURCE.cause(policy.evidence, because, text=text)
    text = f"{subject} allows {action} on {listed}, and the text does not show what that is."
    if ":s3:" in resource and "/" in resource and not any("*" in each for each in allowed):
        text += " The ARN of a bucket does not cover its objects: they need /*."
    return STATED_POLICY_OTHER_RESOURCE.cause(text=text)


def describe_other_resource(denial: Denial, policy: KnownPolicy) -> Contrast:
    """Return on which resources, or in which Region, a policy allows the denied action."""
    allowed, whole = (
        allowed_resources(_allow_statements(policy, denial.action or "")),
        _compared_resource(denial) or "",
    )
    if denial.resource in allowed and ":secretsmanager:" in whole and whole != denial.resource:
        return describe_partial_arn(denial, whole)
    readers = (find_region_contrast, find_filter_contrast, find_slash_contrast, find_index_contrast)
    contrast = next(filter(None, (read(denial, allowed) for read in readers)), None)
    text = describe_star_only(denial.action)
    effect = ", where it has no effect" if text else ""
    return contrast or Contrast(f"allows it only on {join_resources(allowed)}{effect}", (), text)
