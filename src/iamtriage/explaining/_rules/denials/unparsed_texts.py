"""Explain texts that show a problem with AWS access, but no failure that ``parse`` reads.

Sources: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html and
https://docs.aws.amazon.com/AmazonECR/latest/userguide/security-iam-awsmanpol.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.documents import find_documents
from iamtriage.explaining._context.readers.pasted_policies import find_policies
from iamtriage.explaining._context.readers.workflows import find_jobs_without_token
from iamtriage.explaining._explanations.explanations import Explanation
from iamtriage.explaining._explanations.remedies import Labelled, Remedy
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.calls.names.cdk_qualifiers import explain_missing_parameter
from iamtriage.explaining._rules.calls.roles.execution_roles import explain_execution_role
from iamtriage.explaining._rules.calls.states.object_states import explain_skipped_objects
from iamtriage.explaining._rules.credentials.database_roles import explain_database_role
from iamtriage.explaining._rules.credentials.keys.access_keys import explain_exposed_key
from iamtriage.explaining._rules.credentials.keys.secret_keys import explain_lost_secret
from iamtriage.explaining._rules.credentials.workloads import ci_jobs
from iamtriage.explaining._rules.credentials.workloads.job_gaps import explain_unwritten_token
from iamtriage.explaining._rules.denials.other_authorities.other_systems import explain_other_authority
from iamtriage.explaining._rules.denials.roles.saml import explain_invalid_response
from iamtriage.explaining._rules.denials.services import repositories
from iamtriage.explaining._rules.kubernetes.rbac.rejected_objects import explain_rejected_object
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.common_causes import NO_IDENTITY_ALLOW
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, identity_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import principal_names
from iamtriage.sts._endpoints import find_endpoint

# The mount helper of EFS mounts its own TLS proxy, so that the server is local.
_DENIED_MOUNT = lazy_pattern(r"mount\.nfs4?: access denied by server while mounting ([^\s'\"]{1,300})")
_EFS = lazy_pattern(
    r"127\.0\.0\.1:/|\bfs-[0-9a-f]{8,17}\b|\befs\b|\.efs\.[a-z0-9-]{6,30}\.amazonaws", re.IGNORECASE
)
_FILE_SYSTEM = lazy_pattern(r"\bfs-[0-9a-f]{8,17}\b")
_REGION = lazy_pattern(r"\.efs\.([a-z0-9-]{6,30})\.amazonaws")
# The options in the command, and as the mount helper logs them.
_OPTIONS = lazy_pattern(
    r"-t (?:amazon-)?efs\b[^\n]{0,200}? -o (\S{1,300})|-o (\S{1,300}) [^\n]{0,200}?-t efs\b|\boptions=\{([^{}\n]{1,600})\}"
)
_OPTION = lazy_pattern(r"'([\w.-]{1,40})': ")
_VOLUME = lazy_pattern(r"failed for volume \\?\"([0-9a-z][0-9a-z.-]{1,100})\\?\"")
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


def explain_efs_mount(text: str, facts: Facts) -> Explanation | None:
    """Explain a denied mount, or return ``None`` if a text shows none."""
    denied = _DENIED_MOUNT.search(text)
    if denied is None or _EFS.search(text) is None:
        return None
    found, role = _FILE_SYSTEM.search(text), _MOUNTING_ROLE.search(text)
    region = facts.region or (each[1] if (each := _REGION.search(text)) else None)
    name, given = found[0] if found else "FILE_SYSTEM_ID", _find_options(text)
    is_anonymous = bool(given) and "iam" not in given
    who, where = _CLIENTS.find(text) or _INSTANCE
    client = f"the role {role[1]}" if role else who
    reason = EFS_MOUNT_DENIED.sentence
    mounted = found[0] if found else "a file system"
    summary = f"Amazon EFS denied {client if role else 'the client'} the mount of {mounted} (elasticfilesystem:ClientMount)."
    roles = _find_allowed_roles(text)
    if is_anonymous:
        shown = ",".join(each for each in given if "=" not in each) or ",".join(given)
        admits = "the file system policy does not allow anonymous clients"
        if roles:
            admits = f"the file system policy in the text allows only {_name_roles(roles)}. The file system policy can stay as it is, and no other one is missing"
        reason = f"The mount options ({shown}) lack iam, and {admits}."
        summary = f"Amazon EFS denied the mount of {mounted}: the mount options lack iam, so the client is anonymous{f', and the file system policy allows only {_name_roles(roles)}' if roles else ''}."
    host = None if region is None else find_endpoint(region)
    arn = f"arn:{'aws' if host is None else host.partition}:elasticfilesystem:{commands.region(region)}:ACCOUNT_ID:file-system/{name}"
    is_local, warns = denied[1].startswith("127.0.0.1"), "watchdog" in text
    proxy = "127.0.0.1 is the TLS proxy of the mount helper: the network is not the cause."
    allow_it = identity_remedy(
        "Allow the mount" if "iam" in given else "Mount with the option iam, and allow the mount",
        None if "iam" in given else where,
        f"Attach the policy to {client}. Add elasticfilesystem:ClientRootAccess if it writes as root.",
        "The first command prints the file system policy. An explicit Deny in it overrides the policy.",
        commands=(
            f"aws efs describe-file-system-policy --file-system-id {name} --region {commands.region(region)}",
            commands.put_policy(commands.role_name(role[1] if role else None), "AllowEfsMount"),
        ),
        statements=(allow(_MOUNT_ACTIONS, arn, sid="EfsMount"),),
        url=pages.EFS_IAM,
    )
    return Explanation(
        failure=None,
        topic="efs-mount-denied",
        summary=summary,
        causes=(EFS_MOUNT_DENIED.cause("derived", f'The text says "{denied[0]}".', text=reason),),
        remedies=(_mount_with_iam(text, given, where, roles) if is_anonymous and roles else allow_it,),
        notes=present(
            proxy if is_local else None,
            "The line about amazon-efs-mount-watchdog is a warning, not the cause." if warns else None,
        ),
    )


def _find_options(text: str) -> tuple[str, ...]:
    found = _OPTIONS.search(text)
    if found is None:
        return ()
    return tuple(_OPTION.findall(found[3])) if found[3] else tuple((found[1] or found[2]).split(","))


def _find_allowed_roles(text: str) -> tuple[str, ...]:
    """Return the ARNs of the roles that the file system policy in a text allows the mount, if it allows nobody else."""
    found: list[str] = []
    documents = list(find_documents(text)) if '"Principal"' in text else []
    for policy in find_policies(text, documents):
        for each in policy.allows if policy.has_principal else ():
            if names_action(each, "elasticfilesystem:ClientMount"):
                found += principal_names(each, "AWS") or ["*"]
    is_limited = all(parse_masked_role(each) is not None for each in found)
    return tuple(dict.fromkeys(found)) if is_limited else ()


def _name_roles(roles: tuple[str, ...]) -> str:
    names = tuple(clip_text(each.rpartition("/")[2]) for each in roles)
    return f"the {'role' if len(names) == 1 else 'roles'} {join_words(names, 'and')}"


def _mount_with_iam(text: str, given: tuple[str, ...], where: str, roles: tuple[str, ...]) -> Remedy:
    """Return the remedy that only adds the option, because the file system policy allows the client's role."""
    if "mountOptions" not in where:
        step = f"The client must have the credentials of {_name_roles(roles)}."
        return your_remedy("Mount with the option iam", where, step, url=pages.EFS_IAM)
    options = [*(each for each in given if each == "tls"), "iam"]
    volume = _VOLUME.search(text)
    patch = json.dumps({"spec": {"mountOptions": options}}, separators=(",", ":"))
    return cluster_remedy(
        "Mount with the option iam, next to tls",
        "Add iam to the mountOptions of the StorageClass, for new volumes. An existing PersistentVolume keeps its own options: the command sets them. Then re-create the pod.",
        f"The driver's service account on the nodes (efs-csi-node-sa) must have the credentials of {_name_roles(roles)}.",
        commands=commands.fill_command(
            "kubectl patch persistentvolume {} --type merge --patch {}",
            volume[1] if volume else "VOLUME_NAME",
            patch,
        ),
        manifest="mountOptions:\n" + "".join(f"  - {each}\n" for each in options),
        url=pages.EFS_IAM,
    )


_CACHE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html"
_IMAGE = lazy_pattern(
    rf"(?<!\d)(?P<account>\d{{12}})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]{{6,30}})\.amazonaws\.com(?P<china>\.cn)?/{repositories.NAME}"
    r"(?::(?P<tag>[\w.-]{1,128}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?[\"']?:? (?:image |manifest )?(?:not found|does not exist)",
    re.ASCII,
)
# What people and AWS call the feature.
_PULL_THROUGH = lazy_pattern(r"(?i:pull[ -]?through)|PullThroughCache")
_ROLE = lazy_pattern(r"\blist-attached-role-policies [^\n]{0,200}?--role-name[= ](?P<role>[\w+=,.@-]{1,64})")
_READING = lazy_pattern(r"\bAmazonEC2ContainerRegistry(?:ReadOnly|PullOnly|PowerUser)\b")
_IMPORT, _CREATE = "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"
IMAGE_NOT_FOUND = CauseType(
    "image-not-found",
    title="The registry has no such image or repository",
    text="The tag or the repository does not exist in this account and Region.",
    meaning="The ECR registry of this account and Region has no such repository or tag.",
    recognised_by="A pull from an ECR registry ends with not found.",
    fix="Correct the name, tag, account or Region of the image, or push it.",
    sources=("https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html",),
    subject="calls",
)


def explain_missing_image(text: str, _facts: Facts) -> Explanation | None:
    """Explain that a registry does not find an image; return ``None`` for other texts."""
    image = _IMAGE.search(text) if ".dkr.ecr" in text else None
    if image is None:
        return None
    name, region = image["name"], commands.region(image["region"])
    prefix, tag = name.partition("/")[0], image["tag"]
    is_cached = _PULL_THROUGH.search(text) is not None
    shown = f"{name}:{tag}" if tag else name
    who, placeholder, _, who_pulls = repositories.find_puller(text)
    role = found["role"] if (found := _ROLE.search(text)) else placeholder
    who = f"the role {role}" if found else who
    attached = _READING.search(text)
    missing = _CREATE if attached and attached[0].endswith("PullOnly") else f"{_IMPORT} and {_CREATE}"
    because = (f"The text shows {attached[0]}, which lacks {missing}.",) if attached else ()
    cache = NO_IDENTITY_ALLOW.cause(
        "derived" if is_cached and attached else "possible",
        because,
        text=f"The first pull of an image with a pull through cache rule requires {_IMPORT}, and {_CREATE} if its repository is new. Without them, the registry answers not found.",
    )
    arn = f"arn:{'aws-cn' if image['china'] else 'aws'}:ecr:{region}:{image['account']}:repository/{prefix}/*"
    grant = identity_remedy(
        f"{'Allow' if is_cached else 'If a pull through cache rule has this prefix, allow'} {who} to fill {prefix}/",
        who_pulls,
        "Instead, the registry policy can allow both actions (aws ecr put-registry-policy), or an administrator, who has both, pulls each image once: what is in the cache needs neither.",
        commands=commands.put_policy(role, "FillPullThroughCache"),
        statements=(allow((_IMPORT, _CREATE), arn, sid="FillCache"),),
        url=_CACHE,
    )
    ids = f"imageDigest={image['digest']}" if image["digest"] else f"imageTag={tag or 'latest'}"
    look = your_remedy(
        "Check that the image exists in this account and Region",
        "Compare the account, the Region, the repository and the tag with where the image was pushed.",
        commands=(
            commands.fill_command(
                "aws ecr describe-images --registry-id {} --repository-name {} --image-ids {} --region {}",
                *(image["account"], name, ids, region),
            ),
            Labelled(
                "Whether a rule of the registry fetches such images:",
                f"aws ecr describe-pull-through-cache-rules --region {region}",
            ),
        ),
        url=_CACHE,
    )
    is_likely = is_cached or ("/" in name and repositories.CACHE_PREFIX.fullmatch(prefix) is not None)
    summary = f"The ECR registry has no image {shown} in {region}: nothing was denied, unless a pull through cache rule is meant to fetch it."
    if is_likely:
        summary = f"The ECR registry answered not found for {shown}: {'' if is_cached and attached else 'most likely, '}{who} may pull what is in the cache, but not fetch a new image, for lack of {missing}."
    parts = [(IMAGE_NOT_FOUND.cause(), look), (cache, grant)]
    causes, remedies = zip(*(parts[::-1] if is_likely else parts), strict=True)
    if is_cached and attached:
        # Before its first pull, an image is only in the upstream registry.
        causes = (cache, IMAGE_NOT_FOUND.cause(text="The upstream registry has no such image or tag."))
        remedies = (grant,)
    topic = NO_IDENTITY_ALLOW.code if is_likely else IMAGE_NOT_FOUND.code
    return Explanation(failure=None, topic=topic, summary=summary, causes=causes, remedies=remedies)


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


def explain_unparsed(text: str, facts: Facts) -> Explanation | None:
    """Explain a text without a failure, or return ``None`` if it shows no problem with AWS access."""
    return next(filter(None, (explain_text(text, facts) for explain_text in _RULES)), None)


def _explain_kubeconfig(text: str, facts: Facts) -> Explanation | None:
    found = _NO_KUBECONFIG.search(text)
    if found is None:
        return None
    context, cluster = found["context"], Cluster(facts.cluster, region=facts.region)
    calls_localhost = "KUBERNETES_MASTER" not in found[0]
    summary = f"The client has no kubeconfig for a cluster{', so it called localhost' * calls_localhost}"
    reason = "The text says that no configuration has been provided."
    if calls_localhost:
        reason = "The text shows a call to localhost."
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
            "If the same run creates, replaces or destroys the cluster, its address is unknown to the provider: apply the cluster first, in a separate run or configuration.",
        ]
        shown = ()
    return Explanation(
        failure=None,
        topic=NO_KUBECONFIG.code,
        summary=f"{summary}. No request reached the cluster, and nothing was denied.",
        causes=(NO_KUBECONFIG.cause("derived", reason),),
        remedies=(your_remedy(title, *steps, commands=shown, url=pages.EKS_KUBECONFIG),),
    )


def _explain_id_token(text: str, _facts: Facts) -> Explanation | None:
    if "ACTIONS_ID_TOKEN_REQUEST_URL env variable" not in text:
        return None
    if fork := ci_jobs.find_fork(text):
        cause = ci_jobs.SECRETS_OF_FORKS.cause("derived", f"The text shows {quote_words(fork)}.")
        remedy = ci_jobs.SKIP_FORKS
    elif jobs := find_jobs_without_token(text):
        cause, remedy = ci_jobs.explain_jobs(jobs)
    else:
        cause = ci_jobs.NO_ID_TOKEN_PERMISSION.cause(
            "derived", "The text says that ACTIONS_ID_TOKEN_REQUEST_URL is not set."
        )
        remedy = your_remedy(
            "Give the job the permission id-token: write",
            *ci_jobs.GITHUB_PERMISSION_STEPS,
            manifest=ci_jobs.github_workflow(text),
            url=pages.GITHUB_OIDC,
        )
    return Explanation(
        failure=None,
        topic="no-credentials",
        summary=ci_jobs.describe_missing_token(text),
        causes=(cause,),
        remedies=(remedy,),
    )


_RULES: tuple[Callable[[str, Facts], Explanation | None], ...] = (
    explain_efs_mount,
    explain_skipped_objects,
    explain_database_role,
    explain_missing_parameter,
    explain_missing_image,
    _explain_kubeconfig,
    _explain_id_token,
    explain_exposed_key,
    explain_lost_secret,
    explain_unwritten_token,
    explain_rejected_object,
    explain_execution_role,
    explain_invalid_response,
    explain_other_authority,
)
