"""Tests for what explanations for Kubernetes say about modes, providers and truncated messages."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/dev"
FARGATE = "fargate profile jobs blocked for new launches due to: Pod execution role is not found in auth config or does not have all required permissions"
NODE = 'E0803 10:15:00.000000 1 kubelet_node_status.go:92] "Unable to register node with API server" err="Unauthorized" node="ip-10-0-3-7.ec2.internal"'


def _log(message: str) -> str:
    return f'time="2026-08-03T10:15:00Z" level=warning msg="access denied" error="{message}"'


def _forbidden(request: str) -> str:
    return f'Error from server (Forbidden): forbidden: User "ana" cannot {request}'


PODS = _forbidden('list resource "pods" in API group "" in the namespace "shop"')
UNMAPPED = _log(f"ARN is not mapped: {ROLE}")


@check_rows("text", [UNMAPPED, FARGATE, NODE], ids=["caller", "Fargate", "node"])
@check_rows(
    ("mode", "has_entries", "has_map"),
    [("API", True, False), ("API_AND_CONFIG_MAP", True, True), ("CONFIG_MAP", False, True)],
)
def test_remedies_fit_the_authentication_mode(
    text: str,
    mode: str,
    has_entries: bool,  # noqa: FBT001
    has_map: bool,  # noqa: FBT001
) -> None:
    """A command for access entries or for aws-auth is proposed only if the cluster uses it."""
    remedies = explain(text, facts={"authentication_mode": mode}).remedies
    commands = [line for remedy in remedies for line in remedy.commands]
    assert any("create-access-entry" in line for line in commands) == has_entries
    assert any("create iamidentitymapping" in line for line in commands) == has_map


@check_rows(
    ("mode", "code", "is_cause"),
    [
        ("API", "role-path", False),
        ("CONFIG_MAP", "role-path", True),
        ("API", "entry-of-other-type", True),
        ("CONFIG_MAP", "entry-of-other-type", False),
    ],
)
def test_causes_fit_the_authentication_mode(mode: str, code: str, is_cause: bool) -> None:  # noqa: FBT001
    causes = explain(NODE, facts={"authentication_mode": mode}).causes
    assert (code in {each.code for each in causes}) == is_cause


_NODES = "$ kubectl get nodes\nNAME  STATUS  ROLES  AGE\nip-10-0-9-9.ec2.internal  Ready  <none>  4d\n\n"
_JOURNAL = "Aug 03 10:15:00 bastion.example.com kubelet[7]: "


@check_rows(
    "text",
    [
        _NODES + _JOURNAL + NODE,
        f"{_JOURNAL}{NODE}\n\n{_NODES}",
        _NODES + NODE.replace("[7]", "").replace('node="', 'host="ip-10-0-9-9" node="'),
        _NODES
        + _JOURNAL
        + NODE
        + "\n"
        + _JOURNAL
        + 'E0803 10:15:00.100000 1 controller.go:145] "Failed to ensure lease exists, will retry" err="Unauthorized" interval="7s"',
        f'{_NODES}E0803 10:15:00.000000 1 kubelet_node_status.go:92] Unable to register node "ip-10-0-3-7.ec2.internal" with API server: Unauthorized',
    ],
    ids=["listed before", "listed after", "the host of the log", "the entry before", "the old form"],
)
def test_the_role_is_looked_up_for_the_node_that_failed(text: str) -> None:
    (lookup,) = (each for each in explain(text).remedies[0].commands if "describe-instances" in each)
    assert "Values=ip-10-0-3-7.ec2.internal" in lookup


@check_rows(
    ("text", "note", "has_note"),
    [
        (PODS, "the list contains their data", False),
        (PODS.replace("pods", "secrets"), "the list contains their data", True),
        (PODS, "EKS access entries have no effect", False),
        (
            f"GET https://orders.hcp.westeurope.azmk8s.io:443\n{PODS}",
            "EKS access entries have no effect",
            True,
        ),
        (
            f"https://0A1B.gr7.eu-west-1.eks.amazonaws.com oauth-openshift\n{PODS}",
            "EKS access entries have no effect",
            False,
        ),
        (PODS.replace("list", "impersonate"), "can get more permissions", True),
    ],
    ids=["pods", "Secrets", "EKS", "AKS", "host of EKS", "impersonate"],
)
def test_notes_on_a_request(text: str, note: str, has_note: bool) -> None:  # noqa: FBT001
    assert any(note in each for each in explain(text).notes) == has_note


@pytest.mark.parametrize(("path", "argument"), [("/metrics", "/metrics"), ("/me trics;x", "PATH")])
def test_only_a_valid_path_is_an_argument(path: str, argument: str) -> None:
    commands = [line for each in explain(_forbidden(f'get path "{path}"')).remedies for line in each.commands]
    assert f"kubectl auth can-i get {argument} --as=ana" in commands


def test_unknown_token_error_has_every_possible_cause() -> None:
    explanation = explain(_log("input token was not properly formatted: something new"))
    assert [(each.code, each.evidence) for each in explanation.causes] == [
        ("token-not-accepted", "reported"),
        ("token-expired", "possible"),
        ("other-cluster", "possible"),
    ]


def test_missing_service_account_of_a_forbidden_pod() -> None:
    text = 'Error from server (Forbidden): error when creating "pod.yaml": pods "web" is forbidden: error looking up service account shop/cart: serviceaccount "cart" not found'
    explanation = explain(text)
    assert explanation.topic == "service-account-missing"
    assert "kubectl create serviceaccount cart -n shop" in explanation.remedies[0].commands


@pytest.mark.parametrize(
    ("operation", "topic"),
    [
        ("CreateAccessEntry", "access-entry-exists"),
        ("CreatePodIdentityAssociation", "pod-identity-exists"),
        ("AssociateAccessPolicy", "access-entry"),
    ],
)
def test_operation_decides_on_a_truncated_message(operation: str, topic: str) -> None:
    text = f"An error occurred (ResourceInUseException) when calling the {operation} operation: The specified"
    assert explain(text).topic == topic


@check_rows(
    ("arn", "mode", "code"),
    [
        pytest.param("arn:aws:iam::111122223333:role/team/dev", "CONFIG_MAP", "map-entry-with-path", id="path"),
        pytest.param("arn:aws:iam::111122223333:role/team/dev", "API", "not-mapped", id="mode without the map"),
        pytest.param(ROLE, "CONFIG_MAP", "not-mapped", id="the same ARN"),
        pytest.param("arn:aws:iam::444455556666:role/dev", "CONFIG_MAP", "map-entry-arn-form", id="account"),
        pytest.param("arn:aws-cn:iam::111122223333:role/dev", "CONFIG_MAP", "map-entry-arn-form", id="partition"),
        pytest.param("arn:aws:iam::111122223333:user/dev", "CONFIG_MAP", "map-entry-arn-form", id="user"),
        pytest.param("arn:aws:iam::111122223333:role/DEV", "CONFIG_MAP", "not-mapped", id="case does not matter"),
        pytest.param("arn:aws:iam::111122223333:role/ops", "CONFIG_MAP", "map-without-entry", id="another role"),
    ],
)  # fmt: skip
def test_map_in_the_text(arn: str, mode: str, code: str) -> None:
    text = f"{UNMAPPED}\n\ndata:\n  mapRoles: |\n    - rolearn: {arn}\n      username: dev\n"
    assert explain(text, facts={"authentication_mode": mode}).causes[0].code == code


@check_rows(
    ("caller", "entry", "verdict"),
    [
        ("role/shop-api", "instance-profile/shop-api", "names the instance profile shop-api, not the role in it"),
        ("role/shop-api", "user/shop-api", "names a user, not the role"),
        ("role/shop-api", "role/shop-apis", "the one for shop-apis differs by one letter"),
        ("role/shop-api", "role/shpo-api", "the one for shpo-api differs by one letter"),
        ("role/shop-1", "role/shop-2", "aws-auth maps only shop-2."),
        ("user/ana", "user/ops/ana", "has the path ops/, which the user does not have"),
        ("user/ops/ana", "user/ana", "lacks the path ops/"),
        ("user/ops/ana", "user/dev/ana", "has the path dev/ instead of ops/"),
        (
            "role/AWSReservedSSO_Ops_0123456789abcdef",
            "role/AWSReservedSSO_Ops_fedcba9876543210",
            "has the same permission set but another suffix",
        ),
    ],
)  # fmt: skip
def test_entry_that_does_not_match(caller: str, entry: str, verdict: str) -> None:
    """The resource type, the partition and the name come before the path."""
    account = "arn:aws:iam::111122223333:"
    field = "userarn" if caller.startswith("user") else "rolearn"
    text = (
        f"{_log(f'ARN is not mapped: {account}{caller}')}\n\n- {field}: {account}{entry}\n  username: dev\n"
    )
    explanation = explain(text)
    assert verdict in explanation.summary
    is_new_role = "Identity Center creates a role with a new suffix" in explanation.causes[0].text
    assert is_new_role is ("another suffix" in verdict)


@pytest.mark.parametrize(
    ("text", "verdict", "title"),
    [
        (
            UNMAPPED,
            "or the entry is newer than the request or in another cluster.",
            "Check the entry in the map of this cluster",
        ),
        (
            "$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)",
            "most likely, kubectl uses another principal or another cluster.",
            "Find out which identity kubectl uses, and refresh the kubeconfig",
        ),
    ],
)
def test_entry_that_matches_is_not_missing(text: str, verdict: str, title: str) -> None:
    explanation = explain(f"{text}\n\n- rolearn: {ROLE}\n  username: dev\n", facts={"caller": ROLE})
    assert "has an entry in the aws-auth map in the text" in explanation.summary
    assert explanation.summary.endswith(verdict)
    assert "map-entry-arn-form" not in [cause.code for cause in explanation.causes]
    first = explanation.remedies[0]
    assert first.title == title
    assert "access-entry" not in " ".join((*first.steps, *first.commands))


@check_rows(
    ("groups", "kind"),
    [
        ("[system:bootstrappers, system:nodes]", "EC2_LINUX"),
        ("[system:bootstrappers, system:nodes, 'eks:kube-proxy-windows']", "EC2_WINDOWS"),
        ("[system:bootstrappers, system:nodes, system:node-proxier]", "FARGATE_LINUX"),
    ],
)
@check_rows("arn", ["instance-profile/dev", "role/team/dev"])
def test_entry_of_nodes_becomes_an_entry_of_nodes(arn: str, groups: str, kind: str) -> None:
    text = f"{UNMAPPED}\n\n- rolearn: arn:aws:iam::111122223333:{arn}\n  groups: {groups}\n"
    first, entry = explain(text, facts={"cluster": "orders", "region": "eu-west-1"}).remedies[:2]
    assert "kubectl get nodes" in first.commands
    assert [f"--type {kind}" in line for line in entry.commands] == [True]


@check_rows(
    ("before", "after"),
    [
        ("    - rolearn: ", "\n      username: dev"),
        ("    - groups:\n      - devs\n      rolearn: ", "\n      username: dev"),
        ("- groups: [devs]\n  rolearn: '", "'\n  username: dev"),
        ('[{"groups": ["devs"], "rolearn": "', '", "username": "dev"}]'),
    ],
)
def test_corrected_line_keeps_the_entry_valid(before: str, after: str) -> None:
    """Entries that eksctl and EKS write begin with their groups."""
    text = f"{UNMAPPED}\n\n{before}arn:aws:iam::111122223333:role/team/dev{after}\n"
    line = before.rpartition("\n")[2].rpartition(", ")[2]
    corrected = explain(text).remedies[0].manifest
    assert corrected == f"{line}arn:aws:iam::111122223333:role/dev{after[0].strip()}\n"


@check_rows(
    ("groups", "step"),
    [
        ("[devs]", "The entry has an effect only if a RoleBinding or ClusterRoleBinding names devs."),
        ("[ops, devs]", "The entry has an effect only if a RoleBinding or ClusterRoleBinding names ops or devs."),
        ("[system:masters, devs]", None),
        ("['system:nodes']", None),
        ("[devs]\n\nThe RoleBinding devs in shop binds Group devs to the Role edit.", None),
        ("[devs]\n\nThe RoleBinding ops in shop binds Group ops to the Role edit.", "The entry has an effect only if a RoleBinding or ClusterRoleBinding names devs."),
    ],
)  # fmt: skip
def test_groups_of_a_corrected_entry_need_a_binding(groups: str, step: str | None) -> None:
    entry = f"- rolearn: arn:aws:iam::111122223333:role/team/dev\n  username: dev\n  groups: {groups}\n"
    steps = explain(f"{UNMAPPED}\n\n{entry}").remedies[0].steps
    assert [each for each in steps if "RoleBinding" in each] == ([step] if step else [])


def test_wrong_entry_explains_the_failure() -> None:
    """Causes that are only possible do not follow, and an access entry is the other way."""
    text = "$ kubectl get ns\nerror: You must be logged in to the server (Unauthorized)\n\n- rolearn: arn:aws:sts::111122223333:assumed-role/dev/ana\n  username: ana\n"
    caller = "arn:aws:sts::111122223333:assumed-role/dev/ana"
    explanation = explain(text, facts={"caller": caller, "cluster": "orders", "region": "eu-west-1"})
    assert [cause.code for cause in explanation.causes] == ["map-entry-arn-form", "identity-not-accepted"]
    assert [remedy.title for remedy in explanation.remedies[:2]] == [
        "Correct the rolearn in aws-auth, as someone who still has access",
        "Or create an access entry for the role dev, in the authentication mode API_AND_CONFIG_MAP",
    ]


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        ("", "EC2_LINUX"),
        (", 'eks:kube-proxy-windows'", "EC2_WINDOWS"),
        (", 'system:node-proxier'", "FARGATE_LINUX"),
    ],
)
def test_type_of_the_entry_of_nodes(group: str, kind: str) -> None:
    log = 'level=warning msg="access denied" arn="arn:aws:iam::111122223333:role/pool-role" error="ARN is not mapped: arn:aws:iam::111122223333:role/pool-role"'
    entry = f"- rolearn: arn:aws:iam::111122223333:instance-profile/pool\n  username: system:node:{{{{EC2PrivateDNSName}}}}\n  groups: ['system:bootstrappers', 'system:nodes'{group}]\n"
    assert f"Or create an access entry of type {kind} for the role pool-role" in [
        each.title for each in explain(f"{log}\n\n{entry}").remedies
    ]


@check_rows(
    ("entry", "facts", "words"),
    [
        ("groups:\n  - ops\n  username: dev", {}, "--username dev --kubernetes-groups ops"),
        (
            "username: a:{{SessionName}}\n  groups: [ops]",
            {"caller": "arn:aws:sts::111122223333:assumed-role/dev/ana"},
            "--username 'a:{{SessionName}}' --kubernetes-groups ops",
        ),
        ("username: system:x\n  groups: [system:masters]", {}, "AmazonEKSClusterAdminPolicy --access-scope type=cluster"),
        ("username: '{{SessionName}}'", {}, "AmazonEKSViewPolicy"),
    ],
)  # fmt: skip
def test_ignored_entry_becomes_an_access_entry(entry: str, facts: dict[str, str], words: str) -> None:
    """With the authentication mode API, the entry in the text names who needs which access entry."""
    text = f"error: You must be logged in to the server (Unauthorized)\n\n- rolearn: arn:aws:iam::111122223333:role/dev\n  {entry}\n"
    explanation = explain(text, facts={"cluster": "orders", "authentication_mode": "API", **facts})
    assert explanation.summary.startswith(
        "The cluster orders has the authentication mode API, so it ignores the aws-auth entry for the role dev"
    )
    assert [cause.code for cause in explanation.causes] == ["identity-not-accepted", "map-ignored"]
    commands = "\n".join(explanation.remedies[0].commands)
    assert words in commands
    assert "--kubernetes-groups system:" not in commands
    assert "--username '{{" not in commands


@pytest.mark.parametrize(
    ("other", "is_meant"), [("groups: [ops]", True), ("groups: [system:bootstrappers, system:nodes]", False)]
)
def test_other_ignored_entries_need_access_entries_unless_of_nodes(other: str, *, is_meant: bool) -> None:
    mapped = "- rolearn: arn:aws:iam::111122223333:role/{}\n  username: {}\n  {}\n"
    text = f"error: You must be logged in to the server (Unauthorized)\n\n{mapped.format('dev', 'dev', 'groups: [dev]')}{mapped.format('build', 'b', other)}"
    caller = "arn:aws:sts::111122223333:assumed-role/dev/ana"
    facts = {"cluster": "orders", "authentication_mode": "API", "caller": caller}
    steps = " ".join(explain(text, facts=facts).remedies[0].steps)
    assert "cannot be changed back" in steps
    assert ("do the same for the other entries of aws-auth that are not for nodes" in steps) is is_meant


@pytest.mark.parametrize(
    ("written", "is_read"),
    [
        (
            "$ eksctl create iamidentitymapping --cluster orders --arn {} \\\n  --username dev --group ops\n",
            True,
        ),
        ("I ran `eksctl create iamidentitymapping --arn {} --group=ops --username=dev`.", True),
        ("Should I use it? The guide says: run eksctl create iamidentitymapping --arn {} --group ops", False),
    ],
)
def test_entry_that_eksctl_writes(written: str, *, is_read: bool) -> None:
    """Eksctl writes aws-auth only, which has no effect with the authentication mode API."""
    written = written.format("arn:aws:iam::111122223333:role/dev")
    facts = {"cluster": "orders", "authentication_mode": "API"}
    explanation = explain(f"{written}\n{LOGIN}", facts=facts)
    assert ("ignores the aws-auth entry for the role dev" in explanation.summary) is is_read
    created = "--username dev --kubernetes-groups ops" in str(explanation.remedies[0].commands)
    assert created is is_read


def test_ignored_entries_of_several_principals_name_no_caller() -> None:
    text = f"{LOGIN}\n- rolearn: arn:aws:iam::111122223333:role/dev\n- rolearn: arn:aws:iam::111122223333:role/ops\n"
    assert "text does not say who it is" in explain(text, facts={"authentication_mode": "API"}).summary


CONTEXT = "Updated context arn:aws:eks:eu-west-1:111122223333:cluster/orders in /home/ana/.kube/config"
LOGIN = "$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)"


@check_rows(
    "identity",
    [
        "$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::444455556666:user/tom\n",
        "$ aws sts get-caller-identity --output yaml\nAccount: '444455556666'\nArn: arn:aws:iam::444455556666:user/tom\n",
        "$ aws sts get-caller-identity --output table\n|  Account |  444455556666 |\n|  Arn     |  arn:aws:iam::444455556666:user/tom |\n",
        "$ aws sts get-caller-identity --output text\n444455556666    arn:aws:iam::444455556666:user/tom    AIDAEXAMPLE\n",
    ],
    ids=["ARN", "YAML", "table", "text"],
)
def test_caller_of_another_account_than_the_cluster(identity: str) -> None:
    """The account of the cluster is in the ARN of the kubeconfig's context."""
    explanation = explain(f"$ export AWS_PROFILE=sandbox\n{identity}{CONTEXT}\n{LOGIN}")
    assert explanation.summary == (
        "kubectl used the user tom of the account 444455556666 (profile sandbox), and the cluster is in the account "
        "111122223333: most likely, this is the wrong profile."
    )
    first, entry = explanation.remedies[:2]
    assert (
        "aws eks update-kubeconfig --name orders --region eu-west-1 --profile PROFILE_NAME" in first.commands
    )
    assert (entry.who, "arn:aws:iam::444455556666:user/tom" in entry.commands[0]) == (
        "cluster administrator",
        True,
    )


def test_profile_of_the_kubeconfig_is_not_the_identity_of_the_shell() -> None:
    text = f"$ aws sts get-caller-identity --query Arn --output text\narn:aws:iam::444455556666:user/tom\n$ aws eks update-kubeconfig --name orders --profile prod\n{CONTEXT}\n{LOGIN}"
    explanation = explain(text)
    assert explanation.summary.startswith("The cluster orders could not authenticate the caller (401)")
    assert "tom" not in explanation.to_text()
    # The kubeconfig was just written.
    assert not any("update-kubeconfig" in line for line in explanation.remedies[0].commands)


@check_rows(
    ("command", "policy", "scope"),
    [
        ("kubectl get nodes", "AmazonEKSAdminViewPolicy", "type=cluster"),
        ("kubectl get po,no -o wide", "AmazonEKSAdminViewPolicy", "type=cluster"),
        ("kubectl describe pv", "AmazonEKSAdminViewPolicy", "type=cluster"),
        ("kubectl get ns", "AmazonEKSViewPolicy", "type=cluster"),
        ("kubectl get pods -A", "AmazonEKSViewPolicy", "type=cluster"),
        ("kubectl get pods", "AmazonEKSViewPolicy", "type=cluster"),
        ("kubectl get pods -n shop", "AmazonEKSViewPolicy", "type=namespace,namespaces=shop"),
        ("kubectl -n shop get secret/db", "AmazonEKSEditPolicy", "type=namespace,namespaces=shop"),
        ("kubectl apply -n shop -f cart.yaml", "AmazonEKSEditPolicy", "type=namespace,namespaces=shop"),
        ("kubectl delete storageclass gp2", "AmazonEKSClusterAdminPolicy", "type=cluster"),
        ("kubectl drain ip-10-0-1-7.ec2.internal", "AmazonEKSClusterAdminPolicy", "type=cluster"),
        ("kubectl version", "AmazonEKSViewPolicy", "type=namespace,namespaces=NAMESPACE"),
        ("helm upgrade --install cart ./chart -n shop", "AmazonEKSEditPolicy", "type=namespace,namespaces=shop"),
        ("helm rollback cart 3 -n shop", "AmazonEKSEditPolicy", "type=namespace,namespaces=shop"),
        # It does not call the cluster.
        ("helm lint ./chart -n shop", "AmazonEKSViewPolicy", "type=namespace,namespaces=shop"),
    ],
)  # fmt: skip
def test_access_policy_is_that_for_the_command(command: str, policy: str, scope: str) -> None:
    text = f"$ {command}\nerror: You must be logged in to the server (Unauthorized)"
    if command.startswith("helm"):
        text = f"$ {command}\nError: Kubernetes cluster unreachable: the server has asked for the client to provide credentials"
    lines = [line for remedy in explain(text).remedies for line in remedy.commands]
    associated = [
        line.partition(":cluster-access-policy/")[2] for line in lines if "associate-access" in line
    ]
    assert set(associated) == {f"{policy} --access-scope {scope}"}


def test_access_entry_is_shown_with_its_policy_and_who_creates_it() -> None:
    """An access entry alone grants nothing, and the reader of the first steps cannot create it."""
    shown = str(explain(LOGIN))
    adds = "someone with access, such as the cluster's creator, adds it (get-role prints the ARN of a role):"
    assert " ".join(shown.split()).partition(adds)[2].startswith(" aws eks create-access-entry")
    assert "aws eks associate-access-policy" in shown


@pytest.mark.parametrize(
    ("policies", "title"),
    [
        ("", "Or associate AmazonEKSAdminViewPolicy, which shows everything, including Secrets, with"),
        ('{"associatedAccessPolicies": []}', "Associate AmazonEKSAdminViewPolicy, which shows everything,"),
        (
            '{"associatedAccessPolicies": [{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"}]}',
            "Or associate AmazonEKSAdminViewPolicy, which shows everything,",
        ),
    ],
)
def test_policy_that_shows_everything_is_a_remedy_if_no_other_covers_the_type(
    policies: str, title: str
) -> None:
    user = "arn:aws:sts::111122223333:assumed-role/reader/ana"
    text = (
        f'nodes is forbidden: User "{user}" cannot list resource "nodes" in API group "" at the cluster scope'
    )
    facts = {"cluster": "orders", "authentication_mode": "API"}

    def titles(text: str) -> str:
        return "\n".join(each.title for each in explain(text, facts=facts).remedies)

    assert title in titles(f"{text}\n{policies}")
    assert "AdminViewPolicy" not in titles(text.replace("list", "delete") + policies)


def test_wrong_entry_of_a_user() -> None:
    user = "arn:aws:iam::111122223333:user/ana"
    text = f"{_log(f'ARN is not mapped: {user}')}\n\ndata:\n  mapUsers: |\n    - userarn: arn:aws:iam::444455556666:user/ana\n      username: ana\n"
    explanation = explain(text)
    assert explanation.causes[0].code == "map-entry-arn-form"
    assert explanation.summary.startswith(f"No aws-auth entry is for {user}: ")


@pytest.mark.parametrize(
    ("account", "groups", "is_added"),
    [
        ("444455556666", "system:masters", True),
        ("111122223334", "system:masters", False),
        ("444455556666", "system:nodes", False),
        ("111122233233", "system:masters", False),
        ("111122333322", "system:masters", True),
    ],
    ids=["other account", "typing error", "node role", "swapped digits", "other order"],
)
def test_entry_of_the_same_name_in_another_account(account: str, groups: str, is_added: bool) -> None:  # noqa: FBT001
    """The entry of another principal keeps its rights; that of a typing error is corrected."""
    role = "arn:aws:iam::111122223333:role/ops"
    entry = f"- rolearn: arn:aws:iam::{account}:role/ops\n      username: ops\n      groups: [{groups}]"
    explanation = explain(f"{_log(f'ARN is not mapped: {role}')}\n\ndata:\n  mapRoles: |\n    {entry}\n")
    first, *others = explanation.remedies
    assert ("--profile PROFILE_NAME" in " ".join(first.commands)) is is_added
    assert any(f"add an entry for {role} " in each.title for each in others) is is_added
    changed = next((each for each in others if "add an entry" in each.title), first)
    assert "rolearn: " + role in str(changed.manifest)
    assert "username: ops" in str(changed.manifest)


@pytest.mark.parametrize(
    ("principal", "field", "found_in", "list_name"),
    [("user/kim", "userarn", "mapRoles", "mapUsers"), ("role/ops", "rolearn", "mapUsers", "mapRoles")],
)
def test_entry_in_the_wrong_list(principal: str, field: str, found_in: str, list_name: str) -> None:
    """An entry in the list of the other field is moved; in its own list, it is right."""
    arn = f"arn:aws:iam::111122223333:{principal}"
    text = f"{_log(f'ARN is not mapped: {arn}')}\n\ndata:\n  {found_in}: |\n    - {field}: {arn}\n      username: 'no'\n      groups:\n        - ops\n        - '007'\n"
    explanation = explain(text)
    assert explanation.causes[0].code == "map-entry-in-other-list"
    entry = (
        f'      - {field}: {arn}\n        username: "no"\n        groups:\n          - ops\n          - "007"'
    )
    assert f"under data:\n    {list_name}: |\n{entry}" in str(explanation)
    both = str(explain(f"{text}  {list_name}: |\n    []\n"))
    assert f"under {list_name}:\n    - {field}: {arn}\n" in both
    right = explain(text.replace(found_in, list_name))
    assert "map-entry-in-other-list" not in {cause.code for cause in right.causes}


@pytest.mark.parametrize(
    ("caller", "has_policy"),
    [
        (ROLE, True),
        ("arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", False),
    ],
    ids=["role", "service-linked role"],
)  # fmt: skip
def test_access_policy_needs_a_principal_that_can_have_an_entry(caller: str, has_policy: bool) -> None:  # noqa: FBT001
    remedies = explain(PODS.replace('"ana"', f'"{caller}"')).remedies
    assert any("AmazonEKSViewPolicy" in each.title for each in remedies) == has_policy


def test_only_rbac_decides_about_a_service_account_in_gke() -> None:
    explanation = explain(
        PODS.replace('"ana"', '"system:serviceaccount:ci:deployer"') + "\nhost: c1.europe-west1.gke.goog"
    )
    assert "Google Cloud role" not in explanation.to_text(detail="full")


HELM = 'Error: INSTALLATION FAILED: Unable to continue with install: could not get information about the resource Deployment "api" in namespace "shop": '


def _refusal(user: str, verb: str, resource: str, group: str) -> str:
    return f'{resource}.{group} "api" is forbidden: User "{user}" cannot {verb} resource "{resource}" in API group "{group}" in the namespace "shop"'


_VIEWED = '$ aws eks list-associated-access-policies --cluster-name c --principal-arn arn:aws:iam::111122223333:role/ci/{}\n{{"associatedAccessPolicies": [{{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "accessScope": {{"type": "namespace", "namespaces": ["shop"]}}}}]}}\n'


@check_rows(
    ("text", "title", "command"),
    [
        (
            HELM + _refusal("build-bot", "get", "deployments", "apps") + "\n\n" + _VIEWED.format("build-bot"),
            "Associate AmazonEKSEditPolicy, which also changes Secrets, with the access entry, for the namespace shop",
            "aws eks associate-access-policy --cluster-name c --principal-arn arn:aws:iam::111122223333:role/ci/build-bot --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope type=namespace,namespaces=shop",
        ),
        (
            # The policies of another principal.
            HELM
            + _refusal("build-bot", "get", "deployments", "apps")
            + "\n\n"
            + _VIEWED.format("deploy-bot"),
            "Let Helm manage the namespace with the ClusterRole edit",
            "kubectl create rolebinding build-bot-edit -n shop --clusterrole=edit --user=build-bot",
        ),
        (
            HELM + _refusal("build-bot", "get", "deployments", "apps"),
            "Let Helm manage the namespace with the ClusterRole edit",
            "kubectl create rolebinding build-bot-edit -n shop --clusterrole=edit --user=build-bot",
        ),
        (
            HELM + _refusal("system:serviceaccount:ci:runner", "get", "roles", "rbac.authorization.k8s.io"),
            "Let Helm manage the namespace with the ClusterRole admin",
            "kubectl create rolebinding runner-admin -n shop --clusterrole=admin --serviceaccount=ci:runner",
        ),
        (
            f"Error: {_refusal('arn:aws:sts::111122223333:assumed-role/gha/run', 'create', 'deployments', 'apps')}\n\n  with kubernetes_deployment_v1.api,\n  on main.tf line 3",
            "Associate AmazonEKSEditPolicy with the access entry",
            "aws eks associate-access-policy --cluster-name CLUSTER --principal-arn arn:aws:iam::111122223333:role/gha --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope type=namespace,namespaces=shop",
        ),
        (
            HELM + _refusal("build-bot", "get", "certificates", "cert-manager.io"),
            "Let Helm manage certificates.cert-manager.io with a Role and RoleBinding",
            "kubectl create role manage-certificates.cert-manager.io -n shop --verb=create,delete,get,list,patch,update --resource=certificates.cert-manager.io",
        ),
        (
            "$ kubectl -n shop apply -f api.yaml\n"
            + _refusal("arn:aws:sts::111122223333:assumed-role/dev/ana", "create", "deployments", "apps"),
            "Associate AmazonEKSEditPolicy with the access entry",
            "aws eks associate-access-policy --cluster-name CLUSTER --principal-arn arn:aws:iam::111122223333:role/dev --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope type=namespace,namespaces=shop",
        ),
        (
            "error when retrieving current configuration of: "
            + _refusal("build-bot", "get", "certificates", "cert-manager.io"),
            "Let kubectl apply manage certificates.cert-manager.io with a Role and RoleBinding",
            "kubectl create role manage-certificates.cert-manager.io -n shop --verb=create,get,patch --resource=certificates.cert-manager.io",
        ),
        (
            "$ kubectl apply -f api.yaml\n"
            + _refusal("system:serviceaccount:ci:runner", "create", "deployments", "apps"),
            "Let kubectl apply manage deployments.apps with a Role and RoleBinding",
            "kubectl create rolebinding manage-deployments.apps-ci-runner -n shop --role=manage-deployments.apps --serviceaccount=ci:runner",
        ),
        (
            "$ kubectl apply -f api.yaml\n" + _refusal("ana", "create", "deployments", "apps"),
            "Let kubectl apply manage deployments.apps with a Role and RoleBinding",
            "kubectl create role manage-deployments.apps -n shop --verb=create,get,patch --resource=deployments.apps",
        ),
        (
            "$ kubectl apply -f api.yaml\n$ kubectl get deployments api\n"
            + _refusal("build-bot", "get", "deployments", "apps"),
            "Allow this with a Role and RoleBinding",
            "kubectl create role get-deployments.apps-api -n shop --verb=get --resource=deployments.apps --resource-name=api",
        ),
        (
            _refusal("build-bot", "get", "deployments", "apps"),
            "Allow this with a Role and RoleBinding",
            "kubectl create role get-deployments.apps-api -n shop --verb=get --resource=deployments.apps --resource-name=api",
        ),
        *(
            (
                f"$ kubectl -n shop {command}\n" + _refusal("build-bot", verb, "deployments", "apps"),
                "Allow this with a Role and RoleBinding",
                "kubectl create role manage-deployments.apps-api -n shop --verb=get,patch --resource=deployments.apps --resource-name=api",
            )
            for command, verb in (
                ("set image deployment/api api=api:2", "get"),
                ("rollout restart deployment/api", "patch"),
            )
        ),
    ],
    ids=[
        "its policies",
        "policies of another",
        "Helm",
        "Helm with roles",
        "Terraform",
        "custom resources",
        "kubectl apply",
        "kubectl apply of custom resources",
        "kubectl apply of a service account",
        "kubectl apply of a person",
        "a later command",
        "a person",
        "kubectl set",
        "kubectl rollout restart",
    ],
)
def test_tool_decides_the_size_of_the_grant(text: str, title: str, command: str) -> None:
    """A tool that installs objects needs more than the verb that was denied first."""
    remedy = explain(text).remedies[0]
    assert remedy.title == title
    assert command in remedy.commands


_OF_NODE = (
    'nodes "n1" is forbidden: User "ada" cannot {} resource "nodes" in API group "" at the cluster scope'
)


def test_role_for_nodes_names_no_node() -> None:
    commands = (
        explain(f"$ kubectl drain n1\n$ kubectl describe node n1\n{_OF_NODE.format('get')}")
        .remedies[0]
        .commands
    )
    assert commands[0] == "kubectl create clusterrole get-nodes --verb=get --resource=nodes"


_NODE_ENTRY = "- rolearn: arn:aws:iam::111122223333:{}\n  username: system:node:{{{{EC2PrivateDNSName}}}}\n  groups: [system:bootstrappers, system:nodes]\n"
_REST_OF_NODE_ENTRY = [
    'username: "system:node:{{EC2PrivateDNSName}}',
    "groups:",
    "system:bootstrappers",
    "system:nodes",
]


@check_rows(
    ("text", "arn", "summary", "line", "command"),
    [
        pytest.param(
            NODE,
            "instance-profile/tea-nodes",
            "the rolearn of the entry for tea-nodes is the ARN of an instance profile, not of the role in it",
            "role/NODE_ROLE_NAME",
            "aws iam get-instance-profile --instance-profile-name tea-nodes",
            id="the role in the instance profile is unknown",
        ),
        pytest.param(
            NODE,
            "role/eks/tea-nodes",
            "The aws-auth entry for tea-nodes never matches: its rolearn contains the path eks/",
            "role/tea-nodes",
            "kubectl get nodes",
            id="path",
        ),
        pytest.param(
            f'$ aws sts get-caller-identity\n{{"Arn": "arn:aws:sts::111122223333:assumed-role/tea-admin/ana"}}\n{NODE}',
            "role/eks/tea-nodes",
            "The aws-auth entry for tea-nodes never matches",
            "role/tea-nodes",
            "kubectl get nodes",
            id="the caller of the shell is not the node",
        ),
        pytest.param(
            _log("ARN is not mapped: arn:aws:iam::111122223333:role/TeaNodeRole"),
            "instance-profile/tea-nodes",
            "The API server rejected the node: the aws-auth entry for nodes names the instance profile tea-nodes, not the role in it, TeaNodeRole.",
            "role/TeaNodeRole",
            "kubectl get nodes",
            id="the role has another name than the instance profile",
        ),
    ],
)
def test_the_entry_of_a_node_that_never_matches(
    text: str, arn: str, summary: str, line: str, command: str
) -> None:
    explanation = explain(f"{text}\n\n{_NODE_ENTRY.format('role/cart-nodes')}{_NODE_ENTRY.format(arn)}")
    assert summary in explanation.summary
    first = explanation.remedies[0]
    assert first.manifest is not None
    # An entry without its user name and groups would map nobody.
    arn_line, *rest = first.manifest.strip().splitlines()
    assert arn_line.endswith(f"arn:aws:iam::111122223333:{line}")
    assert [each.strip(' -"') for each in rest] == _REST_OF_NODE_ENTRY
    assert command in " ".join(first.commands)


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ("system:nodes", "the map in the text maps only tea-nodes for nodes."),
        ("tea:ops", "the map in the text has no entry for nodes."),
    ],
)
def test_a_map_without_a_wrong_entry_for_nodes(groups: str, says: str) -> None:
    entry = f"- rolearn: arn:aws:iam::111122223333:role/tea-nodes\n  groups: [{groups}]\n"
    causes = explain(f"{NODE}\n\n{entry}").causes
    assert [each.text for each in causes if each.code == "map-without-entry"] == [
        f"The node role is not in aws-auth: {says}"
    ]


@pytest.mark.parametrize(
    ("request_", "verbs"),
    [
        ('create resource "pods"', "--verb=create,delete,get,list,patch,watch"),
        # Other types have nothing to do with the pods of a task.
        ('create resource "jobs"', "--verb=create "),
    ],
)
def test_airflow_needs_more_than_one_verb_on_pods(request_: str, verbs: str) -> None:
    user = "system:serviceaccount:airflow:worker"
    message = f'forbidden: User "{user}" cannot {request_} in API group "" in the namespace "etl"'
    explanation = explain(f"airflow.exceptions.AirflowException: (403) Reason: Forbidden\npods is {message}")
    assert verbs in f"{explanation.remedies[0].commands[0]} "
    assert ("--resource=pods,pods/log " in f"{explanation.remedies[0].commands[0]} ") == ("pods" in request_)


@pytest.mark.parametrize(
    ("username", "is_renamed"), [("lea", True), ("ops:{{SessionName}}", False), ("team", False)]
)
def test_user_name_of_one_session(username: str, *, is_renamed: bool) -> None:
    entry = f"- rolearn: arn:aws:sts::111122223333:assumed-role/ops/lea\n  username: {username}\n  groups: [devs]\n"
    denied = 'level=warning msg="access denied" error="ARN is not mapped: arn:aws:iam::111122223333:role/ops"'
    steps = " ".join(explain(f"{denied}\n\n{entry}").remedies[0].steps)
    assert "change the rolearn of the entry to arn:aws:iam::111122223333:role/ops." in steps
    assert (
        "unless a binding names lea, the username ops:{{SessionName}} tells them apart" in steps
    ) is is_renamed


def test_verbs_of_kubectl_are_said_once() -> None:
    """The access policies do not cover custom resources, so a role is the only remedy."""
    text = 'certificates.cert-manager.io is forbidden: User "arn:aws:sts::111122223333:assumed-role/dev/ana" cannot list resource "certificates" in API group "cert-manager.io" in the namespace "shop"'
    explanation = explain(text)
    steps = " ".join(step for remedy in explanation.remedies for step in remedy.steps)
    assert steps.count("kubectl get with a name also needs the verb get") == 1


@pytest.mark.parametrize(
    ("error", "profile"),
    [
        ("getting list of API resources for raw REST client: Unauthorized", ""),
        ("getting auth ConfigMap: Unauthorized", " --profile tea"),
    ],
)
def test_eksctl_does_not_use_the_kubeconfig(error: str, profile: str) -> None:
    text = f'$ AWS_PROFILE=tea eksctl create nodegroup -f tea.yaml\n2026-11-02 13:41:44 [!]  no eksctl-managed CloudFormation stacks found for "tea-shop", will attempt to create nodegroup(s) on non eksctl-managed cluster\nError: {error}'
    if not profile:
        text = text.replace("AWS_PROFILE=tea ", "")
    first = explain(text).remedies[0]
    assert first.title == "Find out which identity eksctl uses, and give it access"
    assert first.commands[:2] == (
        f"aws sts get-caller-identity{profile}",
        "aws eks list-access-entries --cluster-name tea-shop",
    )
    assert "AmazonEKSClusterAdminPolicy" in first.commands[-1]


@pytest.mark.parametrize(("path", "is_said"), [("", False), ("eks/", True), ("eks/blue/", True)])
def test_path_of_the_role_in_an_instance_profile(path: str, *, is_said: bool) -> None:
    """The text shows the ARN with the path, which a reader would write back into the entry."""
    text = f"{_log('err=Unauthorized')}\n\n{_NODE_ENTRY.format('instance-profile/tea-nodes')}\n$ aws iam get-instance-profile --instance-profile-name tea-nodes --query 'InstanceProfile.Roles[].Arn' --output text\narn:aws:iam::111122223333:role/{path}tea-node-role\n"
    explanation = explain(f"{NODE}\n{text}")
    first = explanation.remedies[0]
    assert "role/tea-node-role" in (first.manifest or "")
    steps = " ".join(first.steps)
    assert (f"The ARN is without the path {path}, which STS sessions do not have." in steps) is is_said


def test_who_signs_in_to_the_console() -> None:
    text = "Your current IAM principal doesn't have access to Kubernetes objects on this cluster.\nShe signs in as the Identity Center role {}. The account is arn:aws:iam::111122223333:root"
    name = "AWSReservedSSO_Reader_0123456789abcdef"
    assert f"The Identity Center role {name} cannot read" in explain(text.format(name)).summary
    assert name not in explain(text.format(f"X, but not as {name}")).summary
