"""Whether a statement's condition holds of a call; not for what to do where it does not.

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

__all__ = ("Checked", "check_condition")

_VARIABLE = re.compile(r"\$\{(?P<key>[^{}$,]{1,512}|\$)(?:,\s{0,8}'(?P<default>[^'{}]{0,512})')?\s{0,8}\}")
_ESCAPES = frozenset("*?$")
# No value of a request is longer, so none that a variable makes longer than this fits one.
_LONGEST = 20_000


@attrs.frozen
class Checked:
    """A condition and how it came out.

    Attributes:
        condition: the condition.
        holds: True, False, or None where it cannot be decided.
        wanted: the policy's values, variables replaced where they are known.
        values: the request's values; empty where the key is missing or not known.
        why: the reason, where it cannot be decided.
        but: what is taken for granted; empty where nothing is.
    """

    condition: Condition
    holds: bool | None
    wanted: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    why: str = ""
    but: str = ""


def check_condition(condition: Condition, request: Request, *, has_variables: bool) -> Checked:
    """Tell whether a condition holds of a call.

    Args:
        condition: the condition.
        request: the call.
        has_variables: whether the policy's version knows variables.
    """
    operator = condition.operator
    replaces = has_variables and operator.supports_variables
    wanted = [_wanted(value, request, replaces=replaces) for value in condition.values]
    texts = tuple(condition.values[at] if each is None else each.text for at, each in enumerate(wanted))
    values = request.values(condition.key)
    if values is None:
        unknown = "of which IAM may make no key" if request.may_map(condition.key) else "which is not given"
        why = f"it depends on {clip_text(condition.key)}, {unknown}"
        return Checked(condition, None, texts, why=why)
    result = evaluate_condition(operator, wanted, values)
    if condition.key.lower() == "aws:principalarn" and request.derives_arn and result is not None:
        return _of_session(condition, request, wanted, values, result)
    why = "" if result is not None else _undecided(condition, wanted, values)
    return Checked(condition, result, texts, values, why)


def _undecided(condition: Condition, wanted: Sequence[PolicyValue | None], values: Sequence[str]) -> str:
    if None in wanted:
        value = condition.values[list(wanted).index(None)]
        return f"it depends on a variable in {quote_json(value)} that is not known"
    if len(values) > 1 and not condition.operator.set_operator:
        key = clip_text(condition.key)
        return f"{key} has several values, and {condition.operator.name} is for one"
    return f"{condition} cannot compare {_list(t.text for t in wanted if t)} with {_list(values)}"


def _of_session(
    condition: Condition,
    request: Request,
    wanted: Sequence[PolicyValue | None],
    values: tuple[str, ...],
    result: bool,  # noqa: FBT001 (what the other function found)
) -> Checked:
    """Weigh that a session's ARN tells no path: what the role's ARN is, is known but for that."""
    texts = tuple(each.text for each in wanted if each)
    session = request.caller
    if not isinstance(session, RoleSession) or condition.operator.base == "Null":
        return Checked(condition, result, texts, values)
    matched = result is not condition.operator.is_negated
    role = session.role
    if not matched and any(_may_be(each, role, condition) for each in wanted if each):
        why = f"it depends on the path of the role {role.name}, which a session's ARN does not tell"
        return Checked(condition, None, texts, values, why)
    but = f"the role {role.name} is taken to have no path" if matched else ""
    return Checked(condition, result, texts, values, but=but)


def _may_be(wanted: PolicyValue, role: Role, condition: Condition) -> bool:
    """Tell whether a value could be the role's ARN, if the role had some path."""
    if condition.operator.supports_wildcards and (ANY in wanted.pattern or ONE in wanted.pattern):
        first = min(wanted.pattern.index(each) for each in (ANY, ONE) if each in wanted.pattern)
        before, beginning = wanted.text[:first], str(role)[: -len(role.name)]
        return before.startswith(beginning) or beginning.startswith(before)
    try:
        named = parse_principal(wanted.text)
    except InvalidArnError:
        return False
    mine = (role.partition, role.account, role.name)
    return isinstance(named, Role) and (named.partition, named.account, named.name) == mine


def _wanted(value: str, request: Request, *, replaces: bool) -> PolicyValue | None:
    """Replace the variables; None where one is not known."""
    if not replaces or "${" not in value:
        return PolicyValue(value, compile_glob(value))
    text: list[str] = []
    pattern: list[Pattern] = []
    at = length = 0
    for found in _VARIABLE.finditer(value):
        plain = value[at : found.start()]
        key = found["key"].strip()
        if key in _ESCAPES:
            known = key
        else:
            values = request.values(key)
            if values is None or len(values) > 1:
                return None
            default = found["default"]
            if not values and default is None:
                return None
            known = values[0] if values else default
        length += len(known)
        if length > _LONGEST:
            return None
        text += plain, known
        # What stands in for a variable is no wildcard.
        pattern += compile_glob(plain), tuple(known)
        at = found.end()
    rest = value[at:]
    return PolicyValue("".join([*text, rest]), tuple(chain(*pattern, compile_glob(rest))))


def _list(texts: Iterable[str]) -> str:
    each = [quote_json(text) for text in islice(texts, 4)]
    return ", ".join(each) or "nothing"
