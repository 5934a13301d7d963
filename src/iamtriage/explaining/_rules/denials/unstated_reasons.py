"""Say why an Allow can be missing if AWS does not name the policy: it gives no reason, or names not even the service."""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._text import clip_text, quote_words
from iamtriage.arns._principals import FederatedUser, Root, ServiceLinkedRole
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._rules.shared import pages, wording
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION, NO_IDENTITY_ALLOW, OTHER_LAYER
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.grants.denial_remedies import (
    identity_allow_helps,
    is_encoded_message_cut,
    is_message_cut,
)
from iamtriage.explaining._rules.shared.messages.stated_actions import CUT_OFF
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_stack

IMPLICIT_DENY = CauseType(
    "implicit-deny",
    title="No statement denies the action; an Allow is missing",
    text="It is an implicit denial.",
    meaning="No statement denies the action explicitly, and none allows it: an implicit denial.",
    recognised_by="The decoded message or the authorization details say that there is no explicit deny.",
    fix="Add an Allow in the policy type that lacks it.",
    sources=(pages.EVALUATION,),
)
_TAGGING_CALLS = tuple(f"ec2:{verb}" for verb in ("Allocate", "Copy", "Create", "Import", "Request", "Run"))
_MOST_LIKELY = "most likely, "
_NO_REASON = f"{_MOST_LIKELY}no identity-based policy allows it"
_NO_REASON_OF_FEDERATED = f"{_MOST_LIKELY}the session policy or the policies of the IAM user do not allow it"
_MOST_FREQUENT = "The message gives no reason, and a missing Allow is the most frequent cause."
UNKNOWN_ACTION = CauseType(
    "unknown-action",
    title="The message names neither the action nor the policy",
    text="The message names no action.",
    recognised_by='The message is a bare "Access Denied".',
    fix="Find the call in CloudTrail, or repeat it with debug output.",
    sources=(pages.ACCESS_DENIED,),
)


def describe_unstated(denial: Denial, tags: dict[str, str]) -> str:
    """Return the end of the summary if AWS does not say which policy lacks the Allow.

    Args:
        denial: The denial.
        tags: The condition keys of tags in a decoded message, with their values.
    """
    if denial.deny == "implicit":
        # A call that sets tags is not denied because of them.
        sets_tags = (denial.action or "").endswith("Tags")
        return f"no policy allows it{'' if sets_tags else _describe_tags(tags)}"
    if is_encoded_message_cut(denial):
        return "the reason is in the encoded message, which is cut off in this text"
    if denial.failure.encoded_message and denial.facts.decoded_message is None:
        return "the encoded message states the action, the resource and the reason"
    if is_message_cut(denial):
        return "the text is cut off before the reason"
    if denial.action is None:
        return f"the message names {'neither the service nor a reason' if denial.actions else 'no action'}"
    if not identity_allow_helps(denial):
        return "the message gives no reason"
    if (policy := _policy_for_linked_role(denial)) is not None:
        return f"{_MOST_LIKELY}the {policy} does not allow it"
    return _NO_REASON_OF_FEDERATED if isinstance(denial.principal, FederatedUser) else _NO_REASON


def unstated_causes(denial: Denial, reason: str, *, is_renamed: bool) -> Iterator[Cause]:
    """Yield the causes of a denial if AWS does not say which policy lacks the Allow.

    Args:
        denial: The denial.
        reason: The end of the summary.
        is_renamed: Whether the policy in the text has the other prefix of a renamed service.
    """
    is_ambiguous = denial.action is None and bool(denial.actions)
    if denial.actions and (is_ambiguous or denial.action_evidence == "derived"):
        yield _derived_action_cause(denial)
    if denial.deny == "implicit":
        yield IMPLICIT_DENY.cause(denial.policy_type_evidence, wording.reason_lines(denial))
    if not denial.actions:
        yield UNKNOWN_ACTION.cause("derived")
        return
    if is_renamed:
        text = "CodeStar Connections is now CodeConnections: connections that the console creates since July 2024 have the new prefix in their ARN, older ones keep the old one. Both the action and the Resource need the prefix of this connection: its ID, and its status if that is Available, are not the problem."
        yield NO_IDENTITY_ALLOW.cause("derived", text=text)
        return
    # A verdict without a reason means that an Allow helps.
    has_no_reason = reason.startswith(_MOST_LIKELY)
    if has_no_reason and (policy := _policy_for_linked_role(denial)) is not None:
        # Importing the table of actions takes long, and most denials do not need it.
        from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS

        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        text = f"The {policy} does not allow {denial.caller}. Only its service can change the policies of a service-linked role, and service control policies do not apply to it."
        yield NO_ALLOWS["resource"].cause(text=text)
        return
    if is_ambiguous or has_no_reason or identity_allow_helps(denial):
        checked = "" if denial.action_evidence == "derived" else wording.describe_operation(denial)
        because = (_MOST_FREQUENT if has_no_reason else None, checked.strip())
        text = f"No identity-based policy of {denial.caller} allows {denial.action or 'it'}."
        if isinstance(denial.principal, FederatedUser):
            text = f"The session policy of GetFederationToken, or the policies of the IAM user that called it, do not allow {denial.action or 'it'}. Without a session policy, the session has almost no permissions."
        yield NO_IDENTITY_ALLOW.cause(because=because, text=text)
    yield _other_policy_cause(denial)


def _policy_for_linked_role(denial: Denial) -> str | None:
    """Return the name of the resource's policy, if only that can allow it to a service-linked role, the caller."""
    if not isinstance(denial.role, ServiceLinkedRole) or not denial.can_have_resource_policy:
        return None
    from iamtriage.explaining._rules.denials.resource_commands import policy_of

    return policy_of(denial).name


def _describe_tags(tags: dict[str, str]) -> str:
    """Return the tags that a policy with conditions on tags must match, as the end of a sentence."""
    if not tags:
        return ""
    owners = {"ResourceTag": "The resource", "RequestTag": "The request", "PrincipalTag": "The caller"}
    key = next(iter(tags))
    kind = key.partition("/")[0].partition(":")[2]
    named = [f"{each.partition('/')[2]}={value}" for each, value in tags.items() if f":{kind}/" in each]
    listed = wording.join_first_four(tuple(named))
    return f". {owners[kind]} has the tag{'s' if len(named) > 1 else ''} {listed}: an Allow that requires another tag or value does not match"


def _other_policy_cause(denial: Denial) -> Cause:
    """Return the possible cause that a policy denies that the message does not name."""
    if isinstance(denial.principal, Root):
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
        other = "the resource belongs to another account, whose policy does not allow the call, or "
        text = f"The root user has all permissions in its own account. So {'' if denial.crosses_accounts is False else other}the resource's policy, a service control policy or a VPC endpoint policy denies it."
        return OTHER_LAYER.cause(text=text)
    limits = "a service control policy, a permissions boundary, a session policy or a VPC endpoint policy"
    of_resource = "the resource's policy, " if denial.can_have_resource_policy else ""
    text = f"A policy that the message does not name can deny it: {of_resource}{limits}."
    if denial.deny == "implicit":
        text = f"A policy that caps permissions does not allow it: {limits}."
    return OTHER_LAYER.cause(text=text)


def _derived_action_cause(denial: Denial) -> Cause:
    operation, stated = denial.failure.envelope.operation, denial.failure.action
    # Such calls also tag what they create, or start instances with a role.
    other = "iam:PassRole" if operation == "RunInstances" else "ec2:CreateTags"
    example = f", such as {other}" if (denial.action or "").startswith(_TAGGING_CALLS) else ""
    can_differ = f" The encoded message can name another action{example}."
    encoded = can_differ if denial.failure.encoded_message else ""
    if stated is not None and ":" in stated and denial.action is not None:
        text = f"The message names the operation {stated.partition(':')[2]}, which requires {denial.action}.{encoded}"
        deployment = find_stack(denial.failure, denial.facts) if encoded else None
        if deployment is not None and deployment.resource:
            text = f"CloudFormation called {stated.partition(':')[2]} for {clip_text(deployment.resource)}.{encoded}"
        if CUT_OFF.search(stated):
            text = f"The text cuts the action off, and only {denial.action} begins like that."
        return DERIVED_ACTION.cause("derived", text=text)
    because: tuple[str, ...] = ("The message names the call, not the action.",)
    actions = wording.join_first_four(denial.actions)
    if denial.action is None:
        text = f"Several services have a call {operation}, and the text does not say which was called. Depending on the service, it requires {actions}."
        return DERIVED_ACTION.cause(because=because, text=text)
    called = f"The call {operation}" if operation else "The call in the text"
    stated_call = denial.context.operation
    words = "" if operation is not None or stated_call is None else stated_call.words
    is_described = " " in words or words.startswith("data.")
    if stated_call is not None and is_described and not words.startswith("aws "):
        # A frame or a command has the name of the call, which a sentence only describes.
        because = ()
        called = f"The text says {quote_words(words)}: the call {stated_call.value}"
    if denial.action == "kafka-cluster:Connect":
        because, called = (), "The connection itself"
    elif denial.service == "kafka-cluster":
        because = ("The message names no action.",)
        called = "The client is connected, so kafka-cluster:Connect is allowed: what it did then"
    # https://docs.aws.amazon.com/msk/latest/developerguide/iam-access-control.html
    is_of_acls = denial.service == "kafka-cluster" and "ACL" in denial.failure.text
    acls = " Kafka ACLs have no effect on clients with IAM: do not add any." if is_of_acls else ""
    text = f"{called} requires {actions}.{acls}{encoded}"
    return DERIVED_ACTION.cause("derived", because, text=text)
