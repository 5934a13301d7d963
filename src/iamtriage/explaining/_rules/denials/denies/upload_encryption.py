"""Say how a program writes objects with the encryption that a Deny statement requires in the request.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html,
https://docs.aws.amazon.com/redshift/latest/dg/t_unloading_encrypted_files.html,
https://docs.aws.amazon.com/athena/latest/ug/encrypting-query-results-stored-in-s3.html,
https://hadoop.apache.org/docs/stable/hadoop-aws/tools/hadoop-aws/encryption.html and
https://developer.hashicorp.com/terraform/language/backend/s3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.denials.conditions import deny_conditions
from iamtriage.explaining._rules.denials.conditions.encrypted_data import find_key
from iamtriage.explaining._rules.shared.denial import Denial
from iamtriage.explaining._rules.shared.requirements.tasks import MULTIPART

if TYPE_CHECKING:
    from iamtriage.authorization._decoded_statements import DenyingCondition

# What writes objects for a program, and has a setting of its own.
_PROGRAMS = (
    (
        lazy_pattern(r"RedshiftIamRoleSession|\b(?i:unload)\s?\("),
        "Add KMS_KEY_ID 'KEY_ID' ENCRYPTED to the UNLOAD statement: it then sends the header. The role needs kms:GenerateDataKey and kms:Decrypt on the key, and the key policy must allow that.",
    ),
    (
        lazy_pattern(r"\bStartQueryExecution\b|\bathena\.amazonaws\.com\b|\bAthena\b"),
        "Set the encryption of the query results: EncryptionConfiguration in ResultConfiguration, or in the workgroup, with SSE_KMS and the key, or SSE_S3.",
    ),
    (
        lazy_pattern(r"\bs3a://|\bS3AFileSystem\b"),
        "Set fs.s3a.encryption.algorithm to SSE-KMS, with the key in fs.s3a.encryption.key, or to AES256. The bucket's default encryption adds no header. With SSE-KMS, the caller also needs kms:GenerateDataKey and kms:Decrypt on the key.",
    ),
    (
        lazy_pattern(r'\bbackend "s3"|\bFailed to save state\b'),
        "Set encrypt = true in the backend, and kms_key_id for a KMS key. The bucket's default encryption adds no header.",
    ),
)
# How code and commands set the algorithm and the key, by what shows the language.
_CALLS = (
    (lazy_pattern(r"\bs3api put-object\b"), "--server-side-encryption {0}", " --ssekms-key-id {1}"),
    (lazy_pattern(r"\baws s3 (?:cp|mv|sync)\b"), "--sse {0}", " --sse-kms-key-id {1}"),
    (lazy_pattern(r"\bupload_file(?:obj)?\("), 'ExtraArgs={{"ServerSideEncryption": "{0}"', ', "SSEKMSKeyId": "{1}"'),
    (lazy_pattern(r"\bAws::S3\b|\.rb:\d"), "server_side_encryption: '{0}'", ", ssekms_key_id: '{1}'"),
    (lazy_pattern(r"\bboto(?:3|core)\b|\bput_object\(Bucket="), 'ServerSideEncryption="{0}"', ', SSEKMSKeyId="{1}"'),
    (lazy_pattern(r"\bPutObjectCommand\b|\bclient-s3\b|\.[jt]s:\d"), 'ServerSideEncryption: "{0}"', ', SSEKMSKeyId: "{1}"'),
    (lazy_pattern(r"\bsoftware\.amazon\.awssdk\b"), '.serverSideEncryption("{0}")', '.ssekmsKeyId("{1}")'),
    (lazy_pattern(r"\bs3\.PutObjectInput\b|\boperation error S3\b"), 'ServerSideEncryption: types.ServerSideEncryption("{0}")', ', SSEKMSKeyId: aws.String("{1}")'),
    (lazy_pattern(r"\bAws\\S3\b|\.php\b"), "'ServerSideEncryption' => '{0}'", ", 'SSEKMSKeyId' => '{1}'"),
    (lazy_pattern(r"\bAmazon\.S3\b|\bPutObjectRequest\s?\{"), 'ServerSideEncryptionMethod = new ServerSideEncryptionMethod("{0}")', ', ServerSideEncryptionKeyManagementServiceKeyId = "{1}"'),
    (lazy_pattern(r"\baws_s3_(?:bucket_)?object\b"), 'server_side_encryption = "{0}"', ' and kms_key_id = "{1}"'),
)  # fmt: skip
_KEY_CONDITION = "s3:x-amz-server-side-encryption-aws-kms-key-id"


def encryption_step(denial: Denial, condition: DenyingCondition, general: str) -> str:
    """Return how the program writes with the encryption that the condition of a Deny requires.

    Args:
        denial: The denial.
        condition: The condition on an encryption header.
        general: The step for an unknown program or encryption.
    """
    text = denial.failure.text
    own = next((words for sign, words in _PROGRAMS if sign.search(text)), None)
    if own is not None:
        return own
    is_of_key = condition.key.lower() == _KEY_CONDITION
    listed = condition.policy_values if deny_conditions.accepts_listed_values(condition) else ()
    algorithm = "aws:kms" if is_of_key else listed[0] if len(listed) == 1 else None
    if algorithm not in {"aws:kms", "aws:kms:dsse", "AES256"}:
        return general
    key = None
    if algorithm != "AES256":
        key = next(
            (each for each in listed if is_of_key and each.startswith("arn:") and "*" not in each), None
        )
        key = key or find_key(denial) or ("KEY_ARN" if is_of_key else None)
    call = next(((first, more) for sign, first, more in _CALLS if sign.search(text)), None)
    if call is None:
        if not is_of_key:
            return general
        call = ('ServerSideEncryption "{0}"', ' and SSEKMSKeyId "{1}"')
    setting = "".join(call if key is not None else call[:1]).format(algorithm, clip_text(key or ""))
    setting += "}" if setting.startswith("ExtraArgs") else ""
    needs = ""
    if algorithm != "AES256":
        default = (
            ""
            if key is not None
            else " Without a key, it is that of the bucket's default encryption, or aws/s3."
        )
        on = "the key" if key is not None else "a customer managed key"
        needs = f"{default} The caller also needs kms:GenerateDataKey on {on}, and kms:Decrypt for multipart uploads."
    return f"Add this to the call: {setting}. The bucket's default encryption adds no header.{needs}"


PARTS_NEED_DECRYPT = "A large object (usually from 8 MB) is a multipart upload, whose parts S3 decrypts to join them: that requires kms:Decrypt. A small one is sent whole, which requires only kms:GenerateDataKey"
"""Why the upload of a large object needs more than that of a small one."""


def why_decrypt(operation: str | None) -> tuple[str, str] | None:
    """Return why a call that only writes requires kms:Decrypt, and what else reading would require.

    The limit of one request to S3 is 5 GB: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html.
    SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html.
    """
    if operation in MULTIPART:
        return (
            f"{PARTS_NEED_DECRYPT}.",
            "kms:Decrypt alone lets the caller read no object: that also requires s3:GetObject. To do without it, send objects whole, up to 5 GB: raise multipart_threshold (TransferConfig in boto3, s3.multipart_threshold in the AWS CLI).",
        )
    if operation in {"SendMessage", "SendMessageBatch"}:
        return (
            "SQS verifies each new data key before it encrypts with it: that requires kms:Decrypt besides kms:GenerateDataKey.",
            "kms:Decrypt alone lets the caller receive no message: that also requires sqs:ReceiveMessage.",
        )
    return None
