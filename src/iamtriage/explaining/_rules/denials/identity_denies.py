"""Explain denials by a Deny statement in an identity-based policy, or in a policy that AWS does not name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import IdentityCenterRole, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import (
    EXPLICIT_DENY,
)
from iamtriage.explaining._rules.shared.denial_remedies import (
    authorization_details_remedy,
    list_policies_commands,
    model_region_remedy,
    region_steps,
)
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.stated_decisions import inline_policy_commands, named_statements
from iamtriage.explaining._rules.shared.wording import (
    ALLOW_STILL_REQUIRED,
    ONE_POLICY_TYPE,
    denial_summary,
    reason_lines,
)
from iamtriage.policies._patterns import compile_glob, matches

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_messages import DenyingCondition
    from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.denials.identity_remedies import simulation_commands

__all__ = ("explain_deny_of_unnamed_policy", "explain_identity_deny")


# What names a policy or statement for MFA: ForceMFA, DenyAllExceptListedIfNoMFA.
_MFA = lazy_pattern(r"(?i)mfa|multi-?factor")


_BOUNDARY = lazy_pattern(r"(?i)boundar")


# Numbers, dates, and addresses or their ranges.
_COMPARED = lazy_pattern(r"[0-9a-fA-F.:/TZ+-]+", re.ASCII)
# A condition key or value in the shorthand syntax of the AWS CLI.
_CONTEXT_VALUE = lazy_pattern(r"[A-Za-z0-9][\w:/.*+-]{0,255}", re.ASCII)


_QUARANTINE_POLICY = "AWSCompromisedKeyQuarantine"


IDENTITY_DENY = CauseType(
    "identity-deny",
    title="A Deny statement in an identity-based policy matches the request",
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


DENYING_CONDITION = CauseType(
    "denying-condition",
    title="The condition of the Deny statement matches",
    meaning="The decoded message states which condition of the Deny statement matched the request.",
    recognised_by="The decoded message states the condition keys of the Deny statement.",
    fix="Make the call so that the condition does not match, or change the statement.",
    sources=(pages.EVALUATION,),
    example="ec2-encoded-decoded",
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
                text=f"A Deny statement in an identity-based policy of {denial.caller} matches the request. {policy} {ALLOW_STILL_REQUIRED}",
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
    step = "Get a session with the code of your device (list-mfa-devices prints its ARN), and export the credentials that the second command returns. Long-term access keys never carry MFA. In a profile, mfa_serial does the same."
    line = fill_command("aws sts get-session-token --serial-number {} --token-code TOKEN_CODE", device)
    if denial.lowercase_action == "sts:assumerole":
        step = "Pass the code of your device with the call, as in the second command (list-mfa-devices prints its ARN). In a profile, mfa_serial does the same."
        line = fill_command(
            "aws sts assume-role --role-arn {} --role-session-name SESSION_NAME --serial-number {} --token-code TOKEN_CODE",
            *(commands.arn(denial.resource, "ROLE_ARN"), device),
        )
    return Remedy(
        title="Call with MFA: by its name, the Deny applies to calls without it",
        who="you",
        steps=(step,),
        commands=("aws iam list-mfa-devices", line),
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
        return (commands.show_policy_command(commands.arn(denial.policy, "POLICY_ARN")),)
    return list_policies_commands(denial)


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
    statement = f"the statement {clip_text(denial.statements[0])}" if denial.statements else "a policy"
    # The caller can change the request more easily than who calls.
    ordered = sorted(conditions, key=lambda each: each.key.lower().startswith("aws:principal"))
    met = next((each for each in ordered if each.request_values), None)
    verdict = f"{statement} denies it explicitly"
    if met is not None:
        verdict += f" because {clip_text(met.key)} is {clip_text(', '.join(met.request_values or ()))}"
    named = f" named {clip_text(denial.statements[0])}" if denial.statements else ""
    remedy = Remedy(
        title=f"Find the Deny statement{named}",
        who="account administrator",
        steps=(
            "Check in this order: the caller's identity-based policies, the resource's policy, the permissions boundary, service control policies, the session policy, the VPC endpoint policy.",
            "Satisfy what the Deny requires. If the request is legitimate, scope the Deny down.",
        ),
        commands=_simulation_with_context(denial, conditions),
        url=pages.EVALUATION,
    )
    return Explanation(
        failure=denial.failure,
        topic="explicit-deny",
        summary=denial_summary(denial, verdict),
        causes=(
            EXPLICIT_DENY.cause(
                denial.policy_type_evidence,
                reason_lines(denial),
                text=f"A Deny statement in some policy matches the request. The message does not name the policy type. {ALLOW_STILL_REQUIRED}",
            ),
            *(
                DENYING_CONDITION.cause(
                    "supplied", ("The decoded message holds the statement.",), text=str(each)
                )
                for each in conditions
            ),
        ),
        remedies=present(
            authorization_details_remedy(denial),
            None if met is None else _comply_remedy(denial, met, remedy),
            remedy,
        ),
    )


def _comply_remedy(denial: Denial, condition: DenyingCondition, find: Remedy) -> Remedy:
    """Return how to make the call so that the condition of a ``Deny`` does not match."""
    key, values = clip_text(condition.key), clip_text(", ".join(condition.policy_values))
    rule = clip_text(denial.statements[0]) if denial.statements else "The Deny"
    accepts = _accepts_listed_values(condition)
    if accepts is None:
        title = f"Call with a value of {key} that the rule accepts"
        step = f"{rule} compares it with {values}; the decoded message omits the operator. With one such as StringNotLike, these are the accepted values, else the denied ones."
    elif accepts:
        listed = join_words(condition.policy_values, "or")
        title = f"Call with {clip_text(listed)} as {key}"
        step = f"{rule} denies values that are not in this list: use one of them."
    else:
        title = f"Call with another value of {key} than {values}"
        step = f"{rule} denies these values."
    return Remedy(
        title=title,
        who="you",
        steps=(
            step,
            "If the call is legitimate, ask for the Deny to be scoped down; an Allow does not help. It can be in an identity-based policy of the caller, the resource's policy, a permissions boundary, an SCP, a session policy or a VPC endpoint policy.",
        ),
        commands=find.commands,
        url=pages.EVALUATION,
    )


def _accepts_listed_values(condition: DenyingCondition) -> bool | None:
    """Return whether the policy's values are accepted rather than denied; ``None`` if that is open.

    A ``Deny`` matched, so its operator is negated (such as ``StringNotLike``) if the request's value is not among
    those of the policy. Numbers, dates and addresses can have operators that compare in other ways.
    """
    values, requested = condition.policy_values, condition.request_values or ()
    if not values or len(requested) != 1 or any(_COMPARED.fullmatch(each) or "${" in each for each in values):
        return None
    value = requested[0].lower()
    return not any(matches(value, compile_glob(each.lower())) for each in values)


def _simulation_with_context(denial: Denial, conditions: tuple[DenyingCondition, ...]) -> tuple[str, ...]:
    """Return the command for the policy simulator, with the values of the keys that the ``Deny`` tests."""
    found = simulation_commands(denial)
    entries = [
        f"ContextKeyName={each.key},ContextKeyType=string{'List' if len(each.request_values) > 1 else ''},ContextKeyValues={','.join(each.request_values)}"
        for each in conditions
        if each.request_values and all(map(_CONTEXT_VALUE.fullmatch, (each.key, *each.request_values)))
    ]
    if not found or not entries:
        return found
    template = f"{{}} --context-entries{' {}' * len(entries)}"
    return (fill_command(template.replace("{}", "@", 1), *entries).replace("@", found[0], 1), *found[1:])
