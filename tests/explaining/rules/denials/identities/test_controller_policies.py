"""The policy of the AWS Load Balancer Controller is compared with the release that the text shows."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

ROLE = "alb-prod"
POLICY = "arn:aws:iam::111122223333:policy/alb-controller"
ACTION = "elasticloadbalancing:DescribeListenerAttributes"
EVENT = f"ingress  Failed deploy model due to operation error Elastic Load Balancing v2: DescribeListenerAttributes, https response error StatusCode: 403, RequestID: e476513e-2c4e-41ce-b1d4-7b967aaac6d0, api error AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{ROLE}/1794938400012345678 is not authorized to perform: {ACTION} because no identity-based policy allows the {ACTION} action\n"
CHART = "$ helm ls\nNAME NAMESPACE REVISION UPDATED STATUS CHART APP VERSION\naws-load-balancer-controller kube-system 7 2026-11-16 deployed aws-load-balancer-controller-1.13.0 v2.13.0\n"
HISTORY = "$ helm history aws-load-balancer-controller\n6 superseded aws-load-balancer-controller-1.6.0 v2.6.0 Upgrade complete\n7 deployed aws-load-balancer-controller-1.13.0 v2.13.0 Upgrade complete\n"
IMAGE = "image: public.ecr.aws/eks/aws-load-balancer-controller:v2.13.0\n"
ATTACHED = f"$ aws iam list-attached-role-policies --role-name {ROLE} --query 'AttachedPolicies[].PolicyArn' --output text\n{POLICY}\n"


@pytest.mark.parametrize(
    "text",
    [CHART + EVENT + ATTACHED, ATTACHED + HISTORY + EVENT, IMAGE + EVENT + ATTACHED],
    ids=["chart", "history", "image"],
)
def test_managed_policy_is_updated(text: str) -> None:
    explanation = explain(text)
    first = explanation.remedies[0]
    assert "elasticloadbalancing:ModifyListenerAttributes" in first.steps[0]
    assert "/v2.13.0/docs/install/iam_policy.json" in first.commands[0]
    assert f"create-policy-version --policy-arn {POLICY} " in first.commands[1]


@pytest.mark.parametrize(
    "text",
    [
        CHART + EVENT + ATTACHED.replace(ROLE, "other"),
        CHART + EVENT + ATTACHED.replace(POLICY, f"{POLICY}\t{POLICY}-more"),
        CHART + EVENT + ATTACHED.replace("111122223333:policy", "aws:policy"),
    ],
    ids=["other role", "two policies", "policy of AWS"],
)
def test_other_policies_are_kept(text: str) -> None:
    explanation = explain(text)
    assert "no identity-based policy allows it" in explanation.summary
    assert any("attach-role-policy" in line for line in explanation.remedies[0].commands)


@check_rows(
    ("log", "action", "title"),
    [
        ("Warning  FailedBuildModel  3s  ingress  Failed build model due to ", "elasticloadbalancing:DescribeTags", "Give the pod's role the policy of the controller's release"),
        ("ebs.csi.aws.com: could not create volume: ", "ec2:CreateVolume", "Attach the AWS managed policy AmazonEBSCSIDriverPolicy to the pod's role"),
        ("cluster-autoscaler: ", "autoscaling:DescribeAutoScalingGroups", "Allow autoscaling:DescribeAutoScalingGroups for the pod's role"),
        ("[fluent-bit] ", "logs:PutLogEvents", None),
        ("aws elbv2 describe-tags\n", "elasticloadbalancing:DescribeTags", None),
    ],
)  # fmt: skip
def test_policy_is_for_the_role_of_the_pod(log: str, action: str, title: str | None) -> None:
    role = "eks-node-role" if title else "web"
    explanation = explain(
        f"{log}AccessDenied: User: arn:aws:sts::111122223333:assumed-role/{role}/i-0abc12de34f567890 is not authorized to perform: {action} because no identity-based policy allows the {action} action"
    )
    titles = [each.title for each in explanation.remedies]
    if title is None:
        assert not any("pod" in each for each in titles)
        return
    assert titles[:2] == ["Give the pod's service account its own role", title]
    assert not any(role in line for line in explanation.remedies[1].commands)
    assert "its pod called with the node's role eks-node-role" in explanation.summary
