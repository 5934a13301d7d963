"""Explain denials of anonymous requests and of components of Kubernetes or EKS.

No role should be bound to these users:
https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests and
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.requests.unsigned_requests import HEADER_LOST
from iamtriage.explaining._rules.kubernetes.cluster_access import kubeconfig_remedy
from iamtriage.explaining._rules.kubernetes.logins.argo_cd import find_anonymous_remedy
from iamtriage.explaining._rules.kubernetes.logins.stored_tokens import TERRAFORM, configure_terraform
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import Request
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.failures._failures import KubernetesForbidden

# A program that reads no kubeconfig, and calls the API server.
_HTTP_CLIENT = lazy_pattern(
    r"\b(?P<tool>curl|wget)(?P<options> (?:[^\n|;\\]|\\\r?\n|\\.){0,600}?(?<=[\"' ])https://(?P<host>[0-9A-F]{32}\.[a-z0-9.-]{1,60}\.eks\.amazonaws\.com|kubernetes\.default(?:\.svc[a-z.]{0,40})?)(?::443)?(?P<path>/[^\s\"'|;<>\\]{0,300})?[^\n|;]{0,600})"
)
_AUTHORIZATION = lazy_pattern(r"(?i)authorization:|--oauth2-bearer")
_COMPONENT_NAME = lazy_pattern(r"[a-z0-9:.-]{1,80}")
_MANAGED = {"eks:node-manager": "node groups", "eks:addon-manager": "add-ons"}
ANONYMOUS_REQUEST = CauseType(
    "anonymous-request",
    title="The request carried no credentials",
    text="The request had no credentials, so the API server treated it as system:anonymous.",
    recognised_by="The message names the user system:anonymous.",
    fix="Configure the token helper in the kubeconfig, and let proxies pass the Authorization header.",
    sources=(pages.EKS_KUBECONFIG,),
)
NO_RULE = CauseType(
    "no-rbac-rule",
    title="No RBAC rule allows the request",
    text="No RBAC role that is bound to the user allows it.",
    meaning="No Role or ClusterRole that is bound to the subject, and no access policy, allows the request.",
    recognised_by="Kubernetes says that a user cannot perform a verb on a resource.",
    fix="Bind the subject to a role with the verb and the resource, or associate an access policy.",
    sources=(pages.RBAC, pages.EKS_ACCESS_POLICIES),
)
TERRAFORM_WITHOUT_TOKEN = CauseType(
    "terraform-without-token",
    title="Terraform's Kubernetes provider has no token",
    text="Terraform's Kubernetes provider has no token: it is not configured, or the cluster did not exist or changed at plan time.",
    fix="Configure the provider with exec and aws eks get-token.",
    of="anonymous-request",
)
KUBELET_WITHOUT_CREDENTIALS = CauseType(
    "kubelet-without-credentials",
    title="The kubelet's kubeconfig has no credentials",
    text="The kubelet's kubeconfig specifies no user, or one without a token helper, a token or a client certificate.",
    fix="Correct the kubelet's kubeconfig, or replace the node.",
    of="anonymous-request",
)
KUBECONFIG_WITHOUT_USER = CauseType(
    "kubeconfig-without-user",
    title="The context in the kubeconfig specifies no user, or one without a token helper",
    fix="Run aws eks update-kubeconfig.",
    recognised_by="The kubeconfig in the text has no user.",
    sign=r"\busers: (?:null|\[ ?\])|\buser: (?:\"\"|\{ ?\})",
    remedy="Update the kubeconfig",
    of="anonymous-request",
)
DEFAULT_ROLE_CHANGED = CauseType(
    "default-role-changed",
    title="The component's ClusterRole or ClusterRoleBinding was changed or deleted",
    fix="Restore the default role and binding.",
    recognised_by="The text shows that the role or binding was changed.",
    sign=r"\bclusterrole(?:binding)?\S{0,40} \"?(?:eks|system):[\w:-]{1,60}\"? (?:deleted|edited|configured|replaced)\b",
    remedy="Restore the component",
    of="no-rbac-rule",
)
BORROWED_IDENTITY = CauseType(
    "component-credentials",
    title="A program uses the credentials of a component",
    text="A program uses the component's credentials, for example with kubectl --as.",
    fix="Create a service account for the program.",
    recognised_by="The text shows kubectl --as.",
    sign=r"--as[ =](?:eks|system):[\w:-]{1,60}",
    of="no-rbac-rule",
)
_CHECK_KUBELET = cluster_remedy(
    "On the node, check how the kubelet authenticates",
    "The command systemctl cat kubelet shows the path of the kubelet's kubeconfig. Its server must be this cluster's endpoint. On EKS, its user must run aws eks get-token or aws-iam-authenticator with this cluster's name; in other clusters, it needs a valid client certificate.",
    "If the kubelet has --bootstrap-kubeconfig, check that file, too: the kubelet uses it until the other one exists, and its user needs a token, which for kubeadm is valid for 24 hours (kubeadm token create).",
    "EKS AMIs write the kubeconfig when the node starts. Configure nodeadm (or bootstrap.sh on Amazon Linux 2) instead of the file, and replace the node.",
    commands=("systemctl cat kubelet", "journalctl -u kubelet --no-pager --lines 50"),
    url=pages.EKS_TROUBLESHOOTING,
)
_GET_TOKEN = "aws eks get-token --cluster-name CLUSTER --region REGION --query status.token --output text"  # noqa: S105 (a command)
_MOUNTED = "/var/run/secrets/kubernetes.io/serviceaccount"
_IN_POD = "https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/"


def _send_token(sent: re.Match[str], verb: str | None) -> Remedy:
    """Return how to send a request with a token: with kubectl, which requests one, or in a header."""
    is_in_pod = sent["host"].startswith("kubernetes.")
    get = f"cat {_MOUNTED}/token" if is_in_pod else _GET_TOKEN
    again = commands.repeat_line(f"{sent['tool']}{sent['options']}".strip())
    lines = (f"token=$({get})", f'{again} --header "Authorization: Bearer $token"') if again else (get,)
    if is_in_pod:
        place = f"It is in {_MOUNTED}/token, and the certificate of the API server in {_MOUNTED}/ca.crt."
        return your_remedy("Send the token of the pod's service account", place, commands=lines, url=_IN_POD)
    raw = (
        verb in {"get", "list"}
        and sent["path"]
        and commands.fill_command("kubectl get --raw {}", sent["path"])
    )
    return your_remedy(
        "Use kubectl, or send a token",
        f"kubectl requests the token itself, with the current credentials of the AWS CLI. In a pod, send the token of its service account, in {_MOUNTED}.",
        commands=(
            "aws eks update-kubeconfig --name CLUSTER --region REGION",
            raw or "kubectl auth whoami",
            Labelled("Or send the token in the header Authorization: Bearer:", lines[0]),
            *lines[1:],
        ),
        url=pages.EKS_KUBECONFIG,
    )


def explain_anonymous(case: Case[KubernetesForbidden], request: Request) -> Explanation:
    """Explain that a request carried no credentials."""
    cluster = find_cluster(case)
    invalid = "For an invalid token, the API server would respond with Unauthorized."
    causes = [ANONYMOUS_REQUEST.cause("derived", ("The user name is system:anonymous.", invalid))]
    remedies = [kubeconfig_remedy(cluster)]
    needed = f"The caller then also needs a role or access policy that allows it to {request.description}, and an IAM principal an access entry or an entry in aws-auth."
    never = "Never bind a role to system:anonymous or system:unauthenticated: anyone could use it."
    sent = _HTTP_CLIENT.search(case.failure.text)
    if sent is not None:
        text = f"The {sent['tool']} command sends no token: unlike kubectl, {sent['tool']} does not read the kubeconfig."
        if _AUTHORIZATION.search(sent["options"]):
            text = f"The header of the {sent['tool']} command most likely has an empty token."
        causes = [ANONYMOUS_REQUEST.cause("derived", invalid, text=text)]
        remedies = [_send_token(sent, case.failure.verb)]
    elif clues.is_from_kubelet(case.text):
        kubelet = KUBELET_WITHOUT_CREDENTIALS.cause(because="The text is from a kubelet.")
        causes, remedies = [*causes, kubelet, HEADER_LOST.cause()], [_CHECK_KUBELET]
        needed = "If the node role were not mapped, the API server would respond with Unauthorized. So neither an access entry nor aws-auth fixes this."
    elif (of_argo_cd := find_anonymous_remedy(case.text)) is not None:
        no_credentials = "The Secret of the cluster in Argo CD has no credentials."
        causes += (KUBECONFIG_WITHOUT_USER.cause(text=no_credentials), HEADER_LOST.cause())
        remedies = [of_argo_cd]
    else:
        if TERRAFORM.search(case.text):
            causes.append(TERRAFORM_WITHOUT_TOKEN.cause(because="The text is from Terraform."))
            remedies.insert(0, configure_terraform(case, cluster))
        causes += (KUBECONFIG_WITHOUT_USER.cause(), HEADER_LOST.cause())
    return case.explain(
        f"The request carried no credentials, so the API server denied it as system:anonymous: it cannot {request.description}.",
        *causes,
        topic="kubernetes-anonymous",
        remedies=tuple(remedies),
        notes=(never, needed),
    )


def explain_component(case: Case[KubernetesForbidden], request: Request) -> Explanation:
    """Explain that a component of Kubernetes or EKS lacks a permission it normally has."""
    user = case.failure.user or ""
    managed = _MANAGED.get(user)
    component = f"the EKS component that manages {managed}" if managed else "a component of Kubernetes or EKS"
    is_eks = user.startswith("eks:")
    restore = "The API server restores default roles at startup, unless their annotation rbac.authorization.kubernetes.io/autoupdate is false."
    if is_eks:
        restore = "EKS maintains roles with the prefix eks:, and each add-on installs its own: update the add-on to restore them."
    name = f" {user}" if _COMPONENT_NAME.fullmatch(user) else ""
    text = f"The ClusterRole or ClusterRoleBinding of {clip_text(user)} was changed or deleted."
    return case.explain(
        f"RBAC does not allow {clip_text(user)}, {component}, to {request.description}.",
        NO_RULE.cause("reported", f"The user name is {user}"),
        DEFAULT_ROLE_CHANGED.cause(text=text),
        BORROWED_IDENTITY.cause(),
        topic="kubernetes-component",
        remedies=cluster_remedy(
            f"Restore the component's role and binding{'' if is_eks else ', if the denials go on'}",
            None
            if is_eks
            else "An API server that is starting denies requests until it has read the roles: such denials end by themselves.",
            "Usually, both have the name of the component. Compare them with those of a working cluster.",
            restore,
            commands=f"kubectl get clusterrole,clusterrolebinding{name}",
            url=pages.EKS_TROUBLESHOOTING if is_eks else f"{pages.RBAC}#default-roles-and-role-bindings",
        ),
        notes="An IAM policy does not help. Find out why the component's role is missing before you bind another one.",
    )
