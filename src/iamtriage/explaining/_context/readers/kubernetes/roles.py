"""Read the roles of Kubernetes RBAC that a text contains, as manifests or as kubectl describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamtriage._patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("RoleRule", "StatedRole", "find_roles")

_NAME = r"[A-Za-z0-9][\w.:-]{0,252}"
_KIND = lazy_pattern(
    r"^(?P<indent>[ \t]{0,20})(?:- )?kind: [\"']?(?P<kind>(?:Cluster)?Role)[\"']?[ \t\r]{0,8}$", re.MULTILINE
)
_END = lazy_pattern(
    r"^(?:---|[ \t]{0,20}(?:- )?(?:apiVersion|kind): |[^\s#-][^\n:]{0,200}[$#] )", re.MULTILINE
)
_METADATA = lazy_pattern(
    rf"^[ \t]{{1,40}}(?P<field>name|namespace): [\"']?(?P<value>{_NAME})[\"']?\s*$", re.ASCII | re.MULTILINE
)
_RULES = lazy_pattern(r"^[ \t]{0,20}rules:[ \t\r]{0,8}$", re.MULTILINE)
# A list of strings in brackets, or as a block. No string in it has a colon.
_FIELD = lazy_pattern(
    r"^[ \t]{0,40}(?P<new>- )?(?P<field>apiGroups|resources|resourceNames|verbs):[ \t]{0,8}"
    r"(?:\[(?P<list>[^\]]{0,2000})\]|(?P<block>(?:\r?\n[ \t]{0,40}- [\"']?[^\n:\"']{0,200}[\"']?[ \t\r]{0,8}(?=\n|\Z)){1,100}))",
    re.MULTILINE,
)
_ITEM = lazy_pattern(r"\"(?P<double>[^\"]{0,200})\"|'(?P<single>[^']{0,200})'|(?P<plain>[\w*./-]{1,200})")
_BLOCK_ITEM = lazy_pattern(
    r"^[ \t]{0,40}- [\"']?(?P<value>[^\n\"']{0,200}?)[\"']?[ \t\r]{0,8}$", re.MULTILINE
)
# What kubectl describe prints of a role.
_DESCRIBED = lazy_pattern(
    rf"\bdescribe (?P<kind>clusterrole|role)[ /][^\n]{{0,200}}\nName:[ \t]{{1,20}}(?P<name>{_NAME})\s{{0,8}}\n(?:(?!PolicyRule:)[^\n]{{0,400}}\n){{0,20}}?PolicyRule:[^\n]{{0,20}}\n"
    r"(?P<rows>(?:[ \t]{1,8}\S[^\n]{0,400}(?:\n|\Z)){1,200})",
    re.ASCII,
)
_NAMESPACE_OPTION = lazy_pattern(r"(?:-n|--namespace)[ =]([a-z0-9-]{1,63})")
_ROW = lazy_pattern(
    r"^[ \t]{1,8}(?P<resource>[\w*./-]{1,200})[ \t]{1,80}\[[^\]\n]{0,400}\][ \t]{1,80}\[(?P<names>[^\]\n]{0,400})\][ \t]{1,80}\[(?P<verbs>[^\]\n]{0,200})\]",
    re.MULTILINE,
)


class RoleRule(NamedTuple):
    """A rule of a role.

    Attributes:
        groups: The API groups; ``""`` is the core group.
        resources: The resource types, such as ``"pods/log"``.
        verbs: The verbs.
        names: The objects that the rule is restricted to; empty for all.
    """

    groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class StatedRole(NamedTuple):
    """A role that a text contains.

    Attributes:
        kind: ``"Role"`` or ``"ClusterRole"``.
        name: Its name.
        namespace: Its namespace, if the text states one.
        rules: Its rules.
    """

    kind: str
    name: str
    namespace: str | None
    rules: tuple[RoleRule, ...]

    @property
    def has_wildcards(self) -> bool:
        """Whether a rule allows everything of a kind, so that the role is not meant for one request."""
        return any("*" in each for rule in self.rules for each in (*rule.resources, *rule.verbs))


def find_roles(text: str) -> Iterator[StatedRole]:
    r"""Yield the roles in a text.

    >>> found = find_roles('kind: Role\nmetadata:\n  name: ci\nrules:\n- apiGroups: [""]\n  resources: [pods]\n  verbs: [get]\n')
    >>> next(found).rules
    (RoleRule(groups=('',), resources=('pods',), verbs=('get',), names=()),)
    """
    if "Role" in text and "rules:" in text:
        yield from _manifests(text)
    if "PolicyRule:" in text:
        for found in _DESCRIBED.finditer(text):
            kind = "ClusterRole" if found["kind"] == "clusterrole" else "Role"
            command = text[text.rfind("\n", 0, found.start()) + 1 : text.find("\n", found.start())]
            namespace = _NAMESPACE_OPTION.search(command) if kind == "Role" else None
            rules = tuple(map(_row, _ROW.finditer(found["rows"])))
            yield StatedRole(kind, found["name"], namespace and namespace[1], rules)


def _manifests(text: str) -> Iterator[StatedRole]:
    for kind in _KIND.finditer(text):
        end = _END.search(text, kind.end())
        stop = len(text) if end is None else end.start()
        rules = _RULES.search(text, kind.end(), stop)
        if rules is None:
            continue
        fields = {
            each["field"]: each["value"]
            for each in reversed(list(_METADATA.finditer(text, kind.end(), rules.start())))
        }
        if "name" in fields:
            found = tuple(_rules(text, rules.end(), stop))
            yield StatedRole(kind["kind"], fields["name"], fields.get("namespace"), found)


def _rules(text: str, start: int, end: int) -> Iterator[RoleRule]:
    fields: dict[str, tuple[str, ...]] = {}
    for each in _FIELD.finditer(text, start, end):
        if each["new"] and fields:
            yield _build(fields)
            fields = {}
        fields[each["field"]] = tuple(_items(each))
    if fields:
        yield _build(fields)


def _items(field: re.Match[str]) -> Iterator[str]:
    if field["list"] is None:
        yield from (each["value"] for each in _BLOCK_ITEM.finditer(field["block"]))
        return
    for each in _ITEM.finditer(field["list"]):
        yield each[each.lastgroup or 0]


def _build(fields: dict[str, tuple[str, ...]]) -> RoleRule:
    names = ("apiGroups", "resources", "verbs", "resourceNames")
    return RoleRule(*(fields.get(each, ()) for each in names))


def _row(row: re.Match[str]) -> RoleRule:
    """Return the rule of a row, whose resource is written with its API group: ``deployments.apps/scale``."""
    base, slash, subresource = row["resource"].partition("/")
    name, _, group = base.partition(".")
    if base == "*":
        group = ""
    return RoleRule(
        (group,), (f"{name}{slash}{subresource}",), tuple(row["verbs"].split()), tuple(row["names"].split())
    )
