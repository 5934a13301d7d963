"""Load an aws-auth ConfigMap as the authenticator does."""

from __future__ import annotations

from iamtriage.aws_auth._entries import AwsAuth, RoleEntry, UserEntry
from iamtriage.aws_auth._yaml.fields import parse_entries
from iamtriage.aws_auth._yaml.nodes import is_null
from iamtriage.aws_auth._yaml.source import MapText, parse_config_map, require_text

__all__ = ("load",)


def load(text: str) -> AwsAuth:
    """Load an aws-auth ConfigMap.

    Args:
        text: A manifest, its ``data`` alone, or the output of
            ``kubectl get configmap aws-auth -n kube-system`` with ``-o yaml`` or ``-o json``.

    Returns:
        The entries that the authenticator uses, without those that it drops, such as entries without an ARN.
        :func:`lint` reports the dropped ones.

    Raises:
        AwsAuthError: The YAML cannot be parsed, a map is a list instead of a string, or the text is too
            long for a ConfigMap. The error has the ``line`` and the ``column``.
        TypeError: ``text`` is not a string.
        ImportError: ruamel.yaml is not installed.

    >>> config_map = '''
    ... data:
    ...   mapRoles: |
    ...     - rolearn: arn:aws:iam::111122223333:role/view
    ...       username: view
    ...       groups: [viewers]
    ... '''
    >>> [entry] = load(config_map).roles
    >>> entry.rolearn, entry.groups, entry.line
    ('arn:aws:iam::111122223333:role/view', ('viewers',), 4)
    """
    maps: dict[str, MapText] = {found.name: found for found in parse_config_map(require_text(text)).maps}
    for map_text in maps.values():
        if map_text.error is not None:
            raise map_text.error
    entries = {
        name: [entry for entry in parse_entries(maps[name]) if not entry.is_dropped] if name in maps else []
        for name in ("mapRoles", "mapUsers")
    }
    roles = (RoleEntry(e.arn, e.username, e.groups, e.sso, e.line) for e in entries["mapRoles"])
    users = (UserEntry(e.arn, e.username, e.groups, e.line) for e in entries["mapUsers"])
    accounts = maps.get("mapAccounts")
    return AwsAuth(tuple(roles), tuple(users), _parse_accounts(accounts) if accounts else ())


def _parse_accounts(map_text: MapText) -> tuple[str, ...]:
    root = map_text.root
    if root is None or root.kind != "sequence":
        return ()
    # A number keeps its spelling, including leading zeros.
    return tuple(node.value for node in root.items if node.kind == "scalar" and not is_null(node))
