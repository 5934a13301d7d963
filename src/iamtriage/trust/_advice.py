"""What a trust policy that does not fit lacks, and the one line that mends it; not for whether it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text, quote_json
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.trust._requests import Request, WebIdentity, named, without_scheme

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.trust._conditions import Checked
    from iamtriage.trust._documents import Statement
    from iamtriage.trust._principals import Match

__all__ = ("action_advice", "condition_advice", "principal_advice")

_AUDIENCE = "sts.amazonaws.com"
_SUBJECT = ("system", "serviceaccount")


def action_advice(statement: Statement, action: str, kind: str) -> tuple[str, str]:
    """Say that a statement is not about the action, and what to do.

    Args:
        statement: the statement.
        action: the action that is asked for.
        kind: the kind of principal by which the statement fits the caller.
    """
    path = statement.path
    if statement.excepts:
        return f"its NotAction leaves {action} out", f"take {quote_json(action)} out of {path}.NotAction"
    why = f"its Action is {_list(statement.actions)}, not {action}"
    # The one action that a provider's users never call stands there by mistake.
    if kind == "Federated" and [each.lower() for each in statement.actions] == ["sts:assumerole"]:
        return why, f"set {path}.Action to {quote_json(action)}"
    return why, f"add {quote_json(action)} to {path}.Action"


def principal_advice(statement: Statement, kind: str, value: str, match: Match) -> tuple[str, str | None]:
    """Say that a statement trusts somebody else, and what to do."""
    if match.instead is None:
        return match.why, None
    at, new = f"{statement.path}.Principal.{kind}", quote_json(match.instead)
    if not match.swap:
        return match.why, f"add {new} to {at}"
    old_url, new_url = value.partition("oidc-provider/")[2], match.instead.partition("oidc-provider/")[2]
    if (
        old_url != new_url
        and old_url
        and any(each.key.lower().startswith(f"{old_url.lower()}:") for each in statement.conditions)
    ):
        words = f"write {quote_json(new_url)} for {quote_json(old_url)} in {statement.path}"
        return match.why, f"{words}, in the Principal and in the condition keys"
    return match.why, f"put {new} in place of {quote_json(value)} in {at}"


def condition_advice(checked: Checked, request: Request) -> tuple[str, str | None]:
    """Say why a condition does not hold, and what to do."""
    key = checked.condition.key.lower()
    if not checked.values:
        return _missing(checked, request, key)
    why = f"{checked.condition} {_wants(checked)}, and the call has {_list(checked.values)}"
    special = _special(checked, key)
    if special:
        return why, special
    operator = checked.condition.operator
    if operator.is_negated or not operator.base.startswith(("String", "Arn")):
        return why, None
    value = checked.values[0]
    if not operator.supports_wildcards and any(matches(value, compile_glob(each)) for each in checked.wanted):
        like = operator.name.replace("StringEqualsIgnoreCase", "StringLike").replace(
            "StringEquals", "StringLike"
        )
        fix = f"move {quote_json(checked.condition.key)} from {operator.name} to {like}"
        return f"{why}: {operator.name} takes * and ? as they stand", f"{fix} in {_block(checked)}"
    if any(value.lower() == each.lower() for each in checked.wanted):
        why += "; they differ in upper and lower case"
    elif note := _service_account(checked, key):
        why += f"; {note}"
    if key.endswith(":aud") and value != _AUDIENCE and _AUDIENCE in checked.wanted:
        return why, f"have the token made for the audience {quote_json(_AUDIENCE)}"
    return why, _set(checked, value)


def _set(checked: Checked, value: str) -> str:
    verb, to = ("set", "to") if len(checked.wanted) == 1 else ("add", "to")
    if verb == "set":
        return f"set {checked.condition.path} {to} {quote_json(value)}"
    return f"add {quote_json(value)} to {checked.condition.path}"


def _special(checked: Checked, key: str) -> str | None:
    """Give what the caller has to do, for keys that the call makes."""
    if key == "sts:externalid" and not checked.condition.operator.is_negated:
        wanted = [each for each in checked.wanted if not set("*?") & set(each)]
        return (
            f"call with ExternalId {quote_json(wanted[0])}"
            if wanted
            else "call with the ExternalId of the policy"
        )
    if key in {"aws:multifactorauthpresent", "aws:multifactorauthage"}:
        return (
            "call with the SerialNumber and TokenCode of an MFA device, or with credentials that were got so"
        )
    return None


def _missing(checked: Checked, request: Request, key: str) -> tuple[str, str | None]:
    name = clip_text(checked.condition.key)
    caller = request.caller
    if isinstance(caller, WebIdentity) and not key.startswith(("aws:", "sts:")):
        return _missing_claim(checked, request, caller)
    why = f"{checked.condition} {_wants(checked)}, and the call has no {name}"
    return why, _special(checked, key)


def _missing_claim(checked: Checked, request: Request, caller: WebIdentity) -> tuple[str, str | None]:
    written = checked.condition.key
    issuer, _, claim = written.rpartition(":")
    new = f"{caller.issuer}:{claim}"
    if issuer.lower() != caller.issuer.lower():
        tidy = without_scheme(issuer).strip("/").lower() == caller.issuer.strip("/").lower()
        said = (
            "is written otherwise than the token's issuer" if tidy else "is of another issuer than the token"
        )
        why = f"the key {quote_json(written)} {said}, whose keys begin with {quote_json(caller.issuer + ':')}"
        return why, f"write {quote_json(new)} for the key {quote_json(written)} in {_block(checked)}"
    if not request.maps_claim(claim):
        return f"IAM makes no condition key of the claim {quote_json(claim)} of {named(caller)}", None
    return f"{checked.condition} {_wants(checked)}, and the token has no {clip_text(claim)}", None


def _service_account(checked: Checked, key: str) -> str:
    """Say in which part two Kubernetes subjects differ."""
    wanted = [each.split(":") for each in checked.wanted if each.count(":") == 3]
    has = checked.values[0].split(":")
    if not key.endswith(":sub") or len(wanted) != 1 or len(has) != 4:
        return ""
    if not tuple(has[:2]) == tuple(wanted[0][:2]) == _SUBJECT:
        return ""
    parts = [
        f"the {noun} is {quote_json(is_)}, not {quote_json(should)}"
        for noun, is_, should in zip(("namespace", "service account"), has[2:], wanted[0][2:], strict=True)
        if is_ != should
    ]
    return " and ".join(parts)


def _wants(checked: Checked) -> str:
    base = checked.condition.operator.base
    if base == "Null":
        return "wants the key " + ("missing" if checked.wanted[:1] == ("true",) else "to be there")
    return f"wants {_list(checked.wanted)}"


def _block(checked: Checked) -> str:
    """Give the path of the operator's block."""
    condition = checked.condition
    return (
        condition.path.removesuffix(f"[{quote_json(condition.key)}]").rpartition("Condition")[0] + "Condition"
    )


def _list(texts: Iterable[str]) -> str:
    each = [quote_json(text) for text in texts]
    more = f" or {len(each) - 3} more" if len(each) > 4 else ""
    return " or ".join(each[:3] if more else each) + more or "nothing"
