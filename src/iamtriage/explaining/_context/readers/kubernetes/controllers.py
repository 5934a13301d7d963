"""Find the Kubernetes controller that wrote a text, and the service account in its charts.

Sources: the installation pages of each, such as https://docs.aws.amazon.com/eks/latest/userguide/lbc-helm.html,
https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html and
https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html.
"""

from __future__ import annotations

import re
from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.explaining._context.readers.kubernetes import controller_policies
from iamtriage.explaining._context.readers.kubernetes.controller_signs import may_name_controller
from iamtriage.explaining._facts import Facts


@attrs.frozen(eq=False, repr=False)
class Controller(Value):
    """A controller that calls AWS from a pod.

    Attributes:
        name: Its name.
        namespace: The namespace in its installation guide, or ``None`` if it varies.
        service_account: The service account in its chart.
        pattern: A pattern for its log messages or its names in texts.
        services: The prefixes of the actions that it requires.
        workload: The workload of its chart, for ``kubectl rollout restart``.
        managed_policy: The AWS managed policy for its role, by the path in the policy's ARN.
        policy: The policy for its role in its documentation, if AWS has none.
        policy_note: What else to know about that policy.
        permissions: Where its documentation has the policy, if it is too long to show.
        policy_file: The URL of that policy, with ``VERSION`` and ``SUFFIX``, which depends on the partition.
        passes_roles_to: The service to which it passes roles.
        mention: A pattern for its names in texts that are not from clusters; by default ``pattern``.
        role_setting: The setting of a role that it assumes in addition to the one of its pod.
        region_setting: The setting of the Region that it calls.
        values_key: The key of its service account in the values of its chart.
        filter_flag: The flag that limits it to one resource, with its ID at the end.
        filtered: What these resources are called, and their type in ARNs. It reads all that it lists, and stops at one
            that it may not read.
    """

    name: str
    namespace: str | None
    service_account: str
    pattern: re.Pattern[str]
    services: tuple[str, ...]
    workload: str = attrs.field(
        default=attrs.Factory(lambda self: f"deployment/{self.service_account}", takes_self=True)
    )
    managed_policy: str | None = None
    policy: tuple[controller_policies.Allowance, ...] = ()
    policy_note: str = ""
    permissions: str = ""
    policy_file: str | None = None
    passes_roles_to: str | None = None
    mention: re.Pattern[str] | None = None
    role_setting: str = ""
    region_setting: str = ""
    values_key: str = "serviceAccount"
    filter_flag: str = ""
    filtered: tuple[str, str] = ("", "")

    @property
    def has_conditions(self) -> bool:
        """Whether the policy in its documentation has a condition."""
        return any(each.conditions is not None for each in self.policy)

    def build_statements(self, action: str, resource: str, partition: str) -> list[dict[str, Any]]:
        """Return the statements that its documentation lists, the one with a denied action first."""
        return controller_policies.build_statements(self.policy, action, resource, partition)


_CONTROLLERS = (
    Controller(
        "the AWS Load Balancer Controller",
        "kube-system",
        "aws-load-balancer-controller",
        lazy_pattern(
            # The controller names what it creates k8s-NAMESPACE-NAME-HASH.
            r"(?a)(?i:load[-_ ]?balancer[-_ ]?controller|\balb[-_]?controller)|\"controller\":\s?\"(?:ingress|targetGroupBinding)\"|elbv2\.k8s\.aws|Failed(?:Build|Deploy)Model|[Ff]ailed (?:build|deploy) model due to |\bingress\.k8s\.aws"
            r"|:(?:targetgroup|loadbalancer/(?:app|net))/k8s-|failed to (?:get|fetch|introspect) (?:VPC ID|vpcID)|introspect region from EC2Metadata|--aws-vpc-id\b"
        ),
        ("elasticloadbalancing:", "ec2:", "acm:", "waf", "shield:", "cognito-idp:", "iam:"),
        permissions="the policy of its release: docs/install/iam_policy.json in kubernetes-sigs/aws-load-balancer-controller",
        # https://docs.aws.amazon.com/eks/latest/userguide/lbc-helm.html
        policy_file="https://raw.githubusercontent.com/kubernetes-sigs/aws-load-balancer-controller/VERSION/docs/install/iam_policySUFFIX.json",
        # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
        role_setting="iamRoleArnToAssume in the TargetGroupBinding",
    ),
    Controller(
        "the EBS CSI driver",
        "kube-system",
        "ebs-csi-controller-sa",
        lazy_pattern(
            r"(?a)(?i:\bebs[._-]csi|\bebs-plugin)|_EBS_CSI_|could not create volume in EC2|Could not (?:create volume \\?\"pvc-|(?:at|de)tach volume \\{0,3}\"vol-)"
        ),
        ("ec2:",),
        workload="deployment/ebs-csi-controller",
        values_key="controller.serviceAccount",
        managed_policy="service-role/AmazonEBSCSIDriverPolicy",
    ),
    Controller(
        "the EFS CSI driver",
        "kube-system",
        "efs-csi-controller-sa",
        lazy_pattern(
            r"(?a)(?i:\befs[._-]csi|\befs-plugin)|_EFS_CSI_|\bensure you have the right AWS permissions\b"
        ),
        ("elasticfilesystem:", "ec2:"),
        workload="deployment/efs-csi-controller",
        values_key="controller.serviceAccount",
        managed_policy="service-role/AmazonEFSCSIDriverPolicy",
        role_setting="awsRoleArn in the secret of the StorageClass",
    ),
    # https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
    Controller(
        "Cluster Autoscaler",
        "kube-system",
        "cluster-autoscaler",
        lazy_pattern(
            r"(?a)(?i:cluster-?autoscaler)|\baws_(?:manager|cloud_provider)\.go:|regenerate ASG cache"
        ),
        ("autoscaling:", "ec2:", "eks:"),
        values_key="rbac.serviceAccount",
        policy=controller_policies.CLUSTER_AUTOSCALER,
    ),
    # The roles of its nodes are named after it, too.
    Controller(
        "Karpenter",
        "kube-system",
        "karpenter",
        lazy_pattern(
            r"(?a)(?i:\bkarpenter(?!-?node))|\bcontroller\\?[\"']?[:=]\s?\\?[\"']?(?:machine|nodeclaim|nodeclass|nodepool)\.|\bcontroller\.provisioning\b"
        ),
        ("ec2:", "eks:", "iam:", "pricing:", "sqs:", "ssm:"),
        permissions="the controller policies of its release, which karpenter.sh/docs/reference/cloudformation lists",
        passes_roles_to="ec2.amazonaws.com",
    ),
    # https://external-secrets.io/latest/provider/aws-secrets-manager/
    Controller(
        "External Secrets Operator",
        "external-secrets",
        "external-secrets",
        lazy_pattern(r"(?a)external-secrets|\bcontrollers\.(?:Cluster)?ExternalSecret\b|\"ExternalSecret\":"),
        ("secretsmanager:",),
        role_setting="spec.provider.aws.role of the SecretStore or ClusterSecretStore",
        region_setting="spec.provider.aws.region of the SecretStore or ClusterSecretStore",
        policy=controller_policies.EXTERNAL_SECRETS,
    ),
    # https://cert-manager.io/docs/configuration/acme/dns01/route53/
    Controller(
        "cert-manager",
        "cert-manager",
        "cert-manager",
        lazy_pattern(r"cert-manager|dns01|Route 53 (?:record set|hosted zone ID)|route53 challenge solver"),
        ("route53:",),
        # https://github.com/cert-manager/website/pull/1466
        role_setting="spec.acme.solvers[].dns01.route53.role of the Issuer or ClusterIssuer",
        region_setting="spec.acme.solvers[].dns01.route53.region of the Issuer or ClusterIssuer",
        policy=controller_policies.CERT_MANAGER,
    ),
    # https://github.com/kubernetes-sigs/external-dns/blob/master/docs/tutorials/aws.md
    Controller(
        "ExternalDNS",
        None,
        "external-dns",
        lazy_pattern(r"(?a)(?i:external[-_]?dns)|failed to list hosted zones|records retrieval failed"),
        ("route53:",),
        role_setting="the flag --aws-assume-role",
        # https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws-filters
        filter_flag="--zone-id-filter=",
        filtered=("hosted zone", "hostedzone/"),
        policy=controller_policies.EXTERNALDNS,
        policy_note="To limit changes to one zone, end their Resource with its ID.",
    ),
    Controller(
        "the Amazon VPC CNI plugin",
        "kube-system",
        "aws-node",
        lazy_pattern(r"(?a)\baws-node(?!-[a-z]{6})\b|amazon-vpc-cni|\bipamd\b"),
        ("ec2:",),
        workload="daemonset/aws-node",
        managed_policy="AmazonEKS_CNI_Policy",
    ),
    # AWS has no managed policy for IPv6: https://docs.aws.amazon.com/eks/latest/userguide/cni-iam-role.html
    Controller(
        "the Amazon VPC CNI plugin for IPv6",
        "kube-system",
        "aws-node",
        lazy_pattern(r"(?!)"),
        ("ec2:AssignIpv6", "ec2:UnassignIpv6"),
        workload="daemonset/aws-node",
        policy=controller_policies.VPC_CNI_IPV6,
        policy_note="AmazonEKS_CNI_Policy is for IPv4 only and can stay attached: AWS has no managed policy for IPv6. Then restart the plugin: kubectl rollout restart daemonset/aws-node --namespace kube-system.",
        mention=lazy_pattern(r"(?a)\baws-node(?!-[a-z]{6})\b|amazon-vpc-cni|\bipamd\b"),
    ),
    # Only the agent calls this API, with the role of the node, and no text about pods is about the agent:
    # https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
    Controller(
        "the EKS Pod Identity Agent",
        "kube-system",
        "eks-pod-identity-agent",
        lazy_pattern(r"(?!)"),
        ("eks-auth:",),
        workload="daemonset/eks-pod-identity-agent",
        managed_policy="AmazonEKSWorkerNodePolicy",
        mention=lazy_pattern(r"AssumeRoleForPodIdentity"),
    ),
    # It configures the kubelet when a node starts: https://awslabs.github.io/amazon-eks-ami/nodeadm/
    Controller(
        "nodeadm",
        None,
        "nodeadm",
        lazy_pattern(r"(?!)"),
        ("eks:DescribeCluster",),
        managed_policy="AmazonEKSWorkerNodePolicy",
        mention=lazy_pattern(r"(?a)\bnodeadm\b|/etc/eks/bootstrap\.sh"),
    ),
    # It runs on instances: https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent.html
    Controller(
        "the SSM Agent",
        None,
        "amazon-ssm-agent",
        lazy_pattern(r"(?!)"),
        ("ssm:UpdateInstanceInformation", "ec2messages:"),
        managed_policy="AmazonSSMManagedInstanceCore",
        policy_note="The agent tries again within half an hour, or at once after sudo systemctl restart amazon-ssm-agent (sudo snap restart amazon-ssm-agent, if it is a snap). The default role of the account (Default Host Management Configuration) is only the second thing that the agent tries, and is not needed. Users who start sessions need no other permission.",
        mention=lazy_pattern(
            r"(?a)assumed-role/[^/\s]{1,64}/m?i-[0-9a-f]|\b(?:amazon-)?ssm-agent\b|\bSSM Agent\b|/amazon/ssm/|\bHealth ping failed with error\b"
        ),
    ),
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_EKS.html
    Controller(
        "the kubelet",
        "kube-system",
        "kubelet",
        lazy_pattern(r"(?!)"),
        ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken"),
        managed_policy="AmazonEC2ContainerRegistryPullOnly",
        # EC2 names the session after the instance, which is the node.
        mention=lazy_pattern(
            r"(?a)(?:\bkubelet\b|Failed to pull image)[^\n]{0,1500}?assumed-role/[^/\s]{1,64}/i-[0-9a-f]"
        ),
    ),
    Controller(
        "Argo CD",
        "argocd",
        "argocd-application-controller",
        # Argo Workflows, Rollouts and Events have the same group.
        lazy_pattern(
            r"(?a)\bargocd\b|\bargocd-|\bapp\w{4,12}\.argoproj\.io|argoproj\.io/(?:v1alpha1\"?,?\s{1,4}\"?kind\"?: ?\"?)?App"
        ),
        (),
        workload="statefulset/argocd-application-controller",
        values_key="controller.serviceAccount",
        role_setting="awsAuthConfig.roleARN in the secret of the cluster",
    ),
    # https://fluxcd.io/flux/components/kustomize/kustomizations/#aws-kms
    Controller(
        "Flux's kustomize-controller",
        "flux-system",
        "kustomize-controller",
        lazy_pattern(
            r"(?a)kustomize-controller|\bflux (?:get|reconcile) (?:ks|kustomizations?)\b|\bdecryption failed for '"
        ),
        (),
    ),
    # https://fluxcd.io/flux/components/source/buckets/#aws
    Controller(
        "Flux's source-controller",
        "flux-system",
        "source-controller",
        lazy_pattern(r"(?a)\bconfirm existence of '[^'\n]{3,63}' bucket|\bOCIArtifactPullFailed\b"),
        ("s3:", "ecr:"),
    ),
    # https://github.com/vmware-tanzu/velero-plugin-for-aws
    Controller(
        "Velero",
        "velero",
        "velero",
        lazy_pattern(
            r"(?a)(?i:\bvelero|\bbackup store for location|\bbackup ?storage ?locations? |\bputting object backups/)|\bcontroller=backup-sync\b"
        ),
        ("ec2:", "s3:"),
        values_key="serviceAccount.server",
        policy=controller_policies.VELERO,
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-prerequisites.html
    Controller(
        "Fluent Bit",
        None,
        "fluent-bit",
        lazy_pattern(
            r"(?a)\bfluent-?bit-[a-z0-9]{5}\b|[:/]fluent-?bit\b(?=[^\n]{0,200}\b[Kk]ube)|serviceaccount:[a-z0-9-]+:fluent-?bit"
        ),
        ("logs:",),
        workload="daemonset/fluent-bit",
        role_setting="role_arn of the output",
        permissions="logs:CreateLogGroup, CreateLogStream, DescribeLogStreams and PutLogEvents on its log groups; in Container Insights, it has the AWS managed policy CloudWatchAgentServerPolicy",
        mention=lazy_pattern(r"(?a)(?i:fluent-?bit)|\[output:cloudwatch_logs:"),
    ),
    Controller(
        "the CloudWatch agent",
        "amazon-cloudwatch",
        "cloudwatch-agent",
        lazy_pattern(
            r"(?a)\bcloudwatch-agent-[a-z0-9]{5}\b|amazon-cloudwatch[:/]cloudwatch-agent|\bWriteToCloudWatch failure\b[^\n]{0,40}\bWebIdentityErr\b"
        ),
        ("cloudwatch:", "logs:", "ec2:"),
        workload="daemonset/cloudwatch-agent",
        managed_policy="CloudWatchAgentServerPolicy",
        mention=lazy_pattern(r"(?a)(?i:cloudwatch-?agent)|\bcwagent\b|\[outputs\.cloudwatch(?:logs)?\]"),
    ),
)


_NOT_USED = lazy_pattern(
    r"(?i:(?:\bnot|n't|\bno longer|\bnever) (?:use|used|using|run|running|have|having)(?: the| an?| any)? [\w-]{0,30}\Z)"
)
_CHARS_BEFORE = 40
# The name is that of the object which someone else may not use.
_OBJECT = lazy_pattern(r"[\w.-]{0,60}\\?[\"'] is forbidden")
_CLAUSE = lazy_pattern(r"[^\n.,;:]+")
# In a clause about another controller: "the EBS CSI pods are fine".
_WORKS = lazy_pattern(
    r"(?i)(?<!not)(?<!n.t)(?<!never)(?<!nothing)(?<!longer)\s(?:(?:is|are|was|were)\s(?:all\s|still\s)?(?:happy|fine|ok|okay|healthy|working)|works?|runs?\sfine)\b"
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
        found = [each for each in candidates if _is_used(each.mention or each.pattern, text)]
        named = [each for each in found if not "".join(each.services).endswith(":")] or found
        if len(named) == 1:
            return named[0]
    return None


def find_controller(text: str) -> Controller | None:
    """Return the only controller that a text is about, or ``None``.

    >>> find_controller("failed to list hosted zones: operation error Route 53").name
    'ExternalDNS'
    >>> find_controller("ebs-csi is fine; external-dns doesn't work").name
    'ExternalDNS'
    >>> find_controller("We do not use Karpenter.") is None
    True
    """
    if not may_name_controller(text) or "/node_modules/" in text:  # none of them runs on Node.js
        return None
    found = [each for each in _CONTROLLERS if _is_used(each.pattern, text)]
    if len(found) > 1:
        failing = _CLAUSE.sub(lambda clause: "" if _WORKS.search(clause[0]) else clause[0], text)
        found = [each for each in found if each.pattern.search(failing)]
    return found[0] if len(found) == 1 else None


def _is_used(name: re.Pattern[str], text: str) -> bool:
    """Return whether a text names a controller, and not only as an object or to say that it is not used."""
    return any(
        not _NOT_USED.search(text, max(each.start() - _CHARS_BEFORE, 0), each.start())
        and not _OBJECT.match(text, each.end())
        for each in name.finditer(text)
    )


def usual_account(facts: Facts, text: str) -> tuple[str | None, str | None]:
    """Return the known namespace and service account, or else those of the controller, whose own a ClusterIssuer uses."""
    controller = find_controller(text) if facts.service_account is None else None
    if controller is None or facts.namespace not in (None, controller.namespace):
        own = facts.service_account and "kind: ClusterIssuer" in text and "cert-manager"
        return facts.namespace or own or None, facts.service_account
    return controller.namespace, controller.service_account
