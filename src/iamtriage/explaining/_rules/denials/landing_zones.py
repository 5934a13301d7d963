"""Explain that a service control policy protects what a landing zone created, such as AWS Control Tower.

Sources: https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html,
https://docs.aws.amazon.com/controltower/latest/controlreference/cannot-change-with-gr-api.html and the sample policies in
https://github.com/awslabs/landing-zone-accelerator-on-aws.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_PAGE = "https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html"
LANDING_ZONE_RESOURCE = CauseType(
    "landing-zone-resource",
    title="The resource belongs to the landing zone",
    meaning="A landing zone, such as AWS Control Tower, created the resource. Its controls deny changes of what it created, to administrators, too.",
    recognised_by="The name of the resource contains aws-controltower, AWSControlTower or AWSAccelerator.",
    fix="Leave the resources of the landing zone out of the call. Their administrators change them in the landing zone.",
    sources=(_PAGE,),
    of="scp-deny",
)
_NAMES = lazy_pattern(r"(?<![A-Za-z0-9])(?:(?P<tower>aws-?controltower)|AWSAccelerator)", re.IGNORECASE)
# What handles a list of names.
_LOOP = lazy_pattern(r"\bfor \w{1,40} in\b|\bwhile (?:IFS=\S{0,8} )?read\b|\bxargs\b")


def add_landing_zone(denial: Denial, explanation: Explanation) -> Explanation:
    """Return the explanation of a ``Deny`` in a service control policy with what the name of the resource shows."""
    found = _NAMES.search(denial.resource or "")
    if found is None:
        return explanation
    owner, control = "the Landing Zone Accelerator on AWS", "its guardrails deny"
    if found["tower"]:
        owner, control = (
            "AWS Control Tower",
            "one of its mandatory controls, which cannot be turned off, denies",
        )
    mark = found[0]
    steps = [
        f"The call can work for resources without {mark} in their names: most likely, the Deny is only about these."
    ]
    if _LOOP.search(denial.failure.text) is not None:
        steps.append(
            f"In the loop, add this to the command that lists the names: | tr '\\t' '\\n' | grep -v {mark}"
        )
    cause = LANDING_ZONE_RESOURCE.cause(
        "derived",
        (f"The name of the resource contains {mark}.",),
        text=f"The resource belongs to {owner}: most likely, {control} its change. Only the administrators of the landing zone can change it, there.",
    )
    remedy = your_remedy(f"Leave out the resources of {owner}", *steps, url=_PAGE if found["tower"] else None)
    summary = f"{explanation.summary.removesuffix('.')}, most likely to protect the resources of {owner}."
    return attrs.evolve(
        explanation,
        summary=summary,
        causes=(*explanation.causes, cause),
        remedies=(remedy, *explanation.remedies),
    )
