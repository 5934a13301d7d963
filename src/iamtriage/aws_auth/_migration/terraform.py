"""Access entries as text for Terraform's AWS provider; not for reading HCL and not for running Terraform.

Resources: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_access_entry.
Strings: https://developer.hashicorp.com/terraform/language/expressions/strings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.aws_auth._entries import RoleEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, Migration, PolicyAssociation

__all__ = ("quoted", "terraform_for")

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"]|\$+\{|%+\{')
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def terraform_for(migration: Migration) -> str:
    """Give the text of a ``.tf`` file; empty where there is nothing to say."""
    taken: set[str] = set()
    blocks = ["".join(_comments(migration.notes))] if migration.notes else []
    for entry in migration.entries:
        blocks += _blocks(entry, migration.cluster, taken)
    return "\n".join(blocks)


def quoted(text: str) -> str:
    """Give a string of HCL that means the text, without templates.

    >>> print(quoted("${name}"))
    "$${name}"
    """
    escaped = _SPECIAL.sub(_escaped, text)
    return '"' + "".join(map(_printable, escaped)) + '"'


def _escaped(found: re.Match[str]) -> str:
    special = found[0]
    if special in _ESCAPES:
        return _ESCAPES[special]
    # How HCL reads several dollars before a brace is not documented, so all but the last are spelled out.
    return f"\\u{ord(special[0]):04x}" * (len(special) - 2) + special[0] + special[-2:]


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")


def _blocks(entry: AccessEntryPlan, cluster: str, taken: set[str]) -> Iterable[str]:
    name = _name_for(entry, taken)
    if entry.principal_arn is not None:
        principal = quoted(entry.principal_arn)
    else:
        yield _data(entry, name)
        principal = _found(entry, name)
    arguments = {
        "cluster_name": quoted(cluster),
        "principal_arn": principal,
        "type": quoted(entry.type),
    }
    if entry.groups:
        arguments["kubernetes_groups"] = f"[{', '.join(map(quoted, entry.groups))}]"
    if entry.username is not None:
        arguments["user_name"] = quoted(entry.username)
    body = _aligned(arguments)
    yield "".join((*_comments(entry.notes), f'resource "aws_eks_access_entry" "{name}" {{\n', *body, "}\n"))
    for number, policy in enumerate(entry.policies, 1):
        suffix = "" if number == 1 else f"_{number}"
        yield _association(policy, cluster, name, suffix)


def _association(policy: PolicyAssociation, cluster: str, name: str, suffix: str) -> str:
    arguments = {
        "cluster_name": quoted(cluster),
        "principal_arn": f"aws_eks_access_entry.{name}.principal_arn",
        "policy_arn": quoted(policy.policy_arn),
    }
    scope = {"type": quoted(policy.scope)}
    if policy.scope == "namespace":
        scope["namespaces"] = f"[{', '.join(map(quoted, policy.namespaces))}]"
    lines = (
        f'resource "aws_eks_access_policy_association" "{name}{suffix}" {{\n',
        *_aligned(arguments),
        "\n  access_scope {\n",
        *(f"  {line}" for line in _aligned(scope)),
        "  }\n}\n",
    )
    return "".join(lines)


def _data(entry: AccessEntryPlan, name: str) -> str:
    sso = entry.source.sso if isinstance(entry.source, RoleEntry) else None
    if sso is None:
        body = _aligned({"name": quoted(entry.role_name or "")})
        return "".join((f'data "aws_iam_role" "{name}" {{\n', *body, "}\n"))
    pattern = f"^AWSReservedSSO_{re.escape(sso.permission_set_name)}_[0-9a-f]{{16}}$"
    body = _aligned(
        {"name_regex": quoted(pattern), "path_prefix": quoted("/aws-reserved/sso.amazonaws.com/")},
    )
    return "".join((f'data "aws_iam_roles" "{name}" {{\n', *body, "}\n"))


def _found(entry: AccessEntryPlan, name: str) -> str:
    sso = entry.source.sso if isinstance(entry.source, RoleEntry) else None
    if sso is None:
        return f"data.aws_iam_role.{name}.arn"
    # The provider may be logged in to another account, which can have a set of the same name.
    arns = f"data.aws_iam_roles.{name}.arns"
    return f'one([for arn in {arns} : arn if split(":", arn)[4] == {quoted(sso.account_id)}])'


def _aligned(arguments: dict[str, str]) -> list[str]:
    """Write arguments as ``terraform fmt`` would."""
    width = max(map(len, arguments))
    return [f"  {key:<{width}} = {value}\n" for key, value in arguments.items()]


def _comments(notes: Iterable[str]) -> list[str]:
    # A note never breaks a line of its own accord; one that did would be read as HCL.
    return [f"# {''.join(c if c.isprintable() else ' ' for c in note)}\n" for note in notes]


def _name_for(entry: AccessEntryPlan, taken: set[str]) -> str:
    """Choose a name for the resources that no other entry has."""
    sso = entry.source.sso if isinstance(entry.source, RoleEntry) else None
    if entry.role_name is not None:
        label = f"role_{entry.role_name}"
    elif sso is not None:
        label = f"sso_{sso.permission_set_name}"
    else:
        label = f"user_{(entry.principal_arn or '').rpartition('/')[2]}"
    label = _NOT_IN_NAMES.sub("_", label)
    name, number = label, 1
    while name in taken:
        number += 1
        name = f"{label}_{number}"
    taken.add(name)
    return name
