"""Classify error codes and the exception classes that represent them.

Sources: botocore's service models, the common-errors pages of the IAM and EMR API references, and the client-side
error classes of the SDKs. A code that is not listed means ``aws_error``.
"""

from __future__ import annotations

import builtins
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._reading.vocabulary.statuses import is_status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamtriage.typing import Kind

_DENIED = """
    AccessDeniedException AccessDenied UnauthorizedOperation AuthorizationError AuthorizationErrorException
    AuthorizationException AccessForbidden UnauthorizedOperationException
    InsufficientPermissionsException InsufficientPrivilegesException NotAuthorized
    IamRoleMissingPermissions AllAccessDisabled UnauthorizedAccess UnauthorizedAccessException
    OperationNotPermittedForRole AccessDeniedForOperation AuthFailure.ServiceLinkedRoleCreationNotPermitted
    LoginInsufficientPermissions KMS_KEY_ACCESS_DENIED
"""
# These codes are used for credentials as well as for permissions, so the message decides if it can.
_DENIED_WEAKLY = """
    UnauthorizedException NotAuthorizedException ForbiddenException UnauthorizedError Unauthorized 401
    UnauthorizedRequestException NotAuthorizedError ForbiddenError Forbidden 403
"""
_EXPIRED = """
    ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired UnauthorizedSSOTokenError
    ExpiredTokenError ExpiredTradeInTokenException TokenRetrievalError SSOTokenExpired LoginRefreshRequired
    LoginTokenExpired SSOProviderInvalidToken ExpiredCredentials SSOTokenExpiredError
"""
_INVALID = """
    InvalidClientTokenId UnrecognizedClientException UnrecognizedClient InvalidAccessKeyId AuthFailure
    InvalidToken InvalidSecurity InvalidClientTokenIdException UnrecognizedClientError InvalidAccessKeyIdException
    InvalidTokenId SSOTokenLoadError InvalidAccessKeyID InvalidSubjectCredentials
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
    CredentialsNotFoundError WebIdentityErr NoAuthTokenError
    ProfileNotFound RefreshWithMFAUnsupportedError InfiniteLoopConfigError EC2RoleRequestError EC2MetadataError EC2MetadataRequestError
    ProcessProviderExecutionError SharedCredsLoad AssumeRoleTokenProviderNotSetError
    EnvAccessKeyNotFound EnvSecretNotFound ConfigNotFound NoCredentialsProvided NoAwsCredentials NoAwsCredentialsException
    MissingCredentialsException CredentialsNotFoundException LoginError SharedConfigProfileNotExistsException
    SharedConfigProfileNotExistError SharedConfigProfileNotExist AssumeRoleUnauthorizedAccess
    SharedConfigProfileNotExistsError SharedConfigLoadError SharedConfigAssumeRoleError SharedConfigErr
    SharedCredsAccessKey SharedCredsSecret EmptyStaticCreds CredentialRequiresARNError UserHomeNotFound
    ProcessProviderParseError ProcessProviderVersionError ProcessProviderRequiredError
"""
# The SDK for JavaScript v2 derives codes from its providers' names: SharedIniFileCredentialsProviderFailure.
_PROVIDER_FAILURES = ("CredentialsProviderFailure", "CredentialsFailure")
_WEB_IDENTITY = """
    InvalidIdentityToken InvalidIdentityTokenException IDPRejectedClaim IDPRejectedClaimException
    IDPCommunicationError IDPCommunicationErrorException AuthSamlInvalidSamlResponse
    AuthSamlInvalidSamlResponseException
"""
_OTHER_KINDS: dict[str, Kind] = {
    "RegionDisabledException": "region_disabled", "RegionDisabled": "region_disabled",
    "StsRegionalEndpointDisabled": "region_disabled",
    "MalformedPolicyDocument": "malformed_policy", "MalformedPolicyDocumentException": "malformed_policy",
    "MalformedPolicy": "malformed_policy", "InvalidArn": "invalid_arn", "InvalidArnException": "invalid_arn",
}  # fmt: skip


def _build_table() -> dict[str, Kind]:
    groups: tuple[tuple[str, Kind], ...] = (
        (_DENIED, "access_denied"),
        (_DENIED_WEAKLY, "access_denied"),
        (_EXPIRED, "expired_credentials"),
        (_INVALID, "invalid_credentials"),
        (_SIGNATURE, "signature_mismatch"),
        (_MISSING, "missing_credentials"),
        (_WEB_IDENTITY, "invalid_identity_token"),
    )
    table = dict(_OTHER_KINDS)
    for names, kind in groups:
        table.update(dict.fromkeys(names.split(), kind))
    return table


_KINDS = _build_table()
_WEAK = frozenset(_DENIED_WEAKLY.split())

REASON_PHRASES = frozenset({"Forbidden", "Unauthorized", "NotFound"})
"""HTTP reason phrases, which are not codes."""
# Codes without the usual suffixes that are not denials.
_PLAIN_CODES = """
    Throttling ThrottledException RequestThrottled RequestLimitExceeded BandwidthLimitExceeded SlowDown
    EntityAlreadyExists NoSuchEntity LimitExceeded DeleteConflict EntityTemporarilyUnmodifiable
    InvalidParameterValue InvalidParameter InvalidParameterCombination MissingParameter InvalidRequest
    InvalidInput InvalidUserType InvalidAction UnknownOperation NoSuchBucket NoSuchKey NoSuchUpload
    NoSuchVersion NoSuchBucketPolicy NoSuchLifecycleConfiguration BucketAlreadyExists BucketAlreadyOwnedByYou
    BucketNotEmpty OptInRequired SubscriptionRequired SubscriptionRequiredException NotSignedUp
    PermanentRedirect TemporaryRedirect InvalidBucketName InternalFailure ServiceUnavailable Unavailable
    DryRunOperation DependencyViolation IncorrectState InsufficientInstanceCapacity InstanceLimitExceeded
    VcpuLimitExceeded AddressLimitExceeded InvalidArgument MalformedXML MethodNotAllowed NotImplemented
    OperationAborted PreconditionFailed RequestTimeout RestoreAlreadyInProgress DBInstanceNotFound
    DBInstanceAlreadyExists HostedZoneNotFound NoSuchHostedZone InvalidChangeBatch PriorRequestNotComplete
    LoadBalancerNotFound TargetGroupNotFound DuplicateLoadBalancer ResourceInUse PackedPolicyTooLarge
    QueueDoesNotExist NotFound AWS.SimpleQueueService.NonExistentQueue InvalidSubnet PendingVerification Blocked
    UnsupportedOperation UnsupportedAddressFamily InvalidTarget VolumeInUse AlreadyExists ResourceNotFound
    ValidationError ThrottlingException ResourceNotFoundException ConflictException ValidationException
    InternalServerException ServiceQuotaExceededException InvalidParameterException InvalidRequestException
    LimitExceededException ResourceInUseException TooManyRequestsException BadRequestException NotFoundException
    ServiceUnavailableException ProvisionedThroughputExceededException ConditionalCheckFailedException
    TransactionCanceledException RepositoryNotFoundException ClusterNotFoundException
    InvalidParameterValueException ResourceConflictException EntityNotFoundException AlreadyExistsException
    ResourceAlreadyExistsException ConcurrentModificationException KMSInvalidStateException DisabledException
    NoSuchEntityException EntityAlreadyExistsException DeleteConflictException InvalidInputException
    InternalServerErrorException ModelErrorException ResourceLimitExceeded ParameterNotFound InvalidInstanceId
    InvalidSequenceTokenException DataAlreadyAcceptedException StackInstanceNotFoundException
    ResourceNotReadyException ServerException ImageNotFoundException LayerInaccessibleException ServiceException
    CertificateNotFoundException RequestError RequestCanceled SerializationError MissingRegion MissingEndpoint NoRegionError
    ResourceInitializationError
    EndpointConnectionError AWSOrganizationsNotInUseException UnsupportedAvailabilityZoneException TagPolicyViolation
"""
_PLAIN = frozenset(_PLAIN_CODES.split())
# Codes of health issues of EKS clusters, node groups, Fargate profiles and add-ons that no other service has, and the
# other ones. Source: botocore's EKS model.
EKS_CODES = """
    AddonPermissionFailure AddonSubscriptionNeeded AmiIdNotFound AsgInstanceLaunchFailures
    AutoScalingGroupInstanceRefreshActive AutoScalingGroupInvalidConfiguration AutoScalingGroupNotFound
    AutoScalingGroupOptInRequired AutoScalingGroupRateLimitExceeded Ec2InstanceTypeDoesNotExist
    Ec2LaunchTemplateDeletionFailure Ec2LaunchTemplateInvalidConfiguration Ec2LaunchTemplateMaxLimitExceeded
    Ec2LaunchTemplateNotFound Ec2LaunchTemplateVersionMaxLimitExceeded Ec2LaunchTemplateVersionMismatch
    Ec2SecurityGroupDeletionFailure Ec2SecurityGroupNotFound Ec2ServiceNotSubscribed Ec2SubnetInvalidConfiguration
    Ec2SubnetListTooLong Ec2SubnetMissingIpv6Assignment Ec2SubnetNotFound IamInstanceProfileNotFound IamLimitExceeded
    IamNodeRoleNotFound IamRoleNotFound IamThrottling KmsGrantRevoked KmsKeyDisabled KmsKeyMarkedForDeletion
    KmsKeyNotFound NodeCreationFailure NodeTerminationFailure PodEvictionFailure PodExecutionRoleAlreadyInUse
    SourceEc2LaunchTemplateNotFound StsRegionalEndpointDisabled
"""
_OTHER_EKS_ISSUES = """
    AccessDenied AdmissionRequestDenied ClusterUnreachable ConfigurationConflict InstanceLimitExceeded
    InsufficientFreeAddresses InsufficientNumberOfReplicas InternalFailure K8sResourceNotFound LimitExceeded
    ResourceLimitExceeded ResourceNotFound UnsupportedAddonModification UnsupportedVersion VpcNotFound
"""
EKS_ISSUES = frozenset(EKS_CODES.split() + _OTHER_EKS_ISSUES.split())
# Codes without a kind that no other system uses.
_EXCLUSIVE = frozenset({"InternalFailure", "OptInRequired", "RequestLimitExceeded", "DryRunOperation"})
# Any software has classes named "…Error" or with one word before "Exception". These are AWS error codes; some are
# added by the SDKs for JavaScript and Go.
_CLASS_LIKE_CODES = """
    ModelStreamError ServiceUnavailableError InternalServerError InternalError UserError InternalServiceError RuntimeClientError
    DashboardInvalidInputError DashboardNotFoundError BadRequestError RateLimitError ResourceNotFoundError
    ActiveDirectoryError IncompatibleParameterError NotServiceResourceError ModelError TooManyRequestsError
    IdempotentParameterMismatchError OpenIdIdpCommunicationError TooManyTagsError ObjectAlreadyInActiveTierError
    ObjectNotInActiveTierError NetworkingError UriParameterError ConfigError BucketRegionError
    IdempotencyException GoneException VerificationException ParsingException BlockedException ExpiredException
    InternalException UnprocessableException EFSIOException DependencyException ArgumentException TagException
    ClientException SearchException UnauthenticatedException MetadataException ConfigurationException AuthException RedirectException
"""
_CLASS_LIKE = frozenset(_CLASS_LIKE_CODES.split())
_COMMON_CLASS = lazy_pattern(r"\w+Error|(?:[A-Z][a-z0-9]+|[A-Z0-9]+)Exception", re.ASCII)
# The suffixes of codes, and the prefixes of codes with a dot.
_SUFFIXES = (
    "Exception", "Error", "Fault", "Failure", "Denied", "NotFound", "AlreadyExists", "Expired", "Exceeded",
    "TooLarge",
)  # fmt: skip
_SIGN_WORDS = frozenset({*_SUFFIXES, "Invalid"})
CODE_PREFIXES = frozenset({"AWS", "Client", "Server"})
"""Words that are a part of a code only before a dot."""
CODE_PARTS = {
    part for code in (*_KINDS, *_PLAIN) for part in code.split(".") if not part.isdigit()
} | CODE_PREFIXES
"""The words of the codes in the lists, and the words before a code."""
# Codes of the query protocol that no other system has. Other clouds write "InvalidVpcId.NotFound".
_QUERY_CODE = r"AWS\.[A-Z][A-Za-z]{2,40}\.[A-Z][A-Za-z]{2,60}|Invalid(?:[A-Z][A-Za-z]{1,40}ID|Group|Permission)\.(?:NotFound|Malformed|Duplicate|InUse)"
_SHAPE = lazy_pattern(
    r"(?:(?:Client|Server|Receiver|Sender)\.)?[A-Z][A-Za-z0-9]{1,80}"
    rf"(?:{'|'.join(_SUFFIXES)})|{_QUERY_CODE}"
    r"|(?:Client|Server)\.[A-Z][A-Za-z0-9.]{2,80}|Invalid[A-Z][A-Za-z]{1,40}(?:ID|Id)?\.[A-Z][A-Za-z.]{2,40}"
)
_IS_QUERY_CODE = lazy_pattern(_QUERY_CODE)
# Classes that SDKs raise for any service error. They say nothing about the cause.
_GENERIC = lazy_pattern(
    r"(?:Amazon|AWS|Aws)[A-Za-z0-9]*(?:Exception|Error)"
    r"|ClientError|(?:Boto[CcK]?[Cc]?ore|Boto|Sdk|SdkClient|SdkService|Service|Base|HttpErrorResponse|Runtime|IllegalState"
    r"|Illegal|Illegalargument|Serverless|StatusCode|Aggregate|Unhandled|Unknown|UnknownAWSHTTPService|Response|System"
    r"|Py4JJava|Py4JNetwork|Execution|Completion|Connect|Uncaught|Failed|HTTP|Http|Module|Operation|Request|API|Api"
    r"|Fs|S3Upload|RetriesExceeded|RcloneException|Invocation|Type|Value|Key|Attribute|Name|Assertion|Import|OS|IO"
    r"|Socket|Timeout|Connection|NullPointer|Reconciler|Reconcile|Panic|Fatal|Template|Stack|Deployment|Toolkit"
    r"|BotoServer|BotoClient|(?:EC2|S3|SDB|Emr|DynamoDB|JSON)Response|SQS"
    r"|Notebook|Error|Ajax|Guzzle|Fatal|HttpTransport|Runtime|Throwable|PDO|Query|Compile|Compilation|ProvisionedThroughput)(?:Exception|Error)"
    r"|Exception|Error|Failure|UnknownError|NetworkError|UploadFailed|[A-Za-z]*UploadFailedError"
)
_PYTHON_BUILTINS = frozenset(name for name in dir(builtins) if name.endswith(("Error", "Exception")))
# Exception classes of other software whose names look like AWS codes.
FOREIGN_NAMESPACE = lazy_pattern(
    r"(?:j?ava\.nio|java\.security|java\.io|javax|org\.springframework|jakarta|Symfony|System\.(?!AggregateEx)|Microsoft|Google|"
    r"com\.google|com\.azure|com\.aliyun|com\.tencent|com\.huawei|com\.microsoft|com\.mysql|com\.mongodb|org\.postgresql|"
    r"org\.apache\.hadoop\.security|org\.apache\.kafka|org\.elasticsearch|io\.grpc|Illuminate|Doctrine|Magento|"
    r"Django|django|rest_framework|werkzeug|google\.|azure\.|oci\.|psycopg2|pymysql|mysql|github"
    r"|kubernetes\.|openshift\.|io\.kubernetes|io\.fabric8|k8s\.)[\w.\\$]*\Z"
)


# botocore's client-side classes that are not listed above, by subject.
_EXPIRED_CLASSES = frozenset({"PendingAuthorizationExpiredError", "LoginRefreshTokenExpiredError"})
_ABOUT_CREDENTIALS = lazy_pattern(
    r"Credential|Token|SSO|Profile|Login|Metadata|MFA|ConfigNotFound|InfiniteLoopConfig"
)
_ABOUT_CALLS = lazy_pattern(
    r"Endpoint|Region|Connect|Timeout|SSL|HTTPClient|Proxy|Partition|Signature|Signer|ClockSkew|ConnectionClosed"
    r"|IncompleteRead|AuthScheme|Bucket|ARN|Arn"
)


def normalize_code(code: str) -> str:
    """Strip CloudTrail's and EC2's ``Client.``, a namespace and a URL from a code.

    >>> normalize_code("Client.UnauthorizedOperation"), normalize_code("com.amazonaws.eks#AccessDeniedException:http://internal")
    ('UnauthorizedOperation', 'AccessDeniedException')
    """
    code = code.rpartition("#")[2].split(":", 1)[0]
    return code.removeprefix("Client.").removeprefix("Server.")


def camel_case_code(code: str) -> str:
    """Return the camel-case code for a constant of the SDK for C++.

    >>> camel_case_code("NO_SUCH_BUCKET"), camel_case_code("AccessDenied"), camel_case_code("403")
    ('NoSuchBucket', 'AccessDenied', '403')
    """
    if "_" not in code or not code.isupper():
        return code
    return "".join(word.capitalize() for word in code.split("_"))


def strip_hadoop_code(identifier: str) -> str | None:
    """Strip the code or status that Hadoop appends to an ID, or return ``None`` if no ID is left.

    >>> strip_hadoop_code("EXAMPLEid+/=:AccessDenied"), strip_hadoop_code("null:403"), strip_hadoop_code("EXAMPLE0")
    ('EXAMPLEid+/=', None, 'EXAMPLE0')
    """
    plain, _, code = identifier.partition(":")
    if code and not is_status(code[:3]) and code != "null" and not is_code(code):
        return identifier
    return plain if plain != "null" else None


@lru_cache(maxsize=1024)
def kind_of_code(code: str) -> Kind | None:
    """Return the kind of failure that a code implies, or ``None`` if it implies none.

    >>> kind_of_code("KMSAccessDeniedException"), kind_of_code("ThrottlingException")
    ('access_denied', None)
    """
    kind = _KINDS.get(code)
    if kind is not None:
        return kind
    code = normalize_code(code)
    if code[:1].islower() and not code.islower():
        # Bedrock agents write "accessDeniedException".
        code = code[0].upper() + code[1:]
    kind = _KINDS.get(code)
    if kind is None and "AccessDenied" in code:
        return "access_denied"
    if kind is None and code.endswith(_PROVIDER_FAILURES):
        return "missing_credentials"
    return kind


def kind_of_client_class(name: str) -> Kind | None:
    """Return the kind of failure that a botocore exception class implies, or ``None``.

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


# Operations that renew a sign-in (`aws login`, IAM Identity Center) and their services, with the codes if it can't be renewed.
_REJECTED_LOGIN = frozenset({"AccessDeniedException", "ValidationException", "InvalidRequestException"})
_REJECTED_RENEWALS = {
    "CreateOAuth2Token": _REJECTED_LOGIN,
    "signin": _REJECTED_LOGIN,
    **dict.fromkeys(("CreateToken", "ssooidc"), frozenset({"InvalidGrantException"})),
}


def is_expired_sign_in(operation: str | None, code: str | None, service: str | None = None) -> bool:
    """Return whether an operation that renews a sign-in was rejected: the session has expired.

    Source: the errors that the AWS CLI reports for ``aws login``, https://github.com/aws/aws-cli/issues/10330. SDKs
    that name no operation name the service. Other systems have an ``InvalidGrantException``, too.

    >>> is_expired_sign_in("CreateToken", "InvalidGrantException"), is_expired_sign_in(None, "InvalidGrantException")
    (True, False)
    """
    codes = _REJECTED_RENEWALS.get(operation or service or "")
    return codes is not None and code is not None and normalize_code(code) in codes


@lru_cache(maxsize=1024)
def is_weak(code: str) -> bool:
    """Return whether the message can override the meaning of a code."""
    return normalize_code(code) in _WEAK


def is_known(code: str) -> bool:
    """Return whether a word is in the list of codes of AWS and its SDKs."""
    return code in _PLAIN or kind_of_code(code) is not None or normalize_code(code) in _PLAIN


def is_exclusive_to_aws(code: str) -> bool:
    """Return whether a code without a kind is used only by AWS, so that an SDK's format is enough evidence."""
    return normalize_code(code) in _EXCLUSIVE


def is_query_code(word: str) -> bool:
    """Return whether a code with dots can only come from the query protocol of AWS.

    >>> is_query_code("AWS.SimpleQueueService.NonExistentQueue"), is_query_code("InvalidVpcId.NotFound")
    (True, False)
    """
    return "." in word and _IS_QUERY_CODE.fullmatch(word) is not None


def may_be_other_class(word: str) -> bool:
    """Return whether a class name is common in other software, too.

    >>> may_be_other_class("AirflowException"), may_be_other_class("SomethingNewException")
    (True, False)
    """
    return _COMMON_CLASS.fullmatch(word) is not None and not is_known(word) and word not in _CLASS_LIKE


def is_code(word: str) -> bool:
    """Return whether a word looks like an error code and is not a generic class name.

    >>> is_code("ResourceNotFoundException"), is_code("ClientError"), is_code("Hello")
    (True, False, False)
    """
    if is_known(word):
        return True
    return _SHAPE.fullmatch(word) is not None and not is_generic(word)


def find_codes(words: Iterable[str]) -> set[str]:
    """Return the words that look like codes. An ending alone is one only where an SDK prints a code.

    >>> sorted(find_codes(["hello", "NotFound", "InvalidGroup", "FirstError", "ClientError"]))
    ['FirstError', 'InvalidGroup']
    """
    capitalized = [word for word in words if "A" <= word < "["]
    return {
        word
        for word in capitalized
        if (
            (word.endswith(_SUFFIXES) and not is_generic(word))
            or word.startswith("Invalid")
            or "AccessDenied" in word
        )
        and word not in _SIGN_WORDS
    }


@lru_cache(maxsize=1024)
def is_generic(word: str) -> bool:
    """Return whether a class name says only that an error occurred."""
    return word in _PYTHON_BUILTINS or _GENERIC.fullmatch(word) is not None
