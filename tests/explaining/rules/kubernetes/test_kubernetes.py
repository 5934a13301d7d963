"""Tests for denials by Kubernetes authorization: the suggested role grants exactly the denied request."""

from __future__ import annotations

import json

import pytest
from ruamel.yaml import YAML

from iamtriage import explain
from iamtriage._reading.vocabulary.kubernetes import GROUPS
from iamtriage.explaining._rules.shared.kubernetes.kubernetes_requests import narrowest_access_policy
from iamtriage.failures import KubernetesForbidden
from tests.explaining.golden.cases import KUBERNETES as CASES
from tests.explaining.rules.explained import codes, commands, explained, explained_failure
from tests.tables import check_rows

SESSION = "arn:aws:sts::111122223333:assumed-role/dev/ana"
CART = "system:serviceaccount:shop:cart"
NODE = "system:node:ip-10-0-0-1.ec2.internal"
GROUP = {"kind": "Group", "name": "iam-dev", "apiGroup": "rbac.authorization.k8s.io"}
ACCOUNT = {"kind": "ServiceAccount", "name": "cart", "namespace": "shop"}


def forbidden(
    user: str,
    verb: str,
    resource: str,
    *,
    group: str = "",
    namespace: str | None = None,
    name: str | None = None,
) -> str:
    what = resource.partition("/")[0] + ("" if name is None else f' "{name}"')
    place = "at the cluster scope" if namespace is None else f'in the namespace "{namespace}"'
    return (
        f'Error from server (Forbidden): {what} is forbidden: User "{user}" cannot {verb} resource "{resource}" in API '
        f'group "{group}" {place}'
    )


def objects_of(text: str, facts: dict[str, object] | None = None) -> list[dict[str, object]]:
    """Return the Kubernetes objects of the one manifest in an explanation."""
    [manifest] = [each.manifest for each in explained(text, facts).remedies if each.manifest]
    return list(YAML(typ="safe", pure=True).load_all(manifest))


def rule(verb: str, resource: str, *, group: str = "", names: list[str] | None = None) -> dict[str, object]:
    limited = {} if names is None else {"resourceNames": names}
    return {"apiGroups": [group], "resources": [resource], **limited, "verbs": [verb]}


def user(name: str) -> dict[str, str]:
    return {"kind": "User", "name": name, "apiGroup": "rbac.authorization.k8s.io"}


@pytest.mark.parametrize(
    ("text", "namespace", "expected", "subject"),
    [
        (forbidden(CART, "list", "pods", namespace="shop"), "shop", rule("list", "pods"), ACCOUNT),
        (forbidden(CART, "list", "pods", namespace="prod"), "prod", rule("list", "pods"), ACCOUNT),
        (forbidden(CART, "list", "nodes"), None, rule("list", "nodes"), ACCOUNT),
        (forbidden(CART, "list", "pods"), None, rule("list", "pods"), ACCOUNT),
        (
            forbidden(SESSION, "watch", "pods", namespace="shop"),
            "shop",
            {**rule("watch", "pods"), "verbs": ["get", "list", "watch"]},
            GROUP,
        ),
        (
            forbidden("arn:aws:iam::111122223333:user/ana", "get", "pods", namespace="shop", name="web"),
            "shop",
            rule("get", "pods"),
            user("arn:aws:iam::111122223333:user/ana"),
        ),
        (
            forbidden("ana", "patch", "deployments", group="apps", namespace="shop", name="web"),
            "shop",
            rule("patch", "deployments", group="apps", names=["web"]),
            user("ana"),
        ),
        (forbidden("ana", "create", "pods", namespace="shop"), "shop", rule("create", "pods"), user("ana")),
        (
            forbidden("ana", "create", "pods", namespace="shop", name="w"),
            "shop",
            rule("create", "pods"),
            user("ana"),
        ),
        (
            forbidden("ana", "create", "pods/exec", namespace="shop", name="web"),
            "shop",
            rule("create", "pods/exec"),
            user("ana"),
        ),
        (
            forbidden("ana", "deletecollection", "pods", namespace="shop", name="web"),
            "shop",
            rule("deletecollection", "pods"),
            user("ana"),
        ),
        (
            forbidden("ana", "get", "pods/log", namespace="shop", name="web"),
            "shop",
            rule("get", "pods/log"),
            user("ana"),
        ),
        (
            forbidden("ana", "get", "namespaces", namespace="shop", name="shop"),
            "shop",
            rule("get", "namespaces", names=["shop"]),
            user("ana"),
        ),
        (
            forbidden("ana", "get", "clusterroles", group="rbac.authorization.k8s.io", name="view"),
            None,
            rule("get", "clusterroles", group="rbac.authorization.k8s.io", names=["view"]),
            user("ana"),
        ),
        (
            'pods is forbidden: User "ana" cannot list pods in the namespace "shop"',
            "shop",
            rule("list", "pods"),
            user("ana"),
        ),
        ('Error: User "ana" cannot list resource "nodes"', None, rule("list", "nodes"), user("ana")),
        ('Error: User "ana" cannot list resource "pods"', "NAMESPACE", rule("list", "pods"), user("ana")),
        (
            'Error: User "ana" cannot list resource "deployments.apps"',
            "NAMESPACE",
            rule("list", "deployments", group="apps"),
            user("ana"),
        ),
        (
            'Error: User "ana" cannot list resource "widgets"',
            "NAMESPACE",
            rule("list", "widgets", group="API_GROUP"),
            user("ana"),
        ),
        (
            'pods is forbidden: User "" cannot list resource "pods" in API group "" in the namespace "shop"',
            "shop",
            rule("list", "pods"),
            user("USER"),
        ),
        (
            forbidden("arn:aws:sts::****:assumed-role/dev/ana", "list", "pods", namespace="shop"),
            "shop",
            rule("list", "pods"),
            user("USER"),
        ),
        (
            (
                '{"message":"pods \\"web\\" is forbidden: User \\"ana\\" cannot get resource \\"pods\\" in API group '
                '\\"\\" in the namespace \\"shop\\""}'
            ),
            "shop",
            rule("get", "pods"),
            user("ana"),
        ),
        (
            'forbidden: User "ana" cannot get path "/metrics"',
            None,
            {"nonResourceURLs": ["/metrics"], "verbs": ["get"]},
            user("ana"),
        ),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_role_grants_exactly_the_denied_request(
    text: str, namespace: str | None, expected: dict[str, object], subject: dict[str, str]
) -> None:
    role, binding = objects_of(text)
    assert role["rules"] == [expected]
    assert binding["subjects"] == [subject]
    kinds = ("ClusterRole", "ClusterRoleBinding") if namespace is None else ("Role", "RoleBinding")
    assert (role["kind"], binding["kind"]) == kinds
    for each in (role, binding):
        assert each["apiVersion"] == "rbac.authorization.k8s.io/v1"
        metadata = each["metadata"]
        assert isinstance(metadata, dict)
        assert metadata.get("namespace") == namespace
    assert binding["roleRef"] == {
        "kind": kinds[0],
        "name": role["metadata"]["name"],  # type: ignore[index]
        "apiGroup": "rbac.authorization.k8s.io",
    }


def test_no_role_is_built_from_an_incomplete_denial() -> None:
    found = explained_failure(KubernetesForbidden(user="ana", verb="list"))
    assert not [remedy for remedy in found.remedies if remedy.manifest]


def test_bindings_of_two_users_have_different_names() -> None:
    """With the same name, the second binding would remove the first subject's access."""
    names = {
        str(objects_of(forbidden(who, "list", "pods", namespace="shop"))[1]["metadata"])
        for who in ("ana", "bob", CART, "system:serviceaccount:prod:cart", SESSION)
    }
    assert len(names) == 5


def test_namespace_in_the_facts_is_used_if_the_text_has_none() -> None:
    role, _ = objects_of('Error: User "ana" cannot list resource "pods"', {"namespace": "shop"})
    assert role["metadata"] == {"name": "list-pods", "namespace": "shop"}
    role, _ = objects_of(forbidden("ana", "list", "pods"), {"namespace": "shop"})
    assert role["kind"] == "ClusterRole"


@check_rows(
    ("text", "expected"),
    [
        (
            forbidden(CART, "get", "pods/log", namespace="shop", name="web"),
            f"kubectl auth can-i get pods --subresource=log -n shop --as={CART}",
        ),
        (forbidden("ana", "list", "pods"), "kubectl auth can-i list pods --all-namespaces --as=ana"),
        (forbidden("ana", "list", "nodes"), "kubectl auth can-i list nodes --as=ana"),
        (
            forbidden("ana's", "list", "deployments", group="apps", namespace="shop"),
            'kubectl auth can-i list deployments.apps -n shop "--as=ana\'s"',
        ),
        (
            forbidden(SESSION, "list", "pods", namespace="shop"),
            f"kubectl auth can-i list pods -n shop --as={SESSION} --as-group=iam-dev",
        ),
        ('forbidden: User "ana" cannot get path "/metrics"', "kubectl auth can-i get /metrics --as=ana"),
    ],
    ids=["subresource", "everywhere", "cluster-wide", "quoted", "group", "path"],
)
def test_check_command(text: str, expected: str) -> None:
    checks = [line for line in commands(explained(text)) if line.startswith("kubectl auth can-i ")]
    assert checks[-1] == expected


# ------------------------------------------------------------------ users that must not be bound


@check_rows(
    ("text", "topic"),
    [
        (forbidden("system:anonymous", "list", "pods"), "kubernetes-anonymous"),
        (forbidden(NODE, "list", "pods"), "kubernetes-node-authorization"),
        (forbidden("system:node:{{EC2PrivateDNSName}}", "list", "pods"), "kubernetes-node-authorization"),
        (forbidden("system:kube-scheduler", "list", "pods"), "kubernetes-component"),
        (forbidden("eks:node-manager", "list", "nodes"), "kubernetes-component"),
    ],
    ids=["anonymous", "node", "template", "component", "eks"],
)
def test_no_binding_is_suggested_for_the_user(text: str, topic: str) -> None:
    found = explained(text)
    assert found.topic == topic
    assert not [remedy for remedy in found.remedies if remedy.manifest]
    assert not any("create -f" in command or "--as" in command for command in commands(found))


def test_node_requests_an_object_of_another_node() -> None:
    text = forbidden(NODE, "get", "secrets", namespace="shop", name="db")
    assert codes(explained(text))[0] == ("node-authorizer", "derived")
    found = explained(f"{text}: no relationship found between node and this object")
    # The reason says already that the node authorizer decided. kubectl, not a kubelet, printed the error.
    assert codes(found)[:2] == [("object-of-other-node", "reported"), ("program-as-node", "possible")]
    assert "node-authorizer" not in dict(codes(found))


_OTHER_NODE = "ip-10-0-0-9.ec2.internal"
_NO_RELATION = f'secrets "edge-tls" is forbidden: User "{NODE}" cannot get resource "secrets" in API group "" in the namespace "edge": no relationship found between node and this object'


@check_rows(
    ("text", "verdict", "reason", "title", "command"),
    [
        (
            f'root@ip-10-0-0-1:~# export KUBECONFIG=/etc/kubernetes/kubelet.conf\nroot@ip-10-0-0-1:~# kubectl cordon {_OTHER_NODE}\nerror: unable to cordon node "{_OTHER_NODE}": nodes "{_OTHER_NODE}" is forbidden: User "{NODE}" cannot patch resource "nodes" in API group "" at the cluster scope: node "ip-10-0-0-1.ec2.internal" is not allowed to modify node "{_OTHER_NODE}"',
            f"cannot patch the node {_OTHER_NODE}: a node has access only to its own",
            f'is not allowed to modify node "{_OTHER_NODE}".',
            "Use your own access",
            "--region us-east-1",
        ),
        (
            forbidden(NODE, "list", "pods") + ": can only list/watch pods with spec.nodeName field selector",
            "cannot list pods: a node",
            "can only list/watch pods with spec.nodeName field selector.",
            "Use your own access",
            "aws eks update-kubeconfig",
        ),
        (
            f'E1124 kubelet_node_status.go:95] "Unable to register node with API server" err="nodes \\"db-3.corp.example\\" is forbidden: node \\"{_OTHER_NODE}\\" is not allowed to modify node \\"db-3.corp.example\\"" node="db-3.corp.example"',
            f"The kubelet uses the node name db-3.corp.example, but the cluster knows the node as {_OTHER_NODE}",
            'is not allowed to modify node "db-3.corp.example".',
            f"Let the kubelet register as {_OTHER_NODE}",
            "hostname --fqdn",
        ),
        (
            f'Failed to contact API server when waiting for CSINode publishing: csinodes.storage.k8s.io "db-3.corp.example" is forbidden: User "system:node:{_OTHER_NODE}" cannot get resource "csinodes" in API group "storage.k8s.io" at the cluster scope: can only access CSINode with the same name as the requesting node',
            f"The kubelet uses the node name db-3.corp.example, but the cluster knows the node as {_OTHER_NODE}",
            "can only access CSINode with the same name as the requesting node.",
            f"Let the kubelet register as {_OTHER_NODE}",
            "hostname --fqdn",
        ),
        (
            f'Error from server (Forbidden): nodes "{_OTHER_NODE}" is forbidden: node "{_OTHER_NODE}" is not allowed to modify taints',
            f"the identity of a node (system:node:{_OTHER_NODE}), which is not allowed to modify taints.",
            "is not allowed to modify taints.",
            "Use your own access",
            "aws eks update-kubeconfig",
        ),
        (
            f'Error from server (Forbidden): nodes "{_OTHER_NODE}" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/gpu, k8s.io/tier',
            "A kubelet is not allowed to set node-role.kubernetes.io/gpu, k8s.io/tier.",
            "Neither an IAM policy nor an RBAC binding helps.",
            "Remove the label from the kubelet's --node-labels",
            f"kubectl label node {_OTHER_NODE} node-role.kubernetes.io/gpu= k8s.io/tier=",
        ),
        (
            f'+ kubectl --kubeconfig=/var/lib/kubelet/kubeconfig label nodes {_OTHER_NODE} node-role.kubernetes.io/db=main\nError from server (Forbidden): nodes "{_OTHER_NODE}" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/db\nFrom the bastion it works.',
            "kubectl used the identity of the node, which is not allowed to set node-role.kubernetes.io/db on itself.",
            "Neither an IAM policy nor an RBAC binding helps.",
            "Remove the command from the node, and set the label with your own access",
            f"kubectl label node {_OTHER_NODE} node-role.kubernetes.io/db=main",
        ),
        (
            f'[   41.2] cloud-init[18]: + kubectl --kubeconfig=/var/lib/kubelet/kubeconfig label nodes {_OTHER_NODE} node-role.kubernetes.io/db=main\n[   42.8] cloud-init[18]: Error from server (Forbidden): nodes "{_OTHER_NODE}" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/db',
            "kubectl used the identity of the node, which is not allowed to set node-role.kubernetes.io/db on itself.",
            "Neither an IAM policy nor an RBAC binding helps.",
            "Remove the command from the user data, and set the label with your own access",
            f"kubectl label node {_OTHER_NODE} node-role.kubernetes.io/db=main",
        ),
        (
            f'kubelet[7]: "Unable to register node with API server" err="nodes \\"{_OTHER_NODE}\\" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/db"\nkubelet --node-labels=node-role.kubernetes.io/db=main\nkubectl get nodes does not list it.',
            "A kubelet is not allowed to set node-role.kubernetes.io/db.",
            "Neither an IAM policy nor an RBAC binding helps.",
            "Remove the label from the kubelet's --node-labels",
            f"kubectl label node {_OTHER_NODE} node-role.kubernetes.io/db=main",
        ),
    ],
    ids=[
        "drained from a node",
        "pods of all nodes",
        "other host name",
        "CSINode of other name",
        "taints",
        "protected labels",
        "labelled by a script on the node",
        "labelled by the user data",
        "labelled by the kubelet",
    ],
)
def test_nodes_have_access_only_to_their_own_objects(
    text: str, verdict: str, reason: str, title: str, command: str
) -> None:
    found = explained(text)
    assert verdict in found.summary
    assert codes(found)[0] == ("node-restriction", "reported")
    cause = found.causes[0]
    assert " ".join((cause.text, *cause.because)).endswith(reason)
    assert {"object-of-other-node", "pod-deleted"}.isdisjoint(dict(codes(found)))
    assert found.remedies[0].title.startswith(title)
    assert any(command in each for each in found.remedies[0].commands)


@check_rows(
    ("text", "program", "evidence", "commands"),
    [
        (
            f"[Service]\nExecStart=/opt/bin/certpull --kubeconfig /etc/kubernetes/kubelet.conf\nNov 02 10:00:00 ip-10-0-0-1 certpull[812]: {_NO_RELATION}",
            "certpull",
            "derived",
            (
                "kubectl create serviceaccount certpull -n edge",
                "kubectl create role get-secrets-edge-tls -n edge --verb=get --resource=secrets --resource-name=edge-tls",
                "kubectl create rolebinding get-secrets-edge-tls -n edge --role=get-secrets-edge-tls --serviceaccount=edge:certpull",
            ),
        ),
        (
            f'{{"userAgent": "stocktaker/1.4", "message": {json.dumps(_NO_RELATION)}}}',
            "stocktaker",
            "derived",
            ("kubectl create serviceaccount stocktaker -n edge",),
        ),
        # An interpreter is no name of a program.
        (
            f"2026-11-02T10:00:00+0000 ip-10-0-0-1 python3[812]: {_NO_RELATION}",
            "the program",
            "possible",
            ("kubectl create serviceaccount NAME -n edge",),
        ),
        # An event of another program, the library of a client, and a unit without the kubelet's file.
        (
            f'{{"userAgent": "proxy/1", "level": "Metadata"}}\n{{"userAgent": "Go-http-client/2", "message": {json.dumps(_NO_RELATION)}}}',
            "the program",
            "possible",
            ("kubectl create serviceaccount NAME -n edge",),
        ),
        (f"[Service]\nExecStart=/opt/bin/shipper --to /srv\n{_NO_RELATION}", "the program", "possible", ()),
        # The kubelet's own request, and that of a person.
        (f"Nov 02 10:00:00 ip-10-0-0-1 kubelet[812]: {_NO_RELATION}", None, None, ()),
        (f"$ kubectl get secret edge-tls -n edge\nError from server (Forbidden): {_NO_RELATION}", None, "possible", ()),
    ],
)  # fmt: skip
def test_programs_with_the_credentials_of_a_node(
    text: str, program: str | None, evidence: str | None, commands: tuple[str, ...]
) -> None:
    found = explained(text)
    assert dict(codes(found)).get("program-as-node") == evidence
    own = [each for each in found.remedies if "a service account of its own" in each.title]
    assert [each.title.split(" a service")[0] for each in own] == ([f"Give {program}"] if program else [])
    assert (evidence == "derived") == (found.remedies[0] in own)
    assert all(set(commands) <= set(each.commands) for each in own)
    # The kubelet needs its kubeconfig.
    assert all("Do not delete the kubelet's own file" in each.steps[1] for each in own)


@pytest.mark.parametrize(
    ("label", "before", "own"),
    [
        ("node-role.kubernetes.io/db=main", "+ /etc/eks/bootstrap.sh prod\n", "such as example.com/db=main: in the labels of the node group, or by the kubelet (bootstrap.sh: --kubelet-extra-args '--node-labels=example.com/db=main')."),
        ("k8s.io/tier=", "", "such as example.com/tier=: in the labels of the node group, or by the kubelet (--node-labels=example.com/tier=)."),
    ],
)  # fmt: skip
def test_label_that_a_node_can_set(label: str, before: str, own: str) -> None:
    name = label.partition("=")[0]
    text = f'{before}+ kubectl --kubeconfig=/var/lib/kubelet/kubeconfig label nodes {_OTHER_NODE} {label}\nError from server (Forbidden): nodes "{_OTHER_NODE}" is forbidden: is not allowed to modify labels: {name}'
    assert own in explained(text).remedies[0].steps[0]


_WATCHED = f'W1125 10:14:02 3011 reflector.go:561] object-"shop"/"web-config": failed to list: configmaps "web-config" is forbidden: User "{NODE}" cannot list resource "configmaps" in API group "" in the namespace "shop": no relationship found between node and this object'
_REMOVED = 'kubelet[3011]: I1125 kubelet.go:2431] "SyncLoop REMOVE" source="api" pods=["{}"]\n'


@check_rows(
    ("text", "verdict", "title"),
    [
        (
            _WATCHED,
            "web-config in the namespace shop: at that moment, no pod on this node referred to it.",
            "Check that a pod on this node refers to web-config",
        ),
        (
            _REMOVED.format("shop/web-0") + _WATCHED,
            "web-config in the namespace shop: harmless if it stops and its pod was just deleted.",
            "Ignore the message if it does not repeat; otherwise, check that a pod",
        ),
        (
            f"{_WATCHED}\n\nThe node group was replaced last night. Is it a missing IAM policy?",
            "Most likely, the pod has moved, which is harmless if the message does not repeat.",
            "Ignore the message if it does not repeat; otherwise, check that a pod",
        ),
        (
            f"{_WATCHED}\n\nWe have not drained the node.",
            "web-config in the namespace shop: at that moment, no pod on this node referred to it.",
            "Check that a pod on this node refers to web-config",
        ),
    ],
    ids=["watch", "pod deleted", "node replaced", "not drained"],
)
def test_kubelet_lists_one_object(text: str, verdict: str, title: str) -> None:
    found = explained(text)
    assert found.summary.endswith(verdict)
    # Neither a program with the node's credentials nor the mapping of the role explains it.
    [remedy] = found.remedies
    assert remedy.title.startswith(title)
    assert "--field-selector spec.nodeName=" in remedy.commands[0]
    assert "program-as-node" not in dict(codes(found))


@pytest.mark.parametrize(
    "said", ["failed to run Kubelet: ", '"Unable to register node with API server" err=']
)
def test_kubelet_without_credentials_needs_no_mapping(said: str) -> None:
    """An unmapped role gets Unauthorized. Here the request carried nothing to map."""
    found = explained(said + forbidden("system:anonymous", "create", "nodes"))
    assert ("kubelet-without-credentials", "possible") in codes(found)
    assert "update-kubeconfig" not in " ".join(commands(found))
    assert any("aws-auth" in note for note in found.notes)


def test_terraform_provider_without_a_token() -> None:
    text = forbidden("system:anonymous", "get", "configmaps", namespace="kube-system", name="aws-auth")
    assert ("terraform-without-token", "possible") not in codes(explained(text))
    found = explained(f"{text}\n  with module.eks.kubernetes_config_map.aws_auth[0],")
    assert ("terraform-without-token", "possible") in codes(found)
    assert "exec block" in found.remedies[0].title


@pytest.mark.parametrize(
    ("client", "says", "command"),
    [
        ("kubectl get nodes", "had no credentials", "kubectl config view --minify"),
        ("curl -sk {}/api/v1/nodes", "The curl command sends no token", 'kubectl get --raw /api/v1/nodes\ntoken=$(aws eks get-token --cluster-name CLUSTER --region eu-west-1 --query status.token --output text)\ncurl -sk {}/api/v1/nodes --header "Authorization: Bearer $token"'),
        ("curl -k -X POST {}", "The curl command sends no token", "kubectl auth whoami\ntoken=$("),
        ("wget -qO- '{}/api/v1/nodes?limit=5'", "The wget command sends no token", "kubectl get --raw '/api/v1/nodes?limit=5'\naws eks get-token"),
        ('curl -H "Authorization: Bearer $TOKEN" {}/api', "most likely has an empty token", "/api\naws eks get-token"),
        ("curl https://kubernetes.default.svc/api/v1/nodes", "The curl command sends no token", "token=$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)\ncurl https://kubernetes.default.svc/api/v1/nodes --header"),
    ],
    ids=["kubectl", "curl", "other verb", "quoted URL", "empty token", "pod"],
)  # fmt: skip
def test_http_client_without_a_token(client: str, says: str, command: str) -> None:
    """Such a client reads no kubeconfig, so it needs the token in a header."""
    host = "https://9F1E2D3C4B5A69788796A5B4C3D2E1F0.sk1.eu-west-1.eks.amazonaws.com"
    found = explained(f"$ {client.format(host)}\n{forbidden('system:anonymous', 'list', 'nodes')}")
    assert says in found.causes[0].text
    assert command.format(host) in "\n".join(found.remedies[0].commands)
    assert ("kubeconfig-without-user" in dict(codes(found))) == client.startswith("kubectl")
    assert "an access entry" in found.notes[1]


# ------------------------------------------------------------------ access policies


@check_rows(
    ("verb", "group", "resource", "policy"),
    [
        ("list", "", "pods", "AmazonEKSViewPolicy"),
        ("get", "apps", "deployments", "AmazonEKSViewPolicy"),
        ("get", "", "pods/log", "AmazonEKSViewPolicy"),
        ("get", "", "secrets", "AmazonEKSSecretReaderPolicy"),
        ("create", "", "secrets", "AmazonEKSEditPolicy"),
        ("create", "", "pods/exec", "AmazonEKSEditPolicy"),
        ("get", "", "pods/exec", "AmazonEKSEditPolicy"),
        ("delete", "apps", "statefulsets", "AmazonEKSEditPolicy"),
        ("list", "rbac.authorization.k8s.io", "roles", "AmazonEKSAdminPolicy"),
        ("list", "", "nodes", None),
        ("list", "monitoring.example.com", "servicemonitors", None),
        ("create", "rbac.authorization.k8s.io", "clusterroles", None),
        ("patch", "", "pods/log", None),
        ("list", "apps", "pods", None),
        ("*", "", "pods", None),
    ],
)
def test_narrowest_access_policy(verb: str, group: str, resource: str, policy: str | None) -> None:
    assert narrowest_access_policy(verb, group, resource) == policy


def test_access_policy_is_suggested_only_for_iam_principals() -> None:
    associated = "aws eks associate-access-policy"
    text = forbidden(SESSION, "list", "pods", namespace="shop")
    [command] = [each for each in commands(explained(text)) if each.startswith(associated)]
    assert command.endswith("/AmazonEKSViewPolicy --access-scope type=namespace,namespaces=shop")
    assert "arn:aws:iam::111122223333:role/dev " in command
    facts: dict[str, object] = {"caller": SESSION}
    for who in (CART, "ana"):
        text = forbidden(who, "list", "pods", namespace="shop")
        assert not any(each.startswith(associated) for each in commands(explained(text)))
        with_caller = [each for each in commands(explained(text, facts)) if each.startswith(associated)]
        assert len(with_caller) == (who == "ana")


def test_access_policies_in_the_text() -> None:
    """They leave the request out or have another scope, and their entry gets a further policy with one command."""
    for policy, scope, resource, verdict, title in (
        ("View", "namespace", "secrets", "AmazonEKSViewPolicy, which the text shows, does not include it, and no RBAC role", "Associate AmazonEKSSecretReaderPolicy with the access entry"),
        ("View", "namespace", "pods", "covers only the namespace pay, and no RBAC role allows it", "Extend the scope of AmazonEKSViewPolicy to the namespace shop"),
        ("Admin", "namespace", "secrets", "covers only the namespace pay, and no RBAC role allows it", "Associate AmazonEKSSecretReaderPolicy with the access entry"),
        ("AdminView", "namespace", "storageclasses", "covers only objects in the namespace pay, but storageclasses are in no namespace", "Allow this with a ClusterRole and ClusterRoleBinding, for a group of the role readers"),
        ("View", "cluster", "pods", "AmazonEKSViewPolicy, which does, is newer than the request", "Retry after a few seconds, and check the user and the cluster of kubectl"),
    ):  # fmt: skip
        text = (
            '{"associatedAccessPolicies": [{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKS'
            f'{policy}Policy", "accessScope": {{"type": "{scope}", "namespaces": ["pay"]}}}}]}}\n'
            f'{resource} is forbidden: User "arn:aws:sts::111122223333:assumed-role/readers/ana" cannot list resource '
            f'"{resource}" in API group '
        )
        text += (
            '"storage.k8s.io" at the cluster scope' if "classes" in resource else '"" in the namespace "shop"'
        )
        explanation = explained(text, {"cluster": "demo", "region": "eu-west-1"})
        assert verdict in explanation.summary, policy
        of_scope = explained(text.replace('"pay"', '"shop"'), {"cluster": "demo"}).summary
        is_right = resource == "secrets" and policy == "View"
        said = (
            "the scope of AmazonEKSViewPolicy is right (the namespace shop), but the policy does not allow it"
        )
        assert (said in of_scope) is is_right
        assert explanation.remedies[0].title == title
        assert "entry-without-policy" not in {each.code for each in explanation.causes}


@check_rows(
    ("policy", "verb", "resource", "verdict", "role"),
    [
        # A shell: the Role comes before the policy, which also changes Secrets.
        ("View", "create", "pods/exec", "but the policy only reads, and no RBAC role allows it", "the binding is for a group, iam-readers, that the access entry gets"),
        ("View", "create", "pods/portforward", "but the policy only reads, and no RBAC role allows it", "the binding is for a group, iam-readers"),
        ("View", "delete", "configmaps", "but the policy only reads, and no RBAC role allows it", "a Role with delete on configmaps, bound to a group of the access entry, allows only this request"),
        # It reads, but not this, and the other policy writes.
        ("View", "list", "secrets", "but the policy does not allow it", "a Role with list on secrets, bound to a group"),
        ("Edit", "delete", "roles", "but the policy does not allow it", "a Role with delete on roles, bound to a group"),
    ],
)  # fmt: skip
def test_policy_that_only_reads(policy: str, verb: str, resource: str, verdict: str, role: str) -> None:
    group = "rbac.authorization.k8s.io" if resource == "roles" else ""
    text = (
        f'{{"associatedAccessPolicies": [{{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKS{policy}Policy", "accessScope": {{"type": "namespace", "namespaces": ["shop"]}}}}]}}\n'
        f'Error from server (Forbidden): {resource} is forbidden: User "arn:aws:sts::111122223333:assumed-role/readers/ana" cannot {verb} resource "{resource}" in API group "{group}" in the namespace "shop"'
    )
    explanation = explained(text, {"cluster": "demo", "region": "eu-west-1"})
    assert verdict in explanation.summary
    assert role in explanation.remedies[0].steps[0]
    of_policy = next(each.title for each in explanation.remedies if "ssociate" in each.title)
    assert (", which also changes Secrets," in of_policy) is (policy == "View" and resource != "secrets")


_TABLE = """\
||  policyArn |  arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy  ||
|||               accessScope               |||
||+--------------------+-------------------+||
|||  type              |  {}        |||
||+--------------------+-------------------+||
||||              namespaces               ||||
|||+---------------------------------------+|||
{}|||+---------------------------------------+|||
"""
_LIST = "$ aws eks list-associated-access-policies --cluster-name demo --principal-arn arn:aws:iam::111122223333:role/{}\n"
_ROW = "||||  {}                                ||||\n"


@check_rows(
    ("scope", "verdict"),
    [
        (_TABLE.format("namespace", _ROW.format("pay")), "covers only the namespace pay,"),
        (_TABLE.format("namespace", _ROW.format("pay") + _ROW.format("tea")), "covers only the namespaces pay and tea,"),
        (_TABLE.format("namespace", _ROW.format("dev-*")), "covers only the namespaces of its scope,"),
        (_TABLE.format("cluster", ""), "newer than the request"),
        ("accessScope:\n    namespaces:\n    - pay\n    - tea\n    type: namespace\n  policyArn: AmazonEKSViewPolicy\n", "covers only the namespaces pay and tea,"),
        ("- policyARN: AmazonEKSViewPolicy\n  accessScope:\n    type: namespace\n    namespaces: [pay]\n", "covers only the namespace pay,"),
        ("ASSOCIATEDACCESSPOLICIES\tarn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy\nACCESSSCOPE\tnamespace\nNAMESPACES\tpay\nNAMESPACES\ttea\n", "covers only the namespaces pay and tea,"),
        ("AmazonEKSViewPolicy\nACCESSSCOPE\tcluster\n", "newer than the request"),
        ("$ aws eks associate-access-policy --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy --access-scope type=namespace,namespaces=pay,tea\n", "covers only the namespaces pay and tea,"),
        ("AmazonEKSViewPolicy\nnamespaceSelector:\n  namespaces:\n  - pay\n", "covers only the namespaces of its scope,"),
        (_TABLE.format("namespace", _ROW.format("pay")) + "type=namespace,namespaces=tea\n", "covers only the namespaces of its scope,"),
        (_LIST.format("dev") + _TABLE.format("namespace", _ROW.format("pay")), "covers only the namespace pay,"),
        (_LIST.format("ops") + _TABLE.format("namespace", _ROW.format("pay")), "no RBAC role and no access policy allows it"),
    ],
)  # fmt: skip
def test_printed_scopes_of_access_policies(scope: str, verdict: str) -> None:
    explanation = explained(
        f"{forbidden(SESSION, 'list', 'pods', namespace='shop')}\n\n{scope}", {"cluster": "demo"}
    )
    assert verdict in explanation.summary


@pytest.mark.parametrize(
    ("entry", "is_unsure"),
    [
        ('"principalArn": "arn:aws:iam::111122223333:role/dev",', False),
        ("|  principalArn  |  arn:aws:iam::111122223333:role/dev  |", False),
        ('"principalArn": "arn:aws:iam::111122223333:role/dev-ro",', True),
        ("    principalArn: arn:aws:iam::111122223333:role/dev", False),
        ("--principal-arn arn:aws:iam::111122223333:role/dev", True),
        ("rolearn: arn:aws:iam::111122223333:role/dev", True),
    ],
)  # fmt: skip
def test_the_principal_of_a_shown_entry_has_its_path(entry: str, *, is_unsure: bool) -> None:
    text = f"{forbidden(SESSION, 'list', 'pods', namespace='shop')}\n\n{entry}\npolicyArn: AmazonEKSViewPolicy\ntype=namespace,namespaces=pay\n"
    explanation = explained(text, {"cluster": "demo"})
    assert ("the role has a path" in str(explanation)) is is_unsure


@check_rows(
    ("verb", "scope", "instead"),
    [
        ("list", "type=namespace,namespaces=pay", "To extend AmazonEKSEditPolicy instead, use namespaces=pay,shop:"),
        ("list", "type=namespace,namespaces=pay,web", "use namespaces=pay,web,shop:"),
        # The command has them itself, or the policy is not limited to namespaces.
        ("create", "type=namespace,namespaces=pay", None),
        ("list", "type=cluster", None),
        # The namespaces can be those of the other policy.
        ("list", "type=namespace,namespaces=pay --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSSecretReaderPolicy", None),
    ],
)  # fmt: skip
def test_another_policy_of_the_entry_keeps_its_namespaces(verb: str, scope: str, instead: str | None) -> None:
    text = f"{forbidden(SESSION, verb, 'deployments', group='apps', namespace='shop')}\n\n--policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope {scope}\n"
    explanation = explained(text, {"cluster": "demo"})
    steps = " ".join(step for each in explanation.remedies for step in each.steps)
    assert (instead or "") in steps
    assert ("To extend AmazonEKSEditPolicy instead" in steps) is (instead is not None)


def test_scope_in_terraform_is_extended_there() -> None:
    text = (
        forbidden(SESSION, "create", "deployments", group="apps", namespace="shop")
        + """
resource "aws_eks_access_policy_association" "dev" {
  policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"
  access_scope {
    type       = "namespace"
    namespaces = ["pay"]
  }
}"""
    )
    first = explained(text).remedies[0]
    assert first.manifest == 'namespaces = ["pay", "shop"]'
    assert first.commands == ("terraform apply",)


@pytest.mark.parametrize(
    ("words", "installer", "titles"),
    [
        ("", "helm install", ["Associate AmazonEKSClusterAdminPolicy", "Let Helm manage"]),
        ("The job must not get cluster admin.\n", "helm install", ["Let Helm manage", "Associate AmazonEKSClusterAdminPolicy"]),
        ("", "kubectl get clusterroles", ["Allow this with", "Or associate AmazonEKSAdminViewPolicy"]),
    ],
)  # fmt: skip
def test_cluster_roles_hand_out_permissions(words: str, installer: str, titles: list[str]) -> None:
    """A ClusterRole for them is not enough: who creates one must have all that it allows."""
    text = f'{words}AmazonEKSAdminPolicy\n$ {installer}\nError: clusterroles.rbac.authorization.k8s.io "octo" is forbidden: User "{SESSION}" cannot get resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope'
    explanation = explained(text, {"cluster": "demo", "authentication_mode": "API"})
    assert "AmazonEKSAdminPolicy covers objects in namespaces" in explanation.summary
    found = [each.title for each in explanation.remedies]
    assert [next(i for i, title in enumerate(found) if title.startswith(each)) for each in titles] == sorted(
        next(i for i, title in enumerate(found) if title.startswith(each)) for each in titles
    )


def test_authentication_mode_decides_how_to_add_a_group() -> None:
    text = forbidden(SESSION, "list", "pods", namespace="shop")

    def of_mode(mode: str) -> str:
        return "\n".join(commands(explained(text, {"authentication_mode": mode})))

    assert "access-entry" in of_mode("API")
    assert "aws-auth" not in of_mode("API")
    assert "access-entry" not in of_mode("CONFIG_MAP")
    assert "aws-auth" in of_mode("CONFIG_MAP")
    both = of_mode("API_AND_CONFIG_MAP")
    assert "access-entry" in both
    assert "aws-auth" in both


def test_identity_center_role_is_looked_up() -> None:
    sso = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana"
    found = explained(forbidden(sso, "list", "pods", namespace="shop"))
    entries = [each for each in commands(found) if "access-entry" in each]
    assert entries
    lookup = '"$(aws iam get-role --role-name AWSReservedSSO_View_0123456789abcdef --query Role.Arn --output text)"'
    for remedy in found.remedies:
        for position, each in enumerate(remedy.commands):
            if "access-entry" in each:
                # A remedy that needs the ARN more than once looks it up once.
                is_set = '"$role_arn"' in each and f"role_arn={lookup}" in remedy.commands[:position]
                assert is_set or lookup in each


# ------------------------------------------------------------------ other denials


@check_rows(
    ("text", "topic", "first"),
    [
        (
            (
                'Error from server (Forbidden): roles.rbac.authorization.k8s.io "x" is forbidden: user "ana" '
                '(groups=["dev"]) is attempting to grant RBAC permissions not currently held:'
            ),
            "kubernetes-escalation",
            ("escalation", "reported"),
        ),
        (
            (
                'Error from server (Forbidden): rolebindings.rbac.authorization.k8s.io "x" is forbidden: attempt to '
                "grant extra privileges: [{[get] [] [secrets] [] []}]"
            ),
            "kubernetes-escalation",
            ("escalation", "reported"),
        ),
        (
            'Error from server: rolebinding "x" is forbidden: user "ana" cannot grant extra privileges:',
            "kubernetes-escalation",
            ("escalation", "reported"),
        ),
        (
            (
                'Error from server (Forbidden): nodes "ip-10-0-0-2" is forbidden: node "ip-10-0-0-1" is not allowed to '
                'modify node "ip-10-0-0-2"'
            ),
            "kubernetes-node-authorization",
            ("node-restriction", "reported"),
        ),
        (
            (
                'Error from server (Forbidden): pods "web" is forbidden: error looking up service account shop/cart: '
                'serviceaccount "cart" not found'
            ),
            "service-account-missing",
            ("service-account-missing", "reported"),
        ),
        (
            'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may not be deleted',
            "kubernetes-admission",
            ("protected-object", "reported"),
        ),
        (
            "Error from server (Forbidden): unknown",
            "kubernetes-admission",
            ("admission-denied", "possible"),
        ),
        (
            forbidden(CART, "list", "pods", namespace="shop")
            + ': RBAC: clusterrole.rbac.authorization.k8s.io "viewer" not found',
            "kubernetes-rbac",
            ("rbac-role-missing", "reported"),
        ),
    ],
    ids=[
        "escalation",
        "extra-privileges",
        "openshift-escalation",
        "node-restriction",
        "account",
        "protected",
        "bare",
        "role-missing",
    ],
)
def test_other_denials(text: str, topic: str, first: tuple[str, str]) -> None:
    found = explained(text)
    assert (found.topic, codes(found)[0]) == (topic, first)


_PODS = '{APIGroups:[""], Resources:["pods"], Verbs:["get" "watch"]}'
_SCALE = '{APIGroups:["apps"], Resources:["deployments/scale"], ResourceNames:["cart"], Verbs:["patch"]}'
_URL = '{NonResourceURLs:["/metrics"], Verbs:["get"]}'


@check_rows(
    ("kind", "groups", "rules", "lacking", "create"),
    [
        ("role", '"devs" "system:authenticated"', _PODS, "get and watch on pods", "kubectl create role x-permissions --namespace shop --verb get,watch --resource pods"),
        ("rolebinding", '"devs"', _SCALE, "patch on deployments/scale", "kubectl create role x-permissions --namespace shop --verb patch --resource deployments.apps/scale --resource-name cart"),
        ("clusterrole", '"oidc:devs"', _PODS, "get and watch on pods", "kubectl create clusterrole x-permissions --verb get,watch --resource pods"),
        # Everything, several groups or rules, no group of one's own, and no resource.
        ("clusterrole", '"devs"', '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}', "* on *", None),
        ("role", '"devs" "ops"', _PODS, "get and watch on pods", None),
        ("role", '"devs"', f"{_PODS}\n{_SCALE}", "get and watch on pods and patch on deployments/scale", None),
        ("role", '"system:authenticated"', _PODS, "get and watch on pods", None),
        ("role", '"devs"', _URL, None, None),
    ],
)  # fmt: skip
def test_permissions_that_a_creator_of_a_role_lacks(
    kind: str, groups: str, rules: str, lacking: str | None, create: str | None
) -> None:
    text = f'$ kubectl apply -n shop -f x.yaml\nError from server (Forbidden): error when creating "x.yaml": {kind}s.rbac.authorization.k8s.io "x" is forbidden: user "ana" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{rules}'
    found = explain(text)
    assert (f"grants {lacking}, which the user does not have" in found.summary) is (lacking is not None)
    again, grant = (each.commands for each in found.remedies[:2])
    assert list(again) == ["kubectl apply -n shop -f x.yaml"]
    assert grant[0] == (create or "kubectl auth can-i --list")
    assert ("--group " in str(grant)) is (create is not None)


@pytest.mark.parametrize("option", ["-f -", "-f x.yaml --dry-run=server", "-f x.yaml --token=0a1b2c3d4e5f"])
def test_command_that_nobody_else_can_run(option: str) -> None:
    text = f'$ kubectl apply {option}\nError from server (Forbidden): roles.rbac.authorization.k8s.io "x" is forbidden: user "ana" (groups=["devs"]) is attempting to grant RBAC permissions not currently held:\n{_PODS}'
    assert not explain(text).remedies[0].commands


def test_no_iam_policy_is_suggested() -> None:
    for name, text, facts in CASES:
        if name.startswith("k8s-"):
            found = explained(text, facts)
            assert not any(remedy.policy or remedy.statement for remedy in found.remedies), name


def test_every_type_is_in_one_group() -> None:
    """A type in two groups would get one of them by chance."""
    assert {"pods", "nodes", "deployments", "leases"} <= GROUPS.keys()
    assert all(name.isalpha() and name.islower() for name in GROUPS)


@pytest.mark.parametrize("slashes", ["", "\\", "\\\\\\"])
def test_path_with_escaped_quotes_is_read(slashes: str) -> None:
    quote = slashes + '"'
    text = f"Error from server (Forbidden): forbidden: User {quote}system:anonymous{quote} cannot get path {quote}/apis{quote}"
    assert "get the path /apis." in explained(text).summary


@pytest.mark.parametrize(
    ("verb", "resource", "pod", "says", "omits"),
    [
        ("create", "pods/exec", "web-0", ("kubectl exec uses pods/exec", "--resource-name=web-0", "--verb=get --resource=pods"), ("names change",)),
        ("get", "pods/log", "web-7d9f-x2x4q", ("kubectl logs uses pods/log", "because their names change"), ("--resource-name",)),
        ("get", "pods", "web-0", ("--resource-name=web-0",), ("needs a rule of its own",)),
    ],
)  # fmt: skip
def test_subresources_of_pods(
    verb: str, resource: str, pod: str, says: tuple[str, ...], omits: tuple[str, ...]
) -> None:
    text = f'Error from server (Forbidden): pods "{pod}" is forbidden: User "ana" cannot {verb} resource "{resource}" in API group "" in the namespace "shop"'
    shown = " ".join(explain(text).to_text().split())
    assert all(each in shown for each in says)
    assert not any(each in shown for each in omits)
