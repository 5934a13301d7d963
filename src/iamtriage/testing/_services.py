"""How a service answers and what the SDKs call it; not for what its sentences say.

Protocols and names are those of botocore's models (``protocol``, ``jsonVersion``, ``serviceId``,
``endpointPrefix``), the names after ``AWS`` or ``Amazon`` those of the Java SDK v1. Codes and statuses are
those seen in answers: EC2, IAM and others model no error for a denial.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

__all__ = ("Protocol", "Service", "host_of", "service_of")

Protocol: TypeAlias = Literal["query", "ec2", "s3", "rest-xml", "json", "rest-json"]
"""How a service words an error on the wire; ``s3`` is its own dialect of REST-XML."""


class Service(NamedTuple):
    """One service.

    Attributes:
        protocol: how it words errors on the wire.
        name: its service id, as the Go SDK prints it.
        java: what the Java SDK v1 calls it.
        endpoint: the first part of its host; "": the prefix of its actions.
        denied: the code of its denials; "": that of its protocol.
        status: the HTTP status of its denials; 0: that of its protocol.
        query_codes: whether it spoke the query protocol once, and still gives its codes in a header.
        json: the version of its JSON, for the protocol ``json``.
    """

    protocol: Protocol
    name: str
    java: str
    endpoint: str = ""
    denied: str = ""
    status: int = 0
    query_codes: bool = False
    json: Literal["1.0", "1.1"] = "1.1"

    @property
    def joined(self) -> str:
        """Its name as one word, as in namespaces: ``SecretsManager``."""
        return self.name.replace(" ", "")

    @property
    def camel(self) -> str:
        """Its name as the Java SDK v2 spells it: ``SecretsManager``, ``Eks``, ``DynamoDb``."""
        return "".join(_CAPITALS.sub(_lowered, word[:1].upper() + word[1:]) for word in self.name.split(" "))

    @property
    def denied_code(self) -> str:
        """The code of its denials."""
        return self.denied or ("AccessDeniedException" if "json" in self.protocol else "AccessDenied")

    @property
    def denied_status(self) -> int:
        """The HTTP status of its denials: 400 where JSON is posted to one address, else 403."""
        return self.status or (400 if self.protocol == "json" else 403)


_CAPITALS = re.compile(r"(?<=[A-Z])[A-Z]+(?![a-z])")


def _lowered(found: re.Match[str]) -> str:
    return found[0].lower()


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
        query_codes=True,
        json="1.0",
    ),
    "dynamodb": Service("json", "DynamoDB", "AmazonDynamoDBv2", json="1.0"),
    "ec2": Service("ec2", "EC2", "AmazonEC2", denied="UnauthorizedOperation"),
    "ecr": Service("json", "ECR", "AmazonECR", "api.ecr"),
    "ecs": Service("json", "ECS", "AmazonECS"),
    "eks": Service("rest-json", "EKS", "AmazonEKS"),
    "eks-auth": Service("rest-json", "EKS Auth", "AmazonEKSAuth", status=400),
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
    "sns": Service("query", "SNS", "AmazonSNS", denied="AuthorizationError"),
    "sqs": Service(
        "json", "SQS", "AmazonSQS", denied="AccessDenied", status=403, query_codes=True, json="1.0"
    ),
    "ssm": Service("json", "SSM", "AWSSimpleSystemsManagement"),
    "states": Service("json", "SFN", "AWSStepFunctions", json="1.0"),
    "sts": Service("query", "STS", "AWSSecurityTokenService"),
}


def service_of(prefix: str) -> Service:
    """Give the service whose actions have a prefix; for one that is not listed, what most are like.

    >>> service_of("dynamodb").camel, service_of("ec2").denied_code, service_of("kms").denied_status
    ('DynamoDb', 'UnauthorizedOperation', 400)
    >>> service_of("new-thing").name
    'New Thing'
    """
    known = _SERVICES.get(prefix.lower())
    if known is not None:
        return known
    name = prefix.replace("-", " ").title()
    return Service("rest-json", name, f"AWS{name.replace(' ', '')}")


def host_of(prefix: str, region: str) -> str:
    """Give the host of a service's endpoint in a region.

    >>> host_of("ecr", "eu-west-1"), host_of("sts", "cn-north-1")
    ('api.ecr.eu-west-1.amazonaws.com', 'sts.cn-north-1.amazonaws.com.cn')
    """
    suffix = next((end for start, end in _SUFFIXES if region.startswith(start)), "amazonaws.com")
    return f"{service_of(prefix).endpoint or prefix.lower()}.{region}.{suffix}"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html#arns-syntax names the partitions.
_SUFFIXES = (
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
)
