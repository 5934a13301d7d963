"""The API server of an EKS cluster does not know who calls, or the console shows nothing; not for rights.

Who gets in: https://docs.aws.amazon.com/eks/latest/userguide/grant-k8s-access.html. How to find out why not:
https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#unauthorized. What the authenticator says
beside that is in ``authenticator``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import clip_text
from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.authenticator import explain_authenticator
from iamtriage.explaining._rules.kubernetes.client_certificates import explain_certificate, is_certificate
from iamtriage.explaining._rules.kubernetes.cluster_access import (
    lack_of_entry,
    let_in_remedies,
    log_remedy,
    mode_causes,
    principal_causes,
)
from iamtriage.explaining._rules.kubernetes.eks_console import explain_console
from iamtriage.explaining._rules.kubernetes.node_logins import explain_node_login
from iamtriage.explaining._rules.kubernetes.service_accounts import (
    explain_missing_account,
    explain_old_token,
    is_old_token,
    missing_account_in,
)
from iamtriage.explaining._rules.kubernetes.users import TERRAFORM, terraform_remedy
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.clusters import failure_sentence, find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    build_cluster_principal,
    inspect_access_remedy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import Cluster
    from iamtriage.failures._failures import KubernetesUnauthorized

__all__ = ("explain_console", "explain_unauthorized")

_RESOURCE_TYPE = re.compile(r"doesn't have a resource type \"([\w./-]{1,120})\"", re.ASCII)
_SAYINGS = (
    "You must be logged in to the server",
    "the server has asked for the client to provide credentials",
    "Unauthorized",
)


def explain_unauthorized(case: Case[KubernetesUnauthorized]) -> Explanation:
    """Explain that the API server or the authenticator does not accept who calls."""
    around = clues.message_text(case)
    # Its own words first: what stands around may be of another failure.
    for message in (failure_sentence(case), around):
        special = _special(case, message)
        if special is not None:
            return special
    found = _RESOURCE_TYPE.search(failure_sentence(case))
    return _login(case, around, found[1] if found else None)


def _special(case: Case[KubernetesUnauthorized], message: str) -> Explanation | None:
    """Explain a login of which the text says more than that it failed; None for others."""
    if is_certificate(message):
        return explain_certificate(case, message)
    missing = missing_account_in(message)
    if missing is not None:
        return explain_missing_account(case, missing)
    if is_old_token(message):
        return explain_old_token(case, message)
    if clues.is_from_kubelet(message):
        return explain_node_login(case, message)
    return explain_authenticator(case, message)


def _login(case: Case[KubernetesUnauthorized], message: str, unknown_type: str | None) -> Explanation:
    cluster = find_cluster(case)
    who = build_cluster_principal(case.principal, case.caller or "the caller")
    terraform = TERRAFORM.search(case.text) is not None
    summary = "The API server does not know who calls: no entry of the cluster fits the caller, or the token is wrong."
    if unknown_type is not None:
        summary = f"The API server does not know the type {clip_text(unknown_type)}, which every cluster has. It did not accept the caller."
    return Explanation(
        failure=case.failure,
        topic="kubernetes-login",
        summary=summary,
        causes=(
            *_first_causes(message, unknown_type),
            *mode_causes(cluster),
            *principal_causes(case),
            *_possible_causes(cluster, terraform=terraform),
        ),
        remedies=(
            *([terraform_remedy()] if terraform else []),
            *_own_remedies(cluster),
            inspect_access_remedy(cluster, who),
            *let_in_remedies(cluster, who, namespace=case.facts.namespace),
            log_remedy(cluster),
        ),
        notes=(
            "IAM policies do not let anybody into a cluster. eks:DescribeCluster is what kubectl's set-up needs, no more.",
            "Whoever made the cluster was its administrator, unless it was made with bootstrapClusterCreatorAdminPermissions false. No list of aws-auth shows them; an access entry does.",
        ),
    )


def _first_causes(message: str, unknown_type: str | None) -> Iterator[Cause]:
    if unknown_type is None:
        said = next(iter(clues.quote_phrases(message, *_SAYINGS)), None)
        yield Cause(
            "identity-not-accepted",
            "The API server does not accept the caller's identity.",
            "reported",
            () if said is None else (said,),
        )
        return
    # Of other types it is not said that the caller was not accepted: the reader leaves them alone.
    yield Cause(
        "identity-not-accepted",
        "kubectl could not read the list of types: every cluster has this one. So the caller was not accepted.",
        "derived",
        (f"{clip_text(unknown_type)} is a type of Kubernetes itself.",),
    )


def _possible_causes(cluster: Cluster, *, terraform: bool) -> Iterator[Cause]:
    yield Cause(
        "other-principal",
        "The client calls as another user or role than the one that the cluster knows: another profile, another role, or the one that made the cluster is meant.",
        "possible",
    )
    yield Cause("not-mapped", f"The caller has {lack_of_entry(cluster)}.", "possible")
    if cluster.uses_aws_auth:
        yield Cause(
            "mapped-in-wrong-form",
            "aws-auth holds the caller's ARN in a form that never matches: a role with its path, a session, an instance profile, another partition.",
            "possible",
        )
    if cluster.uses_entries:
        yield Cause(
            "principal-recreated",
            "The role or user of the access entry was deleted and made again. The entry holds the old unique id.",
            "possible",
        )
    yield Cause(
        "other-cluster",
        "The kubeconfig is of another cluster or region, or of one that was made anew.",
        "possible",
    )
    because = ("The text is Terraform's.",) if terraform else ()
    text = "The token is too old: it lasts 15 minutes, and a tool may have kept one for longer."
    yield Cause("token-expired", text, "possible", because)


def _own_remedies(cluster: Cluster) -> Iterator[Remedy]:
    yield Remedy(
        title="See as whom you call",
        who="you",
        steps=(
            "Compare the ARN with those that the cluster lets in. kubectl uses the profile that its kubeconfig names, else that of the shell.",
            "No output of the last command is good: then there is a token, and the cluster does not know its owner.",
        ),
        commands=("aws sts get-caller-identity", "kubectl config view --minify", cluster.token_command()),
        url=pages.EKS_TROUBLESHOOTING,
    )
    yield Remedy(
        title="Write the cluster into the kubeconfig anew",
        who="you",
        steps=(
            "Where a role is let in that you may assume, add --role-arn with its ARN. For another profile, add --profile.",
        ),
        commands=(cluster.kubeconfig_command(), "kubectl auth whoami"),
        url=pages.EKS_KUBECONFIG,
    )
