"""Explain texts that show a problem with AWS access, but no failure that ``parse`` reads.

Source: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation
from iamtriage.explaining._rules.credentials.access_keys import explain_exposed_key
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present
from iamtriage.explaining._rules.shared.text_signs import Signs
from iamtriage.policies._documents import allow
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from iamtriage.explaining._facts import Facts

# The mount helper of EFS mounts its own TLS proxy, so that the server is local.
_DENIED_MOUNT = lazy_pattern(r"mount\.nfs4?: access denied by server while mounting ([^\s'\"]{1,300})")
_EFS = lazy_pattern(
    r"127\.0\.0\.1:/|\bfs-[0-9a-f]{8,17}\b|\befs\b|\.efs\.[a-z0-9-]{6,30}\.amazonaws", re.IGNORECASE
)
_FILE_SYSTEM = lazy_pattern(r"\bfs-[0-9a-f]{8,17}\b")
_REGION = lazy_pattern(r"\.efs\.([a-z0-9-]{6,30})\.amazonaws")
_OPTIONS = lazy_pattern(
    r"-t (?:amazon-)?efs\b[^\n]{0,200}? -o (\S{1,300})|-o (\S{1,300}) [^\n]{0,200}?-t efs\b"
)
# What the mount helper logs about its credentials.
_MOUNTING_ROLE = lazy_pattern(
    r"IAM authentication: [^\n]{0,80}?:role/(?:[\w+=,.@-]{1,64}/){0,8}([\w+=,.@-]{1,64})", re.ASCII
)
# What mounts the file system: its sign, its role, and how it gets the option iam.
_CLIENTS = Signs(
    {
        r"(?i:kubelet|csi|MountVolume|\bpod)": (
            "the role of efs-csi-node-sa or of the node",
            "Add iam to the mountOptions of the StorageClass or PersistentVolume, next to tls. Re-create the volume and the pod.",
        ),
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html
        r"ResourceInitializationError|EFS utils|\bECS\b|[Ff]argate": (
            "the task role",
            "In the task definition, set transitEncryption and authorizationConfig.iam of the volume to ENABLED.",
        ),
    }
)
_MOUNT_ACTIONS = ("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite")
_INSTANCE = (
    "the role of the instance",
    "Add iam to the options of the mount, next to tls (mount -t efs -o tls,iam).",
)

EFS_MOUNT_DENIED = CauseType(
    "efs-mount-denied",
    title="No policy allows the mount of the EFS file system",
    text="The file system policy of Amazon EFS does not allow the mount, and no identity-based policy of the client's role does.",
    recognised_by='"mount.nfs4: access denied by server while mounting" and a sign of Amazon EFS.',
    fix="Mount with the option iam, and allow the client's role elasticfilesystem:ClientMount.",
    sources=(pages.EFS_IAM, pages.EKS_EFS_MOUNTS),
)


def explain_unparsed(text: str, facts: Facts) -> Explanation | None:
    """Explain a text without a failure, or return ``None`` if it shows no problem with AWS access."""
    return next(filter(None, (explain_text(text, facts) for explain_text in _RULES)), None)


def _explain_efs_mount(text: str, facts: Facts) -> Explanation | None:
    denied = _DENIED_MOUNT.search(text)
    if denied is None or _EFS.search(text) is None:
        return None
    found, options, role = _FILE_SYSTEM.search(text), _OPTIONS.search(text), _MOUNTING_ROLE.search(text)
    region = facts.region or (each[1] if (each := _REGION.search(text)) else None)
    name = found[0] if found else "FILE_SYSTEM_ID"
    given = () if options is None else tuple((options[1] or options[2]).split(","))
    is_anonymous = bool(given) and "iam" not in given
    who, where = _CLIENTS.find(text) or _INSTANCE
    client = f"the role {role[1]}" if role else who
    reason = EFS_MOUNT_DENIED.sentence
    mounted = found[0] if found else "a file system"
    summary = f"Amazon EFS denied {client if role else 'the client'} the mount of {mounted} (elasticfilesystem:ClientMount)."
    if is_anonymous:
        shown = ",".join(each for each in given if "=" not in each) or ",".join(given)
        reason = f"The mount options ({shown}) lack iam, and the file system policy does not allow anonymous clients."
        summary = f"Amazon EFS denied the mount of {mounted}: the mount options lack iam, so the client is anonymous."
    host = None if region is None else find_endpoint(region)
    arn = f"arn:{'aws' if host is None else host.partition}:elasticfilesystem:{commands.region(region)}:ACCOUNT_ID:file-system/{name}"
    is_local, warns = denied[1].startswith("127.0.0.1"), "watchdog" in text
    proxy = "127.0.0.1 is the TLS proxy of the mount helper: the network is not the cause."
    return Explanation(
        failure=None,
        topic="efs-mount-denied",
        summary=summary,
        causes=(EFS_MOUNT_DENIED.cause("derived", (f'The text says "{denied[0]}".',), text=reason),),
        remedies=(
            identity_remedy(
                "Allow the mount" if "iam" in given else "Mount with the option iam, and allow the mount",
                *(() if "iam" in given else (where,)),
                f"Attach the policy to {client}. Add elasticfilesystem:ClientRootAccess if it writes as root.",
                "The first command prints the file system policy. An explicit Deny in it overrides the policy.",
                commands=(
                    f"aws efs describe-file-system-policy --file-system-id {name} --region {commands.region(region)}",
                    commands.put_policy(commands.role_name(role[1] if role else None), "AllowEfsMount"),
                ),
                statements=(allow(_MOUNT_ACTIONS, arn, sid="EfsMount"),),
                url=pages.EFS_IAM,
            ),
        ),
        notes=present(
            proxy if is_local else None,
            "The line about amazon-efs-mount-watchdog is a warning, not the cause." if warns else None,
        ),
    )


_RULES: tuple[Callable[[str, Facts], Explanation | None], ...] = (_explain_efs_mount, explain_exposed_key)
