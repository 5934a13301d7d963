"""Write access entries as resources of Terraform's AWS provider.

Resources: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_access_entry.
Strings: https://developer.hashicorp.com/terraform/language/expressions/strings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.aws_auth._entries import RoleEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamtriage.aws_auth._entries import SsoRole
    from iamtriage.aws_auth._migration.access_entries import AccessEntryPlan, PolicyAssociation

__all__ = ("build_terraform", "quote_hcl")

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"]|\$+\{|%+\{')
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


def build_terraform(cluster: str, entries: Iterable[AccessEntryPlan], notes: Iterable[str]) -> str:
    """Return the text of a ``.tf`` file; empty without entries and notes."""
    used_names: set[str] = set()
    comments = "".join(_comment_lines(notes))
    blocks = [comments] if comments else []
    for entry in entries:
        blocks += _entry_blocks(entry, cluster, used_names)
    return "\n".join(blocks)


def quote_hcl(text: str) -> str:
    """Return an HCL string literal that evaluates to the text, without templates.

    >>> print(quote_hcl("${name}"))
    "$${name}"
    """
    escaped = _SPECIAL.sub(_escape_special, text)
    return '"' + "".join(map(_escape_unprintable, escaped)) + '"'


def _escape_special(match: re.Match[str]) -> str:
    special = match[0]
    if special in _ESCAPES:
        return _ESCAPES[special]
    # HCL does not document how it reads several dollar signs before a brace, so all but the last are escaped.
    return f"\\u{ord(special[0]):04x}" * (len(special) - 2) + special[0] + special[-2:]


def _escape_unprintable(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return _ESCAPES.get(character) or (f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}")


def _entry_blocks(entry: AccessEntryPlan, cluster: str, used_names: set[str]) -> Iterator[str]:
    name = _choose_name(entry, used_names)
    if entry.principal_arn is not None:
        principal = quote_hcl(entry.principal_arn)
    else:
        yield _data_block(entry, name)
        principal = _data_reference(entry, name)
    arguments = {
        "cluster_name": quote_hcl(cluster),
        "principal_arn": principal,
        "type": quote_hcl(entry.type),
    }
    if entry.groups:
        arguments["kubernetes_groups"] = _quote_list(entry.groups)
    if entry.username is not None:
        arguments["user_name"] = quote_hcl(entry.username)
    body = _argument_lines(arguments)
    comments = _comment_lines(entry.notes)
    yield "".join((*comments, f'resource "aws_eks_access_entry" "{name}" {{\n', *body, "}\n"))
    for number, policy in enumerate(entry.policies, 1):
        suffix = "" if number == 1 else f"_{number}"
        yield _association_block(policy, cluster, name, suffix)


def _association_block(policy: PolicyAssociation, cluster: str, name: str, suffix: str) -> str:
    arguments = {
        "cluster_name": quote_hcl(cluster),
        "principal_arn": f"aws_eks_access_entry.{name}.principal_arn",
        "policy_arn": quote_hcl(policy.policy_arn),
    }
    scope = {"type": quote_hcl(policy.scope)}
    if policy.scope == "namespace":
        scope["namespaces"] = _quote_list(policy.namespaces)
    lines = (
        f'resource "aws_eks_access_policy_association" "{name}{suffix}" {{\n',
        *_argument_lines(arguments),
        "\n  access_scope {\n",
        *(f"  {line}" for line in _argument_lines(scope)),
        "  }\n}\n",
    )
    return "".join(lines)


def _data_block(entry: AccessEntryPlan, name: str) -> str:
    sso = _sso_role(entry)
    if sso is None:
        body = _argument_lines({"name": quote_hcl(entry.role_name or "")})
        return "".join((f'data "aws_iam_role" "{name}" {{\n', *body, "}\n"))
    pattern = f"^AWSReservedSSO_{re.escape(sso.permission_set_name)}_[0-9a-f]{{16}}$"
    body = _argument_lines(
        {"name_regex": quote_hcl(pattern), "path_prefix": quote_hcl("/aws-reserved/sso.amazonaws.com/")}
    )
    return "".join((f'data "aws_iam_roles" "{name}" {{\n', *body, "}\n"))


def _data_reference(entry: AccessEntryPlan, name: str) -> str:
    sso = _sso_role(entry)
    if sso is None:
        return f"data.aws_iam_role.{name}.arn"
    # The provider may have credentials of another account, with a permission set of the same name.
    arns = f"data.aws_iam_roles.{name}.arns"
    return f'one([for arn in {arns} : arn if split(":", arn)[4] == {quote_hcl(sso.account_id)}])'


def _sso_role(entry: AccessEntryPlan) -> SsoRole | None:
    return entry.source.sso if isinstance(entry.source, RoleEntry) else None


def _quote_list(values: Iterable[str]) -> str:
    return f"[{', '.join(map(quote_hcl, values))}]"


def _argument_lines(arguments: dict[str, str]) -> list[str]:
    """Return arguments aligned as ``terraform fmt`` aligns them."""
    width = max(map(len, arguments))
    return [f"  {key:<{width}} = {value}\n" for key, value in arguments.items()]


def _comment_lines(notes: Iterable[str]) -> list[str]:
    # A newline in a note would end the comment, and HCL would read the rest.
    return [f"# {''.join(c if c.isprintable() else ' ' for c in note)}\n" for note in notes]


def _choose_name(entry: AccessEntryPlan, used_names: set[str]) -> str:
    """Return a resource name that no other entry has, and mark it as used."""
    sso = _sso_role(entry)
    if entry.role_name is not None:
        label = f"role_{entry.role_name}"
    elif sso is not None:
        label = f"sso_{sso.permission_set_name}"
    else:
        label = f"user_{(entry.principal_arn or '').rpartition('/')[2]}"
    label = _NOT_IN_NAMES.sub("_", label)
    name, number = label, 1
    while name in used_names:
        number += 1
        name = f"{label}_{number}"
    used_names.add(name)
    return name
