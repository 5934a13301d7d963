"""Build AWS CLI commands that create access entries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iamtriage._text import quote_argument

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, PolicyAssociation

__all__ = ("build_commands", "build_sso_lookup")

# The AWS CLI reads a value that begins with a dash as an option, one that begins with a bracket as JSON, and
# one like file://name as the name of a file. Such values are passed as JSON.
_PLAIN_VALUE = re.compile(r"(?!\w+://)[A-Za-z0-9:_.][\x20-\x7e]*")
# Identity Center ends each role name with an underscore and 16 hexadecimal digits.
_SUFFIX_LENGTH = 16


def build_commands(cluster: str, entries: Iterable[AccessEntryPlan]) -> tuple[str, ...]:
    """Return the commands in the order to run them, each quoted for a POSIX shell."""
    commands: list[str] = []
    for entry in entries:
        commands.append(_create_command(entry, cluster))
        commands += [_associate_command(entry, policy, cluster) for policy in entry.policies]
    return tuple(commands)


def build_sso_lookup(permission_set: str, account: str) -> str:
    """Return the command that prints the ARN of a permission set's role, if it is in the account.

    >>> print(build_sso_lookup("View", "111122223333"))
    aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/ --query \
'Roles[?starts_with(RoleName, `"AWSReservedSSO_View_"`) && length(RoleName) == `36` && \
contains(Arn, `":111122223333:"`)].Arn' --output text
    """
    # The length excludes the roles of a permission set named View_Only. The account excludes the roles of
    # another account, if the credentials are for that one.
    prefix = f"AWSReservedSSO_{permission_set}_"
    length = len(prefix) + _SUFFIX_LENGTH
    query = (
        f"Roles[?starts_with(RoleName, `{json.dumps(prefix)}`) && length(RoleName) == `{length}`"
        f" && contains(Arn, `{json.dumps(f':{account}:')}`)].Arn"
    )
    return (
        "aws iam list-roles --path-prefix /aws-reserved/sso.amazonaws.com/"
        f" --query {quote_argument(query)} --output text"
    )


def _create_command(entry: AccessEntryPlan, cluster: str) -> str:
    words = [
        *("aws eks create-access-entry --cluster-name", quote_argument(cluster)),
        *("--principal-arn", _quote_principal(entry)),
        *("--type", quote_argument(entry.type)),
    ]
    names = entry.groups if entry.username is None else (*entry.groups, entry.username)
    if all(map(_PLAIN_VALUE.fullmatch, names)):
        if entry.groups:
            words += ["--kubernetes-groups", *map(quote_argument, entry.groups)]
        if entry.username is not None:
            words += ["--username", quote_argument(entry.username)]
    else:
        arguments: dict[str, object] = {"kubernetesGroups": list(entry.groups)} if entry.groups else {}
        if entry.username is not None:
            arguments["username"] = entry.username
        words += ["--cli-input-json", quote_argument(json.dumps(arguments))]
    return " ".join(words)


def _associate_command(entry: AccessEntryPlan, policy: PolicyAssociation, cluster: str) -> str:
    scope = "type=cluster"
    if policy.scope == "namespace":
        scope = json.dumps({"type": "namespace", "namespaces": list(policy.namespaces)})
    words = (
        *("aws eks associate-access-policy --cluster-name", quote_argument(cluster)),
        *("--principal-arn", _quote_principal(entry)),
        *("--policy-arn", quote_argument(policy.policy_arn)),
        *("--access-scope", quote_argument(scope)),
    )
    return " ".join(words)


def _quote_principal(entry: AccessEntryPlan) -> str:
    if entry.principal_arn is not None:
        return quote_argument(entry.principal_arn)
    # Inside $(…) quoting starts over, so the lookup's quotes do not end the outer ones.
    return f'"$({entry.lookup})"'
