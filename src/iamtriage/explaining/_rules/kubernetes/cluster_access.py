"""Build the causes and remedies that rejected logins share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.arns._principals import (
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    Root,
    ServiceLinkedRole,
)
from iamtriage.explaining._explanations import Cause, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.principal_mappings import (
    aws_auth_remedy,
    build_cluster_principal,
    create_entry_remedy,
    enable_entries_remedy,
)
from iamtriage.explaining._rules.shared.principal_words import underlying_role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._explanations import Evidence
    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

__all__ = (
    "authenticator_log_remedy",
    "describe_missing_entry",
    "grant_access_remedies",
    "mode_causes",
    "principal_causes",
)

# The code and text of the cause for callers that access entries or aws-auth cannot map as they are.
_UNSUITED_PRINCIPALS: dict[type[object], tuple[str, str]] = {
    Root: (
        "root-caller",
        "The caller is the root user of an account. An access entry for it has no effect; aws-auth can map it. Use a role instead.",
    ),
    FederatedUser: (
        "federated-caller",
        "The caller is a federated user, that is, a session: no access entry can name it.",
    ),
    InstanceProfile: ("instance-profile", "An instance profile never calls: the role in it does."),
    ServiceLinkedRole: (
        "service-linked-caller",
        "The caller is a service-linked role, for which EKS takes no access entries.",
    ),
}
_LOGGING = '{"clusterLogging":[{"types":["authenticator"],"enabled":true}]}'


def describe_missing_entry(cluster: Cluster) -> str:
    """Return the entry that a principal lacks, as a phrase.

    >>> from iamtriage.explaining._rules.shared.clusters import Cluster
    >>> describe_missing_entry(Cluster(mode="API"))
    'no access entry'
    """
    if not cluster.uses_aws_auth:
        return "no access entry"
    return (
        "neither an access entry nor an entry in aws-auth" if cluster.uses_entries else "no entry in aws-auth"
    )


def mode_causes(cluster: Cluster) -> Iterator[Cause]:
    """Yield what follows from the authentication mode, if the facts state it."""
    if cluster.mode == "API":
        text = "The cluster takes access entries only: what stands in the ConfigMap aws-auth does not count."
        yield Cause("map-without-effect", text, "supplied", ("The authentication mode is API.",))
    if cluster.mode == "CONFIG_MAP":
        text = "The cluster takes no access entries: only the ConfigMap aws-auth says who gets in."
        yield Cause("entries-without-effect", text, "supplied", ("The authentication mode is CONFIG_MAP.",))


def principal_causes(case: AnyCase) -> Iterator[Cause]:
    """Yield what follows from the type of the caller."""
    principal = case.principal
    role = underlying_role(principal)
    evidence: Evidence = "supplied" if case.failure.principal is None else "derived"
    because = (f"The caller is {case.caller}",)
    unsuited = _UNSUITED_PRINCIPALS.get(type(role or principal))
    if unsuited is not None:
        yield Cause(*unsuited, evidence, because)
    elif isinstance(role, IdentityCenterRole):
        text = "The caller is a role of Identity Center, whose entry is easily written wrong: an access entry wants its ARN with the path /aws-reserved/sso.amazonaws.com/, aws-auth without."
        yield Cause("identity-center-path", text, "possible", because)
    elif role is not None and role.path != "/":
        text = f"The role has the path {role.path}, and its entry is easily written wrong: an access entry wants the path, aws-auth wants none."
        yield Cause("role-path", text, "possible", because)


def grant_access_remedies(
    cluster: Cluster, principal: ClusterPrincipal, *, namespace: str | None
) -> Iterator[Remedy]:
    """Yield the remedies that grant a principal access, by authentication mode.

    If the principal cannot have access, they grant it to a role that replaces it.
    """
    refusal = principal.entry_refusal
    if refusal:
        principal = build_cluster_principal(None, "a role that is used instead")
    if cluster.uses_entries:
        choice = "AmazonEKSViewPolicy shows most types of one namespace. Choose the policy by what the principal has to do."
        steps = (refusal, choice) if refusal else (choice,)
        yield create_entry_remedy(cluster, principal, namespace=commands.namespace(namespace), steps=steps)
    if cluster.uses_aws_auth:
        yield aws_auth_remedy(
            cluster,
            principal,
            groups=("GROUP",),
            title=f"Or map {principal.description} in aws-auth" if cluster.uses_entries else None,
            steps=(
                "GROUP is a group that a RoleBinding or ClusterRoleBinding names. Without one, the principal gets in and may do next to nothing.",
            ),
        )
    if cluster.mode == "CONFIG_MAP":
        yield enable_entries_remedy(cluster)


def authenticator_log_remedy(cluster: Cluster) -> Remedy:
    """Return the remedy that finds the rejected caller in the authenticator's log."""
    return Remedy(
        title="Read in the log of the authenticator who was refused",
        who="cluster administrator",
        steps=(
            "The line with access denied names the ARN as the authenticator looks it up. Logs are there from the moment on when they are enabled, and cost something.",
        ),
        commands=(
            cluster.eks_command("update-cluster-config", "--logging", _LOGGING, flag="--name"),
            commands.command(
                *("aws", "logs", "filter-log-events", *cluster.region_arguments),
                *("--log-group-name", f"/aws/eks/{cluster.argument}/cluster"),
                *("--log-stream-name-prefix", "authenticator", "--filter-pattern", '"access denied"'),
            ),
        ),
        url=pages.EKS_LOGS,
    )
