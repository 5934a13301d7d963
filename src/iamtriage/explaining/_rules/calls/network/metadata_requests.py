"""Explain requests to the instance metadata service that are not for credentials.

Sources: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/ and
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.credentials import credential_sources
from iamtriage.explaining._rules.credentials.workloads import credential_endpoints, pod_annotations, pod_roles
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import certificates
from iamtriage.explaining._rules.shared.remedies import cluster_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts import text_signs
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError

METADATA_REQUEST = lazy_pattern(r"operation error ec2imds|\bEC2Metadata(?:Request)?Error\b")
METADATA_UNANSWERED = CauseType(
    "metadata-unanswered",
    title="The instance metadata service did not answer",
    meaning="A program asked the EC2 instance metadata service for something other than credentials, such as the VPC ID or the Region, and got no usable response.",
    recognised_by="An error of ec2imds, EC2MetadataError or EC2MetadataRequestError that names the VPC ID, the Region or the identity document.",
    fix="Configure what the program asks for, or set the hop limit of the instance metadata to 2.",
    sources=(pages.EC2_METADATA, pages.LOAD_BALANCER_CONTROLLER),
)
# What is asked for, by what names it.
_PURPOSES = text_signs.Signs(
    {
        r"(?i:vpc.?id|mac metadata)": "the VPC ID",
        r"identity (?:document|metadata)|GetInstanceIdentityDocument": "the identity of its instance",
        r"(?i:availability.?zone)": "the Availability Zone",
        r"(?i:hostname|local-ipv4)": "the name or address of its instance",
        r"(?i:region)": "the Region",
    }
)
_UNAUTHORIZED = lazy_pattern(r"(?i:status ?code: 401|status code 401|401 - Unauthorized)")
# The options of an instance whose service is on, for programs one hop away only with a limit of 2.
_LIMITED = lazy_pattern(
    r"(?=[\s\S]{0,400}\"HttpEndpoint\": ?\"enabled\")\"HttpTokens\": ?\"required\"[^{}]{0,200}\"HttpPutResponseHopLimit\": ?1\b"
)
_FALLBACK = lazy_pattern(r"falling back to|using Kubernetes metadata|fallback to")
_SET_REGION = your_remedy(
    "Give the program its Region",
    "Set AWS_REGION in the environment of the program or in the pod's specification. Then it does not ask the metadata service.",
    commands="export AWS_REGION=REGION",
    url=pages.SDK_REGION,
)
_CONFIGURE_LOAD_BALANCERS = cluster_remedy(
    "Give the controller its Region and VPC (region and vpcId in Helm)",
    "With these values, the controller does not ask the metadata service. The first command prints VPC_ID, the second the chart's version: without --version, Helm would upgrade the controller, too. In a manifest, the flags are --aws-region and --aws-vpc-id.",
    commands=(
        "aws eks describe-cluster --name CLUSTER --region REGION --query cluster.resourcesVpcConfig.vpcId --output text",
        "helm list --namespace NAMESPACE --filter aws-load-balancer-controller",
        "helm upgrade aws-load-balancer-controller eks/aws-load-balancer-controller --namespace NAMESPACE --version CHART_VERSION --reuse-values --set region=REGION --set vpcId=VPC_ID",
    ),
    url=pages.LOAD_BALANCER_CONTROLLER,
)
_GIVE_ROLE = cluster_remedy(
    "Then give the service account a role: it has no annotation",
    "Unless it has a Pod Identity association, the next call fails because the pod has no credentials. The first command lists the associations.",
    "Create an association, or annotate the account with the role (IRSA). Then re-create the pods: EKS injects the variables only when a pod is created.",
    commands=(
        pod_roles.LIST_ASSOCIATIONS,
        pod_roles.CREATE_ASSOCIATION,
        "kubectl rollout restart deployment/NAME --namespace NAMESPACE",
    ),
    url=pages.EKS_SERVICE_ACCOUNTS,
)


def explain_metadata_request(case: Case[AwsError], message: str) -> Explanation:
    """Explain that the instance metadata service did not tell a program what it asked for."""
    facts = case.facts
    # What the program says names it better than the text around it.
    line = next((each for each in case.failure.text.splitlines() if METADATA_REQUEST.search(each)), "")
    controller = find_controller(line)
    controller = controller or find_controller(f"{case.text} {facts.service_account or ''}")
    name = "The program" if controller is None else capitalize_start(controller.name)
    asked = _PURPOSES.find(message) or "data of its instance"
    outcome = "failed"
    if _UNAUTHORIZED.search(message):
        outcome = "was rejected with status 401: the instance requires a session token (IMDSv2), and most likely its response does not reach the pod (hop limit 1)"
    elif credential_sources.TIMEOUT_SIGNS.search(message):
        outcome = "got no response: most likely, the hop limit of the instance is 1, so the response does not reach pods"
    configure = _SET_REGION if asked == "the Region" else None
    if controller is not None and controller.service_account == "aws-load-balancer-controller":
        configure = _CONFIGURE_LOAD_BALANCERS
    hop_limit = credential_endpoints.hop_limit_remedy(case)
    steps, end = hop_limit.steps, "No credentials or permissions were checked."
    if clues.mentions_kubernetes(case) or controller is not None:
        steps = (
            "For new nodes, set it in the launch template of the node group, or in metadataOptions of Karpenter's EC2NodeClass.",
        )
    if _FALLBACK.search(message):
        end = "This is only a warning: the program then uses another source."
        steps = ("If the program works, ignore the message.", *steps)
    hop_limit = attrs.evolve(hop_limit, steps=steps)
    lacks_role = re.search(pod_annotations.ACCOUNT_WITHOUT_ANNOTATION, case.text) is not None
    return case.explain(
        f"{name} asked the instance metadata service for {asked}, and its request {outcome}. {end}",
        METADATA_UNANSWERED.cause(
            "reported",
            text=f"The request is for {asked}, not for credentials: the role of the pod or instance is not in question.",
        ),
        credential_endpoints.METADATA_HOP_LIMIT.cause(),
        None
        if _LIMITED.search(case.failure.text)
        else certificates.NO_WAY_OUT.cause(
            text="The metadata service is turned off or blocked for pods, or the pod runs on Fargate or outside of EC2, where there is none."
        ),
        remedies=(configure, _GIVE_ROLE if lacks_role else None, hop_limit),
        notes="An IAM policy does not help: no request reached AWS.",
    )
