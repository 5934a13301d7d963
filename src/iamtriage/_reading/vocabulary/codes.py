"""Error codes and what they mean; not for texts without a code.

Sources: botocore's service models, the common-errors pages of the IAM and EMR API references, and
client-side error classes of the SDKs. A code that is not listed makes an ``aws_error``.
"""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamtriage.typing import Kind

_DENIED = """
    AccessDeniedException AccessDenied UnauthorizedOperation AuthorizationError AuthorizationErrorException
    AuthorizationException AccessForbidden UnauthorizedOperationException ForbiddenError
    InsufficientPermissionsException InsufficientPrivilegesException NotAuthorized 403 Forbidden
    IamRoleMissingPermissions AllAccessDisabled UnauthorizedAccess UnauthorizedAccessException
    OperationNotPermittedForRole AccessDeniedForOperation AuthFailure.ServiceLinkedRoleCreationNotPermitted
"""
# These are used for credentials as well as for permissions, so the sentence decides where it can.
_DENIED_WEAKLY = """
    UnauthorizedException NotAuthorizedException ForbiddenException UnauthorizedError Unauthorized 401
    UnauthorizedRequestException NotAuthorizedError
"""
_EXPIRED = """
    ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired UnauthorizedSSOTokenError
    ExpiredTokenError ExpiredTradeInTokenException TokenRetrievalError SSOTokenExpired LoginRefreshRequired
    LoginTokenExpired SSOProviderInvalidToken ExpiredCredentials SSOTokenExpiredError
"""
_INVALID = """
    InvalidClientTokenId UnrecognizedClientException UnrecognizedClient InvalidAccessKeyId AuthFailure
    InvalidToken InvalidSecurity InvalidClientTokenIdException UnrecognizedClientError InvalidAccessKeyIdException
    InvalidTokenId SSOTokenLoadError InvalidAccessKeyID
"""
_SIGNATURE = """
    SignatureDoesNotMatch IncompleteSignature IncompleteSignatureException InvalidSignatureException
    RequestTimeTooSkewed InvalidSignature RequestTimeTooSkewedException SignatureDoesNotMatchException
    AuthorizationHeaderMalformed AuthorizationQueryParametersError RequestInTheFuture
"""
_MISSING = """
    NoCredentialsError NoCredentials MissingAuthenticationToken MissingAuthenticationTokenException
    NoCredentialProviders CredentialsNotFound CredentialsProviderError CredentialRetrievalError
    PartialCredentialsError CredentialsError MissingCredentialsError CredentialsNotLoaded
    CredentialUnavailableException NoAuthWithAWSException CredentialsException ProviderError
    MetadataRetrievalError InvalidCredentialsException CredentialProviderError
    MissingSecurityHeader CredentialsNotFoundError WebIdentityErr NoAuthTokenError
    ProfileNotFound RefreshWithMFAUnsupportedError InfiniteLoopConfigError EC2RoleRequestError EC2MetadataError
    ProcessProviderExecutionError SharedCredsLoad AssumeRoleTokenProviderNotSetError
    EnvAccessKeyNotFound EnvSecretNotFound ConfigNotFound NoCredentialsProvided NoAwsCredentials
    MissingCredentialsException CredentialsNotFoundException LoginError SharedConfigProfileNotExistsException
    SharedConfigProfileNotExistError SharedConfigProfileNotExist
"""
# The SDK for JavaScript v2 makes codes of its providers' names: SharedIniFileCredentialsProviderFailure.
_FAILED_PROVIDERS = ("CredentialsProviderFailure", "CredentialsFailure")
_WEB_IDENTITY = """
    InvalidIdentityToken InvalidIdentityTokenException IDPRejectedClaim IDPRejectedClaimException
    IDPCommunicationError IDPCommunicationErrorException
"""
_OTHERS: dict[str, Kind] = {
    "RegionDisabledException": "region_disabled",
    "RegionDisabled": "region_disabled",
    "MalformedPolicyDocument": "malformed_policy",
    "MalformedPolicyDocumentException": "malformed_policy",
    "MalformedPolicy": "malformed_policy",
    "InvalidArn": "invalid_arn",
    "InvalidArnException": "invalid_arn",
}


def _table() -> dict[str, Kind]:
    groups: tuple[tuple[str, Kind], ...] = (
        (_DENIED, "access_denied"),
        (_DENIED_WEAKLY, "access_denied"),
        (_EXPIRED, "expired_credentials"),
        (_INVALID, "invalid_credentials"),
        (_SIGNATURE, "signature_mismatch"),
        (_MISSING, "missing_credentials"),
        (_WEB_IDENTITY, "invalid_identity_token"),
    )
    table = dict(_OTHERS)
    for names, kind in groups:
        table.update(dict.fromkeys(names.split(), kind))
    return table


_KINDS = _table()
_WEAK = frozenset(_DENIED_WEAKLY.split())

# Codes without a telling ending, seen on the wire, none of which means a denial.
_PLAIN = frozenset(
    [
        "Throttling",
        "ThrottledException",
        "RequestThrottled",
        "RequestLimitExceeded",
        "BandwidthLimitExceeded",
        "SlowDown",
        "EntityAlreadyExists",
        "NoSuchEntity",
        "LimitExceeded",
        "DeleteConflict",
        "EntityTemporarilyUnmodifiable",
        "InvalidParameterValue",
        "InvalidParameter",
        "InvalidParameterCombination",
        "MissingParameter",
        "InvalidRequest",
        "InvalidInput",
        "InvalidUserType",
        "InvalidAction",
        "UnknownOperation",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchUpload",
        "NoSuchVersion",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "BucketAlreadyExists",
        "BucketAlreadyOwnedByYou",
        "BucketNotEmpty",
        "OptInRequired",
        "SubscriptionRequired",
        "SubscriptionRequiredException",
        "NotSignedUp",
        "PermanentRedirect",
        "TemporaryRedirect",
        "InvalidBucketName",
        "InternalFailure",
        "ServiceUnavailable",
        "Unavailable",
        "DryRunOperation",
        "DependencyViolation",
        "IncorrectState",
        "InsufficientInstanceCapacity",
        "InstanceLimitExceeded",
        "VcpuLimitExceeded",
        "AddressLimitExceeded",
        "InvalidArgument",
        "MalformedXML",
        "MethodNotAllowed",
        "NotImplemented",
        "OperationAborted",
        "PreconditionFailed",
        "RequestTimeout",
        "RestoreAlreadyInProgress",
        "DBInstanceNotFound",
        "DBInstanceAlreadyExists",
        "HostedZoneNotFound",
        "NoSuchHostedZone",
        "InvalidChangeBatch",
        "PriorRequestNotComplete",
        "LoadBalancerNotFound",
        "TargetGroupNotFound",
        "DuplicateLoadBalancer",
        "ResourceInUse",
        "PackedPolicyTooLarge",
        "QueueDoesNotExist",
        "NotFound",
        "AWS.SimpleQueueService.NonExistentQueue",
        "InvalidSubnet",
        "PendingVerification",
        "Blocked",
        "UnsupportedOperation",
        "UnsupportedAddressFamily",
        "InvalidTarget",
        "VolumeInUse",
        "AlreadyExists",
        "ResourceNotFound",
        "ValidationError",
        "ThrottlingException",
        "ResourceNotFoundException",
        "ConflictException",
        "ValidationException",
        "InternalServerException",
        "ServiceQuotaExceededException",
        "InvalidParameterException",
        "InvalidRequestException",
        "LimitExceededException",
        "ResourceInUseException",
        "TooManyRequestsException",
        "BadRequestException",
        "NotFoundException",
        "ServiceUnavailableException",
        "ProvisionedThroughputExceededException",
        "ConditionalCheckFailedException",
        "TransactionCanceledException",
        "RepositoryNotFoundException",
        "ClusterNotFoundException",
        "InvalidParameterValueException",
        "ResourceConflictException",
        "EntityNotFoundException",
        "AlreadyExistsException",
        "ResourceAlreadyExistsException",
        "ConcurrentModificationException",
        "KMSInvalidStateException",
        "DisabledException",
        "NoSuchEntityException",
        "EntityAlreadyExistsException",
        "DeleteConflictException",
        "InvalidInputException",
        "InternalServerErrorException",
        "ModelErrorException",
        "ResourceLimitExceeded",
        "ParameterNotFound",
        "InvalidInstanceId",
        "InvalidSequenceTokenException",
        "DataAlreadyAcceptedException",
        "StackInstanceNotFoundException",
        "ResourceNotReadyException",
        "ServerException",
        "ImageNotFoundException",
        "LayerInaccessibleException",
        "ServiceException",
        "CertificateNotFoundException",
        "RequestError",
        "RequestCanceled",
        "SerializationError",
        "MissingRegion",
        "NoRegionError",
        "EndpointConnectionError",
    ]
)
# Health issues of EKS clusters, node groups and add-ons.
# Source: the issue codes in botocore's model of EKS.
EKS_ISSUES = frozenset(
    [
        "AccessDenied",
        "AddonPermissionFailure",
        "AddonSubscriptionNeeded",
        "AsgInstanceLaunchFailures",
        "AutoScalingGroupInvalidConfiguration",
        "ClusterUnreachable",
        "Ec2InstanceTypeDoesNotExist",
        "Ec2LaunchTemplateInvalidConfiguration",
        "Ec2LaunchTemplateNotFound",
        "Ec2SecurityGroupDeletionFailure",
        "Ec2SecurityGroupNotFound",
        "Ec2ServiceNotSubscribed",
        "Ec2SubnetMissingIpv6Assignment",
        "Ec2SubnetNotFound",
        "IamInstanceProfileNotFound",
        "IamLimitExceeded",
        "IamNodeRoleNotFound",
        "IamRoleNotFound",
        "InstanceLimitExceeded",
        "KmsGrantRevoked",
        "KmsKeyDisabled",
        "KmsKeyMarkedForDeletion",
        "KmsKeyNotFound",
        "NodeCreationFailure",
        "NodeTerminationFailure",
        "PodEvictionFailure",
        "StsRegionalEndpointDisabled",
        "SourceEc2LaunchTemplateNotFound",
        "VpcNotFound",
    ]
)
_DISTINCT = frozenset({"InternalFailure", "OptInRequired", "RequestLimitExceeded", "DryRunOperation"})
# Names that any software gives its classes, "…Error" or a word and "Exception", of which these are AWS's codes;
# the SDKs for JavaScript and Go add some.
_NAMED_AS_CLASSES = """
    ModelStreamError ServiceUnavailableError InternalServerError InternalError UserError InternalServiceError RuntimeClientError
    DashboardInvalidInputError DashboardNotFoundError BadRequestError RateLimitError ResourceNotFoundError
    ActiveDirectoryError IncompatibleParameterError NotServiceResourceError ModelError TooManyRequestsError
    IdempotentParameterMismatchError OpenIdIdpCommunicationError TooManyTagsError ObjectAlreadyInActiveTierError
    ObjectNotInActiveTierError NetworkingError UriParameterError ConfigError BucketRegionError
    IdempotencyException GoneException VerificationException ParsingException BlockedException ExpiredException
    InternalException UnprocessableException EFSIOException DependencyException ArgumentException TagException
    SearchException UnauthenticatedException MetadataException ConfigurationException AuthException RedirectException
"""
_ERRORS = frozenset(_NAMED_AS_CLASSES.split())
_CLASS_OF_ANY = re.compile(r"\w+Error|(?:[A-Z][a-z0-9]+|[A-Z0-9]+)Exception", re.ASCII)
_SHAPE = re.compile(
    r"(?:(?:Client|Server|Receiver|Sender)\.)?[A-Z][A-Za-z0-9]{1,80}"
    r"(?:Exception|Error|Fault|Failure|Denied|LimitExceeded|NotFound|AlreadyExists|Expired|Exceeded|TooLarge)"
    r"|(?:Client|Server)\.[A-Z][A-Za-z0-9.]{2,80}|Invalid[A-Z][A-Za-z]{1,40}(?:ID|Id)?\.[A-Z][A-Za-z.]{2,40}",
    re.ASCII,
)
# Classes that SDKs raise for any error of a service: they say nothing of what went wrong.
_GENERIC = re.compile(
    r"(?:Amazon|AWS|Aws)[A-Za-z0-9]*(?:Exception|Error)"
    r"|(?:Boto[CcK]?[Cc]?ore|Boto|Client|Sdk|SdkClient|SdkService|Service|Base|HttpErrorResponse|Runtime|IllegalState"
    r"|Illegal|Illegalargument|Serverless|StatusCode|Aggregate|Unhandled|Unknown|UnknownAWSHTTPService|Response|System"
    r"|Py4JJava|Py4JNetwork|Execution|Completion|Connect|Uncaught|Failed|HTTP|Http|Module|Operation|Request|API|Api"
    r"|Fs|S3Upload|RetriesExceeded|RcloneException|Invocation|Type|Value|Key|Attribute|Name|Assertion|Import|OS|IO"
    r"|Socket|Timeout|Connection|NullPointer|Reconciler|Reconcile|Panic|Fatal|Template|Stack|Deployment|Toolkit"
    r"|BotoServer|BotoClient|(?:EC2|S3|SDB|Emr|DynamoDB|JSON)Response|SQS"
    r"|Notebook|Error|Ajax|Guzzle|Fatal|HttpTransport|Runtime|Throwable|PDO|Query|Compile|Compilation|ProvisionedThroughput)(?:Exception|Error)"
    r"|Exception|Error|Failure|UnknownError|NetworkError|UploadFailed|[A-Za-z]*UploadFailedError",
    re.ASCII,
)
_PYTHON_BUILTINS = frozenset(name for name in dir(builtins) if name.endswith(("Error", "Exception")))
# Exception classes of other software whose names look like AWS codes.
FOREIGN_NAMESPACE = re.compile(
    r"(?:java\.nio|java\.security|java\.io|javax|org\.springframework|jakarta|Symfony|System\.(?!AggregateEx)|Microsoft|Google|"
    r"com\.google|com\.azure|com\.aliyun|com\.tencent|com\.huawei|com\.microsoft|com\.mysql|com\.mongodb|org\.postgresql|"
    r"org\.apache\.hadoop\.security|org\.apache\.kafka|org\.elasticsearch|io\.grpc|Illuminate|Doctrine|Magento|"
    r"Django|django|rest_framework|werkzeug|google\.|azure\.|oci\.|psycopg2|pymysql|mysql|github"
    r"|kubernetes\.|openshift\.|io\.kubernetes|io\.fabric8|k8s\.)[\w.\\$]*\Z"
)


# botocore's client-side classes whose names are no codes listed above, by what they are about.
_EXPIRED_CLASSES = frozenset({"PendingAuthorizationExpiredError", "LoginRefreshTokenExpiredError"})
_ABOUT_CREDENTIALS = re.compile(
    r"Credential|Token|SSO|Profile|Login|Metadata|MFA|ConfigNotFound|InfiniteLoopConfig"
)
_ABOUT_CALLS = re.compile(
    r"Endpoint|Region|Connect|Timeout|SSL|HTTPClient|Proxy|Partition|Signature|Signer|ClockSkew|ConnectionClosed"
    r"|IncompleteRead|AuthScheme|Bucket|ARN|Arn"
)


def bare(code: str) -> str:
    """Drop CloudTrail's and EC2's ``Client.`` before a code, and the decorations of the wire.

    >>> bare("Client.UnauthorizedOperation"), bare("com.amazonaws.eks#AccessDeniedException:http://internal")
    ('UnauthorizedOperation', 'AccessDeniedException')
    """
    code = code.rpartition("#")[2].split(":", 1)[0]
    return code.removeprefix("Client.").removeprefix("Server.")


def as_services_write(code: str) -> str:
    """Give a code as services write it, of which the C++ SDK makes names of constants.

    >>> as_services_write("NO_SUCH_BUCKET"), as_services_write("AccessDenied"), as_services_write("403")
    ('NoSuchBucket', 'AccessDenied', '403')
    """
    if "_" not in code or not code.isupper():
        return code
    return "".join(word.capitalize() for word in code.split("_"))


def is_status(code: str) -> bool:
    """Tell whether a code is but the HTTP status, as botocore gives for answers without one."""
    return len(code) == 3 and code.isascii() and code.isdigit()


def without_code(identifier: str) -> str | None:
    """Drop the code or status that Hadoop puts behind the last id of a message; None where nothing is left.

    >>> without_code("EXAMPLEid+/=:AccessDenied"), without_code("null:403"), without_code("EXAMPLE0")
    ('EXAMPLEid+/=', None, 'EXAMPLE0')
    """
    plain, _, code = identifier.partition(":")
    if code and not is_status(code[:3]) and code != "null" and not is_code(code):
        return identifier
    return plain if plain != "null" else None


def kind_of_code(code: str) -> Kind | None:
    """Give the kind that a code means by itself; None for a code that means none of them.

    >>> kind_of_code("KMSAccessDeniedException"), kind_of_code("ThrottlingException")
    ('access_denied', None)
    """
    code = bare(code)
    if code[:1].islower() and not code.islower():
        # Bedrock agents write "accessDeniedException".
        code = code[0].upper() + code[1:]
    kind = _KINDS.get(code)
    if kind is None and "AccessDenied" in code:
        return "access_denied"
    if kind is None and code.endswith(_FAILED_PROVIDERS):
        return "missing_credentials"
    return kind


def kind_of_client_class(name: str) -> Kind | None:
    """Give the kind of one of botocore's own exception classes; None where it is about none of ours.

    >>> kind_of_client_class("SSOError"), kind_of_client_class("NoRegionError"), kind_of_client_class("ParamValidationError")
    ('missing_credentials', 'aws_error', None)
    """
    kind = kind_of_code(name)
    if kind is not None:
        return kind
    if name in _EXPIRED_CLASSES:
        return "expired_credentials"
    if _ABOUT_CREDENTIALS.search(name):
        return "missing_credentials"
    return "aws_error" if _ABOUT_CALLS.search(name) else None


# Operations that renew a sign-in of `aws login`, and how they say that it can't be renewed any more.
_RENEWALS = frozenset({"CreateOAuth2Token"})
_REJECTED_RENEWALS = frozenset({"AccessDeniedException", "ValidationException", "InvalidRequestException"})


def is_expired_sign_in(operation: str | None, code: str | None) -> bool:
    """Return whether an operation that renews a sign-in was rejected: the session has expired.

    Source: the errors that the AWS CLI reports for ``aws login``, https://github.com/aws/aws-cli/issues/10330.

    >>> is_expired_sign_in("CreateOAuth2Token", "ValidationException"), is_expired_sign_in("GetRole", "AccessDenied")
    (True, False)
    """
    return operation in _RENEWALS and code is not None and bare(code) in _REJECTED_RENEWALS


def is_weak(code: str) -> bool:
    """Tell whether the sentence may overrule what the code means."""
    return bare(code) in _WEAK


def is_known(code: str) -> bool:
    """Tell whether a word is a code that AWS or its SDKs use, wherever it stands."""
    return kind_of_code(code) is not None or bare(code) in _PLAIN


def is_distinct(code: str) -> bool:
    """Tell whether a code of no kind is so much AWS's own that the form of an SDK suffices beside it."""
    return bare(code) in _DISTINCT


def may_be_class_of_others(word: str) -> bool:
    """Tell whether a class name says nothing of AWS where no namespace or SDK's form stands by.

    >>> may_be_class_of_others("AirflowException"), may_be_class_of_others("SomethingNewException")
    (True, False)
    """
    return _CLASS_OF_ANY.fullmatch(word) is not None and not is_known(word) and word not in _ERRORS


def is_code(word: str) -> bool:
    """Tell whether a word has the shape of an error code and is not a generic class name.

    >>> is_code("ResourceNotFoundException"), is_code("ClientError"), is_code("Hello")
    (True, False, False)
    """
    if is_known(word):
        return True
    return _SHAPE.fullmatch(word) is not None and not is_generic(word)


def is_generic(word: str) -> bool:
    """Tell whether a class name says only that some error happened."""
    return word in _PYTHON_BUILTINS or _GENERIC.fullmatch(word) is not None
