"""Explain why an endpoint in a network does not answer: the route to it, or the settings of an EKS cluster.

Sources: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html,
https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html and
https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.readers.endpoints import PRIVATE_START
from iamtriage.explaining._context.values import quote_match
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.credentials import certificates
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.failures._failures import AwsError

_NO_NAT = lazy_pattern(
    r"\b(?i:(?:without|no|lacks?)(?: an?| any)? nat(?: gateways?| instances?)?\b|(?:isolated|private isolated) subnets?\b|no (?:route to the )?internet(?: access| gateway)?\b)"
)
# A service or, with ECR, an API of it: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html.
_REGIONAL_HOST = lazy_pattern(
    rf"(?:[0-9]{{12}}\.(?=dkr\.)|[a-z0-9.-]{{3,63}}\.(?=s3\.))?(?P<name>(?:api\.|dkr\.)?[a-z0-9-]{{2,40}})\.(?P<region>{REGION})\.amazonaws\.com"
)
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html, where it differs.
_ENDPOINT_SERVICES = {"kinesis": "kinesis-streams", "firehose": "kinesis-firehose"}
_GATEWAY_SERVICES = (".s3", ".dynamodb")


def lacks_way(text: str, service: str) -> bool:
    """Return whether a text says that a subnet has no NAT gateway, and names no VPC endpoint for a service.

    >>> lacks_way("private subnets, no NAT; endpoints for s3", "com.amazonaws.eu-west-1.sts")
    True
    >>> lacks_way("private subnets, no NAT; endpoints for s3 and sts", "com.amazonaws.eu-west-1.sts")
    False
    """
    name = service.rpartition(".")[2].removesuffix("-streams").removeprefix("kinesis-")
    # "endpoints for ecr and sts", "an STS VPC endpoint", but not "endpoint URL: https://sts.".
    named = rf"(?i)\bendpoints?\b(?! URL)(?:[^.;\n]|\.(?=\w)){{0,120}}[\s,(/]{name}\b(?!\.\w)|\b{name}\b(?!\.\w)[^.;\n]{{0,30}}\bendpoints?\b(?! URL)"
    is_named = service in text or re.search(named, text) is not None
    return not is_named and _NO_NAT.search(text) is not None


def create_endpoint_remedy(service: str, host: str, case: Case[AwsError]) -> Remedy:
    """Return the remedy that gives a subnet a VPC endpoint for a service, which was called by the name of a host."""
    region, vpc = service.split(".")[-2], "VPC_ID"
    lookup: tuple[str, ...] = ()
    cluster = find_cluster(case)
    if case.facts.cluster is not None and cluster.name:
        # The pods are in the VPC of their cluster.
        show = cluster.eks_command(
            "describe-cluster", query="cluster.resourcesVpcConfig.vpcId", flag="--name"
        )
        vpc, lookup = '"$vpc_id"', (f'vpc_id="$({show})"',)
    where = f"aws ec2 create-vpc-endpoint --region {region} --vpc-id {vpc} --service-name {service}"
    if service.endswith(_GATEWAY_SERVICES):
        return account_remedy(
            f"Create a gateway endpoint for {service}",
            "ROUTE_TABLE_ID is the route table of the caller's subnet. A gateway endpoint is free of charge.",
            commands=(*lookup, f"{where} --vpc-endpoint-type Gateway --route-table-ids ROUTE_TABLE_ID"),
            url=pages.VPC_ENDPOINTS,
        )
    return account_remedy(
        f"Create an interface endpoint for {service}",
        "SUBNET_ID is the caller's subnet, and the security group must allow port 443 from the caller. Each service that is called needs its own endpoint, or the subnet a route to a NAT gateway.",
        commands=(
            *lookup,
            f"{where} --vpc-endpoint-type Interface --private-dns-enabled --subnet-ids SUBNET_ID --security-group-ids SECURITY_GROUP_ID",
            Labelled(
                "Then, where the call runs, the name must have a private address:",
                commands.fill_command("nslookup {}", host),
            ),
        ),
        url=pages.VPC_ENDPOINTS,
    )


def test_connection_remedy(case: Case[AwsError], host: str | None, *, has_region: bool) -> Remedy:
    """Return the remedy that tests the connection to an endpoint."""
    name, service = host or "HOST", find_endpoint_service(host) if has_region else None
    where = "where the call runs"
    if case.facts.namespace is not None:
        where = f"in a pod of the namespace {clip_text(case.facts.namespace)} (kubectl exec)"
    endpoint = f"a VPC endpoint{f' for {service}' if service else ''} with private DNS"
    if service is not None and service.endswith(_GATEWAY_SERVICES):
        endpoint = f"a gateway endpoint for {service} in its route table"
    look = "aws ec2 describe-vpc-endpoints --region REGION"
    if service is not None:
        query = "VpcEndpoints[].[VpcId,State,PrivateDnsEnabled,Groups[].GroupId]"
        look += f" --filters Name=service-name,Values={service} --query '{query}'"
    return your_remedy(
        "Test the connection to the endpoint",
        f"Run the first two commands {where}. Any response, even an error, shows that the host is reachable.",
        f"If nslookup prints a public address, the subnet needs a route to the internet (a NAT gateway) or {endpoint}, as does each further service that is called. A private address belongs to a VPC endpoint: its security group must allow port 443 from the caller.",
        commands=(
            commands.fill_command("nslookup {}", name),
            commands.fill_command("curl --silent --show-error --head --max-time 10 {}", f"https://{name}"),
            Labelled("With credentials of the account, elsewhere:", look) if has_region else None,
        ),
        url=pages.VPC_ENDPOINTS,
    )


def find_endpoint_service(host: str | None) -> str | None:
    """Return the name of the VPC endpoint service of a regional endpoint, such as com.amazonaws.eu-west-1.sts."""
    found = None if host is None else _REGIONAL_HOST.fullmatch(host)
    if found is None:
        return None
    name = ".".join(reversed(found["name"].split(".")))
    return f"com.amazonaws.{found['region']}.{_ENDPOINT_SERVICES.get(name, name)}"


__all__ = ("explain_unreachable_cluster",)

# A private address of the cluster, which DNS returns only for a private endpoint, or the setting.
_PRIVATE = lazy_pattern(
    rf"\bdial tcp {PRIVATE_START}[\d.]{{3,11}}:443\b"
    r"|\b(?i:endpoint_?public_?access)[\"']?\s{0,4}[=:]\s{0,4}[\"']?[Ff]alse\b"
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
    url=pages.EKS_ENDPOINT,
)


_CONNECT = your_remedy(
    "Connect from the VPC, or from a network that is connected to it",
    "For example over a VPN or Direct Connect, from an instance in the VPC (AWS Systems Manager can forward port 443 to the cluster's endpoint), or from a CloudShell environment in the VPC.",
    "The cluster security group must allow port 443 from there.",
    "Or let the cluster administrator open the public endpoint for your address only, with the command. It replaces the list of allowed addresses (publicAccessCidrs): keep those that others use.",
    commands=(
        "curl -s https://checkip.amazonaws.com",
        Labelled(
            "With the address that it prints:",
            "aws eks update-cluster-config --name CLUSTER --region REGION --resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=YOUR_ADDRESS/32",
        ),
    ),
    url=pages.EKS_ENDPOINT,
)


def explain_unreachable_cluster(
    case: Case[AwsError], message: str, cause: Cause, gone: tuple[CauseType, CauseType] | None
) -> Explanation:
    """Explain that a client of Kubernetes got no answer from the API server of an EKS cluster.

    Args:
        case: The failure and the facts.
        message: The words of the client.
        cause: What its words say of the network.
        gone: The causes that there is no such host, and that DNS does not resolve it, if the name was not resolved.
    """
    reason = "The cluster's API server did not respond: most likely, its endpoint does not allow connections from this network."
    blocked = "The endpoint is private, its public access is limited to other addresses (publicAccessCidrs), or a firewall or proxy blocks port 443."
    causes: tuple[Cause, ...] = (cause, certificates.NO_WAY_OUT.cause(text=blocked))
    remedy = _COMPARE_KUBECONFIG
    if certificates.CERTIFICATE_ERROR.search(message):
        reason = "The client does not trust the certificate of the cluster's API server: most likely, the kubeconfig is that of another cluster, or of one that was re-created."
        text = "The certificate authority in the kubeconfig did not sign the certificate."
        untrusted = certificates.UNTRUSTED_CERTIFICATE.cause("derived", text=text)
        causes = (untrusted, certificates.INSPECTING_PROXY.cause())
    elif gone is not None:
        no_host, no_dns = gone
        reason = "The host name of the cluster's API server cannot be resolved: most likely, the cluster was deleted or re-created, or its endpoint is private."
        text = "The cluster was deleted or re-created, so the host in the kubeconfig no longer exists."
        private = "The endpoint is private, and the network's DNS does not forward to the VPC."
        causes = (cause, no_host.cause(text=text), no_dns.cause(text=private))
    elif found := _PRIVATE.search(case.failure.text):
        reason = "The cluster's API server did not respond: its endpoint is private, and this network is not connected to the cluster's VPC, or a security group blocks port 443."
        text = "The name of a private endpoint has private addresses, which only the VPC and networks that are connected to it can reach."
        causes, remedy = (
            (
                certificates.NO_WAY_OUT.cause(
                    "derived", f"The text says {quote_words(quote_match(found))}.", text=text
                ),
            ),
            _CONNECT,
        )
    return case.explain(
        f"{reason} No permission was checked.",
        *causes,
        topic="no-answer",
        remedies=remedy,
        notes="An IAM policy or access entry does not help: the API server checked no identity.",
    )
