"""Explain that an ``aws-auth`` entry does not give its user the groups that it is meant to give.

An item that is indented further than the one before it continues that one, so two groups become one:
https://yaml.org/spec/1.2.2/#733-plain-style.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage._patterns import only_one
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.kubernetes.aws_auth import aws_auth_maps, map_entries
from iamtriage.explaining._rules.kubernetes.aws_auth.stated_maps import access_entry_remedy
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import is_user_name
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy
from iamtriage.failures._failures import KubernetesForbidden

_JOINED = " - "


NODE_MAPPING = CauseType(
    "node-mapping",
    title="The node role is mapped to another user name or group",
    fix="Map the node role to system:node:{{EC2PrivateDNSName}} and the groups system:bootstrappers and system:nodes.",
    recognised_by="The map in the text has {{SessionName}}, and the node's name is an instance ID.",
    sign=r"\b(?P<shown>username: [\"']?system:node:\{\{SessionName\}\}).{0,600}\bUser \\?\"system:node:i-",
    of="node-authorizer",
)


def explain_wrong_groups(
    case: Case[KubernetesForbidden], request: str, needed: tuple[str, ...] = (), *, note: str
) -> Explanation | None:
    """Explain a denial by the groups in the only such ``aws-auth`` entry of the user, ``None`` if the text shows none.

    Args:
        case: The denial.
        request: What was denied, in words.
        needed: The groups that nodes need.
        note: What does not help.
    """
    user = case.failure.user or ""
    found = only_one([*_find_entries(case, user, needed)]) if find_cluster(case).uses_aws_auth else None
    if found is None:
        return None
    meant, verdict = found
    text, kind = "The login works: the API server authenticated the user.", aws_auth_maps.YAML_BROKEN
    if needed:
        text, kind = f"{text} The node authorizer acts only for the group system:nodes.", NODE_MAPPING
    is_terraform = "=" in meant.entry.around[0]
    correct = cluster_remedy(
        f"Correct the groups of {clip_text(meant.named.name)} in aws-auth",
        "Each group is an item of its own, with the same indentation. Keep the other entries. Also correct what writes the map, such as Terraform.",
        map_entries.describe_groups(meant.entry, case.failure.text),
        commands="terraform apply" if is_terraform else "kubectl -n kube-system edit configmap aws-auth",
        manifest=None if is_terraform else map_entries.write_entry(meant),
        url=pages.EKS_AUTH_CONFIGMAP,
    )
    return case.explain(
        f"The {'node' if needed else 'user'} {clip_text(user)} is not allowed to {clip_text(request)}: {verdict}.",
        kind.cause("derived", text=text),
        topic="kubernetes-node-authorization" if needed else "kubernetes-rbac",
        remedies=(correct, *access_entry_remedy(case, meant)),
        notes=note,
    )


def _find_entries(
    case: AnyCase, user: str, needed: tuple[str, ...]
) -> Iterator[tuple[map_entries.Finding, str]]:
    """Yield the entries of a user whose groups are joined, or lack one, as they are meant, with what is wrong."""
    for each in map_entries.find_entries(case.context.mappings, None):
        groups, template = each.entry.groups, each.entry.username or ""
        name = template.replace("{{EC2PrivateDNSName}}", "{{SessionName}}")
        joined = [group for group in groups if _JOINED in group]
        lacking = [group for group in needed if group not in groups]
        if each.entry.wrong_list or not is_user_name(name, user) or not (joined or lacking):
            continue
        shown = join_words([*map(clip_text, groups)], "and") or "no group"
        has = f"has only {shown}, without {join_words(lacking, 'and')}"
        if joined:
            parts = join_words([*map(clip_text, joined[0].split(_JOINED))], "and")
            has = f'has the one group "{clip_text(joined[0])}" instead of {parts}, because wrong indentation joins the lines'
        meant = dict.fromkeys((*(part for group in groups for part in group.split(_JOINED)), *needed))
        right = each._replace(entry=each.entry._replace(groups=tuple(meant)))
        yield right, f"the aws-auth entry of {clip_text(each.named.name)} {has}"
