"""Explain a signature for another Region than the one of a service that has one endpoint for all Regions.

The endpoints and the Regions of their signatures: https://docs.aws.amazon.com/general/latest/gr/iam-service.html, and
those of the other services there.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import quote_words
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import service_prefix
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts import region_fixes, region_settings
from iamtriage.failures._failures import CredentialScope

_NAMES = {
    "budgets": "AWS Budgets",
    "cloudfront": "CloudFront",
    "iam": "IAM",
    "route53": "Route 53",
    "savingsplans": "Savings Plans",
    "waf": "WAF Classic",
}
_HOST = lazy_pattern(rf"(?P<service>{'|'.join(_NAMES)})(?:-fips)?(?P<gov>\.us-gov)?\.amazonaws\.com")
# What else works: a call of a service that has an endpoint in each Region.
_REGIONAL = lazy_pattern(
    r"(?i:\b(?P<name>ec2|sqs|sns|s3|dynamodb|lambda|rds|kms|ecs|eks|ssm|logs|secretsmanager|cloudformation|cloudwatch)\b)"
)
# Names of them that are no abbreviations.
_ORDINARY = {
    "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "secretsmanager": "Secrets Manager",
    "ssm": "Systems Manager",
}
GLOBAL_SERVICE = CauseType(
    "global-service",
    title="The service has one endpoint for all Regions",
    text="The service has one endpoint for all Regions, such as IAM, Route 53 or CloudFront, which accepts only signatures for us-east-1.",
    fix="Sign for us-east-1, or let the SDK choose the endpoint.",
    recognised_by="The text names a global service, such as IAM.",
    sign=r"\bService: Amazon(?:IdentityManagement|Route53|CloudFront)\b|\bhttps://(?:iam|route53|cloudfront|organizations|globalaccelerator)\.(?:[a-z0-9-]{5,20}\.)?amazonaws\.com",
    of="wrong-signing-region",
)


class GlobalService(NamedTuple):
    """A service with one endpoint for all Regions.

    Attributes:
        name: Its name.
        host: The host of the endpoint.
        region: The Region for which requests to it are signed.
    """

    name: str
    host: str
    region: str


def find_global_service(case: Case[CredentialScope], called: str | None) -> GlobalService | None:
    """Return the only such service whose host a text names, or that the failure names.

    Args:
        case: The failure and the facts.
        called: The Region of a host in the text, if it names one.
    """
    hosts = clues.find_aws_hosts(case.text)
    found = {each[0]: each for host in hosts if (each := _HOST.fullmatch(host)) is not None}
    if (host := only_one(found)) is not None and called is None:
        region = "us-gov-west-1" if found[host]["gov"] else "us-east-1"
        return GlobalService(_NAMES[found[host]["service"]], host, region)
    service = service_prefix(case.failure.envelope.service or "") or ""
    if found or service not in _NAMES or clues.find_partition(case) != "aws":
        return None
    return GlobalService(_NAMES[service], f"{service}.amazonaws.com", "us-east-1")


def explain_global_service(
    case: Case[CredentialScope],
    service: GlobalService,
    signed: str | None,
    cause: CauseType,
    phrases: tuple[str, ...],
) -> Explanation:
    """Explain that a request to the only endpoint of a service is signed for another Region."""
    fix = region_settings.find_region_fix(case, signed, service.region)
    works = find_working(case.failure.text, _REGIONAL)
    regional = None if works is None else _REGIONAL.search(works)
    contrast = None
    if works is not None and regional is not None:
        contrast = f"The text says {quote_words(works)}: {_ORDINARY.get(regional['name'].lower(), regional['name'].upper())} has an endpoint in each Region, so the keys are right."
    if fix.title.startswith("Set the client's Region"):
        # Nothing in the text sets it. Another Region for all clients would break the others.
        fix = region_fixes.RegionFix(
            f"Let the SDK choose the endpoint, or sign for {service.region}",
            (
                f"Remove the endpoint from the code of the client, from its profile, and from AWS_ENDPOINT_URL: an SDK then calls {service.host} and signs for {service.region} itself, whatever Region it has.",
                f"Code that signs itself needs the Region {service.region}.",
            ),
            ("env | grep AWS_ENDPOINT_URL",),
        )
    return case.explain(
        f"The request is signed for {signed or 'another Region'}, but {service.name} has one endpoint for all Regions, {service.host}, which accepts only signatures for {service.region}.",
        cause.cause("reported", clues.quote_phrases(clues.message_text(case), *phrases)),
        GLOBAL_SERVICE.cause(
            "derived", contrast, text=f"{service.name} has no endpoint in {signed or 'other Regions'}."
        ),
        remedies=your_remedy(
            fix.title,
            *fix.steps,
            commands=fix.commands,
            manifest=fix.manifest,
            manifest_language="text",
            url=pages.SIGNATURES,
        ),
        notes="Neither the keys nor the clock is the cause, so no new key is needed: AWS rejects the Region of the signature, before it checks permissions.",
    )
