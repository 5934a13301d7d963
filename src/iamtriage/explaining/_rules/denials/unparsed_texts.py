"""Explain texts that show a problem with AWS access, but no failure that ``parse`` reads.

Source: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation
from iamtriage.explaining._rules.credentials.access_keys import explain_exposed_key
from iamtriage.explaining._rules.credentials.ci_jobs import (
    GITHUB_PERMISSION_STEPS,
    GITHUB_WORKFLOW,
    NO_ID_TOKEN_PERMISSION,
    SECRETS_OF_FORKS,
    SKIP_FORKS,
    describe_missing_token,
    find_fork,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import Cluster
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present, your_remedy
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

# What clients of Kubernetes print without a kubeconfig: they call localhost. Terraform's providers do so, too.
_NO_KUBECONFIG = lazy_pattern(
    r"(?:The connection to the server |Get \"http://|dial tcp )(?:localhost|127\.0\.0\.1|\[::1\]):8080\b[^\n]{0,300}?(?: was refused|connection refused)"
    r"|no configuration has been provided, try setting KUBERNETES_MASTER"
    r"|\b(?:error|Error|unreachable): context \"(?P<context>[\w.@:/-]{1,200})\" does not exist"
    r"|(?P<provider>(?:Get|Post|Put|Patch|Delete) \"http://localhost/apis?/[^\"\n]{1,200}\": dial tcp [^\n]{3,60}:80: connect(?:ex)?: connection refused)",
    re.ASCII,
)
_SUDO = lazy_pattern(r"\bsudo (?:-\S{1,20} )*(?:kubectl|helm|k9s)\b", re.ASCII)

NO_KUBECONFIG = CauseType(
    "no-kubeconfig",
    title="The client has no kubeconfig, or not that context",
    text="The client has no kubeconfig for the cluster, so it sent no request to it.",
    recognised_by="The client calls localhost, or says that the context does not exist.",
    fix="Add the cluster to the kubeconfig with aws eks update-kubeconfig.",
    sources=(pages.EKS_KUBECONFIG,),
    subject="kubernetes",
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


def _explain_kubeconfig(text: str, facts: Facts) -> Explanation | None:
    found = _NO_KUBECONFIG.search(text)
    if found is None:
        return None
    context, cluster = found["context"], Cluster(facts.cluster, region=facts.region)
    calls_localhost = "KUBERNETES_MASTER" not in found[0]
    summary = f"The client has no kubeconfig for a cluster{', so it called localhost' * calls_localhost}"
    reason = (
        "The text shows a call to localhost."
        if calls_localhost
        else "The text says that no configuration has been provided."
    )
    title = "Add the cluster to the kubeconfig"
    steps = [
        "For an EKS cluster, the first command adds it and makes it the current context. The second lists the contexts.",
        "KUBECONFIG and --kubeconfig select another file than ~/.kube/config: in a job or a container, set them in the same step.",
    ]
    shown: tuple[str, ...] = (cluster.kubeconfig_command(), "kubectl config get-contexts")
    if context is not None:
        summary = f'The kubeconfig has no context "{context}"'
        reason = "The text says that the context does not exist."
        title = "Use a context that the kubeconfig has, or add the cluster"
        steps[0] = (
            "The names are case-sensitive. aws eks update-kubeconfig names the context after the cluster's ARN, unless --alias names it."
        )
    if _SUDO.search(text):
        steps.insert(0, "With sudo, the client reads root's ~/.kube/config: run it without sudo.")
    if found["provider"]:
        summary = "Terraform's Kubernetes provider has no address of the cluster, so it called localhost"
        title = "Configure the provider with the cluster's address"
        steps = [
            "In the provider block, set host, cluster_ca_certificate and exec (aws eks get-token) from the cluster's attributes. A module uses the provider of its caller.",
            "If the same run creates, replaces or destroys the cluster, its address is unknown to the provider: apply the cluster first, in a run or a configuration of its own.",
        ]
        shown = ()
    return Explanation(
        failure=None,
        topic=NO_KUBECONFIG.code,
        summary=f"{summary}. No request reached the cluster, and nothing was denied.",
        causes=(NO_KUBECONFIG.cause("derived", (reason,)),),
        remedies=(your_remedy(title, *steps, commands=shown, url=pages.EKS_KUBECONFIG),),
    )


def _explain_id_token(text: str, _facts: Facts) -> Explanation | None:
    if "ACTIONS_ID_TOKEN_REQUEST_URL env variable" not in text:
        return None
    fork = find_fork(text)
    return Explanation(
        failure=None,
        topic="no-credentials",
        summary=describe_missing_token(text),
        causes=(SECRETS_OF_FORKS.cause("derived", (f"The text shows {quote_words(fork)}.",)),)
        if fork
        else (
            NO_ID_TOKEN_PERMISSION.cause(
                "derived", ("The text says that ACTIONS_ID_TOKEN_REQUEST_URL is not set.",)
            ),
        ),
        remedies=(SKIP_FORKS,)
        if fork
        else (
            your_remedy(
                "Give the job the permission id-token: write",
                *GITHUB_PERMISSION_STEPS,
                manifest=GITHUB_WORKFLOW,
                url=pages.GITHUB_OIDC,
            ),
        ),
    )


_RULES: tuple[Callable[[str, Facts], Explanation | None], ...] = (
    _explain_efs_mount,
    _explain_kubeconfig,
    _explain_id_token,
    explain_exposed_key,
)
