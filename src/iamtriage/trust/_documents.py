"""Parse trust policies, and report the path of an invalid part.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. A policy that IAM
rejects as a trust policy is an error here, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._strict_json import JsonError, parse_strict_json
from iamtriage._text import clip_text, quote_json, wrong_type_message
from iamtriage.exceptions import PolicyError
from iamtriage.policies._conditions import Operator, parse_operator

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ("Condition", "Policy", "Statement", "parse_policy")

# Characters.
_MAX_LENGTH = 1_000_000
# IAM accepts no longer policy, so no longer value in one.
_MAX_VALUE_LENGTH = 10_240

_POLICY_KEYS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS = frozenset({"Sid", "Effect", "Principal", "Action", "NotAction", "Condition"})
_VERSIONS = ("2012-10-17", "2008-10-17")
_PRINCIPALS = ("AWS", "Federated", "Service", "CanonicalUser")
_FORBIDDEN = {
    "NotPrincipal": (
        "IAM rejects NotPrincipal in a trust policy; deny with ArnNotEquals on aws:PrincipalArn instead"
    ),
    "Resource": "a trust policy must not have a Resource; its resource is the role",
    "NotResource": "a trust policy must not have a NotResource; its resource is the role",
}


@attrs.frozen
class Condition:
    """A condition: an operator, a key and values.

    Attributes:
        operator: The operator.
        key: The condition key as written.
        values: The policy's values.
        path: Its path in the policy.
    """

    operator: Operator
    key: str
    values: tuple[str, ...]
    path: str

    def __str__(self) -> str:
        return clip_text(f"{self.operator.name} {self.key}")


@attrs.frozen
class Statement:
    """A statement of a trust policy.

    Attributes:
        index: Its index, from 0.
        path: Its path in the policy.
        denies: Whether its effect is Deny.
        actions: The patterns of Action or NotAction.
        is_not_action: Whether they are the patterns of NotAction.
        principals: The type and value of each; ``("*", "*")`` for everyone.
        conditions: The conditions, all of which must be met.
    """

    index: int
    path: str
    denies: bool
    actions: tuple[str, ...]
    is_not_action: bool
    principals: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]


@attrs.frozen
class Policy:
    """A trust policy.

    Attributes:
        has_variables: Whether its version supports ``${…}``.
        statements: The statements in the policy's order.
    """

    has_variables: bool
    statements: tuple[Statement, ...]


def parse_policy(policy: object) -> Policy:
    """Parse a trust policy.

    Args:
        policy: A mapping or JSON text.

    Raises:
        PolicyError: IAM would reject it.
        TypeError: It is neither a mapping nor a string.

    >>> parse_policy({"Statement": []}).statements
    ()
    """
    if not isinstance(policy, (str, Mapping)):
        raise TypeError(wrong_type_message("policy", "a mapping or JSON text", policy))
    document = _require_object(_decode(policy) if isinstance(policy, str) else cast("object", policy), "")
    if "AssumeRolePolicyDocument" in document:
        _fail("this is the description of a role; pass its AssumeRolePolicyDocument", "")
    _check_keys(document, _POLICY_KEYS, "", "policy")
    version = document.get("Version", _VERSIONS[1])
    # YAML parsers convert it to a date.
    version = version.isoformat() if isinstance(version, date) else version
    if version not in _VERSIONS:
        found = quote_json(version) if isinstance(version, str) else _describe_type(version)
        _fail(f"expected {' or '.join(_VERSIONS)}, got {found}", "Version")
    if "Statement" not in document:
        _fail("missing", "Statement")
    value = document["Statement"]
    if isinstance(value, Mapping):
        statements = [_parse_statement(cast("object", value), 0, "Statement")]
    else:
        values = enumerate(_require_list(value, "Statement"))
        statements = [_parse_statement(each, index, f"Statement[{index}]") for index, each in values]
    return Policy(version == _VERSIONS[0], tuple(statements))


def _require_object(value: object, path: str) -> dict[str, Any]:
    """Return a mapping with string keys as a dictionary."""
    if not isinstance(value, Mapping):
        found = _describe_type(value)
        _fail(
            f"expected an object, got {found}" if path else f"a policy must be an object, not {found}", path
        )
    members: dict[str, Any] = {}
    for key, each in cast("Mapping[object, Any]", value).items():
        if not isinstance(key, str):
            _fail(f"expected a string as key, got {_describe_type(key)}", path)
        members[key] = each
    return members


def _decode(text: str) -> object:
    if len(text) > _MAX_LENGTH:
        _fail(f"a policy must have at most {_MAX_LENGTH:,} characters, not {len(text):,}", "")
    if text.lstrip().startswith("%7B"):
        _fail("the policy is percent-encoded, as in responses of the IAM API; decode it first", "")
    try:
        return parse_strict_json(text, quote=quote_json)
    except JsonError as error:
        reason = str(error)
    return _fail(reason, "")


def _parse_statement(value: object, index: int, path: str) -> Statement:
    statement = _require_object(value, path)
    for key, reason in _FORBIDDEN.items():
        if key in statement:
            _fail(reason, f"{path}.{key}")
    _check_keys(statement, _STATEMENT_KEYS, path, "statement")
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        _fail('expected "Allow" or "Deny", which is case-sensitive', f"{path}.Effect")
    if ("Action" in statement) == ("NotAction" in statement):
        _fail("a statement must have either Action or NotAction", f"{path}.Action")
    element = "Action" if "Action" in statement else "NotAction"
    if "Principal" not in statement:
        _fail("missing", f"{path}.Principal")
    return Statement(
        index=index,
        path=path,
        denies=effect == "Deny",
        actions=_parse_strings(statement[element], f"{path}.{element}"),
        is_not_action=element == "NotAction",
        principals=_parse_principals(statement["Principal"], f"{path}.Principal"),
        conditions=_parse_conditions(statement.get("Condition", {}), f"{path}.Condition"),
    )


def _parse_principals(value: object, path: str) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("*", "*"),)
    if isinstance(value, str):
        _fail('expected "*" or an object such as {"AWS": …}, got another string', path)
    principals: list[tuple[str, str]] = []
    for kind, values in _require_object(value, path).items():
        if kind not in _PRINCIPALS:
            _fail(
                f"unknown principal type {quote_json(kind)}; expected one of {', '.join(_PRINCIPALS)}", path
            )
        principals.extend((kind, each) for each in _parse_strings(values, f"{path}.{kind}"))
    return tuple(principals)


def _parse_conditions(value: object, path: str) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    for name, block in _require_object(value, path).items():
        operator = parse_operator(name)
        if operator is None:
            _fail(f"unknown condition operator {quote_json(name)}", path)
        block_path = f"{path}[{quote_json(name)}]" if ":" in name else f"{path}.{name}"
        for key, values in _require_object(block, block_path).items():
            key_path = f"{block_path}[{quote_json(key)}]"
            conditions.append(Condition(operator, key, _parse_values(values, key_path), key_path))
    return tuple(conditions)


def _parse_values(value: object, path: str) -> tuple[str, ...]:
    values: list[object] = (
        _require_list(cast("object", value), path) if isinstance(value, (list, tuple)) else [value]
    )
    return tuple(_parse_value(each, path) for each in values)


def _parse_value(value: object, path: str) -> str:
    """Return a condition value as a string. IAM also accepts booleans and numbers."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _check_length(value, path)
    if not isinstance(value, (int, float)):
        _fail(f"expected a string, a number or a boolean, got {_describe_type(value)}", path)
    if isinstance(value, int) and abs(value) < 10**40:
        return str(value)
    if isinstance(value, int) or not math.isfinite(value):
        _fail("expected a finite number with at most 40 digits", path)
    return str(int(value)) if value.is_integer() and abs(value) < 10**15 else str(value)


def _parse_strings(value: object, path: str) -> tuple[str, ...]:
    values = _require_list(cast("object", value), path) if isinstance(value, (list, tuple)) else [value]
    strings: list[str] = []
    for each in values:
        if not isinstance(each, str):
            _fail(f"expected a string or a list of strings, got {_describe_type(each)}", path)
        strings.append(_check_length(each, path))
    return tuple(strings)


def _check_length(value: str, path: str) -> str:
    if len(value) > _MAX_VALUE_LENGTH:
        _fail(f"a value must have at most {_MAX_VALUE_LENGTH:,} characters, not {len(value):,}", path)
    return value


def _require_list(value: object, path: str) -> list[object]:
    if not isinstance(value, (list, tuple)):
        _fail(f"expected a list, got {_describe_type(value)}", path)
    return list(cast("list[object]", value))


def _check_keys(members: dict[str, Any], known: frozenset[str], path: str, noun: str) -> None:
    for key in members:
        if key not in known:
            similar = next((name for name in sorted(known) if name.lower() == key.lower()), None)
            hint = f"did you mean {similar}?" if similar else f"expected one of {', '.join(sorted(known))}"
            _fail(f"unknown {noun} key {quote_json(key)}; {hint}", path)


def _describe_type(value: object) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {
        dict: "an object",
        list: "a list",
        str: "a string",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), f"a value of type {type(value).__name__}")


def _fail(reason: str, path: str) -> NoReturn:
    prefix = f"{clip_text(path)}: " if path else ""
    msg = f"{prefix}{reason}"
    raise PolicyError(msg, path=path)
