"""Represent the statements and conditions of policies, ready for comparison with requests."""

from __future__ import annotations

import re

import attrs

from iamtriage._text import clip_text
from iamtriage.policies._conditions import Operator, PolicyValue
from iamtriage.policies._patterns import Pattern, compile_glob, compile_regex

__all__ = ("ActionPatterns", "Condition", "Policy", "ResourcePattern", "Statement")

_WILDCARDS = frozenset("*?")


def _compile_constants(condition: Condition) -> tuple[PolicyValue | None, ...]:
    return tuple(None if "${" in each else PolicyValue(each, compile_glob(each)) for each in condition.values)


def _lower_key(condition: Condition) -> str:
    return condition.key.lower()


def _is_plain(condition: Condition) -> bool:
    return None not in condition.constants and condition.lower_key != "aws:principalarn"


def _collect_equal_texts(condition: Condition) -> frozenset[str]:
    is_equality = condition.is_plain and condition.operator.base == "StringEquals"
    return frozenset(each for each in condition.values if each) if is_equality else frozenset()


@attrs.frozen
class Condition:
    """A condition: an operator, a key and values.

    Attributes:
        operator: The operator.
        key: The condition key as written.
        values: The policy's values.
        path: Its path in the policy.
        constants: The values ready for comparison; ``None`` for one with a variable.
        lower_key: The key in lower case, because keys are case-insensitive.
        is_plain: Whether its result follows from the values alone: they have no variables, and the key is not
            ``aws:PrincipalArn``, because a session's ARN lacks the role's path.
        equal_texts: The texts that meet the condition as the only value; empty unless the operator is
            ``StringEquals``.
    """

    operator: Operator
    key: str
    values: tuple[str, ...]
    path: str
    constants: tuple[PolicyValue | None, ...] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_compile_constants, takes_self=True)
    )
    lower_key: str = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_lower_key, takes_self=True)
    )
    is_plain: bool = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_is_plain, takes_self=True)
    )
    equal_texts: frozenset[str] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_collect_equal_texts, takes_self=True)
    )

    def __str__(self) -> str:
        return clip_text(f"{self.operator.name} {self.key}")


def _compile_resource(resource: ResourcePattern) -> re.Pattern[str]:
    return compile_regex(resource.pattern)


@attrs.frozen
class ResourcePattern:
    """A value of ``Resource`` or ``NotResource``.

    Attributes:
        text: The value as written.
        pattern: The value as a pattern.
        narrow: The pattern with inner stars that do not match a colon; ``None`` if it has no such star.
        incomplete: The pattern without the sections that AWS adds; ``None`` if AWS adds none.
        regex: The pattern as a regular expression.
    """

    text: str
    pattern: Pattern
    narrow: Pattern | None
    incomplete: Pattern | None = None
    regex: re.Pattern[str] = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_compile_resource, takes_self=True)
    )


@attrs.frozen
class ActionPatterns:
    """The values of ``Action`` or ``NotAction``, in lower case because they are case-insensitive.

    Attributes:
        names: The values without wildcards.
        regex: The other values as one regular expression; ``None`` if there are none.
        is_any: Whether one of the values matches every action.
    """

    names: frozenset[str]
    regex: re.Pattern[str] | None
    is_any: bool = False

    def match(self, lower: str) -> bool:
        """Return whether one of the values matches an action in lower case."""
        return (
            self.is_any or lower in self.names or (self.regex is not None and bool(self.regex.match(lower)))
        )


def _compile_actions(statement: Statement) -> ActionPatterns:
    lower = [each.lower() for each in statement.actions]
    patterns = [each for each in lower if _WILDCARDS & set(each)]
    regex = "|".join(f"(?:{compile_regex(compile_glob(each)).pattern})" for each in patterns)
    names = frozenset(lower) - set(patterns)
    return ActionPatterns(names, re.compile(regex, re.DOTALL) if regex else None, "*" in patterns)


@attrs.frozen
class Statement:
    """A statement of a policy.

    Attributes:
        index: Its index, from 0.
        path: Its path in the policy.
        denies: Whether its effect is Deny.
        actions: The patterns of Action or NotAction.
        is_not_action: Whether ``actions`` are those of NotAction.
        principals: The type and value of each; ``("*", "*")`` for everyone.
        conditions: The conditions, all of which must be met.
        sid: Its Sid, if it has one.
        is_not_principal: Whether ``principals`` are those of NotPrincipal.
        has_principal: Whether it has a Principal or NotPrincipal, which can be empty.
        resources: The values of Resource or NotResource; ``None`` without either.
        is_not_resource: Whether ``resources`` are those of NotResource.
        action_patterns: The actions ready for comparison.
    """

    index: int
    path: str
    denies: bool
    actions: tuple[str, ...]
    is_not_action: bool
    principals: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]
    sid: str | None = None
    is_not_principal: bool = False
    has_principal: bool = False
    resources: tuple[ResourcePattern, ...] | None = None
    is_not_resource: bool = False
    action_patterns: ActionPatterns = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(_compile_actions, takes_self=True)
    )

    def matches_action(self, lower: str) -> bool:
        """Return whether the statement applies to an action in lower case."""
        return self.action_patterns.match(lower) is not self.is_not_action


@attrs.frozen
class Policy:
    """A policy.

    Attributes:
        has_variables: Whether its version supports ``${…}``.
        statements: The statements in the policy's order.
    """

    has_variables: bool
    statements: tuple[Statement, ...]
