"""Denials of iam:PassRole: who may hand a role to a service; not for who may assume it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._text import join_words
from iamtriage.actions._lookup import actions_for, service_prefix
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy, required_grant
from iamtriage.explaining._rules.shared.called_service import find_called_service
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.services import ASSUME_ROLE, find_role_recipient, service_trust_policy
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    capitalize_start,
    denial_summary,
    reason_lines,
)
from iamtriage.policies._masked_arns import PLACEHOLDER

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Evidence
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.shared.services import RoleRecipient
    from iamtriage.policies._grants import Grant

__all__ = ("explain_cross_account_pass", "explain_pass_role", "pass_role_grant")

# These bear another name in China too; AWS's managed policies allow both.
_ALSO_IN_CHINA = frozenset(
    {"ec2.amazonaws.com", "application-autoscaling.amazonaws.com", "elasticmapreduce.amazonaws.com"}
)


def pass_role_grant(denial: Denial) -> Grant | None:
    """Give what lets a role be passed: the role, and the service that it may be passed to."""
    grant = required_grant(denial)
    if grant is None:
        return None
    found = _receiver(denial)
    names = found.passed_to if found else (f"{PLACEHOLDER}SERVICE.amazonaws.com",)
    if denial.place.partition == "aws-cn":
        names += tuple(f"{each}.cn" for each in names if each in _ALSO_IN_CHINA)
    value = names[0] if len(names) == 1 else names
    return attrs.evolve(grant, conditions={"StringEquals": {"iam:PassedToService": value}})


def explain_pass_role(denial: Denial) -> Explanation:
    """Explain that a caller may not hand a role to a service."""
    who, role = denial.caller, _passed(denial)
    found = _receiver(denial)
    to = f" to {join_words(found.passed_to, 'or')}" if found else " to the service that it calls"
    evidence: Evidence = denial.policy_type_evidence if denial.policy_type == "identity" else "derived"
    if denial.action_evidence == "supplied":
        evidence = "supplied"
    cause = Cause(
        "pass-role",
        f"{capitalize_start(who)} made a call that hands {role}{to}, and may not pass it.",
        evidence,
        reason_lines(denial),
    )
    remedies: list[Remedy | None] = []
    if identity_allow_helps(denial):
        grant = pass_role_grant(denial)
        made = allow_remedy(denial, grant=grant, title=f"Allow {who} to pass {role}", url=pages.PASS_ROLE)
        if made is not None and found is None:
            more = "iam:PassedToService names the service that gets the role, such as eks.amazonaws.com for an EKS cluster."
            made = attrs.evolve(made, steps=(*made.steps, more))
        elif made is not None and found is not None and found.exception is not None:
            made = attrs.evolve(made, steps=(*made.steps, found.exception))
        remedies.append(made)
    remedies += [_trust(denial, role, found), authorization_details_remedy(denial)]
    why = "it may not pass the role"
    return Explanation(
        failure=denial.failure,
        topic="pass-role",
        summary=denial_summary(denial, why),
        causes=(cause,),
        remedies=tuple(each for each in remedies if each is not None),
        notes=(
            "iam:PassRole is no call of its own: it is checked within the call that names the role.",
            ONE_POLICY_TYPE,
            EVENTUAL_CONSISTENCY,
        ),
    )


def explain_cross_account_pass(denial: Denial) -> Explanation:
    """Explain that a role of another account cannot be passed at all."""
    operation = denial.failure.envelope.operation
    said = denial.wording == "cross-account-pass-role"
    because_of = (
        ("The message says: Cross-account pass role is not allowed",)
        if said
        else (f"The caller is of account {denial.account}, the role of {denial.resource_account}.",)
    )
    call = f"the call {operation}" if operation else "the call"
    made = Remedy(
        title="Use a role of the account in which the call is made",
        who="account administrator",
        steps=(
            "Look at the account number in the role's ARN that the call names. It is often a copied one.",
            "Make a role in the caller's own account with the policies that the service needs, and name it in the call.",
            "Where the service has to reach the other account, let the role of this account assume one there.",
        ),
        commands=("aws sts get-caller-identity --query Account --output text",),
        url=pages.PASS_ROLE,
    )
    other = Remedy(
        title="Or make the call in the role's account",
        who="you",
        steps=("Assume a role of that account, and make the call with it.",),
        url=pages.OTHER_ACCOUNTS,
    )
    return Explanation(
        failure=denial.failure,
        topic="cross-account-pass-role",
        summary=f"A role of another account cannot be passed to a service: {call} was refused.",
        causes=(
            Cause(
                "cross-account-pass-role",
                "The role belongs to another account than the caller. No service takes such a role.",
                "reported" if said else "derived",
                because_of,
            ),
        ),
        remedies=(made, other),
        notes=("No policy of either account can allow it.",),
    )


def _trust(denial: Denial, role: str, gets: RoleRecipient | None) -> Remedy:
    """Give the other half: the service has to be trusted by the role."""
    principal = (gets.principal if gets else None) or f"{PLACEHOLDER}SERVICE.amazonaws.com"
    found = parse_masked_role(denial.resource)
    if gets is not None and len(gets.trusted) > 1:
        first = f"What the role is for tells which service assumes it: {join_words(gets.trusted, 'or')}."
    elif gets is not None and gets.principal is not None and gets.passed_to != gets.trusted:
        first = f"It is {principal} that assumes the role."
    else:
        first = "Passing a role only helps where its trust policy lets the service assume it."
    takes = gets.trust_actions if gets else ASSUME_ROLE
    return Remedy(
        title=f"See that {role} trusts the service",
        who="account administrator",
        steps=(
            first,
            "Where its trust policy does not let it, add the statement and keep those that are there.",
        ),
        commands=(
            command(
                *("aws", "iam", "get-role", "--role-name", commands.role_name(found.name if found else None)),
                *("--query", "Role.AssumeRolePolicyDocument"),
            ),
        ),
        policy=service_trust_policy(principal, takes),
        layer="role_trust",
        url=pages.TRUST_POLICIES,
    )


def _passed(denial: Denial) -> str:
    """Give the passed role in words."""
    role = parse_masked_role(denial.resource)
    if role is not None:
        return f"the role {role.name}"
    return f"the role {denial.resource}" if denial.resource else "a role"


def _called(denial: Denial) -> str | None:
    """Give the prefix of the service that was called. The action's own, iam, is not it."""
    facts = denial.facts
    if facts.service is not None:
        return service_prefix(facts.service) or facts.service
    if facts.cluster is not None:
        return "eks"
    operation = denial.failure.envelope.operation
    services = [each.service for each in actions_for(operation)] if operation else []
    return services[0] if len(services) == 1 else find_called_service(denial.failure, services)


def _receiver(denial: Denial) -> RoleRecipient | None:
    return find_role_recipient(denial.failure.envelope.operation, _called(denial))
