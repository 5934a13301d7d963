"""Explain denials that only the caller's identity-based policies, or none at all, account for.

Covered are a missing ``Allow``, a ``Deny`` in an identity-based policy, and denials for which AWS gives no reason:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._principals import Root, ServiceLinkedRole, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import resource_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy, required_grant
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import (
    DERIVED_ACTION,
    NO_IDENTITY_ALLOW,
)
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    denial_summary,
    join_first_four,
    reason_lines,
    region_argument,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "cloudtrail_command",
    "explain_denial_without_reason",
    "explain_no_identity_allow",
    "other_policy_cause",
    "simulation_commands",
)

_SERVICE_LINKED_ROLE = lazy_pattern(
    r":role/aws-service-role/(?P<service>[a-z0-9.-]{3,100}\.amazonaws\.com(?:\.cn)?)/", re.ASCII
)
_IF_NOT_ALLOWED = "The message does not say why. This helps if no policy of the caller allows it yet."


OTHER_LAYER = CauseType(
    "other-layer",
    title="Another policy type denies the request",
    meaning="A policy that the message does not name denies or does not allow the request: the resource's policy, or one that caps permissions.",
    fix="Check the resource's policy, SCPs and RCPs, the permissions boundary, the session policy and the VPC endpoint policy.",
    of="no-identity-allow",
    example="eks-page-access-denied",
)
IMPLICIT_DENY = CauseType(
    "implicit-deny",
    title="No statement denies the action; an Allow is missing",
    text="No statement denies it explicitly: an Allow is missing.",
    recognised_by="The decoded message or the authorization details say that there is no explicit deny.",
    fix="Add an Allow in the policy type that lacks it.",
    sources=(pages.EVALUATION,),
    example="ec2-encoded-implicit",
)
UNKNOWN_ACTION = CauseType(
    "unknown-action",
    title="The message names neither the action nor the policy",
    text="The message names neither the action nor the policy, so it does not show what is missing.",
    recognised_by='The message is a bare "Access Denied".',
    fix="Find the call in CloudTrail, or repeat it with debug output.",
    sources=(pages.ACCESS_DENIED,),
    example="no-code-no-words",
)
NO_SERVICE_LINKED_ROLE = CauseType(
    "no-service-linked-role",
    title="The service-linked role does not exist yet",
    meaning="The call needs the service-linked role of the service, which does not exist in the account yet.",
    fix="Create the service-linked role once per account, or allow iam:CreateServiceLinkedRole to the caller.",
    of="no-identity-allow",
)


def explain_no_identity_allow(denial: Denial) -> Explanation:
    """Explain an implicit denial: no identity-based policy allows the action."""
    on = " on this resource" if denial.resource else ""
    return Explanation(
        failure=denial.failure,
        topic="no-identity-allow",
        summary=denial_summary(denial, "no identity-based policy allows it"),
        causes=(
            NO_IDENTITY_ALLOW.cause(
                denial.policy_type_evidence,
                reason_lines(denial),
                text=f"No identity-based policy of {denial.caller} allows {denial.action or 'the action'}{on}.",
            ),
            *_service_linked_causes(denial),
        ),
        remedies=lambda: _no_allow_remedies(denial),
        notes=(*_cross_account_notes(denial), ONE_POLICY_TYPE, EVENTUAL_CONSISTENCY),
    )


def _no_allow_remedies(denial: Denial) -> tuple[Remedy, ...]:
    if isinstance(denial.role, ServiceLinkedRole) and denial.service == "kms":
        return present(resource_remedy(denial), authorization_details_remedy(denial))
    investigate = _identify_caller_remedy if denial.action is None else _locate_policy_remedy
    return present(
        _grant_remedy(denial),
        _create_service_linked_role_remedy(denial),
        cross_account_remedy(denial),
        authorization_details_remedy(denial),
    ) or (investigate(denial),)


def _service_linked_service(denial: Denial) -> str | None:
    """Return the service whose service-linked role the caller tried to create, if its name is known."""
    if denial.lowercase_action != "iam:createservicelinkedrole":
        return None
    found = _SERVICE_LINKED_ROLE.search(denial.resource or "")
    return found["service"] if found else None


def _service_linked_causes(denial: Denial) -> Iterator[Cause]:
    service = _service_linked_service(denial)
    if service is not None:
        yield NO_SERVICE_LINKED_ROLE.cause(
            "derived",
            text=f"The call needs the service-linked role of {service}, which does not exist in the account yet. It is created once per account.",
        )


def _create_service_linked_role_remedy(denial: Denial) -> Remedy | None:
    service = _service_linked_service(denial)
    if service is None:
        return None
    line = fill_command("aws iam create-service-linked-role --aws-service-name {}", service)
    return Remedy(
        title=f"Or create the role once as an administrator: {line}",
        who="account administrator",
        steps=("Then retry the call. The caller needs no permission for an existing role.",),
        commands=(line,),
        url=pages.SERVICE_LINKED,
    )


def explain_denial_without_reason(denial: Denial) -> Explanation:
    """Explain a denial if AWS gives no reason."""
    causes: list[Cause] = []
    if denial.action_evidence == "derived" and denial.action is not None:
        causes.append(_derived_action_cause(denial))
    if denial.deny == "implicit":
        causes.append(IMPLICIT_DENY.cause(denial.policy_type_evidence, reason_lines(denial)))
    if denial.action is None:
        causes.append(UNKNOWN_ACTION.cause("derived"))
    else:
        if identity_allow_helps(denial):
            text = f"No identity-based policy of {denial.caller} allows {denial.action}, which is the most frequent cause."
            causes.append(NO_IDENTITY_ALLOW.cause(text=text))
        causes.append(other_policy_cause(denial))
    reason = "the message gives no reason" if denial.action else "the message names no action"
    return Explanation(
        failure=denial.failure,
        topic="access-denied",
        summary=denial_summary(denial, "no policy allows it" if denial.deny == "implicit" else reason),
        causes=tuple(causes),
        remedies=lambda: _remedies_without_reason(denial),
        notes=(*_cross_account_notes(denial), EVENTUAL_CONSISTENCY),
    )


def _remedies_without_reason(denial: Denial) -> tuple[Remedy, ...]:
    if denial.action is None:
        remedies = present(_identify_caller_remedy(denial))
    elif identity_allow_helps(denial):
        allow = allow_remedy(denial, first_step=_IF_NOT_ALLOWED)
        remedies = present(allow, cross_account_remedy(denial), _locate_policy_remedy(denial))
    else:
        remedies = present(_locate_policy_remedy(denial))
    details = present(authorization_details_remedy(denial))
    # An encoded message contains more than any guess.
    return (*details, *remedies) if denial.failure.encoded_message else (*remedies, *details)


def other_policy_cause(denial: Denial) -> Cause:
    """Return the possible cause that a policy denies that the message does not name."""
    limits = "a service control policy, a permissions boundary, a session policy or a VPC endpoint policy"
    text = f"A policy that the message does not name can deny it: the resource's policy, {limits}."
    if denial.deny == "implicit":
        text = f"A policy that caps permissions does not allow it: {limits}."
    return OTHER_LAYER.cause(text=text)


def _derived_action_cause(denial: Denial) -> Cause:
    operation = denial.failure.envelope.operation
    called = f"The call {operation}" if operation else "The operation in the message"
    text = f"{called} requires {join_first_four(denial.actions)}."
    if denial.failure.encoded_message:
        text += " The encoded message can name another action, such as iam:PassRole."
    return DERIVED_ACTION.cause("derived", ("The message names the call, not the action.",), text=text)


def _grant_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that allows the action, or the alternative for service-linked roles."""
    if isinstance(denial.role, ServiceLinkedRole):
        return Remedy(
            title="Allow the role in the resource's policy, or let the service use another role",
            who="account administrator",
            steps=(
                f"{denial.role.name} is a service-linked role: only its service can change its policies.",
                "If the resource has a policy, as a bucket has, allow the role there.",
                "If the service accepts a service role that you create, give that role a policy for this action.",
            ),
            url=pages.SERVICE_LINKED,
        )
    return allow_remedy(denial) if identity_allow_helps(denial) else None


def _locate_policy_remedy(denial: Denial) -> Remedy:
    return Remedy(
        title="Find the policy that denies it",
        who="account administrator",
        steps=(
            "The simulator evaluates the caller's identity-based policies and permissions boundary, but no session policies.",
            "The CloudTrail record of the call can contain more than the message.",
        ),
        commands=(*simulation_commands(denial), cloudtrail_command(denial)),
        url=pages.ACCESS_DENIED,
    )


def _identify_caller_remedy(denial: Denial) -> Remedy:
    return Remedy(
        title="Find the caller and the call",
        who="you",
        steps=(
            "Check which identity the program uses: it can be another one than you expect.",
            "Look for the call in CloudTrail: the record names action, resource and caller.",
        ),
        commands=("aws sts get-caller-identity", cloudtrail_command(denial)),
        url=pages.ACCESS_DENIED,
    )


def cloudtrail_command(denial: Denial) -> str:
    """Return the command that looks up the call in CloudTrail."""
    operation = denial.failure.envelope.operation or (denial.action or "").partition(":")[2]
    name = operation if operation.isalnum() and operation.isascii() else "OPERATION"
    return fill_command(
        "aws cloudtrail lookup-events --region {} --lookup-attributes {} --max-results 10",
        *(region_argument(denial), f"AttributeKey=EventName,AttributeValue={name}"),
    )


def simulation_commands(denial: Denial) -> tuple[str, ...]:
    """Return the command for the IAM policy simulator, if caller and action are known."""
    grant = required_grant(denial)
    if grant is None or not grant.known or isinstance(denial.principal, Root):
        return ()
    role, arn = denial.role, "PRINCIPAL_ARN"
    if denial.has_masked_account:
        pass
    elif role is not None and not role.lacks_its_path:
        arn = commands.arn(str(role), arn)
    elif isinstance(denial.principal, User):
        arn = commands.arn(str(denial.principal), arn)
    template = "aws iam simulate-principal-policy --policy-source-arn {} --action-names {}"
    if grant.resources == ("*",):
        return (fill_command(template, arn, grant.action),)
    resource = commands.arn(denial.resource, "RESOURCE_ARN")
    return (fill_command(f"{template} --resource-arns {{}}", arn, grant.action, resource),)


def cross_account_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy for the resource's owner, if it is in another account."""
    if not denial.crosses_accounts:
        return None
    if denial.service in RESOURCE_POLICIES:
        return resource_remedy(denial)
    return Remedy(
        title=f"Or assume a role of account {denial.resource_account}",
        who="resource owner",
        steps=(
            "The owner creates a role with the permission, whose trust policy allows the caller. The caller assumes it.",
            f"If resources of {denial.service} have resource-based policies or are shared with AWS RAM, their owner can allow the caller that way.",
        ),
        url=pages.OTHER_ACCOUNTS,
    )


def _cross_account_notes(denial: Denial) -> tuple[str, ...]:
    if not denial.crosses_accounts:
        return ()
    return (
        f"The caller is in account {denial.account}, the resource in {denial.resource_account}. Both must allow it: the caller's identity-based policies and the resource's policy, or a role of the other account that the caller assumes.",
    )
