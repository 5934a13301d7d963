"""Correct a policy of the caller that the text shows as a whole under its name, such as an inline policy that a command prints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import User
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.values import CommandLine, Document
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.policies.policy_changes import change_statements
from iamtriage.policies._masked_arns import is_masked
from iamtriage.policies._readers.elements import iterate_statements

_PRINTS_POLICY = {("iam", "get-role-policy"): "role", ("iam", "get-user-policy"): "user"}
_WHOLE_POLICY = lazy_pattern(r"PolicyDocument(?:\.Statement(?:\[\*?\])?)?")
_STRING = lazy_pattern(r'"[^"]*"')

NOT_ALL = lazy_pattern(
    r"(?i:\b(?:docs|documentation|(?:an|this|the|from|following|official) example|for example|sample|tutorial|shortened|truncated|abbreviated|abridged|excerpts?|snippets?|simplified|omitted|left out|relevant (?:part|statement|section|bit)|(?:part|piece|section) of the|parts? only|only (?:a )?part|partial(?:ly)?|other statements|(?<!\bno )(?:another|other|different|second) (?:bucket|key|queue|topic|secret|table|repository|polic(?:y|ies)|account's)"
    r"|planned|proposed|unmerged|not (?:yet )?(?:merged|deployed|applied)|(?:draft|earlier|former|old|original|previous) (?:[a-z]{2,10} )?policy|policy (?:used to be|was\s{0,3}:)|last (?:week|month|year)[^\n.]{0,40}\bpolicy)\b(?!\.aws))"
    r"|(?<=[,\[{}\s/#])(?:\.{3}|…)\s{0,4}[\]},\n]|(?i:[(\[](?:in )?parts?[)\]])"
)
"""Words that the policy in a text is not the one of the resource, or not all of it."""


class PrintedPolicy(NamedTuple):
    """A policy of the caller that a command prints as a whole, or that stands under its name.

    Attributes:
        name: Its name.
        content: The policy.
        owner: The caller's role or user: its kind and its name.
        replace: The commands that replace it by policy.json.
    """

    name: str
    content: Mapping[str, Any]
    owner: tuple[str, str]
    replace: tuple[str, ...]


def find_printed_policy(denial: Denial) -> PrintedPolicy | None:
    """Return the policy of the caller that the text shows with its name, if the text has no other policy."""
    stated = only_one([each for each in denial.context.policies if not each.is_of_resource])
    if stated is None or not (stated.inline_name or stated.attached_name):
        return None
    # The command would delete the statements that the text leaves out, and store references.
    if stated.is_code or stated.is_joined or stated.has_references or not stated.is_whole:
        return None
    if NOT_ALL.search(denial.failure.text) or any(
        map(is_masked, _STRING.findall(json.dumps(stated.content)))
    ):
        return None
    caller = denial.role or denial.principal
    # A response without a body does not name the caller.
    own = (
        stated.owner
        if caller is None
        else ("user" if isinstance(caller, User) else "role", getattr(caller, "name", ""))
    )
    runs = [run.command for run in find_runs(denial.failure) if run.command.words[:2] in _PRINTS_POLICY]
    if own is None or len(runs) > 1:
        return None
    return _read_output(stated, own, runs[0]) if runs else _read_named(stated, own)


def _read_output(stated: Document, own: tuple[str, str], command: CommandLine) -> PrintedPolicy | None:
    query = command.option("query")
    if query is not None and not _WHOLE_POLICY.fullmatch(query.value):
        return None  # the policy can have more statements, which the command would delete
    kind = _PRINTS_POLICY[command.words[0], command.words[1]]
    owner, name = command.option(f"{kind}-name"), command.option("policy-name")
    if owner is None or name is None or name.value != stated.inline_name or own != (kind, owner.value):
        return None
    replace = commands.put_policy(owner.value, name.value, kind)
    return PrintedPolicy(name.value, stated.content, own, (replace,))


def _read_named(stated: Document, own: tuple[str, str]) -> PrintedPolicy | None:
    kind, owner = own
    # A document without a version can be a part of the policy.
    is_whole = "Version" in stated.content and stated.stated_type in {None, "identity"}
    is_own = stated.owner in {None, own} and stated.holder in {None, owner}
    if not (is_whole and is_own) or owner.startswith("AWSReservedSSO_"):
        return None
    if stated.inline_name is not None:
        replace = commands.put_policy(owner, stated.inline_name, kind)
        return PrintedPolicy(stated.inline_name, stated.content, own, (replace,))
    name = stated.attached_name or ""
    find = f"aws iam list-attached-{kind}-policies --{kind}-name {owner} --query \"AttachedPolicies[?PolicyName=='{name}'].PolicyArn\" --output text"
    lines = f"policy=$({find})", commands.change_policy("POLICY_ARN").replace("POLICY_ARN", '"$policy"')
    return PrintedPolicy(name, stated.content, own, lines)


def write_printed_policy(
    denial: Denial, remedy: Remedy, changed: Mapping[str, Any], part: Literal["Condition", "Resource"]
) -> Remedy:
    """Return a remedy for a statement with another condition or resource, with the whole policy if a command prints it."""
    printed = find_printed_policy(denial)
    if printed is None:
        return remedy
    kept = _without(changed, part)
    old = only_one([each for each in iterate_statements(printed.content) if _without(each, part) == kept])
    if old is None or old == changed:
        return remedy
    whole = change_statements(printed.content, lambda each: dict(changed) if each == old else each)
    return attrs.evolve(remedy, policy=whole, is_addition=False, commands=printed.replace)


def _without(statement: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {key: each for key, each in statement.items() if key != part}
