"""Find the problems in the entries of an aws-auth ConfigMap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from iamtriage._text import quote_text
from iamtriage.aws_auth._arn_checks import ArnProblem, check_arn, correct_arn, find_partition
from iamtriage.aws_auth._problems import Problem, describe_node
from iamtriage.aws_auth._templates import PRIVATE_DNS_NAME, VARIABLES, find_variables, replace_variables
from iamtriage.aws_auth._yaml.edits import add_groups, add_username, remove_entry, replace_scalar
from iamtriage.aws_auth._yaml.embedding import Edit, quote_yaml
from iamtriage.aws_auth._yaml.fields import SSO_KEYS, RawEntry, check_sso
from iamtriage.aws_auth._yaml.nodes import is_text, mapping_items

if TYPE_CHECKING:
    from iamtriage.aws_auth._yaml.nodes import Node

__all__ = ("Duplicates", "EntryChecker")

_NODE_GROUPS = ("system:bootstrappers", "system:nodes")
_PROXY_GROUP = "system:node-proxier"
_EC2_NODE = "system:node:{{EC2PrivateDNSName}}"
_SESSION_NODE = "system:node:{{SessionName}}"
# By the field with the ARN, that of the other list, and the other list.
_OTHER_KEYS = {"rolearn": ("userarn", "mapUsers"), "userarn": ("rolearn", "mapRoles")}
_VARIABLE_BY_LOWER_CASE = {name.lower(): name for name in VARIABLES}


class Duplicates:
    """Entries with the same ARN: the last one of mapRoles wins, or else the last one of mapUsers."""

    def __init__(self, entries: list[RawEntry]) -> None:
        groups: dict[str, list[RawEntry]] = {}
        for entry in entries:
            key = self._find_key(entry)
            if key:
                groups.setdefault(key, []).append(entry)
        self._winners: dict[RawEntry, RawEntry] = {}
        self._identical: set[RawEntry] = set()
        for group in groups.values():
            # Sorting is stable, so the order within a map stays.
            group.sort(key=lambda entry: entry.map_text.name == "mapRoles")
            self._winners |= dict.fromkeys(group, group[-1])
            if len({(entry.username, entry.groups) for entry in group}) == 1:
                self._identical |= set(group)

    def _find_key(self, entry: RawEntry) -> str:
        if entry.is_dropped:
            return ""
        sso = entry.sso
        if sso is not None:
            return f"sso {sso.partition} {sso.account_id} {sso.permission_set_name}".lower()
        return correct_arn(entry.arn).lower()

    def find_winner(self, entry: RawEntry) -> RawEntry:
        """Return the entry that takes effect instead of this one, once the ARNs are corrected."""
        return self._winners.get(entry, entry)

    def are_identical(self, entry: RawEntry) -> bool:
        """Return whether all entries with this entry's ARN have the same username and groups."""
        return entry in self._identical


class EntryChecker:
    """Finds the problems of one entry."""

    def __init__(self, entry: RawEntry, duplicates: Duplicates, main_partition: str | None) -> None:
        self.entry = entry
        self.duplicates = duplicates
        self.main_partition = main_partition
        self.map_text = entry.map_text
        self.text = entry.map_text.text
        self.is_role_entry = entry.map_text.name == "mapRoles"
        self.problems: list[Problem] = []

    def check(self) -> list[Problem]:
        """Return the problems."""
        self._check_keys()
        self._check_arn_field()
        self._check_sso()
        self._check_duplicates()
        self._check_variables()
        self._check_groups()
        self._check_username()
        return self.problems

    def _report(
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
        self.problems.append(
            Problem(code, line, node.value, message, fix, severity, self.map_text, tuple(edits or ()))
        )

    def _check_keys(self) -> None:
        entry = self.entry
        for key in entry.duplicate_keys:
            message = f"duplicate key {quote_text(key.value)} in the entry; the last one wins"
            self._report("duplicate-key", key, message, "keep one")
        unknown_keys = list(entry.unknown_keys)
        sso = entry.field("sso")
        if sso is not None and self.is_role_entry:
            unknown_keys += [key for key, _ in mapping_items(sso.value) if key.value.lower() not in SSO_KEYS]
        for key in unknown_keys:
            if key.value.lower() == _OTHER_KEYS[entry.arn_key][0] and not entry.arn:
                continue  # reported as the missing ARN
            message = f"unknown key {quote_text(key.value)}, which has no effect"
            self._report(
                "unknown-key", key, message, f"use {entry.arn_key}, username, or groups, or remove the key"
            )

    def _check_arn_field(self) -> None:
        entry, key = self.entry, self.entry.arn_key
        field = entry.field(key)
        if field is None or (is_text(field.value) and not entry.arn):
            if entry.field("sso") is None or not self.is_role_entry:
                message, fix = f"the entry has no {key}, so the authenticator drops it", f"add {key}"
                other, place = _OTHER_KEYS[key]
                if any(each.value.lower() == other for each in entry.unknown_keys):
                    message = (
                        f"{other} has no effect in {self.map_text.name}, so the authenticator drops the entry"
                    )
                    fix = f"move the entry to {place}"
                self._report("missing-arn", entry.node, message, fix)
        elif not is_text(field.value):
            message = (
                f"{key} must be a string, not {describe_node(field.value)}; the authenticator drops the entry"
            )
            self._report("not-text-value", field.value, message, _suggest_quotes(field.value))
        else:
            self._check_arn(field.value)

    def _check_arn(self, node: Node) -> None:
        is_unambiguous = self.duplicates.are_identical(self.entry)
        for problem in check_arn(node.value, self.map_text.name):
            if problem.is_safe and problem.fix is not None and is_unambiguous:
                edits = replace_scalar(self.text, node, problem.fix)
                self._report(problem.code, node, problem.message, problem.fix, edits)
            else:
                self._report(problem.code, node, problem.message, self._describe_fix(problem))
        partition = find_partition(node.value)
        if partition is not None and partition != self.main_partition:
            message = (
                f"the partition is {partition}, but that of other entries is {self.main_partition}; a "
                "cluster is in only one"
            )
            self._report(
                "other-partition", node, message, f"write the ARN of a principal in {self.main_partition}"
            )

    def _describe_fix(self, problem: ArnProblem) -> str | None:
        if not problem.is_safe:
            return problem.fix
        # With the corrected ARN, this entry would take effect and another one would not.
        return f"{problem.fix}, but other entries map this ARN to another username or other groups: keep one"

    def _check_sso(self) -> None:
        field = self.entry.field("sso")
        if field is None or not self.is_role_entry:
            return
        sso = self.entry.sso
        error = "sso must be a mapping" if sso is None else check_sso(sso)
        if self.entry.arn:
            error = "an entry cannot have both rolearn and sso"
        if error is not None or sso is None:
            message = f"{error}; the authenticator drops the entry"
            self._report(
                "invalid-sso", field.key, message, "write permissionSetName and accountID, both as strings"
            )
            return
        message = "sso requires the authenticator's feature gate SSORoleMatch, which is off by default"
        fix = "map the role without its path instead: rolearn: arn:…:role/AWSReservedSSO_…"
        self._report("sso-matcher", field.key, message, fix)
        if sso.partition:
            message = "with a partition, the authenticator builds a pattern without one, which never matches"
            self._report("sso-matcher", field.key, message, "map the role by its rolearn", severity="error")

    def _check_duplicates(self) -> None:
        entry = self.entry
        winner = self.duplicates.find_winner(entry)
        if winner is entry:
            return
        node = self._arn_node()
        if (entry.username, entry.groups) == (winner.username, winner.groups):
            message = f"the entry on line {winner.line} is identical"
            # What would be lost besides the ARN, the username and the groups.
            has_more = entry.unknown_keys or entry.duplicate_keys or "userid" in entry.fields
            is_removable = winner.map_text is entry.map_text and not (has_more or entry.node.is_shared)
            edits = remove_entry(self.text, entry) if is_removable else []
            self._report("duplicate", node, message, "remove this entry", edits, severity="warning")
            return
        message = (
            f"the entry on line {winner.line} has the same ARN (case is ignored) and wins; this username and "
            "these groups have no effect"
        )
        self._report("duplicate", node, message, "merge both entries")

    def _arn_node(self) -> Node:
        field = self.entry.field(self.entry.arn_key)
        return self.entry.node if field is None else field.value

    def _check_variables(self) -> None:
        entry = self.entry
        nodes = [field.value for field in (entry.field("username"),) if field is not None]
        groups = entry.field("groups")
        if groups is not None and groups.value.kind == "sequence":
            nodes += groups.value.items
        for node in nodes:
            if not is_text(node):
                continue
            corrected = _correct_variables(node.value)
            if corrected != node.value:
                message = "the authenticator replaces only exact spellings, so this stays as written"
                edits = replace_scalar(self.text, node, corrected)
                self._report("unknown-variable", node, message, corrected, edits)
            for name in find_variables(corrected):
                if name not in VARIABLES:
                    message = f"unknown variable {quote_text(name)}, which stays as written"
                    fix = "use one of " + ", ".join(f"{{{{{variable}}}}}" for variable in VARIABLES)
                    self._report("unknown-variable", node, message, fix)
            if PRIVATE_DNS_NAME in find_variables(corrected) and not self.is_role_entry:
                message = "a user never has an EC2 instance's session, so the authenticator rejects it"
                self._report("instance-variable", node, message, "write a username without the variable")

    def _check_groups(self) -> None:
        field = self.entry.field("groups")
        if field is None:
            return
        node = field.value
        if node.kind != "sequence":
            message = f"groups must be a list, not {describe_node(node)}; the caller gets no groups"
            fix, edits = "write a list", []
            if is_text(node) and _is_one_group(node.value):
                fix = f"[{quote_yaml(node.value)}]" if node.value else "[]"
                if node.style not in {"|", ">"} and not node.is_shared:
                    edits = [edit._replace(new=fix) for edit in replace_scalar(self.text, node, "x")]
            self._report("groups-not-a-list", node, message, fix, edits)
            self._check_masters(node)
            return
        for item in node.items:
            if not is_text(item):
                message = f"a group must be a string, not {describe_node(item)}; the caller does not get it"
                self._report("not-text-value", item, message, _suggest_quotes(item))
            elif len(_split_merged(item.value)) > 1:
                message = "two items became one group, because the second is indented differently"
                self._report(
                    "merged-groups", item, message, "one per line: " + ", ".join(_split_merged(item.value))
                )
            else:
                self._check_masters(item)

    def _check_masters(self, node: Node) -> None:
        if node.value == "system:masters" and is_text(node):
            message = "the group has unrestricted access to the cluster, and RBAC cannot limit or revoke it"
            self._report("system-masters", node, message, "bind your own group to a ClusterRole")

    def _check_username(self) -> None:
        """Check that nodes have the username and groups they require, and that others have a username."""
        entry, field = self.entry, self.entry.field("username")
        if field is not None and not is_text(field.value):
            message = (
                f"username must be a string, not {describe_node(field.value)}; the caller gets an empty one"
            )
            self._report("not-text-value", field.value, message, _suggest_quotes(field.value))
            return
        username = _correct_variables(entry.username)
        groups = {part for group in entry.groups for part in _split_merged(group)}
        if self.is_role_entry and username in {_EC2_NODE, _SESSION_NODE}:
            self._check_node_groups(username, groups)
        elif self.is_role_entry and "system:nodes" in groups:
            self._check_node_username(username, groups)
        elif not username and not entry.is_dropped:
            message = "the entry has no username, so RBAC and the audit log see an empty one"
            self._report("missing-username", entry.node, message, "add username")

    def _check_node_groups(self, username: str, groups: set[str]) -> None:
        missing = [group for group in _NODE_GROUPS if group not in groups]
        is_fargate = username == _SESSION_NODE and "fargate" in self.entry.arn.lower()
        if is_fargate and _PROXY_GROUP not in groups:
            missing.append(_PROXY_GROUP)
        node = self._find_key("username")
        if missing:
            message = f"nodes cannot join the cluster without the groups {' and '.join(missing)}"
            is_merged = any(len(_split_merged(group)) > 1 for group in self.entry.groups)
            edits = [] if is_merged else add_groups(self.text, self.entry, tuple(missing))
            self._report("node-groups", node, message, "add " + ", ".join(missing), edits)
        elif username == _SESSION_NODE and _PROXY_GROUP not in groups:
            # Hybrid nodes have the same username and do not require the group, so `fix` does not add it.
            message = f"Fargate also requires the group {_PROXY_GROUP}; hybrid nodes do not"
            self._report("node-groups", node, message, f"add {_PROXY_GROUP} for Fargate", severity="warning")

    def _check_node_username(self, username: str, groups: set[str]) -> None:
        message = "the group system:nodes is for nodes, whose usernames begin with system:node:"
        if username:
            fix = f"write {_EC2_NODE}, or {_SESSION_NODE} for Fargate; or remove the group"
            self._report("node-username", self._find_key("username"), message, fix)
            return
        node_username = _SESSION_NODE if _PROXY_GROUP in groups else _EC2_NODE
        is_certain = set(_NODE_GROUPS) <= groups
        edits = add_username(self.text, self.entry, node_username) if is_certain else []
        self._report("node-username", self._find_key("groups"), message, node_username, edits)

    def _find_key(self, name: str) -> Node:
        """Return the node of a field's key, or the entry's node if it lacks the field."""
        field = self.entry.fields.get(name)
        return self.entry.node if field is None else field.key


def _correct_variables(text: str) -> str:
    """Correct variables whose case or spaces are wrong."""
    corrections: dict[str, str] = {}
    for name in find_variables(text):
        known = _VARIABLE_BY_LOWER_CASE.get("".join(name.split()).lower())
        if known is not None and name != known:
            corrections[name] = f"{{{{{known}}}}}"
    return replace_variables(text, corrections)


def _split_merged(group: str) -> list[str]:
    """Return the groups that wrong indentation merged into one."""
    return [part.strip() for part in f" {group}".replace("\n", " ").split(" - ") if part.strip()]


def _is_one_group(text: str) -> bool:
    return len(text.split()) <= 1 and "," not in text and text == text.strip() and not text.startswith("[")


def _suggest_quotes(node: Node) -> str:
    return f'"{node.value}"' if node.kind == "scalar" and node.value else "write a string"
