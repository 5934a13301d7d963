"""Find in a text why a pod does not have the role of its service account, for example because it is older.

Source: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html.
"""

from __future__ import annotations

import json

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, line_at
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import (
    AccountWithRole,
    PodEvidence,
    read_pod_evidence,
)
from iamtriage.explaining._context.readers.kubernetes.pod_templates import (
    MisplacedAccount,
    find_misplaced_account,
)
from iamtriage.explaining._context.resolving import is_derived
from iamtriage.explaining._rules.basics import Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads.pod_annotations import (
    KEY,
    PodProblem,
    allow_subject,
    find_unassigned_role,
    name_in_workflow,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.kubernetes.clusters import AnyCase, find_cluster
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

# What kubectl get mutatingwebhookconfigurations prints.
_WEBHOOKS = lazy_pattern(
    r"\bmutatingwebhookconfigurations?\b(?![ /][\w.-]{1,80}webhook)[^\n]{0,40}\n[ \t]{0,8}NAME +WEBHOOKS +AGE\b"
)
# The command that applied a manifest.
_APPLY = lazy_pattern(r"(?m)^[ \t]{0,8}[$#%❯]? ?(?P<line>(?:helm upgrade|kubectl apply) [^\n]{1,300})$")


def find_pod_problem(case: AnyCase) -> PodProblem | None:
    """Return why a pod does not have the role of a service account, if the text decides that."""
    if (unassigned := find_unassigned_role(case)) is not None:
        return unassigned
    evidence = read_pod_evidence(case.failure.text)
    given = evidence.given
    if (misplaced := find_misplaced_account(case.failure.text)) is not None:
        return _explain_misplaced(case, misplaced, given)
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
    is_listed = account in evidence.without_role and given.role is not None
    if (
        account is not None
        and is_listed
        and (evidence.account == account or _is_of_controller(case, account))
    ):
        only = f"only {given.label} has one, {name}" if given.account is not None else f"others have {name}"
        remedy = _annotate_account_remedy(case, evidence, account, namespace)
        untrusted = f", and the trust policy of {name} does not allow it"
        text = f"its service account {account} has no role (in the text, {only}){untrusted if 'old-trust' in str(remedy.commands) else ''}"
        return PodProblem(text, name, remedy, uses_other_account=True)
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
    lacks_webhook = _WEBHOOKS.search(case.failure.text) and "pod-identity-webhook" not in case.failure.text
    if evidence.missing and given.role is not None and lacks_webhook:
        text = f"the pod does not have {of_account} ({evidence.missing} is not set in it), because the cluster lacks the webhook that sets it, pod-identity-webhook"
        return PodProblem(text, name, _restore_webhook_remedy(case, given.role))
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


def describe_misplaced(found: MisplacedAccount) -> str:
    """Return the end of a sentence that says that a manifest has the service account in the wrong place."""
    said = ", as its warning says" if found.is_reported else ""
    if found.path.rpartition(".")[0] == found.right.rpartition(".")[0]:
        return f"the manifest has {found.path} instead of {found.right}, and the API server drops a field that it does not know{said}"
    return f"the {found.kind} has {found.path}, where the API server drops it{said}, instead of {found.right}"


def _explain_misplaced(case: AnyCase, found: MisplacedAccount, given: AccountWithRole | None) -> PodProblem:
    """Return the problem that the pod runs as ``default``, because the manifest has its service account in the wrong place."""
    role = None if given is None or given.role is None else given.role.rpartition("/")[2]
    text = f"the pod runs as the service account default ({describe_misplaced(found)})"
    return PodProblem(text, role, move_account_remedy(case, found, given), uses_other_account=True)


def move_account_remedy(
    case: AnyCase, found: MisplacedAccount, given: AccountWithRole | None = None
) -> Remedy:
    """Return the remedy that moves the service account of a manifest to its place."""
    account = found.account or (given and given.account) or case.facts.service_account
    account = None if account == "default" else account
    name, kind = found.name or "NAME", found.kind.lower()
    *parents, field = found.right.split(".")
    lines = [f"{'  ' * depth}{each}:" for depth, each in enumerate(parents)]
    lines.append(
        f"{'  ' * len(parents)}{field}: {commands.kubernetes_name(account) if account else 'SERVICE_ACCOUNT'}"
    )
    again = _APPLY.search(case.failure.text)
    line = None if again is None else commands.repeat_line(again["line"].strip())
    show = f"kubectl get {kind} {name} --namespace NAMESPACE --output jsonpath='{{.{found.right}}}'"
    check = None
    if found.kind == "CronJob":
        check = f"kubectl create job {name}-check --namespace NAMESPACE --from=cronjob/{name}"
    return your_remedy(
        f"Set serviceAccountName in {'.'.join(parents)}, beside the containers",
        f"The second command must print {account or 'the account'}. Nothing else has to change: the service account and its permissions stay as they are.",
        "Only new pods run as this account.",
        commands=(line or "kubectl apply -f FILE", show, check),
        manifest="\n".join(lines) + "\n",
        url="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    )


def _restore_webhook_remedy(case: AnyCase, role: str) -> Remedy:
    """Return the remedy for a cluster without the webhook. What it sets can be written by hand.

    https://github.com/aws/amazon-eks-pod-identity-webhook
    """
    mount = "/var/run/secrets/eks.amazonaws.com/serviceaccount"
    variables = {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": f"{mount}/token"}
    if case.facts.region is not None:
        variables["AWS_REGION"] = case.facts.region
    token = {"serviceAccountToken": {"audience": "sts.amazonaws.com", "path": "token"}}
    container = {
        "name": "CONTAINER",
        "env": [{"name": name, "value": value} for name, value in variables.items()],
        "volumeMounts": [{"name": "aws-iam-token", "mountPath": mount, "readOnly": True}],
    }
    volume = {"name": "aws-iam-token", "projected": {"sources": [token]}}
    pod = {"containers": [container], "volumes": [volume]}
    patch = json.dumps({"spec": {"template": {"spec": pod}}}, separators=(",", ":"))
    restart = clusters.restart_command(case)
    show = f"{restart.replace('rollout restart', 'get')} --output jsonpath='{{.spec.template.spec.containers[0].name}}'"
    change = commands.fill_command(f"{restart.replace('rollout restart', 'patch')} --patch {{}}", patch)
    return cluster_remedy(
        "Set in the pod template what the webhook would set, until it is there again",
        "The patch changes the first container and re-creates the pods, which then have the role.",
        "EKS creates the webhook with the cluster: AWS Support can restore it. In a cluster outside of EKS, install amazon-eks-pod-identity-webhook. EKS Pod Identity needs the webhook, too.",
        # The name comes before the role, whose name can have the same word.
        commands=(f'container="$({show})"', change.replace("CONTAINER", "'\"$container\"'", 1)),
        url=pages.EKS_IRSA_POD,
    )


def find_unused_role(case: AnyCase, policy: str | None) -> PodProblem | None:
    """Return the problem that a pod most likely does not use its role, if the role has the policy that allows the call."""
    given = read_pod_evidence(case.failure.text).given
    is_listed = "AttachedPolic" in case.text or "list-attached-role-policies" in case.text
    if given is None or given.role is None or policy is None or not is_listed or policy not in case.text:
        return None
    name = given.role.rpartition("/")[2]
    text = f"most likely, the pod did not use the role {name} of its service account, which has the policy {policy}"
    return PodProblem(text, name, recreate_pods_remedy(case, given.role))


def _workload(case: AnyCase, evidence: PodEvidence) -> str | None:
    """Return the workload that runs the pod, if the text names it."""
    return evidence.workload or (None if case.context.workload is None else case.context.workload.value)


def _is_of_controller(case: AnyCase, account: str | None) -> bool:
    """Return whether a service account is the one of the controller in the text, to which its RBAC roles are bound."""
    # A list of accounts names other controllers, too.
    line = line_at(case.failure.text, *case.failure.span)
    controller = find_controller(line) or find_controller(case.failure.text)
    return controller is not None and controller.service_account == account


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
    if account is None:
        usual = (each for each in evidence.without_role if _is_of_controller(case, each))
        account = next(usual, None)
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
    if is_certain and not is_association:
        name = clip_text(role.rpartition("/")[2]) if role else "the role"
        subject = "the service account"
        if given is not None and given.namespace and given.account:
            subject = f"system:serviceaccount:{clip_text(given.namespace)}:{clip_text(given.account)}"
        then = f"If they lack them, check the webhook (kubectl get mutatingwebhookconfiguration pod-identity-webhook). If AssumeRoleWithWebIdentity is denied then, the trust policy of {name} does not allow {subject}."
    elif is_certain:
        then = None
    else:
        it = "it" if is_association else "them"
        compare = f"If they lack {it}, compare the service account in the pod's spec with the one that has the role."
        if given is not None and given.account is not None:
            compare = f"If kubectl get pods finds none, yours uses a service account other than {clip_text(given.account)}: set serviceAccountName in its template."
        then = f"{compare} If the pod has {it} and still does not use the role, update its SDK, and remove other credentials from its code and profiles."
    restart = clusters.restart_command(case)
    wait = restart.replace("rollout restart", "rollout status", 1)
    return cluster_remedy(
        f"Re-create the pods, so that they get {what}",
        f"EKS injects {variables} only when a pod is created: a restarted container is not enough. The new pods must have {'it' if is_association else 'both'}.",
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
    if (remedy := name_in_workflow(case.failure.text, given.account)) is not None:
        return remedy
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
    return _annotate_account_remedy(case, evidence, account, namespace)


def _annotate_account_remedy(
    case: AnyCase, evidence: PodEvidence, account: str, namespace: str | None
) -> Remedy:
    """Return the remedy that gives the service account of a pod the role in the annotation of another one."""
    given, stated = evidence.given, _workload(case, evidence)
    assert given is not None  # noqa: S101 (the caller checked it)
    workload = stated or clusters.restart_command(case).split()[3]
    space = commands.namespace(namespace or given.namespace)
    own = stated.partition("/")[2] if stated is not None else "NEW_ACCOUNT"
    name = account if account != "default" else own
    create = None if name == account else f"kubectl create serviceaccount {name} --namespace {space}"
    use = f"kubectl set serviceaccount {workload} {name} --namespace {space}"
    restart = f"kubectl rollout restart {workload} --namespace {space}"
    no_effect = None
    if account not in evidence.without_role:
        no_effect = f"An account gives its role only to the pods that use it, so the annotation of {clip_text(given.label)} has no effect on this pod: remove it if nothing else needs it."
    role = (given.role or "").rpartition("/")[2]
    trust, lines = allow_subject(case, role, f"system:serviceaccount:{space}:{name}")
    chart = (
        None
        if create or " chart" not in case.text
        else "Set the annotation in the chart's values, too: serviceAccount.annotations of this component."
    )
    return cluster_remedy(
        f"Give {'the pod a service account' if create else f'the service account {account}'} in the namespace {space} {'with ' if create else ''}the role {clip_text(role)}".rstrip(),
        trust,
        no_effect,
        "Set serviceAccountName in the manifest or chart, too: the next deployment overwrites the change."
        if create
        else chart,
        commands=(
            create,
            f"kubectl annotate serviceaccount {name} --namespace {space} --overwrite {KEY}={commands.arn(given.role, 'ROLE_ARN')}",
            use if create else restart,
            *lines,
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
