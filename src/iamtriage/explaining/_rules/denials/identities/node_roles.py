"""Explain denials of a pod that called with its node's role.

A pod without its own role uses the role in the instance metadata, which all pods of the node share, so an ``Allow``
for that role grants too much: https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.labels import Labelled
from iamtriage._text import clip_text, lower_first
from iamtriage.explaining._context.readers.kubernetes.controllers import Controller, find_controller
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import PodEvidence, read_pod_evidence
from iamtriage.explaining._explanations.remedies import change_commands
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Evidence, Explanation, Remedy
from iamtriage.explaining._rules.denials.identities import kops_roles
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.denial import ASSUME_ROLE_ACTIONS, build_denial
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import Commands, account_remedy, present, replace_in
from iamtriage.explaining._rules.shared.requirements.tasks import LOGIN_ACTION, PULL_ACTIONS
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.explaining._rules.shared.wording import FIND_POLICY, denial_summary

if TYPE_CHECKING:
    from iamtriage.explaining._rules.credentials.workloads.pod_annotations import PodProblem

# EC2 names the session of an instance's role after the instance, whose ID can be masked.
_INSTANCE_SESSION = lazy_pattern(
    r"assumed-role/([^/\s]{1,128})/i-(?:[0-9a-f]{8,17}|[0-9a-fA-F]{0,17}(?:[xX*<{\[#.…]|MASKED|REDACTED).{0,60})$"
)
_CLUSTER_WORD = r"(?:eks|k8s|kube|kubernetes)"
# How eksctl, the Terraform EKS module, Karpenter, kops and people name node roles.
_NODE_ROLE_NAME = lazy_pattern(
    r"(?i)node[-_.]?(?:instance|group)|(?:worker|eks|k8s|kube)[-_.]?(?:nodes?|workers?)|karpenter[-_.]?node"
    rf"|^(?:nodes|masters|control-plane)\.|(?<![a-z]){_CLUSTER_WORD}(?![a-z])"
)
_OTHER_ROLE_NAME = lazy_pattern(
    r"(?i)admin|deploy|bastion|jump|jenkins|runner|gitlab|build|console|(?<![a-z])ci(?![a-z])"
)
# Programs of the node itself, which use its role rightly: the kubelet, and agents and scripts of EC2.
_NODE_PROGRAMS = (
    "kubelet[", "nodeadm", "cloud-init", "bootstrap.sh", "amazon-ssm-agent", "ecr-credential-provider",
)  # fmt: skip
_IMAGE_PULL_ACTIONS = frozenset(
    map(str.lower, (*PULL_ACTIONS, LOGIN_ACTION, "ecr:BatchCheckLayerAvailability"))
)
# The EKS Pod Identity Agent calls with the node's role, for the pods.
_AGENT_ACTION = "eks-auth:assumeroleforpodidentity"
# Unless its account has another role, the network plugin uses that of the node:
# https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
_PLUGIN_OF_NODE, _ANNOTATION = "daemonset/aws-node", "eks.amazonaws.com/role-arn"
# These assume pods' roles with the node's role, which is how they work.
_ROLE_PROXIES = lazy_pattern(r"(?i)kube2iam|\bkiam\b")
_TOPICS = frozenset({"access-denied", "assume-role", "no-identity-allow", "pass-role", "s3-access-denied"})
_EVIDENCE_ORDER: tuple[Evidence, ...] = ("reported", "supplied", "derived", "possible")
_WARNING = "Every pod that reaches the instance metadata of a node with this role then has the permission."

_BOTOCORE = "An error occurred ("
_ITS_POD = "its pod"
# The titles of remedies that give a controller's role all that it requires.
_WHOLE_POLICY = ("Attach the AWS managed policy ", "Give ")
_FOR_NODE = "Or allow it for the role of the node"

POD_USES_NODE_ROLE = CauseType(
    "pod-uses-node-role",
    title="The pod uses the role of its node",
    meaning="A pod called with the role of its node, because it has no role or its SDK does not find it.",
    recognised_by="The caller is a session of a role whose session name is an instance ID, and the text is from a pod.",
    fix="Give the pod a role with EKS Pod Identity or IRSA.",
    sources=(pages.EKS_POD_IDENTITY, pages.EKS_IRSA),
)


def add_pod_role_cause(denial: Denial, explanation: Explanation) -> Explanation:
    """Add the cause that a pod called with its node's role, if it did or seems to."""
    if explanation.topic not in _TOPICS or denial.is_explicit:
        return explanation
    found = _pod_evidence(denial)
    if found is None:
        return explanation
    # Most sessions of instances are none of pods.
    from iamtriage.explaining._rules.credentials.workloads import pod_agents, pod_problems, pod_roles

    (evidence, because), case = found, denial.case
    shown = read_pod_evidence(denial.failure.text)
    problem = pod_problems.find_pod_problem(case) or _find_unused_role(denial)
    problem = problem or pod_agents.find_passed_agent(case)
    if (
        evidence == "possible"
        and problem is not None
        and (problem.is_unassigned or problem.uses_other_account)
    ):
        evidence = "derived"
    is_certain = evidence != "possible"
    role = None if shown.given is None else shown.given.role
    reason = _why_node_role(shown, problem)
    text = f"{'A pod made the call' if is_certain else 'If a pod made the call, it did so'} with the role of its node: {reason}."
    # The text can show the pod and its account.
    is_shown = problem is not None and problem.uses_other_account
    cause = POD_USES_NODE_ROLE.cause(evidence, () if is_shown else because, text=text)
    title = "Give the pod's service account its own role"
    if not is_certain:
        title = "If a pod called, give its service account its own role"
    pod_remedies: tuple[Remedy, ...] = (
        problem.remedy
        if problem is not None
        else pod_roles.use_default_chain_remedy(case)
        if shown.has_variables
        else pod_roles.assign_pod_role_remedy(case, title=title),
    )
    notes, remedies = explanation.notes, explanation.remedies
    of_kops = kops_roles.add_policy_remedy(denial) if problem is None and role is None else None
    if of_kops is not None:
        pod_remedies = (of_kops,)
    # A request for another role requires more than one policy.
    if denial.lowercase_action in ASSUME_ROLE_ACTIONS or denial.lowercase_action == "iam:passrole":
        remedies, notes = _for_other_role(denial, explanation, role, is_certain=is_certain)
    elif of_kops is None and (role is not None or denial.failure.principal is not None):
        remedies = _remedies_for_pod(denial, remedies, None if role is None else role.rpartition("/")[2])
        is_open = problem is None and not shown.has_variables
        if is_certain and is_open and role is None and denial.facts.service_account and denial.action:
            whole = _role_with_policy(denial, remedies)
            pod_remedies, remedies = (pod_remedies, remedies) if whole is None else ((), whole)
    causes, summary = explanation.causes, explanation.summary
    if is_certain and (verdict := _describe_node_role(denial, shown, problem)) is not None:
        if denial.failure.principal is None or verdict.startswith(_ITS_POD):
            controller = _find_controller(denial)
            denial = attrs.evolve(denial, caller="the pod" if controller is None else controller.name)
        summary = denial_summary(denial, verdict)
        if role is not None or problem is not None or shown.has_variables:
            # The policies of the node's role are not the problem.
            causes = tuple(each for each in causes if each.evidence != "possible")
            text = "AWS evaluated the policies of the node's role, which the SDK uses if it finds no other credentials."
            remedies = _without_node_remedies(denial, remedies, clip_text((role or "").rpartition("/")[2]))
            remedies = tuple(map(_only_if_denied, remedies)) if problem is not None else remedies
            if denial.failure.principal is not None:
                notes = (f"Do not allow it for the role of the node instead. {_WARNING}", *notes)
        else:
            text = "No identity-based policy of that role, which all its pods share, allows it."
        causes = tuple(_reword_reported(each, text, keeps_reasons=role is None) for each in causes)
    at = sum(_EVIDENCE_ORDER.index(each.evidence) < _EVIDENCE_ORDER.index(evidence) for each in causes)
    return attrs.evolve(
        explanation,
        summary=summary,
        causes=(*causes[:at], cause, *causes[at:]),
        remedies=(*pod_remedies, *remedies),
        notes=notes,
    )


def _why_node_role(shown: PodEvidence, problem: PodProblem | None) -> str:
    """Return why a pod has no role of its own, or does not use it."""
    if problem is not None:
        return problem.text
    if shown.has_variables:
        return "it has the variables from which SDKs get its role, so its SDK is too old, or its code or a profile selects other credentials"
    if shown.given is not None and shown.given.role is not None:
        return f"its service account has the annotation for {shown.given.role}, so the pod is older than the annotation or uses another account, or its SDK is too old"
    return "it has no role, or its SDK does not find it"


def _reword_reported(cause: Cause, text: str, *, keeps_reasons: bool) -> Cause:
    """Return the cause that AWS reports with a text about pods, and any other cause as it is."""
    if (cause.code, cause.evidence) != ("no-identity-allow", "reported"):
        return cause
    return attrs.evolve(cause, text=text, because=cause.because if keeps_reasons else ())


def _only_if_denied(remedy: Remedy) -> Remedy:
    """Return what allows the action to the role of a pod, which has not called with it yet."""
    if remedy.layer != "identity":
        return remedy
    title = remedy.title.removeprefix("Or ")
    return attrs.evolve(remedy, title=f"If it is denied then, {lower_first(title)}")


def _describe_node_role(denial: Denial, shown: PodEvidence, problem: PodProblem | None) -> str | None:
    """Return why a pod called with the role of its node, as far as the text says it."""
    if problem is not None:
        why = problem.text.replace("the pod runs", "it runs", 1)
        return f"the pod called as its node, because {why}" if problem.uses_other_account else problem.text
    name = None if shown.given is None or shown.given.role is None else shown.given.role.rpartition("/")[2]
    if shown.has_variables:
        return f"the program did not use {f'the role {clip_text(name)}' if name else 'the role'} that its pod has (the variables are set), but the one of the node"
    if name is not None:
        return f"the pod did not use the role {clip_text(name)} of its service account"
    if (account := denial.facts.service_account) is None:
        controller = _find_controller(denial)
        node = "" if denial.role is None else f" {clip_text(denial.role.name)}"
        if controller is None:
            return None
        return f"{_ITS_POD} called with the node's role{node}, not with its own"
    session = clip_text((denial.principal_text or "").rpartition("/")[2])
    return f"the pod called with the role of its node ({session}), not with a role of its service account {clip_text(account)}"


def _without_node_remedies(denial: Denial, remedies: tuple[Remedy, ...], name: str) -> tuple[Remedy, ...]:
    """Return the remedies for the pod's role, without those about the policies of the node's role."""
    is_known = denial.failure.principal is not None
    kept = (
        each
        for each in remedies
        if not each.title.startswith((_FOR_NODE, FIND_POLICY))
        and (is_known or not name or each.title.endswith(name))
    )
    text = denial.failure.text
    kept = (each for each in kept if not (name and _is_attached(each, name, text)))
    service, _, call = map(re.escape, (denial.action or "").partition(":"))
    allowed = rf"{re.escape(name)}[^.\n]{{0,60}}[ \"'](?:{service}:\*|(?:{service}:)?{call})(?![\w*])"
    has_action = call and re.search(allowed, text)
    return () if has_action or (name and _find_unused_role(denial) is not None) else tuple(kept)


def _is_attached(remedy: Remedy, role: str, text: str) -> bool:
    """Return whether a remedy attaches a policy that a role has, according to the text."""
    policy = remedy.title.rpartition("managed policy ")[2].partition(" ")[0]
    has = rf"{re.escape(role)}[^.\n]{{0,20}}\b(?:has|with)\b[^.\n]{{0,40}}\b{re.escape(policy)}\b"
    return policy != remedy.title and re.search(has, text) is not None


# The trust policy that every role for EKS Pod Identity has: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
_POD_TRUST = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":["sts:AssumeRole","sts:TagSession"]}}'


def _role_with_policy(denial: Denial, remedies: tuple[Remedy, ...]) -> tuple[Remedy, ...] | None:
    """Return the remedies, first the one that looks for the role of the pod, or creates one with the policy."""
    from iamtriage.explaining._rules.credentials.workloads import pod_roles

    title = f"Allow {denial.action} for the pod's role"
    policy = next((each for each in remedies if each.title == title), None)
    if policy is None:
        return None
    facts = denial.facts
    parts = (facts.cluster, facts.namespace, facts.service_account)
    role = commands.role_name("-".join(filter(None, parts))[:64])
    account = "ACCOUNT_ID" if denial.has_masked_account else denial.account
    arn = f"arn:{denial.location.partition or 'aws'}:iam::{account}:role/{role}"
    hints = policy.steps[1:]
    create = f"aws iam create-role --role-name {role} --assume-role-policy-document '{_POD_TRUST}'"
    lookups = pod_roles.open_lookups(denial.case)
    lines: Commands = (
        *lookups,
        Labelled.required("Otherwise, with the add-on eks-pod-identity-agent on the nodes:", create),
        *(each.replace("ROLE_NAME", role) for each in policy.commands),
        pod_roles.CREATE_ASSOCIATION.replace("ROLE_ARN", arn),
        clusters.restart_command(denial.case),
    )
    allow = account_remedy(
        f"Give the pod's service account its own role, which allows {denial.action}",
        f"If {'one of the first two commands' if len(lookups) > 1 else 'the first command'} prints a role, attach the policy to that role, and re-create the pods. If they have AWS_ROLE_ARN or AWS_CONTAINER_CREDENTIALS_FULL_URI already, update their SDK."
        if lookups
        else "The service account has neither an annotation nor an association. The nodes need the add-on eks-pod-identity-agent.",
        *hints,
        commands=lines,
        url=policy.url,
    )
    allow = attrs.evolve(allow, policy=policy.policy, layer=policy.layer)
    return (
        allow,
        *(each for each in remedies if each is not policy and not each.title.startswith(_FOR_NODE)),
    )


def _pod_evidence(denial: Denial) -> tuple[Evidence, tuple[str, ...]] | None:
    """Return the evidence that a pod called, with its reasons, if there is any."""
    if denial.failure.principal is None:
        from iamtriage.explaining._rules.credentials.workloads.pod_problems import find_pod_problem

        if (find_pod_problem(denial.case) or _find_unused_role(denial)) is None:
            return None
        return "derived", (
            "A pod without its own role calls with the role of its node, which is not meant to allow this.",
        )
    found = _INSTANCE_SESSION.search(denial.principal_text or "")
    text = denial.case.text
    # The node itself pulls images, but not with botocore. Flux pulls its artifacts in a pod.
    is_of_program = (_ANNOTATION in text and _BOTOCORE in text) or "OCIArtifactPullFailed" in text
    if found is None or denial.lowercase_action == _AGENT_ACTION:
        return None
    if denial.lowercase_action in _IMAGE_PULL_ACTIONS and not is_of_program:
        return None
    if any(program in text for program in _NODE_PROGRAMS):
        return None
    controller = _find_controller(denial)
    if controller is not None and controller.workload == _PLUGIN_OF_NODE and _ANNOTATION not in text:
        return None
    if denial.lowercase_action in ASSUME_ROLE_ACTIONS and _ROLE_PROXIES.search(text):
        return None
    is_node_role = _NODE_ROLE_NAME.search(found[1]) is not None and _OTHER_ROLE_NAME.search(found[1]) is None
    names = (denial.facts.namespace, denial.facts.service_account)
    names_pod = names != (None, None) or _ANNOTATION in text
    runs_in_pod = controller is not None and controller.name not in text_signs.AGENTS_OF_INSTANCES
    text_is_about_pods = runs_in_pod or text_signs.is_about_pods(text)
    # Bootstrap scripts call eks:DescribeCluster as the node.
    suggests_pod = is_node_role and denial.lowercase_action != "eks:describecluster"
    if not (names_pod or text_is_about_pods or suggests_pod):
        return None
    because = present(
        "The session has the name of an EC2 instance, and the role's name is typical of a node."
        if is_node_role
        else "The session has the name of an EC2 instance, so the role of the instance was used.",
        "The text is about pods, or a pod wrote it."
        if text_is_about_pods and not (is_node_role or names_pod)
        else None,
    )
    if (is_node_role and (text_is_about_pods or names_pod)) or (names_pod and _ANNOTATION in text):
        return "derived", because
    return ("supplied" if names_pod else "possible"), because


def _find_controller(denial: Denial) -> Controller | None:
    """Return the controller that called, also one whose only known call is for another role."""
    if denial.lowercase_action in ASSUME_ROLE_ACTIONS:
        return find_controller(denial.failure.text)
    return text_signs.find_controller_of_denial(denial.action or "", denial.failure)


def _for_other_role(
    denial: Denial, explanation: Explanation, pod_role: str | None, *, is_certain: bool
) -> tuple[tuple[Remedy, ...], tuple[str, ...]]:
    """Return the remedies that let the role of a pod, and not that of its node, get another role, and the notes."""
    if not is_certain or explanation.topic != "assume-role":
        warning = f"If you allow this to the node's role: {lower_first(_WARNING)}"
        return explanation.remedies, (warning, *explanation.notes)
    from iamtriage.explaining._rules.denials.roles.assuming_roles import explain_assume_role

    account = f"arn:{denial.location.partition or 'aws'}:iam::{denial.account or 'ACCOUNT_ID'}"
    failure = attrs.evolve(denial.failure, principal=pod_role or f"{account}:role/ROLE_NAME")
    remedies = explain_assume_role(build_denial(failure, denial.facts)).remedies
    titles = (each.title.replace("the role ROLE_NAME", "the pod's role") for each in remedies)
    renamed = (attrs.evolve(each, title=title) for each, title in zip(remedies, titles, strict=True))
    return tuple(renamed), explanation.notes


def _find_unused_role(denial: Denial) -> PodProblem | None:
    """Return the problem that a controller without a caller in the message most likely does not use a role of its own."""
    controller = text_signs.find_controller_of_denial(denial.action or "", denial.failure)
    if denial.failure.principal is not None or controller is None:
        return None
    from iamtriage.explaining._rules.credentials.workloads import pod_problems, pod_roles

    path = controller.managed_policy
    unused = pod_problems.find_unused_role(denial.case, path and path.rpartition("/")[2])
    return unused or pod_roles.find_account_without_role(denial.case)


def _remedies_for_pod(
    denial: Denial, remedies: tuple[Remedy, ...], pod_role: str | None
) -> tuple[Remedy, ...]:
    """Return remedies that allow the action to the pod's role first, and to the node's role last."""
    from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
    from iamtriage.explaining._rules.shared.grants.denial_remedies import identity_allow_helps

    for_node = next((each for each in remedies if each.layer == "identity"), None)
    controller = text_signs.find_controller_of_denial(denial.action or "", denial.failure)
    path = None if controller is None else controller.managed_policy
    grantee = "the pod's role" if pod_role is None else f"the role {pod_role}"
    title = path and f"Attach the AWS managed policy {path.rpartition('/')[2]} to {grantee}"
    for_pod = allow_remedy(denial, grantee=grantee, title=title) if identity_allow_helps(denial) else None
    if for_node is None or for_pod is None:
        return remedies
    lines_of_node, use = for_node.commands, " Use the same policy.json."
    of_caller = f" {denial.caller}"
    whole = next(
        (each for each in remedies if each.title.startswith(_WHOLE_POLICY) and of_caller in each.title), None
    )
    if whole is not None:
        # What a controller normally calls includes the denied action.
        own = tuple(re.sub(r"--role-name \S+", "--role-name ROLE_NAME", line) for line in whole.commands)
        for_pod = attrs.evolve(whole, title=whole.title.replace(of_caller, f" {grantee}"))
        for_pod = change_commands(for_pod, own)
        remedies = tuple(each for each in remedies if each is not whole)
        lines_of_node, use = whole.commands[-1:], ""
    if pod_role is not None:
        lines = replace_in(for_pod.commands, "ROLE_NAME", commands.role_name(pod_role))
        for_pod = attrs.evolve(for_pod, commands=lines)
    role = f"The role is that of {denial.caller}" if denial.role is None else f"It is {denial.caller}"
    last = Remedy(
        title=f"{_FOR_NODE}, and so for all pods on it",
        who=for_node.who,
        steps=(f"{_WARNING} Do this only for programs that run on the node itself.", f"{role}.{use}"),
        commands=lines_of_node,
        url=for_node.url,
    )
    return (*(for_pod if each is for_node else each for each in remedies), last)
