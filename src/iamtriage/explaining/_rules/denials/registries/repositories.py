"""Describe a repository of an ECR registry, and the identity with which a client calls the registry."""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._typing import NamedTuple
from iamtriage.explaining._rules.credentials.requests import unsigned_requests
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.texts.text_signs import PULLED_BY_KUBELET

NAME = r"(?P<name>[a-z0-9][a-z0-9._-]{0,80}(?:/[a-z0-9][a-z0-9._-]{0,80}){0,6})"
IMAGE = lazy_pattern(rf"(?a)\.dkr\.ecr(?:-fips)?\.[a-z0-9-]{{6,30}}\.[a-z.]{{9,20}}/{NAME}(?=[:@\"'\s,]|\Z)")
# What ECS prints.
ECS = lazy_pattern(
    r"CannotPull(?:Container|Image)|ResourceInitializationError|\bECS\b|taskDefinition|Fargate"
)
SOURCE_CONTROLLER = lazy_pattern(r"\bsource-controller\b|\bflux get sources\b|source\.toolkit\.fluxcd\.io")
# Clients that sign in to the registry first.
_CLIENT = lazy_pattern(
    r"\bdocker (?:build|compose|login|pull)\b|\bamazon-ecr-login\b|\bbuildx?\b|\bcrane\b|failed to solve|get-login-password|\bkaniko\b|\bpodman\b|response from daemon|\bskopeo\b"
)
# What pulls: the role in words, its placeholder, and what a summary and a step say about it.
PULLERS = {
    "node": (
        "the node role",
        "NODE_ROLE_NAME",
        "The kubelet pulls images with the node role (on Fargate, the pod execution role).",
        "The kubelet pulls with the node role, not with the pod's role.",
    ),
    "ECS": (
        "the task execution role",
        "EXECUTION_ROLE_NAME",
        "ECS pulls images with the task execution role.",
        "ECS pulls with the task execution role (executionRoleArn), not with the task role.",
    ),
    "Flux": (
        "the role of source-controller",
        "ROLE_NAME",
        "Flux's source-controller pulls with the role of its service account, or else with the node role.",
        "source-controller uses a role only with provider: aws in the HelmRepository or OCIRepository.",
    ),
    "client": (
        "the identity of the registry login",
        "ROLE_NAME",
        "The client pulls as the user or role of its login.",
        "The client pulls with the token of its login: as the identity that ran aws ecr get-login-password, or the login action of a workflow.",
    ),
    "": (
        "the role that pulls",
        "ROLE_NAME",
        "On EKS, the node role pulls images; on ECS, the task execution role does.",
        "The kubelet pulls with the node role, not with the pod's role. ECS pulls with the task execution role.",
    ),
}
OLD_LOGIN = unsigned_requests.EXPIRED_REGISTRY_LOGIN.cause(
    text="The login is older than 12 hours, or belongs to another user."
)
_POLICIES = r"AmazonEC2ContainerRegistry(?:ReadOnly|PullOnly|PowerUser)\b"
CAN_PULL = lazy_pattern(
    rf"(?:\bpolicy/|\"PolicyName\": ?\"|\b(?:has|have|with)\b(?:(?!\bno[t ]|n't\b)[^\n.!?]){{0,200}}?\b)(?P<policy>{_POLICIES})|\b(?P<attached>{_POLICIES})(?= (?:is )?attached)"
)
CACHE_PREFIX = lazy_pattern(
    r"docker-?hub|docker\.io|ecr-public|public\.ecr\.aws|ghcr(?:\.io)?|github|gitlab|k8s|kubernetes|registry\.k8s\.io|quay(?:\.io)?"
)
"""The prefixes that the console proposes for pull through cache rules."""
REPOSITORY_POLICIES = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html"


class Repository(NamedTuple):
    """A repository of a registry, whose name the text does not always state."""

    registry: str
    region: str
    partition: str
    stated_name: str | None

    @property
    def account(self) -> str:
        return self.registry.partition(".")[0]

    @property
    def name(self) -> str:
        return self.stated_name or "REPOSITORY"

    def arn(self, name: str) -> str:
        return f"arn:{self.partition}:ecr:{self.region}:{self.account}:repository/{name}"

    def policy_command(self, verb: str, options: str = "") -> str:
        """Return the command that prints or sets the repository policy."""
        line = f"aws ecr {verb}-repository-policy --registry-id {{}} --repository-name {{}} --region {{}}{options}"
        return commands.fill_command(line, self.account, self.name, self.region)

    @property
    def edit_commands(self) -> tuple[str, str]:
        """The commands that print the repository policy as a file and set it."""
        get = self.policy_command("get", " --query policyText --output text")
        return get, self.policy_command("set", " --policy-text file://policy.json")


def find_puller(text: str) -> tuple[str, str, str, str]:
    """Return the row of ``PULLERS`` for what pulls an image in a text."""
    signs = {"node": PULLED_BY_KUBELET, "ECS": ECS, "Flux": SOURCE_CONTROLLER, "client": _CLIENT}
    return PULLERS[next((puller for puller, sign in signs.items() if sign.search(text)), "")]
