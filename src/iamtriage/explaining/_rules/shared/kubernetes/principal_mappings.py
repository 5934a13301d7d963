"""Build the remedies that map an IAM principal to Kubernetes: access entries and ``aws-auth``.

An access entry requires a role's ARN with its path, ``aws-auth`` one without it.
Rules: https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html and
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._rendering.values import Value
from iamtriage._text import clip_text, join_words, quote_argument
from iamtriage.arns._principals import FederatedUser, Principal, RoleSession, Root, ServiceLinkedRole, User
from iamtriage.arns._role_arns import normalize_role_arn, role_lookup_command
from iamtriage.exceptions import RolePathUnknownError
from iamtriage.explaining._explanations.remedies import Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import access_policy_arn
from iamtriage.explaining._rules.shared.principals import principal_words
from iamtriage.explaining._rules.shared.remedies import Commands, cluster_remedy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster

IAM_DOES_NOT_HELP = "An IAM policy does not help: IAM allowed the call, and EKS rejected it."
NODE_GROUPS = ("system:bootstrappers", "system:nodes")
WINDOWS_GROUP, FARGATE_GROUP = "eks:kube-proxy-windows", "system:node-proxier"
NODE_USERNAME = "system:node:{{EC2PrivateDNSName}}"
RESERVED_PREFIXES = ("system:", "eks:", "aws:", "amazon:", "iam:")
VIEW_POLICY = "AmazonEKSViewPolicy"

STATED_POLICY = lazy_pattern(r":cluster-access-policy/(AmazonEKS[A-Za-z]{1,60})\b")
"""The name of an access policy in its ARN."""
# The scope of an association, in a command, Terraform, YAML or JSON.
_SCOPE = lazy_pattern(
    r"(?a)access[-_]?[sS]cope\W{1,30}(?:type\W{1,6}(?P<type>\w{1,20})\b|(?=namespaces\b))"
    r"(?:\W{0,30}namespaces\W{1,30}(?P<namespaces>[a-z0-9-]{1,63}(?:[\"' ]{0,3},[\"' ]{0,3}[a-z0-9-]{1,63}){0,20}))?"
)
_ENTRY_REFUSALS = {
    "root": "An access entry for an account's root is accepted, but has no effect.",
    "federated user": "A federated user is a session, which an access entry cannot name.",
    "instance profile": "An instance profile is not a principal: an access entry names the role in it.",
    "service-linked role": "EKS accepts no access entries for service-linked roles.",
    "account": "An access entry cannot name an account.",
    "service principal": "An access entry cannot name a service.",
}
_PATH_UNKNOWN = (
    "If EKS calls the principal invalid, the role has a path, which STS omits. This prints its ARN: {}"
)
_CASE_UNKNOWN = "The authenticator writes ARNs in lowercase and without paths. If EKS calls the principal invalid, use the ARN that this prints: {}"
_FIND_ROLE = "aws iam list-roles --query 'Roles[].Arn' --output text | tr '\\t' '\\n' | grep -i {}"
_CASE_LOOKUP = "The authenticator writes ARNs in lowercase and without paths. The nested command finds the role as IAM spells it."
_LOWERCASE_IDENTITY_CENTER = "awsreservedsso_"
_MASKED_ROLE = "The text does not show the account ID: run the commands in the role's account. The nested command prints the role's ARN with its path, which an access entry requires."
_MASKED = "The text does not show the account ID: replace ACCOUNT_ID."
_PATH_LOOKUP = "The nested command prints the role's ARN with its path, which an access entry requires. It needs iam:GetRole in the account {}."


def find_scope(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the type of the scope of an association that a text states, or an empty text, and its namespaces.

    >>> find_scope("--access-scope type=namespace,namespaces=qa,stg")
    ('namespace', ('qa', 'stg'))
    """
    found = _SCOPE.search(text)
    if found is None:
        return "", ()
    return found["type"] or "namespace", tuple(re.findall(r"[a-z0-9-]+", found["namespaces"] or ""))


@attrs.frozen(eq=False, repr=False)
class ClusterPrincipal(Value):
    """A principal as the commands for a cluster name it.

    Attributes:
        description: The principal in words.
        entry_argument: The quoted argument for ``--principal-arn``, which can contain a command that looks it up.
        aws_auth_arn: The ARN for ``aws-auth``, unquoted, or a placeholder.
        is_known: Whether these are a principal's values and not placeholders.
        entry_refusal: Why the principal can't have an access entry.
        path_note: What to know about the role's path.
    """

    description: str
    entry_argument: str
    aws_auth_arn: str
    is_known: bool = True
    entry_refusal: str | None = None
    path_note: str | None = None

    @property
    def new_entry_argument(self) -> str:
        """The argument for a new access entry, or a placeholder if this principal can't have one."""
        return "PRINCIPAL_ARN" if self.entry_refusal else self.entry_argument

    def create_entry_command(
        self,
        cluster: Cluster,
        *,
        kind: str = "STANDARD",
        username: str | None = None,
        groups: tuple[str, ...] = (),
    ) -> str:
        """Return the command that creates an access entry."""
        words: tuple[str, ...] = () if kind == "STANDARD" else ("--type", kind)
        if username is not None:
            words += ("--username", username)
        if groups:
            words += ("--kubernetes-groups", *groups)
        return cluster.eks_command("create-access-entry", *words, principal=self.new_entry_argument)

    def associate_policy_command(
        self, cluster: Cluster, policy: str, namespace: str | None = None, scope: str = "type=cluster"
    ) -> str:
        """Return the command that associates an access policy, for one namespace or a scope, the whole cluster."""
        scope = scope if namespace is None else f"type=namespace,namespaces={namespace}"
        words = ("--policy-arn", access_policy_arn(policy, cluster.partition), "--access-scope", scope)
        return cluster.eks_command("associate-access-policy", *words, principal=self.new_entry_argument)

    def inspect_access_remedy(self, cluster: Cluster) -> Remedy:
        """Return the remedy that inspects who has access to the cluster."""
        mode = "The authentication mode says what the cluster uses: access entries, the ConfigMap aws-auth, or both."
        old_id = "If an entry exists and the caller is still rejected, the role or user was re-created and the entry has the old unique ID: delete the entry and create it again."
        form = "In aws-auth, a role's ARN must have no path and must not be the ARN of a session. The command iamtriage aws-auth lint finds both, and iamtriage aws-auth who prints what an ARN maps to."
        may_have_entry = cluster.uses_entries and self.entry_refusal is None
        describe = cluster.eks_command("describe-access-entry", principal=self.entry_argument)
        return cluster_remedy(
            "List who has access to the cluster",
            mode if cluster.mode is None else None,
            old_id if may_have_entry else None,
            form if cluster.uses_aws_auth else None,
            commands=(
                cluster.show_mode_command(),
                cluster.eks_command("list-access-entries") if cluster.uses_entries else None,
                describe if may_have_entry else None,
                commands.aws_auth_command() if cluster.uses_aws_auth else None,
            ),
            url=pages.EKS_GRANT,
        )

    def create_entry_remedy(
        self,
        cluster: Cluster,
        *,
        policy: str | None,
        namespace: str | None = None,
        title: str | None = None,
        steps: tuple[str | None, ...] = (),
        create: str | None = None,
    ) -> Remedy:
        """Return the remedy that creates an access entry, by a command with its groups if it has any."""
        only_second = (
            " If create-access-entry reports that it exists, run only associate-access-policy."
            if policy
            else ""
        )
        return cluster_remedy(
            title or f"Create an access entry for {self.description}",
            *steps,
            self.entry_refusal,
            self.path_note,
            cluster.entry_precedence,
            "The authentication mode must be API or API_AND_CONFIG_MAP." if cluster.mode is None else None,
            f"Anyone with eks:CreateAccessEntry{' and eks:AssociateAccessPolicy' if policy else ''} in IAM can do this without access to the cluster. The entry {'alone grants nothing, and ' if policy else ''}can take a few seconds to take effect.{only_second}",
            commands=(
                create or self.create_entry_command(cluster),
                self.associate_policy_command(cluster, policy, namespace) if policy else None,
            ),
            gives="access entry",
            url=pages.EKS_ACCESS_ENTRIES,
        )

    def recreate_entry_remedy(
        self,
        cluster: Cluster,
        policies: Mapping[str, str | None] | None = None,
        create: str | None = None,
        username: str | None = None,
    ) -> Remedy:
        """Return the remedy that re-creates the access entry of a re-created principal.

        Args:
            cluster: The cluster.
            policies: The access policies of the entry with their namespaces, which are empty for the cluster.
            create: The command that creates the entry as it was, if the text shows that.
            username: The user name of the entry, if the text shows it.
        """
        look, lost, note = [], {}, "Its access policies are deleted, too, and associated again."
        if username is None:
            look, lost = ["describe-access-entry"], {"its user name": "--username"}
        if create is None:
            lost["its groups"] = "--kubernetes-groups"
        scopes = (policies or {"POLICY_NAME": None}).items()
        if any(names is None for _, names in scopes):
            look.append("list-associated-access-policies")
            lost["its access policies with their scopes"] = (
                "--access-scope, such as type=namespace,namespaces=dev"
            )
            note = ""
        if lost:
            them = "them" if len(lost) > 1 else "it"
            note = f"Note {join_words([*lost], 'and')} first. The new entry needs {them} again, with {join_words([*lost.values()], 'and')}. {note}".rstrip()
        delete = cluster.eks_command("delete-access-entry", principal=self.entry_argument)
        return cluster_remedy(
            f"Delete the entry of {self.description} and create it again",
            note,
            self.path_note,
            commands=(
                *(cluster.eks_command(each, principal=self.entry_argument) for each in look),
                Labelled.required(f"Then, when {'they are' if len(lost) > 1 else 'it is'} noted:", delete)
                if look
                else delete,
                create or self.create_entry_command(cluster),
                *(
                    self.associate_policy_command(
                        cluster, policy, names or None, "ACCESS_SCOPE" if names is None else "type=cluster"
                    )
                    for policy, names in scopes
                ),
            ),
            gives="access entry",
            url=pages.EKS_ACCESS_ENTRIES,
        )

    def create_node_entry_remedy(
        self,
        cluster: Cluster,
        *,
        kind: str = "EC2_LINUX",
        title: str,
        steps: tuple[str | None, ...] = (),
        lookup: Commands = (),
    ) -> Remedy:
        """Return the remedy that creates an access entry for a node role, which needs no policy."""
        return cluster_remedy(
            title,
            *steps,
            "The entry needs no access policy and no groups. The type is EC2_WINDOWS for Windows, EC2 for Auto Mode node classes, HYBRID_LINUX for hybrid nodes. It cannot be changed: delete an entry of another type first.",
            "The call requires iam:PassRole for the role, which must be in the cluster's account.",
            self.path_note,
            commands=(*lookup, self.create_entry_command(cluster, kind=kind)),
            gives="access entry",
            url=pages.EKS_ACCESS_ENTRIES,
        )

    def node_entry_remedy(self, cluster: Cluster, *, kind: str = "EC2_LINUX", exists: bool = True) -> Remedy:
        """Return the remedy that gives the access entry of a node role the type for nodes."""
        types = "Use EC2_WINDOWS for Windows nodes, FARGATE_LINUX for Fargate."
        change = "The type of an entry cannot be changed, so delete the entry and create it again."
        verbs = ("describe-access-entry", "delete-access-entry") if exists else ()
        return cluster_remedy(
            f"{'Re-create' if exists else 'Create'} the node role's access entry with type {kind}",
            f"{change if exists else 'EKS creates the entry itself for managed node groups and Fargate profiles.'} {types}",
            "Set no user name and no groups, and associate no access policy: the type sets the user name and groups, and EKS rejects groups that begin with system:.",
            self.path_note,
            commands=(
                *(cluster.eks_command(each, principal=self.entry_argument) for each in verbs),
                self.create_entry_command(cluster, kind=kind),
            ),
            gives="access entry",
            url=pages.EKS_ACCESS_ENTRIES,
        )

    def aws_auth_remedy(
        self,
        *,
        groups: tuple[str, ...],
        username: str | None = None,
        title: str | None = None,
        steps: tuple[str | None, ...] = (),
        setup: Commands = (),
        others: str | None = None,
    ) -> Remedy:
        """Return the remedy that adds an entry to ``aws-auth``, after the commands that it needs.

        Args:
            groups: The Kubernetes groups.
            username: The user name; by default one that shows who calls.
            title: The title.
            steps: The first steps.
            setup: The first commands.
            others: What to know about the other entries, if the text shows them.
        """
        words = ["--arn", self.aws_auth_arn, *(word for group in groups for word in ("--group", group))]
        if username is not None:
            words += ["--username", username]
        is_user = ":user/" in self.aws_auth_arn
        # A default that shows in audit logs who calls.
        default = self.aws_auth_arn.rpartition("/")[2] if is_user else "{{SessionName}}"
        entry = (
            f"- {'user' if is_user else 'role'}arn: {self.aws_auth_arn}",
            # The authenticator fills templates only for roles.
            f"  username: {json.dumps(username or default)}{'' if is_user or self.is_known or username else '  # for a user: userarn and a fixed name, under mapUsers'}",
            "  groups:",
            *(f"    - {each}" for each in groups),
        )
        create = "eksctl create iamidentitymapping --cluster CLUSTER --region REGION"
        form = "" if self.is_known else "Write the role's ARN without its path. "
        return cluster_remedy(
            title or f"Map {self.description} in aws-auth",
            *steps,
            others
            or f"{form}If the ARN already has an entry, edit that one: of two entries, the last applies. The ConfigMap is deprecated in favor of access entries.",
            commands=(
                *setup,
                f"{create} {commands.command(*words, '--no-duplicate-arns')}",
                Labelled("Or, without eksctl:", "kubectl -n kube-system edit configmap aws-auth"),
            ),
            manifest="\n".join(entry),
            gives="aws-auth entry",
            url=pages.EKS_AUTH_CONFIGMAP,
        )


def build_cluster_principal(  # noqa: PLR0913 (what a text can leave out of an ARN)
    principal: Principal | None,
    text: str | None = None,
    *,
    placeholder: str = "PRINCIPAL_ARN",
    is_canonical: bool = False,
    is_masked: bool = False,
    is_lowercase: bool = False,
    source: str = "",
) -> ClusterPrincipal:
    """Build the names of a principal in commands.

    Args:
        principal: The principal.
        text: What to call it if ``principal`` is unknown.
        placeholder: The placeholder for its ARN.
        is_canonical: Whether the ARN comes from the authenticator, which drops the paths of roles.
        is_masked: Whether the text masks the account, and the one of ``principal`` is a stand-in.
        is_lowercase: Whether the ARN is in lowercase, and its real spelling is unknown.
        source: A text that can state the ARN of the role with its path.

    >>> from iamtriage import parse_principal
    >>> sso = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana"
    >>> caller = build_cluster_principal(parse_principal(sso))
    >>> print(caller.entry_argument)
    "$(aws iam get-role --role-name AWSReservedSSO_View_0123456789abcdef --query Role.Arn --output text)"
    >>> caller.aws_auth_arn
    'arn:aws:iam::111122223333:role/AWSReservedSSO_View_0123456789abcdef'
    >>> session = parse_principal("arn:aws:sts::111122223333:assumed-role/dev/ana")
    >>> build_cluster_principal(session, source="arn:aws:iam::111122223333:role/team/dev").entry_argument
    'arn:aws:iam::111122223333:role/team/dev'
    >>> build_cluster_principal(None).entry_argument
    'PRINCIPAL_ARN'
    """
    unknown = "the principal" if text is None else text
    description = clip_text(principal_words.describe_principal(principal, unknown))
    role = principal_words.underlying_role(principal)
    stated = principal_words.stated_role(principal, source)
    refusal = None if principal is None else _ENTRY_REFUSALS.get(principal.kind)
    if principal is None or (role is None and not isinstance(principal, User | FederatedUser | Root)):
        return ClusterPrincipal(description, placeholder, placeholder, is_known=False, entry_refusal=refusal)
    note: str | None = None
    if role is None:
        arn = commands.arn(str(principal), placeholder)
        if is_masked:
            arn, note = _unmask(arn), _MASKED
        return ClusterPrincipal(description, quote_argument(arn), arn, entry_refusal=refusal, path_note=note)
    try:
        entry_arn = normalize_role_arn((stated or role).arn, target="access-entry")
        entry = quote_argument(commands.arn(entry_arn, placeholder))
        if stated is None and role.path == "/" and (isinstance(principal, RoleSession) or is_canonical):
            note = _PATH_UNKNOWN.format(role_lookup_command(role.name))
        if is_lowercase and stated is None:
            lookup = _FIND_ROLE.format(quote_argument(f"/{role.name}$"))
            note = _CASE_UNKNOWN.format(lookup)
            if role.name.startswith(_LOWERCASE_IDENTITY_CENTER):
                entry, note = f'"$({lookup})"', _CASE_LOOKUP
    except RolePathUnknownError as error:
        # Quotes inside $(…) don't end the ones around it.
        entry = f'"$({error.command})"'
        note = _PATH_LOOKUP.format(role.account)
    refusal = _ENTRY_REFUSALS["service-linked role"] if isinstance(role, ServiceLinkedRole) else None
    aws_auth_arn = commands.arn(normalize_role_arn(role.arn, target="aws-auth"), placeholder)
    if is_masked:
        entry, note = f'"$({role_lookup_command(role.name)})"', _MASKED_ROLE
        aws_auth_arn = _unmask(aws_auth_arn)
    return ClusterPrincipal(description, entry, aws_auth_arn, entry_refusal=refusal, path_note=note)


def _unmask(arn: str) -> str:
    """Return an ARN with the placeholder ``ACCOUNT_ID`` for a masked account."""
    return arn.replace(f":{principal_words.PLACEHOLDER_ACCOUNT}:", ":ACCOUNT_ID:")
