"""The values of an aws-auth ConfigMap, as the authenticator takes them; not for what is wrong with it."""

from __future__ import annotations

from iamtriage.aws_auth._entries import AwsAuth, RoleEntry, UserEntry
from iamtriage.aws_auth._yaml.fields import entries
from iamtriage.aws_auth._yaml.nodes import is_null
from iamtriage.aws_auth._yaml.source import MapText, checked, read

__all__ = ("load",)


def load(text: str) -> AwsAuth:
    """Read an aws-auth ConfigMap.

    Args:
        text: a manifest, its ``data`` alone, or what ``kubectl get configmap aws-auth -n kube-system``
            prints with ``-o yaml`` or ``-o json``.

    Returns:
        What the authenticator makes of it. Entries that it drops, such as those without an ARN, are left
        out; :func:`lint` tells of them.

    Raises:
        AwsAuthError: the YAML cannot be read, a map is a list where Kubernetes wants text, or the text is
            longer than a ConfigMap can be. The error has the ``line`` and the ``column``.
        TypeError: ``text`` is no text.
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
    maps: dict[str, MapText] = {found.name: found for found in read(checked(text)).maps}
    for map_text in maps.values():
        if map_text.error is not None:
            raise map_text.error
    kept = {
        name: [entry for entry in entries(maps[name]) if not entry.is_dropped] if name in maps else []
        for name in ("mapRoles", "mapUsers")
    }
    roles = (RoleEntry(e.arn, e.username, e.groups, e.sso, e.line) for e in kept["mapRoles"])
    users = (UserEntry(e.arn, e.username, e.groups, e.line) for e in kept["mapUsers"])
    accounts = maps.get("mapAccounts")
    return AwsAuth(tuple(roles), tuple(users), _accounts(accounts) if accounts else ())


def _accounts(map_text: MapText) -> tuple[str, ...]:
    root = map_text.root
    if root is None or root.kind != "sequence":
        return ()
    # A number is read as it is written, leading zeros too.
    return tuple(node.value for node in root.items if node.kind == "scalar" and not is_null(node))
