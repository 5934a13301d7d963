"""Correct the one element of a policy in a text that does not match, from the remedy that adds a statement.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html and
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.actions._lookup import find_action
from iamtriage.arns._names import is_unique_id
from iamtriage.arns._principals import Root
from iamtriage.explaining._rules.basics import Cause, Denial, Remedy
from iamtriage.explaining._rules.denials.conditions import condition_corrections
from iamtriage.explaining._rules.denials.conditions.request_conditions import (
    CheckedCondition,
    fails_condition,
)
from iamtriage.explaining._rules.denials.conditions.requested_values import move_via_service
from iamtriage.explaining._rules.denials.resource_commands import role_path_steps
from iamtriage.explaining._rules.denials.shown_policies import policy_comparisons, principal_comparisons
from iamtriage.explaining._rules.denials.shown_policies.known_policies import OR_ATTACH, KnownPolicy, is_cap
from iamtriage.explaining._rules.denials.statement_words import (
    find_operation,
    find_other_prefix,
    find_retired,
    list_similar,
)
from iamtriage.explaining._rules.shared.grants.denial_remedies import with_statements
from iamtriage.explaining._rules.shared.policies import date_conditions
from iamtriage.explaining._rules.shared.policies.corrected_patterns import (
    correct_line_remedy,
    correct_pattern,
    describe_slip,
    replace_value_remedy,
)
from iamtriage.explaining._rules.shared.policies.statement_matching import (
    list_actions,
    names_action,
    names_resource,
)
from iamtriage.explaining._rules.shared.remedies import as_alternative, present
from iamtriage.policies._managed_policies import is_known_policy
from iamtriage.policies._readers.elements import (
    as_strings,
    iterate_conditions,
    iterate_statements,
    principal_names,
    shown_sid,
)
from iamtriage.policies._readers.unknown_values import has_reference

OF_KEY = ", with the Region of the key: a service uses only keys of its own Region"
"""The end of the sentence that a condition of a policy on kms:ViaService is for keys of another Region."""
_COMMANDS, _CORRECTS = 2, ("Replace ", "Add arn:")
_VARIANT = lazy_pattern(r"(?:With(?:Response|Bidirectional)Stream|(?<=[a-z])Stream|Async)\Z")


def correct_policy(
    denial: Denial,
    policy: KnownPolicy,
    cause: Cause,
    remedies: tuple[Remedy, ...],
    *,
    has_own_allow: bool = False,
) -> tuple[Cause, tuple[Remedy, ...]]:
    """Return what else is known about a policy that does not allow the call, and the remedies with its correction.

    Args:
        denial: The denial.
        policy: The resource-based policy.
        cause: Why it does not allow the call.
        remedies: The usual remedies, of which the first one adds a statement.
        has_own_allow: Whether the text shows that a policy of the caller allows the call.
    """
    if not remedies:
        return cause, remedies
    usual = remedies[0]
    if cause.code == policy_comparisons.STATED_POLICY_OTHER_PRINCIPAL.code:
        text, remedies = _correct_principal(denial, policy, remedies)
        cause = cause if text is None else attrs.evolve(cause, text=text, because=())
    elif cause.code == policy_comparisons.STATED_POLICY_OTHER_RESOURCE.code:
        remedies = _correct_resource(denial, policy, remedies)
    elif cause.code == policy_comparisons.STATED_POLICY_CONDITION.code:
        remedies = _correct_condition(denial, policy, remedies)
    first = remedies[0]
    if (
        first.policy is None
        and first.title.startswith(_CORRECTS)
        and not has_own_allow
        and denial.service != "kms"
    ):
        # The usual remedy says it in its own words.
        first = attrs.evolve(first, steps=(*first.steps, *present(_describe_other_side(denial))))
    return cause, remedies if first.title == usual.title else (first, *remedies[1:])


def _describe_other_side(denial: Denial) -> str | None:
    """Return what the caller's account has to allow, too."""
    if denial.crosses_accounts is False or denial.account is None or isinstance(denial.principal, Root):
        return None
    where = "In" if denial.crosses_accounts else "If the resource is in another account than"
    account = f"account {denial.account}" if denial.crosses_accounts else denial.account
    return f"{where} {account}, an identity-based policy of the caller must allow the action, too."


def _named_statements(denial: Denial, policy: KnownPolicy) -> list[dict[str, Any]]:
    return [each for each in policy.allows if names_action(each, denial.action or "") is not False]


def _correct_condition(
    denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]
) -> tuple[Remedy, ...]:
    """Return the remedies with the correction of a value that is there by a slip, or with how to meet the condition."""
    named = _named_statements(denial, policy)
    found = principal_comparisons.find_failed_condition(denial, named)
    if found is None or (found[1].is_via and found[1].requested == ()):  # KMS itself was called
        open_ones = principal_comparisons.find_conditional(denial, named)
        if open_ones and (period := date_conditions.read_period(open_ones[0])) and period.end:
            step = f"The statement allows it only {period.describes_only}, and its owner decides whether that goes on. {date_conditions.NEW_DATE}"
            return (_correct(denial, policy, remedies[0], (period.end, "NEW_DATE"), step), *remedies[1:])
        if not open_ones:
            return remedies
        first = condition_corrections.condition_remedy(denial, open_ones[0])
        if found is not None and remedies[0].title.startswith("Allow "):
            # No service knows what a program encrypts itself.
            key, kept = clip_text(found[1].key), condition_corrections.drop_condition(*found)["Condition"]
            step = f"The program calls KMS itself, so the new statement has no condition on {key}.{' It keeps the others.' if kept else ''}"
            allow = attrs.evolve(remedies[0], title=f"{remedies[0].title}, without the condition on {key}")
            by_service = attrs.evolve(as_alternative(first), steps=first.steps[:1])
            return (_with_conditions(allow, kept, step), by_service, *remedies[1:])
        return (first, *map(_name_alternative, remedies))
    failed = found[1]
    if not failed.requested or "Not" in failed.operator:
        return remedies
    old, new = failed.values[0], failed.requested[0]
    is_same_service = failed.is_via and old.partition(".")[0] == new.partition(".")[0]
    is_wrong = is_same_service or describe_slip(old, new) or correct_pattern(old, new) is not None
    if failed.is_via and not is_same_service:
        return (_accept_service(denial, policy, remedies[0], found[0], failed), *remedies[1:])
    if len(failed.values) != 1 or not is_wrong:
        return remedies
    keeps = "Only this value changes: the other conditions stay, which limit who can use the resource."
    return (_correct(denial, policy, remedies[0], (old, new), keeps), *remedies[1:])


def _accept_service(
    denial: Denial, policy: KnownPolicy, usual: Remedy, statement: Mapping[str, Any], failed: CheckedCondition
) -> Remedy:
    """Return the remedy that lets a condition on kms:ViaService accept another service: a statement without it would undo it."""
    old, new, key = failed.values[0], (failed.requested or ("",))[0], clip_text(failed.key)
    keeps = f"{clip_text(old)} stays. A new statement without the condition would allow {denial.caller} every use."
    other_side = _describe_other_side(denial) if denial.crosses_accounts else None
    added = _correct(denial, policy, usual, (old, new), keeps, other_side, keeps_old=True)
    # For others, too, it would allow more.
    is_own = {*principal_names(statement)} <= {str(denial.role), str(denial.principal)}
    if is_own and added.policy is None and json.dumps(policy.content).count(json.dumps(old)) == 1:
        of = f" the statement {sid} of" if (sid := shown_sid(statement)) else ""
        return attrs.evolve(added, title=added.title.replace("the Resource in", f"{key} in{of}", 1))
    step = f"The new statement has the condition on {key}, too: it is for calls of {clip_text(new)} only."
    return _with_conditions(usual, {"StringEquals": {failed.key: new}}, step) if usual.policy else usual


def _with_conditions(usual: Remedy, conditions: Mapping[str, Any], step: str) -> Remedy:
    """Return the remedy that adds a statement with conditions to it, and a step about them."""
    rows = [{**each, "Condition": conditions} for each in iterate_statements(usual.policy or {})]
    changed = attrs.evolve(usual, steps=(*usual.steps, step))
    return with_statements(changed, rows) if rows and conditions else changed


def _name_alternative(remedy: Remedy) -> Remedy:
    """Return the remedy that allows the caller in any case as what to do instead of meeting a condition."""
    if not remedy.title.startswith("Allow "):
        return remedy
    return attrs.evolve(
        remedy, title=f"Or allow {remedy.title.removeprefix('Allow ')}, without this condition"
    )


def _correct_principal(
    denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]
) -> tuple[str | None, tuple[Remedy, ...]]:
    """Return which principal of a policy is meant for the caller, as a cause, and the remedies with its correction."""
    account, content = denial.account or "", policy.content
    named = _named_statements(denial, policy)
    known = [name for each in named for name in principal_names(each)]
    for name in known:
        if (form := principal_comparisons.find_form(denial, name)) is not None:
            text, new = form
            path = role_path_steps(denial) if is_unique_id(name) else ()
            return text, (_correct(denial, policy, remedies[0], (name, new), *path), *remedies[1:])
    if any(map(is_unique_id, known)):
        step = "Remove the unique IDs of deleted principals, with which AWS does not save the policy. If one is that of the caller before it was created again, replace it by the ARN."
        return None, (attrs.evolve(remedies[0], steps=(step, *remedies[0].steps)), *remedies[1:])
    if any(f":{account}:" in each for each in known):
        return None, remedies  # its author knows the account
    for name in known:
        written = name if name.isdigit() else "".join(name.split(":", 5)[4:5])
        is_said = denial.failure.text.count(written) > str(content).count(written)
        slip = describe_slip(written, account)
        if not slip or is_said:
            continue
        sid = next((shown_sid(each) for each in named if name in principal_names(each)), "")
        text = f"The {f'statement {sid}' if sid else 'policy'} has the account {clip_text(written)}, and the caller is in {account}: most likely, {slip}."
        new = name.replace(written, account)
        keeps = "The other principals stay. The wrong account is most likely somebody else's."
        return text, (_correct(denial, policy, remedies[0], (name, new), keeps), *remedies[1:])
    return None, remedies


def _correct_resource(
    denial: Denial, policy: KnownPolicy, remedies: tuple[Remedy, ...]
) -> tuple[Remedy, ...]:
    """Return the remedies with the corrected Resource of a policy."""
    keeps = "Only the Resource changes: the rest of the policy stays."
    if (names := principal_comparisons.find_incomplete(denial, policy.content)) is not None:
        keeps += " Fine-grained access control, if it is on, is checked after the access policy."
        return (_correct(denial, policy, remedies[0], names, keeps), *remedies[1:])
    named = _named_statements(denial, policy)
    found = principal_comparisons.find_resource_slip(denial, named)
    if found is None:
        return remedies
    old, fixed = found
    # Actions on the bucket need its own ARN.
    actions = {name for each in named for name in as_strings(each.get("Action"))}
    is_of_bucket = ":s3:" in old and any("object" not in each.lower() for each in actions)
    if is_of_bucket:
        keeps = f"{clip_text(old)} stays, for actions on the bucket itself."
    remedy = _correct(denial, policy, remedies[0], (old, fixed.value), keeps, keeps_old=is_of_bucket)
    return (remedy, *remedies[1:])


def _correct(
    denial: Denial,
    policy: KnownPolicy,
    usual: Remedy,
    names: tuple[str, str],
    *steps: str | None,
    keeps_old: bool = False,
) -> Remedy:
    """Return the remedy that replaces a name in the policy or the code that has it."""
    old, new = names
    where = f", in account {denial.resource_account}" if denial.crosses_accounts else ""
    kind = usual.title.rpartition(" in the ")[2].partition(",")[0] or "policy"
    title = f"Replace {clip_text(old)} by {clip_text(new)} in the {kind}{where}"
    if keeps_old:
        title = f"Add {clip_text(new)} to the Resource in the {kind}{where}"
    shown = tuple(each for each in steps if each is not None)
    if policy.is_code:
        line = correct_line_remedy(denial.failure.text, title, [(old, new)], *shown)
        if line is not None and not keeps_old:
            return line
        again = "Change the policy in the template or code, too: the next deployment replaces it."
        return attrs.evolve(usual, steps=(*usual.steps, again))
    # Its first command prints the policy, and its last one replaces it: that of a function policy only adds to it.
    lines = tuple(each for each in usual.commands if not each.startswith("aws iam put-"))
    if (
        len(lines) < _COMMANDS
        or usual.layer != "resource"
        or "add-permission" in lines[-1]
        or has_reference(old)
    ):
        return usual
    return replace_value_remedy(usual, title, shown, old, new, keeps_old=keeps_old)


def _names_some(pattern: str) -> bool:
    """Return whether a pattern of ARNs has a part of a name, so that it does not cover all resources of a type.

    >>> [_names_some(f"arn:aws:{each}") for each in ("s3:::films/*", "s3:::*/*", "dynamodb:*:*:table/*", "kms:*:*:*")]
    [True, False, False, False]
    """
    literal = ":".join(pattern.split(":")[5:]).partition("*")[0]
    return literal != "" and (
        "*" not in pattern or not re.fullmatch(r"[a-z-]{1,40}[/:]", literal) or ":s3:" in pattern
    )


def adopt_statement(denial: Denial, policy: KnownPolicy, remedy: Remedy) -> Remedy:
    """Return the remedy that allows the action like the only statement in the text that is about it or a similar one.

    The new statement keeps the condition, and if the statement covers the denied resource with others, these, too.
    """
    action = denial.action or ""
    if remedy.statement is not None and remedy.layer == denial.policy_type and is_cap(policy, denial):
        return _extend_cap(denial, policy, remedy)
    rows = list(iterate_statements(remedy.policy or {}))
    if remedy.layer != "identity" or policy.is_code or is_known_policy(policy.name) or len(rows) != 1:
        return remedy
    allowing = policy_comparisons.statements_with(policy, action)
    if not allowing and find_retired(policy.allows, action) is not None:
        more = "Several actions replace each retired one, and the console checks more than this: the AWS managed policies AWSBillingReadOnlyAccess (to read) and Billing (to change) have them."
        return attrs.evolve(remedy, steps=(*remedy.steps, more))
    operation = None if allowing else find_operation(policy.allows, action)
    meant = allowing or [
        each
        for each in policy.allows
        if (find_operation([each], action) if operation else list_similar([each], action))
    ]
    prefix = ""
    if not meant and (written := find_other_prefix(policy.allows, action)) is not None:
        meant = [each for each in policy.allows if written in as_strings(each.get("Action"))]
        prefix = written.partition(":")[0]
    if len(meant) != 1:
        return remedy
    new, sid = dict(rows[0]), shown_sid(meant[0])
    steps: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    of_policy = f"{f' {sid}' if sid else ''} in {policy.name}{OR_ATTACH}"
    keys = dict.fromkeys(key for _, key, _ in iterate_conditions(meant[0]))
    moved = move_via_service(denial, meant[0])
    condition = moved.get("Condition")
    if keys and "Condition" not in new and not fails_condition(denial, moved):
        new["Condition"] = condition
        listed_keys = join_words(tuple(map(clip_text, keys)), "and")
        which = f"statement {sid}" if sid else f"statement that allows {action}"
        of_key = f"{OF_KEY}. If the {which} in {policy.name} is meant for this key, correct its Resource and its kms:ViaService instead"
        steps = (
            f"The statement keeps the condition of the policy on {listed_keys}{of_key if moved != meant[0] else ''}.",
        )
    listed = as_strings(meant[0].get("Resource"))
    if prefix:
        listed = [each.replace(f":{prefix}:", f":{denial.service}:", 1) for each in listed]
    covering = [
        each
        for each in listed
        if _names_some(each)
        and not has_reference(each)
        and names_resource({"Resource": each}, denial.resource)
    ]
    # Who changes permissions needs the narrowest resource.
    if not allowing and covering and new.get("Resource") == denial.resource and denial.service != "iam":
        new["Resource"] = covering[0]
    if prefix:
        is_in_resource = listed != as_strings(meant[0].get("Resource"))
        where = f"the Action{' and the Resource' if is_in_resource else ''} of the statement"
        edits = (f"Write {denial.service} in place of {prefix} in {where}{of_policy}",)
    elif operation is not None:
        written, required = operation
        title = remedy.title.replace(action, join_words(required, "and"), 1)
        if len(required) > 1 and all(_accepts(each, listed) for each in required):
            # What the call is checked on next is another resource of the statement.
            new |= {"Action": required, "Resource": listed if len(listed) > 1 else listed[0]}
            new.pop("Sid", None)
            remedy = attrs.evolve(remedy, title=title)
        edits = (
            f"Write {join_words(as_strings(new['Action']), 'and')} in place of {clip_text(written)} in the statement{of_policy}",
        )
    elif not allowing and covering:
        edits = (
            f"Add {action} to the Action of the statement {sid or f'with {list_similar(meant, action)[0]}'} in {policy.name}{OR_ATTACH}",
        )
    changed = attrs.evolve(remedy, steps=(*edits, *remedy.steps, *steps))
    return changed if new == rows[0] else with_statements(changed, [new])


def _extend_cap(denial: Denial, policy: KnownPolicy, remedy: Remedy) -> Remedy:
    """Return the remedy that adds the resource to the only statement of a cap for the action, or, except in a boundary, the action to that for everything."""
    action = denial.action or ""
    lists = [each for each in policy.allows if each.get("Action") and not each.get("Condition")]
    naming = [each for each in lists if names_action(each, action) and each.get("Resource")]
    element, added = ("Resource", clip_text(denial.resource or "")) if naming else ("Action", action)
    lists = naming or [each for each in lists if as_strings(each.get("Resource")) == ["*"]]
    if len(lists) != 1 or not added or (not naming and remedy.layer == "permissions_boundary"):
        return remedy
    first = action if naming else clip_text(as_strings(lists[0]["Action"])[0])
    named = shown_sid(lists[0]) or f"that allows {first}"
    edit = f"Add {added} to the {element} of the statement {named} in {policy.name}, or add the one below."
    # The text shows what the cause is.
    others = (each.partition(" Most likely, FullAWSAccess")[0] for each in remedy.steps)
    return attrs.evolve(remedy, steps=(edit, *others))


def _accepts(action: str, resources: list[str]) -> bool:
    """Return whether an action is checked on all these resources."""
    known = find_action(action)
    return known is not None and all(known.accepts(each) is not None for each in resources)


def add_variants(denial: Denial, allowing: Iterable[Mapping[str, Any]], remedy: Remedy) -> Remedy:
    """Return a remedy with the streaming or asynchronous form of the action that the statement in the text has, too.

    Programs call either one, and the next call with the other would be denied.
    """
    statements = list(iterate_statements(remedy.policy or {}))
    own = denial.action or ""
    plain, listed = _VARIANT.sub("", own), sorted(list_actions(allowing))
    variants = [each for each in listed if each != own and _VARIANT.sub("", each) == plain]
    if not variants or len(statements) != 1 or as_strings(statements[0].get("Action")) != [own]:
        return remedy
    return with_statements(remedy, [{**statements[0], "Action": [own, *variants]}])
