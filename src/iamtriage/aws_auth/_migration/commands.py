"""AWS CLI commands that make access entries, quoted for a POSIX shell; not for running them."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, Migration, PolicyAssociation

__all__ = ("commands_for", "sso_lookup")

# The AWS CLI takes a value that begins with a dash for an option, one that begins with a bracket for
# JSON, and one like file://name for the name of a file to read. Such values go to it as JSON.
_PLAIN = re.compile(r"(?!\w+://)[A-Za-z0-9:_.][\x20-\x7e]*")
# Identity Center ends the name of each role with an underscore and 16 hexadecimal digits.
_SUFFIX = 16


def commands_for(migration: Migration) -> tuple[str, ...]:
    """Give the commands in the order in which they are to run."""
    commands: list[str] = []
    for entry in migration.entries:
        commands.append(_create(entry, migration.cluster))
        commands += [_associate(entry, policy, migration.cluster) for policy in entry.policies]
    return tuple(commands)


def sso_lookup(permission_set: str, account: str) -> str:
    """Give the command that prints the ARN of a permission set's role, if it is one of the account.

    >>> print(sso_lookup("View", "111122223333"))
    aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/ --query \
'Roles[?starts_with(RoleName, `"AWSReservedSSO_View_"`) && length(RoleName) == `36` && \
contains(Arn, `":111122223333:"`)].Arn' --output text
    """
    # The length keeps out the roles of a set named View_Only; the account, those of another login.
    start = f"AWSReservedSSO_{permission_set}_"
    query = (
        f"Roles[?starts_with(RoleName, `{json.dumps(start)}`) && length(RoleName) == `{len(start) + _SUFFIX}`"
        f" && contains(Arn, `{json.dumps(f':{account}:')}`)].Arn"
    )
    return (
        "aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/"
        f" --query {shlex.quote(query)} --output text"
    )


def _create(entry: AccessEntryPlan, cluster: str) -> str:
    words = [
        *("aws eks create-access-entry --cluster-name", shlex.quote(cluster)),
        *("--principal-arn", _principal(entry)),
        *("--type", shlex.quote(entry.type)),
    ]
    names = entry.groups if entry.username is None else (*entry.groups, entry.username)
    if all(map(_PLAIN.fullmatch, names)):
        if entry.groups:
            words += ["--kubernetes-groups", *map(shlex.quote, entry.groups)]
        if entry.username is not None:
            words += ["--username", shlex.quote(entry.username)]
    else:
        given: dict[str, object] = {"kubernetesGroups": list(entry.groups)} if entry.groups else {}
        if entry.username is not None:
            given["username"] = entry.username
        words += ["--cli-input-json", shlex.quote(json.dumps(given))]
    return " ".join(words)


def _associate(entry: AccessEntryPlan, policy: PolicyAssociation, cluster: str) -> str:
    scope = "type=cluster"
    if policy.scope == "namespace":
        scope = json.dumps({"type": "namespace", "namespaces": list(policy.namespaces)})
    words = (
        *("aws eks associate-access-policy --cluster-name", shlex.quote(cluster)),
        *("--principal-arn", _principal(entry)),
        *("--policy-arn", shlex.quote(policy.policy_arn)),
        *("--access-scope", shlex.quote(scope)),
    )
    return " ".join(words)


def _principal(entry: AccessEntryPlan) -> str:
    if entry.principal_arn is not None:
        return shlex.quote(entry.principal_arn)
    # Quotes inside $(…) begin anew.
    return f'"$({entry.lookup})"'
