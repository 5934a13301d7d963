"""Explain mounts of Amazon EFS that the file system policy denies.

Sources: https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html and
https://docs.aws.amazon.com/efs/latest/ug/mount-fs-auto-mount-update-fstab.html.
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.explaining._context.readers.documents import find_documents
from iamtriage.explaining._context.readers.pasted_policies import find_policies
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.basics import CauseType, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import parse_masked_role
from iamtriage.explaining._rules.shared.remedies import (
    cluster_remedy,
    identity_remedy,
    owner_remedy,
    present,
    your_remedy,
)
from iamtriage.explaining._rules.shared.texts.text_signs import Signs
from iamtriage.policies._documents import allow
from iamtriage.policies._readers.elements import iterate_conditions, principal_names
from iamtriage.sts._endpoints import find_endpoint

# The mount helper of EFS mounts its own TLS proxy, so that the server is local.
_DENIED_MOUNT = lazy_pattern(r"mount\.nfs4?: access denied by server while mounting ([^\s'\"]{1,300})")
_EFS = lazy_pattern(r"(?i)127\.0\.0\.1:/|\bfs-[0-9a-f]{8,17}\b|\befs\b|\.efs\.[a-z0-9-]{6,30}\.amazonaws")
# The name of another NFS server: mount targets of EFS have names with the ID of the file system, or are mounted by IP address.
_OTHER_SERVER = lazy_pattern(
    r"(?a)(?=[^:/]{0,253}[A-Za-z])(?!localhost:)(?![^:/]{0,253}(?:\bfs-|\befs\b))[\w.-]{1,253}:/"
)
_FILE_SYSTEM = lazy_pattern(r"\bfs-[0-9a-f]{8,17}\b")
_REGION = lazy_pattern(r"\.efs\.([a-z0-9-]{6,30})\.amazonaws")
# The options in the command, and as the mount helper logs them.
_OPTIONS = lazy_pattern(
    r"-t (?:amazon-)?efs\b[^\n]{0,200}? -o (\S{1,300})|-o (\S{1,300}) [^\n]{0,200}?-t efs\b|\boptions=\{([^{}\n]{1,600})\}"
)
_OPTION = lazy_pattern(r"'([\w.-]{1,40})': ")
# A command without a character that is special in a shell, and a line of /etc/fstab.
_COMMAND = lazy_pattern(
    r"(?P<line>\b(?:sudo )?mount (?=[^\n]{0,200}-t (?P<type>(?:amazon-)?efs|nfs4?)\b)[\w./:=,@ -]{1,300}? (?P<source>(?:[\w-]{1,20}\.)?fs-[\w./:-]{8,80}) (?P<point>/[\w./-]{0,200}))"
)
_FSTAB = lazy_pattern(
    r"^(?P<source>(?:[\w-]{1,20}\.)?fs-[\w./:-]{8,80})[ \t]+(?P<point>/[\w./-]{0,200})[ \t]+(?:amazon-)?efs[ \t]+(?P<options>[\w.,=-]{1,200})(?:[ \t]|$)",
    re.MULTILINE,
)
_GIVEN = lazy_pattern(r"(?<=-o )([\w.,=-]{1,200})")
_VOLUME = lazy_pattern(r"failed for volume \\?\"([0-9a-z][0-9a-z.-]{1,100})\\?\"")
# What the mount helper logs about its credentials.
_MOUNTING_ROLE = lazy_pattern(
    r"(?a)IAM authentication: (?:[^\n]{0,80}\n)?[^\n]{0,80}?:role/(?:[\w+=.@-]{1,64}/){0,8}([\w+=.@-]{1,64})"
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


# "Creating the same volume without the access point mounts correctly."
_WITHOUT_POINT = lazy_pattern(
    r"\b(?i:without|instead of) (?:the |an? |any )?(?i:access ?points?)\b[^.\n]{0,80}?(?<!not )(?<!n't )\b(?:it |that )?(?:works?|worked|mounts?|mounted|succeeds?|is fine)\b"
    r"|(?<!not )(?<!n't )\b(?:works?|worked|mounts?) (?:fine |well |correctly )?(?:if|when|as long as)? ?[^.\n]{0,60}?\b(?:without (?:the |an? )?access ?points?|(?:volume|file ?system)(?:'s)? root)\b"
)
_ACCESS_POINT = lazy_pattern(r"\bfsap-[0-9a-f]{8,40}\b")
EFS_ROOT_DIRECTORY = CauseType(
    "efs-root-directory",
    title="The root directory of the EFS access point does not exist",
    text="Amazon EFS creates the root directory of an access point only if the access point has CreationInfo: an owner and permissions. Otherwise, a mount through it fails as denied.",
    recognised_by="A mount through an access point is denied, and the text says that one without it works.",
    fix="Create the directory, or an access point with CreationInfo.",
    sources=("https://docs.aws.amazon.com/efs/latest/ug/API_CreationInfo.html",),
)


def _explain_root_directory(
    found: re.Match[str] | None, region: str | None, text: str, works: str
) -> Explanation:
    """Explain that only a mount through the access point is denied: its root directory is missing."""
    point, where = _ACCESS_POINT.search(text), f"--region {commands.region(region)}"
    name = found[0] if found else "FILE_SYSTEM_ID"
    named = f"the access point {point[0]}" if point else "the access point"
    return Explanation(
        failure=None,
        topic="efs-mount-denied",
        summary=f"Amazon EFS denied the mount through {named}, and without it, the mount works: most likely, the root directory of the access point does not exist.",
        causes=(EFS_ROOT_DIRECTORY.cause("derived", f"The text says {quote_words(works)}."),),
        remedies=(
            owner_remedy(
                "Create the root directory of the access point",
                "If describe-access-points prints a Path, but no CreationInfo, mount the file system without the access point, and create the directory, with the owner that the access point uses.",
                "If the path is there or is /, the file system policy or the missing option iam is the reason.",
                commands=(
                    f"aws efs describe-access-points --access-point-id {point[0] if point else 'ACCESS_POINT_ID'} {where} --query 'AccessPoints[].RootDirectory'",
                    {
                        "Or create another one, which creates its directory (with your user ID, group ID and path):": f"aws efs create-access-point --file-system-id {name} {where} --posix-user Uid=1000,Gid=1000 --root-directory 'Path=/PATH,CreationInfo={{OwnerUid=1000,OwnerGid=1000,Permissions=0755}}'"
                    },
                ),
                url=EFS_ROOT_DIRECTORY.sources[0],
            ),
        ),
    )


def explain_efs_mount(text: str, facts: Facts) -> Explanation | None:
    """Explain a denied mount, or return ``None`` if a text shows none."""
    denied = _DENIED_MOUNT.search(text)
    if denied is None or _EFS.search(text) is None or _OTHER_SERVER.match(denied[1]):
        return None
    found, role = _FILE_SYSTEM.search(text), _MOUNTING_ROLE.search(text)
    region = facts.region or (each[1] if (each := _REGION.search(text)) else None)
    name, given = found[0] if found else "FILE_SYSTEM_ID", _find_options(text)
    # The mount helper logs the credentials that it uses only with the option.
    has_iam = "iam" in given or role is not None
    is_anonymous = bool(given) and not has_iam
    if (works := _WITHOUT_POINT.search(text)) is not None:
        return _explain_root_directory(found, region, text, works[0])
    who, where = _CLIENTS.find(text) or _INSTANCE
    client = f"the role {role[1]}" if role else who
    reason = EFS_MOUNT_DENIED.sentence
    mounted = found[0] if found else "a file system"
    summary = f"Amazon EFS denied {client if role else 'the client'} the mount of {mounted} (elasticfilesystem:ClientMount)."
    policies = list(find_policies(text, list(find_documents(text)))) if '"Principal"' in text else []
    roles = _find_allowed_roles(policies)
    needs_tls = bool(given) and "tls" not in given and any(map(_requires_tls, policies))
    if needs_tls and not roles:
        summary = f"Amazon EFS denied the mount of {mounted}: the mount options lack tls, and the file system policy denies requests without TLS."
        reason = "A Deny of the policy in the text has the condition aws:SecureTransport = false, and overrides each Allow."
    elif is_anonymous:
        shown = ",".join(each for each in given if "=" not in each) or ",".join(given)
        admits = "the file system policy does not allow anonymous clients"
        if roles:
            admits = f"the file system policy in the text allows only {_name_roles(roles)}. The file system policy can stay as it is, and no IAM policy is missing"
        reason = f"The mount options ({shown}) lack iam, so the client sends no identity, and {admits}."
        summary = f"Amazon EFS denied the mount of {mounted}: the mount options lack iam, so the client is anonymous{f', and the file system policy allows only {_name_roles(roles)}' if roles else ''}."
    elif roles and not has_iam:
        reason = f"The file system policy in the text allows only {_name_roles(roles)}. A client that mounts without the option iam sends no identity."
        summary = f"Amazon EFS denied the mount of {mounted}: the file system policy allows only {_name_roles(roles)}, so the client mounts without the option iam, or has another role."
    host = None if region is None else find_endpoint(region)
    arn = f"arn:{'aws' if host is None else host.partition}:elasticfilesystem:{commands.region(region)}:ACCOUNT_ID:file-system/{name}"
    is_local, warns = denied[1].startswith("127.0.0.1"), "watchdog" in text
    proxy = "127.0.0.1 is the TLS proxy of the mount helper: the network is not the cause."
    allow_it = identity_remedy(
        "Allow the mount" if has_iam else "Mount with the option iam, and allow the mount",
        None if has_iam else where,
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
        remedies=(
            _mount_with_iam(text, given, where, roles)
            if roles and not has_iam and not (needs_tls and not is_anonymous)
            else _mount_with_tls(text, where)
            if needs_tls
            else allow_it,
        ),
        notes=present(
            proxy if is_local else None,
            "The line about amazon-efs-mount-watchdog is a warning, not the cause." if warns else None,
        ),
    )


def _find_options(text: str) -> tuple[str, ...]:
    found = _OPTIONS.search(text)
    if found is None:
        command, line = _COMMAND.search(text), _FSTAB.search(text)
        given = _GIVEN.search(command["line"]) if command else None
        written = given[0] if given else "defaults" if command else line["options"] if line else ""
        return tuple(filter(None, written.split(",")))
    return tuple(_OPTION.findall(found[3])) if found[3] else tuple((found[1] or found[2]).split(","))


def _find_allowed_roles(policies: list[Document]) -> tuple[str, ...]:
    """Return the ARNs of the roles that a file system policy allows the mount, if it allows nobody else."""
    found: list[str] = []
    for policy in policies:
        for each in policy.allows if policy.has_principal else ():
            if names_action(each, _MOUNT_ACTIONS[0]):
                if any(
                    key.lower() == "elasticfilesystem:accesspointarn"
                    for _, key, _ in iterate_conditions(each)
                ):
                    return ()  # the access point can be another one
                found += principal_names(each, "AWS") or ["*"]
    is_limited = all(parse_masked_role(each) is not None for each in found)
    return tuple(dict.fromkeys(found)) if is_limited else ()


def _requires_tls(policy: Document) -> bool:
    """Return whether a file system policy denies mounts without TLS."""
    return any(
        key.lower() == "aws:securetransport" and [each.lower() for each in values] == ["false"]
        for statement in policy.denies
        if names_action(statement, _MOUNT_ACTIONS[0])
        for _, key, values in iterate_conditions(statement)
    )


def _name_roles(roles: tuple[str, ...]) -> str:
    names = tuple(clip_text(each.rpartition("/")[2]) for each in roles)
    return f"the {'role' if len(names) == 1 else 'roles'} {join_words(names, 'and')}"


def _mount_with_iam(text: str, given: tuple[str, ...], where: str, roles: tuple[str, ...]) -> Remedy:
    """Return the remedy that only adds the option, because the file system policy allows the client's role."""
    if "mountOptions" not in where:
        again, step = None, f"The client must have the credentials of {_name_roles(roles)}."
        if where == _INSTANCE[1] and (found := _COMMAND.search(text) or _FSTAB.search(text)) is not None:
            again, line = _mount_again(found, "tls", "iam")
            step += f" In /etc/fstab, the line is {line}."
            if "nfs" in found.groupdict().get("type", ""):
                step = f"Only the mount helper (amazon-efs-utils) sends an identity: mount -t nfs4 cannot. {step}"
        return your_remedy(
            "Mount with the option iam", None if again else where, step, commands=again, url=pages.EFS_IAM
        )
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


def _mount_with_tls(text: str, where: str) -> Remedy:
    """Return the remedy that only adds the option tls, because the file system policy requires TLS."""
    found = _COMMAND.search(text) or _FSTAB.search(text) if where == _INSTANCE[1] else None
    again, line = (None, None) if found is None else _mount_again(found, "tls")
    return your_remedy(
        "Mount with the option tls",
        f"In /etc/fstab, the line is {line}." if line else f"{where} The option tls is enough here.",
        "The mount helper (amazon-efs-utils) encrypts the connection. Then the other statements of the policy decide.",
        commands=again,
        url=pages.EFS_IAM,
    )


def _mount_again(found: re.Match[str], *added: str) -> tuple[str, str]:
    """Return the command and the line of /etc/fstab that mount a file system with more options."""
    source, point = found["source"], found["point"]
    if found.re.pattern == _FSTAB.pattern:
        options = _add(found["options"], *added)
        return f"sudo mount -t efs -o {options} {source} {point}", f"{source} {point} efs {options} 0 0"
    line = found["line"]
    if found["type"].startswith("nfs"):
        name = _FILE_SYSTEM.search(source)
        source = f"{name[0] if name else 'FILE_SYSTEM_ID'}:{source.partition(':')[2] or '/'}"
        line = f"sudo mount -t efs {source} {point}"
    given = _GIVEN.search(line)
    options = _add(given[0] if given else "", *added)
    again = (
        line.replace(f"-o {given[0]}", f"-o {options}")
        if given
        else line.replace("efs", f"efs -o {options}", 1)
    )
    return again, f"{source} {point} efs _netdev,{options} 0 0"


def _add(options: str, *added: str) -> str:
    return ",".join(dict.fromkeys((*filter(None, options.split(",")), *added)))
