"""Cases for Kubernetes and EKS errors: name, error text with fictional names, facts."""

from __future__ import annotations

from tests.tables import botocore_text

Golden = tuple[str, str, dict[str, object]]

DEV = "arn:aws:sts::111122223333:assumed-role/dev/ana"
SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana@example.com"
CART = "system:serviceaccount:shop:cart"
NODE = "system:node:ip-10-0-0-1.eu-west-1.compute.internal"
ORDERS: dict[str, object] = {"cluster": "orders", "region": "eu-west-1"}
POD: dict[str, object] = {**ORDERS, "namespace": "shop", "service_account": "cart"}


def _forbidden(user: str, verb: str, resource: str, where: str, *, group: str = "", name: str = "") -> str:
    what = resource.partition("/")[0] + (f".{group}" if group else "") + (f' "{name}"' if name else "")
    place = "at the cluster scope" if not where else f'in the namespace "{where}"'
    return (
        f'Error from server (Forbidden): {what} is forbidden: User "{user}" cannot {verb} resource "{resource}" '
        f'in API group "{group}" {place}'
    )


def _terraform(what: str, operation: str, status: int, message: str, resource: str) -> str:
    return (
        f"╷\n│ Error: creating EKS Access {what}: operation error EKS: {operation}, https response error "
        f"StatusCode: {status}, RequestID: 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, {message}\n│\n│   with "
        f"module.eks.{resource},\n│   on main.tf line 12, in resource:\n╵"
    )


def _log(error: str, arn: str = "arn:aws:iam::111122223333:role/dev") -> str:
    return (
        f'time="2026-01-02T03:04:05Z" level=warning msg="access denied" arn="{arn}" client="127.0.0.1:40378" '
        f'error="{error}" method=POST path=/authenticate'
    )


_RBAC: tuple[Golden, ...] = (
    ("k8s-rbac-session-everywhere", _forbidden(DEV, "list", "pods", ""), {}),
    (
        "k8s-rbac-session-nodes",
        _forbidden(SSO, "list", "nodes", ""),
        {"authentication_mode": ("API_AND_CONFIG_MAP")},
    ),
    (
        "k8s-rbac-session-map",
        _forbidden(DEV, "create", "deployments", "shop", group="apps"),
        {**ORDERS, "authentication_mode": "CONFIG_MAP"},
    ),
    (
        "k8s-rbac-iam-user",
        _forbidden("arn:aws:iam::111122223333:user/ana", "get", "secrets", "shop", name=("db")),
        ORDERS,
    ),
    ("k8s-rbac-service-account", _forbidden(CART, "get", "pods/log", "shop", name="web-0"), {}),
    (
        "k8s-rbac-service-account-crd",
        _forbidden(CART, "list", "servicemonitors", "shop", group=("monitoring.example.com")),
        {},
    ),
    ("k8s-rbac-user", _forbidden("dev:ana", "delete", "pods", "shop", name="web-0"), {}),
    ("k8s-rbac-impersonate", _forbidden("dev:ana", "impersonate", "users", "", name="bob"), {}),
    ("k8s-rbac-path", 'forbidden: User "dev:ana" cannot get path "/metrics"', {}),
    ("k8s-rbac-old-format", 'pods is forbidden: User "dev:ana" cannot list pods', {"namespace": "shop"}),
    (
        "k8s-rbac-masked-user",
        _forbidden("arn:aws:sts::****:assumed-role/dev/ana", "list", "widgets", ("shop")),
        {},
    ),
    ("k8s-component-scheduler", _forbidden("system:kube-scheduler", "list", "pods", ""), {}),
)
_LOGIN: tuple[Golden, ...] = (
    (
        "k8s-login-terraform",
        (
            "╷\n│ Error: Unauthorized\n│\n│   with module.eks.kubernetes_config_map.aws_auth[0],\n│   on main.tf line 12, in "
            'resource "kubernetes_config_map" "aws_auth":\n╵'
        ),
        ORDERS,
    ),
    ("k8s-login-resource-type", 'error: the server doesn\'t have a resource type "svc"', {}),
    (
        "k8s-login-node-map",
        'kubelet: "Unable to register node with API server" err="Unauthorized" node="ip-10-0-0-1"',
        {
            "authentication_mode": "CONFIG_MAP",
            "caller": ("arn:aws:sts::111122223333:assumed-role/nodes/i-0a1b2c3d4e5f60718"),
        },
    ),
)
_CONSOLE: tuple[Golden, ...] = (
    (
        "eks-console-entries",
        (
            "Your current IAM principal doesn't have access to Kubernetes objects on this cluster. This may "
            "be due to the current user or role not having an access entry."
        ),
        {**ORDERS, "authentication_mode": "API", "caller": SSO},
    ),
    (
        "eks-console-map",
        "Unauthorized: Verify you have access to the Kubernetes cluster",
        {**ORDERS, "authentication_mode": "CONFIG_MAP", "caller": "arn:aws:iam::111122223333:user/ana"},
    ),
)
_OBJECTS: tuple[Golden, ...] = (
    (
        "eks-entry-exists-terraform",
        _terraform(
            "Entry (orders:arn:aws:iam::111122223333:role/nodes)",
            "CreateAccessEntry",
            409,
            "ResourceInUseException: The specified access entry resource is already in use on this cluster.",
            'aws_eks_access_entry.this["nodes"]',
        ),
        {},
    ),
    (
        "eks-entry-group",
        botocore_text(
            "InvalidParameterException",
            "CreateAccessEntry",
            "The kubernetes group name system:masters is invalid, it cannot start with system:",
        ),
        ORDERS,
    ),
    (
        "eks-pod-identity-trust-limited",
        botocore_text(
            "InvalidParameterException",
            "CreatePodIdentityAssociation",
            "Trust policy of the role provided is invalid.",
        ),
        POD,
    ),
)
_ARNS: tuple[Golden, ...] = ()
_SHARED: tuple[Golden, ...] = (
    (
        "k8s-component",
        'Error from server (Forbidden): nodes is forbidden: User "eks:node-manager" cannot list resource "nodes" in API group "" at the cluster scope',
        {},
    ),
    (
        "k8s-login-entries",
        "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
        {
            "cluster": "orders",
            "region": "eu-west-1",
            "authentication_mode": "API",
            "caller": "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana@example.com",
        },
    ),
)
_STATED: tuple[Golden, ...] = (
    (
        "stated-role-not-bound",
        """\
Error from server (Forbidden): secrets is forbidden: User "system:serviceaccount:ci:deployer" cannot list resource "secrets" in API group "" in the namespace "shop"
$ kubectl describe clusterrole secret-lister
Name:         secret-lister
Labels:       <none>
PolicyRule:
  Resources  Non-Resource URLs  Resource Names  Verbs
  ---------  -----------------  --------------  -----
  secrets    []                 []              [get list]""",
        {},
    ),
)
CASES: tuple[Golden, ...] = (*_RBAC, *_LOGIN, *_CONSOLE, *_OBJECTS, *_ARNS, *_SHARED, *_STATED)
