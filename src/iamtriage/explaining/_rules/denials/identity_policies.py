"""Denials for want of an Allow, by a Deny in the caller's own policies, or for a reason that AWS leaves out.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html. Not for policies that only
limit, nor for those of resources and roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.arns._principals import Root, ServiceLinkedRole, User
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import resource_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy, required_grant
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.denial import identity_allow_helps
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
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "explain_identity_deny",
    "explain_no_allow",
    "explain_unnamed",
    "explain_unnamed_deny",
    "other_layer",
    "simulation",
    "trail",
)

_QUARANTINE = "AWSCompromisedKeyQuarantine"


def explain_no_allow(denial: Denial) -> Explanation:
    """Explain a denial of which AWS says that no identity-based policy allows it."""
    who = denial.caller
    cause = Cause(
        "no-identity-allow",
        f"No policy of {who} allows {denial.action or 'the action'}{' on this resource' if denial.resource else ''}.",
        denial.policy_type_evidence,
        reason_lines(denial),
    )
    remedies = [
        _helping(denial, helps=identity_allow_helps(denial)),
        other_side(denial),
        authorization_details_remedy(denial),
    ]
    if not any(remedies):
        remedies.append(_asking(denial) if denial.action is None else _looking(denial))
    notes = [ONE_POLICY_TYPE, EVENTUAL_CONSISTENCY]
    if denial.crosses_accounts:
        notes.insert(0, _both_sides(denial))
    return Explanation(
        failure=denial.failure,
        topic="no-identity-allow",
        summary=denial_summary(denial, "no identity-based policy allows it"),
        causes=(cause,),
        remedies=tuple(each for each in remedies if each is not None),
        notes=tuple(notes),
    )


def explain_identity_deny(denial: Denial) -> Explanation:
    """Explain a denial by a Deny in a policy of the caller."""
    who = denial.caller
    if _QUARANTINE in (denial.policy or ""):
        return _quarantined(denial)
    policy = commands.arn(denial.policy, "POLICY_ARN")
    role, principal = denial.role, denial.principal
    made = [
        command(
            "aws",
            "iam",
            "get-policy",
            "--policy-arn",
            policy,
            "--query",
            "Policy.DefaultVersionId",
            "--output",
            "text",
        ),
        command("aws", "iam", "get-policy-version", "--policy-arn", policy, "--version-id", "VERSION_ID"),
    ]
    if denial.policy is None:
        made = []
        if role is not None:
            name = commands.role_name(role.name)
            made = [
                command("aws", "iam", "list-role-policies", "--role-name", name),
                command("aws", "iam", "list-attached-role-policies", "--role-name", name),
            ]
        elif isinstance(principal, User):
            name = commands.user_name(principal.name)
            made = [
                command("aws", "iam", "list-user-policies", "--user-name", name),
                command("aws", "iam", "list-attached-user-policies", "--user-name", name),
                command("aws", "iam", "list-groups-for-user", "--user-name", name),
            ]
    where = (
        f" The policy is {denial.policy}."
        if denial.policy
        else " AWS names no policy: it may be an inline one."
    )
    remedy = Remedy(
        title="Find the Deny statement and narrow it",
        who="account administrator",
        steps=(
            "Look for Deny statements whose Action and Resource fit the call, and at their conditions.",
            "Where a condition asks for something, such as MFA, a region, a network or a tag, make the call so.",
            "Where the call is wanted, narrow the Deny. An Allow beside it does not help.",
        ),
        commands=tuple(made),
        layer="identity",
        url=pages.EVALUATION,
    )
    return Explanation(
        failure=denial.failure,
        topic="identity-deny",
        summary=denial_summary(denial, "a policy of the caller denies it explicitly"),
        causes=(
            Cause(
                "identity-deny",
                f"A Deny statement in a policy of {who} fits the call.{where}",
                denial.policy_type_evidence,
                reason_lines(denial),
            ),
        ),
        remedies=tuple(each for each in (remedy, authorization_details_remedy(denial)) if each is not None),
        notes=("An explicit Deny beats every Allow.", ONE_POLICY_TYPE),
    )


def _quarantined(denial: Denial) -> Explanation:
    """Explain a denial by the policy that AWS attaches when it finds keys in public."""
    user = denial.principal.name if isinstance(denial.principal, User) else None
    name = commands.user_name(user)
    remedy = Remedy(
        title="Treat the user's keys as stolen",
        who="account administrator",
        steps=(
            "Deactivate the user's access keys first.",
            "Look in CloudTrail for what was done with them, in every region, and undo it.",
            "Make new keys, or better a role, take the old keys out of wherever they were published, and delete them.",
            "Detach the quarantine policy last.",
        ),
        commands=(
            command("aws", "iam", "list-access-keys", "--user-name", name),
            command(
                "aws",
                "iam",
                "update-access-key",
                "--user-name",
                name,
                "--access-key-id",
                "KEY_ID",
                "--status",
                "Inactive",
            ),
            "aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=KEY_ID",
        ),
        url=pages.ROTATE_KEYS,
    )
    return Explanation(
        failure=denial.failure,
        topic="compromised-key",
        summary=denial_summary(denial, "AWS has put the user's keys under quarantine"),
        causes=(
            Cause(
                "key-quarantine",
                "AWS attached a quarantine policy to the user, since an access key of theirs was found in public.",
                "reported",
                reason_lines(denial),
            ),
        ),
        remedies=(remedy,),
        notes=("Detaching the policy alone leaves the keys to whoever found them.",),
    )


def explain_unnamed_deny(denial: Denial) -> Explanation:
    """Explain an explicit deny of which AWS does not say in which policy it stands."""
    cause = Cause(
        "explicit-deny",
        "A Deny statement in some policy fits the call. The message does not say in which type of policy.",
        denial.policy_type_evidence,
        reason_lines(denial),
    )
    message = denial.facts.decoded_message
    causes = [cause]
    if message is not None:
        causes += [
            Cause("denying-condition", str(each), "supplied", ("The decoded message holds the statement.",))
            for each in message.denying_conditions()
        ]
    remedy = Remedy(
        title="Find the Deny statement",
        who="account administrator",
        steps=(
            "Look in this order: policies of the caller, the resource's policy, permissions boundary, service control policies, session policy, VPC endpoint policy.",
            "Where the call is wanted, narrow the Deny, or meet its condition.",
        ),
        commands=simulation(denial),
        url=pages.EVALUATION,
    )
    return Explanation(
        failure=denial.failure,
        topic="explicit-deny",
        summary=denial_summary(denial, "a policy denies it explicitly"),
        causes=tuple(causes),
        remedies=tuple(each for each in (authorization_details_remedy(denial), remedy) if each is not None),
        notes=("An explicit Deny beats every Allow: adding an Allow does not help.",),
    )


_UNSURE = "The message does not say why. This helps where no policy of the caller allows it yet."


def explain_unnamed(denial: Denial) -> Explanation:
    """Explain a denial without a reason."""
    who = denial.caller
    causes: list[Cause] = []
    if denial.action_evidence == "derived" and denial.action is not None:
        causes.append(_derivation(denial))
    remedies: list[Remedy | None] = []
    if denial.deny == "implicit":
        text = "No statement denies it explicitly: what is missing is an Allow."
        causes.append(Cause("implicit-deny", text, denial.policy_type_evidence, reason_lines(denial)))
    if denial.action is not None:
        if identity_allow_helps(denial):
            causes.append(
                Cause(
                    "no-identity-allow", f"Most often, no policy of {who} allows {denial.action}.", "possible"
                )
            )
            remedies += [allow_remedy(denial, first_step=_UNSURE), other_side(denial)]
        causes.append(other_layer(denial))
        remedies.append(_looking(denial))
    else:
        causes.append(
            Cause(
                "unknown-action",
                "The message names neither the action nor the policy, so what is missing cannot be told from it.",
                "derived",
            )
        )
        remedies.append(_asking(denial))
    # The message with a blob tells more than any guess.
    remedies.insert(
        0 if denial.failure.encoded_message else len(remedies), authorization_details_remedy(denial)
    )
    notes = [EVENTUAL_CONSISTENCY]
    if denial.crosses_accounts:
        notes.insert(0, _both_sides(denial))
    why = "the message gives no reason" if denial.action else "the message names no action"
    if denial.deny == "implicit":
        why = "no policy allows it"
    return Explanation(
        failure=denial.failure,
        topic="access-denied",
        summary=denial_summary(denial, why),
        causes=tuple(causes),
        remedies=tuple(each for each in remedies if each is not None),
        notes=tuple(notes),
    )


def other_layer(denial: Denial) -> Cause:
    limits = "a service control policy, a permissions boundary, a session policy or a VPC endpoint's"
    if denial.deny == "implicit":
        return Cause("other-layer", f"A policy that only limits may not allow it: {limits}.", "possible")
    return Cause(
        "other-layer",
        f"A policy that the message does not name may deny it: the resource's, {limits}.",
        "possible",
    )


def _derivation(denial: Denial) -> Cause:
    operation = denial.failure.envelope.operation
    text = f"The call {operation} takes {join_first_four(denial.actions)}."
    if denial.failure.encoded_message:
        text += " The encoded message may name another action, such as iam:PassRole."
    return Cause("derived-action", text, "derived", ("The message names the call, not the action.",))


def _helping(denial: Denial, *, helps: bool) -> Remedy | None:
    """Give the remedy that allows it where an Allow helps, or what to do in its place."""
    if isinstance(denial.role, ServiceLinkedRole):
        return Remedy(
            title="Let the service use another role, or open the resource to it",
            who="account administrator",
            steps=(
                f"{denial.role.name} is a service-linked role: its policies belong to the service, and nobody else can change them.",
                "Where the service takes a role of your own, give it one with a policy for this action.",
                "Where the resource has a policy, such as a KMS key or bucket, let the role in there.",
            ),
            url=pages.SERVICE_LINKED,
        )
    return allow_remedy(denial) if helps else None


def _looking(denial: Denial) -> Remedy:
    return Remedy(
        title="Find out which policy it is",
        who="account administrator",
        steps=(
            "The simulator tells what the caller's own policies and boundary say; it knows neither control policies nor session policies in full.",
            "CloudTrail's record of the call may hold more than the message.",
        ),
        commands=(*simulation(denial), *trail(denial)),
        url=pages.ACCESS_DENIED,
    )


def _asking(denial: Denial) -> Remedy:
    return Remedy(
        title="Find out who called what",
        who="you",
        steps=(
            "See which identity the program uses: it may be another one than you think.",
            "Look for the call in CloudTrail: the record names action, resource and caller.",
        ),
        commands=("aws sts get-caller-identity", *trail(denial)),
        url=pages.ACCESS_DENIED,
    )


def trail(denial: Denial) -> tuple[str, ...]:
    operation = denial.failure.envelope.operation or (denial.action or "").partition(":")[2]
    name = operation if operation.isalnum() and operation.isascii() else "OPERATION"
    return (
        command(
            *("aws", "cloudtrail", "lookup-events", "--region", region_argument(denial)),
            *("--lookup-attributes", f"AttributeKey=EventName,AttributeValue={name}", "--max-results", "10"),
        ),
    )


def simulation(denial: Denial) -> tuple[str, ...]:
    """Give the command that asks IAM's simulator, where caller and action are known."""
    grant = required_grant(denial)
    if grant is None or not grant.known or isinstance(denial.principal, Root):
        return ()
    role, principal = denial.role, denial.principal
    arn = "PRINCIPAL_ARN"
    if denial.has_masked_account:
        pass
    elif role is not None and not role.lacks_its_path:
        arn = str(role)
    elif isinstance(principal, User):
        arn = str(principal)
    words = [
        "aws",
        "iam",
        "simulate-principal-policy",
        "--policy-source-arn",
        commands.arn(arn, "PRINCIPAL_ARN"),
    ]
    words += ["--action-names", grant.action]
    if grant.resources != ("*",):
        words += ["--resource-arns", commands.arn(denial.resource, "RESOURCE_ARN")]
    return (command(*words),)


def other_side(denial: Denial) -> Remedy | None:
    """Give what the owner of the resource has to do, where that is another account."""
    if not denial.crosses_accounts:
        return None
    if denial.service in RESOURCE_POLICIES:
        return resource_remedy(denial)
    return Remedy(
        title=f"Or assume a role of account {denial.resource_account}",
        who="resource owner",
        steps=(
            "The owner makes a role that may do it and whose trust policy lets the caller in; the caller assumes it.",
            f"Where resources of {denial.service} have policies of their own, or are shared by AWS RAM, their owner can let the caller in that way.",
        ),
        url=pages.OTHER_ACCOUNTS,
    )


def _both_sides(denial: Denial) -> str:
    return f"The caller is of account {denial.account}, the resource of {denial.resource_account}. Both sides have to allow it: the caller's policies and the resource's policy, or a role of the other account that the caller assumes."
