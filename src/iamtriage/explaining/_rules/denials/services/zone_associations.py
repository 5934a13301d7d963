"""Explain that a VPC of another account is not authorized for a private hosted zone of Amazon Route 53.

Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage.arns._names import ACCOUNT_IN_TEXT
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.statements import CLAUSE_END
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.shared.clues import message_text, quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.remedies import owner_remedy

_URL = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html"
VPC_NOT_AUTHORIZED = CauseType(
    "vpc-not-authorized-for-zone",
    title="The owner of the private hosted zone has not authorized the VPC",
    text="The VPC and the zone are in different accounts. Each such VPC needs an authorization, which only the account of the zone creates, for the ID and Region of the VPC.",
    recognised_by='Route 53 says that the VPC "has not authorized to associate with your hosted zone".',
    fix="Create the authorization in the account of the zone, then associate the VPC again in its own account.",
    sources=(_URL,),
)
_SAYS = "authorized to associate with your hosted zone"
_VPC = lazy_pattern(r"\bvpc-[0-9a-f]{8,17}\b")
_ZONE = lazy_pattern(r"(?<![\w-])Z[A-Z0-9]{7,31}(?![\w-])", re.ASCII)
_VPC_REGION = lazy_pattern(rf"(?i:vpc_?-?region)[\"']?\s{{0,4}}(?:[:=]|=>)\s{{0,4}}[\"']?({REGION})")


def explain_zone_association(denial: Denial) -> Explanation:
    """Explain that the account of a private hosted zone has to authorize a VPC of another account first."""
    text = denial.failure.text
    vpc = _VPC.search(message_text(denial.case))
    zones, regions = set(_ZONE.findall(text)), set(_VPC_REGION.findall(text))
    zone = zones.pop() if len(zones) == 1 else "ZONE_ID"
    region = regions.pop() if len(regions) == 1 else "REGION"
    owner = _find_zone_owner(text)
    account = f"account {owner}" if owner else "the account of the zone"
    create = "aws route53 create-vpc-association-authorization --hosted-zone-id {} --vpc {}"
    return denial.explain(
        f"The VPC{f' {vpc[0]}' if vpc else ''} was not associated with the private hosted zone: {account} has not authorized it.",
        VPC_NOT_AUTHORIZED.cause("reported", quote_phrases(text, _SAYS)),
        remedies=owner_remedy(
            f"Authorize the VPC in {account}, then associate it again",
            f"Run the command with credentials of {account}, not of the account of the VPC. The console cannot do this.",
            f"Then {denial.caller if denial.role else 'the caller'} repeats the call, with credentials of the account of the VPC. After it, delete-vpc-association-authorization can delete the authorization: the association stays.",
            commands=fill_command(create, zone, f"VPCRegion={region},VPCId={vpc[0] if vpc else 'VPC_ID'}"),
            url=_URL,
        ),
        notes="No IAM permission is missing: an Allow does not help.",
    )


def _find_zone_owner(text: str) -> str | None:
    """Return the only account that clauses about the zone, and not about the VPC, name."""
    clauses = CLAUSE_END.split(text)
    of_zone = (each for each in clauses if "zone" in each.lower() and "vpc" not in each.lower())
    found = {account for clause in of_zone for account in ACCOUNT_IN_TEXT.findall(clause)}
    return found.pop() if len(found) == 1 else None
