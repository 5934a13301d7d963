"""What services are called where roles are passed and resources have policies; not for actions.

Sources of who gets a role: the tables of API operations in
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html,
which have the values of iam:PassedToService for most operations; where a row names them, AWS's managed policies in
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html, or a page. Who is
trusted: each service's user guide, collected at
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html, which leads to the
pages on resource-based policies too. What has no source is left out.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage.policies._documents import document

__all__ = (
    "ASSUME_ROLE",
    "RESOURCE_POLICIES",
    "ResourcePolicy",
    "RoleRecipient",
    "find_role_recipient",
    "service_trust_policy",
)

ASSUME_ROLE = ("sts:AssumeRole",)
"""What the trust policies of most services allow."""


def _as_tuple(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else names


@attrs.frozen
class RoleRecipient:
    """Who gets a role that a call names.

    Attributes:
        trusted: the service principals that may assume the role; none where that is not known. Of several it is one,
            by what the role is for; its trust policy has to name that one.
        passed_to: what iam:PassedToService holds in the check of the call, or one of them. Most often the same.
        takes: the actions that the trust policy has to allow.
        unless: for which other role of the call it is another service, in a sentence.
    """

    trusted: tuple[str, ...] = attrs.field(converter=_as_tuple)
    passed_to: tuple[str, ...] = attrs.field(
        default=attrs.Factory(lambda self: self.trusted, takes_self=True), converter=_as_tuple
    )
    trust_actions: tuple[str, ...] = ASSUME_ROLE
    exception: str | None = None

    @property
    def principal(self) -> str | None:
        """The only one that is trusted; None where it depends on the role."""
        return self.trusted[0] if len(self.trusted) == 1 else None


_EC2 = RoleRecipient("ec2.amazonaws.com")
_TASKS = RoleRecipient("ecs-tasks.amazonaws.com")
_LAMBDA = RoleRecipient("lambda.amazonaws.com")
_CLOUDFORMATION = RoleRecipient("cloudformation.amazonaws.com")
_SCHEDULER = RoleRecipient("scheduler.amazonaws.com")
_BEDROCK = RoleRecipient("bedrock.amazonaws.com")
_VMIE = RoleRecipient("vmie.amazonaws.com")
_LOGS = RoleRecipient("logs.amazonaws.com")
_USER_POOLS = RoleRecipient("cognito-idp.amazonaws.com")
_RDS = RoleRecipient("rds.amazonaws.com")
_CONFIG = RoleRecipient("config.amazonaws.com")
_CLOUDTRAIL = RoleRecipient("cloudtrail.amazonaws.com")
_ECS = RoleRecipient("ecs.amazonaws.com")
_MALWARE_PROTECTION = RoleRecipient("malware-protection-plan.guardduty.amazonaws.com")
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
_PODS = RoleRecipient("pods.eks.amazonaws.com", trust_actions=("sts:AssumeRole", "sts:TagSession"))
_EKS = RoleRecipient((), "eks.amazonaws.com")
_ADD_ONS = RoleRecipient((), ("eks.amazonaws.com", "pods.eks.amazonaws.com"))
_GROUPS = RoleRecipient("ec2.amazonaws.com", ("ec2.amazonaws.com", "autoscaling.amazonaws.com"))
_MODELS = RoleRecipient("sagemaker.amazonaws.com", ("sagemaker.amazonaws.com", "bedrock.amazonaws.com"))
_MONITORING = RoleRecipient(
    "monitoring.rds.amazonaws.com", ("monitoring.rds.amazonaws.com", "rds.amazonaws.com")
)
# Operation (lower case), behind its service where several have it, where they take a role -> who gets the role, where
# that is not the service that is called; None where no source tells.
_BY_OPERATION: dict[str, RoleRecipient | None] = {
    # AWSEC2FleetServiceRolePolicy, AWSEC2SpotServiceRolePolicy, AutoScalingServiceRolePolicy
    "runinstances": _EC2,
    "requestspotinstances": _EC2,
    "ec2:createfleet": _EC2,
    "associateiaminstanceprofile": _EC2,
    "replaceiaminstanceprofileassociation": _EC2,
    # Karpenter's own policy has it so: https://karpenter.sh/docs/reference/cloudformation/
    "addroletoinstanceprofile": _EC2,
    # The role of the fleet and that of its instances: AWSThinkboxAWSPortalAdminPolicy.
    "requestspotfleet": RoleRecipient(("spotfleet.amazonaws.com", "ec2.amazonaws.com")),
    # EC2ImageBuilderExecutionPolicy
    "importimage": _VMIE,
    "ec2:importsnapshot": _VMIE,
    "exportimage": _VMIE,
    # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    "createflowlogs": RoleRecipient("vpc-flow-logs.amazonaws.com"),
    # Launch templates and configurations have the role of the instances, a lifecycle hook one of its own.
    "createautoscalinggroup": _GROUPS,
    "updateautoscalinggroup": _GROUPS,
    "createlaunchconfiguration": _EC2,
    "putlifecyclehook": RoleRecipient("autoscaling.amazonaws.com"),
    # The role of the cluster, and with Auto Mode that of its nodes too.
    "eks:createcluster": RoleRecipient(
        "eks.amazonaws.com",
        exception="The node role of EKS Auto Mode is passed to ec2.amazonaws.com: for that one, write it in place of eks.amazonaws.com.",
    ),
    "updateclusterconfig": RoleRecipient(("eks.amazonaws.com", "ec2.amazonaws.com")),
    "createaccessentry": _EC2,
    # EKS is asked about, though others assume these.
    "createnodegroup": RoleRecipient("ec2.amazonaws.com", "eks.amazonaws.com"),
    "createfargateprofile": RoleRecipient("eks-fargate-pods.amazonaws.com", "eks.amazonaws.com"),
    "createpodidentityassociation": _PODS,
    "updatepodidentityassociation": _PODS,
    # Roles of service accounts, and of pods: AWSObservabilityAdminTelemetryEnablementServiceRolePolicy.
    "createaddon": _ADD_ONS,
    "updateaddon": _ADD_ONS,
    "eks:createcapability": _EKS,
    "eks:updatecapability": _EKS,
    "registercluster": _EKS,
    # AmazonECS_FullAccess; AmazonEC2ContainerServiceEventsRole
    "registertaskdefinition": _TASKS,
    "runtask": _TASKS,
    "starttask": _TASKS,
    "ecs:createservice": _ECS,
    "ecs:updateservice": _ECS,
    "ecs:createcapacityprovider": _ECS,
    # Seqera's platform has Batch's name: https://docs.seqera.io/platform-cloud/compute-envs/aws-batch
    "registerjobdefinition": RoleRecipient(
        "ecs-tasks.amazonaws.com", ("ecs-tasks.amazonaws.com", "batch.amazonaws.com")
    ),
    "createcomputeenvironment": RoleRecipient(
        ("batch.amazonaws.com", "ec2.amazonaws.com", "ecs.amazonaws.com", "spotfleet.amazonaws.com")
    ),
    # Of the services that have these operations, one takes a role: the models of botocore.
    "createfunction": _LAMBDA,
    "createstack": _CLOUDFORMATION,
    "updatestack": _CLOUDFORMATION,
    "deletestack": _CLOUDFORMATION,
    "createschedule": _SCHEDULER,
    "updateschedule": _SCHEDULER,
    "createknowledgebase": _BEDROCK,
    "updateknowledgebase": _BEDROCK,
    # AmazonBedrockFullAccess
    "createmarketplacemodelendpoint": _MODELS,
    "updatemarketplacemodelendpoint": _MODELS,
    # The roles of the cluster, of its instances, and for scaling.
    "runjobflow": RoleRecipient(
        ("elasticmapreduce.amazonaws.com", "ec2.amazonaws.com", "application-autoscaling.amazonaws.com")
    ),
    # NeptuneFullAccess; AWSApplicationAutoscalingRDSClusterPolicy makes instances with what their cluster has. Trust:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    "addroletodbcluster": _RDS,
    "addroletodbinstance": _RDS,
    "createdbinstance": _MONITORING,
    "modifydbinstance": _MONITORING,
    "putbucketreplication": RoleRecipient("s3.amazonaws.com"),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-iam-role-policies.html
    "s3:createjob": RoleRecipient("batchoperations.s3.amazonaws.com"),
    "putmetricstream": RoleRecipient("streams.metrics.cloudwatch.amazonaws.com"),
    # CloudWatchFullAccessV2; https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/SubscriptionFilters.html
    "putsubscriptionfilter": _LOGS,
    "putdestination": _LOGS,
    "logs:createscheduledquery": _LOGS,
    "createtrail": _CLOUDTRAIL,
    "updatetrail": _CLOUDTRAIL,
    "putconfigurationrecorder": _CONFIG,
    "putconfigurationaggregator": _CONFIG,
    # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-mfa-sms-email-message.html
    "createuserpool": _USER_POOLS,
    "updateuserpool": _USER_POOLS,
    "setuserpoolmfaconfig": _USER_POOLS,
    "createmalwareprotectionplan": _MALWARE_PROTECTION,
    "updatemalwareprotectionplan": _MALWARE_PROTECTION,
    # AmazonSageMakerEdgeDeviceFleetPolicy
    "createrolealias": RoleRecipient(
        "credentials.iot.amazonaws.com", ("iot.amazonaws.com", "credentials.iot.amazonaws.com")
    ),
    "createreplicator": RoleRecipient("kafka.amazonaws.com"),
    "createbackupplan": RoleRecipient((), "malware-protection.guardduty.amazonaws.com"),
    # Roles for scans, restore tests and schedules, which other parts of the services assume.
    "updatebackupplan": None,
    "createrestoretestingselection": None,
    "updaterestoretestingselection": None,
    "startscanjob": None,
    "redshift:createscheduledaction": None,
    "modifyscheduledaction": None,
}
# The prefixes of the actions or services whose service principal is the prefix.
_SERVICES_NAMED_LIKE_PREFIX = (
    "amplify", "apigateway", "application-autoscaling", "appsync", "backup", "bedrock", "bedrock-agentcore",
    "budgets", "cloudformation", "codebuild", "codedeploy", "codepipeline", "databrew", "datasync", "dax", "dlm",
    "eks", "elasticfilesystem", "emr-serverless", "events", "firehose", "fis", "glue", "grafana", "iot",
    "kafkaconnect", "kendra", "kinesisanalytics", "lakeformation", "lambda", "mediaconvert", "omics", "personalize",
    "pipes", "redshift", "sagemaker", "scheduler", "servicecatalog", "ssm", "states", "transfer",
)  # fmt: skip
_BY_SERVICE = {
    **{name: RoleRecipient(f"{name}.amazonaws.com") for name in _SERVICES_NAMED_LIKE_PREFIX},
    "osis": RoleRecipient("osis-pipelines.amazonaws.com"),
    "redshift-serverless": RoleRecipient((), "redshift-serverless.amazonaws.com"),
    # One role pulls the image, the other is the program's:
    # https://docs.aws.amazon.com/apprunner/latest/dg/security_iam_service-with-iam.html. AWSAppRunnerFullAccess has
    # the service's own name, by which some were denied, and the table of operations a fourth.
    "apprunner": RoleRecipient(
        ("build.apprunner.amazonaws.com", "tasks.apprunner.amazonaws.com"),
        (
            "apprunner.amazonaws.com",
            "build.apprunner.amazonaws.com",
            "tasks.apprunner.amazonaws.com",
            "bullet.amazonaws.com",
        ),
    ),
    # CloudWatchSyntheticsFullAccess
    "synthetics": RoleRecipient("lambda.amazonaws.com", ("lambda.amazonaws.com", "synthetics.amazonaws.com")),
}


def find_role_recipient(operation: str | None, service: str | None) -> RoleRecipient | None:
    """Give who gets the role that a call hands over; None where it is not known.

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


def service_trust_policy(principal: str, takes: tuple[str, ...]) -> dict[str, Any]:
    """Give the trust policy that lets a service assume a role.

    >>> service_trust_policy("ec2.amazonaws.com", ("sts:AssumeRole",))["Statement"][0]["Principal"]
    {'Service': 'ec2.amazonaws.com'}
    """
    actions = takes[0] if len(takes) == 1 else list(takes)
    return document([{"Effect": "Allow", "Principal": {"Service": principal}, "Action": actions}])


@attrs.frozen
class ResourcePolicy:
    """The policy that a type of resource has.

    Attributes:
        name: what it is called.
        show: the AWS CLI words that print it; words in capitals stand for the resource.
        change: the words that set it.
        adds: whether they add one statement, where the others set the policy as a whole.
        takes_star: whether its statements name the resource as ``*``.
        names_resource: whether its statements name one at all.
    """

    name: str
    show_arguments: tuple[str, ...]
    change_arguments: tuple[str, ...]
    resource_is_star: bool = False
    names_resource: bool = True
    adds_statement: bool = False


_POLICY_FILE = "file://policy.json"
RESOURCE_POLICIES = {
    "s3": ResourcePolicy(
        "bucket policy",
        ("s3api", "get-bucket-policy", "--bucket", "BUCKET", "--query", "Policy", "--output", "text"),
        ("s3api", "put-bucket-policy", "--bucket", "BUCKET", "--policy", _POLICY_FILE),
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
        ("kms", "put-key-policy", "--key-id", "ARN", "--policy-name", "default", "--policy", _POLICY_FILE),
        resource_is_star=True,
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
            _POLICY_FILE,
        ),
    ),
    "lambda": ResourcePolicy(
        "function policy",
        ("lambda", "get-policy", "--function-name", "ARN", "--query", "Policy", "--output", "text"),
        (
            *("lambda", "add-permission", "--function-name", "ARN", "--statement-id", "STATEMENT_ID"),
            *("--action", "ACTION", "--principal", "PRINCIPAL"),
        ),
        adds_statement=True,
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
        ("secretsmanager", "put-resource-policy", "--secret-id", "ARN", "--resource-policy", _POLICY_FILE),
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
        ("ecr", "set-repository-policy", "--repository-name", "REPOSITORY", "--policy-text", _POLICY_FILE),
        # ECR refused statements with one for years (aws/aws-cdk#24314), and takes those without.
        names_resource=False,
    ),
    "dynamodb": ResourcePolicy(
        "table's resource policy",
        ("dynamodb", "get-resource-policy", "--resource-arn", "ARN", "--query", "Policy", "--output", "text"),
        ("dynamodb", "put-resource-policy", "--resource-arn", "ARN", "--policy", _POLICY_FILE),
    ),
    "kinesis": ResourcePolicy(
        "stream's resource policy",
        ("kinesis", "get-resource-policy", "--resource-arn", "ARN", "--query", "Policy", "--output", "text"),
        ("kinesis", "put-resource-policy", "--resource-arn", "ARN", "--policy", _POLICY_FILE),
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
        ("opensearch", "update-domain-config", "--domain-name", "DOMAIN", "--access-policies", _POLICY_FILE),
    ),
    "glue": ResourcePolicy(
        "Data Catalog's resource policy",
        ("glue", "get-resource-policy", "--query", "PolicyInJson", "--output", "text"),
        ("glue", "put-resource-policy", "--policy-in-json", _POLICY_FILE),
    ),
    "events": ResourcePolicy(
        "event bus policy",
        ("events", "describe-event-bus", "--name", "BUS", "--query", "Policy", "--output", "text"),
        ("events", "put-permission", "--event-bus-name", "BUS", "--policy", _POLICY_FILE),
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
        ("efs", "put-file-system-policy", "--file-system-id", "FILE_SYSTEM", "--policy", _POLICY_FILE),
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
        (
            "backup",
            "put-backup-vault-access-policy",
            "--backup-vault-name",
            "VAULT",
            "--policy",
            _POLICY_FILE,
        ),
    ),
}
"""The prefix of a service's actions -> the policy of its resources."""
