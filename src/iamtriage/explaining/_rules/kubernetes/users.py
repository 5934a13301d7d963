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
from iamtriage.explaining._rules.kubernetes import nodes
from iamtriage.explaining._rules.kubernetes.node_restrictions import NO_POLICY, label_remedy, name_remedy
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
# The reasons of the node authorizer and of the admission plugin NodeRestriction, as their source words them:
# plugin/pkg/auth/authorizer/node/node_authorizer.go and plugin/pkg/admission/noderestriction/admission.go.
_NODE_REASON = lazy_pattern(
    r"no relationship found between node(?: '[a-z0-9.-]{1,253}')?(?: and this object)?"
    r"|(?:\bnode [\"']?[a-z0-9.-]{1,253}[\"']? )?(?:is not allowed to (?P<change>modify|delete|create|update)|cannot read|can only)"
    r"(?: labels: (?P<labels>[\w./=-]{1,120}(?:, [\w./=-]{1,120}){0,9})| node \"(?P<other>[a-z0-9.-]{1,253})\""
    r"| [^\n;]{1,120}?(?:Node object|field selector|set to itself|requesting node|this type|namespace|service accounts|(?<!-)lease(?! with)|CSINode(?! with))\b"
    r"| [a-z/]{3,30}| [\"'])",
    re.ASCII,
)
# Reasons that are about what pods refer to. All others are about the node's own objects.
_ALL_OBJECTS = "of this type"
_REFERENCE_REASONS = ("no relationship", _ALL_OBJECTS)
# Only kubectl words errors so. In a shell, its commands follow a prompt.
_KUBECTL = lazy_pattern(
    r"\bError from server\b|\bunable to (?:cordon|drain)\b|(?:^|[$#>] ?|sudo )kubectl [a-z-]", re.MULTILINE
)
# A kubelet lists and watches each object on its own, as object-"NAMESPACE"/"NAME".
_KUBELET_LINE = lazy_pattern(
    r"\bkubelet(?:\[\d|\w{0,30}\.go:)|\bobject-\\{0,4}\"[a-z0-9.-]{1,63}\\{0,4}\"/", re.ASCII
)
_DELETED_POD = lazy_pattern(
    r"\bSyncLoop (?:DELETE|REMOVE)\b[^\n]{0,80}?\bpods=\[\\{0,4}\"(?P<namespace>[a-z0-9-]{1,63})/(?P<pod>[a-z0-9.-]{1,253})",
    re.ASCII,
)
_NODE_USER = lazy_pattern(
    r"\bsystem:node:([a-z0-9.-]{1,253})|\bnode [\"']?([a-z0-9.-]{1,253})[\"']? (?:is not allowed|can(?:not| only))",
    re.ASCII,
)
_NODE_SUBJECT = lazy_pattern(r"^node \S{1,255} (?=is|can)")
_NAMED_NODE = lazy_pattern(r"\bnodes \"([a-z0-9.-]{1,253})\" is forbidden", re.ASCII)
# The kinds of objects that have the name of their node.
_NAMED_AS_NODE = frozenset({"nodes", "csinodes", "leases"})
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
    sign=r"\b(?:kubectl [^|;$]{0,60}--kubeconfig[ =]|KUBECONFIG=)[\"']?/(?:var/lib/kubelet/|etc/kubernetes/kubelet)[^\s\"']{1,40}|\[(?:ec2-user|root)@ip-[\w.-]{1,60} [^\]]{1,40}\][$#] (?:sudo )?kubectl\b|\"userAgent\": ?\"(?!kubelet)[\w./-]{1,40}",
    remedy="Use ",
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
    sign=r"\busers: (?:null|\[ ?\])|\buser: (?:\"\"|\{ ?\})",
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
NODE_RESTRICTION = CauseType(
    "node-restriction",
    title="A node used or changed an object of another node, or a protected label",
    text="A node is allowed to read and change only its own Node object and its own pods.",
    meaning="The node authorizer and the admission plugin NodeRestriction allow a node to read and change only its own Node object and its own pods, and no protected labels.",
    recognised_by="The message says what a node is not allowed to do, or that it is allowed to access only its own objects.",
    fix="Use your own access instead of the node's. For a kubelet, correct its node name or its labels.",
    sources=(pages.KUBERNETES_ADMISSION, "https://kubernetes.io/docs/reference/access-authn-authz/node/"),
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
    message = clues.message_text(case)
    reason = _NODE_REASON.search(message)
    restricted = None if "{{" in user else explain_node_restriction(case, message)
    if restricted is not None:
        return restricted
    causes: list[Cause] = []
    if reason:
        text = NOT_OF_THIS_NODE.text
        if _ALL_OBJECTS in reason[0]:
            text = "A node is allowed to read such an object only by its name, if a pod on the node refers to it."
        causes.append(NOT_OF_THIS_NODE.cause("reported", (f"The API server says: {reason[0]}.",), text=text))
    if "{{" in user:
        causes.append(TEMPLATE_NOT_REPLACED.cause("derived", (f"The user name is {user}",)))
    is_kubelet = _KUBELET_LINE.search(case.text) is not None
    is_deleted = re.search(POD_GONE.sign, case.text) is not None
    if not reason:
        causes.append(NODE_AUTHORIZER.cause("derived", (f"The user name is {user}",)))
    elif _ALL_OBJECTS not in reason[0] and (is_kubelet or is_deleted or not _KUBECTL.search(case.text)):
        causes.append(POD_GONE.cause())
    if not is_kubelet:
        causes.append(_program_as_node(case))
    if not reason:
        # The reason shows that the node authorizer knows the node, so its groups and user name are right.
        causes.append(NODE_MAPPING.cause())
    name = find_object_name(case)
    what = f" ({clip_text(name)})" if name else ""
    who = "" if not is_kubelet and _KUBECTL.search(case.text) else "the kubelet "
    summary = f"The node authorizer does not allow {who}{clip_text(user)} to {request.description}{what}"
    pod = _find_deleted_pod(case, request) if reason else None
    if reason and not pod and reason[0].startswith("no relationship"):
        summary += ": no pod on this node refers to it"
    if pod:
        summary += f": harmless if it stops, because the pod {pod} has just been deleted"
    explanation = build_node_explanation(
        case,
        f"{summary}.",
        causes,
        mapping_first=is_kubelet or "{{" in user or user.startswith("system:node:i-"),
    )
    remedies = explanation.remedies
    if reason and not name and not is_kubelet:
        return attrs.evolve(explanation, remedies=remedies[:1])
    if reason and name:
        check = _pod_check(request, name, user, is_kubelet=is_kubelet, is_deleted=is_deleted)
        # The reason shows that the role is mapped.
        return attrs.evolve(explanation, remedies=(check,) if is_kubelet else (check, remedies[0]))
    return attrs.evolve(explanation, remedies=remedies[:1]) if is_kubelet else explanation


def explain_node_restriction(case: Case[KubernetesForbidden], message: str) -> Explanation | None:
    """Explain that a node accessed what is not its own, if the message says so.

    The node's name comes from the mapping of its role, the name it registers with from the kubelet. A custom
    domain in the DHCP options makes them differ: https://github.com/awslabs/amazon-eks-ami/issues/1711.
    """
    reason = _NODE_REASON.search(message)
    if reason is None or any(each in reason[0] for each in _REFERENCE_REASONS):
        return None
    evidence = (f"The API server says: {reason[0]}.",)
    found = _NODE_USER.search(message)
    node = (found[1] or found[2]) if found else None
    name = find_object_name(case)
    if name is None and (named := _NAMED_NODE.search(message)) is not None:
        name = named[1]
    own = f" (system:node:{clip_text(node)})" if node else ""
    if reason["labels"]:
        labels = reason["labels"]
        cause = NODE_RESTRICTION.cause(
            "reported",
            evidence,
            text="The admission plugin NodeRestriction does not allow a node to set protected labels on itself. IAM policies do not help.",
        )
        remedy = label_remedy(labels, name or node)
        return _explain_restriction(
            case, f"A kubelet is not allowed to set {clip_text(labels)}.", cause, remedy
        )
    other = reason["other"] or (name if case.failure.kubernetes_resource in _NAMED_AS_NODE else None)
    is_kubelet = _KUBELET_LINE.search(case.text) or "the requesting node" in reason[0]
    if is_kubelet and not _KUBECTL.search(case.text) and node and other not in {None, node}:
        summary = f"The kubelet names its node {clip_text(other or '')}, but the cluster knows it as {clip_text(node)}: the names must be equal."
        cause = NODE_RESTRICTION.cause("reported", evidence)
        return _explain_restriction(case, summary, cause, name_remedy(node, case.failure.text), NO_POLICY)
    said = _NODE_SUBJECT.sub("", reason[0])
    summary = f"The request used the identity of a node{own}, which {said}."
    if case.failure.user is not None:
        kind = case.failure.kubernetes_resource or "objects"
        what = f"the {kind.removesuffix('s')} {clip_text(name)}" if name else kind
        summary = f"The request used the identity of a node{own}, which cannot {case.failure.verb} {what}: a node has access only to its own Node object and pods."
    explanation = build_node_explanation(
        case, summary, [NODE_RESTRICTION.cause("reported", evidence), _program_as_node(case)]
    )
    # The reason shows that the role is mapped.
    return attrs.evolve(explanation, remedies=explanation.remedies[:-1])


def _explain_restriction(
    case: Case[KubernetesForbidden], summary: str, cause: Cause, remedy: Remedy, *notes: str
) -> Explanation:
    topic = "kubernetes-node-authorization"
    return case.explain(summary, cause, topic=topic, remedies=(remedy,), notes=notes)


def _program_as_node(case: Case[KubernetesForbidden]) -> Cause:
    """Return the cause that something other than the kubelet uses the node's credentials."""
    if _KUBECTL.search(case.text):
        return PROGRAM_AS_NODE.cause(
            text="kubectl authenticates as the node: its kubeconfig is the kubelet's, or it gets a token with the instance's role."
        )
    return PROGRAM_AS_NODE.cause()


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
    person = your_remedy(
        "Use your own access instead of the node's",
        "Run the commands with your own AWS credentials, not on the node: there, the AWS CLI uses the node role, and the cluster knows it as the node. Unset KUBECONFIG if it names the kubelet's file. Then run kubectl again.",
        "Your IAM principal needs an access entry or a mapping in aws-auth. A script on the instance or in a pod needs one of its own, or a service account.",
        commands=(
            attrs.evolve(cluster, region=cluster.region or nodes.find_region(case)).kubeconfig_command(),
        ),
        url=pages.EKS_KUBECONFIG,
    )
    if not mapping_first and _KUBECTL.search(case.text):
        program = person
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
