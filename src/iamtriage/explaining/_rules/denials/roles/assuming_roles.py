"""Explain denials of ``sts:AssumeRole``, where the caller's and the role's policies apply.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from iamtriage.arns._principals import FederatedUser
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, ONE_POLICY_TYPE
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_commands import calls_other_account, role_path_steps
from iamtriage.explaining._rules.denials.roles import (
    barred_callers,
    external_ids,
    role_calls,
    role_conditions,
)
from iamtriage.explaining._rules.denials.roles.cdk_roles import explain_untrusting_roles, trust_account_remedy
from iamtriage.explaining._rules.denials.roles.literal_values import (
    NO_SUCH_ROLE,
    compare_condition,
    explain_other_arn,
)
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_own_allow
from iamtriage.explaining._rules.shared import commands, pages, wording
from iamtriage.explaining._rules.shared.common_causes import EXPLICIT_DENY, NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.grants import allow_remedies, denial_remedies
from iamtriage.explaining._rules.shared.remedies import save_step
from iamtriage.explaining._rules.sts.trust import trusted_principals
from iamtriage.explaining._rules.sts.trust.trust_documents import describe_trusted, remove_deleted_principals
from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings
from iamtriage.explaining._rules.sts.trust.trust_fixes import WHOLE_DOCUMENT
from iamtriage.policies._documents import build_document

CALLER_NOT_TRUSTED = CauseType(
    "caller-not-trusted",
    title="The role's trust policy does not allow the caller",
    recognised_by="AWS says that no resource-based policy or trust policy allows the sts:AssumeRole action, or states no reason for a denied AssumeRole.",
    fix="Name the caller in the role's trust policy, with the action that is called.",
    sources=(pages.ASSUME_ROLE, pages.TRUST_POLICIES),
)
SESSION_TAGS = CauseType(
    "session-tags",
    title="The trust policy does not allow session tags",
    meaning="The call passes session tags or a source identity, and the role's trust policy does not allow the action for that.",
    recognised_by="The denied action is sts:TagSession or sts:SetSourceIdentity.",
    fix="Allow sts:TagSession (or sts:SetSourceIdentity) in the role's trust policy, too.",
    sources=(pages.SESSION_TAGS,),
)


def explain_assume_role(denial: Denial) -> Explanation:
    """Explain a denial of a role to a caller with AWS credentials."""
    if isinstance(denial.principal, FederatedUser):
        return barred_callers.explain_federated_user(denial)
    if (special := explain_other_arn(denial) or explain_untrusting_roles(denial)) is not None:
        return special
    # AWS names a Deny of the trust policy, which is looked for as in other policies.
    is_denied = denial.is_explicit and _names_trust_policy(denial)
    own_role = barred_callers.find_own_role(denial)
    findings = None if is_denied or own_role else role_conditions.check_trust_policy(denial)
    attribute, is_itself = role_calls.find_attribute(denial), barred_callers.assumes_itself(denial)
    if attribute is None and barred_callers.is_named_in_account(denial, findings):
        return barred_callers.explain_named_caller(denial, findings, CALLER_NOT_TRUSTED)
    # If the trust policy is known to deny the call, an identity-based Allow can't help.
    can_allow = (
        denial_remedies.identity_allow_helps(denial)
        and (attribute is None or (calls_other_account(denial) and findings and findings.allowed))
        and not is_itself
        and not external_ids.find_vendor(denial)
        and not find_own_allow(denial)
        and not role_calls.is_recreated(denial)
    )
    can_allow = can_allow and (findings is None or findings.allowed is not False)
    result = None if findings is None or attribute is not None or denial.is_explicit else findings.result
    condition = compare_condition(denial, findings, result)
    findings = condition.findings
    # If the trust policy has a condition to meet, it names the caller, so another statement for it is no fix.
    is_trusted = condition.names_caller or barred_callers.says_trusted(denial)
    is_stated = denial.policy_type == "identity" and findings is None

    def build_remedies() -> tuple[Remedy | None, ...]:
        trust_remedy = None if is_trusted or own_role else _change_trust_remedy(denial, findings)
        omitted = role_calls.omit_attribute_remedy(denial)
        allow_remedy = _allow_remedy(denial, condition, attribute) if can_allow else None
        if allow_remedy and trust_remedy and any("trust.json" in each for each in allow_remedy.commands):
            title = f"Or, for a third party, trust {denial.caller} with an external ID"
            trust_remedy = attrs.evolve(trust_remedy, title=title)
        elif allow_remedy and trust_remedy and is_stated:
            # AWS names the side that it evaluated: the trust policy can be right.
            _, policy, where = trust_remedy.title.partition("the role's trust policy")
            title = f"Check that {policy}{where} names {denial.caller} or its account, and allow {denial.caller} if not"
            trust_remedy = attrs.evolve(trust_remedy, title=title) if policy else trust_remedy
        remedies = [
            barred_callers.own_credentials_remedy(denial, own_role) if is_itself else None,
            condition.remedy,
            allow_remedy,
            barred_callers.as_other_way(denial, trust_remedy),
            omitted,
            denial_remedies.authorization_details_remedy(denial),
        ]
        if _names_trust_policy(denial) or attribute is not None or external_ids.is_unlike_others(denial):
            # The trust policy comes first if AWS names it, for what a session passes on, and if other accounts work.
            # To pass on nothing is the alternative to all changes of policies.
            rest = (allow_remedy,) if trust_remedy is None else (omitted,)
            remedies.sort(key=lambda each: (each is None or each.layer != "role_trust", each not in rest))
        if omitted is not None and role_calls.is_omitted_first(denial):
            remedies.sort(key=lambda each: each is not omitted)
        return (*remedies,)

    return denial.explain(
        wording.denial_summary(
            denial,
            own_role.verdict
            if own_role
            else condition.verdict or _describe_reason(denial, findings, attribute),
        ),
        *_causes(denial, findings, attribute),
        topic="assume-role",
        remedies=build_remedies,
        notes=(
            # The supplied trust policy shows whether it names the caller or the account.
            None
            if denial.is_explicit
            or (attribute and (findings is not None or calls_other_account(denial)))
            or role_calls.needs_both_sides(denial)
            or role_calls.find_federation(denial)
            or condition.names_caller
            or is_itself
            or external_ids.find_vendor(denial)
            or (can_allow and (is_stated or _may_be_either_side(denial, findings, attribute)))
            else f"If {denial.caller} has this Allow already, a Deny, a permissions boundary, a service or resource control policy or a session policy is the cause."
            if findings is not None and findings.needs_identity_allow
            else barred_callers.account_note(denial, findings),
            EVENTUAL_CONSISTENCY,
            ONE_POLICY_TYPE if denial.policy_type else None,
        ),
    )


def missing_trust_steps(findings: TrustFindings | None) -> tuple[str, ...]:
    """Return a step on what the supplied trust policy lacks, if that is known."""
    if findings is None or findings.remedy is None or findings.result is None or findings.result.fix is None:
        return ()
    return (f"The supplied policy lacks this: {findings.remedy.steps[0]}",)


def _causes(
    denial: Denial,
    findings: TrustFindings | None,
    attribute: str | None,
) -> Iterator[Cause]:
    caller, role = denial.caller, denial.target_role_text
    evidence, reasons = denial.policy_type_evidence, wording.reason_lines(denial)
    if denial.policy_type == "identity":
        text = f"No identity-based policy of {caller} allows it to assume {role}."
        yield NO_IDENTITY_ALLOW.cause(evidence, reasons, text=text)
    elif _names_trust_policy(denial):
        text = f"The trust policy of {role} {_trust_verdict(denial)}."
        if denial.is_explicit:
            text = f"A Deny statement in the trust policy of {role} matches the request. {wording.why_no_allow_helps(denial)}"
        yield CALLER_NOT_TRUSTED.cause(evidence, reasons, text=text)
    if attribute is not None:
        assumes = denial.operation if role_calls.find_federation(denial) else "AssumeRole"
        same = f"The same policies must allow sts:{assumes}, too."
        because = None if calls_other_account(denial) or role_calls.works_without(denial) else same
        yield SESSION_TAGS.cause("derived", because, text=role_calls.describe_attribute(denial, attribute))
    if findings is not None and findings.allowed is False:
        reason = trusted_principals.explain_deleted(denial, findings)
        reason = reason or trusted_principals.explain_session(denial) or findings.reason
        yield attrs.evolve(findings.cause, text=reason, because=())
    elif findings is not None:
        yield findings.cause
    is_unexplained = denial.policy_type is None and denial.deny != "explicit"
    if is_itself := barred_callers.assumes_itself(denial):
        yield barred_callers.ASSUMES_ITSELF.cause("derived", text=barred_callers.describe_own_setting(denial))
    if is_unexplained and findings is None and (vendor := external_ids.find_vendor(denial)):
        text = f"The trust policy of {role} does not allow {caller}, which belongs to {vendor}, or requires another external ID than {vendor} sends."
        yield from (CALLER_NOT_TRUSTED.cause(text=text), NO_SUCH_ROLE.cause())
    elif is_unexplained and findings is None and attribute is None and not is_itself:
        text = f"No identity-based policy of {caller} allows it to assume the role."
        if working := external_ids.find_working_accounts(denial):
            text = f"No identity-based policy of {caller} allows sts:AssumeRole on {denial.resource}, for example because it lists accounts one by one."
        no_allow = NO_IDENTITY_ALLOW.cause(text=text)
        text = f"The trust policy of {role} does not allow {caller}, or the call does not meet its condition, such as an external ID or MFA."
        if role_calls.is_recreated(denial):
            text = f"In the trust policy of {role}, IAM replaced the ARN of {caller} by the ID of the deleted one, which the new one does not have."
            yield CALLER_NOT_TRUSTED.cause("derived", text=text)
            return
        if barred_callers.says_trusted(denial):
            text = "The call does not meet a condition of the trust policy, such as an external ID or MFA."
        others = (CALLER_NOT_TRUSTED.cause(text=text), NO_SUCH_ROLE.cause())
        yield from (others[1], no_allow, others[0]) if working else (no_allow, *others)
    if denial.is_explicit and not _names_trust_policy(denial):
        text = f"A Deny statement in some policy matches the request. {wording.why_no_allow_helps(denial)}"
        yield EXPLICIT_DENY.cause("reported", reasons, text=text)


def _describe_reason(denial: Denial, findings: TrustFindings | None, attribute: str | None) -> str:
    is_known = findings is not None and findings.allowed is False and not denial.is_explicit
    mistrust = trusted_principals.SUPPLIED
    if findings is not None and is_known and not attribute:
        mistrust = trusted_principals.describe_mistrust(denial, findings)
    if _names_trust_policy(denial):
        is_plain = mistrust == trusted_principals.SUPPLIED
        return f"the role's trust policy {_trust_verdict(denial)}" if is_plain else mistrust
    if denial.policy_type == "identity":
        return "no identity-based policy allows it"
    if denial.is_explicit:
        return "a policy denies it explicitly"
    if attribute:
        return f"{role_calls.describe_passing(denial, attribute)}, which {role_conditions.attribute_rule(denial, findings)}"
    if is_known:
        return mistrust
    if barred_callers.assumes_itself(denial):
        return "the caller has this role already"
    if accounts := external_ids.find_working_accounts(denial):
        return f"it worked in {external_ids.describe_accounts(accounts)}, so look first at account {denial.resource_account}, where the role may not exist or its trust policy may differ. Both accounts must allow it"
    if findings is not None and findings.needs_identity_allow:
        return f"the role's trust policy allows it, so most likely no identity-based policy of {denial.caller} does"
    if findings is None and (vendor := external_ids.find_vendor(denial)):
        return (
            f"most likely, the role's trust policy does not allow {vendor}, or requires another external ID"
        )
    unknown = "" if findings is not None else ", or whether the role exists"
    if role_calls.is_recreated(denial):
        return "the trust policy most likely still has the ID of the deleted one"
    if barred_callers.says_trusted(denial):
        trust = f"the trust policy in account {denial.resource_account} is not enough"
        trust = trust if calls_other_account(denial) else "the trust policy names only the account"
        return f"{trust}, so most likely no identity-based policy of {denial.caller} allows it"
    if calls_other_account(denial):
        return f"both accounts must allow it. AWS does not say which account denies it{unknown}"
    return "either the caller's policies or the role's trust policy do not allow it, and the message does not say which"


def _names_trust_policy(denial: Denial) -> bool:
    """Return whether AWS names the trust policy, which is the resource-based policy of a role."""
    return denial.policy_type in {"role_trust", "resource"}


def _trust_verdict(denial: Denial) -> str:
    return "explicitly denies it" if denial.is_explicit else "does not allow it"


def _change_trust_remedy(denial: Denial, findings: TrustFindings | None) -> Remedy | None:
    """Return the remedy that changes the trust policy: a Deny that matches, or else a missing Allow."""
    result = None if findings is None else findings.result
    if result is not None and result.is_explicit_deny:
        return attrs.evolve(role_conditions.narrow_deny_remedy(denial, result), layer="role_trust")
    if denial.is_explicit:
        return role_conditions.narrow_deny_remedy(denial)
    return external_ids.name_again(denial, findings) or _trust_remedy(denial, findings)


def _trust_remedy(denial: Denial, findings: TrustFindings | None) -> Remedy | None:
    """Return the remedy that allows the caller in the trust policy, unless it does already."""
    if findings is not None and findings.allowed:
        return None
    if findings is None and (remedy := trust_account_remedy(denial)) is not None:
        return remedy
    attribute = role_calls.find_attribute(denial)
    url, added = pages.TRUST_POLICIES, _statement_for(denial, attribute)
    has_pattern, is_compared = (
        "Condition" in added,
        attribute is None and external_ids.is_unlike_others(denial),
    )
    lines: tuple[str, ...] = commands.trust_policy_commands(denial.target_role_name)
    action = added["Action"]
    others = role_calls.caller_allow_step(denial, action) or role_calls.other_account_steps(denial, action)
    sessions = trusted_principals.session_steps(denial)
    result = None if findings is None else findings.result
    fixed = None if result is None else trusted_principals.trust_caller(denial, result, added)
    if result is not None and fixed is not None:
        fixed, removed = remove_deleted_principals(fixed)
        text = WHOLE_DOCUMENT
        if (
            attribute
            and "ExternalId" in str(denial.facts.trust_policy)
            and not (findings and findings.impossible_key)
        ):
            # A statement without a condition can allow both actions.
            text += f" A condition on sts:ExternalId never matches {denial.action}."
        if result.statement is None and (trusted := describe_trusted(denial.facts.trust_policy)):
            text += f" It still trusts {trusted}."
        elif not (attribute or removed or others or sessions):
            text += " Remove a principal that the caller replaces, such as a misspelled one."
        steps, lines = [" ".join((text, *removed)), *sessions, *others], lines[1:]
    else:
        steps = [*(sessions or missing_trust_steps(findings))]
        if findings is None and _names_trust_policy(denial) and attribute is None:
            steps.append(
                f"Read it first: if it names {denial.caller} already, change only the call: it does not meet the condition, such as an external ID or MFA. An Allow in the caller's own policies alone does not help."
            )
        steps.append(save_step("the role's trust policy", "trust.json"))
        url = pages.EXTERNAL_ID if calls_other_account(denial) else url
        if attribute:
            steps += others
            url = pages.SESSION_TAGS if attribute == "session tags" else url
        elif is_compared:
            steps.insert(
                0,
                f"Run the first command in account {denial.resource_account}. NoSuchEntity means that the role does not exist. Otherwise, compare its path and trust policy with those in account {external_ids.find_working_accounts(denial)[0]}.",
            )
            url = pages.TRUST_POLICIES
        elif calls_other_account(denial) or external_ids.find_vendor(denial):
            call = role_conditions.find_call(denial)
            external_id = commands.external_id(call.settings.get("external_id") if call else None)
            added.setdefault("Condition", {})["StringEquals"] = {"sts:ExternalId": external_id}
            steps.append(
                external_ids.external_id_step(vendor)
                if (vendor := external_ids.find_vendor(denial)) and external_id == "EXTERNAL_ID"
                else "Remove the condition if both accounts are yours. For a third party's account, agree on an external ID, which the caller passes as ExternalId."
                if external_id == "EXTERNAL_ID"
                else f"The condition has the external ID of {call.source if call else 'the call'}."
            )
    # The path of the role is of no importance for a pattern, and known if the policy, which IAM accepted, has the ARN.
    is_known = fixed is not None and f"'{denial.role}'" in str(denial.facts.trust_policy).replace('"', "'")
    if not (is_compared or is_known or has_pattern or external_ids.find_vendor(denial)):
        steps += role_path_steps(denial)
    if attribute is None and (step := role_calls.tag_session_step(denial)):
        steps.append(step)
        if fixed is None:
            added["Action"] = ["sts:AssumeRole", "sts:TagSession"]
    where = f", in account {denial.resource_account}" if calls_other_account(denial) else ""
    policy = f"trust policy of {denial.target_role_text}" if attribute else "role's trust policy"
    is_own = (attribute or fixed is not None) and not find_own_allow(denial)
    own = role_calls.own_command(denial) if is_own and not trusted_principals.had_access(denial) else None
    return Remedy(
        f"Allow {denial.action if attribute else denial.caller} in the {policy}{where}{role_calls.name_own_side(denial) if own and attribute else ''}",
        "resource owner" if where else "account administrator",
        tuple(steps),
        (*allow_remedies.as_administrator(denial.resource_account, lines), own) if own else lines,
        fixed or build_document([added]),
        layer="role_trust",
        is_addition=fixed is None,
        url=url,
    )


def _statement_for(denial: Denial, attribute: str | None) -> dict[str, Any]:
    return role_calls.trusting_statement(
        denial, role_conditions.ACTIONS[denial.lowercase_action] if attribute else "sts:AssumeRole"
    )


def _allow_remedy(
    denial: Denial, condition: role_conditions.RoleCondition, attribute: str | None
) -> Remedy | None:
    """Return the remedy that allows the caller to assume the role, with what the other account has to do."""
    findings, is_named = condition.findings, condition.names_caller
    becomes_named = condition.remedy is not None and condition.remedy.layer == "role_trust"
    is_enough = not calls_other_account(denial) and (becomes_named or not condition.names_account)
    if is_named and (is_enough or (condition.remedy and barred_callers.says_allowed(denial))):
        return None  # within one account, a trust policy that names the caller is enough
    where = f", in account {denial.account}" if calls_other_account(denial) and denial.account else ""
    title = f"{'If the call is still denied, allow' if is_named else 'Allow'} {denial.caller} to {f'pass {attribute}' if attribute else 'assume the role'}{where}"
    remedy = allow_remedies.allow_remedy(denial, title=title)
    is_trusted = barred_callers.says_trusted(denial) or (findings is not None and findings.allowed)
    if remedy is None or denial.is_explicit or is_trusted:
        return remedy
    if _may_be_either_side(denial, findings, attribute):
        look = barred_callers.either_side_step(denial, _statement_for(denial, attribute))
        show, _ = commands.trust_policy_commands(denial.target_role_name or "TARGET_ROLE_NAME")
        return attrs.evolve(remedy, steps=(look, *remedy.steps), commands=(show, *remedy.commands))
    if not calls_other_account(denial):
        named = f"The trust policy names the account, so a policy of {denial.caller} must allow this, too."
        return attrs.evolve(remedy, steps=(*remedy.steps, named)) if is_named else remedy
    if is_named:
        step = "Across accounts, the trust policy alone is not enough: an identity-based policy of the caller must allow it, too."
    elif trust_account_remedy(denial) is not None:
        step = f"If the roles do not trust account {denial.account} yet, an administrator of account {denial.resource_account} also bootstraps it with --trust."
    elif (
        findings is None
        and attribute is None
        and not external_ids.is_unlike_others(denial)
        # Then no other policy is changed by a file.
        and allow_remedies.other_side_command(denial, "sts:AssumeRole") is not None
    ):
        return role_calls.with_trust_commands(denial, remedy)
    else:
        added = _statement_for(denial, attribute)
        step = f"This alone is not enough: {wording.other_side_step(denial, f'trust policy of {denial.target_role_text}', added)}"
    return attrs.evolve(remedy, steps=(*remedy.steps, step))


def _may_be_either_side(denial: Denial, findings: TrustFindings | None, attribute: str | None) -> bool:
    """Return whether the caller's policies or the trust policy of a role in the same account can lack the Allow."""
    return (
        not calls_other_account(denial)
        and (denial.policy_type, denial.deny, findings, attribute) == (None, None, None, None)
        and not barred_callers.assumes_itself(denial)
        and not external_ids.is_unlike_others(denial)
    )
