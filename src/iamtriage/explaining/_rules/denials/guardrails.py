"""Denials by policies that only limit: nothing that the caller's own policies allow changes them.

Service and resource control policies, permissions boundaries, session policies and VPC endpoint policies:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from iamtriage.arns._principals import FederatedUser, IdentityCenterRole, User
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import (
    REPLACE_PLACEHOLDERS,
    policy_principal_arn,
    required_grant,
    statement_id,
)
from iamtriage.explaining._rules.shared.commands import command
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
    "explain_boundary",
    "explain_resource_control",
    "explain_service_control",
    "explain_session",
    "explain_vpc_endpoint",
)

_POLICY_ID = re.compile(r"p-[0-9a-z_]{8,128}", re.ASCII)
_IDENTITY_TOO = (
    "An identity-based policy of the caller has to allow it as well; an Allow there alone changes nothing."
)


def explain_service_control(denial: Denial) -> Explanation:
    """Explain a denial by a service control policy."""
    ask = "Ask whoever runs the AWS organization: the policy stands in the management account, and this account can neither see nor change it."
    if denial.deny != "implicit":
        note = "Service control policies bind every principal of a member account, its root user too, but no service-linked role, and nobody in the management account."
        return _control_denies(denial, "service_control", ask, note)
    remedy = Remedy(
        title="Attach a service control policy that allows it",
        who="organization administrator",
        steps=(
            ask,
            "Look at each level, from the root over the units to the account, for the one at which no attached policy allows it, and add the statement to a policy there. AWS's own FullAWSAccess allows everything.",
            *_about_resource(denial),
        ),
        commands=(_attached_policies(denial.account, "SERVICE_CONTROL_POLICY"),),
        statement=_limit_statement(denial),
        layer="service_control",
        url=pages.SERVICE_CONTROL,
    )
    text = "No service control policy allows it at some level between the organization's root and the account. At every level, root, unit and account, one attached policy has to allow it."
    why = "no service control policy allows it"
    return _control(denial, why, ("scp-no-allow", text), remedy, _IDENTITY_TOO)


def explain_resource_control(denial: Denial) -> Explanation:
    """Explain a denial by a resource control policy."""
    ask = "Ask whoever runs the organization of the resource's account: the policy guards its resources, whoever calls."
    if denial.deny != "implicit":
        return _control_denies(denial, "resource_control", ask)
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html:
    # only RCPFullAWSAccess may hold an Allow, and it cannot be detached.
    remedy = Remedy(
        title="Change the resource control policy",
        who="organization administrator",
        steps=(
            ask,
            "Look at each level, from the root over the units to the account, for a Deny statement that fits the call, and narrow it. No statement can be added that allows the call.",
            *_about_resource(denial),
        ),
        commands=(_attached_policies(denial.resource_account, "RESOURCE_CONTROL_POLICY"),),
        layer="resource_control",
        url=pages.RESOURCE_CONTROL,
    )
    text = "A resource control policy stops it. Such policies can only deny: the one Allow is AWS's own RCPFullAWSAccess, which is attached everywhere and cannot be detached."
    why = "no resource control policy allows it"
    return _control(denial, why, ("rcp-no-allow", text), remedy, _IDENTITY_TOO)


def _control_denies(
    denial: Denial, layer: Literal["service_control", "resource_control"], ask: str, *notes: str
) -> Explanation:
    words = POLICY_TYPE_NAMES[layer]
    policy_id = _policy_id(denial.policy)
    remedy = Remedy(
        title=f"Change the {words}",
        who="organization administrator",
        steps=(
            ask,
            "Look at the Deny's Action, Resource and Condition. Often a region, a principal or a tag is excepted, and the call was meant to be made so.",
            "If the call is wanted, narrow the Deny, or except the caller by a condition on aws:PrincipalArn.",
            *_about_resource(denial),
        ),
        commands=(
            command(
                *("aws", "organizations", "describe-policy", "--policy-id", policy_id),
                *("--query", "Policy.Content", "--output", "text"),
            ),
            command("aws", "organizations", "list-targets-for-policy", "--policy-id", policy_id),
        ),
        layer=layer,
        url=pages.RESOURCE_CONTROL if layer == "resource_control" else pages.SERVICE_CONTROL,
    )
    code = "rcp-deny" if layer == "resource_control" else "scp-deny"
    text = f"A Deny statement in a {words} of the organization fits the call."
    return _control(denial, f"a {words} denies it", (code, text), remedy, *notes)


def _control(denial: Denial, why: str, cause: tuple[str, str], remedy: Remedy, *notes: str) -> Explanation:
    words = "resource control policy" if remedy.layer == "resource_control" else "service control policy"
    return Explanation(
        failure=denial.failure,
        topic=words.replace(" ", "-"),
        summary=denial_summary(denial, why),
        causes=(Cause(*cause, denial.policy_type_evidence, reason_lines(denial)),),
        remedies=(remedy,),
        notes=(f"An Allow in a policy of the account does not help against a {words}.", *notes),
    )


def _attached_policies(account: str | None, kind: str) -> str:
    return command(
        *("aws", "organizations", "list-policies-for-target"),
        *("--target-id", commands.account(account), "--filter", kind),
    )


def explain_boundary(denial: Denial) -> Explanation:
    """Explain a denial by a permissions boundary."""
    who = denial.caller
    explicit = denial.deny == "explicit"
    if explicit:
        why, text = (
            "its permissions boundary denies it",
            f"A Deny statement in the permissions boundary of {who} fits the call.",
        )
    else:
        why, text = (
            "its permissions boundary does not allow it",
            f"The permissions boundary of {who} does not allow it.",
        )
    steps = (
        "The boundary is a managed policy. Look whether other principals have it too: a change counts for all.",
        "Narrow the Deny statement, or give the principal another boundary."
        if explicit
        else "Add the statement to the boundary. A boundary grants nothing: it only lets through what other policies allow.",
    )
    remedy = Remedy(
        title="Change the permissions boundary",
        who="account administrator",
        steps=(*steps, *_about_resource(denial)),
        commands=_boundary_commands(denial),
        statement=None if explicit else _limit_statement(denial),
        layer="permissions_boundary",
        url=pages.BOUNDARIES,
    )
    code = "boundary-deny" if explicit else "boundary-no-allow"
    notes = ["An Allow in another policy of the caller does not help against its boundary."]
    if not explicit:
        notes.append(_IDENTITY_TOO)
    return Explanation(
        failure=denial.failure,
        topic="permissions-boundary",
        summary=denial_summary(denial, why),
        causes=(Cause(code, text, denial.policy_type_evidence, reason_lines(denial)),),
        remedies=(remedy,),
        notes=tuple(notes),
    )


def _boundary_commands(denial: Denial) -> tuple[str, ...]:
    made: list[str] = []
    role, principal = denial.role, denial.principal
    if role is not None:
        made.append(
            command(
                "aws",
                "iam",
                "get-role",
                "--role-name",
                commands.role_name(role.name),
                "--query",
                "Role.PermissionsBoundary",
            )
        )
    elif isinstance(principal, User):
        made.append(
            command(
                "aws",
                "iam",
                "get-user",
                "--user-name",
                commands.user_name(principal.name),
                "--query",
                "User.PermissionsBoundary",
            )
        )
    boundary = commands.arn(denial.policy, "BOUNDARY_ARN")
    made.append(
        command(
            "aws",
            "iam",
            "list-entities-for-policy",
            "--policy-arn",
            boundary,
            "--policy-usage-filter",
            "PermissionsBoundary",
        )
    )
    return tuple(made)


def explain_session(denial: Denial) -> Explanation:
    """Explain a denial by a session policy."""
    explicit = denial.deny == "explicit"
    why = "the session's policy denies it" if explicit else "the session's policy does not allow it"
    text = (
        "A Deny statement in a policy that was given along when the session began fits the call."
        if explicit
        else "The session began with a session policy, and that policy does not allow it."
    )
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
        steps=(*steps, *_about_resource(denial)),
        statement=None if explicit else _limit_statement(denial),
        layer="session",
        url=pages.SESSION_POLICIES,
    )
    notes = ["An Allow in a policy of the role or user does not help against the session's policy."]
    if not explicit:
        notes.append(_IDENTITY_TOO)
    return Explanation(
        failure=denial.failure,
        topic="session-policy",
        summary=denial_summary(denial, why),
        causes=(
            Cause(
                "session-deny" if explicit else "session-no-allow",
                text,
                denial.policy_type_evidence,
                reason_lines(denial),
            ),
        ),
        remedies=(remedy,),
        notes=tuple(notes),
    )


def explain_vpc_endpoint(denial: Denial) -> Explanation:
    """Explain a denial by the policy of a VPC endpoint."""
    through = "transitively" in (denial.failure.reason or "")
    explicit = denial.deny == "explicit"
    word = "denies it" if explicit else "does not allow it"
    text = f"The call went through a VPC endpoint whose policy {word}."
    if denial.deny is None:
        word, text = (
            "stands against it",
            "The call went through a VPC endpoint whose policy stands against it.",
        )
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
    if through:
        steps.append(
            "The message says that a service control policy is behind it: ask the organization's administrator too."
        )
    remedy = Remedy(
        title="Change the VPC endpoint's policy",
        who="account administrator",
        steps=(*steps, *_about_resource(denial)),
        commands=(
            command(
                *("aws", "ec2", "describe-vpc-endpoints", "--region", region),
                *("--filters", f"Name=service-name,Values={name}"),
                *("--query", "VpcEndpoints[].[VpcEndpointId,VpcId,PolicyDocument]", "--output", "json"),
            ),
            "aws ec2 modify-vpc-endpoint --vpc-endpoint-id ENDPOINT_ID --policy-document file://policy.json",
        ),
        statement=None if explicit else _endpoint_statement(denial),
        layer="vpc_endpoint",
        url=pages.VPC_ENDPOINT,
    )
    notes = ["An Allow in a policy of the caller does not help against the endpoint's policy."]
    if not explicit:
        notes.append(_IDENTITY_TOO)
    return Explanation(
        failure=denial.failure,
        topic="vpc-endpoint-policy",
        summary=denial_summary(denial, f"the VPC endpoint's policy {word}"),
        causes=(
            Cause(
                "vpc-endpoint-deny" if explicit else "vpc-endpoint-no-allow",
                text,
                denial.policy_type_evidence,
                reason_lines(denial),
            ),
        ),
        remedies=(remedy,),
        notes=tuple(notes),
    )


def _about_resource(denial: Denial) -> tuple[str, ...]:
    """Say what there is to know of the resource in the statement."""
    grant = required_grant(denial)
    if grant is None or denial.deny == "explicit":
        return ()
    return (*((REPLACE_PLACEHOLDERS,) if grant.has_placeholders else ()), *grant.notes)


def _limit_statement(denial: Denial) -> dict[str, Any] | None:
    """Give the statement that lets an action through a policy that only limits."""
    grant = required_grant(denial)
    return None if grant is None else build_statement(grant, sid=statement_id(grant.action))


def _endpoint_statement(denial: Denial) -> dict[str, Any] | None:
    grant = required_grant(denial)
    if grant is None:
        return None
    made = build_statement(grant, sid=statement_id(grant.action), principal="*")
    made["Condition"] = {"ArnEquals": {"aws:PrincipalArn": policy_principal_arn(denial)}}
    return made


def _policy_id(policy: str | None) -> str:
    """Give the id of a policy of Organizations for a command."""
    found = _POLICY_ID.fullmatch((policy or "").rpartition("/")[2])
    return found[0] if found else "POLICY_ID"
