"""Explain Authorization headers that AWS cannot parse.

AWS repeats the header, split at spaces, commas and slashes.
"""

from __future__ import annotations

import re

from iamtriage._patterns import lazy_pattern
from iamtriage.explaining._rules.basics import Case, CauseType, Explanation, Remedy
from iamtriage.explaining._rules.credentials.keys.key_sources import stored_keys_remedy
from iamtriage.explaining._rules.credentials.requests.gateway_routes import explain_foreign_header
from iamtriage.explaining._rules.shared import clues, pages
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.sts.service_scopes import SIGNED_BY_HAND
from iamtriage.failures._failures import AwsError, SignatureMismatch

_MALFORMED_KEY = lazy_pattern(r"[Cc]redential is mal-formed|key=value pair \(missing")
_PHRASES = (
    "Credential is mal-formed",
    "not a valid key=value pair (missing equal-sign) in Authorization header",
    "Invalid key=value pair (missing equal-sign) in Authorization header",
    "Authorization header requires 'Credential' parameter",
    "Authorization header requires 'Signature' parameter",
    "Authorization header requires 'SignedHeaders' parameter",
    "Date in Credential scope does not match",
)
AUTHORIZATION_MALFORMED = CauseType(
    "authorization-malformed",
    title="The Authorization header is malformed",
    text="The Authorization header, or its parameters in the URL, do not have the form that AWS expects.",
    recognised_by="An error code such as IncompleteSignature, or a message that the Authorization header is malformed.",
    fix="Let an AWS SDK sign the request, and remove other Authorization headers.",
    sources=(pages.SIGNATURES,),
)
WHITESPACE_IN_CREDENTIALS = CauseType(
    "whitespace-in-credentials",
    title="A credential contains spaces or newlines",
    text="The access key ID or secret contains a space, a newline, a quote or an extra slash.",
    fix="Copy the credentials again without spaces, newlines and quotes.",
    of="authorization-malformed",
)
# What AWS repeats of a header that is no signature.
_OTHER_SCHEME = lazy_pattern(r"\bAuthorization=(?:Bearer|Basic|Token)\b", re.IGNORECASE)
DATES_DIFFER = CauseType(
    "date-mismatch",
    title="The credential scope and the date header differ",
    recognised_by="The message says that the date in the credential scope does not match the date header.",
    fix="Sign each request once, with one time.",
    sources=(pages.SIGNATURES,),
)


def explain_malformed_header(case: Case[SignatureMismatch], message: str, copy_keys: Remedy) -> Explanation:
    """Explain that AWS cannot parse the Authorization header, or the parameters of the URL."""
    causes = [clues.reported_cause(AUTHORIZATION_MALFORMED, message, *_PHRASES)]
    # A header that has no part of a signature is of another kind, such as an ID token.
    is_unsigned = all(
        f"requires '{each}'" in message for each in ("Credential", "Signature", "SignedHeaders")
    )
    is_foreign = is_unsigned or "(missing equal-sign)" in message or _OTHER_SCHEME.search(message) is not None
    if is_foreign and (foreign := explain_foreign_header(case, causes[0])) is not None:
        return foreign
    if _MALFORMED_KEY.search(message):
        split = "AWS splits the header at spaces, commas and slashes."
        causes.append(WHITESPACE_IN_CREDENTIALS.cause(because=split))
    elif all(f"requires '{each}'" in message for each in ("Signature", "SignedHeaders")) and (
        "requires 'Credential'" not in message
    ):
        ends = "AWS found a Credential in the header, but nothing after it: a newline in the access key ID ends the header."
        causes.append(WHITESPACE_IN_CREDENTIALS.cause(because=ends))
    dates_differ = "Date in Credential scope" in message
    by_hand = "Custom signing code omits a part of the signature, or a proxy, basic authentication or a bearer token sets the header."
    if dates_differ:
        causes.append(DATES_DIFFER.cause("derived"))
        by_hand = "Custom signing code takes the two dates at different times, or one of them in local time instead of UTC."
    causes.append(SIGNED_BY_HAND.cause(text=by_hand))
    sign = your_remedy(
        "Let an SDK sign the request",
        "Sign with an SDK or with curl --aws-sigv4 instead of custom code.",
        "Send one Authorization header, and only one kind of signature: header or URL.",
        url=pages.SIGNATURES,
    )
    return case.explain(
        "AWS rejected the signature: the date in its credential scope is not the date of the request. No permission is missing."
        if dates_differ
        else "AWS cannot parse the signature in the request's Authorization header, or in the URL. No permission is missing.",
        *causes,
        remedies=(sign,) if dates_differ or is_unsigned else (stored_keys_remedy(case) or copy_keys, sign),
    )


def explain_invalid_header(case: Case[AwsError], message: str) -> Explanation:
    """Explain that a client did not send the credentials, because a header cannot have their characters."""
    remedy = stored_keys_remedy(case) or your_remedy(
        "Set the credentials again, without surrounding whitespace",
        "Copy the access key ID, secret and session token again, without spaces, newlines and quotes.",
        "Check files with Windows line endings, CI secrets, and Kubernetes Secrets that were created with echo: echo adds a newline, printf does not.",
        "The command must not print \\n or \\r. Run it where the program runs, also for AWS_SECRET_ACCESS_KEY.",
        commands='printf %s "$AWS_ACCESS_KEY_ID" | od -c | tail -n 2',
        url=pages.ACCESS_KEYS,
    )
    return case.explain(
        "The credentials contain characters that an HTTP header cannot have, so no request was sent.",
        WHITESPACE_IN_CREDENTIALS.cause(
            "derived",
            clues.quote_phrases(message, "invalid header field value", "Invalid header value"),
            text="The access key ID, secret or session token contains a newline, a control character or a non-ASCII letter.",
        ),
        remedies=remedy,
        notes="Neither an IAM policy nor a proxy is involved: the client did not send the request.",
    )
