"""Explain that Amazon S3 rejects a request that does not fit what was signed: the policy of a form, or the headers.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html,
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
"""

from __future__ import annotations

import attrs

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text, join_words
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.credentials.requests.presigned_requests import SIGNER
from iamtriage.explaining._rules.shared.remedies import your_remedy
from iamtriage.explaining._rules.shared.texts.text_signs import PRESIGNED

_FORM_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html"
_REASON = lazy_pattern(
    r"Invalid according to Policy: (?:Policy Condition failed: \[\\?(?:\"|&quot;)(?P<operator>eq|starts-with)\\?(?:\"|&quot;), ?\\?(?:\"|&quot;)\$(?P<field>[\w-]{1,100})\\?(?:\"|&quot;), ?\\?(?:\"|&quot;)(?P<value>[^\"\n&\\]{0,300})"
    r"|Extra input fields: (?P<extra>[\w-]{1,100})|(?P<expired>Policy expired))"
)
POST_FORM = CauseType(
    "post-form-rejected",
    title="The upload form does not fit the policy that was signed with it",
    text="A presigned POST has a policy with conditions on the fields of the form. S3 compares them before it stores the object.",
    recognised_by='The message begins with "Invalid according to Policy".',
    fix="Send the fields that the policy of the form requires, or create the presigned POST with other conditions.",
    sources=(_FORM_PAGE,),
)


def explain_post_form(denial: Denial) -> Explanation:
    """Explain which condition of a form's policy the upload does not meet."""
    found = _REASON.search(denial.failure.text)
    verdict = "a field of the form does not meet a condition of the policy that was signed with it"
    title = "Compare the fields of the form with the conditions of its policy"
    steps: tuple[str, ...] = (
        "Each field of the form, except x-amz-signature, file, policy and those that begin with x-ignore-, needs a condition.",
    )
    if found is not None and found["expired"]:
        verdict = "the policy that was signed with the form has expired"
        title = "Create the presigned POST again, right before the upload"
        steps = (
            "Raise its expiry (ExpiresIn in boto3, 3600 seconds by default). One that a role signed ends with the session of the role, too.",
            "Check the clock of the machine that signs it.",
        )
    elif found is not None and found["extra"]:
        field = clip_text(found["extra"])
        verdict = f"the form has the field {field}, for which its policy has no condition"
        title = f"Add a condition on {field} to the policy, or leave the field out"
        steps = (
            f'Conditions of the policy: ["starts-with", "${field}", ""] accepts any value. In boto3, pass the field in Fields and Conditions of generate_presigned_post.',
        )
    elif found is not None:
        field, value = clip_text(found["field"]), clip_text(found["value"])
        must = "start with" if found["operator"] == "starts-with" else "be"
        verdict = f"the field {field} has to {must} {value or 'a value'}, and the form sends another one"
        title = f"Send the field {field} as the policy requires: it has to {must} {value or 'a value'}"
        steps = (
            f"Set {field} in the form before the field file: S3 ignores fields after it.",
            "If another value is right, create the presigned POST with it: in boto3, Fields and Conditions of generate_presigned_post have to agree.",
        )
    return denial.explain(
        f"S3 rejected the upload of a form: {verdict}.",
        POST_FORM.cause("reported"),
        remedies=your_remedy(title, *steps, url=_FORM_PAGE),
        notes="No permission is missing: the policy of the message is the one in the form, not one of IAM.",
    )


_QUERY_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"
# S3 lists them in its answer.
_NAMES = lazy_pattern(r"HeadersNotSigned[\"']?(?:>|: ?[\"'])\s{0,40}([A-Za-z][A-Za-z0-9, \t-]{0,400})")
_MAX_NAMES = 6
HEADERS_NOT_SIGNED = CauseType(
    "headers-not-signed",
    title="The signature does not cover all headers that it must",
    text="The signature must cover Host and all headers that begin with x-amz-. X-Amz-SignedHeaders of a presigned URL, or SignedHeaders in Authorization, lists those that it covers.",
    recognised_by='S3 says "There were headers present in the request which were not signed".',
    fix="Sign the headers, or do not send them.",
    sources=(_QUERY_PAGE,),
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
        remedies=your_remedy(title, step, url=_QUERY_PAGE),
    )


def add_signer(denial: Denial, explanation: Explanation) -> Explanation:
    """Add that a presigned URL has the permissions of who signed it, and not of who uses it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
    """
    if denial.role is None or SIGNER.search(denial.failure.text) is None:
        return explanation
    note = f"A presigned URL has the permissions of {denial.caller}, which signed it: those of the person or app that uses it do not count, and the URL can be used again after the fix, until it expires."
    return attrs.evolve(explanation, notes=(note, *explanation.notes))
