"""Build Kubernetes roles and bindings and write them as YAML.

Names always stay strings: a scalar that YAML could parse as something else is quoted as in JSON.
Objects: https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, TypeAlias, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from iamtriage.explaining._context.values import Rule, Subject

_API_GROUP = "rbac.authorization.k8s.io"
_API_VERSION = f"{_API_GROUP}/v1"

_Node: TypeAlias = "str | Sequence[_Node] | Mapping[str, _Node]"

# Everything else is quoted. No YAML version parses these as a number, date, tag, anchor or indicator.
_PLAIN = lazy_pattern(r"[A-Za-z](?:[A-Za-z0-9./_-]{0,252}[A-Za-z0-9])?", re.ASCII)
_YAML_KEYWORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
# JSON doesn't escape these; YAML parses some as newlines and rejects others.
_UNSAFE = lazy_pattern(r"[^\x20-\x7e]")
_NOT_IN_NAMES = lazy_pattern(r"[^a-z0-9.]+")
_MAX_PART_LENGTH = 60
_CHECKSUM_LENGTH = 8
_MAX_NAME_LENGTH = 200


def build_role(name: str, rules: Iterable[Rule], *, namespace: str | None) -> dict[str, _Node]:
    """Build a Role, or a ClusterRole if there is no namespace."""
    return {
        "apiVersion": _API_VERSION,
        "kind": "Role" if namespace else "ClusterRole",
        "metadata": _metadata(name, namespace),
        "rules": [_write_rule(each) for each in rules],
    }


def build_binding(name: str, role_name: str, subject: Subject, *, namespace: str | None) -> dict[str, _Node]:
    """Build a RoleBinding to a Role, or a ClusterRoleBinding to a ClusterRole if there is no namespace."""
    reference: dict[str, _Node] = {"kind": subject.kind, "name": subject.name}
    if subject.kind == "ServiceAccount":
        reference["namespace"] = subject.namespace or ""
    else:
        reference["apiGroup"] = _API_GROUP
    return {
        "apiVersion": _API_VERSION,
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": _metadata(name, namespace),
        "subjects": [reference],
        "roleRef": {
            "kind": "Role" if namespace else "ClusterRole",
            "name": role_name,
            "apiGroup": _API_GROUP,
        },
    }


def to_yaml(*objects: Mapping[str, _Node]) -> str:
    r"""Return objects as YAML documents.

    >>> print(to_yaml({"kind": "Role", "rules": [{"apiGroups": [""], "verbs": ["get"]}]}), end="")
    kind: Role
    rules:
      - apiGroups: [""]
        verbs: [get]
    >>> print(to_yaml({"name": "no"}, {"name": "a: b\n- c"}), end="")
    name: "no"
    ---
    name: "a: b\n- c"
    """
    documents: list[str] = []
    for each in objects:
        lines: list[str] = []
        _add_lines(lines, each, "", "")
        documents.append("".join(lines))
    return "---\n".join(documents)


def object_name(*parts: str) -> str:
    """Return a valid object name made of arbitrary strings.

    >>> object_name("get", "pods/log", "system:serviceaccount:shop:cart")
    'get-pods-log-system-serviceaccount-shop-cart'
    >>> object_name("$(id)", "")
    'id'
    >>> object_name("list-pods", f"arn:aws:iam::111122223333:role/{'a-' * 20}controller")
    'list-pods-arn-aws-iam-111122223333-role-a-a-a-a-a-a-a-a-a-a-94cc2e00'
    """
    words = (_shorten(_NOT_IN_NAMES.sub("-", part.lower()).strip("-."), _MAX_PART_LENGTH) for part in parts)
    return _shorten("-".join(filter(None, words)), _MAX_NAME_LENGTH) or "access"


def _shorten(name: str, length: int) -> str:
    """Return a name with at most this length: its first words, and a checksum that keeps it unique."""
    if len(name) <= length:
        return name
    start = name[: length - _CHECKSUM_LENGTH - 1]
    words = start.rpartition("-")[0] or start
    return f"{words.rstrip('-.')}-{zlib.crc32(name.encode()):0{_CHECKSUM_LENGTH}x}"


def _metadata(name: str, namespace: str | None) -> dict[str, _Node]:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def _write_rule(rule: Rule) -> dict[str, _Node]:
    """Return a rule of a role as in a manifest."""
    if rule.urls:
        return {"nonResourceURLs": rule.urls, "verbs": rule.verbs}
    limits: dict[str, _Node] = {"resourceNames": rule.names} if rule.names else {}
    return {"apiGroups": rule.groups, "resources": rule.resources, **limits, "verbs": rule.verbs}


def patch_with_rule(rule: Rule) -> str:
    """Return the JSON patch that adds a rule to a role."""
    return json.dumps([{"op": "add", "path": "/rules/-", "value": _write_rule(rule)}], separators=(",", ":"))


def _add_lines(lines: list[str], node: Mapping[str, _Node], indent: str, lead: str) -> None:
    """Add the lines of a mapping. The first one begins with ``lead``, the others with ``indent``."""
    for key, value in node.items():
        if isinstance(value, str):
            lines.append(f"{lead}{key}: {write_scalar(value)}\n")
        elif isinstance(value, dict):
            lines.append(f"{lead}{key}:\n")
            _add_lines(lines, value, f"{indent}  ", f"{indent}  ")
        elif all(isinstance(each, str) for each in value):
            lines.append(f"{lead}{key}: [{', '.join([write_scalar(str(each)) for each in value])}]\n")
        else:
            lines.append(f"{lead}{key}:\n")
            for each in value:
                _add_lines(lines, cast("dict[str, _Node]", each), f"{indent}    ", f"{indent}  - ")
        lead = indent


def write_scalar(text: str) -> str:
    """Return a string as YAML, with quotes if it needs them.

    >>> write_scalar("web"), write_scalar("1"), write_scalar("no")
    ('web', '"1"', '"no"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_KEYWORDS:
        return text
    return _UNSAFE.sub(_escape, json.dumps(text, ensure_ascii=False))


def _escape(found: re.Match[str]) -> str:
    # YAML doesn't combine surrogate pairs, which is how JSON writes code points above U+FFFF.
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
