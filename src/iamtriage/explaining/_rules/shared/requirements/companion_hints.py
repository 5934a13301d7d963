"""List what tasks require in addition to an action, in words."""

from __future__ import annotations

from iamtriage._text import join_words
from iamtriage.explaining._rules.shared.requirements.tasks import SESSION_CHANNEL_ACTIONS

_LOGS = "Writing logs requires logs:CreateLogStream and logs:PutLogEvents on the log group's ARN followed by :*, and logs:CreateLogGroup if the group does not exist yet."
_CONNECTION = "The prefix of the action is that of the connection's ARN: in code for old and new connections, allow codestar-connections:UseConnection and codeconnections:UseConnection. Then retry the stage."
_SECURE_STRING = "If the parameter is a SecureString with a customer managed KMS key, kms:Decrypt on that key is required, too."
DATA_KEYS = "Multipart uploads to S3, and messages to SQS queues, also require kms:Decrypt on the same key."
"""What services other than KMS need besides a data key."""
_CALLS_ON_VERSIONS = (
    "GetObject DeleteObject GetObjectAcl PutObjectAcl GetObjectTagging PutObjectTagging DeleteObjectTagging"
)
_DELETE_VERSION = "s3:DeleteObjectVersion"
_VERSION = "The request names a version ID, so S3 checks"
CONSOLE = "Only the console needs eks:AccessKubernetesApi, not kubectl. It also calls eks:DescribeCluster on the cluster and eks:ListClusters on *: add those that are still missing."
"""What the console requires to show Kubernetes objects."""
# Calls that list the names of all, and the action of a call for one of them.
_LISTS = {
    "secretsmanager:ListSecrets": ("secret", "secretsmanager:GetSecretValue"),
    "ssm:DescribeParameters": ("parameter", "ssm:GetParameter"),
    "eks:ListClusters": ("cluster", "eks:DescribeCluster"),
    "dynamodb:ListTables": ("table", "dynamodb:Query or dynamodb:GetItem"),
    "lambda:ListFunctions": ("function", "lambda:InvokeFunction or lambda:GetFunction"),
}
REVISIONS = "Each revision of a task definition has an ARN of its own: end it with :* to allow all of them."
"""What a policy names for all revisions of a task definition."""
HINTS = {
    "s3:ListAllMyBuckets": "aws s3 ls without a bucket (ListBuckets) prints the names of all buckets, and IAM checks s3:ListAllMyBuckets. If you know the bucket, aws s3 ls s3://BUCKET/ lists its objects without it, with s3:ListBucket on that bucket.",
    **{
        action: f"The call prints the names of all {what}s. If you know the {what}, {other} on it is enough."
        for action, (what, other) in _LISTS.items()
    },
    **dict.fromkeys(("codeconnections:UseConnection", "codestar-connections:UseConnection"), _CONNECTION),
    # https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html
    "codeconnections:GetConnectionToken": "CodeBuild also requires codeconnections:GetConnection on the connection.",
    "logs:CreateLogGroup": _LOGS,
    "logs:CreateLogStream": _LOGS,
    "logs:PutLogEvents": _LOGS,
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    "cloudwatch:PutMetricData": 'To limit it to a namespace, add "Condition": {"StringEquals": {"cloudwatch:namespace": "NAMESPACE"}}.',
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    "ec2:CreateTags": "A call that tags what it creates (RunInstances, CreateVolume) requires ec2:CreateTags on each new resource. The condition ec2:CreateAction limits it to such calls.",
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#lock-away-credentials
    "iam:CreateAccessKey": "An administrator can also create the key for the user. Where possible, use temporary credentials instead: IAM Identity Center (aws configure sso) or a role.",
    # https://docs.aws.amazon.com/athena/latest/ug/workgroups-iam-policy.html
    "athena:StartQueryExecution": "To follow a query and read its result, athena:GetQueryExecution and athena:GetQueryResults on the workgroup are required, too.",
    "s3:ListBucket": "To read or write the objects, allow s3:GetObject or s3:PutObject on the bucket's ARN with /*.",
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    **{
        f"s3:{verb}ObjectVersion{what}": f"{_VERSION} s3:{verb}ObjectVersion{what} instead of s3:{verb}Object{what}, which does not cover it."
        for verb, what in (each.split("Object") for each in _CALLS_ON_VERSIONS.split())
    },
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    _DELETE_VERSION: f"{_VERSION} {_DELETE_VERSION} instead of s3:DeleteObject, which does not cover it. Without a version ID, a delete in a versioned bucket only adds a delete marker: the data stay until each version is deleted. With s3:ListBucketVersions on the bucket, list-object-versions prints the versions.",
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html and hashicorp/terraform-provider-aws#45251
    **{
        f"s3:{new}": f"S3 checks s3:{new} for {what}. Since its release 6.23.0, the AWS provider of Terraform makes such calls: s3:{old}, which earlier releases need, does not include it."
        for new, old, what in (
            (
                "TagResource",
                "PutBucketTagging",
                "the tags in CreateBucket and the tagging calls of S3 Control",
            ),
            ("ListTagsForResource", "GetBucketTagging", "the tagging calls of S3 Control"),
        )
    },
    "s3:PutObjectAcl": "An upload with an ACL (--acl) requires s3:PutObjectAcl besides s3:PutObject. Without the ACL, s3:PutObject is enough.",
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam-identity-policies.html
    "s3express:CreateSession": "The bucket is a directory bucket (S3 Express One Zone): SDKs and the AWS CLI call CreateSession themselves, and this session covers all calls on its objects. Statements with s3: actions or ARNs, such as s3:PutObject on arn:aws:s3:::, have no effect on it. The condition s3express:SessionMode limits it to ReadOnly or ReadWrite.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    **dict.fromkeys(("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"), _SECURE_STRING),
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    "secretsmanager:GetSecretValue": "If the secret has a customer managed KMS key, kms:Decrypt on that key is required, too.",
    "kms:GenerateDataKey": DATA_KEYS,
    "sqs:ReceiveMessage": "A consumer also needs sqs:DeleteMessage. An event source of a Lambda function needs sqs:GetQueueAttributes, too.",
    "sqs:GetQueueAttributes": "If the queue is an event source of a Lambda function, its role also needs sqs:ReceiveMessage and sqs:DeleteMessage.",
    "ssm:UpdateInstanceInformation": f"For Session Manager, an instance also needs {join_words(SESSION_CHANNEL_ACTIONS, 'and')} on *.",
    "ssm:StartSession": "ssm:StartSession is required on the instance and, if the call names one, on the session document, such as AWS-StartPortForwardingSession. The denial names one of the two.",
    # https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
    "lakeformation:GetDataAccess": "This lets the caller request data. Lake Formation must also grant it SELECT on the tables.",
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-setting-up.html
    "ssm:SendCommand": "ssm:SendCommand is required on the document and on each instance: add their ARNs (arn:aws:ec2:REGION:ACCOUNT_ID:instance/…).",
    "signin:CreateOAuth2Token": "aws login also requires signin:AuthorizeOAuth2Access on the same resource. The managed policy SignInLocalDevelopmentAccess allows both.",
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/CWE_IAM_role.html
    "ecs:RunTask": f"Running a task also requires iam:PassRole on its task role and task execution role. {REVISIONS}",
    # https://docs.aws.amazon.com/eks/latest/userguide/view-kubernetes-resources.html
    "eks:AccessKubernetesApi": CONSOLE,
    # https://docs.aws.amazon.com/timestream/latest/developerguide/Using-API.endpoint-discovery.how-it-works.html
    "timestream:DescribeEndpoints": "The SDK makes this call itself, before the program's own: that needs timestream:WriteRecords on the table to write, or timestream:Select to query.",
    "ecs:ExecuteCommand": "The AWS CLI also calls ecs:DescribeTasks for the task. If the cluster encrypts sessions with a KMS key, kms:GenerateDataKey on that key is required, too.",
}
"""Action -> what its task also requires."""
