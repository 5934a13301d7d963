"""Explain denials that a template causes: tags that need an action of their own, and a misspelled transform.

Sources: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html and
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._context.readers.unique_values import unique_value
from iamtriage.explaining._context.resolving import context_of
from iamtriage.explaining._rules.denials.known_policies import list_known_policies
from iamtriage.explaining._rules.denials.statement_matching import names_action
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph
from iamtriage.explaining._rules.shared.remedies import identity_remedy, present, your_remedy
from iamtriage.explaining._rules.sts.trust_documents import allow_statements
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.denial import Denial

_ADDITIONAL = lazy_pattern(
    r"(?s)perform:? (?:[a-z0-9-]{2,40}:)?(?P<call>[A-Z]\w{2,60}) with Tags\b.{0,80}?additional permission \\?\"?(?P<action>[a-z0-9-]{2,40}:[A-Z]\w{2,60})\b",
)
_EXECUTION_ROLE = lazy_pattern(
    r"\b(?i:execution[ _-]?role(?:[ _-]?name)?)[\"']?(?:\s?[:=]\s?[\"']?(?:arn:aws[a-z-]{0,12}:iam::\d{12}:role/)?([A-Za-z][\w+=,.@-]{2,63})|(?: is)? ([A-Z][\w+=,.@-]{2,63}))"
)
_OF_CLOUDFORMATION = lazy_pattern(r"\bAWS::[A-Z]\w|\bResourceLogicalId\b|[Ss]tack ?[Ss]et|\bCREATE_FAILED\b")
# Former actions, which cover tags of the old operations only.
_FORMER = {"logs:TagResource": "logs:TagLogGroup"}
_TRANSFORM_ARN = lazy_pattern(
    r":cloudformation:[a-z0-9-]{1,30}:(?P<account>[^:]{0,40}):transform/(?P<name>[\w-]{1,128})"
)
_TRANSFORM = lazy_pattern(
    r"\bTransform[\"']?:\s{0,20}(?:- |\[)?\s{0,8}[\"']?(?P<owner>[\w-]{1,40})::(?P<name>[\w-]{1,128})"
)
_CLOSE = 0.6
TAGS_NEED_ACTION = CauseType(
    "tags-need-action",
    title="A resource with tags needs the action that tags, too",
    recognised_by='The message says that an additional permission is required to create a resource "with Tags".',
    fix="Allow the action that the message names for the role that creates the resource.",
    sources=("https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",),
)
TRANSFORM_MISSPELLED = CauseType(
    "transform-misspelled",
    title="The template names the transform of an account that does not exist",
    text="The part of Transform before :: is an account, or AWS for the transforms of CloudFormation. No account has this ID, so CloudFormation denies its transform to everyone.",
    recognised_by="The account in the ARN of the transform is almost aws.",
    fix="Correct the name of the transform in the template.",
    sources=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html",
    ),
)


def names_additional_permission(denial: Denial) -> bool:
    """Return whether the message names the action that the tags of a new resource require."""
    return _ADDITIONAL.search(denial_paragraph(denial.failure)) is not None


def explain_tagged_resource(denial: Denial) -> Explanation:
    """Explain that a resource with tags requires the action that tags."""
    call, action = next(_ADDITIONAL.finditer(denial_paragraph(denial.failure))).group("call", "action")
    text = denial.failure.text
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
        for statement in allow_statements(policy.content)
    )
    of_stack = _OF_CLOUDFORMATION.search(text) is not None
    why = "The request has tags."
    if of_stack:
        why = "The request has tags: CloudFormation passes those of the stack or stack set on to its resources, also if the template has none."
    was = (
        f" {former} in the policy is the former action, which does not cover the call." if has_former else ""
    )
    partition, account = (
        denial.location.partition or "aws",
        commands.account(denial.account or _account(denial)),
    )
    resource = "RESOURCE_ARN"
    if action.startswith("logs:"):
        resource = f"arn:{partition}:logs:REGION:{account}:log-group:LOG_GROUP_NAME"
    return denial.explain(
        f"{caller[0].upper()}{caller[1:]} lacks {action}, which {call} requires for a resource with tags.",
        TAGS_NEED_ACTION.cause("reported", (f"The message names {action}.",), text=f"{why}{was}"),
        topic="tags-need-action",
        remedies=(
            identity_remedy(
                f"Allow {action} for {caller}",
                f"Attach the policy, saved as policy.json, to {caller}, or add the action to its statement{f' with {former}' if has_former else ''}.",
                f"Without tags{' on the stack, the stack set and the resource' if of_stack else ''}, the call does not need it.",
                statements=(allow(action, resource, sid="TagResource"),),
                commands=present(commands.put_policy(commands.role_name(role), "AllowTagResource")),
                url=TAGS_NEED_ACTION.sources[0],
            ),
        ),
    )


def _account(denial: Denial) -> str | None:
    stated = context_of(denial.facts).account
    return None if stated is None else stated.value


def is_misspelled_transform(denial: Denial) -> bool:
    """Return whether the denied resource is a transform of an account that cannot exist."""
    from difflib import get_close_matches

    found = _TRANSFORM_ARN.search(denial.resource or "")
    account = found["account"] if found else "aws"
    # Others can be placeholders of somebody who hid the account.
    return account != "aws" and bool(get_close_matches(account, ["aws"], cutoff=_CLOSE))


def explain_misspelled_transform(denial: Denial) -> Explanation:
    """Explain that the template misspells the owner of a transform."""
    found = _TRANSFORM_ARN.search(denial.resource or "")
    account, name = (found["account"], found["name"]) if found else ("", "")
    line = next((each for each in _TRANSFORM.finditer(denial.failure.text) if each["name"] == name), None)
    written = f"{line['owner'] if line else account.upper()}::{name}"
    right = f"AWS::{name}"
    again = commands.repeat_command(context_of(denial.facts).command)
    admin = " AdministratorAccess allows the call." if "AdministratorAccess" in denial.failure.text else ""
    shown = f"The template says Transform: {written}." if line else ""
    return denial.explain(
        f"The template misspells the transform: {clip_text(written)} instead of {right}. No permission is missing.",
        TRANSFORM_MISSPELLED.cause(
            "derived",
            present(
                f'The account in the ARN of the message is "{clip_text(account)}".{admin}', shown or None
            ),
        ),
        remedies=(
            your_remedy(
                f"Write Transform: {right} in the template",
                "Correct the line in the template, and in what it was packaged from. Then deploy again.",
                commands=present(again),
                url=TRANSFORM_MISSPELLED.sources[0],
            ),
        ),
        notes=("An Allow for this resource does not help: the transform does not exist.",),
    )
