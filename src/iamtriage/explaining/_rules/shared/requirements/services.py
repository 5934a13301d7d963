"""List the services that receive passed roles and those with resource-based policies.

Sources for ``iam:PassedToService``: the tables of API operations in
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html,
or the managed policy (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html)
or page that a row names. Sources for trust and resource-based policies: the user guides that
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html lists. What has no
source is omitted.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import attrs

from iamtriage._patterns import REGION, lazy_pattern
from iamtriage._rendering.values import Value
from iamtriage.policies._documents import allow, build_document

# https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createupdatedomains.html
_DOMAIN_ARN = lazy_pattern(
    r"\barn:[\w-]{3,20}:es:(?P<region>[a-z]{2}-[a-z-]{2,20}-\d):[0-9]{12}:domain/(?P<domain>[a-z][a-z0-9-]{2,27})(?![\w*-])",
    re.ASCII,
)
_DOMAIN_HOST = lazy_pattern(
    rf"\b(?P<kind>vpc|search)-(?P<domain>[a-z][a-z0-9-]{{2,27}})-[a-z0-9]{{8,40}}\.(?:aos\.)?(?P<region>{REGION})\.(?:es\.amazonaws\.com|on\.aws)",
    re.ASCII,
)
ASSUME_ROLE = ("sts:AssumeRole",)
"""The actions in the trust policies of most services."""


@attrs.frozen(eq=False, repr=False)
class RoleRecipient(Value):
    """The service that receives a role that a call passes.

    Attributes:
        trusted: The service principals that can assume the role, empty if unknown. If there are several, the role's
            purpose decides which one its trust policy has to name.
        passed_to: The possible values of ``iam:PassedToService``, by default those of ``trusted``.
        trust_actions: The actions that the trust policy has to allow.
        exception: A sentence about another role of the same call that a different service receives.
    """

    trusted: tuple[str, ...]
    passed_to: tuple[str, ...] = attrs.Factory(lambda self: self.trusted, takes_self=True)
    trust_actions: tuple[str, ...] = ASSUME_ROLE
    exception: str | None = None

    @property
    def principal(self) -> str | None:
        """The only trusted service principal, or ``None`` if it depends on the role."""
        return self.trusted[0] if len(self.trusted) == 1 else None


def _principals(names: str) -> tuple[str, ...]:
    return tuple(f"{name}.amazonaws.com" for name in names.split())


# Operations in lowercase, with their service if several services pass a role in them; the services that the role trusts,
# and those to which it is passed, if they differ. They are empty if no source states it.
_OPERATIONS: tuple[tuple[str, ...], ...] = (
    # AWSEC2FleetServiceRolePolicy, AWSEC2SpotServiceRolePolicy, AutoScalingServiceRolePolicy
    ("runinstances requestspotinstances ec2:createfleet createlaunchconfiguration createaccessentry", "ec2"),
    ("associateiaminstanceprofile replaceiaminstanceprofileassociation", "ec2"),
    # Karpenter's own policy has it so: https://karpenter.sh/docs/reference/cloudformation/
    ("addroletoinstanceprofile", "ec2"),
    # The role of the fleet and that of its instances: AWSThinkboxAWSPortalAdminPolicy.
    ("requestspotfleet", "spotfleet ec2"),
    # EC2ImageBuilderExecutionPolicy
    ("importimage ec2:importsnapshot exportimage", "vmie"),
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    ("createflowlogs", "vpc-flow-logs"),
    # Launch templates and configurations name the role of the instances, a lifecycle hook its own.
    ("createautoscalinggroup updateautoscalinggroup", "ec2", "ec2 autoscaling"),
    ("putlifecyclehook", "autoscaling"),
    # The role of the cluster, and with Auto Mode that of its nodes too.
    ("eks:createcluster", "eks"),
    ("updateclusterconfig", "eks ec2"),
    # iam:PassedToService is EKS, although other services assume these roles.
    ("createnodegroup", "ec2", "eks"),
    ("createfargateprofile", "eks-fargate-pods", "eks"),
    ("eks:createcapability eks:updatecapability registercluster", "", "eks"),
    ("createpodidentityassociation updatepodidentityassociation", "pods.eks"),
    # Roles of service accounts, and of pods: AWSObservabilityAdminTelemetryEnablementServiceRolePolicy.
    ("createaddon updateaddon", "", "eks pods.eks"),
    # AmazonECS_FullAccess; AmazonEC2ContainerServiceEventsRole
    ("registertaskdefinition runtask starttask", "ecs-tasks"),
    ("ecs:createservice ecs:updateservice ecs:createcapacityprovider", "ecs"),
    # Seqera's platform has Batch's name: https://docs.seqera.io/platform-cloud/compute-envs/aws-batch
    ("registerjobdefinition", "ecs-tasks", "ecs-tasks batch"),
    ("createcomputeenvironment", "batch ec2 ecs spotfleet"),
    # Only one of the services with these operations accepts a role, according to botocore's models.
    ("createfunction", "lambda"),
    ("createstack updatestack deletestack", "cloudformation"),
    ("createschedule updateschedule", "scheduler"),
    ("createknowledgebase updateknowledgebase", "bedrock"),
    # AmazonBedrockFullAccess
    ("createmarketplacemodelendpoint updatemarketplacemodelendpoint", "sagemaker", "sagemaker bedrock"),
    # The roles of the cluster, of its instances, and for scaling.
    ("runjobflow", "elasticmapreduce ec2 application-autoscaling"),
    # NeptuneFullAccess; AWSApplicationAutoscalingRDSClusterPolicy creates instances with their cluster's roles. Trust:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    ("addroletodbcluster addroletodbinstance", "rds"),
    ("createdbinstance modifydbinstance createdbinstancereadreplica", "monitoring.rds", "monitoring.rds rds"),
    # Clusters have associated roles, too.
    ("createdbcluster modifydbcluster", "monitoring.rds rds"),
    (
        "restoredbclusterfromsnapshot restoredbclustertopointintime restoredbinstancefroms3",
        "monitoring.rds rds",
    ),
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-proxy-secrets-arns.html
    ("createdbproxy modifydbproxy restoredbclusterfroms3", "rds"),
    ("restoredbinstancefromdbsnapshot restoredbinstancetopointintime", "rds"),
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ExportSnapshot.Setup.html
    ("rds:startexporttask", "export.rds"),
    # https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html
    ("airflow:createenvironment airflow:updateenvironment", "airflow airflow-env", "airflow"),
    # The service role, and the role of the instance profile: AdministratorAccess-AWSElasticBeanstalk.
    ("elasticbeanstalk:createenvironment elasticbeanstalk:updateenvironment", "elasticbeanstalk ec2"),
    ("putbucketreplication", "s3"),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html
    ("s3:createjob", "batchoperations.s3"),
    ("putmetricstream", "streams.metrics.cloudwatch"),
    # CloudWatchFullAccessV2; https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/SubscriptionFilters.html
    ("putsubscriptionfilter putdestination logs:createscheduledquery", "logs"),
    ("createtrail updatetrail", "cloudtrail"),
    ("putconfigurationrecorder putconfigurationaggregator", "config"),
    # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-mfa-sms-email-message.html
    ("createuserpool updateuserpool setuserpoolmfaconfig", "cognito-idp"),
    ("createmalwareprotectionplan updatemalwareprotectionplan", "malware-protection-plan.guardduty"),
    # AmazonSageMakerEdgeDeviceFleetPolicy
    ("createrolealias", "credentials.iot", "iot credentials.iot"),
    ("createreplicator", "kafka"),
    ("createbackupplan", "", "malware-protection.guardduty"),
    # Roles for scans, restore tests and schedules, which other components of the services assume.
    ("updatebackupplan createrestoretestingselection updaterestoretestingselection startscanjob", ""),
    ("redshift:createscheduledaction modifyscheduledaction", ""),
)
# What else to know about the role of some operations. https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
_TRUST_ACTIONS: dict[str, tuple[str, ...]] = dict.fromkeys(
    ("createpodidentityassociation", "updatepodidentityassociation"), ("sts:AssumeRole", "sts:TagSession")
)
_EXCEPTIONS = {
    "eks:createcluster": "The node role of EKS Auto Mode is passed to ec2.amazonaws.com: for that one, write it in place of eks.amazonaws.com.",
    **dict.fromkeys(
        ("registertaskdefinition", "runtask", "starttask"),
        "AWS checks the roles of a task definition, taskRoleArn and executionRoleArn, one after the other. If they differ, allow the caller to pass both.",
    ),
}
_BY_OPERATION = {
    name: RoleRecipient(
        _principals(trusted),
        _principals(*passed_to or (trusted,)),
        _TRUST_ACTIONS.get(name, ASSUME_ROLE),
        _EXCEPTIONS.get(name),
    )
    if passed_to or trusted
    else None
    for names, trusted, *passed_to in _OPERATIONS
    for name in names.split()
}
# Services whose service principal is their action prefix.
_SERVICES_NAMED_LIKE_PREFIX = (
    "amplify", "apigateway", "application-autoscaling", "appsync", "backup", "bedrock", "bedrock-agentcore",
    "budgets", "cloudformation", "codebuild", "codedeploy", "codepipeline", "databrew", "datasync", "dax", "dlm", "dms",
    "eks", "elasticfilesystem", "emr-serverless", "events", "firehose", "fis", "glue", "grafana", "iot",
    "kafkaconnect", "kendra", "kinesisanalytics", "lakeformation", "lambda", "mediaconvert", "omics", "personalize",
    "pipes", "redshift", "sagemaker", "scheduler", "servicecatalog", "ssm", "states", "transfer",
)  # fmt: skip
_BY_SERVICE = {
    **{name: RoleRecipient(_principals(name)) for name in _SERVICES_NAMED_LIKE_PREFIX},
    "osis": RoleRecipient(_principals("osis-pipelines")),
    "redshift-serverless": RoleRecipient((), _principals("redshift-serverless")),
    # One role pulls the image, the other is the application's:
    # https://docs.aws.amazon.com/apprunner/latest/dg/security_iam_service-with-iam.html. AWSAppRunnerFullAccess names
    # the service itself, which some denials show, and the table of operations names a fourth principal.
    "apprunner": RoleRecipient(
        _principals("build.apprunner tasks.apprunner"),
        _principals("apprunner build.apprunner tasks.apprunner bullet"),
    ),
    # CloudWatchSyntheticsFullAccess
    "synthetics": RoleRecipient(_principals("lambda"), _principals("lambda synthetics")),
}


def find_role_recipient(operation: str | None, service: str | None) -> RoleRecipient | None:
    """Return the recipient of the role that a call passes, if known.

    >>> find_role_recipient("CreateFunction", "lambda").principal, find_role_recipient("RunInstances", "ec2").passed_to
    ('lambda.amazonaws.com', ('ec2.amazonaws.com',))
    >>> find_role_recipient("CreateNodegroup", "eks").principal, find_role_recipient("CreateNodegroup", "eks").passed_to
    ('ec2.amazonaws.com', ('eks.amazonaws.com',))
    >>> find_role_recipient(None, "iam")
    """
    name = (operation or "").lower()
    for key in (f"{service}:{name}", name):
        if key in _BY_OPERATION:
            return _BY_OPERATION[key]
    return _BY_SERVICE.get(service or "")


def find_similar_service(name: str) -> str | None:
    """Return the service principal of which a name is most likely a misspelling.

    >>> find_similar_service("lamda.amazonaws.com"), find_similar_service("lambda.amazonaws.com")
    ('lambda.amazonaws.com', None)
    """
    from difflib import get_close_matches

    label, dot, suffix = name.partition(".amazonaws.com")
    others = "ec2 ecs ecs-tasks rds config cloudtrail logs spotfleet sns sqs"
    labels = (*_SERVICES_NAMED_LIKE_PREFIX, *others.split())
    if label in labels:
        return None
    similar = get_close_matches(label, labels, n=1, cutoff=0.75)
    return f"{similar[0]}{dot}{suffix}" if dot and similar else None


def service_trust_policy(principal: str, actions: tuple[str, ...]) -> dict[str, Any]:
    """Return the trust policy that allows a service to assume a role.

    >>> service_trust_policy("ec2.amazonaws.com", ("sts:AssumeRole",))["Statement"][0]["Principal"]
    {'Service': 'ec2.amazonaws.com'}
    """
    return build_document([allow(actions, principal={"Service": principal})])


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
    return RESOURCE_POLICIES.get(service or "")
