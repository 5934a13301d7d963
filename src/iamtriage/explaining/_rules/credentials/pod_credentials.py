"""Explain why a pod gets no credentials.

It can get them from IAM roles for service accounts (IRSA) or EKS Pod Identity. Sources:
https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.credentials.pod_roles import (
    AGENT_MISSING,
    SDK_TOO_OLD,
    SERVICE_ACCOUNT_WITHOUT_ROLE,
    annotate_command,
    irsa_remedy,
    list_associations_command,
    pod_identity_remedy,
)
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.certificates import (
    CERTIFICATE_ERROR,
    NO_WAY_OUT,
    PROXY_STEP,
    UNTRUSTED_CERTIFICATE,
)
from iamtriage.explaining._rules.shared.clues import (
    find_region,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import TOKEN_KEPT
from iamtriage.explaining._rules.sts.findings import UNREACHABLE_CODES, diagnose_sts_call
from iamtriage.sts._endpoints import find_endpoint

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials

__all__ = (
    "NO_CALL_WITHOUT_CREDENTIALS",
    "explain_pod_credentials",
)


# The file's name alone is no evidence, because people show a pod's variables. An error that reading it caused is.
_TOKEN_DIRECTORY = r"/var/run/secrets/eks\.amazonaws\.com"  # noqa: S105
_READ_ERROR = (
    r"[Nn]o such file|[Pp]ermission denied|ENOENT|EACCES|NoSuchFileException|FileNotFound|nio\.file\.AccessDenied"
    r"|(?:[Uu]nable to|[Ff]ailed to|[Cc]ould not|[Cc]annot|[Cc]an't) (?:read|open|load)"
)
_TOKEN_UNREADABLE = re.compile(
    rf"fetching WebIdentity token|(?:{_TOKEN_DIRECTORY}[\w./-]{{0,60}}.{{0,60}}?(?:{_READ_ERROR}))"
    rf"|(?:(?:{_READ_ERROR}).{{0,60}}?{_TOKEN_DIRECTORY})"
)
_POD_IDENTITY_AGENT = "169.254.170.23"  # its address on every node
_UNKNOWN_HOST_PHRASE = "is not a valid container metadata service hostname"
_REJECTED_TOKEN = re.compile(
    r"[Ss]ervice account token (?:cannot be (?P<problem>empty|parsed)|failed basic claim validations)"
)
_REJECTION_TEXTS: dict[str | None, str] = {
    "empty": "The request had no token in its Authorization header.",
    "parsed": "The Authorization header did not contain a service account token.",
}
# The Secrets Store CSI driver's provider for AWS says so.
_ACCOUNT_WITHOUT_ROLE = re.compile(
    r"IAM role must be associated with service account (?P<name>[a-z0-9.-]{1,253}) \(namespace: (?P<namespace>[a-z0-9-]{1,63})\)"
)
_AGENT_UNREACHABLE = re.compile(
    r"(?i:time(?:d )?-?out|deadline exceeded|connection refused|no route to host|failed to connect)[^\n]{0,120}(?:169\.254\.170\.23|fd00:ec2::23)"
    r"|(?:169\.254\.170\.23|\[?fd00:ec2::23)[^\n]{0,160}(?i:time(?:d )?-?out|deadline exceeded|connection refused|no route to host|failed to connect)"
)
_STS_UNREACHABLE = re.compile(
    r"(?:WebIdentityErr|AssumeRole|sts[.\w-]{0,60}\.amazonaws\.).{0,300}?"
    r"(?:i/o timeout|timed out|no such host|connection refused|send request failed)"
)
_CONNECTION_PHRASES = (
    "i/o timeout",
    "timed out",
    "no such host",
    "connection refused",
    "send request failed",
)
_CERTIFICATE_PHRASES = ("certificate signed by unknown authority", "failed to verify certificate")
NO_CALL_WITHOUT_CREDENTIALS = "An IAM policy does not help: no signed request reached AWS."
STS_UNREACHED = CauseType(
    "sts-unreached",
    title="The SDK could not reach STS",
    text="The SDK called STS for the role's credentials and got no response.",
    recognised_by="The SDK called STS for a role's credentials and got no response.",
    fix="Allow the connection to the STS endpoint of the region, or create a VPC endpoint for STS.",
    sources=(pages.EKS_STS,),
    example="no-way-to-sts",
)
AGENT_REFUSED_TOKEN = CauseType(
    "agent-refused-token",
    title="The EKS Pod Identity Agent rejected the token",
    meaning="The EKS Pod Identity Agent returned no credentials for the token that it got.",
    recognised_by="The agent at 169.254.170.23 answered with an error.",
    fix="Read the token from its file for each call, with a current SDK.",
    sources=(pages.EKS_POD_IDENTITY,),
    example="pod-identity-token-empty",
)
AGENT_BLOCKED = CauseType(
    "agent-blocked",
    title="Something blocks the way to the EKS Pod Identity Agent",
    text="A proxy, a network policy or a firewall on the node blocks the agent's address.",
    fix="Add 169.254.170.23 to NO_PROXY, and allow it in network policies.",
    of="no-credentials",
    example="pod-identity-agent-unreachable",
)
TOKEN_FILE_UNREADABLE = CauseType(
    "token-file-unreadable",
    title="The token file cannot be read",
    meaning="The process cannot read the service account token that is mounted for AWS.",
    recognised_by="The SDK says that it cannot open the file in /var/run/secrets/eks.amazonaws.com or pods.eks.amazonaws.com.",
    fix="Set fsGroup in the pod's securityContext, and re-create the pod.",
    sources=(pages.EKS_IRSA_POD,),
)
TOKEN_FILE_EMPTY = CauseType(
    "token-file-empty",
    title="The token file is empty or another file",
    text="The file that the variable names is empty or the wrong one, or the process has the address without the variable or the volume.",
    fix="Use the token file that EKS mounts.",
    of="agent-refused-token",
)
CALLED_BY_HAND = CauseType(
    "called-by-hand",
    title="The agent was called without the token",
    text="Someone, or a probe, called the agent by hand. The header is the bare token, without a word such as Bearer.",
    fix="Let an SDK get the credentials.",
    of="agent-refused-token",
)
POD_NOT_MUTATED = CauseType(
    "pod-not-mutated",
    title="EKS did not inject the token into the pod",
    text="The pod is older than the annotation or association, or its variables were copied without the volume.",
    fix="Re-create the pod, and don't copy the variables by hand.",
    of="token-file-unreadable",
    example="token-file-absent",
)
TOKEN_FILE_OF_ROOT = CauseType(
    "token-file-of-root",
    title="The process is not allowed to read the token file",
    text="The process does not run as root, and the pod's securityContext has no fsGroup.",
    fix="Set fsGroup in the pod's securityContext.",
    of="token-file-unreadable",
)


def explain_pod_credentials(case: Case[MissingCredentials], message: str) -> Explanation | None:
    """Explain an error that only occurs in pods or on the way to STS; return ``None`` for others."""
    if _UNKNOWN_HOST_PHRASE in message:
        return _explain_old_sdk(case, message)
    rejection = _REJECTED_TOKEN.search(message)
    if rejection is not None:
        return _explain_agent_rejection(case, message, rejection["problem"])
    if _ACCOUNT_WITHOUT_ROLE.search(message):
        return _explain_account_without_role(case, message)
    if _AGENT_UNREACHABLE.search(message):
        return _explain_agent_unreachable(case, message)
    if _STS_UNREACHABLE.search(message):
        return _explain_sts_unreachable(case, message)
    return _explain_token_unreadable(case, message) if _TOKEN_UNREADABLE.search(message) else None


def _explain_account_without_role(case: Case[MissingCredentials], message: str) -> Explanation:
    found = _ACCOUNT_WITHOUT_ROLE.search(message)
    if found is not None:
        facts = attrs.evolve(
            case.facts,
            namespace=case.facts.namespace or found["namespace"],
            service_account=case.facts.service_account or found["name"],
        )
        case = attrs.evolve(case, facts=facts)
    facts = case.facts
    account = f"The service account {facts.namespace}/{facts.service_account}"
    return Explanation(
        failure=case.failure,
        topic="no-credentials",
        summary=f"{account} has no IAM role: it has neither a role annotation (IRSA) nor a Pod Identity association that is used.",
        causes=(
            SERVICE_ACCOUNT_WITHOUT_ROLE.cause(
                "reported",
                quote_phrases(message, "An IAM role must be associated with service account"),
                text=f"{account} has no annotation eks.amazonaws.com/role-arn.",
            ),
        ),
        remedies=(irsa_remedy(case), pod_identity_remedy(case)),
        notes=(
            "The driver uses Pod Identity only if the SecretProviderClass sets usePodIdentity to true.",
            NO_CALL_WITHOUT_CREDENTIALS,
        ),
    )


def _explain_agent_unreachable(case: Case[MissingCredentials], message: str) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="no-credentials",
        summary="The pod cannot reach the EKS Pod Identity Agent at 169.254.170.23, so it gets no credentials.",
        causes=(
            AGENT_MISSING.cause(because=quote_phrases(message, *_CONNECTION_PHRASES)[:1]),
            AGENT_BLOCKED.cause(),
        ),
        remedies=(
            Remedy(
                title="Check that the agent runs on the pod's node, and that nothing blocks its address",
                who="cluster administrator",
                steps=(
                    "The agent must run on each node, except in EKS Auto Mode, which has it built in. If there is none, create the add-on.",
                    "If the pod uses a proxy, add 169.254.170.23 and fd00:ec2::23 to NO_PROXY. Network policies must allow egress to them on port 80.",
                    "On nodes without IPv6, the agent fails to start unless its IPv6 address is disabled in the add-on's configuration.",
                ),
                commands=(
                    "kubectl get pods --namespace kube-system --selector app.kubernetes.io/name=eks-pod-identity-agent --output wide",
                    fill_command(
                        "aws eks create-addon --cluster-name {} --addon-name eks-pod-identity-agent --region {}",
                        commands.cluster(case.facts.cluster),
                        commands.region(find_region(case)),
                    ),
                ),
                url=pages.EKS_POD_IDENTITY,
            ),
        ),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _explain_sts_unreachable(case: Case[MissingCredentials], message: str) -> Explanation:
    findings = diagnose_sts_call(case, codes=UNREACHABLE_CODES)
    host = find_endpoint(find_region(case) or "")
    url = "https://sts.REGION.amazonaws.com" if host is None else host.url
    steps = [
        "Any response, even an error, shows that STS is reachable.",
        "A VPC without internet access needs an interface endpoint for STS with private DNS and a security group that allows port 443, and clients must call the regional endpoint.",
    ]
    if CERTIFICATE_ERROR.search(message):
        steps.append(PROXY_STEP)
        reason = "the connection to STS was not trusted"
        cause = UNTRUSTED_CERTIFICATE.cause("derived", quote_phrases(message, *_CERTIFICATE_PHRASES))
    else:
        reason = "STS did not respond"
        cause = STS_UNREACHED.cause("derived", quote_phrases(message, *_CONNECTION_PHRASES))
    return Explanation(
        failure=case.failure,
        topic="sts-unreached",
        summary=f"The role's credentials could not be fetched, because {reason}.",
        causes=(
            cause,
            *findings.causes,
            NO_WAY_OUT.cause(
                text="A security group, network policy, route or proxy blocks the connection to STS."
            ),
        ),
        remedies=(
            *findings.remedies,
            Remedy(
                title="Test the connection to STS from where the call runs",
                who="cluster administrator",
                steps=tuple(steps),
                commands=(fill_command("curl --silent --head --max-time 10 {}", url),),
                url=pages.STS_REGIONS,
            ),
        ),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _explain_agent_rejection(
    case: Case[MissingCredentials], message: str, problem: str | None
) -> Explanation:
    """Explain why the EKS Pod Identity Agent rejects a token before it calls EKS.

    Source: aws/eks-pod-identity-agent, internal/validation/request.go.
    """
    text = _REJECTION_TEXTS.get(
        problem,
        "By its own claims, the token has expired or is not valid yet.",
    )
    causes = [
        AGENT_REFUSED_TOKEN.cause(
            "reported",
            quote_phrases(
                message,
                "service account token cannot be empty",
                "service account token cannot be parsed",
                "service account token failed basic claim validations",
            ),
            text=f"The EKS Pod Identity Agent returned no credentials. {text}",
        )
    ]
    if problem is None:
        causes.append(
            TOKEN_KEPT.cause(
                text="The program read the token file once and sends the old token. Kubernetes replaces the file before the token expires."
            )
        )
    else:
        causes += [
            SDK_TOO_OLD.cause(),
            TOKEN_FILE_EMPTY.cause(),
            CALLED_BY_HAND.cause(),
        ]
    return Explanation(
        failure=case.failure,
        topic="pod-identity-token",
        summary="The EKS Pod Identity Agent rejected the request for credentials because of its token.",
        causes=tuple(causes),
        remedies=(
            Remedy(
                title="Check whether the pod has the token",
                who="you",
                steps=(
                    "Both variables must be set. The second command prints the size of the token. If it prints 0 or an error, re-create the pod.",
                    "If both are right, the SDK is too old or the process does not inherit the variables.",
                ),
                commands=(
                    fill_command(
                        "kubectl exec POD --namespace {} -- printenv AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                        commands.namespace(case.facts.namespace),
                    ),
                    fill_command(
                        "kubectl exec POD --namespace {} -- wc -c /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token",
                        commands.namespace(case.facts.namespace),
                    ),
                ),
                url=pages.EKS_POD_IDENTITY,
            ),
            Remedy(
                title="Update the SDK, and re-create the pods",
                who="you",
                steps=(
                    "Update it to a version that supports EKS Pod Identity, including copies that other libraries bundle. Pass the environment to processes that the program starts.",
                    "Don't set AWS_CONTAINER_CREDENTIALS_FULL_URI yourself: EKS injects it and the token file when a pod is created.",
                ),
                commands=(commands.restart_command(case.facts.namespace),),
                url=pages.EKS_POD_SDK,
            ),
        ),
        notes=(
            "The agent checked only the token: the association, the role and its policies were not evaluated yet.",
        ),
    )


def _explain_old_sdk(case: Case[MissingCredentials], message: str) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="sdk-too-old",
        summary="The SDK is too old for EKS Pod Identity.",
        causes=(
            SDK_TOO_OLD.cause(
                "derived" if _POD_IDENTITY_AGENT in message else "possible",
                quote_phrases(message, _UNKNOWN_HOST_PHRASE),
                text="The pod has a Pod Identity association, and the SDK does not accept the agent's address.",
            ),
        ),
        remedies=(
            Remedy(
                title="Update the SDK",
                who="you",
                steps=(
                    "Update it to a version that supports EKS Pod Identity, including copies that other libraries bundle.",
                ),
                url=pages.EKS_POD_SDK,
            ),
            Remedy(
                title="Or use IAM roles for service accounts",
                who="cluster administrator",
                steps=(
                    "Delete the association, annotate the service account with a role that trusts the cluster's OIDC provider, and re-create the pods. Older SDKs support this.",
                ),
                commands=(
                    list_associations_command(case),
                    annotate_command(case),
                    commands.restart_command(case.facts.namespace),
                ),
                url=pages.EKS_IRSA,
            ),
        ),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _explain_token_unreadable(case: Case[MissingCredentials], message: str) -> Explanation:
    is_denied = "permission denied" in message or "EACCES" in message
    is_absent = "no such file" in message.lower() or "ENOENT" in message
    causes = [
        TOKEN_FILE_UNREADABLE.cause(
            "derived",
            quote_phrases(message, "permission denied", "no such file or directory"),
            text="The process is not allowed to read the token file."
            if is_denied
            else "The token file could not be read.",
        )
    ]
    if not is_denied:
        causes.append(POD_NOT_MUTATED.cause())
    if not is_absent:
        causes.append(
            TOKEN_FILE_OF_ROOT.cause(because=("Only the file's owner and the pod's fsGroup can read it.",))
        )
    set_group = Remedy(
        title="Let the process read the token",
        who="you",
        steps=(
            "Set spec.securityContext.fsGroup of the pod to a group ID, such as 65534.",
            "If all containers have the same runAsUser, set it in the pod's securityContext instead: Kubernetes then sets the file's owner.",
        ),
        commands=(
            fill_command(
                "kubectl get pod POD --namespace {} --output 'jsonpath={{.spec.securityContext}}'",
                commands.namespace(case.facts.namespace),
            ),
        ),
        manifest="spec:\n  securityContext:\n    fsGroup: 65534\n",
        url=pages.EKS_IRSA_POD,
    )
    outcome = (
        ": the process is not allowed to read the file"
        if is_denied
        else ": the file does not exist"
        if is_absent
        else ""
    )
    remedies = [irsa_remedy(case)]
    if is_denied or not is_absent:
        remedies.insert(0 if is_denied else 1, set_group)
    return Explanation(
        failure=case.failure,
        topic="token-file-unreadable",
        summary=f"The pod's web identity token could not be read{outcome}.",
        causes=tuple(causes),
        remedies=tuple(remedies),
        notes=(NO_CALL_WITHOUT_CREDENTIALS,),
    )
