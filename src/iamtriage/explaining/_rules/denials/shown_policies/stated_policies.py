"""Compare the denied call with the policies that the text or the facts contain.

A policy that the text contains is not all that applies to the caller, but shows why it does not have the effect that its
author expects: a resource that does not match, a missing action, a condition or a Deny.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._text import clip_text
from iamtriage.arns._principals import FederatedUser, Root
from iamtriage.explaining._context.readers.attached_policies import ASKER, DESCRIBED
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._rules.basics import Cause, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions.condition_corrections import (
    can_call_meet,
    correct_cap_remedy,
)
from iamtriage.explaining._rules.denials.conditions.exempt_resources import exempt_resource_remedy
from iamtriage.explaining._rules.denials.conditions.request_conditions import check_conditions
from iamtriage.explaining._rules.denials.policy_causes import KMS_BEHIND_SERVICE, KMS_KEY_POLICY
from iamtriage.explaining._rules.denials.shown_policies import (
    inline_policies,
    stated_contrasts,
    stated_remedies,
)
from iamtriage.explaining._rules.denials.shown_policies.code_statements import write_in_code
from iamtriage.explaining._rules.denials.shown_policies.known_policies import (
    KnownPolicy,
    is_cap,
    is_of_caller,
    is_of_other,
    is_of_other_type,
    list_known_policies,
    name_cap,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    POLICY_TEMPLATE,
    STATED_POLICY_ALLOWS,
    STATED_POLICY_CONDITION,
    STATED_POLICY_DENIES,
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_RESOURCE,
    Comparison,
    compare,
    compared_resource,
    describe_other_resource,
    find_conditional,
    find_deny,
    limit_to_resource,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_variables import explain_variable
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import show_exemption
from iamtriage.explaining._rules.denials.shown_policies.region_contrasts import name_alternative
from iamtriage.explaining._rules.denials.shown_policies.resource_corrections import adopt_statement
from iamtriage.explaining._rules.denials.shown_policies.resource_sides import (
    NAMES,
    add_policy_of_other_account,
    add_policy_with_principal,
    explain_bucket_side,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_secrets import NOT_KMS
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW, OTHER_LAYER
from iamtriage.explaining._rules.shared.grants.denial_remedies import DETAILS_TITLES
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.requirements.required_grants import cover_each_call
from iamtriage.explaining._rules.shared.wording import FIND_POLICY, capitalize_start, denial_summary
from iamtriage.policies._managed_policies import LISTED, is_known_policy

_MAX_POLICIES, _RENAMED_SERVICE = 3, (NO_IDENTITY_ALLOW.code, "derived")
# The topics of explanations that have compared the policies, or of what no policy has to allow.
_COMPARED = frozenset(
    {
        *("bedrock-subscription", "cdk-roles-not-assumed"),
        *("data-access-policy", "database-user-arn"),
        *("execution-role", "missing-object"),
        *("s3-acl", "s3-bucket-key"),
        "service-cannot-assume-role",
        "service-role-lacks-permission",
        "service-principal",
        STATED_POLICY_OTHER_RESOURCE.code,
    }
)


def add_stated_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the identity-based policies in the text say about the denied call."""
    action = denial.action
    # No policy allows the root user to assume a role, or a token, which has no identity yet.
    is_root = isinstance(denial.principal, Root) and denial.lowercase_action == "sts:assumerole"
    is_of_token = denial.lowercase_action.startswith("sts:assumerolewith")
    # The use of a key was denied, not the call; or ``kms.key_policies`` compares both sides.
    is_of_key = explanation.topic == KMS_BEHIND_SERVICE.code and denial.service != "kms"
    is_of_key |= explanation.topic == KMS_KEY_POLICY.code and bool(denial.crosses_accounts)
    if action is None or explanation.topic in _COMPARED or is_root or is_of_token or is_of_key:
        return explanation
    stated = [each for each in list_known_policies(denial) if each.policy_type is None]
    if denial.policy_type in NAMES and not denial.is_explicit:
        with_principal = [each for each in stated if each.has_principal]
        added = add_policy_with_principal(denial, explanation, with_principal)
        return write_in_code(denial, added, with_principal)
    is_implicit = denial.policy_type == "identity" and denial.deny == "implicit"
    if denial.crosses_accounts and (is_implicit or (denial.policy_type, denial.deny) == (None, None)):
        explanation = add_policy_of_other_account(denial, explanation, stated)
    filled = explain_variable(denial, explanation, stated)
    filled = filled or _add_identity_policies(denial, explanation, action, stated)
    return write_in_code(denial, filled, stated)


def _add_identity_policies(
    denial: Denial, explanation: Explanation, action: str, stated: list[KnownPolicy]
) -> Explanation:
    policies = [each for each in stated if not (each.has_principal or is_of_other_type(each, denial))]
    of_others = [each for each in policies if is_of_other(each, denial)]
    policies = [each for each in policies if each not in of_others]
    policies = [name_cap(each, denial, stated) for each in policies]
    if of_others and not policies:
        return _explain_other_owner(denial, explanation, of_others[0])
    found = _compare_policies(denial, action, policies)
    if not found:
        return explanation
    if _is_uncertain(found[0]):
        # What AWS says comes first.
        uncertain = tuple(each.cause for each in found if _is_uncertain(each))
        causes = (*explanation.causes[:1], *uncertain, *explanation.causes[1:])
        return attrs.evolve(explanation, causes=causes)
    denial = stated_remedies.name_caller(denial, found[0].policy)
    allows = found[0].has_cause(STATED_POLICY_ALLOWS)
    explained = _explain_allow(denial, explanation, found[0]) if allows else None
    return explained or _explain_comparisons(denial, explanation, found)


def _explain_allow(denial: Denial, explanation: Explanation, compared: Comparison) -> Explanation | None:
    """Explain why a policy that allows the call has no effect on it, ``None`` if another policy or nothing explains it."""
    policy = compared.policy
    stated = [each for each in list_known_policies(denial) if each.policy_type is None]
    if policy.name == DESCRIBED and (of_bucket := explain_bucket_side(denial, stated)) is not None:
        both = "Across accounts, both sides must allow it."
        if "needs no change" not in of_bucket.causes[0].text:
            both = f"{compared.cause.text.partition(' It is not attached')[0]} {both}"
        return attrs.evolve(of_bucket, causes=(*of_bucket.causes, _with_text(compared.cause, both)))
    is_said = policy.name == DESCRIBED or is_administrator(denial.failure.text)
    # A policy for sts:AssumeRole is the caller's, and the trust policy must allow the call, too.
    is_open = bool(denial.crosses_accounts) if is_said else not _is_decided(denial, explanation)
    is_stated = policy.owner is not None and policy.name != DESCRIBED
    is_stated = is_stated or (explanation.topic == "assume-role" and is_open)
    if (is_stated or stated_contrasts.lacks_other_side(denial, explanation)) and denial.policy_type is None:
        return _explain_own_policy(denial, explanation, policy, compared.cause)
    if any(policy.name in each for each in (*explanation.notes, *(each.text for each in explanation.causes))):
        return explanation
    if _is_decided(denial, explanation):
        return _exclude_policy(denial, explanation, policy)
    if denial.policy_type == "identity" or policy.version:
        return stated_remedies.explain_without_effect(denial, explanation, policy, compared.cause)
    return None


def _explain_comparisons(denial: Denial, explanation: Explanation, found: list[Comparison]) -> Explanation:
    """Add what policies mean for the call, the first of them in the summary and with what has to change in it."""
    compared, *others = found
    policy, first, verdict = compared
    if compared.is_certain and first.code not in stated_remedies.ALLOW_IS_NO_FIX:
        explanation = _drop_general(denial, explanation, compared)
    is_conditional = compared.has_cause(STATED_POLICY_CONDITION) and first.evidence == "derived"
    remedies = stated_remedies.drop_superfluous(
        denial,
        stated_remedies.name_holder(denial, policy, explanation.remedies),
        {each.cause.code for each in found},
        is_conditional=is_conditional,
    )
    if compared.has_cause(STATED_POLICY_ALLOWS) and explanation.summary.endswith(_GUESS):
        causes = tuple(each for each in explanation.causes if each.code != NO_IDENTITY_ALLOW.code)
        explanation = attrs.evolve(explanation, causes=causes)
        verdict = f"{policy.name} {policy.allowing}, so {denial.caller} does not have it, or a policy of another type denies the call"
    # The role does not have a policy that is passed for a session.
    added = (
        None
        if policy.name.startswith("the session policy")
        else stated_remedies.first_remedy(denial, first.code)
    )
    if compared.has_cause(STATED_POLICY_DENIES):
        remedies = show_exemption(denial, policy, remedies)
        denying = find_deny(policy, denial.action or "", compared_resource(denial)) or {}
        if "NotResource" in denying and (exempt := exempt_resource_remedy(denial, denying)) is not None:
            # The caller can change the call.
            added, remedies = exempt, tuple(map(name_alternative, present(added, *remedies)))
    contrast: stated_contrasts.Contrast | None = None
    if (conditional := find_conditional(denial, policy)) is not None:
        if denial.policy_type in {None, "identity"} or is_cap(policy, denial):
            contrast = stated_contrasts.find_condition_contrast(denial, conditional)
        if contrast is not None and is_conditional and denial.policy_type not in {None, "identity"}:
            explanation, remedies, contrast = correct_cap(denial, explanation, conditional, contrast)
    elif compared.has_cause(STATED_POLICY_OTHER_RESOURCE):
        contrast = describe_other_resource(denial, policy)
        added, remedies = _limit_remedies(denial, policy, contrast, remedies)
    elif compared.has_cause(STATED_POLICY_OTHER_ACTION):
        added = added or inline_policies.correct_operation_remedy(denial, policy)
        # The corrected line is enough.
        remedies = tuple(each for each in remedies if added is None or each.layer != "identity")
        remedies = tuple(adopt_statement(denial, policy, each) for each in remedies)
        # What missing_allows derives of a renamed service says why the action is another one.
        why = [each for each in explanation.causes if (each.code, each.evidence) == _RENAMED_SERVICE]
        causes = tuple(each for each in explanation.causes if each not in why)
        explanation = attrs.evolve(explanation, causes=causes)
        shown = why[0].text if why else stated_contrasts.describe_other_call(denial, policy.allows)
        first = _with_text(first, shown)
    if contrast is not None:
        remedies = present(contrast.remedy, *(() if contrast.replaces_allow else remedies))
        if is_conditional or conditional is None:
            verdict = f"{policy.name} {contrast.verdict}"
            first = _with_text(first, contrast.text)
            is_other = compared.has_cause(STATED_POLICY_OTHER_RESOURCE)
            wider = stated_remedies.describe_wider_success(denial) if is_other else ""
            text = f"{first.text.replace(NOT_KMS, '')}{wider}" if wider else first.text
            first = attrs.evolve(first, text=text)
    return attrs.evolve(
        explanation,
        summary=stated_contrasts.summarize(denial, explanation, verdict),
        causes=(first, *(each.cause for each in others), *explanation.causes),
        remedies=present(added, *remedies),
        notes=(*present(stated_remedies.answer_delay(denial, first)), *explanation.notes),
    )


def correct_cap(
    denial: Denial,
    explanation: Explanation,
    statement: Mapping[str, Any],
    contrast: stated_contrasts.Contrast,
) -> tuple[Explanation, tuple[Remedy, ...], stated_contrasts.Contrast]:
    """Return the parts of an explanation with the correction of a policy that caps permissions, which allows only another value."""
    failed = next((each for each in check_conditions(statement, denial) if each.is_met is False), None)
    change = next((each for each in explanation.remedies if each.layer == denial.policy_type), None)
    if failed is None or change is None or not failed.requested or "Not" in failed.operator:
        return explanation, explanation.remedies, contrast
    corrected = correct_cap_remedy(denial, statement, failed, change)
    # It has an Allow for the action.
    text = "AWS names this policy, not the caller's own: no Allow in another one has an effect on this call."
    first = _with_text(explanation.causes[0], text)
    explanation = attrs.evolve(explanation, causes=(first, *explanation.causes[1:]))
    if not can_call_meet(denial, failed):
        contrast = contrast._replace(remedy=None)
    others = (each for each in explanation.remedies if each is not change)
    return explanation, (corrected, *others), contrast


def _limit_remedies(
    denial: Denial, policy: KnownPolicy, contrast: stated_contrasts.Contrast, remedies: tuple[Remedy, ...]
) -> tuple[Remedy | None, tuple[Remedy, ...]]:
    """Return how to correct the Resource of a policy in code, and the other remedies, limited to the denied resource."""
    is_template = policy.name.startswith(POLICY_TEMPLATE)
    # The tool that writes a secret's ARN has its own remedy, and so has a template.
    is_written = contrast.remedy is not None and (
        denial.service == "secretsmanager" or is_template or contrast.replaces_allow
    )
    if is_written and is_template:
        # The next deployment does not know a policy that somebody attached.
        remedies = tuple(each for each in remedies if each.layer != "identity")
    resource = cover_each_call(denial.resource or "", denial)
    limited = (limit_to_resource(each, resource) for each in remedies)
    added = None if is_written else inline_policies.correct_code_remedy(denial, denial.action or "", policy)
    if contrast.remedy is None:
        adopted = (adopt_statement(denial, policy, each) for each in limited)
        extended = (stated_remedies.extend_policy(denial, policy, each) for each in adopted)
        return added, tuple(map(name_alternative, extended) if added and added.manifest else extended)
    # The policy allows the action already.
    return added, tuple(map(name_alternative, limited))


def _explain_own_policy(
    denial: Denial, explanation: Explanation, policy: KnownPolicy, cause: Cause
) -> Explanation:
    """Return an explanation with the fact that a policy which the caller is said to have allows the call."""
    cause = _with_text(cause, cause.text.partition(" It is not attached")[0])
    if _is_decided(denial, explanation) and explanation.causes[0].code != DERIVED_ACTION.code:
        # Such as a condition of the role's trust policy, which the facts have.
        allowed = stated_remedies.explain_allowed_caller(denial, explanation, policy.name)
        causes = (*allowed.causes[:1], cause, *allowed.causes[1:])
        return attrs.evolve(allowed, summary=explanation.summary, causes=causes)
    explanation = attrs.evolve(explanation, causes=(cause, *explanation.causes))
    return stated_remedies.explain_allowed_caller(denial, explanation, policy.name)


def _is_decided(denial: Denial, explanation: Explanation) -> bool:
    """Return whether AWS or the text states what denies the call, other than a missing Allow."""
    evidence = explanation.causes[0].evidence
    return evidence == "derived" or (evidence == "reported" and denial.policy_type is None)


def _compare_policies(denial: Denial, action: str, policies: list[KnownPolicy]) -> list[Comparison]:
    """Return what those policies mean for the call that can be the reason."""
    if denial.policy_type not in {None, "identity"}:
        # The policy of a role or user is identity-based, and so are those of AWS.
        policies = [
            each
            for each in policies
            if each.owner is None and not (each.name == DESCRIBED or is_known_policy(each.name))
        ]
    compared = present(*(compare(denial, action, each) for each in policies[:_MAX_POLICIES]))
    # A policy that is made for the role of a service need not be that of the caller.
    compared = tuple(each for each in compared if not _is_of_service(each, denial))
    # A Deny needs a Deny, and AWS names the type of policy that does not allow the call.
    is_open = not denial.is_explicit and denial.policy_type in {None, "identity"}
    found = [
        each
        for each in compared
        if not each.has_cause(STATED_POLICY_ALLOWS)
        or (is_open and each.policy.stated_type in {None, "identity"})
    ]
    # Another version than the default one has no effect, so it matters only that it would allow the call.
    found = [each for each in found if not each.policy.version or each.has_cause(STATED_POLICY_ALLOWS)]
    if denial.is_explicit:
        found = [each for each in found if each.has_cause(STATED_POLICY_DENIES)]
    # One policy can allow a launch on the images, and another one on the rest.
    partial = [each for each in found if each.has_cause(STATED_POLICY_OTHER_RESOURCE)]
    if len(partial) > 1 and denial.resource is None:
        found = [each for each in found if each not in partial]
    # A policy that names the action says more than one about other things.
    return [each for each in found if not each.has_cause(STATED_POLICY_OTHER_ACTION)] or found[:1]


def _is_of_service(compared: Comparison, denial: Denial) -> bool:
    """Return whether a policy for the roles of a service allows a call, and the text does not say that the caller has it."""
    name = compared.policy.name
    is_listed = name in LISTED and not name.endswith("FullAccess")
    return (
        is_listed and not is_of_caller(compared.policy, denial) and compared.has_cause(STATED_POLICY_ALLOWS)
    )


def _with_text(cause: Cause, text: str | None) -> Cause:
    return cause if text is None else attrs.evolve(cause, text=text, because=())


# The verdict of a message without a reason, if nothing else is known.
_GUESS = "most likely, no identity-based policy allows it."
# What S3 may have checked before, without a reason. A condition that is not met is one.
_OTHER_POLICIES = frozenset({"bucket-of-other-account", "resource-deny"})


def _drop_general(denial: Denial, explanation: Explanation, first: Comparison) -> Explanation:
    """Drop what says less than what is wrong with a policy: that none allows the call, or that another one denies it."""
    general = {NO_IDENTITY_ALLOW.code}
    # An encoded message says nothing more about an action or a resource that the policy lacks.
    is_known = denial.policy_type == "identity" and not first.has_cause(STATED_POLICY_CONDITION)
    is_known |= denial.resource is None and first.has_cause(STATED_POLICY_OTHER_RESOURCE)
    remedies = tuple(
        each for each in explanation.remedies if not (is_known and each.title.startswith(DETAILS_TITLES))
    )
    causes, is_conditional = explanation.causes, first.has_cause(STATED_POLICY_CONDITION)
    if is_conditional or first.has_cause(STATED_POLICY_OTHER_RESOURCE, STATED_POLICY_OTHER_ACTION):
        general |= {OTHER_LAYER.code, *(_OTHER_POLICIES if is_conditional else ())}
        remedies = tuple(each for each in remedies if not each.title.startswith(FIND_POLICY))
    if is_conditional:
        # The resource is the one that the action requires.
        causes = tuple(each for each in causes if each.code != DERIVED_ACTION.code)
    causes = tuple(each for each in causes if each.evidence != "possible" or each.code not in general)
    notes = tuple(each for each in explanation.notes if "has this Allow already" not in each)
    return attrs.evolve(explanation, causes=causes, remedies=remedies, notes=notes)


def _exclude_policy(denial: Denial, explanation: Explanation, policy: KnownPolicy) -> Explanation:
    """Return an explanation of another cause, with the fact that a policy allows the call already."""
    on = "this resource" if denial.resource else "every resource"
    text = f"{capitalize_start(policy.name)} allows {denial.action} on {on}: it needs no change if {denial.caller} has it."
    if denial.failure.encoded_message is not None:
        text += " Then the message is about another action, or another policy denies the call."
    explained = stated_remedies.explain_allowed_caller(denial, explanation, policy.name)
    first, *others = (each for each in explained.causes if each.evidence != "possible")
    return attrs.evolve(explained, causes=(first, STATED_POLICY_ALLOWS.cause("derived", text=text), *others))


def _explain_other_owner(denial: Denial, explanation: Explanation, policy: KnownPolicy) -> Explanation:
    """Add that a policy which allows the call is that of another role or user."""
    compared = compare(denial, denial.action or "", policy)
    if compared is None or not compared.has_cause(STATED_POLICY_ALLOWS) or policy.owner is None:
        return explanation
    owner = f"the {policy.owner[0]} {clip_text(policy.owner[1])}" if policy.owner[1] else "the task role"
    if isinstance(denial.principal, FederatedUser) and policy.owner[0] == "user":
        return stated_remedies.allow_in_session(denial, explanation, policy, owner)
    verdict = f"the policy that allows it is that of {owner}"
    if policy.owner == ASKER:
        owner = "your own user"
        verdict = f"{policy.name} of {owner} has no effect here, and no policy of {'this role' if denial.role else 'the caller'} allows it"
    text = f"{capitalize_start(policy.name)} allows {denial.action} on this resource, but to {owner} and not to {denial.caller}."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(STATED_POLICY_ALLOWS.cause("derived", text=text), *explanation.causes),
    )


def _is_uncertain(compared: Comparison) -> bool:
    """Return whether a policy can be about something else: a reference hides what, or another role has it."""
    is_other = compared.has_cause(STATED_POLICY_OTHER_ACTION, STATED_POLICY_OTHER_RESOURCE)
    return is_other and not compared.is_certain
