"""Build the remedies for kubelets that NodeRestriction does not allow to set a label or to use a name.

Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.shared import commands, pages, principal_mappings
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Remedy

NO_POLICY = "Neither an RBAC binding nor an IAM policy helps, and the mapping of the node role is right."
"""The note on a node with another name: the API server knows the node."""
_LABEL = lazy_pattern(r"[A-Za-z0-9][\w./-]{0,250}(?:=[\w.-]{0,63})?", re.ASCII)
# An argument of the kubelet, or a field of the settings of Bottlerocket and of nodeadm.
_OVERRIDE = lazy_pattern(
    r"(?<![\w-])(?P<setting>(?:--)?hostname-?[oO]verride)[\"']?(?: ?[:=] ?| )[\"']?(?P<name>[\w.-]{1,253})"
)


def label_remedy(labels: str, node: str | None) -> Remedy:
    """Return the remedy that sets protected labels as an administrator."""
    settings = " ".join(
        each if "=" in each else f"{each}=" for each in labels.split(", ") if _LABEL.fullmatch(each)
    )
    return cluster_remedy(
        "Remove the label from the kubelet's --node-labels, and set it with your own access",
        "Node groups, nodeadm and bootstrap.sh pass their labels to the kubelet as --node-labels. A kubelet can set labels without kubernetes.io or k8s.io in the prefix, such as example.com/role.",
        commands=(
            fill_command(f"kubectl label node {{}} {settings}", commands.kubernetes_name(node or "NODE")),
        ),
        url=pages.KUBERNETES_ADMISSION,
    )


def name_remedy(node: str, text: str) -> Remedy:
    """Return the remedy that makes the kubelet register with the name that the cluster gives the node."""
    source = f"The cluster takes the name from the mapping of the node role: {principal_mappings.NODE_USERNAME} is the private DNS name of the instance."
    override = _OVERRIDE.search(text)
    if override is not None:
        return cluster_remedy(
            f"Remove {override['setting']}, so that the kubelet registers as {clip_text(node)}",
            f"{source} The text sets {clip_text(override['name'])}.",
            "Change the user data or the settings of the node, and replace the node. For a name to choose nodes by, use a label: --node-labels=name=VALUE.",
            url=pages.EKS_TROUBLESHOOTING,
        )
    return cluster_remedy(
        f"Let the kubelet register as {clip_text(node)}",
        f"{source} The kubelet takes its name from --hostname-override, or from the host name.",
        "On the node, remove --hostname-override, or restore the host name. A domain name in the VPC's DHCP options changes it, too. Then restart the kubelet, or replace the node.",
        commands=("hostname --fqdn", "systemctl cat kubelet"),
        url=pages.EKS_TROUBLESHOOTING,
    )
