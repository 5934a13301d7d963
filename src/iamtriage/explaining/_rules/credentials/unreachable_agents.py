"""Explain that a pod cannot reach the EKS Pod Identity Agent, and what kubectl shows of the agent.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import Cause, CauseType
from iamtriage.explaining._context.readers.endpoints import find_unexempted_hosts
from iamtriage.explaining._context.readers.kubernetes.kubectl_output import (
    find_daemon_set,
    find_node_of_pod,
    find_pod_rows,
)
from iamtriage.explaining._rules.credentials import pod_agents, pod_roles
from iamtriage.explaining._rules.shared import clusters, commands, pages
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.remedies import cluster_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._context.readers.kubernetes.kubectl_output import PodRow
    from iamtriage.explaining._explanations import Explanation, Remedy
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import MissingCredentials


_AGENT_PREFIX = "eks-pod-identity-agent-"
_NO_AGENT = lazy_pattern(pod_roles.AGENT_MISSING.sign)
_UNHEALTHY_ADDON = lazy_pattern(
    r"\beks-pod-identity-agent\b.{0,600}?\b(?P<status>DEGRADED|CREATE_FAILED|UPDATE_FAILED)\b"
)
_STATUSES_WITHOUT_LOG = frozenset({"ContainerCreating", "ErrImagePull", "ImagePullBackOff", "Pending"})

_NO_ANSWER = r"(?i:time(?:d )?-?out|deadline exceeded|connection refused|no route to host|failed to connect)"
AGENT_UNREACHABLE = lazy_pattern(
    rf"{_NO_ANSWER}[^\n]{{0,120}}{pod_agents.AGENT_HOST}|{pod_agents.AGENT_HOST}[^\n]{{0,160}}{_NO_ANSWER}"
)

AGENT_BLOCKED = CauseType(
    "agent-blocked",
    title="A proxy, network policy or firewall blocks the EKS Pod Identity Agent",
    fix="Add 169.254.170.23 to NO_PROXY, and allow it in network policies.",
    of="no-credentials",
)

_UNREACHABLE = "The pod cannot reach the EKS Pod Identity Agent at 169.254.170.23"


def explain_agent_unreachable(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a pod cannot reach the agent on its node, and what the text shows of the agent."""
    agents = tuple(each for each in find_pod_rows(case.failure.text) if each.name.startswith(_AGENT_PREFIX))
    counts = find_daemon_set(case.failure.text, "eks-pod-identity-agent")
    if (shown := _explain_state(case, agents, counts)) is not None:
        return shown
    runs = bool(agents) or counts is not None
    because = quote_phrases(message, *pod_agents.CONNECTION_PHRASES)[:1]
    others = () if runs else (pod_roles.AGENT_MISSING.cause(because=because),)
    if (hosts := find_unexempted_hosts(case.failure.text, pod_agents.POD_IDENTITY_AGENT)) is not None:
        lacks = f"NO_PROXY ({hosts}) lacks 169.254.170.23" if hosts else "NO_PROXY is not set"
        return _explain_agent(
            case,
            f"{_UNREACHABLE}: the pod uses a proxy, and {lacks}.",
            AGENT_BLOCKED.cause(
                "derived",
                (f"The text shows a proxy, and {lacks}.",),
                text="The SDK sends the request to the proxy, which cannot reach an address of the node.",
            ),
            *others,
            remedy=_no_proxy_remedy(case, hosts),
        )
    return _explain_agent(
        case,
        f"{_UNREACHABLE}, {'although the agents run' if runs else 'so it gets no credentials'}.",
        *others,
        AGENT_BLOCKED.cause(),
        remedy=_CHECK_WAY_TO_AGENT if runs else _CHECK_AGENT,
    )


def _explain_state(
    case: Case[MissingCredentials], agents: tuple[PodRow, ...], counts: tuple[int, int] | None
) -> Explanation | None:
    """Return the explanation if kubectl shows that the agent does not run."""
    text = case.failure.text
    pod, node = find_node_of_pod(text) or _find_node_in_table(text) or (None, None)
    agent = next((each for each in agents if not each.is_ready and node in (None, each.node)), None)
    if agent is not None:
        on = f" on the pod's node {node}" if node else f" on {agent.node}" if agent.node else ""
        state = f"in {agent.status}" if agent.status != "Running" else "not ready"
        doubt = "" if node else " Check that this is the agent on the pod's node."
        return _explain_missing(
            case,
            f"the agent{on or f' {agent.name}'} is {state}",
            f"{agent.name} as {agent.status}{f', and the pod {pod} on {node}' if pod else ''}",
            f"The agent {agent.name}{on} is {state}.{doubt}",
            _repair_agent_remedy(agent, node or agent.node, pod),
        )
    if _NO_AGENT.search(case.text):
        return _explain_missing(
            case,
            "the cluster has no agent",
            "that kubectl found none",
            "The add-on eks-pod-identity-agent is not installed. Only EKS Auto Mode has the agent built in.",
            _INSTALL_AGENT,
        )
    addon = _UNHEALTHY_ADDON.search(case.text)
    if addon is not None:
        state, shown = f"the add-on eks-pod-identity-agent is {addon['status']}", addon["status"]
    elif counts is not None and counts[1] < counts[0]:
        state = shown = f"only {counts[1]} of {counts[0]} agents are ready"
    else:
        return None
    return _explain_missing(
        case,
        f"{state}, and the agent on the pod's node is most likely not ready",
        f'"{shown}"' if addon else f"that {shown}",
        "The agent does not run on all nodes.",
        _FIND_BROKEN_AGENT,
    )


def _explain_missing(
    case: Case[MissingCredentials], state: str, shown: str, text: str, remedy: Remedy
) -> Explanation:
    cause = pod_roles.AGENT_MISSING.cause("derived", (f"The text shows {shown}.",), text=text)
    return _explain_agent(case, f"{_UNREACHABLE}: {state}.", cause, remedy=remedy)


def _explain_agent(
    case: Case[MissingCredentials], summary: str, *causes: Cause, remedy: Remedy
) -> Explanation:
    return case.explain(
        summary,
        *causes,
        topic="no-credentials",
        remedies=(remedy,),
        notes=(pod_agents.NO_CALL_WITHOUT_CREDENTIALS,),
    )


def _find_node_in_table(text: str) -> tuple[str, str] | None:
    """Return the only pod in a table that is not the agent's, with its node."""
    rows = {
        (each.name, each.node)
        for each in find_pod_rows(text)
        if each.node is not None and not each.name.startswith(_AGENT_PREFIX)
    }
    if len(rows) != 1:
        return None
    ((pod, node),) = rows
    return pod, node or ""


def _repair_agent_remedy(agent: PodRow, node: str | None, pod: str | None) -> Remedy:
    """Return how to find out why an agent is not ready, and how to do without it meanwhile."""
    has_log = agent.status not in _STATUSES_WITHOUT_LOG
    previous = "" if agent.status == "Running" else " --previous"
    logs = f"kubectl logs {agent.name} --namespace kube-system{previous}"
    stopgap: tuple[str, ...] = ()
    if node is not None:
        stopgap = (f"kubectl cordon {node}", f"kubectl delete pod {pod or 'POD'} --namespace NAMESPACE")
    return cluster_remedy(
        f"Find out why the agent {agent.name} does not run, and replace it",
        "Its log or its events name the reason. On a node without IPv6, it cannot start: disable its IPv6 address in the add-on's configuration."
        if has_log
        else "Its events name the reason, such as an image that cannot be pulled.",
        "After the fix, delete the agent's pod: the DaemonSet creates it again. If only this node has the problem, replace the node.",
        *((_STOPGAP,) if stopgap else ()),
        commands=(
            *((logs,) if has_log else ()),
            f"kubectl describe pod {agent.name} --namespace kube-system",
            *stopgap,
        ),
        url=pages.EKS_POD_AGENT,
    )


def _no_proxy_remedy(case: Case[MissingCredentials], hosts: str) -> Remedy:
    """Return how to exempt the agent from the proxy of a pod."""
    *_, workload, _, namespace = clusters.restart_command(case).split()
    called = pod_agents.find_called_workload(case)
    if called is not None and called[0].partition("/")[0] in {"deploy", "deployment", "statefulset", "sts"}:
        workload, namespace = called[0], commands.namespace(called[1])
    value = ",".join(filter(None, (hosts, pod_agents.POD_IDENTITY_AGENT, "[fd00:ec2::23]")))
    return cluster_remedy(
        "Add 169.254.170.23 and [fd00:ec2::23] to NO_PROXY of the pod",
        "The command changes the workload and re-creates its pods. Also set NO_PROXY in the manifest, the Helm values or the ConfigMap that sets the proxy.",
        commands=(f"kubectl set env {workload} --namespace {namespace} 'NO_PROXY={value}'",),
        url=pages.EKS_POD_IDENTITY,
    )


_LIST_AGENTS = "kubectl get pods --namespace kube-system --selector app.kubernetes.io/name=eks-pod-identity-agent --output wide"
_NODE_OF_POD = "kubectl get pod POD --namespace NAMESPACE --output jsonpath='{.spec.nodeName}'"
_NETWORK_STEP = "If the pod uses a proxy, add 169.254.170.23 and fd00:ec2::23 to NO_PROXY. Network policies must allow egress to them on port 80."
_STOPGAP = "Until the agent runs, cordon the node, and delete the pod that needs the agent. Its controller creates it on another node."
_WITHOUT_IPV6 = "On nodes without IPv6, the agent fails to start unless its IPv6 address is disabled in the add-on's configuration."
_CHECK_AGENT = cluster_remedy(
    "Check that the agent runs on the pod's node, and that nothing blocks its address",
    "The agent must run on each node, except in EKS Auto Mode, which has it built in. If there is none, create the add-on.",
    _NETWORK_STEP,
    _WITHOUT_IPV6,
    commands=(_LIST_AGENTS, pod_roles.CREATE_AGENT),
    url=pages.EKS_POD_IDENTITY,
)
_INSTALL_AGENT = cluster_remedy(
    "Install the add-on eks-pod-identity-agent",
    "The agent then runs on each node, and the SDK gets credentials with its next request. The node role needs eks-auth:AssumeRoleForPodIdentity, which AmazonEKSWorkerNodePolicy allows.",
    commands=(pod_roles.CREATE_AGENT,),
    url=pages.EKS_POD_AGENT,
)
_CHECK_WAY_TO_AGENT = cluster_remedy(
    "Find what blocks the agent's address",
    _NETWORK_STEP,
    "The log of the agent on the pod's node shows whether the request reaches it.",
    commands=(
        _NODE_OF_POD,
        "kubectl get networkpolicies --namespace NAMESPACE",
        "kubectl logs daemonset/eks-pod-identity-agent --namespace kube-system",
    ),
    url=pages.EKS_POD_IDENTITY,
)
_FIND_BROKEN_AGENT = cluster_remedy(
    "Find the agent that is not ready, and why",
    "The first command shows the agents and their nodes, the second the pod's node. The last lines of the agent's log name the reason, or else its events (kubectl describe).",
    _WITHOUT_IPV6,
    _STOPGAP,
    commands=(
        _LIST_AGENTS,
        _NODE_OF_POD,
        "kubectl logs --namespace kube-system --selector app.kubernetes.io/name=eks-pod-identity-agent --prefix --tail 20",
    ),
    url=pages.EKS_POD_AGENT,
)
