"""What services are called where roles are passed and resources have policies; not for actions.

Sources: the pages on iam:PassRole and on resource-based policies of each service's user guide, collected at
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html.
"""

from __future__ import annotations

import attrs

__all__ = ("RESOURCE_POLICIES", "Receiver", "ResourcePolicy", "receiver")


@attrs.frozen
class Receiver:
    """Who gets a role that a call names.

    Attributes:
        trusted: the service principal that assumes the role, which its trust policy has to name.
        passed_to: what iam:PassedToService holds in the check of the call; the same, but for EKS.
    """

    trusted: str
    passed_to: tuple[str, ...] = attrs.field(
        default=attrs.Factory(lambda self: (self.trusted,), takes_self=True)
    )


_EC2 = Receiver("ec2.amazonaws.com")
# Operation (lower case) -> the service that gets the role, where it is not the one that is called.
_BY_OPERATION = {
    "runinstances": _EC2,
    "associateiaminstanceprofile": _EC2,
    "addroletoinstanceprofile": _EC2,
    # Launch templates and configurations have the role of the instances, a lifecycle hook one of its own.
    "createautoscalinggroup": _EC2,
    "updateautoscalinggroup": _EC2,
    "createlaunchconfiguration": _EC2,
    "putlifecyclehook": Receiver("autoscaling.amazonaws.com"),
    # EKS is asked about, though the instances assume it:
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-eks.html
    "createnodegroup": Receiver("ec2.amazonaws.com", ("eks.amazonaws.com",)),
    # No page of AWS says which of the two it is.
    "createfargateprofile": Receiver(
        "eks-fargate-pods.amazonaws.com", ("eks.amazonaws.com", "eks-fargate-pods.amazonaws.com")
    ),
    "createpodidentityassociation": Receiver("pods.eks.amazonaws.com"),
    "updatepodidentityassociation": Receiver("pods.eks.amazonaws.com"),
    "registertaskdefinition": Receiver("ecs-tasks.amazonaws.com"),
    "runtask": Receiver("ecs-tasks.amazonaws.com"),
}
# The prefixes of the actions or services whose service principal is the prefix.
_BY_SERVICE = {
    name: Receiver(f"{name}.amazonaws.com")
    for name in (
        "backup", "bedrock", "cloudformation", "codebuild", "codedeploy", "codepipeline", "eks", "events", "firehose", "glue",
        "lambda", "pipes", "sagemaker", "scheduler", "states", "transfer",
    )
}  # fmt: skip


def receiver(operation: str | None, service: str | None) -> Receiver | None:
    """Give who gets the role that a call hands over; None where it is not known.

    >>> receiver("CreateCluster", "eks").trusted, receiver("RunInstances", "ec2").passed_to
    ('eks.amazonaws.com', ('ec2.amazonaws.com',))
    >>> receiver("CreateNodegroup", "eks")
    Receiver(trusted='ec2.amazonaws.com', passed_to=('eks.amazonaws.com',))
    >>> receiver(None, "iam")
    """
    return _BY_OPERATION.get((operation or "").lower()) or _BY_SERVICE.get(service or "")


@attrs.frozen
class ResourcePolicy:
    """The policy that a type of resource has.

    Attributes:
        name: what it is called.
        show: the AWS CLI words that print it; words in capitals stand for the resource.
        change: the words that set it, as a whole.
        takes_star: whether its statements name the resource as ``*``.
        names_resource: whether its statements name one at all.
    """

    name: str
    show: tuple[str, ...]
    change: tuple[str, ...]
    takes_star: bool = False
    names_resource: bool = True


_DOCUMENT = "file://policy.json"
RESOURCE_POLICIES = {
    "s3": ResourcePolicy(
        "bucket policy",
        ("s3api", "get-bucket-policy", "--bucket", "BUCKET", "--query", "Policy", "--output", "text"),
        ("s3api", "put-bucket-policy", "--bucket", "BUCKET", "--policy", _DOCUMENT),
    ),
    "kms": ResourcePolicy(
        "key policy",
        (
            "kms",
            "get-key-policy",
            "--key-id",
            "ARN",
            "--policy-name",
            "default",
            "--query",
            "Policy",
            "--output",
            "text",
        ),
        ("kms", "put-key-policy", "--key-id", "ARN", "--policy-name", "default", "--policy", _DOCUMENT),
        takes_star=True,
    ),
    "sqs": ResourcePolicy(
        "queue policy",
        ("sqs", "get-queue-attributes", "--queue-url", "QUEUE_URL", "--attribute-names", "Policy"),
        ("sqs", "set-queue-attributes", "--queue-url", "QUEUE_URL", "--attributes", "file://attributes.json"),
    ),
    "sns": ResourcePolicy(
        "topic policy",
        (
            "sns",
            "get-topic-attributes",
            "--topic-arn",
            "ARN",
            "--query",
            "Attributes.Policy",
            "--output",
            "text",
        ),
        (
            "sns",
            "set-topic-attributes",
            "--topic-arn",
            "ARN",
            "--attribute-name",
            "Policy",
            "--attribute-value",
            _DOCUMENT,
        ),
    ),
    "lambda": ResourcePolicy(
        "function policy",
        ("lambda", "get-policy", "--function-name", "ARN", "--query", "Policy", "--output", "text"),
        (
            *("lambda", "add-permission", "--function-name", "ARN", "--statement-id", "STATEMENT_ID"),
            *("--action", "ACTION", "--principal", "PRINCIPAL"),
        ),
    ),
    "secretsmanager": ResourcePolicy(
        "secret's resource policy",
        (
            "secretsmanager",
            "get-resource-policy",
            "--secret-id",
            "ARN",
            "--query",
            "ResourcePolicy",
            "--output",
            "text",
        ),
        ("secretsmanager", "put-resource-policy", "--secret-id", "ARN", "--resource-policy", _DOCUMENT),
    ),
    "ecr": ResourcePolicy(
        "repository policy",
        (
            "ecr",
            "get-repository-policy",
            "--repository-name",
            "REPOSITORY",
            "--query",
            "policyText",
            "--output",
            "text",
        ),
        ("ecr", "set-repository-policy", "--repository-name", "REPOSITORY", "--policy-text", _DOCUMENT),
        # ECR refused statements with one for years (aws/aws-cdk#24314), and takes those without.
        names_resource=False,
    ),
    "dynamodb": ResourcePolicy(
        "table's resource policy",
        ("dynamodb", "get-resource-policy", "--resource-arn", "ARN", "--query", "Policy", "--output", "text"),
        ("dynamodb", "put-resource-policy", "--resource-arn", "ARN", "--policy", _DOCUMENT),
    ),
    "execute-api": ResourcePolicy(
        "API's resource policy",
        ("apigateway", "get-rest-api", "--rest-api-id", "API_ID", "--query", "policy", "--output", "text"),
        (
            "apigateway",
            "update-rest-api",
            "--rest-api-id",
            "API_ID",
            "--patch-operations",
            "file://patch.json",
        ),
    ),
    "es": ResourcePolicy(
        "domain's access policy",
        (
            *("opensearch", "describe-domain-config", "--domain-name", "DOMAIN"),
            *("--query", "DomainConfig.AccessPolicies.Options", "--output", "text"),
        ),
        ("opensearch", "update-domain-config", "--domain-name", "DOMAIN", "--access-policies", _DOCUMENT),
    ),
    "glue": ResourcePolicy(
        "Data Catalog's resource policy",
        ("glue", "get-resource-policy", "--query", "PolicyInJson", "--output", "text"),
        ("glue", "put-resource-policy", "--policy-in-json", _DOCUMENT),
    ),
    "events": ResourcePolicy(
        "event bus policy",
        ("events", "describe-event-bus", "--name", "BUS", "--query", "Policy", "--output", "text"),
        ("events", "put-permission", "--event-bus-name", "BUS", "--policy", _DOCUMENT),
    ),
    "elasticfilesystem": ResourcePolicy(
        "file system policy",
        (
            "efs",
            "describe-file-system-policy",
            "--file-system-id",
            "FILE_SYSTEM",
            "--query",
            "Policy",
            "--output",
            "text",
        ),
        ("efs", "put-file-system-policy", "--file-system-id", "FILE_SYSTEM", "--policy", _DOCUMENT),
    ),
    "backup": ResourcePolicy(
        "vault access policy",
        (
            "backup",
            "get-backup-vault-access-policy",
            "--backup-vault-name",
            "VAULT",
            "--query",
            "Policy",
            "--output",
            "text",
        ),
        ("backup", "put-backup-vault-access-policy", "--backup-vault-name", "VAULT", "--policy", _DOCUMENT),
    ),
}
"""The prefix of a service's actions -> the policy of its resources."""
