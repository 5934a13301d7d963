"""Tests for what commands in a text show about the access to a cluster, beside the failure."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

ACCOUNT = "arn:aws:iam::111122223333:"
REJECTED = "$ kubectl get pods -n till\nerror: You must be logged in to the server (Unauthorized)\n"
BANNER = "Your current IAM principal doesn't have access to Kubernetes objects on this cluster.\n"
UNMAPPED = f'level=warning msg="access denied" arn="{ACCOUNT}role/Till" error="ARN is not mapped: {ACCOUNT}role/till"\n'
KUBELET = 'kubelet[81]: E1102 10:00:00.1 81 kubelet_node_status.go:106] "Unable to register node with API server" err="Unauthorized" node="ip-10-1-2-3.eu-west-1.compute.internal"\n'
CALLER = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/Till/jo\n"
UPDATE = "$ aws eks update-kubeconfig --name market --region eu-west-1{}\nUpdated context market\n"


def _entries(*names: str) -> str:
    listed = json.dumps({"accessEntries": [f"{ACCOUNT}{each}" for each in names]}, indent=2)
    return f"$ aws eks list-access-entries --cluster-name market --region eu-west-1\n{listed}\n"


def _entry(output: str) -> str:
    return f"$ aws eks describe-access-entry --cluster-name market --principal-arn {ACCOUNT}role/Till\n{output}\n"


def _map(*entries: tuple[str, str, str], kind: str = "yaml") -> str:
    if kind == "table":
        rows = "".join(f"{ACCOUNT}{arn}\t{user}\t{group}\t\n" for arn, user, group in entries)
        return f"$ eksctl get iamidentitymapping --cluster market\nARN\t\tUSERNAME\t\tGROUPS\tACCOUNT\n{rows}"
    lines = "".join(
        f"- {arn.partition('/')[0]}arn: {ACCOUNT}{arn}\n  username: {user}\n  groups:\n  - {group}\n"
        for arn, user, group in entries
    )
    return f"$ kubectl -n kube-system get cm aws-auth -o yaml\n{lines}"


MODE = '$ aws eks describe-cluster --name market --query cluster.accessConfig\n{{\n    "authenticationMode": "{}"\n}}\n'
NOT_FOUND = _entry(
    "An error occurred (ResourceNotFoundException) when calling the DescribeAccessEntry operation: The specified principalArn could not be found."
)
FOUND = _entry('{"accessEntry": {"clusterName": "market", "type": "STANDARD"}}')
NODES = ("role/market-nodes", "system:node:{{EC2PrivateDNSName}}", "system:nodes")
JO = ("user/jo", "jo", "clerks")


@check_rows(
    ("failure", "shown", "summary"),
    [
        (REJECTED, _entries("role/Boss", "role/market-nodes"), "has no access entry for the role Till: its access entries are for Boss and market-nodes."),
        (REJECTED, _entries("role/Boss", "user/Till"), "has no access entry for the role Till: its access entries are for Boss and the user Till."),
        (REJECTED, _entries("role/Boss", "role/Till").replace(ACCOUNT, "arn:aws:iam::444455556666:"), "has no access entry for the role Till of the account 111122223333: its access entries are for Boss and Till of the account 444455556666."),
        (REJECTED, _entries("role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"), "its access entries are for EKS itself."),
        (REJECTED, '$ aws eks list-access-entries --cluster-name market\n{"accessEntries": []}\n', "no access entry for the role Till: its list of access entries is empty."),
        (REJECTED, NOT_FOUND, "The cluster market has no access entry for the role Till."),
        (REJECTED, '$ aws eks list-access-entries --cluster-name market\n{"accessEntries": []}\n', "has no access entry for the role Till"),
        (REJECTED, f"$ eksctl get accessentry --cluster market\nPRINCIPAL ARN\t\tKUBERNETES GROUPS\n{ACCOUNT}role/Boss\t[]\n", "has no access entry for the role Till: its access entries are for Boss."),
        (REJECTED, _entries("role/ops/Till"), "although the role Till has an access entry"),
        (REJECTED, FOUND, "although the role Till has an access entry"),
        (REJECTED, _entries("role/Boss").replace("}\n", ',"nextToken": "x"}\n'), "the text does not say why"),
        (BANNER, _entries("role/Boss"), "the cluster has no access entry for it, only for Boss."),
        (BANNER, _entries("role/Till"), "it has an access entry, whose"),
        (UNMAPPED, _entries("role/Boss"), "rejected the role Till: its access entries are for Boss."),
        (UNMAPPED, _entries("role/Till"), "although it has an access entry"),
        (REJECTED, _map(NODES, JO), "aws-auth maps only market-nodes and jo. The entry of a user does not apply"),
        (REJECTED, _map(NODES, JO, kind="table"), "aws-auth maps only market-nodes and jo."),
        (REJECTED, _map(NODES, ("role/Till", "till", "clerks")), "although the role Till has an entry in the aws-auth map"),
        (BANNER, _map(NODES), "aws-auth maps only market-nodes."),
        (BANNER, _map(("role/Till", "till", "system:masters")), "in the cluster it has system:masters, which allows this"),
        (BANNER, "kubectl get nodes works in my terminal.\n", "kubectl has access, so the console uses another principal"),
    ],
)  # fmt: skip
def test_caller(failure: str, shown: str, summary: str) -> None:
    explanation = explain(f"{failure}{CALLER}{shown}")
    assert summary in explanation.summary
    shows_grant = any("create-access-entry" in each for each in explanation.remedies[0].commands)
    has_entry = "although" in summary or "it has" in summary or "kubectl has" in summary
    assert not (shows_grant and has_entry and failure != UNMAPPED)


@check_rows(
    ("caller", "names", "similar"),
    [
        ("data-eng", ("role/Boss", "role/data-engineering"), "data-engineering"),
        ("data-engineering", ("role/data-eng",), "data-eng"),
        ("platform-ops", ("role/platfrom-ops", "role/Boss"), "platfrom-ops"),
        # Another role, numbered roles, short names, a user, and the role itself in another account.
        ("data-eng", ("role/Boss", "role/deployer"), None),
        ("shop-dev-1", ("role/shop-dev-2",), None),
        ("dev", ("role/developer",), None),
        ("data-eng", ("user/data-engineering",), None),
    ],
)
def test_entry_of_a_role_with_almost_the_same_name(
    caller: str, names: tuple[str, ...], similar: str | None
) -> None:
    explanation = explain(f"{REJECTED}{CALLER.replace('/Till/', f'/{caller}/')}{_entries(*names)}")
    assert f"no access entry for the role {caller}" in explanation.summary
    shown = " ".join(str(explanation).split())
    assert ("is another role" in shown) is (similar is not None)
    if similar:
        assert f"Or let kubectl use the role {similar}" in shown
        assert f"--role-arn {ACCOUNT}role/{similar}" in shown
    assert f"principal-arn {ACCOUNT}role/{caller}" in shown


@check_rows(
    ("words", "summary"),
    [
        (
            "It worked until yesterday.",
            "the role Till had access before, so most likely its entry was removed",
        ),
        ("It works for my colleagues.", "others have access"),
        ("My other pods can reach it, the other cluster works.", "the text does not say why"),
        ("My colleague can list the pods.", "others have access, so most likely the role Till has"),
        ("I created the cluster in the console.", "most likely that was not the role Till"),
        ("It worked yesterday.\n" + _entries("role/Boss"), "has no access entry for the role Till"),
        (
            "The cluster was built by our CI pipeline.",
            '("built by our CI pipeline") has access, and most likely, the role Till has',
        ),
        ("Our cluster was created in 2024.", "the text does not say why"),
    ],
)
def test_what_people_say(words: str, summary: str) -> None:
    assert summary in explain(f"{REJECTED}{CALLER}{words}").summary


@check_rows(
    ("words", "said"),
    [
        ("The EKS cluster was created with Terraform by another team.", '("created with Terraform")'),
        ("(cluster tea, set up by a contractor)", '("set up by a contractor")'),
        ("I made the cluster tea.", None),
        ("The cluster runs jobs that are made in Terraform.", None),
    ],
)
def test_console_of_a_cluster_that_another_principal_created(words: str, said: str | None) -> None:
    refusal = "Your current IAM principal doesn't have access to Kubernetes objects on this cluster."
    reported = explain(f"{refusal}\n{words}").causes[0].text
    assert ("Only the principal that created this one" in reported) is (said is not None)
    assert said is None or said in reported


@check_rows(
    ("menu", "listed", "reason", "remedies"),
    [
        (
            "jo @ 1111-2222-3333",
            ("role/Till",),
            "another principal, the role Till. The cluster has no access entry for the principal of the console, only for Till.",
            ("for the user or role jo", "switch to the role Till"),
        ),
        (
            "Desk/jo @ 1111-2222-3333",
            (),
            "another principal, the role Till.",
            ("for the role Desk", "switch to the role Till"),
        ),
        ("Till/jo @ 1111-2222-3333", ("role/Till",), "it has an access entry", ("with the access entry",)),
        (
            "jo @ 1111-2222-3333",
            ("role/Till", "user/jo"),
            "it has an access entry",
            ("with the access entry",),
        ),
    ],
)
def test_console_with_another_principal_than_kubectl(
    menu: str, listed: tuple[str, ...], reason: str, remedies: tuple[str, ...]
) -> None:
    entries = _entries(*listed) if listed else "kubectl works.\n"
    explanation = explain(f"{BANNER}The console shows {menu}.\n{CALLER}{entries}")
    assert reason in explanation.summary
    for remedy, title in zip(explanation.remedies, remedies, strict=False):
        assert title in remedy.title


ASSOCIATE = f"$ aws eks associate-access-policy --cluster-name market --principal-arn {ACCOUNT}role/Till --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy --access-scope type=cluster\n\nAn error occurred (ResourceNotFoundException) when calling the AssociateAccessPolicy operation: The specified principalArn could not be found.\n"


@pytest.mark.parametrize("path", ["shop/", ""])
def test_rejected_arn_without_a_path_that_the_text_shows(path: str) -> None:
    text = f"$ aws eks create-access-entry --cluster-name market --principal-arn {ACCOUNT}role/Till\n\nAn error occurred (InvalidParameterException) when calling the CreateAccessEntry operation: The specified principalArn is invalid: invalid principal.\n$ aws iam get-role --role-name Till --query Role.Arn --output text\n{ACCOUNT}role/{path}Till\n"
    explanation = explain(text)
    assert (f"the role has the path /{path}, which the ARN lacks." in explanation.summary) is bool(path)
    is_stated = f"--principal-arn {ACCOUNT}role/shop/Till" in explanation.remedies[0].commands[0]
    assert is_stated is bool(path)


@pytest.mark.parametrize(
    ("line", "facts", "correct", "corrected"),
    [
        # The template has the path, or is about another role.
        ('PrincipalArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/shop/till"', {}, None, None),
        ('PrincipalArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/desk"', {}, None, None),
    ],
)  # fmt: skip
def test_built_arn_without_the_path_of_a_listed_role(
    line: str, facts: dict[str, str], correct: str | None, corrected: str | None
) -> None:
    text = f'CREATE_FAILED AWS::EKS::AccessEntry Ops Resource handler returned message: "The specified principalArn is invalid: invalid principal. (Service: Eks, Status Code: 400)"\n{line}\n$ aws iam list-roles --query "Roles[].[Path,RoleName]" --output text\n/shop/\ttill\n'
    explanation = explain(text, facts=facts)
    assert ("the role has the path /shop/, which the ARN lacks." in explanation.summary) is bool(correct)
    assert explanation.remedies[0].manifest == corrected
    assert correct is None or any(correct in each for cause in explanation.causes for each in cause.because)


FAILED_GROUP = '"nodeRole": "{0}role/pool", "issues": [{{"code": "NodeCreationFailure", "message": "Instances failed to join the kubernetes cluster", "resourceIds": ["i-0123456789abcdef0"]}}]\n'


@check_rows(
    ("shown", "summary"),
    [
        (_entries("role/pool"), "lacks policies (it has its access entry)."),
        (_entries("role/Boss"), "The nodes did not join the cluster: no IAM permission is missing, but the role pool has"),
        (_map(("role/Boss", "boss", "system:masters")), "lacks policies or its access entry."),
        (_map(("role/Boss", "boss", "system:masters")) + MODE.format("CONFIG_MAP"), "The nodes did not join the cluster: aws-auth maps only Boss, not the role pool."),
        (_map(("role/eks/pool", "system:node:{{EC2PrivateDNSName}}", "system:nodes")), "The aws-auth entry for pool never matches: its rolearn contains the path eks/"),
    ],
)  # fmt: skip
def test_nodes_that_did_not_join(shown: str, summary: str) -> None:
    assert summary in explain(FAILED_GROUP.format(ACCOUNT) + shown).summary


KUBELET = 'kubelet[42]: E0301 12:00:00.000000 42 kubelet_node_status.go:92] "Unable to register node with API server" err="Unauthorized" node="ip-10-0-1-23.eu-west-1.compute.internal"\n'


@pytest.mark.parametrize(
    ("shown", "words", "command"),
    [
        (f"{ACCOUNT}instance-profile/pool\n", "nor an entry in aws-auth.", "aws iam get-instance-profile --instance-profile-name pool "),
        (f"{ACCOUNT}instance-profile/pool\n{ACCOUNT}instance-profile/other\n", "nor an entry in aws-auth.", "aws ec2 describe-instances"),
        (_entries("role/Boss"), "nor an entry in aws-auth (the access entries in the text are for Boss).", "aws ec2 describe-instances"),
    ],
    ids=["profile", "two profiles", "entries"],
)  # fmt: skip
def test_role_of_a_rejected_node(shown: str, words: str, command: str) -> None:
    explanation = explain(KUBELET + shown)
    assert explanation.summary.endswith(words)
    assert explanation.remedies[0].commands[0].startswith(command)


def test_helper_that_the_aws_cli_replaces() -> None:
    text = "Unable to connect to the server: getting credentials: exec: executable {} not found"
    first = explain(text.format("aws-iam-authenticator")).remedies[0]
    assert first.commands == ("aws eks update-kubeconfig --name CLUSTER --region REGION",)
    # Without the AWS CLI, no kubeconfig can be written. A path can be that of another computer.
    titles = [each.title.partition(":")[0] for each in explain(text.format("aws")).remedies]
    assert titles == ["Install the AWS CLI where the call runs"]
    path = "Unable to connect to the server: getting credentials: exec: fork/exec /opt/aws: no such file or directory"
    assert [each.title for each in explain(path).remedies][1:] == ["Write the kubeconfig again"]


@check_rows(
    ("place", "words"),
    [
        ("image: bitnami/kubectl:1.31", "The image bitnami/kubectl:1.31 has no aws"),
        (
            "image: bitnami/kubectl:1.31\n+ kubectl set image deploy/web web=acme/web:5",
            "The image bitnami/kubectl:1.31 has no aws",
        ),
        ("The GitLab job fails.", "The PATH of the job or container has no aws"),
        ("On my new laptop:", None),
    ],
)
def test_job_without_the_aws_cli(place: str, words: str | None) -> None:
    text = f"{place}\nUnable to connect to the server: getting credentials: exec: executable aws not found"
    remedy = explain(text).remedies[0]
    assert (remedy.title == "Run the job in an image with kubectl and the AWS CLI") is (words is not None)
    assert words is None or remedy.steps[0].startswith(words)


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("On my laptop, kubectl works with this file.", (True, False)),
        ("Does it work on my laptop?", (False, False)),
        ("with AWS_ACCESS_KEY_ID of the project", (False, True)),
    ],
    ids=["elsewhere", "question", "credentials"],
)
def test_what_a_job_without_the_aws_cli_has(said: str, answers: tuple[bool, bool]) -> None:
    text = f"The GitLab job:\n{said}\nUnable to connect to the server: getting credentials: exec: executable aws not found"
    where, credentials, permission = explain(text).remedies[0].steps
    shown = ("aws is installed there" in where, "The job has credentials of its own" in credentials)
    assert shown == answers
    assert permission.startswith("aws eks get-token requires no IAM permission.")


CONTEXT = "$ kubectl config current-context\narn:aws:eks:{}:111122223333:cluster/{}\n"


@pytest.mark.parametrize(
    ("commands", "cluster"),
    [
        ("$ eksctl create nodegroup --name blue --cluster market", "market"),
        ("$ aws eks describe-nodegroup --nodegroup-name blue --cluster-name market", "market"),
        ("$ aws eks describe-cluster --name market\n$ aws eks describe-cluster --name fair", None),
    ],
)
def test_cluster_of_other_commands(commands: str, cluster: str | None) -> None:
    named = f" for the cluster {cluster}," if cluster else "no access entry or aws-auth mapping, or"
    assert named in explain(f"{REJECTED}{CALLER}{commands}\n").summary


SSO = "role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_{}"


@pytest.mark.parametrize(
    ("listed", "summary"),
    [
        ("Ops_fedcba9876543210", "the entry of AWSReservedSSO_Ops_fedcba9876543210 is for an earlier role of the same permission set."),
        ("Dev_fedcba9876543210", "its access entries are for AWSReservedSSO_Dev_fedcba9876543210."),
        ("Ops_0123456789abcdef", "although the Identity Center role AWSReservedSSO_Ops_0123456789abcdef has an access entry"),
    ],
)  # fmt: skip
def test_role_of_a_permission_set(listed: str, summary: str) -> None:
    caller = CALLER.replace("/Till/", "/AWSReservedSSO_Ops_0123456789abcdef/")
    explanation = explain(f"{REJECTED}{caller}{_entries(SSO.format(listed))}")
    assert summary in explanation.summary
    offers_other = any("which has an entry" in each.title for each in explanation.remedies)
    assert offers_other is listed.startswith("Dev")


@pytest.mark.parametrize(
    ("declared", "is_former", "in_code"),
    [
        ('resource "aws_eks_access_entry" "ops" {{\n  principal_arn = "{}"\n}}\n', True, True),
        (
            'module "eks" {{\n  access_entries = {{ ops = {{\n    principal_arn = "{}"\n  }} }}\n}}\n',
            True,
            True,
        ),
        ("$ aws eks create-access-entry --cluster-name market --principal-arn {}\n", True, False),
        ('resource "aws_iam_role" "x" {{\n  principal_arn = "{}"\n}}\n', False, False),
    ],
)
@pytest.mark.parametrize("listed", ["Ops_fedcba9876543210", "Dev_fedcba9876543210", "Ops_0123456789abcdef"])
def test_entry_in_code_of_an_earlier_role(
    declared: str,
    listed: str,
    is_former: bool,  # noqa: FBT001 (a table)
    in_code: bool,  # noqa: FBT001 (a table)
) -> None:
    """Code shows an entry, not all of them. The code or the state beside kubectl is no call of Terraform."""
    caller = CALLER.replace("/Till/", "/AWSReservedSSO_Ops_0123456789abcdef/")
    arn = f"arn:aws:iam::111122223333:{SSO.format(listed)}"
    explanation = explain(f"{caller}{REJECTED}{declared.format(arn)}")
    assert explanation is not None
    is_former, first = is_former and listed == "Ops_fedcba9876543210", explanation.remedies[0]
    assert ("is for an earlier role of the same permission set" in explanation.summary) is is_former
    assert any("set principal_arn to the ARN of the new role" in each for each in first.steps) is (
        is_former and in_code
    )
    assert "exec block" not in first.title


def test_entry_of_an_earlier_role_is_copied_and_deleted() -> None:
    caller, former = (
        CALLER.replace("/Till/", "/AWSReservedSSO_Ops_0123456789abcdef/"),
        SSO.format("Ops_fedcba9876543210"),
    )
    explanation = explain(f"{REJECTED}{caller}{_entries(former)}")
    assert explanation is not None
    first, *others, last = map(str, explanation.remedies[0].commands)
    assert first.startswith("aws eks list-associated-access-policies")
    assert last.startswith("aws eks delete-access-entry")
    assert former in first
    assert former in last
    assert "cluster-access-policy/POLICY_NAME" in " ".join(others)


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ("Ops_0123456789abcdef", "it has an access entry, whose"),
        ("Dev_fedcba9876543210", "the cluster has no access entry for it, only for AWSReservedSSO_Dev"),
    ],
)
def test_masked_account_of_the_console(listed: str, reason: str) -> None:
    menu = "Federated user: AWSReservedSSO_Ops_0123456789abcdef/jo\n"
    assert reason in explain(f"{BANNER}{menu}{_entries(SSO.format(listed))}").summary


def test_administrator_without_a_role_in_the_cluster() -> None:
    denied = 'Error from server (Forbidden): pods is forbidden: User "{}" cannot list resource "pods" in API group "" in the namespace "till"\nI have full admin.\n'
    of_role = explain(denied.format("arn:aws:sts::111122223333:assumed-role/Till/jo"))
    assert "do not count inside a cluster" in of_role.summary
    assert of_role.remedies[0].who == "cluster administrator"
    assert "do not count" not in explain(denied.format("system:serviceaccount:till:scan")).summary


def test_unknown_access_to_the_cluster() -> None:
    assert "text does not say why" in explain(f"{REJECTED}{CALLER}").summary
    assert "most likely, it has neither an access entry" in explain(f"{BANNER}{CALLER}").summary


@check_rows(
    ("mode", "command"),
    [("API", "create-access-entry"), ("CONFIG_MAP", "iamidentitymapping")],
)
@check_rows(
    "shown",
    [
        MODE,
        "$ aws eks describe-cluster --name market --query cluster.accessConfig.authenticationMode --output text\n{}\n",
        'access_config {{\n  authentication_mode = "{}"\n}}\n',
        "The authentication mode is {}.\n",
    ],
    ids=["json", "text", "terraform", "sentence"],
)
def test_authentication_mode(shown: str, mode: str, command: str) -> None:
    explanation = explain(f"{UNMAPPED}{shown.format(mode)}")
    assert command in str(explanation.remedies[0].commands)
    assert [each.evidence for each in explanation.causes if each.code.endswith("-ignored")] == ["derived"]


def test_two_modes_and_a_requested_mode() -> None:
    for shown in (MODE.format("API") + MODE.format("CONFIG_MAP"), "--access-config authenticationMode=API\n"):
        assert not any(each.code == "map-ignored" for each in explain(f"{UNMAPPED}{shown}").causes)


def test_ignored_map() -> None:
    shown = _map(("role/Till", "till", "clerks"))
    explanation = explain(f"{REJECTED}{CALLER}{shown}{MODE.format('API')}")
    assert (
        "The cluster market has the authentication mode API, so it ignores the aws-auth entry for the role Till, which is correct in itself"
        in explanation.summary
    )
    with_path = explain(f"{REJECTED}{CALLER}{_map(('role/team/Till', 'till', 'clerks'))}{MODE.format('API')}")
    assert "correct in itself" not in with_path.summary
    assert "--username till --kubernetes-groups clerks" in explanation.remedies[0].commands[0]


@check_rows(
    "shown",
    [
        f"$ aws iam get-instance-profile --instance-profile-name pool --query 'InstanceProfile.Roles[].Arn' --output text\n{ACCOUNT}role/pool\n",
        f"$ aws iam get-instance-profile --instance-profile-name pool --query 'InstanceProfile.Roles[].Arn'\n[\n    \"{ACCOUNT}role/pool\"\n]\n",
        json.dumps({"InstanceProfile": {"InstanceProfileName": "p", "Roles": [{"RoleName": "pool", "Arn": f"{ACCOUNT}role/pool"}]}}),
        f'"nodeRole": "{ACCOUNT}role/pool",\n',
        f"$ aws eks describe-nodegroup --cluster-name market --nodegroup-name a --query nodegroup.nodeRole --output text\n{ACCOUNT}role/pool\n",
        "$ curl http://169.254.169.254/latest/meta-data/iam/security-credentials/\npool\n",
    ],
    ids=["profile", "profile as list", "profile as JSON", "node group as JSON", "node group", "metadata"],
)  # fmt: skip
def test_node_role(shown: str) -> None:
    missing = explain(f"{KUBELET}{shown}{_map(('role/boss', 'boss', 'system:masters'))}")
    assert "aws-auth maps only boss, not the role pool. No IAM permission is missing." in missing.summary
    assert f"--arn {ACCOUNT}role/pool " in missing.remedies[0].commands[0]
    assert "boss, which has system:masters, adds the entry" in missing.remedies[0].steps[0]
    mapped = explain(f"{KUBELET}{shown}{_map(('role/pool', *NODES[1:]))}")
    assert "although aws-auth has the right entry for the role pool" in mapped.summary
    entries = explain(f"{KUBELET}{shown}{_entries('role/Boss')}")
    assert "the role pool has neither an access entry" in entries.summary
    assert (
        "although the role pool has an access entry"
        in explain(f"{KUBELET}{shown}{_entries('role/pool')}").summary
    )


@pytest.mark.parametrize(
    ("option", "caller", "summary"),
    [
        (f" --role-arn {ACCOUNT}role/Deploy", CALLER, f"kubectl does not use the role Till: the kubeconfig sets --role-arn {ACCOUNT}role/Deploy"),
        (" --profile lab", CALLER + _entries("role/Till"), "kubectl does not use the role Till: the kubeconfig sets --profile lab"),
        (" --profile lab", CALLER.replace("--query", "--profile lab --query"), "The cluster could not authenticate"),
        ("", CALLER, "The cluster could not authenticate"),
    ],
)  # fmt: skip
def test_update_of_the_kubeconfig(option: str, caller: str, summary: str) -> None:
    assert explain(f"{UPDATE.format(option)}{REJECTED}{caller}").summary.startswith(summary)


@pytest.mark.parametrize(
    ("entry", "command"),
    [
        ("role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admins_0123456789abcdef", "aws configure sso --profile PROFILE_NAME"),
        ("user/boss", "aws eks update-kubeconfig --name market --region eu-west-1 --profile PROFILE_NAME"),
        ("role/market-workers", None),
    ],
)  # fmt: skip
def test_other_principal_with_an_entry(entry: str, command: str | None) -> None:
    others = explain(f"{REJECTED}{CALLER}{_entries(entry)}").remedies[1:]
    assert [each.commands[0] for each in others] == ([] if command is None else [command])


@pytest.mark.parametrize("words", ["I am account admin.", "PolicyName: AdministratorAccess"])
def test_administrator_of_iam(words: str) -> None:
    explanation = explain(f"{words}\n{REJECTED}{CALLER}{_entries('role/Boss')}")
    assert explanation.summary.endswith("such as AdministratorAccess, do not count inside a cluster.")
    assert explanation.remedies[0].who == "you"


@check_rows(
    ("words", "says", "principal"),
    [
        ("I signed in as arn:aws:iam::111122223333:user/kim, then Switch role to arn:aws:iam::111122223333:role/team/Ops. The entry of kim has AmazonEKSClusterAdminPolicy and kubectl works.", "so the cluster access of the user kim does not count. kubectl works because", "arn:aws:iam::111122223333:role/team/Ops"),
        ("I switched to role Admin in the console.\n$ aws eks list-access-entries --cluster-name c\narn:aws:iam::111122223333:role/Admin", "the role Admin cannot read the Kubernetes objects of the cluster c in the console: it has an access entry", ""),
        ("I switched to the role ops-admin. kubectl works from my laptop.", "the role ops-admin cannot read", '"$role_arn"'),
        # The role has an entry, nobody switched, or it is a question.
        ("After switching to the role Ops:\n$ aws eks list-access-entries --cluster-name c\narn:aws:iam::111122223333:role/Ops", "it has an access entry", ""),
        ("I have not switched to the role Ops. kubectl works.", "the console uses another principal than kubectl", ""),
        ("Do I have to switch to the role Ops?", "most likely, it has neither", ""),
    ],
)  # fmt: skip
def test_console_after_a_switch_of_roles(words: str, says: str, principal: str) -> None:
    explanation = explain(f"{BANNER}{words}")
    assert says.lower() in explanation.summary.lower()
    assert ("after Switch role" in explanation.summary) is bool(principal)
    if principal:
        assert f"--principal-arn {principal}" in str(explanation.remedies[0].commands)


def test_kubeconfig_keeps_the_profile_of_the_text() -> None:
    text = "$ aws eks update-kubeconfig --name films --region eu-west-1 --profile admin\nUpdated context\n$ kubectl get pods\nerror: You must be logged in to the server (Unauthorized)\n"
    lines = explain(text).remedies[0].commands
    assert "aws eks update-kubeconfig --name films --region eu-west-1 --profile admin" in lines


NO_SUBNET = "Failed build model due to unable to resolve at least one subnet"
SUBNETS = "$ aws ec2 describe-subnets --region eu-west-1 --query 'Subnets[].[SubnetId,MapPublicIpOnLaunch,Tags[0].Key]' --output text\nsubnet-0a1b2c3d4e5f60718\tTrue\tNone\nsubnet-0b1c2d3e4f5061728\tFalse\tNone\nsubnet-0c1d2e3f405162738\tFalse\tkubernetes.io/role/internal-elb\n"


@check_rows(
    ("text", "words", "command"),
    [
        (f"{NO_SUBNET} (0 match VPC and tags: [kubernetes.io/role/elb])\n{SUBNETS}", "an internet-facing one needs. The public subnet subnet-0a1b2c3d4e5f60718 lacks it.", "--resources subnet-0a1b2c3d4e5f60718 --tags Key=kubernetes.io/role/elb,Value=1"),
        (f"{NO_SUBNET} (0 match VPC and tags: [kubernetes.io/role/internal-elb])\n{SUBNETS}", "an internal one needs. The private subnet subnet-0b1c2d3e4f5061728 lacks it.", "--resources subnet-0b1c2d3e4f5061728 --tags Key=kubernetes.io/role/internal-elb,Value=1"),
        (f"{NO_SUBNET} (0 match VPC and tags)\nservice.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing", "has the tag kubernetes.io/role/elb, which an internet-facing one needs.", "--resources SUBNET_ID --tags Key=kubernetes.io/role/elb,Value=1"),
        (f"{NO_SUBNET} (0 match VPC and tags)", "or kubernetes.io/role/internal-elb if it is internal).", "--tags Key=TAG_KEY,Value=1"),
        (f"{NO_SUBNET}. Evaluated 3 subnets: 0 are tagged for other clusters, and 3 have insufficient available IP addresses", "have too few free addresses.", "aws ec2 describe-subnets"),
        ("couldn't auto-discover subnets: subnets count less than minimal required count: 1 < 2", "only 1 has the tag", "aws ec2 create-tags"),
    ],
    ids=["public", "private", "scheme", "unknown scheme", "full", "one"],
)  # fmt: skip
def test_subnets_of_a_load_balancer(text: str, words: str, command: str) -> None:
    explanation = explain(text)
    assert words in explanation.summary
    assert command in explanation.remedies[0].commands[-1]
    assert "policy.json" not in explanation.to_text(detail="full")


@pytest.mark.parametrize(
    "message",
    [
        "An error occurred (ValidationError) when calling the CreateLoadBalancer operation: You must specify at least one subnet",
        "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: VpcConfig needs at least one subnet",
    ],
)
def test_subnet_that_a_call_lacks(message: str) -> None:
    assert "controller" not in explain(message).to_text(detail="full")


@pytest.mark.parametrize(
    "shown",
    [
        '{"SubnetId": "subnet-0a1b2c3d4e5f60718",\n "MapPublicIpOnLaunch": true}',
        "MapPublicIpOnLaunch\nsubnet-0a1b2c3d4e5f60718\tTrue\tFalse\n",
    ],
    ids=["JSON", "two flags"],
)
def test_subnets_of_which_the_lines_do_not_tell_whether_they_are_public(shown: str) -> None:
    for tag in ("elb", "internal-elb"):
        explanation = explain(f"{NO_SUBNET} (0 match VPC and tags: [kubernetes.io/role/{tag}])\n{shown}")
        assert "subnet-0a1b2c3d4e5f60718" not in explanation.to_text(detail="full")


@check_rows(
    ("listed", "offered"),
    [
        ("role/TeamAdmin", "Or let kubectl use the role TeamAdmin, which has an entry"),
        # Those of nodes and programs are not for people.
        ("role/admin-node-role", None),
        ("role/deployments", None),
        ("role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS", None),
    ],
)
def test_role_of_people_that_has_an_entry(listed: str, offered: str | None) -> None:
    explanation = explain(f"{REJECTED}{CALLER}{_entries(listed)}")
    other = next((each for each in explanation.remedies if "which has an entry" in each.title), None)
    assert (other and other.title) == offered
    if other is not None:
        assert other.commands[0].endswith(f"--role-arn arn:aws:iam::111122223333:{listed}")
        assert other.steps == ("Do this only if you may assume the role.",)
    # The list in the text is complete.
    assert [each.text for each in explanation.causes] == [
        "Only a principal with an access entry can sign in."
    ]
    assert "To change objects, use AmazonEKSEditPolicy." in " ".join(explanation.remedies[0].steps)


PERSON = "$ kubectl -n kube-system get cm aws-auth -o yaml\ndata:\n  mapRoles: |\n    - rolearn: arn:aws:iam::111122223333:role/{}ops\n      username: ops\n      groups:\n      - system:masters\n"
SIGNED_IN = '$ aws sts get-caller-identity --query Arn\n"arn:aws:sts::111122223333:assumed-role/ops/ana"\n'


@check_rows("caller", ["", SIGNED_IN], ids=["unknown", "printed"])
@check_rows("path", ["", "team/", "aws-reserved/sso.amazonaws.com/eu-west-1/"])
def test_mapped_role_of_the_console_with_a_path(caller: str, path: str) -> None:
    explanation = explain(f"{BANNER}{PERSON.format(path)}{caller}")
    assert ("never matches: its rolearn contains the path" in explanation.summary) is bool(path)
    assert ("it has system:masters" in explanation.summary) is not bool(path)
    if path:
        assert (
            explanation.remedies[0].title
            == "Correct the rolearn in aws-auth, as someone who still has access"
        )


@check_rows(
    "failure",
    [BANNER, "error: You must be logged in to the server (Unauthorized)\n"],
    ids=["console", "kubectl"],
)
@check_rows(
    ("arn", "words"),
    [
        (":role/team/ops", "never matches: its rolearn contains the path team/"),
        ("arn:aws:sts::111122223333:assumed-role/ops/ana", "never matches: its rolearn is the ARN of a session"),
        (":role/ops", ""),
    ],
    ids=["path", "session", "right"],
)  # fmt: skip
def test_entry_for_an_unknown_caller_that_matches_nobody(failure: str, arn: str, words: str) -> None:
    whole = arn if arn.startswith("arn:") else f"arn:aws:iam::111122223333{arn}"
    shown = PERSON.format("").replace("arn:aws:iam::111122223333:role/ops", whole)
    other = "    - rolearn: arn:aws:iam::111122223333:role/dev\n      username: dev\n      groups: [dev]\n"
    assert ("never matches" in explain(f"{failure}{shown}").summary) is bool(words)
    assert words in explain(f"{failure}{shown}").summary
    # Somebody else can be meant.
    caller = "I use arn:aws:sts::111122223333:assumed-role/viewer/ana.\n"
    assert "never matches" not in explain(f"{failure}{shown}{caller}").summary
    assert "never matches" not in explain(f"{failure}{shown}{other}").summary


def test_mapped_user_of_the_console_has_a_path() -> None:
    """The ARN of a user in aws-auth has its path."""
    shown = (
        PERSON.format("team/")
        .replace("mapRoles", "mapUsers")
        .replace("rolearn", "userarn")
        .replace(":role/", ":user/")
    )
    assert "it has system:masters" in explain(f"{BANNER}{shown}").summary


POLICIES = "$ aws eks list-associated-access-policies --cluster-name c --principal-arn {}\n{}\n"
OPS, VIEWERS = "arn:aws:iam::111122223333:role/Ops", "arn:aws:iam::111122223333:role/Viewers"
NO_POLICY = '{"associatedAccessPolicies": [], "clusterName": "c"}'
A_POLICY = '{"associatedAccessPolicies": [{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"}]}'


@pytest.mark.parametrize(
    ("shown", "words", "calls", "policy"),
    [
        (POLICIES.format(OPS, NO_POLICY), "The role Ops cannot read the Kubernetes objects of the cluster c in the console: its access entry exists, but has no access policy.", 1, "AmazonEKSViewPolicy"),
        (POLICIES.format(OPS, A_POLICY), "The role Ops cannot read the Kubernetes objects of the cluster c in the console: it has an access entry,", 2, "AmazonEKSAdminViewPolicy"),
        (POLICIES.format(OPS, NO_POLICY) + POLICIES.format(VIEWERS, NO_POLICY), "The signed-in user or role cannot read", None, ""),
    ],
    ids=["no policy", "policy", "two"],
)  # fmt: skip
def test_entry_that_commands_ask_about(shown: str, words: str, calls: int | None, policy: str) -> None:
    explanation = explain(f"{BANNER}{shown}")
    assert explanation.summary.startswith(words)
    if calls is not None:
        assert explanation.remedies[0].title == f"Associate {policy} with the access entry"
        assert len(explanation.remedies[0].commands) == calls


@check_rows(
    ("said", "policy"),
    [
        ("", "AmazonEKSViewPolicy"),
        ("Error loading Pods\n", "AmazonEKSViewPolicy"),
        ("kubectl get nodes fails, too.\n", "AmazonEKSViewPolicy"),
        ("The node groups are active.\n", "AmazonEKSViewPolicy"),
        ("I want to see the nodes.\n", "AmazonEKSAdminViewPolicy"),
        ("Error loading Nodes\n", "AmazonEKSAdminViewPolicy"),
        ("The Compute tab is empty.\n", "AmazonEKSAdminViewPolicy"),
        ("The entry has AmazonEKSViewPolicy.\n", "AmazonEKSAdminViewPolicy"),
    ],
)
def test_narrowest_policy_for_the_console(said: str, policy: str) -> None:
    explanation = explain(f"{said}{BANNER}{CALLER}")
    associated = [
        each for remedy in explanation.remedies for each in remedy.commands if "--policy-arn" in each
    ]
    assert [f"/{policy} " in each for each in associated] == [True]


def test_entry_of_another_principal_without_a_policy() -> None:
    listed = f"$ aws eks list-access-entries --cluster-name c\n{OPS}\n{VIEWERS}\n"
    text = f"{BANNER}I switched to role Viewers in the console.\n{POLICIES.format(OPS, NO_POLICY)}{listed}"
    explanation = explain(text)
    assert "has no access policy" not in explanation.summary
    assert explanation.remedies[0].commands[0].startswith("aws eks list-associated-access-policies")


@pytest.mark.parametrize(
    ("said", "facts", "is_root"),
    [
        ("I am signed in as the root user.\n", {}, True),
        ("logged in as root, Terraform created the cluster\n", {}, True),
        ("", {"caller": "arn:aws:iam::111122223333:root"}, True),
        ("I am not signed in as root.\n", {}, False),
        ("I am signed in as an administrator.\n", {}, False),
        ("I am signed in as the root user.\n", {"caller": "arn:aws:iam::111122223333:role/ops"}, False),
    ],
)
def test_root_user_of_the_console(said: str, facts: dict[str, object], *, is_root: bool) -> None:
    """An access entry for the root user has no effect: https://github.com/kubernetes-sigs/aws-iam-authenticator/issues/797."""
    explanation = explain(f"{said}{BANNER}", facts=facts)
    assert explanation.remedies[0].title.endswith("not as the root user") is is_root


_EMPTY_ENTRY = (
    "$ aws eks describe-access-entry --cluster-name c --principal-arn {0} --query 'accessEntry.[principalArn,kubernetesGroups,type]' --output text\n{0}\t{1}\tSTANDARD\n"
    "$ aws eks list-associated-access-policies --cluster-name c --principal-arn {0} --query associatedAccessPolicies\n{2}\n"
)


@pytest.mark.parametrize(
    ("groups", "policies", "lack"),
    [
        ("[]", "[]", "it has no Kubernetes group and no access policy"),
        ("viewers", "[]", "has no access policy"),
    ],
)  # fmt: skip
def test_entry_of_which_a_query_prints_no_groups(groups: str, policies: str, lack: str) -> None:
    explanation = explain(f"{BANNER}{_EMPTY_ENTRY.format(OPS, groups, policies)}")
    assert lack in explanation.summary
    assert not any("create-access-entry" in each for each in explanation.remedies[0].commands)
