"""What comes first if the text or the facts decide between several causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from iamtriage import check_trust_policy, explain
from tests.tables import check_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from iamtriage.explaining import Explanation

_RUN = """module.eks.aws_eks_node_group.a: Still creating... [{time} elapsed]
module.eks.aws_eks_node_group.a: Creation complete after {time} [id=orders:a]
{resource}.x: Creating...
╷
│ Error: the server has asked for the client to provide credentials
│
│   with {resource}.x,
╵
"""


def _explained(text: str, facts: Mapping[str, object] | None = None) -> Explanation:
    found = explain(text, facts=facts)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("time", "more"),
    [("9m50s", ""), ("16m2s", 'exec { command = "aws", args = ["eks", "get-token"] }')],
    ids=["short", "renewed"],
)
def test_token_does_not_expire_otherwise(time: str, more: str) -> None:
    found = _explained(_RUN.format(time=time, resource="helm_release") + more)
    assert "expired" not in found.summary


def test_console_without_entries_maps_the_principal_first() -> None:
    text = "Error loading Pods\nUnauthorized: Verify you have access to the Kubernetes cluster"
    first = _explained(text, {"cluster": "orders", "authentication_mode": "CONFIG_MAP"}).remedies[0]
    assert [each.split()[:3] for each in first.commands[:3]] == [
        ["kubectl", "create", "clusterrole"],
        ["kubectl", "create", "clusterrolebinding"],
        ["eksctl", "create", "iamidentitymapping"],
    ]
    # With access entries, none of this comes first.
    assert "create-access-entry" in _explained(text, {"cluster": "orders"}).remedies[0].commands[2]


_POD_DENIAL = "User: arn:aws:sts::{account}:assumed-role/eks-node-group/i-0123456789abcdef0 is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:eu-west-1:111122223333:orders because no identity-based policy allows the sqs:SendMessage action"


@pytest.mark.parametrize("account", ["111122223333", "***"])
def test_pod_is_checked_for_a_role_before_it_gets_one(account: str) -> None:
    facts = {"cluster": "shop", "namespace": "orders", "service_account": "api"}
    found = _explained(_POD_DENIAL.format(account=account), facts)
    assert "not with a role of its service account api" in found.summary
    look, associations, create, put, associate, *_ = found.remedies[0].commands
    assert look.startswith("kubectl get serviceaccount api")
    assert "list-pod-identity-associations" in associations
    assert "create-role --role-name shop-orders-api" in create
    assert '"pods.eks.amazonaws.com"' in create
    assert "--role-name shop-orders-api" in put
    shown = "ACCOUNT_ID" if account == "***" else account
    assert f"--role-arn arn:aws:iam::{shown}:role/shop-orders-api" in associate


def test_helm_needs_more_than_the_denied_verb() -> None:
    text = 'Error: UPGRADE FAILED: query: failed to query with labels: secrets is forbidden: User "ci" cannot list resource "secrets" in API group "" in the namespace "orders"'
    in_eks = _explained(text, {"cluster": "shop"})
    assert "stores each release in a Secret" in in_eks.remedies[0].steps[0]
    assert "AmazonEKSEditPolicy" in in_eks.remedies[1].title
    assert "--verb=create,delete,get,list,patch,update" in in_eks.remedies[2].commands[0]
    # Another cluster can have no access policies.
    assert not any("AmazonEKS" in each.title for each in _explained(text).remedies)


def test_cdk_offers_the_direct_permission_last() -> None:
    arn = "arn:aws:iam::111122223333:role/cdk-hnb659fds-{}-role-111122223333-eu-west-1"
    text = f"current credentials could not be used to assume '{arn.format('deploy')}', but are for the right account. Proceeding anyway.\nUser: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole on resource: {arn.format('cfn-exec')}"
    first, *_, direct = _explained(text).remedies
    assert "sts:AssumeRole" in first.title
    assert direct.policy is not None
    [statement] = direct.policy["Statement"]
    assert statement["Resource"] == arn.format("cfn-exec")
    assert "cloudformation.amazonaws.com" in str(statement["Condition"])


def test_entry_of_the_cluster_creator_is_turned_off_in_its_module() -> None:
    text = 'Error: creating EKS Access Entry (shop:arn:aws:iam::111122223333:role/ci): operation error EKS: CreateAccessEntry, ResourceInUseException: The specified access entry resource is already in use on this cluster.\n\n  with module.eks.aws_eks_access_entry.this["{}"],'
    creator, other = (_explained(text.format(key)) for key in ("cluster_creator", "ci"))
    assert "set that to false" in creator.remedies[0].steps[1]
    assert not any("set that to false" in each for each in other.remedies[0].steps)
    # A name of nodes leaves it open.
    for key, has_nodes in (("ci", False), ("spot_nodes", True), ("karpenter", True)):
        found = _explained(text.format(key))
        assert any("managed node group" in each.text for each in found.causes) is has_nodes
        assert ("for nodes or for" in " ".join(found.remedies[0].steps)) is has_nodes


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("software.amazon.awssdk.services.s3.model.S3Exception: ", "Region.EU_WEST_1"),
        (
            "botocore.exceptions.ClientError: An error occurred (AuthorizationHeaderMalformed) when calling the GetObject operation: ",
            'region_name="eu-west-1"',
        ),
    ],
    ids=["java", "python"],
)
def test_region_of_one_client_of_a_pod(prefix: str, code: str) -> None:
    text = f"{prefix}The authorization header is malformed; the region 'us-east-2' is wrong; expecting 'eu-west-1'"
    facts = {"namespace": "orders", "service_account": "api"}
    [alone] = _explained(text, facts).remedies
    [in_cluster] = _explained(text, {**facts, "region": "us-east-2"}).remedies
    assert code in alone.steps[0]
    assert not any("EKS sets" in step for step in alone.steps)
    assert "which EKS sets to the cluster's Region, us-east-2," in in_cluster.steps[1]


@pytest.mark.parametrize(("role", "shown"), [("app", True), ("other", False)])
def test_revoked_sessions_are_those_of_the_role(role: str, shown: bool) -> None:  # noqa: FBT001
    text = f'User: arn:aws:sts::111122223333:assumed-role/app/ana is not authorized to perform: sqs:ListQueues on resource: * with an explicit deny in an identity-based policy\n\n$ aws iam list-role-policies --role-name {role} --profile admin\n{{\n    "PolicyNames": [\n        "AWSRevokeOlderSessions"\n    ]\n}}'
    found = _explained(text)
    assert ("AWSRevokeOlderSessions" in found.summary) is shown
    read = "aws iam get-role-policy --role-name app --policy-name AWSRevokeOlderSessions --profile admin"
    assert any(read in each.commands for each in found.remedies) is shown


@pytest.mark.parametrize(
    ("principal", "trusted"),
    [
        ("arn:aws:iam::111122223333:root", "the account 111122223333"),
        ("arn:aws:iam::111122223333:role/ci", "the role ci"),
    ],
    ids=["account", "role"],
)
def test_trust_policy_names_the_account_or_the_caller(principal: str, trusted: str) -> None:
    text = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/deploy\naws sts assume-role --role-arn arn:aws:iam::444455556666:role/deploy --role-session-name run"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "orders-1"}},
    }
    found = _explained(text, {"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}})
    assert any(f"trusts {trusted}: the principal is right" in each.text for each in found.causes)


@check_rows(
    ("principal", "says"),
    [
        ("AROAEXAMPLEDELETED12", "names AROAEXAMPLEDELETED12, the unique ID of a deleted role"),
        ("arn:aws:iam::111122223333:role/other", "trusts only arn:aws:iam::111122223333:role/other."),
        (
            "arn:aws:sts::111122223333:assumed-role/ci/earlier",
            "names the session earlier of the role ci, and the caller is the session run.",
        ),
        ({"Service": "glue.amazonaws.com"}, "trusts only the service glue.amazonaws.com."),
    ],
    ids=["deleted", "other", "other-session", "service"],
)
def test_trusted_principal_is_in_the_verdict(principal: str | dict[str, str], says: str) -> None:
    text = "User: arn:aws:sts::111122223333:assumed-role/ci/run is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/deploy because no role trust policy allows the sts:AssumeRole action"
    named = principal if isinstance(principal, dict) else {"AWS": principal}
    statement = {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole"}
    found = _explained(text, {"trust_policy": {"Version": "2012-10-17", "Statement": [statement]}})
    assert says in found.summary
    changed = next(each.policy for each in found.remedies if each.layer == "role_trust")
    assert changed is not None
    allowed = check_trust_policy(changed, action="sts:AssumeRole", caller="arn:aws:iam::111122223333:role/ci")
    assert allowed.allowed is True


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("sts.amazonaws.com", "a VPC endpoint with private DNS"),
    ],
)
def test_unreachable_host_and_the_endpoint_that_it_needs(host: str, service: str) -> None:
    text = f'botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL: "https://{host}/"'
    [remedy] = _explained(text, {"namespace": "jobs"}).remedies[-1:]
    assert service in remedy.steps[1]
    assert "in a pod of the namespace jobs" in remedy.steps[0]
    name = service.partition(" for ")[2].partition(" ")[0]
    assert f"Name=service-name,Values={name}" in remedy.commands[-1] or not name


@pytest.mark.parametrize(
    ("host", "address", "says", "creates"),
    [
        ("sts.eu-west-1.amazonaws.com", "203.0.113.7", "203.0.113.7 is a public address", True),
        ("sts.eu-west-1.amazonaws.com", "10.0.3.4", "10.0.3.4 is a private address", False),
        (
            "sts.eu-west-1.amazonaws.com",
            "",
            "Without internet access, the subnet needs a route to a NAT",
            True,
        ),
    ],
)
def test_way_from_a_pod_to_sts(host: str, address: str, says: str, *, creates: bool) -> None:
    dial = f"dial tcp {address}:443: " if address else ""
    text = f'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://{host}/": {dial}i/o timeout'
    remedy = _explained(text, {"namespace": "jobs"}).remedies[0]
    assert remedy.steps[0].startswith(says)
    assert remedy.commands[0].startswith("kubectl exec --namespace jobs POD -- curl ")
    create = "create-vpc-endpoint --region eu-west-1 --vpc-endpoint-type Interface --private-dns-enabled --service-name com.amazonaws.eu-west-1.sts"
    assert (create in remedy.commands[-1]) is creates


def test_endpoint_of_sts_in_china() -> None:
    text = 'WebIdentityErr: failed to retrieve credentials\ncaused by: RequestError: send request failed\ncaused by: Post "https://sts.cn-north-1.amazonaws.com.cn/": i/o timeout'
    assert "--service-name cn.com.amazonaws.cn-north-1.sts" in _explained(text, {}).remedies[0].commands[-1]


@pytest.mark.parametrize(
    ("key", "is_guardrail"), [("iam:PermissionsBoundary", True), ("aws:PrincipalTag/team", False)]
)
def test_deny_that_limits_new_roles_is_not_scoped_down(key: str, *, is_guardrail: bool) -> None:
    value = "arn:aws:iam::111122223333:policy/team-boundary" if is_guardrail else "data"
    deny = f'{{"Sid": "Limit", "Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*", "Condition": {{"StringNotEquals": {{"{key}": "{value}"}}}}}}'
    text = f"An error occurred (AccessDenied) when calling the CreateRole operation: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/feed with an explicit deny in an identity-based policy\n\n{deny}"
    titles = [each.title for each in _explained(text).remedies]
    assert titles
    assert any("scope down the statement Limit" in each for each in titles) is not is_guardrail
