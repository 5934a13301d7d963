"""Explain that the API server of an EKS cluster did not answer a client.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html and
https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.readers.endpoints import PRIVATE_START
from iamtriage.explaining._context.values import quote_match
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.credentials import certificates
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import AwsError

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
