"""Check how messages of Kubernetes, its authenticator and the EKS console are read."""

from __future__ import annotations

import json

from iamtriage._reading.readers import kubernetes
from iamtriage._reading.readers.phrases import compiled
from tests.tables import APP, Facts, Table, check_rows, expect, facts_in, has_example, list_alternatives, rows

_USER = "arn:aws:sts::111122223333:assumed-role/dev/ana"
_UNAUTHORIZED = expect("kubernetes_unauthorized")
_CONSOLE = expect("console_kubernetes_access")


def _forbidden(**facts: object) -> Facts:
    user = facts.get("k8s_user")
    return (
        expect("kubernetes_forbidden", principal=user, **facts)
        if user
        else expect("kubernetes_forbidden", **facts)
    )


FORBIDDEN: Table = (
    *(
        (
            f"anonymous-{name}",
            f'{words} "list" resource "pods" in namespace "web"',
            _forbidden(k8s_verb="list", k8s_resource="pods", k8s_namespace="web"),
        )
        for name, words in (
            ("denied", 'RBAC DENY: user "" groups ["system:unauthenticated"] cannot'),
            ("no-rules", 'RBAC: no rules authorize user "" with groups ["system:unauthenticated"] to'),
        )
    ),
    *(
        (
            f"namespace-{name}",
            f'pods is forbidden: User "ana" cannot list pods in the namespace {written}: no RBAC policy matched',
            _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_namespace=namespace),
        )
        for name, written, namespace in (
            ("with-a-blank", '" -prod"', "-prod"),
            ("of-a-template", '"{{ .Release.Namespace }}"', "{{ .Release.Namespace }}"),
            ("without-quotes", "web", "web"),
            ("without-its-last-quote", '"web', "web"),
        )
    ),
    (
        "audit-event-after-an-allowed-one",
        """{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","user":{"username":"ana"}}
{"kind":"Event","apiVersion":"audit.k8s.io/v1","user":{"username":"bob"},"responseStatus":{"reason":"Forbidden","code":403}}""",
        _forbidden(k8s_user="bob", status_code=403),
    ),
    *(
        (
            f"audit-event-{name}-one-of-another-status",
            separator.join(events if name == "after" else reversed(events)),
            _forbidden(k8s_user="bob", status_code=403),
        )
        for separator in ("\n", " ")
        for name in ("after", "before")
        for events in (
            (
                '{"kind":"Event","apiVersion":"audit.k8s.io/v1","user":{"username":"ana"},"responseStatus":{"metadata":{},"code":200}}',
                '{"kind":"Event","apiVersion":"audit.k8s.io/v1","user":{"username":"bob"},"responseStatus":{"metadata":{},"reason":"Forbidden","code":403}}',
            ),
        )
    ),
    (
        "status-without-code",
        '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"Forbidden"}',
        _forbidden(),
    ),
    ("reason-of-a-program", 'Failure of the job. {"reason":"Forbidden","code":403}', None),
    (
        "cluster",
        f'Error from server (Forbidden): pods is forbidden: User "{_USER}" cannot list resource "pods" in API group "" at the cluster scope',
        _forbidden(k8s_user=_USER, k8s_verb="list", k8s_resource="pods", k8s_api_group=""),
    ),
    (
        "split-before-quote",
        f'nodes is forbidden: User "{_USER}" cannot list resource "nodes\n" in API group "" at the cluster scope',
        _forbidden(k8s_user=_USER, k8s_verb="list", k8s_resource="nodes", k8s_api_group=""),
    ),
    (
        "two-blocks",
        f'```\nFailed to list resources: jobs.batch is forbidden: User "{_USER}"\n```\n\nWith this\n\n```text\ncannot list resource "jobs" in API group "batch" at the cluster scope\n```',
        _forbidden(k8s_user=_USER, k8s_verb="list", k8s_resource="jobs", k8s_api_group="batch"),
    ),
    (
        "two-blocks-of-others",
        f'```\nUser "{_USER}"\n```\n\nWith this\n\n```\ncannot list resource "jobs" in API group "batch" at the cluster scope\n```',
        None,
    ),
    (
        "namespace",
        'pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "web"',
        _forbidden(
            k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_api_group="", k8s_namespace="web"
        ),
    ),
    (
        "named",
        'Error from server (Forbidden): deployments.apps "site" is forbidden: User "ana" cannot patch resource "deployments" in API group "apps" in the namespace "web"',
        _forbidden(
            k8s_user="ana",
            k8s_verb="patch",
            k8s_resource="deployments",
            k8s_api_group="apps",
            k8s_namespace="web",
        ),
    ),
    (
        "service-account",
        'nodes is forbidden: User "system:serviceaccount:kube-system:autoscaler" cannot watch resource "nodes" in API group "" at the cluster scope',
        _forbidden(
            k8s_user="system:serviceaccount:kube-system:autoscaler",
            k8s_verb="watch",
            k8s_resource="nodes",
            k8s_api_group="",
        ),
    ),
    (
        "subresource",
        'pods "a" is forbidden: User "ana" cannot create resource "pods/exec" in API group "" in the namespace "web"',
        _forbidden(
            k8s_user="ana", k8s_verb="create", k8s_resource="pods/exec", k8s_api_group="", k8s_namespace="web"
        ),
    ),
    (
        "impersonate",
        'users "bob" is forbidden: User "ana" cannot impersonate resource "users" in API group "" at the cluster scope',
        _forbidden(k8s_user="ana", k8s_verb="impersonate", k8s_resource="users", k8s_api_group=""),
    ),
    (
        "old",
        'pods is forbidden: User "ana" cannot list pods in the namespace "web"',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_namespace="web"),
    ),
    (
        "path",
        'forbidden: User "system:anonymous" cannot get path "/api"',
        _forbidden(k8s_user="system:anonymous", k8s_verb="get"),
    ),
    (
        "empty-user",
        'pods is forbidden: User "" cannot list resource "pods" in API group "" at the cluster scope',
        expect("kubernetes_forbidden", k8s_verb="list", k8s_resource="pods", k8s_api_group=""),
    ),
    (
        "no-head",
        'Error: User "ana" cannot list resource "pods"',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods"),
    ),
    (
        "escaped",
        '{"msg":"pods is forbidden: User \\"ana\\" cannot list resource \\"pods\\" in API group \\"\\" at the cluster scope"}',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_api_group=""),
    ),
    (
        "other-words",
        'Error from server (Forbidden): roles.rbac.authorization.k8s.io "x" is forbidden: user "ana" is attempting to grant RBAC permissions not currently held',
        _forbidden(k8s_user="ana", k8s_resource="roles", k8s_api_group="rbac.authorization.k8s.io"),
    ),
    (
        "granting-in-groups",
        'rolebindings.rbac.authorization.k8s.io "edit" is forbidden: user "ana" (groups=["dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["create"]}',
        _forbidden(k8s_user="ana", k8s_resource="rolebindings", k8s_api_group="rbac.authorization.k8s.io"),
    ),
    (
        "granting-in-groups-without-label",
        'roles.rbac.authorization.k8s.io "edit" is forbidden: user "ana" ("dev" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:',
        _forbidden(k8s_user="ana", k8s_resource="roles", k8s_api_group="rbac.authorization.k8s.io"),
    ),
    (
        "granting-in-a-struct",
        'Error: clusterroles.rbac.authorization.k8s.io "edit" is forbidden: attempt to grant extra privileges: [PolicyRule{Resources:["pods"], APIGroups:[""], Verbs:["*"]}] user=&{system:serviceaccount:kube-system:tiller 0a1b2c3d [system:authenticated] map[]} ownerrules=[] ruleResolutionErrors=[]',
        _forbidden(
            k8s_user="system:serviceaccount:kube-system:tiller",
            k8s_resource="clusterroles",
            k8s_api_group="rbac.authorization.k8s.io",
        ),
    ),
    (
        "truncated-in-resource",
        'jobs.batch "j1" is forbidden: User "ana" cannot patch resour',
        _forbidden(k8s_user="ana", k8s_verb="patch"),
    ),
    (
        "ellipsis-as-resource",
        'Every line says: User "ana" cannot get resource ... So give her a role.',
        _forbidden(k8s_user="ana", k8s_verb="get"),
    ),
    (
        "granting-as-before",
        'Error from server: rolebinding "admins" is forbidden: user "ana" cannot grant extra privileges:',
        _forbidden(k8s_user="ana", k8s_resource="rolebinding"),
    ),
    (
        "no-head-whole",
        'sync: User "system:serviceaccount:cd:sync" cannot list resource "nodes" in API group "" at the cluster scope',
        _forbidden(
            k8s_user="system:serviceaccount:cd:sync", k8s_verb="list", k8s_resource="nodes", k8s_api_group=""
        ),
    ),
    (
        "no-head-group",
        'User "ana" cannot watch resource "jobs" in API group "batch" in the namespace "web"',
        _forbidden(
            k8s_user="ana", k8s_verb="watch", k8s_resource="jobs", k8s_api_group="batch", k8s_namespace="web"
        ),
    ),
    (
        "no-head-old",
        'Error from server (Forbidden): User "ana" cannot get nodes at the cluster scope. (get nodes n1)',
        _forbidden(k8s_user="ana", k8s_verb="get", k8s_resource="nodes"),
    ),
    (
        "old-with-group",
        'jobs.batch is forbidden: User "ana" cannot list jobs.batch in the namespace "web"',
        _forbidden(
            k8s_user="ana", k8s_verb="list", k8s_resource="jobs", k8s_api_group="batch", k8s_namespace="web"
        ),
    ),
    (
        "old-with-subresource",
        'Error from server (Forbidden): widgets.stock.example.com "w1" is forbidden: User "ana" cannot update widgets.stock.example.com/scale at the cluster scope',
        _forbidden(
            k8s_user="ana", k8s_verb="update", k8s_resource="widgets/scale", k8s_api_group="stock.example.com"
        ),
    ),
    (
        "no-head-old-namespace",
        'Message: Forbidden!Configured service account has no access. User "system:serviceaccount:jobs:spark" cannot get pods in the namespace "jobs"..',
        _forbidden(
            k8s_user="system:serviceaccount:jobs:spark",
            k8s_verb="get",
            k8s_resource="pods",
            k8s_namespace="jobs",
        ),
    ),
    (
        "head-with-blank",
        'Forbidden : User "ana" cannot patch resource',
        _forbidden(k8s_user="ana", k8s_verb="patch"),
    ),
    (
        "openshift-path",
        '403 Forbidden: User "ana" cannot "get" on "/version"',
        _forbidden(k8s_user="ana", k8s_verb="get", status_code=403),
    ),
    (
        "quote-lost-at-end",
        'pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "web',
        _forbidden(
            k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_api_group="", k8s_namespace="web"
        ),
    ),
    (
        "quote-lost-at-user",
        'users "bob" is forbidden: User system:serviceaccount:hub:agent" cannot impersonate resource "users" in API group "" at the cluster scope',
        _forbidden(
            k8s_user="system:serviceaccount:hub:agent",
            k8s_verb="impersonate",
            k8s_resource="users",
            k8s_api_group="",
        ),
    ),
    (
        "quotes-lost",
        "User system:serviceaccount:hub:agent cannot list resource pods in API group batch in the namespace web.",
        _forbidden(
            k8s_user="system:serviceaccount:hub:agent",
            k8s_verb="list",
            k8s_resource="pods",
            k8s_api_group="batch",
            k8s_namespace="web",
        ),
    ),
    (
        "cut-at-resource",
        'User "ana" cannot list resource "pods',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods"),
    ),
    ("prose", "The User cannot find nodes at the cluster scope", None),
    ("prose-name", "User ana cannot list pods in the namespace web", None),
    (
        "class-in-front",
        'ForbiddenError: pods is forbidden: User "ana" cannot list resource "pods" in API group "" at the cluster scope',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_api_group=""),
    ),
    (
        "condition-in-front",
        'ReconcileFailedError: load: pods is forbidden: User "ana" cannot list resource "pods" in API group "" at the cluster scope',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_api_group=""),
    ),
    (
        "kubelet",
        "error: unable to upgrade connection: Forbidden (user=ana, verb=create, resource=nodes, subresource=proxy)",
        _forbidden(k8s_user="ana", k8s_verb="create", k8s_resource="nodes/proxy"),
    ),
    (
        "kubelet-several",
        "Forbidden (user=ana, verb=get, resource=nodes, subresource(s)=[pods proxy])",
        _forbidden(k8s_user="ana", k8s_verb="get", k8s_resource="nodes"),
    ),
    (
        "java",
        "io.kubernetes.client.ApiException: Forbidden\n\tat io.kubernetes.client.ApiClient.handleResponse(ApiClient.java:1)",
        expect("kubernetes_forbidden"),
    ),
    (
        "java-with-status",
        "io.kubernetes.client.openapi.ApiException: Message: Forbidden\nHTTP response code: 403\nHTTP response body: {}",
        expect("kubernetes_forbidden", status_code=403),
    ),
    (
        "fabric8",
        "io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET at: https://10.100.0.1/api/v1/pods. Message: Forbidden!Configured service account has no access.",
        expect("kubernetes_forbidden"),
    ),
    (
        "fabric8-quota",
        'io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://10.100.0.1/api/v1/pods. Message: Forbidden!Configured service account has no access. pods "a" is forbidden: exceeded quota: small.',
        None,
    ),
    (
        "python-dynamic",
        'kubernetes.dynamic.exceptions.ForbiddenError: 403\nReason: Forbidden\nHTTP response body: b\'{"kind":"Status","status":"Failure","message":"pods is forbidden: User \\\\"ana\\\\" cannot list resource \\\\"pods\\\\" in API group \\\\"\\\\" in the namespace \\\\"web\\\\"","reason":"Forbidden","code":403}\\n\'',
        _forbidden(
            k8s_user="ana",
            k8s_verb="list",
            k8s_resource="pods",
            k8s_api_group="",
            k8s_namespace="web",
            status_code=403,
        ),
    ),
    (
        "python",
        "kubernetes.client.exceptions.ApiException: (403)\nReason: Forbidden\nHTTP response headers: HTTPHeaderDict({})",
        expect("kubernetes_forbidden", status_code=403),
    ),
    ("python-other", "petstore.exceptions.ApiException: (403)\nReason: Forbidden", None),
    (
        "requests",
        "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://0123ABCD.gr7.eu-west-1.eks.amazonaws.com/api/v1/pods",
        expect("kubernetes_forbidden", status_code=403),
    ),
    *(
        (f"http-{number}", text, expect("kubernetes_forbidden", status_code=403))
        for number, text in enumerate(
            (
                "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://kubernetes:443/apis/apps/v1/namespaces/web/statefulsets",
                "httpx.HTTPStatusError: Client error '403 Forbidden' for url 'https://10.100.0.1/api/v1/nodes'",
                "ClientResponseError: 403, message='Forbidden', url=URL('https://kubernetes.default.svc/version')",
                "Kubeclient::HttpError: HTTP status code 403, Forbidden for GET https://k8s.example.com:6443/api/v1/events",
                "403 Client Error: Forbidden for url: https://api.example.com/api/v1/namespaces/web/secrets/db",
                "403 Client Error: Forbidden for url: https://api.example.com/apis/metrics.k8s.io/v1beta1/pods?limit=5",
            )
        )
    ),
    (
        "http-plain",
        "403 Client Error: Forbidden for url: http://shop.example.com/api/v1/pods",
        None,
    ),
    *(
        (f"http-other-{number}", f"403 Client Error: Forbidden for url: https://{place}", None)
        for number, place in enumerate(
            (
                "shop.example.com/api/v1/",
                "shop.example.com/api/v1/services",
                "10.0.0.7/api/v1/users",
                "10.0.0.7:8080/api/v1/events",
                "shop.example.com/apis/shop/v1/pods",
                "shop.example.com/api/v1/namespaces/web/workflows",
                "kubernetes.example.com/docs",
            )
        )
    ),
    (
        "dotnet",
        "k8s.Autorest.HttpOperationException: Operation returned an invalid status code 'Forbidden'",
        expect("kubernetes_forbidden"),
    ),
    (
        "dotnet-quoted",
        'k8s.Autorest.HttpOperationException: Operation returned an invalid status code "Forbidden"\n   at k8s.Kubernetes.SendRequestRaw()',
        expect("kubernetes_forbidden"),
    ),
    (
        "dotnet-before",
        "Microsoft.Rest.HttpOperationException: Operation returned an invalid status code 'Forbidden'\n   at k8s.Kubernetes.ListNodes()",
        expect("kubernetes_forbidden"),
    ),
    (
        "dotnet-in-a-debugger",
        "Microsoft.Rest.HttpOperationException\n  HResult=0x80131500\n  Message=Operation returned an invalid status code 'Forbidden'\n  Source=KubernetesClient\n  StackTrace:",
        expect("kubernetes_forbidden"),
    ),
    (
        "dotnet-other",
        "Microsoft.Rest.HttpOperationException: Operation returned an invalid status code 'Forbidden'\n   at Demo.Shop.List()",
        None,
    ),
    (
        "websocket",
        "kubernetes.client.exceptions.ApiException: (0)\nReason: Handshake status 403 Forbidden -+-+- {'audit-id': 'a'}",
        expect("kubernetes_forbidden", status_code=403),
    ),
    (
        "websocket-other",
        "websocket._exceptions.WebSocketBadStatusException: Handshake status 403 Forbidden",
        None,
    ),
    (
        "websocket-of-others",
        "petstore.ApiException: (0)\nReason: Handshake status 403 Forbidden",
        None,
    ),
    (
        "fabric8-before",
        "io.fabric8.kubernetes.client.KubernetesClientException: Error accessing: https://10.100.0.1/api/v1/pods,due to:Forbidden!Configured service account has no access.",
        expect("kubernetes_forbidden"),
    ),
    (
        "fabric8-status",
        'KubernetesClientException: Failure executing: POST at: https://10.100.0.1/api/v1/pods. Message: pods is forbidden: User "ana" cannot create resource "pods" in API group "" in the namespace "web". Received status: Status(apiVersion=v1, code=403, details=StatusDetails(causes=[]), kind=Status, message=pods is forbidden, reason=Forbidden, status=Failure).',
        _forbidden(
            k8s_user="ana",
            k8s_verb="create",
            k8s_resource="pods",
            k8s_api_group="",
            k8s_namespace="web",
            status_code=403,
        ),
    ),
    (
        "fabric8-status-of-none",
        'Received status: Status(apiVersion=v1, code=404, details=null, kind=Status, message=pods "a" not found, reason=NotFound, status=Failure).',
        None,
    ),
    (
        "go-status",
        '&errors.StatusError{ErrStatus:v1.Status{Status:"Failure", Message:"unknown", Reason:"Forbidden", Details:(*v1.StatusDetails)(nil), Code:403}}',
        expect("kubernetes_forbidden", status_code=403),
    ),
    (
        "python-quota",
        (
            "kubernetes.client.exceptions.ApiException: (403)\nReason: Forbidden\nHTTP response headers: HTTPHeaderDict({'Audit-Id': 'a'})\n"
            'HTTP response body: {"kind":"Status","status":"Failure","message":"pods \\"a\\" is forbidden: exceeded quota: small","reason":"Forbidden","code":403}'
        ),
        None,
    ),
    (
        "log",
        'I0404 21:32:33.121424 2532 rbac.go:87] RBAC DENY: user "ana" groups [dev system:authenticated] cannot "create" resource "events" in namespace "web"',
        _forbidden(k8s_user="ana", k8s_verb="create", k8s_resource="events", k8s_namespace="web"),
    ),
    (
        "log-cluster",
        'RBAC DENY: user "ana" groups ["dev"] cannot "list" resource "nodes" cluster-wide',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="nodes"),
    ),
    (
        "log-path",
        'RBAC DENY: user "system:anonymous" groups [system:unauthenticated] cannot "get" on URL "/metrics"',
        _forbidden(k8s_user="system:anonymous", k8s_verb="get"),
    ),
    (
        "log-before",
        'RBAC: no rules authorize user "bob" with groups ["dev"] to "get" resource "secrets" named "db" in namespace "web"',
        _forbidden(k8s_user="bob", k8s_verb="get", k8s_resource="secrets", k8s_namespace="web"),
    ),
    (
        "project",
        'secrets "db" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: User "ana" cannot update brokers/finalizers.example.com in project "web", <nil>',
        _forbidden(
            k8s_user="ana",
            k8s_verb="update",
            k8s_resource="brokers/finalizers.example.com",
            k8s_namespace="web",
        ),
    ),
    (
        "all",
        'User "ana" cannot list all pods in the cluster',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods"),
    ),
    (
        "finalizers",
        'deployments.apps "site" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
        expect("kubernetes_forbidden", k8s_resource="deployments", k8s_api_group="apps"),
    ),
    (
        "node-restriction",
        'nodes "ip-10-0-3-4" is forbidden: node "i-0cc" is not allowed to modify node "ip-10-0-3-4"',
        expect("kubernetes_forbidden", k8s_resource="nodes"),
    ),
    ("prose-of-others", "Access is forbidden: you cannot see this page", None),
    ("object-of-others", 'page "home" is forbidden: guests cannot see it', None),
    *(
        (f"admission-{number}", f'Error from server (Forbidden): pods "a" is forbidden: {words}', None)
        for number, words in enumerate(
            (
                "unable to create new content in namespace web because it is being terminated",
                "maximum cpu usage per Container is 2, but limit is 4",
                "minimum memory usage per Pod is 4Mi",
                "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
                "failed quota: small: must specify limits.cpu",
                "status unknown for quota: small, resources: pods",
                "no PriorityClass with name high was found",
                "pods with demo-high priorityClass is not permitted in web namespace",
                "only dynamically provisioned pvc can be resized",
                "ValidatingAdmissionPolicy 'demo' with binding 'demo' denied request: too many",
                "image policy webhook backend denied one or more images: cannot run it",
                "unable to validate against any pod security policy: []",
                "unable to validate against any security context constraint: [cannot use it]",
                "cannot set blockOwnerDeletion in this case because cannot find RESTMapping for Kind Demo",
            )
        )
    ),
    (
        "ruby",
        "common.rb:117:in `rescue in handle_exception': 403 Forbidden (KubeException)",
        expect("kubernetes_forbidden", status_code=403),
    ),
    (
        "status-without-sentence",
        '{"metadata":{},"status":"Failure","message":"unknown (get pods web-1)","reason":"Forbidden","details":{"name":"web-1","kind":"pods"},"code":403}',
        expect("kubernetes_forbidden", status_code=403),
    ),
    (
        "status-of-quota",
        '{"kind":"Status","status":"Failure","message":"pods is forbidden: exceeded quota: small","reason":"Forbidden","code":403}',
        None,
    ),
    (
        "rust",
        'Error: ApiError: pods is forbidden: User "ana" cannot list resource "pods" in API group "" at the cluster scope: Forbidden (ErrorResponse { status: "Failure", message: "pods is forbidden", reason: "Forbidden", code: 403 })',
        _forbidden(k8s_user="ana", k8s_verb="list", k8s_resource="pods", k8s_api_group="", status_code=403),
    ),
    (
        "quota",
        'Error from server (Forbidden): pods "a" is forbidden: exceeded quota: small, requested: pods=1',
        None,
    ),
    (
        "security",
        'pods "a" is forbidden: violates PodSecurity "restricted:latest": not allowed to run as root',
        None,
    ),
    (
        "status",
        json.dumps(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "metadata": {},
                "status": "Failure",
                "message": 'pods is forbidden: User "ana" cannot list resource "pods" in API group "" in the namespace "web"',
                "reason": "Forbidden",
                "details": {"kind": "pods"},
                "code": 403,
            }
        ),
        _forbidden(
            k8s_user="ana",
            k8s_verb="list",
            k8s_resource="pods",
            k8s_api_group="",
            k8s_namespace="web",
            status_code=403,
        ),
    ),
)
UNAUTHORIZED: Table = (
    ("logged-in", "error: You must be logged in to the server (Unauthorized)", _UNAUTHORIZED),
    (
        "credentials",
        "error: You must be logged in to the server (the server has asked for the client to provide credentials)",
        _UNAUTHORIZED,
    ),
    (
        "credentials-retold",
        'error: unable to recognize "STDIN": the server has asked the client to provide credentials',
        _UNAUTHORIZED,
    ),
    (
        "credentials-alone",
        "the server has asked for the client to provide credentials (get pods)",
        _UNAUTHORIZED,
    ),
    (
        "service-account",
        'error looking up service account web/app: serviceaccount "app" not found',
        _UNAUTHORIZED,
    ),
    (
        "arn-not-mapped",
        f'time="2026-01-02T03:04:05Z" level=warning msg="access denied" arn="{APP}" client="127.0.0.1:1" error="ARN is not mapped: {APP.lower()}" method=POST path=/authenticate',
        expect("kubernetes_unauthorized", principal=APP),
    ),
    (
        "arn-not-mapped-wrapped",
        f'time="2026-01-02T03:04:05Z" level=warning msg="access denied"\narn="{APP}"\nclient="127.0.0.1:1" error="ARN is not mapped" method=POST',
        expect("kubernetes_unauthorized", principal=APP),
    ),
    (
        "identity-not-mapped",
        f'level=warning msg="access denied" arn="{APP}" client="127.0.0.1:1" error="identity is not mapped"',
        expect("kubernetes_unauthorized", principal=APP),
    ),
    ("user-id", "ARN does not match User ID", _UNAUTHORIZED),
    ("token", "could not get token: no answer from the helper", _UNAUTHORIZED),
    ("instance-id", 'error="SessionName did not contain an instance id"', _UNAUTHORIZED),
    ("format", 'error="input token was not properly formatted: no prefix"', _UNAUTHORIZED),
    (
        "webhook",
        '"Failed to make webhook authenticator request" err="error trying to reach service"',
        _UNAUTHORIZED,
    ),
    (
        "authenticate",
        '"Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"',
        _UNAUTHORIZED,
    ),
    ("server", "Error from server (Unauthorized): Unauthorized", _UNAUTHORIZED),
    ("recognize", 'unable to recognize "site.yaml": Unauthorized', _UNAUTHORIZED),
    (
        "register",
        '"Unable to register node with API server" node="ip-10-0-0-1" err="Unauthorized"',
        _UNAUTHORIZED,
    ),
    ("terraform-api", "Error: Failed to delete Job! API error: Unauthorized", _UNAUTHORIZED),
    ("register-old", 'Unable to register node "ip-10-0-0-1" with API server: Unauthorized', _UNAUTHORIZED),
    ("list", "Failed to list *v1.Service: Unauthorized", _UNAUTHORIZED),
    (
        "lease",
        '"Failed to ensure lease exists, will retry": Error updating lease: Unauthorized',
        _UNAUTHORIZED,
    ),
    (
        "status",
        '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}',
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "terraform",
        '╷\n│ Error: Unauthorized\n│ \n│   with kubernetes_config_map.aws_auth,\n│   on main.tf line 3, in resource "kubernetes_config_map" "aws_auth":\n╵',
        _UNAUTHORIZED,
    ),
    (
        "java",
        "io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET at: https://10.100.0.1/api/v1/pods. Message: Unauthorized",
        _UNAUTHORIZED,
    ),
    (
        "helm",
        "Error: INSTALLATION FAILED: Kubernetes cluster unreachable: the server has asked for the client to provide credentials",
        _UNAUTHORIZED,
    ),
    (
        "kubectl-verbose",
        "I0103 12:00:00.000001 1 round_trippers.go:405] GET https://10.0.0.1/api?timeout=32s 401 Unauthorized in 469 milliseconds",
        _UNAUTHORIZED | {"status_code": 401},
    ),
    (
        "kubelet-certificate",
        "E0103 12:00:00.000001 1 certificate_manager.go:299] Failed while requesting a signed certificate from the master: cannot create certificate signing request: Unauthorized",
        _UNAUTHORIZED,
    ),
    ("helm-failed", "Error: INSTALLATION FAILED: Unauthorized", _UNAUTHORIZED),
    ("helm-unreachable", "Error: Kubernetes cluster unreachable: Unauthorized", _UNAUTHORIZED),
    (
        "watch-asked",
        "failed to watch *v1.Pod: the server has asked for the client to provide credentials: unauthorized",
        _UNAUTHORIZED,
    ),
    ("helm-query", "Error: query: failed to query with labels: Unauthorized", _UNAUTHORIZED),
    ("resource-type", 'error: the server doesn\'t have a resource type "svc"', _UNAUTHORIZED),
    ("resource-type-short", 'error: the server doesn\'t have a resource type "deploy"', _UNAUTHORIZED),
    ("resource-type-of-none", 'error: the server doesn\'t have a resource type "widgets"', None),
    (
        "resource-type-in-group",
        'the server doesn\'t have a resource type "services" in group "serving.example.com"',
        None,
    ),
    ("eksctl", "[✖]  getting list of API resources for raw REST client: Unauthorized", _UNAUTHORIZED),
    (
        "discovery",
        "failed to list services: failed to find server resources for group version apps/v1: Unauthorized",
        _UNAUTHORIZED,
    ),
    ("eksctl-nodes", "[✖]  re-listing nodes: Unauthorized", _UNAUTHORIZED),
    ("eksctl-account", "[✖]  creating service account: Unauthorized", _UNAUTHORIZED),
    ("klog-secrets", "E0103 12:00:00.000001 1 sync.go:10] getting secrets: Unauthorized", _UNAUTHORIZED),
    ("users-by-kubectl", "$ kubectl logs web-1\nFailed to list users: Unauthorized", None),
    ("groups-by-kubectl", "$ kubectl logs web-1\nlisting groups: Unauthorized", None),
    ("pods-of-nobody", "Error: listing pods: Unauthorized", None),
    (
        "terraform-before",
        'Error: Unauthorized\n\n  on main.tf line 1, in resource "k8s_manifest" "this":\n   1: resource "k8s_manifest" "this" {',
        _UNAUTHORIZED,
    ),
    (
        "terraform-of-others",
        'Error: Unauthorized\n\n  on main.tf line 1, in resource "forge_repository" "this":',
        None,
    ),
    (
        "leader-election",
        "E0103 12:00:00.000001 1 leaderelection.go:330] error retrieving resource lock kube-system/attacher-leader: Unauthorized",
        _UNAUTHORIZED,
    ),
    ("config-map", "getting auth ConfigMap: Unauthorized", _UNAUTHORIZED),
    ("exec", "error: unable to upgrade connection: Unauthorized", _UNAUTHORIZED),
    ("klog", 'E0103 12:00:00.000001 1 controller.go:10] "sync failed" err="Unauthorized"', _UNAUTHORIZED),
    ("by-kubectl", "$ kubectl get nodes\nerror: Unauthorized", _UNAUTHORIZED),
    ("nodes-by-kubectl", "$ kubectl top nodes\nerror: cannot list nodes: Unauthorized", _UNAUTHORIZED),
    (
        "python",
        "Exception when calling CoreV1Api->list_node: (401)\nReason: Unauthorized\n",
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "rust",
        'ApiError: Unauthorized: Unauthorized (ErrorResponse { status: "Failure", message: "Unauthorized", reason: "Unauthorized", code: 401 })',
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "websocket",
        "kubernetes.client.rest.ApiException: (0)\nReason: Handshake status 401 Unauthorized",
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "fabric8-before",
        "io.fabric8.kubernetes.client.KubernetesClientException: Error accessing: https://10.100.0.1/api/v1/pods,due to:Unauthorized! Configured service account has no access.",
        _UNAUTHORIZED,
    ),
    (
        "fabric8-status",
        "KubernetesClientException: Failure executing: GET at: https://10.100.0.1/api/v1/pods. Message: Unauthorized. Received status: Status(apiVersion=v1, code=401, details=null, kind=Status, message=Unauthorized, metadata=ListMeta(_continue=null), reason=Unauthorized, status=Failure).",
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "http",
        "401 Client Error: Unauthorized for url: https://kubernetes.default/api/v1/namespaces/web/pods",
        expect("kubernetes_unauthorized", status_code=401),
    ),
    (
        "authenticator-refuses",
        'level=warning msg="access denied" client="127.0.0.1:1" error="sts getCallerIdentity failed: error from AWS (expected 200, got 403)" method=POST path=/authenticate',
        _UNAUTHORIZED,
    ),
    (
        "authenticator-quotes-sts",
        'level=warning msg="access denied" client="127.0.0.1:1" error="sts getCallerIdentity failed: error from AWS (expected 200, got 403). Body: {\\"Error\\":{\\"Code\\":\\"ExpiredToken\\",\\"Message\\":\\"The security token included in the request is expired\\"}}" method=POST path=/authenticate',
        expect("expired_credentials", code="ExpiredToken", status_code=403),
    ),
    (
        "api-gateway",
        '$ curl https://abc123.execute-api.eu-west-1.amazonaws.com/\n{"message":"Unauthorized"}',
        expect("access_denied", service="execute-api"),
    ),
    ("grafana", "$ kubectl logs web-1\nERR error from Grafana (401): Unauthorized", None),
    ("secrets-elsewhere", "kubectl logs sync-1\nfailed to fetch secrets from Doppler: Unauthorized", None),
    ("another-host", 'kubectl logs a\nurl=https://api.github.com/x err="Unauthorized"', None),
    ("vault", 'level=error msg="failed to renew lease: Unauthorized" service=vault', None),
    ("words-go-on", "cannot get secrets of kubernetes: Unauthorized provider=gitlab", None),
    ("web-page", "401 Unauthorized", None),
    ("other-software", "Error: Unauthorized", None),
)
CONSOLE: Table = (
    (
        "two-lines",
        "Your current user or role does not\nhave access to Kubernetes objects on this EKS cluster",
        _CONSOLE,
    ),
    (
        "old",
        "Your current user or role does not have access to Kubernetes objects on this EKS cluster. This may be due to the current user or role not having Kubernetes RBAC permissions to describe cluster resources or not having an entry in the cluster's auth config map.",
        _CONSOLE,
    ),
    (
        "new",
        "Your current IAM principal doesn't have access to Kubernetes objects on this cluster. This might be due to the IAM principal not having an access entry with permissions to access the cluster.",
        _CONSOLE,
    ),
    (
        "new-curly",
        "Your current IAM principal doesn’t have access to Kubernetes objects on this cluster.",
        _CONSOLE,
    ),
    (
        "own-words",
        "Since Monday:\n- My current user or role does not have access to Kubernetes objects on this EKS cluster",
        _CONSOLE,
    ),
    (
        "without-your",
        '**Error: "Current user or role does not have access to Kubernetes objects on this EKS cluster"**',
        _CONSOLE,
    ),
    ("the", "The current IAM principal doesn't have access to Kubernetes objects on this cluster.", _CONSOLE),
    (
        "prose",
        "If the current user or role does not have access to Kubernetes objects, ask whoever made the cluster.",
        None,
    ),
    ("another", "A concurrent user or role does not have access to Kubernetes objects.", None),
    ("verify", "Unauthorized: Verify you have access to the Kubernetes cluster", _CONSOLE),
    (
        "german",
        "Ihr aktueller IAM-Prinzipal hat keinen Zugriff auf Kubernetes-Objekte in diesem Cluster. Dies kann daran liegen, dass der IAM-Prinzipal nicht über einen Zugriffseintrag mit Berechtigungen für den Zugriff auf den Cluster verfügt.",
        _CONSOLE,
    ),
    ("french", "Votre principal IAM actuel n'a pas accès aux objets Kubernetes de ce cluster.", _CONSOLE),
    (
        "japanese",
        "現在の IAM プリンシパルには、このクラスターの Kubernetes オブジェクトへのアクセス権がありません。",
        _CONSOLE,
    ),
)
TABLES = (FORBIDDEN, UNAUTHORIZED, CONSOLE)
ALL = [row for table in TABLES for row in table]


@check_rows(("text", "expected"), rows(ALL))
def test_facts_of_a_message(text: str, expected: Facts | None) -> None:
    """A message has its kind and Kubernetes facts, and no AWS facts."""
    assert facts_in(text) == expected


@check_rows(("fragment", "pattern"), list_alternatives(kubernetes._UNAUTHORIZED))
def test_every_alternative_has_an_example(fragment: str, pattern: str) -> None:
    """Each alternative and each fragment of the rows of the reader's table has an example in a table above."""
    assert has_example(fragment, compiled(pattern), ALL)
