"""Check the services of names that SDKs, hosts and CloudTrail use."""

from __future__ import annotations

from iamtriage._reading.vocabulary.services import (
    _HYPHENATED,
    service_name,
    service_of_event_source,
    service_of_host,
)
from iamtriage.actions._service_names import load_clients
from tests.tables import check_rows


@check_rows(
    ("written", "expected"),
    [
        ("Eks", "eks"),
        ("AmazonEKS", "eks"),
        ("AWSSecurityTokenService", "sts"),
        ("Sts", "sts"),
        ("AmazonS3", "s3"),
        ("Amazon S3", "s3"),
        ("AWSKMS", "kms"),
        ("Secrets Manager", "secretsmanager"),
        ("AmazonDynamoDBv2", "dynamodb"),
        ("DynamoDB", "dynamodb"),
        ("AmazonIdentityManagement", "iam"),
        ("AWSSimpleSystemsManagement", "ssm"),
        ("CloudWatch Logs", "logs"),
        ("SFN", "states"),
        ("Elastic Load Balancing v2", "elasticloadbalancing"),
        ("EFS", "elasticfilesystem"),
        ("OpenSearch", "es"),
        ("Cognito Identity Provider", "cognito-idp"),
        ("Route 53", "route53"),
        ("SESv2", "ses"),
        ("Lex Runtime V2", "lex"),
        ("Bedrock Runtime", "bedrock"),
        ("AmazonMonitoringService", "cloudwatch"),
        ("EMR containers", "emr-containers"),
        ("AWSLicenseManager", "license-manager"),
        ("RDS Data", "rds-data"),
        ("Config Service", "config"),
        ("AmazonConfig", "config"),
        ("Directory Service", "ds"),
        ("AmazonDataCatalog", "glue"),
        ("MWAA", "airflow"),
        ("AWS", "aws"),
        ("Runtime", None),
        ("xxxx", None),
        ("****", None),
        ("", None),
    ],
)
def test_service_name(written: str, expected: str | None) -> None:
    """Clients, namespaces and service IDs map to the IAM prefix; an SDK's own modules and masks have none."""
    assert service_name(written) == expected


def test_hyphenated_names_are_prefixes_of_actions() -> None:
    names = _HYPHENATED.split()
    assert set(names) <= load_clients().by_prefix.keys()
    assert [service_name(name.replace("-", " ").title()) for name in names] == names


@check_rows(
    ("host", "expected"),
    [
        ("sts.amazonaws.com", "sts"),
        ("sts.us-west-2.amazonaws.com", "sts"),
        ("git-codecommit.eu-west-1.amazonaws.com", "codecommit"),
        ("sts-fips.us-east-1.amazonaws.com", "sts"),
        ("sts.eu-west-1.api.aws", "sts"),
        ("oidc.eu-west-1.amazonaws.com", "ssooidc"),
        ("oidc.us-gov-west-1.amazonaws.com", "ssooidc"),
        ("oidc.example.amazonaws.com", None),
        ("sts.cn-north-1.amazonaws.com.cn", "sts"),
        ("STS.EU-WEST-1.AMAZONAWS.COM", "sts"),
        ("example-bucket.s3.eu-west-1.amazonaws.com", "s3"),
        ("example-bucket.s3.amazonaws.com", "s3"),
        ("my.bucket.s3-eu-west-1.amazonaws.com", "s3"),
        ("s3.dualstack.eu-west-1.amazonaws.com", "s3"),
        ("111122223333.dkr.ecr.eu-west-1.amazonaws.com", "ecr"),
        ("abc123.execute-api.eu-west-1.amazonaws.com", "execute-api"),
        ("abc123.appsync-api.eu-west-1.amazonaws.com", "appsync"),
        ("abc123.appsync-realtime-api.eu-west-1.amazonaws.com", "appsync"),
        ("monitoring.eu-west-1.amazonaws.com", "cloudwatch"),
        ("emr-containers.eu-west-1.amazonaws.com", "emr-containers"),
        ("memory-db.eu-west-1.amazonaws.com", "memorydb"),
        ("tagging.eu-west-1.amazonaws.com", "tag"),
        ("eu-west-1.queue.amazonaws.com", "sqs"),
        ("queue.amazonaws.com", "sqs"),
        ("secretsmanager.eu-west-1.amazonaws.com", "secretsmanager"),
        ("oidc.eks.eu-west-1.amazonaws.com", None),
        ("0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com", None),
        ("elasticloadbalancing.sa-east1.amazonaws.com", "elasticloadbalancing"),
        ("sts.eu-west.amazonaws.com", "sts"),
        ("glue.<region>.amazonaws.com", "glue"),
        ("docs.<region>.amazonaws.com", None),
        ("eu-west1.amazonaws.com", None),
        ("console.amazonaws.com", None),
        ("orders-1234.eu-west-1.elb.amazonaws.com", None),
        ("ec2-192-0-2-7.compute-1.amazonaws.com", None),
        ("docs.amazonaws.com", None),
        ("None.amazonaws.com", None),
        ("null.eu-west-1.amazonaws.com", None),
        ("xxxx.eu-west-1.amazonaws.com", None),
        ("example.com", None),
        ("", None),
    ],
)
def test_service_of_host(host: str, expected: str | None) -> None:
    """An AWS endpoint has a service; an issuer, an API server and any other host have none."""
    assert service_of_host(host) == expected


@check_rows(
    ("source", "expected"),
    [
        ("eks.amazonaws.com", "eks"),
        ("monitoring.amazonaws.com", "cloudwatch"),
        ("EC2.amazonaws.com", "ec2"),
        ("elasticloadbalancing.amazonaws.com", "elasticloadbalancing"),
        ("", None),
    ],
)
def test_service_of_event_source(source: str, expected: str | None) -> None:
    """The host in CloudTrail's ``eventSource`` implies the service."""
    assert service_of_event_source(source) == expected
