"""Say which policies decided, where they are attached, and what the request contained.

The authorization details name the policy of each statement that denied; a decoded message has the condition keys of
the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import User
from iamtriage.explaining._rules.shared.commands import fill_command, role_name, user_name
from iamtriage.explaining._rules.shared.principal_words import (
    describe_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.stated_decisions import matching_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.authorization._denials import DenyingPolicy
    from iamtriage.explaining._facts import Facts

__all__ = (
    "allowing_statement_words",
    "denying_statements",
    "inline_policy_commands",
    "named_statements",
    "request_values",
)


def denying_statements(facts: Facts, action: str | None) -> Iterator[str]:
    """Yield a line for each policy whose statements denied, according to the authorization details."""
    for named in named_statements(facts, action):
        yield f"The authorization details name {named}."


def named_statements(facts: Facts, action: str | None) -> Iterator[str]:
    """Yield a phrase for each policy whose statements denied, according to the authorization details."""
    for reason in matching_reasons(action, facts.authorization_details)[:1]:
        yield from map(_describe_denying_policy, reason.policies)


def allowing_statement_words(facts: Facts, action: str | None) -> str | None:
    """Return the identity-based policy that allows the action and its statement, if the details name one."""
    for reason in matching_reasons(action, facts.authorization_details)[:1]:
        for check in reason.evaluation.checks:
            if check.policy_type != "identity" or check.effect != "ALLOW":
                continue
            for policy in check.matched_policies:
                if policy.uri.startswith("arn:") and ":policy/" in policy.uri:
                    sid = next((f" ({clip_text(each.sid)})" for each in policy.statements if each.sid), "")
                    return f"the policy {clip_text(policy.uri.rpartition('/')[2])}{sid}"
    return None


def _describe_denying_policy(policy: DenyingPolicy) -> str:
    """Return a policy that denied with its statements, as a phrase."""
    statement = (
        f"the statement {join_words(tuple(map(clip_text, policy.sids)), 'and')} in " if policy.sids else ""
    )
    if policy.arn is not None:
        return f"{statement}the policy {clip_text(policy.arn)}{_attachment(policy)}"
    kind = "inline policy" if policy.info is not None and policy.info.inline else "policy"
    return f"{statement}{'an' if kind.startswith('i') else 'a'} {kind}{_attachment(policy)}"


def _attachment(policy: DenyingPolicy) -> str:
    attached = () if policy.info is None else policy.info.attached_to
    if not attached:
        return ""
    arn = attached[0]
    principal = try_parse_principal(arn)
    is_named = isinstance(principal, User) or underlying_role(principal) is not None
    return f" of {describe_principal(principal, arn)}" if is_named else f" attached to {clip_text(arn)}"


def inline_policy_commands(facts: Facts, action: str | None) -> tuple[str, ...]:
    """Return the commands that print the inline policies in which a statement denied."""
    lines: list[str] = []
    for reason in matching_reasons(action, facts.authorization_details)[:1]:
        for policy in reason.policies:
            if policy.info is None or not policy.info.inline or not policy.info.attached_to:
                continue
            principal = try_parse_principal(policy.info.attached_to[0])
            role = underlying_role(principal)
            if role is not None:
                kind, name = "role", role_name(role.name)
            elif isinstance(principal, User):
                kind, name = "user", user_name(principal.name)
            else:
                continue
            lines += [
                fill_command(f"aws iam list-{kind}-policies --{kind}-name {{}}", name),
                fill_command(f"aws iam get-{kind}-policy --{kind}-name {{}} --policy-name POLICY_NAME", name),
            ]
    return tuple(dict.fromkeys(lines))


def request_values(facts: Facts, *keys: str) -> tuple[str, ...]:
    """Return the values of the first of these condition keys that the facts state about the request."""
    for key in keys:
        message, details = facts.decoded_message, facts.authorization_details
        values = () if message is None else message.request_values(key) or ()
        if not values and details is not None:
            contexts = (details.request_context, *(each.context for each in details.evaluations))
            found = [each for context in contexts for each in context if each.key.lower() == key.lower()]
            values = found[0].values if found else ()
        if values:
            return values
    return ()
