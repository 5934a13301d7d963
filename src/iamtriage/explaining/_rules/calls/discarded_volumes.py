"""Explain that EBS discards a new volume because the caller cannot use its KMS key.

EBS checks the key after CreateVolume has answered, so the next call does not find the volume:
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html and
https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/3010.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.calls.error_kind import code_evidence
from iamtriage.explaining._rules.shared import clues, commands
from iamtriage.explaining._rules.shared.common_causes import KMS_KEY_STATE
from iamtriage.explaining._rules.shared.remedies import identity_remedy
from iamtriage.policies._documents import allow

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import AwsError

_REQUIREMENTS = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html"
VOLUME_DISCARDED = CauseType(
    "volume-discarded",
    title="EBS discards a new volume whose KMS key the caller cannot use",
    meaning="CreateVolume succeeds, because EBS checks the key later. If the caller may not use it, EBS deletes the volume, and the next call does not find it.",
    recognised_by="A new volume is not found, or its client token belongs to a deleted volume, and the text shows that volumes are encrypted or that the EBS CSI driver creates them.",
    fix="Allow the caller to use the KMS key.",
    sources=(_REQUIREMENTS, "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/3010"),
)
_DRIVER = lazy_pattern(r"Could not create volume \\?\"|\bebs\.csi\.aws\.com|\bebs-csi-")
_CREATES = lazy_pattern(r"create-volume\b|\bCreateVolume\b|\baws_ebs_volume\b")
_ENCRYPTED = lazy_pattern(
    r"\b(?P<key>kms_?-?key_?-?id)\b[\"']?[ :=]{1,4}[\"']?(?!null)\w|\b(?P<setting>encrypted)[\"']?\s?[:=]\s?[\"']?true\b|--(?P<option>encrypted)\b",
    re.IGNORECASE,
)
_KEY = lazy_pattern(
    r"\barn:(?P<partition>aws[a-z-]{0,12}):kms:(?P<region>[a-z0-9-]{1,30}):(?P<account>[0-9]{12}):key/[A-Za-z0-9-]{1,64}",
    re.ASCII,
)
_ROLE = lazy_pattern(
    r"\brole(?:[ /]|-name[ =])[`\"']?(?P<name>[A-Za-z0-9][\w+=.@]{0,40}[-_][\w+=.@-]{1,40})(?<!\.)", re.ASCII
)
_IDEMPOTENT = lazy_pattern(
    r"parameters on this idempotent request|IdempotentParameterMismatch", re.IGNORECASE
)
_USES = ("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*")


def is_discarded_volume(case: Case[AwsError]) -> bool:
    """Return whether a volume that was just created is gone."""
    text, code = case.failure.text, clues.error_code(case.failure)
    is_of_driver = _DRIVER.search(text) is not None
    if code == "IdempotentParameterMismatch":
        return is_of_driver and "Could not create volume" in text
    return code == "InvalidVolume.NotFound" and (
        (is_of_driver and "Could not create volume" in text)
        or (_CREATES.search(text) is not None and _ENCRYPTED.search(text) is not None)
    )


def explain_discarded_volume(case: Case[AwsError], _message: str) -> Explanation:
    """Explain that EBS discarded a new volume, most likely because of its KMS key."""
    text = case.failure.text
    keys = {each[0]: each for each in _KEY.finditer(text)}
    key = next(iter(keys.values())) if len(keys) == 1 else None
    arn = commands.arn(key[0] if key else None, "KEY_ARN")
    region = commands.region(key["region"] if key else clues.find_region(case))
    encrypted = _ENCRYPTED.search(text)
    is_of_driver = _DRIVER.search(text) is not None
    names = {each["name"] for each in _ROLE.finditer(text)}
    role = names.pop() if len(names) == 1 else None
    caller = (
        f"the role {role}" if role else "the role of the EBS CSI driver" if is_of_driver else "the caller"
    )
    of_key = f"the KMS key {key[0].rpartition('/')[2]}" if key else "the KMS key of the volume"
    evidence = code_evidence(case.failure)
    if encrypted is not None:
        evidence = (*evidence, f"The text sets {encrypted[encrypted.lastgroup or 0]}.")
    more = ""
    if _IDEMPOTENT.search(text):
        more = " The error about the idempotent request is a consequence: the driver repeats the request for the volume that was discarded."
    return case.explain(
        f"EBS accepted the new volume and then discarded it: most likely, {caller} may not use {of_key}.",
        VOLUME_DISCARDED.cause(
            "derived" if encrypted is not None else "possible",
            evidence,
            text=f"CreateVolume succeeds even without permission for the key: EBS checks the key later, and then deletes the volume. No error names the key.{more}",
        ),
        KMS_KEY_STATE.cause(text="The key is disabled, pending deletion or in another Region."),
        remedies=identity_remedy(
            f"Allow {caller} to use {of_key}",
            "Attach the policy, saved as policy.json, to the role. AmazonEBSCSIDriverPolicy does not allow the use of a customer managed key."
            if is_of_driver
            else "Attach the policy, saved as policy.json, to the caller's role.",
            f"The key policy must allow {caller}, too, or enable IAM policies with a statement for arn:{key['partition'] if key else 'aws'}:iam::{key['account'] if key else 'ACCOUNT_ID'}:root, as the default key policy does. The command get-key-policy prints it.{'' if key else ' If nothing names the key, it is the default that the first command prints.'}",
            "Then re-create the PersistentVolumeClaim, so that the driver starts with a new request."
            if is_of_driver
            else None,
            statements=(
                allow(_USES, arn, sid="UseKey"),
                allow(
                    "kms:CreateGrant",
                    arn,
                    sid="GrantKeyToEbs",
                    condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ),
            commands=(
                f"aws ec2 get-ebs-default-kms-key-id --region {region}" if key is None else None,
                commands.fill_command(
                    "aws kms get-key-policy --key-id {} --region {} --policy-name default --query Policy --output text",
                    *(arn, region),
                ),
                commands.put_policy(role or "ROLE_NAME", "UseVolumeKey"),
            ),
            url=_REQUIREMENTS,
        ),
    )
