"""Explain rejected logins of programs that configure clusters themselves, such as Argo CD.

Sources in addition to the pages of the programs: https://fluxcd.io/flux/components/kustomize/options/ and
https://github.com/fluxcd/kustomize-controller/blob/main/docs/spec/v1/kustomizations.md (configMapRef, since Flux 2.7).
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import IdentityCenterRole, Principal, Role
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import Case, Cause, Explanation, Labelled
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.kubernetes.logins.client_configurations import find_pinned_role
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_CLUSTER
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import TOKEN_EXPIRED
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy
from iamtriage.failures._failures import KubernetesUnauthorized

_MAX_TEXT = 64_000
_ROLE_ARN = r"arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}"
# The role that Argo CD assumes, in the cluster secret or in the command that writes it.
_ASSUMED_ROLE = lazy_pattern(
    rf"(?<!# )\broleARN\b\\?[\"']?\s?: ?\\?[\"']?({_ROLE_ARN})|--aws-role-arn[ =]({_ROLE_ARN})", re.ASCII
)
# The role of the program's own service account, which it uses without such a setting.
_OWN_ACCOUNT = lazy_pattern(
    r"\b(?:argocd-(?:application-controller|applicationset-controller|server|manager)|(?:kustomize|helm)-controller)\b"
)
_CHARS_OF_ACCOUNT = 400
_OWN_ROLE = lazy_pattern(rf"\beks\.amazonaws\.com/role-arn[\"']?: ?[\"']?({_ROLE_ARN})", re.ASCII)


class ClusterClient(NamedTuple):
    """A program that calls clusters with its own configuration.

    Attributes:
        pattern: What its logs contain. A group ``namespace`` is where its configuration is.
        setting: What contains its credentials for a cluster.
        namespace: Its usual namespace.
        commands: The commands that print it, with ``NAMESPACE`` for its namespace.
        is_in_cluster: Whether it calls its own cluster with the token of its service account.
    """

    name: str
    pattern: re.Pattern[str]
    setting: str
    namespace: str
    steps: tuple[str, ...]
    commands: tuple[str, ...]
    url: str
    is_in_cluster: bool = False


_OLD_TOKEN = "A token from aws eks get-token is valid for 15 minutes, so a stored one always expires."  # noqa: S105
# A command of a person or a job, which uses a kubeconfig: sh -x prints a plus sign.
_SHELL = lazy_pattern(r"(?:^|[$#%>+] ?|\bsudo |\bRun )(?:kubectl|helm|eksctl|k9s) [a-z-]", re.MULTILINE)
_CLIENTS = (
    ClusterClient(
        "Argo CD",
        lazy_pattern(
            r"\bapplication=\\?\"?(?P<namespace>[a-z0-9-]{1,63})/|\bargo-?cd\b|argoproj\.io|\bFailed to (?:sync cluster|load (?:live|target) state)\b",
            re.ASCII | re.IGNORECASE,
        ),
        "cluster secret",
        "argocd",
        (
            "The first command prints awsAuthConfig of each cluster secret: compare clusterName and roleARN. null means a bearerToken: renew it with argocd cluster add.",
            "Argo CD assumes roleARN, or else uses the role of its service account argocd-application-controller.",
        ),
        (
            "kubectl get secret -n NAMESPACE -l argocd.argoproj.io/secret-type=cluster -o json | jq '.items[].data.config | @base64d | fromjson | .awsAuthConfig'",
        ),
        "https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks",
    ),
    ClusterClient(
        "Flux",
        lazy_pattern(
            r"\b(?:kustomize|helm)-controller\b|\"controller\": ?\"(?:kustomization|helmrelease)\"|\bflux-system\b|toolkit\.fluxcd\.io",
            re.ASCII,
        ),
        "kubeConfig secret",
        "flux-system",
        (
            f"With spec.kubeConfig.secretRef, Flux uses the kubeconfig in the secret. {_OLD_TOKEN} Flux runs no exec command in it, unless its controllers have --insecure-kubeconfig-exec.",
            "With configMapRef, Flux calls as the IAM role of the service account that the ConfigMap names. Without spec.kubeConfig, it calls its own cluster with the token of its service account, and IAM is not involved.",
        ),
        (
            "kubectl get kustomizations.kustomize.toolkit.fluxcd.io,helmreleases.helm.toolkit.fluxcd.io --all-namespaces --output custom-columns=name:.metadata.name,secret:.spec.kubeConfig.secretRef.name,configmap:.spec.kubeConfig.configMapRef.name",
        ),
        "https://fluxcd.io/flux/components/kustomize/kustomizations/#kubeconfig-remote-clusters",
    ),
    ClusterClient(
        "Prometheus",
        lazy_pattern(r"\bprometheus\b|component=k8s_client_runtime\b", re.IGNORECASE),
        "service account token",
        "NAMESPACE",
        (
            "In its own cluster, Prometheus calls with the token of its service account, and no access entry or IAM policy helps. Restart its pods: they get a new token. EKS rejects tokens older than 90 days, so update a version that does not read the token again.",
            "If kubernetes_sd_configs names another cluster (api_server), renew the token or kubeconfig that it names.",
        ),
        ("kubectl get pods --all-namespaces --selector app.kubernetes.io/name=prometheus",),
        "https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html",
        is_in_cluster=True,
    ),
    ClusterClient(
        "the program",
        lazy_pattern(r"\bio\.fabric8\.kubernetes\b|Received status: Status\("),
        "client configuration",
        "NAMESPACE",
        (
            f"Check where the client gets its token: withOauthToken in the code, KUBERNETES_AUTH_TOKEN, the kubeconfig, or the service account of its pod. {_OLD_TOKEN} In Jenkins, it is the credential in Manage Jenkins > Clouds > the cloud: press Test Connection there.",
            "With a token of a service account, IAM is not involved: create a new one. A kubeconfig with aws eks get-token calls as the IAM role of the program.",
        ),
        (),
        "https://github.com/fabric8io/kubernetes-client/blob/main/doc/getting-started/configuration.md",
    ),
)


def find_cluster_client(case: Case[KubernetesUnauthorized]) -> ClusterClient | None:
    """Return the program that the cluster rejects, if the text is from one with its own configuration."""
    if _SHELL.search(case.failure.text):
        return None
    return next((each for each in _CLIENTS if each.pattern.search(case.text)), None)


def explain_client(
    case: Case[KubernetesUnauthorized],
    client: ClusterClient,
    cluster: Cluster,
    principal: principal_mappings.ClusterPrincipal,
    stated: Cause,
) -> Explanation:
    """Explain that a cluster rejects a program, by the program's own configuration."""
    named = (each.groupdict().get("namespace") for each in client.pattern.finditer(case.text))
    namespace = commands.namespace(next(filter(None, named), None))
    namespace = client.namespace if namespace == "NAMESPACE" else namespace
    missing = cluster_access.describe_missing_entry(cluster)
    name = client.name
    shown = tuple(each.replace("NAMESPACE", namespace) for each in client.commands)
    title = f"Check the {client.setting} of {name}"
    if client.is_in_cluster:
        return case.explain(
            f"The cluster did not accept {name}'s identity (401). The text does not say why: most often, its {client.setting} has expired or belongs to another cluster.",
            stated,
            TOKEN_EXPIRED.cause(
                text="The token is older than 90 days, or its service account was re-created."
            ),
            topic="kubernetes-login",
            remedies=cluster_remedy(title, *client.steps, commands=shown, url=client.url),
            notes="The service account's RBAC permissions were not evaluated.",
        )
    role = find_client_role(case)
    if role is not None:
        principal = principal_mappings.build_cluster_principal(role, source=case.text)
    # The entries can be those of another cluster than the one in the settings.
    is_of_cluster = cluster.name in {None, stated_entries.find_listed_cluster(case.failure) or cluster.name}
    listed = stated_entries.is_listed(case.failure, role) if cluster.uses_entries and is_of_cluster else None
    if role is not None and listed is not None:
        explain_entry = _explain_other_entry if listed else _explain_missing_entry
        return explain_entry(case, client, cluster, role, stated)
    if not principal.is_known or (role is None and principal.aws_auth_arn in _find_annotated(case)):
        principal = principal_mappings.build_cluster_principal(None, f"the role of {name}")
    access = cluster_access.DEPLOYMENT_ACCESS
    grant: Commands = ()
    if cluster.uses_entries:
        grant = (
            cluster.eks_command("list-access-entries"),
            Labelled(
                "If this principal is meant to have access and is not listed (cluster administrator):",
                principal.create_entry_command(cluster),
            ),
            principal.associate_policy_command(cluster, access.policy, access.namespace),
        )
    who = principal.description if principal.is_known else "its IAM role"
    return case.explain(
        f"The cluster did not accept {name}'s identity (401): the text does not say why. Most often, {who} has {missing} there, or the {client.setting} has a wrong role or an expired token.",
        stated,
        cluster_access.NOT_MAPPED.cause(text=f"The IAM role of {name} has {missing} in this cluster."),
        TOKEN_EXPIRED.cause(text=f"The token in the {client.setting} has expired or was revoked."),
        topic="kubernetes-login",
        remedies=(
            cluster_remedy(
                f"{title}, and give its role access",
                *client.steps,
                f"An administrator of the target cluster grants the role access{'' if grant else ' in aws-auth'}. {access.reason}",
                commands=(*shown, *grant),
                gives="access entry" if grant else None,
                url=client.url,
            ),
            principal.inspect_access_remedy(cluster),
            *cluster_access.grant_access_remedies(cluster, principal, access),
            cluster_access.authenticator_log_remedy(cluster),
        ),
        notes=f"Your own kubeconfig has no effect on {name}, and neither have IAM policies.",
    )


def find_client_role(case: Case[KubernetesUnauthorized]) -> Principal | None:
    """Return the role as which a program calls a cluster, if the text states it: in its settings, or of its pods."""
    text = case.failure.text[:_MAX_TEXT]
    assumed = unique_value(_ASSUMED_ROLE, text)
    if assumed is None and (pinned := find_pinned_role(case)) is not None:
        return pinned
    if assumed is not None:
        return principal_words.try_parse_principal(assumed.value)
    own = {arn for arn, is_own in _find_annotated(case).items() if is_own}
    return principal_words.try_parse_principal(own.pop()) if len(own) == 1 else None


def _find_annotated(case: Case[KubernetesUnauthorized]) -> dict[str, bool]:
    """Return the roles of service accounts, with whether the account is the program's: others have roles, too."""
    text = case.failure.text[:_MAX_TEXT]
    return {
        found[1]: _OWN_ACCOUNT.search(
            text, max(found.start() - _CHARS_OF_ACCOUNT, 0), found.end() + _CHARS_OF_ACCOUNT
        )
        is not None
        for found in _OWN_ROLE.finditer(text)
    }


def _explain_missing_entry(
    case: Case[KubernetesUnauthorized],
    client: ClusterClient,
    cluster: Cluster,
    role: Principal,
    _stated: Cause,
) -> Explanation:
    """Explain that the access entries in the text do not include the role of a program."""
    principal = principal_mappings.build_cluster_principal(role, source=case.text)
    listed = stated_entries.find_listed(case.failure) or ()
    owner = cluster.account or only_one({each.account for each in listed if isinstance(each, Role)})
    others = [
        each
        for each in listed
        if isinstance(each, Role)
        and not isinstance(each, IdentityCenterRole)
        and "node" not in str(each).lower()
    ]
    instead = None
    if len(others) == 1 and _ASSUMED_ROLE.search(case.failure.text):
        other = principal_words.describe_principal(others[0], None)
        instead = cluster_remedy(
            f"Or let {client.name} assume {other}, which has an entry",
            f"In the {client.setting}, set roleARN to {others[0]}. Its trust policy must allow the principal of {client.name}, as that of the present role does.",
            url=client.url,
        )
    only = f": its access entries are for {stated_entries.describe_listed(case.failure)}" if listed else ""
    where = f" {cluster.argument}" if cluster.name else ""
    who = (
        None
        if owner is None
        else f"Run the commands with credentials of the account {owner}, which has the cluster."
    )
    return case.explain(
        f"The cluster{where} has no access entry for {principal.description}, as which {client.name} calls it{only}.",
        cluster_access.NOT_MAPPED.cause(
            "derived",
            text=f"AWS gives {client.name} the credentials of the role, and the cluster does not know the role. Being able to assume the role is not enough.",
        ),
        topic="kubernetes-login",
        remedies=(
            cluster_access.DEPLOYMENT_ACCESS.entry_remedy(cluster, principal, who),
            instead,
            cluster_access.authenticator_log_remedy(cluster),
        ),
        notes="The trust policy and the IAM permissions of the role are not the cause, nor is the certificate of the cluster.",
    )


def _explain_other_entry(
    case: Case[KubernetesUnauthorized],
    client: ClusterClient,
    cluster: Cluster,
    role: Principal,
    stated: Cause,
) -> Explanation:
    """Explain that a cluster rejects a program although the role of the program has an access entry."""
    principal = principal_mappings.build_cluster_principal(role, source=case.text)
    return case.explain(
        f"The cluster did not accept {client.name}'s identity (401), although {principal.description} has an access entry: most likely, the {client.setting} names another cluster, or the role is newer than its entry.",
        stated,
        OTHER_CLUSTER.cause(
            text=f"The {client.setting} has the endpoint of one cluster and the name of another, for which the token is signed."
        ),
        cluster_access.PRINCIPAL_RECREATED.cause(),
        topic="kubernetes-login",
        remedies=(
            cluster_remedy(
                f"Compare the {client.setting} of {client.name} with the cluster",
                "The name and the endpoint must be those of the same cluster, and the name is case-sensitive.",
                commands=cluster.eks_command("describe-cluster", "--query", "cluster.[name,endpoint]"),
                url=client.url,
            ),
            principal.recreate_entry_remedy(cluster),
            cluster_access.authenticator_log_remedy(cluster),
        ),
        notes=f"Your own kubeconfig has no effect on {client.name}, and neither have IAM policies.",
    )
