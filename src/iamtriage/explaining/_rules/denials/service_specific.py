"""Explain denials with service-specific messages, which IAM policies rarely cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import commands, pages
from iamtriage.explaining._rules.shared.commands import fill_command
from iamtriage.explaining._rules.shared.common_causes import CREDENTIALS_OF_OTHER_ACCOUNT
from iamtriage.explaining._rules.shared.optional import present
from iamtriage.explaining._rules.shared.wording import (
    authorization_details_remedy,
    denial_summary,
    join_first_four,
    reason_lines,
    region_argument,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial

__all__ = (
    "explain_authorizer",
    "explain_dependency",
    "explain_image",
    "explain_mfa",
    "explain_not_owner",
    "explain_service_message",
)

_MAX_LENGTH = 300


SERVICE_SAYS = CauseType(
    "service-says",
    title="The service states its own reason",
    meaning="The service denies the request with its own message.",
    recognised_by="The message differs from the standard denial message of AWS.",
    fix="Follow what the message says.",
    sources=(pages.ACCESS_DENIED,),
    example="own-words",
)
POLICY_BEHIND_MESSAGE = CauseType(
    "policy-behind-message",
    title="A policy may be the reason for the service's message",
    meaning="If the message does not say otherwise, a policy may be the reason.",
    fix="Check the policies for the action.",
    of="service-says",
    example="own-words",
)
AUTHORIZER_POLICY = CauseType(
    "authorizer-policy",
    title="The Lambda authorizer denies the method",
    meaning="The policy that the Lambda authorizer returned does not allow the method.",
    recognised_by='API Gateway says "User is not authorized to access this resource".',
    fix="Change the policy that the authorizer returns.",
    sources=(pages.LAMBDA_AUTHORIZER,),
    example="lambda-authorizer",
)
AUTHORIZER_CACHE = CauseType(
    "authorizer-cache",
    title="The authorizer's answer was cached for another method",
    text="The answer was cached for another method: a policy for one method ARN is kept for the token and used for all of them.",
    fix="Return a policy for all methods, or turn the cache off.",
    of="authorizer-policy",
)
MFA_CODE = CauseType(
    "mfa-code",
    title="The MFA code was rejected",
    text="STS did not accept the one-time code.",
    recognised_by='AWS says "MultiFactorAuthentication failed with invalid MFA one time pass code".',
    fix="Use the current code of the device whose serial number is passed.",
    sources=(pages.MFA,),
    example="mfa",
)
MFA_CODE_USED = CauseType(
    "mfa-code-used",
    title="The MFA code was already used or is too old",
    text="The code was used before, or is too old: each counts once and for half a minute.",
    fix="Wait for the next code.",
    of="mfa-code",
)
MFA_DEVICE = CauseType(
    "mfa-device",
    title="The MFA device is another one, or its clock is wrong",
    text="The serial number is of another device or user, or the device's clock is off.",
    fix="Pass the serial number of the device, and resynchronize it.",
    of="mfa-code",
)
NOT_OWNER = CauseType(
    "not-owner",
    title="The caller does not own the resource",
    recognised_by='EC2 says "You are not the owner of …".',
    fix="Let the owner account make the call.",
    sources=(pages.EC2_ERRORS,),
)
SHARED_SUBNET = CauseType(
    "shared-subnet",
    title="The resource is in a shared subnet or managed by a service",
    fix="Let the owner of the subnet or the service change it.",
    of="not-owner",
    example="not-owner",
)
IMAGE_NOT_SHARED = CauseType(
    "image-not-shared",
    title="The image is private",
    text="The image is private, and its owner has not shared it with the account.",
    recognised_by='EC2 says "Not authorized for images".',
    fix="Let the image's owner share it with the account.",
    sources=(pages.SHARED_IMAGES,),
)
IMAGE_WITHDRAWN = CauseType(
    "image-withdrawn",
    title="The image was public and is private now",
    text="It was public once: AWS makes its older Windows images private, and others do so too.",
    fix="Use a current image.",
    of="image-not-shared",
)
DEPENDENCY = CauseType(
    "dependency",
    title="The call needs another service that the caller is not allowed to use",
    recognised_by="The error code is DependencyAccessDeniedException or similar.",
    fix="Allow the action of the other service that the message names.",
    sources=(pages.ACCESS_DENIED,),
)


def explain_authorizer(denial: Denial) -> Explanation:
    """Explain a denial by the Lambda authorizer of an API."""
    text = "The authorizer answered with a policy that does not allow this method."
    if denial.is_explicit:
        text = "The authorizer's policy denies the method explicitly."
    return Explanation(
        failure=denial.failure,
        topic="lambda-authorizer",
        summary="The API's Lambda authorizer refused the call.",
        causes=(
            AUTHORIZER_POLICY.cause("derived", reason_lines(denial), text=text),
            AUTHORIZER_CACHE.cause(),
        ),
        remedies=(
            Remedy(
                title="Look at what the authorizer answers",
                who="resource owner",
                steps=(
                    "Test the authorizer with the token of the call and read the policy that it gives.",
                    "Let its policy cover all methods that the token may call (…/*/*), or turn the cache off.",
                    "Where the token is refused, look at its issuer, audience, scopes and expiry.",
                ),
                commands=(
                    "aws apigateway test-invoke-authorizer --rest-api-id API_ID --authorizer-id AUTHORIZER_ID --headers Authorization=TOKEN",
                ),
                url=pages.LAMBDA_AUTHORIZER,
            ),
        ),
        notes=("The caller's IAM policies have no say here: the authorizer's answer is the policy.",),
    )


def explain_mfa(denial: Denial) -> Explanation:
    """Explain that an MFA code was wrong."""
    return Explanation(
        failure=denial.failure,
        topic="mfa",
        summary="The code of the MFA device was not accepted.",
        causes=(
            MFA_CODE.cause("reported", ("The message says: MultiFactorAuthentication failed",)),
            MFA_CODE_USED.cause(),
            MFA_DEVICE.cause(),
        ),
        remedies=(
            Remedy(
                title="Try again with the next code",
                who="you",
                steps=(
                    "Wait until the device shows a new code.",
                    "See that the serial number is the ARN of the user's own device, and no passkey, which STS does not take.",
                ),
                commands=(
                    "aws iam list-mfa-devices",
                    "aws sts get-session-token --serial-number DEVICE_ARN --token-code CODE",
                ),
                url=pages.MFA,
            ),
        ),
        notes=("No policy helps against a wrong code.",),
    )


def explain_not_owner(denial: Denial) -> Explanation:
    """Explain that another account owns the resource."""
    return Explanation(
        failure=denial.failure,
        topic="not-owner",
        summary=denial_summary(denial, "the caller's account does not own it"),
        causes=(
            NOT_OWNER.cause("reported", ("The message says: You are not the owner",)),
            SHARED_SUBNET.cause(),
        ),
        remedies=(
            Remedy(
                title="Make the call in the account that owns the resource",
                who="you",
                steps=("Compare the account of the credentials with the owner's.",),
                commands=("aws sts get-caller-identity --query Account --output text",),
                url=pages.OTHER_ACCOUNTS,
            ),
        ),
        notes=("An Allow in a policy does not help: EC2 checks the ownership.",),
    )


def explain_image(denial: Denial) -> Explanation:
    """Explain that an AMI is not shared with the account."""
    region = region_argument(denial)
    return Explanation(
        failure=denial.failure,
        topic="image-not-shared",
        summary="EC2 does not let the account use the image (AMI).",
        causes=(
            IMAGE_NOT_SHARED.cause("reported", ('The text says "Not authorized for images".',)),
            IMAGE_WITHDRAWN.cause(),
            CREDENTIALS_OF_OTHER_ACCOUNT.cause(text="The credentials are of another account than was meant."),
        ),
        remedies=(
            Remedy(
                title="Take an image that the account may use",
                who="you",
                steps=(
                    "The command describe-images shows the image if the account may use it, else nothing or an error.",
                    "Take a newer one from its maker; update launch templates, node groups and scripts that name the old id.",
                ),
                commands=(
                    fill_command("aws ec2 describe-images --region {} --image-ids IMAGE_ID", region),
                    "aws sts get-caller-identity --query Account --output text",
                ),
                url=pages.SHARED_IMAGES,
            ),
            Remedy(
                title="Or let its owner share it",
                who="resource owner",
                steps=("The owner adds the account to the image's launch permissions, in that region.",),
                commands=(
                    fill_command(
                        "aws ec2 modify-image-attribute --region {} --image-id IMAGE_ID --launch-permission 'Add=[{{UserId=ACCOUNT_ID}}]'",
                        region,
                    ),
                ),
                url=pages.SHARED_IMAGES,
            ),
        ),
        notes=("An Allow in a policy of the caller does not help.",),
    )


def explain_dependency(denial: Denial) -> Explanation:
    """Explain that a permission for another service is missing, on which the called one depends."""
    code = denial.failure.envelope.code or ""
    return Explanation(
        failure=denial.failure,
        topic="dependency",
        summary=denial_summary(
            denial, "a permission for another service, on which this one depends, is missing"
        ),
        causes=(DEPENDENCY.cause("reported", (f"The code is {code}.",)),),
        remedies=(
            Remedy(
                title="Find which call was refused behind this one",
                who="account administrator",
                steps=(
                    "Look in CloudTrail for a denied call of another service at the same time.",
                    "Allow that action to the role or user that the record names. Where it is iam:CreateServiceLinkedRole, create the role once.",
                ),
                commands=(
                    fill_command(
                        "aws cloudtrail lookup-events --region {} --max-results 50 --query 'Events[?contains(CloudTrailEvent, `errorCode`)].CloudTrailEvent'",
                        commands.region(denial.facts.region),
                    ),
                ),
                url=pages.ACCESS_DENIED,
            ),
        ),
    )


def explain_service_message(denial: Denial) -> Explanation:
    """Explain a denial with an unknown message by quoting it."""
    # An unknown message can contain anything.
    from iamtriage.redaction._redact import redact

    message = redact(denial.service_message or "")
    if len(message) > _MAX_LENGTH:
        message = f"{message[:_MAX_LENGTH]}…"
    causes = [SERVICE_SAYS.cause("reported", text=f"The service says: {message}")]
    if denial.actions:
        takes = f"the call requires {denial.action}"
        if denial.action is None:
            takes = f"depending on the service, the call requires {join_first_four(denial.actions)}"
        causes.append(
            POLICY_BEHIND_MESSAGE.cause(
                text=f"If the message does not say otherwise, a policy may be the reason: {takes}."
            )
        )
    return Explanation(
        failure=denial.failure,
        topic="own-words",
        summary=denial_summary(denial, "the service gives its own reason"),
        causes=tuple(causes),
        remedies=present(
            Remedy(
                title="Do what the message says",
                who="you",
                steps=(
                    "If the message names something other than a permission, an Allow does not help: look it up in the troubleshooting page of the service.",
                ),
                commands=("aws sts get-caller-identity",),
                url=pages.ACCESS_DENIED,
            ),
            authorization_details_remedy(denial),
        ),
        notes=("iamtriage suggests an Allow only if a policy is the cause.",),
    )
