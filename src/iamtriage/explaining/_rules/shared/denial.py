"""A denial as far as it is known: what the message says, what follows, what was supplied; not for remedies.

The message says little, the decoded message and the authorization details say more. Here they become one
view, each part with what it rests on.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from iamtriage.actions._lookup import actions_for, service_prefix
from iamtriage.arns._arns import Arn, parse_arn
from iamtriage.arns._names import ACCOUNT
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import Principal, Role, Root, ServiceLinkedRole, ServicePrincipal
from iamtriage.exceptions import InvalidArnError
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.called_service import find_called_service
from iamtriage.explaining._rules.shared.principal_words import (
    PLACEHOLDER_ACCOUNT,
    describe_principal,
    parse_masked_principal,
    try_parse_principal,
    underlying_role,
)
from iamtriage.explaining._rules.shared.service_specific import Wording, classify_wording
from iamtriage.failures._failures import AccessDenied
from iamtriage.policies._grants import Place
from iamtriage.policies._masked_arns import partition_of
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from iamtriage.actions._lookup import OperationActions
    from iamtriage.authorization._denials import Denial as Reason

__all__ = ("Denial", "Source", "build_denial", "identity_allow_helps")

Source: TypeAlias = Literal["reported", "derived", "supplied", "possible"]

# No ARN is longer.
_MAX_ARN_LENGTH = 2048
_EC2_CODES = frozenset({"UnauthorizedOperation", "Client.UnauthorizedOperation"})
_S3_CODES = frozenset({"AccessDenied", "403", "Forbidden"})
# Calls that so many services have, as those for tags, others have that say AccessDenied too.
_MAX_SERVICES_OF_S3_CALL = 50
# The services that never deny with a code: S3, IAM and STS say AccessDenied, EC2 UnauthorizedOperation.
_SERVICES_WITHOUT_CODE = {"AccessDeniedException": frozenset({"ec2", "iam", "s3", "sts"})}
_TRUST_ONLY = frozenset({"sts:assumerolewithwebidentity", "sts:assumerolewithsaml"})


@attrs.frozen
class Denial:
    """What is known of a denial.

    Attributes:
        failure: the failure.
        facts: what the caller knows.
        who: the principal as written.
        principal: the principal as a type; None where it is masked, cut or unknown.
        is_masked: whether the principal's account is written over, and the type's stands for none.
        role: the role that called, or whose session did.
        caller: who called, in words: ``the role app``.
        action: the action; None where several services have the call, and nothing tells which was called.
        actions: all that may be meant.
        action_source: what the action rests on.
        resource: the resource as written.
        resource_source: what the resource rests on.
        arn: the resource as an ARN; None where it is none.
        account: the caller's account.
        resource_account: the account in the resource's ARN.
        deny: explicit or implicit.
        layer: the type of policy that denied, or that does not allow.
        layer_source: what these two rest on.
        policy: the policy that denied: its ARN, name or id.
        statements: the ids of the statements that denied.
        also: other types of policy that the authorization details name, with how they deny.
        said: what the sentence says that is not of the usual form.
        sentence: the sentence, where ``said`` is ``"other"``.
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
    action_evidence: Source
    resource: str | None
    resource_source: Source
    resource_arn: Arn | None
    account: str | None
    resource_account: str | None
    deny: Deny | None
    policy_type: PolicyType | None
    policy_type_evidence: Source
    policy: str | None
    statements: tuple[str, ...] = ()
    other_policy_types: tuple[tuple[PolicyType, Deny | None], ...] = ()
    wording: Wording | None = None
    service_message: str | None = None

    @property
    def service(self) -> str | None:
        """The service: the action's prefix, else what the envelope names."""
        if self.action is not None:
            return self.action.partition(":")[0].lower()
        return self.failure.envelope.service

    @property
    def lowercase_action(self) -> str:
        """The action's name in lower case, with its prefix; empty where it is unknown."""
        return (self.action or "").lower()

    @property
    def crosses_accounts(self) -> bool | None:
        """Whether caller and resource are of two accounts; None where one of them is unknown."""
        if self.account is None or self.resource_account is None:
            return None
        return self.account != self.resource_account

    @property
    def place(self) -> Place:
        """Where resources lie that have no ARN in the message."""
        partition: str | None = getattr(self.principal, "partition", None)
        arn = self.resource_arn
        if partition is None and arn is not None and arn.partition in PARTITIONS:
            partition = arn.partition
        if partition is None and self.facts.region:
            partition = partition_of(self.facts.region)
        return Place(partition, self.facts.region, self.account)


def build_denial(failure: AccessDenied, facts: Facts) -> Denial:
    """Bring together what is known of a denial."""
    who, action, resource = failure.principal or facts.caller, failure.action, failure.resource
    action_source: Source = "reported"
    resource_source: Source = "reported"
    deny, layer, policy = failure.deny, failure.policy_type, failure.policy_arn
    layer_source: Source = "reported"
    statements: tuple[str, ...] = ()
    also: tuple[tuple[PolicyType, Deny | None], ...] = ()
    message = facts.decoded_message
    if message is not None:
        if message.action:
            action, action_source = message.action, "supplied"
        if message.resource:
            resource, resource_source = message.resource, "supplied"
        if message.principal is not None:
            who = who or message.principal.arn
        if deny is None and message.deny is not None:
            deny, layer_source = message.deny, "supplied"
        statements = tuple(each.sid for each in message.statements if each.sid)
    details = facts.authorization_details
    if details is not None:
        reasons = _matching_reasons(action, details.denials())
        if reasons:
            first = reasons[0]
            if action is None and first.action:
                action, action_source = first.action, "supplied"
            if resource is None and first.resource:
                resource, resource_source = first.resource, "supplied"
            if first.policy_type is not None:
                deny, layer, layer_source = first.deny, first.policy_type, "supplied"
                policy = next((each.arn for each in first.policies if each.arn), policy)
                statements = first.sids or statements
            also = tuple(
                (each.policy_type, each.deny) for each in reasons[1:] if each.policy_type is not None
            )
    if resource is None and facts.resource:
        resource, resource_source = facts.resource, "supplied"
    actions: tuple[str, ...] = (action,) if action else ()
    said, sentence = classify_wording(failure)
    if action is None or ":" not in action:
        action_source, actions = _derive_actions(failure, facts)
        action = actions[0] if actions and action_source != "possible" else None
    principal = try_parse_principal(who) or parse_masked_principal(who)
    is_masked = getattr(principal, "account", None) == PLACEHOLDER_ACCOUNT and PLACEHOLDER_ACCOUNT not in (
        who or ""
    )
    arn = _try_parse_arn(resource)
    return Denial(
        failure=failure,
        facts=facts,
        principal_text=who,
        principal=principal,
        has_masked_account=is_masked,
        role=underlying_role(principal),
        caller=describe_principal(principal, who),
        action=action,
        actions=actions,
        action_evidence=action_source,
        resource=resource,
        resource_source=resource_source,
        resource_arn=arn,
        account=_account_of(None if is_masked else principal, failure),
        resource_account=arn.account if arn is not None and ACCOUNT.fullmatch(arn.account) else None,
        deny=deny,
        policy_type=layer,
        policy_type_evidence=layer_source,
        policy=policy,
        statements=statements,
        other_policy_types=also,
        wording=said,
        service_message=sentence,
    )


def identity_allow_helps(denial: Denial) -> bool:
    """Tell whether an Allow in an identity-based policy of the caller can be what is missing.

    The rules of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html: an
    explicit deny beats every Allow, and policies that only limit are not widened by one.
    """
    if denial.action is None or denial.deny == "explicit" or denial.policy_type not in (None, "identity"):
        return False
    if denial.wording is not None or denial.lowercase_action in _TRUST_ONLY:
        return False
    if denial.principal_text == "anonymous" or isinstance(
        denial.principal, Root | ServicePrincipal | ServiceLinkedRole
    ):
        return False
    if _looks_like_service(denial.principal_text):
        return False
    # A role of another account can be passed by nobody.
    return not (denial.lowercase_action == "iam:passrole" and denial.crosses_accounts)


def _account_of(principal: Principal | None, failure: AccessDenied) -> str | None:
    account: str | None = getattr(principal, "account", None)
    if account is None and failure.account and ACCOUNT.fullmatch(failure.account):
        return failure.account
    return account


def _try_parse_arn(resource: str | None) -> Arn | None:
    if resource is None or len(resource) > _MAX_ARN_LENGTH or not resource.startswith("arn:"):
        return None
    return _try_parse_whole_arn(resource)


@functools.lru_cache(maxsize=512)
def _try_parse_whole_arn(resource: str) -> Arn | None:
    try:
        return parse_arn(resource)
    except InvalidArnError:
        return None


def _matching_reasons(action: str | None, found: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """Give the reasons for the denied action; of several actions, the first that was denied."""
    if not found:
        return ()
    wanted = (action or found[0].action).lower()
    return tuple(each for each in found if each.action.lower() == wanted) or tuple(
        each for each in found if each.action == found[0].action
    )


def _looks_like_service(who: str | None) -> bool:
    return (
        who is not None
        and not who.startswith("arn:")
        and who.endswith((".amazonaws.com", ".amazonaws.com.cn"))
    )


def _derive_actions(failure: AccessDenied, facts: Facts) -> tuple[Source, tuple[str, ...]]:
    """Give the actions that the call takes, told by its name; ``possible`` are those of several services."""
    operation = failure.envelope.operation
    if operation is None:
        return "derived", ()
    # What a text calls its service may be none: "queue", the first label of a host.
    service = failure.envelope.service
    if service is None or service_prefix(service) is None:
        service = facts.service
    found = actions_for(operation, service)
    if service is None:
        never = _SERVICES_WITHOUT_CODE.get(failure.envelope.code or "", frozenset())
        found = tuple(each for each in found if each.service not in never)
    if service is not None or len(found) <= 1:
        return "derived", found[0].actions if found else ()
    likely = _pick_service(failure, found)
    if likely is not None:
        return "derived", likely.actions
    return "possible", tuple(each.actions[0] for each in found if each.actions)


def _pick_service(failure: AccessDenied, found: tuple[OperationActions, ...]) -> OperationActions | None:
    """Choose the service by the code, which few services share, or by what the text names as called."""
    code = failure.envelope.code
    of_s3 = failure.envelope.host_id or (code in _S3_CODES and len(found) < _MAX_SERVICES_OF_S3_CALL)
    service = "ec2" if code in _EC2_CODES else "s3" if of_s3 else None
    by_code = next((each for each in found if each.service == service), None)
    if by_code is not None:
        return by_code
    called = find_called_service(failure, [each.service for each in found])
    return next((each for each in found if each.service == called), None)
