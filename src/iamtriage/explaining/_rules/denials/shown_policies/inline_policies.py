"""Write the policy that the text shows under its name with the statement that it lacks, or correct its code.

A second policy beside it would leave a statement that has no effect. The command replaces the whole policy:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    compared_resource,
    has_actions_on_other_type,
    statements_with,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_secrets import names_partial_arn
from iamtriage.explaining._rules.denials.statement_words import allowed_resources, find_operation
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.corrected_patterns import correct_line_remedy
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.printed_policies import PrintedPolicy, find_printed_policy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import account_remedy, identity_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import cover_each_call
from iamtriage.policies._arn_templates import RANDOM_END
from iamtriage.policies._readers.elements import as_strings, iterate_statements, shown_sid
from iamtriage.policies._readers.unknown_values import has_reference, with_resource_of

_MAX_NAMES = 3
_MAX_POLICY = 1_200  # characters, of which a short explanation has room
# How a step says where the statement belongs, which the file has there already.
_PLACES = ("Attach the policy to ", "In the policy, ", "The statement keeps the condition")


def add_inline_policy(denial: Denial, explanation: Explanation) -> Explanation:
    """Return the explanation whose remedy changes the inline policy in the text instead of adding a second one."""
    printed = find_printed_policy(denial)
    if printed is None or len(json.dumps(printed.content)) > _MAX_POLICY:
        return explanation
    return attrs.evolve(
        explanation, remedies=tuple(_write_whole(printed, each) for each in explanation.remedies)
    )


def describe_kept(denial: Denial, statements: Sequence[Mapping[str, Any]], statement: str) -> str:
    """Return for which other actions a statement stays, and which of them need the denied resource, too, after a space."""
    resources, denied = allowed_resources(statements), denial.resource or ""
    names = (clip_text(name) for each in statements for name in as_strings(each.get("Action")))
    others = [name for name in names if name.lower() != denial.lowercase_action]
    idle = [name for name in others if all(_has_no_effect(name, each) for each in resources)]
    same = [name for name in idle if not _has_no_effect(name, denied)]
    kept = [name for name in others if name not in same]
    if len(kept) > _MAX_NAMES or any("*" in each for each in kept):
        kept = ["its other actions"]
    words = f" Keep {statement} for {join_words(kept, 'and')}." if kept else ""
    known = find_action(denial.action or "")
    kinds = {known and (kind := known.accepts(each)) and kind.name for each in (*resources, denied)}
    if len(kinds) > 1 and None not in kinds:
        # One call can be checked on both.
        words = f" Keep {statement}: calls can need both."
    if same and len(same) <= _MAX_NAMES:
        words += f" Add {join_words(same, 'and')} to the new one, too, if the program calls {'it' if len(same) == 1 else 'them'}: the old one does not match either."
    return words


def correct_code_remedy(denial: Denial, action: str, policy: KnownPolicy) -> Remedy | None:
    """Return how to correct the resource of a statement in code, which would undo a change in IAM."""
    resource = compared_resource(denial)
    if not policy.is_code or resource is None:
        return None
    allowed = list(dict.fromkeys(allowed_resources(statements_with(policy, action))))
    bucket = next((each for each in allowed if resource.startswith(f"{each}/") and ":s3:" in each), None)
    partial = next((each for each in allowed if names_partial_arn(each, resource[: -len(RANDOM_END)])), None)
    title = f"Correct the resource in {policy.name}"
    # What a reference stands for may be another resource.
    old = allowed[0] if len(allowed) == 1 and not has_reference(allowed[0]) else ""
    is_below = old in {f"{resource}/*", f"{resource}:*"}
    new, adds = cover_each_call(resource, denial), has_actions_on_other_type(policy, action, old, resource)
    step = f"Let the statement that allows {action} name {clip_text(resource)}, too, as an ARN or a pattern for it."
    others = "Keep the old resource as a second one if other calls need it."
    others = f"Other actions need {clip_text(old)}." if adds else "" if is_below else others
    keep = f"Change the line to the one below. {others}".rstrip()
    if partial is not None and denial.service == "secretsmanager":
        keep = "The same is true of all secrets in the policy." if len(allowed) > 1 else ""
        old, new = partial, f"{partial}{RANDOM_END}"
        step = f"End the resource with {RANDOM_END}: {clip_text(new)}. {keep}".rstrip()
    if (written := with_resource_of(allowed[0], resource) if len(allowed) == 1 else None) is not None:
        old, new = allowed[0], written
    if bucket is not None:
        old, new, keep = bucket, f"{bucket}/*", f"Keep {clip_text(bucket)} for actions on the bucket itself."
        step = f"Add {clip_text(new)} to the resources of the statement that allows {action}. {keep}"
    deploy = "Then deploy the code. The next deployment undoes a change that is only in IAM."
    text = denial.failure.text
    line = correct_line_remedy(
        text, title, [(old, new)], keep or None, build=account_remedy, keeps_old=adds or is_below
    )
    return attrs.evolve(line or account_remedy(title, step, deploy), url=pages.EVALUATION)


def correct_role_policy(
    denial: Denial, action: str, policy: KnownPolicy, needed: Sequence[Mapping[str, Any]]
) -> Remedy | None:
    """Return how to correct the policy of a service's role in code, or the one of which the text has only a statement.

    Args:
        denial: The denial.
        action: The action that the policy allows on another resource.
        policy: The policy.
        needed: The statements that the role needs, that on the resource first.
    """
    found, new = statements_with(policy, action), as_strings(needed[0].get("Resource"))
    old = allowed_resources(found)
    if policy.is_code:
        arn = try_parse_arn(new[0])
        of_role = attrs.evolve(denial, action=action, resource=new[0] if arn else None, resource_arn=arn)
        return correct_code_remedy(of_role, action, policy)
    is_named = policy.inline_name is not None and policy.owner is not None and policy.owner[0] == "role"
    if not (is_named and policy.is_joined and len(found) == len(old) == len(new) == 1):
        return None
    role, name = (policy.owner or ("", ""))[1], policy.inline_name or ""
    wanted = [each for statement in needed for each in as_strings(statement["Action"])]
    missing = [each for each in wanted if names_action(found[0], each) is False]
    complete = (
        "It has all actions that the role needs"
        if not missing
        else f"It lacks {join_words(missing, 'and')}, too"
    )
    changed = {**found[0], "Action": [*as_strings(found[0]["Action"]), *missing], "Resource": new[0]}
    return identity_remedy(
        f"Write {clip_text(new[0])} in place of {clip_text(old[0])} in the inline policy {clip_text(name)} of the role {role}",
        f"{complete}: with the Resource as it is, every retry fails. If the role uses the old one, too, list both.",
        "The command replaces the whole policy: add what it has besides this statement. If code defines it, change it there.",
        statements=(changed, *(dict(each) for each in needed[1:])),
        commands=commands.put_policy(role, name),
    )


def correct_operation_remedy(denial: Denial, policy: KnownPolicy) -> Remedy | None:
    """Return how to correct code that has an operation in place of an action, which would undo a change in IAM."""
    operation = find_operation(policy.allows, denial.action or "") if policy.is_code else None
    if operation is None:
        return None
    written, (action, *others) = operation
    line = correct_line_remedy(
        denial.failure.text,
        f"Write {join_words(operation[1], 'and')} in place of {clip_text(written)} in {policy.name}",
        [(written, action)],
        f"Add {join_words(others, 'and')} to the same list." if others else None,
        build=account_remedy,
    )
    return line and attrs.evolve(line, url=pages.EVALUATION)


def _write_whole(printed: PrintedPolicy, remedy: Remedy) -> Remedy:
    """Return the remedy that attaches a policy as one that replaces the owner's inline policy, with its statements."""
    added = list(iterate_statements(remedy.policy or {}))
    if remedy.layer != "identity" or not added:
        return remedy
    kind, owner = printed.owner
    old = commands.put_policy(owner, inline_policy_name(added), kind)
    lines = remedy.commands
    if old not in lines:
        return remedy
    at = lines.index(old)
    statements = list(iterate_statements(printed.content))
    kept = [each for each in statements if not _is_superseded(each, added)]
    sids = [shown_sid(each) for each in kept]
    added = [{**each, "Sid": f"{each['Sid']}2"} if each.get("Sid") in sids else each for each in added]
    change = "with one more statement"
    if len(kept) < len(statements):
        change = "with the statement corrected"
    steps = (
        each
        for each in remedy.steps
        if not (each.startswith(_PLACES) or "or attach the policy below" in each)
    )
    step = f"policy.json is the policy {clip_text(printed.name)} of the text, {change}."
    return attrs.evolve(
        remedy,
        steps=(step, *steps),
        policy={**printed.content, "Statement": [*kept, *added]},
        commands=(*lines[:at], *printed.replace, *lines[at + 1 :]),
    )


def _is_superseded(statement: Mapping[str, Any], added: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether new statements allow all that a statement allows, but for resources on which the same action has no effect."""
    actions, resources = (as_strings(statement.get(each)) for each in ("Action", "Resource"))
    if statement.get("Effect") != "Allow" or statement.get("Condition") or not (actions and resources):
        return False
    return all(
        any(
            names_action(each, action)
            and (
                _has_no_effect(action, resource)
                or (resource in as_strings(each.get("Resource")) and "Condition" not in each)
            )
            for each in added
        )
        for action in actions
        for resource in resources
    )


def _has_no_effect(action: str, resource: str) -> bool:
    known = find_action(action)
    return resource != "*" and known is not None and known.accepts(resource) is None
