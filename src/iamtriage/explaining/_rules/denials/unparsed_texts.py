"""Explain texts that show a problem with AWS access, but no failure that ``parse`` reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._rules.credentials.access_keys import explain_exposed_key
from iamtriage.explaining._rules.credentials.ci_jobs import (
    GITHUB_PERMISSION_STEPS,
    NO_ID_TOKEN_PERMISSION,
    SECRETS_OF_FORKS,
    SKIP_FORKS,
    describe_missing_token,
    find_fork,
    github_workflow,
)
from iamtriage.explaining._rules.denials.efs_mounts import explain_efs_mount
from iamtriage.explaining._rules.denials.missing_images import explain_missing_image
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import Cluster
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._facts import Facts

# What clients of Kubernetes print without a kubeconfig: they call localhost. Terraform's providers do so, too.
_NO_KUBECONFIG = lazy_pattern(
    r"(?:The connection to the server |Get \"http://|dial tcp )(?:localhost|127\.0\.0\.1|\[::1\]):8080\b[^\n]{0,300}?(?: was refused|connection refused)"
    r"|no configuration has been provided, try setting KUBERNETES_MASTER"
    r"|\b(?:error|Error|unreachable): context \"(?P<context>[\w.@:/-]{1,200})\" does not exist"
    r"|(?P<provider>(?:Get|Post|Put|Patch|Delete) \"http://localhost/apis?/[^\"\n]{1,200}\": dial tcp [^\n]{3,60}:80: connect(?:ex)?: connection refused)",
    re.ASCII,
)
_SUDO = lazy_pattern(r"\bsudo (?:-\S{1,20} )*(?:kubectl|helm|k9s)\b", re.ASCII)

NO_KUBECONFIG = CauseType(
    "no-kubeconfig",
    title="The client has no kubeconfig, or not that context",
    text="The client has no kubeconfig for the cluster, so it sent no request to it.",
    recognised_by="The client calls localhost, or says that the context does not exist.",
    fix="Add the cluster to the kubeconfig with aws eks update-kubeconfig.",
    sources=(pages.EKS_KUBECONFIG,),
    subject="kubernetes",
)


def explain_unparsed(text: str, facts: Facts) -> Explanation | None:
    """Explain a text without a failure, or return ``None`` if it shows no problem with AWS access."""
    return next(filter(None, (explain_text(text, facts) for explain_text in _RULES)), None)


def _explain_kubeconfig(text: str, facts: Facts) -> Explanation | None:
    found = _NO_KUBECONFIG.search(text)
    if found is None:
        return None
    context, cluster = found["context"], Cluster(facts.cluster, region=facts.region)
    calls_localhost = "KUBERNETES_MASTER" not in found[0]
    summary = f"The client has no kubeconfig for a cluster{', so it called localhost' * calls_localhost}"
    reason = (
        "The text shows a call to localhost."
        if calls_localhost
        else "The text says that no configuration has been provided."
    )
    title = "Add the cluster to the kubeconfig"
    steps = [
        "For an EKS cluster, the first command adds it and makes it the current context. The second lists the contexts.",
        "KUBECONFIG and --kubeconfig select another file than ~/.kube/config: in a job or a container, set them in the same step.",
    ]
    shown: tuple[str, ...] = (cluster.kubeconfig_command(), "kubectl config get-contexts")
    if context is not None:
        summary = f'The kubeconfig has no context "{context}"'
        reason = "The text says that the context does not exist."
        title = "Use a context that the kubeconfig has, or add the cluster"
        steps[0] = (
            "The names are case-sensitive. aws eks update-kubeconfig names the context after the cluster's ARN, unless --alias names it."
        )
    if _SUDO.search(text):
        steps.insert(0, "With sudo, the client reads root's ~/.kube/config: run it without sudo.")
    if found["provider"]:
        summary = "Terraform's Kubernetes provider has no address of the cluster, so it called localhost"
        title = "Configure the provider with the cluster's address"
        steps = [
            "In the provider block, set host, cluster_ca_certificate and exec (aws eks get-token) from the cluster's attributes. A module uses the provider of its caller.",
            "If the same run creates, replaces or destroys the cluster, its address is unknown to the provider: apply the cluster first, in a run or a configuration of its own.",
        ]
        shown = ()
    return Explanation(
        failure=None,
        topic=NO_KUBECONFIG.code,
        summary=f"{summary}. No request reached the cluster, and nothing was denied.",
        causes=(NO_KUBECONFIG.cause("derived", (reason,)),),
        remedies=(your_remedy(title, *steps, commands=shown, url=pages.EKS_KUBECONFIG),),
    )


def _explain_id_token(text: str, _facts: Facts) -> Explanation | None:
    if "ACTIONS_ID_TOKEN_REQUEST_URL env variable" not in text:
        return None
    fork = find_fork(text)
    return Explanation(
        failure=None,
        topic="no-credentials",
        summary=describe_missing_token(text),
        causes=(SECRETS_OF_FORKS.cause("derived", (f"The text shows {quote_words(fork)}.",)),)
        if fork
        else (
            NO_ID_TOKEN_PERMISSION.cause(
                "derived", ("The text says that ACTIONS_ID_TOKEN_REQUEST_URL is not set.",)
            ),
        ),
        remedies=(SKIP_FORKS,)
        if fork
        else (
            your_remedy(
                "Give the job the permission id-token: write",
                *GITHUB_PERMISSION_STEPS,
                manifest=github_workflow(text),
                url=pages.GITHUB_OIDC,
            ),
        ),
    )


_RULES: tuple[Callable[[str, Facts], Explanation | None], ...] = (
    explain_efs_mount,
    explain_missing_image,
    _explain_kubeconfig,
    _explain_id_token,
    explain_exposed_key,
)
