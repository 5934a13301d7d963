"""Explain that the policy of a VPC endpoint, which the text shows, has no Allow.

Such a policy denies every request that goes through the endpoint, whatever the policies of the caller allow:
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._rules.denials.guardrails import endpoint_statement
from iamtriage.explaining._rules.denials.known_policies import list_known_policies
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_registry
from iamtriage.explaining._rules.shared.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.remedies import account_remedy
from iamtriage.explaining._rules.shared.tasks import LOGIN_ACTION, PULL_ACTIONS
from iamtriage.explaining._rules.shared.wording import denial_summary
from iamtriage.explaining._rules.sts.trust_documents import as_strings, iterate_statements
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.denials.known_policies import KnownPolicy
    from iamtriage.explaining._rules.shared.denial import Denial

ENDPOINT_WITHOUT_ALLOW = CauseType(
    "endpoint-without-allow",
    title="The policy of the VPC endpoint has no Allow",
    meaning="The policy in the text has Deny statements only. As the policy of a VPC endpoint, it denies every request that goes through the endpoint.",
    recognised_by="The text shows the policy and says that it is for an endpoint.",
    fix="Add an Allow to the policy of the endpoint, or use the default policy.",
    of="vpc-endpoint-no-allow",
)
_ENDPOINT = lazy_pattern(r"vpc[-_ ]?endpoint|endpoint[-_ ]?polic|\becr[._](?:api|dkr)\b", re.IGNORECASE)
_REGION = lazy_pattern(r"\b[a-z]{2}(?:-[a-z]{2,10}){1,3}-[0-9]\b", re.ASCII)
_WHOLE = lazy_pattern(r"\"Statement\"|\bStatement:|\baws_iam_policy_document\b")


def add_endpoint_policy(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the policy of the VPC endpoint has no Allow, if the text shows it."""
    if denial.is_explicit or denial.policy_type not in {None, "vpc_endpoint"}:
        return explanation
    policy = next(filter(_denies_everything, list_known_policies(denial)), None)
    if policy is None or _ENDPOINT.search(denial.failure.text) is None:
        return explanation
    # A single statement can be a part of a policy. A key policy states * as its resource, too.
    is_whole = _WHOLE.search(denial.failure.text) is not None and denial.service != "kms"
    if denial.policy_type is None and not is_whole:
        return explanation
    verdict = "the policy of the VPC endpoint in the text has a Deny and no Allow, so it denies every request that goes through the endpoint"
    what = explanation.summary.partition(" without a reason")[0].rstrip(".")
    region = _find_region(denial)
    others = {each for each in _REGION.findall(denial.failure.text) if each != region and find_endpoint(each)}
    text = "The policies of the caller and of the resource are not the problem if the same caller succeeds outside of the VPC."
    if len(others) == 1:
        other = others.pop()
        text = f"Requests to {other} do not go through the endpoints of {region}, but leave the VPC in another way, such as NAT, so the policy does not apply to them. If they succeed, the policies of the caller and of the resource are not the problem."
    return attrs.evolve(
        explanation,
        summary=f"{what}: {verdict}." if denial.action is None else denial_summary(denial, verdict),
        causes=(
            ENDPOINT_WITHOUT_ALLOW.cause("derived", text=text),
            *(each for each in explanation.causes if each.evidence != "possible"),
        ),
        remedies=(_allow_remedy(denial),),
    )


def _find_region(denial: Denial) -> str:
    is_registry = denial.service == "ecr" and denial.action is None
    return commands.region(find_registry(denial.case)[1]) if is_registry else region_argument(denial)


def _denies_everything(policy: KnownPolicy) -> bool:
    """Return whether a policy, which is not that of one resource, has Deny statements only."""
    statements = list(iterate_statements(policy.content))
    is_deny = bool(statements) and all(each.get("Effect") == "Deny" for each in statements)
    # A policy of a resource states its ARN or none, and needs no Allow for callers of its account.
    return (
        policy.has_principal
        and is_deny
        and all("*" in as_strings(each.get("Resource")) for each in statements)
    )


def _allow_remedy(denial: Denial) -> Remedy:
    """Return how to add an Allow to the policy of an endpoint."""
    region = _find_region(denial)
    action = denial.action or f"{denial.service or 'SERVICE'}:*"
    reset = f"aws ec2 modify-vpc-endpoint --region {region} --vpc-endpoint-id ENDPOINT_ID --reset-policy"
    called: tuple[str, ...] = ()
    if denial.service == "ecr" and denial.action is None:
        actions = join_words(PULL_ACTIONS, "and")
        called = (f"A pull calls {LOGIN_ACTION} on * and {actions} on the repository.",)
    remedy = account_remedy(
        "Add an Allow to the policy of the endpoint",
        "Keep the Deny, and allow what is called through the endpoint, in the policy of each endpoint that has it. Such an Allow grants nothing by itself: the policies of the caller still decide. The default policy allows everything.",
        *called,
        commands=(
            *commands.endpoint_policy_commands(region, action)[:2],
            Labelled(
                "To check that the policy is the cause, or if none is needed, set the default policy:", reset
            ),
        ),
        url=pages.VPC_ENDPOINT,
    )
    return attrs.evolve(remedy, statement=endpoint_statement(denial), layer="vpc_endpoint")
