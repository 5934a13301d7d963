"""Explain denials for which AWS gives no reason, or neither a reason nor the service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html says which services give one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.denials.identity_remedies import cloudtrail_command
from iamtriage.explaining._rules.shared import denial_remedies, pages, wording
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.decisions import request_tags
from iamtriage.explaining._rules.shared.denial import CUT_OFF
from iamtriage.explaining._rules.shared.remedies import account_remedy, present, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.denial import Denial

OTHER_LAYER = CauseType(
    "other-policy-type",
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
)
UNKNOWN_ACTION = CauseType(
    "unknown-action",
    title="The message names neither the action nor the policy",
    text="The message names neither the action nor the policy, so it does not show what is missing.",
    recognised_by='The message is a bare "Access Denied".',
    fix="Find the call in CloudTrail, or repeat it with debug output.",
    sources=(pages.ACCESS_DENIED,),
)


def _remedies_without_reason(denial: Denial) -> tuple[Remedy, ...]:
    from iamtriage.explaining._rules.denials.identity_remedies import remedies_without_reason

    return remedies_without_reason(denial)


def explain_denial_without_reason(denial: Denial) -> Explanation:
    """Explain a denial if AWS gives no reason."""
    causes: list[Cause] = []
    tags = request_tags(denial.facts) if denial.deny == "implicit" else {}
    if denial.action_evidence == "derived" and denial.action is not None:
        causes.append(_derived_action_cause(denial))
    if denial.deny == "implicit":
        causes.append(IMPLICIT_DENY.cause(denial.policy_type_evidence, wording.reason_lines(denial)))
    if denial.action is None:
        causes.append(UNKNOWN_ACTION.cause("derived"))
    else:
        if denial_remedies.identity_allow_helps(denial):
            frequent = "" if tags else ", which is the most frequent cause"
            text = f"No identity-based policy of {denial.caller} allows {denial.action}{frequent}."
            causes.append(NO_IDENTITY_ALLOW.cause(text=text))
        causes.append(other_policy_cause(denial))
    reason = "the message gives no reason" if denial.action else "the message names no action"
    if denial_remedies.is_encoded_message_cut(denial):
        reason = "the reason is in the encoded message, which is cut off in this text"
    elif denial.failure.encoded_message and denial.facts.decoded_message is None:
        reason = "the reason is in the encoded message"
    elif denial_remedies.is_message_cut(denial):
        reason = "the text is cut off before the reason"
    if denial.deny == "implicit":
        reason = f"no policy allows it{_describe_tags(tags)}"
    return denial.explain(
        wording.denial_summary(denial, reason),
        *causes,
        topic="access-denied",
        remedies=lambda: _remedies_without_reason(denial),
        notes=(*_tag_notes(tags), *wording.cross_account_notes(denial), EVENTUAL_CONSISTENCY),
    )


def _describe_tags(tags: dict[str, str]) -> str:
    """Return the tags that a policy with conditions on tags must match, as the end of a sentence."""
    if not tags:
        return ""
    owners = {"ResourceTag": "The resource", "RequestTag": "The request", "PrincipalTag": "The caller"}
    key = next(iter(tags))
    kind = key.partition("/")[0].partition(":")[2]
    named = [f"{each.partition('/')[2]}={value}" for each, value in tags.items() if f":{kind}/" in each]
    listed = wording.join_first_four(tuple(named))
    return f". {owners[kind]} has the tag{'s' if len(named) > 1 else ''} {listed}: an Allow that requires another value does not match"


def _tag_notes(tags: dict[str, str]) -> tuple[str, ...]:
    """Return the note with the condition that allows an action on all resources with the tag."""
    key = next(iter(tags), "")
    if ":ResourceTag/" not in key:
        return ()
    condition = {"StringEquals": {key: tags[key]}}
    return (f"Or allow it by tag: Resource * and Condition {json.dumps(condition, ensure_ascii=False)}.",)


def other_policy_cause(denial: Denial) -> Cause:
    """Return the possible cause that a policy denies that the message does not name."""
    limits = "a service control policy, a permissions boundary, a session policy or a VPC endpoint policy"
    text = f"A policy that the message does not name can deny it: the resource's policy, {limits}."
    if denial.deny == "implicit":
        text = f"A policy that caps permissions does not allow it: {limits}."
    return OTHER_LAYER.cause(text=text)


def _derived_action_cause(denial: Denial) -> Cause:
    operation, stated = denial.failure.envelope.operation, denial.failure.action
    if stated is not None and ":" in stated and denial.action is not None:
        text = f"The message names the operation {stated.partition(':')[2]}, which requires {denial.action}."
        if CUT_OFF.search(stated):
            text = f"The text cuts the action off, and only {denial.action} begins like that."
        return DERIVED_ACTION.cause("derived", text=text)
    called = f"The call {operation}" if operation else "The operation in the message"
    text = f"{called} requires {wording.join_first_four(denial.actions)}."
    if denial.failure.encoded_message:
        text += " The encoded message can name another action, such as iam:PassRole."
    return DERIVED_ACTION.cause("derived", ("The message names the call, not the action.",), text=text)


def explain_ambiguous_service(denial: Denial) -> Explanation:
    """Explain a denial without a reason or service; a guess is not enough for an ``Allow``."""
    operation, actions = denial.failure.envelope.operation, wording.join_first_four(denial.actions)
    return denial.explain(
        wording.denial_summary(denial, "the message names neither the service nor a reason"),
        DERIVED_ACTION.cause(
            because=("The message names the call, not the action.",),
            text=f"Several services have a call {operation}, and the text does not say which was called. Depending on the service, it requires {actions}.",
        ),
        NO_IDENTITY_ALLOW.cause(
            text=f"No identity-based policy of {denial.caller} allows it, which is the most frequent cause."
        ),
        other_policy_cause(denial),
        topic="access-denied",
        remedies=present(
            your_remedy(
                "Find the service that was called",
                "Look at the client that makes the call in the code, or in CloudTrail: eventSource in the record is the service.",
                "Pass it to explain() as the fact service: the explanation then names the action and the policy.",
                commands=("aws sts get-caller-identity", cloudtrail_command(denial)),
                url=pages.ACCESS_DENIED,
            ),
            account_remedy(
                "If no policy of the caller allows it yet, allow the action of that service",
                f"It is one of these: {actions}. Allow only that one.",
                url=pages.MANAGE_POLICIES,
            ),
            denial_remedies.authorization_details_remedy(denial),
        ),
        notes=(EVENTUAL_CONSISTENCY,),
    )
