"""List API errors that say something of the data, the key or the settings, and nothing of permissions.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.remedies import owner_remedy, your_remedy
from iamtriage.failures._failures import AwsError

_DECRYPT = "https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html"
_MARKERS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"
SETTING_ABSENT = CauseType(
    "setting-absent",
    title="The bucket does not have this setting",
    text="S3 answers the call for a setting that a bucket does not have with an error. The bucket exists, and no permission is missing.",
    recognised_by="An error code such as NoSuchBucketPolicy, NoSuchTagSet or ServerSideEncryptionConfigurationNotFoundError.",
    fix="Add the setting if it is wanted, or let the program treat the error as an empty setting.",
    sources=(pages.S3_ERRORS,),
)
OTHER_KEY = CauseType(
    "data-of-other-key",
    title="The data was encrypted with another KMS key than the one that the call names",
    recognised_by="The error code IncorrectKeyException.",
    fix="Name the key with which the data was encrypted, or no key: the ciphertext has it.",
    sources=(_DECRYPT,),
)
UNREADABLE_CIPHERTEXT = CauseType(
    "unreadable-ciphertext",
    title="KMS cannot decrypt the data as it was sent",
    text="The encryption context differs from that of the encryption, the data is damaged, cut off or still Base64, or its key is in another Region. No permission is missing.",
    recognised_by="The error code InvalidCiphertextException.",
    fix="Send the bytes as KMS returned them, with the same encryption context, in the Region of the key.",
    sources=(_DECRYPT,),
)
KEY_OF_OTHER_USAGE = CauseType(
    "key-of-other-usage",
    title="The KMS key is not made for this operation",
    text="A key has one usage for its whole life: to encrypt and decrypt, to sign and verify, for MACs or for key agreements. No permission is missing.",
    recognised_by="The error code InvalidKeyUsageException.",
    fix="Use a key whose KeyUsage and KeySpec fit the operation.",
    sources=("https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-usage.html",),
)
DELETE_MARKER = CauseType(
    "delete-marker",
    title="The version is a delete marker",
    text="A delete marker has no data. The object was deleted, and its other versions are still there. No permission is missing.",
    recognised_by="S3 answers GetObject or HeadObject with MethodNotAllowed.",
    fix="Read another version, or delete the marker to get the object back.",
    sources=(_MARKERS,),
)
_STATE_KINDS = (
    ErrorKind(
        cause=SETTING_ABSENT,
        code=r"^(?:NoSuch(?:BucketPolicy|TagSet\w{0,9}|CORSConfiguration|LifecycleConfiguration|WebsiteConfiguration|PublicAccessBlockConfiguration|ObjectLockConfiguration)|(?:ServerSideEncryptionConfiguration|ReplicationConfiguration|OwnershipControls|ObjectLockConfiguration|MetadataConfiguration)NotFound\w{0,9})$",
        summary="The bucket does not have the setting that the call reads: no policy, tags or configuration of this kind. No permission is missing.",
        remedies=owner_remedy(
            "Add the setting if it is wanted",
            "Otherwise, there is nothing to fix: let the program treat this error as an empty setting.",
            url=pages.S3_ERRORS,
        ),
    ),
    ErrorKind(
        cause=OTHER_KEY,
        code=r"^IncorrectKey",
        summary="KMS rejected the call: the data was encrypted with another key than the one that the call names. No permission is missing.",
        remedies=your_remedy(
            "Omit the key, or name the one with which the data was encrypted",
            "The ciphertext of a symmetric key has its key, so KeyId (--key-id) is not necessary. The command prints which key it is.",
            "If the key was replaced, not rotated, data of the old key needs that key: keep it enabled until all data is encrypted again.",
            commands="aws kms decrypt --ciphertext-blob fileb://FILE --query KeyId --output text",
            url=_DECRYPT,
        ),
    ),
    ErrorKind(
        cause=UNREADABLE_CIPHERTEXT,
        code=r"^InvalidCiphertext",
        summary="KMS cannot decrypt the data as it was sent. No permission is missing.",
        remedies=your_remedy(
            "Send the same bytes and the same encryption context, in the Region of the key",
            "The AWS CLI prints CiphertextBlob as Base64: decode it, and pass the file with fileb://.",
            "If the data was encrypted with an encryption context, pass the same one: keys and values are case-sensitive.",
            "Data of a multi-Region key can be decrypted in each of its Regions, other data only where it was encrypted.",
            commands=(
                "base64 --decode < FILE.b64 > FILE",
                "aws kms decrypt --ciphertext-blob fileb://FILE --query KeyId --output text",
            ),
            url=_DECRYPT,
        ),
    ),
    ErrorKind(
        cause=KEY_OF_OTHER_USAGE,
        code=r"^InvalidKeyUsage",
        summary="The KMS key is not made for this operation. No permission is missing.",
        remedies=owner_remedy(
            "Use a key whose usage fits the operation",
            "The command prints the usage and the algorithms of the key. They cannot be changed: create another key if none fits.",
            commands="aws kms describe-key --key-id KEY_ID --query 'KeyMetadata.[KeyUsage,KeySpec,EncryptionAlgorithms,SigningAlgorithms]'",
            url=KEY_OF_OTHER_USAGE.sources[0],
        ),
    ),
    ErrorKind(
        cause=DELETE_MARKER,
        code=r"^MethodNotAllowed$",
        summary="The method is not allowed on this version: most likely, it is a delete marker, which has no data. No permission is missing.",
        remedies=your_remedy(
            "List the versions of the object, and read or restore the one that is wanted",
            "The first command prints the versions and markers. To delete the marker (with its version ID) makes the version before it the current one.",
            commands=(
                "aws s3api list-object-versions --bucket BUCKET --prefix OBJECT_KEY --query '[Versions[].[VersionId,LastModified],DeleteMarkers[].[VersionId,LastModified]]'",
                "aws s3api get-object --bucket BUCKET --key OBJECT_KEY --version-id VERSION_ID FILE",
            ),
            url=_MARKERS,
        ),
    ),
)


def find_state_kinds(failure: AwsError) -> tuple[ErrorKind, ...]:
    """Return the kinds that an error can be of: only a call that reads an object can meet a delete marker."""
    reads = failure.envelope.operation in {"GetObject", "HeadObject"}
    return _STATE_KINDS if reads else tuple(each for each in _STATE_KINDS if each.cause is not DELETE_MARKER)
