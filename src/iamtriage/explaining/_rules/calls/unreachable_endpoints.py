"""Explain calls that got no answer from the endpoint."""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import as_sentence, clip_text, join_words, line_at, quote_argument
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.api_error_kinds import AWS_ERROR
from iamtriage.explaining._rules.calls.error_kind import code_evidence, safe_code
from iamtriage.explaining._rules.calls.request_kinds import NO_ANSWER
from iamtriage.explaining._rules.credentials.requests.authorization_headers import explain_invalid_header
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import repeat_command
from iamtriage.explaining._rules.shared.credentials import certificates, sdk_modules
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts.findings import (
    PRIVATE_DNS_REGIONAL_ONLY,
    UNREACHABLE_CODES,
    diagnose_sts_call,
    has_endpoint,
)
from iamtriage.failures._failures import AwsError

_INVALID_HEADER = lazy_pattern(
    r"(?i)invalid header field value|Invalid header value|Illegal (?:character|header)|InvalidHeader|invalid character in header"
)
_NAME_RESOLUTION = lazy_pattern(
    r"no such host|ENOTFOUND|EAI_AGAIN|[Nn]ame or service not known|nodename nor servname|getaddrinfo|[Ff]ailed to resolve"
    r"|[Uu]nable to resolve|[Cc]ould not resolve|NameResolutionError|server misbehaving|SERVFAIL|UnknownHostException|name resolution|dns error"
)
_PROXY = lazy_pattern(
    r"(?i)ProxyConnection|connect to proxy|proxyconnect|Tunnel connection failed|407 Proxy|Proxy Authentication"
)
_TIMEOUT = lazy_pattern(r"[Tt]ime(?:d )?-?out|ETIMEDOUT|deadline exceeded")
_CONNECTION_REFUSED = lazy_pattern(
    r"ECONNREFUSED|[Cc]onnection refused|[Cc]onnection (?:was )?(?:reset|closed)|ECONNRESET|\bEOF\b"
)
# The SDK for Go says so when its caller gives up.
_CANCELED = lazy_pattern(r"\bcanceled, context canceled\b|\bRequestCanceled: request context canceled\b")
_FORBIDDEN = lazy_pattern(r"\btls: access denied\b|\balert access denied\b|\bfatal alert: access_denied\b")
_NO_CONNECTION = lazy_pattern(r"(?i)onnect to the endpoint URL|network is unreachable|No route to host")
_CLUSTER_HOST = lazy_pattern(
    r"\b[0-9A-F]{32}\.(?:[a-z0-9]{2,6}\.)?([a-z]{2,5}(?:-[a-z]{1,12}){1,3}-[0-9])\.eks\.amazonaws\.com"
)
_API_SERVER = lazy_pattern(
    rf"{_CLUSTER_HOST.pattern}|Unable to connect to the server|Kubernetes cluster unreachable"
)
_NOT_A_POLICY = "The request did not reach AWS, so an IAM policy does not help."
_NOT_A_TRUST_POLICY = (
    "The request did not reach AWS, so neither an IAM policy nor the role's trust policy helps."
)
_NOT_THROUGH_ENDPOINT = "The request did not go through the VPC endpoint and did not reach AWS: neither the endpoint's security group nor an IAM policy or the role's trust policy helps."
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
    recognised_by='The message says "timed out", ETIMEDOUT, "deadline exceeded", "context canceled", "connection refused", "connection reset" or EOF.',
    fix="Check the endpoint URL, proxies, firewalls, and the route, security groups and VPC endpoints between the caller and AWS.",
    sources=(pages.VPC_ENDPOINTS,),
)
CONNECTION_FORBIDDEN = CauseType(
    "connection-forbidden",
    title="A firewall or proxy refused the TLS connection",
    text="Endpoints of AWS do not send this alert: a firewall or proxy between the client and AWS did.",
    recognised_by='The message has the TLS alert "access denied".',
    fix="Let the network team allow the host and port 443 for the machine that calls, or set its proxy.",
    of="no-answer",
    sources=("https://www.rfc-editor.org/rfc/rfc8446#section-6.2",),
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


_COMPARE_KUBECONFIG = your_remedy(
    "Compare the kubeconfig with the cluster",
    "The first command prints the cluster's endpoint and its access. If kubectl calls another host, or does not trust the certificate, write the kubeconfig again with the second one.",
    "If the public access is off, or limited to other addresses, connect from the VPC or its VPN, or let the cluster administrator add your address.",
    "If a proxy or firewall inspects TLS, add the API server's host to NO_PROXY, or let the network team exempt it.",
    commands=(
        "aws eks describe-cluster --name CLUSTER --region REGION --query 'cluster.[status,endpoint,resourcesVpcConfig.[endpointPublicAccess,publicAccessCidrs]]'",
        "aws eks update-kubeconfig --name CLUSTER --region REGION",
        "kubectl config view --minify",
    ),
    url="https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
)
_CHECK_PROXY = your_remedy(
    "Check the proxy that the client uses",
    "Compare HTTPS_PROXY and HTTP_PROXY with the address that the network requires. Do not share the output: it can contain the password.",
    "Add hosts that are reached directly to NO_PROXY: 169.254.169.254, 169.254.170.2, and .amazonaws.com if the VPC has endpoints.",
    commands="env | grep -i proxy",
    url=pages.CLI_PROXY,
)


def _explain_dispatch_failure(case: Case[AwsError]) -> Explanation:
    """Explain the words of the AWS SDK for Rust for each request that it could not send or that got no answer."""
    return case.explain(
        "The AWS SDK for Rust sent no request, or got no answer, and this message omits the reason.",
        NO_ANSWER.cause(
            "reported",
            text='The SDK says "dispatch failure" both if it finds no credentials and if it cannot connect to the endpoint.',
        ),
        topic="no-answer",
        remedies=your_remedy(
            "Let the program print the reason",
            "Run it with the variable, in Vector with VECTOR_LOG instead. In your own code, print the error with DisplayErrorContext.",
            "Check the credentials where the program runs, and the Region: a misspelled one has no endpoint.",
            commands=(
                "export RUST_LOG=aws_config=debug,aws_smithy_runtime=debug",
                "aws sts get-caller-identity",
            ),
            url="https://docs.aws.amazon.com/sdk-for-rust/latest/dg/error-handling.html",
        ),
        notes="AWS denied nothing: an Allow does not help.",
    )


def explain_no_answer(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a call got no answer."""
    if sdk_modules.UNKNOWN_STEP.search(message):
        return sdk_modules.explain_differing_modules(case, message)
    if _INVALID_HEADER.search(message):
        return explain_invalid_header(case, message)
    if _API_SERVER.search(message):
        return _explain_unreachable_cluster(case, message)
    host = next(iter(clues.find_aws_hosts(message)), None)
    if (alert := _FORBIDDEN.search(message)) is not None:
        return _explain_forbidden_connection(case, host, alert[0])
    cause = _network_cause(message, host)
    if cause is None and certificates.CERTIFICATE_ERROR.search(message):
        return certificates.explain_untrusted_certificate(case, message, "no-answer")
    if cause is None and host is None and "dispatch failure" in message:
        return _explain_dispatch_failure(case)
    has_answer = case.failure.envelope.status_code != 0 and not _NO_CONNECTION.search(message)
    if cause is None and has_answer and not clues.error_code(case.failure):
        return _explain_unknown_error(case)
    if host is not None and (misspelled := _explain_misspelled_region(case, host, message)) is not None:
        return misspelled
    is_sts = host is not None and host.startswith("sts.")
    is_proxy = _PROXY.search(message) is not None
    findings = diagnose_sts_call(case, codes=UNREACHABLE_CODES)
    reason = next((f": {end}" for pattern, _, end in _NETWORK_ERRORS if end and pattern.search(message)), "")
    summary = f"The call got no response from {host or 'AWS'}{reason}."
    is_regional = PRIVATE_DNS_REGIONAL_ONLY.code in {each.code for each in findings.causes}
    names, related, endpoint = (NO_SUCH_HOST.cause(), DNS.cause()), tuple[Cause, ...](), None
    if is_regional and has_endpoint(case):
        summary = f"{summary.removesuffix('.')}. The VPC endpoint for STS has only the name of its Region, sts.{commands.region(clues.find_region(case))}.amazonaws.com."
    elif _NAME_RESOLUTION.search(message):
        related = (*names, certificates.NO_WAY_OUT.cause())
    elif (endpoint := _find_endpoint(case, host)) is not None:
        text = f"The VPC endpoint {endpoint['id']} is there, so most likely its security group does not admit the caller on port 443, or that of the caller does not let it out."
        related = (certificates.NO_WAY_OUT.cause("derived", text=text),)
    elif not is_proxy:
        # boto3 reports a name that it cannot resolve like a connection that fails.
        related = (
            certificates.NO_WAY_OUT.cause(),
            *(names if "onnect to the endpoint URL" in message else ()),
        )
    because = code_evidence(case.failure, is_from_sdk=True)
    not_connected = NO_ANSWER.cause("reported", because, text="The SDK could not connect to the endpoint.")
    return case.explain(
        summary,
        cause or not_connected,
        *findings.causes,
        *related,
        topic="no-answer",
        remedies=(
            *findings.remedies,
            _CHECK_PROXY if is_proxy else None,
            _admit_caller_remedy(endpoint["group"]) if endpoint is not None else None,
            _open_task_remedy(case)
            if _STARTING_TASK.search(line_at(case.failure.text, *case.failure.span)) and not is_proxy
            else _test_connection_remedy(case, host),
        ),
        notes=_NOT_THROUGH_ENDPOINT
        if is_regional and has_endpoint(case)
        else _NOT_A_TRUST_POLICY
        if is_sts
        else _NOT_A_POLICY,
    )


def _explain_misspelled_region(case: Case[AwsError], host: str, message: str) -> Explanation | None:
    """Explain that a host does not exist because its Region does not; return ``None`` if it can be a new Region."""
    from iamtriage.sts._endpoints import find_similar_regions

    label = host.partition(".amazonaws.")[0].rpartition(".")[2]
    similar = find_similar_regions(label)
    # Only its number tells a new Region from those that are known.
    place = label.rstrip("0123456789")
    if not similar or any(each.rstrip("0123456789") == place for each in similar):
        return None
    if not (_NAME_RESOLUTION.search(message) or _NO_CONNECTION.search(message)):
        return None
    meant, service = join_words(similar, "or"), host.partition(".")[0]
    region = similar[0] if len(similar) == 1 else "NEW_REGION"
    reason = "The SDK builds the host from the Region, so DNS does not find the host of a misspelled one."
    where = "It is region= of the call, a variable of the environment, the profile, or the settings of the program. aws configure list prints where the AWS CLI gets it."
    elsewhere = (
        f"grep -rnI {quote_argument(label)} ~/.aws .",
        "aws configure list",
        Labelled.required("If the type is env:", f"export AWS_REGION={region} AWS_DEFAULT_REGION={region}"),
        Labelled.required(
            "If it is config-file (add --profile if the call has one):", f"aws configure set region {region}"
        ),
    )
    is_option = clues.find_option(case, "region") == label
    again = repeat_command(case.context.command, changes={"region": region}) if is_option else None
    if label[:-1] == region:
        reason = f"{label} is an Availability Zone, which belongs to the Region {region}."
    return case.explain(
        f"The host {host} does not exist: AWS has no Region {label}. Most likely, {meant} is meant.",
        NO_SUCH_HOST.cause("derived", text=reason),
        topic="no-answer",
        remedies=your_remedy(
            "Repeat the call with the right Region"
            if again
            else f"Correct the Region {label} where it is set",
            None if again else where,
            commands=again or elsewhere,
            url=pages.SDK_REGION,
        ),
        notes=_NOT_A_TRUST_POLICY if service == "sts" else _NOT_A_POLICY,
    )


def _explain_forbidden_connection(case: Case[AwsError], host: str | None, alert: str) -> Explanation:
    name = host or "HOST"
    return case.explain(
        f"A firewall or proxy refused the TLS connection to {host or 'AWS'}. The request did not reach AWS, so no permission was checked.",
        CONNECTION_FORBIDDEN.cause("derived", (f'The message says "{alert}".',)),
        remedies=your_remedy(
            "Let the network allow the connection",
            "Run the command on the machine that calls: the certificate shows who answers.",
            f"Then ask the network team to allow {name}:443 for that machine. If it must use a proxy, set HTTPS_PROXY for the process, such as for a service of systemd, not only in your shell.",
            commands=commands.fill_command(
                "openssl s_client -connect {} -servername {}", f"{name}:443", name
            ),
            url=pages.CLI_PROXY,
        ),
    )


_ENDPOINT = lazy_pattern(
    r"\b(?P<id>vpce-[0-9a-f]{8,17})\b(?:(?!\bnot\b|\bGateway\b)[^\n]){0,60}?\b[Aa]vailable\b(?![^\n]{0,60}\bGateway\b)(?:[^\n]{0,60}?\b(?P<group>sg-[0-9a-f]{8,17})\b)?"
)


def _find_endpoint(case: Case[AwsError], host: str | None) -> re.Match[str] | None:
    """Return the only VPC endpoint of the text, if it is one of the service that did not respond."""
    text, (service, region, *_) = case.failure.text, f"{host or ''}..".split(".", 2)
    name = rf"\bcom\.amazonaws\.{re.escape(region)}\.{re.escape(service)}(?![\w-])"
    if "vpc-endpoint" not in text or re.search(name, text) is None:
        return None
    found = list(_ENDPOINT.finditer(text))
    return found[0] if len(found) == 1 else None


def _admit_caller_remedy(group: str | None) -> Remedy:
    """Return the remedy that lets a caller reach a VPC endpoint."""
    admit = f"aws ec2 authorize-security-group-ingress --region REGION --group-id {group or 'ENDPOINT_GROUP_ID'} --protocol tcp --port 443 --source-group CALLER_GROUP_ID"
    return account_remedy(
        "Let the security group of the VPC endpoint admit the caller on port 443",
        "The outbound rules of the caller's security group must allow port 443, too. Neither another endpoint nor a longer timeout helps.",
        commands=admit,
    )


def _explain_unreachable_cluster(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a client of Kubernetes got no answer from the API server of an EKS cluster."""
    reason = "The cluster's API server did not respond: most likely, its endpoint does not allow connections from this network, or the kubeconfig names a cluster that no longer exists."
    cause = _network_cause(message, None) or NO_ANSWER.cause("reported")
    blocked = "The endpoint is private, its public access is limited to other addresses (publicAccessCidrs), or a firewall or proxy blocks port 443."
    causes: tuple[Cause, ...] = (cause, certificates.NO_WAY_OUT.cause(text=blocked))
    if certificates.CERTIFICATE_ERROR.search(message):
        reason = "The client does not trust the certificate of the cluster's API server: most likely, the kubeconfig is that of another cluster, or of one that was re-created."
        text = "The certificate authority in the kubeconfig did not sign the certificate."
        untrusted = certificates.UNTRUSTED_CERTIFICATE.cause("derived", text=text)
        causes = (untrusted, certificates.INSPECTING_PROXY.cause())
    return case.explain(
        f"{reason} No permission was checked.",
        *causes,
        topic="no-answer",
        remedies=_COMPARE_KUBECONFIG,
        notes="An IAM policy or access entry does not help: the API server checked no identity.",
    )


def _test_connection_remedy(case: Case[AwsError], host: str | None) -> Remedy:
    """Return the remedy that tests the connection to an endpoint."""
    name, where = host or "HOST", "where the call runs"
    if case.facts.namespace is not None:
        where = f"in a pod of the namespace {clip_text(case.facts.namespace)} (kubectl exec)"
    return your_remedy(
        "Test the connection to the endpoint",
        f"Run the first two commands {where}. Any response, even an error, shows that the host is reachable.",
        "If the name is not found, check the Region and the service in it. If nslookup prints a public address, the subnet needs a route to the internet (a NAT gateway) or a VPC endpoint with private DNS, as does each further service that is called. A private address belongs to a VPC endpoint: its security group must allow port 443 from the caller.",
        commands=(
            commands.fill_command("nslookup {}", name),
            commands.fill_command("curl --silent --show-error --head --max-time 10 {}", f"https://{name}"),
            Labelled(
                "With credentials of the account, elsewhere:",
                "aws ec2 describe-vpc-endpoints --region REGION --query 'VpcEndpoints[].[ServiceName,VpcId,State,PrivateDnsEnabled]'",
            ),
        ),
    )


# ECS prepares a task, in which nothing runs yet.
_STARTING_TASK = lazy_pattern(r"\bResourceInitializationError\b|\bCannotPullContainerError\b")


def _open_task_remedy(case: Case[AwsError]) -> Remedy:
    region = commands.region(clues.find_region(case))
    return account_remedy(
        "Give the task a way to the endpoint",
        "In a public subnet, a task on Fargate needs a public address: set assignPublicIp to ENABLED in the network configuration.",
        "In a private subnet, it needs a route to a NAT gateway, or VPC endpoints with private DNS for ecr.api, ecr.dkr, logs and what its secrets are in, and the gateway endpoint of S3.",
        "The security group of the task must allow outbound traffic on port 443, and those of the endpoints inbound traffic from the task.",
        commands=f"aws ecs describe-services --cluster CLUSTER --services SERVICE --query 'services[].networkConfiguration.awsvpcConfiguration' --region {region}",
        url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html",
    )


# What each network error means for the call, as a cause and the end of the summary. The first one that matches is used.
_NETWORK_ERRORS = (
    (_PROXY, PROXY, "the proxy blocked it or did not respond"),
    (_NAME_RESOLUTION, HOST_NOT_RESOLVED, "the host name cannot be resolved"),
    (certificates.CERTIFICATE_ERROR, None, ""),
    (_CONNECTION_REFUSED, CONNECTION_FAILED, "the connection was refused or reset"),
    (_TIMEOUT, CONNECTION_FAILED, "the connection timed out"),
    (_CANCELED, CONNECTION_FAILED, "the client canceled the call before an answer came"),
)


def _network_cause(message: str, host: str | None) -> Cause | None:
    row = next((row for row in _NETWORK_ERRORS if row[0].search(message)), None)
    if row is None or row[1] is None:
        return None
    # Only a summary about a proxy does not name the host.
    because = (f"The text names the host {host}.",) if host and row[1] is PROXY else ()
    text = as_sentence(row[2]) if row[1] is CONNECTION_FAILED else ""
    return row[1].cause("reported", because, text=text)


def _explain_unknown_error(case: Case[AwsError]) -> Explanation:
    operation = safe_code(case.failure.envelope.operation)
    call = f"The call {operation}" if operation else "An AWS call"
    end = quoted_message.end_summary(case.failure)
    remedy = your_remedy(
        "Get the complete error",
        "Run the call again with debug logging: the error code and message say what is wrong.",
        commands="aws sts get-caller-identity --debug",
    )
    if end != ".":
        remedy = your_remedy(
            "Correct what the message names",
            "Compare the values in the call, or the properties in the template, with the API reference.",
        )
    return case.explain(
        f"{call} failed{', and the text has no error code.' if end == '.' else end}",
        AWS_ERROR.cause(
            "derived", code_evidence(case.failure), text="The text does not mention a missing permission."
        ),
        remedies=remedy,
    )
