"""Compare the denied call with one policy that the text or the facts contain, as a cause.

Source: https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_dynamodb.TableAttributes.html.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Evidence, Remedy
from iamtriage.explaining._rules.denials import statement_words
from iamtriage.explaining._rules.denials.conditions.request_conditions import (
    fails_condition,
    meets_conditions,
)
from iamtriage.explaining._rules.denials.shown_policies import (
    resource_spellings,
    stated_contrasts,
    stated_secrets,
)
from iamtriage.explaining._rules.denials.shown_policies.known_policies import (
    KnownPolicy,
    is_cap,
    is_of_caller,
    is_of_other,
    list_own_policies,
)
from iamtriage.explaining._rules.denials.shown_policies.region_contrasts import find_region_contrast
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action, names_resource
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.requirements.required_grants import find_named_resource, why_star
from iamtriage.explaining._rules.shared.requirements.required_resources import required_resources
from iamtriage.explaining._rules.shared.wording import capitalize_start, why_no_allow_helps
from iamtriage.policies._arn_templates import RANDOM_END, complete_secret_arn
from iamtriage.policies._documents import build_document
from iamtriage.policies._grants import build_grant
from iamtriage.policies._managed_policies import LISTED, describe_service, is_known_policy, lacks_action
from iamtriage.policies._patterns import compile_glob, matches
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, iterate_statements, shown_sid
from iamtriage.policies._readers.unknown_values import has_reference, widen

# All resources of a type.
_TYPE = lazy_pattern(r"(?a)\d?:[a-z-]{2,40}[/:]\*\Z")
_ATTACHED_AGAIN = lazy_pattern(
    r"(?i:\bre-?attach\w{0,3}\b|\battach(?:ed|ing)?\b[^\n.;]{0,40}\b(?:again|once more|twice)\b)"
)
_NO_CHANGE = "To attach it again does not change that."
POLICY_TEMPLATE = "the policy template"
"""How the name of a policy template of SAM begins."""
_MAX_SERVICES = 3


def find_similar(policy: KnownPolicy, action: str) -> str | None:
    """Return which action a policy that somebody wrote has instead of the denied one, most likely by mistake."""
    if is_known_policy(policy.name) and policy.name not in LISTED:
        return None
    return statement_words.describe_similar(policy.allows, action)


def limit_to_resource(remedy: Remedy, resource: str) -> Remedy:
    """Return a remedy whose policy names the denied resource: one limited to some resources is not opened to all."""
    if remedy.policy is None or remedy.layer != "identity":
        return remedy
    document = copy.deepcopy(dict(remedy.policy))
    for each in iterate_statements(document):
        listed = as_strings(each.get("Resource"))
        if any(_is_wider(name, resource) for name in listed):
            kept = [resource if _is_wider(name, resource) else name for name in listed]
            each["Resource"] = kept[0] if len(kept) == 1 else list(dict.fromkeys(kept))
    return attrs.evolve(remedy, policy=document)


def leave_out_allowed(remedy: Remedy, lacking: list[str], allowing: list[dict[str, Any]]) -> Remedy:
    """Return a remedy whose statement for a launch names only the resources that the policy in the text lacks."""
    statements = list(iterate_statements(remedy.policy or {}))
    is_launch = [as_strings(each.get("Action")) for each in statements] == [["ec2:RunInstances"]]
    if not is_launch or any("Condition" in each for each in allowing):
        return remedy
    document = build_document([{**statements[0], "Resource": lacking if len(lacking) > 1 else lacking[0]}])
    steps = (each for each in remedy.steps if not each.startswith("A launch is checked on"))
    return attrs.evolve(remedy, policy=document, steps=tuple(steps))


def _is_wider(pattern: str, resource: str) -> bool:
    """Return whether a pattern stands for all resources of the type of one."""
    is_of_type = ":s3:" not in pattern and _TYPE.search(pattern) is not None
    return is_of_type and matches(resource, compile_glob(pattern))


_define = partial(
    CauseType,
    recognised_by="The text or the facts contain the policy.",
    sources=(pages.EVALUATION, pages.ACCESS_DENIED),
)
STATED_POLICY_DENIES = _define(
    "stated-policy-denies",
    "A Deny statement of the policy in the text or the facts matches",
    "Change the Deny statement, or make the request so that it does not match. An Allow does not override it.",
    meaning="The text or the facts contain a policy with a Deny statement that matches the request. It overrides any Allow.",
)
STATED_POLICY_OTHER_RESOURCE = _define(
    "stated-policy-other-resource",
    "The policy in the text or the facts allows the action on another resource",
    "Use the resource of the error in the statement. Actions on S3 objects need the bucket's ARN with /*.",
    meaning="The text or the facts contain a policy that allows the action, but none of its resources matches that of the request.",
)
STATED_POLICY_OTHER_ACTION = _define(
    "stated-policy-other-action",
    "The policy in the text or the facts does not allow the action",
    "Add an Allow for the action to the policy type that the cause names.",
    meaning="The text or the facts contain policies, and those of a type that must allow the action do not.",
)
STATED_POLICY_CONDITION = _define(
    "stated-policy-condition",
    "The policy in the text or the facts allows the call only under a condition",
    "Make the request so that the condition is met, or change the condition.",
    meaning="A statement matches the action and the resource, and has a condition that the request possibly does not meet.",
)
STATED_POLICY_OTHER_PRINCIPAL = _define(
    "stated-policy-other-principal",
    "The resource's policy in the text allows the call to other principals",
    "Add the caller to the principals of the statement.",
    meaning="The text contains the policy of the resource, and its statement for the call names other principals.",
)
STATED_POLICY_ALLOWS = _define(
    "stated-policy-allows",
    "The policy in the text or the facts allows the call",
    "Check that the policy is attached to the caller, then look for a policy of another type that denies the call.",
    meaning="The text or the facts contain a policy that allows the call. It is not attached to this caller, or another policy denies the call.",
)


class Comparison(NamedTuple):
    """What a known policy means for the denied call.

    Attributes:
        policy: The policy.
        cause: What it means, as a cause: its type is one of those above.
        verdict: The same as the end of a sentence about the call; empty if a contrast says more.
    """

    policy: KnownPolicy
    cause: Cause
    verdict: str = ""

    def has_cause(self, *types: CauseType) -> bool:
        """Return whether the cause is of one of some types."""
        return self.cause.code in {each.code for each in types}

    @property
    def is_certain(self) -> bool:
        """Whether no reference and no other role can make the policy mean something else."""
        return self.cause.evidence != "possible"


def find_conditional(denial: Denial, policy: KnownPolicy) -> dict[str, Any] | None:
    """Return the statement that allows the call under a condition, unless another one allows it without."""
    allows = statements_with(policy, denial.action or "")
    resource = compared_resource(denial)
    matching = [each for each in allows if names_resource(each, resource)]
    is_conditional = (each.get("Condition") and not meets_conditions(denial, each) for each in matching)
    if not matching or not all(is_conditional):
        return None
    return next(
        (each for each in matching if stated_contrasts.find_wildcard_key(each) is not None), matching[0]
    )


def compared_resource(denial: Denial) -> str | None:
    """Return the resource with which IAM compares policies: an ARN also for a bare name, a key for an object, the end for a secret."""
    resource, known = denial.resource, find_action(denial.action or "")
    if resource is None:
        return None
    if known is not None and ":s3:::" in resource and known.accepts(resource) is None:
        prefix = denial.context.prefix
        return f"{resource.partition('/')[0]}/{prefix.value if prefix else ''}OBJECT_KEY"
    if denial.service == "secretsmanager" and denial.resource_arn is None:
        resource = stated_secrets.find_secret_arn(denial, resource)
    else:
        resource = find_named_resource(denial) or resource
    return complete_secret_arn(resource, denial.failure.text)


def find_deny(policy: KnownPolicy, action: str, resource: str | None) -> dict[str, Any] | None:
    """Return the statement of a policy that denies an action without a condition."""
    for each in policy.denies:
        if not each.get("Condition") and names_action(each, action) and names_resource(each, resource):
            return each
    return None


def _other_action_cause(denial: Denial, action: str, policy: KnownPolicy, similar: str | None) -> Cause:
    """Return that a policy does not allow an action, and what it allows instead."""
    subject, allows = capitalize_start(policy.name), policy.allows
    instead = statement_words.describe_allowed(allows, action)
    text = f"{subject} does not allow {action}{f': it {similar}' if similar else instead}."
    if not similar and not policy.is_code and "it allows only" in instead:
        # The verdict says that it does not allow the action.
        text = f"{upper_first(instead[2:].replace('it ', f'{policy.name} ', 1))}."
    again = is_known_policy(policy.name) and _ATTACHED_AGAIN.search(denial.failure.text)
    operation = statement_words.find_operation(allows, action) if similar else None
    # Code often has the policies of several roles.
    is_only = [each.is_code for each in denial.context.policies].count(True) == 1
    is_certain = not policy.is_code or (is_only and denial.policy_type == "session")
    if operation is not None:
        text = statement_words.describe_operation(operation[0], action) or text
        # The statement that has it is about the denied resource.
        named = [each for each in allows if statement_words.find_operation([each], action)]
        is_certain |= any(names_resource(each, compared_resource(denial)) for each in named)
    other, service = (
        statement_words.describe_separate_service(allows, action),
        describe_service(policy.name, action),
    )
    text = " ".join(present(text, other, service, _NO_CHANGE if again else None))
    return STATED_POLICY_OTHER_ACTION.cause(policy.evidence if is_certain else "possible", text=text)


def compare(denial: Denial, action: str, policy: KnownPolicy) -> Comparison | None:
    """Return what an identity-based policy or one that caps permissions means for the call."""
    resource, caller = compared_resource(denial), denial.caller
    subject = capitalize_start(policy.name)
    if (denying := find_deny(policy, action, resource)) is not None:
        words = f"has a Deny statement {shown_sid(denying)}".rstrip()
        exempt = clip_text(join_words(as_strings(denying.get("NotResource")), "and"))
        covers = f", which covers everything but {exempt}" if exempt else None
        text = f"{subject} {words}{covers or ' that matches the request'}. {why_no_allow_helps(denial)}"
        cause = STATED_POLICY_DENIES.cause(policy.evidence, text=text)
        return Comparison(policy, cause, f"{policy.name} {words}{covers or ' that matches it'}")
    allows = policy.allows
    # Those whose action or resource is a reference may be about the request.
    possible = [each for each in allows if names_action(each, action) is not False]
    if not possible:
        is_relevant = policy.is_whole and (not policy.is_code or names_service(allows, action))
        similar = find_similar(policy, action)
        is_relevant = is_relevant or similar is not None or lacks_action(policy.name, action)
        if not allows or not is_relevant:
            return None
        cause = _other_action_cause(denial, action, policy, similar)
        lacks = similar or f"does not allow this action{_describe_services(policy, action)}"
        return Comparison(policy, cause, f"{policy.name} {lacks}")
    if resource is None:
        allowed = statement_words.allowed_resources([each for each in possible if names_action(each, action)])
        grant = build_grant(action, None, denial.location)
        is_star_only = grant is not None and grant.known and grant.resources == ("*",)
        is_open = not (allowed and is_star_only) or any(widen(each) == "*" for each in allowed)
        conditional = find_conditional(denial, policy)
        if not is_open:
            return Comparison(policy, _other_cause(denial, policy, action, "*", allowed))
        is_listed = all("Resource" in each for each in possible)
        if is_listed and (missing := statement_words.find_missing_types(action, allowed)):
            text = f"{action} is always checked on the {join_words(missing, 'and')}, too."
            return Comparison(policy, STATED_POLICY_OTHER_RESOURCE.cause(policy.evidence, text=text))
        # An encoded message can be about another action than that of the call, and a role may be unnamed.
        is_whole = is_star_only or denial.lowercase_action == "sts:assumerole"
        covers_all = any(names_action(each, action) and names_resource(each, None) for each in possible) and (
            denial.failure.encoded_message is not None or (is_whole and not is_of_other(policy, denial))
        )
        if not covers_all and (conditional is None or not fails_condition(denial, conditional)):
            return None
    elif not any(names_action(each, action) and names_resource(each, resource) for each in possible):
        open_ones = [each for each in possible if names_resource(each, resource) is not False]
        named = [each for each in open_ones if names_action(each, action)]
        allowed = statement_words.allowed_resources(_unless_failed(denial, named if open_ones else possible))
        references = [
            each
            for each in allowed
            if has_reference(each) and matches(resource, compile_glob(widen(each, resource)))
        ]
        if open_ones and (not references or is_known_policy(policy.name)):
            # A policy variable, or a reference in place of the action.
            return None
        listed = references if open_ones else allowed
        return Comparison(policy, _other_cause(denial, policy, action, resource, listed))
    if (conditional := find_conditional(denial, policy)) is not None:
        text = f"{subject} allows {action} on this resource only if {statement_words.describe_conditions(conditional)}."
        is_decisive = denial.policy_type == "identity" or (
            (denial.policy_type is None or is_cap(policy, denial)) and fails_condition(denial, conditional)
        )
        evidence: Evidence = "derived" if is_decisive and not denial.is_explicit else "possible"
        return Comparison(policy, STATED_POLICY_CONDITION.cause(evidence, text=text))
    lack = "" if is_of_caller(policy, denial) else f"is not attached to {caller}, or "
    text = f". It {lack}a policy of another type denies the call." if lack else "."
    if denial.policy_type == "identity":
        text = f", so it {lack}was not yet in effect."
    if policy.version is not None:
        text = f" in version {policy.version.id}, but only the default version is in effect."
    on = "every resource" if resource is None else "this resource"
    allowing = STATED_POLICY_ALLOWS.cause("derived", text=f"{subject} allows {action} on {on}{text}")
    return Comparison(policy, allowing)


def _describe_services(policy: KnownPolicy, action: str) -> str:
    """Return of which services a policy allows actions, if it has none of the service of an action."""
    if is_known_policy(policy.name) or any("NotAction" in each for each in policy.allows):
        return ""
    names = (name for each in policy.allows for name in as_strings(each.get("Action")))
    denied = action.partition(":")[0].lower()
    services = tuple(dict.fromkeys(name.partition(":")[0].lower() for name in names))
    is_plain = all(each.replace("-", "").isalnum() for each in services)
    if not services or len(services) > _MAX_SERVICES or not is_plain or denied in services:
        return ""
    return f", only actions of {join_words(tuple(map(clip_text, services)), 'and')}"


def names_service(statements: Iterable[Mapping[str, Any]], action: str) -> bool:
    """Return whether statements are about the service of an action, so that they are meant for its caller."""
    prefix = action.partition(":")[0].lower()
    actions = (name for each in statements for name in as_strings(each.get("Action")))
    return any(name.partition(":")[0].lower() == prefix for name in actions)


def statements_with(policy: KnownPolicy, action: str) -> list[dict[str, Any]]:
    return [each for each in policy.allows if names_action(each, action)]


def has_actions_on_other_type(policy: KnownPolicy, action: str, old: str, resource: str) -> bool:
    """Return whether a statement with an action has others, and a resource that has another type than the denied one."""
    types = {getattr(try_parse_arn(each), "resource_type", None) for each in (old, resource)}
    others = (len(as_strings(each.get("Action"))) > 1 for each in statements_with(policy, action))
    return len(types) > 1 and None not in types and any(others)


def _unless_failed(denial: Denial, allows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements whose conditions the request can meet: a role for EC2 is not passed to another service."""
    return [each for each in allows if not fails_condition(denial, each)] or allows


def _other_cause(
    denial: Denial, policy: KnownPolicy, action: str, resource: str, allowed: list[str]
) -> Cause:
    """Return the cause that a policy allows an action on other resources, or on one that a reference stands for."""
    subject, listed = capitalize_start(policy.name), statement_words.join_resources(allowed)
    if not any(matches(resource, compile_glob(widen(each, resource))) for each in allowed):
        text = f"{subject} allows {action} only on {statement_words.join_of_type(resource, allowed)}, not on {clip_text(resource)}."
        needed, _ = required_resources(action, resource, denial.failure.text) or ((), "")
        because = statement_words.describe_difference(action, resource, allowed, needed, denial.failure.text)
        return STATED_POLICY_OTHER_RESOURCE.cause(policy.evidence, because, text=text)
    text = f"{subject} allows {action} on {listed}, and the text does not show what that is."
    if ":s3:" in resource and "/" in resource and not any("*" in each for each in allowed):
        text += " The ARN of a bucket does not cover its objects: they need /*."
    return STATED_POLICY_OTHER_RESOURCE.cause(text=text)


def describe_other_resource(denial: Denial, policy: KnownPolicy) -> stated_contrasts.Contrast:
    """Return on which resources, or in which Region, a policy allows the denied action."""
    allows = _unless_failed(denial, statements_with(policy, denial.action or ""))
    allowed = statement_words.allowed_resources(allows)
    whole = compared_resource(denial) or ""
    if ":secretsmanager:" in whole and (whole != denial.resource or stated_secrets.has_random_end(whole)):
        partial = whole[: -len(RANDOM_END)]
        if any(stated_secrets.names_partial_arn(each, partial) for each in allowed):
            return stated_secrets.describe_partial_arn(denial, whole, is_code=policy.is_code)
    is_template = policy.name.startswith(POLICY_TEMPLATE)
    if is_template and (contrast := resource_spellings.find_template_contrast(denial)) is not None:
        return contrast
    readers = (
        stated_secrets.find_name_contrast,
        find_region_contrast,
        stated_contrasts.find_filter_contrast,
        resource_spellings.find_spelling_contrast,
    )
    contrast = next(filter(None, (read(denial, allowed) for read in readers)), None)
    contrast = contrast or resource_spellings.find_slip_contrast(denial, policy, allows)
    text = stated_contrasts.describe_star_only(denial.action, allows) or why_star(denial, whole)
    keys = (key for each in allows for _, key, _ in iterate_conditions(each))
    if text and (tag := next((each for each in keys if "resourcetag/" in each.lower()), None)):
        text += f" There are no tags to compare either: leave {clip_text(tag)} out of that statement."
    effect = ", where it has no effect" if text else ""
    return contrast or stated_contrasts.Contrast(
        f"allows it only on {statement_words.join_of_type(whole, allowed)}{effect}",
        None,
        text or resource_spellings.describe_address(denial, allowed),
    )


def find_allowing_policy(denial: Denial) -> KnownPolicy | None:
    """Return an identity-based policy of the text or the facts that allows the denied call, in its default version."""
    for policy in (each for each in list_own_policies(denial) if each.version is None):
        compared = compare(denial, denial.action or "", policy)
        if compared is not None and compared.has_cause(STATED_POLICY_ALLOWS) and compared.is_certain:
            return policy
    return None


def find_own_allow(denial: Denial) -> str | None:
    """Return the name of a policy in the text that allows a call to a resource of another account, or of an unknown one."""
    is_open = bool(denial.context.policies) and denial.crosses_accounts is not False
    policy = find_allowing_policy(denial) if is_open else None
    return None if policy is None else policy.name
