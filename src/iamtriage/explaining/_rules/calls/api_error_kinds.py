"""Classify the API errors that mean the same for every call.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.calls.error_kind import ErrorKind
from iamtriage.explaining._rules.calls.message_kinds import KINDS_BY_MESSAGE
from iamtriage.explaining._rules.calls.request_kinds import REQUEST_KINDS
from iamtriage.explaining._rules.shared import pages
from iamtriage.explaining._rules.shared.clues import error_code
from iamtriage.explaining._rules.shared.common_causes import LOGGED_OUT
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy

if TYPE_CHECKING:
    from iamtriage.failures._failures import AwsError

RENEWED_ELSEWHERE = CauseType(
    "renewed-elsewhere",
    title="Another program renewed the sign-in first, so the old token is invalid",
    fix="Sign in again, and let only one program refresh the token at a time.",
    recognised_by="The text shows commands that run in parallel.",
    sign=r"\bxargs (?:-\w+ )?-P ?\d{1,3}\b|\bparallel -j ?\d{1,3}\b",
    remedy="Sign in again",
    of="sso-login-not-renewed",
)
CODE_NOT_CONFIRMED = CauseType(
    "code-not-confirmed",
    title="The sign-in code was used before or has expired",
    fix="Start the sign-in again and confirm the new code in the browser.",
    recognised_by="The text shows the code of a sign-in.",
    sign=r"\b[Tt]hen enter the code:|\benter the given code\b|\?user_code=",
    remedy="Sign in again",
    of="sso-login-not-renewed",
)
MANY_CALLERS = CauseType(
    "many-callers",
    title="Other programs share the same rate limit",
    fix="Spread the calls over time, or request a higher quota.",
    of="throttled",
)
TIGHT_LOOP = CauseType(
    "tight-loop",
    title="A loop calls without pauses",
    fix="Add exponential backoff with jitter, or use the retry modes of the SDK.",
    recognised_by="The text shows a loop around the call.",
    sign=r"\bwhile (?:true|:|True)(?:;|:)? ?(?:do\b)?|\bfor \w{1,20} in \$\([^|]{1,60}\); do\b",
    remedy="Retry with exponential backoff",
    of="throttled",
)
ACCOUNT_NEW = CauseType(
    "account-new",
    title="The account is new, and AWS has not activated it completely",
    fix="Complete the verification in the console, then wait until AWS activates the account.",
    recognised_by="The error code is PendingVerification, or AWS says that the account is being verified.",
    sign=r"\bPendingVerification\b|\b(?:is|are) (?:currently )?being (?:verified|validated|activated)\b",
    remedy="Check the state of the account",
    of="account-state",
)
ACCOUNT_SUSPENDED = CauseType(
    "account-suspended",
    title="The account is suspended",
    text="The account is suspended, because of a bill or suspicious activity, or it has no valid payment method.",
    fix="Settle the payment or the support case in the Billing console.",
    recognised_by="The text says that the account is suspended or a payment is due.",
    sign=r"\baccount (?:is|was|has been) (?:currently )?suspended\b|\bpast due\b|\bAccountSuspended\b",
    remedy="Check the state of the account",
    of="account-state",
)
NOT_OFFERED = CauseType(
    "not-offered",
    title="The service accepts no new customers, or is not available in the Region",
    fix="Use a Region that offers the service, or another service.",
    recognised_by="The text says that the service accepts no new customers.",
    sign=r"\bno longer (?:available|open) to new customers\b|\bnew customer access\b",
    of="account-state",
)
MADE_BEFORE = CauseType(
    "made-before",
    title="An earlier run created the resource, or someone created it manually",
    fix="Use the existing resource, or import it into the tool that manages it.",
    of="already-exists",
)
NAME_TAKEN = CauseType(
    "name-taken",
    title="The name is already taken",
    text="The name must be unique in the account or, as bucket names, in the whole partition.",
    fix="Choose another name. Names of S3 buckets are unique in a whole partition.",
    recognised_by="The error code is BucketAlreadyExists.",
    sign=r"\bBucketAlreadyExists\b|\bThe requested bucket name is not available\b",
    of="already-exists",
)
AWS_ERROR = CauseType(
    "aws-error",
    title="Another AWS error",
    meaning="AWS returned an error that names no missing permission. The message says more.",
    recognised_by="An error code that no other cause covers.",
    fix="Look the error code up in the API reference of the service.",
    sources=(pages.API_REFERENCES,),
)
SSO_LOGIN_NOT_RENEWED = CauseType(
    "sso-login-not-renewed",
    title="IAM Identity Center does not accept the refresh token of the sign-in",
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
    sources=(pages.SDK_RETRIES, pages.QUOTAS),
)
DRY_RUN = CauseType(
    "dry-run",
    title="The call was made with DryRun, and the caller has the permissions for it",
    recognised_by="The error code DryRunOperation.",
    fix="Call without DryRun.",
    sources=(pages.EC2_ERRORS,),
)
ACCOUNT_STATE = CauseType(
    "account-state",
    title="The account is not subscribed to the service, not verified yet, or blocked",
    recognised_by="An error code such as OptInRequired, SubscriptionRequiredException, PendingVerification or Blocked.",
    fix="Open the service in the console and complete what it asks for; check billing and verification.",
    sources=("https://docs.aws.amazon.com/accounts/latest/reference/welcome-first-time-user.html",),
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
_OUTBOUND_FEDERATION = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_getting_started.html"
)
OUTBOUND_FEDERATION_OFF = CauseType(
    "outbound-federation-off",
    title="Outbound identity federation is not enabled for the account",
    recognised_by="The error code OutboundWebIdentityFederationDisabledException.",
    fix="Enable outbound identity federation for the account.",
    sources=(_OUTBOUND_FEDERATION,),
)
_KINDS = (
    ErrorKind(
        cause=OUTBOUND_FEDERATION_OFF,
        code=r"^OutboundWebIdentityFederationDisabled",
        summary="STS issues no token, because outbound identity federation is not enabled for the account.",
        remedies=(
            account_remedy(
                "Enable outbound identity federation",
                "The command prints the account's issuer URL, which the external service must trust.",
                commands=("aws iam enable-outbound-web-identity-federation",),
                url=_OUTBOUND_FEDERATION,
            ),
        ),
    ),
    ErrorKind(
        cause=SSO_LOGIN_NOT_RENEWED,
        code=r"^InvalidGrantException$",
        summary="The IAM Identity Center sign-in cannot be renewed.",
        causes=(
            LOGGED_OUT.cause(text="The session has ended, or an administrator ended it."),
            RENEWED_ELSEWHERE.cause(),
            CODE_NOT_CONFIRMED.cause(),
        ),
        remedies=(
            your_remedy("Sign in again", url=pages.SSO_LOGIN, commands=("aws sso login --profile PROFILE",)),
        ),
    ),
    ErrorKind(
        cause=THROTTLED,
        code=r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|BandwidthLimit|PriorRequestNotComplete|ProvisionedThroughput",
        message=r"Rate exceeded|Too [Mm]any [Rr]equests|reduce your request rate",
        summary="AWS throttled the request: too many calls in a short time. No permission is missing.",
        causes=(MANY_CALLERS.cause(), TIGHT_LOOP.cause()),
        remedies=(
            # What makes fewer calls depends on the program.
            account_remedy(
                "If that is not enough, request a higher quota, where the rate has one",
                "Service Quotas shows which rates can be raised. Those of IAM and STS cannot: reuse credentials instead.",
                url=pages.QUOTAS,
            ),
        ),
    ),
    ErrorKind(
        cause=DRY_RUN,
        code=r"^DryRunOperation$",
        summary="The dry run succeeded: the call would have been allowed.",
        remedies=(
            your_remedy(
                "Call without the dry run", "Remove --dry-run to make the call.", url=pages.EC2_ERRORS
            ),
        ),
    ),
    ErrorKind(
        cause=ACCOUNT_STATE,
        code=r"OptInRequired|SubscriptionRequired|NotSignedUp|PendingVerification|^Blocked$",
        summary="The account cannot use the service.",
        causes=(ACCOUNT_NEW.cause(), ACCOUNT_SUSPENDED.cause(), NOT_OFFERED.cause()),
        remedies=(
            account_remedy(
                "Check the state of the account",
                "Sign in to the console, open the service, and follow its instructions.",
                "Check Billing and the emails to the account's address: payment, verification, suspension.",
                "If nothing is pending there, open a support case.",
                url="https://docs.aws.amazon.com/accounts/latest/reference/welcome-first-time-user.html",
            ),
        ),
    ),
    ErrorKind(
        cause=NO_CAPACITY,
        code=r"Insufficient(?:Instance|Host|ReservedInstance|Volume|Address)?Capacity",
        summary="AWS has no capacity for this in the Availability Zone at the moment.",
        remedies=(
            your_remedy(
                "Use another Availability Zone or instance type",
                "Try another Availability Zone, or allow several zones and instance types.",
                "Or retry later. A quota is not the cause.",
                url=pages.EC2_ERRORS,
            ),
        ),
    ),
    ErrorKind(
        cause=ALREADY_EXISTS,
        code=r"AlreadyExists|AlreadyOwnedByYou|^Duplicate|ResourceInUse",
        message=r"\balready exists\b",
        summary="The resource already exists or is in use.",
        causes=(MADE_BEFORE.cause(), NAME_TAKEN.cause()),
        remedies=(
            your_remedy(
                "Use the existing resource, or choose another name",
                "Inspect the existing resource. If it is the right one, use it, or import it into the tool that tries to create it (terraform import).",
                "Otherwise, choose another name. Do not delete the resource before you know what uses it.",
                url=pages.API_REFERENCES,
            ),
        ),
    ),
    ErrorKind(
        cause=BUCKET_IN_OTHER_REGION,
        code=r"PermanentRedirect|TemporaryRedirect|IllegalLocationConstraint",
        summary="The bucket is in another Region than the endpoint that was called.",
        remedies=(
            your_remedy(
                "Call S3 in the bucket's Region",
                "The command prints the bucket's Region. Set it in the client.",
                "Remove an endpoint URL of another Region.",
                commands=("aws s3api head-bucket --bucket BUCKET --query BucketRegion",),
                url=pages.SDK_ENDPOINTS,
            ),
        ),
    ),
)
"""Other kinds: the sign-in, the account or the resource is the reason. The first one that matches is used."""


def find_kind(failure: AwsError, message: str) -> ErrorKind | None:
    """Return the kind of an API error, or ``None`` if it is not a known one."""
    code, status = error_code(failure), failure.envelope.status_code
    for kind in KINDS_BY_MESSAGE:
        if kind.code.search(code) and kind.message is not None and kind.message.search(message):
            return kind
    return next((kind for kind in (*_KINDS, *REQUEST_KINDS) if kind.matches(code, status, message)), None)
