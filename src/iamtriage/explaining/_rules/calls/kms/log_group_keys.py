"""Explain that the policy of a KMS key does not allow CloudWatch Logs to encrypt a log group.

CloudWatch Logs calls KMS as a service principal of its Region, so only the key policy can allow it. Sources:
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.domains import find_domain
from iamtriage.explaining._context.readers.terraform_code import find_resources
from iamtriage.explaining._rules.basics import Case, Denial, Explanation
from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn
from iamtriage.explaining._rules.shared.remedies import resource_policy_remedy, save_step
from iamtriage.explaining._rules.shared.requirements.resource_policies import RESOURCE_POLICIES
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.failures._failures import AwsError
from iamtriage.policies._documents import allow

KEY_NOT_ALLOWED = lazy_pattern(r"KMS key does not exist or is not allowed to be used with")
"""What CloudWatch Logs says of a key that it may not use, as a denial or as an invalid parameter."""
_LOG_GROUP = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:logs:[a-z0-9-]{6,30}:[0-9]{12}:log-group:[\w/.#-]{1,512}", re.ASCII
)
_ACTIONS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")
_PAGE = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"


def explain_log_group_key(case: Case[AwsError] | Denial, _message: str = "") -> Explanation:
    """Explain that the policy of a key does not allow CloudWatch Logs to encrypt a log group."""
    group = _LOG_GROUP.search(clues.message_text(case))
    arn = try_parse_arn(group[0]) if group else None
    region = commands.region(case.facts.region if arn is None else arn.region)
    partition = "aws" if arn is None else arn.partition
    service = f"logs.{region}.{find_domain(partition)}"
    condition = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group[0] if group else "LOG_GROUP_ARN"}}
    statements = [allow(_ACTIONS, "*", principal={"Service": service}, condition=condition)]
    text, keep = "", "Keep the statement that allows the account (root) kms:*."
    steps: tuple[str, ...] = (f"{save_step('the key policy', 'policy.json')} {keep}",)
    words = case.failure.text
    key = only_one({each["arn"] or each["key"] for each in text_signs.NAMED_KEY.finditer(words)}, "KEY_ID")
    policy = RESOURCE_POLICIES["kms"]
    lines = tuple(
        f"{fill_command(each.replace(' ARN ', ' {} '), key)} --region {region}"
        for each in (policy.show_command, policy.change_command)
    )
    blocks = [each for each in find_resources(words, "aws_kms_key") if each.is_whole]
    plain = [each.address for each in blocks if "policy" not in each.arguments]
    if len(plain) == 1 and "aws_kms_key_policy" not in words:
        text = f"{plain[0]} sets no policy: the default key policy allows only the account (root) and thus its IAM policies, not services. "
        steps = (
            f"Set policy of {plain[0]} to a document with these statements (jsonencode). The first is the default one: without it, nobody can manage the key.",
        )
        account = commands.account(None if arn is None else arn.account)
        root = {"AWS": f"arn:{partition}:iam::{account}:root"}
        statements, lines = [allow("kms:*", "*", principal=root), *statements], ()
    summary = f"The key policy does not allow CloudWatch Logs ({service}) to use the KMS key."
    remedy = resource_policy_remedy(
        f"Allow {service} in the key policy", *steps, statements=statements, commands=lines, url=_PAGE
    )
    stated = None
    if group is not None and lines:
        of_text = case if isinstance(case, Case) else case.case
        stated = compare_statements(of_text, service, _ACTIONS[0], None, group[0])
    if stated is not None and not stated.is_allowed:
        summary = f"The key policy in the text {stated.verdict}."
        remedy = stated.correct(remedy)
    return case.explain(
        summary,
        SERVICE_NOT_ALLOWED.cause(
            "derived",
            text=f"{text}CloudWatch Logs calls KMS itself: kms permissions of the caller do not help.",
        ),
        topic="service-principal",
        remedies=remedy,
        notes=None
        if stated is not None and not stated.is_allowed
        else "The message is the same if the key is in another Region, disabled or pending deletion.",
    )
