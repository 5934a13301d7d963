"""Explain that a service cannot use a role or instance profile, or that its service-linked role is missing.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html (propagation),
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html and the pages on
service-linked roles in the guides of the services.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import upper_first
from iamtriage._typing import NamedTuple
from iamtriage.actions._operations import actions_for
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.unique_values import stated_partition
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.request_kinds import INVALID_REQUEST
from iamtriage.explaining._rules.shared import clues, commands, common_causes, pages
from iamtriage.explaining._rules.shared.remedies import account_remedy, identity_remedy, your_remedy
from iamtriage.explaining._rules.shared.requirements.services import ASSUME_ROLE, find_role_recipient
from iamtriage.explaining._rules.shared.texts import deployment_tools
from iamtriage.explaining._rules.shared.wording import capitalize_start
from iamtriage.failures._failures import AwsError, Failure
from iamtriage.policies._documents import allow

_UNKNOWN_INSTANCE_PROFILE = lazy_pattern(
    r"Invalid (?:IAM Instance Profile|IamInstanceProfile|InstanceProfile\b)|iamInstanceProfile[.\w]{0,10} is invalid"
)
_ROLE_NOT_ASSUMABLE = lazy_pattern(
    r"[Tt]he role defined for the function cannot be assumed|could not be assumed because it does not exist or the trusted entity"
    r"|[Uu]nable to assume (?:the )?(?:provided )?role(?!\W{1,4}(?i:could not connect|connect timeout|read timeout|request send failed|dial tcp|getaddrinfo|connection ))|[Rr]ole .{0,200}?(?:cannot|can not|could not|can't) be assumed|is not authorized to assume the role"
    r"|should be given assume role permissions|[Cc]heck the trust relationships for your role"
    r"|[Rr]ole is invalid or cannot be assumed|does not have (?:a )?trust relationship|[Rr]ole must be assumable (?:with|by)|IAM role must delegate access to"
    r"|missing ssm service principal in trust policy|[Rr]equired service principals? .{1,200}? not found in the trust relationship"
)
# What messages call a service, and the principal that assumes its roles, as the guides of the services state it.
SERVICES_IN_MESSAGES = (
    # EKS says this of the role of a cluster.
    ("because it does not exist or the trusted entity", "eks.amazonaws.com"),
    ("EKS", "eks.amazonaws.com"),
    ("for the function", "lambda.amazonaws.com"),
    ("Batch is not", "batch.amazonaws.com"),
    ("Firehose", "firehose.amazonaws.com"),
    ("provided for this task", "ecs-tasks.amazonaws.com"),
    ("ECS Infrastructure Role", "ecs.amazonaws.com"),
    ("ECS service role", "ecs.amazonaws.com"),
    ("CodeDeploy", "codedeploy.amazonaws.com"),
    ("CodeBuild", "codebuild.amazonaws.com"),
    ("CodePipeline", "codepipeline.amazonaws.com"),
    ("EventBridge Scheduler", "scheduler.amazonaws.com"),
    ("Bedrock", "bedrock.amazonaws.com"),
    ("Cognito", "cognito-idp.amazonaws.com"),
    ("OpenSearch Service", "opensearchservice.amazonaws.com"),
    ("AWS Backup", "backup.amazonaws.com"),
    # App Runner: https://docs.aws.amazon.com/apprunner/latest/dg/security_iam_service-with-iam.html
    ("assuming access role", "build.apprunner.amazonaws.com"),
    ("Invalid Access Role in AuthenticationConfiguration", "build.apprunner.amazonaws.com"),
    ("assuming instance role", "tasks.apprunner.amazonaws.com"),
    ("Pipes could", "pipes.amazonaws.com"),
    # https://docs.aws.amazon.com/greengrass/v2/developerguide/greengrass-service-role.html
    *((f"{name} is not authorized", "greengrass.amazonaws.com") for name in ("Greengrass", "greengrass")),
    ("Glue", "glue.amazonaws.com"),
    ("Lambda", "lambda.amazonaws.com"),
    ("Step Functions", "states.amazonaws.com"),
    ("AppSync", "appsync.amazonaws.com"),
    ("API Gateway", "apigateway.amazonaws.com"),
    ("ssm service principal", "ssm.amazonaws.com"),
    ("rolesanywhere", "rolesanywhere.amazonaws.com"),
    ("aws_signing_helper", "rolesanywhere.amazonaws.com"),
    # The sentence of CloudFormation, and https://repost.aws/knowledge-center/redshift-iam-role-error
    ("ValidationError: Role arn:", "cloudformation.amazonaws.com"),
    ("Amazon Redshift", "redshift.amazonaws.com"),
    # The message of CreateSession.
    ("Unable to assume role for arn:", "rolesanywhere.amazonaws.com"),
)
_NAMES_PRINCIPAL = ("by principal", "must be assumable", "equired service principal")
SERVICE_PRINCIPAL = lazy_pattern(
    r"(?a)(?<![\w.-])[a-z][a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,20})?\.amazonaws\.com(?![\w/-])"
)
"""A service principal in a message, and not in the path of a role."""
_PROFILE_NAME = lazy_pattern(
    r"Value \(([\w+=,.@-]{1,128})\) for parameter iamInstanceProfile\.name|Invalid (?:IAM Instance Profile name|(?:Iam)?InstanceProfile:) (?!(?:And|But|I|In|It|My|Our|The|This|We|When)\b)([\w+=,.@-]{1,127}[\w+=,@-])"
)
_PHRASES = (
    "Invalid IAM Instance Profile name",
    "The role defined for the function cannot be assumed by Lambda",
    "could not be assumed because it does not exist or the trusted entity is not correct",
)
INSTANCE_PROFILE_NOT_FOUND = CauseType(
    "instance-profile-not-found",
    title="EC2 finds no instance profile with that name or ARN",
    text="The account of the call has no instance profile with that name or ARN.",
    recognised_by="The message says that the value is invalid for iamInstanceProfile.name or arn.",
    fix="Use the name of an existing instance profile, or create one.",
    sources=(pages.EC2_ROLES,),
)
ROLE_INSTEAD_OF_PROFILE = CauseType(
    "role-instead-of-profile",
    title="The call passes a role name instead of an instance profile name",
    fix="Use the name of the instance profile that contains the role. The command aws iam list-instance-profiles-for-role prints it.",
    recognised_by="The value for the instance profile is a role.",
    sign=r"\barn:aws[\w-]{0,10}:iam::\d{12}:role/[\w+=,.@/-]{1,200}\) for parameter iamInstanceProfile\b|\biam_instance_profile ?= ?aws_iam_role\.\w{1,40}",
    of="instance-profile-not-found",
)
# Packer creates a profile for each build, and retries until EC2 sees it.
_RETRIED = lazy_pattern(r"\b[Rr]etryable error\b")
_WAIT_FOR_TOOL = your_remedy(
    "Wait for the next attempts: the program retries automatically",
    "A program that has just created the profile needs several attempts. Look for a later error only if it gives up.",
    url=pages.CONSISTENCY,
)
_TOO_NEW = common_causes.ROLE_TOO_NEW.cause(because="Changes in IAM take a few seconds to propagate.")


def explain_service_role(case: Case[AwsError], message: str) -> Explanation | None:
    """Explain that a service cannot use a role; return ``None`` for other errors."""
    if _UNKNOWN_INSTANCE_PROFILE.search(message):
        return _explain_instance_profile(case, message)
    if "Role is not valid" in message and clues.error_code(case.failure) == "ClientException":
        return _explain_task_role(case)
    return _explain_role_not_assumable(case, message) if _ROLE_NOT_ASSUMABLE.search(message) else None


def _explain_task_role(case: Case[AwsError]) -> Explanation:
    """Explain that ECS does not accept a role of a task definition."""
    return case.explain(
        "ECS does not accept a role of the task definition: most likely, taskRoleArn or executionRoleArn is empty, no ARN of a role, or that of a role in another account.",
        INVALID_REQUEST.cause("reported", clues.quote_phrases(case.failure.text, "Role is not valid")),
        remedies=your_remedy(
            "Correct taskRoleArn and executionRoleArn",
            "Print the task definition that is registered: a variable that is not set, or a placeholder, is no role. Remove a role that the task does not need, as an empty value is not valid.",
            "Each one must be the ARN of a role in the account that the first command prints.",
            commands=(
                "aws sts get-caller-identity --query Account --output text",
                "aws iam get-role --role-name ROLE_NAME --query Role.Arn --output text",
            ),
            url="https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
        ),
    )


def _explain_instance_profile(case: Case[AwsError], message: str) -> Explanation:
    found = _PROFILE_NAME.search(message)
    name = commands.instance_profile(found[1] or found[2] if found else None)
    stated = f" {name}" if name != "INSTANCE_PROFILE" else ""
    is_retried = _RETRIED.search(case.text) is not None
    role = commands.role_name((clues.find_role_arn(message) or "").rpartition("/")[2])
    return case.explain(
        f"The instance profile{stated} does not exist, or it is only seconds old.",
        INSTANCE_PROFILE_NOT_FOUND.cause("reported", clues.quote_phrases(message, *_PHRASES)),
        _TOO_NEW,
        None if is_retried else ROLE_INSTEAD_OF_PROFILE.cause(),
        remedies=(
            _WAIT_FOR_TOOL if is_retried else None,
            your_remedy(
                "Check that the profile exists and contains a role",
                "Only the console creates an instance profile together with a role. Otherwise, create one and add the role.",
                commands=(
                    f"aws iam get-instance-profile --instance-profile-name {name}",
                    Labelled(
                        "If it does not exist:",
                        f"aws iam create-instance-profile --instance-profile-name {name}",
                    ),
                    f"aws iam add-role-to-instance-profile --instance-profile-name {name} --role-name {role}",
                ),
            ),
            None
            if is_retried
            else your_remedy(
                "Wait, and retry",
                "After you create the profile, wait about 10 seconds. Tools such as Terraform retry for a while.",
                commands=f"aws iam wait instance-profile-exists --instance-profile-name {name}",
                url=pages.CONSISTENCY,
            ),
        ),
        notes="The caller's permissions are not the problem.",
    )


def _explain_role_not_assumable(case: Case[AwsError], message: str) -> Explanation:
    services = (case.service,) if case.service else (*_possible_services(case.failure),) or (None,)
    recipient = only_one({find_role_recipient(case.operation, each) for each in services} - {None})
    is_stated = any(map(message.__contains__, _NAMES_PRINCIPAL))
    stated = SERVICE_PRINCIPAL.search(message) if is_stated else None
    service = recipient.principal if recipient else None
    if stated is not None:
        service = stated[0]
    elif service is None:
        service = next((name for sign, name in SERVICES_IN_MESSAGES if sign in message), None)
    actions = recipient.trust_actions if recipient else ASSUME_ROLE
    # Few errors need the evaluation of a trust policy.
    from iamtriage.explaining._rules.sts.trust.service_trust import explain_untrusted_role

    return explain_untrusted_role(
        case, service, actions, clues.find_role_arn(message), clues.quote_phrases(message, *_PHRASES)
    )


class LinkedRole(NamedTuple):
    """A service-linked role.

    Attributes:
        words: What messages call the service, a regular expression.
    """

    words: str
    name: str
    principal: str
    role: str

    @property
    def service(self) -> str:
        """The prefix of the service's actions, if its operations need the role."""
        owner = self.principal.removesuffix(".amazonaws.com").rpartition(".")[2]
        return "es" if owner == "opensearchservice" else owner


# The services whose messages speak of their role. More specific words come first.
_ROLES = tuple(
    LinkedRole(words, name, f"{owner}.amazonaws.com", f"AWSServiceRoleFor{role}")
    for words, name, owner, role in (
        ("Spot Fleet", "EC2 Spot Fleet", "spotfleet", "EC2SpotFleet"),
        ("Spot", "EC2 Spot Instances", "spot", "EC2Spot"),
        (
            "Elastic ?Load ?Balancing",
            "Elastic Load Balancing",
            "elasticloadbalancing",
            "ElasticLoadBalancing",
        ),
        ("Auto ?Scaling", "EC2 Auto Scaling", "autoscaling", "AutoScaling"),
        ("(?i:Node ?group)", "EKS node groups", "eks-nodegroup", "AmazonEKSNodegroup"),
        ("Fargate profile", "EKS Fargate", "eks-fargate", "AmazonEKSForFargate"),
        (r"EKS\b", "Amazon EKS", "eks", "AmazonEKS"),
        (r"ECS\b", "Amazon ECS", "ecs", "ECS"),
        (
            r"(?:OpenSearch|Amazon ES\b)",
            "Amazon OpenSearch Service",
            "opensearchservice",
            "AmazonOpenSearchService",
        ),
        ("ElastiCache", "Amazon ElastiCache", "elasticache", "ElastiCache"),
        (r"(?:Elastic ?File ?System|EFS\b)", "Amazon EFS", "elasticfilesystem", "AmazonElasticFileSystem"),
        ("API ?Gateway", "API Gateway", "ops.apigateway", "APIGateway"),
        ("(?:MSK|Kafka)", "Amazon MSK", "kafka", "Kafka"),
        ("RDS", "Amazon RDS", "rds", "RDS"),
        ("Batch", "AWS Batch", "batch", "Batch"),
        ("Network ?Firewall", "AWS Network Firewall", "network-firewall", "NetworkFirewall"),
        (r"(?:Amazon)?(?:CloudFront|Lambda@Edge)\b", "Lambda@Edge", "replicator.lambda", "LambdaReplicator"),
        ("Organizations", "AWS Organizations", "organizations", "Organizations"),
        ("GuardDuty", "Amazon GuardDuty", "guardduty", "AmazonGuardDuty"),
    )
)
MISSING_ROLE = lazy_pattern(
    r"(?i)(?:enable|create|assume|missing|verify)\b[^.]{0,60}\bservice[- ]linked ?role"
    r"|service[- ]linked ?role\b[^.]{0,80}\b(?:does(?:\snot|n't)\sexist|not\sfound|missing)"
)
"""Words of the messages."""
_BEING_CREATED = lazy_pattern(r"(?i)unable to assume the service[- ]linked role|wait and try again")
_PURPOSE = lazy_pattern(r"(?i)\bpermissions? (to [a-z][a-z ]{2,20} your [\w ]{2,30})\.")
_OTHER_ACCOUNT = lazy_pattern(
    r"(?i)\b(?:old|older|other|another|second|existing|new)\b[^.\n]{0,30}\baccounts?\b"
)
_RETRIES = lazy_pattern(r"(?i)karpenter|nodeclaim|reconcil|controller")
NO_SERVICE_LINKED_ROLE = CauseType(
    "no-service-linked-role",
    title="The service-linked role does not exist yet",
    recognised_by="The message speaks of a service-linked role, or the denied action is iam:CreateServiceLinkedRole.",
    fix="Create the service-linked role once per account, or allow iam:CreateServiceLinkedRole to the caller.",
    sources=(pages.SERVICE_LINKED,),
    subject="denials",
)


def explain_missing_role(case: Case[AwsError], message: str) -> Explanation:
    """Explain an API error that says that a service-linked role is missing."""
    role = find_linked_role(message, _possible_services(case.failure))
    summary = "The account has no service-linked role for {} yet."
    if "ermission to create" in message or "authorized to create" in message:
        summary = "The account seems to have no service-linked role for {} yet, and the caller may not be allowed to create it."
        if role is not None and _RETRIES.search(case.failure.text) is None:
            return missing_role(case, message, role, summary, _allow_creation(case, role))
    return missing_role(case, message, role, summary)


def _allow_creation(case: Case[AwsError], role: LinkedRole) -> Remedy:
    """Return the remedy that allows the caller, whom the message does not name, to create a role."""
    path = f"role/aws-service-role/{role.principal}/{role.role}"
    arn = f"arn:{stated_partition(case.failure.text) or 'aws'}:iam::{commands.account(case.facts.account)}:{path}"
    condition = {"StringLike": {"iam:AWSServiceName": role.principal}}
    who = (
        "the principal that Terraform uses"
        if clues.find_program(case.failure) == "Terraform"
        else "the caller"
    )
    return identity_remedy(
        f"Or allow iam:CreateServiceLinkedRole for {who}, only on {path}",
        "The first command, run with the same credentials, prints the caller. ROLE_NAME follows assumed-role/ in its ARN; for a user, use put-user-policy.",
        statements=(allow("iam:CreateServiceLinkedRole", arn, condition=condition),),
        commands=(
            commands.SHOW_CALLER,
            "aws iam put-role-policy --role-name ROLE_NAME --policy-name AllowCreateServiceLinkedRole --policy-document file://policy.json",
        ),
    )


def missing_role(
    case: Case[AwsError] | Denial, text: str, role: LinkedRole | None, summary: str, *others: Remedy
) -> Explanation:
    """Return the explanation of a failure for which a service-linked role is missing."""
    retries = _RETRIES.search(case.failure.text) is not None
    # If the role was to be assumed, the service may be creating it: the first cluster of an account can fail so.
    # https://github.com/hashicorp/terraform-provider-aws/issues/15452
    is_denied = bool(others) and case.failure.kind == "access_denied"
    is_starting = not is_denied and _BEING_CREATED.search(text) is not None
    needed, service, principal = "service-linked role of the service", "this service", None
    absent: tuple[str, ...] = ()
    if role is not None:
        needed, service, principal = f"role {role.role} of {role.name}", role.name, role.principal
        absent = clues.quote_phrases(case.failure.text, f"The role with name {role.role} cannot be found")
    taken = "If IAM answers that the name has been taken, the role exists already"
    steps: tuple[str, ...] = (f"{taken}: then wait a minute for the change to propagate.",)
    if absent:
        steps = ()
    if is_starting:
        steps = (
            f"{upper_first(service)} creates the role with the first call, and the role takes a moment to propagate. Often, it is enough to retry.",
            f"If a retry does not help, run the command. {taken}.",
        )
    purpose = f" {found[1]}" if (found := _PURPOSE.search(text)) is not None else ""
    of_service = f" for {principal}" if principal else ""
    controller = find_controller(case.failure.text)
    name = "The controller" if controller is None else capitalize_start(controller.name)
    again = "Then retry the call."
    if retries:
        again = f"{name} retries automatically. It needs no permission for a role that exists already."
    permission = f"To let the service create the role, the caller needs iam:CreateServiceLinkedRole{of_service}. If the role exists, no such permission is needed."
    if case.failure.kind != "access_denied" and not is_starting:
        # Denials have notes on their deployment.
        permission = f"The call itself lacks no permission. Creating the role requires iam:CreateServiceLinkedRole{of_service}."
        stack = deployment_tools.find_stack(case.failure, case.facts)
        if stack is not None:
            is_update = (stack.status or "").startswith("UPDATE") and not stack.is_new_stack
            again = deployment_tools.RETRY if is_update else deployment_tools.RETRY_NEW
    contrast = ""
    if _OTHER_ACCOUNT.search(case.failure.text):
        contrast = f" An account that has used {service} before has it."
    if principal == "spot.amazonaws.com" and "on-demand" in case.failure.text.lower():
        contrast += " On-Demand Instances do not need it."
    no_lack = "Capacity is not the problem, although the message mentions it."
    return case.explain(
        summary.format(service),
        NO_SERVICE_LINKED_ROLE.cause(
            "reported",
            absent
            or clues.quote_phrases(text, "service-linked role", "service linked role", "Service Linked Role"),
            text=f"The call needs the {needed}{purpose}. The role is created once per account.{contrast}",
        ),
        remedies=(
            account_remedy(
                f"{'Retry after a minute, or create' if is_starting else 'Create'} the role once as an administrator",
                *steps,
                again,
                commands=commands.fill_command(
                    "aws iam create-service-linked-role --aws-service-name {}",
                    principal or "SERVICE.amazonaws.com",
                ),
            ),
            *others,
        ),
        notes=(
            no_lack if "insufficient capacity" in case.failure.text else None,
            "The credentials are valid, although the code is AuthFailure." if "AuthFailure" in text else None,
            None if is_denied else permission,
        ),
    )


def find_linked_role(text: str, services: Iterable[str]) -> LinkedRole | None:
    """Return the role that a message names or describes, or else the one that the called service needs."""
    called = frozenset(services)
    named = (role for role in _ROLES if role.role in text)
    described = (role for role in _ROLES if re.search(rf"\b{role.words}", text))
    return next(chain(named, described, (role for role in _ROLES if role.service in called)), None)


def _possible_services(failure: Failure) -> list[str]:
    envelope = failure.envelope
    if envelope.service is not None:
        return [envelope.service]
    return [] if envelope.operation is None else [each.service for each in actions_for(envelope.operation)]
