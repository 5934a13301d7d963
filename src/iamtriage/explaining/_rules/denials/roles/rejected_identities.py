"""Build what the explanations of rejected web identities and SAML users share.

The role's trust policy alone decides, because these callers have no identity-based policies. Source:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._text import clip_text
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, Explanation
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    replace_failed_condition,
    replace_statement,
)
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.sts.trust import trust_documents, trust_fixes
from iamtriage.explaining._rules.sts.trust.trust_findings import TRUST_POLICY_CHECKED
from iamtriage.policies._readers.elements import as_strings, iterate_statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._cause_types import Cause, Evidence
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.trust._evaluation import TrustResult

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


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
_KEYS_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html"


def explain_authorized_party(denial: Denial, result: TrustResult) -> Explanation | None:
    """Explain that a trust policy expects the audience where IAM compares the authorized party of a token."""
    facts, claims = denial.facts, denial.facts.token_claims or {}
    party, named = claims.get("azp"), as_strings(claims.get("aud"))
    audience = next((each for each in named if each in result.expected), None)
    operator, _, key = (result.condition or "").partition(" ")
    issuer, _, claim = key.rpartition(":")
    if claim != "aud" or not isinstance(party, str) or audience is None:
        return None
    moved = replace_failed_condition(
        facts.trust_policy, result, lambda condition: condition._replace(key=f"{issuer}:oaud")
    )
    if moved is None or result.statement is None:
        return None
    old = list(iterate_statements(moved))[result.statement]
    block = {f"{issuer}:aud": party, **old["Condition"][operator]}
    fixed = replace_statement(moved, old, {**old, "Condition": {**old["Condition"], operator: block}})
    checked = trust_documents.evaluate_policy(fixed, "sts:AssumeRoleWithWebIdentity", claims=claims)
    if checked is None or checked.allowed is False:
        return None
    remedy = correct_policy_remedy(
        denial,
        f"Compare the audience with the key {issuer}:oaud",
        fixed,
        f"{trust_fixes.WHOLE_DOCUMENT} {issuer}:aud now has the azp claim of the token, and {issuer}:oaud the audience. The token stays as it is.",
    )
    return explain_rejected(
        denial,
        f"STS rejected the token: the token has an azp claim, so IAM compares {issuer}:aud with azp ({clip_text(party)}), and not with the audience {clip_text(audience)}.",
        checked_cause(
            denial,
            f"For a token with azp, the key {issuer}:oaud is the audience (the claim aud), and {issuer}:aud is azp. The trust policy expects {clip_text(audience)} as {issuer}:aud.",
        ),
        remedies=(attrs.evolve(remedy, url=_KEYS_PAGE),),
    )
