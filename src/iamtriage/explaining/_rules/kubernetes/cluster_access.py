"""What explanations of refused logins share: causes that facts tell, and the ways to let a principal in.

Not for the commands themselves, see ``mapping_roles``.
"""

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
from iamtriage.explaining._rules.shared.cases import underlying_role
from iamtriage.explaining._rules.shared.principal_mappings import (
    aws_auth_remedy,
    build_cluster_principal,
    create_entry_remedy,
    enable_entries_remedy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._explanations import Evidence
    from iamtriage.explaining._rules.shared.clusters import AnyCase, Cluster
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

__all__ = ("lack_of_entry", "let_in_remedies", "log_remedy", "mode_causes", "principal_causes")

_LOGGING = '{"clusterLogging":[{"types":["authenticator"],"enabled":true}]}'


def lack_of_entry(cluster: Cluster) -> str:
    """Give in words what somebody lacks whom the cluster does not know.

    >>> from iamtriage.explaining._rules.shared.clusters import Cluster
    >>> lack_of_entry(Cluster(mode="API"))
    'no access entry'
    """
    if not cluster.uses_aws_auth:
        return "no access entry"
    return (
        "neither an access entry nor an entry in aws-auth" if cluster.uses_entries else "no entry in aws-auth"
    )


def mode_causes(cluster: Cluster) -> Iterator[Cause]:
    """Give what follows from the authentication mode, where the facts tell it."""
    if cluster.mode == "API":
        text = "The cluster takes access entries only: what stands in the ConfigMap aws-auth does not count."
        yield Cause("map-without-effect", text, "supplied", ("The authentication mode is API.",))
    if cluster.mode == "CONFIG_MAP":
        text = "The cluster takes no access entries: only the ConfigMap aws-auth says who gets in."
        yield Cause("entries-without-effect", text, "supplied", ("The authentication mode is CONFIG_MAP.",))


def principal_causes(case: AnyCase) -> Iterator[Cause]:
    """Give what follows from who called."""
    principal = case.principal
    role = underlying_role(principal)
    evidence: Evidence = "supplied" if case.failure.principal is None else "derived"
    because = (f"The caller is {case.caller}",)
    if isinstance(principal, Root):
        text = "The caller is the root user of an account. An access entry for it has no effect; aws-auth can map it. Use a role instead."
        yield Cause("root-caller", text, evidence, because)
    elif isinstance(principal, FederatedUser):
        text = "The caller is a federated user, that is, a session: no access entry can name it."
        yield Cause("federated-caller", text, evidence, because)
    elif isinstance(principal, InstanceProfile):
        text = "An instance profile never calls: the role in it does."
        yield Cause("instance-profile", text, evidence, because)
    elif isinstance(role, ServiceLinkedRole):
        text = "The caller is a service-linked role, for which EKS takes no access entries."
        yield Cause("service-linked-caller", text, evidence, because)
    elif isinstance(role, IdentityCenterRole):
        text = "The caller is a role of Identity Center, whose entry is easily written wrong: an access entry wants its ARN with the path /aws-reserved/sso.amazonaws.com/, aws-auth without."
        yield Cause("identity-center-path", text, "possible", because)
    elif role is not None and role.path != "/":
        text = f"The role has the path {role.path}, and its entry is easily written wrong: an access entry wants the path, aws-auth wants none."
        yield Cause("role-path", text, "possible", because)


def let_in_remedies(cluster: Cluster, who: ClusterPrincipal, *, namespace: str | None) -> Iterator[Remedy]:
    """Give the ways to let a principal in, by what the cluster takes.

    For one whom neither way is for, they are those of a role that is to be used instead.
    """
    refusal = who.entry_refusal
    if refusal:
        who = build_cluster_principal(None, "a role that is used instead")
    if cluster.uses_entries:
        choice = "AmazonEKSViewPolicy shows most types of one namespace. Choose the policy by what the principal has to do."
        steps = (refusal, choice) if refusal else (choice,)
        yield create_entry_remedy(cluster, who, namespace=commands.namespace(namespace), steps=steps)
    if cluster.uses_aws_auth:
        yield aws_auth_remedy(
            cluster,
            who,
            groups=("GROUP",),
            title=f"Or map {who.description} in aws-auth" if cluster.uses_entries else None,
            steps=(
                "GROUP is a group that a RoleBinding or ClusterRoleBinding names. Without one, the principal gets in and may do next to nothing.",
            ),
        )
    if cluster.mode == "CONFIG_MAP":
        yield enable_entries_remedy(cluster)


def log_remedy(cluster: Cluster) -> Remedy:
    """Give the remedy that reads whom the authenticator refused."""
    arguments = ("--logging", _LOGGING)
    return Remedy(
        title="Read in the log of the authenticator who was refused",
        who="cluster administrator",
        steps=(
            "The line with access denied names the ARN as the authenticator looks it up. Logs are there from the moment on when they are enabled, and cost something.",
        ),
        commands=(
            cluster.eks_command("update-cluster-config", *arguments, flag="--name"),
            commands.command(
                *("aws", "logs", "filter-log-events", *cluster.region_arguments),
                *("--log-group-name", f"/aws/eks/{cluster.argument}/cluster"),
                *("--log-stream-name-prefix", "authenticator", "--filter-pattern", '"access denied"'),
            ),
        ),
        url=pages.EKS_LOGS,
    )
