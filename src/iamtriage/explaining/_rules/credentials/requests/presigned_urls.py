"""Explain presigned URLs that S3 rejects.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, quote_words
from iamtriage.explaining._context.readers.statements import LOCALLY, find_working
from iamtriage.explaining._rules.basics import Case, CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.credentials import clock_remedies, clocks
from iamtriage.explaining._rules.shared.messages import quoted_message
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.failures._failures import ExpiredCredentials, SignatureMismatch

EXPIRES_TOO_LONG = lazy_pattern(r"X-Amz-Expires must be less than")
INCOMPLETE_QUERY = lazy_pattern(r"Query-string authentication version 4 requires")
_SESSION_IN_URL = lazy_pattern(r"X-Amz-Credential=ASIA|X-Amz-Security-Token=|[?&]AWSAccessKeyId=ASIA")
# The URL itself, or the response, in which S3 repeats the token of the query string.
SIGNED_WITH_SESSION = lazy_pattern(rf"{_SESSION_IN_URL.pattern}|<Token-0>|[Pp]re-?signed")
_URL_EXPIRES = lazy_pattern(r"X-Amz-Expires=(\d{1,7})(?!\d)")
_EXPIRES_IN = lazy_pattern(r"\b(?:[Ee]xpires_?[Ii]n|--expires-in)[\"']?\s?[=: ]\s?(\d{1,7})(?![\d*])")
# The reader is the one who creates the URL.
_SIGNS = lazy_pattern(
    r"presigned_url\(|[sS]ignedUrl\(|resignGetObject|\bs3 presign\b|\b[Ww]e (?:e?mail|send|create|generate|share)\b"
)
# Long-term credentials, with which somebody says that URLs last.
_OWN_KEYS = lazy_pattern(
    r"(?i:\b(?:(?:access|static|own|my|his|her) keys?|keys? in|IAM users?|user's keys?|long-term)\b|\.env\b)"
)
_MAX_EXPIRY, _MAX_SESSION = 604_800, 43_200
_MINUTE, _MAX_CLOCK_ERROR = 60, 14 * 3600
# In the answer of S3, or in the URL.
_STATED_EXPIRY = lazy_pattern(r"X-Amz-Expires[>=](\d{1,7})(?!\d)")
_CLOUDFRONT = lazy_pattern(r"\bKey-Pair-Id=")
_URL_REJECTED = "An IAM policy does not help: S3 rejects the URL before it evaluates permissions."
_ROLE_CREDENTIALS_EXPIRE = "A URL that was signed with temporary credentials, such as those of a role, expires with them, often within hours and regardless of --expires-in."
CLOUDFRONT_URL = CauseType(
    "cloudfront-url",
    title="A CloudFront signed URL is used with S3",
    text="The URL was signed for CloudFront, with Signature, Expires and Key-Pair-Id, but sent to an S3 endpoint.",
    recognised_by="The URL has Signature, Expires and Key-Pair-Id.",
    fix="Use the URL with the CloudFront host name.",
    sources=(pages.CLOUDFRONT_SIGNED,),
)
PRESIGNED_URL_EXPIRED = CauseType(
    "presigned-url-expired",
    title="The presigned URL has expired",
    recognised_by='The message says "Request has expired", or the text shows a presigned URL with X-Amz-Date or X-Amz-Expires.',
    fix="Create a new URL, with a longer expiry if it must last longer.",
    sign=r"[?&]X-Amz-(?:Date|Expires)=\w{1,20}",
    remedy="Create a new URL",
    sources=(pages.S3_PRESIGNED,),
)
SIGNER_EXPIRED = CauseType(
    "signer-expired",
    title="The credentials that signed the URL have expired",
    text="The URL was signed with temporary credentials, which expired before the URL.",
    meaning="A presigned URL lasts no longer than the credentials that signed it.",
    recognised_by="The error code ExpiredToken for a presigned URL.",
    fix="Create the URL when it is needed, or sign it with credentials that last longer.",
    sources=(pages.S3_PRESIGNED,),
)
EXPIRY_TOO_SHORT = CauseType(
    "expiry-too-short",
    title="The expiry of the URL is too short: the value is in seconds",
    fix="Set a longer expiry, in seconds.",
    recognised_by="The expiry in the text is at most 60 seconds.",
    sign=r"<X-Amz-Expires>(?:[1-9]|[1-5]\d|60)</X-Amz-Expires>|\bX-Amz-Expires=(?:[1-9]|[1-5]\d|60)(?!\d)",
    remedy="Create a new URL",
    of="presigned-url-expired",
)
PRESIGNED_URL_NOT_YET_VALID = CauseType(
    "presigned-url-not-yet-valid",
    title="The presigned URL is not valid yet",
    text="X-Amz-Date in the URL is later than the S3 time.",
    recognised_by='The message says "Request is not yet valid".',
    fix="Correct the clock of the machine that creates the URL.",
    sources=(pages.S3_PRESIGNED,),
)
PRESIGNED_URL_INCOMPLETE = CauseType(
    "presigned-url-incomplete",
    title="The URL has only some of the signature's parameters",
    text="The URL has only some of the signature's parameters. Most often, it was cut at an &: by a shell without quotes, an HTML page, a log or a redirect.",
    recognised_by='The message says "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters" or names the parameters of version 4.',
    fix="Use the whole URL, and put it in quotes on a command line.",
    sources=(pages.S3_PRESIGNED,),
)
PRESIGNED_URL_TOO_LONG = CauseType(
    "presigned-url-too-long",
    title="The expiry of a presigned URL is longer than 7 days",
    text="X-Amz-Expires can be at most 604800 seconds, which is 7 days. It is too large if it is in milliseconds, or a date.",
    recognised_by="The message says that X-Amz-Expires must be less than a week.",
    fix="Use at most 604800 seconds, which is 7 days.",
    sources=(pages.S3_PRESIGNED,),
)


def explain_url_expired(denial: Denial) -> Explanation:
    """Explain that a presigned URL has expired."""
    message = quoted_message.denial_paragraph(denial.failure)
    summary, because = "The presigned URL has expired.", clues.quote_phrases(message, "Request has expired")
    times, expires = clocks.find_expiry_times(message), _STATED_EXPIRY.search(message)
    late = 0.0
    if times is not None:
        end, now = times
        late = (now - end).total_seconds()
        valid = f" for {clocks.describe_duration(int(expires[1]))}," if expires else ""
        because += (
            f"It was valid{valid} until {end:%Y-%m-%d %H:%M:%S} UTC, and S3 got the request at {now:%Y-%m-%d %H:%M:%S}.",
        )
        if late > 0:
            summary = f"The presigned URL expired {clocks.describe_duration(late)} before it was used."
    # Clocks are off by minutes, or by the hours of a time zone.
    may_be_clock = late <= _MAX_CLOCK_ERROR
    is_long = expires is not None and int(expires[1]) > _MINUTE
    behind = "The clock of the machine that signed it is behind."
    return denial.explain(
        summary,
        PRESIGNED_URL_EXPIRED.cause("reported", because),
        None if is_long else EXPIRY_TOO_SHORT.cause(),
        clocks.CLOCK_WRONG.cause(text=behind) if may_be_clock else None,
        remedies=(_NEW_URL, clock_remedies.set_clock() if may_be_clock else None),
        notes=_URL_REJECTED,
    )


def explain_url_of_expired_session(case: Case[ExpiredCredentials], message: str) -> Explanation:
    """Explain that the temporary credentials behind a presigned URL have expired."""
    text = case.failure.text
    expires = _URL_EXPIRES.search(text) or _EXPIRES_IN.search(text)
    seconds = int(expires[1]) if expires else 0
    because, it = "", "The URL"
    if _SESSION_IN_URL.search(text):
        because, it = "The URL has a session token, so temporary credentials signed it. ", "It"
    if seconds:
        because += f"{it} asks for {clocks.describe_duration(seconds)}."
        if seconds <= _MAX_EXPIRY:
            because = f"{because.removesuffix('.')}, but no URL outlives the session that signed it, which lasts 12 hours at most with a role and 36 with an IAM user: a longer expiry does not help."
    if find_working(text, LOCALLY):
        because += " On your computer, most likely an IAM user's access key signs, which does not expire."
    elif (works := find_working(text, _OWN_KEYS)) is not None:
        because += f" The text says {quote_words(works)}: most likely, an IAM user's access key signed there, which does not expire."
    # No session of a role lasts longer than 12 hours.
    is_long = seconds > _MAX_SESSION
    change = your_remedy(
        "Send a link to your application instead, which redirects to a new presigned URL each time"
        if is_long
        else "For URLs that must last for days, do not sign with a role",
        f"{_FOR_NOW} The link to your application does not expire: it signs a URL for each request."
        if is_long
        else "Create URLs on request: the recipient opens a stable link to your application, which redirects to a new presigned URL each time.",
        "Or use CloudFront signed URLs, whose expiry does not depend on a session.",
        "Only an IAM user's access key can sign a URL for the full 7 days. It is a long-term secret, so prefer the other ways, or allow the user only s3:GetObject on these objects.",
        url=pages.CLOUDFRONT_SIGNED,
    )
    return case.explain(
        "The presigned URL stopped working because the temporary credentials that signed it have expired.",
        SIGNER_EXPIRED.cause(
            "reported", (*clues.quote_phrases(message, "The provided token has expired"), because.strip())
        ),
        topic="presigned-url-expired",
        remedies=(change, _RESEND if _SIGNS.search(text) else _NEW_URL) if is_long else (_NEW_URL, change),
        notes=_URL_REJECTED,
    )


def explain_url_not_yet_valid(denial: Denial) -> Explanation:
    """Explain that a presigned URL is not valid yet."""
    message = quoted_message.denial_paragraph(denial.failure)
    return denial.explain(
        "The presigned URL is not valid yet: its signing time is in the future.",
        clues.reported_cause(PRESIGNED_URL_NOT_YET_VALID, message, "Request is not yet valid"),
        clocks.CLOCK_WRONG.cause(
            text="The clock of the machine that signed it is ahead, or its code uses local time instead of UTC."
        ),
        remedies=(clock_remedies.set_clock(), _NEW_URL),
        notes=_URL_REJECTED,
    )


def explain_url_incomplete(denial: Denial) -> Explanation:
    """Explain that a URL lacks parameters of a version 2 signature."""
    return explain_query_incomplete(denial, quoted_message.denial_paragraph(denial.failure))


_CLOUDFRONT_STEPS = (
    "A URL that was signed for CloudFront works only at the domain of its distribution, one for S3 only at the S3 endpoint.",
    "If S3 still reports this for a CloudFront URL, check the cache behavior: it must have a trusted key group, and must not forward the query string.",
)


def explain_query_incomplete(case: Case[SignatureMismatch] | Denial, message: str) -> Explanation:
    """Explain that a URL lacks parameters of its signature."""
    if (cut := _find_cut_url(case.failure.text)) is not None:
        return _explain_cut_url(case, cut)
    has_key_pair_id = _CLOUDFRONT.search(message) is not None
    cloudfront = CLOUDFRONT_URL.cause(
        "derived" if has_key_pair_id else "possible",
        "The text shows a Key-Pair-Id." if has_key_pair_id else None,
    )
    # CloudFront's parameters have the names of version 2.
    may_be_cloudfront = not INCOMPLETE_QUERY.search(message)
    return case.explain(
        "The URL lacks parameters that a URL signed for S3 must have.",
        clues.reported_cause(
            PRESIGNED_URL_INCOMPLETE,
            message,
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
            "Query-string authentication version 4 requires the X-Amz-Algorithm",
        ),
        cloudfront if may_be_cloudfront else None,
        remedies=(
            your_remedy(
                "Use the complete URL, at the host that it was signed for",
                *(_CLOUDFRONT_STEPS if may_be_cloudfront else ()),
                "Quote the URL on a command line: without quotes, a shell cuts it at the first &. In HTML, & can be written as &amp;.",
                url=pages.CLOUDFRONT_SIGNED if may_be_cloudfront else pages.S3_PRESIGNED,
            ),
            _NEW_URL,
        ),
        notes=_URL_REJECTED,
    )


# A signed URL without quotes in a command. The shells run the rest, after each &, as commands of their own.
_CUT_URL = lazy_pattern(
    r"\b(?P<program>curl|wget|http|https|xh|aria2c)\b(?P<options>[^\n'\"]{0,300}?)[ \t]https?://(?P<host>[^\s/'\"?&]{1,255})/(?P<path>[^\s'\"?&]{0,900})\?(?P<query>[^\s'\"]{1,4000}&[^\s'\"]{1,4000})(?=\s|$)"
)
_SIGNED_QUERY = lazy_pattern(
    r"(?i:X-Amz-(?:Algorithm|Credential|Date|Signature)=|(?:^|&)(?:AWSAccessKeyId|Signature)=)"
)
# Jobs of a Unix shell, and what cmd says of the parameters.
_JOBS = lazy_pattern(r"(?m)^\[\d{1,2}\] \d{2,7}[ \t]*$")
_NO_COMMAND = lazy_pattern(
    r"'(?:X-Amz-\w{4,14}|Signature|Expires)'? is not recognized as an internal or external command"
)
_ESCAPED = lazy_pattern(r"[\\^]&")
_OF_UPLOAD = lazy_pattern(
    r"(?:^|\s)(?:-[A-Za-z]{0,4}[XTdF]|--(?:request|upload-file|data|form|post|body|method))"
)
_PLAIN_OPTIONS = lazy_pattern(r"(?a)(?:[ \t]+[\w./-]{1,100}){0,12}")
_PLAIN_NAME = lazy_pattern(r"(?a)[\w][\w.-]{0,99}")
_VALIDITY = lazy_pattern(r"X-Amz-Date=(?P<date>\d{8}T\d{6})Z|X-Amz-Expires=(?P<seconds>\d{1,7})(?!\d)")


def _find_cut_url(text: str) -> re.Match[str] | None:
    """Return the command whose URL a shell cut, because it has no quotes."""
    # Behind a backslash or a caret, & is a character of the URL.
    found = (
        each
        for each in _CUT_URL.finditer(text)
        if _SIGNED_QUERY.search(each["query"]) and not _ESCAPED.search(each["query"])
    )
    return next(found, None)


def _explain_cut_url(case: Case[SignatureMismatch] | Denial, cut: re.Match[str]) -> Explanation:
    """Explain that a shell cut a URL at its first ampersand."""
    text, first = case.failure.text, cut["query"].partition("=")[0]
    is_cmd, jobs = _NO_COMMAND.search(text) is not None, _JOBS.findall(text)
    because = (f"The text shows the jobs {jobs[0].split()[0]} to {jobs[-1].split()[0]}.",) if jobs[1:] else ()
    values = {
        name: value
        for each in _VALIDITY.finditer(cut["query"])
        for name, value in each.groupdict().items()
        if value
    }
    valid = "If the URL has expired, create a new one."
    with suppress(KeyError, ValueError, OverflowError):  # no time, or none that exists
        signed = datetime.strptime(values["date"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        until = signed + timedelta(seconds=int(values["seconds"]))
        valid = f"The URL is valid until {until:%Y-%m-%d %H:%M:%S} UTC: after that, create a new one."
    quote = '"' if is_cmd else "'"
    name = cut["path"].rpartition("/")[2]
    name = name if _PLAIN_NAME.fullmatch(name) else ""
    output = {"curl": f" --output {name}", "wget": f" --output-document={name}"}.get(cut["program"], "")
    output = output if name and _OF_UPLOAD.search(cut["options"]) is None else ""
    kept = cut["options"] if not output and _PLAIN_OPTIONS.fullmatch(cut["options"]) else ""
    return case.explain(
        f"The shell cut the URL at the first &, because it has no quotes: S3 got only {clip_text(first)}. No permission is missing, and the keys are right.",
        PRESIGNED_URL_INCOMPLETE.cause(
            "derived",
            because,
            text="In a shell, & ends a command: each part after one is a command of its own.",
        ),
        remedies=(
            your_remedy(
                "Put the URL in quotes",
                f"{'Double quotes in cmd and PowerShell.' if is_cmd else 'Single quotes in Unix shells, double quotes in cmd and PowerShell.'} {valid}",
                commands=f"{cut['program']}{kept.rstrip()}{output} {quote}PRESIGNED_URL{quote}",
            ),
            _NEW_URL,
        ),
        notes=_URL_REJECTED,
    )


def explain_url_too_long(case: Case[SignatureMismatch], because: tuple[str, ...]) -> Explanation:
    """Explain that a presigned URL was created for more than a week."""
    return case.explain(
        "The presigned URL was created for more than 7 days, which S3 does not allow.",
        PRESIGNED_URL_TOO_LONG.cause("reported", because),
        remedies=your_remedy(
            "Create the URL with a shorter expiry",
            "Set the expiry to at most 604800, in seconds.",
            _ROLE_CREDENTIALS_EXPIRE,
            "For longer access, create URLs on request, or use CloudFront signed URLs.",
            commands="aws s3 presign s3://BUCKET/KEY --expires-in 604800",
        ),
        notes=_URL_REJECTED,
    )


_FOR_NOW = "For now, create a new URL with fresh credentials: with those of the same session, it fails, too."
_RESEND = your_remedy(
    "Until then, send a new URL: one that was sent cannot be extended", url=pages.S3_PRESIGNED
)
_NEW_URL = your_remedy(
    "Create a new URL, or ask the sender for one",
    "Create each URL right before it is used. S3 checks the expiry when the request arrives, so a transfer that has started can take longer.",
    f"If it must last longer, raise --expires-in (in seconds): at most 604800, 7 days. {_ROLE_CREDENTIALS_EXPIRE}",
    commands="aws s3 presign s3://BUCKET/KEY --expires-in 3600",
)
