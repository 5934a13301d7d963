"""Explain that an ``aws-auth`` entry does not give its user the groups that it is meant to give.

An item that is indented further than the one before it continues that one, so two groups become one:
https://yaml.org/spec/1.2.2/#733-plain-style.
"""

from __future__ import annotations

from collections.abc import Callable

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.aws_auth import aws_auth_maps, map_entries
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import access_entry_remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy
from iamtriage.failures._failures import KubernetesForbidden

_JOINED = " - "
# The group of administrators, misspelled.
_MASTERS, _LIKE_MASTERS = "system:masters", lazy_pattern(r"(?i)systems?[:._-]masters?")


NODE_MAPPING = CauseType(
    "node-mapping",
    title="The node role is mapped to another user name or group",
    fix="Map the node role to system:node:{{EC2PrivateDNSName}} and the groups system:bootstrappers and system:nodes.",
    recognised_by="The map in the text has {{SessionName}}, and the node's name is an instance ID.",
    sign=r"\b(?P<shown>username: [\"']?system:node:\{\{SessionName\}\}).{0,600}\bUser \\?\"system:node:i-",
    of="node-authorizer",
)


def explain_wrong_groups(
    case: Case[KubernetesForbidden],
    request: str,
    is_name_of: Callable[[str, str], bool],
    needed: tuple[str, ...] = (),
    *,
    note: str,
) -> Explanation | None:
    """Explain a denial by the groups in the user's ``aws-auth`` entry in the text, ``None`` if they are not the cause.

    Args:
        case: The denial.
        request: What was denied, in words.
        is_name_of: Whether a user name in an entry can be that of a user.
        needed: The groups that nodes need.
        note: What does not help.
    """
    user = case.failure.user or ""
    wrong = find_wrong_groups(case, lambda name: is_name_of(name, user), needed)
    if wrong is None:
        return None
    text, kind = "The login works: the API server authenticated the user.", aws_auth_maps.YAML_BROKEN
    if needed:
        text, kind = f"{text} The node authorizer acts only for the group system:nodes.", NODE_MAPPING
    return case.explain(
        f"The {'node' if needed else 'user'} {clip_text(user)} is not allowed to {clip_text(request)}: {wrong.verdict}.",
        kind.cause("derived", text=text),
        topic="kubernetes-node-authorization" if needed else "kubernetes-rbac",
        remedies=wrong.remedies(case),
        notes=note,
    )


class WrongGroups(NamedTuple):
    """An entry as it is meant, and what is wrong with its groups, as a clause."""

    meant: map_entries.Finding
    verdict: str

    def remedies(self, case: AnyCase) -> tuple[Remedy, ...]:
        """Return how to correct the groups, or to create an access entry instead."""
        entry, is_terraform = self.meant.entry, "=" in self.meant.entry.around[0]
        correct = cluster_remedy(
            f"Correct the groups of {clip_text(self.meant.named.name)} in aws-auth",
            "Each group is an item of its own, with the same indentation. Keep the other entries. Also correct what writes the map, such as Terraform.",
            map_entries.describe_groups(entry, case.failure.text),
            commands="terraform apply" if is_terraform else "kubectl -n kube-system edit configmap aws-auth",
            manifest=None if is_terraform else map_entries.write_entry(self.meant),
            url=pages.EKS_AUTH_CONFIGMAP,
        )
        return (correct, *access_entry_remedy(case, self.meant))


def find_wrong_groups(
    case: AnyCase, is_own: Callable[[str], bool], needed: tuple[str, ...] = ()
) -> WrongGroups | None:
    """Return the only entry of a user in the text whose groups are joined, or lack one that nodes need."""
    if not find_cluster(case).uses_aws_auth:
        return None
    found: list[tuple[str, WrongGroups]] = []
    correct: set[str] = set()
    for each in map_entries.find_entries(case.context.mappings, None):
        groups, template = each.entry.groups, each.entry.username or ""
        joined = [group for group in groups if _JOINED in group]
        misspelled = [group for group in groups if _LIKE_MASTERS.fullmatch(group) and group != _MASTERS]
        lacking = [group for group in needed if group not in groups]
        is_of_user = is_own(template.replace("{{EC2PrivateDNSName}}", "{{SessionName}}"))
        # A text can have the entry before and after somebody corrected it.
        known = each.entry.arn if "{{" in template else template
        if each.entry.wrong_list or not is_of_user:
            continue
        if not (joined or lacking or misspelled):
            correct.add(known)
            continue
        shown = join_words([*map(clip_text, groups)], "and") or "no group"
        has = f"has only {shown}, without {join_words(lacking, 'and')}"
        if misspelled:
            has = f"has the group {clip_text(misspelled[0])}, and that of administrators is {_MASTERS}. A group of a RoleBinding can do less"
        if joined:
            parts = join_words([*map(clip_text, joined[0].split(_JOINED))], "and")
            has = f'has the one group "{clip_text(joined[0])}" instead of {parts}, because wrong indentation joins the lines'
        parts_of = (part for group in groups for part in group.split(_JOINED))
        meant = dict.fromkeys((*(_MASTERS if part in misspelled else part for part in parts_of), *needed))
        right = each._replace(entry=each.entry._replace(groups=tuple(meant)))
        wrong = WrongGroups(right, f"the aws-auth entry of {clip_text(each.named.name)} {has}")
        found.append((known, wrong))
    return only_one([wrong for known, wrong in found if known not in correct])
