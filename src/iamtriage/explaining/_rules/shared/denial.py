"""Combine what is known about an access denial, each part with its evidence.

The decoded authorization message and the authorization details usually say more than the error message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.arns._arns import Arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import Principal, Role, RoleSession, User
from iamtriage.explaining._cause_types import Evidence
from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared import principal_words
from iamtriage.explaining._rules.shared.cases import Case, Explainable
from iamtriage.explaining._rules.shared.decisions import matching_reasons
from iamtriage.explaining._rules.shared.service_specific import find_message_rule
from iamtriage.failures._failures import AccessDenied
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from iamtriage.authorization._denials import Denial as Reason
    from iamtriage.policies._grants import Location

ASSUME_ROLE_ACTIONS = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})
"""The actions of an AssumeRole call, in lowercase."""
# SQS denies access to "the resource https://sqs.eu-west-1.amazonaws.com/", without the queue.
_SQS_ENDPOINT = "https://sqs."
CUT_OFF = lazy_pattern(r"(?:\.{2,}|…+|\s?[\[(<](?:truncated|cut|snip)[^/:]{0,40})\Z", re.IGNORECASE)
"""What logs and people put in place of the rest of a long word."""
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
_DIRECTORY_BUCKET = lazy_pattern(r":::[a-z0-9-]{3,63}--x-s3(?:/|\Z)", re.ASCII)


@attrs.frozen(eq=False, repr=False)
class Denial(Explainable[AccessDenied]):
    """What is known about a denial.

    Attributes:
        failure: The failure.
        facts: The facts that the caller supplied.
        principal_text: The principal as the message writes it.
        principal: The parsed principal, or ``None`` if it is truncated or unknown.
        has_masked_account: Whether the account of ``principal`` is a placeholder for a masked one.
        role: The role that called, or the role of the session that called.
        has_stated_role: Whether the text or the facts state the ARN of the session's role, with its path.
        caller: The principal in words, such as ``the role app``.
        action: The action, or ``None`` if several services have the operation and nothing tells which was called.
        actions: All actions that can be meant.
        action_evidence: What the action rests on.
        resource: The resource as the message writes it.
        resource_arn: The parsed resource, or ``None`` if it is not an ARN.
        account: The caller's account.
        resource_account: The account in the resource's ARN.
        deny: ``"explicit"`` or ``"implicit"``.
        policy_type: The type of policy that denies, or that does not allow.
        policy_type_evidence: What ``deny`` and ``policy_type`` rest on.
        policy: The policy that denies: its ARN, name or ID.
        statements: The IDs of the statements that deny.
        other_policy_types: Other policy types in the authorization details, each with how it denies.
        message_rule: The name of the rule for a service-specific message.
        service_message: The message itself, if it is not a known one.
        lowercase_action: The action in lowercase, with its prefix, empty if it is unknown.
    """

    failure: AccessDenied
    facts: Facts
    principal_text: str | None
    principal: Principal | None
    has_masked_account: bool
    role: Role | None
    caller: str
    action: str | None
    actions: tuple[str, ...]
    action_evidence: Evidence
    resource: str | None
    resource_arn: Arn | None
    account: str | None
    resource_account: str | None
    deny: Deny | None
    policy_type: PolicyType | None
    policy_type_evidence: Evidence
    policy: str | None
    has_stated_role: bool = False
    statements: tuple[str, ...] = ()
    other_policy_types: tuple[tuple[PolicyType, Deny | None], ...] = ()
    message_rule: str | None = None
    service_message: str | None = None
    # Most conditions of routes compare it.
    lowercase_action: str = attrs.field(
        init=False, default=attrs.Factory(lambda self: (self.action or "").lower(), takes_self=True)
    )

    @property
    def service(self) -> str | None:
        """The service: the action's prefix, or else the service in the envelope."""
        if self.action is not None:
            return self.action.partition(":")[0].lower()
        return self.failure.envelope.service

    @property
    def operation(self) -> str | None:
        """The operation that the envelope, or else a stack frame, names."""
        stated = context_of(self.facts).operation
        return self.failure.envelope.operation or (None if stated is None else stated.value)

    @property
    def is_explicit(self) -> bool:
        """Whether a ``Deny`` statement denies the request."""
        return self.deny == "explicit"

    @property
    def crosses_accounts(self) -> bool | None:
        """Whether caller and resource belong to different accounts, ``None`` if unknown."""
        if self.account is None or self.resource_account is None:
            return None
        return self.account != self.resource_account

    @property
    def case(self) -> Case[AccessDenied]:
        """The failure and the facts, for rules that do not need what is known about a denial."""
        return Case(self.failure, self.facts)

    @property
    def target_role(self) -> Role | None:
        """The role that the resource names, even if its account is masked."""
        return principal_words.parse_masked_role(self.resource)

    @property
    def target_role_name(self) -> str | None:
        """The name of the role that the resource names."""
        return None if self.target_role is None else self.target_role.name

    @property
    def target_role_text(self) -> str:
        """The role that the resource names, in words."""
        return f"the role {self.target_role_name}" if self.target_role else "the role"

    @property
    def location(self) -> Location:
        """The partition, region and account to assume for resources without an ARN."""
        from iamtriage.explaining._context.resources import resource_names
        from iamtriage.policies._grants import Location
        from iamtriage.policies._masked_arns import find_partition

        partition: str | None = getattr(self.principal, "partition", None)
        arn = self.resource_arn
        if partition is None and arn is not None and arn.partition in PARTITIONS:
            partition = arn.partition
        if partition is None and self.facts.region:
            partition = find_partition(self.facts.region)
        names = resource_names(context_of(self.facts), self.service)
        if self.facts.cluster is not None:
            names = (*names, ("cluster", self.facts.cluster))
        return Location(partition, self.facts.region, self.account, names)


class _Decision(NamedTuple):
    """What the message, the decoded message and the authorization details state about the decision."""

    action: str | None
    resource: str | None
    deny: Deny | None
    policy_type: PolicyType | None
    policy: str | None
    action_evidence: Evidence = "reported"
    policy_type_evidence: Evidence = "reported"
    has_stated_role: bool = False
    statements: tuple[str, ...] = ()
    other_policy_types: tuple[tuple[PolicyType, Deny | None], ...] = ()


def _is_cut(action: str) -> bool:
    # Most actions end with letters, and need no pattern.
    return not action.rpartition(":")[2].isalnum() and CUT_OFF.search(action) is not None


def _complete(action: str) -> str | None:
    """Return a cut action in full, if only one action of the service begins like it."""
    if ":" not in action or not _is_cut(action):
        return None
    from iamtriage.actions._lookup import complete_action

    return complete_action(CUT_OFF.sub("", action))


def _read_decision(failure: AccessDenied, facts: Facts) -> _Decision:
    decision = _Decision(
        failure.action, failure.resource, failure.deny, failure.policy_type, failure.policy_arn
    )
    message = facts.decoded_message
    if message is not None:
        statements = tuple(each.sid for each in message.statements if each.sid)
        decision = decision._replace(resource=message.resource or decision.resource, statements=statements)
        if message.action:
            decision = decision._replace(action=message.action, action_evidence="supplied")
        if decision.deny is None and message.deny is not None:
            decision = decision._replace(deny=message.deny, policy_type_evidence="supplied")
    reasons = matching_reasons(decision.action, facts.authorization_details)
    return _add_reasons(decision, reasons, facts, failure.principal or facts.caller) if reasons else decision


def _add_reasons(
    decision: _Decision, reasons: tuple[Reason, ...], facts: Facts, caller: str | None
) -> _Decision:
    """Return the decision completed by the reasons that the authorization details state for one action."""
    stated, deny = decision.policy_type, decision.deny
    # Of several reasons of one kind, the message names the one that AWS reports.
    first = next((each for each in reasons if (each.policy_type, each.deny) == (stated, deny)), reasons[0])
    if reasons[0].deny == "explicit":
        first = reasons[0]
    if first.action and first.action.lower() != (decision.action or "").lower():
        # AWS allowed the action of the message, if there is one, and denied another of the same call.
        decision = _Decision(
            first.action, first.resource or None, first.deny, None, None, "supplied", "supplied"
        )
        stated = None
    policy = next((each.arn for each in first.policies if each.arn), None) or _find_boundary(
        first.policy_type, facts, caller
    )
    others = [
        (each.policy_type, each.deny)
        for each in reasons
        if each is not first and each.policy_type is not None
    ]
    if (
        stated is not None
        and first.policy_type is not None
        and stated not in {r.policy_type for r in reasons}
    ):
        if first.policy_type == "identity" and first.deny == "implicit":
            # The message names what caps the permissions of an Allow.
            return decision._replace(
                resource=decision.resource or first.resource,
                policy=decision.policy or _find_boundary(stated, facts, caller),
                other_policy_types=((first.policy_type, first.deny), *others),
            )
        others.append((stated, deny))
    decision = decision._replace(resource=decision.resource or first.resource)
    if first.policy_type is not None:
        decision = decision._replace(
            deny=first.deny,
            policy_type=first.policy_type,
            policy_type_evidence="supplied",
            policy=policy or decision.policy,
        )
    elif decision.deny is None and first.deny is not None:
        decision = decision._replace(deny=first.deny, policy_type_evidence="supplied")
    # AWS can omit the types of policies, but not which statement denied.
    return decision._replace(
        policy=decision.policy or policy,
        statements=first.sids or decision.statements,
        other_policy_types=tuple(others),
    )


def _find_boundary(policy_type: PolicyType | None, facts: Facts, caller: str | None) -> str | None:
    """Return the permissions boundary of the caller, which no statement of an implicit denial names.

    If the details list one boundary, it is the caller's, else the one that is attached to the caller.
    """
    details = facts.authorization_details
    if details is None or policy_type != "permissions_boundary":
        return None
    found = {
        each.uri: each.attached_to
        for each in details.policies
        if each.policy_type == "permissions_boundary" and each.uri is not None and each.uri.startswith("arn:")
    }
    principal = principal_words.try_parse_principal(caller)
    name = getattr(principal_words.underlying_role(principal) or principal, "name", None)
    if len(found) > 1:
        found = {
            uri: arns for uri, arns in found.items() if any(arn.rpartition("/")[2] == name for arn in arns)
        }
    return next(iter(found)) if len(found) == 1 else None


def build_denial(failure: AccessDenied, facts: Facts) -> Denial:
    """Build a denial from the failure and the supplied facts."""
    text = failure.principal or facts.caller
    message = facts.decoded_message
    if message is not None and message.principal is not None:
        text = text or message.principal.arn
    decision = _read_decision(failure, facts)
    action, action_evidence, resource = decision.action, decision.action_evidence, decision.resource
    if action == "AssumeRole" or (action is None and _assumes_in_words(failure)):
        # CodePipeline omits the service, and Step Functions the action.
        action, action_evidence = "sts:AssumeRole", "derived"
    if action is not None and (completed := _complete(action)) is not None:
        action, action_evidence = completed, "derived"
    actions: tuple[str, ...] = (action,) if action else ()
    if action is None or ":" not in action or _is_cut(action):
        # Most messages name the action, and the table of actions is large.
        from iamtriage.explaining._rules.shared.derived_actions import derive_actions

        action_evidence, actions = derive_actions(failure, facts)
        action = actions[0] if actions and action_evidence != "possible" else None
    elif action.islower():
        # Messages of SQS and of older SDKs write actions in lowercase.
        from iamtriage.actions._lookup import spell_action

        action = spell_action(action)
        actions = (action,)
    resource = resource or facts.resource
    if resource is None or resource.startswith(_SQS_ENDPOINT):
        resource = _find_resource(failure, facts, action) or resource
    if action_evidence == "derived" and (session := _session_action(action, resource, failure)) is not None:
        # The action on the bucket is found again, with the ARN of a directory bucket.
        action, actions, resource = session, (session,), None
    principal = principal_words.try_parse_principal(text) or principal_words.parse_masked_principal(text)
    account: str | None = getattr(principal, "account", None)
    has_masked_account = (
        account == principal_words.PLACEHOLDER_ACCOUNT
        and principal_words.PLACEHOLDER_ACCOUNT not in (text or "")
    )
    if has_masked_account:
        account = None
    if account is None and failure.account and ACCOUNT.fullmatch(failure.account):
        account = failure.account
    stated = principal_words.stated_role(principal, f"{failure.text}\n{facts.caller or ''}")
    arn = principal_words.try_parse_arn(resource)
    message_rule, service_message = find_message_rule(failure)
    return Denial(
        failure=failure,
        facts=facts,
        principal_text=text,
        principal=principal,
        has_masked_account=has_masked_account,
        role=stated or principal_words.underlying_role(principal),
        has_stated_role=stated is not None,
        caller=_describe_caller(principal, text, facts, failure),
        action=action,
        actions=actions,
        action_evidence=action_evidence,
        resource=resource,
        resource_arn=arn,
        account=account,
        resource_account=arn.account if arn is not None and ACCOUNT.fullmatch(arn.account) else None,
        deny=decision.deny,
        policy_type=decision.policy_type,
        policy_type_evidence=decision.policy_type_evidence,
        policy=decision.policy,
        statements=decision.statements,
        other_policy_types=decision.other_policy_types,
        message_rule=message_rule,
        service_message=service_message,
    )


def _assumes_in_words(failure: AccessDenied) -> bool:
    """Return whether a message says that one role or user is not authorized to assume another role."""
    if "authorized to assume" not in failure.text or ":role/" not in (failure.resource or ""):
        return False
    return isinstance(principal_words.try_parse_principal(failure.principal), Role | RoleSession | User)


def _session_action(action: str | None, resource: str | None, failure: AccessDenied) -> str | None:
    """Return the action that a call on objects of an S3 directory bucket requires instead.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam.html: the operations of the Zonal
    endpoint API.
    """
    if resource is None or action is None or not action.startswith("s3:"):
        return None
    if "Bucket" in (failure.envelope.operation or "").removeprefix("HeadBucket"):
        return None
    return "s3express:CreateSession" if _DIRECTORY_BUCKET.search(resource) else None


def _describe_caller(
    principal: Principal | None, text: str | None, facts: Facts, failure: AccessDenied
) -> str:
    """Return the caller in words; if the text shows only what ran the call, whose credentials that uses."""
    runtime = context_of(facts).runtime
    if principal is None and text is None and "HandlerErrorCode: " in failure.text:
        return "the role that CloudFormation uses"
    if principal is None and text is None and runtime is not None and runtime.kind != "cloudshell":
        return runtime.caller
    return (
        "an anonymous caller" if text == "anonymous" else principal_words.describe_principal(principal, text)
    )


def _find_resource(failure: AccessDenied, facts: Facts, action: str | None) -> str | None:
    """Return the resource that the text around the failure states."""
    context = context_of(facts)
    if context is NOTHING:
        return None
    from iamtriage.explaining._context.resources import find_resource, find_stated_arn
    from iamtriage.policies._masked_arns import find_partition

    operation = failure.envelope.operation or action or ""
    if "AssumeRole" in operation and context.role_arn is not None:
        return context.role_arn.value
    service = failure.envelope.service or ("s3" if failure.envelope.host_id else None)
    of_region = find_partition(facts.region) if facts.region else None
    if (found := find_resource(context, action or service, of_region)) is not None or action is None:
        return found
    if "arn:" not in failure.text and _SQS_ENDPOINT not in failure.text:
        return None
    from iamtriage.actions._lookup import find_action

    known = find_action(action)
    return None if known is None else find_stated_arn(failure, lambda arn: known.accepts(arn) is not None)
