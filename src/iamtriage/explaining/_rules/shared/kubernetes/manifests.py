"""Write Kubernetes roles with their bindings, and parts of templates, as YAML.

Names always stay strings: a scalar that YAML could parse as something else is quoted as in JSON.
Objects: https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
"""

from __future__ import annotations

import functools
import json
import re
import zlib
from typing import TYPE_CHECKING, cast

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamtriage.explaining._context.values import Rule, Subject

# Everything else is quoted. No YAML version parses these as a number, date, tag, anchor or indicator.
_PLAIN = lazy_pattern(r"[A-Za-z](?:[A-Za-z0-9./_-]{0,252}[A-Za-z0-9])?")
_YAML_KEYWORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
# JSON doesn't escape these; YAML parses some as newlines and rejects others.
_UNSAFE = lazy_pattern(r"[^\x20-\x7e]")
_NOT_IN_NAMES = lazy_pattern(r"[^a-z0-9.]+")
_MAX_PART_LENGTH = 60
_CHECKSUM_LENGTH = 8
_MAX_NAME_LENGTH = 200


def write_role(
    name: str, rules: Sequence[Rule], binding: str, subject: Subject, *, namespace: str | None
) -> str:
    """Return the YAML of a role and its binding, which apply in all namespaces if none is given."""
    scope = "" if namespace else "Cluster"
    place = f"\n  namespace: {write_scalar(namespace)}" if namespace else ""
    fields = [
        "\n    ".join(
            f"{key}: [{', '.join(map(write_scalar, values))}]" for key, values in _write_rule(each).items()
        )
        for each in rules
    ]
    of_subject = (
        f"namespace: {write_scalar(subject.namespace or '')}"
        if subject.kind == "ServiceAccount"
        else "apiGroup: rbac.authorization.k8s.io"
    )
    lines = "\n  - ".join(fields)
    return f"""\
apiVersion: rbac.authorization.k8s.io/v1
kind: {scope}Role
metadata:
  name: {write_scalar(name)}{place}
rules:
  - {lines}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {scope}RoleBinding
metadata:
  name: {write_scalar(binding)}{place}
subjects:
  - kind: {subject.kind}
    name: {write_scalar(subject.name)}
    {of_subject}
roleRef:
  kind: {scope}Role
  name: {write_scalar(name)}
  apiGroup: rbac.authorization.k8s.io
"""


# Logs repeat the same roles.
@functools.lru_cache(maxsize=512)
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


def _write_rule(rule: Rule) -> dict[str, tuple[str, ...]]:
    """Return a rule of a role as in a manifest."""
    if rule.urls:
        return {"nonResourceURLs": rule.urls, "verbs": rule.verbs}
    limits = {"resourceNames": rule.names} if rule.names else {}
    return {"apiGroups": rule.groups, "resources": rule.resources, **limits, "verbs": rule.verbs}


def patch_with_rule(rule: Rule) -> str:
    """Return the JSON patch that adds a rule to a role."""
    return json.dumps([{"op": "add", "path": "/rules/-", "value": _write_rule(rule)}], separators=(",", ":"))


def write_scalar(text: str) -> str:
    """Return a string as YAML, with quotes if it needs them.

    >>> write_scalar("web"), write_scalar("1"), write_scalar("no")
    ('web', '"1"', '"no"')
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_KEYWORDS:
        return text
    return _UNSAFE.sub(_escape, json.dumps(text, ensure_ascii=False))


def write_yaml(value: object) -> Iterator[str]:
    """Yield the lines of a JSON value as YAML.

    >>> list(write_yaml({"Action": ["sqs:*"], "Principal": {"AWS": "*"}}))
    ['Action:', '  - "sqs:*"', 'Principal:', '  AWS: "*"']
    """
    if value and isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            lines = list(write_yaml(each))
            if each and isinstance(each, dict | list):
                yield from (f"{key}:", *(f"  {line}" for line in lines))
            else:
                yield f"{key}: {lines[0]}"
    elif value and isinstance(value, list):
        for each in cast("list[object]", value):
            first, *rest = write_yaml(each)
            yield from (f"- {first}", *(f"  {line}" for line in rest))
    else:
        yield write_scalar(value) if isinstance(value, str) else json.dumps(value)


def _escape(found: re.Match[str]) -> str:
    # YAML doesn't combine surrogate pairs, which is how JSON writes code points above U+FFFF.
    code = ord(found[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
