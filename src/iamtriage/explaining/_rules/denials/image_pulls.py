"""Explain that an Amazon ECR registry denies a pull without a reason.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.credentials.unsigned_requests import (
    NODE_ROLE_CANNOT_PULL,
    REGISTRY_LOGIN_EXPIRED,
)
from iamtriage.explaining._rules.denials.resource_policies import RESOURCE_NO_ALLOW
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import find_partition, find_registry
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_image_pull",)

_ACTIONS = "ecr:BatchGetImage and ecr:GetDownloadUrlForLayer"


def explain_image_pull(denial: Denial) -> Explanation:
    """Explain a response with status 403 from a registry."""
    case = Case(denial.failure, denial.facts)
    registry, region = find_registry(case)
    policy = f"arn:{find_partition(case)}:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
    return Explanation(
        failure=denial.failure,
        topic="no-identity-allow",
        summary="The ECR registry denied the pull without a reason. On EKS the node role pulls, on ECS the task execution role.",
        causes=(
            NO_IDENTITY_ALLOW.cause(text=f"No policy of the role or user that pulls allows {_ACTIONS}."),
            NODE_ROLE_CANNOT_PULL.cause(
                text="On a node, the node role lacks these permissions, or the kubelet's credential provider did not get credentials."
            ),
            RESOURCE_NO_ALLOW.cause(
                text="The repository is in another account, and its policy does not allow the role that pulls."
            ),
            REGISTRY_LOGIN_EXPIRED.cause(
                text="The docker login is older than 12 hours, or belongs to another user."
            ),
        ),
        remedies=(
            Remedy(
                title="Allow the pull to the role of the nodes, or to the task execution role",
                who="account administrator",
                steps=(
                    "The kubelet pulls with the node role, not with the pod's role. ECS pulls with the task execution role.",
                    f"For a repository of another account, its owner must also allow {_ACTIONS} to the role in the repository policy.",
                ),
                commands=(
                    "aws iam list-attached-role-policies --role-name NODE_ROLE_NAME",
                    f"aws iam attach-role-policy --role-name NODE_ROLE_NAME --policy-arn {policy}",
                ),
                url=pages.ECR_LOGIN,
            ),
            credential_remedies.docker_login(registry, region),
        ),
    )
