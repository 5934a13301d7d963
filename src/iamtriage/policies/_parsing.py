"""Parse policy documents, and report the path of an invalid part.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. A policy that IAM
would reject raises an error.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from iamtriage._text import clip_text, quote_json, wrong_type_message
from iamtriage.authorization._strict_json import JsonError, parse_strict_json
from iamtriage.exceptions import PolicyError
from iamtriage.policies._conditions import parse_operator
from iamtriage.policies._patterns import compile_glob, narrow_to_sections
from iamtriage.policies._statements import Condition, Policy, ResourcePattern, Statement

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ("PolicyForm", "parse_policy")

# Characters.
_MAX_LENGTH = 1_000_000
# IAM rejects longer policies, and therefore longer values.
_MAX_VALUE_LENGTH = 10_240

_POLICY_KEYS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS = frozenset(
    {
        *("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction"),
        *("Resource", "NotResource", "Condition"),
    }
)
_VERSIONS = ("2012-10-17", "2008-10-17")
_PRINCIPALS = ("AWS", "Federated", "Service", "CanonicalUser")
# API Gateway completes this value with the ARN of the API:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
_OWN_API = "execute-api:/"

PolicyForm: TypeAlias = Literal["identity", "resource", "trust"]
"""The elements that a policy can have.

``"identity"``: a resource and no principal. ``"resource"``: a principal; without a resource, the policy
applies to the one that it is attached to. ``"trust"``: a principal and no resource.
"""

_FORBIDDEN: dict[PolicyForm, dict[str, str]] = {
    "identity": {
        "Principal": "a policy of this type must not have a Principal",
        "NotPrincipal": "a policy of this type must not have a NotPrincipal",
    },
    "resource": {},
    "trust": {
        "NotPrincipal": (
            "IAM rejects NotPrincipal in a trust policy; deny with ArnNotEquals on aws:PrincipalArn instead"
        ),
        "Resource": "a trust policy must not have a Resource; its resource is the role",
        "NotResource": "a trust policy must not have a NotResource; its resource is the role",
    },
}


def parse_policy(policy: object, form: PolicyForm = "trust") -> Policy:
    """Parse a policy.

    Args:
        policy: A mapping or JSON text.
        form: The elements that the policy can have.

    Raises:
        PolicyError: IAM would reject the policy.
        TypeError: The policy is neither a mapping nor a string.

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
    # YAML parsers convert a version to a date.
    version = version.isoformat() if isinstance(version, date) else version
    if version not in _VERSIONS:
        found = quote_json(version) if isinstance(version, str) else _describe_type(version)
        _fail(f"expected {' or '.join(_VERSIONS)}, got {found}", "Version")
    if "Statement" not in document:
        _fail("missing", "Statement")
    value = document["Statement"]
    if isinstance(value, Mapping):
        statements = [_parse_statement(cast("object", value), 0, "Statement", form)]
    else:
        values = enumerate(_require_list(value, "Statement"))
        statements = [_parse_statement(each, index, f"Statement[{index}]", form) for index, each in values]
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


def _parse_statement(value: object, index: int, path: str, form: PolicyForm) -> Statement:
    statement = _require_object(value, path)
    for key, reason in _FORBIDDEN[form].items():
        if key in statement:
            _fail(reason, f"{path}.{key}")
    known = _STATEMENT_KEYS - _FORBIDDEN[form].keys()
    _check_keys(statement, known, path, "statement")
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny"):
        _fail('expected "Allow" or "Deny", which is case-sensitive', f"{path}.Effect")
    element = _choose_element(statement, "Action", path)
    if element is None:
        _fail("a statement must have either Action or NotAction", f"{path}.Action")
    actions = _parse_strings(statement[element], f"{path}.{element}")
    principal = None if form == "identity" else _choose_element(statement, "Principal", path)
    if principal is None and form != "identity":
        _fail("missing", f"{path}.Principal")
    resource = _choose_element(statement, "Resource", path)
    if form == "identity" and resource is None:
        _fail("a statement must have either Resource or NotResource", f"{path}.Resource")
    if form != "trust":
        _check_actions(actions, f"{path}.{element}")
    sid = statement.get("Sid")
    return Statement(
        index=index,
        path=path,
        denies=effect == "Deny",
        actions=actions,
        is_not_action=element == "NotAction",
        principals=_parse_principals(statement[principal], f"{path}.{principal}") if principal else (),
        conditions=_parse_conditions(statement.get("Condition", {}), f"{path}.Condition"),
        sid=sid if isinstance(sid, str) and sid else None,
        is_not_principal=principal == "NotPrincipal",
        has_principal=principal is not None,
        resources=_parse_resources(statement[resource], f"{path}.{resource}") if resource else None,
        is_not_resource=resource == "NotResource",
    )


def _choose_element(statement: dict[str, Any], element: str, path: str) -> str | None:
    """Return the name of the element that a statement has: the element or its negation."""
    negation = f"Not{element}"
    if element in statement and negation in statement:
        _fail(f"a statement must have either {element} or {negation}", f"{path}.{element}")
    return element if element in statement else negation if negation in statement else None


def _check_actions(actions: tuple[str, ...], path: str) -> None:
    if not actions:
        _fail("a statement must name actions", path)
    for action in actions:
        if ":" not in action and set(action) != {"*"}:
            _fail(f"an action must begin with the prefix of a service, not {quote_json(action)}", path)


def _parse_resources(value: object, path: str) -> tuple[ResourcePattern, ...]:
    patterns: list[ResourcePattern] = []
    texts = _parse_strings(value, path)
    if not texts:
        _fail("a statement must name resources", path)
    for text in texts:
        if not text.startswith(("arn:", "*", _OWN_API)):
            _fail(f"expected an ARN or *, got {quote_json(text)}", path)
        # AWS completes an ARN that ends before its resource, `arn:aws:sqs` to `arn:aws:sqs:*:*:*`:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
        missing = 5 - text.count(":") if text.startswith("arn:") else 0
        pattern = compile_glob(text + ":*" * missing)
        narrow = narrow_to_sections(pattern)
        incomplete = compile_glob(text) if missing > 0 else None
        patterns.append(ResourcePattern(text, pattern, None if narrow == pattern else narrow, incomplete))
    return tuple(patterns)


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
