"""Correct a Deny statement of the text that matches more than its author expects.

A negated operator and Null also match a request without the key. Requests through a VPC endpoint have no aws:SourceIp
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html), and of the resources that EC2
checks for one call, only the new ones have the tags of the request
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._rules.denials.conditions.condition_keys import (
    RightKey,
    find_right_key,
    replace_key,
)
from iamtriage.explaining._rules.denials.conditions.forwarded_calls import find_recorded_service
from iamtriage.explaining._rules.denials.conditions.request_conditions import are_met, is_being_created
from iamtriage.explaining._rules.denials.denies import (
    corrected_principals,
    replaced_networks,
    service_exceptions,
)
from iamtriage.explaining._rules.denials.denies.corrections import Correction, runs_on_hosted
from iamtriage.explaining._rules.denials.resource_commands import principal_arn_pattern
from iamtriage.explaining._rules.denials.shown_policies.principal_comparisons import excluded_principals
from iamtriage.explaining._rules.shared.grants.denial_remedies import REDEPLOY
from iamtriage.explaining._rules.shared.policies import date_conditions
from iamtriage.explaining._rules.shared.policies.date_conditions import is_date, move_date, read_period
from iamtriage.explaining._rules.shared.policies.policy_changes import add_condition, replace_statement
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_mapping, as_strings, iterate_conditions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from iamtriage.explaining._rules.basics import Denial
    from iamtriage.explaining._rules.denials.conditions.request_conditions import CheckedCondition
    from iamtriage.explaining._rules.denials.denies.stated_denies import StatedDeny

_REQUEST_TAG, _SOURCE_IP = "aws:requesttag/", "aws:sourceip"
_OF_ENDPOINT = ("aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip")
# What the calls create, and the type of resource that has other keys:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
_CREATED = {
    "ec2:runinstances": "instance",
    "ec2:createvolume": "volume",
    "ec2:createsnapshot": "snapshot",
    "ec2:createsnapshots": "snapshot",
    "ec2:createimage": "image",
}
_ONLY_ON = {
    "ec2:instancetype": "instance",
    "ec2:metadatahttptokens": "instance",
    "ec2:associatepublicipaddress": "network-interface",
    "ec2:encrypted": "volume",
    "ec2:volumetype": "volume",
    "ec2:volumesize": "volume",
}
_TAGGED = lazy_pattern(r"\bResourceType=(?P<type>[a-z-]{3,40})\b")
# More do not fit beside the rest of an explanation.
_MAX_STATEMENTS = 2
_ACCOUNT, _ORGANIZATION = "aws:principalaccount", "aws:principalorgid"
_ENDPOINT = lazy_pattern(r"\bvpce-[0-9a-f]{8,17}\b")
_ENDPOINT_WORDS = lazy_pattern(r"\b(?i:(?:VPC|interface|gateway)[ -]endpoints?)\b")
_NO_ENDPOINT = lazy_pattern(
    r"\b(?i:(?:no|without|n't have|not have|removed|deleted)(?: an?| any| the)?(?: (?:VPC|interface|gateway))? endpoint)"
    r"|(?:\b(?i:not|never)|n't) (?:go|goes|run|runs|pass|passes|use|uses|using|through|via)\b[^\n.;]{0,30}\b(?:endpoint|vpce-)"
)
# What prints the public address of a computer.
_OWN_ADDRESS = lazy_pattern(r"\bcurl\b[^\n]{0,60}\b(?:checkip|icanhazip|ifconfig|ipinfo|ipify|myip)\b")
_HAS_ARN = lazy_pattern(r":(?:role/|user/|root\Z)")


def correct_deny(denial: Denial, stated: StatedDeny) -> Correction | None:
    """Return the correction of the only Deny statement of the text that can have denied the call."""
    statement = dict(stated.statement)
    if not statement:
        return None
    return (
        _replace_key(denial, stated, statement)
        or _move_date(denial, stated, statement)
        or corrected_principals.name_role(denial, stated, statement)
        or corrected_principals.match_role(denial, stated, statement)
        or replaced_networks.follow_replacement(denial, stated, statement)
        or service_exceptions.exempt_forwarded(denial, stated, statement)
        or _limit_to_created(denial, stated, statement)
        or _exempt_endpoint(denial, stated, statement)
        or _exempt_job(denial, stated, statement)
        or _list_account(denial, stated, statement)
        or _replace_exclusion(denial, stated, statement)
    )


def _replace_key(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with the key that its condition means, if that matches every request as it is."""
    if not are_met(stated.checked):
        return None
    for each in stated.checked:
        right = find_right_key(each.key, each.values, denial.lowercase_action)
        if right is not None and each.is_met:
            return Correction(
                f"{stated.words} of {stated.policy.name} denies every such call, because {right.reason}",
                f"Write {clip_text(right.name)} instead of {clip_text(each.key)} in the Deny",
                tuple(_describe_change(denial, each.values, right)),
                replace_key(statement, each.operator, each.key, right),
            )
    return None


def _move_date(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with another date, if it ends an access or stops the calls of a time."""
    period = read_period(statement)
    if period is None or not all(is_date(each.key) or each.is_met for each in stated.checked):
        return None
    # The account of the resource has the policy, or that of the caller.
    is_of_resource = denial.policy_type in {"role_trust", "resource"}
    account = (denial.resource_account if is_of_resource else None) or denial.account
    who = f"an administrator{f' of account {account}' if account else ''}"
    owner = f"Only {who} decides whether the access goes on: the caller has nothing to change, and an Allow does not override the Deny."
    title, step = f"Wait until {period.end}, or remove {stated.words}", "It stops all such calls until then."
    if period.end is not None:
        owner = owner.replace("whether the access goes on", "whether the statement is removed earlier")
    if period.start and not period.end:
        title = f"Move the date of {stated.words}, or remove it, if the access is to go on"
        step = date_conditions.NEW_DATE
    moved = move_date(statement, is_deny=True) if period.start and not period.end else statement
    is_whole = stated.policy.policy_type == "role_trust" and stated.policy.is_whole and moved is not statement
    return Correction(
        f"{stated.words} of {stated.policy.name} denies it {period.describes_since}",
        title,
        (owner, step),
        moved,
        replace_statement(stated.policy.content, stated.statement, moved) if is_whole else None,
    )


def _describe_change(denial: Denial, values: tuple[str, ...], right: RightKey) -> Iterator[str]:
    """Yield what the correction of a key means for the call."""
    listed = clip_text(join_words(values, "or"))
    if right.of_request:
        yield f"Until then, it covers every such call. Then it exempts resources with this tag: {listed}."
    else:
        yield f"Until then, it covers every request, whatever network or caller it comes from. Then it exempts {listed}."
    if denial.principal_text == "anonymous":
        yield "A signature does not help: a request without one is anonymous, which the other statements can allow."
    if denial.service == "execute-api":
        yield REDEPLOY


def _limit_to_created(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement on the resources that have the key: it also covers others, which never have it."""
    actions = as_strings(statement.get("Action"))
    own = [each for each in actions if each.lower().startswith("ec2:")]
    if denial.service != "ec2" or denial.resource_arn is None or "NotResource" in statement or not own:
        return None
    denied = denial.resource_arn.resource.split("/", 1)[0]
    for operator, key, values in iterate_conditions(statement):
        is_absent = (operator == "Null" and values == ("true",)) or (
            "Not" in operator and not operator.endswith("IfExists")
        )
        types = _types_with_key(denial, key.lower(), own, denied)
        if not is_absent or not types:
            continue
        partition, tag = denial.location.partition or "aws", key.partition("/")[2]
        arns = [f"arn:{partition}:ec2:*:*:{each}/*" for each in types]
        steps = [
            f"{denial.action} is also checked on what the call uses, such as {'an' if denied[:1] in 'aeiou' else 'a'} {denied}."
        ]
        if tag and re.search(rf"\bKey[\"']?\s?[=:]\s?[\"']?{re.escape(tag)}\b", denial.failure.text):
            steps.append("The call passes the tag already: no other way of tagging satisfies the statement.")
        if own != actions:
            steps.append("Keep the other actions in a statement of their own, with the Resource as it is.")
        changed = {"Action": own if len(own) > 1 else own[0], "Resource": arns if len(arns) > 1 else arns[0]}
        return Correction(
            f"{stated.words} of {stated.policy.name} covers the {denied}, too, which never has {clip_text(key)}",
            f"Limit {stated.words} to the Resource {join_words(tuple(types), 'and')}",
            tuple(steps),
            {**statement, **changed},
        )
    return None


def _types_with_key(denial: Denial, key: str, actions: list[str], denied: str) -> list[str]:
    """Return the types of resources that have a condition key, if the denied one does not."""
    patterns = [compile_glob(each.lower()) for each in actions]
    if key.startswith(_REQUEST_TAG) and denial.lowercase_action in _CREATED:
        created = [
            kind for action, kind in _CREATED.items() if any(matches(action, each) for each in patterns)
        ]
        tagged = _TAGGED.findall(denial.failure.text)
        return [] if is_being_created(denial) else list(dict.fromkeys((*created, *tagged)))
    only = _ONLY_ON.get(key)
    # Another action can have the key on more types.
    is_launch = [each.lower() for each in actions] == ["ec2:runinstances"]
    return [only] if only is not None and only != denied and is_launch else []


def _replace_exclusion(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with a condition instead of a NotPrincipal that names only the caller's role or user."""
    names = excluded_principals(statement)
    own = str(denial.role or denial.principal)
    # No condition on aws:PrincipalArn exempts a service, a session or all of an account.
    is_of_aws = as_mapping(statement.get("NotPrincipal")).keys() == {"AWS"}
    kept = [each for each in names if _HAS_ARN.search(each)]
    others = {*names} - {*kept, str(denial.principal), denial.account}
    if own not in kept or "Principal" in statement or not is_of_aws or others:
        return None
    has_account = any(":root" in each or each == denial.account for each in names)
    has_session = denial.role is None or str(denial.principal) in names
    absent = present(None if has_account else "the account", None if has_session else "the session")
    if not absent:
        return None
    missing = join_words(absent, "or")
    in_sessions = "aws:PrincipalArn is the ARN of the role in all its sessions. " if denial.role else ""
    for_everyone = dict(
        ("Principal", "*") if key == "NotPrincipal" else (key, value) for key, value in statement.items()
    )
    return Correction(
        f"the NotPrincipal of {stated.words} of {stated.policy.name} names {denial.caller} without {missing}, so the Deny applies to it, too",
        f"Exempt {denial.caller} with a condition instead of NotPrincipal",
        (
            f"{in_sessions}AWS advises against NotPrincipal with Deny: it also denies every principal that has a permissions boundary.",
            f"The Allow of {denial.caller} can stay as it is.",
        ),
        add_condition(for_everyone, "ArnNotEquals", "aws:PrincipalArn", kept),
    )


def _list_account(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement of an organization with the account of a caller of another one among those that it exempts."""
    account = denial.account or ""
    keys = {each.key.lower(): each for each in stated.checked if "Not" in each.operator}
    listing, own = keys.get(_ACCOUNT), keys.get(_ORGANIZATION)
    first = listing or own
    # The ARN of a bucket has no account: that the Deny applies shows that the caller is not of the organization.
    if first is None or denial.policy_type != "resource_control" or denial.crosses_accounts is False:
        return None
    if not account:
        return None
    if listing is not None and account in listing.values:
        return None
    outside = f"accounts outside of {clip_text(join_words(own.values, 'and'))}" if own else "other accounts"
    but_for = f" but for {clip_text(join_words(listing.values, 'and'))}" if listing else ""
    policy = "the resource's policy"
    if denial.lowercase_action.startswith("sts:assumerole"):
        policy = "the role's trust policy"
    actions = as_strings(statement.get("Action"))
    others = [each for each in actions if each.lower() != denial.lowercase_action]
    whole = None
    if others:
        whole = f"The account is then exempt from the whole statement, {clip_text(join_words(others, 'and'))}, too. If it needs only {denial.action}, give that a statement of its own with this list."
    listed = add_condition(statement, first.operator, "aws:PrincipalAccount", account)
    is_short = stated.policy.is_whole and len(stated.policy.statements) <= _MAX_STATEMENTS
    return Correction(
        f"{stated.words} of {stated.policy.name} denies it to {outside}{but_for}, and the caller is in {account}",
        f"Add account {account} to aws:PrincipalAccount in {stated.words}",
        present(
            f"Neither {policy} nor a policy of the caller overrides the Deny, so both can stay as they are.",
            whole,
        ),
        listed,
        replace_statement(stated.policy.content, stated.statement, listed) if is_short else None,
    )


def _find_network(stated: StatedDeny, statement: Mapping[str, Any]) -> CheckedCondition | None:
    """Return the condition with the addresses that a statement exempts, if it exempts no endpoint."""
    keys = {key.lower() for _, key, _ in iterate_conditions(statement)}
    network = next((each for each in stated.checked if each.key.lower() == _SOURCE_IP), None)
    if network is None or "Not" not in network.operator or network.requested or keys & {*_OF_ENDPOINT}:
        return None
    return network


def _exempt_endpoint(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with an exemption for a VPC endpoint of the text, through which no address is sent."""
    text = denial.failure.text
    # An endpoint in a policy is one that a statement names, and not that of the call.
    in_policies = {
        each for policy in denial.context.policies for each in _ENDPOINT.findall(str(policy.content))
    }
    ids = set(_ENDPOINT.findall(text)) - in_policies
    network = _find_network(stated, statement)
    if network is None or _NO_ENDPOINT.search(text):
        return None
    from iamtriage.explaining._rules.sts.trust.request_keys import is_private

    of_vpc = None
    if all(map(is_private, network.values)):
        of_vpc = replace_key(statement, network.operator, network.key, RightKey("aws:VpcSourceIp", ""))
    if len(ids) > 1 or (not ids and next(find_said(text, _ENDPOINT_WORDS), None) is None):
        if of_vpc is None:
            return None
        listed = clip_text(join_words(network.values, "and"))
        return Correction(
            f"{stated.words} of {stated.policy.name} exempts only {listed} in aws:SourceIp, which is never a private address",
            "Compare addresses that requests have in the Deny",
            (
                "Requests through a VPC endpoint have their private address in aws:VpcSourceIp, as below. Other VPCs can have the same addresses: to let in only one, use StringNotEquals with aws:SourceVpc instead.",
                "All others have their public address in aws:SourceIp, such as that of the NAT gateway: list that there instead. No Allow overrides the Deny.",
            ),
            of_vpc,
        )
    endpoint = ids.pop() if ids else "VPC_ENDPOINT_ID"
    named = f"the VPC endpoint {endpoint}" if endpoint != "VPC_ENDPOINT_ID" else "a VPC endpoint"
    curl = "The address that curl prints is that of other traffic. " if _OWN_ADDRESS.search(text) else ""
    why = f"{stated.words} of {stated.policy.name} denies it because the request has no aws:SourceIp: most likely, it goes through {named}"
    if of_vpc is not None:
        return Correction(
            why,
            "Compare aws:VpcSourceIp instead of aws:SourceIp in the Deny",
            (
                "Requests through a VPC endpoint have their private address in aws:VpcSourceIp, and no aws:SourceIp: the Deny with NotIpAddress applies to all of them. No Allow overrides it.",
                f"Other VPCs can have the same addresses: to let in only {named}, use StringNotEquals with aws:SourceVpce instead.",
            ),
            of_vpc,
        )
    return Correction(
        why,
        f"Exempt {named} in {stated.words}",
        (
            "Requests through a VPC endpoint have no aws:SourceIp, and a Deny with NotIpAddress applies to them, too. Add aws:SourceVpce (or aws:SourceVpc, for all endpoints of a VPC): all conditions must match for the Deny to apply.",
            f"{curl}Private addresses in aws:SourceIp have no effect, and no Allow overrides the Deny.",
        ),
        add_condition(statement, "StringNotEquals", "aws:SourceVpce", endpoint),
    )


def _exempt_job(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with an exemption for the role of a job or service, which has no fixed address."""
    service = find_recorded_service(denial)
    network = _find_network(stated, statement)
    is_known = service is not None or runs_on_hosted(denial.failure.text)
    if network is None or not is_known or denial.role is None:
        return None
    listed = clip_text(join_words(network.values, "or"))
    return Correction(
        f"{stated.words} of {stated.policy.name} denies it unless aws:SourceIp is {listed}, and {f'{service} has its own' if service else 'hosted runners have other addresses'}",
        f"Exempt {denial.caller} in {stated.words}",
        present(
            f"The statement then still limits everybody else, and the other statements stay. Limit the role's trust policy to the {'service' if service else 'repository'}.",
            None
            if service
            else f"Or run the job where its address is in {listed}: on a self-hosted runner, or on one with a static address.",
        ),
        add_condition(statement, "ArnNotLike", "aws:PrincipalArn", principal_arn_pattern(denial)),
    )
