"""Explain logins of Argo CD, which uses the Secret of a cluster and no kubeconfig.

https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#clusters
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import line_at
from iamtriage.explaining._rules.basics import Case, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.logins import rejected_logins
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import KubernetesUnauthorized

# What Argo CD prints of a cluster whose API server rejects it.
_OF_ARGO_CD = lazy_pattern(
    r"\b(?:[Ff]ailed to (?:load live state|get cluster info|sync cluster)|error synchronizing cache state|REST config invalid)\b"
)
# Its label of what it deploys, and the table of a sync.
_SYNC = lazy_pattern(
    r"\b(?:app(?:lication)?s|argocd)\.argoproj\.io/|\bHOOK {1,9}OPERATIONMSG\b|\bComparisonError\b"
)
_SHOW_SECRET = (
    "kubectl get secrets --namespace argocd --selector argocd.argoproj.io/secret-type=cluster",
    "kubectl get secret SECRET_NAME --namespace argocd --output jsonpath='{.data.config}' | base64 --decode | jq '{keys: keys, awsAuthConfig}'",
)
_PAGE = "https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/"
_POLICY = "AmazonEKSClusterAdminPolicy"


def explain_argo_cd(case: Case[KubernetesUnauthorized]) -> Explanation | None:
    """Explain that a cluster rejects Argo CD; return ``None`` for other clients."""
    if _OF_ARGO_CD.search(line_at(case.failure.text, *case.failure.span)) is None:
        return None
    cluster, role = find_cluster(case), build_cluster_principal(None, "the role")
    return case.explain(
        "The cluster could not authenticate Argo CD (401): the cluster's Secret in Argo CD says with which role or token it logs in.",
        rejected_logins.login_cause(clues.message_text(case), None),
        cluster_access.NOT_MAPPED.cause(
            text="With awsAuthConfig, the role of Argo CD's service account, or the roleARN, has no access entry."
        ),
        TOKEN_EXPIRED.cause(
            text="With a bearerToken, the service account in the cluster was deleted, or its token is not valid any more."
        ),
        topic="kubernetes-login",
        remedies=cluster_remedy(
            "Check the cluster's Secret in Argo CD, and give its role access",
            "The second command does not print the token. A cluster without a Secret is that of Argo CD itself, where the service accounts of its pods log in.",
            f"{_POLICY} allows everything, as Argo CD's own ClusterRole does. AmazonEKSEditPolicy for single namespaces is narrower.",
            commands=(
                *_SHOW_SECRET,
                Labelled(
                    "With awsAuthConfig, if the role has no access entry:", role.create_entry_command(cluster)
                ),
                role.associate_policy_command(cluster, _POLICY),
                Labelled("With a bearerToken, to write a new one:", "argocd cluster add CONTEXT"),
            ),
            gives="access entry",
            url=f"{_PAGE}#eks",
        ),
        notes=rejected_logins.IAM_NOTE,
    )


def find_anonymous_remedy(text: str) -> Remedy | None:
    """Return how to correct the credentials of Argo CD, whose request had none, or ``None`` for other clients."""
    if _SYNC.search(text) is None:
        return None
    return your_remedy(
        "Check the cluster's Secret in Argo CD",
        "Argo CD uses no kubeconfig, but the config of this Secret: its bearerToken, client certificate, awsAuthConfig or execProviderConfig. The second command shows which it has, without the token.",
        "A cluster without a Secret is that of Argo CD itself, where the service accounts of its pods log in.",
        commands=(
            *_SHOW_SECRET,
            Labelled("If it has no credentials, to write new ones:", "argocd cluster add CONTEXT"),
        ),
        url=f"{_PAGE}#clusters",
    )
