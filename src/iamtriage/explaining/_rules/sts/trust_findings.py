"""What a role's trust policy that was given says to a call, as a cause and a remedy; not for finding policies.

The judging is done by :func:`iamtriage.check_trust_policy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._explanations import Cause, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.cases import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.clues import as_sentence
from iamtriage.trust._evaluation import check_trust_policy

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts
    from iamtriage.trust._evaluation import TrustResult

__all__ = ("TrustFindings", "trust_findings")


@attrs.frozen
class TrustFindings:
    """What a trust policy says.

    Attributes:
        allowed: whether it lets the call in; None: what is given does not decide it.
        cause: the same in words, with the reason.
        remedy: what to change in it; None where nothing has to be, or nothing is known to help.
    """

    allowed: bool | None
    cause: Cause
    remedy: Remedy | None = None


def trust_findings(facts: Facts, action: str, role_arn: str | None = None) -> TrustFindings | None:
    """Judge the trust policy of the facts; None where they have none, or nobody who calls.

    Args:
        facts: with ``trust_policy``, and with ``token_claims`` or ``caller``.
        action: ``"sts:AssumeRoleWithWebIdentity"``, ``"sts:AssumeRole"``, ….
        role_arn: the role, where it is known.

    >>> from iamtriage.explaining import Facts
    >>> trust_findings(Facts(trust_policy="{}", caller="111122223333"), "sts:AssumeRole").cause.code
    'trust-policy-unreadable'
    """
    if facts.trust_policy is None or (facts.token_claims is None and facts.caller is None):
        return None
    # A token speaks for itself: who else calls is of no interest then.
    caller = None if facts.token_claims is not None else facts.caller
    role = underlying_role(try_parse_principal(role_arn))
    try:
        result = check_trust_policy(
            facts.trust_policy,
            action=action,
            role_arn=None if role is None or role.lacks_its_path else str(role),
            caller=caller,
            claims=facts.token_claims,
        )
    except IamTriageError as error:
        return _unreadable(error)
    except (TypeError, ValueError):  # claims or an action that no call has
        return None
    return _findings(result, None if role is None else role.name)


def _unreadable(error: IamTriageError) -> TrustFindings:
    return TrustFindings(
        allowed=None,
        cause=Cause(
            "trust-policy-unreadable",
            "The trust policy or caller that was given cannot be judged.",
            "supplied",
            (as_sentence(str(error)),),
        ),
    )


def _findings(result: TrustResult, role: str | None) -> TrustFindings:
    if result.allowed is True:
        text = "The trust policy that was given lets the call in, so look for the cause elsewhere."
        cause = Cause("trust-policy-allows", text, "supplied", (as_sentence(result.reason),))
        return TrustFindings(allowed=True, cause=cause)
    if result.allowed is None:
        text = "What is given does not decide whether the trust policy lets the call in."
        cause = Cause("trust-policy-open", text, "possible", (as_sentence(result.reason),))
        return TrustFindings(allowed=None, cause=cause)
    name = commands.role_name(role)
    steps = (
        as_sentence(result.fix) if result.fix else "Change it only if whoever wrote it meant the call.",
        "Set the whole document again: the command replaces it.",
    )
    return TrustFindings(
        allowed=False,
        cause=Cause(
            "trust-policy-checked",
            "The role's trust policy does not let the call in.",
            "supplied",
            (as_sentence(result.reason),),
        ),
        remedy=Remedy(
            title="Change the role's trust policy",
            who="account administrator",
            steps=steps,
            commands=commands.trust_policy_commands(name),
            url=pages.TRUST_POLICIES,
        ),
    )
