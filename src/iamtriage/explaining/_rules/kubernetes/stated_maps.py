"""Compare the caller with the ``aws-auth`` entries that the text contains.

The authenticator looks for the ARN of a session's role, which STS reports without its path:
https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import attrs

from iamtriage._text import clip_text, join_words
from iamtriage.arns._principals import RoleSession, User
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.kubernetes.cluster_access import MAP_WITHOUT_EFFECT
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.principal_mappings import (
    RESERVED_PREFIXES,
    VIEW_POLICY,
    associate_policy_command,
    build_cluster_principal,
    create_entry_command,
    create_entry_remedy,
)
from iamtriage.explaining._rules.shared.principal_words import try_parse_principal, underlying_role
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.arns._principals import Role
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.model import MappingEntry
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.explaining._rules.shared.principal_mappings import ClusterPrincipal

    _Caller: TypeAlias = Role | User

__all__ = ("add_stated_map",)

MAP_ENTRY_WITH_PATH = CauseType(
    "map-entry-with-path",
    title="The aws-auth entry names the role with its path",
    meaning="The rolearn of the entry contains the path of the role. The STS session of the caller doesn't, so the authenticator compares with the ARN without a path and never finds the entry.",
    recognised_by="The text contains the entry, whose rolearn has a path before the caller's role name.",
    fix="Remove the path from the rolearn in aws-auth.",
    sources=(
        pages.EKS_AUTH_CONFIGMAP,
        "https://docs.aws.amazon.com/eks/latest/userguide/security-iam-troubleshoot.html",
    ),
)
MAP_ENTRY_OF_SESSION = CauseType(
    "map-entry-of-session",
    title="The aws-auth entry names a session instead of a role",
    meaning="The rolearn of the entry is the ARN of an assumed-role session. The authenticator looks for the ARN of the role.",
    recognised_by="The text contains the entry, whose rolearn is the ARN of a session of the caller's role.",
    fix="Use the ARN of the role, without its path, as rolearn.",
    of="map-entry-with-path",
)
MAP_ENTRY_OF_OTHER_ACCOUNT = CauseType(
    "map-entry-of-other-account",
    title="The aws-auth entry names the role of another account",
    meaning="The entry has the name of the caller's role or user, but another account or partition.",
    recognised_by="The text contains the entry, which differs from the caller's ARN in the account or partition.",
    fix="Use the account and partition of the caller in the entry.",
    of="map-entry-with-path",
)
MAP_WITHOUT_ENTRY = CauseType(
    "map-without-entry",
    title="The aws-auth ConfigMap has no entry for the caller",
    meaning="None of the entries of the aws-auth ConfigMap names the caller's role or user.",
    recognised_by="The text contains the entries of aws-auth.",
    fix="Add the caller to aws-auth, or create an access entry.",
    of="map-entry-with-path",
)
# What is only possible as long as nobody has seen the map.
_ANSWERED = frozenset({"mapped-in-wrong-form", "map-broken", "not-mapped"})


def add_stated_map(case: AnyCase, explanation: Explanation) -> Explanation:
    """Return the explanation with what the ``aws-auth`` entries in the text say about the caller."""
    entries = context_of(case.facts).mappings
    caller = underlying_role(case.principal) or (case.principal if isinstance(case.principal, User) else None)
    if find_cluster(case).mode == "API":
        return _explain_ignored_entry(case, entries, caller, explanation)
    if not entries or caller is None:
        return explanation
    if any(each.arn == _arn(caller) for each in entries):
        return explanation
    matches = [(each, form) for each in entries if (form := _compare(each, caller)) is not None]
    others = tuple(cause for cause in explanation.causes if cause.code not in _ANSWERED)
    if not matches:
        count = len(entries)
        found = (
            "The aws-auth entry in the text does not name"
            if count == 1
            else f"None of the {count} aws-auth entries in the text names"
        )
        cause = MAP_WITHOUT_ENTRY.cause("derived", text=f"{found} {_arn(caller)}.")
        return attrs.evolve(explanation, causes=(cause, *others))
    entry, form = matches[0]
    return attrs.evolve(
        explanation,
        summary=_summary(entry, form, caller),
        causes=(
            _wrong_entry_cause(entry, form, caller),
            # The entry explains the failure, so nothing that is only possible remains.
            *(cause for cause in others if cause.evidence != "possible"),
        ),
        remedies=(
            _correct_entry_remedy(entry, caller),
            *_access_entry_remedy(case, entry, form, caller),
            *(each for each in explanation.remedies if not _grants_access(each)),
        ),
    )


def _explain_ignored_entry(
    case: AnyCase, entries: tuple[MappingEntry, ...], caller: _Caller | None, explanation: Explanation
) -> Explanation:
    """Return the explanation with the access entry that replaces the caller's ignored ``aws-auth`` entry."""
    people = [each for each in entries if "system:nodes" not in each.groups]
    named = [
        each
        for each in people
        if caller is None or _compare(each, caller) not in {None, MAP_ENTRY_OF_OTHER_ACCOUNT}
    ]
    # Without a caller, only the single entry can be meant.
    if not named or (caller is None and len(people) > 1):
        return explanation
    entry = named[0]
    mapped = build_cluster_principal(case.stated_principal if caller else try_parse_principal(entry.arn))
    if not mapped.is_known or mapped.entry_refusal:
        return explanation
    where = f"The cluster {cluster.name}" if (cluster := find_cluster(case)).name else "The cluster"
    cause = MAP_WITHOUT_EFFECT.cause(
        "derived",
        (
            "The authentication mode is API.",
            f"The text has the entry {_field(entry)}: {clip_text(entry.arn)}",
        ),
    )
    others = [each for each in explanation.causes if each.evidence != "possible" and each.code != cause.code]
    return attrs.evolve(
        explanation,
        summary=f"{where} ignores the aws-auth entry for {mapped.description}: its authentication mode is API, so the principal needs an access entry.",
        causes=(*others, cause),
        remedies=(
            _replacing_entry_remedy(case, entry, mapped),
            *(each for each in explanation.remedies if not _grants_access(each)),
        ),
    )


def _replacing_entry_remedy(case: AnyCase, entry: MappingEntry, mapped: ClusterPrincipal) -> Remedy:
    """Return the remedy that creates an access entry with the user name and groups of an ``aws-auth`` entry."""
    cluster, username = find_cluster(case), entry.username
    if username is not None and (
        username.startswith(RESERVED_PREFIXES) or "{{" in username.replace(":{{SessionName}}", "")
    ):
        username = None
    groups = tuple(each for each in entry.groups if not each.startswith(RESERVED_PREFIXES))
    is_administrator = "system:masters" in entry.groups
    create = create_entry_command(cluster, mapped, username=username, groups=groups)
    steps: list[str] = []
    policies: tuple[str, ...] = ()
    if groups:
        kept = join_words([clip_text(each) for each in groups], "and")
        steps.append(f"The entry keeps the RBAC permissions of {kept}.")
    if is_administrator:
        steps.append(
            "Access entries cannot have the group system:masters: AmazonEKSClusterAdminPolicy replaces it."
        )
        policies = (associate_policy_command(cluster, mapped, "AmazonEKSClusterAdminPolicy", namespace=None),)
    elif not groups:
        steps.append("AmazonEKSViewPolicy allows reading most types. Choose the policy that it needs.")
        namespace = commands.namespace(case.facts.namespace)
        policies = (associate_policy_command(cluster, mapped, VIEW_POLICY, namespace=namespace),)
    if mapped.path_note:
        steps.append(mapped.path_note)
    return cluster_remedy(
        f"Create an access entry for {mapped.description}",
        *steps,
        "Access entries can take a few seconds to take effect.",
        commands=(create, *policies),
        url=pages.EKS_ACCESS_ENTRIES,
    )


def _compare(entry: MappingEntry, caller: _Caller) -> CauseType | None:
    """Return why an entry for a caller of this name does not match; ``None`` if it is for another principal."""
    mapped = try_parse_principal(entry.arn)
    named = underlying_role(mapped) or mapped
    if getattr(named, "name", None) != caller.name or entry.is_role == isinstance(caller, User):
        return None
    if (getattr(named, "account", None), getattr(named, "partition", None)) != (
        caller.account,
        caller.partition,
    ):
        return MAP_ENTRY_OF_OTHER_ACCOUNT
    return MAP_ENTRY_OF_SESSION if isinstance(mapped, RoleSession) else MAP_ENTRY_WITH_PATH


def _arn(caller: _Caller) -> str:
    """Return the ARN that ``aws-auth`` requires, without the path of a role."""
    if isinstance(caller, User):
        return str(caller)
    return f"arn:{caller.partition}:iam::{caller.account}:role/{caller.name}"


def _difference(entry: MappingEntry, form: CauseType, caller: _Caller) -> str:
    if form is MAP_ENTRY_WITH_PATH:
        path = getattr(underlying_role(try_parse_principal(entry.arn)), "path", "/").strip("/")
        return f"contains the path {clip_text(path)}/"
    if form is MAP_ENTRY_OF_SESSION:
        return "is the ARN of a session"
    return f"is not in the account {caller.account} of the caller"


def _field(entry: MappingEntry) -> str:
    return "rolearn" if entry.is_role else "userarn"


def _summary(entry: MappingEntry, form: CauseType, caller: _Caller) -> str:
    difference = _difference(entry, form, caller)
    return f"The aws-auth entry for {caller.name} never matches: its {_field(entry)} {difference}, and the authenticator looks for {_arn(caller)}."


def _wrong_entry_cause(entry: MappingEntry, form: CauseType, caller: _Caller) -> Cause:
    reason = "The authenticator compares it with the ARN of the caller."
    if form is MAP_ENTRY_WITH_PATH:
        reason = "The authenticator compares it with the role's ARN without its path, because an STS session doesn't have the path."
    return form.cause(
        "derived",
        (f"The text has the entry {_field(entry)}: {clip_text(entry.arn)}",),
        text=f"The {_field(entry)} of the entry {_difference(entry, form, caller)}. {reason}",
    )


def _correct_entry_remedy(entry: MappingEntry, caller: _Caller) -> Remedy:
    start, end = entry.around
    return cluster_remedy(
        f"Correct the {_field(entry)} in aws-auth",
        f"In the ConfigMap aws-auth in kube-system, replace the {_field(entry)} line of the entry with this one.",
        "Keep its username and groups. Someone who still has access to the cluster must do this, such as the cluster creator.",
        commands=("kubectl -n kube-system edit configmap aws-auth", "kubectl auth whoami"),
        # With the indentation of the line, and a dash only if it has one, the entry stays valid YAML.
        manifest=f"{start}{_arn(caller)}{end}\n",
        url=pages.EKS_AUTH_CONFIGMAP,
    )


def _access_entry_remedy(
    case: AnyCase, entry: MappingEntry, form: CauseType, caller: _Caller
) -> tuple[Remedy, ...]:
    """Return the remedy that creates an access entry, which requires the path that the text states."""
    cluster, principal = find_cluster(case), try_parse_principal(entry.arn)
    if not cluster.uses_entries:
        return ()
    if form is MAP_ENTRY_OF_OTHER_ACCOUNT or isinstance(principal, RoleSession):
        # The entry's ARN is wrong, and the log shows the role's ARN without its path.
        mapped = build_cluster_principal(caller, is_canonical=True)
        return (
            create_entry_remedy(
                cluster,
                mapped,
                namespace=commands.namespace(case.facts.namespace),
                title=f"Or create an access entry for {mapped.description}",
            ),
        )
    return (
        create_entry_remedy(
            cluster,
            build_cluster_principal(principal),
            namespace=commands.namespace(case.facts.namespace),
            title="Or create an access entry, which requires the ARN with the path",
        ),
    )


def _grants_access(remedy: Remedy) -> bool:
    return any("create-access-entry" in line or "iamidentitymapping" in line for line in remedy.commands)
