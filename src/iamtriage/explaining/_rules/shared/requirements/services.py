"""List the services that receive passed roles.

Sources for ``iam:PassedToService``: the tables of API operations in
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html,
or the managed policy (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html)
or page that a row names. Sources for trust policies: the user guides that
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html lists. What has no
source is omitted.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._rendering.values import Value
from iamtriage.policies._documents import allow, build_document

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
    # The roles trust tokens of the identity pool, not a service.
    ("setidentitypoolroles", "", "cognito-identity"),
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
