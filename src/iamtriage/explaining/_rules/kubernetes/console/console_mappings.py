"""Read what an ``aws-auth`` entry and the text say about who is signed in to the EKS console, and bind its group.

https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.kubernetes.binding_searches import find_vain_search
from iamtriage.explaining._context.readers.kubernetes.rbac_objects import find_bindings
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.kubernetes.aws_auth.map_entries import is_for_nodes
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import find_map_entry
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import RESERVED_PREFIXES
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.arns._principals import Principal
    from iamtriage.explaining._context.values import MappingEntry
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import ConsoleKubernetesAccess

GROUP = "eks-console-viewers"
"""The group and the ClusterRole that an explanation proposes, if there is none."""
_TYPES = "cronjobs,daemonsets,deployments,endpoints,events,jobs,namespaces,nodes,pods,replicasets,services,statefulsets"
RBAC_COMMANDS = (
    f"kubectl create clusterrole {GROUP} --verb=get,list --resource={_TYPES}",
    f"kubectl create clusterrolebinding {GROUP} --clusterrole={GROUP} --group={GROUP}",
)
"""The commands that create the ClusterRole, and bind it to the group."""
# Manifests of AWS, each for a group: https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html
_MANIFESTS = {
    f"eks-console-dashboard-{kind}-access-group": f"https://s3.us-west-2.amazonaws.com/amazon-eks/docs/eks-console-{kind}-access.yaml"
    for kind in ("full", "restricted")
}


def find_mapping(case: Case[ConsoleKubernetesAccess], masked: Principal | None) -> MappingEntry | None:
    """Return the ``aws-auth`` entry of the signed-in principal: if that is unknown, the only one that is not for nodes."""
    found = find_map_entry(case)
    if found is not None or masked is not None or not find_cluster(case).uses_aws_auth:
        return found
    people = [each for each in case.context.mappings if not is_for_nodes(each)]
    is_unknown = case.principal is None or is_derived(case.facts, "caller")
    return people[0] if is_unknown and len(people) == 1 and people[0].wrong_list is None else None


def find_unbound(case: Case[ConsoleKubernetesAccess], mapped: MappingEntry) -> str | None:
    """Return a group of an entry for which a search in the text found no binding."""
    words = find_vain_search(case.failure.text)
    return next((each for each in mapped.groups if words is not None and words in each), None)


def find_own_group(mapped: MappingEntry, text: str) -> str | None:
    """Return the group of an entry to bind: that of a manifest of AWS, or else the first one, unless the text binds one."""
    own = [each for each in mapped.groups if not each.startswith(RESERVED_PREFIXES)]
    bound = {each.name for binding in find_bindings(text) for each in binding.subjects}
    if not bound.isdisjoint(own):
        return None
    return next((each for each in own if each in _MANIFESTS), None) or next(iter(own), None)


def bind_remedy(group: str, username: str | None) -> Remedy:
    """Return the remedy that binds a group of an ``aws-auth`` entry to a ClusterRole that shows the objects."""
    manifest, (create, bind) = _MANIFESTS.get(group), RBAC_COMMANDS
    lines: tuple[str, ...] = create, fill_command(f"{bind.rpartition('=')[0]}={{}}", group)
    step = "The ClusterRole allows the group to read common types: add others as needed."
    is_restricted = manifest is not None and "restricted" in group
    if manifest is not None:
        lines = (f"kubectl apply -f {manifest}",)
        limit = ". It shows only objects in the namespace default" if is_restricted else ""
        step = f"The manifest of AWS creates the ClusterRole and the binding of this group{limit}."
    asked = "list pods --namespace default" if is_restricted else "list nodes"
    check = fill_command(f"kubectl auth can-i {asked} --as {{}} --as-group {{}}", username or "any", group)
    return cluster_remedy(
        f"Bind the group {clip_text(group)} to a ClusterRole that shows the objects",
        "Somebody with administrator access to the cluster runs the commands, such as its creator.",
        step,
        "Then reload the console. The last command must print yes.",
        commands=(*lines, check),
        url=pages.EKS_CONSOLE,
    )
