"""Explain how the Roles that Amazon EMR on EKS creates get the volume claims that they lack.

Sources: https://github.com/eksctl-io/eksctl/issues/5397 and
https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/permissions-for-pvc.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._context.values import Rule
from iamtriage.explaining._rules.kubernetes import denied_requests, request_checks
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.manifests import patch_with_rule
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.remedies import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest

_CLAIMS = "persistentvolumeclaims"
_ACCOUNTS = "emr-containers-sa-spark-"


def emr_remedy(denied: DeniedRequest) -> Remedy | None:
    """Return the remedy for the account of a job, or ``None`` for other users."""
    request, subject = denied.request, denied.subject
    is_job = subject is not None and subject.name.startswith(_ACCOUNTS)
    if not is_job or denied.installer != denied_requests.SPARK or request.resource != _CLAIMS:
        return None
    rule = Rule(request.verbs, ("",), (_CLAIMS,))
    space = commands.namespace(request.namespace)
    change = f"-n {space} --type json --patch '{patch_with_rule(rule)}'"
    return cluster_remedy(
        f"Add {_CLAIMS} to the Roles of Amazon EMR in the namespace {space}",
        f"Older versions of eksctl and EMR create the Role emr-containers without {_CLAIMS}, or with fewer verbs. EMR creates further ones for each job execution role, so the second command changes those, too.",
        "The job execution role needs no permission for volumes: the EBS CSI driver creates them with its own role.",
        commands=(
            f"kubectl patch role emr-containers {change}",
            f"kubectl get roles -n {space} --output name | grep -E 'emr-containers-role-spark-(driver|client)' | xargs -I {{}} kubectl patch {{}} {change}",
            request_checks.check_command(denied),
        ),
        url="https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/permissions-for-pvc.html",
    )
