"""Represent the migration from aws-auth to access entries, as data, commands, and Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from iamtriage._rendering.views import View
from iamtriage._typing import override
from iamtriage.aws_auth._entries import RoleEntry
from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan
from iamtriage.aws_auth._migration.commands import build_commands
from iamtriage.aws_auth._migration.terraform import build_terraform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage._rendering.blocks import Block
    from iamtriage.aws_auth._entries import Entry

__all__ = ("Migration",)

# Maximum number of notes and of commands on a notebook card.
_MAX_SHOWN = 50


@attrs.frozen
class Migration(View):
    """The access entries that replace an aws-auth ConfigMap.

    Attributes:
        cluster: The cluster's name.
        entries: The access entries, one per principal.
        notes: Notes on entries that cannot be migrated, and on all entries.

    >>> from iamtriage.aws_auth import AwsAuth, migrate
    >>> migrate(AwsAuth(), cluster="demo").entries
    ()
    """

    cluster: str
    entries: tuple[AccessEntryPlan, ...] = ()
    notes: tuple[str, ...] = ()

    def commands(self) -> tuple[str, ...]:
        """Return the AWS CLI commands, each quoted for a POSIX shell.

        An ARN that must be looked up is a command substitution, so run the commands in a shell.

        >>> from iamtriage.aws_auth import UserEntry
        >>> entry = AccessEntryPlan("arn:aws:iam::111122223333:user/ana", UserEntry(""), groups=("dev team",))
        >>> print(*Migration("demo", (entry,)).commands())
        aws eks create-access-entry --cluster-name demo --principal-arn arn:aws:iam::111122223333:user/ana \
--type STANDARD --kubernetes-groups 'dev team'
        """
        return build_commands(self.cluster, self.entries)

    def terraform(self) -> str:
        """Return resources for Terraform's AWS provider, with the notes as comments.

        >>> from iamtriage.aws_auth import UserEntry
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
        return build_terraform(self.cluster, self.entries, self.notes)

    def to_dict(self) -> dict[str, object]:
        """Return the migration as dicts, lists, and strings, ready for JSON.

        >>> Migration("demo").to_dict()
        {'cluster': 'demo', 'entries': [], 'notes': []}
        """
        return {
            "cluster": self.cluster,
            "entries": [_plan_to_dict(entry) for entry in self.entries],
            "notes": list(self.notes),
        }

    @override
    def _blocks(self) -> Iterator[Block]:
        from iamtriage._rendering.blocks import Code, Heading, Items, Paragraph

        yield Heading(f"Access entries for the cluster {self.cluster}", 1)
        notes = [*self.notes, *(note for entry in self.entries for note in entry.notes)]
        if notes:
            yield Items(tuple(notes[:_MAX_SHOWN]))
        commands = self.commands()
        for command in commands[:_MAX_SHOWN]:
            yield Code(command, "sh")
        if len(commands) > _MAX_SHOWN or len(notes) > _MAX_SHOWN:
            yield Paragraph("There are more: see notes and commands().", quiet=True)


def _plan_to_dict(plan: AccessEntryPlan) -> dict[str, object]:
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
        "source": _entry_to_dict(plan.source),
        "notes": list(plan.notes),
    }


def _entry_to_dict(entry: Entry) -> dict[str, object]:
    sso = entry.sso if isinstance(entry, RoleEntry) else None
    return {
        "map": "mapRoles" if isinstance(entry, RoleEntry) else "mapUsers",
        "line": entry.line,
        "arn": entry.arn,
        "sso": None if sso is None else attrs.asdict(sso),
        "username": entry.username,
        "groups": list(entry.groups),
    }
