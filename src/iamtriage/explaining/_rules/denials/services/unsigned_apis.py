"""Explain that an API of API Gateway denies a request without a signature, by its resource policy.

Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from iamtriage._patterns import only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.endpoints import find_source_address
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.denials import resource_commands
from iamtriage.explaining._rules.denials.conditions.request_conditions import (
    CheckedCondition,
    are_met,
    check_conditions,
)
from iamtriage.explaining._rules.denials.conditions.requested_values import SOURCE_IP, find_shown_values
from iamtriage.explaining._rules.denials.policy_causes import NO_ALLOWS
from iamtriage.explaining._rules.denials.policy_types import resource_policies
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_known_policies
from iamtriage.explaining._rules.denials.statement_words import describe_conditions
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.common_causes import UNSIGNED_CALL
from iamtriage.explaining._rules.shared.grants import denial_remedies
from iamtriage.explaining._rules.shared.policies.policy_changes import (
    Condition,
    replace_condition,
    replace_statement,
)
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.remedies import Commands, owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start, denial_summary
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, is_for_everyone, principal_names, shown_sid

_INVOKE = "execute-api:Invoke"
_NETWORKS = {SOURCE_IP: "from", "aws:sourcevpc": "from", "aws:sourcevpce": "through"}


class _Mismatch(NamedTuple):
    """Why a policy does not allow an unsigned request.

    Attributes:
        words: The reason, as the end of a sentence.
        policy: The policy, empty if it is not known as a whole.
        statement: Its statement that compares the network of the request.
        network: That condition, if it is the only one.
    """

    words: str
    policy: Mapping[str, Any] = MappingProxyType({})
    statement: Mapping[str, Any] = MappingProxyType({})
    network: CheckedCondition | None = None


def explain_unsigned_api(denial: Denial, method: str, signer: str, signed: Commands) -> Explanation:
    """Explain that the resource policy of an API does not allow a request without a signature.

    Args:
        denial: The denial.
        method: The method of the API, in words.
        signer: Who will sign, in words.
        signed: The commands that sign the request.
    """
    name = resource_commands.policy_of(denial).name
    verdict = f"the {name} does not allow this unsigned request"
    # A method with AWS_IAM answers an unsigned request with "Missing Authentication Token".
    text = f"The {name} names principals or other networks, or has a Deny. {capitalize_start(method)} does not use AWS_IAM, or the answer would be Missing Authentication Token."
    found = _find_mismatch(denial)
    if found is not None:
        verdict, text = (
            f"the {name} in the text {found.words}",
            f"{capitalize_start(method)} does not use AWS_IAM, or the answer would be Missing Authentication Token.",
        )
    unsigned = UNSIGNED_CALL.text
    remedies = _remedies(denial, name, method, signer, signed, is_known=found is not None)
    if found is not None and found.network is not None:
        let_in = _network_remedy(denial, name, method, found, found.network)
        remedies = let_in, None if let_in.policy else remedies[0]
        unsigned = (
            "The request is not signed, so AWS saw no identity: an IAM policy of the caller does not help."
        )
    return denial.explain(
        denial_summary(denial, verdict),
        UNSIGNED_CALL.cause("reported", text=unsigned),
        NO_ALLOWS["resource"].cause("derived", text=text),
        topic="anonymous-call",
        remedies=remedies,
        notes=f"Don't open the {name} to everyone.",
    )


def _find_mismatch(denial: Denial) -> _Mismatch | None:
    """Return why the resource policy in the text or the facts does not allow the request."""
    policies = [
        each
        for each in list_known_policies(denial)
        if each.has_principal and each.policy_type in {None, "resource"}
    ]
    if len(policies) != 1:
        return None
    statements, policy = policies[0].statements, policies[0].content
    if not policies[0].is_whole or policies[0].is_joined or policies[0].is_code or policies[0].has_references:
        policy = {}
    about = [each for each in statements if names_action(each, _INVOKE) is not False]
    for each in about:
        if (
            each.get("Effect") == "Deny"
            and is_for_everyone(each)
            and (why := _describe(denial, each, is_met=True))
        ):
            sid = shown_sid(each)
            words = f"has the Deny{f' {sid}' if sid else ''}, which applies {why}"
            return _Mismatch(words, policy, each, _find_network(denial, each))
    allows = [each for each in about if each.get("Effect") == "Allow"]
    path = (denial.resource or "").partition("/")[2]
    here = [each for each in allows if not path or _covers(each, path)]
    if not here:
        listed = [name for each in allows for name in as_strings(each.get("Resource"))]
        return _Mismatch(f"allows only {clip_text(join_words(listed, 'and'))}") if listed else None
    for each in here:
        if is_for_everyone(each) and (why := _describe(denial, each, is_met=False)):
            return _Mismatch(
                f"allows unsigned requests only {why}", policy, each, _find_network(denial, each)
            )
    named = [name for each in here for name in principal_names(each) if name != "*"]
    if named and not any(map(is_for_everyone, here)):
        principals = clip_text(join_words(named, "and"))
        return _Mismatch(f"allows only {principals}, and an unsigned request has no identity")
    return None


def _covers(statement: Mapping[str, Any], path: str) -> bool:
    """Return whether a statement covers a path of the API. API Gateway completes a Resource that begins with execute-api:/."""
    resources = as_strings(statement.get("Resource")) or ["*"]
    paths = (each.partition("/")[2] if "/" in each else "*" for each in resources)
    return any(matches(path, compile_glob(each or "*")) for each in paths)


def _describe(denial: Denial, statement: Mapping[str, Any], *, is_met: bool) -> str | None:
    """Return the conditions that decide, and the address of the request, or ``None`` if they do not."""
    checked = check_conditions(statement, denial)
    if not checked or are_met(checked) is (not is_met):
        return None
    requested = next((each.requested for each in checked if each.is_met is is_met and each.requested), None)
    has = f", and the request has {clip_text(join_words(requested, 'and'))}" if requested else ""
    return f"if {describe_conditions(statement)}{has}"


def _find_network(denial: Denial, statement: Mapping[str, Any]) -> CheckedCondition | None:
    """Return the condition on the network of the request, if it is the only one of a statement."""
    found = only_one(check_conditions(statement, denial))
    is_deny = statement.get("Effect") == "Deny"
    lists = found is not None and found.key.lower() in _NETWORKS and ("Not" in found.operator) is is_deny
    return found if lists else None


def _network_remedy(
    denial: Denial, name: str, method: str, found: _Mismatch, network: CheckedCondition
) -> Remedy:
    """Return how to call from a network that the policy of an API lets in, and how its owner adds another one."""
    key, listed = network.key, clip_text(join_words(network.values, "or"))
    call = f"Call {_NETWORKS[key.lower()]} {listed}"
    is_address, own = key.lower() == SOURCE_IP, only_one(network.requested or ())
    if not is_address and own is None:
        return your_remedy(
            f"{call}, which the {name} lets in",
            "Call from where requests take this way: the policy allows them without a signature.",
            url=pages.API_GATEWAY_POLICY,
        )
    address = find_source_address(denial.failure.text)
    added = own if own and not is_address else f"{address}/32" if address else "CALLER_CIDR"
    new = Condition(network.operator, key, [*network.values, added])
    changed = replace_condition(found.statement, network.operator, key, new)
    policy, is_whole = resource_commands.policy_of(denial), bool(found.policy)
    templates = (policy.change_command,) if is_whole else (policy.show_command, policy.change_command)
    remedy = owner_remedy(
        f"{call}, or add {clip_text(added)} to the {name}",
        "Whoever can use the VPN or proxy of that network needs no change." if is_address else None,
        f"{'Otherwise, the' if is_address else 'To add it, the'} owner of the API adds {clip_text(added)} to {clip_text(key)}, as below, and deploys the API again: until then, the old policy applies.",
        f"For an address that changes, set the authorization of {method} to AWS_IAM instead, and let the caller sign."
        if is_address
        else None,
        commands=(
            *resource_commands.policy_commands(denial, *templates),
            *resource_policies.redeploy_commands(denial),
        ),
        url=pages.API_GATEWAY_POLICY,
    )
    shown = (
        replace_statement(found.policy, found.statement, changed) if is_whole else build_document([changed])
    )
    return attrs.evolve(remedy, policy=shown, layer="resource", is_addition=not is_whole)


def _remedies(
    denial: Denial, name: str, method: str, signer: str, signed: Commands, *, is_known: bool
) -> tuple[Remedy, Remedy | None]:
    """Return how the owner of an API lets callers in, by their signature or their network, and the signed request."""
    address = find_source_address(denial.failure.text)
    _, slash, path = (denial.resource or "").partition("/")
    statement = allow(_INVOKE, f"execute-api:/{path if slash else '*'}", principal="*")
    statement["Condition"] = {"IpAddress": {"aws:SourceIp": f"{address}/32" if address else "CALLER_CIDR"}}
    other = ", or one with aws:SourceVpc or aws:SourceVpce"
    if endpoints := find_shown_values("aws:sourcevpce", denial):
        # Through an endpoint, a request has no aws:SourceIp.
        statement["Condition"], other = {"StringEquals": {"aws:SourceVpce": endpoints[0]}}, ""
    show = resource_commands.policy_commands(denial, resource_commands.policy_of(denial).show_command)
    invite = owner_remedy(
        f"Let the caller sign, or allow its network in the {name}"
        if is_known
        else f"Read the {name}, then let the caller sign, or allow its network",
        f"To sign (Signature Version 4, service execute-api): set the authorization of {method} to AWS_IAM, and allow {_INVOKE} for {signer}, in its own policy or in this one.",
        f"For unsigned calls, add this statement to the policy{other}. Without a condition, the API is open to everyone.",
        denial_remedies.REDEPLOY,
        commands=(*show[:1], *resource_policies.redeploy_commands(denial)),
        url=pages.API_GATEWAY_POLICY,
    )
    call = your_remedy(
        "Call with a signature when the policy is deployed",
        "Use a shell that has no AWS_ACCESS_KEY_ID yet.",
        commands=signed,
        url="https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html",
    )
    return attrs.evolve(invite, statement=statement, layer="resource"), call if call.commands else None
