"""Find the level of an organization at which no service control policy allows a call, if the text lists the policies of each.

Source: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.denials.policy_types import guardrails
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import present

_FULL_ACCESS = "p-FullAWSAccess"
_TARGET = r"(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|[0-9]{12})"
_LISTS = lazy_pattern(
    rf"\blist-policies-for-target\b[^\n]*?--target-id[ =][\"']?(?P<target>{_TARGET})?", re.ASCII
)
# Another type of policies, or a list that the caller did not get.
_OTHER_TYPE = lazy_pattern(r"--filter[ =][\"']?(?!SERVICE_CONTROL_POLICY\b)[A-Z_0-9]{4,60}\b")
_FAILED = lazy_pattern(r"\AAn error occurred \(|\bException\b|\berror:|\b[Uu]nable to locate credentials\b")
_LEVEL = lazy_pattern(rf"\W{{0,8}}(?P<target>{_TARGET})\W{{0,8}}", re.ASCII)
_ID = lazy_pattern(
    r"(?<![\w-])(?P<id>p-[0-9A-Za-z_]{1,128})(?![\w-])(?:[ \t|]{1,20}(?P<name>[\w+=,.@-]{1,128}))?", re.ASCII
)
_NAME = lazy_pattern(r"\"Name\": ?\"(?P<name>[^\"\n]{1,128})\"")
_COMMAND = lazy_pattern(r"\baws [a-z]")


class Level(NamedTuple):
    """A level of an organization: its root, an organizational unit or an account.

    Attributes:
        target: Its ID.
        policies: The IDs of the attached service control policies, with their names.
    """

    target: str
    policies: dict[str, str]


def find_levels(text: str) -> list[Level]:
    r"""Return the levels whose attached service control policies a text lists.

    >>> find_levels("$ aws organizations list-policies-for-target --target-id r-ab12 --filter X\np-FullAWSAccess\tFullAWSAccess")
    [Level(target='r-ab12', policies={'p-FullAWSAccess': 'FullAWSAccess'})]
    """
    levels: dict[str, dict[str, str]] = {}
    target, last, is_open = None, None, False
    for line in text.split("\n") if "list-policies-for-target" in text else ():
        if (lists := _LISTS.search(line)) is not None:
            target, is_open = lists["target"], _OTHER_TYPE.search(line) is None
        elif _COMMAND.search(line):
            is_open = False
        elif is_open and _FAILED.search(line) is not None:
            levels.pop(target or "", None)
            is_open = False
        elif is_open and (level := _LEVEL.fullmatch(line)) is not None:
            target = level["target"]
        elif is_open and target is not None:
            for found in _ID.finditer(line):
                last = found["id"]
                levels.setdefault(target, {})[last] = found["name"] or last
            if (
                last is not None
                and (named := _NAME.search(line)) is not None
                and last in levels.get(target, {})
            ):
                levels[target][last] = named["name"]
        if target is not None and is_open:
            levels.setdefault(target, {})
    return [Level(*each) for each in levels.items()]


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
        commands=(*change, attach),
        labels=(Labelled(label, attach),) if change else (),
        statement=guardrails.allowing_statement(denial) if change else None,
        layer="service_control",
        url=pages.SERVICE_CONTROL,
    )
