"""Match a statement with a request, in three-valued logic.

Elements: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from iamtriage._text import quote_json
from iamtriage.policies._condition_checks import (
    ConditionResult,
    Unresolved,
    check_condition,
    substitute_variables,
)
from iamtriage.policies._conditions import evaluate_condition
from iamtriage.policies._evaluation.principals import PrincipalResult, match_principals
from iamtriage.policies._patterns import compile_glob, compile_regex, matches, narrow_to_sections
from iamtriage.policies._requests import RequestKeys

if TYPE_CHECKING:
    import re

    from iamtriage.policies._statements import ResourcePattern, Statement

__all__ = (
    "Element",
    "Question",
    "StatementMatch",
    "Unknown",
    "is_aliased_key",
    "match_statement",
    "uses_key",
)

# Calls that AWS checks on a key, even if the request names an alias of it:
# https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
_KEY_ACTIONS = frozenset(
    f"kms:{each}"
    for each in """
    CancelKeyDeletion CreateGrant Decapsulate Decrypt DeleteImportedKeyMaterial DeriveSharedSecret DescribeKey
    DisableKey DisableKeyRotation EnableKey EnableKeyRotation Encapsulate Encrypt GenerateDataKey
    GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext GenerateDataKeyWithoutPlaintext GenerateMac
    GetKeyLastUsage GetKeyPolicy GetKeyRotationStatus GetParametersForImport GetPublicKey ImportKeyMaterial
    ListGrants ListKeyPolicies ListKeyRotations ListResourceTags PutKeyPolicy ReEncryptFrom ReEncryptTo
    ReplicateKey RetireGrant RevokeGrant RotateKeyOnDemand ScheduleKeyDeletion Sign TagResource UntagResource
    UpdateKeyDescription UpdatePrimaryRegion Verify VerifyMac
    """.lower().split()
)

Element: TypeAlias = Literal["action", "resource", "principal", "condition"]
"""The element that keeps a statement from matching."""


@attrs.frozen
class Unknown:
    """A reason why it is unknown whether a statement matches.

    Attributes:
        reason: What the result depends on.
        key: The condition key that the result depends on, if it is one.
    """

    reason: str
    key: str | None = None


@attrs.frozen
class Question:
    """A request, prepared for matching with statements.

    Attributes:
        keys: The request.
        has_boundary: Whether the principal has a permissions boundary.
        assumed: Keys in lower case with whether a condition or variable with an unknown value of the key
            matches.
    """

    keys: RequestKeys
    has_boundary: bool = False
    assumed: Mapping[str, bool] = attrs.field(factory=dict[str, bool])


# Stands for an unknown key ID.
_ANY_KEY = "\0"
# An identity-based policy applies to the principal that it is attached to.
_ATTACHED_PRINCIPAL = PrincipalResult(direct=True)


@attrs.frozen
class StatementMatch:
    """Whether a statement matches a request.

    Attributes:
        is_match: Whether the statement matches; ``None`` if that is unknown.
        failed: The first element that does not match.
        principal: How the statement names the caller.
        unknown: What an unknown result depends on.
        condition: The first condition that is not met.
        caveat: The assumption of the result; empty if there is none.
    """

    is_match: bool | None
    failed: Element | None = None
    principal: PrincipalResult = _ATTACHED_PRINCIPAL
    unknown: tuple[Unknown, ...] = ()
    condition: ConditionResult | None = None
    caveat: str = ""


_OTHER_ACTION = StatementMatch(is_match=False, failed="action")
_OTHER_RESOURCE = StatementMatch(is_match=False, failed="resource")
_OTHER_PRINCIPAL = StatementMatch(is_match=False, failed="principal")
_MATCH = StatementMatch(is_match=True)


def match_statement(statement: Statement, question: Question, *, has_variables: bool) -> StatementMatch:
    """Return whether a statement matches the request.

    Args:
        statement: The statement.
        question: The request.
        has_variables: Whether the policy's version supports variables.
    """
    keys = question.keys
    if statement.action_patterns.match(keys.action_lower) is statement.is_not_action:
        return _OTHER_ACTION
    unknown: list[Unknown] = []
    if statement.resources is not None:
        result = _match_resources(statement, question, unknown, has_variables=has_variables)
        if result is False:
            return _OTHER_RESOURCE
    principal = _ATTACHED_PRINCIPAL
    if statement.has_principal:
        principal = match_principals(statement, keys, has_boundary=question.has_boundary)
        if principal.is_match is False:
            return _OTHER_PRINCIPAL
        if principal.is_match is None:
            unknown.append(Unknown(principal.reason))
    caveat = ""
    for condition in statement.conditions:
        if condition.is_plain:
            # The fast path for most conditions.
            values = keys.get_values(condition.lower_key)
            if values is not None and (
                (len(values) == 1 and values[0] in condition.equal_texts)
                or evaluate_condition(condition.operator, condition.constants, values)
            ):
                continue
        checked = check_condition(condition, keys, has_variables=has_variables)
        is_met = checked.is_met
        if checked.lacks_variable and keys.ignores_unresolved and not statement.denies:
            # A variable that the request lacks makes the statement invalid, so it allows nothing:
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
            is_met = False
        if is_met is None and checked.unknown_key and question.assumed:
            assumed = question.assumed.get(checked.unknown_key.lower())
            is_met = None if assumed is None else assumed is not condition.operator.is_negated
        if is_met is False:
            return StatementMatch(is_match=False, failed="condition", condition=checked)
        if is_met is None:
            unknown.append(Unknown(checked.reason, checked.unknown_key))
        caveat = caveat or checked.caveat
    if not unknown and not caveat and principal is _ATTACHED_PRINCIPAL:
        return _MATCH
    return StatementMatch(None if unknown else True, None, principal, tuple(unknown), caveat=caveat)


def uses_key(action: str) -> bool:
    """Return whether AWS checks an action (in lower case) on a KMS key."""
    return action in _KEY_ACTIONS


def is_aliased_key(keys: RequestKeys) -> bool:
    """Return whether the request names a KMS key only by its alias."""
    return ":alias/" in keys.resource and keys.action_lower in _KEY_ACTIONS


def _match_resources(
    statement: Statement, question: Question, unknown: list[Unknown], *, has_variables: bool
) -> bool | None:
    """Return whether Resource or NotResource covers the resource, and add reasons if that is unknown."""
    found: list[Unknown] = []
    matched: bool | None = False
    for each in statement.resources or ():
        one = _match_resource(each, statement, question, found, has_variables=has_variables)
        if one:
            return not statement.is_not_resource
        if one is None:
            matched = None
    if matched is None:
        unknown.extend(found)
        return None
    return statement.is_not_resource


def _match_resource(
    resource: ResourcePattern,
    statement: Statement,
    question: Question,
    unknown: list[Unknown],
    *,
    has_variables: bool,
) -> bool | None:
    text = resource.text
    if text == "*":
        return True
    regex, narrow = resource.regex, resource.narrow
    if has_variables and "${" in text:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-wheretouse
        in_front = "${" in "".join(text.split(":", 5)[:5])
        if in_front and _could_match(text, question.keys.resource):
            unknown.append(Unknown(f"AWS supports no variable before the fifth colon of {quote_json(text)}"))
            return None
        resolved = substitute_variables(text, question.keys)
        if isinstance(resolved, Unresolved):
            return _match_unresolved(resolved, text, statement, question, unknown)
        regex, narrow = compile_regex(resolved.pattern), narrow_to_sections(resolved.pattern)
        narrow = None if narrow == resolved.pattern else narrow
    if is_aliased_key(question.keys):
        return _match_aliased(regex, text, question.keys.resource, unknown)
    if not regex.match(question.keys.resource):
        is_incomplete = resource.incomplete and compile_regex(resource.incomplete).match(
            question.keys.resource
        )
        if text.startswith(("arn:", "*")) and not is_incomplete:
            return False
        unknown.append(Unknown(f"it depends on how AWS completes {quote_json(text)} to an ARN"))
        return None
    if narrow is None or matches(question.keys.resource, narrow):
        return True
    unknown.append(Unknown(f"* within a section of {quote_json(text)} would have to match a colon"))
    return None


def _match_aliased(regex: re.Pattern[str], text: str, resource: str, unknown: list[Unknown]) -> bool | None:
    """Match a value with the key of an alias. An alias in a policy does not match its key.

    https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html
    """
    scope = resource.partition(":alias/")[0]
    if regex.match(f"{scope}:key/{_ANY_KEY}"):
        return True
    *head, section = text.split(":", 5)
    in_scope = bool(compile_regex(compile_glob(":".join([*head, "*"]))).match(resource))
    if (in_scope and section.startswith("key/")) or not text.startswith("arn:"):
        unknown.append(Unknown("it depends on the ID of the key of the alias"))
        return None
    return False


def _match_unresolved(
    resolved: Unresolved, text: str, statement: Statement, question: Question, unknown: list[Unknown]
) -> bool | None:
    if resolved.is_missing and not (statement.is_not_resource and statement.denies):
        # A variable that the request lacks makes the statement invalid. To invalidate a NotResource, treat
        # the value as covering the resource.
        return statement.is_not_resource
    if not _could_match(text, question.keys.resource):
        return False
    assumed = question.assumed.get(resolved.key.lower())
    if assumed is not None:
        return assumed
    state = "which the request lacks" if resolved.is_missing else "which is unknown"
    unknown.append(Unknown(f"it depends on {resolved.key}, {state}", resolved.key))
    return None


def _could_match(text: str, resource: str) -> bool:
    """Return whether a value could match if its variables had the right values."""
    pattern: list[str] = []
    rest = text
    while rest:
        literal, opening, rest = rest.partition("${")
        pattern.append(literal)
        if opening:
            _, _, rest = rest.partition("}")
            pattern.append("*")
    return bool(compile_regex(compile_glob("".join(pattern))).match(resource))
