"""Explain requests that the node authorizer or the admission plugin NodeRestriction denies a node.

No role should be bound to nodes: https://kubernetes.io/docs/reference/access-authn-authz/node/. Their labels and names:
https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, search_last
from iamtriage._text import clip_text, join_words, line_at, quote_words
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import find_pod_nodes
from iamtriage.explaining._context.readers.statements import find_said, find_working
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.kubernetes.aws_auth.mapped_groups import NODE_MAPPING, explain_wrong_groups
from iamtriage.explaining._rules.kubernetes.entries.stated_entries import is_user_name
from iamtriage.explaining._rules.kubernetes.nodes import find_region, node_mapping_remedy, rename_node_remedy
from iamtriage.explaining._rules.kubernetes.rbac.request_checks import account_commands
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.kubernetes import kubernetes_requests, principal_mappings
from iamtriage.explaining._rules.shared.kubernetes.clusters import find_cluster
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import Request
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import KubernetesForbidden

_PAGE = "https://kubernetes.io/docs/reference/access-authn-authz/node/"
_TOPIC = "kubernetes-node-authorization"
# The reasons of the node authorizer and of the admission plugin NodeRestriction, as their source words them:
# plugin/pkg/auth/authorizer/node/node_authorizer.go and plugin/pkg/admission/noderestriction/admission.go.
_REASON = lazy_pattern(
    r"(?a)no relationship found between node(?: '[a-z0-9.-]{1,253}')?(?: and this object)?"
    r"|(?:\bnode [\"']?[a-z0-9.-]{1,253}[\"']? )?(?:is not allowed to (?P<change>modify|delete|create|update)|cannot read|can only)"
    r"(?: labels: (?P<labels>[\w./=-]{1,120}(?:, [\w./=-]{1,120}){0,9})| node \"(?P<other>[a-z0-9.-]{1,253})\""
    r"| [^\n;]{1,120}?(?:Node object|field selector|set to itself|requesting node|this type|namespace|service accounts|(?<!-)lease(?! with)|CSINode(?! with))\b"
    r"| [a-z/]{3,30}| [\"'])"
)
# Reasons that are about what pods refer to. All others are about the node's own objects.
_ALL_OBJECTS = "of this type"
_BY_NAME = "A node is allowed to read such an object only by its name, if a pod on the node refers to it."
_REFERENCE_REASONS = ("no relationship", _ALL_OBJECTS)
# Only kubectl words errors so. In a shell, its commands follow a prompt.
_KUBECTL = lazy_pattern(
    r"(?m)\bError from server\b|\bunable to (?:cordon|drain)\b|(?:^|[$#>] ?|sudo )kubectl [a-z-]"
)
# A kubelet lists and watches each object on its own, as object-"NAMESPACE"/"NAME".
_KUBELET_LINE = lazy_pattern(
    r"(?a)\bkubelet(?:\[\d|\w{0,30}\.go:)|\bobject-\\{0,4}\"[a-z0-9.-]{1,63}\\{0,4}\"/"
)
# What uses the credentials of the node: in the line of the journal or of the audit log that has the error, or in a unit
# with the kubelet's file. An interpreter or the library of a client is no name, and a controller runs in a pod.
_PROGRAM = lazy_pattern(
    r"(?am)^(?=[A-Z0-9])[^\n\[]{10,120}? (?P<logged>[A-Za-z][\w-]{1,60})\[\d{1,7}\]:? [^\n]{0,2000}?system:node:"
    r"|\"userAgent\": ?\"(?P<agent>[A-Za-z][\w-]{1,40})/|^ExecStart=[@:+!-]{0,3}(?:/[\w.-]{1,60}){0,9}/(?P<started>[A-Za-z][\w-]{1,60})\s"
)
_NO_NAME = lazy_pattern(
    r"kubelet|kubectl|systemd|cloud-init|containerd|(?:env|(?:ba|da|z)?sh|node|java)\b|python|ruby|okhttp|Go-http|OpenAPI-"
)
_UNNAMED = "the program"
_IN_UNIT = lazy_pattern(
    r"(?m)\b(?:ExecStart|Environment)=|\bjournalctl [^\n]{0,60}?(?:-u|--unit)[ =](?!kubelet)|\bsystemctl "
)
_NODE_USER = lazy_pattern(
    r"(?a)\bsystem:node:([a-z0-9.-]{1,253})|\bnode [\"']?([a-z0-9.-]{1,253})[\"']? (?:is not allowed|can(?:not| only))"
)
_OF_NODE = lazy_pattern(r"system:node:(?!i-|\{)")
_WITHOUT_GROUP = "The node role is mapped without the group system:nodes."
_NODE_SUBJECT = lazy_pattern(r"^node \S{1,255} (?=is|can)")
_NAMED_NODE = lazy_pattern(r"(?a)\bnodes \"([a-z0-9.-]{1,253})\" is forbidden")
# The kinds of objects that have the name of their node.
_NAMED_AS_NODE = frozenset({"nodes", "csinodes", "leases"})
_LABEL = lazy_pattern(r"(?a)[A-Za-z0-9][\w./-]{0,250}(?:=[\w.-]{0,63})?")
# Where a pod refers to objects that the node authorizer then allows its node to read.
_POD_FIELDS = {"secret": "volumes, env, envFrom or imagePullSecrets", "configmap": "volumes, env or envFrom"}
_NO_BINDING = "An IAM policy does not help. Do not bind a role to a node's user or to system:nodes: anyone who controls a node would have its permissions."
NODE_AUTHORIZER = CauseType(
    "node-authorizer",
    title="The node authorizer does not allow the request",
    text="The node authorizer decides what a kubelet is allowed to do. It gave no reason: nodes do not make such requests, or the user lacks the group system:nodes.",
    recognised_by="The user is system:node:NAME or belongs to the group system:nodes.",
    fix="Use the credentials of a service account instead of the node's.",
    sources=(_PAGE,),
)
PROGRAM_AS_NODE = CauseType(
    "program-as-node",
    title="A program uses the node's credentials",
    text="Something other than the kubelet uses the node's credentials, such as a script on the instance or a pod without its own service account.",
    fix="Create a service account for the program.",
    recognised_by="The text shows that kubectl or another program used the node's credentials.",
    sign=r"\b(?:kubectl [^|;$]{0,60}--kubeconfig[ =]|KUBECONFIG=)[\"']?/(?:var/lib/kubelet/|etc/kubernetes/kubelet)[^\s\"']{1,40}|\[(?:ec2-user|root)@ip-[\w.-]{1,60} [^\]]{1,40}\][$#] (?:sudo )?kubectl\b",
    remedy="Use ",
    of="node-authorizer",
)
NOT_OF_THIS_NODE = CauseType(
    "object-of-other-node",
    title="The object does not belong to the node",
    text="The node authorizer allows a kubelet to read only objects that pods on its node refer to.",
    recognised_by="The API server says that there is no relationship between the node and the object.",
    fix="Let each kubelet access only its own node and pods.",
    sources=(_PAGE,),
)
NODE_RESTRICTION = CauseType(
    "node-restriction",
    title="A node used or changed an object of another node, or a protected label",
    text="A node is allowed to read and change only its own Node object and its own pods.",
    meaning="The node authorizer and the admission plugin NodeRestriction allow a node to read and change only its own Node object and its own pods, and no protected labels.",
    recognised_by="The message says what a node is not allowed to do, or that it is allowed to access only its own objects.",
    fix="Use your own access instead of the node's. For a kubelet, correct its node name or its labels.",
    sources=(pages.KUBERNETES_ADMISSION, _PAGE),
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
    "pod-deleted",
    title="The pod was just removed from the node",
    text="The pod was just removed from the node, and the kubelet made one last request, which is harmless.",
    fix="Ignore the message if it does not repeat.",
    recognised_by="The kubelet's log in the text shows that the pod was deleted.",
    sign=r"\bSyncLoop (?:DELETE|REMOVE)\b|\bStopping container\b",
    remedy="Ignore the message",
    of="object-of-other-node",
)

_MAX_NODES = 3
# What moves pods to other nodes.
_MOVED = lazy_pattern(
    r"(?i:\b(?:drain(?:ed|ing)|evict(?:ed|ing)|cordon(?:ed|ing)|rescheduled)\b|\b(?:upgraded|replaced|rotated|recycled|rolled|terminated|scaled (?:in|down)) (?:[\w-]+ ){0,3}node(?:s|[ -]?groups?)?\b"
    r"|\bnode(?:s|[ -]?groups?)? (?:was|were|got|(?:has|have) been) (?:upgraded|replaced|rotated|recycled|terminated|scaled (?:in|down))\b|\bspot interruption\b)"
)


def explain_node(case: Case[KubernetesForbidden], request: Request) -> Explanation:
    """Explain that a node, or a caller with its identity, is denied a request."""
    user, message = case.failure.user or "", clues.message_text(case)
    is_template = "{{" in user
    restricted = None if is_template else explain_node_restriction(case, message)
    found, name = _REASON.search(message), kubernetes_requests.find_object_name(case)
    if restricted is None and found is None:
        restricted = explain_wrong_groups(
            case, request.description, is_user_name, principal_mappings.NODE_GROUPS, note=_NO_BINDING
        )
    if restricted is not None:
        return restricted
    reason = found[0] if found else ""
    is_kubelet, is_kubectl = (each.search(case.text) is not None for each in (_KUBELET_LINE, _KUBECTL))
    is_deleted = re.search(POD_GONE.sign, case.text) is not None
    moved = next(find_said(case.failure.text, _MOVED), None)
    of_user = f"The user name is {user}"
    text = _BY_NAME if _ALL_OBJECTS in reason else ""
    program = None if is_kubelet else _program_as_node(case)
    is_other = program is not None and program.evidence == "derived"
    may_be_gone = reason and not text and (is_kubelet or is_deleted or not (is_kubectl or is_other))
    gone = POD_GONE.cause()
    if moved is not None:
        said = f'The text says "{clip_text(moved[0])}": the pod most likely left the node, and the kubelet made one last request.'
        gone = POD_GONE.cause("derived", text=said)
    elsewhere = _find_other_nodes(case, request, user) if reason and is_other else None
    causes = (
        NOT_OF_THIS_NODE.cause("reported", elsewhere, text=text) if reason else None,
        TEMPLATE_NOT_REPLACED.cause("derived", of_user) if is_template else None,
        None if reason else NODE_AUTHORIZER.cause("derived", of_user),
        gone if may_be_gone else None,
        program,
        # The reason shows that the node authorizer knows the node, so its groups and user name are correct.
        None if reason else NODE_MAPPING.cause(text=_WITHOUT_GROUP if _OF_NODE.match(user) else ""),
    )
    kind = (request.resource or "").removesuffix("s")
    what = f"{request.verb} the {kind}" if name and kind in _POD_FIELDS else request.verb_and_type
    what = clip_text(f"{what}{f' {name}' if name else ''}{request.scope_text}")
    who = "" if not is_kubelet and (is_kubectl or is_other) else "the kubelet "
    summary = f"The node authorizer does not allow {who}{clip_text(user)} to {what}"
    if is_other and reason.startswith("no relationship"):
        summary += f": {_find_program(case)} uses the node's identity, which can read only those that pods on this node refer to. That is intended"
    elif reason and is_deleted:
        summary += ": harmless if it stops and its pod was just deleted"
    elif reason.startswith("no relationship") or (moved is not None and may_be_gone):
        likely = ". Most likely, the pod has moved, which is harmless if the message does not repeat"
        summary += f": at that moment, no pod on this node referred to it{likely if moved is not None and may_be_gone else ''}"
    use, mapping = _use_remedy(case), node_mapping_remedy(find_cluster(case))
    if is_template or is_kubelet or user.startswith("system:node:i-"):
        use, mapping = mapping, _own_account_remedy(case)
    remedies: tuple[Remedy, ...] = (use, mapping)
    if reason and name:
        check = _pod_check(
            request, name, user, is_kubelet=is_kubelet, is_deleted=is_deleted or bool(moved and may_be_gone)
        )
        # The reason shows that the role is mapped.
        remedies = (check,) if is_kubelet else (check, use)
        if is_other:
            # Whoever reads the object needs no pod for it.
            remedies = (use, check) if is_kubectl and not elsewhere else (use,)
    elif is_kubelet or reason:
        remedies = (use,)
    return case.explain(f"{summary}.", *causes, topic=_TOPIC, remedies=remedies, notes=_NO_BINDING)


def explain_node_restriction(case: Case[KubernetesForbidden], message: str) -> Explanation | None:
    """Explain that a node accessed what is not its own, if the message says so.

    The node's name comes from the mapping of its role, the name it registers with from the kubelet. A custom
    domain in the DHCP options makes them differ: https://github.com/awslabs/amazon-eks-ami/issues/1711.
    """
    reason = _REASON.search(message)
    if reason is None or any(each in reason[0] for each in _REFERENCE_REASONS):
        return None
    failure, evidence = case.failure, f"The API server says: {reason[0]}."
    found, named = _NODE_USER.search(message), _NAMED_NODE.search(message)
    node = (found[1] or found[2]) if found else None
    name = kubernetes_requests.find_object_name(case) or (named[1] if named else None)
    cause = NODE_RESTRICTION.cause("reported", evidence)
    note = _NO_BINDING
    causes: tuple[Cause, ...] = (cause,)
    other = reason["other"] or (name if failure.kubernetes_resource in _NAMED_AS_NODE else None)
    is_kubelet = (
        _KUBELET_LINE.search(case.text) or "the requesting node" in reason[0]
    ) and not _KUBECTL.search(case.text)
    if reason["labels"]:
        text = "The admission plugin NodeRestriction lets a node set only a few labels of kubernetes.io and k8s.io on itself, and this is none of them. Neither an IAM policy nor an RBAC binding helps."
        causes, note = (NODE_RESTRICTION.cause("reported", text=text),), ""
        summary = f"A kubelet is not allowed to set {clip_text(reason['labels'])}."
        labelled = _LABELLING.search(failure.text)
        remedy = _label_remedy(failure.text, reason["labels"], name or node, is_own=labelled is not None)
        if labelled is not None:
            summary = f"kubectl used the identity of the node, which is not allowed to set {clip_text(reason['labels'])} on itself."
            causes = (*causes, _program_as_node(case, find_working(failure.text, _ELSEWHERE)))
    elif is_kubelet and node and other not in {None, node}:
        summary = f"The kubelet uses the node name {clip_text(other or '')}, but the cluster knows the node as {clip_text(node)}: the names must be equal."
        note = "Neither an RBAC binding nor an IAM policy helps, and the mapping of the node role is correct."
        remedy = rename_node_remedy(node)
    else:
        own = f" (system:node:{clip_text(node)})" if node else ""
        denial = _NODE_SUBJECT.sub("", reason[0])
        if failure.user is not None:
            kind = failure.kubernetes_resource or "objects"
            what = f"the {kind.removesuffix('s')} {clip_text(name)}" if name else kind
            denial = f"cannot {failure.verb} {what}: a node has access only to its own Node object and pods"
        summary = f"The request used the identity of a node{own}, which {denial}."
        causes, remedy = (cause, _program_as_node(case)), _use_remedy(case)
    return case.explain(summary, *causes, topic=_TOPIC, remedies=remedy, notes=note)


# Where kubectl has another identity than on the node.
_ELSEWHERE = lazy_pattern(
    r"(?i:\b(?:laptop|workstation|bastion|jump ?(?:host|box)|cloud ?shell|locally|my (?:machine|computer|pc|mac|shell)|(?:own|admin(?:istrator)?) (?:kubeconfig|credentials|role|user)|as (?:an? )?admin(?:istrator)?|by hand|manually)\b)"
)
_KUBELET_FILE = lazy_pattern(
    r"(?:--kubeconfig[ =]|\bKUBECONFIG=)[\"']?(/(?:var/lib/kubelet|etc/kubernetes)/[\w./-]{1,60})"
)


def _find_program(case: Case[KubernetesForbidden]) -> str:
    """Return what uses the credentials of a node, or that it is a program."""
    if _KUBECTL.search(case.text):
        return "kubectl"
    text, lines = case.failure.text, line_at(case.failure.text, *case.failure.span)
    # jq prints an event on several lines.
    is_event = lines.lstrip().startswith('"') and text.count('"userAgent"') == 1
    found = search_last(_PROGRAM, text if is_event or _KUBELET_FILE.search(text) else lines)
    name = found[found.lastgroup or 0] if found else ""
    return name if name and not _NO_NAME.match(name) else _UNNAMED


def _program_as_node(case: Case[KubernetesForbidden], works: str | None = None) -> Cause:
    """Return the cause that something uses the credentials of a node, and why it works elsewhere, if it does."""
    program, file = _find_program(case), _KUBELET_FILE.search(case.failure.text)
    is_shown = file is not None or works is not None or program not in {"kubectl", _UNNAMED}
    with_file = f"kubeconfig {file[1]}" if file else "kubeconfig or a token of the instance's role"
    text = f"{capitalize_start(program)} authenticates as the node, with the kubelet's {with_file}."
    if works is not None:
        text += f" Where it works ({quote_words(works)}), kubectl has another identity: a user who is allowed to change nodes."
    return PROGRAM_AS_NODE.cause(
        "derived" if is_shown else "possible", text=text if is_shown or program == "kubectl" else ""
    )


def _find_other_nodes(case: Case[KubernetesForbidden], request: Request, user: str) -> str | None:
    """Return on which other nodes the pods of the namespace run, as a sentence, if the text lists them and none is on this node."""
    nodes = find_pod_nodes(case.failure.text, request.namespace or "")
    own = user.removeprefix("system:node:")
    if not nodes or any(own == each or own.startswith(f"{each}.") for each in nodes):
        return None
    return f"The pods of {request.namespace} in the text run on {join_words(sorted(nodes)[:_MAX_NODES], 'and')}, not on this node."


def _pod_check(request: Request, name: str, user: str, *, is_kubelet: bool, is_deleted: bool) -> Remedy:
    node = commands.kubernetes_name(user.removeprefix("system:node:"))
    kind = (request.resource or "object").removesuffix("s")
    check = f"heck that a pod on this node refers to {clip_text(name)}"
    fields = _POD_FIELDS.get(kind, "volumes")
    template = "kubectl get pods -n {} --field-selector {} -o yaml | grep -e '^    name: ' -e {}"
    named = (commands.namespace(request.namespace), f"spec.nodeName={node}", commands.kubernetes_name(name))
    return cluster_remedy(
        f"Ignore the message if it does not repeat; otherwise, c{check}" if is_deleted else f"C{check}",
        ("If no pod is waiting for the object, nothing is wrong. " if is_kubelet else "")
        + "If a pod that needs it has no such line, correct the name in its manifest or Deployment. If the pod has just been assigned to this node, the kubelet retries by itself.",
        commands={
            f"The pods on this node, and where they name the {kind} ({fields}):": commands.fill_command(
                template, *named
            ),
            "The nodes of all pods of the namespace:": commands.fill_command(
                "kubectl get pods -n {} -o wide", named[0]
            ),
        },
    )


def _use_remedy(case: Case[KubernetesForbidden]) -> Remedy:
    """Return the remedy that uses another identity than the node's: for a person, or for a program."""
    if not _KUBECTL.search(case.text):
        return _own_account_remedy(case)
    cluster = find_cluster(case)
    configure = attrs.evolve(cluster, region=cluster.region or find_region(case)).kubeconfig_command()
    failed = case.context.command
    again = None
    if failed is not None and failed.program == "kubectl" and failed.words[:1] == ("get",):
        again = commands.repeat_line(_KUBELET_FILE.sub("", failed.text).replace("  ", " ").strip())
    return your_remedy(
        "Use your own access instead of the node's",
        "Run kubectl with your own AWS credentials, not on the node: there, the AWS CLI uses the node role. Unset KUBECONFIG if it names the kubelet's file.",
        "Your IAM principal needs an access entry or a mapping in aws-auth. A script on the instance or in a pod needs its own, or a service account.",
        commands=(configure, again),
        url=pages.EKS_KUBECONFIG,
    )


def _own_account_remedy(case: Case[KubernetesForbidden]) -> Remedy:
    """Return the remedy that gives a program on a node, or in a pod without its own account, a service account."""
    request = kubernetes_requests.parse_request(case)
    program = _find_program(case).replace("kubectl", _UNNAMED)
    account = commands.kubernetes_name(program.lower())
    file = _KUBELET_FILE.search(case.failure.text)
    pod = f"Run {program} as a pod with this service account, without the node's kubeconfig or aws eks get-token."
    if program != _UNNAMED and _IN_UNIT.search(case.failure.text):
        pod = f"A systemd unit has no service account: run {program} as a pod with it. Or set KUBECONFIG in the unit to another file, with a token of the service account, or with an IAM role whose access entry has a group that the Role is bound to."
    return cluster_remedy(
        f"Give {program} a service account of its own, instead of the node's credentials",
        pod,
        f"Do not delete the kubelet's own file{f' {file[1]}' if file else ''}: without it, the node loses the cluster.",
        None if file else "A hop limit of 1 for instance metadata prevents pods from using the node role.",
        commands=account_commands(request, account, commands.namespace(request.namespace)),
        url=pages.RBAC,
    )


# The command that sets a label on a node, also with set -x. Its output has no option.
_LABELLING = lazy_pattern(
    r"\bkubectl(?: -[^\s|;]{1,200}(?: /[^\s|;]{1,200})?){0,6} (?:label|annotate|patch|edit) (?:[^\n|;]{0,200} )?nodes?[ /]"
)


# The log of cloud-init, and what people call the script.
_USER_DATA = lazy_pattern(r"\bcloud-init(?:\[|-output\.log)|\bscripts-user\b|\b[Uu]ser[- ]?[Dd]ata script\b")


def _label_remedy(text: str, labels: str, node: str | None, *, is_own: bool) -> Remedy:
    """Return the remedy that sets labels from outside of the node, instead of by the kubelet or a command on the node."""
    settings = " ".join(
        each if "=" in each else f"{each}={_find_label_value(text, each)}"
        for each in labels.split(", ")
        if _LABEL.fullmatch(each)
    )
    place = (
        f"command from {'the user data' if _USER_DATA.search(text) else 'the node'}"
        if is_own
        else "label from the kubelet's --node-labels"
    )
    own = f"example.com/{settings.partition(' ')[0].rpartition('/')[2]}"
    template = "bootstrap.sh: --kubelet-extra-args '{}'" if "bootstrap.sh" in text else "{}"
    option = template.format(f"--node-labels={own}")
    return cluster_remedy(
        f"Remove the {place}, and set the label with your own access",
        f"New nodes need it again. Or let the node set a label without kubernetes.io or k8s.io in the prefix, such as {own}: in the labels of the node group, or by the kubelet ({option}).",
        commands=commands.fill_command(
            f"kubectl label node {{}} {settings}", commands.kubernetes_name(node or "NODE")
        ),
    )


def _find_label_value(text: str, label: str) -> str:
    r"""Return the value that a text gives a label, or an empty one.

    >>> _find_label_value("+ kubectl label node n node-role.kubernetes.io/gpu=true\nError", "node-role.kubernetes.io/gpu")
    'true'
    """
    found = re.search(
        rf"(?<![\w./-]){re.escape(label)}[=:][\"']?([A-Za-z0-9](?:[\w.-]{{0,61}}[A-Za-z0-9])?)?(?![\w.-])",
        text,
    )
    return (found[1] or "") if found else ""
