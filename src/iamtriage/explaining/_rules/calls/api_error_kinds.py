"""Explain the API errors that mean the same for every call.

Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html and
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from iamtriage.explaining._explanations import Cause, Remedy
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import error_code, safe_name

if TYPE_CHECKING:
    from iamtriage.failures._failures import AwsError

__all__ = ("ErrorKind", "code_evidence", "find_kind", "safe_code")

_CODE = re.compile(r"[A-Za-z][\w.-]{1,80}", re.ASCII)


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
    ("AWS's code is Throttling.",)
    """
    code, status = error_code(failure), failure.envelope.status_code
    if safe_code(code) is None:
        return (f"The HTTP status is {status}.",) if status and not is_from_sdk else ()
    if is_from_sdk:
        return (f"The SDK's error is {code}.",)
    return (f"AWS's code is {code}, the HTTP status {status}." if status else f"AWS's code is {code}.",)


@attrs.frozen
class ErrorKind:
    """A kind of error and its explanation.

    Attributes:
        topic: The topic of the explanation, and the code of its first cause.
        code: A pattern for the error codes.
        summary: The error in one sentence.
        text: The first cause: what the code means.
        causes: Possible reasons.
        remedies: The remedies.
        message: A pattern for messages without a code.
        except_message: A pattern for messages of another kind.
        min_status: The lowest HTTP status that means this kind if there is no code.
        is_from_sdk: Whether the SDK reports the error, without a call.
        notes: What else to know.
    """

    topic: str
    code: re.Pattern[str]
    summary: str
    text: str
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
        topic="signature-version",
        code=re.compile(r"^Invalid(?:Request|Argument)$"),
        message=re.compile(
            r"authorization mechanism you have provided is not supported|require AWS Signature Version 4"
        ),
        summary="The request is signed in an old way that S3 does not take there.",
        text="It is signed with Signature Version 2. The bucket's region, or the key of its encryption, takes version 4 alone.",
        causes=(
            Cause("sdk-too-old", "SDK or tool is old, or is told to sign with version 2.", "possible"),
            Cause(
                "region-not-set",
                "The client does not know the bucket's region, which version 4 needs.",
                "possible",
            ),
        ),
        remedies=(
            _your_remedy(
                "Sign with version 4",
                "Take a newer SDK or tool: they sign with version 4 by themselves.",
                "Where the version can be set, it is named v4 or s3v4. Set the bucket's region too.",
                commands=("aws configure set default.s3.signature_version s3v4",),
                url=pages.SIGNATURES,
            ),
        ),
    ),
    ErrorKind(
        topic="bedrock-use-case",
        code=re.compile(r"^(?:ResourceNotFoundException|AccessDeniedException|ValidationException)$"),
        message=re.compile(r"use case details have not been submitted"),
        summary="Bedrock asks for the form on the use case before this account may call the model.",
        text="Models of Anthropic take a form on the use case, once for an account or for its organization.",
        remedies=(
            Remedy(
                title="Hand in the form on the use case",
                who="account administrator",
                steps=(
                    "Open the model in the model catalog of Bedrock's console, and fill in the form; or hand it in with the API PutUseCaseForModelAccess.",
                    "Then try again after 15 minutes.",
                ),
                url=pages.BEDROCK_MODELS,
            ),
        ),
    ),
    ErrorKind(
        topic="email-not-verified",
        code=re.compile(r"^MessageRejected(?:Exception)?$"),
        message=re.compile(r"not verified"),
        summary="SES sends nothing from or to an address that is not verified there.",
        text="An address or domain of the message is not verified in the region of the call.",
        causes=(
            Cause(
                "sandbox",
                "The account is in the sandbox of SES, where the recipients have to be verified too.",
                "possible",
            ),
            Cause("other-region", "It is verified in another region.", "possible"),
        ),
        remedies=(
            _your_remedy(
                "See what is verified, and whether the account is in the sandbox",
                "Both count for the region of the call. ProductionAccessEnabled is false in the sandbox.",
                commands=("aws sesv2 list-email-identities", "aws sesv2 get-account"),
                url=pages.SES_SANDBOX,
            ),
            Remedy(
                title="Verify the address or its domain, or have the account moved out of the sandbox",
                who="account administrator",
                commands=("aws sesv2 create-email-identity --email-identity ADDRESS_OR_DOMAIN",),
                url=pages.SES_SANDBOX,
            ),
        ),
    ),
    ErrorKind(
        topic="inference-profile-needed",
        code=re.compile(r"^ValidationException$"),
        message=re.compile(r"on-demand throughput isn.{1,8}t supported"),
        summary="Bedrock takes calls of this model by an inference profile alone.",
        text="The model cannot be called by its own id on demand.",
        remedies=(
            _your_remedy(
                "Call the inference profile",
                "Give the id or ARN of an inference profile in place of the model's id. Most often that is the model's id with the name of a geography before it, such as us. or eu.",
                "Policies have to allow bedrock:InvokeModel on the profile, and on the model in each region to which it may send calls.",
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
        topic="sso-login-not-renewed",
        code=re.compile(r"^InvalidGrantException$"),
        summary="The login to IAM Identity Center cannot be renewed.",
        text="Identity Center does not take the token by which the SDK renews the login.",
        causes=(
            Cause("session-over", "The session has ended, or an administrator ended it.", "possible"),
            Cause(
                "renewed-elsewhere",
                "Another program renewed it first, and the old token is void.",
                "possible",
            ),
            Cause(
                "code-not-confirmed",
                "A code of the login in the browser was used before, or is too old.",
                "possible",
            ),
        ),
        remedies=(
            _your_remedy("Log in again", url=pages.SSO_LOGIN, commands=("aws sso login --profile PROFILE",)),
        ),
    ),
    ErrorKind(
        topic="throttled",
        code=re.compile(
            r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimit|PriorRequestNotComplete|ProvisionedThroughput"
        ),
        message=re.compile(r"Rate exceeded|Too [Mm]any [Rr]equests|reduce your request rate"),
        summary="AWS takes no more calls for a while: too many came in a short time.",
        text="Too many calls came for the account, the region or the resource.",
        causes=(
            Cause("many-callers", "Other programs of the account use up the same rate.", "possible"),
            Cause("tight-loop", "A loop calls without pauses, or many start at the same time.", "possible"),
        ),
        remedies=(
            _your_remedy(
                "Try again with growing pauses",
                "Let the SDK do it: the retry modes standard and adaptive wait, with chance in it; adaptive also slows down by itself.",
                "Call less: ask for pages, use filters and batches, keep answers, and spread jobs over time.",
                commands=("aws configure set retry_mode adaptive", "aws configure set max_attempts 10"),
                url=pages.SDK_RETRIES,
            ),
            Remedy(
                title="If that is not enough, ask for a higher rate",
                who="account administrator",
                steps=("Some rates are quotas that can be raised, others are fixed.",),
                url=pages.QUOTAS,
            ),
        ),
    ),
    ErrorKind(
        topic="dry-run",
        code=re.compile(r"^DryRunOperation$"),
        summary="It was a dry run, and the call would have been allowed.",
        text="The call was made with DryRun, and the permissions for it are there.",
        remedies=(
            _your_remedy("Call without the dry run", "Leave --dry-run out to do it.", url=pages.EC2_ERRORS),
        ),
    ),
    ErrorKind(
        topic="account-state",
        code=re.compile(r"OptInRequired|SubscriptionRequired|NotSignedUp|PendingVerification|^Blocked$"),
        summary="The account may not use the service yet, or not any more.",
        text="The account is not subscribed to the service, not verified yet, or blocked.",
        causes=(
            Cause("account-new", "The account is new, and AWS has not finished opening it.", "possible"),
            Cause(
                "account-suspended",
                "The account is suspended, for a bill or a suspicion, or has no way of payment.",
                "possible",
            ),
            Cause(
                "not-offered",
                "The service takes no new customers, or is not offered in the region.",
                "possible",
            ),
        ),
        remedies=(
            Remedy(
                title="See to the account's state",
                who="account administrator",
                steps=(
                    "Sign in to the console, open the service there, and follow what it says.",
                    "See Billing and the mails to the account's address: payment, verification, suspension.",
                    "If nothing is open there, open a support case.",
                ),
                url="https://docs.aws.amazon.com/accounts/latest/reference/welcome-first-time-user.html",
            ),
        ),
    ),
    ErrorKind(
        topic="no-capacity",
        code=re.compile(r"Insufficient(?:Instance|Host|ReservedInstance|Volume|Address)?Capacity"),
        summary="AWS has not enough room for it at present.",
        text="There is no free capacity of that kind in the zone at present.",
        remedies=(
            _your_remedy(
                "Ask for another zone or type",
                "Try another Availability Zone, or name several, and more than one instance type.",
                "Try again later. A quota is not the cause.",
                url=pages.EC2_ERRORS,
            ),
        ),
    ),
    ErrorKind(
        topic="already-exists",
        code=re.compile(r"AlreadyExists|AlreadyOwnedByYou|^Duplicate|ResourceInUse"),
        summary="There is one of that name already, or it is in use.",
        text="Something has that name already, or uses what the call is about.",
        causes=(
            Cause("made-before", "An earlier run made it, or it was made by hand.", "possible"),
            Cause(
                "name-taken",
                "The name has to be unique in the account, or in the whole world, as names of buckets.",
                "possible",
            ),
        ),
        remedies=(
            _your_remedy(
                "Use what is there, or take another name",
                "Look at what is there. If it is the right thing, use it, and import it into the tool that wanted to make it.",
                "Else take another name. Do not delete it before you know who uses it.",
                url=pages.API_REFERENCES,
            ),
        ),
    ),
    ErrorKind(
        topic="other-region",
        code=re.compile(r"PermanentRedirect|TemporaryRedirect|IllegalLocationConstraint"),
        summary="The bucket has to be called at another region's host.",
        text="The bucket is in another region than the one that was called, or is very new.",
        remedies=(
            _your_remedy(
                "Call the bucket's own region",
                "See the bucket's region, and give it to the client.",
                "Drop an endpoint URL of another region.",
                commands=("aws s3api head-bucket --bucket BUCKET --query BucketRegion",),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
    ),
    ErrorKind(
        topic="no-region",
        code=re.compile(
            r"NoRegion|MissingRegion|InvalidRegion|UnknownEndpoint|ServiceNotInRegion|STSRegionalEndpoints|EndpointVariant|UnknownRegion"
        ),
        message=re.compile(r"You must specify a region|[Mm]issing region in config|Region is missing"),
        summary="The client has no region that it can use.",
        text="The SDK was told no region, or one in which it knows no host for the service.",
        is_from_sdk=True,
        remedies=(
            _your_remedy(
                "Tell the client its region",
                "Set it in AWS_REGION and AWS_DEFAULT_REGION, since SDKs read the one or the other, in the profile, or in the code.",
                "Look at its spelling: us-east-1, not us-east-1a or us_east_1.",
                commands=("aws configure set region REGION", "aws configure list"),
                url=pages.CLI_PROFILES,
            ),
        ),
    ),
    # The service answered that it did not get the whole request. Timeouts of an SDK have other codes.
    ErrorKind(
        topic="request-stalled",
        code=re.compile(r"^RequestTimeout(?:Exception)?$"),
        message=re.compile(r"socket connection to the server was not read from or written to"),
        # The C++ SDK uses this code for its own timeouts.
        except_message=re.compile(r"curlCode"),
        summary="AWS answered, and did not get the whole request in time.",
        text="The service waited for the rest of the request, and closed the connection when nothing came.",
        causes=(
            Cause(
                "body-too-short",
                "The body has fewer bytes than Content-Length says: a stream that was read before, a file that shrank, a length that was reckoned wrong.",
                "possible",
            ),
            Cause(
                "body-stalled",
                "What the body is read from stops for a while: a pipe, a download, a database, a busy program.",
                "possible",
            ),
            Cause(
                "slow-network",
                "The sender's network, or a proxy on the way, is slow or drops what is sent; many uploads at once share it.",
                "possible",
            ),
        ),
        remedies=(
            _your_remedy(
                "Send it again, and look at the body",
                "Try again; SDKs do it by themselves where they can read the body once more. Let a stream begin at its start each time.",
                "Compare the length that is sent with the bytes that there are. Leave it to the SDK, where you set it.",
                "Write what comes slowly into a file first, and send the file.",
                url=pages.S3_ERRORS,
            ),
            _your_remedy(
                "Send less at a time",
                "For S3: send large objects in parts, smaller ones and fewer at once. The command makes aws s3 send 4 at once in place of 10.",
                "Try from another network, or without the proxy, to see whether the way is slow.",
                commands=("aws configure set default.s3.max_concurrent_requests 4",),
                url=pages.S3_MULTIPART,
            ),
        ),
    ),
    ErrorKind(
        topic="no-answer",
        code=re.compile(
            r"EndpointConnection|NetworkConnection|ConnectTimeout|ReadTimeout|ConnectionClosed|ConnectionError|ProxyConnection|SSLError|HTTPClientError"
            r"|^RequestError$|RequestCanceled|RequestTimeout|TimeoutError|IncompleteRead"
        ),
        summary="",
        text="",
    ),
    ErrorKind(
        topic="conflict",
        code=re.compile(
            r"Conflict|Concurrent|OperationAborted|IncorrectState|PreconditionFailed|ConditionalCheck|TemporarilyUnmodifiable"
            r"|DependencyViolation|InvalidSequence|ResourceNotReady|NotEmpty|TransactionCanceled"
        ),
        summary="The state of the resource does not let the call go through now.",
        text="Something else changes it, uses it, or has to be done first.",
        remedies=(
            _your_remedy(
                "Wait, or do first what has to come first",
                "If another change is under way, wait for its end, and try again.",
                "If something uses it, delete or detach that first. If a condition did not hold, read anew and try again.",
                url=pages.API_REFERENCES,
            ),
        ),
    ),
    ErrorKind(
        topic="service-fault",
        code=re.compile(
            r"Internal(?:Failure|Error|Server)|ServiceUnavailable|^Unavailable$|^ServerException$|^ServiceException$|ServiceFailure"
        ),
        min_status=500,
        summary="The service failed on its own side.",
        text="The service could not do what it was asked for. The call itself may be right.",
        remedies=(
            _your_remedy(
                "Try again with growing pauses",
                "Try again; SDKs do it a few times by themselves. See first whether the call took effect, where it makes something.",
                "If it goes on, look at AWS Health, and give AWS Support the request id.",
                url=pages.HEALTH,
            ),
        ),
    ),
    ErrorKind(
        topic="invalid-request",
        code=re.compile(
            r"Validation|InvalidParameter|InvalidRequest|InvalidInput|BadRequest|Malformed|InvalidArgument|MissingParameter|InvalidChange"
            r"|InvalidUser|Serialization|UnknownOperation|InvalidAction|InvalidBucketName|UnsupportedOperation|InvalidInstanceId"
        ),
        summary="AWS does not take the request as it is written.",
        text="A value of the request is missing, has the wrong form, or does not fit the others.",
        causes=(
            Cause(
                "empty-variable",
                "A variable was empty, or holds something else than what was meant.",
                "possible",
            ),
            Cause("sdk-too-old", "SDK, AWS CLI or tool is older than what is asked for.", "possible"),
        ),
        remedies=(
            _your_remedy(
                "Correct the value that the message names",
                "Print the values with which the call is made, and compare them with the API reference: form, length, allowed words.",
                "With the AWS CLI, --debug prints the request.",
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
