"""Explain what managed services report about their roles and about the policies of resources they use.

The caller of such a call usually has its permissions. It is the role that the service uses, or the policy of the
resource that it writes to, that has to change. The rows name their sources.
"""

from __future__ import annotations

from typing import Any

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._rendering.values import Value
from iamtriage._text import join_words, upper_first
from iamtriage.arns._principals import Role
from iamtriage.explaining._context.readers.template_resources import find_template_resources
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.grants.denial_remedies import region_argument
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.principals.principal_words import PLACEHOLDER_ACCOUNT
from iamtriage.explaining._rules.shared.remedies import present
from iamtriage.explaining._rules.shared.texts.deployment_tools import RETRY_NEW
from iamtriage.explaining._rules.sts.trust.template_trust import find_trusting_role
from iamtriage.policies._documents import allow, build_document
from iamtriage.policies._masked_arns import sanitize_arn
from iamtriage.policies._readers.elements import as_strings

_OBJECT = lazy_pattern(
    r"object key '(?P<key>[^'\n]{1,500})' located in the Amazon S3 artifact bucket '(?P<bucket>[a-z0-9.-]{3,63})'"
)
_BUCKET_OF_ARN = lazy_pattern(
    r"(?:\barn:[\w-]{3,20}:s3:::|\bs3 location )(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?![\w.-])"
)
_INTEGRATION = lazy_pattern(r"(?a):states:::(?P<service>\w{2,40}):\w{2,60}\.sync")
# https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html and the pages of the services
_MANAGED_RULES = {
    "batch": "StepFunctionsGetEventsForBatchJobsRule",
    "codebuild": "StepFunctionsGetEventForCodeBuildStartBuildRule",
    "ecs": "StepFunctionsGetEventsForECSTaskRule",
    "states": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
}
# What it also calls for each task that it waits for, on any resource.
_CALLS_ON_TASKS = {
    "batch": ("batch:DescribeJobs", "batch:TerminateJob"),
    "ecs": ("ecs:DescribeTasks", "ecs:StopTask"),
}
# A state machine in a template of AWS SAM, which creates its role from its Policies.
_SAM_MACHINE = "AWS::Serverless::StateMachine"
_PROJECT = lazy_pattern(r"(?a):build/(?P<project>[\w-]{2,150}):")

SERVICE_ROLE_LACKS_PERMISSION = CauseType(
    "service-role-lacks-permission",
    title="The role that the service uses lacks a permission",
    meaning="A managed service works with a role, and an identity-based policy of that role does not allow what it needs.",
    recognised_by="The service reports that the role is not authorized, or lacks permissions, in its own words.",
    fix="Allow the actions for the role that the service uses. The caller needs no more permissions.",
    sources=(pages.PASS_ROLE,),
)


@attrs.frozen(eq=False, repr=False)
class ServiceRole(Value):
    """What the role of a service needs.

    Attributes:
        role: The role in words, such as ``the state machine's role``.
        purpose: What the service does with it, as the end of a sentence.
        actions: The actions that it needs.
        url: The documentation.
        resource: Their resource, or several with spaces between them, with placeholders for what the message may name.
        managed_policy: The AWS managed policy that has the permissions, if there is one to attach.
        step: What else to know.
        show: The command that prints the ARN of the role.
        why: Why other permissions, which the role often has, are not enough.
        service: The service that assumes the role, without the end of its principal.
        more: A further action, its resource and its condition.
    """

    role: str
    purpose: str
    actions: tuple[str, ...]
    url: str
    resource: str = "*"
    managed_policy: str = ""
    step: str = ""
    show: str = ""
    why: str = ""
    service: str = ""
    more: tuple[str, str, dict[str, Any]] | None = None

    def list_statements(self, values: dict[str, str]) -> list[dict[str, Any]]:
        """Return what the role needs, with the values of placeholders."""
        resource = self.resource.format(**values)
        statements = [allow(self.actions, resource)] if self.actions else []
        if " " in resource:
            statements = [{**statements[0], "Resource": resource.split(" ")}]
        if self.more is not None:
            action, on, condition = self.more
            statements.append(allow(action, on.format(**values), condition=condition))
        return statements


_DELIVERIES = ("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups")  # fmt: skip
_IOT_SEARCH = ServiceRole("the role of the rule's OpenSearch action", "write to the OpenSearch domain", ("es:ESHttpPut",), "https://docs.aws.amazon.com/iot/latest/developerguide/opensearch-rule-action.html", resource="arn:{partition}:es:{region}:{account}:domain/DOMAIN_NAME/*", step="If the domain has fine-grained access control, also map the role in OpenSearch. If its access policy names principals, the role must be one of them.", show="aws iot get-topic-rule --rule-name RULE_NAME --query rule.actions", service="iot")  # fmt: skip
_LOG_ACTIONS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
CODEDEPLOY = ServiceRole(
    "the CodeDeploy service role",
    "deploy to the instances",
    (),
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html",
    managed_policy="service-role/AWSCodeDeployRole",
    step="For Auto Scaling groups with launch templates, the role also needs ec2:RunInstances, ec2:CreateTags and iam:PassRole.",
)
_CODEDEPLOY_ECS = attrs.evolve(CODEDEPLOY, purpose="deploy to Amazon ECS", managed_policy="AWSCodeDeployRoleForECS", step="AWSCodeDeployRole is for deployments to instances. AWSCodeDeployRoleForECSLimited allows less.")  # fmt: skip
_CODEDEPLOY_LAMBDA = attrs.evolve(CODEDEPLOY, purpose="deploy Lambda functions", managed_policy="service-role/AWSCodeDeployRoleForLambda", step="AWSCodeDeployRole is for deployments to instances.")  # fmt: skip
# The caller of Auto Scaling launches the instances of a template: AWSCodeDeployRole has no permissions for that.
CODEDEPLOY_TEMPLATE = ServiceRole(
    "the CodeDeploy service role",
    "launch instances with the launch template of the Auto Scaling group",
    ("ec2:RunInstances", "ec2:CreateTags"),
    CODEDEPLOY.url,
    step="The role also keeps AWSCodeDeployRole. If the image or the volumes are encrypted with a customer managed KMS key, its key policy must allow Auto Scaling, too.",
    why="For an Auto Scaling group with a launch template, the role needs ec2:RunInstances, ec2:CreateTags and iam:PassRole, which neither AWSCodeDeployRole nor AutoScalingFullAccess has.",
)
_CONFIGURATION = lazy_pattern(r"(?i:\blaunch[ _-]?configurations?\b)")
_INSTANCE_ROLE = lazy_pattern(
    # "the instance role is web", "IamInstanceProfile web (role web-role)", "instance profile web with role web-role"
    r"(?a)(?:\b(?i:instance(?: profile)?(?:'s)? role|role of the instances?(?: profile)?)\b(?: is| named| called|:)? |\b(?i:(?:iam[_ ]?)?instance[_ ]?profile)[`'\": =]{1,3}[\w+=,@.-]{1,128}[`'\"]?(?: \((?:its |IAM |with )?role:?| with (?:its |the |an? )?(?:IAM )?role| and (?:its |the )role) )(?=[`'\"]|arn:|[A-Za-z.]{1,40}[-_0-9])[`'\"]?(?:arn:aws[a-z-]{0,12}:iam::[0-9]{12}:role/(?:[\w+=,.@-]{1,64}/){0,4})?(?P<name>[\w+=,@.-]{2,64}\w)[`'\"]?"
)
_SHOW_MACHINE = "aws stepfunctions describe-state-machine --state-machine-arn STATE_MACHINE_ARN --query roleArn --output text"
# Keys of artifacts begin with as many characters of the pipeline's name.
_MAX_PIPELINE_IN_KEY = 20
_SHOW_PIPELINE = "aws codepipeline get-pipeline --name PIPELINE_NAME --query 'pipeline.[roleArn, stages[].actions[].[name, roleArn]]'"
_SHOW_PROJECT = (
    "aws codebuild batch-get-projects --names PROJECT_NAME --query 'projects[].serviceRole' --output text"
)
# The caller launches the instances, whatever service does it for them.
_LAUNCH_TEMPLATE = ServiceRole("the caller", "launch instances with the launch template", ("ec2:RunInstances", "ec2:CreateTags"), "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html", step="ec2:CreateTags is required only if the template has tags. If it has an instance profile, the caller also needs iam:PassRole on the profile's role.")  # fmt: skip
_FLOW_LOG_ROLE = ServiceRole(
    "the role of the flow log",
    "send flow logs to CloudWatch Logs",
    (*_LOG_ACTIONS, "logs:DescribeLogGroups", "logs:DescribeLogStreams"),
    "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html",
    show="aws ec2 describe-flow-logs --query 'FlowLogs[].DeliverLogsPermissionArn' --output text",
    service="vpc-flow-logs",
)
_KEY_OF_BUCKET = (
    "If the bucket is encrypted with a customer managed KMS key, the role also needs kms:Decrypt on that key."
)
_BUILD_SOURCE = ServiceRole(
    "the CodeBuild service role",
    "download the source of the build",
    ("s3:GetObject", "s3:GetObjectVersion"),
    "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html",
    resource="arn:{partition}:s3:::{bucket}/*",
    step=f"{_KEY_OF_BUCKET} If the bucket is in another account, its policy and the key policy must allow the role, too.",
    show=_SHOW_PROJECT,
)
# CodeBuild says "User" of the role, which it checks when a project is created or changed.
CONNECTION = ServiceRole(
    "the CodeBuild service role",
    "use the connection to the source provider",
    ("codeconnections:GetConnection", "codeconnections:GetConnectionToken"),
    "https://docs.aws.amazon.com/codebuild/latest/userguide/connections-github-app.html",
    resource="{connection}",
    step="The policy must exist before the project: in code, let the project depend on it (DependsOn, in Terraform depends_on).",
    show=_SHOW_PROJECT,
)
# Services that say nothing else of a role that they cannot assume.
_CHECKED_TRUST = {"vpc-flow-logs", "firehose"}
_PIPELINE = "the role of the pipeline's action"
_OWN_ROLE = "An action without a role of its own has that of the pipeline."
_PIPELINE_ECS = ServiceRole(_PIPELINE, "deploy to Amazon ECS", ("ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:DescribeTasks", "ecs:ListTasks", "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UpdateService"), "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html", step=f"{_OWN_ROLE} If it has these actions, it most likely lacks iam:PassRole on the task role or the execution role of the task definition.", show=_SHOW_PIPELINE)  # fmt: skip
_PIPELINE_CODEDEPLOY = ServiceRole(_PIPELINE, "deploy with CodeDeploy", ("codedeploy:CreateDeployment", "codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:GetDeployment", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision"), "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeDeploy.html", step=f"{_OWN_ROLE} For a blue/green deployment to Amazon ECS, it also needs ecs:RegisterTaskDefinition, and iam:PassRole on the roles of the task definition.", show=_SHOW_PIPELINE)  # fmt: skip
ROLES = {
    "sufficient permissions to access ecs": _PIPELINE_ECS,
    "sufficient permissions to access codedeploy": _PIPELINE_CODEDEPLOY,
    "failed to index document in opensearch": _IOT_SEARCH,
    "not authorized to use launch template": _LAUNCH_TEMPLATE,
    "not authorized to launch instances with this launch template": _LAUNCH_TEMPLATE,
    "not authorized to create managed-rule": ServiceRole(
        "the state machine's role",
        "create the EventBridge rule with which Step Functions monitors the tasks that it starts (.sync)",
        ("events:PutTargets", "events:PutRule", "events:DescribeRule"),
        "https://docs.aws.amazon.com/step-functions/latest/dg/service-integration-iam-templates.html",
        resource="arn:{partition}:events:{region}:{account}:rule/{rule}",
        step="Step Functions can reject a policy that is only seconds old: retry then. In code, let the state machine depend on the policy (DependsOn, in Terraform depends_on).",
        show=_SHOW_MACHINE,
        service="states",
        why="An integration that waits (.sync) needs events:PutTargets, events:PutRule and events:DescribeRule, with which Step Functions creates and manages the rule itself. Without .sync, there is no rule.",
    ),
    "not authorized to access the log destination": ServiceRole(
        "the state machine's role",
        "send its logs to CloudWatch Logs",
        _DELIVERIES,
        "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
        step="If the message stays, the resource policy of CloudWatch Logs is full (5120 characters): use a log group whose name starts with /aws/vendedlogs/. Or a permissions boundary of the role lacks the actions.",
        show=_SHOW_MACHINE,
        service="states",
        why="Step Functions creates a log delivery, whose actions cannot be limited to a log group: logs:PutLogEvents on the group is not enough.",
    ),
    "permissions to execute the backup": ServiceRole(
        "the role of the backup plan",
        "back up the resource",
        (),
        "https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html",
        managed_policy="service-role/AWSBackupServiceRolePolicyForBackup",
        service="backup",
        step="For Amazon S3, the role also needs AWSBackupServiceRolePolicyForS3Backup. If a customer managed KMS key encrypts the resource, the key policy must allow the role.",
    ),
    "role for your flow logs does not have": _FLOW_LOG_ROLE,
    "deliverlogserrormessage": _FLOW_LOG_ROLE,
    "access policy allows access to the s3 bucket": ServiceRole(
        "the role of the Firehose stream",
        "deliver to the bucket {bucket}",
        ("s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"),
        "https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html",
        resource="arn:{partition}:s3:::{bucket}/*",
        service="firehose",
        step="On the bucket itself, the role also needs s3:GetBucketLocation, s3:ListBucket and s3:ListBucketMultipartUploads. With a customer managed KMS key, it also needs kms:GenerateDataKey and kms:Decrypt on that key.",
    ),
    "does not allow aws codebuild to create amazon cloudwatch logs": ServiceRole(
        "the CodeBuild service role",
        "write the logs of the build",
        _LOG_ACTIONS,
        "https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html",
        resource="arn:{partition}:logs:{region}:{account}:log-group:/aws/codebuild/{project}*",
        show=_SHOW_PROJECT,
    ),
    "unexpected ec2 error": ServiceRole(
        "the CodeBuild service role",
        "create the network interface of the build in the VPC",
        (
            *("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeDhcpOptions"),
            *("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"),
            "ec2:DescribeVpcs",
        ),
        "https://docs.aws.amazon.com/codebuild/latest/userguide/auth-and-access-control-iam-identity-based-access-control.html",
        step="To limit ec2:CreateNetworkInterfacePermission, let ec2:Subnet be the ARNs of the project's subnets (ArnEquals).",
        show=_SHOW_PROJECT,
        more=(
            "ec2:CreateNetworkInterfacePermission",
            "arn:{partition}:ec2:{region}:{account}:network-interface/*",
            {"StringEquals": {"ec2:AuthorizedService": "codebuild.amazonaws.com"}},
        ),
    ),
    "error while downloading key": _BUILD_SOURCE,
    "for primary source and source version": _BUILD_SOURCE,
    "located in the amazon s3 artifact bucket": ServiceRole(
        _PIPELINE,
        "read the artifact of the pipeline",
        ("s3:GetObject", "s3:GetObjectVersion"),
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html",
        resource="arn:{partition}:s3:::{bucket}/{folder}/*",
        step=f"{_OWN_ROLE} CodePipeline chooses a new name in this folder for each artifact, so the Resource ends with *. {_KEY_OF_BUCKET}",
        show=_SHOW_PIPELINE,
    ),
    "service role or action role doesn't have the permissions": ServiceRole(
        "the service role of the pipeline or of its action",
        "use the bucket {bucket}",
        ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/troubleshooting.html",
        resource="arn:{partition}:s3:::{bucket}/*",
        step="A source action also needs s3:GetBucketVersioning on the bucket. With a customer managed KMS key, the role also needs kms:Decrypt and kms:GenerateDataKey on that key. If the bucket is in another account, its policy must allow the role, too.",
    ),
    "sufficient permissions for s3 location": ServiceRole(
        "the execution role of the Amazon MWAA environment",
        "read its bucket {bucket}",
        ("s3:GetObject*", "s3:GetBucket*", "s3:List*"),
        "https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html",
        resource="arn:{partition}:s3:::{bucket} arn:{partition}:s3:::{bucket}/*",
        service="airflow-env",
        step="The policy must exist before the environment: in code, let the environment depend on it (DependsOn, in Terraform depends_on). On *, the role also needs s3:GetAccountPublicAccessBlock. Block Public Access must be on for the bucket.",
    ),
    "operations in the following aws service: amazonecs": _CODEDEPLOY_ECS,
    "operations in the following aws service: awslambda": _CODEDEPLOY_LAMBDA,
    "does not give you permission to perform operations in the following aws service": CODEDEPLOY,
    "access denied while accessing auto scaling using role": CODEDEPLOY,
    "user is not authorized to access connection": CONNECTION,
}


def explain_row(denial: Denial, row: ServiceRole, role: Role | None, words: str) -> Explanation:
    """Explain what the role of a service lacks, and how to give it that."""
    owner = find_trusting_role(denial) if role is None and row.service else getattr(role, "name", None)
    described = row.role if owner is None else f"{row.role}, {owner},"
    named = row.role if owner is None else f"the role {owner}"
    own_account = None if role is None or role.account == PLACEHOLDER_ACCOUNT else role.account
    project, artifact = _PROJECT.search(words), _OBJECT.search(words)
    bucket = artifact["bucket"] if artifact else _find_bucket(denial, words)
    waited = only_one({each["service"] for each in _INTEGRATION.finditer(denial.failure.text)}, "")
    rule = _MANAGED_RULES.get(waited)
    values = {
        "rule": rule or "StepFunctionsGetEvent*",
        "connection": sanitize_arn(denial.resource or "") or "*",
        "partition": denial.location.partition or "aws",
        "region": region_argument(denial),
        "account": commands.account(denial.account or own_account),
        "project": project["project"] if project else "PROJECT_NAME",
        "bucket": bucket,
        "folder": artifact["key"].rpartition("/")[0] or "PIPELINE" if artifact else "PIPELINE",
    }
    resource = row.resource.format(**values)
    name, statements = commands.role_name(owner), row.list_statements(values)
    needs = join_words([name for each in statements for name in as_strings(each["Action"])], "and")
    has_role = row is _LAUNCH_TEMPLATE and _INSTANCE_ROLE.search(denial.failure.text) is not None
    if row is CODEDEPLOY_TEMPLATE or has_role:
        statements.append(_pass_instance_role(denial, own_account))
    calls = [each for each in _CALLS_ON_TASKS.get(waited, ()) if each not in denial.failure.text]
    if row.show == _SHOW_MACHINE and calls:
        statements.append(allow(tuple(calls), "*"))
    policy: dict[str, Any] | None = build_document(statements)
    line = commands.put_policy(name, inline_policy_name(statements))
    steps = [f"Attach the policy to {named}."]
    if denial.failure.encoded_message is not None:
        steps += ["The decoded message says which action is missing (aws sts decode-authorization-message)."]
    if row.managed_policy:
        arn = f"arn:{denial.location.partition or 'aws'}:iam::aws:policy/{row.managed_policy}"
        line = commands.attach_policy(name, arn)
        policy, steps, needs = None, [], f"the permissions of {row.managed_policy.rpartition('/')[2]}"
    text = f"{row.why or f'The role needs {needs}.'} The caller's permissions are not the problem."
    text += _describe_bucket_only(denial, resource)
    if row is CODEDEPLOY_TEMPLATE and _CONFIGURATION.search(denial.failure.text):
        text = f"{text} A group with a launch configuration does not need them."
    if row is _LAUNCH_TEMPLATE:
        needs = join_words((*row.actions, "iam:PassRole"), "and") if has_role else needs
        text = f"The service checks the permissions of the caller, who needs {needs}."
    show = row.show.replace("PROJECT_NAME", values["project"]) if owner is None else ""
    pipeline = artifact["key"].partition("/")[0] if artifact else ""
    if 0 < len(pipeline) < _MAX_PIPELINE_IN_KEY:
        show = show.replace("PIPELINE_NAME", pipeline)
    machines = find_template_resources(denial.failure.text, _SAM_MACHINE) if row.show == _SHOW_MACHINE else []
    in_template, manifest = [each for each in machines if " Policies:" in each.body], None
    if len(in_template) == 1:
        # The stack has the role, which is not there after a rollback.
        listed = "".join(f"\n          - {each}" for each in row.actions)
        manifest = f'Policies:\n  - Statement:\n      - Effect: Allow\n        Action:{listed}\n        Resource: "{resource}"\n'
        steps = [
            f"Add the statement to the Policies of {in_template[0].name} in the template, next to the others. {RETRY_NEW}"
        ]
        policy = None
    remedy = Remedy(
        title=f"Give {named} the permissions",
        who="you" if manifest else "account administrator",
        steps=present(*steps, _trust_step(denial, row), row.step or None),
        commands=() if manifest else present(show or None, Labelled("Then, with ROLE_NAME filled in:", line)),
        policy=policy,
        layer=None if policy is None else "identity",
        manifest=manifest,
        url=row.url,
    )
    return denial.explain(
        f"{upper_first(described)} lacks the permissions to {row.purpose.format(bucket=bucket)}.",
        SERVICE_ROLE_LACKS_PERMISSION.cause("derived", text=text),
        remedies=remedy,
        notes=None if manifest else EVENTUAL_CONSISTENCY,
    )


def _describe_bucket_only(denial: Denial, resource: str) -> str:
    """Return the sentence that a policy in the text has the bucket, but not its objects, or an empty string."""
    bucket, slash, _ = resource.partition("/")
    listed = {name for each in denial.context.allows for name in as_strings(each.get("Resource"))}
    if (
        not slash
        or ":s3:::" not in bucket
        or bucket not in listed
        or any(f"{bucket}/" in each for each in listed)
    ):
        return ""
    return " The policy in the text names only the bucket: its objects have the ARN with /*."


def _trust_step(denial: Denial, row: ServiceRole) -> str | None:
    if row.service not in _CHECKED_TRUST or denial.facts.trust_policy is not None:
        return None
    return f"The role's trust policy must allow {row.service}.amazonaws.com to assume it."


def _pass_instance_role(denial: Denial, account: str | None) -> dict[str, Any]:
    """Return the statement that allows to pass the role of the instances, which the text can name."""
    names = {each["name"] for each in _INSTANCE_ROLE.finditer(denial.failure.text)}
    name = commands.role_name(names.pop()) if len(names) == 1 else "INSTANCE_ROLE_NAME"
    owner = commands.account(denial.account or account)
    return allow(
        "iam:PassRole",
        f"arn:{denial.location.partition or 'aws'}:iam::{owner}:role/{name}",
        condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
    )


def _find_bucket(denial: Denial, words: str) -> str:
    bucket, found = denial.context.bucket, _BUCKET_OF_ARN.search(words)
    name = found["bucket"] if found else None
    return commands.bucket(name if bucket is None else bucket.value)
