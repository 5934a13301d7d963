"""Explain whose policy limits the session of a pod with EKS Pod Identity, and change it."""

from __future__ import annotations

from typing import Any

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._context.readers.session_policies import CHARS_OF_CLUSTER
from iamtriage.explaining._rules.basics import Denial, Remedy
from iamtriage.explaining._rules.denials.policy_types import guardrails
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster, restart_command
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.wording import capitalize_start

# The name that EKS Pod Identity gives a session: eks-CLUSTER-POD-UUID, with 10 characters of each name, as in
# https://github.com/aws/containers-roadmap/issues/2362.
_POD_SESSION = lazy_pattern(r"(?a)eks-[\w.-]{3,30}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_RESTARTED = "Running pods keep their session, so the last command restarts them."
_IDENTITY_OF_POD = "The session's name shows that EKS Pod Identity created it"
_NO_TAGS = "The update requires disabled session tags."


def is_of_pod(denial: Denial) -> bool:
    """Return whether EKS Pod Identity named the session, in the cluster of the facts if they name one."""
    session: str = getattr(denial.principal, "session_name", "")
    cluster = denial.facts.cluster
    if cluster is None:
        return _POD_SESSION.fullmatch(session) is not None
    return session.startswith(f"eks-{cluster[:CHARS_OF_CLUSTER]}-")


def _pod_account(denial: Denial) -> str:
    facts = denial.facts
    if not (facts.namespace and facts.service_account):
        return "the pod's service account"
    account = f"{clip_text(facts.namespace)}/{clip_text(facts.service_account)}"
    return f"the service account {account}{f' in the cluster {clip_text(facts.cluster)}' if facts.cluster else ''}"


def associated_policy_remedy(denial: Denial, statement: dict[str, Any] | None, save: str) -> Remedy:
    """Return the remedy that finds the association of the pod, and changes its session policy.

    Args:
        denial: The denial.
        statement: The statement to add.
        save: The step on the policy to save.
    """
    lines = find_cluster(denial.case).association_commands(
        ("describe", "--query association.policy --output text"),
        ("update", "--disable-session-tags --policy file://policy.json"),
    )
    return Remedy(
        title="Change the policy of the EKS Pod Identity association",
        who="cluster administrator",
        commands=(*lines, restart_command(denial.case)),
        steps=(
            f"{_IDENTITY_OF_POD}: the association of {_pod_account(denial)} has the policy. {save}",
            f"{_NO_TAGS} {_RESTARTED}",
            *guardrails.resource_steps(denial),
        ),
        statement=statement,
        layer="session",
        url=pages.EKS_POD_ASSOCIATION,
    )


def shown_association_remedy(
    denial: Denial, association: str, statement: dict[str, Any] | None, extended: dict[str, Any] | None
) -> Remedy:
    """Return the remedy that replaces the session policy of an association that the text shows.

    Args:
        denial: The denial.
        association: The ID of the association.
        statement: The statement that allows the call.
        extended: The shown policy with what allows the call.
    """
    change = (
        "Scope down the Deny in the document that the text shows, and save the whole document as policy.json."
    )
    notes: tuple[str, ...] = ()
    if extended is not None:
        change = "The update replaces the session policy with the one below."
        notes = guardrails.resource_steps(denial) if statement in extended["Statement"] else ()
        if guardrails.describe_own_allow(denial) is None:
            change += f" {capitalize_start(denial.caller)} must allow {denial.action}, too."
    elif not denial.is_explicit:
        change = "Add the statement to the document that the text shows, and save the whole document as policy.json."
    tags = None if '"disableSessionTags": true' in denial.failure.text else _NO_TAGS
    options = ("--association-id", association, "--disable-session-tags", "--policy", "file://policy.json")
    update = find_cluster(denial.case).eks_command("update-pod-identity-association", *options)
    return Remedy(
        title=f"Change the session policy of the Pod Identity association {association}",
        who="cluster administrator",
        steps=(*present(change, tags), _RESTARTED, *notes),
        commands=(update, restart_command(denial.case)),
        policy=extended,
        statement=statement if extended is None else None,
        layer="session",
        url=pages.EKS_POD_ASSOCIATION,
    )
