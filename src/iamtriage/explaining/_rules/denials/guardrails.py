"""Explain denials by a policy that caps permissions.

These are service and resource control policies, permissions boundaries, session policies and VPC endpoint policies.
An identity-based policy can't override them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, User
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    policy_principal_arn,
    required_grant,
    statement_id,
)
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.wording import (
    POLICY_TYPE_NAMES,
    denial_summary,
    reason_lines,
    region_argument,
)
from iamtriage.policies._documents import build_statement

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "explain_permissions_boundary",
    "explain_resource_control",
    "explain_service_control",
    "explain_session_policy",
    "explain_vpc_endpoint",
)

_POLICY_ID = re.compile(r"p-[0-9a-z_]{8,128}", re.ASCII)
_IDENTITY_ALLOW_REQUIRED = (
    "An identity-based policy of the caller has to allow it as well; an Allow there alone changes nothing."
)


def explain_service_control(denial: Denial) -> Explanation:
    """Explain a denial by a service control policy."""
    ask = "Ask whoever runs the AWS organization: the policy stands in the management account, and this account can neither see nor change it."
    if denial.deny != "implicit":
        note = "Service control policies bind every principal of a member account, its root user too, but no service-linked role, and nobody in the management account."
        return _explain_control_deny(denial, "service_control", ask, note)
    remedy = Remedy(
        title="Attach a service control policy that allows it",
        who="organization administrator",
        steps=(
            ask,
            "Look at each level, from the root over the units to the account, for the one at which no attached policy allows it, and add the statement to a policy there. AWS's own FullAWSAccess allows everything.",
            *_resource_steps(denial),
        ),
        commands=(_list_policies_command(denial.account, "SERVICE_CONTROL_POLICY"),),
        statement=_allow_statement(denial),
        layer="service_control",
        url=pages.SERVICE_CONTROL,
    )
    text = "No service control policy allows it at some level between the organization's root and the account. At every level, root, unit and account, one attached policy has to allow it."
    cause = ("scp-no-allow", text)
    return _explain_control(
        denial, "no service control policy allows it", cause, remedy, _IDENTITY_ALLOW_REQUIRED
    )


def explain_resource_control(denial: Denial) -> Explanation:
    """Explain a denial by a resource control policy."""
    ask = "Ask whoever runs the organization of the resource's account: the policy guards its resources, whoever calls."
    if denial.deny != "implicit":
        return _explain_control_deny(denial, "resource_control", ask)
    # Only RCPFullAWSAccess can contain an Allow, and it can't be detached:
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    remedy = Remedy(
        title="Change the resource control policy",
        who="organization administrator",
        steps=(
            ask,
            "Look at each level, from the root over the units to the account, for a Deny statement that fits the call, and narrow it. No statement can be added that allows the call.",
            *_resource_steps(denial),
        ),
        commands=(_list_policies_command(denial.resource_account, "RESOURCE_CONTROL_POLICY"),),
        layer="resource_control",
        url=pages.RESOURCE_CONTROL,
    )
    text = "A resource control policy stops it. Such policies can only deny: the one Allow is AWS's own RCPFullAWSAccess, which is attached everywhere and cannot be detached."
    cause = ("rcp-no-allow", text)
    return _explain_control(
        denial, "no resource control policy allows it", cause, remedy, _IDENTITY_ALLOW_REQUIRED
    )


def explain_permissions_boundary(denial: Denial) -> Explanation:
    """Explain a denial by a permissions boundary."""
    if denial.is_explicit:
        verdict = "its permissions boundary denies it"
        text = f"A Deny statement in the permissions boundary of {denial.caller} fits the call."
        change = "Narrow the Deny statement, or give the principal another boundary."
    else:
        verdict = "its permissions boundary does not allow it"
        text = f"The permissions boundary of {denial.caller} does not allow it."
        change = "Add the statement to the boundary. A boundary grants nothing: it only lets through what other policies allow."
    remedy = Remedy(
        title="Change the permissions boundary",
        who="account administrator",
        steps=(
            "The boundary is a managed policy. Look whether other principals have it too: a change counts for all.",
            change,
            *_resource_steps(denial),
        ),
        commands=_boundary_commands(denial),
        statement=_allow_statement(denial),
        layer="permissions_boundary",
        url=pages.BOUNDARIES,
    )
    note = "An Allow in another policy of the caller does not help against its boundary."
    cause = (f"boundary-{_suffix(denial)}", text)
    return _explain(denial, "permissions-boundary", verdict, cause, remedy, note, *_identity_notes(denial))


def explain_session_policy(denial: Denial) -> Explanation:
    """Explain a denial by a session policy."""
    if denial.is_explicit:
        verdict = "the session's policy denies it"
        text = "A Deny statement in a policy that was given along when the session began fits the call."
    else:
        verdict = "the session's policy does not allow it"
        text = "The session began with a session policy, and that policy does not allow it."
    steps = [
        "Find what makes the session: the call of AssumeRole, AssumeRoleWithWebIdentity or GetFederationToken with Policy or PolicyArns, or the tool that makes it.",
        "Change the policy that it hands over, or leave it out: then the role's own policies count.",
    ]
    if isinstance(denial.principal, FederatedUser):
        steps[1] = "Change the policy that it hands over. Without one, a federated user may do nothing."
    elif isinstance(denial.role, IdentityCenterRole):
        steps.append(
            "Sessions of Identity Center carry none by themselves: look at tools that assume the role anew."
        )
    remedy = Remedy(
        title="Change the session policy",
        who="you",
        steps=(*steps, *_resource_steps(denial)),
        statement=_allow_statement(denial),
        layer="session",
        url=pages.SESSION_POLICIES,
    )
    note = "An Allow in a policy of the role or user does not help against the session's policy."
    cause = (f"session-{_suffix(denial)}", text)
    return _explain(denial, "session-policy", verdict, cause, remedy, note, *_identity_notes(denial))


def explain_vpc_endpoint(denial: Denial) -> Explanation:
    """Explain a denial by a VPC endpoint policy."""
    explicit = denial.is_explicit
    verb = {"explicit": "denies it", "implicit": "does not allow it", None: "stands against it"}[denial.deny]
    text = f"The call went through a VPC endpoint whose policy {verb}."
    service = denial.service or "SERVICE"
    region = region_argument(denial)
    name = f"com.amazonaws.{region}.{service}" if service.replace("-", "").isalnum() else "SERVICE_NAME"
    steps = [
        "Find the endpoint of the service in the VPC from which the call came.",
        "Narrow the Deny statement in its policy." if explicit else "Add the statement to its policy.",
    ]
    if not explicit:
        steps.append(
            "Policies of gateway endpoints (S3, DynamoDB) take only * as Principal, hence the condition on aws:PrincipalArn."
        )
    if "transitively" in (denial.failure.reason or ""):
        steps.append(
            "The message says that a service control policy is behind it: ask the organization's administrator too."
        )
    remedy = Remedy(
        title="Change the VPC endpoint's policy",
        who="account administrator",
        steps=(*steps, *_resource_steps(denial)),
        commands=(
            fill_command(
                "aws ec2 describe-vpc-endpoints --region {} --filters {} --query 'VpcEndpoints[].[VpcEndpointId,VpcId,PolicyDocument]' --output json",
                *(region, f"Name=service-name,Values={name}"),
            ),
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id ENDPOINT_ID --policy-document file://policy.json",
        ),
        statement=_endpoint_statement(denial),
        layer="vpc_endpoint",
        url=pages.VPC_ENDPOINT,
    )
    verdict = f"the VPC endpoint's policy {verb}"
    note = "An Allow in a policy of the caller does not help against the endpoint's policy."
    cause = (f"vpc-endpoint-{_suffix(denial)}", text)
    return _explain(denial, "vpc-endpoint-policy", verdict, cause, remedy, note, *_identity_notes(denial))


def _explain_control_deny(
    denial: Denial, policy_type: Literal["service_control", "resource_control"], ask: str, *notes: str
) -> Explanation:
    """Explain a denial by a ``Deny`` in a service or resource control policy."""
    name = POLICY_TYPE_NAMES[policy_type]
    policy_id = _policy_id_argument(denial.policy)
    remedy = Remedy(
        title=f"Change the {name}",
        who="organization administrator",
        steps=(
            ask,
            "Look at the Deny's Action, Resource and Condition. Often a region, a principal or a tag is excepted, and the call was meant to be made so.",
            "If the call is wanted, narrow the Deny, or except the caller by a condition on aws:PrincipalArn.",
            *_resource_steps(denial),
        ),
        commands=(
            fill_command(
                "aws organizations describe-policy --policy-id {} --query Policy.Content --output text",
                policy_id,
            ),
            fill_command("aws organizations list-targets-for-policy --policy-id {}", policy_id),
        ),
        layer=policy_type,
        url=pages.RESOURCE_CONTROL if policy_type == "resource_control" else pages.SERVICE_CONTROL,
    )
    code = "rcp-deny" if policy_type == "resource_control" else "scp-deny"
    cause = (code, f"A Deny statement in a {name} of the organization fits the call.")
    return _explain_control(denial, f"a {name} denies it", cause, remedy, *notes)


def _explain_control(
    denial: Denial, verdict: str, cause: tuple[str, str], remedy: Remedy, *notes: str
) -> Explanation:
    """Explain a denial by a service or resource control policy."""
    name = "resource control policy" if remedy.layer == "resource_control" else "service control policy"
    note = f"An Allow in a policy of the account does not help against a {name}."
    return _explain(denial, name.replace(" ", "-"), verdict, cause, remedy, note, *notes)


def _explain(
    denial: Denial, topic: str, verdict: str, cause: tuple[str, str], remedy: Remedy, *notes: str
) -> Explanation:
    return Explanation(
        failure=denial.failure,
        topic=topic,
        summary=denial_summary(denial, verdict),
        causes=(Cause(*cause, denial.policy_type_evidence, reason_lines(denial)),),
        remedies=(remedy,),
        notes=notes,
    )


def _suffix(denial: Denial) -> str:
    return "deny" if denial.is_explicit else "no-allow"


def _identity_notes(denial: Denial) -> tuple[str, ...]:
    return () if denial.is_explicit else (_IDENTITY_ALLOW_REQUIRED,)


def _resource_steps(denial: Denial) -> tuple[str, ...]:
    """Return steps on the resource in the statement."""
    grant = required_grant(denial)
    if grant is None or denial.is_explicit:
        return ()
    return grant.notes


def _allow_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action, unless a ``Deny`` would override it."""
    grant = None if denial.is_explicit else required_grant(denial)
    return None if grant is None else build_statement(grant, sid=statement_id(grant.action))


def _endpoint_statement(denial: Denial) -> dict[str, Any] | None:
    """Return the statement that allows the action to the caller in an endpoint policy."""
    grant = None if denial.is_explicit else required_grant(denial)
    if grant is None:
        return None
    return {
        **build_statement(grant, sid=statement_id(grant.action), principal="*"),
        "Condition": {"ArnEquals": {"aws:PrincipalArn": policy_principal_arn(denial)}},
    }


def _boundary_commands(denial: Denial) -> tuple[str, ...]:
    boundary = fill_command(
        "aws iam list-entities-for-policy --policy-arn {} --policy-usage-filter PermissionsBoundary",
        commands.arn(denial.policy, "BOUNDARY_ARN"),
    )
    if denial.role is not None:
        show = "aws iam get-role --role-name {} --query Role.PermissionsBoundary"
        return fill_command(show, commands.role_name(denial.role.name)), boundary
    if isinstance(denial.principal, User):
        show = "aws iam get-user --user-name {} --query User.PermissionsBoundary"
        return fill_command(show, commands.user_name(denial.principal.name)), boundary
    return (boundary,)


def _list_policies_command(account: str | None, kind: str) -> str:
    template = "aws organizations list-policies-for-target --target-id {} --filter {}"
    return fill_command(template, commands.account(account), kind)


def _policy_id_argument(policy: str | None) -> str:
    """Return the ID of an Organizations policy as a command argument."""
    found = _POLICY_ID.fullmatch((policy or "").rpartition("/")[2])
    return found[0] if found else "POLICY_ID"
