"""Explain denials that only the caller's identity-based policies, or none at all, account for.

Covered are a missing ``Allow``, a ``Deny`` in an identity-based policy, and denials for which AWS gives no reason:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import clip_text
from iamtriage.arns._principals import IdentityCenterRole, Root, ServiceLinkedRole, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import resource_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy, required_grant
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import (
    DERIVED_ACTION,
    EXPLICIT_DENY,
    NO_IDENTITY_ALLOW,
)
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.services import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.stated_decisions import inline_policy_commands, named_statements
from iamtriage.explaining._rules.shared.wording import (
    EVENTUAL_CONSISTENCY,
    ONE_POLICY_TYPE,
    authorization_details_remedy,
    denial_summary,
    join_first_four,
    model_region_remedy,
    reason_lines,
    region_argument,
    region_steps,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "cloudtrail_command",
    "explain_denial_without_reason",
    "explain_deny_of_unnamed_policy",
    "explain_identity_deny",
    "explain_no_identity_allow",
    "other_policy_cause",
    "simulation_commands",
)

_SERVICE_LINKED_ROLE = re.compile(
    r":role/aws-service-role/(?P<service>[a-z0-9.-]{3,100}\.amazonaws\.com(?:\.cn)?)/", re.ASCII
)
# What names a policy or statement for MFA: ForceMFA, DenyAllExceptListedIfNoMFA.
_MFA = re.compile(r"(?i)mfa|multi-?factor")
_BOUNDARY = re.compile(r"(?i)boundar")
_QUARANTINE_POLICY = "AWSCompromisedKeyQuarantine"
_IF_NOT_ALLOWED = "The message does not say why. This helps if no policy of the caller allows it yet."


OTHER_LAYER = CauseType(
    "other-layer",
    title="Another policy type denies the request",
    meaning="A policy that the message does not name denies or does not allow the request: the resource's policy, or one that caps permissions.",
    fix="Check the resource's policy, SCPs and RCPs, the permissions boundary, the session policy and the VPC endpoint policy.",
    of="no-identity-allow",
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
IDENTITY_DENY = CauseType(
    "identity-deny",
    title="A Deny statement in an identity-based policy matches the request",
    meaning="A Deny statement in an identity-based policy of the caller matches the request.",
    recognised_by='AWS says "with an explicit deny in an identity-based policy".',
    fix="Change the Deny statement, or make the call as it requires. An Allow does not override it.",
    sources=(pages.EVALUATION,),
    example="identity-explicit",
)
KEY_QUARANTINE = CauseType(
    "key-quarantine",
    title="AWS quarantined the user because of an exposed access key",
    meaning="AWS attached a quarantine policy to the user, because it found an access key of the user exposed publicly.",
    recognised_by="The denying policy is AWSCompromisedKeyQuarantine.",
    fix="Replace the exposed key and follow the support case. AWS asks to leave the quarantine policy in place until the case is closed.",
    sources=(
        pages.QUARANTINE,
        pages.EXPOSED_KEYS,
    ),
    example="compromised-key",
)
NO_SERVICE_LINKED_ROLE = CauseType(
    "no-service-linked-role",
    title="The service-linked role does not exist yet",
    meaning="The call needs the service-linked role of the service, which does not exist in the account yet.",
    fix="Create the service-linked role once per account, or allow iam:CreateServiceLinkedRole to the caller.",
    of="no-identity-allow",
)
DENYING_CONDITION = CauseType(
    "denying-condition",
    title="The condition of the Deny statement matches",
    meaning="The decoded message states which condition of the Deny statement matched the request.",
    recognised_by="The decoded message states the condition keys of the Deny statement.",
    fix="Make the call so that the condition does not match, or change the statement.",
    sources=(pages.EVALUATION,),
    example="ec2-encoded-decoded",
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


def _describe_policy(denial: Denial) -> str:
    name = (denial.policy or "").rpartition("/")[2]
    return f"the identity-based policy {clip_text(name)}" if name else "an identity-based policy"


def _change_step(denial: Denial, *, is_inline: bool) -> str:
    """Return who changes the Deny, and how."""
    legitimate = "The Deny can be intentional. If the request is legitimate,"
    if isinstance(denial.role, IdentityCenterRole):
        name = f" {denial.role.permission_set}" if denial.role.permission_set else ""
        return f"{legitimate} an administrator of IAM Identity Center changes the permission set{name}: changes to its role are undone."
    return f"{legitimate} an IAM administrator{_of_account(denial)} scopes the statement down{_or_removes_policy(denial, inline=is_inline)}."


def _or_removes_policy(denial: Denial, *, inline: bool) -> str:
    """Return what else can be done with the policy: only managed policies can be detached."""
    if inline:
        return " or deletes the inline policy"
    if denial.policy:
        return f" or detaches the policy from {denial.caller}"
    return ", or detaches the managed policy or deletes the inline policy"


def explain_identity_deny(denial: Denial) -> Explanation:
    """Explain a denial by a ``Deny`` in an identity-based policy."""
    if _QUARANTINE_POLICY in (denial.policy or ""):
        return _explain_quarantine(denial)
    inline = inline_policy_commands(denial.facts, denial.action)
    policy = "AWS does not name the policy: it can be an inline policy."
    if denial.policy:
        policy = f"The policy is {denial.policy}."
    elif inline:
        policy = "It is an inline policy."
    named = next(named_statements(denial.facts, denial.action), None)
    names = f"{denial.policy or ''} {' '.join(denial.statements)} {named or ''}"
    details = authorization_details_remedy(denial)
    mfa = _mfa_remedy(denial) if _MFA.search(names) else _boundary_remedy(denial, names)
    remedy = Remedy(
        title="Find the Deny statement, then satisfy what it requires or scope it down"
        if named is None
        else "Satisfy what the Deny statement requires, or scope it down",
        who="account administrator",
        steps=(
            "Look for Deny statements that match the action and resource, and read their conditions: such as MFA, a region, a network or a tag. A request that they do not match is not denied."
            if named is None
            else f"It is {named}. Read its conditions, such as MFA, a region, a network or a tag: a request that they do not match is not denied.",
            _change_step(denial, is_inline=bool(inline)),
            *region_steps(denial),
        ),
        commands=inline or _show_policy_commands(denial),
        layer="identity",
        url=pages.EVALUATION,
    )
    return Explanation(
        failure=denial.failure,
        topic="identity-deny",
        summary=denial_summary(denial, f"{named or _describe_policy(denial)} explicitly denies it"),
        causes=(
            IDENTITY_DENY.cause(
                denial.policy_type_evidence,
                reason_lines(denial),
                text=f"A Deny statement in an identity-based policy of {denial.caller} matches the request. {policy} An explicit deny overrides any Allow.",
            ),
        ),
        # The authorization details name the policy, if the message does not.
        remedies=present(
            mfa, model_region_remedy(denial), *((remedy, details) if denial.policy else (details, remedy))
        ),
        notes=(ONE_POLICY_TYPE,),
    )


def _mfa_remedy(denial: Denial) -> Remedy:
    """Return how to call with MFA, which a Deny with such a name requires."""
    device = (
        f"arn:{denial.location.partition or 'aws'}:iam::{commands.account(denial.account)}:mfa/DEVICE_NAME"
    )
    return Remedy(
        title="Call with MFA: by its name, the Deny applies to calls without it",
        who="you",
        steps=(
            "Get a session with the code of your device (list-mfa-devices prints its ARN), and export the credentials that the second command returns. Long-term access keys never carry MFA. In a profile, mfa_serial does the same.",
        ),
        commands=(
            "aws iam list-mfa-devices",
            fill_command("aws sts get-session-token --serial-number {} --token-code TOKEN_CODE", device),
        ),
        url=pages.MFA,
    )


def _boundary_remedy(denial: Denial, names: str) -> Remedy | None:
    """Return how to create a role or user with a boundary, which a Deny with such a name requires.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html: delegating with boundaries.
    """
    operation = {"iam:createrole": "put-role", "iam:createuser": "put-user"}.get(denial.lowercase_action)
    if operation is None or not _BOUNDARY.search(names):
        return None
    return Remedy(
        title="Pass a permissions boundary: by its name, the Deny applies to calls without it",
        who="you",
        steps=(
            "The condition on iam:PermissionsBoundary in the Deny names the boundary. Pass its ARN with the call: --permissions-boundary in the CLI, permissions_boundary in Terraform, PermissionsBoundary in CloudFormation.",
        ),
        commands=_show_policy_commands(denial)[:1],
        url=pages.BOUNDARIES,
    )


def _of_account(denial: Denial) -> str:
    return f" of account {denial.account}" if denial.account else ""


def _show_policy_commands(denial: Denial) -> tuple[str, ...]:
    """Return the commands that print the policy that denies, or list the caller's policies."""
    if denial.policy is not None:
        policy = commands.arn(denial.policy, "POLICY_ARN")
        return (commands.show_policy_command(policy),)
    if denial.role is not None:
        kind, name = "role", commands.role_name(denial.role.name)
        subcommands = ["list-role-policies", "list-attached-role-policies"]
    elif isinstance(denial.principal, User):
        kind, name = "user", commands.user_name(denial.principal.name)
        subcommands = ["list-user-policies", "list-attached-user-policies", "list-groups-for-user"]
    else:
        return ()
    return tuple(fill_command(f"aws iam {each} --{kind}-name {{}}", name) for each in subcommands)


def _explain_quarantine(denial: Denial) -> Explanation:
    """Explain a denial by the policy that AWS attaches to users with publicly exposed keys."""
    name = commands.user_name(denial.principal.name if isinstance(denial.principal, User) else None)
    remedy = Remedy(
        title="Treat the user's access keys as compromised: rotate them first",
        who="account administrator",
        steps=(
            "With other credentials than the user's, deactivate the user's access keys, then replace and delete them. A role instead of a user is better.",
            "Look in CloudTrail, in every region, for calls, users and resources that you don't know, and remove them. Remove the key from where it was published.",
            "Follow the AWS Support case or the notification in AWS Health. AWS asks you to leave the quarantine policy attached until the case is resolved.",
        ),
        commands=(
            fill_command("aws iam list-access-keys --user-name {}", name),
            fill_command(
                "aws iam update-access-key --user-name {} --access-key-id ACCESS_KEY_ID --status Inactive",
                name,
            ),
            "aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ACCESS_KEY_ID",
        ),
        url=pages.ROTATE_KEYS,
    )
    return Explanation(
        failure=denial.failure,
        topic="compromised-key",
        summary=denial_summary(denial, "AWS quarantined the user because an access key is exposed"),
        causes=(
            KEY_QUARANTINE.cause(
                "reported",
                reason_lines(denial),
                text=f"AWS attached its managed policy {(denial.policy or '').rpartition('/')[2]} because it found an access key of the user exposed publicly. An Allow does not override its explicit deny.",
            ),
        ),
        remedies=(remedy,),
        notes=("Detaching the policy alone leaves the keys with whoever found them.",),
    )


def explain_deny_of_unnamed_policy(denial: Denial) -> Explanation:
    """Explain an explicit deny if AWS does not state the policy type."""
    message = denial.facts.decoded_message
    conditions = () if message is None else message.denying_conditions()
    remedy = Remedy(
        title="Find the Deny statement",
        who="account administrator",
        steps=(
            "Check in this order: the caller's identity-based policies, the resource's policy, the permissions boundary, service control policies, the session policy, the VPC endpoint policy.",
            "Satisfy what the Deny requires. If the request is legitimate, scope the Deny down.",
        ),
        commands=simulation_commands(denial),
        url=pages.EVALUATION,
    )
    return Explanation(
        failure=denial.failure,
        topic="explicit-deny",
        summary=denial_summary(denial, "a policy denies it explicitly"),
        causes=(
            EXPLICIT_DENY.cause(
                denial.policy_type_evidence,
                reason_lines(denial),
                text="A Deny statement in some policy matches the request. The message does not name the policy type. An explicit deny overrides any Allow.",
            ),
            *(
                DENYING_CONDITION.cause(
                    "supplied", ("The decoded message holds the statement.",), text=str(each)
                )
                for each in conditions
            ),
        ),
        remedies=present(authorization_details_remedy(denial), remedy),
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
    limits = "a service control policy, a permissions boundary, a session policy or a VPC endpoint's"
    text = f"A policy that the message does not name may deny it: the resource's, {limits}."
    if denial.deny == "implicit":
        text = f"A policy that caps permissions may not allow it: {limits}."
    return OTHER_LAYER.cause(text=text)


def _derived_action_cause(denial: Denial) -> Cause:
    operation = denial.failure.envelope.operation
    text = f"The call {operation} requires {join_first_four(denial.actions)}."
    if denial.failure.encoded_message:
        text += " The encoded message may name another action, such as iam:PassRole."
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
