"""Explain that a Deny for callers outside an organization or a network also denies AWS services.

A service principal belongs to no organization and no account, so its requests lack keys such as aws:PrincipalOrgID, and a
negated operator matches: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
A service that calls another one for its caller does so from its own address, unless aws:ViaAWSService spares it:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage.explaining._rules.denials.conditions.deny_conditions import VPC
from iamtriage.explaining._rules.denials.conditions.forwarded_calls import find_forwarder
from iamtriage.explaining._rules.denials.denies.corrections import OF_NETWORK, Correction
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_known_policies
from iamtriage.explaining._rules.shared.policies.policy_changes import add_condition
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.policies._readers.elements import (
    as_strings,
    is_for_everyone,
    iterate_conditions,
    iterate_statements,
    shown_sid,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
    from iamtriage.explaining._rules.denials.denies.stated_denies import StatedDeny
    from iamtriage.explaining._rules.shared.grants.service_access import ServiceAccess
    from iamtriage.typing import PolicyType

# Keys that the requests of a service principal lack.
_OF_CALLERS = frozenset(
    {"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourcevpc", "aws:sourcevpce"}
)  # fmt: skip
_IS_SERVICE, _VIA_SERVICE = "aws:PrincipalIsAWSService", "aws:ViaAWSService"
_EXEMPT = "Exempt calls that AWS services make for their callers in "
_WHY = (
    "A service calls another one from its own network, wherever the caller is, so a VPN does not help, and no Allow overrides the Deny.",
    "With aws:ViaAWSService, the statement still limits direct calls: all conditions must match for the Deny to apply.",
)
_NETWORKS = frozenset({"aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip"})
_ENDPOINT = lazy_pattern(r"(?i:endpoint polic)")
_CONTROL = lazy_pattern(r"(?i:\bresource.?control.?polic|\brcps?\b)")


def explain_denied_service(denial: Denial, access: ServiceAccess, allow: Remedy) -> Explanation | None:
    """Explain that a Deny in the text also denies a service what it needs, or return ``None``.

    Args:
        denial: The denial.
        access: What the service needs.
        allow: The remedy that allows it, with the commands that print and replace the policy.
    """
    text, resource = denial.failure.text, access.resource
    actions = [action for checked, *_ in access.statements for action in as_strings(checked)]
    arns = [
        arn for each in iterate_statements(allow.policy or {}) for arn in as_strings(each.get("Resource"))
    ]
    found = [
        (policy, each)
        for policy in (() if _ENDPOINT.search(text) else list_known_policies(denial))
        if policy.has_principal and not policy.is_code
        for each in policy.denies
        if is_for_everyone(each)
        and any(names_action(each, action) for action in actions)
        and (not arns or any(names_resource(each, arn) is not False for arn in arns))
    ]
    found = [each for each in found if _denies_services(each[1])]
    if len(found) != 1:
        return None
    policy, statement = found[0]
    is_control = not policy.allows and _CONTROL.search(text) is not None
    policy_type: PolicyType = "resource_control" if is_control else "resource"
    sid = shown_sid(statement)
    named = f"the statement {sid}" if sid else "a statement"
    where = "the resource control policy (RCP) in the text" if is_control else resource
    keys = join_words(list(dict.fromkeys(key for _, key, _ in iterate_conditions(statement))), "and")
    correction = Correction(
        "",
        f"Exempt AWS services in {named} of {where}",
        (
            "The other conditions stay: all of them must match for the Deny to apply.",
            "To exempt services only for resources of your organization, add a second Deny with StringNotEqualsIfExists on aws:SourceOrgID for AWS services.",
        ),
        add_condition(statement, "BoolIfExists", _IS_SERVICE, "false"),
    )
    kind = attrs.evolve(denial, policy_type=policy_type)
    others = () if is_control else (owner_remedy("Find the Deny statement", commands=allow.commands),)
    why = f"A service principal belongs to no organization, account or VPC, so its requests have no {keys}, and a negated operator is true without the key."
    over = "" if is_control else f" The Allow in {resource} does not override it."
    return denial.explain(
        f"{upper_first(named)} of {where} denies {access.service} the access, whatever {resource} allows: it exempts no AWS services.",
        DENIES[policy_type].cause("derived", text=f"{why}{over}"),
        topic="service-principal",
        remedies=correction.remedy(kind, others),
        notes=f"{upper_first(resource)} does not have to change." if is_control else (),
    )


def exempt_in_named(denial: Denial, remedy: Remedy | None, others: tuple[Remedy, ...]) -> Remedy | None:
    """Return the exemption of services in place of a remedy that calls from another network, where a service made the call."""
    is_of_network = remedy is not None and remedy.title.startswith((*OF_NETWORK, VPC.title))
    if remedy is None or not is_of_network or find_forwarder(denial) is None:
        return remedy
    _, comma, suggested = remedy.title.partition(", ")
    return attrs.evolve(
        remedy,
        title=f"{_EXEMPT}the Deny{comma}{suggested}",
        who=others[0].who if others else "account administrator",
        steps=(*_WHY, f'Add "Bool": {{"{_VIA_SERVICE}": "false"}} to its Condition.'),
    )


def exempt_forwarded(denial: Denial, stated: StatedDeny, statement: dict[str, Any]) -> Correction | None:
    """Return the statement with an exemption for calls of services for the caller, if it denies other networks to one."""
    networks = [each for each in stated.checked if each.key.lower() in _NETWORKS and "Not" in each.operator]
    forwarder = find_forwarder(denial)
    # A statement about services on purpose: both values would deny more.
    is_meant = any(key.lower() == _VIA_SERVICE.lower() for _, key, _ in iterate_conditions(statement))
    if forwarder is None or not networks or is_meant:
        return None
    if forwarder.calls and not any(names_action(statement, each) for each in forwarder.calls):
        # Of a statement that does not cover the call itself, its network tells nothing.
        return None
    listed = clip_text(join_words([value for each in networks for value in each.values], "or"))
    likely = ", most likely" if forwarder.calls else ""
    return Correction(
        f"{stated.words} of {stated.policy.name} denies it{likely} because {forwarder.name} made the call on the caller's behalf, and not from {listed}",
        f"{_EXEMPT}{stated.words}",
        _WHY,
        add_condition(statement, "Bool", _VIA_SERVICE, "false"),
    )


def _denies_services(statement: dict[str, Any]) -> bool:
    """Return whether all conditions match requests of service principals."""
    conditions = list(iterate_conditions(statement))
    return bool(conditions) and all(
        key.lower() in _OF_CALLERS and "Not" in operator for operator, key, _ in conditions
    )
