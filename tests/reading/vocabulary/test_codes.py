"""Check the kinds of error codes, and which words are codes."""

from __future__ import annotations

from iamtriage._reading.vocabulary.codes import (
    is_code,
    is_generic,
    is_known,
    is_weak,
    kind_of_code,
    normalize_code,
)
from tests.tables import check_rows, expect, facts_in

_CODES = {
    "access_denied": """
        AccessDenied AccessDeniedException UnauthorizedOperation UnauthorizedException ForbiddenException NotAuthorizedException AuthorizationError
        AuthorizationErrorException AuthorizationException AccessDeniedFault AccessForbidden UnauthorizedOperationException ForbiddenError
        InsufficientPermissionsException OrganizationAccessDeniedException AccessDeniedForDependencyException DependencyAccessDeniedException
        DependentServiceAccessDenied IamRoleMissingPermissions KMSAccessDeniedException KmsAccessDeniedException KMSAccessDenied KmsAccessDenied
        KMSAccessDeniedFault EC2AccessDeniedException S3AccessDeniedFault Client.UnauthorizedOperation NotAuthorized
        AuthFailure.ServiceLinkedRoleCreationNotPermitted
    """,
    "expired_credentials": "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired UnauthorizedSSOTokenError",
    "invalid_credentials": "InvalidClientTokenId UnrecognizedClientException InvalidAccessKeyId AuthFailure InvalidToken InvalidSubjectCredentials",
    "signature_mismatch": "SignatureDoesNotMatch IncompleteSignature InvalidSignatureException RequestTimeTooSkewed AuthorizationHeaderMalformed",
    "missing_credentials": "MissingAuthenticationToken NoCredentialsError CredentialsNotFound NoCredentialProviders CredentialsProviderError SharedIniFileCredentialsProviderFailure TokenFileWebIdentityCredentialsFailure",
    "invalid_identity_token": "InvalidIdentityToken IDPRejectedClaim IDPCommunicationError",
    "region_disabled": "RegionDisabledException StsRegionalEndpointDisabled",
    "malformed_policy": "MalformedPolicyDocument MalformedPolicyDocumentException",
    "aws_error": """
        ThrottlingException Throttling ResourceNotFoundException NoSuchEntity NoSuchBucket ValidationException ValidationError EntityAlreadyExists
        RequestLimitExceeded ServiceUnavailable InternalFailure OptInRequired LimitExceededException ResourceInUseException InvalidParameterValue
        AuthorizationNotFound AuthorizationAlreadyExists PermissionLimitExceeded InvalidVpcID.NotFound MissingSecurityHeader SomethingNobodyKnowsException
    """,
}


@check_rows(("code", "kind"), [(code, kind) for kind, codes in _CODES.items() for code in codes.split()])
def test_kind_of_a_code(code: str, kind: str) -> None:
    """A code determines the kind if the message does not."""
    found = facts_in(f"An error occurred ({code}) when calling the DoThis operation: no words that say more")
    assert found == expect(kind, code=code, operation="DoThis")


@check_rows(
    ("code", "message", "kind"),
    [
        ("UnauthorizedException", "Session token not found or invalid", "invalid_credentials"),
        ("NotAuthorizedException", "Access Token has expired", "access_denied"),
        (
            "ForbiddenException",
            "The security token included in the request is expired",
            "expired_credentials",
        ),
        ("AuthFailure", "You are not the owner of volume 'vol-1'", "access_denied"),
        ("AccessDenied", "The security token included in the request is invalid", "access_denied"),
        ("SignatureDoesNotMatch", "Credential should be scoped to a valid region", "credential_scope"),
        (
            "InvalidSignatureException",
            "Credential should be scoped to a valid region, not 'us-east-1'.",
            "credential_scope",
        ),
        ("ValidationError", "User is not authorized to access this resource", "access_denied"),
        (
            "InvalidParameterException",
            "The specified principalArn is invalid: invalid principal.",
            "invalid_arn",
        ),
        (
            "ResourceInUseException",
            "The specified access entry resource is already in use on this cluster.",
            "access_entry",
        ),
        ("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", "access_key_quota"),
        ("LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", "aws_error"),
        ("InvalidParameterException", "Trust policy of the role provided is invalid", "access_entry"),
        (
            "AccessDenied",
            "MultiFactorAuthentication failed with invalid MFA one time pass code.",
            "access_denied",
        ),
    ],
)
def test_code_with_a_message(code: str, message: str, kind: str) -> None:
    """A more specific message overrides the code, and the code of a denial overrides the message."""
    found = facts_in(f"An error occurred ({code}) when calling the DoThis operation: {message}")
    assert found is not None
    assert (found["kind"], found["code"], found["operation"]) == (kind, code, "DoThis")


@check_rows(
    ("code", "operation", "message", "kind"),
    [
        (
            "ResourceInUseException",
            "CreateAccessEntry",
            "The specified access entry resource is",
            "access_entry",
        ),
        ("InvalidParameterException", "AssociateAccessPolicy", "The policyArn is not known", "access_entry"),
        ("InvalidRequestException", "DeleteAccessEntry", "", "access_entry"),
        ("InvalidParameterException", "UpdateAccessEntry", "Invalid ARN: app", "invalid_arn"),
        ("ResourceInUseException", "CreatePodIdentityAssociation", "", "access_entry"),
        ("AccessDeniedException", "CreateAccessEntry", "", "access_denied"),
        ("ThrottlingException", "CreateAccessEntry", "Rate exceeded", "aws_error"),
        ("ResourceNotFoundException", "CreateAccessEntry", "No cluster found for name: demo.", "aws_error"),
        ("ResourceInUseException", "CreateCluster", "Cluster already exists with name: demo", "aws_error"),
        ("InvalidRequestException", "CreateAccessPolicy", "", "aws_error"),
    ],
)
def test_operations_on_access_entries(code: str, operation: str, message: str, kind: str) -> None:
    """The operation determines the kind if the message does not name the rejected object."""
    found = facts_in(f"An error occurred ({code}) when calling the {operation} operation: {message}")
    assert found == {"kind": kind, "code": code, "operation": operation}


@check_rows(
    ("code", "expected"),
    [
        ("AccessDenied", "AccessDenied"),
        ("Client.UnauthorizedOperation", "UnauthorizedOperation"),
        ("Server.InternalFailure", "InternalFailure"),
        ("com.amazonaws.eks#AccessDeniedException", "AccessDeniedException"),
        ("AccessDeniedException:http://internal.amazon.com/coral/", "AccessDeniedException"),
        ("", ""),
    ],
)
def test_normalize_code(code: str, expected: str) -> None:
    """Prefixes, namespaces and URLs are stripped."""
    assert normalize_code(code) == expected


@check_rows(
    ("word", "code", "generic"),
    [
        ("AccessDenied", True, False),
        ("ResourceNotFoundException", True, False),
        ("InvalidVpcID.NotFound", True, False),
        ("403", True, False),
        ("ClientError", False, True),
        ("BotoCoreError", False, True),
        ("AmazonEKSException", False, True),
        ("ValueError", False, True),
        ("RuntimeException", False, True),
        ("Exception", False, True),
        ("Hello", False, False),
        ("AuthorizationFailure", True, False),
        ("AWS.SimpleQueueService.NonExistentQueue", True, False),
        ("AWS.Orders", False, False),
    ],
)
def test_words_that_are_codes(word: str, code: bool, generic: bool) -> None:  # noqa: FBT001 (a table's columns)
    """Codes differ from words and from classes that say only that an error occurred."""
    assert is_code(word) is code
    assert is_generic(word) is generic


@check_rows(
    ("text", "code"),
    [
        (
            "AWS.SimpleQueueService.NonExistentQueue: The queue does not exist.",
            "AWS.SimpleQueueService.NonExistentQueue",
        ),
        (
            "AWS.SimpleQueueService.NonExistentQueue (client): The queue does not exist.",
            "AWS.SimpleQueueService.NonExistentQueue",
        ),
        (
            "Error: AWS.SimpleQueueService.PurgeQueueInProgress: Only one PurgeQueue operation",
            "AWS.SimpleQueueService.PurgeQueueInProgress",
        ),
        ("InvalidAMIID.NotFound: The image id '[ami-0a1b]' does not exist", "InvalidAMIID.NotFound"),
        ("InvalidGroup.NotFound: The security group 'sg-0a1b' does not exist", "InvalidGroup.NotFound"),
        # Of other clouds.
        ("InvalidVpcId.NotFound: The VPC does not exist", None),
        ("Invalid.Orders: no such order", None),
    ],
)
def test_codes_of_the_query_protocol(text: str, code: str | None) -> None:
    """Codes with dots that only AWS has need no other sign of AWS."""
    assert facts_in(text) == (None if code is None else expect("aws_error", code=code))


@check_rows(
    ("text", "expected"),
    [
        (
            "SharedConfigLoadError: failed to load config file, /home/ana/.aws/credentials",
            "missing_credentials",
        ),
        ("SharedConfigProfileNotExistsError: failed to get profile, shop", "missing_credentials"),
        (
            "SharedCredsAccessKey: shared credentials shop in /etc/aws did not contain aws_access_key_id",
            "missing_credentials",
        ),
        ("Aws::Errors::NoSuchProfileError: Profile `shop' not found", "missing_credentials"),
        (
            "Aws::Errors::MissingWebIdentityTokenFile: Missing :web_identity_token_file parameter",
            "missing_credentials",
        ),
        ("Aws::Errors::MissingRegionError: missing keyword region", "aws_error"),
        ("NoSuchProfileError: no profile for this key", None),
    ],
)
def test_classes_of_clients(text: str, expected: str | None) -> None:
    """Classes of the SDKs' clients say whether credentials are missing."""
    found = facts_in(text)
    assert (None if found is None else found["kind"]) == expected


def test_known_and_weak_codes() -> None:
    """Some codes need no other evidence, and the message overrides some."""
    assert is_known("AccessDenied")
    assert is_known("Client.UnauthorizedOperation")
    assert not is_known("SomethingNobodyKnowsException")
    assert is_weak("UnauthorizedException")
    assert not is_weak("AccessDenied")
    assert kind_of_code("ThrottlingException") is None
