"""What is wrong in an aws-auth ConfigMap, and the edits that mend it; not for how it is told.

Linting shows the problems, fixing makes their edits, so that both speak of the same things. The rules are
those of ``pkg/config`` and ``pkg/mapper/configmap`` in kubernetes-sigs/aws-iam-authenticator.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import attrs

from iamtriage._text import quote_text
from iamtriage.arns._names import ACCOUNT
from iamtriage.aws_auth._arn_checks import ArnFault, check_arn, final_arn, partition_of
from iamtriage.aws_auth._templates import PRIVATE_DNS_NAME, VARIABLES, render, variables_in
from iamtriage.aws_auth._yaml.edits import add_groups, add_username, remove_entry, rewrite
from iamtriage.aws_auth._yaml.embedding import Edit, quoted
from iamtriage.aws_auth._yaml.fields import RawEntry, entries, sso_fault
from iamtriage.aws_auth._yaml.nodes import is_null, is_text, pairs
from iamtriage.aws_auth._yaml.source import MapText

if TYPE_CHECKING:
    from iamtriage.aws_auth._yaml.nodes import Node
    from iamtriage.aws_auth._yaml.source import ConfigMap

__all__ = ("Problem", "problems")

NODE_GROUPS = ("system:bootstrappers", "system:nodes")
PROXY_GROUP = "system:node-proxier"
EC2_NODE = "system:node:{{EC2PrivateDNSName}}"
SESSION_NODE = "system:node:{{SessionName}}"
_BY_LETTERS = {name.lower(): name for name in VARIABLES}
_SSO_KEYS = frozenset({"permissionsetname", "accountid", "partition"})


@attrs.frozen
class Problem:
    """Something wrong, and the edits of its map's text that mend it.

    Attributes:
        code: the code of the finding.
        line: where it is, counted from 1.
        value: what stands there.
        message: why it is wrong.
        fix: what to write instead, or what to do.
        severity: where it is not the code's own.
        map_text: the map, where there are edits.
        edits: the edits; none where a person has to decide.
    """

    code: str
    line: int
    value: str
    message: str
    fix: str | None = None
    severity: Literal["error", "warning"] | None = None
    map_text: MapText | None = None
    edits: tuple[Edit, ...] = ()


def problems(config_map: ConfigMap) -> list[Problem]:
    """Find what is wrong, in the order of the lines."""
    found = _data_problems(config_map)
    raw: list[RawEntry] = []
    for map_text in config_map.maps:
        found += _map_problems(map_text)
        if map_text.name != "mapAccounts":
            raw += entries(map_text)
    twins = _Twins(raw)
    usual = _usual_partition(raw)
    for entry in raw:
        if entry.node.kind == "mapping":
            found += _EntryCheck(entry, twins, usual).run()
    return sorted(found, key=lambda problem: problem.line)


def _data_problems(config_map: ConfigMap) -> list[Problem]:
    found = [
        Problem("map-name", line, name, f"{quote_text(name)} has no effect: the keys' case counts", right)
        for name, line, right in config_map.misspelt
    ]
    found += [
        Problem(
            "duplicate-key", line, name, f"{quote_text(name)} stands twice; the last one wins", "make it one"
        )
        for name, line in config_map.doubled
    ]
    if not config_map.maps and not config_map.misspelt:
        words = "there is none of mapRoles, mapUsers and mapAccounts, so nobody is mapped"
        found.append(Problem("nothing-mapped", config_map.line, "", words, "add mapRoles: |"))
    return found


def _map_problems(map_text: MapText) -> list[Problem]:
    """Find what is wrong with a map as a whole, and with the accounts."""
    name, root = map_text.name, map_text.root
    if map_text.error is not None:
        code = "not-text" if map_text.not_text else "unreadable"
        fix = f"write `{name}: |`, and the list indented below" if map_text.not_text else None
        return [Problem(code, map_text.error.line, name, str(map_text.error), fix)]
    if root is None:
        return []
    if root.kind != "sequence":
        words = f"{name} holds {_what(root)} where a list is due; the authenticator reads nothing of it"
        fix = "begin each entry with `- `"
        return [Problem("not-a-list", map_text.line_of(root), root.value, words, fix)]
    if name == "mapAccounts":
        return [_account_problem(map_text, node) for node in root.items]
    wanted = "rolearn" if name == "mapRoles" else "userarn"
    return [
        Problem(
            "not-a-list",
            map_text.line_of(node),
            node.value,
            f"the entry is {_what(node)} where a mapping is due; the authenticator drops it",
            f"write `- {wanted}: ARN`",
        )
        for node in root.items
        if node.kind != "mapping"
    ]


def _account_problem(map_text: MapText, node: Node) -> Problem:
    line = map_text.line_of(node)
    if node.kind == "scalar" and ACCOUNT.fullmatch(node.value):
        words = "every user and role of this account is let in, with its ARN for a name and without groups"
        fix = "map the roles and users that are meant, under mapRoles and mapUsers"
        return Problem("account-mapping", line, node.value, words, fix)
    words = (
        f"an account is 12 digits, this is {quote_text(node.value) if node.kind == 'scalar' else _what(node)}"
    )
    return Problem("invalid-account", line, node.value, words, "write the account's 12 digits, in quotes")


class _Twins:
    """Entries with the same ARN: of those the last one of mapRoles wins, or else the last one of mapUsers."""

    def __init__(self, raw: list[RawEntry]) -> None:
        groups: dict[str, list[RawEntry]] = {}
        for entry in raw:
            key = self._key(entry)
            if key:
                groups.setdefault(key, []).append(entry)
        self._winners: dict[RawEntry, RawEntry] = {}
        self._clear: set[RawEntry] = set()
        for group in groups.values():
            # Sorting keeps the order inside of a map.
            group.sort(key=lambda entry: entry.map_text.name == "mapRoles")
            self._winners |= dict.fromkeys(group, group[-1])
            if len({(entry.username, entry.groups) for entry in group}) == 1:
                self._clear |= set(group)

    def _key(self, entry: RawEntry) -> str:
        if entry.is_dropped:
            return ""
        sso = entry.sso
        if sso is not None:
            return f"sso {sso.partition} {sso.account_id} {sso.permission_set_name}".lower()
        return final_arn(entry.arn).lower()

    def winner(self, entry: RawEntry) -> RawEntry:
        """Give the entry that takes effect in place of this one, once the ARNs are mended."""
        return self._winners.get(entry, entry)

    def all_say_the_same(self, entry: RawEntry) -> bool:
        """Whether all entries of this ARN give the same name and groups."""
        return entry in self._clear


class _EntryCheck:
    """Finds what is wrong with one entry."""

    def __init__(self, entry: RawEntry, twins: _Twins, usual: str | None) -> None:
        self.entry = entry
        self.twins = twins
        self.usual = usual
        self.map_text = entry.map_text
        self.text = entry.map_text.text
        self.in_roles = entry.map_text.name == "mapRoles"
        self.found: list[Problem] = []

    def run(self) -> list[Problem]:
        self._keys()
        self._arn()
        self._sso()
        self._duplicate()
        self._variables()
        self._groups()
        self._node_or_name()
        return self.found

    def _add(
        self,
        code: str,
        node: Node,
        message: str,
        fix: str | None = None,
        edits: list[Edit] | None = None,
        *,
        severity: Literal["error", "warning"] | None = None,
    ) -> None:
        line = self.map_text.line_of(node)
        made = tuple(edits or ())
        self.found.append(Problem(code, line, node.value, message, fix, severity, self.map_text, made))

    def _keys(self) -> None:
        entry = self.entry
        for key in entry.doubled:
            words = f"{quote_text(key.value)} stands twice in the entry; the last one wins"
            self._add("duplicate-key", key, words, "make it one")
        unknown = list(entry.unknown)
        sso = entry.field("sso")
        if sso is not None and self.in_roles:
            unknown += [key for key, _ in pairs(sso.value) if key.value.lower() not in _SSO_KEYS]
        for key in unknown:
            words = f"the authenticator does not know the key {quote_text(key.value)}, so it has no effect"
            known = f"{entry.arn_key}, username and groups"
            self._add("unknown-key", key, words, f"write one of {known}, or remove it")

    def _arn(self) -> None:
        entry, key = self.entry, self.entry.arn_key
        field = entry.field(key)
        if field is not None and not is_text(field.value):
            words = f"{key} is {_what(field.value)}, not text; the authenticator drops the entry"
            self._add("not-text-value", field.value, words, _in_quotes(field.value))
        elif not entry.arn:
            if entry.field("sso") is None or not self.in_roles:
                words = f"the entry has no {key}, so the authenticator drops it"
                self._add("missing-arn", entry.node, words, f"add {key}")
        elif field is not None:
            self._arn_text(field.value)

    def _arn_text(self, node: Node) -> None:
        clear = self.twins.all_say_the_same(self.entry)
        for fault in check_arn(node.value, self.map_text.name):
            if fault.is_safe and fault.fix is not None and clear:
                self._add(fault.code, node, fault.message, fault.fix, rewrite(self.text, node, fault.fix))
            else:
                self._add(fault.code, node, fault.message, self._words(fault))
        partition = partition_of(node.value)
        if partition is not None and partition != self.usual:
            words = f"the partition is {partition}, that of the others is {self.usual}; no caller has both"
            self._add("other-partition", node, words, f"write the ARN of a principal in {self.usual}")

    def _words(self, fault: ArnFault) -> str | None:
        if not fault.is_safe:
            return fault.fix
        # Mended, the entry would begin to count, and another one would cease to.
        return f"{fault.fix}, but other entries give this ARN another user name or other groups: keep one"

    def _sso(self) -> None:
        field = self.entry.field("sso")
        if field is None or not self.in_roles:
            return
        sso = self.entry.sso
        fault = "sso is no mapping" if sso is None else sso_fault(sso)
        if self.entry.arn:
            fault = "rolearn and sso stand together"
        if fault is not None or sso is None:
            words = f"{fault}; the authenticator drops the entry"
            self._add("invalid-sso", field.key, words, "write permissionSetName and accountID, both as text")
            return
        words = (
            "sso is read only where the authenticator's feature gate SSORoleMatch is on; it is off by default"
        )
        fix = "map the role: rolearn: arn:…:role/AWSReservedSSO_…, without the path"
        self._add("sso-matcher", field.key, words, fix)
        if sso.partition:
            words = (
                "with a partition written, the authenticator makes a pattern without one, which never matches"
            )
            self._add("sso-matcher", field.key, words, "map the role by rolearn", severity="error")

    def _duplicate(self) -> None:
        entry = self.entry
        winner = self.twins.winner(entry)
        if winner is entry or (entry.username, entry.groups) == (winner.username, winner.groups):
            if winner is not entry:
                words = f"the entry of line {winner.line} says the same"
                same_list = winner.map_text is entry.map_text
                edits = remove_entry(self.text, entry) if same_list and not _adds(entry) else []
                self._add(
                    "duplicate", self._arn_node(), words, "remove this entry", edits, severity="warning"
                )
            return
        words = (
            f"the entry of line {winner.line} has the same ARN (case does not count) and wins; "
            "this user name and these groups have no effect"
        )
        self._add("duplicate", self._arn_node(), words, "make one entry of both")

    def _arn_node(self) -> Node:
        field = self.entry.field(self.entry.arn_key)
        return self.entry.node if field is None else field.value

    def _variables(self) -> None:
        entry = self.entry
        nodes = [field.value for field in (entry.field("username"),) if field is not None]
        groups = entry.field("groups")
        if groups is not None and groups.value.kind == "sequence":
            nodes += groups.value.items
        for node in nodes:
            if not is_text(node):
                continue
            new = _with_right_variables(node.value)
            if new != node.value:
                words = "the authenticator replaces exact spellings only, this stays as it is written"
                self._add("unknown-variable", node, words, new, rewrite(self.text, node, new))
            for name in variables_in(new):
                if name not in VARIABLES:
                    words = f"there is no variable {quote_text(name)}, so this stays as it is written"
                    fix = "write one of " + ", ".join(f"{{{{{known}}}}}" for known in VARIABLES)
                    self._add("unknown-variable", node, words, fix)
            if PRIVATE_DNS_NAME in variables_in(new) and not self.in_roles:
                words = "a user's session is never that of an instance, so the caller is refused"
                self._add("instance-variable", node, words, "write a user name without it")

    def _groups(self) -> None:
        field = self.entry.field("groups")
        if field is None:
            return
        node = field.value
        if node.kind != "sequence":
            words = f"groups is {_what(node)} where a list is due; the caller gets no groups"
            fix, edits = "write a list", []
            if is_text(node) and _is_one_group(node.value):
                fix = f"[{quoted(node.value)}]" if node.value else "[]"
                if node.style not in {"|", ">"} and not node.shared:
                    edits = [edit._replace(new=fix) for edit in rewrite(self.text, node, "x")]
            self._add("groups-not-a-list", node, words, fix, edits)
            self._masters(node)
            return
        for item in node.items:
            if not is_text(item):
                words = f"a group is text, this is {_what(item)}; the caller does not get it"
                self._add("not-text-value", item, words, _in_quotes(item))
            elif len(_split(item.value)) > 1:
                words = "two items became one group, since the second is not indented as the first"
                self._add("merged-groups", item, words, "one line each: " + ", ".join(_split(item.value)))
            else:
                self._masters(item)

    def _masters(self, node: Node) -> None:
        if node.value == "system:masters" and is_text(node):
            words = "the group may do everything, and no RBAC rule can limit it or take it back"
            self._add("system-masters", node, words, "bind a group of your own to a ClusterRole")

    def _node_or_name(self) -> None:
        """Hold the entries of nodes to what kubelet needs, and others to having a name."""
        entry, field = self.entry, self.entry.field("username")
        if field is not None and not is_text(field.value):
            words = f"the user name is text, this is {_what(field.value)}; the caller gets an empty one"
            self._add("not-text-value", field.value, words, _in_quotes(field.value))
            return
        username = _with_right_variables(entry.username)
        groups = {part for group in entry.groups for part in _split(group)}
        if self.in_roles and username in {EC2_NODE, SESSION_NODE}:
            self._node_groups(username, groups)
        elif self.in_roles and "system:nodes" in groups:
            self._node_username(username, groups)
        elif not username and not entry.is_dropped:
            words = "without a user name, RBAC rules and the audit log see an empty one"
            self._add("missing-username", entry.node, words, "add username")

    def _node_groups(self, username: str, groups: set[str]) -> None:
        wanted = [group for group in NODE_GROUPS if group not in groups]
        is_fargate = username == SESSION_NODE and "fargate" in self.entry.arn.lower()
        if is_fargate and PROXY_GROUP not in groups:
            wanted.append(PROXY_GROUP)
        node = self._place("username")
        if wanted:
            words = f"nodes cannot join without the groups {' and '.join(wanted)}"
            merged = any(len(_split(group)) > 1 for group in self.entry.groups)
            edits = [] if merged else add_groups(self.text, self.entry, tuple(wanted))
            self._add("node-groups", node, words, "add " + ", ".join(wanted), edits)
        elif username == SESSION_NODE and PROXY_GROUP not in groups:
            # Hybrid nodes have the same user name and do without the group, so it is not added unasked.
            words = f"Fargate wants the group {PROXY_GROUP} too; hybrid nodes do not"
            self._add("node-groups", node, words, f"add {PROXY_GROUP} for Fargate", severity="warning")

    def _node_username(self, username: str, groups: set[str]) -> None:
        words = "the group system:nodes is for nodes, whose user name begins with system:node:"
        if username:
            fix = f"write {EC2_NODE}, or {SESSION_NODE} for Fargate; or remove the group"
            self._add("node-username", self._place("username"), words, fix)
            return
        right = SESSION_NODE if PROXY_GROUP in groups else EC2_NODE
        sure = set(NODE_GROUPS) <= groups
        edits = add_username(self.text, self.entry, right) if sure else []
        self._add("node-username", self._place("groups"), words, right, edits)

    def _place(self, name: str) -> Node:
        field = self.entry.fields.get(name)
        return self.entry.node if field is None else field.key


def _usual_partition(raw: list[RawEntry]) -> str | None:
    """Give the partition of most entries; of equal numbers the first entry's."""
    counts = Counter(found for found in (partition_of(entry.arn) for entry in raw) if found)
    return counts.most_common(1)[0][0] if counts else None


def _with_right_variables(text: str) -> str:
    """Mend variables that are wrong by case or blanks only."""
    right: dict[str, str] = {}
    for name in variables_in(text):
        known = _BY_LETTERS.get("".join(name.split()).lower())
        if known is not None and name != known:
            right[name] = f"{{{{{known}}}}}"
    return render(text, right)


def _split(group: str) -> list[str]:
    """Give the groups that a wrong indentation made one of."""
    return [part.strip() for part in f" {group}".replace("\n", " ").split(" - ") if part.strip()]


def _is_one_group(text: str) -> bool:
    return len(text.split()) <= 1 and "," not in text and text == text.strip() and not text.startswith("[")


def _adds(entry: RawEntry) -> bool:
    """Whether an entry holds more than its ARN, name and groups, which would be lost with it."""
    return bool(entry.unknown or entry.doubled or "userid" in entry.fields or entry.node.shared)


def _in_quotes(node: Node) -> str | None:
    return f'"{node.value}"' if node.kind == "scalar" and node.value else "write a text"


def _what(node: Node) -> str:
    """Say what a node is, for a message."""
    if node.kind != "scalar":
        return "a list" if node.kind == "sequence" else "a mapping"
    if is_null(node):
        return "empty"
    return (
        f"text ({quote_text(node.value)})"
        if is_text(node)
        else f"a number or truth value ({quote_text(node.value)})"
    )
