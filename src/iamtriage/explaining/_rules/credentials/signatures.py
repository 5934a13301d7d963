"""Explains signatures that AWS refuses; not those for another region or service, see ``scopes``.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamtriage.explaining._explanations import Cause, Explanation, Remedy
from iamtriage.explaining._rules.credentials.presigned_urls import (
    INCOMPLETE,
    TOO_LONG,
    explain_query_incomplete,
    explain_url_too_long,
)
from iamtriage.explaining._rules.shared import credential_remedies, pages
from iamtriage.explaining._rules.shared.clocks import describe_duration, find_clock_skew
from iamtriage.explaining._rules.shared.clues import (
    AWS_COMPATIBLE,
    error_code,
    find_aws_hosts,
    find_profile,
    message_text,
    quote_phrases,
)

if TYPE_CHECKING:
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.explaining._rules.shared.clocks import ClockSkew
    from iamtriage.failures._failures import SignatureMismatch

__all__ = ("explain_signature",)

_CLOCK = re.compile(
    r"Signature expired|Signature not yet current|difference between the request time and the"
    r"|RequestTimeTooSkewed|RequestInTheFuture"
)
_CLOCK_CODES = frozenset({"RequestTimeTooSkewed", "RequestTimeTooSkewedException", "RequestInTheFuture"})
_HEADER_CODES = frozenset(
    {
        *("IncompleteSignature", "IncompleteSignatureException", "AuthorizationHeaderMalformed"),
        "AuthorizationQueryParametersError",
    }
)
_HEADER = re.compile(
    r"Authorization header requires|not a valid key=value pair|[Cc]redential is mal-formed|Date in Credential scope"
)
_KEY = re.compile(r"[Cc]redential is mal-formed|not a valid key=value pair")
_PRESIGNED = re.compile(
    r"X-Amz-(?:Signature|Credential|Expires|SignedHeaders)|[Pp]re-?signed|Signature=[^&\s]{0,200}&"
)
_CANONICAL = re.compile(
    r"Canonical String for this request|<CanonicalRequest>|<StringToSign>|CanonicalRequest"
)
_S3 = re.compile(r"\bs3\b|S3|<StringToSign>|Check your key and signing method")
_SENTENCES = (
    "request signature we calculated does not match the signature you provided",
    "Signature expired",
    "Signature not yet current",
    "difference between the request time and the current time is too large",
    "difference between the request time and the server's time is too large",
    "Credential is mal-formed",
    "not a valid key=value pair (missing equal-sign) in Authorization header",
    "Authorization header requires 'Credential' parameter",
    "Authorization header requires 'Signature' parameter",
    "Authorization header requires 'SignedHeaders' parameter",
    "Date in Credential scope does not match",
    "X-Amz-Expires must be less than a week",
)
_NOTE = "No IAM policy helps here: AWS refuses the signature before it looks at permissions."


def explain_signature(case: Case[SignatureMismatch]) -> Explanation:
    """Say why AWS does not accept a signature: the clock, the header, the secret, or what became of the request."""
    message, code = message_text(case), error_code(case.failure)
    if code in _CLOCK_CODES or _CLOCK.search(message):
        return _clock(case, message)
    if TOO_LONG.search(message):
        return explain_url_too_long(case.failure, quote_phrases(message, *_SENTENCES))
    if INCOMPLETE.search(message):
        return explain_query_incomplete(case.failure, message)
    if code in _HEADER_CODES or _HEADER.search(message):
        return _header(case, message)
    return _mismatch(case, message)


# ------------------------------------------------ the clock


def _clock(case: Case[SignatureMismatch], message: str) -> Explanation:
    skew = find_clock_skew(message)
    causes = [
        Cause(
            "clock-skew",
            "The time in the signature is too far from AWS's.",
            "reported",
            quote_phrases(message, *_SENTENCES),
        )
    ]
    if skew is None or not skew.seconds:
        causes += _unknown_skew(message)
    else:
        causes += _known_skew(skew)
    return Explanation(
        failure=case.failure,
        topic="clock-skew",
        summary=_clock_summary(skew),
        causes=tuple(causes),
        remedies=(
            credential_remedies.set_clock(),
            Remedy(
                title="Sign requests right before they are sent",
                who="you",
                steps=(
                    "A request that waits, in a queue, in a debugger or while a laptop sleeps, has to be signed again.",
                    "Let the SDK send requests again: it signs each of them anew, which your own copies do not.",
                ),
                url=pages.SIGNATURES,
            ),
        ),
        notes=(_NOTE,),
    )


def _clock_summary(skew: ClockSkew | None) -> str:
    if skew is None or not skew.seconds:
        return "The request's time is too far from AWS's clock."
    way = "behind" if skew.seconds > 0 else "ahead of"
    return f"The request's time is {describe_duration(abs(skew.seconds))} {way} AWS's clock."


def _known_skew(skew: ClockSkew) -> list[Cause]:
    off, span = skew.seconds, describe_duration(abs(skew.seconds))
    because = [
        f"The request says {skew.request:%Y-%m-%d %H:%M:%S} UTC, and AWS's clock said {skew.server:%Y-%m-%d %H:%M:%S}."
    ]
    if skew.is_whole_hours:
        because.append("That is about whole hours, as where a time zone's time is taken for UTC.")
    if off < 0:
        return [
            Cause(
                "clock-ahead",
                f"The clock of the machine that signed is {span} ahead.",
                "derived",
                tuple(because),
            )
        ]
    return [
        Cause(
            "clock-behind",
            f"The clock of the machine that signed is {span} behind, or the request was that long on its way.",
            "derived",
            tuple(because),
        )
    ]


def _unknown_skew(message: str) -> list[Cause]:
    if "Signature expired" in message:
        return [
            Cause("clock-behind", "The clock of the machine that signed is behind.", "possible"),
            Cause("request-held", "The request was sent long after it was signed.", "possible"),
        ]
    if "not yet current" in message or "RequestInTheFuture" in message:
        return [Cause("clock-ahead", "The clock of the machine that signed is ahead.", "derived")]
    return [
        Cause("clock-off", "The clock of the machine that signed is wrong.", "possible"),
        Cause("request-held", "The request was sent long after it was signed.", "possible"),
    ]


# ------------------------------------------------ the header


def _header(case: Case[SignatureMismatch], message: str) -> Explanation:
    causes = [
        Cause(
            "authorization-malformed",
            "The Authorization header, or what stands for it in the URL, is not of the form that AWS reads.",
            "reported",
            quote_phrases(message, *_SENTENCES),
        )
    ]
    if _KEY.search(message):
        causes.append(
            Cause(
                "key-with-blanks",
                "The key id or secret has a blank, a line end, a quote or a slash too many.",
                "possible",
                ("AWS splits the header at blanks, commas and slashes.",),
            )
        )
    if "Date in Credential scope" in message:
        causes.append(
            Cause("dates-differ", "Credential scope and date header were made at different times.", "derived")
        )
    causes += [
        Cause(
            "other-authorization",
            "Something else writes the header: a proxy, basic authentication, a bearer token.",
            "possible",
        ),
        Cause(
            "signed-by-hand",
            "The request is signed by code of its own that leaves something out.",
            "possible",
        ),
    ]
    return Explanation(
        failure=case.failure,
        topic="authorization-malformed",
        summary="AWS cannot read the signature in the URL."
        if error_code(case.failure) == "AuthorizationQueryParametersError"
        else "AWS cannot read the request's Authorization header.",
        causes=tuple(causes),
        remedies=(
            _copy_keys(case),
            Remedy(
                title="Let an SDK sign the request",
                who="you",
                steps=(
                    "Sign with an SDK, or with curl's --aws-sigv4, instead of code of your own.",
                    "Send no second Authorization header, and one kind of signature alone: header or URL.",
                ),
                url=pages.SIGNATURES,
            ),
        ),
        notes=(_NOTE,),
    )


# ------------------------------------------------ the secret and the request


def _mismatch(case: Case[SignatureMismatch], message: str) -> Explanation:
    s3 = case.failure.envelope.service == "s3" or _S3.search(message) is not None
    presigned = _PRESIGNED.search(message) is not None
    local = AWS_COMPATIBLE.search(case.text) is not None
    causes = [
        Cause(
            "signature-mismatch",
            "AWS knows the key id, and computes another signature for the request that it got.",
            "reported",
            quote_phrases(message, *_SENTENCES),
        ),
        Cause(
            "wrong-secret",
            "The secret is not the one of this key id, or was copied with a blank, a quote or a character missing.",
            "possible",
            ("Secrets may hold / and +, which shells, URLs and YAML change where they are not quoted.",),
        ),
    ]
    edited = Cause(
        "presigned-url-edited",
        "The presigned URL was changed, decoded or shortened, or is used with another method or header.",
        "possible",
        ("The text shows a presigned URL.",) if presigned else (),
    )
    endpoint = Cause(
        "other-endpoint",
        "The endpoint is not AWS's, and wants keys and settings of its own.",
        "possible",
        ("The text names an endpoint that is not AWS's.",) if local else (),
    )
    if local:
        causes.insert(1, endpoint)
    if presigned:
        causes.insert(1, edited)
    causes.append(
        Cause(
            "request-changed",
            "A proxy, load balancer or client changes host, path or headers after the request was signed.",
            "possible",
        )
    )
    if s3 and not presigned:
        causes.append(edited)
    causes += [
        Cause(
            "wrong-region-or-service",
            "It is signed for another region or service than that of the host.",
            "possible",
        )
    ]
    remedies = [_copy_keys(case), _signed_request(message, presigned=presigned or s3)]
    if local or (s3 and not find_aws_hosts(message)):
        remedies.append(credential_remedies.check_endpoint(is_other_software=True))
    return Explanation(
        failure=case.failure,
        topic="signature-mismatch",
        summary="The signature does not fit the request: most often the secret is not the key's.",
        causes=tuple(causes[:6]),
        remedies=tuple(remedies),
        notes=(_NOTE,),
    )


def _copy_keys(case: Case[SignatureMismatch]) -> Remedy:
    profile = find_profile(case)
    return Remedy(
        title="Set key id and secret again, with nothing around them",
        who="you",
        steps=(
            "See where they come from, and that key id, secret and session token are of one set.",
            "Copy them anew, without blanks and line ends, and quote them where a shell, YAML or a CI system reads them.",
            "If the secret is lost, make a new key: AWS shows a secret once.",
        ),
        commands=(
            credential_remedies.with_profile(profile, "aws", "configure", "list"),
            credential_remedies.with_profile(profile, "aws", "sts", "get-caller-identity"),
        ),
        url=pages.ACCESS_KEYS,
    )


def _signed_request(message: str, *, presigned: bool) -> Remedy:
    steps = [
        "If aws sts get-caller-identity works with the same credentials, the secret is right, and the request is changed.",
        "Try without the proxy, and let it pass Host, path, query and signed headers as they are.",
    ]
    if _CANONICAL.search(message):
        steps.append(
            "AWS prints the canonical request as it saw it: compare it line by line with what the client signed."
        )
    if presigned:
        steps.append(
            "Use a presigned URL as it is, with the method and headers for which it was made, and Content-Type among them."
        )
    return Remedy(
        title="See whether the request is changed on its way",
        who="you",
        steps=tuple(steps),
        commands=("aws sts get-caller-identity --debug",),
        url=pages.SIGNATURES,
    )
