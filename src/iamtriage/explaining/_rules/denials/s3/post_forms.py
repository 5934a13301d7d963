"""Explain that Amazon S3 rejects the upload of an HTML form whose fields do not match its signed policy.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html.
"""

from __future__ import annotations

from iamtriage._patterns import lazy_pattern
from iamtriage._text import clip_text
from iamtriage.explaining._rules.basics import CauseType, Denial, Explanation
from iamtriage.explaining._rules.shared.remedies import your_remedy

_PAGE = "https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html"
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
    sources=(_PAGE,),
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
        remedies=your_remedy(title, *steps, url=_PAGE),
        notes="No permission is missing: the policy of the message is the one in the form, not one of IAM.",
    )
