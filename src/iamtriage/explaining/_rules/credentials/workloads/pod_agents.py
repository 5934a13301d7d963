"""Explain why the agent that gives pods credentials refuses: EKS Pod Identity, kiam or kube2iam.

Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html.
"""

from __future__ import annotations

import json
import re

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.command_lines import find_commands
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.workloads import pod_roles
from iamtriage.explaining._rules.credentials.workloads.pod_annotations import (
    KEY,
    PodProblem,
    find_other_annotation,
)
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command, namespace
from iamtriage.explaining._rules.shared.common_causes import TOKEN_KEPT
from iamtriage.explaining._rules.shared.credentials import clock_remedies, credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import AwsError, MissingCredentials

POD_IDENTITY_AGENT = "169.254.170.23"  # its address on every node
NO_ANSWER = r"(?i:time(?:d )?-?out|deadline exceeded|connection refused|no route to host|(?:failed|unable|could not|couldn't) (?:to )?connect|failed to establish a new connection|\bE(?:CONNREFUSED|TIMEDOUT|HOSTUNREACH|NETUNREACH))"
"""What SDKs say of an address on the same host that does not answer."""
AGENT_HOST = r"(?:169\.254\.170\.23|fd00:ec2::23)"
UNKNOWN_HOST = lazy_pattern(
    r"is not a valid container metadata service hostname"
    rf"|(?:invalid endpoint host|[Uu]nsupported host|full URI)[^\n]{{0,30}}{AGENT_HOST}"
)
"""What SDKs say that are too old to accept the agent's address."""
# What each SDK says, and its first version with EKS Pod Identity:
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-minimum-sdk.html.
_OLD_SDKS = {
    "only loopback hosts are allowed": "AWS SDK for Go v1.47.11 or later, or v2 of November 14, 2023, or later",
    "Can only retrieve metadata from these hosts": "Boto3 1.34.41 or later",
    "has an invalid host": "AWS SDK for Java 1.12.746 or later, or 2.21.30 or later",
    "is not a valid container metadata service hostname": "AWS SDK for JavaScript v3.458.0 or later, or v2.1550.0 or later",
}
_FAILED_PROVIDER = lazy_pattern(r"(?a)\bwith provider\[\"[^\"/\n]{1,80}/([\w-]{1,60}/[\w-]{1,60})\"\]")
REJECTED_TOKEN = lazy_pattern(
    r"[Ss]ervice account token (?:cannot be (?P<problem>empty|parsed)|failed basic claim validations)"
)
_REJECTION_TEXTS: dict[str | None, str] = {
    "empty": "The request had no token in its Authorization header.",
    "parsed": "The Authorization header did not contain a service account token.",
    "malformed": "The Authorization header is not the bare token: often, it begins with Bearer, or contains a quote or the path of the file.",
    "invalid": "The token must be the one in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, which has the audience pods.eks.amazonaws.com and is from this cluster.",
}
# What Go and golang-jwt say about a token in another form: encoding/base64, CorruptInputError, and
# https://github.com/golang-jwt/jwt/blob/main/parser.go.
_MALFORMED = lazy_pattern(r"illegal base64 data|invalid number of segments")
_WORKLOAD = lazy_pattern(r"(?:(?:deploy(?:ment)?|statefulset|sts|pod)/)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
MISSING_ASSOCIATION = lazy_pattern(r"No associations? found for clusterName")
"""What EKS Auth says to the agent."""
CONNECTION_PHRASES = (
    *("i/o timeout", "timed out", "no such host", "connection refused", "send request failed"),
    *("Connect timeout", "Could not connect", "ECONNREFUSED"),
)
AGENT_REJECTED_TOKEN = CauseType(
    "agent-rejected-token",
    title="The EKS Pod Identity Agent returned no credentials for the token",
    recognised_by="The agent at 169.254.170.23 answered with an error.",
    fix="Read the token from its file for each call, with a current SDK.",
    sources=(pages.EKS_POD_IDENTITY,),
)
TOKEN_FILE_EMPTY = CauseType(
    "token-file-empty",
    title="The token file is empty or another file",
    text="The file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is empty or the wrong one, or the process lacks the variable or the volume.",
    fix="Use the token file that EKS mounts.",
    recognised_by="The variable AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is empty in the text.",
    sign=r"\bAWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=(?:\"\")?(?= |$)",
    remedy="Check whether the pod has the token",
    of="agent-rejected-token",
)
CALLED_BY_HAND = CauseType(
    "agent-called-without-token",
    title="The agent was called without the token",
    text="Someone, or a probe, called the agent without an SDK. The Authorization header must be the bare token, without Bearer before it.",
    fix='Let an SDK get the credentials. To test the agent by hand, send the token: curl -H "Authorization: $(cat $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)" $AWS_CONTAINER_CREDENTIALS_FULL_URI. The output has secrets.',
    recognised_by="The text shows that curl or wget called the agent.",
    sign=r"\b(?:curl|wget)\b[^|;]{0,80}169\.254\.170\.23",
    of="agent-rejected-token",
)


def explain_missing_association(case: Case[AwsError | MissingCredentials], message: str) -> Explanation:
    """Explain that the cluster has no Pod Identity association for the pod's service account."""
    facts = case.facts
    account = f"the service account {facts.namespace or 'NAMESPACE'}/{facts.service_account or 'NAME'}"
    cluster = f"The cluster {facts.cluster}" if facts.cluster else "The cluster"
    return case.explain(
        f"{cluster} has no Pod Identity association for {account}, so the pod gets no credentials.",
        clues.reported_cause(
            pod_roles.SERVICE_ACCOUNT_WITHOUT_ROLE,
            message,
            "No associations found",
            text=f"No association names {account}, or it was created only after the pod.",
        ),
        remedies=cluster_remedy(
            "Create the association, and re-create the pods",
            "The role must trust pods.eks.amazonaws.com with sts:AssumeRole and sts:TagSession.",
            "If the service account's name or namespace is wrong, correct the pod or the association instead.",
            commands=(
                pod_roles.LIST_ASSOCIATIONS,
                pod_roles.CREATE_ASSOCIATION,
                clusters.restart_command(case),
            ),
            url=pages.EKS_POD_ASSOCIATION,
        ),
        notes="The pod already uses EKS Pod Identity: an annotation for IRSA does not change that.",
    )


def explain_agent_rejection(case: clusters.AnyCase, message: str, problem: str | None = None) -> Explanation:
    """Explain why the EKS Pod Identity Agent rejects a token, or EKS Auth, which it calls.

    Sources: aws/eks-pod-identity-agent, internal/validation/request.go, and
    https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html.
    """
    if problem is None and (rejected := REJECTED_TOKEN.search(message)) is not None:
        problem = rejected["problem"]
    if problem == "parsed" and _MALFORMED.search(message):
        problem = "malformed"
    is_from_service = case.failure.envelope.operation == "AssumeRoleForPodIdentity"
    rejecter = "Amazon EKS" if is_from_service else "The EKS Pod Identity Agent"
    is_early = problem is None and "token is not valid yet" in message
    outcome = "is not valid yet" if is_early else "has expired"
    rejection = _REJECTION_TEXTS.get(problem, f"By its own claims, the token {outcome}.")
    text = f"The EKS Pod Identity Agent returned no credentials. {rejection}"
    summary = f"{rejecter} rejected the request for credentials because of its token."
    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = (_CHECK_TOKEN, _UPDATE_SDK)
    if problem == "malformed":
        summary = "The EKS Pod Identity Agent rejected the request for credentials because its Authorization header is not the bare token."
        remedies = (_send_bare_token_remedy(case), _UPDATE_SDK)
    elif is_early:
        summary = f"{rejecter} rejected the pod's token because it {outcome}: most likely, the clock of the node is behind."
        remedies = (clock_remedies.set_clock(message),)
    elif problem is None:
        summary = f"{rejecter} rejected the pod's token because it {outcome}: most likely, the program reuses an old one."
        kept = "The program read the token file once and sends the old token. Kubernetes replaces the file before the token expires."
        causes, remedies = (TOKEN_KEPT.cause(text=kept),), (_REREAD_TOKEN,)
    elif problem == "invalid":
        summary = "Amazon EKS rejected the pod's token: it is not one for EKS Pod Identity in this cluster."
        causes = (TOKEN_FILE_EMPTY.cause(), CALLED_BY_HAND.cause())
    else:
        causes = (pod_roles.SDK_TOO_OLD.cause(), TOKEN_FILE_EMPTY.cause(), CALLED_BY_HAND.cause())
    because = clues.quote_phrases(
        message,
        "service account token cannot be empty",
        "service account token cannot be parsed",
        "service account token failed basic claim validations",
    )
    if is_from_service:
        because = (f"The error code is {clues.error_code(case.failure)}.",)
    return case.explain(
        summary,
        AGENT_REJECTED_TOKEN.cause("reported", because, text=text),
        *causes,
        topic="pod-identity-token",
        remedies=remedies,
        notes="Only the token was checked: the association, the role and its policies were not evaluated yet.",
    )


_REREAD_TOKEN = your_remedy(
    "Restart the pods, and let the program read the token file for each request",
    "New pods get a new token, so a restart helps at once.",
    "For a lasting fix, update the SDK. Your own code must read the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE for each request.",
    "If new pods fail, too, the clock of the node is ahead.",
    commands=commands.RESTART_PODS,
    url=pages.EKS_POD_SDK,
)
_CHECK_TOKEN = your_remedy(
    "Check whether the pod has the token",
    "The pod must have AWS_CONTAINER_CREDENTIALS_FULL_URI and AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE. If the size of the token, which wc prints, is 0, or if it prints an error, re-create the pod.",
    "If both variables are set and the token is there, the SDK is too old or the process does not inherit the variables.",
    commands=(
        pod_roles.VARIABLES_OF_POD,
        "kubectl exec POD --namespace NAMESPACE -- wc -c /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token",
    ),
)


def find_called_workload(case: clusters.AnyCase) -> tuple[str, str | None] | None:
    """Return the only workload or pod in the commands for its logs and programs, with its namespace."""
    text, namespace = case.failure.text, case.facts.namespace
    found = {
        (command.words[1], stated.value if (stated := command.option("namespace")) else namespace)
        for _, command in find_commands(text, 0, len(text))
        if command.program == "kubectl" and command.words[0] in {"exec", "logs"} and len(command.words) > 1
        if _WORKLOAD.fullmatch(command.words[1]) and "agent" not in command.words[1]
    }
    return only_one(found)


def _send_bare_token_remedy(case: clusters.AnyCase) -> Remedy:
    program, namespace = find_called_workload(case) or ("POD", case.facts.namespace)
    return your_remedy(
        "Send the bare token: update or correct the program",
        "Update the program to a version whose SDK supports EKS Pod Identity. Your own code must send the contents of the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE as Authorization, without Bearer, quotes or newlines.",
        "The commands send the request in that form, with the curl of the image. If they print 200, only the program is wrong.",
        commands=(
            f"kubectl exec --stdin --tty {program} --namespace {commands.namespace(namespace)} -- sh",
            "token=$(cat $AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE)",
            'curl -s -o /dev/null -w "%{http_code}" -H "Authorization: $token" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"',
        ),
    )


_UPDATE_SDK = your_remedy(
    "Update the SDK, and re-create the pods",
    "Update it to a version that supports EKS Pod Identity, including copies that other libraries bundle. Pass the environment to processes that the program starts.",
    "Don't set AWS_CONTAINER_CREDENTIALS_FULL_URI yourself: EKS injects it and the token file when a pod is created.",
    commands=commands.RESTART_PODS,
    url=pages.EKS_POD_SDK,
)


def _find_terraform_provider(text: str) -> tuple[str, str] | None:
    """Return the provider of Terraform that failed, and its version, which is empty if the text does not state it."""
    found = _FAILED_PROVIDER.search(text)
    if found is None:
        return None
    version = r'"[^}]{0,200}?\bversion\s{0,20}=\s{0,4}"[=~>< ]{0,4}([\d.]{1,20})"'
    stated = re.search(re.escape(found[1]) + version, text)
    return found[1], stated[1] if stated else ""


def _update_remedy(case: Case[MissingCredentials], version: str) -> Remedy:
    """Return how to update an SDK that does not accept the address of the agent."""
    update = pod_roles.update_sdk_remedy(case, version)
    provider = _find_terraform_provider(case.failure.text)
    if provider is not None:
        name, _ = provider
        return your_remedy(
            f"Raise the version of the provider {name}",
            f"In required_providers, allow a current version of {name}, whose SDK supports EKS Pod Identity ({version}). Terraform and its image need no update.",
            "Commit .terraform.lock.hcl, which the command changes. Other providers and programs in the pod need a recent SDK, too.",
            commands="terraform init -upgrade",
            url=pages.EKS_POD_SDK,
        )
    return update


def explain_old_sdk(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that an SDK does not accept the address of the agent, which EKS injected into the pod."""
    text = case.text
    phrase, version = next((row for row in _OLD_SDKS.items() if row[0] in text), ("", ""))
    controller = find_controller(text)
    program = "" if controller is None else f" in {controller.name}"
    if (provider := _find_terraform_provider(text)) is not None:
        program = f" in the Terraform provider {' '.join(provider).strip()}"
    return case.explain(
        f"The SDK{program} is too old for EKS Pod Identity: it does not accept the agent's address, 169.254.170.23. The pod's association works, or the address would not be set.",
        pod_roles.SDK_TOO_OLD.cause(
            "derived" if POD_IDENTITY_AGENT in text else "possible",
            clues.quote_phrases(text, phrase) if phrase else (),
            text="EKS sets AWS_CONTAINER_CREDENTIALS_FULL_URI to this address only for a pod with an association. The SDK rejects the address itself and sends nothing, so the agent and network policies are not the cause.",
        ),
        remedies=(
            _update_remedy(case, version),
            cluster_remedy(
                "Or use IAM roles for service accounts: the annotation eks.amazonaws.com/role-arn",
                "Delete the association, annotate the service account with a role that trusts the cluster's OIDC provider, and re-create the pods. Older SDKs support this.",
                commands=(
                    pod_roles.LIST_ASSOCIATIONS,
                    pod_roles.ANNOTATE_ACCOUNT,
                    clusters.restart_command(case),
                ),
                url=pages.EKS_IRSA,
            ),
        ),
        notes=credential_remedies.NO_CALL_MADE,
    )


REFUSED_ROLE = lazy_pattern(
    r"(?ia)namespace policy expression '(?P<expression>[^'\n]{1,200})' forbids role '(?P<role>[\w+=,.@:/-]{1,300})'"
    r"|role requested (?P<arn>[\w+=,.@:/-]{1,300}) not valid for namespace of pod at \S{1,64} with namespace (?P<namespace>[a-z0-9-]{1,63})"
)
"""What kiam and kube2iam say of a role that a namespace does not allow."""
ROLE_NOT_PERMITTED_IN_NAMESPACE = CauseType(
    "role-not-permitted-in-namespace",
    title="The namespace does not permit the role in kiam or kube2iam",
    meaning="kiam and kube2iam give a pod only the roles that an annotation of its namespace permits.",
    recognised_by='kiam says "namespace policy expression … forbids role", or kube2iam that a role is not valid for the namespace.',
    fix="Annotate the namespace: iam.amazonaws.com/permitted for kiam, iam.amazonaws.com/allowed-roles for kube2iam.",
    sources=(
        "https://github.com/uswitch/kiam#overview",
        "https://github.com/jtblin/kube2iam#namespace-restrictions",
    ),
)


def explain_refused_role(case: Case[MissingCredentials], _message: str) -> Explanation:
    """Explain that kiam or kube2iam refuses a role because of the annotation of a namespace."""
    said = next(REFUSED_ROLE.finditer(case.text))
    expression, role = said["expression"], said["role"] or said["arn"]
    is_kiam = expression is not None
    program, key = ("kiam", "permitted") if is_kiam else ("kube2iam", "allowed-roles")
    key = f"iam.amazonaws.com/{key}"
    space = said["namespace"] or case.facts.namespace
    is_empty = expression in {None, "(empty)"}
    name = f"the namespace {space}" if space else "the namespace of the pod"
    value = json.dumps([role])
    step = "It is a list of all roles that the namespace permits: add those that are there already."
    if is_kiam:
        # kiam searches the name of the role for the expression.
        value = f"^{re.escape(role)}$".replace("\\-", "-")
        value = value if is_empty else f"{expression}|{value}"
        step = "It is a regular expression for the roles that the namespace permits. Do not use .*: each pod of the namespace could then take any role that kiam can assume."
    verdict = f"permits only {expression} ({key})"
    if is_empty:
        verdict = f"has no annotation {key}" if is_kiam else f"does not permit it ({key})"
    return case.explain(
        f"The agent of {program} denied the role {role}: {name} {verdict}. It did not ask STS, so neither the role's trust policy nor its policies are the cause.",
        ROLE_NOT_PERMITTED_IN_NAMESPACE.cause(
            "reported",
            text=f"With {program}, a pod gets only roles that its namespace permits. Otherwise, SDKs find no credentials.",
        ),
        topic="no-credentials",
        remedies=cluster_remedy(
            f"Permit the role in the annotation of {name}",
            step,
            "No restart is necessary. If STS then denies AssumeRole, check the role's trust policy.",
            commands=(
                fill_command(
                    "kubectl get namespace {} --output jsonpath='{{.metadata.annotations}}'", namespace(space)
                ),
                fill_command(
                    "kubectl annotate namespace {} --overwrite {}", namespace(space), f"{key}={value}"
                ),
            ),
            url=ROLE_NOT_PERMITTED_IN_NAMESPACE.sources[0 if is_kiam else 1],
        ),
    )


_POD_ROLE = lazy_pattern(
    r"(?<![\w./-])iam\.amazonaws\.com/role[\"'\\]{0,4}\s?[=:]\s?[\"'\\]{0,4}(?P<role>[\w+=,.@:/-]{1,300})"
)


def find_passed_agent(case: clusters.AnyCase) -> PodProblem | None:
    """Return the problem that a pod with the annotation of kiam and kube2iam got the credentials of its node."""
    text = case.failure.text
    found = _POD_ROLE.search(text)
    if found is None or KEY in text or find_other_annotation(text) is not None:
        return None
    agent = only_one({each for each in ("kiam", "kube2iam") if each in text}) or "kube2iam or kiam"
    remedy = cluster_remedy(
        f"Start the pod again when {agent} runs on its node",
        "A pod that starts before the agent, as on a new node, gets the credentials of the node, and keeps them for hours. The first command prints on which nodes the agent runs: without it, nothing reads the annotation.",
        "To prevent it, taint new nodes until the agent runs, or give the service account a role with IRSA, which needs no agent.",
        commands=(
            "kubectl get pods --all-namespaces --output wide | grep -E 'NODE|kube2iam|kiam'",
            clusters.restart_command(case),
        ),
        url="https://github.com/jtblin/kube2iam#iptables",
    )
    role = found["role"].rpartition("/")[2]
    why = (
        f"{agent} did not give the pod the role {role} of its annotation, so it called with that of its node"
    )
    return PodProblem(why, role, remedy)
