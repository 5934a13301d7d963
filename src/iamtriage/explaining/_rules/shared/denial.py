"""Combine what is known about an access denial, each part with its evidence.

The decoded authorization message and the authorization details usually say more than the error message.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.actions._lookup import actions_for, service_prefix
from iamtriage.arns._arns import Arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import Principal, Role, Root, ServiceLinkedRole, ServicePrincipal
from iamtriage.explaining._context.model import NOTHING
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._context.resources import find_resource, resource_names
from iamtriage.explaining._explanations import Evidence
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.called_service import find_called_service
from iamtriage.explaining._rules.shared.principal_words import (
    PLACEHOLDER_ACCOUNT,
    describe_principal,
    parse_masked_principal,
    try_parse_arn,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.service_specific import find_message_rule
from iamtriage.explaining._rules.shared.stated_decisions import matching_reasons
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._grants import Location
from iamtriage.policies._masked_arns import find_partition
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from iamtriage.actions._lookup import OperationActions

__all__ = ("ASSUME_ROLE_ACTIONS", "Denial", "build_denial", "identity_allow_helps")

ASSUME_ROLE_ACTIONS = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})
"""The actions of an AssumeRole call, in lowercase."""
_EC2_CODES = frozenset({"UnauthorizedOperation", "Client.UnauthorizedOperation"})
_S3_CODES = frozenset({"AccessDenied", "403", "Forbidden"})
# If more services share an operation, such as TagResource, another service than S3 can report AccessDenied, too.
_MAX_SERVICES_OF_S3_CALL = 50
# The services that never use a code: S3, IAM and STS report AccessDenied, EC2 reports UnauthorizedOperation.
_SERVICES_WITHOUT_CODE = {"AccessDeniedException": frozenset({"ec2", "iam", "s3", "sts"})}
_VERSION_ACTIONS = frozenset(
    {"s3:DeleteObjectVersion", "s3:GetObjectVersion", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"}
)
_VERSION_ID = lazy_pattern(
    r"\b[Vv]ersion[-_]?[Ii][Dd][\"']?\s?[=: ]\s?[\"']?(?!null|None)[\w.-]{2,}", re.ASCII
)
_HANDLER = lazy_pattern(
    r"AWS::(?P<type>[A-Za-z0-9]{2,30})::[^\n]{0,300}?[Aa]ccess denied for operation '(?P<operation>[A-Z][A-Za-z]{2,60})'",
    re.ASCII,
)
_TRUST_ONLY = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


@attrs.frozen
class Denial:
    """What is known about a denial.

    Attributes:
        failure: The failure.
        facts: The facts that the caller supplied.
        principal_text: The principal as the message writes it.
        principal: The parsed principal, or ``None`` if it is truncated or unknown.
        has_masked_account: Whether the account of ``principal`` is a placeholder for a masked one.
        role: The role that called, or the role of the session that called.
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
    def location(self) -> Location:
        """The partition, region and account to assume for resources without an ARN."""
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


def build_denial(failure: AccessDenied, facts: Facts) -> Denial:
    """Build a denial from the failure and the supplied facts."""
    text, action, resource = failure.principal or facts.caller, failure.action, failure.resource
    deny, policy_type, policy = failure.deny, failure.policy_type, failure.policy_arn
    action_evidence: Evidence = "reported"
    policy_type_evidence: Evidence = "reported"
    statements: tuple[str, ...] = ()
    others: tuple[tuple[PolicyType, Deny | None], ...] = ()
    message = facts.decoded_message
    if message is not None:
        if message.action:
            action, action_evidence = message.action, "supplied"
        resource = message.resource or resource
        if message.principal is not None:
            text = text or message.principal.arn
        if deny is None and message.deny is not None:
            deny, policy_type_evidence = message.deny, "supplied"
        statements = tuple(each.sid for each in message.statements if each.sid)
    reasons = matching_reasons(action, facts.authorization_details)
    if reasons:
        first = reasons[0]
        if action is None and first.action:
            action, action_evidence = first.action, "supplied"
        resource = resource or first.resource
        if first.policy_type is not None:
            deny, policy_type, policy_type_evidence = first.deny, first.policy_type, "supplied"
            policy = next((each.arn for each in first.policies if each.arn), policy)
            statements = first.sids or statements
        others = tuple((each.policy_type, each.deny) for each in reasons[1:] if each.policy_type is not None)
    actions: tuple[str, ...] = (action,) if action else ()
    if action is None or ":" not in action:
        action_evidence, actions = _derive_actions(failure, facts)
        actions = _select_version_actions(actions, failure.text)
        action = actions[0] if actions and action_evidence != "possible" else None
    resource = resource or facts.resource or _find_resource(failure, facts, action)
    principal = try_parse_principal(text) or parse_masked_principal(text)
    account: str | None = getattr(principal, "account", None)
    has_masked_account = account == PLACEHOLDER_ACCOUNT and PLACEHOLDER_ACCOUNT not in (text or "")
    if has_masked_account:
        account = None
    if account is None and failure.account and ACCOUNT.fullmatch(failure.account):
        account = failure.account
    arn = try_parse_arn(resource)
    message_rule, service_message = find_message_rule(failure)
    return Denial(
        failure=failure,
        facts=facts,
        principal_text=text,
        principal=principal,
        has_masked_account=has_masked_account,
        role=underlying_role(principal),
        caller=_describe_caller(principal, text, facts, failure),
        action=action,
        actions=actions,
        action_evidence=action_evidence,
        resource=resource,
        resource_arn=arn,
        account=account,
        resource_account=arn.account if arn is not None and ACCOUNT.fullmatch(arn.account) else None,
        deny=deny,
        policy_type=policy_type,
        policy_type_evidence=policy_type_evidence,
        policy=policy,
        statements=statements,
        other_policy_types=others,
        message_rule=message_rule,
        service_message=service_message,
    )


def _describe_caller(
    principal: Principal | None, text: str | None, facts: Facts, failure: AccessDenied
) -> str:
    """Return the caller in words; if the text shows only what ran the call, whose credentials that uses."""
    runtime = context_of(facts).runtime
    if principal is None and text is None and "HandlerErrorCode: " in failure.text:
        return "the role that CloudFormation uses"
    if principal is None and text is None and runtime is not None and runtime.kind != "cloudshell":
        return runtime.caller
    return "an anonymous caller" if text == "anonymous" else describe_principal(principal, text)


def _find_resource(failure: AccessDenied, facts: Facts, action: str | None) -> str | None:
    """Return the resource that the text around the failure states."""
    context = context_of(facts)
    if context is NOTHING:
        return None
    operation = failure.envelope.operation or action or ""
    if "AssumeRole" in operation and context.role_arn is not None:
        return context.role_arn.value
    service = failure.envelope.service or ("s3" if failure.envelope.host_id else None)
    return find_resource(context, action or service, find_partition(facts.region) if facts.region else None)


def identity_allow_helps(denial: Denial) -> bool:
    """Return whether an ``Allow`` in the caller's identity-based policies can grant the access.

    It can't override an explicit deny or widen a policy that caps permissions:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
    """
    if denial.action is None or denial.is_explicit or denial.policy_type not in (None, "identity"):
        return False
    if denial.message_rule is not None or denial.lowercase_action in _TRUST_ONLY:
        return False
    if not _has_identity_policies(denial):
        return False
    # No principal can pass a role of another account.
    return not (denial.lowercase_action == "iam:passrole" and denial.crosses_accounts)


def _has_identity_policies(denial: Denial) -> bool:
    """Return whether the caller has identity-based policies that its account can change."""
    text = denial.principal_text or ""
    if text == "anonymous" or isinstance(denial.principal, Root | ServicePrincipal | ServiceLinkedRole):
        return False
    return text.startswith("arn:") or not text.endswith((".amazonaws.com", ".amazonaws.com.cn"))


def _select_version_actions(actions: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Return the actions on a version of an S3 object if the text names one, and else those on the object.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: a version ID requires s3:GetObjectVersion.
    """
    if not actions or not actions[0].startswith("s3:"):
        return actions
    versioned = {f"{each.removesuffix('Version')}Version" for each in actions} & _VERSION_ACTIONS
    if versioned and "ersion" in text and _VERSION_ID.search(text):
        return tuple(sorted(versioned))
    return tuple(each for each in actions if each not in _VERSION_ACTIONS) or actions


def _derive_actions(failure: AccessDenied, facts: Facts) -> tuple[Evidence, tuple[str, ...]]:
    """Return the actions that the operation requires, ``"possible"`` if several services have it."""
    stated = context_of(facts).operation
    operation = failure.envelope.operation or (None if stated is None else stated.value)
    if operation is None:
        # CloudFormation's handlers report the operation, and the type of the resource names its service.
        handler = _HANDLER.search(failure.text) if "AWS::" in failure.text else None
        return "derived", _actions_of_handler(handler["type"], handler["operation"]) if handler else ()
    # The text can name something else than a service, such as "queue", the first label of a host.
    service = failure.envelope.service
    if service is None or service_prefix(service) is None:
        service = facts.service
        if is_derived(facts, "service") and not actions_for(operation, service):
            service = None
    found = actions_for(operation, service)
    if service is None:
        excluded = _SERVICES_WITHOUT_CODE.get(failure.envelope.code or "", frozenset())
        found = tuple(each for each in found if each.service not in excluded)
    if service is not None or len(found) <= 1:
        return "derived", found[0].actions if found else ()
    picked = _pick_service(failure, found)
    if picked is not None:
        return "derived", picked.actions
    return "possible", tuple(each.actions[0] for each in found if each.actions)


def _actions_of_handler(service: str, operation: str) -> tuple[str, ...]:
    prefix = service_prefix(service)
    found = actions_for(operation, prefix) if prefix is not None else ()
    return found[0].actions if found else ()


def _pick_service(failure: AccessDenied, found: tuple[OperationActions, ...]) -> OperationActions | None:
    """Return the service that the code or the text implies, if any."""
    code = failure.envelope.code
    is_s3 = failure.envelope.host_id or (code in _S3_CODES and len(found) < _MAX_SERVICES_OF_S3_CALL)
    by_service = {each.service: each for each in found}
    implied = by_service.get("ec2" if code in _EC2_CODES else "s3" if is_s3 else "")
    return implied or by_service.get(find_called_service(failure, by_service) or "")
