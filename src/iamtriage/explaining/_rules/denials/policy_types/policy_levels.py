"""Explain at which level of an organization no service control policy allows a call, if the text lists those of each.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html.
"""

from __future__ import annotations

from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.organization_levels import Level, find_levels
from iamtriage.explaining._rules.basics import Denial, Labelled, Remedy
from iamtriage.explaining._rules.denials.policy_types import guardrails
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import present

_FULL_ACCESS = "p-FullAWSAccess"


class Blocked(NamedTuple):
    """The level at which no service control policy allows a call.

    Attributes:
        level: The level.
        others: The IDs of the levels with FullAWSAccess.
    """

    level: Level
    others: tuple[str, ...]

    @property
    def policies(self) -> str:
        """The attached policies in words."""
        named = [
            clip_text(name) if name == policy else f"{clip_text(name)} ({policy})"
            for policy, name in self.level.policies.items()
        ]
        return join_words(named, "and")

    def describe(self) -> str:
        """Return a sentence about the level."""
        has = f"has {self.policies} instead of FullAWSAccess" if self.level.policies else "has no policy"
        others = (
            f" FullAWSAccess on {join_words(self.others, 'and')} does not make up for it."
            if self.others
            else ""
        )
        return f"{self.level.target} {has}: each level (root, organizational units, account) must allow the action.{others}"


def find_blocked_level(denial: Denial) -> Blocked | None:
    """Return the level at which no service control policy allows a call, if the text shows that it is only one."""
    levels = find_levels(denial.failure.text)
    blocked = [each for each in levels if _FULL_ACCESS not in each.policies]
    if len(blocked) != 1:
        return None
    shown = (
        each
        for each in denial.context.policies
        if any(policy in (each.name or "") for policy in blocked[0].policies)
    )
    allows = (each for policy in shown for each in policy.allows)
    if any(names_action(each, denial.action or "") for each in allows):
        return None
    others = tuple(each.target for each in levels if each is not blocked[0])
    return Blocked(blocked[0], others)


def allow_at_level(denial: Denial, blocked: Blocked, ask: str) -> Remedy:
    """Return the remedy that allows the action at the level where no policy does."""
    target, policies = blocked.level
    attach = f"aws organizations attach-policy --policy-id {_FULL_ACCESS} --target-id {target}"
    change: tuple[str, ...] = ()
    title = f"Attach {_FULL_ACCESS} to {target}"
    if len(policies) == 1:
        ((policy, name),) = policies.items()
        title = f"Allow {denial.action} in {clip_text(name)}, the service control policy of {target}"
        change = (
            f"aws organizations describe-policy --policy-id {policy} --query Policy.Content --output text",
            f"aws organizations update-policy --policy-id {policy} --content file://policy.json",
        )
    label = "Or, if it is not meant to list everything that is allowed (then limit the accounts with Deny statements):"
    return Remedy(
        title=title,
        who="organization administrator",
        steps=present(
            ask,
            "The change applies to all accounts below this level."
            if target.startswith(("ou-", "r-"))
            else None,
            *guardrails.resource_steps(denial),
        ),
        commands=(*change, Labelled(label, attach)) if change else (attach,),
        statement=guardrails.allowing_statement(denial) if change else None,
        layer="service_control",
        url=pages.SERVICE_CONTROL,
    )
