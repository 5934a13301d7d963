"""Explain that the front end of a server changes a header that the client signed.

Sources: https://github.com/aws/aws-sdk-go-v2/issues/1816 and https://github.com/benbjohnson/litestream/issues/1386.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamtriage._patterns import lazy_pattern
from iamtriage._text import quote_words
from iamtriage.explaining._cause_types import CauseType
from iamtriage.explaining._rules.credentials.rewritten_requests import explain_rewritten_request
from iamtriage.explaining._rules.shared.remedies import your_remedy

if TYPE_CHECKING:
    from iamtriage.explaining._explanations.explanations import Explanation
    from iamtriage.explaining._rules.shared.cases import Case
    from iamtriage.failures._failures import Failure

# The server's canonical request, or the headers that a client signed for Google.
_CHANGED = lazy_pattern(r"(?:^|\\n|[>\s])(?P<line>accept-encoding:(?P<value>[\w, ;=.*-]{0,80}\(gfe\)))")
_SIGNED = lazy_pattern(r"(?:\bSignedHeaders=|\n|\\n| )(?P<line>accept-encoding;[a-z0-9;-]{4,400})")
_GOOGLE = lazy_pattern(r"\bstorage\.googleapis\.com\b|\bGoogle secret key\b")
_OWN_SIGNING = "https://github.com/aws/aws-sdk-go-v2/issues/1816"
HEADER_CHANGED = CauseType(
    "signed-header-changed",
    title="The server's front end changes a header that the client signed",
    recognised_by="The canonical request of the server shows accept-encoding with (gfe), or the client signs Accept-Encoding for Google Cloud Storage.",
    fix="Exclude Accept-Encoding from the signature, or use the client library of that system.",
    sources=(_OWN_SIGNING,),
)


def explain_changed_header(case: Case[Failure]) -> Explanation | None:
    """Explain that something between client and server changes a request, if the text shows what it changes."""
    text = case.failure.text
    changed, signed = _CHANGED.search(text), _SIGNED.search(text)
    if changed is None and (signed is None or _GOOGLE.search(text) is None):
        return explain_rewritten_request(case)
    because = (
        f"The canonical request of the server contains {quote_words(changed['line'])}." if changed else ""
    )
    names = (
        f"The signed headers are {quote_words(signed['line'].partition(';')[0])} and others."
        if signed
        else ""
    )
    operation = case.failure.envelope.operation
    call = f" of the call {operation}" if operation and operation.isalnum() else ""
    return case.explain(
        f"Google Cloud Storage, not AWS, rejected the signature{call}: the client signs the header Accept-Encoding, which Google changes on the way.",
        HEADER_CHANGED.cause(
            "derived",
            tuple(filter(None, (because, names))),
            text="The signature covers accept-encoding as the client sent it, so Google computes another one. Clients that do not sign this header, such as the AWS CLI, work with the same keys.",
        ),
        remedies=your_remedy(
            "Exclude Accept-Encoding from the signature",
            "In the AWS SDK for Go v2, add a middleware before the step Signing that removes the header, and one after it that sets it again. Or pass an HTTPSignerV4 that does so.",
            "If the client is a tool, look for an option or a newer version that supports Google Cloud Storage.",
            "If uploads still fail, set RequestChecksumCalculation and ResponseChecksumValidation to WhenRequired. Or use Google's client library.",
            url=_OWN_SIGNING,
        ),
        notes="No IAM permission is missing, and no AWS policy applies. The keys and the clock are not the cause.",
    )
