"""Tests for roles, bindings and groups in a text, beside a request that RBAC denied."""

from __future__ import annotations

from iamtriage import explain
from tests.tables import check_rows

ACCOUNT = "arn:aws:iam::111122223333:"
SESSION = "arn:aws:sts::111122223333:assumed-role/Clerk/jo"
DENIED = 'Error from server (Forbidden): {0} is forbidden: User "{1}" cannot {2} resource "{0}" in API group "" {3}\n'
HERE, WIDE = 'in the namespace "till"', "at the cluster scope"
POD = "system:serviceaccount:till:scan"


def _role(kind: str, resources: str, verbs: str = "get, list, watch") -> str:
    place = "  namespace: till\n" if kind == "Role" else ""
    return f'---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata:\n  name: reader\n{place}rules:\n- apiGroups: [""]\n  resources: [{resources}]\n  verbs: [{verbs}]\n'


def _binding(subject: str, name: str, role: str = "Role", *, place: str = "till") -> str:
    namespace = "  namespace: till\n" if subject == "ServiceAccount" else ""
    return f"---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata:\n  name: readers\n  namespace: {place}\nsubjects:\n- kind: {subject}\n  name: {name}\n{namespace}roleRef:\n  kind: {role}\n  name: reader\n"


PODS, CLERKS = _role("Role", "pods"), _binding("Group", "clerks")
OF_CALLER = '"principalArn": "{}role/Clerk",\n"kubernetesGroups": [{}]\n'
WHOAMI = "$ kubectl auth whoami\nATTRIBUTE   VALUE\nUsername    jo\nGroups      [{} system:authenticated]\n"
MAP = "mapRoles: |\n  - rolearn: {}role/Clerk\n    username: jo\n    groups:\n    - {}\n"


@check_rows(
    ("denied", "shown", "verdict", "command"),
    [
        # A type without a namespace: the verbs of the role are kept.
        (DENIED.format("nodes", POD, "list", WIDE), _role("Role", "pods, nodes") + _binding("ServiceAccount", "scan"), "the RoleBinding readers in the text has no effect on nodes", "kubectl create clusterrole read-nodes --verb=get,list,watch --resource=nodes"),
        (DENIED.format("nodes", POD, "list", WIDE), _role("Role", "nodes"), "the Role reader in the text has nodes, which are in no namespace", "kubectl create clusterrole read-nodes --verb=get,list,watch --resource=nodes"),
        (DENIED.format("nodes", POD, "list", WIDE), _role("ClusterRole", "nodes") + _binding("ServiceAccount", "scan", "ClusterRole"), "the RoleBinding readers in the text has no effect on nodes", "kubectl create clusterrolebinding reader-till-scan --clusterrole=reader --serviceaccount=till:scan"),
        (DENIED.format("nodes", POD, "list", WIDE), "kind: RoleBinding\nmetadata: {name: scans, namespace: till}\nroleRef: {kind: ClusterRole, name: cluster-admin}\nsubjects: [{kind: ServiceAccount, name: scan, namespace: till}]\n", "the RoleBinding scans in the text has no effect on nodes", "kubectl create clusterrole list-nodes --verb=list --resource=nodes"),
        (DENIED.format("nodes", POD, "list", WIDE), "", "no RBAC role allows it", "kubectl create clusterrole list-nodes --verb=list --resource=nodes"),
        # The groups of the user.
        (DENIED.format("pods", SESSION, "list", HERE), PODS + CLERKS, "is for the group clerks, which the user most likely does not have", "--kubernetes-groups clerks $(echo $groups)"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + CLERKS + OF_CALLER.format(ACCOUNT, '"ops"'), "is for the group clerks, and the groups of the role Clerk are: ops", "--kubernetes-groups clerks ops"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + CLERKS + OF_CALLER.format(ACCOUNT, ""), "and the groups of the role Clerk are: none", "--kubernetes-groups clerks"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + CLERKS + OF_CALLER.format(ACCOUNT, '"clerks"'), "binds the Role reader, which allows it, so the cluster lacks the binding", "kubectl create rolebinding"),
        (DENIED.format("pods", "jo", "list", HERE), PODS + CLERKS + WHOAMI.format("ops"), "and the groups of the user jo are: ops", "kubectl -n kube-system edit configmap aws-auth"),
        (DENIED.format("pods", "jo", "list", HERE), PODS + CLERKS + MAP.format(ACCOUNT, "ops"), "and the groups of the user jo are: ops", "kubectl -n kube-system edit configmap aws-auth"),
        (DENIED.format("pods", "jo", "list", HERE), PODS + _binding("Group", "clerks", place="shop") + MAP.format(ACCOUNT, "clerks"), "applies only in the namespace shop, and the request is in till", "kubectl create role"),
        # The spelling of the only group.
        (DENIED.format("pods", SESSION, "list", HERE), PODS + CLERKS + OF_CALLER.format(ACCOUNT, '"clerk"'), "is for the group clerks, and the role Clerk has the group clerk: the spelling differs", '"op":"replace","path":"/subjects/0","value":{"kind":"Group","name":"clerk"'),
        (DENIED.format("pods", SESSION, "list", HERE), OF_CALLER.format(ACCOUNT, '"clerk"') + CLERKS.replace("apiVersion", "# from flux/till.yaml\napiVersion"), "the spelling differs", "kubectl auth can-i list pods"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + CLERKS + OF_CALLER.format(ACCOUNT, '"clerk", "ops"'), "and the groups of the role Clerk are: clerk and ops", "--kubernetes-groups clerks clerk ops"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + _binding("Group", "team-a") + OF_CALLER.format(ACCOUNT, '"team-b"'), "and the groups of the role Clerk are: team-b", "--kubernetes-groups team-a team-b"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + _binding("Group", "till-rw") + OF_CALLER.format(ACCOUNT, '"till-ro"'), "and the groups of the role Clerk are: till-ro", "--kubernetes-groups till-rw till-ro"),
        # A role or another session is not the user.
        (DENIED.format("pods", SESSION, "list", HERE), PODS + _binding("User", f"{ACCOUNT}role/Clerk"), f"is for the user {ACCOUNT}role/Clerk, and the user name is {SESSION}", "kubectl create rolebinding reader-iam-clerk -n till --role=reader --group=iam-clerk"),
        (DENIED.format("pods", SESSION, "list", HERE), PODS + _binding("User", f"{ACCOUNT}role/Other"), "the Role reader in the text allows it", "kubectl create rolebinding reader-iam-clerk"),
        # Rules without the role's metadata, or with a name that a template fills in.
        (DENIED.format("pods/log", SESSION, "get", HERE), 'The entry has kubernetes group "clerks". The role:\n' + PODS[PODS.index("rules:") :], "the Role in the text has pods, but not pods/log", "kubectl patch role NAME -n till"),
        (DENIED.format("pods", POD, "create", HERE), "Our ClusterRole `scans`:\n" + PODS[PODS.index("- apiGroups") :], "the ClusterRole scans in the text allows only get, list and watch on pods, not create", "kubectl patch clusterrole scans"),
        (DENIED.format("nodes", POD, "list", WIDE), _role("ClusterRole", "nodes", "get").replace("reader", '{{ include "scan.name" . }}'), "the ClusterRole in the text allows only get on nodes, not list", "kubectl patch clusterrole NAME"),
        (DENIED.format("pods", POD, "create", HERE), 'webhooks:\n- rules:\n  - apiGroups: [""]\n    operations: ["UPDATE"]\n    resources: ["pods"]\n', "no RBAC role allows it", "kubectl create role create-pods"),
    ],
)  # fmt: skip
def test_request(denied: str, shown: str, verdict: str, command: str) -> None:
    explanation = explain(denied + shown)
    assert verdict in explanation.summary
    assert command in explanation.remedies[0].commands[0]
    assert not (shown and any(each.evidence == "possible" for each in explanation.causes))


@check_rows(
    ("role", "binds"),
    [(PODS, False), (PODS.replace("reader", "lister"), True), ("", False)],
    ids=["the role of the binding", "another role", "no role"],
)
def test_corrected_group_needs_no_second_binding(role: str, *, binds: bool) -> None:
    shown = role + CLERKS + OF_CALLER.format(ACCOUNT, '"clerk"')
    explanation = explain(DENIED.format("pods", SESSION, "list", HERE) + shown)
    assert "Others in the group clerks lose the role." in explanation.remedies[0].steps[0]
    assert any(each.title.startswith("Bind the Role") for each in explanation.remedies) is binds


def test_described_binding() -> None:
    shown = "$ kubectl describe rolebinding readers -n till\nName:         readers\nLabels:       <none>\nRole:\n  Kind:  ClusterRole\n  Name:  view\nSubjects:\n  Kind            Name     Namespace\n  ----            ----     ---------\n  ServiceAccount  default  till\n"
    explanation = explain(DENIED.format("pods", POD, "list", HERE) + shown)
    assert "names the service account till/default, and the request is from till/scan" in explanation.summary


_PRINTED = (
    "$ kubectl get rolebinding readers -n till -o jsonpath='{{.roleRef.name}} {{.subjects[0].name}}'\n{}\n"
)
_WORKS = "$ kubectl {} get pods\nNAME    READY   STATUS    RESTARTS   AGE\nscan-1  1/1     Running   0          3d\n"
_SAID = '{} has kubernetesGroups ["clerks"].\n'


@check_rows(
    ("resources", "shown", "verdict", "steps", "is_only"),
    [
        ("pods", CLERKS + _SAID.format("The access entry for role Clerk"), "the Role reader in the text allows only get, list and watch on pods, not create", "The binding to the group clerks is right.", True),
        ("pods", CLERKS + "The entry of Clerk is in the group `clerks`.\n", "not create", "The binding to the group clerks is right.", True),
        ("pods", CLERKS + "The group clerks is in the access entry.\n", "not create", "The binding to the group clerks is right.", True),
        ("pods", CLERKS + "The group clerks is not in the access entry.\n", "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + f'resource "aws_eks_access_entry" "clerk" {{\n  principal_arn = "{ACCOUNT}role/Clerk"\n  kubernetes_groups = ["clerks"]\n}}\n', "not create", "The binding to the group clerks is right.", True),
        ("pods", CLERKS + f"$ aws eks create-access-entry --cluster-name bay --principal-arn {ACCOUNT}role/Clerk --kubernetes-groups clerks ops\n", "not create", "The binding to the group clerks is right.", True),
        ("pods", CLERKS + f"accessEntries:\n  - principalARN: {ACCOUNT}role/Clerk\n    kubernetesGroups:\n      - clerks\n    type: STANDARD\n", "not create", "The binding to the group clerks is right.", True),
        ("Pod", CLERKS + _SAID.format("Role Clerk"), "has Pod, which RBAC does not know: the type is pods", "The binding to the group clerks is right.", True),
        # Nothing shows the groups of the role.
        ("pods", CLERKS, "not create", "It is bound to the group clerks, which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + _SAID.format("The access entry for role Baker"), "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + f"--principal-arn {ACCOUNT}role/Baker --kubernetes-groups clerks\n", "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + 'resource "aws_eks_access_entry" "baker" {\n  principal_arn = aws_iam_role.baker.arn\n  kubernetes_groups = ["clerks"]\n}\n', "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + 'resource "aws_eks_access_entry" "clerk" {\n  principal_arn = aws_iam_role.clerk[0].arn\n  kubernetes_groups = ["clerks"]\n}\n', "not create", "The binding to the group clerks is right.", True),
        # What the role allows works already, for the same user and in the same namespace.
        ("pods", CLERKS + _WORKS.format("-n till"), "not create", "The binding to the group clerks is right: kubectl get pods works.", True),
        ("pods", CLERKS + _WORKS.format("-n till --as=baker"), "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + _WORKS.format("-n dock"), "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        ("pods", CLERKS + _WORKS.format("-n till").replace("pods", "jobs"), "not create", "which an access entry or aws-auth must give to the role Clerk.", False),
        # The role has other groups, or the binding is for others.
        ("pods", CLERKS + 'The access entry of Clerk has kubernetesGroups ["ops"].\n', "not create", "", False),
        ("pods", "", "not create", "", False),
        ("pods", _PRINTED.format("reader clerks"), "not create", "", False),
    ],
)  # fmt: skip
def test_role_of_a_group_that_lacks_the_rule(
    resources: str, shown: str, verdict: str, steps: str, *, is_only: bool
) -> None:
    explanation = explain(DENIED.format("pods", SESSION, "create", HERE) + _role("Role", resources) + shown)
    first = explanation.remedies[0]
    assert verdict in explanation.summary
    assert steps in first.steps[0]
    assert first.commands[0].startswith("kubectl patch role reader -n till") is bool(steps)
    assert not steps or first.commands[1].endswith(" --as-group=clerks")
    assert (len(explanation.remedies) == 1) is is_only


RULES = 'rules:\n- apiGroups:\n  - ""\n  resources:\n  - daemonsets\n  verbs:\n  - get\n  - list\n'
TABLE = "NAME      ROLE          AGE   USERS   GROUPS   SERVICEACCOUNTS\nreaders   Role/reader   41d   {:<5}            {}\n"


@check_rows(
    ("shown", "check"),
    [
        (f"$ kubectl -n till get role reader -o yaml | sed -n '/^rules/,$p'\n{RULES}", "The last command answers yes if"),
        ("$ kubectl get role/reader -n till -o jsonpath={.rules}\n" + '[{"apiGroups":[""],"resources":["daemonsets"],"verbs":["get","list"]}]\n', "The last command answers yes if"),
        ('$ kubectl get role reader -n till -o json\n{\n  "kind": "Role",\n  "rules": [{"apiGroups": [""], "resources": ["daemonsets"], "verbs": ["get", "list"]}]\n}\n', "The last command answers yes if"),
        (f"$ kubectl -n till get role reader -o yaml | tail\n{RULES}$ kubectl -n till get rolebinding readers -o wide\n{TABLE.format('', 'till/scan')}", "The binding to the service account till/scan is right."),
        (f"$ kubectl -n till get role reader -o yaml | tail\n{RULES}$ kubectl -n till get rolebindings -o wide\n{TABLE.format('', 'till/old, till/scan')}", "The binding to the service account till/scan is right."),
    ],
)  # fmt: skip
def test_printed_rules_and_bindings(shown: str, check: str) -> None:
    """The rule for the wrong API group is added for the right one, with its verbs."""
    denied = DENIED.format("daemonsets", POD, "list", HERE).replace('API group ""', 'API group "apps"')
    explanation = explain(denied + shown)
    assert "the Role reader in the text has daemonsets in the API group" in explanation.summary
    assert check in explanation.remedies[0].steps[0]
    assert ("is right" in check) == (len(explanation.remedies) == 1)
    assert '"resources":["daemonsets"],"verbs":["get","list"]' in explanation.remedies[0].commands[0]


def test_table_of_bindings_for_others() -> None:
    """A role that the table binds only to others is not changed for the user."""
    shown = f"$ kubectl -n till get role reader -o yaml\n{RULES}$ kubectl -n till get rolebinding -o wide\n{TABLE.format('pat', '')}"
    denied = DENIED.format("daemonsets", POD, "list", HERE).replace('API group ""', 'API group "apps"')
    assert "the Role reader" not in explain(denied + shown).summary


ANSWER = "$ kubectl auth can-i {} -n {}{}\nyes\n"


@check_rows(
    ("verbs", "shown", "verdict", "check", "is_only"),
    [
        ("get, attach", CLERKS, "allows only get and attach on pods, not create, and attach is not a verb of RBAC.", "--as=jo --as-group=clerks", True),
        ("get, exec, logs", CLERKS, "not create, and exec and logs are not verbs of RBAC.", "--as=jo --as-group=clerks", True),
        ("get, watch", _PRINTED.format("reader clerks"), "allows only get and watch on pods, not create.", "--as=jo --as-group=clerks", True),
        # The subject is the user, another role is bound, or there are several subjects.
        ("get, watch", _PRINTED.format("reader jo"), "not create.", "--as=jo", False),
        ("get, watch", _PRINTED.format("viewer clerks"), "not create.", "--as=jo", False),
        ("get, watch", _PRINTED.format("reader clerks ops"), "not create.", "--as=jo", False),
        # A verb that only some types have.
        ("use, bind", "", "allows only use and bind on pods, not create.", "--as=jo", False),
    ],
)  # fmt: skip
def test_role_of_a_user_that_lacks_the_rule(
    verbs: str, shown: str, verdict: str, check: str, *, is_only: bool
) -> None:
    explanation = explain(DENIED.format("pods", "jo", "create", HERE) + _role("Role", "pods", verbs) + shown)
    assert explanation.summary.endswith(verdict)
    assert explanation.remedies[0].commands[1].endswith(f" {check}")
    assert (len(explanation.remedies) == 1) is is_only
