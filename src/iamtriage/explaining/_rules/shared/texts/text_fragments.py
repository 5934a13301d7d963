"""Recognize by fragments which texts need a search for pods, deployments and users of roles.

Most texts contain none of the fragments, so that the patterns for these searches are imported only for the others.
"""

from __future__ import annotations

from iamtriage.explaining._context.readers.kubernetes.controller_signs import may_name_controller

POD_FRAGMENTS = (
    "Pod", "pod", "erviceAccount", "erviceaccount", "/var/run/secrets/", "kube", "econcil", "amespace", ".go:",
    "external", "cluster", "karpenter", "ontroller", "alb", "cert-manager", "csi", "kiam", "crossplane",
    "secrets-store", "keda", " model due to ", "terraform setup:",
)  # fmt: skip
"""Each match of the pattern for pods contains one of these, and finding them takes a tenth of the time."""
# Each name of a node role contains one of these in lowercase.
_NODE_ROLE_FRAGMENTS = (
    "node", "worker", "eks", "k8s", "kube", "karpenter", "masters.", "control-plane.",
)  # fmt: skip
"""Parts of the names of programs that make some calls only because a setting is missing."""
LAB_FRAGMENTS = (
    "voclabs", "vocareum", "cloud_user", "kk_labs_user_", "awsstudent", "AWSLabsUser-", "WSParticipantRole",
)  # fmt: skip
"""Parts of the names that labs give their users and roles."""
STORAGE_FRAGMENTS = (
    "your AWS S3 Storage ", "StorageAccessDeniedException", "amplifyframework.storage", "aws-amplify/storage",
)  # fmt: skip
"""What the libraries of Amplify print of a call of their category Storage."""
STACK_FRAGMENTS = ("Resource handler returned message: ", "ROLLBACK_COMPLETE", "ROLLBACK_IN_PROGRESS")
"""What CloudFormation, or a tool that deploys its stacks, says about a resource or a stack."""
DEPLOYMENT_FRAGMENTS = ("_FAILED", "HandlerErrorCode: ", "AWS::CloudFormation::", *STACK_FRAGMENTS)
"""Each text about a CloudFormation deployment contains one of these."""
PULUMI_FRAGMENTS = ("pulumi:", "provider=aws@", "$ pulumi ")
"""What Pulumi prints, or what its user types."""
# What a service or the kubelet says around the message of AWS, if it uses the denied role.
_USE_FRAGMENTS = (
    "unable to decrypt", "Failed to pull image", "ResourceInitializationError", "CannotPull",
    "Lambda.AWSLambdaException", "States.TaskFailed", "FailedEventDetails", "resourceType", "RULE_ARN",
    "deliveryStreamARN", "Firehose", "invokedBy", "elasticmapreduce",
)  # fmt: skip
# What shows that the denied role is of another account than the person who reads the text.
_ACCOUNT_FRAGMENTS = (
    "get-caller-identity", "StackSetExecutionRole", "stacksets-exec-", "AWSControlTowerExecution",
    "OrganizationAccountAccessRole", "CodePipeline", "Action execution failed", "assume_role",
)  # fmt: skip
SERVICES_BY_SESSION_NAME = {
    "AWSCloudFormation": "CloudFormation", "AWSCodeBuild": "CodeBuild", "AWSBackup": "AWS Backup",
    "AWS-Crawler": "AWS Glue", "GlueJobRunnerSession": "AWS Glue", "AmazonMWAA-airflow": "Amazon MWAA",
    "APPSYNC_ASSUME_ROLE": "AppSync", "BackplaneAssumeRoleSession": "API Gateway",
    "RedshiftIamRoleSession": "Amazon Redshift", "SageMaker": "SageMaker",
    "dms-session-for-replication-engine": "AWS DMS", "s3-replication": "S3 Replication",
}  # fmt: skip
"""Prefixes of session names that AWS services choose when they act for a caller, and the services."""
_SESSION_PREFIXES = tuple(SERVICES_BY_SESSION_NAME)
VPC = "vpc"
"""A request through an endpoint of a VPC can come from an instance, which its session names."""
USER_FRAGMENTS = (*DEPLOYMENT_FRAGMENTS, *PULUMI_FRAGMENTS, *_USE_FRAGMENTS, *_ACCOUNT_FRAGMENTS)
"""Each text that names a service or deployment that uses a role contains one of these."""


def may_be_about_pods(text: str) -> bool:
    """Return whether a text can be about pods.

    >>> may_be_about_pods("the pod orders-7c9 restarted"), may_be_about_pods("arn:aws:s3:::orders")
    (True, False)
    """
    return any(map(text.__contains__, POD_FRAGMENTS))


def may_name_node_role(text: str) -> bool:
    """Return whether the ARN of a role or session can be that of a Kubernetes node.

    >>> may_name_node_role("assumed-role/eks-nodes/i-0a1b"), may_name_node_role("assumed-role/orders/i-0a1b")
    (True, False)
    """
    return any(map(text.lower().__contains__, _NODE_ROLE_FRAGMENTS))


def may_name_user(text: str) -> bool:
    """Return whether a text can name the service, deployment or controller that uses a role.

    >>> may_name_user("States.TaskFailed: Access Denied"), may_name_user("arn:aws:s3:::orders")
    (True, False)
    """
    is_named = any(map(text.__contains__, USER_FRAGMENTS)) or may_name_controller(text)
    return is_named or VPC in text.lower()


def is_session_of_service(session_name: str) -> bool:
    """Return whether an AWS service chose the name of a session.

    >>> is_session_of_service("AWSCodeBuild-0a1b"), is_session_of_service("ana")
    (True, False)
    """
    return session_name.startswith(_SESSION_PREFIXES)
