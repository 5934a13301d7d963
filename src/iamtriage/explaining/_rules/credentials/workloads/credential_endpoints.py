"""Explain what keeps a process from the service on its host that has its credentials.

It is the instance metadata with its hop limit, or the EKS Pod Identity Agent. Sources:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html and
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage.explaining._context.readers.endpoints import find_unexempted_hosts
from iamtriage.explaining._context.readers.statements import find_said
from iamtriage.explaining._context.readers.terraform_code import find_blocks
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.credentials.workloads import pod_agents, pod_roles
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.kubernetes import clusters
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import is_about_pods
from iamtriage.failures._failures import Failure, MissingCredentials

# The text can also show what a query for the limit prints, alone or with other options of the metadata.
_HOP_LIMIT = r"\"?\b(?i:http_?put_?response_?hop_?limit)\b\W{{1,8}}{}(?!\w|\.\d)"
HOP_LIMIT_OF_ONE = lazy_pattern(_HOP_LIMIT.format("1"))
"""The output of ``aws ec2 describe-instances``, or a setting of Terraform, CloudFormation or a launch template."""
# EC2 names the sessions of an instance's role after the instance.
INSTANCE_SESSION = lazy_pattern(r"(?a):assumed-role/([\w+=,.@-]{1,64})/i-[0-9a-f]{8,17}(?![\w-])")
# Words of a sentence that says the opposite, before each of its characters.
_NOT = r"(?!\b(?:no|not|nothing|nobody|never|nor|neither|without|lacks?|fails?|still|either|does|do|40\d)\b|n't\b)"
# "It works on my laptop, on EC2 not."
_NOT_ELSEWHERE = r"(?!\b(?:laptop|local(?:ly|host)?|computer|workstation|desktop|Mac(?:Book)?|PC|but)\b)"
_NOT_AFTER = r"(?!(?: (?:host|instance|machine|server|itself)){0,2},? (?:(?:it|this|that|the \w+) )?(?:not|never|fails?|failed|does ?n[o']t|did ?n[o']t|is ?n[o']t|cannot|can't|nothing|no )\b)"
FAILS_ON_INSTANCE = lazy_pattern(
    r"(?ia)\b(?:fails?|failed|failing|not|n't|never|no credentials|error)\b(?:(?!\b(?:works?|worked|but|fine|ok)\b)[^.,;\n]){0,40}?\b(?:on|from) (?:the |this |our |an? |my )?EC2\b"
    r"|\b(?:on|from) (?:the |this |our |an? |my )?EC2(?: (?:host|instance|machine|server|itself)){0,2},? (?:(?:it|this|that|the \w{2,20}) )?(?:not|never|fails?|failed|does ?n[o']t|did ?n[o']t|cannot|can't|gets? (?:no|nothing))\b"
)
"""What people say of a program that has no credentials on an instance."""
# What people say or show of a program outside the container that has the role of the instance.
WORKS_ON_INSTANCE = lazy_pattern(
    rf"(?ia)(?<!not )(?<!never )(?<!n't )(?<!nothing )\b(?:works?|worked|fine|ok|succeeds?)\b(?:{_NOT}{_NOT_ELSEWHERE}[^.]){{0,60}}?\b(?:on|from) (?:the |this |that |an? |my )?(?:EC2\b|instance\b|(?:host|server|machine|VM) \(?EC2){_NOT_AFTER}"
    rf"|\b(?:on|from) (?:the |this )?(?:EC2(?: host| instance| machine)?|instance)(?: itself| directly)?\b(?:{_NOT}[^.]){{0,40}}?\b(?:works?|fine|ok|succeeds?)\b"
    r"|\b(?:on|from) (?:the |a )?(?:node|host|instance)\b(?: itself)?[^.]{0,60}?\bcurl\b.{0,120}?/iam/security-credentials/? (?:prints?|returns?|shows?|gives?|works?)\b(?! (?:nothing|no|an? error|40\d)\b)"
    r"|(?<!exec )\bcurl (?:-\S+ |'[^']{1,80}' |\"[^\"]{1,80}\" ){0,8}\S{0,8}169\.254\.169\.254/latest/meta-data/iam/security-credentials/? (?!curl|\$)[\w+=,.@-]{1,64} \S{0,40}[$#] "
    rf"|\b(?:on|from) the host\b(?:{_NOT}[^.]){{0,60}}?\b(?:works?|fine|ok|succeeds?)\b(?:{_NOT}[^.]){{0,40}}?\b(?:instance (?:profile|role)|EC2)\b"
    rf"|\bthe host\b(?:{_NOT}[^.]){{0,60}}?\b(?:gets?|has|uses)\b(?:{_NOT}[^.]){{0,60}}?\binstance (?:profile|role)\b"
)
# A container on the host's network is no hop further away than the host.
_HOST_NETWORK = r"(?:--net(?:work)?[= ]host\b|\bhost network(?:ing)?\b|\bnetwork_mode: ?[\"']?host\b|\bhostNetwork(?:: ?true)?\b)"
_WORKS_ON_HOST_NETWORK = lazy_pattern(
    rf"(?ia){_HOST_NETWORK}(?:{_NOT}[^.\n]){{0,50}}?\b(?:works?|worked|fine|ok|succeeds?)\b(?! (?:no|not|neither|only without)\b)"
    rf"|\b(?:works?|worked|fine|ok|succeeds?) (?:{_NOT}[^.\n]){{0,50}}?{_HOST_NETWORK}"
)
IN_CONTAINER = lazy_pattern(
    r"(?ia)\b(?:docker|podman|nerdctl|containerd)\b|(?<!\baws )\bcontainers?\b(?! registr)"
)
# What people say of where their program runs, and that the instance has a role.
_SAID_ON_EC2 = lazy_pattern(
    r"(?i:(?<!\bbe )\b(?:hosted|running|runs?|deployed|installed)\b(?: \w{1,12}){0,3} (?:on|in|inside) (?:an?|the|our|my|one)(?: \w{1,12}){0,2} EC2\b"
    r"|\bthe EC2 (?:instance|host|machine) (?:is running|runs)\b)"
)
_SAID_ROLE = lazy_pattern(
    r"(?i:\battached (?:\w{1,8} ){0,2}(?:EC2 |IAM |instance )?(?:role|profile) to (?:the|this|our|my) (?:EC2 )?(?:instance|host|machine)\b"
    r"|\b(?:EC2|instance|host|machine) has (?:an?|the) (?:\w{1,12} ){0,2}(?:role|instance profile)\b"
    r"|\b(?:role|instance profile) (?:is |was )?attached to (?:the|this|our|my) (?:EC2 )?(?:instance|host|machine)\b)"
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
_SHOW_LIMIT = "aws ec2 describe-instances --instance-ids INSTANCE_ID --region REGION --query 'Reservations[].Instances[].MetadataOptions'"
_PRINTED_ROLE = lazy_pattern(
    r"(?a)\b(?:prints?|returns?|shows?|gives?)(?: the)?(?: role)?(?: name)? ([\w+=.@]{1,40}-[\w+=.@-]{1,40}\w)"
)
_MAX_PRINTED = 80


# With a limit of 1, what works on the host shows that the instance has a role.
_WORKS_ON_HOST = lazy_pattern(
    rf"(?ia)\b(?:on|from) the host\b(?:{_NOT}[^\n]){{0,100}}?\b(?:works?|fine|ok|succeeds?)\b"
)
# The token of IMDSv2 is optional elsewhere, such as on the server before.
_OPTIONAL_TOKEN = lazy_pattern(
    r"(?i)\bhttp_?tokens\b\W{1,6}(?:(?:was|is|had|of|set|to)\W{1,4}){0,3}optional\b"
)
# A container that is removed when it ends.
_RUNS_CONTAINER = lazy_pattern(r"\b(?:docker|podman|nerdctl)(?: compose)? run [^\n]{0,200}--rm\b")
_CODED_LIMIT = lazy_pattern(r"\bhttp_put_response_hop_limit\s{0,20}=\s{0,4}1\b")
_REQUIRED_TOKEN = lazy_pattern(r"(?i)\bhttp_?tokens\b[\"']?\s?[:=]\s?[\"']?required\b")


def is_said_on_ec2(text: str) -> bool:
    """Return whether a text says that the program runs on an instance.

    >>> is_said_on_ec2("a container hosted on an ec2 instance"), is_said_on_ec2("It is not running on an EC2 instance.")
    (True, False)
    """
    return "ec2" in text.lower() and next(find_said(text, _SAID_ON_EC2), None) is not None


def is_said_with_role(text: str, *, in_container: bool = False) -> bool:
    """Return whether a text says that its instance has a role, and also that a container lacks it."""
    is_so = not in_container or IN_CONTAINER.search(text) is not None
    return is_so and next(find_said(text, _SAID_ROLE), None) is not None


def has_container_sign(case: Case[MissingCredentials]) -> bool:
    """Return whether the text shows that the program runs in a container, which is one hop further away."""
    is_named = IN_CONTAINER.search(case.text) is not None or works_on_host_network(case.text)
    return is_named or is_about_pods(case.text) or case.facts.service_account is not None


def works_on_host(text: str) -> bool:
    """Return whether a text shows the limit, and says that a call on the host works."""
    return HOP_LIMIT_OF_ONE.search(text) is not None and _WORKS_ON_HOST.search(text) is not None


def works_on_host_network(text: str) -> bool:
    """Return whether a text says that a container gets the role of its instance if it uses the host's network."""
    return _WORKS_ON_HOST_NETWORK.search(text) is not None


def find_contrast(text: str) -> re.Match[str] | None:
    """Return the words that the role of the instance works outside of the container, or on the host's network."""
    return WORKS_ON_INSTANCE.search(text) or _WORKS_ON_HOST_NETWORK.search(text)


def advise_on_hop_limit(case: Case[MissingCredentials], *, timed_out: bool) -> tuple[Cause, Remedy]:
    """Return the cause and the remedy, as far as the text shows that the limit is reached."""
    timeout = "The request to the metadata service timed out." if timed_out else None
    optional = None
    is_shown = HOP_LIMIT_OF_ONE.search(case.text) is not None
    if is_shown and _REQUIRED_TOKEN.search(case.text):
        optional = "HttpTokens is required, so there is no IMDSv1 to fall back to."
    if is_shown and _OPTIONAL_TOKEN.search(case.failure.text):
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-transition-to-version-2.html
        optional = "With HttpTokens optional, SDKs fall back to IMDSv1, which the limit does not affect."
    hop_limit = METADATA_HOP_LIMIT.cause(because=(timeout, optional))
    raise_limit = hop_limit_remedy(case)
    is_container = IN_CONTAINER.search(case.text) is not None or works_on_host_network(case.text)
    again = "run the container again" if _RUNS_CONTAINER.search(case.text) else "restart the container"
    if is_container and case.facts.service_account is None and not is_about_pods(case.text):
        new_instances, is_applied = _describe_new_instances(case.failure.text)
        steps = (
            *(
                f"{each.partition('. In EKS,')[0]}, so no image, variable or .env needs keys."
                for each in raise_limit.steps
            ),
            new_instances,
            f"Then {again}. One on the host's network (docker run --network host) needs no change.",
        )
        title = "For containers: raise the hop limit to 2"
        if is_shown:
            title = "Raise the hop limit of the instance metadata to 2"
        lines = () if is_applied else raise_limit.commands
        raise_limit = attrs.evolve(raise_limit, title=title, steps=steps, commands=lines)
    works = find_contrast(case.text)
    if works is not None:
        printed = _PRINTED_ROLE.search(case.text, works.start(), works.end() + _MAX_PRINTED)
        outside = (
            "On the host or its network, the role of the instance works: its instance profile is in order."
        )
        if printed is not None:
            outside = f"Outside the container, the metadata has the role {printed[1]}."
        hop_limit = METADATA_HOP_LIMIT.cause(because=(outside, optional))
        raise_limit = attrs.evolve(raise_limit, title="Raise the hop limit of the instance metadata to 2")
        if case.facts.service_account is not None:
            check = "The first command shows the limit. In managed node groups of EKS with Amazon Linux 2023, it is 1 by default. The IDs of the instances are in spec.providerID of the nodes."
            raise_limit = attrs.evolve(
                raise_limit,
                steps=(check, *raise_limit.steps),
                commands=(_SHOW_LIMIT, *raise_limit.commands, clusters.restart_command(case)),
            )
    return hop_limit, raise_limit


def _describe_new_instances(text: str) -> tuple[str, bool]:
    """Return the step for new instances, and whether it changes the running one, too: the code of Terraform does."""
    block = only_one([each for each in find_blocks(text, "resource") if _CODED_LIMIT.search(each.body)])
    if block is None:
        step = "New instances have the limit of their launch template (Terraform: metadata_options), or else that of the account or AMI: set HttpPutResponseHopLimit to 2 there, too. HttpTokens can stay required."
        return step, False
    is_instance = block.type == "aws_instance"
    for_which = "new instances get it: the command is for running ones"
    if is_instance:
        for_which = "that changes the running instance"
    step = f"In {block.address}, set http_put_response_hop_limit = 2, and apply: {for_which}. HttpTokens can stay required."
    return step, is_instance


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
_UNHEALTHY_ADDON = lazy_pattern(
    r"(?s)\beks-pod-identity-agent\b.{0,600}?\b(?P<status>DEGRADED|CREATE_FAILED|UPDATE_FAILED)\b"
)
_NO_AGENT = lazy_pattern(pod_roles.AGENT_MISSING.sign)
AGENT_UNREACHABLE = lazy_pattern(
    rf"{pod_agents.NO_ANSWER}[^\n]{{0,120}}{pod_agents.AGENT_HOST}|{pod_agents.AGENT_HOST}[^\n]{{0,160}}{pod_agents.NO_ANSWER}"
)
AGENT_BLOCKED = CauseType(
    "agent-blocked",
    title="A proxy, network policy or firewall blocks the address of the agent",
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
    if (shown := _find_broken_agent(case, agents, counts)) is not None:
        verdict, remedy = shown
        causes = [pod_roles.AGENT_MISSING.cause("derived", text=f"The text shows that {verdict}.")]
    elif agents or counts is not None:
        verdict, remedy, causes = "although the agents run", _CHECK_WAY_TO_AGENT, causes[1:]
    if (hosts := find_unexempted_hosts(text, pod_agents.POD_IDENTITY_AGENT)) is not None and shown is None:
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
        remedies=remedy,
        notes=credential_remedies.NO_CALL_MADE,
    )


def _find_broken_agent(
    case: Case[MissingCredentials], agents: list[re.Match[str]], counts: re.Match[str] | None
) -> tuple[str, Remedy] | None:
    """Return what the text shows of an agent that does not run, and how to repair it."""
    broken = next((each for each in agents if each["ready"] == "0"), None)
    if broken is not None:
        state = "not ready" if broken["status"] == "Running" else f"in {broken['status']}"
        on_node = f" on {broken['node']}" if broken["node"] else ""
        return f"the agent {broken['name']}{on_node} is {state}", _repair_agent_remedy(broken["name"])
    if _NO_AGENT.search(case.text):
        return "the cluster has no agent", _INSTALL_AGENT
    if (addon := _UNHEALTHY_ADDON.search(case.failure.text)) is not None:
        return f"the add-on eks-pod-identity-agent is {addon['status']}", _FIND_BROKEN_AGENT
    if counts is not None and int(counts[2]) < int(counts[1]):
        return f"only {counts[2]} of {counts[1]} agents are ready", _FIND_BROKEN_AGENT
    return None


def _repair_agent_remedy(name: str) -> Remedy:
    return cluster_remedy(
        f"Find out why the agent {name} does not run, and replace it",
        f"Its log (add --previous if it has crashed) or its events name the reason. {_WITHOUT_IPV6}",
        "After the fix, delete the agent's pod: the DaemonSet creates it again. If only this node has the problem, replace the node.",
        _STOPGAP,
        commands=(
            f"kubectl logs {name} --namespace kube-system",
            f"kubectl describe pod {name} --namespace kube-system",
        ),
        url=pages.EKS_POD_AGENT,
    )


def _no_proxy_remedy(case: Case[MissingCredentials], hosts: str) -> Remedy:
    *_, workload, _, namespace = clusters.restart_command(case).split()
    called = pod_agents.find_called_workload(case)
    if called is not None and called[0].partition("/")[0] in {"deploy", "deployment", "statefulset", "sts"}:
        workload, namespace = called[0], commands.namespace(called[1])
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
_STOPGAP = "Until the agent runs, cordon the node, and delete the pod that needs the agent. Its controller creates it on another node."
_WITHOUT_IPV6 = "On nodes without IPv6, the agent fails to start unless its IPv6 address is disabled in the add-on's configuration."
_CHECK_AGENT = cluster_remedy(
    "Check that the agent runs on the pod's node, and that nothing blocks its address",
    "The agent must run on each node, except in EKS Auto Mode, which has it built in. If there is none, create the add-on.",
    _NETWORK_STEP,
    _WITHOUT_IPV6,
    commands=(_LIST_AGENTS, Labelled("If no agent runs on the pod's node:", pod_roles.CREATE_AGENT)),
    url=pages.EKS_POD_IDENTITY,
)
_INSTALL_AGENT = cluster_remedy(
    "Install the add-on eks-pod-identity-agent",
    "The agent then runs on each node, and the SDK gets credentials with its next request. The node role needs eks-auth:AssumeRoleForPodIdentity, which AmazonEKSWorkerNodePolicy allows.",
    commands=pod_roles.CREATE_AGENT,
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
