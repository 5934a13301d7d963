"""Explain why the EKS console shows no Kubernetes objects.

It requires both IAM permissions and access to the cluster:
https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html. The resources of each action:
https://docs.aws.amazon.com/service-authorization/latest/reference/.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, lower_first
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import Principal
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.kubernetes import cluster_access
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import add_stated_map
from iamtriage.explaining._rules.kubernetes.console import console_access
from iamtriage.explaining._rules.kubernetes.entries.said_entries import find_said_entry
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import (
    StatedEntry,
    describe_listed,
    find_listed,
    find_queried,
    find_stated_entry,
    is_listed,
    lacks_policies,
)
from iamtriage.explaining._rules.kubernetes.other_logins import OTHER_PRINCIPAL
from iamtriage.explaining._rules.kubernetes.users import NO_RULE
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster, find_cluster
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    VIEW_POLICY,
    ClusterPrincipal,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals import arn_diagnosis, principal_words
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements.companion_actions import KUBECTL_WORKS
from iamtriage.failures._failures import ConsoleKubernetesAccess

_SIGNED_IN_STEP = "Run the first command in CloudShell, in this console session: it prints who is signed in."
_MAPPED_STEP = "aws sts get-caller-identity in CloudShell prints the signed-in user or role. PRINCIPAL_ARN is the ARN of the user, or that of the role without its path and session."
_LOOK_UP = Labelled(
    "If it is a user, this is PRINCIPAL_ARN. If it is assumed-role/ROLE_NAME/…, get-role prints it:",
    arn_diagnosis.lookup_command(None),
)
# Only this access policy and RBAC show nodes, and it shows Secrets, too. For the banner, the narrower one is enough:
# https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html and
# terraform-aws-modules/terraform-aws-eks#3061.
_VIEW_ALL_POLICY = "AmazonEKSAdminViewPolicy"
# What asks for it, or a policy that is there already and shows the rest.
_NEEDS_ALL = lazy_pattern(
    r"(?i)(?<!get )\bnodes\b|\bcompute tab\b|\bError loading Secrets\b|\bAmazonEKS(?:View|Edit|Admin)Policy\b"
)
_UNAUTHORIZED_PHRASE = "Unauthorized: Verify you have access to the Kubernetes cluster"
# The identity of kubectl has access, and the console can be signed in as another one.
_KUBECTL_WORKS = lazy_pattern(
    r"\bkubectl(?: [\w-]{1,20}){0,4}(?: itself| still| also| from [\w -]{1,30})? (?:works|is fine)\b|\bkubectl get \S{1,40}(?: -\S{1,40}){0,3} NAME +(?:[A-Z-]+ +){1,4}AGE\b"
)
CONSOLE_WITHOUT_ACCESS = CauseType(
    "console-without-access",
    title="The signed-in principal has no access to the Kubernetes objects of this cluster",
    recognised_by="The console says that your current IAM principal doesn't have access to Kubernetes objects on this cluster.",
    fix="Create an access entry with an access policy for the signed-in role.",
    sources=(pages.EKS_CONSOLE,),
)
NO_IAM_PERMISSION = CauseType(
    "no-iam-permission",
    title="The IAM policies do not allow eks:AccessKubernetesApi",
    text="The principal's IAM policies do not allow eks:AccessKubernetesApi and the other actions of the console.",
    fix="Allow eks:AccessKubernetesApi for the signed-in role.",
    recognised_by="The text names eks:AccessKubernetesApi.",
    sign=r"(?i:\bnot (?:authorized|allowed|permitted|have)|\bmiss(?:ing|es)|\black(?:s|ing)?|\bwithout|n't (?:allow|have))\b[^.\n]{0,80}\beks:AccessKubernetesApi\b",
    remedy="allow eks:AccessKubernetesApi",
    of="console-without-access",
)
_IN_TERRAFORM = "In Terraform, use aws_eks_access_entry and aws_eks_access_policy_association instead."
_BOTH_LAYERS = "The console requires eks:AccessKubernetesApi and, separately, access to the cluster."


def explain_eks_console(case: Case[ConsoleKubernetesAccess]) -> Explanation:
    """Explain that the EKS console shows no Kubernetes objects."""
    cluster = find_cluster(case)
    # The console has its own Region, which need not be the default of the AWS CLI.
    cluster = attrs.evolve(cluster, region=cluster.region or "REGION")
    # People mask the account in the console's menu.
    masked = principal_words.parse_masked_principal(case.caller) if case.principal is None else None
    if console_access.is_root(case):
        return _explain_root(case, cluster)
    entry = find_stated_entry(case.failure, case.principal) or find_said_entry(case.failure, case.principal)
    mapped = console_access.find_mapping(case, masked) if entry is None else None
    asked = None if case.principal or masked or entry or mapped else find_queried(case.failure)
    principal = build_cluster_principal(
        case.stated_principal
        or masked
        or asked
        or (None if entry is None else entry.principal)
        or (None if mapped is None else principal_words.try_parse_principal(mapped.arn)),
        case.caller or "the signed-in user or role",
        is_masked=masked is not None,
        source=case.text,
    )
    principal = console_access.add_doubt(case, principal)
    state = _read_access(case, entry, mapped, asked, cluster)
    if (
        state.is_enough
        and state.listed is None
        and not console_access.switches_role(case)
        and is_derived(case.facts, "caller")
    ):
        # The text shows the principal of kubectl, not that of the console.
        principal = build_cluster_principal(None, "the signed-in user or role")
    shown = console_access.describe_console(principal, cluster)
    if entry is None and state.listed is not None:
        # A cluster with the mode CONFIG_MAP lists no entries.
        cluster = attrs.evolve(cluster, mode=cluster.mode or "API_AND_CONFIG_MAP")
    summary = f"{shown}: {state.reason}."
    if entry is None and state.listed is None and _UNAUTHORIZED_PHRASE in case.text:
        named = f"cluster {cluster.argument}" if cluster.name else "Kubernetes cluster"
        missing = cluster_access.describe_missing_entry(cluster)
        summary = f"The {named} does not accept {principal.description}: most likely, it has {missing} that matches."
    in_map, terminal = _aws_auth_remedy(cluster, principal), console_access.find_terminal_principal(case)
    has_access = _KUBECTL_WORKS.search(case.text) is not None or is_listed(case.failure, terminal)
    terminal = terminal if has_access and not state.is_enough else None
    in_iam = None if console_access.may_call(case) else console_access.iam_remedy(case, cluster)
    is_vain = mapped is not None and not state.is_enough
    group = console_access.find_own_group(mapped, case.failure.text) if mapped and is_vain else None
    binds = group is not None
    entry_remedy = _access_entry_remedy(case, cluster, principal, entry, exists=bool(state.listed))
    explanation = case.explain(
        summary,
        *_causes(case, cluster, entry, state, mapped if binds else None),
        topic="eks-console",
        remedies=(
            *((console_access.COMPARE_PRINCIPALS, in_iam) if state.is_enough else ()),
            None if mapped is None or group is None else console_access.bind_remedy(group, mapped.username),
            entry_remedy if cluster.uses_entries and not state.is_enough else None,
            None if terminal is None else console_access.use_terminal_principal(terminal),
            None if cluster.uses_entries or state.is_enough or binds else in_map,
            None if cluster.uses_entries or binds else cluster.enable_entries_remedy(is_alternative=True),
            None if state.is_enough else in_iam,
            in_map
            if cluster.uses_aws_auth and cluster.uses_entries and state.listed is None and not binds
            else None,
            _rbac_remedy(cluster, principal, entry) if not binds and cluster.uses_entries else None,
            principal.inspect_access_remedy(cluster) if entry is None and cluster.uses_entries else None,
        ),
        notes=cluster_access.CREATOR_NOTE if entry is None and state.listed is None and not binds else None,
    )
    if state.listed is None and not binds:
        explanation = add_stated_map(case, explanation)
    return cluster_access.add_administrator(case, explanation)


def _explain_root(case: Case[ConsoleKubernetesAccess], cluster: Cluster) -> Explanation:
    """Explain that an access entry does not help the root user."""
    creator = cluster_access.find_creator(case.failure.text)
    principal = build_cluster_principal(None, "the role with which you sign in")
    text = f"{_BOTH_LAYERS} No IAM policy limits the root user, but the cluster knows it only if it created the cluster."
    sign_in = your_remedy(
        "Sign in to the console as an IAM role that has access to the cluster, not as the root user",
        creator and f'Who created the cluster may have access without an entry ("{clip_text(creator)}").',
        "To see who has access, run the command.",
        commands=cluster.eks_command("list-access-entries"),
    )
    entry = _access_entry_remedy(case, cluster, principal, None, exists=False)
    entry = attrs.evolve(entry, title=f"If your role has no access, {lower_first(entry.title)}")
    return case.explain(
        "The root user cannot read this cluster's Kubernetes objects, and an access entry for it has no effect: sign in as an IAM role.",
        CONSOLE_WITHOUT_ACCESS.cause("reported", text=text),
        topic="eks-console",
        remedies=(sign_in, entry),
    )


def add_cluster_access(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the access to the cluster that the console requires in addition to the denied permission in IAM."""
    case, principal = denial.case, denial.principal
    if KUBECTL_WORKS.search(case.failure.text) or principal is None:
        return explanation
    cluster = find_cluster(case)
    mapped = build_cluster_principal(
        principal, principal_words.describe_principal(principal, None), source=case.text
    )
    first, *others = explanation.remedies
    why = "an aws-auth entry with groups that can read the objects is enough, too"
    if cluster.mode == "API":
        why = "in the mode API, aws-auth does not count"
    given = cluster_remedy(
        f"Also create an access entry with {VIEW_POLICY} for {mapped.description}, if it has none",
        f"Without one, the next error is about the cluster: {why}. If an entry exists, only run the second command.",
        commands=(
            mapped.create_entry_command(cluster),
            mapped.associate_policy_command(cluster, VIEW_POLICY),
        ),
        url=pages.EKS_CONSOLE,
    )
    if not cluster.uses_entries:
        given = _aws_auth_remedy(cluster, mapped)
    return attrs.evolve(explanation, remedies=(first, given, *others))


class _Access(NamedTuple):
    """What the text shows about the access of the signed-in principal to the cluster.

    Attributes:
        reason: Why the console shows nothing, as a clause.
        listed: Whether it has an access entry or a mapping; ``None`` if the text does not show it.
        is_enough: Whether that allows to read the objects.
    """

    reason: str
    listed: bool | None = None
    is_enough: bool = False


def _read_access(
    case: Case[ConsoleKubernetesAccess],
    entry: StatedEntry | None,
    mapped: MappingEntry | None,
    asked: Principal | None,
    cluster: Cluster,
) -> _Access:
    kubectl_works = _KUBECTL_WORKS.search(case.text) is not None
    is_switched = not (entry or mapped) and console_access.switches_role(case)
    if is_switched and not is_listed(case.failure, case.principal):
        return _Access(console_access.describe_switch(case, kubectl_works=kubectl_works))
    only = f", only for {describe_listed(case.failure)}" if find_listed(case.failure) else ""
    terminal = console_access.find_terminal_principal(case)
    masked = principal_words.parse_masked_principal(case.caller)
    listed = is_listed(case.failure, case.principal or masked or asked)
    if terminal is not None and not (entry or mapped or listed):
        kubectl = "kubectl" if "kubectl" in case.text else "the terminal"
        lacks = f"The cluster has no access entry for the principal of the console{only}"
        if listed is None:
            missing = cluster_access.describe_missing_entry(cluster)
            lacks = f"Most likely, the principal of the console has {missing}"
        other = principal_words.describe_principal(terminal, None)
        return _Access(f"{kubectl} uses another principal, {other}. {lacks}", listed)
    if kubectl_works:
        reason = "kubectl has access, so the console uses another principal than kubectl, or that lacks permissions in IAM"
        return _Access(reason, None, is_enough=True)
    enough = entry.allowing_policy if entry else None
    if mapped is not None and "system:masters" in mapped.groups:
        enough = "system:masters"
    if enough:
        reason = f"in the cluster it has {enough}, which allows this, so permissions in IAM are missing, or the console uses another principal"
        return _Access(reason, listed=True, is_enough=True)
    if entry is not None:
        needs_nodes = entry.policies and not entry.has_cluster_scope and "nodes" in case.text
        end = ", and nodes are in no namespace" if needs_nodes else ""
        return _Access(f"its access entry exists, but {entry.lack}{end}", listed=True)
    if mapped is not None:
        return _Access(console_access.describe_groups(case, mapped)[0])
    if listed and lacks_policies(case):
        return _Access("its access entry exists, but has no access policy", listed)
    if listed:
        return _Access(
            "it has an access entry, whose access policies or whose permissions in IAM do not suffice", listed
        )
    if listed is False:
        return _Access(f"the cluster has no access entry for it{only}", listed)
    missing = cluster_access.describe_missing_entry(cluster)
    return _Access(f"most likely, it has {missing} (IAM alone is not enough)")


def _causes(
    case: Case[ConsoleKubernetesAccess],
    cluster: Cluster,
    entry: StatedEntry | None,
    state: _Access,
    mapped: MappingEntry | None,
) -> Iterator[Cause]:
    if state.listed is None or state.is_enough:
        phrases = clues.quote_phrases(case.text, _UNAUTHORIZED_PHRASE)
        text, creator = _BOTH_LAYERS, cluster_access.find_creator(case.failure.text)
        if mapped is not None and console_access.may_call(case):
            text = "The console requires access to the cluster and, separately, permissions in IAM, which the text says are there."
        if creator is not None and not state.is_enough:
            text += f' Only the principal that created this one ("{clip_text(creator)}") may have it without an entry.'
        yield CONSOLE_WITHOUT_ACCESS.cause("reported", phrases, text=text)
    if state.is_enough:
        yield OTHER_PRINCIPAL.cause(text="The console is signed in as another user or role.")
    elif state.listed:
        text = "The access entry does not grant it."
        if entry is not None and entry.policies == ():
            text = "Such an entry only lets its principal sign in, whatever IAM policies allow."
        yield NO_RULE.cause("derived" if entry or lacks_policies(case) else "possible", text=text)
    elif state.listed is False:
        yield cluster_access.NOT_MAPPED.cause("derived", text="The text shows that it has no access entry.")
    if mapped is None:
        yield from cluster_access.mode_causes(cluster)
    if mapped is not None:
        proof = console_access.describe_groups(case, mapped)[1]
        yield NO_RULE.cause(
            "derived" if proof else "possible",
            proof,
            text="aws-auth only gives groups: what they may do is in a ClusterRole that is bound to them.",
        )
    elif state.listed is None and not state.is_enough:
        missing = f"It has {cluster_access.describe_missing_entry(cluster)}."
        if _UNAUTHORIZED_PHRASE in case.text:
            unknown = "With 401 Unauthorized, the cluster does not know the principal, so an IAM policy alone does not help."
            yield cluster_access.NOT_MAPPED.cause("derived", unknown, text=missing)
        else:
            yield cluster_access.NOT_MAPPED.cause(text=missing)
            lacking = "access policy or RBAC role" if cluster.uses_entries else "RBAC role"
            yield NO_RULE.cause(text=f"The principal is mapped, but no {lacking} allows it to read objects.")
    if state.listed is not False and not console_access.may_call(case):
        yield NO_IAM_PERMISSION.cause()


def _access_entry_remedy(
    case: Case[ConsoleKubernetesAccess],
    cluster: Cluster,
    principal: ClusterPrincipal,
    entry: StatedEntry | None,
    *,
    exists: bool,
) -> Remedy:
    policy = _VIEW_ALL_POLICY if _NEEDS_ALL.search(case.text) else VIEW_POLICY
    # The message names nobody, and the text can be about another principal.
    is_assumed = case.failure.principal is None and (
        case.facts.caller is None or is_derived(case.facts, "caller")
    )
    is_assumed = is_assumed and not console_access.says_signed_in(case, principal)
    if exists:
        associate = principal.associate_policy_command(cluster, policy)
        show = None
        if not (entry or lacks_policies(case)):
            show = cluster.eks_command("list-associated-access-policies", principal=principal.entry_argument)
        return cluster_remedy(
            f"Associate {policy} with the access entry",
            f"Check that the console is signed in as {principal.description}: aws sts get-caller-identity in CloudShell prints it."
            if is_assumed
            else None,
            f"{_VIEW_ALL_POLICY} shows Secrets and nodes, {VIEW_POLICY} does not: choose one in the command, which requires eks:AssociateAccessPolicy in IAM. Reload the console after a few seconds.",
            commands=(
                show,
                Labelled("If no policy that it prints shows the objects:", associate) if show else associate,
            ),
            url=pages.EKS_ACCESS_ENTRIES,
        )
    remedy = principal.create_entry_remedy(
        cluster,
        policy=policy,
        title=f"Create an access entry with {policy} for {principal.description}"
        if principal.is_known
        else "Create an access entry for the signed-in user or role",
        steps=(
            None if principal.is_known else _SIGNED_IN_STEP,
            _IN_TERRAFORM if "erraform" in (cluster_access.find_creator(case.failure.text) or "") else None,
        ),
    )
    create, associate = remedy.commands[-2:]
    reads = f"the objects, without nodes and Secrets ({_VIEW_ALL_POLICY} shows both)"
    if policy == _VIEW_ALL_POLICY:
        reads = f"everything, including Secrets ({VIEW_POLICY} excludes Secrets and nodes)"
    then = Labelled(f"Then let it read {reads}:", associate)
    if principal.is_known:
        return attrs.evolve(remedy, commands=(*remedy.commands[:-1], then))
    return attrs.evolve(remedy, commands=(commands.SHOW_CALLER, _LOOK_UP, create, then))


def _rbac_remedy(cluster: Cluster, principal: ClusterPrincipal, entry: StatedEntry | None) -> Remedy:
    title, add = "Or bind a group to a ClusterRole, to show nodes but not Secrets", None
    if entry is not None:
        title = "Or add a group to the entry (update-access-entry) and bind it to a ClusterRole, to show nodes but not Secrets"
        groups = ("--kubernetes-groups", *entry.groups, console_access.GROUP)
        add = cluster.eks_command("update-access-entry", *groups, principal=principal.entry_argument)
    return cluster_remedy(
        title,
        "It allows the group to read common types: add others as needed.",
        None if entry else f"Add --kubernetes-groups {console_access.GROUP} to create-access-entry.",
        commands=(add, *console_access.RBAC_COMMANDS),
        url=pages.EKS_CONSOLE,
    )


def _aws_auth_remedy(cluster: Cluster, principal: ClusterPrincipal) -> Remedy:
    if cluster.uses_entries:
        mode = "in the authentication mode CONFIG_MAP" if cluster.mode is None else "without access entries"
        title = f"Or, {mode}, map {principal.description} in aws-auth"
        return principal.aws_auth_remedy(groups=(console_access.GROUP,), title=title)
    return principal.aws_auth_remedy(
        groups=(console_access.GROUP,),
        title=f"Map {principal.description} in aws-auth to a group that can read the objects",
        steps=(
            *(() if principal.is_known else (_MAPPED_STEP,)),
            "Somebody with access to the cluster runs the commands, such as its creator.",
        ),
        setup=console_access.RBAC_COMMANDS,
    )
