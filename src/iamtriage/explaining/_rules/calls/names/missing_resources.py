"""Explain that a resource does not exist in the account and Region of a call, or a service not in the Region.

What each service says: the pages of its API reference on the operations, such as
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html and
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html.

Shield in the Regions of China: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1579.
"""

from __future__ import annotations

import json
import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage._typing import NamedTuple
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.calls import error_kind, service_objects
from iamtriage.explaining._rules.calls.account_kinds import ACCOUNT_STATE
from iamtriage.explaining._rules.calls.names import resource_regions
from iamtriage.explaining._rules.calls.names.resource_regions import Regions
from iamtriage.explaining._rules.calls.quotas import NOT_A_DENIAL
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.credentials.selected_profiles import find_profile
from iamtriage.explaining._rules.shared.grants.unnamed_calls import GLOBAL_SERVICES
from iamtriage.explaining._rules.shared.messages.quoted_message import end_summary
from iamtriage.explaining._rules.shared.remedies import account_remedy, cluster_remedy, present, your_remedy
from iamtriage.explaining._rules.shared.wording import endpoint_step
from iamtriage.failures._failures import AwsError

NOT_FOUND = CauseType(
    "not-found",
    title="The resource does not exist",
    text="The account and Region of the call have no such resource.",
    recognised_by="An error code such as ResourceNotFoundException, NoSuchEntity or 404, or a message that says that something could not be found.",
    fix="Check the name, the account and the Region of the call.",
    sources=(pages.CLI_CREDENTIALS,),
)
RESOURCE_IN_OTHER_REGION = CauseType(
    "resource-in-other-region",
    title="The resource is in another Region",
    fix="Call the Region of the resource.",
    recognised_by="The call went to another Region than the one that the ARN of the resource, the text or the facts state.",
    sign=r"\barn:aws[\w-]{0,10}:[\w-]{2,30}:([a-z]{2,5}-[a-z-]{4,15}-\d):\d{12}:\S{1,200} (?:--[\w-]{2,40} \S{1,80} ){0,6}--region (?!\1)[a-z]{2,5}-[a-z-]{4,15}-\d\b",
    of="not-found",
)
RESOURCE_IN_OTHER_ACCOUNT = CauseType(
    "resource-in-other-account",
    title="The resource is in another account than the credentials",
    fix="Use credentials of the account that owns the resource.",
    commands=("aws sts get-caller-identity",),
    recognised_by="The text names a resource of another account than the caller's.",
    sign=r"\"Account\": ?\"(?P<account>\d{12})\".{0,800}\b(?P<shown>arn:aws[\w-]{0,10}:[\w-]{2,30}:[\w-]{0,20}:(?!(?P=account))\d{12}:\S{1,80})",
    of="not-found",
)
NAME_DIFFERS = CauseType(
    "name-differs",
    title="The name, ID or ARN is misspelled: names are case-sensitive",
    fix="Copy the name from a list command. Names are case-sensitive.",
    of="not-found",
)
DELETED_OR_NEW = CauseType(
    "deleted-or-new",
    title="The resource was deleted or is only seconds old",
    fix="Wait for a few seconds and retry, or create the resource again.",
    recognised_by="The text shows that the resource was just created or deleted.",
    sign=r"\b\w{3,20}_\w{3,40}\.\S{1,80}: (?:Destruction|Creation) complete",
    of="not-found",
)


class _Resource(NamedTuple):
    """A type of resource: what services say if one does not exist, and the command that lists those that do."""

    name: str
    message: re.Pattern[str]
    listing: str
    options: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The service in the ARN of such a resource, or an empty string."""
        return "".join(self.listing.split(" ")[1:2])

    @property
    def is_global(self) -> bool:
        """Whether the service has no Regions."""
        return self is _ANY_OF_IAM or self.listing.startswith(("aws iam ", "aws route53 "))


_NAME = r"[\"'`\[]{0,2}([\w+=,.@:/-]{1,255}?)[\"'`\]]{0,2}"
_MANAGED = "AWS managed policy"
_RESOURCES = tuple(
    _Resource(name, lazy_pattern(message), listing, tuple(options.split()))
    for name, message, listing, options in (
        ("queue", r"specified queue does not exist|sqs\.[a-z0-9-]{6,30}\.amazonaws\.com(?:\.cn)?/\d{12}/([\w.-]{1,80})[^\n]{0,200}(?:NonExistentQueue|QueueDoesNotExist)",
         "aws sqs list-queues", "queue-url queue-name QueueUrl QueueName"),
        ("secret", r"[Cc]an't find the specified secret",
         "aws secretsmanager list-secrets --query 'SecretList[].ARN'", "secret-id SecretId"),
        ("parameter", r"\AParameterNotFound\b",
         "aws ssm describe-parameters --query 'Parameters[].Name'", "name names Name"),
        ("table", rf"Requested resource not found(?:: Table: {_NAME} not found)?|Table not found: {_NAME}(?:\s|$)",
         "aws dynamodb list-tables", "table-name TableName"),
        ("cluster", rf"No cluster found for name: {_NAME}(?:\.?(?:\s|$)|\.\W)",
         "aws eks list-clusters", "name cluster-name cluster"),
        ("ECS cluster", r"\AClusterNotFoundException\b", "aws ecs list-clusters", "cluster"),
        ("function", r"Function not found: arn:aws[a-z-]{0,12}:lambda:[a-z0-9-]{6,30}:\d{12}:function:([\w-]{1,64})",
         "aws lambda list-functions --query 'Functions[].FunctionName'", "function-name FunctionName"),
        ("role", rf"[Rr]ole with name {_NAME} cannot be found",
         "aws iam list-roles --query 'Roles[].RoleName'", ""),
        ("user", rf"user with name {_NAME} cannot be found", "aws iam list-users --query 'Users[].UserName'", ""),
        ("instance profile", rf"Instance Profile {_NAME} cannot be found",
         "aws iam list-instance-profiles --query 'InstanceProfiles[].InstanceProfileName'", ""),
        (_MANAGED, r"[Pp]olicy (arn:aws[a-z-]{0,12}:iam::aws:policy/[\w+=,.@/-]{1,255}) (?:does not exist|was not found)",
         "aws iam list-policies --scope AWS --query 'Policies[].Arn'", ""),
        ("policy", rf"(?<![\w-])[Pp]olicy {_NAME} (?:does not exist|was not found)",
         "aws iam list-policies --scope Local --query 'Policies[].Arn'", ""),
        ("repository", rf"repository with name {_NAME} does not exist",
         "aws ecr describe-repositories --query 'repositories[].repositoryName'", ""),
        ("log group", r"specified log group does not exist",
         "aws logs describe-log-groups --query 'logGroups[].logGroupName'", "log-group-name logGroupName"),
        ("stack", rf"Stack(?: with id|:)? {_NAME} does not exist",
         "aws cloudformation list-stacks --query 'StackSummaries[].[StackName,StackStatus]'", ""),
        ("key", rf"(?:Alias|Key) {_NAME} (?:is not found|does not exist)",
         "aws kms list-aliases --query 'Aliases[].[AliasName,TargetKeyId]'", ""),
        ("database instance", rf"DBInstance {_NAME} not found",
         "aws rds describe-db-instances --query 'DBInstances[].DBInstanceIdentifier'", ""),
        ("task definition", r"Unable to describe task definition",
         "aws ecs list-task-definitions --query taskDefinitionArns", "task-definition taskDefinition"),
        ("topic", r"Topic does not exist", "aws sns list-topics", "topic-arn TopicArn"),
        ("stream", rf"Stream {_NAME} under account \d{{12}} not found", "aws kinesis list-streams", ""),
        ("hosted zone", rf"No hosted zone found with ID: {_NAME}(?:\.?(?:\s|$))",
         "aws route53 list-hosted-zones --query 'HostedZones[].[Id,Name]'", ""),
    )
)  # fmt: skip
MISSING_IN_S3 = lazy_pattern(r"The specified (?:bucket|key) does not exist\b")
"""What S3 says of a bucket or object that does not exist."""
_ANY, _ANY_OF_IAM = (_Resource(name, lazy_pattern(r""), "") for name in ("resource", "IAM resource"))
_CODE_OF_IAM = "NoSuchEntity"
_PARTS_OF_NAME = lazy_pattern(r"(?a)[\w+=,.@:/-]{1,255}")
_QUEUE_URL = lazy_pattern(r"(?a)https://[\w.-]{1,100}/(\d{12})/([\w.-]{1,80})")


def explain_not_found(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a resource does not exist."""
    is_of_s3 = clues.error_code(case.failure) in {"NoSuchBucket", "NoSuchKey"} or (
        service_objects.is_head_call(case) or is_missing_in_s3(case)
    )
    if is_of_s3 or MISSING_IN_S3.search(case.failure.text):
        return _explain_missing_s3_object(case)
    words = f"{clues.error_code(case.failure)} {message}"
    resource, name = next(
        (
            (each, _find_name(case, each, found))
            for each in _RESOURCES
            if (found := each.message.search(words))
        ),
        (_ANY_OF_IAM if words.startswith(_CODE_OF_IAM) else _ANY, None),
    )
    if resource.name == _MANAGED:
        return _explain_managed_policy(case, name or "")
    titled = f"{resource.name}{f' {clip_text(name)}' if name else ''}"
    if (owner := resource_regions.find_owner(case, resource.service, name)) is not None:
        return _explain_other_account(case, titled, owner)
    regions = (
        Regions(None) if resource.is_global else resource_regions.find_regions(case, resource.service, name)
    )
    other = regions.other
    place = f" in {regions.called}" if regions.called else ""
    summary = f"The {titled} does not exist{place} in the account of the call"
    causes: list[Cause] = [NOT_FOUND.cause("reported", error_kind.code_evidence(case.failure))]
    if other is not None:
        causes.append(RESOURCE_IN_OTHER_REGION.cause("derived", regions.evidence))
    elif not resource.is_global:
        causes.append(RESOURCE_IN_OTHER_REGION.cause(text=f"The {resource.name} is in another Region."))
    account = f"The {resource.name} is in another account than the credentials."
    if regions.account is None:
        causes.append(RESOURCE_IN_OTHER_ACCOUNT.cause(text=account))
    else:
        summary = f"The {titled} does not exist in {regions.called}, where the call went, but in {other}, as its ARN in the text shows. The account is right, {regions.account}"
    if other is None:
        name_differs = "The name is misspelled: names are case-sensitive." if resource.listing else None
        deleted = f"The {resource.name} was deleted or is only seconds old."
        causes += [NAME_DIFFERS.cause(text=name_differs), DELETED_OR_NEW.cause(text=deleted)]
    note = NOT_A_DENIAL
    if "do not have access" in message and regions.account is None:
        summary += ", or its policy does not allow the caller"
        note = "If the queue is in another account, its policy must allow the caller: SQS reports both in the same words."
    # A message that names the resource would only repeat the summary.
    ending = "." if name else end_summary(case.failure)
    return case.explain(
        f"{summary}{ending}",
        *causes,
        remedies=_compare_remedy(case, resource, regions, message),
        notes=note,
    )


def _explain_other_account(case: Case[AwsError], titled: str, owner: resource_regions.Owner) -> Explanation:
    """Explain that a resource is in another account than the one that was called."""
    profile = commands.profile(owner.profile)
    again = commands.repeat_command(case.context.command, changes={"profile": profile})
    step = None if owner.profile else "PROFILE is one for that account, whose administrator gives access."
    lines = (f"aws sts get-caller-identity --profile {profile}", again)
    return case.explain(
        f"The {titled} is in account {owner.account}, and the call was made with credentials of account {owner.own}.",
        RESOURCE_IN_OTHER_ACCOUNT.cause("derived", text=f"Its ARN in the text has account {owner.account}."),
        topic=NOT_FOUND.code,
        remedies=your_remedy(f"Call it with credentials of account {owner.account}", step, commands=lines),
        notes=NOT_A_DENIAL,
    )


def _explain_managed_policy(case: Case[AwsError], arn: str) -> Explanation:
    return case.explain(
        f"AWS has no managed policy with the ARN {clip_text(arn)}: its partition, path or name is wrong, or AWS retired the policy.",
        NOT_FOUND.cause(
            "reported", error_kind.code_evidence(case.failure), text="The account does not matter."
        ),
        NAME_DIFFERS.cause(),
        remedies=your_remedy(
            "Look up the ARN of the policy",
            "The partition is aws-cn in China and aws-us-gov in GovCloud (US). Some policies have a path, such as service-role/.",
            commands=f"aws iam list-policies --scope AWS --query \"Policies[?PolicyName=='{arn.rpartition('/')[2]}'].Arn\" --output text",
            url="https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html",
        ),
        notes=NOT_A_DENIAL,
    )


def _find_name(case: Case[AwsError], resource: _Resource, found: re.Match[str]) -> str | None:
    name = next(filter(None, found.groups()), None)
    if name is None:
        name = clues.stated_option(case, *resource.options)
    if name is None:
        return None
    url = _QUEUE_URL.fullmatch(name)
    name = name if url is None else url[2]
    return clues.safe_name(name) if _PARTS_OF_NAME.fullmatch(name) else None


def _compare_remedy(case: Case[AwsError], resource: _Resource, regions: Regions, message: str) -> Remedy:
    """Return how to compare the account and the Region of the call with those of the resource."""
    region, other = regions.called, regions.other
    owner = resource_regions.OWNER.search(message)
    stated = "the account of the resource" if owner is None else next(filter(None, owner.groups()))
    asks_region = other is None and region is None and not resource.is_global
    title = "Check the account and the Region of the call"
    if resource.is_global:
        title = "Check the account of the call"
    if other is not None:
        title, region = f"Call {other}{f' instead of {region}' if region else ''}", other
    is_known = region is not None and not resource.is_global
    configured = (
        "Compare the Region: aws configure prints the configured one, which applies if the call names none."
    )
    elsewhere = "" if resource.is_global or other is not None else "other Regions (--region) and "
    listed = f"Compare the name with those that the last command prints{f' in {region}' if is_known else ''}. Repeat it in {elsewhere}other accounts (--profile)."
    listing = f"{resource.listing} --region {commands.region(region)}" if is_known else resource.listing
    account = getattr(case.principal, "account", None)
    lines: tuple[str | None, ...] = (
        None if account else "aws sts get-caller-identity --query Account --output text",
        "aws configure get region" if asks_region else None,
        listing if resource.listing else None,
    )
    profile = find_profile(case)
    again = other and commands.repeat_command(case.context.command, changes={"region": other})
    if again and other and regions.called:
        # A URL or an ARN in the command has a Region, too.
        again = re.sub(rf"(?<=[.:]){regions.called}(?=[.:])", other, again)
    lines = (None if again else listing,) if regions.account else lines
    return your_remedy(
        title,
        f"The environment variable AWS_REGION or AWS_DEFAULT_REGION has {clip_text(found[1])}, and precedes the profile: unset it."
        if other is not None
        and (found := resource_regions.REGION_IN_ENVIRONMENT.search(case.failure.text)) is not None
        else None,
        None
        if regions.account
        else f"{'If this call does not find it either, compare' if again else 'Compare'} {f'{account}, the account of the credentials,' if account else 'the account that get-caller-identity prints'} with {stated}.",
        configured if asks_region else None,
        listed if resource.listing and not regions.account else None,
        commands=present(again, *(credential_remedies.with_profile(profile, line) for line in lines if line)),
    )


def is_missing_in_s3(case: Case[AwsError]) -> bool:
    """Return whether S3 answered 404 without a body, and so without a code."""
    envelope = case.failure.envelope
    return envelope.service == "s3" and envelope.status_code == 404 and not clues.error_code(case.failure)


def _explain_missing_s3_object(case: Case[AwsError]) -> Explanation:
    """Explain that S3 has no such bucket or object.

    A bucket of another Region or account gives 301 or 403 instead.
    """
    code, operation = clues.error_code(case.failure), case.operation
    kind, name = "object", "key"
    text = "The bucket has no object with this key."
    if operation is None and is_missing_in_s3(case):
        kind, text = (
            "object or its bucket",
            "The text does not have the body of the answer, which would say which one.",
        )
    misspelled = "The key is misspelled. Keys are case-sensitive, and a leading slash is a part of the key."
    steps: tuple[str, ...] = (
        "OBJECT_KEY can be the beginning of the key.",
        "In a bucket with versioning, a delete marker can hide the object: list-object-versions shows it.",
    )
    if (checked := endpoint_step(case.failure)) is not None:
        steps = (checked, *steps)
    listing = "aws s3api list-objects-v2 --bucket BUCKET --prefix OBJECT_KEY --query 'Contents[].Key'"
    if (
        code == "NoSuchBucket"
        or operation == "HeadBucket"
        or "specified bucket does not" in case.failure.text
    ):
        kind, name = "bucket", "name"
        text = "No account of the partition has a bucket of this name. Bucket names are unique across accounts and Regions."
        misspelled = "The name of the bucket is misspelled, or it is that of an access point or an alias."
        steps = ("The command lists the buckets of the account that is called with.",)
        listing = "aws s3api list-buckets --query 'Buckets[].Name'"
    return case.explain(
        f"The {kind} does not exist{end_summary(case.failure)}",
        NOT_FOUND.cause("reported", error_kind.code_evidence(case.failure), text=text),
        NAME_DIFFERS.cause(text=misspelled),
        DELETED_OR_NEW.cause(text="It was deleted, or not created yet."),
        remedies=your_remedy(
            f"Compare the {name} with what exists", *steps, commands=listing, url=pages.S3_ERRORS
        ),
        notes=NOT_A_DENIAL,
    )


_FLAGS = ("--enable-shield=false", "--enable-waf=false", "--enable-wafv2=false")
_PATCH = json.dumps(
    [{"op": "add", "path": "/spec/template/spec/containers/0/args/-", "value": each} for each in _FLAGS],
    separators=(",", ":"),
)
_SWITCH_OFF = cluster_remedy(
    "Switch off the controller's calls to Shield and WAF",
    f"The patch adds {', '.join(_FLAGS)} to its arguments, and re-creates its pods. In Helm values, set enableShield, enableWaf and enableWafv2 to false: the next deployment overwrites the patch.",
    "A WAF that is offered in the Region can be switched on again.",
    commands=f"kubectl patch deployment aws-load-balancer-controller --namespace kube-system --type json --patch '{_PATCH}'",
    url="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/",
)
_CHECK_ACCOUNT = account_remedy(
    "Check that the service is offered in the Region, and the state of the account",
    "Sign in to the console, open the service in this Region, and follow its instructions. If it is not offered there, call another Region. The Support API requires a paid support plan.",
    "If no call works, check Billing and the emails to the account's address: payment, verification, suspension.",
)


def explain_unsubscribed_service(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that the account has no access to a service, whoever calls it."""
    region, controller = clues.find_region(case), find_controller(case.failure.text)
    service, operation = case.failure.envelope.service, case.operation
    is_balancer = controller is not None and "Load Balancer" in controller.name
    what = "a service that the program calls, and that the message does not name"
    reason = "it is not subscribed to it, or the service is not offered there"
    check = _CHECK_ACCOUNT
    if service in GLOBAL_SERVICES:
        # It is offered everywhere.
        reason = "it is not subscribed to it, not verified, or suspended"
        step = "Sign in to the console, open the service, and follow its instructions."
        check = attrs.evolve(check, title="Check the state of the account", steps=(step, *check.steps[1:]))
    if service or operation:
        what = f"the service {service}" if service else f"the service of the call {operation}"
    elif is_balancer:
        what = "Shield Advanced, WAF or WAFv2 (the log does not say which), which the AWS Load Balancer Controller calls for each load balancer"
        reason = "most likely, it is not offered there. Elastic Load Balancing is not the problem"
    request = case.failure.envelope.request_id or "REQUEST_ID"
    is_commercial = clues.find_partition(case) == "aws"
    find = account_remedy(
        "Find the service of the call in CloudTrail, if it still fails",
        "An event appears after a few minutes."
        + (" Of a global service, such as Shield, it is in us-east-1." if is_commercial else ""),
        commands=commands.fill_command(
            f"aws cloudtrail lookup-events --region {commands.region(region)} --max-items 2000 --query {{}} --output text",
            f"Events[?contains(CloudTrailEvent, '{request}')].[EventSource,EventName]",
        ),
    )
    return case.explain(
        f"The account cannot use {what}{f' in {region}' if region else ''}: {reason}. No access key is wrong, and no IAM permission is missing.",
        ACCOUNT_STATE.cause(
            "reported",
            text='"Access Key Id" is fixed wording: it means the account of the credentials, even if they are those of a role.',
        ),
        remedies=(check,)
        if service or operation
        else (_SWITCH_OFF, find)
        if is_balancer
        else (find, _CHECK_ACCOUNT),
    )
