"""Explain that STS finds no OIDC provider although it exists: in another partition or account than the one that was asked.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.credentials import issuers
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.findings import CHINA_WITHOUT_REGION, PARTITION_WITHOUT_REGION
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

_REGION = r"[a-z]{2,5}(?:-[a-z]{2,12}){1,3}-[0-9]{1,2}"
# What SDKs print about the STS endpoint that they call, and what the program's environment sets.
_CALLED = lazy_pattern(
    rf"(?P<default>{_REGION}) \(STS default\)|\bhttps://sts\.(?:(?P<host>{_REGION})\.)?amazonaws\.com(?![.\w])|\bAWS_(?:DEFAULT_)?REGION[=:] ?[\"']?(?P<set>{_REGION})\b",
    re.ASCII,
)
_GLOBAL_REGION = "us-east-1"
_LISTED = lazy_pattern(
    r"arn:aws[a-z-]{0,12}:iam::(?P<account>[0-9]{12}):oidc-provider/(?P<path>[\w./-]{1,255})"
)
_PARTITIONS = {"aws": "the commercial Regions", "aws-cn": "China", "aws-us-gov": "AWS GovCloud"}


def explain_no_provider(case: Case[InvalidIdentityToken], message: str) -> Explanation:
    """Explain that STS finds no provider for the issuer of a token."""
    issuer = issuers.find_issuer(case, message)
    listed = _find_listed(case, issuer.url)
    own, called = _partition_of(issuer.region), _find_called(case)
    if own is not None and called is not None and _partition_of(called[0]) not in {None, own}:
        return _explain_other_partition(case, issuer, called, listed)
    explanation = issuers.explain_no_provider(case, message)
    if listed is None or not explanation.causes:
        return explanation
    arn, account = listed
    role = _find_role(case)
    if role is not None and role.account != account:
        text = (
            f"The provider {arn} exists, but the role is in account {role.account}, where IAM looks for it."
        )
        cause = issuers.ROLE_OF_OTHER_ACCOUNT.cause("derived", text=text)
        summary = f"The IAM OIDC provider for {issuer.description} is in account {account}, and the role is in account {role.account}, where IAM looks for it."
        return attrs.evolve(explanation, summary=summary, causes=(explanation.causes[0], cause))
    text = f"The account {account} has the provider {arn}. Most likely, STS looked for it in another account or partition: that of the role that was called, or that of the STS endpoint."
    summary = f"STS found no OIDC provider for {issuer.description} in the role's account, although account {account} has it."
    check = your_remedy(
        "Check which role and which STS endpoint the program uses",
        f"The account in AWS_ROLE_ARN must be {account}, and the Region and the endpoint must be of the same partition as the issuer.",
        commands=(
            "kubectl exec deployment/NAME --namespace NAMESPACE -- env | grep -e AWS_ROLE_ARN -e AWS_REGION -e AWS_DEFAULT_REGION -e AWS_ENDPOINT_URL",
        )
        if issuer.is_eks
        else (),
        url=pages.OIDC_PROVIDERS,
    )
    cause = issuers.ROLE_OF_OTHER_ACCOUNT.cause(text=text)
    return attrs.evolve(
        explanation, summary=summary, causes=(explanation.causes[0], cause), remedies=(check,), notes=()
    )


def _explain_other_partition(
    case: Case[InvalidIdentityToken],
    issuer: issuers.Issuer,
    called: tuple[str, str],
    listed: tuple[str, str] | None,
) -> Explanation:
    """Explain that the call went to STS in a partition that does not have the role's account."""
    region, words = called
    own = _partition_of(issuer.region) or "aws"
    endpoint, place = find_endpoint(commands.region(issuer.region)), _PARTITIONS.get(own, own)
    url = "the regional STS endpoint" if endpoint is None else endpoint.url
    cause = CHINA_WITHOUT_REGION if own == "aws-cn" else PARTITION_WITHOUT_REGION
    known = "" if listed is None else f" The text lists the provider {listed[0]}, so it need not be created."
    own_region = commands.region(issuer.region)
    return case.explain(
        f"The call went to STS in {region}, which does not know the accounts and OIDC providers of {place} ({own}).{'' if listed is None else ' The provider is not the problem.'}",
        cause.cause(
            "derived",
            (f'The text shows "{clip_text(words)}".', *issuer.because),
            text=f"The issuer is in {own_region}, in the partition {own}, and the call went to {region}, in the partition {_partition_of(region)}.{known}",
        ),
        remedies=(
            your_remedy(
                f"Set the Region of the STS call to {own_region}",
                f"With AWS_REGION and AWS_DEFAULT_REGION in the container, the SDK calls {url}. In code, set region in the client of the credential provider (clientConfig in the AWS SDK for JavaScript v3).",
                "Without a Region, an SDK calls STS in the commercial Regions. A program whose SDK finds the Region in another way works with the same role.",
                commands=(
                    f"kubectl set env deployment/NAME AWS_REGION={own_region} AWS_DEFAULT_REGION={own_region} --namespace NAMESPACE",
                ),
                url=pages.EKS_STS,
            ),
        ),
        notes=(
            "STS did not evaluate the role: neither its trust policy nor another IAM policy is the problem.",
        ),
    )


def _partition_of(region: str | None) -> str | None:
    endpoint = None if region is None else find_endpoint(region)
    return None if endpoint is None else endpoint.partition


def _find_called(case: Case[InvalidIdentityToken]) -> tuple[str, str] | None:
    """Return the Region of the STS endpoint that was called, and the words that show it, if the text shows one."""
    found = {
        each["default"] or each["host"] or each["set"] or _GLOBAL_REGION: each[0]
        for each in _CALLED.finditer(case.failure.text)
    }
    return next(iter(found.items())) if len(found) == 1 else None


def _find_listed(case: Case[InvalidIdentityToken], url: str | None) -> tuple[str, str] | None:
    """Return the ARN and the account of the issuer's provider, if a command in the text lists it."""
    path = (url or "").removeprefix("https://")
    for run in find_runs(case.failure) if "open-id-connect-provider" in case.failure.text else ():
        if run.command.words[:1] == ("iam",):
            for found in _LISTED.finditer(run.output):
                if path and found["path"] == path:
                    return found[0], found["account"]
    return None


def _find_role(case: Case[InvalidIdentityToken]) -> Role | None:
    stated = context_of(case.facts).role_arn
    role = try_parse_principal(case.failure.resource or case.facts.resource or (stated and stated.value))
    return role if isinstance(role, Role) else None
