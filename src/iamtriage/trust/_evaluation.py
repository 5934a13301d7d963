"""Evaluate whether a trust policy allows a call to assume the role.

Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. An explicit
deny overrides any allow, and a call that no statement allows is denied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.arns._principals import Root
from iamtriage.policies._condition_checks import ConditionResult, check_condition
from iamtriage.policies._evaluation.layers import evaluate_sources
from iamtriage.policies._evaluation.matching import Question
from iamtriage.policies._evaluation.needs import find_restriction
from iamtriage.policies._parsing import parse_policy
from iamtriage.policies._requests import Provider
from iamtriage.policies._sets import Source
from iamtriage.policies._statements import Policy, Statement
from iamtriage.trust._advice import explain_action, explain_condition, explain_principal
from iamtriage.trust._principals import PrincipalMatch, describe_match
from iamtriage.trust._requests import Request, build_request, describe_caller

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from iamtriage._rendering.blocks import Block
    from iamtriage.policies._evaluation.layers import Matched

__all__ = ("TrustResult", "check_trust_policy")

# Seconds. IAM accepts a token for five more minutes, because clocks differ:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
_CLOCK_SKEW = 300


@attrs.frozen
class TrustResult(View):
    """The result of evaluating a trust policy for a call.

    Attributes:
        allowed: Whether the policy allows the call; ``None`` if that depends on unknown values.
        reason: The reason, in one sentence.
        statement: The index of the statement that decides or comes closest, if any.
        condition: Operator and key of the condition that fails or is unknown, for example
            ``"StringEquals sts:ExternalId"``; ``None`` if the result does not depend on a condition.
        fix: The change that would allow the call, in one line; ``None`` if none is known, or for an explicit
            deny, which is intentional.
        expected: The values that the condition expects.
        actual: The values of the request; empty if it has none.
        is_explicit_deny: Whether a Deny statement matches. Then the values meet the condition, and no Allow
            can override it.

    >>> TrustResult(allowed=None, reason="it depends on sts:ExternalId, which is unknown").statement is None
    True
    """

    allowed: bool | None
    reason: str
    statement: int | None = None
    condition: str | None = None
    fix: str | None = None
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()
    is_explicit_deny: bool = False

    @override
    def __str__(self) -> str:
        verdict = {True: "allowed", False: "not allowed", None: "undecided"}[self.allowed]
        fix = f"\nfix: {self.fix}" if self.fix else ""
        return f"{verdict}: {self.reason}{fix}"

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Fields, Heading

        yield Heading(str(self).partition("\n")[0], 1)
        rows = (
            ("statement", None if self.statement is None else str(self.statement)),
            ("condition", self.condition),
            ("expected", ", ".join(self.expected)),
            ("actual", ", ".join(self.actual)),
            ("fix", self.fix),
        )
        if stated := tuple((name, value) for name, value in rows if value):
            yield Fields(stated)


@attrs.frozen
class _StatementResult:
    """A statement, and how each of its parts matches a call."""

    statement: Statement
    matches_action: bool
    principal_type: str
    principal_value: str
    principal: PrincipalMatch
    conditions: tuple[ConditionResult, ...]

    @property
    def failed_conditions(self) -> list[ConditionResult]:
        return [each for each in self.conditions if each.is_met is False]

    @property
    def distance(self) -> int:
        """The distance of the statement from a match. A wrong principal counts most, a condition least."""
        principal = 7 - self.principal.closeness if self.principal.is_match is False else 0
        return principal + 2 * (not self.matches_action) + min(len(self.failed_conditions), 3)


def check_trust_policy(
    policy: Mapping[str, Any] | str,
    *,
    action: str,
    role_arn: str | None = None,
    caller: str | None = None,
    claims: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> TrustResult:
    """Evaluate whether a role's trust policy allows a call to assume the role.

    Only the trust policy is evaluated. If the caller's identity-based policies matter too, the reason says
    so.

    Args:
        policy: The trust policy (``AssumeRolePolicyDocument``) as a mapping or JSON text.
        action: ``"sts:AssumeRole"``, ``"sts:AssumeRoleWithWebIdentity"``, ``"sts:AssumeRoleWithSAML"``,
            ``"sts:TagSession"`` or ``"sts:SetSourceIdentity"``.
        role_arn: The role, to check the account and partition of the provider.
        caller: The caller: the ARN of a role, a role session, a user, an account's root or an identity
            provider, a 12-digit account ID, or the host name of a service.
        claims: The claims of a web identity token, as returned by :func:`iamtriage.read_web_identity_token`.
        context: Condition keys and their values. Other keys are missing from the request, unless they follow
            from caller or claims. Without a context, other keys are unknown. ``aws:CurrentTime`` also decides
            whether the token has expired.

    Raises:
        PolicyError: IAM would reject the policy; ``path`` locates the error.
        InvalidArnError: ``role_arn`` is not the ARN of a role, or ``caller`` is not a caller.
        ValueError: ``action`` is not an STS action, or a time is invalid.
        TypeError: An argument has the wrong type.

    Rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.

    >>> issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
    >>> policy = {
    ...     "Version": "2012-10-17",
    ...     "Statement": {
    ...         "Effect": "Allow",
    ...         "Principal": {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{issuer}"},
    ...         "Action": "sts:AssumeRoleWithWebIdentity",
    ...         "Condition": {"StringEquals": {f"{issuer}:sub": "system:serviceaccount:shop:*"}},
    ...     },
    ... }
    >>> result = check_trust_policy(
    ...     policy,
    ...     action="sts:AssumeRoleWithWebIdentity",
    ...     claims={"iss": f"https://{issuer}", "sub": "system:serviceaccount:shop:cart"},
    ... )
    >>> result.allowed, result.statement, result.actual
    (False, 0, ('system:serviceaccount:shop:cart',))
    >>> print(result.fix)
    move "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF:sub" from StringEquals to \
StringLike in Statement.Condition
    """
    request = build_request(action=action, role_arn=role_arn, caller=caller, claims=claims, context=context)
    document = parse_policy(policy)
    rejected = _check_token(request)
    if rejected is not None:
        return rejected
    result = _evaluate(document, request)
    if result.allowed is not False and isinstance(request.caller, (Root, Provider)):
        restriction = find_restriction(request)
        if restriction is not None:
            reason = restriction.reason[:1].lower() + restriction.reason[1:].rstrip(".")
            return TrustResult(False, reason, result.statement)  # noqa: FBT003
    if result.allowed is not True:
        return result
    for additional in request.additional_actions():
        if additional.lower() == request.action.lower():
            continue
        other = _evaluate(document, attrs.evolve(request, action=additional, action_lower=additional.lower()))
        if other.allowed is not True:
            passed = "session tags" if additional == "sts:TagSession" else "a source identity"
            reason = f"the call also passes {passed}, which requires {additional}: {other.reason}"
            return attrs.evolve(other, reason=reason)
    return result


def _check_token(request: Request) -> TrustResult | None:
    """Return the result for a token that STS rejects before it evaluates the policy."""
    claims = request.claims
    if claims is None:
        return None
    if request.caller is None:
        return TrustResult(False, "the token has no issuer (iss), so it matches no provider")  # noqa: FBT003
    if request.now is None:
        return None
    now = float(request.now)
    expiry, start = _parse_seconds(claims.get("exp")), _parse_seconds(claims.get("nbf"))
    if expiry is not None and now > expiry + _CLOCK_SKEW:
        reason = f"the token expired {_format_duration(now - expiry)} before the call"
        fix = "re-read the token file before each call; the kubelet replaces it in time"
        return TrustResult(False, reason, fix=fix)  # noqa: FBT003
    if start is not None and now < start - _CLOCK_SKEW:
        reason = f"the token is not valid until {_format_duration(start - now)} after the call"
        return TrustResult(False, reason, fix="correct the clock")  # noqa: FBT003
    return None


def _evaluate(document: Policy, request: Request) -> TrustResult:
    """Evaluate the trust policy, and explain the result."""
    source = Source("resource", "the trust policy", document)
    layer = evaluate_sources("resource", (source,), Question(request))

    def describe(matched: Sequence[Matched]) -> _StatementResult:
        return _describe_statement(matched[0].statement, request, document)

    if layer.denies:
        return _explain_deny(describe(layer.denies), request)
    if layer.allows and not layer.possible_denies:
        return _explain_allow(describe(layer.allows), request)
    if layer.allows:
        allow, possible = describe(layer.allows), describe(layer.possible_denies)
        summary = f"{allow.statement.path} allows it, but {possible.statement.path} might deny it"
        return _explain_unknown(possible, summary)
    if layer.possible_allows:
        possible = describe(layer.possible_allows)
        return _explain_unknown(possible, f"{possible.statement.path} might allow it")
    allows = [each for each in document.statements if not each.denies]
    return _explain_closest([_describe_statement(each, request, document) for each in allows], request)


def _describe_statement(statement: Statement, request: Request, document: Policy) -> _StatementResult:
    principals = [(kind, value, describe_match(kind, value, request)) for kind, value in statement.principals]
    # Prefer a principal that matches, then one that might match, then the closest one.
    kind, value, match = max(
        principals,
        key=lambda each: ({True: 2, None: 1, False: 0}[each[2].is_match], each[2].closeness),
        default=("AWS", "", PrincipalMatch(is_match=False, reason="its Principal is empty")),
    )
    conditions = tuple(
        check_condition(each, request, has_variables=document.has_variables) for each in statement.conditions
    )
    matches_action = statement.matches_action(request.action_lower)
    return _StatementResult(statement, matches_action, kind, value, match, conditions)


def _explain_allow(result: _StatementResult, request: Request) -> TrustResult:
    caveats = [result.principal.caveat, *(each.caveat for each in result.conditions)]
    reason = f"{result.statement.path} allows {request.action} for {describe_caller(request.caller)}"
    reason = "; ".join([reason, *dict.fromkeys(each for each in caveats if each)])
    return TrustResult(True, reason, result.statement.index)  # noqa: FBT003


def _explain_deny(result: _StatementResult, request: Request) -> TrustResult:
    statement = result.statement
    caller = describe_caller(request.caller)
    reason = f"{statement.path} denies {request.action} for {caller}, which overrides any allow"
    if not result.conditions:
        return TrustResult(False, reason, statement.index, is_explicit_deny=True)  # noqa: FBT003
    first = result.conditions[0]
    names = [str(each.condition) for each in result.conditions[:3]]
    reason += f": {' and '.join(names)} {'is' if len(names) == 1 else 'are'} met"
    return TrustResult(
        allowed=False,
        reason=reason,
        statement=statement.index,
        condition=str(first.condition),
        expected=first.expected,
        actual=first.actual,
        is_explicit_deny=True,
    )


def _explain_unknown(result: _StatementResult, summary: str) -> TrustResult:
    index = result.statement.index
    if result.principal.is_match is None:
        return TrustResult(None, f"{summary}: {result.principal.reason}", index)
    first = next(each for each in result.conditions if each.is_met is None)
    return TrustResult(
        allowed=None,
        reason=f"{summary}: {first.reason}",
        statement=index,
        condition=str(first.condition),
        expected=first.expected,
        actual=first.actual,
    )


def _explain_closest(results: list[_StatementResult], request: Request) -> TrustResult:
    if not results:
        return TrustResult(False, "the policy has no Allow statement")  # noqa: FBT003
    closest = min(results, key=lambda each: each.distance)
    statement, failed = closest.statement, closest.failed_conditions
    mismatches: list[tuple[str, str | None]] = []
    if closest.principal.is_match is False:
        mismatches.append(
            explain_principal(statement, closest.principal_type, closest.principal_value, closest.principal)
        )
        # Conditions on keys of the wrong issuer change together with the provider.
        failed = [each for each in failed if not _belongs_to_provider(each, closest.principal_value)]
    if not closest.matches_action:
        mismatches.append(explain_action(statement, request.action, closest.principal_type))
    mismatches.extend(explain_condition(each, request) for each in failed)
    mismatch, fix = mismatches[0]
    caller = describe_caller(request.caller)
    # A statement for an unrelated principal was not meant for the call, so the result names none.
    if closest.principal.is_match is False and not closest.principal.closeness:
        return TrustResult(False, f"no statement trusts {caller}: {statement.path}: {mismatch}")  # noqa: FBT003
    more = _count_more(len(mismatches) - 1)
    whom = "" if caller in mismatch else f" for {caller}"
    reason = f"{statement.path} does not allow {request.action}{whom}: {mismatch}{more}"
    shown = failed[0] if failed and len(mismatches) == len(failed) else None
    return TrustResult(
        allowed=False,
        reason=reason,
        statement=statement.index,
        condition=str(shown.condition) if shown else None,
        fix=fix,
        expected=shown.expected if shown else (),
        actual=shown.actual if shown else (),
    )


def _belongs_to_provider(result: ConditionResult, principal: str) -> bool:
    """Return whether the key of a condition is a key of an OIDC provider."""
    url = principal.partition("oidc-provider/")[2].lower()
    return bool(url) and result.condition.key.lower().startswith(f"{url}:")


def _count_more(count: int) -> str:
    if not count:
        return ""
    return f"; {count} more {'mismatch' if count == 1 else 'mismatches'}"


def _parse_seconds(value: object) -> float | None:
    """Return a claim that is a time. For an invalid time, STS rejects the token with another error."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 10**15:
        return None
    return float(value)


def _format_duration(seconds: float) -> str:
    """Format a duration of at least one minute."""
    for unit, size in (("d", 86400), ("h", 3600)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 60:.0f} min"
