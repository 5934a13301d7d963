"""Explain that STS finds no OIDC provider although it exists: in another partition or account than the one that was asked.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
https://docs.aws.amazon.com/sdkref/latest/guide/feature-sts-regionalized-endpoints.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.command_runs import find_runs
from iamtriage.explaining._context.readers.regions import REGION
from iamtriage.explaining._rules.credentials import issuers
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import CHINA_WITHOUT_REGION, PARTITION_WITHOUT_REGION
from iamtriage.explaining._rules.sts.trust_documents import find_provider, parse_document
from iamtriage.explaining._rules.sts.trust_findings import trust_policy_evidence
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import InvalidIdentityToken

# What SDKs print about the STS endpoint that they call, and what the program's environment sets.
_CALLED = lazy_pattern(
    rf"(?P<default>{REGION}) \(STS default\)|\bhttps://sts\.(?:(?P<host>{REGION})\.)?amazonaws\.com(?![.\w])|\bAWS_(?:DEFAULT_)?REGION[=:] ?[\"']?(?P<set>{REGION})\b",
    re.ASCII,
)
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
    explanation, role = issuers.explain_no_provider(case, message), issuers.find_role(case)
    path = (issuer.url or "").removeprefix("https://")
    in_policy = _LISTED.fullmatch(find_provider(case.facts.trust_policy) or "")
    named = (
        listed or (in_policy and in_policy["path"] == path and (in_policy[0], in_policy["account"])) or None
    )
    if named is not None and role is not None and role.account != named[1]:
        return _explain_other_account(case, issuer, role, *named)
    if listed is None and named is not None:
        return _without_trust_policy(explanation)
    if listed is None or not explanation.causes:
        return explanation
    arn, account = listed
    text = f"The account {account} has the provider {arn}. Most likely, STS looked for it in another account or partition: that of the role that was called, or that of the STS endpoint."
    summary = f"STS found no OIDC provider for {issuer.description} in the role's account, although account {account} has it."
    check = your_remedy(
        "Check which role and which STS endpoint the program uses",
        f"The account in AWS_ROLE_ARN must be {account}, and the Region and the endpoint must be of the same partition as the issuer.",
        commands="kubectl exec deployment/NAME --namespace NAMESPACE -- env | grep -e AWS_ROLE_ARN -e AWS_REGION -e AWS_DEFAULT_REGION -e AWS_ENDPOINT_URL"
        if issuer.is_eks
        else None,
        url=pages.OIDC_PROVIDERS,
    )
    causes = (explanation.causes[0], issuers.ROLE_OF_OTHER_ACCOUNT.cause(text=text))
    return attrs.evolve(explanation, summary=summary, causes=causes, remedies=(check,), notes=())


def _explain_other_account(
    case: Case[InvalidIdentityToken], issuer: issuers.Issuer, role: Role, arn: str, account: str
) -> Explanation:
    """Explain that the provider is in another account than the role."""
    document = parse_document(case.facts.trust_policy)
    own = arn.replace(f"::{account}:", f"::{role.account}:", 1)
    fixed = None if document is None else json.loads(json.dumps(document).replace(arn, own))
    change = "trust.json is the whole trust policy with this provider as Principal.Federated."
    if fixed is None:
        change = f"The trust policy of the role must name this provider as Principal.Federated: {own}."
    lines = () if fixed is None else commands.trust_policy_commands(role.name)[1:]
    remedy = account_remedy(
        f"Create the IAM OIDC provider in account {role.account}{', and name it in the trust policy' if fixed else ''}",
        f"Run the commands in account {role.account}.",
        change,
        commands=(issuers.create_provider_command(issuer), *lines),
        url=pages.OIDC_PROVIDERS,
    )
    if fixed is not None:
        remedy = attrs.evolve(remedy, policy=fixed, layer="role_trust")
    whose = "pod" if issuer.is_eks else "job"
    missing = f"Account {role.account} has no IAM OIDC provider for this issuer."
    evidence, text = trust_policy_evidence(case.facts), f"The role's trust policy names the provider {arn}."
    if fixed is None:
        evidence, text = "derived", f"The text lists the provider {arn}."
    return case.explain(
        f"STS looks for the OIDC provider of {issuer.description} in account {role.account}, that of the role {role.name}, and it is in account {account}.",
        issuers.NO_OIDC_PROVIDER.cause("reported", text=missing),
        issuers.ROLE_OF_OTHER_ACCOUNT.cause(evidence, text=text),
        remedies=(
            remedy,
            account_remedy(
                f"Or give the {whose} a role of account {account}, which assumes {role.name}",
                f"The new role needs an Allow for sts:AssumeRole on {role}, and the trust policy of {role.name} names the new role as Principal.",
                f"The program assumes {role.name} with a profile that has role_arn and source_profile, or in code.",
                url=pages.ASSUME_ROLE,
            ),
        ),
        notes="STS evaluated neither the subject nor the audience yet.",
    )


def _without_trust_policy(explanation: Explanation) -> Explanation:
    """Return the explanation of a missing provider that the role's trust policy names as it should."""
    create, *others = explanation.remedies
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary.removesuffix('.')}, although the role's trust policy names it: the provider was deleted or never created, and the trust policy needs no change.",
        causes=explanation.causes[:1],
        remedies=(attrs.evolve(create, steps=create.steps[:1]), *others),
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
        remedies=your_remedy(
            f"Set the Region of the STS call to {own_region}",
            f"With AWS_REGION and AWS_DEFAULT_REGION in the container, the SDK calls {url}. In code, set region in the client of the credential provider (clientConfig in the AWS SDK for JavaScript v3).",
            "Without a Region, an SDK calls STS in the commercial Regions. A program whose SDK finds the Region in another way works with the same role.",
            commands=f"kubectl set env deployment/NAME AWS_REGION={own_region} AWS_DEFAULT_REGION={own_region} --namespace NAMESPACE",
            url=pages.EKS_STS,
        ),
        notes="STS did not evaluate the role: neither its trust policy nor another IAM policy is the problem.",
    )


def _partition_of(region: str | None) -> str | None:
    endpoint = None if region is None else find_endpoint(region)
    return None if endpoint is None else endpoint.partition


def _find_called(case: Case[InvalidIdentityToken]) -> tuple[str, str] | None:
    """Return the Region of the STS endpoint that was called, and the words that show it, if the text shows one."""
    found = {
        each["default"] or each["host"] or each["set"] or "us-east-1": each[0]
        for each in _CALLED.finditer(case.failure.text)
    }
    return next(iter(found.items())) if len(found) == 1 else None


def _find_listed(case: Case[InvalidIdentityToken], url: str | None) -> tuple[str, str] | None:
    """Return the ARN and the account of the issuer's provider, if a command in the text lists it."""
    path = (url or "").removeprefix("https://")
    for run in find_runs(case.failure) if "open-id-connect-provider" in case.failure.text else ():
        for found in _LISTED.finditer(run.output) if run.command.words[:1] == ("iam",) else ():
            if path and found["path"] == path:
                return found[0], found["account"]
    return None
