"""ConfigMaps as tools and people write them, each with the callers that should have access."""

from __future__ import annotations

import json
from typing import NamedTuple

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
USER = f"arn:aws:iam::{ACCOUNT}:user"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role"
INSTANCE = "i-0a1b2c3d4e5f60718"


class Sample(NamedTuple):
    """A ConfigMap.

    Attributes:
        text: The ConfigMap.
        callers: The STS ARNs of the callers that have access after `fix`.
        codes: The codes of its errors before `fix`.
    """

    text: str
    callers: tuple[str, ...]
    codes: tuple[str, ...] = ()


MANAGED_NODES = Sample(
    f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    - groups:
      - system:bootstrappers
      - system:nodes
      rolearn: {ROLE}/eks/nodes/demo-general-node-role
      username: system:node:{{{{EC2PrivateDNSName}}}}
    - groups:
      - system:bootstrappers
      - system:nodes
      rolearn: {ROLE}/demo-gpu-node-role
      username: system:node:{{{{EC2PrivateDNSName}}}}
""",
    (f"{SESSION}/demo-general-node-role/{INSTANCE}", f"{SESSION}/demo-gpu-node-role/{INSTANCE}"),
    ("role-path",),
)

SELF_MANAGED_NODES = Sample(
    f"""\
# Applied by hand after each new stack.
apiVersion: v1
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
data:
  mapRoles: |
    # NodeInstanceRole of the stack "workers"
    - rolearn: {ROLE}/workers-NodeInstanceRole-1A2B3C4D5E6F
      username: system:node:{{{{ EC2PrivateDnsName }}}}   # kubelet's name
      groups:
        - system:bootstrappers   # to join

  # no one else
""",
    (f"{SESSION}/workers-NodeInstanceRole-1A2B3C4D5E6F/{INSTANCE}",),
    ("node-groups", "unknown-variable"),
)

WINDOWS_NODES = Sample(
    f"""\
kind: ConfigMap
apiVersion: v1
metadata: {{name: aws-auth, namespace: kube-system}}
data:
  mapRoles: |
    - {{rolearn: "{ROLE}/linux-nodes", username: "system:node:{{{{EC2PrivateDNSName}}}}", groups: [system:bootstrappers, system:nodes]}}
    - {{rolearn: "{ROLE}/win/windows-nodes", username: "system:node:{{{{EC2PrivateDNSName}}}}", groups: [eks:kube-proxy-windows]}}
""",
    (f"{SESSION}/linux-nodes/{INSTANCE}", f"{SESSION}/windows-nodes/{INSTANCE}"),
    ("node-groups", "role-path"),
)

FARGATE = Sample(
    f"""\
apiVersion: v1
data:
  mapRoles: |
    - rolearn: {ROLE}/service-role/AmazonEKSFargatePodExecutionRole
      groups:
      - system:bootstrappers
      - system:nodes
      username: system:node:{{{{sessionname}}}}
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
""",
    (f"{SESSION}/AmazonEKSFargatePodExecutionRole/fargate-ip-10-0-1-2.eu-west-1.compute.internal",),
    ("node-groups", "role-path", "unknown-variable"),
)

IDENTITY_CENTER = Sample(
    f"""\
data:
  mapRoles: |
    - rolearn: '{ROLE}/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admins_0123456789abcdef'
      username: 'admin:{{{{SessionName}}}}'
      groups: ['platform-admins']
    - rolearn: "{SESSION}/AWSReservedSSO_Viewers_fedcba9876543210/ana@example.com "
      username: "viewer:{{{{SessionNameRaw}}}}"
      groups: "viewers"
""",
    (
        f"{SESSION}/AWSReservedSSO_Admins_0123456789abcdef/bo@example.com",
        f"{SESSION}/AWSReservedSSO_Viewers_fedcba9876543210/ana@example.com",
    ),
    ("groups-not-a-list", "invalid-arn", "role-path", "session-arn"),
)

KARPENTER = Sample(
    f"""\
mapRoles: |
  - groups:
    - system:bootstrappers
    - system:nodes
    rolearn: {ROLE}/KarpenterNodeRole-demo
  ## a second time, by a script
  - groups:
    - system:bootstrappers
    - system:nodes
    rolearn: {ROLE}/KarpenterNodeRole-demo
    username: system:node:{{{{EC2PrivateDNSName}}}}
mapUsers: |
  []
""",
    (f"{SESSION}/KarpenterNodeRole-demo/{INSTANCE}",),
    ("duplicate", "node-username"),
)

EKSCTL = Sample(
    f"""\
apiVersion: v1
data:
  mapAccounts: |
    - "444455556666"
  mapRoles: |
    - groups:
      - system:masters
      rolearn: {ROLE}/team/a/deployer
      username: deployer
    - groups:
      - system:bootstrappers
      - system:nodes
      rolearn: {ROLE}/eksctl-demo-nodegroup-ng-1-NodeInstanceRole-ABCDEFGH
      username: system:node:{{{{EC2PrivateDNSName}}}}
  mapUsers: |
    - groups:
      - system:masters
      userarn: {USER}/team/ana
      username: ana
kind: ConfigMap
metadata:
  name: aws-auth
  namespace: kube-system
""",
    (
        f"{SESSION}/deployer/ci-42",
        f"{SESSION}/eksctl-demo-nodegroup-ng-1-NodeInstanceRole-ABCDEFGH/{INSTANCE}",
        f"{USER}/team/ana",
    ),
    ("role-path",),
)

BLUEPRINTS = Sample(
    f"""\
---
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
"apiVersion": "v1"
"kind": "ConfigMap"
"metadata":
  "name": "aws-auth"
  "namespace": "kube-system"
"data":
  "mapAccounts": |
    []
  "mapRoles": |
    - "groups":
      - "system:bootstrappers"
      "rolearn": "{ROLE}/blueprints/managed-ondemand"
      "username": "system:node:{{{{EC2PrivateDNSName}}}}"
    - "groups":
      - "team-a"
      "rolearn": "{ROLE}/blueprints/managed-ondemand/../team-a"
      "username": "team-a"
  "mapUsers": |
    - "groups":
      - "application-teams"
      "userarn": " {USER}/bo"
      "username": "bo"
""",
    (
        f"{SESSION}/managed-ondemand/{INSTANCE}",
        f"{SESSION}/team-a/session",
        f"{USER}/bo",
    ),
    ("invalid-arn", "node-groups", "role-path"),
)

_APPLIED = json.dumps(
    {
        "apiVersion": "v1",
        "data": {"mapRoles": f"- rolearn: {ROLE}/x/app\n  username: app\n"},
        "kind": "ConfigMap",
    }
)
KUBECTL_YAML = Sample(
    f"""\
apiVersion: v1
data:
  mapRoles: "- rolearn: {ROLE}/very/long/path/that/makes/kubectl/fold/the/line/app\\n
    \\ username: app\\n  groups:\\n  - app-readers\\n# Zoë's nodes, tab:\\there\\n- rolearn:
    {ROLE}/nodes\\n  username: system:node:{{{{EC2PrivateDNSName}}}}\\n  groups:\\n
    \\   - system:nodes\\n"
kind: ConfigMap
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {_APPLIED}
  creationTimestamp: "2026-01-02T03:04:05Z"
  name: aws-auth
  namespace: kube-system
  resourceVersion: "1234"
  uid: 01234567-89ab-cdef-0123-456789abcdef
""",
    (f"{SESSION}/app/run-1", f"{SESSION}/nodes/{INSTANCE}"),
    ("node-groups", "role-path"),
)

KUBECTL_JSON = Sample(
    json.dumps(
        {
            "apiVersion": "v1",
            "items": [
                {
                    "apiVersion": "v1",
                    "data": {
                        "mapRoles": f"- rolearn: {ROLE}/ci/runner\n  username: ci\n  groups:\n  - deployers\n"
                        f"- rolearn: {ROLE}/nodes\n  groups:\n  - system:bootstrappers\n  - system:nodes\n",
                        "mapUsers": f"- userarn: {USER}/zoë-is-not-a-name\n  username: \U0001f600\n"
                        f"- userarn: {USER}/ana\n  username: ana\n".replace("zoë-is-not-a-name", "zoe"),
                    },
                    "kind": "ConfigMap",
                    "metadata": {"name": "aws-auth", "namespace": "kube-system"},
                }
            ],
            "kind": "List",
        },
        indent=4,
    )
    + "\n",
    (f"{SESSION}/runner/job", f"{SESSION}/nodes/{INSTANCE}", f"{USER}/ana", f"{USER}/zoe"),
    ("node-username", "role-path"),
)

WINDOWS_FILE = Sample(
    "\ufeff" + SELF_MANAGED_NODES.text.replace("\n", "\r\n"),
    SELF_MANAGED_NODES.callers,
    SELF_MANAGED_NODES.codes,
)

SAMPLES = {
    "managed nodes": MANAGED_NODES,
    "self-managed nodes": SELF_MANAGED_NODES,
    "Windows nodes": WINDOWS_NODES,
    "Fargate": FARGATE,
    "Identity Center": IDENTITY_CENTER,
    "Karpenter": KARPENTER,
    "eksctl": EKSCTL,
    "blueprints": BLUEPRINTS,
    "kubectl -o yaml": KUBECTL_YAML,
    "kubectl -o json": KUBECTL_JSON,
    "Windows file": WINDOWS_FILE,
}
