"""Read the entries of ``mapRoles`` and ``mapUsers`` field by field.

Keys are case-insensitive, and the last of several equal keys wins, as in Go's JSON decoder.
"""

from __future__ import annotations

import attrs

from iamtriage.arns._names import ACCOUNT, PERMISSION_SET
from iamtriage.arns._partitions import PARTITIONS
from iamtriage.aws_auth._entries import SsoRole
from iamtriage.aws_auth._yaml.nodes import Node, is_null, is_text, mapping_items
from iamtriage.aws_auth._yaml.source import MapText

__all__ = ("SSO_KEYS", "Field", "RawEntry", "check_sso", "parse_entries")

# `userid` belongs to other back ends of the authenticator. In aws-auth it has no effect and does no harm.
_KNOWN_KEYS = {
    "mapRoles": frozenset({"rolearn", "username", "groups", "sso", "userid"}),
    "mapUsers": frozenset({"userarn", "username", "groups", "userid"}),
}
SSO_KEYS = frozenset({"permissionsetname", "accountid", "partition"})
"""The keys of the ``sso`` mapping, in lower case."""


@attrs.frozen(eq=False)
class Field:
    """A key of an entry and its value.

    Attributes:
        key: The key's node.
        value: The value's node.
        is_merged: Whether the key comes from YAML's ``<<``, so that other entries have it, too.
    """

    key: Node
    value: Node
    is_merged: bool = False


@attrs.define(eq=False)
class RawEntry:
    """An entry of a map, as written.

    Attributes:
        map_text: The map.
        node: The entry's node.
        fields: The fields by their lower-case keys.
        duplicate_keys: The nodes of keys that a later equal key overrides.
        unknown_keys: The nodes of unknown keys.
    """

    map_text: MapText
    node: Node
    fields: dict[str, Field] = attrs.Factory(dict[str, Field])
    duplicate_keys: list[Node] = attrs.Factory(list[Node])
    unknown_keys: list[Node] = attrs.Factory(list[Node])

    @property
    def arn_key(self) -> str:
        """The key that holds the ARN."""
        return "rolearn" if self.map_text.name == "mapRoles" else "userarn"

    @property
    def line(self) -> int:
        """The line in the source on which the entry begins."""
        return self.map_text.line_of(self.node)

    def field(self, name: str) -> Field | None:
        """Return a field if its value is not null."""
        field = self.fields.get(name)
        return None if field is None or is_null(field.value) else field

    @property
    def arn(self) -> str:
        """The ARN as written; empty if it is missing."""
        return _get_text(self.field(self.arn_key))

    @property
    def username(self) -> str:
        """The username as written; empty if it is missing."""
        return _get_text(self.field("username"))

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that are strings."""
        field = self.field("groups")
        if field is None or field.value.kind != "sequence":
            return ()
        return tuple(item.value for item in field.value.items if is_text(item))

    @property
    def sso(self) -> SsoRole | None:
        """The permission set, valid or not."""
        field = self.field("sso")
        if field is None or field.value.kind != "mapping" or self.arn_key != "rolearn":
            return None
        nodes = {key.value.lower(): value for key, value in mapping_items(field.value)}
        texts = {name: nodes[name].value for name in SSO_KEYS if name in nodes and is_text(nodes[name])}
        return SsoRole(
            texts.get("permissionsetname", ""), texts.get("accountid", ""), texts.get("partition", "")
        )

    @property
    def is_dropped(self) -> bool:
        """Whether the authenticator drops the entry."""
        sso = self.sso
        if self.node.kind != "mapping" or (not self.arn and sso is None):
            return True
        return sso is not None and (bool(self.arn) or check_sso(sso) is not None)


def _get_text(field: Field | None) -> str:
    """Return a field's string; empty if the field is missing or not a string."""
    return field.value.value if field is not None and is_text(field.value) else ""


def check_sso(sso: SsoRole) -> str | None:
    """Return why the authenticator rejects an ``sso`` mapping; ``None`` if it does not."""
    if not ACCOUNT.fullmatch(sso.account_id):
        return "accountID must be a string of 12 digits"
    if not PERMISSION_SET.fullmatch(sso.permission_set_name):
        return "permissionSetName must be 1 to 32 of A-Z, a-z, 0-9 and _+=,.@-"
    if sso.partition and sso.partition not in PARTITIONS:
        return "partition must be an AWS partition"
    return None


def parse_entries(map_text: MapText) -> list[RawEntry]:
    """Return the entries of ``mapRoles`` or ``mapUsers``; an empty list if the map is not a list."""
    root = map_text.root
    if root is None or root.kind != "sequence":
        return []
    return [_parse_entry(map_text, node) for node in root.items]


def _parse_entry(map_text: MapText, node: Node) -> RawEntry:
    entry = RawEntry(map_text, node)
    known_keys = _KNOWN_KEYS[map_text.name]
    merged: dict[str, Field] = {}
    for key, value in mapping_items(node):
        name = key.value.lower()
        if key.value == "<<" and not key.style:
            # Only one level of merges is read: nested ones could take more time than the text is long.
            sources = value.items if value.kind == "sequence" else [value]
            for source in reversed(sources):
                merged |= {k.value.lower(): Field(k, v, is_merged=True) for k, v in mapping_items(source)}
            continue
        if key.kind != "scalar" or name not in known_keys:
            entry.unknown_keys.append(key)
            continue
        if name in entry.fields:
            entry.duplicate_keys.append(entry.fields[name].key)
        entry.fields[name] = Field(key, value)
    for name, field in merged.items():
        if name in known_keys:
            entry.fields.setdefault(name, field)
    return entry
