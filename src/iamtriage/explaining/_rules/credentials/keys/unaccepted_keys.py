"""Say what is known of a key that AWS does not accept: the reported cause, the likely and possible ones, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from iamtriage.explaining._rules.basics import Case, Cause, CauseType, Labelled, Remedy
from iamtriage.explaining._rules.credentials.keys import rejecting_regions
from iamtriage.explaining._rules.credentials.keys.access_keys import KEY_GONE, KEY_MISTYPED, NEW_KEY_REMEDIES
from iamtriage.explaining._rules.credentials.keys.key_problems import KEY_TOO_NEW, SESSION_TOKEN_MISSING
from iamtriage.explaining._rules.credentials.keys.key_sources import LIST_VARIABLES, stored_keys_remedy
from iamtriage.explaining._rules.credentials.keys.limited_credentials import OTHER_PARTITION, partition_remedy
from iamtriage.explaining._rules.credentials.keys.rejected_requests import (
    INVALID_TOKEN_CODES,
    REJECTION_PHRASES,
    SESSION_TOKEN_REMEDY,
    UNKNOWN_KEY_CODES,
    RejectedRequest,
)
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.common_causes import INVALID_SESSION_TOKEN, OTHER_ENDPOINT
from iamtriage.explaining._rules.shared.credentials import clock_remedies, credential_remedies
from iamtriage.explaining._rules.shared.credentials.clocks import CLOCK_WRONG
from iamtriage.explaining._rules.shared.remedies import account_remedy, your_remedy
from iamtriage.explaining._rules.sts import rejected_calls
from iamtriage.explaining._rules.sts.findings import StsFindings
from iamtriage.failures._failures import Failure
from iamtriage.policies._masked_arns import find_partition

INVALID_CREDENTIALS = CauseType(
    "invalid-credentials",
    title="AWS does not accept the credentials",
    meaning="AWS does not know the access key, or its session token is invalid.",
    recognised_by='An error code such as AuthFailure or UnrecognizedClientException, or the message "The security token included in the request is invalid".',
    fix="Get new credentials, and check for which partition, Region and endpoint they are.",
    sources=(pages.CLI_CREDENTIALS,),
)
UNKNOWN_ACCESS_KEY = CauseType(
    "unknown-access-key",
    title="AWS does not know the access key ID",
    recognised_by="The error code InvalidAccessKeyId or InvalidClientTokenId.",
    fix="Use an existing access key, with its session token if it is temporary.",
    sources=(pages.CLI_CREDENTIALS,),
)

CHECK_KEY = account_remedy(
    "Check whether the access key exists and is active",
    "If a policy AWSCompromisedKeyQuarantine is attached to the user, AWS found the key exposed publicly: replace it, do not activate it.",
    commands={
        "The key's account, with credentials of any account:": "aws sts get-access-key-info --access-key-id ACCESS_KEY_ID",
        "The key's user, with credentials of that account:": "aws iam get-access-key-last-used --access-key-id ACCESS_KEY_ID --query UserName",
        "The user's keys, and whether they are active (a key that is not listed was deleted):": "aws iam list-access-keys --user-name USER_NAME",
    },
    url=pages.ACCESS_KEYS,
)


def summarize(request: RejectedRequest, operation: str | None) -> str:
    """Return the summary of an explanation of a rejected key."""
    if not request.is_signed and request.partition != "aws":
        if request.other_region is not None:
            return f"STS rejected the web identity token: the Region of the SDK is {request.other_region}, and STS there accepts no roles in {request.partition}."
        unset = "the SDK has no Region"
        if request.lacks_region:
            unset = "neither AWS_REGION nor AWS_DEFAULT_REGION is set, so the SDK has no Region"
        return f"STS rejected the web identity token, most likely because {unset}. Without one, the SDK calls the global endpoint, which accepts no roles in {request.partition}."
    if request.is_signed and request.partition != "aws" and not request.is_temporary:
        if request.region is not None and find_partition(request.region) == "aws":
            return f"AWS does not accept the credentials: most likely, the keys are from {request.partition}, and the call went to {request.region}, which has other accounts and keys."
        return f"AWS does not accept the credentials: most likely, the keys and the called endpoint are not both in {request.partition}."
    if request.code in UNKNOWN_KEY_CODES:
        reason = ""
        if request.is_temporary:
            reason = ": it is temporary (ASIA), so it needs its own session token"
        elif request.is_opt_in:
            reason = f", or {request.region} is not enabled for the account"
        return f"AWS does not know the access key ID{f' of the call {operation}' if operation else ''}{reason}. No permission is missing."
    if request.code in INVALID_TOKEN_CODES:
        reason = (
            "" if request.is_opt_in else ": most likely, it is incomplete, or belongs to other credentials"
        )
        return f"AWS does not accept the session token{reason}. No permission is missing."
    if request.is_signed and request.is_temporary:
        return "AWS does not accept the temporary access key (ASIA…): most likely, its session token is missing or belongs to another key."
    if request.is_signed and request.is_opt_in:
        reason = rejecting_regions.describe_not_enabled(request, "this Region")
        if request.uses_session or request.is_enabled:
            reason = "the session token is from the global STS endpoint and not valid in this Region"
        return f"AWS does not accept the credentials in {request.region}: most likely, {reason}."
    invalid = "access key" if request.is_temporary is False else "access key or session token"
    others = ""
    if request.code == "AuthFailure" and request.is_signed:
        others = ", the clock is wrong, or the account has not enabled the Region"
        others = others if request.may_need_opt_in else ", or the clock is wrong"
    return (
        f"AWS does not accept the credentials: the {invalid} is not valid{others}. No permission is missing."
    )


def reported_cause(request: RejectedRequest) -> Cause:
    """Return what AWS says of the key."""
    because = clues.quote_phrases(request.message, *REJECTION_PHRASES)
    if request.code in UNKNOWN_KEY_CODES:
        text = "AWS has no active access key with the ID of the request."
        return UNKNOWN_ACCESS_KEY.cause("reported", because, text=text)
    if request.code in INVALID_TOKEN_CODES:
        text = "The session token is truncated, changed, from another key, or not valid in the Region."
        return INVALID_SESSION_TOKEN.cause("reported", because, text=text)
    text = f"AWS does not accept the access key ID{'' if request.is_temporary is False else ' or session token'}."
    if not request.is_signed:
        text = "AWS says the same about access keys, but this call uses none."
    return INVALID_CREDENTIALS.cause("reported", because, text=text)


def likely_causes(request: RejectedRequest, *, is_other_partition: bool) -> Iterator[Cause]:
    """Yield the causes that what the request shows suggests."""
    if is_other_partition:
        return
    if request.is_aws_compatible:
        yield OTHER_ENDPOINT.cause(because="The text names storage or an endpoint outside AWS.")
    if request.is_temporary:
        asia = "Access key IDs that begin with ASIA are temporary and require their session token."
        yield SESSION_TOKEN_MISSING.cause(because=asia)
    if request.partition != "aws":
        text = f"The keys belong to another partition than the call: keys of {request.partition} work only there."
        yield OTHER_PARTITION.cause(because=f"The caller or the Region is in {request.partition}.", text=text)


def possible_causes(request: RejectedRequest, *, can_be_new: bool) -> Iterator[Cause]:
    """Yield the causes that nothing excludes."""
    is_of_role = request.is_in_lambda and request.key is None
    is_long_term = request.is_signed and not request.concerns_token and not is_of_role
    # EC2 reports a wrong secret and a wrong clock with the same code.
    is_from_ec2 = request.code == "AuthFailure"
    if is_long_term:
        wrong = "The access key was deleted or deactivated, or its secret is wrong."
        yield KEY_GONE.cause(text=wrong if is_from_ec2 else "")
    if request.is_signed and request.is_temporary is None:
        # Session Manager says the same of all credentials that it rejects.
        expired = " have expired, or" if "Server authentication failed" in request.message else ""
        is_sent = request.code in INVALID_TOKEN_CODES
        yield SESSION_TOKEN_MISSING.cause(
            text="The token belongs to other credentials than the key: it is older, or left over beside a long-term key (AKIA…)."
            if is_sent
            # S3 reports the session token of another key with a code of its own.
            else f"Temporary credentials{expired} were sent without their session token{'' if request.code == 'InvalidAccessKeyId' else ', or with the session token of an older key'}."
        )
    if is_of_role and request.is_signed:
        yield KEY_GONE.cause(text="The code has its own access key, which was deleted or deactivated.")
    text = "The access key ID is misspelled, a placeholder, or of another partition (China, GovCloud)."
    mistyped = KEY_MISTYPED.cause(text=text if request.partition == "aws" else "") if is_long_term else None
    if is_from_ec2:
        yield CLOCK_WRONG.cause(text="The machine's clock is wrong: EC2 reports that with this code, too.")
    elif mistyped is not None:
        yield mistyped
    if request.may_need_opt_in:
        yield rejected_calls.REGION_NOT_ENABLED.cause(
            text=f"The account has not enabled the Region of the call{'' if request.code == 'InvalidAccessKeyId' else ', or the session token is from the global STS endpoint and not valid there'}."
        )
    if is_from_ec2 and mistyped is not None:
        yield mistyped
    if request.may_be_for_other_store:
        mixed = (
            "The keys are those of MinIO, LocalStack or another provider, but the endpoint is that of AWS."
        )
        yield OTHER_ENDPOINT.cause(text=mixed if request.shows_endpoint else "")
    if is_long_term and can_be_new:
        yield KEY_TOO_NEW.cause()
    if request.partition == "aws" and not is_long_term:
        yield OTHER_PARTITION.cause()


_RENEW_TOKEN = your_remedy(
    "Set all three values again, or remove a session token of other credentials",
    "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (in ~/.aws/credentials: aws_session_token) must be from one response. A token that was copied by hand often lacks its end, or has a line break.",
    "A long-term key (AKIA…) has no token. aws configure replaces only the keys: delete the line aws_session_token that an earlier session left in the profile.",
    commands=(
        LIST_VARIABLES,
        "aws configure list",
        Labelled(
            "If the key ID is long-term, and a token is set:", "unset AWS_SESSION_TOKEN AWS_SECURITY_TOKEN"
        ),
    ),
    url=pages.TEMPORARY_CREDENTIALS,
)


def list_remedies(case: Case[Failure], request: RejectedRequest, region: StsFindings) -> Iterator[Remedy]:
    """Yield what to do about a rejected key, first what the request shows."""
    if request.is_aws_compatible:
        yield credential_remedies.check_endpoint(is_other_software=True)
    if request.is_opt_in and request.is_signed and not request.is_temporary:
        yield from rejecting_regions.region_remedies(case, request, region)
        region = StsFindings()
    if request.code in INVALID_TOKEN_CODES:
        yield _RENEW_TOKEN
    elif request.is_signed and request.is_temporary:
        yield SESSION_TOKEN_REMEDY
    if request.is_signed and request.partition != "aws":
        yield partition_remedy(request.partition)
    is_key_known = request.key is not None and request.is_temporary is False
    if request.is_signed and is_key_known and not request.concerns_token:
        yield CHECK_KEY
    if request.is_signed:
        stored = None if request.is_temporary or request.concerns_token else stored_keys_remedy(case)
        yield stored or credential_remedies.used_credentials_remedy(
            clues.find_program(case.failure), case.failure
        )
        if request.concerns_token:
            yield credential_remedies.NEW_CREDENTIALS
        elif not is_key_known:
            yield CHECK_KEY
    yield from region.remedies
    if request.may_need_opt_in or (request.is_opt_in and (request.is_temporary or not request.is_signed)):
        yield credential_remedies.enable_region(request.region)
    if request.may_be_for_other_store and not request.shows_endpoint:
        yield credential_remedies.check_endpoint(is_other_software=True)
    if request.code == "AuthFailure":
        yield clock_remedies.set_clock(case.text, case.failure.text)
    if request.is_signed and not request.concerns_token:
        yield from NEW_KEY_REMEDIES if is_key_known else NEW_KEY_REMEDIES[::-1]
