"""Whether a role's trust policy lets somebody in, and what is missing; not for the caller's own policies.

The rules are those of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html:
a Deny that fits beats every Allow, and what no statement allows is denied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage.policies._conditions import all_true
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.trust._advice import action_advice, condition_advice, principal_advice
from iamtriage.trust._conditions import Checked, check_condition
from iamtriage.trust._documents import Policy, Statement, read_policy
from iamtriage.trust._principals import Match, match_principal
from iamtriage.trust._requests import Request, make_request, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage._rendering.blocks import Block

__all__ = ("TrustResult", "check_trust_policy")

# IAM takes a token for five minutes longer, since clocks differ:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc.html
_LENIENCE = 300


@attrs.frozen
class TrustResult(View):
    """What a trust policy says to a call.

    Attributes:
        allowed: True or False; None where what is given does not decide it.
        reason: why, in one sentence.
        statement: the index of the statement that decides, or that comes closest; None if none does.
        condition: operator and key of the condition that fails or is open, as in
            ``"StringEquals sts:ExternalId"``; None where it is none.
        fix: the change that mends it, in one line; None where none is known, or where a Deny stands
            against it, which somebody meant.
        expected: the values that the condition wants.
        actual: the values that the call has; empty where it has none.
    """

    allowed: bool | None
    reason: str
    statement: int | None = None
    condition: str | None = None
    fix: str | None = None
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()

    @override
    def __str__(self) -> str:
        word = {True: "allowed", False: "not allowed", None: "undecided"}[self.allowed]
        fix = f"\nfix: {self.fix}" if self.fix else ""
        return f"{word}: {self.reason}{fix}"

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
        if told := tuple((name, value) for name, value in rows if value):
            yield Fields(told)


@attrs.frozen
class _Verdict:
    """A statement and how each of its parts fits a call."""

    statement: Statement
    action: bool
    kind: str
    value: str
    principal: Match
    conditions: tuple[Checked, ...]

    @property
    def holds(self) -> bool | None:
        return all_true([self.action, self.principal.holds, *(each.holds for each in self.conditions)])

    @property
    def failed(self) -> list[Checked]:
        return [each for each in self.conditions if each.holds is False]

    @property
    def distance(self) -> int:
        """How far the statement is from one that fits; a wrong principal weighs most, a condition least."""
        principal = 7 - self.principal.near if self.principal.holds is False else 0
        return principal + 2 * (not self.action) + min(len(self.failed), 3)


def check_trust_policy(
    policy: Mapping[str, Any] | str,
    *,
    action: str,
    role_arn: str | None = None,
    caller: str | None = None,
    claims: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> TrustResult:
    """Tell whether a role's trust policy allows a call for the role.

    Only the trust policy is looked at. Where the caller's own policies have a say, the reason says so.

    Args:
        policy: the trust policy (``AssumeRolePolicyDocument``), as a mapping or JSON text.
        action: ``"sts:AssumeRole"``, ``"sts:AssumeRoleWithWebIdentity"``, ``"sts:AssumeRoleWithSAML"``,
            ``"sts:TagSession"`` or ``"sts:SetSourceIdentity"``.
        role_arn: the role; with it, the provider's account and partition are compared.
        caller: who calls: the ARN of a role, a role's session, a user, an account's root or an identity
            provider, an account's 12 digits, or a service's host name.
        claims: the claims of a web identity token, as :func:`iamtriage.read_web_identity_token` gives them.
        context: condition keys and their values. A key that is not in it is missing from the call, unless
            caller or claims tell it. Without a context, nothing is known of such keys.
            ``aws:CurrentTime`` also decides whether the token has expired.

    Raises:
        PolicyError: IAM would not take the policy; ``path`` tells the place.
        InvalidArnError: a role's or a caller's ARN that is none.
        ValueError: an action that is not of STS, or a time that is none.
        TypeError: an argument of a wrong type.

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
    request = make_request(action=action, role_arn=role_arn, caller=caller, claims=claims, context=context)
    document = read_policy(policy)
    refused = _refused_token(request)
    if refused is not None:
        return refused
    result = _decided(document, request)
    if result.allowed is not True:
        return result
    for needed in request.also_needed():
        if needed.lower() == request.action.lower():
            continue
        besides = _decided(document, attrs.evolve(request, action=needed))
        if besides.allowed is not True:
            what = "session tags" if needed == "sts:TagSession" else "a source identity"
            reason = f"the call also hands {what} over, which takes {needed}: {besides.reason}"
            return attrs.evolve(besides, reason=reason)
    return result


def _refused_token(request: Request) -> TrustResult | None:
    """Give the result for a token that STS refuses before it looks at the policy."""
    claims = request.claims
    if claims is None:
        return None
    if request.caller is None:
        return TrustResult(False, "the token's claims have no iss, so it is of no provider")  # noqa: FBT003
    if request.now is None:
        return None
    now = float(request.now)
    until, since = _seconds(claims.get("exp")), _seconds(claims.get("nbf"))
    if until is not None and now > until + _LENIENCE:
        reason = f"the token expired {_span(now - until)} before the call"
        fix = "read the token's file anew before each call; the kubelet replaces it in time"
        return TrustResult(False, reason, fix=fix)  # noqa: FBT003
    if since is not None and now < since - _LENIENCE:
        reason = f"the token is not valid until {_span(since - now)} after the call"
        return TrustResult(False, reason, fix="set the clocks right")  # noqa: FBT003
    return None


def _decided(document: Policy, request: Request) -> TrustResult:
    verdicts = [_verdict(each, request, document) for each in document.statements]
    denials = [each for each in verdicts if each.statement.denies]
    allowances = [each for each in verdicts if not each.statement.denies]
    for verdict in denials:
        if verdict.holds:
            return _denied(verdict, request)
    allowing = next((each for each in allowances if each.holds), None)
    open_denial = next((each for each in denials if each.holds is None), None)
    if allowing is not None:
        if open_denial is None:
            return _allowed(allowing, request)
        return _undecided(
            open_denial, f"{allowing.statement.path} allows it, {open_denial.statement.path} may deny it"
        )
    undecided = next((each for each in allowances if each.holds is None), None)
    if undecided is not None:
        return _undecided(undecided, f"{undecided.statement.path} may allow it")
    return _near_miss(allowances, request)


def _verdict(statement: Statement, request: Request, document: Policy) -> _Verdict:
    action = request.action.lower()
    listed = any(matches(action, compile_glob(each.lower())) for each in statement.actions)
    principals = [
        (kind, value, match_principal(kind, value, request)) for kind, value in statement.principals
    ]
    # One that fits, else one that may, else the one that comes closest.
    kind, value, match = max(
        principals,
        key=lambda each: ({True: 2, None: 1, False: 0}[each[2].holds], each[2].near),
        default=("AWS", "", Match(holds=False, why="its Principal names nobody")),
    )
    conditions = tuple(
        check_condition(each, request, has_variables=document.has_variables) for each in statement.conditions
    )
    return _Verdict(statement, listed is not statement.excepts, kind, value, match, conditions)


def _allowed(verdict: _Verdict, request: Request) -> TrustResult:
    buts = [verdict.principal.but, *(each.but for each in verdict.conditions)]
    said = "; ".join(dict.fromkeys(each for each in buts if each))
    reason = f"{verdict.statement.path} allows {request.action} to {named(request.caller)}"
    return TrustResult(True, f"{reason}; {said}" if said else reason, verdict.statement.index)  # noqa: FBT003


def _denied(verdict: _Verdict, request: Request) -> TrustResult:
    statement = verdict.statement
    reason = f"{statement.path} denies {request.action} to {named(request.caller)}, which no Allow can change"
    if not verdict.conditions:
        return TrustResult(False, reason, statement.index)  # noqa: FBT003
    first = verdict.conditions[0]
    reason += f": {' and '.join(str(each.condition) for each in verdict.conditions[:3])} holds"
    return TrustResult(
        allowed=False,
        reason=reason,
        statement=statement.index,
        condition=str(first.condition),
        expected=first.wanted,
        actual=first.values,
    )


def _undecided(verdict: _Verdict, beginning: str) -> TrustResult:
    index = verdict.statement.index
    if verdict.principal.holds is None:
        return TrustResult(None, f"{beginning}: {verdict.principal.why}", index)
    first = next(each for each in verdict.conditions if each.holds is None)
    return TrustResult(
        allowed=None,
        reason=f"{beginning}: {first.why}",
        statement=index,
        condition=str(first.condition),
        expected=first.wanted,
        actual=first.values,
    )


def _near_miss(verdicts: list[_Verdict], request: Request) -> TrustResult:
    if not verdicts:
        return TrustResult(False, "the policy has no statement that allows anything")  # noqa: FBT003
    closest = min(verdicts, key=lambda each: each.distance)
    statement, failed = closest.statement, closest.failed
    faults: list[tuple[str, str | None]] = []
    if closest.principal.holds is False:
        faults.append(principal_advice(statement, closest.kind, closest.value, closest.principal))
    if not closest.action:
        faults.append(action_advice(statement, request.action, closest.kind))
    faults.extend(condition_advice(each, request) for each in failed)
    why, fix = faults[0]
    # A statement that is not about the caller at all was not meant for the call, so none is named.
    if closest.principal.holds is False and not closest.principal.near:
        reason = f"no statement trusts {named(request.caller)}: {statement.path}: {why}"
        return TrustResult(False, reason)  # noqa: FBT003
    more = _count(len(faults) - 1)
    reason = f"{statement.path} does not allow {request.action} to {named(request.caller)}: {why}{more}"
    shown = failed[0] if failed and len(faults) == len(failed) else None
    return TrustResult(
        allowed=False,
        reason=reason,
        statement=statement.index,
        condition=str(shown.condition) if shown else None,
        fix=fix,
        expected=shown.wanted if shown else (),
        actual=shown.values if shown else (),
    )


def _count(more: int) -> str:
    if not more:
        return ""
    return f"; {more} more {'thing does' if more == 1 else 'things do'} not fit"


def _seconds(value: object) -> float | None:
    """Give a claim that is a time; STS refuses a token whose times are none, for reasons of its own."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 10**15:
        return None
    return float(value)


def _span(seconds: float) -> str:
    """Give a time of some minutes at least."""
    for unit, size in (("d", 86400), ("h", 3600)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds // 60:.0f} min"
