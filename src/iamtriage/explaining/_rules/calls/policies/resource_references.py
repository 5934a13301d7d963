"""Explain that code passes the name or URL of a resource as the Resource of a policy, where IAM requires its ARN.

Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ref.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation
from iamtriage.explaining._rules.calls.policies.document_problems import RESOURCE_FORMAT
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.policies.policy_changes import write_resource
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import MalformedPolicy
from iamtriage.policies._readers.elements import as_strings
from iamtriage.policies._readers.unknown_values import arn_of_reference

_VALUE = lazy_pattern(r"\bResource (?P<value>[^\s\"]{1,300}) must be in ARN format")


def explain_reference(
    case: Case[MalformedPolicy], problem: CauseType, because: tuple[str, ...], effect: str
) -> Explanation | None:
    """Explain which reference in code is not that to an ARN, or return ``None`` if the text shows no single one."""
    found: dict[str, str] = {}
    needs_objects = False
    for policy in case.context.policies:
        for statement in policy.statements:
            for each in as_strings(statement.get("Resource")):
                if (arn := arn_of_reference(each)) is not None:
                    found[each] = arn
                    needs_objects = any(
                        action.startswith("s3:") for action in as_strings(statement.get("Action"))
                    )
    if problem is not RESOURCE_FORMAT:
        return None
    text = case.failure.text
    value = _VALUE.search(text)
    if len(found) != 1:
        return None if value is None else _explain_value(case, value["value"], because, effect)
    ((written, corrected),) = found.items()
    shown = clip_text(written.strip("${}"))
    shown = shown if "." in shown else f"!Ref {shown}"
    stands_for = f", which stands for {clip_text(value['value'])}" if value else ""
    references = (corrected, f"{corrected}/*") if needs_objects else (corrected,)
    language, manifest = write_resource(references, text)
    return case.explain(
        f"AWS rejects the policy document: its Resource is {shown}{stands_for}, and has to be the ARN.",
        RESOURCE_FORMAT.cause(
            "derived",
            because,
            text=f"{shown} is the name, ID or URL of the resource. Only {clip_text(corrected.strip('${}'))} is its ARN.",
        ),
        topic="malformed-policy",
        remedies=your_remedy(
            f"Write {clip_text(corrected.strip('${}'))} in the Resource",
            "Actions on a bucket need its ARN, and those on its objects the ARN with /*."
            if needs_objects
            else None,
            "Then deploy again.",
            manifest=manifest,
            manifest_language=language,
            url=pages.POLICY_GRAMMAR,
        ),
        notes=effect,
    )


def _explain_value(
    case: Case[MalformedPolicy], value: str, because: tuple[str, ...], effect: str
) -> Explanation:
    """Explain that the value of a Resource, which AWS quotes, is no ARN."""
    shown = clip_text(value)
    is_name = commands.bucket(value) == value
    return case.explain(
        f"AWS rejects the policy document: its Resource is {shown}, which is neither a complete ARN nor an asterisk.",
        RESOURCE_FORMAT.cause("reported", because, text=f"The value {shown} is not an ARN."),
        topic="malformed-policy",
        remedies=your_remedy(
            "Write the ARN in the Resource",
            f"If it is the name of a bucket, the ARN is arn:aws:s3:::{shown}, and that of its objects arn:aws:s3:::{shown}/*."
            if is_name
            else "An ARN has six parts, such as arn:aws:sqs:REGION:ACCOUNT_ID:QUEUE_NAME: check whether a template variable is empty.",
            "In code, refer to the attribute arn instead of the name or ID: aws_s3_bucket.NAME.arn in Terraform, !GetAtt NAME.Arn in CloudFormation.",
            url=pages.POLICY_GRAMMAR,
        ),
        notes=effect,
    )
