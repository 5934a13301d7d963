"""Explain updates that the stack policy of a CloudFormation stack denies, whatever IAM allows.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html.
"""

from __future__ import annotations

import json

from iamtriage._patterns import lazy_pattern
from iamtriage._text import upper_first
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.explaining._rules.shared.texts.deployment_tools import find_stack

_PAGE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html"
STACK_POLICY = CauseType(
    "stack-policy",
    title="The stack policy protects the resource from this update",
    text="It applies to everyone who updates the stack, so no permission in IAM helps.",
    recognised_by='CloudFormation says "Action denied by stack policy".',
    fix="Undo the change of the resource if it is not meant. Otherwise, override the stack policy for one update.",
    sources=(_PAGE,),
)
_MESSAGE = lazy_pattern(
    r"by stack policy: (?:Statement \[#(?P<number>\d{1,3})\])?[^\n]{0,60}?\bUpdate:(?P<action>\w{1,10}|\*)"
)
# What an update does to a resource, and what happens then to its data.
_EFFECTS = {
    "Replace": (
        "replace",
        " CloudFormation would create a new resource and delete the old one, with its data, unless its UpdateReplacePolicy keeps it.",
    ),
    "Delete": ("delete", " Its data would be lost, unless its DeletionPolicy keeps it."),
}


def explain_stack_policy(denial: Denial) -> Explanation:
    """Explain that a stack policy denies the update of a resource."""
    failure = denial.failure
    # Other resources of the update have their own messages.
    found, deployment = _MESSAGE.search(failure.text, failure.span[0]), find_stack(failure, denial.facts)
    action = found["action"] if found else "*"
    verb, effect = _EFFECTS.get(action, ("change", ""))
    stack, kind = (deployment.stack, deployment.type) if deployment else (None, None)
    name = (failure.resource or "").removeprefix("LogicalResourceId/") or (deployment and deployment.resource)
    resource = name or "the resource"
    number = f"statement {found['number']} of " if found and found["number"] else ""
    what = f"{number}the stack policy{f' of {stack}' if stack else ''}"
    of = f"--stack-name {stack or 'STACK_NAME'}"
    of_set = f"{of} --change-set-name check-update"
    target = f"LogicalResourceId/{name or 'LOGICAL_ID'}"
    override = {
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": f"Update:{action}", "Resource": target}]
    }
    properties = f"Changes[].ResourceChange | [?LogicalResourceId=='{name or 'LOGICAL_ID'}'].[Replacement,Details[].Target.Name]"
    return denial.explain(
        f"{upper_first(what)}, not IAM, denies Update:{action}: the update would {verb} {resource}{f' ({kind})' if name and kind else ''}.",
        STACK_POLICY.cause("reported", text=f"{STACK_POLICY.sentence}{effect}"),
        remedies=(
            your_remedy(
                f"Find what would {verb} {resource}, and undo it if it is not meant",
                commands=(
                    {
                        "The stack policy:": f"aws cloudformation get-stack-policy {of} --query StackPolicyBody --output text",
                        "The changed properties, with the new template as template.yaml:": f"aws cloudformation create-change-set {of_set} --template-body file://template.yaml",
                    },
                    f"aws cloudformation wait change-set-create-complete {of_set}",
                    fill_command(f"aws cloudformation describe-change-set {of_set} --query {{}}", properties),
                ),
                url=_PAGE,
            ),
            owner_remedy(
                "Or, if it is meant, override the policy for this update (--stack-policy-during-update-body)",
                "Back up the data first, such as with a snapshot." if effect else None,
                "Repeat the update with its parameters and capabilities. The caller needs cloudformation:SetStackPolicy. The stored stack policy stays, but does not apply to this update: allow here what else the update changes, too.",
                commands=fill_command(
                    f"aws cloudformation update-stack {of} --template-body file://template.yaml --stack-policy-during-update-body {{}}",
                    json.dumps(override, separators=(",", ":")),
                ),
                url=_PAGE,
            ),
        ),
    )
