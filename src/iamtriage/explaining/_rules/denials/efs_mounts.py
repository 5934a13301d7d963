"""Explain that an Amazon EFS file system denies a mount.

Source: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.denials.resource_policies import RESOURCE_DENY, RESOURCE_NO_ALLOW
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.policies._documents import build_document

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("explain_mount",)

_FILE_SYSTEM = re.compile(r"fs-[0-9a-f]{8,17}", re.ASCII)
_HOST = re.compile(
    r"\.efs\.(?P<region>[a-z]{2}(?:-[a-z]{2,12}){1,3}-[0-9])\.amazonaws\.com(?P<china>\.cn)?", re.ASCII
)
_PAGE = "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html"


def explain_mount(denial: Denial) -> Explanation:
    """Explain that a file system does not allow an NFS client."""
    is_whole = _FILE_SYSTEM.fullmatch(denial.resource or "") is not None
    file_system = denial.resource if is_whole and denial.resource else "FILE_SYSTEM_ID"
    host = _HOST.search(denial.failure.text)
    region = commands.region(host["region"] if host else None)
    partition = "aws-cn" if host and host["china"] else denial.location.partition or "aws"
    name = f"The EFS file system {file_system}" if is_whole else "The EFS file system"
    return Explanation(
        failure=denial.failure,
        topic="resource-no-allow",
        summary=f"{name} denied the mount, without a reason.",
        causes=(
            RESOURCE_NO_ALLOW.cause(
                text="The file system policy allows only IAM roles and users. A mount without the option iam is anonymous."
            ),
            RESOURCE_DENY.cause(
                text="The file system policy requires TLS (aws:SecureTransport) or an access point, and this mount uses neither."
            ),
            NO_IDENTITY_ALLOW.cause(
                text="The mount uses IAM, and no policy allows its role elasticfilesystem:ClientMount."
            ),
        ),
        remedies=(
            Remedy(
                title="Mount with the EFS mount helper, TLS and IAM",
                who="you",
                steps=(
                    "Install amazon-efs-utils. The helper signs the mount with the role of the instance, task or pod.",
                    "In a PersistentVolume of the EFS CSI driver, add tls and iam to mountOptions.",
                ),
                commands=(
                    fill_command("sudo mount -t efs -o tls,iam {}:/ MOUNT_POINT", file_system),
                    fill_command(
                        "aws efs describe-file-system-policy --region {} --file-system-id {} --query Policy --output text",
                        region,
                        file_system,
                    ),
                ),
                url=_PAGE,
            ),
            Remedy(
                title="Allow the role to mount the file system",
                who="account administrator",
                steps=(
                    "Attach the policy to the role. An Allow in the file system policy does the same. Remove ClientWrite if reading is enough.",
                ),
                policy=build_document(
                    [
                        {
                            "Effect": "Allow",
                            "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                            "Resource": f"arn:{partition}:elasticfilesystem:{region}:{commands.account(denial.account)}:file-system/{file_system}",
                        }
                    ]
                ),
                layer="identity",
                url=_PAGE,
            ),
        ),
    )
