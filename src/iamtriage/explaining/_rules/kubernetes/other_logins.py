"""Explain rejected callers of other providers' clusters, which IAM does not authenticate.

The text names the provider by the host of the API server, the credential plugin or the name of the context. IAM
principals, access entries and ``aws-auth`` do not exist there.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import CauseType, Explanation
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

AZURE_RBAC_SIGN = "access to the resource in Azure"
"""What the authorizer of Azure RBAC writes: ``User does not have access to the resource in Azure. Update role …``."""
_AKS_PAGE = "https://learn.microsoft.com/en-us/azure/aks/control-kubeconfig-access"
_GKE_PAGE = "https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl"
CLUSTER_OF_OTHER_PROVIDER = CauseType(
    "cluster-of-other-provider",
    title="The cluster is not an Amazon EKS cluster",
    meaning="The cluster runs on another provider, which authenticates callers in its own way. AWS credentials, EKS access entries and aws-auth have no effect there.",
    recognised_by="The text names the provider: by the host of the API server, the credential plugin or the name of the context.",
    fix="Sign in to the provider, and get the kubeconfig again with its CLI.",
    sources=(_AKS_PAGE, _GKE_PAGE),
)


class ClusterProvider(NamedTuple):
    """A provider of Kubernetes clusters other than AWS: how texts show it, and how a caller signs in.

    A text that matches the pattern has one of the signs.
    """

    name: str
    signs: tuple[str, ...]
    pattern: re.Pattern[str]
    step: str
    commands: tuple[str, ...]
    url: str


GKE = ClusterProvider(
    "Google Kubernetes Engine (GKE)",
    ("gke", "container."),
    lazy_pattern(r"(?a)\bgke-gcloud-auth-plugin\b|\bgke_[\w-]{1,60}_[a-z0-9-]{1,40}_[\w-]{1,60}|\bcontainer\.googleapis\.com\b|\.gke\.goog\b|requires one of \[\\{0,3}\"container\."),
    "Sign in to Google Cloud with an account that has access to the cluster, and get its kubeconfig again.",
    ("gcloud auth login", "gcloud container clusters get-credentials CLUSTER --location LOCATION"),
    _GKE_PAGE,
)  # fmt: skip
_PROVIDERS = (
    ClusterProvider(
        "Azure Kubernetes Service (AKS)",
        ("azmk8s", "kubelogin", "AADSTS", AZURE_RBAC_SIGN),
        lazy_pattern(rf"(?a)\.azmk8s\.(?:io|us|cn)\b|\bkubelogin\b|\bAADSTS\d{{5,8}}\b|\b{AZURE_RBAC_SIGN}\b"),
        "Sign in to Azure with an account that has access to the cluster, and get its kubeconfig again.",
        ("az login", "az aks get-credentials --resource-group RESOURCE_GROUP_NAME --name CLUSTER", "kubelogin convert-kubeconfig --login azurecli"),
        _AKS_PAGE,
    ),
    GKE,
    ClusterProvider(
        "DigitalOcean Kubernetes",
        ("digitalocean", "doctl"),
        lazy_pattern(r"(?a)\.k8s\.ondigitalocean\.com\b|\bdoctl kubernetes\b"),
        "Get the kubeconfig again with an API token of the team that owns the cluster.",
        ("doctl kubernetes cluster kubeconfig save CLUSTER",),
        "https://docs.digitalocean.com/products/kubernetes/how-to/connect-to-cluster/",
    ),
    ClusterProvider(
        "OpenShift",
        ("openshift", "oc login"),
        lazy_pattern(r"(?a)\.openshiftapps\.com\b|\boc login\b|\boauth-openshift\b"),
        "Sign in to the cluster again: the token of the kubeconfig has expired or was revoked.",
        ("oc login HOST",),
        "https://docs.redhat.com/en/documentation/openshift_container_platform/4.18/html/cli_tools/openshift-cli-oc",
    ),
)  # fmt: skip


def find_cluster_provider(text: str) -> ClusterProvider | None:
    """Return the provider of the cluster if the text names another one than AWS.

    >>> find_cluster_provider("https://shop-dns-0a1b2c3d.hcp.westeurope.azmk8s.io:443").name
    'Azure Kubernetes Service (AKS)'
    >>> find_cluster_provider("https://0A1B.gr7.eu-west-1.eks.amazonaws.com") is None
    True
    """
    if ".eks.amazonaws.com" in text:
        return None
    # Most texts have no sign, and searching for a pattern takes ten times as long.
    signed = (each for each in _PROVIDERS if any(map(text.__contains__, each.signs)))
    return next((each for each in signed if each.pattern.search(text)), None)


def explain_other_cluster(case: AnyCase, provider: ClusterProvider) -> Explanation:
    """Explain that a cluster of another provider rejects the caller."""
    found = provider.pattern.search(case.failure.text)
    because = () if found is None else (f"The text contains {found[0]}.",)
    return case.explain(
        f"The {provider.name} cluster rejected the caller's identity: sign in to the provider again.",
        CLUSTER_OF_OTHER_PROVIDER.cause(
            "derived",
            because,
            text=f"The cluster runs on {provider.name}, which authenticates callers in its own way.",
        ),
        topic="kubernetes-login",
        remedies=your_remedy(
            "Sign in, and get the kubeconfig again",
            provider.step,
            commands=(*provider.commands, "kubectl auth whoami"),
            url=provider.url,
        ),
        notes="EKS access entries, aws-auth and IAM policies have no effect in this cluster.",
    )


OTHER_PRINCIPAL = CauseType(
    "other-principal",
    title="The client uses another profile, role or user than the one that has access",
    fix="Select the profile or role that the cluster knows.",
    of="identity-not-accepted",
)
OTHER_CLUSTER = CauseType(
    "other-cluster",
    title="The kubeconfig is for another cluster",
    text="The kubeconfig or certificate belongs to another cluster, or to one that was re-created or has a new certificate authority.",
    fix="Run aws eks update-kubeconfig for this cluster.",
    recognised_by="The text shows that a cluster was deleted.",
    sign=r"\b(?:eksctl delete cluster|aws eks delete-cluster)\b|\baws_eks_cluster\.\S{1,80}: Destruction complete",
    commands=("aws eks update-kubeconfig",),
    of="identity-not-accepted",
)
REJECTED_CERTIFICATE = lazy_pattern(r"authenticate the request.{0,160}?x509: ")
CLIENT_CERTIFICATE = CauseType(
    "client-certificate",
    title="The client certificate is not valid",
    meaning="The API server does not accept the client's certificate: it has expired, is not valid yet, or was signed by another authority.",
    recognised_by="The message names x509 or a certificate of the client.",
    fix="Renew the certificate, or use the kubeconfig of this cluster.",
    sources=("https://kubernetes.io/docs/tasks/tls/certificate-rotation/",),
)
_INSPECT_CERTIFICATE = cluster_remedy(
    "Find the client, and check its certificate's validity",
    "The client retries: find the node or program that logs errors at the same times.",
    commands={
        "On a node:": "openssl x509 -noout -subject -issuer -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem",
        "For a kubeconfig (decode it with base64 -d | openssl x509 -noout -issuer -dates):": "kubectl config view --minify --raw --output 'jsonpath={.users[0].user.client-certificate-data}'",
        "On a control plane of kubeadm:": "kubeadm certs check-expiration",
    },
)


def explain_client_certificate(case: AnyCase) -> Explanation:
    """Explain that a server rejects a client's certificate."""
    return case.explain(
        "A server rejected a client, because its certificate is not valid: IAM and access entries have no effect on it.",
        CLIENT_CERTIFICATE.cause("reported"),
        OTHER_CLUSTER.cause() if "unknown authority" in case.text else None,
        topic="kubernetes-client-certificate",
        remedies=_INSPECT_CERTIFICATE,
    )
