"""Explain permissions that a Lambda function's execution role lacks.

Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text, join_words, quote_words
from iamtriage.explaining._context.readers.coded_principals import CodedPrincipal, find_coded_principals
from iamtriage.explaining._context.readers.event_sources import find_reference, find_stated_role
from iamtriage.explaining._context.readers.statements import find_working
from iamtriage.explaining._explanations.explanations import EVENTUAL_CONSISTENCY
from iamtriage.explaining._rules.basics import Cause, CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.denials.policy_causes import DENIES
from iamtriage.explaining._rules.denials.shown_policies import known_policies
from iamtriage.explaining._rules.denials.shown_policies.evaluated_policies import find_unmet
from iamtriage.explaining._rules.denials.shown_policies.inline_policies import correct_role_policy
from iamtriage.explaining._rules.denials.shown_policies.known_policies import KnownPolicy, list_own_policies
from iamtriage.explaining._rules.denials.shown_policies.policy_comparisons import find_allowing_policy
from iamtriage.explaining._rules.denials.shown_policies.stated_contrasts import Contrast
from iamtriage.explaining._rules.shared import commands, pages, remedies
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import ROLE_TOO_NEW
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.messages.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.policies.policy_changes import inline_policy_name
from iamtriage.explaining._rules.shared.policies.printed_policies import find_printed_policy
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.texts import deployment_tools
from iamtriage.explaining._rules.shared.texts.deployment_tools import Deployment
from iamtriage.policies._documents import allow
from iamtriage.policies._grants import Grant, build_grant
from iamtriage.policies._masked_arns import find_partition
from iamtriage.policies._readers.elements import as_strings

_MISSING_PERMISSION = lazy_pattern(
    r"execution role does not have permissions to call (?P<call>[A-Za-z]{3,60}) on (?P<service>[A-Za-z0-9]{2,20})"
)
# "Cannot access stream arn:…. Please ensure the role can perform the GetRecords, … and ListStreams Actions on …"
_STREAM = lazy_pattern(
    r"(?P<arn>arn:[\w-]{3,20}:(?P<service>kinesis|dynamodb):\S{1,300}?)[.:,]? Please ensure the role can perform"
)
_VPC_POLICY = "AWSLambdaVPCAccessExecutionRole"
_SHOW_ROLE = "aws lambda get-function-configuration --function-name FUNCTION_NAME --query Role --output text"
_ROLE = "the function's execution role"
_BASIC = "AWSLambdaBasicExecutionRole"
# What the managed policies for event sources allow, and their names. ListStreams has no resource.
_EVENT_SOURCES = {
    ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"): "AWSLambdaSQSQueueExecutionRole",
    (
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        "dynamodb:ListStreams",
    ): "AWSLambdaDynamoDBExecutionRole",
    (
        *("kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords"),
        *("kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams"),
    ): "AWSLambdaKinesisExecutionRole",
}
_SOURCE_ARN = lazy_pattern(
    r"(?a)\barn:[\w-]{3,12}:(?P<service>sqs|kinesis|dynamodb):[a-z0-9-]{6,30}:[0-9]{12}:[\w./:-]{1,300}\w"
)

# What works elsewhere, and that the call was repeated.
_ELSEWHERE = lazy_pattern(r"(?i:\baccount\b|\b(?:another|different|other) (?:OU|organizational unit)\b)")
_REPEATED = lazy_pattern(
    r"(?i:\b(?:tried|retried|deployed)\b[^\n.]{0,30}\b(?:again|twice|times)\b|\bstill (?:fails|the same|get))"
)

_Source: TypeAlias = tuple[list[dict[str, Any]], str, str | None]
EXECUTION_ROLE = CauseType(
    "execution-role",
    title="The execution role lacks a permission",
    meaning="The function's execution role lacks a permission that the function needs for what the call sets up.",
    recognised_by='AWS says "The provided execution role does not have permissions to call …".',
    fix="Allow the action for the function's execution role.",
    sources=(pages.LAMBDA_ROLE,),
)


def explain_execution_role(denial: Denial) -> Explanation:
    """Explain that Lambda requires a permission that the execution role lacks."""
    words = denial_paragraph(denial.failure)
    found = _MISSING_PERMISSION.search(words)
    stream = _STREAM.search(words)
    grant = None
    if found is not None:
        grant = build_grant(f"{found['service'].lower()}:{found['call']}", None, denial.location)
    elif stream is not None:
        grant = build_grant(f"{stream['service']}:GetRecords", stream["arn"], denial.location)
    grant = grant if grant is not None and grant.known else None
    role, role_name, coded = _find_role(denial)
    missing = f"perform {'what the message names' if grant is None else grant.action}"
    if stream is not None:
        missing = f"read the stream {clip_text(stream['arn'])}"
    deployment = deployment_tools.find_deployment(denial.failure, denial.facts)
    is_code = deployment is not None
    source = None if grant is None else _find_source(grant, denial.failure.text, is_code=is_code)
    if grant is not None and (known := _explain_known(denial, deployment, grant.action, source, role_name)):
        return known
    text = (
        "The caller's permissions are not the problem: the execution role needs it for what the call sets up."
    )
    allow_it: Remedy | None = _FIND_ROLE
    managed_policy = "what the message names"
    if source is not None:
        statements, managed_policy, arn = source
        text = "Lambda reads the event source with the execution role of the function. The caller's permissions are not the problem."
        text += "".join(told for sign, told in _SUPERFLUOUS if sign.search(denial.failure.text))
        missing += f" on {arn}" if arn and stream is None else ""
        allow_it = remedies.identity_remedy(
            f"Allow {_ROLE} to read the event source",
            "Attach the policy to the role that the first command prints.",
            f"The AWS managed policy {managed_policy} allows the same for every such source.",
            commands=(_SHOW_ROLE, commands.put_policy("ROLE_NAME", inline_policy_name(statements))),
            statements=tuple(statements),
            url=pages.LAMBDA_ROLE,
        )
        managed_policy = _service_role_policy(denial, managed_policy)
    elif grant is not None and grant.action.startswith("ec2:"):
        region = None if deployment is None else deployment.region
        managed_policy = _service_role_policy(denial, _VPC_POLICY, region)
        allow_it = _vpc_policy_remedy(denial)
        caller = known_policies.name_session_role(denial.failure.text, role_name)
        text = f"The function has a VpcConfig, so Lambda creates its network interfaces with the execution role, which needs ec2:CreateNetworkInterface, ec2:DescribeNetworkInterfaces and ec2:DeleteNetworkInterface. The caller of Lambda{caller} needs none of them."
    elif grant is not None:
        allow_it = allow_remedy(denial, grant=grant, grantee=_ROLE, url=pages.LAMBDA_ROLE)
        managed_policy = ""
    resource = grant and ((source and source[2]) or grant.resources[0])
    unmet = _find_unmet(denial, grant.action, resource, source, role_name) if grant and resource else None
    differs, cause, contrast, owner = unmet or ("", None, None, None)
    role = owner or role
    lacking = None if contrast or source is None or coded is None else _find_lacking(denial, source[0], grant)
    if lacking is not None:
        differs, contrast = f": {lacking.verdict}", lacking
    if allow_it is not None and coded is None and role_name is not None:
        allow_it = _for_role(allow_it, role_name)
    # Somebody may have just attached a policy that the text names.
    attached = managed_policy.rpartition("/")[2]
    is_unknown = coded is None and role_name is None
    is_new = contrast is None and (is_unknown or (attached != "" and attached in denial.failure.text))
    return denial.explain(
        f"Lambda rejected the call: {role} is not allowed to {missing}{differs}.",
        cause,
        EXECUTION_ROLE.cause(
            "reported", quote_phrases(words, "execution role does not have permissions to call"), text=text
        ),
        ROLE_TOO_NEW.cause(text="The permission was added seconds ago and is not in effect yet.")
        if is_new
        else None,
        topic=EXECUTION_ROLE.code,
        remedies=contrast.remedy
        if contrast and contrast.replaces_allow
        else allow_it and _code_remedy(denial, deployment, allow_it, managed_policy, role),
        notes=EVENTUAL_CONSISTENCY,
    )


def _find_unmet(
    denial: Denial, action: str, resource: str, source: _Source | None, name: str | None
) -> tuple[str, Cause, Contrast, str | None] | None:
    """Return how the policy in the text differs, with its correction, and the role in words if only the policy shows it."""
    if (found := find_unmet(denial, action, resource)) is None:
        return None
    (policy, cause, contrast), owner = found, None
    if source and known_policies.may_be_of_service(policy, name, denial.failure.text):
        corrected = correct_role_policy(denial, action, policy, source[0])
        if contrast.remedy is None and corrected is not None:
            contrast = contrast._replace(remedy=corrected, replaces_allow=True)
        owner = f"the execution role {policy.owner[1]}" if policy.owner and not name else None
    return f": {policy.name} {contrast.verdict}", cause, contrast, owner


def _explain_known(
    denial: Denial, deployment: Deployment | None, action: str, source: _Source | None, role: str | None
) -> Explanation | None:
    """Explain that the text has a policy with the action: created too late, or one of another type denies it."""
    late = deployment and deployment_tools.find_late_policy(
        denial.failure.text, deployment, action, may_guess=_may_be_new(denial)
    )
    if deployment and late:
        return denial.explain(
            f"Lambda rejected the call: {late.verdict}.",
            ROLE_TOO_NEW.cause("derived", text=late.text),
            topic=EXECUTION_ROLE.code,
            remedies=deployment_tools.delete_failed_stack(late.remedy, deployment, denial.facts),
        )
    allowing = _find_allowing(denial, action, source and source[2], role)
    return None if allowing is None else _explain_allowed(denial, action, allowing.name, role or "ROLE_NAME")


def _find_role(denial: Denial) -> tuple[str, str | None, CodedPrincipal | None]:
    """Return the execution role in words, its name, and the role in code or a template that it is."""
    text, printed = denial.failure.text, find_printed_policy(denial)
    is_of_function = "AWSLambda" in text or "lambda.amazonaws.com" in text
    coded = only_one(find_coded_principals(text)) if is_of_function else None
    if coded is not None:
        return f"the execution role {coded.name or coded.label}", coded.name, coded
    name = find_stated_role(text) or (printed and printed.owner[1])
    return _ROLE if name is None else f"the execution role {name}", name, None


def _find_lacking(denial: Denial, statements: list[dict[str, Any]], grant: Grant | None) -> Contrast | None:
    """Return which actions the only statement of the role for the service of an event source lacks."""
    needed = [each for statement in statements for each in as_strings(statement["Action"])]
    prefix = needed[0].partition(":")[0] + ":"
    found = [
        (policy.name, statement)
        for policy in list_own_policies(denial)
        for statement in policy.allows
        if any(each.startswith(prefix) for each in as_strings(statement.get("Action")))
    ]
    if len(found) != 1:
        return None
    ((name, statement),) = found
    missing = [each for each in needed if names_action(statement, each) is False]
    if grant is None or grant.action not in missing:
        return None
    listed = [each for each in as_strings(statement["Action"]) if each.startswith(prefix)]
    more = join_words(tuple(missing), "and")
    remedy = remedies.your_remedy(
        f"Add {more} to the statement in {name}",
        f"The statement then has {clip_text(join_words((*listed, *missing), 'and'))}. Its Resource stays, if that is the event source. Then deploy again.",
        url=pages.LAMBDA_ROLE,
    )
    verdict = f"{name} allows only {clip_text(join_words(tuple(listed), 'and'))}"
    return Contrast(verdict, remedy, replaces_allow=True)


def _find_allowing(denial: Denial, action: str, resource: str | None, role: str | None) -> KnownPolicy | None:
    """Return a policy that allows an action and was in effect: what a template creates can be too new."""
    policy = find_allowing_policy(attrs.evolve(denial, action=action, resource=resource or "*"))
    if policy is None or (policy.is_code and _may_be_new(denial)):
        return None
    return policy if known_policies.may_be_of_service(policy, role, denial.failure.text) else None


def _may_be_new(denial: Denial) -> bool:
    """Return whether nothing shows that the same call failed before, or works elsewhere."""
    text = denial.failure.text
    return not (_REPEATED.search(text) or find_working(text, _ELSEWHERE))


def _explain_allowed(denial: Denial, action: str, policy_name: str, role: str) -> Explanation:
    """Explain that a policy of the execution role allows the action, so that one of another type takes it away."""
    listed, parents = commands.list_control_policies(commands.account(denial.account))
    other = find_working(denial.failure.text, _ELSEWHERE)
    works = f" The text says {quote_words(other)}." if other else ""
    call = action.partition(":")[2]
    rolled_back = ""
    if "CREATE_FAILED" in denial.failure.text:
        rolled_back = (
            " CloudFormation deletes the role when it rolls back: deploy with --disable-rollback to keep it."
        )
    text = "Lambda checks the execution role of the function, not the caller who deploys it."
    return denial.explain(
        f"Lambda rejected the call: the execution role is not allowed to perform {action}, although {policy_name} allows it. Most likely, {'an SCP of this account or OU' if other else 'an SCP or a permissions boundary'} denies it.",
        EXECUTION_ROLE.cause("reported", text=text),
        DENIES["service_control"].cause(
            text=f"An SCP of the account or of an OU above it denies the action.{works} Only the organization's administrators can change it; no policy in the account helps. Or the role has a permissions boundary without the action."
        ),
        # What fails again, or works elsewhere, is not about time.
        ROLE_TOO_NEW.cause(text="The role did not have the policy yet.") if _may_be_new(denial) else None,
        remedies=remedies.account_remedy(
            "Find the policy that denies it: the role's own policy needs no change",
            f"The first command prints the latest denied call: its errorMessage names the type of policy.{rolled_back}",
            "If the boundary is null, let the organization's administrators run the last two commands, up to the root, and exempt the role or allow the action in the SCP.",
            commands=(
                f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue={call} --query \"Events[?contains(CloudTrailEvent, 'errorMessage')].CloudTrailEvent | [0]\" --output text",
                fill_command("aws iam get-role --role-name {} --query Role.PermissionsBoundary", role),
                Labelled("With credentials of the management account:", listed),
                parents,
            ),
            url=pages.SERVICE_CONTROL,
        ),
    )


_FIND_ROLE = remedies.account_remedy(
    "Find the execution role of the function, and allow it what the message names",
    commands=_SHOW_ROLE,
    url=pages.LAMBDA_ROLE,
)


def _service_role_policy(denial: Denial, name: str, region: str | None = None) -> str:
    partition = denial.location.partition or (find_partition(region) if region else None)
    return f"arn:{partition or 'aws'}:iam::aws:policy/service-role/{name}"


def _find_source(grant: Grant, text: str, *, is_code: bool) -> _Source | None:
    """Return the statements for reading an event source, the managed policy with them, and the ARN of the source.

    Only a statement in code can have the reference of the code in place of the ARN.
    """
    found = (each for each in _EVENT_SOURCES.items() if grant.action in each[0])
    actions, managed = next(found, ((), ""))
    if not actions:
        return None
    service = grant.action.partition(":")[0]
    arn = next((found[0] for found in _SOURCE_ARN.finditer(text) if found["service"] == service), None)
    on_source = [each for each in actions if not each.endswith(":ListStreams")]
    # A stream of a table has another name each time that it is enabled.
    resource = re.sub(r"(:table/[^/]+/stream/).+", r"\1*", arn or grant.resources[0])
    reading = allow(on_source, resource, sid=f"Read{service.capitalize()}")
    if arn is None and is_code and (reference := find_reference(text)) is not None:
        reading["Resource"] = reference
    return [reading, *(allow(each, "*") for each in actions if each not in on_source)], managed, arn


# What Lambda does not need to read a queue, the service that it names, and what to say of it.
_SUPERFLUOUS = (
    (
        lazy_pattern(
            r"(?:\bAWS::SQS::QueuePolicy\b|\baws_sqs_queue_policy\b|(?i:\bqueue policy\b))(?=[\s\S]{0,900}?\blambda\.amazonaws\.com)(?=[\s\S]{0,900}?\bsqs:(?:ReceiveMessage|\*))"
        ),
        " For a queue, Lambda does not call as lambda.amazonaws.com: the queue policy for that has no effect, and can be removed.",
    ),
    (
        lazy_pattern(
            r"(?:\bAWS::Lambda::Permission\b|\baws_lambda_permission\b|\blambda add-permission\b)(?=[\s\S]{0,400}?\bsqs\.amazonaws\.com)"
        ),
        " SQS does not invoke the function, so the permission for sqs.amazonaws.com can be removed.",
    ),
)


def _for_role(remedy: Remedy, name: str) -> Remedy:
    """Return a remedy for a role that the text names instead of one that a command prints."""
    shown = tuple(each for each in remedy.commands if each != _SHOW_ROLE)
    # They say which role the lookup prints.
    steps = tuple(each for each in remedy.steps if "command prints" not in each)
    return attrs.evolve(
        remedy,
        title=remedy.title.replace(_ROLE, f"the role {name}"),
        steps=steps,
        commands=remedies.replace_in(shown, "ROLE_NAME", name),
    )


def _code_remedy(
    denial: Denial, deployment: Deployment | None, remedy: Remedy, managed_policy: str, role: str
) -> Remedy:
    """Return the remedy in the code that deploys the function, which would undo a change by hand."""
    text, address = denial.failure.text, deployment.resource if deployment else None
    attached = deployment_tools.attach_in_code(text, managed_policy, address)
    if attached or not deployment or find_printed_policy(denial):
        return attached or remedy
    name = deployment.resource or "the function"
    place, attach, wait = "template", "in ManagedPolicyArns", f"DependsOn of {name}"
    inline = "in Policies, as PolicyDocument with a PolicyName"
    if deployment.is_terraform:
        place, attach, wait = "configuration", "an aws_iam_role_policy_attachment", f"depends_on of {name}"
        inline = "an aws_iam_role_policy"
    of = role if role != _ROLE else f"the role of {name}"
    if role == _ROLE and ("EventSourceMapping" in (deployment.type or "") or "event_source_mapping" in name):
        of = f"the execution role of the function{f' that {name} uses' if deployment.resource else ''}"
    add = f"Add this policy to {of} ({inline})"
    if managed_policy:
        add = f"Add {managed_policy} to {of} ({attach})"
    if managed_policy and remedy.policy is not None:
        add += f", or this policy ({inline})"
    # The role that another resource uses is not in its own properties.
    named = deployment.resource and of == f"the role of {name}"
    prop = deployment.spell("role")
    where = f" The text does not name the role: see {prop} of {name} in the {place}. If it is not created there, attach the policy to it in IAM."
    steps = [
        f"{add}.{where if named else ''}",
        f"If the policy is a separate resource, name it in {wait}, so that it is there first. Then deploy again.",
    ]
    if "AWSLambdaBasicExecutionRole" in text:
        steps[0] += " AWSLambdaBasicExecutionRole allows only the logs."
    title = f"In the {place}, allow it for {of}"
    remedy = attrs.evolve(remedy, title=title, who="you", steps=tuple(steps), commands=())
    return deployment_tools.delete_failed_stack(remedy, deployment, denial.facts)


def _vpc_policy_remedy(denial: Denial) -> Remedy:
    """Return the remedy that attaches the managed policy, because a statement can't name the network interfaces."""
    is_new = denial.operation == "CreateFunction"
    printed = "" if is_new else ", or else the one that the first command prints"
    attach = commands.attach_policy("ROLE_NAME", _service_role_policy(denial, _VPC_POLICY))
    return remedies.account_remedy(
        f"Attach {_VPC_POLICY} to the function's execution role",
        f"It is the role that the call names (Role){printed}.",
        f"{_BASIC} allows only to write logs." if _BASIC in denial.failure.text else None,
        "Then retry the call.",
        f"{_VPC_POLICY} allows what Lambda needs to manage the network interfaces of a function in a VPC, and to write logs.",
        commands=(attach,) if is_new else (_SHOW_ROLE, attach),
        url=pages.LAMBDA_ROLE,
    )
