"""Classify the API errors that mean the same for every call.

Sources for the errors about data, keys and settings: https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
and https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

from iamtriage.explaining._rules.basics import CauseType, Labelled
from iamtriage.explaining._rules.calls.account_kinds import ACCOUNT_KINDS, RESTRICTED_ACCOUNT, SPENT_QUOTAS
from iamtriage.explaining._rules.calls.error_kind import ErrorKind, index_kinds
from iamtriage.explaining._rules.calls.message_kinds import KINDS_BY_MESSAGE
from iamtriage.explaining._rules.calls.request_kinds import INVALID_REQUEST, REQUEST_KINDS
from iamtriage.explaining._rules.calls.services.node_groups import NODE_KINDS
from iamtriage.explaining._rules.calls.services.service_kinds import SERVICE_KINDS
from iamtriage.explaining._rules.credentials.expired_logins import INVALID_SSO_TOKEN
from iamtriage.explaining._rules.shared import clues, common_causes, pages
from iamtriage.explaining._rules.shared.credentials import credential_remedies
from iamtriage.explaining._rules.shared.remedies import account_remedy, owner_remedy, your_remedy
from iamtriage.failures._failures import AwsError

SETTING_ABSENT = CauseType(
    "setting-absent",
    title="The bucket does not have this setting",
    text="S3 answers the call for a setting that a bucket does not have with an error. The bucket exists, and no permission is missing.",
    recognised_by="An error code such as NoSuchBucketPolicy, NoSuchTagSet or ServerSideEncryptionConfigurationNotFoundError.",
    fix="Add the setting if it is wanted, or let the program treat the error as an empty setting.",
    sources=(pages.S3_ERRORS,),
)
UNREADABLE_CIPHERTEXT = CauseType(
    "unreadable-ciphertext",
    title="KMS cannot decrypt the data as it was sent",
    text="The encryption context differs from that of the encryption, the data is damaged, cut off or still Base64, or its key is in another Region. No permission is missing.",
    recognised_by="The error code InvalidCiphertextException.",
    fix="Send the bytes as KMS returned them, with the same encryption context, in the Region of the key.",
    sources=("https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html",),
)
AWS_ERROR = CauseType(
    "aws-error",
    title="Another AWS error",
    meaning="AWS returned an error that names no missing permission. The message says more.",
    recognised_by="An error code that no other cause covers.",
    fix="Look the error code up in the API reference of the service.",
    sources=(pages.API_REFERENCES,),
)
THROTTLED = CauseType(
    "throttled",
    title="Too many calls in a short time",
    text="AWS limits the calls of an account, usually for each Region. All callers share the limit.",
    recognised_by='An error code such as Throttling, ThrottlingException, TooManyRequestsException or SlowDown, or the message "Rate exceeded".',
    fix="Retry with exponential backoff, make fewer calls, and request a higher quota if that is not enough.",
    sources=(pages.SDK_RETRIES, pages.QUOTAS),
)
IN_VERIFICATION = CauseType(
    "account-in-verification",
    title="AWS is still verifying the account for the Region",
    recognised_by="The error code PendingVerification.",
    fix="Wait, up to four hours, and repeat the call. After that, write to aws-verification@amazon.com or AWS Support.",
    sources=(pages.EC2_ERRORS,),
)
DRY_RUN = CauseType(
    "dry-run",
    title="The call was made with DryRun, and the caller has the permissions for it",
    recognised_by="The error code DryRunOperation.",
    fix="Call without DryRun.",
    sources=(pages.EC2_ERRORS,),
)
NO_CAPACITY = CauseType(
    "no-capacity",
    title="The Availability Zone has no free capacity of that type at the moment",
    recognised_by="An error code such as InsufficientInstanceCapacity.",
    fix="Use another Availability Zone or instance type, or retry later.",
    sources=(pages.EC2_ERRORS,),
)
ALREADY_EXISTS = CauseType(
    "already-exists",
    title="The resource already exists or is in use",
    recognised_by="An error code such as EntityAlreadyExists, BucketAlreadyExists or ResourceInUseException.",
    fix="Use the existing resource, or choose another name.",
    sources=(pages.API_REFERENCES,),
)
BUCKET_IN_OTHER_REGION = CauseType(
    "bucket-in-other-region",
    title="The bucket is in another Region",
    text="The bucket is in another Region than the one that was called, or was created a short time ago.",
    recognised_by="The error code PermanentRedirect, TemporaryRedirect or IllegalLocationConstraintException, or the status 301 of a HEAD request.",
    fix="Call S3 in the bucket's Region, without an endpoint URL of another Region.",
    sources=(pages.SDK_ENDPOINTS,),
)
OUTBOUND_FEDERATION_OFF = CauseType(
    "outbound-federation-off",
    title="Outbound identity federation is not enabled for the account",
    recognised_by="The error code OutboundWebIdentityFederationDisabledException.",
    fix="Enable outbound identity federation for the account.",
    sources=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html",
    ),
)
_TOKENS_OF_STS = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html"
OUTLIVES_SESSION = CauseType(
    "token-outlives-session",
    title="The requested token or session would outlive the session of the caller",
    text="What a session creates cannot be valid longer than the session itself. No permission is missing, whatever the HTTP status.",
    recognised_by="The error code SessionDurationEscalationException or InsufficientSessionLifetime.",
    fix="Request a shorter DurationSeconds, or call with a new session.",
    sources=(_TOKENS_OF_STS,),
)
TOKEN_TOO_LARGE = CauseType(
    "web-identity-token-too-large",
    title="The requested token would be too large",
    text="The tags in the request make the token too large. No permission is missing.",
    recognised_by="The error code JWTPayloadSizeExceededException.",
    fix="Pass fewer or shorter tags to GetWebIdentityToken.",
    sources=(_TOKENS_OF_STS,),
)
CONTEXT_ASSERTION_REJECTED = CauseType(
    "context-assertion-rejected",
    title="STS rejects the context assertion in ProvidedContexts",
    text="The context assertion is malformed or has expired, or its provider is not the one that issued it. STS has not evaluated any policy.",
    recognised_by="The error code InvalidContextAssertion.",
    fix="Get a new context assertion, and pass it unchanged with the ARN of its provider.",
    sources=(
        "https://docs.aws.amazon.com/singlesignon/latest/userguide/trustedidentitypropagation-identity-enhanced-iam-role-sessions.html",
    ),
)
ADD_ON_LACKS_PERMISSION = CauseType(
    "add-on-lacks-permission",
    title="The IAM role of the EKS add-on lacks a permission, or the add-on has no role",
    recognised_by="The health issue AddonPermissionFailure of an add-on.",
    fix="Give the add-on a role with the policy that EKS recommends for it.",
    sources=("https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html",),
)
OBJECT_ARCHIVED = CauseType(
    "object-archived",
    title="The object is archived",
    text="An object in an archive storage class, or in an archive tier of Intelligent-Tiering, cannot be read until a copy is restored.",
    recognised_by="The error code InvalidObjectState or ObjectNotInActiveTierError.",
    fix="Restore the object, wait until the copy is there, and read it.",
    sources=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html",),
)
KINDS_WITH_MESSAGE = (
    ErrorKind(
        cause=ALREADY_EXISTS,
        code=r"^InvalidInput",
        message=r"[Ss]ervice role name AWSServiceRoleFor\w{1,60} has been taken in this account",
        summary="The service-linked role already exists in the account, so it was not created again.",
        remedies=your_remedy(
            "Use the existing role, and do not create it",
            'The service finds the role by its name, and all stacks of the account use the same one: it needs no suffix. In a template, module or program, remove the resource that creates it. In Terraform, data "aws_iam_role" gives its ARN to other resources.',
            url=pages.SERVICE_LINKED,
        ),
    ),
    ErrorKind(
        cause=ALREADY_EXISTS,
        code=r"^InvalidRequest",
        message=r"\bsecret\b(?:(?!\b(?:key|not)\b)[^\n.]){0,60} (?:already scheduled|marked|scheduled) for deletion",
        summary="The secret is scheduled for deletion: until its recovery window ends, its name stays taken, and it cannot be read.",
        remedies=owner_remedy(
            "Restore the secret, or delete it at once if nobody needs its value",
            "Import a restored secret into Terraform or CloudFormation. delete-secret with --force-delete-without-recovery deletes it at once, as recovery_window_in_days = 0 does in Terraform.",
            commands="aws secretsmanager restore-secret --secret-id SECRET_ID",
        ),
    ),
    ErrorKind(
        cause=INVALID_REQUEST,
        code=r"^IllegalLocationConstraint",
        message=r"unspecified location constraint",
        summary="The bucket was not created: outside us-east-1, CreateBucket must specify the Region as LocationConstraint.",
        remedies=your_remedy(
            "Set the LocationConstraint to the Region",
            "In code, pass CreateBucketConfiguration with LocationConstraint. aws s3 mb does this automatically.",
            commands="aws s3api create-bucket --bucket BUCKET --region REGION --create-bucket-configuration LocationConstraint=REGION",
            url="https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html",
        ),
    ),
)
_KINDS = (
    ErrorKind(
        cause=common_causes.KMS_KEY_STATE,
        code=r"KMSInvalidState|KMS\.?Disabled|KMSKeyDisabled|^DisabledException$|^KmsKey(?:Disabled|MarkedForDeletion)",
        message=r"\bkey/[\w-]{1,64} is (?:disabled|pending (?:deletion|import))\b",
        summary="The KMS key is disabled, pending deletion or pending import, so nobody can use it. No permission is missing.",
        remedies=owner_remedy(
            "Check the key's state, and enable it again",
            "If the state is PendingDeletion, it is urgent: when the waiting period of 7 to 30 days ends, the key and the data that it encrypts are lost for good. CloudTrail shows who disabled it, or scheduled its deletion.",
            commands=(
                "aws kms describe-key --key-id KEY_ARN --query 'KeyMetadata.[KeyState,DeletionDate]'",
                Labelled("If the state is PendingDeletion:", "aws kms cancel-key-deletion --key-id KEY_ARN"),
                Labelled("Then, or if the state is Disabled:", "aws kms enable-key --key-id KEY_ARN"),
            ),
        ),
    ),
    ErrorKind(
        cause=OBJECT_ARCHIVED,
        code=r"^(?:InvalidObjectState|ObjectNotInActiveTierError)",
        summary="The object is archived: it must be restored before it can be read. No permission is missing, although the HTTP status is 403.",
        remedies=your_remedy(
            "Restore the object, then read it",
            "The restore takes minutes to 48 hours, by storage class and tier. It requires s3:RestoreObject. In Intelligent-Tiering, leave out Days.",
            commands=(
                'aws s3api restore-object --bucket BUCKET --key OBJECT_KEY --restore-request \'{"Days":7,"GlacierJobParameters":{"Tier":"Standard"}}\'',
                Labelled(
                    'Later, to see whether it is ready (Restore has ongoing-request="false"):',
                    "aws s3api head-object --bucket BUCKET --key OBJECT_KEY --query '[StorageClass,Restore]'",
                ),
            ),
        ),
    ),
    *NODE_KINDS,
    ErrorKind(
        cause=SETTING_ABSENT,
        code=r"^(?:NoSuch(?:BucketPolicy|TagSet\w{0,9}|CORSConfiguration|LifecycleConfiguration|WebsiteConfiguration|PublicAccessBlockConfiguration|ObjectLockConfiguration)|(?:ServerSideEncryptionConfiguration|ReplicationConfiguration|OwnershipControls|ObjectLockConfiguration|MetadataConfiguration)NotFound\w{0,9})$",
        summary="The bucket does not have the setting that the call reads: no policy, tags or configuration of this kind. No permission is missing.",
        remedies=owner_remedy(
            "Add the setting if it is wanted",
            "Otherwise, there is nothing to fix: let the program treat this error as an empty setting.",
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
        ),
    ),
    ErrorKind(
        cause=ADD_ON_LACKS_PERMISSION,
        code=r"^AddonPermissionFailure$",
        summary="The EKS add-on lacks a permission in AWS.",
        lacks_permission=True,
        remedies=account_remedy(
            "Give the add-on a role with the policy that EKS recommends for it",
            "Look up its role or its EKS Pod Identity associations (describe-addon), and the recommended policies (describe-addon-configuration). Without a role, the add-on uses the role of the node.",
            commands=(
                "aws eks describe-addon --cluster-name CLUSTER --addon-name ADDON_NAME --query 'addon.[addonVersion,serviceAccountRoleArn,podIdentityAssociations]'",
                "aws eks describe-addon-configuration --addon-name ADDON_NAME --addon-version ADDON_VERSION --query podIdentityConfiguration",
            ),
        ),
    ),
    ErrorKind(
        cause=OUTLIVES_SESSION,
        code=r"^(?:SessionDurationEscalation|InsufficientSessionLifetime)",
        summary="STS rejected the request: its DurationSeconds is longer than what is left of the caller's session.",
        remedies=your_remedy(
            "Request a shorter DurationSeconds, or call with a new session",
            "DurationSeconds can be at most the seconds until the Expiration of the calling session.",
            "If the token must be valid longer, get a new session right before the call, such as with AssumeRole. Its DurationSeconds can be up to the role's MaxSessionDuration, but only one hour if the caller of AssumeRole is a role, too.",
        ),
    ),
    ErrorKind(
        cause=TOKEN_TOO_LARGE,
        code=r"^JWTPayloadSizeExceeded",
        summary="STS issues no token, because its tags would make it too large.",
        remedies=your_remedy(
            "Pass fewer or shorter tags to GetWebIdentityToken",
            "Pass only the tags that the external service reads.",
        ),
    ),
    ErrorKind(
        cause=CONTEXT_ASSERTION_REJECTED,
        code=r"^InvalidContextAssertion",
        summary="STS rejected the context assertion in ProvidedContexts.",
        remedies=your_remedy(
            "Get a new context assertion, and pass it unchanged",
            "IAM Identity Center returns it as identityContext from CreateTokenWithIAM. It is valid for a short time: request it right before the call.",
            "Its ProviderArn is arn:aws:iam::aws:contextProvider/IdentityCenter.",
        ),
    ),
    ErrorKind(
        cause=INVALID_REQUEST,
        code=r"^InvalidAuthorizationMessage",
        summary="STS cannot decode the encoded authorization message.",
        remedies=your_remedy(
            "Pass the whole encoded message, without spaces or line breaks",
            'It is what follows "Encoded authorization failure message:", up to the end: a terminal or a log can wrap it or cut it off. Save it as message.txt: the first command removes line breaks and the marks of quoted lines.',
            "If it is complete, it has expired: repeat the denied call, and decode its new message.",
            commands=(
                "message=\"$(tr -dc 'A-Za-z0-9_=-' < message.txt)\"",
                'aws sts decode-authorization-message --encoded-message "$message" --query DecodedMessage --output text',
            ),
            url="https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html",
        ),
        notes=("Without the permission sts:DecodeAuthorizationMessage, the error would be AccessDenied.",),
    ),
    ErrorKind(
        cause=OUTBOUND_FEDERATION_OFF,
        code=r"^OutboundWebIdentityFederationDisabled",
        message=r"[Oo]utbound web identity federation is disabled",
        summary="STS issues no token, because outbound identity federation is not enabled for the account.",
        remedies=account_remedy(
            "Enable outbound identity federation",
            "The command requires iam:EnableOutboundWebIdentityFederation. It prints the account's issuer URL, which the external service must trust. Then retry the call, for which the caller needs sts:GetWebIdentityToken.",
            commands="aws iam enable-outbound-web-identity-federation",
        ),
    ),
    ErrorKind(
        cause=INVALID_SSO_TOKEN,
        code=r"^InvalidGrantException$",
        summary="The IAM Identity Center sign-in cannot be renewed.",
        causes=(common_causes.LOGGED_OUT.cause(),),
        remedies=credential_remedies.SSO_LOGIN,
    ),
    ErrorKind(
        cause=THROTTLED,
        code=r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimit|PriorRequestNotComplete|ProvisionedThroughput",
        message=r"Rate exceeded|[Rr]equest limit exceeded|Too [Mm]any [Rr]equests|reduce your request rate|exceeded the rate at which|Reduce the frequency of|provisioned throughput for the table was exceeded",
        summary="AWS throttled the request: too many calls in a short time. No permission is missing.",
        remedies=account_remedy(
            "If that is not enough, request a higher rate, where it can be raised",
            "Service Quotas shows which rates can be raised. Those of IAM and STS cannot: reuse credentials instead.",
            url=pages.QUOTAS,
        ),
    ),
    ErrorKind(
        cause=DRY_RUN,
        code=r"^DryRunOperation$",
        summary="The dry run succeeded: the call would have been allowed.",
        remedies=your_remedy(
            "Call without the dry run", "Remove --dry-run to make the call.", url=pages.EC2_ERRORS
        ),
    ),
    ErrorKind(
        cause=IN_VERIFICATION,
        code=r"^PendingVerification",
        summary="AWS is still verifying the account for this Region, and until then, it launches nothing there. No permission is missing.",
        remedies=your_remedy(
            "Wait for the email that says the request was validated, then repeat the call",
            "Most often, this takes minutes. Allow up to four hours. It is common with new accounts and at the first use of a Region. Other keys, another user or another role do not change it.",
            "If it takes longer, write to aws-verification@amazon.com, or let whoever may open cases for the account open one under Account and billing in the Support Center. Include the account ID, the Region and this message.",
            url="https://docs.aws.amazon.com/awssupport/latest/user/case-management.html",
        ),
    ),
    RESTRICTED_ACCOUNT,
    ErrorKind(
        cause=NO_CAPACITY,
        code=r"Insufficient(?:Instance|Host|ReservedInstance|Volume|Address)?Capacity",
        summary="AWS has no capacity for this in the Availability Zone at the moment.",
        remedies=your_remedy(
            "Use another Availability Zone or instance type",
            "Try another Availability Zone, or allow several zones and instance types.",
            "Or retry later. A quota is not the cause.",
        ),
    ),
    ErrorKind(
        cause=ALREADY_EXISTS,
        code=r"AlreadyExists|AlreadyOwnedByYou|^Duplicate|ResourceInUse",
        message=r"\balready exists\b",
        summary="The resource already exists or is in use.",
        remedies=your_remedy(
            "Use the existing resource, or choose another name",
            "Inspect the existing resource: an earlier run may have created it. Use it, or import it into the tool that tries to create it (terraform import).",
            "Otherwise, choose another name. The name of an S3 bucket must be unique in the whole partition. Do not delete a resource before you know what uses it.",
        ),
    ),
    ErrorKind(
        cause=BUCKET_IN_OTHER_REGION,
        code=r"PermanentRedirect|TemporaryRedirect|IllegalLocationConstraint",
        summary="The bucket is in another Region than the endpoint that was called.",
        remedies=your_remedy(
            "Call S3 in the bucket's Region",
            "The command prints the bucket's Region. Set it in the client.",
            "Remove an endpoint URL of another Region.",
            commands="aws s3api head-bucket --bucket BUCKET --query BucketRegion",
        ),
    ),
)
"""Other kinds: the sign-in, the account or the resource is the reason. The first one that matches is used."""
_kinds_with_code = index_kinds(
    (*SPENT_QUOTAS, *SERVICE_KINDS, *ACCOUNT_KINDS, *KINDS_BY_MESSAGE, *KINDS_WITH_MESSAGE),
    (*_KINDS, *REQUEST_KINDS),
)


def find_kind(failure: AwsError, message: str) -> ErrorKind | None:
    """Return the kind of an API error, or ``None`` if it is not a known one."""
    code, status = clues.error_code(failure), failure.envelope.status_code
    with_message, others = _kinds_with_code(code)
    found = (kind for kind in with_message if kind.message is not None and kind.message.search(message))
    return next(found, None) or next((kind for kind in others if kind.matches(code, status, message)), None)
