"""Explain what keeps a process from the service on its host that has its credentials.

It is the instance metadata with its hop limit, or the EKS Pod Identity Agent. Sources:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.endpoints import find_unexempted_hosts
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads import pod_agents, pod_roles
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.failures._failures import Failure, MissingCredentials

# The text can also show what a query for the limit prints, alone or with other options of the metadata.
_HOP_LIMIT = (
    r"\"?\b(?i:http_?put_?response_?hop_?limit)\b(?:\W{{1,8}}|(?:,\w{{1,30}}){{0,5}}[\]\"']{{0,4}}(?: --output \w{{1,8}})?[\s\[\"]{{1,8}}"
    r"(?:(?:required|optional|enabled|disabled)\b[\s\",]{{1,8}}){{0,4}}){}(?!\w|\.\d)"
)
HOP_LIMIT_OF_ONE = lazy_pattern(_HOP_LIMIT.format("1"))
"""The output of ``aws ec2 describe-instances``, or a setting of Terraform, CloudFormation or a launch template."""
# EC2 names the sessions of an instance's role after the instance.
INSTANCE_SESSION = lazy_pattern(r":assumed-role/([\w+=,.@-]{1,64})/i-[0-9a-f]{8,17}(?![\w-])", re.ASCII)
FAILS_ON_INSTANCE = lazy_pattern(
    r"\b(?:fails?|failed|failing|not|n't|never|no credentials|error)\b(?:(?!\b(?:works?|worked|but|fine|ok)\b)[^.,;\n]){0,40}?\b(?:on|from) (?:the |this |our |an? |my )?EC2\b"
    r"|\b(?:on|from) (?:the |this |our |an? |my )?EC2(?: (?:host|instance|machine|server|itself)){0,2},? (?:(?:it|this|that|the \w{2,20}) )?(?:not|never|fails?|failed|does ?n[o']t|did ?n[o']t|cannot|can't|gets? (?:no|nothing))\b",
    re.IGNORECASE | re.ASCII,
)
"""What people say of a program that has no credentials on an instance."""
IN_CONTAINER = lazy_pattern(
    r"\b(?:docker|podman|nerdctl|containerd)\b|(?<!\baws )\bcontainers?\b(?! registr)",
    re.IGNORECASE | re.ASCII,
)
HIGHER_HOP_LIMIT = lazy_pattern(_HOP_LIMIT.format("(?:[2-9]|[1-6]\\d)"))
METADATA_HOP_LIMIT = CauseType(
    "metadata-hop-limit",
    title="The hop limit of the instance metadata is 1",
    text="The metadata hop limit of the instance is 1, so the IMDSv2 token does not reach containers, which are one network hop further away.",
    fix="Set the hop limit to 2, or give the container a role.",
    recognised_by="The text shows HttpPutResponseHopLimit 1 in the metadata options of the instance.",
    sign=HOP_LIMIT_OF_ONE.pattern,
    remedy="the hop limit",
    of="no-credentials",
)


# The token of IMDSv2 is optional elsewhere, such as on the server before.
_OPTIONAL_TOKEN = lazy_pattern(
    r"\bhttp_?tokens\b\W{1,6}(?:(?:was|is|had|of|set|to)\W{1,4}){0,3}optional\b", re.IGNORECASE
)


def is_in_container(case: Case[MissingCredentials]) -> bool:
    """Return whether the text shows that the program runs in a container, which is one hop further away."""
    is_named = IN_CONTAINER.search(case.text) is not None
    return is_named or is_about_pods(case.text) or case.facts.service_account is not None


def advise_on_hop_limit(case: Case[MissingCredentials], *, timed_out: bool) -> tuple[Cause, Remedy]:
    """Return the cause and the remedy, as far as the text shows that the limit is reached."""
    timeout = "The request to the metadata service timed out." if timed_out else None
    optional = None
    if HOP_LIMIT_OF_ONE.search(case.text) and _OPTIONAL_TOKEN.search(case.failure.text):
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-transition-to-version-2.html
        optional = "With HttpTokens optional, SDKs fall back to IMDSv1, which the limit does not affect."
    hop_limit = METADATA_HOP_LIMIT.cause(because=(timeout, optional))
    raise_limit = hop_limit_remedy(case)
    is_container = IN_CONTAINER.search(case.text) is not None
    if is_container and case.facts.service_account is None and not is_about_pods(case.text):
        steps = (
            *(each.partition(" In EKS,")[0] for each in raise_limit.steps),
            "New instances have the limit of their launch template (Terraform: metadata_options), or else that of the account or AMI: set HttpPutResponseHopLimit to 2 there, too. HttpTokens can stay required.",
            "Then restart the container. One on the host's network (docker run --network host) needs no change.",
        )
        raise_limit = attrs.evolve(raise_limit, title="For containers: raise the hop limit to 2", steps=steps)
    return hop_limit, raise_limit


def hop_limit_remedy(case: Case[Failure]) -> Remedy:
    """Return the remedy that lets containers get the credentials of their instance.

    The region of a known instance is the default one, if nothing else states it.
    """
    needs_region = clues.find_region(case) is not None or clues.find_instance(case.text) is None
    is_pod = case.facts.service_account is not None
    return account_remedy(
        "Or raise the hop limit to 2: every pod then has the node's role"
        if is_pod
        else "In a container on EC2: raise the hop limit to 2",
        "New nodes get the limit from the launch template of their node group: set HttpPutResponseHopLimit to 2 there, too."
        if is_pod
        else "With a limit of 2, every container on the instance can use the instance's role. In EKS, give the pods their own roles instead.",
        commands=f"aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID{' --region REGION' if needs_region else ''} --http-put-response-hop-limit 2",
        url=pages.EC2_METADATA,
    )


# What kubectl and the AWS CLI print of the agents: pods, the DaemonSet and the add-on.
_AGENT = lazy_pattern(
    r"\b(?P<name>eks-pod-identity-agent-[a-z0-9]{4,10}) +(?P<ready>\d)/1 +(?P<status>[A-Z]\w{2,40})(?: [^\n]{0,60}? (?P<node>(?:ip-|i-)[\w.-]{4,80}))?"
)
_COUNTS = lazy_pattern(r"\beks-pod-identity-agent +(\d{1,5}) +\d{1,5} +(\d{1,5}) ")
AGENT_UNREACHABLE = lazy_pattern(
    rf"{pod_agents.NO_ANSWER}[^\n]{{0,120}}{pod_agents.AGENT_HOST}|{pod_agents.AGENT_HOST}[^\n]{{0,160}}{pod_agents.NO_ANSWER}"
)
AGENT_BLOCKED = CauseType(
    "agent-blocked",
    title="A proxy, network policy or firewall blocks the EKS Pod Identity Agent",
    fix="Add 169.254.170.23 to NO_PROXY, and allow it in network policies.",
    recognised_by="The text names a network policy.",
    sign=r"\b[Nn]etwork ?[Pp]olic(?:y|ies)\b",
    remedy="Check that the agent runs",
    of="no-credentials",
)


def explain_agent_unreachable(case: Case[MissingCredentials], message: str) -> Explanation:
    """Explain that a pod cannot reach the agent on its node, and what the text shows of the agent."""
    text = case.failure.text
    agents, counts = list(_AGENT.finditer(text)), _COUNTS.search(text)
    because = clues.quote_phrases(message, *pod_agents.CONNECTION_PHRASES)[:1]
    text_of_agent = "The add-on is not installed, or its pod on this node is not ready."
    causes = [pod_roles.AGENT_MISSING.cause(because=because, text=text_of_agent), AGENT_BLOCKED.cause()]
    verdict = "most likely, the add-on eks-pod-identity-agent does not run on the pod's node"
    remedy = _CHECK_AGENT
    if agents or counts is not None:
        verdict, remedy, causes = "although the agents run", _CHECK_WAY_TO_AGENT, causes[1:]
    if (hosts := find_unexempted_hosts(text, pod_agents.POD_IDENTITY_AGENT)) is not None:
        lacks = f"NO_PROXY ({hosts}) lacks 169.254.170.23" if hosts else "NO_PROXY is not set"
        verdict, remedy = f"the pod uses a proxy, and {lacks}", _no_proxy_remedy(case, hosts)
        why = "The SDK sends the request to the proxy, which cannot reach an address of the node."
        blocked = AGENT_BLOCKED.cause("derived", f"The text shows a proxy, and {lacks}.", text=why)
        causes = [blocked, *causes[:-1]]
    address = "fd00:ec2::23" if "fd00:ec2::23" in message else pod_agents.POD_IDENTITY_AGENT
    separator = ", " if verdict.startswith("although ") else ": "
    return case.explain(
        f"The pod cannot reach the EKS Pod Identity Agent at {address}{separator}{verdict}.",
        *causes,
        topic="no-credentials",
        remedies=remedy,
        notes=credential_remedies.NO_CALL_MADE,
    )


def _no_proxy_remedy(case: Case[MissingCredentials], hosts: str) -> Remedy:
    *_, workload, _, namespace = clusters.restart_command(case).split()
    value = ",".join(filter(None, (hosts, pod_agents.POD_IDENTITY_AGENT, "[fd00:ec2::23]")))
    return cluster_remedy(
        "Add 169.254.170.23 and [fd00:ec2::23] to NO_PROXY of the pod",
        "The command changes the workload and re-creates its pods. Also set NO_PROXY in the manifest, the Helm values or the ConfigMap that sets the proxy.",
        commands=f"kubectl set env {workload} --namespace {namespace} 'NO_PROXY={value}'",
        url=pages.EKS_POD_IDENTITY,
    )


_LIST_AGENTS = "kubectl get pods --namespace kube-system --selector app.kubernetes.io/name=eks-pod-identity-agent --output wide"
_NODE_OF_POD = "kubectl get pod POD --namespace NAMESPACE --output jsonpath='{.spec.nodeName}'"
_NETWORK_STEP = "EKS Pod Identity does not work on Fargate. If the pod uses a proxy, add 169.254.170.23 and fd00:ec2::23 to NO_PROXY. Network policies must allow egress to them on port 80."
_WITHOUT_IPV6 = "On nodes without IPv6, the agent fails to start unless its IPv6 address is disabled in the add-on's configuration."
_CHECK_AGENT = cluster_remedy(
    "Check that the agent runs on the pod's node, and that nothing blocks its address",
    "The agent must run on each node, except in EKS Auto Mode, which has it built in. If there is none, create the add-on.",
    _NETWORK_STEP,
    _WITHOUT_IPV6,
    commands=(_LIST_AGENTS, Labelled("If no agent runs on the pod's node:", pod_roles.CREATE_AGENT)),
    url=pages.EKS_POD_IDENTITY,
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
