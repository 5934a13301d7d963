"""Check whether a call meets the conditions of a statement.

Variables: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

import attrs

from iamtriage._text import clip_text, quote_json
from iamtriage.arns._principals import Role, RoleSession, parse_principal
from iamtriage.exceptions import InvalidArnError
from iamtriage.policies._conditions import PolicyValue, evaluate_condition
from iamtriage.policies._patterns import ANY, ONE, Pattern, compile_glob
from iamtriage.trust._documents import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iamtriage.trust._requests import Request

__all__ = ("ConditionResult", "check_condition")

_VARIABLE = re.compile(r"\$\{(?P<key>[^{}$,]{1,512}|\$)(?:,\s{0,8}'(?P<default>[^'{}]{0,512})')?\s{0,8}\}")
_ESCAPES = frozenset("*?$")
# Characters. A request has no longer value, so a variable cannot make a longer value match.
_MAX_LENGTH = 20_000


@attrs.frozen
class ConditionResult:
    """The result of checking a condition.

    Attributes:
        condition: The condition.
        is_met: Whether the call meets it; ``None`` if that is unknown.
        expected: The policy's values, with known variables replaced.
        actual: The request's values; empty if the key is missing or unknown.
        reason: Why the result is unknown.
        caveat: What the result assumes; empty if nothing.
    """

    condition: Condition
    is_met: bool | None
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()
    reason: str = ""
    caveat: str = ""


def check_condition(condition: Condition, request: Request, *, has_variables: bool) -> ConditionResult:
    """Check whether a call meets a condition.

    Args:
        condition: The condition.
        request: The call.
        has_variables: Whether the policy's version supports variables.
    """
    operator = condition.operator
    substitutes = has_variables and operator.supports_variables
    expected = [
        _substitute_variables(value, request) if substitutes else PolicyValue(value, compile_glob(value))
        for value in condition.values
    ]
    texts = tuple(
        value if each is None else each.text for value, each in zip(condition.values, expected, strict=True)
    )
    actual = request.get_values(condition.key)
    if actual is None:
        key = clip_text(condition.key)
        unknown = (
            "for which IAM might have no key" if request.may_map_key(condition.key) else "which is unknown"
        )
        return ConditionResult(condition, None, texts, reason=f"it depends on {key}, {unknown}")
    result = evaluate_condition(operator, expected, actual)
    if condition.key.lower() == "aws:principalarn" and request.derives_principal_arn and result is not None:
        return _check_session_arn(condition, request, expected, actual, is_met=result)
    reason = "" if result is not None else _explain_unknown(condition, expected, actual)
    return ConditionResult(condition, result, texts, actual, reason)


def _explain_unknown(
    condition: Condition, expected: Sequence[PolicyValue | None], actual: Sequence[str]
) -> str:
    if None in expected:
        value = condition.values[list(expected).index(None)]
        return f"it depends on an unknown variable in {quote_json(value)}"
    if len(actual) > 1 and not condition.operator.set_operator:
        key = clip_text(condition.key)
        return f"{key} has several values, but {condition.operator.name} compares only one"
    return f"{condition} cannot compare {_join(each.text for each in expected if each)} with {_join(actual)}"


def _check_session_arn(
    condition: Condition,
    request: Request,
    expected: Sequence[PolicyValue | None],
    actual: tuple[str, ...],
    *,
    is_met: bool,
) -> ConditionResult:
    """Check ``aws:PrincipalArn`` of a role session, for which the role's path is unknown."""
    texts = tuple(each.text for each in expected if each)
    session = request.caller
    if not isinstance(session, RoleSession) or condition.operator.base == "Null":
        return ConditionResult(condition, is_met, texts, actual)
    matched = is_met is not condition.operator.is_negated
    role = session.role
    if not matched and any(_could_match_role(each, role, condition) for each in expected if each):
        reason = f"it depends on the path of the role {role.name}, which the session's ARN does not contain"
        return ConditionResult(condition, None, texts, actual, reason)
    caveat = f"assuming that the role {role.name} has no path" if matched else ""
    return ConditionResult(condition, is_met, texts, actual, caveat=caveat)


def _could_match_role(expected: PolicyValue, role: Role, condition: Condition) -> bool:
    """Return whether a value could match the role's ARN with some path."""
    if condition.operator.supports_wildcards and (ANY in expected.pattern or ONE in expected.pattern):
        first = min(expected.pattern.index(each) for each in (ANY, ONE) if each in expected.pattern)
        literal, start = expected.text[:first], str(role)[: -len(role.name)]
        return literal.startswith(start) or start.startswith(literal)
    try:
        principal = parse_principal(expected.text)
    except InvalidArnError:
        return False
    name = (role.partition, role.account, role.name)
    return isinstance(principal, Role) and (principal.partition, principal.account, principal.name) == name


def _substitute_variables(value: str, request: Request) -> PolicyValue | None:
    """Replace the variables in a value; return ``None`` if one is unknown."""
    if "${" not in value:
        return PolicyValue(value, compile_glob(value))
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
                return None
            default = match["default"]
            if not values and default is None:
                return None
            replacement = values[0] if values else default
        length += len(replacement)
        if length > _MAX_LENGTH:
            return None
        text += literal, replacement
        # Wildcards in the value of a variable are ordinary characters.
        pattern += compile_glob(literal), tuple(replacement)
        position = match.end()
    rest = value[position:]
    return PolicyValue("".join([*text, rest]), tuple(chain(*pattern, compile_glob(rest))))


def _join(texts: Iterable[str]) -> str:
    quoted = [quote_json(text) for text in islice(texts, 4)]
    return ", ".join(quoted) or "nothing"
