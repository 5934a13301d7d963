"""Explain that a call names a resource with a placeholder that nobody filled in, or a role by an ARN within an ARN."""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.denials.roles.assuming_roles import NO_SUCH_ROLE
from iamtriage.explaining._rules.shared.common_causes import PLACEHOLDER_IN_NAME
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.unfilled_placeholders import fill_remedy, find_unfilled
from iamtriage.explaining._rules.shared.wording import denial_summary

_ARN_IN_ARN = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:iam::[^:\s]{1,20}:role/(?P<arn>arn:aws[a-z-]{0,12}:iam::[^:\s]{1,20}:role/[\w+=,.@/-]{1,512})"
)
_MASK = lazy_pattern(r"[Xx]{4}|[*#]{4}")


def add_unfilled_placeholder(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a placeholder in the name of the denied resource was never filled in, which comes first."""
    if (doubled := _ARN_IN_ARN.search(denial.failure.text)) is not None:
        return _explain_doubled_arn(denial, explanation, doubled["arn"])
    unfilled = find_unfilled(denial.failure.resource or "")
    # AWS has no name like this for a caller: the text masks names in this way, or masks other parts of the ARN.
    if (
        unfilled is None
        or find_unfilled(denial.principal_text or "") is not None
        or _MASK.search(denial.failure.resource or "") is not None
    ):
        return explanation
    return attrs.evolve(
        explanation,
        topic=PLACEHOLDER_IN_NAME.code,
        summary=denial_summary(denial, f"{unfilled.words} is a placeholder that nobody filled in"),
        causes=(PLACEHOLDER_IN_NAME.cause("derived"), *explanation.causes),
        # A policy for this name would be for no resource.
        remedies=(fill_remedy(unfilled), *(each for each in explanation.remedies if each.policy is None)),
    )


def _explain_doubled_arn(denial: Denial, explanation: Explanation, arn: str) -> Explanation:
    """Explain that what builds the ARN of a role puts one in front of an ARN."""
    meant = clip_text(arn)
    # The role of a pod or profile is not the denied resource.
    is_denied = (denial.lowercase_action or "").startswith(("sts:assumerole", "iam:passrole"))
    which = "the call has the ARN of the role" if is_denied else "the text has the ARN of a role"
    others = (each for each in explanation.remedies if not is_denied or each.policy is None)
    return attrs.evolve(
        explanation,
        summary=denial_summary(denial, f"{which} twice, so it names no role"),
        causes=(
            NO_SUCH_ROLE.cause("derived", text=f"The ARN has another ARN as the role's name, {meant}."),
            *(each for each in explanation.causes if each.code != NO_SUCH_ROLE.code),
        ),
        # A policy for this ARN would be for no role.
        remedies=(
            your_remedy(
                f"Pass {meant}, and repeat the call",
                "Some setting expects the name of the role, not its ARN, or a template puts arn:…:role/ in front of what is an ARN already.",
                "If the call is denied again, the new message names the role.",
            ),
            *others,
        ),
    )
