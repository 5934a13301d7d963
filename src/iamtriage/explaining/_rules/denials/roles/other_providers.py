"""Explain a trust policy that names another OIDC provider than the token's issuer.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.denials.roles import web_identity_remedies
from iamtriage.explaining._rules.denials.roles.rejected_identities import (
    checked_cause,
    correct_policy_remedy,
    explain_rejected,
)
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.sts.trust import trust_fixes
from iamtriage.explaining._rules.sts.trust.trust_findings import evaluate_trust_policy

if TYPE_CHECKING:
    from iamtriage.explaining._rules.sts.trust.trust_documents import OtherProvider

_CLUSTER_ISSUER = lazy_pattern(r"oidc\.eks\.([a-z0-9-]{6,30})\.", re.ASCII)
_PROVIDER_EXISTS = lazy_pattern(r"\b[Pp]rovider (?:already )?exists\b|\b[Pp]rovider is there\b")


def explain_other_provider(denial: Denial, other: OtherProvider) -> Explanation:
    """Explain a trust policy that names another provider than the token's issuer."""
    facts = attrs.evolve(denial.facts, trust_policy=other.fixed)
    findings = evaluate_trust_policy(facts, "sts:AssumeRoleWithWebIdentity", denial.resource)
    corrected, failed = trust_fixes.correct_conditions(other.fixed, facts)
    further = present(*map(trust_fixes.describe_mismatch, failed)) if corrected else ()
    claims = "".join(f", and with the token's {trust_fixes.name_claim(each)}" for each in failed if further)
    text = denial.failure.text
    # The output of a command shows that the old cluster still exists.
    if (
        other.is_of_other_cluster
        and not (further or other.is_misspelled)
        and f"https://{other.named}" in text
    ):
        title = "Add a statement for the token's issuer to the role's trust policy"
        policy = other.add_to(denial.facts.trust_policy)
        step = f"trust.json is the whole trust policy. The first statement stays for the pods of the other cluster: remove it when that is gone. The second one is the same with the token's issuer as {other.keys}."
    else:
        title = "Name the token's issuer in the role's trust policy"
        policy = corrected if corrected and further else other.fixed
        step = f"trust.json is the whole trust policy with the token's issuer as {other.keys}{claims}. {other.warning}"
    create = None
    if f":oidc-provider/{other.issuer}" in text:
        step += " The IAM OIDC provider of this issuer exists already, as the text shows."
    elif not next(find_said(text, _PROVIDER_EXISTS), None):
        create = f"The account {other.account} must have an IAM OIDC provider for this issuer. Most likely it has one, because otherwise STS says InvalidIdentityToken. If not, create it: {_create_provider_command(denial, other)}"
    remedy = correct_policy_remedy(denial, title, policy, step, create)
    text = "The role's trust policy does not name the token's issuer."
    unmet: Cause | None = None
    if findings is not None and findings.allowed:
        text += " Its other conditions match."
    elif findings is not None and findings.allowed is False:
        remaining = "With its issuer, the trust policy still does not allow the token."
        unmet = attrs.evolve(findings.cause, text=remaining)
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: {other.text}.{''.join(f' Also, {each}.' for each in further)}",
        checked_cause(denial, text),
        *present(unmet),
        # With the claims, they have been compared.
        remedies=present(
            remedy, None if denial.facts.token_claims else web_identity_remedies.compare_token_remedy(denial)
        ),
    )


def _create_provider_command(denial: Denial, other: OtherProvider) -> str:
    region = _CLUSTER_ISSUER.match(other.issuer)
    if region is not None and denial.facts.cluster is not None:
        return f"eksctl utils associate-iam-oidc-provider --cluster {commands.cluster(denial.facts.cluster)} --region {commands.region(region[1])} --approve"
    audience: object = (denial.facts.token_claims or {}).get("aud")
    if isinstance(audience, list | tuple):
        audience = next(iter(cast("Sequence[object]", audience)), None)
    return commands.fill_command(
        "aws iam create-open-id-connect-provider --url {} --client-id-list {}",
        *(commands.issuer(f"https://{other.issuer}"), audience if isinstance(audience, str) else "AUDIENCE"),
    )
