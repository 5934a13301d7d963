"""What an explanation says about the role bindings in the text of a denial by RBAC."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

DENIED = 'Error from server (Forbidden): pods is forbidden: User "{user}" cannot list resource "pods" in API group ""{where}'
BOT = "system:serviceaccount:ci:bot"
IN_SHOP = ' in the namespace "shop"'
AT_CLUSTER = " at the cluster scope"


def binding(*subjects: str, kind: str = "RoleBinding", namespace: str = "shop", indent: str = "") -> str:
    lines = [
        "apiVersion: rbac.authorization.k8s.io/v1",
        f"kind: {kind}",
        "metadata:",
        "  name: bots",
        *([f"  namespace: {namespace}"] if kind == "RoleBinding" else []),
        "subjects:",
        *subjects,
        "roleRef:",
        "  apiGroup: rbac.authorization.k8s.io",
        "  kind: ClusterRole",
        "  name: pod-reader",
        "---",
        "kind: ServiceAccount",
        "metadata:",
        "  name: other",
    ]
    return "\n".join(f"{indent}{line}" for line in lines)


def account(name: str = "bot", namespace: str | None = "ci") -> str:
    end = "" if namespace is None else f"\n  namespace: {namespace}"
    return f"- kind: ServiceAccount\n  name: {name}{end}"


def role(verbs: str) -> str:
    return f"kind: ClusterRole\nmetadata:\n  name: pod-reader\nrules:\n- apiGroups: ['']\n  resources: [pods]\n  verbs: [{verbs}]\n---"


@check_rows(
    ("user", "where", "written", "words"),
    [
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account(), namespace="ci"),
            "the RoleBinding bots in the text applies only in the namespace ci, and the request is in shop.",
            id="another namespace",
        ),
        pytest.param(
            BOT,
            AT_CLUSTER,
            binding(account()),
            "applies only in the namespace shop, and the request is for the whole cluster.",
            id="the whole cluster",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account()),
            "binds the ClusterRole pod-reader, which does not allow it.",
            id="the role does not allow it",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account()).replace("pod-reader", "view"),
            "binds the ClusterRole view: if that allows it, the cluster lacks the binding or has another version.",
            id="a role of every cluster",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account()).replace("  namespace: shop\n", ""),
            "the RoleBinding bots in the text specifies no namespace, and applies only in the one in which it was created.",
            id="no namespace",
        ),
        pytest.param(
            BOT,
            AT_CLUSTER,
            binding(account(), kind="ClusterRoleBinding"),
            "the ClusterRoleBinding bots in the text binds the ClusterRole pod-reader, which does not allow it.",
            id="a ClusterRoleBinding",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account(namespace="shop")),
            "names the service account shop/bot, and the request is from ci/bot.",
            id="the account of another namespace",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account(name="robot")),
            "names the service account ci/robot, and the request is from ci/bot.",
            id="another account of the namespace",
        ),
        pytest.param(
            "ana",
            IN_SHOP,
            binding("- kind: User\n  name: ana\n  apiGroup: rbac.authorization.k8s.io", namespace="web"),
            "applies only in the namespace web, and the request is in shop.",
            id="a user",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            "kind: RoleBinding\nmetadata: {name: bots, namespace: ci, labels: {app: bots}}\n"
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}\n"
            "subjects:\n  - {kind: ServiceAccount, name: bot, namespace: ci}",
            "the RoleBinding bots in the text applies only in the namespace ci, and the request is in shop.",
            id="mappings in braces",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding("- kind: User\n  name: ana"),
            "no RBAC role allows it.",
            id="someone else",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            "kind: RoleBinding\nmetadata:\n  name: bots\nkind: Role\n",
            "no RBAC role allows it.",
            id="an incomplete manifest",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            binding(account()).replace("pod-reader", "cluster-admin"),
            "binds the ClusterRole cluster-admin, which allows it, so the cluster lacks the binding or has another version.",
            id="the role that allows everything",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            f"{role('get, list')}\n{binding(account())}",
            "binds the ClusterRole pod-reader, which allows it, so the cluster lacks the binding or has another version.",
            id="a role that allows it",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            f"{role('get')}\n{binding(account())}",
            "the ClusterRole pod-reader in the text allows only get on pods, not list.",
            id="a role without the verb",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            f"{role('get')}\n{binding(chr(10).join(['- kind: User', '  name: ana']))}",
            "no RBAC role allows it.",
            id="a role of someone else",
        ),
        pytest.param(
            BOT,
            IN_SHOP,
            f"{role('get')}\n{binding(account(name='robot'))}",
            "names the service account ci/robot, and the request is from ci/bot.",
            id="a role of another account",
        ),
    ],
)
@check_rows("before", [True, False], ids=["before", "after"])
def test_binding_in_the_text(user: str, where: str, written: str, words: str, before: bool) -> None:  # noqa: FBT001
    denial = DENIED.format(user=user, where=where)
    text = f"{written}\n{denial}" if before else f"{denial}\n{written}\n"
    assert " ".join(explain(text).summary.split()).endswith(words)


def test_role_of_someone_else_is_not_changed() -> None:
    text = f"{role('get')}\n{binding(account(name='robot'))}\n{DENIED.format(user=BOT, where=IN_SHOP)}"
    assert "kubectl patch" not in explain(text).to_text(detail="full")


@check_rows(
    ("subject", "name", "shown", "patch", "words"),
    [
        (account(namespace="shop"), "view", "", '{"op":"add","path":"/subjects/0/namespace","value":"ci"}', "roleRef stays: the ClusterRole view allows"),
        (account(namespace="shop"), "pod-reader", role("list"), '"path":"/subjects/0/namespace"', "roleRef stays: the ClusterRole pod-reader allows"),
        (account(namespace="shop"), "pods", "", '"path":"/subjects/0/namespace"', "answers yes if the ClusterRole pods allows"),
        (account(name="robot"), "view", "", '"path":"/subjects/-","value":{"kind":"ServiceAccount","name":"bot","namespace":"ci"}', "Or replace robot"),
    ],
)  # fmt: skip
def test_subject_is_corrected(subject: str, name: str, shown: str, patch: str, words: str) -> None:
    written = binding(subject).replace("pod-reader", name)
    remedy = explain(f"{DENIED.format(user=BOT, where=IN_SHOP)}\n{shown}\n{written}").remedies[0]
    assert remedy.commands[0].startswith("kubectl patch rolebinding bots -n shop ")
    assert patch in remedy.commands[0]
    assert words in remedy.steps[0]


@pytest.mark.parametrize("name", ["cluster-admin", "system:node", "pod-reader"])
def test_role_that_does_not_fit_is_not_bound(name: str) -> None:
    written = binding(account(namespace="shop")).replace("pod-reader", name)
    text = f"{DENIED.format(user=BOT, where=IN_SHOP)}\n{role('get')}\n{written}"
    assert "patch rolebinding" not in explain(text).to_text(detail="full")


def test_cluster_role_is_bound_where_the_request_is() -> None:
    text = f"{DENIED.format(user=BOT, where=IN_SHOP)}\n{binding(account(), namespace='ci')}"
    remedy = explain(text).remedies[0]
    assert remedy.commands[0] == (
        "kubectl create rolebinding bots -n shop --clusterrole=pod-reader --serviceaccount=ci:bot"
    )


@check_rows("name", ["$(id)", "a;b", "x' --as=admin", "A" * 300])
def test_no_name_of_a_binding_changes_a_command(name: str) -> None:
    written = binding(account(), namespace="ci").replace("pod-reader", name)
    commands = [
        line
        for remedy in explain(f"{DENIED.format(user=BOT, where=IN_SHOP)}\n{written}").remedies
        for line in remedy.commands
    ]
    assert commands
    assert not any(name in line for line in commands)


WHOAMI = (
    "$ kubectl auth whoami\nATTRIBUTE   VALUE\nUsername    ana\nGroups      [viewers system:authenticated]\n"
)


@check_rows(
    ("user", "written", "kind", "meant"),
    [
        ("ana", "User viewers", "RoleBinding", "Group"),
        ("ana", "Group ana", "ClusterRoleBinding", "User"),
        (BOT, "User bot", "RoleBinding", "ServiceAccount"),
        ("ana", "User editors", "RoleBinding", None),
        ("ana", "Group viewers", "RoleBinding", None),
    ],
    ids=["group", "user", "account", "other", "right"],
)
def test_subject_of_the_wrong_kind(user: str, written: str, kind: str, meant: str | None) -> None:
    old, name = written.split()
    subject = f"- kind: {old}\n  name: {name}\n  apiGroup: rbac.authorization.k8s.io"
    text = f"{DENIED.format(user=user, where=IN_SHOP)}\n{WHOAMI}{binding(subject, kind=kind)}"
    explanation = explain(text)
    first = explanation.remedies[0]
    assert first.title.startswith(f"Write kind: {meant} instead of kind: {old}") is (meant is not None)
    if meant is not None:
        assert f"has kind: {old} for {name}" in explanation.summary
        assert f"kind: {meant}\n    name: {name}" in (first.manifest or "")
        assert '"path":"/subjects/0","value":{"kind":"' in first.commands[0]
        assert "answers yes if the ClusterRole pod-reader allows" in first.steps[0]
        edit = explain(text.replace("name: pod-reader", "name: edit")).remedies[0]
        assert "The roleRef stays: the ClusterRole edit allows" in edit.steps[0]


DEFAULT = DENIED.format(user="system:serviceaccount:shop:default", where=IN_SHOP)
WORKLOAD = "kind: StatefulSet\nmetadata:\n  name: sync\n  namespace: shop\nspec:\n  template:\n    spec:\n{}      containers:\n      - name: sync\n        image: sync:2\n"


@check_rows(
    ("shown", "words", "line", "step"),
    [
        (WORKLOAD.format(""), "and statefulset/sync sets no serviceAccountName, so its pods run as default.", "statefulset/sync bot -n shop", "answers yes if the ClusterRole pod-reader"),
        ("", "and the request is from shop/default.", "deployment/NAME bot -n shop", "answers yes if the ClusterRole pod-reader"),
        (role("list"), "and the request is from shop/default.", "deployment/NAME bot -n shop", "starts new pods."),
        (role("get"), "and the request is from shop/default.", "deployment/NAME bot -n shop", "does not allow the request"),
        (WORKLOAD.format("      serviceAccountName: other\n"), "and the request is from shop/default.", "statefulset/sync bot -n shop", "answers yes if"),
    ],
    ids=["template", "no template", "role", "role without the rule", "another account"],
)  # fmt: skip
def test_pod_runs_as_the_account_of_the_binding(shown: str, words: str, line: str, step: str) -> None:
    """A right for default would be one of every pod without a serviceAccountName."""
    explanation = explain(f"{DEFAULT}\n---\n{shown}---\n{binding(account(namespace='shop'))}")
    [first] = explanation.remedies
    assert f"names the service account shop/bot, {words}" in explanation.summary
    assert first.title == "Run the pod as the service account bot"
    assert first.commands[0] == f"kubectl set serviceaccount {line}"
    assert first.commands[1].endswith("--as=system:serviceaccount:shop:bot")
    assert step in first.steps[0]
    assert not any("default" in each for each in first.commands)


@pytest.mark.parametrize(
    "written",
    [
        binding(account(namespace="shop"), account(name="web", namespace="shop")),
        binding(account(namespace="shop"), namespace="ci"),
        binding(account(namespace="shop")).replace("pod-reader", "cluster-admin"),
    ],
    ids=["two accounts", "another namespace", "an administrator"],
)
def test_pod_gets_no_account_that_may_not_be_meant(written: str) -> None:
    explanation = explain(f"{DEFAULT}\n{written}")
    assert explanation.remedies[0].title.startswith("Run the pod as its own service account")


MAPPED = "mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/ops\n    username: {}\n    groups:\n      - viewers\n"
ENTRY = '$ aws eks describe-access-entry --cluster-name prod --principal-arn arn:aws:iam::111122223333:role/ops --query \'accessEntry.[username,kubernetesGroups]\' --output json\n["{}", ["viewers"]]\n\n'
SHOWN_ENTRY = '$ aws eks describe-access-entry --cluster-name prod --principal-arn arn:aws:iam::111122223333:role/ops\n{{"accessEntry": {{"principalArn": "arn:aws:iam::111122223333:role/ops", "kubernetesGroups": ["viewers"], "username": "{}"}}}}\n'
SEARCHED = "$ kubectl get clusterrolebindings,rolebindings -A -o wide | grep viewers\n"


@check_rows(
    ("user", "after", "words", "command"),
    [
        ("ops", MAPPED.format("ops") + SEARCHED + "$", "its group viewers is bound to no RBAC role, as the search in the text shows.", "--group=viewers"),
        ("ops:ana", MAPPED.format("ops:{{SessionName}}") + SEARCHED + "$", "its group viewers is bound to no RBAC role", "--group=viewers"),
        ("ops:ana", MAPPED.format("ops:{{SessionName}}"), "no RBAC role of its group viewers and no access policy allows it.", "--group=viewers"),
        ("ops:ana", ENTRY.format("ops:{{SessionName}}"), "no RBAC role of its group viewers and no access policy allows it.", "--group=viewers"),
        ("ops", SHOWN_ENTRY.format("ops"), "no RBAC role of its group viewers and no access policy allows it.", "--user=ops"),
        ("dev:ana", ENTRY.format("ops:{{SessionName}}"), "no RBAC role and no access policy allows it.", "--user=dev:ana"),
        ("viewers", ENTRY.format("ops"), "no RBAC role and no access policy allows it.", "--user=viewers"),
        ("dev", MAPPED.format("ops") + SEARCHED + "$", "no RBAC role and no access policy allows it.", "--user=dev"),
        ("ops", MAPPED.format("ops") + SEARCHED + "web  ClusterRole/view  3d  viewers\n$", "no RBAC role of its group viewers and no access policy allows it.", "--user=ops"),
    ],
    ids=["user", "session", "no search", "entry", "entry of a user", "another entry", "name of a group", "another user", "bound"],
)  # fmt: skip
def test_group_without_a_binding(user: str, after: str, words: str, command: str) -> None:
    explanation = explain(f"{DENIED.format(user=user, where=IN_SHOP)}\n{after}")
    assert words in explanation.summary
    assert any(command in line for remedy in explanation.remedies for line in remedy.commands)


@check_rows(
    ("bound", "denied", "title", "line"),
    [
        ("edit", DENIED, "Bind the ClusterRole view in the namespace shop", "--clusterrole=view"),
        (
            "edit",
            DENIED.replace('list resource "pods"', 'delete resource "pods"'),
            "Bind the ClusterRole edit in the namespace shop, too",
            "--clusterrole=edit",
        ),
        (
            "edit",
            DENIED.replace('"pods"', '"secrets"'),
            "Bind the ClusterRole edit in the namespace shop, too",
            "--clusterrole=edit",
        ),
        (
            "pod-reader",
            DENIED,
            "Bind the ClusterRole pod-reader in the namespace shop, too",
            "--clusterrole=pod-reader",
        ),
    ],
)
def test_role_that_is_enough_in_another_namespace(bound: str, denied: str, title: str, line: str) -> None:
    written = binding(account(), namespace="ci").replace("pod-reader", bound)
    remedy = explain(f"{denied.format(user=BOT, where=IN_SHOP)}\n{written}").remedies[0]
    assert remedy.title == title
    assert line in remedy.commands[0]
    assert ("answers yes if" in " ".join(remedy.steps)) == (bound == "pod-reader")


TABLE = "$ kubectl -n shop get rolebinding -o wide\nNAME   ROLE        AGE   USERS   GROUPS   SERVICEACCOUNTS\nread   Role/read   2d                     shop/bot\n"
TEMPLATE = "$ kubectl -n shop get deploy web -o yaml | tail -8\n  template:\n    spec:\n      containers:\n      - image: web:2\n        name: web\n{}"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "deployment/web sets no serviceAccountName, so its pods run as default."),
        ("      serviceAccountName: other\n", "the request is from shop/default."),
        ("      ...\n", "the request is from shop/default."),
    ],
    ids=["no account", "another account", "cut off"],
)
def test_template_is_read_beside_a_table_of_bindings(more: str, words: str) -> None:
    explanation = explain(f"{DEFAULT}\n{TABLE}{TEMPLATE.format(more)}")
    assert explanation.summary.endswith(words)


SESSION = DENIED.format(user="arn:aws:sts::111122223333:assumed-role/ops/ana", where=IN_SHOP)
VIEWERS = "- kind: Group\n  name: viewers\n  apiGroup: rbac.authorization.k8s.io"


@check_rows(
    ("bound", "namespace", "more", "is_elsewhere"),
    [
        ("view", "web", "", True),
        ("view", "web", ENTRY.format("ops:{{SessionName}}"), True),
        ("view", "web", ENTRY.format("ops:{{SessionName}}").replace("viewers", "editors"), False),
        ("pod-reader", "web", role("list"), True),
        ("pod-reader", "web", role("get"), False),
        ("pod-reader", "web", "", False),
        ("cluster-admin", "web", "", False),
        ("view", "shop", "", False),
    ],
    ids=[
        *("built-in", "group of the entry", "another group", "role in the text", "role without the verb"),
        *("unknown role", "administrator", "here"),
    ],
)
def test_binding_of_a_group_in_another_namespace(
    bound: str,
    namespace: str,
    more: str,
    is_elsewhere: bool,  # noqa: FBT001
) -> None:
    written = binding(VIEWERS, namespace=namespace).replace("pod-reader", bound)
    explanation = explain(f"{SESSION}\n---\n{more}\n---\n{written}")
    first, words = explanation.remedies[0], "applies only in the namespace web, and the request is in shop."
    assert explanation.summary.endswith(words) == is_elsewhere
    line = f"kubectl create rolebinding bots -n shop --clusterrole={bound} --group=viewers"
    assert (first.commands[0] == line) == is_elsewhere
    if is_elsewhere:
        assert "iam-ops" not in explanation.to_text(detail="full")
        is_known = "kubernetesGroups" in more
        assert first.steps[0].startswith("The user name" if is_known else "It helps only if the role ops has")
        assert any("describe-access-entry" in each for each in first.commands) != is_known


_DESCRIBE = "$ aws eks describe-access-entry --cluster-name prod --principal-arn arn:aws:iam::111122223333:role/ops --query 'accessEntry.{who:username,kubernetesGroups:kubernetesGroups}' --output "
_TABLE = """table
--------------------------
|  DescribeAccessEntry   |
+------------------------+
|  who  |  ops:{{SessionName}}  |
+------------------------+
||   kubernetesGroups   ||
|+----------------------+|
||  readers             ||
||  team-a              ||
|+----------------------+|
"""
_YAML = "yaml\nwho: ops:{{SessionName}}\nkubernetesGroups:\n- readers\n- team-a\n"
_JSON = 'json\n{"who": "ops:{{SessionName}}", "kubernetesGroups": ["readers", "team-a"]}\n'
_ONE = _TABLE.replace("||  team-a              ||\n", "")
_UPDATE = "aws eks update-access-entry --cluster-name prod --principal-arn arn:aws:iam::111122223333:role/ops --kubernetes-groups viewers readers"
_AWS_AUTH = "kubectl -n kube-system edit configmap aws-auth"


@check_rows(
    ("user", "more", "mode", "words", "lines"),
    [
        ("ops:ana", _DESCRIBE + _TABLE, None, "and the groups of the access entry of the role ops are: readers and team-a.", [f"{_UPDATE} team-a"]),
        ("ops:ana", _DESCRIBE + _YAML, "API", "the groups of the access entry of the role ops are: readers and team-a.", [f"{_UPDATE} team-a"]),
        ("ops:ana", _DESCRIBE + _JSON, "API", "the groups of the access entry of the role ops are: readers and team-a.", [f"{_UPDATE} team-a"]),
        ("ops:ana", _DESCRIBE + _ONE, "API_AND_CONFIG_MAP", "the groups of the access entry of the role ops are: readers.", [_UPDATE, "kubectl patch rolebinding bots -n shop --type=json"]),
        ("dev:ana", _DESCRIBE + _ONE, None, "which the user most likely does not have.", [_AWS_AUTH]),
        ("dev:ana", _DESCRIBE + _ONE, "API", "which the user most likely does not have.", ["groups=$(aws eks describe-access-entry"]),
        ("ops:ana", _DESCRIBE + _ONE.replace("kubernetesGroups ", "someOtherStrings "), None, "which the user most likely does not have.", [_AWS_AUTH]),
        ("ops:ana", MAPPED.format("ops:{{SessionName}}").replace("viewers", "readers"), None, "and the groups of the user ops:ana are: readers.", [_AWS_AUTH, "kubectl patch rolebinding bots -n shop"]),
    ],
    ids=["table", "yaml", "json", "one group", "another user", "mode API", "another list", "aws-auth"],
)  # fmt: skip
def test_binding_for_a_group_that_the_access_entry_lacks(
    user: str, more: str, mode: str | None, words: str, lines: list[str]
) -> None:
    written = binding(VIEWERS)
    text = f"{DENIED.format(user=user, where=IN_SHOP)}\n---\n{written}\n{more}"
    explanation = explain(text, facts={"authentication_mode": mode} if mode else None)
    assert explanation.summary.endswith(words)
    remedies = explanation.remedies
    assert len(remedies) > len(lines)
    assert all(each.commands[0].startswith(line) for each, line in zip(remedies, lines, strict=False))
    is_bound = any("--type=json" in line for each in remedies for line in each.commands)
    assert is_bound == any("--type=json" in each or "patch" in each for each in lines)
    if mode == "API":
        assert _AWS_AUTH not in {line for each in remedies for line in each.commands}


PART = "  subjects:\n  - kind: {}\n    name: {}\n    namespace: shop\n  roleRef:\n    kind: Role\n    name: reader\n"
SPEC = "the pods:\n  spec:\n    containers:\n    - name: sync\n      image: sync:2\n"


@check_rows(
    ("denied", "shown", "words"),
    [
        (DEFAULT, f"our role binding has:\n{PART.format('ServiceAccount', 'bot')}\n{SPEC}", "the RoleBinding in the text names the service account shop/bot, and the pod template in the text sets no serviceAccountName, so its pods run as default."),
        (DEFAULT, f"the ClusterRoleBinding:\n{PART.format('ServiceAccount', 'bot')}", "the ClusterRoleBinding in the text names the service account shop/bot, and the request is from shop/default."),
        (DEFAULT, f"RoleBinding:\n{PART.format('ServiceAccount', 'bot')}\n{SPEC}    serviceAccountName: web\n", "the RoleBinding in the text names the service account shop/bot, and the request is from shop/default."),
        (DEFAULT, PART.format("ServiceAccount", "bot"), "no RBAC role allows it."),
        (DEFAULT, f"RoleBinding:\n{PART.format('User', 'default')}", "no RBAC role allows it."),
        (DEFAULT, f"RoleBinding:\n{PART.format('ServiceAccount', 'default')}", "no RBAC role allows it."),
        (SESSION, f"RoleBinding:\n{PART.format('Group', 'viewers')}", "no RBAC role and no access policy allows it."),
    ],
    ids=["template", "no template", "another account", "no word of it", "a user", "the account itself", "a group"],
)  # fmt: skip
def test_binding_without_metadata(denied: str, shown: str, words: str) -> None:
    explanation = explain(f"{denied}\n\n{shown}")
    assert explanation.summary.endswith(words)
    is_meant = "names the service account" in words
    line = explanation.remedies[0].commands[0]
    assert line.startswith("kubectl set serviceaccount deployment/NAME bot -n shop") == is_meant


_GET_ROLE = "$ kubectl -n shop get role pod-reader -o yaml\nkind: Role\nmetadata: {name: pod-reader, namespace: shop}\nrules:\n- apiGroups: ['']\n  resources: [pods]\n  verbs: [get]\n"
_ROLE_REF = "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pod-reader}\nsubjects:\n- {kind: ServiceAccount, name: bot, namespace: ci}\n"


@check_rows(
    ("command", "shown", "is_bound"),
    [
        ("kubectl -n shop get rolebinding bots -o yaml", _ROLE_REF, True),
        ("kubectl get rolebinding/bots --namespace shop -o yaml", _ROLE_REF, True),
        ("the rolebinding has", _ROLE_REF, True),
        (
            "kubectl -n shop get rolebinding bots -o yaml",
            _ROLE_REF.replace("name: bot", "name: other"),
            False,
        ),
        # Another role, and a binding of another namespace.
        ("kubectl -n shop get rolebinding bots -o yaml", _ROLE_REF.replace("pod-reader", "reader"), False),
        ("kubectl -n ci get rolebinding bots -o yaml", _ROLE_REF, False),
    ],
)
def test_binding_without_its_metadata(command: str, shown: str, *, is_bound: bool) -> None:
    denied = DENIED.format(user=BOT, where=IN_SHOP)
    explanation = explain(f"{denied}\n{_GET_ROLE}$ {command}\n{shown}")
    told = " ".join(each for remedy in explanation.remedies for each in remedy.steps)
    assert ("The binding to the service account ci/bot is right" in told) is is_bound


_DENIED = 'Error from server (Forbidden): pods is forbidden: User "{}" cannot list resource "pods" in API group "" in the namespace "tea"\n'
_SESSION = "arn:aws:sts::111122223333:assumed-role/lab/ana"
_ALL = "NAMESPACE   NAME      ROLE               AGE   USERS   GROUPS   SERVICEACCOUNTS\n{}      lab-ro    ClusterRole/view   41d   ana              \n"


@check_rows(
    ("user", "text", "verdict", "first"),
    [
        (
            "ana",
            _ALL.format("cake  "),
            "lab-ro in the text applies only in the namespace cake",
            "kubectl create rolebinding lab-ro -n tea --clusterrole=view --user=ana",
        ),
        (
            "system:serviceaccount:ci:bot",
            "The RoleBinding ci-edit exists only in namespace ci.",
            "ci-edit in the text applies only in the namespace ci",
            "kubectl get rolebinding ci-edit -n ci",
        ),
        (
            _SESSION,
            "The role is mapped to group devs in aws-auth. The RoleBinding lab-ro is for group developers.",
            "is for the group developers, and the groups of the role lab are: devs",
            None,
        ),
        # A binding of the namespace, one without a name, and a word that is none.
        ("ana", "The RoleBinding ci-edit exists in namespace tea.", "no RBAC role", "kubectl create role "),
        ("ana", "There is a RoleBinding in namespace cake.", "no RBAC role", "kubectl create role "),
        ("ana", "Is a RoleBinding in the text enough?", "no RBAC role", "kubectl create role "),
    ],
)
def test_binding_elsewhere_or_for_another_group(
    user: str, text: str, verdict: str, first: str | None
) -> None:
    explanation = explain(f"{_DENIED.format(user)}$ kubectl get rolebinding -A -o wide\n{text}")
    assert verdict in explanation.summary
    assert first is None or explanation.remedies[0].commands[0].startswith(first)


_KIM = "arn:aws:iam::111122223333:user/kim"


@check_rows(
    ("entry", "place"),
    [
        (f'$ aws eks describe-access-entry --cluster-name prod --principal-arn {_KIM} --query accessEntry.kubernetesGroups\n[\n    "viewer"\n]\n', "access entry"),
        (f'"principalArn": "{_KIM}",\n"kubernetesGroups": ["viewer"]\n', "access entry"),
        (f"mapUsers: |\n  - userarn: {_KIM}\n    username: {_KIM}\n    groups:\n    - viewer\n", "aws-auth entry"),
    ],
    ids=["query", "entry", "aws-auth"],
)  # fmt: skip
def test_where_a_misspelled_group_of_a_user_is(entry: str, place: str) -> None:
    """The group of a binding is added to the access entry, if the text shows that the user has one."""
    explanation = explain(f"{DENIED.format(user=_KIM, where=IN_SHOP)}\n---\n{binding(VIEWERS)}\n{entry}")
    assert explanation.summary.endswith("the spelling differs.")
    assert explanation.remedies[1].title == f"Or add the group viewers to the {place} of the user kim"
    has_update = any("aws eks update-access-entry" in each for each in explanation.remedies[1].commands)
    assert has_update == (place == "access entry")


# The API server's message about all namespaces, with the bindings and the role that somebody looked up.
DESCRIBED = "$ kubectl describe clusterrole scout\nName:         scout\nPolicyRule:\n  Resources  Non-Resource URLs  Resource Names  Verbs\n  ---------  -----------------  --------------  -----\n  pods       []                 []              [get list]\n"
ROW = "$ kubectl get rolebindings,clusterrolebindings -A -o wide | grep scout\n{}   ClusterRole/{}   9d   ci/bot\n"
IN_ONE = "ci   rolebinding.rbac.authorization.k8s.io/scout"
IN_ALL = "     clusterrolebinding.rbac.authorization.k8s.io/scout"
BIND_FIRST = "Bind the ClusterRole scout to the service account ci/bot with a ClusterRoleBinding"
ALLOW_FIRST = "Allow this with a ClusterRole and ClusterRoleBinding"


@check_rows(
    ("row", "more", "words", "titles"),
    [
        (ROW.format(IN_ONE, "scout"), DESCRIBED, "applies the ClusterRole scout, which allows it, only in the namespace ci,", [BIND_FIRST, "Or let"]),
        (ROW.format("ci   scout", "scout"), DESCRIBED, "which allows it, only in the namespace ci,", [BIND_FIRST, "Or let"]),
        (ROW.format(IN_ONE, "scout"), "", "applies only in the namespace ci,", [ALLOW_FIRST, "Or let"]),
        (ROW.format(IN_ONE, "cluster-admin"), DESCRIBED, "which allows it, only in the namespace ci,", [ALLOW_FIRST, "Or let"]),
        (ROW.format(IN_ONE, "scout"), DESCRIBED.replace("get list", "get"), "allows only get on pods, not list", ["Add the rule", ALLOW_FIRST]),
        (ROW.format(IN_ALL, "scout"), DESCRIBED, "so the cluster lacks the binding", ["Bind the ClusterRole scout", ALLOW_FIRST]),
        (ROW.format("scout", "scout"), DESCRIBED, "so no binding applies it", ["Bind the ClusterRole scout", ALLOW_FIRST]),
        (ROW.format(IN_ONE, "scout").replace("ci/bot", "ci:bot"), DESCRIBED, "so no binding applies it", ["Bind the ClusterRole scout", ALLOW_FIRST]),
    ],
    ids=["types", "one type", "no rules", "administrator", "other verbs", "cluster", "unknown type", "no account"],
)  # fmt: skip
def test_request_for_all_namespaces_with_a_role_in_one(
    row: str, more: str, words: str, titles: list[str]
) -> None:
    explanation = explain(f"{DENIED.format(user=BOT, where=AT_CLUSTER)}\n{row}{more}")
    assert words in explanation.summary
    assert [
        each.title[: len(title)] for each, title in zip(explanation.remedies, titles, strict=False)
    ] == titles
    assert not any("cluster-admin" in line for each in explanation.remedies for line in each.commands)
    narrower = next((each for each in explanation.remedies if each.title.startswith("Or let")), None)
    if narrower is not None:
        assert narrower.title.startswith("Or let the program list pods only in the namespace ci")
        assert narrower.commands == (f"kubectl auth can-i list pods -n ci --as={BOT}",)


def test_cluster_role_for_nodes_is_bound_once() -> None:
    denied = DENIED.format(user=BOT, where=AT_CLUSTER).replace("pods", "nodes")
    text = f"{denied}\n{ROW.format(IN_ONE, 'scout')}{DESCRIBED.replace('pods ', 'nodes')}"
    assert [each.title for each in explain(text).remedies] == [BIND_FIRST]


def test_other_rules_of_a_cluster_role_are_named() -> None:
    more = f"{DESCRIBED}  secrets    []                 []              [get]\n"
    text = f"{DENIED.format(user=BOT, where=AT_CLUSTER)}\n{ROW.format(IN_ONE, 'scout')}{more}"
    assert "Its rules for secrets then apply in all namespaces, too." in explain(text).remedies[0].steps


def test_person_lists_one_namespace() -> None:
    written = binding("- kind: User\n  name: ana").replace("pod-reader", "view")
    text = f"{DENIED.format(user='ana', where=AT_CLUSTER)}\n{written}"
    _, one, *_ = explain(text).remedies
    assert one.title == "Or list pods only in the namespace shop, if that is enough"
    assert one.commands[0] == "kubectl get pods -n shop"


ACTS = '$ kubectl get pods {}\nError from server (Forbidden): {} is forbidden: User "dev:ana" cannot impersonate resource "{}" in API group "" at the cluster scope'
BOTH = "--as kim --as-group=ops --as-group dev"
ROLE_LINE = (
    "kubectl create clusterrole impersonate-{0}-{1} --verb=impersonate --resource={0} --resource-name={1}"
)


@check_rows(
    ("options", "kind", "name", "roles", "title"),
    [
        (BOTH, "users", "kim", [ROLE_LINE.format("users", "kim"), f"{ROLE_LINE.format('groups', 'ops')} --resource-name=dev"], "Or run the command without --as and --as-group,"),
        (BOTH, "groups", "ops", [f"{ROLE_LINE.format('groups', 'ops')} --resource-name=dev"], "Or run the command without --as and --as-group,"),
        (BOTH, "groups", "dev", [ROLE_LINE.format("groups", "dev")], "Or run the command without --as and --as-group,"),
        ("--as kim", "users", "kim", [ROLE_LINE.format("users", "kim")], "Or run the command without --as,"),
        ("--as tom --as-group ops", "users", "kim", [ROLE_LINE.format("users", "kim")], None),
        ("", "users", "kim", [ROLE_LINE.format("users", "kim")], None),
        ("--as kim --as-group system:masters", "users", "kim", [ROLE_LINE.format("users", "kim"), "kubectl create clusterrole impersonate-groups-system-masters --verb=impersonate --resource=groups --resource-name=system:masters"], "Run the command without --as and --as-group,"),
    ],
    ids=["user", "first group", "last group", "no group", "another user", "no option", "administrators"],
)  # fmt: skip
def test_groups_of_an_impersonation(
    options: str, kind: str, name: str, roles: list[str], title: str | None
) -> None:
    explanation = explain(ACTS.format(options, f'{kind} "{name}"', kind))
    allow = next(each for each in explanation.remedies if each.title.startswith("Allow this"))
    lines = [line for line in allow.commands if "create clusterrole " in line]
    assert lines[: len(roles)] == roles
    own = next((each for each in explanation.remedies if "without --as" in each.title), None)
    assert (own is None) is (title is None)
    if own is not None and title is not None:
        assert own.title.startswith(title)
        assert own.commands == ("kubectl get pods",)
        assert (own is explanation.remedies[0]) is title.startswith("Run")
    assert (allow.manifest or "").count("verbs: [impersonate]") == (
        2 if kind == "users" and "group" in (title or "") else 1
    )


_TOP = '$ kubectl top pods -n web\nError from server (Forbidden): pods.metrics.k8s.io is forbidden: User "tom" cannot list resource "pods" in API group "metrics.k8s.io" in the namespace "web"\n'
_PODS = '\nrules:\n- apiGroups: [""]\n  resources: ["pods"]\n  verbs: ["get", "list"]\n'


@check_rows(
    ("said", "group", "is_right"),
    [
        ("# Role of her group web-readers:", "web-readers", False),
        ("The group web-readers has this Role:", "web-readers", False),
        (
            'The Role is bound to the group web-readers ("kubectl get pods -n web" works):',
            "web-readers",
            True,
        ),
        ("# kubectl get pods works. Role of our group web-readers:", "web-readers", True),
        # Another namespace, another group, or no group.
        ("# kubectl get pods -n dev works. Role of our group web-readers:", "web-readers", False),
        ("The Role is not bound to the group web-readers:", None, False),
        ("# Role:", None, False),
    ],
)
def test_group_that_a_text_says_has_the_role(said: str, group: str | None, *, is_right: bool) -> None:
    explanation = explain(f"{_TOP}\n{said}{_PODS}")
    first = explanation.remedies[0]
    assert first.title == "Add the rule to the Role in the text"
    assert any(f"--as=tom --as-group={group}" in line for line in first.commands) is (group is not None)
    holder = f"the group {group}" if group else "the user tom"
    assert (f"The binding to {holder} is right" in str(first.steps)) is is_right
    assert is_right or f"if the role is bound to {holder}" in str(first.steps)
    assert (len(explanation.remedies) == 1) is (group is not None)


def test_group_that_a_text_says_has_the_role_of_a_session() -> None:
    user = "arn:aws:sts::111122223333:assumed-role/dev/kim"
    explanation = explain(f"{_TOP.replace('tom', user)}\n# Role for the group ops:{_PODS}")
    first = explanation.remedies[0]
    assert first.title == "Add the rule to the Role in the text"
    assert "which an access entry or aws-auth must give to the role dev" in str(first.steps)
    assert "--as-group=ops" in first.commands[1]
