"""Access entries of EKS that are still to be made, as values; not for how aws-auth becomes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs
from typing_extensions import override

from iamtriage._rendering.views import View
from iamtriage.aws_auth._entries import RoleEntry, UserEntry
from iamtriage.aws_auth._migration.commands import commands_for
from iamtriage.aws_auth._migration.terraform import terraform_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.aws_auth._entries import Entry

__all__ = ("AccessEntryPlan", "Migration", "PolicyAssociation")

_MOST_SHOWN = 50


@attrs.frozen
class PolicyAssociation(View):
    """An access policy that an access entry is to have.

    Attributes:
        policy_arn: the policy.
        scope: ``"cluster"``, or ``"namespace"``.
        namespaces: the namespaces, where the scope is ``"namespace"``.
    """

    policy_arn: str
    scope: Literal["cluster", "namespace"] = "cluster"
    namespaces: tuple[str, ...] = ()


@attrs.frozen
class AccessEntryPlan(View):
    """An access entry that is to be made.

    Attributes:
        principal_arn: the IAM principal with its path; None where it has to be looked up.
        lookup: the AWS CLI command that prints the ARN, quoted for a shell; None where the ARN is known.
        role_name: the role's name; None for a user, and for an ``sso`` entry, which states none.
        type: ``"STANDARD"``, or a type for nodes: ``"EC2_LINUX"``, ``"EC2_WINDOWS"``,
            ``"FARGATE_LINUX"``, ``"HYBRID_LINUX"``.
        username: the user name in Kubernetes; None lets EKS choose.
        groups: the groups in Kubernetes.
        policies: the access policies.
        source: the entry of aws-auth.
        notes: what changes for the principal, or has to be done by hand.
    """

    principal_arn: str | None
    source: RoleEntry | UserEntry
    lookup: str | None = None
    role_name: str | None = None
    type: str = "STANDARD"
    username: str | None = None
    groups: tuple[str, ...] = ()
    policies: tuple[PolicyAssociation, ...] = ()
    notes: tuple[str, ...] = ()


@attrs.frozen
class Migration(View):
    """What replaces an aws-auth ConfigMap.

    Attributes:
        cluster: the cluster's name.
        entries: the access entries, one for each principal.
        notes: what has no counterpart, and what holds for all entries.
    """

    cluster: str
    entries: tuple[AccessEntryPlan, ...] = ()
    notes: tuple[str, ...] = ()

    def commands(self) -> tuple[str, ...]:
        """Give the AWS CLI commands, each quoted for a POSIX shell.

        An ARN that has to be looked up is a command substitution, so that the command needs a shell.

        >>> entry = AccessEntryPlan("arn:aws:iam::111122223333:user/ana", UserEntry(""), groups=("dev team",))
        >>> print(*Migration("demo", (entry,)).commands())
        aws eks create-access-entry --cluster-name demo --principal-arn arn:aws:iam::111122223333:user/ana \
--type STANDARD --kubernetes-groups 'dev team'
        """
        return commands_for(self)

    def terraform(self) -> str:
        """Give the resources of Terraform's AWS provider, with the notes as comments.

        >>> entry = AccessEntryPlan("arn:aws:iam::111122223333:user/ana", UserEntry(""), groups=("dev team",))
        >>> print(Migration("demo", (entry,)).terraform())
        resource "aws_eks_access_entry" "user_ana" {
          cluster_name      = "demo"
          principal_arn     = "arn:aws:iam::111122223333:user/ana"
          type              = "STANDARD"
          kubernetes_groups = ["dev team"]
        }
        <BLANKLINE>
        """
        return terraform_for(self)

    def to_dict(self) -> dict[str, object]:
        """Give it as dicts, lists and texts, ready for JSON.

        >>> Migration("demo").to_dict()
        {'cluster': 'demo', 'entries': [], 'notes': []}
        """
        return {
            "cluster": self.cluster,
            "entries": [_plan_dict(entry) for entry in self.entries],
            "notes": list(self.notes),
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Code, Heading, Items, Paragraph

        yield Heading(f"The access entries of the cluster {self.cluster}", 1)
        notes = [*self.notes, *(note for entry in self.entries for note in entry.notes)]
        if notes:
            yield Items(tuple(notes[:_MOST_SHOWN]))
        commands = self.commands()
        for command in commands[:_MOST_SHOWN]:
            yield Code(command, "sh")
        if len(commands) > _MOST_SHOWN or len(notes) > _MOST_SHOWN:
            yield Paragraph("There are more: notes and commands() give them all.", quiet=True)


def _plan_dict(plan: AccessEntryPlan) -> dict[str, object]:
    return {
        "principal_arn": plan.principal_arn,
        "lookup": plan.lookup,
        "role_name": plan.role_name,
        "type": plan.type,
        "username": plan.username,
        "groups": list(plan.groups),
        "policies": [
            {"policy_arn": policy.policy_arn, "scope": policy.scope, "namespaces": list(policy.namespaces)}
            for policy in plan.policies
        ],
        "source": _source_dict(plan.source),
        "notes": list(plan.notes),
    }


def _source_dict(entry: Entry) -> dict[str, object]:
    sso = entry.sso if isinstance(entry, RoleEntry) else None
    return {
        "map": "mapRoles" if isinstance(entry, RoleEntry) else "mapUsers",
        "line": entry.line,
        "arn": entry.arn,
        "sso": None if sso is None else attrs.asdict(sso),
        "username": entry.username,
        "groups": list(entry.groups),
    }
