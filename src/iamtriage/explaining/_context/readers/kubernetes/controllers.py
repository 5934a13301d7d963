"""Find the Kubernetes controller that wrote a text, and the service account in its charts.

Sources: the installation pages of each, such as https://docs.aws.amazon.com/eks/latest/userguide/lbc-helm.html,
https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html and
https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._context.readers.kubernetes.controller_signs import may_name_controller

if TYPE_CHECKING:
    from iamtriage.explaining._facts import Facts

__all__ = (
    "Allowance",
    "Controller",
    "find_controller",
    "find_controller_of_account",
    "permissions_of",
    "usual_account",
)


class Allowance(NamedTuple):
    """A statement of the policy that a controller documents.

    Attributes:
        actions: The actions.
        resource: The resource, with ``PARTITION`` and ``BUCKET``.
        is_narrower: Whether the resource of a denial replaces this one, because one is enough.
        conditions: The conditions, unless the resource of a denial replaces this one.
    """

    actions: tuple[str, ...]
    resource: str = "*"
    is_narrower: bool = False
    conditions: dict[str, dict[str, str]] | None = None


@attrs.frozen(eq=False, repr=False)
class Controller(Value):
    """A controller that calls AWS from a pod.

    Attributes:
        name: Its name.
        account: The namespace in its installation guide (``None`` if it varies), and its service account.
        pattern: A pattern for its log messages or its names in texts.
        services: The prefixes of the actions that it requires.
        workload: The workload of its chart, for ``kubectl rollout restart``.
        managed_policy: The AWS managed policy for its role, by the path in the policy's ARN.
        policy: The policy for its role in its documentation, if AWS has none.
        permissions: Where its documentation has the policy, if it is too long to show.
        policy_file: The URL of that policy, with ``VERSION`` and ``SUFFIX``, which depends on the partition.
        passes_roles_to: The service to which it passes roles.
        mention: A pattern for its names in texts that are not from clusters; by default ``pattern``.
        role_setting: The setting of a role that it assumes in addition to the one of its pod.
        settings: What sets a parameter of its requests, each with a pattern for the condition keys of the parameter.
    """

    name: str
    account: tuple[str | None, str]
    pattern: re.Pattern[str]
    services: tuple[str, ...]
    workload: str = attrs.field(
        default=attrs.Factory(lambda self: f"deployment/{self.service_account}", takes_self=True)
    )
    managed_policy: str | None = None
    policy: tuple[Allowance, ...] = ()
    permissions: str = ""
    policy_file: str | None = None
    passes_roles_to: str | None = None
    mention: re.Pattern[str] | None = None
    role_setting: str = ""
    settings: tuple[tuple[str, str], ...] = ()

    def setting_of(self, key: str) -> str | None:
        """Return what sets the parameter of a condition key, if that is known.

        >>> find_controller("ebs-csi-controller").setting_of("ec2:Encrypted")
        'encrypted in the parameters of the StorageClass'
        """
        return next((words for keys, words in self.settings if re.match(keys, key, re.IGNORECASE)), None)

    @property
    def has_conditions(self) -> bool:
        """Whether the policy in its documentation has a condition."""
        return any(each.conditions is not None for each in self.policy)

    def build_statements(self, action: str, resource: str, partition: str) -> list[dict[str, Any]]:
        """Return the statements that its documentation lists, the one with a denied action first.

        Args:
            action: The denied action.
            resource: The resource of the denial.
            partition: The partition.
        """
        _, is_bucket, name = resource.partition(":s3:::")
        bucket = name.partition("/")[0] if is_bucket else "BUCKET"
        statements: list[dict[str, Any]] = []
        for each in sorted(self.policy, key=lambda each: action not in each.actions):
            actions = sorted(each.actions, key=lambda other: other != action)
            is_own = action in each.actions and each.is_narrower and "*" not in resource.rpartition("/")[2]
            template = resource if is_own else each.resource
            statement: dict[str, Any] = {
                "Effect": "Allow",
                "Action": actions[0] if len(actions) == 1 else actions,
                "Resource": template.replace("PARTITION", partition).replace("BUCKET", bucket),
            }
            if each.conditions is not None and not is_own:
                statement["Condition"] = each.conditions
            statements.append(statement)
        return statements

    @property
    def namespace(self) -> str | None:
        """The namespace in its installation guide, or ``None`` if it varies."""
        return self.account[0]

    @property
    def service_account(self) -> str:
        """The service account in its chart."""
        return self.account[1]


def _actions(service: str, names: str) -> tuple[str, ...]:
    """Return actions of a service by their names, separated by spaces.

    >>> _actions("s3", "GetObject PutObject")
    ('s3:GetObject', 's3:PutObject')
    """
    return tuple(f"{service}:{name}" for name in names.split())


_ZONES = "arn:PARTITION:route53:::hostedzone/*"
_TAG_KEYS = "aws:(?:RequestTag/|TagKeys$)"
_CONTROLLERS = (
    Controller(
        "the AWS Load Balancer Controller",
        ("kube-system", "aws-load-balancer-controller"),
        lazy_pattern(
            # The controller names what it creates k8s-NAMESPACE-NAME-HASH.
            r"(?i:load-?balancer-?controller)|\"controller\":\s?\"(?:ingress|targetGroupBinding)\"|elbv2\.k8s\.aws|FailedBuildModel|\bingress\.k8s\.aws"
            r"|:(?:targetgroup|loadbalancer/(?:app|net))/k8s-|failed to (?:get|fetch|introspect) (?:VPC ID|vpcID)|introspect region from EC2Metadata",
            re.ASCII,
        ),
        (
            "elasticloadbalancing:",
            "ec2:",
            "acm:",
            "wafv2:",
            "waf-regional:",
            "shield:",
            "cognito-idp:",
            "iam:",
        ),
        permissions="the policy of its release: docs/install/iam_policy.json in kubernetes-sigs/aws-load-balancer-controller",
        # https://docs.aws.amazon.com/eks/latest/userguide/lbc-helm.html
        policy_file="https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller/VERSION/docs/install/iam_policySUFFIX.json",
        # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
        role_setting="iamRoleArnToAssume in the TargetGroupBinding",
        # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
        settings=(
            (_TAG_KEYS, "the annotation alb.ingress.kubernetes.io/tags of the Ingress"),
            ("elasticloadbalancing:Scheme", "the annotation alb.ingress.kubernetes.io/scheme of the Ingress"),
            (
                "elasticloadbalancing:SecurityPolicy",
                "the annotation alb.ingress.kubernetes.io/ssl-policy of the Ingress",
            ),
            (
                "ec2:Subnet|elasticloadbalancing:Subnet",
                "the annotation alb.ingress.kubernetes.io/subnets of the Ingress",
            ),
        ),
    ),
    Controller(
        "the EBS CSI driver",
        ("kube-system", "ebs-csi-controller-sa"),
        lazy_pattern(
            r"(?i:\bebs[._-]csi|\bebs-plugin)|_EBS_CSI_|could not create volume in EC2|Could not create volume \\?\"pvc-",
            re.ASCII,
        ),
        ("ec2:",),
        workload="deployment/ebs-csi-controller",
        managed_policy="service-role/AmazonEBSCSIDriverPolicy",
        # https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
        settings=(
            (_TAG_KEYS, "tagSpecification_1 in the parameters of the StorageClass"),
            ("ec2:Encrypted", "encrypted in the parameters of the StorageClass"),
            ("ec2:KmsKeyId", "kmsKeyId in the parameters of the StorageClass"),
            ("ec2:VolumeType", "type in the parameters of the StorageClass"),
            ("ec2:VolumeIops", "iops in the parameters of the StorageClass"),
            ("ec2:VolumeThroughput", "throughput in the parameters of the StorageClass"),
            ("ec2:VolumeSize", "resources.requests.storage of the PersistentVolumeClaim"),
        ),
    ),
    Controller(
        "the EFS CSI driver",
        ("kube-system", "efs-csi-controller-sa"),
        lazy_pattern(r"(?i:\befs[._-]csi|\befs-plugin)|_EFS_CSI_", re.ASCII),
        ("elasticfilesystem:", "ec2:"),
        workload="deployment/efs-csi-controller",
        managed_policy="service-role/AmazonEFSCSIDriverPolicy",
        role_setting="awsRoleArn in the secret of the StorageClass",
    ),
    # https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
    Controller(
        "Cluster Autoscaler",
        ("kube-system", "cluster-autoscaler"),
        lazy_pattern(
            r"(?i:cluster-?autoscaler)|\baws_(?:manager|cloud_provider)\.go:|regenerate ASG cache", re.ASCII
        ),
        ("autoscaling:", "ec2:", "eks:"),
        policy=(
            Allowance(
                _actions(
                    "autoscaling",
                    "DescribeAutoScalingGroups DescribeAutoScalingInstances DescribeLaunchConfigurations"
                    " DescribeScalingActivities DescribeTags",
                )
                + _actions(
                    "ec2",
                    "DescribeImages DescribeInstanceTypes DescribeLaunchTemplateVersions"
                    " GetInstanceTypesFromInstanceRequirements",
                )
                + _actions("eks", "DescribeNodegroup")
            ),
            Allowance(
                ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"),
                is_narrower=True,
                conditions={"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true"}},
            ),
        ),
    ),
    # The roles of its nodes are named after it, too.
    Controller(
        "Karpenter",
        ("kube-system", "karpenter"),
        lazy_pattern(
            r"(?i:\bkarpenter(?!-?node))|\bcontroller\\?[\"']?[:=]\s?\\?[\"']?(?:machine|nodeclaim|nodeclass|nodepool)\.",
            re.ASCII,
        ),
        ("ec2:", "eks:", "iam:", "pricing:", "sqs:", "ssm:"),
        permissions="the controller policies of its release, which karpenter.sh/docs/reference/cloudformation lists",
        passes_roles_to="ec2.amazonaws.com",
        # https://karpenter.sh/docs/concepts/nodepools/ and https://karpenter.sh/docs/concepts/nodeclasses/
        settings=(
            ("ec2:InstanceType", "the requirements of the NodePool"),
            ("ec2:InstanceMarketType", "the requirement karpenter.sh/capacity-type of the NodePool"),
            ("ec2:AvailabilityZone", "the requirement topology.kubernetes.io/zone of the NodePool"),
            (_TAG_KEYS, "tags of the EC2NodeClass"),
            ("ec2:Metadata", "metadataOptions of the EC2NodeClass"),
            ("ec2:(?:Encrypted|KmsKeyId|Volume)", "blockDeviceMappings of the EC2NodeClass"),
            ("ec2:(?:Subnet|Vpc)", "subnetSelectorTerms of the EC2NodeClass"),
            ("ec2:SecurityGroup", "securityGroupSelectorTerms of the EC2NodeClass"),
            ("ec2:(?:Image|Owner|Public$)", "amiSelectorTerms of the EC2NodeClass"),
            ("ec2:AssociatePublicIpAddress", "associatePublicIPAddress of the EC2NodeClass"),
        ),
    ),
    # https://external-secrets.io/latest/provider/aws-secrets-manager/
    Controller(
        "External Secrets Operator",
        ("external-secrets", "external-secrets"),
        lazy_pattern(
            r"external-secrets|\bcontrollers\.(?:Cluster)?ExternalSecret\b|\"ExternalSecret\":", re.ASCII
        ),
        ("secretsmanager:",),
        role_setting="spec.provider.aws.role of the SecretStore or ClusterSecretStore",
        settings=(
            ("aws:RequestedRegion", "spec.provider.aws.region of the SecretStore or ClusterSecretStore"),
        ),
        policy=(
            Allowance(
                _actions(
                    "secretsmanager", "GetSecretValue DescribeSecret GetResourcePolicy ListSecretVersionIds"
                ),
                "SECRET_ARN",
                is_narrower=True,
            ),
        ),
    ),
    # https://cert-manager.io/docs/configuration/acme/dns01/route53/
    Controller(
        "cert-manager",
        ("cert-manager", "cert-manager"),
        lazy_pattern(r"cert-manager|dns01|Route 53 record set", re.ASCII),
        ("route53:",),
        # https://github.com/cert-manager/website/pull/1466
        role_setting="spec.acme.solvers[].dns01.route53.role of the Issuer or ClusterIssuer",
        policy=(
            Allowance(("route53:GetChange",), "arn:PARTITION:route53:::change/*"),
            Allowance(
                ("route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"),
                _ZONES,
                is_narrower=True,
            ),
            Allowance(("route53:ListHostedZonesByName",)),
        ),
    ),
    # https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md
    Controller(
        "ExternalDNS",
        (None, "external-dns"),
        lazy_pattern(r"(?i:external-?dns)|failed to list hosted zones|records retrieval failed", re.ASCII),
        ("route53:",),
        role_setting="the flag --aws-assume-role",
        policy=(
            Allowance(
                (
                    "route53:ChangeResourceRecordSets",
                    "route53:ListResourceRecordSets",
                    "route53:ListTagsForResources",
                ),
                _ZONES,
            ),
            Allowance(("route53:ListHostedZones",)),
        ),
    ),
    Controller(
        "the Amazon VPC CNI plugin",
        ("kube-system", "aws-node"),
        lazy_pattern(r"\baws-node\b|amazon-vpc-cni|\bipamd\b", re.ASCII),
        ("ec2:",),
        workload="daemonset/aws-node",
        managed_policy="AmazonEKS_CNI_Policy",
    ),
    # Only the agent calls this API, with the role of the node, and no text about pods is about the agent:
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
    Controller(
        "the EKS Pod Identity Agent",
        ("kube-system", "eks-pod-identity-agent"),
        lazy_pattern(r"(?!)"),
        ("eks-auth:",),
        workload="daemonset/eks-pod-identity-agent",
        managed_policy="AmazonEKSWorkerNodePolicy",
        mention=lazy_pattern(r"AssumeRoleForPodIdentity", re.ASCII),
    ),
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html
    Controller(
        "the kubelet",
        ("kube-system", "kubelet"),
        lazy_pattern(r"(?!)"),
        ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken"),
        managed_policy="AmazonEC2ContainerRegistryPullOnly",
        # EC2 names the session after the instance, which is the node.
        mention=lazy_pattern(
            r"(?:\bkubelet\b|Failed to pull image)[^\n]{0,1500}?assumed-role/[^/\s]{1,64}/i-[0-9a-f]",
            re.ASCII,
        ),
    ),
    # https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#eks
    Controller(
        "Argo CD",
        ("argocd", "argocd-application-controller"),
        lazy_pattern(r"\bargocd\b|\bargocd-|argoproj\.io", re.ASCII),
        (),
        workload="statefulset/argocd-application-controller",
        role_setting="awsAuthConfig.roleARN in the secret of the cluster",
    ),
    # https://fluxcd.io/flux/components/kustomize/kustomizations/#aws-kms
    Controller(
        "Flux's kustomize-controller",
        ("flux-system", "kustomize-controller"),
        lazy_pattern(
            r"kustomize-controller|\bflux (?:get|reconcile) (?:ks|kustomizations?)\b|\bdecryption failed for '",
            re.ASCII,
        ),
        (),
    ),
    # https://github.com/vmware-tanzu/velero-plugin-for-aws
    Controller(
        "Velero",
        ("velero", "velero"),
        lazy_pattern(r"(?i:\bvelero)", re.ASCII),
        ("ec2:", "s3:"),
        policy=(
            Allowance(
                _actions(
                    "s3",
                    "GetObject PutObject PutObjectTagging DeleteObject AbortMultipartUpload ListMultipartUploadParts",
                ),
                "arn:PARTITION:s3:::BUCKET/*",
            ),
            Allowance(("s3:ListBucket",), "arn:PARTITION:s3:::BUCKET"),
            Allowance(
                _actions(
                    "ec2",
                    "DescribeVolumes DescribeSnapshots CreateTags CreateVolume CreateSnapshot DeleteSnapshot",
                )
            ),
        ),
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-prerequisites.html
    Controller(
        "Fluent Bit",
        (None, "fluent-bit"),
        lazy_pattern(
            r"\bfluent-?bit-[a-z0-9]{5}\b|[:/]fluent-?bit\b(?=[^\n]{0,200}\b[Kk]ube)|serviceaccount:[a-z0-9-]+:fluent-?bit",
            re.ASCII,
        ),
        ("logs:",),
        workload="daemonset/fluent-bit",
        role_setting="role_arn of the output",
        permissions="logs:CreateLogGroup, CreateLogStream, DescribeLogStreams and PutLogEvents on its log groups; in Container Insights, it has the AWS managed policy CloudWatchAgentServerPolicy",
        mention=lazy_pattern(r"(?i:fluent-?bit)", re.ASCII),
    ),
    Controller(
        "the CloudWatch agent",
        ("amazon-cloudwatch", "cloudwatch-agent"),
        lazy_pattern(r"\bcloudwatch-agent-[a-z0-9]{5}\b|amazon-cloudwatch[:/]cloudwatch-agent", re.ASCII),
        ("cloudwatch:", "logs:", "ec2:"),
        workload="daemonset/cloudwatch-agent",
        managed_policy="CloudWatchAgentServerPolicy",
        mention=lazy_pattern(
            r"(?i:cloudwatch-?agent)|\bcwagent\b|\[outputs\.cloudwatch(?:logs)?\]", re.ASCII
        ),
    ),
)


def find_controller_of_account(account: str | None) -> Controller | None:
    """Return the controller whose chart creates a service account of this name.

    >>> find_controller_of_account("fluent-bit").workload
    'daemonset/fluent-bit'
    """
    return next((each for each in _CONTROLLERS if each.service_account == account), None)


def permissions_of(action: str, *texts: str) -> Controller | None:
    """Return the controller whose role needs more than one action, such as this one.

    Args:
        action: The action.
        texts: Texts that can name the controller. The first one that names only one decides.

    >>> permissions_of("ec2:CreateVolume", "ebs.csi.aws.com").managed_policy
    'service-role/AmazonEBSCSIDriverPolicy'
    """
    candidates = [each for each in _CONTROLLERS if each.services and action.startswith(each.services)]
    for text in texts if candidates else ():
        found = [each for each in candidates if (each.mention or each.pattern).search(text)]
        if len(found) == 1:
            return found[0]
    return None


def find_controller(text: str) -> Controller | None:
    """Return the only controller that a text is about, or ``None``.

    >>> find_controller("failed to list hosted zones: operation error Route 53").name
    'ExternalDNS'
    """
    if not may_name_controller(text):
        return None
    found = [each for each in _CONTROLLERS if each.pattern.search(text)]
    return found[0] if len(found) == 1 else None


def usual_account(facts: Facts, text: str) -> tuple[str | None, str | None]:
    """Return the known namespace and service account, or else the usual ones of the controller."""
    if facts.namespace is not None or facts.service_account is not None:
        return facts.namespace, facts.service_account
    controller = find_controller(text)
    return (None, None) if controller is None else (controller.namespace, controller.service_account)
