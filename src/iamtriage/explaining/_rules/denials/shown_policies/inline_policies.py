"""Write the policy that the text shows under its name with the statement that it lacks.

A second policy beside it would leave a statement that has no effect. The command replaces the whole policy:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from iamtriage._text import clip_text
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.printed_policies import PrintedPolicy, find_printed_policy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.policies._readers.elements import as_strings, iterate_statements, shown_sid

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
