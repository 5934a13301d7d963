"""Parse policy documents, and report the path of an invalid part.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html. A policy that IAM
rejects as one of its form is an error here, too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import attrs

from iamtriage._strict_json import JsonError, parse_strict_json
from iamtriage._text import clip_text, quote_json, wrong_type_message
from iamtriage.exceptions import PolicyError
from iamtriage.policies._conditions import Operator, PolicyValue, parse_operator
from iamtriage.policies._patterns import Pattern, compile_glob, compile_regex, narrow_to_sections

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ("Condition", "Policy", "PolicyForm", "ResourcePattern", "Statement", "parse_policy")

# Characters.
_MAX_LENGTH = 1_000_000
# IAM accepts no longer policy, so no longer value in one.
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
_WILDCARDS = frozenset("*?")
# In the policy of an API, API Gateway completes it with the ARN of the API:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
_OWN_API = "execute-api:/"

PolicyForm: TypeAlias = Literal["identity", "resource", "trust"]
"""Which elements a policy can have.

``"identity"``: no principal, and a resource. ``"resource"``: a principal; a policy without a resource
concerns the one that it is attached to. ``"trust"``: a principal, and no resource.
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


def _compile_constants(condition: Condition) -> tuple[PolicyValue | None, ...]:
    return tuple(None if "${" in each else PolicyValue(each, compile_glob(each)) for each in condition.values)


def _lower_key(condition: Condition) -> str:
    return condition.key.lower()


def _is_plain(condition: Condition) -> bool:
    return None not in condition.constants and condition.lower_key != "aws:principalarn"


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
        is_plain: Whether its result follows from the values alone: they have no variable, and the key is
            not ``aws:PrincipalArn``, of which a session's ARN lacks the path.
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
        narrow: The pattern whose inner stars match no colon; ``None`` if it has no such star.
        incomplete: The pattern without the sections that AWS adds; ``None`` if it adds none.
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
        regex: Matches what one of the other values matches; ``None`` if there is none.
        is_any: Whether one of them matches every action.
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
        is_not_action: Whether they are the patterns of NotAction.
        principals: The type and value of each; ``("*", "*")`` for everyone.
        conditions: The conditions, all of which must be met.
        sid: Its Sid, if it has one.
        is_not_principal: Whether ``principals`` are those of NotPrincipal.
        has_principal: Whether it has a Principal or NotPrincipal, which can be empty.
        resources: The values of Resource or NotResource; ``None`` without either.
        is_not_resource: Whether they are those of NotResource.
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
        """Return whether the statement is about an action in lower case."""
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


def parse_policy(policy: object, form: PolicyForm = "trust") -> Policy:
    """Parse a policy.

    Args:
        policy: A mapping or JSON text.
        form: Which elements it can have.

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
    element = _choose(statement, "Action", path)
    if element is None:
        _fail("a statement must have either Action or NotAction", f"{path}.Action")
    actions = _parse_strings(statement[element], f"{path}.{element}")
    principal = None if form == "identity" else _choose(statement, "Principal", path)
    if principal is None and form != "identity":
        _fail("missing", f"{path}.Principal")
    resource = _choose(statement, "Resource", path)
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


def _choose(statement: dict[str, Any], element: str, path: str) -> str | None:
    """Return the name of an element or of its negation, whichever a statement has."""
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
