"""Say how a pod gets the credentials of a role, by IRSA or EKS Pod Identity.

Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from iamtriage._patterns import cached_pattern, lazy_pattern
from iamtriage._rendering.placeholders import find_placeholders
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller, usual_account
from iamtriage.explaining._context.readers.kubernetes.pod_evidence import read_pod_evidence
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads import pod_annotations, pod_problems
from iamtriage.explaining._rules.credentials.workloads.sdk_versions import find_sdk
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.explaining._rules.sts.findings import PODS_NOT_RECREATED
from iamtriage.failures._failures import MissingCredentials

# What a chain of credential providers says of the variables for IRSA and for EKS Pod Identity.
_NO_TOKEN_FILE = lazy_pattern(r"\bAWS_WEB_IDENTITY_TOKEN_FILE\b.{0,80}?\b(?:must be|not|is not|isn't) set\b")
_NO_ENDPOINT = lazy_pattern(
    r"\b(?:[Nn]either|unless)\b.{0,80}\bAWS_CONTAINER_CREDENTIALS_FULL_URI\b.{0,80}?\b(?:are|is) set\b"
    r"|\bAWS_CONTAINER_CREDENTIALS_FULL_URI\b.{0,80}?\b(?:not|is not|isn't) set\b"
)
SHOW_ACCOUNT = (
    "kubectl get serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --output yaml | grep role-arn"
)
ANNOTATE_ACCOUNT = "kubectl annotate serviceaccount SERVICE_ACCOUNT --namespace NAMESPACE --overwrite eks.amazonaws.com/role-arn=ROLE_ARN"
_OF_ACCOUNT = "--cluster-name CLUSTER --namespace NAMESPACE --service-account SERVICE_ACCOUNT"
LIST_ASSOCIATIONS = f"aws eks list-pod-identity-associations {_OF_ACCOUNT} --region REGION"
CREATE_ASSOCIATION = (
    f"aws eks create-pod-identity-association {_OF_ACCOUNT} --role-arn ROLE_ARN --region REGION"
)
CREATE_AGENT = (
    "aws eks create-addon --cluster-name CLUSTER --addon-name eks-pod-identity-agent --region REGION"
)
VARIABLES_OF_POD = (
    "kubectl get pod POD --namespace NAMESPACE --output jsonpath='{.spec.containers[*].env[*].name}'"
)
POD_IDENTITY_REMEDY = cluster_remedy(
    "With EKS Pod Identity: check the association and the agent",
    "Check whether an association names the pod's namespace and service account.",
    "The agent must run on each node. EKS Auto Mode has it built in; elsewhere install the add-on eks-pod-identity-agent.",
    commands=(
        LIST_ASSOCIATIONS,
        "kubectl get daemonset eks-pod-identity-agent --namespace kube-system",
        Labelled("If there is no agent:", CREATE_AGENT),
    ),
    url=pages.EKS_POD_IDENTITY,
)
SDK_TOO_OLD = CauseType(
    "sdk-too-old",
    title="The SDK does not support the pod's credentials",
    text="The SDK does not read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, or it is configured not to.",
    meaning="The SDK is too old for web identities or for EKS Pod Identity.",
    recognised_by="The SDK rejects the address of the EKS Pod Identity Agent.",
    fix="Update the SDK to a version that supports web identities and EKS Pod Identity.",
    sources=(pages.EKS_POD_SDK, pages.EKS_IRSA_SDK),
)
OTHER_PROVIDER = CauseType(
    "other-provider",
    title="The program uses another credential provider",
    text="The code, a profile or another library uses a provider that ignores these variables, or the process does not have them.",
    fix="Use the default credential chain, without a profile or a fixed provider.",
    of="no-credentials",
)
_NO_ASSOCIATION = r"\blist-pod-identity-associations\b.{0,300}?(?P<shown>\"associations\": ?\[ ?\])"
SERVICE_ACCOUNT_WITHOUT_ROLE = CauseType(
    "service-account-without-role",
    title="The service account has no role",
    meaning="The pod's service account has neither a role annotation (IRSA) nor a Pod Identity association.",
    fix="Annotate the service account with a role (IRSA), or create a Pod Identity association.",
    recognised_by="The list of the account's Pod Identity associations in the text is empty, or the text has the account without an annotation.",
    sign=f"{_NO_ASSOCIATION}|{pod_annotations.ACCOUNT_WITHOUT_ANNOTATION}",
    remedy="Give the pod's service account a role",
    of="no-credentials",
)
AGENT_MISSING = CauseType(
    "agent-missing",
    title="The EKS Pod Identity Agent is not running on the node",
    fix="Install the add-on eks-pod-identity-agent.",
    recognised_by="The text shows that there is no agent, or that it is not ready on the node.",
    sign=r"\beks-pod-identity-agent\b.{0,60}\bNo resources found\b|(?P<shown>daemonsets\.apps \"eks-pod-identity-agent\" not found)",
    commands=("aws eks create-addon",),
    of="no-credentials",
)


class Advice(NamedTuple):
    """What can be wrong in one environment in which a call can run."""

    causes: Sequence[Cause]
    remedies: Sequence[Remedy]
    finding: str = ""


def _advise_on_sdk(case: Case[MissingCredentials]) -> Advice | None:
    """Return whether the SDK whose version the text states supports the credentials of the pod."""
    text = case.failure.text
    is_pod_identity = "AWS_CONTAINER_CREDENTIALS_FULL_URI" in text
    sdk = find_sdk(text, is_pod_identity=is_pod_identity)
    if sdk is None:
        return None
    what = "EKS Pod Identity" if is_pod_identity else "web identities (IRSA)"
    if not sdk.is_old:
        return Advice([OTHER_PROVIDER.cause()], [use_default_chain_remedy(case)])
    cause = SDK_TOO_OLD.cause(
        "derived",
        f"The text shows {sdk.name} {sdk.version}.",
        text=f"{'EKS Pod Identity requires' if is_pod_identity else 'Web identities (IRSA) require'} {sdk.minimum} or later.",
    )
    remedy = your_remedy(
        f"Update {sdk.name} to {sdk.minimum} or later",
        "Update it in the image, also where another library pins or bundles it, and deploy again. The pod has its variables: its role and service account need no change.",
        commands=sdk.update or None,
        url=pages.EKS_POD_SDK if is_pod_identity else pages.EKS_IRSA_SDK,
    )
    return Advice([cause], [remedy], f": {sdk.name} {sdk.version} does not support {what}, which the pod has")


# The setup that somebody uses, if the text does not name the other one.
_USES_POD_IDENTITY = lazy_pattern(
    r"\A(?![\s\S]{0,60000}?(?:\bIRSA\b|\brole-arn\b|AWS_WEB_IDENTITY_TOKEN_FILE))[\s\S]{0,60000}?\b(?:[Uu]s(?:e|es|ing)|with|via|through|[Ss]et ?up) (?:EKS |AWS |an? )?[Pp]od[ -]?[Ii]dentit(?:y|ies)\b"
)


def advise_in_pods(case: Case[MissingCredentials], _message: str) -> Advice:
    """Return why a pod may have no credentials, and how it gets some."""
    problem = pod_problems.find_pod_problem(case)
    if problem is None and read_pod_evidence(case.failure.text).has_variables:
        because = "The text shows the variables from which SDKs get the pod's role."
        if (advice := _advise_on_sdk(case)) is not None:
            return advice
        too_old = SDK_TOO_OLD.cause(because=because, text="The SDK is too old for IRSA or EKS Pod Identity.")
        return Advice([too_old, OTHER_PROVIDER.cause()], [use_default_chain_remedy(case)])
    without_role = "neither a role annotation (IRSA) nor a Pod Identity association, or the pod uses another service account."
    older = PODS_NOT_RECREATED.cause(
        text="The pod is older than the annotation or association: EKS injects the variables when a pod is created."
    )
    if (other := pod_annotations.find_other_annotation(case.text)) is not None:
        wrong = pod_annotations.describe_key(other, case.text)
        remedy = pod_annotations.correct_key_remedy(case, other)
        return Advice([pod_annotations.other_key_cause(other)], [remedy], f": {wrong}")
    if problem is not None:
        definition = (
            SERVICE_ACCOUNT_WITHOUT_ROLE
            if problem.uses_other_account or problem.is_unassigned
            else PODS_NOT_RECREATED
        )
        cause = definition.cause("derived", text=f"{capitalize_start(problem.text)}.")
        return Advice([cause], [problem.remedy], f": {problem.text}")
    if (stated := _describe_account_without_role(case)) is not None:
        cause = SERVICE_ACCOUNT_WITHOUT_ROLE.cause(text=f"{capitalize_start(stated)}.")
        return Advice([cause], [_associate_role_remedy(case)], f": {stated}")
    remedies = [irsa_remedy(case), POD_IDENTITY_REMEDY]
    if _USES_POD_IDENTITY.search(case.failure.text) is not None:
        remedies.reverse()
    if (role := annotated_role(case.failure.text)) is not None:
        too_old = SDK_TOO_OLD.cause(text="The SDK is too old for IRSA.")
        not_recreated = PODS_NOT_RECREATED.cause(
            "derived",
            f"The text shows the annotation with the role {role}.",
            text="The pod is older than the annotation of its service account, or it uses another service account.",
        )
        return Advice([not_recreated, too_old], [remedies[0], update_sdk_remedy(case)])
    if clues.error_code(case.failure) == "WebIdentityErr":
        because = "The SDK was assuming a role with a web identity."
    elif (evidence := clues.find_kubernetes_evidence(case)) is not None:
        because = evidence
    else:
        text = f"If the program runs in an EKS pod, its service account has {without_role}"
        return Advice([SERVICE_ACCOUNT_WITHOUT_ROLE.cause(text=text), older], remedies)
    text = f"The pod's service account has {without_role}"
    if (account := case.facts.service_account) is not None:
        # The name is a better reason than that the text is about a pod.
        because, stated = "", "/".join(filter(None, (case.facts.namespace, account)))
        text = f"The service account {clip_text(stated)} has {without_role}"
    if _NO_TOKEN_FILE.search(case.text) and _NO_ENDPOINT.search(case.text):
        # So neither the SDK nor the agent is the problem.
        injected = "The SDK found neither AWS_WEB_IDENTITY_TOKEN_FILE (IRSA) nor AWS_CONTAINER_CREDENTIALS_FULL_URI (EKS Pod Identity) in the pod."
        found = ", as EKS gave the pod no role: neither AWS_WEB_IDENTITY_TOKEN_FILE nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
        causes = [SERVICE_ACCOUNT_WITHOUT_ROLE.cause(because=injected, text=text), older]
        return Advice(causes, [irsa_remedy(case)], found)
    too_old = SDK_TOO_OLD.cause(text="The SDK is too old for IRSA or EKS Pod Identity.")
    causes = [SERVICE_ACCOUNT_WITHOUT_ROLE.cause(because=because, text=text), older, too_old]
    return Advice([*causes, AGENT_MISSING.cause()], [*remedies, update_sdk_remedy(case)])


def _lacks_annotation(case: clusters.AnyCase) -> bool:
    """Return whether the text shows that the service account of the pod has no annotation with a role."""
    if cached_pattern(pod_annotations.ACCOUNT_WITHOUT_ANNOTATION).search(case.text) is not None:
        return True
    return usual_account(case.facts, case.text)[1] in read_pod_evidence(case.failure.text).without_role


def find_account_without_role(case: clusters.AnyCase) -> pod_annotations.PodProblem | None:
    """Return the problem that a service account has no annotation, if the text has it and shows no association."""
    if not _lacks_annotation(case) or read_pod_evidence(case.failure.text).given:
        return None
    name = "/".join(filter(None, (case.facts.namespace, case.facts.service_account)))
    text = f"its service account{f' {clip_text(name)}' if name else ''} has no annotation with a role, so without a Pod Identity association, it calls with the role of its node"
    return pod_annotations.PodProblem(text, None, irsa_remedy(case))


def _describe_account_without_role(case: clusters.AnyCase) -> str | None:
    """Return the sentence that the service account has no role, if the text shows that no place names one."""
    if not (cached_pattern(_NO_ASSOCIATION).search(case.text) and _lacks_annotation(case)):
        return None
    facts = case.facts
    name = "/".join(filter(None, (facts.namespace, facts.service_account)))
    account = (
        f"the service account {clip_text(name)}" if facts.service_account else "the pod's service account"
    )
    return f"{account} has neither a role annotation (IRSA) nor a Pod Identity association"


def _associate_role_remedy(case: clusters.AnyCase) -> Remedy:
    envelope, restart = case.failure.envelope, clusters.restart_command(case)
    is_known = case.context.workload is not None or not find_placeholders(restart)
    allows = ""
    if envelope.operation and envelope.service:
        needed = actions_for(envelope.operation, envelope.service)
        allows = f", and allows what the program does ({needed[0].actions[0]})" if needed else ""
    controller = find_controller(case.text)
    if controller is not None and (controller.managed_policy or controller.permissions):
        path = controller.managed_policy
        policy = f"what {controller.name} needs ({controller.permissions})"
        if path is not None:
            policy = f"the AWS managed policy {path.rpartition('/')[2]}"
        allows = f", and has {policy}"
    return cluster_remedy(
        "Give the pod's service account a role",
        f"ROLE_ARN is a role that trusts pods.eks.amazonaws.com with sts:AssumeRole and sts:TagSession{allows}. The agent must run on the nodes: EKS Auto Mode has it built in; elsewhere, it is the add-on eks-pod-identity-agent.",
        "Then re-create the pods: they get the role only when they are created. Or use IRSA: annotate the service account with a role that trusts the cluster's OIDC provider.",
        commands=(CREATE_ASSOCIATION, restart if is_known else None),
        url=pages.EKS_POD_IDENTITY,
    )


def advise_own_role(case: Case[MissingCredentials], message: str) -> Advice:
    """Return how a pod gets a role of its own, instead of that of its node."""
    if annotated_role(case.failure.text) is not None:
        return advise_in_pods(case, message)
    give = _associate_role_remedy(case)
    name = "/".join(filter(None, (case.facts.namespace, case.facts.service_account)))
    title = f"Or, better, give {clip_text(name) if '/' in name else 'the service account'} its own role, and leave the limit at 1"
    return Advice([], [attrs.evolve(give, title=title, steps=give.steps[:1])])


def use_default_chain_remedy(case: clusters.AnyCase) -> Remedy:
    """Return the remedy for a program that does not use the variables that its pod has."""
    return attrs.evolve(
        update_sdk_remedy(case),
        title="Update the SDK, and let it choose its provider",
        steps=(
            "Update it to a version that reads the variables, including copies that other libraries bundle.",
            "Create clients with the default credential chain, and pass the environment to processes that the program starts.",
        ),
        url=pages.EKS_IRSA_SDK,
    )


def annotated_role(text: str) -> str | None:
    """Return the ARN of the role in the annotation of a service account, if the text shows only one."""
    given = read_pod_evidence(text).given
    return None if given is None else given.role


def assign_pod_role_remedy(case: clusters.AnyCase, *, title: str) -> Remedy:
    """Return the remedy that assigns a pod its own role instead of its node's."""
    if (role := annotated_role(case.failure.text)) is not None:
        return pod_problems.recreate_pods_remedy(case, role)
    return cluster_remedy(
        title,
        "If a role is printed, only start the pods again: they get it when they are created."
        if open_lookups(case)
        else None,
        "ROLE_ARN is a role that trusts pods.eks.amazonaws.com (sts:AssumeRole and sts:TagSession). The nodes need the add-on eks-pod-identity-agent.",
        "Or use IRSA: annotate the service account, in the values of its chart if one creates it, with a role that trusts the cluster's OIDC provider.",
        "If the pods have AWS_ROLE_ARN or AWS_CONTAINER_CREDENTIALS_FULL_URI and still call as the node, update their SDK, and remove other credentials from their code and profiles.",
        commands=(
            *open_lookups(case),
            Labelled.required("Otherwise:", CREATE_ASSOCIATION),
            {
                "Then start the pods again:": clusters.restart_command(case),
            },
            Labelled("Or, with IRSA:", ANNOTATE_ACCOUNT),
            Labelled("To see which variables the pods have:", variables_command(case)),
        ),
        url=pages.EKS_SERVICE_ACCOUNTS,
    )


def update_sdk_remedy(case: clusters.AnyCase, version: str = "") -> Remedy:
    """Return how the program in a pod gets an SDK that supports the pod's credentials."""
    controller = find_controller(case.text)
    first = f" ({version})" if version else ""
    if controller is None:
        return your_remedy(
            "Update the SDK",
            f"Update it to a version that supports EKS Pod Identity, including copies that other libraries bundle{first}.",
            url=pages.EKS_POD_SDK,
        )
    image = "jsonpath='{.spec.template.spec.containers[*].image}'"
    return cluster_remedy(
        f"Update {controller.name}",
        f"Update its image or Helm chart to a release with an SDK that supports EKS Pod Identity{first}.",
        commands=f"kubectl get {controller.workload} --namespace NAMESPACE --output {image}",
        url=pages.EKS_POD_SDK,
    )


def open_lookups(case: clusters.AnyCase) -> tuple[str, ...]:
    """Return the commands that look up the role of a service account, without those whose output the text has."""
    is_annotated = not _lacks_annotation(case)
    is_associated = not read_pod_evidence(case.failure.text).has_no_association
    return present(SHOW_ACCOUNT if is_annotated else None, LIST_ASSOCIATIONS if is_associated else None)


def irsa_remedy(case: clusters.AnyCase) -> Remedy:
    if (role := annotated_role(case.failure.text)) is not None:
        return pod_problems.recreate_pods_remedy(case, role)
    check = "Check whether the pod has AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE (IRSA), or AWS_CONTAINER_CREDENTIALS_FULL_URI (EKS Pod Identity)."
    provide = "annotate its service account with the role, or create a Pod Identity association"
    lookups = [variables_command(case), SHOW_ACCOUNT]
    annotate: str = Labelled.required("Otherwise, for IRSA:", ANNOTATE_ACCOUNT)
    if case.facts.cluster is not None and case.facts.service_account is not None:
        check = "Check whether the service account has an annotation (IRSA) or a Pod Identity association."
        lookups[0] = LIST_ASSOCIATIONS
        provide = "annotate it with the role, or create an association"
    if _lacks_annotation(case):
        check = "The service account in the text has no annotation (IRSA). Check whether it has a Pod Identity association."
        lookups, annotate = [LIST_ASSOCIATIONS], ANNOTATE_ACCOUNT
        provide = "annotate it with the role, or create an association"
    restart = clusters.restart_command(case)
    injects = "EKS injects the variables only when a pod is created."
    again = injects if find_placeholders(restart) else restart
    return cluster_remedy(
        "Give the pod's service account a role",
        check,
        f"If it has {'none' if lookups == [LIST_ASSOCIATIONS] else 'neither'}, {provide}. Then re-create the pods: {again}",
        _usual_account_step(case),
        commands=(*lookups, annotate, restart),
        url=pages.EKS_IRSA_POD,
    )


def _usual_account_step(case: clusters.AnyCase) -> str | None:
    facts, controller = case.facts, find_controller(case.text)
    if controller is None or facts.service_account is not None:
        return None
    pod = case.context.pod
    if facts.namespace is not None and clusters.runs_elsewhere(pod and pod.value, case.text):
        return None
    return f"The text is from {controller.name}: the names are those of its installation guide."


def variables_command(case: clusters.AnyCase) -> str:
    """Return the command that prints the names of the environment variables of a pod, or of an account's pods."""
    if case.context.pod is not None or usual_account(case.facts, case.text)[1] is None:
        return VARIABLES_OF_POD
    return pod_problems.variables_of_new_pods(case)
