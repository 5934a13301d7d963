"""Kubernetes controllers that a text names: their service accounts and what their roles need."""

from __future__ import annotations

import pytest

from iamtriage import explain
from tests.tables import check_rows

ACCOUNT = "111122223333"


def denied(role: str, action: str, resource: str = "*") -> str:
    return (
        f"api error AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/{role}/1699 is not authorized to "
        f"perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
    )


@check_rows(
    ("text", "policy"),
    [
        ('Could not create volume "pvc-1": could not create volume in EC2: ' + denied("csi", "ec2:CreateVolume"), "service-role/AmazonEBSCSIDriverPolicy"),
        ("efs-plugin: " + denied("csi", "elasticfilesystem:CreateAccessPoint"), "service-role/AmazonEFSCSIDriverPolicy"),
        ('kubelet Failed to pull image "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1": ' + denied("pool", "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:111122223333:repository/web").replace("/1699 ", "/i-0abc12de34f567890 "), "AmazonEC2ContainerRegistryPullOnly"),
        ("aws-node ipamd: " + denied("cni", "ec2:AssignPrivateIpAddresses"), "AmazonEKS_CNI_Policy"),
        ("amazon-cloudwatch-agent: " + denied("agent", "cloudwatch:PutMetricData"), "CloudWatchAgentServerPolicy"),
        ("amazon-ssm-agent: " + denied("web", "ssm:UpdateInstanceInformation", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718").replace("/1699", "/i-0a1b2c3d4e5f60718"), "AmazonSSMManagedInstanceCore"),
        ("nodeadm: operation error EKS: DescribeCluster: " + denied("pool", "eks:DescribeCluster", f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/carts"), "AmazonEKSWorkerNodePolicy"),
        ("Error fetching credentials: " + denied("eksctl-carts-NodeInstanceRole-1A2B", "eks-auth:AssumeRoleForPodIdentity"), "AmazonEKSWorkerNodePolicy"),
    ],
)  # fmt: skip
def test_managed_policy_comes_first(text: str, policy: str) -> None:
    """One action alone leads to the next denial."""
    first, second = explain(text).remedies[:2]
    assert first.commands[0].endswith(f"--policy-arn arn:aws:iam::aws:policy/{policy}")
    assert second.policy is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("karpenter: " + denied("karpenter", "ec2:DescribeInstanceTypes"), "karpenter.sh/docs/reference/cloudformation"),
        ('{"level":"ERROR","controller":"nodeclaim.lifecycle","error":"' + denied("scaler", "ec2:DescribeInstanceTypes") + '"}', "karpenter.sh/docs/reference/cloudformation"),
        # On ECS, a task's role does not get a policy for agents.
        ("aws-for-fluent-bit: " + denied("logs", "logs:CreateLogStream"), "DescribeLogStreams and PutLogEvents"),
    ],
)  # fmt: skip
def test_step_says_what_the_role_needs(text: str, words: str) -> None:
    remedy = explain(text).remedies[0]
    assert words in remedy.steps[1]
    assert remedy.policy is not None


ZONE = "arn:aws:route53:::hostedzone/Z0A1B2C3D4E5F6G7H8I9"


@check_rows(
    ("text", "allowed"),
    [
        ("aws_manager.go:269] Failed to regenerate ASG cache: " + denied("scaler", "autoscaling:DescribeTags"), {"autoscaling:DescribeTags": "*", "eks:DescribeNodegroup": "*", "autoscaling:SetDesiredCapacity": "*"}),
        ("records retrieval failed: failed to list hosted zones: " + denied("dns", "route53:ListHostedZones"), {"route53:ListHostedZones": "*", "route53:ChangeResourceRecordSets": "arn:aws:route53:::hostedzone/*"}),
        ("cert-manager/challenges: " + denied("certificates", "route53:ChangeResourceRecordSets", ZONE), {"route53:ListResourceRecordSets": ZONE, "route53:GetChange": "arn:aws:route53:::change/*", "route53:ListHostedZonesByName": "*"}),
        ("external-secrets: " + denied("secrets", "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-a1B2c3"), {"secretsmanager:ListSecretVersionIds": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-a1B2c3"}),
        ("velero: " + denied("backups", "s3:PutObject", "arn:aws:s3:::acme-backups/daily/1.json"), {"s3:GetObject": "arn:aws:s3:::acme-backups/*", "s3:ListBucket": "arn:aws:s3:::acme-backups", "ec2:CreateSnapshot": "*"}),
        ("velero: " + denied("backups", "ec2:DeleteSnapshot", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:snapshot/snap-0a1b2c3d4e5f60718"), {"ec2:DeleteSnapshot": "*", "s3:ListBucket": "arn:aws:s3:::BUCKET"}),
        ("velero: " + denied("backups", "ec2:DescribeAvailabilityZones"), {"ec2:DescribeAvailabilityZones": "*", "ec2:CreateTags": "*"}),
    ],
)  # fmt: skip
def test_policy_has_all_that_the_controller_documents(text: str, allowed: dict[str, str]) -> None:
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    assert "which the policy allows, too." in remedy.steps[1]
    denied_action = remedy.title.removeprefix("Allow ").partition(" ")[0]
    is_only_all = denied_action.startswith(
        ("autoscaling:Describe", "ec2:Describe", "route53:ListHostedZones")
    )
    assert (f"{denied_action} supports no Resource but *" in remedy.steps[1]) == is_only_all
    resources = {
        action: each["Resource"]
        for each in remedy.policy["Statement"]
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert {action: resources[action] for action in allowed} == allowed
    assert len(str(explain(text)).splitlines()) <= 32


@check_rows(
    ("text", "file"),
    [
        ("aws-load-balancer-controller: " + denied("lbc", "elasticloadbalancing:DescribeLoadBalancers"), "VERSION/docs/install/iam_policy.json"),
        (denied("AmazonEKSLoadBalancerControllerRole", "elasticloadbalancing:DescribeRules"), "VERSION/docs/install/iam_policy.json"),
        ('"controller":"ingress" ' + denied("lbc", "elasticloadbalancing:DescribeRules").replace("arn:aws:", "arn:aws-cn:"), "VERSION/docs/install/iam_policy_cn.json"),
        ("image: aws-load-balancer-controller:v2.11.0 " + denied("lbc", "ec2:DescribeRouteTables"), "v2.11.0/docs/install/iam_policy.json"),
        (denied("lbc", "elasticloadbalancing:AddTags", "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/k8s-shop-web-0a1b2c3d4e/*"), "VERSION/docs/install/iam_policy.json"),
    ],
)  # fmt: skip
def test_policy_of_the_release_comes_first(text: str, file: str) -> None:
    first, second = explain(text).remedies[:2]
    assert (
        first.commands[0]
        == f"curl -f -o policy.json https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller/{file}"
    )
    assert second.policy is not None


def test_network_plugin_uses_the_role_of_the_node() -> None:
    text = denied("pool", "ec2:CreateNetworkInterface").replace("/1699 ", "/i-0abc12de34f567890 ")
    facts = {"namespace": "kube-system"}
    explanation = explain(f"aws-node: {text}", facts=facts)
    assert explanation.remedies[0].title.startswith("Attach the AWS managed policy AmazonEKS_CNI_Policy")
    annotated = explain(
        f"aws-node eks.amazonaws.com/role-arn: arn:aws:iam::{ACCOUNT}:role/cni\n{text}", facts=facts
    )
    assert "pod-uses-node-role" in [cause.code for cause in annotated.causes]


@check_rows(
    "text",
    [
        # A role for nodes is not the controller, and another service's action is not its work.
        denied("KarpenterNodeRole-prod", "ec2:DescribeInstanceTypes"),
        "external-dns: " + denied("app", "s3:GetObject", '"arn:aws:s3:::acme-in/a"'),
        denied("app", "ec2:CreateVolume"),
        "We don't use the aws-ebs-csi-driver here.\n" + denied("app", "ec2:CreateVolume"),
        # Terraform installs the driver: the role is not the driver's.
        f"Error: creating EBS Volume: {denied('ci', 'ec2:CreateVolume')}\n  with module.ebs_csi.aws_ebs_volume.test,",
    ],
)
def test_other_callers_get_no_policy_of_a_controller(text: str) -> None:
    remedy = explain(text).remedies[0]
    assert remedy.policy is not None
    assert not any("calls more actions" in step for step in remedy.steps)


@check_rows(
    ("text", "account"),
    [
        ("aws-load-balancer-controller", "kube-system:aws-load-balancer-controller"),
        ("could not create volume in EC2", "kube-system:ebs-csi-controller-sa"),
        ("karpenter", "kube-system:karpenter"),
        ("cert-manager", "cert-manager:cert-manager"),
        ("external-secrets", "external-secrets:external-secrets"),
        ("argocd-application-controller", "argocd:argocd-application-controller"),
        ("velero", "velero:velero"),
        ("amazon-cloudwatch:cloudwatch-agent", "amazon-cloudwatch:cloudwatch-agent"),
    ],
)
def test_trust_policy_names_the_usual_service_account(text: str, account: str) -> None:
    remedy = explain(
        f"{text}: WebIdentityErr: failed to retrieve credentials\n"
        "caused by: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity\n\tstatus code: 403"
    ).remedies[0]
    assert f"system:serviceaccount:{account}" in str(remedy.policy)
    assert "REGION" in remedy.placeholders


def test_supplied_service_account_is_used_instead() -> None:
    remedy = explain(
        "velero: AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
        facts={"namespace": "backups", "service_account": "velero-server"},
    ).remedies[0]
    assert "system:serviceaccount:backups:velero-server" in str(remedy.policy)


def test_line_of_the_denial_names_the_controller() -> None:
    """A log of several controllers mentions each of them."""
    text = (
        f"ebs-csi: {denied('disks', 'ec2:CreateVolume')}\n"
        f"cluster-autoscaler: {denied('scaler', 'autoscaling:SetDesiredCapacity')}"
    )
    assert "AmazonEBSCSIDriverPolicy" in explain(text).remedies[0].title


def test_karpenter_passes_node_roles_to_ec2() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/KarpenterNodeRole-prod"
    policy = explain(f"karpenter: {denied('karpenter', 'iam:PassRole', role)}").remedies[0].policy
    assert policy is not None
    (statement,) = policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def assumes_itself(sign: str) -> str:
    role = f"arn:aws:iam::{ACCOUNT}:role/dns"
    return f"{sign}: AccessDenied: User: arn:aws:sts::{ACCOUNT}:assumed-role/dns/1699 is not authorized to perform: sts:AssumeRole on resource: {role}"


@check_rows(
    ("sign", "setting"),
    [
        ("cert-manager/challenges", "spec.acme.solvers[].dns01.route53.role of the Issuer"),
        ("external-dns", "the flag --aws-assume-role"),
        ("external-secrets", "spec.provider.aws.role of the SecretStore"),
        ("elbv2.k8s.aws", "iamRoleArnToAssume in the TargetGroupBinding"),
        ("worker", "role_arn in the profile"),
    ],
)
def test_setting_of_a_role_that_assumes_itself(sign: str, setting: str) -> None:
    explanation = explain(assumes_itself(sign))
    assert setting in explanation.remedies[0].steps[0]
    assert {cause.code for cause in explanation.causes} == {"role-assumes-itself"}
    # The role trusts itself only where no setting is known that asks for it once more.
    assert any("trust itself" in each.title for each in explanation.remedies) == (sign == "worker")
