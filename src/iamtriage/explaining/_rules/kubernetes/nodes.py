"""Explain why a node cannot join the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from iamtriage._patterns import REGION, lazy_pattern, only_one
from iamtriage._text import clip_text, line_start
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.callers import UNMAPPED
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.aws_auth.mapped_groups import NODE_MAPPING, find_wrong_groups
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import add_stated_map, find_node_role
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import (
    describe_listed,
    find_listed,
    is_listed,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clues import find_role_arn
from iamtriage.explaining._rules.shared.kubernetes import principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, Cluster, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import ClusterPrincipal
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import INSTANCE_PROFILE, ROLE_PATH
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy
from iamtriage.explaining._rules.sts.findings import REGION_DISABLED
from iamtriage.failures._failures import KubernetesForbidden

_MANAGED = lazy_pattern(r"(?i)NodeCreationFailure|\bnode ?group")
# The name of a node is the private DNS name of its instance:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html
_NODE_NAME = lazy_pattern(
    r"(?a)(?<![\w.-])(?:ip-(?P<ip>\d{1,3}(?:-\d{1,3}){3})|(?P<id>i-[0-9a-f]{17}))"
    rf"(?:(?P<domain>\.ec2|\.(?P<region>{REGION})\.compute)\.internal)?(?![\w-])"
)
_INSTANCE_PROFILE = lazy_pattern(
    r"(?a)\barn:aws[a-z-]{0,12}:iam::[0-9]{12}:instance-profile/(?:[\w+=,.@-]{1,64}/){0,8}([\w+=,.@-]{1,128})"
)
NODE_ROLE_NOT_MAPPED = CauseType(
    "node-role-not-mapped",
    title="The node role has neither an access entry nor a mapping in aws-auth",
    fix="Create an access entry of type EC2_LINUX or EC2_WINDOWS, or map the role in aws-auth.",
    of="node-not-accepted",
)
_ENTRY_DIFFERS = (
    "the role was re-created after its entry, the entry has another type, or the node calls another cluster"
)
NODE_NOT_ACCEPTED = CauseType(
    "node-not-accepted",
    title="The API server could not authenticate the node",
    recognised_by="The kubelet logs Unauthorized, or nodes fail to join the cluster.",
    fix="Map the node role in the cluster.",
    sources=(pages.EKS_TROUBLESHOOTING,),
)


def explain_node_login(case: AnyCase, message: str) -> Explanation:
    """Explain that the API server rejects a node."""
    evidence = "The text is from a kubelet."
    if "Unable to register node" in message:
        evidence = "The kubelet could not register its node."
    role = find_node_role(case)
    return _explain_missing_entry(case, role, "The API server rejected the kubelet (Unauthorized)", evidence)


def explain_node_access(denial: Denial) -> Explanation:
    """Explain the health issue of a node group whose nodes have no access to the cluster."""
    case = denial.case
    # The issue lists the ARN of the node role as its resource.
    role = underlying_role(try_parse_principal(find_role_arn(case.text)))
    evidence = "EKS reports it as a health issue of the node group."
    verdict = "The nodes have no access to the cluster"
    return _explain_missing_entry(case, role, verdict, evidence, is_managed=True)


def add_node_access(case: AnyCase, explanation: Explanation) -> Explanation:
    """Return why nodes did not join the cluster, if what the text shows of their role's access decides."""
    if explanation.causes[0].code != "nodes-not-joined":
        return explanation
    role = find_node_role(case)
    listed = is_listed(case.failure, role) if role is not None else None
    if role is None or listed is None:
        wrong = find_wrong_groups(
            case, lambda each: each.startswith("system:node:"), principal_mappings.NODE_GROUPS
        )
        is_of_other = wrong and role is not None and role.name != wrong.meant.named.name
        # An ARN that never matches matters more.
        if wrong is None or is_of_other or wrong.meant.difference:
            return add_stated_map(case, explanation)
        text = "Without the group system:nodes, a node cannot register."
        return attrs.evolve(
            explanation,
            summary=f"The nodes did not join the cluster: most likely, {wrong.verdict}.",
            causes=(NODE_MAPPING.cause("derived", text=text), *explanation.causes[1:]),
            remedies=(*wrong.remedies(case), *explanation.remedies),
        )
    if listed:
        summary = explanation.summary.replace(
            "lacks policies or its access entry", "lacks policies (it has its access entry)"
        )
        return attrs.evolve(explanation, summary=summary)
    denied = _explain_missing_entry(case, role, "The nodes did not join the cluster", "", is_managed=True)
    return attrs.evolve(denied, causes=denied.causes[1:], topic=explanation.topic)


def _explain_missing_entry(
    case: AnyCase, role: Role | None, verdict: str, evidence: str, *, is_managed: bool = False
) -> Explanation:
    cluster = find_cluster(case)
    principal = principal_mappings.build_cluster_principal(role, "the node role", placeholder="NODE_ROLE_ARN")
    missing = cluster_access.describe_missing_entry(cluster)
    why = f"most likely, {principal.description} has {missing}"
    if role is None and find_listed(case.failure) is not None:
        why += f" (the access entries in the text are for {describe_listed(case.failure)})"
    known, possible = tuple[Cause, ...](), tuple(_possible_causes(cluster, is_managed=is_managed))
    remedies = tuple(_remedies(case, cluster, principal))
    listed = is_listed(case.failure, role) if cluster.uses_entries else None
    if listed:
        verdict, why = f"{verdict}, although {principal.description} has an access entry", _ENTRY_DIFFERS
        possible = (cluster_access.PRINCIPAL_RECREATED.cause(), cluster_access.ENTRY_OF_OTHER_TYPE.cause())
        remedies = (principal.node_entry_remedy(cluster), cluster_access.node_cluster_remedy(cluster))
    elif role is not None and (listed is False or _is_unmapped(case, role)):
        why = f"no IAM permission is missing, but {principal.description} has {missing}"
        text = f"The authenticator of this cluster has identified {principal.description}, and found no entry for it."
        because = 'The log says "ARN is not mapped" of this role.'
        if listed is False:
            text = f"The access entries in the text are for {describe_listed(case.failure)}, not for {principal.description}."
            because = ""
        known, possible = (NODE_ROLE_NOT_MAPPED.cause("derived", because, text=text),), ()
        joins = (
            "The kubelet keeps trying: after the change, kubectl get nodes lists the node without a restart."
        )
        first, *others = remedies
        remedies = (attrs.evolve(first, steps=(*first.steps, joins)), *others)
    return case.explain(
        f"{verdict}: {why}.",
        NODE_NOT_ACCEPTED.cause("reported", evidence),
        *known,
        *cluster_access.mode_causes(cluster),
        *possible,
        topic="kubernetes-node-login",
        remedies=remedies,
        notes="IAM policies of the node role, such as AmazonEKSWorkerNodePolicy, do not grant access to the cluster.",
    )


def _is_unmapped(case: AnyCase, role: Role) -> bool:
    """Return whether the authenticator's log says that the cluster has no entry for a role."""
    lines = (line for line in case.text.splitlines() if UNMAPPED in line)
    return any(
        re.search(rf":role/(?:[^\s\"]{{0,512}}/)?{re.escape(role.name)}(?![\w+=,.@-])", line, re.IGNORECASE)
        for line in lines
    )


def _possible_causes(cluster: Cluster, *, is_managed: bool) -> Iterator[Cause]:
    created = "EKS creates an entry for the role of a managed node group, not of self-managed nodes."
    if is_managed:
        created = "EKS created an entry with the node group: it was deleted or changed."
    yield NODE_ROLE_NOT_MAPPED.cause(text=f"{created} Or the node is configured for another cluster.")
    if cluster.uses_aws_auth:
        text = "The ConfigMap aws-auth has the ARN of the role with its path, or of the instance profile. Neither matches."
        yield ROLE_PATH.cause(text=text)
    else:
        yield INSTANCE_PROFILE.cause(text="The entry is for the instance profile instead of its role.")
    if cluster.uses_entries:
        yield cluster_access.ENTRY_OF_OTHER_TYPE.cause()
    yield REGION_DISABLED.cause(text="STS is not activated in the Region for the account.")


def _remedies(case: AnyCase, cluster: Cluster, principal: ClusterPrincipal) -> Iterator[Remedy]:
    lookup_step, lookup = (None, ()) if principal.is_known else _find_role(case, cluster)
    if cluster.uses_entries:
        title = "Create an access entry of type EC2_LINUX for the node role"
        yield principal.create_node_entry_remedy(cluster, title=title, steps=(lookup_step,), lookup=lookup)
    if cluster.uses_aws_auth:
        # The lookup belongs to the first remedy that needs the role.
        step, setup = (None, ()) if cluster.uses_entries else (lookup_step, lookup)
        form = "Use the ARN of the role, not of the instance profile."
        yield principal.aws_auth_remedy(
            groups=principal_mappings.NODE_GROUPS,
            username=principal_mappings.NODE_USERNAME,
            title=f"Or map the node role, by its ARN without path, in aws-auth (groups {' and '.join(principal_mappings.NODE_GROUPS)}, username {principal_mappings.NODE_USERNAME})"
            if cluster.uses_entries
            else "Map the node role in aws-auth",
            steps=(step, None if principal.is_known else form),
            setup=setup,
        )
    yield principal.inspect_access_remedy(cluster)


def _find_role(case: AnyCase, cluster: Cluster) -> tuple[str | None, Commands]:
    """Return the step and the commands that find the role of the node that the text names, or of a node group.

    Filters: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    node = _find_node(case)
    nodegroup = cluster.eks_command(
        "describe-nodegroup", "--nodegroup-name", "NODEGROUP", query="nodegroup.nodeRole"
    )
    if _MANAGED.search(case.text) is not None:
        return "describe-nodegroup prints the node role.", (nodegroup,)
    profile = "aws iam get-instance-profile --instance-profile-name INSTANCE_PROFILE --query 'InstanceProfile.Roles[0].Arn' --output text"
    if (shown := only_one(set(_INSTANCE_PROFILE.findall(case.failure.text)))) is not None:
        return None, (profile.replace("INSTANCE_PROFILE", commands.instance_profile(shown)),)
    if node is None:
        step = "Find the node role: describe-nodegroup prints it for managed node groups, get-instance-profile for self-managed nodes and Karpenter."
        return step, (nodegroup, Labelled("Or, for self-managed nodes and Karpenter:", profile))
    selection = f"private-dns-name,Values={node[0]}"
    if not node["domain"]:
        address = (node["ip"] or "").replace("-", ".")
        selection = (
            f"instance-id,Values={node['id']}" if node["id"] else f"private-ip-address,Values={address}"
        )
    region = commands.region(cluster.region or find_region(case))
    instance = commands.command(
        *("aws", "ec2", "describe-instances", "--region", region, "--filters", f"Name={selection}"),
        *("--query", "Reservations[].Instances[].IamInstanceProfile.Arn", "--output", "text"),
    )
    step = "INSTANCE_PROFILE is the last part of the ARN that describe-instances prints. Its role is the node role: the entry must name the role, not the instance profile."
    return step, (instance, profile)


def find_region(case: AnyCase) -> str | None:
    """Return the Region in the name of the node that the text is about."""
    node = _find_node(case)
    return None if node is None else "us-east-1" if node["domain"] == ".ec2" else node["region"]


def _find_node(case: AnyCase) -> re.Match[str] | None:
    """Return the last name of a node on the line with the error, or else the last one before it.

    A log entry ends with the node that it is about. It begins with the host, which can be another one.
    """
    text, (start, end) = case.failure.text, case.failure.span
    stop = text.find("\n", end)
    found = list(_NODE_NAME.finditer(text, 0, len(text) if stop < 0 else stop))
    on_line = [each for each in found if each.start() >= line_start(text, start)]
    nearest = on_line or found
    return nearest[-1] if nearest else _NODE_NAME.search(text, end)


_STANDARD_ENTRY = lazy_pattern(r"\"type\"\s{0,4}:\s{0,4}\"STANDARD\"|\btype = \"STANDARD\"")


def explain_node_entry(case: Case[KubernetesForbidden], request: str) -> Explanation:
    """Explain that a kubelet calls as an IAM session, because its role has an entry for people."""
    cluster = find_cluster(case)
    caller = try_parse_principal(case.failure.user)
    role = underlying_role(caller)
    principal = principal_mappings.build_cluster_principal(
        caller, "the node role", placeholder="NODE_ROLE_ARN", source=case.failure.text
    )
    mapping = principal_mappings.build_cluster_principal(
        role, "the node role", placeholder="NODE_ROLE_ARN"
    ).aws_auth_remedy(
        groups=principal_mappings.NODE_GROUPS,
        username=principal_mappings.NODE_USERNAME,
        title="Or, if the role is mapped in aws-auth, correct the user name and groups",
    )
    shown = _STANDARD_ENTRY.search(case.failure.text)
    kind = "access entry" if shown or cluster.mode == "API" else "access entry or aws-auth entry"
    because = "The user name is that of an IAM session whose name is an instance ID, not system:node:NAME."
    if shown:
        because = f"The text shows {' '.join(shown[0].split())}."
    return case.explain(
        f"The kubelet cannot {request.replace(' at the cluster scope', '')}: {principal.description} has an {kind} of the type STANDARD, which is not for nodes.",
        cluster_access.ENTRY_OF_OTHER_TYPE.cause(
            "derived",
            because,
            text="To the cluster, the kubelet is a session of the role, without the user name and groups of a node, so it is denied everything.",
        ),
        topic="kubernetes-node-login",
        remedies=(principal.node_entry_remedy(cluster), mapping if cluster.uses_aws_auth else None),
        notes="Do not bind an RBAC role to the session: the node authorizer grants nodes their permissions.",
    )


def rename_node_remedy(node: str) -> Remedy:
    """Return the remedy that makes a kubelet register with the name that the mapping of its role gives the node."""
    return cluster_remedy(
        f"Let the kubelet register as {clip_text(node)}",
        "The cluster takes the name from the private DNS name of the instance (system:node:{{EC2PrivateDNSName}} in the mapping of the node role), the kubelet from --hostname-override or the host name. Remove the option, also in the user data or launch template, or restore the host name, which the VPC's DHCP options can change, too. Then restart the kubelet, or replace the node.",
        commands=("hostname --fqdn", "systemctl cat kubelet"),
        url=pages.EKS_TROUBLESHOOTING,
    )


def node_mapping_remedy(cluster: Cluster) -> Remedy:
    """Return the remedy that checks the user name and the groups that a cluster gives its nodes."""
    groups = " and ".join(principal_mappings.NODE_GROUPS)
    steps = [
        f"A Linux node has the user name {principal_mappings.NODE_USERNAME} and the groups {groups}. An access entry of type EC2_LINUX sets both."
    ]
    lines = [commands.aws_auth_command()] if cluster.uses_aws_auth else []
    if cluster.uses_entries:
        lines.append(cluster.eks_command("describe-access-entry", principal="PRINCIPAL_ARN"))
        steps.append("PRINCIPAL_ARN is the ARN of the node role, not of its instance profile.")
    return cluster_remedy(
        "Check how the node role is mapped", *steps, commands=tuple(lines), url=pages.EKS_TROUBLESHOOTING
    )
