"""Defaults of clusters and nodes explain failures: the creator of a cluster, the webhook for roles, and the hop limit."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

_DENIED = "AccessDenied: User: arn:aws:sts::111122223333:assumed-role/eks-lab-node-group/i-0a1b2c3d4e5f60718 is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::reports/a because no identity-based policy allows the s3:GetObject action\n"
_ANNOTATED = "$ kubectl -n shop get sa report -o yaml | grep role-arn\n    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/report\n$ kubectl -n shop exec deploy/report -- env | grep -c AWS_\n0\n"
_WEBHOOKS = "$ kubectl get mutatingwebhookconfigurations\nNAME      WEBHOOKS   AGE\nlinkerd   2          9d\n"


@check_rows(
    ("listed", "is_missing"),
    [
        (_WEBHOOKS, True),
        (f"{_WEBHOOKS}pod-identity-webhook   1   9d\n", False),
        (_WEBHOOKS.replace("mutating", "validating"), False),
        ("", False),
    ],
)
def test_missing_webhook(listed: str, *, is_missing: bool) -> None:
    facts = {"namespace": "shop", "service_account": "report"}
    explanation = explain(f"{_DENIED}{_ANNOTATED}{listed}", facts=facts)
    assert ("lacks the webhook" in explanation.summary) is is_missing
    first = explanation.remedies[0]
    assert first.title.startswith("Set in the pod template" if is_missing else "Re-create")
    if is_missing:
        assert '{"name":"AWS_ROLE_ARN","value":"arn:aws:iam::111122223333:role/report"}' in first.commands[1]
        text = f"{_DENIED}{_ANNOTATED}{listed}".replace("role/report", "role/CONTAINER")
        patch = explain(text, facts=facts).remedies[0].commands[1]
        assert '"name":"\'"$container"\'"' in patch
        assert ":role/CONTAINER" in patch


_TIMEOUT = "operation error S3: ListBuckets, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded\nThe pod is in CrashLoopBackOff.\n"
_WORKS = "On the node itself, curl with a token to http://169.254.169.254/latest/meta-data/iam/security-credentials/ {} eks-lab-node.\n"


@check_rows(
    ("words", "is_first"),
    [
        (_WORKS.format("prints the role"), True),
        (_WORKS.format("returns"), True),
        (_WORKS.format("returns 404 for"), False),
        (f'{_WORKS.format("prints")}"HttpPutResponseHopLimit": 2\n', False),
        ("", False),
    ],
)
def test_hop_limit_of_a_node(words: str, *, is_first: bool) -> None:
    explanation = explain(f"{_TIMEOUT}{words}", facts={"service_account": "report", "namespace": "shop"})
    assert explanation.remedies[0].title.startswith("Raise the hop limit") is is_first
    if is_first:
        assert "hop limit" in explanation.summary
        assert "MetadataOptions" in explanation.remedies[0].commands[0]


_LOGIN = "error: You must be logged in to the server (Unauthorized)\n"


_LISTED = "$ aws eks list-access-entries --cluster-name {} --output text\nACCESSENTRIES\tarn:aws:iam::111122223333:{}"


@check_rows(
    ("words", "is_first"),
    [
        ("The user ana has had an access entry since May.", True),
        ("My user ana is mapped in aws-auth.", True),
        ("I already have an access entry of my own.", True),
        ("I have no access entry yet.", False),
        ("I have to create an access entry.", False),
        ("I was told that the role has an access entry.", False),
        ("My user is listed in another cluster's aws-auth.", False),
        ("The user ana has no access entry.", False),
        ("The user bob has an access entry.", False),
        (_LISTED.format("films", "user/ana"), True),
        (
            '$ aws eks list-access-entries --cluster-name films\n{"accessEntries": ["arn:aws:iam::111122223333:user/ana"]}',
            True,
        ),
        (
            '$ aws eks describe-access-entry --cluster-name films --principal-arn arn:aws:iam::111122223333:user/ana\n{"accessEntry": {"kubernetesGroups": []}}',
            True,
        ),
        # The role can allow more, and other clusters and users have other entries.
        (f"{_LISTED.format('films', 'user/ana')}\nACCESSENTRIES\tarn:aws:iam::111122223333:role/old", False),
        (_LISTED.format("books", "user/ana"), False),
        (_LISTED.format("films", "role/ana"), False),
        (_LISTED.format("films", "user/bob"), False),
        ("", False),
    ],
)
def test_role_of_a_kubeconfig_that_is_not_needed(words: str, *, is_first: bool) -> None:
    text = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/old\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 254\n{words}"
    explanation = explain(text, facts={"cluster": "films", "region": "eu-west-1"})
    assert explanation.remedies[0].title.startswith("Update the kubeconfig without --role-arn") is is_first


_OWN_POLICIES = "$ aws eks list-associated-access-policies --cluster-name films --principal-arn arn:aws:iam::111122223333:role/{}\n{}"
_VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy\tcluster"
_LIST_OWN = "aws eks list-associated-access-policies --cluster-name films --region eu-west-1 --principal-arn arn:aws:iam::111122223333:role/{}"


@check_rows(
    ("words", "decides", "check"),
    [
        (
            _OWN_POLICIES.format("staff/dev", _VIEW),
            "and does not need this role: it has an access entry with AmazonEKSViewPolicy.",
            "kubectl auth whoami",
        ),
        (
            '$ aws eks describe-access-entry --cluster-name films --principal-arn arn:aws:iam::111122223333:role/staff/dev\n{"accessEntry": {"kubernetesGroups": []}}',
            "and does not need this role: it has an access entry.",
            _LIST_OWN.format("staff/dev"),
        ),
        (
            f"{_LISTED.format('films', 'role/staff/dev')}\n{_OWN_POLICIES.format('ops', _VIEW)}",
            "and does not need this role: it has an access entry, and the role old has none.",
            _LIST_OWN.format("staff/dev"),
        ),
        # The policies of the other role.
        (_OWN_POLICIES.format("old", _VIEW), None, None),
    ],
)
def test_entry_of_a_caller_whose_kubeconfig_sets_a_role(
    words: str, decides: str | None, check: str | None
) -> None:
    text = f"An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:sts::111122223333:assumed-role/dev/ana is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/old\nUnable to connect to the server: getting credentials: exec: executable aws failed with exit code 254\n{words}"
    explanation = explain(text, facts={"cluster": "films", "region": "eu-west-1"})
    assert ("does not need this role" in explanation.summary) is (decides is not None)
    assert decides is None or decides in explanation.summary
    assert check is None or explanation.remedies[0].commands[-1] == check


@check_rows(
    ("words", "who"),
    [
        ("I get this in CI (user ci-bot).", "the user ci-bot"),
        ("It fails when I am logged in with role dev-2.", "the role dev-2"),
        (
            "I am signed in through IAM Identity Center (arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ana).",
            "the Identity Center role AWSReservedSSO_Ops_0123456789abcdef",
        ),
        ("My colleague (user kim) has access, I don't.", None),
        ("Our admin is signed in as the user kim.", None),
        ("With (role dev-2) it works.", None),
        ("The cluster was created by our pipeline (role shop-ci).", None),
        ("It works for the deployment (role shop-ci).", None),
        ("The nodes (role shop-nodes) are ready.", None),
    ],
)
def test_caller_in_a_sentence(words: str, who: str | None) -> None:
    summary = explain(f"{words}\n{_LOGIN}").summary
    assert ("does not say who it is" in summary) is (who is None)
    assert who is None or who in summary


_SECOND = """module.k8s.aws_eks_access_entry.this["cluster_creator"]: {state} [id=films:{created}]
Error: creating EKS Access Entry (films:arn:aws:iam::111122223333:role/apply): operation error EKS: CreateAccessEntry, https response error StatusCode: 409, ResourceInUseException: The specified access entry resource is already in use on this cluster.

  with module.k8s.aws_eks_access_entry.this["admins"],

  enable_cluster_creator_admin_permissions = true
"""


@pytest.mark.parametrize("state", ["Creation complete after 2s", "Refreshing state..."])
def test_entry_of_the_creator_beside_the_second_one(state: str) -> None:
    text = _SECOND.format(state=state, created="arn:aws:iam::111122223333:role/apply")
    explanation = explain(text)
    assert explanation.remedies[0].title == "Declare the entry once: remove admins from access_entries"
    assert [(each.code, each.evidence) for each in explanation.causes] == [
        ("entry-declared-twice", "derived")
    ]


def test_entry_of_another_creator_is_not_the_second_one() -> None:
    text = _SECOND.format(state="Refreshing state...", created="arn:aws:iam::111122223333:role/other")
    explanation = explain(text)
    assert "entry-declared-twice" not in {each.code for each in explanation.causes}
