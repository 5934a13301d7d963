"""Name the resource-based policies of services, and the commands that print and replace them.

Sources: the user guides that
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html lists.
"""

from __future__ import annotations

import re

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._typing import NamedTuple

# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createupdatedomains.html
_DOMAIN_ARN = lazy_pattern(
    r"(?a)\barn:[\w-]{3,20}:es:(?P<region>[a-z]{2}-[a-z-]{2,20}-\d):[0-9]{12}:domain/(?P<domain>[a-z][a-z0-9-]{2,27})(?![\w*-])"
)
_DOMAIN_HOST = lazy_pattern(
    rf"(?a)\b(?P<kind>vpc|search)-(?P<domain>[a-z][a-z0-9-]{{2,27}})-[a-z0-9]{{8,40}}\.(?:aos\.)?(?P<region>{REGION})\.(?:es\.amazonaws\.com|on\.aws)"
)


class ResourcePolicy(NamedTuple):
    """The resource-based policy of a resource type.

    Attributes:
        name: What the policy is called.
        show_command: The command that prints it, with placeholders in capitals for the resource.
        change_command: The command that sets it.
        resource_is_star: Whether its statements name the resource as ``*``.
        names_resource: Whether its statements name a resource.
        names_account: Whether its statements name the account of the caller.
        adds_statement: Whether ``change_command`` adds a statement instead of replacing the policy.
        other: Another policy that AWS evaluates, too.
    """

    name: str
    show_command: str
    change_command: str
    resource_is_star: bool = False
    names_resource: bool = True
    names_account: bool = False
    adds_statement: bool = False
    other: str = ""


RESOURCE_POLICIES = {
    **dict.fromkeys(
        ("s3", "s3express"),
        ResourcePolicy(
            "bucket policy",
            "aws s3api get-bucket-policy --bucket BUCKET --query Policy --output text",
            "aws s3api put-bucket-policy --bucket BUCKET --policy file://policy.json",
        ),
    ),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-bucket-policy.html
    "s3tables": ResourcePolicy(
        "table bucket policy",
        "aws s3tables get-table-bucket-policy --table-bucket-arn TABLE_BUCKET_ARN --query resourcePolicy --output text",
        "aws s3tables put-table-bucket-policy --table-bucket-arn TABLE_BUCKET_ARN --resource-policy file://policy.json",
    ),
    "kms": ResourcePolicy(
        "key policy",
        "aws kms get-key-policy --key-id ARN --policy-name default --query Policy --output text",
        "aws kms put-key-policy --key-id ARN --policy-name default --policy file://policy.json",
        resource_is_star=True,
    ),
    "sqs": ResourcePolicy(
        "queue policy",
        "aws sqs get-queue-attributes --queue-url QUEUE_URL --attribute-names Policy --query Attributes.Policy --output text",
        "aws sqs set-queue-attributes --queue-url QUEUE_URL --attributes file://policy.json",
    ),
    "sns": ResourcePolicy(
        "topic policy",
        "aws sns get-topic-attributes --topic-arn ARN --query Attributes.Policy --output text",
        "aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy --attribute-value file://policy.json",
    ),
    "lambda": ResourcePolicy(
        "function policy",
        "aws lambda get-policy --function-name ARN --query Policy --output text",
        "aws lambda add-permission --function-name ARN --statement-id STATEMENT_ID --action ACTION --principal PRINCIPAL",
        adds_statement=True,
    ),
    "secretsmanager": ResourcePolicy(
        "secret's resource policy",
        "aws secretsmanager get-resource-policy --secret-id ARN --query ResourcePolicy --output text",
        "aws secretsmanager put-resource-policy --secret-id ARN --resource-policy file://policy.json",
    ),
    "ecr": ResourcePolicy(
        "repository policy",
        "aws ecr get-repository-policy --repository-name REPOSITORY --query policyText --output text",
        "aws ecr set-repository-policy --repository-name REPOSITORY --policy-text file://policy.json",
        # ECR rejected statements with a resource for years (aws/aws-cdk#24314) and accepts those without one.
        names_resource=False,
    ),
    "dynamodb": ResourcePolicy(
        "table's resource policy",
        "aws dynamodb get-resource-policy --resource-arn ARN --query Policy --output text",
        "aws dynamodb put-resource-policy --resource-arn ARN --policy file://policy.json",
    ),
    "kinesis": ResourcePolicy(
        "stream's resource policy",
        "aws kinesis get-resource-policy --resource-arn ARN --query Policy --output text",
        "aws kinesis put-resource-policy --resource-arn ARN --policy file://policy.json",
    ),
    "execute-api": ResourcePolicy(
        "API's resource policy",
        "aws apigateway get-rest-api --rest-api-id API_ID --query policy --output text",
        "aws apigateway update-rest-api --rest-api-id API_ID --patch-operations file://policy.json",
    ),
    "es": ResourcePolicy(
        "domain's access policy",
        "aws opensearch describe-domain-config --domain-name DOMAIN --query DomainConfig.AccessPolicies.Options --output text",
        "aws opensearch update-domain-config --domain-name DOMAIN --access-policies file://policy.json",
    ),
    "glue": ResourcePolicy(
        "Data Catalog's resource policy",
        "aws glue get-resource-policy --query PolicyInJson --output text",
        "aws glue put-resource-policy --policy-in-json file://policy.json",
    ),
    "events": ResourcePolicy(
        "event bus policy",
        "aws events describe-event-bus --name BUS --query Policy --output text",
        "aws events put-permission --event-bus-name BUS --policy file://policy.json",
    ),
    "elasticfilesystem": ResourcePolicy(
        "file system policy",
        "aws efs describe-file-system-policy --file-system-id FILE_SYSTEM --query Policy --output text",
        "aws efs put-file-system-policy --file-system-id FILE_SYSTEM --policy file://policy.json",
    ),
    # https://docs.aws.amazon.com/lexv2/latest/dg/security_iam_resource-based-policy-examples.html
    "lex": ResourcePolicy(
        "bot's resource policy",
        "aws lexv2-models describe-resource-policy --resource-arn ARN --query policy --output text",
        "aws lexv2-models update-resource-policy --resource-arn ARN --policy file://policy.json",
    ),
    # https://docs.aws.amazon.com/codeartifact/latest/ug/repo-policies.html
    "codeartifact": ResourcePolicy(
        "repository's permissions policy",
        "aws codeartifact get-repository-permissions-policy --domain DOMAIN --domain-owner ACCOUNT_ID --repository REPOSITORY --query policy.document --output text",
        "aws codeartifact put-repository-permissions-policy --domain DOMAIN --domain-owner ACCOUNT_ID --repository REPOSITORY --policy-document file://policy.json",
    ),
    # https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
    "acm-pca": ResourcePolicy(
        "certificate authority's policy",
        "aws acm-pca get-policy --resource-arn ARN --query Policy --output text",
        "aws acm-pca put-policy --resource-arn ARN --policy file://policy.json",
    ),
    # https://docs.aws.amazon.com/msk/latest/developerguide/mvpc-cluster-owner-action-policy.html
    "kafka": ResourcePolicy(
        "cluster policy",
        "aws kafka get-cluster-policy --cluster-arn ARN --query Policy --output text",
        "aws kafka put-cluster-policy --cluster-arn ARN --policy file://policy.json",
    ),
    # https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_PutResourcePolicy.html
    "bedrock-agentcore": ResourcePolicy(
        "resource's policy",
        "aws bedrock-agentcore-control get-resource-policy --resource-arn ARN --query policy --output text",
        "aws bedrock-agentcore-control put-resource-policy --resource-arn ARN --policy file://policy.json",
    ),
    "backup": ResourcePolicy(
        "vault access policy",
        "aws backup get-backup-vault-access-policy --backup-vault-name VAULT --query Policy --output text",
        "aws backup put-backup-vault-access-policy --backup-vault-name VAULT --policy file://policy.json",
    ),
}
"""Action prefix -> the resource-based policy of the service."""
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
_ACCESS_POINT_POLICY = ResourcePolicy(
    "access point policy",
    "aws s3control get-access-point-policy --account-id ACCOUNT_ID --name ACCESS_POINT --query Policy --output text",
    "aws s3control put-access-point-policy --account-id ACCOUNT_ID --name ACCESS_POINT --policy file://policy.json",
    other="bucket policy",
)
# https://docs.aws.amazon.com/codeartifact/latest/ug/domain-policies.html
_CODEARTIFACT_DOMAIN_POLICY = ResourcePolicy(
    "domain's permissions policy",
    "aws codeartifact get-domain-permissions-policy --domain DOMAIN --domain-owner ACCOUNT_ID --query policy.document --output text",
    "aws codeartifact put-domain-permissions-policy --domain DOMAIN --domain-owner ACCOUNT_ID --policy-document file://policy.json",
)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html
_DESTINATION_POLICY = ResourcePolicy(
    "destination's access policy",
    "aws logs describe-destinations --destination-name-prefix DESTINATION --query destinations[0].accessPolicy --output text",
    "aws logs put-destination-policy --destination-name DESTINATION --access-policy file://policy.json",
    names_account=True,
)


def find_domain(text: str) -> re.Match[str] | None:
    """Return the host of the only OpenSearch domain that a text names, with its kind, domain and Region.

    >>> find_domain("https://vpc-logs-a1b2c3d4e5.eu-west-1.es.amazonaws.com/_bulk")["domain"]
    'logs'
    """
    found = list(_DOMAIN_HOST.finditer(text))
    return found[0] if len({each[0] for each in found}) == 1 else None


def find_named_domain(text: str) -> re.Match[str] | None:
    """Return the host or the ARN of the only OpenSearch domain that a text names, with its domain and Region."""
    found = list(_DOMAIN_ARN.finditer(text))
    return find_domain(text) or (found[0] if len({each["domain"] for each in found}) == 1 else None)


def find_resource_policy(service: str | None, resource: str | None) -> ResourcePolicy | None:
    """Return what is known about the policy of a resource's type."""
    if service == "s3" and ":accesspoint/" in (resource or ""):
        return _ACCESS_POINT_POLICY
    if service == "logs" and ":destination:" in (resource or ""):
        return _DESTINATION_POLICY
    if service == "codeartifact" and ":domain/" in (resource or ""):
        return _CODEARTIFACT_DOMAIN_POLICY
    return RESOURCE_POLICIES.get(service or "")
