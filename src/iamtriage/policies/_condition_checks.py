"""Check whether a call meets the conditions of a statement.

Variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_json
from iamtriage.arns._principals import IdentityCenterRole, Role, ServiceLinkedRole
from iamtriage.policies._conditions import PolicyValue, evaluate_condition
from iamtriage.policies._patterns import compile_glob, intersects, narrow_to_sections
from iamtriage.policies._statements import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage.policies._patterns import Pattern

__all__ = (
    "ConditionResult",
    "Keys",
    "Unresolved",
    "check_condition",
    "could_match_role",
    "substitute_variables",
)

_VARIABLE = lazy_pattern(r"\$\{(?P<key>[^{}$,]{1,512}|\$)(?:,\s{0,8}'(?P<default>[^'{}]{0,512})')?\s{0,8}\}")
_ESCAPES = frozenset("*?$")
# Characters. Values in requests are not longer, so a variable cannot make a longer value match.
_MAX_LENGTH = 20_000
# Stands for the value of a key whose value is unknown.
_SOME_VALUE = ("unknown",)


class Keys(Protocol):
    """The condition keys of a request."""

    def get_values(self, key: str, /) -> tuple[str, ...] | None:
        """Return the values of a key: empty if the key is missing, ``None`` if that is unknown."""
        ...

    def may_map_key(self, key: str, /) -> bool:
        """Return whether it is possible, but not certain, that IAM maps a claim of the token to this key."""
        ...

    def has_key(self, key: str, /) -> bool:
        """Return whether the request certainly has a key, even if the key's value is unknown."""
        ...

    @property
    def session_role(self) -> Role | None:
        """The role of a session, from which ``aws:PrincipalArn`` is derived without the role's path."""
        ...

    @property
    def ignores_unresolved(self) -> bool:
        """Whether a value matches nothing if the request lacks its variable. Otherwise, that is unknown."""
        ...


# Examples of paths of these roles: a value that matches all of them does not depend on the path. A role that
# only has the name of a service-linked role can also have no path.
_RESERVED_PATHS: dict[type[Role], tuple[str, ...]] = {
    IdentityCenterRole: ("aws-reserved/sso.amazonaws.com/", "aws-reserved/sso.amazonaws.com/eu-west-1/"),
    ServiceLinkedRole: ("", "aws-service-role/ec2.amazonaws.com/", "aws-service-role/x.amazonaws.com/"),
}
_RESERVED_PREFIXES: dict[type[Role], str] = {IdentityCenterRole: "aws-reserved/sso.amazonaws.com/*"}


@attrs.frozen
class Unresolved:
    """A value of a policy whose variables have no value.

    Attributes:
        key: The key of the variable.
        is_missing: Whether the request lacks the key. Otherwise, its value is unknown.
    """

    key: str
    is_missing: bool


@attrs.frozen
class ConditionResult:
    """The result of checking a condition.

    Attributes:
        condition: The condition.
        is_met: Whether the call meets it; ``None`` if that is unknown.
        expected: The policy's values, with known variables replaced.
        actual: The request's values; empty if the key is missing or unknown.
        reason: Why the result is unknown.
        caveat: The assumption of the result; empty if there is none.
        unknown_key: The key that must be known for a result.
        lacks_variable: Whether the result is unknown because the request lacks the key of a variable.
    """

    condition: Condition
    is_met: bool | None
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()
    reason: str = ""
    caveat: str = ""
    unknown_key: str | None = None
    lacks_variable: bool = False


def check_condition(condition: Condition, request: Keys, *, has_variables: bool) -> ConditionResult:
    """Check whether a call meets a condition.

    Args:
        condition: The condition.
        request: The call.
        has_variables: Whether the policy's version supports variables.
    """
    operator = condition.operator
    substitutes = has_variables and operator.supports_variables
    resolved = [
        constant or (substitute_variables(value, request) if substitutes else _compile_literal(value))
        for value, constant in zip(condition.values, condition.constants, strict=True)
    ]
    expected = [each if isinstance(each, PolicyValue) else None for each in resolved]
    texts = tuple(
        value if each is None else each.text for value, each in zip(condition.values, expected, strict=True)
    )
    actual = request.get_values(condition.key)
    if actual is None and operator.base == "Null" and request.has_key(condition.key):
        return ConditionResult(condition, evaluate_condition(operator, expected, _SOME_VALUE), texts)
    if actual is None:
        key = clip_text(condition.key)
        unknown = (
            "for which IAM might have no key" if request.may_map_key(condition.key) else "which is unknown"
        )
        reason = f"it depends on {key}, {unknown}"
        return ConditionResult(condition, None, texts, reason=reason, unknown_key=condition.key)
    if request.ignores_unresolved and not operator.is_negated:
        # An attempt to match a variable without a value fails:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
        resolved = [each for each in resolved if not (isinstance(each, Unresolved) and each.is_missing)]
        expected = [each if isinstance(each, PolicyValue) else None for each in resolved]
    result = evaluate_condition(operator, expected, actual)
    if request.session_role and condition.key.lower() == "aws:principalarn" and result is not None:
        return _check_session_arn(condition, request.session_role, expected, actual, is_met=result)
    if result is not None:
        return ConditionResult(condition, result, texts, actual)
    reason = _explain_unknown(condition, expected, actual)
    unresolved = next((each for each in resolved if isinstance(each, Unresolved)), None)
    return ConditionResult(
        condition,
        None,
        texts,
        actual,
        reason,
        unknown_key=unresolved.key if unresolved else condition.key,
        lacks_variable=unresolved is not None and unresolved.is_missing,
    )


def _compile_literal(value: str) -> PolicyValue:
    return PolicyValue(value, compile_glob(value))


def _explain_unknown(
    condition: Condition, expected: Sequence[PolicyValue | None], actual: Sequence[str]
) -> str:
    if None in expected:
        value = next(each for each in condition.values if "${" in each)
        return f"it depends on an unknown variable in {quote_json(value)}"
    if len(actual) > 1 and not condition.operator.set_operator:
        key = clip_text(condition.key)
        return f"{key} has several values, but {condition.operator.name} compares only one"
    return f"{condition} cannot compare {_join(each.text for each in expected if each)} with {_join(actual)}"


def _check_session_arn(
    condition: Condition,
    role: Role,
    expected: Sequence[PolicyValue | None],
    actual: tuple[str, ...],
    *,
    is_met: bool,
) -> ConditionResult:
    """Check ``aws:PrincipalArn`` of a role session, for which the role's path is unknown."""
    texts = tuple(each.text for each in expected if each)
    if condition.operator.base == "Null":
        return ConditionResult(condition, is_met, texts, actual)
    if role.lacks_its_path:
        return _check_reserved_role(condition, role, expected, actual)
    matched = is_met is not condition.operator.is_negated
    if not matched and any(could_match_role(each, role, condition) for each in expected if each):
        reason = f"it depends on the path of the role {role.name}, which the session's ARN does not contain"
        return ConditionResult(condition, None, texts, actual, reason, unknown_key=condition.key)
    caveat = f"assuming that the role {role.name} has no path" if matched else ""
    return ConditionResult(condition, is_met, texts, actual, caveat=caveat)


def _check_reserved_role(
    condition: Condition, role: Role, expected: Sequence[PolicyValue | None], actual: tuple[str, ...]
) -> ConditionResult:
    """Check ``aws:PrincipalArn`` of a role that always has a path, whose beginning is known."""
    texts = tuple(each.text for each in expected if each)
    start, paths = str(role)[: -len(role.name)], _RESERVED_PATHS[type(role)]
    is_negated = condition.operator.is_negated
    samples = [(f"{start}{path}{role.name}",) for path in paths]
    results = [evaluate_condition(condition.operator, expected, each) for each in samples]
    reason = f"it depends on the path of the role {role.name}, which the session's ARN does not contain"
    unknown = ConditionResult(condition, None, texts, actual, reason, unknown_key=condition.key)
    if all(each is (not is_negated) for each in results):
        return ConditionResult(condition, not is_negated, texts, actual)
    if any(could_match_role(each, role, condition) for each in expected if each) or None in results:
        return unknown
    return ConditionResult(condition, is_negated, texts, actual)


def could_match_role(expected: PolicyValue, role: Role, condition: Condition) -> bool:
    """Return whether a value could match the role's ARN with some path."""
    pattern = expected.pattern if condition.operator.supports_wildcards else tuple(expected.text)
    prefix = _RESERVED_PREFIXES.get(type(role), "*/")
    start = str(role)[: -len(role.name)]
    # No path contains a colon.
    return intersects(pattern, narrow_to_sections(compile_glob(f"{start}{prefix}{role.name}")))


def substitute_variables(value: str, request: Keys) -> PolicyValue | Unresolved:
    """Replace the variables in a value if all of them have a value."""
    text: list[str] = []
    pattern: list[Pattern] = []
    position = length = 0
    for match in _VARIABLE.finditer(value):
        literal = value[position : match.start()]
        key = match["key"].strip()
        if key in _ESCAPES:
            replacement = key
        else:
            values = request.get_values(key)
            if values is None or len(values) > 1:
                return Unresolved(key, is_missing=False)
            default = match["default"]
            if not values and default is None:
                return Unresolved(key, is_missing=True)
            replacement = values[0] if values else default
        length += len(replacement)
        if length > _MAX_LENGTH:
            return Unresolved(key, is_missing=False)
        text += literal, replacement
        # Wildcards in the value of a variable are ordinary characters.
        pattern += compile_glob(literal), tuple(replacement)
        position = match.end()
    rest = value[position:]
    return PolicyValue("".join([*text, rest]), tuple(chain(*pattern, compile_glob(rest))))


def _join(texts: Iterable[str]) -> str:
    quoted = [quote_json(text) for text in islice(texts, 4)]
    return ", ".join(quoted) or "nothing"
