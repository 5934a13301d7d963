"""Explain that EKS reserves a user name or a group of an access entry.

Source: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.kubernetes.cluster_access import ENTRY_OF_OTHER_TYPE
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clusters import (
    find_cluster,
    find_entry_arn,
)
from iamtriage.explaining._rules.shared.principal_mappings import (
    IAM_DOES_NOT_HELP,
    RESERVED_PREFIXES,
    associate_policy_command,
    build_cluster_principal,
    create_entry_command,
    node_entry_remedy,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal
    from iamtriage.failures._failures import AccessEntry


RESERVED_NAME = CauseType(
    "reserved-name",
    title="The user or group name is reserved or malformed",
    meaning="The user name or group of the access entry is reserved for Kubernetes and EKS, or malformed.",
    recognised_by="EKS says that the user name or the Kubernetes group is invalid.",
    fix="Use a name without the prefixes system:, eks:, aws:, amazon: and iam:.",
    sources=(pages.EKS_ACCESS_ENTRIES,),
)


def entry_principal(case: Case[AccessEntry]) -> ClusterPrincipal:
    return build_cluster_principal(try_parse_principal(find_entry_arn(case)), "the principal")


def explain_reserved_name(case: Case[AccessEntry], message: str) -> Explanation:
    cluster, principal = find_cluster(case), entry_principal(case)
    if re.search(r"[Gg]roup", message):
        name = "group"
        if (found := _NODE_GROUP.search(message)) is not None:
            return _explain_node_group(case, found[0])
        if "system:masters" in message:
            return _explain_masters(case)
        advice = "Instead of system:masters, associate AmazonEKSClusterAdminPolicy with the entry. For other permissions, bind a role to your own group."
        option = ("--kubernetes-groups", "GROUP")
    else:
        name = "user name"
        advice = "Omit the user name if it does not matter: EKS chooses one. Before {{SessionName}}, a colon is required."
        option = ("--username", "USER")
    call = (
        "create-access-entry"
        if case.failure.envelope.operation == "CreateAccessEntry"
        else "update-access-entry"
    )
    change = cluster.eks_command(call, *option, principal=principal.entry_argument)
    return case.explain(
        f"EKS rejected the {name}{_describe_name(message)}",
        RESERVED_NAME.cause(
            "reported",
            text=f"The {name} has a prefix that is reserved for Kubernetes and EKS, or is malformed.",
        ),
        topic="access-entry-name",
        remedies=(
            cluster_remedy(
                f"Use another {name}",
                f"The {name} must not begin with {', '.join(RESERVED_PREFIXES[:-1])} or {RESERVED_PREFIXES[-1]}.",
                advice,
                commands=(change,),
                url=pages.EKS_ACCESS_ENTRIES,
            ),
        ),
        notes=(
            "The ConfigMap aws-auth accepts such names, access entries do not. An entry for nodes gets its name and groups from its type.",
            IAM_DOES_NOT_HELP,
        ),
    )


def _describe_name(message: str) -> str:
    found = _RESERVED.search(message)
    if found is None:
        return " of the access entry: it is reserved or malformed."
    return f" {found[0]}: names that begin with {found[1]} are reserved in access entries."


_RESERVED = lazy_pattern(r"(?<![:\w])((?:system|eks|aws|amazon|iam):)(?!:)[a-zA-Z0-9][\w.@:-]{0,62}\b")
_NODE_GROUP = lazy_pattern(r"system:(?:bootstrappers|nodes|node-proxier)")


def _explain_masters(case: Case[AccessEntry]) -> Explanation:
    """Explain that an access policy replaces the group of administrators."""
    cluster, principal = find_cluster(case), entry_principal(case)
    return case.explain(
        "EKS rejected the group system:masters: in access entries, the policy AmazonEKSClusterAdminPolicy replaces it.",
        RESERVED_NAME.cause("reported", text="Groups that begin with system: are reserved."),
        topic="access-entry-name",
        remedies=(
            cluster_remedy(
                "Associate AmazonEKSClusterAdminPolicy with the entry",
                "Create the entry without the group, and associate the policy. It allows everything, as the group does: use a smaller policy if that is enough.",
                commands=(
                    create_entry_command(cluster, principal),
                    associate_policy_command(
                        cluster, principal, "AmazonEKSClusterAdminPolicy", namespace=None
                    ),
                ),
                url=pages.EKS_ACCESS_POLICIES,
            ),
        ),
        notes=(IAM_DOES_NOT_HELP,),
    )


def _explain_node_group(case: Case[AccessEntry], group: str) -> Explanation:
    """Explain that nodes get their groups from the type of their access entry."""
    cluster, principal = find_cluster(case), entry_principal(case)
    return case.explain(
        f"EKS rejected the group {group}: nodes get it from the type of their access entry (EC2_LINUX), not from its groups.",
        RESERVED_NAME.cause("reported", text="Groups that begin with system: are reserved."),
        ENTRY_OF_OTHER_TYPE.cause(text="The node role's access entry is of type STANDARD."),
        topic="access-entry-name",
        remedies=(node_entry_remedy(cluster, principal),),
        notes=(IAM_DOES_NOT_HELP,),
    )
