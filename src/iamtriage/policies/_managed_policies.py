"""List what well-known AWS managed policies allow in all of their versions.

Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html.
"""

from __future__ import annotations

from typing import Any

__all__ = ("FULL_ACCESS", "build_managed_policy", "is_known_policy")

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
    "AmazonAthenaFullAccess": ("athena",),
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
        ),
    },
    "AWSGlueConsoleFullAccess": {
        "glue.*": ("AWSGlueServiceRole*", "service-role/AWSGlueServiceRole*"),
        "ec2.*": ("AWSGlueServiceNotebookRole*",),
    },
    "AWSStepFunctionsConsoleFullAccess": {"*": ("service-role/StatesExecutionRole*",)},
    "AmazonBedrockFullAccess": {"bedrock.*": ("*AmazonBedrock*",)},
}
_READS = ("ReadOnlyAccess", "ReadOnly", "ViewOnlyAccess")
# What a policy that only reads does not allow. It does not allow each of the other actions either.
_CHANGES = (
    *("Add", "Attach", "Copy", "Create", "Delete", "Deregister", "Detach", "Disable", "Enable", "Execute"),
    *(
        "Invoke",
        "Modify",
        "PassRole",
        "Publish",
        "Put",
        "Reboot",
        "Register",
        "Remove",
        "Run",
        "Send",
        "Start",
    ),
    *("Stop", "Tag", "Terminate", "Untag", "Update", "Upload"),
)
_NO_READS = ("*kms:Decrypt", "*secretsmanager:GetSecretValue", "*sts:AssumeRole")
_POWER_USER = (
    {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
    {
        "Effect": "Allow",
        "Action": [
            "account:Get*",
            "account:ListRegions",
            "iam:CreateServiceLinkedRole",
            "iam:DeleteServiceLinkedRole",
            "iam:ListRoles",
            "organizations:Describe*",
        ],
        "Resource": "*",
    },
)


def is_known_policy(name: str) -> bool:
    """Return whether something is known of a policy with this name.

    >>> is_known_policy("AmazonEC2ReadOnlyAccess"), is_known_policy("AmazonEKSClusterPolicy")
    (True, False)
    """
    return name in FULL_ACCESS or name == "PowerUserAccess" or name.endswith(_READS)


def build_managed_policy(name: str) -> dict[str, Any]:
    """Return a document with what is known of a policy.

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
    elif name.endswith(_READS):
        denied = [*(f"*:{each}*" for each in _CHANGES), *_NO_READS]
        statements = [{"Effect": "Allow", "NotAction": denied, "Resource": f"${{{name}}}"}]
    return {"Version": "2012-10-17", "Statement": statements}
