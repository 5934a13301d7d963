"""Read the role bindings of Kubernetes RBAC that a text contains as manifests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ("BoundSubject", "StatedBinding", "find_bindings")

_KIND = lazy_pattern(
    r"^(?P<indent>[ \t]{0,20})kind: [\"']?(?P<kind>(?:Cluster)?RoleBinding)[\"']?[ \t\r]{0,8}$", re.MULTILINE
)
_SECTION = lazy_pattern(r"(?P<name>metadata|roleRef|subjects):\s*(?P<flow>\{.*\})?\s*\Z")
_FIELD = lazy_pattern(
    r"(?P<new>- {1,4})?(?P<name>kind|name|namespace): [\"']?(?P<value>[A-Za-z0-9][\w.:@/=+-]{0,252})[\"']?\s*\Z",
    re.ASCII,
)
# The fields of a mapping in braces, before a nested one.
_FLOW_FIELD = lazy_pattern(r"(?:kind|name|namespace): ?[\"']?[A-Za-z0-9][\w.:@/=+-]{0,252}", re.ASCII)
_MAX_LINES, _MAX_LINE, _MAX_CHARS = 60, 2_000, 8_000


class BoundSubject(NamedTuple):
    """A subject of a binding.

    Attributes:
        kind: ``"ServiceAccount"``, ``"User"`` or ``"Group"``.
        name: Its name.
        namespace: The namespace of a service account.
    """

    kind: str
    name: str
    namespace: str | None


class StatedBinding(NamedTuple):
    """A binding that a text contains.

    Attributes:
        kind: ``"RoleBinding"`` or ``"ClusterRoleBinding"``.
        name: Its name.
        namespace: Its namespace, if the text states one.
        role: The kind and the name of the role.
        subjects: Whom it gives the role.
    """

    kind: str
    name: str
    namespace: str | None
    role: str
    subjects: tuple[BoundSubject, ...]


def find_bindings(text: str) -> Iterator[StatedBinding]:
    r"""Yield the bindings in a text.

    >>> lines = ["kind: RoleBinding", "metadata:", "  name: ci", "  namespace: web", "roleRef:", "  kind: Role",
    ...          "  name: reader", "subjects:", "- kind: ServiceAccount", "  name: bot", "  namespace: web"]
    >>> next(find_bindings("\n".join(lines)))[:4]
    ('RoleBinding', 'ci', 'web', 'Role reader')
    """
    for found in _KIND.finditer(text) if "RoleBinding" in text else ():
        following = text[found.end() : found.end() + _MAX_CHARS].split("\n", _MAX_LINES + 1)
        sections = _read_sections(following[1 : _MAX_LINES + 1], len(found["indent"]))
        metadata, role = (dict(_first_fields(sections.get(each, ()))) for each in ("metadata", "roleRef"))
        if {"kind", "name"} <= role.keys() and "name" in metadata:
            subjects = tuple(_read_subjects(sections.get("subjects", ())))
            bound = f"{role['kind']} {role['name']}"
            yield StatedBinding(found["kind"], metadata["name"], metadata.get("namespace"), bound, subjects)


def _read_sections(lines: Iterable[str], indent: int) -> dict[str, list[str]]:
    """Return the lines of each section of an object, whose keys have the same indentation as its kind."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        content = line.strip()
        depth = len(line) - len(line.lstrip())
        is_item = content.startswith("- ")
        if (
            content.startswith("---")
            or (content and depth < indent)
            or (depth == indent and content.startswith(("kind:", "apiVersion: v1", "$ ")))
        ):
            break
        if depth == indent and content and not is_item:
            section = _SECTION.match(content)
            current = sections.setdefault(section["name"], []) if section else []
            if section and section["flow"]:
                current += _flow_fields(section["flow"])
        elif content.startswith("- {"):
            fields = _flow_fields(content[2:])
            current += (f"- {fields[0]}", *fields[1:]) if fields else ()
        else:
            current.append(content)
    return sections


def _flow_fields(flow: str) -> list[str]:
    """Return the fields of a mapping in braces, each as the line of a block."""
    return [
        each[0].replace("'", "").replace('"', "")
        for each in _FLOW_FIELD.finditer(flow[:_MAX_LINE].partition("{")[2].partition("{")[0])
    ]


def _first_fields(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in reversed(list(lines)):
        if (found := _FIELD.match(line)) is not None:
            yield found["name"], found["value"]


def _read_subjects(lines: Iterable[str]) -> Iterator[BoundSubject]:
    fields: dict[str, str] = {}
    for line in (*lines, "- "):
        if line.startswith("-") and {"kind", "name"} <= fields.keys():
            yield BoundSubject(fields["kind"], fields["name"], fields.get("namespace"))
        if line.startswith("-"):
            fields = {}
        if (found := _FIELD.match(line)) is not None:
            fields[found["name"]] = found["value"]
