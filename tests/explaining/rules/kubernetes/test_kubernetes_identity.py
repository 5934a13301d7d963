"""Tests for the causes of rejected Kubernetes logins, from the text, the facts and the authenticator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from iamtriage import explain
from iamtriage._rendering.placeholders import find_placeholders
from tests.explaining.rules.explained import codes, commands, explained
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGIN = "error: You must be logged in to the server (Unauthorized)"
ROLE = "arn:aws:iam::111122223333:role/dev"
SSO = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_View_0123456789abcdef/ana"
OLD = "Your current user or role does not have access to Kubernetes objects on this EKS cluster."
NEW = "Your current IAM principal doesn't have access to Kubernetes objects on this cluster."
UNAUTHORIZED = "Unauthorized: Verify you have access to the Kubernetes cluster"


def log(error: str) -> str:
    return f'time="2026-01-02T03:04:05Z" level=warning msg="access denied" arn="{ROLE}" error="{error}"'


@pytest.mark.parametrize(
    ("text", "topic", "first"),
    [
        (LOGIN, "kubernetes-login", ("identity-not-accepted", "reported")),
        (
            "Error from server (Unauthorized): Unauthorized",
            "kubernetes-login",
            ("identity-not-accepted", "reported"),
        ),
        (
            'error: the server doesn\'t have a resource type "svc"',
            "kubernetes-login",
            ("identity-not-accepted", "derived"),
        ),
        (
            'error: the server doesn\'t have a resource type "pod"',
            "kubernetes-login",
            ("identity-not-accepted", "derived"),
        ),
        (log("ARN is not mapped"), "kubernetes-not-mapped", ("not-mapped", "reported")),
        (log("identity is not mapped"), "kubernetes-not-mapped", ("not-mapped", "reported")),
        (log("ARN does not match User ID"), "kubernetes-not-mapped", ("principal-recreated", "derived")),
        (
            log("failed mapping username: SessionName did not contain an instance id"),
            "kubernetes-instance-name",
            ("not-an-instance", "reported"),
        ),
        (
            "could not get token: no answer from the helper",
            "kubernetes-token-helper",
            ("kubeconfig-helper", "reported"),
        ),
        (
            log("input token was not properly formatted: no prefix"),
            "kubernetes-token-format",
            ("token-not-accepted", "reported"),
        ),
        (
            '"Failed to make webhook authenticator request" err="error trying to reach service"',
            "kubernetes-webhook",
            ("webhook-failed", "reported"),
        ),
        (
            '"Unable to authenticate the request" err="[invalid bearer token, service account token has expired]"',
            "kubernetes-token-expired",
            ("token-expired", "reported"),
        ),
        (
            "Unable to authenticate the request due to an error: x509: certificate has expired or is not yet valid",
            "kubernetes-client-certificate",
            ("client-certificate", "reported"),
        ),
        (
            "error looking up service account shop/cart: not found",
            "service-account-missing",
            ("service-account-missing", "reported"),
        ),
        (
            'Unable to register node "ip-10-0-0-1" with API server: Unauthorized',
            "kubernetes-node-login",
            ("node-not-accepted", "reported"),
        ),
        (
            r'{"health": {"issues": [{"code": "AccessDenied", "message": "serviceaccounts \"x\" is forbidden: User \"eks:addon-manager\" cannot patch resource \"serviceaccounts\" in API group \"\" in the namespace \"kube-system\""}]}}',
            "kubernetes-component",
            ("no-rbac-rule", "reported"),
        ),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_message_decides_the_topic(text: str, topic: str, first: tuple[str, str]) -> None:
    found = explained(text)
    assert (found.topic, codes(found)[0]) == (topic, first)


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("Your worker nodes do not have access to the cluster. Verify the role.", "kubernetes-node-login"),
        ("The aws-auth ConfigMap in your cluster is invalid.", "aws-auth-broken"),
    ],
)
def test_health_issue_of_nodes_is_one_of_the_cluster(message: str, topic: str) -> None:
    issue = {
        "code": "AccessDenied",
        "message": message,
        "resourceIds": ["arn:aws:iam::111122223333:role/node"],
    }
    found = explain(json.dumps({"health": {"issues": [issue]}}))
    assert found is not None
    assert found.topic == topic


@pytest.mark.parametrize(
    ("tail", "code"),
    [
        ("X-Amz-Date parameter is expired (15 minute expiration) 2026-01-02", "token-expired"),
        ("client did not sign the x-k8s-aws-id header in the pre-signed URL", "other-cluster"),
    ],
)
def test_rejected_token(tail: str, code: str) -> None:
    found = explained(log(f"input token was not properly formatted: {tail}".replace('"', "'")))
    assert codes(found)[1:] == [(code, "derived")]


@check_rows(
    ("fault", "causes"),
    [
        (
            "certificate has expired or is not yet valid: current time 2026-01-02T10:00:00Z is after 2026-01-01T00:00:00Z",
            ["client-certificate"],
        ),
        (
            "certificate has expired or is not yet valid: current time 2026-01-02T10:00:00Z is before 2026-01-03T00:00:00Z",
            ["client-certificate"],
        ),
        (
            "certificate signed by unknown authority",
            ["client-certificate", "other-cluster"],
        ),
        ("certificate specifies an incompatible key usage", ["client-certificate"]),
    ],
    ids=["late", "early", "authority", "other"],
)
def test_rejected_certificate_suggests_no_entries(fault: str, causes: list[str]) -> None:
    found = explained(f'"Unable to authenticate the request" err="[x509: {fault}, invalid bearer token]"')
    assert [cause.code for cause in found.causes] == causes
    assert not any("access-entr" in each or "aws-auth" in each for each in commands(found))


def test_surrounding_text_does_not_change_the_topic() -> None:
    noise = "\n".join(["2026-01-02 level=info msg=ok"] * 3)
    alone, amid = (
        explained(log("ARN is not mapped")),
        explained(f"{noise}\n{log('ARN is not mapped')}\n{noise}"),
    )
    assert alone.to_dict()["causes"] == amid.to_dict()["causes"]


# ------------------------------------------------------------------ facts


@check_rows(
    ("facts", "expected"),
    [
        ({"authentication_mode": "API"}, ("map-ignored", "supplied")),
        ({"authentication_mode": "CONFIG_MAP"}, ("entries-ignored", "supplied")),
        ({"caller": "arn:aws:iam::111122223333:root"}, ("unsuited-caller", "supplied")),
        ({"caller": "arn:aws:sts::111122223333:federated-user/ana"}, ("unsuited-caller", "supplied")),
        ({"caller": "arn:aws:iam::111122223333:instance-profile/nodes"}, ("instance-profile", "supplied")),
        (
            {"caller": "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKS/run"},
            ("unsuited-caller", "supplied"),
        ),
        ({"caller": SSO}, ("identity-center-path", "possible")),
        ({"caller": "arn:aws:iam::111122223333:role/team/dev"}, ("role-path", "possible")),
    ],
    ids=["api", "config-map", "root", "federated", "profile", "linked", "identity-center", "path"],
)
def test_facts_add_evidence(facts: dict[str, object], expected: tuple[str, str]) -> None:
    assert expected in codes(explained(LOGIN, facts))
    assert expected not in codes(explained(LOGIN))


def test_authentication_mode_decides_the_remedies() -> None:
    def ways(mode: str | None) -> tuple[bool, bool, bool]:
        lines = commands(explained(LOGIN, {"authentication_mode": mode} if mode else {}))
        return (
            any("create-access-entry" in line for line in lines),
            any("edit configmap aws-auth" in line for line in lines),
            any("authenticationMode=API_AND_CONFIG_MAP" in line for line in lines),
        )

    assert ways("API") == (True, False, False)
    assert ways("CONFIG_MAP") == (False, True, True)
    assert ways("API_AND_CONFIG_MAP") == ways(None) == (True, True, False)


@pytest.mark.parametrize(
    ("caller", "entry"),
    [
        ("arn:aws:sts::111122223333:assumed-role/dev/ana", "- rolearn: arn:aws:iam::111122223333:role/dev"),
        ("arn:aws:iam::111122223333:user/team/ana", "- userarn: arn:aws:iam::111122223333:user/team/ana"),
        (None, "- rolearn: PRINCIPAL_ARN"),
    ],
    ids=["role", "user", "unknown"],
)
def test_entry_of_aws_auth_is_shown_after_the_command_that_edits_it(caller: str | None, entry: str) -> None:
    facts = {"authentication_mode": "CONFIG_MAP"} | ({"caller": caller} if caller else {})
    shown = str(explained(LOGIN, facts))
    section = "mapUsers" if "user/" in entry else "mapRoles"
    edited = shown.partition(f"edit configmap aws-auth\n  In the editor, under {section}:\n")[2]
    assert edited.startswith(f"    {entry}\n      username: ")


def test_each_remedy_has_its_form_of_the_arn() -> None:
    lines = commands(
        explained(LOGIN, {"caller": "arn:aws:iam::111122223333:role/team/dev", "cluster": "orders"})
    )
    [entry] = {line for line in lines if "create-access-entry" in line}
    [mapping] = [line for line in lines if "iamidentitymapping" in line]
    assert "--principal-arn arn:aws:iam::111122223333:role/team/dev" in entry
    assert "--arn arn:aws:iam::111122223333:role/dev " in mapping
    assert "--cluster-name orders" in entry


def test_identity_center_role_is_looked_up_only_for_an_entry() -> None:
    lines = commands(explained(LOGIN, {"caller": SSO}))
    [create] = dict.fromkeys(line for line in lines if "create-access-entry" in line)
    [mapping] = [line for line in lines if "iamidentitymapping" in line]
    lookup = '"$(aws iam get-role --role-name AWSReservedSSO_View_0123456789abcdef --query Role.Arn --output text)"'
    assert '--principal-arn "$role_arn"' in create
    assert lines[0] == f"role_arn={lookup}"
    assert "--arn arn:aws:iam::111122223333:role/AWSReservedSSO_View_0123456789abcdef " in mapping


def test_entry_of_a_recreated_principal_is_recreated() -> None:
    lines = commands(explained(log("ARN does not match User ID"), {"cluster": "orders"}))
    named = f"--cluster-name orders --principal-arn {ROLE}"
    deleted = lines.index(f"aws eks delete-access-entry {named}")
    assert lines.index(f"aws eks list-associated-access-policies {named}") < deleted
    assert lines.index(f"aws eks create-access-entry {named}") == deleted + 1


def test_no_entry_is_suggested_for_an_unsuited_principal() -> None:
    lines = commands(explained(LOGIN, {"caller": "arn:aws:iam::111122223333:root"}))
    assert not [line for line in lines if "create-access-entry" in line and "PRINCIPAL_ARN" not in line]


def test_node_gets_an_entry_for_nodes() -> None:
    text = 'Unable to register node "ip-10-0-0-1" with API server: Unauthorized'
    lines = commands(
        explained(text, {"caller": "arn:aws:sts::111122223333:assumed-role/nodes/i-0a1b2c3d4e5f60718"})
    )
    [entry] = {line for line in lines if "create-access-entry" in line}
    [mapping] = [line for line in lines if "iamidentitymapping" in line]
    assert entry.endswith("--principal-arn arn:aws:iam::111122223333:role/nodes --type EC2_LINUX")
    assert (
        "--group system:bootstrappers --group system:nodes --username 'system:node:{{EC2PrivateDNSName}}'"
    ) in mapping


# ------------------------------------------------------------------ the console


@pytest.mark.parametrize("text", [OLD, NEW, UNAUTHORIZED], ids=["old", "new", "unauthorized"])
def test_console_needs_iam_and_cluster_access(text: str) -> None:
    found = explained(text)
    assert found.topic == "eks-console"
    entry, iam, *others = found.remedies
    assert any("create-access-entry" in line for line in entry.commands)
    assert iam.layer == "identity"
    assert iam.policy is not None
    assert iam.who == "account administrator"
    assert any("create clusterrolebinding" in line for remedy in others for line in remedy.commands)
    assert any("iamidentitymapping" in line for remedy in others for line in remedy.commands)


_VIEWERS = "mapRoles: |\n  - rolearn: arn:aws:iam::111122223333:role/ops\n    username: ops\n    groups:\n      - {}\n"
_SEARCHED = "$ kubectl get clusterrolebindings -o wide | grep {}\n$"
_NO_BINDING = '$ kubectl get clusterrolebinding {0}\nError from server (NotFound): clusterrolebindings.rbac.authorization.k8s.io "{0}" not found\n'
_CONSOLE_GROUP = "eks-console-dashboard-full-access-group"
_BOUND = "kind: ClusterRoleBinding\nmetadata:\n  name: a\nroleRef:\n  kind: ClusterRole\n  name: view\nsubjects:\n- kind: Group\n  name: viewers\n"


@check_rows(
    ("after", "says", "omits"),
    [
        (_VIEWERS.format(_CONSOLE_GROUP) + _SEARCHED.format("eks-console"), ("which no binding in the cluster names", "eks-console-full-access.yaml", "Also allow eks:AccessKubernetesApi"), "iamidentitymapping"),
        (f"The role has eks:AccessKubernetesApi.\n{_VIEWERS.format('viewers')}`kubectl get clusterrolebindings -o wide | grep viewers` returns nothing.", ("which no binding in the cluster names", "--group=viewers"), "Also allow"),
        (_VIEWERS.format("viewers") + "`kubectl get clusterrolebindings | grep viewers` returns nothing.", ("maps it to viewers, and most likely, no ClusterRole",), "which no binding"),
        (f"IAM is fine.\n{_VIEWERS.format('viewers')}{_NO_BINDING.format('viewers-binding')}", ("maps it to viewers, but the ClusterRoleBinding viewers-binding does not exist", "--group=viewers", "which the text says are there"), "Also allow"),
        (_VIEWERS.format("viewers") + _NO_BINDING.format("editors"), ("maps it to viewers, and most likely, no ClusterRole",), "does not exist"),
        (_VIEWERS.format("viewers") + _NO_BINDING.format("reviewers"), ("maps it to viewers, and most likely, no ClusterRole",), "does not exist"),
        (_VIEWERS.format("viewers") + _BOUND + _NO_BINDING.format("viewers-2"), ("maps it to viewers, and most likely",), "does not exist"),
        (_VIEWERS.format("viewers"), ("maps it to viewers, and most likely, no ClusterRole", "--group=viewers"), "which no binding"),
        (_VIEWERS.format("system:masters"), ("in the cluster it has system:masters",), "Bind the group"),
        (_VIEWERS.format("viewers") + _BOUND, ("maps it to viewers, and most likely",), "Bind the group"),
        (_VIEWERS.format("viewers") + "  - rolearn: arn:aws:iam::111122223333:role/dev\n    username: dev\n    groups:\n      - dev\n", ("The signed-in user or role",), "Bind the group"),
        (_VIEWERS.format("viewers") + "The role is missing eks:AccessKubernetesApi.", ("do not allow eks:AccessKubernetesApi",), "Bind the group viewers to a ClusterRole that shows the objects [you]"),
    ],
    ids=["manifest of AWS", "own group", "search without subjects", "not found", "another not found", "longer name not found", "bound by another", "no search", "administrators", "bound", "two entries", "IAM"],
)  # fmt: skip
def test_console_group_without_a_binding(after: str, says: tuple[str, ...], omits: str) -> None:
    shown = " ".join(explain(f"{OLD}\n{after}").to_text(detail="full").split())
    assert [each for each in says if each not in shown] == []
    assert omits not in shown


def _console_policy(facts: dict[str, str]) -> Mapping[str, Any]:
    [policy] = [each.policy for each in explained(OLD, facts).remedies if each.layer == "identity"]
    assert policy is not None
    return policy


def test_iam_policy_names_the_cluster_if_known() -> None:
    facts = {"cluster": "orders", "region": "cn-north-1", "caller": "arn:aws-cn:iam::111122223333:user/ana"}
    policy = _console_policy(facts)
    statements = {each["Sid"]: each for each in policy["Statement"]}
    assert statements["ViewCluster"]["Resource"] == "arn:aws-cn:eks:cn-north-1:111122223333:cluster/orders"
    assert "eks:AccessKubernetesApi" in statements["ViewCluster"]["Action"]
    on_all = [each["Action"] for each in policy["Statement"] if each["Resource"] == "*"]
    assert on_all == [["eks:DescribeAddonVersions", "eks:ListClusters", "iam:ListRoles"]]
    assert not find_placeholders(json.dumps(policy))
    assert "ACCOUNT_ID" in json.dumps(_console_policy({}))


@check_rows(
    ("shown", "is_known"),
    [
        ("access-entry/orders/role/111122223333/ops/9ac1e2f3-4b5c-6d7e-8f90-a1b2c3d4e5f6", True),
        ("nodegroup/orders/blue/6ac7f2b1-90de-4c3a-8f55-1b2c3d4e5f60", True),
        ("cluster/orders", True),
        ("nodegroup/other/blue/6ac7f2b1-90de-4c3a-8f55-1b2c3d4e5f60", False),
        ("access-policy/orders/x", False),
    ],
)
def test_account_of_the_cluster_is_that_of_what_belongs_to_it(shown: str, *, is_known: bool) -> None:
    text = f"{OLD}\n\narn:aws:eks:eu-west-1:111122223333:{shown}\n"
    policies = [each.policy for each in explained(text, {"cluster": "orders"}).remedies]
    assert ("ACCOUNT_ID" not in json.dumps(policies)) is is_known


def test_cluster_arn_fills_in_the_rest() -> None:
    facts = {"resource": "arn:aws-us-gov:eks:us-gov-west-1:444455556666:cluster/orders"}
    policy = _console_policy(facts)
    assert policy["Statement"][0]["Resource"] == facts["resource"]
    # Another cluster's ARN says nothing about this one.
    assert "444455556666" not in json.dumps(_console_policy({**facts, "cluster": "billing"}))


def test_identity_center_role_is_changed_through_its_permission_set() -> None:
    [iam] = [each for each in explained(OLD, {"caller": SSO}).remedies if each.layer == "identity"]
    assert iam.who == "organization administrator"
    assert any("permission set View" in step for step in iam.steps)


def test_console_401_means_that_the_principal_is_unmapped() -> None:
    assert ("not-mapped", "derived") in codes(explained(UNAUTHORIZED))
    assert ("not-mapped", "possible") in codes(explained(OLD))


@pytest.mark.parametrize(
    ("arn", "argument", "mapped"),
    [
        (
            "arn:aws:iam::************:role/AWSReservedSSO_Ops_0123456789abcdef",
            '"$(aws iam get-role --role-name AWSReservedSSO_Ops_0123456789abcdef --query Role.Arn --output text)"',
            "arn:aws:iam::ACCOUNT_ID:role/AWSReservedSSO_Ops_0123456789abcdef",
        ),
        (
            "arn:aws:iam::****:role/deploy",
            '"$(aws iam get-role --role-name deploy --query Role.Arn --output text)"',
            "arn:aws:iam::ACCOUNT_ID:role/deploy",
        ),
        (
            "arn:aws:iam::****:user/ana",
            "arn:aws:iam::ACCOUNT_ID:user/ana",
            "arn:aws:iam::ACCOUNT_ID:user/ana",
        ),
    ],
    ids=["identity-center", "role", "user"],
)
def test_masked_account_of_an_unmapped_arn(arn: str, argument: str, mapped: str) -> None:
    found = explained(f'level=warning msg="access denied" arn="{arn}" error="ARN is not mapped"')
    first, second, *_ = commands(found)
    if argument.startswith('"$('):
        assert first == f"role_arn={argument}"
        assert '--principal-arn "$role_arn"' in second
    else:
        assert f"--principal-arn {argument}" in first
    assert any(f"--arn {mapped} " in each for each in commands(found))
    assert any("The text does not show the account ID" in step for step in found.remedies[0].steps)
    assert "*" not in "".join(commands(found))


def test_account_of_zeros_is_not_masked() -> None:
    arn = "arn:aws:iam::000000000000:role/deploy"
    found = explained(f'level=warning msg="access denied" arn="{arn}" error="ARN is not mapped"')
    assert f"--principal-arn {arn}" in commands(found)[0]


NODE = 'kubelet[7]: E0107 08:00:00.000000 7 kubelet_node_status.go:94] "Unable to register node with API server" err="Unauthorized"'


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        (NODE, ["describe-nodegroup", "get-instance-profile", "create-access-entry"]),
        (
            f"{NODE}\nNodeCreationFailure: Instances failed to join the kubernetes cluster",
            ["describe-nodegroup", "create-access-entry"],
        ),
    ],
    ids=["any-node", "managed-node"],
)
def test_rejected_node_is_looked_up_before_its_entry_is_created(text: str, operations: list[str]) -> None:
    found = explained(text, {"cluster": "shop", "region": "eu-west-1"})
    assert [each.split()[2] for each in found.remedies[0].commands] == operations
    shown = " ".join(str(found).split())
    assert "EKS creates an entry for the role of a managed node group" in shown
    assert "groups system:bootstrappers and system:nodes, username system:node:{{EC2PrivateDNSName}}" in shown


@check_rows(
    ("node", "lookup"),
    [
        (
            "ip-10-4-9-61.eu-south-1.compute.internal",
            "--region eu-south-1 --filters Name=private-dns-name,Values=ip-10-4-9-61.eu-south-1.compute.internal ",
        ),
        (
            "ip-10-4-9-61.ec2.internal",
            "--region us-east-1 --filters Name=private-dns-name,Values=ip-10-4-9-61.ec2.internal ",
        ),
        (
            "i-0123456789abcdef0.eu-south-1.compute.internal",
            "--region eu-south-1 --filters Name=private-dns-name,Values=i-0123456789abcdef0.eu-south-1.compute.internal ",
        ),
        (
            "i-0123456789abcdef0",
            "--region REGION --filters Name=instance-id,Values=i-0123456789abcdef0 ",
        ),
        ("ip-10-4-9-61", "--region REGION --filters Name=private-ip-address,Values=10.4.9.61 "),
    ],
)
def test_rejected_node_is_looked_up_by_its_name(node: str, lookup: str) -> None:
    found = explained(f'{NODE} node="{node}"', {"cluster": "shop", "authentication_mode": "CONFIG_MAP"})
    assert lookup in found.remedies[0].commands[0]
    shown = " ".join(str(found).split())
    assert "get-instance-profile --instance-profile-name INSTANCE_PROFILE" in shown
    assert "eksctl create iamidentitymapping --cluster shop" in shown
    assert "NODEGROUP" not in shown


@check_rows(
    ("mode", "entry"),
    [
        (None, "no access entry or aws-auth mapping"),
        ("API", "no access entry"),
        ("CONFIG_MAP", "no entry in aws-auth"),
        ("API_AND_CONFIG_MAP", "neither an access entry nor an entry in aws-auth"),
    ],
)
def test_rejected_login_names_the_caller_and_what_the_cluster_uses(mode: str | None, entry: str) -> None:
    facts = {"cluster": "shop", "region": "eu-west-1", "caller": "arn:aws:iam::111122223333:user/lea"}
    found = explain(
        "error: You must be logged in to the server (Unauthorized)",
        facts=facts if mode is None else {**facts, "authentication_mode": mode},
    )
    assert f"Most often, the user lea has {entry} for the cluster shop" in found.summary
    shown = " ".join(str(found).split())
    assert "aws sts get-caller-identity" not in shown
    assert (
        "aws eks describe-access-entry --cluster-name shop --region eu-west-1 \\ --principal-arn arn:aws:iam::111122223333:user/lea "
        "If it is meant to have access and has none (cluster administrator, such as the creator): aws eks create-access-entry"
        in shown
    ) == (mode != "CONFIG_MAP")


@check_rows(
    ("group", "resource", "mode", "is_said"),
    [
        ("argoproj.io", "rollouts", "API", True),
        ("snapshot.storage.k8s.io", "volumesnapshots", "API_AND_CONFIG_MAP", True),
        ("argoproj.io", "rollouts", "CONFIG_MAP", False),
        ("storage.k8s.io", "csistoragecapacities", "API", False),
        ("metrics.k8s.io", "pods", "API", False),
        ("apps", "deployments", "API", False),
    ],
)
def test_access_policies_do_not_cover_custom_resources(
    group: str,
    resource: str,
    mode: str,
    is_said: bool,  # noqa: FBT001
) -> None:
    user = "arn:aws:sts::111122223333:assumed-role/rollout-bot/run-7"
    request = f'User "{user}" cannot list resource "{resource}" in API group "{group}" in the namespace "web"'
    text = f"Error from server (Forbidden): {resource}.{group} is forbidden: {request}"
    found = explained(text, {"cluster": "shop", "authentication_mode": mode})
    assert ("AmazonEKSAdminPolicy do not cover custom resources" in found.summary) == is_said


def test_installer_is_not_offered_a_policy_that_only_reads() -> None:
    text = 'Error: UPGRADE FAILED: rollouts.argoproj.io "web" is forbidden: User "arn:aws:sts::111122223333:assumed-role/rollout-bot/run-7" cannot get resource "rollouts" in API group "argoproj.io" in the namespace "web"'
    explanation = explained(text, {"cluster": "shop", "authentication_mode": "API"})
    notes = " ".join(explanation.notes)
    assert "AmazonEKSClusterAdminPolicy, which allows everything, covers all of this" in notes
    assert "AmazonEKSAdminViewPolicy only reads" in notes
    assert not any(
        "AmazonEKSAdminViewPolicy" in f"{each.steps} {each.commands}" for each in explanation.remedies
    )


def test_console_needs_no_placeholder_for_a_known_principal() -> None:
    known = explained(NEW, {"cluster": "shop", "region": "eu-west-1", "caller": ROLE})
    assert "PRINCIPAL_ARN" not in str(known)
    assert known.summary.startswith("The role dev cannot read the Kubernetes objects of the cluster shop")
    assert "PRINCIPAL_ARN" in str(explained(NEW))
