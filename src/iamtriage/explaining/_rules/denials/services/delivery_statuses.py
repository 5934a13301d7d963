"""Explain what the status of a trail or of a delivery channel of AWS Config says: that S3 denied the delivery.

Sources: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html and
https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern, only_one
from iamtriage._text import clip_text
from iamtriage.explaining._context.values import Document
from iamtriage.explaining._rules.basics import Denial, Explanation, Remedy
from iamtriage.explaining._rules.calls.policies.service_statements import compare_statements
from iamtriage.explaining._rules.denials.services.closed_resources import explain_closed_resource
from iamtriage.explaining._rules.shared import commands
from iamtriage.explaining._rules.shared.common_causes import SERVICE_NOT_ALLOWED
from iamtriage.explaining._rules.shared.grants.service_access import ServiceAccess, allow_service_remedy
from iamtriage.explaining._rules.shared.policies.statement_matching import (
    names_action,
    names_resource,
    names_service,
)
from iamtriage.explaining._rules.shared.remedies import owner_remedy
from iamtriage.policies._readers.elements import as_strings, iterate_conditions, shown_sid

_TRAIL, _CONFIG = "cloudtrail.amazonaws.com", "config.amazonaws.com"
_KEY_ACTIONS = {
    _TRAIL: ["kms:GenerateDataKey*", "kms:DescribeKey"],
    _CONFIG: ["kms:GenerateDataKey", "kms:Decrypt"],
}
_KEY_PAGES = {
    _TRAIL: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html",
    _CONFIG: "https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html",
}
_KEY = lazy_pattern(
    r"(?a)\b(?:KmsKeyId|s3KmsKeyArn|KMSMasterKeyID)[\"']?\s?[:=]\s?[\"']?(?P<key>[\w:/-]{8,300})"
)
_WRITE = "s3:PutObject"
_START_OF_TRAIL = lazy_pattern(r"(?a)\barn:aws[a-z-]{0,12}:cloudtrail:[a-z0-9-]{5,30}:\d{12}:trail/")


def explain_delivery_status(denial: Denial) -> Explanation | None:
    """Explain a status that says that S3 denied a delivery."""
    usual = explain_closed_resource(denial)
    if usual is None or not usual.remedies or usual.remedies[0].policy is None:
        return usual
    statement = usual.remedies[0].policy["Statement"][-1]
    service, folder = statement["Principal"].get("Service"), statement["Resource"]
    folder = _fill_bucket(denial, service, folder)
    policy = _find_policy(denial, service, folder)
    return usual if policy is None else _explain_others(denial, usual.remedies[0], policy, service, folder)


def explain_closed_bucket(denial: Denial) -> Explanation | None:
    """Explain that a bucket policy does not allow a service, or only for another trail or account, if the text shows that."""
    usual = explain_closed_resource(denial)
    if usual is None or not usual.remedies or usual.remedies[0].policy is None:
        return usual
    service = usual.remedies[0].policy["Statement"][-1].get("Principal", {}).get("Service")
    source = _find_trail(denial) if service == _TRAIL else None
    contrast = service and compare_statements(denial.case, service, _WRITE, None, source)
    if not contrast or contrast.change is None:
        return usual
    return attrs.evolve(
        usual,
        summary=f"The bucket policy {contrast.verdict}.",
        remedies=(contrast.correct(usual.remedies[0]),),
        notes=(),
    )


def _find_trail(denial: Denial) -> str | None:
    """Return the ARN of the trail that the call names. A name alone is completed with the start of the only one in the text."""
    command = denial.context.command
    name = None if command is None else command.option("name")
    if name is None or name.value.startswith("arn:"):
        return name and name.value
    start = only_one({each[0] for each in _START_OF_TRAIL.finditer(denial.failure.text)})
    return start and f"{start}{name.value}"


def _fill_bucket(denial: Denial, service: str, folder: str) -> str:
    """Return a folder in the only bucket whose policy in the text allows the service, if the status names none."""
    names = {
        resource.partition(":::")[2].partition("/")[0]
        for policy in denial.context.resource_policies
        for each in policy.allows
        if names_service(each, service)
        for resource in as_strings(each.get("Resource"))
    }
    name = only_one(names)
    return folder.replace(":::BUCKET/", f":::{name}/") if name else folder


def _find_policy(denial: Denial, service: str, folder: str) -> Document | None:
    """Return the only bucket policy of the text, if it already allows the service to write to a folder."""
    stated = [each for each in denial.context.resource_policies if ":s3:::" in str(each.content)]
    own = [
        each
        for policy in stated
        for each in policy.allows
        if names_service(each, service)
        and names_action(each, _WRITE)
        and names_resource(each, folder)
        # Such a condition can exclude the source.
        and not any("not" in operator.lower() for operator, _, _ in iterate_conditions(each))
    ]
    contrast = compare_statements(denial.case, service, _WRITE, folder) if own else None
    # The trail that a condition names can be the right one.
    is_met = contrast is None or contrast.change is None
    return stated[0] if len(stated) == 1 and own and is_met else None


def _explain_others(
    denial: Denial, usual: Remedy, policy: Document, service: str, folder: str
) -> Explanation:
    """Explain that a Deny of the bucket policy or the key policy is the reason, as the bucket policy has the Allow."""
    bucket = folder.partition(":::")[2].partition("/")[0]
    denies = [
        each
        for each in policy.denies
        if names_action(each, _WRITE) is not False and names_resource(each, folder) is not False
    ]
    key = only_one({each["key"] for each in _KEY.finditer(denial.failure.text)})
    sid = shown_sid(denies[0]) if denies else None
    reasons = [
        *([f"its Deny {f'statement {clip_text(sid)}' if sid else 'statement'}"] if denies else []),
        f"the policy of the key {clip_text(key)}"
        if key
        else "the policy of a KMS key that encrypts the bucket",
    ]
    account = folder.partition("/AWSLogs/")[2].partition("/")[0]
    show = f"aws s3api get-bucket-encryption --bucket {commands.bucket(bucket)}"
    row = ServiceAccess(
        "the key policy",
        service,
        "use the key",
        ((_KEY_ACTIONS[service], "*", {"StringEquals": {"aws:SourceAccount": account}}),),
        (
            *(() if key else (show,)),
            "aws kms get-key-policy --key-id KEY_ID --policy-name default --query Policy --output text",
            "aws kms put-key-policy --key-id KEY_ID --policy-name default --policy file://policy.json",
        ),
        _KEY_PAGES[service],
        "" if key else "The first command prints the key (KMSMasterKeyID). With AES256, the bucket has none.",
    )
    allow_key = allow_service_remedy(row, {"KEY_ID": key} if key else {})
    check = owner_remedy(
        f"Check the Deny of the policy of {bucket}",
        "A service principal belongs to no organization, account or VPC, and names no key unless the trail or channel has one: exempt it (aws:PrincipalIsAWSService), if the Deny is about these.",
        commands=usual.commands[:1],
    )
    return denial.explain(
        f"S3 denied {service} the delivery to {bucket}, although the bucket policy in the text allows it: most likely, {' or '.join(reasons)} is the reason.",
        SERVICE_NOT_ALLOWED.cause(
            "possible",
            text="The status names no reason. The caller of the status is not denied, and a second Allow in the bucket policy changes nothing.",
        ),
        topic="service-principal",
        remedies=(check, allow_key) if denies else allow_key,
    )
