"""Find in a text why a pod does not have the role of its service account, for example because it is older.

Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import (
    AccountWithRole,
    PodEvidence,
    read_pod_evidence,
)
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

# A daemon set whose pods are ready.
_AGENT_RUNS = lazy_pattern(r"^eks-pod-identity-agent[ \t]+([1-9]\d{0,3})[ \t]+\1[ \t]+\1\b", re.MULTILINE)
KEY = "eks.amazonaws.com/role-arn"
# The manifest of a service account without the annotation, or what kubectl describe prints of one.
ACCOUNT_WITHOUT_ANNOTATION = (
    r"\bkind: ServiceAccount metadata: (?!(?:(?!\bkind: |--- ).){0,2000}eks\.amazonaws\.com/role-arn)(?=(?:(?!\bkind: |--- ).){0,2000}\bname: )"
    r"|\bdescribe (?:sa|serviceaccounts?)[ /].{0,200}? Annotations: <none>"
    # A query that prints nothing, before the next prompt.
    r"|\bget (?:sa|serviceaccounts?)[ /][^|$#]{0,120}\.annotations\b[^\s|]{0,60}(?=[^\s|]{0,20} (?:(?:\{|map\[)(?![^{}\]]{0,2000}role-arn)[^{}\]]{0,2000}[}\]]|null|[^\s$#%{]{0,40} ?[$#%❯] )|\Z)"
)
"""A pattern for a text with its whitespace folded."""


class PodProblem(NamedTuple):
    """Why a pod does not have a role.

    Attributes:
        text: The reason, as a sentence without a full stop.
        role: The name of the role, if the text shows it.
        remedy: What gives the pod the role.
        uses_other_account: Whether the pod uses another service account than the one with the role.
    """

    text: str
    role: str | None
    remedy: Remedy
    uses_other_account: bool = False


def find_pod_problem(case: AnyCase) -> PodProblem | None:
    """Return why a pod does not have the role of a service account, if the text decides that."""
    evidence = read_pod_evidence(case.failure.text)
    given = evidence.given
    if given is None:
        return None
    name = None if given.role is None else given.role.rpartition("/")[2]
    account, namespace = _find_used(case, evidence)
    what = f"the role {name}" if name else "the association of EKS Pod Identity"
    if not (name or given.is_association):
        what = "the annotation with the role"
    # If an account is named without a namespace, people most likely mean that of the pod.
    is_same_space = namespace is None or given.namespace in {None, namespace}
    differs = account != given.account or not is_same_space
    if account is not None and given.account is not None and differs:
        subject = _workload(case, evidence) or "the pod"
        used, owner = (account, given.account) if is_same_space else (f"{namespace}/{account}", given.label)
        default = " (its template names no serviceAccountName)" if evidence.is_default else ""
        text = f"{subject} runs as the service account {used}{default} instead of {owner}, which has {what}"
        if not is_same_space:
            text = f"{subject} runs as {used}{default}, and {what} of {owner} does not apply in another namespace"
        remedy = _use_account_remedy(case, evidence, account, namespace)
        return PodProblem(text, name, remedy, uses_other_account=True)
    is_open = not (evidence.has_variables or evidence.missing or evidence.is_older)
    if given.is_association and name is None and is_open:
        older = "it is older than the association, or " if evidence.times is None else ""
        text = f"the pod did not use {what}: {older}the agent is not on its node{'' if older else ', or its SDK is too old'}"
        return PodProblem(text, name, recreate_pods_remedy(case, None))
    if evidence.has_variables or not (evidence.missing or evidence.is_older or evidence.is_said):
        return None
    kind = "association" if given.is_association else "annotation"
    of_account = f"{'the role' if evidence.is_said else what} of its service account"
    is_newer = evidence.times is not None and not evidence.times.is_older
    if evidence.is_restarted or is_newer:
        shown = f" ({evidence.missing} is not set in it)" if evidence.missing else ""
        although = f"it is newer than the {kind}" if is_newer else "the pods were restarted"
        text = f"the pod does not have {of_account}{shown}, although {although}"
        return PodProblem(text, name, _check_account_remedy(given))
    age = f" ({evidence.age})" if evidence.is_older and evidence.age else ""
    older = f"because it is older{age} than the {kind}"
    if evidence.times is not None and evidence.times.order:
        older = f"because it {evidence.times.order}"
    likely = "" if evidence.is_older else "most likely "
    text = f"the pod did not use {of_account}, {likely}{older}"
    if evidence.missing:
        text = f"the pod does not have {of_account} ({evidence.missing} is not set in it), {likely}{older}"
    return PodProblem(text, name, recreate_pods_remedy(case, given.role, is_certain=True))


def _workload(case: AnyCase, evidence: PodEvidence) -> str | None:
    """Return the workload that runs the pod, if the text names it."""
    return evidence.workload or (None if case.context.workload is None else case.context.workload.value)


def _find_used(case: AnyCase, evidence: PodEvidence) -> tuple[str | None, str | None]:
    """Return the service account that the pod uses, and its namespace, as far as the text or the user says it."""
    facts, given = case.facts, evidence.given
    account, namespace = evidence.account, evidence.namespace
    # The account with the role is the one that the pod is meant to use, so what the text shows of the pod decides.
    is_meant = given is not None and given.account is not None and facts.service_account == given.account
    if not is_derived(facts, "service_account") and not (account is not None and is_meant):
        account = facts.service_account or account
    if not is_derived(facts, "namespace"):
        namespace = facts.namespace or namespace
    return account, namespace


def recreate_pods_remedy(case: AnyCase, role: str | None, *, is_certain: bool = False) -> Remedy:
    """Return the remedy that re-creates the pods of a service account which has a role."""
    given = read_pod_evidence(case.failure.text).given
    is_association = role is None if given is None else given.is_association
    kind = "association" if is_association else "annotation"
    what = f"the role {role.rpartition('/')[2]}" if role else f"the role of the {kind}"
    variables = "AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE"
    agent = None
    if is_association:
        variables = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
        agent = Labelled(
            "It needs the agent on each node, which EKS Auto Mode has built in:",
            "kubectl get daemonset eks-pod-identity-agent --namespace kube-system",
        )
        if _AGENT_RUNS.search(case.failure.text):
            agent = None
    if is_certain and not is_association:
        name = clip_text(role.rpartition("/")[2]) if role else "the role"
        subject = "the service account"
        if given is not None and given.namespace and given.account:
            subject = f"system:serviceaccount:{clip_text(given.namespace)}:{clip_text(given.account)}"
        then = f"If the list lacks them, check the webhook (kubectl get mutatingwebhookconfiguration pod-identity-webhook). If AssumeRoleWithWebIdentity is denied then, the trust policy of {name} does not allow {subject}."
    elif is_certain:
        then = None
    else:
        it = "it" if is_association else "them"
        compare = f"If the list lacks {it}, compare the service account in the pod's spec with the one that has the role."
        if given is not None and given.account is not None:
            compare = f"If it finds no pod, yours uses a service account other than {clip_text(given.account)}: set serviceAccountName in its template."
        then = f"{compare} If the pod has {it} and still does not use the role, update its SDK, and remove other credentials from its code and profiles."
    restart = clusters.restart_command(case)
    wait = restart.replace("rollout restart", "rollout status", 1)
    return cluster_remedy(
        f"Re-create the pods, so that they get {what}",
        f"EKS injects {variables} only when a pod is created. After the restart, kubectl get pods lists {'it' if is_association else 'both'}.",
        then,
        commands=(restart, wait, variables_of_new_pods(case), agent),
        url=pages.EKS_IRSA_POD,
    )


def variables_of_new_pods(case: AnyCase) -> str:
    """Return the command that prints the names of the variables of the pods of a service account.

    It works for images without a shell, and does not print the values, which can be secrets.
    https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/ lists the fields.
    """
    given = read_pod_evidence(case.failure.text).given
    account = "SERVICE_ACCOUNT" if given is None or given.account is None else given.account
    return f"kubectl get pods --namespace NAMESPACE --field-selector spec.serviceAccountName={account} --output jsonpath='{{.items[*].spec.containers[*].env[*].name}}'"


def _check_account_remedy(given: AccountWithRole) -> Remedy:
    """Return the remedy for new pods that do not have the role of a service account."""
    columns = "--output custom-columns=pod:.metadata.name,account:.spec.serviceAccountName,created:.metadata.creationTimestamp"
    webhook = "kubectl get mutatingwebhookconfiguration pod-identity-webhook"
    return cluster_remedy(
        "Check which service account the new pods use",
        f"Each pod must have the account {clip_text(given.label or 'with the role')}, and be newer than its {'association' if given.is_association else 'annotation'}. If it has another one, set serviceAccountName in the pod template.",
        "If it has this one, the webhook did not change the pod: EKS runs it, but a policy of the cluster or another webhook can remove its change.",
        commands=(
            f"kubectl get pods --namespace NAMESPACE {columns}",
            Labelled("If the accounts match:", webhook),
        ),
        url=pages.EKS_IRSA_POD,
    )


def _use_account_remedy(case: AnyCase, evidence: PodEvidence, account: str, namespace: str | None) -> Remedy:
    """Return the remedy for a pod that uses another service account than the one with the role."""
    given = evidence.given
    assert given is not None  # noqa: S101 (the caller checked it)
    stated = _workload(case, evidence)
    workload = stated or clusters.restart_command(case).split()[3]
    space, account = commands.namespace(namespace or given.namespace), commands.kubernetes_name(account)
    if not given.is_association and (given.namespace is None or namespace in {None, given.namespace}):
        of_controller = ""
        if find_controller(case.text) is not None:
            of_controller = " RBAC roles of the controller are bound to its own service account as well."
        return cluster_remedy(
            f"Run {stated or 'the pod'} as the service account {given.account}",
            "The command changes the pod template, which re-creates the pods. Set it in the chart or manifest, too (serviceAccount.name, serviceAccountName): the next deployment overwrites it.",
            f"In the new pod, the last command prints AWS_ROLE_ARN. Only if that role is denied then, allow it the action.{of_controller}",
            commands=(
                f"kubectl set serviceaccount {workload} {given.account} --namespace {space}",
                f"kubectl rollout status {workload} --namespace {space}",
                f"kubectl exec {workload} --namespace {space} -- env | grep AWS_ROLE_ARN",
            ),
            url=pages.EKS_IRSA_POD,
        )
    if given.is_association:
        return _associate_account_remedy(case, given, account, space, workload)
    own = stated.partition("/")[2] if stated is not None else "NEW_ACCOUNT"
    name = account if account != "default" else own
    create = None if name == account else f"kubectl create serviceaccount {name} --namespace {space}"
    use = f"kubectl set serviceaccount {workload} {name} --namespace {space}"
    restart = f"kubectl rollout restart {workload} --namespace {space}"
    return cluster_remedy(
        f"Give {'the pod a service account' if create else f'the service account {account}'} in the namespace {space} {'with ' if create else ''}the role",
        f"An account gives its role only to the pods that use it, so the annotation of {clip_text(given.label)} has no effect on this pod: remove it if nothing else needs it.",
        f"The trust policy of the role must allow the subject system:serviceaccount:{space}:{name} (the last command prints it).",
        "Set serviceAccountName in the manifest or chart, too: the next deployment overwrites the change."
        if create
        else None,
        commands=(
            create,
            f"kubectl annotate serviceaccount {name} --namespace {space} --overwrite {KEY}={commands.arn(given.role, 'ROLE_ARN')}",
            use if create else restart,
            commands.trust_policy_commands((given.role or "").rpartition("/")[2])[0],
        ),
        url=pages.EKS_IRSA_POD,
    )


def _associate_account_remedy(
    case: AnyCase, given: AccountWithRole, account: str, space: str, workload: str
) -> Remedy:
    """Return the remedy that associates the role of another account's association with the account of the pod."""
    cluster = find_cluster(case)
    find, show = cluster.association_commands(("describe", "--query association.roleArn --output text"))
    find = find.replace("NAMESPACE", commands.namespace(given.namespace))
    lookup: tuple[str, ...] = ()
    role = commands.arn(given.role, "ROLE_ARN")
    if given.role is None:
        lookup = (find.replace("SERVICE_ACCOUNT", given.account or "SERVICE_ACCOUNT"), f"role_arn=$({show})")
        role = '"$role_arn"'
    return cluster_remedy(
        f"Create an association for the service account {space}/{account}",
        f"An association is for one namespace and one account, and the one in the text is for {clip_text(given.label)}. If the pod is meant to use that account, set serviceAccountName in its template instead.",
        commands=(
            *lookup,
            f"{cluster.eks_command('create-pod-identity-association')} --namespace {space} --service-account {account} --role-arn {role}",
            f"kubectl rollout restart {workload} --namespace {space}",
        ),
        url=pages.EKS_POD_ASSOCIATION,
    )
