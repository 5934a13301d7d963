"""Explain that one ``aws-auth`` entry replaces another one with the same ARN, and with that the caller's groups.

The authenticator reads the entries into a table of ARNs in lower case, so the last one counts:
https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/mapper/configmap/configmap.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.values import MappingEntry
from iamtriage.explaining._rules.basics import Remedy
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import replacing_entry_remedy
from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest
from iamtriage.explaining._rules.kubernetes.entries import stated_entries
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes.principal_mappings import build_cluster_principal
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present

# What stands between two maps, such as that of another cluster, or the one before a change.
_OTHER_MAP = lazy_pattern(
    r"\n[ \t]*\n|\bmap(?:Role|User)s\b|\bkind: |\b(?i:before|after|old|was|staging|prod)\b|[$%❯] "
    # A sentence, such as "the map of the other cluster:".
    r"|\n[ \t]{0,8}[A-Za-z][\w'-]{0,30} [^\n]{0,200}:[ \t\r]{0,8}(?=\n)"
)


class RepeatedEntry(NamedTuple):
    """Two entries with the same ARN: the first one, whose groups have no effect, and the last one."""

    first: MappingEntry
    last: MappingEntry

    @property
    def lost(self) -> tuple[str, ...]:
        """The groups that only the first one has."""
        return tuple(each for each in self.first.groups if each not in self.last.groups)

    @property
    def verdict(self) -> str:
        """What the entries do, as a clause."""
        kind = "role" if self.last.is_role else "user"
        return f"aws-auth has two entries for the {kind} {_name(self.first)}, and only the last one counts, with {_list_groups(self.last.groups)} instead of {_list_groups(self.first.groups)}"


def find_repeated_entry(denied: DeniedRequest) -> RepeatedEntry | None:
    """Return the entries of the caller, if the text shows two in one map and the last one has other groups."""
    entries, text = denied.case.context.mappings, denied.case.failure.text
    if len(entries) < 2 or not denied.cluster.uses_aws_auth:
        return None
    last = next(
        (
            each
            for each in reversed(entries)
            if stated_entries.is_user_name(each.username or "", denied.user or "")
        ),
        None,
    )
    same = [each for each in entries if last is not None and each.arn.lower() == last.arn.lower()]
    if last is None or len(same) != 2 or same[1] is not last or any(each.wrong_list for each in same):
        return None
    found = RepeatedEntry(*same)
    between = text[text.find(found.first.arn) : text.rfind(last.arn)]
    known = stated_entries.find_groups(denied) or ()
    if not found.lost or not last.groups or not between or _OTHER_MAP.search(between):
        return None
    # An access entry comes before both.
    has_entry = stated_entries.find_stated_entry(denied.case.failure) is not None
    return None if has_entry or not {*known}.isdisjoint(found.lost) else found


def merge_remedies(denied: DeniedRequest, found: RepeatedEntry) -> tuple[Remedy, ...]:
    """Return how to leave one entry with the groups that the caller needs, or to create an access entry."""
    groups = tuple(dict.fromkeys((*found.first.groups, *found.last.groups)))
    field, kind = ("rolearn", "role") if found.last.is_role else ("userarn", "user")
    lines = (
        f"- {field}: {clip_text(found.first.arn)}",
        f"  username: {clip_text(found.last.username or '')}",
        "  groups:",
        *(f"    - {clip_text(each)}" for each in groups),
    )
    rule = "Entries with the same ARN do not add up"
    if found.first.arn != found.last.arn:
        rule = "The authenticator ignores the case of ARNs, and entries with the same one do not add up"
    mapped = build_cluster_principal(try_parse_principal(found.first.arn))
    merged = cluster_remedy(
        f"Remove the entry {kind}/{_name(found.last)} with {_list_groups(found.last.groups)} from aws-auth, or put the groups of both into one",
        f"{rule}: the last one replaces the others. Leave only one, such as the one below, also where the map comes from (Git, Terraform or eksctl).",
        f"Most likely, {mapped.description} cannot do it now: somebody else with access to the cluster has to.",
        commands="kubectl -n kube-system edit configmap aws-auth",
        manifest="\n".join(lines) + "\n",
        url=pages.EKS_AUTH_CONFIGMAP,
    )
    title = f"Or create an access entry for {mapped.description}, which takes precedence over aws-auth"
    is_usable = denied.cluster.uses_entries and mapped.is_known and not mapped.entry_refusal
    return present(
        merged,
        replacing_entry_remedy(
            denied.case, found.first, mapped, title, more="This needs only permissions of EKS in IAM."
        )
        if is_usable
        else None,
    )


def _name(entry: MappingEntry) -> str:
    return clip_text(entry.arn.rpartition("/")[2])


def _list_groups(groups: Sequence[str]) -> str:
    return join_words([*map(clip_text, groups)], "and")
