"""Explain presigned URLs that S3 rejects.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._explanations import Explanation, Remedy
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clocks import (
    CLOCK_AHEAD,
    CLOCK_BEHIND,
    describe_duration,
    find_expiry_times,
)
from iamtriage.explaining._rules.shared.clues import quote_phrases
from iamtriage.explaining._rules.shared.quoted_message import denial_paragraph

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.denial import Denial
    from iamtriage.failures._failures import Failure

__all__ = (
    "EXPIRES_TOO_LONG",
    "INCOMPLETE_QUERY",
    "explain_query_incomplete",
    "explain_url_expired",
    "explain_url_incomplete",
    "explain_url_not_yet_valid",
    "explain_url_too_long",
)

EXPIRES_TOO_LONG = re.compile(r"X-Amz-Expires must be less than")
INCOMPLETE_QUERY = re.compile(r"Query-string authentication version 4 requires")
_CLOUDFRONT = re.compile(r"\bKey-Pair-Id=")
_URL_REJECTED = "No IAM policy helps here: S3 refuses the URL before it looks at permissions."
_ROLE_CREDENTIALS_EXPIRE = "A URL that was made with the credentials of a role ends with these, often within hours, whatever time was asked for."


CLOUDFRONT_URL = CauseType(
    "cloudfront-url",
    title="A CloudFront signed URL is used with S3",
    text="It was signed for CloudFront, with Signature, Expires and Key-Pair-Id, and is used at S3's host.",
    recognised_by="The URL has Signature, Expires and Key-Pair-Id.",
    fix="Use the URL with the CloudFront host name.",
    sources=(pages.CLOUDFRONT_SIGNED,),
    example="presigned-url-incomplete",
)
PRESIGNED_URL_EXPIRED = CauseType(
    "presigned-url-expired",
    title="The presigned URL has expired",
    text="The time for which the URL was made is over.",
    recognised_by='The message says "Request has expired".',
    fix="Create a new URL.",
    sources=(pages.S3_PRESIGNED,),
)
URL_KEPT = CauseType(
    "url-kept",
    title="The URL was used late or again",
    text="It was used late, or once more: from a page that stayed open, a cache, a mail, a queue, a new try.",
    fix="Create a URL for each use.",
    of="presigned-url-expired",
)
EXPIRY_TOO_SHORT = CauseType(
    "expiry-too-short",
    title="The expiry of the URL is too short",
    text="It was made for too short a time: it is given in seconds.",
    fix="Set a longer expiry, in seconds.",
    of="presigned-url-expired",
)
PRESIGNED_URL_NOT_YET_VALID = CauseType(
    "presigned-url-not-yet-valid",
    title="The presigned URL is not valid yet",
    text="The time in the URL, X-Amz-Date, is later than S3's.",
    recognised_by='The message says "Request is not yet valid".',
    fix="Correct the clock of the machine that creates the URL.",
    sources=(pages.S3_PRESIGNED,),
)
LOCAL_TIME = CauseType(
    "local-time",
    title="The signing code uses local time",
    text="Code of its own signs, and takes local time for UTC.",
    fix="Sign with UTC.",
    of="presigned-url-not-yet-valid",
)
PRESIGNED_URL_INCOMPLETE = CauseType(
    "presigned-url-incomplete",
    title="The presigned URL is incomplete",
    text="S3 sees a part of a signature in the URL, and not all of its parameters.",
    recognised_by='The message says "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters" or names the parameters of version 4.',
    fix="Use the whole URL, in quotes.",
    sources=(pages.S3_PRESIGNED,),
)
URL_CUT = CauseType(
    "url-cut",
    title="The URL was cut at an ampersand",
    text="It was cut at an &, by a shell without quotes, an HTML page, a log or a redirect.",
    fix="Quote the URL in shells and escape it in HTML.",
    of="presigned-url-incomplete",
)
OTHER_PARAMETERS = CauseType(
    "other-parameters",
    title="The application's own parameters have these names",
    fix="Rename the parameters of the application.",
    of="presigned-url-incomplete",
)
PRESIGNED_URL_TOO_LONG = CauseType(
    "presigned-url-too-long",
    title="The expiry of the presigned URL is too long",
    text="X-Amz-Expires may be at most 604800 seconds, which are 7 days.",
    recognised_by="The message says that X-Amz-Expires must be less than a week.",
    fix="Use at most 604800 seconds, which is 7 days.",
    sources=(pages.S3_PRESIGNED,),
)
MILLISECONDS = CauseType(
    "milliseconds",
    title="The expiry was given in milliseconds",
    text="The time was given in milliseconds, or as a date, in place of seconds.",
    fix="Give the expiry in seconds.",
    of="presigned-url-too-long",
)


def explain_url_expired(denial: Denial) -> Explanation:
    """Explain that a presigned URL has expired."""
    message = denial_paragraph(denial.failure)
    summary, because = "The presigned URL is out of time.", quote_phrases(message, "Request has expired")
    times = find_expiry_times(message)
    if times is not None:
        end, now = times
        because += (
            f"It was good until {end:%Y-%m-%d %H:%M:%S} UTC, and S3's clock said {now:%Y-%m-%d %H:%M:%S}.",
        )
        if now > end:
            duration = describe_duration((now - end).total_seconds())
            summary = f"The presigned URL has been out of time for {duration}."
    return Explanation(
        failure=denial.failure,
        topic="presigned-url-expired",
        summary=summary,
        causes=(
            PRESIGNED_URL_EXPIRED.cause("reported", because),
            URL_KEPT.cause(),
            EXPIRY_TOO_SHORT.cause(),
            CLOCK_BEHIND.cause(text="The clock of the machine that made it is behind."),
        ),
        remedies=(_new_url_remedy(), credential_remedies.set_clock()),
        notes=(_URL_REJECTED,),
    )


def explain_url_not_yet_valid(denial: Denial) -> Explanation:
    """Explain that a presigned URL is not valid yet."""
    message = denial_paragraph(denial.failure)
    return Explanation(
        failure=denial.failure,
        topic="presigned-url-not-yet-valid",
        summary="The presigned URL is of a time that is yet to come.",
        causes=(
            PRESIGNED_URL_NOT_YET_VALID.cause("reported", quote_phrases(message, "Request is not yet valid")),
            CLOCK_AHEAD.cause(text="The clock of the machine that made it is ahead."),
            LOCAL_TIME.cause(),
        ),
        remedies=(credential_remedies.set_clock(), _new_url_remedy()),
        notes=(_URL_REJECTED,),
    )


def explain_url_incomplete(denial: Denial) -> Explanation:
    """Explain that a URL lacks parameters of a version 2 signature."""
    return explain_query_incomplete(denial.failure, denial_paragraph(denial.failure))


def explain_query_incomplete(failure: Failure, message: str) -> Explanation:
    """Explain that a URL lacks parameters of its signature."""
    has_key_pair_id = _CLOUDFRONT.search(message) is not None
    cloudfront = CLOUDFRONT_URL.cause(
        "derived" if has_key_pair_id else "possible",
        ("The text shows a Key-Pair-Id.",) if has_key_pair_id else (),
    )
    return Explanation(
        failure=failure,
        topic="presigned-url-incomplete",
        summary="The URL has not all that a URL signed for S3 has to have.",
        causes=(
            PRESIGNED_URL_INCOMPLETE.cause(
                "reported",
                quote_phrases(
                    message,
                    "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
                    "Query-string authentication version 4 requires the X-Amz-Algorithm",
                ),
            ),
            # CloudFront's parameters have the names of version 2.
            *(() if INCOMPLETE_QUERY.search(message) else (cloudfront,)),
            URL_CUT.cause(),
            OTHER_PARAMETERS.cause(),
        ),
        remedies=(
            Remedy(
                title="Use the URL at the host for which it was signed, and whole",
                who="you",
                steps=(
                    "A URL that is signed for CloudFront works at the domain of its distribution alone, one for S3 at S3's host.",
                    "Where it went to CloudFront and S3 still answers so, see whether the behavior has a trusted key group, and whether it hands the query on to the bucket.",
                    "Take all of the URL, in quotes on a command line; in HTML, & may be written as &amp;.",
                ),
                url=pages.CLOUDFRONT_SIGNED,
            ),
            _new_url_remedy(),
        ),
        notes=(_URL_REJECTED,),
    )


def explain_url_too_long(failure: Failure, because: tuple[str, ...]) -> Explanation:
    """Explain that a presigned URL was created for more than a week."""
    return Explanation(
        failure=failure,
        topic="presigned-url-too-long",
        summary="The presigned URL was made for more than the 7 days that S3 takes.",
        causes=(
            PRESIGNED_URL_TOO_LONG.cause("reported", because),
            MILLISECONDS.cause(),
        ),
        remedies=(
            Remedy(
                title="Make the URL for a shorter time",
                who="you",
                steps=(
                    "Give at most 604800 seconds.",
                    _ROLE_CREDENTIALS_EXPIRE,
                    "For longer, make URLs when they are asked for, or sign for CloudFront.",
                ),
                commands=("aws s3 presign s3://BUCKET/KEY --expires-in 604800",),
                url=pages.S3_PRESIGNED,
            ),
        ),
        notes=(_URL_REJECTED,),
    )


def _new_url_remedy() -> Remedy:
    return Remedy(
        title="Make a new URL",
        who="you",
        steps=(
            "Make it right before it is used, for as long as the transfer may take to begin: S3 checks the time when the request comes.",
            _ROLE_CREDENTIALS_EXPIRE,
        ),
        commands=("aws s3 presign s3://BUCKET/KEY --expires-in 3600",),
        url=pages.S3_PRESIGNED,
    )
