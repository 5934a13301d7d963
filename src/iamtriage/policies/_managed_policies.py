"""List what well-known AWS managed policies allow in all of their versions.

Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html.
"""

from __future__ import annotations

from typing import Any

__all__ = (
    "FULL_ACCESS",
    "LISTED",
    "build_managed_policy",
    "describe_service",
    "is_known_policy",
    "lacks_action",
)

# The services that a policy allows entirely.
FULL_ACCESS = {
    "AWSBatchFullAccess": ("batch",),
    "AWSCloudFormationFullAccess": ("cloudformation",),
    "AWSCodePipeline_FullAccess": ("codepipeline",),
    "AWSGlueConsoleFullAccess": ("glue",),
    "AWSLambda_FullAccess": ("lambda",),
    "AWSStepFunctionsConsoleFullAccess": ("states",),
    "AWSStepFunctionsFullAccess": ("states",),
    "AdministratorAccess": ("*",),
    "AmazonBedrockFullAccess": ("bedrock",),
    "AmazonDynamoDBFullAccess": ("dynamodb",),
    "AmazonEC2ContainerRegistryFullAccess": ("ecr",),
    "AmazonEC2FullAccess": ("ec2", "elasticloadbalancing", "autoscaling", "cloudwatch"),
    "AmazonECS_FullAccess": ("ecs",),
    "AmazonElastiCacheFullAccess": ("elasticache",),
    "AmazonEventBridgeFullAccess": ("events", "schemas", "scheduler", "pipes"),
    "AmazonKinesisFirehoseFullAccess": ("firehose",),
    "AmazonKinesisFullAccess": ("kinesis",),
    "AmazonMSKFullAccess": ("kafka",),
    "AmazonRDSFullAccess": ("rds",),
    "AmazonRedshiftFullAccess": ("redshift", "redshift-serverless"),
    "AmazonRekognitionFullAccess": ("rekognition",),
    "AmazonRoute53FullAccess": ("route53", "route53domains"),
    "AmazonS3FullAccess": ("s3",),
    "AmazonSESFullAccess": ("ses",),
    "AmazonSNSFullAccess": ("sns",),
    "AmazonSQSFullAccess": ("sqs",),
    "AmazonSSMFullAccess": ("ssm",),
    "AmazonTextractFullAccess": ("textract",),
    "CloudFrontFullAccess": ("cloudfront",),
    "CloudWatchFullAccess": ("cloudwatch", "logs", "sns"),
    "CloudWatchLogsFullAccess": ("logs",),
    "ElasticLoadBalancingFullAccess": ("elasticloadbalancing",),
    "IAMFullAccess": ("iam",),
    "SecretsManagerReadWrite": ("secretsmanager",),
}
# The only roles that a policy passes, by the service that gets them.
_PASSED_ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "AWSBatchFullAccess": {
        "*": (
            "AWSBatchJobRole*",
            "AWSBatchServiceRole",
            "service-role/AWSBatchServiceRole",
            "ecsInstanceRole",
            "aws-ec2-spot-fleet-role",
        )
    },
    "AWSGlueConsoleFullAccess": {
        "glue.*": ("AWSGlueServiceRole*", "service-role/AWSGlueServiceRole*"),
        "ec2.*": ("AWSGlueServiceNotebookRole*",),
    },
    "AWSStepFunctionsConsoleFullAccess": {"*": ("service-role/StatesExecutionRole*",)},
    "AmazonBedrockFullAccess": {"bedrock.*": ("*AmazonBedrock*",)},
}
# The actions that policies for roles of services, and for parts of a service, allow: all of them, as far as
# known. A line is a statement: the actions of one service, and after an arrow the resources if they are not
# "*". Of those after a question mark, a policy allows some.
_LISTED = """\
AWSGlueServiceRole
  s3: GetObject PutObject DeleteObject -> arn:aws:s3:::aws-glue-*/* arn:aws:s3:::*/*aws-glue-*/*
  s3: GetObject -> arn:aws:s3:::crawler-public* arn:aws:s3:::aws-glue-*
  s3: GetBucketLocation ListBucket ListAllMyBuckets GetBucketAcl
  glue: *
  logs: CreateLogGroup CreateLogStream PutLogEvents -> arn:aws:logs:*:*:*:/aws-glue/*
  ? s3: CreateBucket PutBucketPublicAccessBlock
  ? ec2: *
  ? iam: *
  ? cloudwatch: *
AWSLambdaBasicExecutionRole
  logs: CreateLogGroup CreateLogStream PutLogEvents
AWSLambdaDynamoDBExecutionRole
  dynamodb: DescribeStream GetRecords GetShardIterator ListStreams
  logs: CreateLogGroup CreateLogStream PutLogEvents
AWSLambdaExecute
  logs: *
  s3: GetObject PutObject -> arn:aws:s3:::*
AWSLambdaKinesisExecutionRole
  kinesis: DescribeStream DescribeStreamSummary GetRecords GetShardIterator ListShards ListStreams SubscribeToShard
  logs: CreateLogGroup CreateLogStream PutLogEvents
AWSLambdaRole
  lambda: InvokeFunction
AWSLambdaSQSQueueExecutionRole
  sqs: ReceiveMessage DeleteMessage GetQueueAttributes
  logs: CreateLogGroup CreateLogStream PutLogEvents
AWSLambdaVPCAccessExecutionRole
  logs: CreateLogGroup CreateLogStream PutLogEvents
  ec2: CreateNetworkInterface DeleteNetworkInterface AssignPrivateIpAddresses UnassignPrivateIpAddresses
  ? ec2: Describe*
AmazonAPIGatewayAdministrator
  apigateway: *
AmazonAthenaFullAccess
  athena: *
  s3: GetObject PutObject AbortMultipartUpload ListMultipartUploadParts -> arn:aws:s3:::aws-athena-query-results-*
  s3: GetObject -> arn:aws:s3:::athena-examples*
  s3: ListBucket GetBucketLocation ListAllMyBuckets
  ? glue: *
  ? s3: CreateBucket PutBucketPublicAccessBlock ListBucketMultipartUploads
  ? sns: *
  ? cloudwatch: *
  ? lakeformation: GetDataAccess
  ? datazone: *
  ? pricing: *
AmazonAPIGatewayInvokeFullAccess
  execute-api: Invoke ManageConnections
AmazonEBSCSIDriverPolicy
  ? ec2: *
AmazonEC2ContainerRegistryPowerUser
  ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage
  ecr: InitiateLayerUpload UploadLayerPart CompleteLayerUpload PutImage
  ecr: GetRepositoryPolicy DescribeRepositories ListImages DescribeImages DescribeImageScanFindings
  ecr: GetLifecyclePolicy GetLifecyclePolicyPreview ListTagsForResource
  ? ecr: ListImageReferrers
AmazonEC2ContainerRegistryPullOnly
  ecr: GetAuthorizationToken BatchImportUpstreamImage BatchGetImage GetDownloadUrlForLayer
  ? ecr: BatchCheckLayerAvailability
AmazonEC2ContainerRegistryReadOnly
  ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage
  ecr: GetRepositoryPolicy DescribeRepositories ListImages DescribeImages DescribeImageScanFindings
  ecr: GetLifecyclePolicy GetLifecyclePolicyPreview ListTagsForResource
  ? ecr: ListImageReferrers
AmazonEC2ContainerServiceforEC2Role
  ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage
  logs: CreateLogStream PutLogEvents
  ecs: Poll Submit* RegisterContainerInstance DeregisterContainerInstance DiscoverPollEndpoint
  ecs: StartTelemetrySession UpdateContainerInstancesState CreateCluster
  ? ecs: *
  ? ec2: DescribeTags
AmazonECSTaskExecutionRolePolicy
  ecr: GetAuthorizationToken BatchCheckLayerAvailability GetDownloadUrlForLayer BatchGetImage
  logs: CreateLogStream PutLogEvents
AmazonEKSClusterPolicy
  ? autoscaling: *
  ? ec2: *
  ? elasticloadbalancing: *
  ? iam: *
  ? kms: DescribeKey
AmazonEKSWorkerNodePolicy
  eks: DescribeCluster
  eks-auth: AssumeRoleForPodIdentity
  ? ec2: Describe*
AmazonEKS_CNI_Policy
  ec2: AssignPrivateIpAddresses UnassignPrivateIpAddresses AttachNetworkInterface DetachNetworkInterface
  ec2: CreateNetworkInterface DeleteNetworkInterface ModifyNetworkInterfaceAttribute
  ec2: CreateTags -> arn:aws:ec2:*:*:network-interface/*
  ? ec2: Describe*
AmazonElasticContainerRegistryPublicFullAccess
  ecr-public: *
  sts: GetServiceBearerToken
AmazonSQSReadOnlyAccess
  sqs: GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueues ListMessageMoveTasks
  ? sqs: ListQueueTags
AmazonSSMManagedInstanceCore
  ssm: DescribeAssociation DescribeDocument GetDeployablePatchSnapshotForInstance GetDocument GetManifest
  ssm: GetParameter GetParameters ListAssociations ListInstanceAssociations PutInventory PutComplianceItems
  ssm: PutConfigurePackageResult UpdateAssociationStatus UpdateInstanceAssociationStatus
  ssm: UpdateInstanceInformation
  ssmmessages: CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel
  ec2messages: *
AmazonSageMakerFullAccess
  s3: GetObject PutObject DeleteObject AbortMultipartUpload -> arn:aws:s3:::*SageMaker* arn:aws:s3:::*sagemaker* arn:aws:s3:::*Sagemaker* arn:aws:s3:::*aws-glue*
  s3: ListBucket GetBucketLocation ListAllMyBuckets
  ?! s3: GetObject PutObject DeleteObject AbortMultipartUpload ListBucket GetBucketLocation ListAllMyBuckets
CloudWatchAgentServerPolicy
  cloudwatch: PutMetricData
  logs: CreateLogGroup CreateLogStream PutLogEvents PutRetentionPolicy DescribeLogStreams DescribeLogGroups
  ec2: DescribeVolumes DescribeTags
  ssm: GetParameter -> arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*
  ? xray: *
"""  # noqa: E501 (the resources of one statement)
LISTED: dict[str, list[str]] = {}
"""The rows of the policies above, by name."""
for _row in _LISTED.splitlines():
    if _row.startswith(" "):
        LISTED[next(reversed(LISTED))].append(_row.strip())
    else:
        LISTED[_row] = []
# Actions that people expect in a policy with full access, and that it does not allow. The services have
# similar names, or encrypt the data.
_LACKING = {
    "AmazonDynamoDBFullAccess": ("kms:Decrypt", "kms:GenerateDataKey*"),
    "AmazonEC2ContainerRegistryFullAccess": ("ecr-public:*", "kms:*", "sts:*"),
    "AmazonEC2FullAccess": ("ec2-instance-connect:*", "iam:PassRole", "kms:*", "ssm:*"),
    "AmazonKinesisFirehoseFullAccess": ("kinesis:*", "kms:*"),
    "AmazonKinesisFullAccess": ("firehose:*", "kinesisanalytics:*", "kinesisvideo:*", "kms:*"),
    "AmazonMSKFullAccess": ("kafka-cluster:*",),
    "AmazonRDSFullAccess": ("rds-data:*", "rds-db:*", "secretsmanager:*"),
    "AmazonRekognitionFullAccess": ("kms:*", "s3:*"),
    "AmazonRoute53FullAccess": ("route53resolver:*",),
    "AmazonS3FullAccess": ("kms:*", "s3express:*", "s3tables:*", "s3vectors:*"),
    "AmazonSNSFullAccess": ("kms:*",),
    "AmazonSQSFullAccess": ("kms:*",),
    "AmazonSSMFullAccess": ("kms:*", "secretsmanager:*"),
    "AmazonTextractFullAccess": ("kms:*", "s3:*"),
    "CloudWatchLogsFullAccess": ("kms:Decrypt", "kms:GenerateDataKey*", "cloudwatch:PutMetricData"),
    "SecretsManagerReadWrite": ("kms:Decrypt", "kms:GenerateDataKey*", "ssm:*"),
}  # fmt: skip
# Services for which people attach the policy of another one, that one, and their own policy.
_NEIGHBORS = {
    "ecr-public": ("ecr", "AmazonElasticContainerRegistryPublicPowerUser"),
    "execute-api": ("apigateway", "AmazonAPIGatewayInvokeFullAccess"),
    "firehose": ("kinesis", "AmazonKinesisFirehoseFullAccess"),
    "kinesis": ("firehose", "AmazonKinesisFullAccess"),
    "rds-data": ("rds", "AmazonRDSDataFullAccess"),
    "route53resolver": ("route53", "AmazonRoute53ResolverFullAccess"),
}
_READS = ("ReadOnlyAccess", "ReadOnly", "ViewOnlyAccess")
# What a policy that only reads does not allow. It does not allow each of the other actions either.
_CHANGES = (
    *("Add", "Attach", "Copy", "Create", "Delete", "Deregister", "Detach", "Disable", "Enable", "Execute"),
    *(
        "Invoke", "Modify", "PassRole", "Publish", "Put", "Reboot", "Register", "Remove", "Run", "Send",
        "Start",
    ),
    *("Stop", "Tag", "Terminate", "Untag", "Update", "Upload"),
)  # fmt: skip
_NO_READS = ("*kms:Decrypt", "*secretsmanager:GetSecretValue", "*sts:AssumeRole")
_POWER_USER = (
    {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": [
            "account:Get*", "account:ListRegions", "iam:CreateServiceLinkedRole",
            "iam:DeleteServiceLinkedRole", "iam:ListRoles", "organizations:Describe*",
        ],
        "Resource": "*",
    },
)  # fmt: skip


def is_known_policy(name: str) -> bool:
    """Return whether something is known of a policy with this name.

    >>> is_known_policy("AmazonEC2ReadOnlyAccess"), is_known_policy("AmazonEKSServicePolicy")
    (True, False)
    """
    return name in FULL_ACCESS or name in LISTED or name == "PowerUserAccess" or name.endswith(_READS)


def lacks_action(name: str, action: str) -> bool:
    """Return whether a policy with full access does not allow an action that people expect in it.

    >>> lacks_action("AmazonS3FullAccess", "kms:Decrypt"), lacks_action("AmazonS3FullAccess", "s3:GetObject")
    (True, False)
    """
    from iamtriage.policies._patterns import compile_glob, matches

    return any(matches(action.lower(), compile_glob(each.lower())) for each in _LACKING.get(name, ()))


def describe_service(name: str, action: str) -> str | None:
    """Return that a policy is for a service with a similar name, not for that of an action, as a sentence.

    >>> describe_service("AmazonKinesisFullAccess", "firehose:PutRecord").partition(": ")[2]
    "AWS's policy for firehose is AmazonKinesisFirehoseFullAccess."
    """
    service = action.partition(":")[0].lower()
    neighbor, policy = _NEIGHBORS.get(service, ("", ""))
    own = [*(each.partition(":")[0] for each in LISTED.get(name, ())), *FULL_ACCESS.get(name, ())]
    if neighbor not in own or service in own:
        return None
    return (
        f"{neighbor} and {service} are two services with policies of their own: "
        f"AWS's policy for {service} is {policy}."
    )


def build_managed_policy(name: str, partition: str = "aws") -> dict[str, Any]:
    """Return a document with what is known of a policy, with the ARNs of a partition.

    A policy that only reads has a reference as its resource, since it may allow an action or not.

    >>> build_managed_policy("AmazonSQSFullAccess")["Statement"]
    [{'Effect': 'Allow', 'Action': ['sqs:*'], 'Resource': '*'}]
    """
    statements: list[dict[str, Any]] = [*_POWER_USER]
    if name in FULL_ACCESS:
        actions = ["*" if each == "*" else f"{each}:*" for each in FULL_ACCESS[name]]
        statements = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
        for service, roles in _PASSED_ROLES.get(name, {}).items():
            passes = {
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": [f"*:role/{each}" for each in roles],
            }
            to_service = {"Condition": {"StringLike": {"iam:PassedToService": service}}}
            statements.append(passes if service == "*" else {**passes, **to_service})
    elif name in LISTED:
        rows = (each.replace("arn:aws:", f"arn:{partition}:") for each in LISTED[name])
        statements = [_read_listed(name, each) for each in rows]
    elif name.endswith(_READS):
        denied = [*(f"*:{each}*" for each in _CHANGES), *_NO_READS]
        statements = [{"Effect": "Allow", "NotAction": denied, "Resource": f"${{{name}}}"}]
    return {"Version": "2012-10-17", "Statement": statements}


def _read_listed(name: str, row: str) -> dict[str, Any]:
    """Return the statement of a row: of one with a question mark, the policy may allow an action or not."""
    actions, _, resources = row.lstrip("?! ").partition(" -> ")
    service, *names = actions.split()
    listed = [f"{service}{each}" for each in names]
    if row.startswith("?"):
        element = "NotAction" if row.startswith("?!") else "Action"
        return {"Effect": "Allow", element: listed, "Resource": f"${{{name}}}"}
    return {"Effect": "Allow", "Action": listed, "Resource": resources.split() or "*"}
