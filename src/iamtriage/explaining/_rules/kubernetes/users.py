"""Explain denials of anonymous requests, nodes and components.

No role should be bound to these users:
https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests,
https://kubernetes.io/docs/reference/access-authn-authz/node/ and
https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._rules.credentials.unsigned_requests import HEADER_LOST
from iamtriage.explaining._rules.shared import clues, commands, pages, principal_mappings
from iamtriage.explaining._rules.shared.clusters import find_cluster
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.kubernetes_requests import find_object_name
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.kubernetes_requests import Request
    from iamtriage.failures._failures import KubernetesForbidden

TERRAFORM = lazy_pattern(r"[Tt]erraform|\bwith module\.|\.tf line \d|kubernetes_[a-z_]{3,40}\.")
_NODE_AUTHORIZER_REASON = lazy_pattern(
    r"no relationship found between node(?: '[a-z0-9.-]{1,253}' and this object)?|can only [a-z]{3,10}|is not allowed to modify"
)
# A kubelet lists and watches each object on its own, as object-"NAMESPACE"/"NAME".
_KUBELET_LINE = lazy_pattern(
    r"\bkubelet(?:\[\d|\.go:)|\bobject-\\{0,4}\"[a-z0-9.-]{1,63}\\{0,4}\"/", re.ASCII
)
_DELETED_POD = lazy_pattern(
    r"\bSyncLoop (?:DELETE|REMOVE)\b[^\n]{0,80}?\bpods=\[\\{0,4}\"(?P<namespace>[a-z0-9-]{1,63})/(?P<pod>[a-z0-9.-]{1,253})",
    re.ASCII,
)
_COMPONENT_NAME = lazy_pattern(r"[a-z0-9:.-]{1,80}", re.ASCII)
_COMPONENTS = {
    "eks:node-manager": "the EKS component that manages node groups",
    "eks:addon-manager": "the EKS component that manages add-ons",
}

ANONYMOUS_REQUEST = CauseType(
    "anonymous-request",
    title="The request carried no credentials",
    text="The request had no credentials, so the API server treated it as system:anonymous.",
    recognised_by="The message names the user system:anonymous.",
    fix="Configure the token helper in the kubeconfig, and let proxies pass the Authorization header.",
    sources=(pages.EKS_KUBECONFIG,),
)
NO_RULE = CauseType(
    "no-rule",
    title="No RBAC rule allows the request",
    text="No role that is bound to the user allows it.",
    meaning="No Role or ClusterRole that is bound to the subject, and no access policy, allows the request.",
    recognised_by="Kubernetes says that a user cannot perform a verb on a resource.",
    fix="Bind the subject to a role with the verb and the resource, or associate an access policy.",
    sources=(pages.RBAC, pages.EKS_ACCESS_POLICIES),
)
NODE_AUTHORIZER = CauseType(
    "node-authorizer",
    title="The node authorizer does not allow the request",
    text="The node authorizer decides what a kubelet is allowed to do, and it denies this request.",
    recognised_by="The user is system:node:NAME or belongs to the group system:nodes.",
    fix="Use the credentials of a service account instead of the node's.",
    sources=("https://kubernetes.io/docs/reference/access-authn-authz/node/",),
)
PROGRAM_AS_NODE = CauseType(
    "program-as-node",
    title="A program uses the node's credentials",
    text="Something other than the kubelet uses the node's credentials: a pod without its own service account, or a script on the instance.",
    fix="Give the program a service account.",
    recognised_by="The text shows that kubectl or another program used the node's credentials.",
    sign=r"\bkubectl [^|;$]{0,60}--kubeconfig[ =]/var/lib/kubelet/\S{1,40}|\[(?:ec2-user|root)@ip-[\w.-]{1,60} [^\]]{1,40}\][$#] (?:sudo )?kubectl\b|\"userAgent\": ?\"(?!kubelet)[\w./-]{1,40}",
    remedy="Use a service account",
    of="node-authorizer",
)
NODE_MAPPING = CauseType(
    "node-mapping",
    title="The node role is mapped to another name or group",
    fix="Map it to system:node:{{EC2PrivateDNSName}} and the groups system:bootstrappers and system:nodes.",
    recognised_by="The map in the text has {{SessionName}}, and the node's name is an instance ID.",
    sign=r"\b(?P<shown>username: [\"']?system:node:\{\{SessionName\}\}).{0,600}\bUser \\?\"system:node:i-",
    of="node-authorizer",
)
TERRAFORM_WITHOUT_TOKEN = CauseType(
    "terraform-without-token",
    title="Terraform's Kubernetes provider has no token",
    text="Terraform's Kubernetes provider has no token: it is not configured, or it depends on a cluster that did not exist or changed at plan time.",
    fix="Configure the provider with exec and aws eks get-token.",
    of="anonymous-request",
)
KUBELET_WITHOUT_CREDENTIALS = CauseType(
    "kubelet-without-credentials",
    title="The kubelet's kubeconfig has no credentials",
    text="The kubelet's kubeconfig names no user, or one without a token helper, a token or a client certificate.",
    fix="Correct the kubelet's kubeconfig, or replace the node.",
    of="anonymous-request",
)
KUBECONFIG_WITHOUT_USER = CauseType(
    "kubeconfig-without-user",
    title="The context in the kubeconfig names no user, or one without a token helper",
    fix="Run aws eks update-kubeconfig.",
    recognised_by="The kubeconfig in the text has no user.",
    sign=r"\busers: (?:null|\[ ?\])|\buser: \"\"",
    remedy="Write the kubeconfig again",
    of="anonymous-request",
)
NOT_OF_THIS_NODE = CauseType(
    "not-of-this-node",
    title="The object does not belong to the node",
    text="The node authorizer allows a kubelet to read only objects that pods on its node refer to. No pod on this node refers to this one (any more).",
    recognised_by="The API server says that there is no relationship between the node and the object.",
    fix="Let each kubelet access only its own node and pods.",
    sources=("https://kubernetes.io/docs/reference/access-authn-authz/node/",),
)
TEMPLATE_NOT_REPLACED = CauseType(
    "template-not-replaced",
    title="A template in the user name was not replaced",
    text="The user name contains a variable that was not replaced, so it is not the name of a node.",
    recognised_by="The user name contains {{.",
    fix="Create an access entry of the node type, or correct the template in aws-auth.",
    sources=(pages.EKS_AUTH_CONFIGMAP,),
)
POD_GONE = CauseType(
    "pod-gone",
    title="The pod has just left the node",
    text="The pod has just left the node, and the kubelet makes a last request. Then the message stops.",
    fix="Ignore the message if it does not repeat.",
    recognised_by="The kubelet's log in the text shows that the pod was deleted.",
    sign=r"\bSyncLoop (?:DELETE|REMOVE)\b|\bStopping container\b",
    remedy="Ignore the message",
    of="not-of-this-node",
)
DEFAULT_ROLE_CHANGED = CauseType(
    "default-role-changed",
    title="The component's ClusterRole or ClusterRoleBinding was changed or deleted",
    fix="Restore the default role and binding.",
    recognised_by="The text shows that the role or binding was changed.",
    sign=r"\bclusterrole(?:binding)?\S{0,40} \"?(?:eks|system):[\w:-]{1,60}\"? (?:deleted|edited|configured|replaced)\b",
    remedy="Restore the component",
    of="no-rule",
)
BORROWED_IDENTITY = CauseType(
    "borrowed-identity",
    title="A program uses the credentials of a component",
    text="A program calls with credentials that are not its own.",
    fix="Give the program a service account.",
    recognised_by="The text shows kubectl --as.",
    sign=r"--as[ =](?:eks|system):[\w:-]{1,60}",
    of="no-rule",
)


_CHECK_KUBELET = cluster_remedy(
    "On the node, check how the kubelet authenticates",
    "The command systemctl cat kubelet shows the kubelet's kubeconfig. In the file, the context's user must have an exec block that runs aws eks get-token or aws-iam-authenticator with the cluster's name, and server must be this cluster's endpoint.",
    "EKS nodes authenticate with the role of their instance. If the kubelet has --bootstrap-kubeconfig, check that file, too: it is used until the other one exists, and its user needs a token.",
    "EKS AMIs write that file at startup. Use the AMI's way to join (nodeadm, or bootstrap.sh on Amazon Linux 2), and replace the node.",
    commands=("systemctl cat kubelet", "journalctl -u kubelet --no-pager --lines 50"),
    url=pages.EKS_TROUBLESHOOTING,
)
CONFIGURE_TERRAFORM = your_remedy(
    "Add an exec block to Terraform's provider",
    "In the provider kubernetes (or helm), set host, cluster_ca_certificate and an exec block with api_version client.authentication.k8s.io/v1beta1, the command aws and the args eks get-token --cluster-name with the cluster's name. Then each run gets its own token.",
    "Create the cluster in a separate run, before the objects in it.",
    url="https://registry.terraform.io/providers/hashicorp/kubernetes/latest/docs#exec-plugins",
)
"""The remedy that gets a token for each Terraform run."""


def explain_anonymous(case: Case[KubernetesForbidden], request: Request) -> Explanation:
    """Explain that a request carried no credentials."""
    cluster = find_cluster(case)
    causes = [
        ANONYMOUS_REQUEST.cause(
            "derived",
            (
                "The user name is system:anonymous.",
                "The API server answers an invalid token with Unauthorized instead.",
            ),
        )
    ]
    remedies = [
        your_remedy(
            "Write the kubeconfig again",
            "The context's user must have an exec block that runs aws eks get-token.",
            "The command aws eks get-token runs the helper by hand and discards the token: what it still prints is the error.",
            commands=("kubectl config view --minify", cluster.kubeconfig_command(), cluster.token_command()),
            url=pages.EKS_KUBECONFIG,
        )
    ]
    notes = [
        "Never bind a role to system:anonymous or system:unauthenticated: everyone who can reach the API server would have it.",
        "Neither IAM policies nor RBAC roles help: the caller must authenticate first.",
    ]
    if TERRAFORM.search(case.text):
        causes.append(TERRAFORM_WITHOUT_TOKEN.cause(because=("The text is from Terraform.",)))
        remedies.insert(0, CONFIGURE_TERRAFORM)
    if clues.is_from_kubelet(case.text):
        causes.append(KUBELET_WITHOUT_CREDENTIALS.cause(because=("The text is from a kubelet.",)))
        remedies = [_CHECK_KUBELET]
        notes.append(
            "The API server answers a node whose role is not mapped with Unauthorized. So neither an access entry nor aws-auth fixes this."
        )
    else:
        causes.append(KUBECONFIG_WITHOUT_USER.cause())
    causes.append(HEADER_LOST.cause())
    return case.explain(
        f"The request carried no credentials, so the API server denied it as system:anonymous: it cannot {request.description}.",
        *causes,
        topic="kubernetes-anonymous",
        remedies=tuple(remedies),
        notes=tuple(notes),
    )


def explain_node(case: Case[KubernetesForbidden], request: Request) -> Explanation:
    """Explain that a node, or a caller with its identity, is denied a request."""
    user = case.failure.user or ""
    causes: list[Cause] = []
    reason = _NODE_AUTHORIZER_REASON.search(clues.message_text(case))
    if reason:
        text = f"{NOT_OF_THIS_NODE.text} IAM policies do not help."
        causes.append(NOT_OF_THIS_NODE.cause("reported", (f"The API server says: {reason[0]}.",), text=text))
    if "{{" in user:
        causes.append(TEMPLATE_NOT_REPLACED.cause("derived", (f"The user name is {user}",)))
    if reason:
        causes.append(POD_GONE.cause())
    else:
        causes.append(NODE_AUTHORIZER.cause("derived", (f"The user name is {user}",)))
    is_kubelet = _KUBELET_LINE.search(case.text) is not None
    if not is_kubelet:
        causes.append(PROGRAM_AS_NODE.cause())
    if not reason:
        # The reason shows that the node authorizer knows the node, so its groups and user name are right.
        causes.append(NODE_MAPPING.cause())
    name = find_object_name(case)
    what = f" ({clip_text(name)})" if name else ""
    summary = (
        f"The node authorizer does not allow the kubelet {clip_text(user)} to {request.description}{what}"
    )
    pod = _find_deleted_pod(case, request) if reason else None
    if pod:
        summary += f": harmless if it stops, because the pod {pod} has just been deleted"
    explanation = build_node_explanation(
        case, f"{summary}.", causes, mapping_first=is_kubelet or "{{" in user
    )
    mapping_and_program = explanation.remedies
    if reason and name:
        check = _pod_check(
            request,
            name,
            user,
            is_kubelet=is_kubelet,
            is_deleted=re.search(POD_GONE.sign, case.text) is not None,
        )
        # The reason shows that the role is mapped.
        return attrs.evolve(explanation, remedies=(check,) if is_kubelet else (check, mapping_and_program[0]))
    return attrs.evolve(explanation, remedies=mapping_and_program[:1]) if is_kubelet else explanation


def _find_deleted_pod(case: Case[KubernetesForbidden], request: Request) -> str | None:
    """Return the pod of the namespace that the kubelet removed last before the failure."""
    before = case.failure.text[: case.failure.span[0]]
    pods = [
        found["pod"] for found in _DELETED_POD.finditer(before) if found["namespace"] == request.namespace
    ]
    return pods[-1] if pods else None


# Where a pod refers to objects that the node authorizer then lets its node read:
# https://kubernetes.io/docs/reference/access-authn-authz/node/
_POD_FIELDS = {"secret": "volumes, env, envFrom or imagePullSecrets", "configmap": "volumes, env or envFrom"}


def _pod_check(request: Request, name: str, user: str, *, is_kubelet: bool, is_deleted: bool) -> Remedy:
    """Return the check whether a pod on the node refers to the object."""
    node = commands.kubernetes_name(user.removeprefix("system:node:"))
    kind = (request.resource or "object").removesuffix("s")
    check = f"heck that a pod on this node refers to the {kind} {clip_text(name)}"
    return cluster_remedy(
        f"Ignore the message if it does not repeat; otherwise, c{check}" if is_deleted else f"C{check}",
        f"The command prints the pods on this node. One of them must name the {kind} in its {_POD_FIELDS.get(kind, 'volumes')}. If none does, correct the name in the pod, or retry after the pod is scheduled to this node."
        + (" If no pod waits for it, nothing is wrong." if is_kubelet else ""),
        *(
            ()
            if is_kubelet
            else (
                "If something other than the kubelet made the request, use a separate service account or user instead of the node's credentials.",
            )
        ),
        commands=(
            fill_command(
                "kubectl get pods -n {} --field-selector {} -o yaml",
                commands.namespace(request.namespace),
                f"spec.nodeName={node}",
            ),
        ),
        url="https://kubernetes.io/docs/reference/access-authn-authz/node/",
    )


def explain_component(case: Case[KubernetesForbidden], request: Request) -> Explanation:
    """Explain that a component of Kubernetes or EKS lacks a permission it normally has."""
    user = case.failure.user or ""
    component = _COMPONENTS.get(user, "a component of Kubernetes or EKS")
    is_eks = user.startswith("eks:")
    restore = "The API server restores default roles at startup, unless their annotation rbac.authorization.kubernetes.io/autoupdate is false."
    if is_eks:
        restore = "EKS maintains its own roles with the prefix eks:, and add-ons contain theirs: update the add-on, or re-create them."
    look_up = "kubectl get clusterrole,clusterrolebinding"
    if _COMPONENT_NAME.fullmatch(user):
        look_up += f" {user}"
    text = f"The ClusterRole or ClusterRoleBinding of {clip_text(user)} was changed or deleted."
    return case.explain(
        f"RBAC does not allow {clip_text(user)}, {component}, to {request.description}.",
        NO_RULE.cause("reported", (f"The user name is {user}",)),
        DEFAULT_ROLE_CHANGED.cause(text=text),
        BORROWED_IDENTITY.cause(),
        topic="kubernetes-component",
        remedies=(
            cluster_remedy(
                "Restore the component's role and binding",
                "They have the component's name, or name it as subject. Compare them with those of a working cluster.",
                restore,
                commands=(look_up,),
                url=pages.EKS_TROUBLESHOOTING if is_eks else f"{pages.RBAC}#default-roles-and-role-bindings",
            ),
        ),
        notes=("An IAM policy does not help. Find out why its role is missing before you bind another one.",),
    )


def build_node_explanation(
    case: Case[KubernetesForbidden], summary: str, causes: list[Cause], *, mapping_first: bool = False
) -> Explanation:
    """Build the explanation for a request that exceeds a node's permissions."""
    cluster = find_cluster(case)
    lines = [commands.aws_auth_command()] if cluster.uses_aws_auth else []
    steps = [
        f"A Linux node has the user name {principal_mappings.NODE_USERNAME} and the groups {' and '.join(principal_mappings.NODE_GROUPS)}. An access entry of type EC2_LINUX sets both."
    ]
    if cluster.uses_entries:
        lines.append(
            cluster.eks_command(
                "describe-access-entry",
                principal=principal_mappings.build_cluster_principal(None).entry_argument,
            )
        )
        steps.append("PRINCIPAL_ARN is the ARN of the node role, not of its instance profile.")
    program = cluster_remedy(
        "Use a service account for the program instead of the node's credentials",
        "Bind a Role to the pod's service account. Remove the kubeconfig or aws eks get-token with which the program authenticates as the node.",
        "A hop limit of 1 for instance metadata keeps pods from using the node role.",
        commands=("kubectl create serviceaccount NAME -n NAMESPACE",),
        url=pages.RBAC,
    )
    mapping = cluster_remedy(
        "Check how the node role is mapped", *steps, commands=tuple(lines), url=pages.EKS_TROUBLESHOOTING
    )
    return case.explain(
        summary,
        *causes,
        topic="kubernetes-node-authorization",
        remedies=(mapping, program) if mapping_first else (program, mapping),
        notes=(
            "An IAM policy does not help. Do not bind a role to a node's user or to system:nodes: every kubelet, and anyone who controls a node, would have it.",
        ),
    )
