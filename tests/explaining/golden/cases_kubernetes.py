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
    ("k8s-rbac-session", _forbidden(DEV, "list", "pods", "shop"), {**ORDERS, "authentication_mode": "API"}),
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
    ("k8s-rbac-old-text", 'pods is forbidden: User "dev:ana" cannot list pods', {"namespace": "shop"}),
    (
        "k8s-rbac-masked-user",
        _forbidden("arn:aws:sts::****:assumed-role/dev/ana", "list", "widgets", ("shop")),
        {},
    ),
    (
        "k8s-rbac-missing-role",
        _forbidden(CART, "list", "pods", ("shop"))
        + ': RBAC: role.rbac.authorization.k8s.io "viewer" not found',
        {},
    ),
    (
        "k8s-node",
        _forbidden(NODE, "get", "secrets", "shop", name="db")
        + (": no relationship found between node and this object"),
        ORDERS,
    ),
    ("k8s-node-program", _forbidden(NODE, "list", "nodes", ""), {"authentication_mode": "CONFIG_MAP"}),
    ("k8s-node-template", _forbidden("system:node:{{EC2PrivateDNSName}}", "list", "pods", ""), {}),
    (
        "k8s-node-restriction",
        (
            'Error from server (Forbidden): nodes "ip-10-0-0-2" is forbidden: node "ip-10-0-0-1" is not allowed to modify '
            'node "ip-10-0-0-2"'
        ),
        {},
    ),
    ("k8s-anonymous", _forbidden("system:anonymous", "list", "pods", ""), ORDERS),
    (
        "k8s-anonymous-kubelet",
        'E0801 10:00:00.123456    1234 kubelet_node_status.go:94] "Unable to register node with API server" err="nodes is forbidden: User \\"system:anonymous\\" cannot create resource \\"nodes\\" in API group \\"\\" at the cluster scope" node="ip-10-0-0-1.eu-west-1.compute.internal"',
        ORDERS,
    ),
    (
        "k8s-anonymous-terraform",
        "│ Error: "
        + _forbidden("system:anonymous", "get", "configmaps", "kube-system", name="aws-auth").partition(": ")[
            2
        ]
        + "\n│\n│   with module.eks.kubernetes_config_map.aws_auth[0],\n│   on main.tf line 12",
        {},
    ),
    ("k8s-component", _forbidden("eks:node-manager", "list", "nodes", ""), {}),
    ("k8s-component-scheduler", _forbidden("system:kube-scheduler", "list", "pods", ""), {}),
    (
        "k8s-escalation",
        (
            'Error from server (Forbidden): rolebindings.rbac.authorization.k8s.io "view" is forbidden: user "dev:ana" '
            '(groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n'
            '{APIGroups:[""], Resources:["pods"], Verbs:["list"]}'
        ),
        {},
    ),
    (
        "k8s-admission",
        'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may not be deleted',
        {},
    ),
    ("k8s-forbidden-bare", "Error from server (Forbidden): unknown", {}),
    (
        "k8s-service-account-missing",
        (
            'Error from server (Forbidden): pods "web-0" is forbidden: error looking up service account shop/cart: '
            'serviceaccount "cart" not found'
        ),
        {},
    ),
)
_LOGIN: tuple[Golden, ...] = (
    ("k8s-login", "error: You must be logged in to the server (Unauthorized)", {}),
    (
        "k8s-login-entries",
        (
            "error: You must be logged in to the server (the server has asked for the client to provide "
            "credentials)"
        ),
        {**ORDERS, "authentication_mode": "API", "caller": SSO},
    ),
    (
        "k8s-login-map",
        "error: You must be logged in to the server (Unauthorized)",
        {**ORDERS, "authentication_mode": "CONFIG_MAP", "caller": "arn:aws:iam::111122223333:role/team/dev"},
    ),
    (
        "k8s-login-root",
        "error: You must be logged in to the server (Unauthorized)",
        {"caller": ("arn:aws:iam::111122223333:root")},
    ),
    (
        "k8s-login-terraform",
        (
            "╷\n│ Error: Unauthorized\n│\n│   with module.eks.kubernetes_config_map.aws_auth[0],\n│   on main.tf line 12, in "
            'resource "kubernetes_config_map" "aws_auth":\n╵'
        ),
        ORDERS,
    ),
    ("k8s-login-resource-type", 'error: the server doesn\'t have a resource type "svc"', {}),
    ("k8s-login-not-mapped", _log("ARN is not mapped"), ORDERS),
    ("k8s-login-recreated", _log("ARN does not match User ID"), {**ORDERS, "authentication_mode": "API"}),
    (
        "k8s-login-instance-name",
        _log("failed mapping username: SessionName did not contain an instance id"),
        {},
    ),
    ("k8s-login-token-helper", "could not get token: no answer from the helper", ORDERS),
    (
        "k8s-login-token-expired",
        _log(
            "input token was not properly formatted: X-Amz-Date parameter is expired (15 minute expiration)"
        ),
        {},
    ),
    (
        "k8s-login-webhook",
        '"Failed to make webhook authenticator request" err="error trying to reach service"',
        ORDERS,
    ),
    ("k8s-login-account-gone", "error looking up service account shop/cart: not found", {}),
    ("k8s-login-node", 'Unable to register node "ip-10-0-0-1" with API server: Unauthorized', ORDERS),
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
        "k8s-client-certificate",
        (
            'E0803 10:15:00.000000       1 authentication.go:63] "Unable to authenticate the request" err="[x509: '
            "certificate has expired or is not yet valid: current time 2026-08-03T10:15:00Z is after "
            '2026-08-01T00:00:00Z]"'
        ),
        ORDERS,
    ),
    (
        "eks-console",
        "Your current user or role does not have access to Kubernetes objects on this EKS cluster.",
        {},
    ),
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
        "eks-entry-exists",
        botocore_text(
            "ResourceInUseException",
            "CreateAccessEntry",
            "The specified access entry resource is already in use on this cluster.",
        ),
        {},
    ),
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
        "eks-entry-mode",
        botocore_text(
            "InvalidRequestException",
            "CreateAccessEntry",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform "
            "this operation.",
        ),
        ORDERS,
    ),
    (
        "eks-entry-mode-back",
        botocore_text(
            "InvalidRequestException",
            "UpdateClusterConfig",
            "Unsupported authentication mode update from API_AND_CONFIG_MAP to CONFIG_MAP",
        ),
        ORDERS,
    ),
    (
        "eks-entry-creator",
        botocore_text(
            "InvalidParameterException",
            "CreateCluster",
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set "
            "to CONFIG_MAP",
        ),
        {},
    ),
    (
        "eks-entry-type",
        botocore_text(
            "InvalidParameterException",
            "AssociateAccessPolicy",
            'This operation can only be performed on Access Entries with a type of "STANDARD".',
        ),
        ORDERS,
    ),
    (
        "eks-entry-missing",
        _terraform(
            "Policy Association "
            "(orders#arn:aws:iam::111122223333:role/dev#arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy)",
            "AssociateAccessPolicy",
            404,
            "ResourceNotFoundException: The specified principalArn could not be found. You can view your "
            "available access entries with 'list-access-entries'.",
            "aws_eks_access_policy_association.dev",
        ),
        {},
    ),
    (
        "eks-entry-username",
        botocore_text(
            "InvalidParameterException",
            "CreateAccessEntry",
            ("The username system:ana must not begin with system:"),
        ),
        ORDERS,
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
        "eks-pod-identity-exists",
        botocore_text(
            "ResourceInUseException",
            "CreatePodIdentityAssociation",
            ("Association already exists: a-0123456789abcdef0"),
        ),
        POD,
    ),
    (
        "eks-pod-identity-missing",
        (
            "operation error EKS: DescribePodIdentityAssociation, https response error StatusCode: 404, "
            "ResourceNotFoundException: pod identity association not found"
        ),
        POD,
    ),
    (
        "eks-pod-identity-trust",
        botocore_text(
            "InvalidParameterException",
            "CreatePodIdentityAssociation",
            "Trust policy of the role provided is invalid.",
        ),
        {},
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
    (
        "eks-fargate-role",
        (
            "Misconfigured Fargate Profile: fargate profile jobs blocked for new launches due to: Pod "
            "execution role is not found in auth config or does not have all required permissions for "
            "launching fargate pods"
        ),
        ORDERS,
    ),
    (
        "eks-map-exists",
        'Error: configmaps "aws-auth" already exists\n\n  with module.eks.kubernetes_config_map.aws_auth[0],',
        ORDERS,
    ),
    ("eks-map-missing", 'Error from server (NotFound): configmaps "aws-auth" not found', ORDERS),
    (
        ("eks-map-broken"),
        'level=error msg="error parsing config map: [one of rolearn or SSO must be supplied]"',
        {},
    ),
    (
        ("eks-map-broken-yaml"),
        'level=error msg="error parsing config map: yaml: line 3: mapping values are not allowed"',
        {},
    ),
)
_ARNS: tuple[Golden, ...] = (
    (
        "eks-arn-sso-path",
        _terraform(
            "Entry (orders:arn:aws:iam::xxxx:role/AWSReservedSSO_View_0123456789abcdef)",
            "CreateAccessEntry",
            400,
            "InvalidParameterException: The specified principalArn is invalid: invalid principal.",
            'aws_eks_access_entry.this["view"]',
        ),
        {},
    ),
    ("invalid-arn", 'error="arn:aws:iam::111122223333:user/ana is not a valid role ARN"', {}),
)
CASES: tuple[Golden, ...] = (*_RBAC, *_LOGIN, *_CONSOLE, *_OBJECTS, *_ARNS)
