"""Build the causes and remedies that rejected logins share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.kubernetes import CLUSTER_WIDE, GROUPS, find_type
from iamtriage._typing import NamedTuple
from iamtriage.arns._principals import (
    FederatedUser,
    IdentityCenterRole,
    InstanceProfile,
    Principal,
    Role,
    Root,
    ServiceLinkedRole,
    User,
)
from iamtriage.explaining._context.readers.statements import is_administrator
from iamtriage.explaining._context.values import CommandLine
from iamtriage.explaining._rules.basics import Cause, CauseType, Evidence, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, Cluster
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import narrowest_access_policy
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import (
    VIEW_POLICY,
    ClusterPrincipal,
    build_cluster_principal,
)
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.principals.arn_diagnosis import INSTANCE_PROFILE, ROLE_PATH
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy, your_remedy

_ENTRY_COMMAND = lazy_pattern(r"aws eks [a-z]+-access-(?:entry|policy) ")
# The subcommands of kubectl that only read, that change objects or open connections to them, and that change nodes.
_READING = frozenset({"describe", "events", "get", "logs", "top", "wait"})
_WRITING = frozenset(
    {
        "annotate", "apply", "attach", "autoscale", "cp", "create", "debug", "delete", "edit", "exec", "expose",
        "label", "patch", "port-forward", "replace", "rollout", "run", "scale", "set",
    }
)  # fmt: skip
_OF_NODES = frozenset({"cordon", "drain", "taint", "uncordon"})
# Each reads or writes the Secret in which Helm keeps a release.
_OF_HELM = frozenset(
    {"get", "history", "install", "list", "ls", "rollback", "status", "test", "uninstall", "upgrade"}
)
_ALL_NAMESPACES = lazy_pattern(r"(?<!\S)(?:-A|--all-namespaces)(?!\S)")
_EDIT = "AmazonEKSEditPolicy"
_CLUSTER_ADMIN, _CLUSTER_VIEW = "AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy"
CREATOR_NOTE = "The principal that created the cluster is an administrator, unless bootstrapClusterCreatorAdminPermissions was false. The ConfigMap aws-auth does not show that."
"""Who has access to a cluster without an entry in ``aws-auth``."""
# What people say about who or what created the cluster.
_CREATED_BY = lazy_pattern(
    r"(?i:\bcluster(?: [\w`\"'-]{1,60}){0,2}?,? (?:which |that )?(?:(?:was|is|got|(?:has|had) been) )?(?:originally |initially )?(?P<said>(?:built|created|provisioned|deployed|set up|launched|made) (?:by|with|from|through|via|in) (?:(?:our|the|my|a|an|another|some) )?(?:[\w-]{1,30} ){0,3}?(?:pipelines?|CI(?:/CD)?|jobs?|workflows?|colleagues?|co-?workers?|teams?|admins?|contractors?|terraform|pulumi|CDK|cloudformation|eksctl)\b(?: \((?:with |as )?(?:the )?role [\w+=,.@:/-]{1,160}\))?(?: (?:pipeline|job|workflow|stack|team)\b)?(?: (?:running|that runs|which runs) as (?:the )?(?:role )?[\w+=,@:/-][\w+=,.@:/-]{0,160}[\w+=,@:/-])?))"
)
_LOGGING = '{"clusterLogging":[{"types":["authenticator"],"enabled":true}]}'
NOT_MAPPED = CauseType(
    "not-mapped",
    title="The caller has no access entry and no mapping in aws-auth",
    recognised_by='The authenticator says "ARN is not mapped", or the console says that the principal has no access.',
    fix="Create an access entry, or map the role or user in aws-auth.",
    sources=(pages.EKS_GRANT,),
)
PRINCIPAL_RECREATED = CauseType(
    "principal-recreated",
    title="The role or user was re-created",
    text="The role or user was deleted and re-created, and its access entry still has the old unique ID.",
    fix="Delete the access entry, and create it again.",
    recognised_by="The text shows that a role was deleted or replaced.",
    sign=r"\baws_iam_role\.\S{1,80}: Destruction complete|\baws_iam_role\.\S{1,80} must be replaced",
    of="not-mapped",
)
MAPPED_IN_WRONG_FORM = CauseType(
    "map-entry-arn-form",
    title="The ARN in aws-auth has a form that never matches",
    text="aws-auth contains the ARN in a form that never matches: with the role's path, as a session or an instance profile, or with another account or partition.",
    recognised_by="The text contains an aws-auth entry for the caller with another account, partition or resource type.",
    fix="Use the ARN of the role, without its path.",
    of="not-mapped",
)
SHARED_ROLE = CauseType(
    "shared-role",
    title="People, programs or other nodes use the role of the EC2 nodes",
    fix="Use separate roles for people, programs and nodes.",
    recognised_by="The session name in the text is not an instance ID.",
    sign=r":assumed-role/[\w+=,.@-]{1,64}/(?!i-[0-9a-f]{8,17}\b)[\w+=,.@-]{2,64}",
    remedy="Use a separate role",
    of="not-an-instance",
)
ENTRY_OF_OTHER_TYPE = CauseType(
    "entry-of-other-type",
    title="The node role's access entry has the wrong type",
    text="The access entry of the node role is of type STANDARD, or the role was re-created.",
    fix="Use the type EC2_LINUX or EC2_WINDOWS.",
    of="node-not-accepted",
)
MAP_WITHOUT_EFFECT = CauseType(
    "map-ignored",
    title="The cluster ignores aws-auth",
    text="With the authentication mode API, the cluster ignores the ConfigMap aws-auth.",
    recognised_by="The facts or the text say that the authentication mode is API.",
    fix="Create an access entry: with the authentication mode API, aws-auth has no effect.",
    sources=(pages.EKS_ACCESS_MODE,),
)
ENTRIES_WITHOUT_EFFECT = CauseType(
    "entries-ignored",
    title="The cluster ignores access entries",
    text="With the authentication mode CONFIG_MAP, the cluster ignores access entries: IAM principals other than its creator need an entry in aws-auth in kube-system.",
    recognised_by="The facts or the text say that the authentication mode is CONFIG_MAP.",
    fix="Map the principal in aws-auth, or change the mode to API_AND_CONFIG_MAP.",
    sources=(pages.EKS_ACCESS_MODE,),
)
IDENTITY_CENTER_PATH = CauseType(
    "identity-center-path",
    title="The ARN of an IAM Identity Center role has a path",
    text="The caller is an IAM Identity Center role. Its ARN must have the path /aws-reserved/sso.amazonaws.com/ in an access entry, but not in aws-auth.",
    fix="Use the ARN with its path in an access entry, and without it in aws-auth.",
    of="not-mapped",
)
UNSUITED_CALLER = CauseType(
    "unsuited-caller",
    title="The caller is of a type that cannot use an access entry",
    meaning="The caller is the root user of an account, a federated user or a service-linked role. An access entry for the root user has no effect, and EKS accepts none for the others.",
    recognised_by="The caller is the root user of an account, a federated user or a service-linked role.",
    fix="Use an IAM role to access the cluster.",
    sources=(pages.EKS_GRANT,),
)
_UNSUITED_PRINCIPALS: dict[type[object], str] = {
    Root: "the root user of an account",
    FederatedUser: "a federated user",
    ServiceLinkedRole: "a service-linked role",
}


def describe_unsuited(principal: Principal | None) -> str | None:
    """Return the type of a caller that can have no access entry, as a phrase."""
    return _UNSUITED_PRINCIPALS.get(type(principal_words.underlying_role(principal) or principal))


def add_administrator(case: AnyCase, explanation: Explanation) -> Explanation:
    """Return the explanation with what the permissions in IAM that the text names do, and do not."""
    if not is_administrator(case.failure.text):
        return explanation
    remedies = explanation.remedies
    if remedies and remedies[0].commands and all(_ENTRY_COMMAND.match(each) for each in remedies[0].commands):
        remedies = (attrs.evolve(remedies[0], who="you"), *remedies[1:])
    summary = f"{explanation.summary} Permissions in IAM, such as AdministratorAccess, do not count inside a cluster."
    return attrs.evolve(explanation, summary=summary, remedies=remedies)


def describe_missing_entry(cluster: Cluster) -> str:
    """Return the entry that a principal lacks, as a phrase.

    >>> from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster
    >>> describe_missing_entry(Cluster(mode="API"))
    'no access entry'
    """
    if not cluster.uses_aws_auth:
        return "no access entry"
    return (
        "neither an access entry nor an entry in aws-auth" if cluster.uses_entries else "no entry in aws-auth"
    )


def find_creator(text: str) -> str | None:
    """Return what a text says about who or what created the cluster.

    >>> find_creator("(cluster tea, built by our Terraform pipeline)"), find_creator("I created the cluster")
    ('built by our Terraform pipeline', None)
    >>> find_creator("The cluster was created by Terraform running as role/deployer.")
    'created by Terraform running as role/deployer'
    """
    found = _CREATED_BY.search(text) if "luster" in text else None
    return None if found is None else found["said"]


def mode_causes(cluster: Cluster) -> Iterator[Cause]:
    """Yield what follows from the authentication mode, if the facts or the text state it."""
    evidence: Evidence = "derived" if cluster.is_mode_derived else "supplied"
    if cluster.mode == "API":
        yield MAP_WITHOUT_EFFECT.cause(evidence)
    if cluster.mode == "CONFIG_MAP":
        yield ENTRIES_WITHOUT_EFFECT.cause(evidence)


def principal_causes(case: AnyCase) -> Iterator[Cause]:
    """Yield what follows from the type of the caller."""
    principal = case.principal or principal_words.parse_masked_principal(case.caller)
    role = principal_words.underlying_role(principal)
    evidence: Evidence = "supplied" if case.failure.principal is None else "derived"
    because = (f"The caller is {case.caller}",)
    unsuited = describe_unsuited(principal)
    if isinstance(principal, InstanceProfile):
        text = "The role in an instance profile makes calls, never the profile itself."
        yield INSTANCE_PROFILE.cause(evidence, because, text=text)
    elif unsuited is not None:
        yield UNSUITED_CALLER.cause(evidence, because, text=f"The caller is {unsuited}. Use a role instead.")
    elif isinstance(role, IdentityCenterRole):
        yield IDENTITY_CENTER_PATH.cause()
    elif role is not None and role.path != "/":
        text = f"The role has the path {role.path}, which its ARN must have in an access entry, but not in aws-auth."
        yield ROLE_PATH.cause(because=because, text=text)


class NeededAccess(NamedTuple):
    """The access policy that a principal needs, its scope, and what it does not allow."""

    policy: str
    namespace: str | None
    reason: str
    limit: str | None = None

    def entry_remedy(
        self, cluster: Cluster, principal: ClusterPrincipal, *steps: str | None, title: str | None = None
    ) -> Remedy:
        """Return the remedy that creates an access entry with this access."""
        return principal.create_entry_remedy(
            cluster,
            policy=self.policy,
            namespace=self.namespace,
            title=title,
            steps=(*steps, self.reason, self.limit),
        )


DEPLOYMENT_ACCESS = NeededAccess(
    _CLUSTER_ADMIN, None, f"{_CLUSTER_ADMIN} allows everything; {_EDIT} is narrower."
)
"""The access of a program that deploys to a cluster."""


def find_needed_access(case: AnyCase) -> NeededAccess:
    """Return the access policy for the ``kubectl`` or Helm command of a text; without one, that for reading a namespace.

    https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    """
    command = case.context.command
    verb, *objects = ("",) if command is None or command.program != "kubectl" else command.words or ("",)
    choice = f"Choose the policy that the principal needs: {_CLUSTER_ADMIN} allows everything."
    to_change = f"To change objects, use {_EDIT}."
    if command is not None and command.program == "helm" and not _OF_HELM.isdisjoint(command.words[:1]):
        return _find_access_for_helm(command)
    if command is None or verb not in _READING | _WRITING | _OF_NODES:
        reason = f"{VIEW_POLICY} allows reading most types in one namespace. {to_change}"
        return NeededAccess(VIEW_POLICY, "NAMESPACE", reason)
    named = objects[0].partition("/")[0].split(",") if objects else []
    types = [each for each in map(find_type, named) if each is not None]
    words = f"kubectl {verb} {','.join(types)}".rstrip()
    is_wide = any(each in CLUSTER_WIDE.get(GROUPS[each], "").split() for each in types)
    if is_wide or verb in _OF_NODES:
        policies = [narrowest_access_policy("list", GROUPS[each], each) for each in types]
        policy = _CLUSTER_VIEW if None in policies else VIEW_POLICY
        policy = policy if verb in _READING else _CLUSTER_ADMIN
        return NeededAccess(
            policy,
            None,
            f"{policy} allows {words}, which requires the scope cluster.{'' if policy == _CLUSTER_ADMIN else f' {choice}'}",
        )
    policy = VIEW_POLICY if verb in _READING and "secrets" not in types else _EDIT
    choice = to_change if policy == VIEW_POLICY else choice
    if _ALL_NAMESPACES.search(command.text) or (verb in _READING and command.option("namespace") is None):
        return NeededAccess(policy, None, f"{policy} allows {words} in all namespaces. {choice}")
    return NeededAccess(policy, "NAMESPACE", f"{policy} allows {words} in this namespace. {choice}")


def _find_access_for_helm(command: CommandLine) -> NeededAccess:
    is_wide = _ALL_NAMESPACES.search(command.text) is not None
    reason = f"{_EDIT} allows the objects of most charts, and the Secrets in which Helm keeps a release."
    limit = f"If the chart has Roles or cluster-wide objects, such as CRDs, use {_CLUSTER_ADMIN} with --access-scope type=cluster."
    if "--create-namespace" in command.text:
        limit = f"{_EDIT} does not allow creating a namespace: create it first, and omit --create-namespace. {limit}"
    return NeededAccess(_EDIT, None if is_wide else "NAMESPACE", reason, limit)


def grant_access_remedies(
    cluster: Cluster, principal: ClusterPrincipal, access: NeededAccess
) -> Iterator[Remedy]:
    """Yield the remedies that grant a principal access, by authentication mode.

    If the principal cannot have access, they grant it to a role that replaces it.
    """
    refusal = principal.entry_refusal
    if refusal:
        principal = build_cluster_principal(None, "another role")
    if cluster.uses_entries:
        yield access.entry_remedy(cluster, principal, refusal)
    if cluster.uses_aws_auth:
        yield principal.aws_auth_remedy(
            groups=("GROUP",),
            title=f"Or{', in the authentication mode CONFIG_MAP,' if cluster.mode is None else ''} map {principal.description} in aws-auth"
            if cluster.uses_entries
            else None,
            steps=(
                "GROUP is the subject of a RoleBinding or ClusterRoleBinding. Without one, the principal has almost no permissions.",
            ),
        )
    if cluster.mode == "CONFIG_MAP":
        yield cluster.enable_entries_remedy(is_alternative=True)


_OF_FORMER = NeededAccess(
    "POLICY_NAME",
    None,
    "Use the access policies, scopes and groups that the first commands print of the old entry: each needs an associate-access-policy of its own, and groups need --kubernetes-groups.",
)


def replace_entry(cluster: Cluster, principal: ClusterPrincipal, former: Principal) -> Remedy:
    """Return the remedy that gives a re-created role what the access entry of the earlier role has."""
    grant, old = _OF_FORMER.entry_remedy(cluster, principal), commands.arn(str(former))
    show = cluster.eks_command("list-associated-access-policies", principal=old)
    groups = cluster.eks_command("describe-access-entry", principal=old, query="accessEntry.kubernetesGroups")
    delete = cluster.eks_command("delete-access-entry", principal=old)
    then = Labelled.required("When the new entry works, delete the old one:", delete)
    return attrs.evolve(grant, commands=(show, groups, *grant.commands, then))


def use_other_remedies(principals: Iterable[Principal], cluster: Cluster) -> Iterator[Remedy]:
    """Yield the remedy that signs in as the first of the people's principals that have an entry, if any has."""
    update, profile = cluster.kubeconfig_command(), "--profile PROFILE_NAME"
    for each in principals:
        if "node" in str(each).lower():
            continue
        lines: Commands = (f"{update} {profile}",)
        if isinstance(each, IdentityCenterRole):
            lines = (f"aws configure sso {profile}", *lines)
        elif isinstance(each, Role):
            lines = (f"{update} --role-arn {commands.arn(str(each), 'ROLE_ARN')}",)
        elif not isinstance(each, User):
            continue
        own = "Do this only if you may assume the role."
        if isinstance(each, User):
            own = "Without --role-arn, kubectl uses the user's own credentials."
        yield your_remedy(
            f"Or let kubectl use {principal_words.describe_principal(each, None)}, which has an entry",
            None if isinstance(each, IdentityCenterRole) else own,
            commands=lines,
            url=pages.EKS_KUBECONFIG,
        )
        return


def kubeconfig_remedy(cluster: Cluster) -> Remedy:
    """Return the remedy that writes the kubeconfig and tests the command that gets the token."""
    return your_remedy(
        "Update the kubeconfig, and test its token helper",
        "The context's user must have an exec block that runs aws eks get-token.",
        commands=(
            "kubectl config view --minify",
            cluster.kubeconfig_command(),
            {
                "To see only an error, if there is one (pass it to iamtriage explain):": cluster.token_command(),
            },
        ),
        url=pages.EKS_KUBECONFIG,
    )


def node_cluster_remedy(cluster: Cluster) -> Remedy:
    """Return the remedy that compares the cluster of a node with this one."""
    return cluster_remedy(
        "Compare the API server that the node calls with that of this cluster",
        "If the two differ, correct the cluster in its user data, and replace the node.",
        "If they are the same, an access entry of the role can be the cause: it takes precedence over aws-auth, and does not match a re-created role.",
        commands=(
            {"On the node:": "sudo grep server: /var/lib/kubelet/kubeconfig"},
            cluster.eks_command("describe-cluster", "--query", "cluster.endpoint", flag="--name"),
        ),
        url=pages.EKS_TROUBLESHOOTING,
    )


def authenticator_log_remedy(cluster: Cluster) -> Remedy:
    """Return the remedy that finds the rejected caller in the authenticator's log."""
    return cluster_remedy(
        "Find the rejected ARN in the authenticator's log",
        "The log line with access denied contains the ARN that the authenticator looks up. EKS writes the log only after you enable it, and CloudWatch charges for it.",
        commands=(
            cluster.eks_command("update-cluster-config", "--logging", _LOGGING, flag="--name"),
            commands.command(
                *("aws", "logs", "tail", f"/aws/eks/{cluster.argument}/cluster", *cluster.region_arguments),
                *("--since", "1h", "--log-stream-name-prefix", "authenticator"),
                *("--filter-pattern", '"access denied"'),
            ),
        ),
        url=pages.EKS_LOGS,
    )
