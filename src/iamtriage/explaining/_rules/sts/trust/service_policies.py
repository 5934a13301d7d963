"""Explain whether a supplied trust policy allows a service to assume its role."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._context.readers.coded_principals import find_coded_principals
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._facts import NO_FACTS, Facts
from iamtriage.explaining._rules.basics import Cause, Evidence, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.trust import (
    trust_documents,
    trust_findings,
    trust_fixes,
    trust_replacements,
)
from iamtriage.policies._readers import elements
from iamtriage.trust._evaluation import TrustResult, check_trust_policy

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (properties of the principal)
_KEYS_OF_CALLERS = ("aws:principalorg", "aws:principaltag/", "aws:principalarn", "aws:multifactorauth", "aws:username")  # fmt: skip
_SOURCE_ACCOUNT, _SOURCE_ARN, _EXTERNAL_ID = "aws:sourceaccount", "aws:sourcearn", "sts:externalid"

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html
_EDGE = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"})

# AWS managed policies for the role of one service only, in
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html
_POLICIES_OF_SERVICES = {
    "build.apprunner.amazonaws.com": lazy_pattern(r"\bAWSAppRunnerServicePolicyForECRAccess\b"),
    "codedeploy.amazonaws.com": lazy_pattern(r"\bAWSCodeDeployRole(?:For\w{3,20})?\b"),
    "ecs-tasks.amazonaws.com": lazy_pattern(r"\bAmazonECSTaskExecutionRolePolicy\b"),
    "eks.amazonaws.com": lazy_pattern(r"\bAmazonEKSClusterPolicy\b"),
    "glue.amazonaws.com": lazy_pattern(r"\bAWSGlueServiceRole\b"),
    "lambda.amazonaws.com": lazy_pattern(r"\bAWSLambda\w{3,40}ExecutionRole\b"),
}
# https://docs.aws.amazon.com/apprunner/latest/dg/security_iam_service-with-iam.html
_OTHER_ROLES = {
    "tasks.apprunner.amazonaws.com": "is for another role: the instance role, with which the program in the container calls AWS",
    "build.apprunner.amazonaws.com": "is for another role: the access role, with which App Runner pulls the image",
}


@attrs.frozen(eq=False, repr=False)
class ServiceTrust(Value):
    """What a supplied trust policy means for a service."""

    verdict: str
    cause: Cause
    remedy: Remedy

    @property
    def is_allowed(self) -> bool:
        """Whether the policy allows the service."""
        return self.cause.code == trust_findings.TRUST_POLICY_ALLOWS.code


@attrs.frozen(eq=False, repr=False)
class _Question(Value):
    """What a trust policy is evaluated for."""

    facts: Facts
    service: str
    role: str | None
    evidence: Evidence
    known: Mapping[str, str]
    added: dict[str, Any] | None
    text: str
    why_meant: str | None

    @property
    def account(self) -> str | None:
        """The account of the resource that uses the role."""
        return self.known.get(_SOURCE_ACCOUNT)


def check_service_trust(  # noqa: PLR0913 (what is known about the request)
    facts: Facts,
    service: str,
    actions: tuple[str, ...],
    role_arn: str | None,
    role_name: str | None = None,
    *,
    known: Mapping[str, str | None] | None = None,
    added: dict[str, Any] | None = None,
    text: str = "",
    is_meant: bool = False,
) -> ServiceTrust | None:
    """Evaluate the trust policy in the facts for a service; return ``None`` without a readable policy.

    With ``is_meant``, the permissions of the role show that it is for this service.
    """
    if facts.trust_policy is None:
        return None
    keys = {_SOURCE_ACCOUNT: _find_account(facts, role_arn), **(known or {})}
    role: str | None = getattr(principal_words.parse_masked_role(role_arn), "name", role_name)
    evidence = trust_findings.trust_policy_evidence(facts)
    is_meant = is_meant or (
        service in _POLICIES_OF_SERVICES and _POLICIES_OF_SERVICES[service].search(text) is not None
    )
    why_meant = _find_why_meant(facts, text, role, service)
    why_meant = "The permissions of the role are right" if is_meant else why_meant
    stated = {key: value for key, value in keys.items() if value is not None}
    question = _Question(facts, service, role, evidence, stated, added, text, why_meant)
    try:
        failed = [
            (result, action)
            for action in actions
            if (result := _evaluate(question, action)).allowed is not True
        ]
        # An action that no statement allows is certain, and a condition may be met.
        certain = [each for each in failed if each[0].allowed is False and each[0].condition is None]
        for result, action in certain or failed:
            return _describe(question, result, action, actions)
    except (IamTriageError, TypeError, ValueError):
        return None
    return _describe_allowed(question)


def _find_why_meant(facts: Facts, text: str, role: str | None, service: str) -> str | None:
    """Return why a role is for a service and not for those that its trust policy names, from its name or the code."""
    services, name = (service, *list_services(facts.trust_policy)), role or ""
    own, *others = (each.partition(".")[0].partition("-")[0] for each in services)
    if any(each in name.lower() for each in others):
        return None
    if re.search(rf"(?i:(?<![a-z]){re.escape(own)}(?![a-z]))|{re.escape(own.title())}", name):
        return "By its name, the role is for this service"
    roles = {each.label for each in find_coded_principals(text)}
    used = {each[1] for each in _ROLE_IN_CODE.finditer(text)}
    return "The code has no other role" if len(roles) == 1 and used <= roles else None


_ROLE_IN_CODE = lazy_pattern(r"[rR]ole(?:_arn|Arn)? {0,9}[:=] {0,9}(?:aws_iam_role\.|!GetAtt )(\w+)")
# What people think or do if a role is only seconds old.
_WAITED = lazy_pattern(r"(?i:\bpropagat(?:ion|es?|ing)\b|\btime_sleep\b|\beventual(?:ly)? consisten)")


def _evaluate(question: _Question, action: str) -> TrustResult:
    policy = question.facts.trust_policy or {}
    result = check_trust_policy(policy, action=action, caller=question.service)
    key = (result.condition or "").partition(" ")[2].lower()
    if result.allowed is not None or key not in question.known:
        return result
    again = check_trust_policy(policy, action=action, caller=question.service, context=question.known)
    # The context is not complete: of the other keys, nothing is known.
    return again if again.allowed or again.condition is None else attrs.evolve(again, allowed=None)


def _find_account(facts: Facts, role_arn: str | None) -> str | None:
    """Return the account of the role, or else of the caller, which is the same for roles of services."""
    stated = context_of(facts).account
    principals = (principal_words.try_parse_principal(each) for each in (role_arn, facts.caller))
    accounts = (
        *(getattr(each, "account", None) for each in principals),
        None if stated is None else stated.value,
        None if facts.call is None else facts.call.account,
    )
    return next((each for each in accounts if each not in {None, principal_words.PLACEHOLDER_ACCOUNT}), None)


def _describe_allowed(question: _Question) -> ServiceTrust:
    text = f"The supplied trust policy allows {question.service}, so it is not the cause."
    return ServiceTrust(
        "the supplied trust policy allows it, so the role or its policy was changed seconds ago, or the call names another role",
        trust_findings.TRUST_POLICY_ALLOWS.cause(question.evidence, text=text),
        your_remedy(
            "Retry after a few seconds, then check that the call names this role",
            "Changes in IAM take a few seconds to propagate.",
            "The command prints the role's current trust policy. Compare the role's name, path and account with those in the call.",
            commands=commands.trust_policy_commands(question.role)[:1],
            url=pages.CONSISTENCY,
        ),
    )


def _describe(
    question: _Question, result: TrustResult, action: str, actions: tuple[str, ...]
) -> ServiceTrust:
    if result.condition is not None and not result.is_explicit_deny:
        return _describe_condition(question, result)
    service, role = question.service, question.role
    text = f"The supplied trust policy does not allow {join_words(actions, 'and')} for {service}."
    cause = trust_findings.TRUST_POLICY_CHECKED.cause(question.evidence, text=text)
    if result.is_explicit_deny:
        remedy = account_remedy(
            "Remove or scope down the Deny statement in the role's trust policy",
            f"It is {trust_documents.name_statement(question.facts.trust_policy, result)}. An Allow does not override it.",
            commands=commands.trust_policy_commands(role),
            url=pages.TRUST_POLICIES,
        )
        return ServiceTrust(result.reason, cause, remedy)
    # The reason begins with the statement that comes closest.
    verdict = result.reason.partition(": ")[2]
    verdict = verdict.replace("the policy trusts", "its trust policy trusts")
    verdict = verdict.replace("its Action", "the Action in its trust policy")
    if result.statement is None:
        verdict = f"its trust policy names {trust_documents.describe_trusted(question.facts.trust_policy) or 'other principals'}, not {service}"
    title = f"Allow {service} in the role's trust policy"
    policy = _allow_service(question, actions)
    # A policy keeps other principals, which can use the role.
    kept = "It keeps the other statements: remove those that nothing needs any more."
    if _ACCOUNT_TAG in str(policy) and _ACCOUNT_TAG not in str(question.facts.trust_policy):
        kept += " The condition limits the new one to this service account."
    others = list_services(question.facts.trust_policy)
    if _EDGE.issuperset((service, *others)):
        text = "A Lambda@Edge function needs both in one role: lambda.amazonaws.com creates and runs it in us-east-1, edgelambda.amazonaws.com runs its replicas."
        cause = attrs.evolve(cause, text=text)
        kept = ""
    elif others:
        named = join_words(tuple(map(clip_text, others)), "and")
        text = f"The trust policy names only {named}, so the role may be meant for that, and another role for {service}."
        cause = attrs.evolve(cause, text=text)
        if (why := question.why_meant) or _COPIED.search(question.text):
            policy = _replace_services(policy, others, service)
            copied = f"The role was copied with its trust policy, which still names {named}."
            text = f"{why}: only its trust policy is for another service, {named}." if why else copied
            cause = attrs.evolve(cause, text=text)
            other = len(others) == 1 and _OTHER_ROLES.get(others[0])
            kept = f"{named} {other}." if other else f"Keep {named} only if it uses this role, too."
        else:
            kept = f"Keep {named}. The change gives {service} all permissions of the role."
    # The reason if the call is allowed, and its session tags are not.
    if action != "sts:AssumeRole" or "passes session tags" in result.reason:
        others = [each for each in actions if each != "sts:AssumeRole"]
        missing = [each for each in others if not _evaluate(question, each).allowed]
        verdict = f"its trust policy allows {service} only sts:AssumeRole, not {join_words(missing, 'or')}"
        identity = " and a source identity" if "sts:SetSourceIdentity" in actions else ""
        text = f"{service} passes session tags{identity} when it assumes the role, which requires {join_words(actions[1:], 'and')}, too."
        certificate = " It accepted the certificate." if service == "rolesanywhere.amazonaws.com" else ""
        cause = attrs.evolve(cause, text=f"{text}{certificate}{_describe_met(question)}")
        title, kept = f"Allow {join_words(missing, 'and')} in the role's trust policy", ""
    # Callers with a token of a provider in the policy are others than the service.
    step = f"{trust_fixes.WHOLE_DOCUMENT} {kept}".rstrip()
    waits = "This is no delay in IAM: to wait, such as with time_sleep, does not help, and is not needed."
    steps = (step, waits if _WAITED.search(question.text) else None)
    remedy = trust_replacements.replace_policy_remedy(title, *steps, policy=policy, role=role, facts=NO_FACTS)
    return ServiceTrust(verdict, cause, remedy)


_ACCOUNT_TAG = "aws:RequestTag/kubernetes-service-account"


def _describe_met(question: _Question) -> str:
    """Return which conditions of the policy have the values that the text shows elsewhere, as a sentence."""
    in_text = 0 if question.evidence == "supplied" else 1
    met = [
        key
        for each in elements.allow_statements(question.facts.trust_policy)
        for operator, key, values in elements.iterate_conditions(each)
        if "Not" not in operator and all(question.text.count(value) > in_text for value in values)
    ]
    return f" The condition on {clip_text(join_words(tuple(met), 'and'))} is right, and stays." if met else ""


# Words that say that the role is a copy of one for another service, which does not need it.
_COPIED = lazy_pattern(
    r"(?i:\brole\b[^.\n]{0,60}\b(?:copied|cloned|duplicated)\b|\b(?:copied|cloned|duplicated)\b[^.\n]{0,60}\brole\b)"
)


def _replace_services(policy: Mapping[str, Any], others: list[str], service: str) -> dict[str, Any]:
    """Return a policy that names a service instead of others."""
    fixed = copy.deepcopy(dict(policy))
    for each in elements.iterate_statements(fixed):
        principal = elements.as_mapping(each.get("Principal"))
        if set(elements.as_strings(principal.get("Service"))) & {*others, service}:
            principal["Service"] = service
    return fixed


def list_other_services(policy: Mapping[str, Any] | str | None, service: str | None) -> list[str]:
    """Return the services for which a role can be meant instead of this one."""
    services = list_services(policy)
    return [] if _EDGE.issuperset((service, *services)) else [each for each in services if each != service]


def list_services(policy: Mapping[str, Any] | str | None) -> list[str]:
    """Return the services that a trust policy allows, if it allows nobody else."""
    allows = elements.allow_statements(policy)
    services = [name for each in allows for name in elements.principal_names(each, "Service")]
    return (
        services if len(services) == sum(len(elements.principal_names(each)) or 1 for each in allows) else []
    )


def _allow_service(question: _Question, actions: tuple[str, ...]) -> dict[str, Any]:
    """Return the supplied policy, changed so that it allows the service all actions."""
    policy = dict(elements.parse_document(question.facts.trust_policy) or {})
    for action in actions:
        added = {"Effect": "Allow", "Principal": {"Service": question.service}, "Action": action}
        result = check_trust_policy(policy, action=action, caller=question.service)
        if result.allowed is False and result.statement is None and question.added is not None:
            policy["Statement"] = [*elements.iterate_statements(policy), question.added]
        elif result.allowed is False:
            policy = trust_findings.policy_with_principal(result, policy, added) or policy
    return policy


def _describe_condition(question: _Question, result: TrustResult) -> ServiceTrust:
    facts, service, account = question.facts, question.service, question.account
    operator, _, key = (result.condition or "").partition(" ")
    expected = " or ".join(clip_text(each) for each in result.expected[:2])
    requires = f"{clip_text(key)} {expected}".rstrip()
    value: str | list[str] | None = None
    difference = ""
    step = f"Compare {clip_text(key)} in the policy with the resource that uses the role."
    if key.lower() == _SOURCE_ACCOUNT:
        value = account or "ACCOUNT_ID"
        difference = "" if account is None else f", and the account is {account}"
        step = "It must be the account of the resource that uses the role."
    elif (actual := question.known.get(key.lower())) is not None:
        value, difference = [*result.expected, actual], f", and the request has {clip_text(actual)}"
        step = f"{trust_fixes.REMOVE_OLD} If {expected} is right, keep the condition, and change the request."
    elif key.lower() == _SOURCE_ARN and (
        found := find_source_arn(result.expected[0] if result.expected else "", question.text)
    ):
        value, difference = found, f", and the resource in the text is {clip_text(found)}"
        step = "Change only this value. The conditions prevent other accounts from using the role through the service."
    elif key.lower() == _SOURCE_ARN:
        step = "It must match the ARN of the resource that uses the role, with its account and Region."
    elif key.lower() == _EXTERNAL_ID:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
        step = "External IDs are for third parties, and few services pass one. If the service's documentation mentions none, use aws:SourceAccount or aws:SourceArn instead."
    elif key.lower().startswith(_KEYS_OF_CALLERS):
        difference = ", which a service's request does not contain"
        step = "This key describes IAM principals. For a service, use aws:SourceAccount or aws:SourceArn instead."
    fixed = None
    if value is not None and "Not" not in operator:
        fixed = trust_documents.policy_with_value(facts.trust_policy, result, value=value)
    title = f"Correct the condition on {clip_text(key)} in the role's trust policy"
    if fixed is None:
        keep = "Keep a condition: it prevents other accounts from using the role through the service."
        lines = commands.trust_policy_commands(question.role)
        remedy = account_remedy(title, step, keep, commands=lines, url=pages.TRUST_POLICIES)
    else:
        remedy = trust_replacements.replace_policy_remedy(
            title, trust_fixes.WHOLE_DOCUMENT, step, policy=fixed, role=question.role, facts=NO_FACTS
        )
        if value == "ACCOUNT_ID":
            show = "aws sts get-caller-identity --query Account --output text"
            remedy = attrs.evolve(remedy, commands=(show, *remedy.commands))
    text = f"{upper_first(trust_documents.name_statement(question.facts.trust_policy, result))} of the supplied trust policy has this condition."
    return ServiceTrust(
        f"its trust policy names {service}, but requires {requires}{difference}",
        trust_findings.TRUST_POLICY_CHECKED.cause(question.evidence, text=text),
        remedy,
    )


# The resource for which a service assumes a role, if it is not the one in the condition of a trust policy.
_ARN_OF_SOURCE = lazy_pattern(
    r"(?P<type>arn:[\w-]{3,20}:[a-z0-9-]{2,40}:[a-z0-9-]{0,30}:\d{12}:[A-Za-z-]{2,40}[/:])(?P<name>[\w.+=@/-]{1,200}(?:\*)?)\Z"
)
_SOURCE_NAME = r"[\"'`]?(?!(?:an?|another|be|new|our|the|use|[a-z]{2}-[a-z]{4,9}-\d)\b)(?P<name>[A-Za-z][\w-]{1,80}[A-Za-z0-9])[\"'`]?(?![\w/:*=(])"
# What somebody calls a resource that is new, or that replaces another one; and parameters of the call that creates it.
_NEW_NAMES = lazy_pattern(
    rf"\b(?:(?:again|anew|it|re-?created?|renamed?) (?:as|to)|(?:is |are )?(?:now|newly) (?:called|named)|(?P<change>renamed?|moved?) (?:[\w\"'`-]{{2,80}} ){{1,6}}?to|new (?:[\w-]{{2,30}} ){{1,3}}(?:called|named)) {_SOURCE_NAME}"
    rf"|--(?:(?!role|stack|policy|bucket|user|profile)[a-z]{{2,20}}-)?name[ =]{_SOURCE_NAME.replace('name>', 'option>')}"
    rf"|--cli-input-(?:json|yaml) file://(?:[\w.-]{{1,40}}/){{0,6}}{_SOURCE_NAME.replace('name>', 'file>').replace('(?![', '(?=[.](?:json|ya?ml))(?![')}"
)
_PARAMETERS = frozenset(
    ["input", "params", "parameters", "project", "create", "request", "config", "role-name"]
)


def find_source_arn(expected: str, text: str) -> str | None:
    """Return the ARN of the resource that the text has instead of the one that a condition expects.

    >>> find_source_arn("arn:aws:glue:eu-west-1:111122223333:job/old", "we re-created it as orders-v2")
    'arn:aws:glue:eu-west-1:111122223333:job/orders-v2'
    """
    found = _ARN_OF_SOURCE.match(expected)
    if found is None:
        return None
    region = rf"{re.escape(':'.join(found['type'].split(':')[:3]))}:[a-z0-9-]{{0,30}}:\d{{12}}:{re.escape(found['type'].split(':', 5)[5])}[\w.+=@/-]{{1,200}}"
    others = {each.rstrip(".,;") for each in re.findall(region, text)} - {expected.rstrip("*")}
    if others:
        return only_one(others)
    names = {
        each["name"] or each["option"] or each["file"]
        for each in _NEW_NAMES.finditer(text)
        # Whatever is moved to something has no other name.
        if each["change"] is None or found["name"] in each[0]
    }
    names -= {found["name"], *_PARAMETERS}
    return f"{found['type']}{names.pop()}" if len(names) == 1 else None
