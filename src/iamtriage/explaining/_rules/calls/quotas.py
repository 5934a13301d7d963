"""Explain that a quota or the maximum size of a policy is reached.

Source: https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.calls.error_kind import code_evidence, end_summary
from iamtriage.explaining._rules.calls.malformed_policies import size_remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import error_code, find_region
from iamtriage.explaining._rules.shared.commands import fill_command

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError


__all__ = (
    "NOT_A_DENIAL",
    "explain_policy_size",
    "explain_quota",
)

_QUOTA_SERVICE_CODES = {"elasticmapreduce": "elasticmapreduce", "elb": "elasticloadbalancing", "logs": "logs"}
_POLICIES_PER = lazy_pattern(r"\bPoliciesPer(?P<kind>Role|User|Group): (?P<count>\d{1,3})\b", re.ASCII)
NOT_A_DENIAL = "This is not a denial, so an IAM policy does not help."
QUOTA_REACHED = CauseType(
    "quota-reached",
    title="A quota of the account is used up",
    recognised_by="An error code such as LimitExceededException or ServiceQuotaExceededException, or a message that says that a limit is reached.",
    fix="Delete what is not needed, or request a higher quota.",
    sources=(pages.QUOTAS,),
)
POLICY_TOO_LONG = CauseType(
    "policy-too-long",
    title="The policy is too long",
    text="The policy, or all inline policies of the entity together, exceed the IAM limit.",
    recognised_by="An error code or message that names PolicySize.",
    fix="Shorten or split the policy: attach several managed policies, and remove statements that others cover.",
    sources=(pages.IAM_QUOTAS,),
)
SESSION_TOO_LONG = CauseType(
    "session-too-long",
    title="The session policies and tags are too long",
    text="STS packs the session policies and tags into the session token, and they exceed its size.",
    recognised_by="An error code or message that names PackedPolicyTooLarge.",
    fix="Pass managed policies by ARN instead of an inline session policy, and fewer session tags.",
    sources=(pages.SESSION_TAGS,),
)


def explain_quota(case: Case[AwsError], words: str) -> Explanation:
    """Explain that a quota is used up."""
    per_principal = _POLICIES_PER.search(words)
    service = "iam" if per_principal else case.failure.envelope.service
    name = service if service and re.fullmatch(r"[a-z][a-z0-9-]{1,40}", service) else None
    service_code = _QUOTA_SERVICE_CODES.get(name or "", name or "SERVICE_CODE")
    # IAM has its quotas in one Region.
    region = "us-east-1" if service == "iam" else commands.region(find_region(case))
    return Explanation(
        failure=case.failure,
        topic="quota-reached",
        summary=f"The account has reached a quota{end_summary(case.failure)}",
        causes=(QUOTA_REACHED.cause("reported", code_evidence(case.failure)),),
        remedies=(
            Remedy(
                title="Delete what is not needed",
                who="you",
                steps=(
                    "Delete unused resources. If the quota is for the whole account, check other Regions, too.",
                ),
                url=pages.QUOTAS,
            )
            if per_principal is None
            else _detach_remedy(per_principal["kind"].lower(), per_principal["count"]),
            Remedy(
                title="Request a higher quota",
                who="account administrator",
                steps=(
                    "Look up the quota: the list contains its value, its code, and whether it is adjustable.",
                    "Request a higher value. Some requests are approved immediately, others take days.",
                ),
                commands=(
                    fill_command(
                        "aws service-quotas list-service-quotas --service-code {} --region {}",
                        service_code,
                        region,
                    ),
                    fill_command(
                        "aws service-quotas request-service-quota-increase --service-code {} --quota-code QUOTA_CODE --desired-value VALUE --region {}",
                        service_code,
                        region,
                    ),
                ),
                url=pages.QUOTAS,
            ),
        ),
        notes=(NOT_A_DENIAL,),
    )


def _detach_remedy(kind: str, count: str) -> Remedy:
    """Return the remedy for a role, user or group with as many managed policies as it can have."""
    return Remedy(
        title=f"Detach a managed policy from the {kind}, or merge two of them",
        who="account administrator",
        steps=(
            f"The {kind} has {count} managed policies, and can have no more. List them, and detach those that it does not need.",
            "Or move the statements of one into another managed policy, or into an inline policy.",
        ),
        commands=(f"aws iam list-attached-{kind}-policies --{kind}-name {kind.upper()}_NAME",),
        url=pages.IAM_QUOTAS,
    )


def explain_policy_size(case: Case[AwsError], message: str) -> Explanation:
    if "PackedPolicy" in error_code(case.failure) or "PackedPolicy" in message:
        return Explanation(
            failure=case.failure,
            topic="session-too-long",
            summary="The session policies and session tags together are too long.",
            causes=(SESSION_TOO_LONG.cause("reported", code_evidence(case.failure)),),
            remedies=(
                Remedy(
                    title="Pass less",
                    who="you",
                    steps=(
                        "Pass managed policies by ARN instead of an inline session policy, or shorten it.",
                        "Pass fewer and shorter session tags. EKS Pod Identity adds six, which disableSessionTags in the association turns off.",
                    ),
                    url=pages.SESSION_TAGS,
                ),
            ),
        )
    return Explanation(
        failure=case.failure,
        topic="policy-too-long",
        summary="The policy is too long.",
        causes=(POLICY_TOO_LONG.cause("reported", code_evidence(case.failure)),),
        remedies=(size_remedy(),),
        notes=("No permission is missing. Nothing was saved.",),
    )
