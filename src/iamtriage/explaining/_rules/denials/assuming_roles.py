"""Explain denials of ``sts:AssumeRole``, where the caller's and the role's policies apply.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_roles.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    allow_remedy,
    policy_principal_arn,
)
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.principal_words import parse_masked_role, try_parse_principal
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    denial_summary,
    reason_lines,
)
from iamtriage.explaining._rules.sts.trust_findings import evaluate_trust_policy
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.trust_findings import TrustFindings

__all__ = (
    "check_trust_policy",
    "explain_assume_role",
    "explain_root_assumes",
    "missing_trust_steps",
    "trust_policy_commands",
)

_SESSION_ATTRIBUTES = {"sts:tagsession": "session tags", "sts:setsourceidentity": "a source identity"}
_ACTIONS = {
    action.lower(): action
    for action in (
        "sts:AssumeRole",
        "sts:TagSession",
        "sts:SetSourceIdentity",
        "sts:AssumeRoleWithWebIdentity",
        "sts:AssumeRoleWithSAML",
    )
}


def explain_assume_role(denial: Denial) -> Explanation:
    """Explain a denial of a role to a caller with AWS credentials."""
    findings = check_trust_policy(denial)
    attribute = _SESSION_ATTRIBUTES.get(denial.lowercase_action)
    # If the trust policy is known to deny the call, an identity-based Allow can't help.
    can_allow = identity_allow_helps(denial) and attribute is None
    if findings is not None and findings.allowed is False:
        can_allow = False
    remedies = [
        allow_remedy(denial, title=f"Allow {denial.caller} to assume the role") if can_allow else None,
        _narrow_deny_remedy(denial) if denial.is_explicit else _trust_remedy(denial, findings),
        authorization_details_remedy(denial),
    ]
    if denial.policy_type == "role_trust":
        # AWS names the trust policy, so its remedy comes first.
        remedies.sort(key=lambda each: each is None or each.layer != "role_trust")
    return Explanation(
        failure=denial.failure,
        topic="assume-role",
        summary=denial_summary(denial, _reason(denial, attribute)),
        causes=tuple(_causes(denial, findings, attribute)),
        remedies=present(*remedies),
        notes=present(
            _account_note(denial), EVENTUAL_CONSISTENCY, ONE_POLICY_TYPE if denial.policy_type else None
        ),
    )


def explain_root_assumes(denial: Denial) -> Explanation:
    """Explain that an account's root user cannot assume roles."""
    return Explanation(
        failure=denial.failure,
        topic="root-assumes-role",
        summary="The root user of an account cannot assume a role.",
        causes=(
            Cause(
                "root-assumes-role",
                "The call was made with the root user's keys, and root users may assume no role.",
                "reported",
                ("The message says: Roles may not be assumed by root accounts",),
            ),
        ),
        remedies=(
            Remedy(
                title="Make the call as a user or role",
                who="account administrator",
                steps=(
                    "See which keys the program uses.",
                    "Make a user in IAM Identity Center, or a role, let it assume the role, and use its credentials.",
                    "Delete the root user's access keys: nobody should have any.",
                ),
                commands=("aws sts get-caller-identity", "aws configure list"),
                url=pages.BEST_PRACTICES,
            ),
        ),
        notes=("No policy can allow it.",),
    )


def check_trust_policy(denial: Denial) -> TrustFindings | None:
    """Evaluate the trust policy in the facts, if there is one."""
    caller = denial.principal_text if try_parse_principal(denial.principal_text) is not None else None
    facts = attrs.evolve(denial.facts, caller=caller)
    action = _ACTIONS.get(denial.lowercase_action, "sts:AssumeRole")
    return evaluate_trust_policy(facts, action, denial.resource)


def missing_trust_steps(findings: TrustFindings | None) -> tuple[str, ...]:
    """Return a step on what the supplied trust policy lacks, if that is known."""
    if findings is None or findings.remedy is None:
        return ()
    return (f"What the policy that was given lacks: {findings.remedy.steps[0]}",)


def trust_policy_commands(denial: Denial) -> tuple[str, str]:
    """Return the commands that print and replace the role's trust policy."""
    return commands.trust_policy_commands(_role_name(denial))


def _causes(denial: Denial, findings: TrustFindings | None, attribute: str | None) -> Iterator[Cause]:
    caller, role = denial.caller, _describe_role(denial)
    evidence, reasons = denial.policy_type_evidence, reason_lines(denial)
    if denial.policy_type == "identity":
        text = f"No policy of {caller} allows it to assume {role}."
        yield Cause("no-assume-allow", text, evidence, reasons)
    elif denial.policy_type == "role_trust":
        text = f"The trust policy of {role} {_trust_verdict(denial)}."
        yield Cause("trust-policy", text, evidence, reasons)
    if findings is not None:
        yield findings.cause
    if attribute is not None:
        yield Cause(
            "session-tags",
            f"The call hands over {attribute}, and for that the role's trust policy has to allow {denial.action} too.",
            "derived",
            (f"The denied action is {denial.action}.",),
        )
    is_unexplained = denial.policy_type is None and denial.deny is None
    if is_unexplained and findings is None and attribute is None:
        yield Cause("trust-policy", f"The trust policy of {role} does not name {caller}.", "possible")
        yield Cause("no-assume-allow", f"No policy of {caller} allows it to assume the role.", "possible")
        text = "The role does not exist, or its ARN is misspelt: STS says the same then."
        yield Cause("no-such-role", text, "possible")
    if denial.is_explicit and denial.policy_type != "role_trust":
        yield Cause("explicit-deny", "A Deny statement in some policy fits the call.", "reported", reasons)


def _reason(denial: Denial, attribute: str | None) -> str:
    if denial.policy_type == "role_trust":
        return f"the role's trust policy {_trust_verdict(denial)}"
    if denial.policy_type == "identity":
        return "no policy of the caller allows it"
    if denial.is_explicit:
        return "a policy denies it explicitly"
    return f"{attribute} come with the call" if attribute else "the message does not say which side refuses"


def _trust_verdict(denial: Denial) -> str:
    return "denies it" if denial.is_explicit else "does not let it in"


def _trust_remedy(denial: Denial, findings: TrustFindings | None) -> Remedy | None:
    """Return the remedy that allows the caller in the trust policy, unless it does already."""
    if findings is not None and findings.allowed:
        return None
    actions: str | list[str] = "sts:AssumeRole"
    if denial.lowercase_action in _SESSION_ATTRIBUTES:
        actions = ["sts:AssumeRole", _ACTIONS[denial.lowercase_action]]
    added: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": policy_principal_arn(denial)},
        "Action": actions,
    }
    steps = ["Add the statement to the role's trust policy and keep those that are there."]
    if denial.crosses_accounts:
        added["Condition"] = {"StringEquals": {"sts:ExternalId": "EXTERNAL_ID"}}
        steps += [
            "Where the other account is not yours, agree on an external id with its owner, and ask for it by a condition on sts:ExternalId; the caller hands it over as ExternalId.",
            "Within one organization, take the condition out.",
        ]
    return Remedy(
        title=f"Let {denial.caller} in by the role's trust policy",
        who="resource owner" if denial.crosses_accounts else "account administrator",
        steps=(*missing_trust_steps(findings), *steps),
        commands=trust_policy_commands(denial),
        policy=build_document([added]),
        layer="role_trust",
        url=pages.EXTERNAL_ID if denial.crosses_accounts else pages.TRUST_POLICIES,
    )


def _narrow_deny_remedy(denial: Denial) -> Remedy:
    return Remedy(
        title="Find the Deny statement and narrow it",
        who="account administrator",
        steps=("Look at its conditions: MFA, networks, organizations and external ids are the usual ones.",),
        commands=trust_policy_commands(denial)[:1],
        layer=denial.policy_type,
        url=pages.EVALUATION,
    )


def _describe_role(denial: Denial) -> str:
    name = _role_name(denial)
    return f"the role {name}" if name else "the role"


def _role_name(denial: Denial) -> str | None:
    role = parse_masked_role(denial.resource)
    return None if role is None else role.name


def _account_note(denial: Denial) -> str:
    if denial.crosses_accounts:
        return "Caller and role are of two accounts: a policy of the caller has to allow sts:AssumeRole on the role, and the role's trust policy has to name the caller or its account."
    return "A trust policy that names the caller itself is enough within one account. One that names the account leaves it to the caller's own policies."
