"""Combine what is known about an access denial, each part with its evidence.

The decoded authorization message and the authorization details usually say more than the error message.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.arns._arns import Arn
from iamtriage.arns._names import ACCOUNT, strip_type
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.arns._principals import Principal, Role
from iamtriage.explaining._cause_types import Evidence
from iamtriage.explaining._context.model import EC2_CODES, NOTHING
from iamtriage.explaining._context.readers.kubernetes.controller_signs import CONTROLLER_FRAGMENTS
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._context.word_index import WordIndex
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared.cases import Case, Decision, Explainable
from iamtriage.explaining._rules.shared.messages.service_messages import find_message_rule
from iamtriage.explaining._rules.shared.messages.stated_actions import spell_stated_action
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.failures._failures import AccessDenied
from iamtriage.typing import Deny, PolicyType

if TYPE_CHECKING:
    from iamtriage.policies._arn_templates import Location

WORDS = WordIndex()
"""The words that the rules for denials look for."""
_CONTROLLERS = WORDS.add(*CONTROLLER_FRAGMENTS, ignores_case=True)
ASSUME_ROLE_ACTIONS = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})
"""The actions of an AssumeRole call, in lowercase."""
_S3_URIS = ("s3a://", "s3n://")
# SQS denies access to "the resource https://sqs.eu-west-1.amazonaws.com/", without the queue.
_SQS_ENDPOINT = "https://sqs."
_ARN_WITHOUT_PREFIX = lazy_pattern(r"aws[a-z-]{0,12}:[a-z0-9-]{2,30}:[^:\s]{0,30}:[^:\s]{0,30}:\S")
# Frequent services whose resources have no policies. Those of roles are for other actions than IAM's.
_WITHOUT_RESOURCE_POLICIES = frozenset({
    "athena", "autoscaling", "cloudformation", "cloudfront", "cloudwatch", "ec2", "ecs", "eks", "elasticache", "elasticloadbalancing",
    "iam", "organizations", "rds", "route53",
})  # fmt: skip
# The services whose name in CloudTrail is not the prefix of their actions.
_EVENT_SOURCES = {"cloudwatch": "monitoring", "sso-oauth": "sso"}


class Stated(NamedTuple):
    """What a denial states, the same as many others.

    Attributes:
        service: The service.
        action: The action in lowercase, empty if it is unknown.
        deny: ``"explicit"`` or ``"implicit"``.
        policy_type: The type of policy that denies, or that does not allow.
        words: The set of the words that its text has.
    """

    service: str | None
    action: str
    deny: Deny | None
    policy_type: PolicyType | None
    words: int


def _find_service(denial: Denial) -> str | None:
    """Return the service: the action's prefix, or the one in the envelope, or the only one with the code."""
    if denial.action is not None:
        return denial.lowercase_action.partition(":")[0]
    by_code = "ec2" if denial.failure.envelope.code in EC2_CODES else None
    return denial.failure.envelope.service or by_code


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
        service: The service of the action, or else the one in the envelope.
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
    # Most conditions of routes compare these.
    lowercase_action: str = attrs.field(
        init=False, default=attrs.Factory(lambda self: (self.action or "").lower(), takes_self=True)
    )

    service: str | None = attrs.field(init=False, default=attrs.Factory(_find_service, takes_self=True))
    # With the number of groups of words for which the text was searched.
    _stated: tuple[int, Stated] | None = attrs.field(init=False, default=None, eq=False)

    @property
    def stated(self) -> Stated:
        """What the denial states, the same as many others."""
        found = self._stated
        if found is None or found[0] != WORDS.size:
            # What is encoded has no words.
            encoded = self.failure.encoded_message
            words = WORDS.find(self.failure.text.replace(encoded, "") if encoded else self.failure.text)
            stated = Stated(self.service, self.lowercase_action, self.deny, self.policy_type, words)
            found = WORDS.size, stated
            object.__setattr__(self, "_stated", found)
        return found[1]

    @property
    def can_have_resource_policy(self) -> bool:
        """Whether a policy of the resource can decide, which an action on no single resource does not have."""
        if self.service in _WITHOUT_RESOURCE_POLICIES:
            return False
        from iamtriage.actions._lookup import find_action

        action = None if self.action is None else find_action(self.action)
        return action is None or not action.only_wildcard

    @property
    def event_source(self) -> str | None:
        """The service in CloudTrail, if the envelope or a stack frame names the service of the action table."""
        stated = self.context.service
        name = self.service or (None if stated is None else stated.value)
        from iamtriage.actions._operations import service_prefix

        prefix = None if name is None else service_prefix(name)
        return None if prefix is None else f"{_EVENT_SOURCES.get(prefix, prefix)}.amazonaws.com"

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
        """The name of the role that the resource names, or else the trust policy in the text."""
        if self.target_role is not None:
            return self.target_role.name
        if self.resource is not None or not str(self.action).startswith("sts:AssumeRole"):
            return None
        owner = only_one({each.owner for each in self.context.policies if each.is_trust_policy})
        return None if owner is None else owner[1]

    @property
    def target_role_text(self) -> str:
        """The role that the resource names, in words."""
        return f"the role {self.target_role_name}" if self.target_role_name else "the role"

    @property
    def location(self) -> Location:
        """The partition, region and account to assume for resources without an ARN."""
        from iamtriage.explaining._context.resources import find_provisioned_name, resource_names
        from iamtriage.policies._arn_templates import Location
        from iamtriage.policies._masked_arns import find_partition

        partition: str | None = getattr(self.principal, "partition", None)
        arn = self.resource_arn
        if partition is None and arn is not None and arn.partition in PARTITIONS:
            partition = arn.partition
        if partition is None and self.facts.region:
            partition = find_partition(self.facts.region)
        names = (*resource_names(self.context, self.service), *find_provisioned_name(self.failure))
        if self.facts.cluster is not None:
            names = (*names, ("cluster", self.facts.cluster))
        if self.service == "iam":
            from iamtriage.policies._stated_paths import stated_paths

            names = (*names, *stated_paths(self.failure.text, self.account, self.case.caller))
        return Location(partition, self.facts.region, self.account, names)


def _find_bucket_owner(arn: Arn | None, text: str) -> str | None:
    """Return the only account that a text says has the bucket of an ARN, which names none."""
    if arn is None or arn.service != "s3" or arn.account:
        return None
    from iamtriage.explaining._context.readers.bucket_owners import find_bucket_owner

    return find_bucket_owner(text, re.escape(arn.resource.partition("/")[0]))


def build_denial(failure: AccessDenied, facts: Facts) -> Denial:
    """Build a denial from the failure and the supplied facts."""
    text = principal_words.whole_caller(failure.principal, _find_caller(failure, facts))
    message = facts.decoded_message
    if message is not None and message.principal is not None:
        text = text or message.principal.arn
    decision = Decision.of(failure)
    if message is not None or facts.authorization_details is not None:
        from iamtriage.explaining._rules.shared.messages.decisions import complete_decision

        decision = complete_decision(decision, failure, facts)
    action, action_evidence = decision.action, decision.action_evidence
    spelled = spell_stated_action(action or "")
    if spelled is None:
        # Most messages name the action, and the table of actions is large.
        from iamtriage.explaining._rules.shared.messages.derived_actions import derive_actions

        action_evidence, actions = derive_actions(failure, facts, action)
        action = actions[0] if actions and action_evidence != "possible" else None
    else:
        action, is_derived = spelled
        # CloudFormation writes the call before a message that hides what was denied.
        is_derived = is_derived or (failure.encoded_message is not None and message is None and text is None)
        actions, action_evidence = (action,), "derived" if is_derived else action_evidence
    resource = _to_arn(decision.find_resource(facts), facts.region)
    if resource is None or resource.startswith(_SQS_ENDPOINT):
        resource = _find_resource(failure, facts, action) or resource
    if resource is not None and ":*" in resource:
        resource = principal_words.unmask_account(resource, failure.text)
    if action_evidence == "derived" and resource is not None and ":::" in resource:
        from iamtriage.explaining._rules.shared.messages.derived_actions import session_action

        if (session := session_action(action, resource, failure)) is not None:
            # The action on the bucket is found again, with the ARN of a directory bucket.
            action, actions, resource = session, (session,), None
    caller = _parse_caller(text, may_be_service=decision.policy_type == "resource")
    account, principal = caller.account, caller.principal
    if account is None:
        account = failure.account if ACCOUNT.fullmatch(failure.account or "") else facts.account
    given = principal_words.stated_role(principal, facts.caller or "")
    stated = given or principal_words.stated_role(principal, failure.text)
    arn = principal_words.try_parse_arn(resource)
    message_rule, service_message = find_message_rule(failure)
    denial = Denial(
        failure=failure,
        facts=facts,
        principal_text=caller.text,
        principal=principal,
        has_masked_account=caller.has_masked_account,
        role=stated or caller.role,
        has_stated_role=stated is not None,
        caller=caller.words,
        action=action,
        actions=actions,
        action_evidence=action_evidence,
        resource=resource,
        resource_arn=arn,
        account=account,
        resource_account=arn.account
        if arn is not None and ACCOUNT.fullmatch(arn.account)
        else _find_bucket_owner(arn, failure.text),
        deny=decision.deny,
        policy_type=decision.policy_type,
        policy_type_evidence=decision.policy_type_evidence,
        policy=decision.policy,
        statements=decision.statements,
        other_policy_types=decision.other_policy_types,
        message_rule=message_rule,
        service_message=service_message,
    )
    if principal is not None or caller.text is not None:
        return denial
    from iamtriage.explaining._rules.shared.messages.derived_actions import describe_unnamed

    # If the text shows only what ran the call, the caller is whose credentials that uses.
    is_controller = bool(denial.stated.words & _CONTROLLERS)
    unnamed = describe_unnamed(failure, action, context_of(facts).runtime, may_be_controller=is_controller)
    return attrs.evolve(denial, caller=unnamed) if unnamed else denial


class _Caller(NamedTuple):
    """What the name of a caller says: see the attributes of a denial."""

    text: str | None
    principal: Principal | None
    account: str | None
    has_masked_account: bool
    role: Role | None
    words: str


# As people copy it.
_MISSPELT_ANONYMOUS = lazy_pattern(r"(?i)an{1,2}on[iy]m(?:ou|o|u)s")


# Logs repeat the same callers.
@functools.lru_cache(maxsize=512)
def _parse_caller(text: str | None, *, may_be_service: bool) -> _Caller:
    """Parse the name of a caller. A service has a name of its own in place of an ARN."""
    text = "anonymous" if text is not None and _MISSPELT_ANONYMOUS.fullmatch(text) else text
    principal = principal_words.try_parse_principal(text)
    if principal is None and text is not None:
        principal = principal_words.parse_masked_principal(text)
        service = principal_words.find_named_service(text) if may_be_service else None
        if principal is None and service is not None:
            text, principal = service.name, service
    account: str | None = getattr(principal, "account", None)
    placeholder = principal_words.PLACEHOLDER_ACCOUNT
    is_masked = account == placeholder and placeholder not in (text or "")
    role = principal_words.underlying_role(principal)
    words = principal_words.describe_principal(role or principal, text)
    words = "an anonymous caller" if text == "anonymous" else words
    return _Caller(text, principal, None if is_masked else account, is_masked, role, words)


def _to_arn(resource: str | None, region: str | None) -> str | None:
    """Return an ARN in full and alone, the ARN of what a URI of Hadoop's S3 clients names, and any other resource as it is."""
    resource = resource and strip_type(resource)
    if resource is not None and resource.startswith("aws") and _ARN_WITHOUT_PREFIX.match(resource):
        return f"arn:{resource}"
    if resource is None or not resource.startswith(_S3_URIS):
        return resource
    from iamtriage.policies._masked_arns import find_partition

    return (
        f"arn:{(region and find_partition(region)) or 'aws'}:s3:::{resource.partition('://')[2].rstrip('/')}"
    )


def _find_caller(failure: AccessDenied, facts: Facts) -> str | None:
    """Return the role that the text names as that of the caller, or else the caller in the facts."""
    if failure.principal is None and (facts.caller is None or is_derived(facts, "caller")):
        from iamtriage.explaining._rules.shared.messages import derived_actions

        role = derived_actions.find_provided_role(failure, context_of(facts).account)
        # The user of a shell is not the role.
        if role is not None or derived_actions.says_provided_role(failure):
            return role
    return facts.caller


def _find_resource(failure: AccessDenied, facts: Facts, action: str | None) -> str | None:
    """Return the resource that the text around the failure states."""
    context = context_of(facts)
    # A rejected login of a database is read from its own message.
    if context is NOTHING and action != "rds-db:connect":
        return None
    from iamtriage.explaining._context.resources import find_failed_resource

    return find_failed_resource(failure, context, action, facts.region)
