"""Explain why a statement of a trust policy does not match, and suggest a fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text, quote_json
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._requests import WebIdentity
from iamtriage.trust._requests import Request, describe_caller, strip_https

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.policies._condition_checks import ConditionResult
    from iamtriage.policies._statements import Statement
    from iamtriage.trust._principals import PrincipalMatch

__all__ = ("explain_action", "explain_condition", "explain_principal")

_AUDIENCE = "sts.amazonaws.com"
_SERVICE_ACCOUNT = ("system", "serviceaccount")


def explain_action(statement: Statement, action: str, kind: str) -> tuple[str, str]:
    """Explain that a statement does not match the action, with the reason and a fix.

    Args:
        statement: The statement.
        action: The action of the call.
        kind: The type of the principal that matches the caller.
    """
    path = statement.path
    if statement.is_not_action:
        return f"its NotAction excludes {action}", f"remove {quote_json(action)} from {path}.NotAction"
    reason = f"its Action is {_join(statement.actions)}, not {action}"
    # Federated principals never call sts:AssumeRole, so it must be a mistake.
    if kind == "Federated" and [each.lower() for each in statement.actions] == ["sts:assumerole"]:
        return reason, f"set {path}.Action to {quote_json(action)}"
    return reason, f"add {quote_json(action)} to {path}.Action"


def explain_principal(
    statement: Statement, kind: str, value: str, match: PrincipalMatch
) -> tuple[str, str | None]:
    """Explain that a statement does not trust the caller, with the reason and a fix."""
    if match.suggestion is None:
        return match.reason, None
    path, suggestion = f"{statement.path}.Principal.{kind}", quote_json(match.suggestion)
    if not match.replaces_value:
        return match.reason, f"add {suggestion} to {path}"
    old_url, new_url = value.partition("oidc-provider/")[2], match.suggestion.partition("oidc-provider/")[2]
    if (
        old_url != new_url
        and old_url
        and any(each.key.lower().startswith(f"{old_url.lower()}:") for each in statement.conditions)
    ):
        fix = f"replace {quote_json(old_url)} with {quote_json(new_url)} in {statement.path}"
        return match.reason, f"{fix}, in the Principal and in the condition keys"
    return match.reason, f"replace {quote_json(value)} with {suggestion} in {path}"


def explain_condition(result: ConditionResult, request: Request) -> tuple[str, str | None]:
    """Explain why a condition is not met, with the reason and a fix."""
    key = result.condition.key.lower()
    if not result.actual:
        return _explain_missing_key(result, request, key)
    reason = f"{result.condition} {_format_expected(result)}, but the request has {_join(result.actual)}"
    argument = _suggest_argument(result, key)
    if argument:
        return reason, argument
    operator = result.condition.operator
    if operator.is_negated or not operator.base.startswith(("String", "Arn")):
        return reason, None
    value = result.actual[0]
    if not operator.supports_wildcards and any(
        matches(value, compile_glob(each)) for each in result.expected
    ):
        like = operator.name.replace("StringEqualsIgnoreCase", "StringLike").replace(
            "StringEquals", "StringLike"
        )
        key_text, block = quote_json(result.condition.key), _get_block_path(result)
        fix = f"move {key_text} from {operator.name} to {like} in {block}"
        return f"{reason}; {operator.name} does not treat * and ? as wildcards", fix
    if any(value.lower() == each.lower() for each in result.expected):
        reason += "; they differ in case"
    elif difference := _compare_service_accounts(result, key):
        reason += f"; {difference}"
    if key.endswith(":aud") and value != _AUDIENCE and _AUDIENCE in result.expected:
        alternative = f"or set {result.condition.path} to {quote_json(value)}"
        return reason, f"request the token for the audience {quote_json(_AUDIENCE)}, {alternative}"
    if len(result.expected) == 1:
        return reason, f"set {result.condition.path} to {quote_json(value)}"
    return reason, f"add {quote_json(value)} to {result.condition.path}"


def _suggest_argument(result: ConditionResult, key: str) -> str | None:
    """Suggest the argument to pass, for a condition key that comes from an argument of the call."""
    if key == "sts:externalid" and not result.condition.operator.is_negated:
        plain = [each for each in result.expected if not set("*?") & set(each)]
        return f"pass ExternalId {quote_json(plain[0])}" if plain else "pass the ExternalId of the policy"
    if key in {"aws:multifactorauthpresent", "aws:multifactorauthage"}:
        return "pass the SerialNumber and TokenCode of an MFA device, or use credentials obtained with MFA"
    return None


def _explain_missing_key(result: ConditionResult, request: Request, key: str) -> tuple[str, str | None]:
    caller = request.caller
    if isinstance(caller, WebIdentity) and not key.startswith(("aws:", "sts:")):
        return _explain_missing_claim(result, request, caller)
    missing = clip_text(result.condition.key)
    if request.lacks_key(key):
        reason = f"{result.condition} {_format_expected(result)}, but {request.action} never has {missing}"
        return reason, f"allow {request.action} in a statement without this condition"
    reason = f"{result.condition} {_format_expected(result)}, but the request has no {missing}"
    return reason, _suggest_argument(result, key)


def _explain_missing_claim(
    result: ConditionResult, request: Request, caller: WebIdentity
) -> tuple[str, str | None]:
    key = result.condition.key
    issuer, _, claim = key.rpartition(":")
    if strip_https(key).strip("/").lower() == caller.issuer.strip("/").lower():
        reason = f"the key {quote_json(key)} names no claim, such as {quote_json(f'{caller.issuer}:sub')}"
        return reason, f"add the claim to the key {quote_json(key)} in {_get_block_path(result)}"
    if issuer.lower() != caller.issuer.lower():
        is_same = strip_https(issuer).strip("/").lower() == caller.issuer.strip("/").lower()
        mismatch = "spells the token's issuer differently" if is_same else "belongs to another issuer"
        prefix = quote_json(f"{caller.issuer}:")
        reason = f"the key {quote_json(key)} {mismatch}; the token's keys begin with {prefix}"
        suggestion = quote_json(f"{caller.issuer}:{claim}")
        return reason, f"replace the key {quote_json(key)} with {suggestion} in {_get_block_path(result)}"
    if not request.maps_claim(claim):
        return (
            f"IAM has no condition key for the claim {quote_json(claim)} of {describe_caller(caller)}",
            None,
        )
    return (
        f"{result.condition} {_format_expected(result)}, but the token has no {clip_text(claim)}",
        None,
    )


def _compare_service_accounts(result: ConditionResult, key: str) -> str:
    """Return which parts of two Kubernetes service accounts differ."""
    expected = [each.split(":") for each in result.expected if each.count(":") == 3]
    actual = result.actual[0].split(":")
    if not key.endswith(":sub") or len(expected) != 1 or len(actual) != 4:
        return ""
    if not tuple(actual[:2]) == tuple(expected[0][:2]) == _SERVICE_ACCOUNT:
        return ""
    nouns = ("namespace", "service account")
    differences = [
        f"the {noun} is {quote_json(found)}, not {quote_json(wanted)}"
        for noun, found, wanted in zip(nouns, actual[2:], expected[0][2:], strict=True)
        if found != wanted
    ]
    return " and ".join(differences)


def _format_expected(result: ConditionResult) -> str:
    if result.condition.operator.base == "Null":
        return f"expects the key to be {'missing' if result.expected[:1] == ('true',) else 'present'}"
    return f"expects {_join(result.expected)}"


def _get_block_path(result: ConditionResult) -> str:
    """Return the path of the Condition block."""
    condition = result.condition
    return (
        condition.path.removesuffix(f"[{quote_json(condition.key)}]").rpartition("Condition")[0] + "Condition"
    )


def _join(texts: Iterable[str]) -> str:
    quoted = [quote_json(text) for text in texts]
    more = f" or {len(quoted) - 3} more" if len(quoted) > 4 else ""
    return " or ".join(quoted[:3] if more else quoted) + more or "nothing"
