"""Compare a request that RBAC denied with the role bindings that the text contains.

Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.kubernetes.bindings import find_bindings
from iamtriage.explaining._rules.kubernetes import rbac_remedies
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import command
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._cause_types import Cause
    from iamtriage.explaining._context.readers.kubernetes.bindings import BoundSubject, StatedBinding
    from iamtriage.explaining._explanations import Remedy
    from iamtriage.explaining._rules.kubernetes.denied_requests import DeniedRequest

STATED_BINDING_DIFFERS = CauseType(
    "stated-binding-differs",
    title="The binding in the text does not apply to the request",
    meaning="The text contains a binding for another namespace or another service account than that of the request, or for a role that does not allow it.",
    recognised_by="The text contains a RoleBinding or ClusterRoleBinding.",
    fix="Create a binding in the namespace of the request, for the user of the request.",
    sources=(pages.RBAC,),
)
# They allow far more than a denied request needs.
_ADMINISTRATORS = frozenset({"admin", "cluster-admin"})


class BindingGap(NamedTuple):
    """Why a binding in the text does not allow a request.

    Attributes:
        binding: The binding.
        words: The reason, as the end of a sentence that begins with the binding.
    """

    binding: StatedBinding
    words: str

    @property
    def name(self) -> str:
        """The binding in words."""
        return f"the {self.binding.kind} {clip_text(self.binding.name)} in the text"

    @property
    def cause(self) -> Cause:
        """The gap as a cause."""
        return STATED_BINDING_DIFFERS.cause("derived", text=f"The{self.name[3:]} {self.words}.")


def find_binding_gap(denied: DeniedRequest) -> BindingGap | None:
    """Return why a binding in the text does not allow the request, if it is for the user or almost."""
    if denied.subject is None or denied.request.path is not None:
        return None
    gaps = [
        gap for each in find_bindings(denied.case.failure.text) if (gap := _compare(each, denied)) is not None
    ]
    return gaps[0] if len(gaps) == 1 else None


def _compare(binding: StatedBinding, denied: DeniedRequest) -> BindingGap | None:
    request, place = denied.request, binding.namespace
    if any(_matches(each, binding, denied) for each in binding.subjects):
        if binding.kind == "RoleBinding" and request.is_cluster_scope:
            return BindingGap(
                binding, "applies only in its namespace, and the request is for the whole cluster"
            )
        if binding.kind == "RoleBinding" and place and request.namespace not in {None, place}:
            words = f"applies only in the namespace {place}, and the request is in {request.namespace}"
            return BindingGap(binding, words)
        if binding.kind == "RoleBinding" and place is None:
            return BindingGap(
                binding, "names no namespace, and applies only in the one in which it was created"
            )
        return BindingGap(binding, f"binds the {clip_text(binding.role)}, which does not allow it")
    other = next((each for each in binding.subjects if _is_similar(each, denied)), None)
    if other is None:
        return None
    named = other.name if other.namespace is None else f"{other.namespace}/{other.name}"
    return BindingGap(
        binding,
        f"names the service account {clip_text(named)}, and the request is of {denied.subject_text.removeprefix('the service account ')}",
    )


def _matches(subject: BoundSubject, binding: StatedBinding, denied: DeniedRequest) -> bool:
    wanted = denied.subject
    if wanted is None:
        return False
    if subject.kind == "ServiceAccount" == wanted.kind:
        return subject.name == wanted.name and (subject.namespace or binding.namespace) == wanted.namespace
    return subject.kind == "User" and subject.name == denied.user


def _is_similar(subject: BoundSubject, denied: DeniedRequest) -> bool:
    """Return whether a binding names a service account of the same name, or one of the same namespace."""
    wanted = denied.subject
    if wanted is None or not subject.kind == "ServiceAccount" == wanted.kind:
        return False
    return subject.name == wanted.name or (
        subject.namespace is not None and subject.namespace == wanted.namespace
    )


def binding_gap_remedies(denied: DeniedRequest, gap: BindingGap) -> tuple[Remedy, ...]:
    """Return the remedy that binds the ClusterRole of a binding in the namespace of the request, too."""
    kind, _, role = gap.binding.role.partition(" ")
    namespace, name = denied.request.namespace, gap.binding.name
    is_elsewhere = namespace is not None and gap.binding.namespace not in {None, namespace}
    is_known = commands.kubernetes_name(name) == name and commands.kubernetes_name(role) == role
    if (
        kind != "ClusterRole"
        or role in _ADMINISTRATORS
        or not is_elsewhere
        or not is_known
        or denied.subject is None
    ):
        return ()
    if not any(_matches(each, gap.binding, denied) for each in gap.binding.subjects):
        return ()
    return (
        cluster_remedy(
            f"Bind the ClusterRole {role} in the namespace {namespace}, too",
            "A RoleBinding applies a ClusterRole only in its own namespace. The last command answers yes if the ClusterRole allows the request.",
            commands=(
                command(
                    *("kubectl", "create", "rolebinding", name, "-n", commands.namespace(namespace)),
                    *(f"--clusterrole={role}", rbac_remedies.subject_option(denied.subject)),
                ),
                rbac_remedies.check_command(denied),
            ),
            url=pages.RBAC,
        ),
    )
