"""Explain what the policies of a landing zone deny, such as AWS Control Tower: Regions, and changes of what it created.

Sources: https://docs.aws.amazon.com/controltower/latest/controlreference/mandatory-controls.html,
https://docs.aws.amazon.com/controltower/latest/controlreference/cannot-change-with-gr-api.html and the sample policies in
https://github.com/awslabs/landing-zone-accelerator-on-aws.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.regions import find_called_region, find_working_regions
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.denied_regions import can_change_region
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
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
_REGION_DENY = (
    "https://docs.aws.amazon.com/controltower/latest/controlreference/primary-region-deny-policy.html"
)
DENIED_REGION = CauseType(
    "denied-region",
    title="A policy denies calls in the Region",
    meaning="A service control policy denies most calls outside of some Regions, with a condition on aws:RequestedRegion. AWS Control Tower attaches one, if its landing zone denies Regions. Nothing in the account overrides it.",
    recognised_by="AWS gives no reason, and the text shows that calls of the same caller succeed in other Regions.",
    fix="Call only Regions that the organization allows, or ask its administrators to allow the Region.",
    sources=(_REGION_DENY,),
    of="scp-deny",
)
_ADMINISTRATOR = lazy_pattern(
    r"\bAdministratorAccess\b|\b(?i:admin(?:istrator)? (?:rights|permissions|role|user))\b"
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


def add_denied_region(denial: Denial, explanation: Explanation) -> Explanation:
    """Return that most likely, a policy denies the Region, if the text shows that calls succeed in other ones."""
    text, (start, end) = denial.failure.text, denial.failure.span
    working = find_working_regions(text, start, end)
    called = denial.facts.region if denial.facts.region not in {None, *working} else None
    called = called or find_called_region(text, start, working)
    if not working or called is None or denial.service == "s3" or not can_change_region(denial):
        return explanation
    others, admin = join_words(working, "and"), _ADMINISTRATOR.search(text)
    is_stated = denial.policy_type is not None
    policy = "a service control policy denies" if admin or is_stated else "a policy denies"
    allows = f"{admin[0]} does not help against it" if admin else "no Allow helps against it"
    alone = (
        ""
        if admin or is_stated
        else " If there is none, look for such a condition in the policies of the caller."
    )
    reason = "" if is_stated else ", and the message gives no reason"
    cause = DENIED_REGION.cause(
        "derived",
        (f"The text shows that calls succeed in {others}{reason}.",),
        text=f"Such a Deny has the condition aws:RequestedRegion. AWS Control Tower has one for Regions that its landing zone does not govern, and {allows}.",
    )
    remedy = your_remedy(
        "Call only the Regions that the organization allows",
        f"Leave out the others, such as {called}. A loop over all Regions can also catch {denial.failure.envelope.code or 'this error'} and go on.",
        f"To check, an administrator of the management account runs the commands, and looks for aws:RequestedRegion. {commands.PARENTS}{alone}",
        f"Only they can exempt the caller (ArnNotLike on aws:PrincipalArn). A policy of AWS Control Tower changes only in its landing zone settings: govern {called} there.",
        commands=(
            *commands.list_control_policies(commands.account(denial.account)),
            "aws organizations describe-policy --policy-id POLICY_ID --query Policy.Content --output text",
        ),
        url=_REGION_DENY,
    )
    known = (each for each in explanation.causes if each.evidence != "possible")
    # The encoded message decides.
    decode = explanation.remedies[:1] if denial.failure.encoded_message else ()
    return attrs.evolve(
        explanation,
        topic=explanation.topic if is_stated else DENIED_REGION.code,
        summary=f"{capitalize_start(denial.caller)} was denied {denial.action} in {called}, but calls in {others} succeed: most likely, {policy} that Region.",
        causes=(*known, cause) if is_stated else (cause, *known),
        remedies=(*decode, remedy),
        notes=(),
    )
