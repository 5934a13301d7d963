"""The entries of ``mapRoles`` and ``mapUsers`` as nodes, field by field; not for whether they are right.

Keys are read as Go's JSON reader does it, without regard to case, and the last of equal ones wins.
"""

from __future__ import annotations

import attrs

from iamtriage.arns._names import ACCOUNT, PERMISSION_SET
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.aws_auth._entries import SsoRole
from iamtriage.aws_auth._yaml.nodes import Node, is_null, is_text, pairs
from iamtriage.aws_auth._yaml.source import MapText

__all__ = ("Field", "RawEntry", "entries", "sso_fault", "text_of")

# `userid` belongs to other back ends of the authenticator; here it does nothing, and does no harm.
_KNOWN = {
    "mapRoles": frozenset({"rolearn", "username", "groups", "sso", "userid"}),
    "mapUsers": frozenset({"userarn", "username", "groups", "userid"}),
}
_SSO_KNOWN = frozenset({"permissionsetname", "accountid", "partition"})


@attrs.frozen(eq=False)
class Field:
    """A key of an entry, and what stands there.

    Attributes:
        key: the key's node.
        value: the value's node.
        merged: whether it comes by way of YAML's ``<<``, so that its text is another entry's too.
    """

    key: Node
    value: Node
    merged: bool = False


@attrs.define(eq=False)
class RawEntry:
    """An entry of a map.

    Attributes:
        map_text: the map.
        node: the entry's node.
        fields: its fields, by the lower-case name.
        doubled: keys that stand twice; the nodes of the earlier ones.
        unknown: keys that mean nothing.
    """

    map_text: MapText
    node: Node
    fields: dict[str, Field] = attrs.Factory(dict[str, Field])
    doubled: list[Node] = attrs.Factory(list[Node])
    unknown: list[Node] = attrs.Factory(list[Node])

    @property
    def arn_key(self) -> str:
        """The key that holds the ARN."""
        return "rolearn" if self.map_text.name == "mapRoles" else "userarn"

    @property
    def line(self) -> int:
        """Where the entry begins in the source."""
        return self.map_text.line_of(self.node)

    def field(self, name: str) -> Field | None:
        """Give a field that states something."""
        found = self.fields.get(name)
        return None if found is None or is_null(found.value) else found

    @property
    def arn(self) -> str:
        """The ARN as written; empty without one."""
        return text_of(self.field(self.arn_key))

    @property
    def username(self) -> str:
        """The user name as written; empty without one."""
        return text_of(self.field("username"))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are text."""
        found = self.field("groups")
        if found is None or found.value.kind != "sequence":
            return ()
        return tuple(item.value for item in found.value.items if is_text(item))

    @property
    def sso(self) -> SsoRole | None:
        """The permission set, be it right or not."""
        found = self.field("sso")
        if found is None or found.value.kind != "mapping" or self.arn_key != "rolearn":
            return None
        values = {key.value.lower(): value for key, value in pairs(found.value)}
        texts = {name: values[name].value for name in _SSO_KNOWN if name in values and is_text(values[name])}
        return SsoRole(
            texts.get("permissionsetname", ""), texts.get("accountid", ""), texts.get("partition", "")
        )

    @property
    def is_dropped(self) -> bool:
        """Whether the authenticator leaves the entry out."""
        sso = self.sso
        if self.node.kind != "mapping" or (not self.arn and sso is None):
            return True
        return sso is not None and (bool(self.arn) or sso_fault(sso) is not None)


def text_of(field: Field | None) -> str:
    """Give the text of a field; none where it is no text."""
    return field.value.value if field is not None and is_text(field.value) else ""


def sso_fault(sso: SsoRole) -> str | None:
    """Say what in a permission set the authenticator refuses."""
    if not ACCOUNT.fullmatch(sso.account_id):
        return "accountID is no text of 12 digits"
    if not PERMISSION_SET.fullmatch(sso.permission_set_name):
        return "permissionSetName is no permission set's name: 1 to 32 of A-Z, a-z, 0-9 and _+=,.@-"
    if sso.partition and sso.partition not in PARTITIONS:
        return "partition is no partition of AWS"
    return None


def entries(map_text: MapText) -> list[RawEntry]:
    """Give the entries of ``mapRoles`` or ``mapUsers``; none where the map is no list."""
    root = map_text.root
    if root is None or root.kind != "sequence":
        return []
    return [_entry(map_text, node) for node in root.items]


def _entry(map_text: MapText, node: Node) -> RawEntry:
    entry = RawEntry(map_text, node)
    known = _KNOWN[map_text.name]
    merged: dict[str, Field] = {}
    for key, value in pairs(node):
        name = key.value.lower()
        if key.value == "<<" and not key.style:
            # One level is enough: more would cost more than the text is long.
            sources = value.items if value.kind == "sequence" else [value]
            for source in reversed(sources):
                merged |= {k.value.lower(): Field(k, v, merged=True) for k, v in pairs(source)}
            continue
        if key.kind != "scalar" or name not in known:
            entry.unknown.append(key)
            continue
        if name in entry.fields:
            entry.doubled.append(entry.fields[name].key)
        entry.fields[name] = Field(key, value)
    for name, field in merged.items():
        if name in known:
            entry.fields.setdefault(name, field)
    return entry
