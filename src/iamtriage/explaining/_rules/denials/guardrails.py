"""Explain denials by a policy that caps permissions.

These are service and resource control policies, permissions boundaries, session policies and VPC endpoint policies.
An identity-based policy can't override them:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    policy_principal_arn,
    required_grant,
    role_path_steps,
    statement_id,
)
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.wording import (
    POLICY_TYPE_NAMES,
    denial_summary,
    model_region_remedy,
    reason_lines,
    region_argument,
    region_steps,
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
_POLICY_ARN = re.compile(r"arn:[a-z-]+:organizations::(?P<account>[0-9]{12}):policy/", re.ASCII)
_IDENTITY_ALLOW_REQUIRED = "An identity-based policy of the caller must allow the action, too."


SCP_DENY = CauseType(
    "scp-deny",
    title="A Deny statement in a service control policy matches the request",
    meaning="A Deny statement in a service control policy of the organization matches the request.",
    recognised_by='AWS says "with an explicit deny in a service control policy".',
    fix="Ask the organization's administrators to change the SCP. An Allow in the account does not override it.",
    sources=(pages.SERVICE_CONTROL,),
    example="scp-explicit",
)
SCP_NO_ALLOW = CauseType(
    "scp-no-allow",
    title="No service control policy allows the action",
    meaning="At some level between the organization's root and the account, no service control policy allows the action.",
    recognised_by='AWS says "because no service control policy allows the … action".',
    fix="Allow the action in the SCPs at every level between the root and the account.",
    sources=(pages.SERVICE_CONTROL,),
    example="scp-implicit",
)
RCP_DENY = CauseType(
    "rcp-deny",
    title="A Deny statement in a resource control policy matches the request",
    meaning="A Deny statement in a resource control policy of the organization matches the request.",
    recognised_by='AWS says "with an explicit deny in a resource control policy".',
    fix="Ask the organization's administrators to change the RCP. An Allow in the account does not override it.",
    sources=(pages.RESOURCE_CONTROL,),
    example="rcp-explicit",
)
RCP_NO_ALLOW = CauseType(
    "rcp-no-allow",
    title="No resource control policy allows the action",
    meaning="A resource control policy does not allow the action. RCPFullAWSAccess, which allows everything, is always attached, so another RCP denies it.",
    recognised_by='AWS says "because no resource control policy allows the … action".',
    fix="Let the organization's administrators check the RCPs; they can only deny.",
    sources=(pages.RESOURCE_CONTROL,),
    example="rcp-implicit",
)
BOUNDARY_DENY = CauseType(
    "boundary-deny",
    title="A Deny statement in the permissions boundary matches the request",
    meaning="A Deny statement in the caller's permissions boundary matches the request.",
    recognised_by='AWS says "with an explicit deny in a permissions boundary".',
    fix="Change the Deny statement in the boundary. An Allow does not override it.",
    sources=(pages.BOUNDARIES,),
    example="boundary-explicit",
)
BOUNDARY_NO_ALLOW = CauseType(
    "boundary-no-allow",
    title="The permissions boundary does not allow the action",
    meaning="The permissions boundary of the user or role does not allow the action.",
    recognised_by='AWS says "because no permissions boundary allows the … action".',
    fix="Allow the action in the boundary, and in an identity-based policy, too.",
    sources=(pages.BOUNDARIES,),
    example="boundary-implicit",
)
SESSION_DENY = CauseType(
    "session-deny",
    title="A Deny statement in the session policy matches the request",
    meaning="A Deny statement in the session policy matches the request.",
    recognised_by='AWS says "with an explicit deny in a session policy".',
    fix="Open a new session without this statement in its session policy.",
    sources=(pages.SESSION_POLICIES,),
    example="session-explicit-federated",
)
SESSION_NO_ALLOW = CauseType(
    "session-no-allow",
    title="The session policy does not allow the action",
    meaning="The session was opened with a session policy that does not allow the action.",
    recognised_by='AWS says "because no session policy allows the … action".',
    fix="Open a new session whose session policy allows the action, or none.",
    sources=(pages.SESSION_POLICIES,),
    example="session-implicit",
)
VPC_ENDPOINT_DENY = CauseType(
    "vpc-endpoint-deny",
    title="A Deny statement in the VPC endpoint policy matches the request",
    meaning="The request went through a VPC endpoint whose policy denies it.",
    recognised_by='AWS says "with an explicit deny in a VPC endpoint policy".',
    fix="Change the VPC endpoint's policy.",
    sources=(pages.VPC_ENDPOINT,),
    example="vpc-endpoint-explicit-transitive",
)
VPC_ENDPOINT_NO_ALLOW = CauseType(
    "vpc-endpoint-no-allow",
    title="The VPC endpoint policy does not allow the action",
    meaning="The request went through a VPC endpoint whose policy does not allow it.",
    recognised_by='AWS says "because no VPC endpoint policy allows the … action".',
    fix="Allow the action in the VPC endpoint's policy.",
    sources=(pages.VPC_ENDPOINT,),
    example="vpc-endpoint-implicit",
)


def explain_service_control(denial: Denial) -> Explanation:
    """Explain a denial by a service control policy."""
    owner = _management_account(denial.policy)
    ask = f"Only an administrator of the AWS organization (management account{owner} or a delegated administrator) can see or change the policy."
    if denial.deny != "implicit":
        note = "Service control policies apply to every principal of a member account, including its root user, but not to service-linked roles or to the management account."
        return _explain_control_deny(denial, "service_control", ask, note)
    remedy = Remedy(
        title="Attach a service control policy that allows it",
        who="organization administrator",
        steps=(
            ask,
            "At each level (root, organizational units, account), one attached policy must allow the action. Find the level that does not, and add the statement to a policy there. The AWS managed policy FullAWSAccess allows everything.",
            *_resource_steps(denial),
        ),
        commands=(_list_policies_command(denial.account, "SERVICE_CONTROL_POLICY"),),
        statement=_allow_statement(denial),
        layer="service_control",
        url=pages.SERVICE_CONTROL,
    )
    text = f"At some level between the organization's root and the account, no service control policy allows the action. {_no_identity_allow(denial, 'service control policy')}"
    cause = (SCP_NO_ALLOW, text)
    return _explain_control(
        denial, "no service control policy allows it", cause, remedy, _IDENTITY_ALLOW_REQUIRED
    )


def explain_resource_control(denial: Denial) -> Explanation:
    """Explain a denial by a resource control policy."""
    ask = "Only an administrator of the organization that owns the resource's account can change the policy. It applies to the resources of the organization's accounts, whoever calls."
    if denial.deny != "implicit":
        return _explain_control_deny(denial, "resource_control", ask)
    # Only RCPFullAWSAccess can contain an Allow, and it can't be detached:
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    remedy = Remedy(
        title="Change the resource control policy",
        who="organization administrator",
        steps=(
            ask,
            "At each level (root, organizational units, account), look for a Deny statement that matches the request, and scope it down. An Allow cannot be added.",
            *_resource_steps(denial),
        ),
        commands=(_list_policies_command(denial.resource_account, "RESOURCE_CONTROL_POLICY"),),
        layer="resource_control",
        url=pages.RESOURCE_CONTROL,
    )
    text = f"A resource control policy blocks the request. Such policies can only deny, apart from the AWS managed policy RCPFullAWSAccess. {_no_identity_allow(denial, 'resource control policy')}"
    cause = (RCP_NO_ALLOW, text)
    return _explain_control(
        denial, "no resource control policy allows it", cause, remedy, _IDENTITY_ALLOW_REQUIRED
    )


def explain_permissions_boundary(denial: Denial) -> Explanation:
    """Explain a denial by a permissions boundary."""
    if denial.is_explicit:
        verdict = "its permissions boundary denies it"
        text = f"A Deny statement in the permissions boundary of {denial.caller} matches the request. No Allow in another policy overrides it."
        change = "Scope down the Deny statement or satisfy what it requires, or give the principal another boundary."
    else:
        verdict = "its permissions boundary does not allow it"
        text = f"The permissions boundary of {denial.caller} does not allow the action, so no Allow in another policy takes effect."
        change = "Add the statement to the boundary. A boundary only caps permissions: an identity-based policy must allow the action, too."
    remedy = Remedy(
        title="Change the permissions boundary",
        who="account administrator",
        steps=(
            change,
            "The boundary is a managed policy: a change affects every principal that has it.",
            *_resource_steps(denial),
        ),
        commands=_boundary_commands(denial),
        statement=_allow_statement(denial),
        layer="permissions_boundary",
        url=pages.BOUNDARIES,
    )
    cause = (BOUNDARY_DENY if denial.is_explicit else BOUNDARY_NO_ALLOW, text)
    return _explain(denial, "permissions-boundary", verdict, cause, remedy)


def explain_session_policy(denial: Denial) -> Explanation:
    """Explain a denial by a session policy."""
    if denial.is_explicit:
        verdict = "the session's policy denies it"
        text = "A Deny statement in a policy that was passed when the session began matches the request. No Allow in another policy overrides it."
    else:
        verdict = "the session's policy does not allow it"
        text = "The session has a session policy, which does not allow the action. An Allow in a policy of the role or user has no effect on it."
    steps = [
        "Find what creates the session: the call to AssumeRole, AssumeRoleWithWebIdentity or GetFederationToken that passes Policy or PolicyArns, or the tool that makes it.",
        "Change the policy that it passes, or omit it: then the role's own policies apply. Open a new session afterwards.",
    ]
    is_guest = _is_identity_pool_guest(denial)
    calls_iam = isinstance(denial.principal, FederatedUser) and denial.service in {"iam", "sts"}
    if is_guest:
        steps = [
            "With the enhanced flow (GetCredentialsForIdentity), Cognito adds a session policy for guests, which allows only certain services, whatever the role allows.",
            "Let users sign in, or use the basic flow: GetOpenIdToken, then AssumeRoleWithWebIdentity without a Policy.",
        ]
    elif calls_iam:
        steps = [
            "A session of GetFederationToken can call neither IAM nor STS (except GetCallerIdentity), whatever its session policy allows.",
            "Use a role: call AssumeRole instead of GetFederationToken.",
        ]
    elif isinstance(denial.principal, FederatedUser):
        steps[1] = (
            "Change the policy that it passes, and open a new session. Without a session policy, a federated user has almost no permissions."
        )
    elif isinstance(denial.role, IdentityCenterRole):
        steps.append(
            "IAM Identity Center itself sets no session policy: look for tools that assume the role again."
        )
    remedy = Remedy(
        title="Sign in, or use the basic flow"
        if is_guest
        else "Use a role instead of a federated session"
        if calls_iam
        else "Change the session policy",
        who="you",
        steps=(*steps, *_resource_steps(denial)),
        statement=None if is_guest or calls_iam else _allow_statement(denial),
        layer="session",
        url="https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html"
        if is_guest
        else pages.SESSION_POLICIES,
    )
    cause = (SESSION_DENY if denial.is_explicit else SESSION_NO_ALLOW, text)
    return _explain(denial, "session-policy", verdict, cause, remedy, *_identity_notes(denial))


def _is_identity_pool_guest(denial: Denial) -> bool:
    """Return whether the session is one that a Cognito identity pool opens.

    https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html: the policy for guests.
    """
    return getattr(denial.principal, "session_name", "") == "CognitoIdentityCredentials"


def explain_vpc_endpoint(denial: Denial) -> Explanation:
    """Explain a denial by a VPC endpoint policy."""
    explicit = denial.is_explicit
    verb = {"explicit": "denies it", "implicit": "does not allow it", None: "blocks it"}[denial.deny]
    text = f"The request went through a VPC endpoint whose policy {verb}. An Allow in a policy of the caller does not override the endpoint policy."
    service = denial.service or "SERVICE"
    region = region_argument(denial)
    name = f"com.amazonaws.{region}.{service}" if service.replace("-", "").isalnum() else "SERVICE_NAME"
    steps = [
        "Find the service's endpoint in the VPC that the request came from. Its owner is often the network team.",
        "Save its policy as policy.json with the Deny statement scoped down: the command replaces the whole policy."
        if explicit
        else "Save the endpoint's policy as policy.json, with this statement added and the existing ones kept: the command replaces the whole policy.",
    ]
    if not explicit:
        steps.append(
            "Policies of gateway endpoints (S3, DynamoDB) accept only * as Principal, hence the condition on aws:PrincipalArn."
        )
    if "transitively" in (denial.failure.reason or ""):
        steps.append(
            "The message says that a service control policy requires this: ask the organization's administrator, too."
        )
    remedy = Remedy(
        title="Change the VPC endpoint's policy",
        who="account administrator",
        steps=(*steps, *_resource_steps(denial), *(() if denial.is_explicit else role_path_steps(denial))),
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
    cause = (VPC_ENDPOINT_DENY if denial.is_explicit else VPC_ENDPOINT_NO_ALLOW, text)
    return _explain(denial, "vpc-endpoint-policy", verdict, cause, remedy, *_identity_notes(denial))


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
            *(
                region_steps(denial)
                or (
                    "Read the Deny's Action, Resource and Condition. It often exempts a Region, a principal or a tag; the request may be possible within it.",
                )
            ),
            "If the request is legitimate, ask for the Deny to be scoped down or for an exception by a condition on aws:PrincipalArn.",
            *_resource_steps(denial),
        ),
        commands=(
            *(
                (f"aws organizations list-policies --filter {policy_type.upper()}_POLICY",)
                if policy_id == "POLICY_ID"
                else ()
            ),
            fill_command(
                "aws organizations describe-policy --policy-id {} --query Policy.Content --output text",
                policy_id,
            ),
            fill_command("aws organizations list-targets-for-policy --policy-id {}", policy_id),
        ),
        layer=policy_type,
        url=pages.RESOURCE_CONTROL if policy_type == "resource_control" else pages.SERVICE_CONTROL,
    )
    definition = RCP_DENY if policy_type == "resource_control" else SCP_DENY
    cause = (
        definition,
        f"A Deny statement in a {name} of the organization matches the request. {_no_identity_allow(denial, name)}",
    )
    return _explain_control(denial, f"a {name} denies it", cause, remedy, *notes)


def _explain_control(
    denial: Denial, verdict: str, cause: tuple[CauseType, str], remedy: Remedy, *notes: str
) -> Explanation:
    """Explain a denial by a service or resource control policy."""
    name = "resource control policy" if remedy.layer == "resource_control" else "service control policy"
    return _explain(denial, name.replace(" ", "-"), verdict, cause, remedy, *notes)


def _no_identity_allow(denial: Denial, name: str) -> str:
    """Return the sentence that no policy of the account overrides a control policy."""
    if name == "resource control policy":
        return "Neither an identity-based policy nor the resource's own policy overrides it."
    account = f"account {denial.account}" if denial.account else "the account"
    return f"Nothing in {account} overrides it, not even an administrator's Allow."


def _management_account(policy: str | None) -> str:
    """Return the management account from the ARN of a control policy, after a space, or an empty string."""
    found = _POLICY_ARN.match(policy or "")
    return f" {found['account']}" if found else ""


def _explain(
    denial: Denial, topic: str, verdict: str, cause: tuple[CauseType, str], remedy: Remedy, *notes: str
) -> Explanation:
    definition, text = cause
    return Explanation(
        failure=denial.failure,
        topic=topic,
        summary=denial_summary(denial, verdict),
        causes=(definition.cause(denial.policy_type_evidence, reason_lines(denial), text=text),),
        remedies=present(model_region_remedy(denial) if denial.is_explicit else None, remedy),
        notes=notes,
    )


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
    arn = commands.arn(denial.policy, "BOUNDARY_ARN")
    boundary = fill_command(
        "aws iam list-entities-for-policy --policy-arn {} --policy-usage-filter PermissionsBoundary", arn
    )
    if denial.policy is not None and arn == denial.policy:
        return commands.show_policy_command(arn), boundary
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
