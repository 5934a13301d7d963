"""A role's trust policy read from JSON, each part with its path; not for what the parts mean.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. What IAM refuses
in a trust policy is refused here too, with the path of the fault.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._strict_json import JsonError, parse_strict_json
from iamtriage._text import clip_text, quote_json
from iamtriage.exceptions import PolicyError
from iamtriage.policies._conditions import Operator, parse_operator

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ("Condition", "Policy", "Statement", "object_of", "read_policy")

_LARGEST = 1_000_000
# No policy of IAM is longer than this, hence no value in one.
_LONGEST_VALUE = 10_240

_POLICY_KEYS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS = frozenset({"Sid", "Effect", "Principal", "Action", "NotAction", "Condition"})
_VERSIONS = ("2012-10-17", "2008-10-17")
_PRINCIPALS = ("AWS", "Federated", "Service", "CanonicalUser")
_FORBIDDEN = {
    "NotPrincipal": "IAM takes no NotPrincipal in a trust policy; "
    "deny by ArnNotEquals on aws:PrincipalArn instead",
    "Resource": "a trust policy has no Resource: it is the role",
    "NotResource": "a trust policy has no NotResource: it is the role",
}


@attrs.frozen
class Condition:
    """One key under one operator.

    Attributes:
        operator: the operator.
        key: the condition key as written.
        values: the policy's values.
        path: where it stands.
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
        index: its place, counted from 0.
        path: the same as a path.
        denies: whether its effect is Deny.
        actions: the patterns of Action or NotAction.
        excepts: whether they are of NotAction.
        principals: kind and value of each; ``("*", "*")`` for everybody.
        conditions: all of them must hold.
    """

    index: int
    path: str
    denies: bool
    actions: tuple[str, ...]
    excepts: bool
    principals: tuple[tuple[str, str], ...]
    conditions: tuple[Condition, ...]


@attrs.frozen
class Policy:
    """A trust policy.

    Attributes:
        has_variables: whether its version knows ``${…}``.
        statements: in the policy's order.
    """

    has_variables: bool
    statements: tuple[Statement, ...]


def read_policy(policy: object) -> Policy:
    """Read a trust policy.

    Args:
        policy: a mapping, or JSON text.

    Raises:
        PolicyError: not one that IAM would hold.
        TypeError: neither a mapping nor text.

    >>> read_policy({"Statement": []}).statements
    ()
    """
    if not isinstance(policy, (str, Mapping)):
        msg = f"a policy is a mapping or JSON text, not {type(policy).__name__}"
        raise TypeError(msg)
    document = object_of(_decoded(policy) if isinstance(policy, str) else cast("object", policy), "")
    if "AssumeRolePolicyDocument" in document:
        _refuse("this describes a role; its policy is under AssumeRolePolicyDocument", "")
    _check_keys(document, _POLICY_KEYS, "", "policy")
    version = document.get("Version", _VERSIONS[1])
    # YAML readers make a date of it.
    version = version.isoformat() if isinstance(version, date) else version
    if version not in _VERSIONS:
        _refuse(f"a policy's version is {' or '.join(_VERSIONS)}", "Version")
    if "Statement" not in document:
        _refuse("the policy has no Statement", "Statement")
    given = document["Statement"]
    if isinstance(given, Mapping):
        statements = [_statement(cast("object", given), 0, "Statement")]
    else:
        each = enumerate(_list_of(given, "Statement"))
        statements = [_statement(one, index, f"Statement[{index}]") for index, one in each]
    return Policy(version == _VERSIONS[0], tuple(statements))


def object_of(value: object, path: str) -> dict[str, Any]:
    """Give a mapping with text keys as a dictionary."""
    if not isinstance(value, Mapping):
        _refuse(f"{_named(path)} is an object, not {_kind(value)}", path)
    found: dict[str, Any] = {}
    for key, each in cast("Mapping[object, Any]", value).items():
        if not isinstance(key, str):
            _refuse(f"a key is text, not {_kind(key)}", path)
        found[key] = each
    return found


def _decoded(text: str) -> object:
    if len(text) > _LARGEST:
        _refuse(f"a policy of {len(text)} characters; IAM holds none over {_LONGEST_VALUE}", "")
    if text.lstrip().startswith("%7B"):
        _refuse("the policy is percent-encoded, as IAM sends it; decode it first", "")
    try:
        return parse_strict_json(text, quote=quote_json)
    except JsonError as fault:
        words = str(fault)
    return _refuse(words, "")


def _statement(value: object, index: int, path: str) -> Statement:
    statement = object_of(value, path)
    for key, words in _FORBIDDEN.items():
        if key in statement:
            _refuse(words, f"{path}.{key}")
    _check_keys(statement, _STATEMENT_KEYS, path, "statement")
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        _refuse('a statement\'s Effect is "Allow" or "Deny", in this case', f"{path}.Effect")
    if ("Action" in statement) == ("NotAction" in statement):
        _refuse("a statement has Action or NotAction, one of them", f"{path}.Action")
    verb = "Action" if "Action" in statement else "NotAction"
    if "Principal" not in statement:
        _refuse("a trust policy's statement has a Principal", f"{path}.Principal")
    return Statement(
        index=index,
        path=path,
        denies=effect == "Deny",
        actions=_texts(statement[verb], f"{path}.{verb}"),
        excepts=verb == "NotAction",
        principals=_principals(statement["Principal"], f"{path}.Principal"),
        conditions=_conditions(statement.get("Condition", {}), f"{path}.Condition"),
    )


def _principals(value: object, path: str) -> tuple[tuple[str, str], ...]:
    if value == "*":
        return (("*", "*"),)
    if isinstance(value, str):
        _refuse('a Principal is "*", or an object such as {"AWS": …}', path)
    found: list[tuple[str, str]] = []
    for kind, values in object_of(value, path).items():
        if kind not in _PRINCIPALS:
            _refuse(f"no principals are of type {quote_json(kind)}, only {', '.join(_PRINCIPALS)}", path)
        found.extend((kind, each) for each in _texts(values, f"{path}.{kind}"))
    return tuple(found)


def _conditions(value: object, path: str) -> tuple[Condition, ...]:
    found: list[Condition] = []
    for name, block in object_of(value, path).items():
        operator = parse_operator(name)
        if operator is None:
            _refuse(f"IAM has no condition operator {quote_json(name)}", path)
        under = f"{path}[{quote_json(name)}]" if ":" in name else f"{path}.{name}"
        for key, values in object_of(block, under).items():
            at = f"{under}[{quote_json(key)}]"
            found.append(Condition(operator, key, _values(values, at), at))
    return tuple(found)


def _values(value: object, path: str) -> tuple[str, ...]:
    each: list[object] = (
        _list_of(cast("object", value), path) if isinstance(value, (list, tuple)) else [value]
    )
    return tuple(_value(one, path) for one in each)


def _value(value: object, path: str) -> str:
    """Give a condition's value as text; IAM takes booleans and numbers without quotes too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        if len(value) > _LONGEST_VALUE:
            _refuse(f"a value of {len(value)} characters, more than a policy of IAM has", path)
        return value
    if isinstance(value, int) and abs(value) < 10**40:
        return str(value)
    if not isinstance(value, float) or not math.isfinite(value):
        _refuse(f"a condition's value is text, not {_kind(value)}", path)
    return str(int(value)) if value.is_integer() and abs(value) < 10**15 else str(value)


def _texts(value: object, path: str) -> tuple[str, ...]:
    if not isinstance(value, (str, list, tuple)):
        _refuse(f"{_named(path)} is text or a list of texts, not {_kind(value)}", path)
    each = [value] if isinstance(value, str) else _list_of(cast("object", value), path)
    for one in each:
        if not isinstance(one, str):
            _refuse(f"{_named(path)} is text or a list of texts, not {_kind(one)}", path)
        if len(one) > _LONGEST_VALUE:
            _refuse(f"a value of {len(one)} characters, more than a policy of IAM has", path)
    return tuple(cast("list[str]", each))


def _list_of(value: object, path: str) -> list[object]:
    if not isinstance(value, (list, tuple)):
        _refuse(f"{_named(path)} is a list, not {_kind(value)}", path)
    return list(cast("list[object]", value))


def _check_keys(given: dict[str, Any], known: frozenset[str], path: str, noun: str) -> None:
    for key in given:
        if key not in known:
            meant = next((name for name in sorted(known) if name.lower() == key.lower()), None)
            hint = f"; {meant} is meant?" if meant else ""
            _refuse(f"a {noun} has no {quote_json(key)}{hint}", path)


def _named(path: str) -> str:
    return path.rpartition(".")[2] or "a policy"


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names: dict[type, str] = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "a boolean",
        int: "a number",
    }
    return names.get(type(value), type(value).__name__)


def _refuse(words: str, path: str) -> NoReturn:
    where = f"{clip_text(path)}: " if path else ""
    msg = f"{where}{words}"
    raise PolicyError(msg, path=path)
