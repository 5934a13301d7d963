"""Explain that the role of a Pod Identity association cannot assume the association's target role.

EKS assumes the association's role, and with it the target role, whose trust policy can require the association's
external ID: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html and
https://docs.aws.amazon.com/eks/latest/APIReference/API_PodIdentityAssociation.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import Role
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.sts.shown_calls import find_role_call
from iamtriage.explaining._rules.sts.trust import trust_findings
from iamtriage.explaining._rules.sts.trust.trust_documents import policy_with_value
from iamtriage.explaining._rules.sts.trust.trust_fixes import REMOVE_OLD, WHOLE_DOCUMENT
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import allow_statements, parse_document, principal_names

_PAGE = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html"
_EXTERNAL_ID, _ACTIONS = "sts:ExternalId", ("sts:AssumeRole", "sts:TagSession")
_ARN = r"[\"'`]?(?: is)?[ \t]{0,40}[=:]?[ \t]{0,40}[\"'`]?(arn:aws[\w-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{0,511}[\w+=@-])"
_TARGET = lazy_pattern(rf"(?a)(?i:\btarget[_ -]?role(?:[_ -]?arn)?)\b{_ARN}")
_SOURCE = lazy_pattern(rf"(?a)(?i:(?<!target)(?<!target[_ -])\brole[_ -]?arn)\b{_ARN}")


def explain_target_role(denial: Denial) -> Explanation | None:
    """Explain what a target role's trust policy lacks, or that it lacks nothing, if the facts have that policy."""
    text, facts = denial.failure.text, denial.facts
    statements = allow_statements(facts.trust_policy)
    trusted = {each for statement in statements for each in principal_names(statement, "AWS")}
    if not trusted or any(principal_names(each) != principal_names(each, "AWS") for each in statements):
        return None
    source, target = find_roles(text)
    if target is None and _EXTERNAL_ID.lower() not in str(facts.trust_policy).lower():
        return None
    if source is None and len(trusted) == 1:
        named = try_parse_principal(next(iter(trusted)))
        source = named if isinstance(named, Role) else None
    if source is None:
        return None
    arn = None if target is None else str(target)
    call = find_role_call(text, facts, arn)
    own = None if call is None else call.settings.get("external_id")
    facts = attrs.evolve(facts, caller=str(source), token_claims=None, external_id=own)
    role = "the target role" if target is None else f"the target role {target.name}"
    found = [_evaluate(facts, action, arn) for action in _ACTIONS]
    findings = next((each for each in found if each is not None and not each.allowed), found[0])
    if findings is None or (findings.result is None and not findings.allowed):
        return None
    denial = attrs.evolve(denial, facts=facts)
    if findings.allowed:
        reason, remedy = _check_source(source, target)
    elif _decides_external_id(findings):
        reason, remedy = _compare_external_id(denial, findings, target, source)
    else:
        reason, remedy = _trust_source(denial, target, source)
    return denial.explain(
        f"EKS Pod Identity cannot assume {role} with the association's role {source.name}: {reason}.",
        attrs.evolve(findings.cause, because=()) if findings.allowed is False else findings.cause,
        topic="pod-identity",
        remedies=remedy,
        notes=None
        if findings.allowed
        else f"The role {source.name} must also trust pods.eks.amazonaws.com, and its own policies must allow sts:AssumeRole and sts:TagSession on {role}.",
    )


def find_roles(text: str) -> tuple[Role | None, Role | None]:
    """Return the role and the target role of the only association in a text.

    >>> find_roles("roleArn: arn:aws:iam::111122223333:role/shop")[0].name
    'shop'
    """
    return _find_role(_SOURCE, text), _find_role(_TARGET, text)


def _evaluate(facts: Facts, action: str, arn: str | None) -> trust_findings.TrustFindings | None:
    """Evaluate a target role's trust policy for the association's role, which is the caller in the facts."""
    keys = {} if facts.external_id is None else {_EXTERNAL_ID: facts.external_id}
    return trust_findings.evaluate_trust_policy(facts, action, arn, keys or None)


def _decides_external_id(findings: trust_findings.TrustFindings) -> bool:
    condition = "" if findings.result is None else findings.result.condition or ""
    return condition.partition(" ")[2].lower() == _EXTERNAL_ID.lower()


def _find_role(label: re.Pattern[str], text: str) -> Role | None:
    """Return the only role that a text names with a label."""
    arns = {each[1] for each in label.finditer(text)}
    role = try_parse_principal(arns.pop()) if len(arns) == 1 else None
    return role if isinstance(role, Role) else None


def _check_source(source: Role, target: Role | None) -> tuple[str, Remedy]:
    """Return what is left to check if the target role's trust policy is right."""
    name, arn = commands.role_name(source.name), commands.arn(str(source))
    simulate = "aws iam simulate-principal-policy --policy-source-arn {} --action-names sts:AssumeRole sts:TagSession --resource-arns {}"
    reason = f"the target role trusts it, so either its own policies do not allow sts:AssumeRole and sts:TagSession on the target role, or {source.name} does not trust pods.eks.amazonaws.com"
    return reason, account_remedy(
        f"Check the policies and the trust policy of {source.name}",
        "The first command must print allowed for both actions. The trust policy must allow pods.eks.amazonaws.com both actions, too.",
        commands=(
            f"{commands.fill_command(simulate, arn, 'TARGET_ROLE_ARN' if target is None else commands.arn(str(target)))} --query 'EvaluationResults[].[EvalActionName,EvalDecision]'",
            commands.trust_policy_commands(name)[0],
        ),
        url=_PAGE,
    )


def _compare_external_id(
    denial: Denial, findings: trust_findings.TrustFindings, target: Role | None, source: Role
) -> tuple[str, Remedy]:
    """Return a clause that says which external ID the trust policy expects instead of the association's, and the remedy."""
    result, own, fixed = findings.result, denial.facts.external_id, None
    assert result is not None  # noqa: S101 (its condition decides)
    show, update = commands.trust_policy_commands(None if target is None else target.name)
    reason = f"its trust policy expects the external ID {' or '.join(map(clip_text, result.expected))}"
    if own is not None:
        reason += f", and the association has {clip_text(own)}"
        fixed = policy_with_value(denial.facts.trust_policy, result, value=[*result.expected, own])
    step = f"{WHOLE_DOCUMENT} {REMOVE_OLD.replace('nothing uses it', 'no association has it')}"
    lines: tuple[str, ...] = (update,)
    if fixed is None:
        step = "Write the external ID that the command prints into the condition in trust.json."
        shown = ("describe", "--query association.externalId --output text")
        lines = (*find_cluster(denial.case).association_commands(shown), show, update)
    title = "Accept the association's external ID in the trust policy of the target role"
    return reason, _trust_remedy(title, step, lines, fixed, target, source)


def _trust_source(denial: Denial, target: Role | None, source: Role) -> tuple[str, Remedy]:
    """Return a clause that says which actions the trust policy does not allow the association's role, and the remedy."""
    facts = denial.facts
    lacking: list[str] = []
    arn = None if target is None else str(target)
    for action in _ACTIONS:
        findings = _evaluate(facts, action, arn)
        if findings is None or findings.result is None or findings.allowed:
            continue
        condition = None
        if facts.external_id is not None and action == _ACTIONS[0]:
            condition = {"StringEquals": {_EXTERNAL_ID: facts.external_id}}
        added = allow(action, principal={"AWS": str(source)}, condition=condition)
        lacking.append(action)
        fixed = trust_findings.policy_with_principal(findings.result, facts.trust_policy, added)
        facts = attrs.evolve(facts, trust_policy=fixed or facts.trust_policy)
    actions = " and ".join(lacking)
    update = commands.trust_policy_commands(None if target is None else target.name)[1]
    title = f"Allow {actions} for {source.name} in the trust policy of the target role"
    policy = parse_document(facts.trust_policy)
    return (
        f"its trust policy does not allow {clip_text(str(source))} {actions}",
        _trust_remedy(title, WHOLE_DOCUMENT, (update,), policy, target, source),
    )


def _trust_remedy(
    title: str,
    step: str,
    lines: tuple[str, ...],
    policy: Mapping[str, Any] | None,
    target: Role | None,
    source: Role,
) -> Remedy:
    """Return the remedy that changes the target role's trust policy, for its account."""
    is_elsewhere = target is not None and target.account != source.account
    return Remedy(
        f"{title}{f', in account {target.account}' if target is not None and is_elsewhere else ''}",
        "resource owner" if is_elsewhere else "account administrator",
        (step,),
        lines,
        policy,
        layer="role_trust",
        url=_PAGE,
    )
