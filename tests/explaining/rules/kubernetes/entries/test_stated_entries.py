"""Tests for access entries that a text shows: what they lack decides, and their groups are kept."""

from __future__ import annotations

import json

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_View_0123456789abcdef"
BANNER = "Your current IAM principal doesn't have access to Kubernetes objects on this cluster."
FORBIDDEN = 'Error from server (Forbidden): pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/dev/ana" cannot list resource "pods" in API group "" in the namespace "shop"'
DEV = "arn:aws:iam::111122223333:role/dev"


def _entry(arn: str, *groups: str, policies: tuple[str, ...] | None = None) -> str:
    entry = json.dumps({"accessEntry": {"principalArn": arn, "kubernetesGroups": list(groups)}}, indent=4)
    if policies is None:
        return entry
    listed = [{"policyArn": f"arn:aws:eks::aws:cluster-access-policy/{each}"} for each in policies]
    return f"{entry}\n{json.dumps({'associatedAccessPolicies': listed, 'principalArn': arn})}"


@check_rows(
    ("entry", "lack"),
    [
        (_entry(ROLE, policies=()), "it grants nothing, as it has no Kubernetes group and no access policy"),
        (_entry(ROLE), "it has no Kubernetes group, and needs an access policy"),
        (
            _entry(ROLE, "ops", policies=("AmazonEKSEditPolicy",)),
            "ops and AmazonEKSEditPolicy do not allow it",
        ),
        (
            f"{_entry(ROLE)}\n$ aws eks list-associated-access-policies --cluster-name atlas --query associatedAccessPolicies\n[]\n",
            "it grants nothing, as it has no Kubernetes group and no access policy",
        ),
        (
            f"{_entry(ROLE)}\n$ aws eks list-associated-access-policies --cluster-name atlas --principal-arn {ROLE}x --query associatedAccessPolicies\n[]\n",
            "it has no Kubernetes group, and needs an access policy",
        ),
        (
            f"{_entry(ROLE)}\n$ aws eks list-pod-identity-associations --cluster-name atlas --query associations\n[]\n",
            "it has no Kubernetes group, and needs an access policy",
        ),
    ],
    ids=["empty", "policies unknown", "not enough", "queried", "of another", "another list"],
)
def test_console(entry: str, lack: str) -> None:
    explanation = explain(f"{BANNER}\n{entry}", facts={"cluster": "atlas", "region": "eu-west-1"})
    assert f"its access entry exists, but {lack}." in explanation.summary
    first = explanation.remedies[0]
    assert [each.split(" --")[0] for each in first.commands] == ["aws eks associate-access-policy"]
    assert any("AmazonEKSViewPolicy does not" in each for each in first.steps)
    assert f"--principal-arn {ROLE} " in first.commands[0]
    assert not any("aws-auth" in each.title and "map" in each.title for each in explanation.remedies)


@pytest.mark.parametrize(
    "caller", ["arn:aws:sts::111122223333:assumed-role/dev/ana", "arn:aws:iam::111122223333:user/ana"]
)
def test_console_of_another_principal_than_that_of_the_entry(caller: str) -> None:
    explanation = explain(f"{BANNER}\n{_entry(ROLE)}", facts={"cluster": "atlas", "caller": caller})
    assert "its access entry exists" not in str(explanation)


@check_rows(
    ("entry", "groups"),
    [
        (_entry(DEV), "iam-dev"),
        (_entry(DEV, "viewers", "ops"), "iam-dev viewers ops"),
        ("", "iam-dev $(echo $groups)"),
        (f"{_entry(DEV)}\n{_entry(ROLE, 'ops')}", "iam-dev $(echo $groups)"),
        (_entry(ROLE, "admins"), "iam-dev $(echo $groups)"),
        (_entry(DEV.replace("111122223333", "444455556666"), "admins"), "iam-dev $(echo $groups)"),
        (_entry(DEV.replace("role/", "role/team/"), "ops", "qa"), "iam-dev ops qa"),
    ],
    ids=["no group", "groups", "unknown", "two entries", "another role", "another account", "with a path"],
)
def test_groups_of_a_denied_caller(entry: str, groups: str) -> None:
    explanation = explain(f"{FORBIDDEN}\n{entry}", facts={"cluster": "atlas", "region": "eu-west-1"})
    lines = [line for each in explanation.remedies for line in each.commands]
    updates = [each for each in lines if "aws eks update-access-entry" in each]
    assert updates[0].endswith(f"--kubernetes-groups {groups}")
    # What an entry has is not replaced if it cannot be read.
    assert (" --output text) && aws eks update-access-entry" in updates[0]) is ("$groups" in groups)
    assert ("edit configmap aws-auth" in " ".join(lines)) is ("$groups" in groups)


RECREATED = """$ kubectl get nodes
error: You must be logged in to the server (Unauthorized)
$ aws sts get-caller-identity --query Arn --output text
arn:aws:sts::111122223333:assumed-role/dev/ana
$ aws eks describe-access-entry --cluster-name blue --principal-arn arn:aws:iam::111122223333:role/dev
{"accessEntry": {"principalArn": "arn:aws:iam::111122223333:role/dev",
 "createdAt": "2025-01-02T23:30:00.5-05:00", "modifiedAt": "2026-06-01T08:00:00-05:00"}}
$ aws iam get-role --role-name dev --query Role.[Arn,CreateDate] --output text
arn:aws:iam::111122223333:role/dev\t2026-03-04T05:06:07+00:00
"""


SHOWN = f"""$ aws eks list-associated-access-policies --cluster-name blue --principal-arn {DEV}
{{"associatedAccessPolicies": [{{"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
 "accessScope": {{"type": "namespace", "namespaces": ["qa", "stg"]}}}}]}}
"""
ENTRY = ', "kubernetesGroups": ["ops"], "username": "dev-{{SessionName}}", "modifiedAt"'
AGAIN = [
    "delete-access-entry",
    "create-access-entry --username 'dev-{{SessionName}}' --kubernetes-groups ops",
    "associate-access-policy --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy --access-scope type=namespace,namespaces=qa,stg",
]


_EDIT = '"arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"'
LIST = f"$ aws eks list-associated-access-policies --cluster-name blue --principal-arn {DEV} --query X\n"
QUERIED = [
    (f'{LIST}[ [ {_EDIT}, [ "qa" ] ] ]\n', "namespace,namespaces=qa"),
    (f"{LIST}[ [ {_EDIT}, [] ] ]\n", "cluster"),
    (f'{LIST.replace("--query X", "--query associatedAccessPolicies[].[policyArn,accessScope.namespaces]")}[ [ {_EDIT}, [ "qa" ] ] ]\n', "namespace,namespaces=qa"),
    (f'{LIST}[\n    [\n        {_EDIT},\n        [\n            "qa",\n            "stg"\n        ]\n    ]\n]\n', "namespace,namespaces=qa,stg"),
    (f'{LIST}[ [ {_EDIT}, {{"type": "namespace", "namespaces": ["qa"]}} ] ]\n', "namespace,namespaces=qa"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (RECREATED.replace(', "modifiedAt"', ENTRY) + SHOWN, AGAIN),
        (RECREATED.replace(', "modifiedAt"', ENTRY) + SHOWN.replace('"type": "namespace", "namespaces": ["qa", "stg"]', '"type": "cluster", "namespaces": []'), [*AGAIN[:2], AGAIN[2].replace("namespace,namespaces=qa,stg", "cluster")]),
        *((RECREATED.replace(', "modifiedAt"', ENTRY) + printed, [*AGAIN[:2], AGAIN[2].replace("namespace,namespaces=qa,stg", scope)]) for printed, scope in QUERIED),
        # What the text does not show is looked up first.
        (RECREATED.replace(', "modifiedAt"', ENTRY) + LIST + '["arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy"]\n', ["list-associated-access-policies", *AGAIN[:2], AGAIN[2].replace("type=namespace,namespaces=qa,stg", "ACCESS_SCOPE")]),
        (RECREATED + SHOWN, [AGAIN[0], "create-access-entry", AGAIN[2]]),
        (RECREATED, ["list-associated-access-policies", AGAIN[0], "create-access-entry", "associate-access-policy --policy-arn arn:aws:eks::aws:cluster-access-policy/POLICY_NAME --access-scope ACCESS_SCOPE"]),
    ],
    ids=["namespaces", "cluster", "listed", "empty", "member", "one per line", "whole scope", "no scope", "no user name", "unknown"],
)  # fmt: skip
def test_principal_newer_than_its_entry(text: str, lines: list[str]) -> None:
    explanation = explain(text)
    assert "role dev: it was re-created on 2026-03-04, and its access entry of 2025-01-02 still" in str(
        explanation.summary
    )
    [remedy] = explanation.remedies
    named = f" --cluster-name blue --principal-arn {DEV}"
    assert [each.removeprefix("aws eks ").replace(named, "") for each in remedy.commands] == lines


@check_rows(
    ("old", "new"),
    [
        ("2026-03-04T05:06:07", "2025-01-03T04:20:00"),
        ("2026-03-04", "2026-02-31"),
        ("Role.[Arn,CreateDate]", "Role.[Arn,RoleLastUsed.LastUsedDate]"),
        ("arn:aws:iam::111122223333:role/dev\t", "arn:aws:iam::444455556666:role/dev\t"),
        ("--role-name dev", "--role-name web"),
        ("assumed-role/dev/", "assumed-role/web/"),
        (
            "Role.[Arn,CreateDate] --output text\narn:aws:iam::111122223333:role/dev\t",
            "Role.CreateDate --profile stg --output text\n",
        ),
        ("$ kubectl get nodes", "The role was not recreated.\n$ kubectl get nodes"),
    ],
    ids=[
        "older",
        "no date",
        "last used",
        "another account",
        "another role",
        "another caller",
        "another profile",
        "denied",
    ],
)
def test_principal_not_newer_than_its_entry(old: str, new: str) -> None:
    assert "re-created on" not in str(explain(RECREATED.replace(old, new)))


ENTRY_JSON = RECREATED[RECREATED.index('{"accessEntry"') : RECREATED.index("$ aws iam")]


@check_rows(
    ("printed", "is_listed"),
    [
        ("2025-01-02T23:30:00.5-05:00\n", True),
        ('"2025-01-02T23:30:00.5-05:00"\n', True),
        ('[\n    "STANDARD",\n    "2025-01-02T23:30:00.5-05:00"\n]\n', True),
        ("None\n", False),
        ("zsh: command not found: aws since 2025-01-02T23:30:00Z\n", False),
        ("[exit 254 at 2025-01-02T23:30:00Z]\n", False),
        ("\nAn error occurred (ResourceNotFoundException): no entry since 2025-01-02T23:30:00Z\n", False),
    ],
)
def test_member_of_an_entry(printed: str, *, is_listed: bool) -> None:
    queried = RECREATED.replace(f"{DEV}\n{{", f"{DEV} --query accessEntry.createdAt\n{{")
    summary = explain(queried.replace(ENTRY_JSON, printed)).summary
    assert ("re-created on 2026-03-04, and its access entry of 2025-01-02" in summary) is is_listed


def _is_recreated(words: str) -> bool:
    start, _, _ = RECREATED.partition("$ aws eks")
    return "it was re-created, and" in explain(f"{start}{words}", facts={"cluster": "blue"}).summary


@check_rows(
    "words",
    [
        "The access entry for dev exists. The node role was recreated.",
        "The access entry for dev exists. The role was not recreated.",
        "The access entry for dev exists. We plan to delete the role dev and create it again.",
        "We deleted the role dev and created it again, and then we re-created the access entry for dev.",
        "The access entry for dev exists. We deleted and recreated the role billing-ro.",
        "The access entry for dev exists. Was the role recreated?",
        "We have no access entry. We deleted and recreated the role dev.",
        "The access entry for dev exists. We deleted and recreated the cluster.",
        "$ aws eks list-access-entries --cluster-name blue\narn:aws:iam::111122223333:role/web\nThe role dev was recreated.",
        # The ConfigMap aws-auth has the ARN, which is the same.
        "mapRoles has the role dev. We deleted and recreated the role.",
    ],
)
def test_principal_that_was_not_created_again(words: str) -> None:
    assert not _is_recreated(words)


@pytest.mark.parametrize(
    ("more", "policy", "has_module"),
    [
        ("", "AmazonEKSViewPolicy", False),
        ("The role has AdministratorAccess.", "AmazonEKSClusterAdminPolicy", False),
        ('source = "terraform-aws-modules/eks/aws"', "AmazonEKSViewPolicy", True),
    ],
)
def test_entry_without_policies(more: str, policy: str, *, has_module: bool) -> None:
    """An access policy comes first if the entry has none: the caller may not create roles."""
    explanation = explain(
        'Error from server (Forbidden): pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/ops/ana" cannot list resource "pods" in API group "" at the cluster scope\n'
        f'{{"associatedAccessPolicies": [], "clusterName": "shop"}}\n{more}'
    )
    first = explanation.remedies[0]
    assert first.title == f"Associate {policy} with the access entry"
    assert ("policy_associations" in (first.manifest or "")) is has_module


@check_rows(
    ("words", "is_asked"),
    [
        ("", True),
        ("(signed in as AWSReservedSSO_View_0123456789abcdef/kim)", False),
        ("I'm logged in to the console with role AWSReservedSSO_View_0123456789abcdef.", False),
        ('Console, signed in through Identity Center as "View".', False),
        ("I am signed in with the permission set View", False),
        ("I am signed in as Viewer", True),
        ("I am signed in as kim and can View nothing", True),
        ("I am signed in as AWSReservedSSO_Ops_0123456789abcdef/kim", True),
        ("I am not signed in as AWSReservedSSO_View_0123456789abcdef/kim", True),
    ],
)
def test_who_is_signed_in_is_asked_once(words: str, is_asked: bool) -> None:  # noqa: FBT001
    steps = explain(f"{BANNER}\n{words}\n{_entry(ROLE, policies=())}").remedies[0].steps
    assert any("console is signed in as" in each for each in steps) is is_asked


@pytest.mark.parametrize(("printed", "groups"), [("None", "iam-ops"), ("viewers\tNone", "viewers")])
def test_none_in_the_text_format_is_no_group(printed: str, groups: str) -> None:
    denied = 'Error from server (Forbidden): pods is forbidden: User "arn:aws:sts::111122223333:assumed-role/ops/kim" cannot list resource "pods" in API group "" in the namespace "shop"'
    query = "$ aws eks describe-access-entry --cluster-name prod --principal-arn arn:aws:iam::111122223333:role/ops --query accessEntry.kubernetesGroups --output text"
    lines = explain(f"{denied}\n{query}\n{printed}\n").remedies[0].commands
    assert any(f"--group={groups}" in each for each in lines)
    assert not any("None" in each for each in lines)


_LOST = "its access entry takes precedence over aws-auth, so ops-admins there has no effect."


def _mapped(*groups: str, arn: str = DEV, username: str = "dev") -> str:
    lines = "".join(f"\n      - {each}" for each in groups)
    return f"mapRoles: |\n  - rolearn: {arn}\n    username: {username}\n    groups:{lines}\n"


@pytest.mark.parametrize(
    ("text", "mode", "is_lost"),
    [
        (f"{_mapped('ops-admins')}\n{_entry(DEV, policies=())}", None, True),
        (f"{_entry(DEV, 'viewers')}\n{_mapped('viewers', 'ops-admins')}", "API_AND_CONFIG_MAP", True),
        (
            f"{_mapped('ops-admins')}\n$ aws eks describe-access-entry --cluster-name c --principal-arn {DEV} --query accessEntry.kubernetesGroups\n[]\n",
            None,
            True,
        ),
        # The first group is not all.
        (
            f"{_mapped('ops-admins')}\n$ aws eks describe-access-entry --cluster-name c --principal-arn {DEV} --query accessEntry.kubernetesGroups[0] --output text\nviewers\n",
            None,
            False,
        ),
        (f"{_mapped('ops-admins')}\n{_entry(DEV, policies=())}", "CONFIG_MAP", False),
        (f"{_mapped('ops-admins')}\n{_entry(DEV, policies=())}", "API", False),
        (f"{_mapped('ops-admins')}\n{_entry(DEV + '-old', policies=())}", None, False),
        (f"{_mapped('ops-admins', arn=DEV + '-old')}\n{_entry(DEV, policies=())}", None, False),
        (f"{_mapped('ops-admins')}\n{_entry(DEV, 'ops-admins')}", None, False),
        # The entry is gone, or that of another cluster.
        (f"{_mapped('ops-admins')}\nI deleted this access entry:\n{_entry(DEV, policies=())}", None, False),
        (
            f"{_mapped('ops-admins')}\n{_entry(DEV, policies=())}\n$ aws eks delete-access-entry --cluster-name c --principal-arn {DEV}\n",
            None,
            False,
        ),
        (f"{_entry(DEV, policies=())}\nIn the old cluster:\n{_mapped('ops-admins')}", None, False),
        # The user name is that of the aws-auth entry.
        (
            f"{_mapped('ops-admins', username='arn:aws:sts::111122223333:assumed-role/dev/ana')}\n{_entry(DEV, policies=())}",
            None,
            False,
        ),
    ],
)
def test_entry_takes_precedence(text: str, mode: str | None, *, is_lost: bool) -> None:
    explanation = explain(f"{FORBIDDEN}\n{text}", facts={"authentication_mode": mode} if mode else None)
    assert explanation.summary.endswith(_LOST) is is_lost
    lines = [str(line) for each in explanation.remedies for line in each.commands]
    assert any(each.startswith("aws eks delete-access-entry") for each in lines) is is_lost
    if is_lost:
        heads = [each.partition(" --")[0] for each in lines]
        assert "aws eks update-access-entry" in heads[:2]


def test_masters_of_aws_auth_get_an_access_policy() -> None:
    explanation = explain(f"{FORBIDDEN}\n{_mapped('system:masters')}\n{_entry(DEV, policies=())}")
    assert explanation.summary.endswith("so system:masters there has no effect.")
    names = [each.commands[0].split(" --")[0] for each in explanation.remedies]
    assert names == ["aws eks associate-access-policy", "aws eks delete-access-entry"]


_VIEW = "AmazonEKSViewPolicy applies only in "


@check_rows(
    ("said", "lack"),
    [
        (f"access entry {DEV}, no groups\n  policy AmazonEKSViewPolicy, scope namespace: shop", f"{_VIEW}the namespace shop"),
        (f"The access entry for {DEV} has AmazonEKSViewPolicy for the namespace shop", f"{_VIEW}the namespace shop"),
        (f"The access entry for {DEV} has AmazonEKSViewPolicy with a namespace scope", f"{_VIEW}some namespaces"),
        (f"The nodes tab is empty. There is an access entry of {DEV}: AmazonEKSViewPolicy (namespaces shop)", f"{_VIEW}the namespace shop, and nodes are in no namespace"),
        (f"access entry: {DEV}, without groups", "it has no Kubernetes group, and needs an access policy"),
        # Groups whose rights nobody knows, a scope that nobody says, no entry, and another principal's.
        (f"access entry {DEV}, groups: viewers, policy AmazonEKSViewPolicy, scope namespace shop", None),
        (f"access entry {DEV} with AmazonEKSViewPolicy", None),
        (f"There is no access entry for {DEV}. AmazonEKSViewPolicy has the scope namespace.", None),
        (f"access entry {DEV}2, no groups, AmazonEKSViewPolicy, namespace shop\naccess entry {DEV}, AmazonEKSEditPolicy, namespace shop", None),
    ],
)  # fmt: skip
def test_entry_in_a_sentence(said: str, lack: str | None) -> None:
    explanation = explain(f"{BANNER}\n\n{said}")
    is_found = "its access entry exists, but" in explanation.summary
    assert is_found is (lack is not None)
    if lack is not None:
        assert explanation.summary.endswith(f"its access entry exists, but {lack}.")
        assert explanation.remedies[0].title.startswith("Associate ")
