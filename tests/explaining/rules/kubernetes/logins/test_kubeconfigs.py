"""Tests for kubeconfigs that get their token for another cluster than they call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamtriage import explain
from tests.tables import check_rows

ERROR = "error: You must be logged in to the server (Unauthorized)"
ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/orders"


def _context(cluster: str, user: str, name: str) -> str:
    return f"- context:\n    cluster: {cluster}\n    namespace: shop\n    user: {user}\n  name: {name}\n"


def _user(name: str, *args: str) -> str:
    listed = "".join(f"      - {each}\n" for each in args)
    return f"- name: {name}\n  user:\n    exec:\n      args:\n{listed}      command: aws\n"


def _named_context(cluster: str, user: str, name: str) -> str:
    return f"- name: {name}\n  context:\n    cluster: {cluster}\n    namespace: web\n    user: {user}\n"


def _kubeconfig(contexts: str, users: str, current: str = "") -> str:
    return f"apiVersion: v1\ncontexts:\n{contexts}{current}kind: Config\nusers:\n{users}"


GET = ("--region", "eu-west-1", "eks", "get-token", "--cluster-name")
STAGING = _kubeconfig(_context(ARN, "dev", "live"), _user("dev", *GET, "staging"))
BOTH = _context(ARN, "dev", "live") + _context(ARN.replace("orders", "staging"), "test", "test")


@check_rows(
    ("text", "called", "of_token"),
    [
        (STAGING, "orders", "staging"),
        (_kubeconfig(_context("orders.eu-west-1.eksctl.io", "dev", "live"), _user("dev", "token", "-i", "staging")), "orders", "staging"),
        (_kubeconfig(BOTH, _user("dev", *GET, "orders") + _user("test", *GET, "orders"), "current-context: test\n"), "staging", "orders"),
        # With the names first, as people write it.
        (_kubeconfig(_named_context(ARN, "dev", "live"), _user("dev", *GET, "staging")), "orders", "staging"),
        (_kubeconfig(_named_context(ARN, "dev", "live"), _user("dev", *GET, "orders")), None, None),
        # Without the contexts, as people shorten it.
        (f"clusters:\n- cluster:\n    server: https://0A1B.gr7.eu-west-1.eks.amazonaws.com\n  name: {ARN}\nusers:\n- name: dev\n  user:\n    exec:\n      args: [eks, get-token, --cluster-name, staging]\n", "orders", "staging"),
        (f'$ kubectl config current-context\n{ARN}\n{{"args":["eks","get-token","--cluster-name","staging"],"command":"aws"}}', "orders", "staging"),
        (_kubeconfig(BOTH, _user("dev", *GET, "orders") + _user("test", *GET, "staging"), "current-context: test\n"), None, None),
        # Which context is the current one is unknown, or what it calls.
        (_kubeconfig(BOTH, _user("dev", *GET, "staging") + _user("test", *GET, "staging")), None, None),
        (_kubeconfig(_context("live", "dev", "live"), _user("dev", *GET, "staging")), None, None),
        (STAGING.replace("staging", "orders"), None, None),
    ],
    ids=["cluster", "eksctl", "current context", "names first", "names first, own cluster", "shortened", "JSON", "own cluster", "contexts", "name", "equal"],
)  # fmt: skip
def test_token_for_another_cluster(text: str, called: str | None, of_token: str | None) -> None:
    explanation = explain(f"$ kubectl get pods\n{ERROR}\n$ kubectl config view\n{text}")
    words = f"kubectl calls the cluster {called}, but gets its token for the cluster {of_token}, so"
    assert explanation.summary.startswith(words) is (called is not None)
    assert ("gets its token for" in explanation.summary) is (called is not None)
    if called is not None:
        [first, *_] = explanation.remedies[0].commands
        alias = " --alias" if "name: live" in text or "name: test" in text else ""
        assert first.startswith(f"aws eks update-kubeconfig --name {called} --region eu-west-1{alias}")


@check_rows(
    ("run", "is_shown"),
    [
        ('list-associated-access-policies --cluster-name orders {}\n{{"associatedAccessPolicies": []}}', True),
        ('list-associated-access-policies --cluster-name orders {}\n[\n  "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"\n]', True),
        ('describe-access-entry --cluster-name orders {}\n{{"accessEntry": {{}}}}', True),
        # Of the cluster that the token is for, of another role, or of none.
        ('describe-access-entry --cluster-name staging {}\n{{"accessEntry": {{}}}}', False),
        ('describe-access-entry --cluster-name orders {}-old\n{{"accessEntry": {{}}}}', False),
        ("describe-access-entry --cluster-name orders {}\nThe specified principalArn could not be found", False),
    ],
    ids=["no policies", "policy", "entry", "other cluster", "other role", "not found"],
)  # fmt: skip
def test_caller_with_an_entry_needs_no_access(run: str, is_shown: bool) -> None:  # noqa: FBT001
    caller = '$ aws sts get-caller-identity\n{"Arn": "arn:aws:sts::111122223333:assumed-role/dev/ana"}'
    entry = f"$ aws eks {run.format('--principal-arn arn:aws:iam::111122223333:role/dev')}"
    explanation = explain(f"$ kubectl get pods\n{ERROR}\n{caller}\n{entry}\n$ kubectl config view\n{STAGING}")
    assert "gets its token for the cluster staging" in explanation.summary
    assert ("has an access entry" in explanation.causes[0].text) is is_shown
    assert ("AmazonEKSViewPolicy already" in explanation.causes[0].text) is ("ViewPolicy" in run)
    (remedy,) = explanation.remedies
    assert any("check that the caller has access" in each for each in remedy.steps) is not is_shown


SHORT = "- context: {cluster: live, user: dev}\n  name: live\n- context: {cluster: staging, user: dev}\n  name: staging\n"
SHARED = _kubeconfig(SHORT, _user("dev", *GET, "staging"), "current-context: staging\n")


@check_rows(
    ("command", "text", "facts", "called"),
    [
        ("kubectl --context live get pods", SHARED, {}, "live"),
        ("helm list --kube-context live", SHARED, {"cluster": "live"}, "live"),
        ("kubectl get pods", _kubeconfig(_context("live", "dev", "live"), _user("dev", *GET, "staging")), {"cluster": "live", "region": "eu-west-1"}, "live"),
        # The command is for the cluster of the token, or the name may be that of no cluster.
        ("kubectl --context staging get pods", SHARED, {}, None),
        ("kubectl get pods", SHARED, {}, None),
        ("kubectl --context live get pods", SHARED.replace("cluster: staging", "cluster: test"), {}, None),
    ],
    ids=["option", "Helm", "fact", "its own", "current", "unknown name"],
)  # fmt: skip
def test_clusters_with_chosen_names(
    command: str, text: str, facts: dict[str, str], called: str | None
) -> None:
    explanation = explain(f"$ {command}\n{ERROR}\n$ kubectl config view\n{text}", facts=facts)
    words = f"kubectl calls the cluster {called}, but gets its token for the cluster staging, so"
    assert explanation.summary.startswith(words) is (called is not None)
    first = explanation.remedies[0]
    if called is not None:
        assert first.commands[0].startswith("aws eks update-kubeconfig --name live --region ")
        assert first.commands[0].endswith(" --alias live")
        assert ("share the user dev" in str(first.steps)) is (text == SHARED)


def test_role_of_another_user() -> None:
    role = "arn:aws:iam::111122223333:role/legacy"
    users = _user("dev", *GET, "orders") + _user("test", *GET, "staging", "--role-arn", role)
    caller = '$ aws sts get-caller-identity\n{"Arn": "arn:aws:sts::111122223333:assumed-role/dev/ana"}'
    texts = [
        f"{caller}\n$ kubectl get pods\n{ERROR}\n$ kubectl config view\n{_kubeconfig(BOTH, users, f'current-context: {name}{chr(10)}')}"
        for name in ("live", "test")
    ]
    assert "legacy" not in explain(texts[0]).to_text(detail="full")
    assert f"sets --role-arn {role}" in explain(texts[1]).summary


def _provider(token: str, *data: str) -> str:
    host = "host = data.aws_eks_cluster.live.endpoint"
    return "\n".join((f'provider "kubernetes" {{\n  {host}\n  {token}\n}}', *data))


def _data(kind: str, label: str, name: str) -> str:
    return f'data "{kind}" "{label}" {{\n  name = "{name}"\n}}'


EXEC = 'exec {{\n    command = "aws"\n    args = ["eks", "get-token", "--cluster-name", "{}"]\n  }}'
AUTH = "token = data.aws_eks_cluster_auth.live.token"
LIVE = _data("aws_eks_cluster", "live", "orders")


@check_rows(
    ("token", "data", "is_other"),
    [
        (AUTH, (LIVE, _data("aws_eks_cluster_auth", "live", "staging")), True),
        (EXEC.format("staging"), (LIVE,), True),
        (AUTH, (LIVE, _data("aws_eks_cluster_auth", "live", "orders")), False),
        (AUTH, (LIVE, 'data "aws_eks_cluster_auth" "live" {\n  name = var.cluster\n}'), False),
        (EXEC.format("orders"), (LIVE,), False),
    ],
)
def test_token_of_a_provider(token: str, data: tuple[str, ...], *, is_other: bool) -> None:
    explanation = explain(
        f"Error: Unauthorized\n  with kubernetes_namespace.shop,\n{_provider(token, *data)}"
    )
    words = "Terraform calls the cluster orders, but gets its token for the cluster staging"
    assert explanation.summary.startswith(words) is is_other


@given(st.lists(st.sampled_from([*STAGING.splitlines(), "- context:", "exec:", ""]), max_size=40))
def test_no_text_breaks_the_reader(lines: list[str]) -> None:
    assert explain("\n".join([ERROR, *lines])).causes


PROVIDERS = """Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials
$ aws sts get-caller-identity --query Arn --output text
arn:aws:sts::111122223333:assumed-role/{caller}/i-0a1b2c3d4e5f60718
provider "aws" {{
  assume_role {{
    role_arn = "arn:aws:iam::222233334444:role/octo-tf"
  }}
}}
provider "helm" {{
  kubernetes {{
    exec {{
      command = "aws"
      args    = ["eks", "get-token", "--cluster-name", "octo"{more}]
    }}
  }}
}}"""


@pytest.mark.parametrize(
    ("caller", "more"),
    [
        ("octo-ci", ', "--role-arn", "arn:aws:iam::222233334444:role/octo-tf"'),
        ("octo-ci", ', "--profile", "tf"'),
        ("octo-tf", ""),
    ],
    ids=["role", "profile", "the role itself"],
)
def test_plugin_with_the_right_credentials(caller: str, more: str) -> None:
    assert "assume_role" not in explain(PROVIDERS.format(caller=caller, more=more)).summary


CREATED = """module.k8s.aws_eks_cluster.this: Creation complete after 8m2s [id=octo]
module.k8s.aws_eks_node_group.this["a"]: Creation complete after {nodes} [id=octo:a]
Error: Unauthorized
  with kubernetes_namespace.shop,
"""
BY_DATA = 'provider "kubernetes" {\n  token = data.aws_eks_cluster_auth.octo.token\n}\n'


@check_rows(
    ("code", "cluster"),
    [
        ('data "aws_eks_cluster_auth" "octo" { name = "market" }', "market"),
        ('data "aws_eks_cluster" "octo" { name = "market" }\ndata "aws_eks_cluster_auth" "octo" { name = data.aws_eks_cluster.octo.name }', "market"),
        ('module "eks" {\n  source  = "terraform-aws-modules/eks/aws"\n  version = "~> 21.0"\n  name    = "market"\n}', "market"),
        ('data "aws_eks_cluster_auth" "octo" { name = var.cluster }', "CLUSTER"),
        ('data "aws_eks_cluster_auth" "octo" { name = "market" }\ndata "aws_eks_cluster_auth" "other" { name = "lab" }', "CLUSTER"),
    ],
    ids=["one-line", "reference", "module", "variable", "two"],
)  # fmt: skip
def test_cluster_of_terraform_code(code: str, cluster: str) -> None:
    run = "module.db.aws_db_instance.this: Creation complete after 18m12s [id=db-5]\nError: Unauthorized\n  with kubernetes_namespace_v1.shop,\n"
    manifest = explain(f"{run}{code}\n{BY_DATA}the second apply works").remedies[0].manifest
    assert manifest is not None
    assert f'"--cluster-name", "{cluster}"' in manifest


WHOAMI = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/Ops/lee\n"
ENTRIES = '$ aws eks list-access-entries --cluster-name orders --query accessEntries\n[\n    "arn:aws:iam::111122223333:role/Ops"\n]\n'
DEPLOY = "arn:aws:iam::111122223333:role/Deploy"
OF_LAB = "$ aws sts get-caller-identity --profile lab --query Arn --output text\narn:aws:sts::444455556666:assumed-role/Dev/lee\n"
LAB = "      env:\n      - name: AWS_PROFILE\n        value: lab\n"
OF_ROLE = _user("dev", *GET, "orders", "--role-arn", DEPLOY)


@check_rows(
    ("before", "after", "summary"),
    [
        ("export AWS_PROFILE=ops", _user("dev", *GET, "orders") + LAB, "kubectl does not use the shell's profile ops: the kubeconfig sets AWS_PROFILE=lab"),
        ("export AWS_PROFILE=ops", _user("dev", *GET, "orders", "--profile", "lab"), "kubectl does not use the shell's profile ops: the kubeconfig sets --profile lab"),
        ("ls", WHOAMI + _user("dev", *GET, "orders") + LAB, "kubectl does not use the role Ops: the kubeconfig sets AWS_PROFILE=lab"),
        ("ls", WHOAMI + _user("dev", *GET, "orders") + LAB + OF_LAB, "kubectl does not use the role Ops: the kubeconfig sets AWS_PROFILE=lab for the token, so the cluster rejected the role Dev."),
        ("ls", OF_LAB + WHOAMI + _user("dev", *GET, "orders", "--profile", "lab"), "kubectl does not use the role Ops: the kubeconfig sets --profile lab for the token, so the cluster rejected the role Dev."),
        # The profile is that of the shell's principal, or nobody knows whose it is.
        ("ls", WHOAMI + _user("dev", *GET, "orders") + LAB + OF_LAB.replace("444455556666:assumed-role/Dev", "111122223333:assumed-role/Ops"), "The cluster could not authenticate"),
        ("ls", WHOAMI + _user("dev", *GET, "orders") + LAB + OF_LAB.partition("arn:")[0], "The cluster could not authenticate"),
        ("ls", WHOAMI + OF_ROLE, f"kubectl does not use the role Ops: the kubeconfig sets --role-arn {DEPLOY}"),
        ("ls", WHOAMI + ENTRIES, "The cluster could not authenticate the caller (401), although the role Ops has an access entry"),
        ("ls", WHOAMI.replace("--query", "--profile ops --query") + _user("dev", *GET, "orders") + LAB, "kubectl does not use the profile ops: the kubeconfig sets AWS_PROFILE=lab"),
        ("AWS_PROFILE=ops kubectl get nodes", _user("dev", *GET, "orders", "--profile", "lab"), "kubectl does not use the profile ops: the kubeconfig sets --profile lab"),
        ("AWS_PROFILE=lab kubectl get nodes", WHOAMI.replace("--query", "--profile ops --query") + _user("dev", *GET, "orders") + LAB, "The cluster could not authenticate the caller (401): the text"),
        ("ls", WHOAMI.replace("--query", "--profile ops --query") + WHOAMI + _user("dev", *GET, "orders") + LAB, "The cluster could not authenticate the caller (401): the text"),
        ("ls", WHOAMI.replace("--query", "--profile ops --query") + OF_ROLE, "The cluster could not authenticate the caller (401): the text"),
        # The shell and the kubeconfig agree, or nothing shows whom the shell uses.
        ("export AWS_PROFILE=lab", WHOAMI + _user("dev", *GET, "orders") + LAB, "The cluster could not authenticate the caller (401): the text"),
        ("ls", WHOAMI.replace("--query", "--profile lab --query") + _user("dev", *GET, "orders") + LAB, "The cluster could not authenticate the caller (401): the text"),
        ("ls", _user("dev", *GET, "orders") + LAB, "The cluster could not authenticate the caller (401): the text"),
        ("ls", WHOAMI.replace("Ops", "Deploy") + OF_ROLE, "The cluster could not authenticate the caller (401): the text"),
        # The role of the kubeconfig has an entry.
        ("ls", WHOAMI + ENTRIES.replace("Ops", "Deploy") + OF_ROLE, "The cluster could not authenticate the caller (401), although the role Deploy has an access entry for the cluster orders: most likely, the role is newer"),
        ("ls", WHOAMI + ENTRIES.replace("Ops", "Other"), "The cluster orders has no access entry for the role Ops: its access entries are for Other."),
    ],
)  # fmt: skip
def test_principal_of_the_kubeconfig(before: str, after: str, summary: str) -> None:
    explanation = explain(f"$ {before}\n$ kubectl get pods\n{ERROR}\n{after}")
    assert explanation.summary.replace("cluster orders could", "cluster could").startswith(summary)


def test_profile_of_the_shell_that_kubectl_does_not_use() -> None:
    asked = WHOAMI.replace("--query", "--profile ops --query")
    text = f"{asked}$ kubectl get pods\n{ERROR}\n{_user('dev', *GET, 'orders')}{LAB}"
    rewrite = explain(text).remedies[0]
    assert rewrite.commands[0].endswith("--profile ops")
    assert rewrite.steps[0].startswith("Or change AWS_PROFILE=lab in")
    assert rewrite.steps[1].startswith("If the cluster rejects the role Ops as well, it has neither")
    assert len(explain(f"{text}{ENTRIES}").remedies[0].steps) == 1


OF_PROFILE = WHOAMI.replace("--query", "--profile {} --query")
OPS = OF_PROFILE.format("ops")
DEV = OF_PROFILE.format("lab").replace("111122223333:assumed-role/Ops", "444455556666:assumed-role/Dev")
VIEW = DEV.replace("444455556666:assumed-role/Dev", "111122223333:assumed-role/View")
PINNED = _kubeconfig(_context(ARN, "dev", "live"), _user("dev", *GET, "orders") + LAB)
DESCRIBED = f'$ aws eks describe-access-entry --cluster-name orders --principal-arn {DEPLOY.replace("Deploy", "Ops")} --query accessEntry.type\n"STANDARD"\n'
OTHER_PROFILE = "kubectl does not use the profile ops: the kubeconfig sets {} for the token, so the cluster rejected the role {}."


@check_rows(
    ("around", "summary"),
    [
        (PINNED + DEV + OPS + ENTRIES, OTHER_PROFILE.format("AWS_PROFILE=lab", "Dev")),
        (ENTRIES.replace("--query", "--profile ops --query") + OPS + DEV + PINNED, OTHER_PROFILE.format("AWS_PROFILE=lab", "Dev")),
        (PINNED + OPS + VIEW + ENTRIES, OTHER_PROFILE.format("AWS_PROFILE=lab", "View")),
        (PINNED + OPS + DEV + DESCRIBED, OTHER_PROFILE.format("AWS_PROFILE=lab", "Dev")),
        (PINNED.replace(LAB, "").replace("- orders\n", "- orders\n      - --profile\n      - lab\n") + OPS + DEV + ENTRIES, OTHER_PROFILE.format("--profile lab", "Dev")),
        # The principal of the shell has no entry.
        (PINNED + WHOAMI.replace("Ops", "Ci") + OPS + DEV + ENTRIES, OTHER_PROFILE.format("AWS_PROFILE=lab", "Dev")),
        # Only one profile is of the cluster's account.
        (PINNED + OPS + DEV, OTHER_PROFILE.format("AWS_PROFILE=lab", "Dev")),
        (PINNED + OPS + DEV + OPS.replace("profile ops", "profile own"), "The cluster could not authenticate the caller (401): the text does not say why. Most often, the role Dev has"),
        (PINNED + OPS + VIEW, "The cluster could not authenticate the caller (401): the text does not say why. Most often, the role View has"),
        # The profile of the kubeconfig has an entry, neither has one, or both are of one principal.
        (PINNED + OPS + VIEW + ENTRIES.replace("Ops", "View"), "The cluster could not authenticate the caller (401), although the role View has an access entry"),
        (PINNED + OPS + DEV + ENTRIES.replace("Ops", "Other"), "The cluster orders has no access entry for the role Dev: its access entries are for Other."),
        (PINNED + OPS + OF_PROFILE.format("lab") + ENTRIES, "The cluster could not authenticate the caller (401), although the role Ops has an access entry"),
    ],
)  # fmt: skip
def test_profile_that_has_access(around: str, summary: str) -> None:
    explanation = explain(f"$ kubectl get pods\n{ERROR}\n{around}")
    assert explanation.summary.startswith(summary)
    if summary.startswith("kubectl"):
        (remedy,) = explanation.remedies
        assert remedy.commands[0].endswith("--region eu-west-1 --profile ops")
        assert remedy.who == "you"
    elif "although" in summary:
        assert "--profile lab" in explanation.remedies[0].commands[0]


KEYS = "$ env | grep AWS_\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=****\n"
OWN = WHOAMI.replace("assumed-role/Ops/lee", "user/old-ci").replace(":sts:", ":iam:")
IN_LAB = WHOAMI.replace("--query", "--profile lab --query")
OF_LAB = _user("dev", *GET, "orders") + LAB


@check_rows(
    ("around", "words"),
    [
        (f"{KEYS}{OWN}{IN_LAB}{ENTRIES}{OF_LAB}", "kubectl calls as the user old-ci, not with the profile lab: access keys in the environment take precedence over AWS_PROFILE in the kubeconfig. The cluster orders has no access entry for the user old-ci: its access entries are for Ops."),
        (f"{KEYS}{OWN}{IN_LAB}{OF_LAB}", "kubectl calls as the user old-ci, not with the profile lab: access keys in the environment take precedence over AWS_PROFILE in the kubeconfig."),
        (f"{KEYS}AWS_PROFILE=lab\n{OWN}{ENTRIES}", "kubectl calls as the user old-ci, not with the profile lab: access keys in the environment take precedence over AWS_PROFILE. The cluster"),
        (f"$ aws configure list\n   profile                <not set>             None    None\naccess_key     ****************MPLE              env\n{OWN}{ENTRIES}{OF_LAB}", "kubectl calls as the user old-ci, not with the profile lab: access keys in the environment"),
        # The option takes precedence over the keys, or the keys are not in the environment.
        (f"{KEYS}{OWN}{IN_LAB}{ENTRIES}{_user('dev', *GET, 'orders', '--profile', 'lab')}", None),
        (f"{OWN}{IN_LAB}{ENTRIES}{OF_LAB}", None),
        # The keys are those of the profile, have an entry, or nothing shows whose they are.
        (f"{KEYS}{WHOAMI}{IN_LAB}{OF_LAB}", None),
        (f"{KEYS}{OWN}{IN_LAB}{ENTRIES.replace('role/Ops', 'user/old-ci')}{OF_LAB}", None),
        (f"{KEYS}{IN_LAB}{OF_LAB}", None),
        # The profile has no entry either.
        (f"{KEYS}{OWN}{IN_LAB}{ENTRIES.replace('Ops', 'Other')}{OF_LAB}", None),
    ],
    ids=["entries", "callers", "shell", "configure list", "option", "no keys", "same", "own entry", "unknown", "neither"],
)  # fmt: skip
def test_keys_of_the_shell_before_the_profile(around: str, words: str | None) -> None:
    explanation = explain(f"$ kubectl get pods\n{ERROR}\n{around}")
    if words is None:
        assert "not with the profile" not in explanation.summary
        assert KEYS.splitlines()[1] not in around or "sets AWS_PROFILE" not in explanation.summary
    else:
        assert explanation.summary.startswith(words)
        (remedy,) = explanation.remedies
        assert remedy.commands[0] == "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN"
        assert remedy.who == "you"


def test_principal_with_an_entry() -> None:
    explanation = explain(f"$ kubectl get pods\n{ERROR}\n{WHOAMI}{ENTRIES}{OF_ROLE}")
    assert "The role Ops has an access entry and needs no new one." in explanation.causes[0].text
    assert explanation.remedies[0].commands[0] == "aws eks update-kubeconfig --name orders --region eu-west-1"
    of_profile = explain(f"$ kubectl get pods\n{ERROR}\n{WHOAMI}{ENTRIES}{_user('dev', *GET, 'orders')}{LAB}")
    assert "No access entry in the text names the profile lab." in of_profile.causes[0].text
    only = explain(f"$ kubectl get pods\n{ERROR}\n{WHOAMI}{ENTRIES}")
    assert not any("create-access-entry" in line for each in only.remedies for line in each.commands)


_CALLER = "$ aws sts get-caller-identity --query Arn --output text\narn:aws:sts::111122223333:assumed-role/dev/ana\n"
_HAS_ENTRY = '$ aws eks list-access-entries --cluster-name {}\n{{"accessEntries": ["arn:aws:iam::111122223333:role/dev"]}}\n'
_CONTEXT = f"$ kubectl config current-context\n{ARN}\n"


@pytest.mark.parametrize(
    ("text", "has_entry"),
    [
        (_CONTEXT + _HAS_ENTRY.format("orders"), True),
        (_CONTEXT + _HAS_ENTRY.format("staging"), False),
        (f"Updated context {ARN} in /home/ana/.kube/config\n{_HAS_ENTRY.format('staging')}", False),
        (f"* {ARN}\n{_HAS_ENTRY.format('staging')}", True),
        (_HAS_ENTRY.format("staging"), True),
    ],
    ids=["own", "other", "written", "another star", "unknown"],
)
def test_entry_of_the_called_cluster(text: str, *, has_entry: bool) -> None:
    summary = explain(f"$ kubectl get pods\n{ERROR}\n{_CALLER}{text}").summary
    assert ("has an access entry" in summary) is has_entry


@pytest.mark.parametrize(("described", "group"), [("orders", "devs"), ("staging", "iam-dev")])
def test_groups_of_the_called_cluster(described: str, group: str) -> None:
    explanation = explain(
        f'{_CONTEXT}Error from server (Forbidden): pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/dev/ana" cannot list resource "pods" in API group "" in the namespace "shop"\n'
        f"$ aws eks describe-access-entry --cluster-name {described} --principal-arn arn:aws:iam::111122223333:role/dev\n"
        '{"accessEntry": {"principalArn": "arn:aws:iam::111122223333:role/dev", "kubernetesGroups": ["devs"]}}'
    )
    shown = str(explanation)
    assert f"--group={group}" in shown
    assert "--cluster-name staging" not in shown


_REJECTED = "$ kubectl get ns\nerror: You must be logged in to the server (Unauthorized)\n"


@check_rows(
    ("text", "role"),
    [
        ("I get in through another role: lab-jump assumes lab-ops, and lab-ops is mapped.", "lab-ops"),
        ("We all switch to role lab-ops, which is the one in aws-auth.", "lab-ops"),
        (
            "The access entry for arn:aws:iam::111122223333:role/lab-ops exists, and lab-jump can assume lab-ops.",
            "arn:aws:iam::111122223333:role/lab-ops",
        ),
        # It may not, it is not mapped, another role is, two are, or the kubeconfig assumes it.
        ("lab-ops is mapped, but nobody can assume lab-ops.", None),
        ("lab-jump cannot assume lab-ops, which is mapped.", None),
        ("lab-jump assumes lab-ops. Neither is mapped.", None),
        ("lab-jump assumes lab-ops, and lab-jump is mapped.", None),
        ("lab-jump assumes lab-ops and assumes lab-dev. lab-ops is mapped, lab-dev is mapped.", None),
        (
            "lab-jump assumes lab-ops, which is mapped.\nargs: [eks, get-token, --role-arn, arn:aws:iam::111122223333:role/lab-ops]",
            None,
        ),
    ],
)
def test_role_that_the_caller_assumes_is_mapped(text: str, role: str | None) -> None:
    explanation = explain(f"{_REJECTED}{text}")
    first = explanation.remedies[0]
    assert first.title.startswith("Let kubectl assume the role lab-ops") is (role is not None)
    assert role is None or (role in first.commands[0] and "--role-arn" in first.commands[0])
