"""Find the rules whose conditions a denial meets, without comparing it with each of them.

Most conditions are about what many denials have in common: the service, the action, the reason, and words that few
texts have. Which rows of a table they leave is found out once for all denials that state the same.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TypeAlias

from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.shared.denial import WORDS, Denial, Stated
from iamtriage.typing import PolicyType

Condition: TypeAlias = Callable[[Denial], bool]
# Logs repeat fewer combinations.
_MAX_COMBINATIONS = 1_024


class Need(NamedTuple):
    """What a rule needs of a denial.

    Attributes:
        stated: Conditions on what many denials have in common.
        others: Conditions that each denial is compared with.
    """

    stated: tuple[Callable[[Stated], bool], ...] = ()
    others: tuple[Condition, ...] = ()


Rows: TypeAlias = "tuple[tuple[Need | Condition, str | Callable[[Denial], str | None] | Rows], ...]"
"""Conditions with the name of a rule, a function that returns it, or the rows for the denials that meet the condition."""
_Rule: TypeAlias = "str | Callable[[Denial], str | None] | Table"


def states(condition: Callable[[Stated], bool]) -> Need:
    """Return the need that a condition on what many denials have in common holds."""
    return Need((condition,))


def all_of(*needs: Need | Condition) -> Need:
    """Return the need that all conditions hold."""
    parts = [each if isinstance(each, Need) else Need((), (each,)) for each in needs]
    return Need(
        tuple(condition for each in parts for condition in each.stated),
        tuple(condition for each in parts for condition in each.others),
    )


def says(*words: str, ignores_case: bool = False) -> Need:
    """Return the need that a text has one of these words, in lowercase if their case is to be ignored."""
    group = WORDS.add(*words, ignores_case=ignores_case)
    found = states(lambda stated: bool(stated.words & group))
    if all(word.split() == [word] for word in words):
        return found

    def has_word(denial: Denial) -> bool:
        text = denial.failure.text
        return any(map((text.lower() if ignores_case else text).__contains__, words))

    return all_of(found, has_word)


def calls(*actions: str) -> Need:
    """Return the need that one of these actions was denied, in lowercase."""
    return states(lambda stated: stated.action in actions)


def is_of(*services: str | None) -> Need:
    """Return the need that an action of one of these services was denied."""
    return states(lambda stated: stated.service in services)


def denied_by(policy_type: PolicyType) -> Need:
    """Return the need that a policy of this type denies the call, or does not allow it."""
    return states(lambda stated: stated.policy_type == policy_type)


ALWAYS = Need()
"""The need of a rule for all denials."""
is_explicit = states(lambda stated: stated.deny == "explicit")
is_not_explicit = states(lambda stated: stated.deny != "explicit")
"""The needs that a Deny statement denies the call, and that none is known to do so."""
may_lack_allow = states(lambda stated: stated.policy_type in {None, "identity"} and stated.deny != "explicit")
"""The need that the call can be denied because no identity-based policy allows it."""


def shows_policy(denial: Denial) -> bool:
    """Return whether the text has a policy."""
    return bool(denial.context.policies)


class Table:
    """The names of rules by what they need."""

    def __init__(self, rows: Rows) -> None:
        self._rows: tuple[tuple[Need, _Rule], ...] = tuple(
            (all_of(need), rule if isinstance(rule, str) or callable(rule) else Table(rule))
            for need, rule in rows
        )
        self._possible = functools.lru_cache(_MAX_COMBINATIONS)(self.select)

    def find(self, denial: Denial) -> Iterator[str]:
        """Yield the rules whose conditions a denial meets."""
        for applies, rule in self._possible(denial.stated):
            if applies is None or applies(denial):
                if isinstance(rule, str):
                    yield rule
                elif isinstance(rule, Table):
                    yield from rule.find(denial)
                elif (name := rule(denial)) is not None:
                    yield name

    def select(self, stated: Stated) -> list[tuple[Condition | None, _Rule]]:
        """Return the rows that a denial can need, with the conditions that are left."""
        found: list[tuple[Condition | None, _Rule]] = []
        for need, rule in self._rows:
            if not all(condition(stated) for condition in need.stated):
                continue
            if isinstance(rule, Table) and not need.others:
                found += rule.select(stated)
            else:
                found.append((_join(need.others), rule))
        return found


def _join(conditions: tuple[Condition, ...]) -> Condition | None:
    """Return the condition that all conditions hold, or ``None`` if there are none."""
    if not conditions:
        return None
    first, rest = conditions[0], _join(conditions[1:])
    # A generator would take longer than most conditions.
    return first if rest is None else lambda denial: first(denial) and rest(denial)
