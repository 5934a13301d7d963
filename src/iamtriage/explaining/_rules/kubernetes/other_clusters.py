"""Explain rejected callers of clusters that are not Amazon EKS clusters.

The text names the provider by the host of the API server, the credential plugin or the name of the context. IAM
principals, access entries and ``aws-auth`` do not exist there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure

    AnyCase = Case[Failure]

AZURE_RBAC_SIGN = "access to the resource in Azure"
"""What the authorizer of Azure RBAC writes: ``User does not have access to the resource in Azure. Update role …``."""
_AKS_PAGE = "https://learn.microsoft.com/en-us/azure/aks/control-kubeconfig-access"
_GKE_PAGE = "https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl"
CLUSTER_OF_OTHER_PROVIDER = CauseType(
    "cluster-of-other-provider",
    title="The cluster is not an Amazon EKS cluster",
    meaning="The cluster runs on another provider, which authenticates callers in its own way. AWS credentials, EKS access entries and aws-auth have no effect.",
    recognised_by="The text names the provider: by the host of the API server, the credential plugin or the name of the context.",
    fix="Sign in to the provider, and get the kubeconfig again with its CLI.",
    sources=(_AKS_PAGE, _GKE_PAGE),
)


@attrs.frozen(eq=False, repr=False)
class ClusterProvider(Value):
    """A provider of Kubernetes clusters other than AWS.

    Attributes:
        name: The product.
        literals: Parts of texts about its clusters; one of them is in each match of ``pattern``.
        pattern: What identifies it in a text.
        step: How a caller signs in.
        commands: The commands that sign in and get the kubeconfig.
        url: The documentation page.
    """

    name: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    step: str
    commands: tuple[str, ...]
    url: str


_PROVIDERS = (
    ClusterProvider(
        "Azure Kubernetes Service (AKS)",
        (".azmk8s.", "kubelogin", "AADSTS", AZURE_RBAC_SIGN),
        lazy_pattern(rf"\.azmk8s\.(?:io|us|cn)\b|\bkubelogin\b|\bAADSTS\d{{5,8}}\b|\b{AZURE_RBAC_SIGN}\b", re.ASCII),
        "Sign in to Azure with an account that has access to the cluster, and get its kubeconfig again.",
        ("az login", "az aks get-credentials --resource-group RESOURCE_GROUP_NAME --name CLUSTER", "kubelogin convert-kubeconfig --login azurecli"),
        _AKS_PAGE,
    ),
    ClusterProvider(
        "Google Kubernetes Engine (GKE)",
        ("gke-gcloud-auth-plugin", "gke_", "container.googleapis.com", ".gke.goog", 'requires one of ["container.'),
        lazy_pattern(r"\bgke-gcloud-auth-plugin\b|\bgke_[\w-]{1,60}_[a-z0-9-]{1,40}_[\w-]{1,60}|\bcontainer\.googleapis\.com\b|\.gke\.goog\b|requires one of \[\"container\.", re.ASCII),
        "Sign in to Google Cloud with an account that has access to the cluster, and get its kubeconfig again.",
        ("gcloud auth login", "gcloud container clusters get-credentials CLUSTER --location REGION"),
        _GKE_PAGE,
    ),
    ClusterProvider(
        "DigitalOcean Kubernetes",
        (".k8s.ondigitalocean.com", "doctl"),
        lazy_pattern(r"\.k8s\.ondigitalocean\.com\b|\bdoctl kubernetes\b", re.ASCII),
        "Get the kubeconfig again with an API token of the team that owns the cluster.",
        ("doctl kubernetes cluster kubeconfig save CLUSTER",),
        "https://docs.digitalocean.com/products/kubernetes/how-to/connect-to-cluster/",
    ),
    ClusterProvider(
        "OpenShift",
        ("openshiftapps.com", "oc login", "oauth-openshift"),
        lazy_pattern(r"\.openshiftapps\.com\b|\boc login\b|\boauth-openshift\b", re.ASCII),
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
    for provider in _PROVIDERS:
        if any(literal in text for literal in provider.literals) and provider.pattern.search(text):
            return provider
    return None


def explain_other_cluster(case: AnyCase, provider: ClusterProvider) -> Explanation:
    """Explain that a cluster of another provider rejects the caller."""
    found = provider.pattern.search(case.failure.text)
    because = () if found is None else (f"The text contains {found[0]}.",)
    return case.explain(
        f"The {provider.name} cluster rejected the caller's identity: sign in to the provider again.",
        CLUSTER_OF_OTHER_PROVIDER.cause(
            "derived",
            because,
            text=f"The cluster is one of {provider.name}, which authenticates callers in its own way.",
        ),
        topic="kubernetes-login",
        remedies=(
            your_remedy(
                "Sign in, and get the kubeconfig again",
                provider.step,
                commands=(*provider.commands, "kubectl auth whoami"),
                url=provider.url,
            ),
        ),
        notes=("EKS access entries, aws-auth and IAM policies have no effect in this cluster.",),
    )
