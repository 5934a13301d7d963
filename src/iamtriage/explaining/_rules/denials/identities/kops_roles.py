"""Allow an action for the nodes of a cluster of kOps, which is not one of EKS.

Source: https://kops.sigs.k8s.io/iam_roles/, section Adding Additional Policies.
"""

from __future__ import annotations

import json

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.shared.remedies import cluster_remedy
from iamtriage.explaining._rules.shared.requirements.required_grants import required_grant
from iamtriage.policies._documents import allow

# kOps names the role after the cluster, whose name is a domain.
_ROLE = lazy_pattern(r"(?P<kind>nodes|masters)\.(?P<cluster>[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})")


def add_policy_remedy(denial: Denial) -> Remedy | None:
    """Return the remedy that adds a statement to the specification of the cluster, if kOps created the role."""
    found = None if denial.role is None else _ROLE.fullmatch(denial.role.name)
    grant = None if found is None else required_grant(denial)
    if found is None or grant is None:
        return None
    key = "node" if found["kind"] == "nodes" else "master"
    resources = grant.resources[0] if len(grant.resources) == 1 else grant.resources
    statement = json.dumps([{**allow(grant.action), "Resource": resources}])
    cluster = found["cluster"]
    return cluster_remedy(
        f"Allow {grant.action} for the {found['kind']} in the cluster spec of kOps",
        f"kops edit cluster opens the spec: add the statement to additionalPolicies, under {key}. All pods on these nodes then have the permission.",
        "To give it to one service account only, use iam.serviceAccountExternalPermissions in the spec instead.",
        commands=(f"kops edit cluster --name {cluster}", f"kops update cluster --name {cluster} --yes"),
        manifest=f"spec:\n  additionalPolicies:\n    {key}: |\n      {statement}\n",
        url="https://kops.sigs.k8s.io/iam_roles/",
    )
