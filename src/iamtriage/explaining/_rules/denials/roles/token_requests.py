"""Explain that the request with a token does not meet a condition of a trust policy, while the token does.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.denials.roles.rejected_identities import (
    correct_policy_remedy,
    explain_rejected,
)
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import present, your_remedy
from iamtriage.explaining._rules.sts.trust import trust_fixes
from iamtriage.explaining._rules.sts.trust.request_keys import RequestKey, change_condition, find_request_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.explaining._rules.sts.trust.trust_findings import TrustFindings
    from iamtriage.trust._evaluation import TrustResult

REQUEST_CONDITION = CauseType(
    "token-request-condition",
    title="The request with the token does not meet a condition of the trust policy",
    meaning="The token matches, but the trust policy also has a condition on the request, such as its address, which requests with a token do not meet.",
    recognised_by="The trust policy matches the token, and has a condition on aws:SourceIp, a VPC endpoint or a principal.",
    fix="Compare the public addresses of the caller, or remove the condition.",
    sources=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",),
)
_LIMITED = "The conditions on sub and aud still limit who can assume the role."


def explain_request(denial: Denial, findings: TrustFindings) -> Explanation | None:
    """Explain a condition on the request, or return ``None`` if another one decides."""
    result = findings.result
    found = None if result is None else find_request_key(result, denial.facts.region)
    if result is None or found is None:
        return None
    cause = REQUEST_CONDITION.cause(
        findings.cause.evidence if findings.cause.evidence != "possible" else "derived",
        text=f"The provider and the claims of the token match the trust policy. {found.text}",
    )
    return explain_rejected(
        denial,
        f"STS rejected the token for {denial.target_role_text}: the trust policy matches the token, but {found.reason}.",
        cause,
        remedies=_build_remedies(denial, found, result),
    )


def _build_remedies(denial: Denial, found: RequestKey, result: TrustResult) -> tuple[Remedy, ...]:
    check = None
    if found.changes is None and found.look_up is not None:
        check = your_remedy(found.title, commands=found.look_up, url=pages.STS_REGIONS)
    change = _change(denial, result, found.title, found.changes) if found.changes else None
    if change is not None and found.look_up is not None:
        change = attrs.evolve(change, commands=(found.look_up, *change.commands))
    through = None
    if found.changes is not None and set(found.changes[1]).isdisjoint(result.expected):
        title = "Or, if the calls go through a VPC endpoint for STS, compare aws:VpcSourceIp"
        step = "Add a condition on aws:SourceVpc, because other VPCs can have the same addresses."
        through = _change(denial, result, title, ("aws:VpcSourceIp", result.expected), step)
    title = f"{'Or remove' if check or change else 'Remove'} the condition on {found.key} from the role's trust policy"
    has_subject = ":sub" in str(denial.facts.trust_policy)
    return present(
        check, change, through, _change(denial, result, title, None, _LIMITED if has_subject else None)
    )


def _change(
    denial: Denial,
    result: TrustResult,
    title: str,
    changes: tuple[str, Sequence[str]] | None,
    step: str | None = None,
) -> Remedy | None:
    """Return the remedy that writes another condition in place of the one that decides, or removes it."""
    fixed = change_condition(denial.facts.trust_policy, result, changes)
    if fixed is None:
        return None
    return correct_policy_remedy(denial, title, fixed, " ".join(present(trust_fixes.WHOLE_DOCUMENT, step)))
