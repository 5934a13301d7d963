"""Explain which side of a copy in Amazon S3 the policies of the caller do not allow: its source or its destination.

S3 gives no reason and names no side: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html.
"""

from __future__ import annotations

import attrs

from iamtriage._text import clip_text, lower_first
from iamtriage.explaining._cause_types import Cause
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY, Explanation
from iamtriage.explaining._rules.denials.s3 import s3_objects
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_own_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import (
    STATED_POLICY_OTHER_ACTION,
    STATED_POLICY_OTHER_RESOURCE,
    compare,
    find_allowing_policy,
)
from iamtriage.explaining._rules.denials.shown_policies.stated_remedies import name_caller
from iamtriage.explaining._rules.shared.common_causes import DERIVED_ACTION
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_arn

_OTHERS = (STATED_POLICY_OTHER_ACTION, STATED_POLICY_OTHER_RESOURCE)


def explain_denied_side(denial: Denial) -> Explanation | None:
    """Explain that the policies of the caller allow one side of a copy, and not the other one.

    Return ``None`` if the text does not show that.
    """
    source = s3_objects.find_source(denial) if s3_objects.is_copy(denial) else None
    has_policies = bool(denial.facts.policies or denial.context.policies)
    if source is None or denial.action is None or "/" not in (denial.resource or "") or not has_policies:
        return None
    read = f"arn:{denial.location.partition or 'aws'}:s3:::{source}"
    sides = {
        "source": _denial_of_side(denial, "s3:GetObject", read),
        "destination": _denial_of_side(denial, denial.action, denial.resource or ""),
    }
    lacking = {name: cause for name, each in sides.items() if (cause := _find_difference(each)) is not None}
    allowed = [name for name, each in sides.items() if find_allowing_policy(each) is not None]
    if len(lacking) != 1 or len(allowed) != 1 or allowed == [*lacking]:
        return None
    ((side, cause),) = lacking.items()
    of_side = sides[side]
    action, resource = of_side.action, clip_text(of_side.resource or "")
    remedy = allow_remedy(
        of_side,
        title=f"Allow {action} on the {side}, {resource}",
        first_step=f"The policy allows the {allowed[0]} already. If another account owns the bucket, its policy must allow the caller, too.",
    )
    return denial.explain(
        f"S3 denied {s3_objects.name_copy(denial)} because of the {side}: {lower_first(cause.text).split('. ')[0].rstrip('.')}.",
        DERIVED_ACTION.cause("derived", text=s3_objects.describe_copy(denial)),
        cause,
        topic=STATED_POLICY_OTHER_RESOURCE.code,
        remedies=remedy,
        notes=EVENTUAL_CONSISTENCY,
    )


def _denial_of_side(denial: Denial, action: str, resource: str) -> Denial:
    """Return the denial of one of the two calls that a copy consists of."""
    return attrs.evolve(
        denial, action=action, actions=(action,), resource=resource, resource_arn=try_parse_arn(resource)
    )


def _find_difference(denial: Denial) -> Cause | None:
    """Return why no policy of the caller allows a side, if all of them are known to be about something else."""
    if find_allowing_policy(denial) is not None:
        return None
    for policy in list_own_policies(denial):
        compared = compare(name_caller(denial, policy), denial.action or "", policy)
        if compared is not None and compared.has_cause(*_OTHERS) and compared.is_certain:
            return compared.cause
    return None
