"""Explain denials by a service or resource control policy of AWS Organizations.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_authorization_policies.html and
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html.
"""

from __future__ import annotations

from typing import Literal

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, quote_argument
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Root
from iamtriage.explaining._context.readers.organization_levels import (
    Level,
    find_levels,
    find_organization_profile,
)
from iamtriage.explaining._rules.basics import Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.conditions import denied_regions
from iamtriage.explaining._rules.denials.conditions.request_conditions import CREATES
from iamtriage.explaining._rules.denials.denies.deny_requirements import typical_requirement
from iamtriage.explaining._rules.denials.denies.landing_zones import add_landing_zone
from iamtriage.explaining._rules.denials.policy_types import guardrails, root_users
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials.credential_remedies import with_profile
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.messages.decisions import matching_reasons
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import Commands, organization_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.requirements.resource_policies import find_resource_policy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.policies._evaluation.policy_types import POLICY_TYPE_NAMES

_FULL_ACCESS = "p-FullAWSAccess"


class Blocked(NamedTuple):
    """The level at which no service control policy allows a call.

    Attributes:
        level: The level.
        others: The IDs of the levels with FullAWSAccess.
    """

    level: Level
    others: tuple[str, ...]

    @property
    def policies(self) -> str:
        """The attached policies in words."""
        named = [
            clip_text(name) if name == policy else f"{clip_text(name)} ({policy})"
            for policy, name in self.level.policies.items()
        ]
        return join_words(named, "and")

    def describe(self) -> str:
        """Return a sentence about the level."""
        has = f"has {self.policies} instead of FullAWSAccess" if self.level.policies else "has no policy"
        others = (
            f" FullAWSAccess on {join_words(self.others, 'and')} does not make up for it."
            if self.others
            else ""
        )
        return f"{self.level.target} {has}: each level (root, organizational units, account) must allow the action.{others}"


def find_blocked_level(denial: Denial) -> Blocked | None:
    """Return the level at which no service control policy allows a call, if the text shows that it is only one."""
    levels = find_levels(denial.failure.text)
    blocked = [each for each in levels if _FULL_ACCESS not in each.policies]
    if len(blocked) != 1:
        return None
    shown = (
        each
        for each in denial.context.policies
        if any(policy in (each.name or "") for policy in blocked[0].policies)
    )
    allows = (each for policy in shown for each in policy.allows)
    if any(names_action(each, denial.action or "") for each in allows):
        return None
    others = tuple(each.target for each in levels if each is not blocked[0])
    return Blocked(blocked[0], others)


def _find_evaluated_level(denial: Denial, target: str) -> Blocked | None:
    """Return the level at which the authorization details show a policy and no Allow."""
    details = denial.facts.authorization_details
    levels: dict[str, dict[str, str]] = {target: {}}
    for policy in () if details is None else details.policies:
        name = (policy.uri or "").rpartition("/")[2]
        for each in policy.attached_to if policy.policy_type == "service_control" else ():
            levels.setdefault(each, {})[name] = name
    policies = levels.pop(target)
    if len(policies) != 1 or _FULL_ACCESS in policies or not all(map(_POLICY_ID.fullmatch, policies)):
        return None
    others = tuple(each.rpartition("/")[2] for each, named in levels.items() if _FULL_ACCESS in named)
    return Blocked(Level(target.rpartition("/")[2], policies), others)


def allow_at_level(denial: Denial, blocked: Blocked, ask: str) -> Remedy:
    """Return the remedy that allows the action at the level where no policy does."""
    target, policies = blocked.level
    attach = f"aws organizations attach-policy --policy-id {_FULL_ACCESS} --target-id {target}"
    change: tuple[str, ...] = ()
    title = f"Attach {_FULL_ACCESS} to {target}"
    if len(policies) == 1:
        ((policy, name),) = policies.items()
        title = f"Allow {denial.action} in {clip_text(name)}, the service control policy of {target}"
        change = (
            f"aws organizations describe-policy --policy-id {policy} --query Policy.Content --output text",
            f"aws organizations update-policy --policy-id {policy} --content file://policy.json",
        )
    profile = find_organization_profile(denial.failure.text)
    attach, change = with_profile(profile, attach), tuple(with_profile(profile, each) for each in change)
    label = "Or, if it is not meant to list everything that is allowed (then limit the accounts with Deny statements):"
    return Remedy(
        title=title,
        who="organization administrator",
        steps=present(
            ask,
            "The change applies to all accounts below this level. Another way is to move the account to an organizational unit whose policies allow the action."
            if target.startswith(("ou-", "r-"))
            else None,
            *guardrails.resource_steps(denial),
        ),
        commands=(*change, Labelled(label, attach)) if change else (attach,),
        statement=guardrails.allowing_statement(denial) if change else None,
        layer="service_control",
        url=pages.SERVICE_CONTROL,
    )


_POLICY_ID = lazy_pattern(r"p-[0-9A-Za-z_]{1,128}")
_POLICY_ARN = lazy_pattern(r"arn:[a-z-]+:organizations::(?P<account>[0-9]{12}):(?:policy|root|ou|account)/")
_OWNER = lazy_pattern(
    r"(?i:\b(?:management|master|payer|org(?:anization)?) account)\b[^\n.;]{0,20}?\b(\d{12})\b"
)
_DESCRIBE_POLICY = "aws organizations describe-policy --policy-id {} --query Policy.Content --output text"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
# The caller is in that organization already (aws:PrincipalOrgID): otherwise, S3 would not name the policy type.
_SAME_ORGANIZATION = "Such a Deny is often for requests from other networks (aws:SourceIp, aws:SourceVpc), without TLS (aws:SecureTransport) or without tags. If you can, change the call instead."
_WHOM_TO_ASK = Labelled(
    "To see whom to ask:",
    "aws organizations describe-organization --query Organization.MasterAccountEmail --output text",
)
_OF_EACH = "Then, for each POLICY_ID (list-targets-for-policy prints where it is attached):"
_READ_DENY = "If the Deny exempts {}a tag or another principal, make the call with that."
_ROOT_USERS = "Service control policies apply to the root user of a member account, too, but not to the management account."
_ANY_ID = "POLICY_ID"
_WHOLE_ACTION = ' With "Resource": "*", the statement covers the next resource, too: such a policy grants nothing by itself.'
_EACH_LEVEL = (
    "At each level (root, organizational units, account), an attached policy must allow the action. "
)


def explain_service_control(denial: Denial) -> Explanation:
    """Explain a denial by a service control policy."""
    reasons = matching_reasons(denial.action, denial.facts.authorization_details)
    targets = (each.target_arn or "" for each in reasons if each.policy_type == "service_control")
    target = next(filter(None, targets), "")
    owner = _management_account(denial.policy or target) or _find_listed_owner(denial)
    ask = f"Send this error to an administrator of the AWS organization (management account{owner} or a delegated administrator): only they can see or change the policy."
    scope = (_ROOT_USERS,) if isinstance(denial.principal, Root) else ()
    if denial.deny != "implicit":
        explanation = add_landing_zone(denial, _explain_control_deny(denial, "service_control", ask, *scope))
        is_of_cdk = ":::cdk-" in (denial.resource or "")
        if is_of_cdk and denial.lowercase_action == "s3:putbucketpublicaccessblock":
            return attrs.evolve(explanation, remedies=(_BOOTSTRAP, *explanation.remedies))
        return explanation
    level = target.rpartition("/")[2]
    blocked = _find_evaluated_level(denial, target) if level else find_blocked_level(denial)
    where = "some level between the organization's root and the account"
    title = f"Allow {denial.action or 'the action'} in a service control policy"
    region = "" if level or denial.resource_arn is None else denial.resource_arn.region
    find = f"Most likely, FullAWSAccess was replaced at one of them{f', or the policies omit {region} (aws:RequestedRegion)' if region else ''}."
    describe = commands.fill_command(_DESCRIBE_POLICY, "POLICY_ID")
    statement = guardrails.add_named_actions(guardrails.allowing_statement(denial), denial)
    wider = _WHOLE_ACTION if statement and statement.get("Resource") != "*" else ""
    lines: tuple[str, ...] = (*commands.list_control_policies(commands.account(denial.account)), describe)
    if level:
        where = f"the level {clip_text(level)}"
        title = f"Allow it in a service control policy of {clip_text(level)}"
        find = f"No policy of {clip_text(level)} does (most likely, FullAWSAccess was replaced): add the statement to a policy there."
        lines = (str(commands.list_control_policies(quote_argument(level))[0]), describe)

    def change() -> Remedy:
        if blocked is not None:
            return allow_at_level(denial, blocked, ask)
        return Remedy(
            title=title,
            who="organization administrator",
            steps=(ask, f"{'' if level else _EACH_LEVEL}{find}{wider}", *guardrails.resource_steps(denial)),
            commands=lines,
            statement=statement,
            layer="service_control",
            url=pages.SERVICE_CONTROL,
        )

    text = f"At {where}, no service control policy allows the action, and no Deny matched."
    if blocked is not None:
        level, text = blocked.level.target, blocked.describe()
    own = guardrails.describe_own_allow(denial)
    if blocked is None or own is None:
        text += f" {_no_override_sentence(denial, 'service control policy')}"
    text += (
        f" {capitalize_start(denial.caller)} also needs its own Allow."
        if own is None
        else f" {capitalize_start(own)}: another Allow does not help."
    )
    verdict = f"no service control policy{f' of {clip_text(level)}' if level else ''} allows it"
    return guardrails.explain_guardrail(denial, verdict, text, "service_control", change, *scope)


def explain_resource_control(denial: Denial) -> Explanation:
    """Explain a denial by a resource control policy."""
    owner = _management_account(denial.policy)
    account = f" {denial.resource_account}" if denial.resource_account else ""
    owning = f"the organization that owns the resource's account{account}"
    if denial.service == "s3" and not denial.crosses_accounts:
        owning = "your organization, to which the bucket's account belongs"
    ask = f"Send this error to an administrator of {owning}{f' (management account{owner} or a delegated administrator)' if owner else ''}: only they can see or change the policy."
    if denial.crosses_accounts and account and not owner:
        ask = f"Send this error to an administrator of the organization of account{account}, through the account's owner if it is not yours: only such administrators can see or change the policy."
    if denial.deny != "implicit":
        return _explain_control_deny(denial, "resource_control", ask)

    # Only RCPFullAWSAccess can contain an Allow, and it can't be detached:
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    def change() -> Remedy:
        return Remedy(
            title="Change the resource control policy",
            who="organization administrator",
            steps=(
                ask,
                "At each level (root, organizational units, account), look for a Deny statement that matches the request, and scope it down. An Allow cannot be added.",
                *guardrails.resource_steps(denial),
            ),
            commands=commands.list_control_policies(
                commands.account(denial.resource_account), "RESOURCE_CONTROL_POLICY"
            ),
            layer="resource_control",
            url=pages.RESOURCE_CONTROL,
        )

    text = f"A resource control policy blocks the request. Such policies can only deny, apart from the AWS managed policy RCPFullAWSAccess. {_no_override_sentence(denial, 'resource control policy')}"
    verdict, notes = "no resource control policy allows it", guardrails.identity_notes(denial)
    return guardrails.explain_guardrail(denial, verdict, text, "resource_control", change, *notes)


def _explain_control_deny(
    denial: Denial, policy_type: Literal["service_control", "resource_control"], ask: str, *notes: str
) -> Explanation:
    """Explain a denial by a ``Deny`` in a service or resource control policy."""
    name, found = (
        POLICY_TYPE_NAMES[policy_type],
        _POLICY_ID.fullmatch((denial.policy or "").rpartition("/")[2]),
    )
    policy_id = found[0] if found else _ANY_ID
    protects, account = "", denial.account
    if policy_type == "resource_control":
        account = denial.resource_account
        owner = f" that account {account} belongs to" if denial.crosses_accounts and account else ""
        protects = f"Such a policy limits who can use resources in the accounts of the organization{owner}. "
    named = f"a {name}" if policy_id == _ANY_ID else f"the {name} {policy_id}"
    is_named = denial.policy or denial.failure.authorization_id
    unnamed = "" if is_named else "AWS does not name the policy. "
    text = f"{protects}{unnamed}{_no_override_sentence(denial, name)}"

    def change() -> Remedy:
        return _control_remedy(denial, policy_type, policy_id, ask)

    verdict = f"{named} explicitly denies it"
    return guardrails.explain_guardrail(denial, verdict, text, policy_type, change, *notes)


_BOOTSTRAP = your_remedy(
    "Bootstrap without this call: cdk bootstrap --public-access-block-configuration false",
    "First delete the failed stack CDKToolkit. S3 blocks public access to new buckets by default, so the Deny can stay.",
    commands="npx cdk bootstrap --public-access-block-configuration false",
    url="https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html",
)


def _control_remedy(
    denial: Denial, policy_type: Literal["service_control", "resource_control"], policy_id: str, ask: str
) -> Remedy:
    """Return the remedy that changes a control policy with a ``Deny``, or the call."""
    name, kind = POLICY_TYPE_NAMES[policy_type], f"{policy_type.upper()}_POLICY"
    # What exists in a Region is in no other.
    is_there = denial.resource_arn is not None and denial.resource_arn.region
    is_new = "*" in (denial.resource or "") or CREATES.search(denial.lowercase_action) is not None
    typical = _READ_DENY.format("" if is_there and not is_new else "a Region, ")
    protected = denial_remedies.find_protected(denial)
    if protected is not None:
        typical = f"Such a Deny is usually meant to protect {protected}: tell them why the call is needed. If nobody needs it, leave everything as it is, and drop the call."
    account, url = denial.account, pages.SERVICE_CONTROL
    if policy_type == "resource_control":
        account, url, typical = denial.resource_account, pages.RESOURCE_CONTROL, _typical_rcp(denial)
    of_account = ""
    if denial.crosses_accounts:
        of_account = f", or StringNotEquals on aws:PrincipalAccount {denial.account}"
    caller = resource_commands.principal_arn_pattern(denial)
    of_caller = f" {caller}" if caller.startswith("arn:") and not denial.has_masked_account else ""
    has_path = "*" in caller or "/" in caller.partition(":role/")[2]
    if of_caller and resource_commands.role_path_steps(denial) and not has_path:
        of_caller += ", with the role's path if it has one"
    every = f"aws organizations list-policies --filter {kind}"
    listed: tuple[str, ...] = (Labelled("As an administrator of the organization:", every),)
    lists_levels = policy_id == _ANY_ID and account is not None
    if policy_id != _ANY_ID:
        listed = ()
    elif account is not None:
        listed = commands.list_control_policies(commands.account(account), kind)
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    policy = f"the {name}{'' if policy_id == _ANY_ID else f' {policy_id}'}"
    title, who, as_role = f"Have {policy} changed", "the caller", None
    if isinstance(denial.principal, Root):
        who = "a role instead of the root user"
        title, as_role = root_users.call_as_role(denial, policy) or (title, None)
    describe = commands.fill_command(_DESCRIBE_POLICY, policy_id)
    lines: Commands = listed
    if listed and policy_type == "resource_control" and not denial.crosses_accounts:
        lines = (_WHOM_TO_ASK, *listed)
    lines = (*lines, describe if lists_levels else Labelled(_OF_EACH, describe))
    unlock = None
    if policy_type == "service_control":
        unlock = root_users.unlock_resource(denial, policy, ask, lines[:1])
    only_root = root_users.unlock_step(denial)
    needed = (*denied_regions.region_steps(denial), *present(typical_requirement(denial)))
    remedy = unlock or organization_remedy(
        title,
        as_role,
        ask,
        *(needed or (None if only_root else typical,)),
        f"If the request is legitimate, ask for the Deny to be scoped down, or for an exception for {who} (ArnNotLike on aws:PrincipalArn{of_caller}{of_account}).",
        only_root,
        commands=lines,
        url=url,
    )
    return attrs.evolve(remedy, layer=policy_type)


def _typical_rcp(denial: Denial) -> str:
    """Return what a Deny in a resource control policy often requires.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_examples.html
    """
    if denial.crosses_accounts:
        is_other = _OTHER_ORGANIZATION.search(denial.failure.text) is not None
        belongs = "belongs to another one, so most likely this denies it" if is_other else "belongs to it"
        return f"Such a policy often allows only callers of the same organization (aws:PrincipalOrgID): {'' if is_other else 'ask whether '}account {denial.account} {belongs}."
    if denial.service == "s3":
        return _SAME_ORGANIZATION
    return "Such a policy often admits only callers of the same organization (aws:PrincipalOrgID), a network or TLS connections."


def _find_listed_owner(denial: Denial) -> str:
    """Return the management account of the service control policies that the text lists, after a space, or an empty string."""
    text = denial.failure.text
    found = {*_POLICY_ARN.findall(text)} or {*_OWNER.findall(text)} if find_levels(text) else set[str]()
    owner = only_one(found)
    return f" {owner}" if owner else ""


def _no_override_sentence(denial: Denial, name: str) -> str:
    """Return the sentence that no policy of the account overrides a control policy."""
    known = find_resource_policy(denial.service, denial.resource)
    if name == "resource control policy":
        own = f"the {known.name}" if known else "the resource's own policy"
        if denial.lowercase_action.startswith("sts:assumerole"):
            own = "the role's trust policy"
        external = ", and neither does an external ID" if denial.facts.external_id else ""
        return f"Neither an identity-based policy nor {own} overrides it{external}.{guardrails.describe_resource_allow(denial, own)}"
    others = ["an administrator's Allow"]
    if denial.is_explicit:
        others += [f"the {known.name}"] if known and not denial.crosses_accounts else []
        others += [] if isinstance(denial.principal, Root) else ["the root user"]
    account = f"account {denial.account}" if denial.account else "the account"
    return f"Nothing in {account} overrides it, not even {join_words(others, 'or')}."


def _management_account(policy: str | None) -> str:
    """Return the management account from the ARN of a control policy, after a space, or an empty string."""
    found = _POLICY_ARN.match(policy or "")
    return f" {found['account']}" if found else ""


_OTHER_ORGANIZATION = lazy_pattern(
    r"(?i:\b(?:(?:our|my|their|its) own|an?other|a different|a separate|not (?:in|part of) (?:the same|their|your|our|this|that))(?: AWS)? organi[sz]ations?\b)"
)
