"""Explain whether a supplied trust policy allows a call, or a service to assume its role.

:func:`iamtriage.check_trust_policy` evaluates the policy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import attrs

from iamtriage._rendering.values import Value
from iamtriage._text import clip_text
from iamtriage.exceptions import IamTriageError
from iamtriage.explaining._cause_types import Cause, CauseType, Evidence
from iamtriage.explaining._context.resolving import context_of, is_derived
from iamtriage.explaining._explanations import Remedy
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared import commands, pages, principal_words
from iamtriage.explaining._rules.shared.clues import as_sentence
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.shared.services import find_similar_service
from iamtriage.explaining._rules.sts import trust_fixes
from iamtriage.explaining._rules.sts.trust_documents import mapping, parse_document
from iamtriage.trust._evaluation import TrustResult, check_trust_policy

if TYPE_CHECKING:
    from collections.abc import Mapping


TRUST_POLICY_ALLOWS = CauseType(
    "trust-policy-allows",
    title="The trust policy that was supplied allows the call",
    meaning="The trust policy in the facts allows the call, so another policy denies it or the policy has changed.",
    recognised_by="The facts contain the trust policy, and it allows the caller.",
    fix="Check that the supplied policy is the current one of the role.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_OPEN = CauseType(
    "trust-policy-open",
    title="The supplied trust policy cannot be decided",
    meaning="Whether the trust policy in the facts allows the call depends on values that are not known.",
    recognised_by="The facts contain the trust policy, and it depends on values that are unknown.",
    fix="Supply the caller, the token claims or the condition keys that the explanation names.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_UNREADABLE = CauseType(
    "trust-policy-unreadable",
    title="The supplied trust policy or caller cannot be read",
    recognised_by="The facts contain a trust policy or a caller that is malformed.",
    fix="Supply the JSON of the policy and the ARN of the caller.",
    sources=(pages.TRUST_POLICIES,),
)
TRUST_POLICY_CHECKED = CauseType(
    "trust-policy-checked",
    title="The trust policy that was supplied does not allow the call",
    recognised_by="The facts contain the trust policy, and no statement of it allows the caller.",
    fix="Change the trust policy as the explanation says.",
    sources=(pages.TRUST_POLICIES,),
)


@attrs.frozen(eq=False, repr=False)
class TrustFindings(Value):
    """The result of evaluating a trust policy.

    Attributes:
        allowed: Whether the policy allows the call; ``None`` if the facts do not decide that.
        cause: The result as a cause, with the reason.
        remedy: The change to the policy; ``None`` if nothing needs to change or no change is known to help.
        result: The result of the evaluation; ``None`` if the policy is unreadable.
    """

    allowed: bool | None
    cause: Cause
    remedy: Remedy | None = None
    result: TrustResult | None = None


def evaluate_trust_policy(
    facts: Facts, action: str, role_arn: str | None = None, context: Mapping[str, str] | None = None
) -> TrustFindings | None:
    """Evaluate the trust policy in the facts; return ``None`` without a policy or a caller.

    Args:
        facts: Facts with ``trust_policy``, and with ``token_claims`` or ``caller``.
        action: The action of the call, such as ``"sts:AssumeRoleWithWebIdentity"``.
        role_arn: The role's ARN, if known.
        context: Condition keys of the request with their values. Others are then missing from it.

    >>> from iamtriage.explaining import Facts
    >>> evaluate_trust_policy(Facts(trust_policy="{}", caller="111122223333"), "sts:AssumeRole").cause.code
    'trust-policy-unreadable'
    """
    if facts.trust_policy is None or (facts.token_claims is None and facts.caller is None):
        return None
    evidence: Evidence = "derived" if is_derived(facts, "trust_policy") else "supplied"
    # The token identifies the caller, so the caller in the facts does not matter.
    caller = None if facts.token_claims is not None else facts.caller
    role = principal_words.underlying_role(principal_words.try_parse_principal(role_arn))
    try:
        result = check_trust_policy(
            facts.trust_policy,
            action=action,
            role_arn=None if role is None or role.lacks_its_path else str(role),
            caller=caller,
            claims=facts.token_claims,
            context=context,
        )
    except IamTriageError as error:
        unreadable = TRUST_POLICY_UNREADABLE.cause(evidence, (as_sentence(str(error)),))
        return TrustFindings(allowed=None, cause=unreadable)
    except (TypeError, ValueError):  # invalid claims, or not an action that assumes a role
        return None
    return _describe_result(result, None if role is None else role.name, evidence)


def _describe_result(result: TrustResult, role: str | None, evidence: Evidence) -> TrustFindings:
    if result.allowed is True:
        text = "The trust policy that was given allows the call, so the cause is elsewhere."
        cause = TRUST_POLICY_ALLOWS.cause(evidence, (as_sentence(result.reason),), text=text)
        return TrustFindings(allowed=True, cause=cause)
    if result.allowed is None:
        text = "Whether the trust policy allows the call depends on values that are not known."
        cause = TRUST_POLICY_OPEN.cause(because=(as_sentence(result.reason),), text=text)
        return TrustFindings(allowed=None, cause=cause, result=result)
    fix = as_sentence(result.fix) if result.fix else "Change it only if this caller is meant to have access."
    return TrustFindings(
        allowed=False,
        cause=TRUST_POLICY_CHECKED.cause(evidence, (as_sentence(result.reason),)),
        result=result,
        remedy=account_remedy(
            "Change the role's trust policy",
            fix,
            "Pass the whole document: the command replaces the policy.",
            commands=commands.trust_policy_commands(role),
            url=pages.TRUST_POLICIES,
        ),
    )


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (properties of the principal)
_KEYS_OF_CALLERS = ("aws:principalorg", "aws:principaltag/", "aws:principalarn", "aws:multifactorauth", "aws:username")  # fmt: skip
_SOURCE_ACCOUNT, _SOURCE_ARN, _EXTERNAL_ID = "aws:sourceaccount", "aws:sourcearn", "sts:externalid"


@attrs.frozen(eq=False, repr=False)
class ServiceTrust(Value):
    """What a supplied trust policy means for a service.

    Attributes:
        verdict: The finding, as the end of a sentence.
        cause: The finding as a cause.
        remedy: What to change or check.
    """

    verdict: str
    cause: Cause
    remedy: Remedy

    @property
    def is_allowed(self) -> bool:
        """Whether the policy allows the service."""
        return self.cause.code == TRUST_POLICY_ALLOWS.code


@attrs.frozen(eq=False, repr=False)
class _Question(Value):
    """What a trust policy is evaluated for."""

    facts: Facts
    service: str
    account: str | None
    role: str | None
    evidence: Evidence


def check_service_trust(
    facts: Facts, service: str, actions: tuple[str, ...], role_arn: str | None, role_name: str | None = None
) -> ServiceTrust | None:
    """Evaluate the trust policy in the facts for a service; return ``None`` without a readable policy.

    Args:
        facts: The facts.
        service: The service principal that assumes the role.
        actions: The actions that it calls for that.
        role_arn: The role's ARN, if known.
        role_name: The role's name, if it is known without an ARN.
    """
    if facts.trust_policy is None:
        return None
    account = _find_account(facts, role_arn)
    role: str | None = getattr(principal_words.parse_masked_role(role_arn), "name", role_name)
    evidence: Evidence = "derived" if is_derived(facts, "trust_policy") else "supplied"
    question = _Question(facts, service, account, role, evidence)
    try:
        for action in actions:
            result = _evaluate(question, action)
            if result.allowed is not True:
                return _describe(question, result, action, actions)
    except (IamTriageError, TypeError, ValueError):
        return None
    return _describe_allowed(question)


def _evaluate(question: _Question, action: str) -> TrustResult:
    policy = question.facts.trust_policy or {}
    result = check_trust_policy(policy, action=action, caller=question.service)
    key = (result.condition or "").partition(" ")[2].lower()
    if result.allowed is not None or key != _SOURCE_ACCOUNT or question.account not in result.expected:
        return result
    context = {_SOURCE_ACCOUNT: question.account}
    again = check_trust_policy(policy, action=action, caller=question.service, context=context)
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
    text = f"The trust policy that was given allows {question.service}, so it is not the cause."
    return ServiceTrust(
        "the trust policy that was given allows it, so the role or its policy was changed seconds ago, or the call names another role",
        TRUST_POLICY_ALLOWS.cause(question.evidence, text=text),
        your_remedy(
            "Wait a few seconds and retry, then check that the call names this role",
            "Changes in IAM take a few seconds to propagate.",
            "The command prints the trust policy of the role now. Compare the role's name, path and account with those in the call.",
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
    text = f"The trust policy that was given does not allow {action} for {service}."
    cause = TRUST_POLICY_CHECKED.cause(question.evidence, text=text)
    if result.is_explicit_deny:
        remedy = account_remedy(
            "Remove or scope down the Deny statement in the role's trust policy",
            f"It is Statement[{result.statement}]. An Allow does not override it.",
            commands=commands.trust_policy_commands(role),
            url=pages.TRUST_POLICIES,
        )
        return ServiceTrust(result.reason, cause, remedy)
    # The reason begins with the statement that comes closest.
    verdict = result.reason.partition(": ")[2].replace("the policy trusts", "its trust policy trusts")
    if result.statement is None:
        verdict = f"no statement of its trust policy names {service}"
    title = f"Allow {service} in the role's trust policy"
    policy = _allow_service(question, actions)
    mistaken = _find_mistaken_service(policy, service)
    # A policy keeps other services, which can use the role.
    kept = "Remove from it a service that does not use the role."
    if mistaken is not None:
        policy = _replace_services(policy, service)
        kept = f"It has {service} in place of {mistaken}, which is another service."
    remedy = trust_fixes.replace_policy_remedy(title, policy, role, question.facts)
    step = f"{trust_fixes.WHOLE_DOCUMENT} {kept}"
    return ServiceTrust(verdict, cause, attrs.evolve(remedy, steps=(step, *remedy.steps)))


def _find_mistaken_service(policy: dict[str, Any], service: str) -> str | None:
    """Return the only other service of a policy if its name can be mistaken for that of the service."""
    statements = cast("object", policy.get("Statement"))
    if not isinstance(statements, list) or len(cast("list[object]", statements)) != 1:
        return None
    principal = mapping(cast("list[object]", statements)[0]).get("Principal")
    services = mapping(principal)
    names: object = services.get("Service") if len(services) == 1 else None
    others = (
        [each for each in cast("list[object]", names) if each != service] if isinstance(names, list) else []
    )
    if len(others) != 1 or not isinstance(others[0], str):
        return None
    # "ecs" and "ecs-tasks", "rds" and "monitoring.rds"
    words = [set(re.split("[.-]", each.partition(".amazonaws.com")[0])) for each in (service, others[0])]
    is_alike = bool(words[0] & words[1]) or find_similar_service(others[0]) == service
    return others[0] if is_alike else None


def _replace_services(policy: dict[str, Any], service: str) -> dict[str, Any]:
    """Return a policy of one statement with the service as the only principal."""
    statement = {**policy["Statement"][0], "Principal": {"Service": service}}
    return {**policy, "Statement": [statement]}


def _allow_service(question: _Question, actions: tuple[str, ...]) -> dict[str, Any]:
    """Return the supplied policy, changed so that it allows the service all actions."""
    policy = dict(parse_document(question.facts.trust_policy) or {})
    for action in actions:
        added = {"Effect": "Allow", "Principal": {"Service": question.service}, "Action": action}
        result = check_trust_policy(policy, action=action, caller=question.service)
        if result.allowed is False:
            policy = trust_fixes.policy_with_principal(result, policy, added) or policy
    return policy


def _describe_condition(question: _Question, result: TrustResult) -> ServiceTrust:
    facts, service, account = question.facts, question.service, question.account
    operator, _, key = (result.condition or "").partition(" ")
    expected = " or ".join(clip_text(each) for each in result.expected[:2])
    requires = f"{clip_text(key)} {expected}".rstrip()
    value, difference = None, ""
    step = f"Compare {clip_text(key)} in the policy with the resource that uses the role."
    operator_of_pattern = None
    if key.lower() == _SOURCE_ACCOUNT:
        value = account or "ACCOUNT_ID"
        difference = "" if account is None else f", and the account is {account}"
        step = "It must be the account of the resource that uses the role."
    elif key.lower() == _SOURCE_ARN and result.expected:
        value, difference = _widen_source(result.expected[0], account, facts.region)
        operator_of_pattern = None if "Like" in operator else "ArnLike"
        step = "It must match the ARN of the resource that uses the role. The pattern here matches every one of the account: name the resource if its ARN is known."
    elif key.lower() == _EXTERNAL_ID:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
        step = "External IDs are for third parties, and few services pass one. If the guide of the service names none, use aws:SourceAccount or aws:SourceArn instead, as it says."
    elif key.lower().startswith(_KEYS_OF_CALLERS):
        difference = ", which the request of a service does not have"
        step = "This key describes IAM principals. For a service, use aws:SourceAccount or aws:SourceArn instead, as its guide says."
    fixed = None
    if value is not None and "Not" not in operator:
        fixed = trust_fixes.policy_with_value(
            facts.trust_policy, result, value=value, new_operator=operator_of_pattern
        )
    title = f"Correct the condition on {clip_text(key)} in the role's trust policy"
    remedy = trust_fixes.replace_policy_remedy(title, fixed or {}, question.role, facts)
    keep = "Keep a condition: it stops other accounts from using the role through the service."
    if fixed is None:
        lines: tuple[str, ...] = commands.trust_policy_commands(question.role)
        remedy = attrs.evolve(remedy, policy=None, layer=None, steps=(step, keep), commands=lines)
    else:
        lines = remedy.commands
        if value == "ACCOUNT_ID":
            lines = ("aws sts get-caller-identity --query Account --output text", *lines)
        remedy = attrs.evolve(remedy, steps=(trust_fixes.WHOLE_DOCUMENT, step, *remedy.steps), commands=lines)
    text = f"Statement[{result.statement}] of the trust policy that was given has this condition."
    return ServiceTrust(
        f"its trust policy names {service}, but requires {requires}{difference}",
        TRUST_POLICY_CHECKED.cause(question.evidence, text=text),
        remedy,
    )


def _widen_source(expected: str, account: str | None, region: str | None) -> tuple[str | None, str]:
    """Return the pattern of all resources of a service, and how the expected ARN differs from the call."""
    arn = principal_words.try_parse_arn(expected)
    if arn is None:
        return None, ""
    difference = ""
    if account is not None and arn.account.isdecimal() and arn.account != account:
        difference = f", and the account is {account}"
    elif region is not None and arn.region not in {"", "*", region}:
        difference = f", and the call is in {region}"
    else:
        region, account = arn.region, arn.account or account
    where = arn.region and (region or arn.region)
    return f"arn:{arn.partition}:{arn.service}:{where}:{account or arn.account}:*", difference
