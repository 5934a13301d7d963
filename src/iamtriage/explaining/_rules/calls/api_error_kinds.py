"""Explain the API errors that mean the same for every call.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Cause, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import error_code, safe_name

if TYPE_CHECKING:
    from iamtriage.failures._failures import AwsError

__all__ = ("ErrorKind", "code_evidence", "find_kind", "safe_code")

_CODE = re.compile(r"[A-Za-z][\w.-]{1,80}", re.ASCII)


OLD_SIGNING_TOOL = CauseType(
    "old-signing-tool",
    title="The SDK or tool is too old to sign with version 4",
    fix="Update the SDK or tool, or configure it to use Signature Version 4.",
    of="signature-version",
)
TOOL_TOO_OLD = CauseType(
    "tool-too-old",
    title="The SDK or tool is older than the feature",
    fix="Update the SDK, the AWS CLI or the tool.",
    of="invalid-request",
)
REGION_NOT_SET = CauseType(
    "region-not-set",
    title="The client does not know the bucket's region",
    fix="Set the bucket's region in the client.",
    of="signature-version",
)
SES_SANDBOX = CauseType(
    "ses-sandbox",
    title="The SES account is in the sandbox",
    text="The account is in the SES sandbox, where recipients must be verified, too.",
    fix="Verify the recipients, or request production access for the account and region.",
    of="email-not-verified",
)
VERIFIED_IN_OTHER_REGION = CauseType(
    "verified-in-other-region",
    title="The address is verified in another region",
    fix="Call SES in the region where the address is verified, or verify it in this one.",
    of="email-not-verified",
)
SSO_SESSION_OVER = CauseType(
    "sso-session-over",
    title="The IAM Identity Center session has ended",
    text="The session has ended, or an administrator ended it.",
    fix="Sign in again with aws sso login.",
    of="sso-login-not-renewed",
)
RENEWED_ELSEWHERE = CauseType(
    "renewed-elsewhere",
    title="Another program renewed the sign-in first",
    text="Another program renewed the sign-in first, so the old token is invalid.",
    fix="Sign in again, and let only one program refresh the token at a time.",
    of="sso-login-not-renewed",
)
CODE_NOT_CONFIRMED = CauseType(
    "code-not-confirmed",
    title="The sign-in code was used before or has expired",
    text="The browser code of the sign-in was used before or has expired.",
    fix="Start the sign-in again and confirm the new code in the browser.",
    of="sso-login-not-renewed",
)
MANY_CALLERS = CauseType(
    "many-callers",
    title="Other programs use the same request rate",
    fix="Spread the calls over time, or request a higher quota.",
    of="throttled",
)
TIGHT_LOOP = CauseType(
    "tight-loop",
    title="A loop calls without pauses",
    fix="Add exponential backoff with jitter, or use the retry modes of the SDK.",
    of="throttled",
)
ACCOUNT_NEW = CauseType(
    "account-new",
    title="The account is not fully activated yet",
    text="The account is new, and AWS has not activated it completely.",
    fix="Complete the verification in the console, then wait until AWS activates the account.",
    of="account-state",
)
ACCOUNT_SUSPENDED = CauseType(
    "account-suspended",
    title="The account is suspended",
    text="The account is suspended, because of a bill or suspicious activity, or it has no valid payment method.",
    fix="Settle the payment or the support case in the Billing console.",
    of="account-state",
)
NOT_OFFERED = CauseType(
    "not-offered",
    title="The service is not available to the account",
    text="The service accepts no new customers, or is not available in the Region.",
    fix="Use a region that offers the service, or another service.",
    of="account-state",
)
MADE_BEFORE = CauseType(
    "made-before",
    title="An earlier run created the resource",
    text="An earlier run created it, or someone created it manually.",
    fix="Use the existing resource, or import it into the tool that manages it.",
    of="already-exists",
)
NAME_TAKEN = CauseType(
    "name-taken",
    title="The name is already taken",
    text="The name must be unique in the account or, as bucket names, in the whole partition.",
    fix="Choose another name. Names of S3 buckets are unique in a whole partition.",
    of="already-exists",
)
BODY_TOO_SHORT = CauseType(
    "body-too-short",
    title="The request body is shorter than its declared length",
    text="The body has fewer bytes than Content-Length says: a stream that was read before, a file that shrank, or a wrong length.",
    fix="Rewind the stream before a retry, and let the SDK compute Content-Length.",
    of="request-stalled",
)
BODY_STALLED = CauseType(
    "body-stalled",
    title="The source of the request body stalls",
    text="The source of the body pauses: a pipe, a download, a database or a busy program.",
    fix="Write the data into a file first, then upload the file.",
    of="request-stalled",
)
SLOW_NETWORK = CauseType(
    "slow-network",
    title="The network of the sender is slow",
    text="The sender's network or a proxy is slow or drops data, or many uploads share it.",
    fix="Upload in parts, run fewer uploads at once, or use another network.",
    of="request-stalled",
)
EMPTY_VARIABLE = CauseType(
    "empty-variable",
    title="A variable was empty or had another value",
    text="A variable was empty or had another value than intended.",
    fix="Print the parameters before the call, and set the variable.",
    of="invalid-request",
)
NO_ANSWER = CauseType(
    "no-answer",
    title="The call got no answer",
    meaning="The SDK got no response from AWS.",
    recognised_by="A connection error of an SDK that states nothing more specific.",
    fix="Test the name resolution and the connection from the place where the call runs.",
    sources=(pages.VPC_ENDPOINTS,),
)
AWS_ERROR = CauseType(
    "aws-error",
    title="Another AWS error",
    meaning="AWS returned an error that names no missing permission. The message says more.",
    recognised_by="An error code that no other cause covers.",
    fix="Look the error code up in the API reference of the service.",
    sources=(pages.API_REFERENCES,),
    example="status-alone",
)
SIGNATURE_VERSION = CauseType(
    "signature-version",
    title="The request is signed with Signature Version 2",
    text="It is signed with Signature Version 2. The bucket's Region or its KMS encryption requires version 4.",
    recognised_by="The message says that the authorization mechanism is not supported, and to use AWS4-HMAC-SHA256.",
    fix="Use Signature Version 4: update the SDK, and set the bucket's region.",
    sources=(pages.SIGNATURES,),
)
BEDROCK_USE_CASE = CauseType(
    "bedrock-use-case",
    title="Bedrock needs the use case details of the account",
    text="Models of Anthropic require a use case form, once per account or organization.",
    recognised_by="The message says that model use case details have not been submitted.",
    fix="Submit the use case form in the Bedrock model catalog, and retry after 15 minutes.",
    sources=(pages.BEDROCK_MODELS,),
)
EMAIL_NOT_VERIFIED = CauseType(
    "email-not-verified",
    title="The email address is not verified in SES",
    text="An address or domain of the message is not verified in the Region of the call.",
    recognised_by='The code MessageRejected with "Email address is not verified".',
    fix="Verify the address or its domain in the region of the call.",
    sources=(pages.SES_SANDBOX,),
)
INFERENCE_PROFILE_NEEDED = CauseType(
    "inference-profile-needed",
    title="The model requires an inference profile",
    text="The model does not support on-demand calls with its model ID.",
    recognised_by="The message says that on-demand throughput isn't supported.",
    fix="Use the ID or ARN of an inference profile instead of the model ID.",
    sources=(pages.BEDROCK_PROFILES,),
)
SSO_LOGIN_NOT_RENEWED = CauseType(
    "sso-login-not-renewed",
    title="The IAM Identity Center sign-in cannot be renewed",
    text="IAM Identity Center does not accept the refresh token of the sign-in.",
    recognised_by="The error code InvalidGrantException.",
    fix="Sign in again with aws sso login.",
    sources=(pages.SSO_LOGIN,),
)
THROTTLED = CauseType(
    "throttled",
    title="Too many calls in a short time",
    text="The account, the Region or the resource got too many calls.",
    recognised_by='An error code such as Throttling, ThrottlingException, TooManyRequestsException or SlowDown, or the message "Rate exceeded".',
    fix="Retry with exponential backoff, make fewer calls, and request a higher quota if that is not enough.",
    sources=(
        pages.SDK_RETRIES,
        pages.QUOTAS,
    ),
)
DRY_RUN = CauseType(
    "dry-run",
    title="A dry run would have succeeded",
    text="The call was made with DryRun, and the caller has the permissions for it.",
    recognised_by="The error code DryRunOperation.",
    fix="Call without DryRun.",
    sources=(pages.EC2_ERRORS,),
)
ACCOUNT_STATE = CauseType(
    "account-state",
    title="The account cannot use the service",
    text="The account is not subscribed to the service, not verified yet, or blocked.",
    recognised_by="An error code such as OptInRequired, SubscriptionRequiredException, PendingVerification or Blocked.",
    fix="Open the service in the console and complete what it asks for; check billing and verification.",
    sources=("https://docs.aws.amazon.com/accounts/latest/reference/welcome-first-time-user.html",),
    example="not-subscribed",
)
NO_CAPACITY = CauseType(
    "no-capacity",
    title="AWS has no capacity in the Availability Zone",
    text="The Availability Zone has no free capacity of that type at the moment.",
    recognised_by="An error code such as InsufficientInstanceCapacity.",
    fix="Use another Availability Zone or instance type, or retry later.",
    sources=(pages.EC2_ERRORS,),
)
ALREADY_EXISTS = CauseType(
    "already-exists",
    title="The resource already exists or is in use",
    text="Another resource has that name already, or something uses the resource.",
    recognised_by="An error code such as EntityAlreadyExists, BucketAlreadyExists or ResourceInUseException.",
    fix="Use the existing resource, or choose another name.",
    sources=(pages.API_REFERENCES,),
)
BUCKET_IN_OTHER_REGION = CauseType(
    "bucket-in-other-region",
    title="The bucket is in another region",
    text="The bucket is in another Region than the one that was called, or was created a short time ago.",
    recognised_by="The error code PermanentRedirect, TemporaryRedirect or IllegalLocationConstraintException, or the status 301 of a HEAD request.",
    fix="Call S3 in the bucket's region, without an endpoint URL of another region.",
    sources=(pages.SDK_ENDPOINTS,),
    example="bucket-redirect",
)
NO_REGION = CauseType(
    "no-region",
    title="The client has no region",
    text="The SDK has no Region, or one without an endpoint for the service.",
    recognised_by='The SDK says "You must specify a region", "Missing region in config" or a similar message.',
    fix="Set AWS_REGION, or the region in the profile or the client.",
    sources=(pages.CLI_PROFILES,),
)
REQUEST_STALLED = CauseType(
    "request-stalled",
    title="AWS did not receive the whole request",
    text="The service waited for the rest of the request and closed the connection.",
    recognised_by='The error code RequestTimeout with "socket connection to the server was not read from or written to".',
    fix="Send the request again, and check that the body has the declared length.",
    sources=(pages.S3_ERRORS,),
)
CONFLICT = CauseType(
    "conflict",
    title="The resource's state does not allow the call now",
    text="Something else changes or uses the resource, or must be done first.",
    recognised_by="An error code such as ConflictException, OperationAborted, DependencyViolation or ConditionalCheckFailedException.",
    fix="Wait for the other change to finish, or do first what the message names, then retry.",
    sources=(pages.API_REFERENCES,),
)
SERVICE_FAULT = CauseType(
    "service-fault",
    title="The service failed",
    text="The service could not complete the call. The request can be correct.",
    recognised_by="An error code such as InternalError or ServiceUnavailable, or an HTTP status of 500 or more.",
    fix="Retry with exponential backoff. If it goes on, check AWS Health.",
    sources=(pages.HEALTH,),
    example="service-unavailable",
)
INVALID_REQUEST = CauseType(
    "invalid-request",
    title="The request is invalid",
    text="A parameter is missing, has the wrong form, or does not fit the others.",
    recognised_by="An error code such as ValidationException, InvalidParameterValue or MalformedInput.",
    fix="Correct the parameter that the message names.",
    sources=(pages.API_REFERENCES,),
)


def safe_code(word: str | None) -> str | None:
    """Return an error code or operation if it has the form of one and is safe to show.

    >>> safe_code("DescribeCluster"), safe_code("a b")
    ('DescribeCluster', None)
    """
    return safe_name(word) if word and _CODE.fullmatch(word) else None


def code_evidence(failure: AwsError, *, is_from_sdk: bool = False) -> tuple[str, ...]:
    """Return the error code and HTTP status of a failure as evidence.

    >>> from iamtriage import parse
    >>> code_evidence(parse("An error occurred (Throttling) when calling the GetRole operation: Rate exceeded"))
    ('The error code is Throttling.',)
    """
    code, status = error_code(failure), failure.envelope.status_code
    if safe_code(code) is None:
        return (f"The HTTP status is {status}.",) if status and not is_from_sdk else ()
    if is_from_sdk:
        return (f"The SDK's error is {code}.",)
    return (
        f"The error code is {code}, the HTTP status {status}." if status else f"The error code is {code}.",
    )


@attrs.frozen
class ErrorKind:
    """A kind of error and its explanation.

    Attributes:
        cause: The first cause: what the code means. Its code is the topic of the explanation.
        code: A pattern for the error codes.
        summary: The error in one sentence.
        causes: Possible reasons.
        remedies: The remedies.
        message: A pattern for messages without a code.
        except_message: A pattern for messages of another kind.
        min_status: The lowest HTTP status that means this kind if there is no code.
        is_from_sdk: Whether the SDK reports the error, without a call.
        notes: What else to know.
    """

    cause: CauseType
    code: re.Pattern[str]
    summary: str
    causes: tuple[Cause, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    message: re.Pattern[str] | None = None
    except_message: re.Pattern[str] | None = None
    min_status: int | None = None
    is_from_sdk: bool = False
    notes: tuple[str, ...] = ()

    def matches(self, code: str, status: int | None, message: str) -> bool:
        """Return whether an error is of this kind. The message decides only if there is no code."""
        if self.except_message is not None and self.except_message.search(message):
            return False
        if code:
            return self.code.search(code) is not None
        if self.min_status is not None and status is not None and status >= self.min_status:
            return True
        return self.message is not None and self.message.search(message) is not None


def _your_remedy(title: str, *steps: str, url: str, commands: tuple[str, ...] = ()) -> Remedy:
    return Remedy(title=title, who="you", steps=steps, commands=commands, url=url)


_KINDS_BY_MESSAGE = (
    ErrorKind(
        cause=SIGNATURE_VERSION,
        code=re.compile(r"^Invalid(?:Request|Argument)$"),
        message=re.compile(
            r"authorization mechanism you have provided is not supported|require AWS Signature Version 4"
        ),
        summary="S3 rejected the request because it is signed with Signature Version 2; version 4 is required.",
        causes=(
            OLD_SIGNING_TOOL.cause(),
            REGION_NOT_SET.cause(),
        ),
        remedies=(
            _your_remedy(
                "Sign with version 4",
                "Use a current SDK or tool: they sign with version 4 automatically.",
                "If the version is a setting, its value is v4 or s3v4. Set the bucket's Region, too.",
                commands=("aws configure set default.s3.signature_version s3v4",),
                url=pages.SIGNATURES,
            ),
        ),
    ),
    ErrorKind(
        cause=BEDROCK_USE_CASE,
        code=re.compile(r"^(?:ResourceNotFoundException|AccessDeniedException|ValidationException)$"),
        message=re.compile(r"use case details have not been submitted"),
        summary="The account has not submitted the use case form that this Bedrock model requires.",
        remedies=(
            Remedy(
                title="Submit the use case form",
                who="account administrator",
                steps=(
                    "Open the model in the Bedrock console's model catalog and fill in the form, or call PutUseCaseForModelAccess.",
                    "Retry the call after 15 minutes.",
                ),
                url=pages.BEDROCK_MODELS,
            ),
        ),
    ),
    ErrorKind(
        cause=EMAIL_NOT_VERIFIED,
        code=re.compile(r"^MessageRejected(?:Exception)?$"),
        message=re.compile(r"not verified"),
        summary="SES rejected the message because an address is not verified in this Region.",
        causes=(
            SES_SANDBOX.cause(),
            VERIFIED_IN_OTHER_REGION.cause(),
        ),
        remedies=(
            _your_remedy(
                "Check which identities are verified, and whether the account is in the sandbox",
                "Both are per Region. ProductionAccessEnabled is false in the sandbox.",
                commands=("aws sesv2 list-email-identities", "aws sesv2 get-account"),
                url=pages.SES_SANDBOX,
            ),
            Remedy(
                title="Verify the address or its domain, or request production access",
                who="account administrator",
                commands=("aws sesv2 create-email-identity --email-identity ADDRESS_OR_DOMAIN",),
                url=pages.SES_SANDBOX,
            ),
        ),
    ),
    ErrorKind(
        cause=INFERENCE_PROFILE_NEEDED,
        code=re.compile(r"^ValidationException$"),
        message=re.compile(r"on-demand throughput isn.{1,8}t supported"),
        summary="This Bedrock model can only be called through an inference profile.",
        remedies=(
            _your_remedy(
                "Call the inference profile",
                "Use the ID or ARN of an inference profile as model ID. Most often, it is the model ID with a geography prefix such as us. or eu.",
                "Policies must allow bedrock:InvokeModel on the profile and on the model in each Region that the profile routes to.",
                commands=(
                    "aws bedrock list-inference-profiles --region REGION --query 'inferenceProfileSummaries[].inferenceProfileId'",
                ),
                url=pages.BEDROCK_PROFILES,
            ),
        ),
    ),
)
"""Kinds whose code and message must both match. They take precedence over the others."""
_KINDS = (
    ErrorKind(
        cause=SSO_LOGIN_NOT_RENEWED,
        code=re.compile(r"^InvalidGrantException$"),
        summary="The IAM Identity Center sign-in cannot be renewed.",
        causes=(
            SSO_SESSION_OVER.cause(),
            RENEWED_ELSEWHERE.cause(),
            CODE_NOT_CONFIRMED.cause(),
        ),
        remedies=(
            _your_remedy("Sign in again", url=pages.SSO_LOGIN, commands=("aws sso login --profile PROFILE",)),
        ),
    ),
    ErrorKind(
        cause=THROTTLED,
        code=re.compile(
            r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimit|PriorRequestNotComplete|ProvisionedThroughput"
        ),
        message=re.compile(r"Rate exceeded|Too [Mm]any [Rr]equests|reduce your request rate"),
        summary="AWS throttled the request: too many calls in a short time. No permission is missing.",
        causes=(
            MANY_CALLERS.cause(),
            TIGHT_LOOP.cause(),
        ),
        remedies=(
            _your_remedy(
                "Retry with exponential backoff and jitter, and make fewer calls",
                "Let the SDK retry: the modes standard and adaptive use exponential backoff with jitter; adaptive also slows down.",
                "Make fewer calls: reuse the credentials of one AssumeRole until they expire instead of a call each time, cache results, use filters and batches, and run fewer jobs in parallel.",
                commands=("aws configure set retry_mode adaptive", "aws configure set max_attempts 10"),
                url=pages.SDK_RETRIES,
            ),
            Remedy(
                title="If that is not enough, request a higher quota, where the rate has one",
                who="account administrator",
                steps=(
                    "Service Quotas shows which rates can be raised. Those of IAM and STS cannot: reuse credentials instead.",
                ),
                url=pages.QUOTAS,
            ),
        ),
    ),
    ErrorKind(
        cause=DRY_RUN,
        code=re.compile(r"^DryRunOperation$"),
        summary="The dry run succeeded: the call would have been allowed.",
        remedies=(
            _your_remedy(
                "Call without the dry run", "Remove --dry-run to make the call.", url=pages.EC2_ERRORS
            ),
        ),
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=re.compile(r"OptInRequired|SubscriptionRequired|NotSignedUp|PendingVerification|^Blocked$"),
        summary="The account cannot use the service.",
        causes=(
            ACCOUNT_NEW.cause(),
            ACCOUNT_SUSPENDED.cause(),
            NOT_OFFERED.cause(),
        ),
        remedies=(
            Remedy(
                title="Check the state of the account",
                who="account administrator",
                steps=(
                    "Sign in to the console, open the service, and follow its instructions.",
                    "Check Billing and the emails to the account's address: payment, verification, suspension.",
                    "If nothing is pending there, open a support case.",
                ),
                url="https://docs.aws.amazon.com/accounts/latest/reference/welcome-first-time-user.html",
            ),
        ),
    ),
    ErrorKind(
        cause=NO_CAPACITY,
        code=re.compile(r"Insufficient(?:Instance|Host|ReservedInstance|Volume|Address)?Capacity"),
        summary="AWS has no capacity for this in the Availability Zone at the moment.",
        remedies=(
            _your_remedy(
                "Use another Availability Zone or instance type",
                "Try another Availability Zone, or allow several zones and instance types.",
                "Or retry later. A quota is not the cause.",
                url=pages.EC2_ERRORS,
            ),
        ),
    ),
    ErrorKind(
        cause=ALREADY_EXISTS,
        code=re.compile(r"AlreadyExists|AlreadyOwnedByYou|^Duplicate|ResourceInUse"),
        summary="The resource already exists or is in use.",
        causes=(
            MADE_BEFORE.cause(),
            NAME_TAKEN.cause(),
        ),
        remedies=(
            _your_remedy(
                "Use the existing resource, or choose another name",
                "Inspect the existing resource. If it is the right one, use it, or import it into the tool that tries to create it (terraform import).",
                "Otherwise, choose another name. Do not delete the resource before you know what uses it.",
                url=pages.API_REFERENCES,
            ),
        ),
    ),
    ErrorKind(
        cause=BUCKET_IN_OTHER_REGION,
        code=re.compile(r"PermanentRedirect|TemporaryRedirect|IllegalLocationConstraint"),
        summary="The bucket is in another Region than the endpoint that was called.",
        remedies=(
            _your_remedy(
                "Call S3 in the bucket's Region",
                "The command prints the bucket's Region. Set it in the client.",
                "Remove an endpoint URL of another Region.",
                commands=("aws s3api head-bucket --bucket BUCKET --query BucketRegion",),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
    ),
    ErrorKind(
        cause=NO_REGION,
        code=re.compile(
            r"NoRegion|MissingRegion|InvalidRegion|UnknownEndpoint|ServiceNotInRegion|STSRegionalEndpoints|EndpointVariant|UnknownRegion"
        ),
        message=re.compile(r"You must specify a region|[Mm]issing region in config|Region is missing"),
        summary="The client has no Region, or an invalid one, so no request was sent.",
        is_from_sdk=True,
        remedies=(
            _your_remedy(
                "Set the client's Region",
                "Set it in the profile, in the code, or in AWS_REGION and AWS_DEFAULT_REGION: some SDKs read only one of them.",
                "Check the spelling: us-east-1, not us-east-1a or us_east_1.",
                commands=("aws configure set region REGION", "aws configure list"),
                url=pages.CLI_PROFILES,
            ),
        ),
    ),
    # The service answered that it did not get the whole request. Timeouts of an SDK have other codes.
    ErrorKind(
        cause=REQUEST_STALLED,
        code=re.compile(r"^RequestTimeout(?:Exception)?$"),
        message=re.compile(r"socket connection to the server was not read from or written to"),
        # The C++ SDK uses this code for its own timeouts.
        except_message=re.compile(r"curlCode"),
        summary="AWS did not receive the whole request in time.",
        causes=(
            BODY_TOO_SHORT.cause(),
            BODY_STALLED.cause(),
            SLOW_NETWORK.cause(),
        ),
        remedies=(
            _your_remedy(
                "Retry, and check the body",
                "Retry the call. SDKs retry automatically if they can read the body again, so rewind streams before each attempt.",
                "If you set Content-Length, compare it with the size of the body, or let the SDK set it.",
                "If the source is slow, write it to a file first and upload the file.",
                url=pages.S3_ERRORS,
            ),
            _your_remedy(
                "Upload less at a time",
                "For S3, upload large objects in parts, and fewer parts at once. The command reduces aws s3 from 10 parallel requests to 4.",
                "Try another network, or without the proxy.",
                commands=("aws configure set default.s3.max_concurrent_requests 4",),
                url=pages.S3_MULTIPART,
            ),
        ),
    ),
    ErrorKind(
        cause=NO_ANSWER,
        code=re.compile(
            r"EndpointConnection|NetworkConnection|ConnectTimeout|ReadTimeout|ConnectionClosed|ConnectionError|ProxyConnection|SSLError|HTTPClientError"
            r"|^RequestError$|RequestCanceled|RequestTimeout|TimeoutError|IncompleteRead"
        ),
        summary="",
    ),
    ErrorKind(
        cause=CONFLICT,
        code=re.compile(
            r"Conflict|Concurrent|OperationAborted|IncorrectState|PreconditionFailed|ConditionalCheck|TemporarilyUnmodifiable"
            r"|DependencyViolation|InvalidSequence|ResourceNotReady|NotEmpty|TransactionCanceled"
        ),
        summary="The resource's state does not allow the call at the moment.",
        remedies=(
            _your_remedy(
                "Wait, or do first what the message names",
                "If another change is in progress, wait until it has finished and retry.",
                "If something uses the resource, detach or delete that first. If a condition failed, read the current state and retry.",
                url=pages.API_REFERENCES,
            ),
        ),
    ),
    ErrorKind(
        cause=SERVICE_FAULT,
        code=re.compile(
            r"Internal(?:Failure|Error|Server)|ServiceUnavailable|^Unavailable$|^ServerException$|^ServiceException$|ServiceFailure"
        ),
        min_status=500,
        summary="The service failed to process the request.",
        remedies=(
            _your_remedy(
                "Retry with exponential backoff",
                "SDKs retry a few times automatically. Before you retry a call that creates something, check whether it took effect.",
                "If it goes on, check AWS Health, and send AWS Support the request ID.",
                url=pages.HEALTH,
            ),
        ),
    ),
    ErrorKind(
        cause=INVALID_REQUEST,
        code=re.compile(
            r"Validation|InvalidParameter|InvalidRequest|InvalidInput|BadRequest|Malformed|InvalidArgument|MissingParameter|InvalidChange"
            r"|InvalidUser|Serialization|UnknownOperation|InvalidAction|InvalidBucketName|UnsupportedOperation|InvalidInstanceId"
        ),
        summary="AWS rejected the request as invalid.",
        causes=(
            EMPTY_VARIABLE.cause(),
            TOOL_TOO_OLD.cause(),
        ),
        remedies=(
            _your_remedy(
                "Correct the value that the message names",
                "Print the parameters of the call, and compare them with the API reference: form, length, allowed values.",
                "The AWS CLI prints the request with --debug.",
                url=pages.API_REFERENCES,
            ),
        ),
    ),
)
"""The other kinds. The first one that matches is used."""


def find_kind(failure: AwsError, message: str) -> ErrorKind | None:
    """Return the kind of an API error, or ``None`` if it is not a known one."""
    code, status = error_code(failure), failure.envelope.status_code
    for kind in _KINDS_BY_MESSAGE:
        if kind.code.search(code) and kind.message is not None and kind.message.search(message):
            return kind
    return next((kind for kind in _KINDS if kind.matches(code, status, message)), None)
