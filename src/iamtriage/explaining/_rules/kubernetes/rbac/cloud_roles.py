"""Explain how another cloud allows what Kubernetes denies: with its own roles, in addition to RBAC.

Either is enough: https://learn.microsoft.com/en-us/azure/aks/manage-azure-rbac and
https://cloud.google.com/kubernetes-engine/docs/how-to/role-based-access-control.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.kubernetes.other_logins import AZURE_RBAC_SIGN, GKE
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.clues import message_text
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import READ_VERBS, user_argument
from iamtriage.explaining._rules.shared.remedies import owner_remedy

_PERMISSION = lazy_pattern(
    r"requires one of \[\\{0,3}\"(container\.[A-Za-z]{1,60}\.[A-Za-z]{1,40})", re.ASCII
)
# Google Cloud names a service account by its ID if the token has no scope for its email address.
_UNIQUE_ID = lazy_pattern(r"\d{21}", re.ASCII)
_SERVICE_ACCOUNT = ".gserviceaccount.com"


def describe_cloud_roles(denied: DeniedRequest) -> str | None:
    """Return which role of the cloud is missing, and of which cluster, as the end of "no"; ``None`` if RBAC decides alone."""
    if denied.kind == "service account":
        return None
    if AZURE_RBAC_SIGN in denied.case.failure.text:
        return "Azure role assignment and no RBAC role of the AKS cluster"
    if denied.provider is not GKE:
        return None
    permission = _PERMISSION.search(message_text(denied.case))
    named = f" with {permission[1]}" if permission else ""
    return f"Google Cloud role{named} and no RBAC role of the GKE cluster"


def azure_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that assigns a role in Azure, if Azure authorizes requests."""
    if AZURE_RBAC_SIGN not in denied.case.failure.text:
        return None
    of_cluster = "az aks show --resource-group RESOURCE_GROUP_NAME --name CLUSTER --query id --output tsv"
    scope = f'"$({of_cluster})"'
    if denied.request.namespace:
        scope += f"/namespaces/{commands.namespace(denied.request.namespace)}"
    return owner_remedy(
        "Assign a role in Azure",
        "This takes the role Owner, User Access Administrator or Role Based Access Control Administrator on the cluster in Azure. An assignment takes effect within minutes.",
        commands=fill_command(
            f"az role assignment create --role {{}} --assignee {{}} --scope {scope}",
            f"Azure Kubernetes Service RBAC {'Reader' if denied.request.verb in READ_VERBS else 'Writer'}",
            user_argument(denied.user),
        ),
        url="https://learn.microsoft.com/en-us/azure/aks/manage-azure-rbac",
    )


def google_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy that grants a role in Google Cloud, if the cluster runs there."""
    if denied.provider is not GKE or denied.kind == "service account":
        return None
    user, role = user_argument(denied.user), "developer"
    if denied.request.verb in READ_VERBS:
        role = "viewer"
    elif denied.request.group == "rbac.authorization.k8s.io":
        role = "admin"
    is_id = unique_id_step(denied) is not None
    kind = "serviceAccount" if user.endswith(_SERVICE_ACCOUNT) else "user"
    member = f"{kind}:{user}" if "@" in user else "serviceAccount:EMAIL"
    return owner_remedy(
        f"Or grant roles/container.{role} in Google Cloud",
        "The role applies to all clusters of the project, in all namespaces.",
        commands=(
            # This prints the email address of an ID.
            f"gcloud iam service-accounts describe {user} --format='value(email)'" if is_id else None,
            fill_command(
                f"gcloud projects add-iam-policy-binding PROJECT_ID --member={{}} --role=roles/container.{role}",
                member,
            ),
        ),
        url="https://cloud.google.com/kubernetes-engine/docs/how-to/iam",
    )


def unique_id_step(denied: DeniedRequest) -> str | None:
    """Return which service account of Google Cloud the user is, if its name is the ID of one."""
    user = denied.user or ""
    if denied.provider is not GKE or not _UNIQUE_ID.fullmatch(user):
        return None
    return "The user name is the unique ID of a Google Cloud service account."
