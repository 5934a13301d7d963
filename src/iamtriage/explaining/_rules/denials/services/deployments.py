"""Explain denials of deployments: of service-linked roles, by a template, of Terraform's S3 backend, and of CodeDeploy's agent.

Sources: https://docs.aws.amazon.com/codedeploy/latest/userguide/vpc-endpoints.html,
https://github.com/aws/aws-codedeploy-agent/issues/331,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html and
https://developer.hashicorp.com/terraform/language/backend/s3.
"""

from __future__ import annotations

import re

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, upper_first
from iamtriage.actions._lookup import find_action
from iamtriage.explaining._context.readers.kubernetes.controllers import find_controller
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation, Labelled, Remedy
from iamtriage.explaining._rules.calls.roles.service_roles import LinkedRole, find_linked_role, missing_role
from iamtriage.explaining._rules.denials.shown_policies.known_policies import list_known_policies
from iamtriage.explaining._rules.shared import clues, commands, pages
from iamtriage.explaining._rules.shared.credentials import backend_blocks
from iamtriage.explaining._rules.shared.grants.allow_remedies import allow_remedy
from iamtriage.explaining._rules.shared.messages.decisions import allowed_call_words
from iamtriage.explaining._rules.shared.messages.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.policies.statement_matching import names_action
from iamtriage.explaining._rules.shared.principals.principal_words import try_parse_principal
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present, your_remedy
from iamtriage.policies._documents import allow
from iamtriage.policies._grants import build_grant

_AGENT_PAGE = (
    "https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-iam-instance-profile.html"
)
_MAY_NOT_CREATE = lazy_pattern(
    r"(?i)permissions? to create|not authorized to create\b|CreationNotPermitted|creation access denied|CreateServiceLinkedRole"
)


def explain_missing_role(denial: Denial) -> Explanation:
    """Explain that the account lacks a service-linked role, and that the caller is not allowed to create it."""
    text = denial_paragraph(denial.failure)
    services = (denial.service or "", *(action.partition(":")[0] for action in denial.actions))
    role = find_linked_role(text, services)
    summary = "The account has no service-linked role for {} yet"
    if _MAY_NOT_CREATE.search(text) is None:
        return missing_role(denial, text, role, f"{summary}.")
    controller = find_controller(denial.failure.text) if denial.principal_text is None else None
    caller = denial.caller if controller is None else f"the role of {controller.name}"
    summary += f", and {caller} is not allowed to create it."
    return missing_role(denial, text, role, summary, *present(_allow_creation(denial, role, caller)))


def _allow_creation(denial: Denial, role: LinkedRole | None, caller: str) -> Remedy | None:
    if role is None:
        return None
    location = denial.location
    path = f"role/aws-service-role/{role.principal}/{role.role}"
    arn = f"arn:{location.partition or 'aws'}:iam::{commands.account(denial.account)}:{path}"
    return allow_remedy(
        denial,
        grant=build_grant("iam:CreateServiceLinkedRole", arn, location),
        title=f"Or allow iam:CreateServiceLinkedRole for {caller}, only on {path}",
        url=pages.SERVICE_LINKED,
    )


_ADDITIONAL = lazy_pattern(
    r"(?s)perform:? (?:[a-z0-9-]{2,40}:)?(?P<call>[A-Z]\w{2,60}) with Tags\b.{0,80}?additional permission \\?\"?(?P<action>[a-z0-9-]{2,40}:[A-Z]\w{2,60})\b"
)
_EXECUTION_ROLE = lazy_pattern(
    r"\b(?i:execution[ _-]?role(?:[ _-]?name)?)[\"']?(?:\s?[:=]\s?[\"']?(?:arn:aws[a-z-]{0,12}:iam::\d{12}:role/)?([A-Za-z][\w+=,.@-]{2,63})|(?: is)? ([A-Z][\w+=,.@-]{2,63}))"
)
_OF_CLOUDFORMATION = lazy_pattern(r"\bAWS::[A-Z]\w|\bResourceLogicalId\b|[Ss]tack ?[Ss]et|\bCREATE_FAILED\b")
# Former actions, which cover tags of the old operations only.
_FORMER = {"logs:TagResource": "logs:TagLogGroup"}
TAGS_NEED_ACTION = CauseType(
    "tags-need-action",
    title="A resource with tags needs the action that tags, too",
    recognised_by='The message says that an additional permission is required to create a resource "with Tags", or a call that creates a resource is denied the action that tags it.',
    fix="Allow the action that the message names for the role that creates the resource.",
    sources=("https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",),
)


def explain_tagged_resource(denial: Denial) -> Explanation | None:
    """Explain that a resource with tags requires the action that tags, if the message names it."""
    found = _ADDITIONAL.search(denial_paragraph(denial.failure))
    if found is None:
        return None
    (call, action), text = found.group("call", "action"), denial.failure.text
    stated = unique_value(_EXECUTION_ROLE, text)
    role = denial.role.name if denial.role else stated and stated.value
    # The message can have the account of the caller only.
    is_named = not (denial.principal_text or "").isdigit()
    caller = denial.caller if is_named else "the role that creates the resource"
    caller = f"the role {role}" if role else caller
    former = _FORMER.get(action)
    has_former = former is not None and any(
        names_action(statement, former) and not names_action(statement, action)
        for policy in list_known_policies(denial)
        for statement in policy.allows
    )
    of_stack = _OF_CLOUDFORMATION.search(text) is not None
    why = "The request has tags."
    if of_stack:
        why = "The request has tags: CloudFormation passes those of the stack or stack set on to its resources, even if the template has none."
    was = f" {former} in the policy is the older action, which does not cover the call." if has_former else ""
    partition = denial.location.partition or "aws"
    account = commands.account(denial.account or (denial.context.account and denial.context.account.value))
    resource = "RESOURCE_ARN"
    if action.startswith("logs:"):
        resource = f"arn:{partition}:logs:REGION:{account}:log-group:LOG_GROUP_NAME"
    return denial.explain(
        f"{upper_first(caller)} lacks {action}, which {call} requires for a resource with tags.",
        TAGS_NEED_ACTION.cause("reported", f"The message names {action}.", text=f"{why}{was}"),
        topic="tags-need-action",
        remedies=identity_remedy(
            f"Allow {action} for {caller}",
            f"Attach the policy to {caller}, or add the action to its statement{f' with {former}' if has_former else ''}.",
            f"Without tags{' on the stack, the stack set and the resource' if of_stack else ''}, the call does not need it.",
            statements=(allow(action, resource, sid="TagResource"),),
            commands=commands.put_policy(commands.role_name(role), "AllowTagResource"),
            url=TAGS_NEED_ACTION.sources[0],
        ),
    )


def add_tagged_call(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the call was denied because of the tags that it passes, and what allows the call itself."""
    call = denial.operation or ""
    created = f"{denial.service}:{call}"
    if "Tag" in call or find_action(created) is None:
        return explanation
    named = allowed_call_words(denial.facts, created)
    itself = f"{created} itself was not denied" if named is None else f"{created} is allowed{named}"
    text = f"{itself}, but the call passes tags, which requires {denial.action}, too: it failed as a whole. Repeat {call} with this Allow, or without tags."
    cause = TAGS_NEED_ACTION.cause("derived", text=text)
    return attrs.evolve(explanation, causes=(cause, *explanation.causes))


def add_absent_vault(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that AWS Backup answers the same for a vault that does not exist: https://github.com/aws/aws-sdk-js/issues/2625."""
    if (denial.operation or "").startswith("Create"):
        return explanation
    also = "AWS Backup answers the same if the vault does not exist in the account and Region (aws backup list-backup-vaults)."
    return attrs.evolve(explanation, summary=f"{explanation.summary} {also}")


def add_bucket_tags(denial: Denial, explanation: Explanation) -> Explanation:
    """Add which permission CloudFormation means if it only says that a tagging operation of S3 was denied."""
    action, role = "s3:PutBucketTagging", "the role that CloudFormation uses"
    bucket = f"arn:{denial.location.partition or 'aws'}:s3:::BUCKET"
    text = f"CloudFormation says that a tagging operation failed: for a bucket, it requires {action}. Tags of the stack are those of its buckets, too."
    remedy = identity_remedy(
        f"Allow {action} for {role}",
        "It is the role of the stack (aws cloudformation describe-stacks prints RoleARN) or, if there is none, whoever deploys.",
        statements=(allow(action, bucket, sid="S3PutBucketTagging"),),
        commands=commands.put_policy("ROLE_NAME", "AllowPutBucketTagging"),
        url="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html",
    )
    return attrs.evolve(
        explanation,
        summary=f"{explanation.summary.removesuffix('.')}: most likely, {role} lacks {action}.",
        causes=(TAGS_NEED_ACTION.cause("derived", text=text),),
        remedies=(remedy, *explanation.remedies),
    )


def add_backend_role(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that the backend does not use the role or profile of the provider, if the text shows that."""
    resource = denial.resource or ""
    found = backend_blocks.find_backend(denial.failure.text)
    if found is None or found.bucket is None:
        return explanation
    bucket, key, table = found.bucket, found.values.get("key"), found.values.get("dynamodb_table")
    # Of several buckets, the error of a data source is about its own.
    is_of_state = resource.split(":::")[-1].partition("/")[0] == bucket or (
        not resource and found.is_data_source and denial.service == "s3"
    )
    if not is_of_state and not (table is not None and resource.endswith(f":table/{table}")):
        return explanation
    if found.role is not None and str(denial.role) == str(try_parse_principal(found.role)):
        return explanation
    caller = denial.caller if denial.principal is not None else "the identity of the environment"
    account = f" of account {denial.account}" if denial.account else ""
    state = f"arn:{denial.location.partition or 'aws'}:s3:::{bucket}"
    file = clip_text(f"{state}/{key or 'STATE_KEY'}")
    name = (found.role or "").rpartition("/")[2]
    is_administrator = name and re.search(
        rf"\b{re.escape(name)}\b[^.\n]{{0,40}}\b[Aa]dmin", denial.failure.text
    )
    lock = f"With use_lockfile, it needs these two and s3:DeleteObject on {file}.tflock."
    if table is not None:
        lock = f"For the lock, add dynamodb:GetItem, dynamodb:PutItem and dynamodb:DeleteItem on the table {clip_text(table)}."
    uses = f"s3:ListBucket on {state}, and s3:GetObject and s3:PutObject on {file}. {lock}"
    if found.is_data_source:
        uses = f"s3:ListBucket on {state}, and s3:GetObject on {file}."
    other = f":iam::{denial.account}:" not in (found.role or "::")
    needs = None if is_administrator else f"The {'role' if name else 'profile'} needs {uses}"
    instead = f"Or allow {caller} to use the state, in its own policy and{'' if name and other else ', if the bucket is in another account,'} in the bucket policy{f': {uses}' if is_administrator else '.'}"
    if found.is_beside_backend:
        # It reads the state, and other callers need no access to it.
        needs, instead = (
            f"If it is still denied, {f'the role {name}' if name else found.identity} may be limited to its own state: it needs s3:GetObject on {file}, and s3:ListBucket on {state}.",
            f"Neither {caller} nor the role of a provider needs access to the bucket: permissions that were added to them can go.",
        )
    remedy = your_remedy(
        found.title,
        *found.steps,
        needs,
        instead,
        commands=found.retry,
        manifest=found.manifest,
        manifest_language="hcl",
        url=backend_blocks.PAGE,
    )
    on = f" {'on' if denial.action else 'to'} {clip_text(resource)}" if resource else ""
    denied = f"was denied {denial.action or 'access'}{on}"
    summary = f"{found.subject} {denied}: it called as {caller}{account}, not with {found.identity} of the block {found.other}."
    known = (each for each in explanation.causes if each.evidence != "possible")
    # The owner's account does not show the bucket to others.
    is_known = denial.action is None or found.is_beside_backend
    remedies = (remedy,) if is_known else (remedy, *explanation.remedies)
    return attrs.evolve(explanation, summary=summary, causes=(found.cause, *known), remedies=remedies)


DEPLOY_AGENT_CREDENTIALS = CauseType(
    "deploy-agent-credentials",
    title="The CodeDeploy agent uses other credentials than those of its instance",
    text="CodeDeploy answers the agent only if it calls with the role of the instance profile. Files of access keys come first, and the agent reads its credentials when it starts.",
    recognised_by="The text has a denial of CodeDeployCommand, the service that the agent polls.",
    fix="Remove the credentials files of the user that runs the agent, and restart it.",
    sources=(_AGENT_PAGE,),
)
_AGENT_CALL = lazy_pattern(
    r"\bCodeDeployCommandService_v\d{8}\.(?P<target>[A-Z]\w{2,40})|\bCommandPoller: Calling (?P<call>[A-Z]\w{2,40}):|\b(?P<polls>poll_host_command)\("
)
_DENIES_AGENT = lazy_pattern(r"\bCodeDeployCommand::Errors::|\bCodeDeployCommandService_v\d")
_AGENT_SERVICES = (None, "codedeploycommand", "codedeploy-commands", "codedeploy-commands-secure")
_OTHER_AGENT = lazy_pattern(
    r"\bAws::CodeDeployCommand::Client 200\b|\bEnable auth policy = true\b|\benable_auth_policy: ?true\b|\bcodedeploy-commands-secure\b|:codedeploy:[a-z0-9-]{6,30}:[^:\s]{1,20}:instance/"
)


def explain_deploy_agent(denial: Denial) -> Explanation | None:
    """Explain that CodeDeploy denies its agent, or return ``None`` if another service denied it something."""
    failure = denial.failure
    if (
        failure.action is not None
        or failure.principal is not None
        or failure.envelope.service not in _AGENT_SERVICES
    ):
        return None
    if failure.envelope.service is None and _DENIES_AGENT.search(failure.text) is None:
        return None  # the agent relays the denial of another service
    if _OTHER_AGENT.search(failure.text) is not None:
        return None  # it reports what another service denied, policies decide, or it runs outside AWS
    found, instance = _AGENT_CALL.search(failure.text), clues.find_instance(failure.text)
    call = "PollHostCommand" if found is None or found["polls"] else found["target"] or found["call"]
    region = commands.region(clues.find_region(denial.case))
    return denial.explain(
        f"CodeDeploy denied its agent{f' on {instance}' if instance else ''} the call {call}: most likely, the agent does not use the role of the instance profile.",
        DEPLOY_AGENT_CREDENTIALS.cause("possible"),
        remedies=your_remedy(
            "Let the agent use the instance profile, and restart it",
            "On the instance, move away the credentials files of the user that runs the agent (~/.aws of root), and variables with access keys. They come before the instance profile.",
            "If the instance has no profile, attach one. The agent needs no permission for this call, but its role must be allowed to read the bucket of the revision.",
            commands=(
                f"aws ec2 describe-iam-instance-profile-associations --filters Name=instance-id,Values={instance or 'INSTANCE_ID'} --region {region}",
                Labelled("On the instance:", "sudo ls -l /root/.aws"),
                Labelled("Then:", "sudo service codedeploy-agent restart"),
            ),
            url=_AGENT_PAGE,
        ),
    )
