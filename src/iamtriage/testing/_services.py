"""List the protocols and SDK names of services.

Protocols and names come from botocore's models (``protocol``, ``jsonVersion``, ``serviceId``,
``endpointPrefix``), and the names with ``AWS`` or ``Amazon`` from the Java SDK v1. Codes and statuses come
from observed responses, because the models of EC2, IAM, and others contain no error for a denial.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from iamtriage._typing import NamedTuple

__all__ = ("Protocol", "Service", "build_host", "find_service")

Protocol: TypeAlias = Literal["query", "ec2", "s3", "rest-xml", "json", "rest-json"]
"""The protocol of a service's errors; ``s3`` is a variant of REST-XML."""


class Service(NamedTuple):
    """A service.

    Attributes:
        protocol: The protocol of its errors.
        name: The service ID, as the Go SDK prints it.
        java_v1_name: The name in the Java SDK v1.
        endpoint: The first part of the host name; empty if it is the prefix of the service's actions.
        own_code: The error code of denials; empty for the default of the protocol.
        own_status: The HTTP status of denials; 0 for the default of the protocol.
        has_query_codes: Whether responses also have the codes of the query protocol, in a header.
        json_version: The JSON version, for the protocol ``json``.
    """

    protocol: Protocol
    name: str
    java_v1_name: str
    endpoint: str = ""
    own_code: str = ""
    own_status: int = 0
    has_query_codes: bool = False
    json_version: Literal["1.0", "1.1"] = "1.1"

    @property
    def namespace(self) -> str:
        """The name as one word, as in namespaces: ``SecretsManager``."""
        return self.name.replace(" ", "")

    @property
    def java_v2_name(self) -> str:
        """The name in the Java SDK v2: ``SecretsManager``, ``Eks``, ``DynamoDb``."""
        return "".join(
            _CAPITALS.sub(_lower_match, word[:1].upper() + word[1:]) for word in self.name.split(" ")
        )

    @property
    def denial_code(self) -> str:
        """The error code of denials."""
        return self.own_code or ("AccessDeniedException" if "json" in self.protocol else "AccessDenied")

    @property
    def denial_status(self) -> int:
        """The HTTP status of denials: 400 if all requests are JSON posted to one URL, else 403."""
        return self.own_status or (400 if self.protocol == "json" else 403)


_CAPITALS = re.compile(r"(?<=[A-Z])[A-Z]+(?![a-z])")


def _lower_match(match: re.Match[str]) -> str:
    return match[0].lower()


_SERVICES = {
    "acm": Service("json", "ACM", "AWSCertificateManager"),
    "apigateway": Service("rest-json", "API Gateway", "AmazonApiGateway"),
    "athena": Service("json", "Athena", "AmazonAthena"),
    "autoscaling": Service("query", "Auto Scaling", "AmazonAutoScaling"),
    "backup": Service("rest-json", "Backup", "AWSBackup"),
    "batch": Service("rest-json", "Batch", "AWSBatch"),
    "bedrock": Service("rest-json", "Bedrock Runtime", "AmazonBedrockRuntime", "bedrock-runtime"),
    "cloudformation": Service("query", "CloudFormation", "AmazonCloudFormation"),
    "cloudfront": Service("rest-xml", "CloudFront", "AmazonCloudFront"),
    "cloudtrail": Service("json", "CloudTrail", "AWSCloudTrail"),
    "cloudwatch": Service(
        "json",
        "CloudWatch",
        "AmazonCloudWatch",
        "monitoring",
        "AccessDenied",
        403,
        has_query_codes=True,
        json_version="1.0",
    ),
    "dynamodb": Service("json", "DynamoDB", "AmazonDynamoDBv2", json_version="1.0"),
    "ec2": Service("ec2", "EC2", "AmazonEC2", own_code="UnauthorizedOperation"),
    "ecr": Service("json", "ECR", "AmazonECR", "api.ecr"),
    "ecs": Service("json", "ECS", "AmazonECS"),
    "eks": Service("rest-json", "EKS", "AmazonEKS"),
    "eks-auth": Service("rest-json", "EKS Auth", "AmazonEKSAuth", own_status=400),
    "elasticfilesystem": Service("rest-json", "EFS", "AmazonElasticFileSystem"),
    "elasticloadbalancing": Service("query", "Elastic Load Balancing v2", "AmazonElasticLoadBalancing"),
    "events": Service("json", "EventBridge", "AmazonEventBridge"),
    "firehose": Service("json", "Firehose", "AmazonKinesisFirehose"),
    "glue": Service("json", "Glue", "AWSGlue"),
    "iam": Service("query", "IAM", "AmazonIdentityManagement"),
    "kinesis": Service("json", "Kinesis", "AmazonKinesis"),
    "kms": Service("json", "KMS", "AWSKMS"),
    "lambda": Service("rest-json", "Lambda", "AWSLambda"),
    "logs": Service("json", "CloudWatch Logs", "AWSLogs"),
    "organizations": Service("json", "Organizations", "AWSOrganizations"),
    "rds": Service("query", "RDS", "AmazonRDS"),
    "route53": Service("rest-xml", "Route 53", "AmazonRoute53"),
    "s3": Service("s3", "S3", "Amazon S3"),
    "sagemaker": Service("json", "SageMaker", "AmazonSageMaker", "api.sagemaker"),
    "secretsmanager": Service("json", "Secrets Manager", "AWSSecretsManager"),
    "sns": Service("query", "SNS", "AmazonSNS", own_code="AuthorizationError"),
    "sqs": Service(
        "json",
        "SQS",
        "AmazonSQS",
        own_code="AccessDenied",
        own_status=403,
        has_query_codes=True,
        json_version="1.0",
    ),
    "ssm": Service("json", "SSM", "AWSSimpleSystemsManagement"),
    "states": Service("json", "SFN", "AWSStepFunctions", json_version="1.0"),
    "sts": Service("query", "STS", "AWSSecurityTokenService"),
}


def find_service(prefix: str) -> Service:
    """Return the service whose actions have a prefix, with the most common values for an unknown one.

    >>> find_service("dynamodb").java_v2_name
    'DynamoDb'
    >>> find_service("ec2").denial_code, find_service("kms").denial_status
    ('UnauthorizedOperation', 400)
    >>> find_service("new-thing").name
    'New Thing'
    """
    known = _SERVICES.get(prefix.lower())
    if known is not None:
        return known
    name = prefix.replace("-", " ").title()
    return Service("rest-json", name, f"AWS{name.replace(' ', '')}")


def build_host(prefix: str, region: str) -> str:
    """Return the host name of a service's endpoint in a Region.

    >>> build_host("ecr", "eu-west-1"), build_host("sts", "cn-north-1")
    ('api.ecr.eu-west-1.amazonaws.com', 'sts.cn-north-1.amazonaws.com.cn')
    """
    suffix = next((dns for start, dns in _DNS_SUFFIXES if region.startswith(start)), "amazonaws.com")
    return f"{find_service(prefix).endpoint or prefix.lower()}.{region}.{suffix}"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax names the partitions.
_DNS_SUFFIXES = (
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
)
