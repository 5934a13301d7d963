"""Build what the explanations of rejected web identities and SAML users share.

The role's trust policy alone decides, because these callers have no identity-based policies. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, Explanation
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.sts.trust import trust_fixes
from iamtriage.explaining._rules.sts.trust.trust_findings import TRUST_POLICY_CHECKED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._cause_types import Cause, Evidence
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

_ONLY_TRUST_NOTES = (
    "An Allow in an identity-based policy does not help: only the trust policy decides.",
    EVENTUAL_CONSISTENCY,
)


def explain_rejected(
    denial: Denial, summary: str, *causes: Cause, remedies: tuple[Remedy, ...]
) -> Explanation:
    """Explain that STS rejected a token or an assertion."""
    return denial.explain(summary, *causes, topic="web-identity", remedies=remedies, notes=_ONLY_TRUST_NOTES)


def checked_cause(denial: Denial, text: str, *because: str) -> Cause:
    """Return the cause that the trust policy of the facts accepts no such token."""
    evidence: Evidence = "derived" if is_derived(denial.facts, "trust_policy") else "supplied"
    return TRUST_POLICY_CHECKED.cause(evidence, because, text=text)


def correct_policy_remedy(denial: Denial, title: str, fixed: Mapping[str, Any], *steps: str | None) -> Remedy:
    """Return the remedy that replaces the trust policy of the facts with a corrected one."""
    role, facts = denial.target_role_name, denial.facts
    return trust_fixes.replace_policy_remedy(
        title, *present(*steps), policy=dict(fixed), role=role, facts=facts
    )
