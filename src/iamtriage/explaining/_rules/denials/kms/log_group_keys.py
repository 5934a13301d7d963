"""Explain that the policy of a KMS key does not allow CloudWatch Logs to encrypt a log group.

CloudWatch Logs calls KMS as a service principal of its Region, so only the key policy can allow it. Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, upper_first
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._rules.basics import Denial, Explanation
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.policies.corrected_patterns import correct_pattern
from iamtriage.explaining._rules.shared.policies.statement_matching import names_service
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import owner_remedy, resource_policy_remedy, save_step
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import iterate_conditions, principal_names, shown_sid
from iamtriage.policies._readers.unknown_values import has_reference

_LOG_GROUP = lazy_pattern(r"(?a)arn:aws[a-z-]{0,12}:logs:[a-z0-9-]{6,30}:[0-9]{12}:log-group:[\w/.#-]{1,512}")
_CREATED = lazy_pattern(
    r"\baws_kms_key\.[\w\[\]\".-]{1,100}: Creation complete[^\n\[]{0,40}(?:\[id=(?P<id>[\w-]{36})\])?"
)
_CONTEXT = "kms:EncryptionContext:aws:logs:arn"
_ACTIONS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")
_ADD = (
    f"{save_step('the key policy', 'policy.json')} Keep the statement that allows the account (root) kms:*.",
)
_PAGE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"


class _Correction(NamedTuple):
    """The statement of a key policy for CloudWatch Logs, corrected, and which values change."""

    sid: str | None
    statement: dict[str, Any]
    changes: list[tuple[str, str, str]]


def explain_log_group_key(denial: Denial) -> Explanation | None:
    """Explain that the policy of a key does not allow CloudWatch Logs to encrypt a log group."""
    group = _LOG_GROUP.search(clues.message_text(denial))
    arn = try_parse_arn(group[0]) if group else None
    if group is None or arn is None:
        return None
    text, region = denial.failure.text, commands.region(arn.region)
    service = f"logs.{region}.{find_domain(arn.partition)}"
    statements = [
        each
        for policy in denial.context.policies
        if policy.is_of_resource
        for each in policy.allows
        if names_service(each, "logs.amazonaws.com") or service in principal_names(each, "Service")
    ]
    corrections = [_correct(each, service, group[0]) for each in statements]
    is_stated = any(
        fixed is None and service in principal_names(each, "Service") and not _is_literal(each)
        for each, fixed in zip(statements, corrections, strict=True)
    )
    wrong = None if is_stated else only_one([each for each in corrections if each is not None], None)
    created = only_one(list(_CREATED.finditer(text)), None)
    named = {each["arn"] or each["key"] for each in text_signs.NAMED_KEY.finditer(text)}
    key = (created and created["id"]) or only_one(named, "KEY_ID")
    exists = "The key was created just before, so it exists. " if created else ""
    reason = SERVICE_NOT_ALLOWED.cause(
        "derived",
        text=f"{exists}CloudWatch Logs calls KMS itself: kms permissions of the caller do not help.",
    )
    policy = RESOURCE_POLICIES["kms"]
    show, change = (
        f"{commands.fill_command(each.replace(' ARN ', ' {} '), key)} --region {region}"
        for each in (policy.show_command, policy.change_command)
    )
    if is_stated:
        state = f"{commands.fill_command('aws kms describe-key --key-id {}', key)} --region {region} --query 'KeyMetadata.[Arn,KeyState]'"
        return denial.explain(
            f"CloudWatch Logs ({service}) may not use the KMS key, although the policy in the text names this service: most likely, it is not the policy that the key has now, or the key of the call is another one, disabled, or pending deletion.",
            reason,
            topic="service-principal",
            remedies=owner_remedy(
                "Check which key the call names, its state and its policy", commands=(state, show), url=_PAGE
            ),
        )
    condition = {"ArnEquals": {_CONTEXT: group[0]}}
    statement = allow(_ACTIONS, "*", principal={"Service": service}, condition=condition)
    title, steps = f"Allow {service} in the key policy", _ADD
    lines: tuple[str, ...] = (show, change)
    verdict = (
        f"the key policy does not allow CloudWatch Logs ({service}) to use the KMS key for the log group"
    )
    if wrong is not None:
        of_statement = f"the statement {clip_text(wrong.sid)}" if wrong.sid else "a statement"
        has = [f"{name} {clip_text(old)}" for name, old, _ in wrong.changes]
        verdict = f"{verdict}: {of_statement} has {join_words(tuple(has), 'and')}, and the log group is {clip_text(group[0])}"
        if denial.context.terraform is not None:
            statement, lines = wrong.statement, ()
            title = f"Correct {of_statement} of the key policy in Terraform's code"
            values = [f"{name} {clip_text(new)}" for name, _, new in wrong.changes]
            steps = (
                f"Write {join_words(tuple(values), 'and')}, and apply as somebody who may change the key policy (kms:PutKeyPolicy).",
            )
    return denial.explain(
        f"{upper_first(verdict) if wrong or created else f'Most likely, {verdict}'}.",
        reason,
        topic="service-principal",
        remedies=resource_policy_remedy(title, *steps, statements=[statement], commands=lines, url=_PAGE),
        notes=None
        if wrong or created
        else "The message is the same if the key does not exist in the Region of the log group, or is disabled or pending deletion.",
    )


def _is_literal(statement: Mapping[str, Any]) -> bool:
    """Return whether a condition takes a wildcard literally."""
    return any(
        operator.startswith("StringEquals") and "*" in "".join(values)
        for operator, _, values in iterate_conditions(statement)
    )


def _correct(statement: Mapping[str, Any], service: str, group: str) -> _Correction | None:
    """Return a statement for CloudWatch Logs in which only the Region or the log group is wrong, corrected."""
    names = [each for each in principal_names(statement, "Service") if each.startswith("logs.")]
    if len(names) != 1 or not names_service(statement, "logs.amazonaws.com") or has_reference(names[0]):
        return None
    changes: list[tuple[str, str, str]] = []
    if names[0] != service:
        changes.append(("the principal", names[0], service))
    fixed = {**statement, "Principal": {"Service": service}}
    for operator, key, values in iterate_conditions(statement):
        if key.lower() != _CONTEXT.lower() or len(values) != 1 or "not" in operator.lower():
            continue
        correction = correct_pattern(values[0], group)
        if correction is None or has_reference(values[0]):
            continue
        changes.append((key, values[0], correction.value))
        fixed["Condition"] = {
            name: {**block, key: correction.value} if name == operator else block
            for name, block in statement["Condition"].items()
        }
    return _Correction(shown_sid(statement), fixed, changes) if changes else None
