"""Compare the denied call with the policies that the text or the facts contain.

A policy that the text contains is not all that applies to the caller, but shows why it does not have the effect that its
author expects: a resource that does not match, such as a bucket instead of its objects, a missing action, a condition or
a Deny.
"""

from __future__ import annotations

import attrs

from iamtriage._text import clip_text, lower_first
from iamtriage.arns._principals import FederatedUser, Root
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._context.readers.attached_policies import ASKER, DESCRIBED
from iamtriage.explaining._context.readers.pasted_policies import SESSION_POLICY
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.denials.shown_policies.code_statements import write_in_code
from iamtriage.explaining._rules.denials.shown_policies.known_policies import (
    KnownPolicy,
    is_of_other,
    list_known_policies,
    list_own_policies,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    POLICY_TEMPLATE,
    STATED_POLICY_ALLOWS,
    STATED_POLICY_CONDITION,
    STATED_POLICY_DENIES,
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_PRINCIPAL,
    STATED_POLICY_OTHER_RESOURCE,
    compare,
    describe_other_resource,
    find_conditional,
    find_similar,
    limit_to_resource,
    statements_with,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_variables import explain_variable
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import (
    compare_with_principal,
)
from iamtriage.explaining._rules.denials.shown_policies.region_contrasts import name_alternative
from iamtriage.explaining._rules.denials.shown_policies.resource_corrections import correct_policy
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import (
    Contrast,
    find_condition_contrast,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_remedies import (
    ALLOW_IS_NO_FIX,
    allow_in_session,
    answer_delay,
    correct_code_remedy,
    describe_wider_success,
    drop_superfluous,
    explain_without_effect,
    extend_policy,
    first_remedy,
    name_caller,
    name_holder,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_secrets import NOT_KMS
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW, OTHER_LAYER
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.services import find_resource_policy
from iamtriage.explaining._rules.shared.wording import FIND_POLICY, capitalize_start, denial_summary
from iamtriage.policies._managed_policies import is_known_policy

_MAX_POLICIES = 3
_NAMES = {"resource": "the resource's policy", "vpc_endpoint": "the VPC endpoint's policy"}
# The topics of explanations that have compared the policies, or of what no policy has to allow.
_COMPARED = frozenset(
    {
        "bedrock-subscription",
        "database-user-arn",
        "missing-object",
        "s3-acl",
        "s3-bucket-key",
        "service-cannot-assume-role",
        "service-role-lacks-permission",
        "service-principal",
        STATED_POLICY_OTHER_RESOURCE.code,
    }
)


def add_stated_policies(denial: Denial, explanation: Explanation) -> Explanation:
    """Add what the identity-based policies in the text say about the denied call."""
    action = denial.action
    # No policy allows the root user to assume a role, or a token, which has no identity yet, to get one.
    is_root = isinstance(denial.principal, Root) and denial.lowercase_action == "sts:assumerole"
    is_of_token = denial.lowercase_action.startswith("sts:assumerolewith")
    if action is None or explanation.topic in _COMPARED or is_root or is_of_token:
        return explanation
    stated = [each for each in list_known_policies(denial) if each.policy_type is None]
    if explanation.topic == "kms-key-policy" and denial.crosses_accounts:
        return _add_key_policy(denial, explanation, stated)
    if denial.policy_type in _NAMES and not denial.is_explicit:
        with_principal = [each for each in stated if each.has_principal]
        return write_in_code(denial, _add_policy_with_principal(denial, explanation, with_principal), stated)
    filled = explain_variable(denial, explanation, stated)
    filled = filled or _add_identity_policies(denial, explanation, action, stated)
    return write_in_code(denial, filled, stated)


def _add_identity_policies(
    denial: Denial, explanation: Explanation, action: str, stated: list[KnownPolicy]
) -> Explanation:
    policies = [each for each in stated if not each.has_principal]
    of_others = [each for each in policies if is_of_other(each, denial)]
    policies = [each for each in policies if each not in of_others]
    if of_others and not policies:
        return _explain_other_owner(denial, explanation, of_others[0])
    found = _compare_policies(denial, action, policies)
    if not found:
        return explanation
    if _is_uncertain(found[0][1]):
        # What AWS says comes first.
        uncertain = tuple(cause for _, cause in found if _is_uncertain(cause))
        causes = (*explanation.causes[:1], *uncertain, *explanation.causes[1:])
        return attrs.evolve(explanation, causes=causes)
    policy, first = found[0]
    denial = name_caller(denial, policy)
    is_said = policy.name == DESCRIBED or is_administrator(denial.failure.text)
    is_of_other_account = explanation.topic == "assume-role" and bool(denial.crosses_accounts)
    is_stated = (policy.owner is not None and policy.name != DESCRIBED) or (is_said and is_of_other_account)
    if first.code == STATED_POLICY_ALLOWS.code and is_stated and denial.policy_type is None:
        return _explain_own_policy(denial, explanation, policy, first)
    if first.code == STATED_POLICY_ALLOWS.code and any(policy.name in each for each in explanation.notes):
        return explanation
    if first.code == STATED_POLICY_ALLOWS.code and _is_decided(denial, explanation):
        return _exclude_policy(denial, explanation, policy)
    if first.code == STATED_POLICY_ALLOWS.code and (denial.policy_type == "identity" or policy.version):
        return explain_without_effect(denial, explanation, policy, first)
    codes = {cause.code for _, cause in found}
    if first.evidence != "possible" and first.code not in ALLOW_IS_NO_FIX:
        explanation = _drop_general(explanation, first)
    is_conditional = first.code == STATED_POLICY_CONDITION.code and first.evidence == "derived"
    remedies = drop_superfluous(
        denial, name_holder(denial, policy, explanation.remedies), codes, is_conditional=is_conditional
    )
    # The role does not have a policy that is passed for a session.
    added = None if policy.name == SESSION_POLICY else first_remedy(denial, first.code)
    verdict = _describe_verdict(policy, first, action)
    contrast: Contrast | None = None
    if (conditional := find_conditional(denial, policy)) is not None:
        contrast = find_condition_contrast(denial, conditional)
    elif first.code == STATED_POLICY_OTHER_RESOURCE.code:
        contrast = describe_other_resource(denial, policy)
        # The tool that writes a secret's ARN has its own remedy, and so has a template.
        is_written = contrast.remedy is not None and (
            denial.service == "secretsmanager"
            or policy.name.startswith(POLICY_TEMPLATE)
            or contrast.replaces_allow
        )
        added = None if is_written else correct_code_remedy(denial, action, policy)
        if is_written and policy.name.startswith(POLICY_TEMPLATE):
            # The next deployment does not know a policy that somebody attached.
            remedies = tuple(each for each in remedies if each.layer != "identity")
        remedies = tuple(limit_to_resource(each, denial.resource or "") for each in remedies)
        if contrast.remedy is None:
            remedies = tuple(extend_policy(denial, policy, each) for each in remedies)
        else:
            # The policy allows the action already.
            remedies = tuple(map(name_alternative, remedies))
    if contrast is not None:
        remedies = () if contrast.replaces_allow else remedies
        remedies = present(contrast.remedy, *remedies)
        if is_conditional or conditional is None:
            verdict = f"{policy.name} {contrast.verdict}"
            cause = _with_text(first, contrast.text)
            wider = describe_wider_success(denial) if first.code == STATED_POLICY_OTHER_RESOURCE.code else ""
            text = f"{cause.text.replace(NOT_KMS, '')}{wider}" if wider else cause.text
            found[0] = policy, attrs.evolve(cause, text=text)
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict) if verdict else explanation.summary,
        causes=(*(cause for _, cause in found), *explanation.causes),
        remedies=present(added, *remedies),
        notes=(*present(answer_delay(denial, first)), *explanation.notes),
    )


def _explain_own_policy(
    denial: Denial, explanation: Explanation, policy: KnownPolicy, cause: Cause
) -> Explanation:
    """Return an explanation with the fact that a policy which the caller is said to have allows the call."""
    cause = _with_text(cause, cause.text.partition(" It is not attached")[0])
    if _is_decided(denial, explanation) and explanation.causes[0].code != DERIVED_ACTION.code:
        # Such as a condition of the role's trust policy, which the facts have.
        allowed = explain_allowed_caller(denial, explanation, policy.name)
        decided, *others = allowed.causes
        return attrs.evolve(allowed, summary=explanation.summary, causes=(decided, cause, *others))
    explanation = attrs.evolve(explanation, causes=(cause, *explanation.causes))
    return explain_allowed_caller(denial, explanation, policy.name)


def _is_decided(denial: Denial, explanation: Explanation) -> bool:
    """Return whether AWS or the text states what denies the call, other than a missing Allow."""
    evidence = explanation.causes[0].evidence
    return evidence == "derived" or (evidence == "reported" and denial.policy_type is None)


def _describe_verdict(policy: KnownPolicy, first: Cause, action: str) -> str:
    """Return what a policy means for the call, as the end of a sentence, or nothing if its cause does not decide."""
    if first.code == STATED_POLICY_DENIES.code:
        words = first.text.partition(" that matches ")[0]
        return f"{lower_first(words)} that matches it"
    if first.code != STATED_POLICY_OTHER_ACTION.code:
        return ""
    similar = find_similar(policy, action)
    return f"{policy.name} {similar or 'does not allow this action'}"


def _add_policy_with_principal(
    denial: Denial, explanation: Explanation, policies: list[KnownPolicy]
) -> Explanation:
    """Add why the resource's policy, or that of the endpoint, which the text shows, does not allow the call."""
    # The message speaks of the endpoint's policy, too.
    is_shown = denial.policy_type == "resource" or denial.failure.text.count("ndpoint") > 1
    if len(policies) != 1 or not is_shown:
        return explanation
    kind = _NAMES[denial.policy_type or "resource"]
    known = (
        find_resource_policy(denial.service, denial.resource) if denial.policy_type == "resource" else None
    )
    name = policies[0].name.replace("the policy", f"the {known.name}" if known else kind, 1)
    found = compare_with_principal(denial, policies[0]._replace(name=name))
    if found is None:
        return explanation
    verdict, cause = found
    own = find_own_allow(denial) is not None
    cause, remedies = correct_policy(denial, policies[0], cause, explanation.remedies, has_own_allow=own)
    if cause.code != STATED_POLICY_OTHER_PRINCIPAL.code and denial.crosses_accounts and own:
        text = f"{cause.text} The policy of the caller in the text allows it already, and needs no change."
        cause = attrs.evolve(cause, text=text)
    summary = denial_summary(denial, verdict)
    causes = (cause, *explanation.causes)
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=remedies)


def _add_key_policy(denial: Denial, explanation: Explanation, stated: list[KnownPolicy]) -> Explanation:
    """Add that the key policy in the text lacks a caller of another account: KMS gives three reasons for that."""
    of_key = [each for each in stated if each.has_principal and statements_with(each, denial.action or "")]
    found = None
    if len(of_key) == 1:
        found = compare_with_principal(denial, of_key[0]._replace(name="the key policy in the text"))
    granting = [each for each in explanation.remedies if each.policy is not None]
    if not granting:
        return explanation
    first, *others = granting
    allowing, other_side = find_allowing_policy(denial), "both must allow it"
    if allowing is not None:
        other_side += f", and {allowing.name} does already"
        lines = tuple(each for each in first.commands if not each.startswith("aws iam put-"))
        first, others = attrs.evolve(first, steps=first.steps[1:], commands=lines), []
    if found is None:
        others += (each for each in explanation.remedies if each.policy is None)
        summary = explanation.summary.replace("both must allow it", other_side)
        return attrs.evolve(explanation, summary=summary, remedies=(first, *others))
    verdict = f"{found[0]}. The key is in account {denial.resource_account}, the caller in {denial.account}: {other_side}"
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(found[1], *(each for each in explanation.causes if each.evidence != "possible")),
        remedies=(first, *others),
        notes=(),
    )


def _compare_policies(
    denial: Denial, action: str, policies: list[KnownPolicy]
) -> list[tuple[KnownPolicy, Cause]]:
    """Return the policies that can be the reason, each with what it means for the call."""
    if denial.policy_type not in {None, "identity"}:
        # The policy of a role or user is identity-based, and so are those of AWS.
        policies = [
            each
            for each in policies
            if each.owner is None and not (each.name == DESCRIBED or is_known_policy(each.name))
        ]
    compared = [(each, compare(denial, action, each)) for each in policies[:_MAX_POLICIES]]
    # A Deny needs a Deny, and AWS names the type of policy that does not allow the call.
    is_open = not denial.is_explicit and denial.policy_type in {None, "identity"}
    impossible = set[str]() if is_open else {STATED_POLICY_ALLOWS.code}
    found = [(each, cause) for each, cause in compared if cause is not None and cause.code not in impossible]
    # Another version than the default one has no effect, so it matters only that it would allow the call.
    found = [each for each in found if not each[0].version or each[1].code == STATED_POLICY_ALLOWS.code]
    if denial.is_explicit:
        found = [each for each in found if each[1].code == STATED_POLICY_DENIES.code]
    # A policy that names the action says more than one about other things.
    return [each for each in found if each[1].code != STATED_POLICY_OTHER_ACTION.code] or found[:1]


def _with_text(cause: Cause, text: str | None) -> Cause:
    return cause if text is None else attrs.evolve(cause, text=text, because=())


# What S3 may have checked before, without a reason. A condition that is not met is one.
_OTHER_POLICIES = frozenset({"bucket-of-other-account", "resource-deny"})


def _drop_general(explanation: Explanation, first: Cause) -> Explanation:
    """Drop what says less than what is wrong with a policy: that none allows the call, or that another one denies it."""
    general, remedies = {NO_IDENTITY_ALLOW.code}, explanation.remedies
    if first.code in {STATED_POLICY_OTHER_RESOURCE.code, STATED_POLICY_CONDITION.code}:
        general.add(OTHER_LAYER.code)
        general |= _OTHER_POLICIES if first.code == STATED_POLICY_CONDITION.code else set()
        remedies = tuple(each for each in remedies if not each.title.startswith(FIND_POLICY))
    if first.code == STATED_POLICY_CONDITION.code:
        # The resource is the one that the action requires.
        explanation = attrs.evolve(
            explanation, causes=tuple(each for each in explanation.causes if each.code != DERIVED_ACTION.code)
        )
    causes = (each for each in explanation.causes if each.evidence != "possible" or each.code not in general)
    return attrs.evolve(explanation, causes=tuple(causes), remedies=remedies)


def _exclude_policy(denial: Denial, explanation: Explanation, policy: KnownPolicy) -> Explanation:
    """Return an explanation of another cause, with the fact that a policy allows the call already."""
    on = "this resource" if denial.resource else "every resource"
    text = f"{capitalize_start(policy.name)} allows {denial.action} on {on}: it needs no change if {denial.caller} has it."
    if denial.failure.encoded_message is not None:
        text += " Then the message is about another action, or another policy denies the call."
    explained = explain_allowed_caller(denial, explanation, policy.name)
    first, *others = (each for each in explained.causes if each.evidence != "possible")
    return attrs.evolve(explained, causes=(first, STATED_POLICY_ALLOWS.cause("derived", text=text), *others))


def find_allowing_policy(denial: Denial) -> KnownPolicy | None:
    """Return an identity-based policy of the text or the facts that allows the denied call."""
    for policy in list_own_policies(denial):
        cause = compare(denial, denial.action or "", policy)
        if cause is not None and cause.code == STATED_POLICY_ALLOWS.code and cause.evidence != "possible":
            return policy
    return None


def find_own_allow(denial: Denial) -> str | None:
    """Return the name of a policy in the text that allows a call to a resource of another account, or of an unknown one."""
    is_open = bool(denial.context.policies) and denial.crosses_accounts is not False
    policy = find_allowing_policy(denial) if is_open else None
    return None if policy is None else policy.name


def explain_allowed_caller(denial: Denial, explanation: Explanation, policy_name: str) -> Explanation:
    """Return the explanation of a call that a policy of the caller allows: what is left is the resource's side."""
    missing = ("possible", NO_IDENTITY_ALLOW.code)
    causes = tuple(each for each in explanation.causes if (each.evidence, each.code) != missing)
    others = tuple(each for each in explanation.remedies if each.policy is None or each.layer != "identity")
    of_resource = tuple(each for each in others if each.layer in {"role_trust", "resource"})
    is_other = denial.policy_type is not None or denial.deny is not None
    if is_other or (explanation.remedies[:1] == others[:1] and not denial.crosses_accounts):
        return attrs.evolve(explanation, causes=causes, remedies=others or explanation.remedies)
    # In one account, an Allow in either policy is enough.
    is_s3 = denial.service == "s3" and denial.crosses_accounts is not True
    other = "the bucket policy, the bucket's KMS key or " if is_s3 else ""
    verdict, remedies = f"{policy_name} allows it, so {other}a policy of another type denies it", others
    if of_resource and not is_s3:
        owner = "role's trust policy" if of_resource[0].layer == "role_trust" else "resource's policy"
        account = f" in account {denial.resource_account}" if denial.crosses_accounts else ""
        verdict = f"{policy_name} allows it, so most likely the {owner}{account} does not"
        remedies = (*of_resource, *(each for each in others if each not in of_resource))
    summary, remedies = denial_summary(denial, verdict), remedies or explanation.remedies
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=remedies)


def _explain_other_owner(denial: Denial, explanation: Explanation, policy: KnownPolicy) -> Explanation:
    """Add that a policy which allows the call is that of another role or user."""
    cause = compare(denial, denial.action or "", policy)
    if cause is None or cause.code != STATED_POLICY_ALLOWS.code or policy.owner is None:
        return explanation
    owner = f"the {policy.owner[0]} {clip_text(policy.owner[1])}"
    if isinstance(denial.principal, FederatedUser) and policy.owner[0] == "user":
        return allow_in_session(denial, explanation, policy, owner)
    verdict = f"the policy that allows it is that of {owner}"
    if policy.owner == ASKER:
        owner = "your own user"
        verdict = f"{policy.name} of {owner} does not count, and no policy of {denial.caller} allows it"
    text = f"{capitalize_start(policy.name)} allows {denial.action} on this resource, but to {owner} and not to {denial.caller}."
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(STATED_POLICY_ALLOWS.cause("derived", text=text), *explanation.causes),
    )


def _is_uncertain(cause: Cause) -> bool:
    """Return whether a policy can be about something else: a reference hides what, or another role has it."""
    others = {STATED_POLICY_OTHER_ACTION.code, STATED_POLICY_OTHER_RESOURCE.code}
    return cause.evidence == "possible" and cause.code in others
