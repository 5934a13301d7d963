"""Explains that a pod gets no credentials: IAM roles for service accounts, EKS Pod Identity, the way to STS.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html. What EKS puts into pods is the business of
``eks_pods``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.certificates import (
    CERTIFICATE_ERROR,
    PROXY_STEP,
    untrusted_certificate_cause,
)
from iamtriage.explaining._rules.shared.clues import (
    error_code,
    find_region,
    mentions_kubernetes,
    quote_phrases,
)
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.sts.findings import UNREACHABLE_CODES, diagnose_sts_call
from iamtriage.sts._evidence import resolved

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clusters import AnyCase
    from iamtriage.failures._failures import MissingCredentials

__all__ = ("NO_CALL", "explain_pod", "in_pods", "own_role")

# That the text names the file tells nothing: people show the variables of a pod. What was wrong with it does.
_TOKEN_FILE = r"/var/run/secrets/eks\.amazonaws\.com"  # noqa: S105
_NOT_READ = (
    r"[Nn]o such file|[Pp]ermission denied|ENOENT|EACCES|NoSuchFileException|FileNotFound|nio\.file\.AccessDenied"
    r"|(?:[Uu]nable to|[Ff]ailed to|[Cc]ould not|[Cc]annot|[Cc]an't) (?:read|open|load)"
)
_READS_TOKEN = re.compile(
    rf"fetching WebIdentity token|(?:{_TOKEN_FILE}[\w./-]{{0,60}}.{{0,60}}?(?:{_NOT_READ}))"
    rf"|(?:(?:{_NOT_READ}).{{0,60}}?{_TOKEN_FILE})"
)
# Variables with a value: what EKS does is done.
_IS_SET = re.compile(
    r"AWS_(?:WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_FULL_URI)[\"']{0,2} ?[:=] ?[\"']?(?:/|[A-Z]:|https?://)"
)
_AGENT = "169.254.170.23"  # of EKS Pod Identity, on each node
_OLD_SDK = "is not a valid container metadata service hostname"
_REFUSED = re.compile(
    r"[Ss]ervice account token (?:cannot be (?P<why>empty|parsed)|failed basic claim validations)"
)
_UNREACHED = re.compile(
    r"(?:WebIdentityErr|AssumeRole|sts[.\w-]{0,60}\.amazonaws\.).{0,300}?"
    r"(?:i/o timeout|timed out|no such host|connection refused|send request failed)"
)
_NO_ANSWER = ("i/o timeout", "timed out", "no such host", "connection refused", "send request failed")
_UNTRUSTED = ("certificate signed by unknown authority", "failed to verify certificate")
NO_CALL = (
    "No IAM policy helps here: without credentials no call is made, or none that AWS can tell whose it is."
)


def explain_pod(case: Case[MissingCredentials], message: str) -> Explanation | None:
    """Explain what only goes wrong in pods, or on the way to STS; None where the text tells nothing of these."""
    if _OLD_SDK in message:
        return _old_sdk(case, message)
    refused = _REFUSED.search(message)
    if refused is not None:
        return _refused(case, message, refused["why"])
    if _UNREACHED.search(message):
        return _unreached(case, message)
    return _unreadable(case, message) if _READS_TOKEN.search(message) else None


def _unreached(case: Case[MissingCredentials], message: str) -> Explanation:
    found = diagnose_sts_call(case, codes=UNREACHABLE_CODES)
    host = resolved(find_region(case) or "")
    url = "https://sts.REGION.amazonaws.com" if host is None else host.url
    steps = [
        "An answer of any kind, also an error, shows that the way is open.",
        "Without a way to the internet, the VPC needs an endpoint of STS with private DNS, whose security group lets port 443 in, and clients have to call the regional host.",
    ]
    why, cause = (
        "STS did not answer",
        Cause(
            "sts-unreached",
            "The SDK asked STS for the role's credentials, and got no answer.",
            "derived",
            quote_phrases(message, *_NO_ANSWER),
        ),
    )
    if CERTIFICATE_ERROR.search(message):
        steps.append(PROXY_STEP)
        why, cause = (
            "the connection to STS was not trusted",
            untrusted_certificate_cause(quote_phrases(message, *_UNTRUSTED)),
        )
    return Explanation(
        failure=case.failure,
        topic="sts-unreached",
        summary=f"The role's credentials could not be fetched, because {why}.",
        causes=(
            cause,
            *found.causes,
            Cause(
                "no-way-out",
                "Security groups, network policies, routes or a proxy keep the call from STS.",
                "possible",
            ),
        ),
        remedies=(
            *found.remedies,
            Remedy(
                title="Try the way to STS from where the call runs",
                who="cluster administrator",
                steps=tuple(steps),
                commands=(fill_command("curl --silent --head --max-time 10 {}", url),),
                url=pages.STS_REGIONS,
            ),
        ),
        notes=(NO_CALL,),
    )


def _refused(case: Case[MissingCredentials], message: str, why: str | None) -> Explanation:
    """Explain what the agent of EKS Pod Identity says of a token before it asks EKS for credentials.

    Source: aws/eks-pod-identity-agent, internal/validation/request.go.
    """
    text = {
        "empty": "A request reached the agent without the token, which has to stand in the header Authorization.",
        "parsed": "What a request had in the header Authorization is no token of a service account.",
    }.get(
        why or "",
        "The token is not valid at this time by its own claims: it has expired, or does not count yet.",
    )
    causes = [
        Cause(
            "agent-refused-token",
            f"The agent of EKS Pod Identity gave no credentials. {text}",
            "reported",
            quote_phrases(
                message,
                "service account token cannot be empty",
                "service account token cannot be parsed",
                "service account token failed basic claim validations",
            ),
        )
    ]
    if why is None:
        causes.append(
            Cause(
                "token-kept",
                "The program read the token's file once and sends the old token. Kubernetes writes a new one before the old expires.",
                "possible",
            )
        )
    else:
        causes += [
            Cause(
                "sdk-too-old",
                "The SDK knows the agent's address and does not read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, or it is told not to.",
                "possible",
            ),
            Cause(
                "token-file-empty",
                "The file that the variable names is empty or another one, or the process got the address without the variable or the volume.",
                "possible",
            ),
            Cause(
                "called-by-hand",
                "Somebody, or a probe, called the agent by hand without the token as it is: the header has no word such as Bearer before it.",
                "possible",
            ),
        ]
    return Explanation(
        failure=case.failure,
        topic="pod-identity-token",
        summary="The agent of EKS Pod Identity refused the request for credentials, because of its token.",
        causes=tuple(causes),
        remedies=(
            Remedy(
                title="See whether the pod has the token",
                who="you",
                steps=(
                    "Both variables have to be there. The second command prints how many bytes the token has: 0 or an error is the fault, and then the pod has to be made anew.",
                    "Where both are right, it is the SDK, or the process that lacks the variables.",
                ),
                commands=(
                    fill_command(
                        "kubectl exec POD --namespace {} -- printenv AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                        _named(case)[1],
                    ),
                    fill_command(
                        "kubectl exec POD --namespace {} -- wc -c /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token",
                        _named(case)[1],
                    ),
                ),
                url=pages.EKS_POD_IDENTITY,
            ),
            Remedy(
                title="Update the SDK, and make the pods anew",
                who="you",
                steps=(
                    "Update it to a version that knows EKS Pod Identity, also where another library brings its own copy. Hand the environment on to processes that the program starts.",
                    "Leave AWS_CONTAINER_CREDENTIALS_FULL_URI and the token's file to EKS: it puts both into pods when they are made.",
                ),
                commands=(_restart(case),),
                url=pages.EKS_POD_SDK,
            ),
        ),
        notes=(
            "The agent looked at the token alone: the association, the role and its policies had no say yet.",
            "No IAM policy helps here.",
        ),
    )


def _old_sdk(case: Case[MissingCredentials], message: str) -> Explanation:
    return Explanation(
        failure=case.failure,
        topic="sdk-too-old",
        summary="The SDK is too old for EKS Pod Identity.",
        causes=(
            Cause(
                "sdk-too-old",
                "The pod has a Pod Identity association, and the SDK does not take the address of its agent.",
                "derived" if _AGENT in message else "possible",
                quote_phrases(message, _OLD_SDK),
            ),
        ),
        remedies=(
            Remedy(
                title="Update the SDK",
                who="you",
                steps=(
                    "Update it to a version that knows EKS Pod Identity, also where another library brings its own copy.",
                ),
                url=pages.EKS_POD_SDK,
            ),
            Remedy(
                title="Or use IAM roles for service accounts",
                who="cluster administrator",
                steps=(
                    "Delete the association, annotate the service account with a role that trusts the cluster's OIDC provider, and make the pods anew. Older SDKs know that way.",
                ),
                commands=(_associations(case), _annotation(case), _restart(case)),
                url=pages.EKS_IRSA,
            ),
        ),
        notes=(NO_CALL,),
    )


def _unreadable(case: Case[MissingCredentials], message: str) -> Explanation:
    denied = "permission denied" in message or "EACCES" in message
    absent = "no such file" in message.lower() or "ENOENT" in message
    causes = [
        Cause(
            "token-file-unreadable",
            "The process has no right to read the token's file."
            if denied
            else "The token's file could not be read.",
            "derived",
            quote_phrases(message, "permission denied", "no such file or directory"),
        )
    ]
    if not denied:
        causes.append(
            Cause(
                "pod-not-mutated",
                "The pod was made before the webhook was there, or its variables were copied without the volume.",
                "possible",
            )
        )
    if not absent:
        causes.append(
            Cause(
                "token-file-of-root",
                "The process runs as another user than root, and the pod's securityContext has no fsGroup.",
                "possible",
                ("Kubernetes makes the file readable for its owner and the pod's fsGroup alone.",),
            )
        )
    group = Remedy(
        title="Let the process read the token",
        who="you",
        steps=(
            "Set spec.securityContext.fsGroup of the pod to a group id, such as 65534, or run as root.",
            "With runAsUser in the pod's securityContext, for all containers alike, Kubernetes sets the file's owner by itself.",
        ),
        commands=(
            fill_command(
                "kubectl get pod POD --namespace {} --output 'jsonpath={{.spec.securityContext}}'",
                _named(case)[1],
            ),
        ),
        manifest="spec:\n  securityContext:\n    fsGroup: 65534\n",
        url=pages.EKS_IRSA_POD,
    )
    return Explanation(
        failure=case.failure,
        topic="token-file-unreadable",
        summary="The pod's web identity token could not be read.",
        causes=tuple(causes),
        remedies=(group, _irsa(case)) if denied else (_irsa(case), *(() if absent else (group,))),
        notes=(NO_CALL,),
    )


def in_pods(case: Case[MissingCredentials], _words: str) -> tuple[list[Cause], list[Remedy]]:
    """Give why a pod may have no credentials, and what gives it some."""
    if _IS_SET.search(case.text):
        return _set_up(case)
    without = "neither an annotation with a role nor a Pod Identity association, or the pod uses another service account."
    older = Cause(
        "pods-not-recreated",
        "The pod is older than the annotation or association: EKS puts variables into pods when they are made.",
        "possible",
    )
    remedies = [_irsa(case), _pod_identity(case)]
    if error_code(case.failure) == "WebIdentityErr":
        told = "The SDK asked for a web identity's role."
    elif mentions_kubernetes(case):
        told = "Facts or text speak of pods."
    else:
        text = f"If the program runs in a pod of EKS: its service account has {without}"
        return [Cause("service-account-without-role", text, "possible"), older], remedies
    return (
        [
            Cause(
                "service-account-without-role",
                f"The pod's service account has {without}",
                "possible",
                (told,),
            ),
            older,
            Cause("sdk-too-old", "The SDK is too old for web identities or EKS Pod Identity.", "possible"),
            Cause("agent-missing", "The EKS Pod Identity Agent does not run on the pod's node.", "possible"),
        ],
        remedies,
    )


def _set_up(case: Case[MissingCredentials]) -> tuple[list[Cause], list[Remedy]]:
    """Give why an SDK may pass over the variables that the text shows."""
    told = ("The text shows the variables by which SDKs find the pod's role.",)
    return (
        [
            Cause(
                "sdk-too-old", "The SDK is too old for web identities or EKS Pod Identity.", "possible", told
            ),
            Cause(
                "other-provider",
                "The code, a profile or another library names a provider that does not look at these variables, or runs in a process without them.",
                "possible",
            ),
        ],
        [
            Remedy(
                title="Update the SDK, and let it choose its provider",
                who="you",
                steps=(
                    "Update it to a version that knows the variables, also where another library brings its own copy.",
                    "Make clients with the default chain of providers, and hand the environment on to processes that the program starts.",
                ),
                url=pages.EKS_IRSA_SDK,
            ),
            _irsa(case),
        ],
    )


# ------------------------------------------------ remedies


def own_role(case: AnyCase, *, title: str) -> Remedy:
    """Give a pod a role of its own, in place of that of its node."""
    name, namespace = _named(case)
    return Remedy(
        title=title,
        who="cluster administrator",
        steps=(
            "See whether the pod has AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or AWS_CONTAINER_CREDENTIALS_FULL_URI. With neither, the SDK goes on to the role of the node.",
            "If it has neither, see which service account it uses. Then, in EKS, associate the account with a role that trusts pods.eks.amazonaws.com (EKS Pod Identity; its agent has to run on the nodes), or annotate it with a role that trusts the cluster's OIDC provider (IRSA). Where a chart makes the account, set the annotation in its values.",
            "Make the pods anew: EKS puts the variables into pods only when they are made.",
            "If it has them and still calls as the node, its SDK is too old to know them, or the code or a profile names other credentials: update the SDK.",
        ),
        commands=(
            _look(case),
            _service_account(case),
            _associations(case),
            fill_command(
                "aws eks create-pod-identity-association --cluster-name {} --namespace {} --service-account {} --role-arn ROLE_ARN --region {}",
                commands.cluster(case.facts.cluster),
                namespace,
                name,
                commands.region(find_region(case)),
            ),
            _annotation(case),
            _restart(case),
        ),
        url=pages.EKS_SERVICE_ACCOUNTS,
    )


def _irsa(case: AnyCase) -> Remedy:
    return Remedy(
        title="In pods: see what EKS has put into the pod",
        who="you",
        steps=(
            "See whether the variables AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or AWS_CONTAINER_CREDENTIALS_FULL_URI, are there.",
            "If they are not, see that the pod uses the service account, and that this has the annotation eks.amazonaws.com/role-arn.",
            "Then make the pods anew: EKS changes pods only when they are made.",
        ),
        commands=(_look(case), _service_account(case), _annotation(case), _restart(case)),
        url=pages.EKS_IRSA_POD,
    )


def _pod_identity(case: AnyCase) -> Remedy:
    return Remedy(
        title="With EKS Pod Identity: see association and agent",
        who="cluster administrator",
        steps=(
            "See whether an association names the pod's namespace and service account.",
            "The agent has to run on each node, as an add-on of EKS; EKS Auto Mode has it built in.",
        ),
        commands=(
            _associations(case),
            "kubectl get daemonset eks-pod-identity-agent --namespace kube-system",
        ),
        url=pages.EKS_POD_IDENTITY,
    )


def _named(case: AnyCase) -> tuple[str, str]:
    account = case.facts.service_account
    name = "SERVICE_ACCOUNT" if account is None else commands.kubernetes_name(account)
    return name, commands.namespace(case.facts.namespace)


def _look(case: AnyCase) -> str:
    # The variables are named, because the environment can contain secrets.
    return fill_command(
        "kubectl exec POD --namespace {} -- printenv AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_REGION",
        _named(case)[1],
    )


def _service_account(case: AnyCase) -> str:
    name, namespace = _named(case)
    return fill_command("kubectl get serviceaccount {} --namespace {} --output yaml", name, namespace)


def _annotation(case: AnyCase) -> str:
    name, namespace = _named(case)
    return fill_command(
        "kubectl annotate serviceaccount {} --namespace {} --overwrite eks.amazonaws.com/role-arn=ROLE_ARN",
        name,
        namespace,
    )


def _restart(case: AnyCase) -> str:
    return fill_command("kubectl rollout restart deployment/NAME --namespace {}", _named(case)[1])


def _associations(case: AnyCase) -> str:
    name, namespace = _named(case)
    return fill_command(
        "aws eks list-pod-identity-associations --cluster-name {} --namespace {} --service-account {} --region {}",
        commands.cluster(case.facts.cluster),
        namespace,
        name,
        commands.region(find_region(case)),
    )
