"""Compare the key policy in a text with the use of a key by another account, or by a call of another service.

The latter's message names no request to KMS, such as "Access to KMS is not allowed". Sources:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._rendering.labels import keep_label
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import Role, ServiceLinkedRole, User
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.conditions import encrypted_data
from iamtriage.explaining._rules.denials.conditions.requested_values import find_via_service
from iamtriage.explaining._rules.denials.kms import keys_of_data
from iamtriage.explaining._rules.denials.policy_causes import KMS_BEHIND_SERVICE, KMS_KEY_POLICY
from iamtriage.explaining._rules.denials.policy_types.resource_policies import (
    LAUNCHERS,
    ONLY_KEY_POLICY,
    resource_remedy,
)
from iamtriage.explaining._rules.denials.policy_types.stated_resource_denies import explain_resource_deny
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, list_known_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_CONDITION,
    STATED_POLICY_OTHER_PRINCIPAL,
    find_allowing_policy,
    statements_with,
)
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import (
    compare_with_principal,
    names_caller,
)
from iamtriage.explaining._rules.denials.shown_policies.resource_corrections import correct_policy
from iamtriage.explaining._rules.denials.shown_policies.resource_sides import is_part, write_whole
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument, with_statements
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.policies._readers.elements import as_strings, iterate_statements, principal_names
from iamtriage.policies._readers.unknown_values import has_reference

# What denials of the use of a key are about if the message does not say why.
_TOPICS = frozenset({KMS_BEHIND_SERVICE.code, KMS_KEY_POLICY.code, "kms-key-unknown"})
_NAME = "the key policy in the text"
_CHANGE = "kms:PutKeyPolicy"
_MAX_NAMES = 2


def add_key_policy(denial: Denial, explanation: Explanation) -> Explanation:
    """Add which statement of the key policy in the text is for the use of the key, and why it does not allow that."""
    policies = [each for each in _list_with_principal(denial) if _is_key_policy(each)]
    is_said = not policies and keys_of_data.enables_iam(denial.failure.text)
    if explanation.topic not in _TOPICS or not (len(policies) == 1 or is_said) or denial.crosses_accounts:
        return explanation
    # With a key of another account, both sides count.
    of_key = encrypted_data.with_key_of_text(denial) if denial.service == "kms" else denial
    if of_key.crosses_accounts:
        return add_key_policy_of_other_account(of_key, explanation)
    writes = (denial.operation or "").startswith(encrypted_data.WRITES)
    action = "kms:GenerateDataKey" if writes else "kms:Decrypt"
    if denial.service == "kms" and denial.action is not None:
        action = denial.action
    implied = attrs.evolve(denial, action=action, policy_type="resource")
    if denial.service != "kms":
        # What the key encrypts is not the key.
        implied = attrs.evolve(implied, resource=None, resource_arn=None)
        of_key = encrypted_data.with_key_of_text(implied)
        implied = of_key if of_key.crosses_accounts else implied
    is_linked = isinstance(implied.role, ServiceLinkedRole)
    if is_said:
        return explanation if is_linked else _name_other_side(implied, (), explanation)
    policy = attrs.evolve(policies[0], name=_NAME)
    if (denied := explain_resource_deny(implied)) is not None:
        return denied
    implied = _with_user(implied, policy)
    # If a statement is for the caller's account, its policies in IAM count.
    enabling = [
        each
        for each in policy.allows
        if any(_is_account(name, implied.account) for name in principal_names(each, "AWS"))
    ]
    is_enabled = any(
        names_action(each, action) is not False and not each.get("Condition") for each in enabling
    )
    if is_enabled and not is_linked:
        return _name_other_side(implied, policy.denies, explanation)
    # A statement for the account (root) leaves it to IAM, where nobody can allow a service-linked role anything.
    found = compare_with_principal(attrs.evolve(implied, account=None) if is_linked else implied, policy)
    if found is None or (implied.principal is None and found.has_cause(STATED_POLICY_OTHER_PRINCIPAL)):
        return explanation
    verdict, cause = found.verdict, found.cause
    if is_linked and implied.role is not None and implied.role.name in LAUNCHERS:
        launcher = LAUNCHERS[implied.role.name]
        verdict += f", so {launcher} cannot start instances with volumes under this key"
    corrected, (remedy, *_) = correct_policy(implied, policy, cause, (_key_remedy(implied),))
    remedy = write_whole(implied, policy, _without_allowed(remedy, policy))
    only = _describe_iam(implied, policy, is_enabled=bool(enabling))
    show = step = None
    if "--key-id KEY_ID" in str(remedy.commands):
        service = (find_via_service(implied) or "").partition(".")[0]
        show = encrypted_data.show_key_command(denial, service, None)
        step = "The first command prints KEY_ID." if show else None
    elif '"$key"' in str(remedy.commands):
        show = _find_key_command(implied)
    steps = present(_name_administrators(policy), step, *remedy.steps)
    reported = tuple(
        each
        for each in explanation.causes
        if each.code != KMS_KEY_POLICY.code and each.evidence != "possible"
    )
    is_more = corrected.text != cause.text or cause.code == STATED_POLICY_CONDITION.code
    text = f"{corrected.text} {only}" if is_more else only
    _, _, key = (implied.resource or of_key.resource or "").partition(":key/")
    named = f" {clip_text(key)}" if key else ""
    return attrs.evolve(
        explanation,
        summary=f"{capitalize_start(denial.caller)} was denied {action} on the KMS key{named}: {verdict}.",
        causes=(attrs.evolve(corrected, text=text, because=()), *reported),
        remedies=(attrs.evolve(remedy, steps=steps, commands=(*present(show), *remedy.commands)),),
        notes=(),
    )


def add_key_policy_of_other_account(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the key policy in the text lacks a caller of another account: KMS gives three reasons for that."""
    if denial.action is None or explanation.topic != KMS_KEY_POLICY.code or not denial.crosses_accounts:
        return explanation
    of_key = [each for each in _list_with_principal(denial) if statements_with(each, denial.action)]
    found = None
    if len(of_key) == 1:
        found = compare_with_principal(denial, attrs.evolve(of_key[0], name=_NAME))
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
    first = _without_managed(write_whole(denial, of_key[0], first))
    verdict = f"{found.verdict}. The key is in account {denial.resource_account}, the caller in {denial.account}: {other_side}"
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, verdict),
        causes=(found.cause, *(each for each in explanation.causes if each.evidence != "possible")),
        remedies=(first, *others),
        notes=(),
    )


def _list_with_principal(denial: Denial) -> list[KnownPolicy]:
    return [each for each in list_known_policies(denial) if each.has_principal and each.policy_type is None]


def _is_key_policy(policy: KnownPolicy) -> bool:
    """Return whether statements of a policy are about keys."""
    statements = policy.allows
    return any(each.startswith("kms:") for one in statements for each in as_strings(one.get("Action")))


def _with_user(implied: Denial, policy: KnownPolicy) -> Denial:
    """Return a denial whose message names no caller with the only principal of the policy that can use the key."""
    if implied.principal is not None:
        return implied
    users = {
        name
        for each in policy.allows
        if not names_action(each, _CHANGE)
        for name in principal_names(each, "AWS")
    }
    user = try_parse_principal(users.pop()) if len(users) == 1 else None
    if not isinstance(user, Role | User):
        return implied
    role = user if isinstance(user, Role) else None
    account = implied.account or user.account
    caller = f"the {'user' if role is None else 'role'} {clip_text(user.name)}"
    return attrs.evolve(implied, principal=user, role=role, account=account, caller=caller)


def _name_other_side(
    implied: Denial, denying: Sequence[Mapping[str, Any]], explanation: Explanation
) -> Explanation:
    """Return the explanation without what a key policy that enables IAM policies, with its Deny statements, excludes."""
    action = implied.action or ""
    text = f"The key policy in the text enables IAM policies (root), so it needs no change: a policy of {implied.caller} has to allow {action}."
    if implied.crosses_accounts is None:
        text += " In another account, the key policy must name the caller, too."
    denies = [each for each in denying if names_action(each, action) and names_caller(each, implied)]
    if denies:
        text += f" It also has a Deny of {action} with a condition, which no Allow overrides: compare the condition with the call."
    causes = tuple(
        attrs.evolve(each, evidence="derived", text=text) if each.code == KMS_KEY_POLICY.code else each
        for each in explanation.causes
    )
    first, *others = explanation.remedies
    kept = (each for each in first.steps if not each.startswith("The key policy must allow"))
    steps = tuple(each.removeprefix(encrypted_data.IS_ENOUGH) for each in kept)
    lines = tuple(each for each in first.commands if not each.startswith("aws kms get-key-policy"))
    first = attrs.evolve(first, steps=steps, commands=lines)
    return attrs.evolve(explanation, causes=causes, remedies=(first, *others))


def _is_account(name: str, account: str | None) -> bool:
    """Return whether a principal is an account, the given one if that is known."""
    number = "".join(name.split(":")[4:5]) if name.endswith(":root") else name
    return has_reference(number) or (number.isdigit() and number == (account or number))


def _key_remedy(implied: Denial) -> Remedy:
    """Return the remedy that changes the key policy, with how to find the key."""
    region = region_argument(implied)
    key = _find_key(implied) or "KEY_ID"
    if "alias/" in key:
        key = '"$key"'
    in_region = "" if region == "REGION" else f" --region {region}"
    remedy = resource_remedy(implied)
    lines = tuple(
        keep_label(each, f"{each.replace('KEY_ID', key)}{'' if '--region' in each else in_region}")
        for each in remedy.commands
    )
    return attrs.evolve(_without_managed(remedy), commands=lines)


def _find_key(implied: Denial) -> str | None:
    return encrypted_data.find_key(implied) or encrypted_data.find_only_key(implied.failure.text)


def _find_key_command(implied: Denial) -> str:
    """Return the command that reads the ID of a key from its alias, which those for key policies do not accept."""
    show = fill_command(
        "aws kms describe-key --key-id {} --query KeyMetadata.KeyId --output text", _find_key(implied)
    )
    region = region_argument(implied)
    return f'key="$({show}{"" if region == "REGION" else f" --region {region}"})"'


def _without_managed(remedy: Remedy) -> Remedy:
    """Return the remedy without AWS managed keys, whose policy nobody pastes as one's own."""
    steps = tuple(each.partition(" If describe-key shows")[0] for each in remedy.steps)
    return attrs.evolve(remedy, steps=steps)


def _describe_iam(implied: Denial, policy: KnownPolicy, *, is_enabled: bool) -> str:
    """Return whether an Allow in IAM helps, according to the key policy in the text."""
    if isinstance(implied.role, ServiceLinkedRole):
        return ONLY_KEY_POLICY
    if is_enabled:
        return f"An Allow in IAM does not help: the statement for the account (root) does not enable IAM policies for {implied.action}."
    of_account = f"account {implied.account}" if implied.account else "the account"
    if is_part(implied, policy):
        return f"An Allow in IAM helps only if the rest of the key policy has a statement for {of_account} (root)."
    if implied.crosses_accounts:
        return f"Both accounts must allow it: the key policy has no statement for {of_account}, so an Allow there alone does not help."
    return f"An Allow in IAM does not help: the key policy has no statement for {of_account} (root), so only the principals that it names can use the key."


def _without_allowed(remedy: Remedy, policy: KnownPolicy) -> Remedy:
    """Return the remedy without the statements whose actions the key policy allows the same principal already."""
    added = list(iterate_statements(remedy.policy or {}))
    lacking = [each for each in added if not any(_covers(one, each) for one in policy.allows)]
    if not lacking or len(lacking) == len(added):
        return remedy
    steps = tuple(each for each in remedy.steps if not each.startswith("The second statement "))
    return attrs.evolve(with_statements(remedy, lacking), steps=steps)


def _covers(statement: Mapping[str, Any], added: Mapping[str, Any]) -> bool:
    """Return whether a statement allows all that another one would allow, without a condition."""
    return (
        not statement.get("Condition")
        and set(principal_names(added, "AWS")) <= set(principal_names(statement, "AWS"))
        and all(names_action(statement, each) for each in as_strings(added.get("Action")))
    )


def _name_administrators(policy: KnownPolicy) -> str | None:
    """Return who can change the key policy, according to that."""
    changing = [
        f"the administrators of {_name_account(name)}" if _is_account(name, None) else name.rpartition(":")[2]
        for each in policy.allows
        if names_action(each, _CHANGE)
        for name in principal_names(each)
    ]
    who = join_words(tuple(map(clip_text, changing[:_MAX_NAMES])), "and")
    return f"{capitalize_start(who)} can change the key policy." if who else None


def _name_account(principal: str) -> str:
    number = "".join(principal.split(":")[4:5]) if principal.endswith(":root") else principal
    return f"account {number}" if number.isdigit() else "the account"
