"""Explain that Amazon S3 rejects a request with headers that its signature does not cover.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import join_words
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import PRESIGNED

_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"
# S3 lists them in its answer.
_NAMES = lazy_pattern(r"HeadersNotSigned[\"']?(?:>|: ?[\"'])\s{0,40}([A-Za-z][A-Za-z0-9, \t-]{0,400})")
_MAX_NAMES = 6
HEADERS_NOT_SIGNED = CauseType(
    "headers-not-signed",
    title="The signature does not cover all headers that it must",
    text="The signature must cover Host and all headers that begin with x-amz-. X-Amz-SignedHeaders of a presigned URL, or SignedHeaders in Authorization, lists those that it covers.",
    recognised_by='S3 says "There were headers present in the request which were not signed".',
    fix="Sign the headers, or do not send them.",
    sources=(_PAGE,),
)


def explain_unsigned_headers(denial: Denial) -> Explanation | None:
    """Explain which headers of a request are not signed, and what adds them, or return ``None`` for another denial."""
    text = denial.failure.text
    if "Access Denied" in text[slice(*denial.failure.span)]:
        return None  # the message of another request
    found = _NAMES.search(text)
    names = [] if found is None else [*filter(None, (each.strip() for each in found[1].split(",")))]
    named = join_words(names[:_MAX_NAMES], "and") if names else "some headers"
    verb = "was" if len(names) == 1 else "were"
    if "host" in {each.lower() for each in names}:
        title = "Create the URL again, and send it unchanged"
        step = "X-Amz-SignedHeaders must contain host. It does not if the URL was changed, or encoded twice: %253B in place of %3B separates no names."
    elif PRESIGNED.search(text):
        title = f"Create the URL with {named}, or do not send {'it' if len(names) == 1 else 'them'}"
        step = "What a header says, such as the ACL or the encryption, is a parameter of the call that creates the URL. Check that X-Amz-SignedHeaders then lists the header: the client must send it with the same value."
    else:
        title = f"Find what adds {named if names else 'headers'} after the request is signed"
        step = "A proxy, a plugin of the SDK, or code of your own adds headers to a signed request. If only the SDK builds it, update the SDK. For a presigned URL, create it with the same headers."
    return denial.explain(
        f"S3 rejected the request: {named} {verb} sent, but not signed. No permission is missing.",
        HEADERS_NOT_SIGNED.cause("derived"),
        topic="s3-access-denied",
        remedies=your_remedy(title, step, url=_PAGE),
    )
