"""Kubernetes knows the caller and forbids the request: RBAC, or an access policy of EKS; not an IAM policy.

What decides: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and
https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html. Users whom RBAC is not for are in
``kubernetes_users``, refusals by other parts of the API server in ``kubernetes_refusals``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._text import clip_text
from iamtriage.explaining._explanations import Cause, Explanation
from iamtriage.explaining._rules.kubernetes.other_authorizers import explain_refusal
from iamtriage.explaining._rules.kubernetes.rbac_remedies import Refused, remedies_for
from iamtriage.explaining._rules.kubernetes.users import explain_anonymous, explain_component, explain_node
from iamtriage.explaining._rules.shared import clues
from iamtriage.explaining._rules.shared.kubernetes_requests import READ_VERBS, classify_user, parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import KubernetesForbidden

__all__ = ("explain_forbidden",)

_MISSING_ROLE = re.compile(
    r"RBAC: \[?(role|clusterrole)\.rbac\.authorization\.k8s\.io \"([^\"]{1,253})\" not found", re.ASCII
)


def explain_forbidden(case: Case[KubernetesForbidden]) -> Explanation:
    """Explain that Kubernetes forbids what an authenticated user asked for."""
    failure = case.failure
    if failure.verb is None:
        return explain_refusal(case)
    request = parse_request(case)
    kind = classify_user(failure.user)
    if kind == "anonymous":
        return explain_anonymous(case, request)
    if kind == "node":
        return explain_node(case, request)
    if kind == "component":
        return explain_component(case, request)
    refused = Refused.of(case, request, kind)
    return Explanation(
        failure=failure,
        topic="kubernetes-rbac",
        summary=f"Kubernetes does not let {refused.who} {request.description}: nothing there allows it.",
        causes=tuple(_causes(refused)),
        remedies=remedies_for(refused),
        notes=tuple(_notes(refused)),
    )


def _causes(refused: Refused) -> Iterator[Cause]:
    missing = _MISSING_ROLE.search(clues.message_text(refused.case))
    if missing:
        kind = "ClusterRole" if missing[1] == "clusterrole" else "Role"
        text = f"A binding names the {kind} {clip_text(missing[2])}, which does not exist."
        yield Cause("role-missing", text, "reported", (f"The API server says: {missing[0]}.",))
    policies = "" if refused.kind == "service account" else " and no access policy"
    yield Cause(
        "no-rule",
        f"No role that is bound to {refused.who}{policies} allows it.",
        "reported",
        (
            f"The API server says that the user cannot {refused.request.description}.",
            "It knew who called, so that logging in worked.",
        ),
    )
    if refused.kind == "iam session":
        yield Cause(
            "binding-names-other-user",
            "A binding is there, but for a user name that is not the caller's: the name ends with the session's name, and is compared as a whole.",
            "possible",
            (f"The user name is {refused.user}",),
        )
    if refused.is_iam and refused.cluster.uses_entries:
        text = "The caller's access entry has neither an access policy nor a group that allows it."
        yield Cause("entry-without-policy", text, "possible")


def _notes(refused: Refused) -> Iterator[str]:
    request = refused.request
    yield "IAM policies do not help here: Kubernetes decides by its own roles and, in EKS, by the access policies of access entries."
    if refused.kind == "service account":
        yield "What the pod may do in AWS is another matter: that is decided by its IAM role (IRSA or Pod Identity)."
    if refused.is_iam and refused.policy is None and refused.cluster.uses_entries:
        sees = request.verb in READ_VERBS and request.path is None
        viewing = "AmazonEKSAdminViewPolicy, which shows everything, Secrets included, and " if sees else ""
        yield f"Of the access policies for people, {viewing}AmazonEKSClusterAdminPolicy, which allows everything, {'cover' if sees else 'covers'} this. A role of your own allows less."
    if request.verb in {"escalate", "bind", "impersonate"}:
        yield f"Whoever may {request.verb} can get rights that they do not have now. Limit it to names."
    if request.resource == "secrets" and request.verb in {"list", "watch"}:
        yield "To list Secrets is to read them: the list holds what is in them."
    if request.verb in READ_VERBS and request.path is None:
        yield "A client often needs more verbs than the first that is refused: kubectl get of a type asks to list it, a controller lists and watches. The next refusal names the next verb."
    if request.has_supplied_namespace:
        yield "The namespace is that of the facts: the text tells none."
