"""Explain whether a supplied trust policy allows a call, or a service to assume its role.

:func:`iamtriage.check_trust_policy` evaluates the policy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._rendering.values import Value
from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._cause_types import Cause, CauseType, Evidence
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages, principal_words
from iamtriage.explaining._rules.shared.clues import as_sentence
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.trust._evaluation import TrustResult, check_trust_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._facts import Facts

TRUST_POLICY_ALLOWS = CauseType(
    "trust-policy-allows",
    title="The supplied trust policy allows the call",
    meaning="The trust policy in the facts allows the call, so another policy denies it or the policy has changed.",
    recognised_by="The facts contain the trust policy, and it allows the caller.",
    fix="Check that the supplied policy is the current one of the role.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_OPEN = CauseType(
    "trust-policy-open",
    title="The supplied trust policy cannot be decided",
    recognised_by="The facts contain the trust policy, and it depends on values that are unknown.",
    fix="Supply the caller, the token claims or the condition keys that the explanation names.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_UNREADABLE = CauseType(
    "trust-policy-unreadable",
    title="The supplied trust policy or caller cannot be read",
    recognised_by="The facts contain a trust policy or a caller that is malformed.",
    fix="Supply the JSON of the policy and the ARN of the caller.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_CHECKED = CauseType(
    "trust-policy-checked",
    title="The supplied trust policy does not allow the call",
    recognised_by="The facts contain the trust policy, and no statement of it allows the caller.",
    fix="Change the trust policy as the explanation says.",
    sources=(pages.TRUST_POLICIES,),
)


@attrs.frozen(eq=False, repr=False)
class TrustFindings(Value):
    """The result of evaluating a trust policy.

    Attributes:
        allowed: Whether the policy allows the call; ``None`` if the facts do not decide that.
        cause: The result as a cause, with the reason.
        remedy: The change to the policy; ``None`` if nothing needs to change or no change is known to help.
        result: The result of the evaluation; ``None`` if the policy is unreadable.
    """

    allowed: bool | None
    cause: Cause
    remedy: Remedy | None = None
    result: TrustResult | None = None

    @property
    def needs_identity_allow(self) -> bool:
        """Whether the policy allows the call only together with the caller's own policies."""
        return self.allowed is True and any(
            "so the caller's identity-based" in each or "; the caller's identity-based" in each
            for each in self.cause.because
        )


def evaluate_trust_policy(
    facts: Facts, action: str, role_arn: str | None = None, context: Mapping[str, str] | None = None
) -> TrustFindings | None:
    """Evaluate the trust policy in the facts; return ``None`` without a policy or a caller.

    >>> from iamtriage.explaining import Facts
    >>> evaluate_trust_policy(Facts(trust_policy="{}", caller="111122223333"), "sts:AssumeRole").cause.code
    'trust-policy-unreadable'
    """
    if facts.trust_policy is None or (facts.token_claims is None and facts.caller is None):
        return None
    evidence: Evidence = "derived" if is_derived(facts, "trust_policy") else "supplied"
    # The token identifies the caller, so the caller in the facts does not matter.
    caller = None if facts.token_claims is not None else facts.caller
    role = principal_words.underlying_role(principal_words.try_parse_principal(role_arn))
    try:
        result = check_trust_policy(
            facts.trust_policy,
            action=action,
            role_arn=None if role is None or role.lacks_its_path else str(role),
            caller=caller,
            claims=facts.token_claims,
            context=context,
        )
    except IamTriageError as error:
        unreadable = TRUST_POLICY_UNREADABLE.cause(evidence, as_sentence(str(error)))
        return TrustFindings(allowed=None, cause=unreadable)
    except (TypeError, ValueError):  # invalid claims, or not an action that assumes a role
        return None
    return _describe_result(result, None if role is None else role.name, evidence)


def _describe_result(result: TrustResult, role: str | None, evidence: Evidence) -> TrustFindings:
    if result.allowed is True:
        text = "The trust policy allows the call, so it is not what has to change."
        cause = TRUST_POLICY_ALLOWS.cause(evidence, as_sentence(result.reason), text=text)
        return TrustFindings(allowed=True, cause=cause)
    if result.allowed is None:
        text = "Whether the trust policy allows the call depends on values that are not known."
        cause = TRUST_POLICY_OPEN.cause(because=as_sentence(result.reason), text=text)
        return TrustFindings(allowed=None, cause=cause, result=result)
    fix = as_sentence(result.fix) if result.fix else "Change it only if this caller is meant to have access."
    return TrustFindings(
        allowed=False,
        cause=TRUST_POLICY_CHECKED.cause(evidence, as_sentence(result.reason)),
        result=result,
        remedy=account_remedy(
            "Change the role's trust policy",
            fix,
            "Save the whole changed policy as trust.json: the command replaces the policy.",
            commands=commands.trust_policy_commands(role),
            url=pages.TRUST_POLICIES,
        ),
    )
