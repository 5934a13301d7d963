"""Read where a manifest has the service account of its pods, which the API server ignores in any other place.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level.
"""

from __future__ import annotations

import re
from itertools import islice

from iamtriage._patterns import KUBERNETES_NAME, lazy_pattern, only_one, search_last
from iamtriage._typing import NamedTuple

_MAX_CHARS, _MAX_LINES = 64_000, 50
_FIELD = "serviceAccountName"
_LINE = lazy_pattern(
    rf"(?m)^(?P<indent>[ \t]*)(?:- )?(?P<field>(?i:service_?account_?name)):[ \t]*[\"']?(?P<account>{KUBERNETES_NAME})[\"']?[ \t]*(?:#[^\n]*)?$"
)
# What the API server says of a field that it drops, or with strict validation rejects.
_UNKNOWN = lazy_pattern(
    r"(?:\bValidationError\((?P<object>[A-Z]\w{1,20})(?P<above>(?:\.\w{1,40}(?:\[\d{1,3}\])?){0,8})\): )?\bunknown field \\?\"(?P<parents>(?:[\w-]{1,60}(?:\[\d{1,3}\])?\.){0,10})(?P<field>(?i:service_?account_?(?:name)?))\\?\""
)
# What kubectl apply says of an object.
_APPLIED = lazy_pattern(
    rf"(?m)^(?P<kind>cronjob|daemonset|deployment|job|pod|replicaset|statefulset)(?:\.(?:apps|batch))?/(?P<name>{KUBERNETES_NAME}) (?:configured|created|serverside-applied|unchanged)\b"
)
_KIND = lazy_pattern(r"(?m)^kind: [\"']?(?P<kind>[A-Z][A-Za-z]{2,20})[\"']?[ \t]*$")
_NAME = lazy_pattern(
    rf"(?m)^metadata:\n(?:[ \t][^\n]{{0,200}}\n){{0,20}}?[ \t]{{1,80}}name: [\"']?({KUBERNETES_NAME})[\"']?[ \t]{{0,80}}$"
)
_SEPARATOR = lazy_pattern(r"(?m)^(?:---|```)")
_BOUNDARY = lazy_pattern(r"(?m)^(?:---|```|kind: |apiVersion: )")
_MAPPING_KEY = lazy_pattern(r"(?P<indent>[ \t]{0,200})[\"']?(?P<key>[\w-]{1,60})[\"']?:[ \t]{0,200}(?:#.*)?")
_OF_TEMPLATE = "spec.template.spec"
_PLACES = {
    **dict.fromkeys(("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), _OF_TEMPLATE),
    "CronJob": f"spec.jobTemplate.{_OF_TEMPLATE}",
    "Pod": "spec",
}


class MisplacedAccount(NamedTuple):
    """The service account of a pod where the API server does not read it.

    Attributes:
        path: Where it is, with the name of the field.
        right: Where it has to be.
        kind: The kind of the object.
        name: The name of the object, if the text has its manifest.
        account: The name of the service account, if the text has the manifest.
        is_reported: Whether the API server said so.
    """

    path: str
    right: str
    kind: str
    name: str | None
    account: str | None
    is_reported: bool


def find_misplaced_account(text: str) -> MisplacedAccount | None:
    r"""Return the service account in a wrong place of the only manifest with one, or in the API server's warning.

    >>> found = find_misplaced_account('Warning: unknown field "spec.jobTemplate.spec.serviceAccountName"')
    >>> found.right, found.kind
    ('spec.jobTemplate.spec.template.spec.serviceAccountName', 'CronJob')
    """
    text = text[:_MAX_CHARS]
    unknown = _UNKNOWN.search(text) if "unknown field" in text else None
    written = [*filter(None, map(_read_line, islice(_LINE.finditer(text), _MAX_LINES)))]
    wrong = [each for each in written if each.path != each.right]
    if unknown is None:
        return wrong[0] if len(written) == len(wrong) == 1 else None
    above = f"{unknown['above'].lstrip('.')}." if unknown["above"] else ""
    path = f"{above}{unknown['parents']}{unknown['field']}"
    if (found := next((each for each in wrong if each.path == path), None)) is not None:
        return found._replace(is_reported=True)
    applied = {each.group("kind", "name") for each in _APPLIED.finditer(text)}
    lower, name = only_one(applied, ("", None))
    stated = _KIND.search(text)
    kind = unknown["object"] or next((each for each in _PLACES if each.lower() == lower), None)
    kind = kind or ("CronJob" if ".jobTemplate." in path else stated["kind"] if stated else "Deployment")
    right = f"{_PLACES[kind]}.{_FIELD}" if kind in _PLACES else path
    return None if path == right else MisplacedAccount(path, right, kind, name, None, is_reported=True)


def _read_line(found: re.Match[str]) -> MisplacedAccount | None:
    """Return the service account of a line in the manifest of an object with containers, wherever it is."""
    text = found.string
    separator = search_last(_SEPARATOR, text, 0, found.start())
    low = separator.end() if separator else 0
    stated = search_last(_KIND, text, low, found.start())
    following = _BOUNDARY.search(text, found.end())
    document = text[stated.start() if stated else low : following.start() if following else len(text)]
    keys, kind = find_keys(text, found), stated["kind"] if stated else ""
    if kind not in _PLACES or keys[:1] != ["spec"] or "containers:" not in document:
        return None
    name = _NAME.search(document)
    return MisplacedAccount(
        ".".join((*keys, found["field"])),
        f"{_PLACES[kind]}.{_FIELD}",
        kind,
        name and name[1],
        found["account"],
        is_reported=False,
    )


def find_keys(text: str, found: re.Match[str]) -> list[str]:
    """Return the keys of the YAML mappings that contain a line."""
    keys: list[str] = []
    depth = len(found["indent"]) + found[0].lstrip().startswith("- ")
    for line in reversed(text[: found.start()].splitlines()):
        key = _MAPPING_KEY.fullmatch(line)
        indent = len(line) - len(line.lstrip())
        if not line.strip() or indent >= depth:
            continue
        if line.lstrip().startswith("- "):
            # A list can have the indentation of its key.
            depth = indent + 1
            continue
        if key is None:
            break
        keys.insert(0, key["key"])
        depth = indent
        if depth == 0:
            break
    return keys
