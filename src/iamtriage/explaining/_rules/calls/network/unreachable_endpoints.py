"""Explain calls that got no answer from the endpoint."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import as_sentence, join_words
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import AWS_ERROR
from iamtriage.explaining._rules.calls.error_kind import code_evidence, safe_code
from iamtriage.explaining._rules.calls.names.missing_in_region import explain_fips_host
from iamtriage.explaining._rules.calls.network import endpoint_routes, set_endpoints
from iamtriage.explaining._rules.calls.request_kinds import NO_ANSWER
from iamtriage.explaining._rules.credentials.requests.authorization_headers import explain_invalid_header
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import certificates
from iamtriage.explaining._rules.shared.credentials.credential_remedies import WINDOWS
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.sts.findings import (
    PRIVATE_DNS_REGIONAL_ONLY,
    UNREACHABLE_CODES,
    diagnose_sts_call,
    has_endpoint,
)
from iamtriage.failures._failures import AwsError
from iamtriage.sts._endpoint_table import PARTITIONS

_INVALID_HEADER = lazy_pattern(
    r"invalid header field value|Invalid header value|Illegal (?:character|header)|InvalidHeader|invalid character in header",
    re.IGNORECASE,
)
_NAME_RESOLUTION = lazy_pattern(
    r"no such host|ENOTFOUND|EAI_AGAIN|[Nn]ame or service not known|nodename nor servname|getaddrinfo|[Ff]ailed to resolve"
    r"|[Uu]nable to resolve|[Cc]ould not resolve|NameResolutionError|server misbehaving|SERVFAIL|UnknownHostException|name resolution|dns error"
)
_PROXY = lazy_pattern(
    r"ProxyConnection|connect to proxy|proxyconnect|Tunnel connection failed|407 Proxy|Proxy Authentication",
    re.IGNORECASE,
)
_TIMEOUT = lazy_pattern(r"[Tt]ime(?:d )?-?out|ETIMEDOUT|deadline exceeded", re.ASCII)
_CONNECTION_REFUSED = lazy_pattern(
    r"ECONNREFUSED|[Cc]onnection refused|[Cc]onnection (?:was )?(?:reset|closed)|ECONNRESET|\bEOF\b"
)
_NO_CONNECTION = lazy_pattern(
    r"onnect to the endpoint URL|network is unreachable|No route to host", re.IGNORECASE
)
# What stands in the place of a Region, also without its number or hyphens.
_REGION_OF_HOST = lazy_pattern(
    r"\.((?:[a-z]{2,5}(?:-[a-z]{1,12}){1,3}-|[a-z]{2,4}-?(?:(?:gov|iso|north|south|east|west|central)-?){1,3})(?:(?<=-)[0-9]{1,2}[a-z]?|[0-9]{0,2}))\.amazonaws\.com"
)
_CLUSTER_HOST = lazy_pattern(
    r"\b[0-9A-F]{32}\.(?:[a-z0-9]{2,6}\.)?([a-z]{2,5}(?:-[a-z]{1,12}){1,3}-[0-9])\.eks\.amazonaws\.com"
)
_API_SERVER = lazy_pattern(
    rf"{_CLUSTER_HOST.pattern}|Unable to connect to the server|Kubernetes cluster unreachable"
)
_TASK_START = lazy_pattern(r"\bResourceInitializationError\b|\bCannotPull(?:Container|ECRContainer)Error\b")
_NOT_A_POLICY = "The request did not reach AWS, so an IAM policy does not help."
_NOT_A_TRUST_POLICY = (
    "The request did not reach AWS, so neither an IAM policy nor the role's trust policy helps."
)
PROXY = CauseType(
    "proxy",
    title="The proxy blocked the call or could not be reached",
    recognised_by='The message names a proxy, such as "Failed to connect to proxy URL".',
    fix="Correct HTTPS_PROXY, add the host to NO_PROXY, or allow the host in the proxy.",
    sources=(pages.VPC_ENDPOINTS,),
)
HOST_NOT_RESOLVED = CauseType(
    "host-not-resolved",
    title="The host name cannot be resolved where the call runs",
    recognised_by='A DNS error, such as "no such host", ENOTFOUND or "Name or service not known".',
    fix="Correct the Region and the service in the endpoint, or the DNS of the network.",
    sources=(pages.VPC_ENDPOINTS,),
)
CONNECTION_FAILED = CauseType(
    "connection-failed",
    title="The connection timed out, or was refused or reset",
    recognised_by='The message says "timed out", ETIMEDOUT, "deadline exceeded", "connection refused", "connection reset" or EOF.',
    fix="Check the endpoint URL, proxies, firewalls, and the route, security groups and VPC endpoints between the caller and AWS.",
    sources=(pages.VPC_ENDPOINTS,),
)
NO_SUCH_HOST = CauseType(
    "no-such-host",
    title="There is no endpoint of that name",
    text="The Region or service is misspelled, or the service is not available in the Region, so the host does not exist.",
    fix="Correct the Region: not every service is in every Region.",
    of="host-not-resolved",
)
DNS = CauseType(
    "dns",
    title="The network's DNS does not resolve AWS host names",
    fix="Correct the resolver of the network or of the VPC. In a VPC, enableDnsSupport must be on.",
    commands=("nslookup",),
    recognised_by="The DNS server gave no answer.",
    sign=r"\bserver misbehaving\b|\bTemporary failure in name resolution\b|\bEAI_AGAIN\b|\bSERVFAIL\b",
    of="host-not-resolved",
)


_IRSA_FIRST = " With IRSA, the pod first exchanges its token at STS: until that works, it has no credentials for any call."


def explain_no_answer(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a call got no answer."""
    if _INVALID_HEADER.search(message):
        return explain_invalid_header(case, message)
    if _API_SERVER.search(message):
        of_network = _network_cause(message, None) or NO_ANSWER.cause("reported")
        gone = (NO_SUCH_HOST, DNS) if _NAME_RESOLUTION.search(message) else None
        return endpoint_routes.explain_unreachable_cluster(case, message, of_network, gone)
    host = next(iter(clues.find_aws_hosts(message)), None)
    cause = _network_cause(message, host)
    if cause is None and certificates.CERTIFICATE_ERROR.search(message):
        return certificates.explain_untrusted_certificate(case, message, "no-answer")
    if _is_about_names(message) and (found := explain_fips_host(case, host)) is not None:
        return found
    has_answer = case.failure.envelope.status_code != 0 and not _NO_CONNECTION.search(message)
    if cause is None and has_answer and not clues.error_code(case.failure):
        return _explain_unknown_error(case)
    note = _NOT_A_POLICY if host is None or not host.startswith("sts.") else _NOT_A_TRUST_POLICY
    wrong = None
    if not _PROXY.search(message):
        wrong = set_endpoints.find_wrong_endpoint(case, host, NO_SUCH_HOST, certificates.NO_WAY_OUT)
    if wrong is not None:
        test = endpoint_routes.test_connection_remedy(case, host, has_region=True)
        # Whoever calls another service in another Region of the partition can mean it. Every Region has STS.
        is_meant = note != _NOT_A_TRUST_POLICY and not wrong.is_other_partition
        several = (test, wrong.remedy) if is_meant else (wrong.remedy, test)
        remedies = wrong.remedy if wrong.is_certain else several
        return case.explain(wrong.summary, wrong.cause, topic="no-answer", remedies=remedies, notes=note)
    of_token = host is not None and host.startswith("sts.") and bool(case.facts.service_account)
    findings, related = diagnose_sts_call(case, codes=UNREACHABLE_CODES), _related_causes(message, host)
    service = None if _unknown_region(message, host) else endpoint_routes.find_endpoint_service(host)
    if (
        host is not None
        and service is not None
        and not findings.causes
        and endpoint_routes.lacks_way(case.failure.text, service)
    ):
        return case.explain(
            f"The call got no response from {host}: its subnet has no NAT gateway, and no VPC endpoint for {service}.",
            certificates.NO_WAY_OUT.cause(
                "derived",
                text=f"The subnet has no way to this endpoint. VPC endpoints for other services{'' if service.endswith('.s3') else ', such as a gateway endpoint for S3,'} do not help.{_IRSA_FIRST if of_token else ''}",
            ),
            topic="no-answer",
            remedies=(
                endpoint_routes.create_endpoint_remedy(service, host, case),
                endpoint_routes.test_connection_remedy(case, host, has_region=True),
            ),
            notes=note,
        )
    # No other reason is possible if there is no such Region, or if the VPC has an endpoint with another name.
    is_certain = [each.code for each in related] == [NO_SUCH_HOST.code]
    summary = _summarize(message, host)
    is_regional = PRIVATE_DNS_REGIONAL_ONLY.code in {each.code for each in findings.causes}
    if is_regional and has_endpoint(case):
        summary = f"{summary.removesuffix('.')}. The VPC endpoint for STS has only the name of its Region, sts.{commands.region(clues.find_region(case))}.amazonaws.com."
        related = ()
    cause = cause or _not_connected(case)
    return case.explain(
        summary,
        *(() if is_certain else (cause, *findings.causes)),
        *related,
        topic="no-answer",
        remedies=(
            *findings.remedies,
            _related_remedy(case, message, host),
            TASK_REMEDY if _TASK_START.search(case.text) else None,
            None
            if (region := _unknown_region(message, host)) and _region_of_zone(region)
            else endpoint_routes.test_connection_remedy(case, host, has_region=region is None),
        ),
        notes=note,
    )


TASK_REMEDY = account_remedy(
    "Give the ECS task a network path to AWS",
    "In a public subnet, set assignPublicIp to ENABLED. In a private one, add a route to a NAT gateway, or VPC endpoints: ecr.api, ecr.dkr and logs, secretsmanager or ssm if the task uses them, and a gateway endpoint for s3.",
    "The task's security group must allow outbound port 443, and that of the endpoints inbound port 443 from the task.",
    "The second command shows the routes of the task's subnet. If it prints nothing, the subnet uses the main route table of the VPC.",
    commands=(
        "aws ecs describe-services --cluster ECS_CLUSTER --services SERVICE --query 'services[].networkConfiguration'",
        "aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=SUBNET_ID --query 'RouteTables[].Routes'",
    ),
    url=pages.ECS_NETWORK,
)
# What each network error means for the call, as a cause and the end of the summary. The first one that matches is used.
_NETWORK_ERRORS = (
    (_PROXY, PROXY, "the proxy blocked it or did not respond"),
    (_NAME_RESOLUTION, HOST_NOT_RESOLVED, "the host name cannot be resolved"),
    (certificates.CERTIFICATE_ERROR, None, ""),
    (_CONNECTION_REFUSED, CONNECTION_FAILED, "the connection was refused or reset"),
    (_TIMEOUT, CONNECTION_FAILED, "the connection timed out"),
)


def _not_connected(case: Case[AwsError]) -> Cause:
    because = code_evidence(case.failure, is_from_sdk=True)
    return NO_ANSWER.cause("reported", because, text="The SDK could not connect to the endpoint.")


def _network_cause(message: str, host: str | None) -> Cause | None:
    row = next((row for row in _NETWORK_ERRORS if row[0].search(message)), None)
    if row is None or row[1] is None:
        return None
    # Only a summary about a proxy does not name the host.
    because = (f"The text names the host {host}.",) if host and row[1] is PROXY else ()
    text = as_sentence(row[2]) if row[1] is CONNECTION_FAILED else ""
    return row[1].cause("reported", because, text=text)


def _summarize(message: str, host: str | None) -> str:
    proxy = certificates.find_proxy(message) if _PROXY.search(message) else None
    if proxy is not None:
        return f"The client could not connect to AWS through the proxy {proxy}: it does not respond, or blocks the call."
    reason = next((f": {end}" for pattern, _, end in _NETWORK_ERRORS if end and pattern.search(message)), "")
    if (region := _unknown_region(message, host)) is not None:
        if not any(map(str.isdigit, region)):
            return f"The host {host} does not exist: there is no Region {region}."
        if (of_zone := _region_of_zone(region)) is not None:
            return f"The host {host} does not exist: {region} is an Availability Zone, not a Region. Its Region is {of_zone}."
        reason = f": most likely, the Region {region} does not exist"
    return f"The call got no response from {host or 'AWS'}{reason}."


def _unknown_region(message: str, host: str | None) -> str | None:
    """Return the Region in the host's name if the name cannot be resolved and no partition has the Region."""
    found = None if host is None else _REGION_OF_HOST.search(host)
    if found is None or not _is_about_names(message):
        return None
    is_region = any(found[1] in (*each.regions, *each.unlisted) for each in PARTITIONS)
    return None if is_region else found[1]


def _region_of_zone(name: str) -> str | None:
    """Return the Region of an Availability Zone, whose name is that of the Region with a letter.

    >>> _region_of_zone("eu-west-1a"), _region_of_zone("eu-west-11")
    ('eu-west-1', None)
    """
    region = name[:-1] if name[-1:].isalpha() else ""
    return region if any(region in (*each.regions, *each.unlisted) for each in PARTITIONS) else None


def _similar_regions(name: str) -> list[str]:
    from difflib import get_close_matches

    if (of_zone := _region_of_zone(name)) is not None:
        return [of_zone]
    regions = [region for each in PARTITIONS for region in each.regions]
    unnumbered = [each for each in regions if each.rpartition("-")[0] == name.rstrip("-")]
    # Two letters that changed places are closer than two other letters.
    swapped = [each for each in regions if sorted(each) == sorted(name)]
    return unnumbered or swapped[:1] or get_close_matches(name, regions, n=1, cutoff=0.8)


def _is_about_names(message: str) -> bool:
    return _NAME_RESOLUTION.search(message) is not None or "onnect to the endpoint URL" in message


def _related_causes(message: str, host: str | None) -> tuple[Cause, ...]:
    names = (NO_SUCH_HOST.cause(), DNS.cause())
    if (region := _unknown_region(message, host)) is not None:
        if not any(map(str.isdigit, region)):
            return (NO_SUCH_HOST.cause("derived", text="The names of Regions end with a number."),)
        if _region_of_zone(region) is not None:
            text = "The client builds the host from its Region setting, which has the name of the zone."
            return (NO_SUCH_HOST.cause("derived", text=text),)
        text = f"The Region {region} is misspelled or does not exist, so the host does not exist."
        return (NO_SUCH_HOST.cause(text=text), DNS.cause())
    if _NAME_RESOLUTION.search(message):
        return (*names, certificates.NO_WAY_OUT.cause())
    others = names if _is_about_names(message) else ()
    return () if _PROXY.search(message) else (certificates.NO_WAY_OUT.cause(), *others)


def _related_remedy(case: Case[AwsError], message: str, host: str | None) -> Remedy | None:
    """Return what to do first if the error states more than that no response came."""
    if (region := _unknown_region(message, host)) is not None:
        similar = _similar_regions(region)
        # Not REGION, which can become the Region that does not exist.
        correct = only_one(similar, "REGION_CODE")
        command = case.context.command
        again = [commands.repeat_command(command, changes={"region": each}) for each in similar or (correct,)]
        list_regions = "aws account list-regions --region us-east-1 --query 'Regions[].RegionName'"
        which = "The second command lists the Regions of the account."
        if similar:
            which = f"Most likely, {join_words(similar, 'or')} is meant."
        if clusters.runs_in_pod(case):
            is_zone = _region_of_zone(region) is not None
            return cluster_remedy(
                "Correct the Region of the pod",
                None if is_zone else which,
                f"If env shows nothing, {region} is in the code (such as region_name) or a profile: correct it there, then deploy again.",
                "set env replaces the pods. Correct the manifest or chart, too.",
                "A zone often comes from the node label topology.kubernetes.io/zone: topology.kubernetes.io/region has the Region."
                if is_zone
                else None,
                commands=(
                    f"env | grep {region}",
                    None if similar else list_regions,
                    Labelled(
                        "If it prints a variable:",
                        clusters.set_variables_command(
                            case, f"AWS_REGION={correct} AWS_DEFAULT_REGION={correct}"
                        ),
                    ),
                ),
                url=pages.SDK_REGION,
            )
        return your_remedy(
            "Correct the Region",
            None if _region_of_zone(region) else which,
            f"The first command prints where {region} is set, or it is in --region or the code. If it is in the profile, correct it there with aws configure set region. If it is in the environment (AWS_REGION, AWS_DEFAULT_REGION), correct the variable.",
            commands=(
                "aws configure list",
                None if similar else list_regions,
                *(present(*again) or (f"export AWS_REGION={correct} AWS_DEFAULT_REGION={correct}",)),
            ),
            url=pages.CLI_PROFILES,
        )
    if _PROXY.search(message):
        return your_remedy(
            "Check the proxy that the client uses",
            "Compare HTTPS_PROXY and HTTP_PROXY with the address that the network requires, including user name and password. Do not share the output: it can contain the password.",
            "Add hosts that are reached directly to NO_PROXY: 169.254.169.254, 169.254.170.2, and .amazonaws.com if the VPC has endpoints.",
            "If the address is correct, let the owner of the proxy allow the AWS hosts.",
            commands="set | findstr /i proxy" if WINDOWS.search(case.text) else "env | grep -i proxy",
            url=pages.CLI_PROXY,
        )
    return None


def _explain_unknown_error(case: Case[AwsError]) -> Explanation:
    operation = safe_code(case.failure.envelope.operation)
    call = f"The call {operation}" if operation else "An AWS call"
    return case.explain(
        f"{call} failed, and the text has no error code.",
        AWS_ERROR.cause(
            "derived", code_evidence(case.failure), text="The text does not mention a missing permission."
        ),
        remedies=your_remedy(
            "Get the complete error",
            "Run the call again with debug logging: the error code and message say what is wrong.",
            commands="aws sts get-caller-identity --debug",
            url=pages.API_REFERENCES,
        ),
    )
