"""Denials of a pod that called with the role of its node, for want of one of its own; not what a policy says.

A pod without a role of its own reaches the instance's metadata, and with it the role that all pods of the node
share. An Allow there is seldom what is wanted:
https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.pod_credentials import assign_pod_role_remedy
from iamtriage.explaining._rules.denials.assuming_roles import ASSUMING
from iamtriage.explaining._rules.shared.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.cases import Case
from iamtriage.explaining._rules.shared.clues import is_about_pods
from iamtriage.explaining._rules.shared.denial import identity_allow_helps

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Evidence
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = ("with_pods",)

# EC2 names the session of an instance's role after the instance. Texts mask accounts and ids.
_INSTANCE = re.compile(
    r"assumed-role/([^/\s]{1,128})/i-(?:[0-9a-f]{8,17}|[0-9a-fA-F]{0,17}(?:[xX*<{\[#.…]|MASKED|REDACTED).{0,60})$"
)
_MARKED = r"(?:eks|k8s|kube|kubernetes)"
# How eksctl, Terraform's module, Karpenter, kops and people name the roles of nodes.
_NODES = re.compile(
    r"node[-_.]?(?:instance|group)|(?:worker|eks|k8s|kube)[-_.]?(?:nodes?|workers?)|karpenter[-_.]?node"
    rf"|^(?:nodes|masters|control-plane)\.|(?<![a-z]){_MARKED}(?![a-z])",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"admin|deploy|bastion|jump|jenkins|runner|gitlab|build|console|(?<![a-z])ci(?![a-z])", re.IGNORECASE
)
# Programs of the node itself, whose role is the right one: the kubelet pulls images, agents and scripts of EC2.
_OF_NODE = (
    "kubelet[",
    "nodeadm",
    "cloud-init",
    "bootstrap.sh",
    "amazon-ssm-agent",
    "ecr-credential-provider",
)
_PULLS = frozenset(
    {
        "ecr:getauthorizationtoken",
        "ecr:batchgetimage",
        "ecr:getdownloadurlforlayer",
        "ecr:batchchecklayeravailability",
    }
)
# With these, kube2iam and kiam take a pod's role as the node, which is how they work.
_PROXIES = re.compile(r"kube2iam|\bkiam\b", re.IGNORECASE)
_TOPICS = frozenset({"access-denied", "assume-role", "no-identity-allow", "pass-role", "s3-access-denied"})
_SURE: tuple[Evidence, ...] = ("reported", "supplied", "derived", "possible")
_WARNING = "Every pod that reaches the metadata of a node with this role may do it then."


def with_pods(denial: Denial, made: Explanation) -> Explanation:
    """Say of a call that seems to be a pod's, made with its node's role, how the pod gets a role of its own."""
    if made.topic not in _TOPICS or denial.deny == "explicit":
        return made
    told = _signs(denial)
    if told is None:
        return made
    evidence, because = told
    sure = evidence != "possible"
    cause = Cause(
        "pod-uses-node-role",
        f"{'A pod called' if sure else 'If a pod called, it did so'} with the role of its node: it has no role of its own, or its SDK does not find it.",
        evidence,
        because,
    )
    title = "give the pod's service account a role of its own"
    own = assign_pod_role_remedy(
        Case(denial.failure, denial.facts),
        title=f"{title[0].upper()}{title[1:]}" if sure else f"If a pod called, {title}",
    )
    notes = made.notes
    remedies = made.remedies
    if _is_of_roles(denial):
        notes = (
            f"If the role of the node is let in or allowed more: {_WARNING[0].lower()}{_WARNING[1:]}",
            *notes,
        )
    else:
        remedies = _for_pod(denial, made.remedies)
    at = sum(_SURE.index(each.evidence) < _SURE.index(evidence) for each in made.causes)
    return attrs.evolve(
        made,
        causes=(*made.causes[:at], cause, *made.causes[at:]),
        remedies=(own, *remedies),
        notes=notes,
    )


def _signs(denial: Denial) -> tuple[Evidence, tuple[str, ...]] | None:
    """Give how sure it is that a pod called, and why; None where nothing tells of pods."""
    found = _INSTANCE.search(denial.principal_text or "")
    if found is None or denial.lowercase_action in _PULLS:
        return None
    case = Case(denial.failure, denial.facts)
    text = case.text
    if any(part in text for part in _OF_NODE) or (
        denial.lowercase_action in ASSUMING and _PROXIES.search(text)
    ):
        return None
    named = _NODES.search(found[1]) is not None and _PEOPLE.search(found[1]) is None
    facts = denial.facts
    supplied = facts.namespace is not None or facts.service_account is not None
    told = is_about_pods(case)
    # Scripts that start a node ask for the cluster, as the node.
    if not (supplied or told or (named and denial.lowercase_action != "eks:describecluster")):
        return None
    because = (
        "The session's name is that of an EC2 instance: so its role was used.",
        *(("The role has a name as those of Kubernetes' nodes have.",) if named else ()),
        *(("The facts name a pod.",) if supplied else ()),
        *(("The text speaks of pods, or is written by one.",) if told else ()),
    )
    evidence: Evidence = "supplied" if supplied else "derived" if named and told else "possible"
    return evidence, because


def _is_of_roles(denial: Denial) -> bool:
    """Tell whether it is about another role, for which more than one policy has to be right."""
    return denial.lowercase_action in ASSUMING or denial.lowercase_action == "iam:passrole"


def _for_pod(denial: Denial, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...]:
    """Let the pod's role have what was proposed for the node's, and name that last."""
    allowing = next((each for each in remedies if each.layer == "identity"), None)
    instead = allow_remedy(denial, grantee="the pod's role") if identity_allow_helps(denial) else None
    if allowing is None or instead is None:
        return remedies
    nodes = Remedy(
        title="Or allow it to the role of the node, and so to all pods there",
        who=allowing.who,
        steps=(
            f"{_WARNING} So do it only for programs that belong to the node, or where that is meant.",
            f"The role is that of {denial.caller}; it takes the same policy.json."
            if denial.role is None
            else f"It is {denial.caller}; it takes the same policy.json.",
        ),
        commands=allowing.commands,
        url=allowing.url,
    )
    return (*(instead if each is allowing else each for each in remedies), nodes)
