"""Find the names of a pod, its workload and its role: in the text, or with a command for its service account."""

from __future__ import annotations

import re
from collections.abc import Callable

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.labels import keep_label
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._explanations.remedies import Remedy, change_commands, insert_command
from iamtriage.explaining._facts import Facts
from iamtriage.explaining._rules.shared import commands
from iamtriage.failures._failures import Failure

# Topics about the trust policy of the role that a pod or a token uses, and about other settings of an assumed role.
_TOPICS_OF_POD_ROLES = frozenset({"pod-identity", "web-identity", "no-oidc-provider"})
_TOPICS_OF_ROLES = frozenset({"session-duration", "service-cannot-assume-role", *_TOPICS_OF_POD_ROLES})
_LOOKED_UP_ARN = '--role-arn "$role_arn"'
_LOOKED_UP_ROLE = '--role-name "${role_arn##*/}"'
_NO_OWN_ROLE = "If role_arn stays empty, the pod has the role of its node, or of an EKS Pod Identity association: use that one's name."
# The name of a role in an ARN, an option, a setting, code of Terraform or prose, such as "the role (orders-api)". The name in
# the ARN of a session is that of a caller.
_NAME = r"[A-Za-z_][\w+=,.@-]{1,62}[\w+=@](?![\w+=@*<\[${-]|…|\.\.)"
_NAMED_ROLE = lazy_pattern(
    rf"(?a):assumed-role/(?P<session>{_NAME})|:role/(?:[\w+=,.@-]{{1,128}}/){{0,8}}({_NAME})(?<![.,])(?!/)|--role-name[= ][\"']?({_NAME})"
    rf"|\b(?:iam_?)?[Rr]ole_?[Nn]ame[\"']?\s{{0,20}}(?::\s{{0,4}}[\"']?|=\s{{0,4}}[\"'])({_NAME})(?=[\"'\s,}}]|\Z)|\"aws_iam_role\"\s\"[\w-]{{1,80}}\"\s\{{\s{{1,20}}name\s{{1,20}}=\s\"({_NAME})\""
    rf"|\b(?:the|its|our|my|IAM|aws) role (?:\(|[`'\"])({_NAME})(?:\)|[`'\"])|\bIAM role: [`\"']?({_NAME})(?=[`\"',;]|\.?\s|\.?\Z)"
)
# The principals of a trust policy, and what a policy is about.
_OTHER_ROLES = lazy_pattern(r"\"(?:AWS|Resource)\"\s?:\s{0,20}(?:\"[^\"]{1,600}\"|\[[^\[\]]{1,4000}\])")
# Placeholders, the variables that replace them, and the commands that find their values.
_LOOKUPS = (
    (
        lazy_pattern(r"(?<!\S)(?<! exec )deployment/NAME(?!\S)"),
        "workload",
        'kubectl get deploy,ds,statefulset --namespace {namespace} -o jsonpath=\'{{range .items[?(@.spec.template.spec.serviceAccountName=="{account}")]}}{{.kind}}/{{.metadata.name}}{{"\\n"}}{{end}}\'',
    ),
    (
        # A program runs in one pod, and a service account can have several workloads, or jobs only.
        lazy_pattern(r"(?<!\S)(?:pod/)?POD(?!\S)|(?<= exec )deployment/NAME(?!\S)"),
        "pod",
        "kubectl get pods --namespace {namespace} --field-selector spec.serviceAccountName={account} --output jsonpath='{{.items[0].metadata.name}}'",
    ),
)
# Who starts pods for tasks and jobs, the accounts of its own pods, and the commands for a workload that the text does not name.
_PODS_OF_RUNS = lazy_pattern(
    r"\bKubernetes(?:Executor|PodOperator)\b|\bkind: (?:(?:Cron)?(?:Job|Workflow)|PipelineRun|TaskRun|SparkApplication)\b"
)
_LONG_RUNNING = lazy_pattern(r"scheduler|server|triggerer|dag-processor|statsd|operator|controller")
_RESTARTS = lazy_pattern(r"kubectl rollout (?:restart|status) deployment/NAME\b")
_NEW_PODS = "Nothing has to be restarted: each task or job gets a new pod, which has the change."


def name_of_role(topic: str, failure: Failure | None, facts: Facts) -> str | None:
    """Return the name of the pod's, token's or service's role, if an explanation is about it and the text states it."""
    if topic not in _TOPICS_OF_ROLES:
        return None
    context = context_of(facts)
    # The rules of the other topics use a whole ARN themselves.
    stated = context.role_arn if topic in _TOPICS_OF_POD_ROLES else None
    name = ("" if stated is None else stated.value).rpartition("/")[2]
    owners = {each.owner for each in context.policies if each.is_trust_policy and each.owner}
    if not name and len(owners) == 1:
        name = owners.pop()[1]
    if not name and failure is not None:
        found = list(_NAMED_ROLE.finditer(_OTHER_ROLES.sub("", failure.text)))
        name = only_one({next(filter(None, each.groups())) for each in found}) or ""
        name = "" if all(each["session"] for each in found) else name
    return name if name and commands.role_name(name) == name else None


def role_lookups(topic: str, failure: Failure | None, facts: Facts) -> tuple[str, ...]:
    """Return the commands that look up the role of the pod, if its service account is known."""
    is_of_pod = topic in _TOPICS_OF_POD_ROLES
    if failure is None or not (is_of_pod or is_of_controller(failure)):
        return ()
    # Most failures are those of no pod.
    from iamtriage.explaining._context.readers.kubernetes.controllers import usual_account

    namespace, account = usual_account(facts, failure.text)
    if commands.namespace(namespace) != namespace or commands.kubernetes_name(account) != account:
        return ()
    if topic != "pod-identity":
        path = r"'jsonpath={.metadata.annotations.eks\.amazonaws\.com/role-arn}'"
        show = f"kubectl get serviceaccount {account} --namespace {namespace} --output {path}"
        return (f"role_arn=$({show})",)
    from iamtriage.explaining._rules.shared.kubernetes.clusters import Cluster

    cluster = Cluster(facts.cluster, region=facts.region)
    if cluster.argument != facts.cluster:
        return ()
    find, show = cluster.association_commands(("describe", "--query association.roleArn --output text"))
    find = find.replace("NAMESPACE", commands.namespace(namespace))
    return find.replace("SERVICE_ACCOUNT", commands.kubernetes_name(account)), f"role_arn=$({show})"


def is_of_controller(failure: Failure) -> bool:
    """Return whether a controller, in whose pod nobody can run the AWS CLI, was denied a call with an unnamed role."""
    is_unnamed = failure.kind == "access_denied" and failure.principal is None
    if not is_unnamed:
        return False
    from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller

    return find_controller(failure.text) is not None


def with_role_lookups(remedy: Remedy, lookups: tuple[str, ...]) -> Remedy:
    """Return a remedy that looks up the role whose policy it changes."""
    changes = ("trust.json", "put-role-policy", "attach-role-policy")
    if not lookups or not any(
        "ROLE_NAME" in each and any(map(each.__contains__, changes)) for each in remedy.commands
    ):
        return remedy
    lines = tuple(
        keep_label(
            each,
            each.replace("--role-name ROLE_NAME", _LOOKED_UP_ROLE).replace(
                "--role-arn ROLE_ARN", _LOOKED_UP_ARN
            ),
        )
        for each in remedy.commands
        if not each.startswith("aws sts get-caller-identity")
    )
    # The trust policy shows that the role is the pod's own; a denial does not.
    is_other = any("kubectl" in each for each in lookups) and not any("trust.json" in each for each in lines)
    steps = (*remedy.steps, _NO_OWN_ROLE) if is_other else remedy.steps
    return attrs.evolve(remedy, steps=steps, commands=(*lookups, *lines))


def without_restarts(remedy: Remedy, facts: Facts, text: str) -> Remedy:
    """Return a remedy that restarts no workload, if the pod is that of a task or job, which has none.

    https://airflow.apache.org/docs/apache-airflow-providers-cncf-kubernetes/stable/kubernetes_executor.html
    """
    kept = tuple(each for each in remedy.commands if not _RESTARTS.match(each))
    if len(kept) == len(remedy.commands) or not _PODS_OF_RUNS.search(text):
        return remedy
    if _LONG_RUNNING.search(facts.service_account or ""):
        return remedy
    title = remedy.title.replace(
        "Re-create the pods, so that they get", "Run the task again: its new pod gets"
    )
    return attrs.evolve(remedy, title=title, steps=(*remedy.steps, _NEW_PODS), commands=kept)


def with_pod_lookups(remedy: Remedy, facts: Facts, option: Callable[[str], str]) -> Remedy:
    """Return a remedy that looks up the workload and the pod of the service account, if that is known.

    Args:
        remedy: The remedy.
        facts: What is known.
        option: Returns a kubectl command for the right cluster.
    """
    namespace, account = facts.namespace, facts.service_account
    if commands.namespace(namespace) != namespace or commands.kubernetes_name(account) != account:
        return remedy
    if any("set serviceaccount" in line for line in remedy.commands):
        # The workload has the account only afterwards, and others can have it, too.
        return remedy
    for name, variable, lookup in _LOOKUPS:
        uses = [
            index
            for index, line in enumerate(remedy.commands)
            if name.search(line) and re.search(rf" (?:-n|--namespace) {namespace}(?![\w-])", line)
        ]
        # The template of a workload that uses the account default names none.
        if not uses or (variable == "workload" and account == "default"):
            continue
        show = option(lookup.format(namespace=namespace, account=account))
        lines = [
            name.sub(f"${variable}", line) if index in uses else line
            for index, line in enumerate(remedy.commands)
        ]
        remedy = insert_command(change_commands(remedy, tuple(lines)), uses[0], f"{variable}=$({show})")
    return remedy
